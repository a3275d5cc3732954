/* syntax/ast_convert.c: trees to `_ast` objects and back, walking the node tables. */
#include <string.h>

#include "object/core/err.h"
#include "rt/hooks.h"
#include "syntax/ast_state.h"
#include "syntax/ast_tools.h"

/* -- tree to objects ----------------------------------------------------------------------------------------- */

struct to_object {
    struct ast_state *st;
    PyThreadState *ts;
    int depth;
};

static OWNED PyObject *node_to_object(struct to_object *c, int type, const void *node);

static OWNED PyObject *
value_to_object(struct to_object *c, const struct ast_field *f, const void *at)
{
    switch (f->kind) {
    case AST_F_INT:
        return PyLong_FromLong(*(const int *)at);
    case AST_F_ENUM:
        return Py_NewRef(c->st->singletons[ast_types[f->type].first + *(const int *)at - 1]);
    case AST_F_NODE:
        return node_to_object(c, f->type, *(void *const *)at);
    default: {
        PyObject *o = *(PyObject *const *)at;
        return Py_NewRef(o ? o : Py_None);
    }
    }
}

static OWNED PyObject *
seq_to_list(struct to_object *c, const struct ast_field *f, const asdl_generic_seq *seq)
{
    Py_ssize_t n = asdl_seq_LEN(seq);
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        const void *at = f->kind == AST_F_ENUM ? (const void *)&((const asdl_int_seq *)seq)->typed_elements[i]
                                               : (const void *)&seq->typed_elements[i];
        PyObject *item = value_to_object(c, f, at);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static int
set_fields(struct to_object *c, PyObject *obj, const struct ast_field *fields, int n, PyObject *names, const void *node)
{
    for (int i = 0; i < n; i++) {
        const void *at = (const char *)node + fields[i].offset;
        PyObject *value = fields[i].quant == AST_Q_SEQ ? seq_to_list(c, &fields[i], *(asdl_generic_seq *const *)at)
                                                       : value_to_object(c, &fields[i], at);
        int r = value ? PyObject_SetAttr(obj, PyTuple_GET_ITEM(names, i), value) : -1;
        Py_XDECREF(value);
        if (r < 0)
            return -1;
    }
    return 0;
}

static OWNED PyObject *
node_to_object(struct to_object *c, int type, const void *node)
{
    if (node == NULL)
        return Py_NewRef(Py_None);
    if (UNLIKELY(++c->depth > Py_C_RECURSION_LIMIT || ts_stack_is_low(c->ts))) {
        PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded during ast construction");
        return NULL;
    }
    const struct ast_type *t = &ast_types[type];
    const struct ast_cons *cons = ast_cons_of(t, node);
    Py_ssize_t ci = cons - ast_conses;
    PyObject *obj = PyType_GenericNew((PyTypeObject *)c->st->conses[ci], NULL, NULL);
    if (obj != NULL && (set_fields(c, obj, cons->fields, cons->nfields, c->st->field_names[ci], node) < 0
                        || set_fields(c, obj, t->attrs, t->nattrs, c->st->attr_names[type], node) < 0))
        Py_CLEAR(obj);
    c->depth--;
    return obj;
}

OWNED PyObject *
ast_to_object(mod_ty mod)
{
    struct to_object c = { .st = ast_state_get(), .ts = ts_current() };
    return c.st ? node_to_object(&c, AST_T_mod, mod) : NULL;
}

/* -- objects to a tree --------------------------------------------------------------------------------------- */

struct from_object {
    struct ast_state *st;
    struct ast_arena *arena;
};

static int object_to_node(struct from_object *c, int type, PyObject *obj, void **out);

static int
object_to_enum(struct from_object *c, int type, PyObject *obj, int *out)
{
    const struct ast_type *t = &ast_types[type];
    for (int i = 0; i < t->ncons; i++) {
        int is = PyObject_IsInstance(obj, c->st->conses[t->first + i]);
        if (is < 0)
            return -1;
        if (is) {
            *out = i + 1;
            return 0;
        }
    }
    PyErr_Format(PyExc_TypeError, "expected some sort of %s, but got %R", t->name, obj);
    return -1;
}

static int
object_to_int(PyObject *obj, int *out)
{
    if (!PyLong_Check(obj)) {
        PyErr_Format(PyExc_ValueError, "invalid integer value: %R", obj);
        return -1;
    }
    *out = PyLong_AsInt(obj);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

static int
keep(struct from_object *c, PyObject *obj, PyObject **out)
{
    *out = obj;
    return ast_arena_own(c->arena, Py_NewRef(obj));
}

/* The value of one field or list entry. */
static int
object_to_value(struct from_object *c, const struct ast_field *f, PyObject *obj, void *at)
{
    switch (f->kind) {
    case AST_F_INT:
        return object_to_int(obj, at);
    case AST_F_ENUM:
        return object_to_enum(c, f->type, obj, at);
    case AST_F_NODE:
        return object_to_node(c, f->type, obj, at);
    case AST_F_CONSTANT:
        return keep(c, obj, at);
    case AST_F_IDENTIFIER:
        if (obj != Py_None && !PyUnicode_CheckExact(obj)) {
            PyErr_SetString(PyExc_TypeError, "AST identifier must be of type str");
            return -1;
        }
        break;
    default:
        if (obj != Py_None && !PyUnicode_CheckExact(obj) && !PyBytes_CheckExact(obj)) {
            PyErr_SetString(PyExc_TypeError, "AST string must be of type str");
            return -1;
        }
    }
    if (obj != Py_None)
        return keep(c, obj, at);
    *(PyObject **)at = NULL;
    return 0;
}

/* The same, for a child of `owner`: recursion is counted. */
static int
child_to_value(struct from_object *c, const char *owner, const struct ast_field *f, PyObject *obj, void *at)
{
    char where[64];
    PyOS_snprintf(where, sizeof(where), " while traversing '%s' node", owner);
    if (Py_EnterRecursiveCall(where))
        return -1;
    int r = object_to_value(c, f, obj, at);
    Py_LeaveRecursiveCall();
    return r;
}

static int
list_to_seq(struct from_object *c, const char *owner, const struct ast_field *f, PyObject *list, void **out)
{
    if (!PyList_Check(list)) {
        PyErr_Format(PyExc_TypeError, "%s field \"%s\" must be a list, not a %.200s", owner, f->name,
                     _PyType_Name(Py_TYPE(list)));
        return -1;
    }
    Py_ssize_t n = PyList_GET_SIZE(list);
    bool ints = f->kind == AST_F_ENUM;
    void *seq = ints ? (void *)asdl_int_seq_new(n, c->arena) : (void *)asdl_seq_new(n, c->arena);
    if (seq == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++) {
        void *at = ints ? (void *)&((asdl_int_seq *)seq)->typed_elements[i] : (void *)&((asdl_generic_seq *)seq)->typed_elements[i];
        PyObject *item = Py_NewRef(PyList_GET_ITEM(list, i));
        int r = child_to_value(c, owner, f, item, at);
        Py_DECREF(item);
        if (r < 0)
            return -1;
        if (n != PyList_GET_SIZE(list)) {
            PyErr_Format(PyExc_RuntimeError, "%s field \"%s\" changed size during iteration", owner, f->name);
            return -1;
        }
    }
    *out = seq;
    return 0;
}

/* Read a field of obj into the node. */
static int
get_field(struct from_object *c, const char *owner, const struct ast_field *f, PyObject *name, PyObject *obj, char *node)
{
    void *at = node + f->offset;
    PyObject *value;
    if (PyObject_GetOptionalAttr(obj, name, &value) < 0)
        return -1;
    int r = 0;
    if (f->quant == AST_Q_SEQ)
        r = value ? list_to_seq(c, owner, f, value, at) : 0;
    else if (f->quant == AST_Q_OPT && (value == NULL || value == Py_None))
        ;
    else if (value == NULL) {
        PyErr_Format(PyExc_TypeError, "required field \"%s\" missing from %s", f->name, owner);
        r = -1;
    }
    else
        r = child_to_value(c, owner, f, value, at);
    Py_XDECREF(value);
    return r;
}

/* Positions: where an end is missing it is the start. */
static int
get_attrs(struct from_object *c, const struct ast_type *t, PyObject *names, PyObject *obj, char *node)
{
    for (int i = 0; i < t->nattrs; i++) {
        if (t->attrs[i].quant == AST_Q_OPT)          /* end_lineno after lineno, end_col_offset after col_offset */
            *(int *)(node + t->attrs[i].offset) = *(int *)(node + t->attrs[i - 2].offset);
        if (get_field(c, t->name, &t->attrs[i], PyTuple_GET_ITEM(names, i), obj, node) < 0)
            return -1;
    }
    return 0;
}

static int
get_fields(struct from_object *c, const struct ast_cons *cons, PyObject *names, PyObject *obj, char *node)
{
    for (int i = 0; i < cons->nfields; i++)
        if (get_field(c, cons->name, &cons->fields[i], PyTuple_GET_ITEM(names, i), obj, node) < 0)
            return -1;
    for (int i = 0; i < cons->nfields; i++) {
        const struct ast_field *f = &cons->fields[i];
        bool pointer = f->kind != AST_F_INT && f->kind != AST_F_ENUM;
        if (f->quant == AST_Q_ONE && pointer && *(void **)(node + f->offset) == NULL) {
            ast_field_missing(f->name, cons->name);
            return -1;
        }
    }
    return 0;
}

/* Which constructor of the type obj is an instance of; -1 with an exception. */
static int
find_cons(struct from_object *c, const struct ast_type *t, PyObject *obj)
{
    if (t->shape == AST_PRODUCT)
        return t->first;
    for (int i = t->first; i < t->first + t->ncons; i++) {
        if ((PyObject *)Py_TYPE(obj) == c->st->conses[i])
            return i;
    }
    for (int i = t->first; i < t->first + t->ncons; i++) {
        int is = PyObject_IsInstance(obj, c->st->conses[i]);
        if (is != 0)
            return is < 0 ? -1 : i;
    }
    PyErr_Format(PyExc_TypeError, "expected some sort of %s, but got %R", t->name, obj);
    return -1;
}

static int
object_to_node(struct from_object *c, int type, PyObject *obj, void **out)
{
    const struct ast_type *t = &ast_types[type];
    *out = NULL;
    if (obj == Py_None && t->shape == AST_SUM)
        return 0;
    char *node = ast_arena_alloc(c->arena, t->size);
    if (node == NULL)
        return -1;
    memset(node, 0, t->size);
    if (t->shape == AST_SUM && get_attrs(c, t, c->st->attr_names[type], obj, node) < 0)
        return -1;
    int ci = find_cons(c, t, obj);
    if (ci < 0)
        return -1;
    if (t->shape == AST_SUM)
        *(int *)node = ast_conses[ci].kind;
    if (get_fields(c, &ast_conses[ci], c->st->field_names[ci], obj, node) < 0)
        return -1;
    if (t->shape == AST_PRODUCT && get_attrs(c, t, c->st->attr_names[type], obj, node) < 0)
        return -1;
    *out = node;
    return 0;
}

static int
audit_compile(PyObject *ast)
{
    if (rt_hooks.audit == NULL)
        return 0;
    PyObject *args = PyTuple_Pack(2, ast, Py_None);
    int r = args ? rt_hooks.audit(ts_current(), "compile", args) : -1;
    Py_XDECREF(args);
    return r;
}

mod_ty
ast_from_object(PyObject *ast, struct ast_arena *arena, int mode)
{
    static const char *const names[] = { "Module", "Expression", "Interactive", "FunctionType" };
    static const int kinds[] = { Module_kind, Expression_kind, Interactive_kind, FunctionType_kind };
    struct from_object c = { .st = ast_state_get(), .arena = arena };
    if (c.st == NULL || audit_compile(ast) < 0)
        return NULL;
    int is = PyObject_IsInstance(ast, c.st->conses[ast_types[AST_T_mod].first + kinds[mode] - 1]);
    if (is < 0)
        return NULL;
    if (!is) {
        PyErr_Format(PyExc_TypeError, "expected %s node, got %.400s", names[mode], _PyType_Name(Py_TYPE(ast)));
        return NULL;
    }
    void *mod;
    return object_to_node(&c, AST_T_mod, ast, &mod) < 0 ? NULL : mod;
}

int
ast_is_node(PyObject *obj)
{
    struct ast_state *st = ast_state_get();
    return st ? PyObject_IsInstance(obj, st->base) : -1;
}
