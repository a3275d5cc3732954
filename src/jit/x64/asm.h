/* jit/x64/asm.h: the encoder: machine instructions, written from the last to the first.
 *
 * Code grows downwards: each call puts one instruction in front of what is there. So a forward jump's target is known when it is written,
 * and the length of what is skipped is a difference of pointers. Knows bytes only: no IR, no allocation of registers.
 * Callers see to it that `p` stays well above `low`: nothing is checked here. */
#ifndef ADDER_JIT_X64_ASM_H
#define ADDER_JIT_X64_ASM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* General registers by the numbers of the encoding, then vector registers: together one set of 32 bits. */
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, XMM0, ASM_REGS = 32, NO_REG = 0xff };

/* Conditions; cc ^ 1 is the opposite. */
enum { CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L, CC_GE, CC_LE, CC_G };

/* An opcode: its last byte, whether 0F comes in front, a prefix, and how wide it works. */
enum {
    A_0F = 1 << 8, A_66 = 0x66 << 16, A_F2 = 0xf2 << 16, A_F3 = 0xf3 << 16, A_W = 1 << 24, A_BYTE = 1 << 25,

    OP_MOV = 0x8b | A_W, OP_MOV32 = 0x8b, OP_STORE = 0x89 | A_W, OP_LEA = 0x8d | A_W, OP_TEST = 0x85 | A_W, OP_XCHG = 0x87 | A_W,
    OP_IMUL = 0xaf | A_0F | A_W, OP_MOVZX8 = 0xb6 | A_0F | A_BYTE, OP_SETCC = 0x90 | A_0F | A_BYTE, OP_CMOV = 0x40 | A_0F | A_W,
    OP_MOVSD = 0x10 | A_0F | A_F2, OP_MOVSD_STORE = 0x11 | A_0F | A_F2, OP_MOVAPS = 0x28 | A_0F, OP_XORPS = 0x57 | A_0F, OP_ANDPS = 0x54 | A_0F,
    OP_ADDSD = 0x58 | A_0F | A_F2, OP_SUBSD = 0x5c | A_0F | A_F2, OP_MULSD = 0x59 | A_0F | A_F2, OP_DIVSD = 0x5e | A_0F | A_F2,
    OP_SQRTSD = 0x51 | A_0F | A_F2, OP_UCOMISD = 0x2e | A_0F | A_66, OP_CMPSD = 0xc2 | A_0F | A_F2, OP_CVTSI2SD = 0x2a | A_0F | A_F2 | A_W, OP_CVTTSD2SI = 0x2c | A_0F | A_F2 | A_W,
    OP_MOVSX8 = 0xbe | A_0F | A_W, OP_MOVSX16 = 0xbf | A_0F | A_W, OP_MOVZX16 = 0xb7 | A_0F, OP_MOVSXD = 0x63 | A_W, OP_STORE8 = 0x88 | A_BYTE,
    OP_STORE16 = 0x89 | A_66, OP_STORE32 = 0x89, OP_MOVSS = 0x10 | A_0F | A_F3, OP_MOVSS_STORE = 0x11 | A_0F | A_F3, OP_CVTSS2SD = 0x5a | A_0F | A_F3,
    OP_CVTSD2SS = 0x5a | A_0F | A_F2,
    OP_MOVQ_TO_XMM = 0x6e | A_0F | A_66 | A_W, OP_MOVQ_FROM_XMM = 0x7e | A_0F | A_66 | A_W,
};
/* The eight operations of the first kind: `reg op= rm`, and as extension with an immediate. */
enum alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
#define OP_ALU(alu) ((uint32_t)(alu) << 3 | 0x03 | A_W)
/* Extensions of one-operand instructions (opcode F7) and of shifts. */
enum { F7_TEST = 0, F7_NOT = 2, F7_NEG = 3, F7_MUL = 4, F7_IMUL = 5, F7_DIV = 6, F7_IDIV = 7 };
enum { SHIFT_SHL = 4, SHIFT_SHR = 5, SHIFT_SAR = 7 };

/* What the second operand may be: a register, memory at base + disp or base + (index << shift) + disp, or a place in the same piece of code. */
struct asm_rm {
    uint8_t reg;                       /* or NO_REG */
    uint8_t base, index;               /* index NO_REG: none; base NO_REG: `place` */
    int32_t disp;
    const uint8_t *place;
    uint8_t shift;                     /* of the index: 0 to 3 */
};
static inline struct asm_rm rm_reg(unsigned r) { return (struct asm_rm){ .reg = (uint8_t)r }; }
static inline struct asm_rm rm_mem(unsigned base, int32_t disp) { return (struct asm_rm){ NO_REG, (uint8_t)base, NO_REG, disp, NULL, 0 }; }
static inline struct asm_rm rm_sum(unsigned base, unsigned index) { return (struct asm_rm){ NO_REG, (uint8_t)base, (uint8_t)index, 0, NULL, 0 }; }
static inline struct asm_rm
rm_item(unsigned base, unsigned index, int32_t disp) { return (struct asm_rm){ NO_REG, (uint8_t)base, (uint8_t)index, disp, NULL, 3 }; }
static inline struct asm_rm
rm_scaled(unsigned base, unsigned index, unsigned shift) { return (struct asm_rm){ NO_REG, (uint8_t)base, (uint8_t)index, 0, NULL, (uint8_t)shift }; }
static inline struct asm_rm rm_place(const uint8_t *place) { return (struct asm_rm){ NO_REG, NO_REG, NO_REG, 0, place, 0 }; }

struct asm_buf {
    uint8_t *p;                        /* the first byte written so far */
    uint8_t *low, *end;                /* of the room */
};

/* op with reg (a register of either kind, or an extension 0..7) and rm; immsize (0, 1, 4) bytes of imm follow. */
void asm_op_imm(struct asm_buf *b, uint32_t op, unsigned reg, struct asm_rm rm, unsigned immsize, int32_t imm);
static inline void asm_op(struct asm_buf *b, uint32_t op, unsigned reg, struct asm_rm rm) { asm_op_imm(b, op, reg, rm, 0, 0); }
static inline void asm_rr(struct asm_buf *b, uint32_t op, unsigned reg, unsigned rm) { asm_op_imm(b, op, reg, rm_reg(rm), 0, 0); }

/* rm op= imm, 64 bits wide. */
void asm_alu_imm(struct asm_buf *b, enum alu alu, struct asm_rm rm, int32_t imm);
void asm_shift_imm(struct asm_buf *b, unsigned ext, unsigned reg, unsigned n);
/* reg = value, in the shortest way; leaves the flags alone. */
void asm_mov_imm(struct asm_buf *b, unsigned reg, uint64_t value);
/* From register to register of any kinds; nothing when they are the same. */
void asm_move(struct asm_buf *b, unsigned to, unsigned from);
/* Between a register of any kind and memory, 64 bits. */
void asm_load(struct asm_buf *b, unsigned reg, struct asm_rm mem);
void asm_store(struct asm_buf *b, unsigned reg, struct asm_rm mem);

/* Jumps to a place in the same piece of code. asm_jcc and asm_jmp have 32 bits of distance, which lie at the returned place; target NULL: filled in
 * later by asm_set_target(). */
uint8_t *asm_jcc(struct asm_buf *b, unsigned cc, const uint8_t *target);
uint8_t *asm_jmp(struct asm_buf *b, const uint8_t *target);
void asm_jcc_short(struct asm_buf *b, unsigned cc, const uint8_t *target);
void asm_set_target(uint8_t *disp, const uint8_t *target);
/* A call whose distance is filled in later. */
uint8_t *asm_call(struct asm_buf *b);
void asm_bytes(struct asm_buf *b, const void *bytes, unsigned n);

#endif
