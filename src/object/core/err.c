/* object/core/err.c: raising, inspecting, saving and restoring the current exception.
 *
 * Invariant: ts->current_exception is NULL or an exception instance; its class is its type and its own __traceback__
 * its traceback, so that the old (type, value, traceback) triples are views made on demand.
 * Not here: errno (err_os.c), syntax error locations (err_syntax.c), the exception types (exc_*.c). */
#include "object/core/err.h"

#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/exc.h"
#include "object/core/exc_slots.h"
#include "rt/hooks.h"
#include "rt/singletons.h"

/* Puts `exc` (stolen) in place of the current exception. */
static inline void
err_store(PyThreadState *ts, PyObject *exc)
{
    PyObject *old = ts->current_exception;
    ts->current_exception = exc;
    Py_XDECREF(old);
}

_PyErr_StackItem *
err_top_handled(PyThreadState *ts)
{
    _PyErr_StackItem *item = ts->exc_info;
    while ((item->exc_value == NULL || item->exc_value == Py_None) && item->previous_item != NULL)
        item = item->previous_item;
    return item;
}

/* Are instances of the class nothing but their arguments, so that none of its own code runs when it is called? */
static inline bool
is_plain_class(PyObject *type)
{
    PyTypeObject *t = (PyTypeObject *)type;
    return Py_IS_TYPE(type, &PyType_Type) && t->tp_new == exc_base_new && t->tp_init == exc_base_init;
}

static OWNED PyObject *
make_plain(PyObject *type, PyObject *value)
{
    PyObject *args = value == NULL || value == Py_None ? EMPTY_TUPLE : PyTuple_Check(value) ? Py_NewRef(value) : PyTuple_Pack(1, value);
    if (args == NULL)
        return NULL;
    PyObject *exc = exc_base_new((PyTypeObject *)type, args, NULL);
    Py_DECREF(args);
    return exc;
}

OWNED PyObject *
exc_make(PyObject *type, PyObject *value)
{
    PyObject *exc;
    if (is_plain_class(type))
        return make_plain(type, value);
    if (value == NULL || value == Py_None)
        exc = PyObject_CallNoArgs(type);
    else if (PyTuple_Check(value))
        exc = PyObject_Call(type, value, NULL);
    else
        exc = PyObject_CallOneArg(type, value);
    if (exc != NULL && !exc_is_instance(exc)) {
        PyErr_Format(PyExc_TypeError, "calling %R should have returned an instance of BaseException, not %s",
                     type, Py_TYPE(exc)->tp_name);
        Py_CLEAR(exc);
    }
    return exc;
}

/* Cuts `exc` out of the context chain that starts at `handled`, so that making `handled` the context of `exc` closes no
 * cycle. Chains that are cyclic already are walked once (a slow pointer follows at half the speed). */
static void
context_unlink(PyObject *handled, PyObject *exc)
{
    PyObject *o = handled, *slow = handled;
    for (bool odd = false;; odd = !odd) {
        PyObject *context = EXC_BASE(o)->context;
        if (context == NULL)
            return;
        if (context == exc) {
            PyException_SetContext(o, NULL);
            return;
        }
        o = context;
        if (o == slow)
            return;
        if (odd)
            slow = EXC_BASE(slow)->context;
    }
}

static void
chain_handled(PyThreadState *ts, PyObject *exc)
{
    PyObject *handled = err_top_handled(ts)->exc_value;
    if (handled == NULL || handled == Py_None || handled == exc)
        return;
    Py_INCREF(handled);
    context_unlink(handled, exc);
    PyException_SetContext(exc, handled);
}

/* The exception could not be made: the current one, which says why, gets a note of what was wanted. */
static void
note_failed_making(PyThreadState *ts, PyObject *type, PyObject *value)
{
    PyObject *why = err_get_raised(ts), *args = PyObject_Repr(value);
    if (args == NULL) {
        err_clear(ts);
        args = PyUnicode_FromString("<unknown>");
    }
    PyObject *note = args == NULL ? NULL : PyUnicode_FromFormat("Normalization failed: type=%s args=%S", ((PyTypeObject *)type)->tp_name, args);
    if (note == NULL || exc_add_note(why, note) < 0)
        err_clear(ts);
    Py_XDECREF(note);
    Py_XDECREF(args);
    err_store(ts, why);
}

void
err_set(PyThreadState *ts, PyObject *type, PyObject *value)
{
    if (type != NULL && !exc_is_class(type)) {
        err_format(ts, PyExc_SystemError, "_PyErr_SetObject: exception %R is not a BaseException subclass", type);
        return;
    }
    int is_sub = 0;
    if (value != NULL && exc_is_instance(value)) {
        is_sub = (PyObject *)Py_TYPE(value) == type && PyType_CheckExact(type) ? 1 : PyObject_IsSubclass((PyObject *)Py_TYPE(value), type);
        if (is_sub < 0)
            return;
    }
    if (is_sub)
        Py_INCREF(value);
    else {
        err_clear(ts);
        Py_XINCREF(value);
        PyObject *exc = exc_make(type, value);
        if (exc == NULL)
            note_failed_making(ts, type, value);
        Py_XDECREF(value);
        if (exc == NULL)
            return;
        value = exc;
    }
    chain_handled(ts, value);
    err_store(ts, value);
}

void
err_set_none(PyThreadState *ts, PyObject *type)
{
    err_set(ts, type, NULL);
}

void
err_set_string(PyThreadState *ts, PyObject *type, const char *text)
{
    PyObject *value = PyUnicode_FromString(text);
    if (value != NULL) {
        err_set(ts, type, value);
        Py_DECREF(value);
    }
}

PyObject *
err_format_v(PyThreadState *ts, PyObject *type, const char *format, va_list args)
{
    err_clear(ts);                   /* formatting may run code, which must not see the old exception */
    PyObject *text = PyUnicode_FromFormatV(format, args);
    if (text != NULL) {
        err_set(ts, type, text);
        Py_DECREF(text);
    }
    return NULL;
}

PyObject *
err_format(PyThreadState *ts, PyObject *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err_format_v(ts, type, format, args);
    va_end(args);
    return NULL;
}

PyObject *
err_no_memory(PyThreadState *ts)
{
    PyObject *exc = exc_memory_error();
    chain_handled(ts, exc);
    err_store(ts, exc);
    return NULL;
}

int
err_matches(PyThreadState *ts, PyObject *type)
{
    return PyErr_GivenExceptionMatches(err_occurred(ts), type);
}

void
err_clear(PyThreadState *ts)
{
    err_store(ts, NULL);
}

OWNED PyObject *
err_get_raised(PyThreadState *ts)
{
    PyObject *exc = ts->current_exception;
    ts->current_exception = NULL;
    return exc;
}

void
err_set_raised(PyThreadState *ts, PyObject *exc)
{
    err_store(ts, exc);
}

void
err_fetch(PyThreadState *ts, PyObject **type, PyObject **value, PyObject **traceback)
{
    PyObject *exc = err_get_raised(ts);
    *value = exc;
    *type = exc == NULL ? NULL : Py_NewRef(Py_TYPE(exc));
    *traceback = exc == NULL ? NULL : Py_XNewRef(EXC_BASE(exc)->traceback);
}

void
err_restore(PyThreadState *ts, PyObject *type, PyObject *value, PyObject *traceback)
{
    if (type == NULL) {
        Py_XDECREF(value);
        Py_XDECREF(traceback);
        err_store(ts, NULL);
        return;
    }
    if (value == NULL || (PyObject *)Py_TYPE(value) != type) {
        if (exc_is_class(type)) {
            PyObject *exc = value != NULL && exc_is_instance(value) && PyType_IsSubtype(Py_TYPE(value), (PyTypeObject *)type)
                ? Py_NewRef(value) : exc_make(type, value);
            Py_XSETREF(value, exc);
        }
        else {
            err_format(ts, PyExc_SystemError, "_PyErr_SetObject: exception %R is not a BaseException subclass", type);
            Py_CLEAR(value);
        }
    }
    Py_DECREF(type);
    if (value == NULL) {             /* making the instance failed: that failure is the current exception */
        Py_XDECREF(traceback);
        return;
    }
    PyObject *tb = traceback == Py_None ? NULL : traceback;
    if (tb != NULL && exc_traceback_type != NULL && !PyObject_TypeCheck(tb, exc_traceback_type)) {
        err_set_string(ts, PyExc_TypeError, "traceback must be a Traceback or None");
        Py_DECREF(value);
        Py_DECREF(traceback);
        return;
    }
    if (EXC_BASE(value)->traceback != tb)
        Py_XSETREF(EXC_BASE(value)->traceback, Py_XNewRef(tb));
    Py_XDECREF(traceback);
    err_store(ts, value);
}

void
err_chain(PyThreadState *ts, PyObject *exc)
{
    if (exc == NULL)
        return;
    if (ts->current_exception == NULL) {
        err_store(ts, exc);
        return;
    }
    PyObject *raised = err_get_raised(ts);
    PyException_SetContext(raised, exc);
    err_store(ts, raised);
}

static PyObject *
format_from_cause_v(PyThreadState *ts, PyObject *type, const char *format, va_list args)
{
    PyObject *cause = err_get_raised(ts);
    err_format_v(ts, type, format, args);
    PyObject *raised = err_get_raised(ts);
    if (cause != NULL && raised != NULL) {
        PyException_SetCause(raised, Py_NewRef(cause));
        PyException_SetContext(raised, Py_NewRef(cause));
    }
    Py_XDECREF(cause);
    err_store(ts, raised);
    return NULL;
}

PyObject *
err_format_from_cause(PyThreadState *ts, PyObject *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_from_cause_v(ts, type, format, args);
    va_end(args);
    return NULL;
}

void
err_set_key(PyObject *key)
{
    PyThreadState *ts = ts_current();
    PyObject *exc = PyObject_CallOneArg(PyExc_KeyError, key);
    if (exc != NULL) {
        err_set(ts, (PyObject *)Py_TYPE(exc), exc);
        Py_DECREF(exc);
    }
}

OWNED PyObject *
err_handled(PyThreadState *ts)
{
    PyObject *exc = err_top_handled(ts)->exc_value;
    return exc == NULL || exc == Py_None ? NULL : Py_NewRef(exc);
}

int
err_set_stop_iteration(PyThreadState *ts, PyObject *value)
{
    if (value == NULL || value == Py_None)
        err_set_none(ts, PyExc_StopIteration);
    else if (!PyTuple_Check(value) && !exc_is_instance(value))
        err_set(ts, PyExc_StopIteration, value);
    else {
        PyObject *exc = PyObject_CallOneArg(PyExc_StopIteration, value);
        if (exc != NULL) {
            err_set(ts, PyExc_StopIteration, exc);
            Py_DECREF(exc);
        }
    }
    return -1;
}

int
err_take_stop_iteration(PyThreadState *ts, PyObject **value)
{
    *value = NULL;
    if (ts->current_exception == NULL) {
        *value = Py_None;
        return 0;
    }
    if (!err_matches(ts, PyExc_StopIteration))
        return -1;
    PyObject *exc = err_get_raised(ts);
    PyObject *v = ((PyStopIterationObject *)exc)->value;
    *value = v == NULL ? Py_None : Py_NewRef(v);
    Py_DECREF(exc);
    return 0;
}

void
err_unraisable(const char *message, PyObject *obj)
{
    if (rt_hooks.unraisable != NULL)
        rt_hooks.unraisable(message, obj);
    else
        err_clear(ts_current());
}

int
err_recursion(PyThreadState *ts, const char *where)
{
    ts->recursion_headroom++;        /* making the exception needs depth too */
    err_format(ts, PyExc_RecursionError, "maximum recursion depth exceeded%s", where == NULL ? "" : where);
    ts->recursion_headroom--;
    return -1;
}

/* ---- the public functions ---- */

void PyErr_SetObject(PyObject *type, PyObject *value) { err_set(ts_current(), type, value); }
void PyErr_SetNone(PyObject *type) { err_set(ts_current(), type, NULL); }
void PyErr_SetString(PyObject *type, const char *text) { err_set_string(ts_current(), type, text); }
PyObject *PyErr_Occurred(void) { return err_occurred(ts_current()); }
void PyErr_Clear(void) { err_clear(ts_current()); }
PyObject *PyErr_NoMemory(void) { return err_no_memory(ts_current()); }
int PyErr_ExceptionMatches(PyObject *type) { return err_matches(ts_current(), type); }
PyObject *PyErr_GetRaisedException(void) { return err_get_raised(ts_current()); }
void PyErr_SetRaisedException(PyObject *exc) { err_set_raised(ts_current(), exc); }
PyObject *PyErr_GetHandledException(void) { return err_handled(ts_current()); }
void _PyErr_SetKeyError(PyObject *key) { err_set_key(key); }
void _PyErr_Clear(PyThreadState *ts) { err_clear(ts); }
int _PyErr_ExceptionMatches(PyThreadState *ts, PyObject *type) { return err_matches(ts, type); }
void _PyErr_SetString(PyThreadState *ts, PyObject *type, const char *text) { err_set_string(ts, type, text); }
void _PyErr_ChainExceptions1(PyObject *exc) { err_chain(ts_current(), exc); }

void
PyErr_Fetch(PyObject **type, PyObject **value, PyObject **traceback)
{
    err_fetch(ts_current(), type, value, traceback);
}

void
PyErr_Restore(PyObject *type, PyObject *value, PyObject *traceback)
{
    err_restore(ts_current(), type, value, traceback);
}

PyObject *
PyErr_FormatV(PyObject *type, const char *format, va_list args)
{
    return err_format_v(ts_current(), type, format, args);
}

PyObject *
PyErr_Format(PyObject *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err_format_v(ts_current(), type, format, args);
    va_end(args);
    return NULL;
}

PyObject *
_PyErr_Format(PyThreadState *ts, PyObject *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err_format_v(ts, type, format, args);
    va_end(args);
    return NULL;
}

PyObject *
_PyErr_FormatFromCause(PyObject *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_from_cause_v(ts_current(), type, format, args);
    va_end(args);
    return NULL;
}

void
_PyErr_SetLocaleString(PyObject *type, const char *text)
{
    PyObject *value = PyUnicode_DecodeLocale(text, "surrogateescape");
    if (value != NULL) {
        PyErr_SetObject(type, value);
        Py_DECREF(value);
    }
}

int
PyErr_GivenExceptionMatches(PyObject *err, PyObject *type)
{
    if (err == NULL || type == NULL)
        return 0;
    if (PyTuple_Check(type)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type); i++)
            if (PyErr_GivenExceptionMatches(err, PyTuple_GET_ITEM(type, i)))
                return 1;
        return 0;
    }
    if (exc_is_instance(err))
        err = (PyObject *)Py_TYPE(err);
    if (exc_is_class(err) && exc_is_class(type))
        return PyType_IsSubtype((PyTypeObject *)err, (PyTypeObject *)type);
    return err == type;
}

/* One step of normalization: 1 done, 0 failed with a new triple in place of the old one. */
static int
normalize_once(PyThreadState *ts, PyObject **type, PyObject **value, PyObject **traceback)
{
    if (*value == NULL)
        *value = Py_NewRef(Py_None);
    if (!exc_is_class(*type))
        return 1;
    int is_sub = 0;
    PyObject *cls = exc_is_instance(*value) ? (PyObject *)Py_TYPE(*value) : NULL;
    if (cls != NULL)
        is_sub = PyObject_IsSubclass(cls, *type);
    if (is_sub > 0) {
        if (cls != *type)
            Py_SETREF(*type, Py_NewRef(cls));
        return 1;
    }
    PyObject *exc = is_sub < 0 ? NULL : exc_make(*type, *value);
    if (exc != NULL) {
        Py_SETREF(*value, exc);
        Py_SETREF(*type, Py_NewRef(Py_TYPE(exc)));
        return 1;
    }
    PyObject *old_tb = *traceback;
    Py_CLEAR(*type);
    Py_CLEAR(*value);
    err_fetch(ts, type, value, traceback);
    if (*traceback == NULL)
        *traceback = old_tb;
    else
        Py_XDECREF(old_tb);
    return 0;
}

void
PyErr_NormalizeException(PyObject **type, PyObject **value, PyObject **traceback)
{
    PyThreadState *ts = ts_current();
    if (*type == NULL)
        return;
    for (int tries = 0; tries < 32; tries++)
        if (normalize_once(ts, type, value, traceback))
            return;
    err_set_string(ts, PyExc_RecursionError, "maximum recursion depth exceeded while normalizing an exception");
    Py_XDECREF(*type);
    Py_XDECREF(*value);
    PyObject *ignored;
    err_fetch(ts, type, value, &ignored);
    Py_XDECREF(ignored);
}

void
PyErr_SetHandledException(PyObject *exc)
{
    PyThreadState *ts = ts_current();
    Py_XSETREF(ts->exc_info->exc_value, Py_XNewRef(exc == Py_None ? NULL : exc));
}

void
PyErr_GetExcInfo(PyObject **type, PyObject **value, PyObject **traceback)
{
    PyObject *exc = err_handled(ts_current());
    if (exc == NULL) {
        *type = *value = *traceback = NULL;
        *type = Py_NewRef(Py_None);
        *value = NULL;
        *traceback = Py_NewRef(Py_None);
        return;
    }
    *type = Py_NewRef(Py_TYPE(exc));
    PyObject *tb = EXC_BASE(exc)->traceback;
    *traceback = Py_NewRef(tb == NULL ? Py_None : tb);
    *value = exc;
}

void
PyErr_SetExcInfo(PyObject *type, PyObject *value, PyObject *traceback)
{
    PyErr_SetHandledException(value);
    Py_XDECREF(value);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
}

int
PyErr_BadArgument(void)
{
    PyErr_SetString(PyExc_TypeError, "bad argument type for built-in operation");
    return 0;
}

void
(PyErr_BadInternalCall)(void)
{
    PyErr_SetString(PyExc_SystemError, "bad argument to internal function");
}

void
_PyErr_BadInternalCall(const char *filename, int lineno)
{
    PyErr_Format(PyExc_SystemError, "%s:%d: bad argument to internal function", filename, lineno);
}

void
PyErr_WriteUnraisable(PyObject *obj)
{
    err_unraisable(NULL, obj);
}

void
PyErr_FormatUnraisable(const char *format, ...)
{
    if (format == NULL) {
        err_unraisable(NULL, NULL);
        return;
    }
    PyThreadState *ts = ts_current();
    PyObject *raised = err_get_raised(ts);
    va_list args;
    va_start(args, format);
    PyObject *text = PyUnicode_FromFormatV(format, args);
    va_end(args);
    const char *utf8 = text == NULL ? NULL : PyUnicode_AsUTF8(text);
    err_set_raised(ts, raised);
    err_unraisable(utf8, NULL);
    Py_XDECREF(text);
}

/* ---- new exception classes ---- */

static OWNED PyObject *
new_exception_dict(PyObject *dict, const char *name, const char *dot)
{
    PyObject *ns = dict == NULL ? PyDict_New() : Py_NewRef(dict);
    if (ns == NULL)
        return NULL;
    int has = PyDict_ContainsString(ns, "__module__");
    if (has == 0) {
        PyObject *module = PyUnicode_FromStringAndSize(name, dot - name);
        has = module == NULL ? -1 : PyDict_SetItemString(ns, "__module__", module);
        Py_XDECREF(module);
    }
    if (has < 0)
        Py_CLEAR(ns);
    return ns;
}

PyObject *
PyErr_NewException(const char *name, PyObject *base, PyObject *dict)
{
    const char *dot = strrchr(name, '.');
    if (dot == NULL) {
        PyErr_SetString(PyExc_SystemError, "PyErr_NewException: name must be module.class");
        return NULL;
    }
    if (base == NULL)
        base = PyExc_Exception;
    PyObject *result = NULL, *bases = NULL;
    PyObject *ns = new_exception_dict(dict, name, dot);
    if (ns == NULL)
        return NULL;
    bases = PyTuple_Check(base) ? Py_NewRef(base) : PyTuple_Pack(1, base);
    if (bases != NULL)
        result = PyObject_CallFunction((PyObject *)&PyType_Type, "sOO", dot + 1, bases, ns);
    Py_XDECREF(bases);
    Py_DECREF(ns);
    return result;
}

PyObject *
PyErr_NewExceptionWithDoc(const char *name, const char *doc, PyObject *base, PyObject *dict)
{
    PyObject *ns = dict == NULL ? PyDict_New() : Py_NewRef(dict);
    PyObject *result = NULL;
    if (ns == NULL)
        return NULL;
    if (doc != NULL) {
        PyObject *text = PyUnicode_FromString(doc);
        int rc = text == NULL ? -1 : PyDict_SetItemString(ns, "__doc__", text);
        Py_XDECREF(text);
        if (rc < 0)
            goto done;
    }
    result = PyErr_NewException(name, base, ns);
done:
    Py_DECREF(ns);
    return result;
}
