/* modules/ssl/cert_decode.c: what a certificate says, as the dict of getpeercert(). */
#include "modules/ssl/ssl.h"

/* Sets a key to a new reference (NULL: an exception is set; None with `optional`: leave the key out). 0 or -1. */
static int
put(PyObject *dict, const char *key, STEALS PyObject *value, bool optional)
{
    if (value == NULL)
        return -1;
    int r = optional && value == Py_None ? 0 : PyDict_SetItemString(dict, key, value);
    Py_DECREF(value);
    return r;
}

/* A list as a tuple; takes the list. None if it is empty and `or_none`. */
static OWNED PyObject *
as_tuple(STEALS PyObject *list, bool or_none)
{
    if (list == NULL)
        return NULL;
    PyObject *t = or_none && PyList_GET_SIZE(list) == 0 ? Py_NewRef(Py_None) : PyList_AsTuple(list);
    Py_DECREF(list);
    return t;
}

/* 0 or -1, also for an item that is NULL. */
static int
append(PyObject *list, STEALS PyObject *item)
{
    if (item == NULL)
        return -1;
    int r = PyList_Append(list, item);
    Py_DECREF(item);
    return r;
}

static OWNED PyObject *
text_of(const ASN1_STRING *s)
{
    return PyUnicode_FromStringAndSize((const char *)ossl.ASN1_STRING_get0_data(s), ossl.ASN1_STRING_length(s));
}

/* ---- names ---- */

/* (name, value) */
static OWNED PyObject *
attribute(struct ssl_state *st, const ASN1_OBJECT *what, ASN1_STRING *value)
{
    PyObject *name = ssl_oid_text(st, what, false);
    if (name == NULL)
        return NULL;
    if (ossl.ASN1_STRING_type(value) == V_ASN1_BIT_STRING)
        return Py_BuildValue("Ny#", name, ossl.ASN1_STRING_get0_data(value), (Py_ssize_t)ossl.ASN1_STRING_length(value));
    unsigned char *utf8;
    int n = ossl.ASN1_STRING_to_UTF8(&utf8, value);
    if (n < 0) {
        Py_DECREF(name);
        return SSL_RAISE(st, NULL);
    }
    PyObject *pair = Py_BuildValue("Ns#", name, utf8, (Py_ssize_t)n);
    ossl_free(utf8);
    return pair;
}

/* A tuple of relative names, each a tuple of attributes: those with the same set number belong together. */
static OWNED PyObject *
name_tuple(struct ssl_state *st, const X509_NAME *name)
{
    PyObject *all = PyList_New(0), *group = PyList_New(0);
    int set = -1, n = ossl.X509_NAME_entry_count(name);
    bool ok = all != NULL && group != NULL;
    for (int i = 0; ok && i < n; i++) {
        X509_NAME_ENTRY *e = ossl.X509_NAME_get_entry(name, i);
        int own = ossl.X509_NAME_ENTRY_set(e);
        if (set >= 0 && set != own) {
            ok = append(all, as_tuple(group, false)) == 0;
            group = PyList_New(0);
            ok = ok && group != NULL;
        }
        set = own;
        ok = ok && append(group, attribute(st, ossl.X509_NAME_ENTRY_get_object(e), ossl.X509_NAME_ENTRY_get_data(e))) == 0;
    }
    if (ok && PyList_GET_SIZE(group) > 0) {
        ok = append(all, as_tuple(group, false)) == 0;
        group = NULL;
    }
    Py_XDECREF(group);
    if (ok)
        return as_tuple(all, false);
    Py_XDECREF(all);
    return NULL;
}

/* ---- other names of the subject ---- */

static OWNED PyObject *
ip_text(const ASN1_OCTET_STRING *ip)
{
    const unsigned char *p = ossl.ASN1_STRING_get0_data(ip);
    int n = ossl.ASN1_STRING_length(ip);
    if (n == 4)
        return PyUnicode_FromFormat("%d.%d.%d.%d", p[0], p[1], p[2], p[3]);
    if (n != 16)
        return PyUnicode_FromString("<invalid>");
    int g[8];
    for (int i = 0; i < 8; i++)
        g[i] = p[2 * i] << 8 | p[2 * i + 1];
    return PyUnicode_FromFormat("%X:%X:%X:%X:%X:%X:%X:%X", g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7]);
}

static OWNED PyObject *
registered_id(const ASN1_OBJECT *id)
{
    char text[2048];
    int n = ossl.i2t_ASN1_OBJECT(text, sizeof(text) - 1, id);
    if (n < 0)
        return NULL;
    return n >= (int)sizeof(text) ? PyUnicode_FromString("<INVALID>") : PyUnicode_FromStringAndSize(text, n);
}

/* ("kind", "value") out of the library's "kind:value". */
static OWNED PyObject *
printed_name(GENERAL_NAME *g)
{
    if (g->type != GEN_OTHERNAME && g->type != GEN_X400 && g->type != GEN_EDIPARTY
        && PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "Unknown general name type %d", g->type) < 0)
        return NULL;
    BIO *b = ossl.BIO_new(ossl.BIO_s_mem());
    if (b == NULL)
        return PyErr_NoMemory();
    ossl.GENERAL_NAME_print(b, g);
    PyObject *bytes = ssl_bio_take(b, false);
    if (bytes == NULL)
        return NULL;
    const char *s = PyBytes_AS_STRING(bytes), *colon = strchr(s, ':');
    PyObject *pair = NULL;
    if (colon == NULL)
        PyErr_Format(PyExc_ValueError, "Invalid value %.200s", s);
    else
        pair = Py_BuildValue("s#s", s, (Py_ssize_t)(colon - s), colon + 1);
    Py_DECREF(bytes);
    return pair;
}

static OWNED PyObject *
general_name(struct ssl_state *st, GENERAL_NAME *g)
{
    const char *kind;
    PyObject *value;
    switch (g->type) {
    case GEN_DIRNAME: kind = "DirName"; value = name_tuple(st, g->d.dirn); break;
    case GEN_EMAIL: kind = "email"; value = text_of(g->d.rfc822Name); break;
    case GEN_DNS: kind = "DNS"; value = text_of(g->d.dNSName); break;
    case GEN_URI: kind = "URI"; value = text_of(g->d.uniformResourceIdentifier); break;
    case GEN_RID: kind = "Registered ID"; value = registered_id(g->d.rid); break;
    case GEN_IPADD: kind = "IP Address"; value = ip_text(g->d.ip); break;
    default: return printed_name(g);
    }
    if (value == NULL)
        return PyErr_Occurred() ? NULL : SSL_RAISE(st, NULL);
    return Py_BuildValue("sN", kind, value);
}

static OWNED PyObject *
alternative_names(struct ssl_state *st, X509 *x)
{
    GENERAL_NAMES *names = ossl.X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    if (names == NULL)
        Py_RETURN_NONE;
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < stack_count(names); i++)
        if (append(list, general_name(st, stack_item(names, i))) < 0)
            Py_CLEAR(list);
    ossl.GENERAL_NAMES_free(names);
    return as_tuple(list, false);
}

/* ---- addresses ---- */

/* URIs of one kind of access, or None. */
static OWNED PyObject *
access_uris(X509 *x, int nid)
{
    AUTHORITY_INFO_ACCESS *info = ossl.X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
    if (info == NULL)
        Py_RETURN_NONE;
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < stack_count(info); i++) {
        ACCESS_DESCRIPTION *a = stack_item(info, i);
        if (ossl.OBJ_obj2nid(a->method) == nid && a->location->type == GEN_URI
            && append(list, text_of(a->location->d.uniformResourceIdentifier)) < 0)
            Py_CLEAR(list);
    }
    ossl.AUTHORITY_INFO_ACCESS_free(info);
    return as_tuple(list, true);
}

static int
append_uris(PyObject *list, const GENERAL_NAMES *names)
{
    for (int i = 0; i < stack_count(names); i++) {
        GENERAL_NAME *g = stack_item(names, i);
        if (g->type == GEN_URI && append(list, text_of(g->d.uniformResourceIdentifier)) < 0)
            return -1;
    }
    return 0;
}

static OWNED PyObject *
revocation_uris(X509 *x)
{
    CRL_DIST_POINTS *points = ossl.X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL);
    if (points == NULL)
        Py_RETURN_NONE;
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < stack_count(points); i++) {
        DIST_POINT *p = stack_item(points, i);
        if (p->distpoint != NULL && p->distpoint->type == 0 && append_uris(list, p->distpoint->name.fullname) < 0)
            Py_CLEAR(list);
    }
    ossl.CRL_DIST_POINTS_free(points);
    return as_tuple(list, true);
}

/* ---- all of it ---- */

static OWNED PyObject *
time_text(const ASN1_TIME *t)
{
    BIO *b = ossl.BIO_new(ossl.BIO_s_mem());
    if (b == NULL)
        return PyErr_NoMemory();
    ossl.ASN1_TIME_print(b, t);
    return ssl_bio_take(b, true);
}

static OWNED PyObject *
serial_text(X509 *x)
{
    BIO *b = ossl.BIO_new(ossl.BIO_s_mem());
    if (b == NULL)
        return PyErr_NoMemory();
    ossl.i2a_ASN1_INTEGER(b, ossl.X509_get0_serialNumber(x));
    return ssl_bio_take(b, true);
}

PyObject *
ssl_cert_decode(struct ssl_state *st, X509 *x)
{
    PyObject *d = PyDict_New();
    if (d != NULL
        && put(d, "subject", name_tuple(st, ossl.X509_get_subject_name(x)), false) == 0
        && put(d, "issuer", name_tuple(st, ossl.X509_get_issuer_name(x)), false) == 0
        && put(d, "version", PyLong_FromLong(ossl.X509_get_version(x) + 1), false) == 0
        && put(d, "serialNumber", serial_text(x), false) == 0
        && put(d, "notBefore", time_text(ossl.X509_get0_notBefore(x)), false) == 0
        && put(d, "notAfter", time_text(ossl.X509_get0_notAfter(x)), false) == 0
        && put(d, "subjectAltName", alternative_names(st, x), true) == 0
        && put(d, "OCSP", access_uris(x, NID_ad_OCSP), true) == 0
        && put(d, "caIssuers", access_uris(x, NID_ad_ca_issuers), true) == 0
        && put(d, "crlDistributionPoints", revocation_uris(x), true) == 0)
        return d;
    Py_XDECREF(d);
    return NULL;
}

PyObject *
ssl_test_decode_cert(PyObject *module, PyObject *path)
{
    struct ssl_state *st = PyModule_GetState(module);
    PyObject *name;
    if (!PyUnicode_FSConverter(path, &name))
        return NULL;
    FILE *f = fopen(PyBytes_AS_STRING(name), "r");
    Py_DECREF(name);
    BIO *b = f == NULL ? NULL : ossl.BIO_new_fp(f, BIO_CLOSE);
    if (b == NULL) {
        if (f != NULL)
            fclose(f);
        PyErr_SetString(st->error, f == NULL ? "Can't open file" : "Can't malloc memory to read file");
        return NULL;
    }
    X509 *x = ossl.PEM_read_bio_X509(b, NULL, NULL, NULL);
    ossl.BIO_free(b);
    if (x == NULL) {
        ossl.ERR_clear_error();
        PyErr_SetString(st->error, "Error decoding PEM-encoded file");
        return NULL;
    }
    PyObject *d = ssl_cert_decode(st, x);
    ossl.X509_free(x);
    return d;
}
