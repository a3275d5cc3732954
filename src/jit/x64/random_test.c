/* jit/x64/random_test.c: random traces as machine code and in the evaluator. Each is compiled with the plain choices of registers and with random
 * ones. The number of traces can be given as argument; then also the first seed, to see one again. */
#include "jit/x64/random_traces.h"

static int traces = 1500;
static uint64_t first_seed = 1;

static void
test_random(void **state)
{
    struct gen g = { .ir = ir_new(), .tf = test_frame_new() };
    assert_non_null(g.ir);
    for (int i = 0; i < traces; i++) {
        g.seed = (first_seed + (uint64_t)i) * 0x9e3779b97f4a7c15u;
        g.nputs = 0;
        gen_frame(&g);
        gen_root(&g);
        repair(&g, NULL);
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
    return test_runtime() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
