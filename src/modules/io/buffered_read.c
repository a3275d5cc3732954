/* modules/io/buffered_read.c: reading through the buffer. */
#include "modules/io/buffered.h"

/* Reads into memory by raw.readinto(): the number of bytes, -1 with an exception, -2 when it would wait. */
static Py_ssize_t
raw_read(struct buffered *b, char *start, Py_ssize_t len)
{
    Py_buffer view;
    if (PyBuffer_FillInfo(&view, NULL, start, len, 0, PyBUF_CONTIG) < 0)
        return -1;
    PyObject *memory = PyMemoryView_FromBuffer(&view), *result;
    if (memory == NULL)
        return -1;
    do {
        result = io_call1(b->raw, NAME(readinto), memory);
    } while (result == NULL && io_trap_eintr());
    Py_DECREF(memory);
    if (result == NULL)
        return -1;
    if (result == Py_None) {
        Py_DECREF(result);
        return -2;
    }
    Py_ssize_t n = PyNumber_AsSsize_t(result, PyExc_ValueError);
    Py_DECREF(result);
    if (n == -1 && PyErr_Occurred()) {
        PyAPI_FUNC(PyObject *) _PyErr_FormatFromCause(PyObject *, const char *, ...);
        _PyErr_FormatFromCause(PyExc_OSError, "raw readinto() failed");
        return -1;
    }
    if (n < 0 || n > len) {
        PyErr_Format(PyExc_OSError, "raw readinto() returned invalid length %zd (should have been between 0 and %zd)", n, len);
        return -1;
    }
    if (n > 0 && b->abs_pos != -1)
        b->abs_pos += n;
    return n;
}

/* Fills what is left of the buffer. Result as raw_read(). */
static Py_ssize_t
fill(struct buffered *b)
{
    Py_ssize_t start = has_read_buffer(b) ? b->read_end : 0;
    Py_ssize_t n = raw_read(b, b->buffer + start, b->buffer_size - start);
    if (n > 0) {
        b->read_end = start + n;
        b->raw_pos = start + n;
    }
    return n;
}

/* The part of n that goes straight to the user: whole buffers. */
static Py_ssize_t
whole_blocks(struct buffered *b, Py_ssize_t n)
{
    return b->buffer_mask ? n & ~b->buffer_mask : n - n % b->buffer_size;
}

/* ---- until the end ---- */

/* raw.readall() behind the data at hand (or NULL); bytes or None. */
static PyObject *
readall_behind(PyObject *readall, PyObject *data)
{
    PyObject *rest = PyObject_CallNoArgs(readall);
    if (rest == NULL)
        return NULL;
    if (rest != Py_None && !PyBytes_Check(rest)) {
        Py_DECREF(rest);
        PyErr_SetString(PyExc_TypeError, "readall() should return bytes");
        return NULL;
    }
    if (data == NULL)
        return rest;
    PyObject *all = Py_NewRef(data);
    if (rest != Py_None)
        PyBytes_Concat(&all, rest);
    Py_DECREF(rest);
    return all;
}

/* raw.read() until it gives nothing. */
static PyObject *
read_behind(struct buffered *b, PyObject *data)
{
    PyObject *chunks = PyList_New(0), *result = NULL;
    if (chunks == NULL || (data != NULL && PyList_Append(chunks, data) < 0))
        goto done;
    Py_ssize_t total = data == NULL ? 0 : PyBytes_GET_SIZE(data);
    for (;;) {
        PyObject *chunk = io_call(b->raw, NAME(read));
        if (chunk == NULL)
            goto done;
        if (chunk != Py_None && !PyBytes_Check(chunk)) {
            Py_DECREF(chunk);
            PyErr_SetString(PyExc_TypeError, "read() should return bytes");
            goto done;
        }
        if (chunk == Py_None || PyBytes_GET_SIZE(chunk) == 0) {
            if (total == 0) {
                result = chunk;
                goto done;
            }
            Py_DECREF(chunk);
            break;
        }
        total += PyBytes_GET_SIZE(chunk);
        if (b->abs_pos != -1)
            b->abs_pos += PyBytes_GET_SIZE(chunk);
        int rc = PyList_Append(chunks, chunk);
        Py_DECREF(chunk);
        if (rc < 0)
            goto done;
    }
    PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
    result = empty == NULL ? NULL : PyObject_CallMethod(empty, "join", "O", chunks);
    Py_XDECREF(empty);
done:
    Py_XDECREF(chunks);
    return result;
}

static PyObject *
read_all(struct buffered *b)
{
    PyObject *data = NULL, *readall, *result = NULL;
    Py_ssize_t have = readahead(b);
    if (have > 0) {
        data = PyBytes_FromStringAndSize(b->buffer + b->pos, have);
        if (data == NULL)
            return NULL;
        b->pos += have;
    }
    if (b->writable && buffered_flush_and_rewind(b) < 0)
        goto done;
    reset_read(b);
    if (PyObject_GetOptionalAttr(b->raw, NAME(readall), &readall) < 0)
        goto done;
    if (readall != NULL) {
        result = readall_behind(readall, data);
        Py_DECREF(readall);
        b->abs_pos = -1;
    }
    else
        result = read_behind(b, data);
done:
    Py_XDECREF(data);
    return result;
}

/* ---- n bytes ---- */

/* Fills out[*done .. n): 1 complete or the end, 0 nothing there yet (would wait), -1 failed. */
static int
read_into(struct buffered *b, char *out, Py_ssize_t n, Py_ssize_t *done)
{
    Py_ssize_t have = readahead(b), left = n;
    *done = 0;
    if (have > 0) {
        memcpy(out, b->buffer + b->pos, have);
        left -= have;
        *done += have;
        b->pos += have;
    }
    if (b->writable && buffered_flush_and_rewind(b) < 0)
        return -1;
    reset_read(b);
    while (left > 0) {
        Py_ssize_t whole = whole_blocks(b, left);
        if (whole == 0)
            break;
        Py_ssize_t got = raw_read(b, out + *done, whole);
        if (got == -1)
            return -1;
        if (got <= 0)
            return got == 0 || *done > 0;
        left -= got;
        *done += got;
    }
    b->pos = b->raw_pos = b->read_end = 0;
    while (left > 0 && b->read_end < b->buffer_size) {
        Py_ssize_t got = fill(b);
        if (got == -1)
            return -1;
        if (got <= 0)
            return got == 0 || *done > 0;
        Py_ssize_t take = left < got ? left : got;
        memcpy(out + *done, b->buffer + b->pos, take);
        *done += take;
        b->pos += take;
        left -= take;
    }
    return 1;
}

/* What the buffer holds already: bytes, or NULL without exception if it is less than n. */
static PyObject *
read_fast(struct buffered *b, Py_ssize_t n)
{
    if (n > readahead(b))
        return NULL;
    PyObject *result = PyBytes_FromStringAndSize(b->buffer + b->pos, n);
    if (result != NULL)
        b->pos += n;
    return result;
}

static PyObject *
read_n(struct buffered *b, Py_ssize_t n)
{
    PyObject *result = read_fast(b, n);      /* another thread may have filled the buffer */
    Py_ssize_t done;
    if (result != NULL || PyErr_Occurred())
        return result;
    result = PyBytes_FromStringAndSize(NULL, n);
    if (result == NULL)
        return NULL;
    int rc = read_into(b, PyBytes_AS_STRING(result), n, &done);
    if (rc <= 0) {
        Py_DECREF(result);
        return rc == 0 ? Py_NewRef(Py_None) : NULL;
    }
    if (done < n)
        _PyBytes_Resize(&result, done);
    return result;
}

PyObject *
reader_read(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct buffered *b = BUFFERED(self);
    Py_ssize_t n = -1;
    if (io_one_size("read", args, nargs, &n) < 0
        || buffered_check(b) < 0)
        return NULL;
    if (n < -1) {
        PyErr_SetString(PyExc_ValueError, "read length must be non-negative or -1");
        return NULL;
    }
    if (buffered_check_open(b, "read of closed file") < 0)
        return NULL;
    if (n != -1) {
        PyObject *result = read_fast(b, n);
        if (result != NULL || PyErr_Occurred())
            return result;
    }
    if (!buffered_enter(b))
        return NULL;
    PyObject *result = n == -1 ? read_all(b) : read_n(b, n);
    buffered_leave(b);
    return result;
}

/* One raw read at most. */
PyObject *
reader_read1(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct buffered *b = BUFFERED(self);
    Py_ssize_t n = -1;
    if (!_PyArg_CheckPositional("read1", nargs, 0, 1))
        return NULL;
    if (nargs > 0) {
        PyObject *index = PyNumber_Index(args[0]);
        n = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (n == -1 && PyErr_Occurred())
            return NULL;
    }
    if (buffered_check(b) < 0)
        return NULL;
    if (n < 0)
        n = b->buffer_size;
    if (buffered_check_open(b, "read of closed file") < 0)
        return NULL;
    if (n == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    Py_ssize_t have = readahead(b);
    if (have > 0)
        return read_fast(b, n < have ? n : have);
    PyObject *result = PyBytes_FromStringAndSize(NULL, n);
    if (result == NULL)
        return NULL;
    if (!buffered_enter(b)) {
        Py_DECREF(result);
        return NULL;
    }
    /* Pending writes come first, or the raw position would be wrong. */
    Py_ssize_t got = b->writable && buffered_flush_and_rewind(b) < 0 ? -1 : 0;
    if (got == 0) {
        reset_read(b);
        got = raw_read(b, PyBytes_AS_STRING(result), n);
    }
    buffered_leave(b);
    if (got == -1) {
        Py_DECREF(result);
        return NULL;
    }
    if (got == -2)
        got = 0;
    if (got < n)
        _PyBytes_Resize(&result, got);
    return result;
}

/* ---- peek ---- */

static PyObject *
peek(struct buffered *b)
{
    Py_ssize_t have = readahead(b);
    if (have > 0)
        return PyBytes_FromStringAndSize(b->buffer + b->pos, have);
    reset_read(b);
    Py_ssize_t got = fill(b);
    if (got == -1)
        return NULL;
    b->pos = 0;
    return PyBytes_FromStringAndSize(b->buffer, got == -2 ? 0 : got);
}

PyObject *
reader_peek(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct buffered *b = BUFFERED(self);
    if (!_PyArg_CheckPositional("peek", nargs, 0, 1))
        return NULL;
    if (nargs > 0 && PyNumber_AsSsize_t(args[0], PyExc_OverflowError) == -1 && PyErr_Occurred())
        return NULL;
    if (buffered_check(b) < 0 || buffered_check_open(b, "peek of closed file") < 0 || !buffered_enter(b))
        return NULL;
    PyObject *result = NULL;
    if (!b->writable || buffered_flush_and_rewind(b) == 0)
        result = peek(b);
    buffered_leave(b);
    return result;
}

/* ---- readinto ---- */

/* Fills the memory; `once`: with one raw read at most. Bytes done, -1 failed, -2 would wait. The lock is held. */
static Py_ssize_t
readinto_locked(struct buffered *b, char *out, Py_ssize_t len, Py_ssize_t done, bool once)
{
    if (b->writable && buffered_flush_and_rewind(b) < 0)
        return -1;
    reset_read(b);
    b->pos = 0;
    for (Py_ssize_t left = len - done; left > 0;) {
        Py_ssize_t got;
        if (left > b->buffer_size)   /* big reads bypass the buffer */
            got = raw_read(b, out + done, left);
        else if (!(once && done > 0)) {
            got = fill(b);
            if (got > 0) {
                if (got > left)
                    got = left;
                memcpy(out + done, b->buffer + b->pos, got);
                b->pos += got;
                left -= got;
                done += got;
                if (once)
                    break;
                continue;
            }
        }
        else
            got = 0;
        if (got == 0 || (got == -2 && done > 0))
            break;
        if (got < 0)
            return got;
        left -= got;
        done += got;
        if (once)
            break;
    }
    return done;
}

static PyObject *
readinto(PyObject *self, PyObject *arg, bool once)
{
    struct buffered *b = BUFFERED(self);
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_WRITABLE) < 0) {
        _PyArg_BadArgument(once ? "readinto1" : "readinto", "argument", "read-write bytes-like object", arg);
        return NULL;
    }
    PyObject *result = NULL;
    if (buffered_check(b) < 0 || buffered_check_open(b, "readinto of closed file") < 0)
        goto done;
    Py_ssize_t have = readahead(b), n = 0;
    if (have > 0) {
        n = have < view.len ? have : view.len;
        memcpy(view.buf, b->buffer + b->pos, n);
        b->pos += n;
    }
    if (n < view.len) {
        if (!buffered_enter(b))
            goto done;
        n = readinto_locked(b, view.buf, view.len, n, once);
        buffered_leave(b);
    }
    result = n == -2 ? Py_NewRef(Py_None) : n < 0 ? NULL : PyLong_FromSsize_t(n);
done:
    PyBuffer_Release(&view);
    return result;
}

PyObject *reader_readinto(PyObject *self, PyObject *arg) { return readinto(self, arg, false); }
PyObject *reader_readinto1(PyObject *self, PyObject *arg) { return readinto(self, arg, true); }

/* ---- lines ---- */

/* Collects buffers until a newline, the limit or the end. The lock is held. */
static PyObject *
readline_slow(struct buffered *b, Py_ssize_t limit)
{
    PyObject *chunks = PyList_New(0), *result = NULL, *chunk;
    Py_ssize_t have = readahead(b);
    if (chunks == NULL)
        return NULL;
    if (have > 0) {
        chunk = PyBytes_FromStringAndSize(b->buffer + b->pos, have);
        if (chunk == NULL || PyList_Append(chunks, chunk) < 0) {
            Py_XDECREF(chunk);
            goto done;
        }
        Py_DECREF(chunk);
        b->pos += have;
        if (limit >= 0)
            limit -= have;
    }
    if (b->writable && buffered_flush_and_rewind(b) < 0)
        goto done;
    for (bool found = false; !found && limit != 0;) {
        reset_read(b);
        Py_ssize_t n = fill(b);
        if (n == -1)
            goto done;
        if (n <= 0)
            break;
        if (limit >= 0 && n > limit)
            n = limit;
        const char *nl = memchr(b->buffer, '\n', n);
        found = nl != NULL;
        if (found)
            n = nl + 1 - b->buffer;
        b->pos = n;
        chunk = PyBytes_FromStringAndSize(b->buffer, n);
        int rc = chunk == NULL ? -1 : PyList_Append(chunks, chunk);
        Py_XDECREF(chunk);
        if (rc < 0)
            goto done;
        if (limit >= 0)
            limit -= n;
    }
    PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
    result = empty == NULL ? NULL : PyObject_CallMethod(empty, "join", "O", chunks);
    Py_XDECREF(empty);
done:
    Py_DECREF(chunks);
    return result;
}

/* A line that the buffer holds as a whole; NULL, perhaps with an exception, if there is none. */
static PyObject *
line_in_buffer(struct buffered *b, Py_ssize_t limit)
{
    Py_ssize_t n = readahead(b);
    if (limit >= 0 && n > limit)
        n = limit;
    const char *start = b->buffer + b->pos, *nl = n > 0 ? memchr(start, '\n', n) : NULL;
    if (nl == NULL && (n != limit || n < 0))
        return NULL;
    if (nl != NULL)
        n = nl + 1 - start;
    PyObject *line = PyBytes_FromStringAndSize(start, n);
    if (line != NULL)
        b->pos += n;
    return line;
}

static PyObject *
readline(struct buffered *b, Py_ssize_t limit)
{
    if (buffered_check_open(b, "readline of closed file") < 0)
        return NULL;
    PyObject *line = line_in_buffer(b, limit);
    if (line != NULL || PyErr_Occurred() || !buffered_enter(b))
        return line;
    line = line_in_buffer(b, limit);         /* another thread may have filled the buffer */
    if (line == NULL && !PyErr_Occurred())
        line = readline_slow(b, limit);
    buffered_leave(b);
    return line;
}

PyObject *
reader_readline(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t limit = -1;
    if (io_one_size("readline", args, nargs, &limit) < 0
        || buffered_check(BUFFERED(self)) < 0)
        return NULL;
    return readline(BUFFERED(self), limit);
}

PyObject *
reader_next(PyObject *self)
{
    struct io_state *state = IO_STATE(self);
    PyObject *line;
    if (state == NULL || buffered_check(BUFFERED(self)) < 0)
        return NULL;
    if (Py_IS_TYPE(self, state->reader) || Py_IS_TYPE(self, state->random))
        line = readline(BUFFERED(self), -1);
    else {
        line = io_call(self, NAME(readline));
        if (line != NULL && !PyBytes_Check(line)) {
            PyErr_Format(PyExc_OSError, "readline() should have returned a bytes object, not '%.200s'", Py_TYPE(line)->tp_name);
            Py_CLEAR(line);
        }
    }
    if (line != NULL && PyBytes_GET_SIZE(line) == 0)
        Py_CLEAR(line);
    return line;
}
