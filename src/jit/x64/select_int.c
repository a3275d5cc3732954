/* jit/x64/select_int.c: 64-bit integer arithmetic. Most is `mov r, a; op r, b`, where the mov disappears when a ends here; a result beside an a
 * that lives on is made by lea. Shifts by a variable need rcx, divisions rax and rdx; constants are divided by with a shift or a multiplication. Written backwards, as in select.c. */
#include "jit/x64/regs.h"

#define B (&as->buf)

static bool
overflows(const struct ir_ins *in)
{
    return (ir_ops[in->op].flags & I_GUARD) != 0;
}

/* ---- additions and the like ---- */

static enum alu
alu_of(enum ir_op op)
{
    switch (op) {
    case IR_ADD_I: case IR_ADDOV_I: return ALU_ADD;
    case IR_SUB_I: case IR_SUBOV_I: return ALU_SUB;
    case IR_AND_I: return ALU_AND;
    case IR_OR_I: return ALU_OR;
    default: return ALU_XOR;
    }
}

/* r = a + b or a + imm without touching a, where that is one instruction. */
static bool
try_lea(struct x64_asm *as, const struct ir_ins *in, unsigned r, ir_ref a, ir_ref b, bool is_imm, int32_t imm)
{
    if ((in->op != IR_ADD_I && in->op != IR_SUB_I) || ref_is_const(a) || !has_reg(as, a))
        return false;
    if (is_imm) {
        if (in->op == IR_SUB_I && imm == INT32_MIN)
            return false;
        asm_op(B, OP_LEA, r, rm_mem(as->info[a].reg, in->op == IR_SUB_I ? -imm : imm));
        return true;
    }
    if (in->op == IR_SUB_I || ref_is_const(b) || !has_reg(as, b))
        return false;
    asm_op(B, OP_LEA, r, rm_sum(as->info[a].reg, as->info[b].reg));
    return true;
}

/* It is in a register behind this instruction, or in the next round. */
static bool
stays(const struct x64_asm *as, ir_ref v)
{
    return has_reg(as, v) || (as->body && v < as->ir->loop && !(as->info[v].flags & INFO_LEFT));
}

/* Better the other way round: constants, and what stays in its register, belong on the right. */
static bool
should_swap(const struct x64_asm *as, const struct ir_ins *in)
{
    if (!(ir_ops[in->op].flags & I_COMM) || ref_is_const(in->b))
        return false;
    return ref_is_const(in->a) || (stays(as, in->a) && !stays(as, in->b));
}

static void
select_alu(struct x64_asm *as, const struct ir_ins *in)
{
    bool swap = should_swap(as, in);
    ir_ref a = swap ? in->b : in->a, b = swap ? in->a : in->b;
    unsigned r = regs_define(as, as->cur, 0);
    enum alu alu = alu_of(in->op);
    int32_t imm = 0;
    if (overflows(in))
        x64_guard(as, CC_O);
    bool is_imm = const_imm(as, b, &imm);
    regs_settle(as, a);
    regs_settle(as, b);
    if (try_lea(as, in, r, a, b, is_imm, imm))
        return;
    if (is_imm)
        asm_alu_imm(B, alu, rm_reg(r), imm);
    else if (a == b && !has_reg(as, a))
        asm_rr(B, OP_ALU(alu), r, r);
    else
        asm_op(B, OP_ALU(alu), r, operand(as, b));
    regs_place(as, r, a);
}

static void
select_mul(struct x64_asm *as, const struct ir_ins *in)
{
    bool swap = should_swap(as, in);
    ir_ref a = swap ? in->b : in->a, b = swap ? in->a : in->b;
    unsigned r = regs_define(as, as->cur, 0);
    int32_t imm;
    if (overflows(in))
        x64_guard(as, CC_O);
    if (const_imm(as, b, &imm)) {
        if (!overflows(in) && imm > 0 && (imm & (imm - 1)) == 0) {
            asm_shift_imm(B, SHIFT_SHL, r, (unsigned)__builtin_ctz((unsigned)imm));
        } else if (has_reg(as, a)) {
            asm_op_imm(B, 0x69 | A_W, r, rm_reg(as->info[a].reg), 4, imm);
            return;
        } else {
            asm_op_imm(B, 0x69 | A_W, r, rm_reg(r), 4, imm);
        }
    } else if (a == b && !has_reg(as, a)) {
        asm_rr(B, OP_IMUL, r, r);
    } else {
        asm_op(B, OP_IMUL, r, operand(as, b));
    }
    regs_place(as, r, a);
}

static void
select_unary(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    if (overflows(in))
        x64_guard(as, CC_O);
    asm_op(B, 0xf7 | A_W, in->op == IR_NOT_I ? F7_NOT : F7_NEG, rm_reg(r));
    regs_place(as, r, in->a);
}

/* ---- shifts ---- */

static void
shift(struct x64_asm *as, unsigned ext, unsigned r, bool by_const, unsigned n)
{
    if (by_const)
        asm_shift_imm(B, ext, r, n);
    else
        asm_op(B, 0xd3 | A_W, ext, rm_reg(r));
}

/* r = a << b; t = r >> b; leave unless t == a */
static void
select_shift_left(struct x64_asm *as, const struct ir_ins *in)
{
    int32_t n = 0;
    bool by_const = const_imm(as, in->b, &n);
    unsigned r = regs_define(as, as->cur, by_const ? 0 : SET(RCX));
    x64_guard(as, CC_NE);
    if (!by_const) {
        regs_take(as, RCX);
        if (in->a == in->b && !has_reg(as, in->a))
            regs_assign(as, RCX, in->a);
    }
    unsigned a = regs_use(as, in->a), t = regs_temp(as, GPR_SET);
    asm_rr(B, OP_ALU(ALU_CMP), t, a);
    shift(as, SHIFT_SAR, t, by_const, (unsigned)n & 63);
    asm_move(B, t, r);
    shift(as, SHIFT_SHL, r, by_const, (unsigned)n & 63);
    asm_move(B, r, a);
    if (!by_const)
        regs_place(as, RCX, in->b);
}

static void
select_shift_right(struct x64_asm *as, const struct ir_ins *in)
{
    int32_t n = 0;
    bool by_const = const_imm(as, in->b, &n);
    unsigned r = regs_define(as, as->cur, by_const ? 0 : SET(RCX));
    if (!by_const)
        regs_take(as, RCX);
    shift(as, SHIFT_SAR, r, by_const, (unsigned)n & 63);
    if (!by_const)
        regs_place(as, RCX, in->b);
    regs_place(as, r, in->a);
}

/* ---- division ---- */

/* By 2**k: a shift or a mask rounds down as it should. */
static bool
try_power_of_two(struct x64_asm *as, const struct ir_ins *in)
{
    if (!ref_is_const(in->b))
        return false;
    int64_t b = ir_int_value(as->ir, in->b);
    if (b <= 0 || (b & (b - 1)) != 0 || !fits32(b - 1))
        return false;
    unsigned r = regs_define(as, as->cur, 0);
    if (in->op == IR_DIV_I)
        asm_shift_imm(B, SHIFT_SAR, r, (unsigned)__builtin_ctzll((uint64_t)b));
    else
        asm_alu_imm(B, ALU_AND, rm_reg(r), (int32_t)(b - 1));
    regs_place(as, r, in->a);
    return true;
}

/* By another positive constant d: with 2**(l-1) < d < 2**l the number m = 2**(63+l) / d + 1 fits 64 bits, and for 0 <= n < 2**63 the quotient is the
 * high half of n * m shifted right by l - 1: m is too large by less than 1, which makes less than n / 2**(63+l), and that is less than 1/d.
 * A negative n is complemented before and its quotient after: floor(n / d) == ~floor(~n / d). */
static bool
try_multiply(struct x64_asm *as, const struct ir_ins *in)
{
    int64_t d = ref_is_const(in->b) ? ir_int_value(as->ir, in->b) : 0;
    if (d < 3 || (d & (d - 1)) == 0 || !fits32(d))
        return false;
    unsigned l = 64 - (unsigned)__builtin_clzll((uint64_t)d), r = regs_define(as, as->cur, 0);
    uint64_t m = (uint64_t)(((unsigned __int128)1 << (63 + l)) / (uint64_t)d) + 1;
    regs_take(as, RAX);
    regs_take(as, RDX);
    unsigned n = regs_use(as, in->a), sign = regs_temp(as, GPR_SET);
    if (in->op == IR_DIV_I) {
        asm_move(B, r, RDX);
    } else {
        unsigned rest = r == RDX ? RAX : r;
        asm_move(B, r, rest);
        asm_rr(B, OP_ALU(ALU_SUB), rest, RDX);
        asm_move(B, rest, n);
        asm_op_imm(B, 0x69 | A_W, RDX, rm_reg(RDX), 4, (int32_t)d);
    }
    asm_rr(B, OP_ALU(ALU_XOR), RDX, sign);
    asm_shift_imm(B, SHIFT_SHR, RDX, l - 1);
    asm_op(B, 0xf7 | A_W, F7_MUL, rm_place(pool_word(as, m)));
    asm_rr(B, OP_ALU(ALU_XOR), RAX, sign);
    asm_shift_imm(B, SHIFT_SAR, sign, 63);
    asm_move(B, sign, n);
    asm_move(B, RAX, n);
    return true;
}

/* idiv rounds towards zero: quotient in rax, remainder in rdx. When the remainder is not zero and its sign is not b's, one less, and b more. */
static void
round_down(struct x64_asm *as, bool quotient, unsigned b)
{
    const uint8_t *skip = B->p;
    if (quotient) {
        asm_alu_imm(B, ALU_SUB, rm_reg(RAX), 1);
        asm_jcc_short(B, CC_NS, skip);
        asm_rr(B, OP_ALU(ALU_XOR), RDX, b);
    } else {
        asm_rr(B, OP_ALU(ALU_ADD), RDX, b);
        asm_jcc_short(B, CC_NS, skip);
        asm_rr(B, OP_ALU(ALU_XOR), RAX, b);
        asm_move(B, RAX, RDX);
    }
    asm_jcc_short(B, CC_E, skip);
    asm_rr(B, OP_TEST, RDX, RDX);
}

/* Two numbers of 32 bits without sign are divided much faster on many machines, and there is nothing to round:
 *      rdx = (a | b) >> 32;  if not 0 { rdx = sign of a; idiv; round down } else { div, of 32 bits } */
static void
divide(struct x64_asm *as, bool quotient, unsigned b)
{
    static const uint8_t cqo[2] = { 0x48, 0x99 };
    const uint8_t *end = B->p;
    asm_op(B, 0xf7, F7_DIV, rm_reg(b));
    const uint8_t *narrow = B->p, jump[2] = { 0xeb, (uint8_t)(end - narrow) };
    asm_bytes(B, jump, 2);
    round_down(as, quotient, b);
    asm_op(B, 0xf7 | A_W, F7_IDIV, rm_reg(b));
    asm_bytes(B, cqo, 2);
    asm_jcc_short(B, CC_E, narrow);
    asm_shift_imm(B, SHIFT_SHR, RDX, 32);
    asm_rr(B, OP_ALU(ALU_OR), RDX, b);
    asm_move(B, RDX, RAX);
}

static void
select_divide(struct x64_asm *as, const struct ir_ins *in)
{
    bool quotient = in->op == IR_DIV_I;
    if (try_power_of_two(as, in) || try_multiply(as, in))
        return;
    unsigned r = regs_define(as, as->cur, 0);
    regs_take(as, RAX);
    regs_take(as, RDX);
    unsigned b = regs_use(as, in->b);
    asm_move(B, r, quotient ? RAX : RDX);
    divide(as, quotient, b);
    regs_place(as, RAX, in->a);
}

void
select_int(struct x64_asm *as, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_MUL_I: case IR_MULOV_I: select_mul(as, in); break;
    case IR_SHLOV_I: select_shift_left(as, in); break;
    case IR_SHR_I: select_shift_right(as, in); break;
    case IR_DIV_I: case IR_MOD_I: select_divide(as, in); break;
    case IR_NEGOV_I: case IR_NOT_I: select_unary(as, in); break;
    default: select_alu(as, in); break;
    }
}
