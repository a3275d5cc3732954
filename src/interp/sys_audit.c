/* interp/sys_audit.c: audit hooks (PEP 578). */
#include "interp/sys.h"

#include "interp/args.h"
#include "rt/interp.h"
#include "rt/runtime.h"
#include "rt/singletons.h"

struct audit_hook {
    struct audit_hook *next;
    Py_AuditHookFunction func;
    void *data;
};

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

/* Python hooks run without tracing unless they ask for it by __cantrace__. */
static int
call_python_hook(PyThreadState *ts, PyObject *hook, PyObject *event, PyObject *args)
{
    PyObject *flag;
    int can = PyObject_GetOptionalAttr(hook, ID(__cantrace__), &flag);
    if (can > 0) {
        can = PyObject_IsTrue(flag);
        Py_DECREF(flag);
    }
    if (can < 0)
        return -1;
    PyObject *const argv[2] = { event, args };
    if (can) {
        ts->tracing--;
        PyObject *r = PyObject_Vectorcall(hook, argv, 2, NULL);
        ts->tracing++;
        Py_XDECREF(r);
        return r == NULL ? -1 : 0;
    }
    PyObject *r = PyObject_Vectorcall(hook, argv, 2, NULL);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

int
sys_audit_tuple(PyThreadState *ts, const char *event, PyObject *args)
{
    if (!sys_is_audited(ts == NULL ? NULL : ts->interp))
        return 0;
    if (args == NULL)
        args = EMPTY_TUPLE;
    for (struct audit_hook *h = RUNTIME->audit_hooks; h != NULL; h = h->next) {
        if (h->func(event, args, h->data) < 0)
            return -1;
    }
    PyObject *hooks = ts == NULL ? NULL : ts->interp->audit_hooks;
    if (hooks == NULL)
        return 0;
    PyObject *exc = PyErr_GetRaisedException(), *name = PyUnicode_InternFromString(event);
    int r = name == NULL ? -1 : 0;
    PyThreadState_EnterTracing(ts);
    for (Py_ssize_t i = 0; r == 0 && i < PyList_GET_SIZE(hooks); i++)
        r = call_python_hook(ts, PyList_GET_ITEM(hooks, i), name, args);
    PyThreadState_LeaveTracing(ts);
    Py_XDECREF(name);
    if (r == 0)
        PyErr_SetRaisedException(exc);
    else
        Py_XDECREF(exc);
    return r;
}

int
PySys_AuditTuple(const char *event, PyObject *args)
{
    if (args == NULL)
        return sys_audit_tuple(ts_current(), event, EMPTY_TUPLE);
    if (!PyTuple_Check(args)) {
        PyErr_Format(PyExc_TypeError, "expected tuple, got %.200s", Py_TYPE(args)->tp_name);
        return -1;
    }
    return sys_audit_tuple(ts_current(), event, args);
}

/* A tuple of the arguments; one that is a tuple already is taken for all of them, as ever. */
static PyObject *
build_args(const char *format, va_list va)
{
    if (format == NULL || format[0] == '\0')
        return Py_NewRef(EMPTY_TUPLE);
    PyObject *args = Py_VaBuildValue(format, va);
    if (args != NULL && !PyTuple_Check(args))
        Py_SETREF(args, PyTuple_Pack(1, args));
    return args;
}

int
PySys_Audit(const char *event, const char *format, ...)
{
    PyThreadState *ts = ts_current();
    if (!sys_is_audited(ts == NULL ? NULL : ts->interp))
        return 0;
    va_list va;
    va_start(va, format);
    PyObject *exc = PyErr_GetRaisedException(), *args = build_args(format, va);
    va_end(va);
    int r = args == NULL ? -1 : sys_audit_tuple(ts, event, args);
    Py_XDECREF(args);
    if (r == 0)
        PyErr_SetRaisedException(exc);
    else
        Py_XDECREF(exc);
    return r;
}

int
PySys_AddAuditHook(Py_AuditHookFunction func, void *data)
{
    PyThreadState *ts = ts_current();
    if (ts != NULL && sys_audit_tuple(ts, "sys.addaudithook", EMPTY_TUPLE) < 0) {
        if (PyErr_ExceptionMatches(PyExc_RuntimeError)) {    /* a hook that says no in this way is obeyed silently */
            PyErr_Clear();
            return 0;
        }
        return -1;
    }
    struct audit_hook *h = PyMem_RawMalloc(sizeof(*h)), **p = &RUNTIME->audit_hooks;
    if (h == NULL) {
        if (ts != NULL)
            PyErr_NoMemory();
        return -1;
    }
    *h = (struct audit_hook){ NULL, func, data };
    while (*p != NULL)
        p = &(*p)->next;
    *p = h;
    return 0;
}

void
sys_clear_audit_hooks(PyThreadState *ts)
{
    struct audit_hook *h = RUNTIME->audit_hooks;
    RUNTIME->audit_hooks = NULL;
    while (h != NULL) {
        struct audit_hook *next = h->next;
        PyMem_RawFree(h);
        h = next;
    }
}

static PyObject *
sys_addaudithook(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "hook", NULL };
    static const struct args_spec spec = { "addaudithook", names, 1, 1 };
    PyObject *hook;
    PyThreadState *ts = ts_current();
    if (args_bind(&spec, args, nargs, kwnames, &hook) < 0)
        return NULL;
    if (sys_audit_tuple(ts, "sys.addaudithook", EMPTY_TUPLE) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_Exception))
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    if (ts->interp->audit_hooks == NULL && (ts->interp->audit_hooks = PyList_New(0)) == NULL)
        return NULL;
    PyObject_GC_UnTrack(ts->interp->audit_hooks);        /* nobody shall find the hooks through module gc */
    if (PyList_Append(ts->interp->audit_hooks, hook) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
sys_audit(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs == 0) {
        PyErr_SetString(PyExc_TypeError, "audit expected at least 1 argument, got 0");
        return NULL;
    }
    if (!PyUnicode_Check(args[0])) {
        PyErr_Format(PyExc_TypeError, "expected str for argument 'event', not %.200s", Py_TYPE(args[0])->tp_name);
        return NULL;
    }
    const char *event = PyUnicode_AsUTF8(args[0]);
    PyObject *t = event == NULL ? NULL : PyTuple_New(nargs - 1);
    if (t == NULL)
        return NULL;
    for (Py_ssize_t i = 1; i < nargs; i++)
        PyTuple_SET_ITEM(t, i - 1, Py_NewRef(args[i]));
    int r = sys_audit_tuple(ts_current(), event, t);
    Py_DECREF(t);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyMethodDef sys_audit_methods[] = {
    { "addaudithook", _PyCFunction_CAST(sys_addaudithook), METH_FASTCALL | METH_KEYWORDS, PyDoc_STR("addaudithook($module, /, hook)\n--\n\nAdd an audit hook; it cannot be removed.") },
    { "audit", _PyCFunction_CAST(sys_audit), METH_FASTCALL, PyDoc_STR("audit($module, event, /, *args)\n--\n\nPass the event to all audit hooks.") },
    { NULL },
};
