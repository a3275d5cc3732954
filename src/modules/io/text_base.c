/* modules/io/text_base.c: _TextIOBase, IncrementalNewlineDecoder, and the search for line ends. */
#include "modules/io/io.h"

#define METHOD3 (METH_METHOD | METH_FASTCALL | METH_KEYWORDS)

/* ---- _TextIOBase ---- */

#define UNSUPPORTED(name) \
    static PyObject *textbase_##name(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) \
    { return io_unsupported(io_state_of(cls), #name); }
UNSUPPORTED(detach)
UNSUPPORTED(read)
UNSUPPORTED(readline)
UNSUPPORTED(write)

static PyObject *
textbase_none(PyObject *self, void *unused)
{
    Py_RETURN_NONE;
}

static PyMethodDef textbase_methods[] = {
    {"detach", FAST(textbase_detach), METHOD3, "detach($self, /)\n--\n\nSeparate the buffer below and return it."},
    {"read", FAST(textbase_read), METHOD3, "read($self, size=-1, /)\n--\n\nRead up to this many characters."},
    {"readline", FAST(textbase_readline), METHOD3, "readline($self, size=-1, /)\n--\n\nRead one line."},
    {"write", FAST(textbase_write), METHOD3, "write($self, s, /)\n--\n\nWrite a string; the result is its length."},
    {NULL}
};

static PyGetSetDef textbase_getset[] = {
    {"encoding", textbase_none, NULL, "name of the encoding"},
    {"newlines", textbase_none, NULL, "the line endings translated so far"},
    {"errors", textbase_none, NULL, "name of the error handler"},
    {NULL}
};

static PyType_Slot textbase_slots[] = {
    SLOT(Py_tp_doc, "Base class of text streams."),
    SLOT(Py_tp_methods, textbase_methods),
    SLOT(Py_tp_getset, textbase_getset),
    {0, NULL}
};

PyType_Spec io_textiobase_spec = { .name = "_io._TextIOBase", .flags = IO_BASE_FLAGS, .slots = textbase_slots };

/* ---- line ends ---- */

static Py_ssize_t
find_char(int kind, const char *s, Py_ssize_t from, Py_ssize_t n, Py_UCS4 c)
{
    if (kind == PyUnicode_1BYTE_KIND) {
        const char *p = from < n ? memchr(s + from, (int)c, n - from) : NULL;
        return p == NULL ? -1 : p - s;
    }
    for (Py_ssize_t i = from; i < n; i++)
        if (PyUnicode_READ(kind, s, i) == c)
            return i;
    return -1;
}

Py_ssize_t
io_find_line_ending(int translated, int universal, PyObject *readnl, int kind, const char *start, const char *end,
                    Py_ssize_t *consumed)
{
    Py_ssize_t n = (end - start) / kind, i;
    *consumed = n;
    if (translated) {
        i = find_char(kind, start, 0, n, '\n');
        return i < 0 ? -1 : i + 1;
    }
    if (universal) {
        for (i = 0; i < n; i++) {
            Py_UCS4 c = PyUnicode_READ(kind, start, i);
            if (c == '\n')
                return i + 1;
            if (c == '\r')
                return i + 1 < n && PyUnicode_READ(kind, start, i + 1) == '\n' ? i + 2 : i + 1;
        }
        return -1;
    }
    Py_ssize_t m = PyUnicode_GET_LENGTH(readnl);
    Py_UCS4 first = PyUnicode_READ_CHAR(readnl, 0);
    for (i = find_char(kind, start, 0, n, first); i >= 0; i = find_char(kind, start, i + 1, n, first)) {
        Py_ssize_t k = 1;
        while (k < m && i + k < n && PyUnicode_READ(kind, start, i + k) == PyUnicode_READ_CHAR(readnl, k))
            k++;
        if (k == m)
            return i + m;
        if (i + k == n) {            /* perhaps the rest comes with the next chunk */
            *consumed = i;
            return -1;
        }
    }
    return -1;
}

/* ---- IncrementalNewlineDecoder ---- */

enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4, SEEN_ALL = 7 };

struct newline_decoder {
    PyObject ob_base;
    PyObject *decoder, *errors;        /* decoder None: input is text already */
    unsigned pendingcr : 1, translate : 1, seennl : 3;
};
#define DECODER(op) ((struct newline_decoder *)(op))

static int
decoder_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "decoder", "translate", "errors", NULL };
    struct newline_decoder *d = DECODER(self);
    PyObject *v[3];
    if (io_unpack("IncrementalNewlineDecoder", &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), kwargs, NULL, names, 2,
                  3, v, 3) < 0)
        return -1;
    int translate = PyObject_IsTrue(v[1]);
    if (translate < 0)
        return -1;
    PyObject *errors = v[2] == NULL ? PyUnicode_FromString("strict") : Py_NewRef(v[2]);
    if (errors == NULL)
        return -1;
    Py_XSETREF(d->errors, errors);
    Py_XSETREF(d->decoder, Py_NewRef(v[0]));
    d->translate = translate;
    d->seennl = 0;
    d->pendingcr = 0;
    return 0;
}

static int
decoder_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(DECODER(self)->decoder);
    Py_VISIT(DECODER(self)->errors);
    return 0;
}

static int
decoder_clear(PyObject *self)
{
    Py_CLEAR(DECODER(self)->decoder);
    Py_CLEAR(DECODER(self)->errors);
    return 0;
}

static void
decoder_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    decoder_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
need_decoder(struct newline_decoder *d)
{
    if (d->errors != NULL)
        return 0;
    PyErr_SetString(PyExc_ValueError, "IncrementalNewlineDecoder.__init__() not called");
    return -1;
}

/* Adds a '\r' in front (text is stolen). */
static PyObject *
with_pending_cr(PyObject *text)
{
    PyObject *cr = PyUnicode_FromOrdinal('\r'), *r = cr == NULL ? NULL : PyUnicode_Concat(cr, text);
    Py_XDECREF(cr);
    Py_DECREF(text);
    return r;
}

/* Which line endings occur; a '\r' at the end counts as one of its own. */
static unsigned
endings_in(PyObject *text)
{
    unsigned seen = 0;
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    if (find_char(kind, data, 0, n, '\r') < 0)
        return find_char(kind, data, 0, n, '\n') < 0 ? 0 : SEEN_LF;
    for (Py_ssize_t i = 0; i < n && seen != SEEN_ALL; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (c == '\n')
            seen |= SEEN_LF;
        else if (c == '\r') {
            bool crlf = i + 1 < n && PyUnicode_READ(kind, data, i + 1) == '\n';
            seen |= crlf ? SEEN_CRLF : SEEN_CR;
            i += crlf;
        }
    }
    return seen;
}

/* text (stolen) with every line ending as '\n'. */
static PyObject *
translate_endings(PyObject *text)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), out = 0;
    if (find_char(kind, data, 0, n, '\r') < 0)
        return text;
    char *translated = n > PY_SSIZE_T_MAX / kind ? NULL : PyMem_Malloc(n * kind);
    if (translated == NULL) {
        Py_DECREF(text);
        return PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (c == '\r') {
            if (i + 1 < n && PyUnicode_READ(kind, data, i + 1) == '\n')
                i++;
            c = '\n';
        }
        PyUnicode_WRITE(kind, translated, out, c);
        out++;
    }
    Py_DECREF(text);
    PyObject *r = PyUnicode_FromKindAndData(kind, translated, out);
    PyMem_Free(translated);
    return r;
}

OWNED PyObject *
io_newline_decode(PyObject *self, PyObject *input, bool final)
{
    struct newline_decoder *d = DECODER(self);
    if (need_decoder(d) < 0)
        return NULL;
    PyObject *text = d->decoder == Py_None
        ? Py_NewRef(input)
        : PyObject_CallMethodObjArgs(d->decoder, NAME(decode), input, final ? Py_True : Py_False, NULL);
    if (text == NULL)
        return NULL;
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "decoder should return a string result, not '%.200s'", Py_TYPE(text)->tp_name);
        Py_DECREF(text);
        return NULL;
    }
    if (d->pendingcr && (final || PyUnicode_GET_LENGTH(text) > 0)) {
        text = with_pending_cr(text);
        if (text == NULL)
            return NULL;
        d->pendingcr = 0;
    }
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    if (!final && n > 0 && PyUnicode_READ_CHAR(text, n - 1) == '\r') {     /* perhaps '\n' follows */
        Py_SETREF(text, PyUnicode_Substring(text, 0, n - 1));
        if (text == NULL)
            return NULL;
        d->pendingcr = 1;
    }
    if (d->seennl != SEEN_ALL || d->translate)
        d->seennl |= endings_in(text);
    return d->translate ? translate_endings(text) : text;
}

static PyObject *
decoder_decode(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "input", "final", NULL };
    PyObject *v[2];
    if (io_unpack("decode", args, nargs, NULL, kwnames, names, 1, 2, v, 2) < 0)
        return NULL;
    int final = v[1] == NULL ? 0 : PyObject_IsTrue(v[1]);
    return final < 0 ? NULL : io_newline_decode(self, v[0], final);
}

static PyObject *
decoder_getstate(PyObject *self, PyObject *unused)
{
    struct newline_decoder *d = DECODER(self);
    PyObject *state = NULL, *buffer;
    unsigned long long flag = 0;
    if (need_decoder(d) < 0)
        return NULL;
    if (d->decoder == Py_None)
        buffer = PyBytes_FromStringAndSize(NULL, 0);
    else {
        state = io_call(d->decoder, NAME(getstate));
        if (state == NULL)
            return NULL;
        if (!PyTuple_Check(state)) {
            PyErr_SetString(PyExc_TypeError, "illegal decoder state");
            Py_DECREF(state);
            return NULL;
        }
        if (!PyArg_ParseTuple(state, "OK;illegal decoder state", &buffer, &flag)) {
            Py_DECREF(state);
            return NULL;
        }
        Py_INCREF(buffer);
    }
    flag = flag << 1 | d->pendingcr;
    Py_XDECREF(state);
    return Py_BuildValue("NK", buffer, flag);
}

static PyObject *
decoder_setstate(PyObject *self, PyObject *state)
{
    struct newline_decoder *d = DECODER(self);
    PyObject *buffer;
    unsigned long long flag;
    if (need_decoder(d) < 0)
        return NULL;
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state argument must be a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "OK;setstate(): illegal state argument", &buffer, &flag))
        return NULL;
    d->pendingcr = (int)(flag & 1);
    if (d->decoder == Py_None)
        Py_RETURN_NONE;
    return PyObject_CallMethod(d->decoder, "setstate", "((OK))", buffer, flag >> 1);
}

static PyObject *
decoder_reset(PyObject *self, PyObject *unused)
{
    struct newline_decoder *d = DECODER(self);
    if (need_decoder(d) < 0)
        return NULL;
    d->seennl = 0;
    d->pendingcr = 0;
    return d->decoder == Py_None ? Py_NewRef(Py_None) : io_call(d->decoder, NAME(reset));
}

static PyObject *
decoder_newlines(PyObject *self, void *unused)
{
    struct newline_decoder *d = DECODER(self);
    if (need_decoder(d) < 0)
        return NULL;
    switch (d->seennl) {
    case SEEN_CR: return PyUnicode_FromString("\r");
    case SEEN_LF: return PyUnicode_FromString("\n");
    case SEEN_CRLF: return PyUnicode_FromString("\r\n");
    case SEEN_CR | SEEN_LF: return Py_BuildValue("ss", "\r", "\n");
    case SEEN_CR | SEEN_CRLF: return Py_BuildValue("ss", "\r", "\r\n");
    case SEEN_LF | SEEN_CRLF: return Py_BuildValue("ss", "\n", "\r\n");
    case SEEN_ALL: return Py_BuildValue("sss", "\r", "\n", "\r\n");
    default: Py_RETURN_NONE;
    }
}

static PyMethodDef decoder_methods[] = {
    {"decode", FAST(decoder_decode), METH_FASTCALL | METH_KEYWORDS, "decode($self, /, input, final=False)\n--\n\n"},
    {"getstate", decoder_getstate, METH_NOARGS, "getstate($self, /)\n--\n\n"},
    {"setstate", decoder_setstate, METH_O, "setstate($self, state, /)\n--\n\n"},
    {"reset", decoder_reset, METH_NOARGS, "reset($self, /)\n--\n\n"},
    {NULL}
};

static PyGetSetDef decoder_getset[] = { {"newlines", decoder_newlines}, {NULL} };

static PyType_Slot decoder_slots[] = {
    SLOT(Py_tp_dealloc, decoder_dealloc),
    SLOT(Py_tp_doc, "IncrementalNewlineDecoder(decoder, translate, errors='strict')\n--\n\n"
                    "Decodes as another decoder does, and notices or translates line endings."),
    SLOT(Py_tp_traverse, decoder_traverse),
    SLOT(Py_tp_clear, decoder_clear),
    SLOT(Py_tp_methods, decoder_methods),
    SLOT(Py_tp_getset, decoder_getset),
    SLOT(Py_tp_init, decoder_init),
    {0, NULL}
};

PyType_Spec io_newline_decoder_spec = {
    .name = "_io.IncrementalNewlineDecoder", .basicsize = sizeof(struct newline_decoder), .flags = IO_FLAGS,
    .slots = decoder_slots,
};
