/* object/core/typealias.c: type X = ... (typing.TypeAliasType). The value is computed when first asked for. */
#include "object/core/typevar.h"

#include <stddef.h>

#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/core/generic_alias.h"

struct type_alias {
    PyObject ob_base;
    PyObject *name;
    PyObject *type_params;           /* tuple or NULL */
    PyObject *compute_value;         /* function, NULL for TypeAliasType(...) */
    PyObject *value;                 /* NULL until computed */
    PyObject *module;                /* NULL: compute_value's */
};
#define ALIAS(o) ((struct type_alias *)(o))

bool typealias_check(PyObject *o) { return Py_IS_TYPE(o, &_PyTypeAlias_Type); }

static PyObject *
alloc(PyObject *name, PyObject *params, PyObject *compute, PyObject *value, PyObject *module)
{
    struct type_alias *a = PyObject_GC_New(struct type_alias, &_PyTypeAlias_Type);
    if (a == NULL)
        return NULL;
    a->name = Py_NewRef(name);
    a->type_params = Py_XNewRef(params);
    a->compute_value = Py_XNewRef(compute);
    a->value = Py_XNewRef(value);
    a->module = Py_XNewRef(module);
    PyObject_GC_Track(a);
    return (PyObject *)a;
}

PyObject *
typealias_make(PyObject *args)
{
    PyObject *params = PyTuple_GET_ITEM(args, 1);
    return alloc(PyTuple_GET_ITEM(args, 0), params == Py_None ? NULL : params, PyTuple_GET_ITEM(args, 2), NULL, NULL);
}

static PyObject *
alias_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "name", "value", "type_params" };
    PyObject *arg[3];
    if (args_unpack_tuple("typealias", args, kwds, names, 3, 2, 2, arg) < 0)
        return NULL;
    if (!PyUnicode_Check(arg[0])) {
        args_bad("typealias", "argument 'name'", "str", arg[0]);
        return NULL;
    }
    if (arg[2] != NULL && !PyTuple_Check(arg[2])) {
        PyErr_SetString(PyExc_TypeError, "type_params must be a tuple");
        return NULL;
    }
    PyObject *params = arg[2] != NULL && PyTuple_GET_SIZE(arg[2]) > 0 ? arg[2] : NULL;
    PyObject *module = typing_caller();
    return alloc(arg[0], params, NULL, arg[1], module);
}

static PyObject *
get_value(PyObject *self, void *c)
{
    if (ALIAS(self)->value == NULL) {
        PyObject *value = PyObject_CallNoArgs(ALIAS(self)->compute_value);
        if (value == NULL)
            return NULL;
        Py_XSETREF(ALIAS(self)->value, value);
    }
    return Py_NewRef(ALIAS(self)->value);
}

static PyObject *
get_parameters(PyObject *self, void *c)
{
    PyObject *params = ALIAS(self)->type_params;
    return params == NULL ? EMPTY_TUPLE : typing_unpack_tuples(params);
}

static PyObject *
get_type_params(PyObject *self, void *c)
{
    PyObject *params = ALIAS(self)->type_params;
    return params == NULL ? EMPTY_TUPLE : Py_NewRef(params);
}

static PyObject *
get_module(PyObject *self, void *c)
{
    if (ALIAS(self)->module != NULL)
        return Py_NewRef(ALIAS(self)->module);
    if (ALIAS(self)->compute_value != NULL)
        return PyObject_GetAttr(ALIAS(self)->compute_value, ID(__module__));
    return Py_None;
}

static PyObject *
alias_getitem(PyObject *self, PyObject *args)
{
    if (ALIAS(self)->type_params != NULL)
        return Py_GenericAlias(self, args);
    PyErr_SetString(PyExc_TypeError, "Only generic type aliases are subscriptable");
    return NULL;
}

static PyObject *alias_repr(PyObject *self) { return Py_NewRef(ALIAS(self)->name); }
static PyObject *alias_reduce(PyObject *self, PyObject *unused) { return Py_NewRef(ALIAS(self)->name); }

static int
alias_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(ALIAS(self)->type_params);
    Py_VISIT(ALIAS(self)->compute_value);
    Py_VISIT(ALIAS(self)->value);
    Py_VISIT(ALIAS(self)->module);
    return 0;
}

static int
alias_clear(PyObject *self)
{
    Py_CLEAR(ALIAS(self)->type_params);
    Py_CLEAR(ALIAS(self)->compute_value);
    Py_CLEAR(ALIAS(self)->value);
    Py_CLEAR(ALIAS(self)->module);
    return 0;
}

static void
alias_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_DECREF(ALIAS(self)->name);
    (void)alias_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyMemberDef alias_members[] = {
    { "__name__", _Py_T_OBJECT, offsetof(struct type_alias, name), Py_READONLY },
    { NULL },
};
static PyGetSetDef alias_getset[] = {
    { "__parameters__", get_parameters },
    { "__type_params__", get_type_params },
    { "__value__", get_value },
    { "__module__", get_module },
    { NULL },
};
static PyMethodDef alias_methods[] = { { "__reduce__", alias_reduce, METH_NOARGS, NULL }, { NULL } };
static PyNumberMethods alias_number = { .nb_or = _Py_union_type_or };
static PyMappingMethods alias_mapping = { .mp_subscript = alias_getitem };

PyTypeObject _PyTypeAlias_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "typing.TypeAliasType",
    .tp_basicsize = sizeof(struct type_alias),
    .tp_dealloc = alias_dealloc,
    .tp_repr = alias_repr,
    .tp_as_number = &alias_number,
    .tp_as_mapping = &alias_mapping,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_doc = PyDoc_STR("What a type statement makes: a name for a type.\n\n    type Alias = int"),
    .tp_traverse = alias_traverse,
    .tp_clear = alias_clear,
    .tp_methods = alias_methods,
    .tp_members = alias_members,
    .tp_getset = alias_getset,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = alias_new,
    .tp_free = PyObject_GC_Del,
};
