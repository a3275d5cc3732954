/* modules/_sysconfig.c: facts of the build that only the program knows. */
#include <Python.h>

static PyObject *
config_vars(PyObject *module, PyObject *unused)
{
    return Py_BuildValue("{s:i}", "Py_GIL_DISABLED", 0);
}

static PyMethodDef methods[] = {
    { "config_vars", config_vars, METH_NOARGS, PyDoc_STR("config_vars($module, /)\n--\n\nConfiguration variables that are known only at run time.") },
    { NULL },
};

static PyModuleDef_Slot slots[] = {
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_sysconfig",
    .m_doc = PyDoc_STR("A helper of the sysconfig module."),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__sysconfig(void)
{
    return PyModuleDef_Init(&def);
}
