/* jit/trace/rec_unseen.c: exceptions that nobody sees are not made.
 *
 * `try: v = d[k]`, `except KeyError: v = None`: between the instruction that raises and POP_EXCEPT nothing runs that could look at the exception, its traceback or what the thread
 * handles. Then the trace has only the condition under which the instruction raises, as a guard, and goes on in the handler. Until POP_EXCEPT nothing happens that could not happen once more: all
 * exits lead to the instruction that raises, as it was before (`raising`), and the interpreter raises. What goes off the stack meanwhile is dropped at the end.
 *
 * Whether a handler is of that kind is looked at before (may_be_unseen()), and again at each of its instructions: where that was wrong the recording stops, and the place is noted down:
 * next time the exception is made (rec_raise.c). Inlined calls that the exception leaves must not have frames in memory. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "object/coll/list.h"
#include "object/core/exc.h"
#include "object/core/type.h"
#include "object/num/int.h"
#include "rt/singletons.h"

#define HANDLER_UNITS 80               /* of a handler, up to its POP_EXCEPT */

const char rec_seen[] = "an exception that somebody may see";
static struct recorder raising;        /* as r was before the instruction; under the GIL */
static char marker;                    /* in the trace, instead of the exception and of what was handled before */

static ir_ref the_exception(struct recorder *r) { return ir_ptr(r->ir, &marker); }

/* ---- handlers ---- */

/* Instructions that neither do anything that others see, nor jump back. */
static bool
is_harmless(int opcode)
{
    switch (opcode) {
    case NOP: case PUSH_EXC_INFO: case LOAD_GLOBAL: case LOAD_NAME: case LOAD_CONST: case LOAD_FAST: case LOAD_FAST_CHECK: case LOAD_FAST_LOAD_FAST: case STORE_FAST: case STORE_FAST_LOAD_FAST: case STORE_FAST_STORE_FAST:
    case LOAD_ATTR: case LOAD_DEREF: case BUILD_TUPLE: case CHECK_EXC_MATCH: case POP_JUMP_IF_FALSE: case POP_JUMP_IF_TRUE: case POP_JUMP_IF_NONE: case POP_JUMP_IF_NOT_NONE: case POP_TOP: case COPY: case SWAP:
    case IS_OP: case COMPARE_OP: case BINARY_OP: case TO_BOOL: case UNARY_NOT: case UNARY_NEGATIVE: case CONTAINS_OP: case BINARY_SUBSCR: case JUMP_FORWARD: case EXTENDED_ARG: case POP_EXCEPT:
        return true;
    default:
        return false;
    }
}

/* From the handler's first instruction to the first POP_EXCEPT in the code there is nothing else, and no clause binds the exception to a name. */
static bool
is_blind(PyCodeObject *code, int target)
{
    const _Py_CODEUNIT *unit = _PyCode_CODE(code);
    int before = 0;
    if (op_deopt(unit[target].op.code) != PUSH_EXC_INFO)
        return false;
    for (int i = target, end = target + HANDLER_UNITS; i < Py_SIZE(code) && i < end; ) {
        int opcode = op_deopt(unit[i].op.code);
        if (!is_harmless(opcode))
            return false;
        if (opcode == POP_EXCEPT)
            return true;
        if ((opcode == STORE_FAST || opcode == STORE_FAST_LOAD_FAST) && before == POP_JUMP_IF_FALSE && unit[i - 3].op.code == CHECK_EXC_MATCH)
            return false;
        before = opcode;
        i += 1 + op_table[opcode].caches;
    }
    return false;
}

/* An exception raised at the instruction at hand comes to such a handler. */
static bool
may_be_unseen(struct recorder *r)
{
    const struct ir *ir = r->ir;
    struct exc_entry e;
    int at = (int)r->at;
    for (unsigned i = ir->frame; ; at = (int)ir->frames[i].call, i = ir->frames[i].parent) {
        PyCodeObject *code = ir->frames[i].code;
        if (code->co_exceptiontable != NULL && exc_find(code, at, &e))
            return !e.lasti && is_blind(code, e.target);
        if (i == 0 || ir->frames[i].depth <= ir->real)
            return false;
    }
}

/* ---- what raises ---- */

static bool
has_type(PyObject *o, PyTypeObject *a, PyTypeObject *b)
{
    return Py_TYPE(o) == a || Py_TYPE(o) == b;
}

/* Without arguments, or of those kinds that only keep them: making one runs no code, and its death is not noticed. */
static bool
is_plain_exception(PyObject *cls, bool with_arguments)
{
    if (!PyExceptionClass_Check(cls) || Py_TYPE(cls) != &PyType_Type)
        return false;
    PyTypeObject *t = (PyTypeObject *)cls, *base = (PyTypeObject *)PyExc_BaseException;
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE) && !with_arguments)
        return true;
    PyTypeObject *plain = (PyTypeObject *)PyExc_ValueError;
    return (t->tp_new == base->tp_new || t->tp_new == plain->tp_new) && (t->tp_init == base->tp_init || t->tp_init == plain->tp_init) && t->tp_finalize == NULL && t->tp_del == NULL;
}

static bool
watch_exception(struct recorder *r, PyTypeObject *t)
{
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE))
        return true;
    return rec_watch(r, DEP_TYPE_LAYOUT, t, NULL) && rec_watch_name(r, t, ID(__new__)) && rec_watch_name(r, t, ID(__init__)) && rec_watch_name(r, t, ID(__del__));
}

static bool
is_zero(PyObject *o)
{
    return PyLong_CheckExact(o) && int_is_compact(o) && int_compact_value(o) == 0;
}

/* An int that is no index of o. */
static bool
is_outside(PyObject *o, PyObject *sub)
{
    Py_ssize_t i, n = Py_SIZE(o);
    return PyLong_CheckExact(sub) && int_is_compact(sub) && ((i = int_compact_value(sub)) >= n || i < -n);
}

/* The call of an exception class that is raised at once. */
static bool
is_called_to_be_raised(struct recorder *r)
{
    const _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next;
    PyObject **base = r->sp - r->oparg - 2;
    return next->op.code == RAISE_VARARGS && next->op.arg == 1 && base[1] == NULL && PyType_Check(base[0]) && is_plain_exception(base[0], r->oparg > 0);
}

static bool
is_next(PyObject *callable)
{
    PyObject *self = PyCFunction_CheckExact(callable) ? PyCFunction_GET_SELF(callable) : NULL;
    PyModuleDef *def = self != NULL && PyModule_CheckExact(self) ? PyModule_GetDef(self) : NULL;
    return def != NULL && strcmp(def->m_name, "builtins") == 0 && strcmp(((PyCFunctionObject *)callable)->m_ml->ml_name, "next") == 0;
}

/* int() of a string that is none, next() of an iterator at its end. */
static PyObject *
call_raises(struct recorder *r, PyObject *callable, PyObject *arg)
{
    if (callable == (PyObject *)&PyLong_Type)
        return PyUnicode_CheckExact(arg) && jit_str_is_int(arg) == 0 ? PyExc_ValueError : NULL;
    return is_next(callable) && leaf_can_end(arg) ? PyExc_StopIteration : NULL;
}

/* The class of what the instruction will raise, if that is one of the conditions that are recorded; else NULL. */
static PyObject *
will_raise(struct recorder *r, int opcode)
{
    PyObject **sp = r->sp;
    switch (opcode) {
    case BINARY_SUBSCR:
        if (PyDict_CheckExact(sp[-2]))
            return leaf_is_key(sp[-1]) && jit_dict_has(sp[-2], sp[-1]) == 0 ? PyExc_KeyError : NULL;
        return has_type(sp[-2], &PyList_Type, &PyTuple_Type) && is_outside(sp[-2], sp[-1]) ? PyExc_IndexError : NULL;
    case BINARY_OP:
        if (r->oparg % 13 != NB_FLOOR_DIVIDE && r->oparg % 13 != NB_REMAINDER && r->oparg % 13 != NB_TRUE_DIVIDE)
            return NULL;
        return PyLong_CheckExact(sp[-2]) && is_zero(sp[-1]) ? PyExc_ZeroDivisionError : NULL;
    case RAISE_VARARGS:
        return r->oparg == 1 && is_plain_exception(sp[-1], false) ? sp[-1] : NULL;
    case CALL:
        return is_called_to_be_raised(r) ? sp[-r->oparg - 2] : r->oparg == 1 && sp[-2] == NULL ? call_raises(r, sp[-3], sp[-1]) : NULL;
    case LOAD_ATTR: {
        PyObject *name = PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg >> 1);
        return PyUnicode_CheckExact(name) && rec_has_no_attr(sp[-1], name) ? PyExc_AttributeError : NULL;
    }
    default:
        return NULL;
    }
}

/* Guards that the index is as far off as now. */
static bool
guard_outside(struct recorder *r)
{
    PyObject *o = r->sp[-2], *sub = r->sp[-1];
    ir_ref v = rec_peek(r, 2);
    if (!rec_is_real(r, v) || !rec_guard_type(r, v, Py_TYPE(o)))
        return false;
    ir_ref size = rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size)), i = rec_number(r, rec_peek(r, 1), sub);
    if (i == REF_NONE || r->why != NULL || ir_type_of(r->ir, i) != T_I64)
        return false;
    if (int_compact_value(sub) >= 0)
        rec_emit(r, IR_GGE_I, i, size);
    else
        rec_emit(r, IR_GLT_I, rec_emit(r, IR_ADD_I, i, size), ir_int(r->ir, 0));
    return r->why == NULL;
}

static bool
guard_zero(struct recorder *r)
{
    ir_ref a = rec_peek(r, 2), b = rec_number(r, rec_peek(r, 1), r->sp[-1]);
    if (b == REF_NONE || r->why != NULL || ir_type_of(r->ir, b) != T_I64 || ir_type_of(r->ir, a) != T_OBJ)
        return false;
    if (!ir_is_box(r->ir, a) && (!rec_is_real(r, a) || !rec_guard_type(r, a, &PyLong_Type)))
        return false;
    if (ir_is_box(r->ir, a) && r->ir->at[a].op != IR_BOX_I)
        return false;
    rec_emit(r, IR_GEQ_I, b, ir_int(r->ir, 0));
    return r->why == NULL;
}

/* The same of these calls. That the iterator lets go of what it went through may happen twice. */
static bool
guard_call(struct recorder *r)
{
    ir_ref v = rec_peek(r, 1), callable = rec_local(r, r->nslots + r->depth - 3), under = rec_local(r, r->nslots + r->depth - 2);
    if (callable == REF_NONE || r->ir->at[callable].op != IR_KO || under != REF_NONE || !rec_is_real(r, v) || !rec_guard_type(r, v, Py_TYPE(r->sp[-1])))
        return false;
    if (r->raises_class == PyExc_ValueError) {
        rec_emit(r, IR_GEQ_I, rec_leaf(r, IR_CALLR, HELPER_STR_IS_INT, v, REF_NONE, REF_NONE), ir_int(r->ir, 0));
        return r->why == NULL;
    }
    for (int i = 0; i < r->npending; i++)                /* it is to be moved on first */
        if (!never_same(r->ir, r->pending[i].obj, v))
            return false;
    uint32_t offset;
    if (leaf_goes_through(r->sp[-1], &offset)) {
        bool ended = *(PyObject **)((char *)r->sp[-1] + offset) == NULL;
        ir_ref through = rec_emit_x(r, IR_OLOAD, v, REF_NONE, offset);
        rec_emit(r, ended ? IR_GEQ_P : IR_GNE_P, through, ir_ptr(r->ir, NULL));
        if (ended || r->why != NULL)
            return r->why == NULL;
        rec_guard_kept(r, through);
    }
    rec_leaf(r, IR_CALLS, HELPER_ITER_END, v, REF_NONE, REF_NONE);
    return r->why == NULL;
}

/* Guards that it raises again. */
static bool
guard_raise(struct recorder *r, int opcode)
{
    switch (opcode) {
    case BINARY_SUBSCR: return PyDict_CheckExact(r->sp[-2]) ? rec_guard_missing(r) : guard_outside(r);
    case BINARY_OP: return guard_zero(r);
    case LOAD_ATTR: return rec_guard_no_attr(r, rec_peek(r, 1), r->sp[-1], PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg >> 1));
    case RAISE_VARARGS: return r->ir->at[rec_peek(r, 1)].op == IR_KO && watch_exception(r, (PyTypeObject *)r->sp[-1]);
    default: {
        if (r->raises_class == PyExc_StopIteration || (r->raises_class == PyExc_ValueError && r->sp[-r->oparg - 2] == (PyObject *)&PyLong_Type))
            return guard_call(r);
        ir_ref v = rec_local(r, r->nslots + r->depth - r->oparg - 2), under = rec_local(r, r->nslots + r->depth - r->oparg - 1);
        return v != REF_NONE && r->ir->at[v].op == IR_KO && under == REF_NONE && watch_exception(r, (PyTypeObject *)r->sp[-r->oparg - 2]);
    }
    }
}

bool
rec_expect_raise(struct recorder *r, int opcode)
{
    if (opcode == BINARY_SUBSCR && r->ngenerators == 0 && will_raise(r, opcode) != NULL)
        (void)guard_raise(r, opcode);
    return r->why == NULL;
}

/* ---- from the instruction to the end of the handler ---- */

static bool
is_an_effect(const struct ir_ins *in)
{
    unsigned flags = ir_ops[in->op].flags;
    if (in->op >= IR_NEW_I && in->op <= IR_NEW_METHOD)
        return true;
    return flags & (I_STORE | I_KEEP) && (!(flags & I_GUARD) || ir_acts_first(in->op) || in->op == IR_CALLO);
}

static bool
has_effects(const struct recorder *r)
{
    for (ir_ref k = r->unseen_from; k < r->ir->end; k++)
        if (is_an_effect(&r->ir->at[k]))
            return true;
    return false;
}

static bool
fail(struct recorder *r)
{
    rec_note_seen(_PyCode_CODE(raising.inner_code) + raising.at);
    return rec_stop(r, rec_seen);
}

struct snap *rec_snap_unseen(void) { return rec_snap_of(&raising); }

bool
rec_begin_unseen(struct recorder *r, int opcode)
{
    PyObject *cls = rec_is_seen(r) || r->ngenerators > 0 ? NULL : will_raise(r, opcode);
    if (cls == NULL || !may_be_unseen(r))
        return false;
    ir_ref end = r->ir->end;
    rec_set_aside(&raising, r);
    raising.inner_frame = r->ir->frame;
    raising.ir_top = r->ir->top;
    raising.ir_real = r->ir->real;
    raising.begun = false;
    r->raises_class = cls;
    if (!guard_raise(r, opcode) || !rec_watch(r, DEP_MONITORING, r->ts->interp, NULL)) {
        if (r->ir->full != NULL || r->broken)
            return false;
        ir_cut(r->ir, end);
        rec_take_back(r, &raising);
        r->begun = true;
        rec_snap(r, r->pc, 0);
        return false;
    }
    r->unseen = true;
    r->unseen_from = r->ir->end;
    if (opcode != CALL || r->raises_class == PyExc_StopIteration || (PyObject *)&PyLong_Type == r->sp[-r->oparg - 2]) {
        r->raises_now = true;
        return true;
    }
    for (int i = r->oparg + 2; i > 0; i--)
        rec_pop(r);
    rec_push(r, the_exception(r));
    r->raises_now = false;
    return true;
}

/* An iterator may go whose state waits to be stored. */
static bool
drops_waiting(struct recorder *r, int bottom)
{
    const struct ir *ir = r->ir;
    for (int i = bottom; i < r->nslots + r->depth && r->npending > 0; i++) {
        ir_ref v = r->slot[i], kt = v == REF_NONE || ir_type_of(ir, v) != T_OBJ ? REF_NONE : ir->at[v].kt;
        if (kt != REF_NONE && ((PyTypeObject *)ir_ptr_value(ir, kt))->tp_iternext != NULL)       /* the trace has gone through it, so its type is known */
            return true;
    }
    return false;
}

bool
rec_unwind_unseen(struct recorder *r, _PyInterpreterFrame *f, _Py_CODEUNIT *pc)
{
    struct exc_entry e;
    if (r->why != NULL || !r->raises_now || f != r->inner || r->entering != NULL)
        return fail(r);
    if (pc == NULL) {
        if (f == r->frame || drops_waiting(r, r->base + r->inner_code->co_nlocalsplus) || r->ir->frames[r->ir->frame].depth <= r->ir->real)
            return fail(r);
        r->unseen_at = r->ir->frames[r->ir->frame].call;
        r->unseen_left = true;
        rec_leave_frame(r);
        return r->why == NULL;
    }
    if (!exc_find(r->inner_code, r->unseen_left ? (int)r->unseen_at : (int)r->at, &e) || _PyCode_CODE(r->inner_code) + e.target != pc || e.lasti || !is_blind(r->inner_code, e.target))
        return fail(r);
    if (drops_waiting(r, r->base + r->inner_code->co_nlocalsplus + e.depth))
        return fail(r);
    while (e.depth < rec_own_depth(r))
        rec_pop(r);
    rec_push(r, the_exception(r));
    rec_push(r, the_exception(r));
    r->skip = (unsigned)e.target;
    r->raises_now = r->unseen_left = false;
    rec_come_to_handler(r);
    return r->why == NULL && !has_effects(r) ? true : fail(r);
}

static bool
check_match(struct recorder *r)
{
    if (rec_peek(r, 2) != the_exception(r) || (PyObject *)Py_TYPE(r->sp[-2]) != r->raises_class || !rec_are_constant_classes(r, rec_peek(r, 1), r->sp[-1]))
        return false;
    rec_pop(r);
    rec_push(r, ir_bool(r->ir, PyErr_GivenExceptionMatches(r->raises_class, r->sp[-1])));
    return r->why == NULL;
}

static bool
holds_marker(struct recorder *r, int opcode)
{
    ir_ref top = rec_own_depth(r) > 0 ? rec_peek(r, 1) : REF_NONE;
    return top == the_exception(r) && opcode != POP_TOP && opcode != POP_EXCEPT && opcode != LOAD_GLOBAL && opcode != LOAD_NAME && opcode != NOP && opcode != LOAD_CONST && opcode != LOAD_FAST
        && opcode != LOAD_FAST_LOAD_FAST && opcode != LOAD_FAST_CHECK && opcode != JUMP_FORWARD && opcode != LOAD_DEREF;
}

bool
rec_go_on_unseen(struct recorder *r, int opcode)
{
    if (opcode == RAISE_VARARGS && !r->raises_now && r->oparg == 1 && rec_peek(r, 1) == the_exception(r)) {
        rec_pop(r);
        r->raises_now = true;
        return true;
    }
    if (r->raises_now || !is_harmless(opcode) || holds_marker(r, opcode))
        return fail(r);
    if (opcode == CHECK_EXC_MATCH)
        return check_match(r) && !has_effects(r) ? true : fail(r);
    if (opcode == POP_EXCEPT) {
        rec_pop(r);
        bool whole = rec_end_unseen(r);
        r->unseen = false;
        return whole && r->why == NULL ? true : fail(r);
    }
    return rec_one_instruction(r, opcode) && r->why == NULL && !has_effects(r) ? true : fail(r);
}
