/* modules/hash/hash_object.c: see hash_object.h. */
#include "modules/hash/hash_object.h"

struct hash *
hash_alloc(PyTypeObject *type, const struct digest_kind *kind)
{
    struct hash *h = (struct hash *)type->tp_alloc(type, 0);
    if (h == NULL)
        return NULL;
    h->kind = kind;
    h->d = PyMem_Malloc(sizeof(*h->d));
    if (h->d == NULL) {
        Py_DECREF(h);
        PyErr_NoMemory();
        return NULL;
    }
    return h;
}

int
hash_feed(struct hash *h, PyObject *data)
{
    Py_buffer view;
    if (PyUnicode_Check(data)) {
        PyErr_SetString(PyExc_TypeError, "Strings must be encoded before hashing");
        return -1;
    }
    if (!PyObject_CheckBuffer(data)) {
        PyErr_SetString(PyExc_TypeError, "object supporting the buffer API required");
        return -1;
    }
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return -1;
    if (view.ndim > 1) {
        PyErr_SetString(PyExc_BufferError, "Buffer must be single dimension");
        PyBuffer_Release(&view);
        return -1;
    }
    digest_update(h->d, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return 0;
}

int
hash_data_arg(PyObject *data, PyObject *string, PyObject **out)
{
    if (data != NULL && string != NULL) {
        PyErr_SetString(PyExc_TypeError, "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter "
                        "is slated for removal in a future version.");
        return -1;
    }
    *out = data != NULL ? data : string;
    return 0;
}

PyObject *
hash_make(PyTypeObject *type, const struct digest_kind *kind, PyObject *data)
{
    struct hash *h = hash_alloc(type, kind);
    if (h == NULL)
        return NULL;
    digest_init(h->d, kind);
    if (data != NULL && hash_feed(h, data) < 0)
        Py_CLEAR(h);
    return (PyObject *)h;
}

void
hash_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (PyType_IS_GC(type))
        PyObject_GC_UnTrack(self);
    PyMem_Free(((struct hash *)self)->d);
    type->tp_free(self);
    Py_DECREF(type);
}

PyObject *
hash_update(PyObject *self, PyObject *data)
{
    if (hash_feed((struct hash *)self, data) < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *
hash_copy(PyObject *self, PyObject *unused)
{
    struct hash *h = (struct hash *)self, *copy = hash_alloc(Py_TYPE(self), h->kind);
    if (copy != NULL)
        *copy->d = *h->d;
    return (PyObject *)copy;
}

/* n bytes of the digest, as bytes or as hexadecimal text. */
PyObject *
hash_bytes(struct hash *h, size_t n, bool hex)
{
    static const char digits[] = "0123456789abcdef";
    PyObject *raw = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)n), *text;
    if (raw == NULL)
        return NULL;
    digest_result(h->d, (uint8_t *)PyBytes_AS_STRING(raw), n);
    if (!hex)
        return raw;
    text = PyUnicode_New(2 * (Py_ssize_t)n, 127);
    for (size_t i = 0; text != NULL && i < n; i++) {
        uint8_t b = (uint8_t)PyBytes_AS_STRING(raw)[i];
        PyUnicode_1BYTE_DATA(text)[2 * i] = (Py_UCS1)digits[b >> 4];
        PyUnicode_1BYTE_DATA(text)[2 * i + 1] = (Py_UCS1)digits[b & 15];
    }
    Py_DECREF(raw);
    return text;
}

static size_t
size_of(struct hash *h)
{
    return h->d->out_size != 0 ? h->d->out_size : (size_t)h->kind->size;
}

PyObject *hash_digest(PyObject *self, PyObject *unused) { return hash_bytes((struct hash *)self, size_of((struct hash *)self), false); }
PyObject *hash_hexdigest(PyObject *self, PyObject *unused) { return hash_bytes((struct hash *)self, size_of((struct hash *)self), true); }
PyObject *hash_get_name(PyObject *self, void *unused) { return PyUnicode_FromString(((struct hash *)self)->kind->name); }
PyObject *hash_get_block_size(PyObject *self, void *unused) { return PyLong_FromLong(((struct hash *)self)->kind->block); }
PyObject *hash_get_digest_size(PyObject *self, void *unused) { return PyLong_FromSize_t(size_of((struct hash *)self)); }
