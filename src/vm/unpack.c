/* vm/unpack.c: taking apart and putting together: unpacking assignments, * and ** in displays and calls, pattern matching. */
#include "object/coll/dict.h"
#include "object/coll/list.h"
#include "object/coll/tuple.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/object.h"
#include "rt/singletons.h"
#include "vm/slow.h"

/* ---- a, *b, c = v ---- */

static bool
not_iterable(PyObject *v)
{
    return Py_TYPE(v)->tp_iter == NULL && !PySequence_Check(v);
}

static void
raise_too_few(PyThreadState *ts, int n, int after, Py_ssize_t got)
{
    if (after < 0)
        err_format(ts, PyExc_ValueError, "not enough values to unpack (expected %d, got %zd)", n, got);
    else
        err_format(ts, PyExc_ValueError, "not enough values to unpack (expected at least %d, got %zd)", n + after, got);
}

/* The list of what is left and `after` values from its end. */
static int
unpack_rest(PyThreadState *ts, PyObject *it, int n, int after, PyObject **sp, int *done)
{
    PyObject *rest = PySequence_List(it);
    if (rest == NULL)
        return -1;
    *--sp = rest;
    ++*done;
    Py_ssize_t have = PyList_GET_SIZE(rest);
    if (have < after) {
        raise_too_few(ts, n, after, n + have);
        return -1;
    }
    for (int j = after; j > 0; j--, ++*done)
        *--sp = PyList_GET_ITEM(rest, have - j);
    Py_SET_SIZE(rest, have - after);                   /* their references moved to the stack */
    return 0;
}

/* The n items of a tuple or a list of so many: what unpacking instructions meet first, and often while they wait to be specialised. */
static bool
unpack_items(PyObject *v, int n, PyObject **sp)
{
    PyObject **items = PyTuple_CheckExact(v) ? tuple_items(v) : PyList_CheckExact(v) ? ((PyListObject *)v)->ob_item : NULL;
    if (items == NULL || Py_SIZE(v) != n)
        return false;
    for (int i = 0; i < n; i++)
        *--sp = Py_NewRef(items[i]);
    return true;
}

int
vm_unpack(PyThreadState *ts, PyObject *v, int n, int after, PyObject **sp)
{
    if (after < 0 && unpack_items(v, n, sp))
        return 0;
    int done = 0;
    PyObject **at = sp, *it = PyObject_GetIter(v), *w;
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError) && not_iterable(v))
            err_format(ts, PyExc_TypeError, "cannot unpack non-iterable %.200s object", Py_TYPE(v)->tp_name);
        return -1;
    }
    for (; done < n; done++) {
        w = PyIter_Next(it);
        if (w == NULL) {
            if (ts->current_exception == NULL)
                raise_too_few(ts, n, after, done);
            goto fail;
        }
        *--at = w;
    }
    if (after >= 0) {
        if (unpack_rest(ts, it, n, after, at, &done) < 0)
            goto fail;
        Py_DECREF(it);
        return 0;
    }
    w = PyIter_Next(it);
    if (w == NULL && ts->current_exception == NULL) {
        Py_DECREF(it);
        return 0;
    }
    if (w != NULL) {
        Py_DECREF(w);
        err_format(ts, PyExc_ValueError, "too many values to unpack (expected %d)", n);
    }
fail:
    for (; done > 0; done--)
        Py_DECREF(sp[-done]);
    Py_DECREF(it);
    return -1;
}

/* ---- displays and calls ---- */

PyObject *
vm_build_set(PyObject **items, int n)
{
    PyObject *set = PySet_New(NULL);
    int rc = set == NULL ? -1 : 0;
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = PySet_Add(set, items[i]);
        Py_DECREF(items[i]);
    }
    if (rc != 0)
        Py_CLEAR(set);
    return set;
}

int
vm_list_extend(PyThreadState *ts, PyObject *list, PyObject *iterable)
{
    if (list_extend((PyListObject *)list, iterable) == 0)
        return 0;
    if (PyErr_ExceptionMatches(PyExc_TypeError) && not_iterable(iterable)) {
        err_clear(ts);
        err_format(ts, PyExc_TypeError, "Value after * must be an iterable, not %.200s", Py_TYPE(iterable)->tp_name);
    }
    return -1;
}

int
vm_dict_update(PyThreadState *ts, PyObject *dict, PyObject *update)
{
    if (PyDict_Update(dict, update) == 0)
        return 0;
    if (PyErr_ExceptionMatches(PyExc_AttributeError))
        err_format(ts, PyExc_TypeError, "'%.200s' object is not a mapping", Py_TYPE(update)->tp_name);
    return -1;
}

static void
explain_merge_failure(PyThreadState *ts, PyObject *callable, PyObject *update)
{
    if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
        err_clear(ts);
        PyObject *f = _PyObject_FunctionStr(callable);
        if (f != NULL)
            err_format(ts, PyExc_TypeError, "%U argument after ** must be a mapping, not %.200s", f, Py_TYPE(update)->tp_name);
        Py_XDECREF(f);
    }
    else if (PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyObject *exc = err_get_raised(ts), *args = ((PyBaseExceptionObject *)exc)->args;
        if (args == NULL || !PyTuple_Check(args) || PyTuple_GET_SIZE(args) != 1) {
            err_set_raised(ts, exc);
            return;
        }
        PyObject *f = _PyObject_FunctionStr(callable);
        if (f != NULL)
            err_format(ts, PyExc_TypeError, "%U got multiple values for keyword argument '%S'", f, PyTuple_GET_ITEM(args, 0));
        Py_XDECREF(f);
        Py_DECREF(exc);
    }
}

int
vm_dict_merge(PyThreadState *ts, PyObject *callable, PyObject *dict, PyObject *update)
{
    if (_PyDict_MergeEx(dict, update, 2) == 0)
        return 0;
    explain_merge_failure(ts, callable, update);
    return -1;
}

PyObject *
vm_args_tuple(PyThreadState *ts, PyObject *callable, PyObject *iterable)
{
    if (not_iterable(iterable)) {
        err_clear(ts);
        PyObject *f = _PyObject_FunctionStr(callable);
        if (f != NULL)
            err_format(ts, PyExc_TypeError, "%U argument after * must be an iterable, not %.200s", f, Py_TYPE(iterable)->tp_name);
        Py_XDECREF(f);
        return NULL;
    }
    return PySequence_Tuple(iterable);
}

/* ---- match ---- */

/* 0 the first time, -1 with the given message on the second. */
static int
remember(PyObject *seen, PyObject *key)
{
    int have = PySet_Contains(seen, key);
    if (have != 0)
        return have;
    return PySet_Add(seen, key);
}

static PyObject *
match_attr(PyThreadState *ts, PyObject *subject, PyObject *type, PyObject *name, PyObject *seen)
{
    PyObject *attr;
    int again = remember(seen, name);
    if (again != 0) {
        if (again > 0)
            err_format(ts, PyExc_TypeError, "%s() got multiple sub-patterns for attribute %R", ((PyTypeObject *)type)->tp_name, name);
        return NULL;
    }
    (void)PyObject_GetOptionalAttr(subject, name, &attr);
    return attr;
}

static int
append_attr(PyThreadState *ts, PyObject *attrs, PyObject *subject, PyObject *type, PyObject *name, PyObject *seen)
{
    PyObject *attr = match_attr(ts, subject, type, name, seen);
    if (attr == NULL)
        return -1;
    int rc = PyList_Append(attrs, attr);
    Py_DECREF(attr);
    return rc;
}

/* Positional sub-patterns, by __match_args__ or, for some builtins, the subject itself. */
static int
match_positional(PyThreadState *ts, PyObject *attrs, PyObject *subject, PyObject *type, Py_ssize_t nargs, PyObject *seen)
{
    PyTypeObject *t = (PyTypeObject *)type;
    PyObject *names;
    if (PyObject_GetOptionalAttr(type, ID(__match_args__), &names) < 0)
        return -1;
    bool self = names == NULL && PyType_HasFeature(t, _Py_TPFLAGS_MATCH_SELF);
    int rc = -1;
    if (names != NULL && !PyTuple_CheckExact(names)) {
        err_format(ts, PyExc_TypeError, "%s.__match_args__ must be a tuple (got %s)", t->tp_name, Py_TYPE(names)->tp_name);
        goto done;
    }
    Py_ssize_t allowed = self ? 1 : names == NULL ? 0 : PyTuple_GET_SIZE(names);
    if (allowed < nargs) {
        err_format(ts, PyExc_TypeError, "%s() accepts %d positional sub-pattern%s (%d given)", t->tp_name, (int)allowed,
                   allowed == 1 ? "" : "s", (int)nargs);
        goto done;
    }
    rc = self ? PyList_Append(attrs, subject) : 0;
    for (Py_ssize_t i = 0; rc == 0 && !self && i < nargs; i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        if (!PyUnicode_CheckExact(name)) {
            err_format(ts, PyExc_TypeError, "__match_args__ elements must be strings (got %s)", Py_TYPE(name)->tp_name);
            rc = -1;
        }
        else
            rc = append_attr(ts, attrs, subject, type, name, seen);
    }
done:
    Py_XDECREF(names);
    return rc;
}

int
vm_match_class(PyThreadState *ts, PyObject *subject, PyObject *type, Py_ssize_t nargs, PyObject *names, PyObject **out)
{
    *out = NULL;
    if (!PyType_Check(type)) {
        err_format(ts, PyExc_TypeError, "called match pattern must be a class");
        return -1;
    }
    int is = PyObject_IsInstance(subject, type);
    if (is <= 0)
        return is;
    PyObject *seen = PySet_New(NULL), *attrs = seen == NULL ? NULL : PyList_New(0);
    int rc = attrs == NULL ? -1 : 0;
    if (rc == 0 && nargs > 0)
        rc = match_positional(ts, attrs, subject, type, nargs, seen);
    for (Py_ssize_t i = 0; rc == 0 && i < PyTuple_GET_SIZE(names); i++)
        rc = append_attr(ts, attrs, subject, type, PyTuple_GET_ITEM(names, i), seen);
    if (rc == 0)
        *out = PyList_AsTuple(attrs);
    Py_XDECREF(seen);
    Py_XDECREF(attrs);
    return *out != NULL ? 1 : ts->current_exception == NULL ? 0 : -1;
}

/* get(key, dummy) for each key; None as soon as one gives the dummy back. */
static PyObject *
values_of_keys(PyThreadState *ts, PyObject *map, PyObject *get, bool unbound, PyObject *keys, PyObject *dummy, PyObject *seen)
{
    Py_ssize_t n = PyTuple_GET_SIZE(keys);
    PyObject *values = PyTuple_New(n);
    for (Py_ssize_t i = 0; values != NULL && i < n; i++) {
        PyObject *key = PyTuple_GET_ITEM(keys, i);
        int again = remember(seen, key);
        if (again > 0)
            err_format(ts, PyExc_ValueError, "mapping pattern checks duplicate key (%R)", key);
        PyObject *args[] = { map, key, dummy };
        PyObject *v = again != 0 ? NULL : call_vector(ts, get, unbound ? args : args + 1, unbound ? 3 : 2, NULL);
        if (v == dummy) {
            Py_DECREF(v);
            Py_DECREF(values);
            Py_RETURN_NONE;
        }
        if (v == NULL)
            Py_CLEAR(values);
        else
            PyTuple_SET_ITEM(values, i, v);
    }
    return values;
}

PyObject *
vm_match_keys(PyThreadState *ts, PyObject *map, PyObject *keys)
{
    if (PyTuple_GET_SIZE(keys) == 0)
        return EMPTY_TUPLE;
    PyObject *get = NULL, *seen = NULL, *dummy = NULL, *out = NULL;
    int unbound = _PyObject_GetMethod(map, ID(get), &get);
    if (get == NULL)
        return NULL;
    seen = PySet_New(NULL);
    dummy = seen == NULL ? NULL : PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type);
    if (dummy != NULL)
        out = values_of_keys(ts, map, get, unbound != 0, keys, dummy, seen);
    Py_DECREF(get);
    Py_XDECREF(seen);
    Py_XDECREF(dummy);
    return out;
}
