/* modules/io/text.c: TextIOWrapper: construction, reconfiguration, closing. */
#include "modules/io/text.h"

#include <langinfo.h>

#define CHUNK_SIZE 8192

PyAPI_FUNC(PyObject *) _PyCodec_LookupTextEncoding(const char *encoding, const char *alternative);
PyAPI_FUNC(PyObject *) _PyCodecInfo_GetIncrementalEncoder(PyObject *codec, const char *errors);
PyAPI_FUNC(PyObject *) _PyCodecInfo_GetIncrementalDecoder(PyObject *codec, const char *errors);

/* ---- checks ---- */

int
text_check_initialized(struct text *t)
{
    if (t->ok > 0)
        return 0;
    PyErr_SetString(PyExc_ValueError, "I/O operation on uninitialized object");
    return -1;
}

int
text_check_attached(struct text *t)
{
    if (text_check_initialized(t) < 0)
        return -1;
    if (!t->detached)
        return 0;
    PyErr_SetString(PyExc_ValueError, "underlying buffer has been detached");
    return -1;
}

static PyObject *
text_closed(PyObject *self, void *unused)
{
    return text_check_attached(TEXT(self)) < 0 ? NULL : PyObject_GetAttr(TEXT(self)->buffer, NAME(closed));
}

int
text_check_open(struct text *t)
{
    int closed;
    if (!Py_IS_TYPE(t, t->state->textiowrapper))
        return io_check_closed((PyObject *)t);
    if (t->raw != NULL)
        closed = io_fileio_closed(t->raw);
    else {
        PyObject *answer = text_closed((PyObject *)t, NULL);
        closed = answer == NULL ? -1 : PyObject_IsTrue(answer);
        Py_XDECREF(answer);
    }
    if (closed > 0)
        PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return closed == 0 ? 0 : -1;
}

int
text_flush(struct text *t)
{
    PyObject *result = io_call((PyObject *)t, NAME(flush));
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* ---- parts of construction ---- */

bool
io_utf8_mode(void)
{
    PyObject *flags = PySys_GetObject("flags");
    PyObject *mode = flags == NULL ? NULL : PyObject_GetAttrString(flags, "utf8_mode");
    int on = mode == NULL ? 0 : PyObject_IsTrue(mode);
    Py_XDECREF(mode);
    if (on < 0 || PyErr_Occurred())
        PyErr_Clear();
    return on > 0;
}

int
io_locale_encoding(PyObject **out)
{
    const char *name = io_utf8_mode() ? "utf-8" : nl_langinfo(CODESET);
    *out = PyUnicode_FromString(name == NULL || *name == '\0' ? "utf-8" : name);
    return *out == NULL ? -1 : 0;
}

static int
check_newline(const char *newline)
{
    if (newline == NULL || newline[0] == '\0' || strcmp(newline, "\n") == 0 || strcmp(newline, "\r") == 0
        || strcmp(newline, "\r\n") == 0)
        return 0;
    PyErr_Format(PyExc_ValueError, "illegal newline value: %s", newline);
    return -1;
}

static int
set_newline(struct text *t, const char *newline)
{
    PyObject *readnl = NULL;
    if (newline != NULL && (readnl = PyUnicode_FromString(newline)) == NULL)
        return -1;
    Py_XSETREF(t->readnl, readnl);
    t->readuniversal = newline == NULL || newline[0] == '\0';
    t->readtranslate = newline == NULL;
    t->writetranslate = newline == NULL || newline[0] != '\0';
    t->writenl = NULL;
    if (!t->readuniversal && strcmp(newline, "\n") != 0)
        t->writenl = newline[1] == '\0' ? "\r" : "\r\n";
    return 0;
}

/* What buffer.method() says: 1, 0, -1. */
static int
ask(PyObject *buffer, PyObject *method)
{
    PyObject *answer = io_call(buffer, method);
    int rc = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return rc;
}

static int
make_decoder(struct text *t, PyObject *codec, const char *errors)
{
    int readable = ask(t->buffer, NAME(readable));
    if (readable <= 0)
        return readable;
    PyObject *decoder = _PyCodecInfo_GetIncrementalDecoder(codec, errors);
    if (decoder != NULL && t->readuniversal)
        Py_SETREF(decoder, PyObject_CallFunctionObjArgs((PyObject *)t->state->newline_decoder, decoder,
                                                        t->readtranslate ? Py_True : Py_False, NULL));
    if (decoder == NULL)
        return -1;
    Py_XSETREF(t->decoder, decoder);
    return 0;
}

static int
make_encoder(struct text *t, PyObject *codec, const char *errors)
{
    int writable = ask(t->buffer, NAME(writable));
    if (writable <= 0)
        return writable;
    PyObject *encoder = _PyCodecInfo_GetIncrementalEncoder(codec, errors), *name;
    if (encoder == NULL)
        return -1;
    Py_XSETREF(t->encoder, encoder);
    t->encodefunc = NULL;
    if (PyObject_GetOptionalAttr(codec, NAME(name), &name) < 0)
        return -1;
    if (name != NULL && PyUnicode_Check(name)) {
        const char *utf8 = PyUnicode_AsUTF8(name);
        t->encodefunc = utf8 == NULL ? NULL : text_fast_encoder(utf8);
        PyErr_Clear();
    }
    Py_XDECREF(name);
    return 0;
}

/* In the middle of a stream no byte order mark is written. */
static int
fix_encoder(struct text *t)
{
    if (!t->seekable || t->encoder == NULL)
        return 0;
    t->encoding_start_of_stream = 1;
    PyObject *position = io_call(t->buffer, NAME(tell));
    if (position == NULL)
        return -1;
    int nonzero = PyObject_IsTrue(position);
    Py_DECREF(position);
    return nonzero <= 0 ? nonzero : text_reset_encoder(t, false);
}

/* Is the error handler known? Asked in development mode only, since lookups cost time. */
static int
check_errors(const char *errors)
{
    if (strcmp(errors, "strict") == 0 || strcmp(errors, "ignore") == 0)
        return 0;
    PyObject *flags = PySys_GetObject("flags");
    PyObject *dev_mode = flags == NULL ? NULL : PyObject_GetAttrString(flags, "dev_mode");
    int asked = dev_mode == NULL ? 0 : PyObject_IsTrue(dev_mode);
    Py_XDECREF(dev_mode);
    PyErr_Clear();
    if (asked <= 0)
        return 0;
    PyObject *handler = PyCodec_LookupError(errors);
    Py_XDECREF(handler);
    return handler == NULL ? -1 : 0;
}

/* The encoding to use: new reference. */
static OWNED PyObject *
choose_encoding(PyObject *encoding)
{
    if (encoding == NULL) {
        PyObject *flags = PySys_GetObject("flags");
        PyObject *warn = flags == NULL ? NULL : PyObject_GetAttrString(flags, "warn_default_encoding");
        int wanted = warn == NULL ? 0 : PyObject_IsTrue(warn);
        Py_XDECREF(warn);
        PyErr_Clear();
        if (wanted > 0 && PyErr_WarnEx(PyExc_EncodingWarning, "'encoding' argument not specified", 1) < 0)
            return NULL;
    }
    else if (!PyUnicode_EqualToUTF8(encoding, "locale"))
        return Py_NewRef(encoding);
    PyObject *locale;
    return io_locale_encoding(&locale) < 0 ? NULL : locale;
}

/* t->raw: the FileIO under an exact buffer of ours. */
static int
find_raw(struct text *t)
{
    struct io_state *s = t->state;
    Py_CLEAR(t->raw);
    if (!Py_IS_TYPE(t->buffer, s->reader) && !Py_IS_TYPE(t->buffer, s->writer) && !Py_IS_TYPE(t->buffer, s->random))
        return 0;
    PyObject *raw;
    if (PyObject_GetOptionalAttr(t->buffer, NAME(raw), &raw) < 0)
        return -1;
    if (raw != NULL && Py_IS_TYPE(raw, s->fileio))
        t->raw = raw;
    else
        Py_XDECREF(raw);
    return 0;
}

static const char *
utf8_or_null(PyObject *s)
{
    return s == NULL ? NULL : PyUnicode_AsUTF8(s);
}

/* Everything after the arguments have been read. */
static int
construct(struct text *t, PyObject *buffer, PyObject *encoding, PyObject *errors, PyObject *newline)
{
    const char *nl = utf8_or_null(newline);
    if (check_newline(nl) < 0)
        return -1;
    Py_XSETREF(t->encoding, choose_encoding(encoding));
    if (t->encoding == NULL)
        return -1;
    const char *name = PyUnicode_AsUTF8(t->encoding);
    if (name == NULL)
        return -1;
    PyObject *codec = _PyCodec_LookupTextEncoding(name, "codecs.open()");
    if (codec == NULL)
        return -1;
    int rc = -1;
    Py_XSETREF(t->errors, errors == NULL ? PyUnicode_FromString("strict") : Py_NewRef(errors));
    const char *handler = utf8_or_null(t->errors);
    if (handler == NULL || check_errors(handler) < 0 || set_newline(t, nl) < 0)
        goto done;
    Py_XSETREF(t->buffer, Py_NewRef(buffer));
    if (make_decoder(t, codec, handler) < 0 || make_encoder(t, codec, handler) < 0 || find_raw(t) < 0)
        goto done;
    int seekable = ask(buffer, NAME(seekable)), read1;
    if (seekable < 0)
        goto done;
    t->seekable = t->telling = (char)seekable;
    read1 = PyObject_HasAttrWithError(buffer, NAME(read1));
    if (read1 < 0)
        goto done;
    t->has_read1 = (char)read1;
    t->encoding_start_of_stream = 0;
    rc = fix_encoder(t);
done:
    Py_DECREF(codec);
    return rc;
}

static int
text_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "buffer", "encoding", "errors", "newline", "line_buffering", "write_through", NULL };
    struct text *t = TEXT(self);
    PyObject *v[6], *encoding, *errors, *newline;
    int line_buffering = 0, write_through = 0;
    t->ok = t->detached = 0;
    t->state = IO_STATE(self);
    if (t->state == NULL
        || io_unpack("TextIOWrapper", &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), kwargs, NULL, names, 1, 6, v, 6) < 0
        || io_str_or_none("TextIOWrapper", "encoding", v[1], &encoding) < 0
        || io_str_or_none("TextIOWrapper", "errors", v[2], &errors) < 0
        || io_str_or_none("TextIOWrapper", "newline", v[3], &newline) < 0
        || (v[4] != NULL && (line_buffering = PyObject_IsTrue(v[4])) < 0)
        || (v[5] != NULL && (write_through = PyObject_IsTrue(v[5])) < 0))
        return -1;
    Py_CLEAR(t->encoder);
    Py_CLEAR(t->decoder);
    Py_CLEAR(t->decoded_chars);
    Py_CLEAR(t->pending);
    Py_CLEAR(t->snapshot);
    t->decoded_chars_used = 0;
    t->pending_count = 0;
    t->encodefunc = NULL;
    t->b2cratio = 0.0;
    t->chunk_size = CHUNK_SIZE;
    t->line_buffering = (char)line_buffering;
    t->write_through = (char)write_through;
    if (construct(t, v[0], encoding, errors, newline) < 0)
        return -1;
    t->ok = 1;
    return 0;
}

/* ---- reconfigure() ---- */

/* Changes encoding, errors, newline; NULL keeps, except newline which counts if `newline_given`. */
static int
change_encoding(struct text *t, PyObject *encoding, PyObject *errors, bool newline_given)
{
    if (encoding == NULL && errors == NULL && !newline_given)
        return 0;
    PyObject *chosen = encoding == NULL ? Py_NewRef(t->encoding) : choose_encoding(encoding);
    if (chosen == NULL)
        return -1;
    PyObject *handler = errors != NULL ? Py_NewRef(errors)
        : encoding != NULL ? PyUnicode_FromString("strict") : Py_NewRef(t->errors);
    const char *name = PyUnicode_AsUTF8(chosen), *errs = utf8_or_null(handler);
    PyObject *codec = name == NULL || errs == NULL ? NULL : _PyCodec_LookupTextEncoding(name, "codecs.open()");
    int rc = -1;
    if (codec != NULL && make_decoder(t, codec, errs) == 0 && make_encoder(t, codec, errs) == 0) {
        Py_XSETREF(t->encoding, Py_NewRef(chosen));
        Py_XSETREF(t->errors, Py_NewRef(handler));
        rc = fix_encoder(t);
    }
    Py_XDECREF(codec);
    Py_XDECREF(handler);
    Py_DECREF(chosen);
    return rc;
}

/* A truth value or None for "as it is": 0 or -1. */
static int
optional_flag(PyObject *arg, char *flag)
{
    if (arg == NULL || arg == Py_None)
        return 0;
    long v = PyLong_AsLong(arg);
    if (v == -1 && PyErr_Occurred())
        return -1;
    *flag = v != 0;
    return 0;
}

/* As io_str_or_none(), but a NUL may be inside: the lookup of the name will fail. */
static int
name_or_none(const char *argname, PyObject *arg, PyObject **out)
{
    *out = NULL;
    if (arg == NULL || PyUnicode_Check(arg)) {
        *out = arg;
        return arg == NULL || PyUnicode_AsUTF8AndSize(arg, NULL) != NULL ? 0 : -1;
    }
    return io_str_or_none("reconfigure", argname, arg, out);
}

static PyObject *
text_reconfigure(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "encoding", "errors", "newline", "line_buffering", "write_through", NULL };
    struct text *t = TEXT(self);
    PyObject *v[5], *encoding, *errors, *newline;
    if (io_unpack("reconfigure", args, nargs, NULL, kwnames, names, 0, 0, v, 5) < 0
        || text_check_attached(t) < 0
        || name_or_none("encoding", v[0], &encoding) < 0
        || name_or_none("errors", v[1], &errors) < 0
        || io_str_or_none("reconfigure", "newline", v[2], &newline) < 0)
        return NULL;
    bool newline_given = v[2] != NULL;
    if (t->decoded_chars != NULL && (encoding != NULL || errors != NULL || newline_given))
        return io_unsupported(t->state, "It is not possible to set the encoding or newline of stream after the first read");
    if (newline_given && check_newline(utf8_or_null(newline)) < 0)
        return NULL;
    char line_buffering = t->line_buffering, write_through = t->write_through;
    if (optional_flag(v[3], &line_buffering) < 0 || optional_flag(v[4], &write_through) < 0 || text_flush(t) < 0)
        return NULL;
    t->b2cratio = 0;
    if ((newline_given && set_newline(t, utf8_or_null(newline)) < 0)
        || change_encoding(t, encoding, errors, newline_given) < 0)
        return NULL;
    t->line_buffering = line_buffering;
    t->write_through = write_through;
    Py_RETURN_NONE;
}

/* ---- closing ---- */

static PyObject *
text_m_flush(PyObject *self, PyObject *unused)
{
    struct text *t = TEXT(self);
    if (text_check_attached(t) < 0 || text_check_open(t) < 0)
        return NULL;
    t->telling = t->seekable;
    return text_write_pending(t) < 0 ? NULL : io_call(t->buffer, NAME(flush));
}

static PyObject *
text_close(PyObject *self, PyObject *unused)
{
    struct text *t = TEXT(self);
    PyObject *exc = NULL, *result;
    if (text_check_attached(t) < 0)
        return NULL;
    PyObject *closed = text_closed(self, NULL);
    int is_closed = closed == NULL ? -1 : PyObject_IsTrue(closed);
    Py_XDECREF(closed);
    if (is_closed != 0)
        return is_closed < 0 ? NULL : Py_NewRef(Py_None);
    if (t->finalizing) {
        result = io_call1(t->buffer, NAME(_dealloc_warn), self);
        if (result == NULL)
            PyErr_Clear();
        Py_XDECREF(result);
    }
    if (text_flush(t) < 0)
        exc = PyErr_GetRaisedException();
    result = io_call(t->buffer, NAME(close));
    if (exc != NULL) {
        io_chain(exc);
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
text_detach(PyObject *self, PyObject *unused)
{
    struct text *t = TEXT(self);
    if (text_check_attached(t) < 0 || text_flush(t) < 0)
        return NULL;
    PyObject *buffer = t->buffer;
    t->buffer = NULL;
    t->detached = 1;
    return buffer;
}

static PyObject *
text_truncate(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("truncate", nargs, 0, 1) || text_check_attached(TEXT(self)) < 0
        || text_flush(TEXT(self)) < 0)
        return NULL;
    return io_call1(TEXT(self)->buffer, NAME(truncate), nargs > 0 ? args[0] : Py_None);
}

/* ---- to the buffer ---- */

#define FORWARD(name) \
    static PyObject *text_##name(PyObject *self, PyObject *unused) \
    { return text_check_attached(TEXT(self)) < 0 ? NULL : io_call(TEXT(self)->buffer, NAME(name)); }
FORWARD(fileno)
FORWARD(seekable)
FORWARD(readable)
FORWARD(writable)
FORWARD(isatty)

static PyObject *
text_name(PyObject *self, void *unused)
{
    return text_check_attached(TEXT(self)) < 0 ? NULL : PyObject_GetAttr(TEXT(self)->buffer, NAME(name));
}

static PyObject *
text_newlines(PyObject *self, void *unused)
{
    struct text *t = TEXT(self);
    PyObject *newlines;
    if (text_check_attached(t) < 0)
        return NULL;
    if (t->decoder == NULL || PyObject_GetOptionalAttr(t->decoder, NAME(newlines), &newlines) == 0)
        Py_RETURN_NONE;
    return newlines;
}

static PyObject *
text_errors(PyObject *self, void *unused)
{
    return text_check_initialized(TEXT(self)) < 0 ? NULL : Py_NewRef(TEXT(self)->errors);
}

static PyObject *
text_get_chunk_size(PyObject *self, void *unused)
{
    return text_check_attached(TEXT(self)) < 0 ? NULL : PyLong_FromSsize_t(TEXT(self)->chunk_size);
}

static int
text_set_chunk_size(PyObject *self, PyObject *value, void *unused)
{
    if (text_check_attached(TEXT(self)) < 0)
        return -1;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    Py_ssize_t n = PyNumber_AsSsize_t(value, PyExc_ValueError);
    if (n == -1 && PyErr_Occurred())
        return -1;
    if (n <= 0) {
        PyErr_SetString(PyExc_ValueError, "a strictly positive integer is required");
        return -1;
    }
    TEXT(self)->chunk_size = n;
    return 0;
}

/* " label=repr(self.name)" appended to text (stolen); missing attributes add nothing. */
static PyObject *
append_attr(PyObject *text, PyObject *self, PyObject *name, const char *format)
{
    PyObject *value;
    if (text == NULL)
        return NULL;
    if (PyObject_GetOptionalAttr(self, name, &value) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError)) {
            Py_DECREF(text);
            return NULL;
        }
        PyErr_Clear();               /* detached */
    }
    if (value == NULL)
        return text;
    PyObject *more = PyUnicode_FromFormat(format, value);
    Py_DECREF(value);
    if (more == NULL) {
        Py_DECREF(text);
        return NULL;
    }
    PyUnicode_AppendAndDel(&text, more);
    return text;
}

static PyObject *
text_repr(PyObject *self)
{
    struct text *t = TEXT(self);
    if (text_check_initialized(t) < 0)
        return NULL;
    int status = Py_ReprEnter(self);
    if (status != 0) {
        if (status > 0)
            PyErr_Format(PyExc_RuntimeError, "reentrant call inside %.100s.__repr__", Py_TYPE(self)->tp_name);
        return NULL;
    }
    PyObject *text = PyUnicode_FromFormat("<%.100s", Py_TYPE(self)->tp_name);
    text = append_attr(text, self, NAME(name), " name=%R");
    text = append_attr(text, self, NAME(mode), " mode=%R");
    if (text != NULL)
        Py_SETREF(text, PyUnicode_FromFormat("%U encoding=%R>", text, t->encoding));
    Py_ReprLeave(self);
    return text;
}

/* ---- life ---- */

static int
text_clear(PyObject *self)
{
    struct text *t = TEXT(self);
    t->ok = 0;
    Py_CLEAR(t->buffer);
    Py_CLEAR(t->encoding);
    Py_CLEAR(t->encoder);
    Py_CLEAR(t->decoder);
    Py_CLEAR(t->readnl);
    Py_CLEAR(t->errors);
    Py_CLEAR(t->decoded_chars);
    Py_CLEAR(t->pending);
    Py_CLEAR(t->snapshot);
    Py_CLEAR(t->raw);
    Py_CLEAR(t->dict);
    return 0;
}

static int
text_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct text *t = TEXT(self);
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(t->buffer);
    Py_VISIT(t->encoding);
    Py_VISIT(t->encoder);
    Py_VISIT(t->decoder);
    Py_VISIT(t->readnl);
    Py_VISIT(t->errors);
    Py_VISIT(t->decoded_chars);
    Py_VISIT(t->pending);
    Py_VISIT(t->snapshot);
    Py_VISIT(t->raw);
    Py_VISIT(t->dict);
    return 0;
}

static void
text_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    IO_DEALLOC_BEGIN(self, TEXT(self)->finalizing)
    TEXT(self)->ok = 0;
    PyObject_GC_UnTrack(self);
    if (TEXT(self)->weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    text_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

#define DEF(name, fn, flags, sig, ...) {#name, FAST(fn), flags, #name sig "\n--\n\n" __VA_ARGS__}
static PyMethodDef text_methods[] = {
    DEF(detach, text_detach, METH_NOARGS, "($self, /)"),
    DEF(reconfigure, text_reconfigure, METH_FASTCALL | METH_KEYWORDS,
        "($self, /, *, encoding=None, errors=None, newline=None,\n            line_buffering=None, write_through=None)", "Change the settings of the text layer."),
    DEF(write, text_write, METH_O, "($self, text, /)"),
    DEF(read, text_read, METH_FASTCALL, "($self, size=-1, /)"),
    DEF(readline, text_readline, METH_FASTCALL, "($self, size=-1, /)"),
    DEF(flush, text_m_flush, METH_NOARGS, "($self, /)"),
    DEF(close, text_close, METH_NOARGS, "($self, /)"),
    DEF(fileno, text_fileno, METH_NOARGS, "($self, /)"),
    DEF(seekable, text_seekable, METH_NOARGS, "($self, /)"),
    DEF(readable, text_readable, METH_NOARGS, "($self, /)"),
    DEF(writable, text_writable, METH_NOARGS, "($self, /)"),
    DEF(isatty, text_isatty, METH_NOARGS, "($self, /)"),
    DEF(__getstate__, io_cannot_pickle, METH_NOARGS, "($self, /)"),
    DEF(seek, text_seek, METH_FASTCALL, "($self, cookie, whence=os.SEEK_SET, /)", "Set the position."),
    DEF(tell, text_tell, METH_NOARGS, "($self, /)", "The position."),
    DEF(truncate, text_truncate, METH_FASTCALL, "($self, pos=None, /)"),
    {NULL}
};

static PyMemberDef text_members[] = {
    {"encoding", _Py_T_OBJECT, offsetof(struct text, encoding), Py_READONLY},
    {"buffer", _Py_T_OBJECT, offsetof(struct text, buffer), Py_READONLY},
    {"line_buffering", Py_T_BOOL, offsetof(struct text, line_buffering), Py_READONLY},
    {"write_through", Py_T_BOOL, offsetof(struct text, write_through), Py_READONLY},
    {"_finalizing", Py_T_BOOL, offsetof(struct text, finalizing), 0},
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct text, weakreflist), Py_READONLY},
    {"__dictoffset__", Py_T_PYSSIZET, offsetof(struct text, dict), Py_READONLY},
    {NULL}
};

static PyGetSetDef text_getset[] = {
    {"name", text_name}, {"closed", text_closed}, {"newlines", text_newlines}, {"errors", text_errors},
    {"_CHUNK_SIZE", text_get_chunk_size, text_set_chunk_size},
    {NULL}
};

static PyType_Slot text_slots[] = {
    SLOT(Py_tp_dealloc, text_dealloc),
    SLOT(Py_tp_repr, text_repr),
    SLOT(Py_tp_doc, "TextIOWrapper(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, "
                    "write_through=False)\n--\n\nA text stream on top of a buffered binary stream."),
    SLOT(Py_tp_traverse, text_traverse),
    SLOT(Py_tp_clear, text_clear),
    SLOT(Py_tp_iternext, text_next),
    SLOT(Py_tp_methods, text_methods),
    SLOT(Py_tp_members, text_members),
    SLOT(Py_tp_getset, text_getset),
    SLOT(Py_tp_init, text_init),
    {0, NULL}
};

PyType_Spec io_textiowrapper_spec = {
    .name = "_io.TextIOWrapper", .basicsize = sizeof(struct text), .flags = IO_FLAGS, .slots = text_slots,
};
