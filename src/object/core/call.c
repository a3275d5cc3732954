/* object/core/call.c: calling objects by every convention, and translating between the conventions.
 *
 * Whatever way the call came, it ends in a vectorcall function (arguments in an array, keyword names in a tuple) or in
 * tp_call (tuple and dict). Arrays of up to SMALL_STACK arguments live on the C stack. */
#include "object/core/call.h"

#include <string.h>

#include "object/core/build_value.h"
#include "object/core/err.h"
#include "object/core/method.h"
#include "object/core/object.h"
#include "object/core/type_impl.h"
#include "object/coll/tuple.h"
#include "rt/singletons.h"

#define SMALL_STACK 6

/* ---- results ---- */

PyObject *
call_bad_result(PyThreadState *ts, PyObject *callable, PyObject *result, const char *where)
{
    if (result == NULL) {
        if (callable != NULL)
            err_format(ts, PyExc_SystemError, "%R returned NULL without setting an exception", callable);
        else
            err_format(ts, PyExc_SystemError, "%s returned NULL without setting an exception", where);
        return NULL;
    }
    Py_DECREF(result);
    if (callable != NULL)
        err_format_from_cause(ts, PyExc_SystemError, "%R returned a result with an exception set", callable);
    else
        err_format_from_cause(ts, PyExc_SystemError, "%s returned a result with an exception set", where);
    return NULL;
}

PyObject *
_Py_CheckFunctionResult(PyThreadState *ts, PyObject *callable, PyObject *result, const char *where)
{
    return call_check_result(ts, callable, result, where);
}

static PyObject *
null_error(PyThreadState *ts)
{
    if (ts->current_exception == NULL)
        err_set_string(ts, PyExc_SystemError, "null argument to internal routine");
    return NULL;
}

/* For a module that has a callable of its own name: "mod.mod"; else NULL. No exception either way. */
static OWNED PyObject *
module_suggestion(PyObject *callable)
{
    PyObject *name = PyModule_Check(callable) ? PyModule_GetNameObject(callable) : NULL, *attr = NULL, *result = NULL;
    if (name != NULL && PyObject_GetOptionalAttr(callable, name, &attr) > 0 && PyCallable_Check(attr))
        result = PyUnicode_FromFormat("%U.%U", name, name);
    Py_XDECREF(attr);
    Py_XDECREF(name);
    PyErr_Clear();
    return result;
}

static PyObject *
not_callable(PyThreadState *ts, PyObject *callable)
{
    PyObject *better = module_suggestion(callable);
    if (better != NULL) {
        err_format(ts, PyExc_TypeError, "'%.200s' object is not callable. Did you mean: '%U(...)'?",
                   Py_TYPE(callable)->tp_name, better);
        Py_DECREF(better);
        return NULL;
    }
    err_format(ts, PyExc_TypeError, "'%.200s' object is not callable", Py_TYPE(callable)->tp_name);
    return NULL;
}

/* ---- keywords: dict <-> names tuple ---- */

PyObject *
_PyStack_AsDict(PyObject *const *values, PyObject *kwnames)
{
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict != NULL && i < PyTuple_GET_SIZE(kwnames); i++)
        if (PyDict_SetItem(dict, PyTuple_GET_ITEM(kwnames, i), values[i]) < 0)
            Py_CLEAR(dict);
    return dict;
}

PyObject *const *
call_unpack_dict(PyThreadState *ts, PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject **kwnames)
{
    Py_ssize_t nkw = PyDict_GET_SIZE(kwargs), total;
    *kwnames = NULL;
    if (err_size_add(ts, nargs, nkw + 1, &total) < 0)
        return NULL;
    PyObject **block = PyMem_New(PyObject *, total);
    if (block == NULL) {
        err_no_memory(ts);
        return NULL;
    }
    PyObject *names = PyTuple_New(nkw);
    if (names == NULL) {
        PyMem_Free(block);
        return NULL;
    }
    PyObject **stack = block + 1, *key, *value;
    block[0] = NULL;
    for (Py_ssize_t i = 0; i < nargs; i++)
        stack[i] = Py_NewRef(args[i]);
    Py_ssize_t pos = 0, i = 0;
    bool all_str = true;
    while (i < nkw && PyDict_Next(kwargs, &pos, &key, &value)) {
        all_str &= PyUnicode_Check(key);
        PyTuple_SET_ITEM(names, i, Py_NewRef(key));
        stack[nargs + i] = Py_NewRef(value);
        i++;
    }
    if (!all_str) {
        err_set_string(ts, PyExc_TypeError, "keywords must be strings");
        call_free_stack(stack, nargs, names);
        return NULL;
    }
    *kwnames = names;
    return stack;
}

void
call_free_stack(PyObject *const *stack, Py_ssize_t nargs, PyObject *kwnames)
{
    Py_ssize_t n = nargs + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames));
    for (Py_ssize_t i = 0; i < n; i++)
        Py_DECREF(stack[i]);
    PyMem_Free((PyObject **)stack - 1);
    Py_XDECREF(kwnames);
}

/* ---- tp_call ---- */

static inline PyObject *
run_tp_call(PyThreadState *ts, ternaryfunc call, PyObject *callable, PyObject *args, PyObject *kwargs)
{
    int before;
    if (recursion_down(ts, " while calling a Python object", &before) < 0)
        return NULL;
    PyObject *result = call(callable, args, kwargs);
    recursion_up(ts, before);
    return call_check_result(ts, callable, result, NULL);
}

/* The same with the keywords of a vectorcall. */
static __attribute__((noinline)) PyObject *
run_tp_call_names(PyThreadState *ts, ternaryfunc call, PyObject *callable, PyObject *args, PyObject *const *values, PyObject *names)
{
    PyObject *kwargs = _PyStack_AsDict(values, names);
    if (kwargs == NULL)
        return NULL;
    PyObject *result = run_tp_call(ts, call, callable, args, kwargs);
    Py_DECREF(kwargs);
    return result;
}

OWNED PyObject *
call_tp(PyThreadState *ts, PyObject *callable, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords)
{
    ternaryfunc call = Py_TYPE(callable)->tp_call;
    if (UNLIKELY(call == NULL))
        return not_callable(ts, callable);
    if (call == cfunction_call && keywords == NULL && (PyCFunction_GET_FLAGS(callable) & METH_VARARGS))
        return cfunction_call_varargs(ts, callable, args, nargs);
    if (call == type_call && ((PyTypeObject *)callable)->tp_new == object_new && (keywords == NULL || PyTuple_Check(keywords))
        && type_is_plain(callable, nargs + (keywords == NULL ? 0 : PyTuple_GET_SIZE(keywords))))
        return type_call_plain(ts, (PyTypeObject *)callable, args, nargs, keywords);
    PyObject *tuple = nargs == 0 ? EMPTY_TUPLE : tuple_from_array(args, nargs), *result;
    if (UNLIKELY(tuple == NULL))
        return NULL;
    if (keywords == NULL)
        result = run_tp_call(ts, call, callable, tuple, NULL);
    else if (PyDict_Check(keywords)) {
        Py_INCREF(keywords);
        result = run_tp_call(ts, call, callable, tuple, keywords);
        Py_DECREF(keywords);
    }
    else if (PyTuple_GET_SIZE(keywords) > 0)
        result = run_tp_call_names(ts, call, callable, tuple, args + nargs, keywords);
    else
        result = run_tp_call(ts, call, callable, tuple, NULL);
    tuple_drop(ts, tuple);
    return result;
}

PyObject *
_PyObject_MakeTpCall(PyThreadState *ts, PyObject *callable, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords)
{
    return call_tp(ts, callable, args, nargs, keywords);
}

/* ---- vectorcall ---- */

static OWNED PyObject *
vector_tuple_dict(PyThreadState *ts, vectorcallfunc f, PyObject *callable, PyObject *tuple, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(tuple);
    PyObject *const *items = &PyTuple_GET_ITEM(tuple, 0);
    if (kwargs == NULL || PyDict_GET_SIZE(kwargs) == 0)
        return call_check_result(ts, callable, f(callable, items, n, NULL), NULL);
    PyObject *kwnames;
    PyObject *const *stack = call_unpack_dict(ts, items, n, kwargs, &kwnames);
    if (stack == NULL)
        return NULL;
    PyObject *result = f(callable, stack, n | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
    call_free_stack(stack, n, kwnames);
    return call_check_result(ts, callable, result, NULL);
}

OWNED PyObject *
call_tuple(PyThreadState *ts, PyObject *callable, PyObject *args, PyObject *kwargs)
{
    vectorcallfunc f = call_vector_fn(callable);
    if (f != NULL)
        return vector_tuple_dict(ts, f, callable, args, kwargs);
    ternaryfunc call = Py_TYPE(callable)->tp_call;
    return UNLIKELY(call == NULL) ? not_callable(ts, callable) : run_tp_call(ts, call, callable, args, kwargs);
}

OWNED PyObject *
call_vector_dict(PyThreadState *ts, PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwargs)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    vectorcallfunc f = call_vector_fn(callable);
    if (f == NULL)
        return call_tp(ts, callable, args, n, kwargs);
    if (kwargs == NULL || PyDict_GET_SIZE(kwargs) == 0)
        return call_check_result(ts, callable, f(callable, args, nargsf, NULL), NULL);
    PyObject *kwnames;
    PyObject *const *stack = call_unpack_dict(ts, args, n, kwargs, &kwnames);
    if (stack == NULL)
        return NULL;
    PyObject *result = f(callable, stack, n | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
    call_free_stack(stack, n, kwnames);
    return call_check_result(ts, callable, result, NULL);
}

OWNED PyObject *
call_prepend(PyThreadState *ts, PyObject *callable, PyObject *obj, PyObject *args, PyObject *kwargs)
{
    PyObject *small[SMALL_STACK], **stack = small;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n + 2 > SMALL_STACK) {
        stack = PyMem_New(PyObject *, n + 2);
        if (stack == NULL)
            return err_no_memory(ts);
    }
    stack[0] = NULL;
    stack[1] = obj;
    memcpy(stack + 2, &PyTuple_GET_ITEM(args, 0), n * sizeof(PyObject *));
    PyObject *result = call_vector_dict(ts, callable, stack + 1, (n + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, kwargs);
    if (stack != small)
        PyMem_Free(stack);
    return result;
}

vectorcallfunc
PyVectorcall_Function(PyObject *callable)
{
    return call_vector_fn(callable);
}

Py_ssize_t
(PyVectorcall_NARGS)(size_t n)
{
    return _PyVectorcall_NARGS(n);
}

PyObject *
PyVectorcall_Call(PyObject *callable, PyObject *tuple, PyObject *kwargs)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t offset = Py_TYPE(callable)->tp_vectorcall_offset;
    vectorcallfunc f = offset <= 0 ? NULL : *(vectorcallfunc *)((char *)callable + offset);
    if (f == NULL) {
        err_format(ts, PyExc_TypeError, "'%.200s' object does not support vectorcall", Py_TYPE(callable)->tp_name);
        return NULL;
    }
    return vector_tuple_dict(ts, f, callable, tuple, kwargs);
}

PyObject *
PyObject_Vectorcall(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return call_vector(ts_current(), callable, args, nargsf, kwnames);
}

PyObject *
PyObject_VectorcallDict(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwargs)
{
    return call_vector_dict(ts_current(), callable, args, nargsf, kwargs);
}

PyObject *
PyObject_Call(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    return call_tuple(ts_current(), callable, args, kwargs);
}

PyObject *
PyObject_CallObject(PyObject *callable, PyObject *args)
{
    PyThreadState *ts = ts_current();
    if (args == NULL)
        return call_none(ts, callable);
    if (!PyTuple_Check(args)) {
        err_set_string(ts, PyExc_TypeError, "argument list must be a tuple");
        return NULL;
    }
    return call_tuple(ts, callable, args, NULL);
}

PyObject *
PyObject_CallNoArgs(PyObject *callable)
{
    return call_none(ts_current(), callable);
}

/* What PyObject_CallOneArg() finds most often: neither an array nor a count of arguments is needed. */
static __attribute__((noinline)) PyObject *
call_builtin_o(PyObject *callable, PyObject *arg)
{
    PyThreadState *ts = ts_current();
    int before;
    if (recursion_down(ts, " while calling a Python object", &before) < 0)
        return NULL;
    PyObject *result = PyCFunction_GET_FUNCTION(callable)(PyCFunction_GET_SELF(callable), arg);
    recursion_up(ts, before);
    return call_check_result(ts, callable, result, NULL);
}

PyObject *
PyObject_CallOneArg(PyObject *callable, PyObject *arg)
{
    if (Py_IS_TYPE(callable, &PyCFunction_Type) && ((PyCFunctionObject *)callable)->vectorcall == cfunction_call_o)
        return call_builtin_o(callable, arg);
    return call_one(ts_current(), callable, arg);
}

/* ---- methods by name ---- */

PyObject *
PyObject_VectorcallMethod(PyObject *name, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    PyObject *callable = NULL;
    int unbound = _PyObject_GetMethod(args[0], name, &callable);
    if (callable == NULL)
        return NULL;
    if (unbound)                     /* args[-1] may not be in our hands any more once self is in front */
        nargsf &= ~PY_VECTORCALL_ARGUMENTS_OFFSET;
    else {
        args++;
        nargsf--;
    }
    PyObject *result = call_vector(ts, callable, args, nargsf, kwnames);
    Py_DECREF(callable);
    return result;
}

/* Collects the NULL-terminated variable arguments behind `first` (if not NULL) and calls. */
static OWNED PyObject *
call_obj_args(PyThreadState *ts, PyObject *first, PyObject *callable, va_list objects)
{
    PyObject *small[SMALL_STACK], **stack = small;
    Py_ssize_t n = first != NULL;
    va_list counting;
    if (callable == NULL)
        return null_error(ts);
    va_copy(counting, objects);
    while (va_arg(counting, PyObject *) != NULL)
        n++;
    va_end(counting);
    if (n > SMALL_STACK) {
        stack = PyMem_New(PyObject *, n);
        if (stack == NULL)
            return err_no_memory(ts);
    }
    Py_ssize_t i = 0;
    if (first != NULL)
        stack[i++] = first;
    while (i < n)
        stack[i++] = va_arg(objects, PyObject *);
    PyObject *result = call_vector(ts, callable, stack, n, NULL);
    if (stack != small)
        PyMem_Free(stack);
    return result;
}

PyObject *
PyObject_CallFunctionObjArgs(PyObject *callable, ...)
{
    va_list objects;
    va_start(objects, callable);
    PyObject *result = call_obj_args(ts_current(), NULL, callable, objects);
    va_end(objects);
    return result;
}

PyObject *
PyObject_CallMethodObjArgs(PyObject *obj, PyObject *name, ...)
{
    PyThreadState *ts = ts_current();
    if (obj == NULL || name == NULL)
        return null_error(ts);
    PyObject *callable = NULL;
    int unbound = _PyObject_GetMethod(obj, name, &callable);
    if (callable == NULL)
        return NULL;
    va_list objects;
    va_start(objects, name);
    PyObject *result = call_obj_args(ts, unbound ? obj : NULL, callable, objects);
    va_end(objects);
    Py_DECREF(callable);
    return result;
}

/* ---- formats ---- */

static OWNED PyObject *
call_format(PyThreadState *ts, PyObject *callable, const char *format, va_list args)
{
    if (callable == NULL)
        return null_error(ts);
    if (format == NULL || *format == '\0')
        return call_none(ts, callable);
    PyObject *small[SMALL_STACK], *result;
    Py_ssize_t n;
    PyObject **stack = build_stack(small, SMALL_STACK, format, args, &n);
    if (stack == NULL)
        return NULL;
    if (n == 1 && PyTuple_Check(stack[0]))      /* "(...)" and "O" with a tuple both mean the argument list */
        result = call_vector(ts, callable, &PyTuple_GET_ITEM(stack[0], 0), PyTuple_GET_SIZE(stack[0]), NULL);
    else
        result = call_vector(ts, callable, stack, n, NULL);
    for (Py_ssize_t i = 0; i < n; i++)
        Py_DECREF(stack[i]);
    if (stack != small)
        PyMem_Free(stack);
    return result;
}

PyObject *
PyObject_CallFunction(PyObject *callable, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *result = call_format(ts_current(), callable, format, args);
    va_end(args);
    return result;
}

/* Calls the attribute `callable` (stolen). */
static OWNED PyObject *
call_attribute(PyThreadState *ts, PyObject *callable, const char *format, va_list args)
{
    if (callable == NULL)
        return NULL;
    PyObject *result = NULL;
    if (PyCallable_Check(callable))
        result = call_format(ts, callable, format, args);
    else
        err_format(ts, PyExc_TypeError, "attribute of type '%.200s' is not callable", Py_TYPE(callable)->tp_name);
    Py_DECREF(callable);
    return result;
}

PyObject *
PyObject_CallMethod(PyObject *obj, const char *name, const char *format, ...)
{
    PyThreadState *ts = ts_current();
    if (obj == NULL || name == NULL)
        return null_error(ts);
    va_list args;
    va_start(args, format);
    PyObject *result = call_attribute(ts, PyObject_GetAttrString(obj, name), format, args);
    va_end(args);
    return result;
}

PyObject *
_PyObject_CallMethod(PyObject *obj, PyObject *name, const char *format, ...)
{
    PyThreadState *ts = ts_current();
    if (obj == NULL || name == NULL)
        return null_error(ts);
    va_list args;
    va_start(args, format);
    PyObject *result = call_attribute(ts, PyObject_GetAttr(obj, name), format, args);
    va_end(args);
    return result;
}

PyObject *
_PyObject_CallMethodId(PyObject *obj, _Py_Identifier *name, const char *format, ...)
{
    PyThreadState *ts = ts_current();
    if (obj == NULL || name == NULL)
        return null_error(ts);
    va_list args;
    va_start(args, format);
    PyObject *result = call_attribute(ts, _PyObject_GetAttrId(obj, name), format, args);
    va_end(args);
    return result;
}

/* ---- names that only old binaries use ---- */

PyAPI_FUNC(PyObject *) _PyObject_CallFunction_SizeT(PyObject *callable, const char *format, ...);
PyAPI_FUNC(PyObject *) _PyObject_CallMethod_SizeT(PyObject *obj, const char *name, const char *format, ...);
PyAPI_FUNC(PyObject *) PyEval_CallFunction(PyObject *callable, const char *format, ...);
PyAPI_FUNC(PyObject *) PyEval_CallMethod(PyObject *obj, const char *name, const char *format, ...);
PyAPI_FUNC(PyObject *) PyEval_CallObjectWithKeywords(PyObject *callable, PyObject *args, PyObject *kwargs);
PyAPI_FUNC(PyObject *) PyCFunction_Call(PyObject *callable, PyObject *args, PyObject *kwargs);

PyObject *
_PyObject_CallFunction_SizeT(PyObject *callable, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *result = call_format(ts_current(), callable, format, args);
    va_end(args);
    return result;
}

PyObject *
_PyObject_CallMethod_SizeT(PyObject *obj, const char *name, const char *format, ...)
{
    PyThreadState *ts = ts_current();
    if (obj == NULL || name == NULL)
        return null_error(ts);
    va_list args;
    va_start(args, format);
    PyObject *result = call_attribute(ts, PyObject_GetAttrString(obj, name), format, args);
    va_end(args);
    return result;
}

PyObject *
PyEval_CallFunction(PyObject *callable, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *tuple = Py_VaBuildValue(format, args);
    va_end(args);
    PyObject *result = tuple == NULL ? NULL : PyEval_CallObjectWithKeywords(callable, tuple, NULL);
    Py_XDECREF(tuple);
    return result;
}

PyObject *
PyEval_CallMethod(PyObject *obj, const char *name, const char *format, ...)
{
    PyObject *method = PyObject_GetAttrString(obj, name);
    if (method == NULL)
        return NULL;
    va_list args;
    va_start(args, format);
    PyObject *tuple = Py_VaBuildValue(format, args);
    va_end(args);
    PyObject *result = tuple == NULL ? NULL : PyEval_CallObjectWithKeywords(method, tuple, NULL);
    Py_XDECREF(tuple);
    Py_DECREF(method);
    return result;
}

PyObject *
PyEval_CallObjectWithKeywords(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    PyThreadState *ts = ts_current();
    if (args != NULL && !PyTuple_Check(args)) {
        err_set_string(ts, PyExc_TypeError, "argument list must be a tuple");
        return NULL;
    }
    if (kwargs != NULL && !PyDict_Check(kwargs)) {
        err_set_string(ts, PyExc_TypeError, "keyword list must be a dictionary");
        return NULL;
    }
    return call_tuple(ts, callable, args == NULL ? EMPTY_TUPLE : args, kwargs);
}

PyObject *
PyCFunction_Call(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    return call_tuple(ts_current(), callable, args, kwargs);
}
