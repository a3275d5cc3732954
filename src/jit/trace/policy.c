/* jit/trace/policy.c: what compiling may cost, and where it stops.
 *
 * What got hot waits until that has taken a while (policy_is_ripe()). The budget is a bucket of CPU time. What goes in is a share of the time that was spent on what is hot and waits
 * (not of all time: what a program does before a loop gets hot, imports among it, says nothing of how long the loop will go on), the smaller the more was spent for nothing;
 * and a part of what traces save. Each recording takes out what it has cost. While it is empty nothing is recorded, and what got hot gets hot again later. It holds little
 * before traces have saved more than they cost: so a short call after a long start is not charged with many recordings.
 *
 * Side traces: a place in the program whose exits have led to CHAIN side traces, each behind a guard of the one before, takes more ways than it pays to tell
 * apart; and a root has TREE of them at most. Exits beyond that stay exits.
 * Where facts that it relies on are broken again and again, a loop waits for its next trace longer each time.
 *
 * When three quarters of the code memory are in use, roots that have not been entered for the longest are taken away with their trees, until it is half.
 *
 * Entering and leaving a trace takes as long as ENTRY instructions of the interpreter, an open call OPEN more than in the interpreter. What a trace does in between
 * is known where it is left: how far it has come, and how often round the loop. Where the sum of all that stays negative for LOSSES times an entry that
 * does nothing, the trace is taken away; it may be made again when the loop has run some thousand times more, and once more; not a third time. */
#include "jit/trace/record.h"

#include <time.h>

#include "jit/trace/events.h"
#include "vm/heat.h"

#define SHARE 4                        /* one nanosecond out of so many that were spent on what is hot goes into the bucket; */
#define DEEP_NS 8000000                /* out of one more for each time that so much has been spent for nothing */
#define GAIN 2                         /* and one out of so many that traces saved */
#define ROOM_NS 200000                 /* it holds that, and */
#define ROOM_SAVED 8                   /* one out of so many that they saved beyond their price; */
#define ROOM_MOST_NS 8000000           /* and no more than that */
#define HALF_LIFE_NS 2000000000         /* of what was hot: what was spent and saved so long ago counts half */
#define TRUST_NS 25000                 /* between two looks at the clock on the wall: so little passes on a busy machine, too */
#define SAVED_NS 3                     /* by an instruction in a trace */
#define INSTRUCTION_NS 700             /* what recording an instruction takes, */
#define RECORDING_NS 20000             /* and what a recording takes besides: statistics, facts, tables; being freed */
#define RUNNING_NS 10                  /* an instruction takes the interpreter */
#define TRACE_NS 40000                 /* it takes to compile a trace, */
#define UNIT_NS 600                    /* and for each code unit */
#define YOUNG 1024                     /* loops that wait */
#define ROUND_NS 200                   /* the most that a round of one is taken to last, */
#define ROUND_UNIT_NS 20               /* and for each code unit */
#define FUNCTION_PATIENCE 3            /* times as long waits a function, */
#define CALLS_PATIENCE 2               /* and a loop that calls */
#define FORGOTTEN_NS 50000000          /* what has not asked for so long begins anew: the program does something else since */
#define EXITS_NS 100000                /* the most that is taken to lie between two questions of an exit */
#define CHAIN 5
#define TREE 40                         /* side traces of a root, or, */
#define TREE_MANY 250                   /* as long as they are short, with no more */
#define TREE_BYTES 2048                 /* bytes than this each on average, so many */
#define ENTRY 28
#define GENERATOR_ENTRY 40             /* where a part of a round is to resume the generator and to take an item, in C before and after */
#define OPEN OPEN_COST
#define FRAME 10                       /* of an inlined call, when it must be made */
#define LOSSES 2000
#define RESTS 2                        /* times that a trace is made again; after 2**REST_TRIES times the usual number of rounds */
#define REST_TRIES 4

static int64_t left;                   /* under the GIL */
static uint64_t wall_at, cpu_at;       /* cpu_now() */
static uint64_t asked_at, hot_ns, halved_at;             /* when anything hot asked last; the time that was spent on such, in all; */
static int64_t earned;                 /* and since the last look at the budget */
static int64_t spent_ns, worked;       /* in all; instructions in traces that were entered and left, less what that took. Less of what was long ago */
static int64_t counted;                /* of `worked`: has gone into the bucket */

static uint64_t
clock_ns(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* CPU time of the process: what else the machine does changes nothing. Asking for it takes ten times as long as for the time on the wall, which is as good for short whiles. */
static uint64_t
cpu_now(void)
{
    uint64_t wall = clock_ns(CLOCK_MONOTONIC), since = wall - wall_at;
    wall_at = wall;
    if (since < TRUST_NS)
        return cpu_at += since;
    uint64_t cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    return cpu_at = cpu > cpu_at ? cpu : cpu_at;
}

/* ---- when ---- */

/* The time since it asked last counts, but no more than `most` of it: what passes between two questions may have been spent anywhere. */
static bool
has_waited(struct policy_wait *w, uint64_t most, unsigned factor, unsigned units)
{
    uint64_t now = cpu_now(), hot = now - asked_at;
    asked_at = now;
    hot = hot < most ? hot : most;
    hot_ns += hot;
    earned += (int64_t)hot;
    if (w->asked == 0)
        w->asked = now;
    uint64_t since = now - w->asked, spent = (since > FORGOTTEN_NS ? 0 : w->spent) + (since < most ? since : most);
    w->asked = now;
    w->spent = spent < UINT32_MAX ? (uint32_t)spent : UINT32_MAX;
    return spent >= factor * jit_options.patience * (TRACE_NS + (uint64_t)units * UNIT_NS);
}

bool
policy_is_ripe(struct policy_wait *w, unsigned units)
{
    return jit_options.stress || jit_options.patience == 0 || has_waited(w, EXITS_NS, 1, units);
}

/* Calls of builtin functions and classes, like range() and len(), that come down to little. */
static bool
is_plain_call(int op)
{
    return op == CALL_BUILTIN_CLASS || op == CALL_BUILTIN_O || op == CALL_BUILTIN_FAST || op == CALL_LEN || op == CALL_ISINSTANCE || op == CALL_LIST_APPEND || op == CALL_TYPE_1;
}

/* Does it call functions in Python, or methods; or raise? */
static bool
has_calls(const _Py_CODEUNIT *jump, unsigned units)
{
    for (const _Py_CODEUNIT *at = jump - units; at < jump; at += 1 + op_table[op_deopt(at->op.code)].caches) {
        int op = op_deopt(at->op.code);
        if (op == CALL_KW || op == CALL_FUNCTION_EX || op == RAISE_VARARGS || (op == CALL && !is_plain_call(at->op.code)))
            return true;
    }
    return false;
}

/* A loop's own time is not known, only when it asks. So no more counts than its rounds are likely to have taken.
 * Two jumps may come to have one place: then each waits anew when the other has asked. Code that is gone may have lain at the same address: so versions, too. */
bool
policy_loop_is_ripe(const PyCodeObject *code, const _Py_CODEUNIT *jump, unsigned units)
{
    static struct { const _Py_CODEUNIT *jump; struct policy_wait wait; uint32_t version; uint8_t factor; } young[YOUNG];      /* under the GIL */
    if (jit_options.stress || jit_options.patience == 0)
        return true;
    unsigned at = (unsigned)((uintptr_t)jump / sizeof(*jump) * 2654435769u % (1u << 31) / ((1u << 31) / YOUNG));
    if (young[at].jump != jump || young[at].version != code->co_version) {
        young[at].jump = jump;
        young[at].version = code->co_version;
        young[at].wait = (struct policy_wait){ 0 };
        young[at].factor = (uint8_t)(op_deopt(jump->op.code) == RESUME ? FUNCTION_PATIENCE : has_calls(jump, units) ? CALLS_PATIENCE : 1);
    }
    return has_waited(&young[at].wait, POLICY_LOOK_AGAIN * (ROUND_NS + (uint64_t)units * ROUND_UNIT_NS), young[at].factor, units);
}

/* ---- how much ---- */

static int64_t debt(void) { return spent_ns - worked * SAVED_NS; }

static void
forget(void)
{
    for (; hot_ns - halved_at > HALF_LIFE_NS; halved_at += HALF_LIFE_NS) {
        spent_ns /= 2;
        worked /= 2;
        counted /= 2;
    }
}

bool
policy_affords(void)
{
    if (jit_options.stress || jit_options.patience == 0)
        return true;
    int64_t owed = debt(), gained = (worked - counted) * SAVED_NS;
    left += earned / (SHARE + (owed > 0 ? owed / DEEP_NS : 0));
    if (gained > 0) {
        left += gained / GAIN;
        counted = worked;
    }
    earned = 0;
    forget();
    int64_t room = ROOM_NS + (owed < 0 ? -owed / ROOM_SAVED : 0);
    room = room < ROOM_MOST_NS ? room : ROOM_MOST_NS;
    left = left < room ? left : room;
    return left >= 0;
}

bool policy_is_broke(void) { return left < 0; }

/* Between the first instruction and the last the program has run, too; and calls of C functions, of which nothing is known. */
void
policy_spent(unsigned instructions, uint64_t compile_ns, uint64_t cpu_ns)
{
    uint64_t likely = RECORDING_NS + instructions * (uint64_t)INSTRUCTION_NS + compile_ns;
    uint64_t ran = instructions * (uint64_t)RUNNING_NS, ns = RECORDING_NS / 2 + (cpu_ns > ran ? cpu_ns - ran : 0);
    ns = ns < likely / 2 ? likely / 2 : ns > 2 * likely ? 2 * likely : ns;
    spent_ns += (int64_t)ns;
    left -= (int64_t)ns;
}

void
policy_after_fork(void)
{
    wall_at = cpu_at = asked_at = 0;                     /* the child's CPU time begins anew */
    left = left > 0 ? left : 0;
}

/* How many of t and its parents begin where e leads to. */
static unsigned
chain_length(const struct trace *t, const struct trace_exit *e)
{
    unsigned n = 0, pc = t->snaps[e->snap].pc;
    const PyCodeObject *code = t->frames[t->snaps[e->snap].frame].code;
    for (const struct trace *p; (p = trace_get(t->parent)) != NULL; t = p) {
        const struct trace_snap *s = &p->snaps[p->exits[t->parent_exit].snap];
        n += s->pc == pc && p->frames[s->frame].code == code;
    }
    return n;
}

static size_t
tree_bytes(const struct trace *t)
{
    size_t n = t->machine.size;
    for (const struct trace *child = t->first_child; child != NULL; child = child->next_child)
        n += tree_bytes(child);
    return n;
}

const char *
policy_side(const struct trace *t, const struct trace_exit *e)
{
    const struct trace *root = trace_get(t->root);
    if (chain_length(t, e) >= CHAIN)
        return "a place that goes too many ways";
    return root != NULL && root->tree >= TREE && (root->tree >= TREE_MANY || tree_bytes(root) > (size_t)root->tree * TREE_BYTES) ? "the loop has too many side traces" : NULL;
}

/* ---- does it pay? ---- */

/* Leaving there, in instructions of the interpreter: with the objects and the frames that it makes. */
static uint16_t
cost_of(const struct trace *t, const struct trace_exit *e)
{
    const struct trace_snap *s = &t->snaps[e->snap];
    return (uint16_t)(ENTRY + s->nentries + 2 * s->nstores + FRAME * (t->frames[s->frame].depth - s->real));
}

static uint32_t
share(uint32_t work, uint32_t part, uint32_t whole)
{
    return whole == 0 ? 0 : (uint32_t)((uint64_t)work * part / whole);
}

void
policy_weigh(struct trace *t, const struct recorder *r)
{
    const struct ir *ir = r->ir;
    const struct trace *parent = trace_get(t->parent), *root = trace_get(t->root);
    uint32_t before = parent != NULL ? parent->exits[t->parent_exit].work : 0, exit = 0;
    uint32_t end = (ir->loop != REF_NONE ? ir->loop : ir->end) - REF_BIAS, body = ir->end - REF_BIAS - end;
    unsigned calls = OPEN * rec_dear_opens(r) + r->calls;
    t->round_work = r->count > calls ? r->count - calls : 0;
    for (ir_ref k = REF_BIAS; k < ir->end && exit < t->nexits; k++) {
        if (!(ir_ops[ir->at[k].op].flags & I_GUARD))
            continue;
        struct trace_exit *e = &t->exits[exit++];
        uint32_t at = k - REF_BIAS;
        e->in_loop = at > end;
        e->work = before + (e->in_loop ? t->round_work + share(t->round_work, at - end, body) : share(t->round_work, at, end));
    }
    for (; exit < t->nexits; exit++)
        t->exits[exit].work = before + t->round_work;
    for (exit = 0; exit < t->nexits; exit++)
        t->exits[exit].cost = cost_of(t, &t->exits[exit]);
    if (root != NULL && root != t)                       /* it may do better now */
        trace_get(t->root)->balance = Py_MAX(root->balance, 0);
}

bool
policy_left(struct trace *t, const struct trace *last, const struct trace_exit *e, uint32_t rounds, uint64_t before)
{
    uint64_t work = before + e->work + (e->in_loop ? (uint64_t)rounds * last->round_work : 0);
    int32_t price = e->cost + (t->is_generator ? GENERATOR_ENTRY - ENTRY : 0);
    worked += (int64_t)work - price;
    t->balance += work > 8 * ENTRY ? 7 * ENTRY : (int32_t)work - price;
    if (t->balance > LOSSES * ENTRY / 4)
        t->balance = LOSSES * ENTRY / 4;
    return UNLIKELY(t->balance < -LOSSES * ENTRY);
}

/* Do others go on in it than its own side traces? */
static bool
is_used(const struct trace *t)
{
    const struct trace *user = t->first_user;
    while (user != NULL && user->root == t->id)
        user = user->next_user;
    return user != NULL;
}

/* The interpreter does not enter t any more; what leads to t in machine code still does. It may be tried again, but not often. */
static void
let_rest(struct trace *t)
{
    struct loop_row *row = t->row;
    unsigned rests = row != NULL ? row->rests++ : RESTS;
    anchor_rest(t->code, t->id, rests < RESTS ? REST_TRIES + (int)rests : HEAT_TRIES);
    if (row != NULL && rests >= RESTS)
        row->state = LOOP_GAVE_UP;
}

void
policy_give_up(PyThreadState *ts, struct trace *t)
{
    bool is_function = t->place != NULL;
    t->balance = 0;
    if (t->anchor == NO_ANCHOR || jit_options.stress)
        return;
    if (is_function) {                                   /* it stays for calls from traces */
        anchor_rest(t->code, t->id, HEAT_TRIES);
        t->anchor = NO_ANCHOR;
        return;
    }
    let_rest(t);
    if (is_used(t)) {
        t->anchor = NO_ANCHOR;
        return;
    }
    event_evicted(t, "entering and leaving it took longer than it saved");
    trace_take_away(ts, t);
}

/* ---- facts that do not hold for long ---- */

void
policy_broken(struct trace *t)
{
    struct loop_row *row = t->row;
    if (t->anchor == NO_ANCHOR || row == NULL || jit_options.stress)
        return;
    row->broken += row->broken < 2 * (HEAT_TRIES - 1);
    anchor_rest(t->code, t->id, row->broken / 2);
}

void
policy_misjudged(PyThreadState *ts, struct trace *t)
{
    if (t == NULL)
        return;
    event_evicted(t, "a large loop that it has inlined goes round");
    policy_broken(t);
    trace_take_away(ts, t);
}

/* ---- code memory ---- */

struct candidate { struct trace *root; uint64_t used_at; };

static int
older(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->used_at < y->used_at ? -1 : x->used_at > y->used_at;
}

/* Those that go on in it have used it, too. */
static uint64_t
used_at(const struct trace *t)
{
    uint64_t last = t->used_at;
    for (const struct trace *user = t->first_user; user != NULL; user = user->next_user) {
        const struct trace *root = trace_get(user->root);
        if (root != NULL && root->used_at > last)
            last = root->used_at;
    }
    return last;
}

void
policy_evict(PyThreadState *ts)
{
    size_t used = x64_used(), limit = x64_limit();
    if (LIKELY(used < limit / 4 * 3))
        return;
    struct candidate *c = PyMem_RawMalloc((trace_limit() + 1) * sizeof(*c));
    unsigned n = 0;
    for (unsigned i = 0; c != NULL && i < trace_limit(); i++)
        if (trace_get(i) != NULL && trace_get(i)->is_root)
            c[n++] = (struct candidate){ trace_get(i), used_at(trace_get(i)) };
    if (n > 0)
        qsort(c, n, sizeof(*c), older);
    for (unsigned i = 0; i < n && used > limit / 2; i++) {
        size_t bytes = tree_bytes(c[i].root);
        used -= bytes < used ? bytes : used;
        event_evicted(c[i].root, "there was no room for it any more");
        trace_doom(c[i].root);
    }
    PyMem_RawFree(c);
    trace_take_away(ts, NULL);
}
