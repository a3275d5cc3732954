/* modules/_lsprof.c: the profiler of cProfile, a tool of sys.monitoring.
 *
 * Each function that runs has an entry, found by the address of its code object or of its C method's definition. The
 * calls that are open form a chain of contexts, innermost first. A call that ends adds its time to its entry; the time
 * of its own callees, summed up in its context, is taken off for the inline time. An entry with calls to itself open
 * counts its total time only once, when the outermost ends; the same holds for each pair of caller and callee. */
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

/* ---- tables: pointers to structs that begin with their key ---- */

struct record { void *key; };
struct table { struct record **slots; uint32_t mask, used; };    /* mask: slots - 1; slots NULL: empty */

static struct record **table_slot(const struct table *t, void *key)
{
    uint32_t i = (uint32_t)(((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u >> 32) & t->mask;
    while (t->slots[i] != NULL && t->slots[i]->key != key)
        i = (i + 1) & t->mask;
    return &t->slots[i];
}

static void *table_find(const struct table *t, void *key) { return t->slots == NULL ? NULL : *table_slot(t, key); }

/* A new zeroed record of that size; NULL without memory. key is not in the table. */
static void *table_add(struct table *t, void *key, size_t size)
{
    if (t->slots == NULL || t->used * 3 > t->mask * 2) {
        struct table wider = { .mask = t->slots == NULL ? 7 : t->mask * 2 + 1, .used = t->used };
        wider.slots = wider.mask > UINT32_MAX / 4 ? NULL : PyMem_Calloc((size_t)wider.mask + 1, sizeof *wider.slots);
        if (wider.slots == NULL)
            return NULL;
        for (uint32_t i = 0; t->slots != NULL && i <= t->mask; i++)
            if (t->slots[i] != NULL)
                *table_slot(&wider, t->slots[i]->key) = t->slots[i];
        PyMem_Free(t->slots);
        *t = wider;
    }
    struct record *r = PyMem_Calloc(1, size);
    if (r != NULL) {
        r->key = key;
        *table_slot(t, key) = r;
        t->used++;
    }
    return r;
}

/* ---- data ---- */

struct counts {
    PyTime_t total, in_line;
    long calls, recursive_calls, level;              /* level: calls open now */
};
struct entry { struct record r; PyObject *user; struct counts c; struct table callees; };
struct callee { struct record r; struct counts c; };               /* key: its struct entry */
struct context { PyTime_t start, callees; struct context *previous; struct entry *entry; };

enum { ENABLED = 1, SUBCALLS = 2, BUILTINS = 4, NO_MEMORY = 8, IN_TIMER = 16 };

struct profiler {
    PyObject_HEAD
    struct table entries;
    struct context *current, *free;
    int flags;
    PyObject *timer;
    double timer_unit;
    PyObject *missing;                 /* sys.monitoring.MISSING */
};

struct state { PyTypeObject *profiler, *entry, *subentry; };
static struct PyModuleDef module_def;

/* ---- time ---- */

static PyTime_t timer_result(struct profiler *p, PyObject *value)
{
    if (p->timer_unit > 0.0)           /* an integer, scaled by getstats() */
        return (PyTime_t)PyLong_AsLongLong(value);
    double seconds = PyFloat_AsDouble(value);
    if (seconds == -1.0 && PyErr_Occurred())
        return 0;
    seconds *= 1e9;
    if (!(seconds >= -0x1p63 && seconds < 0x1p63)) {
        PyErr_SetString(PyExc_OverflowError, "timestamp too large to convert to C PyTime_t");
        return 0;
    }
    PyTime_t t = (PyTime_t)seconds;
    return (double)t > seconds ? t - 1 : t;
}

static PyTime_t now(struct profiler *p)
{
    PyTime_t t = 0;
    if (p->timer == NULL) {
        (void)PyTime_PerfCounterRaw(&t);
        return t;
    }
    p->flags |= IN_TIMER;
    PyObject *value = PyObject_CallNoArgs(p->timer);
    p->flags &= ~IN_TIMER;
    if (value != NULL) {
        t = timer_result(p, value);
        Py_DECREF(value);
    }
    if (PyErr_Occurred()) {
        PyErr_WriteUnraisable(p->timer);
        return 0;
    }
    return t;
}

/* ---- names of C functions ---- */

static PyObject *cfunction_name(PyObject *func)
{
    PyCFunctionObject *f = (PyCFunctionObject *)func;
    const char *name = f->m_ml->ml_name;
    if (f->m_self == NULL) {
        PyObject *module = f->m_module, *module_name = NULL, *result;
        if (module != NULL && PyUnicode_Check(module))
            module_name = Py_NewRef(module);
        else if (module != NULL && PyModule_Check(module) && (module_name = PyModule_GetNameObject(module)) == NULL)
            PyErr_Clear();
        if (module_name != NULL && PyUnicode_CompareWithASCIIString(module_name, "builtins") != 0)
            result = PyUnicode_FromFormat("<%U.%s>", module_name, name);
        else
            result = PyUnicode_FromFormat("<%s>", name);
        Py_XDECREF(module_name);
        return result;
    }
    PyObject *key = PyUnicode_FromString(name), *method = key == NULL ? NULL : _PyType_Lookup(Py_TYPE(f->m_self), key), *repr = NULL;
    Py_XDECREF(key);
    if (method != NULL) {
        Py_INCREF(method);
        repr = PyObject_Repr(method);
        Py_DECREF(method);
    }
    if (repr != NULL)
        return repr;
    PyErr_Clear();
    return f->m_module != NULL && PyUnicode_Check(f->m_module) ? PyUnicode_FromFormat("<built-in method %S.%s>", f->m_module, name)
                                                              : PyUnicode_FromFormat("<built-in method %s>", name);
}

/* ---- calls ---- */

static void count_call(struct counts *c, PyTime_t total, PyTime_t in_line)
{
    if (--c->level == 0)
        c->total += total;
    else
        c->recursive_calls++;
    c->in_line += in_line;
    c->calls++;
}

/* The entry of key, made if need be; NULL without memory or name. */
static struct entry *entry_of(struct profiler *p, void *key, PyObject *func)
{
    struct entry *e = table_find(&p->entries, key);
    if (e != NULL)
        return e;
    PyObject *user = PyCFunction_Check(func) ? cfunction_name(func) : Py_NewRef(func);
    if (user == NULL) {
        PyErr_Clear();
        return NULL;
    }
    e = table_find(&p->entries, key);  /* finding the name may have run code */
    if (e == NULL && (e = table_add(&p->entries, key, sizeof *e)) != NULL)
        e->user = Py_NewRef(user);
    Py_DECREF(user);
    return e;
}

static struct context *context_new(struct profiler *p)
{
    struct context *c = p->free;
    if (c == NULL)
        return PyMem_Malloc(sizeof *c);
    p->free = c->previous;
    return c;
}

static void enter(struct profiler *p, void *key, PyObject *func)
{
    PyObject *exc = PyErr_GetRaisedException();
    struct entry *e = entry_of(p, key, func);
    struct context *c = e == NULL ? NULL : context_new(p);
    if (c == NULL) {
        p->flags |= NO_MEMORY;
        PyErr_SetRaisedException(exc);
        return;
    }
    *c = (struct context){ .previous = p->current, .entry = e };
    p->current = c;
    e->c.level++;
    if ((p->flags & SUBCALLS) && c->previous != NULL && c->previous->entry != NULL) {
        struct table *callees = &c->previous->entry->callees;
        struct callee *s = table_find(callees, e);
        if (s == NULL && (s = table_add(callees, e, sizeof *s)) == NULL)
            p->flags |= NO_MEMORY;
        if (s != NULL)
            s->c.level++;
    }
    PyTime_t start = now(p);
    if (p->current == c)
        c->start = start;
    PyErr_SetRaisedException(exc);
}

/* Ends the innermost call, which is to e. */
static void stop(struct profiler *p, struct context *c, struct entry *e)
{
    PyTime_t total = now(p) - c->start, in_line = total - c->callees;
    if (c->previous != NULL)
        c->previous->callees += total;
    count_call(&e->c, total, in_line);
    if ((p->flags & SUBCALLS) && c->previous != NULL && c->previous->entry != NULL) {
        struct callee *s = table_find(&c->previous->entry->callees, e);
        if (s != NULL)
            count_call(&s->c, total, in_line);
    }
}

static void pop(struct profiler *p)
{
    struct context *c = p->current;
    p->current = c->previous;
    c->previous = p->free;
    p->free = c;
}

static void leave(struct profiler *p, void *key)
{
    struct context *c = p->current;
    if (c == NULL)
        return;
    PyObject *exc = PyErr_GetRaisedException();
    struct entry *e = table_find(&p->entries, key);
    if (e != NULL)
        stop(p, c, e);
    if (p->current == c)               /* while a timer in Python ran, other threads may have ended it */
        pop(p);
    PyErr_SetRaisedException(exc);
}

static void end_open_calls(struct profiler *p)
{
    while (p->current != NULL) {
        struct context *c = p->current;
        stop(p, c, c->entry);
        if (p->current == c)
            pop(p);
    }
}

static void clear_entries(struct profiler *p)
{
    struct table t = p->entries;
    p->entries = (struct table){ 0 };
    while (p->current != NULL)
        pop(p);
    while (p->free != NULL) {
        struct context *c = p->free;
        p->free = c->previous;
        PyMem_Free(c);
    }
    for (uint32_t i = 0; t.slots != NULL && i <= t.mask; i++) {
        struct entry *e = (struct entry *)t.slots[i];
        if (e == NULL)
            continue;
        for (uint32_t k = 0; e->callees.slots != NULL && k <= e->callees.mask; k++)
            PyMem_Free(e->callees.slots[k]);
        PyMem_Free(e->callees.slots);
        Py_DECREF(e->user);
        PyMem_Free(e);
    }
    PyMem_Free(t.slots);
}

/* ---- statistics ---- */

static PyObject *callee_stats(struct state *st, const struct table *callees, double factor)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && callees->slots != NULL && i <= callees->mask; i++) {
        const struct callee *s = (struct callee *)callees->slots[i];
        if (s == NULL)
            continue;
        PyObject *row = PyObject_CallFunction((PyObject *)st->subentry, "((Olldd))", ((struct entry *)s->r.key)->user, s->c.calls,
                                              s->c.recursive_calls, factor * (double)s->c.total, factor * (double)s->c.in_line);
        if (row == NULL || PyList_Append(list, row) < 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static int add_stats(struct state *st, PyObject *list, const struct entry *e, double factor)
{
    if (e->c.calls == 0)
        return 0;
    PyObject *calls = e->callees.used == 0 ? Py_NewRef(Py_None) : callee_stats(st, &e->callees, factor), *row = NULL;
    if (calls != NULL)
        row = PyObject_CallFunction((PyObject *)st->entry, "((OllddO))", e->user, e->c.calls, e->c.recursive_calls,
                                    factor * (double)e->c.total, factor * (double)e->c.in_line, calls);
    int r = row == NULL ? -1 : PyList_Append(list, row);
    Py_XDECREF(calls);
    Py_XDECREF(row);
    return r;
}

static PyObject *getstats(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct profiler *p = (struct profiler *)self;
    struct state *st = PyType_GetModuleState(cls);
    if (nargs != 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0)) {
        PyErr_SetString(PyExc_TypeError, "getstats() takes no arguments");
        return NULL;
    }
    if (st == NULL)
        return NULL;
    double factor = p->timer == NULL || p->timer_unit == 0.0 ? 1e-9 : p->timer_unit;
    PyObject *list = PyList_New(0);
    int was = p->flags & IN_TIMER;
    p->flags |= IN_TIMER;              /* nobody may clear the entries meanwhile */
    for (uint32_t i = 0; list != NULL && p->entries.slots != NULL && i <= p->entries.mask; i++)
        if (p->entries.slots[i] != NULL && add_stats(st, list, (struct entry *)p->entries.slots[i], factor) < 0)
            Py_CLEAR(list);
    p->flags = (p->flags & ~IN_TIMER) | was;
    return list;
}

/* ---- callbacks of sys.monitoring ---- */

static bool has_arguments(const char *function, Py_ssize_t n, Py_ssize_t wanted)
{
    if (n < wanted)
        PyErr_Format(PyExc_TypeError, "%s expected %zd arguments, got %zd", function, wanted, n);
    return n >= wanted;
}

static PyObject *on_start(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!has_arguments("_pystart_callback", nargs, 2))
        return NULL;
    enter((struct profiler *)self, args[0], args[0]);
    Py_RETURN_NONE;
}

static PyObject *on_return(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!has_arguments("_pyreturn_callback", nargs, 3))
        return NULL;
    leave((struct profiler *)self, args[0]);
    Py_RETURN_NONE;
}

/* The C function that calling callable runs, or NULL: a method descriptor is bound to self_arg. */
static PyObject *called_cfunction(struct profiler *p, PyObject *callable, PyObject *self_arg)
{
    if (PyCFunction_Check(callable))
        return Py_NewRef(callable);
    if (!Py_IS_TYPE(callable, &PyMethodDescr_Type) || self_arg == p->missing)
        return NULL;
    PyObject *method = Py_TYPE(callable)->tp_descr_get(callable, self_arg, (PyObject *)Py_TYPE(self_arg));
    if (method == NULL)
        PyErr_Clear();
    else if (!PyCFunction_Check(method))
        Py_CLEAR(method);
    return method;
}

static PyObject *on_c_call(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct profiler *p = (struct profiler *)self;
    if (!has_arguments("_ccall_callback", nargs, 4))
        return NULL;
    PyObject *func = (p->flags & BUILTINS) ? called_cfunction(p, args[2], args[3]) : NULL;
    if (func != NULL) {
        enter(p, ((PyCFunctionObject *)func)->m_ml, func);
        Py_DECREF(func);
    }
    Py_RETURN_NONE;
}

static PyObject *on_c_return(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct profiler *p = (struct profiler *)self;
    if (!has_arguments("_creturn_callback", nargs, 4))
        return NULL;
    PyObject *func = (p->flags & BUILTINS) ? called_cfunction(p, args[2], args[3]) : NULL;
    if (func != NULL) {
        leave(p, ((PyCFunctionObject *)func)->m_ml);
        Py_DECREF(func);
    }
    Py_RETURN_NONE;
}

static const struct { int event; const char *method; } callbacks[] = {
    { PY_MONITORING_EVENT_PY_START, "_pystart_callback" }, { PY_MONITORING_EVENT_PY_RESUME, "_pystart_callback" },
    { PY_MONITORING_EVENT_PY_THROW, "_pystart_callback" }, { PY_MONITORING_EVENT_PY_RETURN, "_pyreturn_callback" },
    { PY_MONITORING_EVENT_PY_YIELD, "_pyreturn_callback" }, { PY_MONITORING_EVENT_PY_UNWIND, "_pyreturn_callback" },
    { PY_MONITORING_EVENT_CALL, "_ccall_callback" }, { PY_MONITORING_EVENT_C_RETURN, "_creturn_callback" },
    { PY_MONITORING_EVENT_C_RAISE, "_creturn_callback" },
};
enum { TOOL = 2, NCALLBACKS = sizeof callbacks / sizeof *callbacks };     /* sys.monitoring.PROFILER_ID */

/* ---- on and off ---- */

static PyObject *sys_monitoring(void)
{
    PyObject *monitoring = PySys_GetObject("monitoring");
    if (monitoring == NULL)
        PyErr_SetString(PyExc_RuntimeError, "lost sys.monitoring");
    return Py_XNewRef(monitoring);
}

/* Steals result; 0 or -1. */
static int done(PyObject *result)
{
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* Registers all callbacks (self NULL: takes them away) and sets the events. */
static int set_callbacks(PyObject *monitoring, PyObject *self)
{
    int events = 0;
    for (int i = 0; i < NCALLBACKS; i++) {
        PyObject *func = self == NULL ? Py_NewRef(Py_None) : PyObject_GetAttrString(self, callbacks[i].method);
        if (func == NULL || done(PyObject_CallMethod(monitoring, "register_callback", "iiN", TOOL, 1 << callbacks[i].event, func)) < 0)
            return -1;
        if (self != NULL)
            events |= 1 << callbacks[i].event;
    }
    return done(PyObject_CallMethod(monitoring, "set_events", "ii", TOOL, events));
}

/* value < 0: leave it as it is. */
static void set_flag(struct profiler *p, int flag, int value)
{
    if (value >= 0)
        p->flags = value ? p->flags | flag : p->flags & ~flag;
}

static PyObject *enable(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "subcalls", "builtins", NULL };
    struct profiler *p = (struct profiler *)self;
    int subcalls = -1, builtins = -1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|pp:enable", names, &subcalls, &builtins))
        return NULL;
    set_flag(p, SUBCALLS, subcalls);
    set_flag(p, BUILTINS, builtins);
    PyObject *monitoring = sys_monitoring();
    if (monitoring == NULL)
        return NULL;
    int r = done(PyObject_CallMethod(monitoring, "use_tool_id", "is", TOOL, "cProfile"));
    if (r < 0)
        PyErr_SetString(PyExc_ValueError, "Another profiling tool is already active");
    else
        r = set_callbacks(monitoring, self);
    Py_DECREF(monitoring);
    if (r < 0)
        return NULL;
    p->flags |= ENABLED;
    Py_RETURN_NONE;
}

static PyObject *disable(PyObject *self, PyObject *unused)
{
    struct profiler *p = (struct profiler *)self;
    if (p->flags & IN_TIMER) {
        PyErr_SetString(PyExc_RuntimeError, "cannot disable profiler in external timer");
        return NULL;
    }
    if (p->flags & ENABLED) {
        PyObject *monitoring = sys_monitoring();
        if (monitoring == NULL)
            return NULL;
        int r = set_callbacks(monitoring, NULL) < 0 ? -1 : done(PyObject_CallMethod(monitoring, "free_tool_id", "i", TOOL));
        Py_DECREF(monitoring);
        if (r < 0)
            return NULL;
        p->flags &= ~ENABLED;
        end_open_calls(p);
    }
    if (p->flags & NO_MEMORY) {
        PyErr_SetString(PyExc_MemoryError, "memory was exhausted while profiling");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *clear(PyObject *self, PyObject *unused)
{
    struct profiler *p = (struct profiler *)self;
    if (p->flags & IN_TIMER) {
        PyErr_SetString(PyExc_RuntimeError, "cannot clear profiler in external timer");
        return NULL;
    }
    clear_entries(p);
    Py_RETURN_NONE;
}

/* ---- the type ---- */

static int profiler_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "timer", "timeunit", "subcalls", "builtins", NULL };
    struct profiler *p = (struct profiler *)self;
    PyObject *timer = NULL;
    double unit = 0.0;
    int subcalls = 1, builtins = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|Odpp:Profiler", names, &timer, &unit, &subcalls, &builtins))
        return -1;
    set_flag(p, SUBCALLS, subcalls);
    set_flag(p, BUILTINS, builtins);
    Py_XSETREF(p->timer, Py_XNewRef(timer));
    p->timer_unit = unit;
    PyObject *monitoring = sys_monitoring(), *missing = monitoring == NULL ? NULL : PyObject_GetAttrString(monitoring, "MISSING");
    Py_XDECREF(monitoring);
    if (missing == NULL)
        return -1;
    Py_XSETREF(p->missing, missing);
    return 0;
}

static int profiler_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((struct profiler *)self)->timer);
    return 0;
}

static int profiler_clear(PyObject *self)
{
    Py_CLEAR(((struct profiler *)self)->timer);
    return 0;
}

/* An enabled profiler is held by its callbacks; only the end of the interpreter takes it away. */
static void profiler_dealloc(PyObject *self)
{
    struct profiler *p = (struct profiler *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_CLEAR(p->timer);
    clear_entries(p);
    Py_XDECREF(p->missing);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    { "getstats", (PyCFunction)(void (*)(void))getstats, METH_METHOD | METH_FASTCALL | METH_KEYWORDS,
      "getstats($self, /)\n--\n\nA list of profiler_entry objects, one a function." },
    { "enable", (PyCFunction)(void (*)(void))enable, METH_VARARGS | METH_KEYWORDS,
      "enable(subcalls=True, builtins=True)\n\nStart profiling; subcalls: also for each pair of caller and callee, builtins: also C functions.\n" },
    { "disable", disable, METH_NOARGS, "disable($self, /)\n--\n\nStop profiling." },
    { "clear", clear, METH_NOARGS, "clear($self, /)\n--\n\nForget all that was collected." },
    { "_pystart_callback", (PyCFunction)(void (*)(void))on_start, METH_FASTCALL, NULL },
    { "_pyreturn_callback", (PyCFunction)(void (*)(void))on_return, METH_FASTCALL, NULL },
    { "_ccall_callback", (PyCFunction)(void (*)(void))on_c_call, METH_FASTCALL, NULL },
    { "_creturn_callback", (PyCFunction)(void (*)(void))on_c_return, METH_FASTCALL, NULL },
    { NULL },
};
static PyType_Slot slots[] = {
    { Py_tp_doc, "Profiler(timer=None, timeunit=None, subcalls=True, builtins=True)\n\nCollects how often functions run and how long. timer: a function instead\n"
                 "of the system's clock; timeunit: how long one of its units is, if it gives integers." },
    { Py_tp_methods, methods }, { Py_tp_init, profiler_init }, { Py_tp_dealloc, profiler_dealloc },
    { Py_tp_traverse, profiler_traverse }, { Py_tp_clear, profiler_clear }, { 0, NULL },
};
static PyType_Spec profiler_spec = {
    .name = "_lsprof.Profiler", .basicsize = sizeof(struct profiler), .slots = slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
};
_Static_assert(sizeof(struct profiler) == 80, "__basicsize__ of CPython's");

/* ---- the module ---- */

static PyStructSequence_Field entry_fields[] = {
    { "code", "code object or built-in function name" }, { "callcount", "how many times this was called" },
    { "reccallcount", "how many times called recursively" }, { "totaltime", "total time in this entry" },
    { "inlinetime", "inline time in this entry (not in subcalls)" }, { "calls", "details of the calls" }, { NULL },
};
static PyStructSequence_Field subentry_fields[] = {
    { "code", "called code object or built-in function name" }, { "callcount", "how many times this is called" },
    { "reccallcount", "how many times this is called recursively" }, { "totaltime", "total time spent in this call" },
    { "inlinetime", "inline time (not in further subcalls)" }, { NULL },
};
static PyStructSequence_Desc entry_desc = { .name = "_lsprof.profiler_entry", .fields = entry_fields, .n_in_sequence = 6 };
static PyStructSequence_Desc subentry_desc = { .name = "_lsprof.profiler_subentry", .fields = subentry_fields, .n_in_sequence = 5 };

static int exec(PyObject *module)
{
    struct state *st = PyModule_GetState(module);
    st->profiler = (PyTypeObject *)PyType_FromModuleAndSpec(module, &profiler_spec, NULL);
    if (st->profiler == NULL || PyModule_AddType(module, st->profiler) < 0)
        return -1;
    st->entry = PyStructSequence_NewType(&entry_desc);
    if (st->entry == NULL || PyModule_AddType(module, st->entry) < 0)
        return -1;
    st->subentry = PyStructSequence_NewType(&subentry_desc);
    return st->subentry == NULL ? -1 : PyModule_AddType(module, st->subentry);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct state *st = PyModule_GetState(module);
    Py_VISIT(st->profiler);
    Py_VISIT(st->entry);
    Py_VISIT(st->subentry);
    return 0;
}

static int module_clear(PyObject *module)
{
    struct state *st = PyModule_GetState(module);
    Py_CLEAR(st->profiler);
    Py_CLEAR(st->entry);
    Py_CLEAR(st->subentry);
    return 0;
}

static void module_free(void *module) { module_clear(module); }

static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT, .m_name = "_lsprof", .m_doc = "Fast profiler", .m_size = sizeof(struct state), .m_slots = module_slots,
    .m_traverse = module_traverse, .m_clear = module_clear, .m_free = module_free,
};

PyMODINIT_FUNC PyInit__lsprof(void) { return PyModuleDef_Init(&module_def); }
