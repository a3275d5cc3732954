/* base/hash.c: SipHash-1-3 (Aumasson, Bernstein) and the pointer map.
 * Deleting from the map moves later entries of the probe run back, so there are no tombstones. */
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static inline uint64_t rotl(uint64_t x, int n) { return (x << n) | (x >> (64 - n)); }

static inline void
sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotl(v[1], 13) ^ v[0];
    v[3] = rotl(v[3], 16) ^ v[2];
    v[0] = rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotl(v[1], 17) ^ v[2];
    v[3] = rotl(v[3], 21) ^ v[0];
    v[2] = rotl(v[2], 32);
}

uint64_t
hash_siphash13(uint64_t k0, uint64_t k1, const void *src, size_t n)
{
    const unsigned char *p = src;
    uint64_t v[4] = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
                      k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573) };
    uint64_t tail = (uint64_t)n << 56;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t m;
        memcpy(&m, p, 8);
        v[3] ^= m;
        sip_round(v);
        v[0] ^= m;
    }
    if (n & 4) {
        uint32_t m;
        memcpy(&m, p, 4);
        tail |= m;
    }
    if (n & 2)
        tail |= (uint64_t)(p[n & 4] | p[(n & 4) + 1] << 8) << (8 * (n & 4));
    if (n & 1)
        tail |= (uint64_t)p[n - 1] << (8 * (n - 1));
    v[3] ^= tail;
    sip_round(v);
    v[0] ^= tail;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static size_t
ptrmap_find(const struct ptrmap *m, const void *key)
{
    size_t i = hash_mix64((uintptr_t)key) & m->mask;
    while (m->slots[i].key != NULL && m->slots[i].key != key)
        i = (i + 1) & m->mask;
    return i;
}

void *
ptrmap_get(const struct ptrmap *m, const void *key)
{
    return m->slots == NULL ? NULL : m->slots[ptrmap_find(m, key)].value;
}

bool
ptrmap_has(const struct ptrmap *m, const void *key)
{
    return m->slots != NULL && m->slots[ptrmap_find(m, key)].key != NULL;
}

static bool
ptrmap_grow(struct ptrmap *m)
{
    struct ptrmap bigger = { .mask = m->slots == NULL ? 15 : m->mask * 2 + 1, .used = m->used };
    bigger.slots = calloc(bigger.mask + 1, sizeof(*bigger.slots));
    if (bigger.slots == NULL)
        return false;
    for (size_t i = 0; m->slots != NULL && i <= m->mask; i++)
        if (m->slots[i].key != NULL)
            bigger.slots[ptrmap_find(&bigger, m->slots[i].key)] = m->slots[i];
    free(m->slots);
    *m = bigger;
    return true;
}

bool
ptrmap_set(struct ptrmap *m, const void *key, void *value)
{
    if ((m->slots == NULL || m->used * 3 >= m->mask * 2) && !ptrmap_grow(m))
        return false;
    size_t i = ptrmap_find(m, key);
    if (m->slots[i].key == NULL)
        m->used++;
    m->slots[i] = (struct ptrmap_entry){ key, value };
    return true;
}

void *
ptrmap_del(struct ptrmap *m, const void *key)
{
    if (m->slots == NULL)
        return NULL;
    size_t hole = ptrmap_find(m, key);
    if (m->slots[hole].key == NULL)
        return NULL;
    void *value = m->slots[hole].value;
    for (size_t i = (hole + 1) & m->mask; m->slots[i].key != NULL; i = (i + 1) & m->mask) {
        size_t home = hash_mix64((uintptr_t)m->slots[i].key) & m->mask;
        if (((i - home) & m->mask) >= ((i - hole) & m->mask)) {
            m->slots[hole] = m->slots[i];
            hole = i;
        }
    }
    m->slots[hole] = (struct ptrmap_entry){ NULL, NULL };
    m->used--;
    return value;
}

void
ptrmap_release(struct ptrmap *m)
{
    free(m->slots);
    *m = (struct ptrmap){ NULL, 0, 0 };
}
