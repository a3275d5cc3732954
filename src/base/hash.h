/* base/hash.h: keyed hashing of byte strings and a small table keyed by pointers. */
#ifndef ADDER_BASE_HASH_H
#define ADDER_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SipHash-1-3 of n bytes under the key k0, k1. */
uint64_t hash_siphash13(uint64_t k0, uint64_t k1, const void *src, size_t n);

/* Mixes the bits of a word so that its low bits are usable as a table index. */
static inline uint64_t hash_mix64(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ (x >> 33);
}

/* Open addressing, linear probing, keys are non-NULL pointers. A zeroed struct is an empty map. */
struct ptrmap {
    struct ptrmap_entry { const void *key; void *value; } *slots;
    size_t used, mask;            /* mask + 1 slots, or slots == NULL */
};

/* Value of `key`, or NULL. */
void *ptrmap_get(const struct ptrmap *m, const void *key);
bool ptrmap_has(const struct ptrmap *m, const void *key);
/* Adds or replaces; false when out of memory. */
bool ptrmap_set(struct ptrmap *m, const void *key, void *value);
/* Removes; the old value or NULL. */
void *ptrmap_del(struct ptrmap *m, const void *key);
void ptrmap_release(struct ptrmap *m);

#endif
