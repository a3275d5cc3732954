/* modules/decimal/decimal.h: module _decimal: Decimal, Context, and how the arithmetic of dec.h shows in Python. */
#ifndef ADDER_DECIMAL_DECIMAL_H
#define ADDER_DECIMAL_DECIMAL_H

#include <Python.h>

#include "base/own.h"
#include "modules/decimal/dec.h"
#include "modules/modargs.h"

#define SIGNALS 9
#define CONDITIONS 5

/* All of it objects. */
struct decimal_state {
    PyTypeObject *decimal, *context, *signal_mixin, *signal_dict, *manager, *tuple;
    PyObject *exception;                 /* DecimalException */
    PyObject *signals[SIGNALS], *conditions[CONDITIONS];
    PyObject *signal_tuple;
    PyObject *rounding[DEC_ROUNDS];      /* names */
    PyObject *variable;                  /* the ContextVar */
    PyObject *default_context, *basic_context, *extended_context;
    PyObject *rational;                  /* numbers.Rational */
    PyObject *pydecimal;                 /* _pydecimal.Decimal, when it was needed */
};

struct decimal {
    PyObject_HEAD
    Py_hash_t hash;                      /* -1: not known */
    struct dec v;                        /* v.data is limbs as long as it fits */
    uint64_t limbs[DEC_MIN_LIMBS];
};

struct context {
    PyObject_HEAD
    struct dec_ctx ctx;
    PyObject *traps, *flags;             /* SignalDicts, views of ctx */
    int capitals;
    struct decimal_state *st;            /* of the module, which the type holds */
};

static inline struct dec *dec_of(PyObject *op) { return &((struct decimal *)op)->v; }
static inline struct context *context_of(PyObject *op) { return (struct context *)op; }
static inline struct dec_ctx *ctx_of(PyObject *op) { return &context_of(op)->ctx; }

/* ---- module.c ---- */
extern PyModuleDef decimal_module;
/* The state of the last module whose Decimal was looked at: nearly always there is only one. */
extern struct decimal_last { PyTypeObject *type; struct decimal_state *st; } decimal_last;
struct decimal_state *decimal_find_state(PyTypeObject *t);
static inline struct decimal_state *
decimal_state_of(PyTypeObject *t)
{
    return t == decimal_last.type ? decimal_last.st : decimal_find_state(t);
}
/* The state for an operator, one of whose operands is a Decimal. */
static inline struct decimal_state *
decimal_state_of_either(PyObject *a, PyObject *b)
{
    return Py_IS_TYPE(a, decimal_last.type) || Py_IS_TYPE(b, decimal_last.type) ? decimal_last.st : NULL;
}
struct decimal_state *decimal_find_either(PyObject *a, PyObject *b);
static inline bool decimal_check(struct decimal_state *st, PyObject *op) { return PyObject_TypeCheck(op, st->decimal); }
static inline bool context_check(struct decimal_state *st, PyObject *op) { return PyObject_TypeCheck(op, st->context); }

/* ---- signals.c: flags as objects ---- */
extern PyType_Spec signal_mixin_spec;
extern const uint32_t signal_bits[SIGNALS];
extern const char *const signal_names[SIGNALS];
/* Adds to the context's flags; -1 with an exception when a trap is enabled or memory ran out. */
int context_raise(PyObject *context, uint32_t status);
static inline int
context_add_status(PyObject *context, uint32_t status)
{
    struct dec_ctx *c = ctx_of(context);
    c->status |= status;
    return __builtin_expect((status & (c->traps | DEC_MALLOC_ERROR)) == 0, 1) ? 0 : context_raise(context, status);
}
/* A new SignalDict that shows *flags. */
OWNED PyObject *signal_dict_new(struct decimal_state *st, uint32_t *flags);
/* The dict's flags will be gone: it keeps their values. */
void signal_dict_detach(PyObject *op);
/* The bits that a list of signals, or a dict of all, stands for; -1 with an exception. */
int64_t signals_from_list(struct decimal_state *st, PyObject *list);
int64_t signals_from_dict(struct decimal_state *st, PyObject *dict);
OWNED PyObject *signals_as_list(struct decimal_state *st, uint32_t flags);
/* "[Overflow, Inexact]" in the order of the bits. */
OWNED PyObject *signals_as_text(uint32_t flags);
/* Names and makes the exceptions; 0 or -1. */
int signals_add_exceptions(PyObject *m, struct decimal_state *st);

/* ---- context.c, context_methods.c ---- */
extern PyType_Spec context_spec, manager_spec;
extern PyMethodDef context_methods[];
extern const struct dec_ctx context_default;             /* what DefaultContext begins with */
OWNED PyObject *context_copy(PyObject *op, PyObject *unused);
OWNED PyObject *context_new_from(struct decimal_state *st, const struct dec_ctx *ctx, int capitals);
/* The current thread's context, made when there is none yet. The context variable holds it. */
BORROWED(variable) PyObject *context_current(struct decimal_state *st);
/* An optional argument: `op` is NULL, None or a Context. NULL with an exception. */
BORROWED(op) PyObject *context_or_current(struct decimal_state *st, PyObject *op);
/* A rounding mode's number, or -1 with TypeError. */
int context_rounding(struct decimal_state *st, PyObject *name);
OWNED PyObject *decimal_getcontext(PyObject *m, PyObject *unused);
OWNED PyObject *decimal_setcontext(PyObject *m, PyObject *op);
OWNED PyObject *decimal_localcontext(PyObject *m, PyObject *args, PyObject *kwargs);

/* ---- number.c: the type, and what becomes a Decimal ---- */
extern PyType_Spec decimal_spec;
/* A new Decimal of value 0 (v.data[0] is not set). */
OWNED PyObject *decimal_new(struct decimal_state *st);
OWNED PyObject *decimal_new_of(PyTypeObject *type, struct decimal_state *st);
/* A computed Decimal: given away when the status has no trapped signal. */
OWNED PyObject *decimal_finish(STEALS PyObject *op, PyObject *context, uint32_t status);
/* Exactly the value of a str, int, float, tuple or Decimal; with ctx NULL. Otherwise rounded to the context. */
OWNED PyObject *decimal_from_object_exact(PyTypeObject *type, struct decimal_state *st, PyObject *v, PyObject *context);
OWNED PyObject *decimal_from_object(struct decimal_state *st, PyObject *v, PyObject *context);
OWNED PyObject *decimal_from_float_or_int(PyTypeObject *type, struct decimal_state *st, PyObject *v, PyObject *context, bool exact);
OWNED PyObject *decimal_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames);
int decimal_set_int(struct dec *r, PyObject *v, uint32_t *status);
void decimal_set_double(struct dec *r, double x, uint32_t *status);

/* An operand as a number: a Decimal itself, or an int in a place of its own. */
struct operand {
    const struct dec *d;
    struct dec own;
    uint64_t limbs[DEC_TEMP_LIMBS];
};
/* 1, 0 when it is neither Decimal nor int, -1 with an exception. */
int operand_get_slow(struct decimal_state *st, struct operand *o, PyObject *v, PyObject *context);
static inline int
operand_get(struct decimal_state *st, struct operand *o, PyObject *v, PyObject *context)
{
    if (!Py_IS_TYPE(v, st->decimal))
        return operand_get_slow(st, o, v, context);
    o->d = dec_of(v);
    return 1;
}
/* The same with TypeError: 0 or -1. */
int operand_need(struct decimal_state *st, struct operand *o, PyObject *v, PyObject *context);
static inline void
operand_release(struct operand *o)
{
    if (o->d == &o->own)
        dec_release(&o->own);
}

/* ---- number_ops.c: operators, methods: number_methods.c ---- */
extern PyMethodDef decimal_methods[];
extern PyGetSetDef decimal_getset[];
OWNED PyObject *decimal_richcompare(PyObject *v, PyObject *w, int op);
Py_hash_t decimal_hash(PyObject *op);
OWNED PyObject *decimal_add(PyObject *a, PyObject *b);
OWNED PyObject *decimal_subtract(PyObject *a, PyObject *b);
OWNED PyObject *decimal_multiply(PyObject *a, PyObject *b);
OWNED PyObject *decimal_divide(PyObject *a, PyObject *b);
OWNED PyObject *decimal_floor_divide(PyObject *a, PyObject *b);
OWNED PyObject *decimal_remainder(PyObject *a, PyObject *b);
OWNED PyObject *decimal_divmod(PyObject *a, PyObject *b);
OWNED PyObject *decimal_power(PyObject *a, PyObject *b, PyObject *mod);
OWNED PyObject *decimal_negative(PyObject *op);
OWNED PyObject *decimal_positive(PyObject *op);
OWNED PyObject *decimal_absolute(PyObject *op);
int decimal_bool(PyObject *op);

/* ---- number_out.c: what a Decimal becomes ---- */
OWNED PyObject *decimal_repr(PyObject *op);
OWNED PyObject *decimal_str(PyObject *op);
/* flags: DEC_TEXT_*. */
OWNED PyObject *decimal_text(const struct dec *a, int flags);
OWNED PyObject *decimal_as_int(PyObject *op, PyObject *context, uint32_t round);
OWNED PyObject *decimal_int(PyObject *op);
OWNED PyObject *decimal_float(PyObject *op);
OWNED PyObject *decimal_as_tuple(PyObject *op, PyObject *unused);
OWNED PyObject *decimal_as_integer_ratio(PyObject *op, PyObject *unused);
OWNED PyObject *decimal_format(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
OWNED PyObject *decimal_round(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
OWNED PyObject *decimal_ceil(PyObject *op, PyObject *unused);
OWNED PyObject *decimal_floor(PyObject *op, PyObject *unused);
OWNED PyObject *decimal_trunc(PyObject *op, PyObject *unused);
OWNED PyObject *decimal_complex(PyObject *op, PyObject *unused);

/* ---- arguments ---- */
/* Borrowed arguments of a FASTCALL | KEYWORDS method by names, of which the first `required` are; out[] is NULL where absent. The errors
 * are those of PyArg_ParseTupleAndKeywords(). 0 or -1. */
int decimal_args(PyObject **out, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, const char *const *names, int required, int n);
/* 0, or -1 with TypeError where there are keywords. */
int decimal_no_keywords(const char *name, PyObject *kwnames);

#endif
