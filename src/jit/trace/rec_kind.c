/* jit/trace/rec_kind.c: instances of subclasses of builtin containers; items of tuples that have names.
 *
 * A subclass of list, tuple, dict or set that leaves an operation as it was does what its base does, on the same memory. That its slots are those of the base is seen
 * while recording; that no class in between gets a method of its own for it is watched. Guards are on the subclass itself. */
#include "jit/trace/record.h"

#include "jit/ir/leaf.h"
#include "object/core/effect.h"
#include "object/core/type.h"
#include "rt/singletons.h"

static PyTypeObject *
base_of(PyTypeObject *t)
{
    PyTypeObject *const bases[] = { &PyList_Type, &PyTuple_Type, &PyDict_Type, &PySet_Type, &PyFrozenSet_Type };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(bases); i++)
        if (t != bases[i] && type_has(t, Py_TPFLAGS_HEAPTYPE) && PyType_IsSubtype(t, bases[i]))
            return bases[i];
    return t;
}

#define SLOT(t, part, slot) ((t)->part != NULL ? (void *)(t)->part->slot : NULL)
#define SAME(part, slot) (SLOT(t, part, slot) == SLOT(base, part, slot))

static bool
same_length(PyTypeObject *t, PyTypeObject *base)
{
    return SAME(tp_as_sequence, sq_length) && SAME(tp_as_mapping, mp_length);
}

/* A class with a __delitem__ of its own has another slot, which still finds the base's __setitem__. */
static bool
same_store(PyTypeObject *t, PyTypeObject *base)
{
    PyObject *set = type_lookup(t, ID(__setitem__));
    return SAME(tp_as_mapping, mp_ass_subscript) || (set != NULL && set == type_lookup(base, ID(__setitem__)));
}

static bool
same_slots(PyTypeObject *t, PyTypeObject *base, enum container_use use)
{
    switch (use) {
    case USE_LENGTH: return same_length(t, base);
    case USE_TRUTH: return same_length(t, base) && SAME(tp_as_number, nb_bool);
    case USE_ITEM: return SAME(tp_as_mapping, mp_subscript);
    case USE_STORE: return same_store(t, base);
    case USE_ITER: return t->tp_iter == base->tp_iter;
    case USE_CONTAINS: return SAME(tp_as_sequence, sq_contains);
    }
    return false;
}

static bool
watch_methods(struct recorder *r, PyTypeObject *t, enum container_use use)
{
    switch (use) {
    case USE_LENGTH: return rec_watch_name(r, t, ID(__len__));
    case USE_TRUTH: return rec_watch_name(r, t, ID(__len__)) && rec_watch_name(r, t, ID(__bool__));
    case USE_ITEM: return rec_watch_name(r, t, ID(__getitem__));
    case USE_STORE: return rec_watch_name(r, t, ID(__setitem__));
    case USE_ITER: return rec_watch_name(r, t, ID(__iter__));
    case USE_CONTAINS: return rec_watch_name(r, t, ID(__contains__));
    }
    return false;
}

PyTypeObject *
rec_container(struct recorder *r, PyTypeObject *t, enum container_use use)
{
    PyTypeObject *base = base_of(t);
    if (base == t)
        return t;
    return same_slots(t, base, use) && watch_methods(r, t, use) ? base : NULL;
}

/* Nobody but the builtin type makes and initialises its instances, and a call of it is one of type. */
static bool
is_made_as(PyTypeObject *t, PyTypeObject *base)
{
    return t != base && t->tp_new == base->tp_new && t->tp_init == base->tp_init && t->tp_alloc == PyType_GenericAlloc && Py_TYPE(t) == &PyType_Type
        && !type_has(t, Py_TPFLAGS_IS_ABSTRACT) && t->tp_vectorcall == NULL;
}

ir_ref
rec_new_of_class(struct recorder *r, PyTypeObject *t)
{
    ir_ref o = rec_leaf(r, IR_CALLN, HELPER_CALL_CLASS, ir_ptr(r->ir, t), REF_NONE, REF_NONE);
    if (o != REF_NONE)
        r->ir->at[o].kt = ir_ptr(r->ir, t);
    return o;
}

/* Nothing but zeros behind the head, as list.__init__() leaves it: made in line. */
static ir_ref
new_list_of_class(struct recorder *r, PyTypeObject *t)
{
    ir_ref none = ir_int(r->ir, -1);
    return opt_emit(r->ir, IR_NEW_OBJ, ir_ptr(r->ir, t), none, none, 0);
}

bool
rec_call_container(struct recorder *r, ir_ref v, PyTypeObject *t, int on_stack)
{
    PyTypeObject *base = base_of(t);
    if (!is_made_as(t, base) || (base != &PyList_Type && base != &PyDict_Type && base != &PySet_Type))
        return false;
    rec_emit(r, IR_GEQ_P, v, ir_obj(r->ir, (PyObject *)t));
    if (r->why != NULL || !rec_watch(r, DEP_TYPE_LAYOUT, t, NULL) || !rec_watch_name(r, t, ID(__new__)) || !rec_watch_name(r, t, ID(__init__))
        || !rec_watch_name(r, t, ID(__abstractmethods__)))
        return false;
    rec_before_effects(r, on_stack);
    if (r->why != NULL)
        return false;
    ir_ref o = base == &PyList_Type ? new_list_of_class(r, t) : rec_new_of_class(r, t);
    if (r->ir->full != NULL)
        rec_stop(r, r->ir->full);
    if (o == REF_NONE || r->why != NULL)
        return false;
    for (int i = 0; i < on_stack; i++)
        rec_pop(r);
    rec_push_new(r, o);
    return r->why == NULL;
}

Py_ssize_t rec_item_index(PyObject *descr) { return *(Py_ssize_t *)(descr + 1); }

bool
rec_is_item_getter(PyObject *o, PyObject *descr)
{
    descrgetfunc get = Py_TYPE(descr)->tp_descr_get;
    const struct effect *row = get != NULL && PyTuple_Check(o) ? effect_of((void *)get) : NULL;
    return row != NULL && row->sig == EFF_SIG_ITEM && type_has(Py_TYPE(descr), Py_TPFLAGS_IMMUTABLETYPE) && (size_t)rec_item_index(descr) < (size_t)PyTuple_GET_SIZE(o);
}
