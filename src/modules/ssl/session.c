/* modules/ssl/session.c: SSLSession, and the session of a connection. A session keeps its context: it is of use there only. */
#include "modules/ssl/ssl.h"

#define SESSION(op) ((struct ssl_session *)(op))
#define CONN(op) ((struct ssl_conn *)(op))

/* ---- of a connection ---- */

PyObject *
conn_get_session(PyObject *self, void *unused)
{
    struct ssl_conn *c = CONN(self);
    mutex_lock(&c->lock);
    SSL_SESSION *session = ossl.SSL_get1_session(c->ssl);
    pthread_mutex_unlock(&c->lock);
    if (session == NULL)
        Py_RETURN_NONE;
    struct ssl_session *s = SESSION(c->st->session_type->tp_alloc(c->st->session_type, 0));
    if (s == NULL) {
        ossl.SSL_SESSION_free(session);
        return NULL;
    }
    s->session = session;
    s->context = (struct ssl_context *)Py_NewRef(c->context);
    return (PyObject *)s;
}

int
conn_set_session(PyObject *self, PyObject *value, void *unused)
{
    struct ssl_conn *c = CONN(self);
    if (ssl_no_delete(value) < 0)
        return -1;
    if (!Py_IS_TYPE(value, c->st->session_type)) {
        PyErr_SetString(PyExc_TypeError, "Value is not a SSLSession.");
        return -1;
    }
    if (SESSION(value)->context->ctx != c->context->ctx) {
        PyErr_SetString(PyExc_ValueError, "Session refers to a different SSLContext.");
        return -1;
    }
    if (c->server_side) {
        PyErr_SetString(PyExc_ValueError, "Cannot set session for server-side SSLSocket.");
        return -1;
    }
    mutex_lock(&c->lock);
    int r = -1;
    if (ossl.SSL_is_init_finished(c->ssl))
        PyErr_SetString(PyExc_ValueError, "Cannot set session after handshake.");
    else if (ossl.SSL_set_session(c->ssl, SESSION(value)->session) == 0)
        (void)!SSL_RAISE(c->st, NULL);
    else
        r = 0;
    pthread_mutex_unlock(&c->lock);
    return r;
}

PyObject *
conn_get_session_reused(PyObject *self, void *unused)
{
    struct ssl_conn *c = CONN(self);
    mutex_lock(&c->lock);
    int yes = ossl.SSL_session_reused(c->ssl);
    pthread_mutex_unlock(&c->lock);
    return PyBool_FromLong(yes);
}

/* ---- the type ---- */

static int
session_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(SESSION(self)->context);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int
session_clear(PyObject *self)
{
    Py_CLEAR(SESSION(self)->context);
    return 0;
}

static void
session_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    session_clear(self);
    ossl.SSL_SESSION_free(SESSION(self)->session);
    type->tp_free(self);
    Py_DECREF(type);
}

/* Sessions are equal when their identifiers are. */
static PyObject *
session_compare(PyObject *self, PyObject *other, int op)
{
    if (Py_TYPE(self) != Py_TYPE(other) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    unsigned int n, m;
    const unsigned char *a = ossl.SSL_SESSION_get_id(SESSION(self)->session, &n), *b = ossl.SSL_SESSION_get_id(SESSION(other)->session, &m);
    bool same = self == other || (n == m && memcmp(a, b, n) == 0);
    return PyBool_FromLong(same == (op == Py_EQ));
}

static PyObject *
get_id(PyObject *self, void *unused)
{
    unsigned int n;
    const unsigned char *id = ossl.SSL_SESSION_get_id(SESSION(self)->session, &n);
    return PyBytes_FromStringAndSize((const char *)id, n);
}

static PyObject *
get_time(PyObject *self, void *unused)
{
    return PyLong_FromLong(ossl.SSL_SESSION_get_time(SESSION(self)->session));
}

static PyObject *
get_timeout(PyObject *self, void *unused)
{
    return PyLong_FromLong(ossl.SSL_SESSION_get_timeout(SESSION(self)->session));
}

static PyObject *
get_ticket_lifetime_hint(PyObject *self, void *unused)
{
    return PyLong_FromUnsignedLong(ossl.SSL_SESSION_get_ticket_lifetime_hint(SESSION(self)->session));
}

static PyObject *
get_has_ticket(PyObject *self, void *unused)
{
    return PyBool_FromLong(ossl.SSL_SESSION_has_ticket(SESSION(self)->session));
}

static PyGetSetDef session_getset[] = {
    { "has_ticket", get_has_ticket, NULL, "Whether the session comes with a ticket.", NULL },
    { "id", get_id, NULL, "The identifier, as bytes.", NULL },
    { "ticket_lifetime_hint", get_ticket_lifetime_hint, NULL, "How long the ticket should be good for, in seconds.", NULL },
    { "time", get_time, NULL, "When the session began, in seconds since 1970.", NULL },
    { "timeout", get_timeout, NULL, "How long the session is good for, in seconds.", NULL },
    { NULL },
};

static PyType_Slot session_slots[] = {
    { Py_tp_dealloc, session_dealloc },
    { Py_tp_traverse, session_traverse },
    { Py_tp_clear, session_clear },
    { Py_tp_richcompare, session_compare },
    { Py_tp_getset, session_getset },
    { 0, NULL },
};

PyType_Spec ssl_session_spec = {
    .name = "_ssl.SSLSession",
    .basicsize = sizeof(struct ssl_session),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = session_slots,
};
