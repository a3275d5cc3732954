/* compile/cg_comp.c: comprehensions and generator expressions.
 *
 * A generator expression is a function of its first iterable. The others run in the frame around them ("merged"):
 * their targets are fast locals there, whose old values are pushed before and restored after, also on an exception. */
#include "compile/cg.h"

#include "rt/singletons.h"

struct comp {
    expr_ty node;
    enum comp_kind kind;
    PyObject *name;
    asdl_comprehension_seq *generators;
    expr_ty elt, value;            /* value: of a dict's pair, else NULL */
};

struct merged {                    /* what entering a merged comprehension has changed */
    struct names old_symbols;      /* flags of the names whose scope differs inside */
    PVEC(PyObject *) hidden;       /* made fast locals of a scope that has none */
    PVEC(PyObject *) pushed;       /* old values on the stack */
    int cleanup;
};

static struct comp
comp_of(expr_ty e)
{
    switch (e->kind) {
    case ListComp_kind:
        return (struct comp){ e, COMP_LIST, STR(anon_listcomp), e->v.ListComp.generators, e->v.ListComp.elt, NULL };
    case SetComp_kind:
        return (struct comp){ e, COMP_SET, STR(anon_setcomp), e->v.SetComp.generators, e->v.SetComp.elt, NULL };
    case DictComp_kind:
        return (struct comp){ e, COMP_DICT, STR(anon_dictcomp), e->v.DictComp.generators, e->v.DictComp.key, e->v.DictComp.value };
    default:
        return (struct comp){ e, COMP_GENEXPR, STR(anon_genexpr), e->v.GeneratorExp.generators, e->v.GeneratorExp.elt, NULL };
    }
}

/* --- merging --- */

static bool
is_bound_local(int flags)
{
    return (flags & DEF_LOCAL) && !(flags & DEF_NONLOCAL);
}

static void
enter_name(struct cg *c, struct loc loc, struct merged *m, PyObject *name, int flags, bool in_class)
{
    struct unit *u = c->unit;
    struct name_entry *outer = names_find(c->pool, &u->scope->symbols, name);
    int outer_flags = outer ? outer->value : 0;
    enum name_scope scope = scope_of_flags(flags), outer_scope = scope_of_flags(outer_flags);
    bool isolate = is_bound_local(flags) || in_class;
    if ((isolate || scope != NS_FREE) && scope != outer_scope && !(scope == NS_CELL && outer_scope == NS_FREE)) {
        names_add(c->pool, &m->old_symbols, name)->value = outer_flags;
        names_add(c->pool, &u->scope->symbols, name)->value = flags;
    }
    if (!isolate)
        return;
    if (!scope_is_function_like(u->scope)) {
        struct name_entry *hidden = names_add(c->pool, &u->info.hidden, name);
        if (!hidden->value) {
            hidden->value = 1;
            pvec_push(c->pool, &m->hidden, name);
        }
    }
    emit_i(c, loc, LOAD_FAST_AND_CLEAR, names_index(c->pool, &u->info.varnames, cg_mangle(c, name)));
    if (scope == NS_CELL) {
        bool free = outer_scope == NS_FREE;
        int index = names_index(c->pool, free ? &u->info.freevars : &u->info.cellvars, cg_mangle(c, name));
        emit_i(c, loc, MAKE_CELL, free ? index + u->info.cellvars.len : index);
    }
    pvec_push(c->pool, &m->pushed, name);
}

static void
enter_merged(struct cg *c, struct loc loc, struct scope *comp, struct merged *m)
{
    struct unit *u = c->unit;
    bool in_class = u->scope->kind == SCOPE_CLASS && !u->in_inlined_comp;
    u->in_inlined_comp++;
    for (int i = 0; i < comp->symbols.len; i++)
        if (comp->symbols.items[i].key != NULL)
            enter_name(c, loc, m, comp->symbols.items[i].key, comp->symbols.items[i].value, in_class);
    if (m->pushed.len > 0) {
        emit_i(c, loc, SWAP, m->pushed.len + 1);   /* the iterable back on top */
        m->cleanup = new_label(c);
        emit_jump(c, loc, SETUP_FINALLY, m->cleanup);
    }
}

static void
restore_pushed(struct cg *c, struct loc loc, struct merged *m)
{
    emit_i(c, loc, SWAP, m->pushed.len + 1);
    for (int i = m->pushed.len - 1; i >= 0; i--)
        emit_i(c, loc, STORE_FAST_MAYBE_NULL,
               names_index(c->pool, &c->unit->info.varnames, cg_mangle(c, m->pushed.items[i])));
}

static void
leave_merged(struct cg *c, struct loc loc, struct merged *m)
{
    struct unit *u = c->unit;
    u->in_inlined_comp--;
    for (int i = 0; i < m->old_symbols.len; i++)
        names_add(c->pool, &u->scope->symbols, m->old_symbols.items[i].key)->value = m->old_symbols.items[i].value;
    if (m->pushed.len > 0) {
        int end = new_label(c);
        emit(c, NO_LOC, POP_BLOCK);
        emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
        use_label(c, m->cleanup);
        emit_i(c, NO_LOC, SWAP, 2);    /* drop the unfinished result below the exception */
        emit(c, NO_LOC, POP_TOP);
        restore_pushed(c, loc, m);
        emit_i(c, NO_LOC, RERAISE, 0);
        use_label(c, end);
        restore_pushed(c, loc, m);
    }
    for (int i = 0; i < m->hidden.len; i++)
        names_find(c->pool, &u->info.hidden, m->hidden.items[i])->value = 0;   /* still listed: it has a slot */
}

/* --- the loops --- */

static void generate(struct cg *c, struct loc loc, const struct comp *k, int index, int depth, bool on_stack);

static void
add_element(struct cg *c, const struct comp *k, int depth)
{
    struct loc loc = LOC(k->elt);
    cg_expr(c, k->elt);
    switch (k->kind) {
    case COMP_GENEXPR:
        emit_yield(c, loc);
        emit(c, loc, POP_TOP);
        break;
    case COMP_LIST:
        emit_i(c, loc, LIST_APPEND, depth + 1);
        break;
    case COMP_SET:
        emit_i(c, loc, SET_ADD, depth + 1);
        break;
    default:
        cg_expr(c, k->value);
        emit_i(c, (struct loc){ k->elt->lineno, k->value->end_lineno, k->elt->col_offset, k->value->end_col_offset }, MAP_ADD,
               depth + 1);
        break;
    }
}

/* Where an iteration's last jump is placed. */
static struct loc
element_loc(const struct comp *k, bool innermost)
{
    if (innermost && k->kind == COMP_DICT)
        return (struct loc){ k->elt->lineno, k->value->end_lineno, k->elt->col_offset, k->value->end_col_offset };
    return LOC(k->elt);
}

static void
conditions_and_rest(struct cg *c, struct loc loc, const struct comp *k, int index, int depth, int if_cleanup)
{
    comprehension_ty gen = asdl_seq_GET(k->generators, index);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(gen->ifs); i++)
        cg_jump_if(c, loc, asdl_seq_GET(gen->ifs, i), if_cleanup, false);
    if (index + 1 < asdl_seq_LEN(k->generators))
        generate(c, loc, k, index + 1, depth, false);
    else
        add_element(c, k, depth);
}

/* `for y in [x]` binds y without a loop: the item of a one-element display, else NULL. */
static expr_ty
single_item(expr_ty iter)
{
    asdl_expr_seq *elts = iter->kind == List_kind ? iter->v.List.elts : iter->kind == Tuple_kind ? iter->v.Tuple.elts : NULL;
    if (asdl_seq_LEN(elts) != 1 || asdl_seq_GET(elts, 0)->kind == Starred_kind)
        return NULL;
    return asdl_seq_GET(elts, 0);
}

static void
generate_sync(struct cg *c, struct loc loc, const struct comp *k, int index, int depth, bool on_stack)
{
    comprehension_ty gen = asdl_seq_GET(k->generators, index);
    bool innermost = index + 1 >= asdl_seq_LEN(k->generators);
    int start = new_label(c), if_cleanup = new_label(c), anchor = new_label(c);
    expr_ty single = index > 0 ? single_item(gen->iter) : NULL;
    if (index == 0) {
        if (!on_stack) {
            c->unit->info.argcount = 1;
            emit_i(c, loc, LOAD_FAST, 0);
        }
    }
    else if (single)
        cg_expr(c, single);
    else {
        cg_expr(c, gen->iter);
        emit(c, LOC(gen->iter), GET_ITER);
    }
    if (!single) {
        depth++;
        emit(c, LOC(gen->iter), GET_ITER);   /* again: a debugger may have exchanged the iterator */
        use_label(c, start);
        emit_jump(c, LOC(gen->iter), FOR_ITER, anchor);
    }
    cg_expr(c, gen->target);
    conditions_and_rest(c, loc, k, index, depth, if_cleanup);
    use_label(c, if_cleanup);
    if (!single) {
        emit_jump(c, element_loc(k, innermost), JUMP, start);
        use_label(c, anchor);
        emit(c, NO_LOC, END_FOR);
        emit(c, NO_LOC, POP_TOP);
    }
}

static void
generate_async(struct cg *c, struct loc loc, const struct comp *k, int index, int depth, bool on_stack)
{
    comprehension_ty gen = asdl_seq_GET(k->generators, index);
    bool innermost = index + 1 >= asdl_seq_LEN(k->generators);
    int start = new_label(c), except = new_label(c), if_cleanup = new_label(c);
    if (index == 0) {
        if (!on_stack) {
            c->unit->info.argcount = 1;
            emit_i(c, loc, LOAD_FAST, 0);
        }
    }
    else {
        cg_expr(c, gen->iter);
        emit(c, LOC(gen->iter), GET_AITER);
    }
    use_label(c, start);
    fblock_push(c, loc, FB_ASYNC_COMPREHENSION, start, NO_LABEL);
    emit_jump(c, loc, SETUP_FINALLY, except);
    emit(c, loc, GET_ANEXT);
    emit_none(c, loc);
    emit_yield_from(c, loc, true);
    emit(c, loc, POP_BLOCK);
    cg_expr(c, gen->target);
    conditions_and_rest(c, loc, k, index, depth + 1, if_cleanup);
    use_label(c, if_cleanup);
    emit_jump(c, element_loc(k, innermost), JUMP, start);
    fblock_pop(c);
    use_label(c, except);
    emit(c, loc, END_ASYNC_FOR);
}

static void
generate(struct cg *c, struct loc loc, const struct comp *k, int index, int depth, bool on_stack)
{
    pool_check_stack(c->pool);
    if (asdl_seq_GET(k->generators, index)->is_async)
        generate_async(c, loc, k, index, depth, on_stack);
    else
        generate_sync(c, loc, k, index, depth, on_stack);
}

/* --- the whole --- */

static void
first_iterable(struct cg *c, const struct comp *k)
{
    comprehension_ty first = asdl_seq_GET(k->generators, 0);
    cg_expr(c, first->iter);
    emit(c, LOC(first->iter), first->is_async ? GET_AITER : GET_ITER);
}

static void
check_async(struct cg *c, struct loc loc, const struct comp *k, enum unit_kind around, bool top_level_await)
{
    if (k->kind != COMP_GENEXPR && around != UNIT_ASYNC_FUNCTION && around != UNIT_COMPREHENSION && !top_level_await)
        cg_error(c, loc, "asynchronous comprehension outside of an asynchronous function");
}

static void
build_result(struct cg *c, struct loc loc, enum comp_kind kind)
{
    emit_i(c, loc, kind == COMP_LIST ? BUILD_LIST : kind == COMP_SET ? BUILD_SET : BUILD_MAP, 0);
}

static void
merged_comprehension(struct cg *c, struct loc loc, const struct comp *k, struct scope *scope)
{
    struct merged m = { .cleanup = NO_LABEL };
    first_iterable(c, k);
    enter_merged(c, loc, scope, &m);
    build_result(c, loc, k->kind);
    emit_i(c, loc, SWAP, 2);
    generate(c, loc, k, 0, 0, true);
    leave_merged(c, loc, &m);
}

void
cg_comprehension(struct cg *c, expr_ty e)
{
    struct comp k = comp_of(e);
    struct loc loc = LOC(e);
    struct scope *scope = symtable_lookup(c->st, e);
    if (scope->coroutine) {
        check_async(c, loc, &k, c->unit->kind, cg_top_level_await(c));
        if (cg_top_level_await(c))
            c->unit->scope->coroutine = true;
    }
    if (scope->comp_inlined) {
        merged_comprehension(c, loc, &k, scope);
        return;
    }
    bool is_async = scope->coroutine;
    unit_enter(c, k.name, UNIT_COMPREHENSION, e, e->lineno, NULL);
    if (k.kind != COMP_GENEXPR)
        build_result(c, loc, k.kind);
    generate(c, loc, &k, 0, 0, false);
    if (k.kind != COMP_GENEXPR)
        emit(c, loc, RETURN_VALUE);
    else
        cg_wrap_stop_iteration(c);
    cg_make_closure(c, loc, unit_finish(c, true), 0);
    first_iterable(c, &k);
    emit_i(c, loc, CALL, 0);
    if (is_async && k.kind != COMP_GENEXPR) {
        emit_i(c, loc, GET_AWAITABLE, 0);
        emit_none(c, loc);
        emit_yield_from(c, loc, true);
    }
}
