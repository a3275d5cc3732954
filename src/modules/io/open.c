/* modules/io/open.c: open(), open_code(), text_encoding(). */
#include "modules/io/io.h"

/* What a mode string asks for. */
struct mode { bool creating, reading, writing, appending, updating, text, binary; };

static int
bad_mode(const char *mode)
{
    PyErr_Format(PyExc_ValueError, "invalid mode: '%s'", mode);
    return -1;
}

static int
read_mode(struct mode *m, const char *mode)
{
    *m = (struct mode){ 0 };
    for (const char *p = mode; *p != '\0'; p++) {
        bool *flag;
        switch (*p) {
        case 'x': flag = &m->creating; break;
        case 'r': flag = &m->reading; break;
        case 'w': flag = &m->writing; break;
        case 'a': flag = &m->appending; break;
        case '+': flag = &m->updating; break;
        case 't': flag = &m->text; break;
        case 'b': flag = &m->binary; break;
        default: return bad_mode(mode);
        }
        if (*flag)                   /* each letter at most once */
            return bad_mode(mode);
        *flag = true;
    }
    return 0;
}

static int
check_mode(const struct mode *m, PyObject *encoding, PyObject *errors, PyObject *newline)
{
    const char *text = NULL;
    if (m->text && m->binary)
        text = "can't have text and binary mode at once";
    else if (m->creating + m->reading + m->writing + m->appending > 1)
        text = "must have exactly one of create/read/write/append mode";
    else if (m->binary && encoding != NULL)
        text = "binary mode doesn't take an encoding argument";
    else if (m->binary && errors != NULL)
        text = "binary mode doesn't take an errors argument";
    else if (m->binary && newline != NULL)
        text = "binary mode doesn't take a newline argument";
    if (text != NULL)
        PyErr_SetString(PyExc_ValueError, text);
    return text == NULL ? 0 : -1;
}

/* buffering as asked for becomes the buffer size; *line_buffering is set for terminals. 0 or -1. */
static int
choose_buffering(PyObject *raw, int *buffering, bool *line_buffering)
{
    if (*buffering < 0) {
        PyObject *tty = io_call(raw, NAME(isatty));
        int isatty = tty == NULL ? -1 : PyObject_IsTrue(tty);
        Py_XDECREF(tty);
        if (isatty < 0)
            return -1;
        if (isatty)
            *buffering = 1;
    }
    *line_buffering = *buffering == 1;
    if (*buffering == 1)
        *buffering = -1;
    if (*buffering < 0) {
        PyObject *size = PyObject_GetAttr(raw, NAME(_blksize));
        if (size == NULL)
            return -1;
        long n = PyLong_AsLong(size);
        Py_DECREF(size);
        if (n == -1 && PyErr_Occurred())
            return -1;
        *buffering = (int)n;
    }
    return 0;
}

/* Closes a half-opened stream, keeping the exception. */
static PyObject *
abandon(PyObject *stream)
{
    if (stream != NULL) {
        PyObject *exc = PyErr_GetRaisedException();
        PyObject *result = io_call(stream, NAME(close));
        io_chain(exc);
        Py_XDECREF(result);
        Py_DECREF(stream);
    }
    return NULL;
}

struct open_args { PyObject *file, *encoding, *errors, *newline, *opener; const char *mode; int buffering, closefd; };

/* raw -> buffer; raw is released. */
static PyObject *
add_buffer(struct io_state *s, PyObject *raw, const struct mode *m, int size)
{
    PyTypeObject *type = m->updating ? s->random
        : m->creating || m->writing || m->appending ? s->writer : m->reading ? s->reader : NULL;
    if (type == NULL) {
        PyErr_Format(PyExc_ValueError, "unknown mode: '%s'", "");
        return abandon(raw);
    }
    PyObject *buffer = PyObject_CallFunction((PyObject *)type, "Oi", raw, size);
    if (buffer == NULL)
        return abandon(raw);
    Py_DECREF(raw);
    return buffer;
}

static PyObject *
add_text(struct io_state *s, PyObject *buffer, const struct open_args *a, bool line_buffering)
{
    PyObject *mode = NULL, *text = PyObject_CallFunction((PyObject *)s->textiowrapper, "OOOOO", buffer,
        a->encoding == NULL ? Py_None : a->encoding, a->errors == NULL ? Py_None : a->errors,
        a->newline == NULL ? Py_None : a->newline, line_buffering ? Py_True : Py_False);
    if (text == NULL)
        return abandon(buffer);
    Py_DECREF(buffer);
    mode = PyUnicode_FromString(a->mode);
    int rc = mode == NULL ? -1 : PyObject_SetAttr(text, NAME(mode), mode);
    Py_XDECREF(mode);
    return rc < 0 ? abandon(text) : text;
}

static PyObject *
open_stream(struct io_state *s, const struct open_args *a)
{
    struct mode m;
    char raw_mode[6], *p = raw_mode;
    bool line_buffering;
    int buffering = a->buffering;
    if (read_mode(&m, a->mode) < 0 || check_mode(&m, a->encoding, a->errors, a->newline) < 0)
        return NULL;
    if (m.binary && buffering == 1
        && PyErr_WarnEx(PyExc_RuntimeWarning,
                        "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
                        1) < 0)
        return NULL;
    if (m.creating)
        *p++ = 'x';
    if (m.reading)
        *p++ = 'r';
    if (m.writing)
        *p++ = 'w';
    if (m.appending)
        *p++ = 'a';
    if (m.updating)
        *p++ = '+';
    *p = '\0';
    PyObject *raw = PyObject_CallFunction((PyObject *)s->fileio, "OsOO", a->file, raw_mode,
                                          a->closefd ? Py_True : Py_False, a->opener);
    if (raw == NULL)
        return NULL;
    if (choose_buffering(raw, &buffering, &line_buffering) < 0)
        return abandon(raw);
    if (buffering == 0) {
        if (m.binary)
            return raw;
        PyErr_SetString(PyExc_ValueError, "can't have unbuffered text I/O");
        return abandon(raw);
    }
    PyObject *buffer = add_buffer(s, raw, &m, buffering);
    return buffer == NULL || m.binary ? buffer : add_text(s, buffer, a, line_buffering);
}

PyObject *
io_open(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener", NULL };
    PyObject *v[8], *path = NULL, *result = NULL;
    struct open_args a = { .mode = "r", .buffering = -1, .closefd = 1, .opener = Py_None };
    if (io_unpack("open", args, nargs, NULL, kwnames, names, 1, 8, v, 8) < 0)
        return NULL;
    if (v[1] != NULL) {
        if (!PyUnicode_Check(v[1])) {
            _PyArg_BadArgument("open", "argument 'mode'", "str", v[1]);
            return NULL;
        }
        Py_ssize_t n;
        a.mode = PyUnicode_AsUTF8AndSize(v[1], &n);
        if (a.mode == NULL)
            return NULL;
        if (strlen(a.mode) != (size_t)n) {
            PyErr_SetString(PyExc_ValueError, "embedded null character");
            return NULL;
        }
    }
    if ((v[2] != NULL && (a.buffering = PyLong_AsInt(v[2])) == -1 && PyErr_Occurred())
        || io_str_or_none("open", "encoding", v[3], &a.encoding) < 0
        || io_str_or_none("open", "errors", v[4], &a.errors) < 0
        || io_str_or_none("open", "newline", v[5], &a.newline) < 0
        || (v[6] != NULL && (a.closefd = PyObject_IsTrue(v[6])) < 0))
        return NULL;
    if (v[7] != NULL)
        a.opener = v[7];
    if (!PyNumber_Check(v[0])) {
        path = PyOS_FSPath(v[0]);
        if (path == NULL)
            return NULL;
        if (!PyUnicode_Check(path) && !PyBytes_Check(path)) {
            PyErr_Format(PyExc_TypeError, "invalid file: %R", v[0]);
            Py_DECREF(path);
            return NULL;
        }
    }
    a.file = path == NULL ? v[0] : path;
    result = open_stream(PyModule_GetState(module), &a);
    Py_XDECREF(path);
    return result;
}

PyObject *
io_open_code(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "path", NULL };
    PyObject *v[1];
    if (io_unpack("open_code", args, nargs, NULL, kwnames, names, 1, 1, v, 1) < 0)
        return NULL;
    if (!PyUnicode_Check(v[0])) {
        _PyArg_BadArgument("open_code", "argument 'path'", "str", v[0]);
        return NULL;
    }
    return PyFile_OpenCodeObject(v[0]);
}

PyObject *
io_text_encoding(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    int level = 2;
    if (!_PyArg_CheckPositional("text_encoding", nargs, 1, 2)
        || (nargs > 1 && (level = PyLong_AsInt(args[1])) == -1 && PyErr_Occurred()))
        return NULL;
    if (args[0] != Py_None && args[0] != NULL)
        return Py_NewRef(args[0]);
    PyObject *flags = PySys_GetObject("flags");
    PyObject *warn = flags == NULL ? NULL : PyObject_GetAttrString(flags, "warn_default_encoding");
    int wanted = warn == NULL ? 0 : PyObject_IsTrue(warn);
    Py_XDECREF(warn);
    PyErr_Clear();
    if (wanted > 0 && PyErr_WarnEx(PyExc_EncodingWarning, "'encoding' argument not specified", level) < 0)
        return NULL;
    return PyUnicode_FromString(io_utf8_mode() ? "utf-8" : "locale");
}
