/* code/verify.c: may these instructions run? Asked when a code object comes out of marshal data, which anybody may have written.
 *
 * The interpreter trusts its instructions: arguments are not checked, the stack's depth is not, a local that is loaded is
 * there. The compiler keeps these promises; here they are checked, in the manner of a class file verifier: the code is run
 * over sets of kinds instead of values. A state is what each local and each stack slot may be at an instruction; where ways
 * meet, sets are united, and the code from there is looked at again until nothing changes (nearly always at once).
 *
 * Proved: opcodes are base ones, with room for their caches; jumps, handlers and the ends of their ranges lie on instructions; indices
 * of constants, names, locals and operators exist; the depth at an instruction is one number, never below 0 or above
 * co_stacksize; a slot that must be a value is not NULL, one that must be a cell, list or dict is; every way ends in a return
 * or raise. What costs nothing to ask at run time is left to the instruction: that what is raised is an exception, and the like. */
#include "code/code.h"

#include "rt/singletons.h"

/* What a slot may be. */
enum { NOTHING = 1, CELL = 2, LIST = 4, DICT = 8, OTHER = 16 };

enum { M_START = 1, M_TARGET = 2 };            /* marks of a code unit: an instruction begins; something jumps there */

struct label {                                 /* a place that is jumped to */
    int at, depth;                             /* depth -1: not reached yet */
    bool pending, gen;
    uint8_t *slots;
};

struct verifier {
    const _Py_CODEUNIT *code;
    int n;
    const struct code_info *in;
    const uint8_t *kinds;
    int nlocals, nfree, nconsts, nnames;
    uint8_t *marks;
    int *label_of;                             /* by code unit, -1: none */
    struct label *labels;
    int nlabels;
    struct exc_entry *handlers;
    int nhandlers;
    long budget;                               /* instructions still to be looked at */
    int at;                                    /* the instruction looked at, and what is wrong with it */
    const char *why;
    /* the state now: locals, then the stack */
    uint8_t *slots;
    int depth;
    bool gen;                                  /* RETURN_GENERATOR has run: the frame is a generator's */
    bool local_changed;
    int lowest;                                /* stack slot written by the last instruction */
};

struct instr { int op, arg, next; };           /* next: the unit behind its caches */

/* How an opcode is looked at: most need no more than this row. */
struct fact {
    enum __attribute__((packed)) { CHECK_NOTHING, CHECK_CONST, CHECK_NAME, CHECK_LOCAL, CHECK_LOCALS, CHECK_MORE, CHECK_NEVER } check;
    /* fixed: `pops` values go, `pushes` others come; attr: perhaps a NULL or self above the one that comes */
    enum __attribute__((packed)) { DO_MORE, DO_FIXED, DO_LOAD, DO_STORE, DO_LOAD_TWO, DO_NULL, DO_ATTR, DO_CALL } effect;
    uint8_t caches, pops, pushes, shift;       /* shift: of the argument, to a name's number */
    bool jumps, ends, leaves;                   /* leaves: one of the two */
};
static struct fact facts[256];

static bool
fail(struct verifier *v, const char *why)
{
    v->why = why;
    return false;
}

static inline struct instr
decode(const struct verifier *v, int at)
{
    int plain = v->code[at].op.code;
    if (LIKELY(plain != EXTENDED_ARG))
        return (struct instr){ plain, v->code[at].op.arg, at + 1 + facts[plain].caches };
    unsigned arg = 0;
    while (v->code[at].op.code == EXTENDED_ARG)
        arg = (arg | v->code[at++].op.arg) << 8;
    int op = v->code[at].op.code;
    return (struct instr){ op, (int)(arg | v->code[at].op.arg), at + 1 + facts[op].caches };
}

/* ---- first pass: instructions one by one ---- */

static bool
jump_target(const struct instr *i, int *target)
{
    if (!op_has_jump(i->op))
        return false;
    *target = i->op == JUMP_BACKWARD || i->op == JUMP_BACKWARD_NO_INTERRUPT ? i->next - i->arg : i->next + i->arg;
    return true;
}

static bool
is_kind(const struct verifier *v, int local, int kind)
{
    return local >= 0 && local < v->nlocals && (v->kinds[local] & kind) != 0;
}

static bool
local_exists(struct verifier *v, const struct instr *i)
{
    switch (i->op) {
    case LOAD_FAST_LOAD_FAST:
        return i->arg >> 4 < v->nlocals && (i->arg & 15) < v->nlocals;
    case STORE_FAST_LOAD_FAST:
        return is_kind(v, i->arg >> 4, CO_FAST_LOCAL | CO_FAST_CELL) && (i->arg & 15) < v->nlocals;
    case STORE_FAST_STORE_FAST:
        return is_kind(v, i->arg >> 4, CO_FAST_LOCAL | CO_FAST_CELL) && is_kind(v, i->arg & 15, CO_FAST_LOCAL | CO_FAST_CELL);
    case STORE_FAST: case DELETE_FAST: case LOAD_FAST_AND_CLEAR:
        return is_kind(v, i->arg, CO_FAST_LOCAL | CO_FAST_CELL);
    default:
        return i->arg < v->nlocals;
    }
}

static bool
arg_in_range(const struct verifier *v, const struct instr *i)
{
    switch (i->op) {
    case BINARY_OP: return i->arg <= NB_OPARG_LAST;
    case COMPARE_OP: return i->arg >> 5 <= Py_GE;
    case CALL_INTRINSIC_1: return i->arg < INTRINSIC_1_COUNT;
    case CALL_INTRINSIC_2: return i->arg < INTRINSIC_2_COUNT;
    case RAISE_VARARGS: return i->arg <= 2;
    case BUILD_SLICE: return i->arg == 2 || i->arg == 3;
    case COPY: return i->arg >= 1;
    case SWAP: return i->arg >= 2;
    case LIST_APPEND: case LIST_EXTEND: case SET_ADD: case SET_UPDATE: case MAP_ADD: case DICT_UPDATE: case DICT_MERGE: return i->arg >= 1;
    case YIELD_VALUE: return i->arg <= 1;
    case SEND: return i->arg < UINT16_MAX - 8;           /* becomes the return offset of the frame */
    case COPY_FREE_VARS: return i->arg == v->nfree;
    case SET_FUNCTION_ATTRIBUTE: return i->arg == MAKE_DEFAULTS || i->arg == MAKE_KWDEFAULTS || i->arg == MAKE_ANNOTATIONS || i->arg == MAKE_CLOSURE;
    case UNPACK_EX: return i->arg >> 8 <= 0xffffff;
    default: return true;
    }
}

static bool
name_exists(const struct verifier *v, const struct instr *i)
{
    return i->arg >> facts[i->op].shift < v->nnames;
}

/* The keyword names of a call: the constant loaded just before it, a tuple of str. */
static bool
keywords_fit(const struct verifier *v, const struct instr *before, const struct instr *i)
{
    if (before->op != LOAD_CONST || before->arg >= v->nconsts)
        return false;
    PyObject *names = PyTuple_GET_ITEM(v->in->consts, before->arg);
    if (!PyTuple_CheckExact(names) || PyTuple_GET_SIZE(names) > i->arg)
        return false;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(names); k++)
        if (!PyUnicode_Check(PyTuple_GET_ITEM(names, k)))
            return false;
    return true;
}

/* The loop's end of a FOR_ITER: two instructions that it skips, and a generator runs when it is exhausted. */
static bool
loop_end_fits(const struct verifier *v, int target)
{
    return target >= 0 && target + 2 < v->n && v->code[target].op.code == END_FOR && v->code[target + 1].op.code == POP_TOP;
}

static bool
check_instr(struct verifier *v, const struct instr *before, const struct instr *i, int at)
{
    const struct op_info *info = &op_table[i->op];
    int target;
    if (!arg_in_range(v, i))
        return fail(v, "argument out of range");
    if ((info->flags & F_CONST) && i->arg >= v->nconsts)
        return fail(v, "no such constant");
    if ((info->flags & F_NAME) && !name_exists(v, i))
        return fail(v, "no such name");
    if ((info->flags & (F_LOCAL | F_FREE)) && !local_exists(v, i))
        return fail(v, "no such local");
    if (i->op == COPY_FREE_VARS && at != 0)
        return fail(v, "COPY_FREE_VARS is not the first instruction");
    if (i->op == CALL_KW && !keywords_fit(v, before, i))
        return fail(v, "bad keyword names");
    if (jump_target(i, &target)) {
        if (target < 0 || target >= v->n)
            return fail(v, "jump out of the code");
        if (i->op == FOR_ITER && !loop_end_fits(v, target))
            return fail(v, "bad end of a loop");
        v->marks[target] |= M_TARGET;
    }
    return true;
}

/* Behind the EXTENDED_ARGs there is an instruction, and it is whole. */
static bool
is_whole(const struct verifier *v, int at)
{
    int last = at;
    while (v->code[last].op.code == EXTENDED_ARG)
        if (last - at == 3 || ++last == v->n)
            return false;
    struct instr i = decode(v, at);
    return i.next <= v->n && i.arg >= 0;
}

static bool
check_slow(struct verifier *v, const struct fact *f, const struct instr *before, const struct instr *i)
{
    switch (f->check) {
    case CHECK_NOTHING: return true;
    case CHECK_CONST: return i->arg < v->nconsts || fail(v, "no such constant");
    case CHECK_NAME: return name_exists(v, i) || fail(v, "no such name");
    case CHECK_LOCAL: case CHECK_LOCALS: return local_exists(v, i) || fail(v, "no such local");
    case CHECK_MORE: return check_instr(v, before, i, v->at);
    case CHECK_NEVER: break;
    }
    return fail(v, "bad instruction");
}

/* What the rows of `facts` tell is looked at here, for most instructions that is all. Marks are bytes, which might be anything for
 * all that C knows: what the loop needs is in variables of its own. */
static bool
check_instrs(struct verifier *v)
{
    const _Py_CODEUNIT *code = v->code;
    uint8_t *marks = v->marks;
    int n = v->n, nconsts = v->nconsts, nnames = v->nnames, nlocals = v->nlocals, before = -1, at, next;
    for (at = 0; at < n; before = at, at = next) {
        int op = code[at].op.code, arg = code[at].op.arg;
        const struct fact *f = &facts[op];
        next = at + 1 + f->caches;
        if (UNLIKELY(op == EXTENDED_ARG)) {
            if (!is_whole(v, at))
                break;
            struct instr long_one = decode(v, at);
            op = long_one.op;
            arg = long_one.arg;
            next = long_one.next;
            f = &facts[op];
        }
        if (UNLIKELY(next > n))
            break;
        marks[at] |= M_START;
        if (f->check == CHECK_NOTHING)
            continue;
        if (f->check == CHECK_CONST && LIKELY(arg < nconsts))
            continue;
        if (f->check == CHECK_NAME && LIKELY(arg >> f->shift < nnames))
            continue;
        if (f->check == CHECK_LOCAL && LIKELY(arg < nlocals))
            continue;
        v->at = at;
        struct instr last = before < 0 ? (struct instr){ NOP, 0, 0 } : decode(v, before), i = { op, arg, next };
        if (LIKELY(check_slow(v, f, &last, &i)))
            continue;
        return false;
    }
    v->at = at < n ? at : before;
    if (at < n)
        return fail(v, "bad instruction");
    if (v->nfree > 0 && decode(v, 0).op != COPY_FREE_VARS)
        return fail(v, "free variables are not set up");
    return true;
}

/* ---- tables ---- */

static bool
read_group(const uint8_t **p, const uint8_t *end, bool first, int *out)
{
    unsigned value = 0;
    for (;; first = false) {
        if (*p >= end || (**p >> 7 != 0) != first || value >> 24 != 0)
            return false;
        unsigned b = *(*p)++;
        value = value << 6 | (b & 63);
        if (!(b & 64))
            break;
    }
    *out = (int)value;
    return true;
}

static bool
on_instr(const struct verifier *v, int at)
{
    return at == v->n || (at >= 0 && at < v->n && (v->marks[at] & M_START));
}

/* Reads the exception table as strictly as the binary search in it needs. */
static bool
read_handlers(struct verifier *v)
{
    const uint8_t *p = (const uint8_t *)PyBytes_AS_STRING(v->in->exceptiontable), *end = p + PyBytes_GET_SIZE(v->in->exceptiontable);
    for (int before = 0; p < end;) {
        int start, size, target, depth;
        if (!read_group(&p, end, true, &start) || !read_group(&p, end, false, &size) || !read_group(&p, end, false, &target)
            || !read_group(&p, end, false, &depth))
            return fail(v, "bad exception table");
        if (start < before || size == 0 || size > v->n - start || !on_instr(v, start) || !on_instr(v, start + size)
            || target >= v->n || !on_instr(v, target))
            return fail(v, "bad exception table");
        v->handlers[v->nhandlers++] = (struct exc_entry){ start, start + size, target, depth >> 1, depth & 1 };
        v->marks[target] |= M_TARGET;
        before = start + size;
    }
    return true;
}

/* The line table has an entry for every instruction: those who walk both rely on it. */
static bool
check_lines(struct verifier *v)
{
    const uint8_t *p = (const uint8_t *)PyBytes_AS_STRING(v->in->linetable), *end = p + PyBytes_GET_SIZE(v->in->linetable);
    long units = 0;
    bool good = p < end && (*p & 0x80);
    for (uint64_t eight; end - p >= 8; p += 8) {             /* bytes with the high bit start an entry of (low three bits) + 1 units */
        memcpy(&eight, p, 8);
        uint64_t starts = eight >> 7 & UINT64_C(0x0101010101010101);
        units += (long)(((eight & (starts * 7)) + starts) * UINT64_C(0x0101010101010101) >> 56);
    }
    for (; p < end; p++)
        units += ((*p & 7) + 1) & -(*p >> 7);
    return (good && units == v->n) || fail(v, "bad line table");
}

/* ---- states ---- */

static bool
flow_into(struct verifier *v, int at, const uint8_t *slots, int depth)
{
    struct label *l = &v->labels[v->label_of[at]];
    int n = v->nlocals + depth;
    if (depth > Py_MAX(v->in->stacksize, 1))
        return fail(v, "stack too deep");
    if (l->depth < 0) {
        memcpy(l->slots, slots, (size_t)n);
        l->depth = depth;
        l->gen = v->gen;
        l->pending = true;
        return true;
    }
    if (l->depth != depth || l->gen != v->gen)
        return fail(v, "stack depths differ");
    uint8_t *into = l->slots;
    uint64_t more = 0, from, old;
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        memcpy(&from, slots + i, 8);
        memcpy(&old, into + i, 8);
        more |= from & ~old;
        old |= from;
        memcpy(into + i, &old, 8);
    }
    for (; i < n; i++) {
        more |= slots[i] & (uint8_t)~into[i];
        into[i] |= slots[i];
    }
    l->pending |= more != 0;
    return true;
}

/* An exception at the instruction that is about to run. */
static bool
flow_into_handler(struct verifier *v, const struct exc_entry *h)
{
    int depth = h->depth, n = v->nlocals + depth;
    uint8_t above[2] = { v->slots[n], v->slots[n + 1] };    /* put back below: the state is the instruction's own */
    if (depth + h->lasti + 1 > Py_MAX(v->in->stacksize, 1))
        return fail(v, "stack too deep");
    v->slots[n] = v->slots[n + 1] = OTHER;
    bool ok = flow_into(v, h->target, v->slots, depth + h->lasti + 1);
    v->slots[n] = above[0];
    v->slots[n + 1] = above[1];
    return ok;
}

static inline uint8_t *slot(struct verifier *v, int from_top) { return &v->slots[v->nlocals + v->depth - from_top]; }

static bool
push(struct verifier *v, int kind)
{
    if (v->depth >= Py_MAX(v->in->stacksize, 1))
        return fail(v, "stack too deep");
    v->slots[v->nlocals + v->depth++] = (uint8_t)kind;
    return true;
}

static bool
pop(struct verifier *v, int *kind)
{
    if (v->depth == 0)
        return fail(v, "stack underflow");
    *kind = v->slots[v->nlocals + --v->depth];
    v->lowest = Py_MIN(v->lowest, v->depth);
    return true;
}

static void
set_local(struct verifier *v, int i, int kind)
{
    v->slots[i] = (uint8_t)kind;
    v->local_changed = true;
}

/* ---- second pass: what instructions do ---- */

static bool
load_local(struct verifier *v, int i)
{
    if (v->slots[i] & NOTHING)
        return fail(v, "a local without a value is loaded");
    return push(v, v->slots[i]);
}

static bool
store_local(struct verifier *v, int i)
{
    int kind;
    if (!pop(v, &kind))
        return false;
    set_local(v, i, kind);
    return true;
}

static bool
do_local(struct verifier *v, const struct instr *i)
{
    switch (i->op) {
    case LOAD_FAST:
        return load_local(v, i->arg);
    case LOAD_FAST_LOAD_FAST:
        return load_local(v, i->arg >> 4) && load_local(v, i->arg & 15);
    case LOAD_FAST_CHECK: {
        int kind = v->slots[i->arg] & ~NOTHING;
        set_local(v, i->arg, kind != 0 ? kind : OTHER);
        return load_local(v, i->arg);
    }
    case LOAD_FAST_AND_CLEAR: {
        int kind = v->slots[i->arg];
        set_local(v, i->arg, NOTHING);
        return push(v, kind);
    }
    case STORE_FAST:
        return store_local(v, i->arg);
    case STORE_FAST_LOAD_FAST:
        return store_local(v, i->arg >> 4) && load_local(v, i->arg & 15);
    case STORE_FAST_STORE_FAST:
        return store_local(v, i->arg >> 4) && store_local(v, i->arg & 15);
    case DELETE_FAST:
        set_local(v, i->arg, NOTHING);
        return true;
    default:                                         /* MAKE_CELL */
        set_local(v, i->arg, CELL);
        return true;
    }
}

/* The container that a value is added to stands `arg` below what is popped. */
static bool
do_accumulate(struct verifier *v, const struct instr *i)
{
    int values = i->op == MAP_ADD ? 2 : 1, need = values + i->arg + (i->op == DICT_MERGE ? 3 : 0), kind;
    if (v->depth < need)
        return fail(v, "stack underflow");
    for (int k = 0; k < values; k++)
        if (pop(v, &kind) && (kind & NOTHING))
            return fail(v, "NULL where a value must be");
    int container = *slot(v, i->arg);
    if (i->op == DICT_MERGE && (*slot(v, i->arg + 3) & NOTHING))
        return fail(v, "NULL where a value must be");
    bool list = i->op == LIST_APPEND || i->op == LIST_EXTEND, set = i->op == SET_ADD || i->op == SET_UPDATE;
    return (list ? container == LIST : set ? !(container & NOTHING) : container == DICT) || fail(v, "not the container that is filled");
}

static bool
do_return_generator(struct verifier *v)
{
    if (v->gen || v->depth != 0 || !(v->in->flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)))
        return fail(v, "RETURN_GENERATOR in the wrong place");
    v->gen = true;
    return push(v, OTHER);
}

/* May input `k` (0: deepest) of `n` be NULL? */
static bool
may_be_null(int op, int k)
{
    return (op == CALL || op == CALL_KW || op == CALL_FUNCTION_EX) && k == 1;
}

static int
popped_count(const struct instr *i)
{
    const struct op_count *c = &op_table[i->op].popped;
    if (i->op == BUILD_SLICE)
        return i->arg;
    int64_t n = c->base + (int64_t)c->per_arg * i->arg + c->per_low * (i->arg & 1);
    return n > INT_MAX ? INT_MAX : (int)n;
}

static int
result_kind(const struct instr *i, int k)
{
    switch (i->op) {
    case BUILD_LIST: return LIST;
    case BUILD_MAP: case BUILD_CONST_KEY_MAP: return DICT;
    case PUSH_NULL: return NOTHING;
    case LOAD_GLOBAL: case LOAD_ATTR: case LOAD_SUPER_ATTR: return k == 1 ? NOTHING | OTHER : OTHER;
    default: return OTHER;
    }
}

/* Most instructions: values in, values out, by the opcode table. */
static bool
do_plain(struct verifier *v, const struct instr *i)
{
    int n = popped_count(i), kind;
    if (n > v->depth)
        return fail(v, "stack underflow");
    int effect = op_stack_effect(i->op, i->arg, 0);
    if (effect == PY_INVALID_STACK_EFFECT || effect > v->in->stacksize || n + effect < 0)
        return fail(v, "stack too deep");
    if (i->op == CALL_FUNCTION_EX && (i->arg & 1) && *slot(v, 1) != DICT)
        return fail(v, "keyword arguments are not a dict");
    for (int k = n; --k >= 0;)
        if (pop(v, &kind) && (kind & NOTHING) && !may_be_null(i->op, k))
            return fail(v, "NULL where a value must be");
    for (int k = 0; k < n + effect; k++)
        if (!push(v, result_kind(i, k)))
            return false;
    return true;
}

static bool
do_instr(struct verifier *v, const struct instr *i)
{
    switch (i->op) {
    case LOAD_FAST: case LOAD_FAST_LOAD_FAST: case LOAD_FAST_CHECK: case LOAD_FAST_AND_CLEAR: case STORE_FAST: case STORE_FAST_LOAD_FAST:
    case STORE_FAST_STORE_FAST: case DELETE_FAST: case MAKE_CELL:
        return do_local(v, i);
    case COPY:
        return v->depth < i->arg ? fail(v, "stack underflow") : *slot(v, i->arg) & NOTHING ? fail(v, "NULL is copied") : push(v, *slot(v, i->arg));
    case SWAP: {
        if (v->depth < i->arg)
            return fail(v, "stack underflow");
        uint8_t *a = slot(v, 1), *b = slot(v, i->arg), kind = *a;
        *a = *b;
        *b = kind;
        v->lowest = v->depth - i->arg;
        return true;
    }
    case LIST_APPEND: case LIST_EXTEND: case SET_ADD: case SET_UPDATE: case MAP_ADD: case DICT_UPDATE: case DICT_MERGE:
        return do_accumulate(v, i);
    case COPY_FREE_VARS:
        for (int k = v->nlocals - v->nfree; k < v->nlocals; k++)
            set_local(v, k, CELL);
        return true;
    case LOAD_DEREF: case STORE_DEREF: case DELETE_DEREF: case LOAD_FROM_DICT_OR_DEREF:
        if (v->slots[i->arg] != CELL)
            return fail(v, "not a cell");
        return do_plain(v, i);
    case RETURN_GENERATOR:
        return do_return_generator(v);
    case YIELD_VALUE:
        if (!v->gen)
            return fail(v, "YIELD_VALUE outside of a generator");
        if (i->arg == 1 && (v->depth < 2 || (*slot(v, 2) & NOTHING)))
            return fail(v, "nothing to await");
        return do_plain(v, i);
    default:
        return do_plain(v, i);
    }
}

/* How many values an instruction has taken off when it raises. */
static int
dropped_when_raising(const struct instr *i)
{
    switch (i->op) {
    case FOR_ITER: case GET_ANEXT: case IMPORT_FROM: case GET_LEN: case MATCH_KEYS: case WITH_EXCEPT_START: case END_ASYNC_FOR:
    case CLEANUP_THROW: case YIELD_VALUE:        /* what is thrown into a generator finds a value sent */
    /* These only move values and never raise; but a tool's callback may, before them. */
    case COPY: case SWAP: case NOP: case POP_TOP: case POP_EXCEPT: case STORE_FAST: case STORE_FAST_LOAD_FAST: case STORE_FAST_STORE_FAST:
    case RETURN_VALUE: case END_FOR: case END_SEND: case PUSH_EXC_INFO: case POP_JUMP_IF_FALSE: case POP_JUMP_IF_TRUE: case POP_JUMP_IF_NONE:
    case POP_JUMP_IF_NOT_NONE:
        return 0;
    case LIST_APPEND: case LIST_EXTEND: case SET_ADD: case SET_UPDATE: case DICT_UPDATE: case DICT_MERGE: case CHECK_EXC_MATCH: case SEND:
    case RERAISE:
        return 1;
    case MAP_ADD:
        return 2;
    default:
        return popped_count(i);
    }
}

static int
handler_at(const struct verifier *v, int at)              /* the first that ends behind `at` */
{
    int low = 0, high = v->nhandlers;
    while (low < high) {
        int mid = (low + high) / 2;
        if (v->handlers[mid].end <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The state, and what an instruction did to it, in variables of the loop: slots are bytes, which for all that C knows might be
 * anything, a verifier too. */
struct way {
    uint8_t *locals, *stack;
    int depth, room, lowest;
    bool local_changed;
};

static bool
do_rest(struct verifier *v, struct instr i, int depth)
{
    v->depth = depth;
    v->lowest = INT_MAX;
    v->local_changed = false;
    return do_instr(v, &i);
}

/* do_instr() with the frequent cases first. */
static inline __attribute__((always_inline)) bool
do_fast(struct verifier *v, const struct fact *f, int op, int arg, int next, struct way *w)
{
    uint8_t *stack = w->stack, seen = 0;
    int depth = w->depth;
    switch (f->effect) {
    case DO_LOAD:
        if (UNLIKELY(depth >= w->room))
            break;
        seen = stack[depth] = w->locals[arg];
        w->depth = depth + 1;
        return !(seen & NOTHING) || fail(v, "a local without a value is loaded");
    case DO_STORE:
        if (UNLIKELY(depth == 0))
            break;
        w->lowest = w->depth = --depth;
        seen = stack[depth];
        w->local_changed = w->locals[arg] != seen;
        w->locals[arg] = seen;
        return true;
    case DO_FIXED:
        if (UNLIKELY(depth < f->pops || depth - f->pops + f->pushes > w->room))
            break;
        for (int k = 0; k < f->pops; k++)
            seen |= stack[--depth];
        if (UNLIKELY(seen & NOTHING))
            return fail(v, "NULL where a value must be");
        w->lowest = depth;
        for (int k = 0; k < f->pushes; k++)
            stack[depth++] = OTHER;
        w->depth = depth;
        return true;
    case DO_LOAD_TWO:
        if (UNLIKELY(depth + 1 >= w->room))
            break;
        seen = stack[depth] = w->locals[arg >> 4];
        seen |= stack[depth + 1] = w->locals[arg & 15];
        w->depth = depth + 2;
        return !(seen & NOTHING) || fail(v, "a local without a value is loaded");
    case DO_NULL:
        if (UNLIKELY(depth >= w->room))
            break;
        stack[depth] = NOTHING;
        w->depth = depth + 1;
        return true;
    case DO_ATTR:
        if (UNLIKELY(depth < f->pops || depth - f->pops + 2 > w->room))
            break;
        if (f->pops != 0 && (stack[--depth] & NOTHING))
            return fail(v, "NULL where a value must be");
        w->lowest = depth;
        stack[depth++] = OTHER;
        if (arg & 1)
            stack[depth++] = NOTHING | OTHER;
        w->depth = depth;
        return true;
    case DO_CALL:
        if (UNLIKELY(depth - 2 < arg))
            break;
        for (int k = 0; k < arg; k++)
            seen |= stack[--depth];
        depth -= 2;                            /* the callable, and above it NULL or self */
        if (UNLIKELY((seen | stack[depth]) & NOTHING))
            return fail(v, "NULL where a value must be");
        w->lowest = depth;
        stack[depth] = OTHER;
        w->depth = depth + 1;
        return true;
    case DO_MORE:
        break;
    }
    if (!do_rest(v, (struct instr){ op, arg, next }, w->depth))
        return false;
    w->depth = v->depth;
    w->lowest = v->lowest;
    w->local_changed = v->local_changed;
    return true;
}

/* Instructions that only move values. Where a comprehension puts back the variables it had set aside, ranges of handlers go over some of these
 * although the variables are not what they were yet. */
static bool
never_raises(int op)
{
    return op == STORE_FAST || op == STORE_FAST_STORE_FAST || op == STORE_FAST_LOAD_FAST || op == SWAP || op == POP_TOP || op == LOAD_FAST_AND_CLEAR ||
           op == JUMP_FORWARD || op == NOP || op == LOAD_FAST || op == LOAD_CONST;
}

/* The handler of `e` learns the state before an instruction, unless it knows it. */
static bool
tell_handler(struct verifier *v, struct instr i, const struct exc_entry *e, int depth, bool told)
{
    if (depth - dropped_when_raising(&i) < e->depth)
        return fail(v, "a handler wants more than there is");
    return told || flow_into_handler(v, e);
}

/* From a label to the next one, or to the end of the way. */
static bool
run_from(struct verifier *v, struct label *l)
{
    const _Py_CODEUNIT *code = v->code;
    const uint8_t *marks = v->marks;
    struct way w = { .locals = v->slots, .stack = v->slots + v->nlocals, .depth = l->depth, .room = v->in->stacksize };
    int n = v->n, h = v->nhandlers == 0 ? 0 : handler_at(v, l->at), target, told = -1;     /* told: the handler that knows the state */
    int nhandlers = v->nhandlers;
    l->pending = false;
    v->gen = l->gen;
    memcpy(w.locals, l->slots, (size_t)(v->nlocals + l->depth));
    for (int at = l->at;;) {
        int op = code[at].op.code, arg = code[at].op.arg;
        const struct fact *f = &facts[op];
        int next = at + 1 + f->caches;
        if (UNLIKELY(op == EXTENDED_ARG)) {
            struct instr long_one = decode(v, at);
            op = long_one.op;
            arg = long_one.arg;
            next = long_one.next;
            f = &facts[op];
        }
        v->at = at;
        if (UNLIKELY(--v->budget < 0))
            return fail(v, "too complex");
        const struct exc_entry *e = NULL;
        if (h < nhandlers) {
            while (h < nhandlers && v->handlers[h].end <= at)
                h++;
            if (h < nhandlers && v->handlers[h].start <= at) {
                e = &v->handlers[h];
                if (!tell_handler(v, (struct instr){ op, arg, next }, e, w.depth, told == h || never_raises(op)))
                    return false;
                told = never_raises(op) ? told : h;
            }
        }
        w.local_changed = false;
        w.lowest = INT_MAX;
        if (!do_fast(v, f, op, arg, next, &w))
            return false;
        if (w.local_changed || (e != NULL && w.lowest < e->depth))
            told = -1;
        if (f->leaves) {
            struct instr i = { op, arg, next };
            if (f->jumps && jump_target(&i, &target) && !flow_into(v, target, w.locals, w.depth))
                return false;
            if (f->ends)
                return true;
        }
        if (UNLIKELY(next >= n))
            return fail(v, "the code has no end");
        at = next;
        if (marks[at] & M_TARGET)
            return flow_into(v, at, w.locals, w.depth);
    }
}

static bool
run_all(struct verifier *v)
{
    bool again = true;
    while (again) {
        again = false;
        for (int i = 0; i < v->nlabels; i++)
            if (v->labels[i].pending) {
                again = true;
                if (!run_from(v, &v->labels[i]))
                    return false;
            }
    }
    return true;
}

/* ---- set-up ---- */

static int
check_of(int op, int flags)
{
    if (op_table[op].kind != OPK_BASE || op == CACHE || op == RESERVED || op == INTERPRETER_EXIT || op == EXIT_INIT_CHECK)
        return CHECK_NEVER;
    switch (op) {
    case BINARY_OP: case COMPARE_OP: case CALL_INTRINSIC_1: case CALL_INTRINSIC_2: case RAISE_VARARGS: case BUILD_SLICE: case COPY: case SWAP:
    case LIST_APPEND: case LIST_EXTEND: case SET_ADD: case SET_UPDATE: case MAP_ADD: case DICT_UPDATE: case DICT_MERGE: case YIELD_VALUE:
    case SEND: case COPY_FREE_VARS: case SET_FUNCTION_ATTRIBUTE: case CALL_KW: case UNPACK_EX:
        return CHECK_MORE;
    }
    if (flags & F_JUMP)
        return CHECK_MORE;
    switch (op) {
    case LOAD_FAST_LOAD_FAST: case STORE_FAST_LOAD_FAST: case STORE_FAST_STORE_FAST: case STORE_FAST: case DELETE_FAST: case LOAD_FAST_AND_CLEAR:
        return CHECK_LOCALS;
    }
    return flags & F_CONST ? CHECK_CONST : flags & F_NAME ? CHECK_NAME : flags & (F_LOCAL | F_FREE) ? CHECK_LOCAL : CHECK_NOTHING;
}

/* Values in, values out, whatever the argument; none may be NULL. */
static bool
is_fixed(int op, const struct op_info *info)
{
    const struct op_count *in = &info->popped, *change = &info->effect;
    if (in->per_arg != 0 || in->per_low != 0 || change->per_arg != 0 || change->per_low != 0 || info->kind != OPK_BASE || (info->flags & (F_LOCAL | F_FREE)))
        return false;
    return op != COPY && op != SWAP && op != BUILD_SLICE && op != UNPACK_EX && op != PUSH_NULL && op != RETURN_GENERATOR && op != YIELD_VALUE
        && op != COPY_FREE_VARS;
}

static int
effect_of(int op, const struct op_info *info)
{
    switch (op) {
    case LOAD_FAST: return DO_LOAD;
    case STORE_FAST: return DO_STORE;
    case LOAD_FAST_LOAD_FAST: return DO_LOAD_TWO;
    case PUSH_NULL: return DO_NULL;
    case LOAD_ATTR: case LOAD_GLOBAL: return DO_ATTR;
    case CALL: return DO_CALL;
    default: return is_fixed(op, info) ? DO_FIXED : DO_MORE;
    }
}

static void
fill_facts(void)
{
    static const uint8_t enders[] = { RETURN_VALUE, RETURN_CONST, RAISE_VARARGS, RERAISE, JUMP_FORWARD, JUMP_BACKWARD, JUMP_BACKWARD_NO_INTERRUPT };
    for (int op = 0; op < 256; op++) {
        const struct op_info *info = &op_table[op];
        facts[op].check = check_of(op, info->flags);
        facts[op].caches = info->caches;
        facts[op].jumps = (info->flags & F_JUMP) != 0;
        facts[op].effect = effect_of(op, info);
        facts[op].pops = op == LOAD_ATTR;
        facts[op].shift = op == LOAD_ATTR || op == LOAD_GLOBAL ? 1 : op == LOAD_SUPER_ATTR ? 2 : 0;
        if (facts[op].effect == DO_FIXED) {
            facts[op].pops = (uint8_t)info->popped.base;
            facts[op].pushes = (uint8_t)(info->popped.base + info->effect.base);
        }
    }
    for (size_t i = 0; i < sizeof(enders); i++)
        facts[enders[i]].ends = true;
    for (int op = 0; op < 256; op++)
        facts[op].leaves = facts[op].jumps || facts[op].ends;
}

/* Locals first, then cells, then free variables; arguments are locals. */
static bool
check_locals(struct verifier *v)
{
    int step = 0, args = v->in->argcount + v->in->kwonlyargcount + ((v->in->flags & CO_VARARGS) != 0) + ((v->in->flags & CO_VARKEYWORDS) != 0);
    for (int i = 0; i < v->nlocals; i++) {
        int kind = v->kinds[i] & (CO_FAST_LOCAL | CO_FAST_CELL | CO_FAST_FREE);
        int now = kind & CO_FAST_LOCAL ? 0 : kind == CO_FAST_CELL ? 1 : kind == CO_FAST_FREE ? 2 : -1;
        if (now < step || ((kind & CO_FAST_FREE) && kind != CO_FAST_FREE))
            return fail(v, "bad kinds of locals");
        step = now;
        v->nfree += now == 2;
        v->slots[i] = i < args ? OTHER : NOTHING;
    }
    return true;
}

static bool
place_label(struct verifier *v, int at, uint8_t *room, int width)
{
    int k = v->nlabels++;
    v->at = at;
    if (!(v->marks[at] & M_START))
        return fail(v, "jump into an instruction");
    if (v->code[at].op.code == CALL_KW || (v->code[at].op.code == EXTENDED_ARG && decode(v, at).op == CALL_KW))
        return fail(v, "jump between a call and its keyword names");
    v->label_of[at] = k;
    v->labels[k] = (struct label){ .at = at, .depth = -1, .slots = room + (size_t)k * (size_t)width };
    return true;
}

#define EIGHT_TARGETS (UINT64_C(0x0101010101010101) * M_TARGET)

static void
count_labels(struct verifier *v)
{
    v->marks[0] |= M_TARGET;
    uint64_t eight;
    int at = 0, count = 0;
    for (; at + 8 <= v->n; at += 8) {
        memcpy(&eight, v->marks + at, 8);
        count += (int)(((eight & EIGHT_TARGETS) / M_TARGET) * UINT64_C(0x0101010101010101) >> 56);
    }
    for (; at < v->n; at++)
        count += (v->marks[at] & M_TARGET) != 0;
    v->nlabels = count;
}

/* A label for each mark; 8 marks are looked at together. */
static bool
place_labels(struct verifier *v, uint8_t *room, int width)
{
    const uint8_t *marks = v->marks;
    int n = v->n, at = 0;
    v->nlabels = 0;
    for (uint64_t eight; at + 8 <= n; at += 8) {
        memcpy(&eight, marks + at, 8);
        for (eight &= EIGHT_TARGETS; eight != 0; eight &= eight - 1)
            if (!place_label(v, at + __builtin_ctzll(eight) / 8, room, width))
                return false;
    }
    for (; at < n; at++)
        if ((marks[at] & M_TARGET) && !place_label(v, at, room, width))
            return false;
    return true;
}

static bool
verify_flow(struct verifier *v, uint8_t *room, int width)
{
    if (!place_labels(v, room, width) || !flow_into(v, 0, v->slots, 0))
        return false;
    v->budget = 200L * v->n + 100000;
    return run_all(v);
}

static int
raise(struct verifier *v)
{
    PyErr_Format(PyExc_ValueError, "bad marshal data (code object '%U', at %d: %s)", v->in->name, v->at * 2, v->why);
    return -1;
}

/* Memory in one piece: per unit a label number and a mark, per table byte a handler, and the state. */
static int
verify_in(struct verifier *v, char *memory, size_t nhandlers, int width)
{
    v->handlers = (struct exc_entry *)memory;
    v->label_of = (int *)(memory + nhandlers * sizeof(struct exc_entry));
    v->marks = (uint8_t *)(v->label_of + v->n);
    v->slots = v->marks + v->n;
    memset(v->marks, 0, (size_t)v->n);
    if (!check_locals(v) || !check_instrs(v) || !read_handlers(v) || !check_lines(v))
        return raise(v);
    count_labels(v);
    size_t each = sizeof(struct label) + (size_t)width;
    v->labels = (size_t)v->nlabels > PY_SSIZE_T_MAX / each ? NULL : PyMem_Malloc((size_t)v->nlabels * each);
    if (v->labels == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    int rc = verify_flow(v, (uint8_t *)(v->labels + v->nlabels), width) ? 0 : raise(v);
    PyMem_Free(v->labels);
    return rc;
}

int
code_verify(const struct code_info *in)
{
    struct verifier v = { .code = (const _Py_CODEUNIT *)PyBytes_AS_STRING(in->code), .n = (int)(PyBytes_GET_SIZE(in->code) / 2), .in = in,
                          .kinds = (const uint8_t *)PyBytes_AS_STRING(in->localspluskinds), .nlocals = (int)PyTuple_GET_SIZE(in->localsplusnames),
                          .nconsts = (int)PyTuple_GET_SIZE(in->consts), .nnames = (int)PyTuple_GET_SIZE(in->names) };
    static bool ready;
    if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
        fill_facts();                          /* two threads may do so at once: with the same values */
        __atomic_store_n(&ready, true, __ATOMIC_RELEASE);
    }
    if (v.n == 0) {
        v.why = "no instructions";
        return raise(&v);
    }
    size_t nhandlers = (size_t)PyBytes_GET_SIZE(in->exceptiontable) / 4 + 1;
    int width = v.nlocals + Py_MAX(in->stacksize, 1) + 2;
    char *memory = PyMem_Malloc(nhandlers * sizeof(struct exc_entry) + (size_t)v.n * (sizeof(int) + 1) + (size_t)width);
    if (memory == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    int rc = verify_in(&v, memory, nhandlers, width);
    PyMem_Free(memory);
    return rc;
}
