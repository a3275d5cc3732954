/* vm/heat.h: counting how often loops and functions run, and where in a code object traces are anchored.
 *
 * A backward jump counts in its cache unit: 12 bits of countdown, 4 bits of tries. A RESUME has no cache: it counts in a jit_code, which
 * hangs on the code object's co_executors from the second call on. A countdown of 0 stands still. */
#ifndef ADDER_VM_HEAT_H
#define ADDER_VM_HEAT_H

#include <Python.h>

#include "code/code.h"
#include "vm/frame.h"
#include "vm/trace_ops.h"

#define HEAT_ENTRY_AT 160              /* calls; backward jumps start at CODE_LOOP_HEAT */
#define HEAT_TRIES 6                   /* each failed try doubles the countdown, the last one ends it */
#define HEAT_HALF_TRIES (2 * HEAT_TRIES)               /* a jump counts them by halves */

struct anchor { uint16_t pc, trace; };                   /* pc: code unit of the RESUME or of the jump */

struct jit_code {
    uint16_t calls;                    /* countdown of all RESUMEs */
    uint8_t tries;
    uint16_t nanchors;
    struct anchor *anchors;            /* sorted by pc */
};

static inline struct jit_code *jit_code_of(PyCodeObject *co) { return (struct jit_code *)co->co_executors; }

/* One more run of the backward jump whose cache this is. True: it got hot. */
static inline bool heat_jump(_Py_CODEUNIT *cache) { return cache->counter.value != 0 && --cache->counter.value == 0; }
/* The same for a RESUME of co. */
static inline bool heat_resume(PyCodeObject *co)
{
    struct jit_code *j = jit_code_of(co);
    return j == NULL || (j->calls != 0 && --j->calls == 0);
}
/* A counter has run down: starts the next, longer countdown and asks trace_ops.hot(). True: record. */
bool heat_loop(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *jump, _Py_CODEUNIT *target);
/* The last call of heat_loop() for this jump came at a bad moment: it does not count as a try. */
void heat_forgive(_Py_CODEUNIT *jump);
/* The same; and it is hot again after `runs` runs. */
void heat_wait(_Py_CODEUNIT *jump, unsigned runs);
bool heat_entry(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *resume);

/* The same of heat_entry(); and the function is hot again after so many calls. */
void heat_forgive_entry(PyCodeObject *co);
void heat_wait_entry(PyCodeObject *co, unsigned calls);
/* A fresh counter. */
void heat_restart_entry(PyCodeObject *co);
/* Will the jump or RESUME at pc, which has no anchor, never be hot again? */
bool heat_is_off(PyCodeObject *co, int pc);
/* How often a function was hot. */
static inline unsigned heat_tries(PyCodeObject *co) { return jit_code_of(co) == NULL ? 0 : jit_code_of(co)->tries; }
/* HEAT_ENTRY_AT, unless functions are to be compiled sooner (tests). */
extern uint16_t heat_entry_at;

/* What was tried last at this jump counts but half: it is hot again after `runs` runs, unless that was the last try. */
void heat_again(_Py_CODEUNIT *jump, unsigned runs);

/* The JUMP_BACKWARD or RESUME at pc now enters `trace`. 0; -1 without exception when there is no memory, or another opcode there. */
int anchor_set(PyCodeObject *co, int pc, uint16_t trace);
/* Plain opcodes again, with fresh counters. Nothing when there was no anchor. */
void anchor_clear(PyCodeObject *co, int pc);
void anchor_clear_all(PyCodeObject *co);
/* The same for all anchors of one trace: several jumps may lead to the head of a loop. */
void anchor_clear_trace(PyCodeObject *co, uint16_t trace);
/* The same, with counters as after so many tries: HEAT_TRIES is for ever. */
void anchor_rest(PyCodeObject *co, uint16_t trace, int tries);
/* The trace anchored at a RESUME_TRACE. */
int anchor_trace(PyCodeObject *co, int pc);
/* co dies. */
void heat_free(PyCodeObject *co);

#endif
