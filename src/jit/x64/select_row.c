/* jit/x64/select_row.c: items of rows of numbers, like those of array.array. Written backwards, as in select.c. */
#include "jit/x64/regs.h"

#include "jit/ir/ir_runtime.h" /* jit_item_shift() */

#define B (&as->buf)

struct asm_rm
rm_number(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned shift = (unsigned)jit_item_shift(in->x);
    int64_t index = ref_is_const(in->b) ? ir_int_value(as->ir, in->b) : -1;
    unsigned row = regs_use(as, in->a);
    if (index >= 0 && index < (1 << 27))
        return rm_mem(row, (int32_t)(index << shift));
    return rm_scaled(row, regs_use(as, in->b), shift);
}

static uint32_t
load_opcode(uint32_t code)
{
    switch (code) {
    case 'b': return OP_MOVSX8;
    case 'B': return OP_MOVZX8;
    case 'h': return OP_MOVSX16;
    case 'H': return OP_MOVZX16;
    case 'i': return OP_MOVSXD;
    case 'I': return OP_MOV32;
    default: return OP_MOV;
    }
}

static void
select_load_int(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_op(B, load_opcode(in->x), r, rm_number(as, in));
}

static void
select_load_float(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    if (in->x == 'd') {
        asm_load(B, r, rm_number(as, in));
        return;
    }
    asm_rr(B, OP_CVTSS2SD, r, r);
    asm_op(B, OP_MOVSS, r, rm_number(as, in));           /* clears the rest of the register */
}

static void
select_store_int(struct x64_asm *as, const struct ir_ins *in)
{
    static const uint32_t opcodes[] = { OP_STORE8, OP_STORE16, OP_STORE32, OP_STORE };
    unsigned shift = (unsigned)jit_item_shift(in->x), v = regs_use(as, in->c);
    struct asm_rm place = rm_number(as, in);
    asm_op(B, opcodes[shift], v, place);
}

static void
select_store_float(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned v = regs_use(as, in->c);
    struct asm_rm place = rm_number(as, in);
    if (in->x == 'd') {
        asm_store(B, v, place);
        return;
    }
    unsigned t = regs_temp(as, XMM_SET);
    asm_op(B, OP_MOVSS_STORE, t, place);
    asm_rr(B, OP_CVTSD2SS, t, v);
}

void
select_number(struct x64_asm *as, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_VLOAD_I: select_load_int(as, in); break;
    case IR_VLOAD_F: select_load_float(as, in); break;
    case IR_VSTORE_I: select_store_int(as, in); break;
    default: select_store_float(as, in); break;
    }
}
