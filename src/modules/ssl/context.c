/* modules/ssl/context.c: _SSLContext: making one, and its settings. */
#include "modules/ssl/ssl.h"

#define CONTEXT(op) ((struct ssl_context *)(op))

static int
deprecated(const char *what)
{
    return PyErr_WarnFormat(PyExc_DeprecationWarning, 2, "%s is deprecated", what);
}

int
ssl_no_delete(PyObject *value)
{
    if (value != NULL)
        return 0;
    PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
    return -1;
}

static int
int_value(PyObject *value, int *out)
{
    return ssl_no_delete(value) < 0 || !PyArg_Parse(value, "i", out) ? -1 : 0;
}

/* ---- life ---- */

/* NULL with an exception for protocols that are not there. */
static const SSL_METHOD *
method_for(int protocol)
{
    switch (protocol) {
    case PROTOCOL_TLS:
        return deprecated("ssl.PROTOCOL_TLS") < 0 ? NULL : ossl.TLS_method();
    case PROTOCOL_CLIENT:
        return ossl.TLS_client_method();
    case PROTOCOL_SERVER:
        return ossl.TLS_server_method();
    case PROTOCOL_TLSv1:
        return deprecated("ssl.PROTOCOL_TLSv1") < 0 ? NULL : ossl.TLSv1_method();
    case PROTOCOL_TLSv1_1:
        return deprecated("ssl.PROTOCOL_TLSv1_1") < 0 ? NULL : ossl.TLSv1_1_method();
    case PROTOCOL_TLSv1_2:
        return deprecated("ssl.PROTOCOL_TLSv1_2") < 0 ? NULL : ossl.TLSv1_2_method();
    default:
        PyErr_Format(PyExc_ValueError, "invalid or unsupported protocol version %i", protocol);
        return NULL;
    }
}

int
ssl_set_verify_mode(struct ssl_context *c, int mode)
{
    static const int modes[] = { SSL_VERIFY_NONE, SSL_VERIFY_PEER, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT };
    if (mode < 0 || mode > 2) {
        PyErr_SetString(PyExc_ValueError, "invalid value for verify_mode");
        return -1;
    }
    if (mode == 0 && c->check_hostname) {
        PyErr_SetString(PyExc_ValueError, "Cannot set verify_mode to CERT_NONE when check_hostname is enabled.");
        return -1;
    }
    ossl.SSL_CTX_set_verify(c->ctx, modes[mode], NULL);
    return 0;
}

/* What CPython sets for every new context. 0 or -1. */
static int
set_defaults(struct ssl_context *c)
{
    c->host_flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    c->check_hostname = c->protocol == PROTOCOL_CLIENT;
    if (ssl_set_verify_mode(c, c->check_hostname ? 2 : 0) < 0)
        return -1;
    ossl.SSL_CTX_set_options(c->ctx, (SSL_OP_ALL & ~SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS) | SSL_OP_NO_SSLv3 | SSL_OP_NO_COMPRESSION
                                     | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_SINGLE_DH_USE | SSL_OP_SINGLE_ECDH_USE);
    if (ossl.SSL_CTX_set_cipher_list(c->ctx, SSL_DEFAULT_CIPHER_LIST) == 0) {
        ossl.ERR_clear_error();
        PyErr_SetString(c->st->error, "No cipher can be selected.");
        return -1;
    }
    ossl.SSL_CTX_ctrl(c->ctx, SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS, NULL);
    X509_VERIFY_PARAM *params = ossl.SSL_CTX_get0_param(c->ctx);
    ossl.X509_VERIFY_PARAM_set_flags(params, X509_V_FLAG_TRUSTED_FIRST);
    ossl.X509_VERIFY_PARAM_set_hostflags(params, c->host_flags);
    ossl.SSL_CTX_set_post_handshake_auth(c->ctx, 0);
    return 0;
}

static PyObject *
context_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *module = PyType_GetModuleByDef(type, &ssl_module);
    struct ssl_state *st = module == NULL ? NULL : PyModule_GetState(module);
    int protocol;
    if (st == NULL)
        return NULL;
    if (type == st->context_type && kwds != NULL && PyDict_GET_SIZE(kwds) > 0) {
        PyErr_SetString(PyExc_TypeError, "_SSLContext() takes no keyword arguments");
        return NULL;
    }
    if (PyTuple_GET_SIZE(args) != 1)
        return PyErr_Format(PyExc_TypeError, "_SSLContext expected 1 argument, got %zd", PyTuple_GET_SIZE(args));
    if ((protocol = PyLong_AsInt(PyTuple_GET_ITEM(args, 0))) == -1 && PyErr_Occurred())
        return NULL;
    const SSL_METHOD *method = method_for(protocol);
    if (method == NULL)
        return NULL;
    ossl.ERR_clear_error();
    SSL_CTX *ctx = ossl.SSL_CTX_new(method);
    if (ctx == NULL)
        return SSL_RAISE(st, NULL);
    struct ssl_context *c = CONTEXT(type->tp_alloc(type, 0));
    if (c == NULL) {
        ossl.SSL_CTX_free(ctx);
        return NULL;
    }
    c->ctx = ctx;
    c->st = st;
    c->protocol = protocol;
    mutex_init(&c->lock);
    if (set_defaults(c) < 0)
        Py_CLEAR(c);
    return (PyObject *)c;
}

static int
context_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct ssl_context *c = CONTEXT(self);
    Py_VISIT(c->sni_callback);
    Py_VISIT(c->msg_callback);
    Py_VISIT(c->psk_client_callback);
    Py_VISIT(c->psk_server_callback);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int
context_clear(PyObject *self)
{
    struct ssl_context *c = CONTEXT(self);
    Py_CLEAR(c->sni_callback);
    Py_CLEAR(c->msg_callback);
    Py_CLEAR(c->psk_client_callback);
    Py_CLEAR(c->psk_server_callback);
    Py_CLEAR(c->keylog_name);
    context_close_keylog(c);
    return 0;
}

static void
context_dealloc(PyObject *self)
{
    struct ssl_context *c = CONTEXT(self);
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    context_clear(self);
    if (c->ctx != NULL) {
        ossl.SSL_CTX_free(c->ctx);
        pthread_mutex_destroy(&c->lock);
    }
    PyMem_RawFree(c->alpn);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- settings ---- */

static PyObject *
get_verify_mode(PyObject *self, void *unused)
{
    switch (ossl.SSL_CTX_get_verify_mode(CONTEXT(self)->ctx) & (SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)) {
    case SSL_VERIFY_NONE:
        return PyLong_FromLong(0);
    case SSL_VERIFY_PEER:
        return PyLong_FromLong(1);
    case SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT:
        return PyLong_FromLong(2);
    default:
        return SSL_RAISE(CONTEXT(self)->st, "invalid return value from SSL_CTX_get_verify_mode");
    }
}

static int
set_verify_mode(PyObject *self, PyObject *value, void *unused)
{
    int mode;
    return int_value(value, &mode) < 0 ? -1 : ssl_set_verify_mode(CONTEXT(self), mode);
}

static PyObject *
get_verify_flags(PyObject *self, void *unused)
{
    return PyLong_FromUnsignedLong(ossl.X509_VERIFY_PARAM_get_flags(ossl.SSL_CTX_get0_param(CONTEXT(self)->ctx)));
}

static int
set_verify_flags(PyObject *self, PyObject *value, void *unused)
{
    struct ssl_context *c = CONTEXT(self);
    unsigned long wanted;
    if (ssl_no_delete(value) < 0 || !PyArg_Parse(value, "k", &wanted))
        return -1;
    X509_VERIFY_PARAM *params = ossl.SSL_CTX_get0_param(c->ctx);
    unsigned long now = ossl.X509_VERIFY_PARAM_get_flags(params), off = now & ~wanted, on = ~now & wanted;
    if ((off != 0 && !ossl.X509_VERIFY_PARAM_clear_flags(params, off)) || (on != 0 && !ossl.X509_VERIFY_PARAM_set_flags(params, on))) {
        (void)!SSL_RAISE(c->st, NULL);
        return -1;
    }
    return 0;
}

static PyObject *
get_options(PyObject *self, void *unused)
{
    return PyLong_FromUnsignedLongLong(ossl.SSL_CTX_get_options(CONTEXT(self)->ctx));
}

static int
set_options(PyObject *self, PyObject *value, void *unused)
{
    static const uint64_t versions = SSL_OP_NO_SSLv2 | SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;
    SSL_CTX *ctx = CONTEXT(self)->ctx;
    PyObject *number;
    if (ssl_no_delete(value) < 0 || !PyArg_Parse(value, "O!", &PyLong_Type, &number))
        return -1;
    uint64_t wanted = PyLong_AsUnsignedLongLong(number);
    if (wanted == (uint64_t)-1 && PyErr_Occurred())
        return -1;
    uint64_t now = ossl.SSL_CTX_get_options(ctx), off = now & ~wanted, on = ~now & wanted;
    if ((on & versions) != 0 && PyErr_WarnEx(PyExc_DeprecationWarning, "ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated", 2) < 0)
        return -1;
    if (off != 0)
        ossl.SSL_CTX_clear_options(ctx, off);
    if (on != 0)
        ossl.SSL_CTX_set_options(ctx, on);
    return 0;
}

/* ---- versions ---- */

static PyObject *
get_version_limit(PyObject *self, void *highest)
{
    long v = ossl.SSL_CTX_ctrl(CONTEXT(self)->ctx, highest != NULL ? SSL_CTRL_GET_MAX_PROTO_VERSION : SSL_CTRL_GET_MIN_PROTO_VERSION, 0, NULL);
    return PyLong_FromLong(v != 0 ? v : highest != NULL ? VERSION_HIGHEST : VERSION_LOWEST);
}

/* 0, or -1 with ValueError or the DeprecationWarning as an error. */
static int
check_version(int version)
{
    switch (version) {
    case SSL3_VERSION:
        return deprecated("ssl.TLSVersion.SSLv3");
    case TLS1_VERSION:
        return deprecated("ssl.TLSVersion.TLSv1");
    case TLS1_1_VERSION:
        return deprecated("ssl.TLSVersion.TLSv1_1");
    case TLS1_2_VERSION:
    case TLS1_3_VERSION:
    case VERSION_LOWEST:
    case VERSION_HIGHEST:
        return 0;
    default:
        PyErr_Format(PyExc_ValueError, "Unsupported TLS/SSL version 0x%x", version);
        return -1;
    }
}

static int
set_version_limit(PyObject *self, PyObject *value, void *highest)
{
    struct ssl_context *c = CONTEXT(self);
    int v;
    if (int_value(value, &v) < 0)
        return -1;
    if (c->protocol != PROTOCOL_TLS && c->protocol != PROTOCOL_CLIENT && c->protocol != PROTOCOL_SERVER) {
        PyErr_SetString(PyExc_ValueError, "The context's protocol doesn't support modification of highest and lowest version.");
        return -1;
    }
    if (check_version(v) < 0)
        return -1;
    if (v == VERSION_LOWEST)
        v = highest != NULL ? TLS1_VERSION : 0;
    else if (v == VERSION_HIGHEST)
        v = highest != NULL ? 0 : TLS1_3_VERSION;
    if (ossl.SSL_CTX_ctrl(c->ctx, highest != NULL ? SSL_CTRL_SET_MAX_PROTO_VERSION : SSL_CTRL_SET_MIN_PROTO_VERSION, v, NULL) == 0) {
        ossl.ERR_clear_error();
        PyErr_Format(PyExc_ValueError, "Unsupported protocol version 0x%x", v);
        return -1;
    }
    return 0;
}

/* ---- the others ---- */

static PyObject *
get_num_tickets(PyObject *self, void *unused)
{
    return PyLong_FromSize_t(ossl.SSL_CTX_get_num_tickets(CONTEXT(self)->ctx));
}

static int
set_num_tickets(PyObject *self, PyObject *value, void *unused)
{
    long n;
    if (ssl_no_delete(value) < 0 || !PyArg_Parse(value, "l", &n))
        return -1;
    if (n < 0)
        PyErr_SetString(PyExc_ValueError, "value must be non-negative");
    else if (CONTEXT(self)->protocol != PROTOCOL_SERVER)
        PyErr_SetString(PyExc_ValueError, "SSLContext is not a server context.");
    else if (ossl.SSL_CTX_set_num_tickets(CONTEXT(self)->ctx, n) != 1)
        PyErr_SetString(PyExc_ValueError, "failed to set num tickets.");
    else
        return 0;
    return -1;
}

static PyObject *
get_security_level(PyObject *self, void *unused)
{
    return PyLong_FromLong(ossl.SSL_CTX_get_security_level(CONTEXT(self)->ctx));
}

static PyObject *
get_check_hostname(PyObject *self, void *unused)
{
    return PyBool_FromLong(CONTEXT(self)->check_hostname);
}

static int
set_check_hostname(PyObject *self, PyObject *value, void *unused)
{
    struct ssl_context *c = CONTEXT(self);
    int yes = ssl_no_delete(value) < 0 ? -1 : PyObject_IsTrue(value);
    if (yes < 0)
        return -1;
    if (yes && ossl.SSL_CTX_get_verify_mode(c->ctx) == SSL_VERIFY_NONE && ssl_set_verify_mode(c, 2) < 0)
        return -1;
    c->check_hostname = yes;
    return 0;
}

static PyObject *
get_host_flags(PyObject *self, void *unused)
{
    return PyLong_FromUnsignedLong(CONTEXT(self)->host_flags);
}

static int
set_host_flags(PyObject *self, PyObject *value, void *unused)
{
    unsigned int flags;
    if (ssl_no_delete(value) < 0 || !PyArg_Parse(value, "I", &flags))
        return -1;
    CONTEXT(self)->host_flags = flags;
    ossl.X509_VERIFY_PARAM_set_hostflags(ossl.SSL_CTX_get0_param(CONTEXT(self)->ctx), flags);
    return 0;
}

static PyObject *
get_post_handshake_auth(PyObject *self, void *unused)
{
    return PyBool_FromLong(CONTEXT(self)->post_handshake_auth);
}

static int
set_post_handshake_auth(PyObject *self, PyObject *value, void *unused)
{
    int yes = ssl_no_delete(value) < 0 ? -1 : PyObject_IsTrue(value);
    if (yes < 0)
        return -1;
    CONTEXT(self)->post_handshake_auth = yes;
    ossl.SSL_CTX_set_post_handshake_auth(CONTEXT(self)->ctx, yes);
    return 0;
}

static PyObject *
get_protocol(PyObject *self, void *unused)
{
    return PyLong_FromLong(CONTEXT(self)->protocol);
}

/* ---- the type ---- */

#define KW METH_FASTCALL | METH_KEYWORDS
static PyMethodDef context_methods[] = {
    { "_wrap_socket", MOD_FASTKW(context_wrap_socket), KW,
      "_wrap_socket($self, /, sock, server_side, server_hostname=None, *,\n             owner=None, session=None)\n--\n\nA connection over a socket." },
    { "_wrap_bio", MOD_FASTKW(context_wrap_bio), KW,
      "_wrap_bio($self, /, incoming, outgoing, server_side,\n          server_hostname=None, *, owner=None, session=None)\n--\n\n"
      "A connection over two memory streams." },
    { "set_ciphers", context_set_ciphers, METH_O, "set_ciphers($self, cipherlist, /)\n--\n\nAllows the ciphers of a list in the library's notation." },
    { "_set_alpn_protocols", context_set_alpn_protocols, METH_O,
      "_set_alpn_protocols($self, protos, /)\n--\n\nSets the application protocols, each after a byte with its length." },
    { "load_cert_chain", MOD_FASTKW(context_load_cert_chain), KW,
      "load_cert_chain($self, /, certfile, keyfile=None, password=None)\n--\n\nLoads the own certificate and its key." },
    { "load_dh_params", context_load_dh_params, METH_O, "load_dh_params($self, path, /)\n--\n\nLoads parameters for a Diffie-Hellman exchange." },
    { "load_verify_locations", MOD_FASTKW(context_load_verify_locations), KW,
      "load_verify_locations($self, /, cafile=None, capath=None, cadata=None)\n--\n\nLoads certificates of authorities to trust." },
    { "session_stats", context_session_stats, METH_NOARGS, "session_stats($self, /)\n--\n\nCounts of sessions, as a dict." },
    { "set_default_verify_paths", context_set_default_verify_paths, METH_NOARGS,
      "set_default_verify_paths($self, /)\n--\n\nTrusts the authorities that the library trusts by default." },
    { "set_ecdh_curve", context_set_ecdh_curve, METH_O, "set_ecdh_curve($self, name, /)\n--\n\nSets the curve of the key exchange." },
    { "cert_store_stats", context_cert_store_stats, METH_NOARGS, "cert_store_stats($self, /)\n--\n\nCounts of loaded certificates and revocation lists." },
    { "get_ca_certs", MOD_FASTKW(context_get_ca_certs), KW,
      "get_ca_certs($self, /, binary_form=False)\n--\n\nThe loaded certificates of authorities, as dicts or as bytes." },
    { "get_ciphers", context_get_ciphers, METH_NOARGS, "get_ciphers($self, /)\n--\n\nThe allowed ciphers, each as a dict." },
    { "set_psk_client_callback", MOD_FASTKW(context_set_psk_client_callback), KW,
      "set_psk_client_callback($self, /, callback)\n--\n\nSets the function that gives a client's identity and shared key." },
    { "set_psk_server_callback", MOD_FASTKW(context_set_psk_server_callback), KW,
      "set_psk_server_callback($self, /, callback, identity_hint=None)\n--\n\nSets the function that gives the shared key of a client." },
    { NULL },
};
#undef KW

static PyGetSetDef context_getset[] = {
    { "check_hostname", get_check_hostname, set_check_hostname, "Whether the certificate must be for the host's name.", NULL },
    { "_host_flags", get_host_flags, set_host_flags, "How host names are compared.", NULL },
    { "minimum_version", get_version_limit, set_version_limit, "The lowest version of TLS that is spoken.", NULL },
    { "maximum_version", get_version_limit, set_version_limit, "The highest version of TLS that is spoken.", "" },
    { "keylog_filename", context_get_keylog, context_set_keylog, "The file that gets the secrets of all connections.", NULL },
    { "_msg_callback", context_get_msg_callback, context_set_msg_callback, "What is called with every message of the protocol.", NULL },
    { "sni_callback", context_get_sni_callback, context_set_sni_callback, "What is called with the host name that a client asks for.", NULL },
    { "num_tickets", get_num_tickets, set_num_tickets, "How many session tickets a server sends.", NULL },
    { "options", get_options, set_options, "The library's options.", NULL },
    { "post_handshake_auth", get_post_handshake_auth, set_post_handshake_auth, "Whether a client may be asked for its certificate later.", NULL },
    { "protocol", get_protocol, NULL, "The protocol the context was made for.", NULL },
    { "verify_flags", get_verify_flags, set_verify_flags, "How certificates are verified.", NULL },
    { "verify_mode", get_verify_mode, set_verify_mode, "Whether the other side's certificate is verified.", NULL },
    { "security_level", get_security_level, NULL, "The library's security level.", NULL },
    { NULL },
};

static PyType_Slot context_slots[] = {
    { Py_tp_new, context_new },
    { Py_tp_dealloc, context_dealloc },
    { Py_tp_traverse, context_traverse },
    { Py_tp_clear, context_clear },
    { Py_tp_methods, context_methods },
    { Py_tp_getset, context_getset },
    { 0, NULL },
};

PyType_Spec ssl_context_spec = {
    .name = "_ssl._SSLContext",
    .basicsize = sizeof(struct ssl_context),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = context_slots,
};
