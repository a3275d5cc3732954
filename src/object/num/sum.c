/* object/num/sum.c: the stages of sum(). Each hands over what it has as an object to an item that it does not know. */
#include "object/num/sum.h"

#include <math.h>

void
sum_begin(struct sum *s, PyObject *start, PyObject **acc)
{
    int overflow = 1;
    *s = (struct sum){ .stage = SUM_OBJECTS };
    *acc = NULL;
    if (PyLong_CheckExact(start))
        s->i = PyLong_AsLongAndOverflow(start, &overflow);
    if (overflow == 0) {
        s->stage = SUM_INTS;
    } else if (PyFloat_CheckExact(start)) {
        s->stage = SUM_FLOATS;
        s->hi = PyFloat_AS_DOUBLE(start);
    } else {
        *acc = Py_NewRef(start);
    }
}

/* Neumaier's variant of Kahan summation. */
static void
add_double(struct sum *s, double x)
{
    double t = s->hi + x;
    s->lo += fabs(s->hi) >= fabs(x) ? (s->hi - t) + x : (x - t) + s->hi;
    s->hi = t;
}

static double
double_value(const struct sum *s)
{
    return s->lo != 0.0 && isfinite(s->lo) ? s->hi + s->lo : s->hi;
}

static bool
take_int(struct sum *s, PyObject *item)
{
    int overflow;
    int64_t sum;
    if (!PyLong_CheckExact(item) && !PyBool_Check(item))
        return false;
    long v = PyLong_AsLongAndOverflow(item, &overflow);
    if (overflow || __builtin_add_overflow(s->i, v, &sum))
        return false;
    s->i = sum;
    return true;
}

static bool
take_float(struct sum *s, PyObject *item)
{
    int overflow = 0;
    long v = 0;
    if (PyFloat_CheckExact(item)) {
        add_double(s, PyFloat_AS_DOUBLE(item));
        return true;
    }
    if (!PyLong_Check(item) || (v = PyLong_AsLongAndOverflow(item, &overflow), overflow))
        return false;
    s->hi += (double)v;                                  /* ints are not compensated for */
    return true;
}

/* By `+`; a float that comes out of that is where compensation begins. */
static int
add_object(struct sum *s, PyObject **acc, PyObject *item)
{
    bool ints = s->stage == SUM_INTS;
    PyObject *sum = *acc, *next;
    if (s->stage != SUM_OBJECTS)
        sum = sum_end(s, acc);
    *acc = NULL;
    next = sum == NULL ? NULL : PyNumber_Add(sum, item);
    Py_XDECREF(sum);
    Py_DECREF(item);
    s->stage = SUM_OBJECTS;
    if (next != NULL && ints && PyFloat_CheckExact(next)) {
        *s = (struct sum){ .stage = SUM_FLOATS, .hi = PyFloat_AS_DOUBLE(next) };
        Py_DECREF(next);
        return 0;
    }
    *acc = next;
    return next == NULL ? -1 : 0;
}

int
sum_take_other(struct sum *s, PyObject **acc, PyObject *item)
{
    if (s->stage == SUM_INTS ? take_int(s, item) : s->stage == SUM_FLOATS && take_float(s, item)) {
        Py_DECREF(item);
        return 0;
    }
    return add_object(s, acc, item);
}

PyObject *
sum_end(struct sum *s, PyObject **acc)
{
    PyObject *sum = *acc;
    *acc = NULL;
    return s->stage == SUM_INTS ? PyLong_FromLongLong(s->i) : s->stage == SUM_FLOATS ? PyFloat_FromDouble(double_value(s)) : sum;
}
