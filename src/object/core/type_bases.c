/* object/core/type_bases.c: changing __bases__ of a class and __class__ of an object.
 *
 * Both are allowed only between types whose instances have the same layout: the same C fields, the same __slots__ in
 * the same places, the same words for dict and weak references. */
#include "object/core/object.h"
#include "object/core/type_impl.h"

#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "object/coll/dict_values.h"

/* ---- layout ---- */

/* The child added nothing to its base's layout. */
static bool
same_as_base(PyTypeObject *child)
{
    PyTypeObject *base = child->tp_base;
    return base != NULL && child->tp_basicsize == base->tp_basicsize && child->tp_itemsize == base->tp_itemsize
        && child->tp_dictoffset == base->tp_dictoffset && child->tp_weaklistoffset == base->tp_weaklistoffset
        && (child->tp_flags & Py_TPFLAGS_HAVE_GC) == (base->tp_flags & Py_TPFLAGS_HAVE_GC)
        && (child->tp_clear == subtype_clear || child->tp_clear == base->tp_clear);
}

/* Two children of one base that added the same fields. */
static bool
same_slots_added(PyTypeObject *a, PyTypeObject *b)
{
    const unsigned long words = Py_TPFLAGS_PREHEADER | Py_TPFLAGS_INLINE_VALUES;
    Py_ssize_t size = a->tp_base->tp_basicsize;
    if ((a->tp_flags & words) != (b->tp_flags & words))
        return false;
    if (a->tp_dictoffset == size && b->tp_dictoffset == size)
        size += sizeof(PyObject *);
    if (a->tp_weaklistoffset == size && b->tp_weaklistoffset == size)
        size += sizeof(PyObject *);
    if (!type_has(a, Py_TPFLAGS_HEAPTYPE) || !type_has(b, Py_TPFLAGS_HEAPTYPE))
        return false;
    PyObject *slots_a = type_heap(a)->ht_slots, *slots_b = type_heap(b)->ht_slots;
    if (slots_a != NULL && slots_b != NULL) {
        if (PyObject_RichCompareBool(slots_a, slots_b, Py_EQ) != 1)
            return false;
        size += (Py_ssize_t)sizeof(PyObject *) * PyTuple_GET_SIZE(slots_a);
    }
    return size == a->tp_basicsize && size == b->tp_basicsize;
}

static bool
layouts_match(PyTypeObject *a, PyTypeObject *b)
{
    const unsigned long words = Py_TPFLAGS_PREHEADER | Py_TPFLAGS_INLINE_VALUES;
    if ((a->tp_flags & words) != (b->tp_flags & words))
        return false;
    while (same_as_base(a))
        a = a->tp_base;
    while (same_as_base(b))
        b = b->tp_base;
    return a == b || (a->tp_base == b->tp_base && a->tp_base != NULL && same_slots_added(a, b));
}

int
type_compatible_for_assignment(PyTypeObject *from, PyTypeObject *to, const char *attr)
{
    if (to->tp_free != from->tp_free) {
        PyErr_Format(PyExc_TypeError, "%s assignment: '%s' deallocator differs from '%s'", attr, to->tp_name,
                     from->tp_name);
        return 0;
    }
    if (!layouts_match(from, to)) {
        PyErr_Format(PyExc_TypeError, "%s assignment: '%s' object layout differs from '%s'", attr, to->tp_name,
                     from->tp_name);
        return 0;
    }
    return 1;
}

/* ---- __class__ ---- */

/* The instance's dict takes over the inline values: 0 or -1. Holding it makes instance_set_dict() copy them. */
static int
detach_values(PyObject *op)
{
    PyObject *dict = Py_XNewRef(instance_dict(op));
    if (dict == NULL)
        return -1;
    int err = instance_set_dict(op, dict);
    Py_DECREF(dict);
    return err;
}

int
object_set_class(PyObject *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "can't delete __class__ attribute");
        return -1;
    }
    if (!PyType_Check(value)) {
        PyErr_Format(PyExc_TypeError, "__class__ must be set to a class, not '%s' object", Py_TYPE(value)->tp_name);
        return -1;
    }
    if (object_audit_write(self, "__class__", value) < 0)
        return -1;
    PyTypeObject *to = (PyTypeObject *)value, *from = Py_TYPE(self);
    /* Immutable types may have special C code, shared instances, or no heap part; modules are known to be fine. */
    bool modules = PyType_IsSubtype(to, &PyModule_Type) && PyType_IsSubtype(from, &PyModule_Type);
    if (!modules && (type_has(to, Py_TPFLAGS_IMMUTABLETYPE) || type_has(from, Py_TPFLAGS_IMMUTABLETYPE))) {
        PyErr_Format(PyExc_TypeError, "__class__ assignment only supported for mutable types or ModuleType subclasses");
        return -1;
    }
    if (!type_compatible_for_assignment(from, to, "__class__"))
        return -1;
    /* Inline values are ordered by the old class's keys: the dict takes them over. */
    if ((from->tp_flags & Py_TPFLAGS_INLINE_VALUES) && detach_values(self) < 0)
        return -1;
    if (type_has(to, Py_TPFLAGS_HEAPTYPE))
        Py_INCREF(to);
    Py_SET_TYPE(self, to);
    RARE_EVENT(interp_current(), set_class);
    if (type_has(from, Py_TPFLAGS_HEAPTYPE))
        Py_DECREF(from);
    return 0;
}

/* ---- __bases__ ---- */

static bool
base_chain_has(PyTypeObject *a, PyTypeObject *b)
{
    do {
        if (a == b)
            return true;
        a = a->tp_base;
    } while (a != NULL);
    return b == &PyBaseObject_Type;
}

static int
check_new_bases(PyTypeObject *t, PyObject *bases)
{
    if (!PyTuple_Check(bases)) {
        PyErr_Format(PyExc_TypeError, "can only assign tuple to %s.__bases__, not %s", t->tp_name,
                     Py_TYPE(bases)->tp_name);
        return -1;
    }
    if (PyTuple_GET_SIZE(bases) == 0) {
        PyErr_Format(PyExc_TypeError, "can only assign non-empty tuple to %s.__bases__, not ()", t->tp_name);
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *item = PyTuple_GET_ITEM(bases, i);
        if (!PyType_Check(item)) {
            PyErr_Format(PyExc_TypeError, "%s.__bases__ must be tuple of classes, not '%s'", t->tp_name,
                         Py_TYPE(item)->tp_name);
            return -1;
        }
        /* A custom mro() may have hidden t from the MRO, or be running just now: tp_base tells more. */
        PyTypeObject *base = (PyTypeObject *)item;
        if (PyType_IsSubtype(base, t) || (base->tp_mro != NULL && base_chain_has(base, t))) {
            PyErr_SetString(PyExc_TypeError, "a __bases__ item causes an inheritance cycle");
            return -1;
        }
    }
    return 0;
}

/* Recompute the MRO of t and everything below; `log` gets (type, new, old) for undoing. 1, 0 reentered, -1. */
static int
update_mro_hierarchy(PyTypeObject *t, PyObject *log)
{
    PyObject *old = NULL;
    int res = type_mro_internal(t, &old);
    if (res <= 0)
        return res;
    PyObject *entry = old != NULL ? PyTuple_Pack(3, t, t->tp_mro, old) : PyTuple_Pack(2, t, t->tp_mro);
    Py_XDECREF(old);
    if (entry == NULL)
        return -1;
    int err = PyList_Append(log, entry);
    Py_DECREF(entry);
    if (err < 0)
        return -1;
    PyObject *subclasses = type_subclasses(t);       /* a copy: mro() may add or remove some */
    if (subclasses == NULL)
        return -1;
    for (Py_ssize_t i = 0; res >= 0 && i < PyList_GET_SIZE(subclasses); i++)
        res = update_mro_hierarchy((PyTypeObject *)PyList_GET_ITEM(subclasses, i), log);
    Py_DECREF(subclasses);
    return res < 0 ? -1 : 1;
}

static void
undo_mro_updates(PyObject *log)
{
    for (Py_ssize_t i = PyList_GET_SIZE(log) - 1; i >= 0; i--) {
        PyObject *entry = PyList_GET_ITEM(log, i);
        PyTypeObject *t = (PyTypeObject *)PyTuple_GET_ITEM(entry, 0);
        PyObject *new = PyTuple_GET_ITEM(entry, 1);
        PyObject *old = PyTuple_GET_SIZE(entry) > 2 ? PyTuple_GET_ITEM(entry, 2) : NULL;
        if (t->tp_mro == new) {
            t->tp_mro = Py_XNewRef(old);
            PyType_Modified(t);
            Py_DECREF(new);
        }
    }
}

int
type_set_bases(PyTypeObject *t, PyObject *bases, void *closure)
{
    if (!type_check_set_special(t, bases, "__bases__") || check_new_bases(t, bases) < 0)
        return -1;
    PyTypeObject *base = type_best_base(bases);
    if (base == NULL || !type_compatible_for_assignment(t->tp_base, base, "__bases__"))
        return -1;
    PyObject *log = PyList_New(0);
    if (log == NULL)
        return -1;
    PyObject *old_bases = t->tp_bases;
    PyTypeObject *old_base = t->tp_base;
    t->tp_bases = Py_NewRef(bases);
    t->tp_base = (PyTypeObject *)Py_NewRef(base);
    int err = 0;
    if (update_mro_hierarchy(t, log) < 0) {
        undo_mro_updates(log);
        if (t->tp_bases == bases) {
            t->tp_bases = old_bases;
            t->tp_base = old_base;
            Py_DECREF(bases);
            Py_DECREF(base);
        } else {
            Py_DECREF(old_bases);
            Py_DECREF(old_base);
        }
        Py_DECREF(log);
        return -1;
    }
    Py_DECREF(log);
    if (t->tp_bases == bases) {                      /* else a custom mro() set others: its call did the rest */
        type_remove_all_subclasses(t, old_bases);
        err = type_add_all_subclasses(t, bases);
        if (type_update_all_slots(t) < 0)
            err = -1;
        RARE_EVENT(interp_current(), set_bases);
    }
    Py_DECREF(old_bases);
    Py_DECREF(old_base);
    return err;
}
