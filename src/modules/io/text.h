/* modules/io/text.h: the state of TextIOWrapper.
 *
 * Reading: chunks of bytes go through the decoder into decoded_chars, of which the first decoded_chars_used have been
 * given out. snapshot = (decoder flags, bytes) from before the last chunk: from it tell() finds the position of any
 * character by decoding again. Writing: encoded text gathers in pending until a chunk is full. */
#ifndef ADDER_MODULES_IO_TEXT_H
#define ADDER_MODULES_IO_TEXT_H

#include "modules/io/io.h"

struct text;
typedef PyObject *(*text_encoder)(struct text *t, PyObject *text);

struct text {
    PyObject ob_base;
    int ok, detached;
    Py_ssize_t chunk_size;
    PyObject *buffer, *encoding, *encoder, *decoder, *readnl, *errors;
    const char *writenl;               /* what '\n' becomes, NULL: itself */
    char line_buffering, write_through, readuniversal, readtranslate, writetranslate, seekable, has_read1, telling;
    char finalizing;
    text_encoder encodefunc;           /* short way around the encoder, or NULL */
    char encoding_start_of_stream;     /* the next encoded text begins with a byte order mark */
    PyObject *decoded_chars;           /* str or NULL */
    Py_ssize_t decoded_chars_used;
    PyObject *pending;                 /* list of bytes and ASCII str, or NULL */
    Py_ssize_t pending_count;          /* bytes in it */
    PyObject *snapshot;
    double b2cratio;                   /* bytes per character of the last chunk */
    PyObject *raw;                     /* the FileIO below, if all layers are exactly ours */
    PyObject *weakreflist, *dict;
    struct io_state *state;
};
#define TEXT(op) ((struct text *)(op))

/* 0, or -1 with ValueError. */
int text_check_initialized(struct text *t);
int text_check_attached(struct text *t);
int text_check_open(struct text *t);
/* Writes out what is pending: 0 or -1. */
int text_write_pending(struct text *t);
/* text is stolen, NULL allowed. */
void text_set_decoded(struct text *t, PyObject *text);
/* The decoder's answer, checked to be str. */
OWNED PyObject *text_decode(struct text *t, PyObject *input, bool final);
/* (bytes (borrowed from *state), flags) of the decoder: *state is a new reference. 0 or -1. */
int text_decoder_state(struct text *t, PyObject **state, PyObject **bytes, int *flags);
/* The encoder is at the start of the stream, or not. 0 or -1. */
int text_reset_encoder(struct text *t, bool start_of_stream);
/* Method flush() of the object, result dropped. 0 or -1. */
int text_flush(struct text *t);
text_encoder text_fast_encoder(const char *codec_name);

PyObject *text_read(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *text_readline(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *text_next(PyObject *self);
PyObject *text_write(PyObject *self, PyObject *arg);
PyObject *text_seek(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *text_tell(PyObject *self, PyObject *unused);

#endif
