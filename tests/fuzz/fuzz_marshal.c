/* tests/fuzz/fuzz_marshal.c: any bytes through marshal.loads().
 *
 * Promises: an object or an exception; what was read can be written, and that reads back and is written the same way;
 * code objects that get through can be shown: line table, exception table, disassembly, names. */
#include <Python.h>
#include <marshal.h>

#include "code/code.h"
#include "fuzz.h"

/* Everything that walks a code object without running it. */
static void
look_at_code(PyCodeObject *co)
{
    struct line_walk lines;
    line_walk_init(&lines, co);
    while (line_walk_next(&lines))
        ;
    struct exc_walk excs;
    struct exc_entry e;
    exc_walk_init(&excs, co);
    while (exc_walk_next(&excs, &e))
        ;
    for (int i = 0; i < Py_SIZE(co) && i < 100; i++)
        PyCode_Addr2Line(co, i * 2);
    PyObject *made[] = { code_varnames(co), code_cellvars(co), code_freevars(co), PyCode_GetCode(co), dis_text(co, false), PyObject_Repr((PyObject *)co) };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(made); i++)
        Py_XDECREF(made[i]);
    PyErr_Clear();
}

static void
look_at(PyObject *v, int depth)
{
    if (PyCode_Check(v)) {
        look_at_code((PyCodeObject *)v);
        v = ((PyCodeObject *)v)->co_consts;
    }
    if (PyTuple_Check(v) && depth < 20)
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(v); i++)
            look_at(PyTuple_GET_ITEM(v, i), depth + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_start();
    PyObject *v = PyMarshal_ReadObjectFromString((const char *)data, (Py_ssize_t)size);
    if (v == NULL) {
        fuzz_settle(true);
        return 0;
    }
    if (PyErr_Occurred())
        fuzz_broken("an object and an exception");
    look_at(v, 0);
    PyObject *out = PyMarshal_WriteObjectToString(v, Py_MARSHAL_VERSION);
    PyObject *back = out == NULL ? NULL : PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(out), PyBytes_GET_SIZE(out));
    if (out != NULL && back == NULL)
        fuzz_broken("cannot read what was written");
    Py_XDECREF(back);
    Py_XDECREF(out);
    if (out == NULL)                                 /* a container that contains itself can be read only */
        PyErr_Clear();
    Py_DECREF(v);
    PyGC_Collect();
    return 0;
}
