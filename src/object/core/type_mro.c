/* object/core/type_mro.c: the order of bases (C3), and which base decides the C layout.
 *
 * C3: the MRO of a class is the class itself and then a merge of its bases' MROs and of the list of bases. The merge
 * takes the first head that no list has in its tail; when there is none, the bases contradict each other.
 * A metaclass may override mro(); what it gives is checked against the layout and not cached by version. */
#include "object/core/type_impl.h"

#include "rt/singletons.h"
#include "object/coll/tuple.h"
#include "object/core/call.h"

/* ---- C3 ---- */

struct merge {
    PyObject **lists;                /* tuples */
    Py_ssize_t *heads;               /* next item of each */
    Py_ssize_t n;
};

static bool
in_some_tail(struct merge *m, PyObject *cls)
{
    for (Py_ssize_t i = 0; i < m->n; i++)
        for (Py_ssize_t j = m->heads[i] + 1; j < PyTuple_GET_SIZE(m->lists[i]); j++)
            if (PyTuple_GET_ITEM(m->lists[i], j) == cls)
                return true;
    return false;
}

/* The name of a base for messages. */
static PyObject *
base_name(PyObject *cls)
{
    PyObject *name;
    if (PyObject_GetOptionalAttr(cls, ID(__name__), &name) < 0)
        return NULL;
    if (name != NULL && !PyUnicode_Check(name))
        Py_CLEAR(name);
    return name != NULL ? name : PyObject_Repr(cls);
}

/* The bases in conflict: what is left at the heads. */
static void
raise_conflict(struct merge *m)
{
    PyObject *names = PyList_New(0), *text = NULL;
    for (Py_ssize_t i = 0; names != NULL && i < m->n; i++) {
        if (m->heads[i] >= PyTuple_GET_SIZE(m->lists[i]))
            continue;
        PyObject *cls = PyTuple_GET_ITEM(m->lists[i], m->heads[i]);
        bool seen = false;
        for (Py_ssize_t j = 0; j < i && !seen; j++)
            seen = m->heads[j] < PyTuple_GET_SIZE(m->lists[j]) && PyTuple_GET_ITEM(m->lists[j], m->heads[j]) == cls;
        if (seen)
            continue;
        PyObject *name = base_name(cls);
        if (name == NULL || PyList_Append(names, name) < 0)
            Py_CLEAR(names);
        Py_XDECREF(name);
    }
    PyObject *comma = names == NULL ? NULL : PyUnicode_FromString(", ");
    if (comma != NULL)
        text = PyUnicode_Join(comma, names);
    if (text != NULL)
        PyErr_Format(PyExc_TypeError, "Cannot create a consistent method resolution order (MRO) for bases %U", text);
    Py_XDECREF(text);
    Py_XDECREF(comma);
    Py_XDECREF(names);
}

/* Append the merge to `out`: 0 or -1 with TypeError. */
static int
merge_lists(struct merge *m, PyObject *out)
{
    for (;;) {
        bool left = false;
        PyObject *next = NULL;
        for (Py_ssize_t i = 0; i < m->n && next == NULL; i++) {
            if (m->heads[i] >= PyTuple_GET_SIZE(m->lists[i]))
                continue;
            left = true;
            PyObject *cls = PyTuple_GET_ITEM(m->lists[i], m->heads[i]);
            if (!in_some_tail(m, cls))
                next = cls;
        }
        if (!left)
            return 0;
        if (next == NULL) {
            raise_conflict(m);
            return -1;
        }
        if (PyList_Append(out, next) < 0)
            return -1;
        for (Py_ssize_t i = 0; i < m->n; i++)
            if (m->heads[i] < PyTuple_GET_SIZE(m->lists[i]) && PyTuple_GET_ITEM(m->lists[i], m->heads[i]) == next)
                m->heads[i]++;
    }
}

static int
check_bases(PyObject *bases)
{
    Py_ssize_t n = PyTuple_GET_SIZE(bases);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(bases, i);
        if (base->tp_mro == NULL) {
            PyErr_Format(PyExc_TypeError, "Cannot extend an incomplete type '%.100s'", base->tp_name);
            return -1;
        }
        for (Py_ssize_t j = i + 1; j < n; j++) {
            if (PyTuple_GET_ITEM(bases, j) != (PyObject *)base)
                continue;
            PyObject *name = base_name((PyObject *)base);
            if (name != NULL)
                PyErr_Format(PyExc_TypeError, "duplicate base class %U", name);
            Py_XDECREF(name);
            return -1;
        }
    }
    return 0;
}

/* The MRO by C3, a list. */
static PyObject *
mro_compute(PyTypeObject *t)
{
    PyObject *bases = t->tp_bases, *out = NULL;
    if (bases == NULL) {
        PyErr_Format(PyExc_TypeError, "Cannot extend an incomplete type '%.100s'", t->tp_name);
        return NULL;
    }
    if (check_bases(bases) < 0)
        return NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(bases);
    struct merge m = { PyMem_New(PyObject *, n + 1), PyMem_New(Py_ssize_t, n + 1), n + 1 };
    if (m.lists == NULL || m.heads == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t i = 0; i <= n; i++) {
        m.lists[i] = i < n ? ((PyTypeObject *)PyTuple_GET_ITEM(bases, i))->tp_mro : bases;
        m.heads[i] = 0;
    }
    out = PyList_New(0);
    if (out != NULL && (PyList_Append(out, (PyObject *)t) < 0 || merge_lists(&m, out) < 0))
        Py_CLEAR(out);
done:
    PyMem_Free(m.lists);
    PyMem_Free(m.heads);
    return out;
}

/* The same as a tuple; one base needs no merge. */
static PyObject *
mro_compute_tuple(PyTypeObject *t)
{
    PyObject *bases = t->tp_bases;
    if (bases != NULL && PyTuple_GET_SIZE(bases) == 1) {
        PyObject *base_mro = ((PyTypeObject *)PyTuple_GET_ITEM(bases, 0))->tp_mro;
        if (base_mro != NULL) {
            Py_ssize_t n = PyTuple_GET_SIZE(base_mro);
            PyObject *mro = PyTuple_New(n + 1);
            if (mro == NULL)
                return NULL;
            PyTuple_SET_ITEM(mro, 0, Py_NewRef(t));
            for (Py_ssize_t i = 0; i < n; i++)
                PyTuple_SET_ITEM(mro, i + 1, Py_NewRef(PyTuple_GET_ITEM(base_mro, i)));
            return mro;
        }
    }
    PyObject *list = mro_compute(t);
    PyObject *mro = list == NULL ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    return mro;
}

PyObject *
type_mro_method(PyObject *self, PyObject *unused)
{
    PyObject *tuple = mro_compute_tuple((PyTypeObject *)self);
    PyObject *list = tuple == NULL ? NULL : PySequence_List(tuple);
    Py_XDECREF(tuple);
    return list;
}

/* ---- storing it ---- */

static int
check_custom_mro(PyTypeObject *t, PyObject *mro)
{
    PyTypeObject *solid = type_solid_base(t);
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro); i < n; i++) {
        PyObject *cls = PyTuple_GET_ITEM(mro, i);
        if (!PyType_Check(cls)) {
            PyErr_Format(PyExc_TypeError, "mro() returned a non-class ('%.500s')", Py_TYPE(cls)->tp_name);
            return -1;
        }
        if (!PyType_IsSubtype(solid, type_solid_base((PyTypeObject *)cls))) {
            PyErr_Format(PyExc_TypeError, "mro() returned base with unsuitable layout ('%.500s')",
                         ((PyTypeObject *)cls)->tp_name);
            return -1;
        }
    }
    return 0;
}

static PyObject *
mro_invoke(PyTypeObject *t)
{
    if (Py_IS_TYPE(t, &PyType_Type))
        return mro_compute_tuple(t);
    PyObject *result = object_call_special((PyObject *)t, ID(mro), NULL, 0);
    if (result == NULL)
        return NULL;
    PyObject *mro = PySequence_Tuple(result);
    Py_DECREF(result);
    if (mro == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(mro) == 0) {
        PyErr_Format(PyExc_TypeError, "type MRO must not be empty");
        Py_DECREF(mro);
        return NULL;
    }
    if (check_custom_mro(t, mro) < 0)
        Py_CLEAR(mro);
    return mro;
}

int
type_mro_internal(PyTypeObject *t, PyObject **old_mro)
{
    PyObject *old = Py_XNewRef(t->tp_mro);       /* kept, so that a new one cannot have its address */
    PyObject *mro = mro_invoke(t);
    bool reentered = t->tp_mro != old;
    if (mro == NULL || reentered) {
        Py_XDECREF(old);
        Py_XDECREF(mro);
        return mro == NULL ? -1 : 0;
    }
    Py_XDECREF(old);                             /* the type's own reference moves to us */
    t->tp_mro = mro;
    type_mro_modified(t, mro);
    type_mro_modified(t, t->tp_bases);
    if (!type_is_static_builtin(t))
        PyType_Modified(t);
    if (old_mro != NULL)
        *old_mro = old;
    else
        Py_XDECREF(old);
    return 1;
}

/* ---- layout ---- */

static bool
shape_differs(PyTypeObject *a, PyTypeObject *b)
{
    return a->tp_basicsize != b->tp_basicsize || a->tp_itemsize != b->tp_itemsize;
}

PyTypeObject *
type_solid_base(PyTypeObject *t)
{
    PyTypeObject *base = t->tp_base == NULL ? &PyBaseObject_Type : type_solid_base(t->tp_base);
    return shape_differs(t, base) ? t : base;
}

PyTypeObject *
type_best_base(PyObject *bases)
{
    PyTypeObject *best = NULL, *winner = NULL;
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(bases); i < n; i++) {
        PyObject *item = PyTuple_GET_ITEM(bases, i);
        if (!PyType_Check(item)) {
            PyErr_SetString(PyExc_TypeError, "bases must be types");
            return NULL;
        }
        PyTypeObject *base = (PyTypeObject *)item;
        if (!type_is_ready(base) && PyType_Ready(base) < 0)
            return NULL;
        if (!type_has(base, Py_TPFLAGS_BASETYPE)) {
            PyErr_Format(PyExc_TypeError, "type '%.100s' is not an acceptable base type", base->tp_name);
            return NULL;
        }
        PyTypeObject *solid = type_solid_base(base);
        if (winner == NULL || (!PyType_IsSubtype(winner, solid) && PyType_IsSubtype(solid, winner))) {
            winner = solid;
            best = base;
        } else if (!PyType_IsSubtype(winner, solid)) {
            PyErr_SetString(PyExc_TypeError, "multiple bases have instance lay-out conflict");
            return NULL;
        }
    }
    return best;
}
