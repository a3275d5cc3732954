/* object/core/union.c: int | str (types.UnionType). Members are flattened and without duplicates; None means
 * NoneType. Two unions are equal when they have the same set of members. */
#include <stddef.h>

#include "object/core/generic_alias.h"
#include "rt/singletons.h"
#include "object/core/object.h"
#include "object/core/typevar.h"
#include "object/text/str.h"

#define UNION(o) ((struct union_type *)(o))
#define IS_UNION(o) Py_IS_TYPE(o, &_PyUnion_Type)

static bool
is_unionable(PyObject *o)
{
    return o == Py_None || PyType_Check(o) || PyObject_TypeCheck(o, &Py_GenericAliasType) || typealias_check(o)
        || IS_UNION(o);
}

/* Same member: aliases by value, everything else by identity. 1, 0, -1. */
static int
is_same(PyObject *a, PyObject *b)
{
    if (PyObject_TypeCheck(a, &Py_GenericAliasType) && PyObject_TypeCheck(b, &Py_GenericAliasType))
        return PyObject_RichCompareBool(a, b, Py_EQ);
    return a == b;
}

static int
append_member(PyObject *list, PyObject *member)
{
    if (member == Py_None)
        member = (PyObject *)&_PyNone_Type;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        int same = is_same(PyList_GET_ITEM(list, i), member);
        if (same != 0)
            return same < 0 ? -1 : 0;
    }
    return PyList_Append(list, member);
}

static int
append_operand(PyObject *list, PyObject *o)
{
    if (!IS_UNION(o))
        return append_member(list, o);
    PyObject *args = UNION(o)->args;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++)
        if (append_member(list, PyTuple_GET_ITEM(args, i)) < 0)
            return -1;
    return 0;
}

static PyObject *
make_union(PyObject *args)
{
    struct union_type *u = PyObject_GC_New(struct union_type, &_PyUnion_Type);
    if (u == NULL)
        return NULL;
    u->args = Py_NewRef(args);
    u->parameters = NULL;
    PyObject_GC_Track(u);
    return (PyObject *)u;
}

PyObject *
_Py_union_type_or(PyObject *a, PyObject *b)
{
    if (!is_unionable(a) || !is_unionable(b))
        return Py_NotImplemented;
    PyObject *list = PyList_New(0), *out = NULL;
    if (list == NULL || append_operand(list, a) < 0)
        goto done;
    Py_ssize_t n = PyList_GET_SIZE(list);
    if (append_operand(list, b) < 0)
        goto done;
    if (PyList_GET_SIZE(list) == n) {    /* nothing new */
        out = Py_NewRef(a == Py_None ? (PyObject *)&_PyNone_Type : a);
        goto done;
    }
    PyObject *args = PyList_AsTuple(list);
    if (args != NULL)
        out = make_union(args);
    Py_XDECREF(args);
done:
    Py_XDECREF(list);
    return out;
}

/* ---- the type ---- */

static void
union_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(UNION(self)->args);
    Py_XDECREF(UNION(self)->parameters);
    Py_TYPE(self)->tp_free(self);
}

static int
union_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(UNION(self)->args);
    Py_VISIT(UNION(self)->parameters);
    return 0;
}

static Py_hash_t
union_hash(PyObject *self)
{
    PyObject *set = PyFrozenSet_New(UNION(self)->args);
    Py_hash_t h = set == NULL ? -1 : PyObject_Hash(set);
    Py_XDECREF(set);
    return h;
}

static PyObject *
union_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!IS_UNION(b) || (op != Py_EQ && op != Py_NE))
        return Py_NotImplemented;
    PyObject *x = PySet_New(UNION(a)->args), *y = x == NULL ? NULL : PySet_New(UNION(b)->args);
    PyObject *out = y == NULL ? NULL : PyObject_RichCompare(x, y, op);
    Py_XDECREF(y);
    Py_XDECREF(x);
    return out;
}

static PyObject *
union_repr(PyObject *self)
{
    PyObject *args = UNION(self)->args;
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i);
        int err = i > 0 ? _PyUnicodeWriter_WriteASCIIString(&w, " | ", 3) : 0;
        if (err == 0)
            err = arg == (PyObject *)&_PyNone_Type ? _PyUnicodeWriter_WriteASCIIString(&w, "None", 4)
                                                   : generic_write_item(&w, arg);
        if (err < 0) {
            _PyUnicodeWriter_Dealloc(&w);
            return NULL;
        }
    }
    return _PyUnicodeWriter_Finish(&w);
}

static PyObject *
union_getattro(PyObject *self, PyObject *name)
{
    if (PyUnicode_Check(name) && str_eq(name, ID(__module__)))
        return PyObject_GetAttr((PyObject *)Py_TYPE(self), name);
    return PyObject_GenericGetAttr(self, name);
}

/* Borrowed; made on first use. */
static PyObject *
parameters(PyObject *self)
{
    if (UNION(self)->parameters == NULL)
        UNION(self)->parameters = generic_parameters(UNION(self)->args);
    return UNION(self)->parameters;
}

static PyObject *union_get_parameters(PyObject *self, void *c) { return Py_XNewRef(parameters(self)); }

static PyObject *
union_getitem(PyObject *self, PyObject *item)
{
    PyObject *params = parameters(self);
    PyObject *args = params == NULL ? NULL : generic_substitute(self, UNION(self)->args, params, item);
    if (args == NULL)
        return NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *out = n == 0 ? make_union(args) : Py_NewRef(PyTuple_GET_ITEM(args, 0));
    for (Py_ssize_t i = 1; out != NULL && i < n; i++)
        Py_SETREF(out, PyNumber_Or(out, PyTuple_GET_ITEM(args, i)));
    Py_DECREF(args);
    return out;
}

static PyMemberDef union_members[] = {
    { "__args__", _Py_T_OBJECT, offsetof(struct union_type, args), Py_READONLY },
    { NULL },
};
static PyGetSetDef union_getset[] = {
    { "__parameters__", union_get_parameters, NULL, PyDoc_STR("Type variables in the types.UnionType.") },
    { NULL },
};
static PyNumberMethods union_number = { .nb_or = _Py_union_type_or };
static PyMappingMethods union_mapping = { .mp_subscript = union_getitem };

PyTypeObject _PyUnion_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "types.UnionType",
    .tp_basicsize = sizeof(struct union_type),
    .tp_dealloc = union_dealloc,
    .tp_repr = union_repr,
    .tp_as_number = &union_number,
    .tp_as_mapping = &union_mapping,
    .tp_hash = union_hash,
    .tp_getattro = union_getattro,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = PyDoc_STR("A union of types, as in int | str.\n\nE.g. for isinstance() and annotations."),
    .tp_traverse = union_traverse,
    .tp_richcompare = union_richcompare,
    .tp_members = union_members,
    .tp_getset = union_getset,
    .tp_alloc = PyType_GenericAlloc,
    .tp_free = PyObject_GC_Del,
};
