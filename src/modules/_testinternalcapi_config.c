/* _testinternalcapi_config.c: PyConfig as a dict, for the test suite: reading the interpreter's, replacing it. */
#include <Python.h>

#include "interp/config.h"
#include "interp/old_init.h"
#include "modules/_testinternalcapi.h"

static PyObject *
get_config(PyObject *m, PyObject *unused)
{
    return _PyConfig_AsDict(_Py_GetConfig());
}

static PyObject *
get_configs(PyObject *m, PyObject *unused)
{
    return _Py_GetConfigsAsDict();
}

static PyObject *
get_getpath_codeobject(PyObject *m, PyObject *unused)
{
    return _Py_Get_Getpath_CodeObject();
}

static PyObject *
set_config(PyObject *m, PyObject *dict)
{
    PyConfig config;
    memset(&config, 0, sizeof(config));
    int r = _PyConfig_FromDict(&config, dict) < 0 ? -1 : _PyInterpreterState_SetConfig(&config);
    PyConfig_Clear(&config);
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
reset_path_config(PyObject *m, PyObject *unused)
{
    _PyPathConfig_ClearGlobal();
    return Py_NewRef(Py_None);
}

PyMethodDef testinternalcapi_config_methods[] = {
    { "get_config", get_config, METH_NOARGS, NULL },
    { "get_configs", get_configs, METH_NOARGS, NULL },
    { "get_getpath_codeobject", get_getpath_codeobject, METH_NOARGS, NULL },
    { "set_config", set_config, METH_O, NULL },
    { "reset_path_config", reset_path_config, METH_NOARGS, NULL },
    { NULL },
};
