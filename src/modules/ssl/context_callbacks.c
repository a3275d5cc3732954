/* modules/ssl/context_callbacks.c: _SSLContext: Python functions that the library calls in the middle of a step.
 *
 * The step has given the GIL up; a callback takes it with conn_take_gil(). What it raises cannot pass through the library:
 * it is kept in the connection and raised when the step ends, or reported where no step can fail with it. */
#include "modules/ssl/ssl.h"

#define CONTEXT(op) ((struct ssl_context *)(op))

static struct ssl_conn *
conn_of(const SSL *ssl)
{
    return ossl.SSL_get_ex_data(ssl, 0);
}

/* Keeps the exception that is set; the first one counts. */
static void
keep_exception(struct ssl_conn *c)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (c->exc == NULL)
        c->exc = exc;
    else
        Py_XDECREF(exc);
}

static PyObject *
get_callback(PyObject *callback)
{
    return Py_NewRef(callback == NULL ? Py_None : callback);
}

/* ---- the host name that a client asks for ---- */

/* What the library is to do; *alert says why. */
static int
sni_answer(struct ssl_conn *c, PyObject *callback, const char *name, int *alert)
{
    struct ssl_context *context = c->context;
    PyObject *conn = conn_public_object(c), *host = NULL, *r = NULL;
    *alert = SSL_AD_INTERNAL_ERROR;
    if (conn != NULL) {
        host = name == NULL ? Py_NewRef(Py_None) : PyUnicode_DecodeASCII(name, strlen(name), "strict");
        if (host == NULL) {
            PyObject *bytes = PyBytes_FromString(name);
            PyErr_WriteUnraisable(bytes);
            Py_XDECREF(bytes);
        } else if ((r = PyObject_CallFunctionObjArgs(callback, conn, host, context, NULL)) == NULL) {
            PyErr_WriteUnraisable(callback);
            *alert = SSL_AD_HANDSHAKE_FAILURE;
        }
    }
    int answer = SSL_TLSEXT_ERR_ALERT_FATAL;
    if (r == Py_None)
        answer = SSL_TLSEXT_ERR_OK;
    else if (r != NULL) {
        *alert = (int)PyLong_AsLong(r);
        if (PyErr_Occurred()) {
            PyErr_WriteUnraisable(r);
            *alert = SSL_AD_INTERNAL_ERROR;
        }
    }
    Py_XDECREF(r);
    Py_XDECREF(host);
    Py_XDECREF(conn);
    return answer;
}

static int
sni_called(SSL *ssl, int *alert, void *arg)
{
    struct ssl_context *context = arg;
    struct ssl_conn *c = conn_of(ssl);
    if (c == NULL)
        return SSL_TLSEXT_ERR_NOACK;
    bool taken = conn_take_gil(c);
    int answer = SSL_TLSEXT_ERR_NOACK;
    if (context->sni_callback != NULL) {
        PyObject *callback = Py_NewRef(context->sni_callback), *current = Py_NewRef((PyObject *)c->context);
        answer = sni_answer(c, callback, ossl.SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name), alert);
        Py_DECREF(current);
        Py_DECREF(callback);
    }
    conn_give_gil(c, taken);
    return answer;
}

PyObject *
context_get_sni_callback(PyObject *self, void *unused)
{
    return get_callback(CONTEXT(self)->sni_callback);
}

static void
set_sni(struct ssl_context *c, bool on)
{
    ossl.SSL_CTX_callback_ctrl(c->ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, on ? (void (*)(void))sni_called : NULL);
    ossl.SSL_CTX_ctrl(c->ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, on ? c : NULL);
}

int
context_set_sni_callback(PyObject *self, PyObject *value, void *unused)
{
    struct ssl_context *c = CONTEXT(self);
    if (ssl_no_delete(value) < 0)
        return -1;
    if (c->protocol == PROTOCOL_CLIENT) {
        PyErr_SetString(PyExc_ValueError, "sni_callback cannot be set on TLS_CLIENT context");
        return -1;
    }
    set_sni(c, false);
    Py_CLEAR(c->sni_callback);
    if (value == Py_None)
        return 0;
    if (!PyCallable_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "not a callable object");
        return -1;
    }
    c->sni_callback = Py_NewRef(value);
    set_sni(c, true);
    return 0;
}

/* ---- messages ---- */

static int
message_type(int content_type, const unsigned char *data, size_t n)
{
    switch (content_type) {
    case SSL3_RT_CHANGE_CIPHER_SPEC:
        return SSL3_MT_CHANGE_CIPHER_SPEC;
    case SSL3_RT_ALERT:
        return n > 1 ? data[1] : -1;
    case SSL3_RT_HANDSHAKE:
    case SSL3_RT_HEADER:
    case SSL3_RT_INNER_CONTENT_TYPE:
        return n > 0 ? data[0] : -1;
    default:
        return -1;
    }
}

static void
message_called(int is_write, int version, int content_type, const void *data, size_t n, SSL *ssl, void *arg)
{
    struct ssl_conn *c = conn_of(ssl);
    const unsigned char *bytes = data;
    if (c == NULL)
        return;
    bool taken = conn_take_gil(c);
    PyObject *callback = Py_XNewRef(c->context->msg_callback), *conn = callback == NULL ? NULL : conn_public_object(c);
    if (conn != NULL) {
        if (content_type == SSL3_RT_HEADER && n > 2)
            version = bytes[1] << 8 | bytes[2];
        PyObject *r = PyObject_CallFunction(callback, "Osiiiy#", conn, is_write ? "write" : "read", version, content_type,
                                            message_type(content_type, bytes, n), data, (Py_ssize_t)n);
        if (r == NULL)
            keep_exception(c);
        Py_XDECREF(r);
        Py_DECREF(conn);
    }
    Py_XDECREF(callback);
    conn_give_gil(c, taken);
}

void
ssl_install_msg_callback(struct ssl_conn *c)
{
    ossl.SSL_set_msg_callback(c->ssl, c->context->msg_callback != NULL ? message_called : NULL);
}

PyObject *
context_get_msg_callback(PyObject *self, void *unused)
{
    return get_callback(CONTEXT(self)->msg_callback);
}

int
context_set_msg_callback(PyObject *self, PyObject *value, void *unused)
{
    struct ssl_context *c = CONTEXT(self);
    if (ssl_no_delete(value) < 0)
        return -1;
    Py_CLEAR(c->msg_callback);
    ossl.SSL_CTX_set_msg_callback(c->ctx, NULL);
    if (value == Py_None)
        return 0;
    if (!PyCallable_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "not a callable object");
        return -1;
    }
    c->msg_callback = Py_NewRef(value);
    ossl.SSL_CTX_set_msg_callback(c->ctx, message_called);
    return 0;
}

/* ---- the file of secrets ---- */

static void
keylog_called(const SSL *ssl, const char *line)
{
    struct ssl_conn *c = conn_of(ssl);
    if (c == NULL)
        return;
    bool taken = conn_take_gil(c);
    FILE *f = c->context->keylog;
    if (f != NULL && (fprintf(f, "%s\n", line) < 0 || fflush(f) != 0)) {
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, c->context->keylog_name);
        keep_exception(c);
    }
    conn_give_gil(c, taken);
}

void
context_close_keylog(struct ssl_context *c)
{
    if (c->keylog != NULL)
        fclose(c->keylog);
    c->keylog = NULL;
}

PyObject *
context_get_keylog(PyObject *self, void *unused)
{
    return get_callback(CONTEXT(self)->keylog_name);
}

int
context_set_keylog(PyObject *self, PyObject *value, void *unused)
{
    struct ssl_context *c = CONTEXT(self);
    if (ssl_no_delete(value) < 0)
        return -1;
    ossl.SSL_CTX_set_keylog_callback(c->ctx, NULL);
    context_close_keylog(c);
    Py_CLEAR(c->keylog_name);
    if (value == Py_None)
        return 0;
    if ((c->keylog = _Py_fopen_obj(value, "a")) == NULL)
        return -1;
    c->keylog_name = Py_NewRef(value);
    if (ftell(c->keylog) == 0) {        /* a new file, no pipe */
        fputs("# TLS secrets log file, generated by OpenSSL / Python\n", c->keylog);
        fflush(c->keylog);
    }
    ossl.SSL_CTX_set_keylog_callback(c->ctx, keylog_called);
    return 0;
}

/* ---- shared keys ---- */

/* The size of the key that the callback gave for a server's hint, with the identity to use; 0: none. */
static unsigned int
client_answer(PyObject *callback, const char *hint, char *identity, unsigned int identity_room, unsigned char *key, unsigned int key_room)
{
    const char *id, *secret;
    Py_ssize_t id_size, secret_size;
    unsigned int size = 0;
    PyObject *text = hint != NULL && *hint != '\0' ? PyUnicode_DecodeUTF8(hint, strlen(hint), "strict") : Py_NewRef(Py_None);
    PyObject *answer = text == NULL ? NULL : PyObject_CallOneArg(callback, text);
    if (answer != NULL && PyArg_ParseTuple(answer, "z#y#", &id, &id_size, &secret, &secret_size)
        && id_size + 1 <= (Py_ssize_t)identity_room && secret_size <= (Py_ssize_t)key_room) {
        if (id_size > 0)
            memcpy(identity, id, id_size);
        identity[id_size] = '\0';
        memcpy(key, secret, secret_size);
        size = secret_size;
    }
    if (PyErr_Occurred())
        PyErr_WriteUnraisable(callback);
    Py_XDECREF(answer);
    Py_XDECREF(text);
    return size;
}

static unsigned int
psk_client_called(SSL *ssl, const char *hint, char *identity, unsigned int identity_room, unsigned char *key, unsigned int key_room)
{
    struct ssl_conn *c = conn_of(ssl);
    if (c == NULL)
        return 0;
    bool taken = conn_take_gil(c);
    PyObject *callback = Py_XNewRef(c->context->psk_client_callback);
    unsigned int n = callback == NULL ? 0 : client_answer(callback, hint, identity, identity_room, key, key_room);
    Py_XDECREF(callback);
    conn_give_gil(c, taken);
    return n;
}

static unsigned int
server_answer(PyObject *callback, const char *identity, unsigned char *key, unsigned int key_room)
{
    char *secret;
    Py_ssize_t secret_size;
    unsigned int size = 0;
    PyObject *text = identity != NULL && *identity != '\0' ? PyUnicode_DecodeUTF8(identity, strlen(identity), "strict") : Py_NewRef(Py_None);
    PyObject *answer = text == NULL ? NULL : PyObject_CallOneArg(callback, text);
    if (answer != NULL && PyBytes_AsStringAndSize(answer, &secret, &secret_size) == 0 && secret_size <= (Py_ssize_t)key_room) {
        memcpy(key, secret, secret_size);
        size = secret_size;
    }
    if (PyErr_Occurred())
        PyErr_WriteUnraisable(callback);
    Py_XDECREF(answer);
    Py_XDECREF(text);
    return size;
}

static unsigned int
psk_server_called(SSL *ssl, const char *identity, unsigned char *key, unsigned int key_room)
{
    struct ssl_conn *c = conn_of(ssl);
    if (c == NULL)
        return 0;
    bool taken = conn_take_gil(c);
    PyObject *callback = Py_XNewRef(c->context->psk_server_callback);
    unsigned int n = callback == NULL ? 0 : server_answer(callback, identity, key, key_room);
    Py_XDECREF(callback);
    conn_give_gil(c, taken);
    return n;
}

/* None or a callable; false with TypeError. */
static bool
check_psk_callback(PyObject *callback)
{
    if (callback == Py_None || PyCallable_Check(callback))
        return true;
    PyErr_SetString(PyExc_TypeError, "callback must be callable");
    return false;
}

PyObject *
context_set_psk_client_callback(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct ssl_context *c = CONTEXT(self);
    PyObject *a[1];
    if (MOD_BIND(a, "set_psk_client_callback", args, nargs, kwnames, 1, 1, "callback") < 0)
        return NULL;
    if (c->protocol == PROTOCOL_SERVER)
        return SSL_RAISE(c->st, "Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context");
    if (!check_psk_callback(a[0]))
        return NULL;
    Py_XSETREF(c->psk_client_callback, a[0] == Py_None ? NULL : Py_NewRef(a[0]));
    ossl.SSL_CTX_set_psk_client_callback(c->ctx, a[0] == Py_None ? NULL : psk_client_called);
    Py_RETURN_NONE;
}

PyObject *
context_set_psk_server_callback(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct ssl_context *c = CONTEXT(self);
    PyObject *a[2];
    const char *hint = NULL;
    if (MOD_BIND(a, "set_psk_server_callback", args, nargs, kwnames, 1, 2, "callback", "identity_hint") < 0)
        return NULL;
    if (a[1] != NULL && a[1] != Py_None) {
        if (!PyUnicode_Check(a[1]))
            return PyErr_Format(PyExc_TypeError, "set_psk_server_callback() argument 'identity_hint' must be str or None, not %.50s", Py_TYPE(a[1])->tp_name);
        Py_ssize_t n;
        if ((hint = PyUnicode_AsUTF8AndSize(a[1], &n)) == NULL)
            return NULL;
        if (strlen(hint) != (size_t)n) {
            PyErr_SetString(PyExc_ValueError, "embedded null character");
            return NULL;
        }
    }
    if (c->protocol == PROTOCOL_CLIENT)
        return SSL_RAISE(c->st, "Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context");
    if (!check_psk_callback(a[0]))
        return NULL;
    if (ossl.SSL_CTX_use_psk_identity_hint(c->ctx, a[0] == Py_None ? NULL : hint) != 1) {
        ossl.ERR_clear_error();
        PyErr_SetString(PyExc_ValueError, "failed to set identity hint");
        return NULL;
    }
    Py_XSETREF(c->psk_server_callback, a[0] == Py_None ? NULL : Py_NewRef(a[0]));
    ossl.SSL_CTX_set_psk_server_callback(c->ctx, a[0] == Py_None ? NULL : psk_server_called);
    Py_RETURN_NONE;
}
