/* modules/io/buffered.c: _BufferedIOBase, and what BufferedReader, BufferedWriter and BufferedRandom share. */
#include "modules/io/buffered.h"

#define METHOD3 (METH_METHOD | METH_FASTCALL | METH_KEYWORDS)

/* ---- _BufferedIOBase ---- */

static PyObject *
base_readinto(PyObject *self, PyObject *arg, bool once)
{
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_WRITABLE) < 0) {
        _PyArg_BadArgument(once ? "readinto1" : "readinto", "argument", "read-write bytes-like object", arg);
        return NULL;
    }
    PyObject *data = PyObject_CallMethod(self, once ? "read1" : "read", "n", view.len), *result = NULL;
    if (data != NULL && !PyBytes_Check(data))
        PyErr_SetString(PyExc_TypeError, "read() should return bytes");
    else if (data != NULL && PyBytes_GET_SIZE(data) > view.len)
        PyErr_Format(PyExc_ValueError, "read() returned too much data: %zd bytes requested, %zd returned", view.len,
                     PyBytes_GET_SIZE(data));
    else if (data != NULL) {
        memcpy(view.buf, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data));
        result = PyLong_FromSsize_t(PyBytes_GET_SIZE(data));
    }
    Py_XDECREF(data);
    PyBuffer_Release(&view);
    return result;
}

static PyObject *bufferedbase_readinto(PyObject *self, PyObject *arg) { return base_readinto(self, arg, false); }
static PyObject *bufferedbase_readinto1(PyObject *self, PyObject *arg) { return base_readinto(self, arg, true); }

#define UNSUPPORTED(name) \
    static PyObject *bufferedbase_##name(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) \
    { return io_unsupported(io_state_of(cls), #name); }
UNSUPPORTED(detach)
UNSUPPORTED(read)
UNSUPPORTED(read1)
UNSUPPORTED(write)

static PyMethodDef bufferedbase_methods[] = {
    {"detach", FAST(bufferedbase_detach), METHOD3, "detach($self, /)\n--\n\nSeparate the raw stream and return it."},
    {"read", FAST(bufferedbase_read), METHOD3, "read($self, size=-1, /)\n--\n\nRead up to this many bytes."},
    {"read1", FAST(bufferedbase_read1), METHOD3, "read1($self, size=-1, /)\n--\n\nRead with one call of the raw stream at most."},
    {"readinto", bufferedbase_readinto, METH_O, "readinto($self, buffer, /)\n--\n\n"},
    {"readinto1", bufferedbase_readinto1, METH_O, "readinto1($self, buffer, /)\n--\n\n"},
    {"write", FAST(bufferedbase_write), METHOD3, "write($self, b, /)\n--\n\nWrite bytes; the result is how many."},
    {NULL}
};

static PyType_Slot bufferedbase_slots[] = {
    SLOT(Py_tp_doc, "Base class of buffered binary streams."),
    SLOT(Py_tp_methods, bufferedbase_methods),
    {0, NULL}
};

PyType_Spec io_bufferediobase_spec = { .name = "_io._BufferedIOBase", .flags = IO_BASE_FLAGS, .slots = bufferedbase_slots };

/* ---- lock ---- */

int
buffered_enter(struct buffered *b)
{
    if (!PyThread_acquire_lock(b->lock, 0)) {
        if (b->owner == PyThread_get_thread_ident()) {       /* a signal handler or finalizer came in between */
            PyErr_Format(PyExc_RuntimeError, "reentrant call inside %R", b);
            return 0;
        }
        int got;
        bool ending = Py_IsFinalizing();     /* a daemon thread may hold the lock for ever */
        Py_BEGIN_ALLOW_THREADS
        got = ending ? PyThread_acquire_lock_timed(b->lock, 1000000, 0) == PY_LOCK_ACQUIRED
                     : PyThread_acquire_lock(b->lock, 1);
        Py_END_ALLOW_THREADS
        if (!got) {
            PyAPI_FUNC(void) _Py_FatalErrorFunc(const char *, const char *);
            PyObject *repr = PyObject_ASCII((PyObject *)b);
            char text[300];
            PyOS_snprintf(text, sizeof(text),
                          "could not acquire lock for %.200s at interpreter shutdown, possibly due to daemon threads",
                          repr == NULL ? "?" : PyUnicode_AsUTF8(repr));
            _Py_FatalErrorFunc("_enter_buffered_busy", text);
        }
    }
    b->owner = PyThread_get_thread_ident();
    return 1;
}

void
buffered_leave(struct buffered *b)
{
    b->owner = 0;
    PyThread_release_lock(b->lock);
}

/* ---- checks ---- */

int
buffered_check(struct buffered *b)
{
    if (b->ok > 0)
        return 0;
    PyErr_SetString(PyExc_ValueError, b->detached ? "raw stream has been detached"
                                                  : "I/O operation on uninitialized object");
    return -1;
}

int
buffered_is_closed(struct buffered *b)
{
    if (b->buffer == NULL)
        return 1;
    if (b->fast_closed_checks)
        return io_fileio_closed(b->raw);
    PyObject *closed = PyObject_GetAttr(b->raw, NAME(closed));
    int rc = closed == NULL ? -1 : PyObject_IsTrue(closed);
    Py_XDECREF(closed);
    return rc;
}

int
buffered_check_open(struct buffered *b, const char *message)
{
    int closed = buffered_is_closed(b);
    if (closed < 0)
        return -1;
    if (closed && readahead(b) == 0) {
        PyErr_SetString(PyExc_ValueError, message);
        return -1;
    }
    return 0;
}

/* ---- position ---- */

static off_t
position_from(struct buffered *b, PyObject *result)
{
    if (result == NULL)
        return -1;
    off_t n = io_as_off(result, PyExc_ValueError);
    Py_DECREF(result);
    if (n < 0) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_OSError, "Raw stream returned invalid position %lld", (long long)n);
        return -1;
    }
    b->abs_pos = n;
    return n;
}

off_t
buffered_raw_tell(struct buffered *b)
{
    return position_from(b, io_call(b->raw, NAME(tell)));
}

off_t
buffered_raw_seek(struct buffered *b, off_t target, int whence)
{
    return position_from(b, PyObject_CallMethod(b->raw, "seek", "Li", (long long)target, whence));
}

static off_t
known_raw_position(struct buffered *b)
{
    return b->abs_pos != -1 ? b->abs_pos : buffered_raw_tell(b);
}

int
buffered_flush_and_rewind(struct buffered *b)
{
    if (buffered_flush_write(b) < 0)
        return -1;
    if (b->readable) {               /* raw and user position become the same */
        off_t offset = raw_offset(b);
        if (offset != 0 && buffered_raw_seek(b, -offset, 1) < 0) {
            reset_read(b);
            return -1;
        }
        reset_read(b);
    }
    return 0;
}

static PyObject *
buffered_flush(PyObject *self, PyObject *unused)
{
    struct buffered *b = BUFFERED(self);
    if (buffered_check(b) < 0 || buffered_check_open(b, "flush of closed file") < 0 || !buffered_enter(b))
        return NULL;
    int rc = buffered_flush_and_rewind(b);
    buffered_leave(b);
    return rc < 0 ? NULL : Py_NewRef(Py_None);
}

PyObject *
buffered_simple_flush(PyObject *self, PyObject *unused)
{
    return buffered_check(BUFFERED(self)) < 0 ? NULL : io_call(BUFFERED(self)->raw, NAME(flush));
}

static PyObject *
buffered_tell(PyObject *self, PyObject *unused)
{
    struct buffered *b = BUFFERED(self);
    if (buffered_check(b) < 0)
        return NULL;
    off_t pos = buffered_raw_tell(b);
    if (pos == -1)
        return NULL;
    pos -= raw_offset(b);
    return io_from_off(pos < 0 ? 0 : pos);
}

/* A position that the buffer holds: the new one, -1 if it is not there, -2 with an exception. */
static off_t
seek_in_buffer(struct buffered *b, off_t target, int whence)
{
    off_t current = known_raw_position(b), have = readahead(b);
    if (current == -1)
        return -2;
    if (have > 0) {
        off_t offset = whence == 0 ? target - (current - raw_offset(b)) : target;
        if (offset >= -b->pos && offset <= have) {
            off_t before = current - raw_offset(b);
            b->pos += offset;
            return before + offset;
        }
    }
    return -1;
}

static PyObject *
seek_locked(struct buffered *b, off_t target, int whence)
{
    if (b->writable && buffered_flush_write(b) < 0)
        return NULL;
    if (whence == 1)                 /* relative to the user, not to the raw stream */
        target -= raw_offset(b);
    off_t n = buffered_raw_seek(b, target, whence);
    if (n == -1)
        return NULL;
    b->raw_pos = -1;
    if (b->readable)
        reset_read(b);
    return io_from_off(n);
}

static PyObject *
buffered_seek(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct buffered *b = BUFFERED(self);
    int whence = 0;
    if (!_PyArg_CheckPositional("seek", nargs, 1, 2))
        return NULL;
    if (nargs > 1 && (whence = PyLong_AsInt(args[1])) == -1 && PyErr_Occurred())
        return NULL;
    if (buffered_check(b) < 0)
        return NULL;
    if (whence < 0 || (whence > 2 && whence != SEEK_HOLE && whence != SEEK_DATA)) {
        PyErr_Format(PyExc_ValueError, "whence value %d unsupported", whence);
        return NULL;
    }
    if (buffered_check_open(b, "seek of closed file") < 0)
        return NULL;
    struct io_state *state = IO_STATE(self);
    if (state == NULL || io_check_seekable(state, b->raw) == NULL)
        return NULL;
    off_t target = io_as_off(args[0], PyExc_ValueError);
    if (target == -1 && PyErr_Occurred())
        return NULL;
    if (whence != 2 && b->readable) {
        off_t at = seek_in_buffer(b, target, whence);
        if (at != -1)
            return at == -2 ? NULL : io_from_off(at);
    }
    if (!buffered_enter(b))
        return NULL;
    PyObject *result = seek_locked(b, target, whence);
    buffered_leave(b);
    return result;
}

static PyObject *
buffered_truncate(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct buffered *b = BUFFERED(self);
    if (!_PyArg_CheckPositional("truncate", nargs, 0, 1) || buffered_check(b) < 0
        || buffered_check_open(b, "truncate of closed file") < 0)
        return NULL;
    if (!b->writable)
        return io_unsupported(io_state_of(cls), "truncate");
    if (!buffered_enter(b))
        return NULL;
    PyObject *result = NULL;
    if (buffered_flush_and_rewind(b) == 0) {
        result = io_call1(b->raw, NAME(truncate), nargs > 0 ? args[0] : Py_None);
        if (result != NULL && buffered_raw_tell(b) == -1)    /* refreshes abs_pos */
            PyErr_Clear();
    }
    buffered_leave(b);
    return result;
}

/* ---- to the raw stream ---- */

#define FORWARD(name) \
    static PyObject *buffered_##name(PyObject *self, PyObject *unused) \
    { return buffered_check(BUFFERED(self)) < 0 ? NULL : io_call(BUFFERED(self)->raw, NAME(name)); }
FORWARD(seekable)
FORWARD(readable)
FORWARD(writable)
FORWARD(fileno)
FORWARD(isatty)

#define FORWARD_GET(name) \
    static PyObject *buffered_get_##name(PyObject *self, void *unused) \
    { return buffered_check(BUFFERED(self)) < 0 ? NULL : PyObject_GetAttr(BUFFERED(self)->raw, NAME(name)); }
FORWARD_GET(closed)
FORWARD_GET(name)
FORWARD_GET(mode)

/* ---- close, detach ---- */

static PyObject *
buffered_dealloc_warn(PyObject *self, PyObject *source)
{
    struct buffered *b = BUFFERED(self);
    if (b->ok && b->raw != NULL) {
        PyObject *result = io_call1(b->raw, NAME(_dealloc_warn), source);
        if (result == NULL)
            PyErr_Clear();
        Py_XDECREF(result);
    }
    Py_RETURN_NONE;
}

/* The part of close() with the lock held: flush() and raw.close() both run, whatever fails. */
static PyObject *
close_locked(PyObject *self, struct buffered *b)
{
    PyObject *exc = NULL;
    int closed = buffered_is_closed(b);
    if (closed != 0)
        return closed < 0 ? NULL : Py_NewRef(Py_None);
    if (b->finalizing)
        Py_XDECREF(buffered_dealloc_warn(self, self));
    buffered_leave(b);               /* flush() takes the lock itself */
    PyObject *flushed = io_call(self, NAME(flush));
    if (!buffered_enter(b)) {
        Py_XDECREF(flushed);
        return NULL;
    }
    if (flushed == NULL)
        exc = PyErr_GetRaisedException();
    Py_XDECREF(flushed);
    PyObject *result = io_call(b->raw, NAME(close));
    if (b->buffer != NULL) {
        PyMem_Free(b->buffer);
        b->buffer = NULL;
    }
    if (exc != NULL) {
        io_chain(exc);
        Py_CLEAR(result);
    }
    b->read_end = 0;
    b->pos = 0;
    return result;
}

static PyObject *
buffered_close(PyObject *self, PyObject *unused)
{
    struct buffered *b = BUFFERED(self);
    if (buffered_check(b) < 0 || !buffered_enter(b))
        return NULL;
    PyObject *result = close_locked(self, b);
    if (b->owner == PyThread_get_thread_ident())
        buffered_leave(b);
    return result;
}

static PyObject *
buffered_detach(PyObject *self, PyObject *unused)
{
    struct buffered *b = BUFFERED(self);
    if (buffered_check(b) < 0)
        return NULL;
    PyObject *flushed = io_call(self, NAME(flush));
    if (flushed == NULL)
        return NULL;
    Py_DECREF(flushed);
    PyObject *raw = b->raw;
    b->raw = NULL;
    b->detached = 1;
    b->ok = 0;
    return raw;
}

/* ---- life ---- */

static int
allocate(struct buffered *b)
{
    if (b->buffer_size <= 0) {
        PyErr_SetString(PyExc_ValueError, "buffer size must be strictly positive");
        return -1;
    }
    PyMem_Free(b->buffer);
    b->buffer = PyMem_Malloc(b->buffer_size);
    if (b->buffer == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (b->lock != NULL)
        PyThread_free_lock(b->lock);
    b->lock = PyThread_allocate_lock();
    if (b->lock == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "can't allocate read lock");
        return -1;
    }
    b->owner = 0;
    b->buffer_mask = (b->buffer_size & (b->buffer_size - 1)) == 0 ? b->buffer_size - 1 : 0;
    if (buffered_raw_tell(b) == -1)
        PyErr_Clear();
    return 0;
}

/* Common part of the three __init__: arguments, checks, buffer. */
static int
init(PyObject *self, PyObject *args, PyObject *kwargs, const char *fname, bool readable, bool writable, bool seekable)
{
    static const char *const names[] = { "raw", "buffer_size", NULL };
    struct buffered *b = BUFFERED(self);
    struct io_state *state = IO_STATE(self);
    PyObject *v[2];
    Py_ssize_t size = IO_BUFFER_SIZE;
    if (state == NULL
        || io_unpack(fname, &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), kwargs, NULL, names, 1, 2, v, 2) < 0)
        return -1;
    if (v[1] != NULL) {
        PyObject *index = PyNumber_Index(v[1]);
        size = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (size == -1 && PyErr_Occurred())
            return -1;
    }
    b->ok = b->detached = 0;
    if ((seekable && io_check_seekable(state, v[0]) == NULL) || (readable && io_check_readable(state, v[0]) == NULL)
        || (writable && io_check_writable(state, v[0]) == NULL))
        return -1;
    Py_XSETREF(b->raw, Py_NewRef(v[0]));
    b->buffer_size = size;
    b->readable = readable;
    b->writable = writable;
    if (allocate(b) < 0)
        return -1;
    b->read_end = b->write_end = -1;
    b->write_pos = b->pos = b->raw_pos = 0;
    b->fast_closed_checks = Py_IS_TYPE(b->raw, state->fileio);
    b->ok = 1;
    return 0;
}

static int reader_init(PyObject *self, PyObject *args, PyObject *kw) { return init(self, args, kw, "BufferedReader", true, false, false); }
static int writer_init(PyObject *self, PyObject *args, PyObject *kw) { return init(self, args, kw, "BufferedWriter", false, true, false); }
static int random_init(PyObject *self, PyObject *args, PyObject *kw) { return init(self, args, kw, "BufferedRandom", true, true, true); }

static int
buffered_clear(PyObject *self)
{
    BUFFERED(self)->ok = 0;
    Py_CLEAR(BUFFERED(self)->raw);
    Py_CLEAR(BUFFERED(self)->dict);
    return 0;
}

static int
buffered_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(BUFFERED(self)->raw);
    Py_VISIT(BUFFERED(self)->dict);
    return 0;
}

static void
buffered_dealloc(PyObject *self)
{
    struct buffered *b = BUFFERED(self);
    PyTypeObject *type = Py_TYPE(self);
    IO_DEALLOC_BEGIN(self, b->finalizing)
    PyObject_GC_UnTrack(self);
    b->ok = 0;
    if (b->weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    PyMem_Free(b->buffer);
    b->buffer = NULL;
    if (b->lock != NULL)
        PyThread_free_lock(b->lock);
    buffered_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
buffered_repr(PyObject *self)
{
    const char *type = Py_TYPE(self)->tp_name;
    PyObject *name = NULL, *text = NULL;
    if (PyObject_GetOptionalAttr(self, NAME(name), &name) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            return NULL;
        PyErr_Clear();               /* detached, or not initialised */
    }
    if (name == NULL)
        return PyUnicode_FromFormat("<%s>", type);
    int status = Py_ReprEnter(self);
    if (status == 0) {
        text = PyUnicode_FromFormat("<%s name=%R>", type, name);
        Py_ReprLeave(self);
    }
    else if (status > 0)
        PyErr_Format(PyExc_RuntimeError, "reentrant call inside %s.__repr__", type);
    Py_DECREF(name);
    return text;
}

static PyObject *
buffered_sizeof(PyObject *self, PyObject *unused)
{
    struct buffered *b = BUFFERED(self);
    return PyLong_FromSize_t((size_t)Py_TYPE(self)->tp_basicsize + (b->buffer != NULL ? (size_t)b->buffer_size : 0));
}

/* ---- types ---- */

#define DEF(name, fn, flags, sig) {#name, FAST(fn), flags, #name sig "\n--\n\n"}
#define COMMON_METHODS \
    DEF(detach, buffered_detach, METH_NOARGS, "($self, /)"), \
    DEF(close, buffered_close, METH_NOARGS, "($self, /)"), \
    DEF(seekable, buffered_seekable, METH_NOARGS, "($self, /)"), \
    DEF(fileno, buffered_fileno, METH_NOARGS, "($self, /)"), \
    DEF(isatty, buffered_isatty, METH_NOARGS, "($self, /)"), \
    DEF(_dealloc_warn, buffered_dealloc_warn, METH_O, "($self, source, /)"), \
    DEF(__getstate__, io_cannot_pickle, METH_NOARGS, "($self, /)"), \
    DEF(tell, buffered_tell, METH_NOARGS, "($self, /)"), \
    DEF(seek, buffered_seek, METH_FASTCALL, "($self, target, whence=0, /)"), \
    DEF(truncate, buffered_truncate, METHOD3, "($self, pos=None, /)"), \
    DEF(__sizeof__, buffered_sizeof, METH_NOARGS, "($self, /)")
#define READ_METHODS \
    DEF(readable, buffered_readable, METH_NOARGS, "($self, /)"), \
    DEF(read, reader_read, METH_FASTCALL, "($self, size=-1, /)"), \
    DEF(peek, reader_peek, METH_FASTCALL, "($self, size=0, /)"), \
    DEF(read1, reader_read1, METH_FASTCALL, "($self, size=-1, /)"), \
    DEF(readinto, reader_readinto, METH_O, "($self, buffer, /)"), \
    DEF(readinto1, reader_readinto1, METH_O, "($self, buffer, /)"), \
    DEF(readline, reader_readline, METH_FASTCALL, "($self, size=-1, /)")
#define WRITE_METHODS \
    DEF(writable, buffered_writable, METH_NOARGS, "($self, /)"), \
    DEF(write, writer_write, METH_O, "($self, buffer, /)")

static PyMethodDef reader_methods[] = {
    COMMON_METHODS, READ_METHODS, DEF(flush, buffered_simple_flush, METH_NOARGS, "($self, /)"), {NULL} };
static PyMethodDef writer_methods[] = {
    COMMON_METHODS, WRITE_METHODS, DEF(flush, buffered_flush, METH_NOARGS, "($self, /)"), {NULL} };
static PyMethodDef random_methods[] = {
    COMMON_METHODS, READ_METHODS, WRITE_METHODS, DEF(flush, buffered_flush, METH_NOARGS, "($self, /)"), {NULL} };

static PyMemberDef buffered_members[] = {
    {"raw", _Py_T_OBJECT, offsetof(struct buffered, raw), Py_READONLY},
    {"_finalizing", Py_T_BOOL, offsetof(struct buffered, finalizing), 0},
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct buffered, weakreflist), Py_READONLY},
    {"__dictoffset__", Py_T_PYSSIZET, offsetof(struct buffered, dict), Py_READONLY},
    {NULL}
};

static PyGetSetDef buffered_getset[] = {
    {"closed", buffered_get_closed}, {"name", buffered_get_name}, {"mode", buffered_get_mode}, {NULL} };

#define BUFFERED_SLOTS(kind, doc) \
    SLOT(Py_tp_dealloc, buffered_dealloc), SLOT(Py_tp_repr, buffered_repr), SLOT(Py_tp_doc, doc), \
    SLOT(Py_tp_traverse, buffered_traverse), SLOT(Py_tp_clear, buffered_clear), SLOT(Py_tp_methods, kind##_methods), \
    SLOT(Py_tp_members, buffered_members), SLOT(Py_tp_getset, buffered_getset), SLOT(Py_tp_init, kind##_init)

static PyType_Slot reader_slots[] = {
    BUFFERED_SLOTS(reader, "BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer for reading from a raw stream."),
    SLOT(Py_tp_iternext, reader_next), {0, NULL}
};
static PyType_Slot writer_slots[] = {
    BUFFERED_SLOTS(writer, "BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer for writing to a raw stream."),
    {0, NULL}
};
static PyType_Slot random_slots[] = {
    BUFFERED_SLOTS(random, "BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer for a raw stream with random access."),
    SLOT(Py_tp_iternext, reader_next), {0, NULL}
};

PyType_Spec io_reader_spec = {
    .name = "_io.BufferedReader", .basicsize = sizeof(struct buffered), .flags = IO_FLAGS, .slots = reader_slots };
PyType_Spec io_writer_spec = {
    .name = "_io.BufferedWriter", .basicsize = sizeof(struct buffered), .flags = IO_FLAGS, .slots = writer_slots };
PyType_Spec io_random_spec = {
    .name = "_io.BufferedRandom", .basicsize = sizeof(struct buffered), .flags = IO_FLAGS, .slots = random_slots };
