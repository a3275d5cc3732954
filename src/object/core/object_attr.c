/* object/core/object_attr.c: reading and writing attributes.
 *
 * The order of the default lookup: data descriptor of the type, instance attribute, other descriptor of the type,
 * plain attribute of the type. Instance attributes lie in inline values, in a managed dict, or in a dict found by
 * tp_dictoffset; object/coll/dict_values.h knows the first two. */
#include "object/core/object.h"

#include "rt/hooks.h"
#include "rt/singletons.h"
#include "rt/thread.h"
#include "object/core/err.h"
#include "object/core/module.h"
#include "object/core/type.h"
#include "object/core/type_impl.h"
#include "object/coll/dict_values.h"
#include "object/text/str.h"

static int
check_name(PyObject *name)
{
    if (LIKELY(PyUnicode_Check(name)))
        return 0;
    PyErr_Format(PyExc_TypeError, "attribute name must be string, not '%.200s'", Py_TYPE(name)->tp_name);
    return -1;
}

/* Clear a pending AttributeError; false when something else is pending. */
static bool
clear_attribute_error(void)
{
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return false;
    PyErr_Clear();
    return true;
}

void
object_set_attribute_error_context(PyObject *obj, PyObject *name)
{
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return;
    PyObject *exc = PyErr_GetRaisedException();
    if (PyErr_GivenExceptionMatches(exc, PyExc_AttributeError)) {
        PyAttributeErrorObject *e = (PyAttributeErrorObject *)exc;
        if (e->name == NULL && e->obj == NULL) {
            if (PyObject_SetAttr(exc, ID(name), name) < 0 || PyObject_SetAttr(exc, ID(obj), obj) < 0) {
                Py_DECREF(exc);
                return;
            }
        }
    }
    PyErr_SetRaisedException(exc);
}

static void
raise_no_attribute(PyObject *obj, PyObject *name)
{
    PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'", Py_TYPE(obj)->tp_name, name);
    object_set_attribute_error_context(obj, name);
}

/* ---- where the dict is ---- */

PyObject **
object_dict_slot(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    Py_ssize_t offset = t->tp_dictoffset;
    if (offset == 0 || (t->tp_flags & Py_TPFLAGS_MANAGED_DICT))
        return NULL;
    if (offset < 0) {
        Py_ssize_t n = Py_SIZE(op);
        size_t size = (size_t)t->tp_basicsize + (size_t)(n < 0 ? -n : n) * (size_t)t->tp_itemsize;
        offset += (Py_ssize_t)((size + sizeof(void *) - 1) & ~(sizeof(void *) - 1));
    }
    return (PyObject **)((char *)op + offset);
}

PyObject **
_PyObject_GetDictPtr(PyObject *op)
{
    if ((Py_TYPE(op)->tp_flags & Py_TPFLAGS_MANAGED_DICT) == 0)
        return object_dict_slot(op);
    if (*object_managed_dict(op) == NULL && (Py_TYPE(op)->tp_flags & Py_TPFLAGS_INLINE_VALUES)
        && instance_dict(op) == NULL) {
        PyErr_Clear();
        return NULL;
    }
    return object_managed_dict(op);
}

PyObject *
object_get_dict(PyObject *op)
{
    if (Py_TYPE(op)->tp_flags & Py_TPFLAGS_MANAGED_DICT)
        return Py_XNewRef(instance_dict(op));
    PyObject **slot = object_dict_slot(op);
    if (slot == NULL) {
        PyErr_SetString(PyExc_AttributeError, "This object has no __dict__");
        return NULL;
    }
    if (*slot == NULL)
        *slot = PyDict_New();
    return Py_XNewRef(*slot);
}

PyObject *PyObject_GenericGetDict(PyObject *op, void *context) { return object_get_dict(op); }

int
PyObject_GenericSetDict(PyObject *op, PyObject *value, void *context)
{
    bool managed = (Py_TYPE(op)->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0;
    PyObject **slot = managed ? NULL : object_dict_slot(op);
    if (!managed && slot == NULL) {
        PyErr_SetString(PyExc_AttributeError, "This object has no __dict__");
        return -1;
    }
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete __dict__");
        return -1;
    }
    if (!PyDict_Check(value)) {
        PyErr_Format(PyExc_TypeError, "__dict__ must be set to a dictionary, not a '%.200s'", Py_TYPE(value)->tp_name);
        return -1;
    }
    if (managed)
        return instance_set_dict(op, value);
    Py_XSETREF(*slot, Py_NewRef(value));
    return 0;
}

PyObject **
object_weaklist(PyObject *op)
{
    if (PyType_Check(op))
        return type_weaklist((PyTypeObject *)op);
    PyTypeObject *t = Py_TYPE(op);
    if (t->tp_flags & Py_TPFLAGS_MANAGED_WEAKREF)
        return object_managed_weaklist(op);
    return t->tp_weaklistoffset > 0 ? (PyObject **)((char *)op + t->tp_weaklistoffset) : NULL;
}

/* The instance's own attribute: 1 with a new reference, 0 with NULL, -1 with an exception. */
static int
instance_lookup(PyObject *obj, PyObject *name, PyObject **out)
{
    *out = NULL;
    bool managed = Py_TYPE(obj)->tp_flags & Py_TPFLAGS_MANAGED_DICT;
    if (managed && LIKELY(PyUnicode_CheckExact(name)))
        return instance_get(obj, name, out);
    PyObject *made = managed ? instance_dict(obj) : NULL, **slot = managed ? &made : object_dict_slot(obj);     /* a subclass of str may hash and compare as it likes */
    if (slot == NULL || *slot == NULL)
        return managed ? -1 : 0;
    PyObject *dict = Py_NewRef(*slot);
    int found = PyDict_GetItemRef(dict, name, out);
    Py_DECREF(dict);
    return found;
}

/* ---- generic get ---- */

/* A type that nobody has made ready yet: 0 or -1. */
static inline int
make_ready(PyTypeObject *t)
{
    return UNLIKELY((t->tp_flags & Py_TPFLAGS_READY) == 0) && type_dict(t) == NULL ? PyType_Ready(t) : 0;
}

/* Has the object inline values that hold its attributes? Then looking there for an exact str runs no code. */
static inline bool
has_inline_attributes(PyObject *obj, PyTypeObject *t)
{
    return (t->tp_flags & Py_TPFLAGS_INLINE_VALUES) != 0 && inline_values(obj)->valid;
}

/* Its attribute, borrowed, or NULL. */
static inline PyObject *
inline_attribute(PyObject *obj, PyTypeObject *t, PyObject *name)
{
    PyDictValues *v = inline_values(obj);
    Py_ssize_t ix = keys_find_str(type_shared_keys(t), name, dict_str_hash(name));
    return ix < 0 || ix >= v->capacity ? NULL : v->values[ix];
}

/* Bind what the type has, for which the reference is taken over; NULL with an exception, or without when `suppress`
 * hides an AttributeError. */
static PyObject *
bind(descrgetfunc get, PyObject *descr, PyObject *obj, int suppress)
{
    PyObject *out = get(descr, obj, (PyObject *)Py_TYPE(obj));
    Py_DECREF(descr);
    if (out == NULL && suppress)
        (void)clear_attribute_error();
    return out;
}

/* The instance has no such attribute: what its type has (taken over) counts, if anything. */
static PyObject *
get_of_type(PyObject *obj, PyObject *name, PyObject *descr, descrgetfunc get, int suppress)
{
    if (get != NULL)
        return bind(get, descr, obj, suppress);
    if (descr == NULL && !suppress)
        raise_no_attribute(obj, name);
    return descr;
}

static inline PyObject *
generic_get(PyObject *obj, PyObject *name, PyObject *dict, int suppress)
{
    PyTypeObject *t = Py_TYPE(obj);
    if (check_name(name) < 0 || make_ready(t) < 0)
        return NULL;
    PyObject *descr = type_lookup_inline(t, name), *out = NULL;
    descrgetfunc get = descr == NULL ? NULL : Py_TYPE(descr)->tp_descr_get;
    if (get != NULL && Py_TYPE(descr)->tp_descr_set != NULL)
        return bind(get, Py_NewRef(descr), obj, suppress);
    if (dict == NULL && has_inline_attributes(obj, t) && LIKELY(PyUnicode_CheckExact(name))) {
        if ((out = inline_attribute(obj, t, name)) != NULL)
            return Py_NewRef(out);
        return get_of_type(obj, name, Py_XNewRef(descr), get, suppress);
    }
    int found;
    Py_INCREF(name);                         /* comparing keys may run code */
    Py_XINCREF(descr);
    if (dict != NULL) {
        Py_INCREF(dict);
        found = PyDict_GetItemRef(dict, name, &out);
        Py_DECREF(dict);
    } else {
        found = instance_lookup(obj, name, &out);
    }
    if (found == 0)
        out = get_of_type(obj, name, descr, get, suppress);
    else {
        Py_XDECREF(descr);
        if (found < 0 && suppress)
            (void)clear_attribute_error();
    }
    Py_DECREF(name);
    return out;
}

PyObject *
_PyObject_GenericGetAttrWithDict(PyObject *obj, PyObject *name, PyObject *dict, int suppress)
{
    return generic_get(obj, name, dict, suppress);
}

PyObject *PyObject_GenericGetAttr(PyObject *obj, PyObject *name) { return generic_get(obj, name, NULL, 0); }

/* ---- generic set ---- */

static void
raise_cannot_set(PyObject *obj, PyObject *name, PyObject *descr)
{
    const char *tname = Py_TYPE(obj)->tp_name;
    if (descr != NULL)
        PyErr_Format(PyExc_AttributeError, "'%.100s' object attribute '%U' is read-only", tname, name);
    else if (Py_TYPE(obj)->tp_setattro == PyObject_GenericSetAttr)
        PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U' and no __dict__ for setting new attributes",
                     tname, name);
    else
        PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'", tname, name);
    if (descr == NULL)
        object_set_attribute_error_context(obj, name);
}

/* Store into the instance's own attributes; *has_place is false when it has no place for them. */
static int
instance_store(PyObject *obj, PyObject *name, PyObject *value, bool *has_place)
{
    *has_place = true;
    bool managed = Py_TYPE(obj)->tp_flags & Py_TPFLAGS_MANAGED_DICT;
    if (managed && LIKELY(PyUnicode_CheckExact(name)))
        return instance_set(obj, name, value);
    PyObject *made = managed ? instance_dict(obj) : NULL, **slot = managed ? &made : object_dict_slot(obj);
    if (slot == NULL) {
        *has_place = false;
        return -1;
    }
    if (managed && made == NULL)
        return -1;
    if (*slot == NULL && (*slot = PyDict_New()) == NULL)
        return -1;
    PyObject *dict = Py_NewRef(*slot);
    int err = value == NULL ? PyDict_DelItem(dict, name) : PyDict_SetItem(dict, name, value);
    Py_DECREF(dict);
    return err;
}

/* KeyError of a missing dict entry becomes AttributeError. */
static void
convert_key_error(PyObject *obj, PyObject *name)
{
    if (!PyErr_ExceptionMatches(PyExc_KeyError))
        return;
    if (PyType_Check(obj))
        PyErr_Format(PyExc_AttributeError, "type object '%.50s' has no attribute '%U'",
                     ((PyTypeObject *)obj)->tp_name, name);
    else
        PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'", Py_TYPE(obj)->tp_name, name);
    object_set_attribute_error_context(obj, name);
}

int
_PyObject_GenericSetAttrWithDict(PyObject *obj, PyObject *name, PyObject *value, PyObject *dict)
{
    PyTypeObject *t = Py_TYPE(obj);
    if (check_name(name) < 0 || make_ready(t) < 0)
        return -1;
    int err = -1;
    bool has_place = true;
    Py_INCREF(name);
    Py_INCREF(t);
    PyObject *descr = Py_XNewRef(type_lookup_inline(t, name));
    if (descr != NULL && Py_TYPE(descr)->tp_descr_set != NULL) {
        err = Py_TYPE(descr)->tp_descr_set(descr, obj, value);
        goto done;
    }
    if (dict != NULL) {
        Py_INCREF(dict);
        err = value == NULL ? PyDict_DelItem(dict, name) : PyDict_SetItem(dict, name, value);
        Py_DECREF(dict);
    } else {
        err = instance_store(obj, name, value, &has_place);
    }
    if (!has_place)
        raise_cannot_set(obj, name, descr);
    else if (err < 0)
        convert_key_error(obj, name);
done:
    Py_XDECREF(descr);
    Py_DECREF(t);
    Py_DECREF(name);
    return err;
}

int
PyObject_GenericSetAttr(PyObject *obj, PyObject *name, PyObject *value)
{
    /* The common case: an attribute of the instance, which the type does not stand in the way of. */
    PyTypeObject *t = Py_TYPE(obj);
    if (value != NULL && PyUnicode_CheckExact(name) && has_inline_attributes(obj, t)) {
        PyObject *descr = type_lookup_inline(t, name);
        if (descr == NULL || Py_TYPE(descr)->tp_descr_set == NULL)
            return instance_set(obj, name, value);
    }
    return _PyObject_GenericSetAttrWithDict(obj, name, value, NULL);
}

/* ---- get ---- */

/* Through an old char * slot. */
static PyObject *
getattr_by_chars(PyObject *v, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    return text == NULL ? NULL : Py_TYPE(v)->tp_getattr(v, (char *)text);
}

PyObject *
PyObject_GetAttr(PyObject *v, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(v);
    if (check_name(name) < 0)
        return NULL;
    PyObject *out = NULL;
    if (t->tp_getattro == PyObject_GenericGetAttr)
        out = generic_get(v, name, NULL, 0);
    else if (LIKELY(t->tp_getattro != NULL))
        out = t->tp_getattro(v, name);
    else if (t->tp_getattr != NULL)
        out = getattr_by_chars(v, name);
    else
        PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'", t->tp_name, name);
    if (out == NULL)
        object_set_attribute_error_context(v, name);
    return out;
}

PyObject *
PyObject_GetAttrString(PyObject *v, const char *name)
{
    if (Py_TYPE(v)->tp_getattr != NULL)
        return Py_TYPE(v)->tp_getattr(v, (char *)name);
    PyObject *s = str_for_lookup(name);
    if (s == NULL)
        return NULL;
    PyObject *out = PyObject_GetAttr(v, s);
    Py_DECREF(s);
    return out;
}

PyObject *
_PyObject_GetAttrId(PyObject *v, _Py_Identifier *id)
{
    PyObject *s = PyUnicode_InternFromString(id->string);
    if (s == NULL)
        return NULL;
    PyObject *out = PyObject_GetAttr(v, s);
    Py_DECREF(s);
    return out;
}

int
PyObject_GetOptionalAttr(PyObject *v, PyObject *name, PyObject **result)
{
    PyTypeObject *t = Py_TYPE(v);
    *result = NULL;
    if (check_name(name) < 0)
        return -1;
    /* The three common slots can leave the AttributeError unmade. */
    if (t->tp_getattro == PyObject_GenericGetAttr) {
        *result = _PyObject_GenericGetAttrWithDict(v, name, NULL, 1);
    } else if (t->tp_getattro == type_getattro) {
        bool missing = false;
        *result = type_getattro_suppress((PyTypeObject *)v, name, &missing);
        if (missing)
            return 0;
    } else if (t->tp_getattro == module_getattro_slot) {
        *result = module_getattro((PyModuleObject *)v, name, 1);
    } else {
        if (t->tp_getattro == NULL && t->tp_getattr == NULL)
            return 0;
        *result = t->tp_getattro != NULL ? t->tp_getattro(v, name) : getattr_by_chars(v, name);
        if (*result == NULL)                 /* no exception: a failure, too */
            return clear_attribute_error() ? 0 : -1;
    }
    if (*result != NULL)
        return 1;
    if (!PyErr_Occurred())
        return 0;
    return clear_attribute_error() ? 0 : -1;
}

int
PyObject_GetOptionalAttrString(PyObject *v, const char *name, PyObject **result)
{
    *result = NULL;
    if (Py_TYPE(v)->tp_getattr != NULL) {
        *result = Py_TYPE(v)->tp_getattr(v, (char *)name);
        if (*result != NULL)
            return 1;
        return clear_attribute_error() ? 0 : -1;
    }
    PyObject *s = str_for_lookup(name);
    if (s == NULL)
        return -1;
    int found = PyObject_GetOptionalAttr(v, s, result);
    Py_DECREF(s);
    return found;
}

int
PyObject_HasAttrWithError(PyObject *v, PyObject *name)
{
    PyObject *out;
    int found = PyObject_GetOptionalAttr(v, name, &out);
    Py_XDECREF(out);
    return found;
}

int
PyObject_HasAttrStringWithError(PyObject *v, const char *name)
{
    PyObject *out;
    int found = PyObject_GetOptionalAttrString(v, name, &out);
    Py_XDECREF(out);
    return found;
}

int
PyObject_HasAttr(PyObject *v, PyObject *name)
{
    int found = PyObject_HasAttrWithError(v, name);
    if (found >= 0)
        return found;
    PyErr_FormatUnraisable("Exception ignored in PyObject_HasAttr(); consider using PyObject_HasAttrWithError(), "
                           "PyObject_GetOptionalAttr() or PyObject_GetAttr()");
    return 0;
}

int
PyObject_HasAttrString(PyObject *v, const char *name)
{
    int found = PyObject_HasAttrStringWithError(v, name);
    if (found >= 0)
        return found;
    PyErr_FormatUnraisable("Exception ignored in PyObject_HasAttrString(); consider using "
                           "PyObject_HasAttrStringWithError(), PyObject_GetOptionalAttrString() or "
                           "PyObject_GetAttrString()");
    return 0;
}

/* ---- set ---- */

int
PyObject_SetAttr(PyObject *v, PyObject *name, PyObject *value)
{
    PyTypeObject *t = Py_TYPE(v);
    if (check_name(name) < 0)
        return -1;
    int err = -1;
    Py_INCREF(name);
    if (UNLIKELY(!PyUnicode_CHECK_INTERNED(name)))
        str_intern_mortal(&name);
    if (t->tp_setattro != NULL) {
        err = t->tp_setattro(v, name, value);
    } else if (t->tp_setattr != NULL) {
        const char *text = PyUnicode_AsUTF8(name);
        if (text != NULL)
            err = t->tp_setattr(v, (char *)text, value);
    } else {
        bool readable = t->tp_getattr != NULL || t->tp_getattro != NULL;
        PyErr_Format(PyExc_TypeError, "'%.100s' object has %s attributes (%s .%U)", t->tp_name,
                     readable ? "only read-only" : "no", value == NULL ? "del" : "assign to", name);
    }
    Py_DECREF(name);
    return err;
}

int
PyObject_SetAttrString(PyObject *v, const char *name, PyObject *value)
{
    if (Py_TYPE(v)->tp_setattr != NULL)
        return Py_TYPE(v)->tp_setattr(v, (char *)name, value);
    PyObject *s = PyUnicode_InternFromString(name);
    if (s == NULL)
        return -1;
    int err = PyObject_SetAttr(v, s, value);
    Py_DECREF(s);
    return err;
}

int PyObject_DelAttr(PyObject *v, PyObject *name) { return PyObject_SetAttr(v, name, NULL); }
int PyObject_DelAttrString(PyObject *v, const char *name) { return PyObject_SetAttrString(v, name, NULL); }

PyObject *
_PyObject_NextNotImplemented(PyObject *self)
{
    PyErr_Format(PyExc_TypeError, "'%.200s' object is not iterable", Py_TYPE(self)->tp_name);
    return NULL;
}

PyObject *PyObject_SelfIter(PyObject *op) { return Py_NewRef(op); }

/* ---- method lookup without a bound method ---- */

int
_PyObject_GetMethod(PyObject *obj, PyObject *name, PyObject **method)
{
    PyTypeObject *t = Py_TYPE(obj);
    *method = NULL;
    if (t->tp_getattro != PyObject_GenericGetAttr || !PyUnicode_Check(name)) {
        *method = PyObject_GetAttr(obj, name);
        return 0;
    }
    if (make_ready(t) < 0)
        return 0;
    PyObject *descr = Py_XNewRef(type_lookup_inline(t, name)), *own;
    descrgetfunc get = NULL;
    bool unbound = false;
    int found;
    if (descr != NULL) {
        if (Py_TYPE(descr)->tp_flags & Py_TPFLAGS_METHOD_DESCRIPTOR) {
            unbound = true;
        } else {
            get = Py_TYPE(descr)->tp_descr_get;
            if (get != NULL && Py_TYPE(descr)->tp_descr_set != NULL) {
                *method = get(descr, obj, (PyObject *)t);
                Py_DECREF(descr);
                return 0;
            }
        }
    }
    if (has_inline_attributes(obj, t) && LIKELY(PyUnicode_CheckExact(name)))
        found = (own = Py_XNewRef(inline_attribute(obj, t, name))) != NULL;
    else
        found = instance_lookup(obj, name, &own);
    if (found != 0) {
        *method = own;                   /* NULL with the exception when the lookup failed */
        Py_XDECREF(descr);
        return 0;
    }
    if (unbound || (descr != NULL && get == NULL)) {
        *method = descr;
        return unbound;
    }
    if (get != NULL) {
        *method = get(descr, obj, (PyObject *)t);
        Py_DECREF(descr);
        return 0;
    }
    raise_no_attribute(obj, name);
    return 0;
}

/* ---- dir() ---- */

PyObject *
PyObject_Dir(PyObject *obj)
{
    PyObject *names;
    if (obj == NULL) {
        if (rt_hooks.frame_locals == NULL) {
            PyErr_SetString(PyExc_SystemError, "frame does not exist");
            return NULL;
        }
        PyObject *locals = rt_hooks.frame_locals(ts_current());
        if (locals == NULL)
            return NULL;
        names = PyMapping_Keys(locals);
        Py_DECREF(locals);
        if (names != NULL && !PyList_Check(names)) {
            PyErr_Format(PyExc_TypeError, "dir(): expected keys() of locals to be a list, not '%.200s'",
                         Py_TYPE(names)->tp_name);
            Py_CLEAR(names);
        }
    } else {
        PyObject *dir = object_lookup_special(obj, ID(__dir__));
        if (dir == NULL) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_TypeError, "object does not provide __dir__");
            return NULL;
        }
        PyObject *result = PyObject_CallNoArgs(dir);
        Py_DECREF(dir);
        if (result == NULL)
            return NULL;
        names = PySequence_List(result);
        Py_DECREF(result);
    }
    if (names != NULL && PyList_Sort(names) < 0)
        Py_CLEAR(names);
    return names;
}
