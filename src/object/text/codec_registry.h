/* object/text/codec_registry.h: finding codecs by name (PyCodec_* are public). */
#ifndef ADDER_OBJECT_TEXT_CODEC_REGISTRY_H
#define ADDER_OBJECT_TEXT_CODEC_REGISTRY_H

#include <Python.h>

#include "base/own.h"

/* Make and free the registry of an interpreter; the other functions make it on demand. 0 or -1. */
int codec_registry_init(PyInterpreterState *interp);
void codec_registry_fini(PyInterpreterState *interp);

/* The 4-tuple of a codec; NULL with LookupError or another exception. */
OWNED PyObject *codec_lookup(const char *encoding);
/* The same for text encodings only; `alternative` is what the message recommends for others. */
OWNED PyObject *codec_lookup_text(const char *encoding, const char *alternative);
/* What a text codec makes of s or of a buffer: any object, which the caller checks. */
OWNED PyObject *codec_encode_text(PyObject *s, const char *encoding, const char *errors);
OWNED PyObject *codec_decode_text(PyObject *buffer, const char *encoding, const char *errors);

/* For modules. */
PyAPI_FUNC(PyObject *) _PyCodec_LookupTextEncoding(const char *encoding, const char *alternative);
PyAPI_FUNC(PyObject *) _PyCodecInfo_GetIncrementalEncoder(PyObject *codec, const char *errors);
PyAPI_FUNC(PyObject *) _PyCodecInfo_GetIncrementalDecoder(PyObject *codec, const char *errors);
PyAPI_FUNC(PyObject *) _PyCodec_Lookup(const char *encoding);

#endif
