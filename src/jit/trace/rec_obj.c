/* jit/trace/rec_obj.c: recording reads of objects: attributes, items, lengths, unpacking, tests.
 *
 * What is read from an object is lent: no count changes while the trace runs, an exit takes a reference for each slot that holds such a value. That is
 * right because nothing in a trace ends the life of an object that something else than a leaf refers to.
 * An attribute is found as the interpreter finds it, once; guards say that the object is of the same class and shape, watched facts (vm/deps.h) that
 * its class still answers in the same way. So what a class or module gives is a constant of the trace. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "jit/ir/leaf.h"
#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/coll/set.h"
#include "object/core/descr.h"
#include "object/core/effect.h"
#include "object/core/module.h"
#include "object/core/type.h"
#include "object/num/int.h"
#include "rt/singletons.h"

static bool
is_null_terminated(struct recorder *r, ir_ref v)
{
    rec_emit(r, IR_GNE_P, v, ir_ptr(r->ir, NULL));
    return r->why == NULL;
}

/* The object at this offset of v, which must not be NULL. */
static ir_ref
object_at(struct recorder *r, ir_ref v, size_t offset)
{
    ir_ref o = rec_emit_x(r, IR_OLOAD, v, REF_NONE, (uint32_t)offset);
    return is_null_terminated(r, o) ? o : REF_NONE;
}

/* An attribute of class t under this name, found or not, stays what it is. */
bool
rec_watch_name(struct recorder *r, PyTypeObject *t, PyObject *name)
{
    return type_has(t, Py_TPFLAGS_IMMUTABLETYPE) || rec_watch(r, DEP_TYPE_ATTR, t, name);
}

/* Instances of t get their attributes as they do now. */
static bool
watch_access(struct recorder *r, PyTypeObject *t, PyObject *name)
{
    return rec_watch_name(r, t, name) && rec_watch_name(r, t, ID(__getattribute__)) && rec_watch_name(r, t, ID(__getattr__));
}

/* ---- values of classes ---- */

/* It stays a descriptor of this kind, or none. */
static bool
watch_descriptor(struct recorder *r, PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return rec_guard_type(r, rec_const(r, o), t) && rec_watch_name(r, t, ID(__get__)) && rec_watch_name(r, t, ID(__set__)) && rec_watch_name(r, t, ID(__delete__));
}

/* o was found in a class: it is what reading the attribute gives, if its own class does not make it a descriptor later. */
static bool
is_plain_value(struct recorder *r, PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    if (t->tp_descr_get != NULL || t->tp_descr_set != NULL)
        return rec_stop(r, "a descriptor that is not recorded yet");
    return type_has(t, Py_TPFLAGS_IMMUTABLETYPE) || watch_descriptor(r, o);
}

/* In place of the object: what was read from it, and NULL if what is read is going to be called. */
static bool
give_value(struct recorder *r, ir_ref v, bool and_null)
{
    if (r->why != NULL)
        return false;
    rec_pop(r);
    rec_push(r, v);
    if (and_null)
        rec_push(r, REF_NONE);
    return r->why == NULL;
}

static bool give_constant(struct recorder *r, PyObject *o, bool and_null) { return give_value(r, rec_const(r, o), and_null); }

/* A staticmethod in a class: the function in it, which the staticmethod may exchange. */
static bool
give_static(struct recorder *r, PyObject *descr, bool method_form)
{
    PyObject *callable = ((struct classmethod *)descr)->callable;
    if (callable == NULL)
        return rec_stop(r, "an empty staticmethod");
    ir_ref now = rec_emit_x(r, IR_OLOAD, rec_const(r, descr), REF_NONE, offsetof(struct classmethod, callable));
    rec_emit(r, IR_GEQ_P, now, rec_const(r, callable));
    return give_constant(r, callable, method_form);
}

/* A method of a builtin type, which is bound to an instance of a class that has it. */
static bool
give_builtin_method(struct recorder *r, PyObject *descr)
{
    if (rec_is_virtual(r, rec_peek(r, 1)) && !rec_materialise(r, rec_peek(r, 1)))
        return false;
    ir_ref self = rec_peek(r, 1);
    if (!rec_is_object(r, self) || ((PyMethodDescrObject *)descr)->d_method->ml_flags & METH_METHOD)
        return rec_stop(r, "a method of a builtin type is bound");
    rec_before_effects(r, 1);
    ir_ref m = r->why == NULL ? rec_leaf(r, IR_CALLN, HELPER_BIND_METHOD, rec_const(r, descr), self, REF_NONE) : REF_NONE;
    if (r->why != NULL)
        return false;
    r->ir->at[m].kt = ir_ptr(r->ir, &PyCFunction_Type);
    rec_pop(r);
    rec_push_new(r, m);
    return r->why == NULL;
}

/* A new bound method, if that is what the descriptor makes. */
static bool
give_method(struct recorder *r, PyObject *func, ir_ref self)
{
    if (Py_TYPE(func) != &PyFunction_Type)
        return rec_stop(r, "a method of a builtin type is bound");
    rec_emit(r, IR_GROOM, REF_NONE, REF_NONE);           /* the object that is not made may be the one that makes a collection due */
    ir_ref m = rec_new_virtual(r, V_METHOD, &PyMethod_Type);
    if (m == REF_NONE || !rec_put_field(r, m, 0, rec_const(r, func)) || !rec_put_field(r, m, 1, self))
        return rec_stop(r, "too many virtual objects");
    return give_value(r, m, false);
}

/* A classmethod in a class: the function in it, which the classmethod may exchange, bound to the class. */
static bool
give_classmethod(struct recorder *r, PyObject *descr, ir_ref cls, bool method_form)
{
    PyObject *callable = ((struct classmethod *)descr)->callable;
    if (callable == NULL || Py_TYPE(callable) != &PyFunction_Type)
        return rec_stop(r, "a classmethod of something else than a function");
    ir_ref now = rec_emit_x(r, IR_OLOAD, rec_const(r, descr), REF_NONE, offsetof(struct classmethod, callable));
    rec_emit(r, IR_GEQ_P, now, rec_const(r, callable));
    if (r->why != NULL || !give_method(r, callable, cls))
        return false;
    if (method_form)
        rec_push(r, REF_NONE);
    return r->why == NULL;
}

/* Its class is one of the program, with a __get__ in Python. */
static bool
is_python_descriptor(PyObject *descr)
{
    PyTypeObject *t = Py_TYPE(descr);
    PyObject *get = type_has(t, Py_TPFLAGS_HEAPTYPE) && t->tp_descr_get != NULL ? type_lookup(t, ID(__get__)) : NULL;
    return get != NULL && Py_TYPE(get) == &PyFunction_Type;
}

/* What the class has, for an instance that has no such attribute itself. */
static bool
load_from_class(struct recorder *r, PyObject *descr, bool method_form)
{
    if (descr == NULL)
        return rec_stop(r, "an attribute that is missing");
    PyTypeObject *t = Py_TYPE(descr);
    if (t == &PyStaticMethod_Type)
        return give_static(r, descr, method_form);
    if (t == &PyClassMethod_Type)
        return give_classmethod(r, descr, ir_obj(r->ir, (PyObject *)Py_TYPE(r->sp[-1])), method_form);
    if (type_has(t, Py_TPFLAGS_METHOD_DESCRIPTOR) && type_has(t, Py_TPFLAGS_IMMUTABLETYPE)) {
        ir_ref self = rec_peek(r, 1);
        if (!method_form)
            return t == &PyMethodDescr_Type ? give_builtin_method(r, descr) : give_method(r, descr, self);
        return give_constant(r, descr, false) && (rec_push(r, self), r->why == NULL);
    }
    if (is_python_descriptor(descr) && !method_form)
        return watch_descriptor(r, descr) && rec_call_descriptor(r, descr);
    return is_plain_value(r, descr) && give_constant(r, descr, method_form);
}

/* ---- instances ---- */

static Py_ssize_t
key_index(PyDictKeysObject *keys, PyObject *name)
{
    return keys_is_unicode(keys) ? keys_find_str(keys, name, dict_str_hash(name)) : DKIX_EMPTY;
}

/* The values lie in the instance: its shape word says which there are. */
static bool
guard_shape(struct recorder *r, ir_ref v, const PyDictValues *values)
{
    ir_ref shape = rec_emit_x(r, IR_WLOAD, v, REF_NONE, sizeof(PyObject) + offsetof(PyDictValues, shape));
    rec_emit(r, IR_GEQ_I, shape, ir_int(r->ir, values->shape));
    return r->why == NULL;
}

static uint32_t offset_of_value(Py_ssize_t index) { return (uint32_t)(sizeof(PyObject) + offsetof(PyDictValues, values) + (size_t)index * sizeof(PyObject *)); }

bool
rec_find_value(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name, uint32_t *offset)
{
    PyDictValues *values = inline_values(owner);
    Py_ssize_t index = key_index(type_shared_keys(Py_TYPE(owner)), name);
    if (index < 0 || values->values[index] == NULL)
        return rec_stop(r, "an attribute that the instance does not have");
    *offset = offset_of_value(index);
    if (values->shape > SHAPE_NEVER)
        return guard_shape(r, v, values);
    static_assert(offsetof(PyDictValues, valid) == 3, "the highest byte of the first word");
    ir_ref head = rec_emit_x(r, IR_WLOAD, v, REF_NONE, sizeof(PyObject));      /* without shape: the value itself must be there */
    rec_emit(r, IR_GNE_I, rec_emit(r, IR_AND_I, head, ir_int(r->ir, 0xff000000)), ir_int(r->ir, 0));
    return object_at(r, v, *offset) != REF_NONE;
}

bool
rec_find_room(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name, struct rec_storing *st)
{
    PyDictValues *values = inline_values(owner);
    PyDictKeysObject *keys = type_shared_keys(Py_TYPE(owner));
    Py_ssize_t index = key_index(keys, name);
    if (index < 0 || values->shape <= SHAPE_NEVER)
        return rec_stop(r, "an attribute that the instance does not have");
    st->shape = shape_next(keys, values->shape, index);
    st->nvalues = __builtin_popcount(shape_slots(keys, values->shape));
    st->pl.offset = offset_of_value(index);
    if (st->shape <= SHAPE_NEVER)
        return rec_stop(r, "a class whose instances have too many shapes");
    return guard_shape(r, v, values);
}

static bool
load_from_values(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name, PyObject *descr, bool method_form)
{
    PyDictValues *values = inline_values(owner);
    Py_ssize_t index = key_index(type_shared_keys(Py_TYPE(owner)), name);
    uint32_t offset;
    if (rec_is_virtual(r, v)) {
        int slot = index < 0 ? -1 : rec_field_slot(r, v, (unsigned)index);
        return slot >= 0 ? give_value(r, r->slot[slot], method_form) : load_from_class(r, descr, method_form);
    }
    if (index < 0 || values->values[index] == NULL) {
        if (values->shape <= SHAPE_NEVER)
            return rec_stop(r, "an instance without shape");
        return guard_shape(r, v, values) && load_from_class(r, descr, method_form);
    }
    return rec_find_value(r, v, owner, name, &offset) && give_value(r, rec_emit_x(r, IR_OLOAD, v, REF_NONE, offset), method_form);
}

/* The instance has a dict, or has none yet and so no attributes. */
static bool
load_from_dict(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name, PyObject *descr, bool method_form)
{
    PyTypeObject *t = Py_TYPE(owner);
    Py_ssize_t offset = type_has(t, Py_TPFLAGS_MANAGED_DICT) ? -3 * (Py_ssize_t)sizeof(PyObject *) : t->tp_dictoffset;
    if (rec_is_virtual(r, v) || (offset < 0 && !type_has(t, Py_TPFLAGS_MANAGED_DICT)))
        return rec_stop(r, "an instance with a dict in another place");
    PyObject *dict = *(PyObject **)((char *)owner + offset);
    ir_ref d = rec_emit_x(r, IR_OLOAD, v, REF_NONE, (uint32_t)offset);
    if (dict == NULL && type_has(t, Py_TPFLAGS_INLINE_VALUES))
        return rec_stop(r, "an instance whose dict is gone");
    if (dict == NULL) {
        rec_emit(r, IR_GEQ_P, d, ir_ptr(r->ir, NULL));
        return r->why == NULL && load_from_class(r, descr, method_form);
    }
    if (!is_null_terminated(r, d) || !PyDict_CheckExact(dict) || !rec_guard_type(r, d, &PyDict_Type))
        return rec_stop(r, "an instance with another kind of dict");
    if (jit_dict_at(dict, name) != NULL) {
        ir_ref at = rec_leaf(r, IR_CALLP, HELPER_DICT_AT, d, rec_const(r, name), REF_NONE);
        return at != REF_NONE && give_value(r, rec_emit(r, IR_LITEM, at, ir_int(r->ir, 0)), method_form);
    }
    if (jit_dict_has(dict, name) != 0)
        return rec_stop(r, "a dict with keys that are no strings");
    ir_ref found = rec_leaf(r, IR_CALLR, HELPER_DICT_HAS, d, rec_const(r, name), REF_NONE);
    if (found != REF_NONE)
        rec_emit(r, IR_GEQ_I, found, ir_int(r->ir, 0));
    return r->why == NULL && load_from_class(r, descr, method_form);
}

/* A member of __slots__. */
static bool
load_member(struct recorder *r, ir_ref v, PyTypeObject *t, PyMemberDescrObject *m, bool method_form)
{
    if (m->d_member->type != Py_T_OBJECT_EX || (m->d_member->flags & Py_AUDIT_READ) || !PyType_IsSubtype(t, m->d_common.d_type))
        return rec_stop(r, "a member of another kind");
    if (rec_is_virtual(r, v)) {
        int slot = rec_field_slot(r, v, (unsigned)m->d_member->offset / sizeof(PyObject *));
        return slot >= 0 ? give_value(r, r->slot[slot], method_form) : rec_stop(r, "an attribute that is missing");
    }
    return give_value(r, object_at(r, v, (size_t)m->d_member->offset), method_form);
}

/* Its function is called, which the property may exchange. */
static bool
load_property(struct recorder *r, PyObject *descr, bool method_form)
{
    PyObject *get = ((struct property *)descr)->get;
    if (get == NULL || Py_TYPE(get) != &PyFunction_Type || method_form)
        return rec_stop(r, "a property that is no Python function");
    return rec_call_getter(r, rec_emit_x(r, IR_OLOAD, rec_const(r, descr), REF_NONE, offsetof(struct property, get)), (PyFunctionObject *)get);
}

/* The attribute of a named tuple. */
static bool
load_item(struct recorder *r, ir_ref v, PyObject *descr, bool method_form)
{
    ir_ref index = ir_int(r->ir, rec_item_index(descr));
    if (rec_is_virtual(r, v))
        return rec_stop(r, "a named tuple that is not there");
    rec_emit(r, IR_GGT_I, rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size)), index);
    return r->why == NULL && give_value(r, rec_emit(r, IR_TITEM, v, index), method_form);
}

static bool
load_from_instance(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name, bool method_form)
{
    PyTypeObject *t = Py_TYPE(owner);
    if (t->tp_getattro != PyObject_GenericGetAttr)
        return rec_stop(r, "a class with its own __getattribute__ or __getattr__");
    PyObject *descr = type_lookup(t, name);
    bool property = descr != NULL && Py_TYPE(descr) == &PyProperty_Type;
    if (descr != NULL && descr == type_lookup(&PyBaseObject_Type, ID(__class__)))
        return rec_guard_type(r, v, t) && watch_access(r, t, name) && give_value(r, ir_obj(r->ir, (PyObject *)t), method_form);
    bool item = descr != NULL && rec_is_item_getter(owner, descr);
    bool python = descr != NULL && is_python_descriptor(descr), data = descr != NULL && !property && !item && Py_TYPE(descr)->tp_descr_set != NULL;
    if (data && Py_TYPE(descr) != &PyMemberDescr_Type && (!python || method_form))
        return rec_stop(r, "a data descriptor that is not recorded yet");
    if (descr != NULL && !python && !type_has(Py_TYPE(descr), Py_TPFLAGS_IMMUTABLETYPE) && Py_TYPE(descr)->tp_descr_get != NULL)
        return rec_stop(r, "a descriptor of a class that may change");
    if (!rec_guard_type(r, v, t) || !watch_access(r, t, name) || (python && !watch_descriptor(r, descr)))
        return false;
    if (property)
        return load_property(r, descr, method_form);
    if (python && data)
        return rec_call_descriptor(r, descr);
    if (item)
        return load_item(r, v, descr, method_form);
    if (descr != NULL && Py_TYPE(descr) == &PyMemberDescr_Type)
        return load_member(r, v, t, (PyMemberDescrObject *)descr, method_form);
    if (type_has(t, Py_TPFLAGS_INLINE_VALUES) && inline_values(owner)->valid)
        return load_from_values(r, v, owner, name, descr, method_form);
    if (type_has(t, Py_TPFLAGS_MANAGED_DICT) || t->tp_dictoffset != 0)
        return load_from_dict(r, v, owner, name, descr, method_form);
    return load_from_class(r, descr, method_form);
}

/* What a class behind cls in the MRO of t has under this name; each of those before it has nothing, and that stays so. */
static PyObject *
find_behind(struct recorder *r, PyTypeObject *cls, PyTypeObject *t, PyObject *name)
{
    PyObject *mro = t->tp_mro, *found = NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(mro), i = 0;
    while (i < n && PyTuple_GET_ITEM(mro, i) != (PyObject *)cls)
        i++;
    for (i++; i < n && found == NULL; i++) {
        PyTypeObject *k = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        PyObject *dict = type_dict(k);
        if (dict == NULL || !rec_watch_name(r, k, name) || (found = PyDict_GetItemWithError(dict, name)) != NULL || PyErr_Occurred())
            break;
    }
    PyErr_Clear();
    return found;
}

/* super().name of an instance, where that is a function of Python or a method of `object`. */
bool
rec_load_super_attr(struct recorder *r)
{
    PyObject *super = r->sp[-3], *self = r->sp[-1];
    PyTypeObject *cls = (PyTypeObject *)r->sp[-2], *t = Py_TYPE(self);
    ir_ref v = rec_peek(r, 1);
    bool fits = super == (PyObject *)&PySuper_Type && PyType_Check(cls) && !PyType_Check(self) && rec_is_object(r, v) && PyType_IsSubtype(t, cls);
    if (!fits || !rec_is_object(r, rec_peek(r, 2)) || !rec_is_object(r, rec_peek(r, 3)))
        return rec_stop(r, "super() of something else than an instance");
    rec_emit(r, IR_GEQ_P, rec_peek(r, 3), ir_obj(r->ir, super));
    rec_emit(r, IR_GEQ_P, rec_peek(r, 2), ir_obj(r->ir, (PyObject *)cls));
    if (r->why != NULL || !rec_guard_type(r, v, t) || !rec_watch(r, DEP_TYPE_LAYOUT, cls, NULL))
        return false;
    PyObject *found = find_behind(r, cls, t, PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg >> 2));
    bool method = found != NULL && type_has(Py_TYPE(found), Py_TPFLAGS_METHOD_DESCRIPTOR) && type_has(Py_TYPE(found), Py_TPFLAGS_IMMUTABLETYPE);
    if (r->why != NULL || !method)
        return rec_stop(r, "super() leads to something else than a method");
    if (!(r->oparg & 1) || t->tp_getattro != PyObject_GenericGetAttr) {        /* of a class with a __getattr__, the interpreter binds methods that are called, too */
        rec_set(r, r->nslots + r->depth - 3, v);         /* the result comes in the place of the first of three */
        rec_pop(r);
        rec_pop(r);
        if (!give_method(r, found, v))
            return false;
        if (r->oparg & 1)
            rec_push(r, REF_NONE);
        return r->why == NULL;
    }
    for (int i = 0; i < 3; i++)
        rec_pop(r);
    rec_push(r, rec_const(r, found));
    rec_push(r, v);
    return r->why == NULL;
}

/* ---- classes and modules ---- */

static bool
load_from_type(struct recorder *r, ir_ref v, PyTypeObject *cls, PyObject *name, bool method_form)
{
    PyTypeObject *meta = Py_TYPE(cls);
    PyObject *own = type_lookup(meta, name), *descr = type_lookup(cls, name);
    if (meta->tp_getattro != PyType_Type.tp_getattro || (own != NULL && Py_TYPE(own)->tp_descr_set != NULL))
        return rec_stop(r, "an attribute of a metaclass");
    if (descr == NULL || (own != NULL && !type_has(Py_TYPE(own), Py_TPFLAGS_IMMUTABLETYPE)))
        return rec_stop(r, "an attribute that the class does not have");
    rec_emit(r, IR_GEQ_P, v, ir_obj(r->ir, (PyObject *)cls));
    if (r->why != NULL || !rec_guard_type(r, v, meta) || !watch_access(r, meta, name) || !rec_watch_name(r, cls, name))
        return false;
    if (Py_TYPE(descr) == &PyStaticMethod_Type)
        return give_static(r, descr, method_form);
    if (Py_TYPE(descr) == &PyClassMethod_Type)
        return give_classmethod(r, descr, rec_const(r, (PyObject *)cls), method_form);
    if (type_has(Py_TYPE(descr), Py_TPFLAGS_METHOD_DESCRIPTOR) && type_has(Py_TYPE(descr), Py_TPFLAGS_IMMUTABLETYPE))
        return give_constant(r, descr, method_form);
    return is_plain_value(r, descr) && give_constant(r, descr, method_form);
}

/* Another module may come with the same dict: that is all that counts. */
static bool
load_from_module(struct recorder *r, ir_ref v, PyObject *module, PyObject *name, bool method_form)
{
    PyObject *own = type_lookup(&PyModule_Type, name), *dict = module_dict(module), *value;
    if (dict == NULL || (own != NULL && Py_TYPE(own)->tp_descr_set != NULL))
        return rec_stop(r, "an attribute of modules");
    if (!rec_guard_type(r, v, &PyModule_Type))
        return false;
    ir_ref of_v = rec_emit_x(r, IR_OLOAD, v, REF_NONE, offsetof(PyModuleObject, md_dict));
    rec_emit(r, IR_GEQ_P, of_v, ir_obj(r->ir, dict));
    if (!rec_dict_key(r, dict, name, &value))
        return false;
    return value != NULL ? give_constant(r, value, method_form) : rec_stop(r, "an attribute that the module does not have");
}

/* A method of a number that has no object yet, which is called at once: the call makes one, if it needs it. */
static bool
load_from_number(struct recorder *r, PyObject *owner, PyObject *name, bool method_form)
{
    PyTypeObject *t = Py_TYPE(owner);
    PyObject *descr = method_form && type_has(t, Py_TPFLAGS_IMMUTABLETYPE) ? type_lookup(t, name) : NULL;
    if (descr == NULL || Py_TYPE(descr) != &PyMethodDescr_Type)
        return rec_stop(r, "an attribute of a number");
    return watch_access(r, t, name) && load_from_class(r, descr, true);
}

bool
rec_load_attr(struct recorder *r, PyObject *name, bool method_form)
{
    PyObject *owner = r->sp[-1];
    ir_ref v = rec_peek(r, 1);
    if (!rec_is_object(r, v) && v != REF_NONE && PyUnicode_CheckExact(name))
        return load_from_number(r, owner, name, method_form);
    if (!rec_is_object(r, v) || !PyUnicode_CheckExact(name))
        return rec_stop(r, "an attribute of a number");
    if (PyModule_CheckExact(owner))
        return load_from_module(r, v, owner, name, method_form);
    if (PyType_Check(owner))
        return load_from_type(r, v, (PyTypeObject *)owner, name, method_form);
    return load_from_instance(r, v, owner, name, method_form);
}

/* The class of o, which is v, has nothing under this name, nor has o; guards say so. */
static bool
guard_missing(struct recorder *r, ir_ref v, PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    if (t->tp_getattro != PyObject_GenericGetAttr || PyType_Check(o) || PyModule_CheckExact(o) || type_lookup(t, name) != NULL)
        return rec_stop(r, "getattr() of a class that answers in its own way");
    if (!rec_guard_type(r, v, t) || !watch_access(r, t, name))
        return false;
    if (!type_has(t, Py_TPFLAGS_INLINE_VALUES))
        return (!type_has(t, Py_TPFLAGS_MANAGED_DICT) && t->tp_dictoffset == 0) || rec_stop(r, "getattr() of an instance with a dict of its own");
    PyDictValues *values = inline_values(o);
    Py_ssize_t index = key_index(type_shared_keys(t), name);
    if (!values->valid || values->shape <= SHAPE_NEVER || (index >= 0 && values->values[index] != NULL))
        return rec_stop(r, "an instance without shape");
    return rec_is_virtual(r, v) || guard_shape(r, v, values);    /* what is not there yet has the shape that it was recorded with */
}

bool
rec_guard_no_attr(struct recorder *r, ir_ref v, PyObject *o, PyObject *name)
{
    return rec_is_object(r, v) && guard_missing(r, v, o, name);
}

/* Is that so now, of an object for which it can be guarded? */
bool
rec_has_no_attr(PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    if (t->tp_getattro != PyObject_GenericGetAttr || PyType_Check(o) || PyModule_CheckExact(o) || type_lookup(t, name) != NULL)
        return false;
    if (!type_has(t, Py_TPFLAGS_INLINE_VALUES))
        return !type_has(t, Py_TPFLAGS_MANAGED_DICT) && t->tp_dictoffset == 0;
    PyDictValues *values = inline_values(o);
    Py_ssize_t index = key_index(type_shared_keys(t), name);
    return values->valid && values->shape > SHAPE_NEVER && (index < 0 || values->values[index] == NULL);
}

bool
rec_has_class_number(PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    PyObject *number = t->tp_getattro == PyObject_GenericGetAttr && !PyType_Check(o) && !PyModule_CheckExact(o) ? type_lookup(t, name) : NULL;
    if (number == NULL || !(PyFloat_CheckExact(number) || PyLong_CheckExact(number)) || !type_has(t, Py_TPFLAGS_HEAPTYPE))
        return false;
    if (!type_has(t, Py_TPFLAGS_INLINE_VALUES))
        return !type_has(t, Py_TPFLAGS_MANAGED_DICT) && t->tp_dictoffset == 0;
    PyDictValues *values = inline_values(o);
    Py_ssize_t index = key_index(type_shared_keys(t), name);
    return values->valid && values->shape > SHAPE_NEVER && (index < 0 || values->values[index] == NULL);
}

/* A name that may be another in each round. Methods come bound. */
static bool
look_up_attr(struct recorder *r, const struct builtin_call *c)
{
    ir_ref args[BUILTIN_ARGS];
    PyObject *now = jit_getattr(c->now[0], c->now[1]);
    bool found = now != NULL;
    Py_XDECREF(now);
    if (!found || c->args[1] == REF_NONE || !rec_argument_objects(r, c, 0, args))
        return rec_stop(r, "getattr() that may run code");
    return rec_give_new(r, c->on_stack, rec_leaf(r, IR_CALLN, HELPER_GETATTR, args[0], args[1], REF_NONE), NULL);
}

/* The attribute that is missing is the third argument. One that is there is loaded as LOAD_ATTR does, if that calls nothing. */
bool
rec_call_getattr(struct recorder *r, const struct builtin_call *c)
{
    PyObject *o = c->now[0], *name = c->now[1], **sp = r->sp;
    ir_ref v = c->args[0], instead = c->n == 3 ? c->args[2] : REF_NONE;
    if (!rec_is_object(r, v) || rec_is_virtual(r, v))
        return rec_stop(r, "getattr() of a number");
    if (r->ir->at[c->args[1]].op != IR_KO || !PyUnicode_CheckExact(name) || !PyUnicode_CHECK_INTERNED(name))
        return look_up_attr(r, c);
    PyObject *descr = type_lookup(Py_TYPE(o), name);
    if (instead != REF_NONE && descr == NULL && guard_missing(r, v, o, name)) {
        for (int i = 0; i < c->on_stack; i++)
            rec_pop(r);
        rec_push(r, instead);
        return r->why == NULL;
    }
    if (r->why != NULL || (descr != NULL && Py_TYPE(descr) == &PyProperty_Type))
        return rec_stop(r, "getattr() of a property");
    rec_set(r, r->nslots + r->depth - c->on_stack, v);
    for (int i = 1; i < c->on_stack; i++)
        rec_pop(r);
    r->sp = &o + 1;
    bool loaded = rec_load_attr(r, name, false);
    r->sp = sp;
    return loaded;
}

/* What a cell holds. */
bool
rec_load_deref(struct recorder *r)
{
    ir_ref v = object_at(r, rec_local(r, r->base + r->oparg), offsetof(PyCellObject, ob_ref));
    rec_push(r, v);
    return r->why == NULL;
}

/* ---- lengths ---- */

/* Where objects of this type keep how many items they have; 0: nowhere. */
static size_t
length_offset(PyTypeObject *t)
{
    if (t == &PyList_Type || t == &PyTuple_Type || t == &PyBytes_Type)
        return offsetof(PyVarObject, ob_size);
    if (t == &PyByteArray_Type)
        return offsetof(PyVarObject, ob_size);
    if (t == &PyUnicode_Type)
        return offsetof(PyASCIIObject, length);
    if (t == &PyDict_Type)
        return offsetof(PyDictObject, ma_used);
    return t == &PySet_Type || t == &PyFrozenSet_Type ? offsetof(PySetObject, used) : 0;
}

/* len() is a C function with a row, which never fails; and says whether such an object is true. */
static bool
has_plain_length(PyTypeObject *t)
{
    const PySequenceMethods *m = t->tp_as_sequence;
    return m != NULL && m->sq_length != NULL && type_has(t, Py_TPFLAGS_IMMUTABLETYPE) && effect_of((void *)m->sq_length) != NULL && (t->tp_as_number == NULL || t->tp_as_number->nb_bool == NULL);
}

ir_ref
rec_len(struct recorder *r, ir_ref v, PyObject *o)
{
    PyTypeObject *t = rec_container(r, Py_TYPE(o), USE_LENGTH);
    size_t offset = t != NULL ? length_offset(t) : 0;
    if (offset == 0 && rec_is_object(r, v) && rec_is_row(o))
        return rec_row_length(r, v, o);
    if (offset == 0 && t == Py_TYPE(o) && has_plain_length(t))
        return rec_is_object(r, v) && rec_guard_type(r, v, t) ? rec_leaf(r, IR_CALLR, HELPER_LENGTH, ir_ptr(r->ir, (void *)t->tp_as_sequence->sq_length), v, REF_NONE) : REF_NONE;
    if (offset == 0 || !rec_is_object(r, v) || !rec_guard_type(r, v, Py_TYPE(o)))
        return REF_NONE;
    return rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, (uint32_t)offset);
}

/* ---- items ---- */

/* The item at an index below the length. */
static ir_ref
item(struct recorder *r, ir_ref v, PyObject *o, ir_ref index)
{
    if (PyTuple_Check(o))
        return rec_emit(r, IR_TITEM, v, index);
    return rec_emit(r, IR_LITEM, rec_emit_x(r, IR_ALOAD, v, REF_NONE, offsetof(PyListObject, ob_item)), index);
}

/* Guards that 0 <= index < size, or makes an index from the end one from the start. */
static ir_ref
bounded(struct recorder *r, ir_ref index, ir_ref size, Py_ssize_t now)
{
    ir_ref zero = ir_int(r->ir, 0);
    if (now < 0) {
        rec_emit(r, IR_GLT_I, index, zero);
        index = rec_emit(r, IR_ADD_I, index, size);
        rec_emit(r, IR_GGE_I, index, zero);
    } else if (ref_is_const(index)) {
        rec_emit(r, IR_GGT_I, size, index);
    } else {
        rec_emit(r, IR_GULT_I, index, size);
    }
    return index;
}

ir_ref
rec_index(struct recorder *r, ir_ref v, PyObject *o, ir_ref sub, PyObject *sub_now)
{
    Py_ssize_t n = Py_SIZE(o), now = PyLong_CheckExact(sub_now) && int_is_compact(sub_now) ? int_compact_value(sub_now) : n;
    if (now >= n || now < -n) {
        rec_stop(r, "an index out of range, or no int");
        return REF_NONE;
    }
    ir_ref size = rec_len(r, v, o), index = size == REF_NONE ? REF_NONE : rec_number(r, sub, sub_now);
    if (index == REF_NONE || r->why != NULL) {
        rec_stop(r, "an index that is no int");
        return REF_NONE;
    }
    return bounded(r, index, size, now);
}

bool
rec_item_place(struct recorder *r, ir_ref v, PyObject *o, ir_ref sub, PyObject *sub_now, ir_ref *items, ir_ref *index)
{
    *index = rec_index(r, v, o, sub, sub_now);
    if (r->why == NULL)
        *items = rec_emit_x(r, IR_ALOAD, v, REF_NONE, offsetof(PyListObject, ob_item));
    return r->why == NULL;
}

/* The container and the index exist. */
static bool
make_operands(struct recorder *r)
{
    for (int i = 1; i <= 2; i++)
        if (rec_is_virtual(r, rec_peek(r, i)) && !rec_materialise(r, rec_peek(r, i)))
            return false;
    return true;
}

bool
rec_binary_subscr(struct recorder *r)
{
    PyObject *o = r->sp[-2];
    if (rec_is_getitem(r))
        return rec_call_getitem(r);
    ir_ref v = rec_peek(r, 2);
    int at = r->nvirtuals > 0 && rec_is_virtual(r, v) ? rec_virtual_index(r) : -1;
    if (at < 0 && (r->why != NULL || !make_operands(r)))
        return false;
    v = rec_peek(r, 2);
    if (at >= 0) {
        ir_ref got = r->slot[rec_field_slot(r, v, (unsigned)at)];
        rec_pop(r);
        return give_value(r, got, false);
    }
    PyTypeObject *t = rec_container(r, Py_TYPE(o), USE_ITEM);
    if (t == &PyDict_Type)
        return rec_load_key(r);
    if (PyUnicode_CheckExact(o) || PyBytes_CheckExact(o) || PyByteArray_CheckExact(o))
        return rec_str_subscr(r);
    if (t != &PyList_Type && t != &PyTuple_Type)
        return rec_is_object(r, v) && rec_is_row(o) ? rec_row_subscr(r) : rec_stop(r, "a subscript of this kind is not recorded yet");
    ir_ref index = rec_index(r, v, o, rec_peek(r, 1), r->sp[-1]);
    ir_ref got = r->why == NULL ? item(r, v, o, index) : REF_NONE;
    if (r->why != NULL)
        return false;
    rec_pop(r);
    return give_value(r, got, false);
}

bool
rec_unpack_sequence(struct recorder *r)
{
    PyObject *o = r->sp[-1];
    ir_ref v = rec_peek(r, 1);
    if (rec_is_virtual(r, v) && PyTuple_CheckExact(o))
        return rec_unpack_virtual(r);
    if (rec_is_virtual(r, v)) {
        if (!rec_materialise(r, v))
            return false;
        v = rec_peek(r, 1);
    }
    PyTypeObject *t = rec_container(r, Py_TYPE(o), USE_ITER);
    if ((t != &PyList_Type && t != &PyTuple_Type) || Py_SIZE(o) != r->oparg)
        return rec_stop(r, "unpacking something else than a tuple or list of that length");
    ir_ref size = rec_len(r, v, o);
    if (size == REF_NONE)
        return rec_stop(r, "unpacking what is no object");
    rec_emit(r, IR_GEQ_I, size, ir_int(r->ir, r->oparg));
    if (r->why != NULL)
        return false;
    bool held = r->held[r->nslots + r->depth - 1];
    rec_pop(r);
    for (int i = r->oparg; i-- > 0; )
        rec_push(r, item(r, v, o, ir_int(r->ir, i)));
    if (held && PyTuple_CheckExact(o))
        rec_empties(r, v);
    return r->why == NULL;
}

/* ---- tests ---- */

/* Instances of t are true whatever they hold, as long as this is so: its classes have neither __bool__ nor __len__. */
static bool
always_true(struct recorder *r, PyTypeObject *t)
{
    bool has_truth = (t->tp_as_number && t->tp_as_number->nb_bool) || (t->tp_as_mapping && t->tp_as_mapping->mp_length)
                  || (t->tp_as_sequence && t->tp_as_sequence->sq_length);
    return !has_truth && rec_watch_name(r, t, ID(__bool__)) && rec_watch_name(r, t, ID(__len__));
}

ir_ref
rec_truth(struct recorder *r, ir_ref v, PyObject *o)
{
    if (!rec_is_object(r, v))
        return REF_NONE;
    if (o == Py_None) {
        rec_emit(r, IR_GEQ_P, v, ir_obj(r->ir, Py_None));
        return ir_bool(r->ir, false);
    }
    ir_ref n = rec_container(r, Py_TYPE(o), USE_TRUTH) != NULL ? rec_len(r, v, o) : REF_NONE;
    if (n != REF_NONE)
        return rec_emit(r, IR_NOT_B, rec_emit(r, IR_EQ_I, n, ir_int(r->ir, 0)), REF_NONE);
    return rec_guard_type(r, v, Py_TYPE(o)) && always_true(r, Py_TYPE(o)) ? ir_bool(r->ir, true) : REF_NONE;
}

/* == and != of two strings. */
ir_ref
rec_compare_str(struct recorder *r, ir_ref a, ir_ref b, bool equal)
{
    if (!rec_is_object(r, a) || !rec_is_object(r, b) || !rec_guard_type(r, a, &PyUnicode_Type) || !rec_guard_type(r, b, &PyUnicode_Type))
        return REF_NONE;
    ir_ref same = rec_emit_x(r, IR_CALLL_I, a, b, HELPER_STR_EQ);
    ir_ref differ = rec_emit(r, IR_EQ_I, same, ir_int(r->ir, 0));
    return equal ? rec_emit(r, IR_NOT_B, differ, REF_NONE) : differ;
}
