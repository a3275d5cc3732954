/* jit/x64/select.c: instructions for IR: loads, boxes, floats, guards, tests, calls. Integer arithmetic: select_int.c; items: select_obj.c; the
 * frame: select_frame.c. Rules: regs.h.
 *
 * Everything is written backwards: in each function the last machine instruction comes first. */
#include "jit/x64/regs.h"

#include <stddef.h>

#include "jit/x64/memory.h"    /* x64_memory_reaches() */

#define B (&as->buf)

/* Offsets in objects. */
enum {
    OFS_TYPE = offsetof(PyObject, ob_type),
    OFS_TAG = offsetof(PyLongObject, long_value.lv_tag),
    OFS_DIGIT = offsetof(PyLongObject, long_value.ob_digit),
    OFS_FLOAT = offsetof(PyFloatObject, ob_fval),
    TAG_DIGIT = 1 << _PyLong_NON_SIZE_BITS,            /* one digit in lv_tag */
    TAG_NEGATIVE = 2,
};

/* ---- operands ---- */

bool
const_imm(struct x64_asm *as, ir_ref v, int32_t *imm)
{
    if (!ref_is_const(v) || is_float(as, v) || has_reg(as, v) || !fits32(ir_int_value(as->ir, v)))
        return false;
    *imm = (int32_t)ir_int_value(as->ir, v);
    return true;
}

/* Whether an instruction behind `from` and before this one writes a field, or drops an object. */
static bool
stores_between(const struct x64_asm *as, ir_ref from, bool fields)
{
    for (ir_ref r = as->cur; --r > from; ) {
        const struct ir_ins *in = ins_at(as, r);
        if (ir_writes_slot(in->op) || in->op == IR_REUSE_F || in->op == IR_RENEW_F || in->op == IR_RENEW_I || in->op == IR_DROP || in->op == IR_CALLO || in->op == IR_CALLN || in->op == IR_CALLS || (fields && ir_ops[in->op].flags & I_STORE))
            return true;
    }
    return false;
}

/* Only the current instruction wants v, which is near enough to be a part of it. */
static bool
is_part(const struct x64_asm *as, ir_ref v)
{
    const struct info *in = &as->info[v];
    if (ref_is_const(v) || has_place(as, v) || in->uses != 1 || (in->flags & INFO_SNAP) || as->cur - v > 40)
        return false;
    return !as->body || v > as->ir->loop;
}

/* One load that can be an operand in memory. */
static bool
is_fusible(const struct x64_asm *as, ir_ref v)
{
    if (!is_part(as, v))
        return false;
    switch (ins_at(as, v)->op) {
    case IR_UNBOX_F:
        return !stores_between(as, v, false);
    case IR_RLOAD_F: case IR_RLOAD_I:
        return !stores_between(as, v, true);
    case IR_OLOAD:
        return !stores_between(as, v, true);
    case IR_ALOAD:
        return !stores_between(as, v, false);
    case IR_VLOAD_F:
        return ins_at(as, v)->x == 'd' && !stores_between(as, v, true);
    default:
        return false;
    }
}

static struct asm_rm
fused(struct x64_asm *as, ir_ref v)
{
    const struct ir_ins *in = ins_at(as, v);
    if (in->op == IR_VLOAD_F)
        return rm_number(as, in);
    return rm_mem(regs_use(as, in->a), in->op == IR_UNBOX_F ? OFS_FLOAT : (int32_t)in->x);
}

struct asm_rm
operand(struct x64_asm *as, ir_ref v)
{
    uint32_t avail = as->free & class_of(as, v) & ~as->busy;
    if (has_reg(as, v))
        return rm_reg(regs_use(as, v));
    if (has_slot(as, v) && (avail == 0 || regs_chance(as, 3)))
        return rm_slot(slot_of(as, v));
    if (is_fusible(as, v))
        return fused(as, v);
    if (ref_is_const(v) && is_float(as, v) && (avail == 0 || !as->body))
        return rm_place(pool_const(as, v));
    return rm_reg(regs_use(as, v));
}

/* ---- loads, stores, boxes ---- */

/* What is there in each round gets a register of its own: r is written in it. */
unsigned
base_into(struct x64_asm *as, ir_ref o, unsigned r)
{
    bool outer = as->body && o < as->ir->loop && !(as->info[o].flags & INFO_LEFT);
    if (!has_reg(as, o) && !ref_is_const(o) && !outer && r < XMM0)
        regs_assign(as, r, o);
    return regs_use(as, o);
}

static void
select_load(struct x64_asm *as, const struct ir_ins *in, int32_t offset)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_load(B, r, rm_mem(base_into(as, in->a, r), offset));
}

static void
select_store(struct x64_asm *as, const struct ir_ins *in)
{
    int32_t imm;
    unsigned base = regs_use(as, in->a);
    struct asm_rm place = rm_mem(base, (int32_t)in->x);
    if (const_imm(as, in->b, &imm))
        asm_op_imm(B, 0xc7 | A_W, 0, place, 4, imm);
    else
        asm_store(B, regs_use(as, in->b), place);
}

/* r = negative ? -r : r */
static void
apply_sign(struct x64_asm *as, unsigned r, unsigned base, unsigned t)
{
    asm_rr(B, OP_CMOV | CC_NE, r, t);
    asm_op_imm(B, 0xf6, F7_TEST, rm_mem(base, OFS_TAG), 1, TAG_NEGATIVE);
    asm_op(B, 0xf7 | A_W, F7_NEG, rm_reg(t));
    asm_move(B, t, r);
}

static void
select_unbox_int(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0), base = regs_use(as, in->a), t = regs_temp(as, GPR_SET);
    apply_sign(as, r, base, t);
    asm_op(B, OP_MOV32, r, rm_mem(base, OFS_DIGIT));
}

/* Zero and positive numbers of one digit are nearly all there are: no other has a tag as low. Else the second digit is read in any case (blocks and static ints are large
 * enough), but counts only if the tag says so. */
static void
select_unbox_int2(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0), base = regs_use(as, in->a), t = regs_temp(as, GPR_SET);
    const uint8_t *done = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, done);
    apply_sign(as, r, base, t);
    asm_rr(B, OP_CMOV | CC_AE, r, t);
    asm_alu_imm(B, ALU_CMP, rm_mem(base, OFS_TAG), 2 * TAG_DIGIT);
    asm_rr(B, OP_ALU(ALU_ADD), t, r);
    asm_shift_imm(B, SHIFT_SHL, t, PyLong_SHIFT);
    asm_op(B, OP_MOV32, t, rm_mem(base, OFS_DIGIT + 4));
    const uint8_t *more = apart_end(as);
    jump_far(as, CC_A, more);
    asm_alu_imm(B, ALU_CMP, rm_mem(base, OFS_TAG), TAG_DIGIT);
    asm_op(B, OP_MOV32, r, rm_mem(base, OFS_DIGIT));
}

/* True and False are ints of one digit, 1 and 0. */
static void
select_unbox_bool(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_op(B, OP_MOV32, r, rm_mem(base_into(as, in->a, r), OFS_DIGIT));
}

/* ---- guards ---- */

/* The flags of a compared with b; true when the two were exchanged. */
static bool
compare(struct x64_asm *as, ir_ref a, ir_ref b)
{
    int32_t imm;
    bool swap = ref_is_const(a) && !ref_is_const(b);
    if (swap) {
        ir_ref t = a;
        a = b, b = t;
    }
    if (const_imm(as, b, &imm)) {
        struct asm_rm rm = operand(as, a);
        if (imm == 0 && rm.reg != NO_REG)
            asm_rr(B, OP_TEST, rm.reg, rm.reg);
        else
            asm_alu_imm(B, ALU_CMP, rm, imm);
    } else {
        unsigned r = regs_use(as, a);
        asm_op(B, OP_ALU(ALU_CMP), r, operand(as, b));
    }
    return swap;
}

static bool
compare_swaps(const struct x64_asm *as, ir_ref a, ir_ref b)
{
    return ref_is_const(a) && !ref_is_const(b);
}

/* cc for (b, a) where cc was for (a, b). */
static unsigned
mirrored(unsigned cc)
{
    switch (cc) {
    case CC_L: return CC_G;
    case CC_G: return CC_L;
    case CC_LE: return CC_GE;
    case CC_GE: return CC_LE;
    case CC_B: return CC_A;
    case CC_A: return CC_B;
    default: return cc;
    }
}

static unsigned
int_condition(enum ir_op op)
{
    switch (op) {
    case IR_GNE_P: case IR_GNE_I: return CC_NE;
    case IR_GLT_I: case IR_LT_I: return CC_L;
    case IR_GLE_I: case IR_LE_I: return CC_LE;
    case IR_GGT_I: return CC_G;
    case IR_GGE_I: return CC_GE;
    case IR_GULT_I: return CC_B;
    default: return CC_E;
    }
}

/* A word of an object, which the shape of instances is, compared where it lies. */
static bool
select_guard_word(struct x64_asm *as, const struct ir_ins *in)
{
    const struct ir_ins *word = ins_at(as, in->a);
    int32_t imm;
    if ((in->op != IR_GEQ_I && in->op != IR_GNE_I) || word->op != IR_WLOAD || !is_part(as, in->a) || stores_between(as, in->a, true))
        return false;
    if (!const_imm(as, in->b, &imm) || imm < 0)
        return false;
    x64_guard(as, int_condition(in->op) ^ 1);
    asm_op_imm(B, 0x81, ALU_CMP, rm_mem(regs_use(as, word->a), (int32_t)word->x), 4, imm);
    return true;
}

static void
select_guard_int(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned cc = int_condition(in->op);
    if (select_guard_word(as, in))
        return;
    if (compare_swaps(as, in->a, in->b))
        cc = mirrored(cc);
    x64_guard(as, cc ^ 1);
    compare(as, in->a, in->b);
}

static void
select_guard_bool(struct x64_asm *as, const struct ir_ins *in)
{
    x64_guard(as, in->op == IR_GTRUE ? CC_E : CC_NE);
    unsigned r = regs_use(as, in->a);
    asm_op(B, 0x85, r, rm_reg(r));
}

static void
select_guard_type(struct x64_asm *as, const struct ir_ins *in)
{
    ir_ref type = (ir_ref)in->x;
    int32_t imm;
    x64_guard(as, CC_NE);
    unsigned base = regs_use(as, in->a);
    if (const_imm(as, type, &imm))
        asm_alu_imm(B, ALU_CMP, rm_mem(base, OFS_TYPE), imm);
    else
        asm_op(B, OP_ALU(ALU_CMP), regs_use(as, type), rm_mem(base, OFS_TYPE));
}

static void
select_guard_digits(struct x64_asm *as, const struct ir_ins *in, int digits)
{
    x64_guard(as, CC_AE);
    asm_alu_imm(B, ALU_CMP, rm_mem(regs_use(as, in->a), OFS_TAG), (digits + 1) * TAG_DIGIT);
}

static void
select_poll(struct x64_asm *as)
{
    x64_guard(as, CC_NE);
    asm_op_imm(B, 0x80, ALU_CMP, rm_mem(R14, (int32_t)offsetof(PyThreadState, eval_breaker)), 1, 0);
}

static void
select_guard_room(struct x64_asm *as)
{
    unsigned t = regs_temp(as, GPR_SET);
    x64_guard(as, CC_AE);
    asm_op(B, OP_ALU(ALU_CMP), t, rm_mem(R14, (int32_t)offsetof(struct rt_thread, young.limit)));
    asm_op(B, OP_MOV, t, rm_mem(R14, (int32_t)offsetof(struct rt_thread, young.used)));
}

static void
select_guard_depth(struct x64_asm *as, const struct ir_ins *in)
{
    x64_guard(as, CC_L);
    asm_op_imm(B, 0x81, ALU_CMP, rm_mem(R14, (int32_t)offsetof(PyThreadState, py_recursion_remaining)), 4, in->a);
}

/* ---- comparing floats: an unordered pair sets ZF, PF and CF, so what must be false for it is asked as "above" ---- */

static void
ucomis(struct x64_asm *as, ir_ref a, ir_ref b)
{
    unsigned r = regs_use(as, a);
    asm_op(B, OP_UCOMISD, r, operand(as, b));
}

static void
select_guard_equal(struct x64_asm *as, const struct ir_ins *in)
{
    x64_guard_unordered(as, in->op == IR_GEQ_F ? CC_NE : CC_E, in->op == IR_GEQ_F);
    ucomis(as, in->a, in->b);
}

static void
select_guard_float(struct x64_asm *as, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_GLT_F: x64_guard(as, CC_BE); ucomis(as, in->b, in->a); break;
    case IR_GLE_F: x64_guard(as, CC_B); ucomis(as, in->b, in->a); break;
    case IR_GGT_F: x64_guard(as, CC_BE); ucomis(as, in->a, in->b); break;
    case IR_GGE_F: x64_guard(as, CC_B); ucomis(as, in->a, in->b); break;
    case IR_GNLT_F: x64_guard(as, CC_A); ucomis(as, in->b, in->a); break;
    case IR_GNLE_F: x64_guard(as, CC_AE); ucomis(as, in->b, in->a); break;
    case IR_GNGT_F: x64_guard(as, CC_A); ucomis(as, in->a, in->b); break;
    default: x64_guard(as, CC_AE); ucomis(as, in->a, in->b); break;        /* GNGE_F */
    }
}

/* ---- tests as values ---- */

/* r = the condition, after an instruction that sets the flags. */
static void
set_condition(struct x64_asm *as, unsigned r, unsigned cc)
{
    asm_rr(B, OP_MOVZX8, r, r);
    asm_rr(B, OP_SETCC | cc, 0, r);
}

static void
select_test_int(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned cc = int_condition(in->op), r = regs_define(as, as->cur, 0);
    if (compare_swaps(as, in->a, in->b))
        cc = mirrored(cc);
    set_condition(as, r, cc);
    compare(as, in->a, in->b);
}

static void
select_test_float(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    if (in->op != IR_EQ_F) {
        set_condition(as, r, in->op == IR_LT_F ? CC_A : CC_AE);
        ucomis(as, in->b, in->a);
        return;
    }
    unsigned t = regs_temp(as, XMM_SET);
    struct asm_rm b = operand(as, in->b);
    asm_alu_imm(B, ALU_AND, rm_reg(r), 1);
    asm_rr(B, OP_MOVQ_FROM_XMM, t, r);
    asm_op_imm(B, OP_CMPSD, t, b, 1, 0);
    asm_move(B, t, regs_use(as, in->a));
}

static void
select_not(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_alu_imm(B, ALU_XOR, rm_reg(r), 1);
    regs_place(as, r, in->a);
}

static void
select_copy(struct x64_asm *as, const struct ir_ins *in)
{
    regs_place(as, regs_define(as, as->cur, 0), in->a);
}

static void
select_select(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    unsigned test = regs_use(as, in->a), b = regs_use(as, in->b);
    if (r >= XMM0) {                                           /* a jump that nobody can predict would take longer */
        unsigned c = regs_use(as, in->c), t = regs_temp(as, GPR_SET), u = regs_temp(as, GPR_SET);
        asm_rr(B, OP_MOVQ_TO_XMM, r, t);
        asm_rr(B, OP_CMOV | CC_NE, t, u);
        asm_op(B, 0x85, test, rm_reg(test));
        asm_rr(B, OP_MOVQ_FROM_XMM, b, u);
        asm_rr(B, OP_MOVQ_FROM_XMM, c, t);
        return;
    }
    asm_rr(B, OP_CMOV | CC_NE, r, b);
    asm_op(B, 0x85, test, rm_reg(test));
    regs_place(as, r, in->c);
}

/* ---- float arithmetic ---- */

static uint32_t
float_opcode(enum ir_op op)
{
    switch (op) {
    case IR_ADD_F: return OP_ADDSD;
    case IR_SUB_F: return OP_SUBSD;
    case IR_MUL_F: return OP_MULSD;
    default: return OP_DIVSD;
    }
}

static void
select_float(struct x64_asm *as, const struct ir_ins *in)
{
    ir_ref a = in->a, b = in->b;
    unsigned r = regs_define(as, as->cur, 0);
    /* What stays in its register is better not on the left. */
    if ((ir_ops[in->op].flags & I_COMM) && (ref_is_const(a) || has_reg(as, a) || is_fusible(as, a)) && !ref_is_const(b) && !has_reg(as, b))
        a = in->b, b = in->a;
    regs_settle(as, a);
    if (a == b && !has_reg(as, a))
        asm_rr(B, float_opcode(in->op), r, r);
    else
        asm_op(B, float_opcode(in->op), r, operand(as, b));
    regs_place(as, r, a);
}

/* The mask is loaded into the result and applied to it: one register is enough. */
static void
select_float_sign(struct x64_asm *as, const struct ir_ins *in)
{
    bool negate = in->op == IR_NEG_F;
    unsigned r = regs_define(as, as->cur, 0);
    asm_rr(B, negate ? OP_XORPS : OP_ANDPS, r, regs_use(as, in->a));
    asm_load(B, r, rm_place(pool_word(as, negate ? 1ull << 63 : ~(1ull << 63))));
}

static void
select_sqrt(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_rr(B, OP_SQRTSD, r, regs_use(as, in->a));
}

/* The conversion writes half a register, so it would wait for the other half. */
static void
select_int_to_float(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_op(B, OP_CVTSI2SD, r, operand(as, in->a));
    asm_rr(B, OP_XORPS, r, r);
}

static void
select_float_to_int(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_op(B, OP_CVTTSD2SI, r, operand(as, in->a));
}

/* ---- calls ---- */

static void
leads_to(struct x64_asm *as, uint8_t *disp, const void *target)
{
    if (as->ncalls == X64_CALLS) {
        x64_fail(as, "too many calls");
        return;
    }
    as->calls[as->ncalls].disp = disp;
    as->calls[as->ncalls++].target = target;
}

/* Where the constant lies as seen from code apart is known when that is in its place. */
static void
call_through_pool(struct x64_asm *as, const uint8_t *word)
{
    asm_op(B, 0xff, 2, rm_place(B->p));
    if (as->nfar == X64_FAR) {
        x64_fail(as, "too much code");
        return;
    }
    as->far[as->nfar].disp = B->p + 2;
    as->far[as->nfar++].target = word;
}

void
call_out(struct x64_asm *as, const void *function)
{
    if (x64_memory_reaches(function))
        leads_to(as, asm_call(B), function);
    else
        call_through_pool(as, pool_word(as, (uintptr_t)function));
}

void
jump_out(struct x64_asm *as, const uint8_t *code)
{
    leads_to(as, asm_jmp(B, NULL), code);
}

/* Arguments are moved into their registers, all of which are free; a value that has none yet gets this one. */
static void
place_arguments(struct x64_asm *as, const struct ir_ins *in, const char *kinds)
{
    static const uint8_t integer[] = { RDI, RSI, RDX };
    ir_ref args[3] = { in->a, in->b, in->c };
    unsigned ints = 0, floats = 0;
    for (int i = 0; kinds[i] != '\0' && i < 3; i++) {
        unsigned r = kinds[i] == 'f' ? XMM0 + floats++ : integer[ints++];
        regs_place(as, r, args[i]);
    }
}

static void
select_call(struct x64_asm *as, const struct ir_ins *in)
{
    const struct ir_helper_info *helper = &ir_helpers[in->x];
    unsigned result = in->op == IR_CALLL_F ? XMM0 : RAX;
    unsigned r = has_place(as, as->cur) ? regs_define(as, as->cur, 0) : result;
    regs_clobber(as, CALL_CLOBBERED);
    asm_move(B, r, result);
    call_out(as, helper->function);
    place_arguments(as, in, helper->signature + 1);
}

/* The result is an object or address; behind the call its exit needs what calls leave alone. */
static void
select_leaf_call(struct x64_asm *as, const struct ir_ins *in)
{
    const struct ir_helper_info *helper = &ir_helpers[in->x];
    unsigned r = has_place(as, as->cur) ? regs_define(as, as->cur, 0) : (unsigned)RAX;
    regs_clobber(as, CALL_CLOBBERED);
    asm_move(B, r, RAX);
    as->busy |= CALL_CLOBBERED;
    x64_guard(as, CC_E);
    asm_rr(B, OP_TEST, RAX, RAX);
    call_out(as, helper->function);
    place_arguments(as, in, helper->signature + 1);
}

/* ---- all of them ---- */

void
select_ins(struct x64_asm *as, const struct ir_ins *in)
{
    switch ((enum ir_op)in->op) {
    case IR_NOP: case IR_BASE: case IR_BOX_I: case IR_BOX_F: case IR_VIRT: break;
    case IR_LOOP: loop_head(as); break;
    case IR_PLOAD_I ... IR_PLOAD_B: case IR_LINK: break;       /* ends.c */
    case IR_BELOW: case IR_BLOAD: case IR_SLOAD: case IR_CALLO: case IR_NEXT: case IR_PUSHF: case IR_FLOAD: case IR_GNULL ... IR_FDROP: case IR_NEW_I ... IR_NEW_METHOD: select_frame(as, in); break;
    case IR_GPOLL: select_poll(as); break;
    case IR_GROOM: select_guard_room(as); break;
    case IR_GDEPTH: select_guard_depth(as, in); break;
    case IR_GTYPE: select_guard_type(as, in); break;
    case IR_GCOMPACT: select_guard_digits(as, in, 1); break;
    case IR_GINT2: select_guard_digits(as, in, 2); break;
    case IR_GEQ_P: case IR_GNE_P: case IR_GEQ_I ... IR_GULT_I: select_guard_int(as, in); break;
    case IR_GTRUE: case IR_GFALSE: select_guard_bool(as, in); break;
    case IR_GEQ_F: case IR_GNE_F: select_guard_equal(as, in); break;
    case IR_GLT_F ... IR_GNGE_F: select_guard_float(as, in); break;
    case IR_ADD_I ... IR_NOT_I: select_int(as, in); break;
    case IR_ADD_F ... IR_DIV_F: select_float(as, in); break;
    case IR_NEG_F: case IR_ABS_F: select_float_sign(as, in); break;
    case IR_SQRT_F: select_sqrt(as, in); break;
    case IR_I2F: select_int_to_float(as, in); break;
    case IR_F2I: select_float_to_int(as, in); break;
    case IR_EQ_P ... IR_LE_I: select_test_int(as, in); break;
    case IR_EQ_F ... IR_LE_F: select_test_float(as, in); break;
    case IR_NOT_B: select_not(as, in); break;
    case IR_B2I: select_copy(as, in); break;
    case IR_SELECT: select_select(as, in); break;
    case IR_UNBOX_I: select_unbox_int(as, in); break;
    case IR_UNBOX2_I: select_unbox_int2(as, in); break;
    case IR_UNBOX_F: select_load(as, in, OFS_FLOAT); break;
    case IR_UNBOX_B: select_unbox_bool(as, in); break;
    case IR_RLOAD_I: case IR_RLOAD_F: select_load(as, in, (int32_t)in->x); break;
    case IR_OLOAD: case IR_ALOAD: case IR_CLOAD: select_load(as, in, (int32_t)in->x); break;
    case IR_RSTORE_I: case IR_RSTORE_F: select_store(as, in); break;
    case IR_WLOAD: case IR_LITEM: case IR_TITEM: select_object(as, in); break;
    case IR_VLOAD_I ... IR_VSTORE_F: select_number(as, in); break;
    case IR_ARG: case IR_ARG_I: select_frame(as, in); break;
    case IR_GAPART ... IR_DROP: select_stores(as, in); break;
    case IR_CALLL_I: case IR_CALLL_F: case IR_CALLR: select_call(as, in); break;
    case IR_CALLB ... IR_CALLS: select_leaf_call(as, in); break;
    default: x64_fail(as, "an instruction the back end does not know"); break;
    }
}
