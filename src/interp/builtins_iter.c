/* interp/builtins_iter.c: the builtins that walk an iterable. */
#include "interp/builtins.h"

#include "interp/args.h"
#include "object/coll/iter.h"
#include "object/num/int.h"
#include "object/num/sum.h"
#include "rt/singletons.h"
#include "vm/consume.h"

static PyObject *
any_or_all(PyObject *iterable, int stop_at)
{
    PyObject *it = PyObject_GetIter(iterable), *item;
    if (it == NULL)
        return NULL;
    iternextfunc next = Py_TYPE(it)->tp_iternext;
    while ((item = next(it)) != NULL) {
        int truth = PyObject_IsTrue(item);
        Py_DECREF(item);
        if (truth < 0 || truth == stop_at) {
            Py_DECREF(it);
            return truth < 0 ? NULL : PyBool_FromLong(truth);
        }
    }
    Py_DECREF(it);
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration))
            return NULL;
        PyErr_Clear();
    }
    return PyBool_FromLong(!stop_at);
}

static PyObject *
builtin_all(PyObject *module, PyObject *iterable)
{
    return any_or_all(iterable, 0);
}

static PyObject *
builtin_any(PyObject *module, PyObject *iterable)
{
    return any_or_all(iterable, 1);
}

static PyObject *
builtin_aiter(PyObject *module, PyObject *async_iterable)
{
    return PyObject_GetAIter(async_iterable);
}

static PyObject *
builtin_anext(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("anext", nargs, 1, 2))
        return NULL;
    PyTypeObject *t = Py_TYPE(args[0]);
    if (t->tp_as_async == NULL || t->tp_as_async->am_anext == NULL) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not an async iterator", t->tp_name);
        return NULL;
    }
    PyObject *awaitable = t->tp_as_async->am_anext(args[0]);
    if (awaitable == NULL || nargs == 1)
        return awaitable;
    PyObject *r = anext_awaitable_new(awaitable, args[1]);
    Py_DECREF(awaitable);
    return r;
}

static PyObject *
builtin_iter(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("iter", nargs, 1, 2))
        return NULL;
    if (nargs == 1)
        return PyObject_GetIter(args[0]);
    if (!PyCallable_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "iter(v, w): v must be callable");
        return NULL;
    }
    return PyCallIter_New(args[0], args[1]);
}

static PyObject *
builtin_next(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("next", nargs, 1, 2))
        return NULL;
    if (!PyIter_Check(args[0])) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not an iterator", Py_TYPE(args[0])->tp_name);
        return NULL;
    }
    PyObject *item = Py_TYPE(args[0])->tp_iternext(args[0]);
    if (item != NULL)
        return item;
    if (nargs == 2) {
        if (PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_StopIteration))
                return NULL;
            PyErr_Clear();
        }
        return Py_NewRef(args[1]);
    }
    if (!PyErr_Occurred())
        PyErr_SetNone(PyExc_StopIteration);
    return NULL;
}

/* min and max: the best item so far and its key. */
struct extreme { PyObject *best, *best_key; };

static inline int
is_better(PyObject *k, PyObject *than, int op)
{
    if (PyLong_CheckExact(k) && PyLong_CheckExact(than) && int_both_compact(k, than)) {
        Py_ssize_t a = int_compact_value(k), b = int_compact_value(than);
        return op == Py_LT ? a < b : a > b;
    }
    return PyObject_RichCompareBool(k, than, op);
}

/* 0 or -1. */
static int
extreme_take(struct extreme *e, STEALS PyObject *item, PyObject *key, int op)
{
    PyObject *k = key == NULL ? Py_NewRef(item) : PyObject_CallOneArg(key, item);
    int better = k == NULL ? -1 : e->best == NULL ? 1 : is_better(k, e->best_key, op);
    if (better > 0) {
        Py_XSETREF(e->best, item);
        Py_XSETREF(e->best_key, k);
        return 0;
    }
    Py_DECREF(item);
    Py_XDECREF(k);
    return better;
}

/* Of n objects, or of what an iterator gives; NULL without exception when that is nothing. */
static PyObject *
extreme_of(PyObject *const *items, Py_ssize_t n, PyObject *it, PyObject *key, int op)
{
    struct extreme e = { NULL, NULL };
    PyObject *item;
    int rc = 0;
    for (Py_ssize_t i = 0; rc == 0 && i < n; i++)
        rc = extreme_take(&e, Py_NewRef(items[i]), key, op);
    while (rc == 0 && it != NULL && (item = PyIter_Next(it)) != NULL)
        rc = extreme_take(&e, item, key, op);
    Py_XDECREF(e.best_key);
    if (rc < 0 || (it != NULL && PyErr_Occurred()))
        Py_CLEAR(e.best);
    return e.best;
}

static int
extreme_args(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, const char *name, PyObject **key, PyObject **dflt)
{
    static const char *const names[] = { "key", "default" };
    PyObject *v[2];
    if (nargs == 0) {
        PyErr_Format(PyExc_TypeError, "%s expected at least 1 argument, got 0", name);
        return -1;
    }
    if (args_unpack(name, args + nargs, 0, kwnames, names, 2, 0, 0, v) < 0)
        return -1;
    *key = v[0] == Py_None ? NULL : v[0];
    *dflt = v[1];
    if (nargs > 1 && *dflt != NULL) {
        PyErr_Format(PyExc_TypeError, "Cannot specify a default for %s() with multiple positional arguments", name);
        return -1;
    }
    return 0;
}

static PyObject *
min_max(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, const char *name, int op)
{
    PyObject *key = NULL, *dflt = NULL;
    if (nargs > 1 && kwnames == NULL)
        return extreme_of(args, nargs, NULL, NULL, op);
    if (extreme_args(args, nargs, kwnames, name, &key, &dflt) < 0)
        return NULL;
    if (nargs > 1)
        return extreme_of(args, nargs, NULL, key, op);
    PyObject *it = PyObject_GetIter(args[0]);
    if (it == NULL)
        return NULL;
    PyObject *best = extreme_of(NULL, 0, it, key, op);
    Py_DECREF(it);
    if (best == NULL && !PyErr_Occurred()) {
        if (dflt != NULL)
            return Py_NewRef(dflt);
        PyErr_Format(PyExc_ValueError, "%s() iterable argument is empty", name);
    }
    return best;
}

static PyObject *
builtin_min(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return min_max(args, nargs, kwnames, "min", Py_LT);
}

static PyObject *
builtin_max(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return min_max(args, nargs, kwnames, "max", Py_GT);
}

static PyObject *
builtin_sorted(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs != 1) {
        (void)args_count("sorted", nargs, 1, 1);
        return NULL;
    }
    PyObject *list = PySequence_List(args[0]);
    if (list == NULL)
        return NULL;
    PyObject *sort = PyObject_GetAttr(list, ID(sort));
    PyObject *r = sort == NULL ? NULL : PyObject_Vectorcall(sort, args + 1, 0, kwnames);
    Py_XDECREF(sort);
    if (r == NULL) {
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(r);
    return list;
}

static PyObject *
sum_iter(PyObject *it, PyObject *start)
{
    struct sum s;
    PyObject *acc, *item;
    sum_begin(&s, start, &acc);
    while ((item = PyIter_Next(it)) != NULL)
        if (sum_take(&s, &acc, item) < 0)
            return NULL;
    if (PyErr_Occurred()) {
        Py_XDECREF(acc);
        return NULL;
    }
    return sum_end(&s, &acc);
}

static PyObject *
builtin_sum(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "start", NULL };
    static const struct args_spec spec = { "sum", names, 1, 2 };
    PyObject *a[2];
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    const char *what = a[1] == NULL ? NULL : PyUnicode_Check(a[1]) ? "strings [use ''.join(seq) instead]" :
                       PyBytes_Check(a[1]) ? "bytes [use b''.join(seq) instead]" :
                       PyByteArray_Check(a[1]) ? "bytearray [use b''.join(seq) instead]" : NULL;
    PyObject *it = PyObject_GetIter(a[0]);
    if (it == NULL)
        return NULL;
    if (what != NULL) {
        Py_DECREF(it);
        PyErr_Format(PyExc_TypeError, "sum() can't sum %s", what);
        return NULL;
    }
    PyObject *r = sum_iter(it, a[1] == NULL ? SMALL_INT(0) : a[1]);
    Py_DECREF(it);
    return r;
}

#define FAST(f) _PyCFunction_CAST(f), METH_FASTCALL
#define FASTKW(f) _PyCFunction_CAST(f), METH_FASTCALL | METH_KEYWORDS

PyMethodDef builtins_iter_methods[] = {
    { "all", builtin_all, METH_O, PyDoc_STR("all($module, iterable, /)\n--\n\nTrue if no item is false.") },
    { "any", builtin_any, METH_O, PyDoc_STR("any($module, iterable, /)\n--\n\nTrue if some item is true.") },
    { "aiter", builtin_aiter, METH_O, PyDoc_STR("aiter($module, async_iterable, /)\n--\n\nThe asynchronous iterator of an iterable.") },
    { "anext", FAST(builtin_anext), PyDoc_STR("anext($module, aiterator, default=<unrepresentable>, /)\n--\n\nAn awaitable for the next item.") },
    { "iter", FAST(builtin_iter), PyDoc_STR("iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nAn iterator over a container, or over calls until the sentinel comes.") },
    { "max", FASTKW(builtin_max), PyDoc_STR("max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nThe largest item or argument.") },
    { "min", FASTKW(builtin_min), PyDoc_STR("min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nThe smallest item or argument.") },
    { "next", FAST(builtin_next), PyDoc_STR("next(iterator[, default])\n\nThe next item, or the default at the end.") },
    { "sorted", FASTKW(builtin_sorted), PyDoc_STR("sorted($module, iterable, /, *, key=None, reverse=False)\n--\n\nA new sorted list of the items.") },
    { "sum", FASTKW(builtin_sum), PyDoc_STR("sum($module, iterable, /, start=0)\n--\n\nThe start value plus all items.") },
    { NULL },
};

void
builtins_iter_init(void)
{
    consume_register(builtin_any, CONSUME_ANY);
    consume_register(builtin_all, CONSUME_ALL);
    consume_register(_PyCFunction_CAST(builtin_sum), CONSUME_SUM);
    consume_register(_PyCFunction_CAST(builtin_min), CONSUME_MIN);
    consume_register(_PyCFunction_CAST(builtin_max), CONSUME_MAX);
    consume_register(_PyCFunction_CAST(builtin_sorted), CONSUME_SORTED);
}
