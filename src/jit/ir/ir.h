/* jit/ir/ir.h: the intermediate representation of a trace: linear, in SSA form.
 *
 * Instructions are 16 bytes in one array. A reference is a 16-bit index into it: instructions from REF_BIAS up, in the order of
 * execution; constants below, each once, downwards. So an operand's reference tells whether it is constant, and x < y says what is
 * computed first. Types of values are those of machine registers: an I64 is a Python int that fits 64 bits, F64 a float, BOOL a bool,
 * OBJ a pointer to any object, PTR an address that is no object.
 *
 * A snapshot says how to rebuild the interpreter's state at one point. A guard leaves through the last snapshot whose ref is not above its
 * own. The frame's memory is not touched while a trace runs: a snapshot lists the slots that differ from it. An inlined call has no frame in
 * memory; its slots lie behind those of its caller, and a snapshot inside it lists all of them.
 *
 * The ideas are those of LuaJIT's IR; design: 16-byte instructions, one array, biased references. */
#ifndef ADDER_JIT_IR_IR_H
#define ADDER_JIT_IR_IR_H

#include <Python.h>

typedef uint16_t ir_ref;

#define REF_BIAS 0x8000
#define REF_NONE 0                     /* no operand; also: a guard that always holds, so that nothing was emitted */
#define REF_FAIL 0xffff                /* a guard that never holds */
#define ref_is_const(r) ((r) < REF_BIAS)

enum ir_type { T_NIL, T_I64, T_F64, T_OBJ, T_PTR, T_BOOL, T_TYPES };
enum { I_GUARD = 1, I_PURE = 2, I_LOAD = 4, I_STORE = 8, I_COMM = 16, I_CALL = 32, I_KEEP = 64 };
enum { X__, X_WORD, X_OFS, X_TYPE, X_HELPER };

#define IR(name, type, a, b, c, x, flags) IR_##name,
enum ir_op {
#include "jit/ir/ir_ops.def"
    IR_OPS
};
#undef IR

/* What a load reads and a store writes; no store of one class changes what a load of another sees. */
enum heap_class { HEAP_NONE, HEAP_RAW, HEAP_OBJECT, HEAP_ADDRESS, HEAP_WORD, HEAP_ITEM, HEAP_NUMBER };
static inline enum heap_class
ir_heap_class(enum ir_op op)
{
    switch (op) {
    case IR_RLOAD_I: case IR_RLOAD_F: case IR_RSTORE_I: case IR_RSTORE_F: return HEAP_RAW;
    case IR_OLOAD: case IR_OSTORE: return HEAP_OBJECT;
    case IR_ALOAD: return HEAP_ADDRESS;
    case IR_WLOAD: case IR_OADD: return HEAP_WORD;
    case IR_LITEM: case IR_LSTORE: return HEAP_ITEM;
    case IR_VLOAD_I: case IR_VLOAD_F: case IR_VSTORE_I: case IR_VSTORE_F: return HEAP_NUMBER;
    default: return HEAP_NONE;
    }
}

struct ir_op_info {
    const char *name;
    uint8_t type;                      /* T_* */
    char a, b, c;                      /* operand letters of ir_ops.def; '_' none */
    uint8_t x;                         /* X_* */
    uint8_t flags;                     /* I_* */
};
extern const struct ir_op_info ir_ops[IR_OPS];

#define HELPER(name, function, signature) HELPER_##name,
enum ir_helper {
#include "jit/ir/ir_helpers.def"
    IR_HELPERS
};
#undef HELPER
struct ir_helper_info { const char *name; void *function; const char *signature; };
extern const struct ir_helper_info ir_helpers[IR_HELPERS];

enum { IRT_MASK = 7, IRT_GUARD = 0x80, IRT_PHI = 0x40, IRT_MARK = 0x20 };        /* beside the type in ir_ins.t */

struct ir_ins {
    ir_ref a, b, c;
    uint8_t op;
    uint8_t t;                         /* enum ir_type of this result, and IRT_* */
    uint16_t prev;                     /* the one before it with this opcode (CSE); in a back end: register and spill slot */
    ir_ref kt;                         /* OBJ: constant (KP) of the exact type, when known; else REF_NONE */
    uint32_t x;
};
static_assert(sizeof(struct ir_ins) == 16, "one cache line holds four");

/* A call of a helper: does it change its first operand? The type of the new object that it returns, or NULL. Is argument i (from 0) an object? */
bool ir_changes_operand(const struct ir_ins *in);
PyTypeObject *ir_helper_type(uint32_t helper);
static inline bool ir_is_call_of_helper(enum ir_op op) { return op >= IR_CALLL_I && op <= IR_CALLS; }
bool ir_takes_object(uint32_t helper, int i);

/* ---- snapshots ---- */

/* How the value of a slot becomes an object again. HOW_INT, HOW_FLOAT: ref is a BOX_I, BOX_F, of whose operand the exit makes one object, however
 * many slots name it. HOW_BOOL: ref is a BOOL. HOW_VIRTUAL: ref is a VIRT, which the exit makes, once. HOW_NULL: the slot is empty; no ref. */
enum snap_how { HOW_OBJ, HOW_INT, HOW_FLOAT, HOW_BOOL, HOW_VIRTUAL, HOW_NULL };
typedef uint32_t snap_entry;           /* slot:12 | held:1 | how:3 | ref:16 */
#define SNAP_ENTRY(slot, held, how, ref) ((uint32_t)(slot) << 20 | (uint32_t)(held) << 19 | (uint32_t)(how) << 16 | (uint32_t)(ref))
#define snap_slot(e) ((e) >> 20)
#define snap_held(e) ((e) >> 19 & 1)   /* the slot owns a reference already; else one is added when the value is stored */
#define snap_how(e) ((enum snap_how)((e) >> 16 & 7))
#define snap_ref(e) ((ir_ref)((e) & 0xffff))

/* A store into an object's field that waits until somebody can see it: *(int64_t or double *)((char *)obj + offset) = value. Or, if value is an object or a box, of a reference,
 * which is taken when that is done; the field then has something immortal. */
struct snap_store { ir_ref obj, value; uint32_t offset; };

/* A frame: the outer one, which exists in memory, is frame 0; others are calls that were inlined. Once made they stay, as snapshots name them.
 * Slots of all frames of a chain are counted through, as their words lie on the data stack: slot i is word i behind the outer frame's first local, if frames are
 * in memory; so there are numbers between a caller's stack and the callee's function that are no slots. */
struct ir_frame {
    uint16_t parent;                   /* the caller's; of frame 0 itself */
    uint16_t base, nlocals;            /* slot of its first local; its stack begins at base + nlocals */
    uint16_t below, function;          /* where the caller's stack ends while this frame runs; slot of its function: below <= function < base */
    uint16_t depth;                    /* how many frames lie below it */
    uint16_t words;                    /* of a generator's frame: so many of its slots memory had when it went on; else 0 */
    uint32_t from;                     /* and the code unit at which it did */
    bool generator;                    /* no call: the generator on top of the caller's stack has gone on. Its frame exists; snapshots list of its slots those that differ, none for the function */
    uint32_t call, ret;                /* code units of the caller: of the call, and where it goes on when this frame has returned */
    PyFunctionObject *func;            /* borrowed: the trace watches both. NULL where it may be another of the same code, and in tests */
    PyCodeObject *code;                /* NULL in tests */
};

/* A virtual object (VIRT): one that exists only when an exit makes it. Its fields are slots of snapshots, from IR_FIELDS on, behind those of all frames: slot
 * first + k is the field that was set as the k-th, if the snapshot lists it. */
#define IR_FIELDS 1024
#define IR_FIELDS_MAX 16               /* of one object */
/* V_LIST_ITER, V_TUPLE_ITER: field 0 is what they go through, field 1 their index, a box. V_RANGE_ITER: boxes of the next value, the step, and how many are left.
 * V_DICT: keys, which are constants, and values by turns. V_FUNCTION: of its code (field 0), closure (1; or None) and globals (2), by MAKE_FUNCTION. */
enum virtual_kind { V_INSTANCE, V_MEMBERS, V_TUPLE, V_LIST, V_METHOD, V_LIST_ITER, V_TUPLE_ITER, V_RANGE_ITER, V_DICT, V_FUNCTION };
struct ir_virtual {
    PyTypeObject *type;
    uint16_t first;
    uint8_t kind;
    uint8_t made;                      /* V_LIST: it was made for so many items; others were appended */
    uint8_t at[IR_FIELDS_MAX];         /* where field k is: V_INSTANCE: number of the inline value; V_MEMBERS: offset in words; else its index */
};

struct snap {
    ir_ref ref;                        /* guards from here up to the next snapshot's ref leave through this one */
    uint16_t depth;                    /* slots in use behind the locals of frame 0: of that frame alone, the values on its stack */
    uint16_t frame;                    /* the innermost one */
    uint32_t pc;                       /* code unit of that one to go on at */
    uint32_t entries, stores;          /* the first of each in struct ir */
    uint16_t top;                      /* one past the last slot that the frames' memory holds there */
    uint16_t real;                     /* how many of the inlined calls, from the outermost on, have frames in memory (PUSHF) */
    uint16_t nentries, nstores;        /* entries are sorted by slot; stack slots follow the locals as in localsplus */
    bool open;                         /* of an open call: memory is up to date, and where to go on is only known when it returns (jit_open_pc) */
    bool branch;                       /* pc is where the program goes when the guard's test, its own, turns out so: only then may it be left through */
};

/* ---- a trace under construction ---- */

#define IR_MAX_CONSTS 2048
#define IR_MAX_INS 12000
#define IR_MAX_SNAPS 4000
#define IR_MAX_ENTRIES 240000
#define IR_MAX_STORES 8000
#define IR_MAX_FRAMES 1000
#define IR_MAX_VIRTUALS 2000

struct ir {
    struct ir_ins *at;                 /* at[ref]; room for all references in use */
    uint64_t *words;                   /* payloads of constants: at[k].x is the index */
    ir_ref first, end;                 /* the last constant made (the lowest), and one past the last instruction */
    ir_ref loop;                       /* the LOOP instruction, or REF_NONE */
    uint16_t nlocals;                  /* slots of locals, cells, free variables: slot nlocals is the bottom of the frame's stack */
    uint16_t top, real;                /* what snapshots that begin now get as these */
    const char *full;                  /* not NULL: what there was no room for; everything emitted since is worthless */
    struct snap *snaps;
    snap_entry *entries;
    struct snap_store *stores;
    uint32_t nsnaps, nentries, nstores;
    struct ir_frame *frames;
    uint16_t nframes, frame;           /* how many there are, 1 at least; the one that new snapshots are in */
    struct ir_virtual *virtuals;
    uint16_t nvirtuals;
    ir_ref chain[IR_OPS];              /* the last instruction of each opcode, linked by prev */
    ir_ref changed;                    /* the last leaf call that changes its operand (ir_changes_operand()), or REF_NONE */
    void *block;                       /* what the arrays lie in */
    bool is_mapped;                    /* it has pages of its own */
};

/* An empty trace with its BASE, or NULL when there is no memory (no exception). ir_reset() empties one for the next. */
struct ir *ir_new(void);
void ir_reset(struct ir *ir);
void ir_free(struct ir *ir);

/* A copy for reading only, no larger than need be, references as in ir; NULL when there is no memory. ir_free() frees it, too. */
struct ir *ir_keep(const struct ir *ir);

/* Back to what ir was when it was kept; constants made since stay. */
void ir_restore(struct ir *ir, const struct ir *kept);

/* References of constants; each value exists once. REF_NONE (and ir->full) when there is no room. */
ir_ref ir_int(struct ir *ir, int64_t v);
ir_ref ir_float(struct ir *ir, double v);           /* told apart by their bits: -0.0, NaNs */
ir_ref ir_obj(struct ir *ir, PyObject *o);
ir_ref ir_ptr(struct ir *ir, const void *p);
ir_ref ir_bool(struct ir *ir, bool v);
/* The constant k of another trace. */
ir_ref ir_const_from(struct ir *ir, const struct ir *other, ir_ref k);

static inline enum ir_type ir_type_of(const struct ir *ir, ir_ref r) { return (enum ir_type)(ir->at[r].t & IRT_MASK); }
static inline uint64_t ir_word(const struct ir *ir, ir_ref k) { return ir->words[ir->at[k].x]; }
static inline int64_t ir_int_value(const struct ir *ir, ir_ref k) { return (int64_t)ir_word(ir, k); }
static inline double ir_float_value(const struct ir *ir, ir_ref k) { double v; memcpy(&v, &ir->words[ir->at[k].x], sizeof(v)); return v; }
static inline PyObject *ir_obj_value(const struct ir *ir, ir_ref k) { return (PyObject *)ir_word(ir, k); }
/* Does op write a slot of the frame's memory, the one that its first operand names? */
static inline bool ir_writes_slot(enum ir_op op) { return op >= IR_FPUT && op <= IR_FDROP; }
/* Has the guard changed something when it finds that it holds? Then it cannot be made to fail. */
static inline bool
ir_acts_first(enum ir_op op)
{
    return op == IR_CALLN || op == IR_CALLS || op == IR_RENEW_F || op == IR_RENEW_I || (op >= IR_NEW_LIST_IT && op <= IR_NEW_METHOD) || op == IR_PUSHF;
}
/* Does the store take a reference? */
static inline bool ir_is_reference(const struct ir *ir, ir_ref value) { return ir_type_of(ir, value) == T_OBJ || ir_type_of(ir, value) == T_BOOL; }
/* The object from which r is found by fields and items that never change; r itself, if by none. */
static inline ir_ref
ir_origin(const struct ir *ir, ir_ref r)
{
    while (!ref_is_const(r) && (ir->at[r].op == IR_CLOAD || (ir->at[r].op == IR_TITEM && ref_is_const(ir->at[r].b))))
        r = ir->at[r].a;
    return r;
}
static inline bool ir_is_virtual(const struct ir *ir, ir_ref r) { return ir->at[r].op == IR_VIRT; }
static inline bool ir_is_box(const struct ir *ir, ir_ref r) { return ir->at[r].op == IR_BOX_I || ir->at[r].op == IR_BOX_F; }
static inline void *ir_ptr_value(const struct ir *ir, ir_ref k) { return (void *)ir_word(ir, k); }

/* Append as it is, without looking for an equal one: REF_NONE (and ir->full) when there is no room. jit/opt/fold.h has the emission that
 * optimises; this one is for it, for tests and the parser. Operands not used are 0. */
ir_ref ir_append(struct ir *ir, enum ir_op op, ir_ref a, ir_ref b, ir_ref c, uint32_t x);

/* Takes back the instructions from end on, with their snapshots; what they made known of others, too. Only while the trace is linear. */
void ir_cut(struct ir *ir, ir_ref end);

/* Another frame, which becomes the one for new snapshots; frame 0 exists. Its parent is the present one. False (and ir->full): no room. */
bool ir_push_frame(struct ir *ir, struct ir_frame f);

/* One more virtual object: its number, or IR_MAX_VIRTUALS when there is no room. */
unsigned ir_add_virtual(struct ir *ir, struct ir_virtual v);

/* Starts a snapshot for what is emitted next. One that no guard has used is written over. Then snap_add_*(), entries by rising slot. */
struct snap *snap_begin(struct ir *ir, uint32_t pc, unsigned depth);
void snap_add_entry(struct ir *ir, snap_entry e);
void snap_add_store(struct ir *ir, struct snap_store s);
/* The snapshot that a guard at r leaves through. */
const struct snap *snap_of(const struct ir *ir, ir_ref r);

/* What the body of the loop uses of what was computed before it: left sides of PHIs, operands, what snapshots list (of a box its operand), by rising
 * reference, each once; no constants. Another trace that leads to the loop has to bring these (LINK). An SLOAD that is no side of a PHI is one of
 * them, too, but whoever links has its value in the frame's memory. refs: room for IR_MAX_INS. Returns how many. */
unsigned ir_live_ins(const struct ir *ir, ir_ref *refs);
/* Of what was computed before the LOOP at `loop`: which values are no operand in the body, but of PHIs, and no object whose fields stores wait for? Snapshots may list them: the body hands on what was there before, and need
 * not know what that is. By ref - REF_BIAS, room for IR_MAX_INS. */
void ir_find_handed_on(const struct ir *ir, ir_ref loop, bool *handed_on);

/* ---- text (ir_dump.c, ir_parse.c) ---- */

/* The trace as text, stable from run to run: no addresses; objects by repr, types by name. OWNED bytes to be freed with PyMem_Free, or NULL
 * without exception. Format: docs/internals/jit.md. with_locations: registers and spill slots that the back end has chosen. */
char *ir_dump(const struct ir *ir, bool with_snaps, bool with_locations);
/* The instruction at r alone, without a line break. The snapshots alone, numbered, each with the guards that leave through it. */
char *ir_dump_ins(const struct ir *ir, ir_ref r);
char *ir_dump_snaps(const struct ir *ir);
/* The inverse, for tests: fills ir (emptied first) from what ir_dump() writes. Objects: None, True, False, ints, floats, 'text', and types
 * by name (int, float, ...). 0, or -1 with the number of the bad line in *line. */
int ir_parse(struct ir *ir, const char *text, int *line);

/* ---- checks ---- */

/* NULL when the trace is well formed, else what is wrong, in words (static buffer): operands before use and of the right type, snapshots
 * sorted and typed, PHIs at the end, PHI types, constants in place. */
const char *ir_verify(const struct ir *ir);
/* The same of its counts: each reference that it takes goes somewhere, and exits know which ones it has (ir_counts.c). Of well-formed traces only. */
const char *ir_verify_counts(const struct ir *ir);

/* ---- the evaluator: the portable back end, and what the other is tested against ---- */

union ir_value { int64_t i; double f; PyObject *o; void *p; uint64_t bits; };       /* BOOL: i is 0 or 1 */

/* What op computes from the values of its operands; false when it is a guard that does not hold. The one definition of the semantics. For all
 * but those that need a frame or change something (SLOAD, GPOLL, GDEPTH, RSTORE_*) and those without meaning of their own. */
bool ir_compute(const struct ir *ir, enum ir_op op, uint32_t x, union ir_value a, union ir_value b, union ir_value c, union ir_value *out);
struct ir_exit {
    ir_ref guard;                      /* that failed */
    uint32_t snap;                     /* index of its snapshot */
};
/* Run ir on the slots of a frame (localsplus) until a guard fails, at most max_rounds times round the loop (then the LOOP is reported as
 * guard, with the snapshot of the first guard behind it; REF_NONE at the end of a trace without loop, with its last snapshot). values: room for
 * 65536; every result is left at its ref.
 * breaker: the word that GPOLL tests (low 8 bits); for traces with GDEPTH it is a thread state's. inherited: what PLOAD_* finds, by item; NULL for a trace without. */
struct ir_exit ir_eval(const struct ir *ir, PyObject **slots, const uintptr_t *breaker, const union ir_value *inherited, union ir_value *values, uint64_t max_rounds);
/* The same from the LOOP on, where another trace has led: values has the values of ir_live_ins() at their places. */
struct ir_exit ir_eval_loop(const struct ir *ir, PyObject **slots, const uintptr_t *breaker, union ir_value *values, uint64_t max_rounds);
/* For tests: while *ir_countdown is not 0, it goes down by 1 at each guard that may be left at any time (its snap.branch is false); where it becomes 0,
 * the guard fails although its condition holds. NULL: nothing is counted. */
extern uint32_t *ir_countdown;

#endif
