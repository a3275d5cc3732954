/* jit/trace/trace.h: traces that exist, what the compiler was told, and what it has done.
 *
 * A trace belongs to the code object it is anchored in and dies with it. All of it is read and written under the GIL only. */
#ifndef ADDER_JIT_TRACE_TRACE_H
#define ADDER_JIT_TRACE_TRACE_H

#include "jit/opt/opt.h"
#include "jit/x64/x64.h"
#include "vm/trace_ops.h"

#define NO_TRACE 0xffff
#define NO_ANCHOR 0xffff
#define VERSIONS 3

/* What got hot waits: when it asked last whether it has waited long enough, and for how long it has (policy_is_ripe(); nanoseconds). */
struct policy_wait {
    uint64_t asked;
    uint32_t spent;
};

/* An exit. With many traces, memory that is not at hand is most of what entering and leaving cost, and most exits are never taken: what only those have that are lies elsewhere. */
struct trace_exit {
    struct exit_state *state;          /* never NULL; exit_untaken until trace_exit_state() was asked for it */
    uint32_t work;                     /* bytecode instructions done when it is taken in the first round of the loop */
    uint16_t snap;                     /* its snapshot */
    uint16_t cost;                     /* of entering the trace and leaving it there, in instructions (policy.c) */
    uint8_t op;                        /* enum ir_op of the guard; IR_BASE: it is the end of the trace */
    bool in_loop;                      /* behind LOOP */
};

struct exit_state {
    struct exit_plan *plan;            /* what it does, worked out once it has been taken often; or NULL */
    struct exit_list *list;            /* or its snapshot, written out, where there is no plan for it */
    uint64_t taken;                    /* times, all in all */
    uint32_t count;
    uint16_t side;                     /* the trace that goes on from there, or NO_TRACE */
    uint8_t tries;                     /* recordings that came to nothing */
    uint8_t waits;                     /* those of them that only came too early: rec_comes_later() */
    struct policy_wait wait;           /* since it was taken for the first few times */
    const char *why;                   /* nothing goes on there although it was tried; static text, or NULL */
};

/* A value that snapshots name (kept.c). */
struct trace_item {
    ir_ref ref;                        /* of a box: of its operand */
    ir_ref named;                      /* and of itself: the same box is the same object */
    ir_ref kt;                         /* of an object: the constant that is its exact type, or REF_NONE: trace_item_type() */
    uint8_t type;                      /* enum ir_type of `ref` */
    uint8_t how;                       /* of a store: enum snap_how, HOW_NULL: a number in a raw field */
    int16_t slot;                      /* what this slot of the frame's memory holds; -1: something else */
    uint16_t field, item;              /* not 0: what lies in a field of that, at this offset; and of this the item with this number, counted from 1 (CLOAD, TITEM) */
    uint16_t virtual;                  /* of a VIRT: its number */
    uint16_t places;                   /* where it is begins there in t->places, and ends where that of the next one begins */
};

/* From this exit on, and until it moves, it lies there (LOC_*). */
struct trace_place { uint16_t exit, loc; };

/* What an exit names, written out: kept_list(), and where that is. */
struct exit_list { const uint16_t *locs; snap_entry entries[]; };

/* A snapshot, see struct snap. */
struct trace_snap {
    uint32_t pc;
    uint32_t entries, stores;          /* the first of each; entries: only those by which it is different from the one before (kept.c) */
    uint16_t depth, frame, top, real, nentries, nstores;
    uint16_t base;                     /* so many snapshots before it one is listed whole */
    bool open, branch;
};
struct trace_store { uint16_t obj, value; uint32_t offset; };      /* numbers of items */

struct trace {
    /* Read at each entry and exit. */
    PyObject *globals, *builtins;      /* of the frame on which it runs, borrowed: only such frames enter it (frame_fits()) */
    struct ir *ir;                     /* kept when the evaluator runs it, else NULL */
    struct trace_exit *exits;          /* by number: that of the machine code; of the evaluator: how many guards come before, the end last */
    uint64_t entered;                  /* times it was entered from the frame's memory */
    uint64_t used_at;                  /* when it was entered last, in entries of all traces */
    uint32_t nexits;
    uint32_t round_work;               /* bytecode instructions of a round, or of all of a linear trace */
    int32_t balance;                   /* of the entries so far: what they have saved, less what entering and leaving take (policy.c) */
    uint16_t id;
    uint16_t link;                     /* the trace that goes on behind its end; NO_TRACE: a loop, or the interpreter */
    bool is_linked;                    /* it goes on there without leaving machine code, inside the other's loop */
    bool is_module;                    /* the frame's locals are its globals */
    bool opens;                        /* it or a parent has open calls */
    bool wants_version;                /* the next round is to become a version */
    bool dead;                         /* nothing leads to it; freed when no trace runs, as an open call in it may still return */
    bool is_generator;                 /* its code's frames are those of generators */
    struct x64_code machine;
    /* The rest is not. */
    uint16_t anchor, start;            /* code units: of the backward jump or RESUME, or NO_ANCHOR for a side trace; and where the trace starts */
    bool to_start;                     /* or rather where the other starts */
    uint16_t repeats;                  /* traces that have repeated its first round to go on in its loop */
    bool is_root;                      /* it starts at the head of a loop, so that other traces may link to it; */
    bool is_linear;                    /* or rather where a function begins or goes on behind a call: none does, but for NEXT */
    _Py_CODEUNIT *place;               /* such an instruction, by which it is found (jit/ir/next.h), or NULL */
    /* Of a root: others that start where it does, made of rounds that went another way (version.c); of one of those: whose. */
    uint16_t versions[VERSIONS], version_of;
    uint8_t nversions, version_tries;
    uint8_t postponed;                 /* times that it was not given up although it loses, as an exit waits for a side trace */
    uint16_t root;                     /* of its tree: of a root itself */
    uint16_t tree;                     /* of a root: traces in its tree but itself */
    uint16_t parent;                   /* whose exit it continues with what was in registers; NO_TRACE: entered from the frame's memory */
    uint32_t parent_exit;
    PyCodeObject *code;                /* borrowed; its death frees the trace */
    int nslots;                        /* locals and cells of the frame: where its stack begins in localsplus */
    int top;                           /* one past the last slot that the frame's memory holds while it runs */
    /* Of a loop that others may link to in registers, else NULL: the round as it was before its loop was known well; what it leaves changed, a bit
     * per slot; and its live-ins with their bounds. */
    struct ir *round;
    uint64_t *changed;
    unsigned nlive;
    ir_ref *live;
    struct interval *bounds;
    uint64_t leaf;                     /* of the first 64 slots those that are dropped late and have a leaf in memory, or nothing, at each exit that lists them */
    struct loop_copies copies;         /* how the round became the body */
    /* What exits need of the IR, in one block of memory: kept.c. */
    void *kept;
    uint64_t *consts;                  /* word of the constant REF_BIAS - 1 - i */
    struct ir_frame *frames;
    struct ir_virtual *virtuals;
    struct trace_item *items;
    struct trace_place *places;
    struct trace_snap *snaps;          /* `nsnaps`, and one more, behind the last */
    snap_entry *entries;               /* snap_ref() of one is the number of an item */
    struct trace_store *stores;
    uint32_t nsnaps, widest;           /* widest: room that kept_list() needs for any of them */
    unsigned jumps;                    /* backward jumps in it and its parents that were unrolled */
    struct trace *first_child, *next_child;              /* those that continue its exits */
    struct trace *first_user, *next_user;                /* those that lead to it behind their ends, but itself */
    struct trace *next_doomed, *next_dead;
    bool doomed;                       /* about to be freed */
    struct loop_row *row;              /* of its loop, or NULL: events.h */
    int line;                          /* where it starts */
    void *gdb;                         /* what debuggers know of it, or NULL */
    char *text;                        /* with check: its IR */
    char **guards;                     /* by exit: its guard, for -X dump=exits; or NULL */
    uint16_t from;                     /* a side trace: it was recorded behind this exit of that trace; else NO_TRACE */
    uint32_t from_exit;
};

enum jit_mode { JIT_OFF, JIT_ON, JIT_EVAL };             /* JIT_EVAL: the evaluator instead of machine code */

struct jit_stats {
    uint64_t recorded, aborted, compiled, exits;
    uint64_t compile_ns, compiled_ins; /* of the IR, as recorded */
    uint64_t entered;                  /* from the interpreter */
    uint64_t checked, unseen;          /* predictions that were right, and those that could not be compared: check.c */
    uint64_t trace_ns, record_ns;      /* with clock: in traces, open calls included; recording, with compile_ns */
};

struct jit_options {
    enum jit_mode mode;
    bool stress;                       /* a loop is hot at its second round */
    bool dump_rec, dump_ir, dump_opt, dump_snap, dump_asm, dump_exits;
    const char *dump_function;         /* dump only for functions of this name; NULL: all */
    uint32_t seed;                     /* of random choices; 0: none are made */
    unsigned paused;                       /* nothing is recorded as long as it is not 0: memory is traced, objects are */
    uint32_t exit_every;               /* force an exit at every n-th guard; 0: at none */
    uint32_t evict_every, poison_every, oom_every;       /* stress.c; 0: never */
    uint32_t patience;                 /* policy_is_ripe() */
    uint32_t check;                    /* predictions that are still to be compared: check.c */
    uint32_t clock;                    /* times are taken: clock.c */
};

struct recorder;
extern struct jit_options jit_options;
extern struct jit_stats jit_stats;

/* What recording has left in ir becomes the trace of the recorder's number. at_loop: bounds of the integers before the loop, by ref - REF_BIAS. NULL, or
 * why not, in words. */
struct recorder;
const char *trace_make(PyThreadState *ts, struct recorder *r, const struct interval *at_loop);
/* The state of this exit, to be changed; NULL: no memory. */
extern struct exit_state exit_untaken;
struct exit_state *trace_exit_state(struct trace *t, uint32_t exit);
/* The recording of a side trace behind this exit came to nothing; does that count as one of its tries? */
enum side_failure { SIDE_FAILED, SIDE_TOO_EARLY, SIDE_NOT_TRIED };
void trace_side_failed(unsigned parent, unsigned exit, enum side_failure how);
/* kept.c: keeps what the exits of t need of ir; they are there, and so is machine code, of which `locs` goes. NULL, or why not. */
const char *kept_make(struct trace *t, const struct ir *ir);
/* Writes out what s names: its entries, in order, then object and value of each store, of which only snap_ref() means something: the number of its item. to: room for t->widest, which is KEPT_LIST at
 * most. */
#define KEPT_LIST (4096 + 512)
void kept_list(const struct trace *t, const struct trace_snap *s, snap_entry *to);
/* The same for this exit, with places, in one block (PyMem_RawFree()); NULL: no memory. */
struct exit_list *kept_exit(const struct trace *t, uint32_t exit);
static inline const struct trace_snap *exit_snap(const struct trace *t, uint32_t exit) { return &t->snaps[t->exits[exit].snap]; }
static inline PyTypeObject *
trace_item_type(const struct trace *t, const struct trace_item *item)
{
    return item->kt == REF_NONE ? NULL : (PyTypeObject *)(uintptr_t)t->consts[REF_BIAS - 1 - item->kt];
}
/* Where item number i is when this exit is taken, which names it; LOC_NONE: a constant, or nowhere. */
static inline uint16_t
kept_place(const struct trace *t, uint32_t i, uint32_t exit)
{
    const struct trace_place *first = t->places + t->items[i].places, *p = t->places + t->items[i + 1].places;
    while (p > first)
        if ((--p)->exit <= exit)
            return p->loc;
    return LOC_NONE;
}
/* table.c */
/* A number that no trace has, or -1. */
int trace_number(void);
/* The trace of that number, or NULL; all numbers are below trace_limit(). trace_at(): of a number that was given to one, be it dead. */
unsigned trace_limit(void);
struct trace *trace_get(unsigned id);
/* Nothing leads to it (NULL: to those that trace_doom() was called for) and those that depend on it any more; they are freed when none runs. */
void trace_take_away(PyThreadState *ts, struct trace *t);
struct trace *trace_at(unsigned id);
/* The root of a loop that starts there, or NULL. */
struct trace *trace_root_at(PyCodeObject *code, unsigned start);
/* t has its number from now on; and is part of those it hangs on. */
void trace_put(struct trace *t);
void trace_join(struct trace *t);
/* t (NULL: nothing) is about to be freed. Then: all of those, by next_doomed, together with what cannot do without them: side traces cannot do without
 * their parents, nor what goes on in a loop without that. Nothing leads to them any more. */
void trace_doom(struct trace *t);
struct trace *trace_take_doomed(void);
/* Free it; its anchor must be gone or go with its code object. */
void trace_free(struct trace *t);
void table_end(void);
/* trace_ops.enter */
_Py_CODEUNIT *trace_enter(PyThreadState *ts, _PyInterpreterFrame *f, int n);

/* exit.c: rebuild the frame as this exit of t says. Values are in st, list is the exit's, or NULL; or, with st NULL, they are in `values`, by reference. Inlined calls get frames, ts->current_frame is the innermost. The instruction of that
 * one to go on at; NULL with MemoryError, the frame's slots as they were on entry. */
struct exit_values { const struct x64_state *st; const struct exit_list *list; const union ir_value *values; };
_Py_CODEUNIT *exit_apply(PyThreadState *ts, _PyInterpreterFrame *f, const struct trace *t, uint32_t exit, const struct exit_values *from);

/* plan.c: what this exit of t does, in one block (PyMem_RawFree()); NULL if there is no plan for it, or no memory. plan_apply(): the same as exit_apply(); NULL without exception when memory
 * is short: nothing has changed. */
struct exit_plan *plan_make(const struct trace *t, uint32_t exit);
_Py_CODEUNIT *plan_apply(PyThreadState *ts, _PyInterpreterFrame *f, const struct exit_plan *p, const struct x64_state *st);

/* record.c: trace_ops.hot, rec_ins, rec_unwind */
bool record_hot(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, enum trace_heat heat);
bool record_ins(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp);
void record_unwind(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc);
/* What the trace that is being recorded as number id relies on has ceased to hold. */
void record_broken(unsigned id);
/* Is this thread recording? */
bool record_is_on(PyThreadState *ts);
/* In the child of a fork: drops what another thread, which is not there, was recording. */
void record_drop_others(PyThreadState *ts);
/* What is being recorded, if anything, comes to nothing. */
void record_break(const char *why);
/* Drops a recording that goes on, and what is kept for the next. */
void record_end(void);
/* The same where the NEXT of trace `parent` has led, which is this exit. */
bool record_return(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, unsigned parent, unsigned exit);
/* Record what follows pc, where this exit of trace `parent` has led. False: not now. record_turn(): the exit of an open call, which leads to the frame f, above `outer` or that; its
 * stack pointer is stored. */
bool record_turn(PyThreadState *ts, _PyInterpreterFrame *f, _PyInterpreterFrame *outer, _Py_CODEUNIT *pc, unsigned parent, unsigned exit);
bool record_side(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, unsigned parent, unsigned exit);

/* stress.c: a seed for the choices of registers in the next trace, 0 for no choices. */
uint32_t stress_seed(void);
/* Before a trace is entered with exit_every set: guards are counted again. After any was left: was the exit forced? */
void stress_begin(PyThreadState *ts);
bool stress_forced(PyThreadState *ts);
/* These stand in front of ops when traces are taken away or memory is refused. At the end: no more of that. */
struct trace_ops stressed(const struct trace_ops *ops);
void stress_end(void);
/* The recorder begins (1) or ends (-1) work outside of the functions above. */
void stress_work(int change);

/* policy.c: has what got hot been hot for as long as it pays to wait? *w is all 0 before the first question. units: length of its code. If not,
 * ask again after some more rounds. policy_loop_is_ripe(): the same for the loop of `code` with this jump, or its function. */
#define POLICY_LOOK_AGAIN 32
#define JIT_PATIENCE 10                /* so many times as long as compiling will take */
bool policy_is_ripe(struct policy_wait *w, unsigned units);
bool policy_loop_is_ripe(const PyCodeObject *code, const _Py_CODEUNIT *jump, unsigned units);
/* May a recording begin now? What the last one has cost: instructions recorded, time to compile, CPU time of the thread from its beginning to its end. In the child of a fork. */
bool policy_affords(void);
/* Has more been spent than there was? */
bool policy_is_broke(void);
void policy_spent(unsigned instructions, uint64_t compile_ns, uint64_t cpu_ns);
void policy_after_fork(void);
/* Why this exit of t never gets a side trace, or NULL. */
const char *policy_side(const struct trace *t, const struct trace_exit *e);

/* t was made of this: what its exits have done. */
void policy_weigh(struct trace *t, const struct recorder *r);
/* t was entered, and left by exit e of `last`, after so many rounds of that, and after traces that ended in NEXT had done so much work. True: it costs more than it saves; then take it away. */
bool policy_left(struct trace *t, const struct trace *last, const struct trace_exit *e, uint32_t rounds, uint64_t before);
void policy_give_up(PyThreadState *ts, struct trace *t);
/* A fact that t relies on was broken; t is about to be taken away. */
void policy_broken(struct trace *t);
/* The root t, or NULL, has inlined what it had better call: it is taken away with its tree, and soon recorded again. */
void policy_misjudged(PyThreadState *ts, struct trace *t);
/* Before a root is recorded: makes room in code memory. */
void policy_evict(PyThreadState *ts);

/* version.c: several traces for one loop */
/* Exit e of t, of whose place t itself came, leads back to a round that t's end expected to go another way: make the next one a trace of its own. False: no. */
bool version_wish(struct trace *t, const struct trace_exit *e);
/* Where the side trace that starts behind this exit of parent is to go on, which has come to the head of the loop that `head` is the trace of. */
struct trace *version_for(const struct trace *parent, unsigned exit, struct trace *head);
/* t is one of `head`. */
void version_put(struct trace *t, unsigned head);
/* Number i of t's, or NULL. */
struct trace *version_at(const struct trace *t, unsigned i);
/* The traces for the loop of t: number 0 is the one that the interpreter enters. NULL: none has this number, which is VERSIONS at most. */
struct trace *version_number(struct trace *t, unsigned i);
/* May there be one more? */
bool version_lacks(struct trace *t);
/* Record it, now that f jumps back to the head of the loop. False: not now. */
bool version_begin(PyThreadState *ts, _PyInterpreterFrame *f, struct trace *t);
/* Record the round that begins now as one more of t's. False: not now. */
bool record_version(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, const struct trace *t);

/* check.c: the same functions; what traces do is compared with what the interpreter does. At the end: no more of that. */
struct trace_ops checking(const struct trace_ops *ops);
void check_end(void);
void check_after_fork(PyThreadState *ts);
/* The trace that was left last. */
unsigned trace_left_last(void);

/* clock.c: the same functions with a clock around them. */
struct trace_ops clocked(const struct trace_ops *ops);

/* dump.c: does a dump of this stage of a trace in `code` interest? Then print the text under a heading. */
bool dump_wanted(bool stage, PyCodeObject *code);
void dump_text(const char *stage, PyCodeObject *code, unsigned pc, const char *text);

/* rec_list.c: as much as a list has room for that was made for `made` items and to which others were appended until it had n. */
unsigned rec_list_room(unsigned made, unsigned n);

#endif
