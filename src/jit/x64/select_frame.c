/* jit/x64/select_frame.c: instructions about the frame's memory: loads, tests and stores of its slots, and the objects that are made for them. Written
 * backwards, as in select.c. */
#include "jit/x64/regs.h"

#include <stddef.h>

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "jit/ir/next.h"

#define B (&as->buf)

static void
select_sload(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    asm_load(B, r, rm_frame(in->a));
}

/* Word a of the frame below the outer one, or where that lies. */
static void
select_below(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned r = regs_define(as, as->cur, 0);
    if (in->op == IR_BLOAD)
        asm_load(B, r, rm_mem(r, 8 * in->a));
    asm_load(B, r, rm_mem(RBP, offsetof(_PyInterpreterFrame, previous)));
}

static void
select_guard_null(struct x64_asm *as, const struct ir_ins *in)
{
    x64_guard(as, CC_NE);
    asm_alu_imm(B, ALU_CMP, rm_frame(in->a), 0);
}

/* The type of what r points to compared with `type`, and when it is another, apart, with the common ones (jit_is_common_leaf()). */
static void
compare_leaf(struct x64_asm *as, unsigned r, int32_t type)
{
    const uintptr_t common[] = { (uintptr_t)Py_TYPE(Py_None), (uintptr_t)&PyUnicode_Type, (uintptr_t)&PyLong_Type, (uintptr_t)&PyFloat_Type };
    const struct asm_rm place = rm_mem(r, offsetof(PyObject, ob_type));
    const uint8_t *compared = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, compared);
    const uint8_t *equal = B->p;
    for (unsigned i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        if (common[i] == (uintptr_t)type || !fits32((int64_t)common[i]))
            continue;
        asm_alu_imm(B, ALU_CMP, place, (int32_t)common[i]);
        asm_jcc_short(B, CC_E, equal);
    }
    const uint8_t *other = apart_end(as);
    jump_far(as, CC_NE, other);
    asm_alu_imm(B, ALU_CMP, place, type);
}

/* The register is written before the first jump, so it must be without a value already when the exit's places are noted down. */
static void
select_guard_slot_type(struct x64_asm *as, const struct ir_ins *in)
{
    ir_ref type = (ir_ref)in->x;
    int32_t imm = 0;
    bool is_imm = const_imm(as, type, &imm);
    unsigned k = is_imm ? NO_REG : regs_use(as, type), r = regs_temp(as, GPR_SET);
    x64_guard(as, CC_NE);
    if (is_imm)
        compare_leaf(as, r, imm);
    else
        asm_op(B, OP_ALU(ALU_CMP), k, rm_mem(r, offsetof(PyObject, ob_type)));
    x64_guard_again(as, CC_E);
    asm_rr(B, OP_TEST, r, r);
    asm_load(B, r, rm_frame(in->a));
}


static void
select_open(struct x64_asm *as, const struct ir_ins *in)
{
    asm_op_imm(B, 0xc7 | A_W, 0, rm_frame(in->a), 4, 0);
}

static const void *
maker_of(enum ir_op op, bool renewal)
{
    switch (op) {
    case IR_NEW_LIST_IT: return renewal ? (const void *)jit_slot_renew_list_iterator : (const void *)jit_new_iterator;
    case IR_NEW_TUPLE_IT: return (const void *)jit_new_iterator;
    case IR_NEW_TUPLE: return (const void *)jit_new_tuple;
    case IR_NEW_LIST: return (const void *)jit_new_list;
    case IR_NEW_METHOD: return (const void *)jit_new_method;
    case IR_NEW_OBJ: return (const void *)jit_new_instance;
    default: return renewal ? (const void *)jit_slot_renew_range_iterator : (const void *)jit_new_range_iterator;
    }
}

/* Its arguments, the last one first. */
static void
place_arguments(struct x64_asm *as, const struct ir_ins *in, bool renewal)
{
    static const uint8_t integer[] = { RDI, RSI, RDX, RCX };
    unsigned n = renewal;
    if (in->op == IR_NEW_TUPLE || in->op == IR_NEW_LIST) {
        asm_mov_imm(B, RDI, in->a);
        return;
    }
    if (in->op == IR_NEW_OBJ)
        asm_mov_imm(B, RCX, in->x);
    regs_place(as, integer[n], in->a);
    if (in->op == IR_NEW_RANGE || in->op == IR_NEW_OBJ || in->op == IR_NEW_METHOD)
        regs_place(as, integer[n + 1], in->b);
    if (in->op == IR_NEW_RANGE || in->op == IR_NEW_OBJ)
        regs_place(as, integer[n + 2], in->c);
}

/* The jump stands behind the call: what its exit needs lies where calls leave it alone. */
static void
select_new(struct x64_asm *as, const struct ir_ins *in)
{
    bool renewal = is_renewal(as, as->cur + 1);
    unsigned r = has_place(as, as->cur) ? regs_define(as, as->cur, 0) : RAX;
    regs_clobber(as, CALL_CLOBBERED);
    asm_move(B, r, RAX);
    as->busy |= CALL_CLOBBERED;
    x64_guard(as, CC_E);
    asm_rr(B, OP_TEST, RAX, RAX);
    call_out(as, maker_of(in->op, renewal));
    place_arguments(as, in, renewal);
    if (renewal)
        asm_op(B, OP_LEA, RDI, rm_frame(ins_at(as, as->cur + 1)->a));
}

/* A return, and nobody wants to know of open calls. */
static bool
returns_at_once(const struct ir_ins *in)
{
    return in->op == IR_CALLO && in->x & OPEN_RETURNS && jit_poison == NULL && jit_leaves_opens == NULL;
}

/* The value, which is on the stack or a constant; where the stack ends without it. */
static void
place_returned(struct x64_asm *as, const struct ir_ins *in, const PyCodeObject *code, const _Py_CODEUNIT *instr)
{
    int32_t end = (int32_t)ir_int_value(as->ir, in->b) + code->co_nlocalsplus + (int32_t)OPEN_DEPTH(in->x);
    if (op_deopt(instr->op.code) != RETURN_CONST) {
        asm_op(B, OP_LEA, RCX, rm_frame((uint32_t)end - 1));
        asm_load(B, R8, rm_frame((uint32_t)end - 1));
        return;
    }
    PyObject *value = PyTuple_GET_ITEM(code->co_consts, (int)(in->x & OPEN_ARG_MAX));
    asm_op(B, OP_LEA, RCX, rm_frame((uint32_t)end));
    if (!_Py_IsImmortal(value))
        asm_alu_imm(B, ALU_ADD, rm_mem(R8, 0), 1);
    asm_mov_imm(B, R8, (uint64_t)(uintptr_t)value);
}

/* Calls f, one of the jit_return_...(), which has these first arguments. */
static void
call_return(struct x64_asm *as, const struct ir_ins *in, const void *f)
{
    const PyCodeObject *code = ir_ptr_value(as->ir, in->c);
    const _Py_CODEUNIT *instr = _PyCode_CODE(code) + in->a;
    call_out(as, f);
    place_returned(as, in, code, instr);
    asm_mov_imm(B, RDX, (uint64_t)(uintptr_t)instr);
    asm_op(B, OP_LEA, RSI, rm_mem(RBP, (int32_t)(8 * ir_int_value(as->ir, in->b))));
    asm_move(B, RDI, R14);
}

/* All that lives on is in slots, or in registers that calls preserve. */
static void
select_open_call(struct x64_asm *as, const struct ir_ins *in)
{
    if (returns_at_once(in) && ins_at(as, as->cur + 1)->op == IR_NEXT) {
        x64_guard_never(as);                             /* NEXT has called */
        return;
    }
    if (has_place(as, as->cur))
        regs_define(as, as->cur, 0);
    regs_clobber(as, CALL_CLOBBERED);
    as->busy |= CALL_CLOBBERED;
    x64_guard(as, CC_NE);
    asm_rr(B, OP_TEST, RAX, RAX);
    if (returns_at_once(in)) {
        call_return(as, in, (const void *)jit_return);
        return;
    }
    call_out(as, (const void *)jit_open);
    asm_mov_imm(B, R9, ir_word(as->ir, in->c));
    asm_move(B, R8, RBP);
    asm_mov_imm(B, RCX, in->x);
    asm_mov_imm(B, RDX, in->a);
    asm_op(B, OP_LEA, RSI, rm_mem(RBP, (int32_t)(8 * ir_int_value(as->ir, in->b))));
    asm_move(B, RDI, R14);
}

/* Nothing is in registers any more; the code behind it is never reached. */
static void
select_next(struct x64_asm *as, const struct ir_ins *in)
{
    static const uint8_t jmp_rax[2] = { 0xff, 0xe0 };
    regs_clobber(as, CALL_CLOBBERED);
    as->busy |= CALL_CLOBBERED;
    asm_bytes(B, jmp_rax, 2);
    asm_store(B, RBP, rm_mem(RSP, (int32_t)offsetof(struct x64_state, frame)));
    asm_load(B, RBP, rm_mem(R14, (int32_t)offsetof(PyThreadState, current_frame)));
    x64_guard(as, CC_E);
    asm_rr(B, OP_TEST, RAX, RAX);
    const struct ir_ins *changes = ins_at(as, as->cur - 1);
    if (returns_at_once(changes)) {
        call_return(as, changes, (const void *)jit_return_next);
        asm_mov_imm(B, R9, in->x);
        return;
    }
    call_out(as, (const void *)jit_next);
    asm_mov_imm(B, RSI, in->x);
    asm_move(B, RDI, R14);
}

static void
select_push_frame(struct x64_asm *as, const struct ir_ins *in)
{
    regs_clobber(as, CALL_CLOBBERED);
    as->busy |= CALL_CLOBBERED;
    x64_guard(as, CC_E);
    asm_rr(B, OP_TEST, RAX, RAX);
    bool is_shim = as->ir->at[in->b].op == IR_KO && jit_is_shim(ir_obj_value(as->ir, in->b));
    call_out(as, is_shim ? (const void *)jit_push_shim : (const void *)jit_push_function);
    asm_mov_imm(B, RCX, ir_word(as->ir, in->c));
    asm_op(B, OP_LEA, RSI, rm_mem(RBP, 8 * in->a));
    asm_move(B, RDI, R14);
    regs_place(as, RDX, in->b);
}

static void
select_set(struct x64_asm *as, const struct ir_ins *in)
{
    int32_t imm;
    if (const_imm(as, in->b, &imm))
        asm_op_imm(B, 0xc7 | A_W, 0, rm_frame(in->a), 4, imm);
    else
        asm_store(B, regs_use(as, in->b), rm_frame(in->a));
}

static void
select_argument(struct x64_asm *as, const struct ir_ins *in)
{
    unsigned v = regs_use(as, in->b), place = regs_temp(as, GPR_SET & ~SET(v));
    asm_store(B, v, rm_mem(place, 0));
    asm_mov_imm(B, place, (int64_t)(uintptr_t)&jit_args[in->a]);
}

void
select_frame(struct x64_asm *as, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_SLOAD: case IR_FLOAD: select_sload(as, in); break;
    case IR_BELOW: case IR_BLOAD: select_below(as, in); break;
    case IR_CALLO: select_open_call(as, in); break;
    case IR_NEXT: select_next(as, in); break;
    case IR_GNULL: case IR_GEMPTY: select_guard_null(as, in); break;
    case IR_GSTYPE: select_guard_slot_type(as, in); break;
    case IR_GLATE: case IR_GDIES: select_count(as, in); break;
    case IR_PUSHF: select_push_frame(as, in); break;
    case IR_ARG: case IR_ARG_I: select_argument(as, in); break;
    case IR_FSET: select_set(as, in); break;
    case IR_FOPEN: select_open(as, in); break;
    case IR_FPUT: case IR_FPUT_NEW: case IR_FDROP: case IR_NEW_I: case IR_NEW_F: select_count(as, in); break;
    case IR_NEW_OBJ:
        if (x64_makes_in_line(as->ir, in)) {
            select_new_instance(as, in);
            break;
        }
        /* fall through */
    default: select_new(as, in); break;
    }
}
