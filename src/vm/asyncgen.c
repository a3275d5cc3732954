/* vm/asyncgen.c: asynchronous generators.
 *
 * A value yielded by `yield` travels through the awaiting machinery inside a wrapper, to tell it from what inner awaits yield; the
 * awaitables below take it out and end with StopIteration(value). */
#include <structmember.h>

#include "object/core/object.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/gc_track.h"
#include "rt/singletons.h"
#include "vm/gen_run.h"

#define AGEN(op) ((PyAsyncGenObject *)(op))

struct wrapped { PyObject ob_base; PyObject *value; };
enum stage { INIT, ITER, CLOSED };
struct asend { PyObject ob_base; PyAsyncGenObject *gen; PyObject *value; enum stage stage; };
struct athrow { PyObject ob_base; PyAsyncGenObject *gen; PyObject *args; enum stage stage; };   /* args NULL: aclose() */
#define IS_WRAPPED(op) Py_IS_TYPE(op, &_PyAsyncGenWrappedValue_Type)

/* ---- wrapped values ---- */

PyObject *
gen_wrap_async_value(PyThreadState *ts, PyObject *value)
{
    struct wrapped *w = PyObject_GC_New(struct wrapped, &_PyAsyncGenWrappedValue_Type);
    if (w == NULL)
        return NULL;
    w->value = Py_NewRef(value);
    gc_track((PyObject *)w);
    return (PyObject *)w;
}

static void
wrapped_dealloc(PyObject *self)
{
    gc_untrack(self);
    Py_CLEAR(((struct wrapped *)self)->value);
    PyObject_GC_Del(self);
}

static int
wrapped_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((struct wrapped *)self)->value);
    return 0;
}

PyTypeObject _PyAsyncGenWrappedValue_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "async_generator_wrapped_value",
    .tp_basicsize = sizeof(struct wrapped),
    .tp_dealloc = wrapped_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = wrapped_traverse,
};

/* What a step gave: a wrapped value ends the await, NULL may end the generator; anything else goes on. */
static PySendResult
unwrap_step(PyAsyncGenObject *gen, STEALS PyObject *step, PyObject **result)
{
    *result = step;
    if (step == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetNone(PyExc_StopAsyncIteration);
        if (PyErr_ExceptionMatches(PyExc_StopAsyncIteration) || PyErr_ExceptionMatches(PyExc_GeneratorExit))
            gen->ag_closed = 1;
        gen->ag_running_async = 0;
        return PYGEN_ERROR;
    }
    if (!IS_WRAPPED(step))
        return PYGEN_NEXT;
    *result = Py_NewRef(((struct wrapped *)step)->value);
    Py_DECREF(step);
    gen->ag_running_async = 0;
    return PYGEN_RETURN;
}

/* A value returned becomes a StopIteration. */
static PyObject *
as_exception(PySendResult status, PyObject *result)
{
    if (status == PYGEN_RETURN) {
        _PyGen_SetStopIterationValue(result);
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
unwrap(PyAsyncGenObject *gen, STEALS PyObject *step)
{
    PyObject *result;
    PySendResult status = unwrap_step(gen, step, &result);
    return as_exception(status, result);
}

/* ---- the generator ---- */

static int
init_hooks(PyAsyncGenObject *gen)
{
    if (gen->ag_hooks_inited)
        return 0;
    gen->ag_hooks_inited = 1;
    PyThreadState *ts = ts_current();
    gen->ag_origin_or_finalizer = Py_XNewRef(ts->async_gen_finalizer);
    PyObject *first = Py_XNewRef(ts->async_gen_firstiter);
    if (first == NULL)
        return 0;
    PyObject *res = PyObject_CallOneArg(first, (PyObject *)gen);
    Py_DECREF(first);
    Py_XDECREF(res);
    return res == NULL ? -1 : 0;
}

static PyObject *
asend_new(PyAsyncGenObject *gen, PyObject *value)
{
    struct asend *o = PyObject_GC_New(struct asend, &_PyAsyncGenASend_Type);
    if (o == NULL)
        return NULL;
    o->gen = (PyAsyncGenObject *)Py_NewRef(gen);
    o->value = Py_XNewRef(value);
    o->stage = INIT;
    gc_track((PyObject *)o);
    return (PyObject *)o;
}

static PyObject *
athrow_new(PyAsyncGenObject *gen, PyObject *args)
{
    struct athrow *o = PyObject_GC_New(struct athrow, &_PyAsyncGenAThrow_Type);
    if (o == NULL)
        return NULL;
    o->gen = (PyAsyncGenObject *)Py_NewRef(gen);
    o->args = Py_XNewRef(args);
    o->stage = INIT;
    gc_track((PyObject *)o);
    return (PyObject *)o;
}

static PyObject *agen_anext(PyObject *self) { return init_hooks(AGEN(self)) ? NULL : asend_new(AGEN(self), NULL); }
static PyObject *agen_asend(PyObject *self, PyObject *v) { return init_hooks(AGEN(self)) ? NULL : asend_new(AGEN(self), v); }
static PyObject *agen_aclose(PyObject *self, PyObject *ignored) { return init_hooks(AGEN(self)) ? NULL : athrow_new(AGEN(self), NULL); }

static PyObject *
agen_athrow(PyObject *self, PyObject *args)
{
    if (PyTuple_GET_SIZE(args) > 1
        && PyErr_WarnEx(PyExc_DeprecationWarning,
                        "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.", 1) < 0)
        return NULL;
    return init_hooks(AGEN(self)) ? NULL : athrow_new(AGEN(self), args);
}

static PyObject *
agen_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<async_generator object %S at %p>", AGEN(op)->ag_qualname, op);
}

static PyMethodDef agen_methods[] = {
    { "asend", agen_asend, METH_O, "asend($self, object, /)\n--\n\nAwaitable that resumes with a value." },
    { "athrow", agen_athrow, METH_VARARGS, "athrow(value)\nathrow(type[,value[,tb]])\n\nAwaitable that raises an exception inside." },
    { "aclose", agen_aclose, METH_NOARGS, "aclose($self, /)\n--\n\nAwaitable that raises GeneratorExit inside." },
    { "__sizeof__", gen_sizeof, METH_NOARGS, "__sizeof__($self, /)\n--\n\nBytes that the object takes, frame included." },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "__class_getitem__($type, object, /)\n--\n\nThe type with its type arguments." },
    { NULL },
};

static PyGetSetDef agen_getset[] = {
    { "__name__", gen_get_name, gen_set_name, "name of the async generator" }, { "__qualname__", gen_get_qualname, gen_set_qualname, "qualified name of the async generator" }, { "ag_await", gen_get_yieldfrom, NULL, "what it awaits, or None" },
    { "ag_frame", gen_get_frame, NULL, NULL, "ag_frame" }, { "ag_code", gen_get_code, NULL, NULL, "ag_code" }, { "ag_suspended", gen_get_suspended }, { NULL },
};

static PyMemberDef agen_members[] = {
    { "ag_running", Py_T_BOOL, offsetof(PyAsyncGenObject, ag_running_async), Py_READONLY }, { NULL },
};

static PyAsyncMethods agen_async = { .am_aiter = PyObject_SelfIter, .am_anext = agen_anext, .am_send = gen_am_send };

PyTypeObject PyAsyncGen_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "async_generator",
    .tp_basicsize = offsetof(PyGenObject, gi_iframe) + offsetof(_PyInterpreterFrame, localsplus),
    .tp_itemsize = sizeof(PyObject *),
    .tp_dealloc = gen_dealloc,
    .tp_as_async = &agen_async,
    .tp_repr = agen_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = gen_traverse,
    .tp_weaklistoffset = offsetof(PyAsyncGenObject, ag_weakreflist),
    .tp_methods = agen_methods,
    .tp_members = agen_members,
    .tp_getset = agen_getset,
    .tp_finalize = _PyGen_Finalize,
};

/* ---- __anext__() and asend() ---- */

#define ASEND(op) ((struct asend *)(op))
#define REUSED_ASEND "cannot reuse already awaited __anext__()/asend()"
#define REUSED_ATHROW "cannot reuse already awaited aclose()/athrow()"

static PyObject *
fail(const char *message)
{
    PyErr_SetString(PyExc_RuntimeError, message);
    return NULL;
}

static void
warn_never_awaited(PyAsyncGenObject *gen, const char *method)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "coroutine method '%s' of %R was never awaited", method, gen->ag_qualname) < 0)
        PyErr_WriteUnraisable((PyObject *)gen);
    PyErr_SetRaisedException(exc);
}

PySendResult
gen_asend_step(PyObject *self, PyObject *arg, PyObject **result)
{
    struct asend *o = ASEND(self);
    *result = NULL;
    if (o->stage == CLOSED) {
        fail(REUSED_ASEND);
        return PYGEN_ERROR;
    }
    if (o->stage == INIT) {
        if (o->gen->ag_running_async) {
            o->stage = CLOSED;
            fail("anext(): asynchronous generator is already running");
            return PYGEN_ERROR;
        }
        if (arg == NULL || arg == Py_None)
            arg = o->value;
        o->stage = ITER;
    }
    o->gen->ag_running_async = 1;
    PySendResult status = unwrap_step(o->gen, gen_send((PyObject *)o->gen, arg), result);
    if (status != PYGEN_NEXT)
        o->stage = CLOSED;
    return status;
}

static PyObject *
asend_send(PyObject *self, PyObject *arg)
{
    PyObject *result;
    PySendResult status = gen_asend_step(self, arg, &result);
    return as_exception(status, result);
}

static PyObject *
asend_next(PyObject *self)
{
    return asend_send(self, NULL);
}

static PyObject *
asend_throw(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    struct asend *o = ASEND(self);
    if (o->stage == CLOSED)
        return fail(REUSED_ASEND);
    if (o->stage == INIT) {
        if (o->gen->ag_running_async) {
            o->stage = CLOSED;
            return fail("anext(): asynchronous generator is already running");
        }
        o->stage = ITER;
        o->gen->ag_running_async = 1;
    }
    PyObject *v = unwrap(o->gen, gen_throw((PyObject *)o->gen, args, n));
    if (v == NULL)
        o->stage = CLOSED;
    return v;
}

/* Shared end of close(): `v` is what throwing GeneratorExit gave. */
static PyObject *
closed_with(PyObject *v)
{
    if (v != NULL) {
        Py_DECREF(v);
        return fail("coroutine ignored GeneratorExit");
    }
    if (PyErr_ExceptionMatches(PyExc_StopIteration) || PyErr_ExceptionMatches(PyExc_StopAsyncIteration)
        || PyErr_ExceptionMatches(PyExc_GeneratorExit)) {
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return NULL;
}

static PyObject *
asend_close(PyObject *self, PyObject *ignored)
{
    if (ASEND(self)->stage == CLOSED)
        Py_RETURN_NONE;
    return closed_with(asend_throw(self, &PyExc_GeneratorExit, 1));
}

static void
asend_finalize(PyObject *self)
{
    if (ASEND(self)->stage == INIT)
        warn_never_awaited(ASEND(self)->gen, "asend");
}

static void
asend_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) != 0)
        return;
    gc_untrack(self);
    Py_CLEAR(ASEND(self)->gen);
    Py_CLEAR(ASEND(self)->value);
    PyObject_GC_Del(self);
}

static int
asend_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(ASEND(self)->gen);
    Py_VISIT(ASEND(self)->value);
    return 0;
}

static PyMethodDef asend_methods[] = {
    { "send", asend_send, METH_O, "send($self, object, /)\n--\n\nResume with a value." },
    { "throw", _PyCFunction_CAST(asend_throw), METH_FASTCALL, "throw(value)\nthrow(type[,value[,tb]])\n\nRaise an exception inside." },
    { "close", asend_close, METH_NOARGS, "close($self, /)\n--\n\nRaise GeneratorExit inside." },
    { NULL },
};

static PyAsyncMethods self_await = { .am_await = PyObject_SelfIter };

PyTypeObject _PyAsyncGenASend_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "async_generator_asend",
    .tp_basicsize = sizeof(struct asend),
    .tp_dealloc = asend_dealloc,
    .tp_as_async = &self_await,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = asend_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = asend_next,
    .tp_methods = asend_methods,
    .tp_finalize = asend_finalize,
};

/* ---- athrow() and aclose() ---- */

#define ATHROW(op) ((struct athrow *)(op))

static PyObject *
athrow_stop(struct athrow *o)
{
    o->gen->ag_running_async = 0;
    o->stage = CLOSED;
    if (o->args == NULL && (PyErr_ExceptionMatches(PyExc_StopAsyncIteration) || PyErr_ExceptionMatches(PyExc_GeneratorExit))) {
        PyErr_Clear();                                 /* aclose() succeeded: its await ends */
        PyErr_SetNone(PyExc_StopIteration);
    }
    return NULL;
}

static PyObject *
athrow_ignored(struct athrow *o, STEALS PyObject *v)
{
    Py_DECREF(v);
    o->gen->ag_running_async = 0;
    o->stage = CLOSED;
    return fail("async generator ignored GeneratorExit");
}

static PyObject *
athrow_running(struct athrow *o)
{
    o->stage = CLOSED;
    return fail(o->args == NULL ? "aclose(): asynchronous generator is already running" : "athrow(): asynchronous generator is already running");
}

static PyObject *
athrow_first(struct athrow *o, PyObject *arg)
{
    PyAsyncGenObject *gen = o->gen;
    if (gen->ag_running_async)
        return athrow_running(o);
    if (gen->ag_closed) {
        o->stage = CLOSED;
        PyErr_SetNone(PyExc_StopAsyncIteration);
        return NULL;
    }
    if (arg != Py_None)
        return fail("can't send non-None value to a just-started coroutine");
    o->stage = ITER;
    gen->ag_running_async = 1;
    PyObject *v;
    if (o->args == NULL) {
        gen->ag_closed = 1;
        v = gen_throw_into((PyGenObject *)gen, false, PyExc_GeneratorExit, NULL, NULL);
        if (v != NULL && IS_WRAPPED(v))
            return athrow_ignored(o, v);
    }
    else {
        Py_ssize_t n = PyTuple_GET_SIZE(o->args);
        if (!args_count("athrow", n, 1, 3))
            return NULL;
        v = gen_throw_into((PyGenObject *)gen, false, PyTuple_GET_ITEM(o->args, 0), n > 1 ? PyTuple_GET_ITEM(o->args, 1) : NULL,
                           n > 2 ? PyTuple_GET_ITEM(o->args, 2) : NULL);
        v = unwrap(gen, v);
    }
    return v != NULL ? v : athrow_stop(o);
}

static PyObject *
athrow_send(PyObject *self, PyObject *arg)
{
    struct athrow *o = ATHROW(self);
    if (o->stage == CLOSED)
        return fail(REUSED_ATHROW);
    if (FRAME_STATE_FINISHED(o->gen->ag_frame_state)) {
        o->stage = CLOSED;
        PyErr_SetNone(PyExc_StopIteration);
        return NULL;
    }
    if (o->stage == INIT)
        return athrow_first(o, arg);
    PyObject *v = gen_send((PyObject *)o->gen, arg);
    if (o->args != NULL)
        return unwrap(o->gen, v);
    if (v != NULL)
        return IS_WRAPPED(v) ? athrow_ignored(o, v) : v;
    return athrow_stop(o);
}

static PyObject *
athrow_next(PyObject *self)
{
    return athrow_send(self, Py_None);
}

static PyObject *
athrow_throw(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    struct athrow *o = ATHROW(self);
    if (o->stage == CLOSED)
        return fail(REUSED_ATHROW);
    if (o->stage == INIT) {
        if (o->gen->ag_running_async)
            return athrow_running(o);
        o->stage = ITER;
        o->gen->ag_running_async = 1;
    }
    PyObject *v = gen_throw((PyObject *)o->gen, args, n);
    if (o->args != NULL) {
        v = unwrap(o->gen, v);
        if (v == NULL)
            o->stage = CLOSED;
        return v;
    }
    if (v != NULL)
        return IS_WRAPPED(v) ? athrow_ignored(o, v) : v;
    return athrow_stop(o);
}

static PyObject *
athrow_close(PyObject *self, PyObject *ignored)
{
    if (ATHROW(self)->stage == CLOSED)
        Py_RETURN_NONE;
    return closed_with(athrow_throw(self, &PyExc_GeneratorExit, 1));
}

static void
athrow_finalize(PyObject *self)
{
    if (ATHROW(self)->stage == INIT)
        warn_never_awaited(ATHROW(self)->gen, ATHROW(self)->args != NULL ? "athrow" : "aclose");
}

static void
athrow_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) != 0)
        return;
    gc_untrack(self);
    Py_CLEAR(ATHROW(self)->gen);
    Py_CLEAR(ATHROW(self)->args);
    PyObject_GC_Del(self);
}

static int
athrow_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(ATHROW(self)->gen);
    Py_VISIT(ATHROW(self)->args);
    return 0;
}

static PyMethodDef athrow_methods[] = {
    { "send", athrow_send, METH_O, "send($self, object, /)\n--\n\nResume with a value." },
    { "throw", _PyCFunction_CAST(athrow_throw), METH_FASTCALL, "throw(value)\nthrow(type[,value[,tb]])\n\nRaise an exception inside." },
    { "close", athrow_close, METH_NOARGS, "close($self, /)\n--\n\nRaise GeneratorExit inside." },
    { NULL },
};

PyTypeObject _PyAsyncGenAThrow_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "async_generator_athrow",
    .tp_basicsize = sizeof(struct athrow),
    .tp_dealloc = athrow_dealloc,
    .tp_as_async = &self_await,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = athrow_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = athrow_next,
    .tp_methods = athrow_methods,
    .tp_finalize = athrow_finalize,
};
