/* jit/ir/ir_random.c: random rounds of loops, for tests. A round is made as the recorder makes one: with the values of a real run at hand, so
 * that guards hold; a snapshot before what may leave; numbers in slots as boxes; fields of cells stored at once or waiting in snapshots.
 *
 * The frame: slot 0 counts down, 1-3 ints, 4-5 floats, 6 a bool, 7 a cell, 8-9 ints; one stack slot (10) with the other cell. */
#include <string.h>

#include "jit/ir/ir_testing.h"

#define LOCALS 10
#define POOL 24

struct pool { ir_ref refs[POOL]; int n; };

struct gen {
    struct ir *ir;
    uint64_t *seed;
    const struct test_state *st;
    union ir_value values[0x10000];
    struct pool pools[T_TYPES];
    ir_ref slots[TEST_SLOTS];                  /* what was assigned; REF_NONE: nothing */
    ir_ref loaded[TEST_SLOTS];                 /* the SLOAD */
    ir_ref unboxed[TEST_SLOTS];                /* its value */
    struct snap_store pending[16];
    int npending;
    uint32_t pc;
    bool two_cells;                            /* both slots with cells are used; they may hold the same one */
};

static const enum ir_type slot_types[TEST_SLOTS] = {
    T_I64, T_I64, T_I64, T_I64, T_F64, T_F64, T_BOOL, T_OBJ, T_I64, T_I64, T_OBJ, T_NIL,
};
static const int64_t int_edges[] = {
    0, 1, -1, 2, 3, 4, 5, 7, 8, 16, -8, 63, 255, 256, 1000, 0x3fffffff, -0x3fffffff, INT64_C(1) << 32, INT64_C(1) << 62, INT64_MAX, INT64_MIN,
};
static const double float_edges[] = {
    0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -4.0, 3.0, 1e300, -1e300, 5e-324, 1e-300, __builtin_inf(), -__builtin_inf(), __builtin_nan(""), 0.1,
};
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t below(struct gen *g, uint32_t n) { return (uint32_t)(test_random(g->seed) >> 33) % n; }

/* ---- states ---- */

static double
random_float(uint64_t *seed)
{
    uint64_t r = test_random(seed);
    return r & 1 ? float_edges[(r >> 8) % LENGTH(float_edges)] : (double)(int64_t)(r >> 40) / 1024.0 - 4000.0;
}

static int64_t
random_small_int(uint64_t *seed)
{
    uint64_t r = test_random(seed);
    int64_t v = r & 1 ? int_edges[(r >> 8) % 17] : (int64_t)(r >> 50) - 8192;
    return v;
}

void
test_random_state(uint64_t *seed, struct test_state *st)
{
    memset(st, 0, sizeof(*st));
    for (int i = 0; i < TEST_SLOTS; i++) {
        struct test_slot *s = &st->slots[i];
        s->type = slot_types[i];
        if (s->type == T_I64)
            s->v.i = i == 0 ? 1 + (int64_t)(test_random(seed) % 30) : random_small_int(seed);
        else if (s->type == T_F64)
            s->v.f = random_float(seed);
        else if (s->type == T_BOOL)
            s->v.i = (int64_t)(test_random(seed) & 1);
        else if (s->type == T_OBJ)
            s->v.o = &test_cells[i == 7].head;
    }
    if (test_random(seed) % 8 == 0)
        st->slots[7] = st->slots[10];
    for (int i = 0; i < TEST_CELLS; i++) {
        st->cells[i].head.ob_refcnt = 1;
        st->cells[i].head.ob_type = &PyRangeIter_Type;
        for (int k = 0; k < 2; k++) {
            st->cells[i].fields[k].i = random_small_int(seed);
            st->cells[i].fields[2 + k].f = random_float(seed);
        }
    }
    st->depth = 1;
}

/* ---- emission ---- */

static void
take_snap(struct gen *g, bool at_end)
{
    snap_begin(g->ir, at_end ? 0 : ++g->pc, 1);
    for (int i = 0; i < TEST_SLOTS; i++) {
        ir_ref r = g->slots[i];
        if (r == REF_NONE)
            continue;
        enum ir_op op = g->ir->at[r].op;
        enum snap_how how = op == IR_BOX_I ? HOW_INT : op == IR_BOX_F ? HOW_FLOAT : ir_type_of(g->ir, r) == T_BOOL ? HOW_BOOL : HOW_OBJ;
        snap_add_entry(g->ir, SNAP_ENTRY(i, 0, how, r));
    }
    for (int i = 0; i < g->npending; i++)
        snap_add_store(g->ir, g->pending[i]);
}

static union ir_value
value_of(struct gen *g, ir_ref r)
{
    return ref_is_const(r) && r != REF_NONE ? (union ir_value){ .bits = ir_word(g->ir, r) } : g->values[r];
}

/* Appended if it goes on with the values of this run; else REF_NONE. */
static ir_ref
put(struct gen *g, enum ir_op op, ir_ref a, ir_ref b, ir_ref c, uint32_t x)
{
    union ir_value out;
    if (!ir_compute(g->ir, op, x, value_of(g, a), value_of(g, b), value_of(g, c), &out))
        return REF_NONE;
    if (ir_ops[op].flags & I_GUARD && below(g, 3) > 0)
        take_snap(g, false);
    ir_ref r = ir_append(g->ir, op, a, b, c, x);
    g->values[r] = out;
    return r;
}

static ir_ref
add_to_pool(struct gen *g, ir_ref r)
{
    if (r == REF_NONE)
        return r;
    struct pool *p = &g->pools[ir_type_of(g->ir, r)];
    if (p->n < POOL)
        p->refs[p->n++] = r;
    else
        p->refs[below(g, POOL)] = r;
    return r;
}

static ir_ref
pick(struct gen *g, enum ir_type t)
{
    struct pool *p = &g->pools[t];
    if (p->n > 0 && below(g, 8) > 2)
        return p->refs[below(g, (uint32_t)p->n)];
    if (t == T_I64)
        return ir_int(g->ir, int_edges[below(g, LENGTH(int_edges))]);
    return t == T_F64 ? ir_float(g->ir, float_edges[below(g, LENGTH(float_edges))]) : ir_bool(g->ir, below(g, 2));
}

/* The object that the slot holds now. */
static ir_ref
load(struct gen *g, int slot)
{
    static PyTypeObject *const types[] = { [T_I64] = &PyLong_Type, [T_F64] = &PyFloat_Type, [T_BOOL] = &PyBool_Type, [T_OBJ] = &PyRangeIter_Type };
    static const enum ir_op unbox[] = { [T_I64] = IR_UNBOX_I, [T_F64] = IR_UNBOX_F, [T_BOOL] = IR_UNBOX_B };
    enum ir_type t = slot_types[slot];
    if (g->loaded[slot] != REF_NONE)
        return g->loaded[slot];
    take_snap(g, false);
    ir_ref r = ir_append(g->ir, IR_SLOAD, (ir_ref)slot, 0, 0, 0);
    g->loaded[slot] = r;
    g->values[r] = g->st->slots[slot].v;
    ir_append(g->ir, IR_GTYPE, r, 0, 0, ir_ptr(g->ir, types[t]));
    if (t == T_OBJ)
        return r;
    if (t == T_I64)
        ir_append(g->ir, below(g, 4) > 0 ? IR_GCOMPACT : IR_GINT2, r, 0, 0, 0);
    ir_ref u = ir_append(g->ir, t == T_I64 && g->ir->at[g->ir->end - 1].op == IR_GINT2 ? IR_UNBOX2_I : unbox[t], r, 0, 0, 0);
    g->values[u] = g->values[r];
    g->unboxed[slot] = add_to_pool(g, u);
    return r;
}

/* The number in a slot. */
static ir_ref
read_slot(struct gen *g, int slot)
{
    ir_ref r = g->slots[slot];
    if (r == REF_NONE) {
        load(g, slot);
        return g->unboxed[slot];
    }
    if (ir_is_box(g->ir, r))
        return g->ir->at[r].a;
    for (int i = 0; i < TEST_SLOTS; i++) {
        if (r == g->loaded[i])
            return g->unboxed[i];
    }
    return r;                                                  /* a BOOL */
}

static void
assign_slot(struct gen *g, int slot, ir_ref v)
{
    enum ir_type t = ir_type_of(g->ir, v);
    ir_ref r = t == T_I64 ? ir_append(g->ir, IR_BOX_I, v, 0, 0, 0) : t == T_F64 ? ir_append(g->ir, IR_BOX_F, v, 0, 0, 0) : v;
    g->values[r] = value_of(g, v);
    g->slots[slot] = r;
}

/* ---- steps ---- */

static void
int_step(struct gen *g)
{
    static const enum ir_op ops[] = { IR_ADDOV_I, IR_ADDOV_I, IR_SUBOV_I, IR_MULOV_I, IR_AND_I, IR_AND_I, IR_OR_I, IR_XOR_I, IR_SHLOV_I, IR_SHR_I,
                                      IR_DIV_I, IR_MOD_I, IR_NEGOV_I, IR_NOT_I, IR_MOD_I };
    enum ir_op op = ops[below(g, LENGTH(ops))];
    ir_ref a = pick(g, T_I64), b = ir_ops[op].b == '_' ? 0 : pick(g, T_I64);
    if (op == IR_DIV_I || op == IR_MOD_I) {
        int64_t v = value_of(g, b).i;
        if (v == 0 || v == -1)
            return;
        if (!ref_is_const(b)) {
            put(g, IR_GNE_I, b, ir_int(g->ir, 0), 0, 0);
            put(g, IR_GNE_I, b, ir_int(g->ir, -1), 0, 0);
        }
    }
    if (op == IR_SHLOV_I || op == IR_SHR_I) {
        if (ref_is_const(b) || value_of(g, b).i < 0 || value_of(g, b).i >= 64)
            b = ir_int(g->ir, below(g, 64) & below(g, 64));
        else
            put(g, IR_GULT_I, b, ir_int(g->ir, 64), 0, 0);
    }
    add_to_pool(g, put(g, op, a, b, 0, 0));
}

static void
float_step(struct gen *g)
{
    static const enum ir_op ops[] = { IR_ADD_F, IR_ADD_F, IR_SUB_F, IR_MUL_F, IR_MUL_F, IR_DIV_F, IR_NEG_F, IR_ABS_F, IR_SQRT_F, IR_I2F, IR_CALLL_F };
    enum ir_op op = ops[below(g, LENGTH(ops))];
    ir_ref a = pick(g, op == IR_I2F ? T_I64 : T_F64), b = ir_ops[op].b == '_' ? 0 : pick(g, T_F64);
    add_to_pool(g, put(g, op, a, b, 0, op == IR_CALLL_F ? HELPER_FMOD : 0));
}

static void
test_step(struct gen *g)
{
    static const enum ir_op ops[] = { IR_EQ_I, IR_LT_I, IR_LE_I, IR_EQ_F, IR_LT_F, IR_LE_F, IR_NOT_B, IR_B2I, IR_SELECT };
    enum ir_op op = ops[below(g, LENGTH(ops))];
    enum ir_type t = op == IR_SELECT ? (below(g, 2) ? T_I64 : T_F64) : ir_ops[op].a == 'i' ? T_I64 : ir_ops[op].a == 'f' ? T_F64 : T_BOOL;
    if (op == IR_SELECT)
        add_to_pool(g, put(g, op, pick(g, T_BOOL), pick(g, t), pick(g, t), 0));
    else
        add_to_pool(g, put(g, op, pick(g, t), ir_ops[op].b == '_' ? 0 : pick(g, t), 0, 0));
}

/* Of the guards on these operands one that holds. */
static void
guard_step(struct gen *g)
{
    uint32_t kind = below(g, 5);
    enum ir_op first = kind < 2 ? IR_GEQ_I : kind < 4 ? IR_GEQ_F : IR_GTRUE, last = kind < 2 ? IR_GULT_I : kind < 4 ? IR_GNGE_F : IR_GFALSE;
    enum ir_type t = kind < 2 ? T_I64 : kind < 4 ? T_F64 : T_BOOL;
    ir_ref a = pick(g, t), b = kind < 4 ? pick(g, t) : 0;
    for (int i = 0; i < 3; i++) {
        if (put(g, first + below(g, (uint32_t)(last - first + 1)), a, b, 0, 0) != REF_NONE)
            return;
    }
}

static void
assign_step(struct gen *g)
{
    int slot = 1 + (int)below(g, LOCALS - 1), from = 1 + (int)below(g, LOCALS - 1);
    enum ir_type t = slot_types[slot];
    if (t == T_OBJ)
        return;
    if (below(g, 4) == 0 && slot_types[from] == t)             /* slot = from: the same object, perhaps not unboxed yet */
        g->slots[slot] = g->slots[from] != REF_NONE ? g->slots[from] : load(g, from);
    else
        assign_slot(g, slot, pick(g, t));
}

/* ---- cells ---- */

static ir_ref
a_cell(struct gen *g)
{
    return load(g, g->two_cells && below(g, 2) ? 7 : 10);
}

/* The place of the pending store into this field, or npending. */
static int
find_pending(struct gen *g, ir_ref cell, uint32_t offset)
{
    int i = 0;
    while (i < g->npending && (g->pending[i].obj != cell || g->pending[i].offset != offset))
        i++;
    return i;
}

static void
drop_pending(struct gen *g, int i)
{
    if (i == g->npending)
        return;
    memmove(&g->pending[i], &g->pending[i + 1], (size_t)(g->npending - i - 1) * sizeof(g->pending[0]));
    g->npending--;
}

/* A field of this cell is read or written at once: stores that wait for that field of the other must be for another cell. */
static bool
tell_apart(struct gen *g, ir_ref cell, uint32_t offset)
{
    for (int i = 0; i < g->npending; i++) {
        ir_ref other = g->pending[i].obj;
        if (other != cell && g->pending[i].offset == offset && put(g, IR_GNE_P, cell, other, 0, 0) == REF_NONE)
            return false;
    }
    return true;
}

static void
store_step(struct gen *g)
{
    uint32_t field = below(g, 4), offset = 16 + 8 * field;
    ir_ref cell = a_cell(g), v = pick(g, field < 2 ? T_I64 : T_F64);
    bool waits = below(g, 3) > 0;
    if (!waits && !tell_apart(g, cell, offset))
        return;
    drop_pending(g, find_pending(g, cell, offset));
    if (waits) {
        g->pending[g->npending++] = (struct snap_store){ cell, v, offset };
    } else {
        ir_append(g->ir, field < 2 ? IR_RSTORE_I : IR_RSTORE_F, cell, v, 0, offset);
        union ir_value word = value_of(g, v);
        memcpy((char *)g->values[cell].o + offset, &word, 8);
        take_snap(g, false);                                   /* nothing behind an effect may lead back before it */
    }
}

static void
load_step(struct gen *g)
{
    uint32_t field = below(g, 4), offset = 16 + 8 * field;
    ir_ref cell = a_cell(g);
    if (!tell_apart(g, cell, offset))
        return;
    int i = find_pending(g, cell, offset);
    if (i < g->npending) {
        ir_ref v = g->pending[i].value;
        if (!ref_is_const(v))
            add_to_pool(g, v);
        return;
    }
    add_to_pool(g, put(g, field < 2 ? IR_RLOAD_I : IR_RLOAD_F, cell, 0, 0, offset));
}

/* ---- induction variables ---- */

/* A guard on v against a number near it, or some rounds of k away, that holds. */
static void
bound_step(struct gen *g, ir_ref v, int64_t k)
{
    static const enum ir_op ops[] = { IR_GLT_I, IR_GLE_I, IR_GGT_I, IR_GGE_I, IR_GNE_I };
    int64_t far, limit;
    if (__builtin_mul_overflow(k, (int64_t)below(g, 40) - 15, &far) || __builtin_add_overflow(value_of(g, v).i, far, &limit))
        return;
    put(g, ops[below(g, LENGTH(ops))], v, ir_int(g->ir, limit), 0, 0);
}

static ir_ref
one_of(struct gen *g, ir_ref a, ir_ref b)
{
    return below(g, 2) ? a : b;
}

/* i += k, with guards on it before and after, and sums and products that depend on what these say. */
static void
induction(struct gen *g, int steps)
{
    static const int64_t ks[] = { 1, -1, 2, -3, 50, INT64_C(1) << 40, -(INT64_C(1) << 40), INT64_C(1) << 59, -(INT64_C(1) << 59), INT64_C(1) << 61 };
    int64_t k = ks[below(g, LENGTH(ks))];
    ir_ref i = read_slot(g, 1), v = i;
    for (int n = 0; n < steps; n++) {
        ir_ref other = below(g, 3) ? ir_int(g->ir, below(g, 2) ? k : int_edges[below(g, LENGTH(int_edges))]) : one_of(g, i, v), r = REF_NONE;
        switch (below(g, 7)) {
        case 0: case 1: bound_step(g, one_of(g, i, v), k); break;
        case 2: r = put(g, below(g, 2) ? IR_ADDOV_I : IR_SUBOV_I, one_of(g, i, v), other, 0, 0); break;
        case 3: r = put(g, IR_MULOV_I, one_of(g, i, v), other, 0, 0); break;
        case 4: r = put(g, IR_SELECT, put(g, IR_LT_I, i, other, 0, 0), one_of(g, i, v), other, 0); break;
        case 5: r = put(g, IR_AND_I + below(g, 3), one_of(g, i, v), other, 0, 0); break;
        default: r = put(g, IR_SHR_I, i, ir_int(g->ir, below(g, 63)), 0, 0); break;
        }
        if (r != REF_NONE && below(g, 2))
            v = r;
        if (r != REF_NONE && below(g, 2))
            assign_slot(g, 2 + (int)below(g, 2), r);
    }
    ir_ref next = put(g, IR_ADDOV_I, i, ir_int(g->ir, k), 0, 0);
    if (next == REF_NONE)
        return;
    assign_slot(g, 1, next);
    bound_step(g, next, k);
    bound_step(g, v, k);
}

/* ---- the round ---- */

static void
random_step(struct gen *g)
{
    switch (below(g, 16)) {
    case 0: case 1: {
        int slot = (int)below(g, LOCALS);
        if (slot_types[slot] != T_OBJ) {
            ir_ref v = read_slot(g, slot);
            if (!ref_is_const(v))
                add_to_pool(g, v);
        }
        return;
    }
    case 2: case 3: case 4: int_step(g); return;
    case 5: case 6: float_step(g); return;
    case 7: case 8: test_step(g); return;
    case 9: guard_step(g); return;
    case 10: case 11: case 12: assign_step(g); return;
    case 13: store_step(g); return;
    case 14: load_step(g); return;
    default: take_snap(g, false); return;
    }
}

static void
start_round(struct gen *g)
{
    take_snap(g, true);
    ir_append(g->ir, IR_GPOLL, 0, 0, 0, 0);
    g->two_cells = below(g, 2);
    if (!g->two_cells)
        return;
    ir_ref a = load(g, 7), b = load(g, 10);
    if (below(g, 2))
        put(g, IR_GNE_P, a, b, 0, 0);
    if (below(g, 4) == 0) {                                    /* cells that change places */
        g->slots[7] = b;
        g->slots[10] = a;
    }
}

void
test_random_round(struct ir *ir, uint64_t *seed, const struct test_state *st, int steps)
{
    static struct gen g;
    memset(&g, 0, sizeof(g));
    g.ir = ir;
    g.seed = seed;
    g.st = st;
    memcpy(test_cells, st->cells, sizeof(test_cells));
    ir_reset(ir);
    ir->nlocals = LOCALS;
    start_round(&g);
    if (below(&g, 3) == 0)
        induction(&g, steps / 4);
    for (int i = 0; i < steps; i++)
        random_step(&g);
    ir_ref count = read_slot(&g, 0);
    take_snap(&g, false);
    ir_append(ir, IR_GGT_I, count, ir_int(ir, 0), 0, 0);
    assign_slot(&g, 0, ir_append(ir, IR_ADD_I, count, ir_int(ir, -1), 0, 0));
    take_snap(&g, true);
}
