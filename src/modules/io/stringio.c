/* modules/io/stringio.c: StringIO: a text stream in memory.
 *
 * buf holds the characters, four bytes each; but while a fresh stream is only written to at its end, they go to a
 * _PyUnicodeWriter (state ACCUMULATING), so that getvalue() has little to do. */
#include "modules/io/io.h"

enum { REALIZED = 1, ACCUMULATING = 2 };

struct stringio {
    PyObject ob_base;
    Py_UCS4 *buf;
    Py_ssize_t pos, string_size;
    size_t buf_size;
    int state;
    _PyUnicodeWriter writer;
    char ok, closed, readuniversal, readtranslate;
    PyObject *decoder, *readnl, *writenl;
    PyObject *dict, *weakreflist;
    struct io_state *module_state;
};
#define STRINGIO(op) ((struct stringio *)(op))

static int
check(struct stringio *s)
{
    if (s->ok > 0 && !s->closed)
        return 0;
    PyErr_SetString(PyExc_ValueError, s->ok <= 0 ? "I/O operation on uninitialized object" : "I/O operation on closed file");
    return -1;
}

/* ---- storage ---- */

static int
resize(struct stringio *s, size_t size)
{
    size_t room = s->buf_size;
    size++;                          /* room for a NUL */
    if (size > PY_SSIZE_T_MAX / sizeof(Py_UCS4)) {
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
    Py_UCS4 *buf = PyMem_Realloc(s->buf, room * sizeof(Py_UCS4));
    if (buf == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    s->buf = buf;
    s->buf_size = room;
    return 0;
}

/* The accumulated text; the writer goes on with it. */
static PyObject *
accumulated(struct stringio *s)
{
    PyObject *text = _PyUnicodeWriter_Finish(&s->writer);
    if (text == NULL)
        return NULL;
    _PyUnicodeWriter_Init(&s->writer);
    s->writer.overallocate = 1;
    if (_PyUnicodeWriter_WriteStr(&s->writer, text) < 0) {
        Py_DECREF(text);
        return NULL;
    }
    return text;
}

/* Leaves ACCUMULATING: the text goes to buf. */
static int
realize(struct stringio *s)
{
    if (s->state == REALIZED)
        return 0;
    s->state = REALIZED;
    PyObject *text = _PyUnicodeWriter_Finish(&s->writer);
    if (text == NULL)
        return -1;
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    int rc = resize(s, (size_t)n);
    if (rc == 0 && PyUnicode_AsUCS4(text, s->buf, n, 0) == NULL)
        rc = -1;
    Py_DECREF(text);
    return rc;
}

/* Stores decoded characters at the position. */
static int
store(struct stringio *s, PyObject *text)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    if (s->pos > PY_SSIZE_T_MAX - n) {
        PyErr_SetString(PyExc_OverflowError, "new position too large");
        return -1;
    }
    if (s->state == ACCUMULATING) {
        if (s->string_size == s->pos) {
            if (_PyUnicodeWriter_WriteStr(&s->writer, text) < 0)
                return -1;
            s->pos += n;
            if (s->string_size < s->pos)
                s->string_size = s->pos;
            return 0;
        }
        if (realize(s) < 0)
            return -1;
    }
    if (s->pos + n > s->string_size && resize(s, s->pos + n) < 0)
        return -1;
    if (s->pos > s->string_size)     /* the gap after a seek beyond the end */
        memset(s->buf + s->string_size, 0, (s->pos - s->string_size) * sizeof(Py_UCS4));
    if (n > 0 && PyUnicode_AsUCS4(text, s->buf + s->pos, n, 0) == NULL)
        return -1;
    s->pos += n;
    if (s->string_size < s->pos)
        s->string_size = s->pos;
    return 0;
}

/* Translates line endings and stores. 0 or -1. */
static int
write_text(struct stringio *s, PyObject *text)
{
    PyObject *decoded = s->decoder != NULL ? io_newline_decode(s->decoder, text, true) : Py_NewRef(text);
    if (decoded != NULL && s->writenl != NULL) {
        PyObject *lf = PyUnicode_FromOrdinal('\n');
        Py_SETREF(decoded, lf == NULL ? NULL : PyUnicode_Replace(decoded, lf, s->writenl, -1));
        Py_XDECREF(lf);
    }
    if (decoded == NULL)
        return -1;
    int rc = store(s, decoded);
    Py_DECREF(decoded);
    return rc;
}

/* ---- methods ---- */

static PyObject *
chars(struct stringio *s, Py_ssize_t from, Py_ssize_t n)
{
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, s->buf + from, n);
}

static PyObject *
stringio_getvalue(PyObject *self, PyObject *unused)
{
    struct stringio *s = STRINGIO(self);
    if (check(s) < 0)
        return NULL;
    return s->state == ACCUMULATING ? accumulated(s) : chars(s, 0, s->string_size);
}

static PyObject *
stringio_tell(PyObject *self, PyObject *unused)
{
    return check(STRINGIO(self)) < 0 ? NULL : PyLong_FromSsize_t(STRINGIO(self)->pos);
}

static PyObject *
stringio_read(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct stringio *s = STRINGIO(self);
    Py_ssize_t n = -1;
    if (io_one_size("read", args, nargs, &n) < 0 || check(s) < 0)
        return NULL;
    Py_ssize_t left = s->string_size > s->pos ? s->string_size - s->pos : 0;
    if (n < 0 || n > left)
        n = left;
    if (s->state == ACCUMULATING && s->pos == 0 && n == s->string_size) {
        PyObject *all = accumulated(s);
        s->pos = s->string_size;
        return all;
    }
    if (realize(s) < 0)
        return NULL;
    PyObject *text = n == 0 ? PyUnicode_New(0, 0) : chars(s, s->pos, n);
    s->pos += n;
    return text;
}

/* The line at the position; NULL with an exception. */
static PyObject *
read_line(struct stringio *s, Py_ssize_t limit)
{
    if (s->pos >= s->string_size)
        return PyUnicode_New(0, 0);
    Py_ssize_t n = s->string_size - s->pos, consumed;
    if (limit >= 0 && limit < n)
        n = limit;
    const char *start = (const char *)(s->buf + s->pos);
    Py_ssize_t end = io_find_line_ending(s->readtranslate, s->readuniversal, s->readnl, PyUnicode_4BYTE_KIND, start,
                                         start + n * (Py_ssize_t)sizeof(Py_UCS4), &consumed);
    if (end >= 0)
        n = end;
    PyObject *line = chars(s, s->pos, n);
    s->pos += n;
    return line;
}

static PyObject *
stringio_readline(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct stringio *s = STRINGIO(self);
    Py_ssize_t limit = -1;
    if (io_one_size("readline", args, nargs, &limit) < 0 || check(s) < 0 || realize(s) < 0)
        return NULL;
    return read_line(s, limit);
}

static PyObject *
stringio_next(PyObject *self)
{
    struct stringio *s = STRINGIO(self);
    PyObject *line;
    if (check(s) < 0 || realize(s) < 0)
        return NULL;
    if (Py_IS_TYPE(self, s->module_state->stringio))
        line = read_line(s, -1);
    else {
        line = io_call(self, NAME(readline));
        if (line != NULL && !PyUnicode_Check(line)) {
            PyErr_Format(PyExc_OSError, "readline() should have returned a str object, not '%.200s'", Py_TYPE(line)->tp_name);
            Py_CLEAR(line);
        }
    }
    if (line != NULL && PyUnicode_GET_LENGTH(line) == 0)
        Py_CLEAR(line);
    return line;
}

static PyObject *
stringio_truncate(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct stringio *s = STRINGIO(self);
    Py_ssize_t size = s->pos;
    if (io_one_size("truncate", args, nargs, &size) < 0 || check(s) < 0)
        return NULL;
    if (size < 0) {
        PyErr_Format(PyExc_ValueError, "Negative size value %zd", size);
        return NULL;
    }
    if (size < s->string_size) {
        if (realize(s) < 0 || resize(s, size) < 0)
            return NULL;
        s->string_size = size;
    }
    return PyLong_FromSsize_t(size);
}

static PyObject *
stringio_seek(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct stringio *s = STRINGIO(self);
    int whence = 0;
    if (!_PyArg_CheckPositional("seek", nargs, 1, 2))
        return NULL;
    PyObject *index = PyNumber_Index(args[0]);
    Py_ssize_t pos = index == NULL ? -1 : PyLong_AsSsize_t(index);
    Py_XDECREF(index);
    if ((pos == -1 && PyErr_Occurred())
        || (nargs > 1 && (whence = PyLong_AsInt(args[1])) == -1 && PyErr_Occurred()) || check(s) < 0)
        return NULL;
    if (whence < 0 || whence > 2)
        PyErr_Format(PyExc_ValueError, "Invalid whence (%i, should be 0, 1 or 2)", whence);
    else if (pos < 0 && whence == 0)
        PyErr_Format(PyExc_ValueError, "Negative seek position %zd", pos);
    else if (whence != 0 && pos != 0)
        PyErr_SetString(PyExc_OSError, "Can't do nonzero cur-relative seeks");
    else {
        s->pos = whence == 0 ? pos : whence == 1 ? s->pos : s->string_size;
        return PyLong_FromSsize_t(s->pos);
    }
    return NULL;
}

static PyObject *
stringio_write(PyObject *self, PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "string argument expected, got '%s'", Py_TYPE(text)->tp_name);
        return NULL;
    }
    if (check(STRINGIO(self)) < 0)
        return NULL;
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    return n > 0 && write_text(STRINGIO(self), text) < 0 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
stringio_close(PyObject *self, PyObject *unused)
{
    struct stringio *s = STRINGIO(self);
    s->closed = 1;
    if (resize(s, 0) < 0)            /* gives the memory back */
        return NULL;
    _PyUnicodeWriter_Dealloc(&s->writer);
    s->state = REALIZED;
    Py_RETURN_NONE;
}

static PyObject *
stringio_true(PyObject *self, PyObject *unused)
{
    return check(STRINGIO(self)) < 0 ? NULL : Py_NewRef(Py_True);
}

static PyObject *
stringio_closed(PyObject *self, void *unused)
{
    if (STRINGIO(self)->ok <= 0)
        return check(STRINGIO(self)), NULL;
    return PyBool_FromLong(STRINGIO(self)->closed);
}

static PyObject *
stringio_line_buffering(PyObject *self, void *unused)
{
    return check(STRINGIO(self)) < 0 ? NULL : Py_NewRef(Py_False);
}

static PyObject *
stringio_newlines(PyObject *self, void *unused)
{
    if (check(STRINGIO(self)) < 0)
        return NULL;
    return STRINGIO(self)->decoder == NULL ? Py_NewRef(Py_None) : PyObject_GetAttr(STRINGIO(self)->decoder, NAME(newlines));
}

/* ---- construction ---- */

static PyObject *
stringio_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    STRINGIO(self)->module_state = io_state_of(type);
    STRINGIO(self)->state = REALIZED;
    STRINGIO(self)->buf = PyMem_Malloc(0);
    if (STRINGIO(self)->buf == NULL || STRINGIO(self)->module_state == NULL) {
        Py_DECREF(self);
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    }
    return self;
}

/* Forgets what an earlier __init__ has made. */
static void
reset(struct stringio *s)
{
    s->ok = 0;
    _PyUnicodeWriter_Dealloc(&s->writer);
    s->state = REALIZED;
    Py_CLEAR(s->readnl);
    Py_CLEAR(s->writenl);
    Py_CLEAR(s->decoder);
}

static int
set_newline(struct stringio *s, const char *newline)
{
    if (newline != NULL && (s->readnl = PyUnicode_FromString(newline)) == NULL)
        return -1;
    s->readuniversal = newline == NULL || newline[0] == '\0';
    s->readtranslate = newline == NULL;
    if (newline != NULL && newline[0] == '\r')       /* '\n' needs no translation */
        s->writenl = Py_NewRef(s->readnl);
    if (s->readuniversal) {
        s->decoder = PyObject_CallFunctionObjArgs((PyObject *)s->module_state->newline_decoder, Py_None,
                                                  s->readtranslate ? Py_True : Py_False, NULL);
        if (s->decoder == NULL)
            return -1;
    }
    return 0;
}

static int
stringio_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "initial_value", "newline", NULL };
    struct stringio *s = STRINGIO(self);
    PyObject *v[2];
    const char *newline = "\n";
    if (io_unpack("StringIO", &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), kwargs, NULL, names, 0, 2, v, 2) < 0)
        return -1;
    if (v[1] != NULL && v[1] != Py_None && !PyUnicode_Check(v[1])) {
        PyErr_Format(PyExc_TypeError, "newline must be str or None, not %.200s", Py_TYPE(v[1])->tp_name);
        return -1;
    }
    if (v[1] == Py_None)
        newline = NULL;
    else if (v[1] != NULL && (newline = PyUnicode_AsUTF8(v[1])) == NULL)
        return -1;
    if (newline != NULL && newline[0] != '\0' && strcmp(newline, "\n") != 0 && strcmp(newline, "\r") != 0
        && strcmp(newline, "\r\n") != 0) {
        PyErr_Format(PyExc_ValueError, "illegal newline value: %R", v[1]);
        return -1;
    }
    PyObject *value = v[0] == Py_None ? NULL : v[0];
    if (value != NULL && !PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "initial_value must be str or None, not %.200s", Py_TYPE(value)->tp_name);
        return -1;
    }
    reset(s);
    if (set_newline(s, newline) < 0)
        return -1;
    s->string_size = 0;
    s->pos = 0;
    if (value != NULL && PyUnicode_GET_LENGTH(value) > 0) {
        if (write_text(s, value) < 0)
            return -1;
    }
    else {
        if (resize(s, 0) < 0)
            return -1;
        s->state = ACCUMULATING;
        _PyUnicodeWriter_Init(&s->writer);
        s->writer.overallocate = 1;
    }
    s->pos = 0;
    s->closed = 0;
    s->ok = 1;
    return 0;
}

/* ---- state ---- */

static PyObject *
stringio_getstate(PyObject *self, PyObject *unused)
{
    struct stringio *s = STRINGIO(self);
    PyObject *value = stringio_getvalue(self, NULL), *dict;
    if (value == NULL)
        return NULL;
    dict = s->dict == NULL ? Py_NewRef(Py_None) : PyDict_Copy(s->dict);
    if (dict == NULL) {
        Py_DECREF(value);
        return NULL;
    }
    return Py_BuildValue("(NOnN)", value, s->readnl == NULL ? Py_None : s->readnl, s->pos, dict);
}

/* The value as it is, without translation; its end is not the position yet. */
static int
restore_value(struct stringio *s, PyObject *value)
{
    s->state = REALIZED;
    _PyUnicodeWriter_Dealloc(&s->writer);
    Py_ssize_t n = PyUnicode_GET_LENGTH(value);
    if (resize(s, n) < 0 || (n > 0 && PyUnicode_AsUCS4(value, s->buf, n, 0) == NULL))
        return -1;
    s->string_size = n;
    return 0;
}

static PyObject *
stringio_setstate(PyObject *self, PyObject *state)
{
    struct stringio *s = STRINGIO(self);
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) < 4) {
        PyErr_Format(PyExc_TypeError, "%.200s.__setstate__ argument should be 4-tuple, got %.200s", Py_TYPE(self)->tp_name,
                     Py_TYPE(state)->tp_name);
        return NULL;
    }
    if (s->ok > 0 && check(s) < 0)
        return NULL;
    PyObject *init_args = PyTuple_GetSlice(state, 0, 2);
    int rc = init_args == NULL ? -1 : stringio_init(self, init_args, NULL);
    Py_XDECREF(init_args);
    if (rc < 0)
        return NULL;
    PyObject *value = PyTuple_GET_ITEM(state, 0);
    if (PyUnicode_Check(value) && restore_value(s, value) < 0)
        return NULL;
    if (io_state_position(PyTuple_GET_ITEM(state, 2), "third item of state must be an integer, got %.200s", &s->pos) < 0
        || io_state_dict(PyTuple_GET_ITEM(state, 3), "fourth", &s->dict) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- life ---- */

static int
stringio_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(STRINGIO(self)->readnl);
    Py_VISIT(STRINGIO(self)->writenl);
    Py_VISIT(STRINGIO(self)->decoder);
    Py_VISIT(STRINGIO(self)->dict);
    return 0;
}

static int
stringio_clear(PyObject *self)
{
    Py_CLEAR(STRINGIO(self)->readnl);
    Py_CLEAR(STRINGIO(self)->writenl);
    Py_CLEAR(STRINGIO(self)->decoder);
    Py_CLEAR(STRINGIO(self)->dict);
    return 0;
}

static void
stringio_dealloc(PyObject *self)
{
    struct stringio *s = STRINGIO(self);
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    s->ok = 0;
    PyMem_Free(s->buf);
    s->buf = NULL;
    _PyUnicodeWriter_Dealloc(&s->writer);
    stringio_clear(self);
    if (s->weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    type->tp_free(self);
    Py_DECREF(type);
}

#define DEF(name, fn, flags, sig, ...) {#name, FAST(fn), flags, #name sig "\n--\n\n" __VA_ARGS__}
static PyMethodDef stringio_methods[] = {
    DEF(close, stringio_close, METH_NOARGS, "($self, /)", "Give the contents up: nothing works afterwards."),
    DEF(getvalue, stringio_getvalue, METH_NOARGS, "($self, /)", "All contents."),
    DEF(read, stringio_read, METH_FASTCALL, "($self, size=-1, /)", "Read up to this much, or all."),
    DEF(readline, stringio_readline, METH_FASTCALL, "($self, size=-1, /)", "Read one line, or up to this much of it."),
    DEF(tell, stringio_tell, METH_NOARGS, "($self, /)", "The position."),
    DEF(truncate, stringio_truncate, METH_FASTCALL, "($self, pos=None, /)", "Cut the contents, at the position by default."),
    DEF(seek, stringio_seek, METH_FASTCALL, "($self, pos, whence=0, /)", "Set the position."),
    DEF(write, stringio_write, METH_O, "($self, s, /)", "Write at the position; the result is how much."),
    DEF(seekable, stringio_true, METH_NOARGS, "($self, /)", "Can the stream be positioned?"),
    DEF(readable, stringio_true, METH_NOARGS, "($self, /)", "Can the stream be read?"),
    DEF(writable, stringio_true, METH_NOARGS, "($self, /)", "Can the stream be written?"),
    DEF(__getstate__, stringio_getstate, METH_NOARGS, "($self, /)"),
    DEF(__setstate__, stringio_setstate, METH_O, "($self, state, /)"),
    {NULL}
};

static PyGetSetDef stringio_getset[] = {
    {"closed", stringio_closed}, {"newlines", stringio_newlines}, {"line_buffering", stringio_line_buffering}, {NULL} };

static PyMemberDef stringio_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct stringio, weakreflist), Py_READONLY},
    {"__dictoffset__", Py_T_PYSSIZET, offsetof(struct stringio, dict), Py_READONLY},
    {NULL}
};

static PyType_Slot stringio_slots[] = {
    SLOT(Py_tp_dealloc, stringio_dealloc),
    SLOT(Py_tp_doc, "StringIO(initial_value='', newline='\\n')\n--\n\nA text stream in memory."),
    SLOT(Py_tp_traverse, stringio_traverse),
    SLOT(Py_tp_clear, stringio_clear),
    SLOT(Py_tp_iternext, stringio_next),
    SLOT(Py_tp_methods, stringio_methods),
    SLOT(Py_tp_members, stringio_members),
    SLOT(Py_tp_getset, stringio_getset),
    SLOT(Py_tp_init, stringio_init),
    SLOT(Py_tp_new, stringio_new),
    {0, NULL}
};

PyType_Spec io_stringio_spec = {
    .name = "_io.StringIO", .basicsize = sizeof(struct stringio), .flags = IO_FLAGS, .slots = stringio_slots };
