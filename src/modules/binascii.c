/* modules/binascii.c: base64, hex, uuencode, quoted-printable, CRC. */
#include <Python.h>

#include <string.h>
#include <zlib.h>

#include "modules/modargs.h"
#include "rt/effect.h"

PyAPI_FUNC(PyObject *) _Py_strhex_bytes_with_sep(const char *data, const Py_ssize_t n, PyObject *sep, const int bytes_per_group);

struct state { PyObject *error, *incomplete; };

static PyObject *fail(PyObject *module, const char *message)
{
    PyErr_SetString(((struct state *)PyModule_GetState(module))->error, message);
    return NULL;
}

/* ---- arguments ---- */

/* Bytes of an ASCII str or a bytes-like object: 0 or -1; always release. */
static int ascii_buffer(PyObject *arg, Py_buffer *view)
{
    memset(view, 0, sizeof(*view));
    if (PyUnicode_Check(arg)) {
        if (!PyUnicode_IS_ASCII(arg)) {
            PyErr_SetString(PyExc_ValueError, "string argument should contain only ASCII characters");
            return -1;
        }
        view->buf = PyUnicode_1BYTE_DATA(arg);
        view->len = PyUnicode_GET_LENGTH(arg);
        return 0;
    }
    if (PyObject_GetBuffer(arg, view, PyBUF_SIMPLE) == 0)
        return 0;
    PyErr_Format(PyExc_TypeError, "argument should be bytes, buffer or ASCII string, not '%.100s'", Py_TYPE(arg)->tp_name);
    memset(view, 0, sizeof(*view));
    return -1;
}

static void release(Py_buffer *view)
{
    if (view->obj != NULL)
        PyBuffer_Release(view);
}

static int bytes_buffer(PyObject *arg, Py_buffer *view)
{
    memset(view, 0, sizeof(*view));
    return PyObject_GetBuffer(arg, view, PyBUF_SIMPLE);
}

static int flag(PyObject *arg, int otherwise) { return arg == NULL ? otherwise : PyObject_IsTrue(arg); }

/* Shortens a bytes object that was made too long. */
static PyObject *cut(PyObject *bytes, Py_ssize_t n)
{
    if (n != PyBytes_GET_SIZE(bytes))
        _PyBytes_Resize(&bytes, n);
    return bytes;
}

/* ---- uuencode ---- */

static PyObject *uu_decode(PyObject *module, const unsigned char *p, Py_ssize_t n)
{
    Py_ssize_t left = ((n > 0 ? *p : 0) - ' ') & 077;
    PyObject *out = PyBytes_FromStringAndSize(NULL, left);
    if (out == NULL)
        return NULL;
    char *to = PyBytes_AS_STRING(out);
    unsigned buffer = 0;
    int bits = 0;
    const unsigned char *error = NULL;
    for (p++, n--; left > 0; p++, n--) {
        unsigned c = n > 0 ? *p : 0;
        if (n <= 0 || c == '\n' || c == '\r')
            c = 0;                          /* trailing blanks may have been eaten */
        else if (c < ' ' || c > ' ' + 64) {
            Py_DECREF(out);
            return fail(module, "Illegal char");
        }
        else
            c = (c - ' ') & 077;
        buffer = buffer << 6 | c;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *to++ = (char)(buffer >> bits);
            buffer &= (1u << bits) - 1;
            left--;
        }
    }
    for (; n > 0; n--, p++)
        if (*p != ' ' && *p != ' ' + 64 && *p != '\n' && *p != '\r')
            error = p;
    if (error == NULL)
        return out;
    Py_DECREF(out);
    return fail(module, "Trailing garbage");
}

static PyObject *a2b_uu(PyObject *module, PyObject *arg)
{
    Py_buffer view;
    if (ascii_buffer(arg, &view) < 0)
        return NULL;
    PyObject *out = uu_decode(module, view.buf, view.len);
    release(&view);
    return out;
}

static PyObject *uu_encode(PyObject *module, const unsigned char *p, Py_ssize_t n, bool backtick)
{
    if (n > 45)
        return fail(module, "At most 45 bytes at once");
    PyObject *out = PyBytes_FromStringAndSize(NULL, 2 + (n + 2) / 3 * 4);
    if (out == NULL)
        return NULL;
    char *to = PyBytes_AS_STRING(out);
    unsigned buffer = 0;
    int bits = 0;
    *to++ = backtick && n == 0 ? '`' : (char)(' ' + n);
    for (; n > 0 || bits != 0; n--, p++) {
        buffer = buffer << 8 | (n > 0 ? *p : 0);
        for (bits += 8; bits >= 6;) {
            bits -= 6;
            unsigned c = buffer >> bits & 0x3f;
            *to++ = backtick && c == 0 ? '`' : (char)(c + ' ');
        }
        buffer &= 0xff;
    }
    *to++ = '\n';
    return cut(out, to - PyBytes_AS_STRING(out));
}

static PyObject *b2a_uu(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2];
    Py_buffer view;
    int backtick;
    if (MOD_BIND(a, "b2a_uu", args, nargs, kwnames, 1, 1, "", "backtick") < 0 || bytes_buffer(a[0], &view) < 0)
        return NULL;
    PyObject *out = (backtick = flag(a[1], 0)) < 0 ? NULL : uu_encode(module, view.buf, view.len, backtick);
    release(&view);
    return out;
}

/* ---- base64 ---- */

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const signed char *base64_values(void)
{
    static signed char table[256];
    static bool made;
    if (!made) {
        memset(table, -1, sizeof(table));
        for (int i = 0; i < 64; i++)
            table[(unsigned char)base64[i]] = (signed char)i;
        made = true;
    }
    return table;
}

/* Decodes into to: bytes written, or -1 with an exception. */
static Py_ssize_t base64_decode(PyObject *module, const unsigned char *p, Py_ssize_t n, bool strict, char *to)
{
    const signed char *table = base64_values();
    char *start = to;
    int quad = 0, pads = 0, left = 0;
    bool padding = false;
    const char *error = NULL;
    for (Py_ssize_t i = 0; i < n && error == NULL; i++) {
        if (p[i] == '=') {
            padding = true;
            if (strict && quad == 0)
                error = i == 0 ? "Leading padding not allowed" : "Excess padding not allowed";
            else if (strict && quad == 1)
                break;
            else if (quad >= 2 && quad + ++pads > 4 && strict)
                error = "Excess padding not allowed";
            continue;
        }
        int v = table[p[i]];
        if (v < 0) {
            if (strict)
                error = "Only base64 data is allowed";
            continue;
        }
        if (strict && padding) {
            error = quad + pads >= 4 ? "Excess data after padding" : "Discontinuous padding not allowed";
            continue;
        }
        pads = 0;
        if (quad > 0)
            *to++ = (char)(left << 2 * quad | v >> (6 - 2 * quad));
        left = v & (0xff >> (2 + 2 * quad));
        quad = (quad + 1) & 3;
    }
    if (error == NULL && quad == 1) {
        PyErr_Format(((struct state *)PyModule_GetState(module))->error,
                     "Invalid base64-encoded string: number of data characters (%zd) cannot be 1 more than a multiple of 4", (to - start) / 3 * 4 + 1);
        return -1;
    }
    if (error == NULL && quad != 0 && quad + pads < 4)
        error = "Incorrect padding";
    if (error != NULL) {
        fail(module, error);
        return -1;
    }
    return to - start;
}

static PyObject *a2b_base64(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2], *out = NULL;
    Py_buffer view;
    if (MOD_BIND(a, "a2b_base64", args, nargs, kwnames, 1, 1, "", "strict_mode") < 0 || ascii_buffer(a[0], &view) < 0)
        return NULL;
    int strict = flag(a[1], 0);
    if (strict >= 0)
        out = PyBytes_FromStringAndSize(NULL, (view.len + 3) / 4 * 3);
    if (out != NULL) {
        Py_ssize_t n = base64_decode(module, view.buf, view.len, strict, PyBytes_AS_STRING(out));
        if (n < 0)
            Py_CLEAR(out);
        else
            out = cut(out, n);
    }
    release(&view);
    return out;
}

static PyObject *b2a_base64(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2], *out = NULL;
    Py_buffer view;
    if (MOD_BIND(a, "b2a_base64", args, nargs, kwnames, 1, 1, "", "newline") < 0 || bytes_buffer(a[0], &view) < 0)
        return NULL;
    int newline = flag(a[1], 1);
    const unsigned char *p = view.buf;
    Py_ssize_t n = view.len;
    if (n > PY_SSIZE_T_MAX / 2 - 3)
        fail(module, "Too much data for base64 line");
    else if (newline >= 0)
        out = PyBytes_FromStringAndSize(NULL, (n + 2) / 3 * 4 + newline);
    if (out != NULL) {
        char *to = PyBytes_AS_STRING(out);
        for (; n >= 3; n -= 3, p += 3) {
            unsigned v = (unsigned)p[0] << 16 | p[1] << 8 | p[2];
            *to++ = base64[v >> 18];
            *to++ = base64[v >> 12 & 63];
            *to++ = base64[v >> 6 & 63];
            *to++ = base64[v & 63];
        }
        if (n > 0) {
            unsigned v = (unsigned)p[0] << 16 | (n > 1 ? p[1] << 8 : 0);
            *to++ = base64[v >> 18];
            *to++ = base64[v >> 12 & 63];
            *to++ = n > 1 ? base64[v >> 6 & 63] : '=';
            *to++ = '=';
        }
        if (newline)
            *to = '\n';
    }
    release(&view);
    return out;
}

/* ---- hex ---- */

/* One more than the value of a digit, 0 for other characters. */
static const signed char hex_values[256] = {
    ['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ['A'] = 11, 12, 13, 14, 15, 16, ['a'] = 11, 12, 13, 14, 15, 16,
};
static int hex_digit(unsigned char c) { return hex_values[c] - 1; }

static PyObject *hex_encode(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, const char *fname)
{
    PyObject *a[3], *out = NULL;
    Py_buffer view;
    if (MOD_BIND(a, fname, args, nargs, kwnames, 1, 3, "data", "sep", "bytes_per_sep") < 0 || bytes_buffer(a[0], &view) < 0)
        return NULL;
    int group = a[2] == NULL ? 1 : PyLong_AsInt(a[2]);
    if (group != -1 || !PyErr_Occurred())
        out = _Py_strhex_bytes_with_sep(view.buf, view.len, a[1], group);
    release(&view);
    return out;
}

static PyObject *b2a_hex(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) { return hex_encode(module, args, nargs, kwnames, "b2a_hex"); }
static PyObject *hexlify(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) { return hex_encode(module, args, nargs, kwnames, "hexlify"); }

static PyObject *a2b_hex(PyObject *module, PyObject *arg)
{
    Py_buffer view;
    if (ascii_buffer(arg, &view) < 0)
        return NULL;
    PyObject *out = NULL;
    const unsigned char *p = view.buf;
    if (view.len % 2)
        fail(module, "Odd-length string");
    else
        out = PyBytes_FromStringAndSize(NULL, view.len / 2);
    for (Py_ssize_t i = 0; out != NULL && i < view.len; i += 2) {
        int high = hex_digit(p[i]), low = hex_digit(p[i + 1]);
        if (high < 0 || low < 0) {
            Py_CLEAR(out);
            fail(module, "Non-hexadecimal digit found");
        }
        else
            PyBytes_AS_STRING(out)[i / 2] = (char)(high << 4 | low);
    }
    release(&view);
    return out;
}

/* ---- quoted-printable ---- */

static Py_ssize_t qp_decode(const unsigned char *p, Py_ssize_t n, bool header, char *to)
{
    char *start = to;
    for (Py_ssize_t i = 0; i < n;) {
        if (p[i] != '=') {
            *to++ = header && p[i] == '_' ? ' ' : (char)p[i];
            i++;
            continue;
        }
        if (++i >= n)
            break;
        if (p[i] == '\n' || p[i] == '\r') {              /* soft line break */
            while (i < n && p[i] != '\n')
                i++;
            i += i < n;
        }
        else if (p[i] == '=') {
            *to++ = '=';
            i++;
        }
        else if (i + 1 < n && hex_digit(p[i]) >= 0 && hex_digit(p[i + 1]) >= 0) {
            *to++ = (char)(hex_digit(p[i]) << 4 | hex_digit(p[i + 1]));
            i += 2;
        }
        else
            *to++ = '=';
    }
    return to - start;
}

static PyObject *a2b_qp(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2], *out = NULL;
    Py_buffer view;
    if (MOD_BIND(a, "a2b_qp", args, nargs, kwnames, 1, 2, "data", "header") < 0 || ascii_buffer(a[0], &view) < 0)
        return NULL;
    int header = flag(a[1], 0);
    if (header >= 0)
        out = PyBytes_FromStringAndSize(NULL, view.len);
    if (out != NULL)
        out = cut(out, qp_decode(view.buf, view.len, header, PyBytes_AS_STRING(out)));
    release(&view);
    return out;
}

struct qp { const unsigned char *p; Py_ssize_t n, line; bool quotetabs, istext, header, crlf; char *to, *start; };

#define QP_LINE 76

static bool qp_must_quote(const struct qp *q, Py_ssize_t i)
{
    unsigned char c = q->p[i];
    bool last = i + 1 == q->n;
    if (c > 126 || c == '=' || (q->header && c == '_'))
        return true;
    if (c == '.' && q->line == 0 && (last || q->p[i + 1] == '\n' || q->p[i + 1] == '\r' || q->p[i + 1] == 0))
        return true;
    if (c == '\r' || c == '\n')
        return !q->istext;
    if (c == '\t' || c == ' ')
        return last || q->quotetabs;
    return c < 33;
}

static void qp_hex(struct qp *q, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    *q->to++ = '=';
    *q->to++ = digits[c >> 4];
    *q->to++ = digits[c & 15];
}

static void qp_newline(struct qp *q)
{
    if (q->crlf)
        *q->to++ = '\r';
    *q->to++ = '\n';
    q->line = 0;
}

static void qp_soft_break(struct qp *q)
{
    *q->to++ = '=';
    qp_newline(q);
}

static void qp_encode(struct qp *q)
{
    for (Py_ssize_t i = 0; i < q->n;) {
        unsigned char c = q->p[i];
        if (qp_must_quote(q, i)) {
            if (q->line + 3 >= QP_LINE)
                qp_soft_break(q);
            qp_hex(q, c);
            q->line += 3;
            i++;
        }
        else if (q->istext && (c == '\n' || (c == '\r' && i + 1 < q->n && q->p[i + 1] == '\n'))) {
            if (q->to > q->start && (q->to[-1] == ' ' || q->to[-1] == '\t')) {
                unsigned char blank = (unsigned char)*--q->to;        /* white space must not end a line */
                qp_hex(q, blank);
            }
            qp_newline(q);
            i += c == '\r' ? 2 : 1;
        }
        else {
            if (i + 1 != q->n && q->p[i + 1] != '\n' && q->line + 1 >= QP_LINE)
                qp_soft_break(q);
            q->line++;
            *q->to++ = q->header && c == ' ' ? '_' : (char)c;
            i++;
        }
    }
}

static PyObject *b2a_qp(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[4], *out = NULL;
    Py_buffer view;
    if (MOD_BIND(a, "b2a_qp", args, nargs, kwnames, 1, 4, "data", "quotetabs", "istext", "header") < 0)
        return NULL;
    int quotetabs = flag(a[1], 0), istext = flag(a[2], 1), header = flag(a[3], 0);
    if (quotetabs < 0 || istext < 0 || header < 0 || bytes_buffer(a[0], &view) < 0)
        return NULL;
    struct qp q = { .p = view.buf, .n = view.len, .quotetabs = quotetabs, .istext = istext, .header = header };
    const unsigned char *lf = q.n > 0 ? memchr(q.p, '\n', q.n) : NULL;
    q.crlf = lf != NULL && lf > q.p && lf[-1] == '\r';
    if (q.n > PY_SSIZE_T_MAX / 4 - 16)
        PyErr_NoMemory();
    else
        out = PyBytes_FromStringAndSize(NULL, q.n * 3 + q.n / 20 * 3 + 16);
    if (out != NULL) {
        q.to = q.start = PyBytes_AS_STRING(out);
        qp_encode(&q);
        out = cut(out, q.to - q.start);
    }
    release(&view);
    return out;
}

/* ---- CRC ---- */

static int crc_args(const char *fname, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t min, unsigned *crc, Py_buffer *view)
{
    if (nargs < min || nargs > 2) {
        if (min == 2)
            PyErr_Format(PyExc_TypeError, "%s expected 2 arguments, got %zd", fname, nargs);
        else
            PyErr_Format(PyExc_TypeError, "%s expected at %s argument%s, got %zd", fname, nargs < min ? "least 1" : "most 2", nargs < min ? "" : "s", nargs);
        return -1;
    }
    if (bytes_buffer(args[0], view) < 0)
        return -1;
    *crc = nargs > 1 ? (unsigned)PyLong_AsUnsignedLongMask(args[1]) : 0;
    if (PyErr_Occurred()) {
        release(view);
        return -1;
    }
    return 0;
}

static PyObject *crc_hqx(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    unsigned crc;
    Py_buffer view;
    if (crc_args("crc_hqx", args, nargs, 2, &crc, &view) < 0)
        return NULL;
    crc &= 0xffff;
    const unsigned char *p = view.buf;
    for (Py_ssize_t i = 0; i < view.len; i++) {
        crc ^= (unsigned)p[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? (crc << 1 ^ 0x1021) & 0xffff : crc << 1;
    }
    release(&view);
    return PyLong_FromUnsignedLong(crc);
}

static PyObject *binascii_crc32(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    unsigned crc;
    Py_buffer view;
    if (crc_args("crc32", args, nargs, 1, &crc, &view) < 0)
        return NULL;
    uLong value = crc;
    if (view.len > 1024 * 5) {
        Py_BEGIN_ALLOW_THREADS
        value = crc32_z(value, view.buf, (z_size_t)view.len);
        Py_END_ALLOW_THREADS
    }
    else if (view.len > 0)
        value = crc32_z(value, view.buf, (z_size_t)view.len);
    release(&view);
    return PyLong_FromUnsignedLong(value & 0xffffffff);
}

/* ---- module ---- */

/* What compiled code may know of them. */
#define TEXT (EFF_ARG(0, EFF_BYTES | EFF_STR) | EFF_ARG(1, EFF_BOOL | EFF_INT | EFF_NONE))
#define DATA (EFF_ARG(0, EFF_BYTES) | EFF_ARG(1, EFF_BOOL | EFF_INT | EFF_NONE))
EFFECT(a2b_uu, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, TEXT);
EFFECT(b2a_uu, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, DATA);
EFFECT(a2b_base64, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, TEXT);
EFFECT(b2a_base64, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, DATA);
EFFECT(a2b_hex, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, TEXT);
EFFECT(b2a_hex, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES) | EFF_ARG(1, EFF_STR | EFF_BYTES) | EFF_ARG(2, EFF_INT));
EFFECT(hexlify, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES) | EFF_ARG(1, EFF_STR | EFF_BYTES) | EFF_ARG(2, EFF_INT));

#define KW METH_FASTCALL | METH_KEYWORDS
static PyMethodDef functions[] = {
    { "a2b_uu", a2b_uu, METH_O, "a2b_uu($module, data, /)\n--\n\nDecode a line of uuencoded data." },
    { "b2a_uu", MOD_FASTKW(b2a_uu), KW, "b2a_uu($module, data, /, *, backtick=False)\n--\n\nUuencode a line of data." },
    { "a2b_base64", MOD_FASTKW(a2b_base64), KW, "a2b_base64($module, data, /, *, strict_mode=False)\n--\n\nDecode base64 data." },
    { "b2a_base64", MOD_FASTKW(b2a_base64), KW, "b2a_base64($module, data, /, *, newline=True)\n--\n\nBase64-code a line of data." },
    { "a2b_hex", a2b_hex, METH_O, "a2b_hex($module, hexstr, /)\n--\n\nThe bytes that the hexadecimal digits stand for." },
    { "unhexlify", a2b_hex, METH_O, "unhexlify($module, hexstr, /)\n--\n\nThe bytes that the hexadecimal digits stand for." },
    { "b2a_hex", MOD_FASTKW(b2a_hex), KW, "b2a_hex($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nThe data in hexadecimal digits." },
    { "hexlify", MOD_FASTKW(hexlify), KW, "hexlify($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nThe data in hexadecimal digits." },
    { "crc_hqx", MOD_FASTKW(crc_hqx), METH_FASTCALL, "crc_hqx($module, data, crc, /)\n--\n\nCRC-CCITT of the data, starting with crc." },
    { "crc32", MOD_FASTKW(binascii_crc32), METH_FASTCALL, "crc32($module, data, crc=0, /)\n--\n\nCRC-32 of the data, starting with crc." },
    { "a2b_qp", MOD_FASTKW(a2b_qp), KW, "a2b_qp($module, /, data, header=False)\n--\n\nDecode quoted-printable data." },
    { "b2a_qp", MOD_FASTKW(b2a_qp), KW, "b2a_qp($module, /, data, quotetabs=False, istext=True, header=False)\n--\n\nEncode data as quoted-printable." },
    { NULL },
};

static int module_exec(PyObject *module)
{
    struct state *st = PyModule_GetState(module);
    st->error = PyErr_NewException("binascii.Error", PyExc_ValueError, NULL);
    if (st->error == NULL || PyModule_AddObjectRef(module, "Error", st->error) < 0)
        return -1;
    st->incomplete = PyErr_NewException("binascii.Incomplete", NULL, NULL);
    return st->incomplete == NULL ? -1 : PyModule_AddObjectRef(module, "Incomplete", st->incomplete);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct state *st = PyModule_GetState(module);
    Py_VISIT(st->error);
    Py_VISIT(st->incomplete);
    return 0;
}

static int module_clear(PyObject *module)
{
    struct state *st = PyModule_GetState(module);
    Py_CLEAR(st->error);
    Py_CLEAR(st->incomplete);
    return 0;
}

static void module_free(void *module) { module_clear(module); }

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "binascii",
    .m_doc = "Conversion between binary data and ASCII",
    .m_size = sizeof(struct state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit_binascii(void) { return PyModuleDef_Init(&module_def); }
