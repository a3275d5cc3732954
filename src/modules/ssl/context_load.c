/* modules/ssl/context_load.c: _SSLContext: what is read from files: certificates, keys, authorities, parameters.
 *
 * The library reads without the GIL, under the context's lock. A password is asked for in the middle of it. */
#include "modules/ssl/ssl.h"

#include <errno.h>

#define CONTEXT(op) ((struct ssl_context *)(op))

/* A file name, or NULL for None or nothing. False with TypeError "WHICH should be a valid filesystem path". */
static bool
path_arg(PyObject *arg, const char *which, PyObject **out)
{
    *out = NULL;
    if (arg == NULL || arg == Py_None || PyUnicode_FSConverter(arg, out))
        return true;
    if (PyErr_ExceptionMatches(PyExc_TypeError))
        PyErr_Format(PyExc_TypeError, "%s should be a valid filesystem path", which);
    return false;
}

static const char *
path_text(PyObject *path)
{
    return path == NULL ? NULL : PyBytes_AS_STRING(path);
}

/* After a failed call that reads a file: OSError if the system said why. */
static PyObject *
raise_load_error(struct ssl_state *st, int sys, int line)
{
    if (sys == 0)
        return ssl_raise(st, NULL, line);
    ossl.ERR_clear_error();
    errno = sys;
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* ---- passwords ---- */

struct password {
    PyObject *callable;         /* NULL: `text` is fixed */
    char *text;
    int size;
    bool failed;                /* an exception is set */
    PyThreadState *ts;          /* while the library reads */
};

/* 0, or -1 with an exception. */
static int
password_set(struct password *p, PyObject *value, const char *wrong_type)
{
    PyObject *bytes = NULL;
    const char *text;
    Py_ssize_t n;
    if (PyUnicode_Check(value)) {
        if ((bytes = PyUnicode_AsUTF8String(value)) == NULL)
            return -1;
        value = bytes;
    }
    if (PyBytes_Check(value)) {
        text = PyBytes_AS_STRING(value);
        n = PyBytes_GET_SIZE(value);
    } else if (PyByteArray_Check(value)) {
        text = PyByteArray_AS_STRING(value);
        n = PyByteArray_GET_SIZE(value);
    } else {
        PyErr_SetString(PyExc_TypeError, wrong_type);
        return -1;
    }
    int r = -1;
    PyMem_Free(p->text);
    p->text = NULL;
    if (n > INT_MAX)
        PyErr_Format(PyExc_ValueError, "password cannot be longer than %d bytes", INT_MAX);
    else if ((p->text = PyMem_Malloc(n + 1)) == NULL)
        PyErr_NoMemory();
    else {
        memcpy(p->text, text, n);
        p->size = n;
        r = 0;
    }
    Py_XDECREF(bytes);
    return r;
}

static int
ask(struct password *p, int room)
{
    if (p->callable != NULL) {
        PyObject *answer = PyObject_CallNoArgs(p->callable);
        int r = answer == NULL ? -1 : password_set(p, answer, "password callback must return a string");
        Py_XDECREF(answer);
        if (r < 0)
            return -1;
    }
    if (p->size <= room)
        return 0;
    PyErr_Format(PyExc_ValueError, "password cannot be longer than %d bytes", room);
    return -1;
}

static int
password_callback(char *out, int room, int for_writing, void *arg)
{
    struct password *p = arg;
    PyEval_RestoreThread(p->ts);
    p->failed = p->failed || ask(p, room) < 0;
    if (!p->failed)
        memcpy(out, p->text, p->size);
    p->ts = PyEval_SaveThread();
    return p->failed ? -1 : p->size;
}

/* ---- the own certificate ---- */

enum load_step { LOAD_CHAIN, LOAD_KEY, CHECK_KEY };

/* 0, or -1 with an exception. */
static int
load(struct ssl_context *c, enum load_step step, const char *file, struct password *p, int line)
{
    int r, sys;
    p->ts = PyEval_SaveThread();
    errno = 0;
    r = step == LOAD_CHAIN ? ossl.SSL_CTX_use_certificate_chain_file(c->ctx, file)
        : step == LOAD_KEY ? ossl.SSL_CTX_use_PrivateKey_file(c->ctx, file, SSL_FILETYPE_PEM) : ossl.SSL_CTX_check_private_key(c->ctx);
    sys = errno;
    PyEval_RestoreThread(p->ts);
    if (r == 1)
        return 0;
    if (p->failed)
        ossl.ERR_clear_error();
    else
        raise_load_error(c->st, step == CHECK_KEY ? 0 : sys, line);
    return -1;
}

static int
load_chain(struct ssl_context *c, const char *certfile, const char *keyfile, struct password *p)
{
    mutex_lock(&c->lock);
    pem_password_cb *old = ossl.SSL_CTX_get_default_passwd_cb(c->ctx);
    void *old_arg = ossl.SSL_CTX_get_default_passwd_cb_userdata(c->ctx);
    if (p->callable != NULL || p->text != NULL) {
        ossl.SSL_CTX_set_default_passwd_cb(c->ctx, password_callback);
        ossl.SSL_CTX_set_default_passwd_cb_userdata(c->ctx, p);
    }
    ossl.ERR_clear_error();
    int r = load(c, LOAD_CHAIN, certfile, p, __LINE__) < 0 || load(c, LOAD_KEY, keyfile, p, __LINE__) < 0
            || load(c, CHECK_KEY, NULL, p, __LINE__) < 0 ? -1 : 0;
    ossl.SSL_CTX_set_default_passwd_cb(c->ctx, old);
    ossl.SSL_CTX_set_default_passwd_cb_userdata(c->ctx, old_arg);
    pthread_mutex_unlock(&c->lock);
    return r;
}

PyObject *
context_load_cert_chain(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[3], *certfile = NULL, *keyfile = NULL;
    struct password p = { 0 };
    int r = -1;
    if (MOD_BIND(a, "load_cert_chain", args, nargs, kwnames, 1, 3, "certfile", "keyfile", "password") < 0)
        return NULL;
    if (!PyUnicode_FSConverter(a[0], &certfile)) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, "certfile should be a valid filesystem path");
        return NULL;
    }
    if (path_arg(a[1], "keyfile", &keyfile)) {
        bool given = a[2] != NULL && a[2] != Py_None;
        if (given && PyCallable_Check(a[2]))
            p.callable = a[2];
        if (!given || p.callable != NULL || password_set(&p, a[2], "password should be a string or callable") == 0)
            r = load_chain(CONTEXT(self), path_text(certfile), path_text(keyfile == NULL ? certfile : keyfile), &p);
    }
    PyMem_Free(p.text);
    Py_XDECREF(keyfile);
    Py_DECREF(certfile);
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- authorities ---- */

/* Adds every certificate of a stream: their number, with the last error left in the queue. */
static int
add_from_stream(struct ssl_context *c, BIO *b, bool pem)
{
    X509_STORE *store = ossl.SSL_CTX_get_cert_store(c->ctx);
    int loaded = 0;
    while (loaded == 0 || !ossl.BIO_ctrl(b, BIO_CTRL_EOF, 0, NULL)) {
        X509 *x = pem ? ossl.PEM_read_bio_X509(b, NULL, ossl.SSL_CTX_get_default_passwd_cb(c->ctx), ossl.SSL_CTX_get_default_passwd_cb_userdata(c->ctx))
                      : ossl.d2i_X509_bio(b, NULL);
        if (x == NULL)
            return loaded;
        int r = ossl.X509_STORE_add_cert(store, x);
        ossl.X509_free(x);
        if (!r) {
            unsigned long error = ossl.ERR_peek_last_error();
            if (ERR_GET_LIB(error) != ERR_LIB_X509 || ERR_GET_REASON(error) != X509_R_CERT_ALREADY_IN_HASH_TABLE)
                return loaded;
            ossl.ERR_clear_error();
        }
        loaded++;
    }
    return loaded;
}

/* 0, or -1 with an exception. */
static int
add_authorities(struct ssl_context *c, const void *data, Py_ssize_t n, bool pem)
{
    if (n <= 0) {
        PyErr_SetString(PyExc_ValueError, "Empty certificate data");
        return -1;
    }
    if (n > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "Certificate data is too long.");
        return -1;
    }
    BIO *b = ossl.BIO_new_mem_buf(data, n);
    if (b == NULL)
        return (void)!SSL_RAISE(c->st, "Can't allocate buffer"), -1;
    ossl.ERR_clear_error();
    int loaded = add_from_stream(c, b, pem);
    unsigned long error = ossl.ERR_peek_last_error();
    bool at_end = error == 0 || (pem && ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE);
    ossl.BIO_free(b);
    if (loaded == 0)
        return (void)!SSL_RAISE(c->st, pem ? "no start line: cadata does not contain a certificate" : "not enough data: cadata does not contain a certificate"), -1;
    if (!at_end)
        return (void)!SSL_RAISE(c->st, NULL), -1;
    ossl.ERR_clear_error();
    return 0;
}

static int
add_data(struct ssl_context *c, PyObject *data)
{
    static const char wrong[] = "cadata should be an ASCII string or a bytes-like object";
    if (PyUnicode_Check(data)) {
        if (PyUnicode_IS_ASCII(data))
            return add_authorities(c, PyUnicode_DATA(data), PyUnicode_GET_LENGTH(data), true);
        PyErr_SetString(PyExc_TypeError, wrong);
        return -1;
    }
    Py_buffer view;
    if (!PyObject_CheckBuffer(data)) {
        PyErr_SetString(PyExc_TypeError, wrong);
        return -1;
    }
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return -1;
    int r = -1;
    if (!PyBuffer_IsContiguous(&view, 'C') || view.ndim > 1)
        PyErr_SetString(PyExc_TypeError, "cadata should be a contiguous buffer with a single dimension");
    else
        r = add_authorities(c, view.buf, view.len, false);
    PyBuffer_Release(&view);
    return r;
}

static int
add_files(struct ssl_context *c, const char *file, const char *folder)
{
    int r, sys;
    mutex_lock(&c->lock);
    ossl.ERR_clear_error();
    Py_BEGIN_ALLOW_THREADS
    errno = 0;
    r = ossl.SSL_CTX_load_verify_locations(c->ctx, file, folder);
    sys = errno;
    Py_END_ALLOW_THREADS
    pthread_mutex_unlock(&c->lock);
    if (r == 1)
        return 0;
    raise_load_error(c->st, sys, __LINE__);
    return -1;
}

PyObject *
context_load_verify_locations(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[3], *file = NULL, *folder = NULL;
    if (MOD_BIND(a, "load_verify_locations", args, nargs, kwnames, 0, 3, "cafile", "capath", "cadata") < 0)
        return NULL;
    PyObject *data = a[2] == Py_None ? NULL : a[2];
    if ((a[0] == NULL || a[0] == Py_None) && (a[1] == NULL || a[1] == Py_None) && data == NULL) {
        PyErr_SetString(PyExc_TypeError, "cafile, capath and cadata cannot be all omitted");
        return NULL;
    }
    bool ok = path_arg(a[0], "cafile", &file) && path_arg(a[1], "capath", &folder) && (data == NULL || add_data(CONTEXT(self), data) == 0)
              && ((file == NULL && folder == NULL) || add_files(CONTEXT(self), path_text(file), path_text(folder)) == 0);
    Py_XDECREF(file);
    Py_XDECREF(folder);
    return ok ? Py_NewRef(Py_None) : NULL;
}

PyObject *
context_set_default_verify_paths(PyObject *self, PyObject *unused)
{
    int r;
    mutex_lock(&CONTEXT(self)->lock);
    ossl.ERR_clear_error();
    Py_BEGIN_ALLOW_THREADS
    r = ossl.SSL_CTX_set_default_verify_paths(CONTEXT(self)->ctx);
    Py_END_ALLOW_THREADS
    pthread_mutex_unlock(&CONTEXT(self)->lock);
    return r ? Py_NewRef(Py_None) : SSL_RAISE(CONTEXT(self)->st, NULL);
}

/* ---- parameters ---- */

PyObject *
context_load_dh_params(PyObject *self, PyObject *path)
{
    struct ssl_context *c = CONTEXT(self);
    FILE *f = _Py_fopen_obj(path, "rb");
    if (f == NULL)
        return NULL;
    DH *dh;
    int sys;
    ossl.ERR_clear_error();
    Py_BEGIN_ALLOW_THREADS
    errno = 0;
    dh = ossl.PEM_read_DHparams(f, NULL, NULL, NULL);
    sys = errno;
    fclose(f);
    Py_END_ALLOW_THREADS
    if (dh == NULL && sys != 0) {
        ossl.ERR_clear_error();
        errno = sys;
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
    }
    if (dh == NULL)
        return SSL_RAISE(c->st, NULL);
    long ok = ossl.SSL_CTX_ctrl(c->ctx, SSL_CTRL_SET_TMP_DH, 0, dh);
    ossl.DH_free(dh);
    return ok ? Py_NewRef(Py_None) : SSL_RAISE(c->st, NULL);
}
