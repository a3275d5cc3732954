/* internal/pycore_frame.h: the layout of frames, for extensions that read them (Cython's tracebacks, greenlet, profilers).
 * Layout only: what changes a frame goes through the functions of frameobject.h. */
#ifndef Py_INTERNAL_FRAME_H
#define Py_INTERNAL_FRAME_H

#if !defined(Py_BUILD_CORE) && !defined(ADDER_CORE)
#error "define Py_BUILD_CORE before the first include to see what is internal"
#endif

#include "Python.h"
#include <stdbool.h>
#include "frameobject.h"
#include "internal/pycore_code.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _framestate {
    FRAME_CREATED = -3,
    FRAME_SUSPENDED = -2,
    FRAME_SUSPENDED_YIELD_FROM = -1,
    FRAME_EXECUTING = 0,
    FRAME_COMPLETED = 1,
    FRAME_CLEARED = 4
} PyFrameState;

#define FRAME_STATE_SUSPENDED(s) ((s) == FRAME_SUSPENDED || (s) == FRAME_SUSPENDED_YIELD_FROM)
#define FRAME_STATE_FINISHED(s) ((s) >= FRAME_COMPLETED)

enum _frameowner { FRAME_OWNED_BY_THREAD, FRAME_OWNED_BY_GENERATOR, FRAME_OWNED_BY_FRAME_OBJECT, FRAME_OWNED_BY_CSTACK };

typedef struct _PyInterpreterFrame {
    PyObject *f_executable;              /* owned: code object, or None for an entry on the C stack */
    struct _PyInterpreterFrame *previous;
    PyObject *f_funcobj;                 /* owned; not for entries */
    PyObject *f_globals;                 /* borrowed from the function, like the builtins */
    PyObject *f_builtins;
    PyObject *f_locals;                  /* owned; NULL for optimised code */
    PyFrameObject *frame_obj;            /* owned, may be NULL */
    _Py_CODEUNIT *instr_ptr;
    int stacktop;                        /* offset of the stack pointer from localsplus; -1 while executing */
    uint16_t return_offset;              /* where, past instr_ptr, a call returns to */
    char owner;
    PyObject *localsplus[1];
} _PyInterpreterFrame;

#define FRAME_SPECIALS_SIZE ((int)((sizeof(_PyInterpreterFrame) - 1) / sizeof(PyObject *)))

struct _frame {
    PyObject_HEAD
    PyFrameObject *f_back;               /* set when the frame outlives its call */
    struct _PyInterpreterFrame *f_frame;
    PyObject *f_trace;
    int f_lineno;                        /* 0: ask the code; set while a trace function may change it */
    char f_trace_lines;
    char f_trace_opcodes;
    PyObject *f_extra_locals;            /* dict of names that the code does not know */
    PyObject *f_locals_cache;            /* for PyEval_GetLocals() */
    PyObject *_f_frame_data[1];          /* the frame, once this object owns it */
};

#define _PyInterpreterFrame_LASTI(f) ((int)((f)->instr_ptr - _PyCode_CODE((PyCodeObject *)(f)->f_executable)))

static inline PyCodeObject *_PyFrame_GetCode(_PyInterpreterFrame *f) { return (PyCodeObject *)f->f_executable; }

static inline PyObject **_PyFrame_Stackbase(_PyInterpreterFrame *f) { return f->localsplus + _PyFrame_GetCode(f)->co_nlocalsplus; }

/* Entries on the C stack, and frames that have not got to their first instruction yet. */
static inline bool _PyFrame_IsIncomplete(_PyInterpreterFrame *f)
{
    if (f->owner == FRAME_OWNED_BY_CSTACK)
        return true;
    return f->owner != FRAME_OWNED_BY_GENERATOR && f->instr_ptr < _PyCode_CODE(_PyFrame_GetCode(f)) + _PyFrame_GetCode(f)->_co_firsttraceable;
}

static inline _PyInterpreterFrame *_PyFrame_GetFirstComplete(_PyInterpreterFrame *f)
{
    while (f != NULL && _PyFrame_IsIncomplete(f))
        f = f->previous;
    return f;
}

static inline _PyInterpreterFrame *_PyThreadState_GetFrame(PyThreadState *ts) { return _PyFrame_GetFirstComplete(ts->current_frame); }

#ifdef __cplusplus
}
#endif
#endif
