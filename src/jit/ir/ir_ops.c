/* jit/ir/ir_ops.c: the tables made from ir_ops.def and ir_helpers.def. */
#include "jit/ir/ir.h"
#include "jit/ir/ir_runtime.h"

#include <math.h>             /* pow() */

#include "object/num/float.h"  /* float_mod(), float_floor_div() */

#define IR(name, type, a, b, c, x, flags) { #name, T_##type, #a[0], #b[0], #c[0], X_##x, flags },
const struct ir_op_info ir_ops[IR_OPS] = {
#include "jit/ir/ir_ops.def"
};
#undef IR

#define HELPER(name, function, signature) { #name, (void *)function, signature },
const struct ir_helper_info ir_helpers[IR_HELPERS] = {
#include "jit/ir/ir_helpers.def"
};
#undef HELPER
