/* interpreters/interp_run.c: code in other interpreters: exec, call, run_string, run_func, set___main___attrs.
 *
 * Code travels as source text or marshalled, arguments as records; an exception comes back as a namespace of texts. */
#include "modules/interpreters/interp_mod.h"

#include <marshal.h>

#define MODULE "_interpreters"

PyInterpreterState *
interp_resolve(PyObject *id, int restricted, int require_ready, const char *op)
{
    PyInterpreterState *interp = id == NULL ? PyInterpreterState_Get() : _PyInterpreterState_LookUpIDObject(id);
    if (interp == NULL)
        return NULL;
    bool unready = require_ready && !interp->_ready, strange = restricted && interp->_whence != INTERP_STDLIB;
    if (!unready && !strange)
        return interp;
    PyErr_Format(PyExc_InterpreterError, unready ? "cannot %s interpreter %lld (not ready)" : "cannot %s unrecognized interpreter %lld", op,
                 (long long)interp->id);
    return NULL;
}

/* ---- the code ---- */

struct payload { const char *bytes; Py_ssize_t size; bool is_text; PyObject *owner; };

/* What stands against running the code without arguments, or NULL. */
static const char *
complaint(PyCodeObject *co)
{
    if (co->co_argcount > 0 || co->co_posonlyargcount > 0 || co->co_kwonlyargcount > 0 || (co->co_flags & (CO_VARARGS | CO_VARKEYWORDS)))
        return "arguments not supported";
    return co->co_ncellvars > 0 ? "closures not supported" : NULL;
}

/* The code object of a function or code argument, a new reference. */
static PyObject *
code_of(PyObject *arg, const char *fname, const char *expected)
{
    PyObject *code;
    if (PyFunction_Check(arg)) {
        if (PyFunction_GetClosure(arg) != NULL) {
            PyErr_Format(PyExc_ValueError, "%s(): closures not supported", fname);
            return NULL;
        }
        code = PyFunction_GetCode(arg);
    } else if (PyCode_Check(arg))
        code = arg;
    else {
        PyErr_Format(PyExc_TypeError, "%s() argument 2 must be %s, not %.200s", fname, expected, Py_TYPE(arg)->tp_name);
        return NULL;
    }
    const char *bad = complaint((PyCodeObject *)code);
    if (bad != NULL) {
        PyErr_Format(PyExc_ValueError, "%s(): bad %s (%s)", fname, code == arg ? "code" : "func", bad);
        return NULL;
    }
    return Py_NewRef(code);
}

/* 0, or -1 with an exception; p->owner is to be dropped. */
static int
payload_of_code(struct payload *p, PyObject *arg, const char *fname, const char *expected)
{
    PyObject *code = code_of(arg, fname, expected);
    *p = (struct payload){ .owner = code == NULL ? NULL : PyMarshal_WriteObjectToString(code, Py_MARSHAL_VERSION) };
    Py_XDECREF(code);
    if (p->owner == NULL)
        return -1;
    p->bytes = PyBytes_AS_STRING(p->owner);
    p->size = PyBytes_GET_SIZE(p->owner);
    return 0;
}

static int
payload_of_text(struct payload *p, PyObject *text)
{
    *p = (struct payload){ .is_text = true };
    p->bytes = PyUnicode_AsUTF8AndSize(text, &p->size);
    if (p->bytes == NULL)
        return -1;
    if (strlen(p->bytes) != (size_t)p->size) {
        PyErr_SetString(PyExc_ValueError, "source code string cannot contain null bytes");
        return -1;
    }
    p->owner = Py_NewRef(text);
    return 0;
}

/* ---- running it ---- */

static void
run_payload(struct payload *p, PyObject *ns)
{
    PyObject *result = NULL;
    if (p->is_text)
        result = PyRun_StringFlags(p->bytes, Py_file_input, ns, ns, NULL);
    else {
        PyObject *code = PyMarshal_ReadObjectFromString(p->bytes, p->size);
        result = code == NULL ? NULL : PyEval_EvalCode(code, ns, ns);
        Py_XDECREF(code);
    }
    Py_XDECREF(result);
}

/* The session could not be entered: NULL with an exception. */
static PyObject *
not_entered(_PyXI_session *session)
{
    PyObject *info = PyErr_Occurred() ? NULL : _PyXI_ApplyCapturedException(session);
    if (info != NULL)
        PyErr_SetString(PyExc_InterpreterError, "cannot enter the interpreter");
    Py_XDECREF(info);
    return NULL;
}

/* None, or a namespace that describes the exception which ended the code. Drops the payload. */
static PyObject *
run_there(PyObject *id, int restricted, const char *op, struct payload *p, PyObject *shared)
{
    PyInterpreterState *interp = interp_resolve(id, restricted, 1, op);
    PyObject *result = NULL;
    _PyXI_session session;
    if (interp != NULL && _PyXI_Enter(&session, interp, shared) < 0)
        not_entered(&session);
    else if (interp != NULL) {
        run_payload(p, session.main_ns);
        _PyXI_Exit(&session);
        result = _PyXI_HasCapturedException(&session) ? _PyXI_ApplyCapturedException(&session) : Py_NewRef(Py_None);
    }
    Py_DECREF(p->owner);
    return result;
}

static bool
check_shared(PyObject *shared)
{
    if (shared == NULL || shared == Py_None || PyDict_Check(shared))
        return true;
    PyErr_SetString(PyExc_TypeError, "expected 'shared' to be a dict");
    return false;
}

static PyObject *
interp_exec(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", "code", "shared", "restrict", NULL };
    PyObject *id, *code, *shared = NULL;
    int restricted = 0;
    struct payload p;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OO|O$p:" MODULE ".exec", names, &id, &code, &shared, &restricted) || !check_shared(shared)
        || interp_resolve(id, restricted, 1, "exec code for") == NULL)
        return NULL;
    if (PyUnicode_Check(code) ? payload_of_text(&p, code) < 0 : payload_of_code(&p, code, MODULE ".exec", "a string, a function, or a code object") < 0)
        return NULL;
    return run_there(id, restricted, "exec code for", &p, shared);
}

static PyObject *
interp_run_string(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", "script", "shared", "restrict", NULL };
    PyObject *id, *script, *shared = NULL;
    int restricted = 0;
    struct payload p;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OU|O$p:" MODULE ".run_string", names, &id, &script, &shared, &restricted) || !check_shared(shared)
        || interp_resolve(id, restricted, 1, "run a string in") == NULL || payload_of_text(&p, script) < 0)
        return NULL;
    return run_there(id, restricted, "run a string in", &p, shared);
}

static PyObject *
interp_run_func(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", "func", "shared", "restrict", NULL };
    PyObject *id, *func, *shared = NULL;
    int restricted = 0;
    struct payload p;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OO|O$p:" MODULE ".run_func", names, &id, &func, &shared, &restricted) || !check_shared(shared)
        || interp_resolve(id, restricted, 1, "run a function in") == NULL
        || payload_of_code(&p, func, MODULE ".exec", "a function or a code object") < 0)
        return NULL;
    return run_there(id, restricted, "run a function in", &p, shared);
}

static PyObject *
interp_call(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", "callable", "args", "kwargs", "restrict", NULL };
    PyObject *id, *callable, *call_args = NULL, *call_kwargs = NULL;
    int restricted = 0;
    struct payload p;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OO|OO$p:" MODULE ".call", names, &id, &callable, &call_args, &call_kwargs, &restricted)
        || interp_resolve(id, restricted, 1, "make a call in") == NULL)
        return NULL;
    if (call_args != NULL || call_kwargs != NULL)
        return PyErr_Format(PyExc_ValueError, "got unexpected %s", call_args != NULL ? "args" : "kwargs");
    if (payload_of_code(&p, callable, MODULE ".call", "a function") < 0)
        return NULL;
    return run_there(id, restricted, "make a call in", &p, NULL);
}

static PyObject *
interp_set_main_attrs(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", "updates", "restrict", NULL };
    PyObject *id, *updates;
    int restricted = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OO|$p:" MODULE ".set___main___attrs", names, &id, &updates, &restricted))
        return NULL;
    PyInterpreterState *interp = interp_resolve(id, restricted, 1, "update __main__ for");
    if (interp == NULL)
        return NULL;
    Py_ssize_t n = updates == Py_None ? 1 : PyObject_Size(updates);
    if (n <= 0)
        return n < 0 ? NULL : PyErr_Format(PyExc_ValueError, "arg 2 must be a non-empty mapping");
    _PyXI_session session;
    if (_PyXI_Enter(&session, interp, updates) < 0)
        return not_entered(&session);
    _PyXI_Exit(&session);
    Py_RETURN_NONE;
}

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS
PyMethodDef interp_run_methods[] = {
    { "exec", KW(interp_exec), PyDoc_STR("exec(id, code, shared=None, *, restrict=False)\n\nRun source text, a function or a code object in the interpreter's __main__.") },
    { "call", KW(interp_call), PyDoc_STR("call(id, callable, args=None, kwargs=None, *, restrict=False)\n\nCall a function without arguments in the interpreter.") },
    { "run_string", KW(interp_run_string), PyDoc_STR("run_string(id, script, shared=None, *, restrict=False)\n\nRun source text in the interpreter's __main__.") },
    { "run_func", KW(interp_run_func), PyDoc_STR("run_func(id, func, shared=None, *, restrict=False)\n\nRun the body of a function in the interpreter's __main__.") },
    { "set___main___attrs", KW(interp_set_main_attrs), PyDoc_STR("set___main___attrs(id, ns, *, restrict=False)\n\nBind names in the interpreter's __main__.") },
    { NULL },
};
