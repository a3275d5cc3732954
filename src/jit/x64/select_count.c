/* jit/x64/select_count.c: references that are taken and given back, objects that are made for the frame's memory or in the place of others, and blocks for them.
 * Written backwards, as in select.c.
 *
 * What mostly happens is a few instructions: a count goes up or down, a float that dies goes to the thread's list of free blocks (rt/heap_lists.h), a new one
 * comes from there. The rest is a call of x64_slow(), which leaves all registers as they are: so none of these instructions counts as a call, and
 * what lives on stays in its register. All registers are chosen before the first byte of such a sequence is written, since both ways must find them alike. */
#include "jit/x64/regs.h"

#include <stddef.h>

#include "jit/ir/ir_runtime.h"
#include "object/coll/list.h"  /* struct list_iter */
#include "object/num/int.h"
#include "rt/heap.h"
#include "rt/singletons.h"

#define B (&as->buf)

enum {
    OFS_COUNT = offsetof(PyObject, ob_refcnt),
    OFS_TYPE = offsetof(PyObject, ob_type),
    OFS_TAG = offsetof(PyLongObject, long_value.lv_tag),
    OFS_DIGIT = offsetof(PyLongObject, long_value.ob_digit),
    OFS_FLOAT = offsetof(PyFloatObject, ob_fval),
    TAG_ONE = 1 << _PyLong_NON_SIZE_BITS,              /* one digit, positive */
    INT_SHIFT = 5,                                     /* log2 of the size of a static int */
    SMALL_INTS = RT_NSMALLNEG + RT_NSMALLPOS,
};
static_assert(sizeof(PyLongObject) == 1 << INT_SHIFT, "static ints lie so far apart");
static_assert(HEAP_CLASS(sizeof(PyFloatObject)) == HEAP_CLASS(offsetof(PyLongObject, long_value.ob_digit) + 2 * sizeof(digit)), "ints of one or two digits have blocks of the size of floats");

static struct asm_rm argument(int i) { return rm_mem(RSP, (int32_t)(offsetof(struct x64_state, args) + 8 * (unsigned)i)); }

static struct asm_rm
list_head(void)
{
    return rm_mem(R14, (int32_t)(offsetof(struct rt_thread, heap.head) + HEAP_CLASS(sizeof(PyFloatObject)) * sizeof(void *)));
}

static struct asm_rm
list_room(void)
{
    return rm_mem(R14, (int32_t)(offsetof(struct rt_thread, heap.room) + HEAP_CLASS(sizeof(PyFloatObject)) * sizeof(uint32_t)));
}

/* ---- the slow way: functions that x64_slow() calls. args[0] is where most of them leave a result ---- */

static void slow_death(struct x64_state *st) { _Py_Dealloc((PyObject *)st->args[0]); }

static void
slow_float(struct x64_state *st)
{
    double v;
    memcpy(&v, &st->args[2], sizeof(v));
    st->args[0] = (uintptr_t)jit_new_float(v);
}

static void slow_int(struct x64_state *st) { st->args[0] = (uintptr_t)jit_new_int((int64_t)st->args[2]); }
static void slow_instead(struct x64_state *st) { st->args[0] = (uintptr_t)jit_int_instead((PyObject *)st->args[0], (int64_t)st->args[2]); }
static void
slow_float_instead(struct x64_state *st)
{
    double v;
    memcpy(&v, &st->args[2], sizeof(v));
    st->args[0] = (uintptr_t)jit_float_instead((PyObject *)st->args[0], v);
}

static void slow_renew_int(struct x64_state *st) { st->args[0] = (uintptr_t)jit_slot_renew_int((PyObject **)st->args[0], (int64_t)st->args[2]); }

static void
slow_renew_float(struct x64_state *st)
{
    double v;
    memcpy(&v, &st->args[2], sizeof(v));
    st->args[0] = (uintptr_t)jit_slot_renew_float((PyObject **)st->args[0], v);
}

/* args[0] is set already. rax goes through args[1]. */
static void
call_slow(struct x64_asm *as, void (*function)(struct x64_state *st))
{
    call_out(as, function == slow_float_instead ? (const void *)x64_slow_float : (const void *)x64_slow);
    asm_mov_imm(B, RAX, (uintptr_t)function);
    asm_store(B, RAX, argument(1));
}

/* The same with a value in args[2], the place in args[0], if there is one, and the result in r. */
static void
make_slowly(struct x64_asm *as, unsigned r, void (*function)(struct x64_state *st), unsigned v, const struct asm_rm *place, unsigned old)
{
    asm_load(B, r, argument(0));
    call_slow(as, function);
    if (place != NULL) {
        asm_store(B, r, argument(0));
        asm_op(B, OP_LEA, r, *place);
    } else if (old != NO_REG) {
        asm_store(B, old, argument(0));
    }
    asm_store(B, v, argument(2));
}

/* The same apart; it comes back to what has been written last. */
static const uint8_t *
make_apart(struct x64_asm *as, unsigned r, void (*function)(struct x64_state *st), unsigned v, const struct asm_rm *place, unsigned old)
{
    const uint8_t *done = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, done);
    make_slowly(as, r, function, v, place, old);
    return apart_end(as);
}

static bool are_near(void) { return fits32((int64_t)(uintptr_t)&PyFloat_Type) && fits32((int64_t)(uintptr_t)&PyLong_Type) && fits32((int64_t)(uintptr_t)SMALL_INT(256)); }

/* ---- counts ---- */

/* count of o += 1, unless it is immortal: 32 bits wide, all ones */
static void
write_inc(struct x64_asm *as, unsigned o, unsigned t)
{
    const uint8_t *skip = B->p;
    asm_op(B, 0x89, t, rm_mem(o, OFS_COUNT));
    asm_jcc_short(B, CC_E, skip);
    asm_op_imm(B, 0x83, ALU_ADD, rm_reg(t), 1, 1);
    asm_op(B, OP_MOV32, t, rm_mem(o, OFS_COUNT));
}

static void
select_inc(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned o = regs_use(as, in->a), t = regs_temp(as, GPR_SET);
    write_inc(as, o, t);
}

/* Jump when it is farther than a byte reaches, too. */
static void
jump_to(struct x64_asm *as, unsigned cc, const uint8_t *target)
{
    if (target - B->p <= 127)
        asm_jcc_short(B, cc, target);
    else
        asm_jcc(B, cc, target);
}

/* On to where the block of a float or of an int of one or two digits is given back; else to `slow`. type: that of o, if it is known. */
static void
write_is_short(struct x64_asm *as, unsigned o, const PyTypeObject *type, const uint8_t *slow)
{
    const uint8_t *fits = B->p;
    if (type == &PyFloat_Type)
        return;
    jump_to(as, CC_AE, slow);
    asm_alu_imm(B, ALU_CMP, rm_mem(o, OFS_TAG), 3 * TAG_ONE);
    if (type != NULL)
        return;
    jump_to(as, CC_NE, slow);
    asm_alu_imm(B, ALU_CMP, rm_mem(o, OFS_TYPE), (int32_t)(uintptr_t)&PyLong_Type);
    jump_to(as, CC_E, fits);
    asm_alu_imm(B, ALU_CMP, rm_mem(o, OFS_TYPE), (int32_t)(uintptr_t)&PyFloat_Type);
}

/* One reference less to o; what it refers to dies of that, if it is the last. type: that of o, if it is known. */
static void
write_drop(struct x64_asm *as, unsigned o, unsigned t, const PyTypeObject *type)
{
    const uint8_t *done = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, done);
    call_slow(as, slow_death);
    asm_store(B, o, argument(0));
    if ((type == NULL || type == &PyFloat_Type || type == &PyLong_Type) && are_near()) {
        const uint8_t *slow = B->p;
        jump_far(as, CC_ALWAYS, done);
        asm_store(B, o, list_head());
        asm_store(B, t, rm_mem(o, 0));
        asm_load(B, t, list_head());
        asm_op_imm(B, 0x83, ALU_SUB, list_room(), 1, 1);
        jump_to(as, CC_E, slow);
        asm_op_imm(B, 0x83, ALU_CMP, list_room(), 1, 0);
        write_is_short(as, o, type, slow);
    }
    const uint8_t *dies = apart_end(as);
    jump_far(as, CC_E, dies);
    asm_alu_imm(B, ALU_SUB, rm_mem(o, OFS_COUNT), 1);
    jump_to(as, CC_S, done);
    asm_op(B, 0x85, t, rm_reg(t));
    asm_op(B, OP_MOV32, t, rm_mem(o, OFS_COUNT));
}

static const PyTypeObject *
type_of(const struct x64_asm *as, ir_ref v)
{
    ir_ref kt = ins_at(as, v)->kt;
    return kt != REF_NONE ? ir_ptr_value(as->ir, kt) : NULL;
}

static void
select_drop(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned o = regs_use(as, in->a), t = regs_temp(as, GPR_SET);
    write_drop(as, o, t, type_of(as, in->a));
}

/* ---- slots of the frame's memory ---- */

static void slow_drops_late(struct x64_state *st) { st->args[0] = jit_drops_late(st->frame->localsplus, (unsigned)st->args[0], st->args[2]); }
static void slow_dies_late(struct x64_state *st) { st->args[0] = jit_dies_late(st->frame->localsplus, (unsigned)st->args[0], st->args[2]); }

/* What the late slot has is neither o nor an iterator: it is of o's type. Else to `slow`. */
static void
write_other(struct x64_asm *as, unsigned o, unsigned t, unsigned slot, const uint8_t *slow)
{
    jump_to(as, CC_NE, slow);
    asm_op(B, OP_ALU(ALU_CMP), t, rm_mem(o, OFS_TYPE));
    asm_load(B, t, rm_mem(t, OFS_TYPE));
    jump_to(as, CC_E, slow);
    asm_rr(B, OP_TEST, t, t);
    jump_to(as, CC_E, slow);
    asm_rr(B, OP_ALU(ALU_CMP), t, o);
    asm_load(B, t, rm_frame(slot));
}

#define LATE_IN_LINE 3

/* Apart: a look at the late slots one by one. Jumps to `kept`, with a flag for "not equal", when none of them can have o and there are other references; else on. */
static const uint8_t *
look_at_others(struct x64_asm *as, unsigned o, unsigned t, uint64_t late, const uint8_t *kept, const uint8_t *slow)
{
    if (late != 0 && __builtin_popcountll(late) <= LATE_IN_LINE) {
        jump_far(as, CC_A, kept);
        asm_op_imm(B, 0x83, ALU_CMP, rm_mem(o, OFS_COUNT), 1, 1);
        for (uint64_t left = late; left != 0; left &= left - 1)
            write_other(as, o, t, (unsigned)__builtin_ctzll(left), slow);
    }
    return B->p;
}

/* What is in the slot mostly has more references than the late slots could give back, if all of them had it; so has the list of an iterator, which is the only one. The
 * register is chosen before the exit notes down where values are, as it is written before the jump. */
static void
select_late(struct x64_asm *as, const struct ir_ins *in)
{
    uint64_t late = ir_word(as->ir, in->b);
    unsigned o = regs_temp(as, GPR_SET), t = regs_temp(as, GPR_SET);
    x64_guard(as, CC_E);
    const uint8_t *kept = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, kept);
    asm_rr(B, OP_TEST, o, o);
    asm_load(B, o, argument(0));
    call_slow(as, in->op == IR_GLATE ? slow_drops_late : slow_dies_late);
    asm_op_imm(B, 0xc7 | A_W, 0, argument(0), 4, in->a);
    asm_store(B, o, argument(2));
    asm_mov_imm(B, o, late);
    const uint8_t *slow = B->p, *others = look_at_others(as, o, t, late, kept, slow);
    apart_end(as);
    if (in->op == IR_GDIES && !fits32((int64_t)(uintptr_t)&PyListIter_Type)) {
        jump_far(as, CC_ALWAYS, slow);
        return;
    }
    jump_far(as, CC_BE, others);
    asm_op_imm(B, 0x83, ALU_CMP, rm_mem(o, OFS_COUNT), 1, 1 + __builtin_popcountll(late));
    jump_far(as, CC_E, slow);
    asm_rr(B, OP_TEST, o, o);
    if (in->op == IR_GDIES) {
        asm_load(B, o, rm_mem(o, offsetof(struct list_iter, it_seq)));
        jump_far(as, CC_NE, slow);
        asm_alu_imm(B, ALU_CMP, rm_mem(o, OFS_TYPE), (int32_t)(uintptr_t)&PyListIter_Type);
        jump_far(as, CC_NE, slow);
        asm_alu_imm(B, ALU_CMP, rm_mem(o, OFS_COUNT), 1);
        jump_far(as, CC_E, slow);
        asm_rr(B, OP_TEST, o, o);
    }
    asm_load(B, o, rm_frame(in->a));
}

/* The new object that is put into a slot at once: both is one, in which the memory of what the slot held may be used again. */
bool
is_renewal(const struct x64_asm *as, ir_ref put)
{
    const struct ir_ins *in = ins_at(as, put);
    return in->op == IR_FPUT_NEW && in->b == put - 1 && ins_at(as, put - 1)->op >= IR_NEW_I && ins_at(as, put - 1)->op <= IR_NEW_LIST_IT
        && !exits_are_forced();
}

static void
select_put(struct x64_asm *as, const struct ir_ins *in)
{
    int32_t imm = 0;
    if (is_renewal(as, as->cur))
        return;
    bool constant = in->op == IR_FDROP || (const_imm(as, in->b, &imm) && _Py_IsImmortal(ir_obj_value(as->ir, in->b)));
    unsigned v = constant ? NO_REG : regs_use(as, in->b), o = regs_temp(as, GPR_SET), t = regs_temp(as, GPR_SET);
    const uint8_t *done = B->p;
    write_drop(as, o, t, NULL);
    jump_to(as, CC_E, done);
    asm_rr(B, OP_TEST, o, o);
    if (constant)
        asm_op_imm(B, 0xc7 | A_W, 0, rm_frame(in->a), 4, imm);
    else
        asm_store(B, v, rm_frame(in->a));
    asm_load(B, o, rm_frame(in->a));
    if (in->op == IR_FPUT && !constant)
        write_inc(as, v, t);
}

/* ---- new numbers ---- */

/* The block r, which comes from the list of free ones, is a float of the value in v. */
static void
write_new_float(struct x64_asm *as, unsigned r, unsigned v)
{
    asm_store(B, v, rm_mem(r, OFS_FLOAT));
    asm_op_imm(B, 0xc7 | A_W, 0, rm_mem(r, OFS_TYPE), 4, (int32_t)(uintptr_t)&PyFloat_Type);
    asm_op_imm(B, 0xc7 | A_W, 0, rm_mem(r, OFS_COUNT), 4, 1);
    asm_op_imm(B, 0x83, ALU_ADD, list_room(), 1, 1);
}

/* r = a new float of the value in v, from the list of free blocks. */
static void
write_float(struct x64_asm *as, unsigned r, unsigned t, unsigned v)
{
    const uint8_t *slow = make_apart(as, r, slow_float, v, NULL, NO_REG);
    write_new_float(as, r, v);
    asm_store(B, t, list_head());
    asm_load(B, t, rm_mem(r, 0));
    jump_far(as, CC_E, slow);
    asm_rr(B, OP_TEST, r, r);
    asm_load(B, r, list_head());
}

/* The slot has the float r, which others have, too, and gets another one. */
static void
replace_float(struct x64_asm *as, unsigned r, unsigned t, unsigned v, struct asm_rm slot, const uint8_t *slow)
{
    asm_store(B, r, slot);
    write_new_float(as, r, v);
    asm_move(B, r, t);
    asm_store(B, r, list_head());
    asm_load(B, r, rm_mem(t, 0));
    asm_alu_imm(B, ALU_SUB, rm_mem(r, OFS_COUNT), 1);
    jump_to(as, CC_E, slow);
    asm_rr(B, OP_TEST, t, t);
    asm_load(B, t, list_head());
    jump_to(as, CC_S, slow);                                   /* it is immortal */
    asm_op(B, 0x85, t, rm_reg(t));
    asm_op(B, OP_MOV32, t, rm_mem(r, OFS_COUNT));
}

/* The same in a slot, whose float is used again if it has one that nobody else has. */
static void
renew_float(struct x64_asm *as, unsigned r, unsigned t, unsigned v, struct asm_rm slot)
{
    const uint8_t *done = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, done);
    make_slowly(as, r, slow_renew_float, v, &slot, NO_REG);
    const uint8_t *slow = B->p;
    jump_far(as, CC_ALWAYS, done);
    replace_float(as, r, t, v, slot, slow);
    const uint8_t *shared = apart_end(as);
    asm_store(B, v, rm_mem(r, OFS_FLOAT));
    jump_far(as, CC_NE, shared);
    asm_alu_imm(B, ALU_CMP, rm_mem(r, OFS_COUNT), 1);
    jump_far(as, CC_NE, slow);
    asm_alu_imm(B, ALU_CMP, rm_mem(r, OFS_TYPE), (int32_t)(uintptr_t)&PyFloat_Type);
    jump_far(as, CC_E, slow);
    asm_rr(B, OP_TEST, r, r);
    asm_load(B, r, slot);
}

/* r = the static int of the value in v, else to `other`, which lies apart. */
static void
write_small(struct x64_asm *as, unsigned r, unsigned v, const uint8_t *other)
{
    asm_alu_imm(B, ALU_ADD, rm_reg(r), (int32_t)(uintptr_t)SMALL_INT(-RT_NSMALLNEG));
    asm_shift_imm(B, SHIFT_SHL, r, INT_SHIFT);
    jump_far(as, CC_AE, other);
    asm_alu_imm(B, ALU_CMP, rm_reg(r), SMALL_INTS);
    asm_op(B, OP_LEA, r, rm_mem(v, RT_NSMALLNEG));
}

/* The block r becomes the int v, which has one or two digits and is not negative. The second digit is written in any case: there is room for it. */
static void
write_digits(struct x64_asm *as, unsigned r, unsigned t, unsigned v)
{
    asm_store(B, t, rm_mem(r, OFS_TAG));
    asm_alu_imm(B, ALU_ADD, rm_reg(t), 2 * TAG_ONE);
    asm_alu_imm(B, ALU_AND, rm_reg(t), -TAG_ONE);
    asm_rr(B, OP_ALU(ALU_SBB), t, t);                          /* all ones: the second digit is 0 */
    asm_alu_imm(B, ALU_CMP, rm_reg(t), 1);
    asm_op(B, OP_STORE32, t, rm_mem(r, OFS_DIGIT + (int)sizeof(digit)));
    asm_shift_imm(B, SHIFT_SHR, t, PyLong_SHIFT);
    asm_move(B, t, v);
    asm_op(B, OP_STORE32, t, rm_mem(r, OFS_DIGIT));
    asm_op_imm(B, 0x81, ALU_AND, rm_reg(t), 4, PyLong_MASK);
    asm_op(B, OP_MOV32, t, rm_reg(v));
}

/* To `other` when v is negative or has more than two digits. */
static void
write_is_large(struct x64_asm *as, unsigned t, unsigned v, const uint8_t *other)
{
    jump_to(as, CC_NE, other);
    asm_shift_imm(B, SHIFT_SHR, t, 2 * PyLong_SHIFT);
    asm_move(B, t, v);
}

/* Apart: the int o, if it has one reference and its block room for two digits, becomes v, and goes on at `done` in r; a static int, and all else, to `slow`. */
static void
write_in_place(struct x64_asm *as, unsigned r, unsigned o, unsigned t, unsigned v, const uint8_t *done, const uint8_t *slow)
{
    jump_far(as, CC_ALWAYS, done);
    asm_move(B, r, o);
    write_digits(as, o, t, v);
    write_is_large(as, t, v, slow);
    jump_to(as, CC_B, slow);
    asm_alu_imm(B, ALU_CMP, rm_reg(t), SMALL_INTS);
    asm_op(B, OP_LEA, t, rm_mem(v, RT_NSMALLNEG));
    jump_to(as, CC_AE, slow);
    asm_alu_imm(B, ALU_CMP, rm_mem(o, OFS_TAG), 3 * TAG_ONE);
    jump_to(as, CC_NE, slow);
    asm_alu_imm(B, ALU_CMP, rm_mem(o, OFS_COUNT), 1);
}

/* r = the int v: a static one, or a new one from the list of free blocks. */
static void
write_int(struct x64_asm *as, unsigned r, unsigned t, unsigned v)
{
    const uint8_t *done = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, done);
    make_slowly(as, r, slow_int, v, NULL, NO_REG);
    const uint8_t *slow = B->p;
    jump_far(as, CC_ALWAYS, done);
    write_digits(as, r, t, v);
    asm_op_imm(B, 0xc7 | A_W, 0, rm_mem(r, OFS_TYPE), 4, (int32_t)(uintptr_t)&PyLong_Type);
    asm_op_imm(B, 0xc7 | A_W, 0, rm_mem(r, OFS_COUNT), 4, 1);
    asm_op_imm(B, 0x83, ALU_ADD, list_room(), 1, 1);
    asm_store(B, t, list_head());
    asm_load(B, t, rm_mem(r, 0));
    jump_to(as, CC_E, slow);
    asm_rr(B, OP_TEST, r, r);
    asm_load(B, r, list_head());
    write_is_large(as, t, v, slow);
    const uint8_t *large = apart_end(as);
    write_small(as, r, v, large);
}

/* A static int instead of one, or the int that the slot has alone becomes the new one. */
static void
renew_int(struct x64_asm *as, unsigned r, unsigned t, unsigned v, struct asm_rm slot)
{
    const uint8_t *done = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, done);
    make_slowly(as, r, slow_renew_int, v, &slot, NO_REG);
    const uint8_t *slow = B->p;
    write_in_place(as, r, r, t, v, done, slow);
    const uint8_t *counted = apart_end(as);
    asm_store(B, r, slot);
    write_small(as, r, v, slow);
    jump_far(as, CC_NS, counted);                              /* r is what the slot has */
    asm_op(B, 0x85, t, rm_reg(t));
    asm_op(B, OP_MOV32, t, rm_mem(r, OFS_COUNT));
    jump_far(as, CC_NE, slow);
    asm_alu_imm(B, ALU_CMP, rm_mem(r, OFS_TYPE), (int32_t)(uintptr_t)&PyLong_Type);
    jump_far(as, CC_E, slow);
    asm_rr(B, OP_TEST, r, r);
    asm_load(B, r, slot);
}

/* The guard stands behind both ways; what its exit needs has its place by then. */
static void
select_new_number(struct x64_asm *as, const struct ir_ins *in)
{
    bool renewal = is_renewal(as, as->cur + 1), is_float = in->op == IR_NEW_F;
    struct asm_rm slot = rm_frame(renewal ? ins_at(as, as->cur + 1)->a : 0);
    unsigned r = has_place(as, as->cur) ? regs_define(as, as->cur, 0) : regs_temp(as, GPR_SET);
    x64_guard(as, CC_E);
    unsigned v = regs_use(as, in->a), t = regs_temp(as, GPR_SET);
    asm_rr(B, OP_TEST, r, r);
    if (!are_near())
        make_slowly(as, r, renewal ? (is_float ? slow_renew_float : slow_renew_int) : is_float ? slow_float : slow_int, v, renewal ? &slot : NULL, NO_REG);
    else if (is_float && renewal)
        renew_float(as, r, t, v, slot);
    else if (is_float)
        write_float(as, r, t, v);
    else if (renewal)
        renew_int(as, r, t, v, slot);
    else
        write_int(as, r, t, v);
}

/* A float instead of another: mostly nobody else has that, which then becomes the new one. */
static void
select_renew_float(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = has_place(as, as->cur) ? regs_define(as, as->cur, 0) : regs_temp(as, GPR_SET);
    x64_guard(as, CC_E);
    unsigned o = base_into(as, in->a, r), v = regs_use(as, in->b);
    asm_rr(B, OP_TEST, r, r);
    const uint8_t *slow = make_apart(as, r, slow_float_instead, v, NULL, o);
    asm_move(B, r, o);
    asm_store(B, v, rm_mem(o, OFS_FLOAT));
    jump_far(as, CC_NE, slow);
    asm_alu_imm(B, ALU_CMP, rm_mem(o, OFS_COUNT), 1);
}

/* An int instead of another, which is dropped: often both are static. */
static void
select_renew(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = has_place(as, as->cur) ? regs_define(as, as->cur, 0) : regs_temp(as, GPR_SET);
    x64_guard(as, CC_E);
    unsigned v = regs_use(as, in->b), o = regs_use(as, in->a), t = regs_temp(as, GPR_SET);
    asm_rr(B, OP_TEST, r, r);
    const uint8_t *done = B->p;
    if (!are_near()) {
        make_slowly(as, r, slow_instead, v, NULL, o);
        return;
    }
    apart_begin(as);
    jump_far(as, CC_ALWAYS, done);
    make_slowly(as, r, slow_instead, v, NULL, o);
    const uint8_t *slow = B->p;
    write_in_place(as, r, o, t, v, done, slow);
    const uint8_t *counted = apart_end(as);
    write_small(as, r, v, slow);
    jump_far(as, CC_NS, counted);
    asm_op_imm(B, 0x83, ALU_CMP, rm_mem(o, OFS_COUNT), 1, 0);
}

void
select_count(struct x64_asm *as, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_INC: select_inc(as, in); break;
    case IR_DROP: select_drop(as, in); break;
    case IR_RENEW_F: select_renew_float(as, in); break;
    case IR_RENEW_I: select_renew(as, in); break;
    case IR_NEW_I: case IR_NEW_F: select_new_number(as, in); break;
    case IR_GLATE: case IR_GDIES: select_late(as, in); break;
    default: select_put(as, in); break;                        /* FPUT, FPUT_NEW, FDROP */
    }
}
