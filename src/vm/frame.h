/* vm/frame.h: interpreter frames and frame objects.
 *
 * A frame is a block of pointers on the data stack of its thread (or inside a generator, or in a frame object that outlived
 * its call): nine words of specials, then locals, cells, free variables, then the value stack. `instr_ptr` is the instruction being
 * executed and is stored before anything that can observe it. `stacktop` is valid only while the frame does not execute.
 * Frame objects are made when somebody asks. Never keep a frame pointer in C locals across a call that may run Python code
 * and expect it to be the current frame: use frame_walk. */
#ifndef ADDER_VM_FRAME_H
#define ADDER_VM_FRAME_H

#include <Python.h>
#include <frameobject.h>
#include <internal/pycore_frame.h>

#include "code/code.h"
#include "rt/thread.h"

static inline PyCodeObject *frame_code(_PyInterpreterFrame *f) { return (PyCodeObject *)f->f_executable; }
static inline PyObject **frame_stackbase(_PyInterpreterFrame *f) { return f->localsplus + frame_code(f)->co_nlocalsplus; }
static inline int frame_lasti(_PyInterpreterFrame *f) { return (int)(f->instr_ptr - _PyCode_CODE(frame_code(f))); }
static inline PyObject **frame_stackpointer(_PyInterpreterFrame *f)   /* take it out: the frame executes now */
{
    PyObject **sp = f->localsplus + f->stacktop;
    f->stacktop = -1;
    return sp;
}
static inline void frame_set_stackpointer(_PyInterpreterFrame *f, PyObject **sp) { f->stacktop = (int)(sp - f->localsplus); }
static inline void frame_push(_PyInterpreterFrame *f, PyObject *v) { f->localsplus[f->stacktop++] = v; }

/* Not to be seen by Python code: entries on the C stack, and frames that have not got to their RESUME. */
static inline bool frame_is_incomplete(_PyInterpreterFrame *f) { return _PyFrame_IsIncomplete(f); }
/* f, or the first frame below it that Python code may see; NULL at the end. The one way to walk frames. */
static inline _PyInterpreterFrame *frame_walk(_PyInterpreterFrame *f) { return _PyFrame_GetFirstComplete(f); }
static inline _PyInterpreterFrame *frame_current(PyThreadState *ts) { return frame_walk(ts->current_frame); }

/* Fill in a frame; steals `func` and `locals`. Locals are NULL. */
static inline void frame_init(_PyInterpreterFrame *f, STEALS PyFunctionObject *func, STEALS PyObject *locals, PyCodeObject *code, int null_from)
{
    f->f_funcobj = (PyObject *)func;
    f->f_executable = Py_NewRef(code);
    f->f_builtins = func->func_builtins;
    f->f_globals = func->func_globals;
    f->f_locals = locals;
    f->stacktop = code->co_nlocalsplus;
    f->frame_obj = NULL;
    f->instr_ptr = _PyCode_CODE(code);
    f->return_offset = 0;
    f->owner = FRAME_OWNED_BY_THREAD;
    for (int i = null_from; i < code->co_nlocalsplus; i++)
        f->localsplus[i] = NULL;
}

/* Room for a frame of `size` words, or NULL with MemoryError; and back again. */
_PyInterpreterFrame *frame_alloc(PyThreadState *ts, int size);
static inline void frame_stack_pop(PyThreadState *ts, _PyInterpreterFrame *f) { ts_stack_pop(ts, (PyObject **)f); }

/* Frame object of f: BORROWED from the frame, made on demand; NULL with MemoryError. */
PyFrameObject *frame_object_make(_PyInterpreterFrame *f);
static inline PyFrameObject *frame_object(_PyInterpreterFrame *f) { return f->frame_obj ? f->frame_obj : frame_object_make(f); }

/* True when no object in the frame has fewer references than slots of the frame hold it by. Builds with -Dchecks=1 and more test it
 * whenever a frame is cleared. */
bool frame_counts_hold(_PyInterpreterFrame *f);
/* Release what the frame holds: locals, stack, frame object (which takes over the contents if it lives on). */
void frame_clear(_PyInterpreterFrame *f);
void frame_clear_locals(_PyInterpreterFrame *f);
void frame_copy(_PyInterpreterFrame *src, _PyInterpreterFrame *dst);
int frame_traverse(_PyInterpreterFrame *f, visitproc visit, void *arg);
/* Clear f, pop it off its stack or finish its generator; leaves ts->current_frame alone. */
void frame_clear_and_pop(PyThreadState *ts, _PyInterpreterFrame *f);

OWNED PyObject *frame_locals(_PyInterpreterFrame *f);          /* what locals() gives */
extern uint32_t vm_frame_writes;                               /* counts up when a local variable of a frame that may be running is written from outside, through such a view */
OWNED PyObject *frame_locals_proxy(_PyInterpreterFrame *f);    /* frame.f_locals */
int frame_line(_PyInterpreterFrame *f);                        /* current line, or -1 */
PyGenObject *frame_generator(_PyInterpreterFrame *f);          /* owner of a generator frame */

PyAPI_FUNC(PyObject *) _PyFrame_GetLocals(_PyInterpreterFrame *);
#endif
