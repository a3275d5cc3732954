/* syntax/ast_tools.h: what is done with a tree between parsing and compiling. */
#ifndef ADDER_SYNTAX_AST_TOOLS_H
#define ADDER_SYNTAX_AST_TOOLS_H

#include <Python.h>

#include "base/own.h"
#include "syntax/ast.h"

/* Check a tree that did not come from the parser: 1, or 0 with ValueError, TypeError or RecursionError. */
int ast_validate(mod_ty mod);

/* Fold constants in place as CPython 3.13 does: `optimize` is the -O level, `ff_features` the CO_FUTURE_* flags.
 * 1, or 0 with an exception. Warns of nothing. */
int ast_fold(mod_ty mod, struct ast_arena *arena, int optimize, int ff_features);

/* Source text of an expression, for annotations that are kept as strings; NULL with an exception. */
OWNED PyObject *ast_unparse(expr_ty e);

/* The docstring of a body or NULL (no exception). */
BORROWED(arena) PyObject *ast_docstring(asdl_stmt_seq *body);

/* What ctx means in messages: "name", "function call", "f-string expression", ... ("cannot assign to %s"). */
const char *ast_expr_name(expr_ty e);

/* Objects of the `_ast` module from a tree; NULL with an exception. */
OWNED PyObject *ast_to_object(mod_ty mod);
/* A tree from them. mode: 0 Module, 1 Expression, 2 Interactive, 3 FunctionType; NULL with an exception. */
mod_ty ast_from_object(PyObject *ast, struct ast_arena *arena, int mode);
/* 1 if obj is an instance of _ast.AST, 0 if not, -1 with an exception. */
int ast_is_node(PyObject *obj);

/* The `_ast` module's and `_tokenize` module's init functions (multi-phase). */
PyMODINIT_FUNC PyInit__ast(void);
PyMODINIT_FUNC PyInit__tokenize(void);

#endif
