/* object/core/type_wrap.c: C slots as Python methods.
 *
 * A wrapper descriptor holds one of these functions and the C slot; the function unpacks the argument tuple, calls
 * the slot and turns its result into an object. The table in type_slots.c says which name uses which. */
#include "object/coll/memoryview.h"
#include "object/core/type_wrap.h"

#include <limits.h>

#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/core/type_impl.h"

/* Exactly n arguments: 1, or 0 with TypeError whose message begins with `who`. */
static int
exactly(PyObject *args, Py_ssize_t n, const char *who)
{
    if (!PyTuple_CheckExact(args)) {
        PyErr_SetString(PyExc_SystemError, "PyArg_UnpackTuple() argument list is not a tuple");
        return 0;
    }
    if (PyTuple_GET_SIZE(args) == n)
        return 1;
    PyErr_Format(PyExc_TypeError, "%sexpected %zd argument%s, got %zd", who, n, n == 1 ? "" : "s", PyTuple_GET_SIZE(args));
    return 0;
}

/* min to 2 arguments into *a and *b (b untouched when absent): 1, or 0 with TypeError. */
static int
one_or_two(PyObject *args, Py_ssize_t min, PyObject **a, PyObject **b)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!args_count("", n, min, 2))
        return 0;
    if (n > 0)
        *a = PyTuple_GET_ITEM(args, 0);
    if (n > 1)
        *b = PyTuple_GET_ITEM(args, 1);
    return 1;
}

static PyObject *
none_or_null(int err)
{
    return err < 0 ? NULL : Py_None;
}

PyObject *
wrap_lenfunc(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 0, ""))
        return NULL;
    Py_ssize_t n = ((lenfunc)wrapped)(self);
    return n == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(n);
}

PyObject *
wrap_inquirypred(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 0, ""))
        return NULL;
    int n = ((inquiry)wrapped)(self);
    return n == -1 && PyErr_Occurred() ? NULL : PyBool_FromLong(n);
}

PyObject *
wrap_unaryfunc(PyObject *self, PyObject *args, void *wrapped)
{
    return exactly(args, 0, "") ? ((unaryfunc)wrapped)(self) : NULL;
}

PyObject *
wrap_binaryfunc(PyObject *self, PyObject *args, void *wrapped)
{
    return exactly(args, 1, "") ? ((binaryfunc)wrapped)(self, PyTuple_GET_ITEM(args, 0)) : NULL;
}

PyObject *
wrap_binaryfunc_l(PyObject *self, PyObject *args, void *wrapped)
{
    return wrap_binaryfunc(self, args, wrapped);
}

PyObject *
wrap_binaryfunc_r(PyObject *self, PyObject *args, void *wrapped)
{
    return exactly(args, 1, "") ? ((binaryfunc)wrapped)(PyTuple_GET_ITEM(args, 0), self) : NULL;
}

PyObject *
wrap_ternaryfunc(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *other, *third = Py_None;
    return one_or_two(args, 1, &other, &third) ? ((ternaryfunc)wrapped)(self, other, third) : NULL;
}

PyObject *
wrap_ternaryfunc_r(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *other, *third = Py_None;
    return one_or_two(args, 1, &other, &third) ? ((ternaryfunc)wrapped)(other, self, third) : NULL;
}

PyObject *
wrap_indexargfunc(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, " "))            /* CPython names the function "" here */
        return NULL;
    Py_ssize_t i = PyNumber_AsSsize_t(PyTuple_GET_ITEM(args, 0), PyExc_OverflowError);
    return i == -1 && PyErr_Occurred() ? NULL : ((ssizeargfunc)wrapped)(self, i);
}

/* A sequence index: negative ones count from the end. -1 with or without an exception. */
static Py_ssize_t
sequence_index(PyObject *self, PyObject *arg)
{
    Py_ssize_t i = PyNumber_AsSsize_t(arg, PyExc_OverflowError);
    if (i == -1 && PyErr_Occurred())
        return -1;
    PySequenceMethods *sq = Py_TYPE(self)->tp_as_sequence;
    if (i < 0 && sq != NULL && sq->sq_length != NULL) {
        Py_ssize_t n = sq->sq_length(self);
        if (n < 0)
            return -1;
        i += n;
    }
    return i;
}

PyObject *
wrap_sq_item(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, ""))
        return NULL;
    Py_ssize_t i = sequence_index(self, PyTuple_GET_ITEM(args, 0));
    return i == -1 && PyErr_Occurred() ? NULL : ((ssizeargfunc)wrapped)(self, i);
}

PyObject *
wrap_sq_setitem(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *arg, *value;
    if (!one_or_two(args, 2, &arg, &value))
        return NULL;
    Py_ssize_t i = sequence_index(self, arg);
    return i == -1 && PyErr_Occurred() ? NULL : none_or_null(((ssizeobjargproc)wrapped)(self, i, value));
}

PyObject *
wrap_sq_delitem(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, ""))
        return NULL;
    Py_ssize_t i = sequence_index(self, PyTuple_GET_ITEM(args, 0));
    return i == -1 && PyErr_Occurred() ? NULL : none_or_null(((ssizeobjargproc)wrapped)(self, i, NULL));
}

PyObject *
wrap_objobjproc(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, ""))
        return NULL;
    int found = ((objobjproc)wrapped)(self, PyTuple_GET_ITEM(args, 0));
    return found == -1 && PyErr_Occurred() ? NULL : PyBool_FromLong(found);
}

PyObject *
wrap_objobjargproc(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *key, *value;
    if (!one_or_two(args, 2, &key, &value))
        return NULL;
    return none_or_null(((objobjargproc)wrapped)(self, key, value));
}

PyObject *
wrap_delitem(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, ""))
        return NULL;
    return none_or_null(((objobjargproc)wrapped)(self, PyTuple_GET_ITEM(args, 0), NULL));
}

/* object.__setattr__(x, ...) must not jump over a C-level tp_setattro between object and type(x), or immutable
 * types could be changed. 1 when `func` is the slot that should run, 0 with TypeError. */
static int
setattr_is_legal(PyObject *self, setattrofunc func, const char *what)
{
    PyTypeObject *type = Py_TYPE(self), *defining = type;
    PyObject *mro = type->tp_mro;
    if (mro == NULL)
        return 1;
    for (Py_ssize_t i = PyTuple_GET_SIZE(mro); i-- > 0;) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (base->tp_setattro != slot_tp_setattro && base->tp_setattro == type->tp_setattro) {
            defining = base;
            break;
        }
    }
    for (PyTypeObject *base = defining; base != NULL; base = base->tp_base) {
        if (base->tp_setattro == func)
            break;
        if (base->tp_setattro != slot_tp_setattro) {
            PyErr_Format(PyExc_TypeError, "can't apply this %s to %s object", what, type->tp_name);
            return 0;
        }
    }
    return 1;
}

PyObject *
wrap_setattr(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *name, *value;
    if (!one_or_two(args, 2, &name, &value) || !setattr_is_legal(self, (setattrofunc)wrapped, "__setattr__"))
        return NULL;
    return none_or_null(((setattrofunc)wrapped)(self, name, value));
}

PyObject *
wrap_delattr(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, "") || !setattr_is_legal(self, (setattrofunc)wrapped, "__delattr__"))
        return NULL;
    return none_or_null(((setattrofunc)wrapped)(self, PyTuple_GET_ITEM(args, 0), NULL));
}

PyObject *
wrap_hashfunc(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 0, ""))
        return NULL;
    Py_hash_t h = ((hashfunc)wrapped)(self);
    return h == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(h);
}

PyObject *
wrap_call(PyObject *self, PyObject *args, void *wrapped, PyObject *kwds)
{
    return ((ternaryfunc)wrapped)(self, args, kwds);
}

PyObject *
wrap_del(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 0, ""))
        return NULL;
    ((destructor)wrapped)(self);
    return Py_None;
}

static PyObject *
wrap_compare(PyObject *self, PyObject *args, void *wrapped, int op)
{
    return exactly(args, 1, "") ? ((richcmpfunc)wrapped)(self, PyTuple_GET_ITEM(args, 0), op) : NULL;
}
PyObject *wrap_lt(PyObject *self, PyObject *args, void *wrapped) { return wrap_compare(self, args, wrapped, Py_LT); }
PyObject *wrap_le(PyObject *self, PyObject *args, void *wrapped) { return wrap_compare(self, args, wrapped, Py_LE); }
PyObject *wrap_eq(PyObject *self, PyObject *args, void *wrapped) { return wrap_compare(self, args, wrapped, Py_EQ); }
PyObject *wrap_ne(PyObject *self, PyObject *args, void *wrapped) { return wrap_compare(self, args, wrapped, Py_NE); }
PyObject *wrap_gt(PyObject *self, PyObject *args, void *wrapped) { return wrap_compare(self, args, wrapped, Py_GT); }
PyObject *wrap_ge(PyObject *self, PyObject *args, void *wrapped) { return wrap_compare(self, args, wrapped, Py_GE); }

PyObject *
wrap_next(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 0, ""))
        return NULL;
    PyObject *out = ((unaryfunc)wrapped)(self);
    if (out == NULL && !PyErr_Occurred())
        PyErr_SetNone(PyExc_StopIteration);
    return out;
}

PyObject *
wrap_descr_get(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *obj, *type = NULL;
    if (!one_or_two(args, 1, &obj, &type))
        return NULL;
    if (obj == Py_None)
        obj = NULL;
    if (type == Py_None)
        type = NULL;
    if (type == NULL && obj == NULL) {
        PyErr_SetString(PyExc_TypeError, "__get__(None, None) is invalid");
        return NULL;
    }
    return ((descrgetfunc)wrapped)(self, obj, type);
}

PyObject *
wrap_descr_set(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *obj, *value;
    if (!one_or_two(args, 2, &obj, &value))
        return NULL;
    return none_or_null(((descrsetfunc)wrapped)(self, obj, value));
}

PyObject *
wrap_descr_delete(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, ""))
        return NULL;
    return none_or_null(((descrsetfunc)wrapped)(self, PyTuple_GET_ITEM(args, 0), NULL));
}

PyObject *
wrap_init(PyObject *self, PyObject *args, void *wrapped, PyObject *kwds)
{
    return none_or_null(((initproc)wrapped)(self, args, kwds));
}

/* ---- __new__ ---- */

PyObject *
wrap_tp_new(PyObject *self, PyObject *args, PyObject *kwds)
{
    if (self == NULL || !PyType_Check(self)) {
        PyErr_Format(PyExc_SystemError, "__new__() called with non-type 'self'");
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)self;
    if (!PyTuple_Check(args) || PyTuple_GET_SIZE(args) < 1) {
        PyErr_Format(PyExc_TypeError, "%s.__new__(): not enough arguments", type->tp_name);
        return NULL;
    }
    PyObject *arg = PyTuple_GET_ITEM(args, 0);
    if (!PyType_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "%s.__new__(X): X is not a type object (%s)", type->tp_name, Py_TYPE(arg)->tp_name);
        return NULL;
    }
    PyTypeObject *subtype = (PyTypeObject *)arg;
    if (!PyType_IsSubtype(subtype, type)) {
        PyErr_Format(PyExc_TypeError, "%s.__new__(%s): %s is not a subtype of %s", type->tp_name, subtype->tp_name,
                     subtype->tp_name, type->tp_name);
        return NULL;
    }
    /* object.__new__(dict) would make a dict without its fields: the nearest C tp_new must be this one. */
    PyTypeObject *base = subtype;
    while (base != NULL && base->tp_new == slot_tp_new)
        base = base->tp_base;
    if (base != NULL && base->tp_new != type->tp_new) {
        PyErr_Format(PyExc_TypeError, "%s.__new__(%s) is not safe, use %s.__new__()", type->tp_name, subtype->tp_name,
                     base->tp_name);
        return NULL;
    }
    args = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (args == NULL)
        return NULL;
    PyObject *out = type->tp_new(subtype, args, kwds);
    Py_DECREF(args);
    return out;
}

PyMethodDef type_new_methoddef[] = {
    { "__new__", _PyCFunction_CAST(wrap_tp_new), METH_VARARGS | METH_KEYWORDS,
      PyDoc_STR("__new__($type, *args, **kwargs)\n--\n\nMake an object; __init__ is not run.") },
    { NULL },
};

/* ---- buffer ---- */

PyObject *
wrap_buffer(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, ""))
        return NULL;
    Py_ssize_t flags = PyNumber_AsSsize_t(PyTuple_GET_ITEM(args, 0), PyExc_OverflowError);
    if (flags == -1 && PyErr_Occurred())
        return NULL;
    if (flags > INT_MAX || flags < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "buffer flags out of range");
        return NULL;
    }
    return memoryview_from_bufferproc(self, (int)flags, (getbufferproc)wrapped);
}

PyObject *
wrap_releasebuffer(PyObject *self, PyObject *args, void *wrapped)
{
    if (!exactly(args, 1, ""))
        return NULL;
    PyObject *arg = PyTuple_GET_ITEM(args, 0);
    if (!PyMemoryView_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "expected a memoryview object");
        return NULL;
    }
    PyMemoryViewObject *mv = (PyMemoryViewObject *)arg;
    if (mv->view.obj != NULL && mv->view.obj != self) {
        PyErr_SetString(PyExc_ValueError, "memoryview's buffer is not this object");
        return NULL;
    }
    if (mv->flags & _Py_MEMORYVIEW_RELEASED) {
        PyErr_SetString(PyExc_ValueError, "memoryview's buffer has already been released");
        return NULL;
    }
    /* Not its view alone: what holds the buffer would give it back once more. */
    return PyObject_CallMethod(arg, "release", NULL);
}
