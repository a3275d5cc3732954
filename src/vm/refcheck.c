/* vm/refcheck.c: development mode watches what C functions of extension modules do to reference counts.
 *
 * Idea:      when such a function returns, the references that others certainly hold can be counted: slots of the
 *            innermost frame (locals, and the stack up to the last argument), the bound self, the result, and for objects with
 *            few references also those from global variables and from the arguments' contents. An object whose count is
 *            lower has lost a reference that the function did not own; one that is gone has lost its last.
 * Invariant: every counted reference is a real one of its own, so a function that keeps the rules is never reported. Traces
 *            keep frames' slots elsewhere: not together with the tracing compiler.
 *            Slots of types and callables of other kinds (Cython's functions) are not called through a function of ours: from the first
 *            foreign function on, the loop asks before each instruction, which looks at the operands of the one before.
 * Not here:  counts that are too high. gc/gc_mark.c compares the counts of containers with the references between them. */
#include "vm/refcheck.h"

#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "code/opcodes.h"
#include "object/core/call.h"
#include "object/core/descr.h"
#include "object/core/method.h"
#include "rt/effect.h"
#include "rt/hooks.h"
#include "rt/thread.h"
#include "vm/frame.h"
#include "vm/trace_ops.h"

#define WATCHED_ARGS 8                   /* of more arguments only the first are looked at */
#define NAME_SIZE 80
#define CONTENT_LIMIT 1000               /* objects looked at in one container */
#define FEW 8                            /* an object with no more references is also looked for in containers */
#define DEAD_BYTE 0xDD                   /* what the debug allocator fills freed memory with */

/* ---- whose function ---- */

static uintptr_t own_low, own_high;      /* where this program, or this library, is mapped */

static int
find_own(struct dl_phdr_info *info, size_t size, void *unused)
{
    uintptr_t low = UINTPTR_MAX, high = 0, here = (uintptr_t)(void *)find_own;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_LOAD) {
            low = Py_MIN(low, info->dlpi_addr + p->p_vaddr);
            high = Py_MAX(high, info->dlpi_addr + p->p_vaddr + p->p_memsz);
        }
    }
    if (here < low || here >= high)
        return 0;
    own_low = low;
    own_high = high;
    return 1;
}

static inline bool is_ours(const void *p) { return (uintptr_t)p >= own_low && (uintptr_t)p < own_high; }

bool refcheck_watches;

static bool
is_foreign(const PyMethodDef *def)
{
    if (is_ours((void *)def->ml_meth))
        return false;
    if (!refcheck_watches) {
        refcheck_watches = true;
        trace_install(NULL);             /* for nothing but that loops look for their table again */
    }
    return true;
}

static bool
any_foreign(void *const *slots, size_t n)
{
    for (size_t i = 0; slots != NULL && i < n; i++)
        if (slots[i] != NULL && !is_ours(slots[i]))
            return true;
    return false;
}

#define SLOTS(suite) ((void *const *)(void *)(suite)), sizeof(*(suite)) / sizeof(void *)

/* Has the type, or a base, a slot that an extension fills? */
static bool
type_is_foreign(PyTypeObject *t)
{
    void *const own[] = { (void *)t->tp_repr, (void *)t->tp_hash, (void *)t->tp_call, (void *)t->tp_str, (void *)t->tp_getattro, (void *)t->tp_setattro,
                          (void *)t->tp_getattr, (void *)t->tp_setattr, (void *)t->tp_richcompare, (void *)t->tp_iter, (void *)t->tp_iternext,
                          (void *)t->tp_descr_get, (void *)t->tp_descr_set, (void *)t->tp_new, (void *)t->tp_init };
    if (is_ours(t))
        return false;
    return any_foreign(own, sizeof(own) / sizeof(own[0])) || any_foreign(SLOTS(t->tp_as_number)) || any_foreign(SLOTS(t->tp_as_sequence))
           || any_foreign(SLOTS(t->tp_as_mapping)) || any_foreign(SLOTS(t->tp_as_async));
}

/* ---- what is held ---- */

struct held {
    PyObject *const *slots;              /* of the innermost frame */
    Py_ssize_t slot_count;
    PyObject *const *args;               /* NULL when they are among the slots */
    Py_ssize_t arg_count;
    PyObject *self;                      /* of a bound function, or NULL */
    PyObject *globals, *locals, *consts; /* of the innermost frame; NULL: none, or as globals */
};

static void
find_held(PyThreadState *ts, PyObject *const *args, Py_ssize_t n, struct held *h)
{
    _PyInterpreterFrame *f = frame_current(ts);
    *h = (struct held){ .args = args, .arg_count = n };
    if (f == NULL)
        return;
    PyCodeObject *co = frame_code(f);
    h->globals = f->f_globals;
    h->consts = co->co_consts;
    h->locals = f->f_locals != f->f_globals ? f->f_locals : NULL;
    h->slots = f->localsplus;
    h->slot_count = co->co_nlocalsplus;
    if (args >= f->localsplus && args + n <= f->localsplus + co->co_nlocalsplus + co->co_stacksize) {
        h->slot_count = args + n - f->localsplus;
        h->args = NULL;
    }
}

static Py_ssize_t
count_in(PyObject *op, PyObject *const *array, Py_ssize_t n)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < n; i++)
        count += array[i] == op;
    return count;
}

/* References to op that must be there. Arguments outside the frame may be borrowed from it: the larger number counts. */
static Py_ssize_t
references(const struct held *h, PyObject *op)
{
    Py_ssize_t n = count_in(op, h->slots, h->slot_count), m = h->args != NULL ? count_in(op, h->args, h->arg_count) : 0;
    return Py_MAX(n, m) + (h->self == op);
}

struct search { PyObject *wanted; Py_ssize_t found; int left; };

static int
visit_search(PyObject *op, void *arg)
{
    struct search *s = arg;
    s->found += op == s->wanted;
    return --s->left <= 0;
}

/* Calls visit for what the object refers to, if it is complete: tracked, or one that is made in a step. */
static void
walk(PyObject *holder, visitproc visit, void *arg)
{
    if (holder != NULL && (PyTuple_CheckExact(holder) || PyDict_CheckExact(holder) || (PyObject_IS_GC(holder) && PyObject_GC_IsTracked(holder))))
        Py_TYPE(holder)->tp_traverse(holder, visit, arg);
}

static Py_ssize_t
references_from(PyObject *holder, PyObject *op)
{
    struct search s = { op, 0, CONTENT_LIMIT };
    if (holder != op)
        walk(holder, visit_search, &s);
    return s.found;
}

/* References from the insides of what is known. */
static Py_ssize_t
more_references(const struct held *h, PyObject *op, PyObject *const *args, Py_ssize_t n)
{
    Py_ssize_t found = references_from(h->self, op) + references_from(h->globals, op) + references_from(h->locals, op)
                       + references_from(h->consts, op);
    PyObject *dict = h->self != NULL && PyModule_Check(h->self) ? PyModule_GetDict(h->self) : NULL;
    if (dict != h->globals && dict != h->locals)
        found += references_from(dict, op);
    for (Py_ssize_t i = 0; i < n; i++)
        if (args[i] != h->self && args[i] != h->globals && args[i] != h->locals && args[i] != dict && args[i] != h->consts
            && count_in(args[i], args, i) == 0)
            found += references_from(args[i], op);
    return found;
}

/* ---- what is wrong ---- */

static bool
is_dead(PyObject *op)
{
    return (uintptr_t)op->ob_type == UINTPTR_MAX / 0xFF * DEAD_BYTE || (!_Py_IsImmortal(op) && op->ob_refcnt <= 0);
}

static const char released[] = "the function released a reference that it does not own";
static const char returned[] = "the function returned one that it does not own";
#define RESULT (-1)                      /* in place of an argument's number */

static void
write_function(PyObject *func, char *name, size_t size)
{
    if (!PyCFunction_Check(func)) {
        snprintf(name, size, "%s.%s", PyDescr_TYPE(func)->tp_name, ((PyMethodDescrObject *)func)->d_method->ml_name);
        return;
    }
    PyObject *module = ((PyCFunctionObject *)func)->m_module;
    const char *m = module != NULL && PyUnicode_Check(module) ? PyUnicode_AsUTF8(module) : NULL;
    snprintf(name, size, "%s%s%s", m != NULL ? m : "", m != NULL ? "." : "", ((PyCFunctionObject *)func)->m_ml->ml_name);
}

static void
write_arg(PyObject *func, Py_ssize_t arg, char *name, size_t size)
{
    bool is_method = !PyCFunction_Check(func);
    if (arg == RESULT)
        snprintf(name, size, "the result");
    else
        snprintf(name, size, is_method && arg == 0 ? "self" : "argument %zd", arg + !is_method);
}

/* `what` is said of an argument or the result, and its type. */
_Noreturn static void
report(PyObject *func, Py_ssize_t arg, const char *type, const char *what)
{
    char function[2 * NAME_SIZE], name[NAME_SIZE], message[8 * NAME_SIZE];
    write_function(func, function, sizeof function);
    write_arg(func, arg, name, sizeof name);
    snprintf(message, sizeof message, what, name, type, arg == RESULT ? returned : released);
    rt_fatal(function, message);
}

static const char gone[] = "%s, of type %s, is gone: %s", content_gone[] = "an object that %s, of type %s, refers to is gone: %s";

_Noreturn static void
report_count(PyObject *func, Py_ssize_t arg, PyObject *op, Py_ssize_t needs)
{
    char what[2 * NAME_SIZE];
    Py_ssize_t has = Py_REFCNT(op);
    snprintf(what, sizeof what, "%%s, of type %%s, has %zd reference%s where %zd are held: %%s", has, has == 1 ? "" : "s", needs);
    report(func, arg, Py_TYPE(op)->tp_name, what);
}

struct content { PyObject *func; Py_ssize_t arg; const char *type; int left; };

static int
visit_content(PyObject *op, void *arg)
{
    struct content *c = arg;
    if (is_dead(op))
        report(c->func, c->arg, c->type, content_gone);
    return --c->left <= 0;
}

/* The arguments, then what they refer to: a dead one must not be walked. */
static void
check_args(PyObject *func, PyObject *result, const struct held *h, PyObject *const *args, Py_ssize_t n, char types[][NAME_SIZE])
{
    for (Py_ssize_t i = 0; i < n; i++)
        if (is_dead(args[i]))
            report(func, i, types[i], gone);
    for (Py_ssize_t i = 0; i < n; i++)
        walk(args[i], visit_content, &(struct content){ func, i, types[i], CONTENT_LIMIT });
    for (Py_ssize_t i = 0; i < n; i++) {
        if (_Py_IsImmortal(args[i]))
            continue;
        Py_ssize_t needs = references(h, args[i]) + (args[i] == result);
        if (Py_REFCNT(args[i]) <= FEW)
            needs += more_references(h, args[i], args, n);
        if (Py_REFCNT(args[i]) < needs)
            report_count(func, i, args[i], needs);
    }
}

static void
check_result(PyObject *func, PyObject *result, const struct held *h, PyObject *const *args, Py_ssize_t n)
{
    if (is_dead(result))
        report(func, RESULT, "unknown", gone);
    if (_Py_IsImmortal(result))
        return;
    Py_ssize_t needs = 1 + references(h, result);
    if (Py_REFCNT(result) <= FEW)
        needs += more_references(h, result, args, n);
    if (Py_REFCNT(result) < needs)
        report_count(func, RESULT, result, needs);
}

/* ---- calls ---- */

static PyObject *
call_plain(PyThreadState *ts, PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    vectorcallfunc f = PyCFunction_Check(func) ? cfunction_vectorcall_for(((PyCFunctionObject *)func)->m_ml)
                                               : descr_vectorcall_for(((PyMethodDescrObject *)func)->d_method);
    return f != NULL ? f(func, args, nargsf, kwnames) : _PyObject_MakeTpCall(ts, func, args, PyVectorcall_NARGS(nargsf), kwnames);
}

static void
save_name(char *to, const char *name)
{
    size_t n = strnlen(name, NAME_SIZE - 1);
    memcpy(to, name, n);
    to[n] = '\0';
}

static PyObject *
refcheck_call(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyVectorcall_NARGS(nargsf) + (kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0), watched = Py_MIN(n, WATCHED_ARGS);
    char types[WATCHED_ARGS][NAME_SIZE];
    for (Py_ssize_t i = 0; i < watched; i++)
        save_name(types[i], Py_TYPE(args[i])->tp_name);
    PyObject *result = call_plain(ts, func, args, nargsf, kwnames);
    struct held h;
    find_held(ts, args, n, &h);
    h.self = PyCFunction_Check(func) ? PyCFunction_GET_SELF(func) : NULL;
    check_args(func, result, &h, args, watched, types);
    if (result != NULL)
        check_result(func, result, &h, args, watched);
    return result;
}

/* ---- instructions ---- */

/* The instruction that runs in a frame, if a foreign slot may. Operands need not live any more when it has ended. */
struct watched {
    _PyInterpreterFrame *frame;          /* NULL: none */
    PyObject *code, **end;               /* end: where the stack ends when it is done */
    int op, arg, count;
    bool pushes;
    PyObject *operands[WATCHED_ARGS];
    char types[WATCHED_ARGS][NAME_SIZE], foreign[NAME_SIZE];
};

#define WATCHED_FRAMES 64                /* of frames that run at the same time: the others are not checked */
static struct watched *watched;

_Noreturn static void
report_operand(const struct watched *w, int i, const char *type, const char *what)
{
    char where[3 * NAME_SIZE], message[8 * NAME_SIZE], name[NAME_SIZE];
    const char *symbol = w->op == BINARY_OP ? op_nb_symbol(w->arg) : "";
    snprintf(where, sizeof where, "slot of %s in %s%s%s", w->foreign, op_name(w->op), *symbol ? " " : "", symbol);
    if (i == RESULT)
        snprintf(name, sizeof name, "the result");
    else
        snprintf(name, sizeof name, "operand %d", i + 1);
    snprintf(message, sizeof message, "%s, of type %s, %s: %s", name, type, what, i == RESULT ? returned : released);
    rt_fatal(where, message);
}

static void
check_operand(const struct watched *w, const struct held *h, int i, PyObject *op)
{
    char what[NAME_SIZE];
    Py_ssize_t needs = references(h, op);
    if (i == RESULT && is_dead(op))
        report_operand(w, i, "unknown", "is gone");
    if (needs == 0 || (!is_dead(op) && Py_REFCNT(op) <= FEW))
        needs += more_references(h, op, NULL, 0);
    if (needs == 0)                      /* nobody that we know holds it: it may be gone, rightly */
        return;
    if (is_dead(op))
        report_operand(w, i, w->types[i], "is gone");
    if (!_Py_IsImmortal(op) && Py_REFCNT(op) < needs) {
        snprintf(what, sizeof what, "has %zd reference%s where %zd are held", Py_REFCNT(op), Py_REFCNT(op) == 1 ? "" : "s", needs);
        report_operand(w, i, Py_TYPE(op)->tp_name, what);
    }
}

static void
check_watched(const struct watched *w, _PyInterpreterFrame *f, PyObject **sp)
{
    struct held h = { .slots = f->localsplus, .slot_count = sp - f->localsplus, .globals = f->f_globals, .consts = frame_code(f)->co_consts,
                      .locals = f->f_locals != f->f_globals ? f->f_locals : NULL };
    if (w->pushes && sp == w->end && sp[-1] != NULL)
        check_operand(w, &h, RESULT, sp[-1]);
    for (int i = 0; i < w->count; i++)
        check_operand(w, &h, i, w->operands[i]);
}

static void
watch(struct watched *w, _PyInterpreterFrame *f, int op, int arg, PyObject **sp)
{
    const struct op_count *in = &op_table[op].popped, *change = &op_table[op].effect;
    Py_ssize_t n = in->base + in->per_arg * arg + in->per_low * (arg & 1);
    bool foreign = false;
    n = Py_MIN(n, sp - frame_stackbase(f));
    *w = (struct watched){ .code = f->f_executable, .op = op, .arg = arg };
    w->end = sp + change->base + change->per_arg * arg + change->per_low * (arg & 1);
    w->pushes = w->end > sp - n;
    for (PyObject **p = sp - n; p < sp && w->count < WATCHED_ARGS; p++)
        if (*p != NULL) {
            PyTypeObject *t = Py_TYPE(*p);
            w->operands[w->count] = *p;
            save_name(w->types[w->count++], t->tp_name);
            if (!foreign && type_is_foreign(t)) {
                save_name(w->foreign, t->tp_name);
                foreign = true;
            }
        }
    w->frame = foreign ? f : NULL;
}

void
refcheck_instr(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp)
{
    struct watched *w = watched == NULL ? NULL : &watched[(uintptr_t)f / 16 % WATCHED_FRAMES];
    int op = op_deopt(pc->op.code);
    if (w == NULL)
        return;
    bool starts = pc == _PyCode_CODE(frame_code(f)) || op == RESUME;       /* another frame, perhaps, in the same place */
    if (w->frame == f && w->code == f->f_executable && !starts)
        check_watched(w, f, sp);
    w->frame = NULL;
    if (op_table[op].kind == OPK_BASE && op != EXTENDED_ARG && (op_table[op].does & EFF_OPEN))
        watch(w, f, op, pc->op.arg, sp);
}

/* ---- start and end ---- */

void
refcheck_start(void)
{
    static const struct method_guard guard = { is_foreign, refcheck_call };
    if (dl_iterate_phdr(find_own, NULL) != 1)
        return;
    method_guard = &guard;
    watched = PyMem_RawCalloc(WATCHED_FRAMES, sizeof(*watched));
}

void
refcheck_stop(void)
{
    method_guard = NULL;
    refcheck_watches = false;
    PyMem_RawFree(watched);
    watched = NULL;
}
