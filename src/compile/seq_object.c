/* compile/seq_object.c: instruction sequences as Python objects, each with a pool of its own. */
#include "compile/seq.h"

#include "object/core/call.h"          /* args_unpack() */

struct seq_object {
    PyObject_HEAD
    struct pool pool;
    struct seq seq;
    PyObject *nested;              /* list */
};

static PyObject *
seq_object_new(PyTypeObject *type)
{
    struct seq_object *self = (struct seq_object *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    pool_init(&self->pool);
    seq_init(&self->seq, &self->pool);
    self->nested = PyList_New(0);
    if (self->nested == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

PyObject *
_PyInstructionSequence_New(void)
{
    return seq_object_new(&InstructionSequence_Type);
}

struct seq *
seq_of_object(PyObject *o)
{
    if (!Py_IS_TYPE(o, &InstructionSequence_Type)) {
        PyErr_SetString(PyExc_TypeError, "expected an instruction sequence");
        return NULL;
    }
    return &((struct seq_object *)o)->seq;
}

int
seq_object_nest(PyObject *o, PyObject *nested)
{
    return PyList_Append(((struct seq_object *)o)->nested, nested);
}

struct copying { const struct seq *from; struct seq *to; };

static void
copy_code(void *arg)
{
    struct copying *c = arg;
    for (int i = 0; i < c->from->code.len; i++) {
        pvec_room(c->to->pool, &c->to->code);
        c->to->code.items[c->to->code.len++] = c->from->code.items[i];
    }
    for (int i = 0; i < c->from->cap_labels; i++)
        if (c->from->labels[i] >= 0) {
            seq_use_label(c->to, i);
            c->to->labels[i] = c->from->labels[i];
        }
    c->to->last_label = c->from->last_label;
    c->to->resolved = c->from->resolved;
}

PyObject *
seq_object_like(const struct seq *s)
{
    PyObject *o = _PyInstructionSequence_New();
    if (o == NULL)
        return NULL;
    struct copying c = { s, seq_of_object(o) };
    if (pool_run(c.to->pool, copy_code, &c) < 0) {
        Py_DECREF(o);
        return NULL;
    }
    return o;
}

/* --- the type --- */

static PyObject *
tp_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (PyTuple_GET_SIZE(args) > 0 || (kwds != NULL && PyDict_GET_SIZE(kwds) > 0)) {
        PyErr_Format(PyExc_TypeError, "InstructionSequenceType() takes no %s arguments",
                     PyTuple_GET_SIZE(args) > 0 ? "positional" : "keyword");
        return NULL;
    }
    return seq_object_new(type);
}

static void
tp_dealloc(struct seq_object *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->nested);
    pool_release(&self->pool);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
tp_traverse(struct seq_object *self, visitproc visit, void *arg)
{
    Py_VISIT(self->nested);
    return 0;
}

static int
tp_clear(struct seq_object *self)
{
    Py_CLEAR(self->nested);
    return 0;
}

/* Exactly n arguments, all int: 1, or 0 with TypeError, OverflowError. */
static int
int_args(const char *fname, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, const char *const *names, int n, int *out)
{
    PyObject *values[6];
    if (args_unpack(fname, args, nargs, kwnames, names, n, n, n, values) < 0)
        return 0;
    for (int i = 0; i < n; i++) {
        out[i] = PyLong_AsInt(values[i]);
        if (out[i] == -1 && PyErr_Occurred())
            return 0;
    }
    return 1;
}

struct labelling { struct seq *seq; int label; };

static void
place_label(void *arg)
{
    struct labelling *l = arg;
    seq_use_label(l->seq, l->label);
}

static PyObject *
use_label(struct seq_object *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "label" };
    struct labelling l = { .seq = &self->seq };
    if (!int_args("use_label", args, nargs, kwnames, names, 1, &l.label))
        return NULL;
    if (l.label < 0 || l.label > 1 << 24) {
        PyErr_SetString(PyExc_ValueError, "label out of range");
        return NULL;
    }
    return pool_run(&self->pool, place_label, &l) < 0 ? NULL : Py_NewRef(Py_None);
}

struct adding { struct seq *seq; int op, arg; struct loc loc; };

static void
add_op(void *arg)
{
    struct adding *a = arg;
    seq_add(a->seq, a->op, a->arg, a->loc);
}

/* The four numbers of a place are kept in the order in which they come. */
static PyObject *
addop(struct seq_object *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "opcode", "oparg", "lineno", "col_offset", "end_lineno", "end_col_offset" };
    int v[6];
    if (!int_args("addop", args, nargs, kwnames, names, 6, v))
        return NULL;
    struct adding a = { &self->seq, v[0], v[1], { v[2], v[3], v[4], v[5] } };
    if (!op_is_valid(a.op)) {
        PyErr_Format(PyExc_ValueError, "invalid opcode %d", a.op);
        return NULL;
    }
    return pool_run(&self->pool, add_op, &a) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
new_label(struct seq_object *self, PyObject *unused)
{
    return PyLong_FromLong(seq_new_label(&self->seq));
}

static PyObject *
add_nested(struct seq_object *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "nested" };
    PyObject *nested;
    if (args_unpack("add_nested", args, nargs, kwnames, names, 1, 1, 1, &nested) < 0)
        return NULL;
    if (!Py_IS_TYPE(nested, &InstructionSequence_Type)) {
        PyErr_Format(PyExc_TypeError, "expected an instruction sequence, not %T", Py_TYPE(nested));
        return NULL;
    }
    return PyList_Append(self->nested, nested) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
get_nested(struct seq_object *self, PyObject *unused)
{
    return Py_NewRef(self->nested);
}

static void
resolve(void *arg)
{
    seq_resolve(arg);
}

static PyObject *
get_instructions(struct seq_object *self, PyObject *unused)
{
    if (pool_run(&self->pool, resolve, &self->seq) < 0)
        return NULL;
    PyObject *list = PyList_New(self->seq.code.len);
    for (int i = 0; list != NULL && i < self->seq.code.len; i++) {
        struct seq_instr *in = &self->seq.code.items[i];
        struct loc loc = in->loc;
        PyObject *item = op_has_arg(in->op)
            ? Py_BuildValue("(iiiiii)", in->op, in->arg, loc.line, loc.end_line, loc.col, loc.end_col)
            : Py_BuildValue("(iOiiii)", in->op, Py_None, loc.line, loc.end_line, loc.col, loc.end_col);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyMethodDef methods[] = {
    { "use_label", (PyCFunction)(void (*)(void))use_label, METH_FASTCALL | METH_KEYWORDS,
      "use_label($self, /, label)\n--\n\nMake a label stand before the next instruction." },
    { "add_nested", (PyCFunction)(void (*)(void))add_nested, METH_FASTCALL | METH_KEYWORDS,
      "add_nested($self, /, nested)\n--\n\nAdd the sequence of a nested scope." },
    { "addop", (PyCFunction)(void (*)(void))addop, METH_FASTCALL | METH_KEYWORDS,
      "addop($self, /, opcode, oparg, lineno, col_offset, end_lineno,\n      end_col_offset)\n--\n\nAppend an instruction." },
    { "new_label", (PyCFunction)new_label, METH_NOARGS, "new_label($self, /)\n--\n\nReturn an unused label." },
    { "get_nested", (PyCFunction)get_nested, METH_NOARGS, "get_nested($self, /)\n--\n\nReturn the sequences of nested scopes." },
    { "get_instructions", (PyCFunction)get_instructions, METH_NOARGS,
      "get_instructions($self, /)\n--\n\nReturn the instructions as a list of tuples." },
    { NULL, NULL, 0, NULL },
};

PyTypeObject InstructionSequence_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "InstructionSequence",
    .tp_basicsize = sizeof(struct seq_object),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "Instructions on their way through the compiler.",
    .tp_dealloc = (destructor)tp_dealloc,
    .tp_traverse = (traverseproc)tp_traverse,
    .tp_clear = (inquiry)tp_clear,
    .tp_methods = methods,
    .tp_new = tp_new,
};
