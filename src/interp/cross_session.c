/* interp/cross_session.c: names for the __main__ of another interpreter, and running code there. */
#include "interp/cross.h"

#include "interp/lifecycle.h"
#include "rt/interp.h"

/* ---- namespaces ---- */

struct shared_name { char *name; bool filled; _PyCrossInterpreterData data; };
struct _sharedns { Py_ssize_t n; struct shared_name item[]; };

void
_PyXI_FreeNamespace(_PyXI_namespace *ns)
{
    for (Py_ssize_t i = 0; ns != NULL && i < ns->n; i++) {
        if (ns->item[i].filled)
            _PyCrossInterpreterData_Release(&ns->item[i].data);
        PyMem_RawFree(ns->item[i].name);
    }
    PyMem_RawFree(ns);
}

_PyXI_namespace *
_PyXI_NamespaceFromNames(PyObject *names)
{
    if (names == NULL || names == Py_None)
        return NULL;
    PyObject *list = PySequence_Fast(names, "expected a sequence of names");
    Py_ssize_t n = list == NULL ? 0 : PySequence_Fast_GET_SIZE(list);
    _PyXI_namespace *ns = n == 0 ? NULL : PyMem_RawCalloc(1, sizeof(*ns) + (size_t)n * sizeof(ns->item[0]));
    if (n != 0 && ns == NULL)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; ns != NULL && i < n; i++) {
        PyObject *name = PySequence_Fast_GET_ITEM(list, i);
        Py_ssize_t size = 0;
        const char *utf8 = PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, &size) : (PyErr_BadArgument(), NULL);
        if (utf8 != NULL && strlen(utf8) != (size_t)size) {
            PyErr_SetString(PyExc_ValueError, "found embedded NULL character");
            utf8 = NULL;
        }
        char *copy = utf8 == NULL ? NULL : PyMem_RawMalloc(strlen(utf8) + 1);
        if (copy == NULL) {
            if (!PyErr_Occurred())
                PyErr_NoMemory();
            _PyXI_FreeNamespace(ns);
            ns = NULL;
            break;
        }
        ns->item[i].name = strcpy(copy, utf8);
        ns->n++;
    }
    Py_XDECREF(list);
    return ns;
}

int
_PyXI_FillNamespaceFromDict(_PyXI_namespace *ns, PyObject *dict, _PyXI_session *session)
{
    for (Py_ssize_t i = 0; i < ns->n; i++) {
        PyObject *value;
        if (PyDict_GetItemStringRef(dict, ns->item[i].name, &value) < 0)
            return -1;
        if (value == NULL)
            continue;
        int r = _PyObject_GetCrossInterpreterData(value, &ns->item[i].data);
        Py_DECREF(value);
        if (r < 0)
            return -1;
        ns->item[i].filled = true;
    }
    return 0;
}

int
_PyXI_ApplyNamespace(_PyXI_namespace *ns, PyObject *dict, PyObject *dflt)
{
    for (Py_ssize_t i = 0; i < ns->n; i++) {
        struct shared_name *s = &ns->item[i];
        PyObject *value = s->filled ? _PyCrossInterpreterData_NewObject(&s->data) : Py_XNewRef(dflt);
        if (value == NULL && (s->filled || PyErr_Occurred()))
            return -1;
        int r = value == NULL ? 0 : PyDict_SetItemString(dict, s->name, value);
        Py_XDECREF(value);
        if (r < 0)
            return -1;
    }
    return 0;
}

/* The names of a dict with their values: NULL without exception when there are none. */
static _PyXI_namespace *
namespace_of_dict(PyObject *dict)
{
    if (dict == NULL || dict == Py_None)
        return NULL;
    if (!PyDict_CheckExact(dict)) {
        PyErr_SetString(PyExc_TypeError, "expected a dict");
        return NULL;
    }
    PyObject *names = PyDict_Keys(dict);
    _PyXI_namespace *ns = names == NULL ? NULL : _PyXI_NamespaceFromNames(names);
    Py_XDECREF(names);
    if (ns != NULL && _PyXI_FillNamespaceFromDict(ns, dict, NULL) < 0) {
        _PyXI_FreeNamespace(ns);
        ns = NULL;
    }
    return ns;
}

/* ---- sessions ---- */

static int
switch_to(_PyXI_session *s, PyInterpreterState *interp)
{
    PyThreadState *here = ts_current(), *there = here;
    s->prev_tstate = here;
    if (here->interp != interp) {
        there = ts_new(interp, TS_EXEC);
        if (there == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        PyThreadState_Swap(there);
        s->own_init_tstate = 1;
    }
    s->init_tstate = there;
    return 0;
}

static void
switch_back(_PyXI_session *s)
{
    PyThreadState *there = s->init_tstate;
    Py_CLEAR(s->main_ns);
    if (s->running)
        _PyInterpreterState_SetNotRunningMain(there->interp);
    s->running = 0;
    if (s->own_init_tstate) {
        PyThreadState_Clear(there);
        PyThreadState_Swap(s->prev_tstate);
        PyThreadState_Delete(there);
        s->own_init_tstate = 0;
    }
    s->prev_tstate = s->init_tstate = NULL;
}

/* Keeps the exception, if one is set, as what the session ended with. */
static void
capture(_PyXI_session *s, _PyXI_errcode code)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (exc == NULL)
        return;
    s->_error = (_PyXI_error){ .interp = s->init_tstate->interp, .code = code };
    s->error = &s->_error;
    if (code != _PyXI_ERR_ALREADY_RUNNING && _PyXI_InitExcInfo(&s->_error.uncaught, exc) < 0) {
        /* its __str__ fails: at least the type is told */
        PyErr_Clear();
        PyErr_FormatUnraisable("Exception ignored while capturing an exception of %R", (PyObject *)Py_TYPE(exc));
        PyObject *plain = PyObject_CallFunction(PyExc_RuntimeError, "s", "unable to format the exception of another interpreter");
        if (plain == NULL || _PyXI_InitExcInfo(&s->_error.uncaught, plain) < 0)
            PyErr_Clear();
        Py_XDECREF(plain);
    }
    Py_DECREF(exc);
}

int
_PyXI_Enter(_PyXI_session *s, PyInterpreterState *interp, PyObject *updates)
{
    *s = (_PyXI_session){ .running = 0 };
    _PyXI_namespace *ns = namespace_of_dict(updates);
    if ((ns == NULL && PyErr_Occurred()) || switch_to(s, interp) < 0) {
        _PyXI_FreeNamespace(ns);
        return -1;
    }
    _PyXI_errcode code = _PyXI_ERR_ALREADY_RUNNING;
    if (_PyInterpreterState_SetRunningMain(interp) == 0) {
        s->running = 1;
        code = _PyXI_ERR_MAIN_NS_FAILURE;
        PyObject *main = PyUnstable_InterpreterState_GetMainModule(interp);
        PyObject *dict = main == NULL ? NULL : PyModule_GetDict(main);
        s->main_ns = Py_XNewRef(dict);
        Py_XDECREF(main);
        if (dict != NULL)
            code = ns != NULL && _PyXI_ApplyNamespace(ns, dict, NULL) < 0 ? _PyXI_ERR_APPLY_NS_FAILURE : _PyXI_ERR_NO_ERROR;
    }
    if (code != _PyXI_ERR_NO_ERROR) {
        capture(s, code);
        switch_back(s);
    }
    _PyXI_FreeNamespace(ns);
    return code == _PyXI_ERR_NO_ERROR ? 0 : -1;
}

void
_PyXI_Exit(_PyXI_session *s)
{
    capture(s, s->error_override != NULL ? *s->error_override : _PyXI_ERR_UNCAUGHT_EXCEPTION);
    switch_back(s);
}

int _PyXI_HasCapturedException(_PyXI_session *s) { return s->error != NULL; }

PyObject *
_PyXI_ApplyCapturedException(_PyXI_session *s)
{
    PyObject *info = s->error == NULL ? NULL : _PyXI_ApplyError(s->error);
    if (s->error != NULL)
        _PyXI_ClearExcInfo(&s->error->uncaught);
    s->error = NULL;
    return info;
}

/* ---- life of interpreters ---- */

static void
raise_creation_failed(PyStatus status)
{
    PyErr_SetString(PyExc_InterpreterError, "sub-interpreter creation failed");
    PyObject *context = PyErr_GetRaisedException();
    PyErr_SetString(PyExc_InterpreterError, "interpreter creation failed");
    PyObject *exc = PyErr_GetRaisedException();
    PyException_SetContext(exc, context);
    PyErr_SetRaisedException(exc);
}

PyInterpreterState *
_PyXI_NewInterpreter(PyInterpreterConfig *config, long *whence, PyThreadState **ts, PyThreadState **saved)
{
    PyThreadState *here = ts_current(), *there;
    PyStatus status = subinterp_new(&there, config, whence == NULL ? INTERP_XI : *whence);
    if (PyStatus_Exception(status)) {
        raise_creation_failed(status);
        return NULL;
    }
    PyInterpreterState *interp = there->interp;
    if (ts != NULL) {
        *ts = there;
        *saved = here;
        return interp;
    }
    PyThreadState_Clear(there);
    PyThreadState_Swap(here);
    PyThreadState_Delete(there);
    return interp;
}

void
_PyXI_EndInterpreter(PyInterpreterState *interp, PyThreadState *ts, PyThreadState **saved)
{
    PyThreadState *here = ts_current(), *back = here;
    if (!interp->_ready) {
        PyInterpreterState_Clear(interp);
        PyInterpreterState_Delete(interp);
        return;
    }
    if (ts == NULL && here->interp == interp)
        ts = here;
    else if (ts == NULL && (ts = ts_new(interp, TS_FINI)) == NULL)
        return;
    if (ts != here)
        PyThreadState_Swap(ts);
    else
        back = NULL;
    Py_EndInterpreter(ts);
    PyThreadState_Swap(saved != NULL ? *saved : back);
}
