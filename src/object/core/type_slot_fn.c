/* object/core/type_slot_fn.c: Python methods as C slots.
 *
 * A class that defines __len__ gets slot_sq_length in its slots, which looks the method up on the type and calls it.
 * Which of these functions a class needs is decided in type_slots.c. */
#include "object/core/type_slot_fn.h"

#include <stddef.h>

#include "rt/singletons.h"
#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/descr.h"
#include "object/core/type_impl.h"

/* ---- calling the method ---- */

static inline PyObject *
call0(PyObject *self, PyObject *name)
{
    return object_call_special(self, name, NULL, 0);
}

static inline PyObject *
call1(PyObject *self, PyObject *name, PyObject *a)
{
    return object_call_special(self, name, &a, 1);
}

static inline PyObject *
call2(PyObject *self, PyObject *name, PyObject *a, PyObject *b)
{
    PyObject *args[] = { a, b };
    return object_call_special(self, name, args, 2);
}

/* Call a method found by object_lookup_method(); takes its reference. */
static PyObject *
call_found(PyObject *method, int unbound, PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    PyObject *stack[6] = { NULL, self };
    for (Py_ssize_t i = 0; i < n; i++)
        stack[2 + i] = args[i];
    PyThreadState *ts = ts_current();
    PyObject *out = unbound ? call_vector(ts, method, stack + 1, (size_t)(n + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL)
                            : call_vector(ts, method, stack + 2, (size_t)n | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_DECREF(method);
    return out;
}

/* As call1, but NotImplemented when the method is absent. */
static PyObject *
call1_maybe(PyObject *self, PyObject *name, PyObject *a)
{
    int unbound;
    PyObject *method = object_lookup_method(self, name, &unbound);
    if (method == NULL)
        return PyErr_Occurred() ? NULL : Py_NotImplemented;
    return call_found(method, unbound, self, &a, 1);
}

static int
discard(PyObject *result)
{
    if (result == NULL)
        return -1;
    Py_DECREF(result);
    return 0;
}

/* ---- binary operators ---- */

/* right's class has another method `name` than left's: 1, 0, -1. */
static int
is_overloaded(PyObject *left, PyObject *right, PyObject *name)
{
    PyObject *a, *b;
    if (PyObject_GetOptionalAttr((PyObject *)Py_TYPE(right), name, &a) < 0)
        return -1;
    if (a == NULL)
        return 0;
    if (PyObject_GetOptionalAttr((PyObject *)Py_TYPE(left), name, &b) < 0) {
        Py_DECREF(a);
        return -1;
    }
    int differs = 1;
    if (b != NULL)
        differs = PyObject_RichCompareBool(a, b, Py_NE);
    Py_DECREF(a);
    Py_XDECREF(b);
    return differs;
}

static bool
has_number_slot(PyObject *o, size_t offset, void *function)
{
    PyNumberMethods *nb = Py_TYPE(o)->tp_as_number;
    return nb != NULL && *(void **)((char *)nb + offset) == function;
}

/* The slot may be called for the left or the right operand: whoever's type uses it is asked, a subclass that
 * overrides the reflected method first. */
static PyObject *
slot_binary(PyObject *self, PyObject *other, size_t offset, void *function, PyObject *name, PyObject *rname)
{
    bool try_other = Py_TYPE(self) != Py_TYPE(other) && has_number_slot(other, offset, function);
    if (has_number_slot(self, offset, function)) {
        if (try_other && PyType_IsSubtype(Py_TYPE(other), Py_TYPE(self))) {
            int overloaded = is_overloaded(self, other, rname);
            if (overloaded < 0)
                return NULL;
            if (overloaded) {
                PyObject *out = call1_maybe(other, rname, self);
                if (out != Py_NotImplemented)
                    return out;
                try_other = false;
            }
        }
        PyObject *out = call1_maybe(self, name, other);
        if (out != Py_NotImplemented || Py_TYPE(other) == Py_TYPE(self))
            return out;
    }
    return try_other ? call1_maybe(other, rname, self) : Py_NotImplemented;
}

#define BINARY(slot, name, rname) \
    PyObject *slot_##slot(PyObject *self, PyObject *other) \
    { \
        return slot_binary(self, other, offsetof(PyNumberMethods, slot), slot_##slot, ID(name), ID(rname)); \
    }
BINARY(nb_add, __add__, __radd__)
BINARY(nb_subtract, __sub__, __rsub__)
BINARY(nb_multiply, __mul__, __rmul__)
BINARY(nb_matrix_multiply, __matmul__, __rmatmul__)
BINARY(nb_remainder, __mod__, __rmod__)
BINARY(nb_divmod, __divmod__, __rdivmod__)
BINARY(nb_lshift, __lshift__, __rlshift__)
BINARY(nb_rshift, __rshift__, __rrshift__)
BINARY(nb_and, __and__, __rand__)
BINARY(nb_xor, __xor__, __rxor__)
BINARY(nb_or, __or__, __ror__)
BINARY(nb_floor_divide, __floordiv__, __rfloordiv__)
BINARY(nb_true_divide, __truediv__, __rtruediv__)

PyObject *
slot_nb_power(PyObject *self, PyObject *other, PyObject *modulus)
{
    if (modulus == Py_None)
        return slot_binary(self, other, offsetof(PyNumberMethods, nb_power), slot_nb_power, ID(__pow__), ID(__rpow__));
    /* With a modulus there is no reflected form; the slot may still be called for the second operand's sake. */
    if (has_number_slot(self, offsetof(PyNumberMethods, nb_power), slot_nb_power))
        return call2(self, ID(__pow__), other, modulus);
    return Py_NotImplemented;
}

#define INPLACE(slot, name) \
    PyObject *slot_##slot(PyObject *self, PyObject *other) { return call1(self, ID(name), other); }
INPLACE(nb_inplace_add, __iadd__)
INPLACE(nb_inplace_subtract, __isub__)
INPLACE(nb_inplace_multiply, __imul__)
INPLACE(nb_inplace_matrix_multiply, __imatmul__)
INPLACE(nb_inplace_remainder, __imod__)
INPLACE(nb_inplace_lshift, __ilshift__)
INPLACE(nb_inplace_rshift, __irshift__)
INPLACE(nb_inplace_and, __iand__)
INPLACE(nb_inplace_xor, __ixor__)
INPLACE(nb_inplace_or, __ior__)
INPLACE(nb_inplace_floor_divide, __ifloordiv__)
INPLACE(nb_inplace_true_divide, __itruediv__)

PyObject *
slot_nb_inplace_power(PyObject *self, PyObject *other, PyObject *modulus)
{
    return call1(self, ID(__ipow__), other);
}

/* ---- unary operators and conversions ---- */

#define UNARY(slot, name) \
    PyObject *slot_##slot(PyObject *self) { return call0(self, ID(name)); }
UNARY(nb_negative, __neg__)
UNARY(nb_positive, __pos__)
UNARY(nb_absolute, __abs__)
UNARY(nb_invert, __invert__)
UNARY(nb_int, __int__)
UNARY(nb_float, __float__)
UNARY(nb_index, __index__)
UNARY(tp_str, __str__)
UNARY(tp_iternext, __next__)

int
slot_nb_bool(PyObject *self)
{
    int unbound;
    bool by_length = false;
    PyObject *method = object_lookup_method(self, ID(__bool__), &unbound);
    if (method == NULL) {
        if (PyErr_Occurred())
            return -1;
        method = object_lookup_method(self, ID(__len__), &unbound);
        if (method == NULL)
            return PyErr_Occurred() ? -1 : 1;
        by_length = true;
    }
    PyObject *value = call_found(method, unbound, self, NULL, 0);
    if (value == NULL)
        return -1;
    int truth = -1;
    if (by_length || PyBool_Check(value))
        truth = PyObject_IsTrue(value);
    else
        PyErr_Format(PyExc_TypeError, "__bool__ should return bool, returned %s", Py_TYPE(value)->tp_name);
    Py_DECREF(value);
    return truth;
}

/* ---- sequence and mapping ---- */

Py_ssize_t
slot_sq_length(PyObject *self)
{
    PyObject *res = call0(self, ID(__len__));
    if (res == NULL)
        return -1;
    Py_SETREF(res, _PyNumber_Index(res));
    if (res == NULL)
        return -1;
    Py_ssize_t n = -1;
    if (_PyLong_Sign(res) < 0)
        PyErr_SetString(PyExc_ValueError, "__len__() should return >= 0");
    else
        n = PyNumber_AsSsize_t(res, PyExc_OverflowError);
    Py_DECREF(res);
    return n;
}

PyObject *
slot_sq_item(PyObject *self, Py_ssize_t i)
{
    PyObject *index = PyLong_FromSsize_t(i);
    if (index == NULL)
        return NULL;
    PyObject *out = call1(self, ID(__getitem__), index);
    Py_DECREF(index);
    return out;
}

int
slot_sq_ass_item(PyObject *self, Py_ssize_t i, PyObject *value)
{
    PyObject *index = PyLong_FromSsize_t(i);
    if (index == NULL)
        return -1;
    int err = slot_mp_ass_subscript(self, index, value);
    Py_DECREF(index);
    return err;
}

int
slot_sq_contains(PyObject *self, PyObject *value)
{
    int unbound;
    PyObject *method = object_lookup_method(self, ID(__contains__), &unbound);
    if (method == Py_None) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not a container", Py_TYPE(self)->tp_name);
        return -1;
    }
    if (method == NULL)
        return PyErr_Occurred() ? -1 : (int)sequence_iter_search(self, value, SEARCH_CONTAINS);
    PyObject *res = call_found(method, unbound, self, &value, 1);
    if (res == NULL)
        return -1;
    int truth = PyObject_IsTrue(res);
    Py_DECREF(res);
    return truth;
}

PyObject *slot_mp_subscript(PyObject *self, PyObject *key) { return call1(self, ID(__getitem__), key); }

int
slot_mp_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    return discard(value == NULL ? call1(self, ID(__delitem__), key) : call2(self, ID(__setitem__), key, value));
}

/* ---- async ---- */

static PyObject *
slot_async(PyObject *self, PyObject *name)
{
    int unbound;
    PyObject *method = object_lookup_method(self, name, &unbound);
    if (method != NULL)
        return call_found(method, unbound, self, NULL, 0);
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_AttributeError, "object %.50s does not have %U method", Py_TYPE(self)->tp_name, name);
    return NULL;
}
PyObject *slot_am_await(PyObject *self) { return slot_async(self, ID(__await__)); }
PyObject *slot_am_aiter(PyObject *self) { return slot_async(self, ID(__aiter__)); }
PyObject *slot_am_anext(PyObject *self) { return slot_async(self, ID(__anext__)); }

/* ---- text, hash, call, comparison, iteration ---- */

PyObject *
slot_tp_repr(PyObject *self)
{
    int unbound;
    PyObject *method = object_lookup_method(self, ID(__repr__), &unbound);
    if (method != NULL)
        return call_found(method, unbound, self, NULL, 0);
    PyErr_Clear();
    return PyUnicode_FromFormat("<%s object at %p>", Py_TYPE(self)->tp_name, self);
}

Py_hash_t
slot_tp_hash(PyObject *self)
{
    int unbound;
    PyObject *method = object_lookup_method(self, ID(__hash__), &unbound);
    if (method == NULL || method == Py_None)
        return PyErr_Occurred() ? -1 : PyObject_HashNotImplemented(self);
    PyObject *res = call_found(method, unbound, self, NULL, 0);
    if (res == NULL)
        return -1;
    if (!PyLong_Check(res)) {
        PyErr_SetString(PyExc_TypeError, "__hash__ method should return an integer");
        Py_DECREF(res);
        return -1;
    }
    /* A value that fits is taken as it is: hash(x) of a class that returns hash(y) must be hash(y). */
    Py_ssize_t h = PyLong_AsSsize_t(res);
    if (h == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        h = PyLong_Type.tp_hash(res);
    }
    Py_DECREF(res);
    return h == -1 ? -2 : h;
}

PyObject *
slot_tp_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    int unbound;
    PyObject *method = object_lookup_method(self, ID(__call__), &unbound);
    if (method == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_AttributeError, ID(__call__));
        return NULL;
    }
    PyThreadState *ts = ts_current();
    PyObject *out = unbound ? call_prepend(ts, method, self, args, kwds) : call_tuple(ts, method, args, kwds);
    Py_DECREF(method);
    return out;
}

PyObject *
slot_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    PyObject *const names[] = { ID(__lt__), ID(__le__), ID(__eq__), ID(__ne__), ID(__gt__), ID(__ge__) };
    int unbound;
    PyObject *method = object_lookup_method(self, names[op], &unbound);
    if (method == NULL) {
        PyErr_Clear();
        return Py_NotImplemented;
    }
    return call_found(method, unbound, self, &other, 1);
}

PyObject *
slot_tp_iter(PyObject *self)
{
    int unbound;
    PyObject *method = object_lookup_method(self, ID(__iter__), &unbound);
    if (method != NULL && method != Py_None)
        return call_found(method, unbound, self, NULL, 0);
    if (method == NULL) {
        PyErr_Clear();
        PyObject *getitem = object_lookup_method(self, ID(__getitem__), &unbound);
        if (getitem != NULL) {
            Py_DECREF(getitem);
            return PySeqIter_New(self);
        }
    }
    PyErr_Format(PyExc_TypeError, "'%.200s' object is not iterable", Py_TYPE(self)->tp_name);
    return NULL;
}

/* ---- attributes ---- */

PyObject *slot_tp_getattro(PyObject *self, PyObject *name) { return call1(self, ID(__getattribute__), name); }

/* Call `attr`, found on self's type, as a method with one argument. */
static PyObject *
call_attribute(PyObject *self, PyObject *attr, PyObject *name)
{
    PyObject *args[3] = { NULL, self, name };
    PyThreadState *ts = ts_current();
    if (Py_TYPE(attr)->tp_flags & Py_TPFLAGS_METHOD_DESCRIPTOR)
        return call_vector(ts, attr, args + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    PyObject *bound = Py_NewRef(attr);
    descrgetfunc get = Py_TYPE(attr)->tp_descr_get;
    if (get != NULL)
        Py_SETREF(bound, get(attr, self, (PyObject *)Py_TYPE(self)));
    if (bound == NULL)
        return NULL;
    PyObject *out = call_one(ts, bound, name);
    Py_DECREF(bound);
    return out;
}

/* For classes with __getattr__: the ordinary lookup without making its AttributeError, then __getattr__. */
PyObject *
slot_tp_getattr_hook(PyObject *self, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(self);
    PyObject *getattr = Py_XNewRef(type_lookup(t, ID(__getattr__)));
    if (getattr == NULL) {
        t->tp_getattro = slot_tp_getattro;           /* somebody deleted __getattr__ */
        return slot_tp_getattro(self, name);
    }
    PyObject *out, *getattribute = Py_XNewRef(type_lookup(t, ID(__getattribute__)));
    if (getattribute == NULL
        || (Py_IS_TYPE(getattribute, &PyWrapperDescr_Type)
            && ((PyWrapperDescrObject *)getattribute)->d_wrapped == (void *)PyObject_GenericGetAttr)) {
        out = _PyObject_GenericGetAttrWithDict(self, name, NULL, 1);
        if (out == NULL && !PyErr_Occurred())
            out = call_attribute(self, getattr, name);
    } else {
        out = call_attribute(self, getattribute, name);
        if (out == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
            out = call_attribute(self, getattr, name);
        }
    }
    Py_XDECREF(getattribute);
    Py_DECREF(getattr);
    return out;
}

int
slot_tp_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    return discard(value == NULL ? call1(self, ID(__delattr__), name) : call2(self, ID(__setattr__), name, value));
}

PyObject *
slot_tp_descr_get(PyObject *self, PyObject *obj, PyObject *type)
{
    PyTypeObject *t = Py_TYPE(self);
    PyObject *get = Py_XNewRef(type_lookup(t, ID(__get__)));
    if (get == NULL) {
        if (t->tp_descr_get == slot_tp_descr_get)    /* spare the next lookup */
            t->tp_descr_get = NULL;
        return Py_NewRef(self);
    }
    PyObject *args[4] = { NULL, self, obj != NULL ? obj : Py_None, type != NULL ? type : Py_None };
    PyObject *out = call_vector(ts_current(), get, args + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_DECREF(get);
    return out;
}

int
slot_tp_descr_set(PyObject *self, PyObject *target, PyObject *value)
{
    return discard(value == NULL ? call1(self, ID(__delete__), target) : call2(self, ID(__set__), target, value));
}

/* ---- life ---- */

int
slot_tp_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    int unbound;
    PyObject *method = object_lookup_method(self, ID(__init__), &unbound);
    if (method == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_AttributeError, ID(__init__));
        return -1;
    }
    PyThreadState *ts = ts_current();
    PyObject *res = unbound ? call_prepend(ts, method, self, args, kwds) : call_tuple(ts, method, args, kwds);
    Py_DECREF(method);
    if (res == NULL)
        return -1;
    if (res != Py_None) {
        PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'", Py_TYPE(res)->tp_name);
        Py_DECREF(res);
        return -1;
    }
    return 0;
}

PyObject *
slot_tp_new(PyTypeObject *t, PyObject *args, PyObject *kwds)
{
    PyObject *new = PyObject_GetAttr((PyObject *)t, ID(__new__));
    if (new == NULL)
        return NULL;
    PyObject *out = call_prepend(ts_current(), new, (PyObject *)t, args, kwds);
    Py_DECREF(new);
    return out;
}

void
slot_tp_finalize(PyObject *self)
{
    PyObject *pending = PyErr_GetRaisedException();
    int unbound;
    PyObject *del = object_lookup_method(self, ID(__del__), &unbound);
    if (del != NULL) {
        Py_INCREF(del);
        PyObject *res = call_found(del, unbound, self, NULL, 0);
        if (res == NULL)
            PyErr_WriteUnraisable(del);
        else
            Py_DECREF(res);
        Py_DECREF(del);
    }
    PyErr_SetRaisedException(pending);
}

/* ---- buffer ---- */

/* What a memoryview of an object with a Python __buffer__ holds: the object and the memoryview it returned, so that
 * __release_buffer__ gets the same one. */
struct buffer_wrapper {
    PyObject ob_base;
    PyObject *mv;
    PyObject *obj;
};

static int
buffer_wrapper_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((struct buffer_wrapper *)self)->mv);
    Py_VISIT(((struct buffer_wrapper *)self)->obj);
    return 0;
}

static void
buffer_wrapper_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((struct buffer_wrapper *)self)->mv);
    Py_XDECREF(((struct buffer_wrapper *)self)->obj);
    Py_TYPE(self)->tp_free(self);
}

static void release_by_python(PyObject *self, Py_buffer *view);

static void
buffer_wrapper_release(PyObject *self, Py_buffer *view)
{
    struct buffer_wrapper *w = (struct buffer_wrapper *)self;
    if (w->mv == NULL || w->obj == NULL)             /* released already */
        return;
    PyObject *mv = w->mv, *obj = w->obj;
    Py_TYPE(mv)->tp_as_buffer->bf_releasebuffer(mv, view);
    /* A C release function runs when the memoryview itself is released; only a Python one is called from here. */
    if (((PyMemoryViewObject *)mv)->view.obj != obj && Py_TYPE(obj)->tp_as_buffer != NULL
        && Py_TYPE(obj)->tp_as_buffer->bf_releasebuffer == slot_bf_releasebuffer)
        release_by_python(obj, view);
    Py_CLEAR(w->mv);
    Py_CLEAR(w->obj);
}

static PyBufferProcs buffer_wrapper_procs = { .bf_releasebuffer = buffer_wrapper_release };

PyTypeObject buffer_wrapper_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "_buffer_wrapper",
    .tp_basicsize = sizeof(struct buffer_wrapper),
    .tp_dealloc = buffer_wrapper_dealloc,
    .tp_as_buffer = &buffer_wrapper_procs,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = buffer_wrapper_traverse,
    .tp_alloc = PyType_GenericAlloc,
    .tp_free = PyObject_GC_Del,
};

int
slot_bf_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
    struct buffer_wrapper *w;
    PyObject *arg = PyLong_FromLong(flags);
    PyObject *mv = arg == NULL ? NULL : call1(self, ID(__buffer__), arg);
    Py_XDECREF(arg);
    if (mv == NULL)
        goto fail;
    if (!PyMemoryView_Check(mv)) {
        PyErr_Format(PyExc_TypeError, "__buffer__ returned non-memoryview object");
        goto fail;
    }
    if (PyObject_GetBuffer(mv, view, flags) < 0)
        goto fail;
    w = (struct buffer_wrapper *)type_alloc_untracked(&buffer_wrapper_type, 0);
    if (w == NULL) {
        PyBuffer_Release(view);
        goto fail;
    }
    w->mv = mv;
    w->obj = Py_NewRef(self);
    PyObject_GC_Track(w);
    Py_DECREF(view->obj);                            /* the wrapper keeps the memoryview */
    view->obj = (PyObject *)w;
    return 0;
fail:
    Py_XDECREF(mv);
    view->obj = NULL;
    return -1;
}

/* Call self.__release_buffer__(memoryview). Errors have nowhere to go: they are unraisable. */
static void
release_by_python(PyObject *self, Py_buffer *view)
{
    PyObject *pending = PyErr_GetRaisedException(), *mv;
    bool ours = view->obj != NULL && Py_IS_TYPE(view->obj, &buffer_wrapper_type);
    if (ours) {
        mv = Py_XNewRef(((struct buffer_wrapper *)view->obj)->mv);
    } else {
        /* A C exporter's buffer: show it, but let nobody keep the memory. */
        mv = PyMemoryView_FromBuffer(view);
        if (mv == NULL)
            PyErr_WriteUnraisable(self);
        else
            ((PyMemoryViewObject *)mv)->flags |= _Py_MEMORYVIEW_RESTRICTED;
    }
    if (mv != NULL) {
        PyObject *res = call1(self, ID(__release_buffer__), mv);
        if (res == NULL)
            PyErr_WriteUnraisable(self);
        Py_XDECREF(res);
        if (!ours) {
            res = PyObject_CallMethodNoArgs(mv, ID(release));
            if (res == NULL)
                PyErr_WriteUnraisable(self);
            Py_XDECREF(res);
        }
        Py_DECREF(mv);
    }
    PyErr_SetRaisedException(pending);
}

void
slot_bf_releasebuffer(PyObject *self, Py_buffer *view)
{
    release_by_python(self, view);
    /* Then the C function that a base has, if any. */
    PyObject *mro = Py_TYPE(self)->tp_mro;
    if (mro == NULL)
        return;
    for (Py_ssize_t i = 1, n = PyTuple_GET_SIZE(mro); i < n; i++) {
        PyBufferProcs *procs = ((PyTypeObject *)PyTuple_GET_ITEM(mro, i))->tp_as_buffer;
        if (procs != NULL && procs->bf_releasebuffer != NULL && procs->bf_releasebuffer != slot_bf_releasebuffer) {
            procs->bf_releasebuffer(self, view);
            return;
        }
    }
}
