/* modules/io/io.h: what the files of module _io share.
 *
 * Streams call each other by method name, since any of them may be a Python subclass; where a stream is exactly one
 * of our own types, shorter ways are taken. */
#ifndef ADDER_MODULES_IO_IO_H
#define ADDER_MODULES_IO_IO_H

#include <Python.h>

#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

#include "base/own.h"

#define IO_BUFFER_SIZE (8 * 1024)

/* ---- state ---- */

struct io_state {
    PyTypeObject *iobase, *rawiobase, *bufferediobase, *textiobase;
    PyTypeObject *fileio, *bytesio, *bytesio_buffer, *stringio;
    PyTypeObject *reader, *writer, *rwpair, *random;
    PyTypeObject *textiowrapper, *newline_decoder;
    PyObject *unsupported;             /* io.UnsupportedOperation */
};

extern struct PyModuleDef io_module;
/* The state of the module that defined the type or one of its bases. */
struct io_state *io_state_of(PyTypeObject *type);
#define IO_STATE(self) io_state_of(Py_TYPE(self))

/* ---- names ---- */

#define IO_NAMES(X) \
    X(close) X(closed) X(decode) X(encode) X(fileno) X(flush) X(getpreferredencoding) X(getstate) X(isatty) \
    X(mode) X(name) X(newlines) X(peek) X(raw) X(read) X(read1) X(readable) X(readall) X(readinto) X(readinto1) \
    X(readline) X(readlines) X(replace) X(reset) X(seek) X(seekable) X(setstate) X(tell) X(truncate) X(writable) \
    X(write) X(_dealloc_warn) X(_finalizing) X(__IOBase_closed) X(_blksize) X(errors) X(encoding) X(_checkClosed)
enum {
#define X(name) IO_NAME_##name,
    IO_NAMES(X)
#undef X
    IO_NAME_COUNT
};
extern PyObject *io_names[IO_NAME_COUNT];
#define NAME(name) io_names[IO_NAME_##name]

/* ---- small helpers ---- */

static inline OWNED PyObject *io_call(PyObject *self, PyObject *method) { return PyObject_CallMethodNoArgs(self, method); }
static inline OWNED PyObject *io_call1(PyObject *self, PyObject *method, PyObject *arg) { return PyObject_CallMethodOneArg(self, method, arg); }

/* The current exception is an interrupted call: clear it and say so. */
int io_trap_eintr(void);
/* Raises UnsupportedOperation(text). Always NULL. */
PyObject *io_unsupported(struct io_state *state, const char *text);
/* Optional size arguments: None or absent leaves *out alone. 0 or -1. */
int io_size_arg(PyObject *arg, Py_ssize_t *out);
/* The same for a FASTCALL method whose only argument it is. */
int io_one_size(const char *name, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t *out);
/* Parts of a pickled state: a position (not negative), with the message for what is no int; and a dict that goes into *slot (None does
 * nothing). 0 or -1. */
int io_state_position(PyObject *item, const char *complaint, Py_ssize_t *out);
int io_state_dict(PyObject *item, const char *which, PyObject **slot);
/* A file offset. -1 with an exception (of type `error`, when it does not fit). */
off_t io_as_off(PyObject *arg, PyObject *error);
#define io_from_off(n) PyLong_FromLongLong(n)
/* Method __getstate__ that refuses. */
PyObject *io_cannot_pickle(PyObject *self, PyObject *unused);
/* Makes `exc` (stolen, may be NULL) the context of the current exception or the current one. */
void io_chain(PyObject *exc);
/* A string argument, or None: 0 and the str (NULL for None), or -1 with TypeError. */
int io_str_or_none(const char *fname, const char *argname, PyObject *arg, PyObject **out);
/* Keyword arguments of FASTCALL methods and of __init__ by name, as in PyArg_*. 0 or -1. */
int io_unpack(const char *fname, PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject *kwnames,
              const char *const *names, int min, int max_positional, PyObject **buf, int n);

PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);
PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

/* ---- iobase ---- */

struct io_base { PyObject ob_base; PyObject *dict, *weakreflist; };

/* self's class says it may: self, or NULL with UnsupportedOperation. Borrowed. */
PyObject *io_check_readable(struct io_state *state, PyObject *self);
PyObject *io_check_writable(struct io_state *state, PyObject *self);
PyObject *io_check_seekable(struct io_state *state, PyObject *self);
/* 0, or -1 with ValueError when self.closed. */
int io_check_closed(PyObject *self);
/* Runs the finalizer from tp_dealloc: -1 when the object is alive again, and tp_dealloc must return. */
int io_finalize(PyObject *self);
/* Common ends of tp_dealloc. */
#define IO_DEALLOC_BEGIN(self, flag) \
    (flag) = 1; \
    if (io_finalize(self) < 0) \
        return;

void iobase_finalize(PyObject *self);

/* ---- others ---- */

OWNED PyObject *io_fileio_close(PyObject *self);
int io_fileio_closed(PyObject *self);
bool io_fileio_idle(PyObject *self);     /* closing it would do nothing */
/* newline decoder: translated text, or NULL. */
OWNED PyObject *io_newline_decode(PyObject *decoder, PyObject *input, bool final);
/* End of the first line in the characters start .. end, by the newline mode: the index behind it, or -1; then *consumed
 * says how far was searched. */
Py_ssize_t io_find_line_ending(int translated, int universal, PyObject *readnl, int kind, const char *start,
                               const char *end, Py_ssize_t *consumed);
/* The encoding that the locale asks for: 0 or -1. In UTF-8 mode that is UTF-8. */
int io_locale_encoding(PyObject **out);
bool io_utf8_mode(void);

/* Specs, in the order of their bases. */
extern PyType_Spec io_iobase_spec, io_rawiobase_spec, io_bufferediobase_spec, io_textiobase_spec, io_fileio_spec,
    io_bytesio_spec, io_bytesio_buffer_spec, io_stringio_spec, io_reader_spec, io_writer_spec, io_rwpair_spec,
    io_random_spec, io_textiowrapper_spec, io_newline_decoder_spec;

PyObject *io_open(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *io_open_code(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *io_text_encoding(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

#define SLOT(id, fn) {id, (void *)(fn)}
#define FAST(fn) _PyCFunction_CAST(fn)
#define IO_BASE_FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE)   /* collected as the base is */
#define IO_FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE)

#endif
