/* jit/opt/opt.h: the passes over a whole recorded round of a loop, in their order. Each returns NULL, or why it cannot be done. */
#ifndef ADDER_JIT_OPT_OPT_H
#define ADDER_JIT_OPT_OPT_H

#include "jit/opt/facts.h"

/* For tests: passes may be left out. What is emitted then is longer and no less right: folding goes on where numbers meet objects, and a loop
 * that is not peeled stays one round without LOOP. */
enum opt_pass { OPT_FOLD, OPT_CSE, OPT_PEEL, OPT_RANGES, OPT_DEAD, OPT_PASSES };
extern const char *const opt_pass_names[OPT_PASSES];
extern unsigned opt_left_out;          /* bits by enum opt_pass */
static inline bool opt_wants(enum opt_pass p) { return !(opt_left_out >> p & 1); }

/* Peeling: ir holds one round, and its last snapshot is the state at the end of it (the same pc and depth as on entry). Emits
 * LOOP, then the round again through opt_emit() with each SLOAD replaced by the slot's value at the end of the round before, then the
 * PHIs. A slot that holds a box at the end of both rounds needs no PHI itself, only the box's operand. Snapshots of the body also list what the first round left changed. What does not change in the loop is
 * not computed in the body. Fails with "type of a variable changes from round to round" when a guard can never hold. */
const char *opt_loop(struct ir *ir);
extern const char opt_unstable[];      /* those words */
/* How the round became the body: by r - REF_BIAS, for r < last, what the copy of r came to be, and where its code in the body ends. ints, bounds: integers from before the loop of
 * which opt_ranges() has relied on bounds. body is NULL where nothing is known. */
struct loop_copies {
    ir_ref last;
    ir_ref *body, *end;                /* one block of memory */
    unsigned nints;
    ir_ref *ints;
    struct interval *bounds;
};
/* Of the last opt_loop(): arrays that are its own; false: nothing was peeled. */
bool opt_loop_copies(struct loop_copies *c);
/* The loop that a trace goes on in: its round as opt_loop() has left it, and what its body wants to begin with (ir_live_ins() of the finished trace; of
 * integers the bounds that opt_ranges() has relied on). */
struct link_target {
    const struct ir *round;
    const ir_ref *live;
    const struct interval *bounds;
    unsigned nlive;
    struct loop_copies copies;
};
/* A link: ir holds what was recorded up to the head of the other's loop, its last snapshot is the state there. Emits the other's round with the slots
 * of that state, then a LINK for each live-in. known: values of slots that the state does not list, REF_NONE where unknown; late: called for
 * slots that the round overwrites, instead of its own guards. After a failure ir is spoilt. */
const char *opt_link(struct ir *ir, const struct link_target *t, const ir_ref *known, void (*late)(void *arg, unsigned slot), void *arg);
/* The same without that round, if what the body relies on can be shown to hold here: a few guards at most, then the LINKs. */
extern const char opt_contradiction[]; /* opt_enter(): a guard that the body does not ask again never holds here */
const char *opt_enter(struct ir *ir, const struct link_target *t, const ir_ref *known, void (*late)(void *arg, unsigned slot), void *arg);
/* Overflow checks and range tests that intervals of values imply are taken out (induction variables with a bound). at_loop, if not NULL: by
 * ref - REF_BIAS, the bounds that values have before the loop; room for IR_MAX_INS. */
const char *opt_ranges(struct ir *ir, struct interval *at_loop);
/* Turns into NOP what no guard, store, PHI or snapshot needs. PHIs that only feed themselves go, too. */
const char *opt_dead(struct ir *ir);

#endif
