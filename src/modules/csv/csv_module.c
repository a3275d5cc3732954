/* modules/csv/csv_module.c: the module _csv and its registry of dialects. */
#include "modules/csv/csv.h"

#include "modules/modargs.h"

struct csv_module *csv_state_of(PyObject *self)
{
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(self), &csv_module_def);
    return module == NULL ? NULL : PyModule_GetState(module);
}

PyObject *csv_call_dialect(struct csv_module *m, PyObject *dialect, PyObject *kwargs)
{
    PyObject *args[1] = { dialect };
    return PyObject_VectorcallDict((PyObject *)m->dialect_type, args, dialect != NULL, kwargs);
}

PyObject *csv_get_dialect(struct csv_module *m, PyObject *name)
{
    PyObject *dialect = PyDict_GetItemWithError(m->dialects, name);
    if (dialect == NULL && !PyErr_Occurred())
        PyErr_SetString(m->error, "unknown dialect");
    return Py_XNewRef(dialect);
}

static PyObject *list_dialects(PyObject *module, PyObject *unused)
{
    return PyDict_Keys(((struct csv_module *)PyModule_GetState(module))->dialects);
}

static PyObject *register_dialect(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct csv_module *m = PyModule_GetState(module);
    PyObject *name, *dialect = NULL;
    if (!PyArg_UnpackTuple(args, "", 1, 2, &name, &dialect))
        return NULL;
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "dialect name must be a string");
        return NULL;
    }
    dialect = csv_call_dialect(m, dialect, kwargs);
    int r = dialect == NULL ? -1 : PyDict_SetItem(m->dialects, name, dialect);
    Py_XDECREF(dialect);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *unregister_dialect(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct csv_module *m = PyModule_GetState(module);
    PyObject *a[1], *old;
    if (MOD_BIND(a, "unregister_dialect", args, nargs, kwnames, 1, 1, "name") < 0)
        return NULL;
    int r = PyDict_Pop(m->dialects, a[0], &old);
    if (r == 0)
        PyErr_SetString(m->error, "unknown dialect");
    if (r <= 0)
        return NULL;
    Py_DECREF(old);
    Py_RETURN_NONE;
}

static PyObject *get_dialect(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    if (MOD_BIND(a, "get_dialect", args, nargs, kwnames, 1, 1, "name") < 0)
        return NULL;
    return csv_get_dialect(PyModule_GetState(module), a[0]);
}

static PyObject *field_size_limit(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct csv_module *m = PyModule_GetState(module);
    PyObject *a[1];
    Py_ssize_t old = m->field_limit;
    if (MOD_BIND(a, "field_size_limit", args, nargs, kwnames, 0, 1, "new_limit") < 0)
        return NULL;
    if (a[0] != NULL) {
        if (!PyLong_CheckExact(a[0])) {
            PyErr_SetString(PyExc_TypeError, "limit must be an integer");
            return NULL;
        }
        Py_ssize_t limit = PyLong_AsSsize_t(a[0]);
        if (limit == -1 && PyErr_Occurred())
            return NULL;
        m->field_limit = limit;
    }
    return PyLong_FromSsize_t(old);
}

static PyMethodDef functions[] = {
    { "reader", (PyCFunction)(void (*)(void))csv_reader, METH_VARARGS | METH_KEYWORDS,
      "reader(iterable [, dialect='excel'] [optional keyword args]) -> an iterator over the records" },
    { "writer", (PyCFunction)(void (*)(void))csv_writer, METH_VARARGS | METH_KEYWORDS,
      "writer(fileobj [, dialect='excel'] [optional keyword args]) -> an object with writerow() and writerows()" },
    { "list_dialects", list_dialects, METH_NOARGS, "list_dialects($module, /)\n--\n\nThe names of all registered dialects." },
    { "register_dialect", (PyCFunction)(void (*)(void))register_dialect, METH_VARARGS | METH_KEYWORDS,
      "register_dialect(name[, dialect[, **fmtparams]]): give a dialect a name." },
    { "unregister_dialect", MOD_FASTKW(unregister_dialect), METH_FASTCALL | METH_KEYWORDS, "unregister_dialect($module, /, name)\n--\n\nForget a dialect's name." },
    { "get_dialect", MOD_FASTKW(get_dialect), METH_FASTCALL | METH_KEYWORDS, "get_dialect($module, /, name)\n--\n\nThe dialect of that name." },
    { "field_size_limit", MOD_FASTKW(field_size_limit), METH_FASTCALL | METH_KEYWORDS,
      "field_size_limit($module, /, new_limit=<unrepresentable>)\n--\n\nThe largest allowed field; sets it if new_limit is given." },
    { NULL },
};

static PyType_Slot error_slots[] = { { 0, NULL } };
static PyType_Spec error_spec = { .name = "_csv.Error", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .slots = error_slots };

static int add_type(PyObject *module, PyType_Spec *spec, const char *name, PyTypeObject **out)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *out == NULL ? -1 : PyModule_AddObjectRef(module, name, (PyObject *)*out);
}

static int module_exec(PyObject *module)
{
    static const struct { const char *name; int value; } constants[] = {
        { "QUOTE_MINIMAL", QUOTE_MINIMAL }, { "QUOTE_ALL", QUOTE_ALL }, { "QUOTE_NONNUMERIC", QUOTE_NONNUMERIC },
        { "QUOTE_NONE", QUOTE_NONE }, { "QUOTE_STRINGS", QUOTE_STRINGS }, { "QUOTE_NOTNULL", QUOTE_NOTNULL },
    };
    struct csv_module *m = PyModule_GetState(module);
    m->field_limit = 128 * 1024;
    if (add_type(module, &csv_dialect_spec, "Dialect", &m->dialect_type) < 0 || add_type(module, &csv_reader_spec, "Reader", &m->reader_type) < 0
        || add_type(module, &csv_writer_spec, "Writer", &m->writer_type) < 0)
        return -1;
    m->dialects = PyDict_New();
    m->write_name = PyUnicode_InternFromString("write");
    if (m->dialects == NULL || m->write_name == NULL || PyModule_AddObjectRef(module, "_dialects", m->dialects) < 0)
        return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0)
            return -1;
    m->error = PyType_FromModuleAndSpec(module, &error_spec, PyExc_Exception);
    return m->error == NULL ? -1 : PyModule_AddObjectRef(module, "Error", m->error);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct csv_module *m = PyModule_GetState(module);
    Py_VISIT(m->error);
    Py_VISIT(m->dialects);
    Py_VISIT(m->dialect_type);
    Py_VISIT(m->reader_type);
    Py_VISIT(m->writer_type);
    return 0;
}

static int module_clear(PyObject *module)
{
    struct csv_module *m = PyModule_GetState(module);
    Py_CLEAR(m->error);
    Py_CLEAR(m->dialects);
    Py_CLEAR(m->dialect_type);
    Py_CLEAR(m->reader_type);
    Py_CLEAR(m->writer_type);
    Py_CLEAR(m->write_name);
    return 0;
}

static void module_free(void *module) { module_clear(module); }

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

struct PyModuleDef csv_module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_csv",
    .m_doc = "Reading and writing of comma-separated values.",
    .m_size = sizeof(struct csv_module),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__csv(void) { return PyModuleDef_Init(&csv_module_def); }
