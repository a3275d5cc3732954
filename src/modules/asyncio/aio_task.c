/* modules/asyncio/aio_task.c: the type Task, and its step.
 *
 * A pending task is in one of three states: it waits for a future (`waiter`), whose callbacks include its wake-up; or its
 * next step is scheduled with the loop; or it runs. A step sends None or throws an exception into the coroutine and looks
 * at what comes back: a future to wait for, None (the loop goes round once), a result, an exception. */
#include "modules/asyncio/asyncio.h"

#include "modules/modargs.h"
#include "vm/genobject.h"              /* _PyGen_FetchStopIterationValue() */

#define T(self) ((struct task *)(self))
#define F(self) ((struct future *)(self))

_Static_assert(sizeof(struct task) == 144, "__basicsize__ of CPython's");

static PyObject *step(struct aio *st, struct task *t, PyObject *exc);

/* ---- the callables that the loop gets ---- */

/* The next step, with an exception or NULL. */
static int step_soon(struct aio *st, struct task *t, PyObject *exc)
{
    struct step *s = PyObject_GC_New(struct step, st->step_type);
    if (s == NULL)
        return -1;
    s->task = T(Py_NewRef(t));
    s->arg = Py_XNewRef(exc);
    PyObject_GC_Track(s);
    PyObject *r = aio_call_soon(st, t->f.loop, (PyObject *)s, NULL, t->context);
    Py_DECREF(s);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

static PyObject *step_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    struct step *s = (struct step *)self;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) != 0) {
        PyErr_SetString(PyExc_TypeError, "function takes no keyword arguments");
        return NULL;
    }
    if (args != NULL && PyTuple_GET_SIZE(args) != 0) {
        PyErr_SetString(PyExc_TypeError, "function takes no positional arguments");
        return NULL;
    }
    struct aio *st = s->task == NULL ? NULL : aio_of((PyObject *)s->task);
    if (st == NULL)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    return step(st, s->task, s->arg);
}

static int step_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((struct step *)self)->task);
    Py_VISIT(((struct step *)self)->arg);
    return 0;
}

static int step_clear(PyObject *self)
{
    Py_CLEAR(((struct step *)self)->task);
    Py_CLEAR(((struct step *)self)->arg);
    return 0;
}

static void step_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    step_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *step_self(PyObject *self, void *closure)
{
    struct task *t = ((struct step *)self)->task;
    return Py_NewRef(t == NULL ? Py_None : (PyObject *)t);
}

static PyGetSetDef step_getset[] = { { "__self__", step_self }, { NULL } };
static PyType_Slot step_slots[] = {
    { Py_tp_dealloc, step_dealloc }, { Py_tp_call, step_call }, { Py_tp_traverse, step_traverse }, { Py_tp_clear, step_clear },
    { Py_tp_getattro, PyObject_GenericGetAttr }, { Py_tp_getset, step_getset }, { 0, NULL },
};
PyType_Spec aio_step_spec = {
    .name = "_asyncio.TaskStepMethWrapper", .basicsize = sizeof(struct step), .slots = step_slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
};

/* The future that the task waits for is done. */
static PyObject *wakeup(PyObject *self, PyObject *future)
{
    struct aio *st = aio_of(self);
    PyObject *result = NULL;
    int r = -1;
    if (st == NULL)
        return NULL;
    if (aio_is_exact(st, future))
        r = future_get_result(st, F(future), &result);
    else if ((result = PyObject_CallMethodNoArgs(future, st->s_result)) != NULL)
        r = 0;
    if (r < 0)
        result = PyErr_GetRaisedException();
    PyObject *done = step(st, T(self), r == 0 ? NULL : result);
    Py_DECREF(result);
    return done;
}

static PyMethodDef wakeup_def = { "task_wakeup", wakeup, METH_O, NULL };

/* ---- a step ---- */

static int fail_soon(struct aio *st, struct task *t, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyObject *message = PyUnicode_FromFormatV(format, va), *exc = message == NULL ? NULL : PyObject_CallOneArg(PyExc_RuntimeError, message);
    va_end(va);
    int r = exc == NULL ? -1 : step_soon(st, t, exc);
    Py_XDECREF(message);
    Py_XDECREF(exc);
    return r;
}

/* future.cancel(msg=msg) of any kind of future: 1, 0, -1. */
static int cancel_waiter(struct aio *st, PyObject *future, PyObject *msg)
{
    PyObject *args[3] = { NULL, future, msg == NULL ? Py_None : msg };
    Py_INCREF(future);
    PyObject *r = PyObject_VectorcallMethod(st->s_cancel, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, st->kw_msg);
    Py_DECREF(future);
    int is_cancelled = r == NULL ? -1 : PyObject_IsTrue(r);
    Py_XDECREF(r);
    return is_cancelled;
}

/* The task's wake-up is among the callbacks of future now. */
static int set_waiter(struct aio *st, struct task *t, PyObject *future)
{
    Py_XSETREF(t->waiter, Py_NewRef(future));
    if (!t->f.must_cancel)
        return 0;
    int r = cancel_waiter(st, future, t->f.cancel_msg);
    if (r > 0)
        t->f.must_cancel = false;
    return r < 0 ? -1 : 0;
}

static int wait_for_own(struct aio *st, struct task *t, PyObject *result)
{
    struct future *f = F(result);
    if (f->loop != t->f.loop)
        return fail_soon(st, t, "Task %R got Future %R attached to a different loop", t, result);
    if (!f->blocking)
        return fail_soon(st, t, "yield was used instead of yield from in task %R with %R", t, result);
    f->blocking = false;
    PyObject *func = PyCFunction_New(&wakeup_def, (PyObject *)t);
    int r = func == NULL ? -1 : future_add_callback(st, f, func, t->context);
    Py_XDECREF(func);
    return r < 0 ? -1 : set_waiter(st, t, result);
}

/* The loop of any kind of future. */
static PyObject *loop_of(struct aio *st, PyObject *future)
{
    PyObject *get;
    if (PyObject_GetOptionalAttr(future, st->s_get_loop, &get) < 0)
        return NULL;
    if (get == NULL)
        return PyObject_GetAttr(future, st->s_loop);
    PyObject *loop = PyObject_CallNoArgs(get);
    Py_DECREF(get);
    return loop;
}

static int wait_for_foreign(struct aio *st, struct task *t, PyObject *result, PyObject *blocking_attr)
{
    int blocking = PyObject_IsTrue(blocking_attr);
    PyObject *loop = blocking < 0 ? NULL : loop_of(st, result);
    if (loop == NULL)
        return -1;
    Py_DECREF(loop);
    if (loop != t->f.loop)
        return fail_soon(st, t, "Task %R got Future %R attached to a different loop", t, result);
    if (!blocking)
        return fail_soon(st, t, "yield was used instead of yield from in task %R with %R", t, result);
    if (PyObject_SetAttr(result, st->s_blocking, Py_False) < 0)
        return -1;
    PyObject *func = PyCFunction_New(&wakeup_def, (PyObject *)t);
    if (func == NULL)
        return -1;
    PyObject *args[4] = { NULL, result, func, t->context };
    PyObject *r = PyObject_VectorcallMethod(st->s_add_done_callback, args + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, st->kw_context);
    Py_DECREF(func);
    Py_XDECREF(r);
    return r == NULL ? -1 : set_waiter(st, t, result);
}

/* What the coroutine yielded. */
static int handle_yield(struct aio *st, struct task *t, PyObject *result)
{
    PyObject *blocking;
    if (result == (PyObject *)t)
        return fail_soon(st, t, "Task cannot await on itself: %R", t);
    if (aio_is_exact(st, result))
        return wait_for_own(st, t, result);
    if (result == Py_None)
        return step_soon(st, t, NULL);
    if (PyObject_GetOptionalAttr(result, st->s_blocking, &blocking) < 0)
        return -1;
    if (blocking != NULL && blocking != Py_None) {
        int r = wait_for_foreign(st, t, result, blocking);
        Py_DECREF(blocking);
        return r;
    }
    Py_XDECREF(blocking);
    if (PyGen_CheckExact(result))
        return fail_soon(st, t, "yield was used instead of yield from for generator in task %R with %R", t, result);
    return fail_soon(st, t, "Task got bad yield: %R", result);
}

/* The coroutine raised. */
static int handle_exception(struct aio *st, struct task *t)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (PyErr_GivenExceptionMatches(exc, st->cancelled_error)) {
        Py_XSETREF(t->f.cancelled_exc, exc);
        return future_cancel(st, F(t), NULL) < 0 ? -1 : 0;
    }
    int r = future_set_exception(st, F(t), exc);
    if (r == 0 && (PyErr_GivenExceptionMatches(exc, PyExc_KeyboardInterrupt) || PyErr_GivenExceptionMatches(exc, PyExc_SystemExit))) {
        PyErr_SetRaisedException(exc);
        return -1;
    }
    Py_DECREF(exc);
    return r;
}

static int handle_return(struct aio *st, struct task *t, PyObject *result)
{
    if (!t->f.must_cancel)
        return future_set_result(st, F(t), result);
    t->f.must_cancel = false;          /* cancelled in the last moment */
    return future_cancel(st, F(t), t->f.cancel_msg) < 0 ? -1 : 0;
}

static PySendResult resume(struct aio *st, PyObject *coro, PyObject *exc, PyObject **result)
{
    if (exc == NULL)
        return PyIter_Send(coro, Py_None, result);
    *result = PyObject_CallMethodOneArg(coro, st->s_throw, exc);
    if (*result != NULL)
        return PYGEN_NEXT;
    return _PyGen_FetchStopIterationValue(result) == 0 ? PYGEN_RETURN : PYGEN_ERROR;
}

/* A step of the current task. */
static int step_current(struct aio *st, struct task *t, PyObject *exc)
{
    PyObject *own_exc = NULL, *result = NULL;
    if (t->f.state != FUTURE_PENDING) {
        PyErr_Format(st->invalid_state, "_step(): already done: %R %R", t, exc == NULL ? Py_None : exc);
        return -1;
    }
    if (t->f.must_cancel) {
        if ((exc == NULL || !PyErr_GivenExceptionMatches(exc, st->cancelled_error)) && (exc = own_exc = future_cancelled_error(st, F(t))) == NULL)
            return -1;
        t->f.must_cancel = false;
    }
    Py_CLEAR(t->waiter);
    PyObject *coro = Py_XNewRef(t->coro);
    if (coro == NULL) {
        Py_XDECREF(own_exc);
        PyErr_SetString(PyExc_RuntimeError, "uninitialized Task object");
        return -1;
    }
    PySendResult how = resume(st, coro, exc, &result);
    Py_DECREF(coro);
    Py_XDECREF(own_exc);
    int r = how == PYGEN_NEXT ? handle_yield(st, t, result) : how == PYGEN_RETURN ? handle_return(st, t, result) : handle_exception(st, t);
    Py_XDECREF(result);
    return r;
}

static PyObject *step(struct aio *st, struct task *t, PyObject *exc)
{
    if (future_alive(F(t)) < 0)
        return NULL;
    PyObject *loop = Py_NewRef(t->f.loop);
    int r = aio_enter_task(st, loop, (PyObject *)t);
    if (r == 0) {
        r = step_current(st, t, exc);
        PyObject *raised = r < 0 ? PyErr_GetRaisedException() : NULL;
        if (aio_leave_task(st, loop, (PyObject *)t) < 0)
            r = -1;
        if (raised != NULL)
            _PyErr_ChainExceptions1(raised);
    }
    Py_DECREF(loop);
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- making ---- */

static int is_coroutine(struct aio *st, PyObject *o)
{
    if (PyCoro_CheckExact(o))
        return 1;
    int known = PySet_Contains(st->coroutine_types, (PyObject *)Py_TYPE(o));
    if (known != 0)
        return known;
    PyObject *answer = PyObject_CallOneArg(st->iscoroutine, o);
    int r = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    if (r > 0 && PySet_GET_SIZE(st->coroutine_types) < 100 && PySet_Add(st->coroutine_types, (PyObject *)Py_TYPE(o)) < 0)
        return -1;
    return r;
}

static PyObject *exact_name(PyObject *name) { return PyUnicode_CheckExact(name) ? Py_NewRef(name) : PyObject_Str(name); }

/* The first step, now and in the task's context. */
static int eager_step(struct aio *st, struct task *t)
{
    if (PySet_Add(st->eager, (PyObject *)t) < 0)
        return -1;
    int r = PyContext_Enter(t->context);
    if (r == 0) {
        r = step_current(st, t, NULL);
        PyObject *raised = r < 0 ? PyErr_GetRaisedException() : NULL;
        if (PyContext_Exit(t->context) < 0)
            r = -1;
        if (raised != NULL)
            _PyErr_ChainExceptions1(raised);
    }
    PyObject *raised = PyErr_GetRaisedException();
    if (PySet_Discard(st->eager, (PyObject *)t) < 0)
        r = -1;
    if (raised != NULL)
        _PyErr_ChainExceptions1(raised);
    return r;
}

static int eager_start(struct aio *st, struct task *t)
{
    PyObject *loop = t->f.loop, *before = aio_swap_task(st, loop, (PyObject *)t);
    if (before == NULL)
        return -1;
    int r = eager_step(st, t);
    PyObject *raised = PyErr_GetRaisedException(), *own = aio_swap_task(st, loop, before);
    Py_DECREF(before);
    if (own == NULL)
        r = -1;
    Py_XDECREF(own);
    if (raised != NULL)
        _PyErr_ChainExceptions1(raised);
    if (t->f.state == FUTURE_PENDING) {
        PyObject *exc = PyErr_GetRaisedException();
        if (aio_register(st, (PyObject *)t) < 0)
            r = -1;
        if (exc != NULL)
            _PyErr_ChainExceptions1(exc);
    }
    else
        Py_CLEAR(t->coro);             /* done already: nothing else is held */
    return r;
}

static int start(struct aio *st, struct task *t, int eager)
{
    if (eager) {
        PyObject *answer = PyObject_CallMethodNoArgs(t->f.loop, st->s_is_running);
        int running = answer == NULL ? -1 : PyObject_IsTrue(answer);
        Py_XDECREF(answer);
        if (running != 0)
            return running < 0 ? -1 : eager_start(st, t);
    }
    return step_soon(st, t, NULL) < 0 ? -1 : aio_register(st, (PyObject *)t);
}

static int init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "coro", "loop", "name", "context", "eager_start", NULL };
    struct task *t = T(self);
    PyObject *coro, *loop = Py_None, *name = Py_None, *context = Py_None;
    int eager = 0;
    struct aio *st = aio_of(self);
    if (PyTuple_GET_SIZE(args) > 1) {
        PyErr_Format(PyExc_TypeError, "Task() takes exactly 1 positional argument (%zd given)", PyTuple_GET_SIZE(args));
        return -1;
    }
    if (st == NULL || !PyArg_ParseTupleAndKeywords(args, kwargs, "O|$OOOp:Task", names, &coro, &loop, &name, &context, &eager)
        || future_init(st, F(self), loop) < 0)
        return -1;
    int r = is_coroutine(st, coro);
    if (r <= 0) {
        t->f.log_destroy_pending = false;
        if (r == 0)
            PyErr_Format(PyExc_TypeError, "a coroutine was expected, got %R", coro);
        return -1;
    }
    context = context == Py_None ? PyContext_CopyCurrent() : Py_NewRef(context);
    if (context == NULL)
        return -1;
    Py_XSETREF(t->context, context);
    Py_CLEAR(t->waiter);
    t->f.must_cancel = false;
    t->f.log_destroy_pending = true;
    t->cancels = 0;
    Py_XSETREF(t->coro, Py_NewRef(coro));
    name = name == Py_None ? PyLong_FromUnsignedLongLong(++st->names) : exact_name(name);
    if (name == NULL)
        return -1;
    Py_XSETREF(t->name, name);
    return start(st, t, eager);
}

/* ---- methods ---- */

static PyObject *m_cancel(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct task *t = T(self);
    struct aio *st = aio_of(self);
    PyObject *a[1];
    if (st == NULL || MOD_BIND(a, "cancel", args, nargs, kwnames, 0, 1, "msg") < 0)
        return NULL;
    PyObject *msg = a[0] == NULL ? Py_None : a[0];
    t->f.log_tb = false;
    if (t->f.state != FUTURE_PENDING)
        Py_RETURN_FALSE;
    t->cancels++;
    if (t->waiter != NULL) {           /* stays: it may be a task that ignores this, to be cancelled again */
        int r = cancel_waiter(st, t->waiter, msg);
        if (r != 0)
            return r < 0 ? NULL : Py_NewRef(Py_True);
    }
    t->f.must_cancel = true;
    Py_XSETREF(t->f.cancel_msg, Py_NewRef(msg));
    Py_RETURN_TRUE;
}

static PyObject *m_cancelling(PyObject *self, PyObject *unused) { return PyLong_FromLong(T(self)->cancels); }

static PyObject *m_uncancel(PyObject *self, PyObject *unused)
{
    if (T(self)->cancels > 0 && --T(self)->cancels == 0)
        T(self)->f.must_cancel = false;
    return PyLong_FromLong(T(self)->cancels);
}

static PyObject *m_get_stack(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct aio *st = aio_of(self);
    PyObject *a[1];
    if (st == NULL || MOD_BIND(a, "get_stack", args, nargs, kwnames, 0, 0, "limit") < 0)
        return NULL;
    return PyObject_CallFunctionObjArgs(st->task_get_stack, self, a[0] == NULL ? Py_None : a[0], NULL);
}

static PyObject *m_print_stack(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct aio *st = aio_of(self);
    PyObject *a[2];
    if (st == NULL || MOD_BIND(a, "print_stack", args, nargs, kwnames, 0, 0, "limit", "file") < 0)
        return NULL;
    return PyObject_CallFunctionObjArgs(st->task_print_stack, self, a[0] == NULL ? Py_None : a[0], a[1] == NULL ? Py_None : a[1], NULL);
}

static PyObject *m_set_result(PyObject *self, PyObject *result)
{
    PyErr_SetString(PyExc_RuntimeError, "Task does not support set_result operation");
    return NULL;
}

static PyObject *m_set_exception(PyObject *self, PyObject *exc)
{
    PyErr_SetString(PyExc_RuntimeError, "Task does not support set_exception operation");
    return NULL;
}

static PyObject *or_none(PyObject *value) { return Py_NewRef(value == NULL ? Py_None : value); }

static PyObject *m_get_name(PyObject *self, PyObject *unused)
{
    struct task *t = T(self);
    if (t->name != NULL && PyLong_CheckExact(t->name)) {
        PyObject *name = PyUnicode_FromFormat("Task-%S", t->name);
        if (name == NULL)
            return NULL;
        Py_SETREF(t->name, name);
    }
    return or_none(t->name);
}

static PyObject *m_set_name(PyObject *self, PyObject *value)
{
    PyObject *name = exact_name(value);
    if (name == NULL)
        return NULL;
    Py_XSETREF(T(self)->name, name);
    Py_RETURN_NONE;
}

static PyObject *m_get_coro(PyObject *self, PyObject *unused) { return or_none(T(self)->coro); }
static PyObject *m_get_context(PyObject *self, PyObject *unused) { return or_none(T(self)->context); }
static PyObject *get_log_pending(PyObject *self, void *closure) { return PyBool_FromLong(T(self)->f.log_destroy_pending); }
static int set_log_pending(PyObject *self, PyObject *value, void *closure) { return future_set_bool(value, &T(self)->f.log_destroy_pending); }
static PyObject *get_must_cancel(PyObject *self, void *closure) { return PyBool_FromLong(T(self)->f.must_cancel); }
static PyObject *get_coro(PyObject *self, void *closure) { return or_none(T(self)->coro); }
static PyObject *get_waiter(PyObject *self, void *closure) { return or_none(T(self)->waiter); }

/* ---- the type ---- */

static int traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(T(self)->waiter);
    Py_VISIT(T(self)->coro);
    Py_VISIT(T(self)->name);
    Py_VISIT(T(self)->context);
    return future_traverse(self, visit, arg);
}

static int clear(PyObject *self)
{
    Py_CLEAR(T(self)->waiter);
    Py_CLEAR(T(self)->coro);
    Py_CLEAR(T(self)->name);
    Py_CLEAR(T(self)->context);
    return future_clear(self);
}

/* A task that dies before it is done is told to the loop. */
static void finalize(PyObject *self)
{
    struct task *t = T(self);
    struct aio *st;
    if (t->f.state == FUTURE_PENDING && t->f.log_destroy_pending && t->f.loop != NULL) {
        PyObject *outer = PyErr_GetRaisedException();
        if ((st = aio_of(self)) != NULL) {
            PyObject *message = PyUnicode_FromString("Task was destroyed but it is pending!");
            future_call_handler(st, F(t), message == NULL ? NULL : Py_BuildValue("{OOOO}", st->s_task, self, st->s_message, message));
            Py_XDECREF(message);
        }
        PyErr_SetRaisedException(outer);
    }
    future_finalize(self);
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *repr(PyObject *self)
{
    struct aio *st = aio_of(self);
    return st == NULL || future_alive(F(self)) < 0 ? NULL : PyObject_CallOneArg(st->task_repr, self);
}

static PyGetSetDef getset[] = {
    FUTURE_GETSET, { "_log_destroy_pending", get_log_pending, set_log_pending }, { "_must_cancel", get_must_cancel }, { "_coro", get_coro }, { "_fut_waiter", get_waiter }, { NULL },
};
static PyMethodDef methods[] = {
    { "result", future_m_result, METH_NOARGS, "result($self, /)\n--\n\nThe result; raises the exception there is instead." },
    { "exception", future_m_exception, METH_NOARGS, "exception($self, /)\n--\n\nThe exception, or None if there is a result." },
    { "add_done_callback", AIO_METHOD(future_m_add_done_callback), "add_done_callback($self, fn, /, *, context=<unrepresentable>)\n--\n\nHave fn(self) called when the task is done." },
    { "remove_done_callback", AIO_METHOD(future_m_remove_done_callback), "remove_done_callback($self, fn, /)\n--\n\nForget the callback fn; how often it was there." },
    { "cancelled", future_m_cancelled, METH_NOARGS, "cancelled($self, /)\n--\n\nIs the task cancelled?" },
    { "done", future_m_done, METH_NOARGS, "done($self, /)\n--\n\nHas the coroutine ended?" },
    { "set_result", m_set_result, METH_O, "set_result($self, result, /)\n--\n\nRaises RuntimeError." },
    { "set_exception", m_set_exception, METH_O, "set_exception($self, exception, /)\n--\n\nRaises RuntimeError." },
    { "cancel", AIO_METHOD(m_cancel), "cancel($self, /, msg=None)\n--\n\nThrow CancelledError into the coroutine, in its next step; False if it has ended." },
    { "cancelling", m_cancelling, METH_NOARGS, "cancelling($self, /)\n--\n\nHow many times cancel() was called, less uncancel()." },
    { "uncancel", m_uncancel, METH_NOARGS, "uncancel($self, /)\n--\n\nTake one call of cancel() back; how many remain." },
    { "get_stack", AIO_METHOD(m_get_stack), "get_stack($self, /, *, limit=None)\n--\n\nThe frames of the coroutine, oldest first." },
    { "print_stack", AIO_METHOD(m_print_stack), "print_stack($self, /, *, limit=None, file=None)\n--\n\nPrint the frames of the coroutine." },
    { "_make_cancelled_error", future_m_make_cancelled_error, METH_NOARGS, "_make_cancelled_error($self, /)\n--\n\nThe CancelledError to raise." },
    { "get_name", m_get_name, METH_NOARGS, "get_name($self, /)\n--\n\nThe name." },
    { "set_name", m_set_name, METH_O, "set_name($self, value, /)\n--\n\nGive another name." },
    { "get_coro", m_get_coro, METH_NOARGS, "get_coro($self, /)\n--\n\nThe coroutine." },
    { "get_context", m_get_context, METH_NOARGS, "get_context($self, /)\n--\n\nThe context." },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "__class_getitem__($type, object, /)\n--\n\nSee PEP 585" },
    { NULL },
};
static PyType_Slot slots[] = {
    { Py_tp_dealloc, dealloc }, { Py_tp_repr, repr }, { Py_tp_traverse, traverse }, { Py_tp_clear, clear }, { Py_tp_iter, future_iter },
    { Py_tp_methods, methods }, { Py_tp_getset, getset }, { Py_tp_init, init }, { Py_tp_new, PyType_GenericNew },
    { Py_tp_finalize, finalize }, { Py_am_await, future_iter },
    { Py_tp_doc, "Task(coro, *, loop=None, name=None, context=None, eager_start=False)\n--\n\nA coroutine that the event loop runs." }, { 0, NULL },
};
PyType_Spec aio_task_spec = {
    .name = "_asyncio.Task", .basicsize = sizeof(struct task), .slots = slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF,
};
