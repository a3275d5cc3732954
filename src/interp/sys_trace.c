/* interp/sys_trace.c: sys.settrace(), sys.setprofile() and friends: Python functions behind the C tracing interface. */
#include "interp/sys.h"

#include <frameobject.h>

#include "interp/args.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/frame.h"

PyAPI_FUNC(int) _PyEval_SetProfile(PyThreadState *, Py_tracefunc, PyObject *);
PyAPI_FUNC(int) _PyEval_SetTrace(PyThreadState *, Py_tracefunc, PyObject *);

/* The event as the Python function sees it, by PyTrace_* number. */
static PyObject *
event_name(int what)
{
    static const char *const names[] = { "call", "exception", "line", "return", "c_call", "c_exception", "c_return", "opcode" };
    return PyUnicode_InternFromString(names[what]);
}

static PyObject *
call_traced(PyObject *callback, PyFrameObject *frame, int what, PyObject *arg)
{
    PyObject *name = event_name(what);
    if (name == NULL)
        return NULL;
    PyObject *const args[3] = { (PyObject *)frame, name, arg == NULL ? Py_None : arg };
    PyObject *r = PyObject_Vectorcall(callback, args, 3, NULL);
    Py_DECREF(name);
    return r;
}

static int
profile_trampoline(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
    PyObject *r = call_traced(self, frame, what, arg);
    if (r == NULL) {
        PyEval_SetProfile(NULL, NULL);
        return -1;
    }
    Py_DECREF(r);
    return 0;
}

static int
trace_trampoline(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
    PyObject *callback = what == PyTrace_CALL ? self : frame->f_trace;
    if (callback == NULL)
        return 0;
    PyObject *r = call_traced(callback, frame, what, arg);
    if (r == NULL) {
        PyEval_SetTrace(NULL, NULL);
        Py_CLEAR(frame->f_trace);
        return -1;
    }
    if (r != Py_None)
        Py_XSETREF(frame->f_trace, r);
    else
        Py_DECREF(r);
    return 0;
}

static PyObject *
sys_settrace(PyObject *module, PyObject *function)
{
    PyThreadState *ts = ts_current();
    if (_PyEval_SetTrace(ts, function == Py_None ? NULL : trace_trampoline, function == Py_None ? NULL : function) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
sys_setprofile(PyObject *module, PyObject *function)
{
    PyThreadState *ts = ts_current();
    if (_PyEval_SetProfile(ts, function == Py_None ? NULL : profile_trampoline, function == Py_None ? NULL : function) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
sys_settraceallthreads(PyObject *module, PyObject *function)
{
    PyEval_SetTraceAllThreads(function == Py_None ? NULL : trace_trampoline, function == Py_None ? NULL : function);
    Py_RETURN_NONE;
}

static PyObject *
sys_setprofileallthreads(PyObject *module, PyObject *function)
{
    PyEval_SetProfileAllThreads(function == Py_None ? NULL : profile_trampoline, function == Py_None ? NULL : function);
    Py_RETURN_NONE;
}

static PyObject *
sys_gettrace(PyObject *module, PyObject *unused)
{
    PyObject *f = ts_current()->c_traceobj;
    return Py_NewRef(f == NULL ? Py_None : f);
}

static PyObject *
sys_getprofile(PyObject *module, PyObject *unused)
{
    PyObject *f = ts_current()->c_profileobj;
    return Py_NewRef(f == NULL ? Py_None : f);
}

static PyObject *
sys_call_tracing(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("call_tracing", nargs, 2, 2))
        return NULL;
    if (!PyTuple_Check(args[1])) {
        PyErr_Format(PyExc_TypeError, "call_tracing() argument 2 must be tuple, not %.50s", Py_TYPE(args[1])->tp_name);
        return NULL;
    }
    PyThreadState *ts = ts_current();
    int saved = ts->tracing;
    ts->tracing = 0;
    PyObject *r = PyObject_Call(args[0], args[1], NULL);
    ts->tracing = saved;
    return r;
}

/* ---- frames ---- */

static PyObject *
sys_getframe(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PyThreadState *ts = ts_current();
    if (!args_count("_getframe", nargs, 0, 1))
        return NULL;
    int depth = nargs == 0 ? 0 : PyLong_AsInt(args[0]);
    if (depth == -1 && PyErr_Occurred())
        return NULL;
    _PyInterpreterFrame *f = frame_current(ts);
    for (; depth > 0 && f != NULL; depth--)
        f = frame_walk(f->previous);
    if (f == NULL) {
        PyErr_SetString(PyExc_ValueError, "call stack is not deep enough");
        return NULL;
    }
    PyObject *frame = Py_XNewRef((PyObject *)frame_object(f));
    if (frame != NULL && PySys_Audit("sys._getframe", "O", frame) < 0)
        Py_CLEAR(frame);
    return frame;
}

static PyObject *
sys_getframemodulename(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "depth", NULL };
    static const struct args_spec spec = { "_getframemodulename", names, 0, 1 };
    PyObject *a;
    if (args_bind(&spec, args, nargs, kwnames, &a) < 0)
        return NULL;
    int depth = a == NULL ? 0 : PyLong_AsInt(a);
    if ((depth == -1 && PyErr_Occurred()) || PySys_Audit("sys._getframemodulename", "i", depth) < 0)
        return NULL;
    _PyInterpreterFrame *f = frame_current(ts_current());
    while (f != NULL && depth-- > 0)
        f = frame_walk(f->previous);
    if (f == NULL || f->f_funcobj == NULL)
        Py_RETURN_NONE;
    PyObject *name = PyFunction_GetModule(f->f_funcobj);
    if (name == NULL)
        PyErr_Clear();
    return Py_NewRef(name == NULL ? Py_None : name);
}

/* {thread id: value} over all threads; `what` gives a new reference, or NULL to leave the thread out. */
static PyObject *
map_threads(PyObject *(*what)(PyThreadState *))
{
    PyObject *d = PyDict_New();
    for (PyThreadState *t = interp_current()->threads.head; d != NULL && t != NULL; t = t->next) {
        PyObject *value = what(t);
        if (value == NULL && PyErr_Occurred()) {
            Py_CLEAR(d);
            break;
        }
        if (value == NULL)
            continue;
        PyObject *id = PyLong_FromUnsignedLong(t->thread_id);
        if (id == NULL || PyDict_SetItem(d, id, value) < 0)
            Py_CLEAR(d);
        Py_XDECREF(id);
        Py_DECREF(value);
    }
    return d;
}

static PyObject *
thread_frame(PyThreadState *t)
{
    _PyInterpreterFrame *f = frame_current(t);
    return f == NULL ? NULL : Py_XNewRef((PyObject *)frame_object(f));
}

static PyObject *
thread_exception(PyThreadState *t)
{
    _PyErr_StackItem *item = t->exc_info;
    while ((item->exc_value == NULL || item->exc_value == Py_None) && item->previous_item != NULL)
        item = item->previous_item;
    return Py_NewRef(item->exc_value == NULL ? Py_None : item->exc_value);
}

static PyObject *
sys_current_frames(PyObject *module, PyObject *unused)
{
    return PySys_Audit("sys._current_frames", NULL) < 0 ? NULL : map_threads(thread_frame);
}

static PyObject *
sys_current_exceptions(PyObject *module, PyObject *unused)
{
    return PySys_Audit("sys._current_exceptions", NULL) < 0 ? NULL : map_threads(thread_exception);
}

static PyObject *
sys_set_origin_depth(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "depth", NULL };
    static const struct args_spec spec = { "set_coroutine_origin_tracking_depth", names, 1, 1 };
    PyObject *a;
    if (args_bind(&spec, args, nargs, kwnames, &a) < 0)
        return NULL;
    int depth = PyLong_AsInt(a);
    if (depth == -1 && PyErr_Occurred())
        return NULL;
    if (depth < 0) {
        PyErr_SetString(PyExc_ValueError, "depth must be >= 0");
        return NULL;
    }
    ts_current()->coroutine_origin_tracking_depth = depth;
    Py_RETURN_NONE;
}

static PyObject *
sys_get_origin_depth(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(ts_current()->coroutine_origin_tracking_depth);
}

#define FAST(f) _PyCFunction_CAST(f), METH_FASTCALL
#define FASTKW(f) _PyCFunction_CAST(f), METH_FASTCALL | METH_KEYWORDS

PyMethodDef sys_trace_methods[] = {
    { "settrace", sys_settrace, METH_O, PyDoc_STR("settrace($module, function, /)\n--\n\nSet the trace function of this thread.") },
    { "_settraceallthreads", sys_settraceallthreads, METH_O, PyDoc_STR("_settraceallthreads($module, function, /)\n--\n\nSet the trace function of all threads.") },
    { "gettrace", sys_gettrace, METH_NOARGS, PyDoc_STR("gettrace($module, /)\n--\n\nThe trace function of this thread.") },
    { "setprofile", sys_setprofile, METH_O, PyDoc_STR("setprofile($module, function, /)\n--\n\nSet the profile function of this thread.") },
    { "_setprofileallthreads", sys_setprofileallthreads, METH_O, PyDoc_STR("_setprofileallthreads($module, function, /)\n--\n\nSet the profile function of all threads.") },
    { "getprofile", sys_getprofile, METH_NOARGS, PyDoc_STR("getprofile($module, /)\n--\n\nThe profile function of this thread.") },
    { "call_tracing", FAST(sys_call_tracing), PyDoc_STR("call_tracing($module, func, args, /)\n--\n\nCall func(*args) with tracing on, from a trace function.") },
    { "_getframe", FAST(sys_getframe), PyDoc_STR("_getframe($module, depth=0, /)\n--\n\nA frame of the call stack.") },
    { "_getframemodulename", FASTKW(sys_getframemodulename), PyDoc_STR("_getframemodulename($module, /, depth=0)\n--\n\nModule name of a frame of the call stack.") },
    { "_current_frames", sys_current_frames, METH_NOARGS, PyDoc_STR("_current_frames($module, /)\n--\n\nThe current frame of each thread, by thread id.") },
    { "_current_exceptions", sys_current_exceptions, METH_NOARGS, PyDoc_STR("_current_exceptions($module, /)\n--\n\nThe exception that each thread handles, by thread id.") },
    { "set_coroutine_origin_tracking_depth", FASTKW(sys_set_origin_depth), PyDoc_STR("set_coroutine_origin_tracking_depth($module, /, depth)\n--\n\nHow many frames coroutines remember of where they were made.") },
    { "get_coroutine_origin_tracking_depth", sys_get_origin_depth, METH_NOARGS, PyDoc_STR("get_coroutine_origin_tracking_depth($module, /)\n--\n\nHow many frames coroutines remember of where they were made.") },
    { NULL },
};
