/* rt/heap_lists.h: the free lists of small blocks and the young log. They belong to the interpreter and change hands
 * with the GIL, so that a producer and a consumer thread do not pile up blocks; the JIT addresses them from the
 * thread state. */
#ifndef ADDER_RT_HEAP_LISTS_H
#define ADDER_RT_HEAP_LISTS_H

#include <stddef.h>
#include <stdint.h>

#define HEAP_GRAIN 16                  /* bytes between size classes */
#define HEAP_SMALL_MAX 512             /* larger blocks come from malloc */
#define HEAP_CLASSES (HEAP_SMALL_MAX / HEAP_GRAIN + 1)
#define HEAP_CLASS(size) (((size) + HEAP_GRAIN - 1) / HEAP_GRAIN)

#define HEAP_TUPLES 4                  /* tuples shorter than this have lists of their own */
#define HEAP_TUPLE_CAP 32

struct heap_lists {
    void *head[HEAP_CLASSES];          /* LIFO; the link is the first word of the dead block */
    uint32_t room[HEAP_CLASSES];       /* blocks that the list may still take; at 0 half goes back to its pages.
                                          All lists empty and all rooms 0 = every call goes through the allocator */
    void *tuple[HEAP_TUPLES];          /* dead tuples by length, apart from their class: a loop that makes and drops a
                                          tuple gets the same one again, whatever else of its size is made */
    uint32_t tuple_room[HEAP_TUPLES];
};

/* A generation of tracked objects: an array of pointers with holes (NULL) where objects died. */
struct gc_log {
    void **items;
    size_t used;                       /* slots in use, holes included */
    size_t limit;                      /* a track at used == limit takes the slow path (growing, asking to collect) */
    size_t cap;                        /* slots allocated */
};

#endif
