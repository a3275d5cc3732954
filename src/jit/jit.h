/* jit/jit.h: the tracing compiler, seen from above. */
#ifndef ADDER_JIT_JIT_H
#define ADDER_JIT_JIT_H

#include <Python.h>
#include <internal/pycore_frame.h>

#include "base/own.h"

/* What -X jit=VALUE or PYTHON_JIT says: MODE[,OPTION=VALUE...]. Modes: "0" off, "1" on, "stress" on from the second round of a loop, "stress-registers"
 * with random choices of registers besides, "eval" and "stress-eval" with the evaluator in place of machine code. NULL: the default, "1".
 * NULL, or what is wrong with it, in words (a static buffer). */
#define JIT_MODES "0, 1, stress, stress-registers, eval, stress-eval"
const char *jit_configure(const char *value);
/* One of the options, each of which is -X jit-NAME=VALUE, too; after jit_configure(). The same result.
 * exit=N: every N-th guard fails although it holds. seed=N: random choices of registers and spill slots, and of guards with exit, that are the
 * same in each run; 0: none. evict=N: at every N-th entry of a trace one is taken away, poison=N: in every N-th open call; oom=N: every N-th allocation of the
 * recorder fails. check=N: at up to N places what a trace does is compared with what the interpreter does. without=PASS+PASS: passes of the optimiser that are left out. log=FILE: what
 * happens, one JSON object a line. clock=1: jit_stats() tells how long traces ran, and how long recording took.
 * memory=N: at most so many KiB of code. patience=N: what got hot is compiled when it has gone on for N times as long as that will take; 0: at once,
 * whatever all of it costs. */
#define JIT_OPTIONS "exit, evict, poison, oom, check, seed, without, log, clock, memory, patience"
#define JIT_PASSES "fold, cse, peel, ranges, dead"
extern const char *const jit_option_names[];             /* ends with NULL */
const char *jit_set_option(const char *name, const char *value);
/* -X dump=STAGE for a stage that is ours: true when it is. function: only functions of this name, or NULL. */
#define JIT_DUMP_STAGES "rec, ir, opt, snap, asm, exits"
bool jit_dump_stage(const char *stage, size_t length, const char *function);

/* Take effect, before the first Python code runs: 0; -1 without exception when the system gives no memory for code (the interpreter goes on
 * without). And the reverse, at the end. */
int jit_start(void);
void jit_stop(void);

/* While all code objects are still there: what was taken of each trace, for -X jit-log and -X dump=exits; these end with it. */
void jit_report(void);

/* While memory is traced, or the birth and death of objects, nothing is compiled, and what was compiled is gone: traces make objects at other moments, and use their memory again. */
void jit_pause(PyThreadState *ts, bool on);
/* In the child of a fork, while other threads' states still exist. */
void jit_after_fork(PyThreadState *ts);

/* ---- tools that look at the process ---- */

/* Told the name of each piece of code that is made, jit:FUNCTION:LINE, beginning with those that exist. NULL: nobody. room: bytes behind the code that
 * stay free, of code made from now on; `has_room` tells whether a piece has them. */
typedef void (*jit_listener)(const void *code, size_t size, const char *name, bool has_room);
void jit_listen(jit_listener listener, size_t room);
/* The stack frame of all this code for tables of unwinding: the instructions of DWARF's initial rows. */
const unsigned char *jit_frame_rows(size_t *n);
/* Frames that this evaluation function (PEP 523) runs may be compiled all the same: it does nothing but call the default one. */
extern _PyFrameEvalFunction jit_eval_function;
/* A library was loaded that may walk the C stack. */
void jit_extension_loaded(void);

/* sys._adder.jit_stats(): a new dict, or NULL. */
OWNED PyObject *jit_stats_dict(void);

#endif
