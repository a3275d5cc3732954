/* modules/asyncio/aio_module.c: the module _asyncio: the running loop of each thread, and which tasks there are. */
#include "modules/asyncio/asyncio.h"

#include "modules/modargs.h"
#include "rt/thread.h"                 /* asyncio_running_loop */

/* ---- the loop ---- */

static PyObject **running_loop(void) { return &rt_thread_of(ts_current())->asyncio_running_loop; }

static PyObject *get_running_or_none(PyObject *module, PyObject *unused)
{
    PyObject *loop = *running_loop();
    return Py_NewRef(loop == NULL ? Py_None : loop);
}

static PyObject *get_running(PyObject *module, PyObject *unused)
{
    PyObject *loop = *running_loop();
    if (loop == NULL)
        PyErr_SetString(PyExc_RuntimeError, "no running event loop");
    return Py_XNewRef(loop);
}

static PyObject *set_running(PyObject *module, PyObject *loop)
{
    Py_XSETREF(*running_loop(), loop == Py_None ? NULL : Py_NewRef(loop));
    Py_RETURN_NONE;
}

PyObject *aio_event_loop(struct aio *st)
{
    PyObject *loop = *running_loop();
    if (loop != NULL)
        return Py_NewRef(loop);
    PyObject *policy = PyObject_CallNoArgs(st->get_policy);
    loop = policy == NULL ? NULL : PyObject_CallMethodNoArgs(policy, st->s_get_event_loop);
    Py_XDECREF(policy);
    return loop;
}

static PyObject *get_event_loop(PyObject *module, PyObject *unused) { return aio_event_loop(PyModule_GetState(module)); }

PyObject *aio_call_soon(struct aio *st, PyObject *loop, PyObject *func, PyObject *arg, PyObject *context)
{
    PyObject *args[5] = { NULL, loop, func };
    size_t n = 2;
    if (arg != NULL)
        args[1 + n++] = arg;
    if (context != NULL)
        args[1 + n] = context;
    Py_INCREF(loop);                   /* the future that holds it may be made anew meanwhile */
    PyObject *r = PyObject_VectorcallMethod(st->s_call_soon, args + 1, n | PY_VECTORCALL_ARGUMENTS_OFFSET, context == NULL ? NULL : st->kw_context);
    Py_DECREF(loop);
    return r;
}

/* ---- the current task of a loop ---- */

int aio_enter_task(struct aio *st, PyObject *loop, PyObject *task)
{
    PyObject *now = PyDict_GetItemWithError(st->current, loop);
    if (now == NULL)
        return PyErr_Occurred() ? -1 : PyDict_SetItem(st->current, loop, task);
    PyErr_Format(PyExc_RuntimeError, "Cannot enter into task %R while another task %R is being executed.", task, now);
    return -1;
}

int aio_leave_task(struct aio *st, PyObject *loop, PyObject *task)
{
    PyObject *now = PyDict_GetItemWithError(st->current, loop);
    if (now == task)
        return PyDict_DelItem(st->current, loop);
    if (now != NULL || !PyErr_Occurred())
        PyErr_Format(PyExc_RuntimeError, "Leaving task %R does not match the current task %R.", task, now == NULL ? Py_None : now);
    return -1;
}

PyObject *aio_swap_task(struct aio *st, PyObject *loop, PyObject *task)
{
    PyObject *before;
    int r = PyDict_GetItemRef(st->current, loop, &before);
    if (r >= 0)
        r = task != Py_None ? PyDict_SetItem(st->current, loop, task) : r > 0 ? PyDict_DelItem(st->current, loop) : 0;
    if (r < 0) {
        Py_XDECREF(before);
        return NULL;
    }
    return before == NULL ? Py_NewRef(Py_None) : before;
}

int aio_register(struct aio *st, PyObject *task)
{
    PyObject *r = PyObject_CallMethodOneArg(st->scheduled, st->s_add, task);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

#define DEF(name) static PyObject *name(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)

static PyObject *none_or(int r) { return r < 0 ? NULL : Py_NewRef(Py_None); }

DEF(enter_task)
{
    PyObject *a[2];
    return MOD_BIND(a, "_enter_task", args, nargs, kwnames, 2, 2, "loop", "task") < 0 ? NULL : none_or(aio_enter_task(PyModule_GetState(module), a[0], a[1]));
}

DEF(leave_task)
{
    PyObject *a[2];
    return MOD_BIND(a, "_leave_task", args, nargs, kwnames, 2, 2, "loop", "task") < 0 ? NULL : none_or(aio_leave_task(PyModule_GetState(module), a[0], a[1]));
}

DEF(swap_current_task)
{
    PyObject *a[2];
    return MOD_BIND(a, "_swap_current_task", args, nargs, kwnames, 2, 2, "loop", "task") < 0 ? NULL : aio_swap_task(PyModule_GetState(module), a[0], a[1]);
}

DEF(register_task)
{
    PyObject *a[1];
    return MOD_BIND(a, "_register_task", args, nargs, kwnames, 1, 1, "task") < 0 ? NULL : none_or(aio_register(PyModule_GetState(module), a[0]));
}

DEF(unregister_task)
{
    struct aio *st = PyModule_GetState(module);
    PyObject *a[1];
    return MOD_BIND(a, "_unregister_task", args, nargs, kwnames, 1, 1, "task") < 0 ? NULL : PyObject_CallMethodOneArg(st->scheduled, st->s_discard, a[0]);
}

DEF(register_eager_task)
{
    PyObject *a[1];
    return MOD_BIND(a, "_register_eager_task", args, nargs, kwnames, 1, 1, "task") < 0 ? NULL : none_or(PySet_Add(((struct aio *)PyModule_GetState(module))->eager, a[0]));
}

DEF(unregister_eager_task)
{
    PyObject *a[1];
    return MOD_BIND(a, "_unregister_eager_task", args, nargs, kwnames, 1, 1, "task") < 0 ? NULL : none_or(PySet_Discard(((struct aio *)PyModule_GetState(module))->eager, a[0]));
}

DEF(current_task)
{
    struct aio *st = PyModule_GetState(module);
    PyObject *a[1];
    if (MOD_BIND(a, "current_task", args, nargs, kwnames, 0, 1, "loop") < 0)
        return NULL;
    PyObject *loop = a[0] == NULL || a[0] == Py_None ? get_running(module, NULL) : Py_NewRef(a[0]), *task = NULL;
    if (loop == NULL)
        return NULL;
    int r = PyDict_GetItemRef(st->current, loop, &task);
    Py_DECREF(loop);
    return r == 0 ? Py_NewRef(Py_None) : task;
}

/* ---- the module ---- */

static const struct { const char *module, *name; size_t at; } imports[] = {
    { "asyncio.events", "get_event_loop_policy", offsetof(struct aio, get_policy) },
    { "asyncio.base_futures", "_future_repr", offsetof(struct aio, future_repr) },
    { "asyncio.exceptions", "InvalidStateError", offsetof(struct aio, invalid_state) },
    { "asyncio.exceptions", "CancelledError", offsetof(struct aio, cancelled_error) },
    { "asyncio.base_tasks", "_task_repr", offsetof(struct aio, task_repr) },
    { "asyncio.base_tasks", "_task_get_stack", offsetof(struct aio, task_get_stack) },
    { "asyncio.base_tasks", "_task_print_stack", offsetof(struct aio, task_print_stack) },
    { "asyncio.coroutines", "iscoroutine", offsetof(struct aio, iscoroutine) },
    { "traceback", "extract_stack", offsetof(struct aio, extract_stack) },
};

static const struct { const char *text; size_t at; } names[] = {
    { "call_soon", offsetof(struct aio, s_call_soon) }, { "get_debug", offsetof(struct aio, s_get_debug) },
    { "call_exception_handler", offsetof(struct aio, s_exception_handler) }, { "get_loop", offsetof(struct aio, s_get_loop) },
    { "_loop", offsetof(struct aio, s_loop) }, { "_asyncio_future_blocking", offsetof(struct aio, s_blocking) },
    { "add_done_callback", offsetof(struct aio, s_add_done_callback) }, { "cancel", offsetof(struct aio, s_cancel) },
    { "result", offsetof(struct aio, s_result) }, { "throw", offsetof(struct aio, s_throw) }, { "add", offsetof(struct aio, s_add) },
    { "discard", offsetof(struct aio, s_discard) }, { "is_running", offsetof(struct aio, s_is_running) },
    { "get_event_loop", offsetof(struct aio, s_get_event_loop) }, { "message", offsetof(struct aio, s_message) },
    { "exception", offsetof(struct aio, s_exception) }, { "future", offsetof(struct aio, s_future) }, { "task", offsetof(struct aio, s_task) },
    { "source_traceback", offsetof(struct aio, s_source_tb) },
};

/* The fields of the state before `names` are owned objects. */
enum { STATE_OBJECTS = offsetof(struct aio, names) / sizeof(PyObject *) };
static PyObject **field(struct aio *st, size_t at) { return (PyObject **)((char *)st + at); }

static PyObject *imported(const char *module, const char *name)
{
    PyObject *m = PyImport_ImportModule(module), *value = m == NULL ? NULL : PyObject_GetAttrString(m, name);
    Py_XDECREF(m);
    return value;
}

static int make_collections(PyObject *module, struct aio *st)
{
    PyObject *weak_set = imported("weakref", "WeakSet");
    st->scheduled = weak_set == NULL ? NULL : PyObject_CallNoArgs(weak_set);
    Py_XDECREF(weak_set);
    if (st->scheduled == NULL || (st->eager = PySet_New(NULL)) == NULL || (st->current = PyDict_New()) == NULL
        || (st->coroutine_types = PySet_New(NULL)) == NULL || (st->kw_context = Py_BuildValue("(s)", "context")) == NULL
        || (st->kw_msg = Py_BuildValue("(s)", "msg")) == NULL)
        return -1;
    return PyModule_AddObjectRef(module, "_scheduled_tasks", st->scheduled) < 0 || PyModule_AddObjectRef(module, "_eager_tasks", st->eager) < 0
        ? -1 : PyModule_AddObjectRef(module, "_current_tasks", st->current);
}

static PyTypeObject *make_type(PyObject *module, PyType_Spec *spec, PyTypeObject *base)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, (PyObject *)base);
}

/* The types come first: importing asyncio, where that has not begun yet, imports this module again. */
static int exec(PyObject *module)
{
    struct aio *st = PyModule_GetState(module);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((*field(st, names[i].at) = PyUnicode_InternFromString(names[i].text)) == NULL)
            return -1;
    if ((st->step_type = make_type(module, &aio_step_spec, NULL)) == NULL || (st->iter_type = make_type(module, &aio_iter_spec, NULL)) == NULL
        || (st->future_type = make_type(module, &aio_future_spec, NULL)) == NULL
        || (st->task_type = make_type(module, &aio_task_spec, st->future_type)) == NULL
        || PyModule_AddType(module, st->future_type) < 0 || PyModule_AddType(module, st->task_type) < 0 || make_collections(module, st) < 0)
        return -1;
    for (size_t i = 0; i < sizeof imports / sizeof *imports; i++)
        if ((*field(st, imports[i].at) = imported(imports[i].module, imports[i].name)) == NULL)
            return -1;
    return 0;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    PyObject **f = PyModule_GetState(module);
    for (int i = 0; i < STATE_OBJECTS; i++)
        Py_VISIT(f[i]);
    return 0;
}

static int clear(PyObject *module)
{
    PyObject **f = PyModule_GetState(module);
    for (int i = 0; i < STATE_OBJECTS; i++)
        Py_CLEAR(f[i]);
    return 0;
}

static void free_state(void *module) { clear(module); }

#define FUNC(name, fn, sig, doc) { name, MOD_FASTKW(fn), METH_FASTCALL | METH_KEYWORDS, name sig "\n--\n\n" doc }
static PyMethodDef functions[] = {
    FUNC("current_task", current_task, "($module, /, loop=None)", "The task that runs in the loop, or None."),
    { "get_event_loop", get_event_loop, METH_NOARGS, "get_event_loop($module, /)\n--\n\nThe running loop, or else that of the policy." },
    { "get_running_loop", get_running, METH_NOARGS, "get_running_loop($module, /)\n--\n\nThe running loop; raises RuntimeError if there is none." },
    { "_get_running_loop", get_running_or_none, METH_NOARGS, "_get_running_loop($module, /)\n--\n\nThe running loop of this thread, or None." },
    { "_set_running_loop", set_running, METH_O, "_set_running_loop($module, loop, /)\n--\n\nSet the running loop of this thread." },
    FUNC("_register_task", register_task, "($module, /, task)", "Add a task to those scheduled."),
    FUNC("_register_eager_task", register_eager_task, "($module, /, task)", "Add a task to those in their eager first step."),
    FUNC("_unregister_task", unregister_task, "($module, /, task)", "Take a task away from those scheduled."),
    FUNC("_unregister_eager_task", unregister_eager_task, "($module, /, task)", "Take a task away from those in their eager first step."),
    FUNC("_enter_task", enter_task, "($module, /, loop, task)", "Make a task the current one of its loop, which has none."),
    FUNC("_leave_task", leave_task, "($module, /, loop, task)", "The loop has no current task any more; it was this one."),
    FUNC("_swap_current_task", swap_current_task, "($module, /, loop, task)", "Make a task, or none, the current one; the one before."),
    { NULL },
};
static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
struct PyModuleDef aio_module_def = {
    PyModuleDef_HEAD_INIT, .m_name = "_asyncio", .m_doc = "Accelerator module for asyncio", .m_size = sizeof(struct aio),
    .m_methods = functions, .m_slots = slots, .m_traverse = traverse, .m_clear = clear, .m_free = free_state,
};

PyMODINIT_FUNC PyInit__asyncio(void) { return PyModuleDef_Init(&aio_module_def); }
