/* object/coll/enum.c: enumerate and reversed. enumerate counts in a C index until it overflows, then in ints. */
#include "object/coll/iter.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/num/int.h"
#include "object/coll/coll.h"
#include "object/coll/tuple.h"
#include "rt/singletons.h"

#define EN(op) ((struct enum_iter *)(op))

static PyObject *
enum_make(PyTypeObject *type, PyObject *iterable, PyObject *start)
{
    struct enum_iter *en = (struct enum_iter *)type->tp_alloc(type, 0);
    if (en == NULL)
        return NULL;
    en->one = SMALL_INT(1);
    if (start != NULL) {
        PyObject *first = PyNumber_Index(start);
        if (first == NULL)
            goto fail;
        en->en_index = PyLong_AsSsize_t(first);
        if (en->en_index == -1 && PyErr_Occurred()) {
            PyErr_Clear();
            en->en_index = PY_SSIZE_T_MAX;
            en->en_longindex = first;
        }
        else
            Py_DECREF(first);
    }
    en->en_sit = PyObject_GetIter(iterable);
    if (en->en_sit == NULL || (en->en_result = PyTuple_Pack(2, Py_None, Py_None)) == NULL)
        goto fail;
    return (PyObject *)en;
fail:
    Py_DECREF(en);
    return NULL;
}

/* enumerate(iterable, start=0), in its own words for errors. */
static PyObject *
enum_from_vector(PyTypeObject *type, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *arg[2] = { NULL, NULL };
    Py_ssize_t nkw = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames);
    if (nargs + nkw > 2)
        return PyErr_Format(PyExc_TypeError, "enumerate() takes at most 2 arguments (%zd given)", nargs + nkw);
    for (Py_ssize_t i = 0; i < nargs; i++)
        arg[i] = args[i];
    for (Py_ssize_t i = 0; i < nkw; i++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i);
        int at = PyUnicode_EqualToUTF8(name, "iterable") ? 0 : PyUnicode_EqualToUTF8(name, "start") ? 1 : -1;
        if (at < 0 || arg[at] != NULL)
            return PyErr_Format(PyExc_TypeError, "'%.200U' is an invalid keyword argument for enumerate()", name);
        arg[at] = args[nargs + i];
    }
    if (arg[0] == NULL) {
        PyErr_SetString(PyExc_TypeError, "enumerate() missing required argument 'iterable'");
        return NULL;
    }
    return enum_make(type, arg[0], arg[1]);
}

static PyObject *
enum_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return enum_from_vector((PyTypeObject *)type, args, PyVectorcall_NARGS(nargsf), kwnames);
}

static PyObject *
enum_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "iterable", "start" };
    PyObject *arg[2];
    if (args_unpack_tuple("enumerate", args, kwds, names, 2, 1, 2, arg) < 0)
        return NULL;
    return enum_make(type, arg[0], arg[1]);
}

static void
enum_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_XDECREF(EN(op)->en_sit);
    Py_XDECREF(EN(op)->en_result);
    Py_XDECREF(EN(op)->en_longindex);
    Py_TYPE(op)->tp_free(op);
}

static int
enum_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(EN(op)->en_sit);
    Py_VISIT(EN(op)->en_result);
    Py_VISIT(EN(op)->en_longindex);
    return 0;
}

/* The next number, moving on; NULL on error. */
static PyObject *
enum_number(struct enum_iter *en)
{
    if (LIKELY(en->en_index != PY_SSIZE_T_MAX))
        return int_from_i64(en->en_index++);
    if (en->en_longindex == NULL && (en->en_longindex = PyLong_FromSsize_t(PY_SSIZE_T_MAX)) == NULL)
        return NULL;
    PyObject *n = en->en_longindex;
    PyObject *next = int_add(ts_current(), n, en->one);
    if (next == NULL)
        return NULL;
    en->en_longindex = next;
    return n;
}

static PyObject *
enum_next(PyObject *op)
{
    struct enum_iter *en = EN(op);
    PyObject *item = recursion_next(en->en_sit);
    if (item == NULL)
        return NULL;
    PyObject *n = enum_number(en);
    if (n == NULL) {
        Py_DECREF(item);
        return NULL;
    }
    PyObject *pair = en->en_result;
    if (pair->ob_refcnt != 1)
        return tuple_pair_steal(n, item);
    PyObject **slot = tuple_items(pair), *old_n = slot[0], *old_item = slot[1];
    slot[0] = n;
    slot[1] = item;
    Py_INCREF(pair);
    Py_DECREF(old_n);
    Py_DECREF(old_item);
    if (!gc_is_tracked(pair))
        gc_track(pair);
    return pair;
}

static PyObject *
enum_reduce(PyObject *op, PyObject *noargs)
{
    if (EN(op)->en_longindex != NULL)
        return Py_BuildValue("O(OO)", Py_TYPE(op), EN(op)->en_sit, EN(op)->en_longindex);
    return Py_BuildValue("O(On)", Py_TYPE(op), EN(op)->en_sit, EN(op)->en_index);
}

static PyMethodDef enum_methods[] = {
    { "__reduce__", enum_reduce, METH_NOARGS, DOC_REDUCE },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC_CLASS_GETITEM },
    { NULL },
};

PyTypeObject PyEnum_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "enumerate",
    .tp_basicsize = sizeof(struct enum_iter),
    .tp_dealloc = enum_dealloc,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = TEXT_SIG("enumerate(iterable, start=0)", "Iterator over (number, item), counting from start."),
    .tp_traverse = enum_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = enum_next,
    .tp_methods = enum_methods,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = enum_new,
    .tp_free = PyObject_GC_Del,
    .tp_vectorcall = enum_vectorcall,
};

/* ---- reversed ---- */

struct reversed_iter {
    PyObject ob_base;
    Py_ssize_t index;                  /* of the next item, -1 at the end */
    PyObject *seq;                     /* NULL once exhausted */
};
#define REV(op) ((struct reversed_iter *)(op))

static PyObject *
reversed_make(PyTypeObject *type, PyObject *seq)
{
    PyObject *method = object_lookup_special(seq, ID(__reversed__));
    if (method == Py_None) {
        Py_DECREF(method);
        return PyErr_Format(PyExc_TypeError, "'%.200s' object is not reversible", Py_TYPE(seq)->tp_name);
    }
    if (method != NULL) {
        PyObject *result = call_none(ts_current(), method);
        Py_DECREF(method);
        return result;
    }
    if (PyErr_Occurred())
        return NULL;
    if (!PySequence_Check(seq))
        return PyErr_Format(PyExc_TypeError, "'%.200s' object is not reversible", Py_TYPE(seq)->tp_name);
    Py_ssize_t n = PySequence_Size(seq);
    if (n == -1)
        return NULL;
    struct reversed_iter *it = (struct reversed_iter *)type->tp_alloc(type, 0);
    if (it == NULL)
        return NULL;
    it->index = n - 1;
    it->seq = Py_NewRef(seq);
    return (PyObject *)it;
}

static PyObject *
reversed_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if ((type == &PyReversed_Type || type->tp_init == PyReversed_Type.tp_init) && !args_no_keywords("reversed", kwds))
        return NULL;
    return args_count("reversed", PyTuple_GET_SIZE(args), 1, 1) ? reversed_make(type, PyTuple_GET_ITEM(args, 0)) : NULL;
}

static PyObject *
reversed_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (!args_no_kwnames("reversed", kwnames) || !args_count("reversed", PyVectorcall_NARGS(nargsf), 1, 1))
        return NULL;
    return reversed_make((PyTypeObject *)type, args[0]);
}

static void
reversed_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_XDECREF(REV(op)->seq);
    Py_TYPE(op)->tp_free(op);
}

static int
reversed_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(REV(op)->seq);
    return 0;
}

static PyObject *
reversed_next(PyObject *op)
{
    struct reversed_iter *it = REV(op);
    if (it->index >= 0) {
        PyObject *item = PySequence_GetItem(it->seq, it->index);
        if (item != NULL) {
            it->index--;
            return item;
        }
        if (PyErr_ExceptionMatches(PyExc_IndexError) || PyErr_ExceptionMatches(PyExc_StopIteration))
            PyErr_Clear();
    }
    it->index = -1;
    Py_CLEAR(it->seq);
    return NULL;
}

static PyObject *
reversed_length(PyObject *op, PyObject *noargs)
{
    struct reversed_iter *it = REV(op);
    if (it->seq == NULL)
        return PyLong_FromLong(0);
    Py_ssize_t n = PySequence_Size(it->seq);
    if (n == -1)
        return NULL;
    return PyLong_FromSsize_t(n < it->index + 1 ? 0 : it->index + 1);
}

static PyObject *
reversed_reduce(PyObject *op, PyObject *noargs)
{
    if (REV(op)->seq != NULL)
        return Py_BuildValue("O(O)n", Py_TYPE(op), REV(op)->seq, REV(op)->index);
    return Py_BuildValue("O(())", Py_TYPE(op));
}

static PyObject *
reversed_setstate(PyObject *op, PyObject *state)
{
    struct reversed_iter *it = REV(op);
    Py_ssize_t i = PyLong_AsSsize_t(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    if (it->seq != NULL) {
        Py_ssize_t n = PySequence_Size(it->seq);
        if (n < 0)
            return NULL;
        it->index = i < -1 ? -1 : i > n - 1 ? n - 1 : i;
    }
    Py_RETURN_NONE;
}

static PyMethodDef reversed_methods[] = {
    { "__length_hint__", reversed_length, METH_NOARGS, DOC_LEN },
    { "__reduce__", reversed_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", reversed_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};

PyTypeObject PyReversed_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "reversed",
    .tp_basicsize = sizeof(struct reversed_iter),
    .tp_dealloc = reversed_dealloc,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = TEXT_SIG("reversed(sequence, /)", "Iterator over a sequence from the last item to the first."),
    .tp_traverse = reversed_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = reversed_next,
    .tp_methods = reversed_methods,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = reversed_new,
    .tp_free = PyObject_GC_Del,
    .tp_vectorcall = reversed_vectorcall,
};
