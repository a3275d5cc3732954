/* interp/cross.c: records of objects for other interpreters, and which types have them.
 *
 * Static types are registered for the process, heap types for their interpreter. Records keep objects of their interpreter
 * alive (the text of a str, say): they are given up there, on a thread state made for the moment. */
#include "interp/cross.h"

#include "rt/interp.h"

struct entry { struct entry *next; PyTypeObject *cls; crossinterpdatafunc getdata; size_t users; };
struct xi_state { struct entry *types; PyObject *not_shareable; };

static struct entry *static_types;

static struct xi_state *
state(void)
{
    PyInterpreterState *interp = interp_current();
    if (interp->cross == NULL && (interp->cross = PyMem_RawCalloc(1, sizeof *interp->cross)) == NULL)
        PyErr_NoMemory();
    return interp->cross;
}

PyObject *
cross_not_shareable(void)
{
    struct xi_state *s = state();
    if (s != NULL && s->not_shareable == NULL)
        s->not_shareable = PyErr_NewException("interpreters.NotShareableError", PyExc_ValueError, NULL);
    return s == NULL ? NULL : s->not_shareable;
}

void
cross_fini(PyInterpreterState *interp)
{
    struct xi_state *s = interp->cross;
    if (s == NULL)
        return;
    interp->cross = NULL;
    while (s->types != NULL) {
        struct entry *e = s->types;
        s->types = e->next;
        PyMem_RawFree(e);
    }
    Py_CLEAR(s->not_shareable);
    PyMem_RawFree(s);
}

/* ---- records ---- */

_PyCrossInterpreterData *
_PyCrossInterpreterData_New(void)
{
    _PyCrossInterpreterData *data = PyMem_RawCalloc(1, sizeof *data);
    if (data == NULL)
        PyErr_NoMemory();
    return data;
}

void
_PyCrossInterpreterData_Free(_PyCrossInterpreterData *data)
{
    _PyCrossInterpreterData_Clear(PyInterpreterState_Get(), data);
    PyMem_RawFree(data);
}

void
_PyCrossInterpreterData_Init(_PyCrossInterpreterData *data, PyInterpreterState *interp, void *shared, PyObject *obj, xid_newobjectfunc new_object)
{
    *data = (_PyCrossInterpreterData){ shared, Py_XNewRef(obj), interp == NULL ? -1 : interp->id, new_object, NULL };
}

int
_PyCrossInterpreterData_InitWithSize(_PyCrossInterpreterData *data, PyInterpreterState *interp, const size_t size, PyObject *obj, xid_newobjectfunc new_object)
{
    void *shared = PyMem_RawMalloc(size);
    if (shared == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    _PyCrossInterpreterData_Init(data, interp, shared, obj, new_object);
    data->free = PyMem_RawFree;
    return 0;
}

void
_PyCrossInterpreterData_Clear(PyInterpreterState *interp, _PyCrossInterpreterData *data)
{
    if (data->data != NULL && data->free != NULL)
        data->free(data->data);
    data->data = NULL;
    Py_CLEAR(data->obj);
}

PyObject *_PyCrossInterpreterData_NewObject(_PyCrossInterpreterData *data) { return data->new_object(data); }

int
_PyCrossInterpreterData_Release(_PyCrossInterpreterData *data)
{
    if ((data->data == NULL || data->free == NULL) && data->obj == NULL) {
        data->data = NULL;
        return 0;
    }
    PyInterpreterState *interp = _PyInterpreterState_LookUpID(data->interpid);
    if (interp == NULL)                  /* it took its objects along; the memory is lost */
        return -1;
    PyThreadState *here = ts_current(), *there = NULL;
    if (here->interp == interp) {
        _PyCrossInterpreterData_Clear(interp, data);
        return 0;
    }
    PyObject *exc = PyErr_GetRaisedException();
    there = ts_new(interp, TS_EXEC);
    if (there == NULL)
        return -1;
    PyThreadState_Swap(there);
    _PyCrossInterpreterData_Clear(interp, data);
    PyErr_Clear();
    PyThreadState_Clear(there);
    PyThreadState_Swap(here);
    PyThreadState_Delete(there);
    PyErr_SetRaisedException(exc);
    return 0;
}

int
_PyCrossInterpreterData_ReleaseAndRawFree(_PyCrossInterpreterData *data)
{
    int r = _PyCrossInterpreterData_Release(data);
    PyMem_RawFree(data);
    return r;
}

static void release_view(void *view) { PyBuffer_Release(view); }

static void
release_and_free_view(void *view)
{
    PyBuffer_Release(view);
    PyMem_RawFree(view);
}

int
_PyBuffer_ReleaseInInterpreter(PyInterpreterState *interp, Py_buffer *view)
{
    _PyCrossInterpreterData data = { view, NULL, interp->id, NULL, release_view };
    return _PyCrossInterpreterData_Release(&data);
}

int
_PyBuffer_ReleaseInInterpreterAndRawFree(PyInterpreterState *interp, Py_buffer *view)
{
    _PyCrossInterpreterData data = { view, NULL, interp->id, NULL, release_and_free_view };
    return _PyCrossInterpreterData_Release(&data);
}

/* ---- the types that have them ---- */

static PyObject *new_none(_PyCrossInterpreterData *data) { return Py_NewRef(Py_None); }
static PyObject *new_bool(_PyCrossInterpreterData *data) { return PyBool_FromLong(data->data != NULL); }
static PyObject *new_int(_PyCrossInterpreterData *data) { return PyLong_FromSsize_t((Py_ssize_t)data->data); }
static PyObject *new_float(_PyCrossInterpreterData *data) { return PyFloat_FromDouble(*(double *)data->data); }
static PyObject *new_bytes(_PyCrossInterpreterData *data) { return PyBytes_FromStringAndSize(PyBytes_AS_STRING(data->obj), PyBytes_GET_SIZE(data->obj)); }
static PyObject *new_str(_PyCrossInterpreterData *data) { return PyUnicode_FromKindAndData(PyUnicode_KIND(data->obj), PyUnicode_DATA(data->obj), PyUnicode_GET_LENGTH(data->obj)); }

static int
get_none(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    _PyCrossInterpreterData_Init(data, ts->interp, NULL, NULL, new_none);
    return 0;
}

static int
get_bool(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    _PyCrossInterpreterData_Init(data, ts->interp, (void *)(uintptr_t)(obj == Py_True), NULL, new_bool);
    return 0;
}

static int
get_int(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    Py_ssize_t n = PyLong_AsSsize_t(obj);
    if (n == -1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError))
            PyErr_SetString(PyExc_OverflowError, "try sending as bytes");
        return -1;
    }
    _PyCrossInterpreterData_Init(data, ts->interp, (void *)n, NULL, new_int);
    return 0;
}

static int
get_float(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    if (_PyCrossInterpreterData_InitWithSize(data, ts->interp, sizeof(double), NULL, new_float) < 0)
        return -1;
    *(double *)data->data = PyFloat_AS_DOUBLE(obj);
    return 0;
}

/* str and bytes: the object itself is the text, read from over there. */
static int
get_bytes(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    _PyCrossInterpreterData_Init(data, ts->interp, NULL, obj, new_bytes);
    return 0;
}

static int
get_str(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    _PyCrossInterpreterData_Init(data, ts->interp, NULL, obj, new_str);
    return 0;
}

struct items { Py_ssize_t n; _PyCrossInterpreterData item[]; };

static PyObject *
new_tuple(_PyCrossInterpreterData *data)
{
    struct items *items = data->data;
    PyObject *t = PyTuple_New(items->n);
    for (Py_ssize_t i = 0; t != NULL && i < items->n; i++) {
        PyObject *v = _PyCrossInterpreterData_NewObject(&items->item[i]);
        if (v == NULL)
            Py_CLEAR(t);
        else
            PyTuple_SET_ITEM(t, i, v);
    }
    return t;
}

static void
free_items(void *arg)
{
    struct items *items = arg;
    for (Py_ssize_t i = 0; i < items->n; i++)
        _PyCrossInterpreterData_Release(&items->item[i]);
    PyMem_RawFree(items);
}

static int
get_tuple(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    Py_ssize_t n = PyTuple_GET_SIZE(obj);
    struct items *items = PyMem_RawCalloc(1, sizeof(*items) + (size_t)n * sizeof(items->item[0]));
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (Py_EnterRecursiveCall(" while sharing a tuple")) {
        PyMem_RawFree(items);
        return -1;
    }
    int r = 0;
    for (Py_ssize_t i = 0; r == 0 && i < n; i++) {
        r = _PyObject_GetCrossInterpreterData(PyTuple_GET_ITEM(obj, i), &items->item[i]);
        items->n += r == 0;
    }
    Py_LeaveRecursiveCall();
    if (r < 0) {
        free_items(items);
        return -1;
    }
    _PyCrossInterpreterData_Init(data, ts->interp, items, NULL, new_tuple);
    data->free = free_items;
    return 0;
}

/* ---- registries ---- */

static crossinterpdatafunc
builtin_getdata(PyTypeObject *t)
{
    return t == Py_TYPE(Py_None) ? get_none : t == &PyLong_Type ? get_int : t == &PyUnicode_Type ? get_str
         : t == &PyBytes_Type ? get_bytes : t == &PyBool_Type ? get_bool : t == &PyFloat_Type ? get_float
         : t == &PyTuple_Type ? get_tuple : NULL;
}

static struct entry **
registry_of(PyTypeObject *cls)
{
    if (!(cls->tp_flags & Py_TPFLAGS_HEAPTYPE))
        return &static_types;
    struct xi_state *s = state();
    return s == NULL ? NULL : &s->types;
}

static struct entry **
find(PyTypeObject *cls)
{
    struct entry **e = registry_of(cls);
    while (e != NULL && *e != NULL && (*e)->cls != cls)
        e = &(*e)->next;
    return e;
}

/* A dying heap type is forgotten. */
static PyObject *
type_died(PyObject *capsule, PyObject *ref)
{
    struct entry **e = find(PyCapsule_GetPointer(capsule, NULL)), *gone = e == NULL ? NULL : *e;
    if (gone != NULL) {
        *e = gone->next;
        PyMem_RawFree(gone);
    }
    Py_DECREF(ref);                      /* the reference that kept the weak reference */
    Py_RETURN_NONE;
}

static int
watch_death(PyTypeObject *cls)
{
    static PyMethodDef def = { "type_died", type_died, METH_O, NULL };
    PyObject *capsule = PyCapsule_New(cls, NULL, NULL), *call = capsule == NULL ? NULL : PyCFunction_New(&def, capsule);
    PyObject *ref = call == NULL ? NULL : PyWeakref_NewRef((PyObject *)cls, call);
    Py_XDECREF(capsule);
    Py_XDECREF(call);
    return ref == NULL ? -1 : 0;
}

int
_PyCrossInterpreterData_RegisterClass(PyTypeObject *cls, crossinterpdatafunc getdata)
{
    if (!PyType_Check(cls)) {
        PyErr_Format(PyExc_ValueError, "only classes may be registered");
        return -1;
    }
    if (getdata == NULL) {
        PyErr_Format(PyExc_ValueError, "missing 'getdata' func");
        return -1;
    }
    struct entry **at = find(cls);
    if (at == NULL)
        return -1;
    if (*at != NULL) {
        (*at)->users++;
        return 0;
    }
    struct entry *e = PyMem_RawCalloc(1, sizeof *e);
    if (e == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *e = (struct entry){ NULL, cls, getdata, 1 };
    *at = e;
    return cls->tp_flags & Py_TPFLAGS_HEAPTYPE ? watch_death(cls) : 0;
}

int
_PyCrossInterpreterData_UnregisterClass(PyTypeObject *cls)
{
    struct entry **at = find(cls), *e = at == NULL ? NULL : *at;
    if (e == NULL)
        return 0;
    if (--e->users == 0) {
        *at = e->next;
        PyMem_RawFree(e);
    }
    return 1;
}

crossinterpdatafunc
_PyCrossInterpreterData_Lookup(PyObject *obj)
{
    crossinterpdatafunc f = builtin_getdata(Py_TYPE(obj));
    struct entry **e = f != NULL ? NULL : find(Py_TYPE(obj));
    return f != NULL ? f : e == NULL || *e == NULL ? NULL : (*e)->getdata;
}

static crossinterpdatafunc
need_getdata(PyObject *obj)
{
    crossinterpdatafunc f = _PyCrossInterpreterData_Lookup(obj);
    PyObject *error = f != NULL || PyErr_Occurred() ? NULL : cross_not_shareable();
    if (error != NULL)
        PyErr_Format(error, "%S does not support cross-interpreter data", obj);
    return f;
}

int _PyObject_CheckCrossInterpreterData(PyObject *obj) { return need_getdata(obj) == NULL ? -1 : 0; }

int
_PyObject_GetCrossInterpreterData(PyObject *obj, _PyCrossInterpreterData *data)
{
    *data = (_PyCrossInterpreterData){ .interpid = -1 };
    crossinterpdatafunc f = need_getdata(obj);
    if (f == NULL)
        return -1;
    Py_INCREF(obj);
    int r = f(ts_current(), obj, data);
    Py_DECREF(obj);
    return r != 0 ? -1 : 0;
}
