/* syntax/ast_arena.c: bump allocation for AST nodes.
 * Idea:      blocks grow geometrically, so that a small source costs one block and a large one few.
 * Invariant: next <= end inside the newest block; what is handed out never moves. */
#include "syntax/ast_arena.h"

#include <stddef.h>
#include <string.h>

#include "syntax/asdl.h"

#define FIRST_BLOCK 16384
#define MAX_BLOCK (1 << 20)

struct block {
    struct block *older;
    char data[] __attribute__((aligned(8)));
};

struct ast_arena {
    char *next, *end;          /* free part of the newest block */
    struct block *newest;
    size_t block_size;         /* of the next block */
    PyObject **objs;           /* owned references */
    size_t nobjs, objs_room;
};

static int
arena_grow(struct ast_arena *a, size_t size)
{
    size_t room = a->block_size > size ? a->block_size : size;
    struct block *b = PyMem_Malloc(sizeof(*b) + room);
    if (b == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    b->older = a->newest;
    a->newest = b;
    a->next = b->data;
    a->end = b->data + room;
    if (a->block_size < MAX_BLOCK)
        a->block_size *= 2;
    return 0;
}

struct ast_arena *
ast_arena_new(void)
{
    struct ast_arena *a = PyMem_Calloc(1, sizeof(*a));
    if (a == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    a->block_size = FIRST_BLOCK;
    return a;
}

/* The newest blocks, down to this one, which stays. */
static void
free_blocks(struct ast_arena *a, struct block *last)
{
    for (struct block *b = a->newest, *older; b != last; b = older) {
        older = b->older;
        PyMem_Free(b);
    }
    a->newest = last;
    a->next = a->end = NULL;
}

/* The first block stays: a program that ends because it has run out of memory needs some to end. */
void
ast_arena_free_nodes(struct ast_arena *a)
{
    struct block *first = a->newest;
    while (first != NULL && first->older != NULL)
        first = first->older;
    free_blocks(a, first);
}

void
ast_arena_free(struct ast_arena *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->nobjs; i++)
        Py_DECREF(a->objs[i]);
    PyMem_Free(a->objs);
    free_blocks(a, NULL);
    PyMem_Free(a);
}

void *
ast_arena_alloc(struct ast_arena *a, size_t size)
{
    if (UNLIKELY(size > PY_SSIZE_T_MAX - 4096)) {
        PyErr_NoMemory();
        return NULL;
    }
    size = (size + 7) & ~(size_t)7;
    if (UNLIKELY((size_t)(a->end - a->next) < size) && arena_grow(a, size) < 0)
        return NULL;
    void *p = a->next;
    a->next += size;
    return p;
}

int
ast_arena_own(struct ast_arena *a, PyObject *obj)
{
    if (a->nobjs == a->objs_room) {
        size_t room = a->objs_room ? a->objs_room * 2 : 128;
        PyObject **objs = PyMem_Realloc(a->objs, room * sizeof(*objs));
        if (objs == NULL) {
            Py_DECREF(obj);
            PyErr_NoMemory();
            return -1;
        }
        a->objs = objs;
        a->objs_room = room;
    }
    a->objs[a->nobjs++] = obj;
    return 0;
}

static void *
seq_new(Py_ssize_t n, size_t item, size_t head, struct ast_arena *arena)
{
    if (n < 0 || (size_t)n > (PY_SSIZE_T_MAX - head) / item) {
        PyErr_NoMemory();
        return NULL;
    }
    size_t size = head + (n > 0 ? (size_t)n : 1) * item;
    asdl_generic_seq *seq = ast_arena_alloc(arena, size);
    if (seq == NULL)
        return NULL;
    memset(seq, 0, size);
    seq->size = n;
    seq->elements = (void **)seq->typed_elements;
    return seq;
}

asdl_generic_seq *
asdl_seq_new(Py_ssize_t n, struct ast_arena *arena)
{
    return seq_new(n, sizeof(void *), offsetof(asdl_generic_seq, typed_elements), arena);
}

asdl_int_seq *
asdl_int_seq_new(Py_ssize_t n, struct ast_arena *arena)
{
    return seq_new(n, sizeof(int), offsetof(asdl_int_seq, typed_elements), arena);
}
