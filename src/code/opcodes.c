/* code/opcodes.c: the opcode table in memory and what is computed from it. */
#include "code/opcodes.h"

#include "rt/effect.h"

#define N(c, a, b) { c, a, b }
#define E_FAILS EFF_FAILS
#define E_ALLOC (EFF_ALLOC | EFF_FAILS)
#define E_ANY EFF_UNKNOWN

/* `effect` is N(c, a, b) or NOEFF: a count that no opcode has marks the latter. */
#define NOEFF { INT16_MAX, 0, 0 }
#define OP(name_, number_, kind_, family_, caches_, popped_, effect_, jump_, flags_, does_, helper_) \
    [number_] = { .name = #name_, .kind = OPK_##kind_, .caches = caches_, .family = family_, .flags = flags_, \
                  .jump_extra = jump_, .popped = popped_, .effect = effect_, .does = does_ },
const struct op_info op_table[OP_COUNT] = {
#include "code/opcodes.def"
};
#undef OP
#undef N

static int
count_of(struct op_count c, int arg)
{
    return c.base + c.per_arg * arg + c.per_low * (arg & 1);
}

int
op_stack_effect(int op, int oparg, int jump)
{
    if (!op_is_valid(op) || op_table[op].effect.base == INT16_MAX)
        return PY_INVALID_STACK_EFFECT;
    int effect = count_of(op_table[op].effect, oparg);
    if (op == BUILD_SLICE && oparg == 3)
        effect--;
    if (op == UNPACK_EX)                     /* targets before the star, and behind it in the upper bits */
        effect = (oparg & 0xff) + (oparg >> 8);
    int extra = op_table[op].jump_extra;
    if (jump > 0 || (jump < 0 && extra > 0))
        effect += extra;
    return effect;
}

int
op_instrument(int op)
{
    for (int i = MIN_INSTRUMENTED_OPCODE; i <= OP_MAX_REAL; i++)
        if (op_table[i].kind == OPK_INSTR && op_table[i].family == op && i != op)
            return i;
    return 0;
}

static const char *const intrinsic1_names[] = {
    "INTRINSIC_1_INVALID", "INTRINSIC_PRINT", "INTRINSIC_IMPORT_STAR", "INTRINSIC_STOPITERATION_ERROR", "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE", "INTRINSIC_LIST_TO_TUPLE", "INTRINSIC_TYPEVAR", "INTRINSIC_PARAMSPEC", "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC", "INTRINSIC_TYPEALIAS",
};
static const char *const intrinsic2_names[] = {
    "INTRINSIC_2_INVALID", "INTRINSIC_PREP_RERAISE_STAR", "INTRINSIC_TYPEVAR_WITH_BOUND", "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS", "INTRINSIC_SET_TYPEPARAM_DEFAULT",
};
static const char *const nb_names[][2] = {
    { "NB_ADD", "+" }, { "NB_AND", "&" }, { "NB_FLOOR_DIVIDE", "//" }, { "NB_LSHIFT", "<<" }, { "NB_MATRIX_MULTIPLY", "@" },
    { "NB_MULTIPLY", "*" }, { "NB_REMAINDER", "%" }, { "NB_OR", "|" }, { "NB_POWER", "**" }, { "NB_RSHIFT", ">>" },
    { "NB_SUBTRACT", "-" }, { "NB_TRUE_DIVIDE", "/" }, { "NB_XOR", "^" }, { "NB_INPLACE_ADD", "+=" }, { "NB_INPLACE_AND", "&=" },
    { "NB_INPLACE_FLOOR_DIVIDE", "//=" }, { "NB_INPLACE_LSHIFT", "<<=" }, { "NB_INPLACE_MATRIX_MULTIPLY", "@=" },
    { "NB_INPLACE_MULTIPLY", "*=" }, { "NB_INPLACE_REMAINDER", "%=" }, { "NB_INPLACE_OR", "|=" }, { "NB_INPLACE_POWER", "**=" },
    { "NB_INPLACE_RSHIFT", ">>=" }, { "NB_INPLACE_SUBTRACT", "-=" }, { "NB_INPLACE_TRUE_DIVIDE", "/=" }, { "NB_INPLACE_XOR", "^=" },
};
_Static_assert(Py_ARRAY_LENGTH(intrinsic1_names) == INTRINSIC_1_COUNT, "a name for each");
_Static_assert(Py_ARRAY_LENGTH(intrinsic2_names) == INTRINSIC_2_COUNT, "a name for each");
_Static_assert(Py_ARRAY_LENGTH(nb_names) == NB_OPARG_LAST + 1, "a name for each");

const char *
op_intrinsic1_name(int i)
{
    return i >= 0 && i < INTRINSIC_1_COUNT ? intrinsic1_names[i] : NULL;
}

const char *
op_intrinsic2_name(int i)
{
    return i >= 0 && i < INTRINSIC_2_COUNT ? intrinsic2_names[i] : NULL;
}

const char *
op_nb_name(int i)
{
    return i >= 0 && i <= NB_OPARG_LAST ? nb_names[i][0] : NULL;
}

const char *
op_nb_symbol(int i)
{
    return i >= 0 && i <= NB_OPARG_LAST ? nb_names[i][1] : NULL;
}

int
PyCompile_OpcodeStackEffectWithJump(int opcode, int oparg, int jump)
{
    return op_stack_effect(opcode, oparg, jump < 0 ? -1 : jump > 0);
}

int
PyCompile_OpcodeStackEffect(int opcode, int oparg)
{
    return op_stack_effect(opcode, oparg, -1);
}
