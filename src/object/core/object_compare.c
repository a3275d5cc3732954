/* object/core/object_compare.c: equality, order, hash, truth.
 *
 * Comparison asks the right operand first when its type is a proper subclass of the left one's, then the left one,
 * then the right one; each may answer NotImplemented. What remains is identity for == and !=, else TypeError. */
#include "object/core/object.h"

#include "rt/singletons.h"
#include "rt/thread.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/num/int.h"
#include "object/text/str.h"

const int _Py_SwappedOp[] = { Py_GT, Py_GE, Py_EQ, Py_NE, Py_LT, Py_LE };
static const char *const op_text[] = { "<", "<=", "==", "!=", ">", ">=" };

static PyObject *
compare(PyObject *v, PyObject *w, int op)
{
    PyTypeObject *tv = Py_TYPE(v), *tw = Py_TYPE(w);
    PyObject *out;
    bool asked_w = false;
    if (tv != tw && tw->tp_richcompare != NULL && PyType_IsSubtype(tw, tv)) {
        asked_w = true;
        out = tw->tp_richcompare(w, v, _Py_SwappedOp[op]);
        if (out != Py_NotImplemented)
            return out;
    }
    if (tv->tp_richcompare != NULL) {
        out = tv->tp_richcompare(v, w, op);
        if (out != Py_NotImplemented)
            return out;
    }
    if (!asked_w && Py_TYPE(w)->tp_richcompare != NULL) {
        out = Py_TYPE(w)->tp_richcompare(w, v, _Py_SwappedOp[op]);
        if (out != Py_NotImplemented)
            return out;
    }
    if (op == Py_EQ || op == Py_NE)
        return PyBool_FromLong((v == w) == (op == Py_EQ));
    PyErr_Format(PyExc_TypeError, "'%s' not supported between instances of '%.100s' and '%.100s'", op_text[op],
                 Py_TYPE(v)->tp_name, Py_TYPE(w)->tp_name);
    return NULL;
}

PyObject *
PyObject_RichCompare(PyObject *v, PyObject *w, int op)
{
    if (v == NULL || w == NULL) {
        if (!PyErr_Occurred())
            PyErr_BadInternalCall();
        return NULL;
    }
    PyThreadState *ts = ts_current();
    if (recursion_enter(ts, " in comparison"))
        return NULL;
    PyObject *out = compare(v, w, op);
    recursion_leave(ts);
    return out;
}

/* Two exact ints of one digit. */
static inline bool
compare_small(PyObject *v, PyObject *w, int op)
{
    Py_ssize_t a = int_compact_value(v), b = int_compact_value(w);
    switch (op) {
    case Py_LT: return a < b;
    case Py_LE: return a <= b;
    case Py_EQ: return a == b;
    case Py_NE: return a != b;
    case Py_GT: return a > b;
    default: return a >= b;
    }
}

int
PyObject_RichCompareBool(PyObject *v, PyObject *w, int op)
{
    if (v == w) {                        /* containers rely on it: identity implies equality */
        if (op == Py_EQ)
            return 1;
        if (op == Py_NE)
            return 0;
    }
    /* Keys of tables, mostly. */
    if (v != NULL && w != NULL && (unsigned)op <= Py_GE && Py_IS_TYPE(v, Py_TYPE(w))) {
        if (PyLong_CheckExact(v) && int_both_compact(v, w))
            return compare_small(v, w, op);
        if (PyUnicode_CheckExact(v) && (op == Py_EQ || op == Py_NE))
            return str_eq(v, w) == (op == Py_EQ);
    }
    PyObject *out = PyObject_RichCompare(v, w, op);
    if (out == NULL)
        return -1;
    int truth = PyBool_Check(out) ? out == Py_True : PyObject_IsTrue(out);
    Py_DECREF(out);
    return truth;
}

/* ---- hash ---- */

Py_hash_t
PyObject_HashNotImplemented(PyObject *v)
{
    PyErr_Format(PyExc_TypeError, "unhashable type: '%.200s'", Py_TYPE(v)->tp_name);
    return -1;
}

Py_hash_t
PyObject_Hash(PyObject *v)
{
    PyTypeObject *t = Py_TYPE(v);
    if (UNLIKELY(ts_stack_is_low(ts_current())))            /* tuples in tuples in ... */
        return err_recursion(ts_current(), " while hashing an object");
    if (LIKELY(t->tp_hash != NULL))
        return t->tp_hash(v);
    if (type_dict(t) == NULL) {          /* a type of an extension that was never made ready */
        if (PyType_Ready(t) < 0)
            return -1;
        if (t->tp_hash != NULL)
            return t->tp_hash(v);
    }
    return PyObject_HashNotImplemented(v);
}

Py_hash_t PyObject_GenericHash(PyObject *op) { return object_hash_pointer(op); }

/* ---- truth ---- */

int
PyObject_IsTrue(PyObject *v)
{
    Py_ssize_t n;
    if (v == Py_True)
        return 1;
    if (v == Py_False || v == Py_None)
        return 0;
    PyTypeObject *t = Py_TYPE(v);
    if (t->tp_as_number != NULL && t->tp_as_number->nb_bool != NULL)
        n = t->tp_as_number->nb_bool(v);
    else if (t->tp_as_mapping != NULL && t->tp_as_mapping->mp_length != NULL)
        n = t->tp_as_mapping->mp_length(v);
    else if (t->tp_as_sequence != NULL && t->tp_as_sequence->sq_length != NULL)
        n = t->tp_as_sequence->sq_length(v);
    else
        return 1;
    return n > 0 ? 1 : (int)n;
}

int
PyObject_Not(PyObject *v)
{
    int truth = PyObject_IsTrue(v);
    return truth < 0 ? truth : truth == 0;
}

int PyCallable_Check(PyObject *x) { return x != NULL && Py_TYPE(x)->tp_call != NULL; }
