/* modules/io/iobase.c: _IOBase and _RawIOBase: what every stream can do by means of a few primitive methods. */
#include "modules/io/io.h"

#define BASE(op) ((struct io_base *)(op))

/* ---- closed, close, finalization ---- */

/* Has our own close() been through? */
static int
is_closed(PyObject *self)
{
    return PyObject_HasAttrWithError(self, NAME(__IOBase_closed));
}

int
io_check_closed(PyObject *self)
{
    PyObject *closed;
    if (PyObject_GetOptionalAttr(self, NAME(closed), &closed) <= 0)
        return PyErr_Occurred() ? -1 : 0;
    int rc = PyObject_IsTrue(closed);
    Py_DECREF(closed);
    if (rc > 0)
        PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return rc == 0 ? 0 : -1;
}

static PyObject *
iobase_check_closed(PyObject *self, PyObject *unused)
{
    return io_check_closed(self) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
iobase_closed_get(PyObject *self, void *unused)
{
    int closed = is_closed(self);
    return closed < 0 ? NULL : PyBool_FromLong(closed);
}

static PyObject *
iobase_flush(PyObject *self, PyObject *unused)
{
    int closed = is_closed(self);
    if (closed > 0)
        PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return closed != 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
iobase_close(PyObject *self, PyObject *unused)
{
    int closed = is_closed(self);
    if (closed != 0)
        return closed < 0 ? NULL : Py_NewRef(Py_None);
    PyObject *result = io_call(self, NAME(flush));
    PyObject *exc = PyErr_GetRaisedException();
    int rc = PyObject_SetAttr(self, NAME(__IOBase_closed), Py_True);
    io_chain(exc);
    if (rc < 0)
        Py_CLEAR(result);
    if (result == NULL)
        return NULL;
    Py_DECREF(result);
    Py_RETURN_NONE;
}

void
iobase_finalize(PyObject *self)
{
    PyObject *saved = PyErr_GetRaisedException(), *closed_attr;
    int closed = -1;
    if (PyObject_GetOptionalAttr(self, NAME(closed), &closed_attr) < 0)
        PyErr_Clear();
    if (closed_attr != NULL) {
        closed = PyObject_IsTrue(closed_attr);
        Py_DECREF(closed_attr);
        if (closed < 0)
            PyErr_Clear();
    }
    if (closed == 0) {
        if (PyObject_SetAttr(self, NAME(_finalizing), Py_True) < 0)      /* lets close() warn */
            PyErr_Clear();
        PyObject *result = io_call(self, NAME(close));
        if (result == NULL)
            PyErr_WriteUnraisable(self);
        else
            Py_DECREF(result);
    }
    PyErr_SetRaisedException(saved);
}

int
io_finalize(PyObject *self)
{
    bool subclass = Py_TYPE(self)->tp_finalize != NULL;
    if (!subclass || PyObject_CallFinalizerFromDealloc(self) == 0)
        return 0;
    /* Back to life. The tp_dealloc of a heap type, in which we are, would have released the type. */
    if (PyType_HasFeature(Py_TYPE(self), Py_TPFLAGS_HEAPTYPE))
        Py_INCREF(Py_TYPE(self));
    return -1;
}

static int
iobase_clear(PyObject *self)
{
    Py_CLEAR(BASE(self)->dict);
    return 0;
}

static int
iobase_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(BASE(self)->dict);
    return 0;
}

static void
iobase_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (io_finalize(self) < 0)
        return;
    PyObject_GC_UnTrack(self);
    if (BASE(self)->weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    Py_CLEAR(BASE(self)->dict);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- questions ---- */

static PyObject *
iobase_no(PyObject *self, PyObject *unused)
{
    Py_RETURN_FALSE;
}

static PyObject *
check_ability(struct io_state *state, PyObject *self, PyObject *question, const char *text)
{
    PyObject *answer = io_call(self, question);
    if (answer == NULL)
        return NULL;
    Py_DECREF(answer);
    return answer == Py_True ? self : io_unsupported(state, text);
}

PyObject *
io_check_readable(struct io_state *state, PyObject *self)
{
    return check_ability(state, self, NAME(readable), "File or stream is not readable.");
}

PyObject *
io_check_writable(struct io_state *state, PyObject *self)
{
    return check_ability(state, self, NAME(writable), "File or stream is not writable.");
}

PyObject *
io_check_seekable(struct io_state *state, PyObject *self)
{
    return check_ability(state, self, NAME(seekable), "File or stream is not seekable.");
}

static PyObject *
true_or_null(PyObject *checked)
{
    return checked == NULL ? NULL : Py_NewRef(Py_True);
}

static PyObject *iobase_check_readable(PyObject *self, PyObject *u) { return true_or_null(io_check_readable(IO_STATE(self), self)); }
static PyObject *iobase_check_writable(PyObject *self, PyObject *u) { return true_or_null(io_check_writable(IO_STATE(self), self)); }
static PyObject *iobase_check_seekable(PyObject *self, PyObject *u) { return true_or_null(io_check_seekable(IO_STATE(self), self)); }

static PyObject *
iobase_isatty(PyObject *self, PyObject *unused)
{
    return io_check_closed(self) < 0 ? NULL : Py_NewRef(Py_False);
}

/* ---- with ---- */

static PyObject *
iobase_enter(PyObject *self, PyObject *unused)
{
    return io_check_closed(self) < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
iobase_exit(PyObject *self, PyObject *args)
{
    return io_call(self, NAME(close));
}

/* ---- not supported here ---- */

#define UNSUPPORTED(name) \
    static PyObject *iobase_##name(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) \
    { return io_unsupported(io_state_of(cls), #name); }
UNSUPPORTED(seek)
UNSUPPORTED(truncate)
UNSUPPORTED(fileno)

static PyObject *
iobase_tell(PyObject *self, PyObject *unused)
{
    return PyObject_CallMethod(self, "seek", "ii", 0, 1);
}

/* ---- lines ---- */

/* How many bytes the next read() of readline() may take: up to a newline that peek() sees. -1 with an exception. */
static Py_ssize_t
lookahead(PyObject *self, PyObject *peek, Py_ssize_t limit, Py_ssize_t have)
{
    PyObject *seen;
    do {
        seen = PyObject_CallFunction(peek, "i", 1);
    } while (seen == NULL && io_trap_eintr());
    if (seen == NULL)
        return -1;
    Py_ssize_t n = 1;
    if (!PyBytes_Check(seen)) {
        PyErr_Format(PyExc_OSError, "peek() should have returned a bytes object, not '%.200s'", Py_TYPE(seen)->tp_name);
        n = -1;
    }
    else if (PyBytes_GET_SIZE(seen) > 0) {
        Py_ssize_t max = PyBytes_GET_SIZE(seen);
        if (limit >= 0 && max > limit - have)
            max = limit - have;
        const char *nl = memchr(PyBytes_AS_STRING(seen), '\n', max);
        n = nl == NULL ? max : nl + 1 - PyBytes_AS_STRING(seen);
    }
    Py_DECREF(seen);
    return n;
}

/* Reads up to n bytes and appends them: 1 go on, 0 done, -1 failed. */
static int
read_more(PyObject *self, PyObject *buffer, Py_ssize_t n)
{
    PyObject *b;
    do {
        b = PyObject_CallMethod(self, "read", "n", n);
    } while (b == NULL && io_trap_eintr());
    if (b == NULL)
        return -1;
    if (!PyBytes_Check(b)) {
        PyErr_Format(PyExc_OSError, "read() should have returned a bytes object, not '%.200s'", Py_TYPE(b)->tp_name);
        Py_DECREF(b);
        return -1;
    }
    Py_ssize_t got = PyBytes_GET_SIZE(b), had = PyByteArray_GET_SIZE(buffer);
    int rc = 0;
    if (got > 0) {
        rc = PyByteArray_Resize(buffer, had + got);
        if (rc == 0) {
            memcpy(PyByteArray_AS_STRING(buffer) + had, PyBytes_AS_STRING(b), got);
            rc = PyBytes_AS_STRING(b)[got - 1] != '\n';
        }
    }
    Py_DECREF(b);
    return rc;
}

static PyObject *
readline(PyObject *self, Py_ssize_t limit)
{
    PyObject *peek, *result = NULL;
    if (PyObject_GetOptionalAttr(self, NAME(peek), &peek) < 0)
        return NULL;
    PyObject *buffer = PyByteArray_FromStringAndSize(NULL, 0);
    int more = buffer == NULL ? -1 : 1;
    while (more > 0 && (limit < 0 || PyByteArray_GET_SIZE(buffer) < limit)) {
        Py_ssize_t n = peek == NULL ? 1 : lookahead(self, peek, limit, PyByteArray_GET_SIZE(buffer));
        more = n < 0 ? -1 : read_more(self, buffer, n);
    }
    if (more >= 0)
        result = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(buffer), PyByteArray_GET_SIZE(buffer));
    Py_XDECREF(peek);
    Py_XDECREF(buffer);
    return result;
}

static PyObject *
iobase_readline(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t limit = -1;
    if (io_one_size("readline", args, nargs, &limit) < 0)
        return NULL;
    return readline(self, limit);
}

static PyObject *
iobase_iter(PyObject *self)
{
    return io_check_closed(self) < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
iobase_next(PyObject *self)
{
    PyObject *line = io_call(self, NAME(readline));
    if (line == NULL)
        return NULL;
    if (PyObject_Size(line) <= 0)    /* end, or an exception */
        Py_CLEAR(line);
    return line;
}

static PyObject *
iobase_readlines(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t hint = -1, length = 0;
    if (io_one_size("readlines", args, nargs, &hint) < 0)
        return NULL;
    if (hint <= 0)
        return PySequence_List(self);
    PyObject *it = PyObject_GetIter(self), *line, *list = it == NULL ? NULL : PyList_New(0);
    while (list != NULL && (line = PyIter_Next(it)) != NULL) {
        Py_ssize_t n = PyList_Append(list, line) < 0 ? -1 : PyObject_Size(line);
        Py_DECREF(line);
        if (n < 0)
            Py_CLEAR(list);
        else if (n > hint - length)
            break;
        length += n;
    }
    if (PyErr_Occurred())
        Py_CLEAR(list);
    Py_XDECREF(it);
    return list;
}

static PyObject *
iobase_writelines(PyObject *self, PyObject *lines)
{
    if (io_check_closed(self) < 0)
        return NULL;
    PyObject *it = PyObject_GetIter(lines), *line;
    if (it == NULL)
        return NULL;
    while ((line = PyIter_Next(it)) != NULL) {
        PyObject *result;
        do {
            result = io_call1(self, NAME(write), line);
        } while (result == NULL && io_trap_eintr());
        Py_DECREF(line);
        if (result == NULL)
            break;
        Py_DECREF(result);
    }
    Py_DECREF(it);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

#define METHOD3 (METH_METHOD | METH_FASTCALL | METH_KEYWORDS)

static PyMethodDef iobase_methods[] = {
    {"seek", FAST(iobase_seek), METHOD3, "seek($self, offset, whence=os.SEEK_SET, /)\n--\n\nMove the position of the stream."},
    {"tell", iobase_tell, METH_NOARGS, "tell($self, /)\n--\n\nThe position of the stream."},
    {"truncate", FAST(iobase_truncate), METHOD3, "truncate($self, size=None, /)\n--\n\nChange the size of the file."},
    {"flush", iobase_flush, METH_NOARGS, "flush($self, /)\n--\n\nWrite out what is still in buffers."},
    {"close", iobase_close, METH_NOARGS, "close($self, /)\n--\n\nFlush and close."},
    {"seekable", iobase_no, METH_NOARGS, "seekable($self, /)\n--\n\nTell whether the position can be moved."},
    {"readable", iobase_no, METH_NOARGS, "readable($self, /)\n--\n\nTell whether reading is possible."},
    {"writable", iobase_no, METH_NOARGS, "writable($self, /)\n--\n\nTell whether writing is possible."},
    {"_checkClosed", iobase_check_closed, METH_NOARGS, "_checkClosed($self, /)\n--\n\n"},
    {"_checkSeekable", iobase_check_seekable, METH_NOARGS, "_checkSeekable($self, /)\n--\n\n"},
    {"_checkReadable", iobase_check_readable, METH_NOARGS, "_checkReadable($self, /)\n--\n\n"},
    {"_checkWritable", iobase_check_writable, METH_NOARGS, "_checkWritable($self, /)\n--\n\n"},
    {"fileno", FAST(iobase_fileno), METHOD3, "fileno($self, /)\n--\n\nThe file descriptor below."},
    {"isatty", iobase_isatty, METH_NOARGS, "isatty($self, /)\n--\n\nTell whether this is a terminal."},
    {"__enter__", iobase_enter, METH_NOARGS, "__enter__($self, /)\n--\n\n"},
    {"__exit__", iobase_exit, METH_VARARGS},
    {"readline", FAST(iobase_readline), METH_FASTCALL, "readline($self, size=-1, /)\n--\n\nRead one line."},
    {"readlines", FAST(iobase_readlines), METH_FASTCALL, "readlines($self, hint=-1, /)\n--\n\nRead a list of lines."},
    {"writelines", iobase_writelines, METH_O, "writelines($self, lines, /)\n--\n\nWrite a list of lines as they are."},
    {NULL}
};

static PyGetSetDef iobase_getset[] = {
    {"__dict__", PyObject_GenericGetDict, NULL, NULL},
    {"closed", iobase_closed_get, NULL, NULL},
    {NULL}
};

static PyMemberDef iobase_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct io_base, weakreflist), Py_READONLY},
    {"__dictoffset__", Py_T_PYSSIZET, offsetof(struct io_base, dict), Py_READONLY},
    {NULL}
};

static PyType_Slot iobase_slots[] = {
    SLOT(Py_tp_dealloc, iobase_dealloc),
    SLOT(Py_tp_doc, "Base class of all streams: no reading and writing yet, only what follows from them."),
    SLOT(Py_tp_traverse, iobase_traverse),
    SLOT(Py_tp_clear, iobase_clear),
    SLOT(Py_tp_iter, iobase_iter),
    SLOT(Py_tp_iternext, iobase_next),
    SLOT(Py_tp_methods, iobase_methods),
    SLOT(Py_tp_members, iobase_members),
    SLOT(Py_tp_getset, iobase_getset),
    SLOT(Py_tp_finalize, iobase_finalize),
    {0, NULL}
};

PyType_Spec io_iobase_spec = {
    .name = "_io._IOBase", .basicsize = sizeof(struct io_base), .flags = IO_FLAGS, .slots = iobase_slots,
};

/* ---- _RawIOBase ---- */

static PyObject *
raw_read(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t n = -1;
    if (!_PyArg_CheckPositional("read", nargs, 0, 1))
        return NULL;
    if (nargs > 0) {
        PyObject *index = PyNumber_Index(args[0]);
        n = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (n == -1 && PyErr_Occurred())
            return NULL;
    }
    if (n < 0)
        return io_call(self, NAME(readall));
    PyObject *buffer = PyByteArray_FromStringAndSize(NULL, n), *result = NULL;
    PyObject *got = buffer == NULL ? NULL : io_call1(self, NAME(readinto), buffer);
    if (got == Py_None) {
        Py_DECREF(buffer);
        return got;
    }
    if (got != NULL) {
        Py_ssize_t size = PyNumber_AsSsize_t(got, PyExc_ValueError);
        if (size >= 0 && size <= PyByteArray_GET_SIZE(buffer))
            result = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(buffer), size);
        else if (!PyErr_Occurred())
            PyErr_Format(PyExc_ValueError, "readinto returned %zd outside buffer size %zd", size, PyByteArray_GET_SIZE(buffer));
    }
    Py_XDECREF(got);
    Py_XDECREF(buffer);
    return result;
}

static PyObject *
raw_readall(PyObject *self, PyObject *unused)
{
    PyObject *chunks = PyList_New(0), *result = NULL;
    if (chunks == NULL)
        return NULL;
    for (;;) {
        PyObject *data = PyObject_CallMethod(self, "read", "i", IO_BUFFER_SIZE);
        if (data == NULL) {
            if (io_trap_eintr())
                continue;
            goto done;
        }
        if (data == Py_None) {
            if (PyList_GET_SIZE(chunks) == 0) {
                result = data;
                goto done;
            }
            Py_DECREF(data);
            break;
        }
        if (!PyBytes_Check(data)) {
            Py_DECREF(data);
            PyErr_SetString(PyExc_TypeError, "read() should return bytes");
            goto done;
        }
        Py_ssize_t size = PyBytes_GET_SIZE(data);
        int rc = size == 0 ? 0 : PyList_Append(chunks, data);
        Py_DECREF(data);
        if (rc < 0)
            goto done;
        if (size == 0)
            break;
    }
    PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
    result = empty == NULL ? NULL : PyObject_CallMethod(empty, "join", "O", chunks);
    Py_XDECREF(empty);
done:
    Py_DECREF(chunks);
    return result;
}

static PyObject *
raw_not_implemented(PyObject *self, PyObject *args)
{
    PyErr_SetNone(PyExc_NotImplementedError);
    return NULL;
}

static PyMethodDef raw_methods[] = {
    {"read", FAST(raw_read), METH_FASTCALL, "read($self, size=-1, /)\n--\n\n"},
    {"readall", raw_readall, METH_NOARGS, "readall($self, /)\n--\n\nRead until the end."},
    {"readinto", raw_not_implemented, METH_VARARGS},
    {"write", raw_not_implemented, METH_VARARGS},
    {NULL}
};

static PyType_Slot raw_slots[] = {
    SLOT(Py_tp_doc, "Base class of raw binary streams."),
    SLOT(Py_tp_methods, raw_methods),
    {0, NULL}
};

PyType_Spec io_rawiobase_spec = { .name = "_io._RawIOBase", .flags = IO_BASE_FLAGS, .slots = raw_slots };
