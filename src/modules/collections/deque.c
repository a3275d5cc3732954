/* modules/collections/deque.c: deque: a doubly linked list of blocks of items.
 *
 * The items lie at leftindex of the first block up to rightindex of the last one. An empty deque has one block, with
 * both indices in its middle, so that either end can grow. Freed blocks are kept for a while in the deque itself.
 * `state` changes with every insertion and deletion: iterators notice. */
#include "modules/collections/collections.h"

#include <stddef.h>
#include <string.h>

#include "object/core/object.h"
#include "rt/effect.h"

#define BLOCK_LEN 64
#define CENTER ((BLOCK_LEN - 1) / 2)
#define MAX_FREE 16

struct block {
    struct block *left;
    PyObject *data[BLOCK_LEN];
    struct block *right;
};

struct deque {
    PyVarObject ob_base;
    struct block *leftblock, *rightblock;
    Py_ssize_t leftindex, rightindex;      /* of the first and last item */
    size_t state;
    Py_ssize_t maxlen;                     /* -1: unbounded */
    Py_ssize_t nfree;
    struct block *free[MAX_FREE];
    PyObject *weakreflist;
};
#define DQ(op) ((struct deque *)(op))

/* ---- blocks ---- */

static struct block *
block_new(struct deque *d)
{
    if (d->nfree > 0)
        return d->free[--d->nfree];
    struct block *b = PyMem_Malloc(sizeof(*b));
    if (b == NULL)
        PyErr_NoMemory();
    return b;
}

static void
block_free(struct deque *d, struct block *b)
{
    if (d->nfree < MAX_FREE)
        d->free[d->nfree++] = b;
    else
        PyMem_Free(b);
}

static void
set_empty(struct deque *d, struct block *b)
{
    b->left = b->right = NULL;
    d->leftblock = d->rightblock = b;
    d->leftindex = CENTER + 1;
    d->rightindex = CENTER;
}

/* ---- both ends ---- */

/* Takes over item. 0 or -1. */
static int
push_right(struct deque *d, PyObject *item)
{
    if (d->rightindex == BLOCK_LEN - 1) {
        struct block *b = block_new(d);
        if (b == NULL) {
            Py_DECREF(item);
            return -1;
        }
        b->left = d->rightblock;
        b->right = NULL;
        d->rightblock->right = b;
        d->rightblock = b;
        d->rightindex = -1;
    }
    Py_SET_SIZE(d, Py_SIZE(d) + 1);
    d->rightblock->data[++d->rightindex] = item;
    return 0;
}

static int
push_left(struct deque *d, PyObject *item)
{
    if (d->leftindex == 0) {
        struct block *b = block_new(d);
        if (b == NULL) {
            Py_DECREF(item);
            return -1;
        }
        b->right = d->leftblock;
        b->left = NULL;
        d->leftblock->left = b;
        d->leftblock = b;
        d->leftindex = BLOCK_LEN;
    }
    Py_SET_SIZE(d, Py_SIZE(d) + 1);
    d->leftblock->data[--d->leftindex] = item;
    return 0;
}

/* The last item, taken out; the deque is not empty. */
static PyObject *
take_right(struct deque *d)
{
    PyObject *item = d->rightblock->data[d->rightindex--];
    Py_SET_SIZE(d, Py_SIZE(d) - 1);
    d->state++;
    if (d->rightindex < 0) {
        if (Py_SIZE(d) != 0) {
            struct block *b = d->rightblock;
            d->rightblock = b->left;
            d->rightblock->right = NULL;
            d->rightindex = BLOCK_LEN - 1;
            block_free(d, b);
        }
        else
            set_empty(d, d->rightblock);
    }
    return item;
}

static PyObject *
take_left(struct deque *d)
{
    PyObject *item = d->leftblock->data[d->leftindex++];
    Py_SET_SIZE(d, Py_SIZE(d) - 1);
    d->state++;
    if (d->leftindex == BLOCK_LEN) {
        if (Py_SIZE(d) != 0) {
            struct block *b = d->leftblock;
            d->leftblock = b->right;
            d->leftblock->left = NULL;
            d->leftindex = 0;
            block_free(d, b);
        }
        else
            set_empty(d, d->leftblock);
    }
    return item;
}

/* Append, dropping from the other end what maxlen forbids. Takes over item. */
static int
append_item(struct deque *d, PyObject *item)
{
    if (push_right(d, item) < 0)
        return -1;
    if (d->maxlen >= 0 && Py_SIZE(d) > d->maxlen)
        Py_DECREF(take_left(d));
    else
        d->state++;
    return 0;
}

static int
append_left_item(struct deque *d, PyObject *item)
{
    if (push_left(d, item) < 0)
        return -1;
    if (d->maxlen >= 0 && Py_SIZE(d) > d->maxlen)
        Py_DECREF(take_right(d));
    else
        d->state++;
    return 0;
}

static PyObject *
none_or_error(int result)
{
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *deque_append(PyObject *op, PyObject *item) { return none_or_error(append_item(DQ(op), Py_NewRef(item))); }
static PyObject *deque_appendleft(PyObject *op, PyObject *item) { return none_or_error(append_left_item(DQ(op), Py_NewRef(item))); }

static PyObject *
deque_pop(PyObject *op, PyObject *noargs)
{
    if (Py_SIZE(op) != 0)
        return take_right(DQ(op));
    PyErr_SetString(PyExc_IndexError, "pop from an empty deque");
    return NULL;
}

static PyObject *
deque_popleft(PyObject *op, PyObject *noargs)
{
    if (Py_SIZE(op) != 0)
        return take_left(DQ(op));
    PyErr_SetString(PyExc_IndexError, "pop from an empty deque");
    return NULL;
}

/* For traces: nothing may be pushed out, as that may run code. */
static bool has_room(PyObject *op) { return DQ(op)->maxlen < 0 || Py_SIZE(op) < DQ(op)->maxlen; }
static PyObject *append_leaf(PyObject *op, PyObject *item) { return has_room(op) ? deque_append(op, item) : NULL; }
static PyObject *appendleft_leaf(PyObject *op, PyObject *item) { return has_room(op) ? deque_appendleft(op, item) : NULL; }
EFFECT_LEAF(deque_append, append_leaf, &_PyNone_Type, 0);
EFFECT_LEAF(deque_appendleft, appendleft_leaf, &_PyNone_Type, 0);
EFFECT(deque_pop, EFF_ALLOC | EFF_FAILS, NULL, 0);
EFFECT(deque_popleft, EFF_ALLOC | EFF_FAILS, NULL, 0);

static int
extend_by(struct deque *d, PyObject *iterable, int (*add)(struct deque *, PyObject *))
{
    PyObject *item;
    if ((PyObject *)d == iterable) {
        PyObject *copy = PySequence_List(iterable);
        if (copy == NULL)
            return -1;
        int result = extend_by(d, copy, add);
        Py_DECREF(copy);
        return result;
    }
    PyObject *it = PyObject_GetIter(iterable);
    if (it == NULL)
        return -1;
    if (Py_SIZE(d) == 0) {                 /* fill the only block from its beginning (or end) on */
        d->leftindex = add == append_item ? 1 : BLOCK_LEN - 1;
        d->rightindex = d->leftindex - 1;
    }
    iternextfunc next = Py_TYPE(it)->tp_iternext;
    int result = 0;
    while (result == 0 && (item = next(it)) != NULL) {
        if (d->maxlen == 0)
            Py_DECREF(item);
        else
            result = add(d, item);
    }
    Py_DECREF(it);
    if (result == 0 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration))
            return -1;
        PyErr_Clear();
    }
    return result;
}

static PyObject *deque_extend(PyObject *op, PyObject *iterable) { return none_or_error(extend_by(DQ(op), iterable, append_item)); }
static PyObject *deque_extendleft(PyObject *op, PyObject *iterable) { return none_or_error(extend_by(DQ(op), iterable, append_left_item)); }

static PyObject *
deque_iconcat(PyObject *op, PyObject *other)
{
    return extend_by(DQ(op), other, append_item) < 0 ? NULL : Py_NewRef(op);
}

/* ---- whole deque ---- */

static int
deque_clear(PyObject *op)
{
    struct deque *d = DQ(op);
    if (Py_SIZE(d) == 0)
        return 0;
    struct block *fresh = block_new(d);
    if (fresh == NULL) {
        /* No memory: take items out one by one, which needs none. */
        PyErr_Clear();
        while (Py_SIZE(d) > 0)
            Py_DECREF(take_right(d));
        return 0;
    }
    /* Releasing items may run code that looks at the deque: it is empty before the first one goes. */
    struct block *b = d->leftblock;
    Py_ssize_t i = d->leftindex, n = Py_SIZE(d);
    Py_SET_SIZE(d, 0);
    set_empty(d, fresh);
    d->state++;
    while (n-- > 0) {
        if (i == BLOCK_LEN) {
            struct block *next = b->right;
            block_free(d, b);
            b = next;
            i = 0;
        }
        Py_DECREF(b->data[i++]);
    }
    block_free(d, b);
    return 0;
}

static PyObject *
deque_clear_method(PyObject *op, PyObject *noargs)
{
    deque_clear(op);
    Py_RETURN_NONE;
}

static PyObject *
deque_copy(PyObject *op, PyObject *noargs)
{
    struct collections_state *st = collections_state_of(Py_TYPE(op));
    PyObject *copy;
    if (st == NULL)
        return NULL;
    if (Py_IS_TYPE(op, st->deque)) {
        copy = st->deque->tp_new(st->deque, NULL, NULL);
        if (copy == NULL)
            return NULL;
        DQ(copy)->maxlen = DQ(op)->maxlen;
        if (extend_by(DQ(copy), op, append_item) < 0)
            Py_CLEAR(copy);
        return copy;
    }
    if (DQ(op)->maxlen < 0)
        copy = PyObject_CallOneArg((PyObject *)Py_TYPE(op), op);
    else
        copy = PyObject_CallFunction((PyObject *)Py_TYPE(op), "On", op, DQ(op)->maxlen);
    if (copy != NULL && !PyObject_TypeCheck(copy, st->deque)) {
        PyErr_Format(PyExc_TypeError, "%.200s() must return a deque, not %.200s", Py_TYPE(op)->tp_name, Py_TYPE(copy)->tp_name);
        Py_CLEAR(copy);
    }
    return copy;
}

static PyObject *
deque_concat(PyObject *op, PyObject *other)
{
    struct collections_state *st = collections_state_of(Py_TYPE(op));
    if (st == NULL)
        return NULL;
    int is = PyObject_IsInstance(other, (PyObject *)st->deque);
    if (is <= 0)
        return is < 0 ? NULL : PyErr_Format(PyExc_TypeError, "can only concatenate deque (not \"%.200s\") to deque", Py_TYPE(other)->tp_name);
    PyObject *sum = deque_copy(op, NULL);
    if (sum != NULL && extend_by(DQ(sum), other, append_item) < 0)
        Py_CLEAR(sum);
    return sum;
}

static PyObject *
deque_irepeat(PyObject *op, Py_ssize_t n)
{
    struct deque *d = DQ(op);
    Py_ssize_t size = Py_SIZE(d);
    if (size == 0 || n == 1)
        return Py_NewRef(op);
    if (n <= 0) {
        deque_clear(op);
        return Py_NewRef(op);
    }
    if (d->maxlen >= 0 && n > d->maxlen / size + 1)
        n = d->maxlen / size + 1;          /* more would only push itself out */
    if (n > PY_SSIZE_T_MAX / size)
        return PyErr_NoMemory();
    PyObject *seq = PySequence_List(op);
    if (seq == NULL)
        return NULL;
    for (Py_ssize_t i = 1; i < n; i++) {
        if (extend_by(d, seq, append_item) < 0) {
            Py_DECREF(seq);
            return NULL;
        }
    }
    Py_DECREF(seq);
    return Py_NewRef(op);
}

static PyObject *
deque_repeat(PyObject *op, Py_ssize_t n)
{
    PyObject *copy = deque_copy(op, NULL);
    if (copy == NULL)
        return NULL;
    PyObject *result = deque_irepeat(copy, n);
    Py_DECREF(copy);
    return result;
}

/* Turn by n to the right: items move from one end to the other, uncounted. */
static int
rotate(struct deque *d, Py_ssize_t n)
{
    Py_ssize_t len = Py_SIZE(d), half = len >> 1;
    if (len <= 1)
        return 0;
    if (n > half || n < -half) {
        n %= len;
        if (n > half)
            n -= len;
        else if (n < -half)
            n += len;
    }
    for (; n > 0; n--)
        if (push_left(d, take_right(d)) < 0)
            return -1;
    for (; n < 0; n++)
        if (push_right(d, take_left(d)) < 0)
            return -1;
    d->state++;
    return 0;
}

static PyObject *
deque_rotate(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t n = 1;
    if (nargs > 1)
        return PyErr_Format(PyExc_TypeError, "rotate expected at most 1 argument, got %zd", nargs);
    if (nargs == 1) {
        PyObject *i = PyNumber_Index(args[0]);
        n = i == NULL ? -1 : PyLong_AsSsize_t(i);
        Py_XDECREF(i);
        if (n == -1 && PyErr_Occurred())
            return NULL;
    }
    return none_or_error(rotate(DQ(op), n));
}

static PyObject *
deque_reverse(PyObject *op, PyObject *noargs)
{
    struct deque *d = DQ(op);
    struct block *lb = d->leftblock, *rb = d->rightblock;
    Py_ssize_t li = d->leftindex, ri = d->rightindex;
    for (Py_ssize_t n = Py_SIZE(d) >> 1; n-- > 0;) {
        PyObject *tmp = lb->data[li];
        lb->data[li] = rb->data[ri];
        rb->data[ri] = tmp;
        if (++li == BLOCK_LEN) {
            lb = lb->right;
            li = 0;
        }
        if (--ri < 0) {
            rb = rb->left;
            ri = BLOCK_LEN - 1;
        }
    }
    Py_RETURN_NONE;
}

/* ---- single items ---- */

/* Where item i lies, 0 <= i < len. */
static PyObject **
slot_of(struct deque *d, Py_ssize_t i)
{
    struct block *b;
    Py_ssize_t at = i + d->leftindex, n = (size_t)at / BLOCK_LEN;
    if (i < Py_SIZE(d) >> 1) {
        for (b = d->leftblock; n > 0; n--)
            b = b->right;
    }
    else {
        n = (size_t)(d->leftindex + Py_SIZE(d) - 1) / BLOCK_LEN - n;
        for (b = d->rightblock; n > 0; n--)
            b = b->left;
    }
    return &b->data[(size_t)at % BLOCK_LEN];
}

static Py_ssize_t
deque_length(PyObject *op)
{
    return Py_SIZE(op);
}
EFFECT(deque_length, 0, NULL, 0);

static PyObject *
deque_item(PyObject *op, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "deque index out of range");
        return NULL;
    }
    return Py_NewRef(*slot_of(DQ(op), i));
}

static int
delete_at(struct deque *d, Py_ssize_t i)
{
    if (rotate(d, -i) < 0)
        return -1;
    PyObject *item = take_left(d);
    int result = rotate(d, i);
    Py_DECREF(item);
    return result;
}

static int
deque_ass_item(PyObject *op, Py_ssize_t i, PyObject *value)
{
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "deque index out of range");
        return -1;
    }
    if (value == NULL)
        return delete_at(DQ(op), i);
    PyObject **slot = slot_of(DQ(op), i), *old = *slot;
    *slot = Py_NewRef(value);
    Py_DECREF(old);
    return 0;
}

static PyObject *
deque_insert(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    struct deque *d = DQ(op);
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "insert expected 2 arguments, got %zd", nargs);
    PyObject *index = PyNumber_Index(args[0]);
    Py_ssize_t i = index == NULL ? -1 : PyLong_AsSsize_t(index);
    Py_XDECREF(index);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    Py_ssize_t n = Py_SIZE(d);
    if (d->maxlen == n) {
        PyErr_SetString(PyExc_IndexError, "deque already at its maximum size");
        return NULL;
    }
    if (i >= n)
        return deque_append(op, args[1]);
    if (i <= -n || i == 0)
        return deque_appendleft(op, args[1]);
    if (rotate(d, -i) < 0)
        return NULL;
    int bad = i < 0 ? append_item(d, Py_NewRef(args[1])) : append_left_item(d, Py_NewRef(args[1]));
    return bad < 0 || rotate(d, i) < 0 ? NULL : Py_NewRef(Py_None);
}

/* Position of the first item equal to v in start .. stop - 1; -1 none, -2 error. `changed`: what to say when a
 * comparison changed the deque. */
static Py_ssize_t
find_item(struct deque *d, PyObject *v, Py_ssize_t start, Py_ssize_t stop, PyObject *exc, const char *changed)
{
    size_t state = d->state;
    for (Py_ssize_t i = start; i < stop; i++) {
        PyObject *item = Py_NewRef(*slot_of(d, i));
        int same = PyObject_RichCompareBool(item, v, Py_EQ);
        Py_DECREF(item);
        if (same < 0)
            return -2;
        if (state != d->state) {
            PyErr_SetString(exc, changed);
            return -2;
        }
        if (same)
            return i;
    }
    return -1;
}

#define MUTATED PyExc_RuntimeError, "deque mutated during iteration"

static int
deque_contains(PyObject *op, PyObject *v)
{
    Py_ssize_t i = find_item(DQ(op), v, 0, Py_SIZE(op), MUTATED);
    return i == -2 ? -1 : i >= 0;
}

static PyObject *
deque_count(PyObject *op, PyObject *v)
{
    Py_ssize_t n = 0, i = -1;
    while ((i = find_item(DQ(op), v, i + 1, Py_SIZE(op), MUTATED)) >= 0)
        n++;
    return i == -2 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
deque_index(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t start = 0, stop = Py_SIZE(op), n = Py_SIZE(op);
    if (nargs < 1 || nargs > 3)
        return PyErr_Format(PyExc_TypeError, "index expected at %s %d argument%s, got %zd", nargs < 1 ? "least" : "most",
                            nargs < 1 ? 1 : 3, nargs < 1 ? "" : "s", nargs);
    if ((nargs > 1 && !_PyEval_SliceIndexNotNone(args[1], &start)) || (nargs > 2 && !_PyEval_SliceIndexNotNone(args[2], &stop)))
        return NULL;
    if (start < 0 && (start += n) < 0)
        start = 0;
    if (stop < 0 && (stop += n) < 0)
        stop = 0;
    if (stop > n)
        stop = n;
    Py_ssize_t i = find_item(DQ(op), args[0], start, stop, MUTATED);
    if (i == -1)
        PyErr_Format(PyExc_ValueError, "%R is not in deque", args[0]);
    return i < 0 ? NULL : PyLong_FromSsize_t(i);
}

static PyObject *
deque_remove(PyObject *op, PyObject *v)
{
    Py_ssize_t i = find_item(DQ(op), v, 0, Py_SIZE(op), PyExc_IndexError, "deque mutated during remove().");
    if (i == -1)
        PyErr_Format(PyExc_ValueError, "%R is not in deque", v);
    return i < 0 || delete_at(DQ(op), i) < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- life ---- */

static PyObject *
deque_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    struct deque *d = DQ(type->tp_alloc(type, 0));
    if (d == NULL)
        return NULL;
    struct block *b = block_new(d);
    if (b == NULL) {
        Py_DECREF(d);
        return NULL;
    }
    Py_SET_SIZE(d, 0);
    set_empty(d, b);
    d->maxlen = -1;
    return (PyObject *)d;
}

static int
deque_init(PyObject *op, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "iterable", "maxlen", NULL };
    PyObject *iterable = NULL, *maxlen = NULL;
    Py_ssize_t max = -1;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|OO:deque", names, &iterable, &maxlen))
        return -1;
    if (maxlen != NULL && maxlen != Py_None) {
        max = PyLong_AsSsize_t(maxlen);
        if (max == -1 && PyErr_Occurred())
            return -1;
        if (max < 0) {
            PyErr_SetString(PyExc_ValueError, "maxlen must be non-negative");
            return -1;
        }
    }
    DQ(op)->maxlen = max;
    if (Py_SIZE(op) > 0)
        deque_clear(op);
    return iterable == NULL ? 0 : extend_by(DQ(op), iterable, append_item);
}

static int
deque_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct deque *d = DQ(op);
    struct block *b = d->leftblock;
    Py_ssize_t i = d->leftindex;
    Py_VISIT(Py_TYPE(op));
    for (Py_ssize_t n = Py_SIZE(d); n > 0; n--) {
        if (i == BLOCK_LEN) {
            b = b->right;
            i = 0;
        }
        Py_VISIT(b->data[i]);
        i++;
    }
    return 0;
}

static void
deque_dealloc(PyObject *op)
{
    struct deque *d = DQ(op);
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, deque_dealloc)
    if (d->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    if (d->leftblock != NULL) {
        deque_clear(op);
        PyMem_Free(d->leftblock);
    }
    for (Py_ssize_t i = 0; i < d->nfree; i++)
        PyMem_Free(d->free[i]);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

static PyObject *
deque_repr(PyObject *op)
{
    int rec = Py_ReprEnter(op);
    if (rec != 0)
        return rec < 0 ? NULL : PyUnicode_FromString("[...]");
    PyObject *list = PySequence_List(op), *text = NULL;
    if (list != NULL) {
        const char *name = _PyType_Name(Py_TYPE(op));
        if (DQ(op)->maxlen >= 0)
            text = PyUnicode_FromFormat("%s(%R, maxlen=%zd)", name, list, DQ(op)->maxlen);
        else
            text = PyUnicode_FromFormat("%s(%R)", name, list);
        Py_DECREF(list);
    }
    Py_ReprLeave(op);
    return text;
}

static PyObject *
deque_reduce(PyObject *op, PyObject *noargs)
{
    PyObject *state = PyObject_CallMethod(op, "__getstate__", NULL);
    PyObject *it = state == NULL ? NULL : PyObject_GetIter(op);
    if (it == NULL) {
        Py_XDECREF(state);
        return NULL;
    }
    if (DQ(op)->maxlen < 0)
        return Py_BuildValue("O()NN", Py_TYPE(op), state, it);
    return Py_BuildValue("O(()n)NN", Py_TYPE(op), DQ(op)->maxlen, state, it);
}

static PyObject *
deque_richcompare(PyObject *a, PyObject *b, int op)
{
    PyTypeObject *type = Py_TYPE(a);
    struct collections_state *st = collections_state_of(type);
    if (st == NULL)
        return NULL;
    if (!PyObject_TypeCheck(a, st->deque) || !PyObject_TypeCheck(b, st->deque))
        Py_RETURN_NOTIMPLEMENTED;
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b);
    if (op == Py_EQ || op == Py_NE) {
        if (a == b)
            return PyBool_FromLong(op == Py_EQ);
        if (na != nb)
            return PyBool_FromLong(op == Py_NE);
    }
    PyObject *ia = PyObject_GetIter(a), *ib = ia == NULL ? NULL : PyObject_GetIter(b), *x = NULL, *y = NULL;
    int cmp = -1;
    while (ib != NULL) {
        x = PyIter_Next(ia);
        if (x == NULL && PyErr_Occurred())
            break;
        y = PyIter_Next(ib);
        if (x == NULL || y == NULL)
            break;
        int same = PyObject_RichCompareBool(x, y, Py_EQ);
        if (same == 0)
            cmp = PyObject_RichCompareBool(x, y, op);
        Py_CLEAR(x);
        Py_CLEAR(y);
        if (same <= 0)
            goto done;
    }
    if (ib != NULL && !PyErr_Occurred()) {
        int more_x = x != NULL, more_y = y != NULL;
        switch (op) {
        case Py_LT: cmp = more_y; break;
        case Py_LE: cmp = !more_x; break;
        case Py_EQ: cmp = more_x == more_y; break;
        case Py_NE: cmp = more_x != more_y; break;
        case Py_GT: cmp = more_x; break;
        default: cmp = !more_y;
        }
    }
done:
    Py_XDECREF(x);
    Py_XDECREF(y);
    Py_XDECREF(ia);
    Py_XDECREF(ib);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(cmp);
}

static PyObject *
deque_sizeof(PyObject *op, PyObject *noargs)
{
    size_t blocks = ((size_t)DQ(op)->leftindex + (size_t)Py_SIZE(op) + BLOCK_LEN - 1) / BLOCK_LEN;
    return PyLong_FromSize_t((size_t)Py_TYPE(op)->tp_basicsize + blocks * sizeof(struct block));
}

static PyObject *
deque_get_maxlen(PyObject *op, void *closure)
{
    return DQ(op)->maxlen < 0 ? Py_NewRef(Py_None) : PyLong_FromSsize_t(DQ(op)->maxlen);
}

/* ---- iterators ---- */

struct deque_iter {
    PyObject ob_base;
    struct block *b;
    struct deque *deque;
    Py_ssize_t index;
    size_t state;
    Py_ssize_t counter;                /* items still to come */
};
#define IT(op) ((struct deque_iter *)(op))

static PyObject *
iter_make(PyTypeObject *type, PyObject *op, int reverse)
{
    struct deque *d = DQ(op);
    struct deque_iter *it = PyObject_GC_New(struct deque_iter, type);
    if (it == NULL)
        return NULL;
    it->b = reverse ? d->rightblock : d->leftblock;
    it->index = reverse ? d->rightindex : d->leftindex;
    it->deque = DQ(Py_NewRef(op));
    it->state = d->state;
    it->counter = Py_SIZE(d);
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static PyObject *
deque_iter(PyObject *op)
{
    struct collections_state *st = collections_state_of(Py_TYPE(op));
    return st == NULL ? NULL : iter_make(st->deque_iter, op, 0);
}

static PyObject *
deque_reversed(PyObject *op, PyObject *noargs)
{
    struct collections_state *st = collections_state_of(Py_TYPE(op));
    return st == NULL ? NULL : iter_make(st->deque_reviter, op, 1);
}

static int
iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(IT(op)->deque);
    return 0;
}

static int
iter_clear(PyObject *op)
{
    IT(op)->counter = 0;
    Py_CLEAR(IT(op)->deque);
    return 0;
}

static void
iter_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    iter_clear(op);
    PyObject_GC_Del(op);
    Py_DECREF(type);
}

static bool
iter_is_stale(struct deque_iter *it)
{
    if (it->deque->state == it->state)
        return false;
    it->counter = 0;
    PyErr_SetString(PyExc_RuntimeError, "deque mutated during iteration");
    return true;
}

static PyObject *
iter_next(PyObject *op)
{
    struct deque_iter *it = IT(op);
    if (it->deque == NULL || iter_is_stale(it) || it->counter == 0)
        return NULL;
    PyObject *item = it->b->data[it->index++];
    it->counter--;
    if (it->index == BLOCK_LEN && it->counter > 0) {
        it->b = it->b->right;
        it->index = 0;
    }
    return Py_NewRef(item);
}

static PyObject *
reviter_next(PyObject *op)
{
    struct deque_iter *it = IT(op);
    if (it->deque == NULL || it->counter == 0 || iter_is_stale(it))
        return NULL;
    PyObject *item = it->b->data[it->index--];
    it->counter--;
    if (it->index < 0 && it->counter > 0) {
        it->b = it->b->left;
        it->index = BLOCK_LEN - 1;
    }
    return Py_NewRef(item);
}

/* _deque_iterator(deque, index): one that has already passed `index` items. */
static PyObject *
iter_new_common(PyTypeObject *type, PyObject *args, int reverse)
{
    PyObject *deque;
    Py_ssize_t index = 0;
    struct collections_state *st = collections_state_of(type);
    if (st == NULL || !PyArg_ParseTuple(args, "O!|n", st->deque, &deque, &index))
        return NULL;
    PyObject *it = iter_make(type, deque, reverse);
    for (Py_ssize_t i = 0; it != NULL && i < index; i++) {
        PyObject *item = reverse ? reviter_next(it) : iter_next(it);
        if (item != NULL)
            Py_DECREF(item);
        else if (IT(it)->counter) {
            Py_DECREF(it);
            return NULL;
        }
        else
            break;
    }
    return it;
}

static PyObject *iter_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return iter_new_common(type, args, 0); }
static PyObject *reviter_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return iter_new_common(type, args, 1); }

static PyObject *
iter_length_hint(PyObject *op, PyObject *noargs)
{
    return PyLong_FromSsize_t(IT(op)->counter);
}

static PyObject *
iter_reduce(PyObject *op, PyObject *noargs)
{
    return Py_BuildValue("O(On)", Py_TYPE(op), IT(op)->deque, Py_SIZE(IT(op)->deque) - IT(op)->counter);
}

static PyMethodDef iter_methods[] = {
    { "__length_hint__", iter_length_hint, METH_NOARGS, "__length_hint__($self, /)\n--\n\nNumber of items that are still to come." },
    { "__reduce__", iter_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\nState for pickling." },
    { NULL },
};

#define ITER_SPEC(spec, text, new_fn, next_fn) \
    static PyType_Slot spec##_slots[] = { \
        { Py_tp_dealloc, iter_dealloc }, { Py_tp_getattro, PyObject_GenericGetAttr }, { Py_tp_traverse, iter_traverse }, \
        { Py_tp_clear, iter_clear }, { Py_tp_iter, PyObject_SelfIter }, { Py_tp_iternext, next_fn }, \
        { Py_tp_methods, iter_methods }, { Py_tp_new, new_fn }, { 0, NULL }, \
    }; \
    PyType_Spec spec = { \
        .name = text, .basicsize = sizeof(struct deque_iter), \
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, .slots = spec##_slots, \
    }
ITER_SPEC(deque_iter_spec, "collections._deque_iterator", iter_new, iter_next);
ITER_SPEC(deque_reviter_spec, "collections._deque_reverse_iterator", reviter_new, reviter_next);

/* ---- the type ---- */

#define DOC(sig, text) sig "\n--\n\n" text

static PyMethodDef deque_methods[] = {
    { "append", deque_append, METH_O, DOC("append($self, item, /)", "Put item at the right end.") },
    { "appendleft", deque_appendleft, METH_O, DOC("appendleft($self, item, /)", "Put item at the left end.") },
    { "clear", deque_clear_method, METH_NOARGS, DOC("clear($self, /)", "Drop all items.") },
    { "__copy__", deque_copy, METH_NOARGS, DOC("__copy__($self, /)", "A deque of the same items.") },
    { "copy", deque_copy, METH_NOARGS, DOC("copy($self, /)", "A deque of the same items.") },
    { "count", deque_count, METH_O, DOC("count($self, value, /)", "Number of items equal to value.") },
    { "extend", deque_extend, METH_O, DOC("extend($self, iterable, /)", "Append all items of iterable.") },
    { "extendleft", deque_extendleft, METH_O, DOC("extendleft($self, iterable, /)", "Put the items of iterable at the left end, one after the other.") },
    { "index", _PyCFunction_CAST(deque_index), METH_FASTCALL,
      DOC("index($self, value, [start, [stop]])", "Position of the first item equal to value; ValueError if there is none.") },
    { "insert", _PyCFunction_CAST(deque_insert), METH_FASTCALL, DOC("insert($self, index, value, /)", "Put value in front of position index.") },
    { "pop", deque_pop, METH_NOARGS, DOC("pop($self, /)", "Take out the rightmost item and return it.") },
    { "popleft", deque_popleft, METH_NOARGS, DOC("popleft($self, /)", "Take out the leftmost item and return it.") },
    { "__reduce__", deque_reduce, METH_NOARGS, DOC("__reduce__($self, /)", "State for pickling.") },
    { "remove", deque_remove, METH_O, DOC("remove($self, value, /)", "Take out the first item equal to value; ValueError if there is none.") },
    { "__reversed__", deque_reversed, METH_NOARGS, DOC("__reversed__($self, /)", "Iterator from the last item to the first.") },
    { "reverse", deque_reverse, METH_NOARGS, DOC("reverse($self, /)", "Turn the order round, in place.") },
    { "rotate", _PyCFunction_CAST(deque_rotate), METH_FASTCALL, DOC("rotate($self, n=1, /)", "Turn by n places to the right, or to the left if n is negative.") },
    { "__sizeof__", deque_sizeof, METH_NOARGS, DOC("__sizeof__($self, /)", "Size in memory, in bytes.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC("__class_getitem__($type, object, /)", "Parametrised alias of this type (PEP 585).") },
    { NULL },
};
static PyGetSetDef deque_getset[] = { { "maxlen", deque_get_maxlen, NULL, "Largest size, or None if unbounded." }, { NULL } };
static PyMemberDef deque_members[] = {
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct deque, weakreflist), Py_READONLY },
    { NULL },
};

static PyType_Slot deque_slots[] = {
    { Py_tp_dealloc, deque_dealloc },
    { Py_tp_repr, deque_repr },
    { Py_tp_hash, PyObject_HashNotImplemented },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_doc, DOC("deque([iterable[, maxlen]])", "Sequence that is fast at both ends, optionally of limited length.") },
    { Py_tp_traverse, deque_traverse },
    { Py_tp_clear, deque_clear },
    { Py_tp_richcompare, deque_richcompare },
    { Py_tp_iter, deque_iter },
    { Py_tp_getset, deque_getset },
    { Py_tp_init, deque_init },
    { Py_tp_new, deque_new },
    { Py_tp_free, PyObject_GC_Del },
    { Py_tp_methods, deque_methods },
    { Py_tp_members, deque_members },
    { Py_sq_length, deque_length },
    { Py_sq_concat, deque_concat },
    { Py_sq_repeat, deque_repeat },
    { Py_sq_item, deque_item },
    { Py_sq_ass_item, deque_ass_item },
    { Py_sq_contains, deque_contains },
    { Py_sq_inplace_concat, deque_iconcat },
    { Py_sq_inplace_repeat, deque_irepeat },
    { 0, NULL },
};

PyType_Spec deque_spec = {
    .name = "collections.deque",
    .basicsize = sizeof(struct deque),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = deque_slots,
};
