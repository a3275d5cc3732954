/* tests/fuzz/fuzz_compile.c: a text through decoding, parser, folding, symbol table and compiler.
 *
 * The first byte chooses start symbol, optimisation and flags, the rest is the source.
 * Promises: a code object, or one of the exceptions that compile() may raise; the code object passes the verifier
 * and comes back equal from marshal. */
#include <Python.h>
#include <marshal.h>

#include "code/code.h"
#include "compile/compile.h"
#include "syntax/ast_arena.h"
#include "syntax/parse.h"
#include "fuzz.h"

static const int starts[] = { Py_file_input, Py_file_input, Py_single_input, Py_eval_input };

static void
check_error(void)
{
    PyObject *const may[] = { PyExc_SyntaxError, PyExc_ValueError, PyExc_MemoryError, PyExc_RecursionError, PyExc_OverflowError, PyExc_LookupError };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(may); i++)
        if (PyErr_ExceptionMatches(may[i]))
            return;
    PyObject *exc = PyErr_GetRaisedException(), *text = exc == NULL ? NULL : PyObject_Repr(exc);
    fuzz_broken(text == NULL ? "no exception" : PyUnicode_AsUTF8(text));
}

/* Code objects with a NaN among their constants are never equal; but as data, in the version without back references, they are. */
static bool
same_data(PyObject *a, PyObject *b)
{
    PyObject *x = PyMarshal_WriteObjectToString(a, 2), *y = PyMarshal_WriteObjectToString(b, 2);
    bool same = x == NULL || y == NULL || PyObject_RichCompareBool(x, y, Py_EQ) == 1;
    Py_XDECREF(x);
    Py_XDECREF(y);
    return same;
}

static void
check_code(PyCodeObject *co)
{
    PyObject *data = PyMarshal_WriteObjectToString((PyObject *)co, Py_MARSHAL_VERSION), *back;
    if (data == NULL) {                              /* nested too deep: constants may be */
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            check_error();
        PyErr_Clear();
        return;
    }
    back = PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data));
    if (back == NULL && !PyErr_ExceptionMatches(PyExc_ValueError))
        check_error();
    if (back == NULL) {
        PyObject *exc = PyErr_GetRaisedException(), *text = PyObject_Str(exc);
        if (text == NULL || strstr(PyUnicode_AsUTF8(text), "recursion") == NULL)
            fuzz_broken(text == NULL ? "no message" : PyUnicode_AsUTF8(text));
        Py_DECREF(text);
        Py_DECREF(exc);
    }
    else if (PyObject_RichCompareBool((PyObject *)co, back, Py_EQ) != 1 && !PyErr_Occurred() && !same_data((PyObject *)co, back))
        fuzz_broken("marshal gives another code object");
    PyErr_Clear();
    Py_XDECREF(back);
    Py_DECREF(data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static PyObject *filename;
    fuzz_start();
    if (filename == NULL)
        filename = PyUnicode_FromString("<fuzz>");
    if (size == 0)
        return 0;
    PyCompilerFlags flags = { (data[0] & 4 ? PyCF_TYPE_COMMENTS : 0) | (data[0] & 8 ? PyCF_ALLOW_TOP_LEVEL_AWAIT : 0)
                                  | (data[0] & 16 ? PyCF_IGNORE_COOKIE | PyCF_SOURCE_IS_UTF8 : 0), PY_MINOR_VERSION };
    char *text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    struct ast_arena *arena = ast_arena_new();
    mod_ty mod = parse_string(text, filename, starts[data[0] & 3], &flags, arena);
    PyCodeObject *co = mod == NULL ? NULL : compile_ast(mod, filename, &flags, data[0] >> 5 & 3, arena);
    if (co == NULL)
        check_error();
    else
        check_code(co);
    ast_arena_free(arena);
    free(text);
    fuzz_settle(co == NULL);
    Py_XDECREF(co);
    return 0;
}
