/* code/dis.c: code objects as text, for -X dump=code,quick. One instruction a line:
 *     line  offset  OPCODE  argument  (meaning)
 * The text holds no addresses and no counters, so two runs give the same. */
#include "code/code.h"
#include "object/core/err.h"

struct text { PyObject *parts; };

static int
add(struct text *t, PyObject *piece)
{
    int rc = piece == NULL ? -1 : PyList_Append(t->parts, piece);
    Py_XDECREF(piece);
    return rc;
}

/* repr of a constant; code objects by name only. */
static PyObject *
const_text(PyObject *v)
{
    if (PyCode_Check(v))
        return PyUnicode_FromFormat("<code %U>", ((PyCodeObject *)v)->co_qualname);
    return PyObject_Repr(v);
}

static PyObject *
tuple_ref(PyObject *tuple, int i, bool as_const)
{
    if (i < 0 || i >= PyTuple_GET_SIZE(tuple))
        return PyUnicode_FromString("?");
    PyObject *v = PyTuple_GET_ITEM(tuple, i);
    return as_const ? const_text(v) : PyObject_Str(v);
}

static int
jump_target(int op, int oparg, int next)
{
    bool back = op == JUMP_BACKWARD || op == JUMP_BACKWARD_NO_INTERRUPT;
    return back ? next - oparg : next + oparg;
}

/* What the argument means, or NULL without exception when nothing more is to say. */
static PyObject *
meaning(PyCodeObject *co, int base, int oparg, int next)
{
    if (op_has_const(base))
        return tuple_ref(co->co_consts, oparg, true);
    if (op_has_name(base)) {
        int shift = base == LOAD_ATTR || base == LOAD_GLOBAL ? 1 : base == LOAD_SUPER_ATTR ? 2 : 0;
        return tuple_ref(co->co_names, oparg >> shift, false);
    }
    if (base == LOAD_FAST_LOAD_FAST || base == STORE_FAST_LOAD_FAST || base == STORE_FAST_STORE_FAST) {
        PyObject *a = tuple_ref(co->co_localsplusnames, oparg >> 4, false), *b = tuple_ref(co->co_localsplusnames, oparg & 15, false);
        PyObject *s = a && b ? PyUnicode_FromFormat("%U, %U", a, b) : NULL;
        Py_XDECREF(a);
        Py_XDECREF(b);
        return s;
    }
    if (op_has_local(base) || op_has_free(base))
        return tuple_ref(co->co_localsplusnames, oparg, false);
    if (op_has_jump(base))
        return PyUnicode_FromFormat("to %d", jump_target(base, oparg, next) * 2);
    if (base == BINARY_OP && op_nb_symbol(oparg) != NULL)
        return PyUnicode_FromString(op_nb_symbol(oparg));
    if (base == CALL_INTRINSIC_1 && op_intrinsic1_name(oparg) != NULL)
        return PyUnicode_FromString(op_intrinsic1_name(oparg));
    if (base == CALL_INTRINSIC_2 && op_intrinsic2_name(oparg) != NULL)
        return PyUnicode_FromString(op_intrinsic2_name(oparg));
    return NULL;
}

static int
add_instruction(struct text *t, PyCodeObject *co, int i, int op, int base, int oparg, int line)
{
    char head[96];
    int n = line > 0 ? snprintf(head, sizeof(head), "%6d", line) : snprintf(head, sizeof(head), "%6s", "");
    n += snprintf(head + n, sizeof(head) - (size_t)n, "  %5d  %-34s", i * 2, op_name(op));
    if (op_has_arg(base))
        snprintf(head + n, sizeof(head) - (size_t)n, " %5d", oparg);
    PyObject *more = op_has_arg(base) ? meaning(co, base, oparg, i + 1 + op_caches(base)) : NULL;
    if (more == NULL && PyErr_Occurred())
        return -1;
    PyObject *row = more != NULL ? PyUnicode_FromFormat("%s  (%U)\n", head, more) : PyUnicode_FromFormat("%s\n", head);
    Py_XDECREF(more);
    return add(t, row);
}

static int
add_body(struct text *t, PyCodeObject *co, bool quick)
{
    PyCodeAddressRange r;
    int oparg = 0, last_line = -1;
    code_init_range(co, &r);
    for (int i = 0; i < Py_SIZE(co);) {
        int base = code_base_opcode(co, i), op = quick ? _PyCode_CODE(co)[i].op.code : base;
        oparg = oparg << 8 | _PyCode_CODE(co)[i].op.arg;
        if (base != EXTENDED_ARG) {
            int line = _PyCode_CheckLineNumber(i * 2, &r);
            if (add_instruction(t, co, i, op, base, oparg, line != last_line ? line : -1) < 0)
                return -1;
            last_line = line;
            oparg = 0;
        }
        i += 1 + op_caches(base);
    }
    return 0;
}

static int
add_exceptions(struct text *t, PyCodeObject *co)
{
    struct exc_walk w;
    struct exc_entry e;
    exc_walk_init(&w, co);
    while (exc_walk_next(&w, &e))
        if (add(t, PyUnicode_FromFormat("  %d to %d -> %d [%d]%s\n", e.start * 2, e.end * 2 - 2, e.target * 2, e.depth, e.lasti ? " lasti" : "")) < 0)
            return -1;
    return 0;
}

PyObject *
dis_text(PyCodeObject *co, bool quick)
{
    struct text t = { PyList_New(0) };
    PyObject *out = NULL, *empty = PyUnicode_FromString("");
    if (t.parts != NULL && empty != NULL
        && add(&t, PyUnicode_FromFormat("code %U: args %d, stack %d, locals %d, flags 0x%x\n", co->co_qualname, co->co_argcount,
                                        co->co_stacksize, co->co_nlocalsplus, co->co_flags)) == 0
        && add_body(&t, co, quick) == 0 && add_exceptions(&t, co) == 0)
        out = PyUnicode_Join(empty, t.parts);
    Py_XDECREF(t.parts);
    Py_XDECREF(empty);
    return out;
}

static int
print_one(FILE *out, PyCodeObject *co, bool quick)
{
    PyObject *text = dis_text(co, quick);
    const char *s = text == NULL ? NULL : PyUnicode_AsUTF8(text);
    if (s != NULL) {
        fputs(s, out);
        fputc('\n', out);
    }
    Py_XDECREF(text);
    return s == NULL ? -1 : 0;
}

int
dis_dump(FILE *out, PyCodeObject *co, bool quick, const char *function)
{
    if (Py_EnterRecursiveCall(" while printing code"))
        return -1;
    int rc = 0;
    if (function == NULL || PyUnicode_CompareWithASCIIString(co->co_qualname, function) == 0 || PyUnicode_CompareWithASCIIString(co->co_name, function) == 0)
        rc = print_one(out, co, quick);
    for (Py_ssize_t i = 0; rc == 0 && i < PyTuple_GET_SIZE(co->co_consts); i++)
        if (PyCode_Check(PyTuple_GET_ITEM(co->co_consts, i)))
            rc = dis_dump(out, (PyCodeObject *)PyTuple_GET_ITEM(co->co_consts, i), quick, function);
    Py_LeaveRecursiveCall();
    return rc;
}
