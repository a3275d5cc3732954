/* vm/bind.c: arguments to parameters.
 *
 * Locals of a frame: positional parameters, keyword-only ones, *args, **kwargs. The steps are: make **kwargs, copy what is positional, put the
 * rest into *args, sort keywords in, complain about too many, fill in defaults. Every reference given is taken over, also on failure. */
#include "object/coll/dict.h"
#include "object/coll/tuple.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/hooks.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/function.h"
#include "vm/genobject.h"
#include "vm/suggest.h"

/* ---- complaints ---- */

static PyObject *
join_quoted(PyObject *names)
{
    Py_ssize_t n = PyList_GET_SIZE(names);
    if (n == 1)
        return Py_NewRef(PyList_GET_ITEM(names, 0));
    PyObject *last = PyList_GET_ITEM(names, n - 1), *before = PyList_GET_ITEM(names, n - 2);
    if (n == 2)
        return PyUnicode_FromFormat("%U and %U", before, last);
    PyObject *head = PyList_GetSlice(names, 0, n - 2), *comma = PyUnicode_FromString(", ");
    PyObject *text = head != NULL && comma != NULL ? PyUnicode_Join(comma, head) : NULL;
    PyObject *out = text == NULL ? NULL : PyUnicode_FromFormat("%U, %U, and %U", text, before, last);
    Py_XDECREF(head);
    Py_XDECREF(comma);
    Py_XDECREF(text);
    return out;
}

/* "f() missing 2 required positional arguments: 'a' and 'b'" for the parameters in [from, to) without a value. */
static void
raise_missing(PyThreadState *ts, PyCodeObject *co, int from, int to, PyObject **locals, PyObject *qualname, const char *kind)
{
    PyObject *names = PyList_New(0);
    for (int i = from; names != NULL && i < to; i++) {
        if (locals[i] != NULL)
            continue;
        PyObject *s = PyObject_Repr(code_local_name(co, i));
        if (s == NULL || PyList_Append(names, s) < 0)
            Py_CLEAR(names);
        Py_XDECREF(s);
    }
    if (names == NULL)
        return;
    Py_ssize_t n = PyList_GET_SIZE(names);
    PyObject *text = join_quoted(names);
    if (text != NULL)
        err_format(ts, PyExc_TypeError, "%U() missing %i required %s argument%s: %U", qualname, (int)n, kind, n == 1 ? "" : "s", text);
    Py_XDECREF(text);
    Py_DECREF(names);
}

static void
raise_too_many(PyThreadState *ts, PyCodeObject *co, Py_ssize_t given, PyObject *defaults, PyObject **locals, PyObject *qualname)
{
    Py_ssize_t kwonly_given = 0, ndef = defaults == NULL ? 0 : PyTuple_GET_SIZE(defaults);
    for (int i = co->co_argcount; i < co->co_argcount + co->co_kwonlyargcount; i++)
        kwonly_given += locals[i] != NULL;
    bool plural = ndef > 0 || co->co_argcount != 1;
    PyObject *takes = ndef > 0 ? PyUnicode_FromFormat("from %zd to %zd", co->co_argcount - ndef, (Py_ssize_t)co->co_argcount)
                               : PyUnicode_FromFormat("%zd", (Py_ssize_t)co->co_argcount);
    PyObject *extra = kwonly_given ? PyUnicode_FromFormat(" positional argument%s (and %zd keyword-only argument%s)", given != 1 ? "s" : "",
                                                          kwonly_given, kwonly_given != 1 ? "s" : "")
                                   : PyUnicode_FromString("");
    if (takes != NULL && extra != NULL)
        err_format(ts, PyExc_TypeError, "%U() takes %U positional argument%s but %zd%U %s given", qualname, takes, plural ? "s" : "", given,
                   extra, given == 1 && !kwonly_given ? "was" : "were");
    Py_XDECREF(takes);
    Py_XDECREF(extra);
}

/* True (with TypeError) when keywords name positional-only parameters. */
static bool
positional_only_by_keyword(PyThreadState *ts, PyCodeObject *co, Py_ssize_t nkw, PyObject *kwnames, PyObject *qualname)
{
    PyObject *found = PyList_New(0);
    for (int k = 0; found != NULL && k < co->co_posonlyargcount; k++) {
        PyObject *name = code_local_name(co, k);
        for (Py_ssize_t i = 0; found != NULL && i < nkw; i++) {
            PyObject *kw = PyTuple_GET_ITEM(kwnames, i);
            int same = kw == name ? 1 : PyObject_RichCompareBool(name, kw, Py_EQ);
            if (same < 0 || (same > 0 && PyList_Append(found, kw) < 0))
                Py_CLEAR(found);
        }
    }
    if (found == NULL)
        return true;
    bool any = PyList_GET_SIZE(found) > 0;
    if (any) {
        PyObject *comma = PyUnicode_FromString(", "), *text = comma == NULL ? NULL : PyUnicode_Join(comma, found);
        if (text != NULL)
            err_format(ts, PyExc_TypeError, "%U() got some positional-only arguments passed as keyword arguments: '%U'", qualname, text);
        Py_XDECREF(comma);
        Py_XDECREF(text);
    }
    Py_DECREF(found);
    return any;
}

static void
raise_unexpected(PyThreadState *ts, PyCodeObject *co, PyObject *keyword, PyObject *qualname)
{
    PyObject *names = PyList_New(0), *hint = NULL;
    for (int i = co->co_posonlyargcount; names != NULL && i < co->co_argcount + co->co_kwonlyargcount; i++)
        if (PyList_Append(names, code_local_name(co, i)) < 0)
            Py_CLEAR(names);
    if (names == NULL)
        return;
    hint = suggest_similar(names, keyword);
    if (hint != NULL)
        err_format(ts, PyExc_TypeError, "%U() got an unexpected keyword argument '%S'. Did you mean '%S'?", qualname, keyword, hint);
    else if (ts->current_exception == NULL)
        err_format(ts, PyExc_TypeError, "%U() got an unexpected keyword argument '%S'", qualname, keyword);
    Py_XDECREF(hint);
    Py_DECREF(names);
}

/* ---- binding ---- */

struct binding {
    PyThreadState *ts;
    PyFunctionObject *func;
    PyCodeObject *co;
    PyObject **locals;
    PyObject *kwdict;                    /* borrowed: the **kwargs local, or NULL */
    int nparams;                         /* positional and keyword-only */
};

/* Index of the parameter that `keyword` names: -1 none, -2 an exception. */
static int
parameter_index(struct binding *b, PyObject *keyword)
{
    for (int j = b->co->co_posonlyargcount; j < b->nparams; j++)
        if (code_local_name(b->co, j) == keyword)
            return j;
    for (int j = b->co->co_posonlyargcount; j < b->nparams; j++) {
        int same = PyObject_RichCompareBool(keyword, code_local_name(b->co, j), Py_EQ);
        if (same != 0)
            return same > 0 ? j : -2;
    }
    return -1;
}

/* One keyword argument; the value is taken over when 0 is returned. */
static int
bind_keyword(struct binding *b, PyObject *keyword, PyObject *value, PyObject *kwnames)
{
    PyObject *qualname = b->func->func_qualname;
    if (keyword == NULL || !PyUnicode_Check(keyword)) {
        err_format(b->ts, PyExc_TypeError, "%U() keywords must be strings", qualname);
        return -1;
    }
    int j = parameter_index(b, keyword);
    if (j == -2)
        return -1;
    if (j >= 0) {
        if (b->locals[j] != NULL) {
            err_format(b->ts, PyExc_TypeError, "%U() got multiple values for argument '%S'", qualname, keyword);
            return -1;
        }
        b->locals[j] = value;
        return 0;
    }
    if (b->kwdict == NULL) {
        if (b->co->co_posonlyargcount == 0 || !positional_only_by_keyword(b->ts, b->co, PyTuple_GET_SIZE(kwnames), kwnames, qualname))
            raise_unexpected(b->ts, b->co, keyword, qualname);
        return -1;
    }
    if (PyDict_SetItem(b->kwdict, keyword, value) < 0)
        return -1;
    Py_DECREF(value);
    return 0;
}

static int
fill_defaults(struct binding *b, Py_ssize_t nargs)
{
    PyObject *defaults = b->func->func_defaults;
    int argcount = b->co->co_argcount, ndef = defaults == NULL ? 0 : (int)PyTuple_GET_SIZE(defaults), first = argcount - ndef;
    for (int i = (int)nargs; i < first; i++) {
        if (b->locals[i] == NULL) {
            raise_missing(b->ts, b->co, 0, first, b->locals, b->func->func_qualname, "positional");
            return -1;
        }
    }
    for (int i = nargs > first ? (int)nargs - first : 0; i < ndef; i++)
        if (b->locals[first + i] == NULL)
            b->locals[first + i] = Py_NewRef(PyTuple_GET_ITEM(defaults, i));
    return 0;
}

static int
fill_keyword_only(struct binding *b)
{
    bool missing = false;
    for (int i = b->co->co_argcount; i < b->nparams; i++) {
        if (b->locals[i] != NULL)
            continue;
        if (b->func->func_kwdefaults != NULL) {
            if (PyDict_GetItemRef(b->func->func_kwdefaults, code_local_name(b->co, i), &b->locals[i]) < 0)
                return -1;
            if (b->locals[i] != NULL)
                continue;
        }
        missing = true;
    }
    if (missing)
        raise_missing(b->ts, b->co, b->co->co_argcount, b->nparams, b->locals, b->func->func_qualname, "keyword-only");
    return missing ? -1 : 0;
}

static void
drop(PyObject *const *values, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++)
        Py_DECREF(values[i]);
}

/* Positional arguments beyond the parameters go into *args, or are dropped until the count is complained about. 0 or -1. */
static int
take_rest(struct binding *b, PyObject *const *args, Py_ssize_t nargs)
{
    int argcount = b->co->co_argcount;
    Py_ssize_t extra = nargs > argcount ? nargs - argcount : 0;
    if (b->co->co_flags & CO_VARARGS) {
        PyObject *rest = extra == 0 ? EMPTY_TUPLE : tuple_from_array_steal(args + argcount, extra);
        b->locals[b->nparams] = rest;
        return rest == NULL ? -1 : 0;
    }
    drop(args + argcount, extra);
    return 0;
}

/* All of it. `locals` are NULL on entry; on failure what has been stored stays for the frame to release. */
static int
bind_arguments(PyThreadState *ts, PyFunctionObject *func, PyObject **locals, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyCodeObject *co = (PyCodeObject *)func->func_code;
    struct binding b = { ts, func, co, locals, NULL, co->co_argcount + co->co_kwonlyargcount };
    Py_ssize_t nkw = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames), kw = 0;
    int argcount = co->co_argcount;
    if (co->co_flags & CO_VARKEYWORDS) {
        b.kwdict = PyDict_New();
        if (b.kwdict == NULL) {
            drop(args, nargs + nkw);
            return -1;
        }
        locals[b.nparams + ((co->co_flags & CO_VARARGS) != 0)] = b.kwdict;
    }
    for (Py_ssize_t i = 0; i < argcount && i < nargs; i++)
        locals[i] = args[i];
    if (take_rest(&b, args, nargs) < 0) {
        drop(args + nargs, nkw);
        return -1;
    }
    for (; kw < nkw; kw++) {
        if (bind_keyword(&b, PyTuple_GET_ITEM(kwnames, kw), args[nargs + kw], kwnames) < 0) {
            drop(args + nargs + kw, nkw - kw);
            return -1;
        }
    }
    if (nargs > argcount && !(co->co_flags & CO_VARARGS)) {
        raise_too_many(ts, co, nargs, func->func_defaults, locals, func->func_qualname);
        return -1;
    }
    if (nargs < argcount && fill_defaults(&b, nargs) < 0)
        return -1;
    return co->co_kwonlyargcount > 0 ? fill_keyword_only(&b) : 0;
}

/* ---- frames ---- */

_PyInterpreterFrame *
vm_push_frame(PyThreadState *ts, PyFunctionObject *func, PyObject *locals, PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    PyCodeObject *co = (PyCodeObject *)func->func_code;
    _PyInterpreterFrame *f = frame_alloc(ts, co->co_framesize);
    if (UNLIKELY(f == NULL)) {
        Py_DECREF(func);
        Py_XDECREF(locals);
        drop(args, (Py_ssize_t)nargs + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames)));
        return NULL;
    }
    if (kwnames == NULL && co->co_kwonlyargcount == 0 && !(co->co_flags & (CO_VARARGS | CO_VARKEYWORDS))) {
        /* Positional arguments, and defaults for the others. */
        Py_ssize_t n = co->co_argcount, missing = n - (Py_ssize_t)nargs;
        Py_ssize_t defaults = missing == 0 || func->func_defaults == NULL ? 0 : PyTuple_GET_SIZE(func->func_defaults);
        if (LIKELY(missing >= 0 && missing <= defaults)) {
            frame_init(f, func, locals, co, (int)n);
            for (size_t i = 0; i < nargs; i++)
                f->localsplus[i] = args[i];
            for (Py_ssize_t i = 0; i < missing; i++)
                f->localsplus[nargs + i] = Py_NewRef(PyTuple_GET_ITEM(func->func_defaults, defaults - missing + i));
            return f;
        }
    }
    frame_init(f, func, locals, co, 0);
    if (bind_arguments(ts, func, f->localsplus, args, (Py_ssize_t)nargs, kwnames) < 0) {
        frame_clear_and_pop(ts, f);
        return NULL;
    }
    return f;
}

_PyInterpreterFrame *
vm_push_frame_ex(PyThreadState *ts, PyFunctionObject *func, PyObject *locals, Py_ssize_t nargs, PyObject *args, PyObject *kwargs)
{
    bool has_dict = kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0;
    PyObject *kwnames = NULL;
    _PyInterpreterFrame *f = NULL;
    if (has_dict) {
        PyObject *const *stack = call_unpack_dict(ts, tuple_items(args), nargs, kwargs, &kwnames);
        if (stack == NULL) {
            Py_DECREF(func);
            Py_XDECREF(locals);
        }
        else {
            Py_ssize_t total = nargs + PyTuple_GET_SIZE(kwnames);
            for (Py_ssize_t i = 0; i < total; i++)
                Py_INCREF(stack[i]);                   /* the frame takes its own; the array keeps what it has */
            f = vm_push_frame(ts, func, locals, stack, (size_t)nargs, kwnames);
            call_free_stack(stack, nargs, kwnames);
        }
    }
    else {
        for (Py_ssize_t i = 0; i < nargs; i++)
            Py_INCREF(PyTuple_GET_ITEM(args, i));
        f = vm_push_frame(ts, func, locals, tuple_items(args), (size_t)nargs, NULL);
    }
    Py_DECREF(args);
    Py_XDECREF(kwargs);
    return f;
}

PyAPI_FUNC(_PyInterpreterFrame *) _PyEvalFramePushAndInit(PyThreadState *, PyFunctionObject *, PyObject *, PyObject *const *, size_t, PyObject *);
_PyInterpreterFrame *
_PyEvalFramePushAndInit(PyThreadState *ts, PyFunctionObject *func, PyObject *locals, PyObject *const *args, size_t n, PyObject *kwnames)
{
    return vm_push_frame(ts, func, locals, args, n, kwnames);
}

/* ---- calls from C ---- */

PyObject *
vm_call_function(PyThreadState *ts, PyFunctionObject *func, PyObject *locals, PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    size_t total = nargs + (kwnames == NULL ? 0 : (size_t)PyTuple_GET_SIZE(kwnames));
    for (size_t i = 0; i < total; i++)
        Py_INCREF(args[i]);
    if (kwnames == NULL && locals == NULL && nargs <= UINT16_MAX && gen_can_make(ts, func, (int)nargs))
        return gen_make((PyFunctionObject *)Py_NewRef(func), args, (int)nargs);
    _PyInterpreterFrame *f = vm_push_frame(ts, (PyFunctionObject *)Py_NewRef(func), Py_XNewRef(locals), args, nargs, kwnames);
    return f == NULL ? NULL : vm_eval_frame(ts, f, 0);
}

PyObject *
_PyEval_Vector(PyThreadState *ts, PyFunctionObject *func, PyObject *locals, PyObject *const *args, size_t n, PyObject *kwnames)
{
    return vm_call_function(ts, func, locals, args, n, kwnames);
}

PyObject *
_PyFunction_Vectorcall(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyFunctionObject *f = (PyFunctionObject *)func;
    PyObject *locals = ((PyCodeObject *)f->func_code)->co_flags & CO_OPTIMIZED ? NULL : f->func_globals;
    return vm_call_function(ts_current(), f, locals, args, (size_t)PyVectorcall_NARGS(nargsf), kwnames);
}
