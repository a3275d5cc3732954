/* syntax/dump.h: tokens and trees in a form that a person reads. No addresses: the same source gives the same text. */
#ifndef ADDER_SYNTAX_DUMP_H
#define ADDER_SYNTAX_DUMP_H

#include <Python.h>
#include <stdbool.h>
#include <stdio.h>

#include "syntax/ast.h"

/* What -X dump asks for of this folder: parse_string() and parse_file() print it. */
struct parse_dump { FILE *out; bool tokens, ast; };
extern struct parse_dump parse_dump;

/* One token a line: "1,0-1,3  NAME  'foo'". 0, or -1 with an exception. */
int dump_tokens(const char *source, FILE *out);
/* As ast.dump(indent=1) does, with positions after the name: "Name @1:0-1:3". 0, or -1 with an exception. */
int dump_ast(mod_ty mod, FILE *out);

#endif
