/* modules/hash/md_modules.c: the modules _md5, _sha1 and _sha2: functions that make objects of types that cannot be called. */
#include "modules/hash/hash_object.h"

#define MAX_KINDS 4
struct md_state { PyTypeObject *types[MAX_KINDS]; };

static PyObject *
md_copy(PyObject *self, PyTypeObject *type, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    if (n != 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0)) {
        PyErr_SetString(PyExc_TypeError, "copy() takes no arguments");
        return NULL;
    }
    return hash_copy(self, NULL);
}

static PyMethodDef md_methods[] = {
    { "copy", (PyCFunction)(void (*)(void))md_copy, METH_METHOD | METH_FASTCALL | METH_KEYWORDS, "copy($self, /)\n--\n\nAn object in the same state." },
    { "digest", hash_digest, METH_NOARGS, "digest($self, /)\n--\n\nThe digest so far, as bytes." },
    { "hexdigest", hash_hexdigest, METH_NOARGS, "hexdigest($self, /)\n--\n\nThe digest so far, as hexadecimal text." },
    { "update", hash_update, METH_O, "update($self, obj, /)\n--\n\nTakes in more bytes." },
    { NULL }
};

static PyGetSetDef md_getset[] = {
    { "block_size", hash_get_block_size, NULL, NULL, NULL },
    { "name", hash_get_name, NULL, NULL, NULL },
    { "digest_size", hash_get_digest_size, NULL, NULL, NULL },
    { NULL }
};

static int
md_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static PyType_Slot md_slots[] = {
    { Py_tp_dealloc, hash_dealloc }, { Py_tp_traverse, md_traverse }, { Py_tp_methods, md_methods }, { Py_tp_getset, md_getset }, { 0, NULL }
};

#define MD_SPEC(var, name) \
    static PyType_Spec var = { name, sizeof(struct hash), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION \
                               | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC, md_slots }
MD_SPEC(md5_spec, "_md5.md5");
MD_SPEC(sha1_spec, "_sha1.sha1");
MD_SPEC(sha224_spec, "_sha2.SHA224Type");
MD_SPEC(sha256_spec, "_sha2.SHA256Type");
MD_SPEC(sha384_spec, "_sha2.SHA384Type");
MD_SPEC(sha512_spec, "_sha2.SHA512Type");

static PyObject *
md_new(PyObject *m, int which, const struct digest_kind *kind, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    PyObject *a[3], *data;
    if (MOD_BIND(a, kind->name, args, n, kwnames, 0, 1, "data", "usedforsecurity", "string") < 0)
        return NULL;
    if (a[1] != NULL && PyObject_IsTrue(a[1]) < 0)
        return NULL;
    if (hash_data_arg(a[0], a[2], &data) < 0)
        return NULL;
    return hash_make(((struct md_state *)PyModule_GetState(m))->types[which], kind, data);
}

#define MD_FUNCTION(name, which) \
    static PyObject *md_##name(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *kwnames) \
    { return md_new(m, which, &digest_##name, args, n, kwnames); }
MD_FUNCTION(md5, 0)
MD_FUNCTION(sha1, 0)
MD_FUNCTION(sha224, 0)
MD_FUNCTION(sha256, 1)
MD_FUNCTION(sha384, 2)
MD_FUNCTION(sha512, 3)

#define MD_ROW(name, text) \
    { #name, MOD_FASTKW(md_##name), METH_FASTCALL | METH_KEYWORDS, \
      #name "($module, /, data=b'', *, usedforsecurity=True, string=None)\n--\n\nA new " text " object." }
static PyMethodDef md5_functions[] = { MD_ROW(md5, "MD5"), { NULL } };
static PyMethodDef sha1_functions[] = { MD_ROW(sha1, "SHA-1"), { NULL } };
static PyMethodDef sha2_functions[] = {
    MD_ROW(sha224, "SHA-224"), MD_ROW(sha256, "SHA-256"), MD_ROW(sha384, "SHA-384"), MD_ROW(sha512, "SHA-512"), { NULL }
};

static int
add_types(PyObject *m, PyType_Spec *const *specs, const char *const *names, int n)
{
    struct md_state *st = PyModule_GetState(m);
    for (int i = 0; i < n; i++) {
        st->types[i] = (PyTypeObject *)PyType_FromModuleAndSpec(m, specs[i], NULL);
        if (st->types[i] == NULL || PyModule_AddObjectRef(m, names[i], (PyObject *)st->types[i]) < 0)
            return -1;
    }
    return 0;
}

static int md5_exec(PyObject *m) { return add_types(m, (PyType_Spec *[]){ &md5_spec }, (const char *[]){ "MD5Type" }, 1); }
static int sha1_exec(PyObject *m) { return add_types(m, (PyType_Spec *[]){ &sha1_spec }, (const char *[]){ "SHA1Type" }, 1); }
static int
sha2_exec(PyObject *m)
{
    return add_types(m, (PyType_Spec *[]){ &sha224_spec, &sha256_spec, &sha384_spec, &sha512_spec },
                     (const char *[]){ "SHA224Type", "SHA256Type", "SHA384Type", "SHA512Type" }, 4);
}

static int
md_module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct md_state *st = PyModule_GetState(m);
    for (int i = 0; i < MAX_KINDS; i++)
        Py_VISIT(st->types[i]);
    return 0;
}

static int
md_module_clear(PyObject *m)
{
    struct md_state *st = PyModule_GetState(m);
    for (int i = 0; i < MAX_KINDS; i++)
        Py_CLEAR(st->types[i]);
    return 0;
}

#define MD_MODULE(name, text) \
    static PyModuleDef_Slot name##_slots[] = { \
        { Py_mod_exec, name##_exec }, { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED }, \
        { Py_mod_gil, Py_MOD_GIL_NOT_USED }, { 0, NULL } }; \
    static PyModuleDef name##_module = { PyModuleDef_HEAD_INIT, .m_name = "_" #name, .m_doc = text, .m_size = sizeof(struct md_state), \
        .m_methods = name##_functions, .m_slots = name##_slots, .m_traverse = md_module_traverse, .m_clear = md_module_clear }; \
    PyMODINIT_FUNC PyInit__##name(void) { return PyModuleDef_Init(&name##_module); }

MD_MODULE(md5, "The MD5 message digest.")
MD_MODULE(sha1, "The SHA-1 message digest.")
MD_MODULE(sha2, "The SHA-2 message digests.")
