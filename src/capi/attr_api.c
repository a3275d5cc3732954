/* capi/attr_api.c: attributes of modules and of sys by name, and running a code object as a module. */
#include <Python.h>

#include "rt/interp.h"

PyAPI_FUNC(PyObject *) _PyImport_GetModuleAttr(PyObject *module, PyObject *attr);
PyAPI_FUNC(PyObject *) _PyImport_GetModuleAttrString(const char *module, const char *attr);
PyAPI_FUNC(int) _PyImport_SetModule(PyObject *name, PyObject *module);
PyAPI_FUNC(PyObject *) _PySys_GetAttr(PyThreadState *ts, PyObject *name);
PyAPI_FUNC(int) _PySys_GetOptionalAttr(PyObject *name, PyObject **value);
PyAPI_FUNC(int) _PySys_GetOptionalAttrString(const char *name, PyObject **value);
PyAPI_FUNC(PyObject *) _PySys_GetRequiredAttr(PyObject *name);
PyAPI_FUNC(PyObject *) _PySys_GetRequiredAttrString(const char *name);

PyObject *
_PyImport_GetModuleAttr(PyObject *module, PyObject *attr)
{
    PyObject *m = PyImport_Import(module), *value;
    if (m == NULL)
        return NULL;
    value = PyObject_GetAttr(m, attr);
    Py_DECREF(m);
    return value;
}

PyObject *
_PyImport_GetModuleAttrString(const char *module, const char *attr)
{
    PyObject *m = PyUnicode_FromString(module), *a = PyUnicode_FromString(attr), *value = NULL;
    if (m != NULL && a != NULL)
        value = _PyImport_GetModuleAttr(m, a);
    Py_XDECREF(m);
    Py_XDECREF(a);
    return value;
}

int
_PyImport_SetModule(PyObject *name, PyObject *module)
{
    return PyObject_SetItem(PyImport_GetModuleDict(), name, module);
}

PyObject *
_PySys_GetAttr(PyThreadState *ts, PyObject *name)
{
    PyObject *dict = ts->interp->sysdict, *raised = PyErr_GetRaisedException();
    PyObject *value = dict == NULL ? NULL : PyDict_GetItemWithError(dict, name);
    PyErr_SetRaisedException(raised);
    return value;
}

int
_PySys_GetOptionalAttr(PyObject *name, PyObject **value)
{
    PyObject *dict = ts_current()->interp->sysdict;
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "attribute name must be string, not '%.200s'", Py_TYPE(name)->tp_name);
        *value = NULL;
        return -1;
    }
    if (dict == NULL) {
        *value = NULL;
        return 0;
    }
    return PyDict_GetItemRef(dict, name, value);
}

int
_PySys_GetOptionalAttrString(const char *name, PyObject **value)
{
    PyObject *dict = ts_current()->interp->sysdict;
    if (dict == NULL) {
        *value = NULL;
        return 0;
    }
    return PyDict_GetItemStringRef(dict, name, value);
}

PyObject *
_PySys_GetRequiredAttr(PyObject *name)
{
    PyObject *value;
    if (_PySys_GetOptionalAttr(name, &value) == 0)
        PyErr_Format(PyExc_RuntimeError, "lost sys.%U", name);
    return value;
}

PyObject *
_PySys_GetRequiredAttrString(const char *name)
{
    PyObject *value;
    if (_PySys_GetOptionalAttrString(name, &value) == 0)
        PyErr_Format(PyExc_RuntimeError, "lost sys.%s", name);
    return value;
}

/* ---- PyImport_ExecCodeModule ---- */

/* The module of this name, made if needed, ready to run code in; borrowed. */
static PyObject *
module_to_run(PyObject *name)
{
    PyObject *module = PyImport_AddModuleObject(name);
    PyObject *dict = module == NULL ? NULL : PyModule_GetDict(module);
    if (dict == NULL)
        return NULL;
    int has = PyDict_ContainsString(dict, "__builtins__");
    if (has < 0 || (!has && PyDict_SetItemString(dict, "__builtins__", PyEval_GetBuiltins()) < 0))
        return NULL;
    return module;
}

/* Sets __loader__, __spec__, __file__ and __cached__ as the import system would. */
static int
describe(PyObject *module, PyObject *name, PyObject *path, PyObject *cpath)
{
    PyObject *external = PyImport_ImportModule("_frozen_importlib_external");
    PyObject *result = external == NULL ? NULL
        : PyObject_CallMethod(external, "_fix_up_module", "OOOO", PyModule_GetDict(module), name, path, cpath);
    Py_XDECREF(external);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

PyObject *
PyImport_ExecCodeModuleObject(PyObject *name, PyObject *code, PyObject *path, PyObject *cpath)
{
    PyObject *module = module_to_run(name), *result;
    if (module == NULL)
        return NULL;
    if (path == NULL)
        path = ((PyCodeObject *)code)->co_filename;
    PyObject *dict = PyModule_GetDict(module);
    result = describe(module, name, path, cpath == NULL ? path : cpath) < 0 ? NULL : PyEval_EvalCode(code, dict, dict);
    if (result == NULL) {
        PyObject *raised = PyErr_GetRaisedException();
        if (PyDict_Pop(PyImport_GetModuleDict(), name, NULL) < 0)
            PyErr_Clear();
        PyErr_SetRaisedException(raised);
        return NULL;
    }
    Py_DECREF(result);
    PyObject *loaded = PyDict_GetItemWithError(PyImport_GetModuleDict(), name);
    if (loaded == NULL && !PyErr_Occurred())
        PyErr_Format(PyExc_ImportError, "Loaded module %R not found in sys.modules", name);
    return Py_XNewRef(loaded);
}

/* The source file that belongs to a compiled one. */
static PyObject *
source_of(PyObject *cpath)
{
    PyObject *external = PyImport_ImportModule("_frozen_importlib_external");
    PyObject *path = external == NULL ? NULL : PyObject_CallMethod(external, "_get_sourcefile", "O", cpath);
    Py_XDECREF(external);
    return path;
}

PyObject *
PyImport_ExecCodeModuleWithPathnames(const char *name, PyObject *code, const char *path, const char *cpath)
{
    PyObject *n = PyUnicode_FromString(name), *p = NULL, *c = NULL, *module = NULL;
    if (n != NULL && (cpath == NULL || (c = PyUnicode_DecodeFSDefault(cpath)) != NULL)
        && (path == NULL ? cpath == NULL || (p = source_of(c)) != NULL : (p = PyUnicode_DecodeFSDefault(path)) != NULL))
        module = PyImport_ExecCodeModuleObject(n, code, p, c);
    Py_XDECREF(n);
    Py_XDECREF(p);
    Py_XDECREF(c);
    return module;
}

PyObject *
PyImport_ExecCodeModuleEx(const char *name, PyObject *code, const char *path)
{
    return PyImport_ExecCodeModuleWithPathnames(name, code, path, NULL);
}

PyObject *
PyImport_ExecCodeModule(const char *name, PyObject *code)
{
    return PyImport_ExecCodeModuleWithPathnames(name, code, NULL, NULL);
}
