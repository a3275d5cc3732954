/* object/coll/list_priv.h: what list.c, list_type.c and list_sort.c share. Same conventions as list.h. */
#ifndef ADDER_OBJECT_COLL_LIST_PRIV_H
#define ADDER_OBJECT_COLL_LIST_PRIV_H

#include "object/coll/list.h"
#include "rt/heap.h"

/* The item array: small ones come from the free lists of the heap, others from PyMem; `room` (l->allocated) tells. */
#define LIST_SMALL 64
static inline PyObject **list_items_new(size_t room)
{
    if (LIKELY(room <= LIST_SMALL))
        return heap_alloc(room * sizeof(PyObject *));
    return room > PY_SSIZE_T_MAX / sizeof(PyObject *) ? NULL : PyMem_Malloc(room * sizeof(PyObject *));
}
static inline void list_items_free(PyObject **items, Py_ssize_t room)
{
    if (LIKELY(room <= LIST_SMALL))
        heap_free_sized(items, (size_t)room * sizeof(PyObject *));
    else
        PyMem_Free(items);
}

int list_resize(PyListObject *l, Py_ssize_t n);
int list_prealloc(PyListObject *l, Py_ssize_t n);
int list_insert_at(PyListObject *l, Py_ssize_t at, PyObject *item);
void list_clear(PyListObject *l);
int list_repeat_inplace(PyListObject *l, Py_ssize_t n);
int list_del_stepped(PyListObject *l, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n);
int list_ass_subscript(PyObject *op, PyObject *key, PyObject *value);
int list_ass_item(PyObject *op, Py_ssize_t i, PyObject *value);
PyObject *list_concat(PyObject *a, PyObject *b);

static inline void list_reverse_items(PyObject **items, Py_ssize_t n)
{
    for (Py_ssize_t lo = 0, hi = n - 1; lo < hi; lo++, hi--) {
        PyObject *tmp = items[lo];
        items[lo] = items[hi];
        items[hi] = tmp;
    }
}

#endif
