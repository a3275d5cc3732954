/* base/size.h: size arithmetic that notices overflow. Each function stores the result and returns true on success. */
#ifndef ADDER_BASE_SIZE_H
#define ADDER_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

static inline bool size_add(size_t a, size_t b, size_t *out) { return !__builtin_add_overflow(a, b, out); }
static inline bool size_mul(size_t a, size_t b, size_t *out) { return !__builtin_mul_overflow(a, b, out); }
static inline bool ssize_add(ssize_t a, ssize_t b, ssize_t *out) { return !__builtin_add_overflow(a, b, out); }
static inline bool ssize_mul(ssize_t a, ssize_t b, ssize_t *out) { return !__builtin_mul_overflow(a, b, out); }

/* What n lacks to `wanted`, which may be as low as a size goes; 0 if nothing. */
static inline ssize_t size_lacking(ssize_t wanted, ssize_t n) { return wanted > n ? wanted - n : 0; }

/* header + n * item */
static inline bool size_array(size_t header, size_t n, size_t item, size_t *out)
{
    size_t body;
    return size_mul(n, item, &body) && size_add(header, body, out);
}

/* Number of bits needed to write x: 0 for 0. */
static inline int bit_width64(uint64_t x) { return x == 0 ? 0 : 64 - __builtin_clzll(x); }
/* Smallest power of two >= x (1 for 0); x must be at most 2^63. */
static inline uint64_t next_pow2(uint64_t x) { return x <= 1 ? 1 : (uint64_t)1 << bit_width64(x - 1); }

#endif
