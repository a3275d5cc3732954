/* object/text/codec_registry.c: finding codecs and error handlers by name.
 *
 * Search functions turn a normalized name into a 4-tuple (encode, decode, stream reader, stream writer); answers are
 * cached. The first lookup imports `encodings`, whose search function finds the standard ones. */
#include "object/text/codec_registry.h"

#include <string.h>

#include "object/core/err.h"
#include "object/text/codec.h"
#include "object/text/codec_handlers.h"
#include "rt/hooks.h"
#include "rt/interp.h"

static struct rt_codecs *
state(void)
{
    return &interp_current()->codecs;
}

int
codec_registry_init(PyInterpreterState *interp)
{
    struct rt_codecs *c = &interp->codecs;
    if (c->search_path != NULL)
        return 0;
    c->search_path = PyList_New(0);
    c->search_cache = PyDict_New();
    c->error_registry = PyDict_New();
    if (c->search_path == NULL || c->search_cache == NULL || c->error_registry == NULL)
        return -1;
    return codec_handlers_register(c->error_registry);
}

void
codec_registry_fini(PyInterpreterState *interp)
{
    struct rt_codecs *c = &interp->codecs;
    Py_CLEAR(c->search_path);
    Py_CLEAR(c->search_cache);
    Py_CLEAR(c->error_registry);
    c->initialized = 0;
}

/* The lists exist and `encodings` is imported: 0 or -1. */
static int
need_encodings(void)
{
    PyInterpreterState *interp = interp_current();
    if (codec_registry_init(interp) < 0)
        return -1;
    if (interp->codecs.initialized)
        return 0;
    interp->codecs.initialized = 1;        /* the import looks codecs up itself */
    PyObject *name = PyUnicode_InternFromString("encodings"), *module = NULL;
    if (name != NULL && rt_hooks.import_module != NULL)
        module = rt_hooks.import_module(name);
    else if (name != NULL)
        PyErr_SetString(PyExc_LookupError, "no codec search functions registered: can't find encoding");
    Py_XDECREF(name);
    if (module == NULL) {
        interp->codecs.initialized = 0;
        return -1;
    }
    Py_DECREF(module);
    return 0;
}

int
PyCodec_Register(PyObject *search_function)
{
    if (codec_registry_init(interp_current()) < 0)
        return -1;
    if (search_function == NULL) {
        PyErr_BadArgument();
        return -1;
    }
    if (!PyCallable_Check(search_function)) {
        PyErr_SetString(PyExc_TypeError, "argument must be callable");
        return -1;
    }
    return PyList_Append(state()->search_path, search_function);
}

int
PyCodec_Unregister(PyObject *search_function)
{
    struct rt_codecs *c = state();
    if (c->search_path == NULL)
        return 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(c->search_path); i++)
        if (PyList_GET_ITEM(c->search_path, i) == search_function) {
            PyDict_Clear(c->search_cache);
            return PyList_SetSlice(c->search_path, i, i + 1, NULL);
        }
    return 0;
}

static OWNED PyObject *
normalized_name(const char *encoding)
{
    size_t n = strlen(encoding);
    char *name = PyMem_Malloc(n + 1);
    if (name == NULL)
        return PyErr_NoMemory();
    PyObject *result;
    if (codec_normalize_name(encoding, name, n + 1))
        result = PyUnicode_FromString(name);
    else
        result = PyUnicode_FromString(encoding);
    PyMem_Free(name);
    if (result != NULL)
        PyUnicode_InternInPlace(&result);
    return result;
}

/* Asks the search functions one after the other. */
static OWNED PyObject *
search(PyObject *name, const char *encoding)
{
    PyObject *path = state()->search_path;
    if (PyList_GET_SIZE(path) == 0) {
        PyErr_SetString(PyExc_LookupError, "no codec search functions registered: can't find encoding");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(path); i++) {
        PyObject *function = Py_NewRef(PyList_GET_ITEM(path, i));
        PyObject *found = PyObject_CallOneArg(function, name);
        Py_DECREF(function);
        if (found == NULL)
            return NULL;
        if (found == Py_None) {
            Py_DECREF(found);
            continue;
        }
        if (!PyTuple_Check(found) || PyTuple_GET_SIZE(found) != 4) {
            PyErr_SetString(PyExc_TypeError, "codec search functions must return 4-tuples");
            Py_CLEAR(found);
        }
        return found;
    }
    PyErr_Format(PyExc_LookupError, "unknown encoding: %s", encoding);
    return NULL;
}

OWNED PyObject *
codec_lookup(const char *encoding)
{
    if (encoding == NULL) {
        PyErr_BadArgument();
        return NULL;
    }
    if (need_encodings() < 0)
        return NULL;
    PyObject *name = normalized_name(encoding), *codec;
    if (name == NULL)
        return NULL;
    if (PyDict_GetItemRef(state()->search_cache, name, &codec) == 0) {
        codec = search(name, encoding);
        if (codec != NULL && PyDict_SetItem(state()->search_cache, name, codec) < 0)
            Py_CLEAR(codec);
    }
    Py_DECREF(name);
    return codec;
}

int
PyCodec_KnownEncoding(const char *encoding)
{
    PyObject *codec = codec_lookup(encoding);
    if (codec == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(codec);
    return 1;
}

/* ---- parts of a codec ---- */

enum part { ENCODE, DECODE, READER, WRITER };

static OWNED PyObject *
codec_part(const char *encoding, enum part part)
{
    PyObject *codec = codec_lookup(encoding);
    if (codec == NULL)
        return NULL;
    PyObject *item = Py_NewRef(PyTuple_GET_ITEM(codec, part));
    Py_DECREF(codec);
    return item;
}

PyObject *PyCodec_Encoder(const char *encoding) { return codec_part(encoding, ENCODE); }
PyObject *PyCodec_Decoder(const char *encoding) { return codec_part(encoding, DECODE); }

static OWNED PyObject *
make_stream(const char *encoding, PyObject *stream, const char *errors, enum part part)
{
    PyObject *factory = codec_part(encoding, part);
    if (factory == NULL)
        return NULL;
    PyObject *result = errors != NULL ? PyObject_CallFunction(factory, "Os", stream, errors)
                                      : PyObject_CallOneArg(factory, stream);
    Py_DECREF(factory);
    return result;
}

PyObject *
PyCodec_StreamReader(const char *encoding, PyObject *stream, const char *errors)
{
    return make_stream(encoding, stream, errors, READER);
}

PyObject *
PyCodec_StreamWriter(const char *encoding, PyObject *stream, const char *errors)
{
    return make_stream(encoding, stream, errors, WRITER);
}

static OWNED PyObject *
make_incremental(PyObject *codec, const char *errors, const char *attribute)
{
    PyObject *factory = PyObject_GetAttrString(codec, attribute);
    if (factory == NULL)
        return NULL;
    PyObject *result = errors != NULL ? PyObject_CallFunction(factory, "s", errors) : PyObject_CallNoArgs(factory);
    Py_DECREF(factory);
    return result;
}

static OWNED PyObject *
find_incremental(const char *encoding, const char *errors, const char *attribute)
{
    PyObject *codec = codec_lookup(encoding);
    if (codec == NULL)
        return NULL;
    PyObject *result = make_incremental(codec, errors, attribute);
    Py_DECREF(codec);
    return result;
}

PyObject *
PyCodec_IncrementalEncoder(const char *encoding, const char *errors)
{
    return find_incremental(encoding, errors, "incrementalencoder");
}

PyObject *
PyCodec_IncrementalDecoder(const char *encoding, const char *errors)
{
    return find_incremental(encoding, errors, "incrementaldecoder");
}

PyObject *
_PyCodecInfo_GetIncrementalEncoder(PyObject *codec, const char *errors)
{
    return make_incremental(codec, errors, "incrementalencoder");
}

PyObject *
_PyCodecInfo_GetIncrementalDecoder(PyObject *codec, const char *errors)
{
    return make_incremental(codec, errors, "incrementaldecoder");
}

/* ---- running ---- */

/* Adds "encoding with 'x' codec failed" to the current exception. */
static void
note_failure(const char *operation, const char *encoding)
{
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *note = PyUnicode_FromFormat("%s with '%s' codec failed", operation, encoding);
    PyObject *done = note == NULL ? NULL : PyObject_CallMethod(exc, "add_note", "O", note);
    Py_XDECREF(note);
    Py_XDECREF(done);
    PyErr_Clear();
    PyErr_SetRaisedException(exc);
}

/* function(obj[, errors])[0]; function is stolen. */
static OWNED PyObject *
run(PyObject *function, PyObject *obj, const char *encoding, const char *errors, bool encode)
{
    if (function == NULL)
        return NULL;
    PyObject *pair = errors != NULL ? PyObject_CallFunction(function, "(Os)", obj, errors)
                                    : PyObject_CallOneArg(function, obj);
    Py_DECREF(function);
    if (pair == NULL) {
        note_failure(encode ? "encoding" : "decoding", encoding);
        return NULL;
    }
    PyObject *result = NULL;
    if (PyTuple_Check(pair) && PyTuple_GET_SIZE(pair) == 2)
        result = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
    else
        PyErr_SetString(PyExc_TypeError, encode ? "encoder must return a tuple (object, integer)"
                                                : "decoder must return a tuple (object,integer)");
    Py_DECREF(pair);
    return result;
}

PyObject *
PyCodec_Encode(PyObject *obj, const char *encoding, const char *errors)
{
    return run(codec_part(encoding, ENCODE), obj, encoding, errors, true);
}

PyObject *
PyCodec_Decode(PyObject *obj, const char *encoding, const char *errors)
{
    return run(codec_part(encoding, DECODE), obj, encoding, errors, false);
}

OWNED PyObject *
codec_lookup_text(const char *encoding, const char *alternative)
{
    PyObject *codec = codec_lookup(encoding), *flag;
    if (codec == NULL || PyTuple_CheckExact(codec))      /* plain tuples are text codecs, for old search functions */
        return codec;
    int is_text = PyObject_GetOptionalAttrString(codec, "_is_text_encoding", &flag);
    if (is_text > 0) {
        is_text = PyObject_IsTrue(flag);
        Py_DECREF(flag);
        if (is_text == 0)
            PyErr_Format(PyExc_LookupError, "'%.400s' is not a text encoding; use %s to handle arbitrary codecs",
                         encoding, alternative);
        if (is_text <= 0)
            Py_CLEAR(codec);
    }
    else if (is_text < 0)
        Py_CLEAR(codec);
    return codec;
}

PyObject *
_PyCodec_LookupTextEncoding(const char *encoding, const char *alternative)
{
    return codec_lookup_text(encoding, alternative);
}

static OWNED PyObject *
text_part(const char *encoding, const char *alternative, enum part part)
{
    PyObject *codec = codec_lookup_text(encoding, alternative);
    if (codec == NULL)
        return NULL;
    PyObject *item = Py_NewRef(PyTuple_GET_ITEM(codec, part));
    Py_DECREF(codec);
    return item;
}

OWNED PyObject *
codec_encode_text(PyObject *s, const char *encoding, const char *errors)
{
    return run(text_part(encoding, "codecs.encode()", ENCODE), s, encoding, errors, true);
}

OWNED PyObject *
codec_decode_text(PyObject *buffer, const char *encoding, const char *errors)
{
    return run(text_part(encoding, "codecs.decode()", DECODE), buffer, encoding, errors, false);
}

/* ---- error handlers ---- */

int
PyCodec_RegisterError(const char *name, PyObject *handler)
{
    if (codec_registry_init(interp_current()) < 0)
        return -1;
    if (!PyCallable_Check(handler)) {
        PyErr_SetString(PyExc_TypeError, "handler must be callable");
        return -1;
    }
    return PyDict_SetItemString(state()->error_registry, name, handler);
}

PyObject *
PyCodec_LookupError(const char *name)
{
    PyObject *handler;
    if (codec_registry_init(interp_current()) < 0)
        return NULL;
    if (name == NULL)
        name = "strict";
    if (PyDict_GetItemStringRef(state()->error_registry, name, &handler) == 0)
        PyErr_Format(PyExc_LookupError, "unknown error handler name '%.400s'", name);
    return handler;
}

PyObject *
_PyCodec_Lookup(const char *encoding)
{
    return codec_lookup(encoding);
}
