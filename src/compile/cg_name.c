/* compile/cg_name.c: loading, storing and deleting names, by what the symbol table found out. */
#include "compile/cg.h"

#include "rt/singletons.h"

enum name_op { OP_FAST, OP_GLOBAL, OP_DEREF, OP_NAME };

void
cg_check_name(struct cg *c, struct loc loc, PyObject *name, expr_context_ty ctx)
{
    if (ctx != Load && name_is(name, "__debug__"))
        cg_error(c, loc, ctx == Store ? "cannot assign to __debug__" : "cannot delete __debug__");
}

static enum name_op
name_op_of(struct cg *c, PyObject *name, enum name_scope scope)
{
    struct unit *u = c->unit;
    switch (scope) {
    case NS_FREE:
    case NS_CELL:
        return OP_DEREF;
    case NS_LOCAL: {
        if (scope_is_function_like(u->scope))
            return OP_FAST;
        struct name_entry *hidden = names_find(c->pool, &u->info.hidden, name);
        return hidden != NULL && hidden->value ? OP_FAST : OP_NAME;
    }
    case NS_GLOBAL_IMPLICIT:
        return scope_is_function_like(u->scope) ? OP_GLOBAL : OP_NAME;
    case NS_GLOBAL_EXPLICIT:
        return OP_GLOBAL;
    default:
        return OP_NAME;
    }
}

static int
pick(expr_context_ty ctx, int load, int store, int del)
{
    return ctx == Load ? load : ctx == Store ? store : del;
}

/* Annotation scopes in a class look into its namespace first, through the cell __classdict__. */
static void
load_classdict(struct cg *c, struct loc loc)
{
    struct unit_info *u = &c->unit->info;
    emit_i(c, loc, LOAD_DEREF, names_index(c->pool, &u->freevars, ID(__classdict__)) + u->cellvars.len);
}

static void
name_deref(struct cg *c, struct loc loc, PyObject *name, expr_context_ty ctx, enum name_scope scope)
{
    struct unit *u = c->unit;
    int op = pick(ctx, LOAD_DEREF, STORE_DEREF, DELETE_DEREF);
    if (ctx == Load && u->scope->kind == SCOPE_CLASS && !u->in_inlined_comp) {
        op = LOAD_FROM_DICT_OR_DEREF;
        emit(c, loc, LOAD_LOCALS);
    }
    else if (ctx == Load && u->scope->can_see_class_scope) {
        op = LOAD_FROM_DICT_OR_DEREF;
        load_classdict(c, loc);
    }
    if (scope == NS_CELL)
        emit_i(c, loc, op, names_index(c->pool, &u->info.cellvars, name));
    else
        emit_i(c, loc, op, names_index(c->pool, &u->info.freevars, name) + u->info.cellvars.len);
}

void
cg_name(struct cg *c, struct loc loc, PyObject *name, expr_context_ty ctx)
{
    struct unit *u = c->unit;
    cg_check_name(c, loc, name, ctx);
    name = cg_mangle(c, name);
    enum name_scope scope = scope_lookup(c->pool, u->scope, name);
    int op;
    switch (name_op_of(c, name, scope)) {
    case OP_DEREF:
        name_deref(c, loc, name, ctx, scope);
        return;
    case OP_FAST:
        emit_i(c, loc, pick(ctx, LOAD_FAST, STORE_FAST, DELETE_FAST), names_index(c->pool, &u->info.varnames, name));
        return;
    case OP_GLOBAL:
        op = pick(ctx, LOAD_GLOBAL, STORE_GLOBAL, DELETE_GLOBAL);
        if (ctx == Load && u->scope->can_see_class_scope && scope == NS_GLOBAL_IMPLICIT) {
            op = LOAD_FROM_DICT_OR_GLOBALS;
            load_classdict(c, loc);
        }
        break;
    default:
        op = pick(ctx, u->scope->kind == SCOPE_CLASS && u->in_inlined_comp ? LOAD_GLOBAL : LOAD_NAME, STORE_NAME, DELETE_NAME);
        break;
    }
    int arg = names_index(c->pool, &u->info.names, name);
    emit_i(c, loc, op, op == LOAD_GLOBAL ? arg << 1 : arg);
}
