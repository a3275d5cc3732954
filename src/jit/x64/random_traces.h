/* jit/x64/random_traces.h: for tests: random traces. A trace is a straight part, mostly a loop, PHIs of any shape; values of all types, snapshots
 * that list anything. A guard that fails at once is turned round, so that most traces run deep.
 *
 * The frame: slots 0-3 objects with raw fields, 4-9 ints and floats, 10 what loops count, from 20 on what traces put there. */
#ifndef ADDER_JIT_X64_RANDOM_TRACES_H
#define ADDER_JIT_X64_RANDOM_TRACES_H

#include "jit/x64/run_test.h"

#include <math.h>

enum { INT_FIELDS = 3, FIELDS = 6, POOL = 400, RAWS = 4, FIRST_PUT = 20, PUTS = 24 };

struct pool { ir_ref at[POOL]; unsigned n; };

struct gen {
    struct ir *ir;
    struct test_frame *tf;
    uint64_t seed;
    struct pool ints, floats, bools, raws, boxes, news;        /* boxes: BOX_*; news: numbers as objects, which live on in the slot they were put in */
    enum ir_op unbox[10];              /* slots 4-9 */
    ir_ref in_slot[RAWS];              /* what the memory of each holds by now */
    unsigned nputs;                    /* slots from FIRST_PUT on that some trace writes */
};

static uint32_t
pick(struct gen *g, uint32_t n)
{
    g->seed = g->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(g->seed >> 33) % n;
}

static bool chance(struct gen *g, uint32_t percent) { return pick(g, 100) < percent; }

static void
add(struct pool *p, ir_ref r)
{
    if (p->n < POOL)
        p->at[p->n++] = r;
}

static ir_ref
any(struct gen *g, const struct pool *p)
{
    return p->at[chance(g, 60) && p->n > 6 ? p->n - 1 - pick(g, 6) : pick(g, p->n)];
}

static int64_t
random_int(struct gen *g)
{
    static const int64_t edges[] = { 0, 1, -1, 2, 63, 64, 127, 128, -128, -129, INT32_MAX, INT32_MIN, (int64_t)INT32_MAX + 1, INT64_MAX, INT64_MIN, 1ll << 40 };
    return chance(g, 30) ? edges[pick(g, 16)] : chance(g, 70) ? (int64_t)pick(g, 2000) - 1000 : (int64_t)((uint64_t)pick(g, 1u << 31) * pick(g, 1u << 31));
}

static double
random_float(struct gen *g)
{
    static const double edges[] = { 0.0, -0.0, 1.0, -1.0, INFINITY, -INFINITY, NAN, 1e-310, 1e300, 0.5 };
    return chance(g, 20) ? edges[pick(g, 10)] : ((double)pick(g, 20000) - 10000) / 64;
}

static ir_ref ins(struct gen *g, enum ir_op op, ir_ref a, ir_ref b, uint32_t x) { return ir_append(g->ir, op, a, b, 0, x); }
static ir_ref int_or_const(struct gen *g) { return chance(g, 20) ? ir_int(g->ir, random_int(g)) : any(g, &g->ints); }
static ir_ref float_or_const(struct gen *g) { return chance(g, 20) ? ir_float(g->ir, random_float(g)) : any(g, &g->floats); }

/* ---- instructions ---- */

static void
gen_int(struct gen *g)
{
    static const enum ir_op ops[] = { IR_ADD_I, IR_SUB_I, IR_MUL_I, IR_ADDOV_I, IR_ADDOV_I, IR_SUBOV_I, IR_MULOV_I, IR_AND_I, IR_OR_I, IR_XOR_I, IR_NEGOV_I,
        IR_NOT_I };
    enum ir_op op = ops[pick(g, sizeof(ops) / sizeof(ops[0]))];
    ir_ref a = int_or_const(g), b = ir_ops[op].b == '_' ? REF_NONE : int_or_const(g);
    add(&g->ints, ins(g, op, a, b, 0));
}

static void
gen_shift(struct gen *g)
{
    static const enum ir_op ops[] = { IR_SHLOV_I, IR_SHR_I };
    ir_ref a = int_or_const(g), b = chance(g, 50) ? ir_int(g->ir, pick(g, 64)) : ins(g, IR_AND_I, any(g, &g->ints), ir_int(g->ir, chance(g, 50) ? 63 : 7), 0);
    if (!ref_is_const(b))
        add(&g->ints, b);
    add(&g->ints, ins(g, ops[pick(g, 2)], chance(g, 10) ? b : a, b, 0));
}

static void
gen_divide(struct gen *g)
{
    ir_ref b;
    if (chance(g, 50)) {
        int64_t v = random_int(g);
        b = ir_int(g->ir, v == 0 || v == -1 ? 10 : chance(g, 30) ? 1ll << pick(g, 60) : v);
    } else {
        b = ins(g, IR_OR_I, ins(g, IR_AND_I, any(g, &g->ints), ir_int(g->ir, 0xffff), 0), ir_int(g->ir, 2), 0);
        if (chance(g, 50))
            b = ins(g, IR_NOT_I, b, 0, 0);
        add(&g->ints, b);
    }
    add(&g->ints, ins(g, chance(g, 50) ? IR_DIV_I : IR_MOD_I, chance(g, 10) ? b : int_or_const(g), b, 0));
}

static void
gen_float(struct gen *g)
{
    enum ir_op op = (enum ir_op)(IR_ADD_F + pick(g, 8));
    if (op == IR_I2F)
        add(&g->floats, ins(g, op, any(g, &g->ints), 0, 0));
    else
        add(&g->floats, ins(g, op, float_or_const(g), ir_ops[op].b == '_' ? REF_NONE : float_or_const(g), 0));
}

static void
gen_test(struct gen *g)
{
    if (chance(g, 20))
        add(&g->bools, ins(g, IR_NOT_B, any(g, &g->bools), 0, 0));
    else if (chance(g, 20))
        add(&g->ints, ins(g, IR_B2I, any(g, &g->bools), 0, 0));
    else if (chance(g, 20))
        add(&g->bools, ins(g, IR_EQ_P, any(g, &g->raws), any(g, &g->raws), 0));
    else if (chance(g, 50))
        add(&g->bools, ins(g, (enum ir_op)(IR_EQ_I + pick(g, 3)), int_or_const(g), int_or_const(g), 0));
    else
        add(&g->bools, ins(g, (enum ir_op)(IR_EQ_F + pick(g, 3)), float_or_const(g), float_or_const(g), 0));
}

static void
gen_select(struct gen *g)
{
    ir_ref c = any(g, &g->bools);
    if (chance(g, 50))
        add(&g->ints, ir_append(g->ir, IR_SELECT, c, int_or_const(g), int_or_const(g), 0));
    else
        add(&g->floats, ir_append(g->ir, IR_SELECT, c, float_or_const(g), float_or_const(g), 0));
}

static uint32_t field(unsigned n) { return (uint32_t)(sizeof(PyObject) + 8 * n); }

static void
gen_memory(struct gen *g)
{
    ir_ref o = any(g, &g->raws);
    unsigned i = pick(g, INT_FIELDS), f = INT_FIELDS + pick(g, FIELDS - INT_FIELDS);
    switch (pick(g, 6)) {
    case 0: case 1: add(&g->ints, ins(g, IR_RLOAD_I, o, 0, field(i))); break;
    case 2: case 3: add(&g->floats, ins(g, IR_RLOAD_F, o, 0, field(f))); break;
    case 4: ins(g, IR_RSTORE_I, o, int_or_const(g), field(i)); break;
    default: ins(g, IR_RSTORE_F, o, float_or_const(g), field(f)); break;
    }
}

static void
gen_call(struct gen *g)
{
    add(&g->floats, ins(g, IR_CALLL_F, float_or_const(g), float_or_const(g), chance(g, 50) ? HELPER_FMOD : HELPER_FFLOOR_DIV));
}

/* A slot is written by one instruction only: what it held must live while snapshots may list it. */
static void
gen_put(struct gen *g)
{
    if (g->nputs + 2 > PUTS || chance(g, 30)) {
        unsigned slot = pick(g, RAWS);
        ins(g, IR_FPUT, (ir_ref)slot, g->in_slot[slot] = any(g, &g->raws), 0);
        return;
    }
    ir_ref r = chance(g, 50) ? ins(g, IR_NEW_I, int_or_const(g), 0, 0) : ins(g, IR_NEW_F, float_or_const(g), 0, 0);
    if (chance(g, 30))
        ins(g, chance(g, 50) ? IR_FOPEN : IR_FDROP, (ir_ref)(FIRST_PUT + g->nputs), 0, 0);
    ins(g, IR_FPUT_NEW, (ir_ref)(FIRST_PUT + g->nputs++), r, 0);
    if (chance(g, 50))
        ins(g, IR_FPUT, (ir_ref)(FIRST_PUT + g->nputs++), r, 0);
    add(&g->news, r);
}

static void
gen_slot_guard(struct gen *g)
{
    PyTypeObject *types[] = { &PyLong_Type, &PyFloat_Type, &PyBaseObject_Type };
    ir_ref slot = (ir_ref)(chance(g, 40) ? pick(g, 12) : FIRST_PUT + pick(g, PUTS));
    if (chance(g, 30))
        ins(g, IR_GNULL, slot, 0, 0);
    else
        ins(g, IR_GSTYPE, slot, 0, ir_ptr(g->ir, types[pick(g, 3)]));
}

static void
gen_guard(struct gen *g)
{
    switch (pick(g, 7)) {
    case 6: gen_slot_guard(g); break;
    case 0: case 1: ins(g, (enum ir_op)(IR_GEQ_I + pick(g, 7)), int_or_const(g), int_or_const(g), 0); break;
    case 2: ins(g, (enum ir_op)(IR_GEQ_F + pick(g, 10)), float_or_const(g), float_or_const(g), 0); break;
    case 3: ins(g, chance(g, 50) ? IR_GTRUE : IR_GFALSE, any(g, &g->bools), 0, 0); break;
    case 4: ins(g, chance(g, 50) ? IR_GEQ_P : IR_GNE_P, any(g, &g->raws), any(g, &g->raws), 0); break;
    default: ins(g, IR_GTYPE, any(g, &g->raws), 0, ir_ptr(g->ir, &PyBaseObject_Type)); break;
    }
}

static void
gen_box(struct gen *g)
{
    if (chance(g, 50))
        add(&g->boxes, ins(g, IR_BOX_I, int_or_const(g), 0, 0));
    else
        add(&g->boxes, ins(g, IR_BOX_F, float_or_const(g), 0, 0));
}

static void
gen_snapshot(struct gen *g)
{
    unsigned most = chance(g, 10) ? 40 : 8;
    snap_begin(g->ir, pick(g, 100), 0);
    for (unsigned slot = 0; slot < most; slot++) {
        struct pool *pools[] = { &g->ints, &g->floats, &g->bools, &g->raws, &g->boxes, &g->news };
        struct pool *p = pools[pick(g, 6)];
        if (chance(g, 30) || p->n == 0)
            continue;
        ir_ref r = any(g, p);
        enum snap_how how = p != &g->boxes ? HOW_OBJ : g->ir->at[r].op == IR_BOX_I ? HOW_INT : HOW_FLOAT;
        snap_add_entry(g->ir, chance(g, 5) ? SNAP_ENTRY(slot, 0, HOW_NULL, 0) : SNAP_ENTRY(slot, 0, how, r));
    }
    while (chance(g, 20))
        snap_add_store(g->ir, (struct snap_store){ any(g, &g->raws), int_or_const(g), field(0) });
}

static void
gen_some(struct gen *g, unsigned n)
{
    bool calls = chance(g, 30);
    while (n-- > 0) {
        switch (pick(g, 16)) {
        case 0: case 1: case 2: gen_int(g); break;
        case 3: gen_shift(g); break;
        case 4: gen_divide(g); break;
        case 5: case 6: case 7: gen_float(g); break;
        case 8: gen_test(g); break;
        case 9: gen_select(g); break;
        case 10: gen_memory(g); break;
        case 11: !calls ? gen_float(g) : chance(g, 50) ? gen_call(g) : gen_put(g); break;
        case 12: gen_box(g); break;
        case 13: gen_snapshot(g); break;
        default: gen_guard(g); break;
        }
    }
}

/* ---- whole traces ---- */

/* The objects in the slots of a frame. */
static void
gen_frame(struct gen *g)
{
    int slot = 0;
    memset(g->tf, 0, sizeof(*g->tf));
    for (; slot < RAWS; slot++) {
        PyObject *o = test_raw(g->tf, random_int(g), random_int(g));
        double f[3] = { random_float(g), random_float(g), random_float(g) };
        ((union test_object *)o)->raw.fields[2] = random_int(g);
        memcpy(((union test_object *)o)->raw.fields + INT_FIELDS, f, sizeof(f));
        test_slot(g->tf, slot, o);
    }
    for (; slot < 10; slot++) {
        int64_t v = random_int(g);
        bool small = v > -(1 << 30) && v < 1 << 30, real = slot & 1, fits = v > -(1ll << 60) && v < 1ll << 60;
        test_slot(g->tf, slot, real ? test_float(g->tf, random_float(g)) : test_int(g->tf, fits ? v : 5));
        g->unbox[slot] = real ? IR_UNBOX_F : small || !fits ? IR_UNBOX_I : IR_UNBOX2_I;
    }
    test_slot(g->tf, 10, test_int(g->tf, 0));
}

static void
gen_loads(struct gen *g)
{
    for (int slot = 0; slot < RAWS; slot++) {
        ir_ref s = g->in_slot[slot] = ins(g, IR_SLOAD, (ir_ref)slot, 0, 0);
        add(&g->raws, s);
        add(&g->ints, ins(g, IR_RLOAD_I, s, 0, field(pick(g, INT_FIELDS))));
        add(&g->floats, ins(g, IR_RLOAD_F, s, 0, field(INT_FIELDS + pick(g, FIELDS - INT_FIELDS))));
    }
    for (int slot = RAWS; slot < 10; slot++)
        add(slot & 1 ? &g->floats : &g->ints, ins(g, g->unbox[slot], ins(g, IR_SLOAD, (ir_ref)slot, 0, 0), 0, 0));
    add(&g->bools, ins(g, IR_LT_I, any(g, &g->ints), any(g, &g->ints), 0));
}

/* The PHIs: left sides are values from before the loop, each once; right sides anything of the type, other left sides and constants too. */
static void
gen_phis(struct gen *g, struct pool *p, unsigned before, unsigned most)
{
    ir_ref lefts[POOL];
    unsigned n = 0;
    for (unsigned i = 0; i < before && n < most; i++) {
        ir_ref r = p->at[i];
        bool twice = ref_is_const(r) || chance(g, 50);
        for (unsigned k = 0; k < n; k++)
            twice |= lefts[k] == r;
        if (!twice)
            lefts[n++] = r;
    }
    for (unsigned k = 0; k < n; k++) {
        ir_ref right = chance(g, 10) && p != &g->raws ? (p == &g->floats ? ir_float(g->ir, random_float(g)) : ir_int(g->ir, random_int(g)))
            : chance(g, 25) ? lefts[pick(g, n)] : chance(g, 20) ? p->at[pick(g, before)] : any(g, p);
        ins(g, IR_PHI, lefts[k], right, 0);
    }
}

static void
gen_start(struct gen *g)
{
    g->ints.n = g->floats.n = g->bools.n = g->raws.n = g->boxes.n = g->news.n = 0;
    ir_reset(g->ir);
    snap_begin(g->ir, 0, 0);
}

/* A loop behind what there is. */
static void
gen_loop(struct gen *g)
{
    ir_ref count = ins(g, IR_UNBOX_I, ins(g, IR_SLOAD, 10, 0, 0), 0, 0);
    gen_snapshot(g);
    unsigned ints = g->ints.n, floats = g->floats.n, raws = g->raws.n;
    ir_append(g->ir, IR_LOOP, 0, 0, 0, 0);
    gen_snapshot(g);
    ins(g, IR_GLT_I, count, ir_int(g->ir, 2 + pick(g, 20)), 0);
    gen_some(g, pick(g, 10) == 0 ? 150 : pick(g, 40));
    ir_ref next = ins(g, IR_ADD_I, count, ir_int(g->ir, 1), 0);
    ins(g, IR_PHI, count, next, 0);
    gen_phis(g, &g->ints, ints, pick(g, 16));
    gen_phis(g, &g->floats, floats, pick(g, 18));
    if (chance(g, 30))
        gen_phis(g, &g->raws, raws, 2);
}

/* A trace that is entered from memory. */
static void
gen_root(struct gen *g)
{
    gen_start(g);
    gen_loads(g);
    gen_snapshot(g);
    gen_some(g, pick(g, 30));
    if (!chance(g, 20))
        gen_loop(g);
}

/* Another condition that holds where this one does not; or none. */
static void
turn_round(struct gen *g, ir_ref r)
{
    struct ir_ins *in = &g->ir->at[r];
    static const struct { enum ir_op from, to; } pairs[] = { { IR_GEQ_I, IR_GNE_I }, { IR_GLT_I, IR_GGE_I }, { IR_GLE_I, IR_GGT_I }, { IR_GEQ_F, IR_GNE_F },
        { IR_GLT_F, IR_GNLT_F }, { IR_GLE_F, IR_GNLE_F }, { IR_GGT_F, IR_GNGT_F }, { IR_GGE_F, IR_GNGE_F }, { IR_GTRUE, IR_GFALSE }, { IR_GEQ_P, IR_GNE_P } };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (in->op == pairs[i].from || in->op == pairs[i].to) {
            in->op = (uint8_t)(in->op == pairs[i].from ? pairs[i].to : pairs[i].from);
            return;
        }
    }
    in->t &= (uint8_t)~IRT_GUARD;
    switch (in->op) {
    case IR_ADDOV_I: in->op = IR_ADD_I; break;
    case IR_SUBOV_I: in->op = IR_SUB_I; break;
    case IR_MULOV_I: in->op = IR_MUL_I; break;
    case IR_SHLOV_I: in->op = IR_AND_I; break;
    case IR_NEGOV_I: in->op = IR_NOT_I; break;
    default: in->op = IR_NOP; in->t = T_NIL; break;
    }
}

/* With the values that a parent leaves, when there is one. */
static void
repair(struct gen *g, const union ir_value *inherited)
{
    static struct test_world before;
    test_save(g->tf, &before);
    for (int i = 0; i < 60; i++) {
        struct ir_exit e = ir_eval(g->ir, test_slots_of(g->tf), &g->tf->ts.eval_breaker, inherited, test_values, 1);
        test_restore(g->tf, &before);
        if (e.guard == REF_NONE || e.guard == g->ir->loop || chance(g, 5))
            return;
        turn_round(g, e.guard);
    }
}

#endif
