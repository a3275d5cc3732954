/* vm/frame_jump.c: frame.f_lineno = n, for debuggers.
 *
 * A jump is allowed when the value stack there can be made from the stack here by dropping values: what kind of thing lies in each
 * place is computed for every instruction (packed, 3 bits a place), following jumps and exception handlers until nothing changes. */
#include "vm/frame_jump.h"

#include "code/code.h"
#include "vm/frame.h"

enum kind { K_ITERATOR = 1, K_EXCEPT = 2, K_OBJECT = 3, K_NULL = 4, K_LASTI = 5 };
typedef int64_t stack;
#define BITS 3
#define MASK ((1 << BITS) - 1)
#define DEEPEST (63 / BITS)
#define EMPTY ((stack)0)
#define UNKNOWN ((stack)-1)
#define OVERFLOWED ((stack)-2)

static stack
push(stack s, enum kind k)
{
    return (uint64_t)s >= (uint64_t)1 << ((DEEPEST - 1) * BITS) ? OVERFLOWED : (stack)((uint64_t)s << BITS) | k;
}

static stack pop(stack s) { return s < 0 ? s : s >> BITS; }
static enum kind top(stack s) { return (enum kind)(s & MASK); }
static enum kind peek(stack s, int n) { return (enum kind)((s >> (BITS * (n - 1))) & MASK); }

static stack
swap_top(stack s, int n)
{
    stack x = s ^ (s >> ((n - 1) * BITS));
    x &= MASK;
    return s ^ (x | (x << ((n - 1) * BITS)));
}

static int
depth(stack s)
{
    int n = 0;
    for (; s > 0; s >>= BITS)
        n++;
    return n;
}

static stack
pop_to(stack s, int level)
{
    for (int n = depth(s); n > level && s > 0; n--)
        s = pop(s);
    return s;
}

/* Can values of kind `from` stand where `to` is expected? */
static bool
compatible(enum kind from, enum kind to)
{
    if (to == 0)
        return false;
    if (to == K_OBJECT)
        return from != K_NULL;
    if (to == K_NULL)
        return true;
    return from == to;
}

static bool
stacks_compatible(stack from, stack to)
{
    if (from < 0 || to < 0)
        return false;
    while (from > to)
        from = pop(from);
    while (from) {
        if (!compatible(top(from), top(to)))
            return false;
        from = pop(from);
        to = pop(to);
    }
    return to == 0;
}

static const char *
explain(stack s)
{
    if (s == OVERFLOWED)
        return "stack to deep to analyze";
    if (s == UNKNOWN)
        return "can't jump into an exception handler, or code may be unreachable";
    switch (s > 0 ? top(s) : 0) {
    case K_ITERATOR: return "can't jump into the body of a for loop";
    case K_EXCEPT: return "can't jump into an 'except' block as there's no exception";
    case K_LASTI: return "can't jump into a re-raising block as there's no location";
    default: return "incompatible stacks";
    }
}

/* ---- the analysis ---- */

struct analysis { PyCodeObject *co; stack *at; int n; bool again; };

static void
arrive(struct analysis *a, int i, stack s)
{
    if (i < 0 || i >= a->n || a->at[i] != UNKNOWN)
        return;
    a->at[i] = s;
    a->again = true;
}

/* The stack behind an instruction that neither jumps nor is special: its counts, with plain objects pushed. */
static stack
plain_effect(stack s, int op, int oparg)
{
    int delta = op_stack_effect(op, oparg, 0);
    for (; delta < 0; delta++)
        s = pop(s);
    for (; delta > 0 && s >= 0; delta--)
        s = push(s, K_OBJECT);
    return s;
}

static void
step(struct analysis *a, int i, int op, int oparg, int next)
{
    stack s = a->at[i];
    switch (op) {
    case POP_JUMP_IF_FALSE: case POP_JUMP_IF_TRUE: case POP_JUMP_IF_NONE: case POP_JUMP_IF_NOT_NONE:
        s = pop(s);
        arrive(a, next + oparg, s);
        arrive(a, next, s);
        break;
    case SEND:
        arrive(a, next + oparg, s);
        arrive(a, next, s);
        break;
    case JUMP_FORWARD:
        arrive(a, next + oparg, s);
        break;
    case JUMP_BACKWARD: case JUMP_BACKWARD_NO_INTERRUPT:
        arrive(a, next - oparg, s);
        break;
    case GET_ITER: case GET_AITER:
        arrive(a, next, push(pop(s), K_ITERATOR));
        break;
    case FOR_ITER:
        arrive(a, next + oparg, push(s, K_OBJECT));
        arrive(a, next, push(s, K_OBJECT));
        break;
    case END_ASYNC_FOR:
        arrive(a, next, pop(pop(s)));
        break;
    case PUSH_EXC_INFO:
        arrive(a, next, push(s, K_EXCEPT));
        break;
    case POP_EXCEPT:
        arrive(a, next, pop(s));
        break;
    case RETURN_VALUE: case RETURN_CONST: case RAISE_VARARGS: case RERAISE:
        break;
    case PUSH_NULL:
        arrive(a, next, push(s, K_NULL));
        break;
    case LOAD_GLOBAL:
        s = push(s, K_OBJECT);
        arrive(a, next, oparg & 1 ? push(s, K_NULL) : s);
        break;
    case LOAD_ATTR:
        s = push(pop(s), K_OBJECT);
        arrive(a, next, oparg & 1 ? push(s, K_NULL) : s);
        break;
    case SWAP:
        arrive(a, next, swap_top(s, oparg));
        break;
    case COPY:
        arrive(a, next, push(s, peek(s, oparg)));
        break;
    default:
        arrive(a, next, plain_effect(s, op, oparg));
    }
}

static void
enter_handlers(struct analysis *a)
{
    struct exc_walk w;
    struct exc_entry e;
    exc_walk_init(&w, a->co);
    while (exc_walk_next(&w, &e)) {
        if (e.start >= a->n || e.target >= a->n || a->at[e.start] == UNKNOWN || a->at[e.target] != UNKNOWN)
            continue;
        stack s = pop_to(a->at[e.start], e.depth);
        if (e.lasti)
            s = push(s, K_LASTI);
        arrive(a, e.target, push(s, K_EXCEPT));
    }
}

/* The stack in front of each code unit, to be freed; NULL with MemoryError. */
static stack *
analyze(PyCodeObject *co)
{
    struct analysis a = { co, NULL, (int)Py_SIZE(co), true };
    a.at = PyMem_Malloc((size_t)a.n * sizeof(stack));
    if (a.at == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (int i = 0; i < a.n; i++)
        a.at[i] = UNKNOWN;
    a.at[0] = EMPTY;
    if (co->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR))
        a.at[1 < a.n ? 1 : 0] = push(EMPTY, K_OBJECT);   /* RETURN_GENERATOR leaves what is sent first */
    while (a.again) {
        a.again = false;
        int oparg = 0;
        for (int i = 0; i < a.n;) {
            int op = code_base_opcode(co, i), next = i + 1 + op_table[op].caches;
            oparg = oparg << 8 | _PyCode_CODE(co)[i].op.arg;
            if (op == EXTENDED_ARG)
                arrive(&a, next, a.at[i]);
            else {
                if (a.at[i] != UNKNOWN)
                    step(&a, i, op, oparg, next);
                oparg = 0;
            }
            i = next;
        }
        enter_handlers(&a);
    }
    return a.at;
}

/* ---- the jump ---- */

static int
refuse(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return -1;
}

static int
check_event(PyFrameObject *f)
{
    PyThreadState *ts = ts_current();
    if (ts->what_event < 0) {
        PyErr_Format(PyExc_ValueError, "f_lineno can only be set in a trace function");
        return -1;
    }
    switch (ts->what_event) {
    case PY_MONITORING_EVENT_PY_RESUME: case PY_MONITORING_EVENT_JUMP: case PY_MONITORING_EVENT_PY_YIELD: case PY_MONITORING_EVENT_LINE:
        break;
    case PY_MONITORING_EVENT_PY_START:
        return refuse("can't jump from the 'call' trace event of a new frame");
    case PY_MONITORING_EVENT_CALL: case PY_MONITORING_EVENT_C_RETURN:
        return refuse("can't jump during a call");
    default:
        return refuse("can only jump from a 'line' trace event");
    }
    return 0;
}

/* lines[i] = line that begins at i, -1 elsewhere. */
static int *
line_starts(PyCodeObject *co)
{
    int *lines = PyMem_Malloc((size_t)Py_SIZE(co) * sizeof(int)), last = -1;
    if (lines == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (int i = 0; i < Py_SIZE(co); i++)
        lines[i] = -1;
    PyCodeAddressRange r;
    code_init_range(co, &r);
    while (code_next_range(&r)) {
        if (r.ar_line != last && r.ar_line != -1) {
            last = r.ar_line;
            if (r.ar_start / 2 < Py_SIZE(co))
                lines[r.ar_start / 2] = last;
        }
    }
    return lines;
}

/* Best place on the first line at or behind `line`: the one that keeps most of the stack. -1 with ValueError. */
static int
find_target(PyCodeObject *co, int line, const int *lines, const stack *at, stack start)
{
    int first = INT_MAX, best = -1, best_depth = -1, fallback = -1;
    for (int i = 0; i < Py_SIZE(co); i++)
        if (lines[i] >= line && lines[i] < first)
            first = lines[i];
    if (first == INT_MAX) {
        PyErr_Format(PyExc_ValueError, "line %d comes after the current code block", line);
        return -1;
    }
    const char *why = "cannot find bytecode for specified line";
    for (int i = 0; i < Py_SIZE(co); i++) {
        if (lines[i] != first)
            continue;
        stack target = at[i];
        if (stacks_compatible(start, target)) {
            if (depth(target) > best_depth) {
                best_depth = depth(target);
                best = i;
            }
        }
        else if (best < 0 && fallback < 0) {
            fallback = i;
            why = start == OVERFLOWED ? "stack to deep to analyze" : start == UNKNOWN ? "can't jump from unreachable code" : explain(target);
        }
    }
    return best >= 0 ? best : refuse(why);
}

static int
clear_hidden(_PyInterpreterFrame *f)
{
    int unbound = 0;
    PyCodeObject *co = frame_code(f);
    for (int i = 0; i < co->co_nlocalsplus; i++)
        unbound += f->localsplus[i] == NULL;
    if (unbound == 0)
        return 0;
    const char *e = unbound > 1 ? "s" : "";
    if (PyErr_WarnFormat(PyExc_RuntimeWarning, 0, "assigning None to %d unbound local%s", unbound, e) < 0)
        return -1;
    for (int i = 0; i < co->co_nlocalsplus; i++)
        if (f->localsplus[i] == NULL)
            f->localsplus[i] = Py_NewRef(Py_None);
    return 0;
}

static void
unwind_stack(_PyInterpreterFrame *f, stack from, stack to)
{
    PyThreadState *ts = ts_current();
    while (from > to) {
        PyObject *v = f->localsplus[--f->stacktop];
        if (top(from) == K_EXCEPT) {                   /* leaving a handler: as POP_EXCEPT */
            PyObject *old = ts->exc_info->exc_value;
            ts->exc_info->exc_value = v == Py_None ? NULL : v;
            Py_XDECREF(old);
        }
        else
            Py_XDECREF(v);
        from = pop(from);
    }
}

int
frame_jump(PyFrameObject *frame, PyObject *value)
{
    _PyInterpreterFrame *f = frame->f_frame;
    PyCodeObject *co = frame_code(f);
    int rc = -1, overflow;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    if (!PyLong_CheckExact(value))
        return refuse("lineno must be an integer");
    if (f->owner == FRAME_OWNED_BY_FRAME_OBJECT || check_event(frame) < 0 || frame->f_trace == NULL) {
        if (!PyErr_Occurred())
            refuse("f_lineno can only be set by a trace function");
        return -1;
    }
    long wanted = PyLong_AsLongAndOverflow(value, &overflow);
    if (overflow || wanted > INT_MAX || wanted < INT_MIN)
        return refuse("lineno out of range");
    if (wanted < co->co_firstlineno) {
        PyErr_Format(PyExc_ValueError, "line %ld comes before the current code block", wanted);
        return -1;
    }
    int *lines = line_starts(co);
    stack *at = lines == NULL ? NULL : analyze(co);
    if (at != NULL) {
        int here = frame_lasti(f);
        stack start = at[here];
        int target = find_target(co, (int)wanted, lines, at, start);
        if (target >= 0 && clear_hidden(f) == 0) {
            if (ts_current()->what_event == PY_MONITORING_EVENT_PY_YIELD)
                start = pop(start);                    /* the value is on its way out already */
            unwind_stack(f, start, at[target]);
            frame->f_lineno = 0;
            f->instr_ptr = _PyCode_CODE(co) + target;
            rc = 0;
        }
    }
    PyMem_Free(lines);
    PyMem_Free(at);
    return rc;
}
