/* modules/io/bytesio.c: BytesIO: a binary stream in memory.
 *
 * buf is a bytes object of which string_size bytes count. It is shared with the outside (getvalue(), the initial value)
 * as long as nobody writes: writing needs it alone, or copies. Exported views (getbuffer()) freeze it. */
#include "modules/io/io.h"
#include "rt/effect.h"

struct bytesio {
    PyObject ob_base;
    PyObject *buf;
    Py_ssize_t pos, string_size;
    PyObject *dict, *weakreflist;
    Py_ssize_t exports;
};
#define BYTESIO(op) ((struct bytesio *)(op))

struct bytesio_buffer { PyObject ob_base; PyObject *source; };

/* Shared: somebody else holds the bytes object. */
static bool is_shared(struct bytesio *b) { return Py_REFCNT(b->buf) > 1; }

static int
check_open(struct bytesio *b)
{
    if (b->buf != NULL)
        return 0;
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return -1;
}

static int
check_exports(struct bytesio *b)
{
    if (b->exports == 0)
        return 0;
    PyErr_SetString(PyExc_BufferError, "Existing exports of data: object cannot be re-sized");
    return -1;
}

/* Makes buf ours alone, with `size` bytes. */
static int
make_own(struct bytesio *b, Py_ssize_t size)
{
    PyObject *copy = PyBytes_FromStringAndSize(NULL, size);
    if (copy == NULL)
        return -1;
    Py_ssize_t n = size < b->string_size ? size : b->string_size;
    memcpy(PyBytes_AS_STRING(copy), PyBytes_AS_STRING(b->buf), n);
    Py_SETREF(b->buf, copy);
    return 0;
}

/* Room for `size` bytes: grows generously, shrinks when half is free. */
static int
resize(struct bytesio *b, Py_ssize_t size)
{
    Py_ssize_t room = PyBytes_GET_SIZE(b->buf);
    if (size > PY_SSIZE_T_MAX / 2) {
        PyErr_SetString(PyExc_OverflowError, "new buffer size too large");
        return -1;
    }
    if (size < room / 2)
        room = size + 1;
    else if (size < room)
        return 0;
    else if (size <= room + room / 8)
        room = size + (size >> 3) + (size < 9 ? 3 : 6);
    else
        room = size + 1;
    if (is_shared(b))
        return make_own(b, room);
    return _PyBytes_Resize(&b->buf, room);
}

/* Writes at the position. 0 or -1. */
static int
write_bytes(struct bytesio *b, const char *p, Py_ssize_t n)
{
    Py_ssize_t end;
    if (check_open(b) < 0 || check_exports(b) < 0)
        return -1;
    if (__builtin_add_overflow(b->pos, n, &end)) {
        PyErr_SetString(PyExc_OverflowError, "new buffer size too large");
        return -1;
    }
    if (end > PyBytes_GET_SIZE(b->buf)) {
        if (resize(b, end) < 0)
            return -1;
    }
    else if (is_shared(b) && make_own(b, end > b->string_size ? end : b->string_size) < 0)
        return -1;
    char *buf = PyBytes_AS_STRING(b->buf);
    if (b->pos > b->string_size)     /* the gap after a seek beyond the end */
        memset(buf + b->string_size, 0, b->pos - b->string_size);
    memcpy(buf + b->pos, p, n);
    b->pos = end;
    if (end > b->string_size)
        b->string_size = end;
    return 0;
}

/* ---- reading ---- */

/* Up to n bytes at the position (n < 0: all). */
static PyObject *
take(struct bytesio *b, Py_ssize_t n)
{
    Py_ssize_t left = b->string_size > b->pos ? b->string_size - b->pos : 0;
    if (n < 0 || n > left)
        n = left;
    if (n > 1 && b->pos == 0 && n == PyBytes_GET_SIZE(b->buf) && b->exports == 0) {
        b->pos += n;                 /* the whole object serves */
        return Py_NewRef(b->buf);
    }
    PyObject *bytes = PyBytes_FromStringAndSize(n == 0 ? NULL : PyBytes_AS_STRING(b->buf) + b->pos, n);
    if (bytes != NULL)
        b->pos += n;
    return bytes;
}

/* Length of the line at the position, its newline included. */
static Py_ssize_t
line_length(struct bytesio *b)
{
    if (b->pos >= b->string_size)
        return 0;
    const char *start = PyBytes_AS_STRING(b->buf) + b->pos;
    const char *nl = memchr(start, '\n', b->string_size - b->pos);
    return nl == NULL ? b->string_size - b->pos : nl + 1 - start;
}

static PyObject *
bytesio_read(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t n = -1;
    if (io_one_size("read", args, nargs, &n) < 0 || check_open(BYTESIO(self)) < 0)
        return NULL;
    return take(BYTESIO(self), n);
}

static PyObject *
bytesio_read1(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t n = -1;
    if (io_one_size("read1", args, nargs, &n) < 0 || check_open(BYTESIO(self)) < 0)
        return NULL;
    return take(BYTESIO(self), n);
}

static PyObject *
bytesio_readline(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct bytesio *b = BYTESIO(self);
    Py_ssize_t limit = -1;
    if (io_one_size("readline", args, nargs, &limit) < 0 || check_open(b) < 0)
        return NULL;
    Py_ssize_t n = line_length(b);
    return take(b, limit >= 0 && limit < n ? limit : n);
}

static PyObject *
bytesio_readlines(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct bytesio *b = BYTESIO(self);
    Py_ssize_t hint = 0, total = 0, n;
    if (!_PyArg_CheckPositional("readlines", nargs, 0, 1) || check_open(b) < 0)
        return NULL;
    if (nargs > 0 && args[0] != Py_None) {
        if (!PyLong_Check(args[0])) {
            PyErr_Format(PyExc_TypeError, "integer argument expected, got '%s'", Py_TYPE(args[0])->tp_name);
            return NULL;
        }
        hint = PyLong_AsSsize_t(args[0]);
        if (hint == -1 && PyErr_Occurred())
            return NULL;
    }
    PyObject *list = PyList_New(0);
    while (list != NULL && (n = line_length(b)) > 0) {
        PyObject *line = take(b, n);
        if (line == NULL || PyList_Append(list, line) < 0)
            Py_CLEAR(list);
        Py_XDECREF(line);
        total += n;
        if (hint > 0 && total >= hint)
            break;
    }
    return list;
}

static PyObject *
bytesio_readinto(PyObject *self, PyObject *arg)
{
    struct bytesio *b = BYTESIO(self);
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_WRITABLE) < 0) {
        _PyArg_BadArgument("readinto", "argument", "read-write bytes-like object", arg);
        return NULL;
    }
    PyObject *result = NULL;
    if (check_open(b) == 0) {
        Py_ssize_t left = b->string_size > b->pos ? b->string_size - b->pos : 0;
        Py_ssize_t n = view.len < left ? view.len : left;
        memcpy(view.buf, PyBytes_AS_STRING(b->buf) + b->pos, n);
        b->pos += n;
        result = PyLong_FromSsize_t(n);
    }
    PyBuffer_Release(&view);
    return result;
}

static PyObject *
bytesio_next(PyObject *self)
{
    struct bytesio *b = BYTESIO(self);
    if (check_open(b) < 0)
        return NULL;
    Py_ssize_t n = line_length(b);
    return n == 0 ? NULL : take(b, n);
}

/* ---- writing ---- */

/* Writes a buffer: its size, or -1. */
static Py_ssize_t
write_object(struct bytesio *b, PyObject *arg)
{
    Py_buffer view;
    if (check_open(b) < 0 || check_exports(b) < 0 || PyObject_GetBuffer(arg, &view, PyBUF_CONTIG_RO) < 0)
        return -1;
    Py_ssize_t n = view.len;
    if (n != 0 && write_bytes(b, view.buf, n) < 0)
        n = -1;
    PyBuffer_Release(&view);
    return n;
}

static PyObject *
bytesio_write(PyObject *self, PyObject *arg)
{
    Py_ssize_t n = write_object(BYTESIO(self), arg);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

EFFECT(bytesio_write, EFF_ALLOC | EFF_FAILS, &PyLong_Type, EFF_ARG(0, EFF_BYTES));      /* what it changes nobody else has */

static PyObject *
bytesio_writelines(PyObject *self, PyObject *lines)
{
    if (check_open(BYTESIO(self)) < 0)
        return NULL;
    PyObject *it = PyObject_GetIter(lines), *line;
    if (it == NULL)
        return NULL;
    while ((line = PyIter_Next(it)) != NULL) {
        Py_ssize_t n = write_object(BYTESIO(self), line);
        Py_DECREF(line);
        if (n < 0)
            break;
    }
    Py_DECREF(it);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
bytesio_truncate(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct bytesio *b = BYTESIO(self);
    Py_ssize_t size = b->pos;
    if (!_PyArg_CheckPositional("truncate", nargs, 0, 1) || check_open(b) < 0 || check_exports(b) < 0
        || (nargs > 0 && io_size_arg(args[0], &size) < 0))
        return NULL;
    if (size < 0) {
        PyErr_Format(PyExc_ValueError, "negative size value %zd", size);
        return NULL;
    }
    if (size < b->string_size) {
        b->string_size = size;
        if (resize(b, size) < 0)
            return NULL;
    }
    return PyLong_FromSsize_t(size);
}

/* ---- position and value ---- */

static PyObject *
bytesio_seek(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct bytesio *b = BYTESIO(self);
    int whence = 0;
    if (!_PyArg_CheckPositional("seek", nargs, 1, 2))
        return NULL;
    PyObject *index = PyNumber_Index(args[0]);
    Py_ssize_t pos = index == NULL ? -1 : PyLong_AsSsize_t(index);
    Py_XDECREF(index);
    if ((pos == -1 && PyErr_Occurred())
        || (nargs > 1 && (whence = PyLong_AsInt(args[1])) == -1 && PyErr_Occurred()) || check_open(b) < 0)
        return NULL;
    if (pos < 0 && whence == 0) {
        PyErr_Format(PyExc_ValueError, "negative seek value %zd", pos);
        return NULL;
    }
    if (whence < 0 || whence > 2) {
        PyErr_Format(PyExc_ValueError, "invalid whence (%i, should be 0, 1 or 2)", whence);
        return NULL;
    }
    Py_ssize_t from = whence == 0 ? 0 : whence == 1 ? b->pos : b->string_size;
    if (pos > PY_SSIZE_T_MAX - from) {
        PyErr_SetString(PyExc_OverflowError, "new position too large");
        return NULL;
    }
    pos += from;
    b->pos = pos < 0 ? 0 : pos;
    return PyLong_FromSsize_t(b->pos);
}

static PyObject *
bytesio_tell(PyObject *self, PyObject *unused)
{
    return check_open(BYTESIO(self)) < 0 ? NULL : PyLong_FromSsize_t(BYTESIO(self)->pos);
}

EFFECT(bytesio_tell, EFF_ALLOC | EFF_FAILS, &PyLong_Type, 0);

static PyObject *
bytesio_getvalue(PyObject *self, PyObject *unused)
{
    struct bytesio *b = BYTESIO(self);
    if (check_open(b) < 0)
        return NULL;
    if (b->string_size > 1 && b->exports == 0) {     /* cut to size once, then share */
        if (b->string_size != PyBytes_GET_SIZE(b->buf)) {
            int rc = is_shared(b) ? make_own(b, b->string_size) : _PyBytes_Resize(&b->buf, b->string_size);
            if (rc < 0)
                return NULL;
        }
        return Py_NewRef(b->buf);
    }
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(b->buf), b->string_size);
}

static PyObject *
bytesio_getbuffer(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs > 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0)) {
        PyErr_SetString(PyExc_TypeError, "getbuffer() takes no arguments");
        return NULL;
    }
    struct io_state *state = io_state_of(cls);
    if (state == NULL || check_open(BYTESIO(self)) < 0)
        return NULL;
    PyTypeObject *type = state->bytesio_buffer;
    struct bytesio_buffer *buffer = (struct bytesio_buffer *)type->tp_alloc(type, 0);
    if (buffer == NULL)
        return NULL;
    buffer->source = Py_NewRef(self);
    PyObject *view = PyMemoryView_FromObject((PyObject *)buffer);
    Py_DECREF(buffer);
    return view;
}

/* ---- state ---- */

static PyObject *
bytesio_getstate(PyObject *self, PyObject *unused)
{
    struct bytesio *b = BYTESIO(self);
    PyObject *value = bytesio_getvalue(self, NULL), *dict;
    if (value == NULL)
        return NULL;
    dict = b->dict == NULL ? Py_NewRef(Py_None) : PyDict_Copy(b->dict);
    return dict == NULL ? (Py_DECREF(value), NULL) : Py_BuildValue("(NnN)", value, b->pos, dict);
}

static PyObject *
bytesio_setstate(PyObject *self, PyObject *state)
{
    struct bytesio *b = BYTESIO(self);
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) < 3) {
        PyErr_Format(PyExc_TypeError, "%.200s.__setstate__ argument should be 3-tuple, got %.200s", Py_TYPE(self)->tp_name,
                     Py_TYPE(state)->tp_name);
        return NULL;
    }
    if (check_exports(b) < 0)
        return NULL;
    b->string_size = 0;
    b->pos = 0;
    if (write_object(b, PyTuple_GET_ITEM(state, 0)) < 0)
        return NULL;
    if (io_state_position(PyTuple_GET_ITEM(state, 1), "second item of state must be an integer, not %.200s", &b->pos) < 0
        || io_state_dict(PyTuple_GET_ITEM(state, 2), "third", &b->dict) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
bytesio_close(PyObject *self, PyObject *unused)
{
    if (check_exports(BYTESIO(self)) < 0)
        return NULL;
    Py_CLEAR(BYTESIO(self)->buf);
    Py_RETURN_NONE;
}

static PyObject *
bytesio_true(PyObject *self, PyObject *unused)
{
    return check_open(BYTESIO(self)) < 0 ? NULL : Py_NewRef(Py_True);
}

static PyObject *
bytesio_false(PyObject *self, PyObject *unused)
{
    return check_open(BYTESIO(self)) < 0 ? NULL : Py_NewRef(Py_False);
}

static PyObject *
bytesio_flush(PyObject *self, PyObject *unused)
{
    return check_open(BYTESIO(self)) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
bytesio_closed(PyObject *self, void *unused)
{
    return PyBool_FromLong(BYTESIO(self)->buf == NULL);
}

static PyObject *
bytesio_sizeof(PyObject *self, PyObject *unused)
{
    struct bytesio *b = BYTESIO(self);
    size_t n = (size_t)Py_TYPE(self)->tp_basicsize;
    if (b->buf != NULL && !is_shared(b))
        n += PyBytes_GET_SIZE(b->buf) == 0 ? 0 : 33 + (size_t)PyBytes_GET_SIZE(b->buf);
    return PyLong_FromSize_t(n);
}

/* ---- life ---- */

static PyObject *
bytesio_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        BYTESIO(self)->buf = PyBytes_FromStringAndSize(NULL, 0);
        if (BYTESIO(self)->buf == NULL)
            Py_CLEAR(self);
    }
    return self;
}

static int
bytesio_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "initial_bytes", NULL };
    struct bytesio *b = BYTESIO(self);
    PyObject *v[1];
    if (io_unpack("BytesIO", &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), kwargs, NULL, names, 0, 1, v, 1) < 0)
        return -1;
    if (check_exports(b) < 0)
        return -1;
    b->string_size = 0;
    b->pos = 0;
    if (b->buf == NULL && (b->buf = PyBytes_FromStringAndSize(NULL, 0)) == NULL)
        return -1;
    if (v[0] == NULL || v[0] == Py_None)
        return 0;
    if (PyBytes_CheckExact(v[0])) {
        Py_XSETREF(b->buf, Py_NewRef(v[0]));
        b->string_size = PyBytes_GET_SIZE(v[0]);
        return 0;
    }
    if (write_object(b, v[0]) < 0)
        return -1;
    b->pos = 0;
    return 0;
}

static int
bytesio_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(BYTESIO(self)->dict);
    return 0;
}

static int
bytesio_clear(PyObject *self)
{
    Py_CLEAR(BYTESIO(self)->dict);
    if (BYTESIO(self)->exports == 0)
        Py_CLEAR(BYTESIO(self)->buf);
    return 0;
}

static void
bytesio_dealloc(PyObject *self)
{
    struct bytesio *b = BYTESIO(self);
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (b->exports > 0) {
        PyErr_SetString(PyExc_SystemError, "deallocated BytesIO object has exported buffers");
        PyErr_WriteUnraisable(NULL);
    }
    if (b->weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    Py_CLEAR(b->buf);
    Py_CLEAR(b->dict);
    type->tp_free(self);
    Py_DECREF(type);
}

#define METHOD3 (METH_METHOD | METH_FASTCALL | METH_KEYWORDS)
#define DEF(name, fn, flags, sig, ...) {#name, FAST(fn), flags, #name sig "\n--\n\n" __VA_ARGS__}
static PyMethodDef bytesio_methods[] = {
    DEF(readable, bytesio_true, METH_NOARGS, "($self, /)", "Can the stream be read?"),
    DEF(seekable, bytesio_true, METH_NOARGS, "($self, /)", "Can the stream be positioned?"),
    DEF(writable, bytesio_true, METH_NOARGS, "($self, /)", "Can the stream be written?"),
    DEF(close, bytesio_close, METH_NOARGS, "($self, /)", "Give the contents up: nothing works afterwards."),
    DEF(flush, bytesio_flush, METH_NOARGS, "($self, /)", "Nothing to do."),
    DEF(isatty, bytesio_false, METH_NOARGS, "($self, /)", "It is no terminal: False."),
    DEF(tell, bytesio_tell, METH_NOARGS, "($self, /)", "The position."),
    DEF(write, bytesio_write, METH_O, "($self, b, /)", "Write at the position; the result is how much."),
    DEF(writelines, bytesio_writelines, METH_O, "($self, lines, /)", "Write several buffers."),
    DEF(read1, bytesio_read1, METH_FASTCALL, "($self, size=-1, /)", "Read up to this many bytes."),
    DEF(readinto, bytesio_readinto, METH_O, "($self, buffer, /)", "Read into a buffer; the result is how much."),
    DEF(readline, bytesio_readline, METH_FASTCALL, "($self, size=-1, /)", "Read one line, or up to this much of it."),
    DEF(readlines, bytesio_readlines, METH_FASTCALL, "($self, size=None, /)", "Read lines, until their sizes reach the hint."),
    DEF(read, bytesio_read, METH_FASTCALL, "($self, size=-1, /)", "Read up to this much, or all."),
    DEF(getbuffer, bytesio_getbuffer, METHOD3, "($self, /)", "A view of the contents, for reading and writing."),
    DEF(getvalue, bytesio_getvalue, METH_NOARGS, "($self, /)", "All contents."),
    DEF(seek, bytesio_seek, METH_FASTCALL, "($self, pos, whence=0, /)", "Set the position."),
    DEF(truncate, bytesio_truncate, METH_FASTCALL, "($self, size=None, /)", "Cut the contents, at the position by default."),
    DEF(__getstate__, bytesio_getstate, METH_NOARGS, "($self, /)"),
    DEF(__setstate__, bytesio_setstate, METH_O, "($self, object, /)"),
    DEF(__sizeof__, bytesio_sizeof, METH_NOARGS, "($self, /)"),
    {NULL}
};

static PyGetSetDef bytesio_getset[] = { {"closed", bytesio_closed, NULL, "True when the stream is closed"}, {NULL} };

static PyMemberDef bytesio_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct bytesio, weakreflist), Py_READONLY},
    {"__dictoffset__", Py_T_PYSSIZET, offsetof(struct bytesio, dict), Py_READONLY},
    {NULL}
};

static PyType_Slot bytesio_slots[] = {
    SLOT(Py_tp_dealloc, bytesio_dealloc),
    SLOT(Py_tp_doc, "BytesIO(initial_bytes=b'')\n--\n\nA binary stream in memory."),
    SLOT(Py_tp_traverse, bytesio_traverse),
    SLOT(Py_tp_clear, bytesio_clear),
    SLOT(Py_tp_iter, PyObject_SelfIter),
    SLOT(Py_tp_iternext, bytesio_next),
    SLOT(Py_tp_methods, bytesio_methods),
    SLOT(Py_tp_members, bytesio_members),
    SLOT(Py_tp_getset, bytesio_getset),
    SLOT(Py_tp_init, bytesio_init),
    SLOT(Py_tp_new, bytesio_new),
    {0, NULL}
};

PyType_Spec io_bytesio_spec = {
    .name = "_io.BytesIO", .basicsize = sizeof(struct bytesio), .flags = IO_FLAGS, .slots = bytesio_slots };

/* ---- _BytesIOBuffer: what getbuffer() exports ---- */

static int
buffer_get(PyObject *self, Py_buffer *view, int flags)
{
    struct bytesio *b = BYTESIO(((struct bytesio_buffer *)self)->source);
    if (view == NULL) {
        PyErr_SetString(PyExc_BufferError, "bytesiobuf_getbuffer: view==NULL argument is obsolete");
        return -1;
    }
    if (check_open(b) < 0 || (b->exports == 0 && is_shared(b) && make_own(b, b->string_size) < 0))
        return -1;
    if (PyBuffer_FillInfo(view, self, PyBytes_AS_STRING(b->buf), b->string_size, 0, flags) < 0)
        return -1;
    b->exports++;
    return 0;
}

static void
buffer_release(PyObject *self, Py_buffer *view)
{
    BYTESIO(((struct bytesio_buffer *)self)->source)->exports--;
}

static int
buffer_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((struct bytesio_buffer *)self)->source);
    return 0;
}

static void
buffer_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_CLEAR(((struct bytesio_buffer *)self)->source);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot buffer_slots[] = {
    SLOT(Py_tp_dealloc, buffer_dealloc),
    SLOT(Py_tp_traverse, buffer_traverse),
    SLOT(Py_bf_getbuffer, buffer_get),
    SLOT(Py_bf_releasebuffer, buffer_release),
    {0, NULL}
};

PyType_Spec io_bytesio_buffer_spec = {
    .name = "_io._BytesIOBuffer", .basicsize = sizeof(struct bytesio_buffer), .slots = buffer_slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
};
