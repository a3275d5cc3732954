/* gc/gc_mark.c: find unreachable cycles.
 * Idea:      copy the reference counts, subtract the references that come from inside the set; what stays above 0 is
 *            held from outside, and so is all it reaches.
 *              A(2) <-> B(1)  --subtract-->  A(1) B(0)     A is held from outside and keeps B
 * Order:     the set is walked like a list: a member without outside references is passed over (tentatively), and
 *            appended again when a reachable one refers to it. So both results keep the order that users can see in
 *            finalizers.
 * Leaves:    most objects refer to none of the set. The first pass notes that in the lowest bit of their addresses, so that the second need not look at what they refer to.
 * Invariant: nothing here may change a reference count or run Python code. */
#include "gc/gc_impl.h"

#include <stdio.h>

#include "object/coll/tuple.h"
#include "object/core/type_slots.h"
#include "rt/hooks.h"

#define REFS_ONE ((uintptr_t)1 << GC_FLAG_BITS)
#define REFS(head) ((head)->_gc_prev >> GC_FLAG_BITS)

/* Objects lie all over the memory, but the set tells which come soon. */
#define AHEAD 8
static inline void
prefetch_object(struct gc_set *set, size_t i)
{
    if (i + AHEAD < set->used)
        __builtin_prefetch(GC_HEAD(set->items[i + AHEAD]));
}

static void
copy_counts(struct gc_set *set)
{
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = set->items[i];
        prefetch_object(set, i);
        PyGC_Head *head = GC_HEAD(op);
        uintptr_t refs = _Py_IsImmortal(op) ? (uintptr_t)1 << 40 : (uintptr_t)Py_REFCNT(op);
        head->_gc_prev = (head->_gc_prev & GC_FINALIZED) | GC_COLLECTING | refs << GC_FLAG_BITS;
    }
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

#define LEAF ((uintptr_t)1)
static inline PyObject *mark_leaf(PyObject *op) { return (PyObject *)((uintptr_t)op | LEAF); }
static inline bool is_leaf(PyObject *op) { return (uintptr_t)op & LEAF; }
static inline PyObject *without_mark(PyObject *op) { return (PyObject *)((uintptr_t)op & ~LEAF); }

/* *refers: one of the set is among them. */
static inline int
visit_subtract(PyObject *op, void *refers)
{
    if (gc_is_collectable(op)) {
        PyGC_Head *head = GC_HEAD(op);
        if (head->_gc_prev & GC_COLLECTING) {
            *(bool *)refers = true;
            if (REFS(head) > 0)
                head->_gc_prev -= REFS_ONE;
        }
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

/* A type whose instances consist of references, as far as the set has shown: those of one type mostly come one behind the other. */
struct plain { PyTypeObject *type, *other; Py_ssize_t offset, n; };

/* Is op an instance of a type that p knows, or gets to know now? */
static inline bool
is_plain(struct plain *p, PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    if (LIKELY(t == p->type))
        return true;
    if (t == p->other)
        return false;
    Py_ssize_t offset, n;
    if (!type_is_plain_slots(t, &offset, &n)) {
        p->other = t;
        return false;
    }
    *p = (struct plain){ t, p->other, offset, n };
    return true;
}

static void
subtract_plain(const struct plain *p, PyObject *op, bool *refers)
{
    PyObject **items = (PyObject **)((char *)op + p->offset);
    for (Py_ssize_t k = 0; k < p->n; k++)
        if (items[k] != NULL)
            visit_subtract(items[k], refers);
    if (GC_HEAD((PyObject *)p->type)->_gc_prev & GC_COLLECTING)        /* as a rule it is older */
        visit_subtract((PyObject *)p->type, refers);
}

/* What such an instance refers to, soon to be looked at. */
static inline void
prefetch_members(const struct plain *p, const struct gc_set *set, size_t i)
{
    PyObject *soon = i + AHEAD / 2 < set->used ? set->items[i + AHEAD / 2] : NULL;
    if (soon == NULL || Py_TYPE(soon) != p->type)
        return;
    for (Py_ssize_t k = 0; k < p->n; k++)
        __builtin_prefetch(((PyObject **)((char *)soon + p->offset))[k]);
}

static void
subtract_members(struct gc_set *set)
{
    struct plain plain = { NULL, NULL, 0, 0 };
    Py_ssize_t n;
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = set->items[i], **items = items_of(op, &n);
        bool refers = false;
        prefetch_object(set, i);
        if (items == NULL && is_plain(&plain, op)) {
            prefetch_members(&plain, set, i);
            subtract_plain(&plain, op, &refers);
        }
        else if (items == NULL)
            Py_TYPE(op)->tp_traverse(op, visit_subtract, &refers);
        for (Py_ssize_t k = n; --k >= 0; )
            if (items[k] != NULL)
                visit_subtract(items[k], &refers);
        if (!refers)
            set->items[i] = mark_leaf(op);
    }
}

static int
visit_subtract_checked(PyObject *op, void *from)
{
    if (is_dead(op))
        report_dead(from);
    if (gc_is_collectable(op) && (GC_HEAD(op)->_gc_prev & GC_COLLECTING) && REFS(GC_HEAD(op)) == 0)
        report_count(op, from);
    bool refers;
    return visit_subtract(op, &refers);
}

static void
subtract(struct gc_set *set)
{
    if (LIKELY(!interp_current()->config.dev_mode)) {
        subtract_members(set);
        return;
    }
    for (size_t i = 0; i < set->used; i++)
        Py_TYPE(set->items[i])->tp_traverse(set->items[i], visit_subtract_checked, set->items[i]);
}

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
    for (Py_ssize_t k = n; --k >= 0; )
        if (items[k] != NULL)
            visit_reach(items[k], set);
}

void
gc_mark(struct gc_set *set, struct gc_set *trash)
{
    size_t given = set->used, kept = 0;
    copy_counts(set);
    subtract(set);
    trash->used = 0;
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = without_mark(set->items[i]);
        PyGC_Head *head = GC_HEAD(op);
        prefetch_object(set, i);
        if (REFS(head) == 0) {
            head->_gc_prev |= GC_TENTATIVE;
            trash->items[trash->used++] = op;
            continue;
        }
        gc_clear_flags(op);
        if (!is_leaf(set->items[i]))
            reach_from(op, set);
        set->items[kept++] = op;
    }
    (void)given;
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
