/* vm/construct.c: calls of classes whose __init__ runs in the loop: the frames of CALL_ALLOC_AND_ENTER_INIT, for any form of the call; of __setitem__ and of properties' setters. */
#include "code/code.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/slow.h"
#include "vm/step.h"

bool vm_is_shim(const PyCodeObject *code) { return code->co_filename == vm_init_shim()->co_filename; }

PyCodeObject *
vm_new_shim(const uint8_t *body, int size, PyObject *consts, int stacksize)
{
    uint8_t lines[16];
    int units = size / 2, nlines = 0;
    for (int left = units; left > 0; left -= 8)
        lines[nlines++] = (uint8_t)(0x80 | PY_CODE_LOCATION_INFO_NONE << 3 | ((left < 8 ? left : 8) - 1));
    PyObject *code = PyBytes_FromStringAndSize((const char *)body, size), *table = PyBytes_FromStringAndSize((char *)lines, nlines), *name = vm_init_shim()->co_name;
    struct code_info in = { .filename = name, .name = name, .qualname = name, .flags = CO_OPTIMIZED | CO_NO_MONITORING_EVENTS, .code = code, .firstlineno = 1,
                            .linetable = table, .consts = consts, .names = EMPTY_TUPLE, .localsplusnames = EMPTY_TUPLE, .localspluskinds = EMPTY_BYTES,
                            .exceptiontable = EMPTY_BYTES, .stacksize = stacksize };
    PyCodeObject *shim = code != NULL && table != NULL ? code_new(&in) : NULL;
    if (shim != NULL)
        shim->_co_firsttraceable = units;
    Py_XDECREF(code);
    Py_XDECREF(table);
    PyErr_Clear();
    return shim;
}

void
vm_make_shim(_PyInterpreterFrame *f, PyCodeObject *co, PyObject *function)
{
    *f = (_PyInterpreterFrame){ .f_executable = Py_NewRef(co), .f_funcobj = function, .stacktop = 0, .owner = FRAME_OWNED_BY_THREAD, .instr_ptr = _PyCode_CODE(co) };
}

void
vm_enter_through(PyThreadState *ts, _PyInterpreterFrame *f, _PyInterpreterFrame *shim, PyFunctionObject *function, PyObject **args, size_t nargs, PyObject *kwnames)
{
    _PyInterpreterFrame *callee = vm_push_frame(ts, (PyFunctionObject *)Py_NewRef(function), NULL, args, nargs, kwnames);
    if (callee == NULL)
        Py_FatalError("arguments that were found to fit do not fit");
    shim->return_offset = 1;
    shim->previous = f;
    callee->previous = shim;
    ts->current_frame = callee;
}

bool
vm_enter_init(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, int given, PyObject *kwnames, PyFunctionObject *init, unsigned next)
{
    PyObject **base = sp - (kwnames != NULL) - given - 2, *callable = base[0], *self;
    int words = ((PyCodeObject *)init->func_code)->co_framesize + vm_init_shim()->co_framesize, positional = given - (kwnames != NULL ? (int)PyTuple_GET_SIZE(kwnames) : 0);
    if (!frame_has_room_for(ts, words) || ts->py_recursion_remaining <= 2)
        return false;
    if ((self = PyType_GenericAlloc((PyTypeObject *)callable, 0)) == NULL) {
        PyErr_Clear();
        return false;
    }
    f->instr_ptr = pc;
    f->return_offset = (uint16_t)next;
    _PyInterpreterFrame *shim = frame_push_shim(ts, vm_init_shim());
    shim->localsplus[0] = Py_NewRef(self);
    base[1] = self;
    vm_enter_through(ts, f, shim, init, base + 1, (size_t)positional + 1, kwnames);
    Py_XDECREF(kwnames);
    Py_DECREF(callable);
    frame_set_stackpointer(f, base);
    frame_set_stackpointer(shim, shim->localsplus + 1);
    ts->py_recursion_remaining--;
    return true;
}

/* The n values on top of the stack are its arguments, in another order. */
static bool
enter_store(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *function, PyObject **args, int n, unsigned next)
{
    int words = ((PyCodeObject *)function->func_code)->co_framesize + vm_init_shim()->co_framesize;
    if (!frame_has_room_for(ts, words) || ts->py_recursion_remaining <= 1)
        return false;
    f->instr_ptr = pc;
    f->return_offset = (uint16_t)next;
    frame_set_stackpointer(f, sp - n);
    _PyInterpreterFrame *shim = frame_push_shim(ts, vm_init_shim());
    shim->f_funcobj = ITEM_SHIM;
    vm_enter_through(ts, f, shim, function, args, (size_t)n, NULL);
    frame_set_stackpointer(shim, shim->localsplus);
    return true;
}

bool
vm_enter_setitem(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *setitem, unsigned next)
{
    return enter_store(ts, f, pc, sp, setitem, (PyObject *[]){ sp[-2], sp[-1], sp[-3] }, 3, next);
}

bool
vm_enter_setter(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *setter, unsigned next)
{
    return enter_store(ts, f, pc, sp, setter, (PyObject *[]){ sp[-1], sp[-2] }, 2, next);
}
