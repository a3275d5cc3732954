/* compile/flow.h: the control-flow graph of one code object and what is done to it.
 *
 *   flow_build    instruction sequence -> basic blocks
 *   flow_optimize handlers found, constants folded, jumps threaded, dead code and no-ops removed, lines given to code
 *                 without one, unbound locals checked, pairs fused, cold blocks moved to the end
 *   flow_finish   cells and free variables numbered, prefix instructions put in, stack depth, pseudo instructions
 *                 gone, backward conditional jumps split; blocks -> sequence again
 * Invariant: only the last instruction of a block jumps; blocks are in the order of the code. */
#ifndef ADDER_COMPILE_FLOW_H
#define ADDER_COMPILE_FLOW_H

#include "compile/consts.h"
#include "compile/names.h"
#include "compile/seq.h"

struct block;

struct flow_instr {
    int op, arg;
    struct loc loc;
    struct block *target;          /* of a jump or handler set-up */
    struct block *except;          /* handler in force, or NULL */
};

struct block {
    struct block *next;            /* in code order */
    struct flow_instr *code;
    int len, cap;
    int label;                     /* -1: not a jump target */
    int npred, start_depth;        /* ways in; stack depth on entry */
    int number;                    /* in dumps */
    uint64_t unsafe_locals;        /* locals that may be unbound on entry, among the first 64 */
    struct except_stack *handlers; /* while handlers are being found */
    bool is_handler, lasti, cold, warm, visited;
};

struct flow {
    struct pool *pool;
    struct block *entry, *current; /* current: the one being filled */
    int pending_label;             /* of the next block, or -1 */
    struct const_list *consts;
    struct const_cache *cache;
};

/* What the code generator knows about a code object besides its instructions. */
struct unit_info {
    PyObject *name, *qualname;
    struct names varnames, cellvars, freevars, names, hidden;   /* hidden: value 1 for locals of merged comprehensions */
    struct const_list consts;
    int argcount, posonlyargcount, kwonlyargcount, firstlineno; /* argcount: without the positional-only */
};

void flow_build(struct flow *g, struct pool *pool, struct seq *s, struct const_list *consts, struct const_cache *cache);
/* nparams: all parameters, with * and **. */
void flow_optimize(struct flow *g, int nlocals, int nparams);
void flow_finish(struct flow *g, struct unit_info *u, int code_flags, int *stack_depth, int *nlocalsplus, struct seq *out);
/* The blocks as they stand, in a row. */
void flow_to_sequence(struct flow *g, struct seq *out);

/* --- between the files of the graph --- */
static inline struct flow_instr *block_last(struct block *b) { return b->len > 0 ? &b->code[b->len - 1] : NULL; }
static inline bool block_falls_through(struct block *b)
{
    return b->len == 0 || !(op_exits_scope(b->code[b->len - 1].op) || op_is_jump_always(b->code[b->len - 1].op));
}
static inline bool block_exits(struct block *b) { return b->len > 0 && op_exits_scope(b->code[b->len - 1].op); }
static inline struct block *block_nonempty(struct block *b) { while (b != NULL && b->len == 0) b = b->next; return b; }
static inline void instr_set(struct flow_instr *i, int op, int arg) { i->op = op; i->arg = arg; }
bool block_has_no_line(struct block *b);
struct block *flow_new_block(struct flow *g);
struct flow_instr *block_append(struct flow *g, struct block *b, int op, int arg, struct loc loc);
void block_append_all(struct flow *g, struct block *to, struct block *from);
void block_insert(struct flow *g, struct block *b, int pos, int op, int arg, struct loc loc);
int flow_max_label(struct flow *g);
struct block **flow_stack(struct flow *g);                      /* room for every block; clears `visited` */

void flow_find_handlers(struct flow *g);                        /* flow_except.c */
void flow_remove_unreachable(struct flow *g);                   /* flow_clean.c */
int block_remove_nops(struct block *b);
int flow_remove_nops(struct flow *g);
void flow_remove_nops_and_jumps(struct flow *g);
void flow_remove_pairs(struct flow *g);
void flow_inline_small_blocks(struct flow *g);
void flow_peephole(struct flow *g, struct block *b);            /* flow_peephole.c */
void block_static_swaps(struct flow *g, struct block *b);       /* flow_swap.c */
void flow_fuse(struct flow *g);                                 /* flow_locals.c */
void flow_check_unbound(struct flow *g, int nlocals, int nparams);
void flow_give_lines(struct flow *g);                           /* flow_lines.c */
void flow_move_cold(struct flow *g);                            /* flow_cold.c */
void flow_remove_unused_consts(struct flow *g);                 /* flow_consts.c */
int flow_stack_depth(struct flow *g);                           /* flow_depth.c */

#endif
