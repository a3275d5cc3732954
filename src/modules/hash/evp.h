/* modules/hash/evp.h: module _hashlib: the digests of the host's libcrypto.
 *
 * The library is opened when the module is imported, not linked: it would cost every start of the program more than a
 * millisecond. Its functions are called by way of the table `evp`. */
#ifndef ADDER_MODULES_HASH_EVP_H
#define ADDER_MODULES_HASH_EVP_H

#define OPENSSL_API_COMPAT 0x10100000L  /* HMAC_*: deprecated, and the shortest way to an HMAC that can be copied */

#include <Python.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>

#include "base/own.h"
#include "modules/clib.h"

#define EVP_FUNCTIONS(F) \
    F(EVP_MD_fetch) F(EVP_MD_free) F(EVP_MD_up_ref) F(EVP_MD_get_size) F(EVP_MD_get_block_size) F(EVP_MD_get_type) F(EVP_MD_get_flags) \
    F(EVP_MD_do_all_provided) F(EVP_MD_CTX_new) F(EVP_MD_CTX_free) F(EVP_MD_CTX_copy_ex) F(EVP_MD_CTX_get0_md) \
    F(EVP_DigestInit_ex) F(EVP_DigestUpdate) F(EVP_DigestFinal_ex) F(EVP_DigestFinalXOF) F(EVP_default_properties_is_fips_enabled) \
    F(EVP_PBE_scrypt) F(PKCS5_PBKDF2_HMAC) F(HMAC) F(HMAC_CTX_new) F(HMAC_CTX_free) F(HMAC_CTX_copy) F(HMAC_CTX_get_md) \
    F(HMAC_Init_ex) F(HMAC_Update) F(HMAC_Final) F(OBJ_nid2ln) F(OBJ_nid2sn) \
    F(ERR_peek_last_error) F(ERR_clear_error) F(ERR_lib_error_string) F(ERR_reason_error_string)

struct evp_table {
    EVP_FUNCTIONS(CLIB_MEMBER)
};
extern struct evp_table evp;

/* Opens the library: 0, or -1 with ImportError. */
int evp_open(void);

/* DIGEST(Python's name, the library's name, its number, whether it has a constructor) */
#define EVP_DIGESTS(DIGEST) \
    DIGEST(md5, "MD5", NID_md5) DIGEST(sha1, "SHA1", NID_sha1) DIGEST(sha224, "SHA224", NID_sha224) DIGEST(sha256, "SHA256", NID_sha256) \
    DIGEST(sha384, "SHA384", NID_sha384) DIGEST(sha512, "SHA512", NID_sha512) DIGEST(sha3_224, "SHA3-224", NID_sha3_224) \
    DIGEST(sha3_256, "SHA3-256", NID_sha3_256) DIGEST(sha3_384, "SHA3-384", NID_sha3_384) DIGEST(sha3_512, "SHA3-512", NID_sha3_512) \
    DIGEST(shake_128, "SHAKE128", NID_shake128) DIGEST(shake_256, "SHAKE256", NID_shake256)

enum evp_digest {
#define EVP_ENUM(name, library_name, nid) DIGEST_##name,
    EVP_DIGESTS(EVP_ENUM)
#undef EVP_ENUM
    DIGEST_COUNT
};

struct evp_state {
    PyTypeObject *hash_type, *xof_type, *hmac_type;
    PyObject *unsupported;              /* UnsupportedDigestmodError */
    PyObject *constructors;             /* dict: function -> name of its digest */
    EVP_MD *digests[DIGEST_COUNT][2];      /* fetched ones, NULL before; [1] for uses that are not for security */
};

/* Data of at least this size is taken in without the GIL. */
enum { EVP_BIG = 2048 };

/* Raises `type` with the library's last error, or `otherwise`. NULL. */
OWNED PyObject *evp_raise(PyObject *type, const char *otherwise);
/* A digest by a name that Python or the library knows; the caller frees it. NULL with UnsupportedDigestmodError. */
EVP_MD *evp_by_name(struct evp_state *st, const char *name, bool for_security);
/* By a name, or one of the module's constructors. */
EVP_MD *evp_by_digestmod(struct evp_state *st, PyObject *digestmod);
/* Python's name. */
OWNED PyObject *evp_name(const EVP_MD *md);
/* The buffer of an object to be hashed. 0, or -1 with TypeError or BufferError. */
int evp_buffer(PyObject *data, Py_buffer *view);
/* Is it a buffer, and no str? 0, or -1 with TypeError. */
int evp_check_data(PyObject *data);
OWNED PyObject *evp_hex(const unsigned char *s, Py_ssize_t n);
/* A str argument as UTF-8; NULL with TypeError or ValueError. */
const char *evp_text_arg(PyObject *arg, const char *fname, const char *which);

/* A hash object, with `data` (or NULL) taken in; takes `md`. */
OWNED PyObject *evp_hash_new(struct evp_state *st, EVP_MD *md, PyObject *data);

PyObject *evp_pbkdf2_hmac(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *evp_scrypt(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *evp_hmac_digest(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *evp_hmac_new(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

extern PyType_Spec evp_hash_spec, evp_xof_spec, evp_hmac_spec;
extern PyModuleDef evp_module;

#endif
