/* code/marshal_write.c: objects to bytes.
 *
 * From version 3 on an object met again is written as a reference to its first occurrence. An object gets a number only if its count
 * shows that it may be met again (more than one reference, or an interned string), which is what makes .pyc files equal CPython's. */
#include "code/marshal_io.h"

#include "code/code.h"
#include "object/core/err.h"

enum fault { F_NONE, F_UNMARSHALLABLE, F_TOO_DEEP, F_NO_MEMORY, F_CODE, F_RAISED };

struct seen { PyObject *obj; uint32_t index; };
struct writer {
    char *buf;
    size_t n, room;
    enum fault fault;
    int depth, version;
    bool allow_code;
    struct seen *table;              /* open addressing by address; owns the objects */
    size_t nseen, slots;
};

static void write_object(struct writer *w, PyObject *v);

/* ---- bytes ---- */

static void
put(struct writer *w, const void *p, size_t n)
{
    if (w->n + n > w->room) {
        size_t room = w->room * 2 + n + 256;
        char *buf = PyMem_Realloc(w->buf, room);
        if (buf == NULL) {
            w->fault = F_NO_MEMORY;
            return;
        }
        w->buf = buf;
        w->room = room;
    }
    memcpy(w->buf + w->n, p, n);
    w->n += n;
}

static void
put_byte(struct writer *w, int b)
{
    char c = (char)b;
    put(w, &c, 1);
}

static void
put_short(struct writer *w, int v)
{
    char b[2] = { (char)v, (char)(v >> 8) };
    put(w, b, 2);
}

static void
put_long(struct writer *w, long v)
{
    char b[4] = { (char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24) };
    put(w, b, 4);
}

static void
put_size(struct writer *w, Py_ssize_t n)
{
    if (n > INT32_MAX)
        w->fault = F_UNMARSHALLABLE;
    else
        put_long(w, (long)n);
}

static void
put_sized(struct writer *w, const void *p, Py_ssize_t n)
{
    put_size(w, n);
    if (w->fault == F_NONE)
        put(w, p, (size_t)n);
}

/* ---- references ---- */

static struct seen *
slot_of(struct seen *table, size_t slots, PyObject *v)
{
    size_t i = ((uintptr_t)v >> 4) * 0x9E3779B97F4A7C15u >> 20;
    while (table[i & (slots - 1)].obj != NULL && table[i & (slots - 1)].obj != v)
        i++;
    return &table[i & (slots - 1)];
}

static bool
seen_grow(struct writer *w)
{
    size_t slots = w->slots ? w->slots * 2 : 256;
    struct seen *table = PyMem_Calloc(slots, sizeof(*table));
    if (table == NULL) {
        w->fault = F_NO_MEMORY;
        return false;
    }
    for (size_t i = 0; i < w->slots; i++)
        if (w->table[i].obj != NULL)
            *slot_of(table, slots, w->table[i].obj) = w->table[i];
    PyMem_Free(w->table);
    w->table = table;
    w->slots = slots;
    return true;
}

static void
seen_free(struct writer *w)
{
    for (size_t i = 0; i < w->slots; i++)
        Py_XDECREF(w->table[i].obj);
    PyMem_Free(w->table);
}

/* True when a reference was written instead; else *flag may get M_FLAG_REF. */
static bool
write_ref(struct writer *w, PyObject *v, int *flag)
{
    if (w->version < 3)
        return false;
    if (Py_REFCNT(v) == 1 && !(PyUnicode_CheckExact(v) && PyUnicode_CHECK_INTERNED(v)))
        return false;
    if (w->nseen * 3 >= w->slots * 2 && !seen_grow(w))
        return true;
    struct seen *s = slot_of(w->table, w->slots, v);
    if (s->obj != NULL) {
        put_byte(w, M_REF);
        put_long(w, s->index);
        return true;
    }
    if (w->nseen >= INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "too many objects");
        w->fault = F_RAISED;
        return true;
    }
    *s = (struct seen){ Py_NewRef(v), (uint32_t)w->nseen++ };
    *flag |= M_FLAG_REF;
    return false;
}

/* ---- kinds ---- */

/* 15-bit digits, least significant first, the count signed. */
static void
write_big_int(struct writer *w, PyObject *v, int flag)
{
    size_t bits = _PyLong_NumBits(v);
    size_t n = bits / 15 + 1, len = bits / 8 + 1;
    uint8_t *raw = PyMem_Calloc(len + 4, 1);
    int sign = _PyLong_Sign(v);
    PyObject *mag = raw == NULL ? NULL : sign < 0 ? PyNumber_Negative(v) : Py_NewRef(v);
    if (mag == NULL || PyLong_AsNativeBytes(mag, raw, (Py_ssize_t)len, Py_ASNATIVEBYTES_LITTLE_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER) < 0) {
        w->fault = raw == NULL ? F_NO_MEMORY : F_RAISED;
        Py_XDECREF(mag);
        PyMem_Free(raw);
        return;
    }
    Py_DECREF(mag);
#define DIGIT(i) ((int)(((uint32_t)raw[(i) * 15 / 8] | (uint32_t)raw[(i) * 15 / 8 + 1] << 8 | (uint32_t)raw[(i) * 15 / 8 + 2] << 16) >> ((i) * 15 % 8)) & 0x7fff)
    while (n > 0 && (((n - 1) * 15 / 8 >= len) || DIGIT(n - 1) == 0))
        n--;
    put_byte(w, M_LONG | flag);
    put_long(w, sign < 0 ? -(long)n : (long)n);
    for (size_t i = 0; i < n; i++)
        put_short(w, DIGIT(i));
#undef DIGIT
    PyMem_Free(raw);
}

static void
write_int(struct writer *w, PyObject *v, int flag)
{
    int overflow;
    long x = PyLong_AsLongAndOverflow(v, &overflow);
    if (overflow || x < INT32_MIN || x > INT32_MAX) {
        write_big_int(w, v, flag);
        return;
    }
    put_byte(w, M_INT | flag);
    put_long(w, x);
}

static void
put_double(struct writer *w, double d)
{
    put(w, &d, 8);                                 /* little-endian host */
}

static void
put_double_text(struct writer *w, double d)
{
    char *text = PyOS_double_to_string(d, 'g', 17, 0, NULL);
    if (text == NULL) {
        w->fault = F_NO_MEMORY;
        return;
    }
    put_byte(w, (int)strlen(text));
    put(w, text, strlen(text));
    PyMem_Free(text);
}

static void
write_str(struct writer *w, PyObject *v, int flag)
{
    bool interned = PyUnicode_CHECK_INTERNED(v);
    Py_ssize_t n = PyUnicode_GET_LENGTH(v);
    if (w->version >= 4 && PyUnicode_IS_ASCII(v)) {
        if (n < 256) {
            put_byte(w, (interned ? M_SHORT_ASCII_INTERNED : M_SHORT_ASCII) | flag);
            put_byte(w, (int)n);
            put(w, PyUnicode_DATA(v), (size_t)n);
            return;
        }
        put_byte(w, (interned ? M_ASCII_INTERNED : M_ASCII) | flag);
        put_sized(w, PyUnicode_DATA(v), n);
        return;
    }
    PyObject *utf8 = PyUnicode_AsEncodedString(v, "utf8", "surrogatepass");
    if (utf8 == NULL) {
        w->depth--;
        w->fault = F_UNMARSHALLABLE;
        PyErr_Clear();
        return;
    }
    put_byte(w, (w->version >= 3 && interned ? M_INTERNED : M_UNICODE) | flag);
    put_sized(w, PyBytes_AS_STRING(utf8), PyBytes_GET_SIZE(utf8));
    Py_DECREF(utf8);
}

static void
write_tuple(struct writer *w, PyObject *v, int flag)
{
    Py_ssize_t n = PyTuple_GET_SIZE(v);
    if (w->version >= 4 && n < 256) {
        put_byte(w, M_SMALL_TUPLE | flag);
        put_byte(w, (int)n);
    }
    else {
        put_byte(w, M_TUPLE | flag);
        put_size(w, n);
    }
    for (Py_ssize_t i = 0; i < n; i++)
        write_object(w, PyTuple_GET_ITEM(v, i));
}

static void
write_list(struct writer *w, PyObject *v, int flag)
{
    put_byte(w, M_LIST | flag);
    put_size(w, PyList_GET_SIZE(v));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(v); i++)
        write_object(w, PyList_GET_ITEM(v, i));
}

static void
write_dict(struct writer *w, PyObject *v, int flag)
{
    Py_ssize_t pos = 0;
    PyObject *key, *value;
    put_byte(w, M_DICT | flag);
    while (PyDict_Next(v, &pos, &key, &value)) {
        write_object(w, key);
        write_object(w, value);
    }
    write_object(w, NULL);
}

/* Members in the order of their own dumps: the same set always gives the same bytes. */
static PyObject *
sorted_members(struct writer *w, PyObject *v)
{
    PyObject *pairs = PyList_New(0), *it = pairs == NULL ? NULL : PyObject_GetIter(v), *item;
    if (it == NULL)
        goto fail;
    while ((item = PyIter_Next(it)) != NULL) {
        PyObject *dump = marshal_dumps(item, w->version, w->allow_code);
        PyObject *pair = dump == NULL ? NULL : PyTuple_Pack(2, dump, item);
        Py_XDECREF(dump);
        Py_DECREF(item);
        int rc = pair == NULL ? -1 : PyList_Append(pairs, pair);
        Py_XDECREF(pair);
        if (rc < 0)
            goto fail;
    }
    Py_CLEAR(it);
    if (PyErr_Occurred() || PyList_Sort(pairs) < 0)
        goto fail;
    return pairs;
fail:
    Py_XDECREF(pairs);
    Py_XDECREF(it);
    return NULL;
}

static void
write_set(struct writer *w, PyObject *v, int flag)
{
    put_byte(w, (PyFrozenSet_CheckExact(v) ? M_FROZENSET : M_SET) | flag);
    put_size(w, PySet_GET_SIZE(v));
    PyObject *pairs = sorted_members(w, v);
    if (pairs == NULL) {
        w->fault = F_RAISED;
        return;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(pairs); i++)
        write_object(w, PyTuple_GET_ITEM(PyList_GET_ITEM(pairs, i), 1));
    Py_DECREF(pairs);
}

static void
write_code(struct writer *w, PyCodeObject *co, int flag)
{
    if (!w->allow_code) {
        w->fault = F_CODE;
        return;
    }
    PyObject *code = _PyCode_GetCode(co);
    if (code == NULL) {
        w->fault = F_RAISED;
        return;
    }
    put_byte(w, M_CODE | flag);
    put_long(w, co->co_argcount);
    put_long(w, co->co_posonlyargcount);
    put_long(w, co->co_kwonlyargcount);
    put_long(w, co->co_stacksize);
    put_long(w, co->co_flags);
    write_object(w, code);
    write_object(w, co->co_consts);
    write_object(w, co->co_names);
    write_object(w, co->co_localsplusnames);
    write_object(w, co->co_localspluskinds);
    write_object(w, co->co_filename);
    write_object(w, co->co_name);
    write_object(w, co->co_qualname);
    put_long(w, co->co_firstlineno);
    write_object(w, co->co_linetable);
    write_object(w, co->co_exceptiontable);
    Py_DECREF(code);
}

static void
write_buffer(struct writer *w, PyObject *v, int flag)
{
    Py_buffer view;
    if (PyObject_GetBuffer(v, &view, PyBUF_SIMPLE) != 0) {
        put_byte(w, M_UNKNOWN);
        w->fault = F_UNMARSHALLABLE;
        PyErr_Clear();
        return;
    }
    put_byte(w, M_STRING | flag);
    put_sized(w, view.buf, view.len);
    PyBuffer_Release(&view);
}

static void
write_complex_object(struct writer *w, PyObject *v, int flag)
{
    if (PyLong_CheckExact(v))
        write_int(w, v, flag);
    else if (PyFloat_CheckExact(v)) {
        put_byte(w, (w->version > 1 ? M_BINARY_FLOAT : M_FLOAT) | flag);
        (w->version > 1 ? put_double : put_double_text)(w, PyFloat_AS_DOUBLE(v));
    }
    else if (PyComplex_CheckExact(v)) {
        Py_complex z = PyComplex_AsCComplex(v);
        put_byte(w, (w->version > 1 ? M_BINARY_COMPLEX : M_COMPLEX) | flag);
        (w->version > 1 ? put_double : put_double_text)(w, z.real);
        (w->version > 1 ? put_double : put_double_text)(w, z.imag);
    }
    else if (PyBytes_CheckExact(v)) {
        put_byte(w, M_STRING | flag);
        put_sized(w, PyBytes_AS_STRING(v), PyBytes_GET_SIZE(v));
    }
    else if (PyUnicode_CheckExact(v))
        write_str(w, v, flag);
    else if (PyTuple_CheckExact(v))
        write_tuple(w, v, flag);
    else if (PyList_CheckExact(v))
        write_list(w, v, flag);
    else if (PyDict_CheckExact(v))
        write_dict(w, v, flag);
    else if (PyAnySet_CheckExact(v))
        write_set(w, v, flag);
    else if (PyCode_Check(v))
        write_code(w, (PyCodeObject *)v, flag);
    else if (PyObject_CheckBuffer(v))
        write_buffer(w, v, flag);
    else {
        put_byte(w, M_UNKNOWN);
        w->fault = F_UNMARSHALLABLE;
    }
}

static void
write_object(struct writer *w, PyObject *v)
{
    int flag = 0;
    if (w->fault != F_NONE)
        return;
    if (++w->depth > M_MAX_DEPTH)
        w->fault = F_TOO_DEEP;
    else if (v == NULL)
        put_byte(w, M_NULL);
    else if (v == Py_None)
        put_byte(w, M_NONE);
    else if (v == PyExc_StopIteration)
        put_byte(w, M_STOPITER);
    else if (v == Py_Ellipsis)
        put_byte(w, M_ELLIPSIS);
    else if (v == Py_False)
        put_byte(w, M_FALSE);
    else if (v == Py_True)
        put_byte(w, M_TRUE);
    else if (!write_ref(w, v, &flag))
        write_complex_object(w, v, flag);
    w->depth--;
}

static void
raise_fault(struct writer *w)
{
    switch (w->fault) {
    case F_NO_MEMORY:
        PyErr_NoMemory();
        break;
    case F_TOO_DEEP:
        PyErr_SetString(PyExc_ValueError, "object too deeply nested to marshal");
        break;
    case F_CODE:
        PyErr_SetString(PyExc_ValueError, "marshalling code objects is disallowed");
        break;
    case F_UNMARSHALLABLE:
        PyErr_SetString(PyExc_ValueError, "unmarshallable object");
        break;
    default:
        break;
    }
}

PyObject *
marshal_dumps(PyObject *v, int version, bool allow_code)
{
    struct writer w = { .version = version, .allow_code = allow_code };
    PyObject *out = NULL;
    if (Py_EnterRecursiveCall(" while marshalling"))   /* sets dump their members separately */
        return NULL;
    write_object(&w, v);
    Py_LeaveRecursiveCall();
    if (w.fault == F_NONE)
        out = PyBytes_FromStringAndSize(w.buf, (Py_ssize_t)w.n);
    else
        raise_fault(&w);
    seen_free(&w);
    PyMem_Free(w.buf);
    return out;
}

/* ---- C API ---- */

PyObject *
PyMarshal_WriteObjectToString(PyObject *v, int version)
{
    return marshal_dumps(v, version, true);
}

void
PyMarshal_WriteLongToFile(long v, FILE *fp, int version)
{
    char b[4] = { (char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24) };
    fwrite(b, 1, 4, fp);
}

void
PyMarshal_WriteObjectToFile(PyObject *v, FILE *fp, int version)
{
    struct writer w = { .version = version, .allow_code = true };
    write_object(&w, v);
    fwrite(w.buf, 1, w.n, fp);
    seen_free(&w);
    PyMem_Free(w.buf);
}
