/* modules/hash/new_modules.c: the modules _sha3 and _blake2, whose types are callable. */
#include "modules/hash/hash_object.h"

/* ---- SHA-3 ------------------------------------------------------------------------------------------------------------ */

static const struct digest_kind *const sha3_kinds[] = { &digest_sha3_224, &digest_sha3_256, &digest_sha3_384, &digest_sha3_512,
                                                        &digest_shake_128, &digest_shake_256 };

static PyObject *
sha3_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "data", "usedforsecurity", "string" };
    PyObject *a[3], *data;
    const struct digest_kind *kind = NULL;
    if (args_unpack_tuple("sha3_224", args, kwargs, names, 3, 0, 1, a) < 0 || hash_data_arg(a[0], a[2], &data) < 0)
        return NULL;
    for (size_t i = 0; i < sizeof(sha3_kinds) / sizeof(sha3_kinds[0]); i++)
        if (strcmp(_PyType_Name(type), sha3_kinds[i]->name) == 0)
            kind = sha3_kinds[i];
    return hash_make(type, kind, data);
}

static PyObject *
shake_bytes(PyObject *self, const char *name, PyObject *const *args, Py_ssize_t n, PyObject *kwnames, bool hex)
{
    PyObject *a[1];
    if (MOD_BIND(a, name, args, n, kwnames, 1, 1, "length") < 0)
        return NULL;
    PyObject *i = PyNumber_Index(a[0]);
    if (i == NULL)
        return NULL;
    if (_PyLong_Sign(i) < 0) {
        PyErr_SetString(PyExc_ValueError, "value must be positive");
        Py_DECREF(i);
        return NULL;
    }
    unsigned long length = PyLong_AsUnsignedLong(i);
    Py_DECREF(i);
    if (length == (unsigned long)-1 && PyErr_Occurred())
        return NULL;
    if (length >= (1ul << 29)) {
        PyErr_SetString(PyExc_ValueError, "length is too large");
        return NULL;
    }
    return hash_bytes((struct hash *)self, length, hex);
}

static PyObject *
shake_digest(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    return shake_bytes(self, "digest", args, n, kwnames, false);
}

static PyObject *
shake_hexdigest(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    return shake_bytes(self, "hexdigest", args, n, kwnames, true);
}

static PyObject *get_capacity(PyObject *self, void *unused) { return PyLong_FromLong(1600 - 8 * ((struct hash *)self)->kind->block); }
static PyObject *get_rate(PyObject *self, void *unused) { return PyLong_FromLong(8 * ((struct hash *)self)->kind->block); }
static PyObject *
get_suffix(PyObject *self, void *unused)
{
    char c = (char)((struct hash *)self)->kind->suffix;
    return PyBytes_FromStringAndSize(&c, 1);
}

#define COPY_ROW { "copy", hash_copy, METH_NOARGS, "copy($self, /)\n--\n\nAn object in the same state." }
#define UPDATE_ROW { "update", hash_update, METH_O, "update($self, data, /)\n--\n\nTakes in more bytes." }
#define DIGEST_ROWS \
    { "digest", hash_digest, METH_NOARGS, "digest($self, /)\n--\n\nThe digest so far, as bytes." }, \
    { "hexdigest", hash_hexdigest, METH_NOARGS, "hexdigest($self, /)\n--\n\nThe digest so far, as hexadecimal text." }

static PyMethodDef sha3_methods[] = { COPY_ROW, DIGEST_ROWS, UPDATE_ROW, { NULL } };
static PyMethodDef shake_methods[] = {
    COPY_ROW, UPDATE_ROW,
    { "digest", MOD_FASTKW(shake_digest), METH_FASTCALL | METH_KEYWORDS, "digest($self, /, length)\n--\n\nThat many bytes of the digest." },
    { "hexdigest", MOD_FASTKW(shake_hexdigest), METH_FASTCALL | METH_KEYWORDS,
      "hexdigest($self, /, length)\n--\n\nThat many bytes of the digest, as hexadecimal text." },
    { NULL }
};

static PyGetSetDef sha3_getset[] = {
    { "block_size", hash_get_block_size, NULL, NULL, NULL }, { "name", hash_get_name, NULL, NULL, NULL },
    { "digest_size", hash_get_digest_size, NULL, NULL, NULL }, { "_capacity_bits", get_capacity, NULL, NULL, NULL },
    { "_rate_bits", get_rate, NULL, NULL, NULL }, { "_suffix", get_suffix, NULL, NULL, NULL }, { NULL }
};

#define SHA3_DOC(name) name "([data], *, usedforsecurity=True) -> object\n\nA new object of this digest."
#define SHA3_TYPE(name, methods) \
    static PyType_Slot name##_slots[] = { { Py_tp_dealloc, hash_dealloc }, { Py_tp_new, sha3_new }, { Py_tp_methods, methods }, \
        { Py_tp_getset, sha3_getset }, { Py_tp_doc, SHA3_DOC(#name) }, { 0, NULL } }; \
    static PyType_Spec name##_spec = { "_sha3." #name, sizeof(struct hash), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, name##_slots }
SHA3_TYPE(sha3_224, sha3_methods);
SHA3_TYPE(sha3_256, sha3_methods);
SHA3_TYPE(sha3_384, sha3_methods);
SHA3_TYPE(sha3_512, sha3_methods);
SHA3_TYPE(shake_128, shake_methods);
SHA3_TYPE(shake_256, shake_methods);

static int
add_type(PyObject *m, PyType_Spec *spec)
{
    PyObject *type = PyType_FromModuleAndSpec(m, spec, NULL);
    int rc = type == NULL ? -1 : PyModule_AddType(m, (PyTypeObject *)type);
    Py_XDECREF(type);
    return rc;
}

static int
sha3_exec(PyObject *m)
{
    PyType_Spec *const specs[] = { &sha3_224_spec, &sha3_256_spec, &sha3_384_spec, &sha3_512_spec, &shake_128_spec, &shake_256_spec };
    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
        if (add_type(m, specs[i]) < 0)
            return -1;
    return PyModule_AddStringConstant(m, "implementation", "HACL");
}

/* ---- BLAKE2 ------------------------------------------------------------------------------------------------------------ */

/* An integer argument in its range; the default stays when absent. */
static int
get_number(PyObject *o, const char *name, uint64_t lowest, uint64_t highest, const char *range, uint64_t *out)
{
    if (o == NULL)
        return 0;
    if (range != NULL) {
        int v = PyLong_AsInt(o);
        if (v == -1 && PyErr_Occurred())
            return -1;
        if (v < 0 || (uint64_t)v < lowest || (uint64_t)v > highest) {
            PyErr_Format(PyExc_ValueError, "%s must be between %s", name, range);
            return -1;
        }
        *out = (uint64_t)v;
        return 0;
    }
    if (PyLong_Check(o) && _PyLong_Sign(o) < 0) {
        PyErr_SetString(PyExc_ValueError, "value must be positive");
        return -1;
    }
    *out = PyLong_AsUnsignedLongLong(o);
    if (*out == UINT64_MAX && PyErr_Occurred())
        return -1;
    if (*out > highest) {
        PyErr_Format(PyExc_OverflowError, "%s is too large", name);
        return -1;
    }
    return 0;
}

static int
get_chars(PyObject *o, const char *name, int most, uint8_t *to, uint8_t *size)
{
    Py_buffer view;
    if (o == NULL)
        return 0;
    if (PyObject_GetBuffer(o, &view, PyBUF_SIMPLE) < 0)
        return -1;
    int rc = view.len > most ? -1 : 0;
    if (rc < 0)
        PyErr_Format(PyExc_ValueError, "maximum %s length is %d bytes", name, most);
    else if (view.len > 0)
        memcpy(to, view.buf, (size_t)view.len);
    if (rc == 0 && size != NULL)
        *size = (uint8_t)view.len;
    PyBuffer_Release(&view);
    return rc;
}

enum { DATA, DIGEST_SIZE, KEY, SALT, PERSON, FANOUT, DEPTH, LEAF_SIZE, NODE_OFFSET, NODE_DEPTH, INNER_SIZE, LAST_NODE, SECURITY, STRING, NARGS };

static int
get_params(PyObject **a, bool b, struct blake2_params *p)
{
    int size = b ? 64 : 32;
    uint64_t digest_size = (uint64_t)size, fanout = 1, depth = 1, leaf = 0, offset = 0, node_depth = 0, inner = 0;
    if (get_number(a[DIGEST_SIZE], "digest_size", 1, (uint64_t)size, b ? "1 and 64 bytes" : "1 and 32 bytes", &digest_size) < 0
        || get_chars(a[SALT], "salt", b ? 16 : 8, p->salt, NULL) < 0 || get_chars(a[PERSON], "person", b ? 16 : 8, p->person, NULL) < 0
        || get_number(a[FANOUT], "fanout", 0, 255, "0 and 255", &fanout) < 0
        || get_number(a[DEPTH], "depth", 1, 255, "1 and 255", &depth) < 0
        || get_number(a[LEAF_SIZE], "leaf_size", 0, UINT32_MAX, NULL, &leaf) < 0
        || get_number(a[NODE_OFFSET], "node_offset", 0, b ? UINT64_MAX : ((uint64_t)1 << 48) - 1, NULL, &offset) < 0
        || get_number(a[NODE_DEPTH], "node_depth", 0, 255, "0 and 255", &node_depth) < 0
        || get_number(a[INNER_SIZE], "inner_size", 0, (uint64_t)size, b ? "0 and is 64" : "0 and is 32", &inner) < 0
        || get_chars(a[KEY], "key", size, p->key, &p->key_size) < 0)
        return -1;
    int last = a[LAST_NODE] == NULL ? 0 : PyObject_IsTrue(a[LAST_NODE]);
    p->digest_size = (uint8_t)digest_size;
    p->fanout = (uint8_t)fanout;
    p->depth = (uint8_t)depth;
    p->leaf_size = (uint32_t)leaf;
    p->node_offset = offset;
    p->node_depth = (uint8_t)node_depth;
    p->inner_size = (uint8_t)inner;
    p->last_node = last > 0;
    return last < 0 ? -1 : 0;
}

static PyObject *
blake2_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[NARGS] = { "data", "digest_size", "key", "salt", "person", "fanout", "depth", "leaf_size", "node_offset",
                                              "node_depth", "inner_size", "last_node", "usedforsecurity", "string" };
    bool b = strcmp(_PyType_Name(type), "blake2b") == 0;
    const struct digest_kind *kind = b ? &digest_blake2b : &digest_blake2s;
    struct blake2_params p = { 0 };
    PyObject *a[NARGS], *data;
    if (args_unpack_tuple(kind->name, args, kwargs, names, NARGS, 0, 1, a) < 0 || hash_data_arg(a[DATA], a[STRING], &data) < 0 || get_params(a, b, &p) < 0)
        return NULL;
    struct hash *h = hash_alloc(type, kind);
    if (h == NULL)
        return NULL;
    digest_blake2_init(h->d, kind, &p);
    if (data != NULL && hash_feed(h, data) < 0)
        Py_CLEAR(h);
    return (PyObject *)h;
}

static PyMethodDef blake2_methods[] = { COPY_ROW, DIGEST_ROWS, UPDATE_ROW, { NULL } };
static PyGetSetDef blake2_getset[] = {
    { "name", hash_get_name, NULL, NULL, NULL }, { "block_size", hash_get_block_size, NULL, NULL, NULL },
    { "digest_size", hash_get_digest_size, NULL, NULL, NULL }, { NULL }
};

#define BLAKE2_DOC(name) \
    name "(data=b'', *, digest_size=_blake2." name ".MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, " \
    "leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, " \
    "string=None)\n--\n\nA new object of this digest."
#define BLAKE2_TYPE(name) \
    static PyType_Slot name##_slots[] = { { Py_tp_dealloc, hash_dealloc }, { Py_tp_new, blake2_new }, { Py_tp_methods, blake2_methods }, \
        { Py_tp_getset, blake2_getset }, { Py_tp_doc, BLAKE2_DOC(#name) }, { 0, NULL } }; \
    static PyType_Spec name##_spec = { "_blake2." #name, sizeof(struct hash), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, name##_slots }
BLAKE2_TYPE(blake2b);
BLAKE2_TYPE(blake2s);

/* A type and its limits, in the type's dict and in the module. */
static int
add_blake2(PyObject *m, PyType_Spec *spec, const char *prefix, int scale)
{
    static const struct { const char *name; int value; } limits[] = {
        { "SALT_SIZE", 16 }, { "PERSON_SIZE", 16 }, { "MAX_KEY_SIZE", 64 }, { "MAX_DIGEST_SIZE", 64 },
    };
    PyObject *type = PyType_FromModuleAndSpec(m, spec, NULL);
    if (type == NULL || PyModule_AddType(m, (PyTypeObject *)type) < 0) {
        Py_XDECREF(type);
        return -1;
    }
    int rc = 0;
    PyObject *dict = PyType_GetDict((PyTypeObject *)type);
    for (size_t i = 0; rc == 0 && i < sizeof(limits) / sizeof(limits[0]); i++) {
        char name[40];
        PyObject *v = PyLong_FromLong(limits[i].value / scale);
        snprintf(name, sizeof(name), "%s_%s", prefix, limits[i].name);
        rc = v == NULL || PyDict_SetItemString(dict, limits[i].name, v) < 0 || PyModule_AddObjectRef(m, name, v) < 0 ? -1 : 0;
        Py_XDECREF(v);
    }
    Py_XDECREF(dict);
    PyType_Modified((PyTypeObject *)type);
    Py_DECREF(type);
    return rc;
}

static int
blake2_exec(PyObject *m)
{
    return add_blake2(m, &blake2b_spec, "BLAKE2B", 1) < 0 ? -1 : add_blake2(m, &blake2s_spec, "BLAKE2S", 2);
}

#define NEW_MODULE(name, text) \
    static PyModuleDef_Slot name##_module_slots[] = { \
        { Py_mod_exec, name##_exec }, { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED }, \
        { Py_mod_gil, Py_MOD_GIL_NOT_USED }, { 0, NULL } }; \
    static PyModuleDef name##_module = { PyModuleDef_HEAD_INIT, .m_name = "_" #name, .m_doc = text, .m_slots = name##_module_slots }; \
    PyMODINIT_FUNC PyInit__##name(void) { return PyModuleDef_Init(&name##_module); }

NEW_MODULE(sha3, "The SHA-3 message digests.")
NEW_MODULE(blake2, "The BLAKE2 message digests.")
