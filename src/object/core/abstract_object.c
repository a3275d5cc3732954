/* object/core/abstract_object.c: items, length, format, isinstance, iteration of any object. */
#include "object/core/abstract.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/object.h"
#include "object/core/type.h"
#include "rt/singletons.h"

PyAPI_DATA(PyTypeObject) _PyUnion_Type;

PyObject *
abstract_type_error(const char *format, PyObject *obj)
{
    PyErr_Format(PyExc_TypeError, format, Py_TYPE(obj)->tp_name);
    return NULL;
}

PyObject *
abstract_null_error(void)
{
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
    return NULL;
}

PyObject *
PyObject_Type(PyObject *o)
{
    return o == NULL ? abstract_null_error() : Py_NewRef(Py_TYPE(o));
}

Py_ssize_t
PyObject_Size(PyObject *o)
{
    if (o == NULL) {
        abstract_null_error();
        return -1;
    }
    PySequenceMethods *sq = Py_TYPE(o)->tp_as_sequence;
    return sq != NULL && sq->sq_length != NULL ? sq->sq_length(o) : PyMapping_Size(o);
}

#undef PyObject_Length
Py_ssize_t
PyObject_Length(PyObject *o)
{
    return PyObject_Size(o);
}

/* The value of obj.__length_hint__(), -1 with an exception, -2 when there is no answer. */
static Py_ssize_t
ask_length_hint(PyThreadState *ts, PyObject *o)
{
    PyObject *method = object_lookup_special(o, ID(__length_hint__));
    if (method == NULL)
        return ts->current_exception == NULL ? -2 : -1;
    PyObject *result = call_none(ts, method);
    Py_DECREF(method);
    Py_ssize_t n = -1;
    if (result == NULL) {
        if (!err_matches(ts, PyExc_TypeError))
            return -1;
        err_clear(ts);
        return -2;
    }
    if (result == Py_NotImplemented)
        n = -2;
    else if (!PyLong_Check(result))
        err_format(ts, PyExc_TypeError, "__length_hint__ must be an integer, not %.100s", Py_TYPE(result)->tp_name);
    else {
        n = PyLong_AsSsize_t(result);
        if (n < 0 && ts->current_exception == NULL) {
            err_set_string(ts, PyExc_ValueError, "__length_hint__() should return >= 0");
            n = -1;
        }
    }
    Py_DECREF(result);
    return n;
}

Py_ssize_t
PyObject_LengthHint(PyObject *o, Py_ssize_t fallback)
{
    PyThreadState *ts = ts_current();
    PyTypeObject *t = Py_TYPE(o);
    if ((t->tp_as_sequence != NULL && t->tp_as_sequence->sq_length != NULL)
        || (t->tp_as_mapping != NULL && t->tp_as_mapping->mp_length != NULL)) {
        Py_ssize_t n = PyObject_Size(o);
        if (n >= 0)
            return n;
        if (!err_matches(ts, PyExc_TypeError))
            return -1;
        err_clear(ts);
    }
    Py_ssize_t n = ask_length_hint(ts, o);
    return n == -2 ? fallback : n;
}

/* ---- items ---- */

static PyObject *
type_getitem(PyObject *o, PyObject *key)
{
    PyObject *method;
    if (o == (PyObject *)&PyType_Type)
        return Py_GenericAlias(o, key);
    if (PyObject_GetOptionalAttr(o, ID(__class_getitem__), &method) < 0)
        return NULL;
    if (method != NULL && method != Py_None) {
        PyObject *result = PyObject_CallOneArg(method, key);
        Py_DECREF(method);
        return result;
    }
    Py_XDECREF(method);
    PyErr_Format(PyExc_TypeError, "type '%.200s' is not subscriptable", ((PyTypeObject *)o)->tp_name);
    return NULL;
}

PyObject *
PyObject_GetItem(PyObject *o, PyObject *key)
{
    if (o == NULL || key == NULL)
        return abstract_null_error();
    PyTypeObject *t = Py_TYPE(o);
    if (t->tp_as_mapping != NULL && t->tp_as_mapping->mp_subscript != NULL)
        return t->tp_as_mapping->mp_subscript(o, key);
    if (t->tp_as_sequence != NULL && t->tp_as_sequence->sq_item != NULL) {
        if (!PyIndex_Check(key))
            return abstract_type_error("sequence index must be integer, not '%.200s'", key);
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        return i == -1 && PyErr_Occurred() ? NULL : PySequence_GetItem(o, i);
    }
    if (PyType_Check(o))
        return type_getitem(o, key);
    return abstract_type_error("'%.200s' object is not subscriptable", o);
}

/* o[key] = value, or del o[key] for NULL, through the sequence slots or not at all. */
static int
sequence_ass_item(PyObject *o, PyObject *key, PyObject *value)
{
    PySequenceMethods *sq = Py_TYPE(o)->tp_as_sequence;
    if (sq != NULL) {
        if (PyIndex_Check(key)) {
            Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
            if (i == -1 && PyErr_Occurred())
                return -1;
            return value == NULL ? PySequence_DelItem(o, i) : PySequence_SetItem(o, i, value);
        }
        if (sq->sq_ass_item != NULL) {
            abstract_type_error("sequence index must be integer, not '%.200s'", key);
            return -1;
        }
    }
    abstract_type_error(value == NULL ? "'%.200s' object does not support item deletion"
                                      : "'%.200s' object does not support item assignment", o);
    return -1;
}

int
PyObject_SetItem(PyObject *o, PyObject *key, PyObject *value)
{
    if (o == NULL || key == NULL || value == NULL) {
        abstract_null_error();
        return -1;
    }
    PyMappingMethods *mp = Py_TYPE(o)->tp_as_mapping;
    if (mp != NULL && mp->mp_ass_subscript != NULL)
        return mp->mp_ass_subscript(o, key, value);
    return sequence_ass_item(o, key, value);
}

int
PyObject_DelItem(PyObject *o, PyObject *key)
{
    if (o == NULL || key == NULL) {
        abstract_null_error();
        return -1;
    }
    PyMappingMethods *mp = Py_TYPE(o)->tp_as_mapping;
    if (mp != NULL && mp->mp_ass_subscript != NULL)
        return mp->mp_ass_subscript(o, key, NULL);
    return sequence_ass_item(o, key, NULL);
}

int
PyObject_DelItemString(PyObject *o, const char *key)
{
    if (o == NULL || key == NULL) {
        abstract_null_error();
        return -1;
    }
    PyObject *name = PyUnicode_FromString(key);
    if (name == NULL)
        return -1;
    int rc = PyObject_DelItem(o, name);
    Py_DECREF(name);
    return rc;
}

/* ---- format ---- */

PyObject *
PyObject_Format(PyObject *o, PyObject *spec)
{
    PyThreadState *ts = ts_current();
    if (spec != NULL && !PyUnicode_Check(spec)) {
        err_format(ts, PyExc_SystemError, "Format specifier must be a string, not %.200s", Py_TYPE(spec)->tp_name);
        return NULL;
    }
    if (spec == NULL || PyUnicode_GET_LENGTH(spec) == 0) {
        if (PyUnicode_CheckExact(o))
            return Py_NewRef(o);
        if (PyLong_CheckExact(o))
            return PyObject_Str(o);
    }
    PyObject *method = object_lookup_special(o, ID(__format__));
    if (method == NULL) {
        if (ts->current_exception == NULL)
            err_format(ts, PyExc_TypeError, "Type %.100s doesn't define __format__", Py_TYPE(o)->tp_name);
        return NULL;
    }
    PyObject *result = call_one(ts, method, spec == NULL ? EMPTY_STR : spec);
    Py_DECREF(method);
    if (result != NULL && !PyUnicode_Check(result)) {
        err_format(ts, PyExc_TypeError, "__format__ must return a str, not %.200s", Py_TYPE(result)->tp_name);
        Py_CLEAR(result);
    }
    return result;
}

/* ---- isinstance, issubclass ---- */

/* cls.__bases__ if it is a tuple, else NULL, perhaps with an exception. */
static PyObject *
bases_of(PyObject *cls)
{
    PyObject *bases;
    if (PyObject_GetOptionalAttr(cls, ID(__bases__), &bases) > 0 && !PyTuple_Check(bases))
        Py_CLEAR(bases);
    return bases;
}

static int
derives_from(PyObject *derived, PyObject *cls)
{
    PyObject *bases = NULL;
    int rc = 0;
    for (;;) {
        if (derived == cls) {
            rc = 1;
            break;
        }
        Py_XSETREF(bases, bases_of(derived));     /* derived is kept alive by the old bases up to here */
        if (bases == NULL)
            return PyErr_Occurred() ? -1 : 0;
        if (PyTuple_GET_SIZE(bases) != 1)
            break;
        derived = PyTuple_GET_ITEM(bases, 0);
    }
    if (rc == 0 && PyTuple_GET_SIZE(bases) > 1) {
        if (Py_EnterRecursiveCall(" in __issubclass__"))
            rc = -1;
        else {
            for (Py_ssize_t i = 0; rc == 0 && i < PyTuple_GET_SIZE(bases); i++)
                rc = derives_from(PyTuple_GET_ITEM(bases, i), cls);
            Py_LeaveRecursiveCall();
        }
    }
    Py_XDECREF(bases);
    return rc;
}

static int
check_class(PyObject *cls, const char *message)
{
    PyObject *bases = bases_of(cls);
    if (bases != NULL) {
        Py_DECREF(bases);
        return 0;
    }
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, message);
    return -1;
}

/* inst.__class__ is what every object has: its type. */
static inline bool
has_plain_class(PyObject *inst)
{
    PyTypeObject *t = Py_TYPE(inst);
    return t->tp_getattro == PyObject_GenericGetAttr && type_lookup(t, ID(__class__)) == type_lookup(&PyBaseObject_Type, ID(__class__));
}

int
object_real_isinstance(PyObject *inst, PyObject *cls)
{
    PyObject *icls;
    int rc = 0;
    if (PyType_Check(cls)) {
        if (PyObject_TypeCheck(inst, (PyTypeObject *)cls))
            return 1;
        if (has_plain_class(inst))
            return 0;
        rc = PyObject_GetOptionalAttr(inst, ID(__class__), &icls);
        if (icls != NULL) {
            rc = icls != (PyObject *)Py_TYPE(inst) && PyType_Check(icls)
                && PyType_IsSubtype((PyTypeObject *)icls, (PyTypeObject *)cls);
            Py_DECREF(icls);
        }
        return rc;
    }
    if (check_class(cls, "isinstance() arg 2 must be a type, a tuple of types, or a union") < 0)
        return -1;
    rc = PyObject_GetOptionalAttr(inst, ID(__class__), &icls);
    if (icls != NULL) {
        rc = derives_from(icls, cls);
        Py_DECREF(icls);
    }
    return rc;
}

int
object_real_issubclass(PyObject *derived, PyObject *cls)
{
    if (PyType_Check(cls) && PyType_Check(derived))
        return PyType_IsSubtype((PyTypeObject *)derived, (PyTypeObject *)cls);
    if (check_class(derived, "issubclass() arg 1 must be a class") < 0)
        return -1;
    if (!Py_IS_TYPE(cls, &_PyUnion_Type)
        && check_class(cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union") < 0)
        return -1;
    return derives_from(derived, cls);
}

typedef int (*class_test)(PyThreadState *ts, PyObject *a, PyObject *cls);

/* test(a, member) for any member of the tuple. */
static int
any_class(PyThreadState *ts, PyObject *a, PyObject *classes, class_test test, const char *where)
{
    if (recursion_enter(ts, where))
        return -1;
    int rc = 0;
    for (Py_ssize_t i = 0; rc == 0 && i < PyTuple_GET_SIZE(classes); i++)
        rc = test(ts, a, PyTuple_GET_ITEM(classes, i));
    recursion_leave(ts);
    return rc;
}

/* Asks the metaclass method `name`; -2 when there is none. */
static int
ask_metaclass(PyThreadState *ts, PyObject *cls, PyObject *name, PyObject *arg, const char *where)
{
    PyObject *method = object_lookup_special(cls, name);
    if (method == NULL)
        return ts->current_exception == NULL ? -2 : -1;
    if (recursion_enter(ts, where)) {
        Py_DECREF(method);
        return -1;
    }
    PyObject *answer = call_one(ts, method, arg);
    recursion_leave(ts);
    Py_DECREF(method);
    int rc = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return rc;
}

/* The members of a union as a tuple, else the class itself; new reference. */
static PyObject *
union_members(PyObject *cls)
{
    return Py_IS_TYPE(cls, &_PyUnion_Type) ? PyObject_GetAttr(cls, ID(__args__)) : Py_NewRef(cls);
}

static int
is_instance(PyThreadState *ts, PyObject *inst, PyObject *cls)
{
    if (Py_IS_TYPE(inst, (PyTypeObject *)cls))
        return 1;
    if (PyType_CheckExact(cls))
        return object_real_isinstance(inst, cls);
    cls = union_members(cls);
    if (cls == NULL)
        return -1;
    int rc;
    if (PyTuple_Check(cls))
        rc = any_class(ts, inst, cls, is_instance, " in __instancecheck__");
    else {
        rc = ask_metaclass(ts, cls, ID(__instancecheck__), inst, " in __instancecheck__");
        if (rc == -2)
            rc = object_real_isinstance(inst, cls);
    }
    Py_DECREF(cls);
    return rc;
}

static int
is_subclass(PyThreadState *ts, PyObject *derived, PyObject *cls)
{
    if (PyType_CheckExact(cls))
        return derived == cls ? 1 : object_real_issubclass(derived, cls);
    cls = union_members(cls);
    if (cls == NULL)
        return -1;
    int rc;
    if (PyTuple_Check(cls))
        rc = any_class(ts, derived, cls, is_subclass, " in __subclasscheck__");
    else {
        rc = ask_metaclass(ts, cls, ID(__subclasscheck__), derived, " in __subclasscheck__");
        if (rc == -2)
            rc = object_real_issubclass(derived, cls);
    }
    Py_DECREF(cls);
    return rc;
}

int PyObject_IsInstance(PyObject *inst, PyObject *cls) { return is_instance(ts_current(), inst, cls); }
int PyObject_IsSubclass(PyObject *derived, PyObject *cls) { return is_subclass(ts_current(), derived, cls); }

PyAPI_FUNC(int) _PyObject_RealIsInstance(PyObject *inst, PyObject *cls);
PyAPI_FUNC(int) _PyObject_RealIsSubclass(PyObject *derived, PyObject *cls);
int _PyObject_RealIsInstance(PyObject *inst, PyObject *cls) { return object_real_isinstance(inst, cls); }
int _PyObject_RealIsSubclass(PyObject *derived, PyObject *cls) { return object_real_issubclass(derived, cls); }

/* ---- iteration ---- */

int
(PyIter_Check)(PyObject *o)
{
    iternextfunc next = Py_TYPE(o)->tp_iternext;
    return next != NULL && next != _PyObject_NextNotImplemented;
}

int
(PyAIter_Check)(PyObject *o)
{
    PyAsyncMethods *am = Py_TYPE(o)->tp_as_async;
    return am != NULL && am->am_anext != NULL && am->am_anext != _PyObject_NextNotImplemented;
}

PyObject *
PyObject_GetIter(PyObject *o)
{
    getiterfunc f = Py_TYPE(o)->tp_iter;
    if (f == NULL) {
        if (PySequence_Check(o))
            return PySeqIter_New(o);
        return abstract_type_error("'%.200s' object is not iterable", o);
    }
    PyObject *it = f(o);
    if (it != NULL && !PyIter_Check(it)) {
        abstract_type_error("iter() returned non-iterator of type '%.100s'", it);
        Py_CLEAR(it);
    }
    return it;
}

PyObject *
PyObject_GetAIter(PyObject *o)
{
    PyAsyncMethods *am = Py_TYPE(o)->tp_as_async;
    if (am == NULL || am->am_aiter == NULL)
        return abstract_type_error("'%.200s' object is not an async iterable", o);
    PyObject *it = am->am_aiter(o);
    if (it != NULL && !PyAIter_Check(it)) {
        abstract_type_error("aiter() returned not an async iterator of type '%.100s'", it);
        Py_CLEAR(it);
    }
    return it;
}

/* No item: StopIteration is no error. */
static __attribute__((noinline)) PyObject *
iter_ended(PyThreadState *ts)
{
    if (ts->current_exception != NULL && err_matches(ts, PyExc_StopIteration))
        err_clear(ts);
    return NULL;
}

OWNED PyObject *
iter_next(PyObject *it)
{
    PyObject *item = recursion_next(it);
    return LIKELY(item != NULL) ? item : iter_ended(ts_current());
}

PyObject *PyIter_Next(PyObject *it) { return iter_next(it); }

PySendResult
PyIter_Send(PyObject *it, PyObject *arg, PyObject **result)
{
    PyThreadState *ts = ts_current();
    PyAsyncMethods *am = Py_TYPE(it)->tp_as_async;
    if (am != NULL && am->am_send != NULL)
        return am->am_send(it, arg, result);
    if (arg == Py_None && PyIter_Check(it))
        *result = recursion_next(it);
    else {
        PyObject *args[2] = { it, arg };
        *result = PyObject_VectorcallMethod(ID(send), args, 2, NULL);
    }
    if (*result != NULL)
        return PYGEN_NEXT;
    return err_take_stop_iteration(ts, result) == 0 ? PYGEN_RETURN : PYGEN_ERROR;
}
