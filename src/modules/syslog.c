/* modules/syslog.c: module syslog: messages to the system's log.
 *
 * Invariant: the C library keeps the pointer given to openlog(), so the identifier stays alive in `ident` until the next
 *            openlog() or closelog(). The log belongs to the process: only the main interpreter opens and closes it. */
#include <Python.h>

#include <syslog.h>

#include "modules/modargs.h"

static PyObject *ident;        /* str whose UTF-8 the C library points to, or NULL */
static bool is_open;

static bool
is_main(void)
{
    return PyInterpreterState_Get() == PyInterpreterState_Main();
}

/* The file name of the script in sys.argv: a new reference, or NULL without exception if there is none. */
static PyObject *
script_name(void)
{
    PyObject *argv = PySys_GetObject("argv");
    if (argv == NULL || !PyList_Check(argv) || PyList_GET_SIZE(argv) == 0)
        return NULL;
    PyObject *path = PyList_GET_ITEM(argv, 0);
    if (!PyUnicode_Check(path) || PyUnicode_GET_LENGTH(path) == 0)
        return NULL;
    Py_ssize_t n = PyUnicode_GET_LENGTH(path), slash = PyUnicode_FindChar(path, '/', 0, n, -1);
    if (slash == -2)
        PyErr_Clear();
    PyObject *name = slash >= 0 ? PyUnicode_Substring(path, slash + 1, n) : Py_NewRef(path);
    if (name == NULL)
        PyErr_Clear();
    return name;
}

/* Open the log; name is NULL for the script's. 0, or -1 with an exception. */
static int
open_log(PyObject *name, long option, long facility)
{
    const char *text = NULL;
    name = name == NULL ? script_name() : Py_NewRef(name);
    if (name != NULL && (text = PyUnicode_AsUTF8(name)) == NULL) {
        Py_DECREF(name);
        return -1;
    }
    if (PySys_Audit("syslog.openlog", "Oll", name == NULL ? Py_None : name, option, facility) < 0) {
        Py_XDECREF(name);
        return -1;
    }
    openlog(text, (int)option, (int)facility);
    is_open = true;
    Py_XSETREF(ident, name);
    return 0;
}

static PyObject *
syslog_openlog(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[3];
    long option = 0, facility = LOG_USER;
    if (MOD_BIND(a, "openlog", args, nargs, kwnames, 0, 3, "ident", "logoption", "facility") < 0)
        return NULL;
    if (a[0] != NULL && !PyUnicode_Check(a[0]))
        return PyErr_Format(PyExc_TypeError, "openlog() argument 'ident' must be str, not %.50s",
                            a[0] == Py_None ? "None" : Py_TYPE(a[0])->tp_name);
    if (a[1] != NULL && (option = PyLong_AsLong(a[1])) == -1 && PyErr_Occurred())
        return NULL;
    if (a[2] != NULL && (facility = PyLong_AsLong(a[2])) == -1 && PyErr_Occurred())
        return NULL;
    if (!is_main()) {
        PyErr_SetString(PyExc_RuntimeError, "subinterpreter can't use syslog.openlog()");
        return NULL;
    }
    return open_log(a[0], option, facility) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
syslog_syslog(PyObject *m, PyObject *args)
{
    int priority = LOG_INFO;
    const char *message;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n != 1 && n != 2) {
        PyErr_SetString(PyExc_TypeError, "syslog.syslog requires 1 to 2 arguments");
        return NULL;
    }
    if (n == 1 ? !PyArg_ParseTuple(args, "s:syslog", &message) : !PyArg_ParseTuple(args, "is:syslog", &priority, &message))
        return NULL;
    if (PySys_Audit("syslog.syslog", "is", priority, message) < 0)
        return NULL;
    if (!is_open) {
        if (!is_main()) {
            PyErr_SetString(PyExc_RuntimeError,
                            "subinterpreter can't use syslog.syslog() until the syslog is opened by the main interpreter");
            return NULL;
        }
        if (open_log(NULL, 0, LOG_USER) < 0)
            return NULL;
    }
    /* another thread may open or close the log meanwhile: the identifier is kept for this call */
    PyObject *kept = Py_XNewRef(ident);
    Py_BEGIN_ALLOW_THREADS
    syslog(priority, "%s", message);
    Py_END_ALLOW_THREADS
    Py_XDECREF(kept);
    Py_RETURN_NONE;
}

static PyObject *
syslog_closelog(PyObject *m, PyObject *unused)
{
    if (!is_main()) {
        PyErr_SetString(PyExc_RuntimeError, "subinterpreter can't use syslog.closelog()");
        return NULL;
    }
    if (PySys_Audit("syslog.closelog", NULL) < 0)
        return NULL;
    if (is_open) {
        closelog();
        is_open = false;
        Py_CLEAR(ident);
    }
    Py_RETURN_NONE;
}

static PyObject *
syslog_setlogmask(PyObject *m, PyObject *arg)
{
    long mask = PyLong_AsLong(arg);
    if ((mask == -1 && PyErr_Occurred()) || PySys_Audit("syslog.setlogmask", "l", mask) < 0)
        return NULL;
    return PyLong_FromLong(setlogmask((int)mask));
}

static PyObject *
syslog_LOG_MASK(PyObject *m, PyObject *arg)
{
    long priority = PyLong_AsLong(arg);
    return priority == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong((int)(1u << (priority & 31)));
}

static PyObject *
syslog_LOG_UPTO(PyObject *m, PyObject *arg)
{
    long priority = PyLong_AsLong(arg);
    if (priority == -1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromLong((int)((1u << ((priority + 1) & 31)) - 1));
}

static PyMethodDef methods[] = {
    {"openlog", MOD_FASTKW(syslog_openlog), METH_FASTCALL | METH_KEYWORDS,
     "openlog($module, /, ident=<unrepresentable>, logoption=0,\n        facility=LOG_USER)\n--\n\nSet what later messages start with and where they go."},
    {"closelog", syslog_closelog, METH_NOARGS, "closelog($module, /)\n--\n\nClose the log and forget what openlog() set."},
    {"syslog", syslog_syslog, METH_VARARGS, "syslog([priority=LOG_INFO,] message)\nSend a message to the system's log."},
    {"setlogmask", syslog_setlogmask, METH_O, "setlogmask($module, maskpri, /)\n--\n\nSet which priorities are logged; the former mask."},
    {"LOG_MASK", syslog_LOG_MASK, METH_O, "LOG_MASK($module, pri, /)\n--\n\nThe mask of one priority."},
    {"LOG_UPTO", syslog_LOG_UPTO, METH_O, "LOG_UPTO($module, pri, /)\n--\n\nThe mask of all priorities up to this one."},
    {NULL}
};

static int
exec(PyObject *m)
{
#define C(name) {#name, name}
    static const struct { const char *name; long value; } constants[] = {
        C(LOG_EMERG), C(LOG_ALERT), C(LOG_CRIT), C(LOG_ERR), C(LOG_WARNING), C(LOG_NOTICE), C(LOG_INFO), C(LOG_DEBUG),
        C(LOG_PID), C(LOG_CONS), C(LOG_NDELAY), C(LOG_ODELAY), C(LOG_NOWAIT), C(LOG_PERROR),
        C(LOG_KERN), C(LOG_USER), C(LOG_MAIL), C(LOG_DAEMON), C(LOG_AUTH), C(LOG_LPR), C(LOG_LOCAL0), C(LOG_LOCAL1),
        C(LOG_LOCAL2), C(LOG_LOCAL3), C(LOG_LOCAL4), C(LOG_LOCAL5), C(LOG_LOCAL6), C(LOG_LOCAL7), C(LOG_SYSLOG),
        C(LOG_CRON), C(LOG_UUCP), C(LOG_NEWS), C(LOG_AUTHPRIV), C(LOG_FTP),
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++)
        if (PyModule_AddIntConstant(m, constants[i].name, constants[i].value) < 0)
            return -1;
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL} };
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "syslog", .m_methods = methods, .m_slots = slots };

PyMODINIT_FUNC
PyInit_syslog(void)
{
    return PyModuleDef_Init(&module);
}
