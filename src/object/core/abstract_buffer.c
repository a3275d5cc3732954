/* object/core/abstract_buffer.c: the buffer protocol: getting and releasing views, walking them element by element. */
#include "object/core/abstract.h"

#include <string.h>

#include "object/core/err.h"
#include "rt/hooks.h"

int
PyObject_CheckBuffer(PyObject *o)
{
    return Py_TYPE(o)->tp_as_buffer != NULL && Py_TYPE(o)->tp_as_buffer->bf_getbuffer != NULL;
}

static __attribute__((noinline, cold)) int
no_buffer(PyObject *o, int flags)
{
    if (flags == PyBUF_READ || flags == PyBUF_WRITE)       /* meant for PyMemoryView_FromMemory() only */
        PyErr_BadInternalCall();
    else
        abstract_type_error("a bytes-like object is required, not '%.100s'", o);
    return -1;
}

int
PyObject_GetBuffer(PyObject *o, Py_buffer *view, int flags)
{
    PyBufferProcs *bf = Py_TYPE(o)->tp_as_buffer;
    if (UNLIKELY(flags == PyBUF_READ || flags == PyBUF_WRITE || bf == NULL || bf->bf_getbuffer == NULL))
        return no_buffer(o, flags);
    return bf->bf_getbuffer(o, view, flags);
}

static __attribute__((noinline)) void
release_by(releasebufferproc release, PyObject *o, Py_buffer *view)
{
    release(o, view);
    view->obj = NULL;
    Py_DECREF(o);
}

void
PyBuffer_Release(Py_buffer *view)
{
    PyObject *o = view->obj;
    if (o == NULL)
        return;
    PyBufferProcs *bf = Py_TYPE(o)->tp_as_buffer;
    if (bf != NULL && bf->bf_releasebuffer != NULL)
        release_by(bf->bf_releasebuffer, o, view);
    else {
        view->obj = NULL;
        Py_DECREF(o);
    }
}

__attribute__((cold)) int
buffer_refuse(Py_buffer *view, int flags)
{
    if (view == NULL)
        PyErr_SetString(PyExc_BufferError, "PyBuffer_FillInfo: view==NULL argument is obsolete");
    else if (flags == PyBUF_READ || flags == PyBUF_WRITE)
        PyErr_BadInternalCall();
    else
        PyErr_SetString(PyExc_BufferError, "Object is not writable.");
    return -1;
}

int
PyBuffer_FillInfo(Py_buffer *view, PyObject *o, void *buf, Py_ssize_t len, int readonly, int flags)
{
    return buffer_fill(view, o, buf, len, readonly, flags);
}

/* ---- contiguity ---- */

/* Are the elements in C (or, reversed, Fortran) order without gaps? */
static bool
is_contiguous(const Py_buffer *view, bool fortran)
{
    if (view->len == 0)
        return true;
    if (view->strides == NULL) {     /* C order by definition; Fortran too with at most one long dimension */
        if (!fortran || view->ndim <= 1)
            return true;
        int longer = 0;
        for (int i = 0; i < view->ndim; i++)
            longer += view->shape == NULL || view->shape[i] > 1;
        return view->shape != NULL && longer <= 1;
    }
    Py_ssize_t step = view->itemsize;
    for (int k = 0; k < view->ndim; k++) {
        int i = fortran ? k : view->ndim - 1 - k;
        if (view->shape[i] > 1 && view->strides[i] != step)
            return false;
        step *= view->shape[i];
    }
    return true;
}

int
PyBuffer_IsContiguous(const Py_buffer *view, char order)
{
    if (view->suboffsets != NULL)
        return 0;
    switch (order) {
    case 'C': return is_contiguous(view, false);
    case 'F': return is_contiguous(view, true);
    case 'A': return is_contiguous(view, false) || is_contiguous(view, true);
    default: return 0;
    }
}

void
PyBuffer_FillContiguousStrides(int ndim, Py_ssize_t *shape, Py_ssize_t *strides, int itemsize, char order)
{
    Py_ssize_t step = itemsize;
    for (int k = 0; k < ndim; k++) {
        int i = order == 'F' ? k : ndim - 1 - k;
        strides[i] = step;
        step *= shape[i];
    }
}

void *
PyBuffer_GetPointer(const Py_buffer *view, const Py_ssize_t *indices)
{
    char *p = view->buf;
    for (int i = 0; i < view->ndim; i++) {
        p += view->strides[i] * indices[i];
        if (view->suboffsets != NULL && view->suboffsets[i] >= 0)
            p = *(char **)p + view->suboffsets[i];
    }
    return p;
}

/* ---- copying ---- */

/* Steps to the next element, last index (C) or first index (Fortran) fastest. */
static void
next_index(int ndim, Py_ssize_t *index, const Py_ssize_t *shape, bool fortran)
{
    for (int k = 0; k < ndim; k++) {
        int i = fortran ? k : ndim - 1 - k;
        if (++index[i] < shape[i])
            return;
        index[i] = 0;
    }
}

/* Copies up to len bytes between flat memory and a view of any shape, in the given order. */
static int
copy_elements(const Py_buffer *view, char *flat, Py_ssize_t len, bool fortran, bool to_flat)
{
    Py_ssize_t *index = PyMem_Calloc(view->ndim == 0 ? 1 : view->ndim, sizeof(Py_ssize_t));
    if (index == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t n = len / view->itemsize; n > 0; n--) {
        char *p = PyBuffer_GetPointer(view, index);
        if (to_flat)
            memcpy(flat, p, view->itemsize);
        else
            memcpy(p, flat, view->itemsize);
        flat += view->itemsize;
        next_index(view->ndim, index, view->shape, fortran);
    }
    PyMem_Free(index);
    return 0;
}

int
PyBuffer_FromContiguous(const Py_buffer *view, const void *buf, Py_ssize_t len, char order)
{
    if (len > view->len)
        len = view->len;
    if (PyBuffer_IsContiguous(view, order)) {
        memcpy(view->buf, buf, len);
        return 0;
    }
    return copy_elements(view, (char *)buf, len, order == 'F', false);
}

int
PyObject_CopyData(PyObject *dest, PyObject *src)
{
    Py_buffer to, from;
    int rc = 0;
    if (!PyObject_CheckBuffer(dest) || !PyObject_CheckBuffer(src)) {
        PyErr_SetString(PyExc_TypeError, "both destination and source must be bytes-like objects");
        return -1;
    }
    if (PyObject_GetBuffer(dest, &to, PyBUF_FULL) != 0)
        return -1;
    if (PyObject_GetBuffer(src, &from, PyBUF_FULL_RO) != 0) {
        PyBuffer_Release(&to);
        return -1;
    }
    if (to.len < from.len) {
        PyErr_SetString(PyExc_BufferError, "destination is too small to receive data from source");
        rc = -1;
    }
    else if ((PyBuffer_IsContiguous(&to, 'C') && PyBuffer_IsContiguous(&from, 'C'))
             || (PyBuffer_IsContiguous(&to, 'F') && PyBuffer_IsContiguous(&from, 'F')))
        memcpy(to.buf, from.buf, from.len);
    else {
        char *flat = PyMem_Malloc(from.len);
        if (flat == NULL) {
            PyErr_NoMemory();
            rc = -1;
        }
        else if (copy_elements(&from, flat, from.len, false, true) < 0 || copy_elements(&to, flat, from.len, false, false) < 0)
            rc = -1;
        PyMem_Free(flat);
    }
    PyBuffer_Release(&to);
    PyBuffer_Release(&from);
    return rc;
}

Py_ssize_t
PyBuffer_SizeFromFormat(const char *format)
{
    PyObject *name = PyUnicode_FromString("struct"), *module = NULL, *size = NULL;
    Py_ssize_t n = -1;
    if (name != NULL && rt_hooks.import_module != NULL)
        module = rt_hooks.import_module(name);
    Py_XDECREF(name);
    if (module != NULL)
        size = PyObject_CallMethod(module, "calcsize", "s", format);
    if (size != NULL)
        n = PyLong_AsSsize_t(size);
    Py_XDECREF(module);
    Py_XDECREF(size);
    return n;
}

/* ---- the protocol before Python 3, kept for old binaries: the memory is not held ---- */

PyAPI_FUNC(int) PyObject_CheckReadBuffer(PyObject *o);
PyAPI_FUNC(int) PyObject_AsReadBuffer(PyObject *o, const void **buf, Py_ssize_t *len);
PyAPI_FUNC(int) PyObject_AsCharBuffer(PyObject *o, const char **buf, Py_ssize_t *len);
PyAPI_FUNC(int) PyObject_AsWriteBuffer(PyObject *o, void **buf, Py_ssize_t *len);

int
PyObject_CheckReadBuffer(PyObject *o)
{
    Py_buffer view;
    if (!PyObject_CheckBuffer(o))
        return 0;
    if (PyObject_GetBuffer(o, &view, PyBUF_SIMPLE) < 0) {
        PyErr_Clear();
        return 0;
    }
    PyBuffer_Release(&view);
    return 1;
}

int
PyObject_AsReadBuffer(PyObject *o, const void **buf, Py_ssize_t *len)
{
    Py_buffer view;
    if (o == NULL || buf == NULL || len == NULL) {
        PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
        return -1;
    }
    if (PyObject_GetBuffer(o, &view, PyBUF_SIMPLE) < 0)
        return -1;
    *buf = view.buf;
    *len = view.len;
    PyBuffer_Release(&view);
    return 0;
}

int
PyObject_AsCharBuffer(PyObject *o, const char **buf, Py_ssize_t *len)
{
    return PyObject_AsReadBuffer(o, (const void **)buf, len);
}

int
PyObject_AsWriteBuffer(PyObject *o, void **buf, Py_ssize_t *len)
{
    Py_buffer view;
    if (o == NULL || buf == NULL || len == NULL) {
        PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
        return -1;
    }
    if (!PyObject_CheckBuffer(o) || PyObject_GetBuffer(o, &view, PyBUF_WRITABLE) < 0) {
        PyErr_SetString(PyExc_TypeError, "expected a writable bytes-like object");
        return -1;
    }
    *buf = view.buf;
    *len = view.len;
    PyBuffer_Release(&view);
    return 0;
}
