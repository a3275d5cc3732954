/* modules/_heapq.c: binary heaps in lists: heap[i] <= heap[2 * i + 1] and heap[2 * i + 2]; for the *_max functions >=.
 * A comparison may run any code: items are held while compared, and a list that changes size meanwhile is an error. */
#include <Python.h>

#define DOC(sig, text) sig "\n--\n\n" text
#define ITEMS(heap) (((PyListObject *)(heap))->ob_item)

/* Must a be above b? 1, 0, -1; -1 too when the list has changed its size. */
static int
above(PyObject *heap, Py_ssize_t size, PyObject *a, PyObject *b, int max)
{
    Py_INCREF(a);
    Py_INCREF(b);
    int less = max ? PyObject_RichCompareBool(b, a, Py_LT) : PyObject_RichCompareBool(a, b, Py_LT);
    Py_DECREF(a);
    Py_DECREF(b);
    if (less >= 0 && size != PyList_GET_SIZE(heap)) {
        PyErr_SetString(PyExc_RuntimeError, "list changed size during iteration");
        return -1;
    }
    return less;
}

static inline void
swap(PyObject *heap, Py_ssize_t i, Py_ssize_t j)
{
    PyObject *tmp = ITEMS(heap)[i];
    ITEMS(heap)[i] = ITEMS(heap)[j];
    ITEMS(heap)[j] = tmp;
}

/* Move the item at pos up, not beyond start. */
static int
move_up(PyObject *heap, Py_ssize_t start, Py_ssize_t pos, int max)
{
    Py_ssize_t size = PyList_GET_SIZE(heap);
    if (pos >= size) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return -1;
    }
    while (pos > start) {
        Py_ssize_t parent = (pos - 1) >> 1;
        int up = above(heap, size, ITEMS(heap)[pos], ITEMS(heap)[parent], max);
        if (up < 0)
            return -1;
        if (!up)
            break;
        swap(heap, pos, parent);
        pos = parent;
    }
    return 0;
}

/* Move the item at pos down to a leaf along the better children, then up to its place: the item usually comes from
 * the end and belongs low, so this takes fewer comparisons than stopping on the way. */
static int
move_down(PyObject *heap, Py_ssize_t pos, int max)
{
    Py_ssize_t size = PyList_GET_SIZE(heap), start = pos, limit = size >> 1;
    if (pos >= size) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return -1;
    }
    while (pos < limit) {
        Py_ssize_t child = 2 * pos + 1;
        if (child + 1 < size) {
            int left = max ? above(heap, size, ITEMS(heap)[child + 1], ITEMS(heap)[child], 1)
                           : above(heap, size, ITEMS(heap)[child], ITEMS(heap)[child + 1], 0);
            if (left < 0)
                return -1;
            if (max ? left : !left)
                child++;
        }
        swap(heap, pos, child);
        pos = child;
    }
    return move_up(heap, start, pos, max);
}

static int
check_heap(PyObject *heap, const char *name, const char *which)
{
    if (PyList_Check(heap))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s() argument%s must be list, not %.50s", name, which, Py_IsNone(heap) ? "None" : Py_TYPE(heap)->tp_name);
    return -1;
}

static int
check_two(PyObject *const *args, Py_ssize_t nargs, const char *name)
{
    if (nargs != 2) {
        PyErr_Format(PyExc_TypeError, "%s expected 2 arguments, got %zd", name, nargs);
        return -1;
    }
    return check_heap(args[0], name, " 1");
}

static PyObject *
heappush(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (check_two(args, nargs, "heappush") < 0 || PyList_Append(args[0], args[1]) < 0
        || move_up(args[0], 0, PyList_GET_SIZE(args[0]) - 1, 0) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
pop(PyObject *heap, int max)
{
    Py_ssize_t n = PyList_GET_SIZE(heap);
    if (n == 0) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    PyObject *last = Py_NewRef(ITEMS(heap)[n - 1]);
    if (PyList_SetSlice(heap, n - 1, n, NULL) < 0) {
        Py_DECREF(last);
        return NULL;
    }
    if (n == 1)
        return last;
    PyObject *top = ITEMS(heap)[0];
    ITEMS(heap)[0] = last;
    if (move_down(heap, 0, max) < 0)
        Py_CLEAR(top);
    return top;
}

static PyObject *heappop(PyObject *module, PyObject *heap) { return check_heap(heap, "heappop", "") < 0 ? NULL : pop(heap, 0); }
static PyObject *heappop_max(PyObject *module, PyObject *heap) { return check_heap(heap, "_heappop_max", "") < 0 ? NULL : pop(heap, 1); }

static PyObject *
replace(PyObject *heap, PyObject *item, int max)
{
    if (PyList_GET_SIZE(heap) == 0) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    PyObject *top = ITEMS(heap)[0];
    ITEMS(heap)[0] = Py_NewRef(item);
    if (move_down(heap, 0, max) < 0)
        Py_CLEAR(top);
    return top;
}

static PyObject *
heapreplace(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return check_two(args, nargs, "heapreplace") < 0 ? NULL : replace(args[0], args[1], 0);
}

static PyObject *
heapreplace_max(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return check_two(args, nargs, "_heapreplace_max") < 0 ? NULL : replace(args[0], args[1], 1);
}

static PyObject *
heappushpop(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (check_two(args, nargs, "heappushpop") < 0)
        return NULL;
    PyObject *heap = args[0], *item = args[1];
    if (PyList_GET_SIZE(heap) == 0)
        return Py_NewRef(item);
    PyObject *top = Py_NewRef(ITEMS(heap)[0]);
    int less = PyObject_RichCompareBool(top, item, Py_LT);
    Py_DECREF(top);
    if (less < 0)
        return NULL;
    if (less == 0)
        return Py_NewRef(item);
    return replace(heap, item, 0);
}

static PyObject *
make_heap(PyObject *heap, int max)
{
    for (Py_ssize_t i = (PyList_GET_SIZE(heap) >> 1) - 1; i >= 0; i--)
        if (move_down(heap, i, max) < 0)
            return NULL;
    Py_RETURN_NONE;
}

static PyObject *heapify(PyObject *module, PyObject *heap) { return check_heap(heap, "heapify", "") < 0 ? NULL : make_heap(heap, 0); }
static PyObject *heapify_max(PyObject *module, PyObject *heap) { return check_heap(heap, "_heapify_max", "") < 0 ? NULL : make_heap(heap, 1); }

static PyMethodDef methods[] = {
    { "heappush", _PyCFunction_CAST(heappush), METH_FASTCALL, DOC("heappush($module, heap, item, /)", "Put item on the heap.") },
    { "heappushpop", _PyCFunction_CAST(heappushpop), METH_FASTCALL, DOC("heappushpop($module, heap, item, /)", "Put item on the heap, then take the smallest off.") },
    { "heappop", heappop, METH_O, DOC("heappop($module, heap, /)", "Take the smallest item off the heap.") },
    { "heapreplace", _PyCFunction_CAST(heapreplace), METH_FASTCALL, DOC("heapreplace($module, heap, item, /)", "Take the smallest off the heap, then put item on it.") },
    { "heapify", heapify, METH_O, DOC("heapify($module, heap, /)", "Order a list as a heap, in linear time.") },
    { "_heappop_max", heappop_max, METH_O, DOC("_heappop_max($module, heap, /)", "Take the largest item off a max-heap.") },
    { "_heapify_max", heapify_max, METH_O, DOC("_heapify_max($module, heap, /)", "Order a list as a max-heap.") },
    { "_heapreplace_max", _PyCFunction_CAST(heapreplace_max), METH_FASTCALL, DOC("_heapreplace_max($module, heap, item, /)", "Take the largest off a max-heap, then put item on it.") },
    { NULL },
};

static int
exec(PyObject *m)
{
    return PyModule_AddStringConstant(m, "__about__", "A heap is a list in which no item is greater than the two at 2 * i + 1 and 2 * i + 2.");
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "_heapq", .m_doc = "Heap queues (priority queues) in lists.", .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC PyInit__heapq(void) { return PyModuleDef_Init(&module); }
