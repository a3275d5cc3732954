/* compile/cg_try.c: try, except, except*, finally, with.
 * SETUP_* and POP_BLOCK are bookkeeping: they say which handler covers what lies between, and vanish later. */
#include "compile/cg.h"

static void
reraise_after_cleanup(struct cg *c)
{
    emit_i(c, NO_LOC, COPY, 3);
    emit(c, NO_LOC, POP_EXCEPT);
    emit_i(c, NO_LOC, RERAISE, 1);
}

/* --- except --- */

/* name = None; del name */
static void
unbind(struct cg *c, PyObject *name)
{
    emit_none(c, NO_LOC);
    cg_name(c, NO_LOC, name, Store);
    cg_name(c, NO_LOC, name, Del);
}

static void
push_handler_cleanup(struct cg *c, struct loc loc, int body, PyObject *name)
{
    fblock_push(c, loc, FB_HANDLER_CLEANUP, body, NO_LABEL);
    c->unit->fblocks[c->unit->nfblocks - 1].name = name;
}

static void
named_handler(struct cg *c, struct loc loc, PyObject *name, asdl_stmt_seq *stmts, int end)
{
    int cleanup = new_label(c), body = new_label(c);
    cg_name(c, loc, name, Store);
    emit_jump(c, loc, SETUP_CLEANUP, cleanup);
    use_label(c, body);
    push_handler_cleanup(c, loc, body, name);
    cg_stmts(c, stmts);
    fblock_pop(c);
    emit(c, NO_LOC, POP_BLOCK);
    emit(c, NO_LOC, POP_BLOCK);
    emit(c, NO_LOC, POP_EXCEPT);
    unbind(c, name);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
    use_label(c, cleanup);
    unbind(c, name);
    emit_i(c, NO_LOC, RERAISE, 1);
}

static void
unnamed_handler(struct cg *c, struct loc loc, asdl_stmt_seq *stmts, int end)
{
    int body = new_label(c);
    emit(c, loc, POP_TOP);
    use_label(c, body);
    push_handler_cleanup(c, loc, body, NULL);
    cg_stmts(c, stmts);
    fblock_pop(c);
    emit(c, NO_LOC, POP_BLOCK);
    emit(c, NO_LOC, POP_EXCEPT);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
}

static void
try_except(struct cg *c, asdl_stmt_seq *body, asdl_excepthandler_seq *handlers, asdl_stmt_seq *orelse, struct loc loc)
{
    int start = new_label(c), except = new_label(c), end = new_label(c), cleanup = new_label(c);
    Py_ssize_t n = asdl_seq_LEN(handlers);
    emit_jump(c, loc, SETUP_FINALLY, except);
    use_label(c, start);
    fblock_push(c, loc, FB_TRY_EXCEPT, start, NO_LABEL);
    cg_stmts(c, body);
    fblock_pop(c);
    emit(c, NO_LOC, POP_BLOCK);
    cg_stmts(c, orelse);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
    use_label(c, except);
    emit_jump(c, NO_LOC, SETUP_CLEANUP, cleanup);
    emit(c, NO_LOC, PUSH_EXC_INFO);
    fblock_push(c, loc, FB_EXCEPTION_HANDLER, NO_LABEL, NO_LABEL);
    for (Py_ssize_t i = 0; i < n; i++) {
        excepthandler_ty h = asdl_seq_GET(handlers, i);
        struct loc hloc = LOC(h);
        if (!h->v.ExceptHandler.type && i < n - 1)
            cg_error(c, hloc, "default 'except:' must be last");
        except = new_label(c);
        if (h->v.ExceptHandler.type) {
            cg_expr(c, h->v.ExceptHandler.type);
            emit(c, hloc, CHECK_EXC_MATCH);
            emit_jump(c, hloc, POP_JUMP_IF_FALSE, except);
        }
        if (h->v.ExceptHandler.name)
            named_handler(c, hloc, h->v.ExceptHandler.name, h->v.ExceptHandler.body, end);
        else
            unnamed_handler(c, hloc, h->v.ExceptHandler.body, end);
        use_label(c, except);
    }
    fblock_pop(c);
    emit_i(c, NO_LOC, RERAISE, 0);
    use_label(c, cleanup);
    reraise_after_cleanup(c);
    use_label(c, end);
}

/* --- except* ---
 * Stack in the handlers: the group as raised, a list of what handlers raise or leave, the part not yet matched. */

static void
star_handler(struct cg *c, excepthandler_ty h, bool first, bool last, int *except, int reraise_star)
{
    struct loc loc = LOC(h);
    PyObject *name = h->v.ExceptHandler.name;
    int with_error = new_label(c), no_match = new_label(c), cleanup = new_label(c), body = new_label(c);
    *except = new_label(c);
    if (first) {
        emit_i(c, loc, BUILD_LIST, 0);
        emit_i(c, loc, COPY, 2);
    }
    if (h->v.ExceptHandler.type) {
        cg_expr(c, h->v.ExceptHandler.type);
        emit(c, loc, CHECK_EG_MATCH);
        emit_i(c, loc, COPY, 1);
        emit_jump(c, loc, POP_JUMP_IF_NONE, no_match);
    }
    if (name)
        cg_name(c, loc, name, Store);
    else
        emit(c, loc, POP_TOP);
    emit_jump(c, loc, SETUP_CLEANUP, cleanup);
    use_label(c, body);
    push_handler_cleanup(c, loc, body, name);
    cg_stmts(c, h->v.ExceptHandler.body);
    fblock_pop(c);
    emit(c, NO_LOC, POP_BLOCK);
    if (name)
        unbind(c, name);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, *except);
    use_label(c, cleanup);
    if (name)
        unbind(c, name);
    emit_i(c, NO_LOC, LIST_APPEND, 3);
    emit(c, NO_LOC, POP_TOP);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, with_error);
    use_label(c, *except);
    emit(c, NO_LOC, NOP);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, with_error);
    use_label(c, no_match);
    emit(c, loc, POP_TOP);
    use_label(c, with_error);
    if (last) {
        emit_i(c, NO_LOC, LIST_APPEND, 1);
        emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, reraise_star);
    }
}

static void
try_star(struct cg *c, asdl_stmt_seq *body, asdl_excepthandler_seq *handlers, asdl_stmt_seq *orelse, struct loc loc)
{
    int start = new_label(c), except = new_label(c), else_ = new_label(c), end = new_label(c), cleanup = new_label(c),
        reraise_star = new_label(c), reraise = new_label(c);
    Py_ssize_t n = asdl_seq_LEN(handlers);
    emit_jump(c, loc, SETUP_FINALLY, except);
    use_label(c, start);
    fblock_push(c, loc, FB_TRY_EXCEPT, start, NO_LABEL);
    cg_stmts(c, body);
    fblock_pop(c);
    emit(c, NO_LOC, POP_BLOCK);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, else_);
    use_label(c, except);
    emit_jump(c, NO_LOC, SETUP_CLEANUP, cleanup);
    emit(c, NO_LOC, PUSH_EXC_INFO);
    fblock_push(c, loc, FB_EXCEPTION_GROUP_HANDLER, NO_LABEL, NO_LABEL);
    for (Py_ssize_t i = 0; i < n; i++)
        star_handler(c, asdl_seq_GET(handlers, i), i == 0, i == n - 1, &except, reraise_star);
    fblock_pop(c);
    use_label(c, reraise_star);
    emit_i(c, NO_LOC, CALL_INTRINSIC_2, INTRINSIC_PREP_RERAISE_STAR);
    emit_i(c, NO_LOC, COPY, 1);
    emit_jump(c, NO_LOC, POP_JUMP_IF_NOT_NONE, reraise);
    emit(c, NO_LOC, POP_TOP);
    emit(c, NO_LOC, POP_BLOCK);
    emit(c, NO_LOC, POP_EXCEPT);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
    use_label(c, reraise);
    emit(c, NO_LOC, POP_BLOCK);
    emit_i(c, NO_LOC, SWAP, 2);
    emit(c, NO_LOC, POP_EXCEPT);
    emit_i(c, NO_LOC, RERAISE, 0);
    use_label(c, cleanup);
    reraise_after_cleanup(c);
    use_label(c, else_);
    cg_stmts(c, orelse);
    use_label(c, end);
}

/* --- finally --- */

static void
try_handlers(struct cg *c, asdl_stmt_seq *body, asdl_excepthandler_seq *handlers, asdl_stmt_seq *orelse, struct loc loc, bool star)
{
    if (star)
        try_star(c, body, handlers, orelse, loc);
    else
        try_except(c, body, handlers, orelse, loc);
}

/* The finally body is compiled once for each way into it: normal end, exception, and every jump out. */
void
cg_try(struct cg *c, asdl_stmt_seq *body, asdl_excepthandler_seq *handlers, asdl_stmt_seq *orelse, asdl_stmt_seq *finalbody,
       struct loc loc, bool star)
{
    if (asdl_seq_LEN(finalbody) == 0) {
        try_handlers(c, body, handlers, orelse, loc, star);
        return;
    }
    int start = new_label(c), end = new_label(c), exit = new_label(c), cleanup = new_label(c);
    emit_jump(c, loc, SETUP_FINALLY, end);
    use_label(c, start);
    fblock_push(c, loc, FB_FINALLY_TRY, start, end);
    c->unit->fblocks[c->unit->nfblocks - 1].final_body = finalbody;
    if (asdl_seq_LEN(handlers) > 0)
        try_handlers(c, body, handlers, orelse, loc, star);
    else
        cg_stmts(c, body);
    emit(c, NO_LOC, POP_BLOCK);
    fblock_pop(c);
    cg_stmts(c, finalbody);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, exit);
    use_label(c, end);
    fblock_push(c, NO_LOC, FB_FINALLY_END, end, NO_LABEL);
    emit_jump(c, NO_LOC, SETUP_CLEANUP, cleanup);
    emit(c, NO_LOC, PUSH_EXC_INFO);
    cg_stmts(c, finalbody);
    fblock_pop(c);
    emit_i(c, NO_LOC, RERAISE, 0);
    use_label(c, cleanup);
    reraise_after_cleanup(c);
    use_label(c, exit);
}

/* --- with --- */

static void
call_exit_with_nones(struct cg *c, struct loc loc)
{
    for (int i = 0; i < 3; i++)
        emit_none(c, loc);
    emit_i(c, loc, CALL, 2);
}

static void
await_result(struct cg *c, struct loc loc, int where)
{
    emit_i(c, loc, GET_AWAITABLE, where);
    emit_none(c, loc);
    emit_yield_from(c, loc, true);
}

/* A true result of __exit__ swallows the exception. */
static void
finish_with_exception(struct cg *c, int cleanup)
{
    int suppress = new_label(c), exit = new_label(c);
    emit(c, NO_LOC, TO_BOOL);
    emit_jump(c, NO_LOC, POP_JUMP_IF_TRUE, suppress);
    emit_i(c, NO_LOC, RERAISE, 2);
    use_label(c, suppress);
    emit(c, NO_LOC, POP_TOP);
    emit(c, NO_LOC, POP_BLOCK);
    emit(c, NO_LOC, POP_EXCEPT);
    emit(c, NO_LOC, POP_TOP);
    emit(c, NO_LOC, POP_TOP);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, exit);
    use_label(c, cleanup);
    reraise_after_cleanup(c);
    use_label(c, exit);
}

static void
bind_with_target(struct cg *c, struct loc loc, withitem_ty item)
{
    if (item->optional_vars)
        cg_expr(c, item->optional_vars);
    else
        emit(c, loc, POP_TOP);
}

void
cg_with(struct cg *c, asdl_withitem_seq *items, asdl_stmt_seq *body, int pos)
{
    withitem_ty item = asdl_seq_GET(items, pos);
    struct loc loc = LOC(item->context_expr);
    int block = new_label(c), final = new_label(c), exit = new_label(c), cleanup = new_label(c);
    pool_check_stack(c->pool);
    cg_expr(c, item->context_expr);
    emit(c, loc, BEFORE_WITH);
    emit_jump(c, loc, SETUP_WITH, final);
    use_label(c, block);
    fblock_push(c, loc, FB_WITH, block, final);
    bind_with_target(c, loc, item);
    if (pos + 1 < asdl_seq_LEN(items))
        cg_with(c, items, body, pos + 1);
    else
        cg_stmts(c, body);
    emit(c, NO_LOC, POP_BLOCK);
    fblock_pop(c);
    call_exit_with_nones(c, loc);
    emit(c, loc, POP_TOP);
    emit_jump(c, loc, JUMP, exit);
    use_label(c, final);
    emit_jump(c, loc, SETUP_CLEANUP, cleanup);
    emit(c, loc, PUSH_EXC_INFO);
    emit(c, loc, WITH_EXCEPT_START);
    finish_with_exception(c, cleanup);
    use_label(c, exit);
}

void
cg_async_with(struct cg *c, asdl_withitem_seq *items, asdl_stmt_seq *body, int pos, struct loc stmt_loc)
{
    withitem_ty item = asdl_seq_GET(items, pos);
    struct loc loc = LOC(item->context_expr);
    pool_check_stack(c->pool);
    if (cg_top_level_await(c))
        c->unit->scope->coroutine = true;
    else if (c->unit->kind != UNIT_ASYNC_FUNCTION)
        cg_error(c, stmt_loc, "'async with' outside async function");
    int block = new_label(c), final = new_label(c), exit = new_label(c), cleanup = new_label(c);
    cg_expr(c, item->context_expr);
    emit(c, loc, BEFORE_ASYNC_WITH);
    await_result(c, loc, 1);
    emit_jump(c, loc, SETUP_WITH, final);
    use_label(c, block);
    fblock_push(c, loc, FB_ASYNC_WITH, block, final);
    bind_with_target(c, loc, item);
    if (pos + 1 < asdl_seq_LEN(items))
        cg_async_with(c, items, body, pos + 1, stmt_loc);
    else
        cg_stmts(c, body);
    fblock_pop(c);
    emit(c, loc, POP_BLOCK);
    call_exit_with_nones(c, loc);
    await_result(c, loc, 2);
    emit(c, loc, POP_TOP);
    emit_jump(c, loc, JUMP, exit);
    use_label(c, final);
    emit_jump(c, loc, SETUP_CLEANUP, cleanup);
    emit(c, loc, PUSH_EXC_INFO);
    emit(c, loc, WITH_EXCEPT_START);
    await_result(c, loc, 2);
    finish_with_exception(c, cleanup);
    use_label(c, exit);
}
