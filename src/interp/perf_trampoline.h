/* interp/perf_trampoline.h: a piece of machine code for each code object, so that Linux's perf sees Python functions. */
#ifndef ADDER_INTERP_PERF_TRAMPOLINE_H
#define ADDER_INTERP_PERF_TRAMPOLINE_H

#include <Python.h>
#include <stdbool.h>

/* From now on the code of this interpreter runs by trampolines. 0, or -1 with an exception: it has an evaluation function of
 * somebody else, or there is no memory. */
enum perf_backend { PERF_MAP = 1, PERF_JITDUMP = 2 };   /* /tmp/perf-PID.map, /tmp/jit-PID.dump */
int perf_trampoline_start(enum perf_backend backend);
void perf_trampoline_stop(void);
bool perf_trampoline_is_active(void);
/* In the child of a fork: its trampolines are named in a file of its own, or all of its parent's are when that was asked for. */
void perf_trampoline_after_fork(void);

#endif
