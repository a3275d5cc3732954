/* object/core/err.h: the current exception of a thread, and what is done with it.
 *
 * ts->current_exception holds a normalized exception instance or NULL (owned). "Raise" means: build the
 * instance, give it the handled exception as __context__, store it there. The public PyErr_* functions are
 * defined here too; the forms below take the thread state and save the look-up. */
#ifndef ADDER_OBJECT_CORE_ERR_H
#define ADDER_OBJECT_CORE_ERR_H

#include <Python.h>

#include "base/own.h"
#include "rt/thread.h"

/* The type of the current exception, or NULL. */
static inline BORROWED(ts) PyObject *err_occurred(PyThreadState *ts)
{
    return ts->current_exception == NULL ? NULL : (PyObject *)Py_TYPE(ts->current_exception);
}

/* Raise type(value) (value NULL: type()); an instance of type is raised as it is. Context is chained. */
void err_set(PyThreadState *ts, PyObject *type, PyObject *value);
void err_set_none(PyThreadState *ts, PyObject *type);
void err_set_string(PyThreadState *ts, PyObject *type, const char *text);

/* Raise type(text formatted as by PyUnicode_FromFormat). Always NULL. */
PyObject *err_format(PyThreadState *ts, PyObject *type, const char *format, ...);
PyObject *err_format_v(PyThreadState *ts, PyObject *type, const char *format, va_list args);

/* Raise MemoryError without allocating. Always NULL. */
PyObject *err_no_memory(PyThreadState *ts);

/* Does the current exception match `type` (class or tuple of classes)? 0 when there is none. */
int err_matches(PyThreadState *ts, PyObject *type);
void err_clear(PyThreadState *ts);

/* Take the current exception away (NULL if there is none) / put one in its place without chaining. */
OWNED PyObject *err_get_raised(PyThreadState *ts);
void err_set_raised(PyThreadState *ts, STEALS PyObject *exc);

/* Legacy triple forms of the same. err_fetch gives new references, err_restore steals. */
void err_fetch(PyThreadState *ts, PyObject **type, PyObject **value, PyObject **traceback);
void err_restore(PyThreadState *ts, PyObject *type, PyObject *value, PyObject *traceback);

/* `exc` (stolen, NULL allowed) becomes the context of the current exception, or current again if there is none. */
void err_chain(PyThreadState *ts, STEALS PyObject *exc);
/* Raise with the current exception (if any) as __cause__ and __context__. Always NULL. */
PyObject *err_format_from_cause(PyThreadState *ts, PyObject *type, const char *format, ...);

/* KeyError(key), keeping a tuple key whole. */
void err_set_key(PyObject *key);

/* The innermost entry of the exc_info stack that holds an exception (or the outermost entry). Never NULL. */
BORROWED(ts) _PyErr_StackItem *err_top_handled(PyThreadState *ts);
/* The exception now being handled (sys.exception()), new reference or NULL. */
OWNED PyObject *err_handled(PyThreadState *ts);

/* StopIteration(value), with a tuple or exception as value kept whole. NULL value means None. -1 always. */
int err_set_stop_iteration(PyThreadState *ts, PyObject *value);
/* If the current exception is StopIteration (or none): clear it, *value = its value or None, 0; else -1. */
int err_take_stop_iteration(PyThreadState *ts, PyObject **value);

/* Report the current exception as unraisable (sys.unraisablehook) and clear it. `message` is the whole err_msg, NULL
 * for the standard "Exception ignored in"; obj may be NULL. */
void err_unraisable(const char *message, PyObject *obj);

/* Raise RecursionError "maximum recursion depth exceeded<where>". -1 always. */
int err_recursion(PyThreadState *ts, const char *where);
/* Py_EnterRecursiveCall() and Py_LeaveRecursiveCall() with the thread state at hand (recursion.c). */
PyAPI_FUNC(int) _Py_CheckRecursiveCall(PyThreadState *ts, const char *where);
static inline int recursion_enter(PyThreadState *ts, const char *where)
{
    if (LIKELY(--ts->c_recursion_remaining > 0 && !ts_stack_is_low(ts)))
        return 0;
    return _Py_CheckRecursiveCall(ts, where);
}
static inline void recursion_leave(PyThreadState *ts) { ts->c_recursion_remaining++; }
/* The same for a function that does both: what is put back is the count from before, so that the next call need not wait for a sum. */
static inline int recursion_down(PyThreadState *ts, const char *where, int *before)
{
    *before = ts->c_recursion_remaining;
    ts->c_recursion_remaining = *before - 1;
    if (LIKELY(*before > 1 && !ts_stack_is_low(ts)))
        return 0;
    return _Py_CheckRecursiveCall(ts, where);
}
static inline void recursion_up(PyThreadState *ts, int before) { ts->c_recursion_remaining = before; }

/* The next item of iterator `it` as its tp_iternext gives it. Iterators over iterators over ... are as deep as the
 * program likes, so that the stack is looked at (a count would cost more). */
static inline PyObject *recursion_next(PyObject *it)
{
    PyThreadState *ts = ts_current();
    if (UNLIKELY(ts_stack_is_low(ts))) {
        err_recursion(ts, "");
        return NULL;
    }
    return Py_TYPE(it)->tp_iternext(it);
}

/* Is so little of the C stack left that a deallocation had better go through recursion_dealloc()? */
static inline bool recursion_dealloc_is_deep(PyThreadState *ts)
{
    return ts_stack_here() < rt_thread_of(ts)->dealloc_deep
        || ts->c_recursion_remaining < 4 * Py_TRASHCAN_HEADROOM;
}
/* Deallocate op (whose count is zero), or postpone that to an outer call when the stack is nearly used up. */
void recursion_dealloc(PyThreadState *ts, PyObject *op);

/* Sizes: the sum or product, or -1 with MemoryError when it does not fit Py_ssize_t. */
static inline int err_size_add(PyThreadState *ts, Py_ssize_t a, Py_ssize_t b, Py_ssize_t *out)
{
    return UNLIKELY(__builtin_add_overflow(a, b, out)) ? (err_no_memory(ts), -1) : 0;
}
static inline int err_size_mul(PyThreadState *ts, Py_ssize_t a, Py_ssize_t b, Py_ssize_t *out)
{
    return UNLIKELY(__builtin_mul_overflow(a, b, out)) ? (err_no_memory(ts), -1) : 0;
}

/* Private functions that extensions may bind. */
PyAPI_FUNC(void) _PyErr_SetKeyError(PyObject *key);
PyAPI_FUNC(void) _PyErr_Clear(PyThreadState *ts);
PyAPI_FUNC(int) _PyErr_ExceptionMatches(PyThreadState *ts, PyObject *type);
PyAPI_FUNC(void) _PyErr_SetString(PyThreadState *ts, PyObject *type, const char *text);
PyAPI_FUNC(PyObject *) _PyErr_Format(PyThreadState *ts, PyObject *type, const char *format, ...);
PyAPI_FUNC(PyObject *) _PyErr_FormatFromCause(PyObject *type, const char *format, ...);
PyAPI_FUNC(void) _PyErr_SetLocaleString(PyObject *type, const char *text);
PyAPI_FUNC(PyObject *) _PyErr_ProgramDecodedTextObject(PyObject *filename, int lineno, const char *encoding);

#endif
