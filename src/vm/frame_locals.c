/* vm/frame_locals.c: local variables seen from outside (PEP 667): locals(), frame.f_locals and its write-through view.
 *
 * The view holds the frame object only; each access looks at the frame as it is. Names the code does not know go into f_extra_locals. */
#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/gc_track.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/frame.h"

typedef PyFrameLocalsProxyObject proxy;

/* ---- one variable ---- */

/* Its value, borrowed, or NULL if it has none. */
static PyObject *
local_value(_PyInterpreterFrame *f, int i)
{
    PyObject *v = f->localsplus[i];
    if (v != NULL && (code_local_kind(frame_code(f), i) & (CO_FAST_CELL | CO_FAST_FREE)) && PyCell_Check(v))
        v = PyCell_GET(v);
    return v;
}

static bool
usable(_PyInterpreterFrame *f, int i, bool read)
{
    return read ? local_value(f, i) != NULL : !(code_local_kind(frame_code(f), i) & CO_FAST_HIDDEN);
}

/* Index of the variable called `key`: -1 none, -2 an exception (the key is no string and could not be compared). */
static int
local_index(_PyInterpreterFrame *f, PyObject *key, bool read)
{
    PyCodeObject *co = frame_code(f);
    bool other = false;
    for (int i = 0; i < co->co_nlocalsplus; i++) {
        if (code_local_name(co, i) == key) {
            if (usable(f, i, read))
                return i;
            other = true;
        }
    }
    if (other && PyUnicode_CheckExact(key))
        return -1;
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1)
        return -2;
    for (int i = 0; i < co->co_nlocalsplus; i++) {
        PyObject *name = code_local_name(co, i);
        if (PyObject_Hash(name) != hash)
            continue;
        int same = PyObject_RichCompareBool(name, key, Py_EQ);
        if (same < 0)
            return -2;
        if (same && usable(f, i, read))
            return i;
    }
    return -1;
}

uint32_t vm_frame_writes;

static void
local_set(_PyInterpreterFrame *f, int i, PyObject *v)
{
    PyObject *old = f->localsplus[i];
    vm_frame_writes++;
    bool cell = (code_local_kind(frame_code(f), i) & (CO_FAST_CELL | CO_FAST_FREE)) && old != NULL && PyCell_Check(old);
    if (cell) {
        PyCell_Set(old, v);
        return;
    }
    f->localsplus[i] = Py_NewRef(v);
    Py_XDECREF(old);
}

static bool
has_hidden(_PyInterpreterFrame *f)
{
    PyCodeObject *co = frame_code(f);
    for (int i = 0; i < co->co_nlocalsplus; i++)
        if ((code_local_kind(co, i) & CO_FAST_HIDDEN) && local_value(f, i) != NULL)
            return true;
    return false;
}

static PyObject *
proxy_new(PyFrameObject *frame)
{
    proxy *p = (proxy *)PyType_GenericAlloc(&PyFrameLocalsProxy_Type, 0);
    if (p != NULL)
        p->frame = (PyFrameObject *)Py_NewRef(frame);
    return (PyObject *)p;
}

/* ---- for the rest of the VM ---- */

PyObject *
frame_locals_proxy(_PyInterpreterFrame *f)
{
    if (!(frame_code(f)->co_flags & CO_OPTIMIZED) && !has_hidden(f)) {
        if (f->f_locals == NULL)
            f->f_locals = PyDict_New();
        return Py_XNewRef(f->f_locals);
    }
    PyFrameObject *obj = frame_object(f);
    return obj == NULL ? NULL : proxy_new(obj);
}

PyObject *
frame_locals(_PyInterpreterFrame *f)
{
    PyObject *v = frame_locals_proxy(f);
    if (v == NULL || !PyFrameLocalsProxy_Check(v))
        return v;
    PyObject *d = PyDict_New();
    if (d != NULL && PyDict_Update(d, v) < 0)
        Py_CLEAR(d);
    Py_DECREF(v);
    return d;
}

PyObject *_PyFrame_GetLocals(_PyInterpreterFrame *f) { return frame_locals_proxy(f); }
PyObject *PyFrame_GetLocals(PyFrameObject *f) { return frame_locals_proxy(f->f_frame); }
int PyFrame_FastToLocalsWithError(PyFrameObject *f) { return 0; }
void PyFrame_FastToLocals(PyFrameObject *f) { }
void PyFrame_LocalsToFast(PyFrameObject *f, int clear) { }

PyObject *
PyEval_GetFrameLocals(void)
{
    PyThreadState *ts = ts_current();
    _PyInterpreterFrame *f = frame_current(ts);
    if (f == NULL) {
        err_set_string(ts, PyExc_SystemError, "frame does not exist");
        return NULL;
    }
    return frame_locals(f);
}

PyObject *
PyEval_GetLocals(void)
{
    PyThreadState *ts = ts_current();
    _PyInterpreterFrame *f = frame_current(ts);
    if (f == NULL) {
        err_set_string(ts, PyExc_SystemError, "frame does not exist");
        return NULL;
    }
    PyObject *v = frame_locals_proxy(f);
    if (v == NULL)
        return NULL;
    if (PyFrameLocalsProxy_Check(v)) {                 /* the result is borrowed: keep a dict in the frame object */
        PyFrameObject *obj = ((proxy *)v)->frame;
        if (obj->f_locals_cache == NULL)
            obj->f_locals_cache = PyDict_New();
        PyObject *d = obj->f_locals_cache;
        if (d != NULL && PyDict_Update(d, v) < 0)
            d = NULL;
        Py_DECREF(v);
        return d;
    }
    Py_DECREF(v);
    return v;
}

PyObject *
PyFrame_GetVar(PyFrameObject *frame, PyObject *name)
{
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "name must be str, not %s", Py_TYPE(name)->tp_name);
        return NULL;
    }
    _PyInterpreterFrame *f = frame->f_frame;
    PyCodeObject *co = frame_code(f);
    for (int i = 0; i < co->co_nlocalsplus; i++) {
        if (PyUnicode_Compare(code_local_name(co, i), name) != 0)
            continue;
        PyObject *v = local_value(f, i);
        if (v == NULL)
            break;
        return Py_NewRef(v);
    }
    PyErr_Format(PyExc_NameError, "variable %R does not exist", name);
    return NULL;
}

PyObject *
PyFrame_GetVarString(PyFrameObject *frame, const char *name)
{
    PyObject *s = PyUnicode_FromString(name), *v = s == NULL ? NULL : PyFrame_GetVar(frame, s);
    Py_XDECREF(s);
    return v;
}

/* ---- the view: items ---- */

#define FRAME(self) (((proxy *)(self))->frame->f_frame)
#define EXTRA(self) (((proxy *)(self))->frame->f_extra_locals)

static PyObject *
proxy_getitem(PyObject *self, PyObject *key)
{
    int i = local_index(FRAME(self), key, true);
    if (i == -2)
        return NULL;
    if (i >= 0)
        return Py_NewRef(local_value(FRAME(self), i));
    if (EXTRA(self) != NULL) {
        PyObject *v = PyDict_GetItemWithError(EXTRA(self), key);
        if (v != NULL)
            return Py_NewRef(v);
        if (PyErr_Occurred())
            return NULL;
    }
    PyErr_Format(PyExc_KeyError, "local variable '%R' is not defined", key);
    return NULL;
}

static int
proxy_setitem(PyObject *self, PyObject *key, PyObject *v)
{
    int i = local_index(FRAME(self), key, false);
    if (i == -2)
        return -1;
    if (i >= 0) {
        if (v == NULL) {
            PyErr_SetString(PyExc_ValueError, "cannot remove local variables from FrameLocalsProxy");
            return -1;
        }
        local_set(FRAME(self), i, v);
        return 0;
    }
    if (EXTRA(self) == NULL) {
        if (v == NULL) {
            err_set_key(key);
            return -1;
        }
        EXTRA(self) = PyDict_New();
        if (EXTRA(self) == NULL)
            return -1;
    }
    return v == NULL ? PyDict_DelItem(EXTRA(self), key) : PyDict_SetItem(EXTRA(self), key, v);
}

static int
proxy_contains(PyObject *self, PyObject *key)
{
    int i = local_index(FRAME(self), key, true);
    if (i != -1)
        return i == -2 ? -1 : 1;
    return EXTRA(self) == NULL ? 0 : PyDict_Contains(EXTRA(self), key);
}

static Py_ssize_t
proxy_length(PyObject *self)
{
    Py_ssize_t n = EXTRA(self) == NULL ? 0 : PyDict_GET_SIZE(EXTRA(self));
    for (int i = 0; i < frame_code(FRAME(self))->co_nlocalsplus; i++)
        n += local_value(FRAME(self), i) != NULL;
    return n;
}

enum part { KEYS, VALUES, ITEMS };

static int
append_part(PyObject *list, PyObject *key, PyObject *value, enum part what)
{
    PyObject *v = what == KEYS ? Py_NewRef(key) : what == VALUES ? Py_NewRef(value) : PyTuple_Pack(2, key, value);
    int rc = v == NULL ? -1 : PyList_Append(list, v);
    Py_XDECREF(v);
    return rc;
}

static PyObject *
proxy_list(PyObject *self, enum part what)
{
    PyObject *list = PyList_New(0), *key, *value;
    int rc = list == NULL ? -1 : 0;
    for (int i = 0; rc == 0 && i < frame_code(FRAME(self))->co_nlocalsplus; i++) {
        PyObject *v = local_value(FRAME(self), i);
        if (v != NULL)
            rc = append_part(list, code_local_name(frame_code(FRAME(self)), i), v, what);
    }
    Py_ssize_t pos = 0;
    while (rc == 0 && EXTRA(self) != NULL && PyDict_Next(EXTRA(self), &pos, &key, &value))
        rc = append_part(list, key, value, what);
    if (rc < 0)
        Py_CLEAR(list);
    return list;
}

static PyObject *proxy_keys(PyObject *self, PyObject *ignored) { return proxy_list(self, KEYS); }
static PyObject *proxy_values(PyObject *self, PyObject *ignored) { return proxy_list(self, VALUES); }
static PyObject *proxy_items(PyObject *self, PyObject *ignored) { return proxy_list(self, ITEMS); }

static PyObject *
proxy_iter(PyObject *self)
{
    PyObject *keys = proxy_list(self, KEYS), *it = keys == NULL ? NULL : PyObject_GetIter(keys);
    Py_XDECREF(keys);
    return it;
}

static PyObject *
proxy_reversed(PyObject *self, PyObject *ignored)
{
    PyObject *keys = proxy_list(self, KEYS);
    if (keys != NULL && PyList_Reverse(keys) < 0)
        Py_CLEAR(keys);
    return keys;
}

/* ---- the view: as a whole ---- */

static PyObject *
proxy_copy(PyObject *self, PyObject *ignored)
{
    PyObject *d = PyDict_New();
    if (d != NULL && PyDict_Update(d, self) < 0)
        Py_CLEAR(d);
    return d;
}

static bool
is_source(PyObject *o)
{
    return PyDict_Check(o) || PyFrameLocalsProxy_Check(o);
}

static int
proxy_merge(PyObject *self, PyObject *other)
{
    PyObject *keys = PyMapping_Keys(other), *it = keys == NULL ? NULL : PyObject_GetIter(keys), *key;
    Py_XDECREF(keys);
    int rc = it == NULL ? -1 : 0;
    while (rc == 0 && (key = PyIter_Next(it)) != NULL) {
        PyObject *v = PyObject_GetItem(other, key);
        rc = v == NULL ? -1 : proxy_setitem(self, key, v);
        Py_XDECREF(v);
        Py_DECREF(key);
    }
    Py_XDECREF(it);
    return rc < 0 || PyErr_Occurred() ? -1 : 0;
}

static PyObject *
proxy_or(PyObject *self, PyObject *other)
{
    if (!is_source(self) || !is_source(other))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *d = PyDict_New();
    if (d != NULL && (PyDict_Update(d, self) < 0 || PyDict_Update(d, other) < 0))
        Py_CLEAR(d);
    return d;
}

static PyObject *
proxy_inplace_or(PyObject *self, PyObject *other)
{
    if (!is_source(other))
        Py_RETURN_NOTIMPLEMENTED;
    return proxy_merge(self, other) < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
proxy_update(PyObject *self, PyObject *other)
{
    if (!is_source(other)) {
        PyErr_SetString(PyExc_TypeError, "update() argument must be dict or another FrameLocalsProxy");
        return NULL;
    }
    if (proxy_merge(self, other) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static int
check_one_or_two(const char *name, Py_ssize_t n)
{
    if (n >= 1 && n <= 2)
        return 0;
    PyErr_Format(PyExc_TypeError, "%s expected 1 or 2 arguments, got %zd", name, n);
    return -1;
}

static PyObject *
proxy_get(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (check_one_or_two("get", n) < 0)
        return NULL;
    PyObject *v = proxy_getitem(self, args[0]);
    if (v != NULL || !PyErr_ExceptionMatches(PyExc_KeyError))
        return v;
    PyErr_Clear();
    return Py_NewRef(n == 2 ? args[1] : Py_None);
}

static PyObject *
proxy_setdefault(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (check_one_or_two("setdefault", n) < 0)
        return NULL;
    PyObject *v = proxy_getitem(self, args[0]);
    if (v != NULL || !PyErr_ExceptionMatches(PyExc_KeyError))
        return v;
    PyErr_Clear();
    v = n == 2 ? args[1] : Py_None;
    return proxy_setitem(self, args[0], v) < 0 ? NULL : Py_NewRef(v);
}

static PyObject *
proxy_pop(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (check_one_or_two("pop", n) < 0)
        return NULL;
    int i = local_index(FRAME(self), args[0], false);
    if (i == -2)
        return NULL;
    if (i >= 0) {
        PyErr_SetString(PyExc_ValueError, "cannot remove local variables from FrameLocalsProxy");
        return NULL;
    }
    PyObject *v = NULL;
    if (EXTRA(self) != NULL && PyDict_Pop(EXTRA(self), args[0], &v) < 0)
        return NULL;
    if (v == NULL && n == 2)
        return Py_NewRef(args[1]);
    if (v == NULL)
        err_set_key(args[0]);
    return v;
}

static PyObject *
proxy_repr(PyObject *self)
{
    int rc = Py_ReprEnter((PyObject *)((proxy *)self)->frame);
    if (rc != 0)
        return rc > 0 ? PyUnicode_FromString("{...}") : NULL;
    PyObject *d = proxy_copy(self, NULL), *s = d == NULL ? NULL : PyObject_Repr(d);
    Py_XDECREF(d);
    Py_ReprLeave((PyObject *)((proxy *)self)->frame);
    return s;
}

static PyObject *
proxy_richcompare(PyObject *self, PyObject *other, int op)
{
    if (op != Py_EQ && op != Py_NE)
        Py_RETURN_NOTIMPLEMENTED;
    if (PyFrameLocalsProxy_Check(other))
        return PyBool_FromLong((((proxy *)self)->frame == ((proxy *)other)->frame) == (op == Py_EQ));
    if (!PyDict_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *d = proxy_copy(self, NULL), *res = d == NULL ? NULL : PyObject_RichCompare(d, other, op);
    Py_XDECREF(d);
    return res;
}

static PyObject *
proxy_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) != 1) {
        PyErr_Format(PyExc_TypeError, "FrameLocalsProxy expected 1 argument, got %zd", PyTuple_GET_SIZE(args));
        return NULL;
    }
    PyObject *frame = PyTuple_GET_ITEM(args, 0);
    if (!PyFrame_Check(frame)) {
        PyErr_Format(PyExc_TypeError, "expect frame, not %T", frame);
        return NULL;
    }
    if (kwargs != NULL && PyDict_Size(kwargs) != 0) {
        PyErr_SetString(PyExc_TypeError, "FrameLocalsProxy takes no keyword arguments");
        return NULL;
    }
    return proxy_new((PyFrameObject *)frame);
}

static void
proxy_dealloc(PyObject *self)
{
    if (gc_is_tracked(self))
        gc_untrack(self);
    Py_TRASHCAN_BEGIN(self, proxy_dealloc);
    Py_CLEAR(((proxy *)self)->frame);
    Py_TYPE(self)->tp_free(self);
    Py_TRASHCAN_END
}

static int
proxy_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((proxy *)self)->frame);
    return 0;
}

static int
proxy_clear(PyObject *self)
{
    Py_CLEAR(((proxy *)self)->frame);
    return 0;
}

static PyObject *
proxy_contains_py(PyObject *self, PyObject *key)
{
    int rc = proxy_contains(self, key);
    return rc < 0 ? NULL : PyBool_FromLong(rc);
}

static PyMethodDef proxy_methods[] = {
    { "__contains__", proxy_contains_py, METH_O | METH_COEXIST, "__contains__($self, object, /)\n--\n\nTrue for a variable that has a value." },
    { "__getitem__", proxy_getitem, METH_O | METH_COEXIST, "__getitem__($self, object, /)\n--\n\nThe value of a variable." },
    { "update", proxy_update, METH_O, "update($self, object, /)\n--\n\nSet variables from a mapping." },
    { "__reversed__", proxy_reversed, METH_NOARGS, "__reversed__($self, /)\n--\n\nThe names from last to first." },
    { "copy", proxy_copy, METH_NOARGS, "copy($self, /)\n--\n\nA dict of the variables as they are." },
    { "keys", proxy_keys, METH_NOARGS, "keys($self, /)\n--\n\nNames of the variables." },
    { "values", proxy_values, METH_NOARGS, "values($self, /)\n--\n\nValues of the variables." },
    { "items", proxy_items, METH_NOARGS, "items($self, /)\n--\n\nNames and values of the variables." },
    { "get", _PyCFunction_CAST(proxy_get), METH_FASTCALL, "get(name, default=None)\nThe value, or the default for a variable without one." },
    { "pop", _PyCFunction_CAST(proxy_pop), METH_FASTCALL, "pop(name[, default])\nRemove an extra variable and return its value." },
    { "setdefault", _PyCFunction_CAST(proxy_setdefault), METH_FASTCALL, "setdefault(name, default=None)\nThe value, set to the default when there is none." },
    { NULL },
};

static PyNumberMethods proxy_number = { .nb_or = proxy_or, .nb_inplace_or = proxy_inplace_or };
static PySequenceMethods proxy_sequence = { .sq_contains = proxy_contains };
static PyMappingMethods proxy_mapping = { proxy_length, proxy_getitem, proxy_setitem };

PyTypeObject PyFrameLocalsProxy_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "FrameLocalsProxy",
    .tp_basicsize = sizeof(proxy),
    .tp_dealloc = proxy_dealloc,
    .tp_repr = proxy_repr,
    .tp_as_number = &proxy_number,
    .tp_as_sequence = &proxy_sequence,
    .tp_as_mapping = &proxy_mapping,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MAPPING,
    .tp_traverse = proxy_traverse,
    .tp_clear = proxy_clear,
    .tp_richcompare = proxy_richcompare,
    .tp_iter = proxy_iter,
    .tp_methods = proxy_methods,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = proxy_tp_new,
    .tp_free = PyObject_GC_Del,
};
