/* jit/ir/ir_ops.c: the tables made from ir_ops.def and ir_helpers.def, and the helpers. */
#include "jit/ir/ir.h"

#include <math.h>

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

double
jit_float_mod(double a, double b)
{
    double mod = fmod(a, b);
    if (mod == 0.0)
        return copysign(0.0, b);
    return (b < 0) != (mod < 0) ? mod + b : mod;
}

double
jit_float_floor_div(double a, double b)
{
    double mod = fmod(a, b), div = (a - mod) / b;
    if (mod != 0.0 && (b < 0) != (mod < 0))
        div -= 1.0;
    if (div == 0.0)
        return copysign(0.0, a / b);
    double whole = floor(div);
    return div - whole > 0.5 ? whole + 1.0 : whole;
}
