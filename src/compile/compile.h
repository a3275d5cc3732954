/* compile/compile.h: from tree to code object. */
#ifndef ADDER_COMPILE_COMPILE_H
#define ADDER_COMPILE_COMPILE_H

#include <Python.h>

#include "base/own.h"
#include "syntax/ast.h"
#include "syntax/ast_arena.h"

/* The code object of a module; folds the tree's constants in place first. flags may be NULL; its CO_FUTURE_* bits are
 * joined with those found. optimize: 0, 1, 2 as -O, -OO; -1 is for higher floors to resolve, and taken as 0 here.
 * NULL with SyntaxError (with place), RecursionError, MemoryError ... */
OWNED PyCodeObject *compile_ast(mod_ty mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena);
/* Frees what is kept so that the next compilation is fast. */
void compile_give_back(void);
PyAPI_FUNC(PyCodeObject *) _PyAST_Compile(struct _mod *mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena);

/* A docstring without its indentation, as inspect.cleandoc() (but the first line's trailing blanks stay). */
PyAPI_FUNC(PyObject *) _PyCompile_CleanDoc(PyObject *doc);

/* Fold the constants of a tree that is not going to be compiled (compile() with PyCF_OPTIMIZED_AST): 0, or -1. */
int compile_fold(mod_ty mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena);

/* What is printed to `out` while compiling: symbol tables, optimised graphs, code objects; quick: the code that ran, as
 * specialised in the end. function: only the one of this qualified name (symbol tables are printed whole). NULL out: nothing. */
struct compile_dump { FILE *out; bool sym, flow, code, quick; const char *function; };
extern struct compile_dump compile_dump;
/* Set it, and the parser's, from the value of -X dump: "STAGE,STAGE...[:FUNCTION]". spec must live on. Stages that are not
 * of COMPILE_DUMP_STAGES are told to `other` (or NULL); -1 without exception when it does not know one either. */
#define COMPILE_DUMP_STAGES "tokens, ast, sym, flow, code, quick"
int compile_dump_request(const char *spec, FILE *out, bool (*other)(const char *stage, size_t length, const char *function));

/* The stages one by one, for tests (the module _testinternalcapi). All: NULL with an exception. */
/* (InstructionSequence, dict of the unit's names and counts) of an _ast.AST object; mode: 0 exec, 1 eval, 2 single. */
PyAPI_FUNC(PyObject *) _PyCompile_CodeGen(PyObject *ast, PyObject *filename, PyCompilerFlags *flags, int optimize, int mode);
OWNED PyObject *compile_generate_only(mod_ty mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena);
/* A new InstructionSequence; the list consts is changed in place. */
PyAPI_FUNC(PyObject *) _PyCompile_OptimizeCfg(PyObject *instructions, PyObject *consts, int nlocals);
/* metadata: dict as above with qualname, fasthidden and firstlineno besides. */
OWNED PyObject *compile_assemble_stage(PyObject *metadata, PyObject *filename, PyObject *instructions);
/* The same as a struct: CPython's layout. */
struct assemble_metadata {
    PyObject *name, *qualname, *consts, *names, *varnames, *cellvars, *freevars, *fasthidden;
    Py_ssize_t argcount, posonlyargcount, kwonlyargcount;
    int firstlineno;
};
PyAPI_FUNC(PyCodeObject *) _PyCompile_Assemble(struct assemble_metadata *metadata, PyObject *filename, PyObject *instructions);

#endif
