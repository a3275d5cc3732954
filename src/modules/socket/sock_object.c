/* modules/socket/sock_object.c: the socket type. */
#include "modules/socket/sock.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "internal/pycore_time.h"      /* _PyTime_FromSecondsObject() */

#define SOCK(op) ((struct sock *)(op))

/* ---- waiting ---- */

static PyTime_t
now(void)
{
    PyTime_t t;
    (void)PyTime_MonotonicRaw(&t);
    return t;
}

/* 1 ready, 0 time is up, -1 with an exception. */
static int
wait_for(struct sock *s, short events, PyTime_t left)
{
    struct pollfd p = { s->fd, events, 0 };
    PyTime_t ms = left < 0 ? -1 : (left + 999999) / 1000000;
    int r;
    Py_BEGIN_ALLOW_THREADS
    r = poll(&p, 1, ms > INT_MAX ? INT_MAX : (int)ms);
    Py_END_ALLOW_THREADS
    if (r >= 0)
        return r > 0;
    if (errno == EINTR)
        return PyErr_CheckSignals() < 0 ? -1 : 2;
    sock_error();
    return -1;
}

Py_ssize_t
sock_run(struct sock *s, short events, sock_call call, void *data, bool is_connect)
{
    PyTime_t deadline = s->timeout > 0 ? now() + s->timeout : 0;
    bool wait = s->timeout > 0 || is_connect;
    for (;;) {
        if (wait && s->timeout != 0) {
            int r = wait_for(s, events, s->timeout > 0 ? deadline - now() > 0 ? deadline - now() : 0 : -1);
            if (r < 0)
                return -1;
            if (r == 2)
                continue;
            if (r == 0) {
                PyErr_SetString(PyExc_TimeoutError, "timed out");
                return -1;
            }
        }
        Py_ssize_t n;
        Py_BEGIN_ALLOW_THREADS
        n = call(s, data);
        Py_END_ALLOW_THREADS
        if (n >= 0)
            return n;
        if (errno == EINTR) {
            if (PyErr_CheckSignals() < 0)
                return -1;
            continue;
        }
        if (s->timeout > 0 && (errno == EWOULDBLOCK || errno == EAGAIN))
            continue;
        sock_error();
        return -1;
    }
}

static int
set_nonblocking(int fd, bool nonblocking)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return -1;
    int wanted = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return wanted == flags ? 0 : fcntl(fd, F_SETFL, wanted);
}

int
sock_parse_timeout(PyObject *o, PyTime_t *out)
{
    PyTime_t t = -1;
    if (o != Py_None) {
        if (_PyTime_FromSecondsObject(&t, o, _PyTime_ROUND_TIMEOUT) < 0)
            return -1;
        if (t < 0) {
            PyErr_SetString(PyExc_ValueError, "Timeout value out of range");
            return -1;
        }
    }
    *out = t;
    return 0;
}

static PyObject *
sock_settimeout(PyObject *op, PyObject *arg)
{
    PyTime_t t;
    if (sock_parse_timeout(arg, &t) < 0)
        return NULL;
    SOCK(op)->timeout = t;
    return set_nonblocking(SOCK(op)->fd, t >= 0) < 0 ? sock_error() : Py_NewRef(Py_None);
}

static PyObject *
sock_gettimeout(PyObject *op, PyObject *unused)
{
    return SOCK(op)->timeout < 0 ? Py_NewRef(Py_None) : PyFloat_FromDouble((double)SOCK(op)->timeout / 1e9);
}

static PyObject *
sock_setblocking(PyObject *op, PyObject *arg)
{
    int block = PyObject_IsTrue(arg);
    if (block < 0)
        return NULL;
    SOCK(op)->timeout = block ? -1 : 0;
    return set_nonblocking(SOCK(op)->fd, !block) < 0 ? sock_error() : Py_NewRef(Py_None);
}

static PyObject *
sock_getblocking(PyObject *op, PyObject *unused)
{
    return PyBool_FromLong(SOCK(op)->timeout != 0);
}

/* ---- life ---- */

static PyObject *
sock_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    struct sock *s = (struct sock *)type->tp_alloc(type, 0);
    if (s != NULL) {
        s->fd = -1;
        s->timeout = -1;
    }
    return (PyObject *)s;
}

static int
take_fd(struct sock *s, PyObject *fdobj, int *family, int *type, int *proto)
{
    int fd = PyLong_AsInt(fdobj);
    if (fd == -1 && PyErr_Occurred())
        return -1;
    if (fd < 0) {
        PyErr_SetString(PyExc_ValueError, "negative file descriptor");
        return -1;
    }
    union sock_addr a;
    socklen_t len = sizeof(a), size = sizeof(int);
    memset(&a, 0, sizeof(a));
    if (getsockname(fd, &a.sa, &len) < 0) {
        if (*family == -1 || errno == EBADF || errno == ENOTSOCK) {
            sock_error();
            return -1;
        }
    } else if (*family == -1)
        *family = a.sa.sa_family;
    if (*type == -1 && getsockopt(fd, SOL_SOCKET, SO_TYPE, type, &size) < 0) {
        sock_error();
        return -1;
    }
    if (*proto == -1 && getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, proto, &size) < 0) {
        sock_error();
        return -1;
    }
    s->fd = fd;
    return 0;
}

static int
sock_init(PyObject *op, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "family", "type", "proto", "fileno", NULL };
    struct sock *s = SOCK(op);
    int family = -1, type = -1, proto = -1;
    PyObject *fdobj = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|iiiO:socket", kwlist, &family, &type, &proto, &fdobj))
        return -1;
    if (PySys_Audit("socket.__new__", "Oiii", op, family, type, proto) < 0)
        return -1;
    if (fdobj != NULL && fdobj != Py_None) {
        if (take_fd(s, fdobj, &family, &type, &proto) < 0)
            return -1;
    } else {
        family = family == -1 ? AF_INET : family;
        type = type == -1 ? SOCK_STREAM : type;
        proto = proto == -1 ? 0 : proto;
        Py_BEGIN_ALLOW_THREADS
        s->fd = socket(family, type | SOCK_CLOEXEC, proto);
        Py_END_ALLOW_THREADS
        if (s->fd < 0) {
            sock_error();
            return -1;
        }
    }
    s->family = family;
    s->type = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
    s->proto = proto;
    PyObject *m = PyType_GetModuleByDef(Py_TYPE(op), &sock_module);
    s->timeout = type & SOCK_NONBLOCK ? 0 : m == NULL ? -1 : sock_state_of(m)->default_timeout;
    if (s->timeout >= 0 && set_nonblocking(s->fd, true) < 0) {
        sock_error();
        return -1;
    }
    return 0;
}

static void
sock_finalize(PyObject *op)
{
    struct sock *s = SOCK(op);
    PyObject *exc = PyErr_GetRaisedException();
    if (s->fd != -1) {
        if (PyErr_ResourceWarning(op, 1, "unclosed %R", op) < 0 && PyErr_ExceptionMatches(PyExc_Warning))
            PyErr_WriteUnraisable(op);
        close(s->fd);
        s->fd = -1;
    }
    PyErr_SetRaisedException(exc);
}

static void
sock_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    if (PyObject_CallFinalizerFromDealloc(op) < 0)
        return;
    PyObject_GC_UnTrack(op);
    t->tp_free(op);
    Py_DECREF(t);
}

static int
sock_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static PyObject *
sock_repr(PyObject *op)
{
    struct sock *s = SOCK(op);
    return PyUnicode_FromFormat("<socket object, fd=%ld, family=%d, type=%d, proto=%d>", (long)s->fd, s->family, s->type, s->proto);
}

static PyObject *
sock_close(PyObject *op, PyObject *unused)
{
    int fd = SOCK(op)->fd, r;
    if (fd == -1)
        Py_RETURN_NONE;
    SOCK(op)->fd = -1;
    Py_BEGIN_ALLOW_THREADS
    r = close(fd);
    Py_END_ALLOW_THREADS
    return r < 0 && errno != ECONNRESET ? sock_error() : Py_NewRef(Py_None);
}

static PyObject *
sock_detach(PyObject *op, PyObject *unused)
{
    int fd = SOCK(op)->fd;
    SOCK(op)->fd = -1;
    return PyLong_FromLong(fd);
}

static PyObject *
sock_fileno(PyObject *op, PyObject *unused)
{
    return PyLong_FromLong(SOCK(op)->fd);
}

/* ---- connections ---- */

struct addr_arg { union sock_addr *addr; socklen_t *len; int fd; };

static Py_ssize_t
call_accept(struct sock *s, void *data)
{
    struct addr_arg *a = data;
    return a->fd = accept4(s->fd, &a->addr->sa, a->len, SOCK_CLOEXEC);
}

static PyObject *
sock_accept(PyObject *op, PyObject *unused)
{
    union sock_addr addr;
    socklen_t len = sizeof(addr);
    struct addr_arg a = { &addr, &len, -1 };
    memset(&addr, 0, sizeof(addr));
    if (sock_run(SOCK(op), POLLIN, call_accept, &a, false) < 0)
        return NULL;
    PyObject *where = sock_addr_object(&addr.sa, len, SOCK(op)->proto);
    if (where == NULL) {
        close(a.fd);
        return NULL;
    }
    return Py_BuildValue("iN", a.fd, where);
}

static PyObject *
sock_bind(PyObject *op, PyObject *arg)
{
    union sock_addr addr;
    socklen_t len;
    int r;
    if (!sock_addr_from(SOCK(op), arg, &addr, &len, "bind") || PySys_Audit("socket.bind", "OO", op, arg) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    r = bind(SOCK(op)->fd, &addr.sa, len);
    Py_END_ALLOW_THREADS
    return r < 0 ? sock_error() : Py_NewRef(Py_None);
}

static Py_ssize_t
call_connect_result(struct sock *s, void *data)
{
    int err = 0;
    socklen_t n = sizeof(err);
    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &err, &n) < 0)
        return -1;
    if (err == EISCONN || err == 0)
        return 0;
    errno = err;
    return -1;
}

/* 0, an errno value, or -1 with an exception. */
static int
do_connect(struct sock *s, union sock_addr *addr, socklen_t len, bool raise)
{
    int r;
    Py_BEGIN_ALLOW_THREADS
    r = connect(s->fd, &addr->sa, len);
    Py_END_ALLOW_THREADS
    if (r == 0)
        return 0;
    int err = errno;
    bool wait = err == EINTR ? s->timeout != 0 : s->timeout > 0 && err == EINPROGRESS;
    if (err == EINTR && PyErr_CheckSignals() < 0)
        return -1;
    if (!wait) {
        if (!raise)
            return err;
        errno = err;
        sock_error();
        return -1;
    }
    if (sock_run(s, POLLOUT, call_connect_result, NULL, true) >= 0)
        return 0;
    if (raise || !PyErr_ExceptionMatches(PyExc_OSError))
        return -1;
    PyErr_Clear();
    return errno != 0 ? errno : EWOULDBLOCK;
}

static PyObject *
sock_connect(PyObject *op, PyObject *arg)
{
    union sock_addr addr;
    socklen_t len;
    if (!sock_addr_from(SOCK(op), arg, &addr, &len, "connect") || PySys_Audit("socket.connect", "OO", op, arg) < 0)
        return NULL;
    return do_connect(SOCK(op), &addr, len, true) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
sock_connect_ex(PyObject *op, PyObject *arg)
{
    union sock_addr addr;
    socklen_t len;
    if (!sock_addr_from(SOCK(op), arg, &addr, &len, "connect_ex") || PySys_Audit("socket.connect", "OO", op, arg) < 0)
        return NULL;
    int r = do_connect(SOCK(op), &addr, len, false);
    return r < 0 ? NULL : PyLong_FromLong(r);
}

static PyObject *
sock_listen(PyObject *op, PyObject *args)
{
    int backlog = Py_MIN(SOMAXCONN, 128), r;
    if (!PyArg_ParseTuple(args, "|i:listen", &backlog))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    r = listen(SOCK(op)->fd, backlog < 0 ? 0 : backlog);
    Py_END_ALLOW_THREADS
    return r < 0 ? sock_error() : Py_NewRef(Py_None);
}

static PyObject *
own_name(PyObject *op, int (*get)(int, struct sockaddr *, socklen_t *))
{
    union sock_addr addr;
    socklen_t len = sizeof(addr);
    memset(&addr, 0, sizeof(addr));
    return get(SOCK(op)->fd, &addr.sa, &len) < 0 ? sock_error() : sock_addr_object(&addr.sa, len, SOCK(op)->proto);
}

static PyObject *sock_getsockname(PyObject *op, PyObject *unused) { return own_name(op, getsockname); }
static PyObject *sock_getpeername(PyObject *op, PyObject *unused) { return own_name(op, getpeername); }

static PyObject *
sock_shutdown(PyObject *op, PyObject *arg)
{
    int how = PyLong_AsInt(arg), r;
    if (how == -1 && PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    r = shutdown(SOCK(op)->fd, how);
    Py_END_ALLOW_THREADS
    return r < 0 ? sock_error() : Py_NewRef(Py_None);
}

/* ---- options ---- */

static PyObject *
sock_setsockopt(PyObject *op, PyObject *args)
{
    int level, name, value, r;
    unsigned int optlen;
    PyObject *none;
    Py_buffer buf;
    int fd = SOCK(op)->fd;
    uint64_t wide;
    if (SOCK(op)->family == AF_VSOCK) {          /* its numbers have 64 bits */
        if (!PyArg_ParseTuple(args, "iiK:setsockopt", &level, &name, &wide))
            return NULL;
        r = setsockopt(fd, level, name, &wide, sizeof(wide));
    } else if (PyArg_ParseTuple(args, "iii:setsockopt", &level, &name, &value))
        r = setsockopt(fd, level, name, &value, sizeof(value));
    else {
        PyErr_Clear();
        if (PyArg_ParseTuple(args, "iiO!I:setsockopt", &level, &name, Py_TYPE(Py_None), &none, &optlen))
            r = setsockopt(fd, level, name, NULL, optlen);
        else {
            PyErr_Clear();
            if (!PyArg_ParseTuple(args, "iiy*:setsockopt", &level, &name, &buf))
                return NULL;
            r = setsockopt(fd, level, name, buf.buf, (socklen_t)buf.len);
            PyBuffer_Release(&buf);
        }
    }
    return r < 0 ? sock_error() : Py_NewRef(Py_None);
}

static PyObject *
sock_getsockopt(PyObject *op, PyObject *args)
{
    int level, name, value = 0;
    Py_ssize_t size = 0;
    if (!PyArg_ParseTuple(args, "ii|n:getsockopt", &level, &name, &size))
        return NULL;
    if (size == 0 && SOCK(op)->family == AF_VSOCK) {
        uint64_t wide = 0;
        socklen_t n = sizeof(wide);
        return getsockopt(SOCK(op)->fd, level, name, &wide, &n) < 0 ? sock_error() : PyLong_FromUnsignedLongLong(wide);
    }
    if (size == 0) {
        socklen_t n = sizeof(value);
        return getsockopt(SOCK(op)->fd, level, name, &value, &n) < 0 ? sock_error() : PyLong_FromLong(value);
    }
    if (SOCK(op)->family == AF_VSOCK) {
        PyErr_SetString(PyExc_OSError, "getsockopt string buffer not allowed");
        return NULL;
    }
    if (size < 0 || size > 1024) {
        PyErr_SetString(PyExc_OSError, "getsockopt buflen out of range");
        return NULL;
    }
    char buf[1024];
    socklen_t n = (socklen_t)size;
    return getsockopt(SOCK(op)->fd, level, name, buf, &n) < 0 ? sock_error() : PyBytes_FromStringAndSize(buf, (Py_ssize_t)n);
}

/* ---- data ---- */

struct io { void *buf; size_t len; int flags; union sock_addr *addr; socklen_t *addrlen; };

static Py_ssize_t
call_recv(struct sock *s, void *data)
{
    struct io *io = data;
    return recvfrom(s->fd, io->buf, io->len, io->flags, io->addr == NULL ? NULL : &io->addr->sa, io->addrlen);
}

static Py_ssize_t
call_send(struct sock *s, void *data)
{
    struct io *io = data;
    return io->addr == NULL ? send(s->fd, io->buf, io->len, io->flags) : sendto(s->fd, io->buf, io->len, io->flags, &io->addr->sa, *io->addrlen);
}

static PyObject *
recv_bytes(PyObject *op, Py_ssize_t size, int flags, union sock_addr *addr, socklen_t *addrlen)
{
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, addr == NULL ? "negative buffersize in recv" : "negative buffersize in recvfrom");
        return NULL;
    }
    PyObject *b = PyBytes_FromStringAndSize(NULL, size);
    if (b == NULL)
        return NULL;
    struct io io = { PyBytes_AS_STRING(b), (size_t)size, flags, addr, addrlen };
    Py_ssize_t n = sock_run(SOCK(op), POLLIN, call_recv, &io, false);
    if (n < 0) {
        Py_DECREF(b);
        return NULL;
    }
    if (n != size)
        _PyBytes_Resize(&b, n);
    return b;
}

static PyObject *
sock_recv(PyObject *op, PyObject *args)
{
    Py_ssize_t size;
    int flags = 0;
    return PyArg_ParseTuple(args, "n|i:recv", &size, &flags) ? recv_bytes(op, size, flags, NULL, NULL) : NULL;
}

static PyObject *
sock_recvfrom(PyObject *op, PyObject *args)
{
    Py_ssize_t size;
    int flags = 0;
    union sock_addr addr;
    socklen_t len = sizeof(addr);
    memset(&addr, 0, sizeof(addr));
    if (!PyArg_ParseTuple(args, "n|i:recvfrom", &size, &flags))
        return NULL;
    PyObject *b = recv_bytes(op, size, flags, &addr, &len);
    return b == NULL ? NULL : Py_BuildValue("NN", b, sock_addr_object(&addr.sa, len, SOCK(op)->proto));
}

static Py_ssize_t
recv_into(PyObject *op, Py_buffer *buf, Py_ssize_t size, int flags, union sock_addr *addr, socklen_t *addrlen)
{
    if (size < 0 || size > buf->len) {
        PyErr_SetString(PyExc_ValueError, size < 0 ? "negative buffersize in recv_into" : "buffer too small for requested bytes");
        return -1;
    }
    struct io io = { buf->buf, (size_t)(size == 0 ? buf->len : size), flags, addr, addrlen };
    return sock_run(SOCK(op), POLLIN, call_recv, &io, false);
}

static PyObject *
sock_recv_into(PyObject *op, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "buffer", "nbytes", "flags", NULL };
    Py_buffer buf;
    Py_ssize_t size = 0;
    int flags = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "w*|ni:recv_into", kwlist, &buf, &size, &flags))
        return NULL;
    Py_ssize_t n = recv_into(op, &buf, size, flags, NULL, NULL);
    PyBuffer_Release(&buf);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
sock_recvfrom_into(PyObject *op, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "buffer", "nbytes", "flags", NULL };
    Py_buffer buf;
    Py_ssize_t size = 0;
    int flags = 0;
    union sock_addr addr;
    socklen_t len = sizeof(addr);
    memset(&addr, 0, sizeof(addr));
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "w*|ni:recvfrom_into", kwlist, &buf, &size, &flags))
        return NULL;
    Py_ssize_t n = recv_into(op, &buf, size, flags, &addr, &len);
    PyBuffer_Release(&buf);
    return n < 0 ? NULL : Py_BuildValue("nN", n, sock_addr_object(&addr.sa, len, SOCK(op)->proto));
}

static PyObject *
sock_send(PyObject *op, PyObject *args)
{
    Py_buffer buf;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "y*|i:send", &buf, &flags))
        return NULL;
    struct io io = { buf.buf, (size_t)buf.len, flags, NULL, NULL };
    Py_ssize_t n = sock_run(SOCK(op), POLLOUT, call_send, &io, false);
    PyBuffer_Release(&buf);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
sock_sendall(PyObject *op, PyObject *args)
{
    Py_buffer buf;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "y*|i:sendall", &buf, &flags))
        return NULL;
    struct io io = { buf.buf, (size_t)buf.len, flags, NULL, NULL };
    Py_ssize_t n = 0;
    do {
        n = sock_run(SOCK(op), POLLOUT, call_send, &io, false);
        if (n > 0) {
            io.buf = (char *)io.buf + n;
            io.len -= (size_t)n;
        }
    } while (n >= 0 && io.len > 0 && (n = PyErr_CheckSignals()) == 0);
    PyBuffer_Release(&buf);
    return n < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
sock_sendto(PyObject *op, PyObject *args)
{
    Py_buffer buf;
    int flags = 0;
    PyObject *where;
    union sock_addr addr;
    socklen_t len;
    if (PyTuple_GET_SIZE(args) == 2 ? !PyArg_ParseTuple(args, "y*O:sendto", &buf, &where) : !PyArg_ParseTuple(args, "y*iO:sendto", &buf, &flags, &where))
        return NULL;
    Py_ssize_t n = -1;
    if (sock_addr_from(SOCK(op), where, &addr, &len, "sendto") && PySys_Audit("socket.sendto", "OO", op, where) == 0) {
        struct io io = { buf.buf, (size_t)buf.len, flags, &addr, &len };
        n = sock_run(SOCK(op), POLLOUT, call_send, &io, false);
    }
    PyBuffer_Release(&buf);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

/* ---- the type ---- */

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS

static PyMethodDef methods[] = {
    { "_accept", sock_accept, METH_NOARGS, PyDoc_STR("_accept() -> (integer, address info)\n\nWait for a connection.") },
    { "bind", sock_bind, METH_O, PyDoc_STR("bind(address)\n\nBind to a local address.") },
    { "close", sock_close, METH_NOARGS, PyDoc_STR("close()\n\nClose the socket.") },
    { "connect", sock_connect, METH_O, PyDoc_STR("connect(address)\n\nConnect to an address.") },
    { "connect_ex", sock_connect_ex, METH_O, PyDoc_STR("connect_ex(address) -> errno\n\nLike connect(), but with an error number.") },
    { "detach", sock_detach, METH_NOARGS, PyDoc_STR("detach()\n\nClose the object but not the descriptor.") },
    { "fileno", sock_fileno, METH_NOARGS, PyDoc_STR("fileno() -> integer\n\nThe descriptor.") },
    { "getpeername", sock_getpeername, METH_NOARGS, PyDoc_STR("getpeername() -> address info\n\nAddress of the other end.") },
    { "getsockname", sock_getsockname, METH_NOARGS, PyDoc_STR("getsockname() -> address info\n\nAddress of this end.") },
    { "getsockopt", sock_getsockopt, METH_VARARGS, PyDoc_STR("getsockopt(level, option[, buffersize]) -> value\n\nValue of an option.") },
    { "listen", sock_listen, METH_VARARGS, PyDoc_STR("listen([backlog])\n\nAccept connections.") },
    { "recv", sock_recv, METH_VARARGS, PyDoc_STR("recv(buffersize[, flags]) -> data\n\nReceive bytes.") },
    { "recv_into", KW(sock_recv_into), PyDoc_STR("recv_into(buffer, [nbytes[, flags]]) -> nbytes_read\n\nReceive into a buffer.") },
    { "recvfrom", sock_recvfrom, METH_VARARGS, PyDoc_STR("recvfrom(buffersize[, flags]) -> (data, address info)\n\nReceive bytes and their sender.") },
    { "recvfrom_into", KW(sock_recvfrom_into), PyDoc_STR("recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)\n\nReceive into a buffer; with the sender.") },
    { "recvmsg", sock_recvmsg, METH_VARARGS, PyDoc_STR("recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)\n\nReceive bytes and ancillary data.") },
    { "recvmsg_into", sock_recvmsg_into, METH_VARARGS, PyDoc_STR("recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)\n\nReceive into buffers; with ancillary data.") },
    { "send", sock_send, METH_VARARGS, PyDoc_STR("send(data[, flags]) -> count\n\nSend bytes; the number sent.") },
    { "sendall", sock_sendall, METH_VARARGS, PyDoc_STR("sendall(data[, flags])\n\nSend all bytes.") },
    { "sendmsg", sock_sendmsg, METH_VARARGS, PyDoc_STR("sendmsg(buffers[, ancdata[, flags[, address]]]) -> count\n\nSend buffers and ancillary data.") },
    { "sendmsg_afalg", _PyCFunction_CAST(sock_sendmsg_afalg), METH_VARARGS | METH_KEYWORDS, PyDoc_STR("sendmsg_afalg([msg], *, op[, iv[, assoclen[, flags=MSG_MORE]]])\n\nSet parameters of a kernel crypto operation, and send data.") },
    { "sendto", sock_sendto, METH_VARARGS, PyDoc_STR("sendto(data[, flags], address) -> count\n\nSend bytes to an address.") },
    { "setblocking", sock_setblocking, METH_O, PyDoc_STR("setblocking(flag)\n\nMake the socket block or not.") },
    { "getblocking", sock_getblocking, METH_NOARGS, PyDoc_STR("getblocking()\n\nDoes the socket block?") },
    { "settimeout", sock_settimeout, METH_O, PyDoc_STR("settimeout(timeout)\n\nSet a timeout in seconds, or None.") },
    { "gettimeout", sock_gettimeout, METH_NOARGS, PyDoc_STR("gettimeout() -> timeout\n\nThe timeout in seconds, or None.") },
    { "setsockopt", sock_setsockopt, METH_VARARGS, PyDoc_STR("setsockopt(level, option, value: int)\nsetsockopt(level, option, value: buffer)\nsetsockopt(level, option, None, optlen: int)\n\nSet an option.") },
    { "shutdown", sock_shutdown, METH_O, PyDoc_STR("shutdown(flag)\n\nShut down one or both directions.") },
    { NULL },
};

static PyMemberDef members[] = {
    { "family", Py_T_INT, offsetof(struct sock, family), Py_READONLY, "the socket family" },
    { "type", Py_T_INT, offsetof(struct sock, type), Py_READONLY, "the socket type" },
    { "proto", Py_T_INT, offsetof(struct sock, proto), Py_READONLY, "the socket protocol" },
    { NULL },
};

static PyObject *
get_timeout(PyObject *op, void *unused)
{
    return sock_gettimeout(op, NULL);
}

static PyGetSetDef getset[] = { { "timeout", get_timeout, NULL, PyDoc_STR("the socket timeout"), NULL }, { NULL } };

static PyType_Slot slots[] = {
    { Py_tp_dealloc, sock_dealloc }, { Py_tp_traverse, sock_traverse }, { Py_tp_repr, sock_repr }, { Py_tp_methods, methods }, { Py_tp_members, members },
    { Py_tp_getset, getset }, { Py_tp_init, sock_init }, { Py_tp_new, sock_new }, { Py_tp_finalize, sock_finalize },
    { Py_tp_doc, "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\nsocket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\nAn end of a connection." },
    { 0, NULL },
};
PyType_Spec sock_spec = { "_socket.socket", sizeof(struct sock), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, slots };
