/* object/core/typevar.c: TypeVar, ParamSpec with its args and kwargs, TypeVarTuple, Generic, NoDefault.
 *
 * What they do when subscripted is written in Python, in typing; the types here hold the data and pass the call on.
 * Each lazily evaluated value is a pair (value, function): the function is called on first use. */
#include "object/core/typevar.h"

#include <stddef.h>

#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/core/generic_alias.h"
#include "object/core/object.h"

struct typevar {
    PyObject ob_base;
    PyObject *name;
    PyObject *bound, *evaluate_bound;
    PyObject *constraints, *evaluate_constraints;
    PyObject *default_value, *evaluate_default;
    bool covariant, contravariant, infer_variance;
};
struct paramspec {
    PyObject ob_base;
    PyObject *name;
    PyObject *bound;
    PyObject *default_value, *evaluate_default;
    bool covariant, contravariant, infer_variance;
};
struct typevartuple {
    PyObject ob_base;
    PyObject *name;
    PyObject *default_value, *evaluate_default;
};
struct paramspec_attr {
    PyObject ob_base;
    PyObject *origin;
};
#define TV(o) ((struct typevar *)(o))
#define PS(o) ((struct paramspec *)(o))
#define TVT(o) ((struct typevartuple *)(o))
#define PSA(o) ((struct paramspec_attr *)(o))

/* The types of an interpreter, in its object state. */
struct object_state {
    PyTypeObject *typevar, *paramspec, *typevartuple, *paramspecargs, *paramspeckwargs, *generic;
};

static struct object_state *
types(void)
{
    return typing_init() < 0 ? NULL : interp_current()->objects;
}

/* ---- NoDefault ---- */

static PyObject *nodefault_repr(PyObject *self) { return PyUnicode_FromString("typing.NoDefault"); }
static PyObject *nodefault_reduce(PyObject *self, PyObject *unused) { return PyUnicode_FromString("NoDefault"); }
static void nodefault_dealloc(PyObject *self) { self->ob_refcnt = _Py_IMMORTAL_REFCNT; }

static PyObject *
nodefault_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (PyTuple_GET_SIZE(args) || (kwds != NULL && PyDict_GET_SIZE(kwds))) {
        PyErr_SetString(PyExc_TypeError, "NoDefaultType takes no arguments");
        return NULL;
    }
    return &_Py_NoDefaultStruct;
}

static PyMethodDef nodefault_methods[] = { { "__reduce__", nodefault_reduce, METH_NOARGS, NULL }, { NULL } };

PyTypeObject _PyNoDefault_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "NoDefaultType",
    .tp_basicsize = sizeof(PyObject),
    .tp_dealloc = nodefault_dealloc,
    .tp_repr = nodefault_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("The type of NoDefault."),
    .tp_methods = nodefault_methods,
    .tp_new = nodefault_new,
};
PyObject _Py_NoDefaultStruct = { { _Py_IMMORTAL_REFCNT }, &_PyNoDefault_Type };
#define NO_DEFAULT (&_Py_NoDefaultStruct)

/* ---- helpers ---- */

static PyObject *
typing_attr(const char *name)
{
    PyObject *s = PyUnicode_FromString("typing");
    PyObject *typing = s == NULL || rt_hooks.import_module == NULL ? NULL : rt_hooks.import_module(s);
    PyObject *out = typing == NULL ? NULL : PyObject_GetAttrString(typing, name);
    Py_XDECREF(typing);
    Py_XDECREF(s);
    return out;
}

PyObject *
typing_call(const char *name, PyObject *const *args, Py_ssize_t n)
{
    PyObject *f = typing_attr(name);
    PyObject *out = f == NULL ? NULL : PyObject_Vectorcall(f, args, (size_t)n, NULL);
    Py_XDECREF(f);
    return out;
}

PyObject *
typing_caller(void)
{
    PyObject *globals = rt_hooks.frame_globals == NULL ? NULL : rt_hooks.frame_globals(ts_current());
    if (globals == NULL)
        return Py_None;
    PyObject *name = PyDict_GetItemWithError(globals, ID(__name__));
    if (name != NULL)
        return name;
    PyErr_Clear();
    return Py_None;
}

/* A value given directly as a type: str become forward references, None becomes NoneType. */
static PyObject *
type_check(PyObject *arg, const char *message)
{
    if (arg == Py_None)
        return Py_NewRef(&_PyNone_Type);
    if (PyType_Check(arg))
        return Py_NewRef(arg);
    PyObject *text = PyUnicode_FromString(message);
    PyObject *args[] = { arg, text };
    PyObject *out = text == NULL ? NULL : typing_call("_type_check", args, 2);
    Py_XDECREF(text);
    return out;
}

/* *value if there is one, else what *evaluate returns, else `otherwise`. */
static PyObject *
lazy(PyObject **value, PyObject *evaluate, PyObject *otherwise)
{
    if (*value != NULL)
        return Py_NewRef(*value);
    if (evaluate == NULL)
        return Py_NewRef(otherwise);
    PyObject *v = PyObject_CallNoArgs(evaluate);
    if (v != NULL)
        Py_XSETREF(*value, Py_NewRef(v));
    return v;
}

/* self.__module__ = module, if known: 0 or -1. */
static int
set_module(PyObject *self, PyObject *module)
{
    return module == NULL ? 0 : PyObject_SetAttr(self, ID(__module__), module);
}

static PyObject *
show(PyObject *name, bool covariant, bool contravariant, bool infer)
{
    if (infer)
        return Py_NewRef(name);
    return PyUnicode_FromFormat("%c%U", covariant ? '+' : contravariant ? '-' : '~', name);
}

/* bool arguments: -1 with an exception. */
static int
flag(PyObject *arg, bool *out)
{
    int truth = arg == NULL ? 0 : PyObject_IsTrue(arg);
    *out = truth > 0;
    return truth < 0 ? -1 : 0;
}

static int
variance(PyObject *const *arg, bool *co, bool *contra, bool *infer)
{
    if (flag(arg[0], co) < 0 || flag(arg[1], contra) < 0 || flag(arg[2], infer) < 0)
        return -1;
    if (*co && *contra) {
        PyErr_SetString(PyExc_ValueError, "Bivariant types are not supported.");
        return -1;
    }
    if (*infer && (*co || *contra)) {
        PyErr_SetString(PyExc_ValueError, "Variance cannot be specified with infer_variance.");
        return -1;
    }
    return 0;
}

static int
check_name(const char *function, PyObject *name)
{
    if (PyUnicode_Check(name))
        return 0;
    args_bad(function, "argument 'name'", "str", name);
    return -1;
}

static PyObject *
cannot_subclass(const char *what)
{
    return PyErr_Format(PyExc_TypeError, "Cannot subclass an instance of %s", what);
}

static PyObject *
make_union(PyObject *a, PyObject *b)
{
    PyObject *args[] = { a, b };
    return typing_call("_make_union", args, 2);
}

static PyObject *
has_default(PyObject *value, PyObject *evaluate)
{
    return PyBool_FromLong(evaluate != NULL || (value != NULL && value != NO_DEFAULT));
}

/* ---- TypeVar ---- */

static struct typevar *
typevar_alloc(PyObject *name)
{
    struct object_state *s = types();
    struct typevar *tv = s == NULL ? NULL : (struct typevar *)PyType_GenericAlloc(s->typevar, 0);
    if (tv != NULL)
        tv->name = Py_NewRef(name);
    return tv;
}

PyObject *
typevar_make(PyObject *name, PyObject *evaluate_bound, PyObject *evaluate_constraints)
{
    struct typevar *tv = typevar_alloc(name);
    if (tv == NULL)
        return NULL;
    tv->evaluate_bound = Py_XNewRef(evaluate_bound);
    tv->evaluate_constraints = Py_XNewRef(evaluate_constraints);
    tv->infer_variance = true;
    return (PyObject *)tv;
}

static int
typevar_fill(struct typevar *tv, PyObject *bound, PyObject *constraints, PyObject *default_value)
{
    Py_ssize_t n = PyTuple_GET_SIZE(constraints);
    if (bound != NULL && bound != Py_None && (tv->bound = type_check(bound, "Bound must be a type.")) == NULL)
        return -1;
    if (n == 1) {
        PyErr_SetString(PyExc_TypeError, "A single constraint is not allowed");
        return -1;
    }
    if (n > 0 && tv->bound != NULL) {
        PyErr_SetString(PyExc_TypeError, "Constraints cannot be combined with bound=...");
        return -1;
    }
    if (n > 0)
        tv->constraints = Py_NewRef(constraints);
    tv->default_value = Py_XNewRef(default_value);
    return set_module((PyObject *)tv, typing_caller());
}

static PyObject *
typevar_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "name", "bound", "default", "covariant", "contravariant", "infer_variance" };
    PyObject *arg[6];
    PyObject *first = PyTuple_GetSlice(args, 0, 1), *rest = PyTuple_GetSlice(args, 1, PY_SSIZE_T_MAX);
    struct typevar *tv = NULL;
    bool co, contra, infer;
    if (first != NULL && rest != NULL && args_unpack_tuple("typevar", first, kwds, names, 6, 1, 1, arg) == 0
        && check_name("typevar", arg[0]) == 0 && variance(arg + 3, &co, &contra, &infer) == 0
        && (tv = typevar_alloc(arg[0])) != NULL) {
        tv->covariant = co;
        tv->contravariant = contra;
        tv->infer_variance = infer;
        if (typevar_fill(tv, arg[1], rest, arg[2]) < 0)
            Py_CLEAR(tv);
    }
    Py_XDECREF(first);
    Py_XDECREF(rest);
    return (PyObject *)tv;
}

static int
typevar_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(TV(self)->bound);
    Py_VISIT(TV(self)->evaluate_bound);
    Py_VISIT(TV(self)->constraints);
    Py_VISIT(TV(self)->evaluate_constraints);
    Py_VISIT(TV(self)->default_value);
    Py_VISIT(TV(self)->evaluate_default);
    return PyObject_VisitManagedDict(self, visit, arg);
}

static int
typevar_clear(PyObject *self)
{
    Py_CLEAR(TV(self)->bound);
    Py_CLEAR(TV(self)->evaluate_bound);
    Py_CLEAR(TV(self)->constraints);
    Py_CLEAR(TV(self)->evaluate_constraints);
    Py_CLEAR(TV(self)->default_value);
    Py_CLEAR(TV(self)->evaluate_default);
    PyObject_ClearManagedDict(self);
    return 0;
}

/* tp_dealloc of the types with a managed dict; `clear` drops everything but the name at offset 16. */
static void
param_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    (void)type->tp_clear(self);
    Py_CLEAR(TV(self)->name);            /* the first field of all of them */
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
typevar_repr(PyObject *self)
{
    struct typevar *tv = TV(self);
    return show(tv->name, tv->covariant, tv->contravariant, tv->infer_variance);
}

static PyObject *typevar_bound(PyObject *o, void *c) { return lazy(&TV(o)->bound, TV(o)->evaluate_bound, Py_None); }
static PyObject *
typevar_constraints(PyObject *o, void *c)
{
    return lazy(&TV(o)->constraints, TV(o)->evaluate_constraints, EMPTY_TUPLE);
}
static PyObject *
typevar_default(PyObject *o, void *c)
{
    return lazy(&TV(o)->default_value, TV(o)->evaluate_default, NO_DEFAULT);
}
static PyObject *
typevar_has_default(PyObject *o, PyObject *u)
{
    return has_default(TV(o)->default_value, TV(o)->evaluate_default);
}

static PyObject *
typevar_subst(PyObject *self, PyObject *arg)
{
    PyObject *args[] = { self, arg };
    return typing_call("_typevar_subst", args, 2);
}

/* alias.__parameters__.index(self), len(args) known: append the default if self is the first one missing. */
static PyObject *
typevar_prepare(PyObject *self, PyObject *alias, PyObject *args)
{
    PyObject *params = PyObject_GetAttr(alias, ID(__parameters__));
    Py_ssize_t n = params == NULL ? -1 : PySequence_Size(args);
    Py_ssize_t index = n < 0 ? -1 : PySequence_Index(params, self);
    Py_XDECREF(params);
    if (index < 0)
        return NULL;
    if (index < n)
        return Py_NewRef(args);
    if (index == n) {
        PyObject *value = typevar_default(self, NULL);
        if (value == NULL)
            return NULL;
        if (value != NO_DEFAULT) {
            PyObject *one = PyTuple_Pack(1, value);
            PyObject *out = one == NULL ? NULL : PySequence_Concat(args, one);
            Py_XDECREF(one);
            Py_DECREF(value);
            return out;
        }
    }
    return PyErr_Format(PyExc_TypeError, "Too few arguments for %S; actual %zd, expected at least %zd", alias, n, index + 1);
}

static PyObject *
typevar_prepare_subst(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    return args_count("__typing_prepare_subst__", n, 2, 2) ? typevar_prepare(self, args[0], args[1]) : NULL;
}

/* Pickled by name, found in its module. */
static PyObject *reduce_name(PyObject *self, PyObject *unused) { return Py_NewRef(TV(self)->name); }
static PyObject *typevar_mro_entries(PyObject *self, PyObject *bases) { return cannot_subclass("TypeVar"); }

#define PREPARE_SIG PyDoc_STR("__typing_prepare_subst__($self, alias, args, /)\n--\n\n")
#define SUBST_SIG PyDoc_STR("__typing_subst__($self, arg, /)\n--\n\n")
static PyMemberDef typevar_members[] = {
    { "__name__", _Py_T_OBJECT, offsetof(struct typevar, name), Py_READONLY },
    { "__covariant__", Py_T_BOOL, offsetof(struct typevar, covariant), Py_READONLY },
    { "__contravariant__", Py_T_BOOL, offsetof(struct typevar, contravariant), Py_READONLY },
    { "__infer_variance__", Py_T_BOOL, offsetof(struct typevar, infer_variance), Py_READONLY },
    { NULL },
};
static PyGetSetDef typevar_getset[] = {
    { "__bound__", typevar_bound },
    { "__constraints__", typevar_constraints },
    { "__default__", typevar_default },
    { NULL },
};
static PyMethodDef typevar_methods[] = {
    { "__typing_subst__", typevar_subst, METH_O, SUBST_SIG },
    { "__typing_prepare_subst__", _PyCFunction_CAST(typevar_prepare_subst), METH_FASTCALL, PREPARE_SIG },
    { "__reduce__", reduce_name, METH_NOARGS, NULL },
    { "has_default", typevar_has_default, METH_NOARGS, NULL },
    { "__mro_entries__", typevar_mro_entries, METH_O, NULL },
    { NULL },
};
static PyType_Slot typevar_slots[] = {
    { Py_tp_doc, (void *)PyDoc_STR("A type variable: stands for a type that is given later.\n\n"
                                   "class C[T]: ...  and  def f[T](x: T) -> T: ...  make one; so does TypeVar('T').") },
    { Py_tp_methods, typevar_methods },
    { Py_nb_or, make_union },
    { Py_tp_new, typevar_new },
    { Py_tp_dealloc, param_dealloc },
    { Py_tp_alloc, PyType_GenericAlloc },
    { Py_tp_free, PyObject_GC_Del },
    { Py_tp_traverse, typevar_traverse },
    { Py_tp_clear, typevar_clear },
    { Py_tp_repr, typevar_repr },
    { Py_tp_members, typevar_members },
    { Py_tp_getset, typevar_getset },
    { 0, NULL },
};
#define PARAM_FLAGS \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF)
static PyType_Spec typevar_spec = { "typing.TypeVar", sizeof(struct typevar), 0, PARAM_FLAGS, typevar_slots };

/* ---- ParamSpec.args and .kwargs ---- */

static PyObject *
attr_make(PyTypeObject *type, PyObject *origin)
{
    PyObject *self = PyType_GenericAlloc(type, 0);
    if (self != NULL)
        PSA(self)->origin = Py_NewRef(origin);
    return self;
}

static PyObject *
attr_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "origin" };
    PyObject *origin;
    struct object_state *s = types();
    if (s == NULL)
        return NULL;
    if (args_unpack_tuple(type == s->paramspecargs ? "paramspecargs" : "paramspeckwargs", args, kwds, names, 1, 1, 1, &origin) < 0)
        return NULL;
    return attr_make(type, origin);
}

static int
attr_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(PSA(self)->origin);
    return 0;
}

static int
attr_clear(PyObject *self)
{
    Py_CLEAR(PSA(self)->origin);
    return 0;
}

static void
attr_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    Py_XDECREF(PSA(self)->origin);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
attr_richcompare(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(a) != Py_TYPE(b) || (op != Py_EQ && op != Py_NE))
        return Py_NotImplemented;
    return PyObject_RichCompare(PSA(a)->origin, PSA(b)->origin, op);
}

static PyObject *
attr_repr(PyObject *self)
{
    struct object_state *s = types();
    if (s == NULL)
        return NULL;
    const char *attr = Py_IS_TYPE(self, s->paramspecargs) ? "args" : "kwargs";
    PyObject *origin = PSA(self)->origin;
    if (Py_IS_TYPE(origin, s->paramspec))
        return PyUnicode_FromFormat("%U.%s", PS(origin)->name, attr);
    return PyUnicode_FromFormat("%R.%s", origin, attr);
}

static PyObject *args_mro_entries(PyObject *self, PyObject *bases) { return cannot_subclass("ParamSpecArgs"); }
static PyObject *kwargs_mro_entries(PyObject *self, PyObject *bases) { return cannot_subclass("ParamSpecKwargs"); }

static PyMemberDef attr_members[] = {
    { "__origin__", _Py_T_OBJECT, offsetof(struct paramspec_attr, origin), Py_READONLY },
    { NULL },
};
static PyMethodDef args_methods[] = { { "__mro_entries__", args_mro_entries, METH_O, NULL }, { NULL } };
static PyMethodDef kwargs_methods[] = { { "__mro_entries__", kwargs_mro_entries, METH_O, NULL }, { NULL } };
#define ATTR_SLOTS(doc, methods) \
    { { Py_tp_doc, (void *)PyDoc_STR(doc) }, { Py_tp_methods, methods }, { Py_tp_new, attr_new }, \
      { Py_tp_alloc, PyType_GenericAlloc }, { Py_tp_free, PyObject_GC_Del }, { Py_tp_dealloc, attr_dealloc }, \
      { Py_tp_traverse, attr_traverse }, { Py_tp_clear, attr_clear }, { Py_tp_repr, attr_repr }, \
      { Py_tp_richcompare, attr_richcompare }, { Py_tp_hash, PyObject_HashNotImplemented }, \
      { Py_tp_members, attr_members }, { 0, NULL } }
static PyType_Slot args_slots[] = ATTR_SLOTS("P.args of a ParamSpec P: its positional parameters.", args_methods);
static PyType_Slot kwargs_slots[] = ATTR_SLOTS("P.kwargs of a ParamSpec P: its keyword parameters.", kwargs_methods);
#define ATTR_FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_MANAGED_WEAKREF)
static PyType_Spec args_spec = { "typing.ParamSpecArgs", sizeof(struct paramspec_attr), 0, ATTR_FLAGS, args_slots };
static PyType_Spec kwargs_spec = { "typing.ParamSpecKwargs", sizeof(struct paramspec_attr), 0, ATTR_FLAGS, kwargs_slots };

/* ---- ParamSpec ---- */

static struct paramspec *
paramspec_alloc(PyObject *name)
{
    struct object_state *s = types();
    struct paramspec *ps = s == NULL ? NULL : (struct paramspec *)PyType_GenericAlloc(s->paramspec, 0);
    if (ps != NULL)
        ps->name = Py_NewRef(name);
    return ps;
}

PyObject *
paramspec_make(PyObject *name)
{
    struct paramspec *ps = paramspec_alloc(name);
    if (ps != NULL)
        ps->infer_variance = true;
    return (PyObject *)ps;
}

static PyObject *
paramspec_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "name", "bound", "default", "covariant", "contravariant", "infer_variance" };
    PyObject *arg[6];
    bool co, contra, infer;
    if (args_unpack_tuple("paramspec", args, kwds, names, 6, 1, 1, arg) < 0 || check_name("paramspec", arg[0]) < 0
        || variance(arg + 3, &co, &contra, &infer) < 0)
        return NULL;
    PyObject *bound = NULL;
    if (arg[1] != NULL && arg[1] != Py_None && (bound = type_check(arg[1], "Bound must be a type.")) == NULL)
        return NULL;
    struct paramspec *ps = paramspec_alloc(arg[0]);
    if (ps == NULL) {
        Py_XDECREF(bound);
        return NULL;
    }
    ps->bound = bound;
    ps->default_value = Py_XNewRef(arg[2]);
    ps->covariant = co;
    ps->contravariant = contra;
    ps->infer_variance = infer;
    if (set_module((PyObject *)ps, typing_caller()) < 0)
        Py_CLEAR(ps);
    return (PyObject *)ps;
}

static int
paramspec_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(PS(self)->bound);
    Py_VISIT(PS(self)->default_value);
    Py_VISIT(PS(self)->evaluate_default);
    return PyObject_VisitManagedDict(self, visit, arg);
}

static int
paramspec_clear(PyObject *self)
{
    Py_CLEAR(PS(self)->bound);
    Py_CLEAR(PS(self)->default_value);
    Py_CLEAR(PS(self)->evaluate_default);
    PyObject_ClearManagedDict(self);
    return 0;
}

static PyObject *
paramspec_repr(PyObject *self)
{
    struct paramspec *ps = PS(self);
    return show(ps->name, ps->covariant, ps->contravariant, ps->infer_variance);
}

static PyObject *
paramspec_default(PyObject *o, void *c)
{
    return lazy(&PS(o)->default_value, PS(o)->evaluate_default, NO_DEFAULT);
}
static PyObject *
paramspec_has_default(PyObject *o, PyObject *u)
{
    return has_default(PS(o)->default_value, PS(o)->evaluate_default);
}
static PyObject *
paramspec_args(PyObject *self, void *c)
{
    struct object_state *s = types();
    return s == NULL ? NULL : attr_make(s->paramspecargs, self);
}
static PyObject *
paramspec_kwargs(PyObject *self, void *c)
{
    struct object_state *s = types();
    return s == NULL ? NULL : attr_make(s->paramspeckwargs, self);
}

static PyObject *
paramspec_subst(PyObject *self, PyObject *arg)
{
    PyObject *args[] = { self, arg };
    return typing_call("_paramspec_subst", args, 2);
}

static PyObject *
paramspec_prepare_subst(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (!args_count("__typing_prepare_subst__", n, 2, 2))
        return NULL;
    PyObject *call[] = { self, args[0], args[1] };
    return typing_call("_paramspec_prepare_subst", call, 3);
}

static PyObject *paramspec_mro_entries(PyObject *self, PyObject *bases) { return cannot_subclass("ParamSpec"); }

static PyMemberDef paramspec_members[] = {
    { "__name__", _Py_T_OBJECT, offsetof(struct paramspec, name), Py_READONLY },
    { "__bound__", _Py_T_OBJECT, offsetof(struct paramspec, bound), Py_READONLY },
    { "__covariant__", Py_T_BOOL, offsetof(struct paramspec, covariant), Py_READONLY },
    { "__contravariant__", Py_T_BOOL, offsetof(struct paramspec, contravariant), Py_READONLY },
    { "__infer_variance__", Py_T_BOOL, offsetof(struct paramspec, infer_variance), Py_READONLY },
    { NULL },
};
static PyGetSetDef paramspec_getset[] = {
    { "args", paramspec_args, NULL, PyDoc_STR("Stands for the positional parameters.") },
    { "kwargs", paramspec_kwargs, NULL, PyDoc_STR("Stands for the keyword parameters.") },
    { "__default__", paramspec_default, NULL, "The default value, or NoDefault." },
    { NULL },
};
static PyMethodDef paramspec_methods[] = {
    { "__typing_subst__", paramspec_subst, METH_O, SUBST_SIG },
    { "__typing_prepare_subst__", _PyCFunction_CAST(paramspec_prepare_subst), METH_FASTCALL, PREPARE_SIG },
    { "__reduce__", reduce_name, METH_NOARGS, NULL },
    { "has_default", paramspec_has_default, METH_NOARGS, NULL },
    { "__mro_entries__", paramspec_mro_entries, METH_O, NULL },
    { NULL },
};
static PyType_Slot paramspec_slots[] = {
    { Py_tp_doc, (void *)PyDoc_STR("Stands for the parameters of a callable.\n\n"
                                   "def f[**P](x: Callable[P, int]): ...  makes one; so does ParamSpec('P').") },
    { Py_tp_members, paramspec_members },
    { Py_tp_methods, paramspec_methods },
    { Py_tp_getset, paramspec_getset },
    { Py_nb_or, make_union },
    { Py_tp_new, paramspec_new },
    { Py_tp_dealloc, param_dealloc },
    { Py_tp_alloc, PyType_GenericAlloc },
    { Py_tp_free, PyObject_GC_Del },
    { Py_tp_traverse, paramspec_traverse },
    { Py_tp_clear, paramspec_clear },
    { Py_tp_repr, paramspec_repr },
    { 0, NULL },
};
static PyType_Spec paramspec_spec = { "typing.ParamSpec", sizeof(struct paramspec), 0, PARAM_FLAGS, paramspec_slots };

/* ---- TypeVarTuple ---- */

bool
typevartuple_check(PyObject *o)
{
    struct object_state *s = interp_current()->objects;
    return s != NULL && Py_IS_TYPE(o, s->typevartuple);
}

PyObject *
typevartuple_make(PyObject *name)
{
    struct object_state *s = types();
    PyObject *self = s == NULL ? NULL : PyType_GenericAlloc(s->typevartuple, 0);
    if (self != NULL)
        TVT(self)->name = Py_NewRef(name);
    return self;
}

static PyObject *
typevartuple_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "name", "default" };
    PyObject *arg[2];
    if (args_unpack_tuple("typevartuple", args, kwds, names, 2, 1, 1, arg) < 0 || check_name("typevartuple", arg[0]) < 0)
        return NULL;
    PyObject *self = typevartuple_make(arg[0]);
    if (self == NULL)
        return NULL;
    TVT(self)->default_value = Py_XNewRef(arg[1]);
    if (set_module(self, typing_caller()) < 0)
        Py_CLEAR(self);
    return self;
}

static int
typevartuple_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(TVT(self)->default_value);
    Py_VISIT(TVT(self)->evaluate_default);
    return PyObject_VisitManagedDict(self, visit, arg);
}

static int
typevartuple_clear(PyObject *self)
{
    Py_CLEAR(TVT(self)->default_value);
    Py_CLEAR(TVT(self)->evaluate_default);
    PyObject_ClearManagedDict(self);
    return 0;
}

/* typing.Unpack[self] */
static PyObject *
unpack(PyObject *self)
{
    PyObject *Unpack = typing_attr("Unpack");
    PyObject *out = Unpack == NULL ? NULL : PyObject_GetItem(Unpack, self);
    Py_XDECREF(Unpack);
    return out;
}

PyObject *
typing_unpack_tuples(PyObject *params)
{
    Py_ssize_t n = PyTuple_GET_SIZE(params);
    bool any = false;
    for (Py_ssize_t i = 0; i < n && !any; i++)
        any = typevartuple_check(PyTuple_GET_ITEM(params, i));
    if (!any)
        return Py_NewRef(params);
    PyObject *out = PyTuple_New(n);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *param = PyTuple_GET_ITEM(params, i);
        param = typevartuple_check(param) ? unpack(param) : Py_NewRef(param);
        if (param == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i, param);
    }
    return out;
}

static PyObject *
typevartuple_iter(PyObject *self)
{
    PyObject *unpacked = unpack(self);
    PyObject *tuple = unpacked == NULL ? NULL : PyTuple_Pack(1, unpacked);
    PyObject *it = tuple == NULL ? NULL : PyObject_GetIter(tuple);
    Py_XDECREF(unpacked);
    Py_XDECREF(tuple);
    return it;
}

static PyObject *typevartuple_repr(PyObject *self) { return Py_NewRef(TVT(self)->name); }
static PyObject *
typevartuple_default(PyObject *o, void *c)
{
    return lazy(&TVT(o)->default_value, TVT(o)->evaluate_default, NO_DEFAULT);
}
static PyObject *
typevartuple_has_default(PyObject *o, PyObject *u)
{
    return has_default(TVT(o)->default_value, TVT(o)->evaluate_default);
}

static PyObject *
typevartuple_subst(PyObject *self, PyObject *arg)
{
    return PyErr_Format(PyExc_TypeError, "Substitution of bare TypeVarTuple is not supported");
}

static PyObject *
typevartuple_prepare_subst(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (!args_count("__typing_prepare_subst__", n, 2, 2))
        return NULL;
    PyObject *call[] = { self, args[0], args[1] };
    return typing_call("_typevartuple_prepare_subst", call, 3);
}

static PyObject *typevartuple_mro_entries(PyObject *self, PyObject *bases) { return cannot_subclass("TypeVarTuple"); }

static PyMemberDef typevartuple_members[] = {
    { "__name__", _Py_T_OBJECT, offsetof(struct typevartuple, name), Py_READONLY },
    { NULL },
};
static PyGetSetDef typevartuple_getset[] = { { "__default__", typevartuple_default, NULL, "The default value, or NoDefault." }, { NULL } };
static PyMethodDef typevartuple_methods[] = {
    { "__typing_subst__", typevartuple_subst, METH_O, SUBST_SIG },
    { "__typing_prepare_subst__", _PyCFunction_CAST(typevartuple_prepare_subst), METH_FASTCALL, PREPARE_SIG },
    { "__reduce__", reduce_name, METH_NOARGS, NULL },
    { "has_default", typevartuple_has_default, METH_NOARGS, NULL },
    { "__mro_entries__", typevartuple_mro_entries, METH_O, NULL },
    { NULL },
};
static PyType_Slot typevartuple_slots[] = {
    { Py_tp_doc, (void *)PyDoc_STR("Stands for any number of types.\n\n"
                                   "class C[*Ts]: ...  makes one; so does TypeVarTuple('Ts').") },
    { Py_tp_members, typevartuple_members },
    { Py_tp_methods, typevartuple_methods },
    { Py_tp_getset, typevartuple_getset },
    { Py_tp_new, typevartuple_new },
    { Py_tp_iter, typevartuple_iter },
    { Py_tp_repr, typevartuple_repr },
    { Py_tp_dealloc, param_dealloc },
    { Py_tp_alloc, PyType_GenericAlloc },
    { Py_tp_free, PyObject_GC_Del },
    { Py_tp_traverse, typevartuple_traverse },
    { Py_tp_clear, typevartuple_clear },
    { 0, NULL },
};
static PyType_Spec typevartuple_spec = { "typing.TypeVarTuple", sizeof(struct typevartuple), 0, PARAM_FLAGS,
                                         typevartuple_slots };

/* ---- Generic ---- */

/* typing.name(cls, *args, **kwds) */
static PyObject *
call_with_class(const char *name, PyObject *cls, PyObject *args, PyObject *kwds)
{
    PyObject *f = typing_attr(name);
    PyObject *out = f == NULL ? NULL : call_prepend(ts_current(), f, cls, args, kwds);
    Py_XDECREF(f);
    return out;
}

static PyObject *
generic_class_getitem(PyObject *cls, PyObject *args, PyObject *kwds)
{
    return call_with_class("_generic_class_getitem", cls, args, kwds);
}

static PyObject *
generic_init_subclass(PyObject *cls, PyObject *args, PyObject *kwds)
{
    return call_with_class("_generic_init_subclass", cls, args, kwds);
}

static int
generic_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void
generic_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef generic_methods[] = {
    { "__class_getitem__", _PyCFunction_CAST(generic_class_getitem), METH_VARARGS | METH_KEYWORDS | METH_CLASS,
      PyDoc_STR("The class with its type parameters given.") },
    { "__init_subclass__", _PyCFunction_CAST(generic_init_subclass), METH_VARARGS | METH_KEYWORDS | METH_CLASS,
      PyDoc_STR("Find the type parameters of a new class.") },
    { NULL },
};
static PyType_Slot generic_slots[] = {
    { Py_tp_doc, (void *)PyDoc_STR("The base of generic classes.\n\n"
                                   "class C[T]: ...  has it without saying; before, one wrote class C(Generic[T]).") },
    { Py_tp_methods, generic_methods },
    { Py_tp_alloc, PyType_GenericAlloc },
    { Py_tp_free, PyObject_GC_Del },
    { Py_tp_dealloc, generic_dealloc },
    { Py_tp_traverse, generic_traverse },
    { 0, NULL },
};
static PyType_Spec generic_spec = { "typing.Generic", sizeof(PyObject), 0,
                                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, generic_slots };

PyObject *
typing_subscript_generic(PyObject *params)
{
    struct object_state *s = types();
    PyObject *unpacked = s == NULL ? NULL : typing_unpack_tuples(params);
    if (unpacked == NULL)
        return NULL;
    PyObject *args[] = { (PyObject *)s->generic, unpacked };
    PyObject *out = typing_call("_GenericAlias", args, 2);
    Py_DECREF(unpacked);
    return out;
}

PyObject *
typing_set_default(PyObject *param, PyObject *evaluate)
{
    struct object_state *s = types();
    if (s == NULL)
        return NULL;
    PyObject **slot = Py_IS_TYPE(param, s->typevar) ? &TV(param)->evaluate_default
        : Py_IS_TYPE(param, s->paramspec)           ? &PS(param)->evaluate_default
        : Py_IS_TYPE(param, s->typevartuple)        ? &TVT(param)->evaluate_default
                                                    : NULL;
    if (slot == NULL)
        return PyErr_Format(PyExc_TypeError, "Expected a type param, got %R", param);
    Py_XSETREF(*slot, Py_NewRef(evaluate));
    return Py_NewRef(param);
}

/* ---- the types of an interpreter ---- */

int
typing_init(void)
{
    PyInterpreterState *interp = interp_current();
    if (LIKELY(interp->objects != NULL))
        return 0;
    static struct { PyType_Spec *spec; size_t offset; } const all[] = {
        { &typevar_spec, offsetof(struct object_state, typevar) },
        { &paramspec_spec, offsetof(struct object_state, paramspec) },
        { &typevartuple_spec, offsetof(struct object_state, typevartuple) },
        { &args_spec, offsetof(struct object_state, paramspecargs) },
        { &kwargs_spec, offsetof(struct object_state, paramspeckwargs) },
        { &generic_spec, offsetof(struct object_state, generic) },
    };
    struct object_state *s = PyMem_Calloc(1, sizeof *s);
    if (s == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        PyObject *type = PyType_FromSpec(all[i].spec);
        if (type == NULL) {
            for (size_t j = 0; j < i; j++)
                Py_DECREF(*(PyObject **)((char *)s + all[j].offset));
            PyMem_Free(s);
            return -1;
        }
        *(PyObject **)((char *)s + all[i].offset) = type;
    }
    interp->objects = s;
    return 0;
}

void
typing_fini(PyInterpreterState *interp)
{
    struct object_state *s = interp->objects;
    if (s == NULL)
        return;
    interp->objects = NULL;
    Py_DECREF(s->typevar);
    Py_DECREF(s->paramspec);
    Py_DECREF(s->typevartuple);
    Py_DECREF(s->paramspecargs);
    Py_DECREF(s->paramspeckwargs);
    Py_DECREF(s->generic);
    PyMem_Free(s);
}

int
_PyTyping_AddTypes(PyObject *module)
{
    struct object_state *s = types();
    if (s == NULL)
        return -1;
    const struct { const char *name; void *value; } all[] = {
        { "TypeVar", s->typevar },           { "TypeVarTuple", s->typevartuple },
        { "ParamSpec", s->paramspec },       { "ParamSpecArgs", s->paramspecargs },
        { "ParamSpecKwargs", s->paramspeckwargs }, { "Generic", s->generic },
        { "TypeAliasType", &_PyTypeAlias_Type },   { "NoDefault", NO_DEFAULT },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (PyModule_AddObjectRef(module, all[i].name, all[i].value) < 0)
            return -1;
    return 0;
}
