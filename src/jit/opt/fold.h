/* jit/opt/fold.h: emission through the optimiser. Every instruction of a trace passes here once, and again when the loop is copied:
 * fold (constants, algebra, guards that known facts imply) -> common subexpressions (guards too) -> forwarding of loads -> append. */
#ifndef ADDER_JIT_OPT_FOLD_H
#define ADDER_JIT_OPT_FOLD_H

#include "jit/ir/ir.h"

/* The reference of the value, which may be a constant or an instruction that exists; for a guard REF_NONE when it always holds, REF_FAIL
 * when it never does. Exact: integers wrap or leave as the row says, floats are folded only to the same bits.
 * Facts used: at[r].kt (set by GTYPE and BOX_* here). UNBOX_*(BOX_*(v)) is v, and guards of type and size of a box hold. So a
 * slot may hold an object in one round of a loop and a number in the next. Boxes are never made one by CSE. */
ir_ref opt_emit(struct ir *ir, enum ir_op op, ir_ref a, ir_ref b, ir_ref c, uint32_t x);

#endif
