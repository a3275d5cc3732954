/* rt/heap.h: memory. Small blocks (up to HEAP_SMALL_MAX bytes) come from size-class free lists in the thread state,
 * which pages of one reserved address range refill; larger ones and raw memory from malloc. A block knows its class
 * by its page, so PyObject_Free() accepts any block. Results are 16-byte aligned and uninitialised.
 * The caller holds the GIL. NULL means out of memory; no exception is set. */
#ifndef ADDER_RT_HEAP_H
#define ADDER_RT_HEAP_H

#include <Python.h>

#include "rt/thread.h"

/* A page of blocks of one size class; they lie behind this head, in the range of all pages. */
#define HEAP_PAGE ((size_t)16 * 1024)
struct heap_page {
    void *free;                          /* dead blocks, linked by their first word */
    struct heap_page *next, *prev;       /* among the pages of the class that have room */
    uint32_t cls;                        /* size class; 0 = page is not in use */
    uint32_t used;                       /* blocks handed out */
    uint32_t fresh;                      /* offset of the first block never handed out */
    uint32_t listed;                     /* on the list of its class */
    uint64_t reserved[3];
};
extern struct heap_range { char *base; size_t top; } heap_range;      /* bytes that pages have; base NULL: none, malloc serves all */
static inline bool heap_is_ours(const void *p) { return (uintptr_t)p - (uintptr_t)heap_range.base < heap_range.top; }
extern uint8_t heap_classes[];         /* of each page of the range */
static inline size_t heap_class_of(const void *p) { return heap_classes[(size_t)((const char *)p - heap_range.base) / HEAP_PAGE]; }
static inline struct heap_page *heap_page_of(const void *p) { return (struct heap_page *)((uintptr_t)p & ~(HEAP_PAGE - 1)); }

void heap_page_changes(struct heap_page *page);
/* A block of a page goes back there, past the list of its class: for many at once, when the pages are ours to use. */
static inline bool heap_is_direct(PyThreadState *ts)
{
    const struct heap_lists *h = &rt_thread_of(ts)->heap;
    return h->room[1] != 0 || h->head[1] != NULL;              /* with foreign allocators all lists are empty, and have no room */
}
static inline void heap_give(void *p)
{
    struct heap_page *page = heap_page_of(p);
    *(void **)p = page->free;
    page->free = p;
    if (UNLIKELY(--page->used == 0 || !page->listed))
        heap_page_changes(page);
}

/* Is p, an object, a number or the like, as the size of its block tells without a look at it? No collected object has one of at most HEAP_PLAIN_MAX bytes. */
#define HEAP_PLAIN_MAX 32
static inline bool heap_is_plain(const void *p) { return heap_is_ours(p) && heap_class_of(p) <= HEAP_PLAIN_MAX / HEAP_GRAIN; }

void *heap_alloc_slow(struct rt_thread *t, size_t size);
void heap_free_slow(struct rt_thread *t, void *p);

static inline void *heap_alloc_ts(PyThreadState *ts, size_t size)
{
    struct rt_thread *t = rt_thread_of(ts);
    if (LIKELY(size - 1 < HEAP_SMALL_MAX)) {
        size_t c = HEAP_CLASS(size);
        void *p = t->heap.head[c];
        if (LIKELY(p != NULL)) {
            t->heap.head[c] = *(void **)p;
            t->heap.room[c]++;
            return p;
        }
    }
    return heap_alloc_slow(t, size);
}
static inline void *heap_alloc(size_t size) { return heap_alloc_ts(ts_current(), size); }

/* For a block allocated with exactly this size (rounded to its class): the size saves looking at the page. */
static inline void heap_free_sized_ts(PyThreadState *ts, void *p, size_t size)
{
    struct rt_thread *t = rt_thread_of(ts);
    size_t c = HEAP_CLASS(size);
    if (LIKELY(size <= HEAP_SMALL_MAX && t->heap.room[c] != 0)) {
        *(void **)p = t->heap.head[c];
        t->heap.head[c] = p;
        t->heap.room[c]--;
    }
    else
        heap_free_slow(t, p);
}
static inline void heap_free_sized(void *p, size_t size) { heap_free_sized_ts(ts_current(), p, size); }
/* Any block of heap_alloc() or PyObject_Malloc(); NULL is allowed. */
void heap_free(void *p);

/* Blocks in use, and in all: what sys._getallocatedblocks() shows. */
Py_ssize_t heap_blocks_in_use(void);
/* Free blocks at hand for objects of this many bytes (at most HEAP_SMALL_MAX, GC head included). */
Py_ssize_t heap_free_blocks(size_t size);
/* Moves lists and young log to ts (called with the GIL held, when another thread had them). */
void heap_take(PyThreadState *ts);
/* Puts them into the interpreter before ts dies. */
void heap_leave(PyThreadState *ts);
/* Applies PYTHONMALLOC / PyPreConfig.allocator; 0, or -1 when the name is unknown. */
int heap_set_allocator(PyMemAllocatorName name);
PyMemAllocatorName heap_allocator_by_name(const char *name);   /* -1 when unknown */

/* malloc() and realloc() that give the reserve back before they fail. Any thread. */
void *heap_raw_alloc(size_t size);
void *heap_raw_resize(void *p, size_t size);
/* With a limit on address space (RLIMIT_AS, perhaps set only now) the range reserved for small blocks stands in the way
 * of all other memory: give back what is not in use yet. False: there was nothing to give. Any thread. */
bool heap_give_back_reserve(void);

/* Bytes in front of an object of the type: GC head, and managed dict and weakref slots. */
static inline size_t heap_prefix(PyTypeObject *t)
{
    return ((t->tp_flags & Py_TPFLAGS_HAVE_GC) ? 16 : 0) + ((t->tp_flags & Py_TPFLAGS_PREHEADER) ? 16 : 0);
}
/* Bytes for an object of so many behind its prefix. */
static inline size_t heap_object_size(PyTypeObject *t, size_t size)
{
    size_t all = heap_prefix(t) + size;
    return UNLIKELY(all <= HEAP_PLAIN_MAX) && (t->tp_flags & Py_TPFLAGS_HAVE_GC) ? HEAP_PLAIN_MAX + 1 : all;
}
/* The prefix with all parts, and what it is before anything is known about the object. */
#define HEAP_WHOLE_PREFIX 32
static inline void heap_clear_prefix(void *op)
{
    uint64_t *p = op;
    p[-4] = p[-3] = p[-2] = p[-1] = 0;
}
/* Memory for `size` bytes of object behind a zeroed prefix (GC head, managed dict and weakref slots as the type
 * wants); type and count not yet set. NULL without exception when out of memory. Freed by heap_object_free(). */
void *heap_object_alloc(PyTypeObject *type, size_t size);
void heap_object_free(void *op, PyTypeObject *type);

#endif
