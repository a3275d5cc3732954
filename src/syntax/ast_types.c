/* syntax/ast_types.c: the classes of the `_ast` module: AST and, from the node tables, one for each type and constructor.
 * The classes are ordinary heap types, made by calling type(); only AST has code of its own. */
#include "object/core/err.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "syntax/ast_state.h"

struct ast_object {
    PyObject_HEAD
    PyObject *dict;
};

/* -- AST ----------------------------------------------------------------------------------------------------- */

static int
ast_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((struct ast_object *)self)->dict);
    return 0;
}

static int
ast_clear(PyObject *self)
{
    Py_CLEAR(((struct ast_object *)self)->dict);
    return 0;
}

static void
ast_dealloc(PyObject *self)
{
    PyTypeObject *tp = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, ast_dealloc)
    ast_clear(self);
    tp->tp_free(self);
    Py_DECREF(tp);
    Py_TRASHCAN_END
}

/* Positional arguments become the first fields. */
static int
init_positional(PyObject *self, PyObject *args, PyObject *fields, PyObject *remaining)
{
    Py_ssize_t n = fields ? PySequence_Size(fields) : 0;
    if (n < 0)
        return -1;
    if (n < PyTuple_GET_SIZE(args)) {
        PyErr_Format(PyExc_TypeError, "%.400s constructor takes at most %zd positional argument%s",
                     _PyType_Name(Py_TYPE(self)), n, n == 1 ? "" : "s");
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        PyObject *name = PySequence_GetItem(fields, i);
        if (name == NULL)
            return -1;
        int r = PyObject_SetAttr(self, name, PyTuple_GET_ITEM(args, i));
        if (r == 0 && PySet_Discard(remaining, name) < 0)
            r = -1;
        Py_DECREF(name);
        if (r < 0)
            return -1;
    }
    return 0;
}

/* One keyword: a field not yet given, an attribute, or (deprecated) anything. 0 or -1. */
static int
check_keyword(struct ast_state *st, PyObject *self, PyObject *key, PyObject *fields, PyObject *remaining)
{
    int is_field = fields ? PySequence_Contains(fields, key) : 0;
    if (is_field < 0)
        return -1;
    if (is_field) {
        int found = PySet_Discard(remaining, key);
        if (found == 0)
            PyErr_Format(PyExc_TypeError, "%.400s got multiple values for argument %R", Py_TYPE(self)->tp_name, key);
        return found > 0 ? 0 : -1;
    }
    PyObject *attributes = PyObject_GetAttr((PyObject *)Py_TYPE(self), st->attributes_str);
    int is_attribute = attributes ? PySequence_Contains(attributes, key) : -1;
    Py_XDECREF(attributes);
    if (is_attribute != 0)
        return is_attribute < 0 ? -1 : 0;
    return PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                            "%.400s.__init__ got an unexpected keyword argument %R. Support for arbitrary keyword arguments "
                            "is deprecated and will be removed in Python 3.15.", Py_TYPE(self)->tp_name, key);
}

/* A field that was not given: a list becomes empty, a context Load(), what is optional has its None in the class. */
static int
init_missing(struct ast_state *st, PyObject *self, PyObject *name, PyObject *field_types)
{
    PyObject *type = PyDict_GetItemWithError(field_types, name);
    if (type == NULL)
        return PyErr_Occurred() ? -1 : PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                   "Field '%U' is missing from %.400s._field_types. This will become an error in Python 3.15.",
                   name, Py_TYPE(self)->tp_name);
    if (Py_IS_TYPE(type, &Py_GenericAliasType)) {
        PyObject *empty = PyList_New(0);
        int r = empty ? PyObject_SetAttr(self, name, empty) : -1;
        Py_XDECREF(empty);
        return r;
    }
    if (type == st->types[AST_T_expr_context])
        return PyObject_SetAttr(self, name, st->singletons[ast_types[AST_T_expr_context].first]);
    if (!PyType_Check(type))                     /* a union: optional */
        return 0;
    return PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                            "%.400s.__init__ missing 1 required positional argument: '%U'. This will become an error in "
                            "Python 3.15.", Py_TYPE(self)->tp_name, name);
}

static int
init_remaining(struct ast_state *st, PyObject *self, PyObject *remaining)
{
    PyObject *field_types = NULL;
    if (PySet_GET_SIZE(remaining) == 0)
        return 0;
    if (PyObject_GetOptionalAttr((PyObject *)Py_TYPE(self), ID(_field_types), &field_types) <= 0)
        return PyErr_Occurred() ? -1 : 0;        /* a class of somebody's that knows no types */
    PyObject *names = PySequence_List(remaining);
    int r = names ? 0 : -1;
    for (Py_ssize_t i = 0; r == 0 && i < PyList_GET_SIZE(names); i++)
        r = init_missing(st, self, PyList_GET_ITEM(names, i), field_types);
    Py_XDECREF(names);
    Py_DECREF(field_types);
    return r;
}

static int
ast_init(PyObject *self, PyObject *args, PyObject *kw)
{
    struct ast_state *st = ast_state_get();
    PyObject *fields = NULL, *remaining = NULL, *key, *value;
    Py_ssize_t pos = 0;
    int r = -1;
    if (st == NULL || (fields = PyObject_GetAttr((PyObject *)Py_TYPE(self), st->fields_str)) == NULL)
        return -1;
    remaining = PySet_New(fields);
    if (remaining == NULL || init_positional(self, args, fields, remaining) < 0)
        goto done;
    while (kw != NULL && PyDict_Next(kw, &pos, &key, &value))
        if (check_keyword(st, self, key, fields, remaining) < 0 || PyObject_SetAttr(self, key, value) < 0)
            goto done;
    r = init_remaining(st, self, remaining);
done:
    Py_XDECREF(fields);
    Py_XDECREF(remaining);
    return r;
}

/* As many Nones as fields are set, up to the first that is not. */
static OWNED PyObject *
placeholders(PyObject *fields, PyObject *dict)
{
    Py_ssize_t n = PySequence_Size(fields), k = 0;
    if (n < 0)
        return NULL;
    for (; k < n; k++) {
        PyObject *name = PySequence_GetItem(fields, k);
        int found = name ? PyDict_Contains(dict, name) : -1;
        Py_XDECREF(name);
        if (found < 0)
            return NULL;
        if (found == 0)
            break;
    }
    PyObject *args = PyTuple_New(k);
    for (Py_ssize_t i = 0; args != NULL && i < k; i++)
        PyTuple_SET_ITEM(args, i, Py_NewRef(Py_None));
    return args;
}

/* Pickled as a call with None for each field, so that it does not warn of missing ones, and then the dict: children
 * that refer to their parent find it made. */
static OWNED PyObject *
ast_reduce(PyObject *self, PyObject *Py_UNUSED(unused))
{
    struct ast_state *st = ast_state_get();
    PyObject *dict = NULL, *fields = NULL, *args = NULL, *result = NULL;
    if (st == NULL || PyObject_GetOptionalAttr(self, ID(__dict__), &dict) < 0)
        return NULL;
    if (dict == NULL)
        return Py_BuildValue("O()", Py_TYPE(self));
    if (PyObject_GetOptionalAttr((PyObject *)Py_TYPE(self), st->fields_str, &fields) >= 0)
        args = fields ? placeholders(fields, dict) : PyTuple_New(0);
    if (args != NULL)
        result = Py_BuildValue("OOO", Py_TYPE(self), args, dict);
    Py_XDECREF(args);
    Py_XDECREF(fields);
    Py_DECREF(dict);
    return result;
}

static PyMemberDef ast_members[] = {
    { "__dictoffset__", Py_T_PYSSIZET, offsetof(struct ast_object, dict), Py_READONLY, NULL },
    { NULL, 0, 0, 0, NULL },
};

static PyMethodDef ast_methods[] = {
    { "__reduce__", ast_reduce, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static PyGetSetDef ast_getset[] = {
    { "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyType_Slot ast_slots[] = {
    { Py_tp_dealloc, ast_dealloc },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_setattro, PyObject_GenericSetAttr },
    { Py_tp_traverse, ast_traverse },
    { Py_tp_clear, ast_clear },
    { Py_tp_members, ast_members },
    { Py_tp_methods, ast_methods },
    { Py_tp_getset, ast_getset },
    { Py_tp_init, ast_init },
    { Py_tp_alloc, PyType_GenericAlloc },
    { Py_tp_new, PyType_GenericNew },
    { Py_tp_free, PyObject_GC_Del },
    { 0, NULL },
};

static PyType_Spec ast_spec = {
    .name = "ast.AST", .basicsize = sizeof(struct ast_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, .slots = ast_slots,
};

/* -- making the classes -------------------------------------------------------------------------------------- */

static OWNED PyObject *
name_tuple(const struct ast_field *fields, int n)
{
    PyObject *t = PyTuple_New(n);
    for (int i = 0; t != NULL && i < n; i++) {
        PyObject *name = PyUnicode_InternFromString(fields[i].name);
        if (name == NULL)
            Py_CLEAR(t);
        else
            PyTuple_SET_ITEM(t, i, name);
    }
    return t;
}

/* Classes say None for what is optional. */
static int
set_optional(PyObject *type, const struct ast_field *fields, int n)
{
    for (int i = 0; i < n; i++)
        if (fields[i].quant == AST_Q_OPT && PyObject_SetAttrString(type, fields[i].name, Py_None) < 0)
            return -1;
    return 0;
}

static OWNED PyObject *
make_class(const char *name, PyObject *base, PyObject *fields, const char *doc)
{
    return PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){sOsOssss}", name, base, "_fields", fields,
                                 "__match_args__", fields, "__module__", "ast", "__doc__", doc);
}

static int
make_cons(struct ast_state *st, int ti, int ci, PyObject *base)
{
    const struct ast_cons *c = &ast_conses[ci];
    st->field_names[ci] = name_tuple(c->fields, c->nfields);
    if (st->field_names[ci] == NULL)
        return -1;
    st->conses[ci] = make_class(c->name, base, st->field_names[ci], c->doc);
    if (st->conses[ci] == NULL || set_optional(st->conses[ci], c->fields, c->nfields) < 0)
        return -1;
    if (ast_types[ti].shape == AST_ENUM) {
        st->singletons[ci] = PyType_GenericNew((PyTypeObject *)st->conses[ci], NULL, NULL);
        return st->singletons[ci] ? 0 : -1;
    }
    return 0;
}

static int
make_type(struct ast_state *st, int ti)
{
    const struct ast_type *t = &ast_types[ti];
    st->attr_names[ti] = name_tuple(t->attrs, t->nattrs);
    if (st->attr_names[ti] == NULL)
        return -1;
    if (t->shape == AST_PRODUCT) {
        if (make_cons(st, ti, t->first, st->base) < 0)
            return -1;
        st->types[ti] = Py_NewRef(st->conses[t->first]);
    }
    else
        st->types[ti] = make_class(t->name, st->base, EMPTY_TUPLE, t->doc);
    if (st->types[ti] == NULL || PyObject_SetAttr(st->types[ti], st->attributes_str, st->attr_names[ti]) < 0
        || set_optional(st->types[ti], t->attrs, t->nattrs) < 0)
        return -1;
    for (int i = 0; t->shape != AST_PRODUCT && i < t->ncons; i++)
        if (make_cons(st, ti, t->first + i, st->types[ti]) < 0)
            return -1;
    return 0;
}

/* A field's type as an annotation: T, T | None, list[T]. */
static OWNED PyObject *
field_type(struct ast_state *st, const struct ast_field *f)
{
    PyObject *type = f->kind == AST_F_INT ? (PyObject *)&PyLong_Type : f->kind == AST_F_CONSTANT ? (PyObject *)&PyBaseObject_Type
                     : f->kind == AST_F_IDENTIFIER || f->kind == AST_F_STRING ? (PyObject *)&PyUnicode_Type : st->types[f->type];
    if (f->quant == AST_Q_OPT)
        return PyNumber_Or(type, Py_None);
    return f->quant == AST_Q_SEQ ? Py_GenericAlias((PyObject *)&PyList_Type, type) : Py_NewRef(type);
}

static int
annotate(struct ast_state *st, int ci)
{
    PyObject *dict = PyDict_New();
    int r = dict ? 0 : -1;
    for (int i = 0; r == 0 && i < ast_conses[ci].nfields; i++) {
        PyObject *type = field_type(st, &ast_conses[ci].fields[i]);
        r = type ? PyDict_SetItem(dict, PyTuple_GET_ITEM(st->field_names[ci], i), type) : -1;
        Py_XDECREF(type);
    }
    if (r == 0)
        r = PyObject_SetAttr(st->conses[ci], ID(_field_types), dict) < 0
            || PyObject_SetAttr(st->conses[ci], ID(__annotations__), dict) < 0 ? -1 : 0;
    Py_XDECREF(dict);
    return r;
}

static int
make_base(struct ast_state *st)
{
    st->fields_str = PyUnicode_InternFromString("_fields");
    st->attributes_str = PyUnicode_InternFromString("_attributes");
    st->base = PyType_FromSpec(&ast_spec);
    if (st->fields_str == NULL || st->attributes_str == NULL || st->base == NULL)
        return -1;
    return PyObject_SetAttr(st->base, st->fields_str, EMPTY_TUPLE) < 0
           || PyObject_SetAttr(st->base, ID(__match_args__), EMPTY_TUPLE) < 0
           || PyObject_SetAttr(st->base, st->attributes_str, EMPTY_TUPLE) < 0 ? -1 : 0;
}

static int
fill_state(struct ast_state *st)
{
    if (make_base(st) < 0)
        return -1;
    for (int i = 0; i < AST_NTYPES; i++)
        if (make_type(st, i) < 0)
            return -1;
    for (int i = 0; i < AST_NCONSES; i++)
        if (annotate(st, i) < 0)
            return -1;
    return 0;
}

struct ast_state *
ast_state_get(void)
{
    struct ast_state **slot = &PyInterpreterState_Get()->ast;
    if (*slot != NULL)
        return *slot;
    struct ast_state *st = PyMem_Calloc(1, sizeof(*st));
    if (st == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    if (fill_state(st) < 0) {
        ast_state_free(st);
        return NULL;
    }
    *slot = st;
    return st;
}

void
ast_state_free(struct ast_state *st)
{
    if (st == NULL)
        return;
    Py_XDECREF(st->base);
    Py_XDECREF(st->fields_str);
    Py_XDECREF(st->attributes_str);
    for (int i = 0; i < AST_NTYPES; i++) {
        Py_XDECREF(st->types[i]);
        Py_XDECREF(st->attr_names[i]);
    }
    for (int i = 0; i < AST_NCONSES; i++) {
        Py_XDECREF(st->conses[i]);
        Py_XDECREF(st->singletons[i]);
        Py_XDECREF(st->field_names[i]);
    }
    PyMem_Free(st);
}
