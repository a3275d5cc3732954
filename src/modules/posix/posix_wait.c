/* modules/posix/posix_wait.c: waiting for children. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "modules/posix/posix_priv.h"

FUNC_FAST(waitpid)
{
    int pid, options, status = 0;
    pid_t r;
    if (!_PyArg_ParseStack(args, nargs, "ii:waitpid", &pid, &options))
        return NULL;
    OS_CALL(r, waitpid(pid, &status, options));
    return r < 0 ? os_call_error() : Py_BuildValue("Ni", PyLong_FromPid(r), status);
}

FUNC_0(wait)
{
    int status = 0;
    pid_t r;
    OS_CALL(r, wait(&status));
    return r < 0 ? os_call_error() : Py_BuildValue("Ni", PyLong_FromPid(r), status);
}

/* The usage as resource.struct_rusage. */
static PyObject *
usage_result(PyObject *module, pid_t pid, int status, const struct rusage *ru)
{
    struct os_state *s = os_state_of(module);
    if (s->struct_rusage == NULL) {
        PyObject *m = PyImport_ImportModule("resource");
        s->struct_rusage = m == NULL ? NULL : PyObject_GetAttrString(m, "struct_rusage");
        Py_XDECREF(m);
        if (s->struct_rusage == NULL)
            return NULL;
    }
    PyObject *v = PyStructSequence_New((PyTypeObject *)s->struct_rusage);
    if (v == NULL)
        return NULL;
    const long counts[] = { ru->ru_maxrss, ru->ru_ixrss, ru->ru_idrss, ru->ru_isrss, ru->ru_minflt, ru->ru_majflt, ru->ru_nswap,
                            ru->ru_inblock, ru->ru_oublock, ru->ru_msgsnd, ru->ru_msgrcv, ru->ru_nsignals, ru->ru_nvcsw, ru->ru_nivcsw };
    PyStructSequence_SetItem(v, 0, PyFloat_FromDouble((double)ru->ru_utime.tv_sec + 1e-6 * (double)ru->ru_utime.tv_usec));
    PyStructSequence_SetItem(v, 1, PyFloat_FromDouble((double)ru->ru_stime.tv_sec + 1e-6 * (double)ru->ru_stime.tv_usec));
    for (size_t i = 0; i < Py_ARRAY_LENGTH(counts); i++)
        PyStructSequence_SetItem(v, (Py_ssize_t)i + 2, PyLong_FromLong(counts[i]));
    if (PyErr_Occurred()) {
        Py_DECREF(v);
        return NULL;
    }
    return Py_BuildValue("NiN", PyLong_FromPid(pid), status, v);
}

FUNC_KW(wait3)
{
    int options, status = 0;
    struct rusage ru = { 0 };
    pid_t r;
    PARSE_KW("i:wait3", KWLIST("options"), &options);
    OS_CALL(r, wait3(&status, options, &ru));
    return r < 0 ? os_call_error() : usage_result(module, r, status, &ru);
}

FUNC_KW(wait4)
{
    int pid, options, status = 0;
    struct rusage ru = { 0 };
    pid_t r;
    PARSE_KW("ii:wait4", KWLIST("pid", "options"), &pid, &options);
    OS_CALL(r, wait4(pid, &status, options, &ru));
    return r < 0 ? os_call_error() : usage_result(module, r, status, &ru);
}

static PyStructSequence_Field waitid_fields[] = { { "si_pid", NULL }, { "si_uid", NULL }, { "si_signo", NULL }, { "si_status", NULL }, { "si_code", NULL }, { NULL, NULL } };
static PyStructSequence_Desc waitid_desc = { "posix.waitid_result", "waitid_result: Result from waitid.", waitid_fields, 5 };

FUNC_FAST(waitid)
{
    int idtype, options, r;
    id_t id;
    siginfo_t si = { 0 };
    if (!_PyArg_ParseStack(args, nargs, "iO&i:waitid", &idtype, os_id_t_convert, &id, &options))
        return NULL;
    OS_CALL(r, waitid((idtype_t)idtype, id, &si, options));
    if (r < 0)
        return os_call_error();
    if (si.si_pid == 0)
        Py_RETURN_NONE;
    PyObject *v = PyStructSequence_New(os_state_of(module)->waitid_result);
    if (v == NULL)
        return NULL;
    PyStructSequence_SetItem(v, 0, PyLong_FromPid(si.si_pid));
    PyStructSequence_SetItem(v, 1, os_from_uid(si.si_uid));
    PyStructSequence_SetItem(v, 2, PyLong_FromLong(si.si_signo));
    PyStructSequence_SetItem(v, 3, PyLong_FromLong(si.si_status));
    PyStructSequence_SetItem(v, 4, PyLong_FromLong(si.si_code));
    return v;
}

FUNC_KW(waitstatus_to_exitcode)
{
    PyObject *o;
    PARSE_KW("O:waitstatus_to_exitcode", KWLIST("status"), &o);
    int status = PyLong_AsInt(o);
    if (status == -1 && PyErr_Occurred())
        return NULL;
    if (WIFEXITED(status))
        return PyLong_FromLong(WEXITSTATUS(status));
    if (WIFSIGNALED(status))
        return PyLong_FromLong(-WTERMSIG(status));
    if (WIFSTOPPED(status))
        PyErr_Format(PyExc_ValueError, "process stopped by delivery of signal %i", WSTOPSIG(status));
    else
        PyErr_Format(PyExc_ValueError, "invalid wait status: %i", status);
    return NULL;
}

#define STATUS_FUNC(name, result) \
    FUNC_KW(name) \
    { \
        int status; \
        PARSE_KW("i:" #name, KWLIST("status"), &status); \
        return result; \
    }
STATUS_FUNC(WIFCONTINUED, PyBool_FromLong(WIFCONTINUED(status)))
STATUS_FUNC(WIFSTOPPED, PyBool_FromLong(WIFSTOPPED(status)))
STATUS_FUNC(WIFSIGNALED, PyBool_FromLong(WIFSIGNALED(status)))
STATUS_FUNC(WIFEXITED, PyBool_FromLong(WIFEXITED(status)))
STATUS_FUNC(WEXITSTATUS, PyLong_FromLong(WEXITSTATUS(status)))
STATUS_FUNC(WTERMSIG, PyLong_FromLong(WTERMSIG(status)))
STATUS_FUNC(WSTOPSIG, PyLong_FromLong(WSTOPSIG(status)))

FUNC_O(WCOREDUMP)
{
    int status = PyLong_AsInt(arg);
    return status == -1 && PyErr_Occurred() ? NULL : PyBool_FromLong(WCOREDUMP(status));
}

int
os_add_wait_types(PyObject *module)
{
    struct os_state *s = os_state_of(module);
    s->waitid_result = PyStructSequence_NewType(&waitid_desc);
    return s->waitid_result == NULL ? -1 : PyModule_AddObjectRef(module, "waitid_result", (PyObject *)s->waitid_result);
}

PyMethodDef os_wait_methods[] = {
    ROW_FAST(waitpid, "waitpid($module, pid, options, /)\n--\n\nWait for a child process."),
    ROW_0(wait, "wait($module, /)\n--\n\nWait for any child process."),
    ROW_KW(wait3, "wait3($module, /, options)\n--\n\nWait for any child process; with its resource usage."),
    ROW_KW(wait4, "wait4($module, /, pid, options)\n--\n\nWait for a child process; with its resource usage."),
    ROW_FAST(waitid, "waitid($module, idtype, id, options, /)\n--\n\nWait for child processes."),
    ROW_KW(waitstatus_to_exitcode, "waitstatus_to_exitcode($module, /, status)\n--\n\nExit code of a wait status."),
    ROW_O(WCOREDUMP, "WCOREDUMP($module, status, /)\n--\n\nWas there a core dump?"),
    ROW_KW(WIFCONTINUED, "WIFCONTINUED($module, /, status)\n--\n\nWas the process continued?"),
    ROW_KW(WIFSTOPPED, "WIFSTOPPED($module, /, status)\n--\n\nWas the process stopped?"),
    ROW_KW(WIFSIGNALED, "WIFSIGNALED($module, /, status)\n--\n\nWas the process ended by a signal?"),
    ROW_KW(WIFEXITED, "WIFEXITED($module, /, status)\n--\n\nDid the process exit?"),
    ROW_KW(WEXITSTATUS, "WEXITSTATUS($module, /, status)\n--\n\nExit status."),
    ROW_KW(WTERMSIG, "WTERMSIG($module, /, status)\n--\n\nSignal that ended the process."),
    ROW_KW(WSTOPSIG, "WSTOPSIG($module, /, status)\n--\n\nSignal that stopped the process."),
    { NULL },
};
