/* object/text/codec.h: what the built-in codecs share.
 *
 * A decoder runs its fast loop, and on an undecodable range calls codec_decode_error(), which asks the error
 * handler and writes its replacement; encoders likewise. Handlers may run Python code and may replace the input
 * of a decoder, so no pointer into it survives the call except those that are updated. */
#ifndef ADDER_OBJECT_TEXT_CODEC_H
#define ADDER_OBJECT_TEXT_CODEC_H

#include <Python.h>

#include "base/own.h"

enum codec_errors { CODEC_UNKNOWN, CODEC_STRICT, CODEC_SURROGATEESCAPE, CODEC_REPLACE, CODEC_IGNORE,
                    CODEC_BACKSLASHREPLACE, CODEC_SURROGATEPASS, CODEC_XMLCHARREFREPLACE, CODEC_OTHER };
enum codec_errors codec_errors_kind(const char *errors);
/* True with SystemError if the number of bytes is below zero, a mistake of an extension; with MemoryError if no memory can hold so many. */
bool codec_bad_size(Py_ssize_t n);

/* One running decoder. `start .. end` is the input, `pos` where decoding continues. */
struct codec_decoder {
    const char *encoding, *errors;      /* for the exception and the handler lookup */
    const char *start, *pos, *end;
    enum codec_errors kind;
    PyObject *handler, *exc;            /* made at the first error */
    PyObject *object;                   /* input that a handler has put in place of ours, or NULL */
    bool escape_high_only;              /* surrogateescape by ourselves: bytes are single units */
    _PyUnicodeWriter out;
};
void codec_decoder_init(struct codec_decoder *d, const char *encoding, const char *errors, const char *s, Py_ssize_t n);
/* Reports the bytes s[at .. upto) as undecodable; writes the replacement and moves d->pos. 0 or -1. */
int codec_decode_error(struct codec_decoder *d, const char *at, const char *upto, const char *reason);
/* The result, or NULL with an exception; releases everything either way. */
OWNED PyObject *codec_decoder_finish(struct codec_decoder *d);
PyObject *codec_decoder_abandon(struct codec_decoder *d);           /* always NULL */

/* One running encoder. */
struct codec_encoder {
    const char *encoding, *errors;
    PyObject *str;                      /* borrowed: what is encoded */
    enum codec_errors kind;
    PyObject *handler, *exc;
};
void codec_encoder_init(struct codec_encoder *e, const char *encoding, const char *errors, PyObject *s);
void codec_encoder_release(struct codec_encoder *e);
/* Asks the handler about characters at .. upto. Result: str or bytes replacement, *next where to go on. */
OWNED PyObject *codec_encode_error(struct codec_encoder *e, Py_ssize_t at, Py_ssize_t upto, const char *reason, Py_ssize_t *next);
/* Raises UnicodeEncodeError at once. */
void codec_raise_encode(const char *encoding, PyObject *s, Py_ssize_t at, Py_ssize_t upto, const char *reason);
void codec_raise_decode(const char *encoding, const char *s, Py_ssize_t n, Py_ssize_t at, Py_ssize_t upto, const char *reason);

/* A growing byte buffer that becomes a bytes object. */
struct byte_out { PyObject *obj; char *p, *end; };
int byte_out_init(struct byte_out *b, Py_ssize_t size);
int byte_out_room(struct byte_out *b, Py_ssize_t n);                /* room for n more: 0 or -1 */
int byte_out_write(struct byte_out *b, const void *s, Py_ssize_t n);
OWNED PyObject *byte_out_finish(struct byte_out *b);
void byte_out_drop(struct byte_out *b);

/* The stateful forms behind _codecs: *consumed (may be NULL) is where an incomplete escape starts. */
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeUnicodeEscapeStateful(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeRawUnicodeEscapeStateful(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed);

/* In codec_registry.c: encode or decode through the registry, refusing codecs that are not text encodings
 * (LookupError "'hex' is not a text encoding; use codecs.encode() to handle arbitrary codecs"). */
OWNED PyObject *codec_encode_text(PyObject *object, const char *encoding, const char *errors);
OWNED PyObject *codec_decode_text(PyObject *object, const char *encoding, const char *errors);

/* Lower-cases an encoding name and turns runs of other characters than letters, digits and '.' into '_'. False
 * if it does not fit. */
bool codec_normalize_name(const char *name, char *out, size_t room);

/* UTF-8 of s into a fresh PyMem block (strict; NULL with an exception). */
char *codec_utf8_dup(PyObject *s, Py_ssize_t *size);
/* Decodes valid or invalid UTF-8; consumed may be NULL. */
OWNED PyObject *utf8_decode(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed);
OWNED PyObject *utf8_encode(PyObject *s, const char *errors);

#endif
