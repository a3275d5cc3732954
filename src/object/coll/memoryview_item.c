/* object/coll/memoryview_item.c: single items of a memoryview: native formats, comparison, copying, indexing. */
#include "object/coll/memoryview.h"

#include <string.h>

#include "object/core/abstract.h"
#include "object/coll/memoryview_priv.h"
#include "object/coll/slice.h"
#include "rt/hooks.h"

/* ---- formats ---- */

Py_ssize_t
fmt_native(const char *fmt, char *c)
{
    if (fmt == NULL)
        fmt = "B";
    if (fmt[0] == '@')
        fmt++;
    if (fmt[0] == 0 || fmt[1] != 0)
        return -1;
    *c = fmt[0];
    switch (fmt[0]) {
    case 'c': case 'b': case 'B': case '?': return 1;
    case 'h': case 'H': case 'e': return 2;
    case 'i': case 'I': case 'f': return 4;
    case 'l': case 'L': case 'q': case 'Q': case 'n': case 'N': case 'd': case 'P': return 8;
    default: return -1;
    }
}

const char *
fmt_supported(const Py_buffer *view)
{
    char c;
    const char *fmt = view->format == NULL ? "B" : view->format;
    if (fmt_native(fmt, &c) < 0) {
        PyErr_Format(PyExc_NotImplementedError, "memoryview: format %s not supported", fmt);
        return NULL;
    }
    return fmt[0] == '@' ? fmt + 1 : fmt;
}

#define LOAD(type) ({ type x_; memcpy(&x_, ptr, sizeof(x_)); x_; })

PyObject *
item_unpack(const char *ptr, const char *fmt)
{
    switch (fmt[0]) {
    case 'B': return PyLong_FromLong(*(const unsigned char *)ptr);
    case 'b': return PyLong_FromLong(*(const signed char *)ptr);
    case 'h': return PyLong_FromLong(LOAD(short));
    case 'H': return PyLong_FromLong(LOAD(unsigned short));
    case 'i': return PyLong_FromLong(LOAD(int));
    case 'I': return PyLong_FromUnsignedLong(LOAD(unsigned int));
    case 'l': case 'q': case 'n': return PyLong_FromLongLong(LOAD(long long));
    case 'L': case 'Q': case 'N': return PyLong_FromUnsignedLongLong(LOAD(unsigned long long));
    case '?': return PyBool_FromLong(LOAD(unsigned char) != 0);
    case 'f': return PyFloat_FromDouble(LOAD(float));
    case 'd': return PyFloat_FromDouble(LOAD(double));
    case 'e': return PyFloat_FromDouble(PyFloat_Unpack2(ptr, 1));
    case 'c': return PyBytes_FromStringAndSize(ptr, 1);
    case 'P': return PyLong_FromVoidPtr(LOAD(void *));
    default: return PyErr_Format(PyExc_NotImplementedError, "memoryview: format %s not supported", fmt);
    }
}

/* Turn a conversion error into memoryview's own words. */
static int
bad_item(const char *fmt)
{
    if (PyErr_ExceptionMatches(PyExc_TypeError))
        PyErr_Format(PyExc_TypeError, "memoryview: invalid type for format '%s'", fmt);
    else if (PyErr_ExceptionMatches(PyExc_OverflowError) || PyErr_ExceptionMatches(PyExc_ValueError))
        PyErr_Format(PyExc_ValueError, "memoryview: invalid value for format '%s'", fmt);
    return -1;
}

static int
bad_range(const char *fmt)
{
    PyErr_Format(PyExc_ValueError, "memoryview: invalid value for format '%s'", fmt);
    return -1;
}

static int
pack_signed(char *ptr, PyObject *item, const char *fmt, size_t size)
{
    PyObject *i = _PyNumber_Index(item);
    long long v = i == NULL ? -1 : PyLong_AsLongLong(i);
    Py_XDECREF(i);
    if (v == -1 && PyErr_Occurred())
        return bad_item(fmt);
    int unused = 64 - (int)size * 8;
    if ((long long)((unsigned long long)v << unused) >> unused != v)
        return bad_range(fmt);
    memcpy(ptr, &v, size);                 /* little-endian */
    return 0;
}

static int
pack_unsigned(char *ptr, PyObject *item, const char *fmt, size_t size)
{
    PyObject *i = _PyNumber_Index(item);
    unsigned long long v = i == NULL ? (unsigned long long)-1 : PyLong_AsUnsignedLongLong(i);
    Py_XDECREF(i);
    if (v == (unsigned long long)-1 && PyErr_Occurred())
        return bad_item(fmt);
    if (size < 8 && v >> (size * 8) != 0)
        return bad_range(fmt);
    memcpy(ptr, &v, size);
    return 0;
}

static int
pack_float(char *ptr, PyObject *item, const char *fmt)
{
    double d = PyFloat_AsDouble(item);
    if (d == -1.0 && PyErr_Occurred())
        return bad_item(fmt);
    if (fmt[0] == 'f') {
        float f = (float)d;
        memcpy(ptr, &f, sizeof(f));
    }
    else if (fmt[0] == 'd')
        memcpy(ptr, &d, sizeof(d));
    else if (PyFloat_Pack2(d, ptr, 1) < 0)
        return bad_item(fmt);
    return 0;
}

int
item_pack(char *ptr, PyObject *item, const char *fmt)
{
    char c;
    size_t size = (size_t)fmt_native(fmt, &c);
    int truth;
    switch (fmt[0]) {
    case 'b': case 'h': case 'i': case 'l': case 'q': case 'n':
        return pack_signed(ptr, item, fmt, size);
    case 'B': case 'H': case 'I': case 'L': case 'Q': case 'N':
        return pack_unsigned(ptr, item, fmt, size);
    case 'f': case 'd': case 'e':
        return pack_float(ptr, item, fmt);
    case '?':
        truth = PyObject_IsTrue(item);
        if (truth < 0)
            return -1;
        *ptr = (char)truth;
        return 0;
    case 'c':
        if (!PyBytes_Check(item)) {
            PyErr_Format(PyExc_TypeError, "memoryview: invalid type for format '%s'", fmt);
            return -1;
        }
        if (PyBytes_GET_SIZE(item) != 1)
            return bad_range(fmt);
        *ptr = PyBytes_AS_STRING(item)[0];
        return 0;
    case 'P': {
        void *p = PyLong_AsVoidPtr(item);
        if (p == NULL && PyErr_Occurred())
            return bad_item(fmt);
        memcpy(ptr, &p, sizeof(p));
        return 0;
    }
    default:
        PyErr_Format(PyExc_NotImplementedError, "memoryview: format %s not supported", fmt);
        return -1;
    }
}

/* ---- comparison ---- */

/* A struct.Struct for formats that are not native, else nothing. */
struct unpacker { char native; PyObject *unpack_from; Py_ssize_t itemsize; };

static int
unpacker_open(struct unpacker *u, const Py_buffer *v)
{
    PyObject *name = PyUnicode_InternFromString("struct");
    PyObject *mod = name == NULL ? NULL : rt_hooks.import_module(name);
    PyObject *s = mod == NULL ? NULL : PyObject_CallMethod(mod, "Struct", "s", v->format == NULL ? "B" : v->format);
    Py_XDECREF(name);
    Py_XDECREF(mod);
    u->unpack_from = s == NULL ? NULL : PyObject_GetAttrString(s, "unpack_from");
    u->itemsize = v->itemsize;
    Py_XDECREF(s);
    return u->unpack_from == NULL ? -1 : 0;
}

static PyObject *
unpacker_item(struct unpacker *u, const char *ptr)
{
    if (u->unpack_from == NULL)
        return item_unpack(ptr, &u->native);
    PyObject *bytes = PyBytes_FromStringAndSize(ptr, u->itemsize);
    PyObject *t = bytes == NULL ? NULL : PyObject_CallOneArg(u->unpack_from, bytes);
    Py_XDECREF(bytes);
    if (t != NULL && PyTuple_GET_SIZE(t) == 1)
        Py_SETREF(t, Py_NewRef(PyTuple_GET_ITEM(t, 0)));
    return t;
}

/* Same address-free native kinds are compared without objects. 1, 0, -1. */
static int
item_equal(const char *p, const char *q, struct unpacker *a, struct unpacker *b)
{
    if (a->unpack_from == NULL && b->unpack_from == NULL && a->native == b->native) {
        double x, y;
        float f, g;
        switch (a->native) {
        case 'f':
            memcpy(&f, p, 4);
            memcpy(&g, q, 4);
            return f == g;
        case 'd':
            memcpy(&x, p, 8);
            memcpy(&y, q, 8);
            return x == y;
        case 'e':
            return PyFloat_Unpack2(p, 1) == PyFloat_Unpack2(q, 1);
        case '?':
            return (*p != 0) == (*q != 0);
        default:
            return memcmp(p, q, (size_t)a->itemsize) == 0;
        }
    }
    PyObject *x = unpacker_item(a, p), *y = x == NULL ? NULL : unpacker_item(b, q);
    int same = y == NULL ? -1 : PyObject_RichCompareBool(x, y, Py_EQ);
    Py_XDECREF(x);
    Py_XDECREF(y);
    return same;
}

static int
equal_dims(const Py_buffer *v, char *p, const Py_buffer *w, char *q, int dim, struct unpacker *a, struct unpacker *b)
{
    if (dim == v->ndim)
        return item_equal(p, q, a, b);
    for (Py_ssize_t i = 0; i < v->shape[dim]; i++) {
        int same = equal_dims(v, dim_item(v, p, dim, i), w, dim_item(w, q, dim, i), dim + 1, a, b);
        if (same <= 0)
            return same;
    }
    return 1;
}

static bool
same_shape(const Py_buffer *a, const Py_buffer *b)
{
    if (a->ndim != b->ndim)
        return false;
    for (int i = 0; i < a->ndim; i++) {
        if (a->shape[i] != b->shape[i])
            return false;
        if (a->shape[i] == 0)
            break;
    }
    return true;
}

static int
equal_views(const Py_buffer *v, const Py_buffer *w)
{
    if (!same_shape(v, w))
        return 0;
    struct unpacker a = { 0 }, b = { 0 };
    a.itemsize = v->itemsize;
    b.itemsize = w->itemsize;
    int same = -1;
    if (fmt_native(v->format, &a.native) < 0 || fmt_native(w->format, &b.native) < 0 || a.native != b.native) {
        if (unpacker_open(&a, v) < 0 || unpacker_open(&b, w) < 0)
            goto done;
    }
    same = equal_dims(v, v->buf, w, w->buf, 0, &a, &b);
done:
    Py_XDECREF(a.unpack_from);
    Py_XDECREF(b.unpack_from);
    if (same < 0 && !PyErr_ExceptionMatches(PyExc_MemoryError)) {
        PyErr_Clear();                     /* formats that struct does not know are never equal */
        same = 0;
    }
    return same;
}

int
memoryview_equal(PyObject *a, PyObject *b)
{
    PyMemoryViewObject *v = MV(a);
    if (mv_is_released(v))
        return a == b;
    if (PyMemoryView_Check(b))
        return mv_is_released(MV(b)) ? a == b : equal_views(&v->view, &MV(b)->view);
    Py_buffer other;
    if (PyObject_GetBuffer(b, &other, PyBUF_FULL_RO) < 0) {
        PyErr_Clear();
        return 2;
    }
    int same = equal_views(&v->view, &other);
    PyBuffer_Release(&other);
    return same;
}

/* ---- copying ---- */

static void
copy_dims(char *dst, const Py_ssize_t *dst_strides, const Py_buffer *v, char *src, int dim)
{
    if (dim == v->ndim) {
        memcpy(dst, src, (size_t)v->itemsize);
        return;
    }
    if (dim == v->ndim - 1 && v->suboffsets == NULL && v->strides[dim] == v->itemsize && dst_strides[dim] == v->itemsize) {
        memcpy(dst, src, (size_t)(v->itemsize * v->shape[dim]));
        return;
    }
    for (Py_ssize_t i = 0; i < v->shape[dim]; i++)
        copy_dims(dst + i * dst_strides[dim], dst_strides, v, dim_item(v, src, dim, i), dim + 1);
}

void
view_copy_out(char *dst, const Py_buffer *v, char order)
{
    if (PyBuffer_IsContiguous(v, order)) {
        memcpy(dst, v->buf, (size_t)v->len);
        return;
    }
    Py_ssize_t strides[PyBUF_MAX_NDIM], shape1[1], own_strides[PyBUF_MAX_NDIM];
    Py_buffer copy = *v;
    if (copy.shape == NULL) {
        shape1[0] = v->len / v->itemsize;
        copy.shape = shape1;
    }
    if (copy.strides == NULL) {      /* C order, by definition */
        PyBuffer_FillContiguousStrides(copy.ndim, copy.shape, own_strides, (int)v->itemsize, 'C');
        copy.strides = own_strides;
    }
    PyBuffer_FillContiguousStrides(copy.ndim, copy.shape, strides, (int)v->itemsize, order == 'A' ? 'C' : order);
    copy_dims(dst, strides, &copy, v->buf, 0);
}

int
PyBuffer_ToContiguous(void *buf, const Py_buffer *src, Py_ssize_t len, char order)
{
    if (len != src->len) {
        PyErr_SetString(PyExc_ValueError, "PyBuffer_ToContiguous: len != view->len");
        return -1;
    }
    view_copy_out(buf, src, order);
    return 0;
}

static void
scatter_dims(const Py_buffer *dest, char *dst, const char **src, int dim)
{
    if (dim == dest->ndim) {
        memcpy(dst, *src, (size_t)dest->itemsize);
        *src += dest->itemsize;
        return;
    }
    for (Py_ssize_t i = 0; i < dest->shape[dim]; i++)
        scatter_dims(dest, dim_item(dest, dst, dim, i), src, dim + 1);
}

int
view_assign(Py_buffer *dest, Py_buffer *src)
{
    const char *df = dest->format == NULL ? "B" : dest->format, *sf = src->format == NULL ? "B" : src->format;
    df += df[0] == '@';
    sf += sf[0] == '@';
    if (strcmp(df, sf) != 0 || dest->itemsize != src->itemsize || !same_shape(dest, src)) {
        PyErr_SetString(PyExc_ValueError, "memoryview assignment: lvalue and rvalue have different structures");
        return -1;
    }
    if (dest->len == 0)
        return 0;
    if (PyBuffer_IsContiguous(dest, 'C') && PyBuffer_IsContiguous(src, 'C')) {
        memmove(dest->buf, src->buf, (size_t)src->len);
        return 0;
    }
    char *tmp = PyMem_Malloc((size_t)src->len);   /* the two may overlap */
    if (tmp == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    view_copy_out(tmp, src, 'C');
    const char *at = tmp;
    scatter_dims(dest, dest->buf, &at, 0);
    PyMem_Free(tmp);
    return 0;
}

/* ---- indexing ---- */

/* Address of item i in dimension dim, i from either end; NULL with IndexError. */
static char *
lookup_dim(const Py_buffer *v, char *ptr, int dim, Py_ssize_t i)
{
    Py_ssize_t n = v->shape[dim];
    if (i < 0)
        i += n;
    if (i < 0 || i >= n) {
        PyErr_Format(PyExc_IndexError, "index out of bounds on dimension %d", dim + 1);
        return NULL;
    }
    return dim_item(v, ptr, dim, i);
}

static char *
lookup_tuple(const Py_buffer *v, PyObject *key)
{
    Py_ssize_t n = PyTuple_GET_SIZE(key);
    char *ptr = v->buf;
    if (n > v->ndim) {
        PyErr_Format(PyExc_TypeError, "cannot index %zd-dimension view with %zd-element tuple", (Py_ssize_t)v->ndim, n);
        return NULL;
    }
    for (Py_ssize_t dim = 0; ptr != NULL && dim < n; dim++) {
        Py_ssize_t i = PyNumber_AsSsize_t(PyTuple_GET_ITEM(key, dim), PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        ptr = lookup_dim(v, ptr, (int)dim, i);
    }
    return ptr;
}

static bool
is_tuple_of(PyObject *key, bool slices)
{
    if (!PyTuple_Check(key) || (slices && PyTuple_GET_SIZE(key) == 0))
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); i++) {
        PyObject *x = PyTuple_GET_ITEM(key, i);
        if (slices ? !PySlice_Check(x) : !PyIndex_Check(x))
            return false;
    }
    return true;
}

PyObject *
mv_item(PyObject *op, Py_ssize_t i)
{
    Py_buffer *v = &MV(op)->view;
    const char *fmt;
    if (mv_check_released(MV(op)) < 0 || (fmt = fmt_supported(v)) == NULL)
        return NULL;
    if (v->ndim == 0) {
        PyErr_SetString(PyExc_TypeError, "invalid indexing of 0-dim memory");
        return NULL;
    }
    if (v->ndim > 1) {
        PyErr_SetString(PyExc_NotImplementedError, "multi-dimensional sub-views are not implemented");
        return NULL;
    }
    char *ptr = lookup_dim(v, v->buf, 0, i);
    if (ptr == NULL || mv_check_released(MV(op)) < 0)
        return NULL;
    return item_unpack(ptr, fmt);
}

static PyObject *
item_by_tuple(PyMemoryViewObject *mv, PyObject *key)
{
    const char *fmt = fmt_supported(&mv->view);
    if (fmt == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(key) < mv->view.ndim) {
        PyErr_SetString(PyExc_NotImplementedError, "sub-views are not implemented");
        return NULL;
    }
    char *ptr = lookup_tuple(&mv->view, key);
    if (ptr == NULL || mv_check_released(mv) < 0)
        return NULL;
    return item_unpack(ptr, fmt);
}

/* Narrow dimension dim of v to a slice; 0 or -1. */
static int
narrow(Py_buffer *v, PyObject *slice, int dim)
{
    Py_ssize_t start, stop, step, n;
    if (slice_resolve(slice, v->shape[dim], &start, &stop, &step, &n) < 0)
        return -1;
    if (v->suboffsets == NULL || dim == 0) {
adjust_buf:
        v->buf = (char *)v->buf + v->strides[dim] * start;
    }
    else {
        int d = dim - 1;
        while (d >= 0 && v->suboffsets[d] < 0)
            d--;
        if (d < 0)
            goto adjust_buf;
        v->suboffsets[d] += v->strides[dim] * start;
    }
    v->shape[dim] = n;
    v->strides[dim] *= step;
    return 0;
}

static void
recount_len(Py_buffer *v)
{
    Py_ssize_t n = v->itemsize;
    for (int i = 0; i < v->ndim; i++)
        n *= v->shape[i];
    v->len = n;
}

static PyObject *
view_of_slice(PyMemoryViewObject *mv, PyObject *slice)
{
    if (mv_check_restricted(mv) < 0)
        return NULL;
    PyMemoryViewObject *out = mv_new_view(mv->mbuf, &mv->view);
    if (out == NULL)
        return NULL;
    if (narrow(&out->view, slice, 0) < 0) {
        Py_DECREF(out);
        return NULL;
    }
    recount_len(&out->view);
    mv_init_flags(out);
    return (PyObject *)out;
}

PyObject *
mv_subscript(PyObject *op, PyObject *key)
{
    PyMemoryViewObject *mv = MV(op);
    if (mv_check_released(mv) < 0)
        return NULL;
    if (mv->view.ndim == 0) {
        if (PyTuple_Check(key) && PyTuple_GET_SIZE(key) == 0) {
            const char *fmt = fmt_supported(&mv->view);
            return fmt == NULL ? NULL : item_unpack(mv->view.buf, fmt);
        }
        if (key == Py_Ellipsis)
            return Py_NewRef(op);
        PyErr_SetString(PyExc_TypeError, "invalid indexing of 0-dim memory");
        return NULL;
    }
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        return i == -1 && PyErr_Occurred() ? NULL : mv_item(op, i);
    }
    if (PySlice_Check(key))
        return view_of_slice(mv, key);
    if (is_tuple_of(key, false))
        return item_by_tuple(mv, key);
    if (is_tuple_of(key, true))
        PyErr_SetString(PyExc_NotImplementedError, "multi-dimensional slicing is not implemented");
    else
        PyErr_SetString(PyExc_TypeError, "memoryview: invalid slice key");
    return NULL;
}

static int
assign_slice(PyMemoryViewObject *mv, PyObject *key, PyObject *value)
{
    Py_buffer src, dest = mv->view;
    Py_ssize_t arrays[3];
    if (PyObject_GetBuffer(value, &src, PyBUF_FULL_RO) < 0)
        return -1;
    dest.shape = &arrays[0];
    dest.shape[0] = mv->view.shape[0];
    dest.strides = &arrays[1];
    dest.strides[0] = mv->view.strides[0];
    if (mv->view.suboffsets != NULL) {
        dest.suboffsets = &arrays[2];
        dest.suboffsets[0] = mv->view.suboffsets[0];
    }
    int result = narrow(&dest, key, 0);
    if (result == 0) {
        dest.len = dest.shape[0] * dest.itemsize;
        result = mv_check_released(mv) < 0 ? -1 : view_assign(&dest, &src);
    }
    PyBuffer_Release(&src);
    return result;
}

static int
assign_checks(PyMemoryViewObject *mv, PyObject *value)
{
    if (mv_check_released(mv) < 0)
        return -1;
    if (mv->view.readonly) {
        PyErr_SetString(PyExc_TypeError, "cannot modify read-only memory");
        return -1;
    }
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete memory");
        return -1;
    }
    return 0;
}

int
mv_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    PyMemoryViewObject *mv = MV(op);
    Py_buffer *v = &mv->view;
    const char *fmt, *error = NULL;
    char *ptr = NULL;
    if (mv_check_released(mv) < 0 || (fmt = fmt_supported(v)) == NULL || assign_checks(mv, value) < 0)
        return -1;
    if (v->ndim == 0) {
        if (key != Py_Ellipsis && !(PyTuple_Check(key) && PyTuple_GET_SIZE(key) == 0)) {
            PyErr_SetString(PyExc_TypeError, "invalid indexing of 0-dim memory");
            return -1;
        }
        ptr = v->buf;
    }
    else if (PyIndex_Check(key)) {
        if (v->ndim > 1)
            error = "sub-views are not implemented";
        else {
            Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
            if (i == -1 && PyErr_Occurred())
                return -1;
            ptr = lookup_dim(v, v->buf, 0, i);
        }
    }
    else if (PySlice_Check(key) && v->ndim == 1)
        return assign_slice(mv, key, value);
    else if (is_tuple_of(key, false)) {
        if (PyTuple_GET_SIZE(key) < v->ndim)
            error = "sub-views are not implemented";
        else
            ptr = lookup_tuple(v, key);
    }
    else if (PySlice_Check(key) || is_tuple_of(key, true))
        error = "memoryview slice assignments are currently restricted to ndim = 1";
    else {
        PyErr_SetString(PyExc_TypeError, "memoryview: invalid slice key");
        return -1;
    }
    if (error != NULL)
        PyErr_SetString(PyExc_NotImplementedError, error);
    if (ptr == NULL)
        return -1;
    /* Converting the value may release the view: convert first, then look again. */
    char tmp[16];
    char c;
    if (item_pack(tmp, value, fmt) < 0 || mv_check_released(mv) < 0)
        return -1;
    memcpy(ptr, tmp, (size_t)fmt_native(fmt, &c));
    return 0;
}

static PyObject *
tolist_dims(const Py_buffer *v, char *ptr, int dim, const char *fmt)
{
    if (dim == v->ndim)
        return item_unpack(ptr, fmt);
    PyObject *list = PyList_New(v->shape[dim]);
    for (Py_ssize_t i = 0; list != NULL && i < v->shape[dim]; i++) {
        PyObject *item = tolist_dims(v, dim_item(v, ptr, dim, i), dim + 1, fmt);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

PyObject *
mv_tolist(PyObject *op, PyObject *noargs)
{
    const char *fmt;
    if (mv_check_released(MV(op)) < 0 || (fmt = fmt_supported(&MV(op)->view)) == NULL)
        return NULL;
    return tolist_dims(&MV(op)->view, MV(op)->view.buf, 0, fmt);
}

/* ---- iterator ---- */

struct memory_iter {
    PyObject ob_base;
    Py_ssize_t it_index;
    PyMemoryViewObject *it_seq;        /* NULL once exhausted */
    Py_ssize_t it_length;
    const char *it_fmt;
};

PyObject *
mv_iter(PyObject *op)
{
    Py_buffer *v = &MV(op)->view;
    const char *fmt;
    if (mv_check_released(MV(op)) < 0)
        return NULL;
    if (v->ndim == 0) {
        PyErr_SetString(PyExc_TypeError, "invalid indexing of 0-dim memory");
        return NULL;
    }
    if (v->ndim != 1) {
        PyErr_SetString(PyExc_NotImplementedError, "multi-dimensional sub-views are not implemented");
        return NULL;
    }
    if ((fmt = fmt_supported(v)) == NULL)
        return NULL;
    struct memory_iter *it = COLL_GC_NEW(struct memory_iter, &memory_iter_type);
    if (it == NULL)
        return NULL;
    it->it_fmt = fmt;
    it->it_length = v->shape[0];
    it->it_index = 0;
    it->it_seq = MV(Py_NewRef(op));
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
memory_iter_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(((struct memory_iter *)op)->it_seq);
    COLL_GC_FREE(struct memory_iter, op);
}

static int
memory_iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(((struct memory_iter *)op)->it_seq);
    return 0;
}

static PyObject *
memory_iter_next(PyObject *op)
{
    struct memory_iter *it = (struct memory_iter *)op;
    PyMemoryViewObject *mv = it->it_seq;
    if (mv == NULL)
        return NULL;
    if (it->it_index < it->it_length) {
        if (mv_check_released(mv) < 0)
            return NULL;
        return item_unpack(dim_item(&mv->view, mv->view.buf, 0, it->it_index++), it->it_fmt);
    }
    it->it_seq = NULL;
    Py_DECREF(mv);
    return NULL;
}

PyTypeObject memory_iter_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "memory_iterator",
    .tp_basicsize = sizeof(struct memory_iter),
    .tp_dealloc = memory_iter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = memory_iter_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = memory_iter_next,
};
