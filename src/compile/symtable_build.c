/* compile/symtable_build.c: the tree of scopes while it grows. The recursive walk over the AST (symtable_stmt.c,
 * symtable_expr.c) enters and leaves scopes and adds names here. */
#include "compile/symtable_impl.h"

#include <stdarg.h>
#include <string.h>

#include "base/hash.h"
#include "rt/singletons.h"

/* --- errors --- */

void
compile_error_place(PyObject *filename, struct loc loc)
{
    PyErr_RangedSyntaxLocationObject(filename, loc.line, loc.col + 1, loc.end_line, loc.end_col + 1);
}

_Noreturn void
compile_error(struct pool *p, PyObject *filename, struct loc loc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyErr_FormatV(PyExc_SyntaxError, format, args);
    va_end(args);
    compile_error_place(filename, loc);
    pool_fail(p);
}

/* --- names private to a class --- */

/* True for names that a class body hides: two leading underscores, none trailing, no dot. */
static bool
is_private(PyObject *name)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(name);
    if (n < 3 || PyUnicode_READ_CHAR(name, 0) != '_' || PyUnicode_READ_CHAR(name, 1) != '_')
        return false;
    if (PyUnicode_READ_CHAR(name, n - 1) == '_' && PyUnicode_READ_CHAR(name, n - 2) == '_')
        return false;
    return PyUnicode_FindChar(name, '.', 0, n, 1) < 0;
}

static PyObject *
mangled(PyObject *private_name, PyObject *name)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(private_name), start = 0;
    while (start < n && PyUnicode_READ_CHAR(private_name, start) == '_')
        start++;
    if (start == n)
        return Py_NewRef(name);
    PyObject *stem = PyUnicode_Substring(private_name, start, n);
    if (stem == NULL)
        return NULL;
    PyObject *result = PyUnicode_FromFormat("_%U%U", stem, name);
    Py_DECREF(stem);
    if (result != NULL)
        PyUnicode_InternInPlace(&result);
    return result;
}

PyObject *
_Py_Mangle(PyObject *private_name, PyObject *ident)
{
    if (private_name == NULL || !PyUnicode_Check(private_name) || !is_private(ident))
        return Py_NewRef(ident);
    return mangled(private_name, ident);
}

PyObject *
mangle(struct pool *p, PyObject *private_name, PyObject *name)
{
    if (private_name == NULL || !is_private(name))
        return name;
    return pool_keep(p, mangled(private_name, name));
}

PyObject *
maybe_mangle(struct pool *p, PyObject *private_name, const struct scope *s, PyObject *name)
{
    if (s != NULL && s->mangled_names != NULL && !names_has(p, s->mangled_names, name))
        return name;
    return mangle(p, private_name, name);
}

/* --- scopes by node --- */

static void
by_node_add(struct symtable *st, const void *key, struct scope *s)
{
    if (st->by_node.keys == NULL || (uint32_t)st->by_node.used * 2 > st->by_node.mask) {
        uint32_t old = st->by_node.keys ? st->by_node.mask + 1 : 0, size = old ? 2 * old : 32;
        const void **keys = st->by_node.keys;
        struct scope **scopes = st->by_node.scopes;
        st->by_node.keys = POOL_ARRAY(st->pool, const void *, size);
        st->by_node.scopes = POOL_ARRAY(st->pool, struct scope *, size);
        st->by_node.mask = size - 1;
        st->by_node.used = 0;
        for (uint32_t i = 0; i < old; i++)
            if (keys[i] != NULL)
                by_node_add(st, keys[i], scopes[i]);
    }
    uint32_t at = (uint32_t)hash_mix64((uintptr_t)key) & st->by_node.mask;
    while (st->by_node.keys[at] != NULL && st->by_node.keys[at] != key)
        at = (at + 1) & st->by_node.mask;
    st->by_node.used += st->by_node.keys[at] == NULL;
    st->by_node.keys[at] = key;
    st->by_node.scopes[at] = s;
}

struct scope *
symtable_lookup(struct symtable *st, const void *node)
{
    uint32_t at = (uint32_t)hash_mix64((uintptr_t)node) & st->by_node.mask;
    for (; st->by_node.keys[at] != NULL; at = (at + 1) & st->by_node.mask)
        if (st->by_node.keys[at] == node)
            return st->by_node.scopes[at];
    PyErr_SetString(PyExc_SystemError, "no symbol table for a scope");
    pool_fail(st->pool);
}

/* A new scope under the current one becomes current. With postponed annotations their scopes are thrown away. */
struct scope *
sym_enter(struct symtable *st, PyObject *name, enum scope_kind kind, const void *key, struct loc loc)
{
    struct scope *outer = st->cur, *s = POOL_NEW(st->pool, struct scope);
    s->key = key;
    s->name = name;
    s->kind = kind;
    s->loc = loc;
    if (outer != NULL) {
        s->nested = outer->nested || scope_is_function_like(outer);
        s->comp_iter_expr = outer->comp_iter_expr;
        if (kind != SCOPE_CLASS)
            s->mangled_names = outer->mangled_names;
    }
    pvec_push(st->pool, &st->stack, s);
    st->cur = s;
    if (kind == SCOPE_ANNOTATION)
        return s;
    by_node_add(st, key, s);
    if (outer != NULL)
        pvec_push(st->pool, &outer->children, s);
    return s;
}

void
sym_exit(struct symtable *st)
{
    st->stack.len--;
    st->cur = st->stack.len > 0 ? st->stack.items[st->stack.len - 1] : NULL;
}

/* --- names --- */

int
scope_symbol(struct pool *p, const struct scope *s, PyObject *name)
{
    struct name_entry *e = names_find(p, &s->symbols, name);
    return e ? e->value : 0;
}

int
sym_flags(struct symtable *st, struct scope *s, PyObject *name)
{
    return scope_symbol(st->pool, s, maybe_mangle(st->pool, st->private_name, s, name));
}

void
sym_add_directive(struct symtable *st, PyObject *name, struct loc loc)
{
    struct directive d = { maybe_mangle(st->pool, st->private_name, st->cur, name), loc };
    pvec_push(st->pool, &st->cur->directives, d);
}

/* Mangling follows the current scope even when the name lands in another one (targets of := in comprehensions). */
void
sym_add_in(struct symtable *st, struct scope *s, PyObject *name, int flags, struct loc loc)
{
    PyObject *key = maybe_mangle(st->pool, st->private_name, st->cur, name);
    struct name_entry *e = names_add(st->pool, &s->symbols, key);
    if (flags & e->value & DEF_PARAM)
        compile_error(st->pool, st->filename, loc, "duplicate argument '%U' in function definition", name);
    if (flags & e->value & DEF_TYPE_PARAM)
        compile_error(st->pool, st->filename, loc, "duplicate type parameter '%U'", name);
    e->value |= flags;
    if (s->comp_iter_target) {
        if (e->value & (DEF_GLOBAL | DEF_NONLOCAL))
            compile_error(st->pool, st->filename, loc,
                          "comprehension inner loop cannot rebind assignment expression target '%U'", name);
        e->value |= DEF_COMP_ITER;
    }
    if (flags & DEF_PARAM)
        pvec_push(st->pool, &s->varnames, key);
    else if (flags & DEF_GLOBAL)
        names_add(st->pool, st->global_names, key)->value |= flags;
}

void
sym_add(struct symtable *st, PyObject *name, int flags, struct loc loc)
{
    if ((flags & DEF_TYPE_PARAM) && st->cur->mangled_names != NULL)
        names_add(st->pool, st->cur->mangled_names, name);
    sym_add_in(st, st->cur, name, flags, loc);
}

/* --- the whole --- */

struct symtable *
symtable_build(struct pool *pool, mod_ty mod, PyObject *filename, int features)
{
    struct symtable *st = POOL_NEW(pool, struct symtable);
    st->pool = pool;
    st->filename = filename;
    st->features = features;
    st->top = sym_enter(st, ID(top), SCOPE_MODULE, mod, (struct loc){ 0, 0, 0, 0 });
    st->global_names = &st->top->symbols;
    switch (mod->kind) {
    case Module_kind:
        sym_visit_stmts(st, mod->v.Module.body);
        break;
    case Interactive_kind:
        sym_visit_stmts(st, mod->v.Interactive.body);
        break;
    case Expression_kind:
        sym_visit_expr(st, mod->v.Expression.body);
        break;
    case FunctionType_kind:
        PyErr_SetString(PyExc_RuntimeError, "this compiler does not handle FunctionTypes");
        pool_fail(pool);
    }
    sym_exit(st);
    sym_analyze(st);
    return st;
}
