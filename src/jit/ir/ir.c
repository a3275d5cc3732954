/* jit/ir/ir.c: the builder: storage of a trace, constants, plain appending, snapshots.
 *
 * Every array has its final size from the start, in pages of its own: those that a trace does not reach are never touched, and those that few reach go back to the system. References need no check when read
 * (REF_NONE and REF_FAIL included), and nothing moves. Constants are found through a hash table of their references.
 * When an array is used up, ir->full is set and everything goes on without effect: who builds a trace looks once, at the end. */
#include "jit/ir/ir.h"

#include <string.h>

#include "base/hash.h"        /* hash_mix64() */
#include "base/os.h"

#define KEPT_BYTES (128u << 10)                        /* of an array, for the next trace */
#define TABLE_SIZE (2 * IR_MAX_CONSTS)                 /* never more than half full */
static_assert((TABLE_SIZE & (TABLE_SIZE - 1)) == 0, "a mask finds the place");
static_assert(REF_BIAS + IR_MAX_INS < REF_FAIL && IR_MAX_CONSTS < REF_BIAS, "references have 16 bits");

struct block {
    struct ir ir;
    uint64_t words[IR_MAX_CONSTS];
    ir_ref table[TABLE_SIZE];
    struct snap snaps[IR_MAX_SNAPS + 1];               /* the last of each is written when there is no room */
    snap_entry entries[IR_MAX_ENTRIES + 1];
    struct snap_store stores[IR_MAX_STORES + 1];
    struct ir_frame frames[IR_MAX_FRAMES];
    struct ir_virtual virtuals[IR_MAX_VIRTUALS];
    struct ir_ins at[0x10000];
};

#define PAGE ((size_t)4096)
#define SIZE ((sizeof(struct block) + PAGE - 1) & ~(PAGE - 1))

struct ir *
ir_new(void)
{
    struct block *b = os_reserve(SIZE, PAGE);
    if (b == NULL)
        return NULL;
    if (os_commit(b, SIZE) != 0) {
        os_release(b, SIZE);
        return NULL;
    }
    b->ir.at = b->at;
    b->ir.words = b->words;
    b->ir.snaps = b->snaps;
    b->ir.entries = b->entries;
    b->ir.stores = b->stores;
    b->ir.frames = b->frames;
    b->ir.virtuals = b->virtuals;
    b->ir.nframes = 1;
    b->ir.block = b;
    b->ir.is_mapped = true;
    b->ir.first = b->ir.end = REF_BIAS;
    ir_append(&b->ir, IR_BASE, 0, 0, 0, 0);
    return &b->ir;
}

/* Of an array of which so many bytes were in use only the first ones are kept; whole pages of it go. */
static void
give_back(void *array, size_t used)
{
    uintptr_t from = ((uintptr_t)array + KEPT_BYTES + PAGE - 1) & ~(PAGE - 1), to = ((uintptr_t)array + used) & ~(PAGE - 1);
    if (from < to)
        os_discard((void *)from, to - from);
}

void
ir_reset(struct ir *ir)
{
    struct block *b = ir->block;
    give_back(ir->entries, ir->nentries * sizeof(*ir->entries));
    memset(b->table, 0, sizeof(b->table));
    memset(ir->chain, 0, sizeof(ir->chain));
    ir->changed = REF_NONE;
    ir->first = ir->end = REF_BIAS;
    ir->loop = REF_NONE;
    ir->nlocals = ir->top = ir->real = 0;
    ir->full = NULL;
    ir->nsnaps = ir->nentries = ir->nstores = 0;
    ir->frames[0] = (struct ir_frame){ 0 };
    ir->nframes = 1;
    ir->frame = 0;
    ir->nvirtuals = 0;
    ir_append(ir, IR_BASE, 0, 0, 0, 0);
}

void
ir_free(struct ir *ir)
{
    if (ir != NULL && ir->is_mapped)
        os_release(ir->block, SIZE);
    else if (ir != NULL)
        PyMem_RawFree(ir->block);
}

static size_t
put(char *block, size_t *at, const void *from, size_t n)
{
    size_t here = *at;
    if (block != NULL && n != 0)
        memcpy(block + here, from, n);
    *at = (here + n + 15) & ~(size_t)15;
    return here;
}

/* Two walks over the same steps: one for the size. */
struct ir *
ir_keep(const struct ir *ir)
{
    char *block = NULL;
    for (;;) {
        struct ir to = *ir;
        size_t size = 0, at, words, snaps, entries, stores, frames, virtuals;
        put(block, &size, ir, sizeof(*ir));
        at = put(block, &size, ir->at + ir->first, (size_t)(ir->end - ir->first) * sizeof(*ir->at));
        words = put(block, &size, ir->words, (size_t)(REF_BIAS - ir->first) * sizeof(*ir->words));
        snaps = put(block, &size, ir->snaps, ir->nsnaps * sizeof(*ir->snaps));
        entries = put(block, &size, ir->entries, ir->nentries * sizeof(*ir->entries));
        stores = put(block, &size, ir->stores, ir->nstores * sizeof(*ir->stores));
        frames = put(block, &size, ir->frames, ir->nframes * sizeof(*ir->frames));
        virtuals = put(block, &size, ir->virtuals, ir->nvirtuals * sizeof(*ir->virtuals));
        if (block != NULL) {
            to.at = (struct ir_ins *)((uintptr_t)block + at - ir->first * sizeof(*ir->at));
            to.words = (uint64_t *)(block + words);
            to.snaps = (struct snap *)(block + snaps);
            to.entries = (snap_entry *)(block + entries);
            to.stores = (struct snap_store *)(block + stores);
            to.frames = (struct ir_frame *)(block + frames);
            to.virtuals = (struct ir_virtual *)(block + virtuals);
            to.block = block;
            to.is_mapped = false;
            return memcpy(block, &to, sizeof(to));
        }
        if ((block = PyMem_RawMalloc(size)) == NULL)
            return NULL;
    }
}

void
ir_restore(struct ir *ir, const struct ir *kept)
{
    memcpy(ir->at + kept->first, kept->at + kept->first, (size_t)(kept->end - kept->first) * sizeof(*ir->at));
    memcpy(ir->snaps, kept->snaps, kept->nsnaps * sizeof(*ir->snaps));
    memcpy(ir->entries, kept->entries, kept->nentries * sizeof(*ir->entries));
    memcpy(ir->stores, kept->stores, kept->nstores * sizeof(*ir->stores));
    memcpy(ir->chain + IR_NOP, kept->chain + IR_NOP, (IR_OPS - IR_NOP) * sizeof(ir_ref));
    ir->end = kept->end;
    ir->loop = kept->loop;
    ir->top = kept->top;
    ir->real = kept->real;
    ir->full = kept->full;
    ir->nsnaps = kept->nsnaps;
    ir->nentries = kept->nentries;
    ir->nstores = kept->nstores;
    ir->nframes = kept->nframes;
    ir->frame = kept->frame;
}

/* ---- constants ---- */

/* The place in the table of constant (op, word), or the free one where it belongs. */
static ir_ref *
const_place(const struct ir *ir, enum ir_op op, uint64_t word)
{
    ir_ref *table = ((struct block *)ir->block)->table;
    size_t i = (size_t)hash_mix64(word + op) & (TABLE_SIZE - 1);
    while (table[i] != REF_NONE && (ir->at[table[i]].op != op || ir_word(ir, table[i]) != word))
        i = (i + 1) & (TABLE_SIZE - 1);
    return &table[i];
}

static ir_ref
const_ref(struct ir *ir, enum ir_op op, uint64_t word)
{
    ir_ref *place = const_place(ir, op, word);
    if (*place != REF_NONE)
        return *place;
    uint32_t n = REF_BIAS - ir->first;
    if (n == IR_MAX_CONSTS) {
        ir->full = "too many constants";
        return REF_NONE;
    }
    ir_ref ref = --ir->first;
    ir->words[n] = word;
    ir->at[ref] = (struct ir_ins){ .op = (uint8_t)op, .t = ir_ops[op].type, .prev = ir->chain[op], .x = n };
    ir->chain[op] = ref;
    return *place = ref;
}

ir_ref ir_int(struct ir *ir, int64_t v) { return const_ref(ir, IR_KI, (uint64_t)v); }
ir_ref ir_ptr(struct ir *ir, const void *p) { return const_ref(ir, IR_KP, (uint64_t)(uintptr_t)p); }
ir_ref ir_bool(struct ir *ir, bool v) { return const_ref(ir, IR_KB, v); }

ir_ref
ir_float(struct ir *ir, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    return const_ref(ir, IR_KF, bits);
}

ir_ref
ir_const_from(struct ir *ir, const struct ir *other, ir_ref k)
{
    if (k == REF_NONE)
        return k;
    return other->at[k].op == IR_KO ? ir_obj(ir, ir_obj_value(other, k)) : const_ref(ir, other->at[k].op, ir_word(other, k));
}

/* Nobody can give such an object another type. */
static bool
type_is_fixed(PyTypeObject *t)
{
    return (t->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) && t != &PyModule_Type;
}

ir_ref
ir_obj(struct ir *ir, PyObject *o)
{
    ir_ref ref = const_ref(ir, IR_KO, (uint64_t)(uintptr_t)o);
    if (ref != REF_NONE && ir->at[ref].kt == REF_NONE && type_is_fixed(Py_TYPE(o)))
        ir->at[ref].kt = ir_ptr(ir, Py_TYPE(o));
    return ref;
}

/* ---- instructions ---- */

static void
mark_phi(struct ir *ir, ir_ref r)
{
    if (!ref_is_const(r))
        ir->at[r].t |= IRT_PHI;
}

ir_ref
ir_append(struct ir *ir, enum ir_op op, ir_ref a, ir_ref b, ir_ref c, uint32_t x)
{
    if (ir->full != NULL)
        return REF_NONE;
    if (ir->end - REF_BIAS == IR_MAX_INS) {
        ir->full = "too many instructions";
        return REF_NONE;
    }
    const struct ir_op_info *info = &ir_ops[op];
    ir_ref ref = ir->end++;
    uint8_t type = op == IR_SELECT ? ir_type_of(ir, b) : info->type;
    ir->at[ref] = (struct ir_ins){ .a = a, .b = b, .c = c, .op = (uint8_t)op, .prev = ir->chain[op], .x = x,
                                   .t = type | (info->flags & I_GUARD ? IRT_GUARD : 0) };
    ir->chain[op] = ref;
    if (op == IR_LOOP)
        ir->loop = ref;
    if (op == IR_PHI) {
        mark_phi(ir, a);
        mark_phi(ir, b);
    }
    if (ir_changes_operand(&ir->at[ref]))
        ir->changed = ref;
    return ref;
}

/* Behind those that have been cut off. */
static ir_ref
last_changing(const struct ir *ir)
{
    ir_ref r = ir->end;
    while (r > REF_BIAS && !ir_changes_operand(&ir->at[r - 1]))
        r--;
    return r > REF_BIAS ? r - 1 : REF_NONE;
}

void
ir_cut(struct ir *ir, ir_ref end)
{
    while (ir->end > end) {
        const struct ir_ins *in = &ir->at[--ir->end];
        ir->chain[in->op] = in->prev;
        if (in->op == IR_GTYPE)                          /* it was there because nothing was known */
            ir->at[in->a].kt = REF_NONE;
    }
    if (ir->changed >= end)
        ir->changed = last_changing(ir);
    while (ir->nsnaps > 0 && ir->snaps[ir->nsnaps - 1].ref >= end) {
        ir->nsnaps--;
        ir->nentries = ir->snaps[ir->nsnaps].entries;
        ir->nstores = ir->snaps[ir->nsnaps].stores;
    }
}

/* ---- snapshots ---- */

bool
ir_push_frame(struct ir *ir, struct ir_frame f)
{
    if (ir->nframes == IR_MAX_FRAMES) {
        ir->full = "too many inlined calls";
        return false;
    }
    f.parent = ir->frame;
    f.depth = ir->frames[ir->frame].depth + 1;
    ir->frame = ir->nframes++;
    ir->frames[ir->frame] = f;
    return true;
}

unsigned
ir_add_virtual(struct ir *ir, struct ir_virtual v)
{
    if (ir->nvirtuals == IR_MAX_VIRTUALS)
        return IR_MAX_VIRTUALS;
    ir->virtuals[ir->nvirtuals] = v;
    return ir->nvirtuals++;
}

/* By a guard, by what asks which references the slots have or takes another one (and becomes guards where the round is copied, where what is asked about is a
 * number, of which an object is made), or by links (jit/opt/link.c): the one at the
 * end of the first round. */
static bool
snap_is_used(const struct ir *ir, const struct snap *s)
{
    for (ir_ref r = s->ref; r < ir->end; r++) {
        enum ir_op op = (enum ir_op)ir->at[r].op;
        if (ir->at[r].t & IRT_GUARD || op == IR_LOOP || op == IR_GALONE || op == IR_GOTHERS || op == IR_INC)
            return true;
    }
    return false;
}

struct snap *
snap_begin(struct ir *ir, uint32_t pc, unsigned depth)
{
    struct snap *s = &ir->snaps[ir->nsnaps];
    if (ir->nsnaps > 0 && !snap_is_used(ir, s - 1)) {
        s--;
        ir->nentries = s->entries;
        ir->nstores = s->stores;
    } else if (ir->nsnaps == IR_MAX_SNAPS) {
        ir->full = "too many snapshots";
    } else {
        ir->nsnaps++;
    }
    *s = (struct snap){ .ref = ir->end, .depth = (uint16_t)depth, .frame = ir->frame, .pc = pc, .top = ir->top, .real = ir->real, .entries = ir->nentries, .stores = ir->nstores };
    return s;
}

void
snap_add_entry(struct ir *ir, snap_entry e)
{
    if (ir->full != NULL)
        return;
    if (ir->nentries == IR_MAX_ENTRIES) {
        ir->full = "too many entries of snapshots";
        return;
    }
    ir->entries[ir->nentries++] = e;
    ir->snaps[ir->nsnaps - 1].nentries++;
}

void
snap_add_store(struct ir *ir, struct snap_store s)
{
    if (ir->full != NULL)
        return;
    if (ir->nstores == IR_MAX_STORES) {
        ir->full = "too many stores in snapshots";
        return;
    }
    ir->stores[ir->nstores++] = s;
    ir->snaps[ir->nsnaps - 1].nstores++;
}

const struct snap *
snap_of(const struct ir *ir, ir_ref r)
{
    uint32_t low = 0, high = ir->nsnaps;               /* snaps[low].ref <= r, if any is; snaps[high].ref > r */
    while (high - low > 1) {
        uint32_t mid = (low + high) / 2;
        if (ir->snaps[mid].ref <= r)
            low = mid;
        else
            high = mid;
    }
    return &ir->snaps[low];
}

/* ---- what a loop brings along ---- */

static void
mark_live_in(const struct ir *ir, bool *live, ir_ref r)
{
    if (r != REF_NONE && !ref_is_const(r) && ir_is_box(ir, r))
        r = ir->at[r].a;
    if (r != REF_NONE && !ref_is_const(r) && r < ir->loop)
        live[r - REF_BIAS] = true;
}

static void
mark_snap(const struct ir *ir, bool *live, const struct snap *s)
{
    for (uint32_t i = 0; i < s->nentries; i++)
        mark_live_in(ir, live, snap_ref(ir->entries[s->entries + i]));
    for (uint32_t i = 0; i < s->nstores; i++) {
        mark_live_in(ir, live, ir->stores[s->stores + i].obj);
        mark_live_in(ir, live, ir->stores[s->stores + i].value);
    }
}

unsigned
ir_live_ins(const struct ir *ir, ir_ref *refs)
{
    bool live[IR_MAX_INS] = { false };
    unsigned n = 0;
    for (ir_ref r = ir->loop + 1; r < ir->end; r++) {
        const struct ir_ins *in = &ir->at[r];
        if (ir_ops[in->op].a != 'l')
            mark_live_in(ir, live, in->a);
        mark_live_in(ir, live, in->b);
        mark_live_in(ir, live, in->c);
    }
    for (uint32_t i = 0; i < ir->nsnaps; i++) {
        if (ir->snaps[i].ref > ir->loop)
            mark_snap(ir, live, &ir->snaps[i]);
    }
    for (ir_ref r = REF_BIAS + 1; r < ir->loop; r++) {
        if (live[r - REF_BIAS])
            refs[n++] = r;
    }
    return n;
}

static void
take_off(bool *handed_on, ir_ref r)
{
    if (!ref_is_const(r))
        handed_on[r - REF_BIAS] = false;
}

void
ir_find_handed_on(const struct ir *ir, ir_ref loop, bool *handed_on)
{
    memset(handed_on, true, ir->end - REF_BIAS);
    for (ir_ref r = loop + 1; r < ir->end; r++) {
        const struct ir_ins *in = &ir->at[r];
        if (in->op == IR_PHI || in->op == IR_NOP)
            continue;
        if (ir_ops[in->op].a != 'l')
            take_off(handed_on, in->a);
        take_off(handed_on, in->b);
        take_off(handed_on, in->c);
    }
    for (uint32_t i = 0; i < ir->nsnaps; i++)
        for (uint32_t k = 0; k < ir->snaps[i].nstores; k++)
            take_off(handed_on, ir->stores[ir->snaps[i].stores + k].obj);
}
