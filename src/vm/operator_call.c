/* vm/operator_call.c: operators whose method, in Python, runs in the loop: for a recorder, who wants to see each instruction.
 *
 * The method's frame lies above a hidden one, which keeps both operands as the caller's stack would have kept them and looks at what the method returns: not
 * NotImplemented is the result; else it asks the other operand, in a C function. Its code is ordinary bytecode, but the frame is never complete: no
 * traceback and no walk over frames shows it. */
#include "code/code.h"
#include "code/opcodes.h"
#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/object.h"
#include "object/core/type.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/slow.h"
#include "vm/step.h"

#define OPERATORS 13                   /* of BINARY_OP; the same again in place */
#define COMPARISONS 6

static const struct { const char *name, *sign; } binary[OPERATORS] = {
    { "add", "+" }, { "and", "&" }, { "floordiv", "//" }, { "lshift", "<<" }, { "matmul", "@" }, { "mul", "*" }, { "mod", "%" }, { "or", "|" },
    { NULL, NULL }, { "rshift", ">>" }, { "sub", "-" }, { "truediv", "/" }, { "xor", "^" },
};
static const int slots[OPERATORS] = {
    offsetof(PyNumberMethods, nb_add), offsetof(PyNumberMethods, nb_and), offsetof(PyNumberMethods, nb_floor_divide), offsetof(PyNumberMethods, nb_lshift),
    offsetof(PyNumberMethods, nb_matrix_multiply), offsetof(PyNumberMethods, nb_multiply), offsetof(PyNumberMethods, nb_remainder), offsetof(PyNumberMethods, nb_or),
    0, offsetof(PyNumberMethods, nb_rshift), offsetof(PyNumberMethods, nb_subtract), offsetof(PyNumberMethods, nb_true_divide), offsetof(PyNumberMethods, nb_xor),
};
static const struct { const char *name, *sign; } compare[COMPARISONS] = { { "lt", "<" }, { "le", "<=" }, { "eq", "==" }, { "ne", "!=" }, { "gt", ">" }, { "ge", ">=" } };

static struct operator { PyObject *name, *reflected, *inplace; PyCodeObject *shim; } known[2 * OPERATORS + 2 * COMPARISONS];

static int
index_of(int opcode, int oparg)
{
    return opcode == BINARY_OP ? oparg : 2 * OPERATORS + 2 * (oparg >> 5) + (oparg >> 4 & 1);
}

/* ---- what the other operand says ---- */

static binaryfunc
slot_of(PyTypeObject *t, int op)
{
    return t->tp_as_number != NULL ? *(binaryfunc *)((char *)t->tp_as_number + slots[op]) : NULL;
}

/* Behind NotImplemented of the left one's method, as number_binary() goes on. */
static PyObject *
binary_rest(int oparg, PyObject *a, PyObject *b)
{
    int op = oparg % OPERATORS;
    PyTypeObject *ta = Py_TYPE(a), *tb = Py_TYPE(b);
    binaryfunc fa = slot_of(ta, op), fb = slot_of(tb, op);
    PyObject *res = NULL;
    if (ta != tb && fb != NULL && fb != fa) {
        res = fb(a, b);
    } else if (ta != tb && fb != NULL) {
        PyObject *method = object_lookup_special(b, known[oparg].reflected);
        if (method == NULL && PyErr_Occurred())
            return NULL;
        res = method != NULL ? PyObject_CallOneArg(method, a) : Py_NewRef(Py_NotImplemented);
        Py_XDECREF(method);
    } else {
        res = Py_NewRef(Py_NotImplemented);
    }
    if (res != Py_NotImplemented)
        return res;
    Py_DECREF(res);
    char sign[8];
    PyOS_snprintf(sign, sizeof(sign), oparg < OPERATORS ? "%s" : "%s=", binary[op].sign);
    return number_bad_operands(a, b, sign);
}

static PyObject *
compare_rest(int op, PyObject *a, PyObject *b)
{
    richcmpfunc f = Py_TYPE(b)->tp_richcompare;
    PyObject *res = f != NULL ? f(b, a, _Py_SwappedOp[op]) : Py_NewRef(Py_NotImplemented);
    if (res != Py_NotImplemented)
        return res;
    Py_DECREF(res);
    if (op == Py_EQ || op == Py_NE)
        return (a == b) == (op == Py_EQ) ? Py_True : Py_False;
    PyErr_Format(PyExc_TypeError, "'%s' not supported between instances of '%.100s' and '%.100s'", compare[op].sign, Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name);
    return NULL;
}

/* self: which operator it is. */
static PyObject *
rest(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    int which = (int)PyLong_AsLong(self);
    return which < 2 * OPERATORS ? binary_rest(which, args[0], args[1]) : compare_rest((which - 2 * OPERATORS) / 2, args[0], args[1]);
}

/* ---- the hidden frame's code ---- */

/* Both operands go, then the result is returned. */
static int
put_end(uint8_t *code, int at, bool truth)
{
    static const uint8_t end[] = { SWAP, 3, POP_TOP, 0, POP_TOP, 0 }, to_bool[] = { TO_BOOL, 0, 0, 0, 0, 0, 0, 0 };
    memcpy(code + at, end, sizeof(end));
    at += (int)sizeof(end);
    if (truth) {
        memcpy(code + at, to_bool, sizeof(to_bool));
        at += (int)sizeof(to_bool);
    }
    code[at++] = RETURN_VALUE;
    code[at++] = 0;
    return at;
}

static PyCodeObject *
make_shim(int which)
{
    static PyMethodDef def = { "operator", _PyCFunction_CAST(rest), METH_FASTCALL, NULL };
    static const uint8_t head[] = { NOP, 0, COPY, 1, LOAD_CONST, 0, IS_OP, 0, POP_JUMP_IF_TRUE, 0, 0, 0 };
    static const uint8_t ask[] = { POP_TOP, 0, LOAD_CONST, 1, PUSH_NULL, 0, COPY, 4, COPY, 4, CALL, 2, 0, 0, 0, 0, 0, 0 };
    bool truth = which >= 2 * OPERATORS && (which & 1);
    uint8_t body[128];
    memcpy(body, head, sizeof(head));
    int n = put_end(body, sizeof(head), truth);
    body[9] = (uint8_t)((n - (int)sizeof(head)) / 2);      /* to `ask` */
    memcpy(body + n, ask, sizeof(ask));
    n = put_end(body, n + (int)sizeof(ask), truth);
    PyObject *number = PyLong_FromLong(which), *function = number != NULL ? PyCFunction_New(&def, number) : NULL;
    PyObject *consts = function != NULL ? PyTuple_Pack(2, Py_NotImplemented, function) : NULL;
    PyCodeObject *shim = consts != NULL ? vm_new_shim(body, n, consts, 6) : NULL;
    Py_XDECREF(number);
    Py_XDECREF(function);
    Py_XDECREF(consts);
    PyErr_Clear();
    return shim;
}

/* ---- which method ---- */

static PyObject *
interned(const char *before, const char *name)
{
    char text[24];
    PyOS_snprintf(text, sizeof(text), "__%s%s__", before, name);
    return PyUnicode_InternFromString(text);
}

static bool
make_known(int which)
{
    struct operator *k = &known[which];
    const char *name = which < 2 * OPERATORS ? binary[which % OPERATORS].name : compare[(which - 2 * OPERATORS) / 2].name;
    if (k->shim != NULL || name == NULL)
        return k->shim != NULL;
    k->name = interned("", name);
    k->reflected = interned("r", name);
    k->inplace = interned("i", name);
    if (k->name != NULL && k->reflected != NULL && k->inplace != NULL)
        k->shim = make_shim(which);
    PyErr_Clear();
    return k->shim != NULL;
}

bool
vm_operator(int opcode, int oparg, struct vm_operator *op)
{
    int which = index_of(opcode, oparg);
    if ((opcode == BINARY_OP && oparg >= 2 * OPERATORS) || (opcode == BINARY_OP && binary[oparg % OPERATORS].name == NULL) || !make_known(which))
        return false;
    *op = (struct vm_operator){ known[which].name, opcode == BINARY_OP && oparg >= OPERATORS ? known[which].inplace : NULL, known[which].shim };
    return true;
}

bool
vm_enter_operator(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *method, PyCodeObject *shim_code, unsigned next)
{
    if (!frame_has_room_for(ts, ((PyCodeObject *)method->func_code)->co_framesize + shim_code->co_framesize) || ts->py_recursion_remaining <= 2)
        return false;
    f->instr_ptr = pc;
    f->return_offset = (uint16_t)next;
    _PyInterpreterFrame *shim = frame_push_shim(ts, shim_code);
    for (int i = 0; i < 2; i++)                              /* the caller's references */
        shim->localsplus[i] = sp[i - 2];
    PyObject *args[2] = { Py_NewRef(sp[-2]), Py_NewRef(sp[-1]) };
    vm_enter_through(ts, f, shim, method, args, 2, NULL);
    frame_set_stackpointer(f, sp - 2);
    frame_set_stackpointer(shim, shim->localsplus + 2);
    ts->py_recursion_remaining--;
    return true;
}
