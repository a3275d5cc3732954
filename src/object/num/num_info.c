/* object/num/num_info.c: sys.int_info, sys.float_info, and ints as file descriptors. */
#include <Python.h>
#include <float.h>

#include "object/num/int.h"

static PyStructSequence_Field int_fields[] = {
    { "bits_per_digit", "size of a digit in bits" },
    { "sizeof_digit", "size in bytes of the C type used to represent a digit" },
    { "default_max_str_digits", "maximum string conversion digits limitation" },
    { "str_digits_check_threshold", "minimum positive value for int_max_str_digits" },
    { NULL, NULL }
};
static PyStructSequence_Desc int_desc = { "sys.int_info", "Facts about the representation of integers.", int_fields, 4 };

static PyStructSequence_Field float_fields[] = {
    { "max", "largest finite float" }, { "max_exp", "largest e such that radix**(e-1) is finite" },
    { "max_10_exp", "largest e such that 10**e is finite" }, { "min", "smallest positive normalized float" },
    { "min_exp", "smallest e such that radix**(e-1) is normalized" }, { "min_10_exp", "smallest e such that 10**e is normalized" },
    { "dig", "decimal digits that survive a round trip through a float" }, { "mant_dig", "digits of the mantissa" },
    { "epsilon", "difference between 1 and the next float" }, { "radix", "base of the exponent" },
    { "rounds", "rounding mode of additions" }, { NULL, NULL }
};
static PyStructSequence_Desc float_desc = { "sys.float_info", "Facts about the representation of floats.", float_fields, 11 };

/* A static type made at first use: both structs are made once per interpreter. */
static OWNED PyObject *
fill(PyStructSequence_Desc *desc, PyObject **values)
{
    PyTypeObject *type = PyStructSequence_NewType(desc);
    PyObject *info = type == NULL ? NULL : PyStructSequence_New(type);
    bool ok = info != NULL;
    for (int i = 0; i < desc->n_in_sequence; i++) {
        ok = ok && values[i] != NULL;
        if (info != NULL)
            PyStructSequence_SetItem(info, i, values[i]);
        else
            Py_XDECREF(values[i]);
    }
    Py_XDECREF(type);
    if (!ok)
        Py_CLEAR(info);
    return info;
}

PyObject *
PyLong_GetInfo(void)
{
    PyObject *v[4] = { int_from_i64(PyLong_SHIFT), int_from_i64(sizeof(digit)), int_from_i64(INT_MAX_STR_DIGITS_DEFAULT),
                       int_from_i64(INT_MAX_STR_DIGITS_THRESHOLD) };
    return fill(&int_desc, v);
}

PyObject *
PyFloat_GetInfo(void)
{
    PyObject *v[11] = {
        PyFloat_FromDouble(DBL_MAX), int_from_i64(DBL_MAX_EXP), int_from_i64(DBL_MAX_10_EXP), PyFloat_FromDouble(DBL_MIN),
        int_from_i64(DBL_MIN_EXP), int_from_i64(DBL_MIN_10_EXP), int_from_i64(DBL_DIG), int_from_i64(DBL_MANT_DIG),
        PyFloat_FromDouble(DBL_EPSILON), int_from_i64(FLT_RADIX), int_from_i64(FLT_ROUNDS),
    };
    return fill(&float_desc, v);
}
