/* jit/x64/select_make.c: instances of plain classes are made in line. Written backwards, as in select.c.
 *
 * A block comes from the thread's list of free ones, its place in the collector's log of young objects is the next one; where the list is empty, or a collection is due, the call of
 * x64_slow() does both. So making one is no call for what lives on in registers. */
#include "jit/x64/regs.h"

#include <stddef.h>

#include "jit/ir/ir_runtime.h"
#include "object/coll/dict_values.h"
#include "rt/gc_track.h"
#include "rt/heap.h"

#define B (&as->buf)
#define NO_ORDER 0xff                  /* of a field that is not set */
#define WORDS_MAX 24                   /* of an instance: each may be a store */

/* How instances of a class lie in memory. */
struct shape { size_t prefix, bytes; int capacity; };          /* bytes: behind the prefix; capacity < 0: __slots__ */

static int
number_of_fields(uint64_t order)
{
    int n = 0;
    while (n < 8 && (uint8_t)(order >> 8 * n) != NO_ORDER)
        n++;
    return n;
}

/* False when it changes with each instance, or when there is too much to write. */
static bool
shape_of(const PyTypeObject *t, struct shape *s)
{
    s->prefix = heap_prefix((PyTypeObject *)(uintptr_t)t);
    s->bytes = (size_t)t->tp_basicsize;
    s->capacity = -1;
    if (t->tp_flags & Py_TPFLAGS_INLINE_VALUES) {
        const PyDictKeysObject *keys = type_shared_keys((PyTypeObject *)(uintptr_t)t);
        if (keys->dk_usable > 1)                                 /* values_reserve() takes one away */
            return false;
        s->capacity = (int)(keys->dk_nentries + keys->dk_usable);
        s->bytes += values_bytes((size_t)s->capacity);
    }
    return s->bytes / sizeof(void *) <= WORDS_MAX && s->prefix + s->bytes <= HEAP_SMALL_MAX && s->prefix + s->bytes > HEAP_PLAIN_MAX;
}

bool
x64_makes_in_line(const struct ir *ir, const struct ir_ins *in)
{
    struct shape s;
    if (in->op != IR_NEW_OBJ || ir_int_value(ir, in->c) != -1)
        return false;
    const PyTypeObject *t = ir_ptr_value(ir, in->a);
    return fits32((int64_t)(uintptr_t)t) && shape_of(t, &s) && s.capacity != 0 && number_of_fields((uint64_t)ir_int_value(ir, in->b)) <= Py_MAX(s.capacity, 0);
}

static void
slow_instance(struct x64_state *st)
{
    st->args[0] = (uintptr_t)jit_new_instance((PyTypeObject *)st->args[0], st->args[2], UINT64_MAX, (uint32_t)st->args[3]);
}

static struct asm_rm argument(int i) { return rm_mem(RSP, (int32_t)(offsetof(struct x64_state, args) + 8 * (unsigned)i)); }
static struct asm_rm young(size_t offset) { return rm_mem(R14, (int32_t)(offsetof(struct rt_thread, young) + offset)); }
static void store_imm(struct x64_asm *as, struct asm_rm place, int32_t imm) { asm_op_imm(B, 0xc7 | A_W, 0, place, 4, imm); }

static void
make_slowly(struct x64_asm *as, unsigned r, const PyTypeObject *t, uint64_t order, uint32_t shape)
{
    asm_load(B, r, argument(0));
    call_out(as, (const void *)x64_slow);
    asm_mov_imm(B, RAX, (uintptr_t)slow_instance);
    asm_store(B, RAX, argument(1));
    store_imm(as, argument(0), (int32_t)(uintptr_t)t);
    store_imm(as, argument(3), (int32_t)shape);
    asm_store(B, r, argument(2));
    asm_mov_imm(B, r, order);
}

/* Which of its words the instructions behind this one store, before anything looks at it. */
static uint32_t
stored_behind(const struct x64_asm *as)
{
    uint32_t words = 0;
    for (ir_ref v = as->cur + 1; v < as->ir->end && !exits_are_forced(); v++) {
        const struct ir_ins *in = ins_at(as, v);
        if (in->op == IR_OSTORE && in->a == as->cur)
            words |= 1u << in->x / sizeof(void *);
        else if (in->op != IR_NOP)
            break;
    }
    return words;
}

/* What follows the head: empty fields, and what inline values have in front of and behind them. */
static void
write_fields(struct x64_asm *as, unsigned r, unsigned t, const struct shape *s, uint64_t order, uint32_t shape)
{
    uint32_t stored = stored_behind(as);
    size_t from = sizeof(PyObject), end = s->bytes;
    if (s->capacity >= 0) {
        PyDictValues head = { .capacity = (uint8_t)s->capacity, .size = (uint8_t)number_of_fields(order), .embedded = 1, .valid = 1, .shape = shape };
        uint64_t word;
        memcpy(&word, &head, sizeof(word));
        asm_store(B, t, rm_mem(r, (int32_t)from));
        asm_mov_imm(B, t, word);
        from += offsetof(PyDictValues, values);
        end = from + (size_t)s->capacity * sizeof(void *);
        asm_store(B, t, rm_mem(r, (int32_t)end));
        asm_mov_imm(B, t, order);
    }
    for (size_t at = from; at < end; at += sizeof(void *))
        if ((stored >> at / sizeof(void *) & 1) == 0)
            store_imm(as, rm_mem(r, (int32_t)at), 0);
}

/* The class has one reference more, unless it is immortal. */
static void
write_type(struct x64_asm *as, unsigned r, unsigned t, unsigned u, const PyTypeObject *type)
{
    const uint8_t *skip = B->p;
    asm_op(B, 0x89, u, rm_mem(t, offsetof(PyObject, ob_refcnt)));
    asm_jcc_short(B, CC_E, skip);
    asm_op_imm(B, 0x83, ALU_ADD, rm_reg(u), 1, 1);
    asm_op(B, OP_MOV32, u, rm_mem(t, offsetof(PyObject, ob_refcnt)));
    asm_store(B, t, rm_mem(r, offsetof(PyObject, ob_type)));
    asm_mov_imm(B, t, (uintptr_t)type);
    store_imm(as, rm_mem(r, offsetof(PyObject, ob_refcnt)), 1);
}

/* r is a block, u the number of its place in the log. */
static void
write_prefix(struct x64_asm *as, unsigned r, unsigned t, unsigned u, const struct shape *s)
{
    const int32_t gc = -(int32_t)sizeof(PyGC_Head);
    for (size_t at = sizeof(PyGC_Head); at < s->prefix; at += sizeof(void *))
        store_imm(as, rm_mem(r, -(int32_t)(at + sizeof(void *))), 0);
    store_imm(as, rm_mem(r, gc + (int32_t)offsetof(PyGC_Head, _gc_prev)), 0);
    asm_store(B, u, rm_mem(r, gc + (int32_t)offsetof(PyGC_Head, _gc_next)));
    asm_shift_imm(B, SHIFT_SHL, u, GC_GEN_BITS);
    asm_store(B, u, young(offsetof(struct gc_log, used)));
    asm_alu_imm(B, ALU_ADD, rm_reg(u), 1);
    asm_store(B, r, rm_item(t, u, 0));
    asm_load(B, t, young(offsetof(struct gc_log, items)));
    asm_alu_imm(B, ALU_ADD, rm_reg(r), (int32_t)s->prefix);
}

void
select_new_instance(struct x64_asm *as, const struct ir_ins *in)
{
    const PyTypeObject *type = ir_ptr_value(as->ir, in->a);
    uint64_t order = (uint64_t)ir_int_value(as->ir, in->b);
    struct shape s;
    shape_of(type, &s);
    size_t c = HEAP_CLASS(s.prefix + s.bytes);
    struct asm_rm head = rm_mem(R14, (int32_t)(offsetof(struct rt_thread, heap.head) + c * sizeof(void *)));
    struct asm_rm room = rm_mem(R14, (int32_t)(offsetof(struct rt_thread, heap.room) + c * sizeof(uint32_t)));
    unsigned r = has_place(as, as->cur) ? regs_define(as, as->cur, 0) : regs_temp(as, GPR_SET);
    x64_guard(as, CC_E);
    unsigned t = regs_temp(as, GPR_SET), u = regs_temp(as, GPR_SET);
    asm_rr(B, OP_TEST, r, r);
    const uint8_t *done = B->p;
    apart_begin(as);
    jump_far(as, CC_ALWAYS, done);
    make_slowly(as, r, type, order, in->x);
    const uint8_t *slow = apart_end(as);
    write_fields(as, r, t, &s, order, in->x);
    write_type(as, r, t, u, type);
    write_prefix(as, r, t, u, &s);
    asm_op_imm(B, 0x83, ALU_ADD, room, 1, 1);
    asm_store(B, t, head);
    asm_load(B, t, rm_mem(r, 0));
    jump_far(as, CC_E, slow);
    asm_rr(B, OP_TEST, r, r);
    asm_load(B, r, head);
    jump_far(as, CC_AE, slow);
    asm_op(B, OP_ALU(ALU_CMP), u, young(offsetof(struct gc_log, limit)));
    asm_load(B, u, young(offsetof(struct gc_log, used)));
}
