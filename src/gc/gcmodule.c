/* gc/gcmodule.c: the module gc. */
#include "gc/gc_impl.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/num/int.h"
#include "rt/hooks.h"

static struct gc_state *state(void) { return &interp_current()->gc; }

static int
audit(const char *event, PyObject *args)
{
    return rt_hooks.audit == NULL ? 0 : rt_hooks.audit(ts_current(), event, args);
}

static PyObject *m_enable(PyObject *m, PyObject *unused) { PyGC_Enable(); Py_RETURN_NONE; }
static PyObject *m_disable(PyObject *m, PyObject *unused) { PyGC_Disable(); Py_RETURN_NONE; }
static PyObject *m_isenabled(PyObject *m, PyObject *unused) { return PyBool_FromLong(state()->enabled); }
static PyObject *m_get_debug(PyObject *m, PyObject *unused) { return PyLong_FromLong(state()->debug); }

static PyObject *
m_set_debug(PyObject *m, PyObject *flags)
{
    int v = PyLong_AsInt(flags);
    if (v == -1 && PyErr_Occurred())
        return NULL;
    state()->debug = v;
    Py_RETURN_NONE;
}

static PyObject *
m_collect(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "generation" };
    PyObject *a[1];
    int generation = GC_GENERATIONS - 1;
    if (args_unpack("collect", args, nargs, kwnames, names, 1, 0, 1, a) < 0)
        return NULL;
    if (a[0] != NULL) {
        generation = PyLong_AsInt(a[0]);
        if (generation == -1 && PyErr_Occurred())
            return NULL;
    }
    if (generation < 0 || generation >= GC_GENERATIONS) {
        PyErr_SetString(PyExc_ValueError, "invalid generation");
        return NULL;
    }
    return PyLong_FromSsize_t(gc_collect(ts_current(), generation, GC_REASON_MANUAL));
}

static PyObject *
m_set_threshold(PyObject *m, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    int v[GC_GENERATIONS];
    if (n < 1 || n > 3) {
        PyErr_SetString(PyExc_TypeError, "gc.set_threshold requires 1 to 3 arguments");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        v[i] = PyLong_AsInt(PyTuple_GET_ITEM(args, i));
        if (v[i] == -1 && PyErr_Occurred())
            return NULL;
    }
    for (Py_ssize_t i = 0; i < GC_GENERATIONS; i++)
        if (i < n)
            state()->generations[i].threshold = v[i];
    gc_young_set_limit(ts_current());
    Py_RETURN_NONE;
}

static PyObject *
three(int a, int b, int c)
{
    return Py_BuildValue("(iii)", a, b, c);
}

static PyObject *
m_get_threshold(PyObject *m, PyObject *unused)
{
    struct gc_generation *g = state()->generations;
    return three(g[0].threshold, g[1].threshold, g[2].threshold);
}

static PyObject *
m_get_count(PyObject *m, PyObject *unused)
{
    PyThreadState *ts = ts_current();
    struct gc_generation *g = state()->generations;
    gc_log_squeeze(gc_log_of(ts, GC_LOG_YOUNG), GC_LOG_YOUNG);
    return three((int)gc_young_net(ts), g[1].count, g[2].count);
}

/* ---- looking at objects ---------------------------------------------------------------------------------------------- */

struct search { PyObject *targets; };

static int
visit_is_target(PyObject *op, void *arg)
{
    PyObject *targets = ((struct search *)arg)->targets;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(targets); i++)
        if (PyTuple_GET_ITEM(targets, i) == op)
            return 1;
    return 0;
}

static int
add_referrers(PyObject *targets, struct gc_log *log, PyObject *out)
{
    struct search s = { targets };
    for (size_t i = 0; i < log->used; i++) {
        PyObject *op = log->items[i];
        if (op == NULL || op == targets || op == out)
            continue;
        if (Py_TYPE(op)->tp_traverse(op, visit_is_target, &s) && PyList_Append(out, op) < 0)
            return -1;
    }
    return 0;
}

static PyObject *
m_get_referrers(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *targets = PyTuple_New(nargs);
    if (targets == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < nargs; i++)
        PyTuple_SET_ITEM(targets, i, Py_NewRef(args[i]));
    PyObject *event = PyTuple_Pack(1, targets), *out = NULL;
    if (event != NULL && audit("gc.get_referrers", event) == 0)
        out = PyList_New(0);
    Py_XDECREF(event);
    for (int g = 0; out != NULL && g < GC_GENERATIONS; g++)
        if (add_referrers(targets, gc_log_of(ts_current(), g), out) < 0)
            Py_CLEAR(out);
    Py_DECREF(targets);
    return out;
}

static int visit_append(PyObject *op, void *list) { return PyList_Append(list, op) < 0; }

static PyObject *
m_get_referents(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *targets = PyTuple_New(nargs);
    if (targets == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < nargs; i++)
        PyTuple_SET_ITEM(targets, i, Py_NewRef(args[i]));
    PyObject *event = PyTuple_Pack(1, targets), *out = NULL;
    if (event != NULL && audit("gc.get_referents", event) == 0)
        out = PyList_New(0);
    Py_XDECREF(event);
    Py_DECREF(targets);
    for (Py_ssize_t i = 0; out != NULL && i < nargs; i++) {
        traverseproc traverse = gc_is_collectable(args[i]) ? Py_TYPE(args[i])->tp_traverse : NULL;
        if (traverse != NULL && traverse(args[i], visit_append, out))
            Py_CLEAR(out);
    }
    return out;
}

static int
add_objects(PyThreadState *ts, int g, PyObject *out)
{
    struct gc_log *log = gc_log_of(ts, g);
    for (size_t i = 0; i < log->used; i++) {
        PyObject *op = log->items[i];
        if (op != NULL && op != out && PyList_Append(out, op) < 0)
            return -1;
    }
    return 0;
}

/* None, absent or -1: all. */
static int
parse_generation(PyObject *o, Py_ssize_t *out)
{
    *out = -1;
    if (o == NULL || o == Py_None)
        return 0;
    *out = PyNumber_AsSsize_t(o, NULL);
    if (*out == -1 && PyErr_Occurred())
        return -1;
    if (*out >= GC_GENERATIONS) {
        PyErr_Format(PyExc_ValueError, "generation parameter must be less than the number of available generations (%i)", GC_GENERATIONS);
        return -1;
    }
    if (*out < 0) {
        PyErr_SetString(PyExc_ValueError, "generation parameter cannot be negative");
        return -1;
    }
    return 0;
}

static PyObject *
m_get_objects(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "generation" };
    PyThreadState *ts = ts_current();
    PyObject *a[1];
    Py_ssize_t which;
    if (args_unpack("get_objects", args, nargs, kwnames, names, 1, 0, 1, a) < 0)
        return NULL;
    if (parse_generation(a[0], &which) < 0)
        return NULL;
    PyObject *event = Py_BuildValue("(n)", which);
    int rc = event == NULL ? -1 : audit("gc.get_objects", event);
    Py_XDECREF(event);
    if (rc < 0)
        return NULL;
    PyObject *out = PyList_New(0);
    for (int g = 0; out != NULL && g < GC_GENERATIONS; g++)
        if ((which < 0 || which == g) && add_objects(ts, g, out) < 0)
            Py_CLEAR(out);
    return out;
}

static PyObject *
m_get_stats(PyObject *m, PyObject *unused)
{
    struct gc_generation_stats copy[GC_GENERATIONS];
    memcpy(copy, state()->generation_stats, sizeof(copy));
    PyObject *out = PyList_New(0);
    for (int i = 0; out != NULL && i < GC_GENERATIONS; i++) {
        PyObject *d = Py_BuildValue("{snsnsn}", "collections", copy[i].collections, "collected", copy[i].collected,
                                    "uncollectable", copy[i].uncollectable);
        if (d == NULL || PyList_Append(out, d) < 0)
            Py_CLEAR(out);
        Py_XDECREF(d);
    }
    return out;
}

static PyObject *m_is_tracked(PyObject *m, PyObject *o) { return PyBool_FromLong(gc_is_collectable(o) && gc_is_tracked(o)); }
static PyObject *m_is_finalized(PyObject *m, PyObject *o) { return PyBool_FromLong(gc_is_collectable(o) && gc_is_finalized(o)); }

/* ---- freezing --------------------------------------------------------------------------------------------------------- */

/* Moves all objects of a log behind those of another; without memory they stay. */
static void
move_log(PyThreadState *ts, int from, int to)
{
    struct gc_log *a = gc_log_of(ts, from), *b = gc_log_of(ts, to);
    if (!gc_log_reserve(b, b->used + a->used))
        return;
    for (size_t i = 0; i < a->used; i++)
        if (a->items[i] != NULL)
            gc_log_put(b, to, a->items[i]);
    a->used = 0;
}

static PyObject *
m_freeze(PyObject *m, PyObject *unused)
{
    PyThreadState *ts = ts_current();
    for (int g = 0; g < GC_GENERATIONS; g++) {
        move_log(ts, g, GC_LOG_FROZEN);
        state()->generations[g].count = 0;
    }
    gc_young_set_limit(ts);
    Py_RETURN_NONE;
}

static PyObject *
m_unfreeze(PyObject *m, PyObject *unused)
{
    move_log(ts_current(), GC_LOG_FROZEN, GC_LOG_OLD);
    Py_RETURN_NONE;
}

static PyObject *
m_get_freeze_count(PyObject *m, PyObject *unused)
{
    struct gc_log *log = gc_log_of(ts_current(), GC_LOG_FROZEN);
    gc_log_squeeze(log, GC_LOG_FROZEN);
    return PyLong_FromSize_t(log->used);
}

/* ---- the module ------------------------------------------------------------------------------------------------------- */

#define SIG0(name) name "($module, /)\n--\n\n"
#define FAST(f) (PyCFunction)(void (*)(void))(f)

static PyMethodDef gc_methods[] = {
    { "enable", m_enable, METH_NOARGS, SIG0("enable") "Turns automatic collections on." },
    { "disable", m_disable, METH_NOARGS, SIG0("disable") "Turns automatic collections off." },
    { "isenabled", m_isenabled, METH_NOARGS, SIG0("isenabled") "True while automatic collections are on." },
    { "set_debug", m_set_debug, METH_O, "set_debug($module, flags, /)\n--\n\nSets the DEBUG_ flags." },
    { "get_debug", m_get_debug, METH_NOARGS, SIG0("get_debug") "The DEBUG_ flags." },
    { "get_count", m_get_count, METH_NOARGS, SIG0("get_count") "The three counts that thresholds are compared with." },
    { "set_threshold", m_set_threshold, METH_VARARGS,
      "set_threshold(threshold0, [threshold1, [threshold2]])\nSets the thresholds; 0 for the first turns collections off." },
    { "get_threshold", m_get_threshold, METH_NOARGS, SIG0("get_threshold") "The three thresholds." },
    { "collect", FAST(m_collect), METH_FASTCALL | METH_KEYWORDS,
      "collect($module, /, generation=2)\n--\n\nCollects now; the number of unreachable objects." },
    { "get_objects", FAST(m_get_objects), METH_FASTCALL | METH_KEYWORDS,
      "get_objects($module, /, generation=None)\n--\n\nA list of the tracked objects." },
    { "get_stats", m_get_stats, METH_NOARGS, SIG0("get_stats") "A dict of counts for each generation." },
    { "is_tracked", m_is_tracked, METH_O, "is_tracked($module, obj, /)\n--\n\nTrue if the collector knows the object." },
    { "is_finalized", m_is_finalized, METH_O, "is_finalized($module, obj, /)\n--\n\nTrue if the collector has finalized the object." },
    { "get_referrers", FAST(m_get_referrers), METH_FASTCALL,
      "get_referrers($module, /, *objs)\n--\n\nTracked objects that refer to one of the arguments." },
    { "get_referents", FAST(m_get_referents), METH_FASTCALL,
      "get_referents($module, /, *objs)\n--\n\nObjects that the arguments refer to." },
    { "freeze", m_freeze, METH_NOARGS, SIG0("freeze") "Exempts all present objects from collections." },
    { "unfreeze", m_unfreeze, METH_NOARGS, SIG0("unfreeze") "Undoes freeze()." },
    { "get_freeze_count", m_get_freeze_count, METH_NOARGS, SIG0("get_freeze_count") "The number of exempt objects." },
    { NULL }
};

static int
gc_exec(PyObject *m)
{
    struct gc_state *gc = state();
    if (gc_init(interp_current()) < 0)
        return -1;
    if (PyModule_AddObjectRef(m, "garbage", gc->garbage) < 0 || PyModule_AddObjectRef(m, "callbacks", gc->callbacks) < 0)
        return -1;
    static const struct { const char *name; int value; } flags[] = {
        { "DEBUG_STATS", GC_DEBUG_STATS }, { "DEBUG_COLLECTABLE", GC_DEBUG_COLLECTABLE },
        { "DEBUG_UNCOLLECTABLE", GC_DEBUG_UNCOLLECTABLE }, { "DEBUG_SAVEALL", GC_DEBUG_SAVEALL }, { "DEBUG_LEAK", GC_DEBUG_LEAK },
    };
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (PyModule_AddIntConstant(m, flags[i].name, flags[i].value) < 0)
            return -1;
    return 0;
}

static PyModuleDef_Slot gc_slots[] = {
    { Py_mod_exec, gc_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef gc_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "gc",
    .m_doc = "The collector of reference cycles: switching, tuning and questioning it.",
    .m_methods = gc_methods,
    .m_slots = gc_slots,
};

PyMODINIT_FUNC PyInit_gc(void);
PyObject *PyInit_gc(void) { return PyModuleDef_Init(&gc_module); }
