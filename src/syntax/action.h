/* syntax/action.h: what the grammar's actions call. Results live in the arena; NULL with an exception, or without one
 * where the action only says that the alternative does not match after all. */
#ifndef ADDER_SYNTAX_ACTION_H
#define ADDER_SYNTAX_ACTION_H

#include "rt/singletons.h"
#include "syntax/ast_tools.h"
#include "syntax/parse_error.h"
#include "syntax/peg.h"

#define LOC start->lineno, start->col_offset, end->end_lineno, end->end_col_offset, p->arena
#define LOC_PARAMS int lineno, int col, int end_lineno, int end_col, struct ast_arena *arena
#define LOC_ARGS lineno, col, end_lineno, end_col, arena

/* Intermediate results of rules. */
struct name_default { arg_ty arg; expr_ty value; };
struct slash_default { asdl_arg_seq *names; asdl_generic_seq *with_defaults; };
struct star_etc { arg_ty vararg; asdl_generic_seq *kwonly; arg_ty kwarg; };
struct key_value { expr_ty key, value; };
struct key_pattern { expr_ty key; pattern_ty pattern; };
struct compare_pair { cmpop_ty op; expr_ty value; };
struct keyword_or_starred { void *node; bool is_keyword; };
struct if_tail { expr_ty test, orelse; };
struct conversion { struct tok *mark; expr_ty name; };
struct format_spec { struct tok *colon; expr_ty node; };
enum target { TARGET_STAR, TARGET_DEL, TARGET_FOR };

/* node, unless the feature is newer than the version asked for. */
#define act_version(p, minor, what, node) ((p)->feature_version >= (minor) ? (void *)(node) : act_too_new(p, minor, what))
void *act_too_new(struct parser *p, int minor, const char *what);

/* -- action.c: sequences, names, modules, statements */
#define act_one(p, item) act_singleton((p), (item))
void *act_singleton(struct parser *p, void *item);
#define act_prepend(p, item, seq) act_insert_first((p), (item), (asdl_generic_seq *)(seq))
void *act_insert_first(struct parser *p, void *item, asdl_generic_seq *seq);
#define act_append(p, seq, item) act_insert_last((p), (asdl_generic_seq *)(seq), (item))
void *act_insert_last(struct parser *p, asdl_generic_seq *seq, void *item);
void *act_join_seqs(struct parser *p, asdl_generic_seq *a, asdl_generic_seq *b);
void *act_flatten(struct parser *p, asdl_generic_seq *seqs);
mod_ty act_module(struct parser *p, asdl_stmt_seq *body);
void *act_end_of_input(struct parser *p);
expr_ty act_context(struct parser *p, expr_ty e, expr_context_ty ctx);
asdl_identifier_seq *act_names(struct parser *p, asdl_expr_seq *names);
expr_ty act_join_names(struct parser *p, expr_ty a, expr_ty b);
string act_type_comment(struct parser *p, struct tok *t);
int act_dots(asdl_generic_seq *tokens);
stmt_ty act_import_from(struct parser *p, identifier module, asdl_alias_seq *names, int level, LOC_PARAMS);
stmt_ty act_class_decorators(struct parser *p, asdl_expr_seq *decorators, stmt_ty s);
stmt_ty act_function_decorators(struct parser *p, asdl_expr_seq *decorators, stmt_ty s);
struct tok *act_check_augassign(struct parser *p, struct tok *t);
operator_ty act_augmented(const struct tok *t);

/* -- action_expr.c: numbers, comparisons, displays, patterns */
expr_ty act_number(struct parser *p, struct tok *t);
expr_ty act_ensure_real(struct parser *p, expr_ty e);
expr_ty act_ensure_imaginary(struct parser *p, expr_ty e);
struct if_tail *act_if_tail(struct parser *p, expr_ty test, expr_ty orelse);
struct compare_pair *act_compare_pair(struct parser *p, cmpop_ty op, expr_ty value);
struct tok *act_check_not_equal(struct parser *p, struct tok *t);
asdl_int_seq *act_compare_ops(struct parser *p, asdl_generic_seq *pairs);
asdl_expr_seq *act_compare_values(struct parser *p, asdl_generic_seq *pairs);
struct key_value *act_key_value(struct parser *p, expr_ty key, expr_ty value);
asdl_expr_seq *act_keys(struct parser *p, asdl_generic_seq *pairs);
asdl_expr_seq *act_values(struct parser *p, asdl_generic_seq *pairs);
struct key_pattern *act_key_pattern(struct parser *p, expr_ty key, pattern_ty pattern);
asdl_expr_seq *act_pattern_keys(struct parser *p, asdl_generic_seq *pairs);
asdl_identifier_seq *act_pattern_names(struct parser *p, asdl_generic_seq *pairs);
asdl_pattern_seq *act_pattern_values(struct parser *p, asdl_generic_seq *pairs);

/* -- action_call.c: parameters and arguments, and what is wrong with them */
arg_ty act_arg_type_comment(struct parser *p, arg_ty a, struct tok *t);
struct name_default *act_name_default(struct parser *p, arg_ty a, expr_ty value, struct tok *t);
struct slash_default *act_slash_default(struct parser *p, asdl_arg_seq *names, asdl_generic_seq *with_defaults);
struct star_etc *act_star_etc(struct parser *p, arg_ty vararg, asdl_generic_seq *kwonly, arg_ty kwarg);
arguments_ty act_params(struct parser *p, asdl_arg_seq *slash, struct slash_default *slash_default, asdl_arg_seq *names,
                        asdl_generic_seq *with_defaults, struct star_etc *star);
arguments_ty act_no_params(struct parser *p);
struct keyword_or_starred *act_keyword(struct parser *p, void *node, bool is_keyword);
expr_ty act_call_args(struct parser *p, asdl_expr_seq *args, asdl_generic_seq *kwargs, LOC_PARAMS);
expr_ty act_last_comprehension(asdl_comprehension_seq *comprehensions);
void *act_bare_genexp(struct parser *p, expr_ty args, asdl_comprehension_seq *comprehensions);
void *act_arguments_error(struct parser *p, expr_ty args);
void *act_invalid_target(struct parser *p, enum target type, expr_ty e);
const char *act_keyword_text(const struct tok *t);
bool act_is_legacy(expr_ty e);

/* -- action_string.c: string literals and f-strings */
expr_ty act_string(struct parser *p, struct tok *t);
expr_ty act_concatenate(struct parser *p, asdl_expr_seq *parts, LOC_PARAMS);
expr_ty act_fstring_text(struct parser *p, struct tok *t);
expr_ty act_format_text(struct parser *p, struct tok *t);
struct conversion *act_conversion(struct parser *p, struct tok *mark, expr_ty name);
struct format_spec *act_format_spec(struct parser *p, struct tok *colon, asdl_expr_seq *spec, LOC_PARAMS);
expr_ty act_formatted_value(struct parser *p, struct tok *open, expr_ty value, struct tok *debug, struct conversion *conversion,
                            struct format_spec *format, struct tok *close, LOC_PARAMS);
expr_ty act_joined_str(struct parser *p, struct tok *open, asdl_expr_seq *parts, struct tok *close);

#endif
