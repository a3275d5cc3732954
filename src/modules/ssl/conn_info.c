/* modules/ssl/conn_info.c: _SSLSocket: what was agreed on, and with whom. */
#include "modules/ssl/ssl.h"

PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);
PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);

#define CONN(op) ((struct ssl_conn *)(op))

static struct ssl_conn *
lock(PyObject *self)
{
    mutex_lock(&CONN(self)->lock);
    return CONN(self);
}

static void
unlock(struct ssl_conn *c)
{
    pthread_mutex_unlock(&c->lock);
}

static OWNED PyObject *
text_or_none(const char *s)
{
    return s == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(s);
}

/* ---- certificates ---- */

PyObject *
conn_getpeercert(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    int der = 0;
    if (!_PyArg_CheckPositional("getpeercert", nargs, 0, 1) || (nargs > 0 && (der = PyObject_IsTrue(args[0])) < 0))
        return NULL;
    struct ssl_conn *c = lock(self);
    bool done = ossl.SSL_is_init_finished(c->ssl);
    X509 *x = done ? ossl.SSL_get1_peer_certificate(c->ssl) : NULL;
    bool verified = ossl.SSL_CTX_get_verify_mode(ossl.SSL_get_SSL_CTX(c->ssl)) & SSL_VERIFY_PEER;
    unlock(c);
    if (!done) {
        PyErr_SetString(PyExc_ValueError, "handshake not done yet");
        return NULL;
    }
    if (x == NULL)
        Py_RETURN_NONE;
    PyObject *r = der ? ssl_cert_der(c->st, x) : verified ? ssl_cert_decode(c->st, x) : PyDict_New();
    ossl.X509_free(x);
    return r;
}

/* The library keeps a client's own certificate out of what a server gets as the chain. */
PyObject *
conn_get_unverified_chain(PyObject *self, PyObject *unused)
{
    struct ssl_conn *c = lock(self);
    STACK_OF(X509) *chain = ossl.SSL_get_peer_cert_chain(c->ssl);
    X509 *first = chain != NULL && c->server_side ? ossl.SSL_get1_peer_certificate(c->ssl) : NULL;
    PyObject *list = chain == NULL ? Py_NewRef(Py_None) : ssl_cert_list(c->st, first, chain);
    unlock(c);
    if (first != NULL)
        ossl.X509_free(first);
    return list;
}

PyObject *
conn_get_verified_chain(PyObject *self, PyObject *unused)
{
    struct ssl_conn *c = lock(self);
    STACK_OF(X509) *chain = ossl.SSL_get0_verified_chain(c->ssl);
    PyObject *list = chain == NULL ? Py_NewRef(Py_None) : ssl_cert_list(c->st, NULL, chain);
    unlock(c);
    return list;
}

PyObject *
conn_verify_client(PyObject *self, PyObject *unused)
{
    struct ssl_conn *c = lock(self);
    ossl.ERR_clear_error();
    int r = ossl.SSL_verify_client_post_handshake(c->ssl);
    PyObject *done = r == 0 ? SSL_RAISE(c->st, NULL) : Py_NewRef(Py_None);
    unlock(c);
    return done;
}

/* ---- ciphers ---- */

/* (name, version, bits) */
static OWNED PyObject *
cipher_tuple(const SSL_CIPHER *c)
{
    return Py_BuildValue("ssi", ossl.SSL_CIPHER_get_name(c), ossl.SSL_CIPHER_get_version(c), ossl.SSL_CIPHER_get_bits(c, NULL));
}

PyObject *
conn_cipher(PyObject *self, PyObject *unused)
{
    struct ssl_conn *c = lock(self);
    const SSL_CIPHER *cipher = ossl.SSL_get_current_cipher(c->ssl);
    PyObject *r = cipher == NULL ? Py_NewRef(Py_None) : cipher_tuple(cipher);
    unlock(c);
    return r;
}

static OWNED PyObject *
shared_list(const STACK_OF(SSL_CIPHER) *theirs, STACK_OF(SSL_CIPHER) *ours)
{
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < stack_count(theirs); i++) {
        const SSL_CIPHER *cipher = stack_item(theirs, i);
        if (ossl.OPENSSL_sk_find((OPENSSL_STACK *)ours, cipher) < 0)
            continue;
        PyObject *t = cipher_tuple(cipher);
        if (t == NULL || PyList_Append(list, t) < 0)
            Py_CLEAR(list);
        Py_XDECREF(t);
    }
    return list;
}

PyObject *
conn_shared_ciphers(PyObject *self, PyObject *unused)
{
    struct ssl_conn *c = lock(self);
    STACK_OF(SSL_CIPHER) *theirs = ossl.SSL_get_client_ciphers(c->ssl), *ours = ossl.SSL_get_ciphers(c->ssl);
    PyObject *r = theirs == NULL || ours == NULL ? Py_NewRef(Py_None) : shared_list(theirs, ours);
    unlock(c);
    return r;
}

/* ---- the protocol ---- */

PyObject *
conn_version(PyObject *self, PyObject *unused)
{
    struct ssl_conn *c = lock(self);
    const char *version = ossl.SSL_is_init_finished(c->ssl) ? ossl.SSL_get_version(c->ssl) : "unknown";
    unlock(c);
    return text_or_none(strcmp(version, "unknown") == 0 ? NULL : version);
}

PyObject *
conn_selected_alpn_protocol(PyObject *self, PyObject *unused)
{
    const unsigned char *name;
    unsigned int n;
    struct ssl_conn *c = lock(self);
    ossl.SSL_get0_alpn_selected(c->ssl, &name, &n);
    PyObject *r = name == NULL ? Py_NewRef(Py_None) : PyUnicode_FromStringAndSize((const char *)name, n);
    unlock(c);
    return r;
}

PyObject *
conn_compression(PyObject *self, PyObject *unused)
{
    struct ssl_conn *c = lock(self);
    const COMP_METHOD *method = ossl.SSL_get_current_compression(c->ssl);
    int nid = method == NULL ? NID_undef : ossl.COMP_get_type(method);
    unlock(c);
    return text_or_none(nid == NID_undef ? NULL : ossl.OBJ_nid2sn(nid));
}

PyObject *
conn_get_channel_binding(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    char bytes[128];
    if (MOD_BIND(a, "get_channel_binding", args, nargs, kwnames, 0, 1, "cb_type") < 0)
        return NULL;
    if (a[0] != NULL && !PyUnicode_Check(a[0])) {
        _PyArg_BadArgument("get_channel_binding", "argument 'cb_type'", "str", a[0]);
        return NULL;
    }
    if (a[0] != NULL && !PyUnicode_EqualToUTF8(a[0], "tls-unique"))
        return PyErr_Format(PyExc_ValueError, "'%U' channel binding type not implemented", a[0]);
    /* the first Finished message: the client's, or the server's where a session goes on */
    struct ssl_conn *c = lock(self);
    bool own = (bool)ossl.SSL_session_reused(c->ssl) == c->server_side;
    size_t n = own ? ossl.SSL_get_finished(c->ssl, bytes, sizeof(bytes)) : ossl.SSL_get_peer_finished(c->ssl, bytes, sizeof(bytes));
    unlock(c);
    return n == 0 ? Py_NewRef(Py_None) : PyBytes_FromStringAndSize(bytes, Py_MIN(n, sizeof(bytes)));
}
