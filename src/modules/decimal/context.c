/* modules/decimal/context.c: Context, and which one is current: a context variable holds it. */
#include "modules/decimal/decimal.h"

const struct dec_ctx context_default = { 28, 999999, -999999, DEC_IEEE_INVALID | DEC_DIVISION_BY_ZERO | DEC_OVERFLOW, 0,
                                         DEC_ROUND_HALF_EVEN, 0 };

/* ---- making and copying -------------------------------------------------------------------------------------- */

static OWNED PyObject *
new_of_type(PyTypeObject *type, struct decimal_state *st, const struct dec_ctx *ctx, int capitals)
{
    PyObject *op = type->tp_alloc(type, 0);
    if (op == NULL)
        return NULL;
    struct context *c = context_of(op);
    c->ctx = *ctx;
    c->capitals = capitals;
    c->st = st;
    c->traps = signal_dict_new(st, &c->ctx.traps);
    c->flags = c->traps == NULL ? NULL : signal_dict_new(st, &c->ctx.status);
    if (c->flags == NULL)
        Py_CLEAR(op);
    return op;
}

PyObject *
context_new_from(struct decimal_state *st, const struct dec_ctx *ctx, int capitals)
{
    return new_of_type(st->context, st, ctx, capitals);
}

static OWNED PyObject *
ctx_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *m = PyType_GetModuleByDef(type, &decimal_module);
    struct decimal_state *st = m == NULL ? NULL : PyModule_GetState(m);
    if (st == NULL)
        return NULL;
    return new_of_type(type, st, st->default_context == NULL ? &context_default : ctx_of(st->default_context), 1);
}

PyObject *
context_copy(PyObject *op, PyObject *unused)
{
    return context_new_from(context_of(op)->st, ctx_of(op), context_of(op)->capitals);
}

static int
ctx_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(context_of(op)->traps);
    Py_VISIT(context_of(op)->flags);
    return 0;
}

static void
drop_view(PyObject **view)
{
    if (*view != NULL)
        signal_dict_detach(*view);
    Py_CLEAR(*view);
}

static int
ctx_clear(PyObject *op)
{
    drop_view(&context_of(op)->traps);
    drop_view(&context_of(op)->flags);
    return 0;
}

static void
ctx_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    ctx_clear(op);
    t->tp_free(op);
    Py_DECREF(t);
}

/* ---- attributes ---------------------------------------------------------------------------------------------- */

int
context_rounding(struct decimal_state *st, PyObject *name)
{
    if (PyUnicode_Check(name)) {
        for (int i = 0; i < DEC_ROUNDS; i++)
            if (name == st->rounding[i])
                return i;
        for (int i = 0; i < DEC_ROUNDS; i++)
            if (PyUnicode_Compare(name, st->rounding[i]) == 0)
                return i;
    }
    PyErr_SetString(PyExc_TypeError, "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n"
                                     "   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]");
    return -1;
}

enum { ATTR_PREC, ATTR_EMAX, ATTR_EMIN, ATTR_CAPITALS, ATTR_CLAMP, ATTRS };

static const struct { int64_t least, most; const char *complaint; } ranges[ATTRS] = {
    [ATTR_PREC] = { 1, DEC_MAX_PREC, "valid range for prec is [1, MAX_PREC]" },
    [ATTR_EMAX] = { 0, DEC_MAX_EMAX, "valid range for Emax is [0, MAX_EMAX]" },
    [ATTR_EMIN] = { DEC_MIN_EMIN, 0, "valid range for Emin is [MIN_EMIN, 0]" },
    [ATTR_CAPITALS] = { 0, 1, "valid values for capitals are 0 or 1" },
    [ATTR_CLAMP] = { 0, 1, "valid values for clamp are 0 or 1" },
};

static int
set_number(PyObject *op, PyObject *value, void *which)
{
    struct context *c = context_of(op);
    int k = (int)(intptr_t)which;
    if (!PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return -1;
    }
    Py_ssize_t x = PyLong_AsSsize_t(value);
    if (x == -1 && PyErr_Occurred())
        return -1;
    if (x < ranges[k].least || x > ranges[k].most) {
        PyErr_SetString(PyExc_ValueError, ranges[k].complaint);
        return -1;
    }
    switch (k) {
    case ATTR_PREC: c->ctx.prec = x; break;
    case ATTR_EMAX: c->ctx.emax = x; break;
    case ATTR_EMIN: c->ctx.emin = x; break;
    case ATTR_CAPITALS: c->capitals = (int)x; break;
    default: c->ctx.clamp = (uint32_t)x;
    }
    return 0;
}

static OWNED PyObject *
get_number(PyObject *op, void *which)
{
    struct context *c = context_of(op);
    switch ((int)(intptr_t)which) {
    case ATTR_PREC: return PyLong_FromSsize_t(c->ctx.prec);
    case ATTR_EMAX: return PyLong_FromSsize_t(c->ctx.emax);
    case ATTR_EMIN: return PyLong_FromSsize_t(c->ctx.emin);
    case ATTR_CAPITALS: return PyLong_FromLong(c->capitals);
    default: return PyLong_FromLong((long)c->ctx.clamp);
    }
}

static OWNED PyObject *
get_rounding(PyObject *op, void *unused)
{
    return Py_NewRef(context_of(op)->st->rounding[ctx_of(op)->round]);
}

static int
set_rounding(PyObject *op, PyObject *value, void *unused)
{
    int x = context_rounding(context_of(op)->st, value);
    if (x < 0)
        return -1;
    ctx_of(op)->round = (uint32_t)x;
    return 0;
}

/* traps or flags, from a SignalDict, a dict of all signals, or (where that is allowed) a list. */
static int
set_signals(PyObject *op, uint32_t *bits, PyObject *value, bool list_allowed)
{
    struct decimal_state *st = context_of(op)->st;
    int64_t flags;
    if (list_allowed && PyList_Check(value))
        flags = signals_from_list(st, value);
    else if (PyObject_TypeCheck(value, st->signal_mixin)) {
        PyObject *d = PyObject_CallMethod(value, "copy", NULL);
        if (d != NULL && !PyDict_Check(d))
            PyErr_SetString(PyExc_TypeError, "argument must be a signal dict");
        flags = d == NULL || !PyDict_Check(d) ? -1 : signals_from_dict(st, d);
        Py_XDECREF(d);
    }
    else if (PyDict_Check(value))
        flags = signals_from_dict(st, value);
    else {
        PyErr_SetString(PyExc_TypeError, "argument must be a signal dict");
        return -1;
    }
    if (flags < 0)
        return -1;
    *bits = (uint32_t)flags;
    return 0;
}

static OWNED PyObject *
ctx_getattro(PyObject *op, PyObject *name)
{
    if (PyUnicode_Check(name)) {
        if (PyUnicode_EqualToUTF8(name, "traps"))
            return Py_NewRef(context_of(op)->traps == NULL ? Py_None : context_of(op)->traps);   /* NULL when it was cleared */
        if (PyUnicode_EqualToUTF8(name, "flags"))
            return Py_NewRef(context_of(op)->flags == NULL ? Py_None : context_of(op)->flags);
    }
    return PyObject_GenericGetAttr(op, name);
}

static int
ctx_setattro(PyObject *op, PyObject *name, PyObject *value)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "context attributes cannot be deleted");
        return -1;
    }
    if (PyUnicode_Check(name)) {
        if (PyUnicode_EqualToUTF8(name, "traps"))
            return set_signals(op, &ctx_of(op)->traps, value, false);
        if (PyUnicode_EqualToUTF8(name, "flags"))
            return set_signals(op, &ctx_of(op)->status, value, false);
    }
    return PyObject_GenericSetAttr(op, name, value);
}

/* The attributes by their places among the arguments of Context(). None leaves them. */
static int
set_all(PyObject *op, PyObject *const *values)
{
    static const signed char which[] = { ATTR_PREC, -1, ATTR_EMIN, ATTR_EMAX, ATTR_CAPITALS, ATTR_CLAMP };
    for (int i = 0; i < 6; i++)
        if (values[i] != Py_None
            && (which[i] < 0 ? set_rounding(op, values[i], NULL) : set_number(op, values[i], (void *)(intptr_t)which[i])) < 0)
            return -1;
    if (values[7] != Py_None && set_signals(op, &ctx_of(op)->traps, values[7], true) < 0)
        return -1;
    return values[6] == Py_None ? 0 : set_signals(op, &ctx_of(op)->status, values[6], true);
}

static int
ctx_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps", NULL };
    PyObject *v[8] = { Py_None, Py_None, Py_None, Py_None, Py_None, Py_None, Py_None, Py_None };
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOOOOOOO", names, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]))
        return -1;
    return set_all(op, v);
}

static OWNED PyObject *
ctx_repr(PyObject *op)
{
    const struct dec_ctx *c = ctx_of(op);
    PyObject *flags = signals_as_text(c->status), *traps = signals_as_text(c->traps), *out = NULL;
    if (flags != NULL && traps != NULL)
        out = PyUnicode_FromFormat("Context(prec=%lld, rounding=%U, Emin=%lld, Emax=%lld, capitals=%d, clamp=%u, flags=%U, traps=%U)",
                                   (long long)c->prec, context_of(op)->st->rounding[c->round], (long long)c->emin, (long long)c->emax,
                                   context_of(op)->capitals, c->clamp, flags, traps);
    Py_XDECREF(flags);
    Py_XDECREF(traps);
    return out;
}

/* ---- the current context ------------------------------------------------------------------------------------- */

static int
set_current(struct decimal_state *st, PyObject *op)
{
    PyObject *token = PyContextVar_Set(st->variable, op);
    Py_XDECREF(token);
    return token == NULL ? -1 : 0;
}

PyObject *
context_current(struct decimal_state *st)
{
    PyObject *op;
    if (PyContextVar_Get(st->variable, NULL, &op) < 0)
        return NULL;
    if (op == NULL) {
        struct context *d = context_of(st->default_context);
        op = context_new_from(st, &d->ctx, d->capitals);
        if (op == NULL)
            return NULL;
        ctx_of(op)->status = 0;
        if (set_current(st, op) < 0) {
            Py_DECREF(op);
            return NULL;
        }
    }
    Py_DECREF(op);
    return op;
}

PyObject *
context_or_current(struct decimal_state *st, PyObject *op)
{
    if (op == NULL || op == Py_None)
        return context_current(st);
    if (context_check(st, op))
        return op;
    PyErr_SetString(PyExc_TypeError, "optional argument must be a context");
    return NULL;
}

PyObject *
decimal_getcontext(PyObject *m, PyObject *unused)
{
    return Py_XNewRef(context_current(PyModule_GetState(m)));
}

/* The templates are not to be changed by who gets the current context: they are copied. */
static OWNED PyObject *
install(struct decimal_state *st, PyObject *op)
{
    PyObject *mine;
    if (op == st->default_context || op == st->basic_context || op == st->extended_context) {
        mine = context_copy(op, NULL);
        if (mine == NULL)
            return NULL;
        ctx_of(mine)->status = 0;
    }
    else
        mine = Py_NewRef(op);
    int status = set_current(st, mine);
    Py_DECREF(mine);
    return status < 0 ? NULL : Py_NewRef(Py_None);
}

PyObject *
decimal_setcontext(PyObject *m, PyObject *op)
{
    struct decimal_state *st = PyModule_GetState(m);
    if (context_check(st, op))
        return install(st, op);
    PyErr_SetString(PyExc_TypeError, "argument must be a context");
    return NULL;
}

/* ---- localcontext() ------------------------------------------------------------------------------------------ */

struct manager { PyObject_HEAD PyObject *inside, *outside; };

PyObject *
decimal_localcontext(PyObject *m, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps", NULL };
    PyObject *v[9] = { Py_None, Py_None, Py_None, Py_None, Py_None, Py_None, Py_None, Py_None, Py_None };
    struct decimal_state *st = PyModule_GetState(m);
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOOOOOOOO", names, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8]))
        return NULL;
    PyObject *outside = context_current(st), *from = outside == NULL ? NULL : context_or_current(st, v[0]), *inside;
    if (from == NULL || (inside = context_copy(from, NULL)) == NULL)
        return NULL;
    struct manager *o = set_all(inside, v + 1) < 0 ? NULL : PyObject_GC_New(struct manager, st->manager);
    if (o == NULL) {
        Py_DECREF(inside);
        return NULL;
    }
    o->inside = inside;
    o->outside = Py_NewRef(outside);
    PyObject_GC_Track(o);
    return (PyObject *)o;
}

static int
manager_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((struct manager *)op)->inside);
    Py_VISIT(((struct manager *)op)->outside);
    return 0;
}

static int
manager_clear(PyObject *op)
{
    Py_CLEAR(((struct manager *)op)->inside);
    Py_CLEAR(((struct manager *)op)->outside);
    return 0;
}

static void
manager_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    manager_clear(op);
    PyObject_GC_Del(op);
    Py_DECREF(t);
}

static OWNED PyObject *
manager_set(PyObject *op, PyObject *context)
{
    struct decimal_state *st = context == NULL ? NULL : context_of(context)->st;
    if (st == NULL) {
        PyErr_SetString(PyExc_SystemError, "context manager was cleared");
        return NULL;
    }
    return install(st, context);
}

static OWNED PyObject *
manager_enter(PyObject *op, PyObject *unused)
{
    PyObject *inside = ((struct manager *)op)->inside, *ok = manager_set(op, inside);
    Py_XDECREF(ok);
    return ok == NULL ? NULL : Py_NewRef(inside);
}

static OWNED PyObject *
manager_exit(PyObject *op, PyObject *args)
{
    return manager_set(op, ((struct manager *)op)->outside);
}

static PyMethodDef manager_methods[] = {
    { "__enter__", manager_enter, METH_NOARGS, NULL },
    { "__exit__", manager_exit, METH_VARARGS, NULL },
    { NULL },
};

static PyType_Slot manager_slots[] = {
    { Py_tp_dealloc, manager_dealloc },
    { Py_tp_traverse, manager_traverse },
    { Py_tp_clear, manager_clear },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_methods, manager_methods },
    { 0, NULL },
};

PyType_Spec manager_spec = {
    .name = "decimal.ContextManager",
    .basicsize = sizeof(struct manager),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = manager_slots,
};

/* ---- the type ------------------------------------------------------------------------------------------------ */

static PyGetSetDef ctx_getset[] = {
    { "prec", get_number, set_number, NULL, (void *)ATTR_PREC },
    { "Emax", get_number, set_number, NULL, (void *)ATTR_EMAX },
    { "Emin", get_number, set_number, NULL, (void *)ATTR_EMIN },
    { "rounding", get_rounding, set_rounding, NULL, NULL },
    { "capitals", get_number, set_number, NULL, (void *)ATTR_CAPITALS },
    { "clamp", get_number, set_number, NULL, (void *)ATTR_CLAMP },
    { NULL },
};

static PyType_Slot ctx_slots[] = {
    { Py_tp_dealloc, ctx_dealloc },
    { Py_tp_traverse, ctx_traverse },
    { Py_tp_clear, ctx_clear },
    { Py_tp_repr, ctx_repr },
    { Py_tp_getattro, ctx_getattro },
    { Py_tp_setattro, ctx_setattro },
    { Py_tp_doc, "Context(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)\n--\n\n"
                 "What governs arithmetic: precision, limits of exponents, rounding, and which conditions raise.\n\n"
                 "Attributes that are not given are those of DefaultContext. capitals says how exponents are written,\n"
                 "clamp whether they are limited from above as those of IEEE formats. flags are the conditions that\n"
                 "have come up, traps those that are exceptions: lists of signals, or dicts of all signals." },
    { Py_tp_methods, context_methods },
    { Py_tp_getset, ctx_getset },
    { Py_tp_init, ctx_init },
    { Py_tp_new, ctx_new },
    { 0, NULL },
};

PyType_Spec context_spec = {
    .name = "decimal.Context",
    .basicsize = sizeof(struct context),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = ctx_slots,
};
