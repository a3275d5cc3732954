/* jit/x64/select_obj.c: items of lists and tuples, words of objects, references that are stored. Written backwards, as in select.c. */
#include "jit/x64/regs.h"

#include <stddef.h>

#include "jit/ir/ir_runtime.h"
#include "object/coll/dict_values.h"

#define B (&as->buf)

static void
select_word(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_op(B, OP_MOV32, r, rm_mem(base_into(as, in->a, r), (int32_t)in->x));
}

/* r = the pointer at base + offset + 8 * index */
static void
select_item(struct x64_asm *as, const struct ir_ins *in, int32_t offset)
{
    int64_t index = ref_is_const(in->b) ? ir_int_value(as->ir, in->b) : -1;
    unsigned r = regs_define(as, as->cur, 0);
    if (index >= 0 && index < (1 << 27)) {
        asm_load(B, r, rm_mem(base_into(as, in->a, r), offset + 8 * (int32_t)index));
        return;
    }
    unsigned i = regs_use(as, in->b);
    asm_load(B, r, rm_item(base_into(as, in->a, r), i, offset));
}

/* ---- stores of references ---- */

static void
select_guard_unique(struct x64_asm *as, const struct ir_ins *in)
{
    x64_guard(as, CC_NE);
    asm_alu_imm(B, ALU_CMP, rm_mem(regs_use(as, in->a), 0), 1);
}

/* The low half of an immortal count has its sign set. Nothing is written but flags, so operands may come before the jump. */
static void
select_guard_apart(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned a = regs_use(as, in->a), b = regs_use(as, in->b);
    const uint8_t *skip = B->p;
    x64_guard(as, CC_NS);
    asm_op_imm(B, 0x83, ALU_CMP, rm_mem(a, 0), 1, 0);
    asm_jcc_short(B, CC_NE, skip);
    asm_rr(B, OP_ALU(ALU_CMP), a, b);
}

static void
select_kept(struct x64_asm *as, const struct ir_ins *in)
{
    x64_guard(as, CC_E);
    regs_clobber(as, CALL_CLOBBERED);
    asm_op(B, 0x84, RAX, rm_reg(RAX));                         /* the low byte */
    call_out(as, (const void *)jit_is_kept);
    asm_mov_imm(B, RSI, ir_word(as->ir, in->b));
    asm_op(B, OP_LEA, RDI, rm_frame(0));
    regs_place(as, RDX, in->a);
}

static void
select_quiet(struct x64_asm *as, const struct ir_ins *in)
{
    x64_guard(as, CC_E);
    regs_clobber(as, CALL_CLOBBERED);
    asm_op(B, 0x84, RAX, rm_reg(RAX));
    call_out(as, (const void *)jit_is_quiet);
    asm_mov_imm(B, RCX, in->x);
    asm_mov_imm(B, RSI, ir_word(as->ir, in->b));
    asm_op(B, OP_LEA, RDI, rm_frame(0));
    regs_place(as, RDX, in->a);
}

static void
select_reuse(struct x64_asm *as, const struct ir_ins *in)
{
    if (has_place(as, as->cur))
        regs_place(as, regs_define(as, as->cur, 0), in->a);
    unsigned v = regs_use(as, in->b), o = regs_use(as, in->a);
    asm_store(B, v, rm_mem(o, offsetof(PyFloatObject, ob_fval)));
}

static void
select_put_object(struct x64_asm *as, ir_ref v, struct asm_rm place)
{
    int32_t imm;
    if (const_imm(as, v, &imm))
        asm_op_imm(B, 0xc7 | A_W, 0, place, 4, imm);
    else
        asm_store(B, regs_use(as, v), place);
}

/* The place in the order lies behind as many values as the instance has room for. */
static void
select_first_value(struct x64_asm *as, const struct ir_ins *in)
{
    const int32_t head = sizeof(PyObject), values = head + (int32_t)offsetof(PyDictValues, values);
    int32_t size = (int32_t)ir_int_value(as->ir, in->c), number = ((int32_t)in->x - values) / (int32_t)sizeof(PyObject *);
    unsigned o = regs_use(as, in->a), room = regs_temp(as, GPR_SET);
    asm_op_imm(B, 0xc7, 0, rm_mem(o, head + (int32_t)offsetof(PyDictValues, shape)), 4, (int32_t)ir_int_value(as->ir, in->b));
    asm_op_imm(B, 0xc6, 0, rm_mem(o, head + (int32_t)offsetof(PyDictValues, size)), 1, size + 1);
    asm_op_imm(B, 0xc6, 0, rm_item(o, room, values + size), 1, number);
    asm_op(B, OP_MOVZX8, room, rm_mem(o, head + (int32_t)offsetof(PyDictValues, capacity)));
}

static void
select_list_store(struct x64_asm *as, const struct ir_ins *in)
{
    int64_t index = ref_is_const(in->b) ? ir_int_value(as->ir, in->b) : -1;
    unsigned items = regs_use(as, in->a);
    bool near = index >= 0 && index < (1 << 27);
    select_put_object(as, in->c, near ? rm_mem(items, 8 * (int32_t)index) : rm_item(items, regs_use(as, in->b), 0));
}

/* A reused float lies in the place that it was taken from, which is where the store behind it puts it. */
static bool
lies_there(const struct x64_asm *as, ir_ref v)
{
    ir_ref before = as->cur - 1;
    while (ins_at(as, before)->op == IR_NOP)
        before--;
    return before == v && ins_at(as, v)->op == IR_REUSE_F;
}

void
select_stores(struct x64_asm *as, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_GALONE: case IR_GOTHERS: break;
    case IR_GAPART: select_guard_apart(as, in); break;
    case IR_GUNIQ: select_guard_unique(as, in); break;
    case IR_GKEPT: select_kept(as, in); break;
    case IR_GQUIET: select_quiet(as, in); break;
    case IR_REUSE_F: select_reuse(as, in); break;
    case IR_OADD: select_first_value(as, in); break;
    case IR_OSTORE: case IR_LSTORE:
        if (lies_there(as, in->op == IR_OSTORE ? in->b : in->c))
            break;
        if (in->op == IR_LSTORE)
            select_list_store(as, in);
        else
            select_put_object(as, in->b, rm_mem(regs_use(as, in->a), (int32_t)in->x));
        break;
    default: select_count(as, in); break;                      /* RENEW_F, RENEW_I, INC, DROP */
    }
}

void
select_object(struct x64_asm *as, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_WLOAD: select_word(as, in); break;
    case IR_LITEM: select_item(as, in, 0); break;
    default: select_item(as, in, offsetof(PyTupleObject, ob_item)); break;         /* TITEM */
    }
}
