/* object/core/type_lookup.c: special methods, subtype tests, and names of types. */
#include "object/core/type_impl.h"

#include <string.h>

#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/text/str.h"

/* ---- special methods ---- */

PyObject *
object_lookup_method(PyObject *self, PyObject *name, int *unbound)
{
    *unbound = 0;
    PyObject *res = Py_XNewRef(type_lookup(Py_TYPE(self), name));
    if (res == NULL)
        return NULL;
    if (Py_TYPE(res)->tp_flags & Py_TPFLAGS_METHOD_DESCRIPTOR) {
        *unbound = 1;
        return res;
    }
    descrgetfunc get = Py_TYPE(res)->tp_descr_get;
    if (get != NULL)
        Py_SETREF(res, get(res, self, (PyObject *)Py_TYPE(self)));
    return res;
}

PyObject *
object_lookup_special(PyObject *self, PyObject *name)
{
    PyObject *res = Py_XNewRef(type_lookup(Py_TYPE(self), name));
    if (res == NULL)
        return NULL;
    descrgetfunc get = Py_TYPE(res)->tp_descr_get;
    if (get != NULL)
        Py_SETREF(res, get(res, self, (PyObject *)Py_TYPE(self)));
    return res;
}

PyObject *_PyObject_LookupSpecial(PyObject *self, PyObject *name) { return object_lookup_special(self, name); }

PyObject *
object_call_special(PyObject *self, PyObject *name, PyObject *const *args, Py_ssize_t n)
{
    int unbound;
    PyObject *method = object_lookup_method(self, name, &unbound);
    if (method == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_AttributeError, name);
        return NULL;
    }
    PyObject *stack[8] = { NULL, self };
    for (Py_ssize_t i = 0; i < n; i++)
        stack[2 + i] = args[i];
    PyThreadState *ts = ts_current();
    PyObject *out = unbound ? call_vector(ts, method, stack + 1, (size_t)(n + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL)
                            : call_vector(ts, method, stack + 2, (size_t)n | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_DECREF(method);
    return out;
}

/* ---- subtypes ---- */

bool
type_is_subtype(PyTypeObject *a, PyTypeObject *b)
{
    PyObject *mro = a->tp_mro;
    if (mro != NULL) {
        PyObject *const *items = ((PyTupleObject *)mro)->ob_item;
        for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro); i < n; i++)
            if (items[i] == (PyObject *)b)
                return true;
        return false;
    }
    /* Not ready yet: follow tp_base. */
    for (PyTypeObject *t = a; t != NULL; t = t->tp_base)
        if (t == b)
            return true;
    return b == &PyBaseObject_Type;
}

int PyType_IsSubtype(PyTypeObject *a, PyTypeObject *b) { return type_is_subtype(a, b); }
unsigned long PyType_GetFlags(PyTypeObject *t) { return t->tp_flags; }

PyTypeObject *
type_calculate_metaclass(PyTypeObject *winner, PyObject *bases)
{
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(bases); i < n; i++) {
        PyTypeObject *meta = Py_TYPE(PyTuple_GET_ITEM(bases, i));
        if (type_is_subtype(winner, meta))
            continue;
        if (type_is_subtype(meta, winner)) {
            winner = meta;
            continue;
        }
        PyErr_SetString(PyExc_TypeError, "metaclass conflict: the metaclass of a derived class must be a (non-strict) "
                                         "subclass of the metaclasses of all its bases");
        return NULL;
    }
    return winner;
}

/* ---- names ---- */

const char *
type_short_name(PyTypeObject *t)
{
    const char *dot = strrchr(t->tp_name, '.');
    return dot == NULL ? t->tp_name : dot + 1;
}

const char *_PyType_Name(PyTypeObject *t) { return type_short_name(t); }

PyObject *
PyType_GetName(PyTypeObject *t)
{
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)
        return Py_NewRef(type_heap(t)->ht_name);
    return PyUnicode_FromString(type_short_name(t));     /* a new one each time: pickles show it */
}

PyObject *
type_get_qualname(PyTypeObject *t)
{
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)
        return Py_NewRef(type_heap(t)->ht_qualname);
    return PyType_GetName(t);
}

PyObject *PyType_GetQualName(PyTypeObject *t) { return type_get_qualname(t); }

PyObject *
type_get_module(PyTypeObject *t)
{
    PyObject *module;
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE) {
        if (PyDict_GetItemRef(type_dict(t), ID(__module__), &module) == 0)
            PyErr_SetString(PyExc_AttributeError, "__module__");
        return module;
    }
    const char *dot = strrchr(t->tp_name, '.');
    if (dot == NULL)
        return ID(builtins);
    module = PyUnicode_FromStringAndSize(t->tp_name, dot - t->tp_name);
    if (module != NULL)
        str_intern_mortal(&module);
    return module;
}

PyObject *PyType_GetModuleName(PyTypeObject *t) { return type_get_module(t); }

PyObject *
type_fully_qualified_name(PyTypeObject *t, char sep)
{
    if ((t->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0)
        return PyUnicode_FromString(t->tp_name);
    PyObject *qualname = type_get_qualname(t);
    if (qualname == NULL)
        return NULL;
    PyObject *module = type_get_module(t), *out;
    if (module == NULL) {
        Py_DECREF(qualname);
        return NULL;
    }
    if (PyUnicode_Check(module) && !str_eq(module, ID(builtins)) && !str_eq(module, ID(__main__)))
        out = PyUnicode_FromFormat("%U%c%U", module, sep, qualname);
    else
        out = Py_NewRef(qualname);
    Py_DECREF(module);
    Py_DECREF(qualname);
    return out;
}

PyObject *PyType_GetFullyQualifiedName(PyTypeObject *t) { return type_fully_qualified_name(t, '.'); }
