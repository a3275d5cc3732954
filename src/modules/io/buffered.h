/* modules/io/buffered.h: the state of BufferedReader, BufferedWriter and BufferedRandom, which share one struct.
 *
 *   buffer   0 ........ write_pos ... pos ... write_end / read_end ........ buffer_size
 *
 * The buffer mirrors a stretch of the raw stream. `pos` is where the user is, `raw_pos` where the raw stream is, both
 * as offsets into the buffer. Bytes before read_end are as read (read_end -1: none); write_pos .. write_end waits to be
 * written (write_end -1: nothing). abs_pos is the raw stream's own position, -1 if it is not known.
 * All work on these fields happens with the lock held, since raw calls let other threads run. */
#ifndef ADDER_MODULES_IO_BUFFERED_H
#define ADDER_MODULES_IO_BUFFERED_H

#include "modules/io/io.h"

struct buffered {
    PyObject ob_base;
    PyObject *raw;
    int ok, detached, readable, writable;
    char finalizing;
    bool fast_closed_checks;           /* raw is exactly a FileIO */
    off_t abs_pos;
    char *buffer;
    off_t pos, raw_pos, read_end, write_pos, write_end;
    PyThread_type_lock lock;
    volatile unsigned long owner;      /* thread that holds the lock */
    Py_ssize_t buffer_size, buffer_mask;
    PyObject *dict, *weakreflist;
};
#define BUFFERED(op) ((struct buffered *)(op))

static inline bool has_read_buffer(struct buffered *b) { return b->readable && b->read_end != -1; }
static inline bool has_write_buffer(struct buffered *b) { return b->writable && b->write_end != -1; }
static inline Py_ssize_t readahead(struct buffered *b) { return has_read_buffer(b) ? b->read_end - b->pos : 0; }
/* How far the raw stream is ahead of the user. */
static inline off_t raw_offset(struct buffered *b)
{
    return (has_read_buffer(b) || has_write_buffer(b)) && b->raw_pos >= 0 ? b->raw_pos - b->pos : 0;
}
static inline void adjust_position(struct buffered *b, off_t pos)
{
    b->pos = pos;
    if (has_read_buffer(b) && b->read_end < pos)
        b->read_end = pos;
}
static inline void reset_read(struct buffered *b) { b->read_end = -1; }
static inline void reset_write(struct buffered *b) { b->write_pos = 0; b->write_end = -1; }

/* 1 with the lock, 0 with an exception. */
int buffered_enter(struct buffered *b);
void buffered_leave(struct buffered *b);
/* 0, or -1 with ValueError: initialised; open (or with data still to read). */
int buffered_check(struct buffered *b);
int buffered_check_open(struct buffered *b, const char *message);
/* 1, 0, -1. */
int buffered_is_closed(struct buffered *b);

off_t buffered_raw_tell(struct buffered *b);
off_t buffered_raw_seek(struct buffered *b, off_t target, int whence);
/* 0 or -1; the lock is held. */
int buffered_flush_and_rewind(struct buffered *b);
int buffered_flush_write(struct buffered *b);
PyObject *buffered_simple_flush(PyObject *self, PyObject *unused);

PyObject *reader_peek(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *reader_read(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *reader_read1(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *reader_readinto(PyObject *self, PyObject *arg);
PyObject *reader_readinto1(PyObject *self, PyObject *arg);
PyObject *reader_readline(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *reader_next(PyObject *self);
PyObject *writer_write(PyObject *self, PyObject *arg);

#endif
