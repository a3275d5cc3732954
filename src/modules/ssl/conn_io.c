/* modules/ssl/conn_io.c: _SSLSocket: handshake, reading, writing, shutdown.
 *
 * Each is a step of the library that may not get through: it wants to read or to write first. run() waits for that, as the
 * timeout of the socket says, and tries again. Over memory streams, and on sockets that do not block, it ends there. */
#include "modules/socket/sock.h"
#include "modules/ssl/ssl.h"

#include <poll.h>

#define CONN(op) ((struct ssl_conn *)(op))
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define HERE(text) "_ssl.c:" TEXT(__LINE__) ": " text     /* as every SSLError ends */

typedef int (*step_function)(SSL *ssl, void *arg);

/* ---- one step ---- */

/* Without the GIL, with the connection's lock. */
static void
step(struct ssl_conn *c, PyThreadState *ts, step_function f, void *arg, struct ssl_outcome *r)
{
    ossl.ERR_clear_error();
    c->in_step = true;
    c->ts = ts;
    errno = 0;
    r->ret = f(c->ssl, arg);
    r->sys = errno;
    r->error = r->ret > 0 ? SSL_ERROR_NONE : ossl.SSL_get_error(c->ssl, r->ret);
    r->queued = r->ret > 0 ? 0 : ossl.ERR_peek_last_error();
    if (r->queued != 0)
        ossl.ERR_clear_error();
    c->ts = NULL;
    c->in_step = false;
}

/* ---- waiting ---- */

enum wait { WAIT_READY, WAIT_NO_USE, WAIT_TIME_IS_UP, WAIT_CLOSED, WAIT_INTERRUPTED };

struct wait_plan { struct sock *sock; PyTime_t timeout, deadline; };     /* sock: NULL over memory streams */

static PyTime_t
now(void)
{
    PyTime_t t;
    (void)PyTime_MonotonicRaw(&t);
    return t;
}

/* The socket as a new reference, in plan->sock. 0, or -1 with SSLError if it is gone. */
static int
plan_start(struct ssl_conn *c, struct wait_plan *plan)
{
    PyObject *s = NULL;
    *plan = (struct wait_plan){ NULL, 0, 0 };
    if (c->socket == NULL)
        return 0;
    if (PyWeakref_GetRef(c->socket, &s) < 0)
        return -1;
    if (s == NULL) {
        (void)!SSL_RAISE(c->st, "Underlying socket connection gone");
        return -1;
    }
    plan->sock = (struct sock *)s;
    plan->timeout = plan->sock->timeout;
    plan->deadline = plan->timeout > 0 ? now() + plan->timeout : 0;
    return 0;
}

/* Another thread may close the socket meanwhile. */
static int
descriptor(const struct wait_plan *plan)
{
    return __atomic_load_n(&plan->sock->fd, __ATOMIC_RELAXED);
}

/* Until the socket is ready for what the step wants; without GIL and lock. */
static enum wait
plan_wait(const struct wait_plan *plan, const struct ssl_outcome *r)
{
    if (plan->timeout == 0 || (plan->timeout < 0 && r->sys == ENOTCONN))
        return WAIT_NO_USE;
    PyTime_t left = plan->timeout < 0 ? -1 : plan->deadline - now();
    if (plan->timeout > 0 && left <= 0)
        return WAIT_TIME_IS_UP;
    int fd = descriptor(plan);
    if (fd < 0)
        return WAIT_CLOSED;
    PyTime_t ms = left < 0 ? -1 : (left + 999999) / 1000000;
    struct pollfd p = { fd, r->error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, 0 };
    int n = poll(&p, 1, ms > INT_MAX ? INT_MAX : (int)ms);
    return n > 0 ? WAIT_READY : WAIT_INTERRUPTED;
}

static bool
wants_wait(const struct ssl_outcome *r)
{
    return r->ret <= 0 && (r->error == SSL_ERROR_WANT_READ || r->error == SSL_ERROR_WANT_WRITE);
}

/* Takes a step again and again; without the GIL. The lock is taken at the start, and not at the end. WAIT_NO_USE: *r counts. */
static enum wait
steps(struct ssl_conn *c, PyThreadState *ts, const struct wait_plan *plan, step_function f, void *arg, struct ssl_outcome *r)
{
    for (;;) {
        if (plan->sock != NULL && descriptor(plan) < 0)
            ssl_bio_forget_socket(ossl.SSL_get_rbio(c->ssl));
        step(c, ts, f, arg, r);
        pthread_mutex_unlock(&c->lock);
        enum wait w = wants_wait(r) ? plan_wait(plan, r) : WAIT_NO_USE;
        if (w != WAIT_READY)
            return w;
        pthread_mutex_lock(&c->lock);
    }
}

struct data { void *bytes; size_t size, done; bool at_end; };

static int
write_step(SSL *ssl, void *arg)
{
    struct data *d = arg;
    return ossl.SSL_write_ex(ssl, d->bytes, d->size, &d->done);
}

/* Messages of one operation: time is up, the socket was closed. */
struct texts { const char *late, *late_writing, *closed; };

/* Takes a step until it is done or waiting is no use: 0 with *r, or -1 with an exception. */
static int
run(struct ssl_conn *c, const struct wait_plan *plan, step_function f, void *arg, const struct texts *texts, struct ssl_outcome *r)
{
    enum wait w = f == write_step && plan->timeout > 0 && descriptor(plan) < 0 ? WAIT_CLOSED : WAIT_INTERRUPTED;
    while (w == WAIT_INTERRUPTED) {
        mutex_lock(&c->lock);
        if (c->in_step) {
            pthread_mutex_unlock(&c->lock);
            PyErr_SetString(PyExc_RuntimeError, "reentrant call inside a callback of the connection");
            return -1;
        }
        PyThreadState *ts = PyEval_SaveThread();
        w = steps(c, ts, plan, f, arg, r);
        PyEval_RestoreThread(ts);
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
    if (w == WAIT_TIME_IS_UP)
        PyErr_SetString(PyExc_TimeoutError, r->error == SSL_ERROR_WANT_WRITE ? texts->late_writing : texts->late);
    else if (w == WAIT_CLOSED)
        PyErr_SetString(c->st->error, texts->closed);
    return w == WAIT_NO_USE ? 0 : -1;
}

/* ---- handshake ---- */

static int
handshake_step(SSL *ssl, void *arg)
{
    return ossl.SSL_do_handshake(ssl);
}

PyObject *
conn_do_handshake(PyObject *self, PyObject *unused)
{
    static const struct texts texts = { HERE("The handshake operation timed out"), HERE("The handshake operation timed out"), HERE("Underlying socket has been closed.") };
    struct ssl_conn *c = CONN(self);
    struct wait_plan plan;
    struct ssl_outcome r;
    if (plan_start(c, &plan) < 0)
        return NULL;
    int done = run(c, &plan, handshake_step, NULL, &texts, &r);
    Py_XDECREF(plan.sock);
    if (done < 0)
        return (void)ssl_raise_pending(c), NULL;
    if (r.ret < 1)
        return ssl_raise_outcome(c, &r, __LINE__);
    return ssl_raise_pending(c) < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- writing ---- */

PyObject *
conn_write(PyObject *self, PyObject *arg)
{
    static const struct texts texts = { "The write operation timed out", "The write operation timed out", "Underlying socket has been closed." };
    struct ssl_conn *c = CONN(self);
    struct wait_plan plan;
    struct ssl_outcome r;
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (plan_start(c, &plan) < 0) {
        PyBuffer_Release(&view);
        return NULL;
    }
    struct data d = { view.buf, view.len, 0, false };
    mutex_lock(&c->write_turn);
    int done = run(c, &plan, write_step, &d, &texts, &r);
    pthread_mutex_unlock(&c->write_turn);
    Py_XDECREF(plan.sock);
    PyBuffer_Release(&view);
    if (done < 0)
        return (void)ssl_raise_pending(c), NULL;
    if (r.ret == 0)
        return ssl_raise_outcome(c, &r, __LINE__);
    return ssl_raise_pending(c) < 0 ? NULL : PyLong_FromSize_t(d.done);
}

/* ---- reading ---- */

/* The other side's end of TLS is the end of the data, not an error. */
static int
read_step(SSL *ssl, void *arg)
{
    struct data *d = arg;
    int ret = ossl.SSL_read_ex(ssl, d->bytes, d->size, &d->done);
    d->at_end = ret == 0 && ossl.SSL_get_shutdown(ssl) == SSL_RECEIVED_SHUTDOWN;
    return ret;
}

/* Number of bytes, or -1 with an exception. */
static Py_ssize_t
read_into(struct ssl_conn *c, void *bytes, size_t size)
{
    static const struct texts texts = { "The read operation timed out", "The read operation timed out", "Underlying socket has been closed." };
    struct wait_plan plan;
    struct ssl_outcome r;
    if (plan_start(c, &plan) < 0)
        return -1;
    struct data d = { bytes, size, 0, false };
    int done = run(c, &plan, read_step, &d, &texts, &r);
    Py_XDECREF(plan.sock);
    if (done < 0)
        return (void)ssl_raise_pending(c), -1;
    if (r.ret == 0 && r.error == SSL_ERROR_ZERO_RETURN && d.at_end)
        d.done = 0;
    else if (r.ret == 0)
        return (void)!ssl_raise_outcome(c, &r, __LINE__), -1;
    return ssl_raise_pending(c) < 0 ? -1 : (Py_ssize_t)d.done;
}

static OWNED PyObject *
read_bytes(struct ssl_conn *c, Py_ssize_t size)
{
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "size should not be negative");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes == NULL || size == 0)
        return bytes;
    Py_ssize_t n = read_into(c, PyBytes_AS_STRING(bytes), size);
    if (n < 0)
        Py_CLEAR(bytes);
    else
        _PyBytes_Resize(&bytes, n);
    return bytes;
}

PyObject *
conn_read(PyObject *self, PyObject *args)
{
    Py_ssize_t size, n = 0;
    Py_buffer view;
    switch (PyTuple_GET_SIZE(args)) {
    case 1:
        return PyArg_ParseTuple(args, "n:read", &size) ? read_bytes(CONN(self), size) : NULL;
    case 2:
        break;
    default:
        PyErr_SetString(PyExc_TypeError, "_ssl._SSLSocket.read requires 1 to 2 arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "nw*:read", &size, &view))
        return NULL;
    if (view.len > 0)
        n = read_into(CONN(self), view.buf, size <= 0 || size > view.len ? view.len : size);
    PyBuffer_Release(&view);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

PyObject *
conn_pending(PyObject *self, PyObject *unused)
{
    struct ssl_conn *c = CONN(self);
    mutex_lock(&c->lock);
    int n = ossl.SSL_pending(c->ssl);
    pthread_mutex_unlock(&c->lock);
    return PyLong_FromLong(n);
}

/* ---- shutdown ---- */

struct shutdown_state { bool sent_before; int rounds; };

/* The first call sends our end and says 0, a second one waits for the other side's; further ones bring nothing new. */
static int
shutdown_step(SSL *ssl, void *arg)
{
    struct shutdown_state *s = arg;
    for (;;) {
        if (s->sent_before)     /* what follows the other side's end in the stream is not ours to read */
            ossl.SSL_set_read_ahead(ssl, 0);
        int ret = ossl.SSL_shutdown(ssl);
        if (ret != 0)
            return ret;
        if (++s->rounds > 1)
            return 1;
        s->sent_before = true;
    }
}

PyObject *
conn_shutdown(PyObject *self, PyObject *unused)
{
    static const struct texts texts = { "The read operation timed out", "The write operation timed out", "Underlying socket has been closed." };
    struct ssl_conn *c = CONN(self);
    struct wait_plan plan;
    struct ssl_outcome r;
    struct shutdown_state state = { c->shutdown_sent, 0 };
    if (plan_start(c, &plan) < 0)
        return NULL;
    int done = run(c, &plan, shutdown_step, &state, &texts, &r);
    c->shutdown_sent = c->shutdown_sent || state.sent_before;
    if (done == 0 && r.ret > 0 && ssl_raise_pending(c) == 0)
        return plan.sock == NULL ? Py_NewRef(Py_None) : (PyObject *)plan.sock;
    Py_XDECREF(plan.sock);
    if (done < 0)
        return (void)ssl_raise_pending(c), NULL;
    return r.ret > 0 ? NULL : ssl_raise_outcome(c, &r, __LINE__);
}
