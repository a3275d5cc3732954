/* vm/with_call.c: with statements whose manager has its methods in Python, which run in the loop: for a recorder, who wants to see each instruction.
 *
 * The method's frame lies above a hidden one, which keeps what the interpreter's own instruction keeps meanwhile (the manager below __enter__, the bound method below __exit__), does not count as
 * a call, and hands the result on to the statement's frame. */
#include "code/code.h"
#include "code/opcodes.h"
#include "object/core/type.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/slow.h"
#include "vm/step.h"

static PyCodeObject *with_shim;

PyCodeObject *
vm_with_shim(void)
{
    static const uint8_t body[] = { NOP, 0, EXIT_INIT_CHECK, 1, RESUME, 0 };
    if (with_shim == NULL)
        with_shim = vm_new_shim(body, sizeof(body), EMPTY_TUPLE, 2);
    return with_shim;
}

static bool
has_room(PyThreadState *ts, PyFunctionObject *func)
{
    int words = ((PyCodeObject *)func->func_code)->co_framesize + with_shim->co_framesize;
    return frame_has_room_for(ts, words) && ts->py_recursion_remaining > 1;
}

/* f's stack ends at `end` while the method runs. */
static void
enter(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **end, STEALS PyObject *kept, PyFunctionObject *func, PyObject **args, size_t n, unsigned next)
{
    f->instr_ptr = pc;
    f->return_offset = (uint16_t)next;
    frame_set_stackpointer(f, end);
    _PyInterpreterFrame *shim = frame_push_shim(ts, with_shim);
    shim->f_funcobj = ITEM_SHIM;
    shim->localsplus[0] = kept;
    vm_enter_through(ts, f, shim, func, args, n, NULL);
    frame_set_stackpointer(shim, shim->localsplus + 1);
}

bool
vm_enter_context(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *func, unsigned next)
{
    PyObject *mgr = sp[-1], *exit = type_lookup(Py_TYPE(mgr), ID(__exit__)), *method;
    if (!has_room(ts, func))
        return false;
    if ((method = PyMethod_New(exit, mgr)) == NULL) {
        PyErr_Clear();
        return false;
    }
    sp[-1] = method;
    enter(ts, f, pc, sp, mgr, func, &(PyObject *){ Py_NewRef(mgr) }, 1, next);
    return true;
}

bool
vm_exit_context(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *func, unsigned next)
{
    PyObject **base = sp - 4, *method = base[0], *args[4] = { ((PyMethodObject *)method)->im_self, base[1], base[2], base[3] };
    if (!has_room(ts, func))
        return false;
    Py_INCREF(args[0]);
    enter(ts, f, pc, base, method, func, args, 4, next);
    return true;
}
