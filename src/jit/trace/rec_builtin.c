/* jit/trace/rec_builtin.c: recording calls of builtin functions and types that come down to a few instructions.
 *
 * The callable is a constant by then (a watched name). What a function of ours does with doubles, its effect row says (rt/effect.h). Where CPython
 * gives back the argument itself, so does the trace: which of two numbers min() takes is guarded, not computed. What would raise is left to the
 * interpreter by a guard. */
#include "jit/trace/record.h"

#include <math.h>

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "object/core/effect.h"
#include "object/core/type.h"
#include "rt/singletons.h"

#define WHOLE_MAX 0x1p62                /* floats below that are taken for ints */

static const char no_number[] = "an argument that is no number that fits a register";

/* Argument i, unboxed; REF_NONE (and stopped). */
static ir_ref
number(struct recorder *r, const struct builtin_call *c, int i)
{
    ir_ref v = rec_number(r, c->args[i], c->now[i]);
    if (v == REF_NONE)
        rec_stop(r, no_number);
    return r->why == NULL ? v : REF_NONE;
}

/* The result is argument i itself. */
static bool
give_argument(struct recorder *r, const struct builtin_call *c, int i)
{
    if (r->why != NULL)
        return false;
    for (int k = 0; k < c->on_stack; k++)
        rec_pop(r);
    rec_push(r, c->args[i]);
    return r->why == NULL;
}

static ir_ref
to_float(struct recorder *r, ir_ref v)
{
    if (ir_type_of(r->ir, v) == T_BOOL)
        v = rec_emit(r, IR_B2I, v, REF_NONE);
    return ir_type_of(r->ir, v) == T_I64 ? rec_emit(r, IR_I2F, v, REF_NONE) : v;
}

/* A float without fraction as an int. */
static ir_ref
to_int(struct recorder *r, ir_ref v)
{
    rec_emit(r, IR_GLT_F, rec_emit(r, IR_ABS_F, v, REF_NONE), ir_float(r->ir, WHOLE_MAX));
    return rec_emit(r, IR_F2I, v, REF_NONE);
}

/* ---- functions of doubles ---- */

static enum ir_helper
helper_of(const struct effect *row, const char *signature)
{
    int h = 0;
    while (h < IR_HELPERS && (ir_helpers[h].function != row->fast || strcmp(ir_helpers[h].signature, signature) != 0))
        h++;
    return (enum ir_helper)h;
}

/* Results that are no finite numbers are for the slow function to judge. */
static ir_ref
guard_finite(struct recorder *r, ir_ref v)
{
    rec_emit(r, IR_GLT_F, rec_emit(r, IR_ABS_F, v, REF_NONE), ir_float(r->ir, INFINITY));
    return v;
}

/* sin() and cos() of one number, whichever comes first, are computed at once. */
static enum ir_helper
one_of_both(struct recorder *r, enum ir_helper h, ir_ref a)
{
    struct ir *ir = r->ir;
    enum ir_helper other = h == HELPER_SIN ? HELPER_COS : h == HELPER_COS ? HELPER_SIN : IR_HELPERS;
    if (other == IR_HELPERS || ref_is_const(a))
        return h;
    for (ir_ref k = ir->chain[IR_CALLL_F]; k > a; k = ir->at[k].prev) {
        if (ir->at[k].a != a || ir->at[k].x != other || !jit_has_both())
            continue;
        ir->at[k].x = other == HELPER_SIN ? HELPER_SIN_OF_BOTH : HELPER_COS_OF_BOTH;
        return h == HELPER_SIN ? HELPER_SIN_OF_BOTH : HELPER_COS_OF_BOTH;
    }
    return h;
}

static ir_ref
computed(struct recorder *r, const struct effect *row, ir_ref a, ir_ref b)
{
    if (row->fast == (void *)sqrt) {
        rec_emit(r, IR_GGE_F, a, ir_float(r->ir, 0.0));
        return rec_emit(r, IR_SQRT_F, a, REF_NONE);
    }
    if (row->fast == (void *)fabs)
        return rec_emit(r, IR_ABS_F, a, REF_NONE);
    enum ir_helper h = helper_of(row, b == REF_NONE ? "ff" : "fff");
    if (h == IR_HELPERS) {
        rec_stop(r, "a function of floats that is not recorded yet");
        return REF_NONE;
    }
    return guard_finite(r, rec_emit_x(r, IR_CALLL_F, a, b, b == REF_NONE ? one_of_both(r, h, a) : h));
}

static bool
call_of_doubles(struct recorder *r, const struct builtin_call *c, const struct effect *row)
{
    int n = row->sig == EFF_SIG_D_D ? 1 : 2;
    ir_ref v[2] = { REF_NONE, REF_NONE };
    if (c->n != n)
        return rec_stop(r, "a builtin function with other arguments");
    for (int i = 0; i < n; i++) {
        if ((v[i] = number(r, c, i)) == REF_NONE)
            return false;
        if (row->result == &PyLong_Type && ir_type_of(r->ir, v[i]) == T_I64)               /* floor(), ceil() of an int */
            return give_argument(r, c, i);
        v[i] = to_float(r, v[i]);
    }
    ir_ref out = computed(r, row, v[0], v[1]);
    if (r->why == NULL && row->result == &PyLong_Type)
        out = to_int(r, out);
    return rec_give(r, c->on_stack, out);
}

/* ---- builtins ---- */

static bool
call_abs(struct recorder *r, const struct builtin_call *c)
{
    ir_ref v = number(r, c, 0), zero = ir_int(r->ir, 0);
    if (v == REF_NONE)
        return false;
    if (ir_type_of(r->ir, v) == T_F64)
        return rec_give(r, c->on_stack, rec_emit(r, IR_ABS_F, v, REF_NONE));
    if (ir_type_of(r->ir, v) == T_BOOL)
        return rec_give(r, c->on_stack, rec_emit(r, IR_B2I, v, REF_NONE));
    if (_PyLong_Sign(c->now[0]) >= 0) {
        rec_emit(r, IR_GGE_I, v, zero);
        return give_argument(r, c, 0);
    }
    rec_emit(r, IR_GLT_I, v, zero);
    return rec_give(r, c->on_stack, rec_emit(r, IR_NEGOV_I, v, REF_NONE));
}

/* The one that is so now; a guard says that it is so again. */
static bool
call_extreme(struct recorder *r, const struct builtin_call *c, int operator)
{
    int best = 0;
    for (int i = 0; i < c->n; i++)
        if (!PyLong_CheckExact(c->now[i]) && !PyFloat_CheckExact(c->now[i]) && !PyBool_Check(c->now[i]))
            return rec_call_inert(r, c);
    for (int i = 1; i < c->n; i++) {
        ir_ref a = number(r, c, i), b = r->why == NULL ? number(r, c, best) : REF_NONE;
        if (b == REF_NONE)
            return false;
        int better = PyObject_RichCompareBool(c->now[i], c->now[best], operator);          /* numbers: no code of the program runs */
        if (better < 0) {
            PyErr_Clear();
            return rec_stop(r, no_number);
        }
        rec_emit(r, better ? IR_GTRUE : IR_GFALSE, rec_compare_numbers(r, operator, a, b), REF_NONE);
        best = better ? i : best;
    }
    return give_argument(r, c, best);
}

static bool call_min(struct recorder *r, const struct builtin_call *c) { return call_extreme(r, c, Py_LT); }
static bool call_max(struct recorder *r, const struct builtin_call *c) { return call_extreme(r, c, Py_GT); }

static bool
call_len(struct recorder *r, const struct builtin_call *c)
{
    ir_ref v = rec_len(r, c->args[0], c->now[0]);
    return v != REF_NONE ? rec_give(r, c->on_stack, v) : rec_stop(r, "the length of this object is not recorded yet");
}

/* What says that an object is no instance although its type is no subtype: `__class__`, which a class may define anew. */
static bool
class_is_type(struct recorder *r, PyTypeObject *t)
{
    if (t->tp_getattro != PyObject_GenericGetAttr || type_lookup(t, ID(__class__)) != type_lookup(&PyBaseObject_Type, ID(__class__)))
        return rec_stop(r, "isinstance() of an object with its own __class__");
    return (t->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) || (rec_watch(r, DEP_TYPE_ATTR, t, ID(__class__)) && rec_watch(r, DEP_TYPE_ATTR, t, ID(__getattribute__))
                                                        && rec_watch(r, DEP_TYPE_ATTR, t, ID(__getattr__)));
}

/* Is an object of exactly type t an instance of cls, a class or a tuple of such? Guards and facts make sure of it. */
static bool
is_instance_of(struct recorder *r, PyTypeObject *t, PyObject *cls)
{
    bool is = false;
    for (Py_ssize_t i = 0; PyTuple_CheckExact(cls) && i < PyTuple_GET_SIZE(cls) && !is && r->why == NULL; i++)
        is = is_instance_of(r, t, PyTuple_GET_ITEM(cls, i));
    if (PyTuple_CheckExact(cls))
        return is;
    if (!PyType_CheckExact(cls))
        return rec_stop(r, "isinstance() with something else than a class");
    is = PyType_IsSubtype(t, (PyTypeObject *)cls);
    if (t != (PyTypeObject *)cls && (!rec_guard_type(r, rec_const(r, cls), &PyType_Type) || (!is && !class_is_type(r, t))))
        return false;
    return is;
}

/* The object's type is guarded, where it is not known; its bases are watched with it. */
bool
rec_is_instance_of(struct recorder *r, ir_ref v, PyObject *o, PyObject *cls)
{
    if (ir_type_of(r->ir, v) == T_OBJ && !rec_guard_type(r, v, Py_TYPE(o)))
        return false;
    return is_instance_of(r, Py_TYPE(o), cls);
}

/* Always the same, or a tuple of what is, that the trace has put together. */
static bool
is_constant(struct recorder *r, ir_ref v)
{
    const struct ir_virtual *d = rec_virtual(r, v);
    for (int k = 0; d != NULL && k < rec_nfields(r, v); k++)
        if (!is_constant(r, r->slot[rec_field_slot(r, v, (unsigned)k)]))
            return false;
    return d != NULL ? d->kind == V_TUPLE : r->ir->at[v].op == IR_KO;
}

static bool
call_isinstance(struct recorder *r, const struct builtin_call *c)
{
    if (!is_constant(r, c->args[1]))
        return rec_stop(r, "isinstance() with something else than a class");
    bool is = rec_is_instance_of(r, c->args[0], c->now[0], c->now[1]);
    return r->why == NULL && rec_give(r, c->on_stack, ir_bool(r->ir, is));
}

/* Quotient and remainder as // and % give them; of floats, too. */
static bool
call_divmod(struct recorder *r, const struct builtin_call *c)
{
    ir_ref a = number(r, c, 0), b = a == REF_NONE ? REF_NONE : number(r, c, 1), quotient, remainder;
    if (b == REF_NONE || PyBool_Check(c->now[0]) || PyBool_Check(c->now[1]) || !rec_divmod(r, a, b, c->args[0], c->now[0], c->now[1], &quotient, &remainder))
        return rec_stop(r, no_number);
    return rec_give_pair(r, c->on_stack, quotient, remainder);
}

/* Of a string of one character. */
static bool
call_ord(struct recorder *r, const struct builtin_call *c)
{
    if (!PyUnicode_CheckExact(c->now[0]) || PyUnicode_GET_LENGTH(c->now[0]) != 1)
        return rec_stop(r, "ord() of something else than a character");
    ir_ref n = rec_len(r, c->args[0], c->now[0]);
    if (n == REF_NONE)
        return false;
    rec_emit(r, IR_GEQ_I, n, ir_int(r->ir, 1));
    return rec_give(r, c->on_stack, rec_leaf(r, IR_CALLL_I, HELPER_ORD, c->args[0], REF_NONE, REF_NONE));
}

/* Below 256, where the character is an object that exists. */
static bool
call_chr(struct recorder *r, const struct builtin_call *c)
{
    ir_ref v = PyLong_CheckExact(c->now[0]) && jit_chr(PyLong_AsLong(c->now[0])) != NULL ? number(r, c, 0) : REF_NONE;
    if (v == REF_NONE) {
        PyErr_Clear();
        return rec_stop(r, "chr() of 256 or more");
    }
    return rec_give(r, c->on_stack, rec_leaf(r, IR_CALLB, HELPER_CHR, v, REF_NONE, REF_NONE));
}

/* operator.index() of an int: that itself. */
static bool
call_index(struct recorder *r, const struct builtin_call *c)
{
    if (!PyLong_CheckExact(c->now[0]))
        return rec_stop(r, no_number);
    return number(r, c, 0) != REF_NONE && give_argument(r, c, 0);
}

static const struct { const char *module, *name; int min, max; bool (*record)(struct recorder *r, const struct builtin_call *c); } functions[] = {
    { "builtins", "abs", 1, 1, call_abs }, { "builtins", "chr", 1, 1, call_chr }, { "builtins", "divmod", 2, 2, call_divmod }, { "builtins", "getattr", 2, 3, rec_call_getattr },
    { "builtins", "isinstance", 2, 2, call_isinstance }, { "builtins", "len", 1, 1, call_len }, { "builtins", "max", 2, BUILTIN_ARGS, call_max }, { "builtins", "min", 2, BUILTIN_ARGS, call_min },
    { "builtins", "next", 1, 1, rec_call_next }, { "builtins", "ord", 1, 1, call_ord }, { "_operator", "index", 1, 1, call_index }, { "_heapq", "heappop", 1, 1, rec_heap_pop },
    { "_heapq", "heappush", 2, 2, rec_heap_push }, { "_bisect", "bisect_left", 2, 2, rec_bisect }, { "_bisect", "bisect_right", 2, 2, rec_bisect },
    { "_bisect", "insort_left", 2, 2, rec_insort }, { "_bisect", "insort_right", 2, 2, rec_insort },
};

static const char *const of_items[] = { "all", "any", "max", "min", "sorted", "sum" };

/* ---- types ---- */

static bool
call_float(struct recorder *r, const struct builtin_call *c)
{
    if (PyUnicode_CheckExact(c->now[0]))
        return rec_int_of_str(r, c);
    ir_ref v = number(r, c, 0);
    if (v == REF_NONE)
        return false;
    return ir_type_of(r->ir, v) == T_F64 ? give_argument(r, c, 0) : rec_give(r, c->on_stack, to_float(r, v));
}

static bool
call_int(struct recorder *r, const struct builtin_call *c)
{
    if (PyUnicode_CheckExact(c->now[0]))
        return rec_int_of_str(r, c);
    ir_ref v = number(r, c, 0);
    if (v == REF_NONE)
        return false;
    switch (ir_type_of(r->ir, v)) {
    case T_I64: return give_argument(r, c, 0);
    case T_BOOL: return rec_give(r, c->on_stack, rec_emit(r, IR_B2I, v, REF_NONE));
    default: return rec_give(r, c->on_stack, to_int(r, v));
    }
}

static bool
call_type(struct recorder *r, const struct builtin_call *c)
{
    PyTypeObject *t = Py_TYPE(c->now[0]);
    if (ir_type_of(r->ir, c->args[0]) == T_OBJ && !rec_guard_type(r, c->args[0], t))
        return false;
    return rec_give(r, c->on_stack, ir_obj(r->ir, (PyObject *)t));
}

/* ---- which one ---- */

/* Is it a function of this module? */
static bool
is_of(PyObject *callable, const char *module)
{
    PyObject *self = PyCFunction_GET_SELF(callable);
    PyModuleDef *def = self != NULL && PyModule_CheckExact(self) ? PyModule_GetDef(self) : NULL;
    return def != NULL && strcmp(def->m_name, module) == 0;
}

static bool
is_bound(PyObject *callable)
{
    PyObject *self = PyCFunction_CheckExact(callable) ? PyCFunction_GET_SELF(callable) : NULL;
    return self != NULL && !PyModule_CheckExact(self);
}

static bool
call_c_function(struct recorder *r, const struct builtin_call *c)
{
    const struct effect *row = effect_of((void *)PyCFunction_GET_FUNCTION(c->callable));
    if (row != NULL && row->fast != NULL && row->sig != EFF_SIG_LEAF && c->names == NULL)
        return call_of_doubles(r, c, row);
    const char *name = ((PyCFunctionObject *)c->callable)->m_ml->ml_name;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(functions); i++)
        if (c->names == NULL && strcmp(functions[i].name, name) == 0 && is_of(c->callable, functions[i].module) && c->n >= functions[i].min && c->n <= functions[i].max)
            return functions[i].record(r, c);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(of_items); i++)
        if (strcmp(of_items[i], name) == 0 && is_of(c->callable, "builtins"))
            return rec_call_inert(r, c);
    PyObject *self = PyCFunction_GET_SELF(c->callable);
    if (rec_is_tuple_new(c->callable))
        return rec_tuple_new(r, c);
    if (self == NULL || is_bound(c->callable))
        return rec_call_bound(r, c);
    return rec_call_by_row(r, c, ((PyCFunctionObject *)c->callable)->m_ml, rec_const(r, self), 0);
}

static bool
call_method(struct recorder *r, const struct builtin_call *c)
{
    const PyMethodDescrObject *d = (PyMethodDescrObject *)c->callable;
    return rec_call_method(r, c, d->d_method, d->d_common.d_type);
}

/* An object that keeps results, and has that of this call; guards say so each time, by leaving where it has not. */
static bool
call_kept(struct recorder *r, const struct builtin_call *c, effect_hit hit)
{
    ir_ref args[BUILTIN_ARGS];
    PyObject *now = hit(c->callable, c->now, c->n, jit_dict_at, true);
    bool has = now != NULL;
    Py_XDECREF(now);
    if (!has || c->n > LEAF_ARGS || !rec_is_object(r, c->function) || !rec_guard_type(r, c->function, Py_TYPE(c->callable)) || !rec_argument_objects(r, c, 0, args))
        return rec_stop(r, "a call whose result is not in the cache");
    for (int i = 0; i < c->n; i++)
        rec_emit(r, IR_ARG, (ir_ref)i, args[i]);
    return rec_give_new(r, c->on_stack, rec_leaf(r, IR_CALLN, HELPER_CALL_HIT, ir_ptr(r->ir, (void *)hit), c->function, ir_int(r->ir, c->n)), NULL);
}

bool
rec_call_builtin(struct recorder *r, const struct builtin_call *c)
{
    ternaryfunc called = Py_TYPE(c->callable)->tp_call;
    const struct effect *row = called != NULL && c->names == NULL ? effect_of((void *)called) : NULL;
    if (row != NULL && row->sig == EFF_SIG_HIT)
        return call_kept(r, c, (effect_hit)row->fast);
    if (r->ir->at[c->function].op != IR_KO) {            /* it lay on the stack where the trace begins, or comes out of an object */
        if (is_bound(c->callable))
            return rec_call_bound(r, c);
        rec_emit(r, IR_GEQ_P, c->function, ir_obj(r->ir, c->callable));
        if (r->why != NULL)
            return false;
    }
    if (Py_TYPE(c->callable) == &PyMethodDescr_Type)
        return call_method(r, c);
    if (PyCFunction_CheckExact(c->callable))
        return call_c_function(r, c);
    if (c->callable == (PyObject *)&PyEnum_Type || c->callable == (PyObject *)&PyZip_Type)
        return rec_call_iterator(r, c);
    if (c->names != NULL)
        return rec_stop(r, "a class that is called with keyword arguments");
    if (c->n == 1 && c->callable == (PyObject *)&PyFloat_Type)
        return call_float(r, c);
    if (c->n == 1 && c->callable == (PyObject *)&PyLong_Type)
        return call_int(r, c);
    if (c->n == 1 && c->callable == (PyObject *)&PyType_Type)
        return call_type(r, c);
    if (c->n == 1 && c->callable == (PyObject *)&PyUnicode_Type)
        return rec_call_str(r, c);
    if (c->n == 1 && c->callable == (PyObject *)&PyBool_Type)
        return rec_bool(r, c->args[0], c->now[0], c->on_stack);
    return c->n == 1 && PyType_CheckExact(c->callable) ? rec_call_collection(r, c) : rec_stop(r, "a call of something else than a function");
}
