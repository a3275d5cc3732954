/* modules/hash/digest_new.c: SHA-3 and SHAKE (FIPS 202: the sponge over Keccak-f[1600]), BLAKE2b and BLAKE2s (RFC 7693). */
#include "modules/hash/digest.h"

#include <string.h>

static inline uint64_t rol64(uint64_t x, int n) { return n == 0 ? x : x << n | x >> (64 - n); }
static inline uint64_t ror64(uint64_t x, int n) { return x >> n | x << (64 - n); }
static inline uint32_t ror32(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* ---- Keccak ------------------------------------------------------------------------------------------------------------- */

/* Round constants come from a linear feedback shift register; bit 2^j - 1 is its j-th output. */
static uint64_t
round_constant(uint8_t *lfsr)
{
    uint64_t c = 0;
    for (int j = 0; j < 7; j++) {
        if (*lfsr & 1)
            c ^= (uint64_t)1 << ((1 << j) - 1);
        *lfsr = (uint8_t)((*lfsr << 1) ^ ((*lfsr >> 7) * 0x71));
    }
    return c;
}

/* LANE(to, from, turn): where the lanes of the state go, and how far each is rotated. Written out, all indexes are constants,
 * and the lanes stay in registers. */
#define KECCAK_LANES(LANE) \
    LANE(0, 0, 0) LANE(1, 6, 44) LANE(2, 12, 43) LANE(3, 18, 21) LANE(4, 24, 14) \
    LANE(5, 3, 28) LANE(6, 9, 20) LANE(7, 10, 3) LANE(8, 16, 45) LANE(9, 22, 61) \
    LANE(10, 1, 1) LANE(11, 7, 6) LANE(12, 13, 25) LANE(13, 19, 8) LANE(14, 20, 18) \
    LANE(15, 4, 27) LANE(16, 5, 36) LANE(17, 11, 10) LANE(18, 17, 15) LANE(19, 23, 56) \
    LANE(20, 2, 62) LANE(21, 8, 55) LANE(22, 14, 39) LANE(23, 15, 41) LANE(24, 21, 2)

static void
keccak_round(uint64_t *a, uint64_t constant)
{
#define COLUMN(x) (a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20])
    uint64_t b[25], c[5] = { COLUMN(0), COLUMN(1), COLUMN(2), COLUMN(3), COLUMN(4) };
    uint64_t d[5] = { c[4] ^ rol64(c[1], 1), c[0] ^ rol64(c[2], 1), c[1] ^ rol64(c[3], 1), c[2] ^ rol64(c[4], 1), c[3] ^ rol64(c[0], 1) };
#undef COLUMN
#define LANE(to, from, turn) b[to] = rol64(a[from] ^ d[(from) % 5], turn);
    KECCAK_LANES(LANE)
#undef LANE
#define ROW(y) \
    a[y] = b[y] ^ (~b[y + 1] & b[y + 2]); a[y + 1] = b[y + 1] ^ (~b[y + 2] & b[y + 3]); a[y + 2] = b[y + 2] ^ (~b[y + 3] & b[y + 4]); \
    a[y + 3] = b[y + 3] ^ (~b[y + 4] & b[y]); a[y + 4] = b[y + 4] ^ (~b[y] & b[y + 1]);
    ROW(0) ROW(5) ROW(10) ROW(15) ROW(20)
#undef ROW
    a[0] ^= constant;
}

static void
keccak(uint64_t *a)
{
    static uint64_t constants[24];
    if (constants[23] == 0) {
        uint8_t lfsr = 1;
        uint64_t fresh[24];
        for (int i = 0; i < 24; i++)
            fresh[i] = round_constant(&lfsr);
        memcpy(constants, fresh, sizeof(fresh));
    }
    for (int i = 0; i < 24; i++)
        keccak_round(a, constants[i]);
}

static void init_sha3(struct digest *d) { }

static void
compress_sha3(struct digest *d, const uint8_t *block)
{
    for (int i = 0; i < d->kind->block / 8; i++) {
        uint64_t v;
        memcpy(&v, block + 8 * i, 8);
        d->h.d[i] ^= v;
    }
    keccak(d->h.d);
}

static void
finish_sha3(struct digest *d, uint8_t *out, size_t n)
{
    size_t block = (size_t)d->kind->block;
    if (d->kind->size != 0)
        n = (size_t)d->kind->size;
    memset(d->buf + d->fill, 0, block - d->fill);
    d->buf[d->fill] ^= (uint8_t)d->kind->suffix;
    d->buf[block - 1] ^= 0x80;
    compress_sha3(d, d->buf);
    while (n > 0) {
        size_t take = n < block ? n : block;
        memcpy(out, d->h.d, take);
        out += take;
        n -= take;
        if (n > 0)
            keccak(d->h.d);
    }
}

#define SHA3(name, bits) { name, 200 - (bits) / 4, (bits) / 8, init_sha3, compress_sha3, finish_sha3, 0x06 }
const struct digest_kind digest_sha3_224 = SHA3("sha3_224", 224), digest_sha3_256 = SHA3("sha3_256", 256);
const struct digest_kind digest_sha3_384 = SHA3("sha3_384", 384), digest_sha3_512 = SHA3("sha3_512", 512);
const struct digest_kind digest_shake_128 = { "shake_128", 168, 0, init_sha3, compress_sha3, finish_sha3, 0x1f };
const struct digest_kind digest_shake_256 = { "shake_256", 136, 0, init_sha3, compress_sha3, finish_sha3, 0x1f };

/* ---- BLAKE2 ------------------------------------------------------------------------------------------------------------- */

static const uint64_t IV[8] = {
    0x6a09e667f3bcc908ull, 0xbb67ae8584caa73bull, 0x3c6ef372fe94f82bull, 0xa54ff53a5f1d36f1ull,
    0x510e527fade682d1ull, 0x9b05688c2b3e6c1full, 0x1f83d9abfb41bd6bull, 0x5be0cd19137e2179ull,
};

static const uint8_t order[10][16] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
    { 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 }, { 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
    { 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 }, { 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
    { 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 }, { 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
    { 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 }, { 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

#define MIX(v, a, b, c, d, x, y, ror, r1, r2, r3, r4) \
    v[a] += v[b] + (x); v[d] = ror(v[d] ^ v[a], r1); v[c] += v[d]; v[b] = ror(v[b] ^ v[c], r2); \
    v[a] += v[b] + (y); v[d] = ror(v[d] ^ v[a], r3); v[c] += v[d]; v[b] = ror(v[b] ^ v[c], r4);

/* Columns, then diagonals; written out, so that the working words stay in registers. */
#define ROUND(v, m, o, ror, ...) \
    MIX(v, 0, 4, 8, 12, m[o[0]], m[o[1]], ror, __VA_ARGS__) MIX(v, 1, 5, 9, 13, m[o[2]], m[o[3]], ror, __VA_ARGS__) \
    MIX(v, 2, 6, 10, 14, m[o[4]], m[o[5]], ror, __VA_ARGS__) MIX(v, 3, 7, 11, 15, m[o[6]], m[o[7]], ror, __VA_ARGS__) \
    MIX(v, 0, 5, 10, 15, m[o[8]], m[o[9]], ror, __VA_ARGS__) MIX(v, 1, 6, 11, 12, m[o[10]], m[o[11]], ror, __VA_ARGS__) \
    MIX(v, 2, 7, 8, 13, m[o[12]], m[o[13]], ror, __VA_ARGS__) MIX(v, 3, 4, 9, 14, m[o[14]], m[o[15]], ror, __VA_ARGS__)

static void
blake2b_block(struct digest *d, const uint8_t *block, bool last)
{
    uint64_t m[16], v[16];
    memcpy(m, block, 128);
    memcpy(v, d->h.d, 64);
    memcpy(v + 8, IV, 64);
    v[12] ^= d->bytes;
    if (last)
        v[14] = ~v[14];
    if (last && d->last_node)
        v[15] = ~v[15];
    for (int r = 0; r < 12; r++) {
        const uint8_t *o = order[r % 10];
        ROUND(v, m, o, ror64, 32, 24, 16, 63)
    }
    for (int i = 0; i < 8; i++)
        d->h.d[i] ^= v[i] ^ v[i + 8];
}

static void
blake2s_block(struct digest *d, const uint8_t *block, bool last)
{
    uint32_t m[16], v[16];
    memcpy(m, block, 64);
    memcpy(v, d->h.w, 32);
    for (int i = 0; i < 8; i++)
        v[8 + i] = (uint32_t)(IV[i] >> 32);
    v[12] ^= (uint32_t)d->bytes;
    v[13] ^= (uint32_t)(d->bytes >> 32);
    if (last)
        v[14] = ~v[14];
    if (last && d->last_node)
        v[15] = ~v[15];
    for (int r = 0; r < 10; r++) {
        const uint8_t *o = order[r];
        ROUND(v, m, o, ror32, 16, 12, 8, 7)
    }
    for (int i = 0; i < 8; i++)
        d->h.w[i] ^= v[i] ^ v[i + 8];
}

static void compress_blake2b(struct digest *d, const uint8_t *block) { blake2b_block(d, block, false); }
static void compress_blake2s(struct digest *d, const uint8_t *block) { blake2s_block(d, block, false); }

static void
finish_blake2(struct digest *d, uint8_t *out, size_t n)
{
    memset(d->buf + d->fill, 0, (size_t)d->kind->block - d->fill);
    d->bytes += d->fill;
    (d->kind == &digest_blake2b ? blake2b_block : blake2s_block)(d, d->buf, true);
    memcpy(out, d->h.w, d->out_size);
}

static void
init_blake2(struct digest *d)
{
    struct blake2_params p = { .digest_size = (uint8_t)d->kind->size, .fanout = 1, .depth = 1 };
    digest_blake2_init(d, d->kind, &p);
}

void
digest_blake2_init(struct digest *d, const struct digest_kind *kind, const struct blake2_params *p)
{
    bool b = kind == &digest_blake2b;
    uint8_t block[64] = { p->digest_size, p->key_size, p->fanout, p->depth };
    memset(d, 0, sizeof(*d));
    d->kind = kind;
    d->out_size = p->digest_size;
    d->last_node = p->last_node;
    memcpy(block + 4, &p->leaf_size, 4);
    memcpy(block + 8, &p->node_offset, b ? 8 : 6);
    block[b ? 16 : 14] = p->node_depth;
    block[b ? 17 : 15] = p->inner_size;
    memcpy(block + (b ? 32 : 16), p->salt, b ? 16 : 8);
    memcpy(block + (b ? 48 : 24), p->person, b ? 16 : 8);
    memcpy(d->h.w, block, b ? 64 : 32);
    for (int i = 0; i < 8; i++) {
        if (b)
            d->h.d[i] ^= IV[i];
        else
            d->h.w[i] ^= (uint32_t)(IV[i] >> 32);
    }
    if (p->key_size > 0) {
        uint8_t key[128] = { 0 };
        memcpy(key, p->key, p->key_size);
        digest_update(d, key, (size_t)kind->block);
    }
}

const struct digest_kind digest_blake2b = { "blake2b", 128, 64, init_blake2, compress_blake2b, finish_blake2, 0 };
const struct digest_kind digest_blake2s = { "blake2s", 64, 32, init_blake2, compress_blake2s, finish_blake2, 0 };
