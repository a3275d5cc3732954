/* compile/symtable_object.c: scopes as Python objects, and the module _symtable. */
#include "compile/symtable.h"

#include <stddef.h>

#include "compile/seq.h"
#include "syntax/ast_arena.h"
#include "syntax/parse.h"

/* The place of the fields that Python sees is fixed. */
struct entry {
    PyObject_HEAD
    PyObject *id, *symbols, *name, *varnames, *children;
    PyObject *unused[2];
    int kind, pad0[3];
    int nested, pad1[4];
    int lineno, pad2[8];
};
_Static_assert(sizeof(struct entry) == 144 && offsetof(struct entry, kind) == 72 && offsetof(struct entry, nested) == 88
               && offsetof(struct entry, lineno) == 108, "as the interface has it");

static void
entry_dealloc(struct entry *self)
{
    Py_XDECREF(self->id);
    Py_XDECREF(self->symbols);
    Py_XDECREF(self->name);
    Py_XDECREF(self->varnames);
    Py_XDECREF(self->children);
    PyObject_Free(self);
}

static PyObject *
entry_repr(struct entry *self)
{
    return PyUnicode_FromFormat("<symtable entry %U(%R), line %d>", self->name, self->id, self->lineno);
}

static PyMemberDef entry_members[] = {
    { "id", _Py_T_OBJECT, offsetof(struct entry, id), Py_READONLY, NULL },
    { "name", _Py_T_OBJECT, offsetof(struct entry, name), Py_READONLY, NULL },
    { "symbols", _Py_T_OBJECT, offsetof(struct entry, symbols), Py_READONLY, NULL },
    { "varnames", _Py_T_OBJECT, offsetof(struct entry, varnames), Py_READONLY, NULL },
    { "children", _Py_T_OBJECT, offsetof(struct entry, children), Py_READONLY, NULL },
    { "nested", Py_T_INT, offsetof(struct entry, nested), Py_READONLY, NULL },
    { "type", Py_T_INT, offsetof(struct entry, kind), Py_READONLY, NULL },
    { "lineno", Py_T_INT, offsetof(struct entry, lineno), Py_READONLY, NULL },
    { NULL },
};

PyTypeObject PySTEntry_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "symtable entry",
    .tp_basicsize = sizeof(struct entry),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = (destructor)entry_dealloc,
    .tp_repr = (reprfunc)entry_repr,
    .tp_members = entry_members,
};

PyTypeObject *const compile_static_types[] = { &PySTEntry_Type, &InstructionSequence_Type, NULL };

/* --- from scopes --- */

static PyObject *entry_new(struct pool *p, const struct scope *s);

static PyObject *
symbols_dict(struct pool *p, const struct names *t)
{
    PyObject *dict = pool_keep(p, PyDict_New());
    for (int i = 0; i < t->len; i++) {
        if (t->items[i].key == NULL)
            continue;
        PyObject *flags = PyLong_FromLong(t->items[i].value);
        int failed = flags == NULL || PyDict_SetItem(dict, t->items[i].key, flags) < 0;
        Py_XDECREF(flags);
        if (failed)
            pool_fail(p);
    }
    return dict;
}

static PyObject *
varnames_list(struct pool *p, const struct scope *s)
{
    PyObject *list = pool_keep(p, PyList_New(s->varnames.len));
    for (int i = 0; i < s->varnames.len; i++)
        PyList_SET_ITEM(list, i, Py_NewRef(s->varnames.items[i]));
    return list;
}

static PyObject *
children_list(struct pool *p, const struct scope *s)
{
    PyObject *list = pool_keep(p, PyList_New(0));
    for (int i = 0; i < s->children.len; i++)
        if (PyList_Append(list, entry_new(p, s->children.items[i])) < 0)
            pool_fail(p);
    return list;
}

/* Borrowed from the pool, as all that it is made of. */
static PyObject *
entry_new(struct pool *p, const struct scope *s)
{
    pool_check_stack(p);
    struct entry *e = (struct entry *)PyObject_Malloc(sizeof(*e));
    if (e == NULL)
        pool_no_memory(p);
    memset(e, 0, sizeof(*e));
    PyObject_Init((PyObject *)e, &PySTEntry_Type);
    pool_keep(p, (PyObject *)e);
    e->id = Py_NewRef(pool_keep(p, PyLong_FromVoidPtr((void *)s->key)));
    e->name = Py_NewRef(s->name);
    e->symbols = Py_NewRef(symbols_dict(p, &s->symbols));
    e->varnames = Py_NewRef(varnames_list(p, s));
    e->children = Py_NewRef(children_list(p, s));
    e->kind = s->kind;
    e->nested = s->nested;
    e->lineno = s->loc.line;
    return (PyObject *)e;
}

struct building { struct pool *pool; mod_ty mod; PyObject *filename; int flags; PyObject *result; };

static void
build_entries(void *arg)
{
    struct building *b = arg;
    struct loc last;
    int features = b->flags | future_features(b->pool, b->mod, b->filename, &last);
    b->result = entry_new(b->pool, symtable_build(b->pool, b->mod, b->filename, features)->top);
}

PyObject *
symtable_object(mod_ty mod, PyObject *filename, int flags)
{
    struct pool pool;
    struct building b = { &pool, mod, filename, flags, NULL };
    pool_init(&pool);
    PyObject *result = pool_run(&pool, build_entries, &b) == 0 ? Py_NewRef(b.result) : NULL;
    pool_release(&pool);
    return result;
}

/* --- the module --- */

static int
start_symbol(const char *start)
{
    if (strcmp(start, "exec") == 0)
        return Py_file_input;
    if (strcmp(start, "eval") == 0)
        return Py_eval_input;
    if (strcmp(start, "single") == 0)
        return Py_single_input;
    PyErr_SetString(PyExc_ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
    return -1;
}

/* The text of str, bytes or another buffer, ended by a zero byte; *owner keeps it alive. */
static const char *
source_text(PyObject *source, PyObject **owner, int *flags)
{
    Py_ssize_t size;
    const char *text;
    if (PyUnicode_Check(source)) {
        *flags |= PyCF_IGNORE_COOKIE;
        *owner = Py_NewRef(source);
        text = PyUnicode_AsUTF8AndSize(source, &size);
    }
    else {
        if (!PyObject_CheckBuffer(source)) {
            PyErr_SetString(PyExc_TypeError, "symtable() arg 1 must be a string or bytes");
            return NULL;
        }
        *owner = PyBytes_FromObject(source);
        if (*owner == NULL)
            return NULL;
        text = PyBytes_AS_STRING(*owner);
        size = PyBytes_GET_SIZE(*owner);
    }
    if (text != NULL && strlen(text) != (size_t)size) {
        PyErr_SetString(PyExc_SyntaxError, "source code string cannot contain null bytes");
        return NULL;
    }
    return text;
}

static PyObject *
symtable_of_text(const char *text, PyObject *filename, int start, int cf_flags)
{
    PyCompilerFlags flags = { cf_flags, PY_MINOR_VERSION };
    struct ast_arena *arena = ast_arena_new();
    if (arena == NULL)
        return NULL;
    mod_ty mod = parse_string(text, filename, start, &flags, arena);
    PyObject *result = mod ? symtable_object(mod, filename, flags.cf_flags) : NULL;
    ast_arena_free(arena);
    return result;
}

static PyObject *
symtable_symtable(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *filename = NULL, *owner = NULL, *result = NULL;
    const char *start_text;
    int flags = PyCF_SOURCE_IS_UTF8;
    if (nargs != 3) {
        PyErr_Format(PyExc_TypeError, "symtable expected 3 arguments, got %zd", nargs);
        return NULL;
    }
    if (!PyUnicode_FSDecoder(args[1], &filename))
        return NULL;
    if (!PyUnicode_Check(args[2])) {
        PyErr_Format(PyExc_TypeError, "symtable() argument 3 must be str, not %.50s", Py_TYPE(args[2])->tp_name);
        Py_DECREF(filename);
        return NULL;
    }
    const char *text = NULL;
    start_text = PyUnicode_AsUTF8(args[2]);
    if (start_text != NULL && strlen(start_text) != (size_t)PyUnicode_GET_LENGTH(args[2]))
        PyErr_SetString(PyExc_ValueError, "embedded null character");
    else if (start_text != NULL)
        text = source_text(args[0], &owner, &flags);
    if (text != NULL) {
        int start = start_symbol(start_text);
        if (start >= 0)
            result = symtable_of_text(text, filename, start, flags);
    }
    Py_XDECREF(owner);
    Py_DECREF(filename);
    return result;
}

static PyMethodDef module_methods[] = {
    { "symtable", (PyCFunction)(void (*)(void))symtable_symtable, METH_FASTCALL,
      "symtable($module, source, filename, startstr, /)\n--\n\nReturn the symbol table of a source text." },
    { NULL, NULL, 0, NULL },
};

static int
module_exec(PyObject *m)
{
    static const struct { const char *name; int value; } constants[] = {
        { "USE", USE }, { "DEF_GLOBAL", DEF_GLOBAL }, { "DEF_NONLOCAL", DEF_NONLOCAL }, { "DEF_LOCAL", DEF_LOCAL },
        { "DEF_PARAM", DEF_PARAM }, { "DEF_FREE", DEF_FREE }, { "DEF_FREE_CLASS", DEF_FREE_CLASS }, { "DEF_IMPORT", DEF_IMPORT },
        { "DEF_BOUND", DEF_BOUND }, { "DEF_ANNOT", DEF_ANNOT }, { "TYPE_FUNCTION", SCOPE_FUNCTION }, { "TYPE_CLASS", SCOPE_CLASS },
        { "TYPE_MODULE", SCOPE_MODULE }, { "TYPE_ANNOTATION", SCOPE_ANNOTATION }, { "TYPE_TYPE_ALIAS", SCOPE_TYPE_ALIAS },
        { "TYPE_TYPE_PARAMETERS", SCOPE_TYPE_PARAMS }, { "TYPE_TYPE_VARIABLE", SCOPE_TYPE_VARIABLE }, { "LOCAL", NS_LOCAL },
        { "GLOBAL_EXPLICIT", NS_GLOBAL_EXPLICIT }, { "GLOBAL_IMPLICIT", NS_GLOBAL_IMPLICIT }, { "FREE", NS_FREE },
        { "CELL", NS_CELL }, { "SCOPE_OFF", SCOPE_OFFSET }, { "SCOPE_MASK", SCOPE_MASK },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++)
        if (PyModule_AddIntConstant(m, constants[i].name, constants[i].value) < 0)
            return -1;
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT, .m_name = "_symtable", .m_methods = module_methods, .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__symtable(void)
{
    return PyModuleDef_Init(&module_def);
}
