/* modules/decimal/module.c: module _decimal: setting up. */
#include "modules/decimal/decimal.h"

struct decimal_last decimal_last;

/* ---- the state ------------------------------------------------------------------------------------------------ */

struct decimal_state *
decimal_find_state(PyTypeObject *t)
{
    PyObject *m = PyType_GetModuleByDef(t, &decimal_module);
    struct decimal_state *st = m == NULL ? NULL : PyModule_GetState(m);
    if (st != NULL)
        decimal_last = (struct decimal_last){ st->decimal, st };
    return st;
}

struct decimal_state *
decimal_find_either(PyObject *a, PyObject *b)
{
    struct decimal_state *st = decimal_state_of_either(a, b);
    if (st == NULL && (st = decimal_find_state(Py_TYPE(a))) == NULL) {
        PyErr_Clear();
        st = decimal_find_state(Py_TYPE(b));
    }
    return st;
}

/* ---- setting up ----------------------------------------------------------------------------------------------- */

static const char *const rounding_names[DEC_ROUNDS] = { "ROUND_UP", "ROUND_DOWN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_HALF_UP",
                                                        "ROUND_HALF_DOWN", "ROUND_HALF_EVEN", "ROUND_05UP" };

static OWNED PyObject *
attribute(const char *module, const char *name)
{
    PyObject *m = PyImport_ImportModule(module), *out = m == NULL ? NULL : PyObject_GetAttrString(m, name);
    Py_XDECREF(m);
    return out;
}

static int
add_type(PyObject *m, PyTypeObject **out, PyType_Spec *spec, const char *name)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(m, spec, NULL);
    return *out == NULL ? -1 : name == NULL ? 0 : PyModule_AddObjectRef(m, name, (PyObject *)*out);
}

/* Calls a method and drops its result. */
static int
call(PyObject *o, const char *name, PyObject *arg)
{
    PyObject *r = PyObject_CallMethod(o, name, "O", arg);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

/* The types' names say "decimal"; what belongs to Python's abstract classes is registered with them. */
static int
add_types(PyObject *m, struct decimal_state *st)
{
    if (add_type(m, &st->decimal, &decimal_spec, "Decimal") < 0 || add_type(m, &st->context, &context_spec, "Context") < 0
        || add_type(m, &st->signal_mixin, &signal_mixin_spec, NULL) < 0 || add_type(m, &st->manager, &manager_spec, NULL) < 0)
        return -1;
    st->decimal->tp_vectorcall = decimal_vectorcall;
    decimal_last = (struct decimal_last){ st->decimal, st };
    PyObject *mapping = NULL, *number = NULL, *named = NULL;
    int status = -1;
    if ((mapping = attribute("collections.abc", "MutableMapping")) == NULL || (number = attribute("numbers", "Number")) == NULL
        || (named = attribute("collections", "namedtuple")) == NULL || (st->rational = attribute("numbers", "Rational")) == NULL
        || call(number, "register", (PyObject *)st->decimal) < 0)
        goto done;
    st->signal_dict = (PyTypeObject *)PyObject_CallFunction((PyObject *)&PyType_Type, "s(OO){}", "SignalDict", st->signal_mixin, mapping);
    if (st->signal_dict == NULL || call(mapping, "register", (PyObject *)st->signal_dict) < 0)
        goto done;
    PyObject *args = Py_BuildValue("(ss)", "DecimalTuple", "sign digits exponent");
    PyObject *kwargs = args == NULL ? NULL : Py_BuildValue("{ss}", "module", "decimal");
    if (kwargs != NULL)
        st->tuple = (PyTypeObject *)PyObject_Call(named, args, kwargs);
    Py_XDECREF(args);
    Py_XDECREF(kwargs);
    status = st->tuple == NULL ? -1 : PyModule_AddObjectRef(m, "DecimalTuple", (PyObject *)st->tuple);
done:
    Py_XDECREF(mapping);
    Py_XDECREF(number);
    Py_XDECREF(named);
    return status;
}

static int
add_contexts(PyObject *m, struct decimal_state *st)
{
    const uint32_t usual = DEC_IEEE_INVALID | DEC_DIVISION_BY_ZERO | DEC_OVERFLOW;
    struct dec_ctx basic = { 9, 999999, -999999, usual | DEC_UNDERFLOW | DEC_CLAMPED, 0, DEC_ROUND_HALF_UP, 0 };
    struct dec_ctx extended = { 9, 999999, -999999, 0, 0, DEC_ROUND_HALF_EVEN, 0 };
    if ((st->default_context = context_new_from(st, &context_default, 1)) == NULL || (st->basic_context = context_new_from(st, &basic, 1)) == NULL
        || (st->extended_context = context_new_from(st, &extended, 1)) == NULL)
        return -1;
    st->variable = PyContextVar_New("decimal_context", NULL);
    return st->variable == NULL || PyModule_AddObjectRef(m, "DefaultContext", st->default_context) < 0
           || PyModule_AddObjectRef(m, "BasicContext", st->basic_context) < 0
           || PyModule_AddObjectRef(m, "ExtendedContext", st->extended_context) < 0 ? -1 : 0;
}

static int
add_constants(PyObject *m, struct decimal_state *st)
{
    static const struct { const char *name; int64_t value; } numbers[] = {
        { "MAX_PREC", DEC_MAX_PREC }, { "MAX_EMAX", DEC_MAX_EMAX }, { "MIN_EMIN", DEC_MIN_EMIN }, { "MIN_ETINY", DEC_MIN_ETINY },
    };
    for (int i = 0; i < DEC_ROUNDS; i++)
        if ((st->rounding[i] = PyUnicode_InternFromString(rounding_names[i])) == NULL
            || PyModule_AddObjectRef(m, rounding_names[i], st->rounding[i]) < 0)
            return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(numbers); i++)
        if (PyModule_Add(m, numbers[i].name, PyLong_FromLongLong(numbers[i].value)) < 0)
            return -1;
    return PyModule_AddObjectRef(m, "HAVE_CONTEXTVAR", Py_True) < 0 || PyModule_AddObjectRef(m, "HAVE_THREADS", Py_True) < 0
           || PyModule_AddStringConstant(m, "__version__", "1.70") < 0
           || PyModule_AddStringConstant(m, "__libmpdec_version__", "2.5.1") < 0 ? -1 : 0;
}

static int
module_exec(PyObject *m)
{
    struct decimal_state *st = PyModule_GetState(m);
    return add_types(m, st) < 0 || signals_add_exceptions(m, st) < 0 || add_constants(m, st) < 0 || add_contexts(m, st) < 0 ? -1 : 0;
}

/* ---- the module ------------------------------------------------------------------------------------------------ */

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct decimal_state *st = PyModule_GetState(m);
    PyObject **objects = (PyObject **)st;
    for (size_t i = 0; i < sizeof(*st) / sizeof(PyObject *); i++)
        Py_VISIT(objects[i]);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct decimal_state *st = PyModule_GetState(m);
    PyObject **objects = (PyObject **)st;
    if (decimal_last.st == st)
        decimal_last = (struct decimal_last){ NULL, NULL };
    for (size_t i = 0; i < sizeof(*st) / sizeof(PyObject *); i++)
        Py_CLEAR(objects[i]);
    return 0;
}

static void
module_free(void *m)
{
    module_clear(m);
}

static PyMethodDef functions[] = {
    { "getcontext", decimal_getcontext, METH_NOARGS, "getcontext($module, /)\n--\n\nThe current thread's context." },
    { "setcontext", decimal_setcontext, METH_O, "setcontext($module, context, /)\n--\n\nMakes a context the current thread's." },
    { "localcontext", _PyCFunction_CAST(decimal_localcontext), METH_VARARGS | METH_KEYWORDS,
      "localcontext($module, /, ctx=None, **kwargs)\n--\n\nFor a with statement: a copy of a context, with other settings, while it runs." },
    { NULL },
};

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

PyModuleDef decimal_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_decimal",
    .m_doc = "Decimal floating-point arithmetic, for the module decimal.",
    .m_size = sizeof(struct decimal_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__decimal(void)
{
    return PyModuleDef_Init(&decimal_module);
}
