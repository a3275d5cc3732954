/* object/core/descr.c: descriptors for methods, class methods, members and getsets of C types.
 *
 * All begin with PyDescrObject: the type that they were made for, a name, and the qualified name once asked for. A
 * method descriptor called with its receiver goes straight to the C function through the vectorcall chosen for its
 * METH_ flags; no bound method is made. */
#include "object/core/object.h"
#include "object/core/descr.h"

#include <stddef.h>

#include "rt/gc_track.h"
#include "rt/hooks.h"
#include "rt/singletons.h"
#include "object/coll/tuple.h"
#include "object/core/call.h"
#include "object/core/descr_impl.h"
#include "object/core/err.h"
#include "object/core/method.h"
#include "object/core/type_impl.h"

#define DESCR(o) ((PyDescrObject *)(o))
#define METHOD(o) ((PyMethodDescrObject *)(o))

/* ---- common ---- */

void
descr_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(PyDescr_TYPE(self));
    Py_XDECREF(PyDescr_NAME(self));
    Py_XDECREF(DESCR(self)->d_qualname);
    PyObject_GC_Del(self);
}

int
descr_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT((PyObject *)PyDescr_TYPE(self));
    return 0;
}

PyObject *
descr_new(PyTypeObject *kind, PyTypeObject *type, const char *name)
{
    PyDescrObject *d = (PyDescrObject *)PyType_GenericAlloc(kind, 0);
    if (d == NULL)
        return NULL;
    d->d_type = (PyTypeObject *)Py_XNewRef(type);
    d->d_name = PyUnicode_InternFromString(name);
    if (d->d_name == NULL)
        Py_CLEAR(d);
    return (PyObject *)d;
}

/* TypeError unless obj is an instance of the descriptor's type: 0 or -1. */
static int
check_instance(PyObject *d, PyObject *obj)
{
    if (PyObject_TypeCheck(obj, PyDescr_TYPE(d)))
        return 0;
    PyErr_Format(PyExc_TypeError, "descriptor '%U' for '%.100s' objects doesn't apply to a '%.100s' object",
                 PyDescr_NAME(d), PyDescr_TYPE(d)->tp_name, Py_TYPE(obj)->tp_name);
    return -1;
}

static PyObject *
show(PyObject *d, const char *format)
{
    return PyUnicode_FromFormat(format, PyDescr_NAME(d), PyDescr_TYPE(d)->tp_name);
}

PyObject *
descr_get_qualname(PyObject *self, void *closure)
{
    PyDescrObject *d = DESCR(self);
    if (d->d_qualname == NULL) {
        PyObject *owner = PyObject_GetAttr((PyObject *)d->d_type, ID(__qualname__));
        if (owner == NULL)
            return NULL;
        if (!PyUnicode_Check(owner))
            PyErr_SetString(PyExc_TypeError, "<descriptor>.__objclass__.__qualname__ is not a unicode object");
        else
            d->d_qualname = PyUnicode_FromFormat("%S.%S", owner, d->d_name);
        Py_DECREF(owner);
    }
    return Py_XNewRef(d->d_qualname);
}

/* Pickled as getattr(type, name). */
static PyObject *
descr_reduce(PyObject *self, PyObject *unused)
{
    PyObject *getattr = descr_builtin(ID(getattr));
    if (getattr == NULL)
        return NULL;
    PyObject *args = PyTuple_Pack(2, PyDescr_TYPE(self), PyDescr_NAME(self));
    PyObject *out = args == NULL ? NULL : PyTuple_Pack(2, getattr, args);
    Py_XDECREF(args);
    Py_DECREF(getattr);
    return out;
}

PyMethodDef descr_methods[] = { { "__reduce__", descr_reduce, METH_NOARGS, NULL }, { NULL } };
PyMemberDef descr_members[] = {
    { "__objclass__", _Py_T_OBJECT, offsetof(PyDescrObject, d_type), Py_READONLY },
    { "__name__", _Py_T_OBJECT, offsetof(PyDescrObject, d_name), Py_READONLY },
    { NULL },
};

int PyDescr_IsData(PyObject *o) { return Py_TYPE(o)->tp_descr_set != NULL; }

/* ---- calling a method descriptor ---- */

/* Receiver present and right, no keywords: 0 or -1. */
static int
check_call(PyObject *func, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs < 1) {
        PyObject *text = _PyObject_FunctionStr(func);
        if (text != NULL)
            PyErr_Format(PyExc_TypeError, "unbound method %U needs an argument", text);
        Py_XDECREF(text);
        return -1;
    }
    if (UNLIKELY(!Py_IS_TYPE(args[0], PyDescr_TYPE(func))) && check_instance(func, args[0]) < 0)
        return -1;
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0) {
        PyObject *text = _PyObject_FunctionStr(func);
        if (text != NULL)
            PyErr_Format(PyExc_TypeError, "%U takes no keyword arguments", text);
        Py_XDECREF(text);
        return -1;
    }
    return 0;
}

static PyObject *
bad_count(PyObject *func, const char *format, Py_ssize_t n)
{
    PyObject *text = _PyObject_FunctionStr(func);
    if (text != NULL)
        PyErr_Format(PyExc_TypeError, format, text, n);
    Py_XDECREF(text);
    return NULL;
}

/* One level deeper: 0, or -1 with RecursionError. */
static inline int
enter_call(PyThreadState *ts, int *before)
{
    return recursion_down(ts, " while calling a Python object", before);
}

static PyObject *
call_varargs(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_call(func, args, n, kwnames) < 0)
        return NULL;
    PyObject *tuple = tuple_from_array(args + 1, n - 1);
    if (tuple == NULL)
        return NULL;
    int before;
    PyObject *out = NULL;
    if (enter_call(ts, &before) == 0) {
        out = METHOD(func)->d_method->ml_meth(args[0], tuple);
        recursion_up(ts, before);
    }
    tuple_drop(ts, tuple);
    return out;
}

static PyObject *
call_varargs_keywords(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_call(func, args, n, NULL) < 0)
        return NULL;
    PyObject *kwdict = NULL, *out = NULL, *tuple = tuple_from_array(args + 1, n - 1);
    if (tuple == NULL)
        return NULL;
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0) {
        kwdict = _PyStack_AsDict(args + n, kwnames);
        if (kwdict == NULL)
            goto done;
    }
    int before;
    if (enter_call(ts, &before) == 0) {
        out = ((PyCFunctionWithKeywords)(void *)METHOD(func)->d_method->ml_meth)(args[0], tuple, kwdict);
        recursion_up(ts, before);
    }
done:
    tuple_drop(ts, tuple);
    Py_XDECREF(kwdict);
    return out;
}

static PyObject *
call_fastcall(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_call(func, args, n, kwnames) < 0)
        return NULL;
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCFunctionFast f = (PyCFunctionFast)(void *)METHOD(func)->d_method->ml_meth;
    PyObject *out = f(args[0], args + 1, n - 1);
    recursion_up(ts, before);
    return out;
}

static PyObject *
call_fastcall_keywords(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_call(func, args, n, NULL) < 0)
        return NULL;
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCFunctionFastWithKeywords f = (PyCFunctionFastWithKeywords)(void *)METHOD(func)->d_method->ml_meth;
    PyObject *out = f(args[0], args + 1, n - 1, kwnames);
    recursion_up(ts, before);
    return out;
}

static PyObject *
call_with_class(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_call(func, args, n, NULL) < 0)
        return NULL;
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCMethod f = (PyCMethod)(void *)METHOD(func)->d_method->ml_meth;
    PyObject *out = f(args[0], PyDescr_TYPE(func), args + 1, n - 1, kwnames);
    recursion_up(ts, before);
    return out;
}

static PyObject *
call_noargs(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_call(func, args, n, kwnames) < 0)
        return NULL;
    if (n != 1)
        return bad_count(func, "%U takes no arguments (%zd given)", n - 1);
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCFunction f = (PyCFunction)(void *)METHOD(func)->d_method->ml_meth;
    PyObject *out = f(args[0], NULL);
    recursion_up(ts, before);
    return out;
}

static PyObject *
call_o(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_call(func, args, n, kwnames) < 0)
        return NULL;
    if (n != 2)
        return bad_count(func, "%U takes exactly one argument (%zd given)", n - 1);
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCFunction f = (PyCFunction)(void *)METHOD(func)->d_method->ml_meth;
    PyObject *out = f(args[0], args[1]);
    recursion_up(ts, before);
    return out;
}

/* ---- method descriptor ---- */

vectorcallfunc
descr_vectorcall_for(PyMethodDef *def)
{
    switch (def->ml_flags & (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD)) {
    case METH_VARARGS: return call_varargs;
    case METH_VARARGS | METH_KEYWORDS: return call_varargs_keywords;
    case METH_FASTCALL: return call_fastcall;
    case METH_FASTCALL | METH_KEYWORDS: return call_fastcall_keywords;
    case METH_NOARGS: return call_noargs;
    case METH_O: return call_o;
    case METH_METHOD | METH_FASTCALL | METH_KEYWORDS: return call_with_class;
    default:
        PyErr_Format(PyExc_SystemError, "%s() method: bad call flags", def->ml_name);
        return NULL;
    }
}

PyObject *
PyDescr_NewMethod(PyTypeObject *type, PyMethodDef *def)
{
    vectorcallfunc call = descr_vectorcall_for(def);
    if (call == NULL)
        return NULL;
    PyMethodDescrObject *d = METHOD(descr_new(&PyMethodDescr_Type, type, def->ml_name));
    if (d != NULL) {
        d->d_method = def;
        d->vectorcall = method_is_guarded(def) ? method_guard->call : call;
    }
    return (PyObject *)d;
}

static PyObject *method_repr(PyObject *d) { return show(d, "<method '%U' of '%s' objects>"); }

static PyObject *
method_get(PyObject *self, PyObject *obj, PyObject *type)
{
    if (obj == NULL)
        return Py_NewRef(self);
    if (check_instance(self, obj) < 0)
        return NULL;
    PyMethodDef *def = METHOD(self)->d_method;
    if ((def->ml_flags & METH_METHOD) == 0)
        return PyCFunction_NewEx(def, obj, NULL);
    if (type == NULL || PyType_Check(type))
        return PyCMethod_New(def, obj, NULL, PyDescr_TYPE(self));
    PyErr_Format(PyExc_TypeError, "descriptor '%U' needs a type, not '%s', as arg 2", PyDescr_NAME(self),
                 Py_TYPE(type)->tp_name);
    return NULL;
}

static PyObject *
method_get_doc(PyObject *self, void *closure)
{
    return descr_doc_text(METHOD(self)->d_method->ml_name, METHOD(self)->d_method->ml_doc);
}

static PyObject *
method_get_signature(PyObject *self, void *closure)
{
    PyMethodDef *def = METHOD(self)->d_method;
    return descr_doc_signature(def->ml_name, def->ml_doc, def->ml_flags);
}

static PyGetSetDef method_getset[] = {
    { "__doc__", method_get_doc },
    { "__qualname__", descr_get_qualname },
    { "__text_signature__", method_get_signature },
    { NULL },
};

PyTypeObject PyMethodDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "method_descriptor",
    .tp_basicsize = sizeof(PyMethodDescrObject),
    .tp_dealloc = descr_dealloc,
    .tp_vectorcall_offset = offsetof(PyMethodDescrObject, vectorcall),
    .tp_repr = method_repr,
    .tp_call = PyVectorcall_Call,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = descr_traverse,
    .tp_methods = descr_methods,
    .tp_members = descr_members,
    .tp_getset = method_getset,
    .tp_descr_get = method_get,
};

/* ---- class method descriptor ---- */

PyObject *
PyDescr_NewClassMethod(PyTypeObject *type, PyMethodDef *def)
{
    PyMethodDescrObject *d = METHOD(descr_new(&PyClassMethodDescr_Type, type, def->ml_name));
    if (d != NULL)
        d->d_method = def;
    return (PyObject *)d;
}

static PyObject *
classmethod_get(PyObject *self, PyObject *obj, PyObject *type)
{
    PyTypeObject *owner = PyDescr_TYPE(self);
    if (type == NULL) {
        if (obj == NULL) {
            PyErr_Format(PyExc_TypeError, "descriptor '%U' for type '%.100s' needs either an object or a type",
                         PyDescr_NAME(self), owner->tp_name);
            return NULL;
        }
        type = (PyObject *)Py_TYPE(obj);
    }
    if (!PyType_Check(type)) {
        PyErr_Format(PyExc_TypeError, "descriptor '%U' for type '%.100s' needs a type, not a '%.100s' as arg 2",
                     PyDescr_NAME(self), owner->tp_name, Py_TYPE(type)->tp_name);
        return NULL;
    }
    if (!PyType_IsSubtype((PyTypeObject *)type, owner)) {
        PyErr_Format(PyExc_TypeError, "descriptor '%U' requires a subtype of '%.100s' but received '%.100s'",
                     PyDescr_NAME(self), owner->tp_name, ((PyTypeObject *)type)->tp_name);
        return NULL;
    }
    PyMethodDef *def = METHOD(self)->d_method;
    return PyCMethod_New(def, type, NULL, (def->ml_flags & METH_METHOD) ? owner : NULL);
}

static PyObject *
classmethod_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n < 1) {
        PyErr_Format(PyExc_TypeError, "descriptor '%U' of '%.100s' object needs an argument", PyDescr_NAME(self),
                     PyDescr_TYPE(self)->tp_name);
        return NULL;
    }
    PyObject *bound = classmethod_get(self, NULL, PyTuple_GET_ITEM(args, 0));
    if (bound == NULL)
        return NULL;
    PyObject *out = PyObject_VectorcallDict(bound, &PyTuple_GET_ITEM(args, 0) + 1, (size_t)(n - 1), kwds);
    Py_DECREF(bound);
    return out;
}

PyTypeObject PyClassMethodDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "classmethod_descriptor",
    .tp_basicsize = sizeof(PyMethodDescrObject),
    .tp_dealloc = descr_dealloc,
    .tp_repr = method_repr,
    .tp_call = classmethod_call,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_members = descr_members,
    .tp_getset = method_getset,
    .tp_descr_get = classmethod_get,
};

/* ---- member descriptor ---- */

PyObject *
PyDescr_NewMember(PyTypeObject *type, PyMemberDef *def)
{
    if (def->flags & Py_RELATIVE_OFFSET) {
        PyErr_SetString(PyExc_SystemError, "PyDescr_NewMember used with Py_RELATIVE_OFFSET");
        return NULL;
    }
    PyMemberDescrObject *d = (PyMemberDescrObject *)descr_new(&PyMemberDescr_Type, type, def->name);
    if (d != NULL)
        d->d_member = def;
    return (PyObject *)d;
}

static PyObject *member_repr(PyObject *d) { return show(d, "<member '%U' of '%s' objects>"); }

static PyObject *
member_get(PyObject *self, PyObject *obj, PyObject *type)
{
    PyMemberDef *def = ((PyMemberDescrObject *)self)->d_member;
    if (obj == NULL)
        return Py_NewRef(self);
    if (check_instance(self, obj) < 0 || ((def->flags & Py_AUDIT_READ) && object_audit_read(obj, def->name) < 0))
        return NULL;
    return PyMember_GetOne((char *)obj, def);
}

static int
member_set(PyObject *self, PyObject *obj, PyObject *value)
{
    if (check_instance(self, obj) < 0)
        return -1;
    return PyMember_SetOne((char *)obj, ((PyMemberDescrObject *)self)->d_member, value);
}

static PyObject *
member_get_doc(PyObject *self, void *closure)
{
    const char *doc = ((PyMemberDescrObject *)self)->d_member->doc;
    return doc == NULL ? Py_None : PyUnicode_FromString(doc);
}

static PyGetSetDef member_getset[] = {
    { "__doc__", member_get_doc },
    { "__qualname__", descr_get_qualname },
    { NULL },
};

PyTypeObject PyMemberDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "member_descriptor",
    .tp_basicsize = sizeof(PyMemberDescrObject),
    .tp_dealloc = descr_dealloc,
    .tp_repr = member_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_methods = descr_methods,
    .tp_members = descr_members,
    .tp_getset = member_getset,
    .tp_descr_get = member_get,
    .tp_descr_set = member_set,
};

/* ---- getset descriptor ---- */

PyObject *
PyDescr_NewGetSet(PyTypeObject *type, PyGetSetDef *def)
{
    PyGetSetDescrObject *d = (PyGetSetDescrObject *)descr_new(&PyGetSetDescr_Type, type, def->name);
    if (d != NULL)
        d->d_getset = def;
    return (PyObject *)d;
}

static PyObject *getset_repr(PyObject *d) { return show(d, "<attribute '%U' of '%s' objects>"); }

static PyObject *
getset_get(PyObject *self, PyObject *obj, PyObject *type)
{
    PyGetSetDef *def = ((PyGetSetDescrObject *)self)->d_getset;
    if (obj == NULL)
        return Py_NewRef(self);
    if (check_instance(self, obj) < 0)
        return NULL;
    if (def->get != NULL)
        return def->get(obj, def->closure);
    PyErr_Format(PyExc_AttributeError, "attribute '%U' of '%.100s' objects is not readable", PyDescr_NAME(self),
                 PyDescr_TYPE(self)->tp_name);
    return NULL;
}

static int
getset_set(PyObject *self, PyObject *obj, PyObject *value)
{
    PyGetSetDef *def = ((PyGetSetDescrObject *)self)->d_getset;
    if (check_instance(self, obj) < 0)
        return -1;
    if (def->set != NULL)
        return def->set(obj, value, def->closure);
    PyErr_Format(PyExc_AttributeError, "attribute '%U' of '%.100s' objects is not writable", PyDescr_NAME(self),
                 PyDescr_TYPE(self)->tp_name);
    return -1;
}

static PyObject *
getset_get_doc(PyObject *self, void *closure)
{
    const char *doc = ((PyGetSetDescrObject *)self)->d_getset->doc;
    return doc == NULL ? Py_None : PyUnicode_FromString(doc);
}

static PyGetSetDef getset_getset[] = {
    { "__doc__", getset_get_doc },
    { "__qualname__", descr_get_qualname },
    { NULL },
};

PyTypeObject PyGetSetDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "getset_descriptor",
    .tp_basicsize = sizeof(PyGetSetDescrObject),
    .tp_dealloc = descr_dealloc,
    .tp_repr = getset_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_members = descr_members,
    .tp_getset = getset_getset,
    .tp_descr_get = getset_get,
    .tp_descr_set = getset_set,
};
