/* jit/trace/rec_select.c: `if k < 0: k += n` and `if i == 0: i = 16` `else: i -= 1` without a way of their own for each side.
 *
 * Where both sides of a jump do nothing but compute numbers for variables, the trace computes both and takes the one that the test asks for (SELECT). There is no guard, and no side trace
 * that repeats all that follows in the round: with n such jumps in a loop that would be two to the n-th ways through it.
 * What is computed must be a number that nothing else has, as it gets a box of its own: so a side that leaves a variable alone may do so only if the number in it has no other name. What is
 * known of the test's operands is not known behind it. Guards (an int of more than 64 bits) leave to the jump, which the interpreter does again. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "object/num/int.h"
#include "rt/singletons.h"

#define UNITS_MAX 40                   /* code units of one side, with caches */
#define OPERATIONS 3                   /* on numbers, of one side */
#define NAMES 4                        /* variables that a side sets */
#define VALUES 4                       /* on its stack */

struct side {
    ir_ref stack[VALUES];
    int from[VALUES];                  /* the variable that a value comes from as it is; -1: none */
    int depth, operations, n;
    struct { int local; ir_ref v; } set[NAMES];
};

static ir_ref
local_of(struct recorder *r, const struct side *s, int i)
{
    for (int k = 0; k < s->n; k++)
        if (s->set[k].local == i)
            return s->set[k].v;
    return rec_local(r, r->base + i);
}

static bool
push(struct side *s, ir_ref v)
{
    if (s->depth == VALUES || v == REF_NONE)
        return false;
    s->from[s->depth] = -1;
    s->stack[s->depth++] = v;
    return true;
}

static bool
push_local(struct recorder *r, struct side *s, int i)
{
    ir_ref v = local_of(r, s, i);
    if (!push(s, v))
        return false;
    if (v == rec_local(r, r->base + i))
        s->from[s->depth - 1] = i;
    return true;
}

static bool
set_local(struct side *s, int i)
{
    int k = 0;
    while (k < s->n && s->set[k].local != i)
        k++;
    if (k == NAMES || s->depth == 0)
        return false;
    s->set[k].local = i;
    s->set[k].v = s->stack[--s->depth];
    s->n += k == s->n;
    return true;
}

static bool
is_number_constant(const struct ir *ir, ir_ref v)
{
    PyObject *o = ir->at[v].op == IR_KO ? ir_obj_value(ir, v) : NULL;
    return o != NULL && (PyFloat_CheckExact(o) || (PyLong_CheckExact(o) && int_ndigits(o) <= 2));
}

static bool
is_static_int(const struct ir *ir, ir_ref v)
{
    PyObject *o = ir->at[v].op == IR_KO ? ir_obj_value(ir, v) : NULL;
    return o != NULL && PyLong_CheckExact(o) && int_is_compact(o) && int_compact_value(o) >= -RT_NSMALLNEG && int_compact_value(o) < RT_NSMALLPOS;
}

/* The number v without a guard; REF_NONE: there is none, or that would take one. */
static ir_ref
number_in(struct recorder *r, ir_ref v)
{
    struct ir *ir = r->ir;
    if (ir_is_box(ir, v))
        return ir->at[v].a;
    if (is_number_constant(ir, v)) {
        PyObject *o = ir_obj_value(ir, v);
        return PyFloat_CheckExact(o) ? ir_float(ir, PyFloat_AS_DOUBLE(o)) : ir_int(ir, PyLong_AsLongLong(o));
    }
    if (ir_type_of(ir, v) != T_OBJ || ir->at[v].kt == REF_NONE || ir_is_virtual(ir, v))
        return REF_NONE;
    if (ir_ptr_value(ir, ir->at[v].kt) == &PyFloat_Type)
        return rec_emit(r, IR_UNBOX_F, v, REF_NONE);
    if (ir_ptr_value(ir, ir->at[v].kt) != &PyLong_Type)
        return REF_NONE;
    if (ir->at[v].op == IR_NEW_I || ir->at[v].op == IR_RENEW_I)
        return ir->at[v].op == IR_NEW_I ? ir->at[v].a : ir->at[v].b;
    for (ir_ref k = ir->chain[IR_UNBOX2_I]; k > v; k = ir->at[k].prev)         /* behind its guard */
        if (ir->at[k].a == v)
            return k;
    return REF_NONE;
}

/* The number that lies under n - 1 others. What a variable has is looked at by guards, which hold now. */
static ir_ref
operand(struct recorder *r, struct side *s, int n)
{
    ir_ref v = s->stack[s->depth - n];
    int i = s->from[s->depth - n];
    PyObject *o = i >= 0 ? r->inner->localsplus[i] : NULL;
    bool unknown = o != NULL && ir_type_of(r->ir, v) == T_OBJ && !ir_is_box(r->ir, v) && !rec_is_virtual(r, v) && r->ir->at[v].op != IR_KO;
    if (unknown && (PyFloat_CheckExact(o) || (PyLong_CheckExact(o) && int_ndigits(o) <= 2)))
        return rec_number(r, v, o);
    return number_in(r, v);
}

static bool
give(struct recorder *r, struct side *s, int popped, ir_ref v)
{
    if (r->why != NULL || v == REF_NONE || v == REF_FAIL || ++s->operations > OPERATIONS)
        return false;
    s->depth -= popped;
    return push(s, rec_emit(r, ir_type_of(r->ir, v) == T_F64 ? IR_BOX_F : IR_BOX_I, v, REF_NONE));
}

static ir_ref as_float(struct recorder *r, ir_ref v) { return ir_type_of(r->ir, v) == T_I64 ? rec_emit(r, IR_I2F, v, REF_NONE) : v; }

static bool
operate(struct recorder *r, struct side *s, int operator)
{
    ir_ref a = s->depth < 2 ? REF_NONE : operand(r, s, 2), b = a == REF_NONE ? REF_NONE : operand(r, s, 1);
    if (b == REF_NONE || ir_type_of(r->ir, a) == T_BOOL || ir_type_of(r->ir, b) == T_BOOL)
        return false;
    bool floats = ir_type_of(r->ir, a) == T_F64 || ir_type_of(r->ir, b) == T_F64;
    if (floats) {
        a = as_float(r, a);
        b = as_float(r, b);
    }
    switch (operator) {
    case NB_ADD: case NB_INPLACE_ADD: return give(r, s, 2, rec_emit(r, floats ? IR_ADD_F : IR_ADDOV_I, a, b));
    case NB_SUBTRACT: case NB_INPLACE_SUBTRACT: return give(r, s, 2, rec_emit(r, floats ? IR_SUB_F : IR_SUBOV_I, a, b));
    case NB_MULTIPLY: case NB_INPLACE_MULTIPLY: return floats && give(r, s, 2, rec_emit(r, IR_MUL_F, a, b));
    default: return false;
    }
}

static bool
negate(struct recorder *r, struct side *s)
{
    ir_ref v = s->depth < 1 ? REF_NONE : operand(r, s, 1);
    if (v == REF_NONE || ir_type_of(r->ir, v) == T_BOOL)
        return false;
    return give(r, s, 1, rec_emit(r, ir_type_of(r->ir, v) == T_F64 ? IR_NEG_F : IR_NEGOV_I, v, REF_NONE));
}

/* A number that the class of the variable on top keeps under this name. */
static bool
load_class_number(struct recorder *r, struct side *s, PyObject *name)
{
    int i = s->depth > 0 ? s->from[--s->depth] : -1, at = r->nslots + r->depth;
    ir_ref v = i >= 0 ? s->stack[s->depth] : REF_NONE;
    PyObject *o = i >= 0 ? r->inner->localsplus[i] : NULL, **sp = r->sp;
    if (o == NULL || ir_type_of(r->ir, v) != T_OBJ || ir_is_box(r->ir, v) || rec_is_virtual(r, v) || at < r->top || !rec_has_class_number(o, name))
        return false;
    rec_push(r, v);
    r->sp = &o + 1;
    bool loaded = rec_load_attr(r, name, false);
    r->sp = sp;
    v = loaded ? rec_peek(r, 1) : REF_NONE;
    r->depth = at - r->nslots;
    return loaded && is_number_constant(r->ir, v) && push(s, v);
}

/* One instruction; false: it is none that can be done so. */
static bool
step(struct recorder *r, struct side *s, const _Py_CODEUNIT *unit, int opcode)
{
    int oparg = unit->op.arg;
    switch (opcode) {
    case NOP: return true;
    case LOAD_FAST: return push_local(r, s, oparg);
    case LOAD_FAST_LOAD_FAST: return push_local(r, s, oparg >> 4) && push_local(r, s, oparg & 15);
    case LOAD_ATTR: return (oparg & 1) == 0 && load_class_number(r, s, PyTuple_GET_ITEM(r->inner_code->co_names, oparg >> 1));
    case LOAD_CONST: {
        ir_ref v = rec_const(r, PyTuple_GET_ITEM(r->inner_code->co_consts, oparg));
        return is_number_constant(r->ir, v) && push(s, v);
    }
    case STORE_FAST: return set_local(s, oparg);
    case STORE_FAST_LOAD_FAST: return set_local(s, oparg >> 4) && push_local(r, s, oparg & 15);
    case STORE_FAST_STORE_FAST: return set_local(s, oparg >> 4) && set_local(s, oparg & 15);
    case BINARY_OP: return operate(r, s, oparg);
    case UNARY_NEGATIVE: return negate(r, s);
    default: return false;
    }
}

/* From `from` to `to`; *join: where a jump forward at its end leads, else `to`. */
static bool
walk(struct recorder *r, struct side *s, unsigned from, unsigned to, unsigned *join)
{
    const _Py_CODEUNIT *code = _PyCode_CODE(r->inner_code), *p = code + from, *end = code + to;
    *join = to;
    if (to - from > UNITS_MAX)
        return false;
    while (p < end && r->why == NULL) {
        int opcode = op_deopt(p->op.code);
        const _Py_CODEUNIT *next = p + 1 + op_table[opcode].caches;
        if (opcode == JUMP_FORWARD && next == end) {
            *join = to + p->op.arg;
            return true;
        }
        if (!step(r, s, p, opcode))
            return false;
        p = next;
    }
    return p == end && r->why == NULL;
}

/* Nothing but slot i has the box v. */
static bool
has_no_other(const struct recorder *r, ir_ref v, int i)
{
    for (int k = rec_first_slot(r); k < REC_ALL; k = rec_next_slot(r, k))
        if (k != i && r->slot[k] == v)
            return false;
    for (int k = 0; k < r->npending; k++)
        if (r->pending[k].value == v)
            return false;
    return r->slot[i] == v && r->changed[i] && !r->held[i];
}

/* May the value of slot i be a number in a box of its own? from: what was emitted for these sides. */
static bool
is_own(const struct recorder *r, ir_ref v, int i, ir_ref from)
{
    if (is_static_int(r->ir, v))
        return true;
    return ir_is_box(r->ir, v) && (v >= from || has_no_other(r, v, i));
}

/* In slot i, where the sides are two: the number that the test asks for. False: they cannot be one. */
static bool
fits(struct recorder *r, ir_ref yes, ir_ref no, int i, ir_ref from)
{
    if (yes == no)
        return true;
    if (!is_own(r, yes, i, from) || !is_own(r, no, i, from) || r->held[i])
        return false;
    return ir_type_of(r->ir, number_in(r, yes)) == ir_type_of(r->ir, number_in(r, no));
}

static ir_ref
either(struct recorder *r, ir_ref test, ir_ref yes, ir_ref no)
{
    if (yes == no)
        return yes;
    ir_ref v = opt_emit(r->ir, IR_SELECT, test, number_in(r, yes), number_in(r, no), 0);
    return rec_emit(r, ir_type_of(r->ir, v) == T_F64 ? IR_BOX_F : IR_BOX_I, v, REF_NONE);
}

/* Two variables have one object. */
static bool
shares(const struct recorder *r, const struct side *s)
{
    for (int k = 0; k < s->n; k++)
        for (int j = 0; j < k; j++)
            if (s->set[k].v == s->set[j].v && !is_static_int(r->ir, s->set[k].v))
                return true;
    return false;
}

/* The sides of all variables: those of `a`, then those that only `b` sets. */
static bool
all_fit(struct recorder *r, const struct side *a, const struct side *b, ir_ref from)
{
    for (int k = 0; k < a->n; k++)
        if (!fits(r, a->set[k].v, local_of(r, b, a->set[k].local), r->base + a->set[k].local, from))
            return false;
    for (int k = 0; k < b->n; k++)
        if (!fits(r, local_of(r, a, b->set[k].local), b->set[k].v, r->base + b->set[k].local, from))
            return false;
    return a->depth == 0 && b->depth == 0 && a->n + b->n > 0 && !shares(r, a) && !shares(r, b);
}

static void
set_both(struct recorder *r, ir_ref test, const struct side *a, const struct side *b)
{
    int local[2 * NAMES], n = 0;
    ir_ref v[2 * NAMES];
    for (int k = 0; k < a->n + b->n; k++) {
        int i = k < a->n ? a->set[k].local : b->set[k - a->n].local;
        bool again = false;
        for (int j = 0; j < n; j++)
            again |= local[j] == i;
        if (again)
            continue;
        local[n] = i;
        v[n++] = either(r, test, local_of(r, a, i), local_of(r, b, i));
    }
    for (int k = 0; k < n && r->why == NULL; k++)
        rec_take(r, r->base + local[k]);
    for (int k = 0; k < n && r->why == NULL; k++)
        rec_set(r, r->base + local[k], v[k]);
}

bool
rec_both_sides(struct recorder *r, ir_ref test, bool if_true)
{
    unsigned target = r->next + (unsigned)r->oparg, join, end;
    struct side falls = { .n = 0 }, jumps = { .n = 0 };
    if (r->is_side && r->count <= 1)                     /* a guard of a side did not hold */
        return false;
    if (r->unseen || r->ngenerators > 0 || rec_is_in_generator(r) || r->frame->owner == FRAME_OWNED_BY_GENERATOR || ref_is_const(test) || r->oparg == 0 || r->oparg > UNITS_MAX)
        return false;
    ir_ref from = r->ir->end;
    if (!walk(r, &falls, r->next, target, &join) || (join > target && !walk(r, &jumps, target, join, &end)) || (join > target && end != join))
        return false;
    const struct side *yes = if_true ? &jumps : &falls, *no = if_true ? &falls : &jumps;
    if (!all_fit(r, yes, no, from))
        return false;
    set_both(r, test, yes, no);
    rec_pop(r);
    r->skip_to = join;
    return true;
}
