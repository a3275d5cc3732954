/* modules/itertools/it_comb.c: product, combinations with and without repetition, permutations.
 *
 * All keep an array of indices into tuples of the items. A result tuple is kept: it is changed in place when nobody else
 * has it, else copied. */
#include "modules/itertools/itertools.h"

/* The result tuple, ready to be changed: itself or a copy. 0 or -1. */
static int
own_result(PyObject **result)
{
    PyObject *old = *result;
    Py_ssize_t n = PyTuple_GET_SIZE(old);
    if (Py_REFCNT(old) == 1 || n == 0) {
        if (n > 0 && !PyObject_GC_IsTracked(old))
            PyObject_GC_Track(old);
        return 0;
    }
    PyObject *copy = PyTuple_New(n);
    if (copy == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(copy, i, Py_NewRef(PyTuple_GET_ITEM(old, i)));
    *result = copy;
    Py_DECREF(old);
    return 0;
}

static void
put(PyObject *result, Py_ssize_t i, PyObject *item)
{
    PyObject *old = PyTuple_GET_ITEM(result, i);
    PyTuple_SET_ITEM(result, i, Py_NewRef(item));
    Py_DECREF(old);
}

static PyObject *
tuple_of_indices(const Py_ssize_t *indices, Py_ssize_t n)
{
    PyObject *t = PyTuple_New(n);
    for (Py_ssize_t i = 0; t != NULL && i < n; i++) {
        PyObject *x = PyLong_FromSsize_t(indices[i]);
        if (x == NULL)
            Py_CLEAR(t);
        else
            PyTuple_SET_ITEM(t, i, x);
    }
    return t;
}

static Py_ssize_t *
index_array(Py_ssize_t n)
{
    Py_ssize_t *a = n < 0 || (size_t)n > PY_SSIZE_T_MAX / sizeof(Py_ssize_t) ? NULL : PyMem_Malloc(n ? (size_t)n * sizeof(Py_ssize_t) : 1);
    if (a == NULL)
        PyErr_NoMemory();
    return a;
}

static PyObject *
bad_arguments(void)
{
    PyErr_SetString(PyExc_ValueError, "invalid arguments");
    return NULL;
}

/* ---- product ---- */

struct product {
    PyObject ob_base;
    PyObject *pools;                   /* tuple of tuples */
    Py_ssize_t *indices;
    PyObject *result;                  /* NULL before the first */
    int stopped;
};

static int
product_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((struct product *)op)->pools);
    Py_VISIT(((struct product *)op)->result);
    return 0;
}

static void
product_dealloc(PyObject *op)
{
    struct product *p = (struct product *)op;
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_XDECREF(p->pools);
    Py_XDECREF(p->result);
    PyMem_Free(p->indices);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
product_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Py_ssize_t repeat = 1;
    if (kwds != NULL) {
        static char *names[] = { "repeat", NULL };
        PyObject *none = PyTuple_New(0);
        int ok = none != NULL && PyArg_ParseTupleAndKeywords(none, kwds, "|n:product", names, &repeat);
        Py_XDECREF(none);
        if (!ok)
            return NULL;
        if (repeat < 0) {
            PyErr_SetString(PyExc_ValueError, "repeat argument cannot be negative");
            return NULL;
        }
    }
    Py_ssize_t nargs = repeat == 0 ? 0 : PyTuple_GET_SIZE(args);
    if (nargs > 0 && (size_t)nargs > PY_SSIZE_T_MAX / sizeof(Py_ssize_t) / (size_t)repeat) {
        PyErr_SetString(PyExc_OverflowError, "repeat argument too large");
        return NULL;
    }
    Py_ssize_t n = nargs * repeat;
    Py_ssize_t *indices = index_array(n);
    PyObject *pools = indices == NULL ? NULL : PyTuple_New(n);
    for (Py_ssize_t i = 0; pools != NULL && i < nargs; i++) {
        PyObject *pool = PySequence_Tuple(PyTuple_GET_ITEM(args, i));
        if (pool == NULL)
            Py_CLEAR(pools);
        else
            PyTuple_SET_ITEM(pools, i, pool);
    }
    struct product *p = pools == NULL ? NULL : (struct product *)type->tp_alloc(type, 0);
    if (p == NULL) {
        Py_XDECREF(pools);
        PyMem_Free(indices);
        return NULL;
    }
    for (Py_ssize_t i = nargs; i < n; i++)
        PyTuple_SET_ITEM(pools, i, Py_NewRef(PyTuple_GET_ITEM(pools, i - nargs)));
    memset(indices, 0, (size_t)n * sizeof(Py_ssize_t));
    p->pools = pools;
    p->indices = indices;
    return (PyObject *)p;
}

static PyObject *
product_next(PyObject *op)
{
    struct product *p = (struct product *)op;
    Py_ssize_t n = PyTuple_GET_SIZE(p->pools), i;
    if (p->stopped)
        return NULL;
    if (p->result == NULL) {
        PyObject *result = PyTuple_New(n);
        if (result == NULL)
            goto end;
        for (i = 0; i < n; i++) {
            PyObject *pool = PyTuple_GET_ITEM(p->pools, i);
            if (PyTuple_GET_SIZE(pool) == 0) {
                Py_DECREF(result);
                goto end;
            }
            PyTuple_SET_ITEM(result, i, Py_NewRef(PyTuple_GET_ITEM(pool, 0)));
        }
        p->result = result;
        return Py_NewRef(result);
    }
    if (own_result(&p->result) < 0)
        goto end;
    for (i = n - 1; i >= 0; i--) {         /* like an odometer */
        PyObject *pool = PyTuple_GET_ITEM(p->pools, i);
        bool wrapped = ++p->indices[i] == PyTuple_GET_SIZE(pool);
        if (wrapped)
            p->indices[i] = 0;
        put(p->result, i, PyTuple_GET_ITEM(pool, p->indices[i]));
        if (!wrapped)
            return Py_NewRef(p->result);
    }
end:
    p->stopped = 1;
    return NULL;
}

static PyObject *
product_reduce(PyObject *op, PyObject *noargs)
{
    struct product *p = (struct product *)op;
    WARN_PICKLE();
    if (p->stopped)
        return Py_BuildValue("O(())", Py_TYPE(op));
    if (p->result == NULL)
        return Py_BuildValue("OO", Py_TYPE(op), p->pools);
    PyObject *indices = tuple_of_indices(p->indices, PyTuple_GET_SIZE(p->pools));
    return indices == NULL ? NULL : Py_BuildValue("OON", Py_TYPE(op), p->pools, indices);
}

static PyObject *
product_setstate(PyObject *op, PyObject *state)
{
    struct product *p = (struct product *)op;
    Py_ssize_t n = PyTuple_GET_SIZE(p->pools);
    WARN_PICKLE();
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) != n)
        return bad_arguments();
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t x = PyLong_AsSsize_t(PyTuple_GET_ITEM(state, i)), size = PyTuple_GET_SIZE(PyTuple_GET_ITEM(p->pools, i));
        if (x < 0 && PyErr_Occurred())
            return NULL;
        if (size == 0) {
            p->stopped = 1;
            Py_RETURN_NONE;
        }
        p->indices[i] = it_clamp(x, 0, size - 1);
    }
    PyObject *result = PyTuple_New(n);
    if (result == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(result, i, Py_NewRef(PyTuple_GET_ITEM(PyTuple_GET_ITEM(p->pools, i), p->indices[i])));
    Py_XSETREF(p->result, result);
    Py_RETURN_NONE;
}

static PyObject *
product_sizeof(PyObject *op, PyObject *noargs)
{
    return PyLong_FromSize_t((size_t)Py_TYPE(op)->tp_basicsize + (size_t)PyTuple_GET_SIZE(((struct product *)op)->pools) * sizeof(Py_ssize_t));
}

static PyMethodDef product_methods[] = {
    { "__reduce__", product_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", product_setstate, METH_O, DOC_SETSTATE },
    { "__sizeof__", product_sizeof, METH_NOARGS, DOC_SIZEOF },
    { NULL },
};
IT_SPEC(product, "product", Py_TPFLAGS_BASETYPE, DOC("product(*iterables, repeat=1)", "Cartesian product, like nested loops."), product_methods,);

/* ---- combinations, with and without repetition ---- */

struct combinations {
    PyObject ob_base;
    PyObject *pool;
    Py_ssize_t *indices;
    PyObject *result;                  /* NULL before the first */
    Py_ssize_t r;
    int stopped;
};
static int
combinations_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((struct combinations *)op)->pool);
    Py_VISIT(((struct combinations *)op)->result);
    return 0;
}

static void
combinations_dealloc(PyObject *op)
{
    struct combinations *c = (struct combinations *)op;
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_XDECREF(c->pool);
    Py_XDECREF(c->result);
    PyMem_Free(c->indices);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
comb_new(PyTypeObject *type, const char *format, PyObject *args, PyObject *kwds, bool repetition)
{
    static char *names[] = { "iterable", "r", NULL };
    PyObject *iterable;
    Py_ssize_t r;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, format, names, &iterable, &r))
        return NULL;
    PyObject *pool = PySequence_Tuple(iterable);
    if (pool == NULL)
        return NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(pool), *indices = NULL;
    struct combinations *c = NULL;
    if (r < 0)
        PyErr_SetString(PyExc_ValueError, "r must be non-negative");
    else if ((indices = index_array(r)) != NULL)
        c = (struct combinations *)type->tp_alloc(type, 0);
    if (c == NULL) {
        Py_DECREF(pool);
        PyMem_Free(indices);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < r; i++)
        indices[i] = repetition ? 0 : i;
    c->pool = pool;
    c->indices = indices;
    c->r = r;
    c->stopped = repetition ? n == 0 && r > 0 : r > n;
    return (PyObject *)c;
}

static PyObject *combinations_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return comb_new(type, "On:combinations", args, kwds, false); }
static PyObject *cwr_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return comb_new(type, "On:combinations_with_replacement", args, kwds, true); }

/* pool[indices[i]] for all i: a new tuple. */
static PyObject *
pick(PyObject *pool, const Py_ssize_t *indices, Py_ssize_t r)
{
    PyObject *t = PyTuple_New(r);
    for (Py_ssize_t i = 0; t != NULL && i < r; i++)
        PyTuple_SET_ITEM(t, i, Py_NewRef(PyTuple_GET_ITEM(pool, indices[i])));
    return t;
}

static PyObject *
comb_next(struct combinations *c, bool repetition)
{
    Py_ssize_t n = PyTuple_GET_SIZE(c->pool), r = c->r, i;
    if (c->stopped)
        return NULL;
    if (c->result == NULL) {
        c->result = pick(c->pool, c->indices, r);
        if (c->result == NULL)
            goto end;
        return Py_NewRef(c->result);
    }
    if (own_result(&c->result) < 0)
        goto end;
    /* The last index that has not reached its highest value. */
    for (i = r - 1; i >= 0 && c->indices[i] == (repetition ? n - 1 : i + n - r); i--)
        ;
    if (i < 0)
        goto end;
    Py_ssize_t index = ++c->indices[i];
    put(c->result, i, PyTuple_GET_ITEM(c->pool, index));
    for (i++; i < r; i++) {
        index = repetition ? index : index + 1;
        c->indices[i] = index;
        put(c->result, i, PyTuple_GET_ITEM(c->pool, index));
    }
    return Py_NewRef(c->result);
end:
    c->stopped = 1;
    return NULL;
}

static PyObject *combinations_next(PyObject *op) { return comb_next((struct combinations *)op, false); }
static PyObject *cwr_next(PyObject *op) { return comb_next((struct combinations *)op, true); }

static PyObject *
comb_reduce(PyObject *op, PyObject *noargs)
{
    struct combinations *c = (struct combinations *)op;
    WARN_PICKLE();
    if (c->stopped)
        return Py_BuildValue("O(()n)", Py_TYPE(op), c->r);
    if (c->result == NULL)
        return Py_BuildValue("O(On)", Py_TYPE(op), c->pool, c->r);
    PyObject *indices = tuple_of_indices(c->indices, c->r);
    return indices == NULL ? NULL : Py_BuildValue("O(On)N", Py_TYPE(op), c->pool, c->r, indices);
}

static PyObject *
comb_setstate(PyObject *op, PyObject *state, bool repetition)
{
    struct combinations *c = (struct combinations *)op;
    Py_ssize_t n = PyTuple_GET_SIZE(c->pool);
    WARN_PICKLE();
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) != c->r)
        return bad_arguments();
    for (Py_ssize_t i = 0; i < c->r; i++) {
        Py_ssize_t x = PyLong_AsSsize_t(PyTuple_GET_ITEM(state, i)), max = repetition ? n - 1 : i + n - c->r;
        if (x == -1 && PyErr_Occurred())
            return NULL;
        x = x > max ? max : x;
        c->indices[i] = x < 0 ? 0 : x;
        if (n == 0 || c->indices[i] >= n)
            return bad_arguments();
    }
    PyObject *result = pick(c->pool, c->indices, c->r);
    if (result == NULL)
        return NULL;
    Py_XSETREF(c->result, result);
    Py_RETURN_NONE;
}

static PyObject *combinations_setstate(PyObject *op, PyObject *state) { return comb_setstate(op, state, false); }
static PyObject *cwr_setstate(PyObject *op, PyObject *state) { return comb_setstate(op, state, true); }

static PyObject *
comb_sizeof(PyObject *op, PyObject *noargs)
{
    return PyLong_FromSize_t((size_t)Py_TYPE(op)->tp_basicsize + (size_t)((struct combinations *)op)->r * sizeof(Py_ssize_t));
}

static PyMethodDef combinations_methods[] = {
    { "__reduce__", comb_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", combinations_setstate, METH_O, DOC_SETSTATE },
    { "__sizeof__", comb_sizeof, METH_NOARGS, DOC_SIZEOF },
    { NULL },
};
static PyMethodDef cwr_methods[] = {
    { "__reduce__", comb_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", cwr_setstate, METH_O, DOC_SETSTATE },
    { "__sizeof__", comb_sizeof, METH_NOARGS, DOC_SIZEOF },
    { NULL },
};
IT_SPEC(combinations, "combinations", Py_TPFLAGS_BASETYPE, DOC("combinations(iterable, r)", "Tuples of r items in the order of iterable."), combinations_methods,);
#define cwr_traverse combinations_traverse
#define cwr_dealloc combinations_dealloc
struct cwr { struct combinations c; };
IT_SPEC(cwr, "combinations_with_replacement", Py_TPFLAGS_BASETYPE,
        DOC("combinations_with_replacement(iterable, r)", "Tuples of r items in order, each item as often as wanted."), cwr_methods,);

/* ---- permutations ---- */

struct permutations {
    PyObject ob_base;
    PyObject *pool;
    Py_ssize_t *indices;               /* of all items; the first r are the result */
    Py_ssize_t *cycles;                /* place i turns again after so many steps */
    PyObject *result;
    Py_ssize_t r;
    int stopped;
};

static int
permutations_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((struct permutations *)op)->pool);
    Py_VISIT(((struct permutations *)op)->result);
    return 0;
}

static void
permutations_dealloc(PyObject *op)
{
    struct permutations *p = (struct permutations *)op;
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_XDECREF(p->pool);
    Py_XDECREF(p->result);
    PyMem_Free(p->indices);
    PyMem_Free(p->cycles);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
permutations_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "iterable", "r", NULL };
    PyObject *iterable, *r_arg = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O|O:permutations", names, &iterable, &r_arg))
        return NULL;
    PyObject *pool = PySequence_Tuple(iterable);
    if (pool == NULL)
        return NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(pool), r = n, *indices = NULL, *cycles = NULL;
    struct permutations *p = NULL;
    if (r_arg != Py_None) {
        if (!PyLong_Check(r_arg)) {
            PyErr_SetString(PyExc_TypeError, "Expected int as r");
            goto fail;
        }
        r = PyLong_AsSsize_t(r_arg);
        if (r == -1 && PyErr_Occurred())
            goto fail;
    }
    if (r < 0) {
        PyErr_SetString(PyExc_ValueError, "r must be non-negative");
        goto fail;
    }
    if ((indices = index_array(n)) == NULL || (cycles = index_array(r)) == NULL)
        goto fail;
    p = (struct permutations *)type->tp_alloc(type, 0);
    if (p == NULL)
        goto fail;
    for (Py_ssize_t i = 0; i < n; i++)
        indices[i] = i;
    for (Py_ssize_t i = 0; i < r; i++)
        cycles[i] = n - i;
    p->pool = pool;
    p->indices = indices;
    p->cycles = cycles;
    p->r = r;
    p->stopped = r > n;
    return (PyObject *)p;
fail:
    Py_DECREF(pool);
    PyMem_Free(indices);
    PyMem_Free(cycles);
    return NULL;
}

static PyObject *
permutations_next(PyObject *op)
{
    struct permutations *p = (struct permutations *)op;
    Py_ssize_t n = PyTuple_GET_SIZE(p->pool), r = p->r, *indices = p->indices;
    if (p->stopped)
        return NULL;
    if (p->result == NULL) {
        p->result = pick(p->pool, indices, r);
        if (p->result == NULL)
            goto end;
        return Py_NewRef(p->result);
    }
    if (n == 0 || own_result(&p->result) < 0)
        goto end;
    for (Py_ssize_t i = r - 1; i >= 0; i--) {
        if (--p->cycles[i] == 0) {         /* place i has seen all: back to order, and turn the one before */
            Py_ssize_t index = indices[i];
            memmove(&indices[i], &indices[i + 1], (size_t)(n - 1 - i) * sizeof(Py_ssize_t));
            indices[n - 1] = index;
            p->cycles[i] = n - i;
            continue;
        }
        Py_ssize_t j = n - p->cycles[i], index = indices[i];
        indices[i] = indices[j];
        indices[j] = index;
        for (Py_ssize_t k = i; k < r; k++)
            put(p->result, k, PyTuple_GET_ITEM(p->pool, indices[k]));
        return Py_NewRef(p->result);
    }
end:
    p->stopped = 1;
    return NULL;
}

static PyObject *
permutations_reduce(PyObject *op, PyObject *noargs)
{
    struct permutations *p = (struct permutations *)op;
    WARN_PICKLE();
    if (p->stopped)
        return Py_BuildValue("O(()n)", Py_TYPE(op), p->r);
    if (p->result == NULL)
        return Py_BuildValue("O(On)", Py_TYPE(op), p->pool, p->r);
    PyObject *indices = tuple_of_indices(p->indices, PyTuple_GET_SIZE(p->pool));
    PyObject *cycles = indices == NULL ? NULL : tuple_of_indices(p->cycles, p->r);
    if (cycles == NULL) {
        Py_XDECREF(indices);
        return NULL;
    }
    return Py_BuildValue("O(On)(NN)", Py_TYPE(op), p->pool, p->r, indices, cycles);
}

static PyObject *
permutations_setstate(PyObject *op, PyObject *state)
{
    struct permutations *p = (struct permutations *)op;
    PyObject *indices, *cycles;
    Py_ssize_t n = PyTuple_GET_SIZE(p->pool);
    WARN_PICKLE();
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "O!O!", &PyTuple_Type, &indices, &PyTuple_Type, &cycles))
        return NULL;
    if (PyTuple_GET_SIZE(indices) != n || PyTuple_GET_SIZE(cycles) != p->r)
        return bad_arguments();
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t x = PyLong_AsSsize_t(PyTuple_GET_ITEM(indices, i));
        if (x < 0 && PyErr_Occurred())
            return NULL;
        p->indices[i] = it_clamp(x, 0, n - 1);
    }
    for (Py_ssize_t i = 0; i < p->r; i++) {
        Py_ssize_t x = PyLong_AsSsize_t(PyTuple_GET_ITEM(cycles, i));
        if (x < 0 && PyErr_Occurred())
            return NULL;
        p->cycles[i] = it_clamp(x, 1, n - i);
    }
    if (p->r > n)
        return bad_arguments();
    PyObject *result = pick(p->pool, p->indices, p->r);
    if (result == NULL)
        return NULL;
    Py_XSETREF(p->result, result);
    Py_RETURN_NONE;
}

static PyObject *
permutations_sizeof(PyObject *op, PyObject *noargs)
{
    struct permutations *p = (struct permutations *)op;
    return PyLong_FromSize_t((size_t)Py_TYPE(op)->tp_basicsize + (size_t)(PyTuple_GET_SIZE(p->pool) + p->r) * sizeof(Py_ssize_t));
}

static PyMethodDef permutations_methods[] = {
    { "__reduce__", permutations_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", permutations_setstate, METH_O, DOC_SETSTATE },
    { "__sizeof__", permutations_sizeof, METH_NOARGS, DOC_SIZEOF },
    { NULL },
};
IT_SPEC(permutations, "permutations", Py_TPFLAGS_BASETYPE, DOC("permutations(iterable, r=None)", "Tuples of r items in every order."), permutations_methods,);
