/* syntax/ast_arena.h: memory of one parse. Nodes are bumped out of blocks and die together;
 * the objects they mention (names, constants) are owned by the arena's list. */
#ifndef ADDER_SYNTAX_AST_ARENA_H
#define ADDER_SYNTAX_AST_ARENA_H

#include <Python.h>

#include "base/own.h"

struct ast_arena;

struct ast_arena *ast_arena_new(void);            /* NULL with MemoryError */
void ast_arena_free(struct ast_arena *arena);     /* NULL allowed; drops the owned objects */
/* The nodes are not needed any more; the objects stay. */
void ast_arena_free_nodes(struct ast_arena *arena);
/* Memory aligned to 8, not cleared; NULL with MemoryError. */
void *ast_arena_alloc(struct ast_arena *arena, size_t size);
/* Make the arena own obj's reference, which it takes even when it fails: 0, or -1 with MemoryError. */
int ast_arena_own(struct ast_arena *arena, STEALS PyObject *obj);

#endif
