/* compile/symtable_impl.h: between the files of the symbol table. */
#ifndef ADDER_COMPILE_SYMTABLE_IMPL_H
#define ADDER_COMPILE_SYMTABLE_IMPL_H

#include "compile/symtable.h"

struct scope *sym_enter(struct symtable *st, PyObject *name, enum scope_kind kind, const void *key, struct loc loc);
void sym_exit(struct symtable *st);
/* Add flags to a name in the current scope, or in s; raises for doubled parameters and the like. */
void sym_add(struct symtable *st, PyObject *name, int flags, struct loc loc);
void sym_add_in(struct symtable *st, struct scope *s, PyObject *name, int flags, struct loc loc);
int sym_flags(struct symtable *st, struct scope *s, PyObject *name);
void sym_add_directive(struct symtable *st, PyObject *name, struct loc loc);

void sym_visit_stmts(struct symtable *st, asdl_stmt_seq *body);       /* symtable_stmt.c */
void sym_visit_annotation(struct symtable *st, expr_ty annotation);
void sym_visit_expr(struct symtable *st, expr_ty e);                  /* symtable_expr.c */
void sym_visit_exprs(struct symtable *st, asdl_expr_seq *exprs);      /* NULL entries are skipped */
void sym_visit_keywords(struct symtable *st, asdl_keyword_seq *keywords);
void sym_visit_arguments(struct symtable *st, arguments_ty args);
void sym_visit_type_params(struct symtable *st, asdl_type_param_seq *params);

void sym_analyze(struct symtable *st);                                /* symtable_analyze.c */

#endif
