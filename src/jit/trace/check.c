/* jit/trace/check.c: shadow mode (-X jit-check=N): what a trace does is predicted, and compared with what the interpreter does.
 *
 * Where a trace is entered, and behind its open calls, the process splits: one child runs the trace, up to the next open call, where it leaves by itself, or
 * to a guard that fails as it is that one's turn. A picture of what its frames hold then lies in memory that all share. Another child goes back to the interpreter at the same
 * place and compares at each instruction that looks like the one where the first has ended. Both end there; the program goes on in the process that it began in
 * and does not notice. So effects need not be withheld, and what is compared is what really runs: machine code or the evaluator.
 *
 * The second child may pass the place a few times before everything is as predicted, as the number of rounds is not part of the picture. When it never is, that is a
 * fault, unless the trace has ended in a call that the interpreter makes in C, where no instruction is shown to this file, or began in a generator.
 * Each place is looked at more and more seldom. Only this thread goes on in a child, nothing is collected, no signal is handled. */
#include <errno.h>
#include <signal.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jit/trace/trace.h"

#include "jit/ir/ir_runtime.h"
#include "code/opcodes.h"
#include "jit/trace/picture.h"
#include "rt/interp.h"
#include "vm/heat.h"

#define SECONDS 20                     /* that a child may take */
#define INSTRUCTIONS 200000            /* that the interpreter runs in one, */
#define VISITS 2000                    /* and pictures that it takes; beyond that it gives up */
#define OUTSIDE 500                    /* instructions that it runs of the consumers of a generator */
#define GUARDS_LOG2 9
#define PLACES 4096

enum verdict { NOTHING, PREDICTED, EQUAL, DIFFERENT, UNSEEN };

/* Shared by the children and the process that waits for them. */
static struct shared {
    enum verdict verdict;
    _Py_CODEUNIT *pc;                  /* where the trace ended */
    unsigned trace;
    int unit;                          /* the same, and the function's name, for messages */
    char function[100], text[2000];
    struct picture expected;
} *shared;
static pid_t owner;                    /* of `shared` */

static enum { PROGRAM, PREDICTS, VERIFIES } role;
static struct trace_ops plain;
static struct picture found;
static int best = -1;                  /* nodes that were the same where most were */
static unsigned instructions, visits;

/* Traces that run, of all threads: what they were entered with. Under the GIL. */
static struct entered { struct entered *previous; PyThreadState *ts; _PyInterpreterFrame *outer; unsigned trace; bool is_generator; } *entered, about;  /* in a child `about` is the one that it is about */

/* ---- when ---- */

static uint32_t looked_at[PLACES];     /* how often a place has been passed */
static uint32_t dice = 1;

static uint32_t
throw_dice(void)
{
    dice = dice * 1664525 + 1013904223;
    return dice >> 8;
}

/* The first four times, then more and more seldom. */
static bool
is_time(const void *place)
{
    uint32_t n = ++looked_at[((uintptr_t)place >> 1) % PLACES];
    return jit_options.check > 0 && (n <= 4 || (n & (n - 1)) == 0);
}

/* ---- processes ---- */

static bool
is_shared(void)
{
    if (shared != NULL && owner == getpid())
        return true;
    owner = getpid();                                    /* a child of the program has memory of its own */
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        shared = NULL;
    return shared != NULL;
}

/* A child of which the program hears nothing: no signal comes when it ends, and nobody waits for it but this file. 0 in the child. */
static pid_t
split(PyThreadState *ts)
{
    pid_t pid = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, 0);
    if (pid != 0)
        return pid;
    struct sigaction plain_action = { .sa_handler = SIG_DFL };
    sigset_t set;
    sigaction(SIGALRM, &plain_action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    alarm(SECONDS);
    ts->interp->gc.enabled = 0;
    ts_clear_breaker(ts, EB_EVENTS);
    picture_watch();
    return 0;
}

static void
print_fault(const char *what, const struct entered *e, int status)
{
    struct trace *t = trace_get(shared->trace);
    dprintf(2, "jit-check: %s (status %d), in trace %u of %s, entered as %u; up to code unit %d of %s\n%s\n", what, status, shared->trace,
            t == NULL ? "?" : PyUnicode_AsUTF8(t->code->co_qualname), e->trace, shared->unit, shared->function, shared->text);
    if (t != NULL && t->text != NULL)
        dprintf(2, "%s", t->text);
    abort();
}

/* Waits for a child, which must not have failed. */
static void
await(pid_t pid, const char *what, const struct entered *e)
{
    int status = 0;
    while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
        continue;
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM && WTERMSIG(status) != SIGTERM && WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGINT)
        print_fault(what, e, status);
    if (WIFSIGNALED(status))
        shared->verdict = NOTHING;
}

/* One prediction, and what becomes of it. True: this is the child that goes back to the interpreter. */
static bool
split_up(PyThreadState *ts, const struct entered *e, _PyInterpreterFrame *f, PyObject **sp)
{
    if (!is_shared())
        return false;
    jit_options.check--;
    picture_begin(f, sp, e->outer);
    uint32_t guards = 1 + throw_dice() % (1u << (1 + throw_dice() % GUARDS_LOG2));
    shared->verdict = NOTHING;
    shared->trace = e->trace;
    shared->text[0] = 0;
    pid_t pid = split(ts);
    if (pid == 0) {
        about = *e;
        role = PREDICTS;
        jit_options.exit_every = guards;
        rt_thread_of(ts)->jit_countdown = guards;
        ir_countdown = &rt_thread_of(ts)->jit_countdown;
        return false;
    }
    if (pid > 0)
        await(pid, "the trace crashed", e);
    if (pid < 0 || shared->verdict != PREDICTED)
        return false;
    pid = split(ts);
    if (pid == 0) {
        about = *e;
        role = VERIFIES;
        return true;
    }
    if (pid > 0)
        await(pid, "the interpreter crashed", e);
    jit_stats.checked += shared->verdict == EQUAL;
    jit_stats.unseen += shared->verdict == UNSEEN;
    if (shared->verdict == DIFFERENT)
        print_fault("what the trace did is not what the interpreter does", e, 0);
    return false;
}

/* ---- the child that predicts ---- */

/* A frame that is about to go need not have everything that nobody can see any more, be it that of a trace that began with the function. */
static bool returns(int opcode) { return opcode == RETURN_VALUE || opcode == RETURN_CONST; }

static _Noreturn void
predicted(PyThreadState *ts, _Py_CODEUNIT *pc)
{
    _PyInterpreterFrame *f = ts->current_frame;
    if (pc == NULL || returns(op_deopt(pc->op.code)))        /* it raises, or returns */
        _exit(0);
    shared->pc = pc;
    shared->trace = trace_left_last();
    shared->unit = (int)(pc - _PyCode_CODE(frame_code(f)));
    snprintf(shared->function, sizeof(shared->function), "%s", PyUnicode_AsUTF8(frame_code(f)->co_qualname));
    if (picture_take(&shared->expected, ts, f, pc, f->localsplus + f->stacktop, about.outer))
        shared->verdict = PREDICTED;
    _exit(0);
}

/* ---- the child that verifies ---- */

static _Noreturn void
end_verifying(enum verdict verdict)
{
    shared->verdict = verdict;
    if (verdict == DIFFERENT && best < 0)
        snprintf(shared->text, sizeof(shared->text), "the interpreter never came there;");
    _exit(0);
}

static bool
is_below(const _PyInterpreterFrame *f, const _PyInterpreterFrame *outer)
{
    while (f != NULL && f != outer)
        f = f->previous;
    return f != NULL;
}

/* The frame that the trace began in is left for good. A generator's only seems so while its consumer runs. */
static bool
is_left(const _PyInterpreterFrame *f)
{
    static unsigned outside;
    if (is_below(f, about.outer))
        return false;
    return !about.is_generator || ++outside == OUTSIDE;
}

static bool
rec_ins(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp)
{
    if (role != VERIFIES)
        return plain.rec_ins(ts, f, pc, sp);
    bool ends = is_left(f);
    if (++instructions == INSTRUCTIONS || visits == VISITS)
        end_verifying(UNSEEN);
    if (!ends && pc == shared->pc && picture_take(&found, ts, f, pc, sp, about.outer)) {
        int same = picture_compare(&shared->expected, &found);
        visits++;
        if (same < 0)
            end_verifying(EQUAL);
        if (same > best)
            picture_describe(&shared->expected, &found, best = same, shared->text, sizeof(shared->text));
    }
    if (ends)
        end_verifying(shared->expected.plain && !about.is_generator ? DIFFERENT : UNSEEN);
    return true;
}

static void
rec_unwind(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc)
{
    if (role != VERIFIES)
        plain.rec_unwind(ts, f, pc);
    else if (f == about.outer && pc == NULL)
        end_verifying(shared->expected.plain && !about.is_generator ? DIFFERENT : UNSEEN);
}

/* ---- where it happens ---- */

static void
leave_list(const struct entered *e)
{
    struct entered **at = &entered;
    while (*at != e)
        at = &(*at)->previous;
    *at = e->previous;
}

static _Py_CODEUNIT *
enter(PyThreadState *ts, _PyInterpreterFrame *f, int n)
{
    _Py_CODEUNIT *pc = f->instr_ptr;
    if (role == VERIFIES)
        return pc;
    if (role == PREDICTS || rt_thread_of(ts)->loop_state != LOOP_READY)
        return plain.enter(ts, f, n);
    struct entered e = { entered, ts, f, (unsigned)n, f->owner == FRAME_OWNED_BY_GENERATOR };
    entered = &e;
    if (is_time(pc) && split_up(ts, &e, f, f->localsplus + f->stacktop)) {
        rt_thread_of(ts)->loop_record = 1;
        return pc;
    }
    pc = plain.enter(ts, f, n);
    if (role == PREDICTS)
        predicted(ts, pc);
    if (role == VERIFIES)
        rt_thread_of(ts)->loop_record = 1;
    else
        leave_list(&e);
    return pc;
}

/* The trace leaves in front of its next open call. */
static bool
leaves(int opcode)
{
    if (role == PREDICTS && returns(opcode))
        _exit(0);
    return role == PREDICTS;
}

static void (*poison)(PyThreadState *ts, _PyInterpreterFrame *f);

/* Behind an open call in f. The trace leaves when jit_epoch has changed. */
static void
behind_open(PyThreadState *ts, _PyInterpreterFrame *f)
{
    if (poison != NULL)
        poison(ts, f);
    const struct entered *e = entered;
    while (e != NULL && e->ts != ts)
        e = e->previous;
    if (role == PROGRAM && e != NULL && ts->current_exception == NULL && is_time(f->instr_ptr) && split_up(ts, e, f, frame_stackbase(f)))
        jit_epoch++;
}

struct trace_ops
checking(const struct trace_ops *ops)
{
    plain = *ops;
    poison = jit_poison;
    jit_poison = behind_open;
    jit_leaves_opens = leaves;
    dice = jit_options.seed | 1;
    return (struct trace_ops){ ops->hot, rec_ins, rec_unwind, enter, ops->invalidate };
}

void
check_after_fork(PyThreadState *ts)
{
    for (struct entered **at = &entered; *at != NULL; )
        if ((*at)->ts == ts)
            at = &(*at)->previous;
        else
            *at = (*at)->previous;                       /* a thread that is not there */
}

void
check_end(void)
{
    jit_poison = NULL;
    jit_leaves_opens = NULL;
}
