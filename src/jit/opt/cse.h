/* jit/opt/cse.h: instructions that exist already, and what is known to be in memory. */
#ifndef ADDER_JIT_OPT_CSE_H
#define ADDER_JIT_OPT_CSE_H

#include "jit/ir/ir.h"

/* The latest instruction with these operands, or REF_NONE. Right for what depends on its operands only: I_PURE, guards but GPOLL. */
ir_ref cse_find(const struct ir *ir, enum ir_op op, ir_ref a, ir_ref b, ir_ref c, uint32_t x);
/* What the field at offset x of object a holds, if that is known: the value stored or loaded last. load: IR_RLOAD_*. Or REF_NONE. */
ir_ref cse_field(const struct ir *ir, enum ir_op load, ir_ref a, uint32_t x);

/* The same for what an object's field holds (OLOAD) and for an item of a list (LITEM). */
ir_ref cse_object(const struct ir *ir, ir_ref a, uint32_t x);
ir_ref cse_item(const struct ir *ir, ir_ref a, ir_ref b);
/* And for the shape of inline values (WLOAD), which an OADD makes another; what anybody looks at in other words stays the same all through a trace. Objects made
 * by the trace have the shape that their NEW_OBJ says. */
ir_ref cse_word(struct ir *ir, ir_ref a, uint32_t x);
/* And for item b of the row of numbers at a. load: IR_VLOAD_*. */
ir_ref cse_number(const struct ir *ir, enum ir_op load, ir_ref a, ir_ref b, uint32_t x);

#endif
