/* jit/x64/memory.c: the range of addresses, what of it is committed, and the list of free pieces.
 *
 * Invariant: [base, base + committed) is either in a block or in exactly one free piece; pieces are sorted and never touch each other.
 * What lies above is PROT_NONE and costs nothing. No bookkeeping lies in code memory itself. */
#include "jit/x64/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jit/x64/x64.h"

struct piece { size_t at, size; };     /* at: offset from base */

static struct {
    uint8_t *base;
    size_t committed, used, limit, page;
    struct piece *pieces;
    size_t npieces, room;
} mem = { .limit = X64_LIMIT };

static size_t round_up(size_t n, size_t unit) { return (n + unit - 1) & ~(unit - 1); }

/* ---- the range ---- */

static uint8_t *
reserve_at(uintptr_t hint)
{
    int fixed = hint != 0 ? MAP_FIXED_NOREPLACE : 0;
    void *p = mmap((void *)hint, X64_RANGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    if (hint != 0 && (uintptr_t)p != hint) {                   /* a kernel that does not know the flag */
        munmap(p, X64_RANGE);
        return NULL;
    }
    return p;
}

/* Some hundred megabytes above the program: out of the way of the heap that grows behind it, but less than 2 GB from either end. */
static uint8_t *
reserve(void)
{
    uintptr_t here = (uintptr_t)&x64_memory_init & ~(X64_RANGE - 1);
    for (uintptr_t k = 0; k < 14; k++) {
        uint8_t *p = reserve_at(here + (14 + k) * X64_RANGE);
        if (p == NULL && here > (14 + k) * X64_RANGE)
            p = reserve_at(here - (14 + k) * X64_RANGE);
        if (p == NULL)
            p = reserve_at(here + (14 - k) * X64_RANGE);
        if (p != NULL)
            return p;
    }
    return reserve_at(0);
}

int
x64_memory_init(void)
{
    if (mem.base != NULL)
        return 0;
    mem.page = (size_t)sysconf(_SC_PAGESIZE);
    mem.base = reserve();
    return mem.base != NULL ? 0 : -1;
}

void
x64_memory_fini(void)
{
    if (mem.base != NULL)
        munmap(mem.base, X64_RANGE);
    free(mem.pieces);
    mem.base = NULL;
    mem.pieces = NULL;
    mem.committed = mem.used = mem.npieces = mem.room = 0;
}

size_t x64_used(void) { return mem.used; }
size_t x64_committed(void) { return mem.committed; }
size_t x64_limit(void) { return mem.limit; }

size_t
x64_memory_set_limit(size_t limit)
{
    size_t before = mem.limit;
    mem.limit = limit;
    return before;
}

uint8_t *x64_memory_begin(void) { return mem.base; }

bool
x64_memory_reaches(const void *p)
{
    int64_t from = (int64_t)((uintptr_t)p - (uintptr_t)mem.base);
    return from >= INT32_MIN + (int64_t)X64_RANGE && from <= INT32_MAX;
}

/* ---- free pieces ---- */

/* Room for one more piece: with it freeing cannot fail, as each block that is freed adds at most one. */
static bool
pieces_grow(void)
{
    if (mem.npieces + 2 <= mem.room)
        return true;
    size_t room = mem.room ? 2 * mem.room : 64;
    struct piece *p = realloc(mem.pieces, room * sizeof(*p));
    if (p == NULL)
        return false;
    mem.pieces = p;
    mem.room = room;
    return true;
}

/* The first piece that begins above `at`. */
static size_t
piece_after(size_t at)
{
    size_t low = 0, high = mem.npieces;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (mem.pieces[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void
piece_remove(size_t i)
{
    mem.npieces--;
    memmove(&mem.pieces[i], &mem.pieces[i + 1], (mem.npieces - i) * sizeof(struct piece));
}

/* Add [at, at + size) to what is free. Without memory for the list the piece is lost, not the order. */
static void
piece_add(size_t at, size_t size)
{
    size_t i = piece_after(at);
    bool before = i > 0 && mem.pieces[i - 1].at + mem.pieces[i - 1].size == at;
    bool behind = i < mem.npieces && at + size == mem.pieces[i].at;
    if (before) {
        mem.pieces[i - 1].size += size;
        if (behind) {
            mem.pieces[i - 1].size += mem.pieces[i].size;
            piece_remove(i);
        }
    } else if (behind) {
        mem.pieces[i].at = at;
        mem.pieces[i].size += size;
    } else if (pieces_grow()) {
        memmove(&mem.pieces[i + 1], &mem.pieces[i], (mem.npieces - i) * sizeof(struct piece));
        mem.pieces[i] = (struct piece){ at, size };
        mem.npieces++;
    }
}

/* More areas, so that size bytes are free at the end. */
static bool
commit(size_t size)
{
    size_t tail = 0, more;
    if (mem.npieces > 0) {
        struct piece last = mem.pieces[mem.npieces - 1];
        tail = last.at + last.size == mem.committed ? last.size : 0;
    }
    more = round_up(size - tail, X64_AREA);
    if (mem.committed + more > mem.limit || mem.committed + more > X64_RANGE)
        return false;
    if (mprotect(mem.base + mem.committed, more, PROT_READ | PROT_EXEC) < 0)
        return false;
    piece_add(mem.committed, more);
    mem.committed += more;
    return true;
}

static uint8_t *
take_first_fit(size_t size)
{
    for (size_t i = 0; i < mem.npieces; i++) {
        struct piece *p = &mem.pieces[i];
        if (p->size < size)
            continue;
        size_t at = p->at;
        p->at += size;
        p->size -= size;
        if (p->size == 0)
            piece_remove(i);
        mem.used += size;
        return mem.base + at;
    }
    return NULL;
}

uint8_t *
x64_memory_alloc(size_t size)
{
    if (mem.base == NULL || size == 0 || size > X64_RANGE)
        return NULL;
    size = round_up(size, X64_ALIGN);
    uint8_t *p = take_first_fit(size);
    if (p == NULL && commit(size))
        p = take_first_fit(size);
    return p;
}

void
x64_memory_free(uint8_t *block, size_t size)
{
    size = round_up(size, X64_ALIGN);
    mem.used -= size;
    piece_add((size_t)(block - mem.base), size);
}

bool
x64_memory_write(uint8_t *to, const void *from, size_t size)
{
    size_t first = (size_t)(to - mem.base) & ~(mem.page - 1);
    size_t last = round_up((size_t)(to - mem.base) + size, mem.page);
    if (mprotect(mem.base + first, last - first, PROT_READ | PROT_WRITE) < 0)
        return false;
    memcpy(to, from, size);
    return mprotect(mem.base + first, last - first, PROT_READ | PROT_EXEC) == 0;
}
