/* object/core/structseq.c: tuples with named fields (os.stat_result, time.struct_time, sys.flags).
 *
 * The first n_in_sequence fields are the tuple; hidden ones follow it in memory and are attributes only. The sizes are
 * in the type's dict. Unnamed fields of the tuple have no attribute; members of the type are the named ones in order,
 * so hidden field i is member i - unnamed. */
#include "object/core/structseq.h"

#include <stddef.h>
#include <string.h>

#include "rt/gc_track.h"
#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/core/type_impl.h"

const char *const PyStructSequence_UnnamedField = "unnamed field";

#define ITEMS(o) (((PyTupleObject *)(o))->ob_item)
#define MAX_FIELDS 256

/* An int in the type's dict; -1 with TypeError. */
static Py_ssize_t
type_size(PyTypeObject *t, PyObject *name)
{
    PyObject *v = PyDict_GetItemWithError(type_dict(t), name);
    if (v == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "Missed attribute '%U' of type %s", name, t->tp_name);
        return -1;
    }
    return PyLong_AsSsize_t(v);
}

static Py_ssize_t visible_size(PyTypeObject *t) { return type_size(t, ID(n_sequence_fields)); }
static Py_ssize_t real_size(PyTypeObject *t) { return type_size(t, ID(n_fields)); }
static Py_ssize_t unnamed_size(PyTypeObject *t) { return type_size(t, ID(n_unnamed_fields)); }

/* All fields of an object. Unlike the type's dict this is there to the very end. */
static Py_ssize_t
all_fields(PyObject *o)
{
    return Py_SIZE(o)
        + (Py_TYPE(o)->tp_basicsize - (Py_ssize_t)offsetof(PyTupleObject, ob_item)) / (Py_ssize_t)sizeof(PyObject *);
}

/* ---- objects ---- */

PyObject *
PyStructSequence_New(PyTypeObject *t)
{
    Py_ssize_t visible = visible_size(t), real = visible < 0 ? -1 : real_size(t);
    if (real < 0)
        return NULL;
    /* tp_basicsize has room for the hidden ones. */
    PyObject *o = (PyObject *)PyObject_GC_NewVar(PyTupleObject, t, visible);
    if (o != NULL)
        memset(ITEMS(o), 0, (size_t)real * sizeof(PyObject *));
    return o;
}

void PyStructSequence_SetItem(PyObject *o, Py_ssize_t i, PyObject *v) { ITEMS(o)[i] = v; }
PyObject *PyStructSequence_GetItem(PyObject *o, Py_ssize_t i) { return ITEMS(o)[i]; }

static int
structseq_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyTypeObject *t = Py_TYPE(self);
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)
        Py_VISIT(t);
    Py_ssize_t n = all_fields(self);
    for (Py_ssize_t i = 0; i < n; i++)
        Py_VISIT(ITEMS(self)[i]);
    return 0;
}

static void
structseq_dealloc(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_ssize_t n = all_fields(self);
    for (Py_ssize_t i = 0; i < n; i++)
        Py_XDECREF(ITEMS(self)[i]);
    PyObject_GC_Del(self);
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)
        Py_DECREF(t);
}

static int
check_length(PyTypeObject *t, Py_ssize_t n, Py_ssize_t min, Py_ssize_t max)
{
    if (n >= min && n <= max)
        return 0;
    if (min == max)
        PyErr_Format(PyExc_TypeError, "%.500s() takes a %zd-sequence (%zd-sequence given)", t->tp_name, min, n);
    else if (n < min)
        PyErr_Format(PyExc_TypeError, "%.500s() takes an at least %zd-sequence (%zd-sequence given)", t->tp_name, min, n);
    else
        PyErr_Format(PyExc_TypeError, "%.500s() takes an at most %zd-sequence (%zd-sequence given)", t->tp_name, max, n);
    return -1;
}

/* Hidden fields from position i on, from the dict (or None): 0 or -1. */
static int
fill_hidden(PyObject *o, Py_ssize_t i, PyObject *dict)
{
    PyTypeObject *t = Py_TYPE(o);
    Py_ssize_t n = real_size(t), unnamed = unnamed_size(t), used = 0;
    if (unnamed < 0)
        return -1;
    for (; i < n; i++) {
        PyObject *v = NULL;
        if (dict != NULL) {
            int found = PyDict_GetItemStringRef(dict, t->tp_members[i - unnamed].name, &v);
            if (found < 0)
                return -1;
            used += found;
        }
        ITEMS(o)[i] = v != NULL ? v : Py_None;
    }
    if (dict != NULL && PyDict_GET_SIZE(dict) > used) {
        PyErr_Format(PyExc_TypeError, "%.500s() got duplicate or unexpected field name(s)", t->tp_name);
        return -1;
    }
    return 0;
}

static PyObject *
make(PyTypeObject *t, PyObject *sequence, PyObject *dict)
{
    Py_ssize_t min = visible_size(t), max = min < 0 ? -1 : real_size(t);
    if (max < 0)
        return NULL;
    PyObject *fast = PySequence_Fast(sequence, "constructor requires a sequence"), *o = NULL;
    if (fast == NULL)
        return NULL;
    if (dict != NULL && !PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "%.500s() takes a dict as second arg, if any", t->tp_name);
        goto done;
    }
    Py_ssize_t n = PySequence_Fast_GET_SIZE(fast);
    if (check_length(t, n, min, max) < 0 || (o = PyStructSequence_New(t)) == NULL)
        goto done;
    for (Py_ssize_t i = 0; i < n; i++)
        ITEMS(o)[i] = Py_NewRef(PySequence_Fast_GET_ITEM(fast, i));
    if (fill_hidden(o, n, dict) < 0)
        Py_CLEAR(o);
    else
        gc_track(o);
done:
    Py_DECREF(fast);
    return o;
}

static PyObject *
structseq_new(PyTypeObject *t, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "sequence", "dict" };
    PyObject *arg[2];
    if (args_unpack_tuple("structseq", args, kwds, names, 2, 1, 2, arg) < 0)
        return NULL;
    return make(t, arg[0], arg[1]);
}

static PyObject *
structseq_repr(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self);
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    if (_PyUnicodeWriter_WriteASCIIString(&w, t->tp_name, -1) < 0 || _PyUnicodeWriter_WriteChar(&w, '(') < 0)
        goto fail;
    for (Py_ssize_t i = 0, n = Py_SIZE(self); i < n; i++) {
        const char *name = t->tp_members[i].name;
        if (i > 0 && _PyUnicodeWriter_WriteASCIIString(&w, ", ", 2) < 0)
            goto fail;
        if (name == NULL) {
            PyErr_Format(PyExc_SystemError, "In structseq_repr(), member %zd name is NULL for type %.500s", i, t->tp_name);
            goto fail;
        }
        PyObject *s = PyUnicode_FromFormat("%s=%R", name, ITEMS(self)[i]);
        int err = s == NULL ? -1 : _PyUnicodeWriter_WriteStr(&w, s);
        Py_XDECREF(s);
        if (err < 0)
            goto fail;
    }
    if (_PyUnicodeWriter_WriteChar(&w, ')') < 0)
        goto fail;
    return _PyUnicodeWriter_Finish(&w);
fail:
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

/* (type, (tuple, {hidden name: value})) */
static PyObject *
structseq_reduce(PyObject *self, PyObject *unused)
{
    PyTypeObject *t = Py_TYPE(self);
    Py_ssize_t n = real_size(t), visible = visible_size(t), unnamed = unnamed_size(t);
    if (n < 0 || visible < 0 || unnamed < 0)
        return NULL;
    PyObject *dict = PyDict_New(), *out = NULL;
    PyObject *tuple = dict == NULL ? NULL : PyTuple_New(visible);
    for (Py_ssize_t i = 0; tuple != NULL && i < visible; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(ITEMS(self)[i]));
    for (Py_ssize_t i = visible; tuple != NULL && i < n; i++)
        if (PyDict_SetItemString(dict, t->tp_members[i - unnamed].name, ITEMS(self)[i]) < 0)
            Py_CLEAR(tuple);
    if (tuple != NULL)
        out = Py_BuildValue("(O(OO))", t, tuple, dict);
    Py_XDECREF(tuple);
    Py_XDECREF(dict);
    return out;
}

static PyObject *
structseq_replace(PyObject *self, PyObject *args, PyObject *kwds)
{
    if (!args_no_positional("__replace__", args))
        return NULL;
    PyTypeObject *t = Py_TYPE(self);
    Py_ssize_t n = real_size(t), unnamed = unnamed_size(t);
    if (n < 0 || unnamed < 0)
        return NULL;
    if (unnamed > 0) {
        PyErr_Format(PyExc_TypeError, "__replace__() is not supported for %.500s because it has unnamed field(s)",
                     t->tp_name);
        return NULL;
    }
    PyObject *changes = kwds != NULL ? PyDict_Copy(kwds) : NULL;
    PyObject *copy = kwds != NULL && changes == NULL ? NULL : PyStructSequence_New(t);
    for (Py_ssize_t i = 0; copy != NULL && i < n; i++) {
        PyObject *v = NULL;
        if (changes != NULL && PyDict_PopString(changes, t->tp_members[i].name, &v) < 0) {
            Py_CLEAR(copy);
            break;
        }
        ITEMS(copy)[i] = v != NULL ? v : Py_XNewRef(ITEMS(self)[i]);
    }
    if (copy != NULL && changes != NULL && PyDict_GET_SIZE(changes) > 0) {
        PyObject *names = PyDict_Keys(changes);
        if (names != NULL)
            PyErr_Format(PyExc_TypeError, "Got unexpected field name(s): %R", names);
        Py_XDECREF(names);
        Py_CLEAR(copy);
    }
    Py_XDECREF(changes);
    if (copy != NULL)
        gc_track(copy);
    return copy;
}

static PyMethodDef structseq_methods[] = {
    { "__reduce__", structseq_reduce, METH_NOARGS, NULL },
    { "__replace__", _PyCFunction_CAST(structseq_replace), METH_VARARGS | METH_KEYWORDS,
      PyDoc_STR("__replace__($self, /, **changes)\n--\n\nA copy with some fields changed.") },
    { NULL },
};

/* ---- types ---- */

static Py_ssize_t
count_fields(PyStructSequence_Desc *desc, Py_ssize_t *unnamed)
{
    Py_ssize_t n = 0;
    *unnamed = 0;
    for (; desc->fields[n].name != NULL; n++)
        *unnamed += desc->fields[n].name == PyStructSequence_UnnamedField;
    return n;
}

static int
set_size(PyObject *dict, PyObject *key, Py_ssize_t n)
{
    PyObject *v = PyLong_FromSsize_t(n);
    int err = v == NULL ? -1 : PyDict_SetItem(dict, key, v);
    Py_XDECREF(v);
    return err;
}

static int
fill_type_dict(PyStructSequence_Desc *desc, PyObject *dict, Py_ssize_t n, Py_ssize_t unnamed)
{
    if (set_size(dict, ID(n_sequence_fields), desc->n_in_sequence) < 0 || set_size(dict, ID(n_fields), n) < 0
        || set_size(dict, ID(n_unnamed_fields), unnamed) < 0)
        return -1;
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < desc->n_in_sequence; i++) {
        if (desc->fields[i].name == PyStructSequence_UnnamedField)
            continue;
        PyObject *name = PyUnicode_FromString(desc->fields[i].name);
        if (name == NULL || PyList_Append(list, name) < 0)
            Py_CLEAR(list);
        Py_XDECREF(name);
    }
    PyObject *keys = list == NULL ? NULL : PyList_AsTuple(list);
    int err = keys == NULL ? -1 : PyDict_SetItem(dict, ID(__match_args__), keys);
    Py_XDECREF(keys);
    Py_XDECREF(list);
    return err;
}

/* One member a named field; from PyMem_Malloc. */
static PyMemberDef *
make_members(PyStructSequence_Desc *desc, Py_ssize_t n, Py_ssize_t unnamed)
{
    PyMemberDef *members = PyMem_Calloc((size_t)(n - unnamed + 1), sizeof *members), *m = members;
    if (members == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (desc->fields[i].name == PyStructSequence_UnnamedField)
            continue;
        m->name = desc->fields[i].name;
        m->type = _Py_T_OBJECT;
        m->offset = (Py_ssize_t)(offsetof(PyTupleObject, ob_item) + (size_t)i * sizeof(PyObject *));
        m->flags = Py_READONLY;
        m->doc = desc->fields[i].doc;
        m++;
    }
    return members;
}

static Py_ssize_t
basic_size(PyStructSequence_Desc *desc, Py_ssize_t n)
{
    return (Py_ssize_t)offsetof(PyTupleObject, ob_item) + (n - desc->n_in_sequence) * (Py_ssize_t)sizeof(PyObject *);
}

static int
prepare_static(PyTypeObject *t, PyStructSequence_Desc *desc, unsigned long flags)
{
    Py_ssize_t unnamed, n = count_fields(desc, &unnamed);
    PyMemberDef *members = make_members(desc, n, unnamed);
    if (members == NULL)
        return -1;
    t->tp_name = desc->name;
    t->tp_basicsize = basic_size(desc, n);
    t->tp_itemsize = sizeof(PyObject *);
    t->tp_dealloc = structseq_dealloc;
    t->tp_repr = structseq_repr;
    t->tp_doc = desc->doc;
    t->tp_base = &PyTuple_Type;
    t->tp_methods = structseq_methods;
    t->tp_new = (flags & Py_TPFLAGS_DISALLOW_INSTANTIATION) ? NULL : structseq_new;
    t->tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | flags;
    t->tp_traverse = structseq_traverse;
    t->tp_members = members;
    return 0;
}

int
_PyStructSequence_InitBuiltinWithFlags(PyInterpreterState *interp, PyTypeObject *t, PyStructSequence_Desc *desc,
                                       unsigned long flags)
{
    Py_ssize_t unnamed, n = count_fields(desc, &unnamed);
    if ((t->tp_flags & Py_TPFLAGS_READY) == 0) {
        if (Py_TYPE(t) == NULL)
            Py_SET_TYPE(t, &PyType_Type);
        ((PyObject *)t)->ob_refcnt = _Py_IMMORTAL_REFCNT;
        if (prepare_static(t, desc, flags) < 0)
            return -1;
    }
    if (type_ready_static(t) < 0)
        return -1;
    return fill_type_dict(desc, type_dict(t), n, unnamed);
}

int
PyStructSequence_InitType2(PyTypeObject *t, PyStructSequence_Desc *desc)
{
    if (t->tp_name != NULL) {            /* initialised before */
        PyErr_BadInternalCall();
        return -1;
    }
    Py_ssize_t unnamed, n = count_fields(desc, &unnamed);
    if (prepare_static(t, desc, 0) < 0)
        return -1;
    if (Py_TYPE(t) == NULL)
        Py_SET_TYPE(t, &PyType_Type);
    ((PyObject *)t)->ob_refcnt = _Py_IMMORTAL_REFCNT;
    if (PyType_Ready(t) < 0)
        return -1;
    return fill_type_dict(desc, t->tp_dict, n, unnamed);
}

void PyStructSequence_InitType(PyTypeObject *t, PyStructSequence_Desc *desc) { (void)PyStructSequence_InitType2(t, desc); }

PyTypeObject *
_PyStructSequence_NewType(PyStructSequence_Desc *desc, unsigned long flags)
{
    Py_ssize_t unnamed, n = count_fields(desc, &unnamed);
    PyMemberDef *members = make_members(desc, n, unnamed);
    if (members == NULL)
        return NULL;
    PyType_Slot slots[] = {
        { Py_tp_dealloc, structseq_dealloc }, { Py_tp_repr, structseq_repr }, { Py_tp_methods, structseq_methods },
        { Py_tp_new, structseq_new },         { Py_tp_members, members },     { Py_tp_traverse, structseq_traverse },
        { Py_tp_doc, (void *)desc->doc },     { 0, NULL },
    };
    PyType_Spec spec = {
        .name = desc->name,
        .basicsize = (int)basic_size(desc, n),
        .itemsize = sizeof(PyObject *),
        .flags = (unsigned int)(Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | flags),
        .slots = slots,
    };
    PyObject *type = PyType_FromSpecWithBases(&spec, (PyObject *)&PyTuple_Type);
    PyMem_Free(members);
    if (type != NULL && fill_type_dict(desc, ((PyTypeObject *)type)->tp_dict, n, unnamed) < 0)
        Py_CLEAR(type);
    return (PyTypeObject *)type;
}

PyTypeObject *PyStructSequence_NewType(PyStructSequence_Desc *desc) { return _PyStructSequence_NewType(desc, 0); }
