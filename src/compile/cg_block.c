/* compile/cg_block.c: the stack of enclosing blocks, and what leaving them takes. */
#include "compile/cg.h"

void
fblock_push(struct cg *c, struct loc loc, enum fblock_kind kind, int start, int exit)
{
    struct unit *u = c->unit;
    if (u->nfblocks >= CO_MAXBLOCKS)
        cg_error(c, loc, "too many statically nested blocks");
    u->fblocks[u->nfblocks++] = (struct fblock){ .kind = kind, .start = start, .exit = exit, .loc = loc };
}

void
fblock_pop(struct cg *c)
{
    c->unit->nfblocks--;
}

/* The result being carried out, if any, stays on top of the stack. */
static void
pop_below(struct cg *c, struct loc loc, bool keep_top)
{
    if (keep_top)
        emit_i(c, loc, SWAP, 2);
    emit(c, loc, POP_TOP);
}

static void
unwind_finally_try(struct cg *c, struct loc *loc, const struct fblock *b, bool keep_top)
{
    emit(c, *loc, POP_BLOCK);      /* has the line of the statement that leaves */
    if (keep_top)
        fblock_push(c, *loc, FB_POP_VALUE, NO_LABEL, NO_LABEL);
    cg_stmts(c, b->final_body);
    if (keep_top)
        fblock_pop(c);
    *loc = NO_LOC;                 /* the rest seems to run after the finally body */
}

static void
unwind_with(struct cg *c, struct loc *loc, const struct fblock *b, bool keep_top)
{
    *loc = b->loc;
    emit(c, *loc, POP_BLOCK);
    if (keep_top)
        emit_i(c, *loc, SWAP, 2);
    for (int i = 0; i < 3; i++)
        emit_none(c, *loc);
    emit_i(c, *loc, CALL, 2);
    if (b->kind == FB_ASYNC_WITH) {
        emit_i(c, *loc, GET_AWAITABLE, 2);
        emit_none(c, *loc);
        emit_yield_from(c, *loc, true);
    }
    emit(c, *loc, POP_TOP);
    *loc = NO_LOC;
}

static void
unwind_handler(struct cg *c, struct loc loc, const struct fblock *b, bool keep_top)
{
    if (b->name)
        emit(c, loc, POP_BLOCK);
    if (keep_top)
        emit_i(c, loc, SWAP, 2);
    emit(c, loc, POP_BLOCK);
    emit(c, loc, POP_EXCEPT);
    if (b->name) {
        emit_none(c, loc);
        cg_name(c, loc, b->name, Store);
        cg_name(c, loc, b->name, Del);
    }
}

void
fblock_unwind(struct cg *c, struct loc *loc, const struct fblock *b, bool keep_top)
{
    switch (b->kind) {
    case FB_FOR_LOOP:
    case FB_POP_VALUE:
        pop_below(c, *loc, keep_top);
        break;
    case FB_TRY_EXCEPT:
        emit(c, *loc, POP_BLOCK);
        break;
    case FB_FINALLY_TRY:
        unwind_finally_try(c, loc, b, keep_top);
        break;
    case FB_FINALLY_END:
        pop_below(c, *loc, keep_top);
        if (keep_top)
            emit_i(c, *loc, SWAP, 2);
        emit(c, *loc, POP_BLOCK);
        emit(c, *loc, POP_EXCEPT);
        break;
    case FB_WITH:
    case FB_ASYNC_WITH:
        unwind_with(c, loc, b, keep_top);
        break;
    case FB_HANDLER_CLEANUP:
        unwind_handler(c, *loc, b, keep_top);
        break;
    default:
        break;
    }
}

/* While a block is unwound it is off the stack: its clean-up code runs outside of it. */
void
fblock_unwind_to_loop(struct cg *c, struct loc *loc, bool keep_top, struct fblock **loop)
{
    struct unit *u = c->unit;
    if (u->nfblocks == 0)
        return;
    struct fblock *top = &u->fblocks[u->nfblocks - 1];
    if (top->kind == FB_EXCEPTION_GROUP_HANDLER)
        cg_error(c, *loc, "'break', 'continue' and 'return' cannot appear in an except* block");
    if (loop != NULL && (top->kind == FB_WHILE_LOOP || top->kind == FB_FOR_LOOP)) {
        *loop = top;
        return;
    }
    struct fblock saved = *top;
    u->nfblocks--;
    fblock_unwind(c, loc, &saved, keep_top);
    fblock_unwind_to_loop(c, loc, keep_top, loop);
    u->fblocks[u->nfblocks++] = saved;
}
