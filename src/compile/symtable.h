/* compile/symtable.h: which name means what where.
 *
 * Pass 1 (symtable_build.c, symtable_visit_*.c) makes a tree of scopes, each with flags for the names that occur in it; pass 2
 * (symtable_analyze.c) decides for each name whether it is local, global, free or a cell, and which
 * comprehensions are merged into their function. */
#ifndef ADDER_COMPILE_SYMTABLE_H
#define ADDER_COMPILE_SYMTABLE_H

#include <Python.h>

#include "base/own.h"
#include "compile/loc.h"
#include "compile/names.h"
#include "syntax/ast.h"

enum scope_kind {
    SCOPE_FUNCTION, SCOPE_CLASS, SCOPE_MODULE, SCOPE_ANNOTATION, SCOPE_TYPE_ALIAS, SCOPE_TYPE_PARAMS, SCOPE_TYPE_VARIABLE
};
enum comp_kind { COMP_NONE, COMP_LIST, COMP_DICT, COMP_SET, COMP_GENEXPR };

/* Flags of a symbol; its resolution (enum name_scope) sits above them from SCOPE_OFFSET on. */
enum {
    DEF_GLOBAL = 1, DEF_LOCAL = 2, DEF_PARAM = 4, DEF_NONLOCAL = 8, USE = 16, DEF_FREE = 32, DEF_FREE_CLASS = 64,
    DEF_IMPORT = 128, DEF_ANNOT = 256, DEF_COMP_ITER = 512, DEF_TYPE_PARAM = 1024, DEF_COMP_CELL = 2048,
    DEF_BOUND = DEF_LOCAL | DEF_PARAM | DEF_IMPORT,
    SCOPE_OFFSET = 12, SCOPE_MASK = 15,
};
enum name_scope { NS_UNKNOWN, NS_LOCAL, NS_GLOBAL_EXPLICIT, NS_GLOBAL_IMPLICIT, NS_FREE, NS_CELL };

struct directive { PyObject *name; struct loc loc; };   /* a global or nonlocal statement's mention of a name */

struct scope {
    const void *key;                     /* the AST node it belongs to */
    PyObject *name;
    enum scope_kind kind;
    const char *info;                    /* of SCOPE_TYPE_VARIABLE: what it is, for messages; or NULL */
    struct loc loc;
    struct names symbols;                /* value: flags */
    PVEC(PyObject *) varnames;           /* parameters */
    PVEC(struct scope *) children;
    PVEC(struct directive) directives;
    struct names *mangled_names;         /* in the scope of a class's type parameters: the names to mangle; or NULL */
    enum comp_kind comprehension;
    int comp_iter_expr;                  /* > 0 while visiting the iterable of a comprehension */
    bool nested, generator, coroutine, varargs, varkeywords, returns_value, needs_class_closure, needs_classdict,
         comp_inlined, comp_iter_target, can_see_class_scope;
};

struct symtable {
    struct pool *pool;
    PyObject *filename;
    int features;                        /* CO_FUTURE_* */
    struct scope *top, *cur;
    PVEC(struct scope *) stack;
    PyObject *private_name;              /* the class whose names get mangled, or NULL */
    struct names *global_names;          /* symbols of the module scope */
    struct { const void **keys; struct scope **scopes; uint32_t mask; int used; } by_node;
};

/* The analysed table of a module; errors (SyntaxError, RecursionError, MemoryError) unwind by pool_fail(). */
struct symtable *symtable_build(struct pool *pool, mod_ty mod, PyObject *filename, int features);
/* The scope that belongs to a node; SystemError when there is none. */
struct scope *symtable_lookup(struct symtable *st, const void *node);
/* Flags of a (mangled) name in s, 0 if it is not there; how it resolved. */
int scope_symbol(struct pool *p, const struct scope *s, PyObject *name);
static inline enum name_scope scope_of_flags(int flags) { return (enum name_scope)((flags >> SCOPE_OFFSET) & SCOPE_MASK); }
static inline enum name_scope scope_lookup(struct pool *p, const struct scope *s, PyObject *name) { return scope_of_flags(scope_symbol(p, s, name)); }
/* True for scopes that run as functions do (their locals are cells or fast locals). */
static inline bool scope_is_function_like(const struct scope *s)
{
    return s->kind == SCOPE_FUNCTION || s->kind == SCOPE_TYPE_VARIABLE || s->kind == SCOPE_TYPE_ALIAS || s->kind == SCOPE_TYPE_PARAMS;
}
/* `name` as seen inside class `private_name` (NULL: none); the pool owns a new one. maybe_: only the names that s says. */
PyObject *mangle(struct pool *p, PyObject *private_name, PyObject *name);
PyObject *maybe_mangle(struct pool *p, PyObject *private_name, const struct scope *s, PyObject *name);
PyAPI_FUNC(PyObject *) _Py_Mangle(PyObject *private_name, PyObject *ident);

/* SyntaxError `format` at loc of `filename`; never returns. */
_Noreturn void compile_error(struct pool *p, PyObject *filename, struct loc loc, const char *format, ...);
/* Give the SyntaxError that is set its file, place and source line. */
void compile_error_place(PyObject *filename, struct loc loc);

/* CO_FUTURE_* flags of the module's `from __future__` statements; *last: place of the last one (line -1: none). */
int future_features(struct pool *p, mod_ty mod, PyObject *filename, struct loc *last);

/* Objects for the module _symtable: a `symtable entry` tree (PySTEntry_Type). */
PyAPI_DATA(PyTypeObject) PySTEntry_Type;
extern PyTypeObject *const compile_static_types[];     /* NULL-terminated */
PyMODINIT_FUNC PyInit__symtable(void);
/* The module's scope as a `symtable entry`; flags: CO_FUTURE_*, PyCF_*. NULL with an exception. */
OWNED PyObject *symtable_object(mod_ty mod, PyObject *filename, int flags);

#endif
