/* modules/_queue.c: SimpleQueue: unbounded, and safe to use from destructors and signal handlers, because put() never
 * waits. get() waits on a lock that put() releases: `locked` tells that somebody has to take it first. */
#include <Python.h>
#include <stddef.h>

#include "modules/modargs.h"

#define DOC(sig, text) sig "\n--\n\n" text

struct queue_state { PyTypeObject *type; PyObject *empty; };

struct simple_queue {
    PyObject ob_base;
    PyThread_type_lock lock;
    int locked;
    PyObject **ring;                   /* items first .. first + n - 1, modulo room */
    Py_ssize_t room, first, n;
    PyObject *weakreflist;
};
#define SQ(op) ((struct simple_queue *)(op))
static struct PyModuleDef module;

static struct queue_state *
state_of(PyTypeObject *type)
{
    PyObject *m = PyType_GetModuleByDef(type, &module);
    return m == NULL ? NULL : PyModule_GetState(m);
}

/* ---- the ring ---- */

static int
ring_resize(struct simple_queue *q, Py_ssize_t room)
{
    PyObject **ring = PyMem_Malloc((size_t)room * sizeof(PyObject *));
    if (ring == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < q->n; i++)
        ring[i] = q->ring[(q->first + i) % q->room];
    PyMem_Free(q->ring);
    q->ring = ring;
    q->room = room;
    q->first = 0;
    return 0;
}

static PyObject *
ring_take(struct simple_queue *q)
{
    PyObject *item = q->ring[q->first];
    if (++q->first == q->room)
        q->first = 0;
    q->n--;
    if (q->room > 8 && q->n <= q->room / 4 && ring_resize(q, q->room / 2) < 0)
        PyErr_Clear();
    return item;
}

/* ---- methods ---- */

static PyObject *
queue_put(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "item", "block", "timeout" };
    struct simple_queue *q = SQ(op);
    PyObject *arg[3];
    if (args_unpack("put", args, nargs, kwnames, names, 3, 1, 3, arg) < 0 || (q->n == q->room && ring_resize(q, q->room * 2) < 0))
        return NULL;
    q->ring[(q->first + q->n++) % q->room] = Py_NewRef(arg[0]);
    if (q->locked) {
        q->locked = 0;
        PyThread_release_lock(q->lock);
    }
    Py_RETURN_NONE;
}

static PyObject *
queue_put_nowait(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "item" };
    PyObject *arg[1];
    return args_unpack("put_nowait", args, nargs, kwnames, names, 1, 1, 1, arg) < 0 ? NULL : queue_put(op, arg, 1, NULL);
}

/* Microseconds to wait at most; -1 without limit; -2 with an exception. */
static long long
parse_timeout(PyObject *timeout)
{
    if (timeout == NULL || timeout == Py_None)
        return -1;
    double seconds;
    if (PyFloat_Check(timeout))
        seconds = PyFloat_AS_DOUBLE(timeout);
    else {
        PyObject *i = PyNumber_Index(timeout);
        if (i == NULL)
            return -2;
        seconds = PyLong_AsDouble(i);
        Py_DECREF(i);
        if (seconds == -1.0 && PyErr_Occurred())
            return -2;
    }
    if (seconds != seconds) {
        PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
        return -2;
    }
    if (seconds < 0) {
        PyErr_SetString(PyExc_ValueError, "'timeout' must be a non-negative number");
        return -2;
    }
    if (seconds * 1e6 >= (double)PY_TIMEOUT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "timeout value is too large");
        return -2;
    }
    double us = seconds * 1e6;
    long long whole = (long long)us;
    return whole + (us > (double)whole);
}

/* Wait for the lock. 1 got it, 0 time is up, -1 a signal handler raised. */
static int
wait_lock(struct simple_queue *q, long long us)
{
    PyTime_t end = 0, now;
    if (us > 0) {
        if (PyTime_Monotonic(&now) < 0)
            return -1;
        end = now + us * 1000;
    }
    for (;;) {
        PyLockStatus status;
        if (PyThread_acquire_lock_timed(q->lock, 0, 0) == PY_LOCK_ACQUIRED)
            return 1;
        if (us == 0)
            return 0;
        Py_BEGIN_ALLOW_THREADS
        status = PyThread_acquire_lock_timed(q->lock, us, 1);
        Py_END_ALLOW_THREADS
        if (status == PY_LOCK_ACQUIRED)
            return 1;
        if (status == PY_LOCK_INTR && Py_MakePendingCalls() < 0)
            return -1;
        if (us > 0) {
            if (PyTime_Monotonic(&now) < 0)
                return -1;
            us = now >= end ? 0 : (end - now) / 1000;
        }
        else if (status == PY_LOCK_FAILURE)
            return 0;
    }
}

static PyObject *
get_item(PyObject *op, int block, long long us)
{
    struct simple_queue *q = SQ(op);
    /* The lock is taken as soon as somebody finds the queue empty; put() gives it back. */
    while (q->n == 0) {
        int got = wait_lock(q, block ? us : 0);
        if (got < 0)
            return NULL;
        if (got == 0) {
            struct queue_state *st = state_of(Py_TYPE(op));
            if (st != NULL)
                PyErr_SetNone(st->empty);
            return NULL;
        }
        q->locked = 1;
    }
    PyObject *item = ring_take(q);
    if (q->locked) {
        q->locked = 0;
        PyThread_release_lock(q->lock);
    }
    return item;
}

static PyObject *
queue_get(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "block", "timeout" };
    PyObject *arg[2];
    int block = 1;
    if (args_unpack("get", args, nargs, kwnames, names, 2, 0, 2, arg) < 0 || (arg[0] != NULL && (block = PyObject_IsTrue(arg[0])) < 0))
        return NULL;
    long long us = block ? parse_timeout(arg[1]) : 0;
    return us == -2 ? NULL : get_item(op, block, us);
}

static PyObject *queue_get_nowait(PyObject *op, PyObject *noargs) { return get_item(op, 0, 0); }
static PyObject *queue_empty(PyObject *op, PyObject *noargs) { return PyBool_FromLong(SQ(op)->n == 0); }
static PyObject *queue_qsize(PyObject *op, PyObject *noargs) { return PyLong_FromSsize_t(SQ(op)->n); }

/* ---- life ---- */

static PyObject *
queue_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (type->tp_init == PyBaseObject_Type.tp_init && PyTuple_GET_SIZE(args) != 0) {
        PyErr_SetString(PyExc_TypeError, "SimpleQueue() takes no positional arguments");
        return NULL;
    }
    if (type->tp_init == PyBaseObject_Type.tp_init && kwds != NULL && PyDict_GET_SIZE(kwds) != 0) {
        PyErr_SetString(PyExc_TypeError, "SimpleQueue() takes no keyword arguments");
        return NULL;
    }
    struct simple_queue *q = SQ(type->tp_alloc(type, 0));
    if (q == NULL)
        return NULL;
    q->room = 8;
    q->ring = PyMem_Malloc((size_t)q->room * sizeof(PyObject *));
    q->lock = PyThread_allocate_lock();
    if (q->ring == NULL || q->lock == NULL) {
        Py_DECREF(q);
        return PyErr_NoMemory();
    }
    return (PyObject *)q;
}

static int
queue_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct simple_queue *q = SQ(op);
    Py_VISIT(Py_TYPE(op));
    for (Py_ssize_t i = 0; i < q->n; i++)
        Py_VISIT(q->ring[(q->first + i) % q->room]);
    return 0;
}

static int
queue_clear(PyObject *op)
{
    while (SQ(op)->n > 0)
        Py_DECREF(ring_take(SQ(op)));
    return 0;
}

static void
queue_dealloc(PyObject *op)
{
    struct simple_queue *q = SQ(op);
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    if (q->lock != NULL) {
        if (q->locked)
            PyThread_release_lock(q->lock);
        PyThread_free_lock(q->lock);
    }
    queue_clear(op);
    PyMem_Free(q->ring);
    if (q->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyMethodDef queue_methods[] = {
    { "empty", queue_empty, METH_NOARGS, DOC("empty($self, /)", "True if the queue is empty at the moment.") },
    { "get", _PyCFunction_CAST(queue_get), METH_FASTCALL | METH_KEYWORDS,
      DOC("get($self, /, block=True, timeout=None)", "Take out and return the oldest item, waiting for one if wanted; Empty if there is none.") },
    { "get_nowait", queue_get_nowait, METH_NOARGS, DOC("get_nowait($self, /)", "Take out and return the oldest item; Empty if there is none.") },
    { "put", _PyCFunction_CAST(queue_put), METH_FASTCALL | METH_KEYWORDS,
      DOC("put($self, /, item, block=True, timeout=None)", "Put item in; never waits, so block and timeout are ignored.") },
    { "put_nowait", _PyCFunction_CAST(queue_put_nowait), METH_FASTCALL | METH_KEYWORDS, DOC("put_nowait($self, /, item)", "Put item in.") },
    { "qsize", queue_qsize, METH_NOARGS, DOC("qsize($self, /)", "Number of items at the moment.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC("__class_getitem__($type, object, /)", "Parametrised alias of this type (PEP 585).") },
    { NULL },
};
static PyMemberDef queue_members[] = {
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct simple_queue, weakreflist), Py_READONLY },
    { NULL },
};
static PyType_Slot queue_slots[] = {
    { Py_tp_dealloc, queue_dealloc },
    { Py_tp_doc, DOC("SimpleQueue()", "Simple, unbounded, reentrant FIFO queue.") },
    { Py_tp_traverse, queue_traverse },
    { Py_tp_clear, queue_clear },
    { Py_tp_members, queue_members },
    { Py_tp_methods, queue_methods },
    { Py_tp_new, queue_new },
    { 0, NULL },
};
static PyType_Spec queue_spec = {
    .name = "_queue.SimpleQueue",
    .basicsize = sizeof(struct simple_queue),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = queue_slots,
};

static int
exec(PyObject *m)
{
    struct queue_state *st = PyModule_GetState(m);
    st->empty = PyErr_NewExceptionWithDoc("_queue.Empty", "Exception raised by Queue.get(block=0)/get_nowait().", NULL, NULL);
    if (st->empty == NULL || PyModule_AddObjectRef(m, "Empty", st->empty) < 0)
        return -1;
    st->type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &queue_spec, NULL);
    return st->type == NULL ? -1 : PyModule_AddType(m, st->type);
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct queue_state *st = PyModule_GetState(m);
    Py_VISIT(st->type);
    Py_VISIT(st->empty);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct queue_state *st = PyModule_GetState(m);
    Py_CLEAR(st->type);
    Py_CLEAR(st->empty);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "_queue", .m_doc = "Accelerator of the queue module.", .m_size = sizeof(struct queue_state),
    .m_slots = slots, .m_traverse = module_traverse, .m_clear = module_clear,
};

PyMODINIT_FUNC PyInit__queue(void) { return PyModuleDef_Init(&module); }
