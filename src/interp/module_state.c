/* interp/module_state.c: PyState_*: modules of single-phase initialisation, found by their definition.
 *
 * The list imports.modules_by_index holds each module at its definition's index (from 1), None in gaps. */
#include <Python.h>

#include "rt/interp.h"

PyAPI_FUNC(PyObject *) PyState_FindModule(PyModuleDef *def);
PyAPI_FUNC(int) PyState_AddModule(PyObject *module, PyModuleDef *def);
PyAPI_FUNC(int) PyState_RemoveModule(PyModuleDef *def);
PyAPI_FUNC(int) _PyState_AddModule(PyThreadState *ts, PyObject *module, PyModuleDef *def);

static PyObject **by_index(PyThreadState *ts) { return &ts->interp->imports.modules_by_index; }

PyObject *
PyState_FindModule(PyModuleDef *def)
{
    PyObject *list = *by_index(ts_current());
    Py_ssize_t i = def->m_base.m_index;
    if (def->m_slots != NULL || i == 0 || list == NULL || i >= PyList_GET_SIZE(list))
        return NULL;
    PyObject *module = PyList_GET_ITEM(list, i);
    return module == Py_None ? NULL : module;
}

int
_PyState_AddModule(PyThreadState *ts, PyObject *module, PyModuleDef *def)
{
    PyObject **list = by_index(ts);
    Py_ssize_t i = def->m_base.m_index;
    if (def->m_slots != NULL) {
        PyErr_SetString(PyExc_SystemError, "PyState_AddModule called on module with slots");
        return -1;
    }
    if (*list == NULL && (*list = PyList_New(0)) == NULL)
        return -1;
    while (PyList_GET_SIZE(*list) <= i)
        if (PyList_Append(*list, Py_None) < 0)
            return -1;
    return PyList_SetItem(*list, i, Py_NewRef(module));
}

int
PyState_AddModule(PyObject *module, PyModuleDef *def)
{
    if (def == NULL)
        Py_FatalError("module definition is NULL");
    if (PyState_FindModule(def) == module)
        Py_FatalError("module already added");
    return _PyState_AddModule(ts_current(), module, def);
}

int
PyState_RemoveModule(PyModuleDef *def)
{
    PyObject *list = *by_index(ts_current());
    Py_ssize_t i = def->m_base.m_index;
    if (def->m_slots != NULL) {
        PyErr_SetString(PyExc_SystemError, "PyState_RemoveModule called on module with slots");
        return -1;
    }
    if (i == 0)
        Py_FatalError("invalid module index");
    if (list == NULL)
        Py_FatalError("Interpreters module-list not accessible.");
    if (i >= PyList_GET_SIZE(list))
        Py_FatalError("Module index out of bounds.");
    return PyList_SetItem(list, i, Py_NewRef(Py_None));
}
