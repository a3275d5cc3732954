/* syntax/ast_state.h: the `_ast` types of an interpreter. */
#ifndef ADDER_SYNTAX_AST_STATE_H
#define ADDER_SYNTAX_AST_STATE_H

#include <Python.h>

#include "base/own.h"
#include "syntax/ast_nodes.h"

struct ast_state {
    PyObject *base;                          /* AST */
    PyObject *types[AST_NTYPES];             /* by enum ast_type_id; a product's is its constructor's */
    PyObject *conses[AST_NCONSES];           /* as ast_conses[] */
    PyObject *singletons[AST_NCONSES];       /* instances of enum constructors, else NULL */
    PyObject *field_names[AST_NCONSES];      /* tuple of interned str */
    PyObject *attr_names[AST_NTYPES];
    PyObject *fields_str, *attributes_str;   /* "_fields", "_attributes" */
};

/* The state of this interpreter, made at the first call; NULL with an exception. */
struct ast_state *ast_state_get(void);
/* Drop it, at the end of the interpreter. */
void ast_state_free(struct ast_state *st);

#endif
