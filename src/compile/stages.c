/* compile/stages.c: the stages of the compiler one by one, as tests call them. */
#include "compile/assemble.h"
#include "compile/cg.h"
#include "compile/compile.h"
#include "syntax/ast_arena.h"
#include "syntax/ast_tools.h"

/* --- optimising a graph --- */

struct optimizing { struct pool *pool; struct seq *seq; PyObject *consts; int nlocals; PyObject *result; };

static void
optimize_stage(void *arg)
{
    struct optimizing *o = arg;
    struct const_cache cache = { 0 };
    struct const_list consts = { 0 };
    struct flow g;
    struct seq copy, out;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(o->consts); i++) {
        PyObject *item = pool_keep(o->pool, Py_NewRef(PyList_GET_ITEM(o->consts, i)));
        pvec_push(o->pool, &consts.items, item);
    }
    copy = *o->seq;
    flow_build(&g, o->pool, &copy, &consts, &cache);
    for (struct block *b = g.entry; b != NULL; b = b->next)
        for (int i = 0; i < b->len; i++)
            if (op_loads_const(b->code[i].op) && (b->code[i].arg < 0 || b->code[i].arg >= consts.items.len)) {
                PyErr_SetString(PyExc_IndexError, "list index out of range");
                pool_fail(o->pool);
            }
    flow_optimize(&g, o->nlocals, 0);
    flow_to_sequence(&g, &out);
    PyObject *list = pool_keep(o->pool, PyList_New(consts.items.len));
    for (int i = 0; i < consts.items.len; i++)
        PyList_SET_ITEM(list, i, Py_NewRef(consts.items.items[i]));
    if (PyList_SetSlice(o->consts, 0, PyList_GET_SIZE(o->consts), list) < 0)
        pool_fail(o->pool);
    o->result = pool_keep(o->pool, seq_object_like(&out));
}

static PyObject *
run_and_take(struct pool *p, void (*f)(void *), void *arg, PyObject **result)
{
    PyObject *taken = pool_run(p, f, arg) == 0 ? Py_NewRef(*result) : NULL;
    pool_release(p);
    return taken;
}

PyObject *
_PyCompile_OptimizeCfg(PyObject *instructions, PyObject *consts, int nlocals)
{
    struct pool pool;
    struct optimizing o = { &pool, seq_of_object(instructions), consts, nlocals, NULL };
    if (o.seq == NULL)
        return NULL;
    if (!PyList_Check(consts) || nlocals < 0) {
        PyErr_SetString(PyExc_TypeError, "expected a list of constants and a number of locals");
        return NULL;
    }
    pool_init(&pool);
    return run_and_take(&pool, optimize_stage, &o, &o.result);
}

/* --- assembling --- */

struct assembling { struct pool *pool; struct seq *seq; PyObject *metadata, *filename, *result; };

static PyObject *
field(struct assembling *a, const char *key)
{
    PyObject *value = PyDict_GetItemString(a->metadata, key);
    if (value == NULL) {
        PyErr_Format(PyExc_KeyError, "%s", key);
        pool_fail(a->pool);
    }
    return value;
}

static int
int_field(struct assembling *a, const char *key)
{
    int value = PyLong_AsInt(field(a, key));
    if (value == -1 && PyErr_Occurred())
        pool_fail(a->pool);
    return value;
}

/* The keys of a dict, by their values. */
static PyObject **
keys_in_order(struct assembling *a, const char *key, Py_ssize_t *n)
{
    PyObject *dict = field(a, key), *k, *v;
    Py_ssize_t pos = 0, i = 0;
    if (!PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "%s must be a dict", key);
        pool_fail(a->pool);
    }
    *n = PyDict_GET_SIZE(dict);
    PyObject **keys = POOL_ARRAY(a->pool, PyObject *, *n + 1);
    while (PyDict_Next(dict, &pos, &k, &v))
        keys[i++] = pool_keep(a->pool, Py_NewRef(k));
    return keys;
}

static void
names_field(struct assembling *a, const char *key, struct names *out)
{
    Py_ssize_t n;
    PyObject **keys = keys_in_order(a, key, &n);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!PyUnicode_Check(keys[i])) {
            PyErr_Format(PyExc_TypeError, "names must be str, not %T", keys[i]);
            pool_fail(a->pool);
        }
        names_add(a->pool, out, keys[i]);
    }
}

static void
assemble_stage(void *arg)
{
    struct assembling *a = arg;
    struct const_cache cache = { 0 };
    struct unit_info u = { .name = field(a, "name"), .qualname = field(a, "qualname") };
    struct flow g;
    struct seq copy = *a->seq, out;
    int depth, nlocalsplus;
    Py_ssize_t n;
    names_field(a, "names", &u.names);
    names_field(a, "varnames", &u.varnames);
    names_field(a, "cellvars", &u.cellvars);
    names_field(a, "freevars", &u.freevars);
    names_field(a, "fasthidden", &u.hidden);
    PyObject **consts = keys_in_order(a, "consts", &n);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *value = PyTuple_CheckExact(consts[i]) && PyTuple_GET_SIZE(consts[i]) >= 2 ? PyTuple_GET_ITEM(consts[i], 1) : consts[i];
        pvec_push(a->pool, &u.consts.items, value);
    }
    u.argcount = int_field(a, "argcount");
    u.posonlyargcount = int_field(a, "posonlyargcount");
    u.kwonlyargcount = int_field(a, "kwonlyargcount");
    u.firstlineno = int_field(a, "firstlineno");
    flow_build(&g, a->pool, &copy, &u.consts, &cache);
    flow_find_handlers(&g);
    flow_finish(&g, &u, 0, &depth, &nlocalsplus, &out);
    a->result = (PyObject *)assemble_code(a->pool, &cache, &u, &out, depth, nlocalsplus, 0, a->filename);
}

PyObject *
compile_assemble_stage(PyObject *metadata, PyObject *filename, PyObject *instructions)
{
    struct pool pool;
    struct assembling a = { &pool, seq_of_object(instructions), metadata, filename, NULL };
    if (a.seq == NULL)
        return NULL;
    if (!PyDict_Check(metadata)) {
        PyErr_SetString(PyExc_TypeError, "expected a dict");
        return NULL;
    }
    pool_init(&pool);
    return run_and_take(&pool, assemble_stage, &a, &a.result);
}

/* Another form of the metadata. */
PyCodeObject *
_PyCompile_Assemble(struct assemble_metadata *m, PyObject *filename, PyObject *instructions)
{
    PyObject *dict = Py_BuildValue("{sOsOsOsOsOsOsOsOsnsnsnsi}", "name", m->name, "qualname", m->qualname, "consts", m->consts,
                                   "names", m->names, "varnames", m->varnames, "cellvars", m->cellvars, "freevars", m->freevars,
                                   "fasthidden", m->fasthidden, "argcount", m->argcount, "posonlyargcount", m->posonlyargcount,
                                   "kwonlyargcount", m->kwonlyargcount, "firstlineno", m->firstlineno);
    PyObject *code = dict == NULL ? NULL : compile_assemble_stage(dict, filename, instructions);
    Py_XDECREF(dict);
    return (PyCodeObject *)code;
}

/* --- generating --- */

static void
set_item(struct pool *p, PyObject *dict, const char *key, STEALS PyObject *value)
{
    if (PyDict_SetItemString(dict, key, pool_keep(p, value)) < 0)
        pool_fail(p);
}

static PyObject *
index_dict(struct pool *p, const struct names *t, int first)
{
    PyObject *dict = pool_keep(p, PyDict_New());
    for (int i = 0; i < t->len; i++)
        if (PyDict_SetItem(dict, t->items[i].key, pool_keep(p, PyLong_FromLong(first + i))) < 0)
            pool_fail(p);
    return Py_NewRef(dict);
}

static PyObject *
const_dict(struct pool *p, const struct const_list *l)
{
    PyObject *dict = pool_keep(p, PyDict_New());
    for (int i = 0; i < l->items.len; i++) {
        PyObject *key = pool_keep(p, _PyCode_ConstantKey(l->items.items[i]));
        if (PyDict_SetItem(dict, key, pool_keep(p, PyLong_FromLong(i))) < 0)
            pool_fail(p);
    }
    return Py_NewRef(dict);
}

/* (sequence, metadata) of the unit that has just been generated. */
PyObject *
cg_unit_as_object(struct cg *c)
{
    struct pool *p = c->pool;
    struct unit_info *u = &c->unit->info;
    PyObject *metadata = pool_keep(p, PyDict_New());
    PyObject *seq = pool_keep(p, seq_object_like(&c->unit->seq));
    for (int i = 0; i < c->unit->nested.len; i++)
        if (seq_object_nest(seq, c->unit->nested.items[i]) < 0)
            pool_fail(p);
    set_item(p, metadata, "name", Py_NewRef(u->name));
    set_item(p, metadata, "consts", const_dict(p, &u->consts));
    set_item(p, metadata, "names", index_dict(p, &u->names, 0));
    set_item(p, metadata, "varnames", index_dict(p, &u->varnames, 0));
    set_item(p, metadata, "cellvars", index_dict(p, &u->cellvars, 0));
    set_item(p, metadata, "freevars", index_dict(p, &u->freevars, u->cellvars.len));
    set_item(p, metadata, "argcount", PyLong_FromLong(u->argcount));
    set_item(p, metadata, "posonlyargcount", PyLong_FromLong(u->posonlyargcount));
    set_item(p, metadata, "kwonlyargcount", PyLong_FromLong(u->kwonlyargcount));
    return pool_keep(p, PyTuple_Pack(2, seq, metadata));
}

PyObject *
_PyCompile_CodeGen(PyObject *ast, PyObject *filename, PyCompilerFlags *flags, int optimize, int mode)
{
    struct ast_arena *arena = ast_arena_new();
    if (arena == NULL)
        return NULL;
    PyObject *result = NULL;
    mod_ty mod = ast_from_object(ast, arena, mode);
    if (mod != NULL && ast_validate(mod))
        result = compile_generate_only(mod, filename, flags, optimize, arena);
    ast_arena_free(arena);
    return result;
}
