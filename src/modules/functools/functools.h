/* modules/functools/functools.h: the parts of _functools. */
#ifndef ADDER_MODULES_FUNCTOOLS_H
#define ADDER_MODULES_FUNCTOOLS_H

#include <Python.h>

struct functools_state {
    PyObject *kwd_mark;                  /* between positional and keyword arguments in cache keys */
    PyTypeObject *partial_type, *keywrapper_type, *lru_cache_type, *lru_elem_type;
};
struct functools_state *functools_state(PyObject *module);
struct functools_state *functools_state_of_type(PyTypeObject *type);

extern PyType_Spec partial_spec, keywrapper_spec, lru_cache_spec, lru_elem_spec;
PyObject *functools_cmp_to_key(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

#endif
