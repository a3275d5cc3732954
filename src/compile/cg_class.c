/* compile/cg_class.c: class statements. */
#include "compile/cg.h"

#include "rt/singletons.h"

/* Names that methods store through `self`, sorted: the class's __static_attributes__. */
static PyObject *
static_attributes(struct cg *c)
{
    struct names *t = &c->unit->static_attributes;
    PyObject **items = POOL_ARRAY(c->pool, PyObject *, t->len + 1);
    for (int i = 0; i < t->len; i++)
        items[i] = t->items[i].key;
    items = names_sorted(c->pool, items, t->len);
    PyObject *tuple = pool_keep(c->pool, PyTuple_New(t->len));
    for (int i = 0; i < t->len; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(items[i]));
    return tuple;
}

static void
load_cell(struct cg *c, PyObject *name)
{
    emit_i(c, NO_LOC, LOAD_CLOSURE, names_index(c->pool, &c->unit->info.cellvars, name));
}

static void
class_namespace(struct cg *c, stmt_ty s, int firstlineno)
{
    struct loc loc = { firstlineno, firstlineno, 0, 0 };
    cg_name(c, loc, ID(__name__), Load);
    cg_name(c, loc, ID(__module__), Store);
    emit_const(c, loc, c->unit->info.qualname);
    cg_name(c, loc, ID(__qualname__), Store);
    emit_const(c, loc, pool_keep(c->pool, PyLong_FromLong(firstlineno)));
    cg_name(c, loc, ID(__firstlineno__), Store);
    if (asdl_seq_LEN(s->v.ClassDef.type_params) > 0) {
        cg_name(c, loc, STR(type_params), Load);
        cg_name(c, loc, ID(__type_params__), Store);
    }
    if (c->unit->scope->needs_classdict) {
        emit(c, loc, LOAD_LOCALS);
        emit_i(c, loc, STORE_DEREF, names_index(c->pool, &c->unit->info.cellvars, ID(__classdict__)));
    }
    cg_body(c, loc, s->v.ClassDef.body);
}

/* The body's result is the cell of __class__, if some method uses it. */
static void
class_epilogue(struct cg *c)
{
    emit_const(c, NO_LOC, static_attributes(c));
    cg_name(c, NO_LOC, ID(__static_attributes__), Store);
    if (c->unit->scope->needs_classdict) {
        load_cell(c, ID(__classdict__));
        cg_name(c, NO_LOC, ID(__classdictcell__), Store);
    }
    if (c->unit->scope->needs_class_closure) {
        load_cell(c, ID(__class__));
        emit_i(c, NO_LOC, COPY, 1);
        cg_name(c, NO_LOC, ID(__classcell__), Store);
    }
    else
        emit_none(c, NO_LOC);
    emit(c, NO_LOC, RETURN_VALUE);
}

static void
class_body(struct cg *c, stmt_ty s, int firstlineno)
{
    PyObject *name = s->v.ClassDef.name;
    unit_enter(c, name, UNIT_CLASS, s, firstlineno, name);
    class_namespace(c, s, firstlineno);
    class_epilogue(c);
    PyCodeObject *co = unit_finish(c, true);
    struct loc loc = LOC(s);
    emit(c, loc, LOAD_BUILD_CLASS);
    emit(c, loc, PUSH_NULL);
    cg_make_closure(c, loc, co, 0);
    emit_const(c, loc, name);
}

/* A generic class is made in a scope of its own, with Generic[type parameters] as last base. */
static void
generic_class(struct cg *c, stmt_ty s, int firstlineno)
{
    PyObject *name = s->v.ClassDef.name;
    struct loc loc = LOC(s);
    PyObject *scope_name = pool_keep(c->pool, PyUnicode_FromFormat("<generic parameters of %U>", name));
    unit_enter(c, scope_name, UNIT_TYPE_PARAMS, s->v.ClassDef.type_params, firstlineno, name);
    cg_type_params(c, s->v.ClassDef.type_params);
    cg_name(c, loc, STR(type_params), Store);
    class_body(c, s, firstlineno);
    cg_name(c, loc, STR(type_params), Load);
    emit_i(c, loc, CALL_INTRINSIC_1, INTRINSIC_SUBSCRIPT_GENERIC);
    cg_name(c, loc, STR(generic_base), Store);
    cg_call_args(c, loc, 2, s->v.ClassDef.bases, STR(generic_base), s->v.ClassDef.keywords);
    cg_make_closure(c, loc, unit_finish(c, false), 0);
    emit(c, loc, PUSH_NULL);
    emit_i(c, loc, CALL, 0);
}

void
cg_class(struct cg *c, stmt_ty s)
{
    asdl_expr_seq *decorators = s->v.ClassDef.decorator_list;
    cg_decorators(c, decorators);
    int firstlineno = asdl_seq_LEN(decorators) > 0 ? asdl_seq_GET(decorators, 0)->lineno : s->lineno;
    if (asdl_seq_LEN(s->v.ClassDef.type_params) > 0)
        generic_class(c, s, firstlineno);
    else {
        class_body(c, s, firstlineno);
        cg_call_args(c, LOC(s), 2, s->v.ClassDef.bases, NULL, s->v.ClassDef.keywords);
    }
    cg_apply_decorators(c, decorators);
    cg_name(c, LOC(s), s->v.ClassDef.name, Store);
}
