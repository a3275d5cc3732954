/* object/core/method.c: bound methods, and instancemethod (which binds any callable). */
#include "object/core/method.h"

#include <stddef.h>

#include "rt/singletons.h"
#include "object/coll/coll.h"
#include "object/core/call.h"
#include "object/core/descr.h"
#include "object/core/err.h"
#include "object/core/object.h"
#include "object/core/type.h"

#define FUNC(o) (((PyMethodObject *)(o))->im_func)
#define SELF(o) (((PyMethodObject *)(o))->im_self)

PyObject *
PyMethod_Function(PyObject *m)
{
    if (!PyMethod_Check(m)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return FUNC(m);
}

PyObject *
PyMethod_Self(PyObject *m)
{
    if (!PyMethod_Check(m)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return SELF(m);
}

/* Call func(self, ...). The caller may let us use args[-1]; else a copy with room in front. */
PyObject *
method_vectorcall(PyObject *method, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    PyObject *self = SELF(method), *func = FUNC(method), *out;
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (UNLIKELY(Py_IS_TYPE(func, &PyMethod_Type)) && ts_stack_is_low(ts)) {     /* methods of methods of methods ... */
        Py_EnterRecursiveCall(" while calling a Python object");
        return NULL;
    }
    if (nargsf & PY_VECTORCALL_ARGUMENTS_OFFSET) {
        PyObject **shifted = (PyObject **)args - 1, *saved = shifted[0];
        shifted[0] = self;
        out = call_vector(ts, func, shifted, (size_t)nargs + 1, kwnames);
        shifted[0] = saved;
        return out;
    }
    Py_ssize_t total = nargs + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames));
    if (total == 0)
        return call_vector(ts, func, &self, 1, NULL);
    PyObject *small[8], **stack = small;
    if (total + 1 > 8) {
        stack = PyMem_Malloc((size_t)(total + 1) * sizeof *stack);
        if (stack == NULL)
            return err_no_memory(ts);
    }
    stack[0] = self;
    memcpy(stack + 1, args, (size_t)total * sizeof *stack);
    out = call_vector(ts, func, stack, (size_t)nargs + 1, kwnames);
    if (stack != small)
        PyMem_Free(stack);
    return out;
}

PyObject *
PyMethod_New(PyObject *func, PyObject *self)
{
    if (self == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyMethodObject *m = COLL_GC_NEW(PyMethodObject, &PyMethod_Type);
    if (m == NULL)
        return NULL;
    m->im_weakreflist = NULL;
    m->im_func = Py_NewRef(func);
    m->im_self = Py_NewRef(self);
    m->vectorcall = method_vectorcall;
    gc_track((PyObject *)m);
    return (PyObject *)m;
}

static PyObject *
method_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (!args_no_keywords("method", kwds) || !args_count("method", PyTuple_GET_SIZE(args), 2, 2))
        return NULL;
    PyObject *func = PyTuple_GET_ITEM(args, 0), *self = PyTuple_GET_ITEM(args, 1);
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "first argument must be callable");
        return NULL;
    }
    if (self == Py_None) {
        PyErr_SetString(PyExc_TypeError, "instance must not be None");
        return NULL;
    }
    return PyMethod_New(func, self);
}

/* What the type does not have comes from the function, and is not bound again. */
static PyObject *
method_getattro(PyObject *self, PyObject *name)
{
    PyObject *descr = type_lookup(Py_TYPE(self), name);
    if (descr == NULL)
        return PyObject_GetAttr(FUNC(self), name);
    descrgetfunc get = Py_TYPE(descr)->tp_descr_get;
    return get != NULL ? get(descr, self, (PyObject *)Py_TYPE(self)) : Py_NewRef(descr);
}

static void
method_dealloc(PyObject *self)
{
    if (LIKELY(gc_is_tracked(self)))
        gc_untrack(self);
    if (UNLIKELY(((PyMethodObject *)self)->im_weakreflist != NULL))
        PyObject_ClearWeakRefs(self);
    Py_DECREF(FUNC(self));
    Py_XDECREF(SELF(self));
    COLL_GC_FREE(PyMethodObject, self);
}

static int
method_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(FUNC(self));
    Py_VISIT(SELF(self));
    return 0;
}

static PyObject *
method_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyMethod_Check(a) || !PyMethod_Check(b))
        return Py_NotImplemented;
    int equal = PyObject_RichCompareBool(FUNC(a), FUNC(b), Py_EQ);
    if (equal < 0)
        return NULL;
    if (equal)
        equal = SELF(a) == SELF(b);
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static Py_hash_t
method_hash(PyObject *self)
{
    Py_hash_t func = PyObject_Hash(FUNC(self));
    if (func == -1)
        return -1;
    Py_hash_t h = object_hash_pointer(SELF(self)) ^ func;
    return h == -1 ? -2 : h;
}

static PyObject *
method_repr(PyObject *self)
{
    PyObject *name;
    if (PyObject_GetOptionalAttr(FUNC(self), ID(__qualname__), &name) < 0
        || (name == NULL && PyObject_GetOptionalAttr(FUNC(self), ID(__name__), &name) < 0))
        return NULL;
    if (name != NULL && !PyUnicode_Check(name))
        Py_CLEAR(name);
    PyObject *out = name != NULL ? PyUnicode_FromFormat("<bound method %U of %R>", name, SELF(self))
                                 : PyUnicode_FromFormat("<bound method ? of %R>", SELF(self));
    Py_XDECREF(name);
    return out;
}

static PyObject *method_get(PyObject *self, PyObject *obj, PyObject *type) { return Py_NewRef(self); }

static PyObject *
method_reduce(PyObject *self, PyObject *unused)
{
    PyObject *name = PyObject_GetAttr(FUNC(self), ID(__name__));
    PyObject *getattr = name == NULL ? NULL : descr_builtin(ID(getattr));
    PyObject *args = getattr == NULL ? NULL : PyTuple_Pack(2, SELF(self), name);
    PyObject *out = args == NULL ? NULL : PyTuple_Pack(2, getattr, args);
    Py_XDECREF(args);
    Py_XDECREF(getattr);
    Py_XDECREF(name);
    return out;
}

/* The docstring of the function, through its own __get__ if it has one. */
static PyObject *method_get_doc(PyObject *self, void *closure) { return PyObject_GetAttr(FUNC(self), ID(__doc__)); }

static PyMethodDef method_methods[] = { { "__reduce__", method_reduce, METH_NOARGS, NULL }, { NULL } };
static PyMemberDef method_members[] = {
    { "__func__", _Py_T_OBJECT, offsetof(PyMethodObject, im_func), Py_READONLY, PyDoc_STR("the function that is called") },
    { "__self__", _Py_T_OBJECT, offsetof(PyMethodObject, im_self), Py_READONLY, PyDoc_STR("its first argument") },
    { NULL },
};
static PyGetSetDef method_getset[] = { { "__doc__", method_get_doc }, { NULL } };

PyTypeObject PyMethod_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "method",
    .tp_basicsize = sizeof(PyMethodObject),
    .tp_dealloc = method_dealloc,
    .tp_vectorcall_offset = offsetof(PyMethodObject, vectorcall),
    .tp_repr = method_repr,
    .tp_hash = method_hash,
    .tp_call = PyVectorcall_Call,
    .tp_getattro = method_getattro,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_doc = PyDoc_STR("method(function, instance, /)\n--\n\nA function bound to its first argument."),
    .tp_traverse = method_traverse,
    .tp_richcompare = method_richcompare,
    .tp_weaklistoffset = offsetof(PyMethodObject, im_weakreflist),
    .tp_methods = method_methods,
    .tp_members = method_members,
    .tp_getset = method_getset,
    .tp_descr_get = method_get,
    .tp_new = method_new,
};

/* ---- instancemethod ---- */

#define IFUNC(o) (((PyInstanceMethodObject *)(o))->func)

PyObject *
PyInstanceMethod_Function(PyObject *m)
{
    if (!PyInstanceMethod_Check(m)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return IFUNC(m);
}

PyObject *
PyInstanceMethod_New(PyObject *func)
{
    PyInstanceMethodObject *m = PyObject_GC_New(PyInstanceMethodObject, &PyInstanceMethod_Type);
    if (m == NULL)
        return NULL;
    m->func = Py_NewRef(func);
    PyObject_GC_Track(m);
    return (PyObject *)m;
}

static PyObject *
instancemethod_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (!args_no_keywords("instancemethod", kwds) || !args_count("instancemethod", PyTuple_GET_SIZE(args), 1, 1))
        return NULL;
    PyObject *func = PyTuple_GET_ITEM(args, 0);
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "first argument must be callable");
        return NULL;
    }
    return PyInstanceMethod_New(func);
}

static PyObject *
instancemethod_getattro(PyObject *self, PyObject *name)
{
    PyObject *descr = type_lookup(Py_TYPE(self), name);
    if (descr == NULL)
        return PyObject_GetAttr(IFUNC(self), name);
    descrgetfunc get = Py_TYPE(descr)->tp_descr_get;
    return get != NULL ? get(descr, self, (PyObject *)Py_TYPE(self)) : Py_NewRef(descr);
}

static void
instancemethod_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_DECREF(IFUNC(self));
    PyObject_GC_Del(self);
}

static int
instancemethod_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(IFUNC(self));
    return 0;
}

static PyObject *
instancemethod_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    return PyObject_Call(IFUNC(self), args, kwds);
}

static PyObject *
instancemethod_get(PyObject *self, PyObject *obj, PyObject *type)
{
    return obj == NULL ? Py_NewRef(IFUNC(self)) : PyMethod_New(IFUNC(self), obj);
}

static PyObject *
instancemethod_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyInstanceMethod_Check(a) || !PyInstanceMethod_Check(b))
        return Py_NotImplemented;
    int equal = PyObject_RichCompareBool(IFUNC(a), IFUNC(b), Py_EQ);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (op == Py_EQ));
}

static PyObject *
instancemethod_repr(PyObject *self)
{
    PyObject *name;
    if (PyObject_GetOptionalAttr(IFUNC(self), ID(__name__), &name) < 0)
        return NULL;
    if (name != NULL && !PyUnicode_Check(name))
        Py_CLEAR(name);
    PyObject *out = name != NULL ? PyUnicode_FromFormat("<instancemethod %U at %p>", name, self)
                                 : PyUnicode_FromFormat("<instancemethod ? at %p>", self);
    Py_XDECREF(name);
    return out;
}

static PyObject *instancemethod_get_doc(PyObject *self, void *c) { return PyObject_GetAttr(IFUNC(self), ID(__doc__)); }

static PyMemberDef instancemethod_members[] = {
    { "__func__", _Py_T_OBJECT, offsetof(PyInstanceMethodObject, func), Py_READONLY, PyDoc_STR("the callable") },
    { NULL },
};
static PyGetSetDef instancemethod_getset[] = { { "__doc__", instancemethod_get_doc }, { NULL } };

PyTypeObject PyInstanceMethod_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "instancemethod",
    .tp_basicsize = sizeof(PyInstanceMethodObject),
    .tp_dealloc = instancemethod_dealloc,
    .tp_repr = instancemethod_repr,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_call = instancemethod_call,
    .tp_getattro = instancemethod_getattro,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = PyDoc_STR("instancemethod(function, /)\n--\n\nMakes a callable bind to instances as functions do."),
    .tp_traverse = instancemethod_traverse,
    .tp_richcompare = instancemethod_richcompare,
    .tp_members = instancemethod_members,
    .tp_getset = instancemethod_getset,
    .tp_descr_get = instancemethod_get,
    .tp_new = instancemethod_new,
};
