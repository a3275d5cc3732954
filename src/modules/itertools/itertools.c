/* modules/itertools/itertools.c: the module; its iterators are in it_*.c. */
#include "modules/itertools/itertools.h"

static PyMethodDef module_methods[] = {
    { "tee", _PyCFunction_CAST(it_tee_function), METH_FASTCALL, DOC("tee($module, iterable, n=2, /)", "n independent iterators over the same items.") },
    { NULL },
};

static int
add_type(PyObject *m, PyTypeObject **out, PyType_Spec *spec)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(m, spec, NULL);
    return *out == NULL ? -1 : PyModule_AddType(m, *out);
}

static int
module_exec(PyObject *m)
{
    struct itertools_state *st = PyModule_GetState(m);
#define ADD(name) \
    if (add_type(m, &st->name, &name##_spec) < 0) \
        return -1;
    IT_ALL(ADD)
#undef ADD
    return 0;
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct itertools_state *st = PyModule_GetState(m);
#define VISIT(name) Py_VISIT(st->name);
    IT_ALL(VISIT)
#undef VISIT
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct itertools_state *st = PyModule_GetState(m);
#define CLEAR(name) Py_CLEAR(st->name);
    IT_ALL(CLEAR)
#undef CLEAR
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

struct PyModuleDef itertools_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "itertools",
    .m_doc = "Functional tools for creating and using iterators.",
    .m_size = sizeof(struct itertools_state),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit_itertools(void)
{
    return PyModuleDef_Init(&itertools_module);
}
