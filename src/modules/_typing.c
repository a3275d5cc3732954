/* _typing.c: the parts of typing that are written in C. The types themselves live in object/core/typevar.c. */
#include <Python.h>

PyAPI_FUNC(int) _PyTyping_AddTypes(PyObject *module);

static PyObject *typing_idfunc(PyObject *module, PyObject *x) { return Py_NewRef(x); }

static PyMethodDef typing_methods[] = {
    { "_idfunc", typing_idfunc, METH_O, PyDoc_STR("_idfunc($module, x, /)\n--\n\n") },
    { NULL },
};
static PyModuleDef_Slot typing_slots[] = {
    { Py_mod_exec, _PyTyping_AddTypes },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static PyModuleDef typing_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_typing",
    .m_doc = "Helpers of typing.",
    .m_methods = typing_methods,
    .m_slots = typing_slots,
};

PyMODINIT_FUNC PyInit__typing(void) { return PyModuleDef_Init(&typing_module); }
