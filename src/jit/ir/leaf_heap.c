/* jit/ir/leaf_heap.c: heaps in lists and places in sorted lists, as the modules heapq and bisect have them, where comparisons run no code of the program.
 *
 * All comparisons come first: where one is not known to be harmless, nothing has changed yet. */
#include "jit/ir/leaf.h"

#include "object/coll/list_priv.h"
#include "object/num/int.h"
#include "object/text/str.h"

#define DEPTH_MAX 4                    /* of tuples in tuples */
#define STEPS_MAX 64                    /* from the top of a heap to its end */

static int less(PyObject *a, PyObject *b, int depth);

/* By the first items that differ. */
static int
tuple_less(PyObject *a, PyObject *b, int depth)
{
    Py_ssize_t n = Py_SIZE(a), m = Py_SIZE(b);
    for (Py_ssize_t i = 0; i < n && i < m; i++) {
        PyObject *x = PyTuple_GET_ITEM(a, i), *y = PyTuple_GET_ITEM(b, i);
        int same = leaf_equal(x, y);
        if (same <= 0)
            return same < 0 ? -1 : less(x, y, depth - 1);
    }
    return n < m;
}

/* a < b: 1, 0; -1: who knows. */
static int
less(PyObject *a, PyObject *b, int depth)
{
    if (PyLong_CheckExact(a) && PyLong_CheckExact(b))
        return int_both_compact(a, b) ? int_compact_value(a) < int_compact_value(b) : jit_int_cmp(a, b) < 0;
    if (PyFloat_CheckExact(a) && PyFloat_CheckExact(b))
        return PyFloat_AS_DOUBLE(a) < PyFloat_AS_DOUBLE(b);
    if (PyTuple_CheckExact(a) && PyTuple_CheckExact(b))
        return depth > 0 ? tuple_less(a, b, depth) : -1;
    if (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b))
        return a != b && str_cmp(a, b) < 0;
    if (!leaf_is_number(a) || !leaf_is_number(b))
        return -1;
    int is = PyObject_RichCompareBool(a, b, Py_LT);
    if (is < 0)
        PyErr_Clear();
    return is;
}

/* ---- heaps ---- */

/* Where item goes that is put behind the last. -1: who knows. */
static Py_ssize_t
place_of(PyObject *heap, PyObject *item)
{
    PyObject **items = ((PyListObject *)heap)->ob_item;
    Py_ssize_t pos = Py_SIZE(heap);
    while (pos > 0) {
        Py_ssize_t parent = (pos - 1) >> 1;
        int up = less(item, items[parent], DEPTH_MAX);
        if (up < 0)
            return -1;
        if (!up)
            break;
        pos = parent;
    }
    return pos;
}

/* The way along which items move up when the first one is taken off and the last one comes in: path[0] = 0. How long it is, the last item's place included; -1: who knows. */
static int
way_down(PyObject *heap, Py_ssize_t *path)
{
    PyObject **items = ((PyListObject *)heap)->ob_item, *last = items[Py_SIZE(heap) - 1];
    Py_ssize_t n = Py_SIZE(heap) - 1, pos = 0;
    int steps = 0;
    path[0] = 0;
    while (pos < n >> 1 && steps + 1 < STEPS_MAX) {
        Py_ssize_t child = 2 * pos + 1;
        if (child + 1 < n) {
            int left = less(items[child], items[child + 1], DEPTH_MAX);
            if (left < 0)
                return -1;
            child += !left;
        }
        path[++steps] = pos = child;
    }
    while (steps > 0) {
        int up = less(last, items[path[steps]], DEPTH_MAX);
        if (up < 0)
            return -1;
        if (!up)
            break;
        steps--;
    }
    return steps + 1;
}

bool
leaf_heap_is_plain(PyObject *heap, PyObject *item)
{
    Py_ssize_t path[STEPS_MAX];
    return item != NULL ? place_of(heap, item) >= 0 : Py_SIZE(heap) > 0 && way_down(heap, path) >= 0;
}

int64_t
jit_heap_push(PyObject *heap, PyObject *item)
{
    Py_ssize_t pos = place_of(heap, item), i = Py_SIZE(heap);
    if (pos < 0 || !jit_list_append(heap, item))
        return 0;
    PyObject **items = ((PyListObject *)heap)->ob_item;
    for (; i > pos; i = (i - 1) >> 1)
        items[i] = items[(i - 1) >> 1];
    items[pos] = item;
    return 1;
}

int64_t
jit_heap_pop(PyObject *heap, PyObject *first)
{
    Py_ssize_t path[STEPS_MAX];
    PyObject *last = ((PyListObject *)heap)->ob_item[Py_SIZE(heap) - 1];
    int n = way_down(heap, path);
    if (n < 0 || !jit_list_cut(heap, last))
        return 0;
    if (Py_SIZE(heap) == 0)
        return 1;
    PyObject **items = ((PyListObject *)heap)->ob_item;
    for (int i = 0; i + 1 < n; i++)
        items[path[i]] = items[path[i + 1]];
    items[path[n - 1]] = last;
    return 1;
}

/* ---- sorted lists ---- */

int64_t
jit_bisect(PyObject *list, PyObject *item, int64_t right)
{
    PyObject **items = ((PyListObject *)list)->ob_item;
    Py_ssize_t lo = 0, hi = Py_SIZE(list);
    while (lo < hi) {
        Py_ssize_t mid = lo + (hi - lo) / 2;
        int is = right ? less(item, items[mid], DEPTH_MAX) : less(items[mid], item, DEPTH_MAX);
        if (is < 0)
            return -1;
        if (right ? is : !is)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}
