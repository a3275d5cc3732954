/* modules/ctypes/code.c: the type codes: how the value of each simple type is read from memory and stored there.
 *
 * Memory may be unaligned (packed structures): everything goes through memcpy(). A size with bits in its upper half is a
 * bit-field, see CT_BITS(): only integers have them. */
#include "modules/ctypes/ctypes.h"

#include <byteswap.h>
#include <string.h>
#include <wchar.h>

#define LOW(size) ((size) & 0xffff)
#define BITS(size) ((size) >> 16)

/* ---- integers ---- */

/* The low 64 bits of an int. 0, or -1 */
static inline int int_bits(PyObject *value, uint64_t *bits)
{
    if (PyLong_CheckExact(value) && PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        *bits = (uint64_t)PyUnstable_Long_CompactValue((PyLongObject *)value);
        return 0;
    }
    *bits = PyLong_AsUnsignedLongLongMask(value);
    return *bits == (uint64_t)-1 && PyErr_Occurred() ? -1 : 0;
}

static inline uint64_t bits_mask(Py_ssize_t size) { return BITS(size) >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << BITS(size)) - 1; }

/* `now` with the bits of the field replaced by those of `value`; the whole `value` if size is no bit-field */
static inline uint64_t bits_put(uint64_t now, uint64_t value, Py_ssize_t size)
{
    uint64_t mask = bits_mask(size);
    return BITS(size) == 0 ? value : (now & ~(mask << LOW(size))) | (value & mask) << LOW(size);
}

static inline uint64_t bits_take(uint64_t value, Py_ssize_t size) { return BITS(size) == 0 ? value : value >> LOW(size) & bits_mask(size); }

static inline int64_t bits_sign(uint64_t value, Py_ssize_t size)
{
    int unused = BITS(size) == 0 ? 0 : 64 - (int)BITS(size);
    return (int64_t)(value << unused) >> unused;
}

static inline uint8_t same8(uint8_t v) { return v; }
static inline uint16_t same16(uint16_t v) { return v; }
static inline uint32_t same32(uint32_t v) { return v; }
static inline uint64_t same64(uint64_t v) { return v; }
static inline uint16_t swap16(uint16_t v) { return bswap_16(v); }
static inline uint32_t swap32(uint32_t v) { return bswap_32(v); }
static inline uint64_t swap64(uint64_t v) { return bswap_64(v); }

#define SETTER(name, width, order) \
    static PyObject *name(void *at, PyObject *value, Py_ssize_t size) \
    { \
        uint64_t v; \
        uint##width##_t now; \
        if (int_bits(value, &v) < 0) \
            return NULL; \
        memcpy(&now, at, sizeof now); \
        now = order((uint##width##_t)bits_put(order(now), v, size)); \
        memcpy(at, &now, sizeof now); \
        return Py_None; \
    }
#define GETTER(name, width, order, take, make) \
    static PyObject *name(const void *at, Py_ssize_t size) \
    { \
        uint##width##_t v; \
        memcpy(&v, at, sizeof v); \
        v = order(v); \
        return make(take); \
    }
#define UNSIGNED bits_take(v, size)
#define SIGNED(width) bits_sign(bits_take(BITS(size) == 0 ? (uint64_t)(int##width##_t)v : v, size), size)
#define INTEGER(width) \
    SETTER(set##width, width, same##width) \
    GETTER(get_i##width, width, same##width, SIGNED(width), PyLong_FromLongLong) \
    GETTER(get_u##width, width, same##width, UNSIGNED, PyLong_FromUnsignedLongLong)
#define SWAPPED(width) \
    SETTER(set##width##_swapped, width, swap##width) \
    GETTER(get_i##width##_swapped, width, swap##width, SIGNED(width), PyLong_FromLongLong) \
    GETTER(get_u##width##_swapped, width, swap##width, UNSIGNED, PyLong_FromUnsignedLongLong)

INTEGER(8)
INTEGER(16)
INTEGER(32)
INTEGER(64)
SWAPPED(16)
SWAPPED(32)
SWAPPED(64)

static PyObject *set_bool(void *at, PyObject *value, Py_ssize_t size)
{
    int truth = PyObject_IsTrue(value);
    if (truth < 0)
        return NULL;
    *(unsigned char *)at = truth != 0;
    return Py_None;
}

static PyObject *get_bool(const void *at, Py_ssize_t size) { return PyBool_FromLong(*(const unsigned char *)at); }

static PyObject *set_variant_bool(void *at, PyObject *value, Py_ssize_t size)
{
    int truth = PyObject_IsTrue(value);
    if (truth < 0)
        return NULL;
    memset(at, truth ? 0xff : 0, 2);
    return Py_None;
}

static PyObject *get_variant_bool(const void *at, Py_ssize_t size)
{
    short v;
    memcpy(&v, at, sizeof v);
    return PyBool_FromLong(v);
}

/* ---- floats ---- */

static inline int float_value(PyObject *value, double *x)
{
    *x = PyFloat_CheckExact(value) ? PyFloat_AS_DOUBLE(value) : PyFloat_AsDouble(value);
    return *x == -1 && PyErr_Occurred() ? -1 : 0;
}

#define FLOAT(type, name) \
    static PyObject *set_##name(void *at, PyObject *value, Py_ssize_t size) \
    { \
        double x; \
        if (float_value(value, &x) < 0) \
            return NULL; \
        type v = (type)x; \
        memcpy(at, &v, sizeof v); \
        return Py_None; \
    } \
    static PyObject *get_##name(const void *at, Py_ssize_t size) \
    { \
        type v; \
        memcpy(&v, at, sizeof v); \
        return PyFloat_FromDouble((double)v); \
    }
FLOAT(float, float)
FLOAT(double, double)
FLOAT(long double, long_double)

static PyObject *set_float_swapped(void *at, PyObject *value, Py_ssize_t size)
{
    double x;
    return float_value(value, &x) < 0 || PyFloat_Pack4(x, at, !PY_LITTLE_ENDIAN) < 0 ? NULL : Py_None;
}

static PyObject *set_double_swapped(void *at, PyObject *value, Py_ssize_t size)
{
    double x;
    return float_value(value, &x) < 0 || PyFloat_Pack8(x, at, !PY_LITTLE_ENDIAN) < 0 ? NULL : Py_None;
}

static PyObject *get_float_swapped(const void *at, Py_ssize_t size) { return PyFloat_FromDouble(PyFloat_Unpack4(at, !PY_LITTLE_ENDIAN)); }
static PyObject *get_double_swapped(const void *at, Py_ssize_t size) { return PyFloat_FromDouble(PyFloat_Unpack8(at, !PY_LITTLE_ENDIAN)); }

/* ---- characters ---- */

static PyObject *set_char(void *at, PyObject *value, Py_ssize_t size)
{
    if (PyBytes_Check(value) && PyBytes_GET_SIZE(value) == 1) {
        *(char *)at = PyBytes_AS_STRING(value)[0];
        return Py_None;
    }
    if (PyByteArray_Check(value) && PyByteArray_GET_SIZE(value) == 1) {
        *(char *)at = PyByteArray_AS_STRING(value)[0];
        return Py_None;
    }
    if (PyLong_Check(value)) {
        int overflow;
        long v = PyLong_AsLongAndOverflow(value, &overflow);
        if (v >= 0 && v < 256 && overflow == 0) {
            *(unsigned char *)at = (unsigned char)v;
            return Py_None;
        }
    }
    PyErr_SetString(PyExc_TypeError, "one character bytes, bytearray or integer expected");
    return NULL;
}

PyObject *ct_get_char(const void *at, Py_ssize_t size) { return PyBytes_FromStringAndSize(at, 1); }

static bool is_str(PyObject *value)
{
    if (!PyUnicode_Check(value))
        PyErr_Format(PyExc_TypeError, "unicode string expected instead of %s instance", Py_TYPE(value)->tp_name);
    return PyUnicode_Check(value);
}

static PyObject *set_wchar(void *at, PyObject *value, Py_ssize_t size)
{
    if (!is_str(value))
        return NULL;
    if (PyUnicode_GET_LENGTH(value) != 1) {
        PyErr_SetString(PyExc_TypeError, "one character unicode string expected");
        return NULL;
    }
    wchar_t c = (wchar_t)PyUnicode_READ_CHAR(value, 0);
    memcpy(at, &c, sizeof c);
    return Py_None;
}

PyObject *ct_get_wchar(const void *at, Py_ssize_t size) { return PyUnicode_FromWideChar(at, 1); }

PyObject *ct_get_char_array(const void *at, Py_ssize_t size) { return PyBytes_FromStringAndSize(at, (Py_ssize_t)strnlen(at, (size_t)size)); }

PyObject *ct_set_char_array(void *at, PyObject *value, Py_ssize_t size)
{
    if (!PyBytes_Check(value)) {
        PyErr_Format(PyExc_TypeError, "expected bytes, %s found", Py_TYPE(value)->tp_name);
        return NULL;
    }
    Py_ssize_t n = (Py_ssize_t)strlen(PyBytes_AS_STRING(value));       /* what follows a NUL is not looked at */
    if (n > size) {
        PyErr_Format(PyExc_ValueError, "bytes too long (%zd, maximum length %zd)", n, size);
        return NULL;
    }
    memcpy(at, PyBytes_AS_STRING(value), (size_t)(n < size ? n + 1 : n));
    return Py_None;
}

PyObject *ct_get_wchar_array(const void *at, Py_ssize_t size) { return PyUnicode_FromWideChar(at, (Py_ssize_t)wcsnlen(at, (size_t)size / sizeof(wchar_t))); }

PyObject *ct_set_wchar_array(void *at, PyObject *value, Py_ssize_t size)
{
    Py_ssize_t room = size / (Py_ssize_t)sizeof(wchar_t);
    if (!is_str(value))
        return NULL;
    if (PyUnicode_GET_LENGTH(value) > room) {
        PyErr_Format(PyExc_ValueError, "string too long (%zd, maximum length %zd)", PyUnicode_GET_LENGTH(value), room);
        return NULL;
    }
    return PyUnicode_AsWideChar(value, at, room) < 0 ? NULL : Py_None;
}

/* ---- pointers ---- */

static PyObject *put_pointer(void *at, const void *p, PyObject *keep)
{
    memcpy(at, &p, sizeof p);
    return keep;
}

static PyObject *put_address(void *at, PyObject *value)
{
    uint64_t v;
    return int_bits(value, &v) < 0 ? NULL : put_pointer(at, (void *)(uintptr_t)v, Py_None);
}

static PyObject *set_char_p(void *at, PyObject *value, Py_ssize_t size)
{
    if (PyBytes_Check(value))
        return put_pointer(at, PyBytes_AS_STRING(value), Py_NewRef(value));
    if (value == Py_None)
        return put_pointer(at, NULL, Py_None);
    if (PyLong_Check(value))
        return put_address(at, value);
    PyErr_Format(PyExc_TypeError, "bytes or integer address expected instead of %s instance", Py_TYPE(value)->tp_name);
    return NULL;
}

static PyObject *get_char_p(const void *at, Py_ssize_t size)
{
    char *p;
    memcpy(&p, at, sizeof p);
    return p == NULL ? Py_None : PyBytes_FromString(p);
}

#define WCHARS_NAME "_ctypes pymem"
static void free_wchars(PyObject *capsule) { PyMem_Free(PyCapsule_GetPointer(capsule, WCHARS_NAME)); }

static PyObject *set_wchar_p(void *at, PyObject *value, Py_ssize_t size)
{
    if (value == Py_None)
        return put_pointer(at, NULL, Py_None);
    if (PyLong_Check(value))
        return put_address(at, value);
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "unicode string or integer address expected instead of %s instance", Py_TYPE(value)->tp_name);
        return NULL;
    }
    Py_ssize_t n;
    wchar_t *s = PyUnicode_AsWideCharString(value, &n);
    PyObject *keep = s == NULL ? NULL : PyCapsule_New(s, WCHARS_NAME, free_wchars);
    if (keep == NULL) {
        PyMem_Free(s);
        return NULL;
    }
    return put_pointer(at, s, keep);
}

static PyObject *get_wchar_p(const void *at, Py_ssize_t size)
{
    wchar_t *p;
    memcpy(&p, at, sizeof p);
    return p == NULL ? Py_None : PyUnicode_FromWideChar(p, (Py_ssize_t)wcslen(p));
}

static PyObject *set_void_p(void *at, PyObject *value, Py_ssize_t size)
{
    if (value == Py_None)
        return put_pointer(at, NULL, Py_None);
    if (PyLong_Check(value))
        return put_address(at, value);
    PyErr_SetString(PyExc_TypeError, "cannot be converted to pointer");
    return NULL;
}

static PyObject *get_void_p(const void *at, Py_ssize_t size)
{
    void *p;
    memcpy(&p, at, sizeof p);
    return p == NULL ? Py_None : PyLong_FromVoidPtr(p);
}

PyObject *ct_set_object(void *at, PyObject *value, Py_ssize_t size) { return put_pointer(at, value, Py_NewRef(value)); }

PyObject *ct_get_object(const void *at, Py_ssize_t size)
{
    PyObject *o;
    memcpy(&o, at, sizeof o);
    if (o != NULL)
        return Py_NewRef(o);
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "PyObject is NULL");
    return NULL;
}

/* ---- the table ---- */

static const struct ct_code codes[] = {
    { 'i', 'i', set32, set32_swapped, get_i32, get_i32_swapped, &ct_type_sint32 },
    { 'I', 'I', set32, set32_swapped, get_u32, get_u32_swapped, &ct_type_uint32 },
    { 'd', 'd', set_double, set_double_swapped, get_double, get_double_swapped, &ct_type_double },
    { 'c', 'c', set_char, NULL, ct_get_char, NULL, &ct_type_sint8 },
    { 'b', 'b', set8, NULL, get_i8, NULL, &ct_type_sint8 },
    { 'B', 'B', set8, NULL, get_u8, NULL, &ct_type_uint8 },
    { 'h', 'h', set16, set16_swapped, get_i16, get_i16_swapped, &ct_type_sint16 },
    { 'H', 'H', set16, set16_swapped, get_u16, get_u16_swapped, &ct_type_uint16 },
    { 'l', 'q', set64, set64_swapped, get_i64, get_i64_swapped, &ct_type_sint64 },
    { 'L', 'Q', set64, set64_swapped, get_u64, get_u64_swapped, &ct_type_uint64 },
    { 'q', 'q', set64, set64_swapped, get_i64, get_i64_swapped, &ct_type_sint64 },
    { 'Q', 'Q', set64, set64_swapped, get_u64, get_u64_swapped, &ct_type_uint64 },
    { 'f', 'f', set_float, set_float_swapped, get_float, get_float_swapped, &ct_type_float },
    { 'g', 'g', set_long_double, NULL, get_long_double, NULL, &ct_type_longdouble },
    { '?', '?', set_bool, NULL, get_bool, NULL, &ct_type_uint8 },
    { 'v', 'v', set_variant_bool, NULL, get_variant_bool, NULL, &ct_type_sint16 },
    { 'u', 'u', set_wchar, NULL, ct_get_wchar, NULL, &ct_type_sint32 },
    { 'z', 'z', set_char_p, NULL, get_char_p, NULL, &ct_type_pointer },
    { 'Z', 'Z', set_wchar_p, NULL, get_wchar_p, NULL, &ct_type_pointer },
    { 'P', 'P', set_void_p, NULL, get_void_p, NULL, &ct_type_pointer },
    { 'O', 'O', ct_set_object, NULL, ct_get_object, NULL, &ct_type_pointer },
};

const struct ct_code *ct_code_find(int code)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(codes); i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}
