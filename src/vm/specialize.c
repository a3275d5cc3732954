/* vm/specialize.c: from what an instruction sees to the form that expects just that.
 *
 * Success: the opcode is rewritten and the counter set to the cool-down, which counts misses. Failure: the base opcode stays and its
 * counter starts again at twice the length. Nothing here may run Python code or leave an exception. */
#include "vm/specialize.h"

#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/core/method.h"
#include "object/core/descr.h"
#include "object/core/module.h"
#include "object/core/object.h"
#include "object/core/type.h"
#include "object/num/int.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/consume.h"
#include "vm/function.h"
#include "vm/genobject.h"
#include "vm/slow.h"
#include "vm/vm_state.h"

#define MAX_BACKOFF 12
#define COOLDOWN ((_Py_BackoffCounter){ .backoff = 0, .value = 52 })

static void
done(_Py_CODEUNIT *instr, int op)
{
    instr[1].counter = COOLDOWN;
    instr->op.code = (uint8_t)op;
}

static void
failed(_Py_CODEUNIT *instr)
{
    instr->op.code = (uint8_t)op_deopt(instr->op.code);
    int backoff = instr[1].counter.backoff;
    backoff += backoff < MAX_BACKOFF;
    instr[1].counter = (_Py_BackoffCounter){ .backoff = (uint16_t)backoff, .value = (uint16_t)((1 << backoff) - 1) };
}

void
specialize_soon(_Py_CODEUNIT *pc, bool first)
{
    int opcode = pc->op.code;
    bool jump = opcode == JUMP_BACKWARD || (opcode >= POP_JUMP_IF_FALSE && opcode <= POP_JUMP_IF_TRUE);
    if (op_table[opcode].caches > 0 && op_table[opcode].kind == OPK_BASE && !jump && (!first || pc[1].counter.backoff <= 1))
        pc[1].counter.value = 0;
}

static void
choose(_Py_CODEUNIT *instr, int op)
{
    if (op)
        done(instr, op);
    else
        failed(instr);
}

/* Exactly n positional parameters and nothing else, own locals. */
static bool
is_simple(PyObject *func, int n)
{
    PyCodeObject *co = (PyCodeObject *)((PyFunctionObject *)func)->func_code;
    return (co->co_flags & (CO_VARKEYWORDS | CO_VARARGS | CO_OPTIMIZED)) == CO_OPTIMIZED && co->co_kwonlyargcount == 0 && (n < 0 || co->co_argcount == n);
}

static Py_ssize_t
find_key(PyDictKeysObject *keys, PyObject *name)
{
    return keys_is_unicode(keys) && PyUnicode_CheckExact(name) ? keys_find_str(keys, name, dict_str_hash(name)) : DKIX_EMPTY;
}

/* ---- names ---- */

static bool
try_global_dict(PyObject *dict, PyObject *name, Py_ssize_t *index, uint32_t *version)
{
    if (!PyDict_CheckExact(dict))
        return false;
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    if (!keys_is_unicode(keys) || ((PyDictObject *)dict)->ma_values != NULL)
        return false;
    *index = find_key(keys, name);
    *version = dict_keys_version(keys);
    return *version != 0 && *version == (uint16_t)*version && *index < UINT16_MAX;
}

void
spec_load_global(PyThreadState *ts, PyObject *globals, PyObject *builtins, _Py_CODEUNIT *instr, PyObject *name)
{
    _PyLoadGlobalCache *c = (_PyLoadGlobalCache *)(instr + 1);
    Py_ssize_t index, builtin_index;
    uint32_t version, builtin_version;
    if (!try_global_dict(globals, name, &index, &version)) {
        failed(instr);
        return;
    }
    c->module_keys_version = (uint16_t)version;
    if (index >= 0) {
        c->index = (uint16_t)index;
        done(instr, LOAD_GLOBAL_MODULE);
    }
    else if (try_global_dict(builtins, name, &builtin_index, &builtin_version) && builtin_index >= 0) {
        c->index = (uint16_t)builtin_index;
        c->builtin_keys_version = (uint16_t)builtin_version;
        done(instr, LOAD_GLOBAL_BUILTIN);
    }
    else
        failed(instr);
}

/* ---- operators ---- */

void
spec_to_bool(PyThreadState *ts, PyObject *v, _Py_CODEUNIT *instr)
{
    PyTypeObject *t = Py_TYPE(v);
    int op = PyBool_Check(v) ? TO_BOOL_BOOL : PyLong_CheckExact(v) ? TO_BOOL_INT : PyList_CheckExact(v) ? TO_BOOL_LIST
           : v == Py_None ? TO_BOOL_NONE : PyUnicode_CheckExact(v) ? TO_BOOL_STR : 0;
    bool has_truth = (t->tp_as_number && t->tp_as_number->nb_bool) || (t->tp_as_mapping && t->tp_as_mapping->mp_length)
                  || (t->tp_as_sequence && t->tp_as_sequence->sq_length);
    if (op == 0 && type_has(t, Py_TPFLAGS_HEAPTYPE) && !has_truth && type_assign_version(t)) {
        cache_write_u32(((_PyToBoolCache *)(instr + 1))->version, t->tp_version_tag);
        op = TO_BOOL_ALWAYS_TRUE;
    }
    choose(instr, op);
}

void
spec_binary_op(PyThreadState *ts, PyObject *left, PyObject *right, _Py_CODEUNIT *instr, int oparg, PyObject **locals)
{
    int op = 0;
    bool ints = PyLong_CheckExact(left) && PyLong_CheckExact(right), floats = PyFloat_CheckExact(left) && PyFloat_CheckExact(right);
    switch (oparg) {
    case NB_ADD:
    case NB_INPLACE_ADD:
        if (PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right)) {
            _Py_CODEUNIT next = instr[2];
            op = next.op.code == STORE_FAST && locals[next.op.arg] == left ? BINARY_OP_INPLACE_ADD_UNICODE : BINARY_OP_ADD_UNICODE;
        }
        else
            op = ints ? BINARY_OP_ADD_INT : floats ? BINARY_OP_ADD_FLOAT : 0;
        break;
    case NB_MULTIPLY:
    case NB_INPLACE_MULTIPLY:
        op = ints ? BINARY_OP_MULTIPLY_INT : floats ? BINARY_OP_MULTIPLY_FLOAT : 0;
        break;
    case NB_SUBTRACT:
    case NB_INPLACE_SUBTRACT:
        op = ints ? BINARY_OP_SUBTRACT_INT : floats ? BINARY_OP_SUBTRACT_FLOAT : 0;
        break;
    }
    choose(instr, op);
}

void
spec_compare_op(PyThreadState *ts, PyObject *left, PyObject *right, _Py_CODEUNIT *instr, int oparg)
{
    int op = 0;
    if (PyFloat_CheckExact(left) && PyFloat_CheckExact(right))
        op = COMPARE_OP_FLOAT;
    else if (PyLong_CheckExact(left) && PyLong_CheckExact(right) && int_both_compact(left, right))
        op = COMPARE_OP_INT;
    else if (PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right) && ((oparg >> 5) == Py_EQ || (oparg >> 5) == Py_NE))
        op = COMPARE_OP_STR;
    choose(instr, op);
}

void
spec_contains_op(PyThreadState *ts, PyObject *container, _Py_CODEUNIT *instr)
{
    choose(instr, PyDict_CheckExact(container) ? CONTAINS_OP_DICT : PyAnySet_CheckExact(container) ? CONTAINS_OP_SET : 0);
}

static bool
getitem_cached(PyThreadState *ts, PyTypeObject *t)
{
    if (ts->interp->eval_frame != NULL || !type_has(t, Py_TPFLAGS_HEAPTYPE))
        return false;
    PyObject *f = type_lookup(t, ID(__getitem__));
    if (f == NULL || !PyFunction_Check(f) || !is_simple(f, 2))
        return false;
    uint32_t version = function_version((PyFunctionObject *)f);
    return version != 0 && type_assign_version(t) && type_cache_getitem((PyHeapTypeObject *)t, f, version) == 1;
}

void
spec_binary_subscr(PyThreadState *ts, PyObject *container, PyObject *sub, _Py_CODEUNIT *instr)
{
    PyTypeObject *t = Py_TYPE(container);
    bool index = PyLong_CheckExact(sub) && int_is_index(sub);
    int op = 0;
    if (t == &PyList_Type)
        op = index ? BINARY_SUBSCR_LIST_INT : 0;
    else if (t == &PyTuple_Type)
        op = index ? BINARY_SUBSCR_TUPLE_INT : 0;
    else if (t == &PyUnicode_Type)
        op = index ? BINARY_SUBSCR_STR_INT : 0;
    else if (t == &PyDict_Type)
        op = BINARY_SUBSCR_DICT;
    else if (getitem_cached(ts, t))
        op = BINARY_SUBSCR_GETITEM;
    choose(instr, op);
}

void
spec_store_subscr(PyThreadState *ts, PyObject *container, PyObject *sub, _Py_CODEUNIT *instr)
{
    int op = 0;
    if (PyList_CheckExact(container))
        op = PyLong_CheckExact(sub) && int_is_index(sub) && int_compact_value(sub) < PyList_GET_SIZE(container) ? STORE_SUBSCR_LIST_INT : 0;
    else if (PyDict_CheckExact(container))
        op = STORE_SUBSCR_DICT;
    choose(instr, op);
}

void
spec_unpack_sequence(PyThreadState *ts, PyObject *seq, _Py_CODEUNIT *instr, int oparg)
{
    int op = 0;
    if (PyTuple_CheckExact(seq) && PyTuple_GET_SIZE(seq) == oparg)
        op = oparg == 2 ? UNPACK_SEQUENCE_TWO_TUPLE : UNPACK_SEQUENCE_TUPLE;
    else if (PyList_CheckExact(seq) && PyList_GET_SIZE(seq) == oparg)
        op = UNPACK_SEQUENCE_LIST;
    choose(instr, op);
}

void
spec_for_iter(PyThreadState *ts, PyObject *iter, _Py_CODEUNIT *instr, int oparg)
{
    PyTypeObject *t = Py_TYPE(iter);
    choose(instr, t == &PyListIter_Type ? FOR_ITER_LIST : t == &PyTupleIter_Type ? FOR_ITER_TUPLE : t == &PyRangeIter_Type ? FOR_ITER_RANGE
                : t == &PyGen_Type && ts->interp->eval_frame == NULL ? FOR_ITER_GEN : 0);
}

void
spec_send(PyThreadState *ts, PyObject *receiver, _Py_CODEUNIT *instr)
{
    PyTypeObject *t = Py_TYPE(receiver);
    choose(instr, (t == &PyGen_Type || t == &PyCoro_Type) && ts->interp->eval_frame == NULL ? SEND_GEN : 0);
}

/* ---- attributes ---- */

enum descr_kind { ABSENT, METHOD, PROPERTY, OBJECT_SLOT, DUNDER_CLASS, NON_OVERRIDING, NON_DESCRIPTOR, GETATTRIBUTE, HOPELESS };

static enum descr_kind
classify_descr(PyTypeObject *t, PyObject *name, PyObject *descr)
{
    PyTypeObject *dt = Py_TYPE(descr);
    if (!type_has(dt, Py_TPFLAGS_IMMUTABLETYPE))
        return HOPELESS;
    if (dt->tp_descr_set != NULL) {
        if (dt == &PyMemberDescr_Type)
            return ((PyMemberDescrObject *)descr)->d_member->type == Py_T_OBJECT_EX ? OBJECT_SLOT : HOPELESS;
        if (dt == &PyProperty_Type)
            return PROPERTY;
        return name == ID(__class__) && descr == type_lookup(&PyBaseObject_Type, name) ? DUNDER_CLASS : HOPELESS;
    }
    if (dt->tp_descr_get != NULL)
        return type_has(dt, Py_TPFLAGS_METHOD_DESCRIPTOR) ? METHOD : NON_OVERRIDING;
    return NON_DESCRIPTOR;
}

/* What t's own machinery does for `name`. */
static enum descr_kind
analyze(PyTypeObject *t, PyObject *name, PyObject **descr, bool store)
{
    *descr = NULL;
    if (store ? t->tp_setattro != PyObject_GenericSetAttr : t->tp_getattro != PyObject_GenericGetAttr && t->tp_getattro != PyType_Type.tp_getattro) {
        PyObject *getattribute = store ? NULL : type_lookup(t, ID(__getattribute__));
        if (getattribute == NULL || getattribute == type_lookup(&PyBaseObject_Type, ID(__getattribute__)) || !PyFunction_Check(getattribute)
            || type_lookup(t, ID(__getattr__)) != NULL)
            return HOPELESS;
        *descr = getattribute;
        return GETATTRIBUTE;
    }
    *descr = type_lookup(t, name);
    return *descr == NULL ? ABSENT : classify_descr(t, name, *descr);
}

/* In the instance: inline values or a dict. Returns the opcode or 0. */
static int
in_instance(PyObject *owner, _Py_CODEUNIT *instr, PyObject *name, bool store)
{
    PyTypeObject *t = Py_TYPE(owner);
    _PyAttrCache *c = (_PyAttrCache *)(instr + 1);
    Py_ssize_t index;
    int op;
    if (!type_has(t, Py_TPFLAGS_MANAGED_DICT))
        return 0;
    if (type_has(t, Py_TPFLAGS_INLINE_VALUES) && inline_values(owner)->valid && !(store && MANAGED_DICT(owner) != NULL)) {
        index = find_key(type_shared_keys(t), name);
        op = store ? STORE_ATTR_INSTANCE_VALUE : LOAD_ATTR_INSTANCE_VALUE;
        if (!store && index >= 0) {
            uint32_t shape = inline_values(owner)->shape;
            bool has = shape_slots(type_shared_keys(t), shape) >> index & 1;
            cache_write_u32(c->shape, has ? shape : SHAPE_NEVER);
        }
    }
    else {
        PyDictObject *d = MANAGED_DICT(owner);
        if (d == NULL || !PyDict_CheckExact(d) || d->ma_values != NULL)
            return 0;
        index = find_key(d->ma_keys, name);
        if (index >= 0 && keys_unicode_entries(d->ma_keys)[index].me_key != name)
            index = DKIX_EMPTY;
        op = store ? STORE_ATTR_WITH_HINT : LOAD_ATTR_WITH_HINT;
    }
    if (index < 0 || index > UINT16_MAX)
        return 0;
    c->index = (uint16_t)index;
    cache_write_u32(c->version, t->tp_version_tag);
    return op;
}

static bool
instance_has(PyObject *owner, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(owner);
    if (!type_has(t, Py_TPFLAGS_MANAGED_DICT))
        return false;
    if (type_has(t, Py_TPFLAGS_INLINE_VALUES) && inline_values(owner)->valid)
        return find_key(type_shared_keys(t), name) >= 0;
    PyDictObject *d = MANAGED_DICT(owner);
    return d != NULL && PyDict_CheckExact(d) && find_key(d->ma_keys, name) >= 0;
}

/* A method or plain value found in the class. */
static int
in_class(PyObject *owner, _Py_CODEUNIT *instr, PyObject *name, PyObject *descr, bool method)
{
    PyTypeObject *t = Py_TYPE(owner);
    _PyLoadMethodCache *c = (_PyLoadMethodCache *)(instr + 1);
    int op;
    if (type_has(t, Py_TPFLAGS_INLINE_VALUES)) {
        PyDictKeysObject *keys = type_shared_keys(t);
        if (find_key(keys, name) >= 0)
            return 0;
        uint32_t version = dict_keys_version(keys);
        if (version == 0)
            return 0;
        cache_write_u32(c->keys_version, version);
        op = method ? LOAD_ATTR_METHOD_WITH_VALUES : LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES;
    }
    else {
        Py_ssize_t offset = type_has(t, Py_TPFLAGS_MANAGED_DICT) ? -3 * (Py_ssize_t)sizeof(PyObject *) : t->tp_dictoffset;
        if (offset == 0)
            op = method ? LOAD_ATTR_METHOD_NO_DICT : LOAD_ATTR_NONDESCRIPTOR_NO_DICT;
        else {
            bool fits = offset <= INT16_MAX && (offset > 0 || type_has(t, Py_TPFLAGS_MANAGED_DICT));
            if (!method || !fits || *(PyObject **)((char *)owner + offset) != NULL)
                return 0;
            c->dict_offset = (uint16_t)(int16_t)offset;
            op = LOAD_ATTR_METHOD_LAZY_DICT;
        }
    }
    cache_write_u32(c->type_version, t->tp_version_tag);
    cache_write_obj(c->descr, descr);
    return op;
}

/* A Python function that is called with `n` arguments instead of the load: property getter, __getattribute__. */
static int
python_accessor(PyThreadState *ts, PyTypeObject *t, _Py_CODEUNIT *instr, PyObject *func, int n, int op)
{
    if (func == NULL || !PyFunction_Check(func) || !is_simple(func, n) || (instr->op.arg & 1) || ts->interp->eval_frame != NULL)
        return 0;
    uint32_t version = function_version((PyFunctionObject *)func);
    if (version == 0)
        return 0;
    _PyLoadMethodCache *c = (_PyLoadMethodCache *)(instr + 1);
    cache_write_u32(c->keys_version, version);
    cache_write_u32(c->type_version, t->tp_version_tag);
    cache_write_obj(c->descr, func);
    return op;
}

static int
slot_at(PyTypeObject *t, _Py_CODEUNIT *instr, Py_ssize_t offset, int op)
{
    if (offset <= 0 || offset > UINT16_MAX)
        return 0;
    _PyAttrCache *c = (_PyAttrCache *)(instr + 1);
    c->index = (uint16_t)offset;
    cache_write_u32(c->version, t->tp_version_tag);
    return op;
}

static int
member_slot(PyTypeObject *t, _Py_CODEUNIT *instr, PyObject *descr, int op, int refuse)
{
    PyMemberDescrObject *m = (PyMemberDescrObject *)descr;
    if ((m->d_member->flags & refuse) || !PyType_IsSubtype(t, m->d_common.d_type))
        return 0;
    return slot_at(t, instr, m->d_member->offset, op);
}

static int
load_from_instance(PyThreadState *ts, PyObject *owner, _Py_CODEUNIT *instr, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(owner);
    PyObject *descr;
    bool method_form = instr->op.arg & 1;
    enum descr_kind kind = analyze(t, name, &descr, false);
    if (!type_assign_version(t))
        return 0;
    switch (kind) {
    case METHOD:
        if (instance_has(owner, name))
            return in_instance(owner, instr, name, false);
        return method_form ? in_class(owner, instr, name, descr, true) : 0;
    case PROPERTY:
        return python_accessor(ts, t, instr, ((struct property *)descr)->get, 1, LOAD_ATTR_PROPERTY);
    case OBJECT_SLOT:
        return member_slot(t, instr, descr, LOAD_ATTR_SLOT, Py_AUDIT_READ);
    case DUNDER_CLASS:
        return slot_at(t, instr, offsetof(PyObject, ob_type), LOAD_ATTR_SLOT);
    case GETATTRIBUTE:
        return python_accessor(ts, t, instr, descr, 2, LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN);
    case NON_OVERRIDING:
        return instance_has(owner, name) ? in_instance(owner, instr, name, false) : 0;
    case NON_DESCRIPTOR:
        if (instance_has(owner, name))
            return in_instance(owner, instr, name, false);
        return method_form ? 0 : in_class(owner, instr, name, descr, false);
    case ABSENT:
        return in_instance(owner, instr, name, false);
    default:
        return 0;
    }
}

static int
load_from_type(PyTypeObject *cls, _Py_CODEUNIT *instr, PyObject *name)
{
    PyObject *descr;
    /* The instruction checks cls's version only: a metaclass that may get attributes later is out. */
    if (Py_TYPE(cls)->tp_getattro != PyType_Type.tp_getattro || !type_has(Py_TYPE(cls), Py_TPFLAGS_IMMUTABLETYPE))
        return 0;
    enum descr_kind meta = analyze(Py_TYPE(cls), name, &descr, false);
    if (meta != ABSENT && meta != METHOD && meta != NON_DESCRIPTOR && meta != NON_OVERRIDING)
        return 0;
    descr = type_lookup(cls, name);
    if (descr == NULL || !type_has(Py_TYPE(descr), Py_TPFLAGS_IMMUTABLETYPE) || !type_assign_version(cls))
        return 0;
    if (Py_TYPE(descr)->tp_descr_set != NULL || (Py_TYPE(descr)->tp_descr_get != NULL && !type_has(Py_TYPE(descr), Py_TPFLAGS_METHOD_DESCRIPTOR)))
        return 0;
    _PyLoadMethodCache *c = (_PyLoadMethodCache *)(instr + 1);
    cache_write_u32(c->type_version, cls->tp_version_tag);
    cache_write_obj(c->descr, descr);
    return LOAD_ATTR_CLASS;
}

static int
load_from_module(PyObject *mod, _Py_CODEUNIT *instr, PyObject *name)
{
    PyDictObject *d = (PyDictObject *)module_dict(mod);
    if (d == NULL || !keys_is_unicode(d->ma_keys) || d->ma_values != NULL)
        return 0;
    Py_ssize_t index = find_key(d->ma_keys, name);
    uint32_t version = dict_keys_version(d->ma_keys);
    if (index < 0 || index > UINT16_MAX || version == 0)
        return 0;
    _PyAttrCache *c = (_PyAttrCache *)(instr + 1);
    c->index = (uint16_t)index;
    cache_write_u32(c->version, version);
    return LOAD_ATTR_MODULE;
}

void
spec_load_attr(PyThreadState *ts, PyObject *owner, _Py_CODEUNIT *instr, PyObject *name)
{
    int op = PyModule_CheckExact(owner) ? load_from_module(owner, instr, name)
           : PyType_Check(owner) ? load_from_type((PyTypeObject *)owner, instr, name) : load_from_instance(ts, owner, instr, name);
    choose(instr, op);
}

void
spec_store_attr(PyThreadState *ts, PyObject *owner, _Py_CODEUNIT *instr, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(owner);
    PyObject *descr;
    int op = 0;
    if (!PyModule_CheckExact(owner)) {
        enum descr_kind kind = analyze(t, name, &descr, true);
        if (type_assign_version(t))
            op = kind == OBJECT_SLOT ? member_slot(t, instr, descr, STORE_ATTR_SLOT, Py_READONLY) : kind == ABSENT ? in_instance(owner, instr, name, true) : 0;
    }
    choose(instr, op);
}

void
spec_load_super_attr(PyThreadState *ts, PyObject *super, PyObject *cls, _Py_CODEUNIT *instr, int is_method)
{
    bool plain = super == (PyObject *)&PySuper_Type && PyType_Check(cls);
    choose(instr, !plain ? 0 : is_method ? LOAD_SUPER_ATTR_METHOD : LOAD_SUPER_ATTR_ATTR);
}

/* ---- calls ---- */

/* Objects that specialised calls compare with: looked up when first needed. */
static struct vm_cache *
known_callables(PyThreadState *ts)
{
    struct vm_cache *c = vm_cache(ts);
    if (c->len == NULL && ts->interp->builtins != NULL) {
        c->len = PyDict_GetItemString(ts->interp->builtins, "len");
        c->isinstance = PyDict_GetItemString(ts->interp->builtins, "isinstance");
        PyObject *append = PyUnicode_InternFromString("append");
        c->list_append = append == NULL ? NULL : type_lookup(&PyList_Type, append);
        Py_XDECREF(append);
        if (c->len != NULL && !PyCFunction_CheckExact(c->len))
            c->len = NULL;
    }
    return c;
}

static int
python_call(PyThreadState *ts, PyFunctionObject *f, _Py_CODEUNIT *instr, int nargs, bool bound)
{
    PyCodeObject *co = (PyCodeObject *)f->func_code;
    if (ts->interp->eval_frame != NULL || !(co->co_flags & CO_OPTIMIZED))
        return 0;
    uint32_t version = function_version(f);
    if (version == 0)
        return 0;
    cache_write_u32(((_PyCallCache *)(instr + 1))->func_version, version);
    if (!bound && gen_begins_at(co) != 0 && is_simple((PyObject *)f, nargs))
        return CALL_GENERATOR;
    if (is_simple((PyObject *)f, nargs + bound))
        return bound ? CALL_BOUND_METHOD_EXACT_ARGS : CALL_PY_EXACT_ARGS;
    return bound ? CALL_BOUND_METHOD_GENERAL : CALL_PY_GENERAL;
}

static int
c_call(PyThreadState *ts, PyObject *callable, int nargs)
{
    struct vm_cache *known = known_callables(ts);
    if (method_guard != NULL)                             /* the fast forms would go past it */
        return CALL_NON_PY_GENERAL;
    switch (PyCFunction_GET_FLAGS(callable)) {
    case METH_O:
        return nargs != 1 ? 0 : callable == known->len ? CALL_LEN : CALL_BUILTIN_O;
    case METH_FASTCALL:
        return nargs == 2 && callable == known->isinstance ? CALL_ISINSTANCE : CALL_BUILTIN_FAST;
    case METH_FASTCALL | METH_KEYWORDS:
        return CALL_BUILTIN_FAST_WITH_KEYWORDS;
    default:
        return CALL_NON_PY_GENERAL;
    }
}

static int
descriptor_call(PyThreadState *ts, PyMethodDescrObject *d, _Py_CODEUNIT *instr, int nargs)
{
    if (method_guard != NULL)
        return CALL_NON_PY_GENERAL;
    switch (d->d_method->ml_flags & (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD)) {
    case METH_NOARGS:
        return nargs == 1 ? CALL_METHOD_DESCRIPTOR_NOARGS : 0;
    case METH_O:
        if (nargs != 2)
            return 0;
        if ((PyObject *)d == known_callables(ts)->list_append && instr->op.arg == 1 && instr[4].op.code == POP_TOP)
            return CALL_LIST_APPEND;
        return CALL_METHOD_DESCRIPTOR_O;
    case METH_FASTCALL:
        return CALL_METHOD_DESCRIPTOR_FAST;
    case METH_FASTCALL | METH_KEYWORDS:
        return CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS;
    default:
        return CALL_NON_PY_GENERAL;
    }
}

/* __init__ of a plain class, cached on the type; its opcode or 0. */
static int
init_call(PyTypeObject *t, _Py_CODEUNIT *instr, int nargs)
{
    if (!type_has(t, Py_TPFLAGS_INLINE_VALUES) || !type_has(t, Py_TPFLAGS_HEAPTYPE))
        return 0;
    PyObject *init = type_lookup(t, ID(__init__));
    if (init == NULL || !PyFunction_Check(init) || !is_simple(init, nargs + 1) || !type_assign_version(t))
        return 0;
    if (type_cache_init((PyHeapTypeObject *)t, init, t->tp_version_tag) != 1)
        return 0;
    cache_write_u32(((_PyCallCache *)(instr + 1))->func_version, t->tp_version_tag);
    return CALL_ALLOC_AND_ENTER_INIT;
}

static int
class_call(PyThreadState *ts, PyTypeObject *t, _Py_CODEUNIT *instr, int nargs)
{
    if (type_has(t, Py_TPFLAGS_IMMUTABLETYPE)) {
        if (nargs == 1 && instr->op.arg == 1) {
            if (t == &PyUnicode_Type)
                return CALL_STR_1;
            if (t == &PyType_Type)
                return CALL_TYPE_1;
            if (t == &PyTuple_Type)
                return CALL_TUPLE_1;
        }
        return t->tp_vectorcall != NULL ? CALL_BUILTIN_CLASS : CALL_NON_PY_GENERAL;
    }
    if (Py_TYPE(t) == &PyType_Type && t->tp_new == PyBaseObject_Type.tp_new && ts->interp->eval_frame == NULL && nargs == instr->op.arg) {
        if (!type_assign_version(t))     /* versions used up: leave the class alone */
            return 0;
        int op = init_call(t, instr, nargs);
        if (op)
            return op;
    }
    return CALL_NON_PY_GENERAL;
}

/* tuple(g), any(g), ... */
static bool
consumes(PyThreadState *ts, PyObject *callable, _Py_CODEUNIT *instr, int nargs, PyObject *last)
{
    return nargs == 1 && instr->op.arg == 1 && Py_TYPE(last) == &PyGen_Type && method_guard == NULL && ts->interp->eval_frame == NULL
        && consume_which(callable) != CONSUME_NOT;
}

void
spec_call(PyThreadState *ts, PyObject *callable, _Py_CODEUNIT *instr, int nargs, PyObject **sp)
{
    int op;
    if (consumes(ts, callable, instr, nargs, sp[-1]))
        op = CALL_CONSUME;
    else if (PyCFunction_CheckExact(callable))
        op = c_call(ts, callable, nargs);
    else if (PyFunction_Check(callable))
        op = python_call(ts, (PyFunctionObject *)callable, instr, nargs, false);
    else if (PyType_Check(callable))
        op = class_call(ts, (PyTypeObject *)callable, instr, nargs);
    else if (Py_IS_TYPE(callable, &PyMethodDescr_Type))
        op = descriptor_call(ts, (PyMethodDescrObject *)callable, instr, nargs);
    else if (PyMethod_Check(callable)) {
        PyObject *f = PyMethod_GET_FUNCTION(callable);
        op = PyFunction_Check(f) ? python_call(ts, (PyFunctionObject *)f, instr, nargs, true) : 0;
    }
    else
        op = CALL_NON_PY_GENERAL;
    choose(instr, op);
}
