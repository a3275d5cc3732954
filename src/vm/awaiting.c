/* vm/awaiting.c: what `yield from`, `await`, `async for` iterate over. */
#include "object/core/err.h"
#include "rt/singletons.h"
#include "vm/genobject.h"
#include "vm/slow.h"

PyObject *
vm_yield_from_iter(PyThreadState *ts, PyCodeObject *co, PyObject *iterable)
{
    if (PyCoro_CheckExact(iterable)) {
        if (!(co->co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE)))
            return err_format(ts, PyExc_TypeError, "cannot 'yield from' a coroutine object in a non-coroutine generator");
        return Py_NewRef(iterable);
    }
    return PyGen_CheckExact(iterable) ? Py_NewRef(iterable) : PyObject_GetIter(iterable);
}

PyObject *
vm_get_awaitable(PyThreadState *ts, PyObject *iterable, int oparg)
{
    PyObject *iter = _PyCoro_GetAwaitableIter(iterable);
    if (iter == NULL) {
        PyTypeObject *t = Py_TYPE(iterable);
        if ((oparg == 1 || oparg == 2) && (t->tp_as_async == NULL || t->tp_as_async->am_await == NULL))
            err_format(ts, PyExc_TypeError, "'async with' received an object from %s that does not implement __await__: %.100s",
                       oparg == 1 ? "__aenter__" : "__aexit__", t->tp_name);
        return NULL;
    }
    if (PyCoro_CheckExact(iter)) {
        PyObject *inner = _PyGen_yf((PyGenObject *)iter);
        if (inner != NULL) {                            /* somebody else waits for it */
            Py_DECREF(inner);
            Py_CLEAR(iter);
            err_set_string(ts, PyExc_RuntimeError, "coroutine is being awaited already");
        }
    }
    return iter;
}

PyObject *
vm_get_aiter(PyThreadState *ts, PyObject *obj)
{
    PyTypeObject *t = Py_TYPE(obj);
    unaryfunc get = t->tp_as_async == NULL ? NULL : t->tp_as_async->am_aiter;
    if (get == NULL)
        return err_format(ts, PyExc_TypeError, "'async for' requires an object with __aiter__ method, got %.100s", t->tp_name);
    PyObject *iter = get(obj);
    if (iter == NULL)
        return NULL;
    if (Py_TYPE(iter)->tp_as_async == NULL || Py_TYPE(iter)->tp_as_async->am_anext == NULL) {
        err_format(ts, PyExc_TypeError, "'async for' received an object from __aiter__ that does not implement __anext__: %.100s",
                   Py_TYPE(iter)->tp_name);
        Py_CLEAR(iter);
    }
    return iter;
}

PyObject *
vm_get_anext(PyThreadState *ts, PyObject *aiter)
{
    PyTypeObject *t = Py_TYPE(aiter);
    if (PyAsyncGen_CheckExact(aiter))
        return t->tp_as_async->am_anext(aiter);
    unaryfunc get = t->tp_as_async == NULL ? NULL : t->tp_as_async->am_anext;
    if (get == NULL)
        return err_format(ts, PyExc_TypeError, "'async for' requires an iterator with __anext__ method, got %.100s", t->tp_name);
    PyObject *next = get(aiter);
    if (next == NULL)
        return NULL;
    PyObject *awaitable = _PyCoro_GetAwaitableIter(next);
    if (awaitable == NULL)
        err_format_from_cause(ts, PyExc_TypeError, "'async for' received an invalid object from __anext__: %.100s", Py_TYPE(next)->tp_name);
    Py_DECREF(next);
    return awaitable;
}
