/* _struct.c: numbers and strings in bytes by a format. A format is compiled once into runs of equal items; the last
 * hundred compiled formats are kept. Integers of any size and order go through one pair of functions. */
#include <Python.h>
#include <stddef.h>

#include "modules/modargs.h"
#include "rt/effect.h"

/* kind: x pad, i signed, u unsigned, ? bool, c char, s string, p Pascal string, f float, P pointer */
struct code { char letter, kind; uint8_t size, align; };

static const struct code native_codes[] = {
    { 'x', 'x', 1, 0 }, { 'b', 'i', 1, 0 }, { 'B', 'u', 1, 0 }, { 'c', 'c', 1, 0 }, { 's', 's', 1, 0 }, { 'p', 'p', 1, 0 },
    { 'h', 'i', 2, 2 }, { 'H', 'u', 2, 2 }, { 'i', 'i', 4, 4 }, { 'I', 'u', 4, 4 }, { 'l', 'i', 8, 8 }, { 'L', 'u', 8, 8 },
    { 'n', 'i', 8, 8 }, { 'N', 'u', 8, 8 }, { 'q', 'i', 8, 8 }, { 'Q', 'u', 8, 8 }, { '?', '?', 1, 0 }, { 'e', 'f', 2, 2 },
    { 'f', 'f', 4, 4 }, { 'd', 'f', 8, 8 }, { 'P', 'P', 8, 8 }, { 0 }
};

static const struct code standard_codes[] = {
    { 'x', 'x', 1, 0 }, { 'b', 'i', 1, 0 }, { 'B', 'u', 1, 0 }, { 'c', 'c', 1, 0 }, { 's', 's', 1, 0 }, { 'p', 'p', 1, 0 },
    { 'h', 'i', 2, 0 }, { 'H', 'u', 2, 0 }, { 'i', 'i', 4, 0 }, { 'I', 'u', 4, 0 }, { 'l', 'i', 4, 0 }, { 'L', 'u', 4, 0 },
    { 'q', 'i', 8, 0 }, { 'Q', 'u', 8, 0 }, { '?', '?', 1, 0 }, { 'e', 'f', 2, 0 }, { 'f', 'f', 4, 0 }, { 'd', 'f', 8, 0 }, { 0 }
};

struct run { const struct code *code; Py_ssize_t offset, size, repeat; };     /* size of one item: of s and p the whole */

struct plan { bool little, native; struct run runs[]; };                      /* the last run has code NULL */

struct format {                      /* the object Struct */
    PyObject_HEAD
    Py_ssize_t size, len;            /* bytes; values */
    struct plan *plan;               /* NULL = not initialised */
    PyObject *text;
    PyObject *weaklist;
};

struct state { PyObject *cache; PyTypeObject *format_type, *iter_type; PyObject *error; };

static PyModuleDef struct_module;
static struct state *state_of(PyObject *m) { return PyModule_GetState(m); }
static struct state *state_of_type(PyTypeObject *t) { return state_of(PyType_GetModuleByDef(t, &struct_module)); }
#define STATE(self) state_of_type(Py_TYPE(self))

/* ---- compiling -------------------------------------------------------------------------------------------------------------- */

static const struct code *
find_code(const struct code *table, char c)
{
    for (; table->letter != 0; table++)
        if (table->letter == c)
            return table;
    return NULL;
}

static int
fail(struct state *st, const char *text)
{
    PyErr_SetString(st->error, text);
    return -1;
}

static const char *
byte_order(const char *s, bool *little, bool *native)
{
    *little = *s != '>' && *s != '!';
    *native = *s != '=' && *s != '<' && *s != '>' && *s != '!';
    return *s != '\0' && strchr("@=<>!", *s) != NULL ? s + 1 : s;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Next run: 1, 0 at the end, -1 with an exception. *size is where it starts, then where it ends. */
static int
next_run(struct state *st, const char **s, const struct code *table, Py_ssize_t *size, struct run *out)
{
    while (is_space(**s))
        (*s)++;
    if (**s == '\0')
        return 0;
    Py_ssize_t n = 1;
    if (**s >= '0' && **s <= '9') {
        for (n = 0; **s >= '0' && **s <= '9'; (*s)++)
            if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, **s - '0', &n))
                return fail(st, "total struct size too long");
        if (**s == '\0')
            return fail(st, "repeat count given without format specifier");
    }
    const struct code *code = find_code(table, *(*s)++);
    if (code == NULL)
        return fail(st, "bad char in struct format");
    if (code->align != 0 && *size > PY_SSIZE_T_MAX - code->align)
        return fail(st, "total struct size too long");
    Py_ssize_t at = code->align == 0 ? *size : (*size + code->align - 1) / code->align * code->align, bytes;
    bool whole = code->kind == 's' || code->kind == 'p';
    if (__builtin_mul_overflow(n, (Py_ssize_t)code->size, &bytes) || __builtin_add_overflow(at, bytes, size))
        return fail(st, "total struct size too long");
    *out = (struct run){ code, at, whole ? n : code->size, whole ? 1 : n };
    return 1;
}

static int
compile(struct state *st, struct format *f)
{
    const char *text = PyBytes_AS_STRING(f->text), *s;
    bool little, native;
    if (strlen(text) != (size_t)PyBytes_GET_SIZE(f->text))
        return fail(st, "embedded null character");
    s = byte_order(text, &little, &native);
    const struct code *table = native ? native_codes : standard_codes;
    struct plan *plan = PyMem_Malloc(sizeof(*plan) + (strlen(s) + 1) * sizeof(struct run));
    if (plan == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t size = 0, len = 0;
    size_t n = 0;
    int rc;
    struct run r;
    while ((rc = next_run(st, &s, table, &size, &r)) > 0) {
        if (r.code->kind == 'x' || r.repeat == 0)
            continue;
        plan->runs[n++] = r;
        len += r.repeat;
    }
    if (rc < 0) {
        PyMem_Free(plan);
        return -1;
    }
    plan->runs[n].code = NULL;
    plan->little = little;
    plan->native = native;
    PyMem_Free(f->plan);
    f->plan = plan;
    f->size = size;
    f->len = len;
    return 0;
}

/* ---- items ------------------------------------------------------------------------------------------------------------------ */

static int
range_error(struct state *st, const struct code *c)
{
    int bits = c->size * 8;
    if (c->kind == 'u')
        PyErr_Format(st->error, "'%c' format requires 0 <= number <= %zu", c->letter,
                     bits == 64 ? SIZE_MAX : ((size_t)1 << bits) - 1);
    else
        PyErr_Format(st->error, "'%c' format requires %zd <= number <= %zd", c->letter, (Py_ssize_t)(INT64_MIN >> (64 - bits)),
                     (Py_ssize_t)(INT64_MAX >> (64 - bits)));
    return -1;
}

/* New reference to an int for v, or NULL. */
static PyObject *
as_int(struct state *st, PyObject *v)
{
    if (PyLong_Check(v))
        return Py_NewRef(v);
    if (PyIndex_Check(v))
        return PyNumber_Index(v);
    PyErr_SetString(st->error, "required argument is not an integer");
    return NULL;
}

static void
put_bytes(char *p, uint64_t v, int n, bool little)
{
    for (int i = 0; i < n; i++)
        p[little ? i : n - 1 - i] = (char)(v >> (8 * i));
}

static uint64_t
get_bytes(const unsigned char *p, int n, bool little)
{
    uint64_t v = 0;
    if (little)
        for (int i = n; i-- > 0; )
            v = v << 8 | p[i];
    else
        for (int i = 0; i < n; i++)
            v = v << 8 | p[i];
    return v;
}

static int
pack_int(struct state *st, const struct code *c, char *p, PyObject *v, bool little)
{
    PyObject *i = as_int(st, v);
    int overflow, bits = c->size * 8;
    if (i == NULL)
        return -1;
    if (c->kind == 'P') {
        void *ptr = PyLong_AsVoidPtr(i);
        Py_DECREF(i);
        if (ptr == NULL && PyErr_Occurred())
            return PyErr_ExceptionMatches(PyExc_OverflowError) ? fail(st, "int too large to convert") : -1;
        memcpy(p, &ptr, sizeof(ptr));
        return 0;
    }
    int64_t x = PyLong_AsLongLongAndOverflow(i, &overflow);
    bool fits = !overflow;
    if (c->kind == 'i')
        fits = fits && (bits == 64 || (x >= INT64_MIN >> (64 - bits) && x <= INT64_MAX >> (64 - bits)));
    else if (bits < 64)
        fits = fits && x >= 0 && x <= ((int64_t)1 << bits) - 1;
    else if (overflow > 0 && _PyLong_NumBits(i) <= 64) {
        x = (int64_t)PyLong_AsUnsignedLongLong(i);
        fits = true;
    }
    else
        fits = fits && x >= 0;
    Py_DECREF(i);
    if (!fits)
        return range_error(st, c);
    put_bytes(p, (uint64_t)x, c->size, little);
    return 0;
}

static int
pack_float(struct state *st, const struct format *f, const struct code *c, char *p, PyObject *v)
{
    double x = PyFloat_AsDouble(v);
    if (x == -1.0 && PyErr_Occurred())
        return fail(st, "required argument is not a float");
    if (c->size == 8)
        return PyFloat_Pack8(x, p, f->plan->little);
    if (c->size == 2)
        return PyFloat_Pack2(x, p, f->plan->little);
    if (!f->plan->native)
        return PyFloat_Pack4(x, p, f->plan->little);
    float y = (float)x;                  /* native: what C does, infinity included */
    memcpy(p, &y, sizeof(y));
    return 0;
}

static int
pack_string(struct state *st, const struct run *r, char *p, PyObject *v)
{
    bool pascal = r->code->kind == 'p', is_bytes = PyBytes_Check(v);
    if (!is_bytes && !PyByteArray_Check(v))
        return fail(st, pascal ? "argument for 'p' must be a bytes object" : "argument for 's' must be a bytes object");
    const char *s = is_bytes ? PyBytes_AS_STRING(v) : PyByteArray_AS_STRING(v);
    Py_ssize_t n = is_bytes ? PyBytes_GET_SIZE(v) : PyByteArray_GET_SIZE(v), room = r->size - pascal;
    if (room < 0)
        room = 0;
    if (n > room)
        n = room;
    if (n > 0)
        memcpy(p + pascal, s, (size_t)n);
    if (pascal && r->size > 0)
        *p = (char)(n > 255 ? 255 : n);
    return 0;
}

static int
pack_item(struct state *st, const struct format *f, const struct run *r, char *p, PyObject *v)
{
    int truth;
    switch (r->code->kind) {
    case 'f': return pack_float(st, f, r->code, p, v);
    case 's': case 'p': return pack_string(st, r, p, v);
    case 'c':
        if (!PyBytes_Check(v) || PyBytes_GET_SIZE(v) != 1)
            return fail(st, "char format requires a bytes object of length 1");
        *p = *PyBytes_AS_STRING(v);
        return 0;
    case '?':
        truth = PyObject_IsTrue(v);
        *p = (char)truth;
        return truth < 0 ? -1 : 0;
    default: return pack_int(st, r->code, p, v, f->plan->little);
    }
}

static PyObject *
unpack_item(const struct format *f, const struct run *r, const char *p)
{
    const struct code *c = r->code;
    uint64_t v;
    Py_ssize_t n;
    switch (c->kind) {
    case 'f':
        return PyFloat_FromDouble(c->size == 8 ? PyFloat_Unpack8(p, f->plan->little)
                                  : c->size == 4 ? PyFloat_Unpack4(p, f->plan->little) : PyFloat_Unpack2(p, f->plan->little));
    case 's': return PyBytes_FromStringAndSize(p, r->size);
    case 'p':
        n = r->size == 0 ? 0 : (unsigned char)*p;
        if (n >= r->size)
            n = r->size == 0 ? 0 : r->size - 1;
        return PyBytes_FromStringAndSize(p + 1, n);
    case 'c': return PyBytes_FromStringAndSize(p, 1);
    case '?': return PyBool_FromLong(*p != 0);
    }
    v = get_bytes((const unsigned char *)p, c->size, f->plan->little);
    if (c->kind != 'i')
        return PyLong_FromUnsignedLongLong(v);
    int shift = 64 - 8 * c->size;
    return PyLong_FromLongLong((int64_t)(v << shift) >> shift);
}

/* ---- whole structs ------------------------------------------------------------------------------------------------------------ */

static int
pack_all(struct state *st, const struct format *f, char *p, PyObject *const *values)
{
    memset(p, 0, (size_t)f->size);
    for (const struct run *r = f->plan->runs; r->code != NULL; r++)
        for (Py_ssize_t i = 0; i < r->repeat; i++)
            if (pack_item(st, f, r, p + r->offset + i * r->size, *values++) < 0)
                return -1;
    return 0;
}

static PyObject *
unpack_all(const struct format *f, const char *p)
{
    PyObject *out = PyTuple_New(f->len);
    Py_ssize_t k = 0;
    for (const struct run *r = f->plan->runs; out != NULL && r->code != NULL; r++)
        for (Py_ssize_t i = 0; out != NULL && i < r->repeat; i++) {
            PyObject *v = unpack_item(f, r, p + r->offset + i * r->size);
            if (v == NULL)
                Py_CLEAR(out);
            else
                PyTuple_SET_ITEM(out, k++, v);
        }
    return out;
}

static bool
ready(struct format *f)
{
    if (f->plan != NULL)
        return true;
    PyErr_SetString(PyExc_RuntimeError, "Struct object is not initialized");
    return false;
}

static PyObject *
format_pack(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    struct format *f = (struct format *)self;
    struct state *st = STATE(self);
    if (n != f->len)
        return PyErr_Format(st->error, "pack expected %zd items for packing (got %zd)", f->len, n);
    if (!ready(f))
        return NULL;
    PyObject *out = PyBytes_FromStringAndSize(NULL, f->size);
    if (out != NULL && pack_all(st, f, PyBytes_AS_STRING(out), args) < 0)
        Py_CLEAR(out);
    return out;
}

/* Where `offset` lies in a buffer of `len` bytes (negative: from the end), if a struct fits there; -1 with struct.error. */
static Py_ssize_t
place(struct state *st, const struct format *f, Py_ssize_t offset, Py_ssize_t len, bool packing)
{
    if (offset < 0) {
        if (offset + f->size > 0) {
            PyErr_Format(st->error, packing ? "no space to pack %zd bytes at offset %zd" : "not enough data to unpack %zd bytes at offset %zd",
                         f->size, offset);
            return -1;
        }
        if (offset + len < 0) {
            PyErr_Format(st->error, "offset %zd out of range for %zd-byte buffer", offset, len);
            return -1;
        }
        offset += len;
    }
    if (len - offset >= f->size)
        return offset;
    PyErr_Format(st->error, "%s requires a buffer of at least %zu bytes for %s %zd bytes at offset %zd (actual buffer size is %zd)",
                 packing ? "pack_into" : "unpack_from", (size_t)f->size + (size_t)offset, packing ? "packing" : "unpacking", f->size,
                 offset, len);
    return -1;
}

static PyObject *
format_pack_into(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    struct format *f = (struct format *)self;
    struct state *st = STATE(self);
    Py_buffer view;
    if (!ready(f))
        return NULL;
    if (n != f->len + 2) {
        if (n == 0)
            PyErr_SetString(st->error, "pack_into expected buffer argument");
        else if (n == 1)
            PyErr_SetString(st->error, "pack_into expected offset argument");
        else
            PyErr_Format(st->error, "pack_into expected %zd items for packing (got %zd)", f->len, n - 2);
        return NULL;
    }
    if (PyObject_GetBuffer(args[0], &view, PyBUF_WRITABLE) < 0) {
        PyErr_Clear();
        return PyErr_Format(PyExc_TypeError, "argument must be read-write bytes-like object, not %.50s", Py_TYPE(args[0])->tp_name);
    }
    Py_ssize_t offset = PyNumber_AsSsize_t(args[1], PyExc_IndexError);
    bool ok = !(offset == -1 && PyErr_Occurred()) && (offset = place(st, f, offset, view.len, true)) >= 0
        && pack_all(st, f, (char *)view.buf + offset, args + 2) == 0;
    PyBuffer_Release(&view);
    if (!ok)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
format_unpack(PyObject *self, PyObject *buffer)
{
    struct format *f = (struct format *)self;
    Py_buffer view;
    PyObject *out = NULL;
    if (!ready(f) || PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (view.len != f->size)
        PyErr_Format(STATE(self)->error, "unpack requires a buffer of %zd bytes", f->size);
    else
        out = unpack_all(f, view.buf);
    PyBuffer_Release(&view);
    return out;
}

static PyObject *
unpack_from(PyObject *self, PyObject *buffer, PyObject *offset_arg)
{
    struct format *f = (struct format *)self;
    Py_ssize_t offset = 0;
    Py_buffer view;
    PyObject *out = NULL;
    if (PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (offset_arg != NULL)
        offset = PyNumber_AsSsize_t(offset_arg, PyExc_OverflowError);
    if (!(offset == -1 && PyErr_Occurred()) && ready(f) && (offset = place(STATE(self), f, offset, view.len, false)) >= 0)
        out = unpack_all(f, (char *)view.buf + offset);
    PyBuffer_Release(&view);
    return out;
}

static PyObject *
format_unpack_from(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    PyObject *a[2];
    return MOD_BIND(a, "unpack_from", args, n, kwnames, 1, 2, "buffer", "offset") < 0 ? NULL : unpack_from(self, a[0], a[1]);
}

/* ---- iter_unpack --------------------------------------------------------------------------------------------------------------- */

struct iter { PyObject_HEAD struct format *format; Py_buffer view; Py_ssize_t at; };

static PyObject *
format_iter_unpack(PyObject *self, PyObject *buffer)
{
    struct format *f = (struct format *)self;
    struct state *st = STATE(self);
    if (!ready(f))
        return NULL;
    if (f->size == 0) {
        PyErr_SetString(st->error, "cannot iteratively unpack with a struct of length 0");
        return NULL;
    }
    struct iter *it = (struct iter *)st->iter_type->tp_alloc(st->iter_type, 0);
    if (it == NULL)
        return NULL;
    if (PyObject_GetBuffer(buffer, &it->view, PyBUF_SIMPLE) < 0) {
        Py_DECREF(it);
        return NULL;
    }
    if (it->view.len % f->size != 0) {
        PyErr_Format(st->error, "iterative unpacking requires a buffer of a multiple of %zd bytes", f->size);
        Py_DECREF(it);
        return NULL;
    }
    it->format = (struct format *)Py_NewRef(self);
    return (PyObject *)it;
}

static PyObject *
iter_next(PyObject *self)
{
    struct iter *it = (struct iter *)self;
    if (it->format == NULL)
        return NULL;
    if (it->at >= it->view.len) {
        Py_CLEAR(it->format);
        PyBuffer_Release(&it->view);
        return NULL;
    }
    PyObject *out = unpack_all(it->format, (char *)it->view.buf + it->at);
    it->at += it->format->size;
    return out;
}

static PyObject *
iter_length_hint(PyObject *self, PyObject *unused)
{
    struct iter *it = (struct iter *)self;
    return PyLong_FromSsize_t(it->format == NULL ? 0 : (it->view.len - it->at) / it->format->size);
}

static int
iter_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct iter *it = (struct iter *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(it->format);
    Py_VISIT(it->view.obj);
    return 0;
}

static void
iter_dealloc(PyObject *self)
{
    struct iter *it = (struct iter *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(it->format);
    PyBuffer_Release(&it->view);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyMethodDef iter_methods[] = {
    { "__length_hint__", iter_length_hint, METH_NOARGS, NULL },
    { NULL }
};

static PyType_Slot iter_slots[] = {
    { Py_tp_dealloc, iter_dealloc }, { Py_tp_getattro, PyObject_GenericGetAttr }, { Py_tp_traverse, iter_traverse },
    { Py_tp_iter, PyObject_SelfIter }, { Py_tp_iternext, iter_next }, { Py_tp_methods, iter_methods }, { 0, NULL }
};

static PyType_Spec iter_spec = {
    "_struct.unpack_iterator", sizeof(struct iter), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, iter_slots
};

/* ---- the type Struct ------------------------------------------------------------------------------------------------------------ */

static PyObject *
format_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct format *f = (struct format *)type->tp_alloc(type, 0);
    if (f != NULL) {
        f->text = Py_None;
        f->size = f->len = -1;
    }
    return (PyObject *)f;
}

static int
set_format(struct state *st, struct format *f, PyObject *text)
{
    if (PyUnicode_Check(text)) {
        text = PyUnicode_AsASCIIString(text);
        if (text == NULL)
            return -1;
    }
    else if (PyBytes_Check(text))
        Py_INCREF(text);
    else {
        PyErr_Format(PyExc_TypeError, "Struct() argument 1 must be a str or bytes object, not %.200s", _PyType_Name(Py_TYPE(text)));
        return -1;
    }
    Py_XSETREF(f->text, text);
    return compile(st, f);
}

static int
format_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "format", NULL };
    PyObject *text;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Struct", names, &text))
        return -1;
    return set_format(STATE(self), (struct format *)self, text);
}

static int
format_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int
format_clear(PyObject *self)
{
    Py_CLEAR(((struct format *)self)->text);
    return 0;
}

static void
format_dealloc(PyObject *self)
{
    struct format *f = (struct format *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (f->weaklist != NULL)
        PyObject_ClearWeakRefs(self);
    PyMem_Free(f->plan);
    Py_XDECREF(f->text);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
format_repr(PyObject *self)
{
    struct format *f = (struct format *)self;
    if (!ready(f))
        return NULL;
    PyObject *text = PyUnicode_FromStringAndSize(PyBytes_AS_STRING(f->text), PyBytes_GET_SIZE(f->text)), *out;
    if (text == NULL)
        return NULL;
    out = PyUnicode_FromFormat("%s(%R)", _PyType_Name(Py_TYPE(self)), text);
    Py_DECREF(text);
    return out;
}

static PyObject *
format_get_format(PyObject *self, void *unused)
{
    struct format *f = (struct format *)self;
    return ready(f) ? PyUnicode_FromStringAndSize(PyBytes_AS_STRING(f->text), PyBytes_GET_SIZE(f->text)) : NULL;
}

static PyObject *format_get_size(PyObject *self, void *unused) { return PyLong_FromSsize_t(((struct format *)self)->size); }

/* As if the object held a table of codes of 32 bytes each, as in CPython. */
static PyObject *
format_sizeof(PyObject *self, PyObject *unused)
{
    struct format *f = (struct format *)self;
    size_t size = (size_t)Py_TYPE(self)->tp_basicsize + 32;
    for (const struct run *r = f->plan == NULL ? NULL : f->plan->runs; r != NULL && r->code != NULL; r++)
        size += 32;
    return PyLong_FromSize_t(size);
}

static PyMethodDef format_methods[] = {
    { "iter_unpack", format_iter_unpack, METH_O, "iter_unpack($self, buffer, /)\n--\n\nIterates over structs that follow each other." },
    { "pack", MOD_FASTKW(format_pack), METH_FASTCALL, "S.pack(v1, v2, ...) -> bytes\n\nThe values as bytes." },
    { "pack_into", MOD_FASTKW(format_pack_into), METH_FASTCALL, "S.pack_into(buffer, offset, v1, v2, ...)\n\nWrites the values into a buffer." },
    { "unpack", format_unpack, METH_O, "unpack($self, buffer, /)\n--\n\nThe values that the bytes hold, as a tuple." },
    { "unpack_from", MOD_FASTKW(format_unpack_from), METH_FASTCALL | METH_KEYWORDS,
      "unpack_from($self, /, buffer, offset=0)\n--\n\nThe values that bytes from offset on hold." },
    { "__sizeof__", format_sizeof, METH_NOARGS, "S.__sizeof__() -> size of S in memory, in bytes" },
    { NULL }
};

static PyMemberDef format_members[] = {
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct format, weaklist), Py_READONLY },
    { NULL }
};

static PyGetSetDef format_getset[] = {
    { "format", format_get_format, NULL, "struct format string", NULL },
    { "size", format_get_size, NULL, "struct size in bytes", NULL },
    { NULL }
};

static PyType_Slot format_slots[] = {
    { Py_tp_dealloc, format_dealloc }, { Py_tp_getattro, PyObject_GenericGetAttr }, { Py_tp_setattro, PyObject_GenericSetAttr },
    { Py_tp_repr, format_repr }, { Py_tp_traverse, format_traverse }, { Py_tp_clear, format_clear },
    { Py_tp_methods, format_methods }, { Py_tp_members, format_members }, { Py_tp_getset, format_getset },
    { Py_tp_init, format_init }, { Py_tp_alloc, PyType_GenericAlloc }, { Py_tp_new, format_new }, { Py_tp_free, PyObject_GC_Del },
    { Py_tp_doc, "Struct(fmt) --> compiled struct object" }, { 0, NULL }
};

static PyType_Spec format_spec = {
    "_struct.Struct", sizeof(struct format), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE,
    format_slots
};

/* ---- functions of the module ------------------------------------------------------------------------------------------------------ */

#define CACHE_MAX 100

/* The compiled format, new reference. */
static PyObject *
compiled(PyObject *m, PyObject *text)
{
    struct state *st = state_of(m);
    PyObject *f;
    int hit = PyDict_GetItemRef(st->cache, text, &f);
    if (hit != 0)
        return hit < 0 ? NULL : f;
    f = PyObject_CallOneArg((PyObject *)st->format_type, text);
    if (f == NULL)
        return NULL;
    if (PyDict_GET_SIZE(st->cache) >= CACHE_MAX)
        PyDict_Clear(st->cache);
    if (PyDict_SetItem(st->cache, text, f) < 0)
        PyErr_Clear();
    return f;
}

static PyObject *
m_clearcache(PyObject *m, PyObject *unused)
{
    PyDict_Clear(state_of(m)->cache);
    Py_RETURN_NONE;
}

static PyObject *
m_calcsize(PyObject *m, PyObject *text)
{
    PyObject *f = compiled(m, text);
    if (f == NULL)
        return NULL;
    Py_ssize_t n = ((struct format *)f)->size;
    Py_DECREF(f);
    return PyLong_FromSsize_t(n);
}

static PyObject *
with_format(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *(*method)(PyObject *, PyObject *const *, Py_ssize_t))
{
    if (n == 0) {
        PyErr_SetString(PyExc_TypeError, "missing format argument");
        return NULL;
    }
    PyObject *f = compiled(m, args[0]);
    if (f == NULL)
        return NULL;
    PyObject *out = method(f, args + 1, n - 1);
    Py_DECREF(f);
    return out;
}

static PyObject *m_pack(PyObject *m, PyObject *const *args, Py_ssize_t n) { return with_format(m, args, n, format_pack); }
static PyObject *m_pack_into(PyObject *m, PyObject *const *args, Py_ssize_t n) { return with_format(m, args, n, format_pack_into); }

static PyObject *
on_buffer(PyObject *m, const char *name, PyObject *const *args, Py_ssize_t n, PyObject *(*method)(PyObject *, PyObject *))
{
    if (n != 2)
        return PyErr_Format(PyExc_TypeError, "%s expected 2 arguments, got %zd", name, n);
    PyObject *f = compiled(m, args[0]);
    if (f == NULL)
        return NULL;
    PyObject *out = method(f, args[1]);
    Py_DECREF(f);
    return out;
}

static PyObject *m_unpack(PyObject *m, PyObject *const *args, Py_ssize_t n) { return on_buffer(m, "unpack", args, n, format_unpack); }
static PyObject *m_iter_unpack(PyObject *m, PyObject *const *args, Py_ssize_t n) { return on_buffer(m, "iter_unpack", args, n, format_iter_unpack); }

static PyObject *
m_unpack_from(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    PyObject *a[3], *f, *out;
    if (MOD_BIND(a, "unpack_from", args, n, kwnames, 2, 3, "", "buffer", "offset") < 0 || (f = compiled(m, a[0])) == NULL)
        return NULL;
    out = unpack_from(f, a[1], a[2]);
    Py_DECREF(f);
    return out;
}

#define PLAIN (EFF_INT | EFF_FLOAT | EFF_BOOL | EFF_BYTES)
EFFECT(m_pack, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_STR) | EFF_ARG(1, PLAIN) | EFF_ARG(2, PLAIN));
EFFECT(m_unpack, EFF_ALLOC | EFF_FAILS, &PyTuple_Type, EFF_ARG(0, EFF_STR) | EFF_ARG(1, EFF_BYTES));

static PyMethodDef struct_functions[] = {
    { "_clearcache", m_clearcache, METH_NOARGS, "_clearcache($module, /)\n--\n\nForgets the compiled formats." },
    { "calcsize", m_calcsize, METH_O, "calcsize($module, format, /)\n--\n\nSize in bytes of a struct of this format." },
    { "iter_unpack", MOD_FASTKW(m_iter_unpack), METH_FASTCALL,
      "iter_unpack($module, format, buffer, /)\n--\n\nIterates over structs that follow each other in the bytes." },
    { "pack", MOD_FASTKW(m_pack), METH_FASTCALL, "pack(format, v1, v2, ...) -> bytes\n\nThe values as bytes." },
    { "pack_into", MOD_FASTKW(m_pack_into), METH_FASTCALL, "pack_into(format, buffer, offset, v1, v2, ...)\n\nWrites the values into a buffer." },
    { "unpack", MOD_FASTKW(m_unpack), METH_FASTCALL, "unpack($module, format, buffer, /)\n--\n\nThe values that the bytes hold, as a tuple." },
    { "unpack_from", MOD_FASTKW(m_unpack_from), METH_FASTCALL | METH_KEYWORDS,
      "unpack_from($module, format, /, buffer, offset=0)\n--\n\nThe values that the bytes from offset on hold." },
    { NULL }
};

static int
struct_exec(PyObject *m)
{
    struct state *st = state_of(m);
    if ((st->cache = PyDict_New()) == NULL)
        return -1;
    st->format_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &format_spec, NULL);
    if (st->format_type == NULL || PyModule_AddType(m, st->format_type) < 0)
        return -1;
    st->iter_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &iter_spec, NULL);
    if (st->iter_type == NULL)
        return -1;
    st->error = PyErr_NewException("struct.error", NULL, NULL);
    return st->error == NULL ? -1 : PyModule_AddObjectRef(m, "error", st->error);
}

static int
struct_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct state *st = state_of(m);
    Py_VISIT(st->cache);
    Py_VISIT(st->format_type);
    Py_VISIT(st->iter_type);
    Py_VISIT(st->error);
    return 0;
}

static int
struct_clear(PyObject *m)
{
    struct state *st = state_of(m);
    Py_CLEAR(st->cache);
    Py_CLEAR(st->format_type);
    Py_CLEAR(st->iter_type);
    Py_CLEAR(st->error);
    return 0;
}

static PyModuleDef_Slot struct_slots[] = {
    { Py_mod_exec, struct_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef struct_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_struct",
    .m_doc = "Bytes that hold C structs, to and from Python values by a format string.",
    .m_size = sizeof(struct state),
    .m_methods = struct_functions,
    .m_slots = struct_slots,
    .m_traverse = struct_traverse,
    .m_clear = struct_clear,
};

PyMODINIT_FUNC PyInit__struct(void) { return PyModuleDef_Init(&struct_module); }
