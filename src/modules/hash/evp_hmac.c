/* modules/hash/evp_hmac.c: HMACs: type HMAC, hmac_new(), hmac_digest(). */
#include "modules/hash/evp.h"

#include <limits.h>

#include "modules/modargs.h"

struct evp_hmac { PyObject_HEAD HMAC_CTX *ctx; PyMutex mutex; };

static void
hmac_dealloc(struct evp_hmac *h)
{
    PyTypeObject *type = Py_TYPE(h);
    if (h->ctx != NULL)
        evp.HMAC_CTX_free(h->ctx);
    PyObject_Free(h);
    Py_DECREF(type);
}

static OWNED struct evp_hmac *
alloc(PyTypeObject *type)
{
    struct evp_hmac *h = PyObject_New(struct evp_hmac, type);
    if (h == NULL)
        return NULL;
    h->mutex = (PyMutex){ 0 };
    h->ctx = evp.HMAC_CTX_new();
    if (h->ctx == NULL) {
        Py_DECREF(h);
        PyErr_NoMemory();
        return NULL;
    }
    return h;
}

static int
take(struct evp_hmac *h, PyObject *data)
{
    Py_buffer view;
    int ok;
    if (evp_buffer(data, &view) < 0)
        return -1;
    if (view.len >= EVP_BIG) {
        Py_BEGIN_ALLOW_THREADS
        PyMutex_Lock(&h->mutex);
        ok = evp.HMAC_Update(h->ctx, view.buf, (size_t)view.len);
        PyMutex_Unlock(&h->mutex);
        Py_END_ALLOW_THREADS
    } else {
        PyMutex_Lock(&h->mutex);
        ok = evp.HMAC_Update(h->ctx, view.buf, (size_t)view.len);
        PyMutex_Unlock(&h->mutex);
    }
    PyBuffer_Release(&view);
    if (!ok)
        (void)!evp_raise(PyExc_ValueError, NULL);
    return ok ? 0 : -1;
}

static int
bytes_arg(PyObject *arg, const char *too_long, Py_buffer *view)
{
    if (PyObject_GetBuffer(arg, view, PyBUF_SIMPLE) < 0)
        return -1;
    if (view->len <= INT_MAX)
        return 0;
    PyErr_SetString(PyExc_OverflowError, too_long);
    PyBuffer_Release(view);
    return -1;
}

PyObject *
evp_hmac_new(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct evp_state *st = PyModule_GetState(m);
    PyObject *a[3];
    Py_buffer key;
    if (MOD_BIND(a, "hmac_new", args, nargs, kwnames, 1, 3, "key", "msg", "digestmod") < 0 || bytes_arg(a[0], "key is too long.", &key) < 0)
        return NULL;
    struct evp_hmac *h = NULL;
    EVP_MD *md = NULL;
    if (a[2] == NULL)
        PyErr_SetString(PyExc_TypeError, "Missing required parameter 'digestmod'.");
    else if ((md = evp_by_digestmod(st, a[2])) != NULL && (h = alloc(st->hmac_type)) != NULL
             && !evp.HMAC_Init_ex(h->ctx, key.buf, (int)key.len, md, NULL)) {
        (void)!evp_raise(PyExc_ValueError, NULL);
        Py_CLEAR(h);
    }
    if (md != NULL)
        evp.EVP_MD_free(md);
    PyBuffer_Release(&key);
    if (h != NULL && a[1] != NULL && a[1] != Py_None && take(h, a[1]) < 0)
        Py_CLEAR(h);
    return (PyObject *)h;
}

PyObject *
evp_hmac_digest(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct evp_state *st = PyModule_GetState(m);
    PyObject *a[3], *r = NULL;
    Py_buffer key, msg;
    unsigned char out[EVP_MAX_MD_SIZE], *done;
    unsigned n = 0;
    if (MOD_BIND(a, "hmac_digest", args, nargs, kwnames, 3, 3, "key", "msg", "digest") < 0 || bytes_arg(a[0], "key is too long.", &key) < 0)
        return NULL;
    if (bytes_arg(a[1], "msg is too long.", &msg) < 0) {
        PyBuffer_Release(&key);
        return NULL;
    }
    EVP_MD *md = evp_by_digestmod(st, a[2]);
    if (md != NULL) {
        Py_BEGIN_ALLOW_THREADS
        done = evp.HMAC(md, key.buf, (int)key.len, msg.buf, (size_t)msg.len, out, &n);
        Py_END_ALLOW_THREADS
        evp.EVP_MD_free(md);
        r = done == NULL ? evp_raise(PyExc_ValueError, NULL) : PyBytes_FromStringAndSize((char *)out, n);
    }
    PyBuffer_Release(&key);
    PyBuffer_Release(&msg);
    return r;
}

/* ---- methods ---- */

static PyObject *
hmac_update(struct evp_hmac *h, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *msg;
    if (MOD_BIND(&msg, "update", args, nargs, kwnames, 1, 1, "msg") < 0 || take(h, msg) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static int
copy_context(HMAC_CTX *to, struct evp_hmac *h)
{
    PyMutex_Lock(&h->mutex);
    int ok = evp.HMAC_CTX_copy(to, h->ctx);
    PyMutex_Unlock(&h->mutex);
    if (!ok)
        (void)!evp_raise(PyExc_ValueError, NULL);
    return ok ? 0 : -1;
}

static PyObject *
hmac_copy(struct evp_hmac *h, PyObject *ignored)
{
    struct evp_hmac *copy = alloc(Py_TYPE(h));
    if (copy != NULL && copy_context(copy->ctx, h) < 0)
        Py_CLEAR(copy);
    return (PyObject *)copy;
}

static int
finish(struct evp_hmac *h, unsigned char *out)
{
    unsigned n = 0;
    HMAC_CTX *ctx = evp.HMAC_CTX_new();
    if (ctx == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    int r = copy_context(ctx, h);
    if (r == 0 && !evp.HMAC_Final(ctx, out, &n)) {
        (void)!evp_raise(PyExc_ValueError, NULL);
        r = -1;
    }
    evp.HMAC_CTX_free(ctx);
    return r < 0 ? -1 : (int)n;
}

static PyObject *
hmac_bytes(struct evp_hmac *h, PyObject *ignored)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    int n = finish(h, out);
    return n < 0 ? NULL : PyBytes_FromStringAndSize((char *)out, n);
}

static PyObject *
hmac_hex(struct evp_hmac *h, PyObject *ignored)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    int n = finish(h, out);
    return n < 0 ? NULL : evp_hex(out, n);
}

static PyObject *get_digest_size(struct evp_hmac *h, void *c) { return PyLong_FromLong(evp.EVP_MD_get_size(evp.HMAC_CTX_get_md(h->ctx))); }
static PyObject *get_block_size(struct evp_hmac *h, void *c) { return PyLong_FromLong(evp.EVP_MD_get_block_size(evp.HMAC_CTX_get_md(h->ctx))); }

static PyObject *
formatted_name(struct evp_hmac *h, const char *format)
{
    PyObject *name = evp_name(evp.HMAC_CTX_get_md(h->ctx)), *r = name == NULL ? NULL : PyUnicode_FromFormat(format, name, h);
    Py_XDECREF(name);
    return r;
}

static PyObject *get_name(struct evp_hmac *h, void *c) { return formatted_name(h, "hmac-%U"); }
static PyObject *hmac_repr(struct evp_hmac *h) { return formatted_name(h, "<%U HMAC object @ %p>"); }

static PyMethodDef methods[] = {
    { "update", _PyCFunction_CAST(hmac_update), METH_FASTCALL | METH_KEYWORDS, "update($self, /, msg)\n--\n\nTake in more of the message." },
    { "digest", (PyCFunction)hmac_bytes, METH_NOARGS, "digest($self, /)\n--\n\nThe digest of the message so far, as bytes." },
    { "hexdigest", (PyCFunction)hmac_hex, METH_NOARGS, "hexdigest($self, /)\n--\n\nThe digest of the message so far, in hexadecimal digits." },
    { "copy", (PyCFunction)hmac_copy, METH_NOARGS, "copy($self, /)\n--\n\nA copy of the object." },
    { NULL },
};

static PyGetSetDef getset[] = {
    { "digest_size", (getter)get_digest_size, NULL, NULL, NULL },
    { "block_size", (getter)get_block_size, NULL, NULL, NULL },
    { "name", (getter)get_name, NULL, NULL, NULL },
    { NULL },
};

static PyType_Slot slots[] = {
    { Py_tp_doc, "An HMAC of a message that is taken in piece by piece." },
    { Py_tp_dealloc, hmac_dealloc },
    { Py_tp_repr, hmac_repr },
    { Py_tp_methods, methods },
    { Py_tp_getset, getset },
    { 0, NULL },
};

PyType_Spec evp_hmac_spec = {
    .name = "_hashlib.HMAC",
    .basicsize = sizeof(struct evp_hmac),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
