/* object/core/weakref.c: weakref.ref and the lists of references.
 *
 *   referent -> [ ref without callback ] -> [ proxy without callback ] -> newest with callback -> ... -> oldest
 *
 * The first two exist at most once and are handed out again; subclasses of ref are never shared.
 * Invariant: a reference is on its referent's list exactly while wr_object is not None. When the referent dies all
 * references are emptied first and only then callbacks run, newest first: no callback can see the dying object. */
#include "object/core/weakref.h"

#include "rt/gc_track.h"
#include "rt/heap.h"
#include "rt/singletons.h"
#include "object/core/type.h"
#include "object/core/err.h"
#include "object/core/object.h"

/* ---- lists -------------------------------------------------------------------------------------------------- */

static inline PyWeakReference **
list_of(PyObject *o)
{
    return (PyWeakReference **)object_weaklist(o);
}

void
weakref_detach(PyWeakReference *ref)
{
    PyObject *o = ref->wr_object;
    if (o == Py_None)
        return;
    PyWeakReference **list = list_of(o);
    if (*list == ref)
        *list = ref->wr_next;
    ref->wr_object = Py_None;
    if (ref->wr_prev != NULL)
        ref->wr_prev->wr_next = ref->wr_next;
    if (ref->wr_next != NULL)
        ref->wr_next->wr_prev = ref->wr_prev;
    ref->wr_prev = ref->wr_next = NULL;
}

void _PyWeakref_ClearRef(PyWeakReference *ref) { weakref_detach(ref); }
PyAPI_FUNC(int) _PyWeakref_IsDead(PyObject *ref);
int _PyWeakref_IsDead(PyObject *ref) { return weakref_get(ref) == NULL; }

static void
list_insert(PyWeakReference **list, PyWeakReference *after, PyWeakReference *ref)
{
    ref->wr_prev = after;
    ref->wr_next = after == NULL ? *list : after->wr_next;
    if (ref->wr_next != NULL)
        ref->wr_next->wr_prev = ref;
    if (after == NULL)
        *list = ref;
    else
        after->wr_next = ref;
}

static bool
is_proxy(PyWeakReference *ref)
{
    return Py_IS_TYPE(ref, &_PyWeakref_ProxyType) || Py_IS_TYPE(ref, &_PyWeakref_CallableProxyType);
}

/* The shared reference and proxy at the start of the list, or NULL each. */
static void
list_basics(PyWeakReference *first, PyWeakReference **ref, PyWeakReference **proxy)
{
    *ref = *proxy = NULL;
    if (first != NULL && first->wr_callback == NULL && Py_IS_TYPE(first, &_PyWeakref_RefType)) {
        *ref = first;
        first = first->wr_next;
    }
    if (first != NULL && first->wr_callback == NULL && is_proxy(first))
        *proxy = first;
}

Py_ssize_t
weakref_count(PyObject *o)
{
    Py_ssize_t n = 0;
    if (weakref_supported(Py_TYPE(o)))
        for (PyWeakReference *r = *list_of(o); r != NULL; r = r->wr_next)
            n++;
    return n;
}
PyAPI_FUNC(Py_ssize_t) _PyWeakref_GetWeakrefCount(PyObject *o);
Py_ssize_t _PyWeakref_GetWeakrefCount(PyObject *o) { return weakref_count(o); }

/* ---- making ------------------------------------------------------------------------------------------------- */

static OWNED PyObject *ref_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames);

static PyWeakReference *
ref_alloc(PyTypeObject *type, PyObject *o, PyObject *callback)
{
    PyWeakReference *ref;
    if (type == &_PyWeakref_RefType || is_proxy(&(PyWeakReference){ .ob_base.ob_type = type }))
        ref = PyObject_GC_New(PyWeakReference, type);
    else
        ref = (PyWeakReference *)type->tp_alloc(type, 0);
    if (ref == NULL)
        return NULL;
    ref->wr_object = o;
    ref->wr_callback = Py_XNewRef(callback);
    ref->hash = -1;
    ref->wr_prev = ref->wr_next = NULL;
    ref->vectorcall = ref_vectorcall;
    if (!gc_is_tracked((PyObject *)ref))
        gc_track((PyObject *)ref);
    return ref;
}

static OWNED PyObject *
ref_make(PyTypeObject *type, PyObject *o, PyObject *callback)
{
    if (!weakref_supported(Py_TYPE(o)))
        return PyErr_Format(PyExc_TypeError, "cannot create weak reference to '%s' object", Py_TYPE(o)->tp_name);
    if (callback == Py_None)
        callback = NULL;
    PyWeakReference **list = list_of(o), *ref, *proxy;
    list_basics(*list, &ref, &proxy);
    bool shared_ref = callback == NULL && type == &_PyWeakref_RefType;
    bool shared_proxy = callback == NULL && (type == &_PyWeakref_ProxyType || type == &_PyWeakref_CallableProxyType);
    PyWeakReference *old = shared_ref ? ref : shared_proxy ? proxy : NULL;
    if (old != NULL && Py_REFCNT(old) > 0)
        return Py_NewRef((PyObject *)old);
    PyWeakReference *fresh = ref_alloc(type, o, callback);
    if (fresh == NULL)
        return NULL;
    list_basics(*list, &ref, &proxy);              /* allocating may have changed the list */
    PyWeakReference *after = shared_ref ? NULL : shared_proxy ? ref : proxy != NULL ? proxy : ref;
    list_insert(list, after, fresh);
    return (PyObject *)fresh;
}

PyObject *
PyWeakref_NewRef(PyObject *o, PyObject *callback)
{
    return ref_make(&_PyWeakref_RefType, o, callback);
}

PyObject *
PyWeakref_NewProxy(PyObject *o, PyObject *callback)
{
    return ref_make(PyCallable_Check(o) ? &_PyWeakref_CallableProxyType : &_PyWeakref_ProxyType, o, callback);
}

int
PyWeakref_GetRef(PyObject *ref, PyObject **out)
{
    if (ref == NULL || !PyWeakref_Check(ref)) {
        *out = NULL;
        if (ref == NULL)
            PyErr_BadInternalCall();
        else
            PyErr_SetString(PyExc_TypeError, "expected a weakref");
        return -1;
    }
    *out = Py_XNewRef(weakref_get(ref));
    return *out != NULL;
}

PyObject *
PyWeakref_GetObject(PyObject *ref)
{
    if (ref == NULL || !PyWeakref_Check(ref)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyObject *o = weakref_get(ref);
    return o == NULL ? Py_None : o;
}

/* ---- the referent dies -------------------------------------------------------------------------------------- */

void
weakref_call(PyWeakReference *ref, PyObject *callback)
{
    PyObject *result = PyObject_CallOneArg(callback, (PyObject *)ref);
    if (result == NULL)
        PyErr_WriteUnraisable(callback);
    else
        Py_DECREF(result);
}

/* Empties all references; those that live on and have a callback are returned as a chain of new references through
 * wr_next, in calling order. */
static PyWeakReference *
empty_list(PyWeakReference **list)
{
    PyWeakReference *chain = NULL, **tail = &chain;
    while (*list != NULL) {
        PyWeakReference *ref = *list;
        weakref_detach(ref);
        if (ref->wr_callback == NULL || Py_REFCNT(ref) == 0)
            continue;
        *tail = (PyWeakReference *)Py_NewRef((PyObject *)ref);
        tail = &ref->wr_next;
    }
    *tail = NULL;
    return chain;
}

void
PyObject_ClearWeakRefs(PyObject *o)
{
    if (o == NULL || !weakref_supported(Py_TYPE(o)) || Py_REFCNT(o) != 0) {
        PyErr_BadInternalCall();
        return;
    }
    PyWeakReference **list = list_of(o);
    if (*list == NULL)
        return;
    PyWeakReference *chain = empty_list(list);
    if (chain == NULL)
        return;
    PyObject *pending = PyErr_GetRaisedException();
    while (chain != NULL) {
        PyWeakReference *ref = chain;
        chain = ref->wr_next;
        ref->wr_next = NULL;
        PyObject *callback = ref->wr_callback;
        ref->wr_callback = NULL;
        if (callback != NULL) {
            weakref_call(ref, callback);
            Py_DECREF(callback);
        }
        Py_DECREF(ref);
    }
    PyErr_SetRaisedException(pending);
}

void
weakref_clear_no_callbacks(PyObject *o)
{
    PyWeakReference **list = list_of(o);
    while (list != NULL && *list != NULL)
        weakref_detach(*list);
}
PyAPI_FUNC(void) _PyWeakref_ClearWeakRefsNoCallbacks(PyObject *o);
void _PyWeakref_ClearWeakRefsNoCallbacks(PyObject *o) { weakref_clear_no_callbacks(o); }

/* ---- the type ref ------------------------------------------------------------------------------------------- */

static int
ref_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((PyWeakReference *)self)->wr_callback);
    return 0;
}

static int
ref_clear(PyObject *self)
{
    PyWeakReference *ref = (PyWeakReference *)self;
    weakref_detach(ref);
    Py_CLEAR(ref->wr_callback);
    return 0;
}

static void
ref_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    ref_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static OWNED PyObject *
ref_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0) {
        PyErr_SetString(PyExc_TypeError, "weakref() takes no keyword arguments");
        return NULL;
    }
    if (n != 0)
        return PyErr_Format(PyExc_TypeError, "weakref expected 0 arguments, got %zd", n);
    PyObject *o = weakref_get(self);
    return Py_NewRef(o == NULL ? Py_None : o);
}

static Py_hash_t
ref_hash(PyObject *self)
{
    PyWeakReference *ref = (PyWeakReference *)self;
    if (ref->hash != -1)
        return ref->hash;
    PyObject *o = Py_XNewRef(weakref_get(self));
    if (o == NULL) {
        PyErr_SetString(PyExc_TypeError, "weak object has gone away");
        return -1;
    }
    ref->hash = PyObject_Hash(o);
    Py_DECREF(o);
    return ref->hash;
}

static OWNED PyObject *
ref_repr(PyObject *self)
{
    PyObject *o = Py_XNewRef(weakref_get(self)), *name = NULL, *text;
    if (o == NULL)
        return PyUnicode_FromFormat("<weakref at %p; dead>", self);
    name = object_lookup_special(o, ID(__name__));       /* not through __getattr__: that may fail in any way */
    if (name == NULL && PyErr_Occurred()) {
        Py_DECREF(o);
        return NULL;
    }
    if (name == NULL || !PyUnicode_Check(name))
        text = PyUnicode_FromFormat("<weakref at %p; to '%T' at %p>", self, o, o);
    else
        text = PyUnicode_FromFormat("<weakref at %p; to '%T' at %p (%U)>", self, o, o, name);
    Py_XDECREF(name);
    Py_DECREF(o);
    return text;
}

static OWNED PyObject *
ref_richcompare(PyObject *self, PyObject *other, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyWeakref_Check(self) || !PyWeakref_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *a = weakref_get(self), *b = weakref_get(other);
    if (a == NULL || b == NULL)
        return PyBool_FromLong((self == other) == (op == Py_EQ));
    Py_INCREF(a);
    Py_INCREF(b);
    PyObject *result = PyObject_RichCompare(a, b, op);
    Py_DECREF(a);
    Py_DECREF(b);
    return result;
}

static int
ref_parse(const char *name, PyObject *args, PyObject **o, PyObject **callback)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n < 1 || n > 2) {
        PyErr_Format(PyExc_TypeError, "%s expected at %s %d argument%s, got %zd", name, n < 1 ? "least" : "most",
                     n < 1 ? 1 : 2, n < 1 ? "" : "s", n);
        return -1;
    }
    *o = PyTuple_GET_ITEM(args, 0);
    *callback = n == 2 ? PyTuple_GET_ITEM(args, 1) : NULL;
    return 0;
}

static OWNED PyObject *
ref_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *o, *callback;
    return ref_parse("__new__", args, &o, &callback) < 0 ? NULL : ref_make(type, o, callback);
}

static int
ref_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *o, *callback;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) != 0) {
        PyErr_SetString(PyExc_TypeError, "ref() takes no keyword arguments");
        return -1;
    }
    return ref_parse("__init__", args, &o, &callback);
}

static PyMemberDef ref_members[] = {
    { "__callback__", _Py_T_OBJECT, offsetof(PyWeakReference, wr_callback), Py_READONLY },
    { NULL }
};

static PyMethodDef ref_methods[] = {
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "See PEP 585" },
    { NULL }
};

PyTypeObject _PyWeakref_RefType = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "weakref.ReferenceType",
    .tp_basicsize = sizeof(PyWeakReference),
    .tp_dealloc = ref_dealloc,
    .tp_vectorcall_offset = offsetof(PyWeakReference, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_repr = ref_repr,
    .tp_hash = ref_hash,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_BASETYPE,
    .tp_traverse = ref_traverse,
    .tp_clear = ref_clear,
    .tp_richcompare = ref_richcompare,
    .tp_methods = ref_methods,
    .tp_members = ref_members,
    .tp_init = ref_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = ref_new,
    .tp_free = PyObject_GC_Del,
};

/* ---- for extensions ------------------------------------------------------------------------------------------ */

PyObject **PyObject_GET_WEAKREFS_LISTPTR(PyObject *o) { return object_weaklist(o); }
int PyType_SUPPORTS_WEAKREFS(PyTypeObject *type) { return weakref_supported(type); }
PyAPI_FUNC(void) PyUnstable_Object_ClearWeakRefsNoCallbacks(PyObject *o);
void PyUnstable_Object_ClearWeakRefsNoCallbacks(PyObject *o) { weakref_clear_no_callbacks(o); }
