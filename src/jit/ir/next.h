/* jit/ir/next.h: from the end of a trace to one in another frame: behind a call that was not inlined to the function, behind a return to the caller, as long as there
 * are traces for these places. */
#ifndef ADDER_JIT_IR_NEXT_H
#define ADDER_JIT_IR_NEXT_H

#include <Python.h>

#include <stdalign.h>

#include "jit/ir/ir_runtime.h"
#include "vm/frame.h"

/* Where a call or a return leads to: the first instruction of a function, or that behind a call. In one line of the cache. */
struct next_place {
    alignas(64) const _Py_CODEUNIT *pc;
    const void *code;                  /* machine code of the trace there */
    bool begins;                       /* the function: its frame has not got to its RESUME, */
    uint8_t copies;                    /* nor so many cells of its closure, which lie behind its other locals from there on */
    bool opens;                        /* the trace has open calls */
    bool is_module;                    /* as frame_fits() wants them */
    const PyObject *globals, *builtins;
};

/* Does f look names up where a trace of its code expects it? Functions of one code may have other globals; is_module: its locals are its globals. */
static inline bool
frame_fits(const _PyInterpreterFrame *f, const PyObject *globals, const PyObject *builtins, bool is_module)
{
    return f->f_globals == globals && f->f_builtins == builtins && (f->f_locals == globals) == is_module;
}

#define NEXT_PLACES 8192
extern struct next_place next_places[];                  /* under the GIL */

/* Where the entry of this address lies, if it was the first with that place. */
static inline struct next_place *
next_near(const _Py_CODEUNIT *pc)
{
    return &next_places[(uint32_t)((uintptr_t)pc >> 1) * 2654435769u >> 19];
}

/* May f go on in the trace there? */
static inline bool
next_fits(const struct next_place *p, PyThreadState *ts, const _PyInterpreterFrame *f)
{
    return frame_fits(f, p->globals, p->builtins, p->is_module) && f->frame_obj == NULL && (!p->opens || jit_may_nest(ts));
}

/* The trace there has this code from now on. False: there is no room, or another trace already. */
bool next_set(const struct next_place *place);
void next_clear(const _Py_CODEUNIT *pc);
bool next_is_set(const _Py_CODEUNIT *pc);
void next_clear_all(void);

/* IR's NEXT: the frame that is current now, whose stack pointer is stored, goes on at jit_open_pc. The code of the trace there, and the frame runs; or NULL. `work`: instructions that
 * the trace which ends here has done. */
const void *jit_next(PyThreadState *ts, uint32_t work);
/* jit_return_last() and jit_next() at once. */
const void *jit_return_next(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value, uint32_t work);
/* The sum of these. */
extern uint64_t jit_next_work;

#endif
