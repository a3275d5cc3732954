/* modules/hash/evp_module.c: module _hashlib: opening the library, constructors, comparison. */
#include "modules/hash/evp.h"

#include "modules/hash/hash_object.h"   /* hash_data_arg() */
#include "modules/modargs.h"

PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

struct evp_table evp;

int
evp_open(void)
{
    static const struct clib_entry entries[] = {
#define EVP_ENTRY(name) CLIB_ENTRY(evp_table, name)
        EVP_FUNCTIONS(EVP_ENTRY)
#undef EVP_ENTRY
    };
    return clib_open("libcrypto.so." TEXT(OPENSSL_SHLIB_VERSION), entries, Py_ARRAY_LENGTH(entries), &evp);
}

/* ---- constructors ---- */

/* data, usedforsecurity and string, which `a` has in this order. 0, or -1. */
static int
data_args(PyObject *const *a, PyObject **data, bool *for_security)
{
    int yes = a[1] == NULL ? 1 : PyObject_IsTrue(a[1]);
    if (yes < 0)
        return -1;
    *for_security = yes;
    return hash_data_arg(a[0], a[2], data);
}

static OWNED PyObject *
make(struct evp_state *st, const char *name, PyObject *data, bool for_security)
{
    if (data != NULL && evp_check_data(data) < 0)
        return NULL;
    EVP_MD *md = evp_by_name(st, name, for_security);
    return md == NULL ? NULL : evp_hash_new(st, md, data);
}

static PyObject *
construct(PyObject *m, const char *fname, const char *name, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[3], *data;
    bool for_security;
    if (MOD_BIND(a, fname, args, nargs, kwnames, 0, 1, "data", "usedforsecurity", "string") < 0 || data_args(a, &data, &for_security) < 0)
        return NULL;
    return make(PyModule_GetState(m), name, data, for_security);
}

#define EVP_CONSTRUCTOR(name, library_name, nid) \
    static PyObject *new_##name(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) \
    { return construct(m, "openssl_" #name, #name, args, nargs, kwnames); }
EVP_DIGESTS(EVP_CONSTRUCTOR)
#undef EVP_CONSTRUCTOR

static PyObject *
new_named(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[4], *data;
    const char *name;
    bool for_security;
    if (MOD_BIND(a, "new", args, nargs, kwnames, 1, 2, "name", "data", "usedforsecurity", "string") < 0
        || data_args(a + 1, &data, &for_security) < 0 || (name = evp_text_arg(a[0], "new", "argument 'name'")) == NULL)
        return NULL;
    return make(PyModule_GetState(m), name, data, for_security);
}

/* ---- other functions ---- */

static PyObject *
get_fips_mode(PyObject *m, PyObject *ignored)
{
    return PyLong_FromLong(evp.EVP_default_properties_is_fips_enabled(NULL));
}

/* Takes as long for what differs as for what is equal; only the length shows. */
static bool
same_bytes(const unsigned char *a, Py_ssize_t na, const unsigned char *b, Py_ssize_t nb)
{
    volatile const unsigned char *left = na == nb ? a : b, *right = b;
    volatile unsigned char different = na != nb;
    for (Py_ssize_t i = 0; i < nb; i++)
        different |= left[i] ^ right[i];
    return !different;
}

static PyObject *
compare_digest(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    Py_buffer a, b;
    if (!_PyArg_CheckPositional("compare_digest", nargs, 2, 2))
        return NULL;
    if (PyUnicode_Check(args[0]) && PyUnicode_Check(args[1])) {
        if (!PyUnicode_IS_ASCII(args[0]) || !PyUnicode_IS_ASCII(args[1])) {
            PyErr_SetString(PyExc_TypeError, "comparing strings with non-ASCII characters is not supported");
            return NULL;
        }
        return PyBool_FromLong(same_bytes(PyUnicode_DATA(args[0]), PyUnicode_GET_LENGTH(args[0]), PyUnicode_DATA(args[1]), PyUnicode_GET_LENGTH(args[1])));
    }
    if (!PyObject_CheckBuffer(args[0]) && !PyObject_CheckBuffer(args[1]))
        return PyErr_Format(PyExc_TypeError, "unsupported operand types(s) or combination of types: '%.100s' and '%.100s'",
                            Py_TYPE(args[0])->tp_name, Py_TYPE(args[1])->tp_name);
    if (PyObject_GetBuffer(args[0], &a, PyBUF_SIMPLE) < 0)
        return NULL;
    if (PyObject_GetBuffer(args[1], &b, PyBUF_SIMPLE) < 0) {
        PyBuffer_Release(&a);
        return NULL;
    }
    bool same = same_bytes(a.buf, a.len, b.buf, b.len);
    PyBuffer_Release(&a);
    PyBuffer_Release(&b);
    return PyBool_FromLong(same);
}

#define KW METH_FASTCALL | METH_KEYWORDS
#define EVP_NEW(name, signature) { "openssl_" #name, MOD_FASTKW(new_##name), KW, "openssl_" #name signature "\n--\n\nA new hash object." }
static PyMethodDef functions[] = {
    { "new", MOD_FASTKW(new_named), KW, "new($module, /, name, data=b\'\', *, usedforsecurity=True, string=None)\n--\n\nA hash object by the name of its digest." },
    { "pbkdf2_hmac", MOD_FASTKW(evp_pbkdf2_hmac), KW,
      "pbkdf2_hmac($module, /, hash_name, password, salt, iterations,\n            dklen=None)\n--\n\nA key out of a password, by PBKDF2 with HMAC." },
    { "scrypt", MOD_FASTKW(evp_scrypt), KW,
      "scrypt($module, /, password, *, salt=None, n=None, r=None, p=None,\n       maxmem=0, dklen=64)\n--\n\nA key out of a password, by scrypt." },
    { "get_fips_mode", get_fips_mode, METH_NOARGS, "get_fips_mode($module, /)\n--\n\nWhether the library keeps to FIPS 140, as a number." },
    { "compare_digest", _PyCFunction_CAST(compare_digest), METH_FASTCALL, "compare_digest($module, a, b, /)\n--\n\nWhether a == b, in time that does not tell." },
    { "hmac_digest", MOD_FASTKW(evp_hmac_digest), KW, "hmac_digest($module, /, key, msg, digest)\n--\n\nThe HMAC of a message." },
    { "hmac_new", MOD_FASTKW(evp_hmac_new), KW, "hmac_new($module, /, key, msg=b\'\', digestmod=None)\n--\n\nA new HMAC object." },
    EVP_NEW(md5, "($module, /, data=b\'\', *, usedforsecurity=True, string=None)"),
    EVP_NEW(sha1, "($module, /, data=b\'\', *, usedforsecurity=True, string=None)"),
    EVP_NEW(sha224, "($module, /, data=b\'\', *, usedforsecurity=True,\n               string=None)"),
    EVP_NEW(sha256, "($module, /, data=b\'\', *, usedforsecurity=True,\n               string=None)"),
    EVP_NEW(sha384, "($module, /, data=b\'\', *, usedforsecurity=True,\n               string=None)"),
    EVP_NEW(sha512, "($module, /, data=b\'\', *, usedforsecurity=True,\n               string=None)"),
    EVP_NEW(sha3_224, "($module, /, data=b\'\', *, usedforsecurity=True,\n                 string=None)"),
    EVP_NEW(sha3_256, "($module, /, data=b\'\', *, usedforsecurity=True,\n                 string=None)"),
    EVP_NEW(sha3_384, "($module, /, data=b\'\', *, usedforsecurity=True,\n                 string=None)"),
    EVP_NEW(sha3_512, "($module, /, data=b\'\', *, usedforsecurity=True,\n                 string=None)"),
    EVP_NEW(shake_128, "($module, /, data=b\'\', *, usedforsecurity=True,\n                  string=None)"),
    EVP_NEW(shake_256, "($module, /, data=b\'\', *, usedforsecurity=True,\n                  string=None)"),
    { NULL },
};

/* ---- the module ---- */

struct names { PyObject *set; bool failed; };

static void
add_digest_name(EVP_MD *md, void *arg)
{
    struct names *names = arg;
    if (names->failed || evp.EVP_MD_get_type(md) == NID_undef)
        return;
    PyObject *name = evp_name(md);
    names->failed = name == NULL || PySet_Add(names->set, name) < 0;
    Py_XDECREF(name);
}

static int
add_digest_names(PyObject *m)
{
    struct names names = { PyFrozenSet_New(NULL), false };
    if (names.set == NULL)
        return -1;
    evp.EVP_MD_do_all_provided(NULL, add_digest_name, &names);
    int r = names.failed ? -1 : PyModule_AddObjectRef(m, "openssl_md_meth_names", names.set);
    Py_DECREF(names.set);
    return r;
}

static int
add_constructors(PyObject *m, struct evp_state *st)
{
    static const char *const names[] = {
#define EVP_NAME(name, library_name, nid) #name,
        EVP_DIGESTS(EVP_NAME)
#undef EVP_NAME
    };
    if ((st->constructors = PyDict_New()) == NULL)
        return -1;
    for (int i = 0; i < DIGEST_COUNT; i++) {
        PyObject *name = PyUnicode_FromString(names[i]), *full = name == NULL ? NULL : PyUnicode_FromFormat("openssl_%U", name);
        PyObject *f = full == NULL ? NULL : PyObject_GetAttr(m, full);
        int r = f == NULL ? -1 : PyDict_SetItem(st->constructors, f, name);
        Py_XDECREF(name);
        Py_XDECREF(full);
        Py_XDECREF(f);
        if (r < 0)
            return -1;
    }
    return PyModule_Add(m, "_constructors", PyDictProxy_New(st->constructors));
}

static int
add_types(PyObject *m, struct evp_state *st)
{
    st->hash_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &evp_hash_spec, NULL);
    if (st->hash_type == NULL)
        return -1;
    st->xof_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &evp_xof_spec, (PyObject *)st->hash_type);
    st->hmac_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &evp_hmac_spec, NULL);
    return st->xof_type == NULL || st->hmac_type == NULL || PyModule_AddType(m, st->hash_type) < 0 || PyModule_AddType(m, st->xof_type) < 0
           || PyModule_AddType(m, st->hmac_type) < 0 ? -1 : 0;
}

static int
module_exec(PyObject *m)
{
    struct evp_state *st = PyModule_GetState(m);
    if (evp_open() < 0 || add_types(m, st) < 0 || add_digest_names(m) < 0 || add_constructors(m, st) < 0)
        return -1;
    st->unsupported = PyErr_NewException("_hashlib.UnsupportedDigestmodError", PyExc_ValueError, NULL);
    return st->unsupported == NULL ? -1 : PyModule_AddObjectRef(m, "UnsupportedDigestmodError", st->unsupported);
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct evp_state *st = PyModule_GetState(m);
    Py_VISIT(st->hash_type);
    Py_VISIT(st->xof_type);
    Py_VISIT(st->hmac_type);
    Py_VISIT(st->unsupported);
    Py_VISIT(st->constructors);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct evp_state *st = PyModule_GetState(m);
    Py_CLEAR(st->hash_type);
    Py_CLEAR(st->xof_type);
    Py_CLEAR(st->hmac_type);
    Py_CLEAR(st->unsupported);
    Py_CLEAR(st->constructors);
    for (int i = 0; i < DIGEST_COUNT; i++)
        for (int j = 0; j < 2; j++) {
            if (st->digests[i][j] != NULL)
                evp.EVP_MD_free(st->digests[i][j]);
            st->digests[i][j] = NULL;
        }
    return 0;
}

static void
module_free(void *m)
{
    module_clear(m);
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

PyModuleDef evp_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_hashlib",
    .m_doc = "Digests of OpenSSL's libcrypto.",
    .m_size = sizeof(struct evp_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__hashlib(void)
{
    return PyModuleDef_Init(&evp_module);
}
