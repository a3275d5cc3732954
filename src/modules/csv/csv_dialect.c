/* modules/csv/csv_dialect.c: how a file is written: delimiter, quoting, line ends. */
#include <string.h>

#include "modules/csv/csv.h"

#define DIALECT(op) ((struct csv_dialect *)(op))

/* ---- setting the fields from Python values; NULL gives the default; 0 or -1 ---- */

static int set_bool(const char *name, char *out, PyObject *v, bool otherwise)
{
    int b = v == NULL ? otherwise : PyObject_IsTrue(v);
    *out = b > 0;
    return b < 0 ? -1 : 0;
}

static int set_quoting(int *out, PyObject *v)
{
    if (v == NULL) {
        *out = QUOTE_MINIMAL;
        return 0;
    }
    if (!PyLong_CheckExact(v)) {
        PyErr_SetString(PyExc_TypeError, "\"quoting\" must be an integer");
        return -1;
    }
    *out = PyLong_AsInt(v);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

static int set_char(const char *name, Py_UCS4 *out, PyObject *v, Py_UCS4 otherwise, bool none_allowed)
{
    *out = otherwise;
    if (v == NULL)
        return 0;
    if (none_allowed && v == Py_None) {
        *out = CSV_NOT_SET;
        return 0;
    }
    if (!PyUnicode_Check(v)) {
        PyErr_Format(PyExc_TypeError, "\"%s\" must be string%s, not %.200s", name, none_allowed ? " or None" : "", Py_TYPE(v)->tp_name);
        return -1;
    }
    if (PyUnicode_GET_LENGTH(v) != 1) {
        PyErr_Format(PyExc_TypeError, "\"%s\" must be a 1-character string", name);
        return -1;
    }
    *out = PyUnicode_READ_CHAR(v, 0);
    return 0;
}

static int set_string(const char *name, PyObject **out, PyObject *v, const char *otherwise)
{
    if (v == NULL)
        *out = PyUnicode_FromString(otherwise);
    else if (v == Py_None)
        return 0;
    else if (PyUnicode_Check(v))
        *out = Py_NewRef(v);
    else
        PyErr_Format(PyExc_TypeError, "\"%s\" must be a string", name);
    return *out == NULL ? -1 : 0;
}

/* ---- checks ---- */

static int check_char(struct csv_dialect *d, const char *name, Py_UCS4 c, bool space_allowed)
{
    if (c == '\r' || c == '\n' || (c == ' ' && !space_allowed)) {
        PyErr_Format(PyExc_ValueError, "bad %s value", name);
        return -1;
    }
    if (c != CSV_NOT_SET && PyUnicode_FindChar(d->lineterminator, c, 0, PyUnicode_GET_LENGTH(d->lineterminator), 1) >= 0) {
        PyErr_Format(PyExc_ValueError, "bad %s or lineterminator value", name);
        return -1;
    }
    return 0;
}

static int check_pair(const char *name, const char *name2, Py_UCS4 a, Py_UCS4 b)
{
    if (a != b || a == CSV_NOT_SET)
        return 0;
    PyErr_Format(PyExc_ValueError, "bad %s or %s value", name, name2);
    return -1;
}

static int check(struct csv_dialect *d)
{
    const char *problem = NULL;
    if (d->quoting < QUOTE_MINIMAL || d->quoting > QUOTE_NOTNULL)
        problem = "bad \"quoting\" value";
    else if (d->delimiter == CSV_NOT_SET)
        problem = "\"delimiter\" must be a 1-character string";
    else if (d->quoting != QUOTE_NONE && d->quotechar == CSV_NOT_SET)
        problem = "quotechar must be set if quoting enabled";
    else if (d->lineterminator == NULL)
        problem = "lineterminator must be set";
    if (problem != NULL) {
        PyErr_SetString(PyExc_TypeError, problem);
        return -1;
    }
    if (check_char(d, "delimiter", d->delimiter, true) < 0 || check_char(d, "escapechar", d->escapechar, !d->skipinitialspace) < 0
        || check_char(d, "quotechar", d->quotechar, !d->skipinitialspace) < 0)
        return -1;
    if (check_pair("delimiter", "escapechar", d->delimiter, d->escapechar) < 0 || check_pair("delimiter", "quotechar", d->delimiter, d->quotechar) < 0)
        return -1;
    return check_pair("escapechar", "quotechar", d->escapechar, d->quotechar);
}

/* ---- making ---- */

enum { DELIMITER, DOUBLEQUOTE, ESCAPECHAR, LINETERMINATOR, QUOTECHAR, QUOTING, SKIPINITIALSPACE, STRICT, N_FIELDS };
static char *field_names[] = { "dialect", "delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict", NULL };

static int fill(struct csv_dialect *d, PyObject *v[N_FIELDS])
{
    if (set_char("delimiter", &d->delimiter, v[DELIMITER], ',', false) < 0 || set_bool("doublequote", &d->doublequote, v[DOUBLEQUOTE], true) < 0
        || set_char("escapechar", &d->escapechar, v[ESCAPECHAR], CSV_NOT_SET, true) < 0
        || set_string("lineterminator", &d->lineterminator, v[LINETERMINATOR], "\r\n") < 0
        || set_char("quotechar", &d->quotechar, v[QUOTECHAR], '"', true) < 0 || set_quoting(&d->quoting, v[QUOTING]) < 0
        || set_bool("skipinitialspace", &d->skipinitialspace, v[SKIPINITIALSPACE], false) < 0 || set_bool("strict", &d->strict, v[STRICT], false) < 0)
        return -1;
    if (v[QUOTECHAR] == Py_None && v[QUOTING] == NULL)
        d->quoting = QUOTE_NONE;
    return check(d);
}

/* Takes what is not given from the attributes of dialect; all references become owned. */
static void complete(PyObject *v[N_FIELDS], PyObject *dialect)
{
    for (int i = 0; i < N_FIELDS; i++) {
        if (v[i] != NULL)
            Py_INCREF(v[i]);
        else if (dialect != NULL && (v[i] = PyObject_GetAttrString(dialect, field_names[i + 1])) == NULL)
            PyErr_Clear();
    }
}

static PyObject *dialect_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *dialect = NULL, *v[N_FIELDS] = { NULL };
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOOOOOOOO", field_names, &dialect, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]))
        return NULL;
    PyObject *module = PyType_GetModuleByDef(type, &csv_module_def);
    if (module == NULL)
        return NULL;
    struct csv_module *m = PyModule_GetState(module);
    if (dialect != NULL && PyUnicode_Check(dialect)) {
        dialect = csv_get_dialect(m, dialect);
        if (dialect == NULL)
            return NULL;
    }
    else
        Py_XINCREF(dialect);
    bool given = false;
    for (int i = 0; i < N_FIELDS; i++)
        given |= v[i] != NULL;
    if (dialect != NULL && !given && PyObject_TypeCheck(dialect, m->dialect_type))
        return dialect;
    struct csv_dialect *d = (struct csv_dialect *)type->tp_alloc(type, 0);
    if (d != NULL) {
        complete(v, dialect);
        if (fill(d, v) < 0)
            Py_CLEAR(d);
        for (int i = 0; i < N_FIELDS; i++)
            Py_XDECREF(v[i]);
    }
    Py_XDECREF(dialect);
    return (PyObject *)d;
}

/* ---- the type ---- */

static int dialect_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(DIALECT(self)->lineterminator);
    return 0;
}

static int dialect_clear(PyObject *self)
{
    Py_CLEAR(DIALECT(self)->lineterminator);
    return 0;
}

static void dialect_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    dialect_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *char_value(Py_UCS4 c)
{
    if (c == CSV_NOT_SET)
        Py_RETURN_NONE;
    return PyUnicode_FromOrdinal((int)c);
}

static PyObject *get_delimiter(PyObject *self, void *unused) { return char_value(DIALECT(self)->delimiter); }
static PyObject *get_escapechar(PyObject *self, void *unused) { return char_value(DIALECT(self)->escapechar); }
static PyObject *get_quotechar(PyObject *self, void *unused) { return char_value(DIALECT(self)->quotechar); }
static PyObject *get_quoting(PyObject *self, void *unused) { return PyLong_FromLong(DIALECT(self)->quoting); }
static PyObject *get_lineterminator(PyObject *self, void *unused) { return Py_XNewRef(DIALECT(self)->lineterminator); }

static PyObject *no_pickle(PyObject *self, PyObject *unused)
{
    return PyErr_Format(PyExc_TypeError, "cannot pickle '%.100s' instances", strrchr(Py_TYPE(self)->tp_name, '.') ? strrchr(Py_TYPE(self)->tp_name, '.') + 1 : Py_TYPE(self)->tp_name);
}

static PyMethodDef dialect_methods[] = {
    { "__reduce__", no_pickle, METH_VARARGS, "Raises TypeError: a dialect cannot be pickled." },
    { "__reduce_ex__", no_pickle, METH_VARARGS, "Raises TypeError: a dialect cannot be pickled." },
    { NULL },
};

static PyMemberDef dialect_members[] = {
    { "skipinitialspace", Py_T_BOOL, offsetof(struct csv_dialect, skipinitialspace), Py_READONLY, NULL },
    { "doublequote", Py_T_BOOL, offsetof(struct csv_dialect, doublequote), Py_READONLY, NULL },
    { "strict", Py_T_BOOL, offsetof(struct csv_dialect, strict), Py_READONLY, NULL },
    { NULL },
};

static PyGetSetDef dialect_getset[] = {
    { "delimiter", get_delimiter }, { "escapechar", get_escapechar }, { "lineterminator", get_lineterminator },
    { "quotechar", get_quotechar }, { "quoting", get_quoting }, { NULL },
};

static PyType_Slot dialect_slots[] = {
    { Py_tp_doc, "CSV dialect: how a file separates and quotes its fields." },
    { Py_tp_members, dialect_members },
    { Py_tp_getset, dialect_getset },
    { Py_tp_new, dialect_new },
    { Py_tp_methods, dialect_methods },
    { Py_tp_dealloc, dialect_dealloc },
    { Py_tp_clear, dialect_clear },
    { Py_tp_traverse, dialect_traverse },
    { 0, NULL },
};

PyType_Spec csv_dialect_spec = {
    .name = "_csv.Dialect",
    .basicsize = sizeof(struct csv_dialect),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = dialect_slots,
};
