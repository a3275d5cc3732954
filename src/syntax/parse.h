/* syntax/parse.h: source text to tree. All raise SyntaxError (or its subclasses), MemoryError, RecursionError... */
#ifndef ADDER_SYNTAX_PARSE_H
#define ADDER_SYNTAX_PARSE_H

#include <Python.h>
#include <stdio.h>

#include "base/own.h"
#include "syntax/ast.h"
#include "syntax/ast_tools.h"

/* start is Py_single_input, Py_file_input, Py_eval_input or Py_func_type_input. flags may be NULL; cf_flags read:
 * PyCF_SOURCE_IS_UTF8, PyCF_DONT_IMPLY_DEDENT, PyCF_IGNORE_COOKIE, PyCF_TYPE_COMMENTS, PyCF_ALLOW_INCOMPLETE_INPUT,
 * PyCF_ALLOW_TOP_LEVEL_AWAIT (the compiler's), CO_FUTURE_BARRY_AS_BDFL; cf_feature_version: lowest minor version.
 * The tree lives as long as the arena. NULL with an exception. */
mod_ty parse_string(const char *src, PyObject *filename, int start, PyCompilerFlags *flags, struct ast_arena *arena);

/* Parse a file; with prompts (ps1 and ps2 not NULL) line by line, interactively. *err (if not NULL) becomes E_EOF
 * at end of input before a statement. encoding NULL: by cookie. *interactive_source (if not NULL): new reference to
 * the source text read, or NULL. */
mod_ty parse_file(FILE *fp, PyObject *filename, const char *encoding, int start, const char *ps1, const char *ps2,
                  PyCompilerFlags *flags, int *err, PyObject **interactive_source, struct ast_arena *arena);

#endif
