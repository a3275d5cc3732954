/* jit/trace/clock.c: -X jit-clock=1: how much of the time traces run, and how much recording and compiling take.
 *
 * Without it no clock is read where programs run: the functions here stand in front of those that the interpreter calls otherwise. Of calls within
 * calls only the outermost counts, in whatever thread. */
#include "jit/trace/trace.h"

#include <time.h>

static struct trace_ops plain;
static int inside;

static uint64_t
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static _Py_CODEUNIT *
enter(PyThreadState *ts, _PyInterpreterFrame *f, int n)
{
    if (inside > 0)
        return plain.enter(ts, f, n);
    uint64_t begin = now();
    inside++;
    _Py_CODEUNIT *pc = plain.enter(ts, f, n);
    inside--;
    jit_stats.trace_ns += now() - begin;
    return pc;
}

static bool
hot(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, enum trace_heat heat)
{
    uint64_t begin = now();
    bool result = plain.hot(ts, f, pc, heat);
    jit_stats.record_ns += now() - begin;
    return result;
}

static bool
rec_ins(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp)
{
    uint64_t begin = now();
    bool result = plain.rec_ins(ts, f, pc, sp);
    jit_stats.record_ns += now() - begin;
    return result;
}

struct trace_ops
clocked(const struct trace_ops *ops)
{
    plain = *ops;
    return (struct trace_ops){ hot, rec_ins, ops->rec_unwind, enter, ops->invalidate };
}
