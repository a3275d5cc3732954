/* jit/trace/stress.c: guards that fail although they hold (-X jit-exit=N), and the source of all random choices (-X jit-seed=N).
 *
 * Machine code and the evaluator count rt_thread.jit_countdown down and leave where it becomes 0; between traces it is set anew, so that 0 at an exit
 * means: this one was forced. Such an exit says nothing about the program, so no trace grows behind it. Each thread counts for itself. */
#include "jit/trace/trace.h"

static uint32_t
next_random(void)
{
    jit_options.seed = jit_options.seed * 1664525 + 1013904223;
    if (jit_options.seed == 0)
        jit_options.seed = 1;
    return jit_options.seed;
}

uint32_t stress_seed(void) { return jit_options.seed == 0 ? 0 : next_random() | 1; }

void
stress_begin(PyThreadState *ts)
{
    uint32_t *left = &rt_thread_of(ts)->jit_countdown, every = jit_options.exit_every;
    ir_countdown = left;
    if (*left == 0)
        *left = jit_options.seed == 0 ? every : 1 + (uint32_t)((uint64_t)(2 * (uint64_t)every - 1) * (next_random() >> 8) >> 24);
}

bool
stress_forced(PyThreadState *ts)
{
    return jit_options.exit_every != 0 && rt_thread_of(ts)->jit_countdown == 0;
}
