/* modules/array/array_io.c: arrays to and from bytes, files, text and pickles, and their iterator. */
#include "modules/array/array.h"

/* ---- bytes and files ---- */

PyObject *
array_frombytes(PyObject *op, PyObject *buffer)
{
    struct array *a = ARRAY(op);
    Py_buffer view;
    if (PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    Py_ssize_t itemsize = a->kind->itemsize, n = view.len / itemsize, old = Py_SIZE(a);
    PyObject *result = NULL;
    if (view.itemsize != 1)
        PyErr_SetString(PyExc_TypeError, "a bytes-like object is required");
    else if (view.len % itemsize != 0)
        PyErr_SetString(PyExc_ValueError, "bytes length not a multiple of item size");
    else if (n == 0)
        result = Py_NewRef(Py_None);
    else if (old > PY_SSIZE_T_MAX - n || (old + n) > PY_SSIZE_T_MAX / itemsize)
        PyErr_NoMemory();
    else if (array_resize(a, old + n) == 0) {
        memcpy(array_at(a, old), view.buf, (size_t)(n * itemsize));
        result = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&view);
    return result;
}

/* Exactly n positional arguments of a METH_METHOD function; 0 or -1. */
static int
check_args(const char *name, Py_ssize_t n, size_t nargs, PyObject *kwnames)
{
    Py_ssize_t given = PyVectorcall_NARGS(nargs);
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0) {
        PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", name);
        return -1;
    }
    if (given != n) {
        PyErr_Format(PyExc_TypeError, "%s() takes exactly %zd positional argument%s (%zd given)", name, n, n == 1 ? "" : "s", given);
        return -1;
    }
    return 0;
}

PyObject *
array_tofile(PyObject *op, PyTypeObject *cls, PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    struct array *a = ARRAY(op);
    const Py_ssize_t block = 64 * 1024;
    if (check_args("tofile", 1, nargs, kwnames) < 0)
        return NULL;
    if (Py_SIZE(a) == 0)
        Py_RETURN_NONE;
    Py_ssize_t bytes = Py_SIZE(a) * a->kind->itemsize;
    for (Py_ssize_t at = 0; at < bytes; at += block) {
        PyObject *chunk = PyBytes_FromStringAndSize(a->items + at, bytes - at < block ? bytes - at : block);
        PyObject *res = chunk == NULL ? NULL : PyObject_CallMethod(args[0], "write", "O", chunk);
        Py_XDECREF(chunk);
        if (res == NULL)
            return NULL;
        Py_DECREF(res);
    }
    Py_RETURN_NONE;
}

PyObject *
array_fromfile(PyObject *op, PyTypeObject *cls, PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    Py_ssize_t itemsize = ARRAY(op)->kind->itemsize, n;
    if (check_args("fromfile", 2, nargs, kwnames) < 0)
        return NULL;
    PyObject *index = PyNumber_Index(args[1]);
    n = index == NULL ? -1 : PyLong_AsSsize_t(index);
    Py_XDECREF(index);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "negative count");
        return NULL;
    }
    if (n > PY_SSIZE_T_MAX / itemsize)
        return PyErr_NoMemory();
    PyObject *bytes = PyObject_CallMethod(args[0], "read", "n", n * itemsize);
    if (bytes == NULL)
        return NULL;
    if (!PyBytes_Check(bytes)) {
        PyErr_SetString(PyExc_TypeError, "read() didn't return bytes");
        Py_DECREF(bytes);
        return NULL;
    }
    bool short_read = PyBytes_GET_SIZE(bytes) != n * itemsize;
    PyObject *res = array_frombytes(op, bytes);
    Py_DECREF(bytes);
    if (res != NULL && short_read) {
        PyErr_SetString(PyExc_EOFError, "read() didn't return enough bytes");
        Py_CLEAR(res);
    }
    return res;
}

PyObject *
array_tobytes(PyObject *op, PyObject *noargs)
{
    struct array *a = ARRAY(op);
    if (Py_SIZE(a) > PY_SSIZE_T_MAX / a->kind->itemsize)
        return PyErr_NoMemory();
    return PyBytes_FromStringAndSize(a->items, Py_SIZE(a) * a->kind->itemsize);
}

PyObject *
array_byteswap(PyObject *op, PyObject *noargs)
{
    struct array *a = ARRAY(op);
    Py_ssize_t size = a->kind->itemsize;
    for (char *p = a->items, *end = p + Py_SIZE(a) * size; p < end; p += size) {
        for (Py_ssize_t lo = 0, hi = size - 1; lo < hi; lo++, hi--) {
            char tmp = p[lo];
            p[lo] = p[hi];
            p[hi] = tmp;
        }
    }
    Py_RETURN_NONE;
}

/* ---- lists and text ---- */

PyObject *
array_fromlist(PyObject *op, PyObject *list)
{
    struct array *a = ARRAY(op);
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "arg must be list");
        return NULL;
    }
    Py_ssize_t n = PyList_GET_SIZE(list), old = Py_SIZE(a);
    if (n == 0)
        Py_RETURN_NONE;
    if (array_resize(a, old + n) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (a->kind->set(array_at(a, old + i), PyList_GET_ITEM(list, i)) < 0) {
            array_resize(a, old);
            return NULL;
        }
        if (n != PyList_GET_SIZE(list)) {
            PyErr_SetString(PyExc_RuntimeError, "list changed size during iteration");
            array_resize(a, old);
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

PyObject *
array_tolist(PyObject *op, PyObject *noargs)
{
    struct array *a = ARRAY(op);
    PyObject *list = PyList_New(Py_SIZE(a));
    for (Py_ssize_t i = 0; list != NULL && i < Py_SIZE(a); i++) {
        PyObject *v = a->kind->get(array_at(a, i));
        if (v == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, v);
    }
    return list;
}

static bool
is_text(struct array *a)
{
    return a->kind->code == 'u' || a->kind->code == 'w';
}

PyObject *
array_fromunicode(PyObject *op, PyObject *text)
{
    struct array *a = ARRAY(op);
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "fromunicode() argument must be str, not %.50s", Py_TYPE(text)->tp_name);
    if (!is_text(a)) {
        PyErr_SetString(PyExc_ValueError, "fromunicode() may only be called on unicode type arrays ('u' or 'w')");
        return NULL;
    }
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), old = Py_SIZE(a);
    if (n == 0)
        Py_RETURN_NONE;
    if (array_resize(a, old + n) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(text, i);
        memcpy(array_at(a, old + i), &c, sizeof(c));
    }
    Py_RETURN_NONE;
}

PyObject *
array_tounicode(PyObject *op, PyObject *noargs)
{
    struct array *a = ARRAY(op);
    if (!is_text(a)) {
        PyErr_SetString(PyExc_ValueError, "tounicode() may only be called on unicode type arrays ('u' or 'w')");
        return NULL;
    }
    if (a->kind->code == 'u')
        return PyUnicode_FromWideChar((wchar_t *)a->items, Py_SIZE(a));
    int order = -1;                    /* little-endian */
    return PyUnicode_DecodeUTF32(a->items, Py_SIZE(a) * 4, NULL, &order);
}

/* ---- pickling ---- */

/* Machine formats by number, as pickles name them. */
static const struct format { int size, is_signed, is_float, big, utf; } formats[] = {
    { 1, 0 }, { 1, 1 }, { 2, 0 }, { 2, 0, 0, 1 }, { 2, 1 }, { 2, 1, 0, 1 }, { 4, 0 }, { 4, 0, 0, 1 }, { 4, 1 }, { 4, 1, 0, 1 },
    { 8, 0 }, { 8, 0, 0, 1 }, { 8, 1 }, { 8, 1, 0, 1 }, { 4, 0, 1 }, { 4, 0, 1, 1 }, { 8, 0, 1 }, { 8, 0, 1, 1 },
    { 2, 0, 0, 0, 1 }, { 2, 0, 0, 1, 1 }, { 4, 0, 0, 0, 1 }, { 4, 0, 0, 1, 1 },
};
#define N_FORMATS ((int)(sizeof(formats) / sizeof(formats[0])))

static int
format_of(const struct array_kind *k)
{
    for (int i = 0; i < N_FORMATS; i++) {
        const struct format *f = &formats[i];
        bool text = k->code == 'u' || k->code == 'w';
        if (!f->big && f->size == k->itemsize && f->utf == text && f->is_float == (k->code == 'f' || k->code == 'd')
            && (f->is_float || text || f->is_signed == k->is_signed))
            return i;
    }
    return -1;
}

static PyObject *
module_attr(const char *name)
{
    PyObject *m = PyImport_ImportModule("array");
    PyObject *attr = m == NULL ? NULL : PyObject_GetAttrString(m, name);
    Py_XDECREF(m);
    return attr;
}

PyObject *
array_reduce_ex(PyObject *op, PyTypeObject *cls, PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    struct array *a = ARRAY(op);
    if (check_args("__reduce_ex__", 1, nargs, kwnames) < 0)
        return NULL;
    if (!PyLong_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "__reduce_ex__ argument should be an integer");
        return NULL;
    }
    long protocol = PyLong_AsLong(args[0]);
    if (protocol == -1 && PyErr_Occurred())
        return NULL;
    PyObject *dict;
    if (PyObject_GetOptionalAttrString(op, "__dict__", &dict) < 0)
        return NULL;
    if (dict == NULL)
        dict = Py_NewRef(Py_None);
    char code[2] = { a->kind->code, 0 };
    int format = format_of(a->kind);
    if (format < 0 || protocol < 3) {
        PyObject *list = array_tolist(op, NULL);
        if (list == NULL) {
            Py_DECREF(dict);
            return NULL;
        }
        return Py_BuildValue("O(sN)N", Py_TYPE(op), code, list, dict);
    }
    PyObject *bytes = array_tobytes(op, NULL), *fn = bytes == NULL ? NULL : module_attr("_array_reconstructor");
    if (fn == NULL) {
        Py_XDECREF(bytes);
        Py_DECREF(dict);
        return NULL;
    }
    return Py_BuildValue("N(OsiN)N", fn, Py_TYPE(op), code, format, bytes, dict);
}

/* Item i of foreign bytes as an object. */
static PyObject *
foreign_item(const struct format *f, const char *p)
{
    if (f->is_float)
        return PyFloat_FromDouble(f->size == 4 ? PyFloat_Unpack4(p, !f->big) : PyFloat_Unpack8(p, !f->big));
    return _PyLong_FromByteArray((const unsigned char *)p, (size_t)f->size, !f->big, f->is_signed);
}

static PyObject *
reconstruct_list(const struct format *f, const char *p, Py_ssize_t bytes)
{
    if (f->utf) {
        int order = f->big ? 1 : -1;
        return f->size == 2 ? PyUnicode_DecodeUTF16(p, bytes, "strict", &order) : PyUnicode_DecodeUTF32(p, bytes, "strict", &order);
    }
    if (bytes % f->size != 0) {
        PyErr_SetString(PyExc_ValueError, "string length not a multiple of item size");
        return NULL;
    }
    PyObject *list = PyList_New(bytes / f->size);
    for (Py_ssize_t i = 0; list != NULL && i < bytes / f->size; i++) {
        PyObject *v = foreign_item(f, p + i * f->size);
        if (v == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, v);
    }
    return list;
}

/* The code for items of a machine format: the same size and sign under another name, if need be. */
static int
code_for_format(const struct format *f, int code)
{
    if (f->is_float || f->utf)
        return code;
    for (const struct array_kind *k = array_kinds; k->code != 0; k++)
        if (k->is_integer && k->itemsize == f->size && k->is_signed == f->is_signed)
            return array_kind_of(code)->itemsize == f->size && array_kind_of(code)->is_signed == f->is_signed ? code : k->code;
    return code;
}

PyObject *
array_reconstruct(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    struct array_state *st = PyModule_GetState(module);
    if (nargs != 4)
        return PyErr_Format(PyExc_TypeError, "_array_reconstructor expected 4 arguments, got %zd", nargs);
    if (!PyType_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "first argument must be a type object, not %.200s", Py_TYPE(args[0])->tp_name);
    if (!PyType_IsSubtype((PyTypeObject *)args[0], st->array))
        return PyErr_Format(PyExc_TypeError, "%.200s is not a subtype of %.200s", ((PyTypeObject *)args[0])->tp_name, st->array->tp_name);
    if (!PyUnicode_Check(args[1]) || PyUnicode_GET_LENGTH(args[1]) != 1) {
        PyErr_Format(PyExc_TypeError, "_array_reconstructor() argument 2 must be a unicode character, not %.50s", Py_TYPE(args[1])->tp_name);
        return NULL;
    }
    int code = (int)PyUnicode_READ_CHAR(args[1], 0), format = PyLong_AsInt(args[2]);
    if (format == -1 && PyErr_Occurred())
        return NULL;
    if (array_kind_of(code) == NULL) {
        PyErr_SetString(PyExc_ValueError, "second argument must be a valid type code");
        return NULL;
    }
    if (format < 0 || format >= N_FORMATS) {
        PyErr_SetString(PyExc_ValueError, "third argument must be a valid machine format code.");
        return NULL;
    }
    if (!PyBytes_Check(args[3]))
        return PyErr_Format(PyExc_TypeError, "fourth argument should be bytes, not %.200s", Py_TYPE(args[3])->tp_name);
    const struct format *f = &formats[format];
    if (format == format_of(array_kind_of(code)))
        return PyObject_CallFunction(args[0], "CO", code, args[3]);
    PyObject *items = reconstruct_list(f, PyBytes_AS_STRING(args[3]), PyBytes_GET_SIZE(args[3]));
    return items == NULL ? NULL : PyObject_CallFunction(args[0], "CN", code_for_format(f, code), items);
}

/* ---- iterator ---- */

struct array_iterator { PyObject ob_base; Py_ssize_t index; struct array *array; PyObject *(*get)(const char *); };
#define IT(op) ((struct array_iterator *)(op))

PyObject *
array_iter(PyObject *op)
{
    struct array_state *st = array_state_of(Py_TYPE(op));
    struct array_iterator *it = st == NULL ? NULL : PyObject_GC_New(struct array_iterator, st->iter);
    if (it == NULL)
        return NULL;
    it->array = ARRAY(Py_NewRef(op));
    it->index = 0;
    it->get = ARRAY(op)->kind->get;
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static PyObject *
iter_next(PyObject *op)
{
    struct array *a = IT(op)->array;
    if (a == NULL)
        return NULL;
    if (IT(op)->index < Py_SIZE(a))
        return IT(op)->get(array_at(a, IT(op)->index++));
    IT(op)->array = NULL;
    Py_DECREF(a);
    return NULL;
}

static void
iter_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_XDECREF(IT(op)->array);
    PyObject_GC_Del(op);
    Py_DECREF(type);
}

static int
iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(IT(op)->array);
    return 0;
}

static PyObject *
iter_reduce(PyObject *op, PyTypeObject *cls, PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    if (check_args("__reduce__", 0, nargs, kwnames) < 0)
        return NULL;
    PyObject *builtins = PyImport_ImportModule("builtins");
    PyObject *iter = builtins == NULL ? NULL : PyObject_GetAttrString(builtins, "iter");
    Py_XDECREF(builtins);
    if (iter == NULL)
        return NULL;
    if (IT(op)->array == NULL)
        return Py_BuildValue("N(())", iter);
    return Py_BuildValue("N(O)n", iter, IT(op)->array, IT(op)->index);
}

static PyObject *
iter_setstate(PyObject *op, PyObject *state)
{
    Py_ssize_t i = PyLong_AsSsize_t(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    struct array *a = IT(op)->array;
    if (a != NULL)
        IT(op)->index = i < 0 ? 0 : i > Py_SIZE(a) ? Py_SIZE(a) : i;
    Py_RETURN_NONE;
}

static PyMethodDef iter_methods[] = {
    { "__reduce__", _PyCFunction_CAST(iter_reduce), METH_METHOD | METH_FASTCALL | METH_KEYWORDS, DOC("__reduce__($self, /)", "State for pickling.") },
    { "__setstate__", iter_setstate, METH_O, DOC("__setstate__($self, state, /)", "Restore the state from pickling.") },
    { NULL },
};
static PyType_Slot iter_slots[] = {
    { Py_tp_dealloc, iter_dealloc }, { Py_tp_getattro, PyObject_GenericGetAttr }, { Py_tp_traverse, iter_traverse },
    { Py_tp_iter, PyObject_SelfIter }, { Py_tp_iternext, iter_next }, { Py_tp_methods, iter_methods }, { 0, NULL },
};
PyType_Spec array_iter_spec = {
    .name = "array.arrayiterator", .basicsize = sizeof(struct array_iterator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = iter_slots,
};
