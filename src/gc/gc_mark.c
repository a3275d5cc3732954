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
    uintptr_t least[1 << GC_GEN_BITS]; /* objects of a log from this place on are in the set */
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
    return place >= m->least[GC_GENERATION(place)];
}

/* Objects of these logs, and those of log `which` from place `base` on. Not tracked is place 0 of log 0. */
static void
set_members(struct marking *m, unsigned logs, int which, uintptr_t base)
{
    for (int log = 0; log < 1 << GC_GEN_BITS; log++)
        m->least[log] = logs >> log & 1 ? 1 : log == which ? base : UINTPTR_MAX;
}

/* Where none has been. */
static inline int
visit_count(PyObject *op, void *arg)
{
    struct marking *m = arg;
    if (heap_is_plain(op) || !gc_is_collectable(op) || !is_member(m, GC_HEAD(op)))
        return 0;
    PyGC_Head *head = GC_HEAD(op);
    uintptr_t prev = head->_gc_prev;
    m->refers = true;
    if (!(prev & GC_COLLECTING)) {
        prev = (prev & GC_FINALIZED) | count_of(op);
        m->counted[m->ncounted++] = op;
    }
    if (LIKELY(prev >= REFS_ONE)) {
        prev -= REFS_ONE;
        m->zeros += prev < REFS_ONE;
    }
    head->_gc_prev = prev;
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

/* Where the references of a class's instances are: those in the memory of most objects are looked at here, where visitors are inlined. */
enum how {
    HOW_TRAVERSE,                      /* tp_traverse tells */
    HOW_LIST, HOW_TUPLE,               /* exact ones */
    HOW_VALUES,                        /* inline values, or the dict in front; the class */
    HOW_SLOTS,                         /* n references from `offset` on; the class */
    HOW_ITEMS,                         /* the dict in front if `offset` is not 0; the class; items of a list */
};

/* Classes that the set has shown, at places that their addresses give. counts: the class itself may be one of the set. */
struct kind { PyTypeObject *type; uint8_t how; bool counts; Py_ssize_t offset, n; };
#define KIND_BITS 4
struct kinds { struct kind at[1 << KIND_BITS]; };

static __attribute__((noinline)) void
look_at_class(struct kind *k, PyTypeObject *t, const struct marking *m)
{
    *k = (struct kind){ .type = t, .how = HOW_TRAVERSE };
    if (t == &PyList_Type || t == &PyTuple_Type)
        k->how = t == &PyList_Type ? HOW_LIST : HOW_TUPLE;
    else if (type_is_plain_values(t))
        k->how = HOW_VALUES;
    else if (type_is_plain_slots(t, &k->offset, &k->n))
        k->how = HOW_SLOTS;
    else if (type_is_plain_list(t)) {
        k->how = HOW_ITEMS;
        k->offset = t->tp_dictoffset;
    }
    if (k->how > HOW_TUPLE)
        k->counts = m != NULL ? is_member(m, GC_HEAD(t)) : gc_is_collecting((PyObject *)t);
}

/* m: NULL where who is in the set has been marked in it before. */
static inline const struct kind *
kind_of(struct kinds *known, PyObject *op, const struct marking *m)
{
    PyTypeObject *t = Py_TYPE(op);
    struct kind *k = &known->at[(uint64_t)(uintptr_t)t * 0x9e3779b97f4a7c15u >> (64 - KIND_BITS)];
    if (UNLIKELY(k->type != t))
        look_at_class(k, t, m);
    return k;
}

/* Fields of an instance, of which some may be empty; NULL: its dict tells. */
static inline PyObject **
fields_of(const struct kind *k, PyObject *op, Py_ssize_t *n)
{
    if (k->how == HOW_SLOTS) {
        *n = k->n;
        return (PyObject **)((char *)op + k->offset);
    }
    PyDictValues *v = inline_values(op);
    *n = v->valid ? v->capacity : 0;
    return LIKELY(MANAGED_DICT(op) == NULL) ? v->values : NULL;
}

/* The dict of an instance that has items. */
static inline PyObject *
dict_of(const struct kind *k, PyObject *op)
{
    return k->how == HOW_ITEMS && k->offset != 0 ? (PyObject *)MANAGED_DICT(op) : NULL;
}

static inline PyObject **
items_of(const struct kind *k, PyObject *op, Py_ssize_t *n)
{
    *n = Py_SIZE(op);
    return k->how == HOW_TUPLE ? tuple_items(op) : ((PyListObject *)op)->ob_item;
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
subtract_one(PyObject *op, const struct kind *k, visitproc visit, struct marking *m)
{
    Py_ssize_t n;
    PyObject **refs, *dict;
    m->refers = false;
    if (k->how == HOW_VALUES || k->how == HOW_SLOTS) {
        refs = fields_of(k, op, &n);
        if (UNLIKELY(refs == NULL)) {
            Py_TYPE(op)->tp_traverse(op, visit, m);
            return;
        }
        for (PyObject **end = refs + n; refs < end; refs++)
            if (*refs != NULL)
                visit(*refs, m);
    }
    else if (k->how == HOW_TRAVERSE) {
        Py_TYPE(op)->tp_traverse(op, visit, m);
        return;
    }
    else {
        refs = items_of(k, op, &n);
        subtract_items(refs, n, visit, m);
        if ((dict = dict_of(k, op)) != NULL)
            visit(dict, m);
    }
    if (UNLIKELY(k->counts))
        visit((PyObject *)k->type, m);
}

static void
subtract_all(struct gc_set *set)
{
    struct kinds known = { 0 };
    struct marking m = { .zeros = 0 };
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = set->items[i];
        prefetch_object(set, i);
        subtract_one(op, kind_of(&known, op, NULL), visit_subtract, &m);
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
    struct kinds known = { 0 };
    struct marking m = { .counted = counted };
    PyObject **items = set->items, **at = (PyObject **)to->items + to->used;
    uintptr_t place = GC_PLACE(to->used, which);
    size_t n = set->used;
    bool untracks = false;
    set_members(&m, logs, which, place);
    for (size_t i = 0; i < n; i++, place += GC_PLACE(1, 0) - GC_PLACE(0, 0)) {
        PyObject *op = items[i];
        if (LIKELY(i + AHEAD < n))
            __builtin_prefetch(GC_HEAD(items[i + AHEAD]), 1);
        *at++ = op;
        GC_HEAD(op)->_gc_next = place;
        const struct kind *k = kind_of(&known, op, &m);
        untracks |= k->how == HOW_TUPLE;
        subtract_one(op, k, visit_count, &m);
        if (!m.refers)
            items[i] = mark_leaf(op);
    }
    set->untracks |= untracks;
    if (m.zeros > 0)
        return false;
    to->used += n;
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
reach_items(PyObject **items, Py_ssize_t n, struct gc_set *set)
{
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

/* In the order in which tp_traverse goes. */
static void
reach_from(PyObject *op, const struct kind *k, struct gc_set *set)
{
    Py_ssize_t n = 0;
    PyObject **fields = k->how == HOW_VALUES || k->how == HOW_SLOTS ? fields_of(k, op, &n) : NULL, *dict = dict_of(k, op);
    if (k->how == HOW_TRAVERSE || (k->how == HOW_VALUES && fields == NULL)) {
        Py_TYPE(op)->tp_traverse(op, visit_reach, set);
        return;
    }
    if (dict != NULL)
        visit_reach(dict, set);
    for (Py_ssize_t i = 0; i < n; i++)
        if (fields[i] != NULL)
            visit_reach(fields[i], set);
    if (k->counts)
        visit_reach((PyObject *)k->type, set);
    if (fields == NULL) {
        PyObject **items = items_of(k, op, &n);
        reach_items(items, n, set);
    }
}

/* Objects without GC_COLLECTING are those to which none of the set refers. */
static void
walk(struct gc_set *set, struct gc_set *trash)
{
    struct kinds known = { 0 };
    PyObject **items = set->items, **dead = trash->items;
    size_t kept = 0, ndead = 0, left = 0;
    for (size_t i = 0; i < set->used; i++) {
        PyObject *op = without_mark(items[i]);
        PyGC_Head *head = GC_HEAD(op);
        if (i + AHEAD < set->used)
            __builtin_prefetch((char *)items[i + AHEAD] - sizeof(PyGC_Head), 1);
        if ((head->_gc_prev & ~(uintptr_t)GC_FINALIZED) == GC_COLLECTING) {          /* no reference is left */
            head->_gc_prev |= GC_TENTATIVE;
            dead[ndead++] = op;
            continue;
        }
        gc_clear_flags(op);
        if (!is_leaf(items[i]))
            reach_from(op, kind_of(&known, op, NULL), set);
        items[kept++] = op;
    }
    set->used = kept;
    for (size_t i = 0; i < ndead; i++) {
        PyObject *op = dead[i];
        if (!gc_is_collecting(op))
            continue;
        GC_HEAD(op)->_gc_prev = (GC_HEAD(op)->_gc_prev & GC_FINALIZED) | GC_COLLECTING;
        dead[left++] = op;
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
