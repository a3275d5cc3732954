/* vm/trace_ops.h: where a tracing compiler plugs in. With no compiler every pointer is NULL and the loop never asks.
 *
 * The loop dispatches through a table pointer held in a register. `hot` answers a table to continue with: the normal one, or the
 * recording one, every entry of which calls rec_ins() before the real handler. */
#ifndef ADDER_VM_TRACE_OPS_H
#define ADDER_VM_TRACE_OPS_H

#include "vm/frame.h"

enum trace_heat { HEAT_LOOP, HEAT_ENTRY };
struct trace_dep;

struct trace_ops {
    /* A loop or function got warm at pc. True: record from here. */
    bool (*hot)(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, enum trace_heat heat);
    /* Before each instruction while recording. False: recording has ended. */
    bool (*rec_ins)(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp);
    /* The unwinder leaves f, or enters a handler in it (pc not NULL). */
    void (*rec_unwind)(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc);
    /* Run trace number n from f; returns where to continue. */
    _Py_CODEUNIT *(*enter)(PyThreadState *ts, _PyInterpreterFrame *f, int n, PyObject ***sp);
    void (*invalidate)(struct trace_dep *dep);
};
extern struct trace_ops trace_ops;

#endif
