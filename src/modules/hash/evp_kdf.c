/* modules/hash/evp_kdf.c: keys out of passwords: pbkdf2_hmac(), scrypt(). */
#include "modules/hash/evp.h"

#include <limits.h>
#include <string.h>

#include "modules/modargs.h"

PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

const char *
evp_text_arg(PyObject *arg, const char *fname, const char *which)
{
    Py_ssize_t n;
    if (!PyUnicode_Check(arg)) {
        _PyArg_BadArgument(fname, which, "str", arg);
        return NULL;
    }
    const char *s = PyUnicode_AsUTF8AndSize(arg, &n);
    if (s == NULL || strlen(s) == (size_t)n)
        return s;
    PyErr_SetString(PyExc_ValueError, "embedded null character");
    return NULL;
}

static int
check_length(const Py_buffer *view, const char *too_long)
{
    if (view->len <= INT_MAX)
        return 0;
    PyErr_SetString(PyExc_OverflowError, too_long);
    return -1;
}

/* ---- PBKDF2 ---- */

struct pbkdf2 { EVP_MD *md; Py_buffer password, salt; long iterations, length; };

static int
pbkdf2_check(struct pbkdf2 *k, PyObject *length)
{
    if (check_length(&k->password, "password is too long.") < 0 || check_length(&k->salt, "salt is too long.") < 0)
        return -1;
    if (k->iterations < 1) {
        PyErr_SetString(PyExc_ValueError, "iteration value must be greater than 0.");
        return -1;
    }
    if (k->iterations > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "iteration value is too great.");
        return -1;
    }
    if (length != NULL && length != Py_None)
        k->length = PyLong_AsLong(length);
    else
        k->length = evp.EVP_MD_get_flags(k->md) & EVP_MD_FLAG_XOF ? 0 : evp.EVP_MD_get_size(k->md);
    if (k->length == -1 && PyErr_Occurred())
        return -1;
    if (k->length < 1) {
        PyErr_SetString(PyExc_ValueError, "key length must be greater than 0.");
        return -1;
    }
    if (k->length > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "key length is too great.");
        return -1;
    }
    return 0;
}

static OWNED PyObject *
pbkdf2_key(const struct pbkdf2 *k)
{
    PyObject *key = PyBytes_FromStringAndSize(NULL, k->length);
    int ok;
    if (key == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    ok = evp.PKCS5_PBKDF2_HMAC(k->password.buf, (int)k->password.len, k->salt.buf, (int)k->salt.len, (int)k->iterations, k->md,
                               (int)k->length, (unsigned char *)PyBytes_AS_STRING(key));
    Py_END_ALLOW_THREADS
    if (ok)
        return key;
    Py_DECREF(key);
    return evp_raise(PyExc_ValueError, NULL);
}

PyObject *
evp_pbkdf2_hmac(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[5], *r = NULL;
    struct pbkdf2 k = { NULL, { .obj = NULL }, { .obj = NULL }, 0, 0 };
    const char *name;
    if (MOD_BIND(a, "pbkdf2_hmac", args, nargs, kwnames, 4, 5, "hash_name", "password", "salt", "iterations", "dklen") < 0
        || (name = evp_text_arg(a[0], "pbkdf2_hmac", "argument 'hash_name'")) == NULL
        || PyObject_GetBuffer(a[1], &k.password, PyBUF_SIMPLE) < 0)
        return NULL;
    if (PyObject_GetBuffer(a[2], &k.salt, PyBUF_SIMPLE) == 0) {
        k.iterations = PyLong_AsLong(a[3]);
        if ((k.iterations != -1 || !PyErr_Occurred()) && (k.md = evp_by_name(PyModule_GetState(m), name, true)) != NULL && pbkdf2_check(&k, a[4]) == 0)
            r = pbkdf2_key(&k);
    }
    if (k.md != NULL)
        evp.EVP_MD_free(k.md);
    PyBuffer_Release(&k.password);
    PyBuffer_Release(&k.salt);
    return r;
}

/* ---- scrypt ---- */

enum { PASSWORD, SALT, N, R, P, MAXMEM, DKLEN, SCRYPT_ARGS };

static int
scrypt_int(PyObject *arg, const char *which, const char *message, unsigned long *out)
{
    if (arg != NULL && !PyLong_Check(arg)) {
        _PyArg_BadArgument("scrypt", which, "int", arg);
        return -1;
    }
    *out = arg == NULL ? (unsigned long)-1 : PyLong_AsUnsignedLong(arg);
    if (*out != (unsigned long)-1 || (arg != NULL && !PyErr_Occurred()))
        return 0;
    PyErr_SetString(PyExc_TypeError, message);
    return -1;
}

static int
scrypt_long(PyObject *arg, long otherwise, long *out)
{
    *out = arg == NULL ? otherwise : PyLong_AsLong(arg);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

static OWNED PyObject *
scrypt_key(const Py_buffer *password, const Py_buffer *salt, const unsigned long *nrp, long maxmem, long length)
{
    if (!evp.EVP_PBE_scrypt(NULL, 0, NULL, 0, nrp[0], nrp[1], nrp[2], (uint64_t)maxmem, NULL, 0))
        return evp_raise(PyExc_ValueError, "Invalid parameter combination for n, r, p, maxmem.");
    PyObject *key = PyBytes_FromStringAndSize(NULL, length);
    int ok;
    if (key == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    ok = evp.EVP_PBE_scrypt(password->buf, (size_t)password->len, salt->buf, (size_t)salt->len, nrp[0], nrp[1], nrp[2], (uint64_t)maxmem,
                            (unsigned char *)PyBytes_AS_STRING(key), (size_t)length);
    Py_END_ALLOW_THREADS
    if (ok)
        return key;
    Py_DECREF(key);
    return evp_raise(PyExc_ValueError, NULL);
}

static OWNED PyObject *
scrypt_checked(PyObject *const *a, const Py_buffer *password, const Py_buffer *salt)
{
    unsigned long nrp[3];
    long maxmem, length;
    if (scrypt_long(a[MAXMEM], 0, &maxmem) < 0 || scrypt_long(a[DKLEN], 64, &length) < 0)
        return NULL;
    if (check_length(password, "password is too long.") < 0)
        return NULL;
    if (salt->obj == NULL) {
        PyErr_SetString(PyExc_TypeError, "salt is required");
        return NULL;
    }
    if (check_length(salt, "salt is too long.") < 0
        || scrypt_int(a[N], "argument 'n'", "n is required and must be an unsigned int", &nrp[0]) < 0)
        return NULL;
    if (nrp[0] < 2 || (nrp[0] & (nrp[0] - 1)) != 0) {
        PyErr_SetString(PyExc_ValueError, "n must be a power of 2.");
        return NULL;
    }
    if (scrypt_int(a[R], "argument 'r'", "r is required and must be an unsigned int", &nrp[1]) < 0
        || scrypt_int(a[P], "argument 'p'", "p is required and must be an unsigned int", &nrp[2]) < 0)
        return NULL;
    if (maxmem < 0 || maxmem > INT_MAX)
        return PyErr_Format(PyExc_ValueError, "maxmem must be positive and smaller than %d", INT_MAX);
    if (length < 1 || length > INT_MAX)
        return PyErr_Format(PyExc_ValueError, "dklen must be greater than 0 and smaller than %d", INT_MAX);
    return scrypt_key(password, salt, nrp, maxmem, length);
}

PyObject *
evp_scrypt(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[SCRYPT_ARGS], *r = NULL;
    Py_buffer password, salt = { .obj = NULL };
    if (MOD_BIND(a, "scrypt", args, nargs, kwnames, 1, 1, "password", "salt", "n", "r", "p", "maxmem", "dklen") < 0
        || PyObject_GetBuffer(a[PASSWORD], &password, PyBUF_SIMPLE) < 0)
        return NULL;
    if (a[SALT] == NULL || a[SALT] == Py_None || PyObject_GetBuffer(a[SALT], &salt, PyBUF_SIMPLE) == 0)
        r = scrypt_checked(a, &password, &salt);
    PyBuffer_Release(&password);
    PyBuffer_Release(&salt);
    return r;
}
