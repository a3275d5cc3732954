/* object/core/type_state.c: versions, the attribute cache, watchers, and what static types have per interpreter.
 *
 * A version tag names the result of every lookup on a type. Changing a dict in the MRO takes the tag away from the
 * type and all its subclasses; the next lookup that wants to be cached gives a new one. Tags are never reused, so a
 * cache entry (version, name) is either right or unreachable. A tag is given to a type only together with tags to
 * its bases: otherwise a change of a base without a tag would stop there and not reach the subclass. */
#include "object/core/type_impl.h"

#include <stdlib.h>
#include <string.h>

#include "rt/singletons.h"
#include "object/coll/dict.h"
#include "object/core/err.h"
#include "object/core/exc.h"
#include "object/core/object.h"
#include "object/core/type_slot_fn.h"
#include "object/core/weakref.h"

#define STATIC_TYPES_MAX 768

static uint32_t next_global_version = 1;
static size_t nstatic_types;                 /* indices handed out, process-wide */
static uint64_t own_rows[STATIC_TYPES_MAX][TYPE_SLOT_ROWS_MAX / 64];

int
type_state_init(PyInterpreterState *interp)
{
    struct type_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return -1;
    s->statics = calloc(STATIC_TYPES_MAX, sizeof *s->statics);
    if (s->statics == NULL) {
        free(s);
        return -1;
    }
    s->next_version = TYPE_MAX_GLOBAL_VERSION + 1;
    interp->types = s;
    return 0;
}

void
type_state_fini(PyInterpreterState *interp)
{
    struct type_state *s = interp->types;
    if (s == NULL)
        return;
    free(s->statics);
    free(s);
    interp->types = NULL;
}

/* ---- static types ---- */

struct static_type *
static_type_slot(PyTypeObject *t)
{
    size_t index = (size_t)t->tp_subclasses;
    return index == 0 ? NULL : &type_state()->statics[index - 1];
}

struct static_type *
static_type_slot_make(PyTypeObject *t)
{
    struct type_state *s = type_state();
    if (t->tp_subclasses == NULL) {
        if (nstatic_types == STATIC_TYPES_MAX) {
            PyErr_SetString(PyExc_SystemError, "too many static builtin types");
            return NULL;
        }
        t->tp_subclasses = (void *)++nstatic_types;
    }
    size_t index = (size_t)t->tp_subclasses;
    struct static_type *slot = &s->statics[index - 1];
    slot->type = t;
    if (s->nstatics < index)
        s->nstatics = index;
    return slot;
}

PyObject **
type_dict_slot(PyTypeObject *t)
{
    if (!type_is_static_builtin(t))
        return &t->tp_dict;
    struct static_type *slot = static_type_slot(t);
    return slot == NULL ? NULL : &slot->dict;
}

PyObject **
type_subclasses_slot(PyTypeObject *t)
{
    if (!type_is_static_builtin(t))
        return (PyObject **)&t->tp_subclasses;
    struct static_type *slot = static_type_slot(t);
    return slot == NULL ? NULL : &slot->subclasses;
}

PyObject **
type_weaklist(PyTypeObject *t)
{
    if (!type_is_static_builtin(t))
        return &t->tp_weaklist;
    struct static_type *slot = static_type_slot(t);
    return slot == NULL ? NULL : &slot->weaklist;
}

PyObject *
type_dict(PyTypeObject *t)
{
    if (LIKELY(!type_is_static_builtin(t)))
        return t->tp_dict;
    struct static_type *slot = static_type_slot(t);
    return slot == NULL ? NULL : slot->dict;
}

PyObject *PyType_GetDict(PyTypeObject *t) { return Py_XNewRef(type_dict(t)); }
PyObject *_PyType_GetDict(PyTypeObject *t) { return type_dict(t); }

int
type_ready_static(PyTypeObject *t)
{
    t->tp_flags |= _Py_TPFLAGS_STATIC_BUILTIN | Py_TPFLAGS_IMMUTABLETYPE;
    struct static_type *slot = static_type_slot_make(t);
    if (slot == NULL)
        return -1;
    if (slot->ready)
        return 0;
    if (slot->readying)                  /* met again while its own parts are made */
        return 0;
    slot->readying = true;
    int err = type_ready_unlocked(t);
    slot->readying = false;
    if (err == 0)
        (void)type_assign_version(t);
    return err;
}

void
static_type_set_own(PyTypeObject *t, size_t row)
{
    own_rows[(size_t)t->tp_subclasses - 1][row / 64] |= (uint64_t)1 << row % 64;
}

bool
static_type_is_own(PyTypeObject *t, size_t row)
{
    return own_rows[(size_t)t->tp_subclasses - 1][row / 64] >> row % 64 & 1;
}

int
_PyStaticType_InitForExtension(PyInterpreterState *interp, PyTypeObject *t)
{
    return type_ready_static(t);
}

/* Not all of them have a declaration that this folder may see. */
#define STATIC_TYPE(name) extern PyTypeObject name;
#include "object/core/static_types.def"
#undef STATIC_TYPE

static PyTypeObject *const static_types[] = {
#define STATIC_TYPE(name) &name,
#include "object/core/static_types.def"
#undef STATIC_TYPE
};

int
type_init_builtin_types(PyInterpreterState *interp)
{
    for (size_t i = 0; i < sizeof static_types / sizeof *static_types; i++)
        if (type_ready_static(static_types[i]) < 0)
            return -1;
    return 0;
}

void
type_fini_builtin_types(PyInterpreterState *interp)
{
    struct type_state *s = interp->types;
    PyType_ClearCache();
    Py_CLEAR(s->copyreg);
    /* Subtypes were made after their bases: take them down the other way round. The types themselves stay, and so
     * does what other interpreters share. */
    for (size_t i = s->nstatics; i-- > 0;) {
        struct static_type *slot = &s->statics[i];
        if (slot->type == NULL)
            continue;
        if (slot->weaklist != NULL)
            weakref_clear_no_callbacks((PyObject *)slot->type);
        Py_CLEAR(slot->subclasses);
        if (slot->dict != NULL)
            PyDict_Clear(slot->dict);
    }
    for (size_t i = s->nstatics; i-- > 0;) {
        Py_CLEAR(s->statics[i].dict);
        s->statics[i].ready = false;
    }
}

/* ---- attribute cache ---- */

/* Walk the MRO. *error is set (and an exception) when comparing odd keys failed. */
static PyObject *
find_in_mro(PyTypeObject *t, PyObject *name, bool *error)
{
    *error = false;
    Py_hash_t hash = PyObject_Hash(name);
    if (hash == -1) {
        *error = true;
        return NULL;
    }
    PyObject *mro = t->tp_mro;
    if (mro == NULL) {
        if ((t->tp_flags & Py_TPFLAGS_READYING) == 0 && PyType_Ready(t) < 0) {
            *error = true;
            return NULL;
        }
        mro = t->tp_mro;
        if (mro == NULL)
            return NULL;
    }
    PyObject *out = NULL;
    Py_INCREF(mro);                      /* comparing keys may run code that replaces it */
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro); i < n; i++) {
        PyObject *dict = type_dict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        if (dict == NULL)
            continue;
        out = _PyDict_GetItem_KnownHash(dict, name, hash);
        if (out != NULL)
            break;
        if (PyErr_Occurred()) {
            *error = true;
            break;
        }
    }
    Py_DECREF(mro);
    return out;
}

PyObject *
type_find(PyTypeObject *t, PyObject *name)
{
    PyThreadState *ts = ts_current();
    PyObject *pending = ts->current_exception;
    ts->current_exception = NULL;
    bool error;
    PyObject *out = find_in_mro(t, name, &error);
    if (error)
        PyErr_Clear();
    ts->current_exception = pending;
    return out;
}

PyObject *
type_lookup_uncached(PyTypeObject *t, PyObject *name)
{
    /* Whatever the caller has raised stays raised; what the search raises is dropped. */
    PyThreadState *ts = ts_current();
    PyObject *pending = ts->current_exception;
    ts->current_exception = NULL;
    bool cacheable = PyUnicode_CheckExact(name) && PyUnicode_GET_LENGTH(name) <= TYPE_CACHE_NAME_MAX
        && type_assign_version(t);
    uint32_t version = t->tp_version_tag;
    bool error;
    PyObject *out = find_in_mro(t, name, &error);
    if (error)
        PyErr_Clear();
    else if (cacheable && version == t->tp_version_tag) {
        struct type_cache_entry *e = type_cache_entry(ts->interp->types, version, name);
        PyObject *old = e->name;
        e->version = version;
        e->value = out;
        e->name = Py_NewRef(name);
        Py_XDECREF(old);
    }
    ts->current_exception = pending;
    return out;
}

PyObject *
type_lookup(PyTypeObject *t, PyObject *name)
{
    return type_lookup_inline(t, name);
}

PyObject *
type_lookup_versioned(PyTypeObject *t, PyObject *name, unsigned int *version)
{
    PyObject *out = Py_XNewRef(type_lookup(t, name));
    *version = t->tp_version_tag;
    return out;
}

PyObject *_PyType_Lookup(PyTypeObject *t, PyObject *name) { return type_lookup(t, name); }
PyObject *_PyType_LookupRef(PyTypeObject *t, PyObject *name) { return Py_XNewRef(type_lookup(t, name)); }

unsigned int
PyType_ClearCache(void)
{
    struct type_state *s = type_state();
    for (size_t i = 0; i < TYPE_CACHE_SIZE; i++) {
        s->cache[i].version = 0;
        s->cache[i].value = NULL;
        Py_CLEAR(s->cache[i].name);
    }
    return s->next_version - 1;
}

void
type_cache_forget(PyTypeObject *t)
{
    struct type_state *s = type_state();
    PyTypeObject **p = &s->by_version[t->tp_version_tag & (TYPE_CACHE_SIZE - 1)];
    if (*p == t)
        *p = NULL;
}

/* ---- versions ---- */

static int
modified_subclass(PyTypeObject *sub, void *arg)
{
    PyType_Modified(sub);
    return 0;
}

static void
call_watchers(PyTypeObject *t, unsigned watchers)
{
    struct type_state *s = type_state();
    PyObject *pending = PyErr_GetRaisedException();
    for (int i = 0; i <= TYPE_WATCHER_JIT; i++) {
        if ((watchers & (1u << i)) == 0 || s->watchers[i] == NULL)
            continue;
        if (s->watchers[i](t) < 0)
            PyErr_FormatUnraisable("Exception ignored in type watcher callback #%d for %R", i, t);
    }
    PyErr_SetRaisedException(pending);
}

void
PyType_Modified(PyTypeObject *t)
{
    unsigned watchers = *type_watch_bits(t);
    if (t->tp_version_tag == 0) {        /* then no subclass has one either */
        if (LIKELY((watchers & 1u << TYPE_WATCHER_JIT) == 0))
            return;
        watchers = 1u << TYPE_WATCHER_JIT;
    }
    if (*type_subclasses_slot(t) != NULL)
        (void)type_each_subclass(t, modified_subclass, NULL);
    if (UNLIKELY(watchers != 0))
        call_watchers(t, watchers);
    type_cache_forget(t);
    type_set_version_tag(t, 0);
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)
        type_heap(t)->_spec_cache.getitem = NULL;      /* filled under a version; init checks its own */
}

void
type_modified_attr(PyTypeObject *t, PyObject *name)
{
    struct type_state *s = type_state();
    PyObject *before = s->modified_name;
    s->modified_name = name;
    PyType_Modified(t);
    s->modified_name = before;
}

PyObject *type_modified_name(void) { return type_state()->modified_name; }

/* mro() found through type(t) when it is not type.mro itself. */
static bool
has_custom_mro(PyTypeObject *t)
{
    if (Py_IS_TYPE(t, &PyType_Type))
        return false;
    return type_lookup(Py_TYPE(t), ID(mro)) != type_lookup(&PyType_Type, ID(mro));
}

void
type_mro_modified(PyTypeObject *t, PyObject *bases)
{
    bool cacheable = !has_custom_mro(t);
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(bases); cacheable && i < n; i++)
        cacheable = type_is_subtype(t, (PyTypeObject *)PyTuple_GET_ITEM(bases, i));
    if (cacheable)
        return;
    type_cache_forget(t);
    type_set_version_tag(t, 0);
    t->tp_versions_used = TYPE_VERSIONS_DISABLED;
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)
        type_heap(t)->_spec_cache.getitem = NULL;
}

bool
type_assign_version(PyTypeObject *t)
{
    if (LIKELY(t->tp_version_tag != 0))
        return true;
    if ((t->tp_flags & Py_TPFLAGS_READY) == 0 || t->tp_versions_used >= TYPE_MAX_VERSIONS_PER_CLASS)
        return false;
    PyObject *bases = t->tp_bases;
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(bases); i < n; i++)
        if (!type_assign_version((PyTypeObject *)PyTuple_GET_ITEM(bases, i)))
            return false;
    struct type_state *s = type_state();
    uint32_t version;
    if (type_is_static_builtin(t)) {
        if (next_global_version > TYPE_MAX_GLOBAL_VERSION)
            return false;
        version = next_global_version++;
    } else {
        if (s->next_version == 0)
            return false;
        version = s->next_version++;
    }
    t->tp_versions_used++;
    type_set_version_tag(t, version);
    s->by_version[version & (TYPE_CACHE_SIZE - 1)] = t;
    return true;
}

int PyUnstable_Type_AssignVersionTag(PyTypeObject *t) { return type_assign_version(t); }

PyTypeObject *
type_by_version(unsigned int version)
{
    PyTypeObject *t = type_state()->by_version[version & (TYPE_CACHE_SIZE - 1)];
    return t != NULL && version != 0 && t->tp_version_tag == version ? t : NULL;
}

void
type_set_version(PyTypeObject *t, unsigned int version)
{
    type_cache_forget(t);
    type_set_version_tag(t, version);
    if (version != 0)
        type_state()->by_version[version & (TYPE_CACHE_SIZE - 1)] = t;
}

int
type_cache_init(PyHeapTypeObject *t, PyObject *init, unsigned int version)
{
    if (version == 0 || t->ht_type.tp_version_tag != version)
        return 0;
    t->_spec_cache.init = init;
    return 1;
}

int
type_cache_getitem(PyHeapTypeObject *t, PyObject *getitem, unsigned int version)
{
    if (t->ht_type.tp_version_tag == 0)
        return 0;
    t->_spec_cache.getitem = getitem;
    t->_spec_cache.getitem_version = version;
    return 1;
}

/* ---- watchers ---- */

void (*type_death_notice)(PyTypeObject *t);

void type_reserve_watcher(int id, PyType_WatchCallback callback) { type_state()->watchers[id] = callback; }

static int
check_watcher_id(struct type_state *s, int id)
{
    if (id < 0 || id >= TYPE_MAX_WATCHERS) {
        PyErr_Format(PyExc_ValueError, "Invalid type watcher ID %d", id);
        return -1;
    }
    if (s->watchers[id] == NULL) {
        PyErr_Format(PyExc_ValueError, "No type watcher set for ID %d", id);
        return -1;
    }
    return 0;
}

int
PyType_AddWatcher(PyType_WatchCallback callback)
{
    struct type_state *s = type_state();
    for (int i = 0; i < TYPE_MAX_WATCHERS; i++) {
        if (s->watchers[i] == NULL) {
            s->watchers[i] = callback;
            return i;
        }
    }
    PyErr_SetString(PyExc_RuntimeError, "no more type watcher IDs available");
    return -1;
}

int
PyType_ClearWatcher(int id)
{
    struct type_state *s = type_state();
    if (check_watcher_id(s, id) < 0)
        return -1;
    s->watchers[id] = NULL;
    return 0;
}

int
PyType_Watch(int id, PyObject *obj)
{
    if (!PyType_Check(obj)) {
        PyErr_SetString(PyExc_ValueError, "Cannot watch non-type");
        return -1;
    }
    PyTypeObject *t = (PyTypeObject *)obj;
    if (check_watcher_id(type_state(), id) < 0)
        return -1;
    (void)type_assign_version(t);        /* without a version a change would go unnoticed */
    t->tp_watched |= (unsigned char)(1 << id);
    return 0;
}

int
PyType_Unwatch(int id, PyObject *obj)
{
    if (!PyType_Check(obj)) {
        PyErr_SetString(PyExc_ValueError, "Cannot watch non-type");
        return -1;
    }
    if (check_watcher_id(type_state(), id) < 0)
        return -1;
    ((PyTypeObject *)obj)->tp_watched &= (unsigned char)~(1 << id);
    return 0;
}
