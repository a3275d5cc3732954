/* jit/ir/ir_runtime.c: what instructions do to objects. */
#include "jit/ir/ir_runtime.h"

#include "object/text/str.h"

int64_t jit_str_eq(PyObject *a, PyObject *b) { return a == b || str_eq(a, b); }

static PyObject *
or_without_exception(PyObject *o)
{
    if (UNLIKELY(o == NULL))
        PyErr_Clear();
    return o;
}

PyObject *jit_new_int(int64_t v) { return or_without_exception(PyLong_FromLongLong(v)); }
PyObject *jit_new_float(double v) { return or_without_exception(PyFloat_FromDouble(v)); }

void
jit_slot_put_new(PyObject **slot, PyObject *o)
{
    PyObject *old = *slot;
    *slot = o;
    Py_XDECREF(old);
}

void jit_slot_put(PyObject **slot, PyObject *o) { jit_slot_put_new(slot, Py_NewRef(o)); }
