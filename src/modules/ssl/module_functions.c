/* modules/ssl/module_functions.c: functions of the module _ssl: random numbers, object identifiers, paths. */
#include "modules/ssl/ssl.h"

PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);
PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);

/* ---- random numbers ---- */

static void
add_random(const char *bytes, Py_ssize_t n, double entropy)
{
    do {
        int part = n > INT_MAX ? INT_MAX : n;
        ossl.RAND_add(bytes, part, entropy);
        bytes += part;
        n -= part;
    } while (n > 0);
}

PyObject *
ssl_rand_add(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    Py_buffer view = { 0 };
    Py_ssize_t n;
    const char *bytes;
    if (!_PyArg_CheckPositional("RAND_add", nargs, 2, 2))
        return NULL;
    if (PyUnicode_Check(args[0])) {
        if ((bytes = PyUnicode_AsUTF8AndSize(args[0], &n)) == NULL)
            return NULL;
    } else {
        if (PyObject_GetBuffer(args[0], &view, PyBUF_SIMPLE) < 0)
            return NULL;
        bytes = view.buf;
        n = view.len;
    }
    double entropy = PyFloat_AsDouble(args[1]);
    bool ok = entropy != -1.0 || !PyErr_Occurred();
    if (ok)
        add_random(bytes, n, entropy);
    if (view.obj != NULL)
        PyBuffer_Release(&view);
    return ok ? Py_NewRef(Py_None) : NULL;
}

PyObject *
ssl_rand_bytes(PyObject *m, PyObject *arg)
{
    struct ssl_state *st = PyModule_GetState(m);
    int n = PyLong_AsInt(arg);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "num must be positive");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, n);
    if (bytes == NULL || n == 0 || ossl.RAND_bytes((unsigned char *)PyBytes_AS_STRING(bytes), n) == 1)
        return bytes;
    unsigned long code = ossl.ERR_peek_last_error();
    PyObject *pair = Py_BuildValue("ks", code, ossl.ERR_reason_error_string(code));
    ossl.ERR_clear_error();
    if (pair != NULL)
        PyErr_SetObject(st->error, pair);
    Py_XDECREF(pair);
    Py_DECREF(bytes);
    return NULL;
}

PyObject *
ssl_rand_status(PyObject *m, PyObject *unused)
{
    return PyBool_FromLong(ossl.RAND_status());
}

/* ---- object identifiers ---- */

/* (number, short name, long name, dotted numbers) */
static OWNED PyObject *
object_tuple(struct ssl_state *st, ASN1_OBJECT *o)
{
    int nid = ossl.OBJ_obj2nid(o);
    if (nid == NID_undef) {
        PyErr_SetString(PyExc_ValueError, "Unknown object");
        return NULL;
    }
    PyObject *numbers = ssl_oid_text(st, o, true);
    return numbers == NULL ? NULL : Py_BuildValue("issN", nid, ossl.OBJ_nid2sn(nid), ossl.OBJ_nid2ln(nid), numbers);
}

PyObject *
ssl_txt2obj(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2];
    int by_name = 0;
    if (MOD_BIND(a, "txt2obj", args, nargs, kwnames, 1, 2, "txt", "name") < 0)
        return NULL;
    if (!PyUnicode_Check(a[0])) {
        _PyArg_BadArgument("txt2obj", "argument 'txt'", "str", a[0]);
        return NULL;
    }
    Py_ssize_t n;
    const char *text = PyUnicode_AsUTF8AndSize(a[0], &n);
    if (text == NULL || (a[1] != NULL && (by_name = PyObject_IsTrue(a[1])) < 0))
        return NULL;
    if (strlen(text) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    ASN1_OBJECT *o = ossl.OBJ_txt2obj(text, !by_name);
    if (o == NULL) {
        ossl.ERR_clear_error();
        return PyErr_Format(PyExc_ValueError, "unknown object '%.100s'", text);
    }
    PyObject *t = object_tuple(PyModule_GetState(m), o);
    ossl.ASN1_OBJECT_free(o);
    return t;
}

PyObject *
ssl_nid2obj(PyObject *m, PyObject *arg)
{
    int nid = PyLong_AsInt(arg);
    if (nid == -1 && PyErr_Occurred())
        return NULL;
    if (nid < NID_undef) {
        PyErr_SetString(PyExc_ValueError, "NID must be positive.");
        return NULL;
    }
    ASN1_OBJECT *o = ossl.OBJ_nid2obj(nid);
    if (o == NULL) {
        ossl.ERR_clear_error();
        return PyErr_Format(PyExc_ValueError, "unknown NID %i", nid);
    }
    PyObject *t = object_tuple(PyModule_GetState(m), o);
    ossl.ASN1_OBJECT_free(o);
    return t;
}

/* ---- paths ---- */

PyObject *
ssl_default_verify_paths(PyObject *m, PyObject *unused)
{
    const char *texts[] = { ossl.X509_get_default_cert_file_env(), ossl.X509_get_default_cert_file(), ossl.X509_get_default_cert_dir_env(),
                            ossl.X509_get_default_cert_dir() };
    PyObject *t = PyTuple_New(4);
    for (int i = 0; t != NULL && i < 4; i++) {
        PyObject *s = texts[i] == NULL ? Py_NewRef(Py_None) : PyUnicode_DecodeFSDefault(texts[i]);
        if (s == NULL)
            Py_CLEAR(t);
        else
            PyTuple_SET_ITEM(t, i, s);
    }
    return t;
}
