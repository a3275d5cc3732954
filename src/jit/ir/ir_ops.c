/* jit/ir/ir_ops.c: the tables made from ir_ops.def and ir_helpers.def. */
#include "jit/ir/ir.h"
#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"

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

bool
ir_changes_operand(const struct ir_ins *in)
{
    return ir_is_call_of_helper(in->op) && ir_helpers[in->x].signature[1] == 'O';
}

PyTypeObject *
ir_helper_type(uint32_t helper)
{
    switch (ir_helpers[helper].signature[0]) {
    case 'S': case 'C': return &PyUnicode_Type;
    case 'Y': return &PyBytes_Type;
    default: return NULL;
    }
}

bool
ir_takes_object(uint32_t helper, int i)
{
    const char *sig = ir_helpers[helper].signature + 1;
    return (size_t)i < strlen(sig) && (sig[i] == 'o' || sig[i] == 'O' || sig[i] == 'R');
}
