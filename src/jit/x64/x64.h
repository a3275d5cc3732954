/* jit/x64/x64.h: the x86-64 back end: registers and code for a trace, memory for code, entry and exit.
 *
 * Instructions are met from the end to the start: a value gets its register at its last use and loses it at its definition. What only
 * snapshots need lies in a spill slot. rsp points at a struct x64_state while a trace runs, rbp at the outer frame, r14 at the thread state;
 * the 13 other general registers and all vector registers are for values.
 * No page is writable and executable at the same time. All of it happens under the GIL. */
#ifndef ADDER_JIT_X64_X64_H
#define ADDER_JIT_X64_X64_H

#include "jit/ir/ir.h"
#include "vm/frame.h"

#define X64_SPILLS 256

/* What an exit leaves on the stack. Of the registers only those that some exit of the trace has as a location. */
struct x64_state {
    uint64_t spill[X64_SPILLS];
    uint64_t gpr[16];                  /* by the numbers of the encoding; rsp, rbp, r14 never; in the place of rsp long loops count their rounds */
    double xmm[16];
    _PyInterpreterFrame *frame;        /* that the trace was entered on */
    PyThreadState *ts;
    uint32_t trace, exit;
    uint64_t args[4];                  /* of functions that x64_slow() calls */
};

/* Where a value is when its exit is taken; that of a BOX_* is that of its operand. */
enum { LOC_GPR = 0, LOC_XMM = 16, LOC_SPILL = 32, LOC_NONE = 0xffff };          /* LOC_SPILL + n; LOC_NONE: a constant */

struct x64_exit {
    uint16_t snap;
    bool twice;                        /* a jump in front of it leads to the same place: a NaN leaves, too */
    uint32_t jump;                     /* offset in the code of the 32-bit displacement of its jump: what a side trace patches */
};

/* Where a trace that others lead to in machine code wants a value at the beginning of a round: 255: not in a register, not in a slot. Both: in both.
 * Neither: it reads the frame's memory itself. */
struct x64_in { uint8_t reg, slot; };
/* A constant that lies in a register all the time while the loop runs: who leads there loads it. */
struct x64_const { uint64_t word; uint8_t reg; };
#define X64_CONSTS 32

struct x64_code {                      /* arrays belong to it: x64_free() */
    uint8_t *code;                     /* in code memory; execution begins there */
    uint8_t rounds;                    /* in which gpr[] of the state an exit of the body leaves how often the loop has gone round; only with a loop */
    uint32_t size, text;               /* bytes of all, and of the instructions proper; stubs of exits and constants follow them */
    uint32_t apart;                    /* offset of what rarely runs: from there to the end */
    uint32_t room;                     /* free bytes behind it */
    uint32_t nexits, nlocs;
    struct x64_exit *exits;
    uint16_t *locs;                    /* until x64_free_locs(); that of exit e begin at first_loc[e]: one for each entry of the snapshot, then (object, value) of each store */
    uint32_t *first_loc;
    uint32_t loop, nins;               /* of a trace with a loop: offset where a round begins, and ir_live_ins() */
    struct x64_in *ins;
    uint32_t nconsts;
    struct x64_const *consts;          /* with a loop; room for X64_CONSTS */
};

/* How a trace hangs together with others in machine code. Registers and slots of the parent's exit are read at its start, those of the target's
 * round are written at its end. */
struct x64_ends {
    const uint16_t *from;              /* PLOAD_*: location of each item of the parent's exit; NULL: entered from memory */
    const struct x64_code *to;         /* LINK: the code whose round it ends in; NULL: it ends in an exit */
};

/* Code for ir as trace number `trace`. NULL, or why not ("out of code memory", "too many values at once", "out of memory"); no exception.
 * Leaves in ir's prev fields, for dumps, where each result is when it is computed: the register in the low byte (0-15 general, 16-31 vector, 255 none)
 * and the spill slot in the high byte (255 none). seed: 0, or where random choices of registers and spills start (tests).
 * A trace without loop ends in an exit through its last snapshot, or in ends->to. ends: NULL for a trace of its own. */
const char *x64_compile(struct ir *ir, uint32_t trace, uint32_t seed, const struct x64_ends *ends, struct x64_code *out);
void x64_free(struct x64_code *c);
/* Nobody asks where values are any more. */
void x64_free_locs(struct x64_code *c);
/* From now on so many bytes behind each piece of code stay free, for tools that pretend that something is there. */
void x64_leave_room(uint32_t bytes);
/* For tests: guards compiled from now on count rt_thread.jit_countdown down as ir_countdown says. Code compiled without has nothing of it. */
void x64_force_exits(bool on);

/* From now on the exit goes to target, with all registers as they are: the way into a trace that grows there. NULL: to its stub again. False when
 * target is too far or the system refuses. (GSTYPE of an empty slot stays at the stub.) */
bool x64_patch(const struct x64_code *c, uint32_t exit, const uint8_t *target);

/* Enter code on frame f. When an exit is taken, handler(state) is called on the trace's stack; what it returns is returned. */
typedef void *(*x64_exit_handler)(struct x64_state *st);
void *x64_enter(PyThreadState *ts, _PyInterpreterFrame *f, const uint8_t *code);

/* Reserve code memory; at exits this handler is called from now on. 0; -1 without exception when the system gives none. */
int x64_init(x64_exit_handler handler);
void x64_fini(void);
/* Bytes of code now in use, and bytes committed. */
size_t x64_used(void);
size_t x64_committed(void);
size_t x64_limit(void);                /* that may be in use at most */

/* Disassembly, one instruction a line, offsets from the start; PyMem_Free. NULL without exception: no memory. The disassembler is a library that is
 * opened at the first call; where it is not installed the text says so and shows bytes. */
char *x64_dump(const struct x64_code *c);

#endif
