/* vm/instance_call.c: calls of instances whose __call__ is in Python, and of the __get__ of descriptors, run in the loop: for a recorder, who wants to see each instruction.
 *
 * The method's frame lies above a hidden one, which keeps the instance and the arguments meanwhile, as the caller's stack does when a C function calls the method, lets
 * them go behind the call in the same order, and returns the result. The arguments of a call lie there twice: a C function would have them in a tuple, too. */
#include "code/code.h"
#include "code/opcodes.h"
#include "object/core/object.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/slow.h"
#include "vm/step.h"

static PyCodeObject *shims[2][VM_INSTANCE_ARGS + 1];

static int
put(uint8_t *code, int at, int op, int arg)
{
    code[at] = (uint8_t)op;
    code[at + 1] = (uint8_t)arg;
    return at + 2;
}

/* Stack: instance, n arguments, these once more (twice), result. They go in this order. */
static int
put_body(uint8_t *code, int n, bool twice)
{
    int at = put(code, 0, NOP, 0);
    for (int i = 0; i < n && twice; i++) {
        at = put(code, at, SWAP, 2);
        at = put(code, at, POP_TOP, 0);
    }
    at = put(code, at, SWAP, n + 2);
    at = put(code, at, POP_TOP, 0);
    for (int i = 0; i < n; i++) {                        /* of those left: what is the first in the first half */
        if (n - 2 * i > 1)
            at = put(code, at, SWAP, n - 2 * i);
        at = put(code, at, POP_TOP, 0);
    }
    return put(code, at, RETURN_VALUE, 0);
}

static PyCodeObject *
shim_of(int nargs, bool twice)
{
    if (nargs > VM_INSTANCE_ARGS)
        return NULL;
    uint8_t body[16 + 8 * VM_INSTANCE_ARGS];
    PyCodeObject **at = &shims[twice][nargs];
    if (*at == NULL)
        *at = vm_new_shim(body, put_body(body, nargs, twice), EMPTY_TUPLE, 2 * VM_INSTANCE_ARGS + 2);
    return *at;
}

PyCodeObject *vm_instance_shim(int nargs) { return shim_of(nargs, true); }
PyCodeObject *vm_descriptor_shim(void) { return shim_of(2, false); }

bool
vm_enter_instance(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *method, PyCodeObject *shim_code, int nargs, unsigned next)
{
    PyObject **place = sp - nargs - 2, *args[VM_INSTANCE_ARGS + 1];
    if (!frame_has_room_for(ts, ((PyCodeObject *)method->func_code)->co_framesize + shim_code->co_framesize) || ts->py_recursion_remaining <= 2)
        return false;
    f->instr_ptr = pc;
    f->return_offset = (uint16_t)next;
    frame_set_stackpointer(f, place);
    _PyInterpreterFrame *shim = frame_push_shim(ts, shim_code);
    shim->localsplus[0] = place[0];
    args[0] = Py_NewRef(place[0]);
    for (int i = 1; i <= nargs; i++) {
        shim->localsplus[i] = place[i + 1];
        shim->localsplus[nargs + i] = Py_NewRef(place[i + 1]);
        args[i] = Py_NewRef(place[i + 1]);
    }
    vm_enter_through(ts, f, shim, method, args, (size_t)nargs + 1, NULL);
    frame_set_stackpointer(shim, shim->localsplus + 2 * nargs + 1);
    ts->py_recursion_remaining--;
    return true;
}

bool
vm_enter_descriptor(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *get, PyObject *descr, unsigned next)
{
    PyObject *o = sp[-1];
    PyCodeObject *shim_code = vm_descriptor_shim();
    if (!frame_has_room_for(ts, ((PyCodeObject *)get->func_code)->co_framesize + shim_code->co_framesize) || ts->py_recursion_remaining <= 2)
        return false;
    f->instr_ptr = pc;
    f->return_offset = (uint16_t)next;
    frame_set_stackpointer(f, sp - 1);
    _PyInterpreterFrame *shim = frame_push_shim(ts, shim_code);
    shim->localsplus[0] = Py_NewRef(get);
    shim->localsplus[1] = Py_NewRef(descr);
    shim->localsplus[2] = o;
    PyObject *args[3] = { Py_NewRef(descr), Py_NewRef(o), Py_NewRef(Py_TYPE(o)) };
    vm_enter_through(ts, f, shim, get, args, 3, NULL);
    frame_set_stackpointer(shim, shim->localsplus + 3);
    ts->py_recursion_remaining--;
    return true;
}
