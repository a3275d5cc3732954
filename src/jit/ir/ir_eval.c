/* jit/ir/ir_eval.c: what each instruction computes, and the evaluator built on it.
 *
 * ir_compute() is the one definition of the semantics: constant folding calls it, the evaluator calls it, and back ends are tested against
 * the evaluator. Every family has a function: it returns whether the trace goes on, and leaves the result in *out.
 * Invariant: no operand makes the evaluator itself misbehave; where a row of ir_ops.def says "is known", other operands give some value. */
#include "jit/ir/ir.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "object/coll/dict_values.h"
#include "object/coll/tuple.h" /* tuple_items() */
#include "object/num/int.h"    /* int_is_compact(), int_digits() */
#include "object/num/float.h"  /* float_value() */

typedef union ir_value value;

/* ---- integers ---- */

static int64_t
div_floor(int64_t a, int64_t b)
{
    if (b == 0 || b == -1)
        return (int64_t)((uint64_t)b * (uint64_t)a);           /* -a, wrapped */
    int64_t q = a / b;
    return q - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t
mod_floor(int64_t a, int64_t b)
{
    if (b == 0 || b == -1)
        return 0;
    int64_t r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

static bool
shift_left(int64_t a, int64_t b, int64_t *out)
{
    *out = (int64_t)((uint64_t)a << (b & 63));
    return *out >> (b & 63) == a;
}

static bool
compute_int(enum ir_op op, int64_t a, int64_t b, value *out)
{
    switch (op) {
    case IR_ADD_I: out->i = (int64_t)((uint64_t)a + (uint64_t)b); return true;
    case IR_SUB_I: out->i = (int64_t)((uint64_t)a - (uint64_t)b); return true;
    case IR_MUL_I: out->i = (int64_t)((uint64_t)a * (uint64_t)b); return true;
    case IR_ADDOV_I: return !__builtin_add_overflow(a, b, &out->i);
    case IR_SUBOV_I: return !__builtin_sub_overflow(a, b, &out->i);
    case IR_MULOV_I: return !__builtin_mul_overflow(a, b, &out->i);
    case IR_AND_I: out->i = a & b; return true;
    case IR_OR_I: out->i = a | b; return true;
    case IR_XOR_I: out->i = a ^ b; return true;
    case IR_SHLOV_I: return shift_left(a, b, &out->i);
    case IR_SHR_I: out->i = a >> (b & 63); return true;
    case IR_DIV_I: out->i = div_floor(a, b); return true;
    case IR_MOD_I: out->i = mod_floor(a, b); return true;
    case IR_NEGOV_I: return !__builtin_sub_overflow((int64_t)0, a, &out->i);
    default: out->i = ~a; return true;                         /* NOT_I */
    }
}

/* ---- floats ---- */

static void
compute_float(enum ir_op op, double a, double b, value *out)
{
    switch (op) {
    case IR_ADD_F: out->f = a + b; return;
    case IR_SUB_F: out->f = a - b; return;
    case IR_MUL_F: out->f = a * b; return;
    case IR_DIV_F: out->f = a / b; return;
    case IR_NEG_F: out->f = -a; return;
    case IR_ABS_F: out->f = fabs(a); return;
    default: out->f = sqrt(a); return;                         /* SQRT_F */
    }
}

/* ---- tests, as values and as guards ---- */

static bool
holds_int(enum ir_op op, int64_t a, int64_t b)
{
    switch (op) {
    case IR_GEQ_I: case IR_EQ_I: return a == b;
    case IR_GNE_I: return a != b;
    case IR_GLT_I: case IR_LT_I: return a < b;
    case IR_GLE_I: case IR_LE_I: return a <= b;
    case IR_GGT_I: return a > b;
    case IR_GGE_I: return a >= b;
    default: return (uint64_t)a < (uint64_t)b;                 /* GULT_I */
    }
}

static bool
holds_float(enum ir_op op, double a, double b)
{
    switch (op) {
    case IR_GEQ_F: case IR_EQ_F: return a == b;
    case IR_GNE_F: return a != b;
    case IR_GLT_F: case IR_LT_F: return a < b;
    case IR_GLE_F: case IR_LE_F: return a <= b;
    case IR_GGT_F: return a > b;
    case IR_GGE_F: return a >= b;
    case IR_GNLT_F: return !(a < b);
    case IR_GNLE_F: return !(a <= b);
    case IR_GNGT_F: return !(a > b);
    default: return !(a >= b);                                 /* GNGE_F */
    }
}

/* ---- objects and calls ---- */

static int64_t
unbox_int(PyObject *o)
{
    int64_t v = int_digits(o)[0];
    if (int_ndigits(o) > 1)
        v |= (int64_t)int_digits(o)[1] << PyLong_SHIFT;
    return v * int_sign(o);
}

static bool
compute_object(const struct ir *ir, enum ir_op op, PyObject *o, uint32_t x, value *out)
{
    switch (op) {
    case IR_GTYPE: return Py_TYPE(o) == ir_ptr_value(ir, (ir_ref)x);
    case IR_GCOMPACT: return int_ndigits(o) <= 1;
    case IR_GINT2: return int_ndigits(o) <= 2;
    case IR_UNBOX_I: case IR_UNBOX2_I: out->i = unbox_int(o); return true;
    case IR_UNBOX_F: out->f = float_value(o); return true;
    case IR_UNBOX_B: out->i = o == Py_True; return true;
    case IR_WLOAD: out->i = *(uint32_t *)((char *)o + (int32_t)x); return true;
    default: memcpy(out, (char *)o + (int32_t)x, sizeof(*out)); return true;       /* RLOAD_*, OLOAD, CLOAD, ALOAD */
    }
}

/* All helpers are of these kinds. */
static void
compute_call(uint32_t helper, value a, value b, value c, value *out)
{
    void *f = ir_helpers[helper].function;
    const char *sig = ir_helpers[helper].signature;
    if (strchr(sig, 'f') == NULL) {
        out->bits = ((uint64_t (*)(uint64_t, uint64_t, uint64_t))f)(a.bits, b.bits, c.bits);
        return;
    }
    if (strcmp(sig, "ff") == 0)
        out->f = ((double (*)(double))f)(a.f);
    else if (strcmp(sig, "fff") == 0)
        out->f = ((double (*)(double, double))f)(a.f, b.f);
    else
        Py_FatalError("the evaluator does not know this signature");
}

bool
ir_compute(const struct ir *ir, enum ir_op op, uint32_t x, value a, value b, value c, value *out)
{
    out->bits = 0;
    switch (op) {
    case IR_ADD_I ... IR_NOT_I:
        return compute_int(op, a.i, b.i, out);
    case IR_ADD_F ... IR_SQRT_F:
        compute_float(op, a.f, b.f, out);
        return true;
    case IR_I2F: out->f = (double)a.i; return true;
    case IR_F2I: out->i = fabs(a.f) < 0x1p63 ? (int64_t)a.f : INT64_MIN; return true;
    case IR_GEQ_I ... IR_GULT_I: return holds_int(op, a.i, b.i);
    case IR_GEQ_F ... IR_GNGE_F: return holds_float(op, a.f, b.f);
    case IR_EQ_I ... IR_LE_I: out->i = holds_int(op, a.i, b.i); return true;
    case IR_EQ_F ... IR_LE_F: out->i = holds_float(op, a.f, b.f); return true;
    case IR_GEQ_P: return a.p == b.p;
    case IR_GNE_P: return a.p != b.p;
    case IR_EQ_P: out->i = a.p == b.p; return true;
    case IR_GTRUE: return a.i != 0;
    case IR_GFALSE: return a.i == 0;
    case IR_NOT_B: out->i = !a.i; return true;
    case IR_B2I: out->i = a.i; return true;
    case IR_SELECT: *out = a.i ? b : c; return true;
    case IR_LITEM: out->o = ((PyObject **)a.p)[b.i]; return true;
    case IR_TITEM: out->o = tuple_items(a.o)[b.i]; return true;
    case IR_VLOAD_I: out->i = jit_item_int(a.p, b.i, x); return true;
    case IR_VLOAD_F: out->f = jit_item_float(a.p, b.i, x); return true;
    case IR_CALLL_I: case IR_CALLL_F:
        compute_call(x, a, b, c, out);
        return true;
    case IR_CALLR:
        compute_call(x, a, b, c, out);
        return true;
    case IR_CALLB ... IR_CALLS:
        compute_call(x, a, b, c, out);
        return out->bits != 0;
    default:
        return compute_object(ir, op, a.o, x, out);
    }
}

/* ---- the evaluator ---- */

struct eval {
    const struct ir *ir;
    PyObject **slots;
    const value *inherited;
    const uintptr_t *breaker;
    value *values;                     /* by reference, constants included */
};

static void
load_constants(struct eval *ev)
{
    for (ir_ref r = ev->ir->first; r < REF_BIAS; r++)
        ev->values[r].bits = ir_word(ev->ir, r);
}

/* Whose slots and eval breaker these are. */
static PyThreadState *thread_of(const struct eval *ev) { return (PyThreadState *)((char *)ev->breaker - offsetof(PyThreadState, eval_breaker)); }
static _PyInterpreterFrame *
frame_at(const struct eval *ev, int64_t slot)
{
    return (_PyInterpreterFrame *)((char *)(ev->slots + slot) - offsetof(_PyInterpreterFrame, localsplus));
}

/* values_add(), but for the value. */
static void
add_value(PyObject *o, uint32_t offset, uint32_t shape, uint8_t size)
{
    PyDictValues *v = inline_values(o);
    values_order(v)[size] = (uint8_t)((offset - sizeof(PyObject) - offsetof(PyDictValues, values)) / sizeof(PyObject *));
    v->size = (uint8_t)(size + 1);
    v->shape = shape;
}

/* False: the guard at r fails. */
static bool
step(struct eval *ev, ir_ref r)
{
    const struct ir_ins *in = &ev->ir->at[r];
    value *v = ev->values;
    switch (in->op) {
    case IR_NOP: case IR_BASE: case IR_LOOP: case IR_PHI: case IR_LINK: case IR_VIRT:
        return true;
    case IR_BELOW: case IR_BLOAD:
        v[r].p = ev->slots[-(int)(offsetof(_PyInterpreterFrame, localsplus) - offsetof(_PyInterpreterFrame, previous)) / (int)sizeof(PyObject *)];
        if (in->op == IR_BLOAD)
            v[r].o = ((PyObject **)v[r].p)[in->a];
        return true;
    case IR_SLOAD:
        v[r].o = ev->slots[in->a];
        return true;
    case IR_PLOAD_I ... IR_PLOAD_B:
        v[r] = ev->inherited[in->a];
        return true;
    case IR_GNULL: case IR_GEMPTY:
        return ev->slots[in->a] == NULL;
    case IR_GSTYPE:
        return ev->slots[in->a] != NULL && (Py_TYPE(ev->slots[in->a]) == ir_ptr_value(ev->ir, (ir_ref)in->x) || jit_is_common_leaf(Py_TYPE(ev->slots[in->a])));
    case IR_GLATE: case IR_GDIES:
        return (in->op == IR_GLATE ? jit_drops_late : jit_dies_late)(ev->slots, in->a, (uint64_t)v[in->b].i);
    case IR_GALONE: case IR_GOTHERS:
        return true;
    case IR_GAPART:
        return v[in->a].o != v[in->b].o || _Py_IsImmortal(v[in->a].o);
    case IR_RENEW_F:
        v[r].o = jit_float_instead(v[in->a].o, v[in->b].f);
        return v[r].o != NULL;
    case IR_RENEW_I:
        v[r].o = jit_int_instead(v[in->a].o, v[in->b].i);
        return v[r].o != NULL;
    case IR_GUNIQ:
        return v[in->a].o->ob_refcnt == 1;
    case IR_GKEPT:
        return jit_is_kept(ev->slots, (uint64_t)v[in->b].i, v[in->a].o);
    case IR_GQUIET:
        return jit_is_quiet(ev->slots, (uint64_t)v[in->b].i, v[in->a].o, in->x);
    case IR_REUSE_F:
        ((PyFloatObject *)v[in->a].o)->ob_fval = v[in->b].f;
        v[r] = v[in->a];
        return true;
    case IR_OADD:
        add_value(v[in->a].o, in->x, (uint32_t)v[in->b].i, (uint8_t)v[in->c].i);
        return true;
    case IR_OSTORE:
        *(PyObject **)((char *)v[in->a].o + (int32_t)in->x) = v[in->b].o;
        return true;
    case IR_LSTORE:
        ((PyObject **)v[in->a].p)[v[in->b].i] = v[in->c].o;
        return true;
    case IR_VSTORE_I:
        jit_item_set_int(v[in->a].p, v[in->b].i, in->x, v[in->c].i);
        return true;
    case IR_VSTORE_F:
        jit_item_set_float(v[in->a].p, v[in->b].i, in->x, v[in->c].f);
        return true;
    case IR_INC:
        Py_INCREF(v[in->a].o);
        return true;
    case IR_DROP:
        jit_drop(v[in->a].o);
        return true;
    case IR_FPUT: case IR_FPUT_NEW:
        (in->op == IR_FPUT ? jit_slot_put : jit_slot_put_new)(&ev->slots[in->a], v[in->b].o);
        return true;
    case IR_FSET:
        ev->slots[in->a] = v[in->b].o;
        return true;
    case IR_ARG:
        jit_args[in->a] = v[in->b].o;
        return true;
    case IR_ARG_I:
        jit_args[in->a] = (PyObject *)(intptr_t)v[in->b].i;
        return true;
    case IR_FOPEN:
        ev->slots[in->a] = NULL;
        return true;
    case IR_FDROP:
        jit_slot_put_new(&ev->slots[in->a], NULL);
        return true;
    case IR_NEW_I: case IR_NEW_F:
        v[r].o = in->op == IR_NEW_I ? jit_new_int(v[in->a].i) : jit_new_float(v[in->a].f);
        return v[r].o != NULL;
    case IR_NEW_LIST_IT: case IR_NEW_TUPLE_IT:
        v[r].o = jit_new_iterator(v[in->a].o);
        return v[r].o != NULL;
    case IR_NEW_RANGE:
        v[r].o = jit_new_range_iterator(v[in->a].i, v[in->b].i, v[in->c].i);
        return v[r].o != NULL;
    case IR_NEW_OBJ:
        v[r].o = jit_new_instance(v[in->a].p, (uint64_t)v[in->b].i, (uint64_t)v[in->c].i, in->x);
        return v[r].o != NULL;
    case IR_NEW_TUPLE: case IR_NEW_LIST:
        v[r].o = (in->op == IR_NEW_TUPLE ? jit_new_tuple : jit_new_list)(in->a);
        return v[r].o != NULL;
    case IR_NEW_METHOD:
        v[r].o = jit_new_method(v[in->a].o, v[in->b].o);
        return v[r].o != NULL;
    case IR_CALLO:
        v[r].i = jit_open(thread_of(ev), frame_at(ev, v[in->b].i), in->a, in->x, frame_at(ev, 0), v[in->c].p);
        return v[r].i == 0;
    case IR_NEXT:
        return false;
    case IR_PUSHF:
        if (jit_is_shim(v[in->b].o))
            return jit_push_shim(thread_of(ev), frame_at(ev, in->a), v[in->b].o, (uint64_t)v[in->c].i) != 0;
        return jit_push_function(thread_of(ev), frame_at(ev, in->a), (PyFunctionObject *)v[in->b].o, (uint64_t)v[in->c].i) != 0;
    case IR_FLOAD:
        v[r].o = ev->slots[in->a];
        return true;
    case IR_GPOLL:
        return (*ev->breaker & 0xff) == 0;
    case IR_GROOM:
        return rt_thread_of(thread_of(ev))->young.used < rt_thread_of(thread_of(ev))->young.limit;
    case IR_GDEPTH:
        return thread_of(ev)->py_recursion_remaining >= in->a;
    case IR_RSTORE_I: case IR_RSTORE_F:
        memcpy((char *)v[in->a].o + in->x, &v[in->b], sizeof(value));
        return true;
    case IR_BOX_I: case IR_BOX_F:                              /* what an exit makes an object of */
        v[r] = v[in->a];
        return true;
    default:
        return ir_compute(ev->ir, in->op, in->x, v[in->a], v[in->b], v[in->c], &v[r]);
    }
}

/* All PHIs at once: one may be what another becomes. */
static void
next_round(struct eval *ev, ir_ref phis)
{
    const struct ir_ins *at = ev->ir->at;
    for (ir_ref r = phis; r < ev->ir->end; r++) {
        if (at[r].op == IR_PHI)
            ev->values[r] = ev->values[at[r].b];
    }
    for (ir_ref r = phis; r < ev->ir->end; r++) {
        if (at[r].op == IR_PHI)
            ev->values[at[r].a] = ev->values[r];
    }
}

static ir_ref
first_phi(const struct ir *ir)
{
    ir_ref r = ir->end;
    while (r > REF_BIAS && (ir->at[r - 1].op == IR_PHI || ir->at[r - 1].op == IR_NOP))
        r--;
    return r;
}

static struct ir_exit
exit_at(const struct ir *ir, ir_ref guard, ir_ref r)
{
    return (struct ir_exit){ guard, ir->nsnaps == 0 ? 0 : (uint32_t)(snap_of(ir, r) - ir->snaps) };
}

/* The rounds are used up: what lies before the first guard of the body is still done, as its snapshot may need it. */
static struct ir_exit
leave_at_loop(struct eval *ev)
{
    ir_ref r = ev->ir->loop;
    while (r < ev->ir->end && !(ev->ir->at[r].t & IRT_GUARD))
        step(ev, r++);
    return exit_at(ev->ir, ev->ir->loop, r);
}

uint32_t *ir_countdown;

/* A guard whose turn it is to fail. */
static bool
is_forced(const struct ir *ir, ir_ref r)
{
    if (ir_countdown == NULL || *ir_countdown == 0 || !(ir_ops[ir->at[r].op].flags & I_GUARD) || snap_of(ir, r)->branch || ir_acts_first(ir->at[r].op))
        return false;
    return --*ir_countdown == 0;
}

static struct ir_exit
run(struct eval *ev, ir_ref r, uint64_t max_rounds)
{
    const struct ir *ir = ev->ir;
    ir_ref phis = first_phi(ir);
    ev->values[REF_NONE].bits = 0;
    for (uint64_t round = 0; ; round++) {
        for (; r < phis; r++) {
            if (r == ir->loop && ir->loop != REF_NONE && round == max_rounds)
                return leave_at_loop(ev);
            if (is_forced(ir, r) || !step(ev, r))
                return exit_at(ir, r, r);
        }
        if (ir->loop == REF_NONE)
            return exit_at(ir, REF_NONE, ir->end);
        next_round(ev, phis);
        r = ir->loop;
    }
}

struct ir_exit
ir_eval(const struct ir *ir, PyObject **slots, const uintptr_t *breaker, const value *inherited, value *values, uint64_t max_rounds)
{
    struct eval ev = { ir, slots, inherited, breaker, values };
    load_constants(&ev);
    return run(&ev, REF_BIAS, max_rounds);
}

struct ir_exit
ir_eval_loop(const struct ir *ir, PyObject **slots, const uintptr_t *breaker, value *values, uint64_t max_rounds)
{
    struct eval ev = { ir, slots, NULL, breaker, values };
    load_constants(&ev);
    for (ir_ref r = REF_BIAS + 1; r < ir->loop; r++) {
        if (ir_is_box(ir, r))
            values[r] = values[ir->at[r].a];
        else if (ir->at[r].op == IR_SLOAD && !(ir->at[r].t & IRT_PHI))
            values[r].o = slots[ir->at[r].a];
    }
    return run(&ev, ir->loop, max_rounds);
}
