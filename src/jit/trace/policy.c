/* jit/trace/policy.c: what compiling may cost, and where it stops.
 *
 * The budget is a bucket of CPU time: it starts with FIRST, fills with a share of the time that the process uses, and holds BURST at most; each recording
 * takes out what it has cost. While it is empty nothing is recorded, and what got hot gets hot again later. The clock is read when a recording would begin,
 * not even then each time while the bucket is empty.
 *
 * Side traces: a place in the program whose exits have led to CHAIN side traces, each behind a guard of the one before, takes more ways than it pays to tell
 * apart; and a root has TREE of them at most. Exits beyond that stay exits. */
#include "jit/trace/record.h"

#include <time.h>

#define FIRST_NS 8000000
#define BURST_NS 30000000
#define SHARE 7                        /* one nanosecond out of so many: 14 % */
#define INSTRUCTION_NS 100             /* what recording an instruction takes */
#define SKIPPED 8
#define CHAIN 5
#define TREE 250

static int64_t left = FIRST_NS;        /* under the GIL */
static uint64_t filled_at;             /* CPU time of the process when the bucket was filled last */
static unsigned skip;

static uint64_t
cpu_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

bool
policy_affords(void)
{
    if (jit_options.stress || skip > 0) {
        skip -= skip > 0;
        return jit_options.stress;
    }
    uint64_t now = cpu_time();
    if (filled_at == 0)                                  /* the program begins */
        filled_at = now;
    left += (int64_t)((now - filled_at) / SHARE);
    filled_at = now;
    if (left > BURST_NS)
        left = BURST_NS;
    if (left < 0)
        skip = SKIPPED;
    return left >= 0;
}

void
policy_spent(unsigned instructions, uint64_t compile_ns)
{
    left -= (int64_t)(instructions * (uint64_t)INSTRUCTION_NS + compile_ns);
}

void
policy_after_fork(void)
{
    filled_at = 0;                                       /* the child's CPU time begins anew */
    skip = 0;
    left = left > FIRST_NS ? left : FIRST_NS;
}

/* How many of t and its parents begin where e leads to. */
static unsigned
chain_length(const struct trace *t, const struct exit_state *e)
{
    unsigned n = 0, pc = t->snaps[e->snap].pc;
    const PyCodeObject *code = t->frames[t->snaps[e->snap].frame].code;
    for (const struct trace *p; (p = trace_get(t->parent)) != NULL; t = p) {
        const struct snap *s = &p->snaps[p->exits[t->parent_exit].snap];
        n += s->pc == pc && p->frames[s->frame].code == code;
    }
    return n;
}

const char *
policy_side(const struct trace *t, const struct exit_state *e)
{
    const struct trace *root = trace_get(t->root);
    if (chain_length(t, e) >= CHAIN)
        return "a place that goes too many ways";
    return root != NULL && root->tree >= TREE ? "the loop has too many side traces" : NULL;
}
