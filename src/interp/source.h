/* interp/source.h: from source text to code object or tree: the front end in one call. */
#ifndef ADDER_INTERP_SOURCE_H
#define ADDER_INTERP_SOURCE_H

#include <Python.h>

#include "base/own.h"

/* Text of a source object (str, bytes, bytearray, buffer; no NUL bytes): a pointer that lives as long as *keep, which the
 * caller releases. str sets PyCF_IGNORE_COOKIE in *flags. `what` and `funcname` are for messages. NULL with an exception. */
const char *source_text(PyObject *source, const char *funcname, const char *what, PyCompilerFlags *flags, PyObject **keep);

/* Compile text. start: Py_file_input, Py_eval_input, Py_single_input or Py_func_type_input; optimize -1: the interpreter's own
 * level. With PyCF_ONLY_AST (or PyCF_OPTIMIZED_AST) in the flags the result is an `ast` node. NULL with an exception. */
OWNED PyObject *source_compile(const char *text, PyObject *filename, int start, PyCompilerFlags *flags, int optimize);

/* Compile an `ast` node object. */
OWNED PyObject *source_compile_tree(PyObject *tree, PyObject *filename, int start, PyCompilerFlags *flags, int optimize);

#endif
