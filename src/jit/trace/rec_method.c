/* jit/trace/rec_method.c: recording calls of methods of builtin types, and of C functions of ours whose effect row (rt/effect.h) says that they run no code.
 *
 * A method found in its type is a constant by then; a bound one that a variable holds may be another in each round, if it is one of the same
 * function on an object of the same type. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "object/core/effect.h"

/* ---- by their rows ---- */

/* The leaf call for a C function with so many arguments besides self. IR_HELPERS: none. */
static enum ir_helper
caller(const PyMethodDef *def, int n, PyObject *names)
{
    switch (def->ml_flags & ~(METH_STATIC | METH_CLASS | METH_COEXIST)) {
    case METH_NOARGS: return n == 0 ? HELPER_CALL_SELF : IR_HELPERS;
    case METH_O: return n == 1 && names == NULL ? HELPER_CALL_ONE : IR_HELPERS;
    case METH_FASTCALL: return names != NULL ? IR_HELPERS : n == 0 ? HELPER_CALL_FAST_NONE : n == 1 ? HELPER_CALL_FAST_ONE : HELPER_CALL_ARGS;
    case METH_FASTCALL | METH_KEYWORDS: return HELPER_CALL_ARGS;
    default: return IR_HELPERS;
    }
}

/* Whatever the function does with an argument of such a type, no code of the program runs. */
static bool
is_inert(PyObject *o)
{
    return PyLong_CheckExact(o) || PyFloat_CheckExact(o) || PyUnicode_CheckExact(o) || PyBytes_CheckExact(o) || PyBool_Check(o) || o == Py_None;
}

/* Does o meet all conditions about positions from npos on? */
static bool
fits_any(const struct effect *row, size_t npos, PyObject *o)
{
    for (size_t i = npos; i < 3; i++) {
        unsigned allowed = row->when >> EFF_ARG_BITS * i & ((1u << EFF_ARG_BITS) - 1);
        if (allowed != 0 && (allowed & effect_kind_of(o)) == 0)
            return false;
    }
    return true;
}

/* Does the row hold for these arguments? Conditions are about positions: what is passed by keyword may be any of them. */
static bool
row_holds(const struct effect *row, const struct builtin_call *c, const PyMethodDef *def, int first)
{
    int n = c->n - first, nnames = c->names == NULL ? 0 : (int)PyTuple_GET_SIZE(c->names);
    if (row == NULL || row->writes != 0 || row->reads & (EFF_RAW | EFF_GENSLOT))
        return false;
    for (int i = n - nnames; i < n; i++)
        if (!is_inert(c->now[first + i]) || !fits_any(row, (size_t)(n - nnames), c->now[first + i]))
            return false;
    return (effect_of_call((void *)def->ml_meth, c->now + first, (size_t)(n - nnames)) & EFF_OPEN) == 0;
}

bool
rec_argument_objects(struct recorder *r, const struct builtin_call *c, int first, ir_ref *args)
{
    rec_before_effects(r, c->on_stack);
    rec_let_operands_die(r, c->on_stack);
    for (int i = first; i < c->n && r->why == NULL; i++) {
        int same = first;
        while (same < i && c->args[same] != c->args[i])
            same++;
        args[i] = same < i ? args[same] : rec_object(r, c->args[i]);     /* a number in two places becomes one object */
    }
    return r->why == NULL;
}

/* The arguments as objects, with the types that the row asks for. False: stopped. */
static bool
objects(struct recorder *r, const struct effect *row, const struct builtin_call *c, int first, ir_ref *args)
{
    for (int i = first; i < c->n; i++) {
        bool looks = row->when != 0 || (c->names != NULL && i >= c->n - PyTuple_GET_SIZE(c->names));
        ir_ref v = c->args[i];
        if (v == REF_NONE || (looks && rec_is_object(r, v) && !rec_guard_type(r, v, Py_TYPE(c->now[i]))))
            return rec_stop(r, "an argument that is not there");
    }
    return rec_argument_objects(r, c, first, args);
}

static ir_ref
emit_call(struct recorder *r, const struct builtin_call *c, const PyMethodDef *def, const struct effect *row, enum ir_helper h, ir_ref self, int first, const ir_ref *args)
{
    int n = c->n - first;
    void *leaf = row->sig == EFF_SIG_LEAF ? row->fast : (void *)def->ml_meth;
    if (h != HELPER_CALL_ARGS)
        return rec_leaf(r, IR_CALLN, h, ir_ptr(r->ir, leaf), self, n > 0 ? args[first] : REF_NONE);
    for (int i = 0; i < n; i++)
        rec_emit(r, IR_ARG, (ir_ref)i, args[first + i]);
    if (c->names != NULL)
        rec_emit(r, IR_ARG, (ir_ref)n, ir_obj(r->ir, c->names));
    return rec_leaf(r, IR_CALLN, h, ir_ptr(r->ir, def), self, ir_int(r->ir, LEAF_CALL_X(n, c->names != NULL)));
}

/* The arguments from `first` on are not self. */
bool
rec_call_by_row(struct recorder *r, const struct builtin_call *c, const PyMethodDef *def, ir_ref self, int first)
{
    const struct effect *row = effect_of((void *)def->ml_meth);
    enum ir_helper h = caller(def, c->n - first, c->names);
    ir_ref args[BUILTIN_ARGS];
    if (!row_holds(row, c, def, first) || h == IR_HELPERS || (h == HELPER_CALL_ARGS && row->sig == EFF_SIG_LEAF) || c->n - first > LEAF_ARGS)
        return rec_stop(r, "a call of a builtin function that is not recorded yet");
    bool among = first == 1 && self == c->args[0];
    if (!objects(r, row, c, first, args))
        return false;
    for (int i = 1; i < c->n && among; i++)
        if (c->args[i] == c->args[0]) {
            self = args[i];
            among = false;
        }
    self = rec_object(r, self);
    ir_ref v = r->why == NULL ? emit_call(r, c, def, row, h, self, first, args) : REF_NONE;
    if (r->why != NULL)
        return false;
    if (row->result != NULL)
        r->ir->at[v].kt = ir_ptr(r->ir, row->result);
    for (int i = 0; i < c->on_stack; i++)
        rec_pop(r);
    rec_push_new(r, v);
    return r->why == NULL;
}

/* ---- methods ---- */

static const struct { PyTypeObject *type; const char *name; int min, max; bool (*record)(struct recorder *r, const struct builtin_call *c); } methods[] = {
    { &PyDict_Type, "get", 2, 3, rec_dict_get }, { &PySet_Type, "add", 2, 2, rec_set_add }, { &PyList_Type, "append", 2, 2, rec_list_append },
    { &PyList_Type, "insert", 3, 3, rec_list_insert }, { &PyList_Type, "pop", 1, 2, rec_list_pop }, { &PyList_Type, "extend", 2, 2, rec_list_extend }, { &PyLong_Type, "to_bytes", 1, 3, rec_to_bytes },
    { &PyUnicode_Type, "encode", 1, 3, rec_encode },
};

bool
rec_call_method(struct recorder *r, const struct builtin_call *c, const PyMethodDef *def, PyTypeObject *t)
{
    bool container = t == &PyList_Type || t == &PyDict_Type || t == &PySet_Type;
    if (c->n < 1 || c->args[0] == REF_NONE || t == &PyByteArray_Type || (Py_TYPE(c->now[0]) != t && !(container && PyType_IsSubtype(Py_TYPE(c->now[0]), t))))
        return rec_stop(r, "a method of a subclass of a builtin type");
    if (rec_is_object(r, c->args[0]) && !rec_guard_type(r, c->args[0], Py_TYPE(c->now[0])))
        return false;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(methods); i++)
        if (c->names == NULL && methods[i].type == t && strcmp(methods[i].name, def->ml_name) == 0 && c->n >= methods[i].min && c->n <= methods[i].max)
            return methods[i].record(r, c);
    return rec_call_by_row(r, c, def, c->args[0], 1);
}

/* The callable is a method bound to an object of a builtin type. */
bool
rec_call_bound(struct recorder *r, const struct builtin_call *c)
{
    PyObject *self = PyCFunction_GET_SELF(c->callable);
    const PyMethodDef *def = ((PyCFunctionObject *)c->callable)->m_ml;
    struct builtin_call method = *c;
    bool by_row = self != NULL && !(Py_TYPE(self)->tp_flags & Py_TPFLAGS_IMMUTABLETYPE);     /* of an instance of a class of the program, say */
    if (self == NULL || c->n == BUILTIN_ARGS || (by_row && effect_of((void *)def->ml_meth) == NULL) || !rec_is_object(r, c->function))
        return rec_stop(r, "a call of a builtin that is no constant");
    if (!rec_guard_type(r, c->function, &PyCFunction_Type))
        return false;
    rec_emit(r, IR_GEQ_P, rec_emit_x(r, IR_ALOAD, c->function, REF_NONE, offsetof(PyCFunctionObject, m_ml)), ir_ptr(r->ir, def));
    method.args[0] = rec_emit_x(r, IR_OLOAD, c->function, REF_NONE, offsetof(PyCFunctionObject, m_self));
    method.now[0] = self;
    if (by_row)
        return r->why == NULL && rec_call_by_row(r, c, def, method.args[0], 0);
    for (int i = 0; i < c->n; i++) {
        method.args[i + 1] = c->args[i];
        method.now[i + 1] = c->now[i];
    }
    method.n = c->n + 1;
    if (self == (PyObject *)&PyLong_Type && strcmp(def->ml_name, "from_bytes") == 0 && c->names == NULL && c->n == 1) {
        rec_emit(r, IR_GEQ_P, method.args[0], ir_obj(r->ir, self));
        return r->why == NULL && rec_from_bytes(r, c, c->args[0], c->now[0], false);
    }
    return r->why == NULL && rec_call_method(r, &method, def, Py_TYPE(self));
}
