/* modules/etree/element_items.c: an element as the sequence of its children. */
#include "modules/etree/etree.h"

#include <string.h>

PyObject *
element_item(PyObject *self, Py_ssize_t i)
{
    struct element *e = ELEMENT(self);
    if (e->extra == NULL || i < 0 || i >= e->extra->length) {
        PyErr_SetString(PyExc_IndexError, "child index out of range");
        return NULL;
    }
    return Py_NewRef(e->extra->children[i]);
}

int
element_set_item(PyObject *self, Py_ssize_t i, PyObject *value)
{
    struct element *e = ELEMENT(self);
    if (e->extra == NULL || i < 0 || i >= e->extra->length) {
        PyErr_SetString(PyExc_IndexError, "child assignment index out of range");
        return -1;
    }
    if (value != NULL && !ELEMENT_CHECK(etree_state_of(e), value))
        return element_expected(value);
    PyObject **children = e->extra->children, *old = children[i];
    if (value != NULL)
        children[i] = Py_NewRef(value);
    else {
        e->extra->length--;
        memmove(children + i, children + i + 1, (size_t)(e->extra->length - i) * sizeof(PyObject *));
    }
    Py_DECREF(old);
    return 0;
}

static int
index_of(PyObject *self, PyObject *key, Py_ssize_t *i)
{
    *i = PyNumber_AsSsize_t(key, PyExc_IndexError);
    if (*i == -1 && PyErr_Occurred())
        return -1;
    if (*i < 0)
        *i += element_length(self);
    return 0;
}

PyObject *
element_subscript(PyObject *self, PyObject *key)
{
    Py_ssize_t i, start, stop, step;
    if (PyIndex_Check(key))
        return index_of(self, key, &i) < 0 ? NULL : element_item(self, i);
    if (!PySlice_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "element indices must be integers");
        return NULL;
    }
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(element_length(self), &start, &stop, step);
    PyObject *list = PyList_New(n < 0 ? 0 : n);
    for (i = 0; list != NULL && i < n; i++)
        PyList_SET_ITEM(list, i, Py_NewRef(ELEMENT(self)->extra->children[start + i * step]));
    return list;
}

/* Takes the selected children out into `dead`, and closes the gaps. */
static void
cut(struct element_extra *x, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n, PyObject **dead)
{
    if (step < 0) {
        start += step * (n - 1);
        step = -step;
    }
    Py_ssize_t to = start, taken = 0;
    for (Py_ssize_t from = start; from < x->length; from++)
        if (taken < n && from == start + taken * step)
            dead[taken++] = x->children[from];
        else
            x->children[to++] = x->children[from];
    x->length = to;
}

/* Puts `n` children of which each is a new reference in place of `old` ones, one after the other. */
static void
splice(struct element_extra *x, Py_ssize_t start, Py_ssize_t old, PyObject *const *items, Py_ssize_t n, PyObject **dead)
{
    memcpy(dead, x->children + start, (size_t)old * sizeof(PyObject *));
    memmove(x->children + start + n, x->children + start + old, (size_t)(x->length - start - old) * sizeof(PyObject *));
    for (Py_ssize_t i = 0; i < n; i++)
        x->children[start + i] = Py_NewRef(items[i]);
    x->length += n - old;
}

static int
all_elements(PyObject *self, PyObject *seq)
{
    struct etree_state *st = etree_state_of(self);
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(seq); i++)
        if (!ELEMENT_CHECK(st, PySequence_Fast_GET_ITEM(seq, i)))
            return element_expected(PySequence_Fast_GET_ITEM(seq, i));
    return 0;
}

static int
set_slice(struct element *e, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step, PyObject *seq)
{
    if (element_need_extra(e) < 0)
        return -1;
    Py_ssize_t n = PySlice_AdjustIndices(e->extra->length, &start, &stop, step), count = seq == NULL ? 0 : PySequence_Fast_GET_SIZE(seq);
    if (seq == NULL && n <= 0)
        return 0;
    if (seq != NULL && step != 1 && count != n) {
        PyErr_Format(PyExc_ValueError, "attempt to assign sequence of size %zd to extended slice of size %zd", count, n);
        return -1;
    }
    PyObject **dead = PyMem_New(PyObject *, n);
    if (dead == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (seq == NULL)
        cut(e->extra, start, step, n, dead);
    else if (step == 1) {
        if (count > n && element_reserve(e, count - n) < 0) {
            PyMem_Free(dead);
            return -1;
        }
        splice(e->extra, start, n, PySequence_Fast_ITEMS(seq), count, dead);
    } else
        for (Py_ssize_t i = 0; i < n; i++) {
            dead[i] = e->extra->children[start + i * step];
            e->extra->children[start + i * step] = Py_NewRef(PySequence_Fast_GET_ITEM(seq, i));
        }
    for (Py_ssize_t i = 0; i < n; i++)  /* last: what dies may look at e */
        Py_DECREF(dead[i]);
    PyMem_Free(dead);
    return 0;
}

int
element_set_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    Py_ssize_t i, start, stop, step;
    if (PyIndex_Check(key))
        return index_of(self, key, &i) < 0 ? -1 : element_set_item(self, i, value);
    if (!PySlice_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "element indices must be integers");
        return -1;
    }
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return -1;
    if (value == NULL)
        return set_slice(ELEMENT(self), start, stop, step, NULL);
    PyObject *seq = PySequence_Fast(value, "assignment expects an iterable");
    if (seq == NULL)
        return -1;
    int r = all_elements(self, seq) < 0 ? -1 : set_slice(ELEMENT(self), start, stop, step, seq);
    Py_DECREF(seq);
    return r;
}
