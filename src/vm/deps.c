/* vm/deps.c: the table of deps, and the reserved watchers that feed it.
 * A hash table by subject: changes name a subject, and all deps of one lie in one bucket. And by trace: which deps one relies on, so that forgetting it
 * touches nothing else. What keeps statistics watches as NO_TRACE_NUMBER, which is never forgotten and has no such list. */
#include "vm/deps.h"

#include "code/code.h"
#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/core/type.h"
#include "rt/interp.h"
#include "vm/function.h"
#include "vm/heat.h"
#include "vm/trace_ops.h"
#include "vm/vm_state.h"

#define FIRST_BUCKETS 64                                 /* a power of two */

#define NO_TRACE_NUMBER UINT16_MAX

struct relied { struct dep **deps; uint32_t n, room; };

struct dep_table {
    struct dep **bucket;
    size_t nbuckets, used;
    struct relied *by_trace;
    size_t ntraces;                                      /* room in by_trace */
};

static struct dep_table *
table_of(PyThreadState *ts)
{
    return ts->interp->vm == NULL ? NULL : ts->interp->vm->deps;
}

static struct dep **
bucket_of(struct dep_table *t, const void *subject)
{
    return &t->bucket[((uintptr_t)subject >> 4) * 0x9e3779b97f4a7c15u >> 32 & (t->nbuckets - 1)];
}

static int
grow(struct dep_table *t)
{
    struct dep_table wide = *t;
    wide.nbuckets = t->nbuckets * 2;
    if ((wide.bucket = PyMem_Calloc(wide.nbuckets, sizeof(*wide.bucket))) == NULL)
        return -1;
    for (size_t i = 0; i < t->nbuckets; i++)
        for (struct dep *d = t->bucket[i], *next; d != NULL; d = next) {
            next = d->next;
            struct dep **at = bucket_of(&wide, d->subject);
            d->next = *at;
            *at = d;
        }
    PyMem_Free(t->bucket);
    *t = wide;
    return 0;
}

static void
dep_free(struct dep *d)
{
    Py_XDECREF(d->name);
    PyMem_Free(d->traces);
    PyMem_Free(d);
}

static bool
same_name(PyObject *a, PyObject *b)
{
    return a == b || (a != NULL && b != NULL && PyUnicode_CheckExact(b) && dict_str_eq(a, b));
}

/* ---- by trace ---- */

/* Room for one more in the list of this trace; NULL: no memory. */
static struct relied *
relied_room(struct dep_table *t, uint16_t trace)
{
    if (trace >= t->ntraces) {
        size_t n = t->ntraces * 2 > trace ? t->ntraces * 2 : trace + 16u;
        struct relied *more = PyMem_Realloc(t->by_trace, n * sizeof(*more));
        if (more == NULL)
            return NULL;
        memset(more + t->ntraces, 0, (n - t->ntraces) * sizeof(*more));
        t->by_trace = more;
        t->ntraces = n;
    }
    struct relied *l = &t->by_trace[trace];
    if (l->n == l->room) {
        uint32_t room = l->room ? 2 * l->room : 8;
        struct dep **more = PyMem_Realloc(l->deps, room * sizeof(*more));
        if (more == NULL)
            return NULL;
        l->deps = more;
        l->room = room;
    }
    return l;
}

/* The traces that rely on d do so no more. */
static void
relied_remove(struct dep_table *t, const struct dep *d)
{
    for (int i = 0; i < d->ntraces; i++) {
        struct relied *l = d->traces[i] == NO_TRACE_NUMBER ? NULL : &t->by_trace[d->traces[i]];
        for (uint32_t k = 0; l != NULL && k < l->n; k++)
            if (l->deps[k] == d) {
                l->deps[k] = l->deps[--l->n];
                break;
            }
    }
}

/* ---- changes ---- */

void
dep_break(PyThreadState *ts, const void *subject, unsigned aspects, PyObject *name)
{
    struct dep_table *t = table_of(ts);
    struct dep *broken = NULL;
    if (t == NULL)
        return;
    for (struct dep **p = bucket_of(t, subject), *d; (d = *p) != NULL;) {
        bool hit = d->subject == subject && (aspects & DEP_BIT(d->aspect)) && (name == NULL || d->name == NULL || same_name(d->name, name));
        if (!hit) {
            p = &d->next;
            continue;
        }
        *p = d->next;
        d->next = broken;
        broken = d;
        t->used--;
        relied_remove(t, d);
    }
    while (broken != NULL) {                             /* apart: invalidate() may come back here */
        struct dep *d = broken;
        broken = d->next;
        if (trace_ops.invalidate != NULL)
            trace_ops.invalidate(ts, d);
        dep_free(d);
    }
}

static int
dict_changed(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *value)
{
    PyThreadState *ts = ts_current();
    switch (event) {
    case PyDict_EVENT_MODIFIED:
        dep_break(ts, dict, DEP_BIT(DEP_DICT_KEY), key);
        break;
    case PyDict_EVENT_ADDED:
    case PyDict_EVENT_DELETED:
        dep_break(ts, dict, DEP_BIT(DEP_DICT_KEY), key);
        dep_break(ts, dict, DEP_BIT(DEP_DICT_SHAPE), NULL);
        break;
    default:
        dep_break(ts, dict, DEP_ANY, NULL);
    }
    return 0;
}

/* The name is known when the change came through setattr; else anything may have changed. */
static int
type_changed(PyTypeObject *t)
{
    PyObject *name = type_modified_name();
    dep_break(ts_current(), t, DEP_BIT(DEP_TYPE_ATTR) | (name == NULL ? DEP_BIT(DEP_TYPE_LAYOUT) : 0), name);
    return 0;
}

static void type_died(PyTypeObject *t) { dep_break(ts_current(), t, DEP_ANY, NULL); }

static void
keys_changed(PyDictKeysObject *k, PyObject *name)
{
    dep_break(ts_current(), k, DEP_BIT(DEP_KEYS_NO_NAME), name);
}

/* ---- watching ---- */

static struct dep_table *
table_make(PyThreadState *ts)
{
    struct dep_table *t = PyMem_Calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->bucket = PyMem_Calloc(FIRST_BUCKETS, sizeof(*t->bucket));
    if (t->bucket == NULL) {
        PyMem_Free(t);
        return NULL;
    }
    t->nbuckets = FIRST_BUCKETS;
    dict_reserve_watcher(DICT_WATCHER_JIT, dict_changed);
    type_reserve_watcher(TYPE_WATCHER_JIT, type_changed);
    type_death_notice = type_died;
    keys_name_notice = keys_changed;
    return ts->interp->vm->deps = t;
}

/* Every class that a lookup passes must report, whether it has a version at that time or not. */
static bool
watch_type(PyTypeObject *t)
{
    if (!type_assign_version(t))
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(t->tp_mro); i++)
        *type_watch_bits((PyTypeObject *)PyTuple_GET_ITEM(t->tp_mro, i)) |= 1 << TYPE_WATCHER_JIT;
    return true;
}

/* Set the flag that makes the subject report this aspect. */
static bool
make_report(enum dep_aspect aspect, void *subject)
{
    switch (aspect) {
    case DEP_TYPE_ATTR:
    case DEP_TYPE_LAYOUT:
        return watch_type(subject);
    case DEP_KEYS_NO_NAME:
        ((PyDictKeysObject *)subject)->dk_watched = 1;
        return true;
    case DEP_DICT_KEY:
    case DEP_DICT_SHAPE:
        ((PyDictObject *)subject)->ma_version_tag |= 1u << DICT_WATCHER_JIT;
        return true;
    case DEP_FUNC_CODE:
    case DEP_FUNC_DEFAULTS:
        *function_flags(subject) |= FUNC_WATCHED;
        return true;
    case DEP_DEATH:
        if (PyType_Check((PyObject *)subject))
            return watch_type(subject);
        if (PyFunction_Check((PyObject *)subject))
            *function_flags(subject) |= FUNC_WATCHED;
        return PyFunction_Check((PyObject *)subject) || PyCode_Check((PyObject *)subject);
    default:
        return true;
    }
}

static struct dep *
dep_find(struct dep_table *t, enum dep_aspect aspect, void *subject, PyObject *name)
{
    struct dep *d = *bucket_of(t, subject);
    while (d != NULL && (d->subject != subject || d->aspect != aspect || !same_name(d->name, name)))
        d = d->next;
    return d;
}

static struct dep *
dep_new(struct dep_table *t, enum dep_aspect aspect, void *subject, PyObject *name)
{
    if (t->used >= t->nbuckets && grow(t) < 0)
        return NULL;
    struct dep *d = PyMem_Calloc(1, sizeof(*d)), **at = bucket_of(t, subject);
    if (d == NULL)
        return NULL;
    *d = (struct dep){ .next = *at, .subject = subject, .name = Py_XNewRef(name), .aspect = aspect };
    *at = d;
    t->used++;
    return d;
}

/* A name like `len` is watched by thousands of traces, each of which watches a few names. */
static bool
is_watched_by(const struct dep_table *t, const struct dep *d, uint16_t trace)
{
    if (trace == NO_TRACE_NUMBER)
        return d->ntraces > 0 && d->traces[0] == trace;
    for (uint32_t i = 0; trace < t->ntraces && i < t->by_trace[trace].n; i++)
        if (t->by_trace[trace].deps[i] == d)
            return true;
    return false;
}

int
dep_watch(PyThreadState *ts, enum dep_aspect aspect, void *subject, PyObject *name, uint16_t trace)
{
    struct dep_table *t = table_of(ts);
    if ((t == NULL && (t = table_make(ts)) == NULL) || !make_report(aspect, subject))
        return -1;
    struct dep *d = dep_find(t, aspect, subject, name);
    if (d != NULL && is_watched_by(t, d, trace))
        return 0;
    struct relied *l = trace == NO_TRACE_NUMBER ? NULL : relied_room(t, trace);
    if ((l == NULL && trace != NO_TRACE_NUMBER) || (d == NULL && (d = dep_new(t, aspect, subject, name)) == NULL))
        return -1;
    uint16_t *more = PyMem_Realloc(d->traces, (d->ntraces + 1u) * sizeof(*more));
    if (more == NULL)
        return -1;
    d->traces = more;
    more[d->ntraces++] = trace;
    if (trace == NO_TRACE_NUMBER) {                      /* where is_watched_by() looks */
        more[d->ntraces - 1] = more[0];
        more[0] = trace;
    }
    if (l != NULL)
        l->deps[l->n++] = d;
    return 0;
}

bool
dep_exists(PyThreadState *ts, enum dep_aspect aspect, void *subject, PyObject *name)
{
    struct dep_table *t = table_of(ts);
    return t != NULL && dep_find(t, aspect, subject, name) != NULL;
}

/* Nobody relies on d any more. */
static void
dep_remove(struct dep_table *t, struct dep *d)
{
    struct dep **p = bucket_of(t, d->subject);
    while (*p != d)
        p = &(*p)->next;
    *p = d->next;
    t->used--;
    dep_free(d);
}

void
dep_forget(PyThreadState *ts, uint16_t trace)
{
    struct dep_table *t = table_of(ts);
    if (t == NULL || trace >= t->ntraces)
        return;
    struct relied *l = &t->by_trace[trace];
    while (l->n > 0) {
        struct dep *d = l->deps[--l->n];
        for (int i = 0; i < d->ntraces; i++)
            if (d->traces[i] == trace) {
                d->traces[i] = d->traces[--d->ntraces];
                break;
            }
        if (d->ntraces == 0)
            dep_remove(t, d);
    }
    PyMem_Free(l->deps);
    *l = (struct relied){ NULL };
}

size_t
dep_count(PyThreadState *ts)
{
    struct dep_table *t = table_of(ts);
    return t == NULL ? 0 : t->used;
}

void
dep_fini(PyInterpreterState *interp)
{
    struct dep_table *t = interp->vm->deps;
    for (size_t b = 0; t != NULL && b < t->nbuckets; b++)
        for (struct dep *d = t->bucket[b], *next; d != NULL; d = next) {
            next = d->next;
            dep_free(d);
        }
    for (size_t i = 0; t != NULL && i < t->ntraces; i++)
        PyMem_Free(t->by_trace[i].deps);
    if (t != NULL) {
        PyMem_Free(t->by_trace);
        PyMem_Free(t->bucket);
    }
    PyMem_Free(t);
    interp->vm->deps = NULL;
}
