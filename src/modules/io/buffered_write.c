/* modules/io/buffered_write.c: writing through the buffer. */
#include "modules/io/buffered.h"

#include <errno.h>

static void
raise_blocking(Py_ssize_t written)
{
    PyObject *exc = PyObject_CallFunction(PyExc_BlockingIOError, "isn", EAGAIN,
                                          "write could not complete without blocking", written);
    if (exc != NULL) {
        PyErr_SetObject(PyExc_BlockingIOError, exc);
        Py_DECREF(exc);
    }
}

/* raw.write(): the number of bytes taken, -1 with an exception, -2 when it would wait. */
static Py_ssize_t
raw_write(struct buffered *b, const char *start, Py_ssize_t len)
{
    Py_buffer view;
    if (PyBuffer_FillInfo(&view, NULL, (char *)start, len, 1, PyBUF_CONTIG_RO) < 0)
        return -1;
    PyObject *memory = PyMemoryView_FromBuffer(&view), *result;
    if (memory == NULL)
        return -1;
    do {
        result = io_call1(b->raw, NAME(write), memory);
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
    if (n < 0 || n > len) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_OSError, "raw write() returned invalid length %zd (should have been between 0 and %zd)", n, len);
        return -1;
    }
    if (n > 0 && b->abs_pos != -1)
        b->abs_pos += n;
    return n;
}

int
buffered_flush_write(struct buffered *b)
{
    if (has_write_buffer(b) && b->write_pos != b->write_end) {
        off_t back = raw_offset(b) + (b->pos - b->write_pos);
        if (back != 0) {
            if (buffered_raw_seek(b, -back, 1) < 0)
                return -1;
            b->raw_pos -= back;
        }
        while (b->write_pos < b->write_end) {
            Py_ssize_t n = raw_write(b, b->buffer + b->write_pos, b->write_end - b->write_pos);
            if (n == -2)
                raise_blocking(0);
            if (n < 0)
                return -1;
            b->write_pos += n;
            b->raw_pos = b->write_pos;
            if (PyErr_CheckSignals() < 0)      /* partial writes may come from signals */
                return -1;
        }
    }
    reset_write(b);                  /* also drops a write buffer without data */
    return 0;
}

/* ---- write() ---- */

/* Everything fits: copies into the buffer. */
static void
write_to_buffer(struct buffered *b, const char *p, Py_ssize_t n)
{
    memcpy(b->buffer + b->pos, p, n);
    if (!has_write_buffer(b) || b->write_pos > b->pos)
        b->write_pos = b->pos;
    adjust_position(b, b->pos + n);
    if (b->write_end < b->pos)
        b->write_end = b->pos;
}

/* flush() has raised BlockingIOError (cleared): keeps as much as fits. Bytes taken, or -1 with a new exception. */
static Py_ssize_t
keep_when_blocked(struct buffered *b, const char *p, Py_ssize_t n)
{
    if (b->readable)
        reset_read(b);
    memmove(b->buffer, b->buffer + b->write_pos, b->write_end - b->write_pos);
    b->write_end -= b->write_pos;
    b->raw_pos -= b->write_pos;
    b->pos -= b->write_pos;
    b->write_pos = 0;
    Py_ssize_t room = b->buffer_size - b->write_end, taken = n <= room ? n : room;
    memcpy(b->buffer + b->write_end, p, taken);
    if (taken == n && (!has_write_buffer(b) || b->write_pos > b->pos))
        b->write_pos = b->pos;
    adjust_position(b, b->pos + taken);
    b->write_end += taken;
    if (taken == n)
        return n;
    raise_blocking(room);
    return -1;
}

/* The buffer is empty: writes all but the last part directly. Bytes written, or -1. */
static Py_ssize_t
write_through(struct buffered *b, const char *p, Py_ssize_t n)
{
    Py_ssize_t written = 0;
    while (n - written > b->buffer_size) {
        Py_ssize_t done = raw_write(b, p + written, n - written);
        if (done == -1)
            return -1;
        if (done == -2) {
            if (n - written > b->buffer_size) {      /* keep what fits, tell how much that was */
                memcpy(b->buffer, p + written, b->buffer_size);
                b->raw_pos = 0;
                adjust_position(b, b->buffer_size);
                b->write_end = b->buffer_size;
                raise_blocking(written + b->buffer_size);
                return -1;
            }
            break;
        }
        written += done;
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
    return written;
}

/* The general case; the lock is held. 0 or -1. */
static int
write_slow(struct buffered *b, const char *p, Py_ssize_t n)
{
    if (buffered_flush_write(b) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_BlockingIOError))
            return -1;
        PyErr_Clear();
        return keep_when_blocked(b, p, n) < 0 ? -1 : 0;
    }
    off_t offset = raw_offset(b);
    if (offset != 0) {               /* data were read ahead: go back to where the user is */
        if (buffered_raw_seek(b, -offset, 1) < 0)
            return -1;
        b->raw_pos -= offset;
    }
    Py_ssize_t written = write_through(b, p, n);
    if (written < 0)
        return -1;
    if (b->readable)
        reset_read(b);
    Py_ssize_t left = n - written;
    if (left > 0)
        memcpy(b->buffer, p + written, left);
    b->write_pos = 0;
    b->write_end = left;
    adjust_position(b, left);
    b->raw_pos = 0;
    return 0;
}

PyObject *
writer_write(PyObject *self, PyObject *arg)
{
    struct buffered *b = BUFFERED(self);
    Py_buffer view;
    PyObject *result = NULL;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (buffered_check(b) < 0 || !buffered_enter(b))
        goto done;
    int closed = buffered_is_closed(b);      /* with the lock held: close() may be running */
    if (closed != 0) {
        if (closed > 0)
            PyErr_SetString(PyExc_ValueError, "write to closed file");
    }
    else {
        if (!has_read_buffer(b) && !has_write_buffer(b))
            b->pos = b->raw_pos = 0;
        int rc = 0;
        if (view.len <= b->buffer_size - b->pos && view.len < b->buffer_size)
            write_to_buffer(b, view.buf, view.len);
        else
            rc = write_slow(b, view.buf, view.len);
        if (rc == 0)
            result = PyLong_FromSsize_t(view.len);
    }
    buffered_leave(b);
done:
    PyBuffer_Release(&view);
    return result;
}
