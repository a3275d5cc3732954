/* object/core/generic_alias.c: list[int].
 *
 * Behaves as its origin for nearly everything: calling makes an origin object (and notes the alias on it as
 * __orig_class__), attributes come from the origin. Type parameters inside (TypeVar and its kin, known by their
 * __typing_subst__) are found and replaced by subscription. */
#include "object/core/generic_alias.h"

#include <stddef.h>
#include <string.h>

#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/core/descr.h"
#include "object/text/str.h"

#define ALIAS(o) ((struct generic_alias *)(o))
#define IS_ALIAS(o) PyObject_TypeCheck(o, &Py_GenericAliasType)

/* ---- parameters ---- */

static Py_ssize_t
index_of(PyObject *const *items, Py_ssize_t n, PyObject *o)
{
    for (Py_ssize_t i = 0; i < n; i++)
        if (items[i] == o)
            return i;
    return -1;
}

static int
append_new(PyObject *list, PyObject *o)
{
    if (index_of(((PyListObject *)list)->ob_item, PyList_GET_SIZE(list), o) >= 0)
        return 0;
    return PyList_Append(list, o);
}

static int
add_parameters(PyObject *list, PyObject *arg)
{
    PyObject *inner;
    if (PyType_Check(arg))               /* the __parameters__ of a class are descriptors for its aliases */
        return 0;
    int is_param = PyObject_HasAttrWithError(arg, ID(__typing_subst__));
    if (is_param != 0)
        return is_param < 0 ? -1 : append_new(list, arg);
    if (PyObject_GetOptionalAttr(arg, ID(__parameters__), &inner) < 0)
        return -1;
    int err = 0;
    if (inner != NULL && PyTuple_Check(inner))
        for (Py_ssize_t i = 0; err == 0 && i < PyTuple_GET_SIZE(inner); i++)
            err = append_new(list, PyTuple_GET_ITEM(inner, i));
    Py_XDECREF(inner);
    return err;
}

PyObject *
generic_parameters(PyObject *args)
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(args); i++)
        if (add_parameters(list, PyTuple_GET_ITEM(args, i)) < 0)
            Py_CLEAR(list);
    PyObject *out = list == NULL ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    return out;
}

/* ---- substitution ---- */

static int
extend(PyObject *list, PyObject *tuple)
{
    return PyList_SetSlice(list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, tuple);
}

static int
is_unpacked_typevartuple(PyObject *arg)
{
    PyObject *value;
    if (PyType_Check(arg))
        return 0;
    int found = PyObject_GetOptionalAttr(arg, ID(__typing_is_unpacked_typevartuple__), &value);
    if (found <= 0)
        return found;
    int truth = PyObject_IsTrue(value);
    Py_DECREF(value);
    return truth;
}

/* What *tuple[...] unpacks to, or NULL with or without an exception. */
static PyObject *
unpacked_tuple_args(PyObject *arg)
{
    PyObject *out;
    if (IS_ALIAS(arg) && ALIAS(arg)->starred && ALIAS(arg)->origin == (PyObject *)&PyTuple_Type)
        return Py_NewRef(ALIAS(arg)->args);
    if (PyObject_GetOptionalAttr(arg, ID(__typing_unpacked_tuple_args__), &out) > 0 && out == Py_None)
        out = NULL;
    return out;
}

/* The arguments of a subscription, *tuple[int, str] unpacked unless it is open-ended. */
static PyObject *
unpack_args(PyObject *item)
{
    PyObject *list = PyList_New(0);
    bool tuple = PyTuple_Check(item);
    Py_ssize_t n = tuple ? PyTuple_GET_SIZE(item) : 1;
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyObject *arg = tuple ? PyTuple_GET_ITEM(item, i) : item, *inner = NULL;
        if (!PyType_Check(arg)) {
            inner = unpacked_tuple_args(arg);
            if (inner == NULL && PyErr_Occurred()) {
                Py_CLEAR(list);
                break;
            }
        }
        Py_ssize_t m = inner != NULL && PyTuple_Check(inner) ? PyTuple_GET_SIZE(inner) : -1;
        bool closed = m == 0 || (m > 0 && PyTuple_GET_ITEM(inner, m - 1) != Py_Ellipsis);
        if ((closed ? extend(list, inner) : PyList_Append(list, arg)) < 0)
            Py_CLEAR(list);
        Py_XDECREF(inner);
    }
    PyObject *out = list == NULL ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    return out;
}

/* obj with its own parameters replaced: obj[their values]. */
static PyObject *
substitute_inside(PyObject *obj, PyObject *params, PyObject *const *values)
{
    PyObject *inner;
    if (PyObject_GetOptionalAttr(obj, ID(__parameters__), &inner) < 0)
        return NULL;
    if (inner == NULL || !PyTuple_Check(inner) || PyTuple_GET_SIZE(inner) == 0) {
        Py_XDECREF(inner);
        return Py_NewRef(obj);
    }
    PyObject *list = PyList_New(0), *out = NULL;
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(inner); i++) {
        PyObject *arg = PyTuple_GET_ITEM(inner, i);
        Py_ssize_t at = index_of(((PyTupleObject *)params)->ob_item, PyTuple_GET_SIZE(params), arg);
        int err;
        if (at < 0)
            err = PyList_Append(list, arg);
        else if (Py_TYPE(PyTuple_GET_ITEM(params, at))->tp_iter != NULL && PyTuple_Check(values[at]))
            err = extend(list, values[at]);          /* a TypeVarTuple stands for several */
        else
            err = PyList_Append(list, values[at]);
        if (err < 0)
            Py_CLEAR(list);
    }
    PyObject *tuple = list == NULL ? NULL : PyList_AsTuple(list);
    if (tuple != NULL)
        out = PyObject_GetItem(obj, tuple);
    Py_XDECREF(tuple);
    Py_XDECREF(list);
    Py_DECREF(inner);
    return out;
}

/* Let each parameter look at the arguments first (TypeVarTuple collects, defaults are filled in). Takes item. */
static PyObject *
prepare_args(PyObject *self, PyObject *params, STEALS PyObject *item)
{
    for (Py_ssize_t i = 0; item != NULL && i < PyTuple_GET_SIZE(params); i++) {
        PyObject *prepare;
        int found = PyObject_GetOptionalAttr(PyTuple_GET_ITEM(params, i), ID(__typing_prepare_subst__), &prepare);
        if (found < 0) {
            Py_CLEAR(item);
        } else if (found && prepare != Py_None) {
            PyObject *tuple = PyTuple_Check(item) ? Py_NewRef(item) : PyTuple_Pack(1, item);
            PyObject *args[] = { self, tuple };
            Py_SETREF(item, tuple == NULL ? NULL : PyObject_Vectorcall(prepare, args, 2, NULL));
            Py_XDECREF(tuple);
        }
        Py_XDECREF(prepare);
    }
    return item;
}

/* Append the substituted form of one argument: 0 or -1. */
static int
substitute_arg(PyObject *list, PyObject *arg, PyObject *params, PyObject *const *values)
{
    PyObject *subst, *value;
    if (PyType_Check(arg))
        return PyList_Append(list, arg);
    int unpack = is_unpacked_typevartuple(arg);
    if (unpack < 0 || PyObject_GetOptionalAttr(arg, ID(__typing_subst__), &subst) < 0)
        return -1;
    if (subst != NULL) {
        Py_ssize_t at = index_of(((PyTupleObject *)params)->ob_item, PyTuple_GET_SIZE(params), arg);
        value = at < 0 ? Py_NewRef(arg) : PyObject_CallOneArg(subst, values[at]);
        Py_DECREF(subst);
    } else {
        value = substitute_inside(arg, params, values);
    }
    if (value == NULL)
        return -1;
    int err;
    if (!unpack) {
        err = PyList_Append(list, value);
    } else if (PyTuple_Check(value)) {
        err = extend(list, value);
    } else {
        PyErr_Format(PyExc_TypeError, "expected __typing_subst__ of %T objects to return a tuple, not %T", arg, value);
        err = -1;
    }
    Py_DECREF(value);
    return err;
}

PyObject *
generic_substitute(PyObject *self, PyObject *args, PyObject *params, PyObject *item)
{
    Py_ssize_t n = PyTuple_GET_SIZE(params);
    if (n == 0)
        return PyErr_Format(PyExc_TypeError, "%R is not a generic class", self);
    item = unpack_args(item);
    if (item != NULL)
        item = prepare_args(self, params, item);
    if (item == NULL)
        return NULL;
    bool tuple = PyTuple_Check(item);
    Py_ssize_t given = tuple ? PyTuple_GET_SIZE(item) : 1;
    PyObject *const *values = tuple ? ((PyTupleObject *)item)->ob_item : &item;
    if (given != n) {
        PyErr_Format(PyExc_TypeError, "Too %s arguments for %R; actual %zd, expected %zd", given > n ? "many" : "few", self,
                     given, n);
        Py_DECREF(item);
        return NULL;
    }
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(args); i++)
        if (substitute_arg(list, PyTuple_GET_ITEM(args, i), params, values) < 0)
            Py_CLEAR(list);
    PyObject *out = list == NULL ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    Py_DECREF(item);
    return out;
}

/* ---- text ---- */

static int
write_object(_PyUnicodeWriter *w, STEALS PyObject *s)
{
    int err = s == NULL ? -1 : _PyUnicodeWriter_WriteStr(w, s);
    Py_XDECREF(s);
    return err;
}

int
generic_write_item(_PyUnicodeWriter *w, PyObject *item)
{
    PyObject *qualname = NULL, *module = NULL;
    if (item == Py_Ellipsis)
        return _PyUnicodeWriter_WriteASCIIString(w, "...", 3);
    int alias = PyObject_HasAttrWithError(item, ID(__origin__));
    if (alias > 0)
        alias = PyObject_HasAttrWithError(item, ID(__args__));
    if (alias < 0)
        return -1;
    if (alias)
        return write_object(w, PyObject_Repr(item));
    if (PyObject_GetOptionalAttr(item, ID(__qualname__), &qualname) < 0)
        return -1;
    if (qualname != NULL && PyObject_GetOptionalAttr(item, ID(__module__), &module) < 0) {
        Py_DECREF(qualname);
        return -1;
    }
    int err;
    if (qualname == NULL || module == NULL || module == Py_None)
        err = write_object(w, PyObject_Repr(item));
    else if (PyUnicode_Check(module) && str_eq(module, ID(builtins)))
        err = write_object(w, PyObject_Str(qualname));
    else
        err = write_object(w, PyUnicode_FromFormat("%S.%S", module, qualname));
    Py_XDECREF(qualname);
    Py_XDECREF(module);
    return err;
}

/* [a, b]: the parameter list of a Callable. */
static int
write_list(_PyUnicodeWriter *w, PyObject *list)
{
    if (_PyUnicodeWriter_WriteChar(w, '[') < 0)
        return -1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(list, i));
        int err = i > 0 ? _PyUnicodeWriter_WriteASCIIString(w, ", ", 2) : 0;
        if (err == 0)
            err = generic_write_item(w, item);
        Py_DECREF(item);
        if (err < 0)
            return -1;
    }
    return _PyUnicodeWriter_WriteChar(w, ']');
}

static int
write_alias(_PyUnicodeWriter *w, struct generic_alias *a)
{
    if ((a->starred && _PyUnicodeWriter_WriteChar(w, '*') < 0) || generic_write_item(w, a->origin) < 0
        || _PyUnicodeWriter_WriteChar(w, '[') < 0)
        return -1;
    Py_ssize_t n = PyTuple_GET_SIZE(a->args);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *arg = PyTuple_GET_ITEM(a->args, i);
        if ((i > 0 && _PyUnicodeWriter_WriteASCIIString(w, ", ", 2) < 0)
            || (PyList_Check(arg) ? write_list(w, arg) : generic_write_item(w, arg)) < 0)
            return -1;
    }
    if (n == 0 && _PyUnicodeWriter_WriteASCIIString(w, "()", 2) < 0)
        return -1;
    return _PyUnicodeWriter_WriteChar(w, ']');
}

static PyObject *
alias_repr(PyObject *self)
{
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    if (write_alias(&w, ALIAS(self)) == 0)
        return _PyUnicodeWriter_Finish(&w);
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

/* ---- the alias ---- */

/* Note on a new object which alias made it; objects that cannot keep it do not. Takes and gives back obj. */
static PyObject *
set_orig_class(PyObject *obj, PyObject *self)
{
    if (obj != NULL && PyObject_SetAttr(obj, ID(__orig_class__), self) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError) && !PyErr_ExceptionMatches(PyExc_TypeError)) {
            Py_DECREF(obj);
            return NULL;
        }
        PyErr_Clear();
    }
    return obj;
}

static PyObject *
alias_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    return set_orig_class(PyObject_Call(ALIAS(self)->origin, args, kwds), self);
}

static PyObject *
alias_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return set_orig_class(call_vector(ts_current(), ALIAS(self)->origin, args, nargsf, kwnames), self);
}

static int
setup(struct generic_alias *a, PyObject *origin, PyObject *args)
{
    args = PyTuple_Check(args) ? Py_NewRef(args) : PyTuple_Pack(1, args);
    if (args == NULL)
        return -1;
    a->origin = Py_NewRef(origin);
    a->args = args;
    a->vectorcall = alias_vectorcall;
    return 0;
}

PyObject *
Py_GenericAlias(PyObject *origin, PyObject *args)
{
    struct generic_alias *a = (struct generic_alias *)PyType_GenericAlloc(&Py_GenericAliasType, 0);
    if (a != NULL && setup(a, origin, args) < 0)
        Py_CLEAR(a);
    return (PyObject *)a;
}

static PyObject *
alias_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (!args_no_keywords("GenericAlias", kwds) || !args_count("GenericAlias", PyTuple_GET_SIZE(args), 2, 2))
        return NULL;
    struct generic_alias *a = (struct generic_alias *)type->tp_alloc(type, 0);
    if (a != NULL && setup(a, PyTuple_GET_ITEM(args, 0), PyTuple_GET_ITEM(args, 1)) < 0)
        Py_CLEAR(a);
    return (PyObject *)a;
}

static void
alias_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    Py_XDECREF(ALIAS(self)->origin);
    Py_XDECREF(ALIAS(self)->args);
    Py_XDECREF(ALIAS(self)->parameters);
    Py_TYPE(self)->tp_free(self);
}

static int
alias_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(ALIAS(self)->origin);
    Py_VISIT(ALIAS(self)->args);
    Py_VISIT(ALIAS(self)->parameters);
    return 0;
}

/* Borrowed; made on first use. */
static PyObject *
alias_parameters(PyObject *self)
{
    if (ALIAS(self)->parameters == NULL)
        ALIAS(self)->parameters = generic_parameters(ALIAS(self)->args);
    return ALIAS(self)->parameters;
}

static PyObject *
alias_getitem(PyObject *self, PyObject *item)
{
    PyObject *params = alias_parameters(self);
    if (params == NULL)
        return NULL;
    PyObject *args = generic_substitute(self, ALIAS(self)->args, params, item);
    if (args == NULL)
        return NULL;
    PyObject *out = Py_GenericAlias(ALIAS(self)->origin, args);
    Py_DECREF(args);
    if (out != NULL)
        ALIAS(out)->starred = ALIAS(self)->starred;
    return out;
}

static Py_hash_t
alias_hash(PyObject *self)
{
    Py_hash_t a = PyObject_Hash(ALIAS(self)->origin);
    Py_hash_t b = a == -1 ? -1 : PyObject_Hash(ALIAS(self)->args);
    if (b == -1)
        return -1;
    return (a ^ b) == -1 ? -2 : a ^ b;
}

static PyObject *
alias_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!IS_ALIAS(b) || (op != Py_EQ && op != Py_NE))
        return Py_NotImplemented;
    int equal = ALIAS(a)->starred == ALIAS(b)->starred;
    if (equal)
        equal = PyObject_RichCompareBool(ALIAS(a)->origin, ALIAS(b)->origin, Py_EQ);
    if (equal > 0)
        equal = PyObject_RichCompareBool(ALIAS(a)->args, ALIAS(b)->args, Py_EQ);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (op == Py_EQ));
}

/* Names that are the alias's own; all others are the origin's. */
static const char *const own_names[] = {
    "__class__", "__origin__", "__args__", "__unpacked__", "__parameters__", "__typing_unpacked_tuple_args__",
    "__mro_entries__", "__reduce_ex__", "__reduce__", "__bases__", "__copy__", "__deepcopy__",
};
#define NOWN (sizeof own_names / sizeof *own_names)

static PyObject *
alias_getattro(PyObject *self, PyObject *name)
{
    if (PyUnicode_Check(name)) {
        bool own = false;
        for (size_t i = 0; i < NOWN && !own; i++)
            own = str_eq_ascii(name, own_names[i]);
        if (!own)
            return PyObject_GetAttr(ALIAS(self)->origin, name);
    }
    return PyObject_GenericGetAttr(self, name);
}

static PyObject *
alias_dir(PyObject *self, PyObject *unused)
{
    PyObject *dir = PyObject_Dir(ALIAS(self)->origin);
    for (size_t i = 0; dir != NULL && i < NOWN; i++) {
        PyObject *name = PyUnicode_FromString(own_names[i]);
        int in = name == NULL ? -1 : PySequence_Contains(dir, name);
        if (in < 0 || (in == 0 && PyList_Append(dir, name) < 0))
            Py_CLEAR(dir);
        Py_XDECREF(name);
    }
    return dir;
}

static PyObject *alias_mro_entries(PyObject *self, PyObject *bases) { return PyTuple_Pack(1, ALIAS(self)->origin); }

static PyObject *
alias_instancecheck(PyObject *self, PyObject *o)
{
    return PyErr_Format(PyExc_TypeError, "isinstance() argument 2 cannot be a parameterized generic");
}

static PyObject *
alias_subclasscheck(PyObject *self, PyObject *o)
{
    return PyErr_Format(PyExc_TypeError, "issubclass() argument 2 cannot be a parameterized generic");
}

static PyObject *
alias_reduce(PyObject *self, PyObject *unused)
{
    struct generic_alias *a = ALIAS(self);
    if (!a->starred)
        return Py_BuildValue("O(OO)", Py_TYPE(a), a->origin, a->args);
    /* *tuple[int] is what iterating tuple[int] gives. */
    PyObject *plain = Py_GenericAlias(a->origin, a->args);
    PyObject *it = plain == NULL ? NULL : PyObject_GetIter(plain);
    PyObject *next = it == NULL ? NULL : descr_builtin(ID(next));
    PyObject *out = next == NULL ? NULL : Py_BuildValue("O(O)", next, it);
    Py_XDECREF(next);
    Py_XDECREF(it);
    Py_XDECREF(plain);
    return out;
}

static PyObject *alias_get_parameters(PyObject *self, void *c) { return Py_XNewRef(alias_parameters(self)); }

static PyObject *
alias_get_unpacked(PyObject *self, void *c)
{
    bool tuple = ALIAS(self)->starred && ALIAS(self)->origin == (PyObject *)&PyTuple_Type;
    return tuple ? Py_NewRef(ALIAS(self)->args) : Py_None;
}

/* ---- iteration: *tuple[int] ---- */

struct alias_iter {
    PyObject ob_base;
    PyObject *alias;                 /* NULL after the one item */
};
#define ITER(o) ((struct alias_iter *)(o))

static PyObject *
alias_iter(PyObject *self)
{
    struct alias_iter *it = PyObject_GC_New(struct alias_iter, &generic_alias_iter_type);
    if (it == NULL)
        return NULL;
    it->alias = Py_NewRef(self);
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static PyObject *
iter_next_item(PyObject *self)
{
    struct generic_alias *a = ALIAS(ITER(self)->alias);
    if (a == NULL)
        return NULL;
    PyObject *out = Py_GenericAlias(a->origin, a->args);
    if (out != NULL)
        ALIAS(out)->starred = true;
    Py_CLEAR(ITER(self)->alias);
    return out;
}

static void
iter_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(ITER(self)->alias);
    PyObject_GC_Del(self);
}

static int
iter_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(ITER(self)->alias);
    return 0;
}

static int
iter_clear(PyObject *self)
{
    Py_CLEAR(ITER(self)->alias);
    return 0;
}

static PyObject *
iter_reduce(PyObject *self, PyObject *unused)
{
    PyObject *iter = descr_builtin(ID(iter));
    if (iter == NULL)
        return NULL;
    return ITER(self)->alias != NULL ? Py_BuildValue("N(O)", iter, ITER(self)->alias) : Py_BuildValue("N(())", iter);
}

static PyMethodDef iter_methods[] = { { "__reduce__", iter_reduce, METH_NOARGS, NULL }, { NULL } };

PyTypeObject generic_alias_iter_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "generic_alias_iterator",
    .tp_basicsize = sizeof(struct alias_iter),
    .tp_dealloc = iter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = iter_traverse,
    .tp_clear = iter_clear,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = iter_next_item,
    .tp_methods = iter_methods,
};

static PyMethodDef alias_methods[] = {
    { "__mro_entries__", alias_mro_entries, METH_O, NULL },
    { "__instancecheck__", alias_instancecheck, METH_O, NULL },
    { "__subclasscheck__", alias_subclasscheck, METH_O, NULL },
    { "__reduce__", alias_reduce, METH_NOARGS, NULL },
    { "__dir__", alias_dir, METH_NOARGS, NULL },
    { NULL },
};
static PyMemberDef alias_members[] = {
    { "__origin__", _Py_T_OBJECT, offsetof(struct generic_alias, origin), Py_READONLY },
    { "__args__", _Py_T_OBJECT, offsetof(struct generic_alias, args), Py_READONLY },
    { "__unpacked__", Py_T_BOOL, offsetof(struct generic_alias, starred), Py_READONLY },
    { NULL },
};
static PyGetSetDef alias_getset[] = {
    { "__parameters__", alias_get_parameters, NULL, PyDoc_STR("Type variables in the GenericAlias.") },
    { "__typing_unpacked_tuple_args__", alias_get_unpacked, NULL, NULL },
    { NULL },
};
static PyMappingMethods alias_mapping = { .mp_subscript = alias_getitem };
static PyNumberMethods alias_number = { .nb_or = _Py_union_type_or };

PyTypeObject Py_GenericAliasType = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "types.GenericAlias",
    .tp_basicsize = sizeof(struct generic_alias),
    .tp_dealloc = alias_dealloc,
    .tp_vectorcall_offset = offsetof(struct generic_alias, vectorcall),
    .tp_repr = alias_repr,
    .tp_as_number = &alias_number,
    .tp_as_mapping = &alias_mapping,
    .tp_hash = alias_hash,
    .tp_call = alias_call,
    .tp_getattro = alias_getattro,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_doc = PyDoc_STR("GenericAlias(origin, args, /)\n--\n\nA generic class with its type arguments, as in list[int]."),
    .tp_traverse = alias_traverse,
    .tp_richcompare = alias_richcompare,
    .tp_weaklistoffset = offsetof(struct generic_alias, weakreflist),
    .tp_iter = alias_iter,
    .tp_methods = alias_methods,
    .tp_members = alias_members,
    .tp_getset = alias_getset,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = alias_new,
    .tp_free = PyObject_GC_Del,
};
