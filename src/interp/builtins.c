/* interp/builtins.c: the module itself: what it holds besides functions. */
#include "interp/builtins.h"

#include "interp/config.h"
#include "object/core/exc.h"

#include "rt/interp.h"
#include "rt/singletons.h"

PyDoc_STRVAR(builtins_doc,
             "Functions, types and exceptions that every namespace sees.\n\n"
             "None, True, False, Ellipsis and NotImplemented live here too.");

static struct PyModuleDef builtins_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "builtins",
    .m_doc = builtins_doc,
    .m_size = -1,
};

static int
add_types(PyObject *dict)
{
    static const struct { const char *name; PyTypeObject *type; } types[] = {
        { "bool", &PyBool_Type }, { "memoryview", &PyMemoryView_Type }, { "bytearray", &PyByteArray_Type },
        { "bytes", &PyBytes_Type }, { "classmethod", &PyClassMethod_Type }, { "complex", &PyComplex_Type },
        { "dict", &PyDict_Type }, { "enumerate", &PyEnum_Type }, { "filter", &PyFilter_Type },
        { "float", &PyFloat_Type }, { "frozenset", &PyFrozenSet_Type }, { "property", &PyProperty_Type },
        { "int", &PyLong_Type }, { "list", &PyList_Type }, { "map", &PyMap_Type },
        { "object", &PyBaseObject_Type }, { "range", &PyRange_Type }, { "reversed", &PyReversed_Type },
        { "set", &PySet_Type }, { "slice", &PySlice_Type }, { "staticmethod", &PyStaticMethod_Type },
        { "str", &PyUnicode_Type }, { "super", &PySuper_Type }, { "tuple", &PyTuple_Type },
        { "type", &PyType_Type }, { "zip", &PyZip_Type },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(types); i++) {
        if (PyDict_SetItemString(dict, types[i].name, (PyObject *)types[i].type) < 0)
            return -1;
    }
    return 0;
}

static int
add_exceptions(PyObject *dict)
{
#define E(name) { #name, &PyExc_##name }
    static const struct { const char *name; PyObject **exc; } excs[] = {
        E(BaseException), E(Exception), E(TypeError), E(StopAsyncIteration), E(StopIteration), E(GeneratorExit),
        E(SystemExit), E(KeyboardInterrupt), E(BaseExceptionGroup), E(ImportError), E(ModuleNotFoundError), E(OSError),
        { "EnvironmentError", &PyExc_OSError }, { "IOError", &PyExc_OSError }, E(EOFError), E(RuntimeError),
        E(RecursionError), E(PythonFinalizationError), E(NotImplementedError), E(NameError), E(UnboundLocalError),
        E(AttributeError), E(SyntaxError), E(IndentationError), E(TabError), E(LookupError), E(IndexError), E(KeyError),
        E(ValueError), E(UnicodeError), E(UnicodeEncodeError), E(UnicodeDecodeError), E(UnicodeTranslateError),
        E(AssertionError), E(ArithmeticError), E(FloatingPointError), E(OverflowError), E(ZeroDivisionError),
        E(SystemError), E(ReferenceError), E(MemoryError), E(BufferError), E(Warning), E(UserWarning),
        E(EncodingWarning), E(DeprecationWarning), E(PendingDeprecationWarning), E(SyntaxWarning), E(RuntimeWarning),
        E(FutureWarning), E(ImportWarning), E(UnicodeWarning), E(BytesWarning), E(ResourceWarning), E(ConnectionError),
        E(BlockingIOError), E(BrokenPipeError), E(ChildProcessError), E(ConnectionAbortedError),
        E(ConnectionRefusedError), E(ConnectionResetError), E(FileExistsError), E(FileNotFoundError),
        E(IsADirectoryError), E(NotADirectoryError), E(InterruptedError), E(PermissionError), E(ProcessLookupError),
        E(TimeoutError),
    };
#undef E
    for (size_t i = 0; i < Py_ARRAY_LENGTH(excs); i++) {
        if (PyDict_SetItemString(dict, excs[i].name, *excs[i].exc) < 0)
            return -1;
    }
    if (PyDict_SetItemString(dict, "_IncompleteInputError", (PyObject *)&_PyExc_IncompleteInputError) < 0)
        return -1;
    return PyDict_SetItemString(dict, "ExceptionGroup", exc_group_type());
}

static int
add_constants(PyObject *dict)
{
    if (PyDict_SetItemString(dict, "None", Py_None) < 0 || PyDict_SetItemString(dict, "Ellipsis", Py_Ellipsis) < 0 ||
        PyDict_SetItemString(dict, "NotImplemented", Py_NotImplemented) < 0 ||
        PyDict_SetItemString(dict, "False", Py_False) < 0 || PyDict_SetItemString(dict, "True", Py_True) < 0)
        return -1;
    const PyConfig *config = _Py_GetConfig();
    return PyDict_SetItemString(dict, "__debug__", config->optimization_level == 0 ? Py_True : Py_False);
}

OWNED PyObject *
builtins_init(PyThreadState *ts)
{
    PyMethodDef *const parts[] = { builtins_basic_methods, builtins_iter_methods, builtins_io_methods,
                                   builtins_compile_methods, builtins_class_methods };
    PyObject *m = PyModule_Create2(&builtins_def, PYTHON_API_VERSION);
    if (m == NULL)
        return NULL;
    builtins_iter_init();
    PyObject *dict = PyModule_GetDict(m);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(parts); i++) {
        if (PyModule_AddFunctions(m, parts[i]) < 0)
            goto fail;
    }
    if (add_constants(dict) < 0 || add_types(dict) < 0 || add_exceptions(dict) < 0)
        goto fail;
    return m;
fail:
    Py_DECREF(m);
    return NULL;
}
