/* tests/abi/refcount.c: functions that get reference counts wrong, and some that do not: see refcount.py. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* ---- wrong ---- */

static PyObject *drop(PyObject *m, PyObject *o) { Py_DECREF(o); Py_RETURN_NONE; }
static PyObject *drop_fast(PyObject *m, PyObject *const *args, Py_ssize_t n) { Py_DECREF(args[n - 1]); Py_RETURN_NONE; }
static PyObject *give_back(PyObject *m, PyObject *o) { return o; }
static PyObject *first(PyObject *m, PyObject *list) { return PyList_GetItem(list, 0); }
static PyObject *drop_item(PyObject *m, PyObject *list) { Py_DECREF(PyList_GetItem(list, 0)); Py_RETURN_NONE; }

static PyObject *
first_of(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "values", NULL };
    PyObject *list;
    return PyArg_ParseTupleAndKeywords(args, kwds, "O", names, &list) ? PyList_GetItem(list, 0) : NULL;
}

static PyObject *
attribute(PyObject *m, PyObject *o)
{
    PyObject *value = PyObject_GetAttrString(o, "x");
    Py_XDECREF(value);
    return value;
}

static PyObject *
drop_in_dict(PyObject *m, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(dict, &at, &key, &value))
        Py_DECREF(value);
    Py_RETURN_NONE;
}

/* ---- right ---- */

static PyObject *keep(PyObject *m, PyObject *o) { return Py_NewRef(o); }
static PyObject *pop(PyObject *m, PyObject *list) { return PyObject_CallMethod(list, "pop", NULL); }

static PyObject *
call(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    return PyObject_Vectorcall(args[0], args + 1, (size_t)n - 1, NULL);
}

/* ---- a type whose methods do the same ---- */

static PyObject *drop_self(PyObject *self, PyObject *unused) { Py_DECREF(self); Py_RETURN_NONE; }

static PyMethodDef thing_methods[] = {
    { "drop", drop, METH_O, NULL }, { "drop_self", drop_self, METH_NOARGS, NULL }, { "keep", keep, METH_O, NULL }, { NULL, NULL, 0, NULL },
};
static PyType_Slot thing_slots[] = { { Py_tp_methods, thing_methods }, { 0, NULL } };
static PyType_Spec thing_spec = { "refcount.Thing", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, thing_slots };

/* ---- slots: +, [] and calling release, - and iterating return what is not theirs; * is right ---- */

static PyObject *slots_add(PyObject *a, PyObject *b) { Py_DECREF(b); Py_RETURN_NONE; }
static PyObject *slots_subtract(PyObject *a, PyObject *b) { return b; }
static PyObject *slots_multiply(PyObject *a, PyObject *b) { return Py_NewRef(b); }
static PyObject *slots_subscript(PyObject *self, PyObject *key) { Py_DECREF(self); return Py_NewRef(key); }
static PyObject *slots_iter(PyObject *self) { return self; }
static PyObject *slots_next(PyObject *self) { return NULL; }
static PyObject *slots_call(PyObject *self, PyObject *args, PyObject *kwds) { Py_DECREF(PyTuple_GET_ITEM(args, 0)); Py_RETURN_NONE; }

static PyType_Slot slots_slots[] = {
    { Py_nb_add, (void *)slots_add }, { Py_nb_subtract, (void *)slots_subtract }, { Py_nb_multiply, (void *)slots_multiply },
    { Py_mp_subscript, (void *)slots_subscript }, { Py_tp_iter, (void *)slots_iter }, { Py_tp_iternext, (void *)slots_next },
    { Py_tp_call, (void *)slots_call }, { 0, NULL },
};
static PyType_Spec slots_spec = { "refcount.Slots", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots_slots };

/* ---- a type that visits its managed dict itself ---- */

static int
managed_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return PyObject_VisitManagedDict(self, visit, arg);
}

static int managed_clear(PyObject *self) { PyObject_ClearManagedDict(self); return 0; }

static void
managed_dealloc(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    managed_clear(self);
    t->tp_free(self);
    Py_DECREF(t);
}

static PyType_Slot managed_slots[] = {
    { Py_tp_traverse, (void *)managed_traverse }, { Py_tp_clear, (void *)managed_clear }, { Py_tp_dealloc, (void *)managed_dealloc }, { 0, NULL },
};
static PyType_Spec managed_spec = { "refcount.Managed", sizeof(PyObject), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT, managed_slots };

#define F(name, flags) { #name, (PyCFunction)(void (*)(void))name, flags, NULL }
static PyMethodDef methods[] = {
    F(drop, METH_O), F(drop_fast, METH_FASTCALL), F(give_back, METH_O), F(first, METH_O), F(first_of, METH_VARARGS | METH_KEYWORDS),
    F(drop_item, METH_O), F(attribute, METH_O), F(drop_in_dict, METH_O), F(keep, METH_O), F(pop, METH_O), F(call, METH_FASTCALL),
    { NULL, NULL, 0, NULL },
};

static int
module_exec(PyObject *m)
{
    if (PyModule_Add(m, "Slots", PyType_FromSpec(&slots_spec)) < 0)
        return -1;
    return PyModule_Add(m, "Thing", PyType_FromSpec(&thing_spec)) < 0 ? -1 : PyModule_Add(m, "Managed", PyType_FromSpec(&managed_spec));
}

static PyModuleDef_Slot slots[] = { { Py_mod_exec, (void *)module_exec }, { 0, NULL } };
static PyModuleDef def = { PyModuleDef_HEAD_INIT, .m_name = "refcount", .m_methods = methods, .m_slots = slots };
PyMODINIT_FUNC PyInit_refcount(void) { return PyModuleDef_Init(&def); }
