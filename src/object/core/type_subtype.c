/* object/core/type_subtype.c: death and traversal of instances of classes, and their __dict__ and __weakref__.
 *
 * An instance of a class statement's class has, from the inside out: the C layout of a base; slots of each class in
 * between; the dict and weakref words in front. Each function here does its part for all classes whose slot is the
 * same function, and then calls the first other one along tp_base. */
#include "object/core/type_impl.h"

#include "rt/gc_track.h"
#include "rt/heap.h"
#include "rt/singletons.h"
#include "object/coll/dict_values.h"
#include "object/coll/list.h"
#include "object/core/object.h"
#include "object/core/type_slots.h"
#include "object/core/weakref.h"
#include "object/num/float.h"

/* ---- slots ---- */

static int
traverse_slots(PyTypeObject *t, PyObject *self, visitproc visit, void *arg)
{
    PyMemberDef *m = type_heap_members(t);
    for (Py_ssize_t n = Py_SIZE(t); n > 0; n--, m++)
        if (m->type == Py_T_OBJECT_EX)
            Py_VISIT(*(PyObject **)((char *)self + m->offset));
    return 0;
}

static void
clear_slots(PyTypeObject *t, PyObject *self)
{
    PyMemberDef *m = type_heap_members(t);
    PyThreadState *ts = ts_current();
    for (Py_ssize_t n = Py_SIZE(t); n > 0; n--, m++) {
        if (m->type != Py_T_OBJECT_EX || m->flags & Py_READONLY)
            continue;
        PyObject **slot = (PyObject **)((char *)self + m->offset), *v = *slot;
        *slot = NULL;
        if (v != NULL && PyFloat_CheckExact(v))
            float_decref(ts, v);
        else
            Py_XDECREF(v);
    }
}

bool
type_is_plain_slots(PyTypeObject *t, Py_ssize_t *offset, Py_ssize_t *n)
{
    PyMemberDef *m = type_heap_members(t);
    *n = Py_SIZE(t);
    if (t->tp_traverse != subtype_traverse || t->tp_base != &PyBaseObject_Type || t->tp_dictoffset != 0 || *n == 0
        || (t->tp_flags & (Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_MANAGED_DICT)) != Py_TPFLAGS_HEAPTYPE)
        return false;
    *offset = m[0].offset;
    for (Py_ssize_t i = 0; i < *n; i++)
        if (m[i].type != Py_T_OBJECT_EX || m[i].offset != *offset + i * (Py_ssize_t)sizeof(PyObject *))
            return false;
    return true;
}

bool
type_is_plain_values(PyTypeObject *t)
{
    const unsigned long wanted = Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_INLINE_VALUES;
    if ((t->tp_flags & wanted) != wanted)
        return false;
    for (; t->tp_traverse == subtype_traverse && Py_SIZE(t) == 0; t = t->tp_base)
        continue;
    return t == &PyBaseObject_Type;
}

bool
type_is_plain_list(PyTypeObject *t)
{
    const unsigned long wanted = Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_LIST_SUBCLASS;
    if ((t->tp_flags & wanted) != wanted || (t->tp_dictoffset != 0 && !(t->tp_flags & Py_TPFLAGS_MANAGED_DICT)))
        return false;
    for (; t->tp_traverse == subtype_traverse && Py_SIZE(t) == 0; t = t->tp_base)
        continue;
    return t == &PyList_Type;
}

int
subtype_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyTypeObject *t = Py_TYPE(self), *base = t;
    traverseproc next;
    while ((next = base->tp_traverse) == subtype_traverse) {
        if (Py_SIZE(base) != 0) {
            int err = traverse_slots(base, self, visit, arg);
            if (err != 0)
                return err;
        }
        base = base->tp_base;
    }
    if (t->tp_flags & Py_TPFLAGS_MANAGED_DICT) {           /* else it is the base's, which visits it itself */
        int err = base->tp_flags & Py_TPFLAGS_MANAGED_DICT ? 0 : PyObject_VisitManagedDict(self, visit, arg);
        if (err != 0)
            return err;
    } else if (t->tp_dictoffset != base->tp_dictoffset) {
        PyObject **slot = object_dict_slot(self);
        if (slot != NULL)
            Py_VISIT(*slot);
    }
    /* Instances of heap types hold their type; if the base is one too, its traverse visits it. */
    if ((t->tp_flags & Py_TPFLAGS_HEAPTYPE) && (next == NULL || !(base->tp_flags & Py_TPFLAGS_HEAPTYPE)))
        Py_VISIT(t);
    return next != NULL ? next(self, visit, arg) : 0;
}

int
subtype_clear(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self), *base = t;
    inquiry next;
    while ((next = base->tp_clear) == subtype_clear) {
        if (Py_SIZE(base) != 0)
            clear_slots(base, self);
        base = base->tp_base;
    }
    /* The dict goes too: the attributes may be what the cycle runs through. */
    if (t->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
        if ((base->tp_flags & Py_TPFLAGS_MANAGED_DICT) == 0)
            PyObject_ClearManagedDict(self);
    } else if (t->tp_dictoffset != base->tp_dictoffset) {
        PyObject **slot = object_dict_slot(self);
        if (slot != NULL)
            Py_CLEAR(*slot);
    }
    return next != NULL ? next(self) : 0;
}

/* ---- death ---- */

/* Call the base's tp_dealloc, then release the type if the base does not. */
static void
dealloc_by_base(PyObject *self, PyTypeObject *base)
{
    PyTypeObject *t = Py_TYPE(self);                 /* finalizers may have changed it */
    bool release = (t->tp_flags & Py_TPFLAGS_HEAPTYPE) && !(base->tp_flags & Py_TPFLAGS_HEAPTYPE);
    base->tp_dealloc(self);
    if (release)
        Py_DECREF(t);
}

static PyTypeObject *
dealloc_base(PyTypeObject *t)
{
    while (t->tp_dealloc == subtype_dealloc)
        t = t->tp_base;
    return t;
}

/* Without the collector an instance has no slots, dict or weak references of its own. */
static void
dealloc_plain(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self);
    if (t->tp_finalize != NULL && PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    if (t->tp_del != NULL) {
        t->tp_del(self);
        if (Py_REFCNT(self) > 0)
            return;
    }
    dealloc_by_base(self, dealloc_base(t));
}

static inline bool
has_weak_references(PyObject *self, PyTypeObject *t)
{
    return t->tp_flags & Py_TPFLAGS_MANAGED_WEAKREF ? *object_managed_weaklist(self) != NULL : t->tp_weaklistoffset != 0;
}

/* Finalizers and weak references: true when the object is alive again. */
static bool
finalize(PyObject *self, PyTypeObject *t, PyTypeObject *base)
{
    bool weak = t->tp_weaklistoffset != 0 && base->tp_weaklistoffset == 0;
    if (t->tp_finalize != NULL) {
        gc_track(self);
        if (PyObject_CallFinalizerFromDealloc(self) < 0)
            return true;
        gc_untrack(self);
    }
    /* Callbacks of weak references may start a collection: the object must not be seen by it. */
    if (weak && has_weak_references(self, t))
        PyObject_ClearWeakRefs(self);
    if (t->tp_del != NULL) {
        gc_track(self);
        t->tp_del(self);
        if (Py_REFCNT(self) > 0)
            return true;
        gc_untrack(self);
    }
    /* A finalizer may have made new weak references; their callbacks could reach half of a dead object. */
    if (weak && (t->tp_finalize != NULL || t->tp_del != NULL))
        PyUnstable_Object_ClearWeakRefsNoCallbacks(self);
    return false;
}

/* A class over `object` alone, with attributes inside the instance and without finalizer: what most instances are. */
static inline bool
is_simple_class(PyTypeObject *t)
{
    const unsigned long wanted = Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_INLINE_VALUES | Py_TPFLAGS_HEAPTYPE;
    return (t->tp_flags & wanted) == wanted && t->tp_finalize == NULL && t->tp_del == NULL && t->tp_free == PyObject_GC_Del
        && t->tp_basicsize == sizeof(PyObject) && dealloc_base(t) == &PyBaseObject_Type;
}

/* The same steps as below for an instance of such a class. Nobody refers to it: nothing can change it meanwhile.
 * Chains of such instances are cut by _Py_Dealloc(). */
static __attribute__((noinline)) void
dealloc_simple(PyThreadState *ts, PyObject *self, PyTypeObject *t)
{
    PyDictValues *v = inline_values(self);
    size_t n = v->capacity;
    if (gc_is_tracked(self))
        gc_untrack_ts(ts, self);
    if (UNLIKELY(*object_managed_weaklist(self) != NULL))
        PyObject_ClearWeakRefs(self);
    if (UNLIKELY(MANAGED_DICT(self) != NULL))
        PyObject_ClearManagedDict(self);
    else if (v->valid)                     /* else the collector has cleared them */
        for (size_t i = 0; i < n; i++)
            Py_XDECREF(v->values[i]);
    heap_free_sized_ts(ts, (char *)self - HEAP_WHOLE_PREFIX, HEAP_WHOLE_PREFIX + sizeof(PyObject) + values_bytes(n));
    Py_DECREF(t);
}

/* A class over `object`, or over others like it, whose instances have nothing but __slots__, and no finalizer. */
static inline bool
is_slots_class(PyTypeObject *t)
{
    const unsigned long wanted = Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HEAPTYPE;
    return (t->tp_flags & (wanted | Py_TPFLAGS_PREHEADER)) == wanted && t->tp_finalize == NULL && t->tp_del == NULL && t->tp_dictoffset == 0
        && t->tp_weaklistoffset == 0 && t->tp_itemsize == 0 && t->tp_basicsize > (Py_ssize_t)sizeof(PyObject) && t->tp_free == PyObject_GC_Del && t->tp_alloc == PyType_GenericAlloc
        && t->tp_dealloc == subtype_dealloc && dealloc_base(t) == &PyBaseObject_Type;
}

static inline void
drop_slots(PyThreadState *ts, PyTypeObject *t, PyObject *self)
{
    PyMemberDef *m = type_heap_members(t);
    for (Py_ssize_t n = Py_SIZE(t); n > 0; n--, m++) {
        PyObject *v = m->type == Py_T_OBJECT_EX && (m->flags & Py_READONLY) == 0 ? *(PyObject **)((char *)self + m->offset) : NULL;
        if (v != NULL && PyFloat_CheckExact(v))
            float_decref(ts, v);
        else
            Py_XDECREF(v);
    }
}

/* The same for an instance of such a class. */
static __attribute__((noinline)) void
dealloc_slots(PyThreadState *ts, PyObject *self, PyTypeObject *t)
{
    if (gc_is_tracked(self))
        gc_untrack_ts(ts, self);
    for (PyTypeObject *b = t; b != &PyBaseObject_Type; b = b->tp_base)
        drop_slots(ts, b, self);
    heap_free_sized_ts(ts, GC_HEAD(self), sizeof(PyGC_Head) + (size_t)t->tp_basicsize);
    Py_DECREF(t);
}

/* A class over `list`, or over others like it, whose instances have nothing but items and what may be in front of them, and no finalizer. */
static inline bool
is_list_class(PyTypeObject *t)
{
    const unsigned long wanted = Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_LIST_SUBCLASS;
    return (t->tp_flags & wanted) == wanted && t->tp_basicsize == sizeof(PyListObject) && t->tp_finalize == NULL && t->tp_del == NULL
        && t->tp_free == PyObject_GC_Del && t->tp_alloc == PyType_GenericAlloc && dealloc_base(t) == &PyList_Type;
}

/* The same for an instance of such a class. */
static __attribute__((noinline)) void
dealloc_list(PyThreadState *ts, PyObject *self, PyTypeObject *t)
{
    if (gc_is_tracked(self))
        gc_untrack_ts(ts, self);
    if (has_weak_references(self, t))
        PyObject_ClearWeakRefs(self);
    if ((t->tp_flags & Py_TPFLAGS_MANAGED_DICT) && MANAGED_DICT(self) != NULL)
        PyObject_ClearManagedDict(self);
    list_drop(ts, (PyListObject *)self);
    heap_free_sized_ts(ts, (char *)self - heap_prefix(t), heap_prefix(t) + sizeof(PyListObject));
    Py_DECREF(t);
}

/* ---- many at once ---- */

#define AHEAD 16                       /* instances lie all over the memory, but are known in advance, and then so are their floats */

static inline void
prefetch_instance(PyObject **items, Py_ssize_t i, const PyTypeObject *t, Py_ssize_t n)
{
    if (i < AHEAD)
        return;
    PyObject *soon = items[i - AHEAD / 2];
    __builtin_prefetch(items[i - AHEAD], 1);
    for (Py_ssize_t k = 0; soon != NULL && Py_TYPE(soon) == t && k < n; k++)
        __builtin_prefetch(((PyObject **)(soon + 1))[k], 1);
}

static inline bool
only_floats(PyObject **fields, Py_ssize_t n)
{
    for (Py_ssize_t k = 0; k < n; k++)
        if (fields[k] != NULL && !PyFloat_CheckExact(fields[k]) && !_Py_IsImmortal(fields[k]))
            return false;
    return true;
}

static inline void
give_block(void *p)
{
    if (LIKELY(heap_is_ours(p)))
        heap_give(p);
    else
        heap_free(p);
}

static inline void
drop_floats(PyObject **fields, Py_ssize_t n)
{
    for (Py_ssize_t k = 0; k < n; k++)
        if (fields[k] != NULL && !_Py_IsImmortal(fields[k]) && --fields[k]->ob_refcnt == 0)
            give_block(fields[k]);
}

Py_ssize_t
type_drop_slots(PyThreadState *ts, PyObject **items, Py_ssize_t n)
{
    PyTypeObject *t = Py_TYPE(items[n - 1]);
    Py_ssize_t offset, size, dead = 0;
    if (object_tracer.call != NULL || !heap_is_direct(ts) || !is_slots_class(t) || !type_is_plain_slots(t, &offset, &size) || offset != sizeof(PyObject))
        return n;
    for (Py_ssize_t k = 0; k < size; k++)
        if (type_heap_members(t)[k].flags & Py_READONLY)
            return n;
    for (; n > 0; n--, dead++) {
        PyObject *o = items[n - 1], **fields = (PyObject **)(o + 1);
        prefetch_instance(items, n - 1, t, size);
        if (o == NULL || Py_TYPE(o) != t || o->ob_refcnt != 1 || !only_floats(fields, size))
            break;
        if (gc_is_tracked(o))
            gc_untrack_ts(ts, o);
        drop_floats(fields, size);
        give_block(GC_HEAD(o));
    }
    if (dead > 0) {
        ((PyObject *)t)->ob_refcnt -= _Py_IsImmortal((PyObject *)t) ? 0 : dead - 1;
        Py_DECREF(t);
    }
    return n;
}

static __attribute__((noinline)) void
dealloc_any(PyObject *self, PyTypeObject *t)
{
    PyTypeObject *base;
    if (gc_is_tracked(self))
        gc_untrack(self);
    Py_TRASHCAN_BEGIN(self, subtype_dealloc)
    base = dealloc_base(t);
    if (finalize(self, t, base))
        goto alive;
    for (PyTypeObject *b = t; b->tp_dealloc == subtype_dealloc; b = b->tp_base)
        if (Py_SIZE(b) != 0)
            clear_slots(b, self);
    if (t->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
        if (MANAGED_DICT(self) != NULL || (t->tp_flags & Py_TPFLAGS_INLINE_VALUES))
            PyObject_ClearManagedDict(self);
    } else if (t->tp_dictoffset != 0 && base->tp_dictoffset == 0) {
        PyObject **slot = object_dict_slot(self);
        if (slot != NULL)
            Py_CLEAR(*slot);
    }
    if (PyType_IS_GC(base))                          /* its tp_dealloc expects a tracked object */
        gc_track(self);
    dealloc_by_base(self, base);
alive:;
    Py_TRASHCAN_END
}

/* Each kind in a function of its own: then this one needs no stack. */
void
subtype_dealloc(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self);
    if (is_simple_class(t))
        dealloc_simple(ts_current(), self, t);
    else if (is_slots_class(t))
        dealloc_slots(ts_current(), self, t);
    else if (is_list_class(t))
        dealloc_list(ts_current(), self, t);
    else if (PyType_IS_GC(t))
        dealloc_any(self, t);
    else
        dealloc_plain(self);
}

/* ---- __dict__ and __weakref__ of instances ---- */

/* The nearest static base with a __dict__ of its own (exceptions, functions ...), whose getset then decides. */
static PyTypeObject *
builtin_base_with_dict(PyTypeObject *t)
{
    for (; t->tp_base != NULL; t = t->tp_base)
        if (t->tp_dictoffset != 0 && !(t->tp_flags & Py_TPFLAGS_HEAPTYPE))
            return t;
    return NULL;
}

/* Its descriptor of __dict__; NULL with TypeError. */
static PyObject *
builtin_dict_descr(PyObject *obj, PyTypeObject *base)
{
    PyObject *descr = type_lookup(base, ID(__dict__));
    if (descr != NULL && PyDescr_IsData(descr) && Py_TYPE(descr)->tp_descr_get != NULL)
        return descr;
    PyErr_Format(PyExc_TypeError, "this __dict__ descriptor does not support '%.200s' objects", Py_TYPE(obj)->tp_name);
    return NULL;
}

static PyObject *
subtype_get_dict(PyObject *obj, void *closure)
{
    PyTypeObject *base = builtin_base_with_dict(Py_TYPE(obj));
    if (base == NULL)
        return object_get_dict(obj);
    PyObject *descr = builtin_dict_descr(obj, base);
    return descr == NULL ? NULL : Py_TYPE(descr)->tp_descr_get(descr, obj, (PyObject *)Py_TYPE(obj));
}

static int
subtype_set_dict(PyObject *obj, PyObject *value, void *closure)
{
    PyTypeObject *base = builtin_base_with_dict(Py_TYPE(obj));
    if (base != NULL) {
        PyObject *descr = builtin_dict_descr(obj, base);
        return descr == NULL ? -1 : Py_TYPE(descr)->tp_descr_set(descr, obj, value);
    }
    if (value != NULL && !PyDict_Check(value)) {
        PyErr_Format(PyExc_TypeError, "__dict__ must be set to a dictionary, not a '%.200s'", Py_TYPE(value)->tp_name);
        return -1;
    }
    if (Py_TYPE(obj)->tp_flags & Py_TPFLAGS_MANAGED_DICT)
        return instance_set_dict(obj, value);
    PyObject **slot = object_dict_slot(obj);
    if (slot == NULL) {
        PyErr_SetString(PyExc_AttributeError, "This object has no __dict__");
        return -1;
    }
    Py_XSETREF(*slot, Py_XNewRef(value));
    return 0;
}

static PyObject *
subtype_get_weakref(PyObject *obj, void *closure)
{
    if (Py_TYPE(obj)->tp_weaklistoffset == 0) {
        PyErr_SetString(PyExc_AttributeError, "This object has no __weakref__");
        return NULL;
    }
    PyObject **list = object_weaklist(obj);
    return list == NULL || *list == NULL ? Py_None : Py_NewRef(*list);
}

#define GETSET_DICT { "__dict__", subtype_get_dict, subtype_set_dict, PyDoc_STR("dictionary for instance variables") }
#define GETSET_WEAKREF { "__weakref__", subtype_get_weakref, NULL, PyDoc_STR("list of weak references to the object") }
PyGetSetDef type_getset_dict[] = { GETSET_DICT, { NULL } };
PyGetSetDef type_getset_weakref[] = { GETSET_WEAKREF, { NULL } };
PyGetSetDef type_getset_full[] = { GETSET_DICT, GETSET_WEAKREF, { NULL } };
