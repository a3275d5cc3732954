/* syntax/ast_nodes.h: the abstract syntax as data, made from ast.asdl.
 * Conversion to and from Python objects, the `_ast` types and the dump all walk these tables, so that a
 * node's fields are written down once. */
#ifndef ADDER_SYNTAX_AST_NODES_H
#define ADDER_SYNTAX_AST_NODES_H

#include <stddef.h>
#include <stdint.h>

#include "syntax/ast.h"
#include "syntax/ast_type_ids.h"

enum ast_field_kind { AST_F_IDENTIFIER, AST_F_STRING, AST_F_CONSTANT, AST_F_INT, AST_F_ENUM, AST_F_NODE };
enum ast_quant { AST_Q_ONE, AST_Q_OPT, AST_Q_SEQ };
enum ast_shape { AST_SUM, AST_PRODUCT, AST_ENUM };

struct ast_field {
    const char *name;
    uint8_t kind;              /* enum ast_field_kind */
    uint8_t quant;             /* enum ast_quant */
    uint8_t type;              /* enum ast_type_id of an ENUM or NODE field, else AST_NTYPES */
    uint16_t offset;           /* in the node's struct */
};

struct ast_cons {
    const char *name;
    const char *doc;           /* "Name(type field, ...)" */
    const struct ast_field *fields;
    uint8_t nfields;
    uint8_t type;              /* the type that this is a constructor of */
    uint8_t kind;              /* value of `kind` or of the enum; 0 for a product */
};

struct ast_type {
    const char *name;
    const char *doc;
    uint8_t shape;             /* enum ast_shape */
    uint8_t first;             /* index in ast_conses of kind 1 (or of the product) */
    uint8_t ncons;
    const struct ast_field *attrs;
    uint8_t nattrs;
    uint16_t size;             /* of the struct; 0 for an enum */
};

extern const struct ast_cons ast_conses[];
extern const struct ast_type ast_types[AST_NTYPES];

/* Raise "field 'X' is required for Y"; NULL. */
void *ast_field_missing(const char *field, const char *cons);

/* The constructor of a node of type t. */
static inline const struct ast_cons *
ast_cons_of(const struct ast_type *t, const void *node)
{
    return &ast_conses[t->first + (t->shape == AST_SUM ? *(const int *)node - 1 : 0)];
}

#endif
