/* A first extension: two functions of numbers. Build it with
 *
 *     adder setup.py build_ext --inplace
 *     adder -c "import tutorial; print(tutorial.hypot(3, 4), tutorial.collatz(27))"
 *
 * The file it makes, tutorial.cpython-313-x86_64-linux-gnu.so, is imported by CPython 3.13 as well. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>

static PyObject *
tutorial_hypot(PyObject *Py_UNUSED(module), PyObject *args)
{
    double x, y;
    if (!PyArg_ParseTuple(args, "dd:hypot", &x, &y))
        return NULL;
    return PyFloat_FromDouble(sqrt(x * x + y * y));
}

static PyObject *
tutorial_collatz(PyObject *Py_UNUSED(module), PyObject *args)
{
    long n, steps = 0;
    if (!PyArg_ParseTuple(args, "l:collatz", &n))
        return NULL;
    if (n < 1) {
        PyErr_SetString(PyExc_ValueError, "collatz() wants a positive number");
        return NULL;
    }
    for (; n != 1; steps++) {
        if (n % 2 == 0)
            n /= 2;
        else if (n <= (LONG_MAX - 1) / 3)
            n = 3 * n + 1;
        else {
            PyErr_SetString(PyExc_OverflowError, "a step is too large for a C long");
            return NULL;
        }
    }
    return PyLong_FromLong(steps);
}

static PyMethodDef tutorial_methods[] = {
    { "hypot", tutorial_hypot, METH_VARARGS, PyDoc_STR("hypot(x, y)\n--\n\nThe length of the vector (x, y).") },
    { "collatz", tutorial_collatz, METH_VARARGS, PyDoc_STR("collatz(n)\n--\n\nThe number of steps from n to 1.") },
    { NULL, NULL, 0, NULL },
};

static struct PyModuleDef tutorial_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "tutorial",
    .m_doc = PyDoc_STR("Two functions of numbers, written in C."),
    .m_methods = tutorial_methods,
};

PyMODINIT_FUNC
PyInit_tutorial(void)
{
    return PyModuleDef_Init(&tutorial_module);
}
