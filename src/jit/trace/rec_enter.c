/* jit/trace/rec_enter.c: calls of Python functions that are not inlined without a frame.
 *
 * Why they are not: parameters like *args, cells, arguments that nobody but the stack refers to, whose references the callee takes over. The interpreter's own body of the call
 * pushes the frame then, and the trace goes on in it, all of whose slots are in memory. Generator functions and those with
 * loops of their own run as open calls: in an evaluation loop of their own, on the C stack. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "rt/interp.h"
#include "vm/function.h"

/* Of CALL, CALL_KW or CALL_FUNCTION_EX: slots from the callable to the end of the stack. */
static int
on_stack(int opcode, int oparg)
{
    return opcode == CALL ? oparg + 2 : opcode == CALL_KW ? oparg + 3 : 3 + (oparg & 1);
}

static bool is_call(int opcode) { return opcode == CALL || opcode == CALL_KW || opcode == CALL_FUNCTION_EX; }

bool
rec_calls_python(const struct recorder *r, int opcode)
{
    if (!is_call(opcode))
        return false;
    PyObject *const *base = r->sp - on_stack(opcode, r->oparg), *callable = base[0];
    PyTypeObject *t = Py_TYPE(callable);
    if (t == &PyMethod_Type && opcode != CALL_FUNCTION_EX && base[1] != NULL)       /* the end of a with statement: a C function calls it */
        return false;
    return t == &PyFunction_Type || t == &PyMethod_Type || (PyType_Check(callable) && ((PyTypeObject *)callable)->tp_flags & Py_TPFLAGS_HEAPTYPE);
}

/* The function that will be called, also through a bound method; *v: in the trace. NULL: something else. */
static PyFunctionObject *
function_of(struct recorder *r, int opcode, int first, ir_ref *v)
{
    PyObject *callable = r->sp[-on_stack(opcode, r->oparg)];
    *v = rec_local(r, first);
    if (Py_TYPE(callable) == &PyMethod_Type && opcode != CALL_FUNCTION_EX && rec_is_virtual(r, *v)) {
        *v = r->slot[rec_field_slot(r, *v, 0)];
        callable = ((PyMethodObject *)callable)->im_func;
    } else if (Py_TYPE(callable) == &PyMethod_Type && opcode != CALL_FUNCTION_EX) {
        rec_guard_type(r, *v, &PyMethod_Type);
        *v = rec_emit_x(r, IR_OLOAD, *v, REF_NONE, offsetof(PyMethodObject, im_func));
        callable = ((PyMethodObject *)callable)->im_func;
    }
    return Py_TYPE(callable) == &PyFunction_Type ? (PyFunctionObject *)callable : NULL;
}

static bool
may_enter(struct recorder *r, PyFunctionObject *func)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    int wanted = CO_OPTIMIZED | CO_NEWLOCALS;
    return (code->co_flags & wanted) == wanted && !(code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) && Py_SIZE(code) <= UINT16_MAX
        && rec_place_refused(r, code) == NULL;
}

/* What the frame holds after the call: its parameters; the other locals are not bound. */
static void
load_frame(struct recorder *r, PyCodeObject *code, ir_ref call)
{
    int nparams = code_nparams(code);
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        int slot = r->base + i;
        r->slot[slot] = REF_NONE;
        r->changed[slot] = r->held[slot] = false;
        if (i < nparams) {
            rec_load_slot(r, slot, call);
        } else {
            r->empty[slot] = true;
            rec_mark_late(r, slot, true);
        }
    }
}

/* A recursion, or a call that is too deep: what follows it in the trace is not worth a loop on the C stack. */
static bool
is_recursion(struct recorder *r, PyFunctionObject *func)
{
    int same = 0;
    for (unsigned i = r->ir->frame; ; i = r->ir->frames[i].parent) {
        same += r->ir->frames[i].code == (PyCodeObject *)func->func_code;
        if (i == 0)
            return same > 0;
    }
}

bool
rec_enter(struct recorder *r, int opcode)
{
    int first = r->nslots + r->depth - on_stack(opcode, r->oparg);
    struct ir *ir = r->ir;
    ir_ref v;
    PyFunctionObject *func = function_of(r, opcode, first, &v);
    if (r->why != NULL || func == NULL)
        return false;
    if (rec_in_generator(r) || r->ngenerators > 0)
        return is_recursion(r, func) && rec_stop(r, "a recursion");
    if (!may_enter(r, func))
        return (is_recursion(r, func) || rec_is_chained(r, (PyCodeObject *)func->func_code)) && rec_last_call(r, func);
    if (!rec_guard_callee(r, v, func))
        return false;
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    r->target = r->pc;
    if (!rec_publish(r))
        return false;
    struct snap *s = snap_begin(ir, r->pc, (unsigned)r->depth);
    s->open = s->branch = true;
    ir_ref call = rec_emit_open(r, r->nslots + r->depth, code);
    r->top = first;                                      /* the call has taken the rest */
    if (!rec_push_frame(r, first, v, func, r->at, r->next))
        return false;
    ir->real++;
    r->slot[ir->frames[ir->frame].function] = v;
    load_frame(r, code, call);
    r->top = ir->top = (uint16_t)(r->nslots + r->depth);
    return ir->full == NULL || rec_stop(r, ir->full);
}
