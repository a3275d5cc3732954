/* modules/asyncio/aio_future.c: the type Future. */
#include "modules/asyncio/asyncio.h"

#include "modules/modargs.h"

#define F(self) ((struct future *)(self))

_Static_assert(sizeof(struct future) == 104, "__basicsize__ of CPython's");

/* ---- making ---- */

int future_alive(struct future *f)
{
    if (LIKELY(f->loop != NULL))
        return 0;
    PyErr_SetString(PyExc_RuntimeError, "Future object is not initialized.");
    return -1;
}

static void clear_fields(struct future *f)
{
    Py_CLEAR(f->loop);
    Py_CLEAR(f->callback0);
    Py_CLEAR(f->context0);
    Py_CLEAR(f->callbacks);
    Py_CLEAR(f->exception);
    Py_CLEAR(f->exception_tb);
    Py_CLEAR(f->result);
    Py_CLEAR(f->source_tb);
    Py_CLEAR(f->cancel_msg);
    Py_CLEAR(f->cancelled_exc);
}

int future_init(struct aio *st, struct future *f, PyObject *loop)
{
    clear_fields(f);
    f->state = FUTURE_PENDING;
    f->log_tb = f->blocking = false;
    loop = loop == Py_None ? aio_event_loop(st) : Py_NewRef(loop);
    if (loop == NULL)
        return -1;
    Py_XSETREF(f->loop, loop);
    PyObject *debug = PyObject_CallMethodNoArgs(loop, st->s_get_debug);
    int on = debug == NULL ? -1 : PyObject_IsTrue(debug);
    Py_XDECREF(debug);
    if (on > 0 && !Py_IsFinalizing()) {
        PyObject *stack = PyObject_CallNoArgs(st->extract_stack);
        if (stack == NULL)
            return -1;
        Py_XSETREF(f->source_tb, stack);
    }
    return on < 0 ? -1 : 0;
}

/* ---- callbacks ---- */

static int call_soon(struct aio *st, struct future *f, PyObject *func, PyObject *context)
{
    PyObject *r = aio_call_soon(st, f->loop, func, (PyObject *)f, context);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

/* The future is done: the loop is to call all callbacks. */
static int schedule_callbacks(struct aio *st, struct future *f)
{
    if (f->callback0 != NULL) {
        PyObject *func = f->callback0, *context = f->context0;
        f->callback0 = f->context0 = NULL;
        int r = call_soon(st, f, func, context);
        Py_DECREF(func);
        Py_XDECREF(context);
        if (r < 0) {
            Py_CLEAR(f->callbacks);    /* as in Python: all are forgotten */
            return -1;
        }
    }
    PyObject *list = f->callbacks;
    int r = 0;
    f->callbacks = NULL;
    for (Py_ssize_t i = 0; list != NULL && r == 0 && i < PyList_GET_SIZE(list); i++) {
        PyObject *pair = Py_NewRef(PyList_GET_ITEM(list, i));
        r = call_soon(st, f, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
        Py_DECREF(pair);
    }
    Py_XDECREF(list);
    return r;
}

int future_add_callback(struct aio *st, struct future *f, PyObject *func, PyObject *context)
{
    if (f->loop == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "uninitialized Future object");
        return -1;
    }
    if (f->state != FUTURE_PENDING)
        return call_soon(st, f, func, context);
    if (f->callback0 == NULL && f->callbacks == NULL) {
        f->callback0 = Py_NewRef(func);
        f->context0 = Py_NewRef(context);
        return 0;
    }
    if (f->callbacks == NULL && (f->callbacks = PyList_New(0)) == NULL)
        return -1;
    PyObject *pair = PyTuple_Pack(2, func, context);
    int r = pair == NULL ? -1 : PyList_Append(f->callbacks, pair);
    Py_XDECREF(pair);
    return r;
}

PyObject *future_m_add_done_callback(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2], *context;
    struct aio *st = aio_of(self);
    if (st == NULL || MOD_BIND(a, "add_done_callback", args, nargs, kwnames, 1, 1, "", "context") < 0)
        return NULL;
    context = a[1] == NULL ? PyContext_CopyCurrent() : Py_NewRef(a[1]);
    int r = context == NULL ? -1 : future_add_callback(st, F(self), a[0], context);
    Py_XDECREF(context);
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

/* Takes func out of `callbacks`: how many, or -1. A comparison may change the list. */
static Py_ssize_t remove_from_list(struct future *f, PyObject *func)
{
    PyObject *kept = f->callbacks == NULL ? NULL : PyList_New(0);
    Py_ssize_t removed = 0;
    if (kept == NULL)
        return f->callbacks == NULL ? 0 : -1;
    for (Py_ssize_t i = 0; f->callbacks != NULL && i < PyList_GET_SIZE(f->callbacks); i++) {
        PyObject *pair = Py_NewRef(PyList_GET_ITEM(f->callbacks, i));
        int same = PyObject_RichCompareBool(PyTuple_GET_ITEM(pair, 0), func, Py_EQ);
        int r = same < 0 || (same == 0 && PyList_Append(kept, pair) < 0) ? -1 : 0;
        Py_DECREF(pair);
        if (r < 0) {
            Py_DECREF(kept);
            return -1;
        }
        removed += same;
    }
    if (f->callbacks == NULL)
        Py_DECREF(kept);
    else if (PyList_GET_SIZE(kept) > 0)
        Py_SETREF(f->callbacks, kept);
    else {
        Py_DECREF(kept);
        Py_CLEAR(f->callbacks);
    }
    return removed;
}

PyObject *future_m_remove_done_callback(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct future *f = F(self);
    PyObject *a[1];
    Py_ssize_t removed = 0;
    if (MOD_BIND(a, "remove_done_callback", args, nargs, kwnames, 1, 1, "") < 0 || future_alive(f) < 0)
        return NULL;
    if (f->callback0 != NULL) {
        PyObject *first = Py_NewRef(f->callback0);
        int same = PyObject_RichCompareBool(first, a[0], Py_EQ);
        Py_DECREF(first);
        if (same < 0)
            return NULL;
        if (same) {
            Py_CLEAR(f->callback0);
            Py_CLEAR(f->context0);
            removed = 1;
        }
    }
    Py_ssize_t more = remove_from_list(f, a[0]);
    return more < 0 ? NULL : PyLong_FromSsize_t(removed + more);
}

/* ---- becoming done ---- */

static int is_pending(struct aio *st, struct future *f)
{
    if (future_alive(f) < 0)
        return -1;
    if (f->state == FUTURE_PENDING)
        return 0;
    PyErr_SetString(st->invalid_state, "invalid state");
    return -1;
}

int future_set_result(struct aio *st, struct future *f, PyObject *result)
{
    if (is_pending(st, f) < 0)
        return -1;
    f->result = Py_NewRef(result);
    f->state = FUTURE_FINISHED;
    return schedule_callbacks(st, f);
}

/* RuntimeError in place of StopIteration, which would end the awaiting generator instead. */
static PyObject *wrap_stop_iteration(STEALS PyObject *exc)
{
    PyObject *wrapper = PyObject_CallFunction(PyExc_RuntimeError, "s",
                                              "StopIteration interacts badly with generators and cannot be raised into a Future");
    if (wrapper == NULL) {
        Py_DECREF(exc);
        return NULL;
    }
    PyException_SetCause(wrapper, Py_NewRef(exc));
    PyException_SetContext(wrapper, exc);
    return wrapper;
}

int future_set_exception(struct aio *st, struct future *f, PyObject *exc)
{
    if (is_pending(st, f) < 0)
        return -1;
    exc = PyExceptionClass_Check(exc) ? PyObject_CallNoArgs(exc) : Py_NewRef(exc);
    if (exc == NULL)
        return -1;
    if (is_pending(st, f) < 0) {       /* the class's __init__() may have made it done */
        Py_DECREF(exc);
        return -1;
    }
    if (!PyExceptionInstance_Check(exc)) {
        Py_DECREF(exc);
        PyErr_SetString(PyExc_TypeError, "invalid exception object");
        return -1;
    }
    if (PyErr_GivenExceptionMatches(exc, PyExc_StopIteration) && (exc = wrap_stop_iteration(exc)) == NULL)
        return -1;
    f->exception = exc;
    f->exception_tb = PyException_GetTraceback(exc);
    f->state = FUTURE_FINISHED;
    if (schedule_callbacks(st, f) < 0)
        return -1;
    f->log_tb = true;
    return 0;
}

int future_cancel(struct aio *st, struct future *f, PyObject *msg)
{
    f->log_tb = false;
    if (f->state != FUTURE_PENDING)
        return 0;
    f->state = FUTURE_CANCELLED;
    Py_XSETREF(f->cancel_msg, Py_XNewRef(msg));
    return schedule_callbacks(st, f) < 0 ? -1 : 1;
}

/* ---- the result ---- */

PyObject *future_cancelled_error(struct aio *st, struct future *f)
{
    PyObject *exc = f->cancelled_exc;
    if (exc != NULL) {
        f->cancelled_exc = NULL;       /* it is raised once; its traceback would grow */
        return exc;
    }
    return f->cancel_msg == NULL || f->cancel_msg == Py_None ? PyObject_CallNoArgs(st->cancelled_error)
                                                             : PyObject_CallOneArg(st->cancelled_error, f->cancel_msg);
}

static void raise_cancelled(struct aio *st, struct future *f)
{
    PyObject *exc = future_cancelled_error(st, f);
    if (exc != NULL)
        PyErr_SetObject(st->cancelled_error, exc);
    Py_XDECREF(exc);
}

int future_get_result(struct aio *st, struct future *f, PyObject **result)
{
    if (f->loop == NULL || f->state == FUTURE_PENDING) {
        PyErr_SetString(st->invalid_state, f->loop == NULL ? "Future object is not initialized." : "Result is not set.");
        return -1;
    }
    if (f->state == FUTURE_CANCELLED) {
        raise_cancelled(st, f);
        return -1;
    }
    f->log_tb = false;
    if (f->exception == NULL) {
        *result = Py_NewRef(f->result);
        return 0;
    }
    if (PyException_SetTraceback(f->exception, f->exception_tb == NULL ? Py_None : f->exception_tb) < 0)
        return -1;
    *result = Py_NewRef(f->exception);
    Py_CLEAR(f->exception_tb);
    return 1;
}

PyObject *future_m_result(PyObject *self, PyObject *unused)
{
    struct aio *st = aio_of(self);
    PyObject *result = NULL;
    int r = st == NULL ? -1 : future_get_result(st, F(self), &result);
    if (r == 0)
        return result;
    if (r > 0)
        PyErr_SetObject((PyObject *)Py_TYPE(result), result);
    Py_XDECREF(result);
    return NULL;
}

PyObject *future_m_exception(PyObject *self, PyObject *unused)
{
    struct future *f = F(self);
    struct aio *st = aio_of(self);
    if (st == NULL)
        return NULL;
    if (f->loop == NULL || f->state == FUTURE_PENDING) {
        PyErr_SetString(st->invalid_state, f->loop == NULL ? "Future object is not initialized." : "Exception is not set.");
        return NULL;
    }
    if (f->state == FUTURE_CANCELLED) {
        raise_cancelled(st, f);
        return NULL;
    }
    f->log_tb = false;
    return Py_NewRef(f->exception != NULL ? f->exception : Py_None);
}

PyObject *future_m_cancelled(PyObject *self, PyObject *unused) { return PyBool_FromLong(F(self)->loop != NULL && F(self)->state == FUTURE_CANCELLED); }
PyObject *future_m_done(PyObject *self, PyObject *unused) { return PyBool_FromLong(F(self)->loop != NULL && F(self)->state != FUTURE_PENDING); }

PyObject *future_m_make_cancelled_error(PyObject *self, PyObject *unused)
{
    struct aio *st = aio_of(self);
    return st == NULL ? NULL : future_cancelled_error(st, F(self));
}

PyObject *future_m_get_loop(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs != 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0)) {
        PyErr_SetString(PyExc_TypeError, "get_loop() takes no arguments");
        return NULL;
    }
    return future_alive(F(self)) < 0 ? NULL : Py_NewRef(F(self)->loop);
}

static PyObject *m_set_result(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    struct aio *st = aio_of(self);
    if (st == NULL || MOD_BIND(a, "set_result", args, nargs, kwnames, 1, 1, "") < 0 || future_set_result(st, F(self), a[0]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *m_set_exception(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    struct aio *st = aio_of(self);
    if (st == NULL || MOD_BIND(a, "set_exception", args, nargs, kwnames, 1, 1, "") < 0 || future_set_exception(st, F(self), a[0]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *m_cancel(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    struct aio *st = aio_of(self);
    if (st == NULL || MOD_BIND(a, "cancel", args, nargs, kwnames, 0, 1, "msg") < 0 || future_alive(F(self)) < 0)
        return NULL;
    int r = future_cancel(st, F(self), a[0] == NULL ? Py_None : a[0]);
    return r < 0 ? NULL : PyBool_FromLong(r);
}

/* ---- attributes ---- */

static PyObject *or_none(PyObject *value) { return Py_NewRef(value == NULL ? Py_None : value); }

int future_set_bool(PyObject *value, bool *to)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    int on = PyObject_IsTrue(value);
    if (on >= 0)
        *to = on;
    return on < 0 ? -1 : 0;
}

PyObject *future_get_state(PyObject *self, void *closure)
{
    static const char *const names[] = { "PENDING", "CANCELLED", "FINISHED" };
    return future_alive(F(self)) < 0 ? NULL : PyUnicode_InternFromString(names[F(self)->state]);
}

PyObject *future_get_blocking(PyObject *self, void *closure) { return PyBool_FromLong(F(self)->loop != NULL && F(self)->blocking); }
int future_set_blocking(PyObject *self, PyObject *value, void *closure) { return future_alive(F(self)) < 0 ? -1 : future_set_bool(value, &F(self)->blocking); }
PyObject *future_get_loop(PyObject *self, void *closure) { return or_none(F(self)->loop); }

PyObject *future_get_callbacks(PyObject *self, void *closure)
{
    struct future *f = F(self);
    if (future_alive(f) < 0)
        return NULL;
    if (f->callback0 == NULL && f->callbacks == NULL)
        Py_RETURN_NONE;
    PyObject *list = PyList_New(0);
    if (list != NULL && f->callback0 != NULL) {
        PyObject *pair = PyTuple_Pack(2, f->callback0, f->context0 == NULL ? Py_None : f->context0);
        if (pair == NULL || PyList_Append(list, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    if (list != NULL && f->callbacks != NULL && PyList_SetSlice(list, PyList_GET_SIZE(list), PyList_GET_SIZE(list), f->callbacks) < 0)
        Py_CLEAR(list);
    return list;
}

PyObject *future_get_result_attr(PyObject *self, void *closure) { return future_alive(F(self)) < 0 ? NULL : or_none(F(self)->result); }
PyObject *future_get_exception(PyObject *self, void *closure) { return future_alive(F(self)) < 0 ? NULL : or_none(F(self)->exception); }
PyObject *future_get_log_tb(PyObject *self, void *closure) { return future_alive(F(self)) < 0 ? NULL : PyBool_FromLong(F(self)->log_tb); }

int future_set_log_tb(PyObject *self, PyObject *value, void *closure)
{
    bool on;
    if (future_set_bool(value, &on) < 0)
        return -1;
    if (on) {
        PyErr_SetString(PyExc_ValueError, "_log_traceback can only be set to False");
        return -1;
    }
    F(self)->log_tb = false;
    return 0;
}

PyObject *future_get_source_tb(PyObject *self, void *closure) { return or_none(F(self)->source_tb); }
PyObject *future_get_cancel_msg(PyObject *self, void *closure) { return or_none(F(self)->cancel_msg); }

int future_set_cancel_msg(PyObject *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    Py_XSETREF(F(self)->cancel_msg, Py_NewRef(value));
    return 0;
}

/* ---- the type ---- */

static int init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "loop", NULL };
    PyObject *loop = Py_None;
    struct aio *st = aio_of(self);
    if (st == NULL)
        return -1;
    if (PyTuple_GET_SIZE(args) != 0) {
        PyErr_SetString(PyExc_TypeError, "Future() takes no positional arguments");
        return -1;
    }
    return !PyArg_ParseTupleAndKeywords(args, kwargs, "|$O:Future", names, &loop) ? -1 : future_init(st, F(self), loop);
}

int future_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct future *f = F(self);
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(f->loop);
    Py_VISIT(f->callback0);
    Py_VISIT(f->context0);
    Py_VISIT(f->callbacks);
    Py_VISIT(f->exception);
    Py_VISIT(f->exception_tb);
    Py_VISIT(f->result);
    Py_VISIT(f->source_tb);
    Py_VISIT(f->cancel_msg);
    Py_VISIT(f->cancelled_exc);
    return PyObject_VisitManagedDict(self, visit, arg);
}

int future_clear(PyObject *self)
{
    clear_fields(F(self));
    PyObject_ClearManagedDict(self);
    return 0;
}

void future_call_handler(struct aio *st, struct future *f, STEALS PyObject *context)
{
    if (context != NULL && (f->source_tb == NULL || PyDict_SetItem(context, st->s_source_tb, f->source_tb) == 0)) {
        PyObject *handler = PyObject_GetAttr(f->loop, st->s_exception_handler);
        PyObject *r = handler == NULL ? NULL : PyObject_CallOneArg(handler, context);
        if (handler != NULL && r == NULL)
            PyErr_WriteUnraisable(handler);
        Py_XDECREF(r);
        Py_XDECREF(handler);
    }
    Py_XDECREF(context);
    if (PyErr_Occurred())
        PyErr_WriteUnraisable((PyObject *)f);
}

/* An exception that nobody looked at is told to the loop. */
void future_finalize(PyObject *self)
{
    struct future *f = F(self);
    struct aio *st;
    if (!f->log_tb || f->loop == NULL || f->exception == NULL)
        return;
    f->log_tb = false;
    PyObject *outer = PyErr_GetRaisedException();
    if ((st = aio_of(self)) != NULL) {
        PyObject *name = PyType_GetName(Py_TYPE(self)), *message = name == NULL ? NULL : PyUnicode_FromFormat("%U exception was never retrieved", name);
        Py_XDECREF(name);
        future_call_handler(st, f, message == NULL ? NULL : Py_BuildValue("{OOOOOO}", st->s_message, message, st->s_exception, f->exception, st->s_future, self));
        Py_XDECREF(message);
    }
    PyErr_SetRaisedException(outer);
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    future_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *repr(PyObject *self)
{
    struct aio *st = aio_of(self);
    return st == NULL || future_alive(F(self)) < 0 ? NULL : PyObject_CallOneArg(st->future_repr, self);
}

static PyGetSetDef getset[] = { FUTURE_GETSET, { NULL } };
static PyMethodDef methods[] = {
    { "result", future_m_result, METH_NOARGS, "result($self, /)\n--\n\nThe result; raises the exception there is instead." },
    { "exception", future_m_exception, METH_NOARGS, "exception($self, /)\n--\n\nThe exception, or None if there is a result." },
    { "set_result", AIO_METHOD(m_set_result), "set_result($self, result, /)\n--\n\nMake the future done, with a result." },
    { "set_exception", AIO_METHOD(m_set_exception), "set_exception($self, exception, /)\n--\n\nMake the future done, with an exception." },
    { "add_done_callback", AIO_METHOD(future_m_add_done_callback), "add_done_callback($self, fn, /, *, context=<unrepresentable>)\n--\n\nHave fn(self) called when the future is done." },
    { "remove_done_callback", AIO_METHOD(future_m_remove_done_callback), "remove_done_callback($self, fn, /)\n--\n\nForget the callback fn; how often it was there." },
    { "cancel", AIO_METHOD(m_cancel), "cancel($self, /, msg=None)\n--\n\nMake the future cancelled; False if it is done already." },
    { "cancelled", future_m_cancelled, METH_NOARGS, "cancelled($self, /)\n--\n\nIs the future cancelled?" },
    { "done", future_m_done, METH_NOARGS, "done($self, /)\n--\n\nIs there a result, or an exception, or is the future cancelled?" },
    { "get_loop", AIO_METHOD(future_m_get_loop), "get_loop($self, /)\n--\n\nThe event loop." },
    { "_make_cancelled_error", future_m_make_cancelled_error, METH_NOARGS, "_make_cancelled_error($self, /)\n--\n\nThe CancelledError to raise." },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "__class_getitem__($type, object, /)\n--\n\nSee PEP 585" },
    { NULL },
};
static PyType_Slot slots[] = {
    { Py_tp_dealloc, dealloc }, { Py_tp_repr, repr }, { Py_tp_traverse, future_traverse }, { Py_tp_clear, future_clear }, { Py_tp_iter, future_iter },
    { Py_tp_methods, methods }, { Py_tp_getset, getset }, { Py_tp_init, init }, { Py_tp_new, PyType_GenericNew },
    { Py_tp_finalize, future_finalize }, { Py_am_await, future_iter },
    { Py_tp_doc, "Future(*, loop=None)\n--\n\nA result to come." }, { 0, NULL },
};
PyType_Spec aio_future_spec = {
    .name = "_asyncio.Future", .basicsize = sizeof(struct future), .slots = slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF,
};
