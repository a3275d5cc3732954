/* code/marshal_read.c: bytes to objects.
 *
 * The input is not trusted: every size is checked against what is there before memory is reserved for it, depth is limited,
 * and a reference may only name an object that is complete (placeholders are None, which no reference can mean). */
#include "code/marshal_io.h"

#include "code/code.h"
#include "object/core/err.h"
#include "object/text/str.h"
#include "rt/singletons.h"

struct reader {
    const char *p, *end;             /* memory, if neither of the next two */
    FILE *fp;
    PyObject *readable;              /* object with readinto() */
    char *buf;                       /* what was read from those */
    size_t room;
    PyObject **refs;                 /* owned */
    Py_ssize_t nrefs, refs_room;
    int depth;
    bool allow_code, trusted;        /* trusted: code objects need not be verified */
    struct open *open, *reachable;   /* tuples being filled; those from `reachable` on lie beyond a list or a dict value */
    bool hashed;                     /* inside a set, a dict key or a code object: no unfinished tuple can be meant */
};

/* A tuple that contains itself with only tuples between could never be hashed or compared: no such reference is valid. */
struct open { PyObject *tuple; struct open *outer; };

static PyObject *read_object(struct reader *r);

/* ---- bytes ---- */

static int
fill_from_readable(struct reader *r, Py_ssize_t n)
{
    PyObject *view = PyMemoryView_FromMemory(r->buf, n, PyBUF_WRITE);
    PyObject *res = view == NULL ? NULL : PyObject_CallMethod(r->readable, "readinto", "N", view);
    if (res == NULL)
        return -1;
    Py_ssize_t got = PyNumber_AsSsize_t(res, PyExc_ValueError);
    Py_DECREF(res);
    if (got == -1 && PyErr_Occurred())
        return -1;
    if (got == n)
        return 0;
    if (got > n)
        PyErr_Format(PyExc_ValueError, "read() returned too much data: %zd bytes requested, %zd returned", n, got);
    else
        PyErr_SetString(PyExc_EOFError, "EOF read where not expected");
    return -1;
}

static const char *
take_slow(struct reader *r, Py_ssize_t n)
{
    if (r->fp == NULL && r->readable == NULL) {
        if (r->end - r->p < n) {
            PyErr_SetString(PyExc_EOFError, "marshal data too short");
            return NULL;
        }
        r->p += n;
        return r->p - n;
    }
    if ((size_t)n > r->room) {
        char *buf = PyMem_Realloc(r->buf, (size_t)n);
        if (buf == NULL)
            return (const char *)PyErr_NoMemory();
        r->buf = buf;
        r->room = (size_t)n;
    }
    if (r->readable != NULL)
        return fill_from_readable(r, n) < 0 ? NULL : r->buf;
    if (fread(r->buf, 1, (size_t)n, r->fp) != (size_t)n) {
        PyErr_SetString(PyExc_EOFError, "EOF read where not expected");
        return NULL;
    }
    return r->buf;
}

/* n bytes, valid until the next read; NULL with EOFError. A reader that reads from elsewhere has nothing between p and end. */
static inline const char *
take(struct reader *r, Py_ssize_t n)
{
    if (UNLIKELY(n <= 0 || r->end - r->p < n))
        return take_slow(r, n);
    r->p += n;
    return r->p - n;
}

/* A byte, or -1: with no exception at the end of the input. */
static int
read_byte(struct reader *r)
{
    if (r->fp != NULL)
        return getc(r->fp);
    if (r->readable == NULL)
        return r->p < r->end ? (unsigned char)*r->p++ : -1;
    const char *p = take(r, 1);
    return p == NULL ? -1 : (unsigned char)*p;
}

static int
read_size_byte(struct reader *r)
{
    int n = read_byte(r);
    if (n < 0 && !PyErr_Occurred())
        PyErr_SetString(PyExc_EOFError, "EOF read where object expected");
    return n;
}

/* Little-endian numbers: 0 or -1. */
static int
read_short(struct reader *r, int *out)
{
    const unsigned char *p = (const unsigned char *)take(r, 2);
    if (p == NULL)
        return -1;
    *out = (int16_t)(p[0] | p[1] << 8);
    return 0;
}

static int
read_long(struct reader *r, long *out)
{
    const unsigned char *p = (const unsigned char *)take(r, 4);
    if (p == NULL)
        return -1;
    *out = (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
    return 0;
}

static int
read_int(struct reader *r, int *out)
{
    long v;
    if (read_long(r, &v) < 0)
        return -1;
    *out = (int)v;
    return 0;
}

/* A size; `what` is named when it is out of range. */
static int
read_size(struct reader *r, const char *what, Py_ssize_t *out)
{
    long n;
    if (read_long(r, &n) < 0)
        return -1;
    if (n < 0) {
        PyErr_Format(PyExc_ValueError, "bad marshal data (%s size out of range)", what);
        return -1;
    }
    *out = n;
    return 0;
}

/* ---- references ---- */

static Py_ssize_t
ref_reserve(struct reader *r, int flag)
{
    if (!flag)
        return 0;
    if (r->nrefs >= r->refs_room) {
        Py_ssize_t room = r->refs_room * 2 + 64;
        PyObject **refs = PyMem_Realloc(r->refs, (size_t)room * sizeof(*refs));
        if (refs == NULL || r->nrefs >= INT32_MAX) {
            r->refs = refs != NULL ? refs : r->refs;
            PyErr_NoMemory();
            return -1;
        }
        r->refs = refs;
        r->refs_room = room;
    }
    r->refs[r->nrefs] = Py_None;
    return r->nrefs++;
}

static PyObject *
ref_insert(struct reader *r, PyObject *v, Py_ssize_t i, int flag)
{
    if (v != NULL && flag)
        r->refs[i] = Py_NewRef(v);
    return v;
}

static PyObject *
ref_add(struct reader *r, PyObject *v, int flag)
{
    if (v == NULL || !flag)
        return v;
    Py_ssize_t i = ref_reserve(r, flag);
    if (i < 0) {
        Py_DECREF(v);
        return NULL;
    }
    return ref_insert(r, v, i, flag);
}

/* ---- kinds ---- */

static PyObject *
read_big_int(struct reader *r)
{
    long n;
    if (read_long(r, &n) < 0)
        return NULL;
    if (n < -INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "bad marshal data (long size out of range)");
        return NULL;
    }
    Py_ssize_t count = n < 0 ? -n : n, len = (count * 15 + 7) / 8 + 1;
    if (count == 0)
        return PyLong_FromLong(0);
    if (r->fp == NULL && r->readable == NULL && (r->end - r->p) / 2 < count) {
        PyErr_SetString(PyExc_EOFError, "marshal data too short");
        return NULL;
    }
    uint8_t *raw = PyMem_Calloc((size_t)len + 4, 1);
    if (raw == NULL)
        return PyErr_NoMemory();
    PyObject *v = NULL;
    int d = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (read_short(r, &d) < 0)
            goto done;
        if (d < 0) {
            PyErr_SetString(PyExc_ValueError, "bad marshal data (digit out of range in long)");
            goto done;
        }
        uint32_t bits = (uint32_t)d << (i * 15 % 8);
        raw[i * 15 / 8] |= (uint8_t)bits;
        raw[i * 15 / 8 + 1] |= (uint8_t)(bits >> 8);
        raw[i * 15 / 8 + 2] |= (uint8_t)(bits >> 16);
    }
    if (d == 0) {
        PyErr_SetString(PyExc_ValueError, "bad marshal data (unnormalized long data)");
        goto done;
    }
    v = PyLong_FromNativeBytes(raw, (size_t)len, Py_ASNATIVEBYTES_LITTLE_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER);
    if (v != NULL && n < 0)
        Py_SETREF(v, PyNumber_Negative(v));
done:
    PyMem_Free(raw);
    return v;
}

static PyObject *
read_int64(struct reader *r)
{
    const char *p = take(r, 8);
    int64_t v;
    if (p == NULL)
        return NULL;
    memcpy(&v, p, 8);
    return PyLong_FromLongLong(v);
}

static int
read_double(struct reader *r, bool text, double *out)
{
    if (!text) {
        const char *p = take(r, 8);
        if (p == NULL)
            return -1;
        memcpy(out, p, 8);
        return 0;
    }
    char buf[256];
    int n = read_size_byte(r);
    const char *p = n < 0 ? NULL : take(r, n);
    if (p == NULL)
        return -1;
    memcpy(buf, p, (size_t)n);
    buf[n] = '\0';
    *out = PyOS_string_to_double(buf, NULL, NULL);
    return *out == -1.0 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *
read_number(struct reader *r, int type)
{
    double re, im;
    long n;
    switch (type) {
    case M_INT:
        return read_long(r, &n) < 0 ? NULL : PyLong_FromLong(n);
    case M_INT64:
        return read_int64(r);
    case M_LONG:
        return read_big_int(r);
    case M_FLOAT:
    case M_BINARY_FLOAT:
        return read_double(r, type == M_FLOAT, &re) < 0 ? NULL : PyFloat_FromDouble(re);
    default:
        if (read_double(r, type == M_COMPLEX, &re) < 0 || read_double(r, type == M_COMPLEX, &im) < 0)
            return NULL;
        return PyComplex_FromDoubles(re, im);
    }
}

static PyObject *
read_bytes(struct reader *r)
{
    Py_ssize_t n;
    if (read_size(r, "bytes object", &n) < 0)
        return NULL;
    const char *p = take(r, n);
    return p == NULL ? NULL : PyBytes_FromStringAndSize(p, n);
}

static PyObject *
read_str(struct reader *r, int type)
{
    Py_ssize_t n;
    bool is_short = type == M_SHORT_ASCII || type == M_SHORT_ASCII_INTERNED;
    if (is_short) {
        n = read_size_byte(r);
        if (n < 0)
            return NULL;
    }
    else if (read_size(r, "string", &n) < 0)
        return NULL;
    const char *p = n == 0 ? "" : take(r, n);
    if (p == NULL)
        return NULL;
    if ((type == M_SHORT_ASCII_INTERNED || type == M_ASCII_INTERNED) && bytes_are_ascii(p, n))
        return str_intern_bytes(p, n);
    PyObject *v = type == M_UNICODE || type == M_INTERNED ? PyUnicode_DecodeUTF8(p, n, "surrogatepass")
                                                          : PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, p, n);
    if (v != NULL && (type == M_INTERNED || type == M_ASCII_INTERNED || type == M_SHORT_ASCII_INTERNED))
        PyUnicode_InternInPlace(&v);
    return v;
}

/* A member of a container; a missing one is a TypeError. */
static PyObject *
read_member(struct reader *r, const char *what)
{
    PyObject *v = read_object(r);
    if (v == NULL && !PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "NULL object in marshal data for %s", what);
    return v;
}

/* In memory a container of n members needs n bytes at least: refuse to reserve more. */
static int
check_room(struct reader *r, Py_ssize_t n)
{
    if (r->fp != NULL || r->readable != NULL || n <= r->end - r->p)
        return 0;
    PyErr_SetString(PyExc_EOFError, "EOF read where object expected");
    return -1;
}

static PyObject *
read_tuple(struct reader *r, int type, int flag)
{
    Py_ssize_t n;
    if (type == M_SMALL_TUPLE) {
        n = read_size_byte(r);
        if (n < 0)
            return NULL;
    }
    else if (read_size(r, "tuple", &n) < 0)
        return NULL;
    if (check_room(r, n) < 0)
        return NULL;
    PyObject *v = ref_add(r, PyTuple_New(n), flag);
    struct open self = { v, r->open };
    r->open = &self;
    for (Py_ssize_t i = 0; v != NULL && i < n; i++) {
        PyObject *item = read_member(r, "tuple");
        if (item == NULL)
            Py_CLEAR(v);
        else
            PyTuple_SET_ITEM(v, i, item);
    }
    r->open = self.outer;
    return v;
}

static PyObject *
read_list(struct reader *r, int flag)
{
    Py_ssize_t n;
    if (read_size(r, "list", &n) < 0 || check_room(r, n) < 0)
        return NULL;
    PyObject *v = ref_add(r, PyList_New(n), flag);
    struct open *outer = r->reachable;
    r->reachable = r->open;
    for (Py_ssize_t i = 0; v != NULL && i < n; i++) {
        PyObject *item = read_member(r, "list");
        if (item == NULL)
            Py_CLEAR(v);
        else
            PyList_SET_ITEM(v, i, item);
    }
    r->reachable = outer;
    return v;
}

static PyObject *
read_dict(struct reader *r, int flag)
{
    PyObject *v = ref_add(r, PyDict_New(), flag);
    struct open *outer = r->reachable;
    bool hashed = r->hashed;
    r->reachable = r->open;
    while (v != NULL) {
        r->hashed = true;
        PyObject *key = read_object(r);
        r->hashed = hashed;
        if (key == NULL)
            break;
        PyObject *value = read_object(r);
        int rc = value == NULL ? 1 : PyDict_SetItem(v, key, value);
        Py_DECREF(key);
        Py_XDECREF(value);
        if (rc != 0)
            break;
    }
    r->reachable = outer;
    if (PyErr_Occurred())
        Py_CLEAR(v);
    return v;
}

/* A frozenset is complete, and may be referred to, only after its last member; a set at once. */
static PyObject *
read_set(struct reader *r, int type, int flag)
{
    Py_ssize_t n, at = 0;
    bool frozen = type == M_FROZENSET;
    if (read_size(r, "set", &n) < 0)
        return NULL;
    PyObject *v = frozen ? PyFrozenSet_New(NULL) : PySet_New(NULL);
    if (v == NULL)
        return NULL;
    if (!frozen || n == 0)
        v = ref_add(r, v, flag);
    else if ((at = ref_reserve(r, flag)) < 0)
        Py_CLEAR(v);
    bool hashed = r->hashed;
    r->hashed = true;
    for (Py_ssize_t i = 0; v != NULL && i < n; i++) {
        PyObject *item = read_member(r, "set");
        if (item == NULL || PySet_Add(v, item) < 0)
            Py_CLEAR(v);
        Py_XDECREF(item);
    }
    r->hashed = hashed;
    return frozen && n != 0 ? ref_insert(r, v, at, flag) : v;
}

static PyObject *
read_code(struct reader *r, int flag)
{
    if (!r->allow_code) {
        PyErr_SetString(PyExc_ValueError, "unmarshalling code objects is disallowed");
        return NULL;
    }
    struct code_info in = { 0 };
    PyCodeObject *co = NULL;
    PyObject **parts[] = { &in.code, &in.consts, &in.names, &in.localsplusnames, &in.localspluskinds, &in.filename, &in.name, &in.qualname };
    PyObject **tables[] = { &in.linetable, &in.exceptiontable };
    Py_ssize_t at = ref_reserve(r, flag);
    if (at < 0 || read_int(r, &in.argcount) < 0 || read_int(r, &in.posonlyargcount) < 0 || read_int(r, &in.kwonlyargcount) < 0
        || read_int(r, &in.stacksize) < 0 || read_int(r, &in.flags) < 0)
        return NULL;
    bool hashed = r->hashed;
    r->hashed = true;                /* code_new() looks into its constants */
    for (size_t i = 0; i < Py_ARRAY_LENGTH(parts); i++)
        if ((*parts[i] = read_object(r)) == NULL)
            goto done;
    if (read_int(r, &in.firstlineno) < 0)
        goto done;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++)
        if ((*tables[i] = read_object(r)) == NULL)
            goto done;
    if (code_validate(&in) == 0 && (r->trusted || code_verify(&in) == 0))
        co = code_new(&in);
done:
    r->hashed = hashed;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(parts); i++)
        Py_XDECREF(*parts[i]);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++)
        Py_XDECREF(*tables[i]);
    return ref_insert(r, (PyObject *)co, at, flag);
}

static PyObject *
read_ref(struct reader *r)
{
    long n;
    if (read_long(r, &n) < 0)
        return NULL;
    bool bad = n < 0 || n >= r->nrefs || r->refs[n] == Py_None;
    for (struct open *o = r->open; !bad && o != NULL && (r->hashed || o != r->reachable); o = o->outer)
        bad = o->tuple == r->refs[n];
    if (bad) {
        PyErr_SetString(PyExc_ValueError, "bad marshal data (invalid reference)");
        return NULL;
    }
    return Py_NewRef(r->refs[n]);
}

static PyObject *
read_typed(struct reader *r, int type, int flag)
{
    switch (type) {
    case M_NULL: return NULL;
    case M_NONE: return Py_NewRef(Py_None);
    case M_STOPITER: return Py_NewRef(PyExc_StopIteration);
    case M_ELLIPSIS: return Py_NewRef(Py_Ellipsis);
    case M_FALSE: return Py_NewRef(Py_False);
    case M_TRUE: return Py_NewRef(Py_True);
    case M_INT: case M_INT64: case M_LONG: case M_FLOAT: case M_BINARY_FLOAT: case M_COMPLEX: case M_BINARY_COMPLEX:
        return ref_add(r, read_number(r, type), flag);
    case M_STRING:
        return ref_add(r, read_bytes(r), flag);
    case M_ASCII: case M_ASCII_INTERNED: case M_SHORT_ASCII: case M_SHORT_ASCII_INTERNED: case M_UNICODE: case M_INTERNED:
        return ref_add(r, read_str(r, type), flag);
    case M_SMALL_TUPLE: case M_TUPLE:
        return read_tuple(r, type, flag);
    case M_LIST:
        return read_list(r, flag);
    case M_DICT:
        return read_dict(r, flag);
    case M_SET: case M_FROZENSET:
        return read_set(r, type, flag);
    case M_CODE:
        return read_code(r, flag);
    case M_REF:
        return read_ref(r);
    default:
        PyErr_SetString(PyExc_ValueError, "bad marshal data (unknown type code)");
        return NULL;
    }
}

/* NULL without an exception: the end marker. */
static PyObject *
read_object(struct reader *r)
{
    int code = read_byte(r);
    if (code < 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_EOFError, "EOF read where object expected");
        return NULL;
    }
    if (++r->depth > M_MAX_DEPTH) {
        r->depth--;
        PyErr_SetString(PyExc_ValueError, "recursion limit exceeded");
        return NULL;
    }
    PyObject *v = read_typed(r, code & ~M_FLAG_REF, code & M_FLAG_REF);
    r->depth--;
    return v;
}

static PyObject *
read_top(struct reader *r)
{
    PyObject *v = NULL;
    if (PyErr_Occurred())
        fprintf(stderr, "marshal: an exception is set before reading\n");
    else {
        v = read_object(r);
        if (v == NULL && !PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "NULL object in marshal data for object");
    }
    for (Py_ssize_t i = 0; i < r->nrefs; i++)
        Py_DECREF(r->refs[i]);
    PyMem_Free(r->refs);
    PyMem_Free(r->buf);
    return v;
}

PyObject *
marshal_loads(const char *data, Py_ssize_t n, bool allow_code, Py_ssize_t *used)
{
    struct reader r = { .p = data, .end = data + n, .allow_code = allow_code };
    PyObject *v = read_top(&r);
    if (used != NULL)
        *used = r.p - data;
    return v;
}

PyObject *
marshal_loads_trusted(const char *data, Py_ssize_t n)
{
    struct reader r = { .p = data, .end = data + n, .allow_code = true, .trusted = true };
    return read_top(&r);
}

PyObject *
marshal_load_readable(PyObject *file, bool allow_code)
{
    struct reader r = { .readable = file, .allow_code = allow_code };
    return read_top(&r);
}

/* ---- C API ---- */

int
PyMarshal_ReadShortFromFile(FILE *fp)
{
    struct reader r = { .fp = fp };
    int v;
    if (read_short(&r, &v) < 0)
        v = -1;
    PyMem_Free(r.buf);
    return v;
}

long
PyMarshal_ReadLongFromFile(FILE *fp)
{
    struct reader r = { .fp = fp };
    long v;
    if (read_long(&r, &v) < 0)
        v = -1;
    PyMem_Free(r.buf);
    return v;
}

PyObject *
PyMarshal_ReadObjectFromFile(FILE *fp)
{
    struct reader r = { .fp = fp, .allow_code = true };
    return read_top(&r);
}

PyObject *
PyMarshal_ReadLastObjectFromFile(FILE *fp)
{
    return PyMarshal_ReadObjectFromFile(fp);
}

PyObject *
PyMarshal_ReadObjectFromString(const char *data, Py_ssize_t n)
{
    return marshal_loads(data, n, true, NULL);
}
