/* interp/encodings.c: the codecs of file names and streams at start. */
#include "interp/config.h"

#include <codecs.h>

#include "rt/interp.h"

PyAPI_FUNC(PyObject *) _PyCodec_Lookup(const char *encoding);

int
config_init_encodings(PyThreadState *ts)
{
    PyConfig *c = &ts->interp->config;
    if (c->filesystem_encoding == NULL || wcscmp(c->filesystem_encoding, L"utf-8") != 0) {
        PyErr_SetString(PyExc_NotImplementedError, "file system encodings other than UTF-8 are not supported");
        return -1;
    }
    PyObject *codec = _PyCodec_Lookup("utf-8");
    Py_XDECREF(codec);
    return codec == NULL ? -1 : 0;
}
