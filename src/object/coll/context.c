/* object/coll/context.c: contexts, context variables, tokens, and the module _contextvars. */
#include "object/coll/context.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/coll/coll.h"
#include "object/coll/hamt.h"
#include "rt/singletons.h"

struct context {
    PyObject ob_base;
    struct context *prev;              /* current one before enter */
    PyObject *vars;                    /* hamt */
    PyObject *weakreflist;
    int entered;
};

struct context_var {
    PyObject ob_base;
    PyObject *name;
    PyObject *default_value;           /* or NULL */
    PyObject *cached;                  /* borrowed; valid for this thread and context version */
    uint64_t cached_tsid, cached_tsver;
    Py_hash_t hash;
};

struct context_token {
    PyObject ob_base;
    struct context *ctx;
    struct context_var *var;
    PyObject *old;                     /* or NULL */
    int used;
};

#define CTX(op) ((struct context *)(op))
#define VAR(op) ((struct context_var *)(op))
#define TOK(op) ((struct context_token *)(op))
#define MISSING (&RT_STATIC->context_token_missing)

/* ---- contexts ---- */

static struct context *
context_alloc(void)
{
    struct context *c = COLL_GC_NEW(struct context, &PyContext_Type);
    if (c == NULL)
        return NULL;
    c->prev = NULL;
    c->vars = NULL;
    c->weakreflist = NULL;
    c->entered = 0;
    return c;
}

/* A context of these variables (new reference taken; NULL: none yet). */
static PyObject *
context_make(PyObject *vars)
{
    struct context *c = context_alloc();
    if (c == NULL)
        return NULL;
    c->vars = vars != NULL ? Py_NewRef(vars) : hamt_new();
    gc_track((PyObject *)c);
    if (c->vars == NULL)
        Py_CLEAR(c);
    return (PyObject *)c;
}

/* The current context, made if there is none; borrowed or NULL. */
static struct context *
context_current(PyThreadState *ts)
{
    if (ts->context == NULL)
        ts->context = context_make(NULL);
    return CTX(ts->context);
}

static int
check_context(PyObject *op)
{
    if (PyContext_CheckExact(op))
        return 0;
    PyErr_SetString(PyExc_TypeError, "an instance of Context was expected");
    return -1;
}

PyObject *
PyContext_New(void)
{
    return context_make(NULL);
}

PyObject *
PyContext_Copy(PyObject *op)
{
    return check_context(op) < 0 ? NULL : context_make(CTX(op)->vars);
}

PyObject *
PyContext_CopyCurrent(void)
{
    struct context *c = context_current(ts_current());
    return c == NULL ? NULL : context_make(c->vars);
}

int
PyContext_Enter(PyObject *op)
{
    PyThreadState *ts = ts_current();
    if (check_context(op) < 0)
        return -1;
    if (CTX(op)->entered) {
        PyErr_Format(PyExc_RuntimeError, "cannot enter context: %R is already entered", op);
        return -1;
    }
    CTX(op)->prev = CTX(ts->context);      /* the reference moves with it */
    CTX(op)->entered = 1;
    ts->context = Py_NewRef(op);
    ts->context_ver++;
    return 0;
}

int
PyContext_Exit(PyObject *op)
{
    PyThreadState *ts = ts_current();
    if (check_context(op) < 0)
        return -1;
    if (!CTX(op)->entered) {
        PyErr_Format(PyExc_RuntimeError, "cannot exit context: %R has not been entered", op);
        return -1;
    }
    if (ts->context != op) {
        PyErr_SetString(PyExc_RuntimeError, "cannot exit context: thread state references a different context object");
        return -1;
    }
    Py_SETREF(ts->context, (PyObject *)CTX(op)->prev);
    ts->context_ver++;
    CTX(op)->prev = NULL;
    CTX(op)->entered = 0;
    return 0;
}

static PyObject *
context_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (PyTuple_Size(args) || (kwds != NULL && PyDict_Size(kwds))) {
        PyErr_SetString(PyExc_TypeError, "Context() does not accept any arguments");
        return NULL;
    }
    return PyContext_New();
}

static int
context_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(CTX(op)->prev);
    Py_VISIT(CTX(op)->vars);
    return 0;
}

static int
context_clear(PyObject *op)
{
    Py_CLEAR(CTX(op)->prev);
    Py_CLEAR(CTX(op)->vars);
    return 0;
}

static void
context_dealloc(PyObject *op)
{
    gc_untrack(op);
    if (CTX(op)->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    context_clear(op);
    COLL_GC_FREE(struct context, op);
}

static int
check_var_key(PyObject *key)
{
    if (PyContextVar_CheckExact(key))
        return 0;
    PyErr_Format(PyExc_TypeError, "a ContextVar key was expected, got %R", key);
    return -1;
}

static Py_ssize_t
context_length(PyObject *op)
{
    return hamt_len(CTX(op)->vars);
}

static int
context_contains(PyObject *op, PyObject *key)
{
    PyObject *value;
    return check_var_key(key) < 0 ? -1 : hamt_find(CTX(op)->vars, key, &value);
}

static PyObject *
context_subscript(PyObject *op, PyObject *key)
{
    PyObject *value;
    int found = check_var_key(key) < 0 ? -1 : hamt_find(CTX(op)->vars, key, &value);
    if (found == 0)
        PyErr_SetObject(PyExc_KeyError, key);
    return found > 0 ? Py_NewRef(value) : NULL;
}

static PyObject *
context_get(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *value;
    if (!args_count("get", nargs, 1, 2) || check_var_key(args[0]) < 0)
        return NULL;
    int found = hamt_find(CTX(op)->vars, args[0], &value);
    if (found < 0)
        return NULL;
    return Py_NewRef(found ? value : nargs > 1 ? args[1] : Py_None);
}

static PyObject *
context_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyContext_CheckExact(a) || !PyContext_CheckExact(b) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    int same = hamt_equal(CTX(a)->vars, CTX(b)->vars);
    return same < 0 ? NULL : PyBool_FromLong(same == (op == Py_EQ));
}

static PyObject *context_iter(PyObject *op) { return hamt_keys(CTX(op)->vars); }
static PyObject *context_keys(PyObject *op, PyObject *noargs) { return hamt_keys(CTX(op)->vars); }
static PyObject *context_values(PyObject *op, PyObject *noargs) { return hamt_values(CTX(op)->vars); }
static PyObject *context_items(PyObject *op, PyObject *noargs) { return hamt_items(CTX(op)->vars); }
static PyObject *context_copy(PyObject *op, PyObject *noargs) { return context_make(CTX(op)->vars); }

static PyObject *
context_run(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs < 1) {
        PyErr_SetString(PyExc_TypeError, "run() missing 1 required positional argument");
        return NULL;
    }
    if (PyContext_Enter(op) < 0)
        return NULL;
    PyObject *result = call_vector(ts_current(), args[0], args + 1, (size_t)(nargs - 1), kwnames);
    if (PyContext_Exit(op) < 0)
        Py_CLEAR(result);
    return result;
}

static PyMethodDef context_methods[] = {
    { "run", _PyCFunction_CAST(context_run), METH_FASTCALL | METH_KEYWORDS, NULL },
    { "get", _PyCFunction_CAST(context_get), METH_FASTCALL, TEXT_SIG("get($self, key, default=None, /)", "The value of a variable in this context, or default.") },
    { "items", context_items, METH_NOARGS, TEXT_SIG("items($self, /)", "Iterator over the (variable, value) pairs.") },
    { "keys", context_keys, METH_NOARGS, TEXT_SIG("keys($self, /)", "Iterator over the variables.") },
    { "values", context_values, METH_NOARGS, TEXT_SIG("values($self, /)", "Iterator over the values.") },
    { "copy", context_copy, METH_NOARGS, TEXT_SIG("copy($self, /)", "A context of the same variables.") },
    { NULL },
};
static PySequenceMethods context_as_sequence = { .sq_contains = context_contains };
static PyMappingMethods context_as_mapping = { .mp_length = context_length, .mp_subscript = context_subscript };

PyTypeObject PyContext_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "_contextvars.Context",
    .tp_basicsize = sizeof(struct context),
    .tp_dealloc = context_dealloc,
    .tp_as_sequence = &context_as_sequence,
    .tp_as_mapping = &context_as_mapping,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = context_traverse,
    .tp_clear = context_clear,
    .tp_richcompare = context_richcompare,
    .tp_weaklistoffset = offsetof(struct context, weakreflist),
    .tp_iter = context_iter,
    .tp_methods = context_methods,
    .tp_new = context_new,
};

/* ---- variables ---- */

/* Give var a value in the current context, or remove it. 0 or -1. */
static int
var_store(struct context_var *var, PyObject *value)
{
    PyThreadState *ts = ts_current();
    struct context *c = context_current(ts);
    var->cached_tsid = 0;
    if (c == NULL)
        return -1;
    PyObject *vars;
    if (value == NULL) {
        PyObject *old;
        int found = hamt_find(c->vars, (PyObject *)var, &old);
        if (found <= 0) {
            if (found == 0)
                PyErr_SetObject(PyExc_LookupError, (PyObject *)var);
            return -1;
        }
        vars = hamt_without(c->vars, (PyObject *)var);
    }
    else
        vars = hamt_with(c->vars, (PyObject *)var, value);
    if (vars == NULL)
        return -1;
    Py_SETREF(c->vars, vars);
    if (value != NULL) {
        var->cached = value;               /* the context holds it */
        var->cached_tsid = ts->id;
        var->cached_tsver = ts->context_ver;
    }
    return 0;
}

static PyObject *
var_make(PyObject *name, PyObject *default_value)
{
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "context variable name must be a str");
        return NULL;
    }
    Py_hash_t name_hash = PyObject_Hash(name);
    struct context_var *var = name_hash == -1 ? NULL : COLL_GC_NEW(struct context_var, &PyContextVar_Type);
    if (var == NULL)
        return NULL;
    var->hash = Py_HashPointer(var) ^ name_hash;
    if (var->hash == -1)
        var->hash = -2;
    var->name = Py_NewRef(name);
    var->default_value = Py_XNewRef(default_value);
    var->cached = NULL;
    var->cached_tsid = var->cached_tsver = 0;
    if (coll_may_be_tracked(name) || (default_value != NULL && coll_may_be_tracked(default_value)))
        gc_track((PyObject *)var);
    return (PyObject *)var;
}

PyObject *
PyContextVar_New(const char *name, PyObject *default_value)
{
    PyObject *text = PyUnicode_FromString(name);
    PyObject *var = text == NULL ? NULL : var_make(text, default_value);
    Py_XDECREF(text);
    return var;
}

static int
check_var(PyObject *op)
{
    if (PyContextVar_CheckExact(op))
        return 0;
    PyErr_SetString(PyExc_TypeError, "an instance of ContextVar was expected");
    return -1;
}

int
PyContextVar_Get(PyObject *op, PyObject *default_value, PyObject **value)
{
    struct context_var *var = VAR(op);
    PyThreadState *ts = ts_current();
    *value = NULL;
    if (check_var(op) < 0)
        return -1;
    if (ts->context != NULL) {
        if (var->cached_tsid == ts->id && var->cached_tsver == ts->context_ver) {
            *value = Py_NewRef(var->cached);
            return 0;
        }
        PyObject *found;
        int status = hamt_find(CTX(ts->context)->vars, op, &found);
        if (status < 0)
            return -1;
        if (status > 0) {
            var->cached = found;
            var->cached_tsid = ts->id;
            var->cached_tsver = ts->context_ver;
            *value = Py_NewRef(found);
            return 0;
        }
    }
    *value = Py_XNewRef(default_value != NULL ? default_value : var->default_value);
    return 0;
}

PyObject *
PyContextVar_Set(PyObject *op, PyObject *value)
{
    if (check_var(op) < 0)
        return NULL;
    struct context *c = context_current(ts_current());
    PyObject *old = NULL;
    if (c == NULL || hamt_find(c->vars, op, &old) < 0)
        return NULL;
    struct context_token *tok = COLL_GC_NEW(struct context_token, &PyContextToken_Type);
    if (tok == NULL)
        return NULL;
    tok->ctx = CTX(Py_NewRef(c));
    tok->var = VAR(Py_NewRef(op));
    tok->old = Py_XNewRef(old);
    tok->used = 0;
    gc_track((PyObject *)tok);
    if (var_store(VAR(op), value) < 0)
        Py_CLEAR(tok);
    return (PyObject *)tok;
}

int
PyContextVar_Reset(PyObject *op, PyObject *token)
{
    struct context_token *tok = TOK(token);
    if (check_var(op) < 0)
        return -1;
    if (!PyContextToken_CheckExact(token)) {
        PyErr_SetString(PyExc_TypeError, "an instance of Token was expected");
        return -1;
    }
    if (tok->used) {
        PyErr_Format(PyExc_RuntimeError, "%R has already been used once", token);
        return -1;
    }
    if ((PyObject *)tok->var != op) {
        PyErr_Format(PyExc_ValueError, "%R was created by a different ContextVar", token);
        return -1;
    }
    if (context_current(ts_current()) != tok->ctx) {
        PyErr_Format(PyExc_ValueError, "%R was created in a different Context", token);
        return -1;
    }
    tok->used = 1;
    return var_store(VAR(op), tok->old);
}

static PyObject *
var_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "", "default" };
    PyObject *arg[2];
    if (args_unpack_tuple("ContextVar", args, kwds, names, 2, 1, 1, arg) < 0)
        return NULL;
    return var_make(arg[0], arg[1]);
}

static int
var_clear(PyObject *op)
{
    Py_CLEAR(VAR(op)->name);
    Py_CLEAR(VAR(op)->default_value);
    VAR(op)->cached_tsid = VAR(op)->cached_tsver = 0;
    VAR(op)->cached = NULL;
    return 0;
}

static int
var_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(VAR(op)->name);
    Py_VISIT(VAR(op)->default_value);
    return 0;
}

static void
var_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    var_clear(op);
    COLL_GC_FREE(struct context_var, op);
}

static Py_hash_t
var_hash(PyObject *op)
{
    return VAR(op)->hash;
}

static PyObject *
var_repr(PyObject *op)
{
    if (VAR(op)->default_value == NULL)
        return PyUnicode_FromFormat("<ContextVar name=%R at %p>", VAR(op)->name, op);
    int rec = Py_ReprEnter(op);
    if (rec < 0)
        return NULL;
    if (rec > 0)
        return PyUnicode_FromFormat("<ContextVar name=%R default=... at %p>", VAR(op)->name, op);
    PyObject *text = PyUnicode_FromFormat("<ContextVar name=%R default=%R at %p>", VAR(op)->name, VAR(op)->default_value, op);
    Py_ReprLeave(op);
    return text;
}

static PyObject *
var_get(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *value;
    if (!args_count("get", nargs, 0, 1) || PyContextVar_Get(op, nargs > 0 ? args[0] : NULL, &value) < 0)
        return NULL;
    if (value == NULL)
        PyErr_SetObject(PyExc_LookupError, op);
    return value;
}

static PyObject *
var_reset(PyObject *op, PyObject *token)
{
    if (!PyContextToken_CheckExact(token))
        return PyErr_Format(PyExc_TypeError, "expected an instance of Token, got %R", token);
    return PyContextVar_Reset(op, token) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyMemberDef var_members[] = {
    { "name", _Py_T_OBJECT, offsetof(struct context_var, name), Py_READONLY },
    { NULL },
};

static PyMethodDef var_methods[] = {
    { "get", _PyCFunction_CAST(var_get), METH_FASTCALL,
      TEXT_SIG("get($self, default=<unrepresentable>, /)", "The value in the current context, or default, or the variable's own default; LookupError if there is none.") },
    { "set", PyContextVar_Set, METH_O, TEXT_SIG("set($self, value, /)", "Set the value in the current context; the token can undo it.") },
    { "reset", var_reset, METH_O, TEXT_SIG("reset($self, token, /)", "Restore the value from before the set() that returned token.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC_CLASS_GETITEM },
    { NULL },
};

PyTypeObject PyContextVar_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "_contextvars.ContextVar",
    .tp_basicsize = sizeof(struct context_var),
    .tp_dealloc = var_dealloc,
    .tp_repr = var_repr,
    .tp_hash = var_hash,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = var_traverse,
    .tp_clear = var_clear,
    .tp_methods = var_methods,
    .tp_members = var_members,
    .tp_new = var_new,
    .tp_free = PyObject_GC_Del,
};

/* ---- tokens ---- */

static PyObject *
token_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyErr_SetString(PyExc_RuntimeError, "Tokens can only be created by ContextVars");
    return NULL;
}

static int
token_clear(PyObject *op)
{
    Py_CLEAR(TOK(op)->ctx);
    Py_CLEAR(TOK(op)->var);
    Py_CLEAR(TOK(op)->old);
    return 0;
}

static int
token_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(TOK(op)->ctx);
    Py_VISIT(TOK(op)->var);
    Py_VISIT(TOK(op)->old);
    return 0;
}

static void
token_dealloc(PyObject *op)
{
    gc_untrack(op);
    token_clear(op);
    COLL_GC_FREE(struct context_token, op);
}

static PyObject *
token_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<Token%s var=%R at %p>", TOK(op)->used ? " used" : "", TOK(op)->var, op);
}

static PyObject *
token_get_var(PyObject *op, void *closure)
{
    return Py_NewRef(TOK(op)->var);
}

static PyObject *
token_get_old(PyObject *op, void *closure)
{
    return Py_NewRef(TOK(op)->old != NULL ? TOK(op)->old : MISSING);
}

static PyGetSetDef token_getset[] = { { "var", token_get_var }, { "old_value", token_get_old }, { NULL } };
static PyMethodDef token_methods[] = {
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC_CLASS_GETITEM },
    { NULL },
};

PyTypeObject PyContextToken_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "_contextvars.Token",
    .tp_basicsize = sizeof(struct context_token),
    .tp_dealloc = token_dealloc,
    .tp_repr = token_repr,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = token_traverse,
    .tp_clear = token_clear,
    .tp_methods = token_methods,
    .tp_getset = token_getset,
    .tp_new = token_new,
    .tp_free = PyObject_GC_Del,
};

static PyObject *
missing_repr(PyObject *op)
{
    return PyUnicode_FromString("<Token.MISSING>");
}

static void
missing_dealloc(PyObject *op)
{
    op->ob_refcnt = _Py_IMMORTAL_REFCNT;   /* it is static: set its count back */
}

PyTypeObject context_token_missing_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "Token.MISSING",
    .tp_basicsize = sizeof(PyObject),
    .tp_dealloc = missing_dealloc,
    .tp_repr = missing_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT,
};

int
context_init(void)
{
    PyObject *dict = type_dict(&PyContextToken_Type);
    MISSING->ob_refcnt = _Py_IMMORTAL_REFCNT;
    MISSING->ob_type = &context_token_missing_type;
    if (PyDict_SetItemString(dict, "MISSING", MISSING) < 0)
        return -1;
    PyType_Modified(&PyContextToken_Type);
    return 0;
}

/* ---- the module ---- */

static PyObject *
module_copy_context(PyObject *module, PyObject *noargs)
{
    return PyContext_CopyCurrent();
}

static int
module_exec(PyObject *m)
{
    if (context_init() < 0)
        return -1;
    return PyModule_AddType(m, &PyContext_Type) < 0 || PyModule_AddType(m, &PyContextVar_Type) < 0
        || PyModule_AddType(m, &PyContextToken_Type) < 0 ? -1 : 0;
}

static PyMethodDef module_methods[] = {
    { "copy_context", module_copy_context, METH_NOARGS, TEXT_SIG("copy_context($module, /)", "A copy of the current context.") },
    { NULL },
};
static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_contextvars",
    .m_doc = "Context Variables",
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__contextvars(void)
{
    return PyModuleDef_Init(&module_def);
}
