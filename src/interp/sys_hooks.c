/* interp/sys_hooks.c: what the interpreter calls through sys: displayhook, excepthook, unraisablehook, breakpointhook. */
#include "interp/sys.h"

#include "interp/args.h"
#include "object/core/structseq.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/traceback.h"

/* ---- displayhook ---- */

/* repr(o) in the encoding of `out`, with backslash escapes for what it cannot hold. */
static int
write_repr_escaped(PyObject *out, PyObject *o)
{
    PyObject *enc = PyObject_GetAttr(out, ID(encoding)), *text = NULL, *bytes = NULL, *again = NULL;
    int r = -1;
    const char *name = enc == NULL ? NULL : PyUnicode_AsUTF8(enc);
    if (name != NULL && (text = PyObject_Repr(o)) != NULL && (bytes = PyUnicode_AsEncodedString(text, name, "backslashreplace")) != NULL &&
        (again = PyUnicode_FromEncodedObject(bytes, name, "strict")) != NULL)
        r = PyFile_WriteObject(again, out, Py_PRINT_RAW);
    Py_XDECREF(enc);
    Py_XDECREF(text);
    Py_XDECREF(bytes);
    Py_XDECREF(again);
    return r;
}

static PyObject *
sys_displayhook(PyObject *module, PyObject *o)
{
    PyObject *builtins = PyImport_ImportModule("builtins"), *out;
    if (builtins == NULL)
        return NULL;
    int r = o == Py_None ? 0 : PyObject_SetAttr(builtins, LATIN1_CHAR('_'), Py_None);
    if (o != Py_None && r == 0) {
        out = sys_get_quietly("stdout");
        if (out == NULL || out == Py_None) {
            PyErr_SetString(PyExc_RuntimeError, "lost sys.stdout");
            r = -1;
        } else {
            Py_INCREF(out);
            r = PyFile_WriteObject(o, out, 0);
            if (r < 0 && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
                PyErr_Clear();
                r = write_repr_escaped(out, o);
            }
            if (r == 0 && (r = PyFile_WriteString("\n", out)) == 0)
                r = PyObject_SetAttr(builtins, LATIN1_CHAR('_'), o);
            Py_DECREF(out);
        }
    }
    Py_DECREF(builtins);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- excepthook ---- */

static int
print_head(PyObject *exc, PyObject *file)
{
    PyTypeObject *t = Py_TYPE(exc);
    PyObject *module = PyType_GetModuleName(t), *name = PyType_GetQualName(t);
    int r = 0;
    if (module != NULL && PyUnicode_Check(module) && !PyUnicode_EqualToUTF8(module, "builtins") && !PyUnicode_EqualToUTF8(module, "__main__"))
        r = PyFile_WriteObject(module, file, Py_PRINT_RAW) < 0 || PyFile_WriteString(".", file) < 0 ? -1 : 0;
    PyErr_Clear();
    if (r == 0)
        r = name == NULL ? PyFile_WriteString("<unknown>", file) : PyFile_WriteObject(name, file, Py_PRINT_RAW);
    Py_XDECREF(module);
    Py_XDECREF(name);
    return r;
}

/* One exception without its context: traceback, type and text. */
static int
print_plain(PyObject *exc, PyObject *file)
{
    PyObject *tb = PyException_GetTraceback(exc);
    int r = 0;
    if (tb != NULL && tb != Py_None)
        r = traceback_print(tb, file, 0, NULL, NULL);
    Py_XDECREF(tb);
    if (r < 0 || print_head(exc, file) < 0)
        return -1;
    PyObject *text = PyObject_Str(exc);
    if (text == NULL) {
        PyErr_Clear();
        r = PyFile_WriteString(": <exception str() failed>", file);
    } else if (PyUnicode_GET_LENGTH(text) > 0)
        r = PyFile_WriteString(": ", file) < 0 ? -1 : PyFile_WriteObject(text, file, Py_PRINT_RAW);
    Py_XDECREF(text);
    return r < 0 ? -1 : PyFile_WriteString("\n", file);
}

static int
print_not_exception(PyObject *v, PyObject *file)
{
    if (PyFile_WriteString("TypeError: print_exception(): Exception expected for value, ", file) < 0 || PyFile_WriteString(Py_TYPE(v)->tp_name, file) < 0)
        return -1;
    return PyFile_WriteString(" found\n", file);
}

/* By identity, since exceptions need not be hashable: 1 if `exc` is in the set, else 0 and it is added; -1. */
static int
seen_before(PyObject *seen, PyObject *exc)
{
    PyObject *id = PyLong_FromVoidPtr(exc);
    int known = id == NULL ? -1 : PySet_Contains(seen, id);
    if (known == 0 && PySet_Add(seen, id) < 0)
        known = -1;
    Py_XDECREF(id);
    return known;
}

static int
print_chain(PyObject *exc, PyObject *file, PyObject *seen)
{
    if (!PyExceptionInstance_Check(exc))
        return print_not_exception(exc, file);
    if (Py_EnterRecursiveCall(" in print_chained") || seen_before(seen, exc) < 0)
        return -1;
    PyObject *cause = PyException_GetCause(exc), *context = PyException_GetContext(exc), *first = cause;
    const char *link = "\nThe above exception was the direct cause of the following exception:\n\n";
    if (cause == NULL && !((PyBaseExceptionObject *)exc)->suppress_context) {
        first = context;
        link = "\nDuring handling of the above exception, another exception occurred:\n\n";
    }
    int r = 0, known = first == NULL ? 1 : seen_before(seen, first);
    if (known == 0)
        r = print_chain(first, file, seen) < 0 || PyFile_WriteString(link, file) < 0 ? -1 : 0;
    Py_XDECREF(cause);
    Py_XDECREF(context);
    Py_LeaveRecursiveCall();
    return r < 0 || known < 0 ? -1 : print_plain(exc, file);
}

/* The traceback module writes it best; NULL without exception when it cannot be used. */
static int
print_by_module(PyObject *exc)
{
    PyObject *m = PyImport_ImportModule("traceback"), *print = NULL, *r = NULL;
    if (m != NULL && PyObject_GetOptionalAttrString(m, "_print_exception_bltin", &print) > 0 && PyCallable_Check(print))
        r = PyObject_CallOneArg(print, exc);
    Py_XDECREF(m);
    Py_XDECREF(print);
    Py_XDECREF(r);
    return r != NULL;
}

void
sys_display_exception(PyObject *exc, PyObject *file)
{
    if (print_by_module(exc))
        goto flush;
    PyErr_Clear();
    PyObject *seen = PySet_New(NULL);
    if (seen == NULL || print_chain(exc, file, seen) < 0)
        PyErr_Clear();
    Py_XDECREF(seen);
flush:;
    PyObject *r = PyObject_CallMethodNoArgs(file, ID(flush));
    if (r == NULL)
        PyErr_Clear();
    Py_XDECREF(r);
}

void
PyErr_DisplayException(PyObject *exc)
{
    PyObject *file = sys_get_quietly("stderr");
    if (file == NULL) {
        _PyObject_Dump(exc);
        fprintf(stderr, "lost sys.stderr\n");
        return;
    }
    if (file == Py_None)
        return;
    Py_INCREF(file);
    sys_display_exception(exc, file);
    Py_DECREF(file);
}

void
sys_attach_traceback(PyObject *exc, PyObject *tb)
{
    if (!PyExceptionInstance_Check(exc) || tb == NULL || !PyTraceBack_Check(tb))
        return;
    PyObject *own = PyException_GetTraceback(exc);
    if (own == NULL)
        PyException_SetTraceback(exc, tb);
    Py_XDECREF(own);
}

void
PyErr_Display(PyObject *unused, PyObject *value, PyObject *tb)
{
    sys_attach_traceback(value, tb);
    PyErr_DisplayException(value);
}

static PyObject *
sys_excepthook(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("excepthook", nargs, 3, 3))
        return NULL;
    PyErr_Display(NULL, args[1], args[2]);
    Py_RETURN_NONE;
}

static PyObject *
sys_exception(PyObject *module, PyObject *unused)
{
    PyObject *exc = PyErr_GetHandledException();
    return exc != NULL ? exc : Py_NewRef(Py_None);
}

static PyObject *
sys_exc_info(PyObject *module, PyObject *unused)
{
    PyObject *exc = PyErr_GetHandledException(), *r;
    if (exc == NULL)
        return PyTuple_Pack(3, Py_None, Py_None, Py_None);
    PyObject *tb = PyException_GetTraceback(exc);
    r = PyTuple_Pack(3, (PyObject *)Py_TYPE(exc), exc, tb == NULL ? Py_None : tb);
    Py_XDECREF(tb);
    Py_DECREF(exc);
    return r;
}

/* ---- unraisablehook ---- */

static PyTypeObject unraisable_type;
static PyStructSequence_Field unraisable_fields[] = {
    { "exc_type", "Exception type" }, { "exc_value", "Exception value" }, { "exc_traceback", "Exception traceback" },
    { "err_msg", "Error message" }, { "object", "Object causing the exception" }, { NULL, NULL },
};
static PyStructSequence_Desc unraisable_desc = { "sys.UnraisableHookArgs", "UnraisableHookArgs\n\nWhat sys.unraisablehook gets.", unraisable_fields, 5 };

static PyObject *
unraisable_args(PyObject *exc, PyObject *tb, PyObject *msg, PyObject *obj)
{
    if (_PyStructSequence_InitBuiltinWithFlags(interp_current(), &unraisable_type, &unraisable_desc, 0) < 0)
        return NULL;
    PyObject *seq = PyStructSequence_New(&unraisable_type);
    if (seq == NULL)
        return NULL;
    PyObject *const items[] = { (PyObject *)Py_TYPE(exc), exc, tb, msg, obj };
    for (int i = 0; i < 5; i++)
        PyStructSequence_SetItem(seq, i, Py_NewRef(items[i] == NULL ? Py_None : items[i]));
    return seq;
}

static int
write_unraisable(PyObject *file, PyObject *exc, PyObject *tb, PyObject *msg, PyObject *obj)
{
    if (obj != NULL && obj != Py_None) {
        if (PyFile_WriteString(msg != NULL && msg != Py_None ? "" : "Exception ignored in: ", file) < 0)
            return -1;
        if (msg != NULL && msg != Py_None && (PyFile_WriteObject(msg, file, Py_PRINT_RAW) < 0 || PyFile_WriteString(": ", file) < 0))
            return -1;
        if (PyFile_WriteObject(obj, file, 0) < 0) {
            PyErr_Clear();
            if (PyFile_WriteString("<object repr() failed>", file) < 0)
                return -1;
        }
        if (PyFile_WriteString("\n", file) < 0)
            return -1;
    } else if (msg != NULL && msg != Py_None) {
        if (PyFile_WriteObject(msg, file, Py_PRINT_RAW) < 0 || PyFile_WriteString(":\n", file) < 0)
            return -1;
    }
    if (tb != NULL && tb != Py_None && traceback_print(tb, file, 0, NULL, NULL) < 0)
        return -1;
    if (exc == NULL || exc == Py_None)
        return 0;
    PyObject *text = NULL;
    if (print_head(exc, file) < 0)
        return -1;
    int r = 0;
    if ((text = PyObject_Str(exc)) == NULL) {
        PyErr_Clear();
        r = PyFile_WriteString(": <exception str() failed>", file);
    } else
        r = PyFile_WriteString(": ", file) < 0 ? -1 : PyFile_WriteObject(text, file, Py_PRINT_RAW);
    Py_XDECREF(text);
    return r < 0 ? -1 : PyFile_WriteString("\n", file);
}

static void
report_unraisable(PyObject *exc, PyObject *tb, PyObject *msg, PyObject *obj)
{
    PyObject *file = sys_get_quietly("stderr");
    if (file == NULL || file == Py_None)
        return;
    Py_INCREF(file);
    if (write_unraisable(file, exc, tb, msg, obj) < 0)
        PyErr_Clear();
    PyObject *r = PyObject_CallMethodNoArgs(file, ID(flush));
    if (r == NULL)
        PyErr_Clear();
    Py_XDECREF(r);
    Py_DECREF(file);
}

static PyObject *
sys_unraisablehook(PyObject *module, PyObject *args)
{
    if (unraisable_type.tp_name == NULL || !Py_IS_TYPE(args, &unraisable_type)) {
        PyErr_SetString(PyExc_TypeError, "sys.unraisablehook argument type must be UnraisableHookArgs");
        return NULL;
    }
    report_unraisable(PyStructSequence_GetItem(args, 1), PyStructSequence_GetItem(args, 2), PyStructSequence_GetItem(args, 3),
                      PyStructSequence_GetItem(args, 4));
    Py_RETURN_NONE;
}

/* Give the current exception to sys.unraisablehook. `msg` without "Exception ignored in", or NULL. */
static void
call_unraisable_hook(PyObject *msg, PyObject *obj)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (exc == NULL)
        return;
    PyObject *tb = PyException_GetTraceback(exc);
    PyFrameObject *frame = tb == NULL ? PyEval_GetFrame() : NULL;
    if (frame != NULL && (tb = _PyTraceBack_FromFrame(NULL, frame)) != NULL)      /* raised by C code: show who called it */
        PyException_SetTraceback(exc, tb);
    PyErr_Clear();
    PyObject *hook = sys_get_quietly("unraisablehook"), *args = hook == NULL || hook == Py_None ? NULL : unraisable_args(exc, tb, msg, obj);
    if (args == NULL) {
        PyErr_Clear();
        report_unraisable(exc, tb, msg, obj);
    } else {
        Py_INCREF(hook);
        PyObject *r = PySys_Audit("sys.unraisablehook", "OO", hook, args) < 0 ? NULL : PyObject_CallOneArg(hook, args);
        if (r == NULL) {
            PyObject *second = PyErr_GetRaisedException(), *tb2 = PyException_GetTraceback(second);
            PyObject *text = PyUnicode_FromString("Exception ignored in sys.unraisablehook");
            report_unraisable(second, tb2, text, hook);
            Py_XDECREF(text);
            Py_XDECREF(tb2);
            Py_DECREF(second);
        }
        Py_XDECREF(r);
        Py_DECREF(hook);
        Py_DECREF(args);
    }
    Py_XDECREF(tb);
    Py_DECREF(exc);
    PyErr_Clear();
}

void
sys_unraisable(const char *where, PyObject *obj)
{
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *msg = where == NULL ? NULL : PyUnicode_FromString(where);
    if (msg == NULL)
        PyErr_Clear();
    PyErr_SetRaisedException(exc);
    call_unraisable_hook(msg, obj);
    Py_XDECREF(msg);
}

/* ---- breakpointhook ---- */

static PyObject *
breakpoint_target(const char *spec)
{
    const char *dot = strrchr(spec, '.');
    if (dot == spec)
        return PyErr_Format(PyExc_ImportError, "no module in '%s'", spec);
    PyObject *name = dot == NULL ? PyUnicode_FromString("builtins") : PyUnicode_FromStringAndSize(spec, dot - spec);
    if (name == NULL)
        return NULL;
    PyObject *m = PyImport_Import(name), *f = NULL;
    Py_DECREF(name);
    if (m != NULL) {
        f = PyObject_GetAttrString(m, dot == NULL ? spec : dot + 1);
        Py_DECREF(m);
    }
    return f;
}

static PyObject *
sys_breakpointhook(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    const char *spec = interp_current()->config.use_environment ? getenv("PYTHONBREAKPOINT") : NULL;
    if (spec != NULL && strcmp(spec, "0") == 0)
        Py_RETURN_NONE;
    if (spec == NULL || *spec == '\0')
        spec = "pdb.set_trace";
    PyObject *f = breakpoint_target(spec);
    if (f == NULL) {
        if (PyErr_ExceptionMatches(PyExc_ImportError) || PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
            if (PyErr_WarnFormat(PyExc_RuntimeWarning, 0, "Ignoring unimportable $PYTHONBREAKPOINT: \"%s\"", spec) < 0)
                return NULL;
            Py_RETURN_NONE;
        }
        return NULL;
    }
    PyObject *r = PyObject_Vectorcall(f, args, (size_t)nargs, kwnames);
    Py_DECREF(f);
    return r;
}

#define FASTKW(f) _PyCFunction_CAST(f), METH_FASTCALL | METH_KEYWORDS

PyMethodDef sys_hook_methods[] = {
    { "breakpointhook", FASTKW(sys_breakpointhook), PyDoc_STR("breakpointhook($module, /, *args, **kwargs)\n--\n\nWhat breakpoint() calls.") },
    { "displayhook", sys_displayhook, METH_O, PyDoc_STR("displayhook($module, object, /)\n--\n\nPrint a value and keep it in builtins._.") },
    { "exception", sys_exception, METH_NOARGS, PyDoc_STR("exception($module, /)\n--\n\nThe exception being handled, or None.") },
    { "exc_info", sys_exc_info, METH_NOARGS, PyDoc_STR("exc_info($module, /)\n--\n\nType, value and traceback of the exception being handled.") },
    { "excepthook", _PyCFunction_CAST(sys_excepthook), METH_FASTCALL, PyDoc_STR("excepthook($module, exctype, value, traceback, /)\n--\n\nPrint an exception on sys.stderr.") },
    { "unraisablehook", sys_unraisablehook, METH_O, PyDoc_STR("unraisablehook($module, unraisable, /)\n--\n\nReport an exception that could not be raised.") },
    { NULL },
};
