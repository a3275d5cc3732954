/* jit/x64/regs.h: the state of one compilation, and who lives in which register (inside jit/x64 only).
 *
 * One pass from the last instruction to the first. In this direction a value is met at its last use, gets a place there, and gives it back
 * where it is defined. A place is a register, a spill slot, or both; a slot is written once, by the definition, so it is right from there on.
 * To evict a value from its register means to put a reload *behind* the current instruction; earlier ones then find it in its slot.
 *
 * Rules for whoever selects instructions:
 * 1. First regs_define() gives up the result's register (it stays `busy`), then x64_guard() writes the jump, then operands get their
 *    places, then the instruction itself is written. A value that the exit needs is thereby never in a register that the instruction writes.
 * 2. Allocating may write reloads. They are moves, which leave the flags alone; but between the two ends of a jump inside a sequence nothing
 *    may be allocated: all operands first.
 * 3. Each register that is written while the body of the loop is translated gets into `mod`: regs_define, regs_temp, regs_take do so. */
#ifndef ADDER_JIT_X64_REGS_H
#define ADDER_JIT_X64_REGS_H

#include <stddef.h>

#include "jit/x64/asm.h"
#include "jit/x64/x64.h"

#define NO_SLOT 0xffff
#define SET(r) (1u << (r))
#define GPR_SET (0xffffu & ~(SET(RSP) | SET(RBP) | SET(R14)))
#define XMM_SET 0xffff0000u
#define CALLEE_SAVED (SET(RBX) | SET(R12) | SET(R13) | SET(R15))
#define CALL_CLOBBERED ((GPR_SET & ~CALLEE_SAVED) | XMM_SET)

enum { INFO_LEFT = 1, INFO_RIGHT = 2, INFO_SNAP = 4, INFO_PUT = 8 };       /* side of a PHI; some snapshot lists it; an SLOAD of a slot that the trace writes */
struct info {                          /* of a reference */
    uint8_t reg, flags;                /* NO_REG: none; INFO_* */
    uint16_t slot;                     /* NO_SLOT: none. Of a constant: its place in the pool */
    uint8_t uses;                      /* by instructions; stops at 255 */
    uint8_t hint_reg;                  /* of a PHI's left side: where it is when a round begins; of a PLOAD_*: where it comes; NO_REG or NO_SLOT */
    uint16_t hint_slot;
};

struct phi { ir_ref left, right; uint16_t loc; bool copy; };    /* loc: what is left at the end of a round: a register, or 32 + slot */
#define X64_PHIS 320
#define X64_POOL (IR_MAX_CONSTS + 64)
#define X64_CALLS 4096
#define X64_FAR 8192

struct x64_asm {
    struct ir *ir;
    struct asm_buf buf, other;         /* where code is written, and where it is not: apart_begin() */
    const char *err;                   /* the first thing that went wrong; everything goes on without crashing */
    ir_ref cur;                        /* the instruction being translated */
    uint32_t free, busy, mod;          /* sets of registers: without value; not to be given away now; written in the body */
    ir_ref val[ASM_REGS];              /* what lies in registers that are not free */
    struct info *info;                 /* by reference */
    /* Spill slots: in use now; used at any time; what the parent hands over comes in them, so others are better for what is new. */
    uint64_t slot_busy[4], slot_seen[4], slot_hinted[4];
    const struct x64_ends *ends;       /* or NULL */
    bool body;                         /* inside the loop */
    bool body_calls;                   /* it has calls */
    bool counts_in_reg;                /* rounds are counted in COUNTER, else in the state */
    ir_ref call;                       /* the nearest call before cur, or REF_NONE */
    uint32_t random;                   /* 0: no random choices */
    struct phi phis[X64_PHIS];
    unsigned nphis;
    uint8_t *back;                     /* distance of the jump back to the loop */
    /* exits, filled from the last to the first */
    struct x64_code *out;
    uint32_t exit, loc;
    uint32_t snap;
    uint8_t *stubs;
    uint32_t exit_regs;                /* in which some exit wants a value */
    uint32_t trace;
    /* constants behind the code, calls out of it */
    uint64_t *pool;
    unsigned npool;
    struct { uint8_t *disp; const void *target; } calls[X64_CALLS];
    struct { uint8_t *disp; const uint8_t *target; } far[X64_FAR];         /* jumps between the code and what lies apart from it */
    unsigned ncalls, nfar;
};

static inline struct ir_ins *ins_at(const struct x64_asm *as, ir_ref r) { return &as->ir->at[r]; }
static inline bool is_float(const struct x64_asm *as, ir_ref r) { return ir_type_of(as->ir, r) == T_F64; }
static inline uint32_t class_of(const struct x64_asm *as, ir_ref r) { return is_float(as, r) ? XMM_SET : GPR_SET; }
static inline struct asm_rm rm_slot(unsigned slot) { return rm_mem(RSP, (int32_t)(8 * slot)); }
static inline bool has_reg(const struct x64_asm *as, ir_ref r) { return as->info[r].reg != NO_REG; }
static inline bool has_slot(const struct x64_asm *as, ir_ref r) { return !ref_is_const(r) && as->info[r].slot != NO_SLOT; }
static inline bool has_place(const struct x64_asm *as, ir_ref r) { return has_reg(as, r) || has_slot(as, r); }
static inline struct asm_rm rm_frame(unsigned slot) { return rm_mem(RBP, (int32_t)(offsetof(_PyInterpreterFrame, localsplus) + 8 * slot)); }
static inline bool is_pload(const struct x64_asm *as, ir_ref v) { return ins_at(as, v)->op >= IR_PLOAD_I && ins_at(as, v)->op <= IR_PLOAD_B; }
static inline bool fits32(int64_t v) { return v == (int32_t)v; }
/* Is it a NEW_OBJ that select_new_instance() knows? */
bool x64_makes_in_line(const struct ir *ir, const struct ir_ins *in);
void select_new_instance(struct x64_asm *as, const struct ir_ins *in);
/* Does it take all registers from what lives on? Not where calls are rare (x64_slow()). */
static inline bool
x64_is_call(const struct ir *ir, const struct ir_ins *in)
{
    bool keeps = in->op == IR_GLATE || in->op == IR_GDIES || (in->op >= IR_FPUT && in->op <= IR_FDROP) || in->op == IR_NEW_I || in->op == IR_NEW_F || in->op == IR_RENEW_F || in->op == IR_RENEW_I || in->op == IR_DROP;
    return !keeps && (ir_ops[in->op].flags & I_CALL) != 0 && !x64_makes_in_line(ir, in);
}
void x64_fail(struct x64_asm *as, const char *why);

/* ---- registers (regs.c) ---- */

/* The register of v, which gets one out of its class if it has none; busy until the instruction is done. */
unsigned regs_use(struct x64_asm *as, ir_ref v);
/* v has no register and gets this one, which is free; what it holds before the current instruction. */
void regs_assign(struct x64_asm *as, unsigned r, ir_ref v);
/* The register that the current instruction must leave v in, outside the set `avoid`; v gives it up. Also writes v's spill slot. */
unsigned regs_define(struct x64_asm *as, ir_ref v, uint32_t avoid);
/* A register out of set for the current instruction alone. */
unsigned regs_temp(struct x64_asm *as, uint32_t set);
/* This register for the current instruction alone: what lives in it behind the instruction is moved into it from elsewhere. */
void regs_take(struct x64_asm *as, unsigned r);
/* All of set lose their values, which are loaded again behind the current instruction. */
void regs_clobber(struct x64_asm *as, uint32_t set);
/* A register for v out of set, free now; may evict. v REF_NONE: for no value. */
unsigned regs_pick(struct x64_asm *as, uint32_t set, ir_ref v);
void regs_release(struct x64_asm *as, unsigned r);
/* Write instructions that bring v into r from its slot, or make it again. */
void regs_reload(struct x64_asm *as, unsigned r, ir_ref v);
/* If v does not change in the loop whose body this is, and there is a free register that the body does not write, it gets that. */
void regs_settle(struct x64_asm *as, ir_ref v);
/* The instruction `to = v` in front of what is written: v's register, when it has none, is `to` itself. */
void regs_place(struct x64_asm *as, unsigned to, ir_ref v);
/* Whether v, which lives from its definition to the current instruction, lives across a call. */
bool regs_crosses_call(const struct x64_asm *as, ir_ref v);
bool regs_chance(struct x64_asm *as, unsigned one_in);
uint32_t regs_random(struct x64_asm *as);

/* ---- spill slots ---- */

unsigned slot_of(struct x64_asm *as, ir_ref v);        /* the one it has or gets */
unsigned slot_new(struct x64_asm *as, bool fresh);     /* fresh: never used in the body before */
void slot_release(struct x64_asm *as, unsigned slot);
void slot_mark(struct x64_asm *as, unsigned slot);

/* ---- constants ---- */

const uint8_t *pool_const(struct x64_asm *as, ir_ref k);       /* its place behind the code */
const uint8_t *pool_word(struct x64_asm *as, uint64_t bits);

/* ---- moves at once (moves.c) ---- */

struct move { uint16_t to, from; };    /* LOC_* */
struct moves {
    struct move todo[2 * X64_PHIS], done[4 * X64_PHIS];        /* done: in the order of execution */
    unsigned ntodo, ndone;             /* who begins sets ntodo to 0 */
    uint32_t scratch;
};
/* A slot for the time of these moves. */
unsigned slot_aside(struct x64_asm *as, const struct moves *m);
void moves_add(struct moves *m, unsigned to, unsigned from);
/* scratch: registers that nobody cares for while the moves are done. */
void moves_write(struct x64_asm *as, struct moves *m, uint32_t scratch);

/* ---- code apart from the rest (apart.c) ---- */

/* From here to apart_end() code is written that lies behind everything else of the trace: what rarely happens is not in the way of what runs. The end tells where its first instruction is. */
void apart_begin(struct x64_asm *as);
const uint8_t *apart_end(struct x64_asm *as);
/* A jump from one to the other; cc may be CC_ALWAYS. */
void jump_far(struct x64_asm *as, unsigned cc, const uint8_t *target);
/* When all is written: puts it there, and links the jumps. Returns where it ends. */
const uint8_t *apart_place(struct x64_asm *as, const uint8_t *there);

/* ---- loops (loop.c) ---- */

/* Rounds are counted, to see whether it pays to enter a trace: in a register where the body leaves some over, as a counter in memory takes as long as
 * a short body. In the state it has the place of rsp. */
#define COUNTER R15
#define COUNTER_PLACE rm_mem(RSP, (int32_t)(offsetof(struct x64_state, gpr) + 8 * RSP))
void loop_tail(struct x64_asm *as);    /* at the end: the jump back, places of PHIs */
void loop_head(struct x64_asm *as);    /* at LOOP: the moves between two rounds */

/* ---- between traces (ends.c) ---- */

void ends_begin(struct x64_asm *as);   /* before the pass */
void ends_start(struct x64_asm *as);   /* at the very end of the pass: from the parent's places to those where values are wanted */
void link_tail(struct x64_asm *as);    /* at the end of the code: into the loop of another trace */

/* ---- exits (exits.c) ---- */

/* The jump to the exit of the current instruction on cc, or when cc is CC_ALWAYS; records where the snapshot's values are. */
#define CC_ALWAYS 16
void x64_guard(struct x64_asm *as, unsigned cc);
/* One more jump to the same exit, in front of everything of it. */
void x64_guard_never(struct x64_asm *as);            /* its exit is not taken: another instruction does its work */
void x64_guard_again(struct x64_asm *as, unsigned cc);
/* The same as x64_guard() after a comparison of floats, where a NaN always leaves, or never does. */
void x64_guard_unordered(struct x64_asm *as, unsigned cc, bool leaves);
/* Guards may leave although they hold (tests): what is written behind one must not have happened before it. */
bool exits_are_forced(void);
/* Number and size of everything at the end of the code; writes the stubs. False: no memory. */
bool exits_begin(struct x64_asm *as, struct x64_code *out);
/* When the rest is written: what all exits do behind their stubs, behind the constants. Returns where it ends. */
const uint8_t *exits_end(struct x64_asm *as);
#define X64_END_MAX 512

/* ---- selection (select.c, select_int.c, select_obj.c, select_frame.c) ---- */

void select_ins(struct x64_asm *as, const struct ir_ins *in);
void select_int(struct x64_asm *as, const struct ir_ins *in);  /* 64-bit arithmetic */
void select_number(struct x64_asm *as, const struct ir_ins *in);       /* items of rows of numbers */
void select_object(struct x64_asm *as, const struct ir_ins *in);       /* items and words of objects */
void select_stores(struct x64_asm *as, const struct ir_ins *in);       /* references that are stored, and what they replace */
/* References that are taken and given back; numbers that become objects: these are no calls for what lives on. */
void select_count(struct x64_asm *as, const struct ir_ins *in);
/* Is put the FPUT_NEW of the object that the instruction before it makes, and done with that? */
bool is_renewal(const struct x64_asm *as, ir_ref put);
void select_frame(struct x64_asm *as, const struct ir_ins *in);        /* slots of the frame's memory */
void call_out(struct x64_asm *as, const void *function);       /* the call alone */
void jump_out(struct x64_asm *as, const uint8_t *code);        /* into code that exists */
/* The register of the object o that the current instruction reads once: the result's r when it is free for that. */
unsigned base_into(struct x64_asm *as, ir_ref o, unsigned r);
/* Where an instruction on rows of numbers finds its item. */
struct asm_rm rm_number(struct x64_asm *as, const struct ir_ins *in);
/* v as second operand of an instruction: register, slot, constant behind the code, or the memory it is loaded from. */
struct asm_rm operand(struct x64_asm *as, ir_ref v);
bool const_imm(struct x64_asm *as, ir_ref v, int32_t *imm);    /* a constant that fits 32 bits */

/* ---- entry and exit code (enter.c) ---- */

extern x64_exit_handler x64_handler;
void x64_leave(void);
/* Called by machine code alone, with a function in rax and what was in rax in args[1] of the state: that function of the state is called, and all registers are as they were. */
void x64_slow(void);
/* The same for a float instead of the one in args[0], which others have, too: made from the list of free blocks, by that function only where the list is empty. */
void x64_slow_float(void);

#endif
