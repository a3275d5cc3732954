/* modules/hash/digest.h: message digests in plain C: MD5, SHA-1, SHA-2, SHA-3, BLAKE2. */
#ifndef ADDER_MODULES_HASH_DIGEST_H
#define ADDER_MODULES_HASH_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest;

struct digest_kind {
    const char *name;
    int block, size;                                   /* bytes; size 0 = as many as asked for (SHAKE) */
    void (*init)(struct digest *d);
    void (*compress)(struct digest *d, const uint8_t *block);
    void (*finish)(struct digest *d, uint8_t *out, size_t n);
    int suffix;                                        /* SHA-3: domain byte */
};

struct digest {
    const struct digest_kind *kind;
    uint64_t bytes;                                    /* taken in so far */
    unsigned fill;                                     /* bytes waiting in buf */
    uint8_t buf[168];
    union { uint32_t w[50]; uint64_t d[25]; } h;
    uint8_t out_size;                                  /* BLAKE2 */
    bool last_node;
};

/* Parameters of BLAKE2, as its specification names them. */
struct blake2_params {
    uint8_t digest_size, key_size, fanout, depth, node_depth, inner_size;
    uint32_t leaf_size;
    uint64_t node_offset;
    uint8_t salt[16], person[16], key[64];
    bool last_node;
};

extern const struct digest_kind digest_md5, digest_sha1, digest_sha224, digest_sha256, digest_sha384, digest_sha512;
extern const struct digest_kind digest_sha3_224, digest_sha3_256, digest_sha3_384, digest_sha3_512, digest_shake_128, digest_shake_256;
extern const struct digest_kind digest_blake2b, digest_blake2s;

void digest_init(struct digest *d, const struct digest_kind *kind);
void digest_blake2_init(struct digest *d, const struct digest_kind *kind, const struct blake2_params *p);
void digest_update(struct digest *d, const void *data, size_t n);
/* Writes the digest (n bytes for SHAKE) of what was taken in; d itself can go on. */
void digest_result(const struct digest *d, uint8_t *out, size_t n);

#endif
