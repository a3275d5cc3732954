/* interp/cross_exc.c: an exception as text, which is all of it that another interpreter gets to see. */
#include "interp/cross.h"

#include "rt/interp.h"
#include "rt/singletons.h"

PyAPI_FUNC(PyObject *) _PyNamespace_New(PyObject *attributes);

/* A copy in raw memory of str(obj)'s UTF-8; NULL with an exception. */
static const char *
raw_text(PyObject *text)
{
    const char *utf8 = text == NULL ? NULL : PyUnicode_AsUTF8(text);
    char *copy = utf8 == NULL ? NULL : PyMem_RawMalloc(strlen(utf8) + 1);
    if (utf8 != NULL && copy == NULL)
        PyErr_NoMemory();
    return copy == NULL ? NULL : strcpy(copy, utf8);
}

static const char *
raw_text_stolen(STEALS PyObject *text)
{
    const char *s = raw_text(text);
    Py_XDECREF(text);
    return s;
}

void
_PyXI_ClearExcInfo(_PyXI_excinfo *info)
{
    PyMem_RawFree((void *)info->type.name);
    PyMem_RawFree((void *)info->type.qualname);
    PyMem_RawFree((void *)info->type.module);
    PyMem_RawFree((void *)info->msg);
    PyMem_RawFree((void *)info->errdisplay);
    *info = (_PyXI_excinfo){ .msg = NULL };
}

static const char *
type_module(PyTypeObject *type)
{
    PyObject *module = PyObject_GetAttr((PyObject *)type, ID(__module__));
    if (module != NULL && !PyUnicode_Check(module))
        Py_SETREF(module, PyUnicode_FromString("builtins"));
    return raw_text_stolen(module);
}

/* The traceback as `traceback` prints it; NULL without exception when that fails. */
static const char *
display(PyObject *exc)
{
    PyObject *m = PyImport_ImportModule("traceback"), *tb = PyException_GetTraceback(exc), *lines = NULL, *text = NULL, *empty = NULL, *te = NULL;
    if (m != NULL)
        te = PyObject_CallMethod(m, "TracebackException", "OOO", (PyObject *)Py_TYPE(exc), exc, tb == NULL ? Py_None : tb);
    Py_XDECREF(tb);
    if (te != NULL)
        lines = PyObject_CallMethod(te, "format", NULL);
    if (lines != NULL && (empty = PyUnicode_FromString("")) != NULL)
        text = PyUnicode_Join(empty, lines);
    if (text != NULL && PyUnicode_GET_LENGTH(text) > 0 && PyUnicode_READ_CHAR(text, PyUnicode_GET_LENGTH(text) - 1) == '\n')
        Py_SETREF(text, PyUnicode_Substring(text, 0, PyUnicode_GET_LENGTH(text) - 1));
    Py_XDECREF(m);
    Py_XDECREF(te);
    Py_XDECREF(lines);
    Py_XDECREF(empty);
    const char *s = text == NULL ? NULL : raw_text_stolen(text);
    PyErr_Clear();
    return s;
}

int
_PyXI_InitExcInfo(_PyXI_excinfo *info, PyObject *exc)
{
    PyTypeObject *type = Py_TYPE(exc);
    *info = (_PyXI_excinfo){ .msg = NULL };
    if (exc == Py_None || !PyExceptionInstance_Check(exc)) {
        PyErr_Format(PyExc_TypeError, "expected exception, got %R", exc);
        return -1;
    }
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE))
        info->type.builtin = type;
    info->type.name = raw_text_stolen(PyType_GetName(type));
    info->type.qualname = info->type.name == NULL ? NULL : raw_text_stolen(PyType_GetQualName(type));
    info->type.module = info->type.qualname == NULL ? NULL : type_module(type);
    if (info->type.module == NULL)
        goto fail;
    PyObject *msg = PyObject_Str(exc);
    info->msg = msg == NULL ? NULL : raw_text_stolen(msg);
    if (info->msg == NULL)
        goto fail;
    info->errdisplay = display(exc);
    return 0;
fail:
    _PyXI_ClearExcInfo(info);
    return -1;
}

PyObject *
_PyXI_FormatExcInfo(_PyXI_excinfo *info)
{
    const char *module = info->type.module, *name = info->type.qualname != NULL ? info->type.qualname : info->type.name;
    if (module != NULL && (strcmp(module, "builtins") == 0 || strcmp(module, "__main__") == 0))
        module = NULL;
    if (name == NULL)
        return info->msg == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(info->msg);
    return PyUnicode_FromFormat("%s%s%s%s%s", module == NULL ? "" : module, module == NULL ? "" : ".", name, info->msg == NULL ? "" : ": ",
                                info->msg == NULL ? "" : info->msg);
}

/* ---- as an object ---- */

/* ns[name] = text, or None for NULL when `always`. */
static int
put(PyObject *ns, const char *name, const char *text, bool always)
{
    if (text == NULL)
        return always ? PyDict_SetItemString(ns, name, Py_None) : 0;
    PyObject *v = PyUnicode_FromString(text);
    int r = v == NULL ? -1 : PyDict_SetItemString(ns, name, v);
    Py_XDECREF(v);
    return r;
}

static PyObject *
type_as_object(_PyXI_excinfo *info)
{
    PyObject *d = PyDict_New(), *ns = NULL;
    if (d != NULL && put(d, "__name__", info->type.name, false) == 0 && put(d, "__qualname__", info->type.qualname, false) == 0
        && put(d, "__module__", info->type.module, false) == 0)
        ns = _PyNamespace_New(d);
    Py_XDECREF(d);
    return ns;
}

PyObject *
_PyXI_ExcInfoAsObject(_PyXI_excinfo *info)
{
    PyObject *d = PyDict_New(), *type = d == NULL ? NULL : type_as_object(info), *formatted = NULL, *ns = NULL;
    if (type != NULL && PyDict_SetItemString(d, "type", type) == 0 && put(d, "msg", info->msg, true) == 0
        && (formatted = _PyXI_FormatExcInfo(info)) != NULL && PyDict_SetItemString(d, "formatted", formatted) == 0
        && put(d, "errdisplay", info->errdisplay, false) == 0)
        ns = _PyNamespace_New(d);
    Py_XDECREF(d);
    Py_XDECREF(type);
    Py_XDECREF(formatted);
    return ns;
}

/* ---- errors of sessions ---- */

static void
raise_code(_PyXI_errcode code)
{
    switch (code) {
    case _PyXI_ERR_NO_MEMORY:
        PyErr_NoMemory();
        break;
    case _PyXI_ERR_ALREADY_RUNNING:
        PyErr_SetString(PyExc_InterpreterError, "interpreter already running");
        break;
    case _PyXI_ERR_MAIN_NS_FAILURE:
        PyErr_SetString(PyExc_InterpreterError, "failed to get __main__ namespace");
        break;
    case _PyXI_ERR_APPLY_NS_FAILURE:
        PyErr_SetString(PyExc_InterpreterError, "failed to apply namespace to __main__");
        break;
    default:
        PyErr_SetString(PyExc_InterpreterError, "unsupported error of another interpreter");
    }
}

static void
raise_as_text(_PyXI_excinfo *info, PyObject *type)
{
    PyObject *text = _PyXI_FormatExcInfo(info);
    if (text != NULL)
        PyErr_SetObject(type, text);
    Py_XDECREF(text);
}

PyObject *
_PyXI_ApplyError(_PyXI_error *error)
{
    if (error->code == _PyXI_ERR_UNCAUGHT_EXCEPTION)
        return _PyXI_ExcInfoAsObject(&error->uncaught);
    if (error->code == _PyXI_ERR_NOT_SHAREABLE) {
        PyObject *type = cross_not_shareable();
        if (type != NULL)
            PyErr_SetString(type, error->uncaught.msg == NULL ? "object does not support cross-interpreter data" : error->uncaught.msg);
        return NULL;
    }
    raise_code(error->code);
    if (error->uncaught.type.name != NULL || error->uncaught.msg != NULL) {
        PyObject *exc = PyErr_GetRaisedException();
        raise_as_text(&error->uncaught, PyExc_InterpreterError);
        PyException_SetContext(exc, PyErr_GetRaisedException());
        PyErr_SetRaisedException(exc);
    }
    return NULL;
}
