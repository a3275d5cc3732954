/* modules/hash/digest_md.c: the digests that chain a compression function over padded blocks: MD5 (RFC 1321), SHA-1 and
 * SHA-2 (FIPS 180-4), and the common entry points. The constants are fractional parts of roots of primes and of sines;
 * SHA-256's are the upper halves of SHA-512's. */
#include "modules/hash/digest.h"

#include <string.h>

static const uint64_t K512[80] = {
    0x428a2f98d728ae22ull, 0x7137449123ef65cdull, 0xb5c0fbcfec4d3b2full, 0xe9b5dba58189dbbcull, 0x3956c25bf348b538ull,
    0x59f111f1b605d019ull, 0x923f82a4af194f9bull, 0xab1c5ed5da6d8118ull, 0xd807aa98a3030242ull, 0x12835b0145706fbeull,
    0x243185be4ee4b28cull, 0x550c7dc3d5ffb4e2ull, 0x72be5d74f27b896full, 0x80deb1fe3b1696b1ull, 0x9bdc06a725c71235ull,
    0xc19bf174cf692694ull, 0xe49b69c19ef14ad2ull, 0xefbe4786384f25e3ull, 0x0fc19dc68b8cd5b5ull, 0x240ca1cc77ac9c65ull,
    0x2de92c6f592b0275ull, 0x4a7484aa6ea6e483ull, 0x5cb0a9dcbd41fbd4ull, 0x76f988da831153b5ull, 0x983e5152ee66dfabull,
    0xa831c66d2db43210ull, 0xb00327c898fb213full, 0xbf597fc7beef0ee4ull, 0xc6e00bf33da88fc2ull, 0xd5a79147930aa725ull,
    0x06ca6351e003826full, 0x142929670a0e6e70ull, 0x27b70a8546d22ffcull, 0x2e1b21385c26c926ull, 0x4d2c6dfc5ac42aedull,
    0x53380d139d95b3dfull, 0x650a73548baf63deull, 0x766a0abb3c77b2a8ull, 0x81c2c92e47edaee6ull, 0x92722c851482353bull,
    0xa2bfe8a14cf10364ull, 0xa81a664bbc423001ull, 0xc24b8b70d0f89791ull, 0xc76c51a30654be30ull, 0xd192e819d6ef5218ull,
    0xd69906245565a910ull, 0xf40e35855771202aull, 0x106aa07032bbd1b8ull, 0x19a4c116b8d2d0c8ull, 0x1e376c085141ab53ull,
    0x2748774cdf8eeb99ull, 0x34b0bcb5e19b48a8ull, 0x391c0cb3c5c95a63ull, 0x4ed8aa4ae3418acbull, 0x5b9cca4f7763e373ull,
    0x682e6ff3d6b2b8a3ull, 0x748f82ee5defb2fcull, 0x78a5636f43172f60ull, 0x84c87814a1f0ab72ull, 0x8cc702081a6439ecull,
    0x90befffa23631e28ull, 0xa4506cebde82bde9ull, 0xbef9a3f7b2c67915ull, 0xc67178f2e372532bull, 0xca273eceea26619cull,
    0xd186b8c721c0c207ull, 0xeada7dd6cde0eb1eull, 0xf57d4f7fee6ed178ull, 0x06f067aa72176fbaull, 0x0a637dc5a2c898a6ull,
    0x113f9804bef90daeull, 0x1b710b35131c471bull, 0x28db77f523047d84ull, 0x32caab7b40c72493ull, 0x3c9ebe0a15c9bebcull,
    0x431d67c49c100d4cull, 0x4cc5d4becb3e42b6ull, 0x597f299cfc657e2aull, 0x5fcb6fab3ad6faecull, 0x6c44198c4a475817ull,
};

/* Square roots of the first sixteen primes. */
static const uint64_t ROOTS[16] = {
    0x6a09e667f3bcc908ull, 0xbb67ae8584caa73bull, 0x3c6ef372fe94f82bull, 0xa54ff53a5f1d36f1ull,
    0x510e527fade682d1ull, 0x9b05688c2b3e6c1full, 0x1f83d9abfb41bd6bull, 0x5be0cd19137e2179ull,
    0xcbbb9d5dc1059ed8ull, 0x629a292a367cd507ull, 0x9159015a3070dd17ull, 0x152fecd8f70e5939ull,
    0x67332667ffc00b31ull, 0x8eb44a8768581511ull, 0xdb0c2e0d64f98fa7ull, 0x47b5481dbefa4fa4ull,
};

static const uint32_t SINES[64] = {
    0xd76aa478u, 0xe8c7b756u, 0x242070dbu, 0xc1bdceeeu, 0xf57c0fafu, 0x4787c62au, 0xa8304613u, 0xfd469501u,
    0x698098d8u, 0x8b44f7afu, 0xffff5bb1u, 0x895cd7beu, 0x6b901122u, 0xfd987193u, 0xa679438eu, 0x49b40821u,
    0xf61e2562u, 0xc040b340u, 0x265e5a51u, 0xe9b6c7aau, 0xd62f105du, 0x02441453u, 0xd8a1e681u, 0xe7d3fbc8u,
    0x21e1cde6u, 0xc33707d6u, 0xf4d50d87u, 0x455a14edu, 0xa9e3e905u, 0xfcefa3f8u, 0x676f02d9u, 0x8d2a4c8au,
    0xfffa3942u, 0x8771f681u, 0x6d9d6122u, 0xfde5380cu, 0xa4beea44u, 0x4bdecfa9u, 0xf6bb4b60u, 0xbebfbc70u,
    0x289b7ec6u, 0xeaa127fau, 0xd4ef3085u, 0x04881d05u, 0xd9d4d039u, 0xe6db99e5u, 0x1fa27cf8u, 0xc4ac5665u,
    0xf4292244u, 0x432aff97u, 0xab9423a7u, 0xfc93a039u, 0x655b59c3u, 0x8f0ccc92u, 0xffeff47du, 0x85845dd1u,
    0x6fa87e4fu, 0xfe2ce6e0u, 0xa3014314u, 0x4e0811a1u, 0xf7537e82u, 0xbd3af235u, 0x2ad7d2bbu, 0xeb86d391u,
};

static inline uint32_t rol32(uint32_t x, int n) { return x << n | x >> (32 - n); }
static inline uint32_t ror32(uint32_t x, int n) { return x >> n | x << (32 - n); }
static inline uint64_t ror64(uint64_t x, int n) { return x >> n | x << (64 - n); }
static inline uint32_t be32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return __builtin_bswap32(v); }
static inline uint64_t be64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return __builtin_bswap64(v); }

/* ---- entry points ----------------------------------------------------------------------------------------------------- */

void
digest_init(struct digest *d, const struct digest_kind *kind)
{
    memset(d, 0, sizeof(*d));
    d->kind = kind;
    kind->init(d);
}

void
digest_update(struct digest *d, const void *data, size_t n)
{
    const uint8_t *p = data;
    size_t block = (size_t)d->kind->block;
    bool keep_last = d->kind == &digest_blake2b || d->kind == &digest_blake2s;      /* the last block is marked */
    while (n > 0) {
        if (d->fill == 0 && n > block) {        /* whole blocks are not copied */
            d->bytes += block;
            d->kind->compress(d, p);
            p += block;
            n -= block;
            continue;
        }
        size_t take = block - d->fill < n ? block - d->fill : n;
        memcpy(d->buf + d->fill, p, take);
        d->fill += (unsigned)take;
        p += take;
        n -= take;
        if (d->fill == block && !(keep_last && n == 0)) {
            d->bytes += block;
            d->kind->compress(d, d->buf);
            d->fill = 0;
        }
    }
}

void
digest_result(const struct digest *d, uint8_t *out, size_t n)
{
    struct digest copy = *d;
    copy.kind->finish(&copy, out, n);
}

/* ---- padding: 0x80, zeros, the length in bits at the end of a block ------------------------------------------------------ */

static void
pad(struct digest *d, unsigned length_bytes, bool big_endian)
{
    unsigned block = (unsigned)d->kind->block;
    uint64_t bits = (d->bytes + d->fill) * 8;
    d->buf[d->fill++] = 0x80;
    if (d->fill > block - length_bytes) {
        memset(d->buf + d->fill, 0, block - d->fill);
        d->kind->compress(d, d->buf);
        d->fill = 0;
    }
    memset(d->buf + d->fill, 0, block - d->fill);
    uint64_t v = big_endian ? __builtin_bswap64(bits) : bits;
    memcpy(d->buf + block - 8, &v, 8);
    d->kind->compress(d, d->buf);
}

/* ---- MD5 -------------------------------------------------------------------------------------------------------------- */

static void
init_md5(struct digest *d)
{
    static const uint32_t iv[4] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u };
    memcpy(d->h.w, iv, sizeof(iv));
}

static void
compress_md5(struct digest *d, const uint8_t *block)
{
    static const uint8_t turns[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };
    uint32_t m[16], a = d->h.w[0], b = d->h.w[1], c = d->h.w[2], e = d->h.w[3];
    memcpy(m, block, 64);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t f, t;
        unsigned g;
        switch (i / 16) {
        case 0: f = (b & c) | (~b & e); g = i; break;
        case 1: f = (e & b) | (~e & c); g = (5 * i + 1) % 16; break;
        case 2: f = b ^ c ^ e; g = (3 * i + 5) % 16; break;
        default: f = c ^ (b | ~e); g = 7 * i % 16; break;
        }
        t = a + f + SINES[i] + m[g];
        a = e;
        e = c;
        c = b;
        b += rol32(t, turns[i / 16][i % 4]);
    }
    d->h.w[0] += a;
    d->h.w[1] += b;
    d->h.w[2] += c;
    d->h.w[3] += e;
}

static void
finish_md5(struct digest *d, uint8_t *out, size_t n)
{
    pad(d, 8, false);
    memcpy(out, d->h.w, 16);
}

/* ---- SHA-1 ------------------------------------------------------------------------------------------------------------- */

static void
init_sha1(struct digest *d)
{
    init_md5(d);
    d->h.w[4] = 0xc3d2e1f0u;
}

static void
compress_sha1(struct digest *d, const uint8_t *block)
{
    static const uint32_t k[4] = { 0x5a827999u, 0x6ed9eba1u, 0x8f1bbcdcu, 0xca62c1d6u };
    uint32_t w[80], v[5];
    for (int i = 0; i < 80; i++)
        w[i] = i < 16 ? be32(block + 4 * i) : rol32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    memcpy(v, d->h.w, sizeof(v));
    for (int i = 0; i < 80; i++) {
        uint32_t f = i < 20 ? (v[1] & v[2]) | (~v[1] & v[3]) : i >= 40 && i < 60 ? (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3])
                                                                                 : v[1] ^ v[2] ^ v[3];
        uint32_t t = rol32(v[0], 5) + f + v[4] + k[i / 20] + w[i];
        v[4] = v[3];
        v[3] = v[2];
        v[2] = rol32(v[1], 30);
        v[1] = v[0];
        v[0] = t;
    }
    for (int i = 0; i < 5; i++)
        d->h.w[i] += v[i];
}

/* ---- SHA-2 ------------------------------------------------------------------------------------------------------------- */

static void
init_sha2_32(struct digest *d)
{
    for (int i = 0; i < 8; i++)
        d->h.w[i] = d->kind->size == 28 ? (uint32_t)ROOTS[8 + i] : (uint32_t)(ROOTS[i] >> 32);
}

static void
init_sha2_64(struct digest *d)
{
    for (int i = 0; i < 8; i++)
        d->h.d[i] = ROOTS[d->kind->size == 48 ? 8 + i : i];
}

/* One step; what it gives are the new d and h, and the next step is the same with the words moved on by one. */
static inline void
step_32(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f, uint32_t g, uint32_t *h, uint32_t added)
{
    uint32_t t = *h + (ror32(e, 6) ^ ror32(e, 11) ^ ror32(e, 25)) + ((e & f) ^ (~e & g)) + added;
    *d += t;
    *h = t + (ror32(a, 2) ^ ror32(a, 13) ^ ror32(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
}

static void
compress_sha2_32(struct digest *d, const uint8_t *block)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 64; i++) {
        if (i < 16) {
            w[i] = be32(block + 4 * i);
            continue;
        }
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (ror32(a, 7) ^ ror32(a, 18) ^ a >> 3) + w[i - 7] + (ror32(b, 17) ^ ror32(b, 19) ^ b >> 10);
    }
    memcpy(v, d->h.w, sizeof(v));
    for (int i = 0; i < 64; i += 8) {
#define STEP(n, a, b, c, d, e, f, g, h) step_32(v[a], v[b], v[c], &v[d], v[e], v[f], v[g], &v[h], (uint32_t)(K512[i + n] >> 32) + w[i + n]);
        STEP(0, 0, 1, 2, 3, 4, 5, 6, 7) STEP(1, 7, 0, 1, 2, 3, 4, 5, 6) STEP(2, 6, 7, 0, 1, 2, 3, 4, 5) STEP(3, 5, 6, 7, 0, 1, 2, 3, 4)
        STEP(4, 4, 5, 6, 7, 0, 1, 2, 3) STEP(5, 3, 4, 5, 6, 7, 0, 1, 2) STEP(6, 2, 3, 4, 5, 6, 7, 0, 1) STEP(7, 1, 2, 3, 4, 5, 6, 7, 0)
#undef STEP
    }
    for (int i = 0; i < 8; i++)
        d->h.w[i] += v[i];
}

/* One step; what it gives are the new d and h, and the next step is the same with the words moved on by one. */
static inline void
step_64(uint64_t a, uint64_t b, uint64_t c, uint64_t *d, uint64_t e, uint64_t f, uint64_t g, uint64_t *h, uint64_t added)
{
    uint64_t t = *h + (ror64(e, 14) ^ ror64(e, 18) ^ ror64(e, 41)) + ((e & f) ^ (~e & g)) + added;
    *d += t;
    *h = t + (ror64(a, 28) ^ ror64(a, 34) ^ ror64(a, 39)) + ((a & b) ^ (a & c) ^ (b & c));
}

static void
compress_sha2_64(struct digest *d, const uint8_t *block)
{
    uint64_t w[80], v[8];
    for (int i = 0; i < 80; i++) {
        if (i < 16) {
            w[i] = be64(block + 8 * i);
            continue;
        }
        uint64_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (ror64(a, 1) ^ ror64(a, 8) ^ a >> 7) + w[i - 7] + (ror64(b, 19) ^ ror64(b, 61) ^ b >> 6);
    }
    memcpy(v, d->h.d, sizeof(v));
    for (int i = 0; i < 80; i += 8) {
#define STEP(n, a, b, c, d, e, f, g, h) step_64(v[a], v[b], v[c], &v[d], v[e], v[f], v[g], &v[h], K512[i + n] + w[i + n]);
        STEP(0, 0, 1, 2, 3, 4, 5, 6, 7) STEP(1, 7, 0, 1, 2, 3, 4, 5, 6) STEP(2, 6, 7, 0, 1, 2, 3, 4, 5) STEP(3, 5, 6, 7, 0, 1, 2, 3, 4)
        STEP(4, 4, 5, 6, 7, 0, 1, 2, 3) STEP(5, 3, 4, 5, 6, 7, 0, 1, 2) STEP(6, 2, 3, 4, 5, 6, 7, 0, 1) STEP(7, 1, 2, 3, 4, 5, 6, 7, 0)
#undef STEP
    }
    for (int i = 0; i < 8; i++)
        d->h.d[i] += v[i];
}

static void
finish_be32(struct digest *d, uint8_t *out, size_t n)
{
    pad(d, 8, true);
    for (int i = 0; i < d->kind->size / 4; i++) {
        uint32_t v = __builtin_bswap32(d->h.w[i]);
        memcpy(out + 4 * i, &v, 4);
    }
}

static void
finish_be64(struct digest *d, uint8_t *out, size_t n)
{
    pad(d, 16, true);
    for (int i = 0; i < d->kind->size / 8; i++) {
        uint64_t v = __builtin_bswap64(d->h.d[i]);
        memcpy(out + 8 * i, &v, 8);
    }
}

const struct digest_kind digest_md5 = { "md5", 64, 16, init_md5, compress_md5, finish_md5, 0 };
const struct digest_kind digest_sha1 = { "sha1", 64, 20, init_sha1, compress_sha1, finish_be32, 0 };
const struct digest_kind digest_sha224 = { "sha224", 64, 28, init_sha2_32, compress_sha2_32, finish_be32, 0 };
const struct digest_kind digest_sha256 = { "sha256", 64, 32, init_sha2_32, compress_sha2_32, finish_be32, 0 };
const struct digest_kind digest_sha384 = { "sha384", 128, 48, init_sha2_64, compress_sha2_64, finish_be64, 0 };
const struct digest_kind digest_sha512 = { "sha512", 128, 64, init_sha2_64, compress_sha2_64, finish_be64, 0 };
