/* modules/io/module.c: module _io: its types, its state, and helpers of all its files. */
#include "modules/io/io.h"

#include <errno.h>

#include "modules/io/buffered.h"
#include "modules/io/text.h"
#include "rt/hooks.h"

PyObject *io_names[IO_NAME_COUNT];

struct io_state *
io_state_of(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &io_module);
    return module == NULL ? NULL : PyModule_GetState(module);
}

/* ---- the end of the process ---- */

/* Nothing that close() or flush() might be called through; the standard streams have a name or a mode. */
static bool
has_plain_dict(PyObject *dict)
{
    PyObject *key;
    Py_ssize_t i = 0;
    while (dict != NULL && PyDict_Next(dict, &i, &key, NULL))
        if (key != NAME(name) && key != NAME(mode))
            return false;
    return true;
}

/* Closing it now would do nothing that can be seen. Of streams that are exactly ours only; others may override anything. */
static bool
is_idle(struct io_state *s, PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    if (t == s->fileio)
        return io_fileio_idle(op) && has_plain_dict(*_PyObject_GetDictPtr(op));
    if (t == s->bytesio || t == s->stringio)
        return has_plain_dict(*_PyObject_GetDictPtr(op));
    if (t == s->reader || t == s->writer || t == s->random) {
        const struct buffered *b = BUFFERED(op);
        bool written = !b->writable || b->write_end == -1 || b->write_pos >= b->write_end;
        return b->ok && !b->detached && written && has_plain_dict(b->dict) && is_idle(s, b->raw);
    }
    if (t == s->textiowrapper) {
        const struct text *x = TEXT(op);
        return x->ok && !x->detached && x->pending == NULL && has_plain_dict(x->dict) && is_idle(s, x->buffer);
    }
    return false;
}

static bool
ends_silently(PyObject *op)
{
    if (Py_TYPE(op)->tp_finalize != iobase_finalize)
        return false;
    struct io_state *s = IO_STATE(op);
    return s != NULL && is_idle(s, op);
}

/* ---- helpers ---- */

int
io_trap_eintr(void)
{
    if (!PyErr_ExceptionMatches(PyExc_OSError))
        return 0;
    PyObject *exc = PyErr_GetRaisedException();
    PyOSErrorObject *e = (PyOSErrorObject *)exc;
    int overflow;
    long code = e->myerrno != NULL && PyLong_Check(e->myerrno) ? PyLong_AsLongAndOverflow(e->myerrno, &overflow) : 0;
    if (code == EINTR) {
        Py_DECREF(exc);
        return 1;
    }
    PyErr_SetRaisedException(exc);
    return 0;
}

PyObject *
io_unsupported(struct io_state *state, const char *text)
{
    PyErr_SetString(state->unsupported, text);
    return NULL;
}

int
io_size_arg(PyObject *arg, Py_ssize_t *out)
{
    if (arg == NULL || arg == Py_None)
        return 0;
    if (!PyIndex_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "argument should be integer or None, not '%.200s'", Py_TYPE(arg)->tp_name);
        return -1;
    }
    Py_ssize_t n = PyNumber_AsSsize_t(arg, PyExc_OverflowError);
    if (n == -1 && PyErr_Occurred())
        return -1;
    *out = n;
    return 0;
}

int
io_one_size(const char *name, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t *out)
{
    return !_PyArg_CheckPositional(name, nargs, 0, 1) || (nargs > 0 && io_size_arg(args[0], out) < 0) ? -1 : 0;
}

int
io_state_position(PyObject *item, const char *complaint, Py_ssize_t *out)
{
    if (!PyLong_Check(item)) {
        PyErr_Format(PyExc_TypeError, complaint, Py_TYPE(item)->tp_name);
        return -1;
    }
    Py_ssize_t pos = PyLong_AsSsize_t(item);
    if (pos == -1 && PyErr_Occurred())
        return -1;
    if (pos < 0) {
        PyErr_SetString(PyExc_ValueError, "position value cannot be negative");
        return -1;
    }
    *out = pos;
    return 0;
}

int
io_state_dict(PyObject *item, const char *which, PyObject **slot)
{
    if (item == Py_None)
        return 0;
    if (!PyDict_Check(item)) {
        PyErr_Format(PyExc_TypeError, "%s item of state should be a dict, got a %.200s", which, Py_TYPE(item)->tp_name);
        return -1;
    }
    if (*slot != NULL)
        return PyDict_Update(*slot, item);
    *slot = Py_NewRef(item);
    return 0;
}

off_t
io_as_off(PyObject *arg, PyObject *error)
{
    PyObject *index = PyNumber_Index(arg);
    if (index == NULL)
        return -1;
    long long n = PyLong_AsLongLong(index);
    Py_DECREF(index);
    if (n == -1 && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_OverflowError)) {
        PyErr_Clear();
        PyErr_Format(error, "cannot fit '%.200s' into an offset-sized integer", Py_TYPE(arg)->tp_name);
    }
    return n;
}

PyObject *
io_cannot_pickle(PyObject *self, PyObject *unused)
{
    const char *dot = strrchr(Py_TYPE(self)->tp_name, '.');
    PyErr_Format(PyExc_TypeError, "cannot pickle '%.100s' instances", dot == NULL ? Py_TYPE(self)->tp_name : dot + 1);
    return NULL;
}

void
io_chain(PyObject *exc)
{
    if (exc != NULL)
        _PyErr_ChainExceptions1(exc);
}

int
io_str_or_none(const char *fname, const char *argname, PyObject *arg, PyObject **out)
{
    char where[64];
    *out = NULL;
    if (arg == NULL || arg == Py_None)
        return 0;
    if (!PyUnicode_Check(arg)) {
        PyOS_snprintf(where, sizeof(where), "argument '%s'", argname);
        _PyArg_BadArgument(fname, where, "str or None", arg);
        return -1;
    }
    Py_ssize_t n;
    const char *s = PyUnicode_AsUTF8AndSize(arg, &n);
    if (s == NULL)
        return -1;
    if (strlen(s) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return -1;
    }
    *out = arg;
    return 0;
}

int
io_unpack(const char *fname, PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject *kwnames,
          const char *const *names, int min, int max_positional, PyObject **buf, int n)
{
    PyAPI_FUNC(PyObject *const *) _PyArg_UnpackKeywords(PyObject *const *, Py_ssize_t, PyObject *, PyObject *,
                                                        struct _PyArg_Parser *, int, int, int, PyObject **);
    struct _PyArg_Parser parser = { .keywords = names, .fname = fname };
    for (int i = 0; i < n; i++)
        buf[i] = NULL;
    PyObject *const *got = _PyArg_UnpackKeywords(args, nargs, kwargs, kwnames, &parser, min, max_positional, 0, buf);
    if (got == NULL)
        return -1;
    if (got != buf)
        for (int i = 0; i < nargs; i++)
            buf[i] = got[i];
    return 0;
}

/* ---- module ---- */

static int
make_type(PyObject *module, PyTypeObject **out, PyType_Spec *spec, PyTypeObject *base)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, (PyObject *)base);
    return *out == NULL ? -1 : PyModule_AddType(module, *out);
}

static int
make_types(PyObject *m, struct io_state *s)
{
    if (make_type(m, &s->iobase, &io_iobase_spec, NULL) < 0
        || make_type(m, &s->textiobase, &io_textiobase_spec, s->iobase) < 0
        || make_type(m, &s->bufferediobase, &io_bufferediobase_spec, s->iobase) < 0
        || make_type(m, &s->rawiobase, &io_rawiobase_spec, s->iobase) < 0
        || make_type(m, &s->bytesio, &io_bytesio_spec, s->bufferediobase) < 0
        || make_type(m, &s->writer, &io_writer_spec, s->bufferediobase) < 0
        || make_type(m, &s->reader, &io_reader_spec, s->bufferediobase) < 0
        || make_type(m, &s->rwpair, &io_rwpair_spec, s->bufferediobase) < 0
        || make_type(m, &s->random, &io_random_spec, s->bufferediobase) < 0
        || make_type(m, &s->fileio, &io_fileio_spec, s->rawiobase) < 0
        || make_type(m, &s->stringio, &io_stringio_spec, s->textiobase) < 0
        || make_type(m, &s->textiowrapper, &io_textiowrapper_spec, s->textiobase) < 0
        || make_type(m, &s->bytesio_buffer, &io_bytesio_buffer_spec, NULL) < 0
        || make_type(m, &s->newline_decoder, &io_newline_decoder_spec, NULL) < 0)
        return -1;
    return 0;
}

static int
make_unsupported(PyObject *m, struct io_state *s)
{
    s->unsupported = PyObject_CallFunction((PyObject *)&PyType_Type, "s(OO){}", "UnsupportedOperation", PyExc_OSError,
                                           PyExc_ValueError);
    PyObject *name = s->unsupported == NULL ? NULL : PyUnicode_InternFromString("io");
    int rc = name == NULL ? -1 : PyObject_SetAttrString(s->unsupported, "__module__", name);
    Py_XDECREF(name);
    return rc < 0 ? -1 : PyModule_AddObjectRef(m, "UnsupportedOperation", s->unsupported);
}

static int
io_exec(PyObject *m)
{
    rt_hooks.ends_silently = ends_silently;
    static const char *const texts[] = {
#define X(name) #name,
        IO_NAMES(X)
#undef X
    };
    struct io_state *s = PyModule_GetState(m);
    for (int i = 0; i < IO_NAME_COUNT; i++)
        if (io_names[i] == NULL && (io_names[i] = PyUnicode_InternFromString(texts[i])) == NULL)
            return -1;
    if (PyModule_AddIntConstant(m, "DEFAULT_BUFFER_SIZE", IO_BUFFER_SIZE) < 0 || make_unsupported(m, s) < 0
        || PyModule_AddObjectRef(m, "BlockingIOError", PyExc_BlockingIOError) < 0)
        return -1;
    return make_types(m, s);
}

#define STATE_FIELDS(X) \
    X(iobase) X(rawiobase) X(bufferediobase) X(textiobase) X(fileio) X(bytesio) X(bytesio_buffer) X(stringio) \
    X(reader) X(writer) X(rwpair) X(random) X(textiowrapper) X(newline_decoder) X(unsupported)

static int
io_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct io_state *s = PyModule_GetState(m);
#define X(field) Py_VISIT(s->field);
    STATE_FIELDS(X)
#undef X
    return 0;
}

static int
io_clear(PyObject *m)
{
    struct io_state *s = PyModule_GetState(m);
#define X(field) Py_CLEAR(s->field);
    STATE_FIELDS(X)
#undef X
    return 0;
}

static void
io_free(void *m)
{
    io_clear(m);
}

static PyMethodDef io_methods[] = {
    {"open", FAST(io_open), METH_FASTCALL | METH_KEYWORDS,
     "open($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, "
     "opener=None)\n--\n\nOpen a file as a stream of text or bytes."},
    {"text_encoding", FAST(io_text_encoding), METH_FASTCALL,
     "text_encoding($module, encoding, stacklevel=2, /)\n--\n\nThe encoding to use when the caller of a function gave this one."},
    {"open_code", FAST(io_open_code), METH_FASTCALL | METH_KEYWORDS,
     "open_code($module, /, path)\n--\n\nOpen a file whose content will be run."},
    {NULL}
};

static PyModuleDef_Slot io_slots[] = {
    SLOT(Py_mod_exec, io_exec),
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL}
};

struct PyModuleDef io_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_io",
    .m_doc = "Streams of bytes and text: raw files, buffers around them, text around buffers, and streams in memory.",
    .m_size = sizeof(struct io_state),
    .m_methods = io_methods,
    .m_traverse = io_traverse,
    .m_clear = io_clear,
    .m_free = io_free,
    .m_slots = io_slots,
};

PyMODINIT_FUNC
PyInit__io(void)
{
    return PyModuleDef_Init(&io_module);
}
