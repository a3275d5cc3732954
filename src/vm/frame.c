/* vm/frame.c: interpreter frames: allocation, release, and the frame objects that show them.
 *
 * A frame object borrows its frame while the call runs. When the call ends and the object is still wanted, the object takes the contents
 * over (frame_move_into_object): locals and stack move, counts stay, and f_back replaces the link to the caller's frame. */
#include "vm/frame.h"

#include "code/code_state.h"
#include "object/core/err.h"
#include "object/core/object.h"
#include "rt/gc_track.h"
#include "vm/eval.h"
#include "vm/function.h"
#include "vm/genobject.h"

_Static_assert(sizeof(_PyInterpreterFrame) == 80 && offsetof(_PyInterpreterFrame, localsplus) == 72, "layout of debuggers");
_Static_assert(offsetof(struct _frame, _f_frame_data) == 64, "layout of debuggers");
_Static_assert(FRAME_SPECIALS_SIZE == CODE_FRAME_SPECIALS, "co_framesize counts them");

_PyInterpreterFrame *
frame_alloc(PyThreadState *ts, int size)
{
    PyObject **p = ts_stack_push(ts, (size_t)size);
    if (UNLIKELY(p == NULL))
        err_no_memory(ts);
    return (_PyInterpreterFrame *)p;
}

/* ---- frame objects ---- */

static PyFrameObject *
new_object(PyCodeObject *co)
{
    PyFrameObject *f = PyObject_GC_NewVar(PyFrameObject, &PyFrame_Type, co->co_nlocalsplus + co->co_stacksize);
    if (f == NULL)
        return NULL;
    f->f_back = NULL;
    f->f_trace = NULL;
    f->f_trace_lines = 1;
    f->f_trace_opcodes = 0;
    f->f_lineno = 0;
    f->f_extra_locals = NULL;
    f->f_locals_cache = NULL;
    return f;
}

PyFrameObject *
frame_object_make(_PyInterpreterFrame *frame)
{
    PyThreadState *ts = ts_current();
    PyObject *exc = err_get_raised(ts);
    PyFrameObject *f = new_object(frame_code(frame));
    if (f == NULL) {
        Py_XDECREF(exc);
        return NULL;
    }
    err_set_raised(ts, exc);
    f->f_frame = frame;
    frame->frame_obj = f;
    return f;
}

static void
link_back(PyFrameObject *f, _PyInterpreterFrame *frame)
{
    _PyInterpreterFrame *prev = frame_walk(frame->previous);
    frame->previous = NULL;
    if (prev == NULL)
        return;
    PyThreadState *ts = ts_current();
    PyObject *exc = err_get_raised(ts);
    PyFrameObject *back = frame_object(prev);
    if (back == NULL)
        err_clear(ts);                     /* out of memory: the chain ends here */
    else
        f->f_back = (PyFrameObject *)Py_NewRef(back);
    err_set_raised(ts, exc);
}

static void
frame_move_into_object(PyFrameObject *f, _PyInterpreterFrame *frame)
{
    size_t size = (size_t)((char *)&frame->localsplus[frame->stacktop] - (char *)frame);
    _PyInterpreterFrame *own = (_PyInterpreterFrame *)f->_f_frame_data;
    Py_INCREF(frame->f_executable);
    memcpy(own, frame, size);
    f->f_frame = own;
    own->owner = FRAME_OWNED_BY_FRAME_OBJECT;
    if (frame_is_incomplete(own))          /* a generator that never ran: as if it had got to its RESUME */
        own->instr_ptr = _PyCode_CODE(frame_code(own)) + frame_code(own)->_co_firsttraceable + 1;
    link_back(f, own);
    if (!gc_is_tracked((PyObject *)f))
        gc_track((PyObject *)f);
}

void
frame_clear_locals(_PyInterpreterFrame *f)
{
    int n = f->stacktop;
    f->stacktop = 0;
    for (int i = 0; i < n; i++)
        Py_XDECREF(f->localsplus[i]);
    Py_CLEAR(f->f_locals);
}

bool
frame_counts_hold(_PyInterpreterFrame *f)
{
    for (int i = 0; i < f->stacktop; i++) {
        PyObject *v = f->localsplus[i];
        if (v == NULL || _Py_IsImmortal(v))
            continue;
        Py_ssize_t held = (v == f->f_funcobj) + (v == f->f_executable) + (v == f->f_locals) + (v == (PyObject *)f->frame_obj);
        for (int k = 0; k < f->stacktop; k++)
            held += f->localsplus[k] == v;
        if (Py_REFCNT(v) < held)
            return false;
    }
    return true;
}

void
frame_clear(_PyInterpreterFrame *frame)
{
    if (ADDER_CHECKS >= 1 && !frame_counts_hold(frame))
        Py_FatalError("a frame holds more references to an object than the object has");
    PyFrameObject *f = frame->frame_obj;
    if (f != NULL) {
        frame->frame_obj = NULL;
        if (Py_REFCNT(f) > 1) {
            frame_move_into_object(f, frame);
            Py_DECREF(f);
            return;
        }
        Py_DECREF(f);
    }
    frame_clear_locals(frame);
    Py_DECREF(frame->f_funcobj);
}

void
frame_clear_and_pop(PyThreadState *ts, _PyInterpreterFrame *frame)
{
    if (frame->owner == FRAME_OWNED_BY_THREAD) {
        PyObject *code = frame->f_executable;
        ts->c_recursion_remaining--;
        frame_clear(frame);
        Py_DECREF(code);
        ts->c_recursion_remaining++;
        frame_stack_pop(ts, frame);
        return;
    }
    PyGenObject *gen = gen_from_frame(frame);
    gen->gi_frame_state = FRAME_CLEARED;
    ts->exc_info = gen->gi_exc_state.previous_item;
    gen->gi_exc_state.previous_item = NULL;
    ts->c_recursion_remaining--;
    frame_clear(frame);
    Py_CLEAR(gen->gi_exc_state.exc_value);
    ts->c_recursion_remaining++;
    frame->previous = NULL;
}

void
frame_copy(_PyInterpreterFrame *src, _PyInterpreterFrame *dst)
{
    memcpy(dst, src, (size_t)((char *)&src->localsplus[src->stacktop] - (char *)src));
    dst->previous = NULL;
    if (dst->frame_obj != NULL)
        dst->frame_obj->f_frame = dst;
}

int
frame_traverse(_PyInterpreterFrame *f, visitproc visit, void *arg)
{
    Py_VISIT(f->frame_obj);
    Py_VISIT(f->f_locals);
    Py_VISIT(f->f_funcobj);
    Py_VISIT(f->f_executable);
    for (int i = 0; i < f->stacktop; i++)
        Py_VISIT(f->localsplus[i]);
    return 0;
}

int
frame_line(_PyInterpreterFrame *f)
{
    return PyCode_Addr2Line(frame_code(f), frame_lasti(f) * (int)sizeof(_Py_CODEUNIT));
}

PyGenObject *
frame_generator(_PyInterpreterFrame *f)
{
    return f->owner == FRAME_OWNED_BY_GENERATOR ? gen_from_frame(f) : NULL;
}

/* ---- C API ---- */

PyFrameObject *
PyFrame_New(PyThreadState *ts, PyCodeObject *code, PyObject *globals, PyObject *locals)
{
    PyObject *builtins = vm_builtins_from_globals(ts, globals);
    if (builtins == NULL)
        return NULL;
    PyFrameConstructor parts = { .fc_globals = globals, .fc_builtins = builtins, .fc_name = code->co_name, .fc_qualname = code->co_name,
                                 .fc_code = (PyObject *)code };
    PyFunctionObject *func = function_from_parts(&parts);
    PyFrameObject *f = func == NULL ? NULL : new_object(code);
    if (f == NULL) {
        Py_XDECREF(func);
        return NULL;
    }
    _PyInterpreterFrame *frame = (_PyInterpreterFrame *)f->_f_frame_data;
    frame_init(frame, func, Py_XNewRef(locals), code, 0);
    frame->previous = NULL;
    f->f_frame = frame;
    frame->owner = FRAME_OWNED_BY_FRAME_OBJECT;
    frame->instr_ptr = _PyCode_CODE(code) + code->_co_firsttraceable + 1;
    gc_track((PyObject *)f);
    return f;
}

PyCodeObject *PyFrame_GetCode(PyFrameObject *f) { return (PyCodeObject *)Py_NewRef(frame_code(f->f_frame)); }
PyObject *PyFrame_GetGlobals(PyFrameObject *f) { return Py_XNewRef(f->f_frame->f_globals); }
PyObject *PyFrame_GetBuiltins(PyFrameObject *f) { return Py_XNewRef(f->f_frame->f_builtins); }

PyFrameObject *
PyFrame_GetBack(PyFrameObject *f)
{
    PyFrameObject *back = f->f_back;
    if (back == NULL) {
        _PyInterpreterFrame *prev = frame_walk(f->f_frame->previous);
        if (prev != NULL)
            back = frame_object(prev);
    }
    return (PyFrameObject *)Py_XNewRef(back);
}

int
PyFrame_GetLasti(PyFrameObject *f)
{
    int lasti = frame_lasti(f->f_frame);
    return lasti < 0 ? -1 : lasti * (int)sizeof(_Py_CODEUNIT);
}

int
PyFrame_GetLineNumber(PyFrameObject *f)
{
    return f->f_lineno != 0 ? f->f_lineno : frame_line(f->f_frame);
}

PyObject *
PyFrame_GetGenerator(PyFrameObject *f)
{
    return Py_XNewRef(frame_generator(f->f_frame));
}

int
_PyFrame_IsEntryFrame(PyFrameObject *f)
{
    _PyInterpreterFrame *prev = f->f_frame->previous;
    return prev != NULL && prev->owner == FRAME_OWNED_BY_CSTACK;
}

PyObject *
PyUnstable_InterpreterFrame_GetCode(_PyInterpreterFrame *f)
{
    return Py_NewRef(f->f_executable);
}

int
PyUnstable_InterpreterFrame_GetLasti(_PyInterpreterFrame *f)
{
    return frame_lasti(f) * (int)sizeof(_Py_CODEUNIT);
}

int
PyUnstable_InterpreterFrame_GetLine(_PyInterpreterFrame *f)
{
    return frame_line(f);
}

const PyTypeObject *const PyUnstable_ExecutableKinds[PyUnstable_EXECUTABLE_KINDS + 1] = {
    [PyUnstable_EXECUTABLE_KIND_SKIP] = &_PyNone_Type,
    [PyUnstable_EXECUTABLE_KIND_PY_FUNCTION] = &PyCode_Type,
    [PyUnstable_EXECUTABLE_KIND_BUILTIN_FUNCTION] = &PyMethod_Type,
    [PyUnstable_EXECUTABLE_KIND_METHOD_DESCRIPTOR] = &PyMethodDescr_Type,
};
