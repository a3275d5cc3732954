/* modules/ssl/module.c: module _ssl: TLS by the host's OpenSSL. */
#include "modules/ssl/ssl.h"

static PyMethodDef functions[] = {
    { "_test_decode_cert", ssl_test_decode_cert, METH_O, "_test_decode_cert($module, path, /)\n--\n\nWhat the certificate in a file says, as a dict." },
    { "RAND_add", _PyCFunction_CAST(ssl_rand_add), METH_FASTCALL,
      "RAND_add($module, string, entropy, /)\n--\n\nMixes bytes into the state of the library's random generator." },
    { "RAND_bytes", ssl_rand_bytes, METH_O, "RAND_bytes($module, n, /)\n--\n\nRandom bytes, fit for keys." },
    { "RAND_status", ssl_rand_status, METH_NOARGS, "RAND_status($module, /)\n--\n\nWhether the random generator was fed enough." },
    { "get_default_verify_paths", ssl_default_verify_paths, METH_NOARGS,
      "get_default_verify_paths($module, /)\n--\n\nWhere the library looks for authorities: variable and file, variable and folder." },
    { "txt2obj", MOD_FASTKW(ssl_txt2obj), METH_FASTCALL | METH_KEYWORDS,
      "txt2obj($module, /, txt, name=False)\n--\n\nAn object by its numbers, or also by its name: number, short name, long name, numbers." },
    { "nid2obj", ssl_nid2obj, METH_O, "nid2obj($module, nid, /)\n--\n\nAn object by the library's number for it." },
    { NULL },
};

/* ---- setting up ---- */

static const struct { const char *name; unsigned long value; bool is_negative; } constants[] = {
#define CONSTANT(name, value) { #name, (unsigned long)(value), (value) < 0 },
#define FLAG(name, yes)
#include "modules/ssl/ssl_constants.def"
#undef CONSTANT
#undef FLAG
};

static const struct { const char *name; bool yes; } flags[] = {
#define CONSTANT(name, value)
#define FLAG(name, yes) { #name, yes },
#include "modules/ssl/ssl_constants.def"
#undef CONSTANT
#undef FLAG
};

static int
add_constants(PyObject *m)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++)
        if (PyModule_Add(m, constants[i].name, constants[i].is_negative ? PyLong_FromLong((long)constants[i].value)
                                                                        : PyLong_FromUnsignedLong(constants[i].value)) < 0)
            return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(flags); i++)
        if (PyModule_AddObjectRef(m, flags[i].name, flags[i].yes ? Py_True : Py_False) < 0)
            return -1;
    return PyModule_AddStringConstant(m, "_DEFAULT_CIPHERS", SSL_DEFAULT_CIPHER_LIST);
}

/* (major, minor, fix, patch, status) */
static OWNED PyObject *
version_tuple(unsigned long v)
{
    return Py_BuildValue("kkkkk", v >> 28 & 0xF, v >> 20 & 0xFF, v >> 12 & 0xFF, v >> 4 & 0xFF, v & 0xF);
}

static int
add_versions(PyObject *m)
{
    unsigned long v = ossl.OpenSSL_version_num();
    return PyModule_Add(m, "OPENSSL_VERSION_NUMBER", PyLong_FromUnsignedLong(v)) < 0
           || PyModule_Add(m, "OPENSSL_VERSION_INFO", version_tuple(v)) < 0
           || PyModule_AddStringConstant(m, "OPENSSL_VERSION", ossl.OpenSSL_version(OPENSSL_VERSION)) < 0
           || PyModule_Add(m, "_OPENSSL_API_VERSION", version_tuple(OPENSSL_VERSION_NUMBER)) < 0 ? -1 : 0;
}

static int
add_type(PyObject *m, PyType_Spec *spec, PyTypeObject **out)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(m, spec, NULL);
    return *out == NULL ? -1 : PyModule_AddType(m, *out);
}

static int
add_types(PyObject *m, struct ssl_state *st)
{
    PyObject *socket = PyImport_ImportModule("_socket");
    st->socket_type = socket == NULL ? NULL : (PyTypeObject *)PyObject_GetAttrString(socket, "socket");
    Py_XDECREF(socket);
    return st->socket_type == NULL || add_type(m, &ssl_context_spec, &st->context_type) < 0 || add_type(m, &ssl_conn_spec, &st->conn_type) < 0
           || add_type(m, &ssl_bio_spec, &st->bio_type) < 0 || add_type(m, &ssl_session_spec, &st->session_type) < 0
           || add_type(m, &ssl_cert_spec, &st->cert_type) < 0 ? -1 : 0;
}

static int
module_exec(PyObject *m)
{
    struct ssl_state *st = PyModule_GetState(m);
    return ssl_library_open() < 0 || ssl_bio_setup() < 0 || add_types(m, st) < 0 || ssl_add_errors(m, st) < 0 || add_constants(m) < 0
           || add_versions(m) < 0 ? -1 : 0;
}

/* ---- the module ---- */

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct ssl_state *st = PyModule_GetState(m);
    PyObject **objects = (PyObject **)st;
    for (size_t i = 0; i < sizeof(*st) / sizeof(PyObject *); i++)
        Py_VISIT(objects[i]);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct ssl_state *st = PyModule_GetState(m);
    PyObject **objects = (PyObject **)st;
    for (size_t i = 0; i < sizeof(*st) / sizeof(PyObject *); i++)
        Py_CLEAR(objects[i]);
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

PyModuleDef ssl_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_ssl",
    .m_doc = "TLS by the host's OpenSSL, for the module ssl.",
    .m_size = sizeof(struct ssl_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__ssl(void)
{
    return PyModuleDef_Init(&ssl_module);
}
