/* compile/cg_unit.c: units (code objects in the making), instructions, closures, errors. */
#include "compile/cg.h"

#include <stdarg.h>

#include "code/code.h"
#include "compile/assemble.h"
#include "compile/compile.h"
#include "compile/dump.h"
#include "rt/hooks.h"
#include "rt/singletons.h"

/* --- errors --- */

static _Noreturn void
raise_syntax_error(struct cg *c, struct loc loc, PyObject *message)
{
    PyObject *text = PyErr_ProgramTextObject(c->filename, loc.line);
    pool_keep(c->pool, text != NULL ? text : Py_NewRef(Py_None));
    if (text == NULL)
        text = Py_None;
    PyObject *args = pool_keep(c->pool, Py_BuildValue("O(OiiOii)", message, c->filename, loc.line, loc.col + 1, text,
                                                      loc.end_line, loc.end_col + 1));
    PyErr_SetObject(PyExc_SyntaxError, args);
    pool_fail(c->pool);
}

_Noreturn void
cg_error(struct cg *c, struct loc loc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *message = PyUnicode_FromFormatV(format, args);
    va_end(args);
    raise_syntax_error(c, loc, pool_keep(c->pool, message));
}

void
cg_warn(struct cg *c, struct loc loc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *message = PyUnicode_FromFormatV(format, args);
    va_end(args);
    pool_keep(c->pool, message);
    if (rt_hooks.warn_explicit == NULL || rt_hooks.warn_explicit(PyExc_SyntaxWarning, message, c->filename, loc.line) == 0)
        return;
    if (!PyErr_ExceptionMatches(PyExc_SyntaxWarning))
        pool_fail(c->pool);
    PyErr_Clear();                 /* as an error it is a SyntaxError with a place */
    raise_syntax_error(c, loc, message);
}

/* --- instructions --- */

void
emit(struct cg *c, struct loc loc, int op)
{
    seq_add(&c->unit->seq, op, 0, loc);
}

void
emit_i(struct cg *c, struct loc loc, int op, Py_ssize_t arg)
{
    seq_add(&c->unit->seq, op, (int)arg, loc);
}

void
emit_jump(struct cg *c, struct loc loc, int op, int label)
{
    seq_add(&c->unit->seq, op, label, loc);
}

void
emit_const(struct cg *c, struct loc loc, PyObject *value)
{
    value = const_merge(c->pool, &c->cache, value);
    emit_i(c, loc, LOAD_CONST, const_list_add(c->pool, &c->unit->info.consts, value));
}

void
emit_none(struct cg *c, struct loc loc)
{
    emit_const(c, loc, Py_None);
}

PyObject *
cg_mangle(struct cg *c, PyObject *name)
{
    return maybe_mangle(c->pool, c->unit->private_name, c->unit->scope, name);
}

/* Method and super() forms are bits of the argument. */
void
emit_name(struct cg *c, struct loc loc, int op, PyObject *name)
{
    int arg = names_index(c->pool, &c->unit->info.names, cg_mangle(c, name));
    switch (op) {
    case LOAD_ATTR:
        arg <<= 1;
        break;
    case LOAD_METHOD:
        op = LOAD_ATTR;
        arg = arg << 1 | 1;
        break;
    case LOAD_SUPER_ATTR:
        arg = arg << 2 | 2;
        break;
    case LOAD_SUPER_METHOD:
        op = LOAD_SUPER_ATTR;
        arg = arg << 2 | 3;
        break;
    case LOAD_ZERO_SUPER_ATTR:
        op = LOAD_SUPER_ATTR;
        arg <<= 2;
        break;
    case LOAD_ZERO_SUPER_METHOD:
        op = LOAD_SUPER_ATTR;
        arg = arg << 2 | 1;
        break;
    default:
        break;
    }
    emit_i(c, loc, op, arg);
}

/* Delegation to a sub-iterator. While it is suspended in YIELD_VALUE, throw() and close() reach CLEANUP_THROW. */
void
emit_yield_from(struct cg *c, struct loc loc, bool await)
{
    int send = new_label(c), fail = new_label(c), exit = new_label(c);
    use_label(c, send);
    emit_jump(c, loc, SEND, exit);
    emit_jump(c, loc, SETUP_FINALLY, fail);
    emit_i(c, loc, YIELD_VALUE, 1);
    emit(c, NO_LOC, POP_BLOCK);
    emit_i(c, loc, RESUME, await ? RESUME_AFTER_AWAIT : RESUME_AFTER_YIELD_FROM);
    emit_jump(c, loc, JUMP_NO_INTERRUPT, send);
    use_label(c, fail);
    emit(c, loc, CLEANUP_THROW);
    use_label(c, exit);
    emit(c, loc, END_SEND);
}

void
emit_yield(struct cg *c, struct loc loc)
{
    if (c->unit->scope->generator && c->unit->scope->coroutine)
        emit_i(c, loc, CALL_INTRINSIC_1, INTRINSIC_ASYNC_GEN_WRAP);
    emit_i(c, loc, YIELD_VALUE, 0);
    emit_i(c, loc, RESUME, RESUME_AFTER_YIELD);
}

/* --- units --- */

/* The scope's names that resolved to `scope` or carry `flag`, sorted. */
static void
names_of_kind(struct cg *c, struct scope *s, enum name_scope scope, int flag, struct names *out)
{
    int n = 0;
    PyObject **found = POOL_ARRAY(c->pool, PyObject *, s->symbols.len + 1);
    for (int i = 0; i < s->symbols.len; i++) {
        struct name_entry *e = &s->symbols.items[i];
        if (e->key != NULL && (scope_of_flags(e->value) == scope || (e->value & flag)))
            found[n++] = e->key;
    }
    if (n > 1)
        found = names_sorted(c->pool, found, n);
    for (int i = 0; i < n; i++)
        names_add(c->pool, out, found[i]);
}

static PyObject *
make_qualname(struct cg *c, struct unit *u)
{
    struct unit *parent = u->outer;
    if (parent == NULL || parent->outer == NULL)
        return u->info.name;
    if (parent->kind == UNIT_TYPE_PARAMS) {
        parent = parent->outer;
        if (parent->outer == NULL)
            return u->info.name;
    }
    if (u->kind == UNIT_FUNCTION || u->kind == UNIT_ASYNC_FUNCTION || u->kind == UNIT_CLASS) {
        PyObject *name = mangle(c->pool, parent->private_name, u->info.name);
        if (scope_lookup(c->pool, parent->scope, name) == NS_GLOBAL_EXPLICIT)
            return u->info.name;
    }
    bool locals = parent->kind == UNIT_FUNCTION || parent->kind == UNIT_ASYNC_FUNCTION || parent->kind == UNIT_LAMBDA;
    return pool_keep(c->pool, PyUnicode_FromFormat(locals ? "%U.<locals>.%U" : "%U.%U", parent->info.qualname, u->info.name));
}

void
unit_enter(struct cg *c, PyObject *name, enum unit_kind kind, const void *key, int lineno, PyObject *private_name)
{
    struct unit *u = POOL_NEW(c->pool, struct unit);
    struct scope *s = symtable_lookup(c->st, key);
    u->outer = c->unit;
    u->kind = kind;
    u->scope = s;
    u->info.name = name;
    u->info.firstlineno = lineno;
    u->private_name = private_name ? private_name : c->unit ? c->unit->private_name : NULL;
    for (int i = 0; i < s->varnames.len; i++)
        names_add(c->pool, &u->info.varnames, s->varnames.items[i]);
    names_of_kind(c, s, NS_CELL, DEF_COMP_CELL, &u->info.cellvars);
    if (s->needs_class_closure)
        names_add(c->pool, &u->info.cellvars, ID(__class__));
    if (s->needs_classdict)
        names_add(c->pool, &u->info.cellvars, ID(__classdict__));
    names_of_kind(c, s, NS_FREE, DEF_FREE_CLASS, &u->info.freevars);
    seq_init(&u->seq, c->pool);
    c->unit = u;
    c->depth++;
    u->info.qualname = kind == UNIT_MODULE ? name : make_qualname(c, u);
    emit_i(c, (struct loc){ kind == UNIT_MODULE ? 0 : lineno, lineno, 0, 0 }, RESUME, RESUME_AT_FUNC_START);
}

static int
code_flags(struct cg *c)
{
    struct scope *s = c->unit->scope;
    int flags = 0;
    if (scope_is_function_like(s)) {
        flags |= CO_NEWLOCALS | CO_OPTIMIZED;
        flags |= s->nested ? CO_NESTED : 0;
        if (s->generator || s->coroutine)
            flags |= !s->coroutine ? CO_GENERATOR : s->generator ? CO_ASYNC_GENERATOR : CO_COROUTINE;
        flags |= s->varargs ? CO_VARARGS : 0;
        flags |= s->varkeywords ? CO_VARKEYWORDS : 0;
    }
    flags |= c->flags & PyCF_MASK;
    if (cg_top_level_await(c) && s->coroutine && !s->generator)
        flags |= CO_COROUTINE;
    return flags;
}

void
unit_return_at_end(struct cg *c, bool return_none)
{
    if (return_none)
        emit_none(c, NO_LOC);
    emit(c, NO_LOC, RETURN_VALUE);
}

/* The outer unit gets a copy of u's sequence. */
static void
keep_sequence(struct cg *c, struct unit *u)
{
    PyObject *o = pool_keep(c->pool, seq_object_like(&u->seq));
    for (int i = 0; i < u->nested.len; i++)
        if (seq_object_nest(o, u->nested.items[i]) < 0)
            pool_fail(c->pool);
    pvec_push(c->pool, &u->outer->nested, o);
}

PyCodeObject *
unit_finish(struct cg *c, bool return_none)
{
    struct unit *u = c->unit;
    struct flow g;
    struct seq out;
    int depth, nlocalsplus, flags = code_flags(c);
    unit_return_at_end(c, return_none);
    if (c->keep_sequences && u->outer != NULL)
        keep_sequence(c, u);
    int nparams = u->info.argcount + u->info.posonlyargcount + u->info.kwonlyargcount + !!(flags & CO_VARARGS) + !!(flags & CO_VARKEYWORDS);
    pool_scratch_begin(c->pool);
    flow_build(&g, c->pool, &u->seq, &u->info.consts, &c->cache);
    if (compile_dump.flow)
        dump_flow(compile_dump.out, &g, u->info.qualname, "built");
    flow_optimize(&g, u->info.varnames.len, nparams);
    flow_finish(&g, &u->info, flags, &depth, &nlocalsplus, &out);
    PyCodeObject *co = assemble_code(c->pool, &c->cache, &u->info, &out, depth, nlocalsplus, flags, c->filename);
    pool_scratch_end(c->pool);
    c->unit = u->outer;
    c->depth--;
    return co;
}

/* A StopIteration that leaves a generator becomes a RuntimeError: the whole body lies in a handler. */
void
cg_wrap_stop_iteration(struct cg *c)
{
    int handler = new_label(c);
    seq_insert(&c->unit->seq, 0, SETUP_CLEANUP, handler, NO_LOC);
    emit_none(c, NO_LOC);
    emit(c, NO_LOC, RETURN_VALUE);
    use_label(c, handler);
    emit_i(c, NO_LOC, CALL_INTRINSIC_1, INTRINSIC_STOPITERATION_ERROR);
    emit_i(c, NO_LOC, RERAISE, 1);
}

/* --- closures --- */

int
cg_ref_type(struct cg *c, PyObject *name)
{
    if (c->unit->kind == UNIT_CLASS && (name_is(name, "__class__") || name_is(name, "__classdict__")))
        return NS_CELL;
    int scope = scope_lookup(c->pool, c->unit->scope, name);
    if (scope == NS_UNKNOWN) {
        PyErr_Format(PyExc_SystemError, "unknown scope of %R in %R", name, c->unit->info.name);
        pool_fail(c->pool);
    }
    return scope;
}

void
cg_make_closure(struct cg *c, struct loc loc, PyCodeObject *co, int flags)
{
    struct unit_info *u = &c->unit->info;
    for (int i = co->co_nlocalsplus - co->co_nfreevars; i < co->co_nlocalsplus; i++) {
        PyObject *name = code_local_name(co, i);
        bool cell = cg_ref_type(c, name) == NS_CELL;
        struct names *table = cell ? &u->cellvars : &u->freevars;
        struct name_entry *e = names_find(c->pool, table, name);
        if (e == NULL) {
            PyErr_Format(PyExc_SystemError, "no variable %R for a closure in %R", name, u->name);
            pool_fail(c->pool);
        }
        emit_i(c, loc, LOAD_CLOSURE, (e - table->items) + (cell ? 0 : u->cellvars.len));
    }
    if (co->co_nfreevars > 0) {
        flags |= MAKE_CLOSURE;
        emit_i(c, loc, BUILD_TUPLE, co->co_nfreevars);
    }
    emit_const(c, loc, (PyObject *)co);
    emit(c, loc, MAKE_FUNCTION);
    for (int bit = MAKE_CLOSURE; bit > 0; bit >>= 1)
        if (flags & bit)
            emit_i(c, loc, SET_FUNCTION_ATTRIBUTE, bit);
}
