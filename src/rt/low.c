/* rt/low.c: blocks in one small range below 2 GB.
 * Idea: classes are few and live long, so blocks are cut off a growing range and kept by size when they die. A header of 16 bytes
 * says how large a block is. */
#include "rt/low.h"

#include "base/os.h"

#define GRAIN 128
#define COMMIT_STEP ((size_t)1 << 20)
#define BINS (LOW_BLOCK_MAX / GRAIN + 1)

struct low_block { size_t bin; struct low_block *next; };
_Static_assert(sizeof(struct low_block) == 16, "blocks stay aligned");

uintptr_t low_base;
static size_t committed, top;
static struct low_block *bins[BINS];

/* The next `bytes` of the range, or NULL. */
static struct low_block *
cut(size_t bytes)
{
    static bool refused;
    if (low_base == 0 && !refused) {
        low_base = (uintptr_t)os_reserve_low(LOW_SIZE);
        refused = low_base == 0;
    }
    if (low_base == 0 || top + bytes > LOW_SIZE)
        return NULL;
    if (top + bytes > committed) {
        if (os_commit((char *)low_base + committed, COMMIT_STEP) != 0)
            return NULL;
        committed += COMMIT_STEP;
    }
    struct low_block *b = (struct low_block *)(low_base + top);
    top += bytes;
    return b;
}

void *
low_alloc(size_t size)
{
    size_t bin = (size + sizeof(struct low_block) + GRAIN - 1) / GRAIN;
    if (size > LOW_BLOCK_MAX || bin >= BINS)
        return NULL;
    struct low_block *b = bins[bin];
    if (b != NULL)
        bins[bin] = b->next;
    else if ((b = cut(bin * GRAIN)) == NULL)
        return NULL;
    b->bin = bin;
    return b + 1;
}

void
low_free(void *p)
{
    struct low_block *b = (struct low_block *)p - 1;
    b->next = bins[b->bin];
    bins[b->bin] = b;
}

size_t
low_room(const void *p)
{
    return ((const struct low_block *)p - 1)->bin * GRAIN - sizeof(struct low_block);
}
