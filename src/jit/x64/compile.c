/* jit/x64/compile.c: one trace from IR to code memory.
 *
 * Code is written into a scratch buffer from its end downwards, followed there by the constants; the whole is copied when its size is known. What
 * depends on the final address, calls out of the code, is filled in then: all other distances are inside. */
#include "jit/x64/regs.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "jit/x64/memory.h"
#include "jit/x64/unwind.h"

#define SCRATCH_CODE ((size_t)2 << 20)
#define SCRATCH_APART ((size_t)1 << 20)
#define SCRATCH_POOL (X64_POOL * sizeof(uint64_t) + X64_END_MAX + SCRATCH_APART)           /* and what lies behind them in the end */
#define SCRATCH (SCRATCH_CODE + SCRATCH_POOL + SCRATCH_APART)
#define MARGIN 32768                   /* what one instruction writes at most: LOOP with moves for all PHIs */
static_assert(SCRATCH_CODE % X64_ALIGN == 0, "constants are as aligned as blocks");

static struct {
    struct x64_asm as;
    struct info info[0x10000];
    uint8_t *scratch;
} *work;                               /* NULL: not initialised */

/* ---- start and end ---- */

int
x64_init(x64_exit_handler handler)
{
    x64_handler = handler;
    if (work != NULL)
        return 0;
    if (x64_memory_init() < 0)
        return -1;
    void *w = mmap(NULL, sizeof(*work), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    void *scratch = mmap(NULL, SCRATCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (w == MAP_FAILED || scratch == MAP_FAILED) {
        if (w != MAP_FAILED)
            munmap(w, sizeof(*work));
        x64_memory_fini();
        return -1;
    }
    work = w;
    work->scratch = scratch;
    return 0;
}

void
x64_fini(void)
{
    if (work == NULL)
        return;
    munmap(work->scratch, SCRATCH);
    munmap(work, sizeof(*work));
    work = NULL;
    x64_unwind_stop();
    x64_memory_fini();
}

/* ---- before the pass ---- */

static void
begin(struct x64_asm *as, struct ir *ir, uint32_t trace, uint32_t seed, const struct x64_ends *ends)
{
    memset(as, 0, offsetof(struct x64_asm, calls));
    as->ncalls = as->nfar = 0;
    as->ir = ir;
    as->ends = ends;
    as->info = work->info;
    as->trace = trace;
    as->random = seed;
    as->free = GPR_SET | XMM_SET;
    as->pool = (uint64_t *)(work->scratch + SCRATCH_CODE);
    as->buf = (struct asm_buf){ work->scratch + SCRATCH_CODE, work->scratch + MARGIN, work->scratch + SCRATCH_CODE };
    as->other = (struct asm_buf){ work->scratch + SCRATCH, work->scratch + SCRATCH - SCRATCH_APART + MARGIN, work->scratch + SCRATCH };
    for (uint32_t r = ir->first; r < ir->end; r++)
        as->info[r] = (struct info){ .reg = NO_REG, .slot = NO_SLOT, .hint_reg = NO_REG, .hint_slot = NO_SLOT };
    as->info[REF_NONE] = (struct info){ .reg = NO_REG, .slot = NO_SLOT, .hint_reg = NO_REG, .hint_slot = NO_SLOT };
}

static void
count_use(struct x64_asm *as, char letter, ir_ref r)
{
    if (letter != '_' && letter != 'l' && as->info[r].uses < 255)
        as->info[r].uses++;
}

static void
mark_snap(struct x64_asm *as, ir_ref r)
{
    as->info[r].flags |= INFO_SNAP;
}

/* How often instructions want each value, and what snapshots list; a box stands for its operand. */
static void
count_uses(struct x64_asm *as)
{
    const struct ir *ir = as->ir;
    for (uint32_t i = 0; i < ir->nentries; i++)
        mark_snap(as, snap_ref(ir->entries[i]));
    for (uint32_t i = 0; i < ir->nstores; i++) {
        mark_snap(as, ir->stores[i].obj);
        mark_snap(as, ir->stores[i].value);
    }
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        const struct ir_ins *in = &ir->at[r];
        const struct ir_op_info *info = &ir_ops[in->op];
        if (in->op == IR_BOX_I || in->op == IR_BOX_F)
            mark_snap(as, in->a);
        else if (x64_is_call(ir, in))
            as->body_calls |= ir->loop != REF_NONE && r > ir->loop;
        count_use(as, info->a, in->a);
        count_use(as, info->b, in->b);
        count_use(as, info->c, in->c);
    }
}

/* What SLOADs of slots that the trace writes have loaded is not there any more. */
static void
mark_puts(struct x64_asm *as)
{
    uint64_t put[64] = { 0 };                                  /* by slot modulo 4096 */
    bool any = false;                                          /* an open call may write any */
    const struct ir *ir = as->ir;
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        any |= ir->at[r].op == IR_CALLO;
        if (ir_writes_slot(ir->at[r].op))
            put[ir->at[r].a / 64 % 64] |= 1ull << ir->at[r].a % 64;
    }
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        if (ir->at[r].op == IR_SLOAD && (any || put[ir->at[r].a / 64 % 64] >> ir->at[r].a % 64 & 1))
            as->info[r].flags |= INFO_PUT;
    }
}

/* ---- the pass ---- */

/* The nearest call before cur; looked for again only when the last one found has been passed. */
static void
track_call(struct x64_asm *as)
{
    if (as->call < as->cur)
        return;
    ir_ref r = as->cur;
    while (--r > REF_BIAS && !x64_is_call(as->ir, ins_at(as, r)))
        ;
    as->call = r > REF_BIAS ? r : REF_NONE;
}

/* Nobody has asked for its value, and it does nothing else. */
static bool
is_dead(const struct x64_asm *as, const struct ir_ins *in)
{
    return !(ir_ops[in->op].flags & (I_GUARD | I_KEEP)) && !has_place(as, as->cur);
}

static void
translate(struct x64_asm *as)
{
    const struct ir *ir = as->ir;
    as->call = REF_BIAS + IR_MAX_INS;
    as->cur = ir->end - 1;
    if (ir->loop != REF_NONE) {
        as->body = true;
        track_call(as);
        loop_tail(as);
    } else if (as->ends != NULL && as->ends->to != NULL) {
        link_tail(as);
    } else {
        as->cur = ir->end;
        x64_guard(as, CC_ALWAYS);
        as->cur--;
    }
    for (; as->cur > REF_BIAS && as->err == NULL; as->cur--) {
        const struct ir_ins *in = ins_at(as, as->cur);
        if (is_dead(as, in)) {
            ins_at(as, as->cur)->prev = 0xffff;
            continue;
        }
        if (as->buf.p < as->buf.low) {
            x64_fail(as, "too much code");
            return;
        }
        track_call(as);
        as->busy = 0;
        if (!has_place(as, as->cur))
            ins_at(as, as->cur)->prev = 0xffff;
        select_ins(as, in);
    }
}

/* Only constants still live in registers, and what the parent has left: at the start of the trace they are loaded. */
static void
load_constants(struct x64_asm *as)
{
    for (uint32_t set = (GPR_SET | XMM_SET) & ~as->free; set != 0; set &= set - 1) {
        unsigned r = (unsigned)__builtin_ctz(set);
        if (ref_is_const(as->val[r]))
            regs_reload(as, r, as->val[r]);
        else if (!is_pload(as, as->val[r]))
            x64_fail(as, "a value without definition");
    }
    if (as->err == NULL)
        ends_start(as);
}

/* ---- into code memory ---- */

static void
link_calls(const struct x64_asm *as, const uint8_t *code)
{
    for (unsigned i = 0; i < as->ncalls; i++) {
        uint8_t *disp = as->calls[i].disp;
        const uint8_t *final = code + (disp - as->buf.p);
        int32_t distance = (int32_t)((const uint8_t *)as->calls[i].target - (final + 4));
        memcpy(disp, &distance, 4);
    }
}

/* Blocks are aligned; the code begins so far behind that its constants are where they were in the scratch buffer, modulo X64_ALIGN. */
static size_t skew_of(const uint8_t *p) { return (uintptr_t)p % X64_ALIGN; }

static uint32_t room;

void x64_leave_room(uint32_t bytes) { room = bytes; }

static const char *
publish(struct x64_asm *as, struct x64_code *out)
{
    const uint8_t *rest = exits_end(as);
    size_t size = (size_t)(apart_place(as, rest) - as->buf.p), skew = skew_of(as->buf.p);
    uint32_t end = (uint32_t)(as->buf.end - as->buf.p);
    uint8_t *block = x64_memory_alloc(size + skew + room);
    if (block == NULL)
        return "out of code memory";
    link_calls(as, block + skew);
    if (!x64_memory_write(block + skew, as->buf.p, size)) {
        x64_memory_free(block, size + skew + room);
        return "the system refuses to write code";
    }
    out->code = block + skew;
    out->size = (uint32_t)size;
    out->apart = (uint32_t)(rest - as->buf.p);
    out->room = room;
    out->text = (uint32_t)(as->stubs - as->buf.p);
    for (uint32_t i = 0; i < out->nexits; i++)
        out->exits[i].jump = end - out->exits[i].jump;
    if (out->ins != NULL)
        out->loop = end - out->loop;
    return NULL;
}

const char *
x64_compile(struct ir *ir, uint32_t trace, uint32_t seed, const struct x64_ends *ends, struct x64_code *out)
{
    const char *why = NULL;
    *out = (struct x64_code){ 0 };
    if (work == NULL)
        return "no code memory";
    if (ir->full != NULL)
        return ir->full;
    if (ir->nsnaps == 0)
        return "no snapshot";
    struct x64_asm *as = &work->as;
    begin(as, ir, trace, seed, ends);
    count_uses(as);
    mark_puts(as);
    ends_begin(as);
    if (!exits_begin(as, out))
        why = "out of memory";
    if (why == NULL) {
        translate(as);
        load_constants(as);
        why = as->err;
    }
    if (why == NULL)
        why = publish(as, out);
    if (why != NULL)
        x64_free(out);
    return why;
}

void
x64_free(struct x64_code *c)
{
    if (c->code != NULL) {
        size_t skew = skew_of(c->code);
        x64_memory_free(c->code - skew, c->size + skew + c->room);
    }
    free(c->exits);
    free(c->ins);
    free(c->consts);
    x64_free_locs(c);
    *c = (struct x64_code){ 0 };
}

void
x64_free_locs(struct x64_code *c)
{
    free(c->locs);
    free(c->first_loc);
    c->locs = NULL;
    c->first_loc = NULL;
}
