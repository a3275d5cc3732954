/* vm/intrinsics.c: CALL_INTRINSIC_1 and _2. */
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/exc.h"
#include "object/core/typevar.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/function.h"
#include "vm/genobject.h"
#include "vm/slow.h"


static PyObject *
invalid1(PyThreadState *ts, PyObject *v)
{
    return err_format(ts, PyExc_SystemError, "invalid intrinsic function");
}

static PyObject *
invalid2(PyThreadState *ts, PyObject *a, PyObject *b)
{
    return err_format(ts, PyExc_SystemError, "invalid intrinsic function");
}

static PyObject *
print_value(PyThreadState *ts, PyObject *v)
{
    PyObject *hook = ts->interp->sysdict == NULL ? NULL : PyDict_GetItemWithError(ts->interp->sysdict, ID(displayhook));
    if (hook == NULL) {
        if (ts->current_exception == NULL)
            err_set_string(ts, PyExc_RuntimeError, "lost sys.displayhook");
        return NULL;
    }
    Py_INCREF(hook);
    PyObject *res = call_one(ts, hook, v);
    Py_DECREF(hook);
    return res;
}

static PyObject *
import_star(PyThreadState *ts, PyObject *module)
{
    return vm_import_star(ts, ts->current_frame, module) < 0 ? NULL : Py_None;
}

/* StopIteration must not leave a generator: it would look like its end (PEP 479). */
static PyObject *
stop_iteration_error(PyThreadState *ts, PyObject *exc)
{
    int flags = frame_code(ts->current_frame)->co_flags;
    const char *msg = NULL;
    if (!PyExceptionInstance_Check(exc) && vm_bad_operand(ts, "CALL_INTRINSIC", exc))
        return NULL;
    if (PyErr_GivenExceptionMatches(exc, PyExc_StopIteration))
        msg = flags & CO_ASYNC_GENERATOR ? "async generator raised StopIteration"
            : flags & CO_COROUTINE ? "coroutine raised StopIteration" : "generator raised StopIteration";
    else if ((flags & CO_ASYNC_GENERATOR) && PyErr_GivenExceptionMatches(exc, PyExc_StopAsyncIteration))
        msg = "async generator raised StopAsyncIteration";
    if (msg == NULL)
        return Py_NewRef(exc);
    PyObject *text = PyUnicode_FromString(msg), *error = text == NULL ? NULL : call_one(ts, PyExc_RuntimeError, text);
    Py_XDECREF(text);
    if (error != NULL) {
        PyException_SetCause(error, Py_NewRef(exc));
        PyException_SetContext(error, Py_NewRef(exc));
    }
    return error;
}

static PyObject *
unary_positive(PyThreadState *ts, PyObject *v)
{
    return PyNumber_Positive(v);
}

static PyObject *
list_to_tuple(PyThreadState *ts, PyObject *v)
{
    return PyList_AsTuple(v);
}

/* Operands whose type the compiler vouches for, but the verifier of marshalled code does not know. */
static bool bad(PyThreadState *ts, bool good, PyObject *v) { return !good && vm_bad_operand(ts, "CALL_INTRINSIC", v); }

static PyObject *
make_param(PyThreadState *ts, PyObject *name, PyObject *bound, PyObject *constraints)
{
    return bad(ts, PyUnicode_Check(name), name) ? NULL : typevar_make(name, bound, constraints);
}

static PyObject *make_typevar(PyThreadState *ts, PyObject *name) { return make_param(ts, name, NULL, NULL); }
static PyObject *make_paramspec(PyThreadState *ts, PyObject *name) { return bad(ts, PyUnicode_Check(name), name) ? NULL : paramspec_make(name); }
static PyObject *make_typevartuple(PyThreadState *ts, PyObject *name) { return bad(ts, PyUnicode_Check(name), name) ? NULL : typevartuple_make(name); }
static PyObject *subscript_generic(PyThreadState *ts, PyObject *params) { return bad(ts, PyTuple_Check(params), params) ? NULL : typing_subscript_generic(params); }
static PyObject *typevar_bound(PyThreadState *ts, PyObject *name, PyObject *f) { return make_param(ts, name, f, NULL); }
static PyObject *typevar_constraints(PyThreadState *ts, PyObject *name, PyObject *f) { return make_param(ts, name, NULL, f); }

static PyObject *
make_typealias(PyThreadState *ts, PyObject *args)
{
    bool good = PyTuple_Check(args) && PyTuple_GET_SIZE(args) == 3 && PyUnicode_Check(PyTuple_GET_ITEM(args, 0))
        && (PyTuple_GET_ITEM(args, 1) == Py_None || PyTuple_Check(PyTuple_GET_ITEM(args, 1)));
    return bad(ts, good, args) ? NULL : typealias_make(args);
}

static PyObject *
set_type_params(PyThreadState *ts, PyObject *func, PyObject *params)
{
    return bad(ts, PyFunction_Check(func) && PyTuple_Check(params), func) ? NULL : function_set_type_params(ts, func, params);
}

static PyObject *set_default(PyThreadState *ts, PyObject *param, PyObject *f) { return typing_set_default(param, f); }

PyObject *(*const vm_intrinsic1[])(PyThreadState *, PyObject *) = {
    [INTRINSIC_1_INVALID] = invalid1, [INTRINSIC_PRINT] = print_value, [INTRINSIC_IMPORT_STAR] = import_star,
    [INTRINSIC_STOPITERATION_ERROR] = stop_iteration_error, [INTRINSIC_ASYNC_GEN_WRAP] = gen_wrap_async_value,
    [INTRINSIC_UNARY_POSITIVE] = unary_positive, [INTRINSIC_LIST_TO_TUPLE] = list_to_tuple, [INTRINSIC_TYPEVAR] = make_typevar,
    [INTRINSIC_PARAMSPEC] = make_paramspec, [INTRINSIC_TYPEVARTUPLE] = make_typevartuple, [INTRINSIC_SUBSCRIPT_GENERIC] = subscript_generic,
    [INTRINSIC_TYPEALIAS] = make_typealias,
};

static PyObject *
prep_reraise_star(PyThreadState *ts, PyObject *orig, PyObject *excs)
{
    if (bad(ts, PyList_CheckExact(excs), excs))
        return NULL;
    return PyUnstable_Exc_PrepReraiseStar(orig, excs);
}

PyObject *(*const vm_intrinsic2[])(PyThreadState *, PyObject *, PyObject *) = {
    [INTRINSIC_2_INVALID] = invalid2, [INTRINSIC_PREP_RERAISE_STAR] = prep_reraise_star, [INTRINSIC_TYPEVAR_WITH_BOUND] = typevar_bound,
    [INTRINSIC_TYPEVAR_WITH_CONSTRAINTS] = typevar_constraints, [INTRINSIC_SET_FUNCTION_TYPE_PARAMS] = set_type_params,
    [INTRINSIC_SET_TYPEPARAM_DEFAULT] = set_default,
};
