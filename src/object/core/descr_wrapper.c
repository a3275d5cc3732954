/* object/core/descr_wrapper.c: int.__add__ (a C slot as a descriptor) and (1).__add__ (the same, bound).
 * The functions that adapt arguments are in type_wrap.c; the table of names in type_slots.c. */
#include "object/core/descr.h"

#include <stddef.h>

#include "rt/singletons.h"
#include "object/core/abstract.h"
#include "object/core/descr_impl.h"
#include "object/core/object.h"

#define WRAPPER_DESCR(o) ((PyWrapperDescrObject *)(o))
#define WRAPPER(o) ((struct method_wrapper *)(o))

static PyObject *
call_slot(PyWrapperDescrObject *d, PyObject *self, PyObject *args, PyObject *kwds)
{
    struct wrapperbase *base = d->d_base;
    if (base->flags & PyWrapperFlag_KEYWORDS)
        return ((wrapperfunc_kwds)(void *)base->wrapper)(self, args, d->d_wrapped, kwds);
    if (kwds != NULL && (!PyDict_Check(kwds) || PyDict_GET_SIZE(kwds) != 0)) {
        PyErr_Format(PyExc_TypeError, "wrapper %s() takes no keyword arguments", base->name);
        return NULL;
    }
    return base->wrapper(self, args, d->d_wrapped);
}

/* ---- the descriptor ---- */

PyObject *
PyDescr_NewWrapper(PyTypeObject *type, struct wrapperbase *base, void *wrapped)
{
    PyWrapperDescrObject *d = WRAPPER_DESCR(descr_new(&PyWrapperDescr_Type, type, base->name));
    if (d != NULL) {
        d->d_base = base;
        d->d_wrapped = wrapped;
    }
    return (PyObject *)d;
}

static PyObject *
descr_repr(PyObject *d)
{
    return PyUnicode_FromFormat("<slot wrapper '%U' of '%s' objects>", PyDescr_NAME(d), PyDescr_TYPE(d)->tp_name);
}

static PyObject *
descr_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n < 1) {
        PyErr_Format(PyExc_TypeError, "descriptor '%U' of '%.100s' object needs an argument", PyDescr_NAME(self),
                     PyDescr_TYPE(self)->tp_name);
        return NULL;
    }
    PyObject *obj = PyTuple_GET_ITEM(args, 0);
    if (!object_real_issubclass((PyObject *)Py_TYPE(obj), (PyObject *)PyDescr_TYPE(self))) {
        PyErr_Format(PyExc_TypeError, "descriptor '%U' requires a '%.100s' object but received a '%.100s'",
                     PyDescr_NAME(self), PyDescr_TYPE(self)->tp_name, Py_TYPE(obj)->tp_name);
        return NULL;
    }
    args = PyTuple_GetSlice(args, 1, n);
    if (args == NULL)
        return NULL;
    PyObject *out = call_slot(WRAPPER_DESCR(self), obj, args, kwds);
    Py_DECREF(args);
    return out;
}

static PyObject *
descr_get(PyObject *self, PyObject *obj, PyObject *type)
{
    if (obj == NULL)
        return Py_NewRef(self);
    if (!PyObject_TypeCheck(obj, PyDescr_TYPE(self))) {
        PyErr_Format(PyExc_TypeError, "descriptor '%U' for '%.100s' objects doesn't apply to a '%.100s' object",
                     PyDescr_NAME(self), PyDescr_TYPE(self)->tp_name, Py_TYPE(obj)->tp_name);
        return NULL;
    }
    return PyWrapper_New(self, obj);
}

static PyObject *
get_doc(struct wrapperbase *base)
{
    return descr_doc_text(base->name, base->doc);
}

static PyObject *
get_signature(struct wrapperbase *base)
{
    return descr_doc_signature(base->name, base->doc, 0);
}

static PyObject *descr_get_doc(PyObject *self, void *c) { return get_doc(WRAPPER_DESCR(self)->d_base); }
static PyObject *descr_get_signature(PyObject *self, void *c) { return get_signature(WRAPPER_DESCR(self)->d_base); }

static PyGetSetDef descr_getset[] = {
    { "__doc__", descr_get_doc },
    { "__qualname__", descr_get_qualname },
    { "__text_signature__", descr_get_signature },
    { NULL },
};

PyTypeObject PyWrapperDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "wrapper_descriptor",
    .tp_basicsize = sizeof(PyWrapperDescrObject),
    .tp_dealloc = descr_dealloc,
    .tp_repr = descr_repr,
    .tp_call = descr_call,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = descr_traverse,
    .tp_methods = descr_methods,
    .tp_members = descr_members,
    .tp_getset = descr_getset,
    .tp_descr_get = descr_get,
};

/* ---- the bound form ---- */

PyObject *
PyWrapper_New(PyObject *d, PyObject *self)
{
    struct method_wrapper *w = PyObject_GC_New(struct method_wrapper, &_PyMethodWrapper_Type);
    if (w != NULL) {
        w->descr = WRAPPER_DESCR(Py_NewRef(d));
        w->self = Py_NewRef(self);
        PyObject_GC_Track(w);
    }
    return (PyObject *)w;
}

static void
wrapper_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, wrapper_dealloc)
    Py_XDECREF(WRAPPER(self)->descr);
    Py_XDECREF(WRAPPER(self)->self);
    PyObject_GC_Del(self);
    Py_TRASHCAN_END
}

static int
wrapper_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT((PyObject *)WRAPPER(self)->descr);
    Py_VISIT(WRAPPER(self)->self);
    return 0;
}

static PyObject *
wrapper_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !Py_IS_TYPE(b, &_PyMethodWrapper_Type))
        return Py_NotImplemented;
    bool equal = WRAPPER(a)->descr == WRAPPER(b)->descr && WRAPPER(a)->self == WRAPPER(b)->self;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static Py_hash_t
wrapper_hash(PyObject *self)
{
    Py_hash_t h = object_hash_pointer(WRAPPER(self)->self) ^ object_hash_pointer(WRAPPER(self)->descr);
    return h == -1 ? -2 : h;
}

static PyObject *
wrapper_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<method-wrapper '%s' of %s object at %p>", WRAPPER(self)->descr->d_base->name,
                                Py_TYPE(WRAPPER(self)->self)->tp_name, WRAPPER(self)->self);
}

static PyObject *
wrapper_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    return call_slot(WRAPPER(self)->descr, WRAPPER(self)->self, args, kwds);
}

static PyObject *
wrapper_reduce(PyObject *self, PyObject *unused)
{
    PyObject *getattr = descr_builtin(ID(getattr));
    PyObject *args = getattr == NULL ? NULL : PyTuple_Pack(2, WRAPPER(self)->self, PyDescr_NAME(WRAPPER(self)->descr));
    PyObject *out = args == NULL ? NULL : PyTuple_Pack(2, getattr, args);
    Py_XDECREF(args);
    Py_XDECREF(getattr);
    return out;
}

static PyObject *
wrapper_get_objclass(PyObject *self, void *c)
{
    return Py_NewRef(PyDescr_TYPE(WRAPPER(self)->descr));
}
static PyObject *
wrapper_get_name(PyObject *self, void *c)
{
    return PyUnicode_FromString(WRAPPER(self)->descr->d_base->name);
}
static PyObject *
wrapper_get_qualname(PyObject *self, void *c)
{
    return descr_get_qualname((PyObject *)WRAPPER(self)->descr, NULL);
}
static PyObject *wrapper_get_doc(PyObject *self, void *c) { return get_doc(WRAPPER(self)->descr->d_base); }
static PyObject *wrapper_get_signature(PyObject *self, void *c) { return get_signature(WRAPPER(self)->descr->d_base); }

static PyMethodDef wrapper_methods[] = { { "__reduce__", wrapper_reduce, METH_NOARGS, NULL }, { NULL } };
static PyMemberDef wrapper_members[] = {
    { "__self__", _Py_T_OBJECT, offsetof(struct method_wrapper, self), Py_READONLY },
    { NULL },
};
static PyGetSetDef wrapper_getset[] = {
    { "__objclass__", wrapper_get_objclass },
    { "__name__", wrapper_get_name },
    { "__qualname__", wrapper_get_qualname },
    { "__doc__", wrapper_get_doc },
    { "__text_signature__", wrapper_get_signature },
    { NULL },
};

PyTypeObject _PyMethodWrapper_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "method-wrapper",
    .tp_basicsize = sizeof(struct method_wrapper),
    .tp_dealloc = wrapper_dealloc,
    .tp_repr = wrapper_repr,
    .tp_hash = wrapper_hash,
    .tp_call = wrapper_call,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = wrapper_traverse,
    .tp_richcompare = wrapper_richcompare,
    .tp_methods = wrapper_methods,
    .tp_members = wrapper_members,
    .tp_getset = wrapper_getset,
};
