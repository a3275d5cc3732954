/* jit/trace/rec_method.c: recording calls of methods of builtin types, and of C functions of ours whose effect row (rt/effect.h) says that they run no code.
 *
 * A method found in its type is a constant by then; a bound one that a variable holds may be another in each round, if it is one of the same
 * function on an object of the same type. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "object/core/effect.h"

static bool
is_object(struct recorder *r, ir_ref v)
{
    return v != REF_NONE && ir_type_of(r->ir, v) == T_OBJ && !ir_is_box(r->ir, v);
}

/* ---- by their rows ---- */

/* The leaf call for a C function with so many arguments besides self. IR_HELPERS: none. */
static enum ir_helper
caller(int flags, int n)
{
    switch (flags & ~(METH_STATIC | METH_CLASS | METH_COEXIST)) {
    case METH_NOARGS: return n == 0 ? HELPER_CALL_SELF : IR_HELPERS;
    case METH_O: return n == 1 ? HELPER_CALL_ONE : IR_HELPERS;
    case METH_FASTCALL: return n == 0 ? HELPER_CALL_FAST_NONE : n == 1 ? HELPER_CALL_FAST_ONE : IR_HELPERS;
    default: return IR_HELPERS;
    }
}

/* The arguments from `first` on are not self. */
bool
rec_call_by_row(struct recorder *r, const struct builtin_call *c, const PyMethodDef *def, ir_ref self, int first)
{
    const struct effect *row = effect_of((void *)def->ml_meth);
    enum ir_helper h = caller(def->ml_flags, c->n - first);
    bool leaf = row != NULL && row->writes == 0 && row->result != NULL && jit_is_leaf(row->result)
             && (effect_of_call((void *)def->ml_meth, c->now + first, (size_t)(c->n - first)) & EFF_OPEN) == 0;
    if (!leaf || h == IR_HELPERS || row->reads != 0)
        return rec_stop(r, "a call of a builtin function that is not recorded yet");
    ir_ref arg = REF_NONE;
    if (c->n > first) {
        arg = c->args[first];
        if (arg == REF_NONE || (row->when != 0 && is_object(r, arg) && !rec_guard_type(r, arg, Py_TYPE(c->now[first]))))
            return false;
    }
    rec_before_effects(r, c->on_stack);
    if (r->why != NULL)
        return false;
    self = rec_object(r, self);
    arg = arg != REF_NONE && r->why == NULL ? rec_object(r, arg == c->args[0] && first == 1 ? self : arg) : REF_NONE;
    ir_ref v = rec_leaf(r, IR_CALLN, h, ir_ptr(r->ir, (void *)def->ml_meth), self, arg);
    if (r->why != NULL)
        return false;
    r->ir->at[v].kt = ir_ptr(r->ir, row->result);
    for (int i = 0; i < c->on_stack; i++)
        rec_pop(r);
    rec_push_new(r, v);
    return r->why == NULL;
}

/* ---- methods ---- */

static const struct { PyTypeObject *type; const char *name; int min, max; bool (*record)(struct recorder *r, const struct builtin_call *c); } methods[] = {
    { &PyDict_Type, "get", 2, 3, rec_dict_get }, { &PySet_Type, "add", 2, 2, rec_set_add }, { &PyList_Type, "append", 2, 2, rec_list_append },
    { &PyList_Type, "pop", 1, 2, rec_list_pop },
};

bool
rec_call_method(struct recorder *r, const struct builtin_call *c, const PyMethodDef *def, PyTypeObject *t)
{
    bool container = t == &PyList_Type || t == &PyDict_Type || t == &PySet_Type;
    if (c->n < 1 || c->args[0] == REF_NONE || (Py_TYPE(c->now[0]) != t && !(container && PyType_IsSubtype(Py_TYPE(c->now[0]), t))))
        return rec_stop(r, "a method of a subclass of a builtin type");
    if (is_object(r, c->args[0]) && !rec_guard_type(r, c->args[0], Py_TYPE(c->now[0])))
        return false;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(methods); i++)
        if (methods[i].type == t && strcmp(methods[i].name, def->ml_name) == 0 && c->n >= methods[i].min && c->n <= methods[i].max)
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
    if (self == NULL || c->n == BUILTIN_ARGS || !(Py_TYPE(self)->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) || !is_object(r, c->function))
        return rec_stop(r, "a call of a builtin that is no constant");
    if (!rec_guard_type(r, c->function, &PyCFunction_Type))
        return false;
    rec_emit(r, IR_GEQ_P, rec_emit_x(r, IR_ALOAD, c->function, REF_NONE, offsetof(PyCFunctionObject, m_ml)), ir_ptr(r->ir, def));
    method.args[0] = rec_emit_x(r, IR_OLOAD, c->function, REF_NONE, offsetof(PyCFunctionObject, m_self));
    method.now[0] = self;
    for (int i = 0; i < c->n; i++) {
        method.args[i + 1] = c->args[i];
        method.now[i + 1] = c->now[i];
    }
    method.n = c->n + 1;
    return r->why == NULL && rec_call_method(r, &method, def, Py_TYPE(self));
}
