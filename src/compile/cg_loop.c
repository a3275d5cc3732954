/* compile/cg_loop.c: if, loops, and the statements that leave them. */
#include "compile/cg.h"

void
cg_if(struct cg *c, stmt_ty s)
{
    int end = new_label(c);
    bool has_else = asdl_seq_LEN(s->v.If.orelse) > 0;
    int next = has_else ? new_label(c) : end;
    cg_jump_if(c, LOC(s), s->v.If.test, next, false);
    cg_stmts(c, s->v.If.body);
    if (has_else) {
        emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
        use_label(c, next);
        cg_stmts(c, s->v.If.orelse);
    }
    use_label(c, end);
}

void
cg_for(struct cg *c, stmt_ty s)
{
    int start = new_label(c), cleanup = new_label(c), end = new_label(c);
    struct loc iter_loc = LOC(s->v.For.iter);
    fblock_push(c, LOC(s), FB_FOR_LOOP, start, end);
    cg_expr(c, s->v.For.iter);
    emit(c, iter_loc, GET_ITER);
    use_label(c, start);
    emit_jump(c, iter_loc, FOR_ITER, cleanup);
    emit(c, LOC(s->v.For.target), NOP);     /* a line event of its own for the target */
    cg_expr(c, s->v.For.target);
    cg_stmts(c, s->v.For.body);
    emit_jump(c, NO_LOC, JUMP, start);
    use_label(c, cleanup);
    emit(c, NO_LOC, END_FOR);
    emit(c, NO_LOC, POP_TOP);
    fblock_pop(c);
    cg_stmts(c, s->v.For.orelse);
    use_label(c, end);
}

void
cg_async_for(struct cg *c, stmt_ty s)
{
    struct loc loc = LOC(s);
    if (cg_top_level_await(c))
        c->unit->scope->coroutine = true;
    else if (c->unit->kind != UNIT_ASYNC_FUNCTION)
        cg_error(c, loc, "'async for' outside async function");
    int start = new_label(c), except = new_label(c), end = new_label(c);
    cg_expr(c, s->v.AsyncFor.iter);
    emit(c, LOC(s->v.AsyncFor.iter), GET_AITER);
    use_label(c, start);
    fblock_push(c, loc, FB_FOR_LOOP, start, end);
    emit_jump(c, loc, SETUP_FINALLY, except);   /* StopAsyncIteration out of __anext__ ends the loop */
    emit(c, loc, GET_ANEXT);
    emit_none(c, loc);
    emit_yield_from(c, loc, true);
    emit(c, loc, POP_BLOCK);
    cg_expr(c, s->v.AsyncFor.target);
    cg_stmts(c, s->v.AsyncFor.body);
    emit_jump(c, NO_LOC, JUMP, start);
    fblock_pop(c);
    use_label(c, except);
    emit(c, LOC(s->v.AsyncFor.iter), END_ASYNC_FOR);
    cg_stmts(c, s->v.AsyncFor.orelse);
    use_label(c, end);
}

void
cg_while(struct cg *c, stmt_ty s)
{
    int loop = new_label(c), body = new_label(c), anchor = new_label(c), end = new_label(c);
    use_label(c, loop);
    fblock_push(c, LOC(s), FB_WHILE_LOOP, loop, end);
    cg_jump_if(c, LOC(s), s->v.While.test, anchor, false);
    use_label(c, body);
    cg_stmts(c, s->v.While.body);
    cg_jump_if(c, LOC(s), s->v.While.test, body, true);
    fblock_pop(c);
    use_label(c, anchor);
    cg_stmts(c, s->v.While.orelse);
    use_label(c, end);
}

void
cg_break(struct cg *c, struct loc loc)
{
    struct fblock *loop = NULL;
    struct loc origin = loc;
    emit(c, loc, NOP);
    fblock_unwind_to_loop(c, &loc, false, &loop);
    if (loop == NULL)
        cg_error(c, origin, "'break' outside loop");
    fblock_unwind(c, &loc, loop, false);
    emit_jump(c, loc, JUMP, loop->exit);
}

void
cg_continue(struct cg *c, struct loc loc)
{
    struct fblock *loop = NULL;
    struct loc origin = loc;
    emit(c, loc, NOP);
    fblock_unwind_to_loop(c, &loc, false, &loop);
    if (loop == NULL)
        cg_error(c, origin, "'continue' not properly in loop");
    emit_jump(c, loc, JUMP, loop->start);
}

/* A constant is loaded only after the enclosing blocks have been left; any other value is carried over the unwinding. */
void
cg_return(struct cg *c, stmt_ty s)
{
    expr_ty value = s->v.Return.value;
    struct loc loc = LOC(s);
    bool keep_top = value != NULL && value->kind != Constant_kind;
    struct scope *scope = c->unit->scope;
    if (!scope_is_function_like(scope))
        cg_error(c, loc, "'return' outside function");
    if (value != NULL && scope->coroutine && scope->generator)
        cg_error(c, loc, "'return' with value in async generator");
    if (keep_top)
        cg_expr(c, value);
    else if (value != NULL) {
        loc = LOC(value);
        emit(c, loc, NOP);
    }
    if (value == NULL || value->lineno != s->lineno) {
        loc = LOC(s);
        emit(c, loc, NOP);
    }
    fblock_unwind_to_loop(c, &loc, keep_top, NULL);
    if (value == NULL)
        emit_none(c, loc);
    else if (!keep_top)
        emit_const(c, loc, value->v.Constant.value);
    emit(c, loc, RETURN_VALUE);
}
