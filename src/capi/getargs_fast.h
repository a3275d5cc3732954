/* capi/getargs_fast.h: conversion of the commonest arguments: exact built-in types, by units that need no cleanup.
 *
 * Nothing here raises. Whatever is not common (another type, a value that does not fit, a wrong format) is told by false, and the whole
 * call is then parsed again by the engine of getargs.h: converting an exact int, float or str twice is not to be noticed.
 * Private to capi/getargs*.c. */
#ifndef ADDER_CAPI_GETARGS_FAST_H
#define ADDER_CAPI_GETARGS_FAST_H

#include <Python.h>
#include <string.h>

struct arg_fast {
    const char *p;                     /* next unit */
    va_list va;                        /* where results go */
};

/* The int's value if it is an exact and small one. */
static inline bool
arg_fast_int(PyObject *arg, long *v)
{
    if (!PyLong_CheckExact(arg) || !PyUnstable_Long_IsCompact((PyLongObject *)arg))
        return false;
    *v = (long)PyUnstable_Long_CompactValue((PyLongObject *)arg);
    return true;
}

static inline bool
arg_fast_text(struct arg_fast *f, PyObject *arg, bool or_none)
{
    bool sized = *f->p == '#';
    const char *text = NULL;
    Py_ssize_t n = 0;
    if (*f->p == '*')
        return false;
    if (!or_none || arg != Py_None) {
        if (!PyUnicode_CheckExact(arg) || !PyUnicode_IS_COMPACT_ASCII(arg))
            return false;
        text = PyUnicode_DATA(arg);
        n = PyUnicode_GET_LENGTH(arg);
        if (!sized && memchr(text, 0, (size_t)n) != NULL)
            return false;
    }
    *va_arg(f->va, const char **) = text;
    if (sized) {
        *va_arg(f->va, Py_ssize_t *) = n;
        f->p++;
    }
    return true;
}

static inline bool
arg_fast_object(struct arg_fast *f, PyObject *arg)
{
    if (*f->p == '&')
        return false;
    if (*f->p == '!') {
        PyTypeObject *type = va_arg(f->va, PyTypeObject *);
        if (!PyObject_TypeCheck(arg, type))
            return false;
        f->p++;
    }
    *va_arg(f->va, PyObject **) = arg;
    return true;
}

/* Converts one argument by the unit at f->p and passes over it; false: take the slow way. */
static inline bool
arg_fast_convert(struct arg_fast *f, PyObject *arg)
{
    long v;
    switch (*f->p++) {
    case 'O':
        return arg_fast_object(f, arg);
    case 'd':
        if (PyFloat_CheckExact(arg))
            *va_arg(f->va, double *) = PyFloat_AS_DOUBLE(arg);
        else if (arg_fast_int(arg, &v))
            *va_arg(f->va, double *) = (double)v;
        else
            return false;
        return true;
    case 'i':
        if (!arg_fast_int(arg, &v))
            return false;
        *va_arg(f->va, int *) = (int)v;
        return true;
    case 'l': case 'n': case 'L':      /* the same size */
        if (!arg_fast_int(arg, &v))
            return false;
        *va_arg(f->va, long *) = v;
        return true;
    case 'p':
        if (arg != Py_True && arg != Py_False)
            return false;
        *va_arg(f->va, int *) = arg == Py_True;
        return true;
    case 'U':
        if (!PyUnicode_Check(arg))
            return false;
        *va_arg(f->va, PyObject **) = arg;
        return true;
    case 's':
        return arg_fast_text(f, arg, false);
    case 'z':
        return arg_fast_text(f, arg, true);
    default:
        return false;
    }
}

/* Passes over the unit of an argument that is not given. */
static inline bool
arg_fast_skip(struct arg_fast *f)
{
    switch (*f->p++) {
    case 'O':
        if (*f->p == '&')
            return false;
        if (*f->p == '!') {
            (void)va_arg(f->va, PyTypeObject *);
            f->p++;
        }
        break;
    case 's': case 'z':
        if (*f->p == '*')
            return false;
        if (*f->p == '#') {
            (void)va_arg(f->va, const char **);
            f->p++;
        }
        break;
    case 'd': case 'i': case 'l': case 'n': case 'L': case 'p': case 'U':
        break;
    default:
        return false;
    }
    (void)va_arg(f->va, void *);
    return true;
}

#endif
