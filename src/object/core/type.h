/* object/core/type.h: types as the other folders see them.
 *
 * A type's dict, subclasses and weak references lie in the struct, except for static builtin types, of which each
 * interpreter has its own: their struct holds NULL (and an index in tp_subclasses), so always go through type_dict().
 * Attribute lookup along the MRO is cached per interpreter by (version tag, name); whoever changes a type's dict
 * other than through setattr must call PyType_Modified(). Version 0 means: no valid version. */
#ifndef ADDER_OBJECT_CORE_TYPE_H
#define ADDER_OBJECT_CORE_TYPE_H

#include <Python.h>

#include "base/own.h"

#define TYPE_MAX_VERSIONS_PER_CLASS 1000       /* a class changed more often than this gets no further version */
#define TYPE_MAX_GLOBAL_VERSION 0xFFFFu        /* static builtin types use 1..this, the same in all interpreters */
#define TYPE_WATCHER_JIT 8                     /* watcher number behind those that PyType_AddWatcher() gives out */

/* tp_watched, and as bit 8 the reserved watcher: the byte behind it is padding. */
_Static_assert(offsetof(PyTypeObject, tp_versions_used) == offsetof(PyTypeObject, tp_watched) + 2, "a byte of padding");
static inline uint16_t *type_watch_bits(PyTypeObject *t) { return (uint16_t *)&t->tp_watched; }

/* The heap part of a type, the metaclass's own data included. */
static inline PyHeapTypeObject *type_heap(PyTypeObject *t) { return (PyHeapTypeObject *)t; }
static inline bool type_has(PyTypeObject *t, unsigned long flag) { return (t->tp_flags & flag) != 0; }
static inline bool type_is_static_builtin(PyTypeObject *t) { return (t->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN) != 0; }
/* Member definitions that the metaclass keeps behind the type object (slots). */
/* tp_dealloc of instances of classes that class statements make. */
void subtype_dealloc(PyObject *self);
static inline PyMemberDef *type_heap_members(PyTypeObject *t)
{
    return (PyMemberDef *)((char *)t + Py_TYPE(t)->tp_basicsize);
}

/* ---- lookup ---- */

/* The attribute `name` found along t's MRO, not bound, or NULL; never raises, keeps a pending exception.
 * `name` must be a str; interned names are cached. Borrowed from the dict it was found in. */
BORROWED(t) PyObject *type_lookup(PyTypeObject *t, PyObject *name);
/* The same as a new reference, and the version under which the answer holds (0 = not cacheable). */
OWNED PyObject *type_lookup_versioned(PyTypeObject *t, PyObject *name, unsigned int *version);
/* The special method `name` of self's type, bound to self; NULL without exception when absent, NULL with an
 * exception when its __get__ failed. */
OWNED PyObject *object_lookup_special(PyObject *self, PyObject *name);
/* As above, without binding plain functions: *unbound tells that self must be passed as first argument. */
OWNED PyObject *object_lookup_method(PyObject *self, PyObject *name, int *unbound);
/* Call the special method `name` with arguments; raises AttributeError(name) when absent. */
OWNED PyObject *object_call_special(PyObject *self, PyObject *name, PyObject *const *args, Py_ssize_t n);

/* ---- parts ---- */

/* The dict, whatever kind of type. Do not change it without PyType_Modified(). */
BORROWED(t) PyObject *type_dict(PyTypeObject *t);
/* Where the list of weak references to t starts. */
PyObject **type_weaklist(PyTypeObject *t);
/* A list of the living direct subclasses, in order of creation; NULL with an exception. */
OWNED PyObject *type_subclasses(PyTypeObject *t);
/* The name after the last dot of tp_name. */
const char *type_short_name(PyTypeObject *t);
/* __module__ and __qualname__ as Python sees them; NULL with an exception. */
OWNED PyObject *type_get_module(PyTypeObject *t);
OWNED PyObject *type_get_qualname(PyTypeObject *t);
/* "module.qualname", without the module when it is builtins or __main__ (PyType_GetFullyQualifiedName), or with
 * `sep` between the two. */
OWNED PyObject *type_fully_qualified_name(PyTypeObject *t, char sep);

/* True when a is b or has b in its MRO. Never raises. */
bool type_is_subtype(PyTypeObject *a, PyTypeObject *b);
/* The most derived metaclass among `winner` and the types of `bases` (tuple); NULL with TypeError on conflict. */
BORROWED(bases) PyTypeObject *type_calculate_metaclass(PyTypeObject *winner, PyObject *bases);

/* ---- creation ---- */

/* vm: &PyFunction_Type, set at start; while NULL functions are told by the name of their type. */
extern PyTypeObject *type_function_type;

/* Make a static builtin type usable in this interpreter: 0 or -1. */
int type_ready_static(PyTypeObject *t);
/* Ready all types of static_types.def in the interpreter of the calling thread: 0 or -1. */
int type_init_builtin_types(PyInterpreterState *interp);
/* Make and free the per-interpreter state; the former runs before anything else of this folder. */
int type_state_init(PyInterpreterState *interp);
void type_state_fini(PyInterpreterState *interp);
/* Drop dicts and caches of static builtin types at the end of an interpreter. */
void type_fini_builtin_types(PyInterpreterState *interp);
/* type.__call__: make and initialise an instance. */
OWNED PyObject *type_call(PyObject *type, PyObject *args, PyObject *kwds);

/* ---- versions ---- */

/* Give t a version tag if it has none: true when it has one now. */
bool type_assign_version(PyTypeObject *t);
/* The type that has this version in this interpreter, or NULL. */
BORROWED(interp) PyTypeObject *type_by_version(unsigned int version);
/* Install the callback of the reserved watcher in this interpreter. It is called for watched types even while they have no version. */
void type_reserve_watcher(int id, PyType_WatchCallback callback);
/* Within a type watcher's callback: the attribute that has been set or deleted, or NULL when more may have changed. */
BORROWED(ts) PyObject *type_modified_name(void);
/* Called before a type dies that the reserved watcher watches. */
extern void (*type_death_notice)(PyTypeObject *t);

/* Give t this version (for tests): PyType_Modified() first. */
void type_set_version(PyTypeObject *t, unsigned int version);
/* Set Py_TPFLAGS_SEQUENCE / MAPPING bits on t and all its subclasses (abc.register). */
void type_set_collection_flags(PyTypeObject *t, unsigned long mask, unsigned long flags);

/* What LOAD_ATTR, BINARY_SUBSCR and CALL remember on a heap type: 1 when stored, 0 when not allowed. */
int type_cache_init(PyHeapTypeObject *t, PyObject *init, unsigned int version);
int type_cache_getitem(PyHeapTypeObject *t, PyObject *getitem, unsigned int version);

/* Exported names that the public headers do not declare. */
PyAPI_FUNC(PyObject *) _PyType_GetDict(PyTypeObject *);
PyAPI_FUNC(PyObject *) _PyType_GetModuleByDef2(PyTypeObject *, PyTypeObject *, PyModuleDef *);
PyAPI_FUNC(PyObject *) _PyType_GetModuleByDef3(PyTypeObject *, PyTypeObject *, PyTypeObject *, PyModuleDef *);
PyAPI_FUNC(int) _PyStaticType_InitForExtension(PyInterpreterState *, PyTypeObject *);
PyAPI_FUNC(PyObject *) _PyObject_LookupSpecial(PyObject *, PyObject *);
PyAPI_FUNC(PyObject *) _PyObject_GetState(PyObject *);

#endif
