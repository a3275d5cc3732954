/* jit/x64/select_obj.c: items of lists and tuples, words of objects. Written backwards, as in select.c. */
#include "jit/x64/regs.h"

#include <stddef.h>

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

void
select_object(struct x64_asm *as, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_WLOAD: select_word(as, in); break;
    case IR_LITEM: select_item(as, in, 0); break;
    default: select_item(as, in, offsetof(PyTupleObject, ob_item)); break;         /* TITEM */
    }
}
