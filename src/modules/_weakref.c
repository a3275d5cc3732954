/* _weakref.c: what weakref.py builds on. */
#include <Python.h>

static PyWeakReference *
first_reference(PyObject *o)
{
    if (!PyType_SUPPORTS_WEAKREFS(Py_TYPE(o)))
        return NULL;
    return *(PyWeakReference **)PyObject_GET_WEAKREFS_LISTPTR(o);
}

static PyObject *
weakref_getweakrefcount(PyObject *module, PyObject *o)
{
    Py_ssize_t n = 0;
    for (PyWeakReference *r = first_reference(o); r != NULL; r = r->wr_next)
        n++;
    return PyLong_FromSsize_t(n);
}

static PyObject *
weakref_getweakrefs(PyObject *module, PyObject *o)
{
    PyObject *list = PyList_New(0);
    if (list == NULL)
        return NULL;
    for (PyWeakReference *r = first_reference(o); r != NULL; r = r->wr_next)
        if (Py_REFCNT(r) > 0 && PyList_Append(list, (PyObject *)r) < 0) {
            Py_DECREF(list);
            return NULL;
        }
    return list;
}

static PyObject *
weakref_proxy(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs < 1 || nargs > 2)
        return PyErr_Format(PyExc_TypeError, "proxy expected at %s %d argument%s, got %zd", nargs < 1 ? "least" : "most",
                            nargs < 1 ? 1 : 2, nargs < 1 ? "" : "s", nargs);
    return PyWeakref_NewProxy(args[0], nargs == 2 ? args[1] : NULL);
}

/* del dct[key] if the value is a dead reference: another thread may have put a new one there. */
static PyObject *
weakref_remove_dead(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_remove_dead_weakref expected 2 arguments, got %zd", nargs);
    if (!PyDict_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "_remove_dead_weakref() argument 1 must be dict, not %.50s", Py_TYPE(args[0])->tp_name);
    PyObject *value, *referent;
    int found = PyDict_GetItemRef(args[0], args[1], &value);
    if (found < 0)
        return NULL;
    if (found == 0)
        Py_RETURN_NONE;
    int rc = PyWeakref_Check(value) ? PyWeakref_GetRef(value, &referent) : -2;
    Py_DECREF(value);
    if (rc == -2)
        PyErr_SetString(PyExc_TypeError, "not a weakref");
    if (rc < 0)
        return NULL;
    if (rc == 1)
        Py_DECREF(referent);
    else if (PyDict_DelItem(args[0], args[1]) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_KeyError))
            return NULL;
        PyErr_Clear();
    }
    Py_RETURN_NONE;
}

#define FAST(f) (PyCFunction)(void (*)(void))(f)

static PyMethodDef weakref_functions[] = {
    { "getweakrefcount", weakref_getweakrefcount, METH_O,
      "getweakrefcount($module, object, /)\n--\n\nThe number of weak references to the object." },
    { "_remove_dead_weakref", FAST(weakref_remove_dead), METH_FASTCALL,
      "_remove_dead_weakref($module, dct, key, /)\n--\n\nDeletes the item if its value is a dead weak reference." },
    { "getweakrefs", weakref_getweakrefs, METH_O,
      "getweakrefs($module, object, /)\n--\n\nA list of the weak references to the object." },
    { "proxy", FAST(weakref_proxy), METH_FASTCALL,
      "proxy($module, object, callback=None, /)\n--\n\nAn object that forwards to a weakly referenced one." },
    { NULL }
};

static int
weakref_exec(PyObject *m)
{
    PyObject *ref = (PyObject *)&_PyWeakref_RefType;
    if (PyModule_AddObjectRef(m, "ref", ref) < 0 || PyModule_AddObjectRef(m, "ReferenceType", ref) < 0
        || PyModule_AddObjectRef(m, "ProxyType", (PyObject *)&_PyWeakref_ProxyType) < 0)
        return -1;
    return PyModule_AddObjectRef(m, "CallableProxyType", (PyObject *)&_PyWeakref_CallableProxyType);
}

static PyModuleDef_Slot weakref_slots[] = {
    { Py_mod_exec, weakref_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef weakref_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_weakref",
    .m_doc = "Weak references: the parts of the module weakref that are written in C.",
    .m_methods = weakref_functions,
    .m_slots = weakref_slots,
};

PyMODINIT_FUNC PyInit__weakref(void) { return PyModuleDef_Init(&weakref_module); }
