/* object/coll/set_type.c: set and frozenset: slots, methods, iterator. */
#include "object/coll/set.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/coll/dict.h"
#include "object/coll/dict_priv.h"
#include "object/coll/set_priv.h"

/* ---- slots ---- */

static void
set_dealloc(PyObject *op)
{
    PySetObject *so = SET(op);
    if (gc_is_tracked(op))
        gc_untrack(op);
    TRASH_BEGIN(op, set_dealloc);
    if (so->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    Py_ssize_t used = so->used;
    for (setentry *e = so->table; used > 0; e++) {
        if (e->key != NULL && e->key != &set_dummy) {
            used--;
            Py_DECREF(e->key);
        }
    }
    if (so->table != so->smalltable)
        PyMem_Free(so->table);
    if (LIKELY(PyAnySet_CheckExact(op)))
        coll_gc_free(trash_ts, op, sizeof(PySetObject));
    else
        Py_TYPE(op)->tp_free(op);
    TRASH_END();
}

static int
set_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_ssize_t pos = 0;
    setentry *e;
    while (set_next(SET(op), &pos, &e))
        Py_VISIT(e->key);
    return 0;
}

static int
set_tp_clear(PyObject *op)
{
    set_clear(SET(op));
    return 0;
}

static PyObject *
set_repr_of(PyObject *op)
{
    if (SET(op)->used == 0)
        return PyUnicode_FromFormat("%s()", Py_TYPE(op)->tp_name);
    PyObject *list = PySequence_List(op);
    PyObject *repr = list == NULL ? NULL : PyObject_Repr(list);
    Py_XDECREF(list);
    if (repr == NULL)
        return NULL;
    PyObject *inner = PyUnicode_Substring(repr, 1, PyUnicode_GET_LENGTH(repr) - 1);
    Py_DECREF(repr);
    if (inner == NULL)
        return NULL;
    PyObject *result = Py_IS_TYPE(op, &PySet_Type) ? PyUnicode_FromFormat("{%U}", inner)
                                                   : PyUnicode_FromFormat("%s({%U})", Py_TYPE(op)->tp_name, inner);
    Py_DECREF(inner);
    return result;
}

static PyObject *
set_repr(PyObject *op)
{
    int rec = Py_ReprEnter(op);
    if (rec != 0)
        return rec < 0 ? NULL : PyUnicode_FromFormat("%s(...)", Py_TYPE(op)->tp_name);
    PyObject *result = set_repr_of(op);
    Py_ReprLeave(op);
    return result;
}

static Py_ssize_t
set_length(PyObject *op)
{
    return SET(op)->used;
}

static int
set_contains(PyObject *op, PyObject *key)
{
    return set_contains_key(SET(op), key);
}

static Py_hash_t
frozenset_hash(PyObject *op)
{
    if (SET(op)->hash == -1)
        SET(op)->hash = set_frozen_hash(SET(op));
    return SET(op)->hash;
}

/* ---- combining ---- */

/* What is done with one element of a walk: 0 go on, 1 enough, -1 with an exception. */
typedef int (*element_fn)(PySetObject *so, PyObject *key, Py_hash_t hash, PyObject *arg);

/* Do f for the elements of source, by its table if as_set (then it is a set), else by its iterator: what f answered last, or -1.
 * A set may change meanwhile. */
static inline __attribute__((always_inline)) int          /* a loop for each f */
each_element(PyObject *source, bool as_set, element_fn f, PySetObject *so, PyObject *arg)
{
    PyObject *key;
    int rc = 0;
    if (as_set) {
        Py_ssize_t pos = 0;
        setentry *e;
        while (rc == 0 && set_next(SET(source), &pos, &e)) {
            key = Py_NewRef(e->key);
            rc = f(so, key, e->hash, arg);
            Py_DECREF(key);
        }
        return rc;
    }
    PyObject *it = PyObject_GetIter(source);
    if (it == NULL)
        return -1;
    while (rc == 0 && (key = PyIter_Next(it)) != NULL) {
        Py_hash_t hash;
        rc = dict_hash_key(key, &hash) < 0 ? -1 : f(so, key, hash, arg);
        Py_DECREF(key);
    }
    Py_DECREF(it);
    return rc == 0 && PyErr_Occurred() ? -1 : rc;
}

static int
stop_if_present(PySetObject *so, PyObject *key, Py_hash_t hash, PyObject *unused)
{
    return set_contains_hashed(so, key, hash);
}

static int
stop_if_absent(PySetObject *so, PyObject *key, Py_hash_t hash, PyObject *unused)
{
    int in = set_contains_hashed(so, key, hash);
    return in < 0 ? -1 : !in;
}

/* To result if it is in so. There cannot be more than so has. */
static int
keep_if_present(PySetObject *so, PyObject *key, Py_hash_t hash, PyObject *result)
{
    int in = set_contains_hashed(so, key, hash);
    if (in < 0 || (in && set_add_hashed(SET(result), key, hash) < 0))
        return -1;
    return in && SET(result)->used >= so->used;
}

static int
drop(PySetObject *so, PyObject *key, Py_hash_t hash, PyObject *unused)
{
    return set_discard_hashed(so, key, hash) < 0 ? -1 : 0;
}

/* Is every element of a in b? 1, 0, -1. */
static int
is_subset(PySetObject *a, PySetObject *b)
{
    if (a->used > b->used)
        return 0;
    int missing = each_element((PyObject *)a, true, stop_if_absent, b, NULL);
    return missing < 0 ? -1 : !missing;
}

static PyObject *
intersection(PySetObject *so, PyObject *other)
{
    if ((PyObject *)so == other)
        return set_copy(so);
    PyObject *result = set_make_base(Py_TYPE(so), NULL);
    if (result == NULL)
        return NULL;
    bool is_set = PyAnySet_Check(other);
    if (is_set && SET(other)->used > so->used) {      /* walk the shorter one */
        PyObject *shorter = (PyObject *)so;
        so = SET(other);
        other = shorter;
    }
    if (each_element(other, is_set, keep_if_present, so, result) < 0)
        Py_CLEAR(result);
    return result;
}

static int
difference_update(PySetObject *so, PyObject *other)
{
    bool is_set = PyAnySet_Check(other);
    if ((PyObject *)so == other) {
        set_clear(so);
        return 0;
    }
    /* Of a much larger set only what both have. */
    if (is_set && (SET(other)->used >> 3) > so->used)
        other = intersection(so, other);
    else
        Py_INCREF(other);
    if (other == NULL)
        return -1;
    int err = each_element(other, is_set, drop, so, NULL);
    Py_DECREF(other);
    /* Many deleted slots slow everything down. */
    if (err == 0 && (size_t)(so->fill - so->used) > (size_t)so->mask / 4)
        return set_resize(so, so->used > 50000 ? so->used * 2 : so->used * 4);
    return err;
}

static PyObject *
copy_and_difference(PySetObject *so, PyObject *other)
{
    PyObject *result = set_copy(so);
    if (result != NULL && difference_update(SET(result), other) < 0)
        Py_CLEAR(result);
    return result;
}

static PyObject *
difference(PySetObject *so, PyObject *other)
{
    bool dict = PyDict_CheckExact(other);
    Py_ssize_t n;
    if (PyAnySet_Check(other))
        n = SET(other)->used;
    else if (dict)
        n = PyDict_GET_SIZE(other);
    else
        return copy_and_difference(so, other);
    if ((so->used >> 2) > n)
        return copy_and_difference(so, other);
    PyObject *result = set_make_base(Py_TYPE(so), NULL), *value;
    Py_ssize_t pos = 0;
    setentry *e;
    if (result == NULL)
        return NULL;
    while (set_next(so, &pos, &e)) {
        PyObject *key = Py_NewRef(e->key);
        Py_hash_t hash = e->hash;
        int in = dict ? dict_get_ref_hashed(other, key, hash, &value) : set_contains_hashed(SET(other), key, hash);
        if (dict && in > 0)
            Py_DECREF(value);
        int bad = in < 0 || (!in && set_add_hashed(SET(result), key, hash) < 0);
        Py_DECREF(key);
        if (bad) {
            Py_DECREF(result);
            return NULL;
        }
    }
    return result;
}

/* Toggle one key, which the caller holds. */
static int
toggle(PySetObject *so, PyObject *key, Py_hash_t hash, PyObject *unused)
{
    int found = set_discard_hashed(so, key, hash);
    return found < 0 ? -1 : found ? 0 : set_add_hashed(so, key, hash);
}

static int
symmetric_update(PySetObject *so, PyObject *other)
{
    Py_ssize_t pos = 0;
    if ((PyObject *)so == other) {
        set_clear(so);
        return 0;
    }
    if (PyDict_CheckExact(other)) {
        PyObject *key;
        Py_hash_t hash;
        int rc = 0;
        while (rc == 0 && dict_next((PyDictObject *)other, &pos, &key, NULL, &hash)) {
            Py_INCREF(key);
            rc = toggle(so, key, hash, NULL);
            Py_DECREF(key);
        }
        return rc;
    }
    PyObject *set = PyAnySet_Check(other) ? Py_NewRef(other) : set_make_base(Py_TYPE(so), other);
    if (set == NULL)
        return -1;
    int result = each_element(set, true, toggle, so, NULL);
    Py_DECREF(set);
    return result;
}

static PyObject *
symmetric_difference(PyObject *op, PyObject *other)
{
    PyObject *result = set_make_base(Py_TYPE(op), other);
    if (result != NULL && symmetric_update(SET(result), op) < 0)
        Py_CLEAR(result);
    return result;
}

/* so takes over the table of `from`, which gets so's. Both are exact sets or so is a subclass instance. */
static void
swap_tables(PySetObject *a, PySetObject *b)
{
    PySetObject tmp;
    size_t at = offsetof(PySetObject, fill), n = offsetof(PySetObject, weakreflist) - at;
    bool a_small = a->table == a->smalltable, b_small = b->table == b->smalltable;
    Py_ssize_t a_finger = a->finger, b_finger = b->finger;         /* where pop() goes on stays */
    memcpy((char *)&tmp + at, (char *)a + at, n);
    memcpy((char *)a + at, (char *)b + at, n);
    memcpy((char *)b + at, (char *)&tmp + at, n);
    if (b_small)
        a->table = a->smalltable;
    if (a_small)
        b->table = b->smalltable;
    a->hash = b->hash = -1;
    a->finger = a_finger;
    b->finger = b_finger;
}

#define NEED_SETS(a, b) \
    if (!PyAnySet_Check(a) || !PyAnySet_Check(b)) \
        Py_RETURN_NOTIMPLEMENTED

static PyObject *
set_or(PyObject *a, PyObject *b)
{
    NEED_SETS(a, b);
    PyObject *result = set_copy(SET(a));
    if (result != NULL && a != b && set_update(SET(result), b) < 0)
        Py_CLEAR(result);
    return result;
}

static PyObject *
set_and(PyObject *a, PyObject *b)
{
    NEED_SETS(a, b);
    return intersection(SET(a), b);
}

static PyObject *
set_sub(PyObject *a, PyObject *b)
{
    NEED_SETS(a, b);
    return difference(SET(a), b);
}

static PyObject *
set_xor(PyObject *a, PyObject *b)
{
    NEED_SETS(a, b);
    return symmetric_difference(a, b);
}

static PyObject *
set_ior(PyObject *op, PyObject *other)
{
    if (!PyAnySet_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    return set_update(SET(op), other) < 0 ? NULL : Py_NewRef(op);
}

static PyObject *
set_iand(PyObject *op, PyObject *other)
{
    if (!PyAnySet_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *result = intersection(SET(op), other);
    if (result == NULL)
        return NULL;
    swap_tables(SET(op), SET(result));
    Py_DECREF(result);
    return Py_NewRef(op);
}

static PyObject *
set_isub(PyObject *op, PyObject *other)
{
    if (!PyAnySet_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    return difference_update(SET(op), other) < 0 ? NULL : Py_NewRef(op);
}

static PyObject *
set_ixor(PyObject *op, PyObject *other)
{
    if (!PyAnySet_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    return symmetric_update(SET(op), other) < 0 ? NULL : Py_NewRef(op);
}

static PyObject *
set_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyAnySet_Check(b))
        Py_RETURN_NOTIMPLEMENTED;
    PySetObject *x = SET(a), *y = SET(b);
    int r;
    switch (op) {
    case Py_EQ:
    case Py_NE:
        if (x->used != y->used || (x->hash != -1 && y->hash != -1 && x->hash != y->hash))
            r = 0;
        else
            r = is_subset(x, y);
        if (r >= 0 && op == Py_NE)
            r = !r;
        break;
    case Py_LE:
        r = is_subset(x, y);
        break;
    case Py_GE:
        r = is_subset(y, x);
        break;
    case Py_LT:
        r = x->used >= y->used ? 0 : is_subset(x, y);
        break;
    default:
        r = x->used <= y->used ? 0 : is_subset(y, x);
    }
    return r < 0 ? NULL : PyBool_FromLong(r);
}

/* ---- methods ---- */

static PyObject *
done(int result)
{
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *set_add(PyObject *op, PyObject *key) { return done(set_add_key(SET(op), key)); }
static PyObject *set_discard(PyObject *op, PyObject *key) { return done(set_discard_key(SET(op), key)); }

static PyObject *
set_remove(PyObject *op, PyObject *key)
{
    int found = set_discard_key(SET(op), key);
    if (found == 0)
        _PyErr_SetKeyError(key);
    return found <= 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
set_contains_method(PyObject *op, PyObject *key)
{
    int in = set_contains_key(SET(op), key);
    return in < 0 ? NULL : PyBool_FromLong(in);
}

static PyObject *
set_pop(PyObject *op, PyObject *noargs)
{
    return PySet_Pop(op);
}

static PyObject *
set_clear_method(PyObject *op, PyObject *noargs)
{
    set_clear(SET(op));
    Py_RETURN_NONE;
}

static PyObject *
set_copy_method(PyObject *op, PyObject *noargs)
{
    return PyFrozenSet_CheckExact(op) ? Py_NewRef(op) : set_make_base(Py_TYPE(op), op);
}

static PyObject *
set_union(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *result = set_copy(SET(op));
    for (Py_ssize_t i = 0; result != NULL && i < nargs; i++)
        if (op != args[i] && set_update(SET(result), args[i]) < 0)
            Py_CLEAR(result);
    return result;
}

static PyObject *
set_update_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    for (Py_ssize_t i = 0; i < nargs; i++)
        if (set_update(SET(op), args[i]) < 0)
            return NULL;
    Py_RETURN_NONE;
}

static PyObject *
set_intersection(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs == 0)
        return set_copy(SET(op));
    PyObject *result = Py_NewRef(op);
    for (Py_ssize_t i = 0; result != NULL && i < nargs; i++)
        Py_SETREF(result, intersection(SET(result), args[i]));
    return result;
}

static PyObject *
set_intersection_update(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *result = set_intersection(op, args, nargs);
    if (result == NULL)
        return NULL;
    swap_tables(SET(op), SET(result));
    Py_DECREF(result);
    Py_RETURN_NONE;
}

static PyObject *
set_difference(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs == 0)
        return set_copy(SET(op));
    PyObject *result = difference(SET(op), args[0]);
    for (Py_ssize_t i = 1; result != NULL && i < nargs; i++)
        if (difference_update(SET(result), args[i]) < 0)
            Py_CLEAR(result);
    return result;
}

static PyObject *
set_difference_update(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    for (Py_ssize_t i = 0; i < nargs; i++)
        if (difference_update(SET(op), args[i]) < 0)
            return NULL;
    Py_RETURN_NONE;
}

static PyObject *
set_symmetric_update(PyObject *op, PyObject *other)
{
    return done(symmetric_update(SET(op), other));
}

static PyObject *
set_issubset(PyObject *op, PyObject *other)
{
    int r;
    if (PyAnySet_Check(other))
        r = is_subset(SET(op), SET(other));
    else {
        PyObject *common = intersection(SET(op), other);
        if (common == NULL)
            return NULL;
        r = SET(common)->used == SET(op)->used;
        Py_DECREF(common);
    }
    return r < 0 ? NULL : PyBool_FromLong(r);
}

static PyObject *
set_issuperset(PyObject *op, PyObject *other)
{
    if (PyAnySet_Check(other)) {
        int r = is_subset(SET(other), SET(op));
        return r < 0 ? NULL : PyBool_FromLong(r);
    }
    PyObject *it = PyObject_GetIter(other), *key;
    if (it == NULL)
        return NULL;
    int in = 1;
    while (in == 1 && (key = PyIter_Next(it)) != NULL) {
        in = set_contains_key(SET(op), key);
        Py_DECREF(key);
    }
    Py_DECREF(it);
    return in < 0 || (in == 1 && PyErr_Occurred()) ? NULL : PyBool_FromLong(in);
}

static PyObject *
set_isdisjoint(PyObject *op, PyObject *other)
{
    PySetObject *so = SET(op);
    if (op == other)
        return PyBool_FromLong(so->used == 0);
    bool is_set = PyAnySet_CheckExact(other);
    if (is_set && SET(other)->used > so->used) {
        so = SET(other);
        other = op;
    }
    int common = each_element(other, is_set, stop_if_present, so, NULL);
    return common < 0 ? NULL : PyBool_FromLong(!common);
}

static PyObject *
set_reduce(PyObject *op, PyObject *noargs)
{
    PyObject *keys = PySequence_List(op);
    if (keys == NULL)
        return NULL;
    PyObject *state = _PyObject_GetState(op);
    if (state == NULL) {
        Py_DECREF(keys);
        return NULL;
    }
    return Py_BuildValue("O(N)N", Py_TYPE(op), keys, state);
}

static PyObject *
set_sizeof(PyObject *op, PyObject *noargs)
{
    size_t n = (size_t)Py_TYPE(op)->tp_basicsize;
    if (SET(op)->table != SET(op)->smalltable)
        n += ((size_t)SET(op)->mask + 1) * sizeof(setentry);
    return PyLong_FromSize_t(n);
}

/* ---- new, init ---- */

static PyObject *
set_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    return set_make(type, NULL);
}

static int
set_init(PyObject *op, PyObject *args, PyObject *kwds)
{
    if (!args_no_keywords("set", kwds) || !args_count(Py_TYPE(op)->tp_name, PyTuple_GET_SIZE(args), 0, 1))
        return -1;
    if (SET(op)->fill)
        set_clear(SET(op));
    SET(op)->hash = -1;
    return PyTuple_GET_SIZE(args) == 0 ? 0 : set_update(SET(op), PyTuple_GET_ITEM(args, 0));
}

static PyObject *
set_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (!args_no_kwnames("set", kwnames) || !args_count("set", n, 0, 1))
        return NULL;
    return set_make((PyTypeObject *)type, n > 0 ? args[0] : NULL);
}

static PyObject *
frozenset_make(PyTypeObject *type, PyObject *iterable)
{
    if (type == &PyFrozenSet_Type && iterable != NULL && PyFrozenSet_CheckExact(iterable))
        return Py_NewRef(iterable);
    return set_make(type, iterable);
}

static PyObject *
frozenset_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if ((type == &PyFrozenSet_Type || type->tp_init == PyFrozenSet_Type.tp_init) && !args_no_keywords("frozenset", kwds))
        return NULL;
    if (!args_count(type->tp_name, PyTuple_GET_SIZE(args), 0, 1))
        return NULL;
    return frozenset_make(type, PyTuple_GET_SIZE(args) == 0 ? NULL : PyTuple_GET_ITEM(args, 0));
}

static PyObject *
frozenset_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (!args_no_kwnames("frozenset", kwnames) || !args_count("frozenset", n, 0, 1))
        return NULL;
    return frozenset_make((PyTypeObject *)type, n > 0 ? args[0] : NULL);
}

/* ---- type objects ---- */

#define M_CLASS_GETITEM { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC_CLASS_GETITEM }
#define M_CONTAINS { "__contains__", set_contains_method, METH_O | METH_COEXIST, TEXT_SIG("__contains__($self, object, /)", "x.__contains__(y) <==> y in x.") }
#define M_COPY { "copy", set_copy_method, METH_NOARGS, TEXT_SIG("copy($self, /)", "A set of the same elements.") }
#define M_DIFFERENCE { "difference", _PyCFunction_CAST(set_difference), METH_FASTCALL, TEXT_SIG("difference($self, /, *others)", "A set of the elements that are in none of the others.") }
#define M_INTERSECTION { "intersection", _PyCFunction_CAST(set_intersection), METH_FASTCALL, TEXT_SIG("intersection($self, /, *others)", "A set of the elements that are in all of the others too.") }
#define M_ISDISJOINT { "isdisjoint", set_isdisjoint, METH_O, TEXT_SIG("isdisjoint($self, other, /)", "True if no element of other is in this set.") }
#define M_ISSUBSET { "issubset", set_issubset, METH_O, TEXT_SIG("issubset($self, other, /)", "True if other contains every element of this set.") }
#define M_ISSUPERSET { "issuperset", set_issuperset, METH_O, TEXT_SIG("issuperset($self, other, /)", "True if this set contains every element of other.") }
#define M_REDUCE { "__reduce__", set_reduce, METH_NOARGS, DOC_REDUCE }
#define M_SIZEOF { "__sizeof__", set_sizeof, METH_NOARGS, DOC_SIZEOF }
#define M_SYMMETRIC { "symmetric_difference", symmetric_difference, METH_O, TEXT_SIG("symmetric_difference($self, other, /)", "A set of the elements that are in exactly one of both.") }
#define M_UNION { "union", _PyCFunction_CAST(set_union), METH_FASTCALL, TEXT_SIG("union($self, /, *others)", "A set of the elements of this set and all the others.") }

static PyMethodDef set_methods[] = {
    { "add", set_add, METH_O, TEXT_SIG("add($self, object, /)", "Make object an element.") },
    { "clear", set_clear_method, METH_NOARGS, TEXT_SIG("clear($self, /)", "Drop all elements.") },
    M_CONTAINS,
    M_COPY,
    { "discard", set_discard, METH_O, TEXT_SIG("discard($self, object, /)", "Take object out if it is an element.") },
    M_DIFFERENCE,
    { "difference_update", _PyCFunction_CAST(set_difference_update), METH_FASTCALL,
      TEXT_SIG("difference_update($self, /, *others)", "Take out all elements of the others.") },
    M_INTERSECTION,
    { "intersection_update", _PyCFunction_CAST(set_intersection_update), METH_FASTCALL,
      TEXT_SIG("intersection_update($self, /, *others)", "Keep only what is in all of the others too.") },
    M_ISDISJOINT,
    M_ISSUBSET,
    M_ISSUPERSET,
    { "pop", set_pop, METH_NOARGS, TEXT_SIG("pop($self, /)", "Take out some element and return it; KeyError if empty.") },
    M_REDUCE,
    { "remove", set_remove, METH_O, TEXT_SIG("remove($self, object, /)", "Take object out; KeyError if it is no element.") },
    M_SIZEOF,
    M_SYMMETRIC,
    { "symmetric_difference_update", set_symmetric_update, METH_O,
      TEXT_SIG("symmetric_difference_update($self, other, /)", "Become the elements that are in exactly one of both.") },
    M_UNION,
    { "update", _PyCFunction_CAST(set_update_method), METH_FASTCALL,
      TEXT_SIG("update($self, /, *others)", "Add the elements of all the others.") },
    M_CLASS_GETITEM,
    { NULL },
};

static PyMethodDef frozenset_methods[] = {
    M_CONTAINS, M_COPY, M_DIFFERENCE, M_INTERSECTION, M_ISDISJOINT, M_ISSUBSET, M_ISSUPERSET, M_REDUCE, M_SIZEOF,
    M_SYMMETRIC, M_UNION, M_CLASS_GETITEM, { NULL },
};

static PyNumberMethods set_as_number = {
    .nb_subtract = set_sub, .nb_and = set_and, .nb_xor = set_xor, .nb_or = set_or,
    .nb_inplace_subtract = set_isub, .nb_inplace_and = set_iand, .nb_inplace_xor = set_ixor, .nb_inplace_or = set_ior,
};
static PyNumberMethods frozenset_as_number = {
    .nb_subtract = set_sub, .nb_and = set_and, .nb_xor = set_xor, .nb_or = set_or,
};
static PySequenceMethods set_as_sequence = { .sq_length = set_length, .sq_contains = set_contains };

static PyObject *set_iter(PyObject *op);

#define SET_COMMON(text) \
    PyVarObject_HEAD_INIT(&PyType_Type, 0) \
    .tp_name = text, \
    .tp_basicsize = sizeof(PySetObject), \
    .tp_dealloc = set_dealloc, \
    .tp_repr = set_repr, \
    .tp_as_sequence = &set_as_sequence, \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF, \
    .tp_traverse = set_traverse, \
    .tp_clear = set_tp_clear, \
    .tp_richcompare = set_richcompare, \
    .tp_weaklistoffset = offsetof(PySetObject, weakreflist), \
    .tp_iter = set_iter, \
    .tp_alloc = PyType_GenericAlloc, \
    .tp_free = PyObject_GC_Del

PyTypeObject PySet_Type = {
    SET_COMMON("set"),
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_as_number = &set_as_number,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_doc = TEXT_SIG("set(iterable=(), /)", "Unordered collection of unique elements."),
    .tp_methods = set_methods,
    .tp_init = set_init,
    .tp_new = set_new,
    .tp_vectorcall = set_vectorcall,
};

PyTypeObject PyFrozenSet_Type = {
    SET_COMMON("frozenset"),
    .tp_as_number = &frozenset_as_number,
    .tp_hash = frozenset_hash,
    .tp_doc = TEXT_SIG("frozenset(iterable=(), /)", "Immutable unordered collection of unique elements."),
    .tp_methods = frozenset_methods,
    .tp_new = frozenset_new,
    .tp_vectorcall = frozenset_vectorcall,
};

/* ---- iterator ---- */

static PyObject *
set_iter(PyObject *op)
{
    struct set_iter *it = COLL_GC_NEW(struct set_iter, &PySetIter_Type);
    if (it == NULL)
        return NULL;
    it->si_set = SET(Py_NewRef(op));
    it->si_used = it->len = SET(op)->used;
    it->si_pos = 0;
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
set_iter_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(((struct set_iter *)op)->si_set);
    COLL_GC_FREE(struct set_iter, op);
}

static int
set_iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(((struct set_iter *)op)->si_set);
    return 0;
}

static PyObject *
set_iter_next(PyObject *op)
{
    struct set_iter *it = (struct set_iter *)op;
    PySetObject *so = it->si_set;
    setentry *e;
    if (so == NULL)
        return NULL;
    if (it->si_used != so->used) {
        PyErr_SetString(PyExc_RuntimeError, "Set changed size during iteration");
        it->si_used = -1;                  /* and so it stays */
        return NULL;
    }
    if (set_next(so, &it->si_pos, &e)) {
        it->len--;
        return Py_NewRef(e->key);
    }
    it->si_set = NULL;
    Py_DECREF(so);
    return NULL;
}

static PyObject *
set_iter_length(PyObject *op, PyObject *noargs)
{
    struct set_iter *it = (struct set_iter *)op;
    return PyLong_FromSsize_t(it->si_set != NULL && it->si_used == it->si_set->used ? it->len : 0);
}

static PyObject *
set_iter_reduce(PyObject *op, PyObject *noargs)
{
    /* A copy is run, so that this one stays where it is. */
    struct set_iter *it = (struct set_iter *)op, *copy = COLL_GC_NEW(struct set_iter, &PySetIter_Type);
    if (copy == NULL)
        return NULL;
    copy->si_set = SET(Py_XNewRef(it->si_set));
    copy->si_used = it->si_used;
    copy->si_pos = it->si_pos;
    copy->len = it->len;
    gc_track((PyObject *)copy);
    PyObject *list = PySequence_List((PyObject *)copy);
    Py_DECREF(copy);
    if (list == NULL)
        return NULL;
    PyObject *iter = coll_builtin("iter");
    if (iter == NULL) {
        Py_DECREF(list);
        return NULL;
    }
    return Py_BuildValue("N(N)", iter, list);
}

static PyMethodDef set_iter_methods[] = {
    { "__length_hint__", set_iter_length, METH_NOARGS, DOC_LEN },
    { "__reduce__", set_iter_reduce, METH_NOARGS, DOC_REDUCE },
    { NULL },
};

PyTypeObject PySetIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "set_iterator",
    .tp_basicsize = sizeof(struct set_iter),
    .tp_dealloc = set_iter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = set_iter_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = set_iter_next,
    .tp_methods = set_iter_methods,
};
