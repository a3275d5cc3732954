/* object/core/type_attr.c: attributes of types, read, written, and as properties.
 *
 * A type is looked up in itself (along its MRO) and in its metatype: data descriptor of the metatype, own attribute
 * (bound with None as instance), other attribute of the metatype. */
#include "object/core/type_impl.h"

#include <string.h>

#include "rt/singletons.h"
#include "object/core/descr.h"
#include "object/core/object.h"
#include "object/text/str.h"

/* ---- get and set ---- */

PyObject *
type_getattro_suppress(PyTypeObject *t, PyObject *name, bool *missing)
{
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "attribute name must be string, not '%.200s'", Py_TYPE(name)->tp_name);
        return NULL;
    }
    if (!type_is_ready(t) && PyType_Ready(t) < 0)
        return NULL;
    PyTypeObject *meta = Py_TYPE(t);
    PyObject *out = NULL, *own, *meta_attr = Py_XNewRef(type_lookup(meta, name));
    descrgetfunc meta_get = NULL;
    if (meta_attr != NULL) {
        meta_get = Py_TYPE(meta_attr)->tp_descr_get;
        if (meta_get != NULL && Py_TYPE(meta_attr)->tp_descr_set != NULL) {
            out = meta_get(meta_attr, (PyObject *)t, (PyObject *)meta);
            Py_DECREF(meta_attr);
            return out;
        }
    }
    own = Py_XNewRef(type_lookup(t, name));
    if (own != NULL) {
        descrgetfunc get = Py_TYPE(own)->tp_descr_get;
        Py_XDECREF(meta_attr);
        if (get == NULL)
            return own;
        out = get(own, NULL, (PyObject *)t);
        Py_DECREF(own);
        return out;
    }
    if (meta_get != NULL) {
        out = meta_get(meta_attr, (PyObject *)t, (PyObject *)meta);
        Py_DECREF(meta_attr);
        return out;
    }
    if (meta_attr != NULL)
        return meta_attr;
    if (missing != NULL)
        *missing = true;
    else
        PyErr_Format(PyExc_AttributeError, "type object '%.100s' has no attribute '%U'", t->tp_name, name);
    return NULL;
}

PyObject *
type_getattro(PyObject *self, PyObject *name)
{
    return type_getattro_suppress((PyTypeObject *)self, name, NULL);
}

int
type_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (type_has(t, Py_TPFLAGS_IMMUTABLETYPE)) {
        PyErr_Format(PyExc_TypeError, "cannot set %R attribute of immutable type '%s'", name, t->tp_name);
        return -1;
    }
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "attribute name must be string, not '%.200s'", Py_TYPE(name)->tp_name);
        return -1;
    }
    /* Names in type dicts are exact and interned: slots are found by address. */
    name = PyUnicode_CheckExact(name) ? Py_NewRef(name) : str_exact(name);
    if (name == NULL)
        return -1;
    str_intern_mortal(&name);
    /* The old value lives until caches know of the new one: its destructor may look the name up. */
    PyObject *old = Py_XNewRef(t->tp_dict == NULL ? NULL : PyDict_GetItemWithError(t->tp_dict, name));
    int err = _PyObject_GenericSetAttrWithDict(self, name, value, NULL);
    if (err == 0) {
        type_modified_attr(t, name);
        if (type_is_dunder(name))
            err = type_update_slot(t, name);
    }
    Py_XDECREF(old);
    Py_DECREF(name);
    return err;
}

/* ---- properties ---- */

int
type_check_set_special(PyTypeObject *t, PyObject *value, const char *name)
{
    if (type_has(t, Py_TPFLAGS_IMMUTABLETYPE)) {
        PyErr_Format(PyExc_TypeError, "cannot set '%s' attribute of immutable type '%s'", name, t->tp_name);
        return 0;
    }
    if (value == NULL) {
        PyErr_Format(PyExc_TypeError, "cannot delete '%s' attribute of immutable type '%s'", name, t->tp_name);
        return 0;
    }
    return object_audit_write((PyObject *)t, name, value) == 0;
}

static PyObject *get_name(PyObject *t, void *closure) { return PyType_GetName((PyTypeObject *)t); }
static PyObject *get_qualname(PyObject *t, void *closure) { return type_get_qualname((PyTypeObject *)t); }

static int
set_name(PyObject *self, PyObject *value, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_check_set_special(t, value, "__name__"))
        return -1;
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "can only assign string to %s.__name__, not '%s'", t->tp_name,
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    Py_ssize_t n;
    const char *text = PyUnicode_AsUTF8AndSize(value, &n);
    if (text == NULL)
        return -1;
    if (strlen(text) != (size_t)n) {
        PyErr_Format(PyExc_ValueError, "type name must not contain null characters");
        return -1;
    }
    t->tp_name = text;
    Py_SETREF(type_heap(t)->ht_name, Py_NewRef(value));
    return 0;
}

static int
set_qualname(PyObject *self, PyObject *value, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_check_set_special(t, value, "__qualname__"))
        return -1;
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "can only assign string to %s.__qualname__, not '%s'", t->tp_name,
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    Py_SETREF(type_heap(t)->ht_qualname, Py_NewRef(value));
    return 0;
}

static PyObject *
get_module(PyObject *self, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    return type_get_module(t);
}

static int
set_module(PyObject *self, PyObject *value, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_check_set_special(t, value, "__module__"))
        return -1;
    PyType_Modified(t);
    PyObject *dict = type_dict(t);
    if (PyDict_Pop(dict, ID(__firstlineno__), NULL) < 0)
        return -1;
    return PyDict_SetItem(dict, ID(__module__), value);
}

static PyObject *get_bases(PyObject *t, void *closure) { return Py_NewRef(((PyTypeObject *)t)->tp_bases); }
static int set_bases(PyObject *t, PyObject *v, void *closure) { return type_set_bases((PyTypeObject *)t, v, closure); }

static PyObject *
get_mro(PyObject *t, void *closure)
{
    PyObject *mro = ((PyTypeObject *)t)->tp_mro;
    return mro == NULL ? Py_None : Py_NewRef(mro);
}

static PyObject *
get_dict(PyObject *t, void *closure)
{
    PyObject *dict = type_dict((PyTypeObject *)t);
    return dict == NULL ? Py_None : PyDictProxy_New(dict);
}

static PyObject *
get_abstractmethods(PyObject *self, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    PyObject *out = NULL;
    /* type has this very descriptor in its dict; it is not abstract. */
    if (t != &PyType_Type && PyDict_GetItemRef(type_dict(t), ID(__abstractmethods__), &out) < 0)
        return NULL;
    if (out == NULL)
        PyErr_SetObject(PyExc_AttributeError, ID(__abstractmethods__));
    return out;
}

static int
set_abstractmethods(PyObject *self, PyObject *value, void *closure)
{
    /* Only abc should be setting this; it tells C code through the flag. */
    PyTypeObject *t = (PyTypeObject *)self;
    int abstract = 0, err;
    if (value != NULL) {
        abstract = PyObject_IsTrue(value);
        if (abstract < 0)
            return -1;
        err = PyDict_SetItem(type_dict(t), ID(__abstractmethods__), value);
    } else {
        err = PyDict_Pop(type_dict(t), ID(__abstractmethods__), NULL);
        if (err == 0) {
            PyErr_SetObject(PyExc_AttributeError, ID(__abstractmethods__));
            return -1;
        }
    }
    if (err < 0)
        return -1;
    PyType_Modified(t);
    type_set_abstract_flag(t, abstract != 0);
    return 0;
}

void
type_set_abstract_flag(PyTypeObject *t, bool abstract)
{
    if (abstract)
        t->tp_flags |= Py_TPFLAGS_IS_ABSTRACT;
    else
        t->tp_flags &= ~Py_TPFLAGS_IS_ABSTRACT;
}

static PyObject *
get_doc(PyObject *self, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE) && t->tp_doc != NULL)
        return descr_doc_text(t->tp_name, t->tp_doc);
    PyObject *doc;
    int found = PyDict_GetItemRef(type_dict(t), ID(__doc__), &doc);
    if (found <= 0)
        return found < 0 ? NULL : Py_None;
    descrgetfunc get = Py_TYPE(doc)->tp_descr_get;
    if (get != NULL)
        Py_SETREF(doc, get(doc, NULL, self));
    return doc;
}

static int
set_doc(PyObject *self, PyObject *value, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_check_set_special(t, value, "__doc__"))
        return -1;
    PyType_Modified(t);
    return PyDict_SetItem(type_dict(t), ID(__doc__), value);
}

static PyObject *
get_text_signature(PyObject *self, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    return descr_doc_signature(t->tp_name, t->tp_doc, 0);
}

static PyObject *
get_annotations(PyObject *self, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE)) {
        PyErr_Format(PyExc_AttributeError, "type object '%s' has no attribute '__annotations__'", t->tp_name);
        return NULL;
    }
    PyObject *out;
    int found = PyDict_GetItemRef(type_dict(t), ID(__annotations__), &out);
    if (found < 0)
        return NULL;
    if (found) {
        descrgetfunc get = Py_TYPE(out)->tp_descr_get;
        if (get != NULL)
            Py_SETREF(out, get(out, NULL, self));
        return out;
    }
    out = PyDict_New();
    if (out == NULL)
        return NULL;
    if (PyDict_SetItem(type_dict(t), ID(__annotations__), out) < 0)
        Py_CLEAR(out);
    else
        PyType_Modified(t);
    return out;
}

static int
set_annotations(PyObject *self, PyObject *value, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (type_has(t, Py_TPFLAGS_IMMUTABLETYPE)) {
        PyErr_Format(PyExc_TypeError, "cannot set '__annotations__' attribute of immutable type '%s'", t->tp_name);
        return -1;
    }
    int err;
    if (value != NULL) {
        err = PyDict_SetItem(type_dict(t), ID(__annotations__), value);
    } else {
        err = PyDict_Pop(type_dict(t), ID(__annotations__), NULL);
        if (err == 0) {
            PyErr_SetString(PyExc_AttributeError, "__annotations__");
            return -1;
        }
    }
    if (err < 0)
        return -1;
    PyType_Modified(t);
    return 0;
}

static PyObject *
get_type_params(PyObject *self, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    PyObject *out;
    if (t == &PyType_Type)
        return EMPTY_TUPLE;
    int found = PyDict_GetItemRef(type_dict(t), ID(__type_params__), &out);
    return found != 0 ? out : EMPTY_TUPLE;
}

static int
set_type_params(PyObject *self, PyObject *value, void *closure)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_check_set_special(t, value, "__type_params__"))
        return -1;
    int err = PyDict_SetItem(type_dict(t), ID(__type_params__), value);
    PyType_Modified(t);
    return err;
}

PyGetSetDef type_getsets[] = {
    { "__name__", get_name, set_name, NULL },
    { "__qualname__", get_qualname, set_qualname, NULL },
    { "__bases__", get_bases, set_bases, NULL },
    { "__mro__", get_mro, NULL, NULL },
    { "__module__", get_module, set_module, NULL },
    { "__abstractmethods__", get_abstractmethods, set_abstractmethods, NULL },
    { "__dict__", get_dict, NULL, NULL },
    { "__doc__", get_doc, set_doc, NULL },
    { "__text_signature__", get_text_signature, NULL, NULL },
    { "__annotations__", get_annotations, set_annotations, NULL },
    { "__type_params__", get_type_params, set_type_params, NULL },
    { NULL },
};
