/* modules/_pickle.c: PickleBuffer for the pickle module. The picklers are pickle's own, in Python: it looks for them here
 * and goes on without. */
#include <Python.h>

static int
exec(PyObject *m)
{
    return PyModule_AddType(m, &PyPickleBuffer_Type);
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "_pickle", .m_doc = "Accelerator of the pickle module.", .m_slots = slots,
};

PyMODINIT_FUNC PyInit__pickle(void) { return PyModuleDef_Init(&module); }
