/* object/core/type_subclasses.c: from a type to its direct subclasses.
 *
 * A dict per type: address of the subclass (int) -> weak reference. The address as key lets a dying class take its
 * own entry away although its weak references are dead already. */
#include "object/core/type_impl.h"

/* The subclass that a weak reference of the dict stands for (new reference), or NULL when it is dead. */
static PyTypeObject *
subclass_from_ref(PyObject *ref)
{
    PyObject *obj;
    if (PyWeakref_GetRef(ref, &obj) < 0)
        PyErr_Clear();
    return (PyTypeObject *)obj;
}

int
type_add_subclass(PyTypeObject *base, PyTypeObject *t)
{
    PyObject *ref = PyWeakref_NewRef((PyObject *)t, NULL);
    if (ref == NULL)
        return -1;
    PyObject **slot = type_subclasses_slot(base);
    if (*slot == NULL)
        *slot = PyDict_New();
    PyObject *key = *slot == NULL ? NULL : PyLong_FromVoidPtr(t);
    int err = key == NULL ? -1 : PyDict_SetItem(*slot, key, ref);
    Py_XDECREF(key);
    Py_DECREF(ref);
    return err;
}

int
type_add_all_subclasses(PyTypeObject *t, PyObject *bases)
{
    int err = 0;
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(bases); i < n; i++)
        if (type_add_subclass((PyTypeObject *)PyTuple_GET_ITEM(bases, i), t) < 0)
            err = -1;
    return err;
}

void
type_remove_subclass(PyTypeObject *base, PyTypeObject *t)
{
    PyObject **slot = type_subclasses_slot(base);
    if (slot == NULL || *slot == NULL)
        return;
    PyObject *key = PyLong_FromVoidPtr(t);
    if (key == NULL || PyDict_DelItem(*slot, key) < 0)
        PyErr_Clear();
    Py_XDECREF(key);
    if (PyDict_GET_SIZE(*slot) == 0)
        Py_CLEAR(*slot);
}

void
type_remove_all_subclasses(PyTypeObject *t, PyObject *bases)
{
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(bases); i < n; i++)
        type_remove_subclass((PyTypeObject *)PyTuple_GET_ITEM(bases, i), t);
}

int
type_each_subclass(PyTypeObject *t, int (*f)(PyTypeObject *sub, void *arg), void *arg)
{
    PyObject **slot = type_subclasses_slot(t), *ref;
    PyObject *dict = slot == NULL ? NULL : Py_XNewRef(*slot);
    int result = 0;
    Py_ssize_t i = 0;
    while (result == 0 && dict != NULL && PyDict_Next(dict, &i, NULL, &ref)) {
        PyTypeObject *sub = subclass_from_ref(ref);
        if (sub == NULL)
            continue;
        result = f(sub, arg);
        Py_DECREF(sub);
    }
    Py_XDECREF(dict);
    return result;
}

static int
append_subclass(PyTypeObject *sub, void *list)
{
    return PyList_Append(list, (PyObject *)sub);
}

PyObject *
type_subclasses(PyTypeObject *t)
{
    PyObject *list = PyList_New(0);
    if (list != NULL && type_each_subclass(t, append_subclass, list) < 0)
        Py_CLEAR(list);
    return list;
}

struct name_update {
    PyObject *name;
    int (*f)(PyTypeObject *, void *);
    void *arg;
};

static int
update_below(PyTypeObject *sub, void *arg)
{
    struct name_update *u = arg;
    /* A subclass that overrides the name keeps what it has, and hides it from its own subclasses. */
    PyObject *dict = type_dict(sub);
    if (dict != NULL && PyDict_Check(dict)) {
        int own = PyDict_Contains(dict, u->name);
        if (own != 0)
            return own < 0 ? -1 : 0;
    }
    return type_update_subclasses(sub, u->name, u->f, u->arg);
}

int
type_update_subclasses(PyTypeObject *t, PyObject *name, int (*f)(PyTypeObject *, void *), void *arg)
{
    if (f(t, arg) < 0)
        return -1;
    struct name_update u = { name, f, arg };
    return type_each_subclass(t, update_below, &u);
}
