/* modules/hash/evp_hash.c: types HASH and HASHXOF, and finding digests by name.
 *
 * A context is used by one thread at a time: each use holds the object's mutex, since big data is taken in without the GIL. */
#include "modules/hash/evp.h"

#include <limits.h>
#include <string.h>

#include "modules/modargs.h"

struct evp_hash { PyObject_HEAD EVP_MD_CTX *ctx; PyMutex mutex; };

/* ---- errors, names, arguments ---- */

PyObject *
evp_raise(PyObject *type, const char *otherwise)
{
    unsigned long code = evp.ERR_peek_last_error();
    evp.ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code) == 0 && ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
        return PyErr_NoMemory();
    const char *library = code == 0 ? NULL : evp.ERR_lib_error_string(code), *reason = code == 0 ? NULL : evp.ERR_reason_error_string(code);
    if (reason == NULL)
        reason = otherwise == NULL ? "no reason supplied" : otherwise;
    if (library != NULL)
        return PyErr_Format(type, "[%s] %s", library, reason);
    PyErr_SetString(type, reason);
    return NULL;
}

static const struct { const char *name, *library_name; int nid; } digests[] = {
#define EVP_ROW(name, library_name, nid) { #name, library_name, nid },
    EVP_DIGESTS(EVP_ROW)
#undef EVP_ROW
    /* Those that have no constructor. */
    { "sha512_224", "SHA512-224", NID_sha512_224 }, { "sha512_256", "SHA512-256", NID_sha512_256 },
    { "blake2b", "BLAKE2B-512", NID_blake2b512 }, { "blake2s", "BLAKE2S-256", NID_blake2s256 },
};
enum { KNOWN = sizeof(digests) / sizeof(digests[0]) };

PyObject *
evp_name(const EVP_MD *md)
{
    int nid = evp.EVP_MD_get_type(md);
    for (int i = 0; i < KNOWN; i++)
        if (digests[i].nid == nid)
            return PyUnicode_FromString(digests[i].name);
    const char *name = evp.OBJ_nid2ln(nid);
    if (name == NULL)
        name = evp.OBJ_nid2sn(nid);
    return PyUnicode_FromString(name == NULL ? "" : name);
}

static EVP_MD *
fetch(const char *library_name, bool for_security)
{
    return evp.EVP_MD_fetch(NULL, library_name, for_security ? NULL : "-fips");
}

EVP_MD *
evp_by_name(struct evp_state *st, const char *name, bool for_security)
{
    EVP_MD *md = NULL;
    int i = 0;
    while (i < KNOWN && strcmp(name, digests[i].name) != 0)
        i++;
    if (i >= DIGEST_COUNT)
        md = fetch(i < KNOWN ? digests[i].library_name : name, for_security);
    else {
        if (st->digests[i][!for_security] == NULL)
            st->digests[i][!for_security] = fetch(digests[i].library_name, for_security);
        md = st->digests[i][!for_security];
        if (md != NULL)
            evp.EVP_MD_up_ref(md);
    }
    if (md == NULL) {
        char message[80];
        snprintf(message, sizeof(message), "unsupported hash type %.50s", name);
        (void)!evp_raise(st->unsupported, message);
    }
    return md;
}

EVP_MD *
evp_by_digestmod(struct evp_state *st, PyObject *digestmod)
{
    PyObject *name = PyUnicode_Check(digestmod) ? digestmod : PyDict_GetItemWithError(st->constructors, digestmod);
    if (name == NULL) {
        if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(st->unsupported, "Unsupported digestmod %R", digestmod);
        return NULL;
    }
    const char *s = PyUnicode_AsUTF8(name);
    return s == NULL ? NULL : evp_by_name(st, s, true);
}

int
evp_check_data(PyObject *data)
{
    if (PyUnicode_Check(data)) {
        PyErr_SetString(PyExc_TypeError, "Strings must be encoded before hashing");
        return -1;
    }
    if (!PyObject_CheckBuffer(data)) {
        PyErr_SetString(PyExc_TypeError, "object supporting the buffer API required");
        return -1;
    }
    return 0;
}

int
evp_buffer(PyObject *data, Py_buffer *view)
{
    if (evp_check_data(data) < 0 || PyObject_GetBuffer(data, view, PyBUF_SIMPLE) < 0)
        return -1;
    if (view->ndim <= 1)
        return 0;
    PyErr_SetString(PyExc_BufferError, "Buffer must be single dimension");
    PyBuffer_Release(view);
    return -1;
}

PyObject *
evp_hex(const unsigned char *s, Py_ssize_t n)
{
    static const char digits[] = "0123456789abcdef";
    PyObject *str = n > PY_SSIZE_T_MAX / 2 ? PyErr_NoMemory() : PyUnicode_New(n * 2, 127);
    for (Py_ssize_t i = 0; str != NULL && i < n; i++) {
        PyUnicode_1BYTE_DATA(str)[2 * i] = (Py_UCS1)digits[s[i] >> 4];
        PyUnicode_1BYTE_DATA(str)[2 * i + 1] = (Py_UCS1)digits[s[i] & 15];
    }
    return str;
}

/* ---- objects ---- */

static OWNED struct evp_hash *
alloc(PyTypeObject *type)
{
    struct evp_hash *h = PyObject_New(struct evp_hash, type);
    if (h == NULL)
        return NULL;
    h->mutex = (PyMutex){ 0 };
    h->ctx = evp.EVP_MD_CTX_new();
    if (h->ctx == NULL) {
        Py_DECREF(h);
        PyErr_NoMemory();
        return NULL;
    }
    return h;
}

static void
hash_dealloc(struct evp_hash *h)
{
    PyTypeObject *type = Py_TYPE(h);
    if (h->ctx != NULL)
        evp.EVP_MD_CTX_free(h->ctx);
    PyObject_Free(h);
    Py_DECREF(type);
}

/* Takes in bytes. The caller holds the object. 0, or -1 with an exception. */
static int
take(struct evp_hash *h, const Py_buffer *view)
{
    int ok;
    if (view->len >= EVP_BIG) {
        Py_BEGIN_ALLOW_THREADS
        PyMutex_Lock(&h->mutex);
        ok = evp.EVP_DigestUpdate(h->ctx, view->buf, (size_t)view->len);
        PyMutex_Unlock(&h->mutex);
        Py_END_ALLOW_THREADS
    } else {
        PyMutex_Lock(&h->mutex);
        ok = evp.EVP_DigestUpdate(h->ctx, view->buf, (size_t)view->len);
        PyMutex_Unlock(&h->mutex);
    }
    if (!ok)
        (void)!evp_raise(PyExc_ValueError, NULL);
    return ok ? 0 : -1;
}

static PyObject *
hash_update(struct evp_hash *h, PyObject *data)
{
    Py_buffer view;
    if (evp_buffer(data, &view) < 0)
        return NULL;
    int r = take(h, &view);
    PyBuffer_Release(&view);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *
evp_hash_new(struct evp_state *st, EVP_MD *md, PyObject *data)
{
    Py_buffer view = { .obj = NULL };
    struct evp_hash *h = NULL;
    if (data == NULL || evp_buffer(data, &view) == 0)
        h = alloc(evp.EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF ? st->xof_type : st->hash_type);
    if (h != NULL && !evp.EVP_DigestInit_ex(h->ctx, md, NULL)) {
        (void)!evp_raise(PyExc_ValueError, NULL);
        Py_CLEAR(h);
    }
    evp.EVP_MD_free(md);
    if (h != NULL && view.obj != NULL && view.len > 0 && take(h, &view) < 0)
        Py_CLEAR(h);
    PyBuffer_Release(&view);
    return (PyObject *)h;
}

/* A copy of the context as it is now; NULL with an exception. */
static EVP_MD_CTX *
snapshot(struct evp_hash *h)
{
    EVP_MD_CTX *ctx = evp.EVP_MD_CTX_new();
    if (ctx == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    PyMutex_Lock(&h->mutex);
    int ok = evp.EVP_MD_CTX_copy_ex(ctx, h->ctx);
    PyMutex_Unlock(&h->mutex);
    if (ok)
        return ctx;
    evp.EVP_MD_CTX_free(ctx);
    (void)!evp_raise(PyExc_ValueError, NULL);
    return NULL;
}

static PyObject *
hash_copy(struct evp_hash *h, PyObject *ignored)
{
    EVP_MD_CTX *ctx = snapshot(h);
    struct evp_hash *copy = ctx == NULL ? NULL : PyObject_New(struct evp_hash, Py_TYPE(h));
    if (copy == NULL) {
        if (ctx != NULL)
            evp.EVP_MD_CTX_free(ctx);
        return NULL;
    }
    copy->mutex = (PyMutex){ 0 };
    copy->ctx = ctx;
    return (PyObject *)copy;
}

/* The digest: its size, or -1 with an exception. */
static int
finish(struct evp_hash *h, unsigned char *out)
{
    unsigned n = 0;
    EVP_MD_CTX *ctx = snapshot(h);
    if (ctx == NULL)
        return -1;
    int ok = evp.EVP_DigestFinal_ex(ctx, out, &n);
    evp.EVP_MD_CTX_free(ctx);
    if (!ok)
        (void)!evp_raise(PyExc_ValueError, NULL);
    return ok ? (int)n : -1;
}

static PyObject *
hash_digest(struct evp_hash *h, PyObject *ignored)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    int n = finish(h, out);
    return n < 0 ? NULL : PyBytes_FromStringAndSize((char *)out, n);
}

static PyObject *
hash_hexdigest(struct evp_hash *h, PyObject *ignored)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    int n = finish(h, out);
    return n < 0 ? NULL : evp_hex(out, n);
}

static const EVP_MD *
md_of(struct evp_hash *h)
{
    return evp.EVP_MD_CTX_get0_md(h->ctx);
}

static PyObject *get_name(struct evp_hash *h, void *c) { return evp_name(md_of(h)); }
static PyObject *get_block_size(struct evp_hash *h, void *c) { return PyLong_FromLong(evp.EVP_MD_get_block_size(md_of(h))); }
static PyObject *get_digest_size(struct evp_hash *h, void *c) { return PyLong_FromLong(evp.EVP_MD_get_size(md_of(h))); }
static PyObject *get_no_size(struct evp_hash *h, void *c) { return PyLong_FromLong(0); }

static PyObject *
hash_repr(struct evp_hash *h)
{
    PyObject *name = get_name(h, NULL);
    PyObject *r = name == NULL ? NULL : PyUnicode_FromFormat("<%U %s object @ %p>", name, Py_TYPE(h)->tp_name, h);
    Py_XDECREF(name);
    return r;
}

/* ---- output of any length ---- */

static int
xof_finish(struct evp_hash *h, unsigned char *out, Py_ssize_t n)
{
    if (n == 0)
        return 0;
    EVP_MD_CTX *ctx = snapshot(h);
    if (ctx == NULL)
        return -1;
    int ok = evp.EVP_DigestFinalXOF(ctx, out, (size_t)n);
    evp.EVP_MD_CTX_free(ctx);
    if (!ok)
        (void)!evp_raise(PyExc_ValueError, NULL);
    return ok ? 0 : -1;
}

static int
xof_length(const char *fname, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, Py_ssize_t *n)
{
    PyObject *arg, *number;
    if (MOD_BIND(&arg, fname, args, nargs, kwnames, 1, 1, "length") < 0 || (number = PyNumber_Index(arg)) == NULL)
        return -1;
    *n = PyLong_AsSsize_t(number);
    Py_DECREF(number);
    return *n == -1 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *
xof_digest(struct evp_hash *h, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    Py_ssize_t n;
    if (xof_length("digest", args, nargs, kwnames, &n) < 0)
        return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, n);
    if (bytes != NULL && xof_finish(h, (unsigned char *)PyBytes_AS_STRING(bytes), n) < 0)
        Py_CLEAR(bytes);
    return bytes;
}

static PyObject *
xof_hexdigest(struct evp_hash *h, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    Py_ssize_t n;
    if (xof_length("hexdigest", args, nargs, kwnames, &n) < 0)
        return NULL;
    unsigned char *out = n < 0 ? NULL : PyMem_Malloc((size_t)n);
    if (out == NULL)
        return PyErr_NoMemory();
    PyObject *str = xof_finish(h, out, n) < 0 ? NULL : evp_hex(out, n);
    PyMem_Free(out);
    return str;
}

/* ---- the types ---- */

static PyMethodDef hash_methods[] = {
    { "update", (PyCFunction)hash_update, METH_O, "update($self, obj, /)\n--\n\nTake in more data." },
    { "digest", (PyCFunction)hash_digest, METH_NOARGS, "digest($self, /)\n--\n\nThe digest of the data so far, as bytes." },
    { "hexdigest", (PyCFunction)hash_hexdigest, METH_NOARGS, "hexdigest($self, /)\n--\n\nThe digest of the data so far, in hexadecimal digits." },
    { "copy", (PyCFunction)hash_copy, METH_NOARGS, "copy($self, /)\n--\n\nA copy of the object." },
    { NULL },
};

static PyGetSetDef hash_getset[] = {
    { "digest_size", (getter)get_digest_size, NULL, NULL, NULL },
    { "block_size", (getter)get_block_size, NULL, NULL, NULL },
    { "name", (getter)get_name, NULL, NULL, NULL },
    { NULL },
};

static PyType_Slot hash_slots[] = {
    { Py_tp_doc, "HASH(name, string=b\'\')\n--\n\nA digest of data that is taken in piece by piece." },
    { Py_tp_dealloc, hash_dealloc },
    { Py_tp_repr, hash_repr },
    { Py_tp_methods, hash_methods },
    { Py_tp_getset, hash_getset },
    { 0, NULL },
};

PyType_Spec evp_hash_spec = {
    .name = "_hashlib.HASH",
    .basicsize = sizeof(struct evp_hash),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = hash_slots,
};

static PyMethodDef xof_methods[] = {
    { "digest", _PyCFunction_CAST(xof_digest), METH_FASTCALL | METH_KEYWORDS, "digest($self, /, length)\n--\n\nThat much of the digest, as bytes." },
    { "hexdigest", _PyCFunction_CAST(xof_hexdigest), METH_FASTCALL | METH_KEYWORDS,
      "hexdigest($self, /, length)\n--\n\nThat much of the digest, in hexadecimal digits." },
    { NULL },
};

static PyGetSetDef xof_getset[] = {
    { "digest_size", (getter)get_no_size, NULL, NULL, NULL },
    { NULL },
};

static PyType_Slot xof_slots[] = {
    { Py_tp_doc, "HASHXOF(name, string=b\'\')\n--\n\nA digest of any length." },
    { Py_tp_methods, xof_methods },
    { Py_tp_getset, xof_getset },
    { 0, NULL },
};

PyType_Spec evp_xof_spec = {
    .name = "_hashlib.HASHXOF",
    .basicsize = sizeof(struct evp_hash),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = xof_slots,
};
