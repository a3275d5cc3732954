/* object/core/cell.c: cells, through which nested functions share variables. */
#include <Python.h>

#include "object/core/call.h"

#define REF(o) (((PyCellObject *)(o))->ob_ref)

PyObject *
PyCell_New(PyObject *value)
{
    PyCellObject *cell = PyObject_GC_New(PyCellObject, &PyCell_Type);
    if (cell == NULL)
        return NULL;
    cell->ob_ref = Py_XNewRef(value);
    PyObject_GC_Track(cell);
    return (PyObject *)cell;
}

static PyObject *
cell_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!args_no_keywords("cell", kwds) || !args_count("cell", n, 0, 1))
        return NULL;
    return PyCell_New(n > 0 ? PyTuple_GET_ITEM(args, 0) : NULL);
}

PyObject *
PyCell_Get(PyObject *op)
{
    if (!PyCell_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return Py_XNewRef(REF(op));
}

int
PyCell_Set(PyObject *op, PyObject *value)
{
    if (!PyCell_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    Py_XSETREF(REF(op), Py_XNewRef(value));
    return 0;
}

static void
cell_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(REF(self));
    PyObject_GC_Del(self);
}

/* By contents, empty ones first. */
static PyObject *
cell_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyCell_Check(a) || !PyCell_Check(b))
        return Py_NotImplemented;
    a = REF(a);
    b = REF(b);
    if (a != NULL && b != NULL)
        return PyObject_RichCompare(a, b, op);
    int x = b == NULL, y = a == NULL;
    Py_RETURN_RICHCOMPARE(x, y, op);
}

static PyObject *
cell_repr(PyObject *self)
{
    PyObject *ref = REF(self);
    if (ref == NULL)
        return PyUnicode_FromFormat("<cell at %p: empty>", self);
    return PyUnicode_FromFormat("<cell at %p: %.80s object at %p>", self, Py_TYPE(ref)->tp_name, ref);
}

static int
cell_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(REF(self));
    return 0;
}

static int
cell_clear(PyObject *self)
{
    Py_CLEAR(REF(self));
    return 0;
}

static PyObject *
cell_get_contents(PyObject *self, void *closure)
{
    if (REF(self) == NULL)
        PyErr_SetString(PyExc_ValueError, "Cell is empty");
    return Py_XNewRef(REF(self));
}

static int
cell_set_contents(PyObject *self, PyObject *value, void *closure)
{
    Py_XSETREF(REF(self), Py_XNewRef(value));
    return 0;
}

static PyGetSetDef cell_getset[] = { { "cell_contents", cell_get_contents, cell_set_contents }, { NULL } };

PyTypeObject PyCell_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "cell",
    .tp_basicsize = sizeof(PyCellObject),
    .tp_dealloc = cell_dealloc,
    .tp_repr = cell_repr,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = PyDoc_STR("cell([contents])\n--\n\nA variable of a function that inner functions see.\n\n"
                        "Without contents the cell is empty."),
    .tp_traverse = cell_traverse,
    .tp_clear = cell_clear,
    .tp_richcompare = cell_richcompare,
    .tp_getset = cell_getset,
    .tp_new = cell_new,
};
