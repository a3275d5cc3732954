/* jit/x64/rounds_test.c: random rounds of loops, recorded, optimised and compiled, leave behind what the plain run of the round does.
 * The number of rounds can be given as argument; then also the first seed. */
#include <Python.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jit/ir/ir_testing.h"
#include "jit/opt/opt.h"
#include "jit/opt/opt_testing.h"
#include "jit/x64/x64.h"
#include "object/init.h"
#include "rt/interp.h"
#include "rt/runtime.h"

static struct ir *raw, *ir;
static struct x64_state left;          /* as the handler saw it */

static void *
handler(struct x64_state *st)
{
    left = *st;
    return &left;
}

static int
set_up(void **state)
{
    raw = ir_new();
    ir = ir_new();
    return raw == NULL || ir == NULL || x64_init(handler) < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
    ir_free(raw);
    ir_free(ir);
    x64_fini();
    return 0;
}

static union ir_value
value_at(uint16_t loc)
{
    union ir_value v;
    if (loc < LOC_XMM)
        v.bits = left.gpr[loc];
    else if (loc < LOC_SPILL)
        v.f = left.xmm[loc - LOC_XMM];
    else
        v.bits = left.spill[loc - LOC_SPILL];
    return v;
}

/* Run the code from *st; what its exit leaves is *out. */
static void
run_code(const struct x64_code *code, const struct test_state *st, struct test_state *out)
{
    static union { _PyInterpreterFrame frame; PyObject *words[FRAME_SPECIALS_SIZE + TEST_SLOTS]; } f;
    static PyThreadState ts;
    static union ir_value values[0x10000];
    test_slots(st, f.frame.localsplus);
    x64_enter(&ts, &f.frame, code->code);
    const struct x64_exit *e = &code->exits[left.exit];
    const struct snap *s = &ir->snaps[e->snap];
    const uint16_t *loc = &code->locs[code->first_loc[left.exit]];
    for (ir_ref r = ir->first; r < REF_BIAS; r++)
        values[r].bits = ir_word(ir, r);
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        if (ir_is_box(ir, r) && ref_is_const(ir->at[r].a))
            values[r] = values[ir->at[r].a];
    }
    for (uint32_t i = 0; i < s->nentries; i++, loc++) {
        if (*loc != LOC_NONE)
            values[snap_ref(ir->entries[s->entries + i])] = value_at(*loc);
    }
    for (uint32_t i = 0; i < s->nstores; i++, loc += 2) {
        const struct snap_store *store = &ir->stores[s->stores + i];
        if (loc[0] != LOC_NONE)
            values[store->obj] = value_at(loc[0]);
        if (loc[1] != LOC_NONE)
            values[store->value] = value_at(loc[1]);
    }
    test_apply_snap(ir, e->snap, values, st, out);
}

static void
check_code(const struct x64_code *code, const struct test_state *st, uint64_t seed, uint32_t choices)
{
    static struct test_state ends[TEST_ENDS], got;
    int n = test_run_plain(raw, st, 1000, ends);
    run_code(code, st, &got);
    for (int i = 0; i < n; i++) {
        if (ends[i].pc == TEST_ANY || test_same(&ends[i], &got))
            return;
    }
    if (test_passes_by(raw, st, 1000, &got))
        return;
    char *before = ir_dump(raw, true, false), *after = ir_dump(ir, true, true);
    printf("---- round\n%s---- compiled\n%s", before, after);
    test_print("from", st);
    test_print("right", &ends[n - 1]);
    test_print("got", &got);
    fail_msg("seed %llu, choices %u", (unsigned long long)seed, choices);
}

static void
check_round(uint64_t first_seed)
{
    static ir_ref refs[0x10000];
    struct test_state st;
    uint64_t seed = first_seed;
    test_random_state(&seed, &st);
    test_random_round(raw, &seed, &st, 10 + (int)(first_seed % 60));
    assert_true(opt_test_emit(raw, ir, refs));
    if (opt_loop(ir) != NULL)
        return;
    assert_null(opt_ranges(ir, NULL));
    assert_null(opt_dead(ir));
    for (uint32_t k = 0; k < 3; k++) {
        struct x64_code code;
        const char *why = x64_compile(ir, 1, k * (uint32_t)(first_seed + 1), NULL, &code);
        if (why != NULL)
            fail_msg("seed %llu: %s", (unsigned long long)first_seed, why);
        uint64_t other = seed;
        struct test_state from = st;
        for (int i = 0; i < 3; i++, test_random_state(&other, &from))
            check_code(&code, &from, first_seed, k);
        x64_free(&code);
    }
}

static int rounds = 600;
static uint64_t first = 1;

static void
compiled_rounds_keep_their_meaning(void **state)
{
    for (int i = 0; i < rounds; i++)
        check_round(first + (uint64_t)i);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(compiled_rounds_keep_their_meaning) };
    if (argc > 1)
        rounds = atoi(argv[1]);
    if (argc > 2)
        first = strtoull(argv[2], NULL, 10);
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0 || objects_init(ts_current()) < 0)
        return 1;
    return cmocka_run_group_tests_name("x64/rounds", tests, set_up, tear_down);
}
