/* vm/trace_ops.h: where a tracing compiler plugs in. With none, every pointer is NULL, and the loop runs as if this file were not there.
 *
 * The loop dispatches through the table in its thread state, which has a register anyway; so a jump through it costs what one through a
 * constant table costs. One of these contents is copied there. `targets` are the plain handlers. `heating` has others for backward jumps and
 * function starts, which count; it is used from the start when `hot` is set. `recording` leads every opcode to rec_ins() before its
 * handler; it is used from when `hot` says so until rec_ins() says that it is enough. (`watching` is development mode's: refcheck.h.) A Python call made from C meanwhile runs
 * in a loop of its own, with the plain handlers; whether that is so is the one test that starting a loop costs (loop_state). */
#ifndef ADDER_VM_TRACE_OPS_H
#define ADDER_VM_TRACE_OPS_H

#include "vm/deps.h"
#include "vm/frame.h"

enum trace_heat { HEAT_LOOP, HEAT_ENTRY };

struct trace_ops {
    /* The counter at a backward jump or at a RESUME has run down; pc is where a trace would start. True: record from here. */
    bool (*hot)(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, enum trace_heat heat);
    /* Before each instruction while recording. False: recording has ended; the instruction runs as usual. It may have done a call itself: then ts->current_frame
     * is the callee's; or want the instruction to run as a step (rt_thread.loop_step). */
    bool (*rec_ins)(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp);
    /* While recording: the unwinder leaves f, or enters a handler in it (pc not NULL). */
    void (*rec_unwind)(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc);
    /* Run a trace from f, whose stack pointer is stored. Leaves the frame to go on with in ts->current_frame, its stack pointer
     * stored, never below the frame that called the loop. The instruction to continue at, or NULL with an exception raised at the
     * frame's instr_ptr. It may set rt_thread.loop_record: what follows is recorded. */
    _Py_CODEUNIT *(*enter)(PyThreadState *ts, _PyInterpreterFrame *f, int trace);
    /* What d says has ceased to hold; d is freed after this call. */
    void (*invalidate)(PyThreadState *ts, const struct dep *d);
};
extern struct trace_ops trace_ops;

/* Use these functions from now on (NULL: none). No trace may be recorded or run at that time; loops that run now do not notice. */
void trace_install(const struct trace_ops *ops);

/* rt_thread.loop_state. From RECORDING on it is how deep loops are nested in the one that records. */
enum { LOOP_UNSET, LOOP_READY, LOOP_RECORDING, LOOP_NESTED };

#endif
