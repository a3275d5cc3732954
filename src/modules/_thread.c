/* modules/_thread.c: threads, locks, thread-local data: what threading is made of.
 *
 * A thread handle has a state (not started, starting, running, done) and a lock that is free once the thread is done:
 * join() waits for that lock. Handles of non-daemon threads are listed, so that _shutdown() can wait for them. */
#include <Python.h>

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "interp/sys.h"
#include "rt/interp.h"

struct thread_state {
    PyTypeObject *lock_type, *rlock_type, *local_type, *dummy_type, *handle_type, *excepthook_type;
};

static struct thread_state *
state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

static struct PyModuleDef thread_def;

static struct thread_state *
state_of_type(PyTypeObject *type)
{
    PyObject *m = PyType_GetModuleByDef(type, &thread_def);
    return m == NULL ? NULL : state_of(m);
}

/* ---- timeouts and waiting ---- */

/* Microseconds, -1 for ever. */
static int
parse_timeout(int blocking, PyObject *timeout_obj, long long *us)
{
    double t = -1.0;
    if (timeout_obj != NULL) {
        t = PyFloat_AsDouble(timeout_obj);
        if (t == -1.0 && PyErr_Occurred())
            return -1;
    }
    if (!blocking && t != -1.0) {
        PyErr_SetString(PyExc_ValueError, "can't specify a timeout for a non-blocking call");
        return -1;
    }
    if (t < 0 && t != -1.0) {
        PyErr_SetString(PyExc_ValueError, "timeout value must be a non-negative number");
        return -1;
    }
    if (isnan(t)) {
        PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
        return -1;
    }
    if (t * 1e6 > (double)PY_TIMEOUT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "timeout value is too large");
        return -1;
    }
    *us = !blocking ? 0 : t == -1.0 ? -1 : (long long)ceil(t * 1e6);
    return 0;
}

/* Take a lock with the GIL released while waiting; signals are handled. PY_LOCK_INTR: a handler raised. */
static PyLockStatus
acquire_timed(PyThread_type_lock lock, long long us)
{
    PyTime_t now, deadline = 0;
    if (us > 0) {
        (void)PyTime_MonotonicRaw(&now);
        deadline = now + us * 1000;
    }
    PyLockStatus r = PyThread_acquire_lock_timed(lock, 0, 0);
    if (r != PY_LOCK_FAILURE || us == 0)
        return r;
    for (;;) {
        Py_BEGIN_ALLOW_THREADS
        r = PyThread_acquire_lock_timed(lock, us, 1);
        Py_END_ALLOW_THREADS
        if (r != PY_LOCK_INTR)
            return r;
        if (Py_MakePendingCalls() < 0 || PyErr_CheckSignals() < 0)
            return PY_LOCK_INTR;
        if (us > 0) {
            (void)PyTime_MonotonicRaw(&now);
            us = (deadline - now + 999) / 1000;
            if (us <= 0)
                us = 0;
        }
    }
}

/* ---- lock ---- */

typedef struct { PyObject ob_base; PyThread_type_lock lock; PyObject *weaklist; char locked; } LockObject;

static int
acquire_args(PyObject *args, PyObject *kwds, long long *us)
{
    static char *kwlist[] = { "blocking", "timeout", NULL };
    int blocking = 1;
    PyObject *timeout = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|pO:acquire", kwlist, &blocking, &timeout))
        return -1;
    return parse_timeout(blocking, timeout, us);
}

static PyObject *
lock_acquire(PyObject *op, PyObject *args, PyObject *kwds)
{
    LockObject *self = (LockObject *)op;
    long long us;
    if (acquire_args(args, kwds, &us) < 0)
        return NULL;
    PyLockStatus r = acquire_timed(self->lock, us);
    if (r == PY_LOCK_INTR)
        return NULL;
    if (r == PY_LOCK_ACQUIRED)
        self->locked = 1;
    return PyBool_FromLong(r == PY_LOCK_ACQUIRED);
}

static PyObject *
lock_release(PyObject *op, PyObject *unused)
{
    LockObject *self = (LockObject *)op;
    if (!self->locked) {
        PyErr_SetString(PyExc_RuntimeError, "release unlocked lock");
        return NULL;
    }
    self->locked = 0;
    PyThread_release_lock(self->lock);
    Py_RETURN_NONE;
}

static PyObject *
lock_exit(PyObject *op, PyObject *args)
{
    return lock_release(op, NULL);
}

static PyObject *
lock_locked(PyObject *op, PyObject *unused)
{
    return PyBool_FromLong(((LockObject *)op)->locked);
}

static PyObject *
lock_at_fork_reinit(PyObject *op, PyObject *unused)
{
    LockObject *self = (LockObject *)op;
    PyThread_type_lock fresh = PyThread_allocate_lock();
    if (fresh == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "failed to reinitialize lock at fork");
        return NULL;
    }
    self->lock = fresh;    /* the old one may be held by a thread that is gone: it is left alone */
    self->locked = 0;
    Py_RETURN_NONE;
}

static PyObject *
lock_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<%s %s object at %p>", ((LockObject *)op)->locked ? "locked" : "unlocked", Py_TYPE(op)->tp_name, op);
}

static LockObject *
make_lock(PyTypeObject *type)
{
    LockObject *self = (LockObject *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_RuntimeError, "can't allocate lock");
        return NULL;
    }
    return self;
}

static PyObject *
lock_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (PyTuple_GET_SIZE(args) != 0 || (kwds != NULL && PyDict_GET_SIZE(kwds) != 0)) {
        PyErr_Format(PyExc_TypeError, "%s() takes no arguments", "lock");
        return NULL;
    }
    return (PyObject *)make_lock(type);
}

static void
lock_dealloc(PyObject *op)
{
    LockObject *self = (LockObject *)op;
    PyTypeObject *t = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    if (self->weaklist != NULL)
        PyObject_ClearWeakRefs(op);
    if (self->lock != NULL) {
        if (self->locked)
            PyThread_release_lock(self->lock);
        PyThread_free_lock(self->lock);
    }
    t->tp_free(op);
    Py_DECREF(t);
}

static int
visit_type(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS
#define ACQUIRE_SIG "($self, /, blocking=True, timeout=-1)\n--\n\nTake the lock; did it work?"
static PyMethodDef lock_methods[] = {
    { "acquire_lock", KW(lock_acquire), PyDoc_STR("acquire_lock" ACQUIRE_SIG) },
    { "acquire", KW(lock_acquire), PyDoc_STR("acquire" ACQUIRE_SIG) },
    { "release_lock", lock_release, METH_NOARGS, PyDoc_STR("release_lock($self, /)\n--\n\nRelease the lock.") },
    { "release", lock_release, METH_NOARGS, PyDoc_STR("release($self, /)\n--\n\nRelease the lock.") },
    { "locked_lock", lock_locked, METH_NOARGS, PyDoc_STR("locked_lock($self, /)\n--\n\nIs the lock taken?") },
    { "locked", lock_locked, METH_NOARGS, PyDoc_STR("locked($self, /)\n--\n\nIs the lock taken?") },
    { "__enter__", KW(lock_acquire), PyDoc_STR("__enter__($self, /)\n--\n\nTake the lock.") },
    { "__exit__", lock_exit, METH_VARARGS, PyDoc_STR("__exit__($self, /, *exc_info)\n--\n\nRelease the lock.") },
    { "_at_fork_reinit", lock_at_fork_reinit, METH_NOARGS, PyDoc_STR("_at_fork_reinit($self, /)\n--\n\nMake the lock anew in a forked child.") },
    { NULL },
};
static PyMemberDef lock_members[] = { { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(LockObject, weaklist), Py_READONLY, NULL }, { NULL } };
static PyType_Slot lock_slots[] = {
    { Py_tp_dealloc, lock_dealloc }, { Py_tp_repr, lock_repr }, { Py_tp_methods, lock_methods }, { Py_tp_members, lock_members },
    { Py_tp_traverse, visit_type }, { Py_tp_new, lock_new }, { Py_tp_doc, "lock()\n--\n\nA lock: taken by one thread at a time." }, { 0, NULL },
};
static PyType_Spec lock_spec = { "_thread.lock", sizeof(LockObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, lock_slots };

/* ---- RLock ---- */

typedef struct { PyObject ob_base; PyThread_type_lock lock; unsigned long owner; unsigned long count; PyObject *weaklist; } RLockObject;

static bool
rlock_is_mine(RLockObject *self)
{
    return self->count > 0 && self->owner == PyThread_get_thread_ident();
}

static PyObject *
rlock_acquire(PyObject *op, PyObject *args, PyObject *kwds)
{
    RLockObject *self = (RLockObject *)op;
    long long us;
    if (acquire_args(args, kwds, &us) < 0)
        return NULL;
    if (rlock_is_mine(self)) {
        if (self->count + 1 == 0) {
            PyErr_SetString(PyExc_OverflowError, "Internal lock count overflowed");
            return NULL;
        }
        self->count++;
        Py_RETURN_TRUE;
    }
    PyLockStatus r = acquire_timed(self->lock, us);
    if (r == PY_LOCK_INTR)
        return NULL;
    if (r == PY_LOCK_ACQUIRED) {
        self->owner = PyThread_get_thread_ident();
        self->count = 1;
    }
    return PyBool_FromLong(r == PY_LOCK_ACQUIRED);
}

static PyObject *
rlock_release(PyObject *op, PyObject *unused)
{
    RLockObject *self = (RLockObject *)op;
    if (!rlock_is_mine(self)) {
        PyErr_SetString(PyExc_RuntimeError, "cannot release un-acquired lock");
        return NULL;
    }
    if (--self->count == 0) {
        self->owner = 0;
        PyThread_release_lock(self->lock);
    }
    Py_RETURN_NONE;
}

static PyObject *
rlock_exit(PyObject *op, PyObject *args)
{
    return rlock_release(op, NULL);
}

static PyObject *
rlock_acquire_restore(PyObject *op, PyObject *args)
{
    RLockObject *self = (RLockObject *)op;
    unsigned long count, owner;
    if (!PyArg_ParseTuple(args, "(kk):_acquire_restore", &count, &owner))
        return NULL;
    if (!PyThread_acquire_lock(self->lock, 0)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(self->lock, 1);
        Py_END_ALLOW_THREADS
    }
    self->owner = owner;
    self->count = count;
    Py_RETURN_NONE;
}

static PyObject *
rlock_release_save(PyObject *op, PyObject *unused)
{
    RLockObject *self = (RLockObject *)op;
    if (self->count == 0) {
        PyErr_SetString(PyExc_RuntimeError, "cannot release un-acquired lock");
        return NULL;
    }
    unsigned long count = self->count, owner = self->owner;
    self->count = 0;
    self->owner = 0;
    PyThread_release_lock(self->lock);
    return Py_BuildValue("kk", count, owner);
}

static PyObject *
rlock_is_owned(PyObject *op, PyObject *unused)
{
    return PyBool_FromLong(rlock_is_mine((RLockObject *)op));
}

static PyObject *
rlock_recursion_count(PyObject *op, PyObject *unused)
{
    RLockObject *self = (RLockObject *)op;
    return PyLong_FromUnsignedLong(self->owner == PyThread_get_thread_ident() ? self->count : 0);
}

static PyObject *
rlock_at_fork_reinit(PyObject *op, PyObject *unused)
{
    RLockObject *self = (RLockObject *)op;
    PyThread_type_lock fresh = PyThread_allocate_lock();
    if (fresh == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "failed to reinitialize lock at fork");
        return NULL;
    }
    self->lock = fresh;
    self->count = 0;
    self->owner = 0;
    Py_RETURN_NONE;
}

static PyObject *
rlock_repr(PyObject *op)
{
    RLockObject *self = (RLockObject *)op;
    return PyUnicode_FromFormat("<%s %s object owner=%lu count=%lu at %p>", self->count ? "locked" : "unlocked", Py_TYPE(op)->tp_name, self->owner, self->count, op);
}

static PyObject *
rlock_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    RLockObject *self = (RLockObject *)type->tp_alloc(type, 0);
    if (self != NULL && (self->lock = PyThread_allocate_lock()) == NULL) {
        Py_CLEAR(self);
        PyErr_SetString(PyExc_RuntimeError, "can't allocate lock");
    }
    return (PyObject *)self;
}

static void
rlock_dealloc(PyObject *op)
{
    RLockObject *self = (RLockObject *)op;
    PyTypeObject *t = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    if (self->weaklist != NULL)
        PyObject_ClearWeakRefs(op);
    if (self->lock != NULL) {
        if (self->count > 0)
            PyThread_release_lock(self->lock);
        PyThread_free_lock(self->lock);
    }
    t->tp_free(op);
    Py_DECREF(t);
}

static PyMethodDef rlock_methods[] = {
    { "acquire", KW(rlock_acquire), PyDoc_STR("acquire" ACQUIRE_SIG) },
    { "release", rlock_release, METH_NOARGS, PyDoc_STR("release($self, /)\n--\n\nRelease the lock once.") },
    { "_is_owned", rlock_is_owned, METH_NOARGS, PyDoc_STR("_is_owned($self, /)\n--\n\nFor internal use by threading.Condition.") },
    { "_recursion_count", rlock_recursion_count, METH_NOARGS, PyDoc_STR("_recursion_count($self, /)\n--\n\nFor internal use by reentrancy checks.") },
    { "_acquire_restore", rlock_acquire_restore, METH_VARARGS, PyDoc_STR("_acquire_restore($self, state, /)\n--\n\nFor internal use by threading.Condition.") },
    { "_release_save", rlock_release_save, METH_NOARGS, PyDoc_STR("_release_save($self, /)\n--\n\nFor internal use by threading.Condition.") },
    { "__enter__", KW(rlock_acquire), PyDoc_STR("__enter__($self, /)\n--\n\nTake the lock.") },
    { "__exit__", rlock_exit, METH_VARARGS, PyDoc_STR("__exit__($self, /, *exc_info)\n--\n\nRelease the lock.") },
    { "_at_fork_reinit", rlock_at_fork_reinit, METH_NOARGS, PyDoc_STR("_at_fork_reinit($self, /)\n--\n\nMake the lock anew in a forked child.") },
    { NULL },
};
static PyMemberDef rlock_members[] = { { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(RLockObject, weaklist), Py_READONLY, NULL }, { NULL } };
static PyType_Slot rlock_slots[] = {
    { Py_tp_dealloc, rlock_dealloc }, { Py_tp_repr, rlock_repr }, { Py_tp_methods, rlock_methods }, { Py_tp_members, rlock_members },
    { Py_tp_traverse, visit_type }, { Py_tp_new, rlock_new }, { Py_tp_alloc, PyType_GenericAlloc }, { 0, NULL },
};
static PyType_Spec rlock_spec = { "_thread.RLock", sizeof(RLockObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, rlock_slots };

/* ---- local ----
 * Each thread's dict of attributes lies in that thread's state dict, in a dummy object under the local's key; when the
 * thread ends the dummy dies, and its weak reference takes the entry out of the local's own table. */

/* localdict is borrowed from the local's table: held by the dummy, it would keep cycles through a local alive. */
typedef struct { PyObject ob_base; PyObject *localdict; PyObject *weaklist; } DummyObject;

typedef struct {
    PyObject ob_base;
    PyObject *key, *args, *kw;
    PyObject *weaklist;
    PyObject *dummies;             /* weak reference to a dummy: that thread's dict */
    PyObject *callback;            /* of those references */
} LocalObject;

static void
dummy_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    if (((DummyObject *)op)->weaklist != NULL)
        PyObject_ClearWeakRefs(op);
    t->tp_free(op);
    Py_DECREF(t);
}

static PyMemberDef dummy_members[] = { { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(DummyObject, weaklist), Py_READONLY, NULL }, { NULL } };
static PyType_Slot dummy_slots[] = { { Py_tp_dealloc, dummy_dealloc }, { Py_tp_members, dummy_members }, { Py_tp_doc, "Thread-local dummy" }, { 0, NULL } };
static PyType_Spec dummy_spec = { "_thread._localdummy", sizeof(DummyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE, dummy_slots };

/* A dummy died: forget its dict. `self_ref` is a weak reference to the local. */
static PyObject *
dummy_destroyed(PyObject *self_ref, PyObject *dummy_ref)
{
    PyObject *self;
    if (PyWeakref_GetRef(self_ref, &self) <= 0)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    PyObject *dummies = ((LocalObject *)self)->dummies;
    if (dummies != NULL && PyDict_Pop(dummies, dummy_ref, NULL) < 0)
        PyErr_WriteUnraisable(self);
    Py_DECREF(self);
    Py_RETURN_NONE;
}

static PyMethodDef dummy_destroyed_def = { "_localdummy_destroyed", dummy_destroyed, METH_O, NULL };

/* Make this thread's dict: borrowed, NULL with an exception. */
static PyObject *
local_make_dict(struct thread_state *s, LocalObject *self)
{
    PyObject *tdict = PyThreadState_GetDict(), *ref = NULL, *ldict;
    if (tdict == NULL) {
        PyErr_SetString(PyExc_SystemError, "Couldn't get thread-state dictionary");
        return NULL;
    }
    DummyObject *dummy = (DummyObject *)s->dummy_type->tp_alloc(s->dummy_type, 0);
    if (dummy == NULL)
        return NULL;
    ldict = dummy->localdict = PyDict_New();
    PyObject *held = ldict;
    if (ldict == NULL || (ref = PyWeakref_NewRef((PyObject *)dummy, self->callback)) == NULL || PyDict_SetItem(self->dummies, ref, ldict) < 0 ||
        PyDict_SetItem(tdict, self->key, (PyObject *)dummy) < 0)
        ldict = NULL;
    Py_XDECREF(held);
    Py_XDECREF(ref);
    Py_DECREF(dummy);
    return ldict;
}

/* This thread's dict, made and __init__ run if new: borrowed. */
static PyObject *
local_dict(LocalObject *self)
{
    struct thread_state *s = state_of_type(Py_TYPE(self));
    PyObject *tdict = PyThreadState_GetDict(), *dummy = NULL;
    if (s == NULL)
        return NULL;
    if (tdict != NULL)
        dummy = PyDict_GetItemWithError(tdict, self->key);
    if (dummy != NULL)
        return ((DummyObject *)dummy)->localdict;
    if (PyErr_Occurred())
        return NULL;
    PyObject *ldict = local_make_dict(s, self);
    if (ldict == NULL || Py_TYPE(self)->tp_init == PyBaseObject_Type.tp_init)
        return ldict;
    if (Py_TYPE(self)->tp_init((PyObject *)self, self->args, self->kw) < 0) {
        PyDict_DelItem(PyThreadState_GetDict(), self->key);    /* not set up: the next access tries again */
        return NULL;
    }
    return ldict;
}

static PyObject *
local_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    struct thread_state *s = state_of_type(type);
    if (s == NULL)
        return NULL;
    if (type->tp_init == PyBaseObject_Type.tp_init && (PyTuple_GET_SIZE(args) != 0 || (kw != NULL && PyDict_GET_SIZE(kw) != 0))) {
        PyErr_SetString(PyExc_TypeError, "Initialization arguments are not supported");
        return NULL;
    }
    LocalObject *self = (LocalObject *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->args = Py_NewRef(args);
    self->kw = Py_XNewRef(kw);
    self->key = PyUnicode_FromFormat("thread.local.%p", self);
    self->dummies = PyDict_New();
    PyObject *ref = PyWeakref_NewRef((PyObject *)self, NULL);
    self->callback = ref == NULL ? NULL : PyCFunction_NewEx(&dummy_destroyed_def, ref, NULL);
    Py_XDECREF(ref);
    if (self->key == NULL || self->dummies == NULL || self->callback == NULL || local_make_dict(s, self) == NULL)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static int
local_traverse(PyObject *op, visitproc visit, void *arg)
{
    LocalObject *self = (LocalObject *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->args);
    Py_VISIT(self->kw);
    Py_VISIT(self->dummies);
    return 0;
}

static int
local_clear(PyObject *op)
{
    LocalObject *self = (LocalObject *)op;
    Py_CLEAR(self->args);
    Py_CLEAR(self->kw);
    Py_CLEAR(self->dummies);
    Py_CLEAR(self->callback);
    return 0;
}

static void
local_dealloc(PyObject *op)
{
    LocalObject *self = (LocalObject *)op;
    PyTypeObject *t = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    if (self->weaklist != NULL)
        PyObject_ClearWeakRefs(op);
    if (self->key != NULL) {
        PyObject *exc = PyErr_GetRaisedException();
        for (PyThreadState *ts = PyInterpreterState_ThreadHead(PyInterpreterState_Get()); ts != NULL; ts = PyThreadState_Next(ts)) {
            PyObject *dummy;
            if (ts->dict != NULL && PyDict_Pop(ts->dict, self->key, &dummy) > 0)
                Py_DECREF(dummy);
            PyErr_Clear();
        }
        PyErr_SetRaisedException(exc);
    }
    local_clear(op);
    Py_XDECREF(self->key);
    t->tp_free(op);
    Py_DECREF(t);
}

static int
is_dict_name(PyObject *name)
{
    return PyUnicode_Check(name) && PyUnicode_EqualToUTF8(name, "__dict__");
}

static PyObject *
local_getattro(PyObject *op, PyObject *name)
{
    PyObject *ldict = local_dict((LocalObject *)op);
    if (ldict == NULL)
        return NULL;
    if (is_dict_name(name))
        return Py_NewRef(ldict);
    return _PyObject_GenericGetAttrWithDict(op, name, ldict, 0);
}

static int
local_setattro(PyObject *op, PyObject *name, PyObject *value)
{
    PyObject *ldict = local_dict((LocalObject *)op);
    if (ldict == NULL)
        return -1;
    /* The name may be any object: called as a method, __setattr__ does not check it. */
    PyObject *dict_name = PyUnicode_InternFromString("__dict__");
    int same = dict_name == NULL ? -1 : PyObject_RichCompareBool(name, dict_name, Py_EQ);
    Py_XDECREF(dict_name);
    if (same > 0)
        PyErr_Format(PyExc_AttributeError, "'%.100s' object attribute '%S' is read-only", Py_TYPE(op)->tp_name, name);
    if (same != 0)
        return -1;
    return _PyObject_GenericSetAttrWithDict(op, name, value, ldict);
}

static PyMemberDef local_members[] = { { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(LocalObject, weaklist), Py_READONLY, NULL }, { NULL } };
static PyType_Slot local_slots[] = {
    { Py_tp_dealloc, local_dealloc }, { Py_tp_getattro, local_getattro }, { Py_tp_setattro, local_setattro }, { Py_tp_traverse, local_traverse },
    { Py_tp_clear, local_clear }, { Py_tp_new, local_new }, { Py_tp_members, local_members }, { Py_tp_doc, "_local()\n--\n\nThread-local data" }, { 0, NULL },
};
static PyType_Spec local_spec = { "_thread._local", sizeof(LocalObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, local_slots };

/* ---- handles ---- */

enum { NOT_STARTED, STARTING, RUNNING, DONE };

struct handle {
    int refs, state;
    unsigned long ident;
    PyThread_type_lock done;       /* held until the thread is done */
    bool listed;
    PyInterpreterState *interp;    /* that started the thread */
    struct handle *next, *prev;
    struct handle *all_next, **all_link;
};
static struct handle *shutdown_list;
static struct handle *all_handles;
static unsigned long main_thread_ident;        /* in a forked child: the thread that forked */

typedef struct { PyObject ob_base; struct handle *h; } HandleObject;

static struct handle *
handle_make(void)
{
    struct handle *h = PyMem_RawCalloc(1, sizeof(*h));
    if (h == NULL || (h->done = PyThread_allocate_lock()) == NULL) {
        PyMem_RawFree(h);
        PyErr_NoMemory();
        return NULL;
    }
    PyThread_acquire_lock(h->done, 1);
    h->refs = 1;
    h->interp = PyInterpreterState_Get();
    h->all_next = all_handles;
    h->all_link = &all_handles;
    if (all_handles != NULL)
        all_handles->all_link = &h->all_next;
    all_handles = h;
    return h;
}

static void
handle_unlist(struct handle *h)
{
    if (!h->listed)
        return;
    h->listed = false;
    if (h->prev != NULL)
        h->prev->next = h->next;
    else
        shutdown_list = h->next;
    if (h->next != NULL)
        h->next->prev = h->prev;
}

static void
handle_drop(struct handle *h)
{
    if (--h->refs > 0)
        return;
    handle_unlist(h);
    *h->all_link = h->all_next;
    if (h->all_next != NULL)
        h->all_next->all_link = h->all_link;
    if (h->state != DONE)
        PyThread_release_lock(h->done);
    PyThread_free_lock(h->done);
    PyMem_RawFree(h);
}

static void
handle_set_done(struct handle *h)
{
    if (h->state == DONE)
        return;
    h->state = DONE;
    handle_unlist(h);
    PyThread_release_lock(h->done);
}

/* In a forked child only the forking thread lives on: the others are done. */
static void
handles_after_fork(void)
{
    struct handle *next;
    main_thread_ident = PyThread_get_thread_ident();
    for (struct handle *h = all_handles; h != NULL; h = next) {
        next = h->all_next;
        if (h->state != NOT_STARTED && h->ident != PyThread_get_thread_ident())
            handle_set_done(h);
    }
}

static int
handle_join(struct handle *h, long long us)
{
    if (h->state == NOT_STARTED) {
        PyErr_SetString(PyExc_RuntimeError, "thread not started");
        return -1;
    }
    if (h->state == RUNNING && h->ident == PyThread_get_thread_ident()) {
        PyErr_SetString(PyExc_RuntimeError, "Cannot join current thread");
        return -1;
    }
    if (h->state == DONE)
        return 0;
    h->refs++;
    PyLockStatus r = acquire_timed(h->done, us);
    if (r == PY_LOCK_ACQUIRED)
        PyThread_release_lock(h->done);
    handle_drop(h);
    return r == PY_LOCK_INTR ? -1 : 0;
}

static PyObject *
handle_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    HandleObject *self = (HandleObject *)type->tp_alloc(type, 0);
    if (self != NULL && (self->h = handle_make()) == NULL)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static void
handle_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    if (((HandleObject *)op)->h != NULL)
        handle_drop(((HandleObject *)op)->h);
    t->tp_free(op);
    Py_DECREF(t);
}

static PyObject *
handle_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<%s object: ident=%lu>", Py_TYPE(op)->tp_name, ((HandleObject *)op)->h->ident);
}

static PyObject *
handle_get_ident(PyObject *op, void *unused)
{
    return PyLong_FromUnsignedLong(((HandleObject *)op)->h->ident);
}

static PyObject *
handle_method_join(PyObject *op, PyObject *args)
{
    PyObject *timeout = Py_None;
    long long us = -1;
    if (!PyArg_ParseTuple(args, "|O:join", &timeout))
        return NULL;
    if (timeout != Py_None) {
        double t = PyFloat_AsDouble(timeout);
        if (t == -1.0 && PyErr_Occurred()) {
            if (PyErr_ExceptionMatches(PyExc_TypeError)) {
                PyErr_Clear();
                PyErr_Format(PyExc_TypeError, "'%.200s' object cannot be interpreted as an integer", Py_TYPE(timeout)->tp_name);
            }
            return NULL;
        }
        if (t * 1e6 > (double)PY_TIMEOUT_MAX) {
            PyErr_SetString(PyExc_OverflowError, "timeout value is too large");
            return NULL;
        }
        us = t < 0 ? -1 : (long long)ceil(t * 1e6);
    }
    return handle_join(((HandleObject *)op)->h, us) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
handle_is_done(PyObject *op, PyObject *unused)
{
    return PyBool_FromLong(((HandleObject *)op)->h->state == DONE);
}

static PyObject *
handle_method_set_done(PyObject *op, PyObject *unused)
{
    struct handle *h = ((HandleObject *)op)->h;
    if (h->state == NOT_STARTED) {
        PyErr_SetString(PyExc_RuntimeError, "thread not started");
        return NULL;
    }
    handle_set_done(h);
    Py_RETURN_NONE;
}

static PyGetSetDef handle_getset[] = { { "ident", handle_get_ident, NULL, NULL, NULL }, { NULL } };
static PyMethodDef handle_methods[] = {
    { "join", handle_method_join, METH_VARARGS, NULL }, { "_set_done", handle_method_set_done, METH_NOARGS, PyDoc_STR("_set_done($self, /)\n--\n\n") },
    { "is_done", handle_is_done, METH_NOARGS, PyDoc_STR("is_done($self, /)\n--\n\n") }, { NULL },
};
static PyType_Slot handle_slots[] = {
    { Py_tp_dealloc, handle_dealloc }, { Py_tp_repr, handle_repr }, { Py_tp_getset, handle_getset }, { Py_tp_traverse, visit_type },
    { Py_tp_methods, handle_methods }, { Py_tp_new, handle_new }, { 0, NULL },
};
static PyType_Spec handle_spec = { "_thread._ThreadHandle", sizeof(HandleObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC, handle_slots };

/* ---- starting ---- */

struct boot {
    PyThreadState *ts;
    PyObject *func, *args, *kwargs;
    struct handle *h;
};

static void
boot_free(struct boot *b)
{
    Py_XDECREF(b->func);
    Py_XDECREF(b->args);
    Py_XDECREF(b->kwargs);
    if (b->h != NULL)
        handle_drop(b->h);
    PyMem_RawFree(b);
}

static void
boot_run(void *arg)
{
    struct boot *b = arg;
    PyThreadState *ts = b->ts;
    if (b->h != NULL)
        b->h->ident = PyThread_get_thread_ident();
    PyEval_AcquireThread(ts);
    __atomic_add_fetch(&ts->interp->threads.count, 1, __ATOMIC_RELAXED);
    if (b->h != NULL && b->h->state == STARTING)
        b->h->state = RUNNING;
    PyObject *r = PyObject_Call(b->func, b->args, b->kwargs);
    if (r == NULL) {
        if (PyErr_ExceptionMatches(PyExc_SystemExit))
            PyErr_Clear();
        else
            PyErr_FormatUnraisable("Exception ignored in thread started by %R", b->func);
    }
    Py_XDECREF(r);
    struct handle *h = b->h;
    if (h != NULL)
        h->refs++;
    boot_free(b);
    __atomic_sub_fetch(&ts->interp->threads.count, 1, __ATOMIC_RELAXED);
    PyThreadState_Clear(ts);
    if (h != NULL) {
        handle_set_done(h);
        handle_drop(h);
    }
    PyThreadState_DeleteCurrent();
}

/* A thread state that is bound to its thread when that first attaches. */
PyAPI_FUNC(PyThreadState *) _PyThreadState_New(PyInterpreterState *interp, int whence);
#define THREAD_WHENCE 3

static int
start_thread(PyObject *func, PyObject *args, PyObject *kwargs, struct handle *h, unsigned long *ident)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    if (!interp_allows(interp, RT_ALLOW_THREADS)) {
        PyErr_SetString(PyExc_RuntimeError, "thread is not supported for isolated subinterpreters");
        return -1;
    }
    if (Py_IsFinalizing() || interp->finalizing) {
        PyErr_SetString(PyExc_PythonFinalizationError, "can't create new thread at interpreter shutdown");
        return -1;
    }
    struct boot *b = PyMem_RawCalloc(1, sizeof(*b));
    if (b == NULL || (b->ts = _PyThreadState_New(interp, THREAD_WHENCE)) == NULL) {
        PyMem_RawFree(b);
        PyErr_NoMemory();
        return -1;
    }
    b->func = Py_NewRef(func);
    b->args = Py_NewRef(args);
    b->kwargs = Py_XNewRef(kwargs);
    b->h = h;
    if (h != NULL)
        h->refs++;
    PyThreadState *ts = b->ts;
    *ident = PyThread_start_new_thread(boot_run, b);
    if (*ident == PYTHREAD_INVALID_THREAD_ID) {
        PyThreadState_Clear(ts);
        PyThreadState_Delete(ts);
        boot_free(b);
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        return -1;
    }
    return 0;
}

static PyObject *
thread_start_new_thread(PyObject *module, PyObject *args)
{
    PyObject *func, *fargs, *kwargs = NULL;
    unsigned long ident;
    if (!PyArg_UnpackTuple(args, "start_new_thread", 2, 3, &func, &fargs, &kwargs))
        return NULL;
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "first arg must be callable");
        return NULL;
    }
    if (!PyTuple_Check(fargs)) {
        PyErr_SetString(PyExc_TypeError, "2nd arg must be a tuple");
        return NULL;
    }
    if (kwargs != NULL && !PyDict_Check(kwargs)) {
        PyErr_SetString(PyExc_TypeError, "optional 3rd arg must be a dictionary");
        return NULL;
    }
    if (PySys_Audit("_thread.start_new_thread", "OOO", func, fargs, kwargs ? kwargs : Py_None) < 0)
        return NULL;
    return start_thread(func, fargs, kwargs, NULL, &ident) < 0 ? NULL : PyLong_FromUnsignedLong(ident);
}

static void
handle_list(struct handle *h)
{
    h->listed = true;
    h->prev = NULL;
    h->next = shutdown_list;
    if (shutdown_list != NULL)
        shutdown_list->prev = h;
    shutdown_list = h;
}

static PyObject *
thread_start_joinable_thread(PyObject *module, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "function", "handle", "daemon", NULL };
    struct thread_state *s = state_of(module);
    PyObject *func, *handle_obj = NULL;
    int daemon = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O|Op:start_joinable_thread", kwlist, &func, &handle_obj, &daemon))
        return NULL;
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "thread function must be callable");
        return NULL;
    }
    if (PySys_Audit("_thread.start_joinable_thread", "OiO", func, daemon, handle_obj == NULL ? Py_None : handle_obj) < 0)
        return NULL;
    if (handle_obj == NULL || handle_obj == Py_None)
        handle_obj = handle_new(s->handle_type, NULL, NULL);
    else if (!Py_IS_TYPE(handle_obj, s->handle_type)) {
        PyErr_SetString(PyExc_TypeError, "'handle' must be a _ThreadHandle");
        return NULL;
    } else
        Py_INCREF(handle_obj);
    if (handle_obj == NULL)
        return NULL;
    struct handle *h = ((HandleObject *)handle_obj)->h;
    unsigned long ident;
    PyObject *fargs = PyTuple_New(0);
    if (h->state != NOT_STARTED)
        PyErr_SetString(PyExc_RuntimeError, "thread already started");
    else if (daemon && !interp_allows(PyInterpreterState_Get(), RT_ALLOW_DAEMON_THREADS))
        PyErr_SetString(PyExc_RuntimeError, "daemon thread are not supported in this interpreter");
    else if (fargs != NULL) {
        h->state = STARTING;
        if (!daemon)
            handle_list(h);
        if (start_thread(func, fargs, NULL, h, &ident) == 0) {
            h->ident = ident;
            if (h->state == STARTING)
                h->state = RUNNING;
            Py_DECREF(fargs);
            return handle_obj;
        }
        handle_unlist(h);
        h->state = NOT_STARTED;
    }
    Py_XDECREF(fargs);
    Py_DECREF(handle_obj);
    return NULL;
}

static PyObject *
thread_make_thread_handle(PyObject *module, PyObject *arg)
{
    if (!PyLong_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "ident must be an integer");
        return NULL;
    }
    unsigned long ident = PyLong_AsUnsignedLong(arg);
    if (PyErr_Occurred())
        return NULL;
    HandleObject *self = (HandleObject *)handle_new(state_of(module)->handle_type, NULL, NULL);
    if (self != NULL) {
        self->h->ident = ident;
        self->h->state = RUNNING;
    }
    return (PyObject *)self;
}

static PyObject *
thread_shutdown(PyObject *module, PyObject *unused)
{
    unsigned long me = PyThread_get_thread_ident();
    PyInterpreterState *interp = PyInterpreterState_Get();
    for (;;) {
        struct handle *h = shutdown_list;
        while (h != NULL && (h->ident == me || h->interp != interp))
            h = h->next;
        if (h == NULL)
            Py_RETURN_NONE;
        h->refs++;
        int r = handle_join(h, -1);
        handle_drop(h);
        if (r < 0) {
            PyErr_FormatUnraisable("Exception ignored in: %R", module);
            PyErr_Clear();
            Py_RETURN_NONE;
        }
    }
}

/* ---- the rest ---- */

static PyObject *
thread_exit(PyObject *module, PyObject *unused)
{
    PyErr_SetNone(PyExc_SystemExit);
    return NULL;
}

static PyObject *
thread_allocate_lock(PyObject *module, PyObject *unused)
{
    return (PyObject *)make_lock(state_of(module)->lock_type);
}

static PyObject *
thread_get_ident(PyObject *module, PyObject *unused)
{
    return PyLong_FromUnsignedLong(PyThread_get_thread_ident());
}

static PyObject *
thread_get_native_id(PyObject *module, PyObject *unused)
{
    return PyLong_FromUnsignedLong(PyThread_get_thread_native_id());
}

static PyObject *
thread_count_threads(PyObject *module, PyObject *unused)
{
    return PyLong_FromSsize_t(PyInterpreterState_Get()->threads.count);
}

static PyObject *
thread_stack_size(PyObject *module, PyObject *args)
{
    Py_ssize_t size = 0;
    if (!PyArg_ParseTuple(args, "|n:stack_size", &size))
        return NULL;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "size must be 0 or a positive value");
        return NULL;
    }
    size_t old = PyThread_get_stacksize();
    int r = PyThread_set_stacksize((size_t)size);
    if (r == -1) {
        PyErr_Format(PyExc_ValueError, "size not valid: %zd bytes", size);
        return NULL;
    }
    if (r == -2) {
        PyErr_SetString(PyExc_RuntimeError, "setting stack size not supported");
        return NULL;
    }
    return PyLong_FromSize_t(old);
}

static PyObject *
thread_interrupt_main(PyObject *module, PyObject *args)
{
    int signum = 2;
    if (!PyArg_ParseTuple(args, "|i:interrupt_main", &signum))
        return NULL;
    if (PyErr_SetInterruptEx(signum) != 0) {
        PyErr_SetString(PyExc_ValueError, "signal number out of range");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
thread_get_main_ident(PyObject *module, PyObject *unused)
{
    return PyLong_FromUnsignedLong(main_thread_ident);
}

static PyObject *
thread_is_main_interpreter(PyObject *module, PyObject *unused)
{
    return PyBool_FromLong(PyInterpreterState_Get() == PyInterpreterState_Main());
}

static PyObject *
thread_daemon_threads_allowed(PyObject *module, PyObject *unused)
{
    return PyBool_FromLong(interp_allows(PyInterpreterState_Get(), RT_ALLOW_DAEMON_THREADS));
}

/* ---- excepthook ---- */

static int
write_head(PyObject *file, PyObject *thread)
{
    if (PyFile_WriteString("Exception in thread ", file) < 0)
        return -1;
    PyObject *name = NULL;
    if (thread != Py_None && PyObject_GetOptionalAttrString(thread, "name", &name) < 0)
        return -1;
    int r;
    if (name != NULL) {
        r = PyFile_WriteObject(name, file, Py_PRINT_RAW);
        Py_DECREF(name);
    } else {
        char text[32];
        snprintf(text, sizeof(text), "%lu", PyThread_get_thread_ident());
        r = PyFile_WriteString(text, file);
    }
    return r < 0 ? -1 : PyFile_WriteString(":\n", file);
}

static PyObject *
thread_excepthook(PyObject *module, PyObject *args)
{
    if (!Py_IS_TYPE(args, state_of(module)->excepthook_type)) {
        PyErr_SetString(PyExc_TypeError, "_thread.excepthook argument type must be ExceptHookArgs");
        return NULL;
    }
    PyObject *exc_type = PyStructSequence_GetItem(args, 0), *exc = PyStructSequence_GetItem(args, 1), *tb = PyStructSequence_GetItem(args, 2);
    PyObject *thread = PyStructSequence_GetItem(args, 3);
    if (exc_type == PyExc_SystemExit)
        Py_RETURN_NONE;
    PyObject *file = PySys_GetObject("stderr");
    if (file == NULL || file == Py_None) {
        if (thread == Py_None)
            Py_RETURN_NONE;
        file = PyObject_GetAttrString(thread, "_stderr");
        if (file == NULL)
            return NULL;
        if (file == Py_None) {
            Py_DECREF(file);
            Py_RETURN_NONE;
        }
    } else
        Py_INCREF(file);
    int r = write_head(file, thread);
    if (r == 0) {
        sys_attach_traceback(exc, tb);         /* not PyErr_Display(): sys.stderr may be gone, `file` is there */
        sys_display_exception(exc, file);
        PyObject *f = PyObject_CallMethod(file, "flush", NULL);
        r = f == NULL ? -1 : 0;
        Py_XDECREF(f);
    }
    Py_DECREF(file);
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

static PyStructSequence_Field excepthook_fields[] = {
    { "exc_type", "Exception type" }, { "exc_value", "Exception value" }, { "exc_traceback", "Exception traceback" }, { "thread", "Thread" }, { NULL, NULL },
};
static PyStructSequence_Desc excepthook_desc = { "_thread._ExceptHookArgs", "ExceptHookArgs\n\nWhat threading.excepthook gets.", excepthook_fields, 4 };

/* ---- the module ---- */

static PyMethodDef thread_methods[] = {
    { "start_new_thread", thread_start_new_thread, METH_VARARGS, PyDoc_STR("start_new_thread($module, function, args, kwargs={}, /)\n--\n\nRun a function in a new thread; its id.") },
    { "start_new", thread_start_new_thread, METH_VARARGS, PyDoc_STR("start_new($module, function, args, kwargs={}, /)\n--\n\nAn obsolete synonym of start_new_thread().") },
    { "start_joinable_thread", KW(thread_start_joinable_thread), PyDoc_STR("start_joinable_thread($module, /, function, handle=None, daemon=True)\n--\n\n*For internal use only*: start a new thread.") },
    { "daemon_threads_allowed", thread_daemon_threads_allowed, METH_NOARGS, PyDoc_STR("daemon_threads_allowed($module, /)\n--\n\nMay daemon threads be started?") },
    { "allocate_lock", thread_allocate_lock, METH_NOARGS, PyDoc_STR("allocate_lock($module, /)\n--\n\nA new lock.") },
    { "allocate", thread_allocate_lock, METH_NOARGS, PyDoc_STR("allocate($module, /)\n--\n\nAn obsolete synonym of allocate_lock().") },
    { "exit_thread", thread_exit, METH_NOARGS, PyDoc_STR("exit_thread($module, /)\n--\n\nAn obsolete synonym of exit().") },
    { "exit", thread_exit, METH_NOARGS, PyDoc_STR("exit($module, /)\n--\n\nEnd this thread by SystemExit.") },
    { "interrupt_main", thread_interrupt_main, METH_VARARGS, PyDoc_STR("interrupt_main($module, signum=signal.SIGINT, /)\n--\n\nSimulate a signal in the main thread.") },
    { "get_ident", thread_get_ident, METH_NOARGS, PyDoc_STR("get_ident($module, /)\n--\n\nThe id of this thread.") },
    { "get_native_id", thread_get_native_id, METH_NOARGS, PyDoc_STR("get_native_id($module, /)\n--\n\nThe system's id of this thread.") },
    { "_count", thread_count_threads, METH_NOARGS, PyDoc_STR("_count($module, /)\n--\n\nNumber of running Python threads besides the main one.") },
    { "stack_size", thread_stack_size, METH_VARARGS, PyDoc_STR("stack_size($module, size=0, /)\n--\n\nSet the stack size of new threads; the old one.") },
    { "_excepthook", thread_excepthook, METH_O, PyDoc_STR("_excepthook($module, (exc_type, exc_value, exc_traceback, thread), /)\n--\n\nReport an exception that ended a thread.") },
    { "_is_main_interpreter", thread_is_main_interpreter, METH_NOARGS, PyDoc_STR("_is_main_interpreter($module, /)\n--\n\nIs this the main interpreter?") },
    { "_shutdown", thread_shutdown, METH_NOARGS, PyDoc_STR("_shutdown($module, /)\n--\n\nWait for all non-daemon threads.") },
    { "_make_thread_handle", thread_make_thread_handle, METH_O, PyDoc_STR("_make_thread_handle($module, ident, /)\n--\n\nInternal only. A handle for a thread that was started elsewhere.") },
    { "_get_main_thread_ident", thread_get_main_ident, METH_NOARGS, PyDoc_STR("_get_main_thread_ident($module, /)\n--\n\nInternal only. The id of the main thread.") },
    { NULL },
};

static PyTypeObject *
add_type(PyObject *m, PyType_Spec *spec, const char *name)
{
    PyTypeObject *t = (PyTypeObject *)PyType_FromModuleAndSpec(m, spec, NULL);
    if (t != NULL && name != NULL && PyModule_AddObjectRef(m, name, (PyObject *)t) < 0)
        Py_CLEAR(t);
    return t;
}

static int
thread_exec(PyObject *m)
{
    static bool fork_handler;
    if (!fork_handler)
        fork_handler = pthread_atfork(NULL, NULL, handles_after_fork) == 0;
    struct thread_state *s = state_of(m);
    if (interp_is_main(PyInterpreterState_Get()))
        main_thread_ident = PyThread_get_thread_ident();
    s->lock_type = add_type(m, &lock_spec, "lock");
    s->rlock_type = add_type(m, &rlock_spec, "RLock");
    s->dummy_type = add_type(m, &dummy_spec, NULL);
    s->local_type = add_type(m, &local_spec, "_local");
    s->handle_type = add_type(m, &handle_spec, "_ThreadHandle");
    s->excepthook_type = PyStructSequence_NewType(&excepthook_desc);
    if (s->lock_type == NULL || s->rlock_type == NULL || s->dummy_type == NULL || s->local_type == NULL || s->handle_type == NULL || s->excepthook_type == NULL)
        return -1;
    return PyModule_AddObjectRef(m, "LockType", (PyObject *)s->lock_type) < 0 || PyModule_AddObjectRef(m, "_ExceptHookArgs", (PyObject *)s->excepthook_type) < 0 ||
           PyModule_AddObjectRef(m, "error", PyExc_RuntimeError) < 0 || PyModule_Add(m, "TIMEOUT_MAX", PyFloat_FromDouble(floor((double)PY_TIMEOUT_MAX * 1e-6))) < 0 ? -1 : 0;
}

static int
thread_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct thread_state *s = state_of(m);
    Py_VISIT(s->lock_type);
    Py_VISIT(s->rlock_type);
    Py_VISIT(s->local_type);
    Py_VISIT(s->dummy_type);
    Py_VISIT(s->handle_type);
    Py_VISIT(s->excepthook_type);
    return 0;
}

static int
thread_clear(PyObject *m)
{
    struct thread_state *s = state_of(m);
    Py_CLEAR(s->lock_type);
    Py_CLEAR(s->rlock_type);
    Py_CLEAR(s->local_type);
    Py_CLEAR(s->dummy_type);
    Py_CLEAR(s->handle_type);
    Py_CLEAR(s->excepthook_type);
    return 0;
}

static PyModuleDef_Slot thread_slots[] = {
    { Py_mod_exec, thread_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef thread_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_thread",
    .m_doc = PyDoc_STR("Threads, locks and thread-local data: the base of the threading module."),
    .m_size = sizeof(struct thread_state),
    .m_methods = thread_methods,
    .m_slots = thread_slots,
    .m_traverse = thread_traverse,
    .m_clear = thread_clear,
};

PyMODINIT_FUNC
PyInit__thread(void)
{
    return PyModuleDef_Init(&thread_def);
}
