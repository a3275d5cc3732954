/* object/core/suggest_module.c: module _suggestions, for tracebacks made in Python. */
#include "object/core/suggest.h"

#include "object/core/call.h"

static PyObject *
generate(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("_generate_suggestions", nargs, 2, 2))
        return NULL;
    PyObject *names = args[0], *item = args[1];
    if (!PyUnicode_Check(item)) {
        args_bad("_generate_suggestions", "argument 2", "str", item);
        return NULL;
    }
    if (!PyList_CheckExact(names)) {
        PyErr_SetString(PyExc_TypeError, "candidates must be a list");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); i++)
        if (!PyUnicode_Check(PyList_GET_ITEM(names, i))) {
            PyErr_SetString(PyExc_TypeError, "all elements in 'candidates' must be strings");
            return NULL;
        }
    PyObject *best = suggest_name(names, item);
    return best != NULL || PyErr_Occurred() ? best : Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {
    {"_generate_suggestions", _PyCFunction_CAST(generate), METH_FASTCALL,
     "_generate_suggestions($module, candidates, item, /)\n--\n\nThe candidate nearest to a name, or None."},
    {NULL}
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED}, {Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL} };
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, .m_name = "_suggestions", .m_methods = methods, .m_slots = slots };

PyMODINIT_FUNC
PyInit__suggestions(void)
{
    return PyModuleDef_Init(&module);
}
