/* modules/ssl/error.c: what the library says went wrong, as exceptions.
 *
 * The names of reasons (CERTIFICATE_VERIFY_FAILED) are made of the library's own texts, so that they are those of the
 * library at hand and no table has to follow its releases. The text of an exception says where in the module it arose,
 * in the form that Python programs know. */
#include "modules/ssl/ssl.h"

#include <errno.h>

/* ---- names ---- */

static const char *
library_name(int lib)
{
#define LIBRARY(name) case ERR_LIB_##name: return #name;
    switch (lib) {
    LIBRARY(ASN1) LIBRARY(ASYNC) LIBRARY(BIO) LIBRARY(BN) LIBRARY(BUF) LIBRARY(CMP) LIBRARY(CMS) LIBRARY(COMP) LIBRARY(CONF) LIBRARY(CRMF)
    LIBRARY(CRYPTO) LIBRARY(CT) LIBRARY(DH) LIBRARY(DSA) LIBRARY(DSO) LIBRARY(EC) LIBRARY(ECDH) LIBRARY(ECDSA) LIBRARY(ENGINE) LIBRARY(ESS)
    LIBRARY(EVP) LIBRARY(HTTP) LIBRARY(OBJ) LIBRARY(OCSP) LIBRARY(OSSL_DECODER) LIBRARY(OSSL_ENCODER) LIBRARY(OSSL_STORE) LIBRARY(PEM)
    LIBRARY(PKCS12) LIBRARY(PKCS7) LIBRARY(PROP) LIBRARY(PROV) LIBRARY(RAND) LIBRARY(RSA) LIBRARY(SM2) LIBRARY(SSL) LIBRARY(TS) LIBRARY(UI)
    LIBRARY(X509) LIBRARY(X509V3)
    default: return NULL;
    }
#undef LIBRARY
}

/* "certificate verify failed" -> "CERTIFICATE_VERIFY_FAILED"; None for reasons that all libraries share. */
static OWNED PyObject *
reason_name(unsigned long code)
{
    static const char alert[] = "ssl/tls alert ";
    char name[200];
    size_t n = 0;
    const char *s = ERR_GET_REASON(code) & ERR_RFLAG_COMMON ? NULL : ossl.ERR_reason_error_string(code);
    if (s == NULL)
        Py_RETURN_NONE;
    if (strncmp(s, alert, sizeof(alert) - 1) == 0) {    /* newer texts are kinder to TLS, the names stayed */
        n = strlen(strcpy(name, "SSLV3_ALERT_"));
        s += sizeof(alert) - 1;
    }
    for (; *s != '\0' && n < sizeof(name); s++)
        if (*s != '\'')
            name[n++] = Py_ISALNUM(*s) ? Py_TOUPPER(*s) : '_';
    return PyUnicode_FromStringAndSize(name, n);
}

static OWNED PyObject *
library_name_object(int lib)
{
    const char *name = library_name(lib);
    return name == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(name);
}

/* ---- raising ---- */

struct failure {
    PyObject *type;
    int number;
    const char *text;           /* NULL: the library's */
    unsigned long code;         /* the library's, or 0 */
    int line;
};

static OWNED PyObject *
verify_text(struct ssl_conn *c, long code)
{
    if (code == X509_V_ERR_HOSTNAME_MISMATCH)
        return PyUnicode_FromFormat("Hostname mismatch, certificate is not valid for '%S'.", c->hostname);
    if (code == X509_V_ERR_IP_ADDRESS_MISMATCH)
        return PyUnicode_FromFormat("IP address mismatch, certificate is not valid for '%S'.", c->hostname);
    const char *text = ossl.X509_verify_cert_error_string(code);
    return text == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(text);
}

static OWNED PyObject *
message(const struct failure *f, PyObject *lib, PyObject *reason, PyObject *verify)
{
    const char *text = f->text != NULL ? f->text : f->code != 0 ? ossl.ERR_reason_error_string(f->code) : NULL;
    if (text == NULL)
        text = "unknown error";
    if (lib == Py_None)
        return PyUnicode_FromFormat("%s (_ssl.c:%d)", text, f->line);
    if (reason == Py_None)
        return PyUnicode_FromFormat("[%U] %s (_ssl.c:%d)", lib, text, f->line);
    if (verify == NULL)
        return PyUnicode_FromFormat("[%U: %U] %s (_ssl.c:%d)", lib, reason, text, f->line);
    return PyUnicode_FromFormat("[%U: %U] %s: %U (_ssl.c:%d)", lib, reason, text, verify, f->line);
}

static void
raise_named(const struct failure *f, PyObject *lib, PyObject *reason, PyObject *verify, long verify_code)
{
    PyObject *exc = NULL, *code = verify == NULL ? NULL : PyLong_FromLong(verify_code), *text = message(f, lib, reason, verify);
    if (text != NULL && (verify == NULL || code != NULL))
        exc = PyObject_CallFunction(f->type, "iO", f->number, text);
    if (exc != NULL && PyObject_SetAttrString(exc, "reason", reason) == 0 && PyObject_SetAttrString(exc, "library", lib) == 0
        && (verify == NULL || (PyObject_SetAttrString(exc, "verify_code", code) == 0 && PyObject_SetAttrString(exc, "verify_message", verify) == 0)))
        PyErr_SetObject(f->type, exc);
    Py_XDECREF(exc);
    Py_XDECREF(code);
    Py_XDECREF(text);
}

/* `c` is NULL where there is no connection. */
static void
raise_failure(struct ssl_state *st, struct ssl_conn *c, const struct failure *f)
{
    PyObject *lib = f->code == 0 ? Py_NewRef(Py_None) : library_name_object(ERR_GET_LIB(f->code));
    PyObject *reason = f->code == 0 ? Py_NewRef(Py_None) : reason_name(f->code), *verify = NULL;
    long verify_code = 0;
    if (c != NULL && f->type == st->cert_error) {
        verify_code = ossl.SSL_get_verify_result(c->ssl);
        verify = verify_text(c, verify_code);
    }
    if (lib != NULL && reason != NULL && (verify != NULL || f->type != st->cert_error))
        raise_named(f, lib, reason, verify, verify_code);
    Py_XDECREF(lib);
    Py_XDECREF(reason);
    Py_XDECREF(verify);
    ossl.ERR_clear_error();
}

PyObject *
ssl_raise(struct ssl_state *st, const char *text, int line)
{
    unsigned long code = text == NULL ? ossl.ERR_peek_last_error() : 0;
    raise_failure(st, NULL, &(struct failure){ st->error, ERR_GET_REASON(code), text, code, line });
    return NULL;
}

int
ssl_raise_pending(struct ssl_conn *c)
{
    PyObject *exc = c->exc;
    if (exc == NULL)
        return 0;
    c->exc = NULL;
    _PyErr_ChainExceptions1(exc);
    return -1;
}

static bool
is_ssl_reason(unsigned long code, int reason)
{
    return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == reason;
}

static void
set_eof(struct ssl_state *st, struct failure *f)
{
    f->type = st->eof;
    f->number = ERRNO_EOF;
    f->text = "EOF occurred in violation of protocol";
}

/* Errors in the protocol or below it. False: an OSError is raised already. */
static bool
describe_error(struct ssl_conn *c, const struct ssl_outcome *r, struct failure *f)
{
    struct ssl_state *st = c->st;
    int sys = r->queued != 0 ? ERR_GET_LIB(r->queued) == ERR_LIB_SYS ? ERR_GET_REASON(r->queued) : 0 : r->error == SSL_ERROR_SYSCALL ? r->sys : 0;
    f->number = r->error == SSL_ERROR_SYSCALL ? ERRNO_SYSCALL : ERRNO_SSL;
    if (sys != 0) {
        errno = sys;
        PyErr_SetFromErrno(PyExc_OSError);
        return false;
    }
    if (r->queued == 0) {
        if (r->error == SSL_ERROR_SYSCALL)
            set_eof(st, f);
        else
            f->text = "A failure in the SSL library occurred";
    } else if (is_ssl_reason(r->queued, SSL_R_CERTIFICATE_VERIFY_FAILED))
        f->type = st->cert_error;
    else if (is_ssl_reason(r->queued, SSL_R_UNEXPECTED_EOF_WHILE_READING))
        set_eof(st, f);
    return true;
}

PyObject *
ssl_raise_outcome(struct ssl_conn *c, const struct ssl_outcome *r, int line)
{
    struct ssl_state *st = c->st;
    struct failure f = { st->error, ERRNO_INVALID_CODE, NULL, r->queued, line };
    bool described = true;
    switch (r->error) {
    case SSL_ERROR_ZERO_RETURN:
        f = (struct failure){ st->zero_return, ERRNO_ZERO_RETURN, "TLS/SSL connection has been closed (EOF)", r->queued, line };
        break;
    case SSL_ERROR_WANT_READ:
        f = (struct failure){ st->want_read, ERRNO_WANT_READ, "The operation did not complete (read)", r->queued, line };
        break;
    case SSL_ERROR_WANT_WRITE:
        f = (struct failure){ st->want_write, ERRNO_WANT_WRITE, "The operation did not complete (write)", r->queued, line };
        break;
    case SSL_ERROR_WANT_X509_LOOKUP:
        f.number = ERRNO_WANT_X509_LOOKUP;
        f.text = "The operation did not complete (X509 lookup)";
        break;
    case SSL_ERROR_WANT_CONNECT:
        f.number = ERRNO_WANT_CONNECT;
        f.text = "The operation did not complete (connect)";
        break;
    case SSL_ERROR_SYSCALL:
    case SSL_ERROR_SSL:
        described = describe_error(c, r, &f);
        break;
    default:
        f.text = "Invalid error code";
        break;
    }
    if (described)
        raise_failure(st, c, &f);
    (void)ssl_raise_pending(c);
    return NULL;
}

/* ---- the types ---- */

/* The text alone, without the number before it that OSError shows. */
static PyObject *
error_str(PyObject *self)
{
    PyOSErrorObject *e = (PyOSErrorObject *)self;
    if (e->strerror != NULL && PyUnicode_Check(e->strerror))
        return Py_NewRef(e->strerror);
    return PyObject_Str(e->args);
}

static PyType_Slot error_slots[] = {
    { Py_tp_doc, "An error of the TLS library." },
    { Py_tp_str, error_str },
    { 0, NULL },
};

static PyType_Spec error_spec = {
    .name = "ssl.SSLError",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = error_slots,
};

static int
add_error(PyObject *m, const char *name, const char *doc, PyObject *bases, PyObject **out)
{
    *out = PyErr_NewExceptionWithDoc(name, doc, bases, NULL);
    return *out == NULL ? -1 : PyModule_AddObjectRef(m, name + sizeof("ssl.") - 1, *out);
}

int
ssl_add_errors(PyObject *m, struct ssl_state *st)
{
    if ((st->error = PyType_FromModuleAndSpec(m, &error_spec, PyExc_OSError)) == NULL || PyModule_AddObjectRef(m, "SSLError", st->error) < 0)
        return -1;
    PyObject *bases = PyTuple_Pack(2, st->error, PyExc_ValueError);
    if (bases == NULL)
        return -1;
    int r = add_error(m, "ssl.SSLCertVerificationError", "The other side's certificate is not trusted.", bases, &st->cert_error);
    Py_DECREF(bases);
    return r < 0
           || add_error(m, "ssl.SSLZeroReturnError", "The other side has closed the TLS connection.", st->error, &st->zero_return) < 0
           || add_error(m, "ssl.SSLWantReadError", "The operation has to wait for data from a non-blocking socket.", st->error, &st->want_read) < 0
           || add_error(m, "ssl.SSLWantWriteError", "The operation has to wait for room in a non-blocking socket.", st->error, &st->want_write) < 0
           || add_error(m, "ssl.SSLSyscallError", "A system call failed below the TLS connection.", st->error, &st->syscall) < 0
           || add_error(m, "ssl.SSLEOFError", "The connection ended without the end of TLS.", st->error, &st->eof) < 0 ? -1 : 0;
}
