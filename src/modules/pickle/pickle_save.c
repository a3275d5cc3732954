/* modules/pickle/pickle_save.c: save() and the simple values. An object without parts is written at once; any other is
 * written once, and later only as a reference to its number in the memo. */
#include "modules/pickle/pickle.h"

#include "object/core/object.h"         /* _PyObject_GetMethod() */
#include "object/num/int.h"

/* ---- memo ---- */

int save_get(struct pickler *p, PyObject *obj)
{
    struct memo_entry *e = memo_find(p->memo, obj);
    char buf[30];
    if (e->key == NULL) {
        PyErr_SetObject(PyExc_KeyError, obj);
        return -1;
    }
    Py_ssize_t i = e->value, n;
    if (!p->bin)
        n = PyOS_snprintf(buf, sizeof buf, "%c%zd\n", OP_GET, i);
    else if (i < 256) {
        buf[0] = OP_BINGET;
        buf[1] = (char)i;
        n = 2;
    }
    else if ((size_t)i <= 0xffffffff) {
        buf[0] = OP_LONG_BINGET;
        write_le(buf + 1, (uint64_t)i, 4);
        n = 5;
    }
    else {
        PyErr_SetString(p->st->pickling_error, "memo id too large for LONG_BINGET");
        return -1;
    }
    return out_bytes(p, buf, n);
}

static int put_op(struct pickler *p, Py_ssize_t i)
{
    char buf[30];
    Py_ssize_t n;
    if (p->proto >= 4)
        return out_op(p, OP_MEMOIZE);
    if (!p->bin)
        n = PyOS_snprintf(buf, sizeof buf, "%c%zd\n", OP_PUT, i);
    else if (i < 256) {
        buf[0] = OP_BINPUT;
        buf[1] = (char)i;
        n = 2;
    }
    else if ((size_t)i <= 0xffffffff) {
        buf[0] = OP_LONG_BINPUT;
        write_le(buf + 1, (uint64_t)i, 4);
        n = 5;
    }
    else {
        PyErr_SetString(p->st->pickling_error, "memo id too large for LONG_BINPUT");
        return -1;
    }
    return out_bytes(p, buf, n);
}

/* obj gets the next number. e: its free slot, if nothing ran since it was found. */
static inline int put_at(struct pickler *p, PyObject *obj, struct memo_entry *e)
{
    struct memo *m = p->memo;
    Py_ssize_t i = (Py_ssize_t)m->used;
    e->value = i;
    e->key = Py_NewRef(obj);
    m->used++;
    if (UNLIKELY(m->used * 3 >= (m->mask + 1) * 2) && memo_grow(m) < 0)
        return -1;
    return put_op(p, i);
}

int save_put(struct pickler *p, PyObject *obj)
{
    if (p->fast)
        return 0;
    struct memo_entry *e = memo_find(p->memo, obj);
    if (LIKELY(e->key == NULL))
        return put_at(p, obj, e);
    Py_ssize_t i = (Py_ssize_t)p->memo->used;
    e->value = i;
    return put_op(p, i);
}

/* ---- numbers ---- */

static int save_bool(struct pickler *p, PyObject *obj)
{
    if (p->proto >= 2)
        return out_op(p, obj == Py_True ? OP_NEWTRUE : OP_NEWFALSE);
    return out_bytes(p, obj == Py_True ? "I01\n" : "I00\n", 4);
}

/* In 32 bits. */
static int save_small_long(struct pickler *p, long v)
{
    char *to = out_room(p, 16);
    if (to == NULL)
        return -1;
    if (!p->bin) {
        p->out_len += PyOS_snprintf(to, 16, "%c%ld\n", OP_INT, v);
        return 0;
    }
    int n = (v & ~0xffL) == 0 ? 2 : (v & ~0xffffL) == 0 ? 3 : 5;
    uint32_t word = (uint32_t)v;       /* little endian, as the format */
    to[0] = n == 2 ? OP_BININT1 : n == 3 ? OP_BININT2 : OP_BININT;
    memcpy(to + 1, &word, 4);
    p->out_len += n;
    return 0;
}

static int save_long_text(struct pickler *p, PyObject *obj)
{
    PyObject *repr = PyObject_Repr(obj);
    Py_ssize_t n;
    const char *s = repr == NULL ? NULL : PyUnicode_AsUTF8AndSize(repr, &n);
    int r = s == NULL || out_op(p, OP_LONG) < 0 || out_bytes(p, s, n) < 0 || out_bytes(p, "L\n", 2) < 0 ? -1 : 0;
    Py_XDECREF(repr);
    return r;
}

static int save_long_bytes(struct pickler *p, PyObject *obj)
{
    size_t n = (_PyLong_NumBits(obj) >> 3) + 1;
    char header[5];
    if (n > 0x7fffffff) {
        PyErr_SetString(PyExc_OverflowError, "int too large to pickle");
        return -1;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)n);
    if (bytes == NULL)
        return -1;
    unsigned char *d = (unsigned char *)PyBytes_AS_STRING(bytes);
    int r = _PyLong_AsByteArray((PyLongObject *)obj, d, n, 1, 1, 1);
    if (r == 0) {
        if (int_is_negative(obj) && n > 1 && d[n - 1] == 0xff && (d[n - 2] & 0x80) != 0)
            n--;                       /* the sign byte says nothing new */
        header[0] = (char)(n < 256 ? OP_LONG1 : OP_LONG4);
        write_le(header + 1, n, 4);
        r = out_bytes(p, header, n < 256 ? 2 : 5) < 0 || out_bytes(p, (char *)d, (Py_ssize_t)n) < 0 ? -1 : 0;
    }
    Py_DECREF(bytes);
    return r;
}

int save_long(struct pickler *p, PyObject *obj)
{
    int overflow = 0;
    long v = int_is_compact(obj) ? int_compact_value(obj) : PyLong_AsLongAndOverflow(obj, &overflow);
    if (!overflow && v >= -0x80000000L && v <= 0x7fffffffL)
        return save_small_long(p, v);
    return p->proto >= 2 ? save_long_bytes(p, obj) : save_long_text(p, obj);
}

int save_float(struct pickler *p, PyObject *obj)
{
    double v = PyFloat_AS_DOUBLE(obj);
    if (p->bin) {
        char buf[9] = { OP_BINFLOAT };
        return PyFloat_Pack8(v, buf + 1, 0) < 0 ? -1 : out_bytes(p, buf, 9);
    }
    char *text = PyOS_double_to_string(v, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    int r = text == NULL || out_op(p, OP_FLOAT) < 0 || out_bytes(p, text, (Py_ssize_t)strlen(text)) < 0 || out_op(p, '\n') < 0 ? -1 : 0;
    PyMem_Free(text);
    return r;
}

/* ---- bytes ---- */

static int save_bytes_data(struct pickler *p, PyObject *obj, const char *data, Py_ssize_t n)
{
    char header[9];
    int hn = n <= 0xff ? 2 : n <= 0xffffffffL ? 5 : 9;
    if (hn == 9 && p->proto < 4) {
        PyErr_SetString(PyExc_OverflowError, "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher");
        return -1;
    }
    header[0] = (char)(hn == 2 ? OP_SHORT_BINBYTES : hn == 5 ? OP_BINBYTES : OP_BINBYTES8);
    write_le(header + 1, (uint64_t)n, hn - 1);
    return out_large(p, header, hn, data, n, obj) < 0 || save_put(p, obj) < 0 ? -1 : 0;
}

int save_bytes(struct pickler *p, PyObject *obj)
{
    if (p->proto >= 3)
        return save_bytes_data(p, obj, PyBytes_AS_STRING(obj), PyBytes_GET_SIZE(obj));
    /* Python 2 has no such type: a call that gives str there and bytes here. */
    if (PyBytes_GET_SIZE(obj) == 0)
        return save_reduce_two(p, (PyObject *)&PyBytes_Type, PyTuple_New(0), obj);
    PyObject *text = PyUnicode_DecodeLatin1(PyBytes_AS_STRING(obj), PyBytes_GET_SIZE(obj), "strict");
    PyObject *args = text == NULL ? NULL : PyTuple_Pack(2, text, p->st->s_latin1);
    Py_XDECREF(text);
    return save_reduce_two(p, p->st->codecs_encode, args, obj);
}

static int save_bytearray_data(struct pickler *p, PyObject *obj, const char *data, Py_ssize_t n)
{
    char header[9] = { (char)OP_BYTEARRAY8 };
    write_le(header + 1, (uint64_t)n, 8);
    return out_large(p, header, 9, data, n, obj) < 0 || save_put(p, obj) < 0 ? -1 : 0;
}

int save_bytearray(struct pickler *p, PyObject *obj)
{
    if (p->proto >= 5)
        return save_bytearray_data(p, obj, PyByteArray_AS_STRING(obj), PyByteArray_GET_SIZE(obj));
    if (PyByteArray_GET_SIZE(obj) == 0)
        return save_reduce_two(p, (PyObject *)&PyByteArray_Type, PyTuple_New(0), obj);
    PyObject *bytes = PyBytes_FromObject(obj), *args = bytes == NULL ? NULL : PyTuple_Pack(1, bytes);
    Py_XDECREF(bytes);
    return save_reduce_two(p, (PyObject *)&PyByteArray_Type, args, obj);
}

/* PickleBuffer: its bytes, unless the callback takes them. */
int save_buffer(struct pickler *p, PyObject *obj)
{
    if (p->proto < 5) {
        PyErr_SetString(p->st->pickling_error, "PickleBuffer can only be pickled with protocol >= 5");
        return -1;
    }
    const Py_buffer *view = PyPickleBuffer_GetBuffer(obj);
    if (view == NULL)
        return -1;
    if (!PyBuffer_IsContiguous(view, 'A')) {
        PyErr_SetString(p->st->pickling_error, "PickleBuffer can not be pickled when pointing to a non-contiguous buffer");
        return -1;
    }
    int in_band = 1;
    if (p->buffer_callback != NULL) {
        PyObject *callback = Py_NewRef(p->buffer_callback), *answer = PyObject_CallOneArg(callback, obj);
        Py_DECREF(callback);
        in_band = answer == NULL ? -1 : PyObject_IsTrue(answer);
        Py_XDECREF(answer);
        if (in_band < 0 || (view = PyPickleBuffer_GetBuffer(obj)) == NULL)
            return -1;
    }
    if (in_band)
        return (view->readonly ? save_bytes_data : save_bytearray_data)(p, obj, view->buf, view->len);
    return out_op(p, OP_NEXT_BUFFER) < 0 || (view->readonly && out_op(p, OP_READONLY_BUFFER) < 0) ? -1 : 0;
}

/* ---- str ---- */

static int write_utf8(struct pickler *p, const char *data, Py_ssize_t n, PyObject *payload)
{
    char header[9];
    int hn = n <= 0xff && p->proto >= 4 ? 2 : n <= 0xffffffffL ? 5 : 9;
    if (hn == 9 && p->proto < 4) {
        PyErr_SetString(PyExc_OverflowError, "serializing a string larger than 4 GiB requires pickle protocol 4 or higher");
        return -1;
    }
    header[0] = (char)(hn == 2 ? OP_SHORT_BINUNICODE : hn == 5 ? OP_BINUNICODE : OP_BINUNICODE8);
    write_le(header + 1, (uint64_t)n, hn - 1);
    return out_large(p, header, hn, data, n, payload);
}

static int write_str_binary(struct pickler *p, PyObject *obj)
{
    Py_ssize_t n;
    const char *data = PyUnicode_AsUTF8AndSize(obj, &n);
    if (data != NULL)
        return write_utf8(p, data, n, NULL);
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        return -1;
    PyErr_Clear();                     /* lone surrogates */
    PyObject *bytes = PyUnicode_AsEncodedString(obj, "utf-8", "surrogatepass");
    int r = bytes == NULL ? -1 : write_utf8(p, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes), bytes);
    Py_XDECREF(bytes);
    return r;
}

/* Protocol 0: latin-1 with \u and \U, and no character that ends a line somewhere. */
static int write_str_text(struct pickler *p, PyObject *obj)
{
    static const char hex[] = "0123456789abcdef";
    if (out_op(p, OP_UNICODE) < 0)
        return -1;
    for (Py_ssize_t i = 0, n = PyUnicode_GET_LENGTH(obj); i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(obj, i);
        char buf[10] = { '\\', c > 0xffff ? 'U' : 'u' };
        int digits = c > 0xffff ? 8 : c > 0xff || c == '\\' || c == 0 || c == '\n' || c == '\r' || c == 0x1a ? 4 : 0;
        if (digits == 0)
            buf[0] = (char)c;
        for (int k = 0; k < digits; k++)
            buf[2 + k] = hex[c >> 4 * (digits - 1 - k) & 15];
        if (out_bytes(p, buf, digits == 0 ? 1 : 2 + digits) < 0)
            return -1;
    }
    return out_op(p, '\n');
}

/* slot: where obj belongs in the memo. */
int save_str(struct pickler *p, PyObject *obj, struct memo_entry *slot)
{
    if (LIKELY(PyUnicode_IS_COMPACT_ASCII(obj) && PyUnicode_GET_LENGTH(obj) <= 0xff && p->proto >= 4)) {
        Py_ssize_t n = PyUnicode_GET_LENGTH(obj);
        char *to = out_room(p, n + 2);
        if (to == NULL)
            return -1;
        to[0] = (char)OP_SHORT_BINUNICODE;
        to[1] = (char)n;
        memcpy(to + 2, PyUnicode_1BYTE_DATA(obj), (size_t)n);
        p->out_len += n + 2;
        return p->fast ? 0 : put_at(p, obj, slot);     /* nothing ran meanwhile */
    }
    return (p->bin ? write_str_binary : write_str_text)(p, obj) < 0 ? -1 : save_put(p, obj);
}

/* ---- any object ---- */

/* 1 if obj was written as a persistent id, 0 if it has none. */
static int save_pers(struct pickler *p, PyObject *obj)
{
    PyObject *func = Py_NewRef(p->pers_func), *pid = PyObject_CallOneArg(func, obj);
    Py_DECREF(func);
    int r = pid == NULL ? -1 : pid != Py_None;
    if (r == 1 && p->bin)
        r = save_no_pers(p, pid) < 0 || out_op(p, OP_BINPERSID) < 0 ? -1 : 1;
    else if (r == 1) {
        PyObject *text = PyObject_Str(pid);
        if (text != NULL && !PyUnicode_IS_ASCII(text)) {
            PyErr_SetString(p->st->pickling_error, "persistent IDs in protocol 0 must be ASCII strings");
            Py_CLEAR(text);
        }
        r = text == NULL || out_op(p, OP_PERSID) < 0 || out_bytes(p, (char *)PyUnicode_1BYTE_DATA(text), PyUnicode_GET_LENGTH(text)) < 0
            || out_op(p, '\n') < 0 ? -1 : 1;
        Py_XDECREF(text);
    }
    Py_XDECREF(pid);
    return r;
}

/* obj.__reduce_ex__(protocol), or obj.__reduce__() where that is missing. */
static PyObject *call_reduce(struct pickler *p, PyObject *obj)
{
    struct pickle_state *st = p->st;
    PyObject *func = NULL, *args[2] = { obj, SMALL_INT(p->proto) }, *result;
    int unbound = _PyObject_GetMethod(obj, st->s_reduce_ex, &func);
    if (func != NULL)
        result = unbound ? PyObject_Vectorcall(func, args, 2, NULL) : PyObject_CallOneArg(func, args[1]);
    else if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return NULL;
    else {
        PyErr_Clear();
        if (PyObject_GetOptionalAttr(obj, st->s_reduce, &func) < 0)
            return NULL;
        if (func == NULL) {
            PyErr_Format(st->pickling_error, "can't pickle '%.200s' object: %R", Py_TYPE(obj)->tp_name, obj);
            return NULL;
        }
        result = PyObject_CallNoArgs(func);
    }
    Py_DECREF(func);
    return result;
}

/* What dispatch tables, __reduce_ex__() or __reduce__() answer; NULL without exception: obj is a class. */
static PyObject *reduce_value(struct pickler *p, PyObject *obj)
{
    struct pickle_state *st = p->st;
    PyTypeObject *type = Py_TYPE(obj);
    PyObject *func = NULL, *result = NULL;
    if (p->dispatch_table == NULL)
        func = Py_XNewRef(PyDict_GetItemWithError(st->dispatch_table, (PyObject *)type));
    else {
        PyObject *table = Py_NewRef(p->dispatch_table);
        (void)PyMapping_GetOptionalItem(table, (PyObject *)type, &func);
        Py_DECREF(table);
    }
    if (func != NULL)
        result = PyObject_CallOneArg(func, obj);
    else if (PyErr_Occurred() || PyType_IsSubtype(type, &PyType_Type))
        return NULL;
    else
        return call_reduce(p, obj);
    Py_XDECREF(func);
    return result;
}

static int save_reduced(struct pickler *p, PyObject *obj, STEALS PyObject *reduced)
{
    int r = -1;
    if (PyUnicode_Check(reduced))
        r = save_global(p, obj, reduced);
    else if (!PyTuple_Check(reduced))
        PyErr_SetString(p->st->pickling_error, "__reduce__ must return a string or tuple");
    else
        r = save_reduce(p, reduced, obj);
    Py_DECREF(reduced);
    return r;
}

/* An object that says itself how it is taken apart. */
static int save_by_reduction(struct pickler *p, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (p->reducer_override != NULL) {
        PyObject *func = Py_NewRef(p->reducer_override), *reduced = PyObject_CallOneArg(func, obj);
        Py_DECREF(func);
        if (reduced == NULL)
            return -1;
        if (reduced != Py_NotImplemented)
            return save_reduced(p, obj, reduced);
        Py_DECREF(reduced);
    }
    if (type == &PyType_Type)
        return save_type(p, obj);
    if (type == &PyFunction_Type)
        return save_global(p, obj, NULL);
    PyObject *reduced = reduce_value(p, obj);
    if (reduced != NULL)
        return save_reduced(p, obj, reduced);
    return PyErr_Occurred() ? -1 : save_global(p, obj, NULL);
}

static int save_compound(struct pickler *p, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    int r;
    if (Py_EnterRecursiveCall(" while pickling an object"))
        return -1;
    if (type == &PyDict_Type)
        r = save_dict(p, obj);
    else if (type == &PyList_Type)
        r = save_list(p, obj);
    else if (type == &PyTuple_Type)
        r = save_tuple(p, obj);
    else if (type == &PySet_Type)
        r = save_set(p, obj);
    else if (type == &PyFrozenSet_Type)
        r = save_frozenset(p, obj);
    else if (type == &PyByteArray_Type)
        r = save_bytearray(p, obj);
    else if (type == &PyPickleBuffer_Type)
        r = save_buffer(p, obj);
    else
        r = save_by_reduction(p, obj);
    Py_LeaveRecursiveCall();
    return r;
}

int save_no_pers(struct pickler *p, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (UNLIKELY(p->out_len >= p->frame_limit) && out_frame_boundary(p) < 0)
        return -1;
    if (type == &PyLong_Type)
        return save_long(p, obj);
    if (obj == Py_None)
        return out_op(p, OP_NONE);
    if (type == &PyFloat_Type)
        return save_float(p, obj);
    if (type == &PyBool_Type)
        return save_bool(p, obj);
    struct memo_entry *e = memo_find(p->memo, obj);
    if (e->key != NULL)
        return save_get(p, obj);
    if (type == &PyUnicode_Type)
        return save_str(p, obj, e);
    if (type == &PyBytes_Type)
        return save_bytes(p, obj);
    return save_compound(p, obj);
}

static __attribute__((noinline)) int save_asking(struct pickler *p, PyObject *obj)
{
    if (p->out_len >= p->frame_limit && out_frame_boundary(p) < 0)
        return -1;
    int r = save_pers(p, obj);
    return r != 0 ? (r < 0 ? -1 : 0) : save_no_pers(p, obj);
}

int save(struct pickler *p, PyObject *obj) { return LIKELY(p->pers_func == NULL) ? save_no_pers(p, obj) : save_asking(p, obj); }
