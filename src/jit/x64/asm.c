/* jit/x64/asm.c: the encoder. An instruction is put together in a small buffer in reading order and then copied in front of the others. */
#include "jit/x64/asm.h"

static void
put(struct asm_buf *b, const uint8_t *bytes, unsigned n)
{
    b->p -= n;
    memcpy(b->p, bytes, n);
}

void
asm_bytes(struct asm_buf *b, const void *bytes, unsigned n)
{
    put(b, bytes, n);
}

static uint8_t *
put32(uint8_t *q, int32_t v)
{
    memcpy(q, &v, 4);
    return q + 4;
}

/* ModRM, SIB and displacement. `tail` bytes of the instruction follow them: a distance to a place counts from behind those. */
static uint8_t *
encode_rm(const struct asm_buf *b, uint8_t *q, unsigned reg, struct asm_rm rm, unsigned tail)
{
    unsigned field = (reg & 7) << 3;
    if (rm.reg != NO_REG) {
        *q++ = (uint8_t)(0xc0 | field | (rm.reg & 7));
        return q;
    }
    if (rm.base == NO_REG) {
        *q++ = (uint8_t)(field | 5);
        return put32(q, (int32_t)(rm.place - b->p));           /* the instruction ends at b->p */
    }
    bool sib = rm.index != NO_REG || (rm.base & 7) == RSP;
    unsigned mod = rm.disp == 0 && (rm.base & 7) != RBP ? 0 : rm.disp >= -128 && rm.disp <= 127 ? 1 : 2;
    *q++ = (uint8_t)(mod << 6 | field | (sib ? 4 : rm.base & 7));
    if (sib)
        *q++ = (uint8_t)(rm.shift << 6 | (rm.index != NO_REG ? rm.index & 7 : 4) << 3 | (rm.base & 7));
    if (mod == 1)
        *q++ = (uint8_t)rm.disp;
    return mod == 2 ? put32(q, rm.disp) : q;
}

static unsigned
rex_bits(uint32_t op, unsigned reg, struct asm_rm rm)
{
    unsigned rex = (op & A_W ? 8 : 0) | (reg >> 1 & 4);
    if (rm.reg != NO_REG)
        rex |= rm.reg >> 3 & 1;
    else if (rm.base != NO_REG)
        rex |= (rm.base >> 3 & 1) | (rm.index != NO_REG ? rm.index >> 2 & 2 : 0);
    /* Without a REX byte the encodings 4 to 7 are not the low bytes of RSP .. RDI. */
    bool low_byte = (op & A_BYTE) && ((rm.reg != NO_REG && rm.reg >= 4) || (op == OP_STORE8 && reg >= 4));
    return rex || low_byte ? rex | 0x40 : 0;
}

void
asm_op_imm(struct asm_buf *b, uint32_t op, unsigned reg, struct asm_rm rm, unsigned immsize, int32_t imm)
{
    uint8_t text[20], *q = text;
    unsigned rex;
    reg &= 15;                                                 /* vector registers are numbered on */
    if (rm.reg != NO_REG)
        rm.reg &= 15;
    rex = rex_bits(op, reg, rm);
    if (op >> 16 & 0xff)
        *q++ = (uint8_t)(op >> 16);
    if (rex)
        *q++ = (uint8_t)rex;
    if (op & A_0F)
        *q++ = 0x0f;
    *q++ = (uint8_t)op;
    q = encode_rm(b, q, reg, rm, immsize);
    if (immsize == 1)
        *q++ = (uint8_t)imm;
    else if (immsize == 4)
        q = put32(q, imm);
    put(b, text, (unsigned)(q - text));
}

void
asm_alu_imm(struct asm_buf *b, enum alu alu, struct asm_rm rm, int32_t imm)
{
    if (imm >= -128 && imm <= 127)
        asm_op_imm(b, 0x83 | A_W, alu, rm, 1, imm);
    else
        asm_op_imm(b, 0x81 | A_W, alu, rm, 4, imm);
}

void
asm_shift_imm(struct asm_buf *b, unsigned ext, unsigned reg, unsigned n)
{
    if (n != 0)
        asm_op_imm(b, 0xc1 | A_W, ext, rm_reg(reg), 1, (int32_t)n);
}

void
asm_mov_imm(struct asm_buf *b, unsigned reg, uint64_t value)
{
    uint8_t text[10], *q = text;
    if (value > UINT32_MAX && (int64_t)value == (int32_t)value) {
        asm_op_imm(b, 0xc7 | A_W, 0, rm_reg(reg), 4, (int32_t)value);
        return;
    }
    bool wide = value > UINT32_MAX;
    if (wide || reg >= 8)
        *q++ = (uint8_t)(0x40 | (wide ? 8 : 0) | (reg >> 3));
    *q++ = (uint8_t)(0xb8 | (reg & 7));
    memcpy(q, &value, wide ? 8 : 4);
    put(b, text, (unsigned)(q - text) + (wide ? 8 : 4));
}

void
asm_move(struct asm_buf *b, unsigned to, unsigned from)
{
    if (to == from)
        return;
    if (to < XMM0 && from < XMM0)
        asm_rr(b, OP_MOV, to, from);
    else if (to >= XMM0 && from >= XMM0)
        asm_rr(b, OP_MOVAPS, to, from);
    else if (to >= XMM0)
        asm_rr(b, OP_MOVQ_TO_XMM, to, from);
    else
        asm_rr(b, OP_MOVQ_FROM_XMM, from, to);
}

void
asm_load(struct asm_buf *b, unsigned reg, struct asm_rm mem)
{
    asm_op(b, reg < XMM0 ? (uint32_t)OP_MOV : (uint32_t)OP_MOVSD, reg, mem);
}

void
asm_store(struct asm_buf *b, unsigned reg, struct asm_rm mem)
{
    asm_op(b, reg < XMM0 ? (uint32_t)OP_STORE : (uint32_t)OP_MOVSD_STORE, reg, mem);
}

void
asm_set_target(uint8_t *disp, const uint8_t *target)
{
    put32(disp, (int32_t)(target - (disp + 4)));
}

uint8_t *
asm_jcc(struct asm_buf *b, unsigned cc, const uint8_t *target)
{
    uint8_t text[6] = { 0x0f, (uint8_t)(0x80 | cc) };
    put32(text + 2, target ? (int32_t)(target - b->p) : 0);
    put(b, text, sizeof(text));
    return b->p + 2;
}

uint8_t *
asm_jmp(struct asm_buf *b, const uint8_t *target)
{
    uint8_t text[5] = { 0xe9 };
    put32(text + 1, target ? (int32_t)(target - b->p) : 0);
    put(b, text, sizeof(text));
    return b->p + 1;
}

void
asm_jcc_short(struct asm_buf *b, unsigned cc, const uint8_t *target)
{
    uint8_t text[2] = { (uint8_t)(0x70 | cc), (uint8_t)(target - b->p) };
    put(b, text, sizeof(text));
}

uint8_t *
asm_call(struct asm_buf *b)
{
    uint8_t text[5] = { 0xe8 };
    put(b, text, sizeof(text));
    return b->p + 1;
}
