/* modules/ctypes/plan.c: arguments: from_param() of argtypes, looked up once; objects of any type by the general rules; and CArgObject,
 * an argument as a Python object. A from_param() that is our own is called as a C function and needs no CArgObject. */
#include "modules/ctypes/ctypes.h"

#include <stdio.h>

/* ---- argtypes ---- */

static const struct { PyCFunction method; ct_convert *convert; } ours[] = {
    { ct_simple_from_param, ct_convert_simple }, { ct_pointer_from_param, ct_convert_pointer }, { ct_from_param, ct_convert_data },
};

static ct_convert *our_convert(PyObject *func)
{
    PyCFunction method = PyCFunction_GET_FUNCTION(func);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(ours); i++)
        if (ours[i].method == method)
            return ours[i].convert;
    return method == ct_char_p_from_param.ml_meth ? ct_convert_char_p : method == ct_wchar_p_from_param.ml_meth ? ct_convert_wchar_p :
        method == ct_void_p_from_param.ml_meth ? ct_convert_void_p : NULL;
}

void ct_plan_release(struct ct_plan *plan)
{
    if (plan == NULL || --plan->refs > 0)
        return;
    for (Py_ssize_t i = 0; i < plan->n; i++)
        Py_XDECREF(plan->of[i].func);
    PyMem_Free(plan);
}

struct ct_plan *ct_plan_new(struct ct_state *st, PyObject *argtypes)
{
    Py_ssize_t n = PyTuple_GET_SIZE(argtypes);
    if (n > CT_MAX_ARGS) {
        PyErr_Format(st->argument_error, "_argtypes_ has too many arguments (%zi), maximum is %i", n, CT_MAX_ARGS);
        return NULL;
    }
    struct ct_plan *plan = PyMem_Calloc(1, sizeof *plan + (size_t)n * sizeof plan->of[0]);
    if (plan == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    plan->refs = 1;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *func;
        if (PyObject_GetOptionalAttr(PyTuple_GET_ITEM(argtypes, i), st->s_from_param, &func) <= 0) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_TypeError, "item %zd in _argtypes_ has no from_param method", i + 1);
            ct_plan_release(plan);
            return NULL;
        }
        plan->of[plan->n++].func = func;
        if (PyCFunction_CheckExact(func) && PyObject_TypeCheck(PyCFunction_GET_SELF(func), st->ctype)) {
            plan->of[i].convert = our_convert(func);
            plan->of[i].type = (PyTypeObject *)PyCFunction_GET_SELF(func);
        }
    }
    return plan;
}

/* ---- any object ---- */

static int param_int(PyObject *obj, struct ct_arg *arg)
{
    arg->ffi = &ct_type_sint32;
    arg->value.l = 0;
    if (PyUnstable_Long_IsCompact((PyLongObject *)obj))
        arg->value.i = (int)PyUnstable_Long_CompactValue((PyLongObject *)obj);
    else {
        unsigned long v = PyLong_AsUnsignedLong(obj);
        if (v == (unsigned long)-1 && PyErr_Occurred()) {
            PyErr_Clear();
            v = (unsigned long)PyLong_AsLong(obj);
            if (v == (unsigned long)-1 && PyErr_Occurred()) {
                PyErr_SetString(PyExc_OverflowError, "int too long to convert");
                return -1;
            }
        }
        arg->value.i = (int)v;
    }
    Py_DECREF(obj);
    return 0;
}

static int param_by_code(int code, PyObject *obj, struct ct_arg *arg)
{
    const struct ct_code *c = ct_code_find(code);
    arg->ffi = c->ffi;
    arg->keep = c->set(&arg->value, obj, 0);
    Py_DECREF(obj);
    return arg->keep == NULL ? -1 : 0;
}

static int param_other(struct ct_state *st, PyObject *obj, Py_ssize_t number, struct ct_arg *arg)
{
    PyObject *as = ct_as_parameter(st, obj);
    int r = -1;
    if (as != NULL) {                              /* `as` itself becomes what is kept: it is all that is passed */
        if (Py_EnterRecursiveCall(" while processing _as_parameter_") == 0) {
            r = ct_param(st, as, number, arg);
            Py_LeaveRecursiveCall();
        } else
            Py_DECREF(as);
    } else if (!PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "Don't know how to convert parameter %d", (int)number);
    Py_DECREF(obj);
    return r;
}

int ct_param(struct ct_state *st, PyObject *obj, Py_ssize_t number, struct ct_arg *arg)
{
    arg->keep = NULL;
    if (PyLong_Check(obj)) {
        int r = param_int(obj, arg);
        if (r < 0)
            Py_DECREF(obj);
        return r;
    }
    struct ct_info *info = ct_info_of(st, (PyObject *)Py_TYPE(obj));
    if (info != NULL && info->param != NULL && ct_is_data(st, obj)) {
        info->param(info, (struct cdata *)obj, arg);
        arg->keep = obj;
        return 0;
    }
    if (Py_IS_TYPE(obj, st->carg)) {
        struct carg *a = (struct carg *)obj;
        arg->ffi = a->ffi;
        arg->tag = a->tag;
        arg->value = a->value;
        arg->keep = obj;
        return 0;
    }
    if (obj == Py_None) {
        arg->ffi = &ct_type_pointer;
        arg->value.p = NULL;
        return 0;
    }
    if (PyBytes_Check(obj) || PyUnicode_Check(obj))
        return param_by_code(PyBytes_Check(obj) ? 'z' : 'Z', obj, arg);
    return param_other(st, obj, number, arg);
}

/* ---- CArgObject ---- */

PyObject *ct_carg_new(struct ct_state *st, struct ct_arg *arg)
{
    struct carg *self = PyObject_GC_New(struct carg, st->carg);
    if (self == NULL) {
        Py_XDECREF(arg->keep);
        return NULL;
    }
    self->ffi = arg->ffi;
    self->tag = arg->tag;
    self->value = arg->value;
    self->obj = arg->keep;
    self->size = 0;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int carg_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((struct carg *)op)->obj);
    return 0;
}

static int carg_clear(PyObject *op)
{
    Py_CLEAR(((struct carg *)op)->obj);
    return 0;
}

static void carg_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    carg_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *repr_float(struct carg *a)
{
    PyObject *x = PyFloat_FromDouble(a->tag == 'f' ? (double)a->value.f : a->value.d);
    PyObject *s = x == NULL ? NULL : PyUnicode_FromFormat("<cparam '%c' (%R)>", a->tag, x);
    Py_XDECREF(x);
    return s;
}

static PyObject *carg_repr(PyObject *op)
{
    struct carg *a = (struct carg *)op;
    switch (a->tag) {
    case 'b': case 'B':
        return PyUnicode_FromFormat("<cparam '%c' (%d)>", a->tag, a->tag == 'b' ? (signed char)a->value.b[0] : a->value.b[0]);
    case 'h': case 'H':
        return PyUnicode_FromFormat("<cparam '%c' (%d)>", a->tag, a->tag == 'h' ? (short)a->value.i : (unsigned short)a->value.i);
    case 'i': case 'I':
        return PyUnicode_FromFormat("<cparam '%c' (%d)>", a->tag, a->value.i);
    case 'l': case 'L': case 'q': case 'Q':
        return PyUnicode_FromFormat("<cparam '%c' (%ld)>", a->tag, a->value.l);
    case 'f': case 'd':
        return repr_float(a);
    case 'c':
        if (a->value.b[0] >= ' ' && a->value.b[0] < 127 && a->value.b[0] != '\\' && a->value.b[0] != '\'')
            return PyUnicode_FromFormat("<cparam '%c' ('%c')>", a->tag, a->value.b[0]);
        return PyUnicode_FromFormat("<cparam '%c' ('\\x%02x')>", a->tag, a->value.b[0]);
    case 'z': case 'Z': case 'P':
        return PyUnicode_FromFormat("<cparam '%c' (%p)>", a->tag, a->value.p);
    default:
        return PyUnicode_FromFormat("<cparam '%c' at %p>", a->tag, op);
    }
}

static PyMemberDef carg_members[] = { { "_obj", Py_T_OBJECT_EX, offsetof(struct carg, obj), Py_READONLY, "what the argument points into" }, { NULL } };
static PyType_Slot carg_slots[] = {
    { Py_tp_dealloc, carg_dealloc }, { Py_tp_traverse, carg_traverse }, { Py_tp_clear, carg_clear }, { Py_tp_repr, carg_repr },
    { Py_tp_members, carg_members }, { 0, NULL },
};
PyType_Spec ct_carg_spec = {
    .name = "_ctypes.CArgObject", .basicsize = sizeof(struct carg),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, .slots = carg_slots,
};
