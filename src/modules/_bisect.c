/* modules/_bisect.c: binary search in sorted sequences. */
#include <Python.h>

#include "modules/modargs.h"

#define DOC(sig, text) sig "\n--\n\n" text

struct search { PyObject *list, *item, *key; Py_ssize_t lo, hi; };

/* Where item goes: behind its equals (right) or in front. -1 on error. `item` is a key when there is a key function. */
static Py_ssize_t
find(const struct search *s, PyObject *item, bool right)
{
    Py_ssize_t lo = s->lo, hi = s->hi;
    if (lo < 0) {
        PyErr_SetString(PyExc_ValueError, "lo must be non-negative");
        return -1;
    }
    if (hi == -1 && (hi = PySequence_Size(s->list)) < 0)
        return -1;
    while (lo < hi) {
        Py_ssize_t mid = (Py_ssize_t)(((size_t)lo + (size_t)hi) / 2);
        PyObject *x = PySequence_GetItem(s->list, mid);
        if (x == NULL)
            return -1;
        if (s->key != Py_None) {
            Py_SETREF(x, PyObject_CallOneArg(s->key, x));
            if (x == NULL)
                return -1;
        }
        int less = right ? PyObject_RichCompareBool(item, x, Py_LT) : PyObject_RichCompareBool(x, item, Py_LT);
        Py_DECREF(x);
        if (less < 0)
            return -1;
        if (right ? less : !less)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static int
parse(struct search *s, const char *name, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "a", "x", "lo", "hi", "key" };
    PyObject *out[5];
    if (args_unpack(name, args, nargs, kwnames, names, 5, 2, 4, out) < 0)
        return -1;
    s->list = out[0];
    s->item = out[1];
    s->lo = 0;
    s->hi = -1;
    s->key = out[4] != NULL ? out[4] : Py_None;
    if (out[2] != NULL) {
        s->lo = PyNumber_AsSsize_t(out[2], PyExc_OverflowError);
        if (s->lo == -1 && PyErr_Occurred())
            return -1;
    }
    if (out[3] != NULL && out[3] != Py_None) {
        s->hi = PyNumber_AsSsize_t(out[3], PyExc_OverflowError);
        if (s->hi == -1 && PyErr_Occurred())
            return -1;
    }
    return 0;
}

static PyObject *
bisect(const char *name, bool right, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct search s;
    if (parse(&s, name, args, nargs, kwnames) < 0)
        return NULL;
    Py_ssize_t i = find(&s, s.item, right);
    return i == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(i);
}

static PyObject *
insort(const char *name, bool right, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct search s;
    if (parse(&s, name, args, nargs, kwnames) < 0)
        return NULL;
    PyObject *key = s.key == Py_None ? Py_NewRef(s.item) : PyObject_CallOneArg(s.key, s.item);
    if (key == NULL)
        return NULL;
    Py_ssize_t i = find(&s, key, right);
    Py_DECREF(key);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    if (PyList_CheckExact(s.list))
        return PyList_Insert(s.list, i, s.item) < 0 ? NULL : Py_NewRef(Py_None);
    PyObject *result = PyObject_CallMethod(s.list, "insert", "nO", i, s.item);
    if (result == NULL)
        return NULL;
    Py_DECREF(result);
    Py_RETURN_NONE;
}

#define FUNCTION(name, what, right) \
    static PyObject *name(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *kw) { return what(#name, right, args, n, kw); }
FUNCTION(bisect_left, bisect, false)
FUNCTION(bisect_right, bisect, true)
FUNCTION(insort_left, insort, false)
FUNCTION(insort_right, insort, true)

#define METHOD(name, text) \
    { #name, _PyCFunction_CAST(name), METH_FASTCALL | METH_KEYWORDS, DOC(#name "($module, /, a, x, lo=0, hi=None, *, key=None)", text) }
static PyMethodDef methods[] = {
    METHOD(bisect_left, "Where to put x into the sorted list a, in front of items equal to it."),
    METHOD(bisect_right, "Where to put x into the sorted list a, behind items equal to it."),
    METHOD(insort_left, "Put x into the sorted list a, in front of items equal to it."),
    METHOD(insort_right, "Put x into the sorted list a, behind items equal to it."),
    { NULL },
};

static PyModuleDef_Slot slots[] = {
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "_bisect", .m_doc = "Bisection algorithms.", .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC PyInit__bisect(void) { return PyModuleDef_Init(&module); }
