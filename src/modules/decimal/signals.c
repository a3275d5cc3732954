/* modules/decimal/signals.c: conditions as exceptions, and the mappings `flags` and `traps` of a context. */
#include "modules/decimal/decimal.h"

/* In the order in which Python sees them; what is raised for several is the first. */
const uint32_t signal_bits[SIGNALS] = { DEC_IEEE_INVALID, DEC_FLOAT_OPERATION, DEC_DIVISION_BY_ZERO, DEC_OVERFLOW, DEC_UNDERFLOW,
                                        DEC_SUBNORMAL, DEC_INEXACT, DEC_ROUNDED, DEC_CLAMPED };
const char *const signal_names[SIGNALS] = { "InvalidOperation", "FloatOperation", "DivisionByZero", "Overflow", "Underflow", "Subnormal",
                                            "Inexact", "Rounded", "Clamped" };

/* InvalidOperation's kinds; the first is itself. */
static const uint32_t condition_bits[CONDITIONS] = { DEC_INVALID_OPERATION, DEC_CONVERSION_SYNTAX, DEC_DIVISION_IMPOSSIBLE,
                                                     DEC_DIVISION_UNDEFINED, DEC_INVALID_CONTEXT };
static const char *const condition_names[CONDITIONS] = { "InvalidOperation", "ConversionSyntax", "DivisionImpossible", "DivisionUndefined",
                                                         "InvalidContext" };

/* ---- exceptions ---------------------------------------------------------------------------------------------- */

static OWNED PyObject *
new_exception(const char *name, PyObject *bases)
{
    char full[64];
    PyOS_snprintf(full, sizeof(full), "decimal.%s", name);
    PyObject *out = bases == NULL ? NULL : PyErr_NewException(full, bases, NULL);
    Py_XDECREF(bases);
    return out;
}

static int
add_signals(PyObject *m, struct decimal_state *st)
{
    static const unsigned char order[SIGNALS] = { 0, 1, 2, 5, 6, 7, 8, 3, 4 };   /* bases first */
    for (int k = 0; k < SIGNALS; k++) {
        int i = order[k];
        PyObject *base = st->exception, *bases;
        switch (signal_bits[i]) {
        case DEC_FLOAT_OPERATION: bases = PyTuple_Pack(2, base, PyExc_TypeError); break;
        case DEC_DIVISION_BY_ZERO: bases = PyTuple_Pack(2, base, PyExc_ZeroDivisionError); break;
        case DEC_OVERFLOW: bases = PyTuple_Pack(2, st->signals[6], st->signals[7]); break;
        case DEC_UNDERFLOW: bases = PyTuple_Pack(3, st->signals[6], st->signals[7], st->signals[5]); break;
        default: bases = PyTuple_Pack(1, base);
        }
        st->signals[i] = new_exception(signal_names[i], bases);
        if (st->signals[i] == NULL || PyModule_AddObjectRef(m, signal_names[i], st->signals[i]) < 0)
            return -1;
    }
    return 0;
}

int
signals_add_exceptions(PyObject *m, struct decimal_state *st)
{
    st->exception = PyErr_NewException("decimal.DecimalException", PyExc_ArithmeticError, NULL);
    if (st->exception == NULL || PyModule_AddObjectRef(m, "DecimalException", st->exception) < 0 || add_signals(m, st) < 0)
        return -1;
    st->conditions[0] = Py_NewRef(st->signals[0]);
    for (int i = 1; i < CONDITIONS; i++) {
        PyObject *invalid = st->signals[0];
        st->conditions[i] = new_exception(condition_names[i], condition_bits[i] == DEC_DIVISION_UNDEFINED
                                              ? PyTuple_Pack(2, invalid, PyExc_ZeroDivisionError) : PyTuple_Pack(1, invalid));
        if (st->conditions[i] == NULL || PyModule_AddObjectRef(m, condition_names[i], st->conditions[i]) < 0)
            return -1;
    }
    st->signal_tuple = PyTuple_New(SIGNALS);
    for (int i = 0; st->signal_tuple != NULL && i < SIGNALS; i++)
        PyTuple_SET_ITEM(st->signal_tuple, i, Py_NewRef(st->signals[i]));
    return st->signal_tuple == NULL ? -1 : 0;
}

static int
append_matching(PyObject *list, PyObject *const *classes, const uint32_t *bits, int n, uint32_t flags)
{
    for (int i = 0; i < n; i++)
        if (flags & bits[i] && PyList_Append(list, classes[i]) < 0)
            return -1;
    return 0;
}

int
context_raise(PyObject *context, uint32_t status)
{
    struct decimal_state *st = context_of(context)->st;
    uint32_t trapped = status & ctx_of(context)->traps;
    if (status & DEC_MALLOC_ERROR) {
        PyErr_NoMemory();
        return -1;
    }
    int first = 0;
    while (!(trapped & signal_bits[first]))
        first++;
    PyObject *list = PyList_New(0);
    if (list != NULL && append_matching(list, st->conditions, condition_bits, CONDITIONS, trapped) == 0
        && append_matching(list, st->signals + 1, signal_bits + 1, SIGNALS - 1, trapped) == 0)
        PyErr_SetObject(st->signals[first], list);
    Py_XDECREF(list);
    return -1;
}

/* ---- lists and dicts of signals ------------------------------------------------------------------------------ */

/* The bits of one signal, or 0 with KeyError. */
static uint32_t
signal_from_class(struct decimal_state *st, PyObject *cls)
{
    for (int i = 0; i < SIGNALS; i++)
        if (cls == st->signals[i])
            return signal_bits[i];
    PyErr_SetString(PyExc_KeyError, "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n"
                                    "   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]");
    return 0;
}

int64_t
signals_from_list(struct decimal_state *st, PyObject *list)
{
    uint32_t flags = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        uint32_t bits = signal_from_class(st, PyList_GET_ITEM(list, i));
        if (bits == 0)
            return -1;
        flags |= bits;
    }
    return flags;
}

int64_t
signals_from_dict(struct decimal_state *st, PyObject *dict)
{
    uint32_t flags = 0;
    if (PyDict_GET_SIZE(dict) == SIGNALS) {
        int i = 0;
        for (; i < SIGNALS; i++) {
            PyObject *value;
            int found = PyDict_GetItemRef(dict, st->signals[i], &value), yes;
            if (found < 0)
                return -1;
            if (found == 0)
                break;
            yes = PyObject_IsTrue(value);
            Py_DECREF(value);
            if (yes < 0)
                return -1;
            if (yes)
                flags |= signal_bits[i];
        }
        if (i == SIGNALS)
            return flags;
    }
    PyErr_SetString(PyExc_KeyError, "invalid signal dict");
    return -1;
}

PyObject *
signals_as_list(struct decimal_state *st, uint32_t flags)
{
    PyObject *list = PyList_New(0);
    if (list != NULL && append_matching(list, st->signals, signal_bits, SIGNALS, flags) < 0)
        Py_CLEAR(list);
    return list;
}

PyObject *
signals_as_text(uint32_t flags)
{
    static const unsigned char order[SIGNALS] = { 8, 0, 2, 6, 1, 3, 7, 5, 4 };
    char text[160];
    size_t n = 1;
    text[0] = '[';
    for (int i = 0; i < SIGNALS; i++)
        if (flags & signal_bits[order[i]])
            n += (size_t)PyOS_snprintf(text + n, sizeof(text) - n, "%s%s", n > 1 ? ", " : "", signal_names[order[i]]);
    text[n++] = ']';
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)n);
}

/* ---- SignalDict ----------------------------------------------------------------------------------------------- */

struct signal_dict {
    PyObject_HEAD
    uint32_t *flags;                     /* of a context, or own; NULL: none */
    uint32_t own;                        /* the flags when the context is gone */
};

static inline struct signal_dict *sd_of(PyObject *op) { return (struct signal_dict *)op; }

static bool
is_valid(PyObject *op)
{
    if (sd_of(op)->flags != NULL)
        return true;
    PyErr_SetString(PyExc_ValueError, "invalid signal dict");
    return false;
}

PyObject *
signal_dict_new(struct decimal_state *st, uint32_t *flags)
{
    PyObject *op = PyObject_CallNoArgs((PyObject *)st->signal_dict);
    if (op != NULL)
        sd_of(op)->flags = flags;
    return op;
}

void
signal_dict_detach(PyObject *op)
{
    struct signal_dict *d = sd_of(op);
    if (d->flags != NULL)
        d->own = *d->flags;
    d->flags = &d->own;
}

static int
sd_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    sd_of(op)->flags = NULL;
    return 0;
}

static Py_ssize_t
sd_len(PyObject *op)
{
    return is_valid(op) ? SIGNALS : -1;
}

static struct decimal_state *
sd_state(PyObject *op)
{
    PyObject *m = PyType_GetModuleByDef(Py_TYPE(op), &decimal_module);
    return m == NULL ? NULL : PyModule_GetState(m);
}

static OWNED PyObject *
sd_iter(PyObject *op)
{
    struct decimal_state *st = is_valid(op) ? sd_state(op) : NULL;
    return st == NULL ? NULL : PyObject_GetIter(st->signal_tuple);
}

static OWNED PyObject *
sd_get(PyObject *op, PyObject *key)
{
    struct decimal_state *st = is_valid(op) ? sd_state(op) : NULL;
    uint32_t bits = st == NULL ? 0 : signal_from_class(st, key);
    return bits == 0 ? NULL : PyBool_FromLong((*sd_of(op)->flags & bits) != 0);
}

static int
sd_set(PyObject *op, PyObject *key, PyObject *value)
{
    struct decimal_state *st = is_valid(op) ? sd_state(op) : NULL;
    if (st == NULL)
        return -1;
    if (value == NULL) {
        PyErr_SetString(PyExc_ValueError, "signal keys cannot be deleted");
        return -1;
    }
    uint32_t bits = signal_from_class(st, key);
    int yes = bits == 0 ? -1 : PyObject_IsTrue(value);
    if (yes < 0)
        return -1;
    if (yes)
        *sd_of(op)->flags |= bits;
    else
        *sd_of(op)->flags &= ~bits;
    return 0;
}

static OWNED PyObject *
sd_repr(PyObject *op)
{
    struct decimal_state *st = is_valid(op) ? sd_state(op) : NULL;
    if (st == NULL)
        return NULL;
    char text[SIGNALS * 64];
    size_t n = 0;
    for (int i = 0; i < SIGNALS; i++)
        n += (size_t)PyOS_snprintf(text + n, sizeof(text) - n, "%s<class 'decimal.%s'>:%s", i == 0 ? "{" : ", ", signal_names[i],
                                   *sd_of(op)->flags & signal_bits[i] ? "True" : "False");
    text[n++] = '}';
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)n);
}

static OWNED PyObject *
sd_copy(PyObject *op, PyObject *unused)
{
    struct decimal_state *st = is_valid(op) ? sd_state(op) : NULL;
    PyObject *d = st == NULL ? NULL : PyDict_New();
    for (int i = 0; d != NULL && i < SIGNALS; i++)
        if (PyDict_SetItem(d, st->signals[i], *sd_of(op)->flags & signal_bits[i] ? Py_True : Py_False) < 0)
            Py_CLEAR(d);
    return d;
}

static OWNED PyObject *
sd_richcompare(PyObject *v, PyObject *w, int op)
{
    struct decimal_state *st = sd_state(v);
    int64_t other;
    if (st == NULL || !is_valid(v))
        return NULL;
    if (op != Py_EQ && op != Py_NE)
        Py_RETURN_NOTIMPLEMENTED;
    if (PyObject_TypeCheck(w, st->signal_mixin)) {
        if (!is_valid(w))
            return NULL;
        other = *sd_of(w)->flags;
    }
    else if (!PyDict_Check(w))
        Py_RETURN_NOTIMPLEMENTED;
    else if (PyDict_GET_SIZE(w) == 0) {
        PyErr_SetString(PyExc_ValueError, "invalid signal dict");
        return NULL;
    }
    else if ((other = signals_from_dict(st, w)) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_KeyError))
            return NULL;
        PyErr_Clear();
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyBool_FromLong((*sd_of(v)->flags == other) == (op == Py_EQ));
}

static int
sd_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static void
sd_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    t->tp_free(op);
    Py_DECREF(t);
}

static PyMethodDef sd_methods[] = {
    { "copy", sd_copy, METH_NOARGS, NULL },
    { NULL },
};

static PyType_Slot sd_slots[] = {
    { Py_tp_dealloc, sd_dealloc },
    { Py_tp_traverse, sd_traverse },
    { Py_tp_repr, sd_repr },
    { Py_tp_hash, PyObject_HashNotImplemented },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_richcompare, sd_richcompare },
    { Py_tp_iter, sd_iter },
    { Py_tp_methods, sd_methods },
    { Py_tp_init, sd_init },
    { Py_mp_length, sd_len },
    { Py_mp_subscript, sd_get },
    { Py_mp_ass_subscript, sd_set },
    { 0, NULL },
};

PyType_Spec signal_mixin_spec = {
    .name = "decimal.SignalDictMixin",
    .basicsize = sizeof(struct signal_dict),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = sd_slots,
};
