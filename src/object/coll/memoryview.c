/* object/coll/memoryview.c: memoryview objects and the managed buffer behind them.
 *
 * A managed buffer holds one Py_buffer got from the exporter; any number of memoryviews show it (slices, casts). Each
 * view counts in mbuf->exports; the last one to go releases the buffer. A view counts the buffers it has handed out
 * itself in mv->exports: as long as there are any, release() is refused. */
#include "object/coll/memoryview.h"

#include <string.h>

#include "object/core/call.h"
#include "object/text/bytes.h"
#include "object/text/str.h"
#include "object/coll/memoryview_priv.h"
#include "rt/singletons.h"

#define MB(op) ((_PyManagedBufferObject *)(op))

/* ---- managed buffer ---- */

static _PyManagedBufferObject *
mbuf_new(void)
{
    _PyManagedBufferObject *mb = COLL_GC_NEW(_PyManagedBufferObject, &_PyManagedBuffer_Type);
    if (mb == NULL)
        return NULL;
    mb->flags = 0;
    mb->exports = 0;
    mb->master.obj = NULL;
    gc_track((PyObject *)mb);
    return mb;
}

static void
mbuf_release(_PyManagedBufferObject *mb)
{
    if (mb->flags & _Py_MANAGED_BUFFER_RELEASED)
        return;
    mb->flags |= _Py_MANAGED_BUFFER_RELEASED;
    if (gc_is_tracked((PyObject *)mb))
        gc_untrack((PyObject *)mb);
    PyBuffer_Release(&mb->master);
}

static void
mbuf_dealloc(PyObject *op)
{
    mbuf_release(MB(op));
    if (MB(op)->flags & _Py_MANAGED_BUFFER_FREE_FORMAT)
        PyMem_Free(MB(op)->master.format);
    COLL_GC_FREE(_PyManagedBufferObject, op);
}

static int
mbuf_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(MB(op)->master.obj);
    return 0;
}

static int
mbuf_clear(PyObject *op)
{
    mbuf_release(MB(op));
    return 0;
}

PyTypeObject _PyManagedBuffer_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "managedbuffer",
    .tp_basicsize = sizeof(_PyManagedBufferObject),
    .tp_dealloc = mbuf_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = mbuf_traverse,
    .tp_clear = mbuf_clear,
};

static _PyManagedBufferObject *
mbuf_from_object(PyObject *obj, int flags)
{
    _PyManagedBufferObject *mb = mbuf_new();
    if (mb != NULL && PyObject_GetBuffer(obj, &mb->master, flags) < 0) {
        mb->master.obj = NULL;
        Py_CLEAR(mb);
    }
    return mb;
}

/* ---- making views ---- */

int
mv_check_released(PyMemoryViewObject *mv)
{
    if (LIKELY(!mv_is_released(mv)))
        return 0;
    PyErr_SetString(PyExc_ValueError, "operation forbidden on released memoryview object");
    return -1;
}

int
mv_check_restricted(PyMemoryViewObject *mv)
{
    if (LIKELY(!(mv->flags & _Py_MEMORYVIEW_RESTRICTED)))
        return 0;
    PyErr_SetString(PyExc_ValueError, "cannot create new view on restricted memoryview");
    return -1;
}

void
mv_init_flags(PyMemoryViewObject *mv)
{
    const Py_buffer *v = &mv->view;
    int flags = 0;
    if (v->ndim == 0)
        flags = _Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN;
    else if (v->ndim == 1) {
        if (v->suboffsets == NULL && (v->shape[0] == 1 || v->strides[0] == v->itemsize || v->len == 0))
            flags = _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN;
    }
    else {
        if (PyBuffer_IsContiguous(v, 'C'))
            flags |= _Py_MEMORYVIEW_C;
        if (PyBuffer_IsContiguous(v, 'F'))
            flags |= _Py_MEMORYVIEW_FORTRAN;
    }
    if (v->suboffsets != NULL) {
        flags |= _Py_MEMORYVIEW_PIL;
        flags &= ~(_Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN);
    }
    mv->flags = (mv->flags & ~(_Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN | _Py_MEMORYVIEW_PIL)) | flags;
}

static PyMemoryViewObject *
mv_alloc(int ndim)
{
    PyMemoryViewObject *mv = PyObject_GC_NewVar(PyMemoryViewObject, &PyMemoryView_Type, 3 * ndim);
    if (mv == NULL)
        return NULL;
    mv->mbuf = NULL;
    mv->hash = -1;
    mv->flags = 0;
    mv->exports = 0;
    mv->view.ndim = ndim;
    mv->view.shape = mv->ob_array;
    mv->view.strides = mv->ob_array + ndim;
    mv->view.suboffsets = mv->ob_array + 2 * ndim;
    mv->weakreflist = NULL;
    gc_track((PyObject *)mv);
    return mv;
}

static void
take_common(PyMemoryViewObject *mv, _PyManagedBufferObject *mbuf, const Py_buffer *src)
{
    Py_buffer *v = &mv->view;
    v->obj = src->obj;
    v->buf = src->buf;
    v->len = src->len;
    v->itemsize = src->itemsize;
    v->readonly = src->readonly;
    v->format = src->format != NULL ? src->format : (char *)"B";
    v->internal = src->internal;
    mv->mbuf = MB(Py_NewRef(mbuf));
    mbuf->exports++;
}

PyMemoryViewObject *
mv_new_view(_PyManagedBufferObject *mbuf, const Py_buffer *src)
{
    if (src == NULL)
        src = &mbuf->master;
    if (src->ndim > PyBUF_MAX_NDIM) {
        PyErr_Format(PyExc_ValueError, "memoryview: number of dimensions must not exceed %d", PyBUF_MAX_NDIM);
        return NULL;
    }
    int ndim = src->ndim;
    PyMemoryViewObject *mv = mv_alloc(ndim);
    if (mv == NULL)
        return NULL;
    take_common(mv, mbuf, src);
    Py_buffer *v = &mv->view;
    if (ndim == 0) {
        v->shape = v->strides = NULL;
    }
    else {
        if (src->shape != NULL)
            memcpy(v->shape, src->shape, (size_t)ndim * sizeof(Py_ssize_t));
        else
            v->shape[0] = src->len / src->itemsize;
        if (src->strides != NULL)
            memcpy(v->strides, src->strides, (size_t)ndim * sizeof(Py_ssize_t));
        else
            PyBuffer_FillContiguousStrides(ndim, v->shape, v->strides, (int)v->itemsize, 'C');
    }
    if (src->suboffsets != NULL)
        memcpy(v->suboffsets, src->suboffsets, (size_t)ndim * sizeof(Py_ssize_t));
    else
        v->suboffsets = NULL;
    mv_init_flags(mv);
    return mv;
}

PyMemoryViewObject *
mv_new_incomplete(_PyManagedBufferObject *mbuf, const Py_buffer *src, int ndim)
{
    PyMemoryViewObject *mv = mv_alloc(ndim);
    if (mv == NULL)
        return NULL;
    take_common(mv, mbuf, src);
    mv->view.suboffsets = NULL;
    return mv;
}

static PyObject *
view_of_mbuf(_PyManagedBufferObject *mb)
{
    if (mb == NULL)
        return NULL;
    PyObject *mv = (PyObject *)mv_new_view(mb, NULL);
    Py_DECREF(mb);
    return mv;
}

PyObject *
PyMemoryView_FromMemory(char *mem, Py_ssize_t size, int flags)
{
    _PyManagedBufferObject *mb = mbuf_new();
    if (mb == NULL)
        return NULL;
    if (PyBuffer_FillInfo(&mb->master, NULL, mem, size, flags != PyBUF_WRITE, PyBUF_FULL_RO) < 0) {
        Py_DECREF(mb);
        return NULL;
    }
    return view_of_mbuf(mb);
}

PyObject *
PyMemoryView_FromBuffer(const Py_buffer *info)
{
    if (info->buf == NULL) {
        PyErr_SetString(PyExc_ValueError, "PyMemoryView_FromBuffer(): info->buf must not be NULL");
        return NULL;
    }
    _PyManagedBufferObject *mb = mbuf_new();
    if (mb == NULL)
        return NULL;
    mb->master = *info;
    mb->master.obj = NULL;
    return view_of_mbuf(mb);
}

OWNED PyObject *
memoryview_from_flags(PyObject *obj, int flags)
{
    if (PyMemoryView_Check(obj)) {
        PyMemoryViewObject *mv = MV(obj);
        if (mv_check_released(mv) < 0 || mv_check_restricted(mv) < 0)
            return NULL;
        return (PyObject *)mv_new_view(mv->mbuf, &mv->view);
    }
    if (PyObject_CheckBuffer(obj))
        return view_of_mbuf(mbuf_from_object(obj, flags));
    return PyErr_Format(PyExc_TypeError, "memoryview: a bytes-like object is required, not '%.200s'", Py_TYPE(obj)->tp_name);
}

PyObject *
PyMemoryView_FromObject(PyObject *obj)
{
    return memoryview_from_flags(obj, PyBUF_FULL_RO);
}

OWNED PyObject *
memoryview_from_bufferproc(PyObject *obj, int flags, getbufferproc bufferproc)
{
    _PyManagedBufferObject *mb = mbuf_new();
    if (mb == NULL)
        return NULL;
    if (bufferproc(obj, &mb->master, flags) < 0) {
        mb->master.obj = NULL;
        Py_DECREF(mb);
        return NULL;
    }
    return view_of_mbuf(mb);
}

/* A view of fresh bytes that hold a contiguous copy of src. */
static PyObject *
contiguous_copy(Py_buffer *src, char order)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, src->len);
    if (bytes == NULL)
        return NULL;
    _PyManagedBufferObject *mb = mbuf_from_object(bytes, PyBUF_FULL_RO);
    Py_DECREF(bytes);
    if (mb == NULL)
        return NULL;
    if (src->format != NULL) {
        size_t n = strlen(src->format) + 1;
        mb->master.format = PyMem_Malloc(n);
        if (mb->master.format == NULL) {
            Py_DECREF(mb);
            return PyErr_NoMemory();
        }
        memcpy(mb->master.format, src->format, n);
        mb->flags |= _Py_MANAGED_BUFFER_FREE_FORMAT;
    }
    PyMemoryViewObject *mv = mv_new_incomplete(mb, &mb->master, src->ndim);
    Py_DECREF(mb);
    if (mv == NULL)
        return NULL;
    Py_buffer *v = &mv->view;
    v->itemsize = src->itemsize;
    if (src->ndim > 0) {
        memcpy(v->shape, src->shape, (size_t)src->ndim * sizeof(Py_ssize_t));
        PyBuffer_FillContiguousStrides(src->ndim, v->shape, v->strides, (int)v->itemsize, order == 'F' ? 'F' : 'C');
    }
    mv_init_flags(mv);
    view_copy_out(v->buf, src, order);
    return (PyObject *)mv;
}

PyObject *
PyMemoryView_GetContiguous(PyObject *obj, int buffertype, char order)
{
    PyObject *mv = PyMemoryView_FromObject(obj);
    if (mv == NULL)
        return NULL;
    Py_buffer *v = &MV(mv)->view;
    const char *error = NULL;
    if (buffertype == PyBUF_WRITE && v->readonly)
        error = "underlying buffer is not writable";
    else if (PyBuffer_IsContiguous(v, order))
        return mv;
    else if (buffertype == PyBUF_WRITE)
        error = "writable contiguous buffer requested for a non-contiguous object.";
    PyObject *copy = NULL;
    if (error != NULL)
        PyErr_SetString(PyExc_BufferError, error);
    else
        copy = contiguous_copy(v, order);
    Py_DECREF(mv);
    return copy;
}

/* ---- end of life ---- */

int
mv_release(PyMemoryViewObject *mv)
{
    if (mv->flags & _Py_MEMORYVIEW_RELEASED)
        return 0;
    if (mv->exports > 0) {
        PyErr_Format(PyExc_BufferError, "memoryview has %zd exported buffer%s", mv->exports, mv->exports == 1 ? "" : "s");
        return -1;
    }
    mv->flags |= _Py_MEMORYVIEW_RELEASED;
    if (--mv->mbuf->exports == 0)
        mbuf_release(mv->mbuf);
    return 0;
}

static void
memory_dealloc(PyObject *op)
{
    PyMemoryViewObject *mv = MV(op);
    if (gc_is_tracked(op))
        gc_untrack(op);
    if (mv->mbuf != NULL) {
        mv_release(mv);
        Py_CLEAR(mv->mbuf);
    }
    if (mv->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    PyObject_GC_Del(op);
}

static int
memory_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(MV(op)->mbuf);
    return 0;
}

static int
memory_clear(PyObject *op)
{
    if (MV(op)->exports == 0 && MV(op)->mbuf != NULL)
        mv_release(MV(op));
    return 0;
}

/* ---- buffer protocol ---- */

static int
memory_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    PyMemoryViewObject *mv = MV(op);
    const char *error = NULL;
    if (mv_check_released(mv) < 0 || mv_check_restricted(mv) < 0)
        return -1;
    *view = mv->view;
    view->obj = NULL;
    if ((flags & PyBUF_WRITABLE) && view->readonly)
        error = "memoryview: underlying buffer is not writable";
    if (!(flags & PyBUF_FORMAT))
        view->format = NULL;               /* means: seen as unsigned bytes */
    if (error == NULL && (flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS && !MV_C(mv))
        error = "memoryview: underlying buffer is not C-contiguous";
    if (error == NULL && (flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS
        && !(mv->flags & (_Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_FORTRAN)))
        error = "memoryview: underlying buffer is not Fortran contiguous";
    if (error == NULL && (flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS && !MV_ANY(mv))
        error = "memoryview: underlying buffer is not contiguous";
    if (error == NULL && (flags & PyBUF_INDIRECT) != PyBUF_INDIRECT && (mv->flags & _Py_MEMORYVIEW_PIL))
        error = "memoryview: underlying buffer requires suboffsets";
    if (error == NULL && (flags & PyBUF_STRIDES) != PyBUF_STRIDES) {
        if (!MV_C(mv))
            error = "memoryview: underlying buffer is not C-contiguous";
        view->strides = NULL;
    }
    if (error == NULL && (flags & PyBUF_ND) != PyBUF_ND) {
        if (view->format != NULL)
            error = "memoryview: cannot cast to unsigned bytes if the format flag is present";
        view->ndim = 1;
        view->shape = NULL;
    }
    if (error != NULL) {
        PyErr_SetString(PyExc_BufferError, error);
        return -1;
    }
    view->obj = Py_NewRef(op);
    mv->exports++;
    return 0;
}

static void
memory_releasebuffer(PyObject *op, Py_buffer *view)
{
    MV(op)->exports--;
}

/* ---- casts ---- */

static inline bool
is_byte_format(const char *fmt)
{
    char c;
    return fmt_native(fmt, &c) >= 0 && (c == 'b' || c == 'B' || c == 'c');
}

/* A static string equal to a native format. */
static char *
static_format(const char *fmt)
{
    static const char all[] = "@c\0@b\0@B\0@h\0@H\0@i\0@I\0@l\0@L\0@q\0@Q\0@n\0@N\0@f\0@d\0@e\0@?\0@P";
    char c = fmt[0] == '@' ? fmt[1] : fmt[0];
    for (size_t i = 0; i < sizeof(all); i += 3)
        if (all[i + 1] == c)
            return (char *)&all[fmt[0] == '@' ? i : i + 1];
    return NULL;
}

static int
cast_to_1d(PyMemoryViewObject *mv, const char *fmt)
{
    Py_buffer *v = &mv->view;
    char c;
    Py_ssize_t itemsize = fmt_native(fmt, &c);
    if (itemsize < 0) {
        PyErr_SetString(PyExc_ValueError,
                        "memoryview: destination format must be a native single character format prefixed with an optional '@'");
        return -1;
    }
    if (!is_byte_format(v->format) && !is_byte_format(fmt)) {
        PyErr_SetString(PyExc_TypeError, "memoryview: cannot cast between two non-byte formats");
        return -1;
    }
    if (v->len % itemsize) {
        PyErr_SetString(PyExc_TypeError, "memoryview: length is not a multiple of itemsize");
        return -1;
    }
    v->format = static_format(fmt);
    v->itemsize = itemsize;
    v->ndim = 1;
    v->shape[0] = v->len / itemsize;
    v->strides[0] = itemsize;
    v->suboffsets = NULL;
    mv_init_flags(mv);
    return 0;
}

/* shape[] from a list or tuple of ints; the number of bytes, or -1. */
static Py_ssize_t
read_shape(Py_ssize_t *shape, PyObject *seq, Py_ssize_t ndim, Py_ssize_t itemsize)
{
    Py_ssize_t len = itemsize;
    for (Py_ssize_t i = 0; i < ndim; i++) {
        PyObject *x = PySequence_Fast_GET_ITEM(seq, i);
        if (!PyLong_Check(x)) {
            PyErr_SetString(PyExc_TypeError, "memoryview.cast(): elements of shape must be integers");
            return -1;
        }
        Py_ssize_t n = PyLong_AsSsize_t(x);
        if (n == -1 && PyErr_Occurred())
            return -1;
        if (n <= 0) {
            PyErr_SetString(PyExc_ValueError, "memoryview.cast(): elements of shape must be integers > 0");
            return -1;
        }
        if (n > PY_SSIZE_T_MAX / len) {
            PyErr_SetString(PyExc_ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX");
            return -1;
        }
        len *= n;
        shape[i] = n;
    }
    return len;
}

static int
cast_to_nd(PyMemoryViewObject *mv, PyObject *shape, int ndim)
{
    Py_buffer *v = &mv->view;
    Py_ssize_t len;
    v->ndim = ndim;
    if (ndim == 0) {
        v->shape = v->strides = NULL;
        len = v->itemsize;
    }
    else {
        v->shape = mv->ob_array;
        v->strides = mv->ob_array + ndim;
        len = read_shape(v->shape, shape, ndim, v->itemsize);
        if (len < 0)
            return -1;
        PyBuffer_FillContiguousStrides(ndim, v->shape, v->strides, (int)v->itemsize, 'C');
    }
    if (v->len != len) {
        PyErr_SetString(PyExc_TypeError, "memoryview: product(shape) * itemsize != buffer size");
        return -1;
    }
    mv_init_flags(mv);
    return 0;
}

static bool
zero_in_shape(const Py_buffer *v)
{
    for (int i = 0; i < v->ndim; i++)
        if (v->shape[i] == 0)
            return true;
    return false;
}

/* Refusals that do not depend on the format. *ndim of the result. 0 or -1. */
static int
cast_checks(PyMemoryViewObject *mv, PyObject *shape, Py_ssize_t *ndim)
{
    PyObject *type = PyExc_TypeError;
    const char *error = NULL;
    *ndim = 1;
    if (mv_check_released(mv) < 0 || mv_check_restricted(mv) < 0)
        return -1;
    if (!MV_C(mv))
        error = "memoryview: casts are restricted to C-contiguous views";
    else if ((shape != NULL || mv->view.ndim != 1) && zero_in_shape(&mv->view))
        error = "memoryview: cannot cast view with zeros in shape or strides";
    else if (shape != NULL) {
        if (!PyList_Check(shape) && !PyTuple_Check(shape))
            error = "shape must be a list or a tuple";
        else {
            *ndim = PySequence_Fast_GET_SIZE(shape);
            if (*ndim > PyBUF_MAX_NDIM) {
                type = PyExc_ValueError;
                error = "memoryview: number of dimensions must not exceed 64";
            }
            else if (mv->view.ndim != 1 && *ndim != 1)
                error = "memoryview: cast must be 1D -> ND or ND -> 1D";
        }
    }
    if (error != NULL)
        PyErr_SetString(type, error);
    return error != NULL ? -1 : 0;
}

PyObject *
mv_cast(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "format", "shape" };
    PyObject *arg[2];
    Py_ssize_t ndim;
    if (args_unpack("cast", args, nargs, kwnames, names, 2, 1, 2, arg) < 0)
        return NULL;
    if (!PyUnicode_Check(arg[0])) {
        args_bad("cast", "argument 'format'", "str", arg[0]);
        return NULL;
    }
    if (cast_checks(MV(op), arg[1], &ndim) < 0)
        return NULL;
    const char *fmt = PyUnicode_AsUTF8(arg[0]);
    PyMemoryViewObject *mv = fmt == NULL ? NULL : mv_new_incomplete(MV(op)->mbuf, &MV(op)->view, ndim == 0 ? 1 : (int)ndim);
    if (mv == NULL)
        return NULL;
    if (cast_to_1d(mv, fmt) < 0 || (arg[1] != NULL && cast_to_nd(mv, arg[1], (int)ndim) < 0))
        Py_CLEAR(mv);
    return (PyObject *)mv;
}

/* ---- other methods and slots ---- */

static PyObject *
memory_toreadonly(PyObject *op, PyObject *noargs)
{
    if (mv_check_released(MV(op)) < 0 || mv_check_restricted(MV(op)) < 0)
        return NULL;
    PyMemoryViewObject *mv = mv_new_view(MV(op)->mbuf, &MV(op)->view);
    if (mv != NULL)
        mv->view.readonly = 1;
    return (PyObject *)mv;
}

static PyObject *
memory_tobytes(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "order" };
    PyObject *arg[1];
    char order = 'C';
    if (args_unpack("tobytes", args, nargs, kwnames, names, 1, 0, 1, arg) < 0)
        return NULL;
    if (arg[0] != NULL && arg[0] != Py_None) {
        if (!PyUnicode_Check(arg[0])) {
            args_bad("tobytes", "argument 'order'", "str or None", arg[0]);
            return NULL;
        }
        order = PyUnicode_GET_LENGTH(arg[0]) == 1 ? (char)PyUnicode_READ_CHAR(arg[0], 0) : 0;
    }
    if (mv_check_released(MV(op)) < 0)
        return NULL;
    if (order != 'C' && order != 'F' && order != 'A') {
        PyErr_SetString(PyExc_ValueError, "order must be 'C', 'F' or 'A'");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, MV(op)->view.len);
    if (bytes != NULL)
        view_copy_out(PyBytes_AS_STRING(bytes), &MV(op)->view, order);
    return bytes;
}

static PyObject *
memory_hex(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "sep", "bytes_per_sep" };
    PyObject *arg[2];
    int group = 1;
    if (args_unpack("hex", args, nargs, kwnames, names, 2, 0, 2, arg) < 0)
        return NULL;
    if (arg[1] != NULL && (group = PyLong_AsInt(arg[1])) == -1 && PyErr_Occurred())
        return NULL;
    if (mv_check_released(MV(op)) < 0)
        return NULL;
    Py_buffer *v = &MV(op)->view;
    if (MV_C(MV(op)))
        return _Py_strhex_with_sep(v->buf, v->len, arg[0], group);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, v->len);
    if (bytes == NULL)
        return NULL;
    view_copy_out(PyBytes_AS_STRING(bytes), v, 'C');
    PyObject *text = _Py_strhex_with_sep(PyBytes_AS_STRING(bytes), v->len, arg[0], group);
    Py_DECREF(bytes);
    return text;
}

static PyObject *
memory_release(PyObject *op, PyObject *noargs)
{
    return mv_release(MV(op)) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
memory_enter(PyObject *op, PyObject *noargs)
{
    return mv_check_released(MV(op)) < 0 ? NULL : Py_NewRef(op);
}

static PyObject *
memory_from_flags(PyObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "object", "flags" };
    PyObject *arg[2];
    if (args_unpack("_from_flags", args, nargs, kwnames, names, 2, 2, 2, arg) < 0)
        return NULL;
    int flags = PyLong_AsInt(arg[1]);
    return flags == -1 && PyErr_Occurred() ? NULL : memoryview_from_flags(arg[0], flags);
}

static PyObject *
memory_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "object" };
    PyObject *arg[1];
    if (args_unpack_tuple("memoryview", args, kwds, names, 1, 1, 1, arg) < 0)
        return NULL;
    return PyMemoryView_FromObject(arg[0]);
}

static PyObject *
memory_repr(PyObject *op)
{
    return PyUnicode_FromFormat(MV(op)->flags & _Py_MEMORYVIEW_RELEASED ? "<released memory at %p>" : "<memory at %p>", op);
}

static Py_ssize_t
memory_length(PyObject *op)
{
    if (mv_check_released(MV(op)) < 0)
        return -1;
    if (MV(op)->view.ndim == 0) {
        PyErr_SetString(PyExc_TypeError, "0-dim memory has no length");
        return -1;
    }
    return MV(op)->view.shape[0];
}

static PyObject *
memory_richcompare(PyObject *a, PyObject *b, int op)
{
    if (op != Py_EQ && op != Py_NE)
        Py_RETURN_NOTIMPLEMENTED;
    int same = memoryview_equal(a, b);
    if (same < 0)
        return NULL;
    return same == 2 ? Py_NewRef(Py_NotImplemented) : PyBool_FromLong(same == (op == Py_EQ));
}

static Py_hash_t
memory_hash(PyObject *op)
{
    PyMemoryViewObject *mv = MV(op);
    if (mv->hash != -1)
        return mv->hash;
    if (mv_check_released(mv) < 0)
        return -1;
    Py_buffer *v = &mv->view;
    if (!v->readonly) {
        PyErr_SetString(PyExc_ValueError, "cannot hash writable memoryview object");
        return -1;
    }
    if (!is_byte_format(v->format)) {
        PyErr_SetString(PyExc_ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
        return -1;
    }
    if (v->obj != NULL && PyObject_Hash(v->obj) == -1)
        return -1;                         /* its own message */
    char *mem = v->buf;
    if (!MV_C(mv)) {
        mem = PyMem_Malloc((size_t)v->len);
        if (mem == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        view_copy_out(mem, v, 'C');
    }
    mv->hash = hash_bytes(mem, v->len);
    if (mem != v->buf)
        PyMem_Free(mem);
    return mv->hash;
}

static PyObject *
tuple_of(const Py_ssize_t *vals, int n)
{
    if (vals == NULL)
        return PyTuple_New(0);
    PyObject *t = PyTuple_New(n);
    for (int i = 0; t != NULL && i < n; i++) {
        PyObject *x = PyLong_FromSsize_t(vals[i]);
        if (x == NULL)
            Py_CLEAR(t);
        else
            PyTuple_SET_ITEM(t, i, x);
    }
    return t;
}

enum { GET_OBJ, GET_NBYTES, GET_READONLY, GET_ITEMSIZE, GET_FORMAT, GET_NDIM, GET_SHAPE, GET_STRIDES, GET_SUBOFFSETS,
       GET_C, GET_F, GET_ANY };

static PyObject *
memory_get(PyObject *op, void *which)
{
    PyMemoryViewObject *mv = MV(op);
    Py_buffer *v = &mv->view;
    if (mv_check_released(mv) < 0)
        return NULL;
    switch ((intptr_t)which) {
    case GET_OBJ: return Py_NewRef(v->obj == NULL ? Py_None : v->obj);
    case GET_NBYTES: return PyLong_FromSsize_t(v->len);
    case GET_READONLY: return PyBool_FromLong(v->readonly);
    case GET_ITEMSIZE: return PyLong_FromSsize_t(v->itemsize);
    case GET_FORMAT: return PyUnicode_FromString(v->format);
    case GET_NDIM: return PyLong_FromLong(v->ndim);
    case GET_SHAPE: return tuple_of(v->shape, v->ndim);
    case GET_STRIDES: return tuple_of(v->strides, v->ndim);
    case GET_SUBOFFSETS: return tuple_of(v->suboffsets, v->ndim);
    case GET_C: return PyBool_FromLong(MV_C(mv));
    case GET_F: return PyBool_FromLong(mv->flags & (_Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_FORTRAN));
    default: return PyBool_FromLong(MV_ANY(mv));
    }
}

#define GETTER(name, which, doc) { name, memory_get, NULL, doc, (void *)which }
static PyGetSetDef memory_getset[] = {
    GETTER("obj", GET_OBJ, "The object whose memory this shows."),
    GETTER("nbytes", GET_NBYTES, "Bytes that all items take in contiguous form."),
    GETTER("readonly", GET_READONLY, "True when the memory cannot be written to."),
    GETTER("itemsize", GET_ITEMSIZE, "Bytes of one item."),
    GETTER("format", GET_FORMAT, "Format of one item, in struct's notation."),
    GETTER("ndim", GET_NDIM, "Number of dimensions."),
    GETTER("shape", GET_SHAPE, "Number of items in each dimension."),
    GETTER("strides", GET_STRIDES, "Bytes from one item to the next in each dimension."),
    GETTER("suboffsets", GET_SUBOFFSETS, "For arrays of pointers: offsets behind each dereference."),
    GETTER("c_contiguous", GET_C, "True when the memory is C contiguous."),
    GETTER("f_contiguous", GET_F, "True when the memory is Fortran contiguous."),
    GETTER("contiguous", GET_ANY, "True when the memory is contiguous."),
    { NULL },
};

static PyMethodDef memory_methods[] = {
    { "release", memory_release, METH_NOARGS, TEXT_SIG("release($self, /)", "Give the underlying buffer back.") },
    { "tobytes", _PyCFunction_CAST(memory_tobytes), METH_FASTCALL | METH_KEYWORDS,
      TEXT_SIG("tobytes($self, /, order='C')", "The contents as bytes, in C, Fortran or any ('A') order.") },
    { "hex", _PyCFunction_CAST(memory_hex), METH_FASTCALL | METH_KEYWORDS,
      TEXT_SIG("hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "The contents as hexadecimal digits, grouped by sep.\n\n>>> value = memoryview(b'\\xca\\xfe\\x01')\n"
        ">>> value.hex()\n'cafe01'\n>>> value.hex(':')\n'ca:fe:01'\n>>> value.hex(':', 2)\n'ca:fe01'\n>>> value.hex(':', -2)\n'cafe:01'") },
    { "tolist", mv_tolist, METH_NOARGS, TEXT_SIG("tolist($self, /)", "The contents as a list of items, nested by dimension.") },
    { "cast", _PyCFunction_CAST(mv_cast), METH_FASTCALL | METH_KEYWORDS,
      TEXT_SIG("cast($self, /, format, shape=<unrepresentable>)", "The same memory with another item format or shape.") },
    { "toreadonly", memory_toreadonly, METH_NOARGS, TEXT_SIG("toreadonly($self, /)", "A read-only view of the same memory.") },
    { "_from_flags", _PyCFunction_CAST(memory_from_flags), METH_FASTCALL | METH_KEYWORDS | METH_CLASS,
      TEXT_SIG("_from_flags($type, /, object, flags)", "A view of an object, asking for its buffer with the given flags.") },
    { "__enter__", memory_enter, METH_NOARGS, TEXT_SIG("__enter__($self, /)", "The view itself.") },
    { "__exit__", memory_release, METH_VARARGS, TEXT_SIG("__exit__($self, /, *exc_info)", "Release the view.") },
    { NULL },
};

static PySequenceMethods memory_as_sequence = { .sq_length = memory_length, .sq_item = mv_item };
static PyMappingMethods memory_as_mapping = {
    .mp_length = memory_length, .mp_subscript = mv_subscript, .mp_ass_subscript = mv_ass_subscript,
};
static PyBufferProcs memory_as_buffer = { .bf_getbuffer = memory_getbuffer, .bf_releasebuffer = memory_releasebuffer };

PyTypeObject PyMemoryView_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "memoryview",
    .tp_basicsize = offsetof(PyMemoryViewObject, ob_array),
    .tp_itemsize = sizeof(Py_ssize_t),
    .tp_dealloc = memory_dealloc,
    .tp_repr = memory_repr,
    .tp_as_sequence = &memory_as_sequence,
    .tp_as_mapping = &memory_as_mapping,
    .tp_hash = memory_hash,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_as_buffer = &memory_as_buffer,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_SEQUENCE,
    .tp_doc = TEXT_SIG("memoryview(object)", "View of the memory of an object that supports the buffer protocol."),
    .tp_traverse = memory_traverse,
    .tp_clear = memory_clear,
    .tp_richcompare = memory_richcompare,
    .tp_weaklistoffset = offsetof(PyMemoryViewObject, weakreflist),
    .tp_iter = mv_iter,
    .tp_methods = memory_methods,
    .tp_getset = memory_getset,
    .tp_new = memory_new,
};
