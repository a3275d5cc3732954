/* code/opcode_module.c: the module `_opcode`, from which the stdlib's opcode and dis learn about our table. */
#include "code/code.h"
#include "object/core/call.h"

static const char *const opcode_arg[] = { "opcode" };

static int
take_int(PyObject *v, int *out)
{
    *out = PyLong_AsInt(v);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *
stack_effect(PyObject *mod, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "", "jump" };
    PyObject *a[3];
    int op, oparg = 0, jump = -1;
    if (args_unpack("stack_effect", args, nargs, kwnames, names, 3, 1, 2, a) < 0 || take_int(a[0], &op) < 0)
        return NULL;
    if (op_is_valid(op) && op_has_arg(op) && a[1] != NULL && a[1] != Py_None) {
        if (take_int(a[1], &oparg) < 0)
            return NULL;
    }
    else if (a[1] != NULL && a[1] != Py_None && take_int(a[1], &oparg) < 0)
        return NULL;
    if (a[2] == Py_True)
        jump = 1;
    else if (a[2] == Py_False)
        jump = 0;
    else if (a[2] != NULL && a[2] != Py_None) {
        PyErr_SetString(PyExc_ValueError, "stack_effect: jump must be False, True or None");
        return NULL;
    }
    int effect = op_stack_effect(op, oparg, jump);
    if (effect == PY_INVALID_STACK_EFFECT) {
        PyErr_SetString(PyExc_ValueError, "invalid opcode or oparg");
        return NULL;
    }
    return PyLong_FromLong(effect);
}

#define PREDICATE(name, test, doc) \
    static PyObject *py_##name(PyObject *mod, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) \
    { \
        PyObject *a; \
        int op; \
        if (args_unpack(#name, args, nargs, kwnames, opcode_arg, 1, 1, 1, &a) < 0 || take_int(a, &op) < 0) \
            return NULL; \
        return PyBool_FromLong(test); \
    } \
    static const char name##_doc[] = #name "($module, /, opcode)\n--\n\n" doc;

PREDICATE(is_valid, op_is_valid(op) && !op_is_anchor(op), "True for an opcode that exists.")
PREDICATE(has_arg, op_has_arg(op), "True when the opcode uses its argument.")
PREDICATE(has_const, op_has_const(op), "True when the argument indexes the constants.")
PREDICATE(has_name, op_has_name(op), "True when the argument indexes the names.")
PREDICATE(has_jump, op_has_jump(op), "True for a jump.")
PREDICATE(has_free, op_has_free(op), "True when the argument names a cell or free variable.")
PREDICATE(has_local, op_has_local(op), "True when the argument names a local variable.")
PREDICATE(has_exc, op_has_exc(op), "True when the opcode sets up an exception handler.")

static PyObject *
name_list(const char *(*get)(int), int n)
{
    PyObject *list = PyList_New(n);
    for (int i = 0; list != NULL && i < n; i++) {
        PyObject *s = PyUnicode_FromString(get(i));
        if (s == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, s);
    }
    return list;
}

static PyObject *get_intrinsic1(PyObject *mod, PyObject *ignored) { return name_list(op_intrinsic1_name, INTRINSIC_1_COUNT); }
static PyObject *get_intrinsic2(PyObject *mod, PyObject *ignored) { return name_list(op_intrinsic2_name, INTRINSIC_2_COUNT); }
static PyObject *get_stats(PyObject *mod, PyObject *ignored) { Py_RETURN_NONE; }

static PyObject *
get_nb_ops(PyObject *mod, PyObject *ignored)
{
    PyObject *list = PyList_New(NB_OPARG_LAST + 1);
    for (int i = 0; list != NULL && i <= NB_OPARG_LAST; i++) {
        PyObject *name = PyUnicode_FromString(op_nb_name(i)), *sym = PyUnicode_FromString(op_nb_symbol(i));
        PyObject *pair = name && sym ? PyTuple_Pack(2, name, sym) : NULL;
        Py_XDECREF(name);
        Py_XDECREF(sym);
        if (pair == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, pair);
    }
    return list;
}

static PyObject *
get_executor(PyObject *mod, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "code", "offset" };
    PyObject *a[2];
    if (args_unpack("get_executor", args, nargs, kwnames, names, 2, 2, 2, a) < 0)
        return NULL;
    if (!PyCode_Check(a[0]))
        return PyErr_Format(PyExc_TypeError, "expected a code object, not '%.100s'", Py_TYPE(a[0])->tp_name);
    PyErr_SetString(PyExc_RuntimeError, "Executors are not available in this build");
    return NULL;
}

#define KW METH_FASTCALL | METH_KEYWORDS
static PyMethodDef opcode_functions[] = {
    { "stack_effect", _PyCFunction_CAST(stack_effect), KW,
      "stack_effect($module, opcode, oparg=None, /, *, jump=None)\n--\n\nChange of the stack depth that an instruction makes." },
    { "is_valid", _PyCFunction_CAST(py_is_valid), KW, is_valid_doc }, { "has_arg", _PyCFunction_CAST(py_has_arg), KW, has_arg_doc },
    { "has_const", _PyCFunction_CAST(py_has_const), KW, has_const_doc }, { "has_name", _PyCFunction_CAST(py_has_name), KW, has_name_doc },
    { "has_jump", _PyCFunction_CAST(py_has_jump), KW, has_jump_doc }, { "has_free", _PyCFunction_CAST(py_has_free), KW, has_free_doc },
    { "has_local", _PyCFunction_CAST(py_has_local), KW, has_local_doc }, { "has_exc", _PyCFunction_CAST(py_has_exc), KW, has_exc_doc },
    { "get_specialization_stats", get_stats, METH_NOARGS, "get_specialization_stats($module, /)\n--\n\nStatistics, or None when not collected." },
    { "get_nb_ops", get_nb_ops, METH_NOARGS, "get_nb_ops($module, /)\n--\n\nName and symbol of each binary operator." },
    { "get_intrinsic1_descs", get_intrinsic1, METH_NOARGS, "get_intrinsic1_descs($module, /)\n--\n\nNames of the intrinsics with one operand." },
    { "get_intrinsic2_descs", get_intrinsic2, METH_NOARGS, "get_intrinsic2_descs($module, /)\n--\n\nNames of the intrinsics with two operands." },
    { "get_executor", _PyCFunction_CAST(get_executor), KW, "get_executor($module, /, code, offset)\n--\n\nThe executor at an offset of the code." },
    { NULL },
};

static int
opcode_exec(PyObject *mod)
{
    return PyModule_AddIntConstant(mod, "ENABLE_SPECIALIZATION", 1);
}

static PyModuleDef_Slot opcode_slots[] = {
    { Py_mod_exec, opcode_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef opcode_def = { PyModuleDef_HEAD_INIT, "_opcode", "Facts about opcodes.", 0, opcode_functions, opcode_slots };

PyMODINIT_FUNC PyInit__opcode(void);
PyMODINIT_FUNC
PyInit__opcode(void)
{
    return PyModuleDef_Init(&opcode_def);
}
