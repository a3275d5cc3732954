/* jit/x64/random_test.c: random traces as machine code and in the evaluator.
 *
 * A trace is a straight part, mostly a loop, PHIs of any shape; values of all types, snapshots that list anything. A guard that fails at once is
 * turned round, so that most traces run deep. Each is compiled with the plain choices of registers and with random ones.
 * The number of traces can be given as argument; then also the first seed, to see one again. */
#include "jit/x64/run_test.h"

#include <math.h>

enum { INT_FIELDS = 3, FIELDS = 6, POOL = 400 };

struct pool { ir_ref at[POOL]; unsigned n; };

struct gen {
    struct ir *ir;
    struct test_frame *tf;
    uint64_t seed;
    struct pool ints, floats, bools, raws, boxes;      /* boxes: BOX_* */
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

static void
gen_guard(struct gen *g)
{
    switch (pick(g, 6)) {
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
        struct pool *pools[] = { &g->ints, &g->floats, &g->bools, &g->raws, &g->boxes };
        struct pool *p = pools[pick(g, 5)];
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
        case 11: calls ? gen_call(g) : gen_float(g); break;
        case 12: gen_box(g); break;
        case 13: gen_snapshot(g); break;
        default: gen_guard(g); break;
        }
    }
}

/* ---- whole traces ---- */

static void
gen_frame(struct gen *g)
{
    int slot = 0;
    for (; slot < 4; slot++) {
        PyObject *o = test_raw(g->tf, random_int(g), random_int(g));
        double f[3] = { random_float(g), random_float(g), random_float(g) };
        ((union test_object *)o)->raw.fields[2] = random_int(g);
        memcpy(((union test_object *)o)->raw.fields + INT_FIELDS, f, sizeof(f));
        test_slot(g->tf, slot, o);
        ir_ref s = ins(g, IR_SLOAD, (ir_ref)slot, 0, 0);
        add(&g->raws, s);
        add(&g->ints, ins(g, IR_RLOAD_I, s, 0, field(pick(g, INT_FIELDS))));
        add(&g->floats, ins(g, IR_RLOAD_F, s, 0, field(INT_FIELDS + pick(g, FIELDS - INT_FIELDS))));
    }
    for (; slot < 10; slot++) {
        int64_t v = random_int(g);
        bool small = v > -(1 << 30) && v < 1 << 30;
        bool real = slot & 1, fits = v > -(1ll << 60) && v < 1ll << 60;
        test_slot(g->tf, slot, real ? test_float(g->tf, random_float(g)) : test_int(g->tf, fits ? v : 5));
        ir_ref s = ins(g, IR_SLOAD, (ir_ref)slot, 0, 0);
        if (real)
            add(&g->floats, ins(g, IR_UNBOX_F, s, 0, 0));
        else
            add(&g->ints, ins(g, small || !fits ? IR_UNBOX_I : IR_UNBOX2_I, s, 0, 0));
    }
    add(&g->bools, ins(g, IR_LT_I, any(g, &g->ints), any(g, &g->ints), 0));
}

/* The PHIs: left sides are values from before the loop, each once; right sides anything of the type, other left sides and constants too. */
static void
gen_phis(struct gen *g, struct pool *p, unsigned before, unsigned most, bool real)
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
        ir_ref right = chance(g, 10) ? (real ? ir_float(g->ir, random_float(g)) : ir_int(g->ir, random_int(g)))
            : chance(g, 25) ? lefts[pick(g, n)] : chance(g, 20) ? p->at[pick(g, before)] : any(g, p);
        ins(g, IR_PHI, lefts[k], right, 0);
    }
}

static void
gen_trace(struct gen *g)
{
    g->ints.n = g->floats.n = g->bools.n = g->raws.n = g->boxes.n = 0;
    ir_reset(g->ir);
    memset(g->tf, 0, sizeof(*g->tf));
    snap_begin(g->ir, 0, 0);
    gen_frame(g);
    test_slot(g->tf, 10, test_int(g->tf, 0));
    ir_ref count = ins(g, IR_UNBOX_I, ins(g, IR_SLOAD, 10, 0, 0), 0, 0);
    gen_snapshot(g);
    gen_some(g, pick(g, 30));
    if (chance(g, 20))
        return;
    unsigned ints = g->ints.n, floats = g->floats.n;
    ir_append(g->ir, IR_LOOP, 0, 0, 0, 0);
    gen_snapshot(g);
    ins(g, IR_GLT_I, count, ir_int(g->ir, 2 + pick(g, 20)), 0);
    gen_some(g, pick(g, 10) == 0 ? 150 : pick(g, 40));
    ir_ref next = ins(g, IR_ADD_I, count, ir_int(g->ir, 1), 0);
    ins(g, IR_PHI, count, next, 0);
    gen_phis(g, &g->ints, ints, pick(g, 16), false);
    gen_phis(g, &g->floats, floats, pick(g, 18), true);
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

static void
repair(struct gen *g)
{
    static union test_object before[TEST_SLOTS];
    memcpy(before, g->tf->objects, sizeof(before));
    for (int i = 0; i < 60; i++) {
        struct ir_exit e = ir_eval(g->ir, g->tf->frame.localsplus, &g->tf->ts.eval_breaker, NULL, test_values, 1);
        memcpy(g->tf->objects, before, sizeof(before));
        if (e.guard == REF_NONE || e.guard == g->ir->loop || chance(g, 5))
            return;
        turn_round(g, e.guard);
    }
}

static int traces = 1500;
static uint64_t first_seed = 1;

static void
test_random(void **state)
{
    struct gen g = { .ir = ir_new(), .tf = test_frame_new() };
    assert_non_null(g.ir);
    for (int i = 0; i < traces; i++) {
        g.seed = (first_seed + (uint64_t)i) * 0x9e3779b97f4a7c15u;
        gen_trace(&g);
        repair(&g);
        assert_null(g.ir->full);
        for (uint32_t k = 0; k < 5; k++) {
            test_countdown = k == 4 ? 1 + (uint32_t)i % 40 : 0;
            const char *why = test_run(g.ir, g.tf, k * 0x9e3779b9u + (k ? (uint32_t)i : 0));
            if (why != NULL) {
                fprintf(stderr, "trace %llu, choices %u: %s\n", (unsigned long long)first_seed + i, k, why);
                test_print(g.ir);
                fail();
            }
        }
    }
    ir_free(g.ir);
    free(g.tf);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_random) };
    if (argc > 1)
        traces = atoi(argv[1]);
    if (argc > 2)
        first_seed = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
