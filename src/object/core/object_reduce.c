/* object/core/object_reduce.c: how an object without pickling code of its own is pickled and copied.
 *
 * Protocol 2 and up: (copyreg.__newobj__ or __newobj_ex__, (cls, *args), state, list items, dict items), from
 * __getnewargs_ex__, __getnewargs__, __getstate__ and from being a list or dict. Below that copyreg._reduce_ex
 * answers. State without __getstate__ is the instance dict, or (dict, slot values). */
#include "object/core/type_impl.h"

#include "rt/hooks.h"
#include "rt/interp.h"                  /* sys.modules */
#include "rt/singletons.h"
#include "object/coll/dict_values.h"
#include "object/core/object.h"

static PyObject *
import_copyreg(void)
{
    PyObject *modules = interp_current()->imports.modules, *known;
    if (modules != NULL && PyDict_CheckExact(modules) && (known = PyDict_GetItemWithError(modules, ID(copyreg))) != NULL)
        return Py_NewRef(known);
    if (rt_hooks.import_module == NULL) {
        PyErr_SetString(PyExc_ImportError, "import is not available yet");
        return NULL;
    }
    return rt_hooks.import_module(ID(copyreg));
}

/* ---- state ---- */

/* The list that copyreg keeps on a class as __slotnames__, or None. */
static PyObject *
slot_names(PyTypeObject *t)
{
    PyObject *names;
    int found = PyDict_GetItemRef(type_dict(t), ID(__slotnames__), &names);
    if (found < 0)
        return NULL;
    if (found) {
        if (names == Py_None || PyList_Check(names))
            return names;
        PyErr_Format(PyExc_TypeError, "%.200s.__slotnames__ should be a list or None, not %.200s", t->tp_name,
                     Py_TYPE(names)->tp_name);
        Py_DECREF(names);
        return NULL;
    }
    PyObject *copyreg = import_copyreg();
    if (copyreg == NULL)
        return NULL;
    names = PyObject_CallMethodOneArg(copyreg, ID(_slotnames), (PyObject *)t);
    Py_DECREF(copyreg);
    if (names != NULL && names != Py_None && !PyList_Check(names)) {
        PyErr_SetString(PyExc_TypeError, "copyreg._slotnames didn't return a list or None");
        Py_CLEAR(names);
    }
    return names;
}

/* An object with C fields that neither dict nor slots show cannot be pickled by default. */
static int
check_no_hidden_fields(PyObject *obj, PyObject *names)
{
    PyTypeObject *t = Py_TYPE(obj);
    Py_ssize_t size = PyBaseObject_Type.tp_basicsize;
    if (t->tp_dictoffset != 0 && !(t->tp_flags & Py_TPFLAGS_MANAGED_DICT))
        size += sizeof(PyObject *);
    if (t->tp_weaklistoffset > 0)
        size += sizeof(PyObject *);
    if (names != Py_None)
        size += (Py_ssize_t)sizeof(PyObject *) * PyList_GET_SIZE(names);
    if (t->tp_basicsize <= size)
        return 0;
    PyErr_Format(PyExc_TypeError, "cannot pickle '%.200s' object", t->tp_name);
    return -1;
}

/* {name: value} of the slots that are set. */
static PyObject *
slot_values(PyObject *obj, PyObject *names)
{
    PyObject *slots = PyDict_New();
    Py_ssize_t n = PyList_GET_SIZE(names);
    for (Py_ssize_t i = 0; slots != NULL && i < n; i++) {
        PyObject *name = Py_NewRef(PyList_GET_ITEM(names, i)), *value;
        int found = PyObject_GetOptionalAttr(obj, name, &value);
        if (found < 0 || (found && PyDict_SetItem(slots, name, value) < 0))
            Py_CLEAR(slots);
        Py_DECREF(name);
        Py_XDECREF(value);
        if (slots != NULL && PyList_GET_SIZE(names) != n) {      /* the list belongs to the class */
            PyErr_Format(PyExc_RuntimeError, "__slotsname__ changed size during iteration");
            Py_CLEAR(slots);
        }
    }
    return slots;
}

static PyObject *
dict_state(PyObject *obj)
{
    PyTypeObject *t = Py_TYPE(obj);
    if (t->tp_dictoffset == 0)
        return Py_None;
    if (t->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
        if (instance_is_empty(obj))
            return Py_None;
    } else {
        PyObject **slot = object_dict_slot(obj);
        if (slot == NULL || *slot == NULL || PyDict_GET_SIZE(*slot) == 0)
            return Py_None;
    }
    return object_get_dict(obj);
}

static PyObject *
default_state(PyObject *obj, bool required)
{
    if (required && Py_TYPE(obj)->tp_itemsize != 0) {
        PyErr_Format(PyExc_TypeError, "cannot pickle %.200s objects", Py_TYPE(obj)->tp_name);
        return NULL;
    }
    PyObject *state = dict_state(obj);
    PyObject *names = state == NULL ? NULL : slot_names(Py_TYPE(obj));
    if (names == NULL || (required && check_no_hidden_fields(obj, names) < 0)) {
        Py_CLEAR(state);
    } else if (names != Py_None && PyList_GET_SIZE(names) > 0) {
        PyObject *slots = slot_values(obj, names);
        if (slots == NULL)
            Py_CLEAR(state);
        else if (PyDict_GET_SIZE(slots) > 0)
            Py_SETREF(state, PyTuple_Pack(2, state, slots));
        Py_XDECREF(slots);
    }
    Py_XDECREF(names);
    return state;
}

PyObject *object_getstate(PyObject *self, PyObject *unused) { return default_state(self, false); }

static PyObject *
get_state(PyObject *obj, bool required)
{
    PyObject *method = NULL, *state;
    if (_PyObject_GetMethod(obj, ID(__getstate__), &method)) {
        PyObject *args[] = { obj };
        state = method == type_lookup(&PyBaseObject_Type, ID(__getstate__)) ? default_state(obj, required) : PyObject_Vectorcall(method, args, 1, NULL);
        Py_DECREF(method);
        return state;
    }
    if (method == NULL)
        return NULL;
    if (PyCFunction_Check(method) && PyCFunction_GET_SELF(method) == obj
        && PyCFunction_GET_FUNCTION(method) == object_getstate)
        state = default_state(obj, required);
    else
        state = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    return state;
}

PyObject *_PyObject_GetState(PyObject *obj) { return get_state(obj, false); }

/* ---- arguments and items ---- */

static int
new_args_ex(PyObject *method, PyObject **args, PyObject **kwargs)
{
    PyObject *pair = PyObject_CallNoArgs(method);
    if (pair == NULL)
        return -1;
    if (!PyTuple_Check(pair))
        PyErr_Format(PyExc_TypeError, "__getnewargs_ex__ should return a tuple, not '%.200s'", Py_TYPE(pair)->tp_name);
    else if (PyTuple_GET_SIZE(pair) != 2)
        PyErr_Format(PyExc_ValueError, "__getnewargs_ex__ should return a tuple of length 2, not %zd",
                     PyTuple_GET_SIZE(pair));
    else if (!PyTuple_Check(PyTuple_GET_ITEM(pair, 0)))
        PyErr_Format(PyExc_TypeError, "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '%.200s'",
                     Py_TYPE(PyTuple_GET_ITEM(pair, 0))->tp_name);
    else if (!PyDict_Check(PyTuple_GET_ITEM(pair, 1)))
        PyErr_Format(PyExc_TypeError, "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '%.200s'",
                     Py_TYPE(PyTuple_GET_ITEM(pair, 1))->tp_name);
    else {
        *args = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
        *kwargs = Py_NewRef(PyTuple_GET_ITEM(pair, 1));
    }
    Py_DECREF(pair);
    return *args == NULL ? -1 : 0;
}

/* What cls.__new__ shall get: both NULL when the object does not say. */
static int
new_args(PyObject *obj, PyObject **args, PyObject **kwargs)
{
    *args = *kwargs = NULL;
    PyObject *method = object_lookup_special(obj, ID(__getnewargs_ex__));
    if (method != NULL) {
        int err = new_args_ex(method, args, kwargs);
        Py_DECREF(method);
        return err;
    }
    if (PyErr_Occurred())
        return -1;
    method = object_lookup_special(obj, ID(__getnewargs__));
    if (method == NULL)
        return PyErr_Occurred() ? -1 : 0;
    *args = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (*args == NULL)
        return -1;
    if (!PyTuple_Check(*args)) {
        PyErr_Format(PyExc_TypeError, "__getnewargs__ should return a tuple, not '%.200s'", Py_TYPE(*args)->tp_name);
        Py_CLEAR(*args);
        return -1;
    }
    return 0;
}

static PyObject *
list_items(PyObject *obj)
{
    return PyList_Check(obj) ? PyObject_GetIter(obj) : Py_None;
}

static PyObject *
dict_items(PyObject *obj)
{
    if (!PyDict_Check(obj))
        return Py_None;
    PyObject *items = PyObject_CallMethodNoArgs(obj, ID(items));
    PyObject *it = items == NULL ? NULL : PyObject_GetIter(items);
    Py_XDECREF(items);
    return it;
}

/* ---- reduce ---- */

/* copyreg.__newobj__ with (cls, *args), or __newobj_ex__ with (cls, args, kwargs). */
static PyObject *
new_call(PyObject *copyreg, PyObject *cls, PyObject *args, PyObject *kwargs, PyObject **newargs)
{
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        *newargs = PyTuple_Pack(3, cls, args, kwargs);
        return *newargs == NULL ? NULL : PyObject_GetAttr(copyreg, ID(__newobj_ex__));
    }
    Py_ssize_t n = args != NULL ? PyTuple_GET_SIZE(args) : 0;
    *newargs = PyTuple_New(n + 1);
    if (*newargs == NULL)
        return NULL;
    PyTuple_SET_ITEM(*newargs, 0, Py_NewRef(cls));
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(*newargs, i + 1, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    return PyObject_GetAttr(copyreg, ID(__newobj__));
}

static PyObject *
reduce_newobj(PyObject *obj)
{
    PyObject *args, *kwargs, *newargs = NULL, *newobj = NULL, *state = NULL, *list = NULL, *dict = NULL, *out = NULL;
    if (Py_TYPE(obj)->tp_new == NULL) {
        PyErr_Format(PyExc_TypeError, "cannot pickle '%.200s' object", Py_TYPE(obj)->tp_name);
        return NULL;
    }
    if (new_args(obj, &args, &kwargs) < 0)
        return NULL;
    PyObject *copyreg = import_copyreg();
    if (copyreg != NULL)
        newobj = new_call(copyreg, (PyObject *)Py_TYPE(obj), args, kwargs, &newargs);
    if (newobj != NULL)
        state = get_state(obj, !(args != NULL || PyList_Check(obj) || PyDict_Check(obj)));
    if (state != NULL && (list = list_items(obj)) != NULL)
        dict = dict_items(obj);
    if (dict != NULL)
        out = PyTuple_Pack(5, newobj, newargs, state, list, dict);
    Py_XDECREF(copyreg);
    Py_XDECREF(args);
    Py_XDECREF(kwargs);
    Py_XDECREF(newobj);
    Py_XDECREF(newargs);
    Py_XDECREF(state);
    Py_XDECREF(list);
    Py_XDECREF(dict);
    return out;
}

static PyObject *
common_reduce(PyObject *self, int protocol)
{
    if (protocol >= 2)
        return reduce_newobj(self);
    PyObject *copyreg = import_copyreg();
    if (copyreg == NULL)
        return NULL;
    PyObject *function = PyObject_GetAttrString(copyreg, "_reduce_ex");
    Py_DECREF(copyreg);
    PyObject *number = function == NULL ? NULL : PyLong_FromLong(protocol);
    PyObject *args[] = { self, number };
    PyObject *out = number == NULL ? NULL : PyObject_Vectorcall(function, args, 2, NULL);
    Py_XDECREF(number);
    Py_XDECREF(function);
    return out;
}

PyObject *object_reduce(PyObject *self, PyObject *unused) { return common_reduce(self, 0); }

/* Is object's __reduce__ what t.__reduce__ answers, and does looking it up on an instance run no code? */
static bool
inherits_reduce(PyTypeObject *t)
{
    PyObject *own = type_lookup(&PyBaseObject_Type, ID(__reduce__));
    return t->tp_getattro == PyObject_GenericGetAttr && Py_TYPE(t)->tp_getattro == PyType_Type.tp_getattro
        && type_lookup(t, ID(__reduce__)) == own && type_lookup(Py_TYPE(t), ID(__reduce__)) == own;
}

/* A class that overrides __reduce__ gets it called. */
PyObject *
object_reduce_ex(PyObject *self, PyObject *protocol)
{
    long version = PyLong_AsLong(protocol);
    if (version == -1 && PyErr_Occurred())
        return NULL;
    if (inherits_reduce(Py_TYPE(self)))
        return common_reduce(self, (int)version);
    PyObject *reduce, *theirs;
    if (PyObject_GetOptionalAttr(self, ID(__reduce__), &reduce) < 0)
        return NULL;
    if (reduce != NULL) {
        theirs = PyObject_GetAttr((PyObject *)Py_TYPE(self), ID(__reduce__));
        if (theirs == NULL) {
            Py_DECREF(reduce);
            return NULL;
        }
        bool overridden = theirs != type_lookup(&PyBaseObject_Type, ID(__reduce__));
        Py_DECREF(theirs);
        if (overridden) {
            PyObject *out = PyObject_CallNoArgs(reduce);
            Py_DECREF(reduce);
            return out;
        }
        Py_DECREF(reduce);
    }
    return common_reduce(self, (int)version);
}
