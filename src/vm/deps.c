/* vm/deps.c: the table of deps, and the reserved watchers that feed it.
 * A hash table by subject: changes name a subject, and all deps of one lie in one bucket. */
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

struct dep_table {
    struct dep **bucket;
    size_t nbuckets, used;
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
    struct dep_table wide = { PyMem_Calloc(t->nbuckets * 2, sizeof(*wide.bucket)), t->nbuckets * 2, t->used };
    if (wide.bucket == NULL)
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

int
dep_watch(PyThreadState *ts, enum dep_aspect aspect, void *subject, PyObject *name, uint16_t trace)
{
    struct dep_table *t = table_of(ts);
    if ((t == NULL && (t = table_make(ts)) == NULL) || !make_report(aspect, subject))
        return -1;
    struct dep *d = dep_find(t, aspect, subject, name);
    if (d == NULL && (d = dep_new(t, aspect, subject, name)) == NULL)
        return -1;
    for (int i = 0; i < d->ntraces; i++)
        if (d->traces[i] == trace)
            return 0;
    uint16_t *more = PyMem_Realloc(d->traces, (d->ntraces + 1u) * sizeof(*more));
    if (more == NULL)
        return -1;
    d->traces = more;
    more[d->ntraces++] = trace;
    return 0;
}

bool
dep_exists(PyThreadState *ts, enum dep_aspect aspect, void *subject, PyObject *name)
{
    struct dep_table *t = table_of(ts);
    return t != NULL && dep_find(t, aspect, subject, name) != NULL;
}

void
dep_forget(PyThreadState *ts, uint16_t trace)
{
    struct dep_table *t = table_of(ts);
    for (size_t b = 0; t != NULL && b < t->nbuckets; b++)
        for (struct dep **p = &t->bucket[b], *d; (d = *p) != NULL;) {
            for (int i = 0; i < d->ntraces; i++)
                if (d->traces[i] == trace)
                    d->traces[i--] = d->traces[--d->ntraces];
            if (d->ntraces != 0) {
                p = &d->next;
                continue;
            }
            *p = d->next;
            t->used--;
            dep_free(d);
        }
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
    if (t != NULL)
        PyMem_Free(t->bucket);
    PyMem_Free(t);
    interp->vm->deps = NULL;
}
