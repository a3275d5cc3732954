/* interp/encodings.c: the codecs of file names and streams at start. */
#include "interp/config.h"

#include <codecs.h>

#include "object/core/type.h"
#include "object/text/str.h"
#include "rt/interp.h"
#include "rt/singletons.h"

PyAPI_FUNC(PyObject *) _PyCodec_Lookup(const char *encoding);

/* The name that the codec itself has, in place of the one in the configuration. */
static int
use_codec_name(PyConfig *c, wchar_t **field)
{
    PyObject *given = PyUnicode_FromWideChar(*field, -1);
    const char *utf8 = given == NULL ? NULL : PyUnicode_AsUTF8(given);
    PyObject *codec = utf8 == NULL ? NULL : _PyCodec_Lookup(utf8), *name = codec == NULL ? NULL : PyObject_GetAttr(codec, ID(name));
    wchar_t *wide = NULL;
    if (name != NULL && !PyUnicode_Check(name))
        PyErr_Format(PyExc_TypeError, "codec name must be str, not %T", name);
    else if (name != NULL)
        wide = PyUnicode_AsWideCharString(name, NULL);
    int r = wide == NULL ? -1 : 0;
    if (r == 0 && PyStatus_Exception(PyConfig_SetString(c, field, wide))) {
        PyErr_NoMemory();
        r = -1;
    }
    PyMem_Free(wide);
    Py_XDECREF(given);
    Py_XDECREF(codec);
    Py_XDECREF(name);
    return r;
}

static int
set_fs_codec(PyThreadState *ts)
{
    PyConfig *c = &ts->interp->config;
    PyObject *enc = PyUnicode_FromWideChar(c->filesystem_encoding, -1), *err = PyUnicode_FromWideChar(c->filesystem_errors, -1);
    int r = -1;
    if (enc != NULL && err != NULL) {
        r = text_set_fs_codec(ts->interp, PyUnicode_AsUTF8(enc), PyUnicode_AsUTF8(err));
        if (r < 0)
            PyErr_NoMemory();
        else if (interp_is_main(ts->interp)) {
            Py_FileSystemDefaultEncoding = ts->interp->strs->fs_encoding;
            Py_FileSystemDefaultEncodeErrors = ts->interp->strs->fs_errors;
        }
    }
    Py_XDECREF(enc);
    Py_XDECREF(err);
    return r;
}

int
config_init_encodings(PyThreadState *ts, const char **step, const char **message)
{
    PyConfig *c = &ts->interp->config;
    PyObject *m = PyImport_ImportModule("encodings");
    *message = "Failed to import encodings module";
    if (m == NULL)
        return -1;
    Py_DECREF(m);
    *step = "init_fs_encoding";
    *message = "failed to get the Python codec of the filesystem encoding";
    if (use_codec_name(c, &c->filesystem_encoding) < 0)
        return -1;
    *message = "cannot set filesystem encoding";
    if (set_fs_codec(ts) < 0)
        return -1;
    *step = "init_stdio_encoding";
    *message = "failed to get the Python codec name of the stdio encoding";
    return use_codec_name(c, &c->stdio_encoding);
}
