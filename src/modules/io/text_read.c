/* modules/io/text_read.c: reading text. */
#include "modules/io/text.h"

void
text_set_decoded(struct text *t, PyObject *text)
{
    Py_XSETREF(t->decoded_chars, text);
    t->decoded_chars_used = 0;
}

/* Up to n characters that are decoded already (n < 0: all); new reference. */
static OWNED PyObject *
take_decoded(struct text *t, Py_ssize_t n)
{
    if (t->decoded_chars == NULL)
        return PyUnicode_New(0, 0);
    Py_ssize_t have = PyUnicode_GET_LENGTH(t->decoded_chars) - t->decoded_chars_used;
    if (n < 0 || n > have)
        n = have;
    PyObject *chars = t->decoded_chars_used > 0 || n < have
        ? PyUnicode_Substring(t->decoded_chars, t->decoded_chars_used, t->decoded_chars_used + n)
        : Py_NewRef(t->decoded_chars);
    if (chars != NULL)
        t->decoded_chars_used += n;
    return chars;
}

OWNED PyObject *
text_decode(struct text *t, PyObject *input, bool final)
{
    if (Py_IS_TYPE(t->decoder, t->state->newline_decoder))
        return io_newline_decode(t->decoder, input, final);
    PyObject *text = PyObject_CallMethodObjArgs(t->decoder, NAME(decode), input, final ? Py_True : Py_False, NULL);
    if (text != NULL && !PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "decoder should return a string result, not '%.200s'", Py_TYPE(text)->tp_name);
        Py_CLEAR(text);
    }
    return text;
}

int
text_decoder_state(struct text *t, PyObject **state, PyObject **bytes, int *flags)
{
    *state = io_call(t->decoder, NAME(getstate));
    if (*state == NULL)
        return -1;
    if (!PyTuple_Check(*state))
        PyErr_SetString(PyExc_TypeError, "illegal decoder state");
    else if (PyArg_ParseTuple(*state, "Oi;illegal decoder state", bytes, flags)) {
        if (PyBytes_Check(*bytes))
            return 0;
        PyErr_Format(PyExc_TypeError, "illegal decoder state: the first item should be a bytes object, not '%.200s'",
                     Py_TYPE(*bytes)->tp_name);
    }
    Py_CLEAR(*state);
    return -1;
}

/* The next bytes of the buffer, as it returned them. */
static OWNED PyObject *
read_bytes(struct text *t, Py_ssize_t hint)
{
    if (hint > 0)
        hint = (Py_ssize_t)((t->b2cratio > 1.0 ? t->b2cratio : 1.0) * (double)hint);
    PyObject *n = PyLong_FromSsize_t(t->chunk_size > hint ? t->chunk_size : hint);
    if (n == NULL)
        return NULL;
    PyObject *chunk = io_call1(t->buffer, t->has_read1 ? NAME(read1) : NAME(read), n);
    Py_DECREF(n);
    return chunk;
}

/* snapshot = (flags, bytes of the decoder before + chunk) */
static int
take_snapshot(struct text *t, PyObject *before, int flags, Py_buffer *chunk)
{
    Py_ssize_t n = PyBytes_GET_SIZE(before);
    PyObject *input = PyBytes_FromStringAndSize(NULL, n + chunk->len);
    if (input == NULL)
        return -1;
    memcpy(PyBytes_AS_STRING(input), PyBytes_AS_STRING(before), n);
    memcpy(PyBytes_AS_STRING(input) + n, chunk->buf, chunk->len);
    PyObject *snapshot = Py_BuildValue("iN", flags, input);
    if (snapshot == NULL)
        return -1;
    Py_XSETREF(t->snapshot, snapshot);
    return 0;
}

/* Decodes the next chunk: 1 there is text, 0 the end, -1 failed. */
static int
read_chunk(struct text *t, Py_ssize_t hint)
{
    PyObject *state = NULL, *before = NULL, *chunk, *text = NULL;
    Py_buffer view;
    int flags = 0, rc = -1;
    if (t->decoder == NULL) {
        io_unsupported(t->state, "not readable");
        return -1;
    }
    if (t->telling) {
        if (text_decoder_state(t, &state, &before, &flags) < 0)
            return -1;
        Py_INCREF(before);
        Py_DECREF(state);
    }
    chunk = read_bytes(t, hint);
    if (chunk == NULL)
        goto done;
    if (PyObject_GetBuffer(chunk, &view, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "underlying %s() should have returned a bytes-like object, not '%.200s'",
                     t->has_read1 ? "read1" : "read", Py_TYPE(chunk)->tp_name);
        goto done;
    }
    Py_ssize_t nbytes = view.len;
    text = text_decode(t, chunk, nbytes == 0);
    if (text != NULL) {
        Py_ssize_t nchars = PyUnicode_GET_LENGTH(text);
        t->b2cratio = nchars > 0 ? (double)nbytes / (double)nchars : 0.0;
        text_set_decoded(t, text);
        rc = nchars > 0 || nbytes > 0;
        if (t->telling && take_snapshot(t, before, flags, &view) < 0)
            rc = -1;
    }
    PyBuffer_Release(&view);
done:
    Py_XDECREF(chunk);
    Py_XDECREF(before);
    return rc;
}

/* ---- read() ---- */

static PyObject *
read_all(struct text *t)
{
    PyObject *bytes = io_call(t->buffer, NAME(read)), *text, *result;
    if (bytes == NULL)
        return NULL;
    text = text_decode(t, bytes, true);
    Py_DECREF(bytes);
    if (text == NULL)
        return NULL;
    result = take_decoded(t, -1);
    if (result != NULL)
        PyUnicode_AppendAndDel(&result, text);
    else
        Py_DECREF(text);
    if (result != NULL && t->snapshot != NULL) {
        text_set_decoded(t, NULL);
        Py_CLEAR(t->snapshot);
    }
    return result;
}

static PyObject *
read_n(struct text *t, Py_ssize_t n)
{
    PyObject *result = take_decoded(t, n), *chunks = NULL;
    if (result == NULL)
        return NULL;
    Py_ssize_t left = n - PyUnicode_GET_LENGTH(result);
    while (left > 0) {
        int more = read_chunk(t, left);
        if (more < 0) {
            if (io_trap_eintr())
                continue;
            goto fail;
        }
        if (more == 0)
            break;
        if (chunks == NULL && (chunks = PyList_New(0)) == NULL)
            goto fail;
        if (PyUnicode_GET_LENGTH(result) > 0 && PyList_Append(chunks, result) < 0)
            goto fail;
        Py_SETREF(result, take_decoded(t, left));
        if (result == NULL)
            goto fail;
        left -= PyUnicode_GET_LENGTH(result);
    }
    if (chunks != NULL) {
        PyObject *empty = PyUnicode_New(0, 0);
        int rc = empty == NULL ? -1 : PyList_Append(chunks, result);
        Py_SETREF(result, rc < 0 ? NULL : PyUnicode_Join(empty, chunks));
        Py_XDECREF(empty);
        Py_DECREF(chunks);
    }
    return result;
fail:
    Py_XDECREF(result);
    Py_XDECREF(chunks);
    return NULL;
}

PyObject *
text_read(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct text *t = TEXT(self);
    Py_ssize_t n = -1;
    if (io_one_size("read", args, nargs, &n) < 0
        || text_check_attached(t) < 0 || text_check_open(t) < 0)
        return NULL;
    if (t->decoder == NULL)
        return io_unsupported(t->state, "not readable");
    if (text_write_pending(t) < 0)
        return NULL;
    return n < 0 ? read_all(t) : read_n(t, n);
}

/* ---- lines ---- */

/* Makes sure that characters are there: 1, 0 at the end, -1. */
static int
need_chars(struct text *t)
{
    while (t->decoded_chars == NULL || PyUnicode_GET_LENGTH(t->decoded_chars) == 0) {
        int more = read_chunk(t, 0);
        if (more < 0 && io_trap_eintr())
            continue;
        if (more <= 0)
            return more;
    }
    return 1;
}

/* joined = a + b, where a (stolen) may be NULL; b is borrowed. */
static OWNED PyObject *
join_two(PyObject *a, PyObject *b)
{
    if (a == NULL)
        return Py_NewRef(b);
    PyObject *r = PyUnicode_Concat(a, b);
    Py_DECREF(a);
    return r;
}

/* All of chunks (list or NULL) and then last (stolen, may be NULL). */
static OWNED PyObject *
finish_line(PyObject *chunks, PyObject *last)
{
    if (chunks == NULL)
        return last != NULL ? last : PyUnicode_New(0, 0);
    int rc = last == NULL ? 0 : PyList_Append(chunks, last);
    Py_XDECREF(last);
    PyObject *empty = rc < 0 ? NULL : PyUnicode_New(0, 0);
    PyObject *line = empty == NULL ? NULL : PyUnicode_Join(empty, chunks);
    Py_XDECREF(empty);
    return line;
}

static PyObject *
readline(struct text *t, Py_ssize_t limit)
{
    PyObject *chunks = NULL, *remaining = NULL, *line = NULL, *result = NULL;
    Py_ssize_t chunked = 0;          /* characters in chunks */
    if (text_check_open(t) < 0 || text_write_pending(t) < 0)
        return NULL;
    for (;;) {
        int rc = need_chars(t);
        if (rc < 0)
            goto done;
        if (rc == 0) {               /* end */
            text_set_decoded(t, NULL);
            Py_CLEAR(t->snapshot);
            break;
        }
        Py_ssize_t offset = remaining == NULL ? 0 : PyUnicode_GET_LENGTH(remaining);
        Py_ssize_t start = remaining == NULL ? t->decoded_chars_used : 0;
        line = remaining == NULL ? Py_NewRef(t->decoded_chars) : join_two(remaining, t->decoded_chars);
        remaining = NULL;
        if (line == NULL)
            goto done;
        int kind = PyUnicode_KIND(line);
        const char *data = PyUnicode_DATA(line);
        Py_ssize_t length = PyUnicode_GET_LENGTH(line), consumed;
        Py_ssize_t end = io_find_line_ending(t->readtranslate, t->readuniversal, t->readnl, kind, data + kind * start,
                                             data + kind * length, &consumed);
        if (end >= 0) {
            end += start;
            if (limit >= 0 && end - start + chunked >= limit)
                end = start + limit - chunked;
        }
        else {
            consumed += start;
            if (limit >= 0 && consumed - start + chunked >= limit)
                end = start + limit - chunked;
        }
        if (end >= 0) {              /* give out up to end, keep the rest decoded */
            t->decoded_chars_used = end - offset;
            if (start > 0 || end < length)
                Py_SETREF(line, PyUnicode_Substring(line, start, end));
            result = line == NULL ? NULL : finish_line(chunks, line);
            line = NULL;
            goto done;
        }
        if (consumed > start) {
            PyObject *part = PyUnicode_Substring(line, start, consumed);
            if (chunks == NULL)
                chunks = PyList_New(0);
            int bad = part == NULL || chunks == NULL || PyList_Append(chunks, part) < 0;
            Py_XDECREF(part);
            if (bad)
                goto done;
            chunked += consumed - start;
        }
        if (consumed < length) {     /* the start of a line ending, perhaps */
            remaining = PyUnicode_Substring(line, consumed, length);
            if (remaining == NULL)
                goto done;
        }
        Py_CLEAR(line);
        text_set_decoded(t, NULL);
    }
    result = finish_line(chunks, remaining);
    remaining = NULL;
done:
    Py_XDECREF(line);
    Py_XDECREF(remaining);
    Py_XDECREF(chunks);
    return result;
}

PyObject *
text_readline(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t limit = -1;
    if (!_PyArg_CheckPositional("readline", nargs, 0, 1))
        return NULL;
    if (nargs > 0) {
        PyObject *index = PyNumber_Index(args[0]);
        limit = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (limit == -1 && PyErr_Occurred())
            return NULL;
    }
    return text_check_attached(TEXT(self)) < 0 ? NULL : readline(TEXT(self), limit);
}

PyObject *
text_next(PyObject *self)
{
    struct text *t = TEXT(self);
    PyObject *line;
    if (text_check_attached(t) < 0)
        return NULL;
    t->telling = 0;                  /* snapshots cost too much in loops */
    if (Py_IS_TYPE(self, t->state->textiowrapper))
        line = readline(t, -1);
    else {
        line = io_call(self, NAME(readline));
        if (line != NULL && !PyUnicode_Check(line)) {
            PyErr_Format(PyExc_OSError, "readline() should have returned a str object, not '%.200s'", Py_TYPE(line)->tp_name);
            Py_CLEAR(line);
        }
    }
    if (line == NULL || PyUnicode_GET_LENGTH(line) > 0)
        return line;
    Py_DECREF(line);                 /* the end: tell() works again */
    Py_CLEAR(t->snapshot);
    t->telling = t->seekable;
    return NULL;
}
