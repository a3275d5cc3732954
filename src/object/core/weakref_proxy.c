/* object/core/weakref_proxy.c: weakref.proxy: every operation unwraps its operands and is done on the referents.
 * The referent is held by a real reference while the operation runs. */
#include "object/core/weakref.h"

#include "rt/gc_track.h"
#include "rt/singletons.h"
#include "object/core/err.h"

static bool
is_proxy(PyObject *o)
{
    return Py_IS_TYPE(o, &_PyWeakref_ProxyType) || Py_IS_TYPE(o, &_PyWeakref_CallableProxyType);
}

/* New reference to what o stands for (o itself unless it is a proxy); NULL with ReferenceError when dead. */
static OWNED PyObject *
unwrap(PyObject *o)
{
    if (!is_proxy(o))
        return Py_NewRef(o);
    PyObject *referent = weakref_get(o);
    if (referent == NULL)
        PyErr_SetString(PyExc_ReferenceError, "weakly-referenced object no longer exists");
    return Py_XNewRef(referent);
}

static OWNED PyObject *
on_one(PyObject *a, unaryfunc f)
{
    a = unwrap(a);
    if (a == NULL)
        return NULL;
    PyObject *result = f(a);
    Py_DECREF(a);
    return result;
}

static OWNED PyObject *
on_two(PyObject *a, PyObject *b, binaryfunc f)
{
    PyObject *result = NULL;
    a = unwrap(a);
    b = a == NULL ? NULL : unwrap(b);
    if (b != NULL)
        result = f(a, b);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static OWNED PyObject *
on_three(PyObject *a, PyObject *b, PyObject *c, ternaryfunc f)
{
    PyObject *result = NULL;
    a = unwrap(a);
    b = a == NULL ? NULL : unwrap(b);
    c = b == NULL || c == NULL ? NULL : unwrap(c);
    if (b != NULL && !PyErr_Occurred())
        result = f(a, b, c);
    Py_XDECREF(a);
    Py_XDECREF(b);
    Py_XDECREF(c);
    return result;
}

#define UNARY(name, f) static PyObject *proxy_##name(PyObject *a) { return on_one(a, f); }
#define BINARY(name, f) static PyObject *proxy_##name(PyObject *a, PyObject *b) { return on_two(a, b, f); }
#define TERNARY(name, f) static PyObject *proxy_##name(PyObject *a, PyObject *b, PyObject *c) { return on_three(a, b, c, f); }

UNARY(str, PyObject_Str)
BINARY(getattr, PyObject_GetAttr)
TERNARY(call, PyObject_Call)
BINARY(add, PyNumber_Add)
BINARY(sub, PyNumber_Subtract)
BINARY(mul, PyNumber_Multiply)
BINARY(floor_div, PyNumber_FloorDivide)
BINARY(true_div, PyNumber_TrueDivide)
BINARY(mod, PyNumber_Remainder)
BINARY(divmod, PyNumber_Divmod)
TERNARY(pow, PyNumber_Power)
UNARY(neg, PyNumber_Negative)
UNARY(pos, PyNumber_Positive)
UNARY(abs, PyNumber_Absolute)
UNARY(invert, PyNumber_Invert)
BINARY(lshift, PyNumber_Lshift)
BINARY(rshift, PyNumber_Rshift)
BINARY(and, PyNumber_And)
BINARY(xor, PyNumber_Xor)
BINARY(or, PyNumber_Or)
UNARY(int, PyNumber_Long)
UNARY(float, PyNumber_Float)
BINARY(iadd, PyNumber_InPlaceAdd)
BINARY(isub, PyNumber_InPlaceSubtract)
BINARY(imul, PyNumber_InPlaceMultiply)
BINARY(ifloor_div, PyNumber_InPlaceFloorDivide)
BINARY(itrue_div, PyNumber_InPlaceTrueDivide)
BINARY(imod, PyNumber_InPlaceRemainder)
TERNARY(ipow, PyNumber_InPlacePower)
BINARY(ilshift, PyNumber_InPlaceLshift)
BINARY(irshift, PyNumber_InPlaceRshift)
BINARY(iand, PyNumber_InPlaceAnd)
BINARY(ixor, PyNumber_InPlaceXor)
BINARY(ior, PyNumber_InPlaceOr)
UNARY(index, PyNumber_Index)
BINARY(matmul, PyNumber_MatrixMultiply)
BINARY(imatmul, PyNumber_InPlaceMatrixMultiply)
BINARY(getitem, PyObject_GetItem)
UNARY(iter, PyObject_GetIter)

static PyObject *
proxy_repr(PyObject *self)
{
    PyObject *o = Py_XNewRef(weakref_get(self));
    if (o == NULL)
        return PyUnicode_FromFormat("<weakproxy at %p; dead>", self);
    PyObject *text = PyUnicode_FromFormat("<weakproxy at %p; to '%T' at %p>", self, o, o);
    Py_DECREF(o);
    return text;
}

static int
proxy_setattr(PyObject *self, PyObject *name, PyObject *value)
{
    PyObject *o = unwrap(self);
    if (o == NULL)
        return -1;
    int rc = PyObject_SetAttr(o, name, value);
    Py_DECREF(o);
    return rc;
}

static PyObject *
proxy_richcompare(PyObject *a, PyObject *b, int op)
{
    PyObject *result = NULL;
    a = unwrap(a);
    b = a == NULL ? NULL : unwrap(b);
    if (b != NULL)
        result = PyObject_RichCompare(a, b, op);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static int
proxy_bool(PyObject *self)
{
    PyObject *o = unwrap(self);
    if (o == NULL)
        return -1;
    int rc = PyObject_IsTrue(o);
    Py_DECREF(o);
    return rc;
}

static Py_ssize_t
proxy_length(PyObject *self)
{
    PyObject *o = unwrap(self);
    if (o == NULL)
        return -1;
    Py_ssize_t n = PyObject_Length(o);
    Py_DECREF(o);
    return n;
}

static int
proxy_contains(PyObject *self, PyObject *value)
{
    PyObject *o = unwrap(self);
    if (o == NULL)
        return -1;
    int rc = PySequence_Contains(o, value);
    Py_DECREF(o);
    return rc;
}

static int
proxy_setitem(PyObject *self, PyObject *key, PyObject *value)
{
    PyObject *o = unwrap(self);
    if (o == NULL)
        return -1;
    int rc = value == NULL ? PyObject_DelItem(o, key) : PyObject_SetItem(o, key, value);
    Py_DECREF(o);
    return rc;
}

static PyObject *
proxy_iternext(PyObject *self)
{
    PyObject *o = unwrap(self), *item = NULL;
    if (o == NULL)
        return NULL;
    if (PyIter_Check(o))
        item = PyIter_Next(o);
    else
        PyErr_Format(PyExc_TypeError, "Weakref proxy referenced a non-iterator '%.200s' object", Py_TYPE(o)->tp_name);
    Py_DECREF(o);
    return item;
}

static OWNED PyObject *
call_named(PyObject *self, PyObject *name)
{
    PyObject *o = unwrap(self);
    if (o == NULL)
        return NULL;
    PyObject *result = PyObject_CallMethodNoArgs(o, name);
    Py_DECREF(o);
    return result;
}

static PyObject *proxy_bytes(PyObject *self, PyObject *unused) { return call_named(self, ID(__bytes__)); }
static PyObject *proxy_reversed(PyObject *self, PyObject *unused) { return call_named(self, ID(__reversed__)); }

static int
proxy_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((PyWeakReference *)self)->wr_callback);
    return 0;
}

static int
proxy_clear(PyObject *self)
{
    weakref_detach((PyWeakReference *)self);
    Py_CLEAR(((PyWeakReference *)self)->wr_callback);
    return 0;
}

static void
proxy_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    proxy_clear(self);
    PyObject_GC_Del(self);
}

static PyMethodDef proxy_methods[] = {
    { "__bytes__", proxy_bytes, METH_NOARGS, NULL },
    { "__reversed__", proxy_reversed, METH_NOARGS, NULL },
    { NULL }
};

static PyNumberMethods proxy_as_number = {
    .nb_add = proxy_add, .nb_subtract = proxy_sub, .nb_multiply = proxy_mul, .nb_remainder = proxy_mod,
    .nb_divmod = proxy_divmod, .nb_power = proxy_pow, .nb_negative = proxy_neg, .nb_positive = proxy_pos,
    .nb_absolute = proxy_abs, .nb_bool = proxy_bool, .nb_invert = proxy_invert, .nb_lshift = proxy_lshift,
    .nb_rshift = proxy_rshift, .nb_and = proxy_and, .nb_xor = proxy_xor, .nb_or = proxy_or, .nb_int = proxy_int,
    .nb_float = proxy_float, .nb_inplace_add = proxy_iadd, .nb_inplace_subtract = proxy_isub,
    .nb_inplace_multiply = proxy_imul, .nb_inplace_remainder = proxy_imod, .nb_inplace_power = proxy_ipow,
    .nb_inplace_lshift = proxy_ilshift, .nb_inplace_rshift = proxy_irshift, .nb_inplace_and = proxy_iand,
    .nb_inplace_xor = proxy_ixor, .nb_inplace_or = proxy_ior, .nb_floor_divide = proxy_floor_div,
    .nb_true_divide = proxy_true_div, .nb_inplace_floor_divide = proxy_ifloor_div,
    .nb_inplace_true_divide = proxy_itrue_div, .nb_index = proxy_index, .nb_matrix_multiply = proxy_matmul,
    .nb_inplace_matrix_multiply = proxy_imatmul,
};

static PySequenceMethods proxy_as_sequence = { .sq_length = proxy_length, .sq_contains = proxy_contains };
static PyMappingMethods proxy_as_mapping = {
    .mp_length = proxy_length, .mp_subscript = proxy_getitem, .mp_ass_subscript = proxy_setitem,
};

#define PROXY_SLOTS(name) \
    PyVarObject_HEAD_INIT(&PyType_Type, 0) \
    .tp_name = name, \
    .tp_basicsize = sizeof(PyWeakReference), \
    .tp_dealloc = proxy_dealloc, \
    .tp_repr = proxy_repr, \
    .tp_as_number = &proxy_as_number, \
    .tp_as_sequence = &proxy_as_sequence, \
    .tp_as_mapping = &proxy_as_mapping, \
    .tp_hash = PyObject_HashNotImplemented, \
    .tp_str = proxy_str, \
    .tp_getattro = proxy_getattr, \
    .tp_setattro = proxy_setattr, \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION, \
    .tp_traverse = proxy_traverse, \
    .tp_clear = proxy_clear, \
    .tp_richcompare = proxy_richcompare, \
    .tp_iter = proxy_iter, \
    .tp_iternext = proxy_iternext

PyTypeObject _PyWeakref_ProxyType = {
    PROXY_SLOTS("weakref.ProxyType"),
    .tp_methods = proxy_methods,
};

PyTypeObject _PyWeakref_CallableProxyType = {
    PROXY_SLOTS("weakref.CallableProxyType"),
    .tp_call = proxy_call,
};
