/* modules/select.c: select(), poll(), epoll: waiting for several descriptors. */
#include <Python.h>

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

struct select_state { PyTypeObject *poll_type, *epoll_type; };

static struct select_state *
state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

/* ---- timeouts ---- */

static PyTime_t
now(void)
{
    PyTime_t t;
    (void)PyTime_MonotonicRaw(&t);
    return t;
}

/* Seconds (scale 1e9) or milliseconds (1e6) to nanoseconds, rounded up; None: -1. 0 or -1. */
static int
parse_timeout(PyObject *o, double scale, PyTime_t *out)
{
    *out = -1;
    if (o == NULL || o == Py_None)
        return 0;
    if (!PyNumber_Check(o)) {
        PyErr_SetString(PyExc_TypeError, "timeout must be a float or None");
        return -1;
    }
    double v = PyFloat_AsDouble(o);
    if (v == -1.0 && PyErr_Occurred())
        return -1;
    double ns = v < 0 ? floor(v * scale) : ceil(v * scale);      /* away from zero */
    if (isnan(ns)) {
        PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
        return -1;
    }
    if (ns > 9e18) {
        PyErr_SetString(PyExc_OverflowError, "timeout is too large");
        return -1;
    }
    *out = ns < 0 ? -2 : (PyTime_t)ns;
    return 0;
}

static int
to_ms(PyTime_t ns)
{
    PyTime_t ms = ns < 0 ? -1 : (ns + 999999) / 1000000;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* ---- select ---- */

struct fd_list { PyObject *objects[FD_SETSIZE]; int fds[FD_SETSIZE], n; };    /* objects: owned */

static void
list_clear(struct fd_list *l)
{
    for (int i = 0; i < l->n; i++)
        Py_DECREF(l->objects[i]);
    l->n = 0;
}

static int
list_fill(struct fd_list *l, PyObject *seq, fd_set *set, int *max)
{
    FD_ZERO(set);
    PyObject *fast = PySequence_Fast(seq, "arguments 1-3 must be sequences");
    if (fast == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast); i++) {
        PyObject *o = PySequence_Fast_GET_ITEM(fast, i);
        Py_INCREF(o);
        int fd = PyObject_AsFileDescriptor(o);
        if (fd == -1 || fd >= FD_SETSIZE || l->n >= FD_SETSIZE) {
            if (fd != -1)
                PyErr_SetString(PyExc_ValueError, fd >= FD_SETSIZE ? "filedescriptor out of range in select()" : "too many file descriptors in select()");
            Py_DECREF(o);
            Py_DECREF(fast);
            return -1;
        }
        FD_SET(fd, set);
        *max = fd > *max ? fd : *max;
        l->objects[l->n] = o;
        l->fds[l->n++] = fd;
    }
    Py_DECREF(fast);
    return 0;
}

static PyObject *
list_ready(const struct fd_list *l, fd_set *set)
{
    PyObject *out = PyList_New(0);
    for (int i = 0; out != NULL && i < l->n; i++) {
        if (FD_ISSET(l->fds[i], set) && PyList_Append(out, l->objects[i]) < 0)
            Py_CLEAR(out);
    }
    return out;
}

static int
wait_select(int nfds, fd_set sets[3], PyTime_t timeout)
{
    fd_set wanted[3];
    PyTime_t deadline = timeout >= 0 ? now() + timeout : 0;
    memcpy(wanted, sets, sizeof(wanted));
    for (;;) {
        struct timeval tv = { timeout / 1000000000, (timeout % 1000000000 + 999) / 1000 };
        if (tv.tv_usec >= 1000000) {
            tv.tv_sec++;
            tv.tv_usec = 0;
        }
        int n;
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        n = select(nfds, &sets[0], &sets[1], &sets[2], timeout >= 0 ? &tv : NULL);
        Py_END_ALLOW_THREADS
        if (errno != EINTR || n >= 0)
            return n;
        if (PyErr_CheckSignals() < 0)
            return -2;
        if (timeout >= 0 && (timeout = deadline - now()) < 0) {
            for (int i = 0; i < 3; i++)
                FD_ZERO(&sets[i]);
            return 0;
        }
        memcpy(sets, wanted, sizeof(wanted));
    }
}

static PyObject *
select_select(PyObject *module, PyObject *args)
{
    PyObject *seqs[3], *timeout_obj = Py_None, *result = NULL;
    PyTime_t timeout;
    if (!PyArg_ParseTuple(args, "OOO|O:select", &seqs[0], &seqs[1], &seqs[2], &timeout_obj) || parse_timeout(timeout_obj, 1e9, &timeout) < 0)
        return NULL;
    if (timeout == -2) {
        PyErr_SetString(PyExc_ValueError, "timeout must be non-negative");
        return NULL;
    }
    struct fd_list *lists = PyMem_Calloc(3, sizeof(*lists));
    fd_set sets[3];
    int max = -1, n;
    if (lists == NULL)
        return PyErr_NoMemory();
    for (int i = 0; i < 3; i++) {
        if (list_fill(&lists[i], seqs[i], &sets[i], &max) < 0)
            goto done;
    }
    n = wait_select(max + 1, sets, timeout);
    if (n == -1)
        PyErr_SetFromErrno(PyExc_OSError);
    if (n >= 0) {
        PyObject *r[3] = { list_ready(&lists[0], &sets[0]), list_ready(&lists[1], &sets[1]), list_ready(&lists[2], &sets[2]) };
        if (r[0] != NULL && r[1] != NULL && r[2] != NULL)
            result = PyTuple_Pack(3, r[0], r[1], r[2]);
        for (int i = 0; i < 3; i++)
            Py_XDECREF(r[i]);
    }
done:
    for (int i = 0; i < 3; i++)
        list_clear(&lists[i]);
    PyMem_Free(lists);
    return result;
}

/* ---- poll ---- */

typedef struct {
    PyObject ob_base;
    PyObject *dict;                /* fd: event mask */
    struct pollfd *ufds;
    int n, up_to_date, running;
} PollObject;

static int
fd_converter(PyObject *o, void *out)
{
    int fd = PyObject_AsFileDescriptor(o);
    *(int *)out = fd;
    return fd >= 0;
}

static bool
is_negative(PyObject *o)
{
    PyObject *exc = PyErr_GetRaisedException();
    int overflow;
    long v = PyLong_AsLongAndOverflow(o, &overflow);
    PyErr_SetRaisedException(exc);
    return overflow < 0 || (overflow == 0 && v < 0);
}

static int
ushort_converter(PyObject *o, void *out)
{
    unsigned long v = PyLong_AsUnsignedLong(o);
    if (v == (unsigned long)-1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError) && PyLong_Check(o) && is_negative(o)) {
            PyErr_Clear();
            PyErr_SetString(PyExc_ValueError, "value must be positive");
        }
        return 0;
    }
    if (v > USHRT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large for C unsigned short");
        return 0;
    }
    *(unsigned short *)out = (unsigned short)v;
    return 1;
}

static PyObject *
poll_set(PollObject *self, int fd, unsigned short mask)
{
    PyObject *key = PyLong_FromLong(fd), *value = PyLong_FromLong(mask);
    int r = key == NULL || value == NULL ? -1 : PyDict_SetItem(self->dict, key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
    self->up_to_date = 0;
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
poll_register(PyObject *self, PyObject *args)
{
    int fd;
    unsigned short mask = POLLIN | POLLPRI | POLLOUT;
    return PyArg_ParseTuple(args, "O&|O&:register", fd_converter, &fd, ushort_converter, &mask) ? poll_set((PollObject *)self, fd, mask) : NULL;
}

static PyObject *
poll_modify(PyObject *self, PyObject *args)
{
    int fd;
    unsigned short mask;
    if (!PyArg_ParseTuple(args, "O&O&:modify", fd_converter, &fd, ushort_converter, &mask))
        return NULL;
    PyObject *key = PyLong_FromLong(fd);
    int known = key == NULL ? -1 : PyDict_Contains(((PollObject *)self)->dict, key);
    Py_XDECREF(key);
    if (known == 0) {
        errno = ENOENT;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return known < 0 ? NULL : poll_set((PollObject *)self, fd, mask);
}

static PyObject *
poll_unregister(PyObject *self, PyObject *arg)
{
    int fd;
    if (!fd_converter(arg, &fd))
        return NULL;
    PyObject *key = PyLong_FromLong(fd);
    int r = key == NULL ? -1 : PyDict_DelItem(((PollObject *)self)->dict, key);
    Py_XDECREF(key);
    ((PollObject *)self)->up_to_date = 0;
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

static int
poll_update(PollObject *self)
{
    Py_ssize_t n = PyDict_GET_SIZE(self->dict), pos = 0;
    struct pollfd *ufds = PyMem_Realloc(self->ufds, ((size_t)n + 1) * sizeof(*ufds));
    PyObject *key, *value;
    if (ufds == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->ufds = ufds;
    self->n = 0;
    while (PyDict_Next(self->dict, &pos, &key, &value))
        ufds[self->n++] = (struct pollfd){ (int)PyLong_AsLong(key), (short)PyLong_AsLong(value), 0 };
    self->up_to_date = 1;
    return 0;
}

static int
poll_wait(PollObject *self, PyTime_t timeout)
{
    PyTime_t deadline = timeout >= 0 ? now() + timeout : 0;
    for (;;) {
        int n, ms = to_ms(timeout);
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        n = poll(self->ufds, (nfds_t)self->n, ms);
        Py_END_ALLOW_THREADS
        if (n >= 0 || errno != EINTR)
            return n;
        if (PyErr_CheckSignals() < 0)
            return -2;
        if (timeout >= 0 && (timeout = deadline - now()) < 0)
            return 0;
    }
}

static PyObject *
event_pair(int fd, unsigned int events)
{
    return Py_BuildValue("(iI)", fd, events);
}

static PyObject *
poll_poll(PyObject *op, PyObject *args)
{
    PollObject *self = (PollObject *)op;
    PyObject *timeout_obj = NULL, *list;
    PyTime_t timeout;
    if (!PyArg_ParseTuple(args, "|O:poll", &timeout_obj) || parse_timeout(timeout_obj, 1e6, &timeout) < 0)
        return NULL;
    if (timeout > (PyTime_t)INT_MAX * 1000000) {
        PyErr_SetString(PyExc_OverflowError, "timeout is too large");
        return NULL;
    }
    if (self->running) {
        PyErr_SetString(PyExc_RuntimeError, "concurrent poll() invocation");
        return NULL;
    }
    if (!self->up_to_date && poll_update(self) < 0)
        return NULL;
    self->running = 1;
    int n = poll_wait(self, timeout < 0 ? -1 : timeout);
    self->running = 0;
    if (n < 0)
        return n == -1 ? PyErr_SetFromErrno(PyExc_OSError) : NULL;
    list = PyList_New(0);
    for (int i = 0; list != NULL && i < self->n && n > 0; i++) {
        if (self->ufds[i].revents == 0)
            continue;
        PyObject *pair = event_pair(self->ufds[i].fd, (unsigned short)self->ufds[i].revents);
        if (pair == NULL || PyList_Append(list, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static void
poll_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    Py_XDECREF(((PollObject *)op)->dict);
    PyMem_Free(((PollObject *)op)->ufds);
    PyObject_Free(op);
    Py_DECREF(t);
}

static PyMethodDef poll_methods[] = {
    { "register", poll_register, METH_VARARGS, PyDoc_STR("register($self, fd,\n         eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)\n--\n\nWatch a descriptor.") },
    { "modify", poll_modify, METH_VARARGS, PyDoc_STR("modify($self, fd, eventmask, /)\n--\n\nChange the events of a descriptor.") },
    { "unregister", poll_unregister, METH_O, PyDoc_STR("unregister($self, fd, /)\n--\n\nWatch a descriptor no longer.") },
    { "poll", poll_poll, METH_VARARGS, PyDoc_STR("poll($self, timeout=None, /)\n--\n\nWait; a list of (fd, events).") },
    { NULL },
};
static PyType_Slot poll_slots[] = { { Py_tp_dealloc, poll_dealloc }, { Py_tp_methods, poll_methods }, { 0, NULL } };
static PyType_Spec poll_spec = { "select.poll", sizeof(PollObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, poll_slots };

static PyObject *
select_poll(PyObject *module, PyObject *unused)
{
    PollObject *self = PyObject_New(PollObject, state_of(module)->poll_type);
    if (self == NULL)
        return NULL;
    self->ufds = NULL;
    self->n = self->up_to_date = self->running = 0;
    self->dict = PyDict_New();
    if (self->dict == NULL)
        Py_CLEAR(self);
    return (PyObject *)self;
}

/* ---- epoll ---- */

typedef struct { PyObject ob_base; int epfd; } EpollObject;

static PyObject *
epoll_closed_error(void)
{
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed epoll object");
    return NULL;
}

static PyObject *
epoll_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "sizehint", "flags", NULL };
    int sizehint = -1, flags = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|ii:epoll", kwlist, &sizehint, &flags))
        return NULL;
    if (sizehint != -1 && sizehint <= 0) {
        PyErr_SetString(PyExc_ValueError, "sizehint must be positive or -1");
        return NULL;
    }
    if (flags && flags != EPOLL_CLOEXEC) {
        PyErr_SetString(PyExc_OSError, "invalid flags");
        return NULL;
    }
    EpollObject *self = (EpollObject *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->epfd = epoll_create1(EPOLL_CLOEXEC);
    if (self->epfd < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyObject *
epoll_close(PyObject *op, PyObject *unused)
{
    EpollObject *self = (EpollObject *)op;
    int fd = self->epfd;
    self->epfd = -1;
    if (fd >= 0 && close(fd) < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

static void
epoll_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    if (((EpollObject *)op)->epfd >= 0)
        close(((EpollObject *)op)->epfd);
    t->tp_free(op);
    Py_DECREF(t);
}

static PyObject *
epoll_fileno(PyObject *op, PyObject *unused)
{
    int fd = ((EpollObject *)op)->epfd;
    return fd < 0 ? epoll_closed_error() : PyLong_FromLong(fd);
}

static PyObject *
epoll_get_closed(PyObject *op, void *unused)
{
    return PyBool_FromLong(((EpollObject *)op)->epfd < 0);
}

static PyObject *
epoll_fromfd(PyObject *cls, PyObject *arg)
{
    int fd = PyLong_AsInt(arg);
    if (fd == -1 && PyErr_Occurred())
        return NULL;
    EpollObject *self = (EpollObject *)((PyTypeObject *)cls)->tp_alloc((PyTypeObject *)cls, 0);
    if (self != NULL)
        self->epfd = fd;
    return (PyObject *)self;
}

static PyObject *
epoll_control(EpollObject *self, int op, int fd, unsigned int events)
{
    struct epoll_event ev = { .events = events, .data.fd = fd };
    int r;
    if (self->epfd < 0)
        return epoll_closed_error();
    Py_BEGIN_ALLOW_THREADS
    r = epoll_ctl(self->epfd, op, fd, &ev);
    Py_END_ALLOW_THREADS
    return r < 0 ? PyErr_SetFromErrno(PyExc_OSError) : Py_NewRef(Py_None);
}

static PyObject *
epoll_register(PyObject *op, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "fd", "eventmask", NULL };
    int fd;
    unsigned int events = EPOLLIN | EPOLLPRI | EPOLLOUT;
    return PyArg_ParseTupleAndKeywords(args, kwds, "O&|I:register", kwlist, fd_converter, &fd, &events) ? epoll_control((EpollObject *)op, EPOLL_CTL_ADD, fd, events) : NULL;
}

static PyObject *
epoll_modify(PyObject *op, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "fd", "eventmask", NULL };
    int fd;
    unsigned int events;
    return PyArg_ParseTupleAndKeywords(args, kwds, "O&I:modify", kwlist, fd_converter, &fd, &events) ? epoll_control((EpollObject *)op, EPOLL_CTL_MOD, fd, events) : NULL;
}

static PyObject *
epoll_unregister(PyObject *op, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "fd", NULL };
    int fd;
    return PyArg_ParseTupleAndKeywords(args, kwds, "O&:unregister", kwlist, fd_converter, &fd) ? epoll_control((EpollObject *)op, EPOLL_CTL_DEL, fd, 0) : NULL;
}

static int
epoll_wait_for(int epfd, struct epoll_event *events, int max, PyTime_t timeout)
{
    PyTime_t deadline = timeout >= 0 ? now() + timeout : 0;
    for (;;) {
        int n, ms = to_ms(timeout);
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        n = epoll_wait(epfd, events, max, ms);
        Py_END_ALLOW_THREADS
        if (n >= 0 || errno != EINTR)
            return n;
        if (PyErr_CheckSignals() < 0)
            return -2;
        if (timeout >= 0 && (timeout = deadline - now()) < 0)
            return 0;
    }
}

static PyObject *
epoll_poll(PyObject *op, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "timeout", "maxevents", NULL };
    EpollObject *self = (EpollObject *)op;
    PyObject *timeout_obj = Py_None, *list = NULL;
    int max = -1;
    PyTime_t timeout;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|Oi:poll", kwlist, &timeout_obj, &max))
        return NULL;
    if (self->epfd < 0)
        return epoll_closed_error();
    if (parse_timeout(timeout_obj, 1e9, &timeout) < 0)
        return NULL;
    if (max == -1)
        max = FD_SETSIZE - 1;
    else if (max < 1) {
        PyErr_Format(PyExc_ValueError, "maxevents must be greater than 0, got %d", max);
        return NULL;
    }
    struct epoll_event *events = PyMem_New(struct epoll_event, max);
    if (events == NULL)
        return PyErr_NoMemory();
    int n = epoll_wait_for(self->epfd, events, max, timeout < 0 ? -1 : timeout);
    if (n == -1)
        PyErr_SetFromErrno(PyExc_OSError);
    else if (n >= 0)
        list = PyList_New(0);
    for (int i = 0; list != NULL && i < n; i++) {
        PyObject *pair = event_pair(events[i].data.fd, events[i].events);
        if (pair == NULL || PyList_Append(list, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    PyMem_Free(events);
    return list;
}

static PyObject *
epoll_enter(PyObject *op, PyObject *unused)
{
    return ((EpollObject *)op)->epfd < 0 ? epoll_closed_error() : Py_NewRef(op);
}

static PyObject *
epoll_exit(PyObject *op, PyObject *args)
{
    return epoll_close(op, NULL);
}

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS
static PyMethodDef epoll_methods[] = {
    { "fromfd", epoll_fromfd, METH_O | METH_CLASS, PyDoc_STR("fromfd($type, fd, /)\n--\n\nAn epoll object of a descriptor.") },
    { "close", epoll_close, METH_NOARGS, PyDoc_STR("close($self, /)\n--\n\nClose the epoll descriptor.") },
    { "fileno", epoll_fileno, METH_NOARGS, PyDoc_STR("fileno($self, /)\n--\n\nThe epoll descriptor.") },
    { "modify", KW(epoll_modify), PyDoc_STR("modify($self, /, fd, eventmask)\n--\n\nChange the events of a descriptor.") },
    { "register", KW(epoll_register), PyDoc_STR("register($self, /, fd,\n         eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)\n--\n\nWatch a descriptor.") },
    { "unregister", KW(epoll_unregister), PyDoc_STR("unregister($self, /, fd)\n--\n\nWatch a descriptor no longer.") },
    { "poll", KW(epoll_poll), PyDoc_STR("poll($self, /, timeout=None, maxevents=-1)\n--\n\nWait; a list of (fd, events).") },
    { "__enter__", epoll_enter, METH_NOARGS, PyDoc_STR("__enter__($self, /)\n--\n\n") },
    { "__exit__", epoll_exit, METH_VARARGS, PyDoc_STR("__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)\n--\n\n") },
    { NULL },
};
static PyGetSetDef epoll_getset[] = { { "closed", epoll_get_closed, NULL, PyDoc_STR("True if the epoll handler is closed"), NULL }, { NULL } };
static PyType_Slot epoll_slots[] = {
    { Py_tp_new, epoll_new }, { Py_tp_dealloc, epoll_dealloc }, { Py_tp_methods, epoll_methods }, { Py_tp_getset, epoll_getset },
    { Py_tp_getattro, PyObject_GenericGetAttr }, { Py_tp_doc, "select.epoll(sizehint=-1, flags=0)\n\nWait for events of many descriptors." }, { 0, NULL },
};
static PyType_Spec epoll_spec = { "select.epoll", sizeof(EpollObject), 0, Py_TPFLAGS_DEFAULT, epoll_slots };

/* ---- the module ---- */

static PyMethodDef methods[] = {
    { "select", select_select, METH_VARARGS, PyDoc_STR("select($module, rlist, wlist, xlist, timeout=None, /)\n--\n\nWait until descriptors are ready.") },
    { "poll", select_poll, METH_NOARGS, PyDoc_STR("poll($module, /)\n--\n\nA polling object.") },
    { NULL },
};

static const struct { const char *name; long value; } constants[] = {
#define C(x) { #x, (long)(x) }
    C(POLLIN), C(POLLPRI), C(POLLOUT), C(POLLERR), C(POLLHUP), C(POLLNVAL), C(POLLRDNORM), C(POLLRDBAND), C(POLLWRNORM), C(POLLWRBAND), C(POLLMSG),
    C(POLLRDHUP), C(EPOLLIN), C(EPOLLOUT), C(EPOLLPRI), C(EPOLLERR), C(EPOLLHUP), C(EPOLLRDHUP), C(EPOLLET), C(EPOLLONESHOT), C(EPOLLEXCLUSIVE),
    C(EPOLLRDNORM), C(EPOLLRDBAND), C(EPOLLWRNORM), C(EPOLLWRBAND), C(EPOLLMSG), C(EPOLL_CLOEXEC), { "PIPE_BUF", 4096 },
#undef C
};

static int
module_exec(PyObject *m)
{
    struct select_state *s = state_of(m);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++) {
        if (PyModule_AddIntConstant(m, constants[i].name, constants[i].value) < 0)
            return -1;
    }
    s->poll_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &poll_spec, NULL);
    s->epoll_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &epoll_spec, NULL);
    return s->poll_type == NULL || s->epoll_type == NULL || PyModule_AddType(m, s->epoll_type) < 0 ? -1 : PyModule_AddObjectRef(m, "error", PyExc_OSError);
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    Py_VISIT(state_of(m)->poll_type);
    Py_VISIT(state_of(m)->epoll_type);
    return 0;
}

static int
module_clear(PyObject *m)
{
    Py_CLEAR(state_of(m)->poll_type);
    Py_CLEAR(state_of(m)->epoll_type);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "select",
    .m_doc = PyDoc_STR("Wait for input, output and errors of several descriptors."),
    .m_size = sizeof(struct select_state),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit_select(void)
{
    return PyModuleDef_Init(&def);
}
