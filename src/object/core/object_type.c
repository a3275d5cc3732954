/* object/core/object_type.c: the type `object`, whose methods every object has. Pickling is in object_reduce.c. */
#include "object/core/type_impl.h"

#include "rt/singletons.h"
#include "object/core/object.h"
#include "object/text/str.h"

/* ---- making ---- */

/* "Can't instantiate abstract class X without an implementation for abstract method 'f'". Always NULL. */
static PyObject *
raise_abstract(PyTypeObject *t)
{
    PyObject *methods = PyObject_GetAttr((PyObject *)t, ID(__abstractmethods__));
    PyObject *names = methods == NULL ? NULL : PySequence_List(methods), *sep = NULL, *text = NULL;
    Py_XDECREF(methods);
    if (names != NULL && PyList_Sort(names) == 0)
        sep = PyUnicode_FromString("', '");
    if (sep != NULL)
        text = PyUnicode_Join(sep, names);
    if (text != NULL)
        PyErr_Format(PyExc_TypeError, "Can't instantiate abstract class %s without an implementation for abstract "
                                      "method%s '%U'", t->tp_name, PyList_GET_SIZE(names) > 1 ? "s" : "", text);
    Py_XDECREF(text);
    Py_XDECREF(sep);
    Py_XDECREF(names);
    return NULL;
}

/* Arguments are for whichever of __new__ and __init__ is overridden; if neither is, nobody wants them. */
PyObject *
object_new(PyTypeObject *t, PyObject *args, PyObject *kwds)
{
    if (type_excess_args(args, kwds)) {
        if (t->tp_new != object_new) {
            PyErr_SetString(PyExc_TypeError, "object.__new__() takes exactly one argument (the type to instantiate)");
            return NULL;
        }
        if (t->tp_init == object_init) {
            PyErr_Format(PyExc_TypeError, "%.200s() takes no arguments", t->tp_name);
            return NULL;
        }
    }
    if (t->tp_flags & Py_TPFLAGS_IS_ABSTRACT)
        return raise_abstract(t);
    return t->tp_alloc(t, 0);
}

int
object_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyTypeObject *t = Py_TYPE(self);
    if (type_excess_args(args, kwds)) {
        if (t->tp_init != object_init) {
            PyErr_SetString(PyExc_TypeError,
                            "object.__init__() takes exactly one argument (the instance to initialize)");
            return -1;
        }
        if (t->tp_new == object_new) {
            PyErr_Format(PyExc_TypeError, "%.200s.__init__() takes exactly one argument (the instance to initialize)",
                         t->tp_name);
            return -1;
        }
    }
    return 0;
}

static void object_dealloc(PyObject *self) { Py_TYPE(self)->tp_free(self); }

/* ---- text and comparison ---- */

PyObject *
object_repr(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self);
    PyObject *module = type_get_module(t), *out;
    if (module == NULL)
        PyErr_Clear();
    else if (!PyUnicode_Check(module))
        Py_CLEAR(module);
    PyObject *name = type_get_qualname(t);
    if (name == NULL) {
        Py_XDECREF(module);
        return NULL;
    }
    if (module != NULL && !str_eq(module, ID(builtins)))
        out = PyUnicode_FromFormat("<%U.%U object at %p>", module, name, self);
    else
        out = PyUnicode_FromFormat("<%s object at %p>", t->tp_name, self);
    Py_XDECREF(module);
    Py_DECREF(name);
    return out;
}

PyObject *
object_str(PyObject *self)
{
    reprfunc repr = Py_TYPE(self)->tp_repr;
    return repr == NULL ? object_repr(self) : repr(self);
}

PyObject *
object_richcompare(PyObject *self, PyObject *other, int op)
{
    if (op == Py_EQ)                     /* "not the same" leaves the other operand its say */
        return self == other ? Py_True : Py_NotImplemented;
    richcmpfunc compare = Py_TYPE(self)->tp_richcompare;
    if (op != Py_NE || compare == NULL)
        return Py_NotImplemented;
    PyObject *equal = compare(self, other, Py_EQ);
    if (equal == NULL || equal == Py_NotImplemented)
        return equal;
    int truth = PyObject_IsTrue(equal);
    Py_DECREF(equal);
    return truth < 0 ? NULL : PyBool_FromLong(!truth);
}

/* ---- methods ---- */

static PyObject *object_get_class(PyObject *self, void *closure) { return Py_NewRef(Py_TYPE(self)); }
static PyObject *object_subclasshook(PyObject *cls, PyObject *arg) { return Py_NotImplemented; }
static PyObject *object_init_subclass(PyObject *cls, PyObject *unused) { return Py_None; }

static PyObject *
object_format(PyObject *self, PyObject *spec)
{
    if (!PyUnicode_Check(spec)) {
        PyErr_Format(PyExc_TypeError, "__format__() argument must be str, not %.50s",
                     spec == Py_None ? "None" : Py_TYPE(spec)->tp_name);
        return NULL;
    }
    if (PyUnicode_GET_LENGTH(spec) > 0) {
        PyErr_Format(PyExc_TypeError, "unsupported format string passed to %.200s.__format__", Py_TYPE(self)->tp_name);
        return NULL;
    }
    PyObject *text = PyObject_Str(self);
    PyObject *out = text == NULL ? NULL : PyObject_Format(text, spec);
    Py_XDECREF(text);
    return out;
}

static PyObject *
object_sizeof(PyObject *self, PyObject *unused)
{
    PyTypeObject *t = Py_TYPE(self);
    Py_ssize_t size = t->tp_basicsize;
    if (t->tp_itemsize > 0)
        size += Py_SIZE(self) * t->tp_itemsize;
    return PyLong_FromSsize_t(size);
}

static PyObject *
object_dir(PyObject *self, PyObject *unused)
{
    PyObject *dict, *cls, *out = NULL;
    if (PyObject_GetOptionalAttr(self, ID(__dict__), &dict) < 0)
        return NULL;
    if (dict == NULL || !PyDict_Check(dict))
        Py_XSETREF(dict, PyDict_New());
    else
        Py_SETREF(dict, PyDict_Copy(dict));
    if (dict == NULL)
        return NULL;
    if (PyObject_GetOptionalAttr(self, ID(__class__), &cls) == 0 || (cls != NULL && type_merge_class_dict(dict, cls) == 0))
        out = PyDict_Keys(dict);
    Py_XDECREF(cls);
    Py_DECREF(dict);
    return out;
}

static PyMethodDef object_methods[] = {
    { "__reduce_ex__", object_reduce_ex, METH_O, PyDoc_STR("__reduce_ex__($self, protocol, /)\n--\n\nWhat pickle stores.") },
    { "__reduce__", object_reduce, METH_NOARGS, PyDoc_STR("__reduce__($self, /)\n--\n\nWhat pickle stores.") },
    { "__getstate__", object_getstate, METH_NOARGS, PyDoc_STR("__getstate__($self, /)\n--\n\nThe attributes that pickle stores.") },
    { "__subclasshook__", object_subclasshook, METH_CLASS | METH_O,
      PyDoc_STR("__subclasshook__($type, object, /)\n--\n\nOverridden by abstract classes to answer issubclass().") },
    { "__init_subclass__", object_init_subclass, METH_CLASS | METH_NOARGS,
      PyDoc_STR("__init_subclass__($type, /)\n--\n\nRuns when a class is subclassed; does nothing by default.") },
    { "__format__", object_format, METH_O,
      PyDoc_STR("__format__($self, format_spec, /)\n--\n\nThe text of str(self); only an empty format is known.") },
    { "__sizeof__", object_sizeof, METH_NOARGS, PyDoc_STR("__sizeof__($self, /)\n--\n\nBytes that the object takes.") },
    { "__dir__", object_dir, METH_NOARGS, PyDoc_STR("__dir__($self, /)\n--\n\nNames of the attributes.") },
    { NULL },
};

static PyGetSetDef object_getsets[] = {
    { "__class__", object_get_class, object_set_class, PyDoc_STR("the class of the object") },
    { NULL },
};

PyTypeObject PyBaseObject_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "object",
    .tp_basicsize = sizeof(PyObject),
    .tp_dealloc = object_dealloc,
    .tp_repr = object_repr,
    .tp_hash = PyObject_GenericHash,
    .tp_str = object_str,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_setattro = PyObject_GenericSetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = PyDoc_STR("object()\n--\n\nThe base of all classes.\n\n"
                        "It has the methods that every object has and takes no arguments."),
    .tp_richcompare = object_richcompare,
    .tp_methods = object_methods,
    .tp_getset = object_getsets,
    .tp_init = object_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = object_new,
    .tp_free = PyObject_Free,
};
