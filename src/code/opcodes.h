/* code/opcodes.h: facts about opcodes, read from opcodes.def. Numbers and names as macros: opcode_ids.h. */
#ifndef ADDER_CODE_OPCODES_H
#define ADDER_CODE_OPCODES_H

#include <Python.h>
#include <opcode.h>

#define OP_COUNT 268                    /* real opcodes are < 256, the compiler's own from 256 up */
#define OP_MAX_REAL 254

enum { JUMP_BACKWARD_TRACE = 223, RESUME_TRACE = 224, CALL_CONSUME = 225, CONSUME = 226, CALL_GENERATOR = 227 };   /* ours: the public headers do not have them */

enum {
    F_ARG = 1 << 0, F_CONST = 1 << 1, F_NAME = 1 << 2, F_JUMP = 1 << 3, F_FREE = 1 << 4, F_LOCAL = 1 << 5,
    F_EVAL_BREAK = 1 << 6, F_DEOPT = 1 << 7, F_ERROR = 1 << 8, F_ESCAPES = 1 << 9, F_EXIT = 1 << 10, F_PURE = 1 << 11,
    F_ERROR_NO_POP = 1 << 12, F_EXC = 1 << 13,
};

enum op_kind { OPK_NONE, OPK_BASE, OPK_SPEC, OPK_INSTR, OPK_EXEC, OPK_TRACE, OPK_PSEUDO };

struct op_count { int16_t base, per_arg, per_low; };   /* base + per_arg * arg + per_low * (arg & 1) */

struct op_info {
    const char *name;                   /* NULL: no such opcode */
    uint8_t kind;                       /* enum op_kind */
    uint8_t caches;                     /* code units after the instruction */
    uint16_t family;                    /* base opcode shown by co_code; itself for base opcodes */
    uint16_t flags;                     /* F_* */
    uint16_t does;                      /* EFF_*: see opcodes.def */

    int8_t jump_extra;                  /* added to the effect when it jumps */
    struct op_count popped, effect;
};

extern const struct op_info op_table[OP_COUNT];

/* Net stack effect of `op oparg`. jump: 1 taken, 0 not taken, -1 the larger of both.
 * PY_INVALID_STACK_EFFECT for a specialised or unknown opcode. */
int op_stack_effect(int op, int oparg, int jump);

static inline bool op_is_valid(int op) { return op >= 0 && op < OP_COUNT && op_table[op].name != NULL; }
static inline const char *op_name(int op) { return op_is_valid(op) ? op_table[op].name : "<unknown>"; }
static inline int op_caches(int op) { return op_table[op].caches; }
static inline bool op_has(int op, int flag) { return op_is_valid(op) && (op_table[op].flags & flag) != 0; }
static inline bool op_has_arg(int op) { return op_has(op, F_ARG); }
static inline bool op_has_const(int op) { return op_has(op, F_CONST); }
static inline bool op_has_name(int op) { return op_has(op, F_NAME); }
static inline bool op_has_jump(int op) { return op_has(op, F_JUMP); }
static inline bool op_has_free(int op) { return op_has(op, F_FREE); }
static inline bool op_has_local(int op) { return op_has(op, F_LOCAL); }
static inline bool op_has_exc(int op) { return op_has(op, F_EXC); }
static inline bool op_is_instrumented(int op) { return op >= MIN_INSTRUMENTED_OPCODE && op <= OP_MAX_REAL; }
static inline bool op_is_anchor(int op) { return op_table[op].kind == OPK_TRACE; }
static inline bool op_is_pseudo(int op) { return op >= 256; }

/* The base opcode of a specialised form or an anchor; every other opcode is its own (instrumented forms too). */
static inline int op_deopt(int op) { return op_table[op].kind == OPK_SPEC || op_table[op].kind == OPK_TRACE ? op_table[op].family : op; }
/* The instrumented form of a base opcode, or 0; and back. INSTRUMENTED_LINE and _INSTRUCTION have no base: they map to themselves. */
int op_instrument(int op);
static inline int op_deinstrument(int op) { return op_table[op].kind == OPK_INSTR ? op_table[op].family : op_deopt(op); }

/* Names by argument: "INTRINSIC_PRINT", ..., NULL when out of range. */
const char *op_intrinsic1_name(int i);
const char *op_intrinsic2_name(int i);
/* Operator of BINARY_OP: long name and symbol ("NB_ADD", "+"); NULL when out of range. */
const char *op_nb_name(int i);
const char *op_nb_symbol(int i);

enum {
    INTRINSIC_1_INVALID, INTRINSIC_PRINT, INTRINSIC_IMPORT_STAR, INTRINSIC_STOPITERATION_ERROR, INTRINSIC_ASYNC_GEN_WRAP,
    INTRINSIC_UNARY_POSITIVE, INTRINSIC_LIST_TO_TUPLE, INTRINSIC_TYPEVAR, INTRINSIC_PARAMSPEC, INTRINSIC_TYPEVARTUPLE,
    INTRINSIC_SUBSCRIPT_GENERIC, INTRINSIC_TYPEALIAS, INTRINSIC_1_COUNT
};
enum {
    INTRINSIC_2_INVALID, INTRINSIC_PREP_RERAISE_STAR, INTRINSIC_TYPEVAR_WITH_BOUND, INTRINSIC_TYPEVAR_WITH_CONSTRAINTS,
    INTRINSIC_SET_FUNCTION_TYPE_PARAMS, INTRINSIC_SET_TYPEPARAM_DEFAULT, INTRINSIC_2_COUNT
};
enum { RESUME_AT_FUNC_START = 0, RESUME_AFTER_YIELD = 1, RESUME_AFTER_YIELD_FROM = 2, RESUME_AFTER_AWAIT = 3,
       RESUME_OPARG_LOCATION_MASK = 3, RESUME_OPARG_DEPTH1_MASK = 4 };
enum { COMPARE_UNORDERED = 1, COMPARE_LESS = 2, COMPARE_GREATER = 4, COMPARE_EQUAL = 8 };   /* low bits of COMPARE_OP */
enum { MAKE_DEFAULTS = 1, MAKE_KWDEFAULTS = 2, MAKE_ANNOTATIONS = 4, MAKE_CLOSURE = 8 };     /* SET_FUNCTION_ATTRIBUTE */

#endif
