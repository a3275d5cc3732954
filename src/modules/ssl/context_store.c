/* modules/ssl/context_store.c: _SSLContext: ciphers, curves, application protocols, authorities, counts. */
#include "modules/ssl/ssl.h"

PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

#define CONTEXT(op) ((struct ssl_context *)(op))

/* ---- ciphers ---- */

PyObject *
context_set_ciphers(PyObject *self, PyObject *arg)
{
    if (!PyUnicode_Check(arg)) {
        _PyArg_BadArgument("set_ciphers", "argument", "str", arg);
        return NULL;
    }
    Py_ssize_t n;
    const char *list = PyUnicode_AsUTF8AndSize(arg, &n);
    if (list == NULL)
        return NULL;
    if (strlen(list) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    if (ossl.SSL_CTX_set_cipher_list(CONTEXT(self)->ctx, list))
        Py_RETURN_NONE;
    ossl.ERR_clear_error();
    PyErr_SetString(CONTEXT(self)->st->error, "No cipher can be selected.");
    return NULL;
}

static const char *
long_name(int nid)
{
    return nid == NID_undef ? NULL : ossl.OBJ_nid2ln(nid);
}

static OWNED PyObject *
cipher_dict(const SSL_CIPHER *c)
{
    char text[512] = "";
    int alg_bits, strength_bits = ossl.SSL_CIPHER_get_bits(c, &alg_bits);
    ossl.SSL_CIPHER_description(c, text, sizeof(text) - 1);
    size_t n = strlen(text);
    if (n > 1 && text[n - 1] == '\n')
        text[n - 1] = '\0';
    return Py_BuildValue("{sksssssssisisOssssssss}", "id", (unsigned long)ossl.SSL_CIPHER_get_id(c), "name", ossl.SSL_CIPHER_get_name(c),
                         "protocol", ossl.SSL_CIPHER_get_version(c), "description", text, "strength_bits", strength_bits, "alg_bits", alg_bits,
                         "aead", ossl.SSL_CIPHER_is_aead(c) ? Py_True : Py_False, "symmetric", long_name(ossl.SSL_CIPHER_get_cipher_nid(c)),
                         "digest", long_name(ossl.SSL_CIPHER_get_digest_nid(c)), "kea", long_name(ossl.SSL_CIPHER_get_kx_nid(c)),
                         "auth", long_name(ossl.SSL_CIPHER_get_auth_nid(c)));
}

PyObject *
context_get_ciphers(PyObject *self, PyObject *unused)
{
    SSL *ssl = ossl.SSL_new(CONTEXT(self)->ctx);
    if (ssl == NULL)
        return SSL_RAISE(CONTEXT(self)->st, NULL);
    STACK_OF(SSL_CIPHER) *ciphers = ossl.SSL_get_ciphers(ssl);
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < stack_count(ciphers); i++) {
        PyObject *d = cipher_dict(stack_item(ciphers, i));
        if (d == NULL || PyList_Append(list, d) < 0)
            Py_CLEAR(list);
        Py_XDECREF(d);
    }
    ossl.SSL_free(ssl);
    return list;
}

PyObject *
context_set_ecdh_curve(PyObject *self, PyObject *arg)
{
    PyObject *name;
    if (!PyUnicode_FSConverter(arg, &name))
        return NULL;
    int nid = ossl.OBJ_sn2nid(PyBytes_AS_STRING(name));
    Py_DECREF(name);
    if (nid == NID_undef)
        return PyErr_Format(PyExc_ValueError, "unknown elliptic curve name %R", arg);
    if (ossl.SSL_CTX_ctrl(CONTEXT(self)->ctx, SSL_CTRL_SET_GROUPS, 1, &nid))
        Py_RETURN_NONE;
    return SSL_RAISE(CONTEXT(self)->st, NULL);
}

/* ---- application protocols ---- */

static int
select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *theirs, unsigned int their_size, void *arg)
{
    struct ssl_context *c = arg;
    int r = ossl.SSL_select_next_proto((unsigned char **)out, out_size, c->alpn, c->alpn_size, theirs, their_size);
    return r == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

PyObject *
context_set_alpn_protocols(PyObject *self, PyObject *arg)
{
    struct ssl_context *c = CONTEXT(self);
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *r = NULL;
    unsigned char *copy = NULL;
    if ((size_t)view.len > UINT_MAX)
        PyErr_Format(PyExc_OverflowError, "protocols longer than %u bytes", UINT_MAX);
    else if ((copy = PyMem_RawMalloc(view.len + 1)) == NULL || ossl.SSL_CTX_set_alpn_protos(c->ctx, view.buf, view.len) != 0) {
        ossl.ERR_clear_error();
        PyErr_NoMemory();
    } else {
        memcpy(copy, view.buf, view.len);
        unsigned char *old = c->alpn;
        c->alpn = copy;
        c->alpn_size = view.len;
        copy = old;
        ossl.SSL_CTX_set_alpn_select_cb(c->ctx, select_protocol, c);
        r = Py_NewRef(Py_None);
    }
    PyMem_RawFree(copy);
    PyBuffer_Release(&view);
    return r;
}

/* ---- counts ---- */

PyObject *
context_session_stats(PyObject *self, PyObject *unused)
{
    static const struct { const char *name; int command; } counts[] = {
        { "number", SSL_CTRL_SESS_NUMBER }, { "connect", SSL_CTRL_SESS_CONNECT }, { "connect_good", SSL_CTRL_SESS_CONNECT_GOOD },
        { "connect_renegotiate", SSL_CTRL_SESS_CONNECT_RENEGOTIATE }, { "accept", SSL_CTRL_SESS_ACCEPT },
        { "accept_good", SSL_CTRL_SESS_ACCEPT_GOOD }, { "accept_renegotiate", SSL_CTRL_SESS_ACCEPT_RENEGOTIATE }, { "hits", SSL_CTRL_SESS_HIT },
        { "misses", SSL_CTRL_SESS_MISSES }, { "timeouts", SSL_CTRL_SESS_TIMEOUTS }, { "cache_full", SSL_CTRL_SESS_CACHE_FULL },
    };
    PyObject *d = PyDict_New();
    for (size_t i = 0; d != NULL && i < Py_ARRAY_LENGTH(counts); i++) {
        PyObject *n = PyLong_FromLong(ossl.SSL_CTX_ctrl(CONTEXT(self)->ctx, counts[i].command, 0, NULL));
        if (n == NULL || PyDict_SetItemString(d, counts[i].name, n) < 0)
            Py_CLEAR(d);
        Py_XDECREF(n);
    }
    return d;
}

PyObject *
context_cert_store_stats(PyObject *self, PyObject *unused)
{
    X509_STORE *store = ossl.SSL_CTX_get_cert_store(CONTEXT(self)->ctx);
    int certs = 0, lists = 0, authorities = 0;
    ossl.X509_STORE_lock(store);
    STACK_OF(X509_OBJECT) *objects = ossl.X509_STORE_get0_objects(store);
    for (int i = 0; i < stack_count(objects); i++) {
        X509_OBJECT *o = stack_item(objects, i);
        int type = ossl.X509_OBJECT_get_type(o);
        certs += type == X509_LU_X509;
        lists += type == X509_LU_CRL;
        authorities += type == X509_LU_X509 && ossl.X509_check_ca(ossl.X509_OBJECT_get0_X509(o)) != 0;
    }
    ossl.X509_STORE_unlock(store);
    return Py_BuildValue("{sisisi}", "x509", certs, "crl", lists, "x509_ca", authorities);
}

/* References to the authorities of a store, in an array that the caller frees. NULL without memory. */
static X509 **
authorities_of(X509_STORE *store, int *count)
{
    int n = 0;
    ossl.X509_STORE_lock(store);
    STACK_OF(X509_OBJECT) *objects = ossl.X509_STORE_get0_objects(store);
    X509 **certs = PyMem_RawCalloc(stack_count(objects) + 1, sizeof(*certs));
    for (int i = 0; certs != NULL && i < stack_count(objects); i++) {
        X509_OBJECT *o = stack_item(objects, i);
        X509 *x = ossl.X509_OBJECT_get_type(o) == X509_LU_X509 ? ossl.X509_OBJECT_get0_X509(o) : NULL;
        if (x != NULL && ossl.X509_check_ca(x)) {
            ossl.X509_up_ref(x);
            certs[n++] = x;
        }
    }
    ossl.X509_STORE_unlock(store);
    *count = n;
    return certs;
}

PyObject *
context_get_ca_certs(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct ssl_context *c = CONTEXT(self);
    PyObject *a[1];
    int binary = 0, n;
    if (MOD_BIND(a, "get_ca_certs", args, nargs, kwnames, 0, 1, "binary_form") < 0 || (a[0] != NULL && (binary = PyObject_IsTrue(a[0])) < 0))
        return NULL;
    X509 **certs = authorities_of(ossl.SSL_CTX_get_cert_store(c->ctx), &n);
    if (certs == NULL)
        return PyErr_NoMemory();
    PyObject *list = PyList_New(0);
    for (int i = 0; i < n; i++) {
        PyObject *item = list == NULL ? NULL : binary ? ssl_cert_der(c->st, certs[i]) : ssl_cert_decode(c->st, certs[i]);
        if (list != NULL && (item == NULL || PyList_Append(list, item) < 0))
            Py_CLEAR(list);
        Py_XDECREF(item);
        ossl.X509_free(certs[i]);
    }
    PyMem_RawFree(certs);
    return list;
}
