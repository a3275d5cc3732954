/* The border between the interpreter and compiled extensions, for tools/bench: small functions of each calling convention, a type with
 * slots, and loops over common calls of the C API. Compiled once, loaded by every interpreter that is compared. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* ---- called from Python ---- */

static PyObject *noargs(PyObject *self, PyObject *unused) { return Py_NewRef(Py_None); }
static PyObject *one(PyObject *self, PyObject *x) { return Py_NewRef(x); }
static PyObject *fast(PyObject *self, PyObject *const *args, Py_ssize_t n) { return Py_NewRef(n ? args[0] : Py_None); }
static PyObject *fast_keywords(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names) { return Py_NewRef(n ? args[0] : Py_None); }
static PyObject *varargs(PyObject *self, PyObject *args) { return Py_NewRef(PyTuple_GET_ITEM(args, 0)); }

static PyObject *
parse_dd(PyObject *self, PyObject *args)
{
    double x, y;
    return PyArg_ParseTuple(args, "dd", &x, &y) ? PyFloat_FromDouble(x + y) : NULL;
}

static PyObject *
parse_keywords(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = { "x", "y", NULL };
    long x, y = 2;
    return PyArg_ParseTupleAndKeywords(args, keywords, "l|l", names, &x, &y) ? PyLong_FromLong(x + y) : NULL;
}

/* ---- a type ---- */

struct thing {
    PyObject_HEAD
    long value;
};

static PyTypeObject thing_type;

static PyObject *
thing_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    struct thing *t = (struct thing *)type->tp_alloc(type, 0);
    if (t != NULL)
        t->value = (long)PyTuple_GET_SIZE(args);
    return (PyObject *)t;
}

static void
thing_dealloc(PyObject *self)
{
    Py_TYPE(self)->tp_free(self);
}

static PyObject *thing_add(PyObject *a, PyObject *b) { return Py_NewRef(a); }
static Py_ssize_t thing_length(PyObject *self) { return ((struct thing *)self)->value; }
static PyObject *thing_subscript(PyObject *self, PyObject *key) { return Py_NewRef(key); }
static PyObject *thing_call(PyObject *self, PyObject *args, PyObject *keywords) { return Py_NewRef(self); }
static PyObject *thing_compare(PyObject *a, PyObject *b, int op) { return Py_NewRef(a == b ? Py_True : Py_False); }
static PyObject *thing_method(PyObject *self, PyObject *unused) { return Py_NewRef(self); }
static PyObject *thing_get(PyObject *self, void *closure) { return PyLong_FromLong(((struct thing *)self)->value); }

static PyNumberMethods thing_number = { .nb_add = thing_add };
static PyMappingMethods thing_mapping = { .mp_length = thing_length, .mp_subscript = thing_subscript };
static PyMethodDef thing_methods[] = { { "method", thing_method, METH_NOARGS, NULL }, { NULL, NULL, 0, NULL } };
static PyGetSetDef thing_getset[] = { { "got", thing_get, NULL, NULL, NULL }, { NULL, NULL, NULL, NULL, NULL } };
static PyMemberDef thing_members[] = { { "value", Py_T_LONG, offsetof(struct thing, value), 0, NULL }, { NULL, 0, 0, 0, NULL } };

static PyTypeObject thing_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "border.Thing",
    .tp_basicsize = sizeof(struct thing),
    .tp_dealloc = thing_dealloc,
    .tp_as_number = &thing_number,
    .tp_as_mapping = &thing_mapping,
    .tp_call = thing_call,
    .tp_richcompare = thing_compare,
    .tp_hash = PyObject_GenericHash,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_methods = thing_methods,
    .tp_members = thing_members,
    .tp_getset = thing_getset,
    .tp_new = thing_new,
};

/* ---- loops over the C API: f(count, object, ...) ---- */

#define LOOP(name, ...)                                                       \
    static PyObject *                                                         \
    name(PyObject *self, PyObject *const *args, Py_ssize_t nargs)             \
    {                                                                         \
        Py_ssize_t count = PyLong_AsSsize_t(args[0]);                         \
        PyObject *a = nargs > 1 ? args[1] : NULL, *b = nargs > 2 ? args[2] : NULL; \
        (void)a, (void)b;                                                     \
        for (Py_ssize_t i = 0; i < count; i++) {                              \
            __VA_ARGS__                                                            \
        }                                                                     \
        Py_RETURN_NONE;                                                       \
    }

#define KEEP(new) PyObject *r = (new); if (r == NULL) return NULL; Py_DECREF(r);

LOOP(get_attr, KEEP(PyObject_GetAttr(a, b)))
LOOP(get_attr_string, KEEP(PyObject_GetAttrString(a, "name")))
LOOP(set_attr, if (PyObject_SetAttr(a, b, Py_None) < 0) return NULL;)
LOOP(dict_get, if (PyDict_GetItem(a, b) == NULL) return NULL;)
LOOP(dict_get_error, if (PyDict_GetItemWithError(a, b) == NULL) return NULL;)
LOOP(dict_get_string, if (PyDict_GetItemString(a, "name") == NULL) return NULL;)
LOOP(dict_set, if (PyDict_SetItem(a, b, Py_None) < 0) return NULL;)
LOOP(dict_next, Py_ssize_t at = 0; PyObject *k, *v; while (PyDict_Next(a, &at, &k, &v)) i++;)
LOOP(call_one, KEEP(PyObject_CallOneArg(a, b)))
LOOP(call_tuple, KEEP(PyObject_CallObject(a, b)))
LOOP(call_method, KEEP(PyObject_CallMethodNoArgs(a, b)))
LOOP(ints, PyObject *n = PyLong_FromLong((long)i * 1000); if (n == NULL || PyLong_AsLong(n) < 0) return NULL; Py_DECREF(n);)
LOOP(floats, PyObject *n = PyFloat_FromDouble((double)i); if (n == NULL || PyFloat_AsDouble(n) < 0) return NULL; Py_DECREF(n);)
LOOP(strings, KEEP(PyUnicode_FromStringAndSize("some text", 9)))
LOOP(utf8, Py_ssize_t n; if (PyUnicode_AsUTF8AndSize(a, &n) == NULL) return NULL;)
LOOP(tuples, KEEP(PyTuple_Pack(2, Py_None, Py_True)))
LOOP(build_value, KEEP(Py_BuildValue("(iis)", 1, 1000, "text")))
LOOP(errors, PyErr_SetString(PyExc_ValueError, "message"); PyErr_Clear();)
LOOP(number_add, KEEP(PyNumber_Add(a, b)))
LOOP(compare, if (PyObject_RichCompareBool(a, b, Py_LT) < 0) return NULL;)
LOOP(is_instance, if (PyObject_IsInstance(a, b) < 0) return NULL;)
LOOP(get_item, KEEP(PyObject_GetItem(a, b)))
LOOP(sequence_fast, PyObject *s = PySequence_Fast(a, ""); if (s == NULL) return NULL; Py_DECREF(s);)
LOOP(memory, void *p = PyMem_Malloc(64); if (p == NULL) return PyErr_NoMemory(); PyMem_Free(p);)
LOOP(gil, PyGILState_STATE s = PyGILState_Ensure(); PyGILState_Release(s);)
LOOP(threads, Py_BEGIN_ALLOW_THREADS Py_END_ALLOW_THREADS)

static PyObject *
buffers(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_buffer view;
    for (Py_ssize_t i = PyLong_AsSsize_t(args[0]); i > 0; i--) {
        if (PyObject_GetBuffer(args[1], &view, PyBUF_SIMPLE) < 0)
            return NULL;
        PyBuffer_Release(&view);
    }
    Py_RETURN_NONE;
}

static PyObject *
list_append(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t count = PyLong_AsSsize_t(args[0]);
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++)
        if (PyList_Append(list, Py_None) < 0)
            Py_CLEAR(list);
    return list;
}

static PyObject *
list_fill(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t count = PyLong_AsSsize_t(args[0]);
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++)
        PyList_SET_ITEM(list, i, PyFloat_FromDouble((double)i));
    return list;
}

static PyObject *
iterate(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *it = PyObject_GetIter(args[1]), *item;
    while (it != NULL && (item = PyIter_Next(it)) != NULL)
        Py_DECREF(item);
    Py_XDECREF(it);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* ---- module ---- */

#define ROW(name) { #name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL }

static PyMethodDef functions[] = {
    { "noargs", noargs, METH_NOARGS, NULL },
    { "one", one, METH_O, NULL },
    { "fast", (PyCFunction)(void (*)(void))fast, METH_FASTCALL, NULL },
    { "fast_keywords", (PyCFunction)(void (*)(void))fast_keywords, METH_FASTCALL | METH_KEYWORDS, NULL },
    { "varargs", varargs, METH_VARARGS, NULL },
    { "parse_dd", parse_dd, METH_VARARGS, NULL },
    { "parse_keywords", (PyCFunction)(void (*)(void))parse_keywords, METH_VARARGS | METH_KEYWORDS, NULL },
    ROW(get_attr), ROW(get_attr_string), ROW(set_attr), ROW(dict_get), ROW(dict_get_error), ROW(dict_get_string), ROW(dict_set), ROW(dict_next),
    ROW(call_one), ROW(call_tuple), ROW(call_method), ROW(ints), ROW(floats), ROW(strings), ROW(utf8), ROW(tuples), ROW(build_value),
    ROW(errors), ROW(number_add), ROW(compare), ROW(is_instance), ROW(get_item), ROW(sequence_fast), ROW(memory), ROW(gil), ROW(threads),
    ROW(buffers), ROW(list_append), ROW(list_fill), ROW(iterate),
    { NULL, NULL, 0, NULL },
};

static struct PyModuleDef definition = { PyModuleDef_HEAD_INIT, .m_name = "border", .m_size = -1, .m_methods = functions };

PyMODINIT_FUNC
PyInit_border(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL || PyType_Ready(&thing_type) < 0 || PyModule_AddObjectRef(module, "Thing", (PyObject *)&thing_type) < 0)
        return NULL;
    return module;
}
