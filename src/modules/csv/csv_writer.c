/* modules/csv/csv_writer.c: joining fields into lines. */
#include <string.h>

#include "modules/csv/csv.h"

struct writer {
    PyObject_HEAD
    PyObject *write;
    struct csv_dialect *dialect;
    Py_UCS4 *rec;                        /* the line in work */
    Py_ssize_t rec_size, rec_len;
    int num_fields;
    PyObject *error_obj;                 /* borrowed from the module, which the type keeps alive */
};

#define WRITER(op) ((struct writer *)(op))

static int room(struct writer *w, Py_ssize_t n)
{
    if (n > PY_SSIZE_T_MAX / 8 - w->rec_len) {
        PyErr_NoMemory();
        return -1;
    }
    if (w->rec_len + n <= w->rec_size)
        return 0;
    Py_ssize_t size = (w->rec_len + n) / 4096 * 4096 + 4096;
    Py_UCS4 *more = PyMem_Realloc(w->rec, size * sizeof(Py_UCS4));
    if (more == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    w->rec = more;
    w->rec_size = size;
    return 0;
}

/* Does c need care in a field? */
static bool is_special(const struct csv_dialect *d, Py_UCS4 c)
{
    return c == d->delimiter || c == d->escapechar || c == d->quotechar || c == '\n' || c == '\r'
           || PyUnicode_FindChar(d->lineterminator, c, 0, PyUnicode_GET_LENGTH(d->lineterminator), 1) >= 0;
}

/* Writes one special character, escaped or doubled; *quoted is set when the field must be quoted. */
static int put_special(struct writer *w, Py_UCS4 c, bool *quoted)
{
    const struct csv_dialect *d = w->dialect;
    bool escape = false;
    if (d->quoting == QUOTE_NONE)
        escape = true;
    else {
        if (c == d->quotechar) {
            if (d->doublequote)
                w->rec[w->rec_len++] = d->quotechar;
            else
                escape = true;
        }
        else if (c == d->escapechar)
            escape = true;
        if (!escape)
            *quoted = true;
    }
    if (escape) {
        if (d->escapechar == CSV_NOT_SET) {
            PyErr_SetString(w->error_obj, "need to escape, but no escapechar set");
            return -1;
        }
        w->rec[w->rec_len++] = d->escapechar;
    }
    w->rec[w->rec_len++] = c;
    return 0;
}

/* Appends a field (NULL: empty). */
static int append_field(struct writer *w, PyObject *field, bool quoted)
{
    const struct csv_dialect *d = w->dialect;
    Py_ssize_t n = field == NULL ? 0 : PyUnicode_GET_LENGTH(field);
    if (n == 0 && d->delimiter == ' ' && d->skipinitialspace) {
        if (d->quoting == QUOTE_NONE || (field == NULL && (d->quoting == QUOTE_STRINGS || d->quoting == QUOTE_NOTNULL))) {
            PyErr_SetString(w->error_obj, "empty field must be quoted if delimiter is a space and skipinitialspace is true");
            return -1;
        }
        quoted = true;
    }
    if (n > PY_SSIZE_T_MAX / 16 || room(w, 2 * n + 3) < 0)
        return -1;
    if (w->num_fields > 0)
        w->rec[w->rec_len++] = d->delimiter;
    Py_ssize_t start = w->rec_len;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(field, i);
        if (!is_special(d, c))
            w->rec[w->rec_len++] = c;
        else if (put_special(w, c, &quoted) < 0)
            return -1;
    }
    if (quoted) {
        memmove(w->rec + start + 1, w->rec + start, (w->rec_len - start) * sizeof(Py_UCS4));
        w->rec[start] = d->quotechar;
        w->rec_len++;
        w->rec[w->rec_len++] = d->quotechar;
    }
    w->num_fields++;
    return 0;
}

static int append_object(struct writer *w, PyObject *field)
{
    bool quoted;
    switch (w->dialect->quoting) {
    case QUOTE_NONNUMERIC: quoted = !PyNumber_Check(field); break;
    case QUOTE_ALL: quoted = true; break;
    case QUOTE_STRINGS: quoted = PyUnicode_Check(field); break;
    case QUOTE_NOTNULL: quoted = field != Py_None; break;
    default: quoted = false; break;
    }
    if (PyUnicode_Check(field))
        return append_field(w, field, quoted);
    if (field == Py_None)
        return append_field(w, NULL, quoted);
    PyObject *text = PyObject_Str(field);
    if (text == NULL)
        return -1;
    int r = append_field(w, text, quoted);
    Py_DECREF(text);
    return r;
}

/* A line that would be empty although it has a field: the field is quoted. */
static int quote_single_empty(struct writer *w, bool null_field)
{
    int quoting = w->dialect->quoting;
    if (quoting == QUOTE_NONE || (null_field && (quoting == QUOTE_STRINGS || quoting == QUOTE_NOTNULL))) {
        PyErr_SetString(w->error_obj, "single empty field record must be quoted");
        return -1;
    }
    w->num_fields--;
    return append_field(w, NULL, true);
}

static int append_terminator(struct writer *w)
{
    PyObject *t = w->dialect->lineterminator;
    Py_ssize_t n = PyUnicode_GET_LENGTH(t);
    if (room(w, n) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++)
        w->rec[w->rec_len++] = PyUnicode_READ_CHAR(t, i);
    return 0;
}

static PyObject *writerow(PyObject *self, PyObject *seq)
{
    struct writer *w = WRITER(self);
    PyObject *iter = PyObject_GetIter(seq), *field;
    if (iter == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(w->error_obj, "iterable expected, not %.200s", Py_TYPE(seq)->tp_name);
        return NULL;
    }
    w->rec_len = 0;
    w->num_fields = 0;
    bool null_field = false;
    while ((field = PyIter_Next(iter)) != NULL) {
        null_field = field == Py_None;
        int r = append_object(w, field);
        Py_DECREF(field);
        if (r < 0) {
            Py_DECREF(iter);
            return NULL;
        }
    }
    Py_DECREF(iter);
    if (PyErr_Occurred())
        return NULL;
    if (w->num_fields > 0 && w->rec_len == 0 && quote_single_empty(w, null_field) < 0)
        return NULL;
    if (append_terminator(w) < 0)
        return NULL;
    PyObject *line = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, w->rec, w->rec_len);
    if (line == NULL)
        return NULL;
    PyObject *result = PyObject_CallOneArg(w->write, line);
    Py_DECREF(line);
    return result;
}

static PyObject *writerows(PyObject *self, PyObject *rows)
{
    PyObject *iter = PyObject_GetIter(rows), *row;
    if (iter == NULL)
        return NULL;
    while ((row = PyIter_Next(iter)) != NULL) {
        PyObject *result = writerow(self, row);
        Py_DECREF(row);
        if (result == NULL) {
            Py_DECREF(iter);
            return NULL;
        }
        Py_DECREF(result);
    }
    Py_DECREF(iter);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

PyObject *csv_writer(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *file, *dialect = NULL;
    struct csv_module *m = PyModule_GetState(module);
    struct writer *w = PyObject_GC_New(struct writer, m->writer_type);
    if (w == NULL)
        return NULL;
    w->dialect = NULL;
    w->write = NULL;
    w->rec = NULL;
    w->rec_size = w->rec_len = 0;
    w->num_fields = 0;
    w->error_obj = Py_NewRef(m->error);
    if (!PyArg_UnpackTuple(args, "", 1, 2, &file, &dialect))
        goto fail;
    if (PyObject_GetOptionalAttr(file, m->write_name, &w->write) < 0)
        goto fail;
    if (w->write == NULL || !PyCallable_Check(w->write)) {
        PyErr_SetString(PyExc_TypeError, "argument 1 must have a \"write\" method");
        goto fail;
    }
    w->dialect = (struct csv_dialect *)csv_call_dialect(m, dialect, kwargs);
    if (w->dialect == NULL)
        goto fail;
    PyObject_GC_Track(w);
    return (PyObject *)w;
fail:
    Py_DECREF(w);
    return NULL;
}

/* ---- the type ---- */

static int writer_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(WRITER(self)->dialect);
    Py_VISIT(WRITER(self)->write);
    Py_VISIT(WRITER(self)->error_obj);
    return 0;
}

static int writer_clear(PyObject *self)
{
    Py_CLEAR(WRITER(self)->dialect);
    Py_CLEAR(WRITER(self)->write);
    Py_CLEAR(WRITER(self)->error_obj);
    return 0;
}

static void writer_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    writer_clear(self);
    PyMem_Free(WRITER(self)->rec);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyMethodDef writer_methods[] = {
    { "writerow", writerow, METH_O, "writerow($self, object, /)\n--\n\nWrite one record." },
    { "writerows", writerows, METH_O, "writerows($self, object, /)\n--\n\nWrite all records of an iterable." },
    { NULL },
};

static PyMemberDef writer_members[] = {
    { "dialect", _Py_T_OBJECT, offsetof(struct writer, dialect), Py_READONLY, NULL },
    { NULL },
};

static PyType_Slot writer_slots[] = {
    { Py_tp_doc, "CSV writer: writes records to a file." },
    { Py_tp_traverse, writer_traverse },
    { Py_tp_clear, writer_clear },
    { Py_tp_dealloc, writer_dealloc },
    { Py_tp_methods, writer_methods },
    { Py_tp_members, writer_members },
    { 0, NULL },
};

PyType_Spec csv_writer_spec = {
    .name = "_csv.writer",
    .basicsize = sizeof(struct writer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = writer_slots,
};
