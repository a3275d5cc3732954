/* interp/builtins_class.c: __build_class__ (the class statement) and __import__. */
#include "interp/builtins.h"

#include "object/coll/tuple.h"
#include "interp/args.h"
#include "object/core/type.h"
#include "rt/singletons.h"
#include "vm/eval.h"

/* ---- bases ---- */

/* What `base.__mro_entries__(bases)` gives, NULL without exception if there is no such method. */
static PyObject *
mro_entries_of(PyObject *base, PyObject *bases)
{
    PyObject *meth, *r;
    if (PyType_Check(base) || PyObject_GetOptionalAttr(base, ID(__mro_entries__), &meth) <= 0)
        return NULL;
    r = PyObject_CallOneArg(meth, bases);
    Py_DECREF(meth);
    if (r != NULL && !PyTuple_Check(r)) {
        PyErr_SetString(PyExc_TypeError, "__mro_entries__ must return a tuple");
        Py_CLEAR(r);
    }
    return r;
}

/* PEP 560: replace bases that are not types. New reference: `bases` itself if nothing changed. */
static PyObject *
resolve_bases(PyObject *bases)
{
    PyObject *list = NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(bases);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *base = PyTuple_GET_ITEM(bases, i), *entries = mro_entries_of(base, bases);
        if (entries == NULL) {
            if (PyErr_Occurred() || (list != NULL && PyList_Append(list, base) < 0))
                goto fail;
            continue;
        }
        if (list == NULL) {
            PyObject *head = PyTuple_GetSlice(bases, 0, i);
            list = head == NULL ? NULL : PySequence_List(head);
            Py_XDECREF(head);
        }
        int failed = list == NULL || PyList_SetSlice(list, PyList_GET_SIZE(list), PyList_GET_SIZE(list), entries) < 0;
        Py_DECREF(entries);
        if (failed)
            goto fail;
    }
    if (list == NULL)
        return Py_NewRef(bases);
    PyObject *r = PyList_AsTuple(list);
    Py_DECREF(list);
    return r;
fail:
    Py_XDECREF(list);
    return NULL;
}

/* ---- the metaclass ---- */

struct class_build {
    PyObject *func, *name, *orig_bases, *bases, *kwds, *meta, *ns;
    int meta_is_class;
};

static int
build_keywords(struct class_build *b, PyObject *const *values, PyObject *kwnames)
{
    if (kwnames == NULL)
        return 0;
    if ((b->kwds = PyDict_New()) == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(kwnames); i++) {
        if (PyDict_SetItem(b->kwds, PyTuple_GET_ITEM(kwnames, i), values[i]) < 0)
            return -1;
    }
    int found = PyDict_Pop(b->kwds, ID(metaclass), &b->meta);
    if (found > 0)
        b->meta_is_class = PyType_Check(b->meta);
    return found < 0 ? -1 : 0;
}

static int
find_metaclass(struct class_build *b)
{
    if (b->meta == NULL) {
        PyObject *first = PyTuple_GET_SIZE(b->bases) == 0 ? (PyObject *)&PyType_Type
                                                          : (PyObject *)Py_TYPE(PyTuple_GET_ITEM(b->bases, 0));
        b->meta = Py_NewRef(first);
        b->meta_is_class = 1;
    }
    if (b->meta_is_class) {
        PyTypeObject *winner = type_calculate_metaclass((PyTypeObject *)b->meta, b->bases);
        if (winner == NULL)
            return -1;
        Py_SETREF(b->meta, Py_NewRef((PyObject *)winner));
    }
    return 0;
}

static int
prepare_namespace(struct class_build *b)
{
    PyObject *prep, *args[2] = { b->name, b->bases };
    int found = PyObject_GetOptionalAttr(b->meta, ID(__prepare__), &prep);
    if (found < 0)
        return -1;
    if (found == 0)
        b->ns = PyDict_New();
    else {
        b->ns = PyObject_VectorcallDict(prep, args, 2, b->kwds);
        Py_DECREF(prep);
    }
    if (b->ns == NULL)
        return -1;
    if (!PyMapping_Check(b->ns)) {
        PyErr_Format(PyExc_TypeError, "%.200s.__prepare__() must return a mapping, not %.200s",
                     b->meta_is_class ? ((PyTypeObject *)b->meta)->tp_name : "<metaclass>", Py_TYPE(b->ns)->tp_name);
        return -1;
    }
    return 0;
}

/* ---- the class ---- */

static int
check_class_cell(struct class_build *b, PyObject *cls, PyObject *cell)
{
    if (!PyType_Check(cls) || !PyCell_Check(cell))
        return 0;
    PyObject *in_cell = PyCell_GET(cell);
    if (in_cell == cls)
        return 0;
    if (in_cell == NULL)
        PyErr_Format(PyExc_RuntimeError, "__class__ not set defining %.200R as %.200R. Was __classcell__ propagated to type.__new__?", b->name, cls);
    else
        PyErr_Format(PyExc_TypeError, "__class__ set to %.200R defining %.200R as %.200R", in_cell, b->name, cls);
    return -1;
}

static PyObject *
make_class(struct class_build *b)
{
    PyObject *cell = _PyEval_Vector(ts_current(), (PyFunctionObject *)b->func, b->ns, NULL, 0, NULL);
    if (cell == NULL)
        return NULL;
    PyObject *cls = NULL;
    if (b->bases != b->orig_bases && PyMapping_SetItemString(b->ns, "__orig_bases__", b->orig_bases) < 0)
        goto done;
    PyObject *args[3] = { b->name, b->bases, b->ns };
    cls = PyObject_VectorcallDict(b->meta, args, 3, b->kwds);
    if (cls != NULL && check_class_cell(b, cls, cell) < 0)
        Py_CLEAR(cls);
done:
    Py_DECREF(cell);
    return cls;
}

static PyObject *
builtin_build_class(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs < 2) {
        PyErr_SetString(PyExc_TypeError, "__build_class__: not enough arguments");
        return NULL;
    }
    if (!PyFunction_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "__build_class__: func must be a function");
        return NULL;
    }
    if (!PyUnicode_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "__build_class__: name is not a string");
        return NULL;
    }
    struct class_build b = { .func = args[0], .name = args[1] };
    PyObject *cls = NULL;
    b.orig_bases = tuple_from_array(args + 2, nargs - 2);
    b.bases = b.orig_bases == NULL ? NULL : resolve_bases(b.orig_bases);
    if (b.bases != NULL && build_keywords(&b, args + nargs, kwnames) == 0 && find_metaclass(&b) == 0 &&
        prepare_namespace(&b) == 0)
        cls = make_class(&b);
    Py_XDECREF(b.orig_bases);
    Py_XDECREF(b.bases);
    Py_XDECREF(b.kwds);
    Py_XDECREF(b.meta);
    Py_XDECREF(b.ns);
    return cls;
}

static PyObject *
builtin_import(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "name", "globals", "locals", "fromlist", "level", NULL };
    static const struct args_spec spec = { "__import__", names, 1, 5 };
    PyObject *a[5];
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    int level = a[4] == NULL ? 0 : PyLong_AsInt(a[4]);
    if (level == -1 && PyErr_Occurred())
        return NULL;
    return PyImport_ImportModuleLevelObject(a[0], a[1], a[2], a[3] == NULL ? EMPTY_TUPLE : a[3], level);
}

PyMethodDef builtins_class_methods[] = {
    { "__build_class__", _PyCFunction_CAST(builtin_build_class), METH_FASTCALL | METH_KEYWORDS,
      PyDoc_STR("__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\nWhat the class statement calls.") },
    { "__import__", _PyCFunction_CAST(builtin_import), METH_FASTCALL | METH_KEYWORDS,
      PyDoc_STR("__import__($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)\n--\n\nWhat the import statement calls.") },
    { NULL },
};
