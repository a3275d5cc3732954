/* object/core/type_new.c: type(name, bases, dict), what a class statement ends in.
 *
 * Steps: metaclass and best base; __slots__; the type object with one PyMemberDef a slot behind it; special entries of
 * the dict (__module__, __qualname__, __classcell__ ...); PyType_Ready; slots from Python methods; __set_name__ of the
 * values; __init_subclass__ of the parent. A class made here always supports the cycle collector. */
#include "object/core/type_impl.h"

#include <string.h>

#include "rt/hooks.h"
#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/text/str.h"

PyTypeObject *type_function_type;

struct class_args {
    PyTypeObject *metatype;
    PyObject *args;                  /* of the call, for another metaclass */
    PyObject *kwds;
    PyObject *orig_dict;
    PyObject *name;
    PyObject *bases;                 /* tuple, owned */
    PyTypeObject *base;              /* whose layout we extend */
    PyObject *slots;                 /* sorted tuple of mangled names, owned; NULL without __slots__ */
    Py_ssize_t nslot;
    bool add_dict, add_weak;
    bool may_add_dict, may_add_weak;
};

static bool
is_function(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return type_function_type != NULL ? t == type_function_type : strcmp(t->tp_name, "function") == 0;
}

/* ---- bases ---- */

/* 0; 1 when another metaclass makes the type (result in *out); -1. */
static int
find_bases(struct class_args *c, PyObject **out)
{
    Py_ssize_t n = PyTuple_GET_SIZE(c->bases);
    if (n == 0) {
        c->base = &PyBaseObject_Type;
        Py_DECREF(c->bases);
        c->bases = PyTuple_Pack(1, c->base);
        return c->bases == NULL ? -1 : 0;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *base = PyTuple_GET_ITEM(c->bases, i), *entries;
        if (PyType_Check(base))
            continue;
        int found = PyObject_GetOptionalAttr(base, ID(__mro_entries__), &entries);
        if (found < 0)
            return -1;
        if (found) {
            Py_DECREF(entries);
            PyErr_SetString(PyExc_TypeError, "type() doesn't support MRO entry resolution; use types.new_class()");
            return -1;
        }
    }
    PyTypeObject *winner = type_calculate_metaclass(c->metatype, c->bases);
    if (winner == NULL)
        return -1;
    if (winner != c->metatype) {
        if (winner->tp_new != type_new) {
            *out = winner->tp_new(winner, c->args, c->kwds);
            return *out == NULL ? -1 : 1;
        }
        c->metatype = winner;
    }
    c->base = type_best_base(c->bases);
    return c->base == NULL ? -1 : 0;
}

/* ---- __slots__ ---- */

/* name as class `cls` sees it: __x becomes _Cls__x. New reference. */
static PyObject *
mangle(PyObject *cls, PyObject *name)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(name);
    if (n < 2 || PyUnicode_READ_CHAR(name, 0) != '_' || PyUnicode_READ_CHAR(name, 1) != '_'
        || (PyUnicode_READ_CHAR(name, n - 1) == '_' && PyUnicode_READ_CHAR(name, n - 2) == '_')
        || chars_find_char(PyUnicode_KIND(name), PyUnicode_DATA(name), n, '.') >= 0)
        return Py_NewRef(name);
    Py_ssize_t start = 0, end = PyUnicode_GET_LENGTH(cls);
    while (start < end && PyUnicode_READ_CHAR(cls, start) == '_')
        start++;
    if (start == end)
        return Py_NewRef(name);
    PyObject *plain = PyUnicode_Substring(cls, start, end);
    PyObject *out = plain == NULL ? NULL : PyUnicode_FromFormat("_%U%U", plain, name);
    Py_XDECREF(plain);
    return out;
}

/* __slots__ as a tuple: 0 with c->slots NULL when there is none. */
static int
get_slots(struct class_args *c, PyObject *dict)
{
    PyObject *slots;
    int found = PyDict_GetItemRef(dict, ID(__slots__), &slots);
    if (found <= 0)
        return found;
    c->slots = PyUnicode_Check(slots) ? PyTuple_Pack(1, slots) : PySequence_Tuple(slots);
    Py_DECREF(slots);
    if (c->slots == NULL)
        return -1;
    c->nslot = PyTuple_GET_SIZE(c->slots);
    if (c->nslot > 0 && c->base->tp_itemsize != 0) {
        PyErr_Format(PyExc_TypeError, "nonempty __slots__ not supported for subtype of '%s'", c->base->tp_name);
        return -1;
    }
    return 0;
}

static int
check_slot_names(struct class_args *c)
{
    for (Py_ssize_t i = 0; i < c->nslot; i++) {
        PyObject *name = PyTuple_GET_ITEM(c->slots, i);
        if (!PyUnicode_Check(name)) {
            PyErr_Format(PyExc_TypeError, "__slots__ items must be strings, not '%.200s'", Py_TYPE(name)->tp_name);
            return -1;
        }
        if (!PyUnicode_IsIdentifier(name)) {
            PyErr_SetString(PyExc_TypeError, "__slots__ must be identifiers");
            return -1;
        }
        if (str_eq(name, ID(__dict__))) {
            if (!c->may_add_dict || c->add_dict) {
                PyErr_SetString(PyExc_TypeError, "__dict__ slot disallowed: we already got one");
                return -1;
            }
            c->add_dict = true;
        }
        if (str_eq(name, ID(__weakref__))) {
            if (!c->may_add_weak || c->add_weak) {
                PyErr_SetString(PyExc_TypeError, "__weakref__ slot disallowed: we already got one");
                return -1;
            }
            c->add_weak = true;
        }
    }
    return 0;
}

/* Slots without __dict__ and __weakref__, mangled and sorted; no class variable may have such a name. */
static int
mangle_slots(struct class_args *c, PyObject *dict)
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < c->nslot; i++) {
        PyObject *name = PyTuple_GET_ITEM(c->slots, i);
        if ((c->add_dict && str_eq(name, ID(__dict__))) || (c->add_weak && str_eq(name, ID(__weakref__))))
            continue;
        name = mangle(c->name, name);
        int taken = name == NULL ? -1 : PyList_Append(list, name) < 0 ? -1 : PyDict_Contains(dict, name);
        /* The compiler's own entries leave the dict below. */
        if (taken > 0 && !str_eq(name, ID(__qualname__)) && !str_eq(name, ID(__classcell__))
            && !str_eq(name, ID(__classdictcell__))) {
            PyErr_Format(PyExc_ValueError, "%R in __slots__ conflicts with class variable", name);
            taken = -1;
        }
        Py_XDECREF(name);
        if (taken < 0)
            Py_CLEAR(list);
    }
    if (list == NULL)
        return -1;
    PyObject *tuple = PyList_Sort(list) < 0 ? NULL : PyList_AsTuple(list);
    Py_DECREF(list);
    if (tuple == NULL)
        return -1;
    Py_SETREF(c->slots, tuple);
    c->nslot = PyTuple_GET_SIZE(tuple);
    return 0;
}

/* A second base may bring dict or weak references that __slots__ did not ask for. */
static void
add_from_other_bases(struct class_args *c)
{
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(c->bases); i < n; i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(c->bases, i);
        if (base == c->base)
            continue;
        if (c->may_add_dict && base->tp_dictoffset != 0)
            c->add_dict = true;
        if (c->may_add_weak && base->tp_weaklistoffset != 0)
            c->add_weak = true;
    }
}

static int
plan_slots(struct class_args *c, PyObject *dict)
{
    c->may_add_dict = c->base->tp_dictoffset == 0;
    c->may_add_weak = c->base->tp_weaklistoffset == 0 && c->base->tp_itemsize == 0;
    if (get_slots(c, dict) < 0)
        return -1;
    if (c->slots == NULL) {
        c->add_dict = c->may_add_dict;
        c->add_weak = c->may_add_weak;
        return 0;
    }
    if (check_slot_names(c) < 0 || mangle_slots(c, dict) < 0)
        return -1;
    add_from_other_bases(c);
    return 0;
}

/* ---- the object ---- */

static PyTypeObject *
alloc_type(struct class_args *c, STEALS PyObject *dict)
{
    const char *tp_name;
    Py_ssize_t size;
    PyTypeObject *t = (PyTypeObject *)c->metatype->tp_alloc(c->metatype, c->nslot);
    if (t == NULL) {
        Py_DECREF(dict);
        return NULL;
    }
    PyHeapTypeObject *ht = type_heap(t);
    t->tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
    t->tp_as_async = &ht->as_async;
    t->tp_as_number = &ht->as_number;
    t->tp_as_sequence = &ht->as_sequence;
    t->tp_as_mapping = &ht->as_mapping;
    t->tp_as_buffer = &ht->as_buffer;
    t->tp_dict = dict;
    t->tp_bases = Py_NewRef(c->bases);
    t->tp_base = (PyTypeObject *)Py_NewRef(c->base);
    t->tp_dealloc = subtype_dealloc;
    t->tp_alloc = PyType_GenericAlloc;
    t->tp_free = PyObject_GC_Del;
    t->tp_traverse = subtype_traverse;
    t->tp_clear = subtype_clear;
    ht->ht_slots = Py_XNewRef(c->slots);
    ht->ht_name = Py_NewRef(c->name);
    ht->ht_qualname = Py_NewRef(c->name);
    tp_name = PyUnicode_AsUTF8AndSize(c->name, &size);
    if (tp_name == NULL)
        goto fail;
    t->tp_name = tp_name;
    if (strlen(tp_name) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "type name must not contain null characters");
        goto fail;
    }
    return t;
fail:
    Py_DECREF(t);
    return NULL;
}

/* Members for the slots, and where dict and weak references go. */
static int
lay_out(struct class_args *c, PyTypeObject *t)
{
    Py_ssize_t offset = c->base->tp_basicsize;
    PyMemberDef *m = type_heap_members(t);
    t->tp_members = m;
    for (Py_ssize_t i = 0; i < c->nslot; i++, m++) {
        m->name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(c->slots, i));
        if (m->name == NULL)
            return -1;
        m->type = Py_T_OBJECT_EX;
        m->offset = offset;
        offset += sizeof(PyObject *);
    }
    if (c->add_weak) {
        t->tp_flags |= Py_TPFLAGS_MANAGED_WEAKREF;
        t->tp_weaklistoffset = -4 * (Py_ssize_t)sizeof(PyObject *);
    }
    if (c->add_dict) {
        t->tp_flags |= Py_TPFLAGS_MANAGED_DICT;
        t->tp_dictoffset = -1;
    }
    t->tp_basicsize = offset;
    t->tp_itemsize = c->base->tp_itemsize;
    t->tp_getset = c->add_dict ? c->add_weak ? type_getset_full : type_getset_dict
                               : c->add_weak ? type_getset_weakref : NULL;
    return 0;
}

/* ---- entries of the dict ---- */

/* __module__ from the globals of the running frame. */
static int
set_module(PyObject *dict)
{
    int own = PyDict_Contains(dict, ID(__module__));
    if (own != 0)
        return own < 0 ? -1 : 0;
    PyObject *globals = rt_hooks.frame_globals == NULL ? NULL : rt_hooks.frame_globals(ts_current()), *module;
    if (globals == NULL)
        return 0;
    int found = PyDict_GetItemRef(globals, ID(__name__), &module);
    if (found <= 0)
        return found;
    int err = PyDict_SetItem(dict, ID(__module__), module);
    Py_DECREF(module);
    return err;
}

static int
set_qualname(PyTypeObject *t)
{
    PyObject *qualname;
    int found = PyDict_GetItemRef(t->tp_dict, ID(__qualname__), &qualname);
    if (found <= 0)
        return found;
    if (!PyUnicode_Check(qualname)) {
        PyErr_Format(PyExc_TypeError, "type __qualname__ must be a str, not %s", Py_TYPE(qualname)->tp_name);
        Py_DECREF(qualname);
        return -1;
    }
    Py_SETREF(type_heap(t)->ht_qualname, qualname);
    return PyDict_DelItem(t->tp_dict, ID(__qualname__));
}

/* tp_doc is a copy of __doc__, for C code that looks there. */
static int
set_doc(PyTypeObject *t)
{
    PyObject *doc = PyDict_GetItemWithError(t->tp_dict, ID(__doc__));
    if (doc == NULL)
        return PyErr_Occurred() ? -1 : 0;
    if (!PyUnicode_Check(doc))
        return 0;
    Py_ssize_t n;
    const char *text = PyUnicode_AsUTF8AndSize(doc, &n);
    if (text == NULL)
        return -1;
    char *copy = PyMem_Malloc((size_t)n + 1);
    if (copy == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(copy, text, (size_t)n + 1);
    t->tp_doc = copy;
    return 0;
}

/* A plain function under this name becomes what the language says it is. */
static int
wrap_function(PyTypeObject *t, PyObject *name, PyObject *(*wrap)(PyObject *))
{
    PyObject *f = PyDict_GetItemWithError(t->tp_dict, name);
    if (f == NULL)
        return PyErr_Occurred() ? -1 : 0;
    if (!is_function(f))
        return 0;
    PyObject *wrapped = wrap(f);
    if (wrapped == NULL)
        return -1;
    int err = PyDict_SetItem(t->tp_dict, name, wrapped);
    Py_DECREF(wrapped);
    return err;
}

/* The compiler's cell for __class__ (or the class dict) gets its value and leaves the dict. */
static int
fill_cell(PyTypeObject *t, PyObject *name, const char *text, PyObject *value)
{
    PyObject *cell;
    int found = PyDict_GetItemRef(t->tp_dict, name, &cell);
    if (found <= 0)
        return found;
    if (!PyCell_Check(cell)) {
        PyErr_Format(PyExc_TypeError, "%s must be a nonlocal cell, not %.200R", text, Py_TYPE(cell));
        Py_DECREF(cell);
        return -1;
    }
    (void)PyCell_Set(cell, value);
    Py_DECREF(cell);
    return PyDict_DelItem(t->tp_dict, name);
}

static int
set_attrs(struct class_args *c, PyTypeObject *t)
{
    if (set_module(t->tp_dict) < 0 || set_qualname(t) < 0 || set_doc(t) < 0
        || wrap_function(t, ID(__new__), PyStaticMethod_New) < 0
        || wrap_function(t, ID(__init_subclass__), PyClassMethod_New) < 0
        || wrap_function(t, ID(__class_getitem__), PyClassMethod_New) < 0 || lay_out(c, t) < 0)
        return -1;
    if (fill_cell(t, ID(__classcell__), "__classcell__", (PyObject *)t) < 0)
        return -1;
    return fill_cell(t, ID(__classdictcell__), "__classdictcell__", t->tp_dict);
}

/* ---- telling others ---- */

/* Add the note that says whose __set_name__ failed. */
static void
note_set_name_error(PyTypeObject *t, PyObject *name, PyObject *value)
{
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *note = PyUnicode_FromFormat("Error calling __set_name__ on '%.100s' instance %R in '%.100s'",
                                          Py_TYPE(value)->tp_name, name, t->tp_name);
    PyObject *add = note == NULL ? NULL : PyUnicode_FromString("add_note");
    PyObject *res = add == NULL ? NULL : PyObject_CallMethodOneArg(exc, add, note);
    if (res == NULL)
        PyErr_Clear();
    Py_XDECREF(res);
    Py_XDECREF(add);
    Py_XDECREF(note);
    PyErr_SetRaisedException(exc);
}

static int
call_set_names(PyTypeObject *t)
{
    PyObject *copy = PyDict_Copy(t->tp_dict), *key, *value;
    if (copy == NULL)
        return -1;
    Py_ssize_t i = 0;
    int err = 0;
    while (err == 0 && PyDict_Next(copy, &i, &key, &value)) {
        PyObject *method = object_lookup_special(value, ID(__set_name__));
        if (method == NULL) {
            err = PyErr_Occurred() ? -1 : 0;
            continue;
        }
        PyObject *res = call_two(ts_current(), method, (PyObject *)t, key);
        Py_DECREF(method);
        if (res == NULL) {
            note_set_name_error(t, key, value);
            err = -1;
        }
        Py_XDECREF(res);
    }
    Py_DECREF(copy);
    return err;
}

/* super(t, t).__init_subclass__(**kwds) */
static int
call_init_subclass(PyTypeObject *t, PyObject *kwds)
{
    PyObject *mro = Py_NewRef(t->tp_mro), *hook = NULL;
    Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro);
    while (i < n && PyTuple_GET_ITEM(mro, i) != (PyObject *)t)
        i++;
    for (i++; i < n && hook == NULL; i++) {
        PyObject *dict = type_dict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        if (dict != NULL && PyDict_GetItemRef(dict, ID(__init_subclass__), &hook) < 0)
            break;
    }
    Py_DECREF(mro);
    if (hook == NULL) {
        /* An MRO without a place for t: super() falls back to its own attribute, which is object's. */
        if (PyErr_Occurred())
            return -1;
        hook = Py_XNewRef(type_lookup(&PyBaseObject_Type, ID(__init_subclass__)));
        if (hook == NULL)
            return -1;
    }
    descrgetfunc get = Py_TYPE(hook)->tp_descr_get;
    if (get != NULL)
        Py_SETREF(hook, get(hook, NULL, (PyObject *)t));
    PyObject *res = hook == NULL ? NULL : PyObject_VectorcallDict(hook, NULL, 0, kwds);
    Py_XDECREF(hook);
    Py_XDECREF(res);
    return res == NULL ? -1 : 0;
}

/* ---- type.__new__ ---- */

static bool
has_odd_keys(PyObject *dict)
{
    PyObject *key;
    Py_ssize_t i = 0;
    while (PyDict_Next(dict, &i, &key, NULL))
        if (!PyUnicode_Check(key))
            return true;
    return false;
}

static PyObject *
make_type(struct class_args *c)
{
    PyObject *dict = PyDict_Copy(c->orig_dict);
    if (dict == NULL)
        return NULL;
    if (plan_slots(c, dict) < 0) {
        Py_DECREF(dict);
        return NULL;
    }
    PyTypeObject *t = alloc_type(c, dict);
    if (t == NULL)
        return NULL;
    if (set_attrs(c, t) < 0 || PyType_Ready(t) < 0)
        goto fail;
    type_fixup_slot_dispatchers(t);
    if (has_odd_keys(t->tp_dict)
        && PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "non-string key in the __dict__ of class %.200s", t->tp_name) < 0)
        goto fail;
    if (call_set_names(t) < 0 || call_init_subclass(t, c->kwds) < 0)
        goto fail;
    return (PyObject *)t;
fail:
    Py_DECREF(t);
    return NULL;
}

static int
check_args(PyObject *args)
{
    static const char *const expected[] = { "str", "tuple", "dict" };
    static const unsigned long flags[] = { Py_TPFLAGS_UNICODE_SUBCLASS, Py_TPFLAGS_TUPLE_SUBCLASS,
                                           Py_TPFLAGS_DICT_SUBCLASS };
    if (PyTuple_GET_SIZE(args) != 3) {
        PyErr_Format(PyExc_TypeError, "type.__new__() takes exactly 3 arguments (%zd given)", PyTuple_GET_SIZE(args));
        return -1;
    }
    for (int i = 0; i < 3; i++) {
        PyTypeObject *t = Py_TYPE(PyTuple_GET_ITEM(args, i));
        if (!type_has(t, flags[i])) {
            PyErr_Format(PyExc_TypeError, "type.__new__() argument %d must be %s, not %.50s", i + 1, expected[i],
                         PyTuple_GET_ITEM(args, i) == Py_None ? "None" : t->tp_name);
            return -1;
        }
    }
    return 0;
}

PyObject *
type_new(PyTypeObject *metatype, PyObject *args, PyObject *kwds)
{
    if (check_args(args) < 0)
        return NULL;
    struct class_args c = {
        .metatype = metatype,
        .args = args,
        .kwds = kwds,
        .name = PyTuple_GET_ITEM(args, 0),
        .bases = Py_NewRef(PyTuple_GET_ITEM(args, 1)),
        .orig_dict = PyTuple_GET_ITEM(args, 2),
    };
    PyObject *out = NULL;
    if (find_bases(&c, &out) == 0)
        out = make_type(&c);
    Py_XDECREF(c.slots);
    Py_XDECREF(c.bases);
    return out;
}
