/* modules/pickle/pickle_load.c: load(): the loop over the opcodes, and those that make plain values. */
#include "modules/pickle/pickle.h"

#include <errno.h>

#include "object/coll/tuple.h"
#include "object/num/int.h"
#include "object/text/str.h"

/* For what is the same with one, two, four or eight bytes of argument: the loop gets each with its constant. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* ---- numbers ---- */

/* A line of at least two characters, the newline included. */
static Py_ssize_t number_line(struct unpickler *u, char **s)
{
    Py_ssize_t n = in_line(u, s);
    return n >= 0 && n < 2 ? in_truncated(u) : n;
}

static int load_int(struct unpickler *u)
{
    char *s, *end;
    Py_ssize_t n = number_line(u, &s);
    if (n < 0)
        return -1;
    errno = 0;
    long v = strtol(s, &end, 0);
    if (errno == 0 && (*end == '\n' || *end == '\0')) {
        if (n == 3 && (v == 0 || v == 1))
            return stack_push(u->stack, PyBool_FromLong(v));     /* "00" and "01" */
        return stack_push_result(u->stack, PyLong_FromLong(v));
    }
    PyObject *value = PyLong_FromString(s, NULL, 0);
    if (value != NULL)
        return stack_push(u->stack, value);
    PyErr_SetString(PyExc_ValueError, "could not convert string to int");
    return -1;
}

static ALWAYS_INLINE int load_binint(struct unpickler *u, int nbytes)
{
    const char *s = in_read(u, nbytes);
    return s == NULL ? -1 : stack_push_result(u->stack, int_from_i64(read_int(s, nbytes)));
}

static int load_long(struct unpickler *u)
{
    char *s;
    Py_ssize_t n = number_line(u, &s);
    if (n < 0)
        return -1;
    if (s[n - 2] == 'L')               /* Python 2's mark; PyLong_FromString() knows it no more */
        s[n - 2] = '\0';
    return stack_push_result(u->stack, PyLong_FromString(s, NULL, 0));
}

static int load_long_bytes(struct unpickler *u, int nbytes)
{
    const char *s = in_read(u, nbytes);
    if (s == NULL)
        return -1;
    long n = read_int(s, nbytes);
    if (n < 0) {
        PyErr_SetString(u->st->unpickling_error, "LONG pickle has negative byte count");
        return -1;
    }
    if (n == 0)
        return stack_push(u->stack, PyLong_FromLong(0));
    if ((s = in_read(u, n)) == NULL)
        return -1;
    return stack_push_result(u->stack, _PyLong_FromByteArray((const unsigned char *)s, (size_t)n, 1, 1));
}

static int load_float(struct unpickler *u)
{
    char *s, *end;
    if (number_line(u, &s) < 0)
        return -1;
    errno = 0;
    double v = PyOS_string_to_double(s, &end, PyExc_OverflowError);
    if (v == -1.0 && PyErr_Occurred())
        return -1;
    if (*end != '\n' && *end != '\0') {
        PyErr_SetString(PyExc_ValueError, "could not convert string to float");
        return -1;
    }
    return stack_push_result(u->stack, PyFloat_FromDouble(v));
}

static int load_binfloat(struct unpickler *u)
{
    const char *s = in_read(u, 8);
    if (s == NULL)
        return -1;
    double v = PyFloat_Unpack8(s, 0);
    return v == -1.0 && PyErr_Occurred() ? -1 : stack_push_result(u->stack, PyFloat_FromDouble(v));
}

/* ---- text and bytes ---- */

/* A str of Python 2, as the caller of load() wants it. bytes is taken over. */
static PyObject *decode_str2(struct unpickler *u, STEALS PyObject *bytes)
{
    if (bytes == NULL || u->encoding_kind == ENC_BYTES)
        return bytes;
    PyObject *text = PyUnicode_FromEncodedObject(bytes, u->encoding, u->errors);
    Py_DECREF(bytes);
    return text;
}

static int load_string(struct unpickler *u)
{
    char *s;
    Py_ssize_t n = in_line(u, &s);
    if (n < 0)
        return -1;
    if (n > 0 && s[n - 1] == '\n')
        n--;
    if (n < 2 || s[0] != s[n - 1] || (s[0] != '\'' && s[0] != '"')) {
        PyErr_SetString(u->st->unpickling_error, "the STRING opcode argument must be quoted");
        return -1;
    }
    return stack_push_result(u->stack, decode_str2(u, PyBytes_DecodeEscape(s + 1, n - 2, NULL, 0, NULL)));
}

static int load_binstring(struct unpickler *u, int nbytes)
{
    const char *s = in_read(u, nbytes);
    if (s == NULL)
        return -1;
    long n = read_int(s, nbytes);
    if (n < 0) {
        PyErr_SetString(u->st->unpickling_error, "BINSTRING pickle has negative byte count");
        return -1;
    }
    if (u->encoding_kind != ENC_ASCII && u->encoding_kind != ENC_LATIN1)
        return stack_push_result(u->stack, decode_str2(u, in_bytes(u, n)));
    if ((s = in_read(u, n)) == NULL)
        return -1;
    return stack_push_result(u->stack, (u->encoding_kind == ENC_ASCII ? PyUnicode_DecodeASCII : PyUnicode_DecodeLatin1)(s, n, "strict"));
}

static ALWAYS_INLINE int load_binbytes(struct unpickler *u, int nbytes)
{
    const char *s = in_read(u, nbytes);
    if (s == NULL)
        return -1;
    Py_ssize_t n = read_size(s, nbytes);
    if (n < 0) {
        PyErr_Format(PyExc_OverflowError, "BINBYTES exceeds system's maximum size of %zd bytes", PY_SSIZE_T_MAX);
        return -1;
    }
    if (n > u->in_len - u->in_pos)
        return stack_push_result(u->stack, in_bytes(u, n));
    return stack_push_result(u->stack, PyBytes_FromStringAndSize(in_read(u, n), n));
}

static int load_bytearray8(struct unpickler *u)
{
    const char *s = in_read(u, 8);
    if (s == NULL)
        return -1;
    Py_ssize_t n = read_size(s, 8);
    if (n < 0) {
        PyErr_Format(PyExc_OverflowError, "BYTEARRAY8 exceeds system's maximum size of %zd bytes", PY_SSIZE_T_MAX);
        return -1;
    }
    PyObject *bytes = n <= u->in_len - u->in_pos ? NULL : in_bytes(u, n), *made;
    if (bytes == NULL) {
        if (PyErr_Occurred())
            return -1;
        made = PyByteArray_FromStringAndSize(in_read(u, n), n);
    }
    else {
        made = PyByteArray_FromStringAndSize(PyBytes_AS_STRING(bytes), n);
        Py_DECREF(bytes);
    }
    return stack_push_result(u->stack, made);
}

static int load_unicode(struct unpickler *u)
{
    char *s;
    Py_ssize_t n = in_line(u, &s);
    return n < 0 ? -1 : stack_push_result(u->stack, PyUnicode_DecodeRawUnicodeEscape(s, n - 1, NULL));
}

static ALWAYS_INLINE bool is_ascii(const char *s, Py_ssize_t n)
{
    uint64_t all = 0, word;
    for (; n >= 8; n -= 8, s += 8) {
        memcpy(&word, s, 8);
        all |= word;
    }
    while (n-- > 0)
        all |= (unsigned char)*s++;
    return (all & 0x8080808080808080u) == 0;
}

/* UTF-8 in which surrogates stand for themselves. The error handler may be a Python function: it gets a copy. */
static PyObject *decode_utf8(const char *s, Py_ssize_t n)
{
    if (is_ascii(s, n))
        return str_from_ascii(s, n);
    PyObject *text = PyUnicode_DecodeUTF8(s, n, "strict");
    if (LIKELY(text != NULL) || !PyErr_ExceptionMatches(PyExc_UnicodeDecodeError))
        return text;
    PyErr_Clear();
    PyObject *copy = PyBytes_FromStringAndSize(s, n);
    if (copy == NULL)
        return NULL;
    text = PyUnicode_DecodeUTF8(PyBytes_AS_STRING(copy), n, "surrogatepass");
    Py_DECREF(copy);
    return text;
}

static ALWAYS_INLINE int load_binunicode(struct unpickler *u, int nbytes)
{
    const char *s = in_read(u, nbytes);
    if (s == NULL)
        return -1;
    Py_ssize_t n = read_size(s, nbytes);
    if (n < 0) {
        PyErr_Format(PyExc_OverflowError, "BINUNICODE exceeds system's maximum size of %zd bytes", PY_SSIZE_T_MAX);
        return -1;
    }
    if ((s = in_read(u, n)) == NULL)
        return -1;
    return stack_push_result(u->stack, decode_utf8(s, n));
}

/* ---- buffers outside ---- */

static int load_next_buffer(struct unpickler *u)
{
    if (u->buffers == NULL) {
        PyErr_SetString(u->st->unpickling_error, "pickle stream refers to out-of-band data but no *buffers* argument was given");
        return -1;
    }
    PyObject *iter = Py_NewRef(u->buffers), *buffer = PyIter_Next(iter);
    Py_DECREF(iter);
    if (buffer == NULL && !PyErr_Occurred())
        PyErr_SetString(u->st->unpickling_error, "not enough out-of-band buffers");
    return stack_push_result(u->stack, buffer);
}

static int load_readonly_buffer(struct unpickler *u)
{
    struct load_stack *s = u->stack;
    if (s->size <= s->fence)
        return stack_underflow(u);
    PyObject *view = PyMemoryView_FromObject(s->items[s->size - 1]);
    if (view == NULL)
        return -1;
    if (PyMemoryView_GET_BUFFER(view)->readonly) {
        Py_DECREF(view);
        return 0;
    }
    PyMemoryView_GET_BUFFER(view)->readonly = 1;
    Py_SETREF(s->items[s->size - 1], view);
    return 0;
}

/* ---- containers ---- */

static int load_marked_tuple(struct unpickler *u)
{
    Py_ssize_t at = stack_marker(u);
    return at < 0 ? -1 : stack_push_result(u->stack, stack_pop_tuple(u, at));
}

static int load_short_tuple(struct unpickler *u, int n)
{
    struct load_stack *s = u->stack;
    if (s->size - n < s->fence)
        return stack_underflow(u);
    s->size -= n;
    return stack_push_result(s, tuple_from_array_steal(s->items + s->size, n));
}

static int load_marked_list(struct unpickler *u)
{
    Py_ssize_t at = stack_marker(u);
    return at < 0 ? -1 : stack_push_result(u->stack, stack_pop_list(u, at));
}

static int load_dict(struct unpickler *u)
{
    Py_ssize_t at = stack_marker(u);
    struct load_stack *s = u->stack;
    if (at < 0)
        return -1;
    if ((s->size - at) % 2 != 0) {
        PyErr_SetString(u->st->unpickling_error, "odd number of items for DICT");
        return -1;
    }
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = at; dict != NULL && i < s->size; i += 2)
        if (PyDict_SetItem(dict, s->items[i], s->items[i + 1]) < 0)
            Py_CLEAR(dict);
    if (dict != NULL)
        stack_cut(s, at);
    return stack_push_result(s, dict);
}

static int load_frozenset(struct unpickler *u)
{
    Py_ssize_t at = stack_marker(u);
    PyObject *items = at < 0 ? NULL : stack_pop_tuple(u, at), *set = items == NULL ? NULL : PyFrozenSet_New(items);
    Py_XDECREF(items);
    return stack_push_result(u->stack, set);
}

/* ---- stack and memo ---- */

static int load_mark(struct unpickler *u)
{
    struct load_stack *s = u->stack;
    if (s->n_marks >= s->marks_cap) {
        size_t cap = (size_t)s->marks_cap * 2 + 20;
        Py_ssize_t *marks = cap > PY_SSIZE_T_MAX / sizeof *marks ? NULL : PyMem_Realloc(s->marks, cap * sizeof *marks);
        if (marks == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        s->marks = marks;
        s->marks_cap = (Py_ssize_t)cap;
    }
    s->marks[s->n_marks++] = s->fence = s->size;
    return 0;
}

/* Of an object, or of a mark. */
static int load_pop(struct unpickler *u)
{
    struct load_stack *s = u->stack;
    if (s->n_marks > 0 && s->marks[s->n_marks - 1] == s->size)
        return stack_marker(u) < 0 ? -1 : 0;
    PyObject *item = stack_pop(u);
    if (item == NULL)
        return -1;
    Py_DECREF(item);
    return 0;
}

static int load_pop_mark(struct unpickler *u)
{
    Py_ssize_t at = stack_marker(u);
    if (at < 0)
        return -1;
    stack_cut(u->stack, at);
    return 0;
}

static int load_dup(struct unpickler *u)
{
    struct load_stack *s = u->stack;
    return s->size <= s->fence ? stack_underflow(u) : stack_push(s, Py_NewRef(s->items[s->size - 1]));
}

static int push_memo(struct unpickler *u, Py_ssize_t i)
{
    PyObject *value = i < 0 ? NULL : load_memo_get(u, (size_t)i);
    if (LIKELY(value != NULL))
        return stack_push(u->stack, Py_NewRef(value));
    if (!PyErr_Occurred())
        PyErr_Format(u->st->unpickling_error, "Memo value not found at index %ld", (long)i);
    return -1;
}

/* The number in a line; -1 perhaps with an exception. */
static Py_ssize_t line_number(struct unpickler *u)
{
    char *s;
    if (number_line(u, &s) < 0)
        return -1;
    PyObject *number = PyLong_FromString(s, NULL, 10);
    Py_ssize_t i = number == NULL ? -1 : PyLong_AsSsize_t(number);
    Py_XDECREF(number);
    return i;
}

static int load_get(struct unpickler *u)
{
    Py_ssize_t i = line_number(u);
    return i == -1 && PyErr_Occurred() ? -1 : push_memo(u, i);
}

static ALWAYS_INLINE int load_binget(struct unpickler *u, int nbytes)
{
    const char *s = in_read(u, nbytes);
    return s == NULL ? -1 : push_memo(u, read_size(s, nbytes));
}

static int memo_top(struct unpickler *u, size_t i)
{
    struct load_stack *s = u->stack;
    return s->size <= s->fence ? stack_underflow(u) : load_memo_put(u, i, s->items[s->size - 1]);
}

static int load_put(struct unpickler *u)
{
    char *s;
    if (number_line(u, &s) < 0)
        return -1;
    if (u->stack->size <= u->stack->fence)
        return stack_underflow(u);
    PyObject *number = PyLong_FromString(s, NULL, 10);
    Py_ssize_t i = number == NULL ? -1 : PyLong_AsSsize_t(number);
    Py_XDECREF(number);
    if (i >= 0)
        return memo_top(u, (size_t)i);
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "negative PUT argument");
    return -1;
}

static ALWAYS_INLINE int load_binput(struct unpickler *u, int nbytes)
{
    const char *s = in_read(u, nbytes);
    return s == NULL ? -1 : memo_top(u, (size_t)read_size(s, nbytes));
}

/* ---- framing ---- */

static int load_proto(struct unpickler *u)
{
    const char *s = in_read(u, 1);
    if (s == NULL)
        return -1;
    int proto = (unsigned char)*s;
    if (proto > PROTO_HIGHEST) {
        PyErr_Format(PyExc_ValueError, "unsupported pickle protocol: %d", proto);
        return -1;
    }
    u->proto = proto;
    return 0;
}

/* Makes sure that the whole frame is in memory; frames have no other meaning for reading. */
static int load_frame(struct unpickler *u)
{
    const char *s = in_read(u, 8);
    if (s == NULL)
        return -1;
    Py_ssize_t n = read_size(s, 8);
    if (n < 0) {
        PyErr_Format(PyExc_OverflowError, "FRAME length exceeds system's maximum of %zd bytes", PY_SSIZE_T_MAX);
        return -1;
    }
    if (in_read(u, n) == NULL)
        return -1;
    u->in_pos -= n;
    return 0;
}

/* ---- the loop ---- */

static int unknown_opcode(struct unpickler *u, unsigned char c)
{
    if (c >= 0x20 && c <= 0x7e && c != '\'' && c != '\\')
        PyErr_Format(u->st->unpickling_error, "invalid load key, '%c'.", c);
    else
        PyErr_Format(u->st->unpickling_error, "invalid load key, '\\x%02x'.", c);
    return -1;
}

/* One opcode. STOP does not come here. */
static int load_op(struct unpickler *u, unsigned char op)
{
    struct load_stack *s = u->stack;
    Py_ssize_t at;
    const char *p;
    switch (op) {
    case OP_MARK: return load_mark(u);
    case OP_NONE: return stack_push(s, Py_None);
    case OP_NEWTRUE: return stack_push(s, Py_True);
    case OP_NEWFALSE: return stack_push(s, Py_False);
    case OP_BININT: return load_binint(u, 4);
    case OP_BININT1: return (p = in_read(u, 1)) == NULL ? -1 : stack_push(s, SMALL_INT((unsigned char)*p));
    case OP_BININT2: return load_binint(u, 2);
    case OP_INT: return load_int(u);
    case OP_LONG: return load_long(u);
    case OP_LONG1: return load_long_bytes(u, 1);
    case OP_LONG4: return load_long_bytes(u, 4);
    case OP_FLOAT: return load_float(u);
    case OP_BINFLOAT: return load_binfloat(u);
    case OP_SHORT_BINBYTES: return load_binbytes(u, 1);
    case OP_BINBYTES: return load_binbytes(u, 4);
    case OP_BINBYTES8: return load_binbytes(u, 8);
    case OP_BYTEARRAY8: return load_bytearray8(u);
    case OP_NEXT_BUFFER: return load_next_buffer(u);
    case OP_READONLY_BUFFER: return load_readonly_buffer(u);
    case OP_SHORT_BINSTRING: return load_binstring(u, 1);
    case OP_BINSTRING: return load_binstring(u, 4);
    case OP_STRING: return load_string(u);
    case OP_UNICODE: return load_unicode(u);
    case OP_SHORT_BINUNICODE: return load_binunicode(u, 1);
    case OP_BINUNICODE: return load_binunicode(u, 4);
    case OP_BINUNICODE8: return load_binunicode(u, 8);
    case OP_EMPTY_TUPLE: return stack_push_result(s, PyTuple_New(0));
    case OP_TUPLE1: return load_short_tuple(u, 1);
    case OP_TUPLE2: return load_short_tuple(u, 2);
    case OP_TUPLE3: return load_short_tuple(u, 3);
    case OP_TUPLE: return load_marked_tuple(u);
    case OP_EMPTY_LIST: return stack_push_result(s, PyList_New(0));
    case OP_LIST: return load_marked_list(u);
    case OP_EMPTY_DICT: return stack_push_result(s, PyDict_New());
    case OP_DICT: return load_dict(u);
    case OP_EMPTY_SET: return stack_push_result(s, PySet_New(NULL));
    case OP_ADDITEMS: return load_additems(u);
    case OP_FROZENSET: return load_frozenset(u);
    case OP_OBJ: return load_obj(u);
    case OP_INST: return load_inst(u);
    case OP_NEWOBJ: return load_newobj(u, false);
    case OP_NEWOBJ_EX: return load_newobj(u, true);
    case OP_GLOBAL: return load_global(u);
    case OP_STACK_GLOBAL: return load_stack_global(u);
    case OP_APPEND: return load_append(u, s->size - 1);
    case OP_APPENDS: return (at = stack_marker(u)) < 0 ? -1 : load_append(u, at);
    case OP_BUILD: return load_build(u);
    case OP_DUP: return load_dup(u);
    case OP_BINGET: return load_binget(u, 1);
    case OP_LONG_BINGET: return load_binget(u, 4);
    case OP_GET: return load_get(u);
    case OP_BINPUT: return load_binput(u, 1);
    case OP_LONG_BINPUT: return load_binput(u, 4);
    case OP_PUT: return load_put(u);
    case OP_MEMOIZE:
        if (LIKELY(u->memo_len < u->memo_cap && u->memo[u->memo_len] == NULL && s->size > s->fence)) {
            u->memo[u->memo_len++] = Py_NewRef(s->items[s->size - 1]);
            return 0;
        }
        return memo_top(u, u->memo_len);
    case OP_POP: return load_pop(u);
    case OP_POP_MARK: return load_pop_mark(u);
    case OP_SETITEM: return load_setitems(u, s->size - 2);
    case OP_SETITEMS: return (at = stack_marker(u)) < 0 ? -1 : load_setitems(u, at);
    case OP_PERSID: return load_persid(u);
    case OP_BINPERSID: return load_binpersid(u);
    case OP_REDUCE: return load_reduce(u);
    case OP_PROTO: return load_proto(u);
    case OP_FRAME: return load_frame(u);
    case OP_EXT1: return load_ext(u, 1);
    case OP_EXT2: return load_ext(u, 2);
    case OP_EXT4: return load_ext(u, 4);
    default: return unknown_opcode(u, op);
    }
}

static PyObject *load_all(struct unpickler *u)
{
    for (;;) {
        const char *s = in_read(u, 1);
        if (s == NULL) {
            if (PyErr_ExceptionMatches(u->st->unpickling_error))
                PyErr_SetString(PyExc_EOFError, "Ran out of input");
            return NULL;
        }
        if ((unsigned char)*s == OP_STOP)
            break;
        if (load_op(u, (unsigned char)*s) < 0)
            return NULL;
    }
    return u->read != NULL && in_skip_consumed(u) < 0 ? NULL : stack_pop(u);
}

PyObject *unpickler_load(struct unpickler *u)
{
    PyObject *first[64];
    struct load_stack s = { .items = first, .cap = 64, .fixed = first, .marks = u->marks, .marks_cap = u->marks_cap }, *outer = u->stack;
    u->marks = NULL;
    u->marks_cap = 0;
    u->stack = &s;
    u->proto = 0;
    PyObject *result = load_all(u);
    u->stack = outer;
    stack_cut(&s, 0);
    if (s.items != first)
        PyMem_Free(s.items);
    PyMem_Free(u->marks);              /* of a run within this one */
    u->marks = s.marks;
    u->marks_cap = s.marks_cap;
    return result;
}

void unpickler_set_encoding(struct unpickler *u, const char *encoding, const char *errors)
{
    bool strict = strcmp(errors, "strict") == 0;
    u->encoding = (char *)encoding;
    u->errors = (char *)errors;
    u->encoding_kind = strcmp(encoding, "bytes") == 0 ? ENC_BYTES
        : strict && (strcmp(encoding, "ASCII") == 0 || strcmp(encoding, "ascii") == 0) ? ENC_ASCII
        : strict && strcmp(encoding, "latin1") == 0 ? ENC_LATIN1 : ENC_OTHER;
}
