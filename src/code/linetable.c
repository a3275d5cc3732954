/* code/linetable.c: the table that maps code units to source positions (PEP 626, PEP 657).
 *
 * Entry: first byte 1cccclll (bit 7 marks a start: c = form, l = code units - 1), then what the form needs:
 *   0-9 short (column in 3 more bits, width in 4)    10-12 same or next lines, two column bytes
 *   13 line only    14 all four numbers    15 no position
 * Numbers are 6-bit groups, least significant first, bit 6 = more follow; signed ones keep the sign in bit 0. */
#include "code/code.h"
#include "code/code_state.h"
#include "rt/singletons.h"

/* ---- decoding ---- */

static int
read_varint(const uint8_t **pp, const uint8_t *end)
{
    unsigned value = 0, shift = 0;
    const uint8_t *p = *pp;
    while (p < end) {
        unsigned b = *p++;
        if (shift < 32)
            value |= (b & 63) << shift;
        shift += 6;
        if (!(b & 64))
            break;
    }
    *pp = p;
    return (int)value;
}

static int
read_svarint(const uint8_t **pp, const uint8_t *end)
{
    unsigned u = (unsigned)read_varint(pp, end);
    return u & 1 ? -(int)(u >> 1) : (int)(u >> 1);
}

static uint8_t
read_byte(const uint8_t **pp, const uint8_t *end)
{
    return *pp < end ? *(*pp)++ : 0;
}

void
line_walk_init_bytes(struct line_walk *w, PyObject *linetable, int firstlineno)
{
    *w = (struct line_walk){ .p = (const uint8_t *)PyBytes_AS_STRING(linetable), .line = -1, .end_line = -1, .column = -1,
                             .end_column = -1, .computed_line = firstlineno };
    w->end = w->p + PyBytes_GET_SIZE(linetable);
}

void
line_walk_init(struct line_walk *w, PyCodeObject *co)
{
    line_walk_init_bytes(w, co->co_linetable, co->co_firstlineno);
}

bool
line_walk_next(struct line_walk *w)
{
    if (w->p >= w->end)
        return false;
    uint8_t first = *w->p++;
    int form = (first >> 3) & 15;
    w->start = w->stop;
    w->stop += ((first & 7) + 1) * (int)sizeof(_Py_CODEUNIT);
    w->column = w->end_column = -1;
    if (form == PY_CODE_LOCATION_INFO_NONE) {
        w->line = w->end_line = -1;
        return true;
    }
    if (form >= PY_CODE_LOCATION_INFO_NO_COLUMNS)
        w->computed_line += read_svarint(&w->p, w->end);
    else if (form >= PY_CODE_LOCATION_INFO_ONE_LINE0)
        w->computed_line += form - PY_CODE_LOCATION_INFO_ONE_LINE0;
    w->line = w->end_line = w->computed_line;
    if (form == PY_CODE_LOCATION_INFO_LONG) {
        w->end_line = w->line + read_varint(&w->p, w->end);
        w->column = read_varint(&w->p, w->end) - 1;
        w->end_column = read_varint(&w->p, w->end) - 1;
    }
    else if (form < PY_CODE_LOCATION_INFO_ONE_LINE0) {
        uint8_t b = read_byte(&w->p, w->end);
        w->column = form << 3 | (b >> 4 & 7);
        w->end_column = w->column + (b & 15);
    }
    else if (form < PY_CODE_LOCATION_INFO_NO_COLUMNS) {
        w->column = read_byte(&w->p, w->end);
        w->end_column = read_byte(&w->p, w->end);
    }
    return true;
}

/* ---- encoding ---- */

static uint8_t *
write_varint(uint8_t *p, unsigned v)
{
    while (v >= 64) {
        *p++ = 64 | (v & 63);
        v >>= 6;
    }
    *p++ = (uint8_t)v;
    return p;
}

static uint8_t *
write_svarint(uint8_t *p, int v)
{
    return write_varint(p, v < 0 ? (0u - (unsigned)v) << 1 | 1 : (unsigned)v << 1);
}

static uint8_t *
write_one(uint8_t *p, int units, int line, int end_line, int column, int end_column, int *prev_line)
{
#define START(form) (*p++ = (uint8_t)(0x80 | (form) << 3 | (units - 1)))
    if (line == -1) {
        START(PY_CODE_LOCATION_INFO_NONE);
        return p;
    }
    int delta = line - *prev_line;
    *prev_line = line;
    if (column < 0 || end_column < 0) {
        if (end_line == line || end_line == -1) {
            START(PY_CODE_LOCATION_INFO_NO_COLUMNS);
            return write_svarint(p, delta);
        }
    }
    else if (end_line == line) {
        if (delta == 0 && column < 80 && end_column - column < 16 && end_column >= column) {
            START(column >> 3);
            *p++ = (uint8_t)((column & 7) << 4 | (end_column - column));
            return p;
        }
        if (delta >= 0 && delta < 3 && column < 128 && end_column < 128) {
            START(PY_CODE_LOCATION_INFO_ONE_LINE0 + delta);
            *p++ = (uint8_t)column;
            *p++ = (uint8_t)end_column;
            return p;
        }
    }
    START(PY_CODE_LOCATION_INFO_LONG);
#undef START
    p = write_svarint(p, delta);
    p = write_varint(p, (unsigned)(end_line - line));
    p = write_varint(p, (unsigned)(column + 1));
    return write_varint(p, (unsigned)(end_column + 1));
}

int
line_entry_write(uint8_t *out, int units, int line, int end_line, int column, int end_column, int *prev_line)
{
    uint8_t *p = out;
    for (; units > 8; units -= 8)
        p = write_one(p, 8, line, end_line, column, end_column, prev_line);
    return (int)(write_one(p, units, line, end_line, column, end_column, prev_line) - out);
}

PyObject *
line_table_without_columns(PyObject *linetable, int firstlineno)
{
    struct line_walk w;
    line_walk_init_bytes(&w, linetable, firstlineno);
    size_t room = (size_t)PyBytes_GET_SIZE(linetable) * 6 + 16, used = 0;
    uint8_t *buf = PyMem_Malloc(room);
    if (buf == NULL)
        return PyErr_NoMemory();
    int prev = firstlineno;
    while (line_walk_next(&w))
        used += (size_t)line_entry_write(buf + used, (w.stop - w.start) / 2, w.line, w.line, -1, -1, &prev);
    PyObject *out = PyBytes_FromStringAndSize((char *)buf, (Py_ssize_t)used);
    PyMem_Free(buf);
    return out;
}

/* ---- address ranges: the public iterator, which can also step back ---- */

static int
entry_delta(const uint8_t *p, const uint8_t *limit)
{
    int form = (*p >> 3) & 15;
    p++;
    if (form == PY_CODE_LOCATION_INFO_NO_COLUMNS || form == PY_CODE_LOCATION_INFO_LONG)
        return read_svarint(&p, limit);
    return form >= PY_CODE_LOCATION_INFO_ONE_LINE0 && form < PY_CODE_LOCATION_INFO_NO_COLUMNS ? form - PY_CODE_LOCATION_INFO_ONE_LINE0 : 0;
}

static bool entry_has_line(const uint8_t *p) { return ((*p >> 3) & 15) != PY_CODE_LOCATION_INFO_NONE; }
static int entry_bytes(const uint8_t *p) { return ((*p & 7) + 1) * (int)sizeof(_Py_CODEUNIT); }

void
code_init_range(PyCodeObject *co, PyCodeAddressRange *r)
{
    r->opaque.lo_next = (const uint8_t *)PyBytes_AS_STRING(co->co_linetable);
    r->opaque.limit = r->opaque.lo_next + PyBytes_GET_SIZE(co->co_linetable);
    r->opaque.computed_line = co->co_firstlineno;
    r->ar_start = -1;
    r->ar_end = 0;
    r->ar_line = -1;
}

bool
code_next_range(PyCodeAddressRange *r)
{
    const uint8_t *p = r->opaque.lo_next, *limit = r->opaque.limit;
    if (p >= limit)
        return false;
    r->opaque.computed_line += entry_delta(p, limit);
    r->ar_line = entry_has_line(p) ? r->opaque.computed_line : -1;
    r->ar_start = r->ar_end;
    r->ar_end += entry_bytes(p);
    do
        p++;
    while (p < limit && !(*p & 0x80));
    r->opaque.lo_next = p;
    return true;
}

static const uint8_t *
entry_before(const uint8_t *p)
{
    do
        p--;
    while (!(*p & 0x80));
    return p;
}

bool
code_prev_range(PyCodeAddressRange *r)
{
    if (r->ar_start <= 0)
        return false;
    const uint8_t *p = entry_before(r->opaque.lo_next);
    r->opaque.computed_line -= entry_delta(p, r->opaque.limit);
    r->opaque.lo_next = p;
    r->ar_end = r->ar_start;
    p = entry_before(p);
    r->ar_start = r->ar_end - entry_bytes(p);
    r->ar_line = entry_has_line(p) ? r->opaque.computed_line : -1;
    return true;
}

int
_PyCode_CheckLineNumber(int lasti, PyCodeAddressRange *r)
{
    while (r->ar_end <= lasti)
        if (!code_next_range(r))
            return -1;
    while (r->ar_start > lasti)
        if (!code_prev_range(r))
            return -1;
    return r->ar_line;
}

int
PyCode_Addr2Line(PyCodeObject *co, int offset)
{
    if (offset < 0)
        return co->co_firstlineno;
    PyCodeAddressRange r;
    code_init_range(co, &r);
    return _PyCode_CheckLineNumber(offset, &r);
}

int
PyCode_Addr2Location(PyCodeObject *co, int offset, int *line, int *column, int *end_line, int *end_column)
{
    if (offset < 0) {
        *line = *end_line = co->co_firstlineno;
        *column = *end_column = 0;
        return 1;
    }
    struct line_walk w;
    line_walk_init(&w, co);
    while (line_walk_next(&w) && w.stop <= offset)
        continue;
    *line = w.line;
    *end_line = w.end_line;
    *column = w.column;
    *end_column = w.end_column;
    return 1;
}

/* ---- co_lines() ---- */

struct lines_iter { PyObject ob_base; PyCodeObject *code; PyCodeAddressRange r; };
_Static_assert(sizeof(struct lines_iter) == 64, "size as seen by sys.getsizeof");

static PyObject *
int_or_none(int v)
{
    if (v == -1)
        Py_RETURN_NONE;
    return PyLong_FromLong(v);
}

static PyObject *
tuple_of(PyObject **items, int n)
{
    PyObject *t = PyTuple_New(n);
    for (int i = 0; i < n; i++) {
        if (t != NULL && items[i] != NULL)
            PyTuple_SET_ITEM(t, i, items[i]);
        else {
            Py_XDECREF(items[i]);
            Py_CLEAR(t);
        }
    }
    return t;
}

/* The range in r is the first of the line: take in all that follow with the same line. */
static PyObject *
lines_next(PyObject *self)
{
    PyCodeAddressRange *r = &((struct lines_iter *)self)->r;
    if (r->ar_start == -1 && !code_next_range(r))
        return NULL;
    if (r->ar_start == -2)
        return NULL;
    int start = r->ar_start, line = r->ar_line, end = r->ar_end;
    bool more;
    while ((more = code_next_range(r)) && r->ar_line == line)
        end = r->ar_end;
    if (!more)
        r->ar_start = -2;                        /* nothing left to hand out */
    PyObject *parts[] = { PyLong_FromLong(start), PyLong_FromLong(end), int_or_none(line) };
    return tuple_of(parts, 3);
}

static void
lines_dealloc(PyObject *self)
{
    Py_DECREF(((struct lines_iter *)self)->code);
    Py_TYPE(self)->tp_free(self);
}

PyObject *
code_lines_iter(PyObject *co, PyObject *ignored)
{
    struct lines_iter *it = (struct lines_iter *)PyType_GenericAlloc(&code_line_iterator_type, 0);
    if (it == NULL)
        return NULL;
    it->code = (PyCodeObject *)Py_NewRef(co);
    code_init_range(it->code, &it->r);
    return (PyObject *)it;
}

PyTypeObject code_line_iterator_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "line_iterator",
    .tp_basicsize = sizeof(struct lines_iter),
    .tp_dealloc = lines_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = lines_next,
    .tp_alloc = PyType_GenericAlloc,
    .tp_free = PyObject_Free,
};

/* ---- co_positions() ---- */

struct positions_iter { PyObject ob_base; PyCodeObject *code; struct line_walk w; int offset; };
_Static_assert(sizeof(struct positions_iter) == 80, "size as seen by sys.getsizeof");

static PyObject *
positions_next(PyObject *self)
{
    struct positions_iter *it = (struct positions_iter *)self;
    if (it->offset >= it->w.stop && !line_walk_next(&it->w))
        return NULL;
    it->offset += (int)sizeof(_Py_CODEUNIT);
    PyObject *parts[] = { int_or_none(it->w.line), int_or_none(it->w.end_line), int_or_none(it->w.column), int_or_none(it->w.end_column) };
    return tuple_of(parts, 4);
}

static void
positions_dealloc(PyObject *self)
{
    Py_DECREF(((struct positions_iter *)self)->code);
    Py_TYPE(self)->tp_free(self);
}

PyObject *
code_positions_iter(PyObject *co, PyObject *ignored)
{
    struct positions_iter *it = (struct positions_iter *)PyType_GenericAlloc(&code_positions_iterator_type, 0);
    if (it == NULL)
        return NULL;
    it->code = (PyCodeObject *)Py_NewRef(co);
    line_walk_init(&it->w, it->code);
    it->offset = 0;
    return (PyObject *)it;
}

PyTypeObject code_positions_iterator_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "positions_iterator",
    .tp_basicsize = sizeof(struct positions_iter),
    .tp_dealloc = positions_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = positions_next,
    .tp_alloc = PyType_GenericAlloc,
    .tp_free = PyObject_Free,
};

/* ---- co_lnotab: pairs (bytes, signed lines), each limited to a byte ---- */

struct pairs { uint8_t *buf; Py_ssize_t n, room; };

static int
pair_add(struct pairs *out, int bytes, int lines)
{
    if (out->n + 2 > out->room) {
        Py_ssize_t room = out->room * 2 + 64;
        uint8_t *p = PyMem_Realloc(out->buf, (size_t)room);
        if (p == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        out->buf = p;
        out->room = room;
    }
    out->buf[out->n++] = (uint8_t)bytes;
    out->buf[out->n++] = (uint8_t)lines;
    return 0;
}

static int
pairs_add_delta(struct pairs *out, int bytes, int lines)
{
    for (; bytes > 255; bytes -= 255)
        if (pair_add(out, 255, 0) < 0)
            return -1;
    while (lines > 127 || lines < -128) {
        int step = lines > 0 ? 127 : -128;
        if (pair_add(out, bytes, step) < 0)
            return -1;
        bytes = 0;
        lines -= step;
    }
    return pair_add(out, bytes, lines);
}

PyObject *
code_lnotab(PyCodeObject *co)
{
    struct pairs out = { 0 };
    PyCodeAddressRange r;
    int code = 0, line = co->co_firstlineno;
    PyObject *res = NULL;
    code_init_range(co, &r);
    while (code_next_range(&r)) {
        if (r.opaque.computed_line == line)
            continue;
        if (pairs_add_delta(&out, r.ar_start - code, r.opaque.computed_line - line) < 0)
            goto done;
        code = r.ar_start;
        line = r.opaque.computed_line;
    }
    res = PyBytes_FromStringAndSize((char *)out.buf, out.n);
done:
    PyMem_Free(out.buf);
    return res;
}
