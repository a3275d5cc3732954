/* modules/array/array_kind.c: the type codes: reading and writing single items. */
#include "modules/array/array.h"

#define GETTER(name, ctype, expr) \
    static PyObject *get_##name(const char *p) { ctype x; memcpy(&x, p, sizeof(x)); return expr; }
GETTER(b, signed char, PyLong_FromLong(x))
GETTER(B, unsigned char, PyLong_FromLong(x))
GETTER(h, short, PyLong_FromLong(x))
GETTER(H, unsigned short, PyLong_FromLong(x))
GETTER(i, int, PyLong_FromLong(x))
GETTER(I, unsigned int, PyLong_FromUnsignedLong(x))
GETTER(l, long, PyLong_FromLong(x))
GETTER(L, unsigned long, PyLong_FromUnsignedLong(x))
GETTER(q, long long, PyLong_FromLongLong(x))
GETTER(Q, unsigned long long, PyLong_FromUnsignedLongLong(x))
GETTER(f, float, PyFloat_FromDouble(x))
GETTER(d, double, PyFloat_FromDouble(x))
GETTER(u, Py_UCS4, PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, &x, 1))

/* A C long from v within low .. high, or -1 with an exception that names the type. */
static int
small_int(PyObject *v, long low, long high, const char *name, long *out)
{
    PyObject *i = PyNumber_Index(v);
    if (i == NULL)
        return -1;
    int overflow;
    *out = PyLong_AsLongAndOverflow(i, &overflow);
    Py_DECREF(i);
    if (*out == -1 && PyErr_Occurred())
        return -1;
    if (overflow < 0 || (overflow == 0 && *out < low)) {
        PyErr_Format(PyExc_OverflowError, "%s is less than minimum", name);
        return -1;
    }
    if (overflow > 0 || *out > high) {
        PyErr_Format(PyExc_OverflowError, "%s is greater than maximum", name);
        return -1;
    }
    return 0;
}

#define SMALL_SETTER(name, ctype, low, high, text) \
    static int set_##name(char *p, PyObject *v) \
    { \
        long x; \
        if (small_int(v, low, high, text, &x) < 0) \
            return -1; \
        ctype y = (ctype)x; \
        if (p != NULL) \
            memcpy(p, &y, sizeof(y)); \
        return 0; \
    }
SMALL_SETTER(b, signed char, -128, 127, "signed char")
SMALL_SETTER(B, unsigned char, 0, UCHAR_MAX, "unsigned byte integer")
SMALL_SETTER(h, short, SHRT_MIN, SHRT_MAX, "signed short integer")
SMALL_SETTER(H, unsigned short, 0, USHRT_MAX, "unsigned short")
SMALL_SETTER(i, int, INT_MIN, INT_MAX, "signed integer")

#define WIDE_SETTER(name, ctype, convert) \
    static int set_##name(char *p, PyObject *v) \
    { \
        PyObject *i = PyNumber_Index(v); \
        if (i == NULL) \
            return -1; \
        ctype x = convert(i); \
        Py_DECREF(i); \
        if (x == (ctype)-1 && PyErr_Occurred()) \
            return -1; \
        if (p != NULL) \
            memcpy(p, &x, sizeof(x)); \
        return 0; \
    }

/* Unsigned long in array's own words for negative values. */
static unsigned long
as_unsigned_long(PyObject *i)
{
    unsigned long x = PyLong_AsUnsignedLong(i);
    if (x == (unsigned long)-1 && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_OverflowError)) {
        int overflow;
        long s = PyLong_AsLongAndOverflow(i, &overflow);
        if (overflow < 0 || (overflow == 0 && s < 0)) {
            PyErr_Clear();
            PyErr_SetString(PyExc_OverflowError, "can't convert negative value to unsigned int");
        }
    }
    return x;
}

static long
too_big(unsigned long x)
{
    if (x <= UINT_MAX)
        return 0;
    PyErr_SetString(PyExc_OverflowError, "unsigned int is greater than maximum");
    return 1;
}

static int
set_I(char *p, PyObject *v)
{
    PyObject *i = PyNumber_Index(v);
    if (i == NULL)
        return -1;
    unsigned long x = as_unsigned_long(i);
    Py_DECREF(i);
    if ((x == (unsigned long)-1 && PyErr_Occurred()) || too_big(x))
        return -1;
    unsigned int y = (unsigned int)x;
    if (p != NULL)
        memcpy(p, &y, sizeof(y));
    return 0;
}

WIDE_SETTER(l, long, PyLong_AsLong)
WIDE_SETTER(L, unsigned long, as_unsigned_long)
WIDE_SETTER(q, long long, PyLong_AsLongLong)
WIDE_SETTER(Q, unsigned long long, PyLong_AsUnsignedLongLong)

static int
set_f(char *p, PyObject *v)
{
    float x;
    if (!PyArg_Parse(v, "f;array item must be float", &x))
        return -1;
    if (p != NULL)
        memcpy(p, &x, sizeof(x));
    return 0;
}

static int
set_d(char *p, PyObject *v)
{
    double x;
    if (!PyArg_Parse(v, "d;array item must be float", &x))
        return -1;
    if (p != NULL)
        memcpy(p, &x, sizeof(x));
    return 0;
}

static int
set_u(char *p, PyObject *v)
{
    if (!PyUnicode_Check(v) || PyUnicode_GET_LENGTH(v) != 1) {
        PyErr_SetString(PyExc_TypeError, "array item must be unicode character");
        return -1;
    }
    Py_UCS4 c = PyUnicode_READ_CHAR(v, 0);
    if (p != NULL)
        memcpy(p, &c, sizeof(c));
    return 0;
}

const struct array_kind array_kinds[] = {
    { 'b', 1, get_b, set_b, "b", 1, 1 },
    { 'B', 1, get_B, set_B, "B", 1, 0 },
    { 'u', 4, get_u, set_u, "w", 0, 0 },
    { 'w', 4, get_u, set_u, "w", 0, 0 },
    { 'h', 2, get_h, set_h, "h", 1, 1 },
    { 'H', 2, get_H, set_H, "H", 1, 0 },
    { 'i', 4, get_i, set_i, "i", 1, 1 },
    { 'I', 4, get_I, set_I, "I", 1, 0 },
    { 'l', 8, get_l, set_l, "l", 1, 1 },
    { 'L', 8, get_L, set_L, "L", 1, 0 },
    { 'q', 8, get_q, set_q, "q", 1, 1 },
    { 'Q', 8, get_Q, set_Q, "Q", 1, 0 },
    { 'f', 4, get_f, set_f, "f", 0, 0 },
    { 'd', 8, get_d, set_d, "d", 0, 0 },
    { 0 },
};

const struct array_kind *
array_kind_of(int code)
{
    for (const struct array_kind *k = array_kinds; k->code != 0; k++)
        if (k->code == code)
            return k;
    return NULL;
}
