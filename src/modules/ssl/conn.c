/* modules/ssl/conn.c: _SSLSocket: making a connection, its attributes. */
#include "modules/socket/sock.h"
#include "modules/ssl/ssl.h"

PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

#define CONN(op) ((struct ssl_conn *)(op))
#define CONTEXT(op) ((struct ssl_context *)(op))

/* What the two ways to make a connection have in common. */
struct wrap_args { PyObject *socket, *hostname, *owner, *session; struct ssl_bio *in, *out; bool server_side; };

/* ---- host names ---- */

/* The text of a host name that is ASCII without zeros. NULL with an exception. */
static const char *
host_text(PyObject *name)
{
    Py_ssize_t n;
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "argument must be str, not %.50s", Py_TYPE(name)->tp_name);
        return NULL;
    }
    if (!PyUnicode_IS_ASCII(name)) {
        PyObject *bytes = PyUnicode_AsASCIIString(name);        /* raises */
        Py_XDECREF(bytes);
        return NULL;
    }
    const char *s = PyUnicode_AsUTF8AndSize(name, &n);
    if (s != NULL && strlen(s) != (size_t)n) {
        PyErr_SetString(PyExc_TypeError, "argument must be encoded string without null bytes, not str");
        return NULL;
    }
    return s;
}

/* The name or address to ask for and to find in the certificate. 0 or -1. */
static int
set_hostname(struct ssl_conn *c, const char *host)
{
    size_t n = strlen(host);
    if (n == 0 || host[0] == '.') {
        PyErr_SetString(PyExc_ValueError, "server_hostname cannot be an empty string or start with a leading dot.");
        return -1;
    }
    if ((c->hostname = PyUnicode_FromString(host)) == NULL)
        return -1;
    ASN1_OCTET_STRING *ip = ossl.a2i_IPADDRESS(host);
    ossl.ERR_clear_error();
    bool ok = ip != NULL || ossl.SSL_ctrl(c->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)host);
    if (ok && c->context->check_hostname) {
        X509_VERIFY_PARAM *params = ossl.SSL_get0_param(c->ssl);
        ok = ip == NULL ? ossl.X509_VERIFY_PARAM_set1_host(params, host, n)
                        : ossl.X509_VERIFY_PARAM_set1_ip(params, ossl.ASN1_STRING_get0_data(ip), ossl.ASN1_STRING_length(ip));
    }
    if (!ok)
        (void)!SSL_RAISE(c->st, NULL);
    ossl.ASN1_OCTET_STRING_free(ip);
    return ok ? 0 : -1;
}

/* ---- making one ---- */

/* A connection without anything below it. NULL with an exception. */
static struct ssl_conn *
conn_alloc(struct ssl_context *context, bool server_side)
{
    mutex_lock(&context->lock);
    ossl.ERR_clear_error();
    SSL *ssl = ossl.SSL_new(context->ctx);
    pthread_mutex_unlock(&context->lock);
    if (ssl == NULL) {
        (void)!SSL_RAISE(context->st, NULL);
        return NULL;
    }
    struct ssl_conn *c = CONN(context->st->conn_type->tp_alloc(context->st->conn_type, 0));
    if (c == NULL) {
        ossl.SSL_free(ssl);
        return NULL;
    }
    c->ssl = ssl;
    c->st = context->st;
    c->context = CONTEXT(Py_NewRef(context));
    c->first_context = CONTEXT(Py_NewRef(context));
    c->server_side = server_side;
    mutex_init(&c->lock);
    mutex_init(&c->write_turn);
    ossl.SSL_set_ex_data(ssl, 0, c);
    return c;
}

/* Certificates that are asked for after the handshake. A server asks only with SSL_VERIFY_PEER. */
static void
set_post_handshake(struct ssl_conn *c)
{
    if (!c->context->post_handshake_auth)
        return;
    int mode = ossl.SSL_get_verify_mode(c->ssl);
    if (!c->server_side)
        ossl.SSL_set_post_handshake_auth(c->ssl, 1);
    else if (mode & SSL_VERIFY_PEER)
        ossl.SSL_set_verify(c->ssl, mode | SSL_VERIFY_POST_HANDSHAKE, NULL);
}

/* 0 or -1 */
static int
set_streams(struct ssl_conn *c, const struct wrap_args *w)
{
    BIO *in, *out;
    if (w->socket == NULL) {
        in = w->in->bio;
        out = w->out->bio;
        ossl.BIO_up_ref(in);
        ossl.BIO_up_ref(out);
    } else {
        if ((c->socket = PyWeakref_NewRef(w->socket, NULL)) == NULL || (in = ssl_bio_for_socket(((struct sock *)w->socket)->fd)) == NULL)
            return -1;
        out = in;
    }
    ossl.SSL_set_bio(c->ssl, in, out);
    return 0;
}

static int
set_owner(struct ssl_conn *c, PyObject *owner)
{
    PyObject *ref = PyWeakref_NewRef(owner, NULL);
    if (ref == NULL)
        return -1;
    Py_XSETREF(c->owner, ref);
    return 0;
}

static OWNED PyObject *
wrap(struct ssl_context *context, const struct wrap_args *w, const char *host)
{
    static const unsigned char id_context[] = "Python";
    if (w->server_side && context->protocol == PROTOCOL_CLIENT)
        return SSL_RAISE(context->st, "Cannot create a server socket with a PROTOCOL_TLS_CLIENT context");
    if (!w->server_side && context->protocol == PROTOCOL_SERVER)
        return SSL_RAISE(context->st, "Cannot create a client socket with a PROTOCOL_TLS_SERVER context");
    struct ssl_conn *c = conn_alloc(context, w->server_side);
    if (c == NULL)
        return NULL;
    if (w->server_side)
        ossl.SSL_set_session_id_context(c->ssl, id_context, sizeof(id_context));
    ossl.SSL_ctrl(c->ssl, SSL_CTRL_MODE, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY, NULL);
    set_post_handshake(c);
    bool ok = set_streams(c, w) == 0 && (host == NULL || set_hostname(c, host) == 0);
    if (ok) {
        if (w->server_side)
            ossl.SSL_set_accept_state(c->ssl);
        else
            ossl.SSL_set_connect_state(c->ssl);
    }
    ok = ok && (w->owner == NULL || w->owner == Py_None || set_owner(c, w->owner) == 0)
         && (w->session == NULL || w->session == Py_None || conn_set_session((PyObject *)c, w->session, NULL) == 0);
    if (!ok)
        Py_CLEAR(c);
    return (PyObject *)c;
}

static OWNED PyObject *
wrap_args_done(PyObject *self, struct wrap_args *w, PyObject *server_side)
{
    const char *host = NULL;
    int server = PyObject_IsTrue(server_side);
    if (server < 0 || (w->hostname != NULL && w->hostname != Py_None && (host = host_text(w->hostname)) == NULL))
        return NULL;
    w->server_side = server;
    return wrap(CONTEXT(self), w, host);
}

PyObject *
context_wrap_socket(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[5];
    if (MOD_BIND(a, "_wrap_socket", args, nargs, kwnames, 2, 3, "sock", "server_side", "server_hostname", "owner", "session") < 0)
        return NULL;
    if (!PyObject_TypeCheck(a[0], CONTEXT(self)->st->socket_type)) {
        _PyArg_BadArgument("_wrap_socket", "argument 'sock'", "_socket.socket", a[0]);
        return NULL;
    }
    return wrap_args_done(self, &(struct wrap_args){ .socket = a[0], .hostname = a[2], .owner = a[3], .session = a[4] }, a[1]);
}

PyObject *
context_wrap_bio(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "argument 'incoming'", "argument 'outgoing'" };
    PyObject *a[6];
    if (MOD_BIND(a, "_wrap_bio", args, nargs, kwnames, 3, 4, "incoming", "outgoing", "server_side", "server_hostname", "owner", "session") < 0)
        return NULL;
    for (int i = 0; i < 2; i++)
        if (!PyObject_TypeCheck(a[i], CONTEXT(self)->st->bio_type)) {
            _PyArg_BadArgument("_wrap_bio", names[i], "_ssl.MemoryBIO", a[i]);
            return NULL;
        }
    return wrap_args_done(self, &(struct wrap_args){ .in = (struct ssl_bio *)a[0], .out = (struct ssl_bio *)a[1], .hostname = a[3],
                                                     .owner = a[4], .session = a[5] }, a[2]);
}

/* ---- life ---- */

static int
conn_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct ssl_conn *c = CONN(self);
    Py_VISIT(c->context);
    Py_VISIT(c->first_context);
    Py_VISIT(c->exc);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int
conn_clear(PyObject *self)
{
    struct ssl_conn *c = CONN(self);
    Py_CLEAR(c->socket);
    Py_CLEAR(c->owner);
    Py_CLEAR(c->hostname);
    Py_CLEAR(c->exc);
    return 0;
}

static void
conn_dealloc(PyObject *self)
{
    struct ssl_conn *c = CONN(self);
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (c->ssl != NULL) {
        ossl.SSL_set_ex_data(c->ssl, 0, NULL);
        /* a connection that ends without a shutdown must not spoil its session */
        ossl.SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | ossl.SSL_get_shutdown(c->ssl));
        ossl.SSL_free(c->ssl);
        pthread_mutex_destroy(&c->lock);
        pthread_mutex_destroy(&c->write_turn);
    }
    conn_clear(self);
    Py_CLEAR(c->context);
    Py_CLEAR(c->first_context);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- callbacks ---- */

PyObject *
conn_public_object(struct ssl_conn *c)
{
    PyObject *ref = c->owner != NULL ? c->owner : c->socket, *o;
    if (ref == NULL)
        return Py_NewRef((PyObject *)c);
    return PyWeakref_GetRef(ref, &o) < 0 ? NULL : o;
}

bool
conn_take_gil(struct ssl_conn *c)
{
    PyThreadState *ts = c->ts;
    if (ts == NULL)
        return false;
    c->ts = NULL;
    PyEval_RestoreThread(ts);
    return true;
}

void
conn_give_gil(struct ssl_conn *c, bool taken)
{
    if (taken)
        c->ts = PyEval_SaveThread();
}

/* ---- attributes ---- */

static PyObject *
get_context(PyObject *self, void *unused)
{
    return Py_NewRef((PyObject *)CONN(self)->context);
}

static int
set_context(PyObject *self, PyObject *value, void *unused)
{
    struct ssl_conn *c = CONN(self);
    if (ssl_no_delete(value) < 0)
        return -1;
    if (!PyObject_TypeCheck(value, c->st->context_type)) {
        PyErr_SetString(PyExc_TypeError, "The value must be a SSLContext");
        return -1;
    }
    mutex_lock(&c->lock);
    struct ssl_context *old = c->context;
    c->context = CONTEXT(Py_NewRef(value));
    ossl.SSL_set_SSL_CTX(c->ssl, c->context->ctx);
    ssl_install_msg_callback(c);
    pthread_mutex_unlock(&c->lock);
    Py_DECREF(old);
    return 0;
}

static PyObject *
get_server_side(PyObject *self, void *unused)
{
    return PyBool_FromLong(CONN(self)->server_side);
}

static PyObject *
get_hostname(PyObject *self, void *unused)
{
    PyObject *name = CONN(self)->hostname;
    return Py_NewRef(name == NULL ? Py_None : name);
}

static PyObject *
get_owner(PyObject *self, void *unused)
{
    PyObject *owner = NULL;
    if (CONN(self)->owner != NULL && PyWeakref_GetRef(CONN(self)->owner, &owner) < 0)
        return NULL;
    return owner == NULL ? Py_NewRef(Py_None) : owner;
}

static int
conn_set_owner(PyObject *self, PyObject *value, void *unused)
{
    return ssl_no_delete(value) < 0 ? -1 : set_owner(CONN(self), value);
}

/* ---- the type ---- */

#define KW METH_FASTCALL | METH_KEYWORDS
static PyMethodDef conn_methods[] = {
    { "do_handshake", conn_do_handshake, METH_NOARGS, "do_handshake($self, /)\n--\n\nAgrees with the other side on keys." },
    { "write", conn_write, METH_O, "write($self, b, /)\n--\n\nSends bytes; their number." },
    { "read", conn_read, METH_VARARGS, "read(size, [buffer])\nReceives at most `size` bytes, into a buffer if there is one." },
    { "pending", conn_pending, METH_NOARGS, "pending($self, /)\n--\n\nHow many bytes can be read without waiting." },
    { "getpeercert", _PyCFunction_CAST(conn_getpeercert), METH_FASTCALL,
      "getpeercert($self, der=False, /)\n--\n\nThe other side's certificate: what was verified of it as a dict, or all of it as bytes." },
    { "get_channel_binding", MOD_FASTKW(conn_get_channel_binding), KW,
      "get_channel_binding($self, /, cb_type='tls-unique')\n--\n\nBytes that only the two ends of this connection have." },
    { "cipher", conn_cipher, METH_NOARGS, "cipher($self, /)\n--\n\nThe cipher in use: its name, its protocol, its secret bits." },
    { "shared_ciphers", conn_shared_ciphers, METH_NOARGS, "shared_ciphers($self, /)\n--\n\nThe ciphers that both sides allow." },
    { "version", conn_version, METH_NOARGS, "version($self, /)\n--\n\nThe version of TLS in use." },
    { "selected_alpn_protocol", conn_selected_alpn_protocol, METH_NOARGS, "selected_alpn_protocol($self, /)\n--\n\nThe application protocol agreed on." },
    { "compression", conn_compression, METH_NOARGS, "compression($self, /)\n--\n\nThe compression in use." },
    { "shutdown", conn_shutdown, METH_NOARGS, "shutdown($self, /)\n--\n\nEnds TLS; the socket below it." },
    { "verify_client_post_handshake", conn_verify_client, METH_NOARGS,
      "verify_client_post_handshake($self, /)\n--\n\nAsks the client for its certificate now." },
    { "get_unverified_chain", conn_get_unverified_chain, METH_NOARGS, "get_unverified_chain($self, /)\n--\n\nThe certificates as they were sent." },
    { "get_verified_chain", conn_get_verified_chain, METH_NOARGS,
      "get_verified_chain($self, /)\n--\n\nThe certificates from the other side's to one that is trusted." },
    { NULL },
};
#undef KW

static PyGetSetDef conn_getset[] = {
    { "context", get_context, set_context, "The context of the connection.", NULL },
    { "server_side", get_server_side, NULL, "Whether this side is the server.", NULL },
    { "server_hostname", get_hostname, NULL, "The host name that was asked for.", NULL },
    { "owner", get_owner, conn_set_owner, "The object that callbacks get for the connection.", NULL },
    { "session", conn_get_session, conn_set_session, "The session, to be used again.", NULL },
    { "session_reused", conn_get_session_reused, NULL, "Whether the session was used before.", NULL },
    { NULL },
};

static PyType_Slot conn_slots[] = {
    { Py_tp_dealloc, conn_dealloc },
    { Py_tp_traverse, conn_traverse },
    { Py_tp_clear, conn_clear },
    { Py_tp_methods, conn_methods },
    { Py_tp_getset, conn_getset },
    { 0, NULL },
};

PyType_Spec ssl_conn_spec = {
    .name = "_ssl._SSLSocket",
    .basicsize = sizeof(struct ssl_conn),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = conn_slots,
};
