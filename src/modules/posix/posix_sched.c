/* modules/posix/posix_sched.c: the scheduler. */
#include <sched.h>

#include "modules/posix/posix_priv.h"

static PyStructSequence_Field param_fields[] = { { "sched_priority", "the scheduling priority" }, { NULL, NULL } };
static PyStructSequence_Desc param_desc = { "posix.sched_param", "sched_param(sched_priority)\n--\n\nParameters of a scheduling policy: the priority.", param_fields, 1 };

static PyObject *
param_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "sched_priority", NULL };
    PyObject *priority;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O:sched_param", kwlist, &priority))
        return NULL;
    PyObject *r = PyStructSequence_New(type);
    if (r != NULL)
        PyStructSequence_SetItem(r, 0, Py_NewRef(priority));
    return r;
}

static PyObject *
param_reduce(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("(O(O))", Py_TYPE(self), PyStructSequence_GetItem(self, 0));
}
static PyMethodDef param_reduce_def = { "__reduce__", param_reduce, METH_NOARGS, NULL };

int
os_sched_param(PyObject *module, PyObject *o, struct sched_param *p)
{
    if (!Py_IS_TYPE(o, os_state_of(module)->sched_param)) {
        PyErr_SetString(PyExc_TypeError, "must have a sched_param object");
        return 0;
    }
    long v = PyLong_AsLong(PyStructSequence_GetItem(o, 0));
    if (v == -1 && PyErr_Occurred())
        return 0;
    if (v > INT_MAX || v < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "sched_priority out of range");
        return 0;
    }
    p->sched_priority = (int)v;
    return 1;
}

static int
pid_arg(PyObject *arg, pid_t *pid)
{
    *pid = (pid_t)PyLong_AsPid(arg);
    return !(*pid == -1 && PyErr_Occurred());
}

FUNC_0(sched_yield) { return os_result(sched_yield()); }

FUNC_KW(sched_get_priority_max)
{
    int policy;
    PARSE_KW("i:sched_get_priority_max", KWLIST("policy"), &policy);
    int r = sched_get_priority_max(policy);
    return r < 0 ? os_error() : PyLong_FromLong(r);
}

FUNC_KW(sched_get_priority_min)
{
    int policy;
    PARSE_KW("i:sched_get_priority_min", KWLIST("policy"), &policy);
    int r = sched_get_priority_min(policy);
    return r < 0 ? os_error() : PyLong_FromLong(r);
}

FUNC_O(sched_getscheduler)
{
    pid_t pid;
    if (!pid_arg(arg, &pid))
        return NULL;
    int r = sched_getscheduler(pid);
    return r < 0 ? os_error() : PyLong_FromLong(r);
}

FUNC_O(sched_getparam)
{
    pid_t pid;
    struct sched_param p;
    if (!pid_arg(arg, &pid))
        return NULL;
    if (sched_getparam(pid, &p) < 0)
        return os_error();
    PyObject *r = PyStructSequence_New(os_state_of(module)->sched_param);
    if (r != NULL)
        PyStructSequence_SetItem(r, 0, PyLong_FromLong(p.sched_priority));
    return r;
}

FUNC_FAST(sched_setparam)
{
    int pid;
    PyObject *o;
    struct sched_param p;
    return _PyArg_ParseStack(args, nargs, "iO:sched_setparam", &pid, &o) && os_sched_param(module, o, &p) ? os_result(sched_setparam(pid, &p)) : NULL;
}

FUNC_FAST(sched_setscheduler)
{
    int pid, policy;
    PyObject *o;
    struct sched_param p;
    if (!_PyArg_ParseStack(args, nargs, "iiO:sched_setscheduler", &pid, &policy, &o) || !os_sched_param(module, o, &p))
        return NULL;
    return os_result(sched_setscheduler(pid, policy, &p) < 0 ? -1 : 0);
}

FUNC_O(sched_rr_get_interval)
{
    pid_t pid;
    struct timespec t;
    if (!pid_arg(arg, &pid))
        return NULL;
    return sched_rr_get_interval(pid, &t) < 0 ? os_error() : PyFloat_FromDouble((double)t.tv_sec + 1e-9 * (double)t.tv_nsec);
}

FUNC_O(sched_getaffinity)
{
    pid_t pid;
    cpu_set_t *set = NULL;
    int n = 1024;
    if (!pid_arg(arg, &pid))
        return NULL;
    for (;; n *= 2) {
        set = CPU_ALLOC(n);
        if (set == NULL)
            return PyErr_NoMemory();
        if (sched_getaffinity(pid, CPU_ALLOC_SIZE(n), set) == 0)
            break;
        CPU_FREE(set);
        if (errno != EINVAL || n > INT_MAX / 4)
            return os_error();
    }
    PyObject *r = PySet_New(NULL);
    for (int cpu = 0; r != NULL && cpu < n; cpu++) {
        if (!CPU_ISSET_S(cpu, CPU_ALLOC_SIZE(n), set))
            continue;
        PyObject *c = PyLong_FromLong(cpu);
        if (c == NULL || PySet_Add(r, c) < 0)
            Py_CLEAR(r);
        Py_XDECREF(c);
    }
    CPU_FREE(set);
    return r;
}

FUNC_FAST(sched_setaffinity)
{
    int pid, n = 1 << 16;
    PyObject *mask, *it, *item;
    if (!_PyArg_ParseStack(args, nargs, "iO:sched_setaffinity", &pid, &mask) || (it = PyObject_GetIter(mask)) == NULL)
        return NULL;
    cpu_set_t *set = CPU_ALLOC(n);
    if (set == NULL) {
        Py_DECREF(it);
        return PyErr_NoMemory();
    }
    CPU_ZERO_S(CPU_ALLOC_SIZE(n), set);
    while ((item = PyIter_Next(it)) != NULL) {
        long cpu = PyLong_Check(item) ? PyLong_AsLong(item) : -2;
        if (cpu == -2 && !PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "expected an iterator of ints, but iterator yielded %R", (PyObject *)Py_TYPE(item));
        else if (cpu < 0 && !PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "negative CPU number");
        else if (cpu >= n && !PyErr_Occurred())
            PyErr_SetString(PyExc_OverflowError, "CPU number too large");
        Py_DECREF(item);
        if (PyErr_Occurred())
            break;
        CPU_SET_S((size_t)cpu, CPU_ALLOC_SIZE(n), set);
    }
    Py_DECREF(it);
    PyObject *r = PyErr_Occurred() ? NULL : os_result(sched_setaffinity(pid, CPU_ALLOC_SIZE(n), set));
    CPU_FREE(set);
    return r;
}

int
os_add_sched_types(PyObject *module)
{
    struct os_state *s = os_state_of(module);
    s->sched_param = PyStructSequence_NewType(&param_desc);
    if (s->sched_param == NULL)
        return -1;
    s->sched_param->tp_new = param_new;
    PyObject *reduce = PyDescr_NewMethod(s->sched_param, &param_reduce_def);
    int r = reduce == NULL ? -1 : PyDict_SetItemString(s->sched_param->tp_dict, "__reduce__", reduce);
    Py_XDECREF(reduce);
    if (r < 0)
        return -1;
    PyType_Modified(s->sched_param);
    return PyModule_AddObjectRef(module, "sched_param", (PyObject *)s->sched_param);
}

PyMethodDef os_sched_methods[] = {
    ROW_0(sched_yield, "sched_yield($module, /)\n--\n\nGive up the processor."),
    ROW_KW(sched_get_priority_max, "sched_get_priority_max($module, /, policy)\n--\n\nHighest priority of a policy."),
    ROW_KW(sched_get_priority_min, "sched_get_priority_min($module, /, policy)\n--\n\nLowest priority of a policy."),
    ROW_O(sched_getscheduler, "sched_getscheduler($module, pid, /)\n--\n\nPolicy of a process."),
    ROW_O(sched_getparam, "sched_getparam($module, pid, /)\n--\n\nScheduling parameters of a process."),
    ROW_FAST(sched_setparam, "sched_setparam($module, pid, param, /)\n--\n\nSet the scheduling parameters of a process."),
    ROW_FAST(sched_setscheduler, "sched_setscheduler($module, pid, policy, param, /)\n--\n\nSet the policy of a process."),
    ROW_O(sched_rr_get_interval, "sched_rr_get_interval($module, pid, /)\n--\n\nRound-robin interval of a process."),
    ROW_O(sched_getaffinity, "sched_getaffinity($module, pid, /)\n--\n\nThe processors that a process may use."),
    ROW_FAST(sched_setaffinity, "sched_setaffinity($module, pid, mask, /)\n--\n\nSet the processors that a process may use."),
    { NULL },
};
