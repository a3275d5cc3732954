/* gc/gc_mark.c: find unreachable cycles.
 * Idea:      copy the reference counts, subtract the references that come from inside the set; what stays above 0 is
 *            held from outside, and so is all it reaches.
 *              A(2) <-> B(1)  --subtract-->  A(1) B(0)     A is held from outside and keeps B
 * Order:     the set is walked like a list: a member without outside references is passed over (tentatively), and
 *            appended again when a reachable one refers to it. So both results keep the order that users can see in
 *            finalizers.
 * Invariant: nothing here may change a reference count or run Python code. */
#include "gc/gc_impl.h"

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

static int
visit_subtract(PyObject *op, void *unused)
{
    if (gc_is_collectable(op)) {
        PyGC_Head *head = GC_HEAD(op);
        if ((head->_gc_prev & GC_COLLECTING) && REFS(head) > 0)
            head->_gc_prev -= REFS_ONE;
    }
    return 0;
}

static void
subtract(struct gc_set *set)
{
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = set->items[i];
        prefetch_object(set, i);
        Py_TYPE(op)->tp_traverse(op, visit_subtract, NULL);
    }
}

/* A reachable object refers to op: it will be kept when the walk comes to it, or is put at the end again. */
static int
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

void
gc_mark(struct gc_set *set, struct gc_set *trash)
{
    size_t given = set->used, kept = 0;
    copy_counts(set);
    subtract(set);
    trash->used = 0;
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = set->items[i];
        PyGC_Head *head = GC_HEAD(op);
        prefetch_object(set, i);
        if (REFS(head) == 0) {
            head->_gc_prev |= GC_TENTATIVE;
            trash->items[trash->used++] = op;
            continue;
        }
        gc_clear_flags(op);
        Py_TYPE(op)->tp_traverse(op, visit_reach, set);
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
