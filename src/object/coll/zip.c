/* object/coll/zip.c: zip, map and filter. */
#include "object/coll/iter.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/coll/coll.h"
#include "object/coll/tuple.h"

/* Iterators over all items of args[from..]: a new tuple or NULL. */
static PyObject *
iters_of(PyObject *args, Py_ssize_t from)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args) - from;
    PyObject *iters = PyTuple_New(n);
    for (Py_ssize_t i = 0; iters != NULL && i < n; i++) {
        PyObject *it = PyObject_GetIter(PyTuple_GET_ITEM(args, from + i));
        if (it == NULL)
            Py_CLEAR(iters);
        else
            PyTuple_SET_ITEM(iters, i, it);
    }
    return iters;
}

/* ---- zip ---- */

#define ZIP(op) ((struct zip_iter *)(op))

static PyObject *
zip_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    int strict = 0;
    if (kwds != NULL && PyDict_GET_SIZE(kwds) != 0) {
        static const char *const names[] = { "strict" };
        PyObject *no_args = PyTuple_New(0), *arg[1];
        if (no_args == NULL)
            return NULL;
        int bad = args_unpack_tuple("zip", no_args, kwds, names, 1, 0, 0, arg);
        Py_DECREF(no_args);
        if (bad < 0 || (arg[0] != NULL && (strict = PyObject_IsTrue(arg[0])) < 0))
            return NULL;
    }
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *iters = iters_of(args, 0);
    if (iters == NULL)
        return NULL;
    PyObject *result = PyTuple_New(n);
    struct zip_iter *z = result == NULL ? NULL : ZIP(type->tp_alloc(type, 0));
    if (z == NULL) {
        Py_DECREF(iters);
        Py_XDECREF(result);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(result, i, Py_NewRef(Py_None));
    z->ittuple = iters;
    z->tuplesize = n;
    z->result = result;
    z->strict = strict;
    return (PyObject *)z;
}

static void
zip_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_XDECREF(ZIP(op)->ittuple);
    Py_XDECREF(ZIP(op)->result);
    Py_TYPE(op)->tp_free(op);
}

static int
zip_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(ZIP(op)->ittuple);
    Py_VISIT(ZIP(op)->result);
    return 0;
}

/* strict=True and iterator i has ended: NULL, with ValueError unless all end now. */
static PyObject *
zip_check_strict(struct zip_iter *z, Py_ssize_t i)
{
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration))
            return NULL;
        PyErr_Clear();
    }
    if (i > 0)
        return PyErr_Format(PyExc_ValueError, "zip() argument %zd is shorter than argument%s%zd", i + 1, i == 1 ? " " : "s 1-", i);
    for (i = 1; i < z->tuplesize; i++) {
        PyObject *it = PyTuple_GET_ITEM(z->ittuple, i);
        PyObject *item = recursion_next(it);
        if (item != NULL) {
            Py_DECREF(item);
            return PyErr_Format(PyExc_ValueError, "zip() argument %zd is longer than argument%s%zd", i + 1, i == 1 ? " " : "s 1-", i);
        }
        if (PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_StopIteration))
                return NULL;
            PyErr_Clear();
        }
    }
    return NULL;
}

static PyObject *
zip_next(PyObject *op)
{
    struct zip_iter *z = ZIP(op);
    Py_ssize_t n = z->tuplesize, i;
    PyObject *result = z->result;
    if (n == 0)
        return NULL;
    bool reuse = result->ob_refcnt == 1;
    if (reuse)
        Py_INCREF(result);
    else if ((result = PyTuple_New(n)) == NULL)
        return NULL;
    for (i = 0; i < n; i++) {
        PyObject *it = PyTuple_GET_ITEM(z->ittuple, i);
        PyObject *item = recursion_next(it);
        if (item == NULL) {
            Py_DECREF(result);
            return z->strict ? zip_check_strict(z, i) : NULL;
        }
        PyObject *old = PyTuple_GET_ITEM(result, i);
        PyTuple_SET_ITEM(result, i, item);
        Py_XDECREF(old);
    }
    if (reuse && !gc_is_tracked(result))
        gc_track(result);
    return result;
}

static PyObject *
zip_reduce(PyObject *op, PyObject *noargs)
{
    if (ZIP(op)->strict)
        return PyTuple_Pack(3, Py_TYPE(op), ZIP(op)->ittuple, Py_True);
    return PyTuple_Pack(2, Py_TYPE(op), ZIP(op)->ittuple);
}

static PyObject *
zip_setstate(PyObject *op, PyObject *state)
{
    int strict = PyObject_IsTrue(state);
    if (strict < 0)
        return NULL;
    ZIP(op)->strict = strict;
    Py_RETURN_NONE;
}

static PyMethodDef zip_methods[] = {
    { "__reduce__", zip_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", zip_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};

PyTypeObject PyZip_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "zip",
    .tp_basicsize = sizeof(struct zip_iter),
    .tp_dealloc = zip_dealloc,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = TEXT_SIG("zip(*iterables, strict=False)", "Iterator over tuples of one item from each iterable, until the shortest ends.\n\n"
        ">>> list(zip('abc', range(5)))\n[('a', 0), ('b', 1), ('c', 2)]"),
    .tp_traverse = zip_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = zip_next,
    .tp_methods = zip_methods,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = zip_new,
    .tp_free = PyObject_GC_Del,
};

/* ---- map ---- */

struct map_iter {
    PyObject ob_base;
    PyObject *iters;                   /* tuple */
    PyObject *func;
};
#define MAP(op) ((struct map_iter *)(op))

/* Takes over iters. */
static PyObject *
map_make(PyTypeObject *type, PyObject *func, PyObject *iters)
{
    struct map_iter *m = iters == NULL ? NULL : MAP(type->tp_alloc(type, 0));
    if (m == NULL) {
        Py_XDECREF(iters);
        return NULL;
    }
    m->iters = iters;
    m->func = Py_NewRef(func);
    return (PyObject *)m;
}

static PyObject *
map_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if ((type == &PyMap_Type || type->tp_init == PyMap_Type.tp_init) && !args_no_keywords("map", kwds))
        return NULL;
    if (PyTuple_GET_SIZE(args) < 2) {
        PyErr_SetString(PyExc_TypeError, "map() must have at least two arguments.");
        return NULL;
    }
    return map_make(type, PyTuple_GET_ITEM(args, 0), iters_of(args, 1));
}

static PyObject *
map_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (((PyTypeObject *)type == &PyMap_Type) && !args_no_kwnames("map", kwnames))
        return NULL;
    if (n < 2) {
        PyErr_SetString(PyExc_TypeError, "map() must have at least two arguments.");
        return NULL;
    }
    PyObject *iters = PyTuple_New(n - 1);
    for (Py_ssize_t i = 1; iters != NULL && i < n; i++) {
        PyObject *it = PyObject_GetIter(args[i]);
        if (it == NULL)
            Py_CLEAR(iters);
        else
            PyTuple_SET_ITEM(iters, i - 1, it);
    }
    return map_make((PyTypeObject *)type, args[0], iters);
}

static void
map_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_XDECREF(MAP(op)->iters);
    Py_XDECREF(MAP(op)->func);
    Py_TYPE(op)->tp_free(op);
}

static int
map_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(MAP(op)->iters);
    Py_VISIT(MAP(op)->func);
    return 0;
}

static PyObject *
map_next(PyObject *op)
{
    struct map_iter *m = MAP(op);
    PyObject *few[6], **stack = few, *result = NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(m->iters), got = 0;
    if (n > 5 && (stack = PyMem_Malloc((size_t)(n + 1) * sizeof(PyObject *))) == NULL)
        return PyErr_NoMemory();
    PyObject **args = stack + 1;           /* args[-1] is free for the callee */
    for (; got < n; got++) {
        PyObject *it = PyTuple_GET_ITEM(m->iters, got);
        args[got] = recursion_next(it);
        if (args[got] == NULL)
            goto done;
    }
    result = call_vector(ts_current(), m->func, args, (size_t)n | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
done:
    for (Py_ssize_t i = 0; i < got; i++)
        Py_DECREF(args[i]);
    if (stack != few)
        PyMem_Free(stack);
    return result;
}

static PyObject *
map_reduce(PyObject *op, PyObject *noargs)
{
    PyObject *iters = MAP(op)->iters;
    Py_ssize_t n = PyTuple_GET_SIZE(iters);
    PyObject *args = PyTuple_New(n + 1);
    if (args == NULL)
        return NULL;
    PyTuple_SET_ITEM(args, 0, Py_NewRef(MAP(op)->func));
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(args, i + 1, Py_NewRef(PyTuple_GET_ITEM(iters, i)));
    return Py_BuildValue("ON", Py_TYPE(op), args);
}

static PyMethodDef map_methods[] = { { "__reduce__", map_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };

PyTypeObject PyMap_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "map",
    .tp_basicsize = sizeof(struct map_iter),
    .tp_dealloc = map_dealloc,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = TEXT_SIG("map(function, iterable, /, *iterables)", "Iterator over function(item, ...), with one item from each iterable."),
    .tp_traverse = map_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = map_next,
    .tp_methods = map_methods,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = map_new,
    .tp_free = PyObject_GC_Del,
    .tp_vectorcall = map_vectorcall,
};

/* ---- filter ---- */

struct filter_iter {
    PyObject ob_base;
    PyObject *func;
    PyObject *it;
};
#define FILTER(op) ((struct filter_iter *)(op))

static PyObject *
filter_make(PyTypeObject *type, PyObject *func, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable);
    struct filter_iter *f = it == NULL ? NULL : FILTER(type->tp_alloc(type, 0));
    if (f == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    f->func = Py_NewRef(func);
    f->it = it;
    return (PyObject *)f;
}

static PyObject *
filter_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if ((type == &PyFilter_Type || type->tp_init == PyFilter_Type.tp_init) && !args_no_keywords("filter", kwds))
        return NULL;
    if (!args_count("filter", PyTuple_GET_SIZE(args), 2, 2))
        return NULL;
    return filter_make(type, PyTuple_GET_ITEM(args, 0), PyTuple_GET_ITEM(args, 1));
}

static PyObject *
filter_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if ((PyTypeObject *)type == &PyFilter_Type && !args_no_kwnames("filter", kwnames))
        return NULL;
    return args_count("filter", PyVectorcall_NARGS(nargsf), 2, 2) ? filter_make((PyTypeObject *)type, args[0], args[1]) : NULL;
}

static void
filter_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    /* Long chains of filters (a sieve of primes) would use up the stack. */
    TRASH_BEGIN(op, filter_dealloc);
    Py_XDECREF(FILTER(op)->func);
    Py_XDECREF(FILTER(op)->it);
    Py_TYPE(op)->tp_free(op);
    TRASH_END();
}

static int
filter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(FILTER(op)->it);
    Py_VISIT(FILTER(op)->func);
    return 0;
}

static PyObject *
filter_next(PyObject *op)
{
    struct filter_iter *f = FILTER(op);
    PyObject *it = f->it;
    bool truth = f->func == Py_None || f->func == (PyObject *)&PyBool_Type;
    for (;;) {
        PyObject *item = recursion_next(it);
        if (item == NULL)
            return NULL;
        int ok;
        if (truth)
            ok = PyObject_IsTrue(item);
        else {
            PyObject *good = call_one(ts_current(), f->func, item);
            ok = good == NULL ? -1 : PyObject_IsTrue(good);
            Py_XDECREF(good);
        }
        if (ok > 0)
            return item;
        Py_DECREF(item);
        if (ok < 0)
            return NULL;
    }
}

static PyObject *
filter_reduce(PyObject *op, PyObject *noargs)
{
    return Py_BuildValue("O(OO)", Py_TYPE(op), FILTER(op)->func, FILTER(op)->it);
}

static PyMethodDef filter_methods[] = { { "__reduce__", filter_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };

PyTypeObject PyFilter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "filter",
    .tp_basicsize = sizeof(struct filter_iter),
    .tp_dealloc = filter_dealloc,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = TEXT_SIG("filter(function, iterable, /)", "Iterator over the items for which function(item), or the item itself if None, is true."),
    .tp_traverse = filter_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = filter_next,
    .tp_methods = filter_methods,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = filter_new,
    .tp_free = PyObject_GC_Del,
    .tp_vectorcall = filter_vectorcall,
};
