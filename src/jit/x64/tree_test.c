/* jit/x64/tree_test.c: random traces that hang together, as machine code and in the evaluator.
 *
 * A tree grows as real ones do: from the exit that its run ends in, a side trace goes on with the values that lie there, and mostly leads into the loop
 * of a trace that exists. At the end, some guards fail that hold. Evaluated from trace to trace; compiled with the plain choices of registers and with random ones, and run as one.
 * The number of trees can be given as argument; then also the first seed, to see one again. */
#include "jit/x64/random_traces.h"

enum { NODES = 8, ITEMS = 256, ROUNDS = 1000, HOPS = 300 };

struct node {
    struct ir *ir;
    union ir_value *values;
    ir_ref live[IR_MAX_INS];           /* ir_live_ins() */
    unsigned nlive;
    int parent, to;                    /* -1: none */
    uint32_t exit;                     /* of the parent */
    struct x64_code code;
};

static struct node nodes[NODES];
static int nnodes;

/* ---- from exit to side trace ---- */

struct item { enum ir_type type; ir_ref ref; };            /* ref: in the parent; a constant: nothing is inherited */

static unsigned
items_of(const struct ir *ir, uint32_t snap, struct item *items)
{
    const struct snap *s = &ir->snaps[snap];
    unsigned n = 0;
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        ir_ref r = snap_how(e) == HOW_NULL ? REF_NONE : test_unboxed(ir, snap_ref(e));
        items[n++] = (struct item){ ir_type_of(ir, r), r };
    }
    for (uint32_t i = 0; i < s->nstores && n < ITEMS - 2; i++) {
        const struct snap_store *st = &ir->stores[s->stores + i];
        items[n++] = (struct item){ T_OBJ, st->obj };
        items[n++] = (struct item){ ir_type_of(ir, st->value), st->value };
    }
    return n;
}

static const union ir_value *
inherit(const struct node *parent, uint32_t snap)
{
    static union ir_value values[ITEMS];
    struct item items[ITEMS];
    unsigned n = items_of(parent->ir, snap, items);
    for (unsigned i = 0; i < n; i++)
        values[i] = parent->values[items[i].ref];
    return values;
}

static bool
is_raw(struct test_frame *tf, PyObject *o)
{
    union test_object *t = (union test_object *)o;
    return t >= tf->objects && t < tf->objects + TEST_SLOTS && o->ob_type == &PyBaseObject_Type;
}

/* Values of the parent, some of them not before they are asked for. */
static void
gen_inherited(struct gen *g, const struct node *parent, uint32_t snap, const union ir_value *inherited, bool late)
{
    struct item items[ITEMS];
    unsigned n = items_of(parent->ir, snap, items);
    for (unsigned i = 0; i < n; i++) {
        if (ref_is_const(items[i].ref) || chance(g, late ? 80 : 30))
            continue;
        enum ir_type t = items[i].type;
        ir_ref r = ins(g, t == T_I64 ? IR_PLOAD_I : t == T_F64 ? IR_PLOAD_F : t == T_BOOL ? IR_PLOAD_B : IR_PLOAD_O, (ir_ref)i, 0, 0);
        add(t == T_I64 ? &g->ints : t == T_F64 ? &g->floats : t == T_BOOL ? &g->bools : is_raw(g->tf, inherited[i].o) ? &g->raws : &g->news, r);
    }
}

/* ---- links ---- */

/* What the loop's memory says must be what it says; every other value may be anything of its type. */
static ir_ref
link_value(struct gen *g, const struct node *to, ir_ref live, bool *ok)
{
    const struct ir_ins *in = &to->ir->at[live];
    switch (in->t & IRT_MASK) {
    case T_I64: return int_or_const(g);
    case T_F64: return float_or_const(g);
    case T_BOOL: return any(g, &g->bools);
    default: break;
    }
    if (in->op != IR_SLOAD || (in->t & IRT_PHI))
        return any(g, &g->raws);
    if (in->a >= RAWS) {
        *ok = false;
        return REF_NONE;
    }
    return g->in_slot[in->a];
}

/* For an SLOAD of the count: it is read in front of the loop. */
static bool
gen_link(struct gen *g, const struct node *to)
{
    ir_ref values[200];
    bool ok = to->nlive <= 200;
    for (unsigned i = 0; ok && i < to->nlive; i++)
        values[i] = link_value(g, to, to->live[i], &ok);
    for (unsigned i = 0; ok && i < to->nlive; i++)
        ins(g, IR_LINK, (ir_ref)i, values[i], 0);
    return ok;
}

static void
gen_same_values(struct gen *g)
{
    while (chance(g, 70)) {
        unsigned slot = pick(g, RAWS);
        ins(g, IR_FPUT, (ir_ref)slot, g->in_slot[slot] = any(g, &g->raws), 0);
    }
}

static int
some_loop(struct gen *g)
{
    int i = (int)pick(g, (uint32_t)nnodes);
    return nodes[i].ir->loop != REF_NONE ? i : -1;
}

/* ---- nodes ---- */

static struct node *
new_node(struct gen *g, int parent, uint32_t exit)
{
    struct node *n = &nodes[nnodes];
    if (n->ir == NULL) {
        n->ir = ir_new();
        n->values = calloc(0x10000, sizeof(*n->values));
    }
    assert_true(n->ir != NULL && n->values != NULL);
    n->parent = parent;
    n->to = -1;
    n->exit = exit;
    g->ir = n->ir;
    return n;
}

static void
end_node(struct node *n)
{
    assert_null(n->ir->full);
    n->nlive = n->ir->loop != REF_NONE ? ir_live_ins(n->ir, n->live) : 0;
    nnodes++;
}

static void
grow(struct gen *g, int parent, struct ir_exit e)
{
    struct node *n = new_node(g, parent, test_guard_number(nodes[parent].ir, e.guard));
    const union ir_value *inherited = inherit(&nodes[parent], e.snap);
    gen_start(g);
    gen_inherited(g, &nodes[parent], e.snap, inherited, false);
    gen_loads(g);
    gen_snapshot(g);
    gen_some(g, pick(g, 15));
    gen_inherited(g, &nodes[parent], e.snap, inherited, true);
    gen_some(g, chance(g, 10) ? 100 : pick(g, 15));
    int to = some_loop(g);
    if (to >= 0 && chance(g, 80)) {
        gen_same_values(g);
        gen_snapshot(g);
        if (gen_link(g, &nodes[to]))
            n->to = to;
    } else if (chance(g, 30)) {
        gen_loop(g);
    } else {
        gen_snapshot(g);
    }
    repair(g, inherited);
    end_node(n);
}

static int
child_at(int node, uint32_t exit)
{
    for (int i = 0; i < nnodes; i++) {
        if (nodes[i].parent == node && nodes[i].exit == exit)
            return i;
    }
    return -1;
}

/* ---- the run ---- */

/* This exit was left by a jump that does not lead to side traces. */
static bool
by_second_jump(struct test_frame *tf, const struct node *n, ir_ref guard)
{
    const struct ir_ins *in = &n->ir->at[guard];
    return in->op == IR_GSTYPE && test_slots_of(tf)[in->a] == NULL;
}

static struct ir_exit
enter_loop(struct test_frame *tf, const struct node *from, struct node *to)
{
    for (ir_ref r = from->ir->end - 1; from->ir->at[r].op == IR_LINK || from->ir->at[r].op == IR_NOP; r--) {
        if (from->ir->at[r].op == IR_LINK)
            to->values[to->live[from->ir->at[r].a]] = from->values[from->ir->at[r].b];
    }
    return ir_eval_loop(to->ir, test_slots_of(tf), &tf->ts.eval_breaker, to->values, ROUNDS);
}

static uint32_t countdown;             /* of the forced exit; 0: none, or it was */

/* From the first trace on to an exit that nobody goes on from. Its trace, or -1: no end is in sight. */
static int
simulate(struct test_frame *tf, struct ir_exit *e, uint32_t forced)
{
    int n = 0;
    countdown = forced;
    ir_countdown = &countdown;
    *e = ir_eval(nodes[0].ir, test_slots_of(tf), &tf->ts.eval_breaker, NULL, nodes[0].values, ROUNDS);
    for (int hops = 0; hops < HOPS; hops++) {
        struct node *at = &nodes[n];
        if (forced != 0 && countdown == 0)
            return n;
        if (at->ir->loop != REF_NONE && e->guard == at->ir->loop)
            return -1;
        if (e->guard == REF_NONE && at->to >= 0) {
            n = at->to;
            *e = enter_loop(tf, at, &nodes[n]);
            continue;
        }
        int child = child_at(n, test_guard_number(at->ir, e->guard));
        if (child < 0 || by_second_jump(tf, at, e->guard))
            return n;
        *e = ir_eval(nodes[child].ir, test_slots_of(tf), &tf->ts.eval_breaker, inherit(at, e->snap), nodes[child].values, ROUNDS);
        n = child;
    }
    return -1;
}

/* ---- in machine code ---- */

static const char *
compile(int i, uint32_t seed)
{
    struct node *n = &nodes[i];
    const struct node *p = n->parent >= 0 ? &nodes[n->parent] : NULL;
    struct x64_ends ends = { .to = n->to >= 0 ? &nodes[n->to].code : NULL };
    if (p != NULL)
        ends.from = p->code.locs + p->code.first_loc[n->exit];
    const char *why = x64_compile(n->ir, (uint32_t)i, seed, p != NULL || n->to >= 0 ? &ends : NULL, &n->code);
    if (why != NULL)
        return why;
    if (n->ir->loop != REF_NONE && n->code.nins != n->nlive)
        return "it has not what comes into the loop";
    return p == NULL || x64_patch(&p->code, n->exit, n->code.code) ? NULL : "not patched";
}

static const char *
run_code(struct test_frame *tf, int last, struct ir_exit want, const struct test_world *after, uint32_t seed, uint32_t forced)
{
    const char *why = NULL;
    int compiled = 0;
    x64_force_exits(forced != 0);
    tf->thread.jit_countdown = forced;
    while (compiled < nnodes && why == NULL) {
        why = compile(compiled, seed != 0 ? seed + (uint32_t)compiled : 0);
        compiled += why == NULL;
    }
    if (why == NULL) {
        memset(&test_state, 0xee, sizeof(test_state));
        x64_enter(&tf->ts, &tf->frame, nodes[0].code.code);
        if (test_state.trace != (uint32_t)last)
            why = "left in another trace";
        else
            why = test_compare(nodes[last].ir, nodes[last].values, &nodes[last].code, want);
        if (why == NULL && !test_same_world(tf, after))
            why = "slots or objects are not as they should be";
    }
    while (compiled-- > 0)
        x64_free(&nodes[compiled].code);
    return why;
}

/* ---- trees ---- */

static int trees = 600;
static uint64_t first_seed = 1;
static unsigned checks;

static void
print_tree(void)
{
    for (int i = 0; i < nnodes; i++) {
        fprintf(stderr, "---- %d: from exit %d of %d, to %d\n", i, (int)nodes[i].exit, nodes[i].parent, nodes[i].to);
        test_print(nodes[i].ir);
    }
}

static void
check_tree(struct gen *g, int last, struct ir_exit e, const struct test_world *before, const struct test_world *after, uint64_t number, uint32_t forced)
{
    for (uint32_t k = 0; k < 3; k++, checks++) {
        test_restore(g->tf, before);
        const char *why = run_code(g->tf, last, e, after, k * 0x9e3779b9u + (k ? (uint32_t)number : 0), forced);
        if (why != NULL) {
            fprintf(stderr, "tree %llu, choices %u: left trace %u by exit %u, not trace %d by exit %u: %s\n", (unsigned long long)number, k, test_state.trace,
                test_state.exit, last, test_guard_number(nodes[last].ir, e.guard), why);
            print_tree();
            fail();
        }
    }
}

/* True: it has more than one trace. */
static bool
try_tree(struct gen *g, uint64_t number)
{
    static struct test_world before, after;
    struct ir_exit e;
    int last;
    g->seed = number * 0x9e3779b97f4a7c15u;
    g->nputs = 0;
    nnodes = 0;
    gen_frame(g);
    new_node(g, -1, 0);
    gen_root(g);
    repair(g, NULL);
    end_node(&nodes[0]);
    test_save(g->tf, &before);
    for (int size = 1 + (int)pick(g, NODES); (last = simulate(g->tf, &e, 0)) >= 0; test_restore(g->tf, &before)) {
        test_save(g->tf, &after);
        if (nnodes > 1)
            check_tree(g, last, e, &before, &after, number, 0);
        if (nnodes >= size || by_second_jump(g->tf, &nodes[last], e.guard))
            break;
        test_restore(g->tf, &after);
        grow(g, last, e);
    }
    for (int i = 0; i < 3 && last >= 0 && nnodes > 1; i++) {
        uint32_t forced = 1 + pick(g, 200);
        test_restore(g->tf, &before);
        int at = simulate(g->tf, &e, forced);
        test_save(g->tf, &after);
        if (at >= 0)
            check_tree(g, at, e, &before, &after, number, forced);
    }
    ir_countdown = NULL;
    x64_force_exits(false);
    return last >= 0 && nnodes > 1;
}

static void
test_trees(void **state)
{
    struct gen g = { .tf = test_frame_new() };
    int grown = 0;
    for (int i = 0; i < trees; i++)
        grown += try_tree(&g, first_seed + (uint64_t)i);
    print_message("%d of %d have grown and come to an end, with %u checks\n", grown, trees, checks);
    for (int i = 0; i < NODES; i++) {
        ir_free(nodes[i].ir);
        free(nodes[i].values);
    }
    free(g.tf);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_trees) };
    if (argc > 1)
        trees = atoi(argv[1]);
    if (argc > 2)
        first_seed = strtoull(argv[2], NULL, 10);
    return test_runtime() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
