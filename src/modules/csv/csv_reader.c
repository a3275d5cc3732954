/* modules/csv/csv_reader.c: splitting lines into fields by a state machine, one character at a time. */
#include "modules/csv/csv.h"

enum parse_state {
    START_RECORD, START_FIELD, ESCAPED_CHAR, IN_FIELD, IN_QUOTED_FIELD, ESCAPE_IN_QUOTED_FIELD, QUOTE_IN_QUOTED_FIELD, EAT_CRNL, AFTER_ESCAPED_CRNL,
};
#define EOL ((Py_UCS4)-2)

struct reader {
    PyObject_HEAD
    PyObject *input_iter;
    struct csv_dialect *dialect;
    PyObject *fields;                    /* of the record in work, or NULL */
    enum parse_state state;
    Py_UCS4 *field;
    Py_ssize_t field_size, field_len;
    bool unquoted;                       /* the field in work has no quotes so far */
    unsigned long line_num;
};

#define READER(op) ((struct reader *)(op))

static int save_field(struct reader *r)
{
    int quoting = r->dialect->quoting;
    PyObject *field;
    if (r->unquoted && r->field_len == 0 && (quoting == QUOTE_NOTNULL || quoting == QUOTE_STRINGS))
        field = Py_NewRef(Py_None);
    else {
        field = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, r->field, r->field_len);
        if (field == NULL)
            return -1;
        if (r->unquoted && r->field_len != 0 && (quoting == QUOTE_NONNUMERIC || quoting == QUOTE_STRINGS))
            Py_SETREF(field, PyNumber_Float(field));
        if (field == NULL)
            return -1;
        r->field_len = 0;
    }
    int status = PyList_Append(r->fields, field);
    Py_DECREF(field);
    return status;
}

static int add_char(struct reader *r, struct csv_module *m, Py_UCS4 c)
{
    if (r->field_len >= m->field_limit) {
        PyErr_Format(m->error, "field larger than field limit (%zd)", m->field_limit);
        return -1;
    }
    if (r->field_len == r->field_size) {
        Py_ssize_t size = r->field_size ? 2 * r->field_size : 4096;
        Py_UCS4 *more = size > PY_SSIZE_T_MAX / 8 ? NULL : PyMem_Realloc(r->field, size * sizeof(Py_UCS4));
        if (more == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        r->field = more;
        r->field_size = size;
    }
    r->field[r->field_len++] = c;
    return 0;
}

static bool is_end(Py_UCS4 c) { return c == '\n' || c == '\r' || c == EOL; }

static int end_field(struct reader *r, Py_UCS4 c)
{
    if (save_field(r) < 0)
        return -1;
    r->state = c == EOL ? START_RECORD : EAT_CRNL;
    return 0;
}

static int next_field(struct reader *r)
{
    if (save_field(r) < 0)
        return -1;
    r->state = START_FIELD;
    return 0;
}

static int start_field(struct reader *r, struct csv_module *m, Py_UCS4 c)
{
    const struct csv_dialect *d = r->dialect;
    r->unquoted = true;
    if (is_end(c))
        return end_field(r, c);
    if (c == d->quotechar && d->quoting != QUOTE_NONE) {
        r->unquoted = false;
        r->state = IN_QUOTED_FIELD;
    }
    else if (c == d->escapechar)
        r->state = ESCAPED_CHAR;
    else if (c == ' ' && d->skipinitialspace)
        r->state = START_FIELD;
    else if (c == d->delimiter)
        return next_field(r);
    else {
        r->state = IN_FIELD;
        return add_char(r, m, c);
    }
    return 0;
}

static int in_field(struct reader *r, struct csv_module *m, Py_UCS4 c)
{
    if (is_end(c))
        return end_field(r, c);
    if (c == r->dialect->escapechar) {
        r->state = ESCAPED_CHAR;
        return 0;
    }
    return c == r->dialect->delimiter ? next_field(r) : add_char(r, m, c);
}

static int after_quote(struct reader *r, struct csv_module *m, Py_UCS4 c)
{
    const struct csv_dialect *d = r->dialect;
    if (d->quoting != QUOTE_NONE && c == d->quotechar) {          /* "" stands for " */
        r->state = IN_QUOTED_FIELD;
        return add_char(r, m, c);
    }
    if (c == d->delimiter)
        return next_field(r);
    if (is_end(c))
        return end_field(r, c);
    if (d->strict) {
        PyErr_Format(m->error, "'%c' expected after '%c'", (int)d->delimiter, (int)d->quotechar);
        return -1;
    }
    r->state = IN_FIELD;
    return add_char(r, m, c);
}

static int in_quoted(struct reader *r, struct csv_module *m, Py_UCS4 c)
{
    const struct csv_dialect *d = r->dialect;
    if (c == EOL)
        return 0;
    if (c == d->escapechar)
        r->state = ESCAPE_IN_QUOTED_FIELD;
    else if (c == d->quotechar && d->quoting != QUOTE_NONE)
        r->state = d->doublequote ? QUOTE_IN_QUOTED_FIELD : IN_FIELD;
    else
        return add_char(r, m, c);
    return 0;
}

static int process_char(struct reader *r, struct csv_module *m, Py_UCS4 c)
{
    switch (r->state) {
    case START_RECORD:
        if (c == EOL)
            return 0;
        if (c == '\n' || c == '\r') {
            r->state = EAT_CRNL;
            return 0;
        }
        return start_field(r, m, c);
    case START_FIELD:
        return start_field(r, m, c);
    case ESCAPED_CHAR:
        if (c == '\n' || c == '\r') {
            r->state = AFTER_ESCAPED_CRNL;
            return add_char(r, m, c);
        }
        r->state = IN_FIELD;
        return add_char(r, m, c == EOL ? '\n' : c);
    case AFTER_ESCAPED_CRNL:
        return c == EOL ? 0 : in_field(r, m, c);
    case IN_FIELD:
        return in_field(r, m, c);
    case IN_QUOTED_FIELD:
        return in_quoted(r, m, c);
    case ESCAPE_IN_QUOTED_FIELD:
        r->state = IN_QUOTED_FIELD;
        return add_char(r, m, c == EOL ? '\n' : c);
    case QUOTE_IN_QUOTED_FIELD:
        return after_quote(r, m, c);
    default:
        if (c == EOL)
            r->state = START_RECORD;
        else if (c != '\n' && c != '\r') {
            PyErr_SetString(m->error, "new-line character seen in unquoted field - do you need to open the file with newline=''?");
            return -1;
        }
        return 0;
    }
}

static int process_line(struct reader *r, struct csv_module *m, PyObject *line)
{
    if (!PyUnicode_Check(line)) {
        PyErr_Format(m->error, "iterator should return strings, not %.200s (the file should be opened in text mode)", Py_TYPE(line)->tp_name);
        return -1;
    }
    r->line_num++;
    int kind = PyUnicode_KIND(line);
    const void *data = PyUnicode_DATA(line);
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(line); i++)
        if (process_char(r, m, PyUnicode_READ(kind, data, i)) < 0)
            return -1;
    return process_char(r, m, EOL);
}

static PyObject *reader_next(PyObject *self)
{
    struct reader *r = READER(self);
    struct csv_module *m = csv_state_of(self);
    if (m == NULL)
        return NULL;
    Py_XSETREF(r->fields, PyList_New(0));
    if (r->fields == NULL)
        return NULL;
    r->field_len = 0;
    r->state = START_RECORD;
    r->unquoted = false;
    do {
        PyObject *line = PyIter_Next(r->input_iter);
        if (line == NULL) {
            if (PyErr_Occurred() || !(r->field_len != 0 || r->state == IN_QUOTED_FIELD))
                return NULL;
            if (r->dialect->strict) {
                PyErr_SetString(m->error, "unexpected end of data");
                return NULL;
            }
            if (save_field(r) < 0)
                return NULL;
            break;
        }
        int status = process_line(r, m, line);
        Py_DECREF(line);
        if (status < 0 || r->fields == NULL)
            return NULL;
    } while (r->state != START_RECORD);
    PyObject *fields = r->fields;
    r->fields = NULL;
    return fields;
}

PyObject *csv_reader(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *iterable, *dialect = NULL;
    struct csv_module *m = PyModule_GetState(module);
    struct reader *r = PyObject_GC_New(struct reader, m->reader_type);
    if (r == NULL)
        return NULL;
    r->dialect = NULL;
    r->input_iter = r->fields = NULL;
    r->field = NULL;
    r->field_size = r->field_len = 0;
    r->line_num = 0;
    r->state = START_RECORD;
    r->unquoted = false;
    if (PyArg_UnpackTuple(args, "", 1, 2, &iterable, &dialect) && (r->input_iter = PyObject_GetIter(iterable)) != NULL)
        r->dialect = (struct csv_dialect *)csv_call_dialect(m, dialect, kwargs);
    if (r->dialect == NULL)
        Py_CLEAR(r);
    else
        PyObject_GC_Track(r);
    return (PyObject *)r;
}

/* ---- the type ---- */

static int reader_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(READER(self)->dialect);
    Py_VISIT(READER(self)->input_iter);
    Py_VISIT(READER(self)->fields);
    return 0;
}

static int reader_clear(PyObject *self)
{
    Py_CLEAR(READER(self)->dialect);
    Py_CLEAR(READER(self)->input_iter);
    Py_CLEAR(READER(self)->fields);
    return 0;
}

static void reader_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    reader_clear(self);
    PyMem_Free(READER(self)->field);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyMemberDef reader_members[] = {
    { "dialect", _Py_T_OBJECT, offsetof(struct reader, dialect), Py_READONLY, NULL },
    { "line_num", Py_T_ULONG, offsetof(struct reader, line_num), Py_READONLY, NULL },
    { NULL },
};

static PyType_Slot reader_slots[] = {
    { Py_tp_doc, "CSV reader: an iterator over the records of a file." },
    { Py_tp_traverse, reader_traverse },
    { Py_tp_iter, PyObject_SelfIter },
    { Py_tp_iternext, reader_next },
    { Py_tp_members, reader_members },
    { Py_tp_clear, reader_clear },
    { Py_tp_dealloc, reader_dealloc },
    { 0, NULL },
};

PyType_Spec csv_reader_spec = {
    .name = "_csv.reader",
    .basicsize = sizeof(struct reader),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = reader_slots,
};
