/* rt/heap.c: small blocks.
 *
 *   reserved range  [ page | page | page | ... | not yet committed ............ ]
 *   page (16 KiB)   [ header | block block block ... ]      one size class a page
 *
 * Idea:      the thread state holds a LIFO list a class. A list that is full becomes the spare one and gives the spare one before
 *            it back to the pages, so that memory does not stay with one class for ever; a list that is empty takes the spare
 *            one, or a batch from a page with room.
 * Invariant: a block is either in use, on a list of heap.owner, on a spare list, on its page's list, or beyond the page's `fresh`
 *            mark. All pages lie in one range, so whose a block is costs one subtraction.
 * Bypass:    with foreign allocators (PYTHONMALLOC, PyMem_SetAllocator, sanitizers) all lists are empty and all rooms
 *            are 0: every call comes here and is passed on. Blocks of both kinds may live side by side. */
#include "rt/heap.h"

#include <errno.h>

#include "base/os.h"
#include "base/vec.h"
#include "rt/alloc_api.h"
#include "rt/alloc_debug.h"
#include "rt/gc_track.h"
#include "rt/interp.h"
#include "rt/low.h"

/* Under AddressSanitizer every block is malloc's, of the very size asked for, or it would see no error in it; but who asks for
 * these blocks by name (PYTHONMALLOC=pymalloc) gets them there too. */
#if defined(__SANITIZE_ADDRESS__)
#define MALLOC_BY_DEFAULT true
#elif defined(__has_feature)
#define MALLOC_BY_DEFAULT __has_feature(address_sanitizer)
#else
#define MALLOC_BY_DEFAULT false
#endif
static bool malloc_serves = MALLOC_BY_DEFAULT;

#define COMMIT_STEP ((size_t)2 << 20)
#define HUGE_FROM (2 * COMMIT_STEP)      /* programs that need more get it in large pages: looking up so many small ones takes time */
#define RESERVE_MAX ((size_t)1 << 36)
#define RESERVE_MIN ((size_t)1 << 26)
#define RESERVE_PART 4                   /* of a limited address space at most 1/4 is reserved */
#define KEEP_FREE_PAGES 64               /* empty pages beyond these, and half of all, give their memory back */

_Static_assert(sizeof(struct heap_page) == 64, "blocks start aligned");

static struct {
    size_t size, committed;              /* bytes of the range reserved, usable */
    struct heap_page *partial[HEAP_CLASSES];
    VEC(struct heap_page *) free_pages;
    size_t discarded;                    /* so many of them, the first ones, have given their memory back */
    size_t missed;                       /* and so many that had were needed again: who makes and drops much in turn keeps it */
    PyThreadState *owner;                /* its lists are the live ones; NULL = `stash` */
    struct heap_lists stash;
    void *spare[HEAP_CLASSES];           /* full lists (class_cap blocks) of the same owner, or NULL */
    bool ready, bypass;
    size_t big_blocks;                   /* malloc'd blocks of the object domain in use */
} heap;

struct heap_range heap_range;
uint8_t heap_classes[RESERVE_MAX / HEAP_PAGE];           /* who frees blocks of many pages need not look at these */

static uint32_t
class_cap(size_t c)
{
    size_t n = 32768 / (c * HEAP_GRAIN);
    return n < 64 ? 64 : (uint32_t)n;
}

static void
lists_reset(struct heap_lists *h)
{
    for (size_t c = 0; c < HEAP_CLASSES; c++) {
        h->head[c] = NULL;
        h->room[c] = c == 0 || heap.bypass ? 0 : class_cap(c);
    }
    for (size_t n = 0; n < HEAP_TUPLES; n++) {
        h->tuple[n] = NULL;
        h->tuple_room[n] = heap.bypass ? 0 : HEAP_TUPLE_CAP;
    }
}

static void
heap_start(void)
{
    heap.ready = true;
    heap.bypass = malloc_serves;
    size_t limit = os_address_limit();
    for (size_t size = RESERVE_MAX; heap_range.base == NULL && size >= RESERVE_MIN; size >>= 1) {
        if (size > limit / RESERVE_PART)
            continue;
        heap_range.base = os_reserve(size, COMMIT_STEP);
        heap.size = size;
    }
    lists_reset(&heap.stash);
}

/* ---- pages -------------------------------------------------------------------------------------------------- */

static void
page_list(struct heap_page *page)
{
    page->prev = NULL;
    page->next = heap.partial[page->cls];
    if (page->next != NULL)
        page->next->prev = page;
    heap.partial[page->cls] = page;
    page->listed = 1;
}

static void
page_unlist(struct heap_page *page)
{
    if (page->prev != NULL)
        page->prev->next = page->next;
    else
        heap.partial[page->cls] = page->next;
    if (page->next != NULL)
        page->next->prev = page->prev;
    page->listed = 0;
}

/* Another thread may give back the reserve meanwhile: raw memory is had without the GIL. */
static pthread_mutex_t reserve_lock = PTHREAD_MUTEX_INITIALIZER;

static bool
commit_more(void)
{
    if (pthread_mutex_trylock(&reserve_lock) != 0)      /* also in the child of a fork() that came in between */
        return false;
    bool ok = heap.committed + COMMIT_STEP <= heap.size && os_commit(heap_range.base + heap.committed, COMMIT_STEP) == 0;
    if (ok && heap.committed >= HUGE_FROM)
        os_touch_huge(heap_range.base + heap.committed, COMMIT_STEP);
    if (ok)
        heap.committed += COMMIT_STEP;
    pthread_mutex_unlock(&reserve_lock);
    return ok;
}

bool
heap_give_back_reserve(void)
{
    if (heap_range.base == NULL || os_address_limit() == SIZE_MAX)
        return false;
    if (pthread_mutex_trylock(&reserve_lock) != 0)
        return false;
    size_t extra = heap.size - heap.committed;
    if (extra != 0)
        os_release(heap_range.base + heap.committed, extra);
    heap.size = heap.committed;
    pthread_mutex_unlock(&reserve_lock);
    return extra != 0;
}

static struct heap_page *
page_new(size_t c)
{
    struct heap_page *page;
    if (heap.free_pages.len > 0) {
        page = vec_pop(&heap.free_pages);
        if (heap.free_pages.len < heap.discarded) {
            heap.discarded = heap.free_pages.len;
            heap.missed += heap.missed < heap_range.top / HEAP_PAGE;
        }
    }
    else {
        if (heap_range.base == NULL || (heap_range.top + HEAP_PAGE > heap.committed && !commit_more()))
            return NULL;
        page = (struct heap_page *)(heap_range.base + heap_range.top);
        heap_range.top += HEAP_PAGE;
    }
    *page = (struct heap_page){ .cls = (uint32_t)c, .fresh = sizeof(*page) };
    heap_classes[((char *)page - heap_range.base) / HEAP_PAGE] = (uint8_t)c;
    page_list(page);
    return page;
}

static void
page_release(struct heap_page *page)
{
    if (page->listed)
        page_unlist(page);
    page->cls = 0;
    if (!vec_push(&heap.free_pages, page))
        return;                              /* the page is lost, its memory is not: see below */
    if (heap.free_pages.len - heap.discarded > KEEP_FREE_PAGES + heap_range.top / HEAP_PAGE / 2 + heap.missed) {
        struct heap_page **pages = heap.free_pages.items;
        os_discard(page, HEAP_PAGE);
        pages[heap.free_pages.len - 1] = pages[heap.discarded];
        pages[heap.discarded++] = page;
    }
}

/* Blocks that nobody has had are linked a few at a time, while the next ones are on their way into the cache: a whole batch would wait for each line. */
#define FRESH_BYTES 1024
#define LINE 64
static inline uint32_t fresh_blocks(size_t c) { return (uint32_t)(FRESH_BYTES / (c * HEAP_GRAIN)); }

static inline void
prefetch_fresh(const struct heap_page *page)
{
    size_t end = Py_MIN(page->fresh + FRESH_BYTES, HEAP_PAGE);
    for (size_t at = page->fresh; at < end; at += LINE)
        __builtin_prefetch((const char *)page + at, 1);
}

/* Up to *n blocks from a page of the class with room, linked; *n: so many; *last: whose link is open. NULL: no memory. */
static void *
page_take_some(size_t c, uint32_t *n, void ***last)
{
    struct heap_page *page = heap.partial[c];
    if (page == NULL && (page = page_new(c)) == NULL)
        return NULL;
    size_t size = c * HEAP_GRAIN;
    void *first = NULL, **to = &first;
    uint32_t got = 0, some = page->free == NULL ? Py_MIN(*n, fresh_blocks(c)) : *n;
    for (; got < some; got++) {
        void *p = page->free;
        if (p != NULL)
            page->free = *(void **)p;
        else if (page->fresh + size <= HEAP_PAGE) {
            p = (char *)page + page->fresh;
            page->fresh += (uint32_t)size;
        }
        else
            break;
        *to = p;
        to = p;
    }
    page->used += got;
    if (page->free == NULL && page->fresh + size > HEAP_PAGE)
        page_unlist(page);
    else if (page->free == NULL)
        prefetch_fresh(page);
    *n = got;
    *last = to;
    return first;
}

/* Blocks of it have become free: it has room, or is not needed any more. */
void
heap_page_changes(struct heap_page *page)
{
    if (!page->listed)
        page_list(page);
    if (page->used == 0)
        page_release(page);
}

/* Blocks of this page, from first to last linked. */
static void
page_give_some(struct heap_page *page, void *first, void *last, uint32_t n)
{
    *(void **)last = page->free;
    page->free = first;
    page->used -= n;
    heap_page_changes(page);
}


/* ---- lists -------------------------------------------------------------------------------------------------- */

static struct heap_lists *
lists_of(struct rt_thread *t)
{
    return t != NULL && heap.owner == &t->api ? &t->heap : &heap.stash;
}

/* Takes the spare list or a batch for class c, returns one block of it. Addresses ascend along a batch. */
static void *
lists_refill(struct heap_lists *h, size_t c)
{
    uint32_t cap = class_cap(c), batch = cap / 4;
    void *first = heap.spare[c];
    if (first != NULL && h->room[c] == cap) {
        heap.spare[c] = NULL;
        h->head[c] = *(void **)first;
        h->room[c] = 1;
        return first;
    }
    void **tail = &first;
    uint32_t got = 0, want = Py_MIN(batch, h->room[c] + 1), enough = Py_MIN(want, fresh_blocks(c)), n;
    for (; got < enough; got += n) {
        n = want - got;
        void **last, *p = page_take_some(c, &n, &last);
        if (p == NULL)
            break;
        *tail = p;
        tail = last;
    }
    if (got == 0)
        return NULL;
    *tail = NULL;
    h->head[c] = *(void **)first;
    h->room[c] -= got - 1;
    return first;
}

/* Gives the blocks of a list back to their pages. */
static void
give_back(void *p)
{
    while (p != NULL) {
        void *first = p, *last;
        if (!heap_is_ours(p)) {
            p = *(void **)p;
            heap_block_free(first);
            continue;
        }
        struct heap_page *page = heap_page_of(p);
        uint32_t n = 0;
        do {                                 /* those that follow mostly lie in the same page */
            last = p;
            p = *(void **)p;
            n++;
        } while (p != NULL && heap_page_of(p) == page);
        page_give_some(page, first, last, n);
    }
}

/* The full list of class c makes room; false when it is not full but of no use: foreign allocators, or without the GIL. */
static bool
lists_make_room(struct heap_lists *h, size_t c)
{
    void *full = h->head[c];
    if (full == NULL)
        return false;
    give_back(heap.spare[c]);
    heap.spare[c] = full;
    h->head[c] = NULL;
    h->room[c] = class_cap(c);
    return true;
}

static void
lists_flush(struct heap_lists *h)
{
    for (size_t c = 1; c < HEAP_CLASSES; c++) {
        void *list = h->head[c], *spare = heap.spare[c];
        h->head[c] = heap.spare[c] = NULL;
        h->room[c] = class_cap(c);
        give_back(list);
        give_back(spare);
    }
    for (size_t n = 0; n < HEAP_TUPLES; n++) {
        for (PyTupleObject *t; (t = h->tuple[n]) != NULL;) {
            h->tuple[n] = t->ob_item[0];
            heap_block_free((char *)t - sizeof(PyGC_Head));
        }
    }
}

void
heap_take(PyThreadState *ts)
{
    if (!heap.ready)
        heap_start();
    struct rt_thread *t = rt_thread_of(ts);
    if (heap.owner != ts) {
        struct heap_lists *from = heap.owner == NULL ? &heap.stash : &rt_thread_of(heap.owner)->heap;
        t->heap = *from;
        memset(from, 0, sizeof(*from));
        heap.owner = ts;
    }
    PyInterpreterState *interp = ts->interp;
    if (interp->heap_owner != ts) {
        struct gc_log *from = interp->heap_owner == NULL ? &interp->gc_logs[0] : &rt_thread_of(interp->heap_owner)->young;
        t->young = *from;
        *from = (struct gc_log){ NULL, 0, 0, 0 };
        interp->heap_owner = ts;
    }
}

void
heap_leave(PyThreadState *ts)
{
    struct rt_thread *t = rt_thread_of(ts);
    if (heap.owner == ts) {
        heap.stash = t->heap;
        memset(&t->heap, 0, sizeof(t->heap));
        heap.owner = NULL;
    }
    if (ts->interp->heap_owner == ts) {
        ts->interp->gc_logs[0] = t->young;
        t->young = (struct gc_log){ NULL, 0, 0, 0 };
        ts->interp->heap_owner = NULL;
    }
}

/* ---- blocks ------------------------------------------------------------------------------------------------- */

/* Rounded, since a small block may end on a list of its class. */
static inline size_t malloc_size(size_t size) { return size > HEAP_SMALL_MAX || malloc_serves ? size : HEAP_CLASS(size) * HEAP_GRAIN; }

void *
heap_raw_alloc(size_t size)
{
    void *p = malloc(size);
    return LIKELY(p != NULL) || !heap_give_back_reserve() ? p : malloc(size);
}

void *
heap_raw_resize(void *old, size_t size)
{
    void *p = realloc(old, size);
    return LIKELY(p != NULL) || !heap_give_back_reserve() ? p : realloc(old, size);
}

/* The object allocator proper, without regard to foreign ones. */
void *
heap_block_new(size_t size)
{
    if (!heap.ready)
        heap_start();
    if (size == 0)
        size = 1;
    if (size > PY_SSIZE_T_MAX)
        return NULL;
    if (size <= HEAP_SMALL_MAX && !heap.bypass) {
        struct heap_lists *h = lists_of(rt_thread_of(ts_current()));
        size_t c = HEAP_CLASS(size);
        void *p = h->head[c];
        if (p != NULL) {
            h->head[c] = *(void **)p;
            h->room[c]++;
            return p;
        }
        p = lists_refill(h, c);
        if (p != NULL)
            return p;
    }
    void *p = heap_raw_alloc(malloc_size(size));
    if (p != NULL)
        heap.big_blocks++;
    return p;
}

void
heap_block_free(void *p)
{
    if (p == NULL)
        return;
    if (!heap_is_ours(p)) {
        heap.big_blocks--;
        if (UNLIKELY(low_is(p)))
            low_free(p);
        else
            free(p);
        return;
    }
    if (heap.bypass) {
        heap_give(p);
        return;
    }
    struct heap_lists *h = lists_of(rt_thread_of(ts_current()));
    size_t c = heap_class_of(p);
    if (h->room[c] == 0 && !lists_make_room(h, c)) {
        heap_give(p);
        return;
    }
    *(void **)p = h->head[c];
    h->head[c] = p;
    h->room[c]--;
}

void *
heap_block_resize(void *p, size_t size)
{
    if (p == NULL)
        return heap_block_new(size);
    if (size == 0)
        size = 1;
    if (size > PY_SSIZE_T_MAX)
        return NULL;
    if (!heap_is_ours(p) && !low_is(p))
        return heap_raw_resize(p, malloc_size(size));
    size_t old = low_is(p) ? low_room(p) : heap_class_of(p) * HEAP_GRAIN;
    if (size <= old && size > old - old / 4 - HEAP_GRAIN)
        return p;
    void *moved = heap_block_new(size);
    if (moved == NULL)
        return size <= old ? p : NULL;
    memcpy(moved, p, old < size ? old : size);
    heap_block_free(p);
    return moved;
}

/* ---- what everybody calls: the lists of this thread first, which are empty when hooks want to hear of blocks ---- */

static inline void *
quick_take(size_t size)
{
    PyThreadState *ts = ts_current();
    if (UNLIKELY(size - 1 >= HEAP_SMALL_MAX || ts == NULL))
        return NULL;
    struct heap_lists *h = &rt_thread_of(ts)->heap;
    void *p = h->head[HEAP_CLASS(size)];
    if (LIKELY(p != NULL)) {
        h->head[HEAP_CLASS(size)] = *(void **)p;
        h->room[HEAP_CLASS(size)]++;
    }
    return p;
}

static inline bool
quick_give(void *p)
{
    PyThreadState *ts = ts_current();
    if (UNLIKELY(!heap_is_ours(p) || ts == NULL))
        return false;
    struct heap_lists *h = &rt_thread_of(ts)->heap;
    size_t c = heap_class_of(p);
    if (UNLIKELY(h->room[c] == 0))
        return false;
    *(void **)p = h->head[c];
    h->head[c] = p;
    h->room[c]--;
    return true;
}

void *
PyObject_Malloc(size_t size)
{
    void *p = quick_take(size);
    return LIKELY(p != NULL) ? p : alloc_object(size);
}

void
PyObject_Free(void *p)
{
    if (UNLIKELY(!quick_give(p)))
        free_object(p);
}

void *
PyMem_Malloc(size_t size)
{
    void *p = LIKELY(alloc_mem_is_default) ? quick_take(size) : NULL;
    return LIKELY(p != NULL) ? p : alloc_mem(size);
}

void
PyMem_Free(void *p)
{
    if (UNLIKELY(!alloc_mem_is_default || !quick_give(p)))
        free_mem(p);
}

/* Objects may count on whole units of 16 bytes, as small blocks have them: an int of one digit becomes one of two in place. */
void *heap_alloc_slow(struct rt_thread *t, size_t size) { return alloc_object(UNLIKELY(alloc_is_checked) && size < HEAP_SMALL_MAX ? (size + 15) & ~(size_t)15 : size); }
void heap_free_slow(struct rt_thread *t, void *p) { free_object(p); }

void
heap_free(void *p)
{
    if (UNLIKELY(!quick_give(p)))
        free_object(p);
}

void *
heap_object_alloc(PyTypeObject *type, size_t size)
{
    size_t prefix = heap_prefix(type);
    if (size > PY_SSIZE_T_MAX - prefix)
        return NULL;
    uint64_t *p = NULL;
    if (UNLIKELY(size > HEAP_SMALL_MAX) && (type->tp_flags & Py_TPFLAGS_TYPE_SUBCLASS) && !heap.bypass && (p = low_alloc(prefix + size)) != NULL)
        heap.big_blocks++;
    if (LIKELY(p == NULL))
        p = heap_alloc(heap_object_size(type, size));
    if (p == NULL || prefix == 0)
        return p;
    p[0] = p[1] = 0;
    if (prefix > 16)
        p[2] = p[3] = 0;
    return (char *)p + prefix;
}

void
heap_object_free(void *op, PyTypeObject *type)
{
    void *p = (char *)op - heap_prefix(type);
    if (UNLIKELY(!quick_give(p)))
        free_object(p);
}

void
heap_set_bypass(bool on)
{
    if (!heap.ready)
        heap_start();
    struct heap_lists *h = heap.owner == NULL ? &heap.stash : &rt_thread_of(heap.owner)->heap;
    if (on && !heap.bypass)
        lists_flush(h);
    heap.bypass = on || malloc_serves;
    lists_reset(h);
}

void
heap_use_blocks(void)
{
    malloc_serves = false;
}

Py_ssize_t
heap_free_blocks(size_t size)
{
    if (heap.bypass || size == 0 || size > HEAP_SMALL_MAX)
        return 0;
    const struct heap_lists *h = heap.owner == NULL ? &heap.stash : &rt_thread_of(heap.owner)->heap;
    size_t c = HEAP_CLASS(size);
    return (Py_ssize_t)class_cap(c) - h->room[c] + (heap.spare[c] != NULL ? class_cap(c) : 0);
}

Py_ssize_t
heap_blocks_in_use(void)
{
    Py_ssize_t n = (Py_ssize_t)heap.big_blocks;
    for (size_t at = 0; at < heap_range.top; at += HEAP_PAGE) {
        struct heap_page *page = (struct heap_page *)(heap_range.base + at);
        if (page->cls != 0)
            n += page->used;
    }
    struct heap_lists *h = heap.owner == NULL ? &heap.stash : &rt_thread_of(heap.owner)->heap;
    for (size_t c = 1; c < HEAP_CLASSES; c++)
        if (!heap.bypass)
            n -= class_cap(c) - h->room[c] + (heap.spare[c] != NULL ? class_cap(c) : 0);
    for (size_t k = 0; k < HEAP_TUPLES && !heap.bypass; k++)
        n -= HEAP_TUPLE_CAP - h->tuple_room[k];
    return n;
}

PyAPI_FUNC(int) _PyObject_DebugMallocStats(FILE *out);

int
_PyObject_DebugMallocStats(FILE *out)
{
    size_t pages[HEAP_CLASSES] = { 0 }, used[HEAP_CLASSES] = { 0 };
    for (size_t at = 0; at < heap_range.top; at += HEAP_PAGE) {
        struct heap_page *page = (struct heap_page *)(heap_range.base + at);
        pages[page->cls]++;
        used[page->cls] += page->cls == 0 ? 0 : page->used;
    }
    fprintf(out, "%zu pages of %zu bytes, %zu of them empty; %zu blocks from malloc\n\n", heap_range.top / HEAP_PAGE, HEAP_PAGE, pages[0],
            heap.big_blocks);
    fputs("class   size     pages    blocks handed out\n-----   ----     -----    -----------------\n", out);
    for (size_t c = 1; c < HEAP_CLASSES; c++)
        if (pages[c] != 0)
            fprintf(out, "%5zu %6zu %9zu %20zu\n", c, c * HEAP_GRAIN, pages[c], used[c]);
    return heap_range.top != 0;
}
