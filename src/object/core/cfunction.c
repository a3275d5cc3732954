/* object/core/cfunction.c: builtin functions and bound C methods (PyCFunction, PyCMethod).
 *
 * Each METH_ combination but METH_VARARGS has a vectorcall of its own, chosen when the object is made. */
#include "object/core/method.h"

#include <stddef.h>

#include "rt/singletons.h"
#include "object/coll/coll.h"
#include "object/coll/tuple.h"
#include "object/core/call.h"
#include "object/core/descr.h"
#include "object/core/err.h"
#include "object/core/object.h"

#define FUNC(o) ((PyCFunctionObject *)(o))
#define DEF(o) (FUNC(o)->m_ml)

/* ---- vectorcalls ---- */

static int
check_no_keywords(PyObject *func, PyObject *kwnames)
{
    if (LIKELY(kwnames == NULL || PyTuple_GET_SIZE(kwnames) == 0))
        return 0;
    PyObject *text = _PyObject_FunctionStr(func);
    if (text != NULL)
        PyErr_Format(PyExc_TypeError, "%U takes no keyword arguments", text);
    Py_XDECREF(text);
    return -1;
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
call_fastcall(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    if (check_no_keywords(func, kwnames) < 0)
        return NULL;
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCFunctionFast f = (PyCFunctionFast)(void *)DEF(func)->ml_meth;
    PyObject *out = f(PyCFunction_GET_SELF(func), args, PyVectorcall_NARGS(nargsf));
    recursion_up(ts, before);
    return out;
}

static PyObject *
call_fastcall_keywords(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCFunctionFastWithKeywords f = (PyCFunctionFastWithKeywords)(void *)DEF(func)->ml_meth;
    PyObject *out = f(PyCFunction_GET_SELF(func), args, PyVectorcall_NARGS(nargsf), kwnames);
    recursion_up(ts, before);
    return out;
}

static PyObject *
call_with_class(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCMethod f = (PyCMethod)(void *)DEF(func)->ml_meth;
    PyObject *out = f(PyCFunction_GET_SELF(func), PyCFunction_GET_CLASS(func), args, PyVectorcall_NARGS(nargsf), kwnames);
    recursion_up(ts, before);
    return out;
}

static PyObject *
call_noargs(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_no_keywords(func, kwnames) < 0)
        return NULL;
    if (n != 0)
        return bad_count(func, "%U takes no arguments (%zd given)", n);
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCFunction f = (PyCFunction)(void *)DEF(func)->ml_meth;
    PyObject *out = f(PyCFunction_GET_SELF(func), NULL);
    recursion_up(ts, before);
    return out;
}

PyObject *
cfunction_call_o(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (check_no_keywords(func, kwnames) < 0)
        return NULL;
    if (n != 1)
        return bad_count(func, "%U takes exactly one argument (%zd given)", n);
    int before;
    if (enter_call(ts, &before) < 0)
        return NULL;
    PyCFunction f = (PyCFunction)(void *)DEF(func)->ml_meth;
    PyObject *out = f(PyCFunction_GET_SELF(func), args[0]);
    recursion_up(ts, before);
    return out;
}

PyObject *
cfunction_call_varargs(PyThreadState *ts, PyObject *func, PyObject *const *args, Py_ssize_t n)
{
    PyMethodDef *def = DEF(func);
    PyObject *self = PyCFunction_GET_SELF(func), *out;
    int before;
    PyObject *tuple = n == 0 ? EMPTY_TUPLE : tuple_from_array(args, n);
    if (tuple == NULL)
        return NULL;
    if (enter_call(ts, &before) < 0)
        out = NULL;
    else {
        if (def->ml_flags & METH_KEYWORDS)
            out = ((PyCFunctionWithKeywords)(void *)def->ml_meth)(self, tuple, NULL);
        else
            out = def->ml_meth(self, tuple);
        recursion_up(ts, before);
    }
    out = call_check_result(ts, func, out, NULL);
    tuple_drop(ts, tuple);
    return out;
}

PyObject *
cfunction_call(PyObject *func, PyObject *args, PyObject *kwds)
{
    PyThreadState *ts = ts_current();
    PyMethodDef *def = DEF(func);
    PyObject *self = PyCFunction_GET_SELF(func), *out;
    if ((def->ml_flags & METH_VARARGS) == 0)         /* the others have a vectorcall */
        return PyVectorcall_Call(func, args, kwds);
    if (def->ml_flags & METH_KEYWORDS) {
        out = ((PyCFunctionWithKeywords)(void *)def->ml_meth)(self, args, kwds);
    } else {
        if (kwds != NULL && PyDict_GET_SIZE(kwds) != 0) {
            PyErr_Format(PyExc_TypeError, "%.200s() takes no keyword arguments", def->ml_name);
            return NULL;
        }
        out = def->ml_meth(self, args);
    }
    return call_check_result(ts, func, out, NULL);
}

/* ---- making ---- */

const struct method_guard *method_guard;

vectorcallfunc
cfunction_vectorcall_for(PyMethodDef *def)
{
    switch (def->ml_flags & (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD)) {
    case METH_VARARGS:
    case METH_VARARGS | METH_KEYWORDS: return NULL;
    case METH_FASTCALL: return call_fastcall;
    case METH_FASTCALL | METH_KEYWORDS: return call_fastcall_keywords;
    case METH_NOARGS: return call_noargs;
    case METH_O: return cfunction_call_o;
    case METH_METHOD | METH_FASTCALL | METH_KEYWORDS: return call_with_class;
    default:
        PyErr_Format(PyExc_SystemError, "%s() method: bad call flags", def->ml_name);
        return NULL;
    }
}

PyObject *
PyCMethod_New(PyMethodDef *def, PyObject *self, PyObject *module, PyTypeObject *cls)
{
    vectorcallfunc call = cfunction_vectorcall_for(def);
    if (call == NULL && (def->ml_flags & METH_VARARGS) == 0)
        return NULL;
    PyCFunctionObject *f;
    if (def->ml_flags & METH_METHOD) {
        if (cls == NULL) {
            PyErr_SetString(PyExc_SystemError, "attempting to create PyCMethod with a METH_METHOD flag but no class");
            return NULL;
        }
        PyCMethodObject *m = PyObject_GC_New(PyCMethodObject, &PyCMethod_Type);
        if (m == NULL)
            return NULL;
        m->mm_class = (PyTypeObject *)Py_NewRef(cls);
        f = (PyCFunctionObject *)m;
    } else {
        if (cls != NULL) {
            PyErr_SetString(PyExc_SystemError,
                            "attempting to create PyCFunction with class but no METH_METHOD flag");
            return NULL;
        }
        f = COLL_GC_NEW(PyCFunctionObject, &PyCFunction_Type);
        if (f == NULL)
            return NULL;
    }
    f->m_weakreflist = NULL;
    f->m_ml = def;
    f->m_self = Py_XNewRef(self);
    f->m_module = Py_XNewRef(module);
    f->vectorcall = method_is_guarded(def) ? method_guard->call : call;
    gc_track((PyObject *)f);
    return (PyObject *)f;
}

PyObject *(PyCFunction_New)(PyMethodDef *def, PyObject *self) { return PyCMethod_New(def, self, NULL, NULL); }
PyObject *
(PyCFunction_NewEx)(PyMethodDef *def, PyObject *self, PyObject *module)
{
    return PyCMethod_New(def, self, module, NULL);
}

PyCFunction
PyCFunction_GetFunction(PyObject *op)
{
    if (!PyCFunction_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return PyCFunction_GET_FUNCTION(op);
}

PyObject *
PyCFunction_GetSelf(PyObject *op)
{
    if (!PyCFunction_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return PyCFunction_GET_SELF(op);
}

int
PyCFunction_GetFlags(PyObject *op)
{
    if (!PyCFunction_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return PyCFunction_GET_FLAGS(op);
}

/* ---- the type ---- */

static void
cfunction_dealloc(PyObject *self)
{
    if (LIKELY(gc_is_tracked(self)))             /* not when it was postponed */
        gc_untrack(self);
    TRASH_BEGIN(self, cfunction_dealloc);
    if (UNLIKELY(FUNC(self)->m_weakreflist != NULL))
        PyObject_ClearWeakRefs(self);
    /* The class first: to know about it we read m_ml, which m_self may own. */
    Py_XDECREF((PyObject *)PyCFunction_GET_CLASS(self));
    Py_XDECREF(FUNC(self)->m_self);
    Py_XDECREF(FUNC(self)->m_module);
    if (LIKELY(Py_IS_TYPE(self, &PyCFunction_Type)))
        COLL_GC_FREE(PyCFunctionObject, self);
    else
        PyObject_GC_Del(self);
    TRASH_END();
}

static int
cfunction_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT((PyObject *)PyCFunction_GET_CLASS(self));
    Py_VISIT(FUNC(self)->m_self);
    Py_VISIT(FUNC(self)->m_module);
    return 0;
}

/* A function of a module, as opposed to a method of an object or class. */
static bool
is_plain(PyObject *self)
{
    return FUNC(self)->m_self == NULL || PyModule_Check(FUNC(self)->m_self);
}

static PyObject *
cfunction_repr(PyObject *self)
{
    if (is_plain(self))
        return PyUnicode_FromFormat("<built-in function %s>", DEF(self)->ml_name);
    PyObject *of = FUNC(self)->m_self;
    return PyUnicode_FromFormat("<built-in method %s of %s object at %p>", DEF(self)->ml_name, Py_TYPE(of)->tp_name, of);
}

static PyObject *
cfunction_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyCFunction_Check(a) || !PyCFunction_Check(b))
        return Py_NotImplemented;
    bool equal = FUNC(a)->m_self == FUNC(b)->m_self && DEF(a)->ml_meth == DEF(b)->ml_meth;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static Py_hash_t
cfunction_hash(PyObject *self)
{
    Py_hash_t h = object_hash_pointer(FUNC(self)->m_self) ^ object_hash_pointer((void *)DEF(self)->ml_meth);
    return h == -1 ? -2 : h;
}

static PyObject *
cfunction_reduce(PyObject *self, PyObject *unused)
{
    if (is_plain(self))
        return PyUnicode_FromString(DEF(self)->ml_name);
    PyObject *getattr = descr_builtin(ID(getattr)), *out = NULL;
    if (getattr != NULL)
        out = Py_BuildValue("N(Os)", getattr, FUNC(self)->m_self, DEF(self)->ml_name);
    return out;
}

static PyObject *cfunction_get_name(PyObject *self, void *c) { return PyUnicode_FromString(DEF(self)->ml_name); }
static PyObject *cfunction_get_doc(PyObject *self, void *c) { return descr_doc_text(DEF(self)->ml_name, DEF(self)->ml_doc); }

static PyObject *
cfunction_get_signature(PyObject *self, void *c)
{
    return descr_doc_signature(DEF(self)->ml_name, DEF(self)->ml_doc, DEF(self)->ml_flags);
}

static PyObject *
cfunction_get_self(PyObject *self, void *c)
{
    PyObject *of = PyCFunction_GET_SELF(self);
    return of == NULL ? Py_None : Py_NewRef(of);
}

static PyObject *
cfunction_get_qualname(PyObject *self, void *c)
{
    if (is_plain(self))
        return PyUnicode_FromString(DEF(self)->ml_name);
    PyObject *of = FUNC(self)->m_self, *out = NULL;
    PyObject *owner = PyObject_GetAttr(PyType_Check(of) ? of : (PyObject *)Py_TYPE(of), ID(__qualname__));
    if (owner == NULL)
        return NULL;
    if (!PyUnicode_Check(owner))
        PyErr_SetString(PyExc_TypeError, "<method>.__class__.__qualname__ is not a unicode object");
    else
        out = PyUnicode_FromFormat("%S.%s", owner, DEF(self)->ml_name);
    Py_DECREF(owner);
    return out;
}

static PyMethodDef cfunction_methods[] = { { "__reduce__", cfunction_reduce, METH_NOARGS, NULL }, { NULL } };
static PyMemberDef cfunction_members[] = {
    { "__module__", _Py_T_OBJECT, offsetof(PyCFunctionObject, m_module), 0 },
    { NULL },
};
static PyGetSetDef cfunction_getset[] = {
    { "__doc__", cfunction_get_doc },
    { "__name__", cfunction_get_name },
    { "__qualname__", cfunction_get_qualname },
    { "__self__", cfunction_get_self },
    { "__text_signature__", cfunction_get_signature },
    { NULL },
};

PyTypeObject PyCFunction_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "builtin_function_or_method",
    .tp_basicsize = sizeof(PyCFunctionObject),
    .tp_dealloc = cfunction_dealloc,
    .tp_vectorcall_offset = offsetof(PyCFunctionObject, vectorcall),
    .tp_repr = cfunction_repr,
    .tp_hash = cfunction_hash,
    .tp_call = cfunction_call,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_traverse = cfunction_traverse,
    .tp_richcompare = cfunction_richcompare,
    .tp_weaklistoffset = offsetof(PyCFunctionObject, m_weakreflist),
    .tp_methods = cfunction_methods,
    .tp_members = cfunction_members,
    .tp_getset = cfunction_getset,
};

PyTypeObject PyCMethod_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "builtin_method",
    .tp_basicsize = sizeof(PyCMethodObject),
    .tp_base = &PyCFunction_Type,
};
