/* rt/gc_track.c: the young log's slow paths.
 * The log is squeezed before anything else: slots of the dead do not count, so that a collection is asked for when
 * the *net* number of new objects passes the threshold, as in CPython: the death of an old object is one new object less, too, but there are never less than none. */
#include "rt/gc_track.h"

#include "rt/interp.h"
#include "rt/gc_log.h"
#include "rt/heap.h"
#include "rt/hooks.h"
#include "rt/runtime.h"

#define FIRST_CAP 4096

size_t gc_log_max = SIZE_MAX / sizeof(void *);

bool
gc_log_reserve(struct gc_log *log, size_t n)
{
    if (n <= log->cap)
        return true;
    if (UNLIKELY(n > gc_log_max))
        return false;
    size_t cap = log->cap == 0 ? FIRST_CAP : log->cap * 2;
    if (cap < n)
        cap = n;
    void **items = heap_raw_resize(log->items, cap * sizeof(void *));
    if (items == NULL && n < cap)
        items = heap_raw_resize(log->items, (cap = n) * sizeof(void *));     /* less may still be had */
    if (items == NULL)
        return false;
    log->items = items;
    log->cap = cap;
    return true;
}

void
gc_log_squeeze(struct gc_log *log, int gen)
{
    size_t used = log->used, to = 0;
    while (to < used && log->items[to] != NULL)
        to++;
    for (size_t i = to; i < used; i++) {
        PyObject *op = log->items[i];
        if (op == NULL)
            continue;
        log->items[to] = op;
        GC_HEAD(op)->_gc_next = GC_PLACE(to, gen);
        to++;
    }
    log->used = to;
}

size_t
gc_young_net(PyThreadState *ts)
{
    size_t used = rt_thread_of(ts)->young.used, old = (size_t)-ts->interp->gc.generations[0].count;
    return used > old ? used - old : 0;
}

/* ---- how many objects make a collection due ---- */

#define BARREN 4                       /* collections in a row that find nothing: then they may be rarer, */
#define BARREN_FACTOR 16               /* by so much, while all young objects are few against the older ones */
#define OLD_SHARE 2

static int barren;                     /* of whatever interpreter; all share a GIL */

void
gc_young_note(Py_ssize_t found)
{
    barren = found > 0 ? 0 : barren + (barren < BARREN);
}

/* Who has set a threshold of his own, listens or debugs gets what he asked for. */
size_t
gc_young_goal(PyInterpreterState *interp)
{
    const struct gc_state *gc = &interp->gc;
    size_t goal = (size_t)gc->generations[0].threshold, older = (interp->gc_logs[GC_LOG_MIDDLE].used + interp->gc_logs[GC_LOG_OLD].used) / OLD_SHARE;
    if (barren < BARREN || goal != RT_GC_THRESHOLD || gc->debug != 0 || older <= goal)
        return goal;
    if (gc->callbacks != NULL && Py_SIZE(gc->callbacks) > 0)
        return goal;
    return older < BARREN_FACTOR * goal ? older : BARREN_FACTOR * goal;
}

void
gc_young_set_limit(PyThreadState *ts)
{
    struct gc_log *log = &rt_thread_of(ts)->young;
    struct gc_state *gc = &ts->interp->gc;
    size_t limit = log->cap;
    if (gc->enabled && gc->generations[0].threshold > 0) {
        size_t old = (size_t)-gc->generations[0].count, ask = gc_young_goal(ts->interp) + 1 + old;
        if (ask <= log->used)
            ask = log->used + log->used / 2 + 64;
        if (ask < log->used + log->used / 4)             /* each time the log is squeezed: near the threshold that would be for every few objects */
            ask = log->used + log->used / 4;
        if (ask < limit)
            limit = ask;
    }
    log->limit = limit;
}

static __thread size_t refuse;                 /* so many objects are chained before the full log is looked at again */

/* The log is at its limit: make room, ask for a collection when there are enough live objects. */
void
gc_track_slow(struct rt_thread *t, PyObject *op)
{
    struct gc_log *log = &t->young;
    PyInterpreterState *interp = t->api.interp;
    struct gc_state *gc = &interp->gc;
    bool full = refuse > 0 && log->used >= log->cap;
    if (full)
        refuse--;
    else {
        gc_log_squeeze(log, 0);
        full = log->used + log->used / 4 >= log->cap && !gc_log_reserve(log, log->used + log->used / 4 + FIRST_CAP) && log->used >= log->cap;
        refuse = full ? log->used / 8 : 0;     /* out of memory: looking each time would take for ever */
    }
    if (full) {
        GC_HEAD(op)->_gc_next = (uintptr_t)interp->gc_chain | GC_CHAINED;
        interp->gc_chain = op;
        return;
    }
    if (gc->enabled && gc->generations[0].threshold > 0 && gc_young_net(&t->api) >= gc_young_goal(interp) && !gc->collecting) {
        ts_set_breaker(&t->api, EB_GC);
        size_t more = log->used + log->used / 2 + 64;
        log->limit = more < log->cap ? more : log->cap;
    }
    else
        gc_young_set_limit(&t->api);
    log->items[log->used] = op;
    GC_HEAD(op)->_gc_next = GC_PLACE(log->used, 0);
    log->used++;
}

static struct gc_log *
log_of(PyInterpreterState *interp, int gen)
{
    if (gen == 0 && interp->heap_owner != NULL)
        return &rt_thread_of(interp->heap_owner)->young;
    return &interp->gc_logs[gen];
}

static bool
forget(struct gc_log *log, PyObject *op, size_t slot)
{
    if (slot >= log->used || log->items[slot] != op)
        return false;
    log->items[slot] = NULL;
    if (slot + 1 == log->used)
        log->used--;
    return true;
}

static bool
unchain(PyInterpreterState *interp, PyObject *op)
{
    PyObject *before = NULL, *at = interp->gc_chain, *next;
    for (; at != NULL; before = at, at = next) {
        next = (PyObject *)(GC_HEAD(at)->_gc_next & ~(uintptr_t)GC_CHAINED);
        if (at != op)
            continue;
        if (before == NULL)
            interp->gc_chain = next;
        else
            GC_HEAD(before)->_gc_next = (uintptr_t)next | GC_CHAINED;
        GC_HEAD(op)->_gc_next = 0;
        return true;
    }
    return false;
}

void
gc_adopt_chained(PyThreadState *ts)
{
    PyObject *op = ts->interp->gc_chain, *next;
    ts->interp->gc_chain = NULL;
    refuse = 0;
    for (; op != NULL; op = next) {
        next = (PyObject *)(GC_HEAD(op)->_gc_next & ~(uintptr_t)GC_CHAINED);
        gc_track_ts(ts, op);
    }
}

/* It is in no log of this interpreter: an object of another one may die here. */
static __attribute__((noinline, cold)) void
untrack_foreign(PyObject *op, uintptr_t place)
{
    for (PyInterpreterState *i = _PyRuntime.interpreters.head; i != NULL; i = i->next)
        if (GC_GENERATION(place) == GC_CHAINED ? unchain(i, op) : forget(log_of(i, GC_GENERATION(place)), op, GC_SLOT(place)))
            return;
}

void
gc_untrack_slow(struct rt_thread *t, PyObject *op)
{
    uintptr_t place = GC_HEAD(op)->_gc_next;
    int gen = GC_GENERATION(place);
    size_t slot = GC_SLOT(place);
    if (gen == GC_LOG_YOUNG) {
        GC_HEAD(op)->_gc_next = 0;
        if (LIKELY(slot < t->young.used && t->young.items[slot] == op)) {
            t->young.items[slot] = NULL;
            return;
        }
    }
    else if (LIKELY(gen != GC_CHAINED)) {
        PyInterpreterState *interp = t->api.interp;
        struct gc_log *log = &interp->gc_logs[gen];
        GC_HEAD(op)->_gc_next = 0;
        if (-(Py_ssize_t)interp->gc.generations[0].count < (Py_ssize_t)Py_MIN(t->young.used, INT_MAX))
            interp->gc.generations[0].count--;
        if (LIKELY(slot < log->used && log->items[slot] == op)) {
            log->items[slot] = NULL;
            if (slot + 1 == log->used)
                log->used = slot;
            return;
        }
    }
    if (place != 0)
        untrack_foreign(op, place);
}

void
gc_track_start(PyThreadState *ts)
{
    gc_log_reserve(&rt_thread_of(ts)->young, FIRST_CAP);
    gc_young_set_limit(ts);
}

/* ---- the public names ----------------------------------------------------------------------------------------- */

void
PyObject_GC_Track(void *op)
{
    if (gc_is_tracked(op))
        rt_fatal("PyObject_GC_Track", "object already tracked by the garbage collector");
    gc_track(op);
}

void
PyObject_GC_UnTrack(void *op)
{
    if (gc_is_tracked(op))
        gc_untrack(op);
}

int PyObject_GC_IsTracked(PyObject *op) { return gc_is_collectable(op) && gc_is_tracked(op); }
int PyObject_GC_IsFinalized(PyObject *op) { return gc_is_collectable(op) && gc_is_finalized(op); }
int PyObject_IS_GC(PyObject *op) { return gc_is_collectable(op); }
