/* rt/heap_lists.h: the free lists of small blocks. They belong to the interpreter and change hands with the GIL, so
 * that a producer and a consumer thread do not pile up blocks; the JIT addresses them from the thread state. */
#ifndef ADDER_RT_HEAP_LISTS_H
#define ADDER_RT_HEAP_LISTS_H

#include <stddef.h>
#include <stdint.h>

#define HEAP_GRAIN 16                  /* bytes between size classes */
#define HEAP_SMALL_MAX 512             /* larger blocks come from malloc */
#define HEAP_CLASSES (HEAP_SMALL_MAX / HEAP_GRAIN + 1)

struct heap_lists {
    void *head[HEAP_CLASSES];          /* LIFO; the link is the first word of the dead block */
    uint32_t count[HEAP_CLASSES];      /* blocks on the list: above a cap half goes back to its pages */
};

#endif
