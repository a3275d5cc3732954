/* object/core/type_impl.h: what the type_*.c files share. Nobody else includes it, except object_attr.c. */
#ifndef ADDER_OBJECT_CORE_TYPE_IMPL_H
#define ADDER_OBJECT_CORE_TYPE_IMPL_H

#include <Python.h>

#include "base/own.h"
#include "rt/interp.h"
#include "rt/thread.h"
#include "object/core/type.h"

/* ---- state of an interpreter (type_state.c) ---- */

#define TYPE_CACHE_SIZE 4096
#define TYPE_CACHE_NAME_MAX 100          /* longer names are not cached */
#define TYPE_VERSIONS_DISABLED 30000     /* tp_versions_used of types whose MRO is made by custom code */

struct type_cache_entry {
    uint32_t version;                    /* of the type; a stale one never matches again */
    PyObject *name;                      /* owned, compared by address */
    PyObject *value;                     /* borrowed from the dict of a base; NULL: absent */
};

/* What a static builtin type has per interpreter; found by the index in its tp_subclasses. */
struct static_type {
    PyTypeObject *type;
    PyObject *dict, *subclasses, *weaklist;
    bool ready, readying;
};

struct type_state {
    struct type_cache_entry cache[TYPE_CACHE_SIZE];
    PyTypeObject *by_version[TYPE_CACHE_SIZE];       /* direct-mapped: the last type that got such a version */
    uint32_t next_version;               /* for heap types; 0 = used up */
    PyType_WatchCallback watchers[TYPE_MAX_WATCHERS + 1];
    PyObject *modified_name;             /* borrowed: what type_setattro() changes now */
    struct static_type *statics;         /* by index - 1 */
    size_t nstatics;
    PyObject *copyreg;                   /* the module, imported on demand */
};

/* PyType_Modified() for one attribute. */
void type_modified_attr(PyTypeObject *t, PyObject *name);

static inline struct type_state *type_state(void) { return ts_current()->interp->types; }
/* What type_lookup() does, cached or not: entries with version 0 have no name. */
PyObject *type_lookup_uncached(PyTypeObject *t, PyObject *name);
static inline struct type_cache_entry *type_cache_entry(struct type_state *s, uint32_t version, PyObject *name)
{
    return &s->cache[(version ^ (uint32_t)((uintptr_t)name >> 3)) & (TYPE_CACHE_SIZE - 1)];
}
/* type_lookup() for where it is called most. */
BORROWED(t) static inline PyObject *type_lookup_inline(PyTypeObject *t, PyObject *name)
{
    uint32_t version = t->tp_version_tag;
    struct type_cache_entry *e = type_cache_entry(type_state(), version, name);
    return LIKELY(e->name == name && e->version == version) ? e->value : type_lookup_uncached(t, name);
}
/* The slot of a static builtin type in this interpreter; NULL before type_ready_static(). */
struct static_type *static_type_slot(PyTypeObject *t);
/* The same, made if needed; NULL with MemoryError. */
struct static_type *static_type_slot_make(PyTypeObject *t);

/* Which rows of type_slotdefs[] a static type filled itself when it was first made ready. Later interpreters ask, since
 * after the first time inherited slots look like own ones. */
#define TYPE_SLOT_ROWS_MAX 128
#define TYPE_NEW_ROW (TYPE_SLOT_ROWS_MAX - 1)        /* stands for tp_new, which has no row */
void static_type_set_own(PyTypeObject *t, size_t row);
bool static_type_is_own(PyTypeObject *t, size_t row);

/* The words that static builtin types keep elsewhere. */
PyObject **type_dict_slot(PyTypeObject *t);
PyObject **type_subclasses_slot(PyTypeObject *t);

static inline void
type_set_version_tag(PyTypeObject *t, unsigned int version)
{
    t->tp_version_tag = version;
    if (version != 0)
        t->tp_flags |= Py_TPFLAGS_VALID_VERSION_TAG;
    else
        t->tp_flags &= ~Py_TPFLAGS_VALID_VERSION_TAG;
}
/* type_lookup() without the cache, for types under construction. */
BORROWED(t) PyObject *type_find(PyTypeObject *t, PyObject *name);
/* After the MRO changed: types with custom MRO code never get a version. */
void type_mro_modified(PyTypeObject *t, PyObject *bases);
/* Forget entries about t before it dies. */
void type_cache_forget(PyTypeObject *t);

/* ---- subclass links (type_subclasses.c) ---- */

int type_add_subclass(PyTypeObject *base, PyTypeObject *t);
int type_add_all_subclasses(PyTypeObject *t, PyObject *bases);
void type_remove_subclass(PyTypeObject *base, PyTypeObject *t);
void type_remove_all_subclasses(PyTypeObject *t, PyObject *bases);
/* Call f for each living direct subclass; stops at the first non-zero result and gives it. f may change links. */
int type_each_subclass(PyTypeObject *t, int (*f)(PyTypeObject *sub, void *arg), void *arg);

/* ---- MRO (type_mro.c) ---- */

/* Compute t's MRO (calling a custom mro()), store it. *old_mro, if wanted, gets the previous one. 1, 0 when the code
 * it ran replaced the MRO itself, -1. */
int type_mro_internal(PyTypeObject *t, PyObject **old_mro);
OWNED PyObject *type_mro_method(PyObject *self, PyObject *unused);
/* bases' best base: the one whose layout decides; NULL with TypeError. */
BORROWED(bases) PyTypeObject *type_best_base(PyObject *bases);
/* The nearest ancestor that added C fields. */
PyTypeObject *type_solid_base(PyTypeObject *t);
bool type_extra_ivars(PyTypeObject *t, PyTypeObject *base);
/* a's instances can become b's: 1, or 0 with TypeError naming attribute `attr`. */
int type_compatible_for_assignment(PyTypeObject *from, PyTypeObject *to, const char *attr);
int type_set_bases(PyTypeObject *t, PyObject *value, void *closure);
int object_set_class(PyObject *self, PyObject *value, void *closure);

/* ---- slots (type_slots.c, type_slot_fn.c, type_wrap.c) ---- */

/* One row a (name, slot); rows of a slot are neighbours. `function` is slot_* (C slot that calls the Python method),
 * `wrapper` wrap_* (Python method that calls the C slot). Ends with name NULL. */
extern struct wrapperbase type_slotdefs[];
/* Address of a slot in a type, NULL when the type lacks the suite. */
void **type_slot_ptr(PyTypeObject *t, int offset);
/* Make wrapper descriptors for the C slots that t itself fills. 0 or -1. */
int type_add_operators(PyTypeObject *t);
/* A static type without a hash function has been given the one that refuses: note its row. */
void type_own_hash(PyTypeObject *t);
/* t.name was assigned or deleted: set the slots that depend on it, in t and its subclasses. 0 or -1. */
int type_update_slot(PyTypeObject *t, PyObject *name);
/* Intern the names of the table; once. 0 or -1. */
int type_slots_init(void);
void type_fixup_slot_dispatchers(PyTypeObject *t);
int type_update_all_slots(PyTypeObject *t);
bool type_is_dunder(PyObject *name);
int type_update_subclasses(PyTypeObject *t, PyObject *name, int (*f)(PyTypeObject *, void *), void *arg);

OWNED PyObject *slot_tp_new(PyTypeObject *t, PyObject *args, PyObject *kwds);
OWNED PyObject *slot_tp_getattr_hook(PyObject *self, PyObject *name);
OWNED PyObject *slot_tp_getattro(PyObject *self, PyObject *name);
int slot_bf_getbuffer(PyObject *self, Py_buffer *view, int flags);
void slot_bf_releasebuffer(PyObject *self, Py_buffer *view);
int slot_tp_setattro(PyObject *self, PyObject *name, PyObject *value);
PyObject *slot_tp_call(PyObject *self, PyObject *args, PyObject *kwds);
PyObject *slot_tp_richcompare(PyObject *self, PyObject *other, int op);
Py_hash_t slot_tp_hash(PyObject *self);
PyObject *slot_tp_iternext(PyObject *self);
/* object/coll: a memoryview of what this getbuffer function (maybe not the type's own) exports. */
/* The descriptor of __new__: tp_new as a builtin that checks its first argument. */
OWNED PyObject *wrap_tp_new(PyObject *self, PyObject *args, PyObject *kwds);
extern PyMethodDef type_new_methoddef[];

/* ---- ready, new, dealloc ---- */

/* Calls of a class whose instances object.__new__() makes, and an __init__ found in a class dict fills (or none, without arguments):
 * the same as type_call(), without a tuple of the arguments. `total` counts keywords too. */
#define TYPE_PLAIN_ARGS 6
bool type_is_plain(PyObject *callable, Py_ssize_t total);
OWNED PyObject *type_call_plain(PyThreadState *ts, PyTypeObject *t, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
int type_ready_unlocked(PyTypeObject *t);
bool type_is_ready(PyTypeObject *t);
OWNED PyObject *type_new(PyTypeObject *metatype, PyObject *args, PyObject *kwds);
int type_add_methods(PyTypeObject *t, PyMethodDef *defs);
int type_add_members(PyTypeObject *t, PyMemberDef *defs);
int type_add_getset(PyTypeObject *t, PyGetSetDef *defs);
/* A new instance without GC tracking. */
OWNED PyObject *type_alloc_untracked(PyTypeObject *t, Py_ssize_t nitems);

int subtype_traverse(PyObject *self, visitproc visit, void *arg);
int subtype_clear(PyObject *self);
extern PyGetSetDef type_getset_dict[], type_getset_weakref[], type_getset_full[];

void type_dealloc(PyObject *self);
int type_traverse(PyObject *self, visitproc visit, void *arg);
int type_clear(PyObject *self);

/* ---- attributes of types (type_attr.c, type_props.c) ---- */

OWNED PyObject *type_getattro(PyObject *self, PyObject *name);
OWNED PyObject *type_getattro_suppress(PyTypeObject *t, PyObject *name, bool *missing);
int type_setattro(PyObject *self, PyObject *name, PyObject *value);
extern PyGetSetDef type_getsets[];
/* The names that dir(cls) lists, into dict: 0 or -1. */
int type_merge_class_dict(PyObject *dict, PyObject *cls);
OWNED PyObject *type_repr(PyObject *self);
/* TypeError unless t's attribute may be set or deleted: 1 or 0. */
int type_check_set_special(PyTypeObject *t, PyObject *value, const char *name);
void type_set_abstract_flag(PyTypeObject *t, bool abstract);

/* ---- object (object_type.c, object_reduce.c) ---- */

OWNED PyObject *object_new(PyTypeObject *t, PyObject *args, PyObject *kwds);
int object_init(PyObject *self, PyObject *args, PyObject *kwds);
OWNED PyObject *object_richcompare(PyObject *self, PyObject *other, int op);
OWNED PyObject *object_str(PyObject *self);
OWNED PyObject *object_repr(PyObject *self);
OWNED PyObject *object_reduce(PyObject *self, PyObject *unused);
OWNED PyObject *object_reduce_ex(PyObject *self, PyObject *protocol);
OWNED PyObject *object_getstate(PyObject *self, PyObject *unused);
/* True when tp_new / tp_init were given arguments. */
static inline bool
type_excess_args(PyObject *args, PyObject *kwds)
{
    return PyTuple_GET_SIZE(args) || (kwds != NULL && PyDict_Check(kwds) && PyDict_GET_SIZE(kwds));
}

/* union.c */
PyAPI_FUNC(PyObject *) _Py_union_type_or(PyObject *, PyObject *);
PyAPI_DATA(PyTypeObject) _PyUnion_Type;

#endif
