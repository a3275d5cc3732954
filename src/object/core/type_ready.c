/* object/core/type_ready.c: making a type usable.
 *
 * Ready means: base, metatype, bases and MRO are known; the dict has descriptors for the C tables and slots; slots that
 * the type leaves empty are inherited. A static builtin type does this once; later interpreters only fill a dict.
 * Slots are inherited along the MRO, each from the first base that itself defines it. Cython calls this on static
 * types with HEAPTYPE set for the moment (to get a heap base accepted), so nothing here touches the heap part
 * (ht_*) because of that flag, except for MANAGED_DICT types. */
#include "object/core/type_impl.h"

#include <stddef.h>

#include "rt/gc_track.h"
#include "rt/heap.h"
#include "rt/singletons.h"
#include "object/coll/dict_values.h"
#include "object/core/descr.h"
#include "object/core/object.h"

bool
type_is_ready(PyTypeObject *t)
{
    if (type_is_static_builtin(t))
        return type_dict(t) != NULL;
    return t->tp_dict != NULL;
}

/* ---- base, metatype, bases, MRO ---- */

static int
ready_base(PyTypeObject *t)
{
    PyTypeObject *base = t->tp_base;
    if (base == NULL && t != &PyBaseObject_Type) {
        base = &PyBaseObject_Type;
        t->tp_base = type_has(t, Py_TPFLAGS_HEAPTYPE) ? (PyTypeObject *)Py_NewRef(base) : base;
    }
    if (base != NULL && !type_is_ready(base)) {
        int err = type_is_static_builtin(base) ? type_ready_static(base) : PyType_Ready(base);
        if (err < 0)
            return -1;
    }
    if (Py_TYPE(t) == NULL && base != NULL)
        Py_SET_TYPE(t, Py_TYPE(base));
    return 0;
}

static int
ready_bases(PyTypeObject *t)
{
    if (t->tp_bases == NULL) {
        t->tp_bases = t->tp_base == NULL ? PyTuple_New(0) : PyTuple_Pack(1, t->tp_base);
        if (t->tp_bases == NULL)
            return -1;
        if (type_is_static_builtin(t))
            Py_SET_REFCNT(t->tp_bases, _Py_IMMORTAL_REFCNT);     /* shared by all interpreters */
    }
    return 0;
}

static int
ready_mro(PyTypeObject *t)
{
    if (type_is_static_builtin(t) && t->tp_mro != NULL)
        return 0;
    if (type_mro_internal(t, NULL) < 0)
        return -1;
    if (type_is_static_builtin(t))
        Py_SET_REFCNT(t->tp_mro, _Py_IMMORTAL_REFCNT);
    if (type_has(t, Py_TPFLAGS_HEAPTYPE))
        return 0;
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(t->tp_mro); i < n; i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(t->tp_mro, i);
        if (type_has(base, Py_TPFLAGS_HEAPTYPE)) {
            PyErr_Format(PyExc_TypeError, "type '%.100s' is not dynamically allocated but its base type '%.100s' is "
                                          "dynamically allocated", t->tp_name, base->tp_name);
            return -1;
        }
    }
    return 0;
}

/* ---- the dict ---- */

/* dict[name] = value unless there is one. Takes value. */
static int
set_default(PyTypeObject *t, PyObject *name, STEALS PyObject *value)
{
    if (value == NULL)
        return -1;
    int err = PyDict_SetDefaultRef(type_dict(t), name, value, NULL);
    Py_DECREF(value);
    return err < 0 ? -1 : 0;
}

static int
add_method(PyTypeObject *t, PyMethodDef *def)
{
    PyObject *descr;
    if (def->ml_flags & METH_CLASS) {
        if (def->ml_flags & METH_STATIC) {
            PyErr_SetString(PyExc_ValueError, "method cannot be both class and static");
            return -1;
        }
        descr = PyDescr_NewClassMethod(t, def);
    } else if (def->ml_flags & METH_STATIC) {
        PyObject *function = PyCFunction_NewEx(def, (PyObject *)t, NULL);
        descr = function == NULL ? NULL : PyStaticMethod_New(function);
        Py_XDECREF(function);
    } else {
        descr = PyDescr_NewMethod(t, def);
    }
    if (descr == NULL)
        return -1;
    PyObject *name = PyUnicode_InternFromString(def->ml_name);
    if (name == NULL) {
        Py_DECREF(descr);
        return -1;
    }
    int err;
    if (def->ml_flags & METH_COEXIST) {
        err = PyDict_SetItem(type_dict(t), name, descr);
        Py_DECREF(descr);
    } else {
        err = set_default(t, name, descr);
    }
    Py_DECREF(name);
    return err;
}

int
type_add_methods(PyTypeObject *t, PyMethodDef *defs)
{
    for (; defs != NULL && defs->ml_name != NULL; defs++)
        if (add_method(t, defs) < 0)
            return -1;
    return 0;
}

int
type_add_members(PyTypeObject *t, PyMemberDef *defs)
{
    for (; defs != NULL && defs->name != NULL; defs++) {
        PyObject *descr = PyDescr_NewMember(t, defs);
        if (descr == NULL || set_default(t, PyDescr_NAME(descr), descr) < 0)
            return -1;
    }
    return 0;
}

int
type_add_getset(PyTypeObject *t, PyGetSetDef *defs)
{
    for (; defs != NULL && defs->name != NULL; defs++) {
        PyObject *descr = PyDescr_NewGetSet(t, defs);
        if (descr == NULL || set_default(t, PyDescr_NAME(descr), descr) < 0)
            return -1;
    }
    return 0;
}

/* __new__ for types that define tp_new; heap types that inherit theirs find the base's. */
static int
add_new(PyTypeObject *t)
{
    int own = PyDict_Contains(type_dict(t), ID(__new__));
    if (own != 0)
        return own < 0 ? -1 : 0;
    return set_default(t, ID(__new__), PyCFunction_NewEx(type_new_methoddef, (PyObject *)t, NULL));
}

static int
ready_new(PyTypeObject *t, bool first)
{
    PyTypeObject *base = t->tp_base;
    if (first && t->tp_new == NULL && base == &PyBaseObject_Type && !type_has(t, Py_TPFLAGS_HEAPTYPE))
        t->tp_flags |= Py_TPFLAGS_DISALLOW_INSTANTIATION;
    if (type_has(t, Py_TPFLAGS_DISALLOW_INSTANTIATION)) {
        t->tp_new = NULL;
        return 0;
    }
    if (t->tp_new == NULL) {
        t->tp_new = base->tp_new;
        return 0;
    }
    if (type_is_static_builtin(t)) {
        if (first)
            static_type_set_own(t, TYPE_NEW_ROW);
        else if (!static_type_is_own(t, TYPE_NEW_ROW))
            return 0;
    }
    return add_new(t);
}

static int
add_doc(PyTypeObject *t)
{
    int own = PyDict_Contains(type_dict(t), ID(__doc__));
    if (own != 0)
        return own < 0 ? -1 : 0;
    if (t->tp_doc == NULL)
        return PyDict_SetItem(type_dict(t), ID(__doc__), Py_None);
    return set_default(t, ID(__doc__), descr_doc_text(t->tp_name, t->tp_doc));
}

static int
ready_fill_dict(PyTypeObject *t)
{
    if (type_add_operators(t) < 0 || type_add_methods(t, t->tp_methods) < 0 || type_add_members(t, t->tp_members) < 0
        || type_add_getset(t, t->tp_getset) < 0)
        return -1;
    return add_doc(t);
}

/* ---- inheritance ---- */

static unsigned long
fast_subclass_flag(PyTypeObject *base)
{
    static const struct { PyTypeObject *type; unsigned long flag; } known[] = {
        { &PyType_Type, Py_TPFLAGS_TYPE_SUBCLASS }, { &PyLong_Type, Py_TPFLAGS_LONG_SUBCLASS },
        { &PyBytes_Type, Py_TPFLAGS_BYTES_SUBCLASS }, { &PyUnicode_Type, Py_TPFLAGS_UNICODE_SUBCLASS },
        { &PyTuple_Type, Py_TPFLAGS_TUPLE_SUBCLASS }, { &PyList_Type, Py_TPFLAGS_LIST_SUBCLASS },
        { &PyDict_Type, Py_TPFLAGS_DICT_SUBCLASS },
    };
    if (type_is_subtype(base, (PyTypeObject *)PyExc_BaseException))
        return Py_TPFLAGS_BASE_EXC_SUBCLASS;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (type_is_subtype(base, known[i].type))
            return known[i].flag;
    return 0;
}

/* What comes from tp_base alone: sizes, offsets, flags. */
static void
inherit_special(PyTypeObject *t, PyTypeObject *base)
{
    if (!type_has(t, Py_TPFLAGS_HAVE_GC) && type_has(base, Py_TPFLAGS_HAVE_GC) && t->tp_traverse == NULL
        && t->tp_clear == NULL) {
        t->tp_flags |= Py_TPFLAGS_HAVE_GC;
        t->tp_traverse = base->tp_traverse;
        t->tp_clear = base->tp_clear;
    }
    t->tp_flags |= base->tp_flags & Py_TPFLAGS_PREHEADER;
    if (t->tp_basicsize == 0)
        t->tp_basicsize = base->tp_basicsize;
    if (t->tp_itemsize == 0)
        t->tp_itemsize = base->tp_itemsize;
    if (t->tp_weaklistoffset == 0)
        t->tp_weaklistoffset = base->tp_weaklistoffset;
    if (t->tp_dictoffset == 0)
        t->tp_dictoffset = base->tp_dictoffset;
    t->tp_flags |= fast_subclass_flag(base);
    t->tp_flags |= base->tp_flags & (_Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_ITEMS_AT_END);
}

/* A base counts as defining a slot when its own base has another value there. */
#define DEFINED(base, basebase, slot) ((base)->slot != 0 && ((basebase) == NULL || (base)->slot != (basebase)->slot))

/* Slots of a suite: arrays of function pointers, so that no list of names is needed. */
static void
inherit_suite(void **to, void **from, void **from_base, size_t bytes)
{
    if (to == NULL || from == NULL)
        return;
    for (size_t i = 0; i < bytes / sizeof(void *); i++)
        if (to[i] == NULL && from[i] != NULL && (from_base == NULL || from[i] != from_base[i]))
            to[i] = from[i];
}

static void
inherit_suites(PyTypeObject *t, PyTypeObject *base)
{
    PyTypeObject *bb = base->tp_base;
#define INHERIT(suite, type) \
    inherit_suite((void **)t->suite, (void **)base->suite, bb == NULL ? NULL : (void **)bb->suite, sizeof(type))
    INHERIT(tp_as_number, PyNumberMethods);
    INHERIT(tp_as_async, PyAsyncMethods);
    INHERIT(tp_as_sequence, PySequenceMethods);
    INHERIT(tp_as_mapping, PyMappingMethods);
    INHERIT(tp_as_buffer, PyBufferProcs);
#undef INHERIT
}

/* Comparison and hash go together: a type that defines one of them inherits neither. 1, 0, -1. */
static int
overrides_hash(PyTypeObject *t)
{
    int own = PyDict_Contains(type_dict(t), ID(__eq__));
    return own != 0 ? own : PyDict_Contains(type_dict(t), ID(__hash__));
}

static int
inherit_slots(PyTypeObject *t, PyTypeObject *base)
{
    PyTypeObject *bb = base->tp_base;
#define COPY(slot) \
    if (t->slot == 0 && DEFINED(base, bb, slot)) \
        t->slot = base->slot
    inherit_suites(t, base);
    COPY(tp_dealloc);
    if (t->tp_getattr == NULL && t->tp_getattro == NULL) {
        t->tp_getattr = base->tp_getattr;
        t->tp_getattro = base->tp_getattro;
    }
    if (t->tp_setattr == NULL && t->tp_setattro == NULL) {
        t->tp_setattr = base->tp_setattr;
        t->tp_setattro = base->tp_setattro;
    }
    COPY(tp_repr);
    COPY(tp_vectorcall_offset);
    if (t->tp_call == NULL && type_has(base, Py_TPFLAGS_HAVE_VECTORCALL))
        t->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
    COPY(tp_call);
    COPY(tp_str);
    if (t->tp_richcompare == NULL && t->tp_hash == NULL) {
        int overrides = overrides_hash(t);
        if (overrides < 0)
            return -1;
        if (!overrides) {
            t->tp_richcompare = base->tp_richcompare;
            t->tp_hash = base->tp_hash;
        }
    }
    COPY(tp_iter);
    COPY(tp_iternext);
    COPY(tp_descr_get);
    if (base->tp_descr_get != NULL && t->tp_descr_get == base->tp_descr_get && type_has(t, Py_TPFLAGS_IMMUTABLETYPE)
        && type_has(base, Py_TPFLAGS_METHOD_DESCRIPTOR))
        t->tp_flags |= Py_TPFLAGS_METHOD_DESCRIPTOR;
    COPY(tp_descr_set);
    COPY(tp_dictoffset);
    COPY(tp_init);
    COPY(tp_alloc);
    COPY(tp_is_gc);
    COPY(tp_finalize);
    if ((t->tp_flags & Py_TPFLAGS_HAVE_GC) == (base->tp_flags & Py_TPFLAGS_HAVE_GC)) {
        COPY(tp_free);
    } else if (type_has(t, Py_TPFLAGS_HAVE_GC) && t->tp_free == NULL && base->tp_free == PyObject_Free) {
        t->tp_free = PyObject_GC_Del;
    }
#undef COPY
    return 0;
}

static int
ready_inherit(PyTypeObject *t)
{
    const unsigned long collection = Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_MAPPING;
    PyTypeObject *base = t->tp_base;
    if (base != NULL)
        inherit_special(t, base);
    PyObject *mro = t->tp_mro;
    for (Py_ssize_t i = 1, n = PyTuple_GET_SIZE(mro); i < n; i++) {
        PyTypeObject *b = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (inherit_slots(t, b) < 0)
            return -1;
        if ((t->tp_flags & collection) == 0)
            t->tp_flags |= b->tp_flags & collection;
    }
    if (base != NULL) {
        if (t->tp_as_async == NULL)
            t->tp_as_async = base->tp_as_async;
        if (t->tp_as_number == NULL)
            t->tp_as_number = base->tp_as_number;
        if (t->tp_as_sequence == NULL)
            t->tp_as_sequence = base->tp_as_sequence;
        if (t->tp_as_mapping == NULL)
            t->tp_as_mapping = base->tp_as_mapping;
        if (t->tp_as_buffer == NULL)
            t->tp_as_buffer = base->tp_as_buffer;
    }
    if (PyType_IS_GC(t) && type_has(t, Py_TPFLAGS_BASETYPE) && (t->tp_free == NULL || t->tp_free == PyObject_Free)) {
        PyErr_Format(PyExc_TypeError, "type '%.100s' participates in gc and is a base type but has inappropriate "
                                      "tp_free slot", t->tp_name);
        return -1;
    }
    return 0;
}

/* ---- the rest ---- */

static int
ready_preheader(PyTypeObject *t)
{
    if (type_has(t, Py_TPFLAGS_MANAGED_DICT)) {
        if (t->tp_dictoffset > 0 || t->tp_dictoffset < -1) {
            PyErr_Format(PyExc_TypeError, "type %s has the Py_TPFLAGS_MANAGED_DICT flag but tp_dictoffset is set to "
                                          "incompatible value", t->tp_name);
            return -1;
        }
        t->tp_dictoffset = -1;
    }
    if (type_has(t, Py_TPFLAGS_MANAGED_WEAKREF)) {
        const Py_ssize_t offset = -4 * (Py_ssize_t)sizeof(PyObject *);
        if (t->tp_weaklistoffset != 0 && t->tp_weaklistoffset != offset) {
            PyErr_Format(PyExc_TypeError, "type %s has the Py_TPFLAGS_MANAGED_WEAKREF flag but tp_weaklistoffset is "
                                          "set to incompatible value", t->tp_name);
            return -1;
        }
        t->tp_weaklistoffset = offset;
    }
    return 0;
}

/* A type that defines comparison but no hash has none. In later interpreters type_add_operators() has said so. */
static int
ready_hash(PyTypeObject *t)
{
    if (t->tp_hash != NULL)
        return 0;
    int own = PyDict_Contains(type_dict(t), ID(__hash__));
    if (own != 0)
        return own < 0 ? -1 : 0;
    if (PyDict_SetItem(type_dict(t), ID(__hash__), Py_None) < 0)
        return -1;
    t->tp_hash = PyObject_HashNotImplemented;
    if (type_is_static_builtin(t))
        type_own_hash(t);
    return 0;
}

static int
ready_managed_dict(PyTypeObject *t)
{
    if (!type_has(t, Py_TPFLAGS_MANAGED_DICT))
        return 0;
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE)) {
        PyErr_Format(PyExc_SystemError, "type %s has the Py_TPFLAGS_MANAGED_DICT flag but not Py_TPFLAGS_HEAPTYPE flag",
                     t->tp_name);
        return -1;
    }
    PyHeapTypeObject *ht = type_heap(t);
    if (ht->ht_cached_keys == NULL) {
        ht->ht_cached_keys = shared_keys_new();
        if (ht->ht_cached_keys == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    if (t->tp_itemsize == 0 && t->tp_basicsize == (Py_ssize_t)sizeof(PyObject))
        t->tp_flags |= Py_TPFLAGS_INLINE_VALUES;
    return 0;
}

static int
ready_checks(PyTypeObject *t)
{
    if (type_has(t, Py_TPFLAGS_HAVE_GC) && t->tp_traverse == NULL) {
        PyErr_Format(PyExc_SystemError, "type %s has the Py_TPFLAGS_HAVE_GC flag but has no traverse function",
                     t->tp_name);
        return -1;
    }
    if (!type_has(t, Py_TPFLAGS_MANAGED_DICT) && t->tp_dictoffset < (Py_ssize_t)sizeof(PyObject)
        && t->tp_dictoffset + t->tp_basicsize <= 0) {
        PyErr_Format(PyExc_SystemError, "type %s has a tp_dictoffset that is too small", t->tp_name);
        return -1;
    }
    return 0;
}

/* All steps in order. `first` is false for a static builtin type that another interpreter has made ready. */
static int
ready_steps(PyTypeObject *t, bool first)
{
    PyObject **dict = type_dict_slot(t);
    if (*dict == NULL && (*dict = PyDict_New()) == NULL)
        return -1;
    if (ready_base(t) < 0 || ready_bases(t) < 0 || ready_mro(t) < 0 || ready_new(t, first) < 0
        || ready_fill_dict(t) < 0)
        return -1;
    if (first && (ready_inherit(t) < 0 || ready_preheader(t) < 0))
        return -1;
    if ((first && ready_hash(t) < 0) || type_add_all_subclasses(t, t->tp_bases) < 0)
        return -1;
    return first && (ready_managed_dict(t) < 0 || ready_checks(t) < 0) ? -1 : 0;
}

int
type_ready_unlocked(PyTypeObject *t)
{
    if (t->tp_name == NULL) {
        PyErr_Format(PyExc_SystemError, "Type does not define the tp_name field.");
        return -1;
    }
    if (type_slots_init() < 0)
        return -1;
    bool first = !type_has(t, Py_TPFLAGS_READY);
    t->tp_flags |= Py_TPFLAGS_READYING;
    int err = ready_steps(t, first);
    t->tp_flags &= ~Py_TPFLAGS_READYING;
    if (err < 0)
        return -1;
    t->tp_flags |= Py_TPFLAGS_READY;
    if (type_is_static_builtin(t))
        static_type_slot(t)->ready = true;
    return 0;
}

int
PyType_Ready(PyTypeObject *t)
{
    if (type_is_static_builtin(t))
        return type_ready_static(t);
    if (type_has(t, Py_TPFLAGS_READY))
        return 0;
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE))           /* static types have always been immutable */
        t->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE;
    return type_ready_unlocked(t);
}

/* ---- instances ---- */

/* Bytes of an instance with nitems items and one more, for a sentinel at the end; 0 when that does not fit. */
static size_t
var_instance_size(PyTypeObject *t, Py_ssize_t nitems)
{
    size_t size = (size_t)t->tp_basicsize;
    if (nitems < 0 || (size_t)nitems > ((size_t)PY_SSIZE_T_MAX - size) / (size_t)t->tp_itemsize - 2)
        return 0;
    return (size + ((size_t)nitems + 1) * (size_t)t->tp_itemsize + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
}

/* Inline values come with a size of 16 only; so there is nothing between head and values. */
OWNED static PyObject *
alloc_inlined(PyThreadState *ts, PyTypeObject *t)
{
    size_t slots = values_reserve(t);
    char *p = heap_alloc_ts(ts, HEAP_WHOLE_PREFIX + sizeof(PyObject) + values_bytes(slots));
    if (UNLIKELY(p == NULL))
        return PyErr_NoMemory();
    PyObject *op = (PyObject *)(p + HEAP_WHOLE_PREFIX);
    heap_clear_prefix(op);
    op->ob_type = (PyTypeObject *)Py_NewRef(t);
    values_init(op, t, slots);
    object_born(op);
    return op;
}

/* A class as a class statement makes it: collected, heap type, inline values. */
static inline bool
is_inlined_class(PyTypeObject *t)
{
    const unsigned long wanted = Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_INLINE_VALUES | Py_TPFLAGS_HEAPTYPE;
    return (t->tp_flags & wanted) == wanted && t->tp_basicsize == sizeof(PyObject) && t->tp_itemsize == 0;
}

/* heap_object_alloc(), the common case of it here. */
static inline void *
alloc_prefixed(PyTypeObject *t, size_t size)
{
    size_t prefix = heap_prefix(t);
    if (UNLIKELY(size > HEAP_SMALL_MAX - HEAP_WHOLE_PREFIX))
        return heap_object_alloc(t, size);
    char *p = heap_alloc(heap_object_size(t, size));
    if (LIKELY(p != NULL)) {
        p += prefix;
        if (prefix >= 16)
            memset(p - 16, 0, 16);
        if (prefix > 16)
            memset(p - 32, 0, 16);
    }
    return p;
}

/* What is behind the head of an instance of so many words. For few the compiler must not make a call of memset() of the loop. */
static inline void
zero_fields(PyObject *op, size_t words)
{
    if (UNLIKELY(words > 16))
        memset(op + 1, 0, words * sizeof(void *) - sizeof(PyObject));
    else
        for (size_t i = sizeof(PyObject) / sizeof(void *); i < words; i++)
            ((void *volatile *)op)[i] = NULL;
}

PyObject *
type_alloc_untracked(PyTypeObject *t, Py_ssize_t nitems)
{
    if (is_inlined_class(t))
        return alloc_inlined(ts_current(), t);
    size_t size = t->tp_itemsize == 0 ? (size_t)t->tp_basicsize : var_instance_size(t, nitems);
    PyObject *op = size == 0 ? NULL : alloc_prefixed(t, size);
    if (op == NULL)
        return PyErr_NoMemory();
    zero_fields(op, size / sizeof(void *));
    op->ob_type = t;
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)
        Py_INCREF(t);
    if (t->tp_itemsize != 0)
        ((PyVarObject *)op)->ob_size = nitems;
    object_born(op);
    return op;
}

PyObject *
PyType_GenericAlloc(PyTypeObject *t, Py_ssize_t nitems)
{
    PyObject *op = type_alloc_untracked(t, nitems);
    if (op != NULL && (t->tp_flags & Py_TPFLAGS_HAVE_GC))
        gc_track(op);
    return op;
}

PyObject *
PyType_GenericNew(PyTypeObject *t, PyObject *args, PyObject *kwds)
{
    return t->tp_alloc(t, 0);
}
