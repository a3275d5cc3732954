/* gc/gc.c: when to collect what, and the steps of a collection.
 *
 *   take the logs of the generations -> mark -> reachable: to the next generation | unreachable: to the trash log
 *   trash: legacy finalizers aside -> clear weak references -> finalizers -> keep the resurrected -> tp_clear
 *
 * Room for all results is made before anything is touched; without memory the collection does not take place. */
#include "gc/gc_impl.h"

#include "base/os.h"
#include "object/coll/dict.h"
#include "object/coll/tuple.h"
#include "object/core/err.h"
#include "object/core/object.h"
#include "object/core/weakref.h"
#include "rt/heap.h"
#include "rt/hooks.h"

/* ---- which generation -------------------------------------------------------------------------------------------- */

/* What is compared with the threshold of generation i. */
static int
count_of(PyThreadState *ts, int i)
{
    return i == 0 ? (int)gc_young_net(ts) : ts->interp->gc.generations[i].count;
}

/* The oldest generation over its threshold, or -1. A full collection waits until a quarter of what survived the last
 * one has come anew, so that the cost stays linear in the number of objects. */
static int
generation_due(PyThreadState *ts)
{
    struct gc_state *gc = &ts->interp->gc;
    gc_log_squeeze(gc_log_of(ts, GC_LOG_YOUNG), GC_LOG_YOUNG);
    for (int i = GC_GENERATIONS - 1; i >= 0; i--) {
        if (count_of(ts, i) < (i > 0 ? gc->generations[i].threshold + 1 : (int)gc_young_goal(ts->interp)))
            continue;
        if (i == GC_GENERATIONS - 1 && gc->long_lived_pending < gc->long_lived_total / 4)
            continue;
        return i;
    }
    return -1;
}

/* ---- gc.callbacks ------------------------------------------------------------------------------------------------ */

static void
call_back(PyThreadState *ts, const char *phase, int generation, Py_ssize_t collected, Py_ssize_t uncollectable)
{
    PyObject *list = ts->interp->gc.callbacks;
    if (list == NULL || PyList_GET_SIZE(list) == 0)
        return;
    PyObject *info = Py_BuildValue("{sisnsn}", "generation", generation, "collected", collected, "uncollectable", uncollectable);
    PyObject *name = info == NULL ? NULL : PyUnicode_FromString(phase);
    if (name == NULL) {
        PyErr_WriteUnraisable(NULL);
        Py_XDECREF(info);
        return;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *callback = Py_NewRef(PyList_GET_ITEM(list, i)), *args[] = { name, info };
        PyObject *result = PyObject_Vectorcall(callback, args, 2, NULL);
        if (result == NULL)
            PyErr_WriteUnraisable(callback);
        Py_XDECREF(result);
        Py_DECREF(callback);
    }
    Py_DECREF(name);
    Py_DECREF(info);
}

/* ---- debug output -------------------------------------------------------------------------------------------------- */

static void
print_objects(const char *what, struct gc_log *log)
{
    for (size_t i = 0; i < log->used; i++) {
        PyObject *op = log->items[i];
        if (op != NULL)
            fprintf(stderr, "gc: %s <%s %p>\n", what, Py_TYPE(op)->tp_name, (void *)op);
    }
}

static void
print_sizes(PyThreadState *ts, int generation)
{
    fprintf(stderr, "gc: collecting generation %d...\ngc: objects in each generation:", generation);
    for (int i = 0; i < GC_GENERATIONS; i++)
        fprintf(stderr, " %zu", gc_log_of(ts, i)->used);
    fprintf(stderr, "\ngc: objects in permanent generation: %zu\n", gc_log_of(ts, GC_LOG_FROZEN)->used);
}

/* ---- a collection -------------------------------------------------------------------------------------------------- */

static void
append_log(struct gc_set *set, struct gc_log *log)
{
    for (size_t i = 0; i < log->used; i++)
        if (log->items[i] != NULL)
            set->items[set->used++] = log->items[i];
}

/* How many objects there are in it: those that have died since it was filled, which may be most, have left holes. */
static size_t
live_in(const struct gc_log *log)
{
    size_t n = 0;
    for (size_t i = 0; i < log->used; i++)
        n += log->items[i] != NULL;
    return n;
}

/* Room for n more in log `which`. One that is full of holes does not grow. */
static bool
make_room(struct gc_log *log, int which, size_t n)
{
    if (log->used + n <= log->cap)
        return true;
    gc_log_squeeze(log, which);
    size_t enough = log->used + n;
    return gc_log_reserve(log, enough + enough / 4) || gc_log_reserve(log, enough);
}

/* Takes all objects of generations 0 .. g out of their logs; false (nothing changed) without memory for what follows. */
static bool
take_generations(PyThreadState *ts, int g, int old, struct gc_set *set, struct gc_set *trash)
{
    PyInterpreterState *interp = ts->interp;
    struct gc_log *young = gc_log_of(ts, GC_LOG_YOUNG);          /* it has been squeezed */
    size_t n = young->used;
    for (int i = 1; i <= g; i++)
        n += live_in(gc_log_of(ts, i));
    set->items = heap_raw_alloc((2 * n + 1) * sizeof(PyObject *));
    trash->items = heap_raw_alloc((n + 1) * sizeof(PyObject *));
    bool room = old > g ? make_room(&interp->gc_logs[old], old, n) : gc_log_reserve(&interp->gc_logs[old], n);
    if (set->items == NULL || trash->items == NULL || !room
        || !gc_log_reserve(&interp->gc_logs[GC_LOG_TRASH], n)) {
        free(set->items);
        free(trash->items);
        return false;
    }
    set->used = trash->used = 0;
    if (g > 0)
        append_log(set, gc_log_of(ts, g));
    if (young->used > 0)
        memcpy(set->items + set->used, young->items, young->used * sizeof(PyObject *));
    set->used += young->used;
    for (int i = 1; i < g; i++)
        append_log(set, gc_log_of(ts, i));
    for (int i = 0; i <= g; i++)
        gc_log_of(ts, i)->used = 0;
    return true;
}

/* Of the objects that have come to log `old`: tuples of atoms cannot be part of cycles; dicts are looked at in full collections only. */
static void
untrack_reachable(PyInterpreterState *interp, int old, size_t from, bool full)
{
    struct gc_log *to = &interp->gc_logs[old];
    for (size_t i = from; i < to->used; i++) {
        PyObject *op = to->items[i];
        if (op == NULL)
            continue;
        if (PyTuple_CheckExact(op))
            tuple_maybe_untrack(op);
        else if (full && PyDict_CheckExact(op))
            dict_maybe_untrack(op);
    }
    size_t end = from;                       /* close the holes of the new part only: the old one may be long */
    for (size_t i = from; i < to->used; i++)
        if (to->items[i] != NULL) {
            to->items[end] = to->items[i];
            GC_HEAD(to->items[end])->_gc_next = GC_PLACE(end, old);
            end++;
        }
    to->used = end;
}

static void
note_survivors(struct gc_state *gc, struct gc_log *old, int generation, size_t before)
{
    if (generation == GC_GENERATIONS - 2)
        gc->long_lived_pending += (Py_ssize_t)(old->used - before);
    else if (generation == GC_GENERATIONS - 1) {
        gc->long_lived_pending = 0;
        gc->long_lived_total = (Py_ssize_t)old->used;
    }
}

/* What nothing outside refers to goes to the trash log. Which steps there is something to do for: mostly none. */
static struct gc_wants
take_trash(struct gc_log *trash, const struct gc_set *garbage)
{
    struct gc_wants wants = { false, false, false };
    PyTypeObject *last = NULL;
    bool listed = false;
    trash->used = 0;
    for (size_t i = 0; i < garbage->used; i++) {
        PyObject *op = garbage->items[i];
        PyTypeObject *t = Py_TYPE(op);
        gc_log_put(trash, GC_LOG_TRASH, op);
        if (t != last) {
            last = t;
            listed = weakref_supported(t);
            wants.legacy |= t->tp_del != NULL;
            wants.finalizers |= t->tp_finalize != NULL;
            wants.weakrefs |= t->tp_basicsize >= (Py_ssize_t)sizeof(PyWeakReference) && PyWeakref_Check(op);
        }
        if (listed && !wants.weakrefs) {
            PyObject **list = t->tp_flags & Py_TPFLAGS_MANAGED_WEAKREF ? object_managed_weaklist(op) : object_weaklist(op);
            wants.weakrefs = list != NULL && *list != NULL;
        }
    }
    return wants;
}

/* The steps on the trash log; returns uncollectable objects. */
static Py_ssize_t
dispose(PyThreadState *ts, int old, struct gc_wants wants, Py_ssize_t *collected)
{
    PyInterpreterState *interp = ts->interp;
    struct gc_log *trash = &interp->gc_logs[GC_LOG_TRASH], *legacy = &interp->gc_logs[GC_LOG_LEGACY];
    legacy->used = 0;
    if (wants.legacy) {
        gc_take_legacy(interp);
        gc_log_squeeze(trash, GC_LOG_TRASH);
    }
    if (interp->gc.debug & GC_DEBUG_COLLECTABLE)
        print_objects("collectable", trash);
    bool called = wants.weakrefs && gc_clear_weakrefs(interp);
    if (wants.finalizers || called)          /* a callback may give a class its __del__ */
        called |= gc_call_finalizers(interp);
    if (called)                              /* else nobody was there who could have brought anything back */
        gc_save_resurrected(interp, old);
    *collected = (Py_ssize_t)trash->used;
    gc_delete_trash(ts, old);
    if (interp->gc.debug & GC_DEBUG_UNCOLLECTABLE)
        print_objects("uncollectable", &interp->gc_logs[GC_LOG_LEGACY]);
    return gc_keep_legacy(interp, old);
}

static Py_ssize_t
collect_main(PyThreadState *ts, int generation, enum gc_reason reason, Py_ssize_t *uncollectable)
{
    PyInterpreterState *interp = ts->interp;
    struct gc_state *gc = &interp->gc;
    int old = generation + 1 < GC_GENERATIONS ? generation + 1 : GC_GENERATIONS - 1;
    struct gc_set set, garbage;
    Py_ssize_t collected = 0;
    bool stats = (gc->debug & GC_DEBUG_STATS) != 0;
    int64_t start = stats ? os_monotonic_ns() : 0;
    *uncollectable = 0;
    gc_log_squeeze(gc_log_of(ts, GC_LOG_YOUNG), GC_LOG_YOUNG);
    if (stats)
        print_sizes(ts, generation);
    if (!take_generations(ts, generation, old, &set, &garbage))
        return 0;
    if (generation + 1 < GC_GENERATIONS)
        gc->generations[generation + 1].count++;
    for (int i = 0; i <= generation; i++)
        gc->generations[i].count = 0;
    gc_young_set_limit(ts);
    size_t from = interp->gc_logs[old].used;
    bool full = generation == GC_GENERATIONS - 1;
    gc_mark(&set, &garbage, full ? 0 : (2u << generation) - 1, &interp->gc_logs[old], old);
    if (set.untracks)
        untrack_reachable(interp, old, from, full);
    note_survivors(gc, &interp->gc_logs[old], generation, from);
    struct gc_wants wants = take_trash(&interp->gc_logs[GC_LOG_TRASH], &garbage);
    free(set.items);
    free(garbage.items);
    if (interp->gc_logs[GC_LOG_TRASH].used > 0)
        *uncollectable = dispose(ts, old, wants, &collected);
    if (stats)
        fprintf(stderr, "gc: done, %zd unreachable, %zd uncollectable, %.4fs elapsed\n", collected + *uncollectable,
                *uncollectable, (double)(os_monotonic_ns() - start) / 1e9);
    return collected;
}

Py_ssize_t
gc_collect(PyThreadState *ts, int generation, enum gc_reason reason)
{
    struct gc_state *gc = &ts->interp->gc;
    Py_ssize_t uncollectable;
    if (gc->collecting)
        return 0;
    gc->collecting = 1;
    PyObject *pending = err_get_raised(ts);
    if (reason != GC_REASON_SHUTDOWN)
        call_back(ts, "start", generation, 0, 0);
    Py_ssize_t collected = collect_main(ts, generation, reason, &uncollectable);
    if (PyErr_Occurred()) {
        if (reason == GC_REASON_SHUTDOWN)
            PyErr_Clear();
        else
            PyErr_FormatUnraisable("Exception ignored in garbage collection");
    }
    struct gc_generation_stats *stats = &gc->generation_stats[generation];
    stats->collections++;
    stats->collected += collected;
    stats->uncollectable += uncollectable;
    if (reason == GC_REASON_HEAP || collected + uncollectable > 0)
        gc_young_note(collected + uncollectable);
    if (reason != GC_REASON_SHUTDOWN)
        call_back(ts, "stop", generation, collected, uncollectable);
    err_set_raised(ts, pending);
    gc->collecting = 0;
    gc_young_set_limit(ts);
    return collected + uncollectable;
}

void
gc_run(PyThreadState *ts)
{
    ts_clear_breaker(ts, EB_GC);
    if (!ts->interp->gc.enabled)
        return;
    int g = generation_due(ts);
    if (g >= 0)
        gc_collect(ts, g, GC_REASON_HEAP);
    else
        gc_young_set_limit(ts);
}

void _Py_RunGC(PyThreadState *ts) { gc_run(ts); }

Py_ssize_t
gc_collect_at_exit(PyThreadState *ts)
{
    return gc_collect(ts, GC_GENERATIONS - 1, GC_REASON_SHUTDOWN);
}
Py_ssize_t _PyGC_CollectNoFail(PyThreadState *ts) { return gc_collect_at_exit(ts); }

/* ---- start, end, public functions ------------------------------------------------------------------------------------ */

static Py_ssize_t
collect_hook(PyThreadState *ts, int generation, int reason)
{
    return gc_collect(ts, generation, (enum gc_reason)reason);
}

int
gc_init(PyInterpreterState *interp)
{
    struct gc_state *gc = &interp->gc;
    rt_hooks.collect = collect_hook;
    if (gc->garbage == NULL && (gc->garbage = PyList_New(0)) == NULL)
        return -1;
    if (gc->callbacks == NULL && (gc->callbacks = PyList_New(0)) == NULL)
        return -1;
    return 0;
}

void
gc_fini(PyInterpreterState *interp)
{
    Py_CLEAR(interp->gc.garbage);
    Py_CLEAR(interp->gc.callbacks);
}

static int
warn_garbage(const char *format, ...)
{
    va_list args;
    if (rt_hooks.warn == NULL)
        return 0;
    va_start(args, format);
    int rc = rt_hooks.warn(PyExc_ResourceWarning, 1, format, args);
    va_end(args);
    return rc;
}

void
gc_report_garbage(PyInterpreterState *interp)
{
    struct gc_state *gc = &interp->gc;
    if ((gc->debug & GC_DEBUG_SAVEALL) || gc->garbage == NULL || PyList_GET_SIZE(gc->garbage) == 0)
        return;
    const char *format = gc->debug & GC_DEBUG_UNCOLLECTABLE
        ? "gc: %zd uncollectable objects at shutdown"
        : "gc: %zd uncollectable objects at shutdown; use gc.set_debug(gc.DEBUG_UNCOLLECTABLE) to list them";
    if (warn_garbage(format, PyList_GET_SIZE(gc->garbage)) < 0)
        PyErr_WriteUnraisable(NULL);
    if (gc->debug & GC_DEBUG_UNCOLLECTABLE) {
        PyObject *text = PyObject_Repr(gc->garbage);
        const char *s = text == NULL ? NULL : PyUnicode_AsUTF8(text);
        if (s == NULL)
            PyErr_WriteUnraisable(gc->garbage);
        else
            fprintf(stderr, "      %s\n", s);
        Py_XDECREF(text);
    }
}

Py_ssize_t
PyGC_Collect(void)
{
    PyThreadState *ts = ts_current();
    return ts->interp->gc.enabled ? gc_collect(ts, GC_GENERATIONS - 1, GC_REASON_MANUAL) : 0;
}

int
PyGC_Enable(void)
{
    struct gc_state *gc = &interp_current()->gc;
    int before = gc->enabled;
    gc->enabled = 1;
    gc_young_set_limit(ts_current());
    return before;
}

int
PyGC_Disable(void)
{
    struct gc_state *gc = &interp_current()->gc;
    int before = gc->enabled;
    gc->enabled = 0;
    gc_young_set_limit(ts_current());
    return before;
}

int PyGC_IsEnabled(void) { return interp_current()->gc.enabled; }

bool
gc_all(PyThreadState *ts, bool (*holds)(PyObject *op))
{
    for (int g = 0; g <= GC_LOG_FROZEN; g++) {
        const struct gc_log *log = gc_log_of(ts, g);
        for (size_t i = 0; i < log->used; i++) {
            if (i + 8 < log->used && log->items[i + 8] != NULL)
                __builtin_prefetch(log->items[i + 8]);
            if (log->items[i] != NULL && !holds(log->items[i]))
                return false;
        }
    }
    return true;
}

void
PyUnstable_GC_VisitObjects(gcvisitobjects_t visit, void *arg)
{
    PyThreadState *ts = ts_current();
    struct gc_state *gc = &ts->interp->gc;
    int was = gc->enabled;
    bool more = true;
    gc->enabled = 0;
    for (int g = 0; more && g <= GC_LOG_FROZEN; g++) {
        struct gc_log *log = gc_log_of(ts, g);
        for (size_t i = 0; more && i < log->used; i++) {
            PyObject *op = Py_XNewRef(log->items[i]);
            if (op == NULL)
                continue;
            more = visit(op, arg) != 0;
            Py_DECREF(op);
        }
    }
    gc->enabled = was;
}
