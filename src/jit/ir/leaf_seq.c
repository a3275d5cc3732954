/* jit/ir/leaf_seq.c: lists, tuples, bytes, sets and what is computed from them, for traces.
 *
 * Items are only copied, with a reference each; where they have to be compared, they are of types whose comparison runs no code. */
#include "jit/ir/leaf.h"

#include "jit/ir/ir_runtime.h"
#include "object/coll/list_priv.h"
#include "object/coll/set_priv.h"
#include "object/coll/tuple.h"
#include "object/num/int.h"
#include "object/text/bytes.h"
#include "opcode.h"

/* ---- lists and tuples ---- */

PyObject *
jit_items_slice(PyObject *seq, int64_t i, int64_t j)
{
    Py_ssize_t start = i, stop = j, n = PySlice_AdjustIndices(Py_SIZE(seq), &start, &stop, 1);
    if (PyList_CheckExact(seq))
        return leaf_or_null(list_slice((PyListObject *)seq, start, start + n));
    return leaf_or_null(PyTuple_GetSlice(seq, start, start + n));
}

PyObject *jit_items_concat(PyObject *a, PyObject *b) { return leaf_or_null(Py_TYPE(a)->tp_as_sequence->sq_concat(a, b)); }
PyObject *jit_items_repeat(PyObject *a, int64_t n) { return leaf_or_null(Py_TYPE(a)->tp_as_sequence->sq_repeat(a, n)); }

int64_t
jit_list_extend(PyObject *l, PyObject *seq)
{
    if (list_extend((PyListObject *)l, seq) == 0)
        return 1;
    PyErr_Clear();
    return 0;
}

int64_t
jit_bytearray_extend(PyObject *a, PyObject *b)
{
    Py_ssize_t n = Py_SIZE(a), m = PyBytes_GET_SIZE(b);
    if (((PyByteArrayObject *)a)->ob_exports > 0 || n > PY_SSIZE_T_MAX - m)
        return 0;
    if (PyByteArray_Resize(a, n + m) < 0) {
        PyErr_Clear();
        return 0;
    }
    memcpy(PyByteArray_AS_STRING(a) + n, PyBytes_AS_STRING(b), (size_t)m);
    return 1;
}

/* ---- bytes and ints ---- */

int64_t
jit_int_from_bytes(PyObject *b, int64_t little)
{
    Py_ssize_t n = PyBytes_GET_SIZE(b);
    const unsigned char *p = (const unsigned char *)PyBytes_AS_STRING(b);
    uint64_t v = 0;
    for (Py_ssize_t i = 0; i < n; i++)
        v = v << 8 | p[little ? n - 1 - i : i];
    return (int64_t)v;
}

PyObject *
jit_int_to_bytes(int64_t v, int64_t length, int64_t little)
{
    if (v < 0 || length < 0 || length > 64 || (length < 8 && v >> 8 * length != 0))
        return NULL;
    PyObject *o = leaf_or_null(PyBytes_FromStringAndSize(NULL, length));
    for (int64_t i = 0; o != NULL && i < length; i++)
        PyBytes_AS_STRING(o)[little ? i : length - 1 - i] = i < 8 ? (char)(v >> 8 * i) : 0;
    return o;
}

int64_t
jit_list_set_slice(PyObject *l, int64_t i, int64_t j)
{
    Py_ssize_t from = i, to = j;
    PySlice_AdjustIndices(PyList_GET_SIZE(l), &from, &to, 1);
    if (jit_args[0] != l && PyList_SetSlice(l, from, Py_MAX(from, to), jit_args[0]) == 0)
        return 1;
    PyErr_Clear();
    return 0;
}

/* ---- sets ---- */

/* Has b all that a has? 1, 0, -1: who knows. */
static int
is_subset(PyObject *a, PyObject *b)
{
    Py_ssize_t pos = 0;
    setentry *e;
    for (Py_ssize_t left = PySet_GET_SIZE(a); left > 0 && set_next(SET(a), &pos, &e); left--) {
        int has = set_glance(SET(b), e->key, e->hash);
        if (has < 0)
            has = leaf_set_has(b, e->key, e->hash);
        if (has <= 0)
            return has;
    }
    return 1;
}

int64_t
jit_set_compare(PyObject *a, PyObject *b, int64_t operator)
{
    Py_ssize_t n = PySet_GET_SIZE(a), m = PySet_GET_SIZE(b);
    int same;
    switch (operator) {
    case Py_LT: return n < m ? is_subset(a, b) : 0;
    case Py_LE: return n <= m ? is_subset(a, b) : 0;
    case Py_GT: return n > m ? is_subset(b, a) : 0;
    case Py_GE: return n >= m ? is_subset(b, a) : 0;
    default:
        same = n == m ? is_subset(a, b) : 0;
        return same < 0 || operator == Py_EQ ? same : !same;
    }
}

/* ---- functions of many values ---- */

/* No code runs when values of these types are hashed, compared with each other, added up, or asked whether they are true. */
static bool
is_inert(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return t == &PyLong_Type || t == &PyUnicode_Type || t == &PyFloat_Type || t == &PyBytes_Type || t == &PyBool_Type || o == Py_None;
}

/* Most sets have items of one type. */
static bool
set_inert(const PySetObject *so)
{
    const PyTypeObject *known = NULL;
    const setentry *e = so->table, *end = e + so->mask + 1;
    for (Py_ssize_t left = so->fill; left > 0 && e < end; e++) {
        if (e->key == NULL)
            continue;
        left--;
        if (Py_TYPE(e->key) == known || e->key == &set_dummy)
            continue;
        if (!is_inert(e->key))
            return false;
        known = Py_TYPE(e->key);
    }
    return true;
}

static bool
all_inert(PyObject *o)
{
    if (is_inert(o))
        return true;
    if (PyAnySet_CheckExact(o))
        return set_inert(SET(o));
    if (!PyList_CheckExact(o) && !PyTuple_CheckExact(o))
        return false;
    PyObject **items = PyTuple_CheckExact(o) ? tuple_items(o) : ((PyListObject *)o)->ob_item;
    for (Py_ssize_t i = 0; i < Py_SIZE(o); i++)
        if (!is_inert(items[i]))
            return false;
    return true;
}

/* A new set of this type with those elements of `walked` that the other one has, or has not: as in object/coll/set_type.c, but no more of the other is looked at than what is compared. */
static PyObject *
picked(PyTypeObject *type, PySetObject *walked, PyObject *other, int has)
{
    PyObject *result = leaf_or_null(set_make(type, NULL));
    const PyTypeObject *known = NULL;
    Py_ssize_t pos = 0;
    setentry *e;
    while (result != NULL && set_next(walked, &pos, &e)) {
        int there = set_glance(SET(other), e->key, e->hash);
        if (there < 0 && (Py_TYPE(e->key) == known || is_inert(e->key))) {
            there = leaf_set_has(other, e->key, e->hash);
            known = Py_TYPE(e->key);
        }
        if (LIKELY(there >= 0 && (there != has || set_add_hashed(SET(result), e->key, e->hash) == 0)))
            continue;
        PyErr_Clear();
        Py_CLEAR(result);
    }
    return result;
}

PyObject *
jit_set_operate(PyObject *a, PyObject *b, int64_t operator)
{
    Py_ssize_t n = PySet_GET_SIZE(a), m = PySet_GET_SIZE(b);
    if (operator == NB_AND && a != b)                    /* the shorter one is walked */
        return m > n ? picked(Py_TYPE(a), SET(a), b, 1) : picked(Py_TYPE(a), SET(b), a, 1);
    if (operator == NB_SUBTRACT && n >> 2 <= m)          /* else a is copied */
        return picked(Py_TYPE(a), SET(a), b, 0);
    if (!all_inert(a) || !all_inert(b))
        return NULL;
    switch (operator) {
    case NB_SUBTRACT: return leaf_or_null(PyNumber_Subtract(a, b));
    case NB_AND: return leaf_or_null(PyNumber_And(a, b));
    case NB_OR: return leaf_or_null(PyNumber_Or(a, b));
    case NB_XOR: return leaf_or_null(PyNumber_Xor(a, b));
    default: return NULL;
    }
}

bool leaf_is_inert(PyObject *o) { return all_inert(o); }

/* The least or greatest item of a set, list or tuple of ints with one digit at most. NULL: it has none, or others. */
static PyObject *
extreme(PyObject *o, bool greatest)
{
    PyObject *best = NULL, **items = PyTuple_CheckExact(o) ? tuple_items(o) : PyList_CheckExact(o) ? ((PyListObject *)o)->ob_item : NULL;
    Py_ssize_t pos = 0, best_value = 0, n = items != NULL ? Py_SIZE(o) : PyAnySet_CheckExact(o) ? PySet_GET_SIZE(o) : 0;
    setentry *e = NULL;
    while (n-- > 0 && (items != NULL || set_next(SET(o), &pos, &e))) {
        PyObject *item = items != NULL ? *items++ : e->key;
        if (!PyLong_CheckExact(item) || !int_is_compact(item))
            return NULL;
        Py_ssize_t v = int_compact_value(item);
        if (best != NULL && (greatest ? v <= best_value : v >= best_value))
            continue;
        best = item;
        best_value = v;
    }
    return best;
}

PyObject *
jit_call_inert(const PyMethodDef *def, PyObject *self, int64_t x)
{
    PyObject *best = x == LEAF_CALL_X(1, 0) && def->ml_name[0] == 'm' ? extreme(jit_args[0], def->ml_name[1] == 'a') : NULL;      /* min(), max() */
    if (best != NULL)
        return Py_NewRef(best);
    for (int64_t i = 0; i < (x & 0xff); i++)
        if (!all_inert(jit_args[i]))
            return NULL;
    return jit_call_args(def, self, x);
}

PyObject *
jit_call_type(PyObject *t, PyObject *arg)
{
    bool copies = (t == (PyObject *)&PyList_Type || t == (PyObject *)&PyTuple_Type) && (PyList_CheckExact(arg) || PyTuple_CheckExact(arg) || PyAnySet_CheckExact(arg));
    return copies || all_inert(arg) ? leaf_or_null(PyObject_CallOneArg(t, arg)) : NULL;
}
