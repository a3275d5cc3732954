/* jit/ir/frames.c: frames in memory that traces push and leave: as the interpreter does it, without what is known since the trace was compiled. */
#include "jit/ir/ir_runtime.h"
#include "jit/ir/next.h"

#include "rt/singletons.h"
#include "vm/slow.h"
#include "vm/step.h"

/* Leaving a frame runs code of the program only where something in it dies, or somebody has got hold of the frame. Else one function does all there is to do, which calls nothing and
 * so keeps nothing on the C stack; these cases are left to others, with the same arguments and what has been done so far in f->stacktop. */
#define APART __attribute__((noinline))
#define WHOLE (-1)                     /* in f->stacktop: nothing has been done. Said on entry: an open call may have left something there */

/* Drop what others have, too. False: nothing has happened, it would die. */
static inline bool
drop_shared(PyObject *o)
{
    Py_ssize_t n = o->ob_refcnt;
    if (UNLIKELY(n == 1))
        return false;
    if (!_Py_IsImmortal(o))
        o->ob_refcnt = n - 1;
    return true;
}

/* Drops what f holds, whose stack ends at sp, as long as that kills nothing. False: then something is left, and the frame. */
static inline bool
drop_all_shared(_PyInterpreterFrame *f, PyObject **sp)
{
    PyObject **p = f->localsplus;
    if (UNLIKELY(f->frame_obj != NULL || f->f_locals != NULL))
        return false;
    for (; p < sp; p++) {
        if (*p == NULL || LIKELY(drop_shared(*p)))
            continue;
        frame_set_stackpointer(f, p);
        return false;
    }
    PyObject *function = f->f_funcobj, *code = f->f_executable;
    if (UNLIKELY(Py_REFCNT(function) == 1 || Py_REFCNT(code) == 1)) {
        frame_set_stackpointer(f, p);
        return false;
    }
    drop_shared(code);
    drop_shared(function);
    return true;
}

/* vm_step_return(), of which drop_all_shared() has done a part. */
static void
leave_rest(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp)
{
    f->instr_ptr = instr;
    if (f->stacktop == WHOLE) {
        vm_step_return(ts, f, sp);
        return;
    }
    ts->py_recursion_remaining += f->f_funcobj != ITEM_SHIM;
    ts->current_frame = f->previous;
    for (PyObject **p = f->localsplus + f->stacktop; p < sp; p++)
        Py_XDECREF(*p);
    Py_DECREF(f->f_funcobj);
    Py_DECREF(f->f_executable);
    frame_stack_pop(ts, f);
}

/* f, of which nothing is left, and which is not the first in its part of the stack, goes. */
static inline void
pop(PyThreadState *ts, _PyInterpreterFrame *f, bool counts)
{
    ts->py_recursion_remaining += counts;
    ts->current_frame = f->previous;
    ts->datastack_top = (PyObject **)f;
}

/* ---- of an inlined call ---- */

static APART int64_t
return_rest(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value)
{
    _PyInterpreterFrame *caller = f->previous;
    uint32_t before = jit_troubles();
    leave_rest(ts, f, instr, sp);
    sp = frame_stackpointer(caller);
    *sp++ = value;
    if (UNLIKELY(jit_poison != NULL))
        jit_poison(ts, caller);
    if (LIKELY(before == jit_troubles()))
        return 0;
    jit_open_pc = caller->instr_ptr + caller->return_offset;
    frame_set_stackpointer(caller, sp);
    return 1;
}

int64_t
jit_return(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value)
{
    f->stacktop = WHOLE;
    if (UNLIKELY(jit_poison != NULL || !drop_all_shared(f, sp)))
        return return_rest(ts, f, instr, sp, value);
    pop(ts, f, f->f_funcobj != ITEM_SHIM);
    f = f->previous;
    *frame_stackpointer(f) = value;
    return 0;
}

/* ---- of the outer frame ---- */

/* Is f the hidden frame below an __init__ that has returned None? It gives the instance to its caller, by EXIT_INIT_CHECK and RETURN_VALUE, which no tool watches. */
static inline bool
is_below_init(_PyInterpreterFrame *f, PyObject *value)
{
    return UNLIKELY(f->f_executable == (PyObject *)vm_init_shim()) && f->f_funcobj == Py_None && value == Py_None;
}

/* Where f goes on, with the value on its stack. */
static inline _Py_CODEUNIT *
give(_PyInterpreterFrame *f, PyObject *value)
{
    f->localsplus[f->stacktop++] = value;
    return f->instr_ptr + f->return_offset;
}

static APART _Py_CODEUNIT *
leave_init(PyThreadState *ts, _PyInterpreterFrame *shim)
{
    _PyInterpreterFrame *caller = shim->previous;
    PyObject **sp = frame_stackpointer(shim) - 1, *instance = *sp;
    vm_step_return(ts, shim, sp);
    return give(caller, instance);
}

static _Py_CODEUNIT *
go_on(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *value)
{
    return is_below_init(f, value) ? leave_init(ts, f) : give(f, value);
}

static void
last_rest(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value)
{
    _PyInterpreterFrame *caller = f->previous;
    leave_rest(ts, f, instr, sp);
    jit_open_pc = go_on(ts, caller, value);
}

int64_t
jit_return_last(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value)
{
    f->stacktop = WHOLE;
    last_rest(ts, f, instr, sp, value);
    return 0;
}

static APART const void *
return_rest_next(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value, uint32_t work)
{
    last_rest(ts, f, instr, sp, value);
    return jit_next(ts, work);
}

static APART const void *
next_below_init(PyThreadState *ts, _PyInterpreterFrame *shim, uint32_t work)
{
    jit_open_pc = leave_init(ts, shim);
    return jit_next(ts, work);
}

const void *
jit_return_next(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value, uint32_t work)
{
    f->stacktop = WHOLE;
    if (UNLIKELY((PyObject **)f == ts->datastack_chunk->data || !drop_all_shared(f, sp)))
        return return_rest_next(ts, f, instr, sp, value, work);
    pop(ts, f, true);
    f = f->previous;
    if (is_below_init(f, value))
        return next_below_init(ts, f, work);
    _Py_CODEUNIT *pc = give(f, value);
    const struct next_place *p = next_near(pc);
    if (LIKELY(p->pc == pc && !p->begins && next_fits(p, ts, f))) {
        jit_next_work += work;
        f->stacktop = WHOLE;
        return p->code;
    }
    jit_open_pc = pc;
    return jit_next(ts, work);
}

/* ---- frames of inlined calls ---- */

/* The caller waits; there is room right behind it, where its callee's frame lies then. Or NULL. */
static inline _PyInterpreterFrame *
push_behind(PyThreadState *ts, _PyInterpreterFrame *caller, uint64_t x, int size)
{
    PyCodeObject *code = frame_code(caller);
    PyObject **top = ts->datastack_top, **behind = (PyObject **)caller + code->co_framesize;
    uint32_t call = x & 0xffff, ret = x >> 16 & 0xffff;
    if (UNLIKELY(ts->py_recursion_remaining < 1 || top != behind || ts->datastack_limit - top <= size))
        return NULL;
    ts->datastack_top = top + size;
    caller->instr_ptr = _PyCode_CODE(code) + call;
    caller->return_offset = (uint16_t)(ret - call);
    caller->stacktop = (int)(x >> 32);
    return (_PyInterpreterFrame *)top;
}

static inline int64_t
become_current(PyThreadState *ts, _PyInterpreterFrame *f, _PyInterpreterFrame *caller, bool counts)
{
    f->stacktop = WHOLE;
    f->previous = caller;
    ts->py_recursion_remaining -= counts;
    ts->current_frame = f;
    return 1;
}

int64_t
jit_push_function(PyThreadState *ts, _PyInterpreterFrame *caller, PyFunctionObject *func, uint64_t x)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    _PyInterpreterFrame *f = push_behind(ts, caller, x, code->co_framesize);
    if (UNLIKELY(f == NULL))
        return 0;
    frame_init(f, func, NULL, code, code->co_nlocalsplus);
    return become_current(ts, f, caller, true);
}

int64_t
jit_push_shim(PyThreadState *ts, _PyInterpreterFrame *caller, PyObject *o, uint64_t x)
{
    bool is_code = PyCode_Check(o);
    PyCodeObject *code = is_code ? (PyCodeObject *)o : vm_init_shim();
    PyObject *function = !is_code ? o : code == vm_with_shim() ? ITEM_SHIM : Py_None;
    _PyInterpreterFrame *f = push_behind(ts, caller, x, code->co_framesize);
    if (UNLIKELY(f == NULL))
        return 0;
    vm_make_shim(f, code, function);
    return become_current(ts, f, caller, function != ITEM_SHIM);
}
