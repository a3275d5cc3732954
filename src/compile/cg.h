/* compile/cg.h: the code generator: one walk over the tree, one instruction sequence per scope.
 * Instructions are appended to the current unit; places come along with each, NO_LOC for code that no source stands for. */
#ifndef ADDER_COMPILE_CG_H
#define ADDER_COMPILE_CG_H

#include <Python.h>

#include "compile/flow.h"
#include "compile/symtable.h"
#include "syntax/ast.h"

#define STACK_USE_GUIDELINE 30     /* longer displays and calls are built piece by piece */
#define NO_LABEL (-1)

enum unit_kind { UNIT_MODULE, UNIT_CLASS, UNIT_FUNCTION, UNIT_ASYNC_FUNCTION, UNIT_LAMBDA, UNIT_COMPREHENSION, UNIT_TYPE_PARAMS };

/* What a jump out of the current place has to undo. */
enum fblock_kind {
    FB_WHILE_LOOP, FB_FOR_LOOP, FB_TRY_EXCEPT, FB_FINALLY_TRY, FB_FINALLY_END, FB_WITH, FB_ASYNC_WITH, FB_HANDLER_CLEANUP,
    FB_POP_VALUE, FB_EXCEPTION_HANDLER, FB_EXCEPTION_GROUP_HANDLER, FB_ASYNC_COMPREHENSION, FB_STOP_ITERATION
};
struct fblock {
    enum fblock_kind kind;
    int start, exit;               /* labels of loops: where `continue` and `break` go */
    struct loc loc;
    asdl_stmt_seq *final_body;     /* FB_FINALLY_TRY */
    PyObject *name;                /* FB_HANDLER_CLEANUP: the name bound by `except ... as`, or NULL */
};

struct unit {                      /* a code object in the making */
    struct unit *outer;
    enum unit_kind kind;
    struct scope *scope;
    struct unit_info info;
    struct seq seq;
    PyObject *private_name;        /* class for mangling, or NULL */
    struct names static_attributes;/* of a class: names stored through `self` in its methods */
    struct fblock fblocks[CO_MAXBLOCKS];
    int nfblocks;
    int in_inlined_comp;           /* depth of merged comprehensions */
    PVEC(PyObject *) nested;       /* sequences of the units inside, if the compilation keeps them */
};

struct cg {
    struct pool *pool;
    struct symtable *st;
    struct unit *unit;
    struct const_cache cache;
    PyObject *filename;
    int flags;                     /* PyCF_*, CO_FUTURE_* */
    int optimize;
    int depth;                     /* units that enclose the current one, and itself */
    bool interactive;
    bool keep_sequences;           /* for tests: no more than code generation is wanted */
    struct loc last_future;
};

/* --- errors (cg_unit.c) --- */
_Noreturn void cg_error(struct cg *c, struct loc loc, const char *format, ...);
void cg_warn(struct cg *c, struct loc loc, const char *format, ...);    /* SyntaxWarning; an error if filters say so */

/* --- instructions --- */
void emit(struct cg *c, struct loc loc, int op);
void emit_i(struct cg *c, struct loc loc, int op, Py_ssize_t arg);
void emit_jump(struct cg *c, struct loc loc, int op, int label);
void emit_const(struct cg *c, struct loc loc, PyObject *value);       /* borrowed */
void emit_none(struct cg *c, struct loc loc);
void emit_name(struct cg *c, struct loc loc, int op, PyObject *name); /* index in co_names, mangled */
static inline int new_label(struct cg *c) { return seq_new_label(&c->unit->seq); }
static inline void use_label(struct cg *c, int label) { seq_use_label(&c->unit->seq, label); }
void emit_yield_from(struct cg *c, struct loc loc, bool await);
void emit_yield(struct cg *c, struct loc loc);

/* --- units --- */
void unit_enter(struct cg *c, PyObject *name, enum unit_kind kind, const void *key, int lineno, PyObject *private_name);
void unit_return_at_end(struct cg *c, bool return_none);
PyObject *cg_unit_as_object(struct cg *c);                            /* stages.c */
PyCodeObject *unit_finish(struct cg *c, bool return_none);            /* assembles and leaves the unit; borrowed from the pool */
void cg_wrap_stop_iteration(struct cg *c);
void cg_make_closure(struct cg *c, struct loc loc, PyCodeObject *co, int flags);
PyObject *cg_mangle(struct cg *c, PyObject *name);
int cg_ref_type(struct cg *c, PyObject *name);
static inline bool cg_top_level_await(struct cg *c) { return (c->flags & PyCF_ALLOW_TOP_LEVEL_AWAIT) && c->unit->scope->kind == SCOPE_MODULE; }
static inline bool cg_postponed(struct cg *c) { return c->flags & CO_FUTURE_ANNOTATIONS; }

/* --- blocks (cg_block.c) --- */
void fblock_push(struct cg *c, struct loc loc, enum fblock_kind kind, int start, int exit);
void fblock_pop(struct cg *c);
void fblock_unwind_to_loop(struct cg *c, struct loc *loc, bool keep_top, struct fblock **loop);  /* loop NULL: unwind all */
void fblock_unwind(struct cg *c, struct loc *loc, const struct fblock *b, bool keep_top);

/* --- names (cg_name.c) --- */
void cg_check_name(struct cg *c, struct loc loc, PyObject *name, expr_context_ty ctx);
void cg_name(struct cg *c, struct loc loc, PyObject *name, expr_context_ty ctx);

/* --- the tree --- */
void cg_body(struct cg *c, struct loc loc, asdl_stmt_seq *body);      /* with docstring; cg_stmt.c */
void cg_stmts(struct cg *c, asdl_stmt_seq *body);
void cg_stmt(struct cg *c, stmt_ty s);
void cg_if(struct cg *c, stmt_ty s);                                  /* cg_loop.c */
void cg_for(struct cg *c, stmt_ty s);
void cg_async_for(struct cg *c, stmt_ty s);
void cg_while(struct cg *c, stmt_ty s);
void cg_break(struct cg *c, struct loc loc);
void cg_continue(struct cg *c, struct loc loc);
void cg_return(struct cg *c, stmt_ty s);
void cg_try(struct cg *c, asdl_stmt_seq *body, asdl_excepthandler_seq *handlers, asdl_stmt_seq *orelse,
            asdl_stmt_seq *finalbody, struct loc loc, bool star);     /* cg_try.c */
void cg_with(struct cg *c, asdl_withitem_seq *items, asdl_stmt_seq *body, int pos);
void cg_async_with(struct cg *c, asdl_withitem_seq *items, asdl_stmt_seq *body, int pos, struct loc loc);
void cg_match(struct cg *c, stmt_ty s);                               /* cg_match.c */
void cg_function(struct cg *c, stmt_ty s);                            /* cg_func.c */
void cg_lambda(struct cg *c, expr_ty e);
void cg_class(struct cg *c, stmt_ty s);                               /* cg_class.c */
void cg_type_params(struct cg *c, asdl_type_param_seq *params);       /* cg_typeparams.c */
void cg_type_alias(struct cg *c, stmt_ty s);
void cg_aug_assign(struct cg *c, stmt_ty s);                          /* cg_assign.c */
void cg_ann_assign(struct cg *c, stmt_ty s);
void cg_annotation(struct cg *c, expr_ty e);
void cg_unpack(struct cg *c, struct loc loc, asdl_expr_seq *elts);
void cg_decorators(struct cg *c, asdl_expr_seq *decorators);
void cg_apply_decorators(struct cg *c, asdl_expr_seq *decorators);

void cg_expr(struct cg *c, expr_ty e);                                /* cg_expr.c */
void cg_exprs(struct cg *c, asdl_expr_seq *exprs);
void cg_jump_if(struct cg *c, struct loc loc, expr_ty e, int target, bool cond);   /* cg_cond.c */
void cg_bool_op(struct cg *c, expr_ty e);
void cg_compare(struct cg *c, expr_ty e);
void cg_if_exp(struct cg *c, expr_ty e);
void cg_slice_bounds(struct cg *c, expr_ty slice);
static inline bool is_two_part_slice(expr_ty s) { return s->kind == Slice_kind && s->v.Slice.step == NULL; }
void cg_star_display(struct cg *c, struct loc loc, asdl_expr_seq *elts, PyObject *last, int pushed, int build, int add,
                     int extend, bool tuple);                         /* cg_display.c */
void cg_dict(struct cg *c, expr_ty e);
void cg_joined_str(struct cg *c, expr_ty e);
void cg_formatted_value(struct cg *c, expr_ty e);
PyObject *cg_const_tuple(struct cg *c, asdl_expr_seq *exprs, Py_ssize_t from, Py_ssize_t to);
void cg_call(struct cg *c, expr_ty e);                                /* cg_call.c */
void cg_call_args(struct cg *c, struct loc loc, int pushed, asdl_expr_seq *args, PyObject *last, asdl_keyword_seq *keywords);
bool cg_can_super_attr(struct cg *c, expr_ty attr);
void cg_super_args(struct cg *c, expr_ty call);
struct loc cg_attr_loc(struct loc loc, expr_ty attr);
void cg_comprehension(struct cg *c, expr_ty e);                       /* cg_comp.c */
void cg_warn_compare(struct cg *c, expr_ty e);                        /* cg_warn.c */
void cg_warn_caller(struct cg *c, expr_ty e);
void cg_warn_subscript(struct cg *c, expr_ty value, expr_ty slice);

#endif
