/* object/core/descr_property.c: property.
 *
 * The docstring is the explicit one, else the getter's. A subclass has a __doc__ of its own in its class dict, which
 * would hide ours: its instances keep the docstring as an ordinary attribute. */
#include "object/core/descr.h"

#include <stddef.h>

#include "rt/singletons.h"
#include "object/core/call.h"

#define PROPERTY(o) ((struct property *)(o))

/* The name for messages and __name__: 1 with a new reference, 0 with NULL, -1. */
static int
property_name(struct property *p, PyObject **name)
{
    *name = Py_XNewRef(p->name);
    if (*name != NULL)
        return 1;
    return p->get == NULL ? 0 : PyObject_GetOptionalAttr(p->get, ID(__name__), name);
}

/* AttributeError "property 'x' of 'C' object has no getter". */
static void
raise_missing(PyObject *self, PyObject *obj, const char *what)
{
    PyObject *name, *qualname;
    if (property_name(PROPERTY(self), &name) < 0)
        return;
    qualname = PyType_GetQualName(Py_TYPE(obj));
    if (qualname == NULL)
        PyErr_Clear();
    if (name != NULL && qualname != NULL)
        PyErr_Format(PyExc_AttributeError, "property %R of %R object has no %s", name, qualname, what);
    else if (qualname != NULL)
        PyErr_Format(PyExc_AttributeError, "property of %R object has no %s", qualname, what);
    else
        PyErr_Format(PyExc_AttributeError, "property has no %s", what);
    Py_XDECREF(name);
    Py_XDECREF(qualname);
}

static PyObject *
property_get(PyObject *self, PyObject *obj, PyObject *type)
{
    if (obj == NULL || obj == Py_None)
        return Py_NewRef(self);
    if (PROPERTY(self)->get == NULL) {
        raise_missing(self, obj, "getter");
        return NULL;
    }
    return PyObject_CallOneArg(PROPERTY(self)->get, obj);
}

static int
property_set(PyObject *self, PyObject *obj, PyObject *value)
{
    PyObject *f = value == NULL ? PROPERTY(self)->del : PROPERTY(self)->set, *res;
    if (f == NULL) {
        raise_missing(self, obj, value == NULL ? "deleter" : "setter");
        return -1;
    }
    res = value == NULL ? PyObject_CallOneArg(f, obj) : call_two(ts_current(), f, obj, value);
    Py_XDECREF(res);
    return res == NULL ? -1 : 0;
}

/* ---- making ---- */

static int
set_doc(struct property *p, STEALS PyObject *doc)
{
    if (Py_IS_TYPE(p, &PyProperty_Type)) {
        Py_XSETREF(p->doc, doc);
        return 0;
    }
    if (doc == NULL)
        doc = Py_None;
    int err = PyObject_SetAttr((PyObject *)p, ID(__doc__), doc);
    Py_DECREF(doc);
    if (err == 0)
        return 0;
    /* A subclass with __slots__ has no place for it: an explicit or missing docstring is silently dropped. */
    if (p->getter_doc || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return -1;
    PyErr_Clear();
    return 0;
}

static int
property_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "fget", "fset", "fdel", "doc" };
    PyObject *arg[4];
    if (args_unpack_tuple("property", args, kwds, names, 4, 0, 4, arg) < 0)
        return -1;
    for (int i = 0; i < 3; i++)
        if (arg[i] == Py_None)
            arg[i] = NULL;
    struct property *p = PROPERTY(self);
    Py_XSETREF(p->get, Py_XNewRef(arg[0]));
    Py_XSETREF(p->set, Py_XNewRef(arg[1]));
    Py_XSETREF(p->del, Py_XNewRef(arg[2]));
    Py_CLEAR(p->doc);
    Py_CLEAR(p->name);
    p->getter_doc = 0;
    PyObject *doc = NULL;
    if (arg[3] != NULL && arg[3] != Py_None) {
        doc = Py_NewRef(arg[3]);
    } else if (p->get != NULL) {
        if (PyObject_GetOptionalAttr(p->get, ID(__doc__), &doc) < 0)
            return -1;
        if (doc == Py_None)
            doc = NULL;
        p->getter_doc = doc != NULL;
    }
    return set_doc(p, doc);
}

/* type(old)(get, set, del, doc) with one of the functions replaced. */
static PyObject *
property_copy(PyObject *self, PyObject *get, PyObject *set, PyObject *del)
{
    struct property *p = PROPERTY(self);
    PyObject *type = (PyObject *)Py_TYPE(self);
    if (get == NULL || get == Py_None)
        get = p->get != NULL ? p->get : Py_None;
    if (set == NULL || set == Py_None)
        set = p->set != NULL ? p->set : Py_None;
    if (del == NULL || del == Py_None)
        del = p->del != NULL ? p->del : Py_None;
    PyObject *doc = p->getter_doc && get != Py_None ? Py_None : p->doc != NULL ? p->doc : Py_None;
    PyObject *args[] = { get, set, del, doc };
    PyObject *copy = PyObject_Vectorcall(type, args, 4, NULL);
    if (copy != NULL && PyObject_TypeCheck(copy, &PyProperty_Type))
        Py_XSETREF(PROPERTY(copy)->name, Py_XNewRef(p->name));
    return copy;
}

static PyObject *property_getter(PyObject *self, PyObject *f) { return property_copy(self, f, NULL, NULL); }
static PyObject *property_setter(PyObject *self, PyObject *f) { return property_copy(self, NULL, f, NULL); }
static PyObject *property_deleter(PyObject *self, PyObject *f) { return property_copy(self, NULL, NULL, f); }

static PyObject *
property_set_name(PyObject *self, PyObject *args)
{
    if (PyTuple_GET_SIZE(args) != 2) {
        PyErr_Format(PyExc_TypeError, "__set_name__() takes 2 positional arguments but %zd were given",
                     PyTuple_GET_SIZE(args));
        return NULL;
    }
    Py_XSETREF(PROPERTY(self)->name, Py_NewRef(PyTuple_GET_ITEM(args, 1)));
    return Py_None;
}

/* ---- attributes ---- */

static PyObject *
property_get_abstract(PyObject *self, void *closure)
{
    PyObject *functions[] = { PROPERTY(self)->get, PROPERTY(self)->set, PROPERTY(self)->del };
    for (int i = 0; i < 3; i++) {
        int abstract = descr_is_abstract(functions[i]);
        if (abstract != 0)
            return abstract < 0 ? NULL : Py_True;
    }
    return Py_False;
}

static PyObject *
property_get_name(PyObject *self, void *closure)
{
    PyObject *name;
    if (property_name(PROPERTY(self), &name) == 0)
        PyErr_SetString(PyExc_AttributeError, "'property' object has no attribute '__name__'");
    return name;
}

static int
property_set_dunder_name(PyObject *self, PyObject *value, void *closure)
{
    Py_XSETREF(PROPERTY(self)->name, Py_XNewRef(value));
    return 0;
}

static int
property_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct property *p = PROPERTY(self);
    Py_VISIT(p->get);
    Py_VISIT(p->set);
    Py_VISIT(p->del);
    Py_VISIT(p->doc);
    Py_VISIT(p->name);
    return 0;
}

static int
property_clear(PyObject *self)
{
    Py_CLEAR(PROPERTY(self)->doc);
    return 0;
}

static void
property_dealloc(PyObject *self)
{
    struct property *p = PROPERTY(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(p->get);
    Py_XDECREF(p->set);
    Py_XDECREF(p->del);
    Py_XDECREF(p->doc);
    Py_XDECREF(p->name);
    Py_TYPE(self)->tp_free(self);
}

static PyMethodDef property_methods[] = {
    { "getter", property_getter, METH_O, PyDoc_STR("A copy of the property with another getter.") },
    { "setter", property_setter, METH_O, PyDoc_STR("A copy of the property with another setter.") },
    { "deleter", property_deleter, METH_O, PyDoc_STR("A copy of the property with another deleter.") },
    { "__set_name__", property_set_name, METH_VARARGS,
      PyDoc_STR("__set_name__($self, owner, name, /)\n--\n\nLearn the name, for messages.") },
    { NULL },
};
static PyMemberDef property_members[] = {
    { "fget", _Py_T_OBJECT, offsetof(struct property, get), Py_READONLY },
    { "fset", _Py_T_OBJECT, offsetof(struct property, set), Py_READONLY },
    { "fdel", _Py_T_OBJECT, offsetof(struct property, del), Py_READONLY },
    { "__doc__", _Py_T_OBJECT, offsetof(struct property, doc), 0 },
    { NULL },
};
static PyGetSetDef property_getset[] = {
    { "__name__", property_get_name, property_set_dunder_name },
    { "__isabstractmethod__", property_get_abstract },
    { NULL },
};

PyTypeObject PyProperty_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "property",
    .tp_basicsize = sizeof(struct property),
    .tp_dealloc = property_dealloc,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = PyDoc_STR("property(fget=None, fset=None, fdel=None, doc=None)\n--\n\n"
                        "An attribute that functions get, set and delete.\n\n"
                        "  fget  called with the instance\n  fset  called with the instance and the new value\n"
                        "  fdel  called with the instance\n  doc   docstring; fget's if missing"),
    .tp_traverse = property_traverse,
    .tp_clear = property_clear,
    .tp_methods = property_methods,
    .tp_members = property_members,
    .tp_getset = property_getset,
    .tp_descr_get = property_get,
    .tp_descr_set = property_set,
    .tp_init = property_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = PyType_GenericNew,
    .tp_free = PyObject_GC_Del,
};
