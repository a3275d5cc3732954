/* modules/ssl/cert.c: Certificate, a certificate of the library as an object. */
#include "modules/ssl/ssl.h"

struct cert { PyObject_HEAD X509 *x; Py_hash_t hash; };

static struct ssl_state *
state_of(PyObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

static X509 *
cert_of(PyObject *self)
{
    return ((struct cert *)self)->x;
}

/* ---- for the other parts ---- */

PyObject *
ssl_cert_new(struct ssl_state *st, X509 *x)
{
    struct cert *c = (struct cert *)st->cert_type->tp_alloc(st->cert_type, 0);
    if (c == NULL) {
        ossl.X509_free(x);
        return NULL;
    }
    c->x = x;
    c->hash = -1;
    return (PyObject *)c;
}

static int
append_cert(struct ssl_state *st, PyObject *list, X509 *x)
{
    ossl.X509_up_ref(x);
    PyObject *c = ssl_cert_new(st, x);
    int r = c == NULL ? -1 : PyList_Append(list, c);
    Py_XDECREF(c);
    return r;
}

PyObject *
ssl_cert_list(struct ssl_state *st, X509 *first, STACK_OF(X509) *chain)
{
    PyObject *list = PyList_New(0);
    if (list != NULL && first != NULL && append_cert(st, list, first) < 0)
        Py_CLEAR(list);
    for (int i = 0; list != NULL && i < stack_count(chain); i++)
        if (append_cert(st, list, stack_item(chain, i)) < 0)
            Py_CLEAR(list);
    return list;
}

PyObject *
ssl_cert_der(struct ssl_state *st, X509 *x)
{
    unsigned char *der = NULL;
    int n = ossl.i2d_X509(x, &der);
    if (n < 0)
        return SSL_RAISE(st, NULL);
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)der, n);
    ossl_free(der);
    return bytes;
}

PyObject *
ssl_bio_take(BIO *b, bool as_text)
{
    char *data;
    long n = ossl.BIO_ctrl(b, BIO_CTRL_INFO, 0, &data);
    PyObject *r = as_text ? PyUnicode_DecodeUTF8(data, n, "strict") : PyBytes_FromStringAndSize(data, n);
    ossl.BIO_free(b);
    return r;
}

PyObject *
ssl_oid_text(struct ssl_state *st, const ASN1_OBJECT *o, bool numbers)
{
    char small[256], *text = small;
    int n = ossl.OBJ_obj2txt(small, sizeof(small), o, numbers);
    if (n >= (int)sizeof(small)) {
        if ((text = PyMem_Malloc(n + 1)) == NULL)
            return PyErr_NoMemory();
        n = ossl.OBJ_obj2txt(text, n + 1, o, numbers);
    }
    PyObject *r = n < 0 ? SSL_RAISE(st, NULL) : n == 0 && numbers ? Py_NewRef(Py_None) : PyUnicode_FromStringAndSize(text, n);
    if (text != small)
        PyMem_Free(text);
    return r;
}

/* ---- the type ---- */

static void
cert_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    ossl.X509_free(cert_of(self));
    type->tp_free(self);
    Py_DECREF(type);
}

static OWNED PyObject *
pem_text(struct ssl_state *st, X509 *x)
{
    BIO *b = ossl.BIO_new(ossl.BIO_s_mem());
    if (b == NULL)
        return PyErr_NoMemory();
    if (ossl.PEM_write_bio_X509(b, x) == 0) {
        ossl.BIO_free(b);
        return SSL_RAISE(st, NULL);
    }
    return ssl_bio_take(b, true);
}

static PyObject *
cert_public_bytes(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    int format = ENCODING_PEM;
    if (MOD_BIND(a, "public_bytes", args, nargs, kwnames, 0, 1, "format") < 0
        || (a[0] != NULL && (format = PyLong_AsInt(a[0])) == -1 && PyErr_Occurred()))
        return NULL;
    if (format == ENCODING_PEM)
        return pem_text(state_of(self), cert_of(self));
    if (format == ENCODING_DER)
        return ssl_cert_der(state_of(self), cert_of(self));
    PyErr_SetString(PyExc_ValueError, "Unsupported format");
    return NULL;
}

static PyObject *
cert_get_info(PyObject *self, PyObject *unused)
{
    return ssl_cert_decode(state_of(self), cert_of(self));
}

static PyObject *
cert_repr(PyObject *self)
{
    BIO *b = ossl.BIO_new(ossl.BIO_s_mem());
    if (b == NULL)
        return PyErr_NoMemory();
    ossl.X509_NAME_print_ex(b, ossl.X509_get_subject_name(cert_of(self)), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    PyObject *name = ssl_bio_take(b, true), *r = name == NULL ? NULL : PyUnicode_FromFormat("<%s '%U'>", Py_TYPE(self)->tp_name, name);
    Py_XDECREF(name);
    return r;
}

static Py_hash_t
cert_hash(PyObject *self)
{
    struct cert *c = (struct cert *)self;
    if (c->hash == -1) {
        c->hash = ossl.X509_subject_name_hash(c->x);
        if (c->hash == -1)
            c->hash = -2;
    }
    return c->hash;
}

static PyObject *
cert_compare(PyObject *self, PyObject *other, int op)
{
    if (Py_TYPE(self) != Py_TYPE(other) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    return PyBool_FromLong((ossl.X509_cmp(cert_of(self), cert_of(other)) == 0) == (op == Py_EQ));
}

static PyMethodDef cert_methods[] = {
    { "public_bytes", MOD_FASTKW(cert_public_bytes), METH_FASTCALL | METH_KEYWORDS,
      "public_bytes($self, /, format=Encoding.PEM)\n--\n\nThe certificate in an encoding." },
    { "get_info", cert_get_info, METH_NOARGS, "get_info($self, /)\n--\n\nWhat the certificate says, as a dict." },
    { NULL },
};

static PyType_Slot cert_slots[] = {
    { Py_tp_dealloc, cert_dealloc },
    { Py_tp_repr, cert_repr },
    { Py_tp_hash, cert_hash },
    { Py_tp_richcompare, cert_compare },
    { Py_tp_methods, cert_methods },
    { 0, NULL },
};

PyType_Spec ssl_cert_spec = {
    .name = "_ssl.Certificate",
    .basicsize = sizeof(struct cert),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = cert_slots,
};
