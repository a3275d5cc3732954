/* gc/gc_mark.c: find unreachable cycles.
 * Idea:      from the count of each object that one of the set refers to, subtract these references; what stays above 0 is
 *            held from outside, and so is what nobody in the set refers to, and all that these reach.
 *              A(2) <-> B(1)  --subtract-->  A(1) B(0)     A is held from outside and keeps B
 * One pass:  in collections of young objects mostly no count comes to 0. So these copy a count only where the first of such references is found, and give each object its place in the next
 *            log on the way; then that was all, and each object was looked at once. Who is in the set is seen by the log that an object is in. Where that does not tell (several
 *            interpreters), and where it would not help (full collections), all counts are copied before.
 * Order:     the set is walked like a list: a member without outside references is passed over (tentatively), and
 *            appended again when a reachable one refers to it. So both results keep the order that users can see in
 *            finalizers.
 * Leaves:    most objects refer to none of the set. The first pass notes that in the lowest bit of their addresses, so that the second need not look at what they refer to.
 * Invariant: nothing here may change a reference count or run Python code. */
#include "gc/gc_impl.h"

#include <stdio.h>

#include "object/coll/dict_values.h"
#include "object/coll/tuple.h"
#include "object/core/type_slots.h"
#include "rt/heap.h"
#include "rt/hooks.h"
#include "rt/runtime.h"

#define REFS_ONE ((uintptr_t)1 << GC_FLAG_BITS)
#define REFS(head) ((head)->_gc_prev >> GC_FLAG_BITS)

/* Objects lie all over the memory, but the set tells which come soon. */
#define AHEAD 16
static inline void
prefetch_object(struct gc_set *set, size_t i)
{
    if (i + AHEAD < set->used)
        __builtin_prefetch(GC_HEAD(set->items[i + AHEAD]), 1);
}

/* The same in a long list, which is gone through from its end. */
static inline void
prefetch_item(PyObject **items, Py_ssize_t k)
{
    if (k >= AHEAD)
        __builtin_prefetch(items[k - AHEAD]);
}

#define LEAF ((uintptr_t)1)
static inline PyObject *mark_leaf(PyObject *op) { return (PyObject *)((uintptr_t)op | LEAF); }
static inline bool is_leaf(PyObject *op) { return (uintptr_t)op & LEAF; }
static inline PyObject *without_mark(PyObject *op) { return (PyObject *)((uintptr_t)op & ~LEAF); }

/* ---- the first pass: references from inside ---- */

struct marking {
    unsigned logs;                     /* a bit each: whose objects are in the set, */
    int which;                         /* and those of this log from place `base` on */
    uintptr_t base;
    bool refers;                       /* the object that is looked at refers to one of the set */
    size_t zeros;                      /* counts that have come to 0 */
    PyObject **counted;                /* objects that others in the set refer to: GC_COLLECTING, and what is left of their counts */
    size_t ncounted;
};

static inline uintptr_t
count_of(PyObject *op)
{
    uintptr_t refs = _Py_IsImmortal(op) ? (uintptr_t)1 << 40 : (uintptr_t)Py_REFCNT(op);
    return GC_COLLECTING | refs << GC_FLAG_BITS;
}

static void
copy_counts(struct gc_set *set)
{
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = set->items[i];
        prefetch_object(set, i);
        GC_HEAD(op)->_gc_prev = (GC_HEAD(op)->_gc_prev & GC_FINALIZED) | count_of(op);
    }
}

/* Where all counts have been copied. */
static inline int
visit_subtract(PyObject *op, void *arg)
{
    struct marking *m = arg;
    if (!gc_is_collectable(op) || !gc_is_collecting(op))
        return 0;
    m->refers = true;
    if (REFS(GC_HEAD(op)) > 0)
        GC_HEAD(op)->_gc_prev -= REFS_ONE;
    return 0;
}

static inline bool
is_member(const struct marking *m, const PyGC_Head *head)
{
    uintptr_t place = head->_gc_next;
    int log = GC_GENERATION(place);
    return m->logs >> log & 1 ? place != 0 : log == m->which && place >= m->base;
}

/* Where none has been. */
static inline int
visit_count(PyObject *op, void *arg)
{
    struct marking *m = arg;
    if (heap_is_plain(op) || !gc_is_collectable(op) || !is_member(m, GC_HEAD(op)))
        return 0;
    PyGC_Head *head = GC_HEAD(op);
    m->refers = true;
    if (!gc_is_collecting(op)) {
        head->_gc_prev = (head->_gc_prev & GC_FINALIZED) | count_of(op);
        m->counted[m->ncounted++] = op;
    }
    if (REFS(head) > 0) {
        head->_gc_prev -= REFS_ONE;
        m->zeros += REFS(head) == 0;
    }
    return 0;
}

/* Development mode: more references lead to op than it counts. */
_Noreturn static void
report_count(PyObject *op, PyObject *from)
{
    char message[300];
    snprintf(message, sizeof message, "an object of type %.80s has %zd reference%s, and one more in an object of type %.80s: a reference "
             "was released by somebody who did not own it", Py_TYPE(op)->tp_name, Py_REFCNT(op), Py_REFCNT(op) == 1 ? "" : "s", Py_TYPE(from)->tp_name);
    rt_fatal("gc", message);
}

_Noreturn static void
report_dead(PyObject *from)
{
    char message[300];
    snprintf(message, sizeof message, "an object of type %.80s refers to one that is gone: a reference was released by somebody who did not own it",
             Py_TYPE(from)->tp_name);
    rt_fatal("gc", message);
}

/* What the debug allocator leaves of freed objects. */
static bool
is_dead(PyObject *op)
{
    return (uintptr_t)op->ob_type == (uintptr_t)0xDDDDDDDDDDDDDDDDu;
}

static int
visit_subtract_checked(PyObject *op, void *from)
{
    struct marking m;
    if (is_dead(op))
        report_dead(from);
    if (gc_is_collectable(op) && gc_is_collecting(op) && REFS(GC_HEAD(op)) == 0)
        report_count(op, from);
    return visit_subtract(op, &m);
}

/* The items of a list or tuple: most references are in one of them, so visitors are inlined for these, from the last item on as tp_traverse goes. NULL: another type. */
static inline PyObject **
items_of(PyObject *op, Py_ssize_t *n)
{
    *n = Py_SIZE(op);
    if (Py_IS_TYPE(op, &PyList_Type))
        return ((PyListObject *)op)->ob_item;
    return Py_IS_TYPE(op, &PyTuple_Type) ? tuple_items(op) : (*n = 0, NULL);
}

/* A class whose instances consist of references, as far as the set has shown: those of one class mostly come one behind the other. n < 0: they are inline values. */
struct plain { PyTypeObject *type, *other; Py_ssize_t offset, n; };

/* Is op an instance of a class that p knows, or gets to know now? */
static inline bool
is_plain(struct plain *p, PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    if (LIKELY(t == p->type))
        return true;
    if (t == p->other)
        return false;
    Py_ssize_t offset = 0, n = -1;
    if (!type_is_plain_values(t) && !type_is_plain_slots(t, &offset, &n)) {
        p->other = t;
        return false;
    }
    *p = (struct plain){ t, p->other, offset, n };
    return true;
}

/* What it refers to but for its class; NULL: its dict tells. */
static inline PyObject **
references_of(const struct plain *p, PyObject *op, Py_ssize_t *n)
{
    if (p->n >= 0) {
        *n = p->n;
        return (PyObject **)((char *)op + p->offset);
    }
    PyDictValues *v = inline_values(op);
    *n = v->capacity;
    return MANAGED_DICT(op) == NULL && v->valid ? v->values : NULL;
}

static inline __attribute__((always_inline)) void
subtract_plain(const struct plain *p, PyObject *op, visitproc visit, struct marking *m)
{
    Py_ssize_t n;
    PyObject **items = references_of(p, op, &n);
    if (UNLIKELY(items == NULL)) {
        Py_TYPE(op)->tp_traverse(op, visit, m);
        return;
    }
    for (Py_ssize_t k = 0; k < n; k++)
        if (items[k] != NULL)
            visit(items[k], m);
    visit((PyObject *)p->type, m);
}

/* Items from the last one on. Many of them may be the same, one behind the other: that is looked at once. */
static inline __attribute__((always_inline)) void
subtract_items(PyObject **items, Py_ssize_t n, visitproc visit, struct marking *m)
{
    PyObject *last = NULL;
    int member = 0;                    /* is that one of the set? -1: not known */
    for (Py_ssize_t k = n; --k >= 0; ) {
        PyObject *op = items[k];
        if (op == last) {
            if (member < 0)
                member = gc_is_collectable(op) && gc_is_collecting(op);
            if (member > 0 && REFS(GC_HEAD(op)) > 0) {
                GC_HEAD(op)->_gc_prev -= REFS_ONE;
                m->zeros += REFS(GC_HEAD(op)) == 0;
            }
            continue;
        }
        prefetch_item(items, k);
        member = op == NULL ? 0 : -1;
        if (op != NULL)
            visit(op, m);
        last = op;
    }
}

/* *m tells afterwards whether it refers to one of the set. */
static inline __attribute__((always_inline)) void
subtract_one(PyObject *op, struct plain *plain, visitproc visit, struct marking *m)
{
    Py_ssize_t n;
    PyObject **items = items_of(op, &n);
    m->refers = false;
    if (items == NULL && is_plain(plain, op))
        subtract_plain(plain, op, visit, m);
    else if (items == NULL)
        Py_TYPE(op)->tp_traverse(op, visit, m);
    subtract_items(items, n, visit, m);
}

static void
subtract_all(struct gc_set *set)
{
    struct plain plain = { NULL, NULL, 0, 0 };
    struct marking m = { .logs = 0 };
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = set->items[i];
        prefetch_object(set, i);
        subtract_one(op, &plain, visit_subtract, &m);
        if (!m.refers)
            set->items[i] = mark_leaf(op);
    }
}

static void
subtract_checked(struct gc_set *set)
{
    for (size_t i = 0; i < set->used; i++)
        Py_TYPE(set->items[i])->tp_traverse(set->items[i], visit_subtract_checked, set->items[i]);
}

/* The same without counts that have been copied, and on the way to the next log. True: all are reachable, and it has come there. */
static bool
subtract_moving(struct gc_set *set, PyObject **counted, unsigned logs, struct gc_log *to, int which)
{
    struct plain plain = { NULL, NULL, 0, 0 };
    struct marking m = { .logs = logs, .which = which, .base = GC_PLACE(to->used, which), .counted = counted };
    size_t from = to->used;
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = set->items[i];
        prefetch_object(set, i);
        gc_log_put(to, which, op);
        set->untracks |= Py_IS_TYPE(op, &PyTuple_Type);
        subtract_one(op, &plain, visit_count, &m);
        if (!m.refers)
            set->items[i] = mark_leaf(op);
    }
    if (m.zeros > 0) {
        to->used = from;
        return false;
    }
    for (size_t i = 0; i < m.ncounted; i++)
        gc_clear_flags(counted[i]);
    return true;
}

/* ---- the second pass: what is reachable ---- */

/* A reachable object refers to op: it will be kept when the walk comes to it, or is put at the end again. */
static inline int
visit_reach(PyObject *op, void *arg)
{
    struct gc_set *set = arg;
    if (!gc_is_collectable(op))
        return 0;
    PyGC_Head *head = GC_HEAD(op);
    if (!(head->_gc_prev & GC_COLLECTING))
        return 0;
    if (head->_gc_prev & GC_TENTATIVE) {
        head->_gc_prev = (head->_gc_prev & (GC_FINALIZED | GC_COLLECTING)) | REFS_ONE;
        set->items[set->used++] = op;
    }
    else if (REFS(head) == 0)
        head->_gc_prev |= REFS_ONE;
    return 0;
}

static void
reach_from(PyObject *op, struct gc_set *set)
{
    Py_ssize_t n;
    PyObject **items = items_of(op, &n);
    if (items == NULL)
        Py_TYPE(op)->tp_traverse(op, visit_reach, set);
    PyObject *last = NULL;
    for (Py_ssize_t k = n; --k >= 0; ) {
        if (items[k] == last)
            continue;
        prefetch_item(items, k);
        last = items[k];
        if (last != NULL)
            visit_reach(last, set);
    }
}

/* Objects without GC_COLLECTING are those to which none of the set refers. */
static void
walk(struct gc_set *set, struct gc_set *trash)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = without_mark(set->items[i]);
        PyGC_Head *head = GC_HEAD(op);
        if (i + AHEAD < set->used)
            __builtin_prefetch(GC_HEAD(without_mark(set->items[i + AHEAD])), 1);
        if (gc_is_collecting(op) && REFS(head) == 0) {
            head->_gc_prev |= GC_TENTATIVE;
            trash->items[trash->used++] = op;
            continue;
        }
        gc_clear_flags(op);
        if (!is_leaf(set->items[i]))
            reach_from(op, set);
        set->items[kept++] = op;
    }
    set->used = kept;
    size_t left = 0;
    for (size_t i = 0; i < trash->used; i++) {
        PyObject *op = trash->items[i];
        if (!gc_is_collecting(op))
            continue;
        GC_HEAD(op)->_gc_prev = (GC_HEAD(op)->_gc_prev & GC_FINALIZED) | GC_COLLECTING;
        trash->items[left++] = op;
    }
    trash->used = left;
}

void
gc_mark(struct gc_set *set, struct gc_set *trash, unsigned logs, struct gc_log *to, int which)
{
    bool checks = interp_current()->config.dev_mode, young = logs != 0 && _PyRuntime.interpreters.head->next == NULL;
    trash->used = 0;
    set->untracks = !young || checks;
    if (young && !checks) {
        if (subtract_moving(set, trash->items, logs, to, which))
            return;
    } else {
        copy_counts(set);
        if (checks)
            subtract_checked(set);
        else
            subtract_all(set);
    }
    walk(set, trash);
    for (size_t i = 0; i < set->used; i++)
        gc_log_put(to, which, set->items[i]);
}
