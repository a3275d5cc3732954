/* syntax/asdl.h: what AST structs are made of: builtin field types and counted sequences.
 * A sequence may be NULL, which means empty. */
#ifndef ADDER_SYNTAX_ASDL_H
#define ADDER_SYNTAX_ASDL_H

#include <Python.h>

struct ast_arena;

typedef PyObject *identifier;      /* interned str, owned by the arena */
typedef PyObject *string;
typedef PyObject *constant;

/* `elements` points at the typed entries that follow it. */
#define ASDL_SEQ_HEAD Py_ssize_t size; void **elements;

typedef struct { ASDL_SEQ_HEAD } asdl_seq;
typedef struct { ASDL_SEQ_HEAD void *typed_elements[1]; } asdl_generic_seq;
typedef struct { ASDL_SEQ_HEAD PyObject *typed_elements[1]; } asdl_identifier_seq;
typedef struct { ASDL_SEQ_HEAD int typed_elements[1]; } asdl_int_seq;

/* Any sequence of pointers, n NULL entries; asdl_int_seq_new() of n zeros. NULL with MemoryError. */
asdl_generic_seq *asdl_seq_new(Py_ssize_t n, struct ast_arena *arena);
asdl_int_seq *asdl_int_seq_new(Py_ssize_t n, struct ast_arena *arena);
#define asdl_identifier_seq_new(n, arena) ((asdl_identifier_seq *)asdl_seq_new((n), (arena)))

#define asdl_seq_LEN(S) _Py_RVALUE((S) == NULL ? 0 : (S)->size)
#define asdl_seq_GET(S, I) _Py_RVALUE((S)->typed_elements[(I)])
#define asdl_seq_GET_UNTYPED(S, I) _Py_RVALUE((S)->elements[(I)])
#define asdl_seq_SET(S, I, V) ((S)->typed_elements[(I)] = (V))
#define asdl_seq_SET_UNTYPED(S, I, V) ((S)->elements[(I)] = (V))

#endif
