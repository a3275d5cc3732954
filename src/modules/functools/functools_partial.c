/* functools_partial.c: functools.partial. Without stored keywords a call only copies arguments side by side. */
#include "modules/functools/functools.h"

#include "object/core/err.h"

#include <stddef.h>
#include <string.h>

struct partial {
    PyObject ob_base;
    PyObject *fn, *args, *kw;            /* tuple and dict */
    PyObject *dict, *weakreflist;
    vectorcallfunc vectorcall;
};
#define P(o) ((struct partial *)(o))

static PyObject *
concat(PyObject *a, PyObject *b)
{
    if (PyTuple_GET_SIZE(b) == 0)
        return Py_NewRef(a);
    return PySequence_Concat(a, b);
}

static PyObject *
partial_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *kw = P(self)->kw, *merged, *all, *out = NULL;
    if (UNLIKELY(ts_stack_is_low(ts_current())))           /* a partial may call itself (__setstate__) */
        return err_recursion(ts_current(), ""), NULL;
    if (PyDict_GET_SIZE(kw) == 0) {
        merged = Py_XNewRef(kwargs);
    } else {
        merged = PyDict_Copy(kw);
        if (merged == NULL || (kwargs != NULL && PyDict_Merge(merged, kwargs, 1) < 0)) {
            Py_XDECREF(merged);
            return NULL;
        }
    }
    all = concat(P(self)->args, args);
    if (all != NULL)
        out = PyObject_Call(P(self)->fn, all, merged);
    Py_XDECREF(all);
    Py_XDECREF(merged);
    return out;
}

/* Stored keywords: through a tuple and a dict. */
static PyObject *
call_with_stored_keywords(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *tuple = PyTuple_New(nargs), *kwargs = NULL, *out = NULL;
    if (tuple == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < nargs; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
    if (kwnames == NULL || (kwargs = _PyStack_AsDict(args + nargs, kwnames)) != NULL)
        out = partial_call(self, tuple, kwargs);
    Py_XDECREF(kwargs);
    Py_DECREF(tuple);
    return out;
}

static PyObject *
partial_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (UNLIKELY(ts_stack_is_low(ts_current())))
        return err_recursion(ts_current(), ""), NULL;
    if (PyDict_GET_SIZE(P(self)->kw) != 0)
        return call_with_stored_keywords(self, args, nargs, kwnames);
    PyObject *const *stored = &PyTuple_GET_ITEM(P(self)->args, 0);
    Py_ssize_t n = PyTuple_GET_SIZE(P(self)->args), total = nargs + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames));
    if (n == 0)
        return PyObject_Vectorcall(P(self)->fn, args, nargsf, kwnames);
    if (total == 0)
        return PyObject_Vectorcall(P(self)->fn, stored, (size_t)n, NULL);
    PyObject *small[10], **stack = small, *out;
    if (n + total > 10) {
        stack = PyMem_Malloc((size_t)(n + total) * sizeof *stack);
        if (stack == NULL)
            return PyErr_NoMemory();
    }
    memcpy(stack, stored, (size_t)n * sizeof *stack);
    memcpy(stack + n, args, (size_t)total * sizeof *stack);
    out = PyObject_Vectorcall(P(self)->fn, stack, (size_t)(n + nargs), kwnames);
    if (stack != small)
        PyMem_Free(stack);
    return out;
}

static PyObject *
partial_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) < 1)
        return PyErr_Format(PyExc_TypeError, "type 'partial' takes at least one argument");
    PyObject *func = PyTuple_GET_ITEM(args, 0), *stored_args = NULL, *stored_kw = NULL;
    if (!PyCallable_Check(func))
        return PyErr_Format(PyExc_TypeError, "the first argument must be callable");
    if (Py_TYPE(func)->tp_call == partial_call && P(func)->dict == NULL) {
        stored_args = P(func)->args;         /* a partial of a partial is one */
        stored_kw = P(func)->kw;
        func = P(func)->fn;
    }
    struct partial *p = P(type->tp_alloc(type, 0));
    if (p == NULL)
        return NULL;
    p->fn = Py_NewRef(func);
    PyObject *rest = PyTuple_GetSlice(args, 1, PY_SSIZE_T_MAX);
    p->args = rest == NULL || stored_args == NULL ? Py_XNewRef(rest) : concat(stored_args, rest);
    Py_XDECREF(rest);
    if (stored_kw != NULL && PyDict_GET_SIZE(stored_kw) > 0)
        p->kw = PyDict_Copy(stored_kw);
    else
        p->kw = PyDict_New();
    p->vectorcall = partial_vectorcall;
    if (p->args == NULL || p->kw == NULL || (kwargs != NULL && PyDict_Merge(p->kw, kwargs, 1) < 0))
        Py_CLEAR(p);
    return (PyObject *)p;
}

/* Classes hold partials as if they were static methods; some day they will be methods. */
static PyObject *
partial_descr_get(PyObject *self, PyObject *obj, PyObject *type)
{
    if (obj == NULL || obj == Py_None)
        return Py_NewRef(self);
    if (PyErr_WarnEx(PyExc_FutureWarning, "functools.partial will be a method descriptor in future Python versions; wrap it "
                     "in staticmethod() if you want to preserve the old behavior", 1) < 0)
        return NULL;
    return Py_NewRef(self);
}

static int
partial_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(P(self)->fn);
    Py_VISIT(P(self)->args);
    Py_VISIT(P(self)->kw);
    Py_VISIT(P(self)->dict);
    return 0;
}

static int
partial_clear(PyObject *self)
{
    Py_CLEAR(P(self)->fn);
    Py_CLEAR(P(self)->args);
    Py_CLEAR(P(self)->kw);
    Py_CLEAR(P(self)->dict);
    return 0;
}

static void
partial_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    (void)partial_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ", 1, x=2" appended to *text: 0 or -1 with *text NULL. */
static int
append_text(PyObject **text, const char *format, PyObject *a, PyObject *b)
{
    PyObject *piece = PyUnicode_FromFormat(format, a, b);
    if (piece == NULL)
        Py_CLEAR(*text);
    else
        PyUnicode_Append(text, piece);
    Py_XDECREF(piece);
    return *text == NULL ? -1 : 0;
}

static PyObject *
arguments_text(PyObject *self)
{
    PyObject *text = PyUnicode_FromString(""), *key, *value;
    PyObject *args = Py_NewRef(P(self)->args), *kw = Py_NewRef(P(self)->kw);
    for (Py_ssize_t i = 0; text != NULL && i < PyTuple_GET_SIZE(args); i++)
        if (append_text(&text, ", %R", PyTuple_GET_ITEM(args, i), NULL) < 0)
            break;
    for (Py_ssize_t i = 0; text != NULL && PyDict_Next(kw, &i, &key, &value);) {
        Py_INCREF(key);
        Py_INCREF(value);
        (void)append_text(&text, ", %S=%R", key, value);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_DECREF(args);
    Py_DECREF(kw);
    return text;
}

static PyObject *
partial_repr(PyObject *self)
{
    int again = Py_ReprEnter(self);
    if (again != 0)
        return again < 0 ? NULL : PyUnicode_FromString("...");
    PyObject *text = arguments_text(self), *module = NULL, *name = NULL, *out = NULL, *fn = Py_NewRef(P(self)->fn);
    if (text != NULL)
        module = PyType_GetModuleName(Py_TYPE(self));
    if (module != NULL)
        name = PyType_GetQualName(Py_TYPE(self));
    if (name != NULL)
        out = PyUnicode_FromFormat("%S.%S(%R%U)", module, name, fn, text);
    Py_XDECREF(name);
    Py_XDECREF(module);
    Py_XDECREF(text);
    Py_DECREF(fn);
    Py_ReprLeave(self);
    return out;
}

static PyObject *
partial_reduce(PyObject *self, PyObject *unused)
{
    struct partial *p = P(self);
    return Py_BuildValue("O(O)(OOOO)", Py_TYPE(p), p->fn, p->fn, p->args, p->kw, p->dict != NULL ? p->dict : Py_None);
}

static PyObject *
partial_setstate(PyObject *self, PyObject *state)
{
    PyObject *fn, *args, *kw, *dict;
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) != 4 || !PyCallable_Check(fn = PyTuple_GET_ITEM(state, 0))
        || !PyTuple_Check(args = PyTuple_GET_ITEM(state, 1))
        || ((kw = PyTuple_GET_ITEM(state, 2)) != Py_None && !PyDict_Check(kw)))
        return PyErr_Format(PyExc_TypeError, "invalid partial state");
    dict = PyTuple_GET_ITEM(state, 3);
    args = PyTuple_CheckExact(args) ? Py_NewRef(args) : PySequence_Tuple(args);
    if (args == NULL)
        return NULL;
    kw = kw == Py_None ? PyDict_New() : PyDict_CheckExact(kw) ? Py_NewRef(kw) : PyDict_Copy(kw);
    if (kw == NULL) {
        Py_DECREF(args);
        return NULL;
    }
    Py_XSETREF(P(self)->fn, Py_NewRef(fn));
    Py_XSETREF(P(self)->args, args);
    Py_XSETREF(P(self)->kw, kw);
    Py_XSETREF(P(self)->dict, dict == Py_None ? NULL : Py_NewRef(dict));
    Py_RETURN_NONE;
}

static PyMethodDef partial_methods[] = {
    { "__reduce__", partial_reduce, METH_NOARGS, NULL },
    { "__setstate__", partial_setstate, METH_O, NULL },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, PyDoc_STR("For annotations: see PEP 585.") },
    { NULL },
};
static PyMemberDef partial_members[] = {
    { "func", _Py_T_OBJECT, offsetof(struct partial, fn), Py_READONLY, PyDoc_STR("the function that calls go to") },
    { "args", _Py_T_OBJECT, offsetof(struct partial, args), Py_READONLY, PyDoc_STR("positional arguments of all calls") },
    { "keywords", _Py_T_OBJECT, offsetof(struct partial, kw), Py_READONLY, PyDoc_STR("keyword arguments of all calls") },
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct partial, weakreflist), Py_READONLY },
    { "__dictoffset__", Py_T_PYSSIZET, offsetof(struct partial, dict), Py_READONLY },
    { "__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct partial, vectorcall), Py_READONLY },
    { NULL },
};
static PyGetSetDef partial_getset[] = { { "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict }, { NULL } };
static PyType_Slot partial_slots[] = {
    { Py_tp_dealloc, partial_dealloc },
    { Py_tp_repr, partial_repr },
    { Py_tp_call, partial_call },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_setattro, PyObject_GenericSetAttr },
    { Py_tp_doc, (void *)PyDoc_STR("partial(func, /, *args, **keywords)\n--\n\nA function with some arguments given in advance.") },
    { Py_tp_traverse, partial_traverse },
    { Py_tp_clear, partial_clear },
    { Py_tp_methods, partial_methods },
    { Py_tp_members, partial_members },
    { Py_tp_getset, partial_getset },
    { Py_tp_descr_get, partial_descr_get },
    { Py_tp_new, partial_new },
    { Py_tp_free, PyObject_GC_Del },
    { 0, NULL },
};
PyType_Spec partial_spec = {
    .name = "functools.partial",
    .basicsize = sizeof(struct partial),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_VECTORCALL
        | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = partial_slots,
};
