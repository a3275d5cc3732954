/* object/num/int_methods.c: int(...), methods and attributes of int. */
#include "object/num/int_impl.h"

#include "rt/effect.h"
#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/num/num.h"
#include "object/text/format.h"

PyAPI_FUNC(PyObject *) _PyLong_FromBytes(const char *s, Py_ssize_t n, int base);
PyAPI_FUNC(PyObject *) _PyLong_DivmodNear(PyObject *a, PyObject *b);

/* ---- int(x, base) ------------------------------------------------------------------------------------------- */

static PyObject *
from_text(PyObject *x, PyObject *base_object)
{
    Py_ssize_t base = PyNumber_AsSsize_t(base_object, NULL);
    if (base == -1 && PyErr_Occurred())
        return NULL;
    if ((base != 0 && base < 2) || base > 36) {
        PyErr_SetString(PyExc_ValueError, "int() base must be >= 2 and <= 36, or 0");
        return NULL;
    }
    if (PyUnicode_Check(x))
        return PyLong_FromUnicodeObject(x, (int)base);
    if (PyBytes_Check(x))
        return _PyLong_FromBytes(PyBytes_AS_STRING(x), PyBytes_GET_SIZE(x), (int)base);
    if (PyByteArray_Check(x))
        return _PyLong_FromBytes(PyByteArray_AS_STRING(x), PyByteArray_GET_SIZE(x), (int)base);
    PyErr_SetString(PyExc_TypeError, "int() can't convert non-string with explicit base");
    return NULL;
}

static PyObject *
exact_new(PyObject *x, PyObject *base)
{
    if (x != NULL)
        return base == NULL ? PyNumber_Long(x) : from_text(x, base);
    if (base == NULL)
        return SMALL_INT(0);
    PyErr_SetString(PyExc_TypeError, "int() missing string argument");
    return NULL;
}

static PyObject *
subtype_new(PyTypeObject *type, PyObject *x, PyObject *base)
{
    PyObject *v = exact_new(x, base);
    if (v == NULL)
        return NULL;
    Py_ssize_t n = int_ndigits(v) < 1 ? 1 : int_ndigits(v);
    PyLongObject *z = (PyLongObject *)type->tp_alloc(type, n);
    if (z != NULL) {
        z->long_value.lv_tag = int_of(v)->long_value.lv_tag;
        memcpy(z->long_value.ob_digit, int_digits(v), (size_t)n * sizeof(digit));
    }
    Py_DECREF(v);
    return (PyObject *)z;
}

PyObject *
int_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "", "base" };
    PyObject *out[2];
    if (args_unpack_tuple("int", args, kwargs, names, 2, 0, 2, out) < 0)
        return NULL;
    return type == &PyLong_Type ? exact_new(out[0], out[1]) : subtype_new(type, out[0], out[1]);
}

PyObject *
int_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0)
        return _PyObject_MakeTpCall(ts_current(), type, args, n, kwnames);
    if (n > 2)
        return PyErr_Format(PyExc_TypeError, "int expected at most 2 arguments, got %zd", n);
    return exact_new(n > 0 ? args[0] : NULL, n > 1 ? args[1] : NULL);
}

/* ---- to_bytes, from_bytes --------------------------------------------------------------------------------------- */

/* 1 little, 0 big, -1 with an exception. */
static int
byte_order(const char *function, PyObject *order)
{
    if (order == NULL)
        return 0;
    if (!PyUnicode_Check(order)) {
        args_bad(function, "argument 'byteorder'", "str", order);
        return -1;
    }
    if (PyUnicode_EqualToUTF8(order, "little"))
        return 1;
    if (PyUnicode_EqualToUTF8(order, "big"))
        return 0;
    PyErr_SetString(PyExc_ValueError, "byteorder must be either 'little' or 'big'");
    return -1;
}

static PyObject *
int_to_bytes(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "length", "byteorder", "signed" };
    PyObject *a[3];
    Py_ssize_t length = 1;
    if (args_unpack("to_bytes", args, nargs, kwnames, names, 3, 0, 2, a) < 0)
        return NULL;
    if (a[0] != NULL) {
        PyObject *n = _PyNumber_Index(a[0]);
        length = n == NULL ? -1 : PyLong_AsSsize_t(n);
        Py_XDECREF(n);
        if (length == -1 && PyErr_Occurred())
            return NULL;
    }
    if (a[1] != NULL && !PyUnicode_Check(a[1])) {
        args_bad("to_bytes", "argument 'byteorder'", "str", a[1]);
        return NULL;
    }
    int is_signed = a[2] == NULL ? 0 : PyObject_IsTrue(a[2]);
    int little = is_signed < 0 ? -1 : byte_order("to_bytes", a[1]);
    if (little < 0)
        return NULL;
    if (length < 0) {
        PyErr_SetString(PyExc_ValueError, "length argument must be non-negative");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, length);
    if (bytes != NULL && _PyLong_AsByteArray((PyLongObject *)self, (unsigned char *)PyBytes_AS_STRING(bytes),
                                             (size_t)length, little, is_signed, 1) < 0)
        Py_CLEAR(bytes);
    return bytes;
}

static PyObject *
int_from_bytes(PyObject *type, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "bytes", "byteorder", "signed" };
    PyObject *a[3];
    if (args_unpack("from_bytes", args, nargs, kwnames, names, 3, 1, 2, a) < 0)
        return NULL;
    if (a[1] != NULL && !PyUnicode_Check(a[1])) {
        args_bad("from_bytes", "argument 'byteorder'", "str", a[1]);
        return NULL;
    }
    int is_signed = a[2] == NULL ? 0 : PyObject_IsTrue(a[2]);
    int little = is_signed < 0 ? -1 : byte_order("from_bytes", a[1]);
    PyObject *bytes = little < 0 ? NULL : PyObject_Bytes(a[0]);
    if (bytes == NULL)
        return NULL;
    PyObject *v = _PyLong_FromByteArray((unsigned char *)PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes), little, is_signed);
    Py_DECREF(bytes);
    if (v != NULL && type != (PyObject *)&PyLong_Type)
        Py_SETREF(v, PyObject_CallOneArg(type, v));
    return v;
}

/* ---- the rest ----------------------------------------------------------------------------------------------- */

static PyObject *m_long(PyObject *self, PyObject *unused) { return int_long(self); }
static PyObject *m_bit_length(PyObject *self, PyObject *unused) { return PyLong_FromSize_t(int_bit_length(self)); }
static PyObject *m_is_integer(PyObject *self, PyObject *unused) { Py_RETURN_TRUE; }
static PyObject *m_ratio(PyObject *self, PyObject *unused) { return num_pair(int_long(self), SMALL_INT(1)); }
static PyObject *g_long(PyObject *self, void *unused) { return int_long(self); }
static PyObject *g_zero(PyObject *self, void *unused) { return SMALL_INT(0); }
static PyObject *g_one(PyObject *self, void *unused) { return SMALL_INT(1); }

static PyObject *
m_bit_count(PyObject *self, PyObject *unused)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = int_ndigits(self); i-- > 0; )
        count += __builtin_popcount(int_digits(self)[i]);
    return int_from_i64(count);
}

static PyObject *
m_getnewargs(PyObject *self, PyObject *unused)
{
    PyObject *copy = _PyLong_Copy((PyLongObject *)self), *args;
    if (copy == NULL)
        return NULL;
    args = PyTuple_Pack(1, copy);
    Py_DECREF(copy);
    return args;
}

static PyObject *
m_sizeof(PyObject *self, PyObject *unused)
{
    Py_ssize_t n = int_ndigits(self) < 1 ? 1 : int_ndigits(self);
    return int_from_i64((Py_ssize_t)offsetof(PyLongObject, long_value.ob_digit) + n * (Py_ssize_t)sizeof(digit));
}

static PyObject *
m_format(PyObject *self, PyObject *spec)
{
    return num_check_spec(spec) < 0 ? NULL : format_with_spec(format_long_advanced_writer, self, spec);
}

/* Rounds to a multiple of 10^-ndigits, ties to even. */
static PyObject *
m_round(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("__round__", nargs, 0, 1))
        return NULL;
    if (nargs == 0)
        return int_long(self);
    PyObject *ndigits = _PyNumber_Index(args[0]), *power = NULL, *pair = NULL, *out = NULL;
    if (ndigits == NULL)
        return NULL;
    if (!int_is_negative(ndigits)) {
        Py_DECREF(ndigits);
        return int_long(self);
    }
    Py_SETREF(ndigits, int_neg(ndigits));
    if (ndigits != NULL)
        power = int_pow(SMALL_INT(10), ndigits, Py_None);
    if (power != NULL)
        pair = _PyLong_DivmodNear(self, power);
    if (pair != NULL)
        out = int_sub(ts_current(), self, PyTuple_GET_ITEM(pair, 1));
    Py_XDECREF(ndigits);
    Py_XDECREF(power);
    Py_XDECREF(pair);
    return out;
}

#define SIG0(name) name "($self, /)\n--\n\n"

EFFECT(m_bit_length, EFF_ALLOC | EFF_FAILS, &PyLong_Type, 0);
EFFECT(m_bit_count, EFF_ALLOC | EFF_FAILS, &PyLong_Type, 0);
EFFECT(m_ratio, EFF_ALLOC | EFF_FAILS, &PyTuple_Type, 0);
#define LENGTH_ORDER (EFF_ARG(0, EFF_INT | EFF_BOOL) | EFF_ARG(1, EFF_STR) | EFF_ARG(2, EFF_BOOL))
EFFECT(int_to_bytes, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, LENGTH_ORDER);
EFFECT(m_is_integer, 0, &PyBool_Type, 0);

PyMethodDef int_methods[] = {
    { "conjugate", m_long, METH_NOARGS, SIG0("conjugate") "The number itself: an integer has no imaginary part." },
    { "bit_length", m_bit_length, METH_NOARGS, SIG0("bit_length") "Bits needed to write the magnitude in binary.\n\n"
      ">>> (37).bit_length()\n6\n>>> (0).bit_length()\n0" },
    { "bit_count", m_bit_count, METH_NOARGS, SIG0("bit_count") "Bits that are one in the magnitude.\n\n"
      ">>> (0b1011).bit_count()\n3\n>>> (-255).bit_count()\n8" },
    { "to_bytes", (PyCFunction)(void (*)(void))int_to_bytes, METH_FASTCALL | METH_KEYWORDS,
      "to_bytes($self, /, length=1, byteorder='big', *, signed=False)\n--\n\nThe number as that many bytes." },
    { "from_bytes", (PyCFunction)(void (*)(void))int_from_bytes, METH_FASTCALL | METH_KEYWORDS | METH_CLASS,
      "from_bytes($type, /, bytes, byteorder='big', *, signed=False)\n--\n\nThe number that the bytes spell." },
    { "as_integer_ratio", m_ratio, METH_NOARGS, SIG0("as_integer_ratio") "The pair (self, 1).\n\n"
      ">>> (12).as_integer_ratio()\n(12, 1)\n>>> (-3).as_integer_ratio()\n(-3, 1)\n>>> True.as_integer_ratio()\n(1, 1)" },
    { "__trunc__", m_long, METH_NOARGS, SIG0("__trunc__") "The number itself." },
    { "__floor__", m_long, METH_NOARGS, SIG0("__floor__") "The number itself." },
    { "__ceil__", m_long, METH_NOARGS, SIG0("__ceil__") "The number itself." },
    { "__round__", (PyCFunction)(void (*)(void))m_round, METH_FASTCALL,
      "__round__($self, ndigits=<unrepresentable>, /)\n--\n\nRounds to a power of ten when ndigits is negative." },
    { "__getnewargs__", m_getnewargs, METH_NOARGS, SIG0("__getnewargs__") },
    { "__format__", m_format, METH_O, "__format__($self, format_spec, /)\n--\n\nText of the number as format_spec says." },
    { "__sizeof__", m_sizeof, METH_NOARGS, SIG0("__sizeof__") "Bytes in memory." },
    { "is_integer", m_is_integer, METH_NOARGS, SIG0("is_integer") "True, as for every integer." },
    { NULL }
};

PyGetSetDef int_getset[] = {
    { "real", g_long, NULL, "the number itself", NULL },
    { "imag", g_zero, NULL, "zero", NULL },
    { "numerator", g_long, NULL, "the number itself", NULL },
    { "denominator", g_one, NULL, "one", NULL },
    { NULL }
};
