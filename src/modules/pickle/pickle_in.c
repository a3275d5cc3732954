/* modules/pickle/pickle_in.c: where the unpickler's bytes come from, and its stack.
 *
 * loads() reads memory. A file is read piece by piece, and not past the pickle's end: what peek() shows is used
 * without moving the file, and the file is moved when that is used up (in_skip_consumed()); a file without peek() is
 * asked for exactly what the next opcode needs. Sizes in a pickle are not believed: memory grows with what has arrived. */
#include "modules/pickle/pickle.h"

#include "object/coll/list.h"
#include "object/coll/tuple.h"

enum { PREFETCH = 128 * 1024, CHUNK = 16 * 1024 * 1024 };

int in_truncated(struct unpickler *u)
{
    PyErr_SetString(u->st->unpickling_error, "pickle data was truncated");
    return -1;
}

/* data (taken over) becomes the input. Its length, or -1. */
static Py_ssize_t set_input(struct unpickler *u, STEALS PyObject *data)
{
    if (!PyBytes_CheckExact(data)) {
        Py_buffer view;
        int r = PyObject_GetBuffer(data, &view, PyBUF_CONTIG_RO);
        Py_DECREF(data);
        if (r < 0)
            return -1;
        data = PyBytes_FromStringAndSize(view.buf, view.len);
        PyBuffer_Release(&view);
        if (data == NULL)
            return -1;
    }
    u->in = PyBytes_AS_STRING(data);
    u->in_len = u->prefetched = PyBytes_GET_SIZE(data);
    u->in_pos = 0;
    Py_XSETREF(u->in_owner, data);
    return u->in_len;
}

static PyObject *call_with_size(PyObject *func, Py_ssize_t n)
{
    PyObject *size = PyLong_FromSsize_t(n), *result = NULL;
    Py_INCREF(func);
    if (size != NULL)
        result = PyObject_CallOneArg(func, size);
    Py_DECREF(func);
    Py_XDECREF(size);
    return result;
}

int in_skip_consumed(struct unpickler *u)
{
    Py_ssize_t n = u->in_pos - u->prefetched;
    if (n <= 0)
        return 0;
    PyObject *data = call_with_size(u->read, n);
    if (data == NULL)
        return -1;
    Py_DECREF(data);
    u->prefetched = u->in_pos;
    return 0;
}

/* -1: no peek() that works; -2: exception; else the bytes now in the input. */
static Py_ssize_t peek(struct unpickler *u)
{
    PyObject *data = call_with_size(u->peek, PREFETCH);
    if (data == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_NotImplementedError))
            return -2;
        PyErr_Clear();
        Py_CLEAR(u->peek);
        return -1;
    }
    Py_ssize_t n = set_input(u, data);
    if (n < 0)
        return -2;
    u->prefetched = 0;
    return n;
}

/* Nothing is left in the input that the next n bytes could begin with, except what the file has not moved past. */
static Py_ssize_t read_from_file(struct unpickler *u, Py_ssize_t n)
{
    if (u->read == NULL)
        return in_truncated(u);
    if (in_skip_consumed(u) < 0)
        return -1;
    if (u->peek != NULL && n < PREFETCH) {
        Py_ssize_t got = peek(u);
        if (got >= n || got == -2)
            return got < 0 ? -1 : got;
    }
    PyObject *data = call_with_size(u->read, n);
    return data == NULL ? -1 : set_input(u, data);
}

static PyObject *bytes_from_file(struct unpickler *u, Py_ssize_t n);

const char *in_read_slow(struct unpickler *u, Py_ssize_t n)
{
    if (u->in_pos > PY_SSIZE_T_MAX - n) {
        PyErr_SetString(u->st->unpickling_error, "read would overflow (invalid bytecode)");
        return NULL;
    }
    if (u->read != NULL && n > CHUNK) {
        if (in_skip_consumed(u) < 0)
            return NULL;
        PyObject *data = bytes_from_file(u, n);
        if (data == NULL || set_input(u, data) < 0)
            return NULL;
    }
    else {
        Py_ssize_t got = read_from_file(u, n);
        if (got < n) {
            if (got >= 0)
                in_truncated(u);
            return NULL;
        }
    }
    u->in_pos = n;
    return u->in;
}

/* read(n) that must give bytes. */
static PyObject *read_bytes(struct unpickler *u, Py_ssize_t n)
{
    PyObject *data = call_with_size(u->read, n);
    if (data != NULL && !PyBytes_Check(data)) {
        PyErr_Format(PyExc_ValueError, "read() returned non-bytes object (%R)", data);
        Py_CLEAR(data);
    }
    return data;
}

/* n bytes at the file's position. */
static PyObject *bytes_from_file(struct unpickler *u, Py_ssize_t n)
{
    if (n <= CHUNK) {
        PyObject *data = read_bytes(u, n);
        if (data == NULL || (PyBytes_CheckExact(data) && PyBytes_GET_SIZE(data) == n))
            return data;
        PyObject *exact = PyBytes_GET_SIZE(data) < n ? NULL : PyBytes_FromStringAndSize(PyBytes_AS_STRING(data), n);
        if (exact == NULL && !PyErr_Occurred())
            in_truncated(u);
        Py_DECREF(data);
        return exact;
    }
    PyObject *all = PyBytes_FromStringAndSize(NULL, CHUNK);
    for (Py_ssize_t have = 0, cap = CHUNK; all != NULL && have < n;) {
        if (have == cap && _PyBytes_Resize(&all, cap = cap > n / 2 ? n : cap * 2) < 0)
            return NULL;
        Py_ssize_t part = cap - have;
        PyObject *data = read_bytes(u, part);
        if (data == NULL || PyBytes_GET_SIZE(data) < part) {
            if (data != NULL)
                in_truncated(u);
            Py_XDECREF(data);
            Py_CLEAR(all);
            return NULL;
        }
        memcpy(PyBytes_AS_STRING(all) + have, PyBytes_AS_STRING(data), (size_t)part);
        Py_DECREF(data);
        have += part;
    }
    return all;
}

/* n bytes as an object; without a copy where the file gives just these. */
PyObject *in_bytes(struct unpickler *u, Py_ssize_t n)
{
    Py_ssize_t here = u->in_len - u->in_pos;
    if (n <= here) {
        PyObject *b = PyBytes_FromStringAndSize(u->in + u->in_pos, n);
        u->in_pos += n;
        return b;
    }
    if (u->read == NULL) {
        in_truncated(u);
        return NULL;
    }
    PyObject *head = PyBytes_FromStringAndSize(u->in + u->in_pos, here);
    u->in_pos = u->in_len;
    if (head == NULL || in_skip_consumed(u) < 0) {
        Py_XDECREF(head);
        return NULL;
    }
    PyObject *rest = bytes_from_file(u, n - here);
    if (here == 0 || rest == NULL) {
        Py_DECREF(head);
        return rest;
    }
    PyBytes_ConcatAndDel(&head, rest);
    return head;
}

/* The line in u->line, NUL behind it. */
static Py_ssize_t keep_line(struct unpickler *u, const char *s, Py_ssize_t n, char **line)
{
    char *copy = PyMem_Realloc(u->line, (size_t)n + 1);
    if (copy == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(copy, s, (size_t)n);
    copy[n] = '\0';
    *line = u->line = copy;
    return n;
}

Py_ssize_t in_line(struct unpickler *u, char **line)
{
    Py_ssize_t n = u->in_len - u->in_pos;
    const char *s = u->in + u->in_pos, *end = n == 0 ? NULL : memchr(s, '\n', (size_t)n);
    if (end != NULL) {
        n = end - s + 1;
        u->in_pos += n;
        return keep_line(u, s, n, line);
    }
    if (u->read == NULL)
        return in_truncated(u);
    if (in_skip_consumed(u) < 0)
        return -1;
    PyObject *readline = Py_NewRef(u->readline), *data = PyObject_CallNoArgs(readline);
    Py_DECREF(readline);
    n = data == NULL ? -1 : set_input(u, data);
    if (n < 0)
        return -1;
    if (n == 0 || u->in[n - 1] != '\n')
        return in_truncated(u);
    u->in_pos = n;
    return keep_line(u, u->in, n, line);
}

int unpickler_set_file(struct unpickler *u, PyObject *file)
{
    struct pickle_state *st = u->st;
    PyObject *readinto = NULL;
    Py_CLEAR(u->peek);
    Py_CLEAR(u->read);
    Py_CLEAR(u->readline);
    if (PyObject_GetOptionalAttr(file, st->s_peek, &u->peek) < 0 || PyObject_GetOptionalAttr(file, st->s_readinto, &readinto) < 0)
        return -1;
    Py_XDECREF(readinto);              /* not needed, but a file where asking for it fails is not taken */
    if (PyObject_GetOptionalAttr(file, st->s_read, &u->read) < 0 || PyObject_GetOptionalAttr(file, st->s_readline, &u->readline) < 0)
        return -1;
    if (u->read != NULL && u->readline != NULL)
        return 0;
    PyErr_SetString(PyExc_TypeError, "file must have 'read' and 'readline' attributes");
    Py_CLEAR(u->peek);
    Py_CLEAR(u->read);
    Py_CLEAR(u->readline);
    return -1;
}

/* ---- stack ---- */

int stack_grow(struct load_stack *s)
{
    size_t cap = (size_t)s->cap * 2 + 8;
    PyObject **items = cap > PY_SSIZE_T_MAX / sizeof *items ? NULL : PyMem_Realloc(s->items == s->fixed ? NULL : s->items, cap * sizeof *items);
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (s->items == s->fixed && s->size > 0)
        memcpy(items, s->items, (size_t)s->size * sizeof *items);
    s->items = items;
    s->cap = (Py_ssize_t)cap;
    return 0;
}

int stack_underflow(struct unpickler *u)
{
    PyErr_SetString(u->st->unpickling_error, u->stack->n_marks > 0 ? "unexpected MARK found" : "unpickling stack underflow");
    return -1;
}

Py_ssize_t stack_marker(struct unpickler *u)
{
    struct load_stack *s = u->stack;
    if (s->n_marks < 1) {
        PyErr_SetString(u->st->unpickling_error, "could not find MARK");
        return -1;
    }
    Py_ssize_t at = s->marks[--s->n_marks];
    s->fence = s->n_marks > 0 ? s->marks[s->n_marks - 1] : 0;
    return at;
}

void stack_cut(struct load_stack *s, Py_ssize_t to)
{
    while (s->size > to) {
        PyObject *item = s->items[--s->size];
        Py_DECREF(item);
    }
}

PyObject *stack_pop_tuple(struct unpickler *u, Py_ssize_t from)
{
    struct load_stack *s = u->stack;
    if (from < s->fence) {
        stack_underflow(u);
        return NULL;
    }
    Py_ssize_t n = s->size - from;
    s->size = from;
    return tuple_from_array_steal(s->items + from, n);
}

PyObject *stack_pop_list(struct unpickler *u, Py_ssize_t from)
{
    struct load_stack *s = u->stack;
    if (from < s->fence) {
        stack_underflow(u);
        return NULL;
    }
    Py_ssize_t n = s->size - from;
    s->size = from;
    return list_from_array_steal(s->items + from, n);
}
