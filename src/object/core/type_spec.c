/* object/core/type_spec.c: heap types from a PyType_Spec, and reading slots, modules and data of types.
 *
 * A type made here is like one of a class statement, except that its slots come from C and its members may lie
 * anywhere in the instance. The member table is copied behind the type object. */
#include "object/core/type_impl.h"

#include <stddef.h>
#include <string.h>

#include "rt/singletons.h"
#include "object/core/descr.h"
#include "object/core/module.h"

#define ALIGN_UP(n) (((n) + 15) & ~(Py_ssize_t)15)       /* data of a subclass starts aligned as malloc() does */

#define SUITE_SLOT(name, suite, type) [Py_##name] = { offsetof(PyTypeObject, suite), offsetof(type, name) }
static const struct { short slot, sub; } slot_offsets[] = {
    SUITE_SLOT(bf_getbuffer, tp_as_buffer, PyBufferProcs),
    SUITE_SLOT(bf_releasebuffer, tp_as_buffer, PyBufferProcs),
    SUITE_SLOT(mp_ass_subscript, tp_as_mapping, PyMappingMethods),
    SUITE_SLOT(mp_length, tp_as_mapping, PyMappingMethods),
    SUITE_SLOT(mp_subscript, tp_as_mapping, PyMappingMethods),
    SUITE_SLOT(nb_absolute, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_add, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_and, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_bool, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_divmod, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_float, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_floor_divide, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_index, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_add, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_and, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_floor_divide, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_lshift, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_multiply, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_or, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_power, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_remainder, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_rshift, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_subtract, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_true_divide, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_xor, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_int, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_invert, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_lshift, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_multiply, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_negative, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_or, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_positive, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_power, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_remainder, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_rshift, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_subtract, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_true_divide, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_xor, tp_as_number, PyNumberMethods),
    SUITE_SLOT(sq_ass_item, tp_as_sequence, PySequenceMethods),
    SUITE_SLOT(sq_concat, tp_as_sequence, PySequenceMethods),
    SUITE_SLOT(sq_contains, tp_as_sequence, PySequenceMethods),
    SUITE_SLOT(sq_inplace_concat, tp_as_sequence, PySequenceMethods),
    SUITE_SLOT(sq_inplace_repeat, tp_as_sequence, PySequenceMethods),
    SUITE_SLOT(sq_item, tp_as_sequence, PySequenceMethods),
    SUITE_SLOT(sq_length, tp_as_sequence, PySequenceMethods),
    SUITE_SLOT(sq_repeat, tp_as_sequence, PySequenceMethods),
    [Py_tp_alloc] = { offsetof(PyTypeObject, tp_alloc), -1 },
    [Py_tp_base] = { offsetof(PyTypeObject, tp_base), -1 },
    [Py_tp_bases] = { offsetof(PyTypeObject, tp_bases), -1 },
    [Py_tp_call] = { offsetof(PyTypeObject, tp_call), -1 },
    [Py_tp_clear] = { offsetof(PyTypeObject, tp_clear), -1 },
    [Py_tp_dealloc] = { offsetof(PyTypeObject, tp_dealloc), -1 },
    [Py_tp_del] = { offsetof(PyTypeObject, tp_del), -1 },
    [Py_tp_descr_get] = { offsetof(PyTypeObject, tp_descr_get), -1 },
    [Py_tp_descr_set] = { offsetof(PyTypeObject, tp_descr_set), -1 },
    [Py_tp_doc] = { offsetof(PyTypeObject, tp_doc), -1 },
    [Py_tp_getattr] = { offsetof(PyTypeObject, tp_getattr), -1 },
    [Py_tp_getattro] = { offsetof(PyTypeObject, tp_getattro), -1 },
    [Py_tp_hash] = { offsetof(PyTypeObject, tp_hash), -1 },
    [Py_tp_init] = { offsetof(PyTypeObject, tp_init), -1 },
    [Py_tp_is_gc] = { offsetof(PyTypeObject, tp_is_gc), -1 },
    [Py_tp_iter] = { offsetof(PyTypeObject, tp_iter), -1 },
    [Py_tp_iternext] = { offsetof(PyTypeObject, tp_iternext), -1 },
    [Py_tp_methods] = { offsetof(PyTypeObject, tp_methods), -1 },
    [Py_tp_new] = { offsetof(PyTypeObject, tp_new), -1 },
    [Py_tp_repr] = { offsetof(PyTypeObject, tp_repr), -1 },
    [Py_tp_richcompare] = { offsetof(PyTypeObject, tp_richcompare), -1 },
    [Py_tp_setattr] = { offsetof(PyTypeObject, tp_setattr), -1 },
    [Py_tp_setattro] = { offsetof(PyTypeObject, tp_setattro), -1 },
    [Py_tp_str] = { offsetof(PyTypeObject, tp_str), -1 },
    [Py_tp_traverse] = { offsetof(PyTypeObject, tp_traverse), -1 },
    [Py_tp_members] = { offsetof(PyTypeObject, tp_members), -1 },
    [Py_tp_getset] = { offsetof(PyTypeObject, tp_getset), -1 },
    [Py_tp_free] = { offsetof(PyTypeObject, tp_free), -1 },
    SUITE_SLOT(nb_matrix_multiply, tp_as_number, PyNumberMethods),
    SUITE_SLOT(nb_inplace_matrix_multiply, tp_as_number, PyNumberMethods),
    SUITE_SLOT(am_await, tp_as_async, PyAsyncMethods),
    SUITE_SLOT(am_aiter, tp_as_async, PyAsyncMethods),
    SUITE_SLOT(am_anext, tp_as_async, PyAsyncMethods),
    [Py_tp_finalize] = { offsetof(PyTypeObject, tp_finalize), -1 },
    SUITE_SLOT(am_send, tp_as_async, PyAsyncMethods),
};
#define NSLOTS ((int)(sizeof slot_offsets / sizeof *slot_offsets))

/* What the slots of a spec say besides functions. */
struct special_offset { Py_ssize_t offset; bool relative, given; };
struct spec_parts {
    Py_ssize_t nmembers;
    struct special_offset weaklist, dict, vectorcall;
    char *doc;                                   /* owned copy */
};

static bool
relative(PyMemberDef *m)
{
    return (m->flags & Py_RELATIVE_OFFSET) != 0;
}

static int
scan_members(PyType_Spec *spec, PyMemberDef *m, struct spec_parts *p)
{
    if (p->nmembers != 0) {
        PyErr_SetString(PyExc_SystemError, "Multiple Py_tp_members slots are not supported.");
        return -1;
    }
    for (; m->name != NULL; m++) {
        p->nmembers++;
        if (relative(m) && spec->basicsize > 0) {
            PyErr_SetString(PyExc_SystemError, "With Py_RELATIVE_OFFSET, basicsize must be negative.");
            return -1;
        }
        if (relative(m) && (m->offset < 0 || m->offset >= -spec->basicsize)) {
            PyErr_SetString(PyExc_SystemError, "Member offset out of range (0..-basicsize)");
            return -1;
        }
        struct special_offset *special = strcmp(m->name, "__weaklistoffset__") == 0 ? &p->weaklist
            : strcmp(m->name, "__dictoffset__") == 0                                ? &p->dict
            : strcmp(m->name, "__vectorcalloffset__") == 0                          ? &p->vectorcall
                                                                                    : NULL;
        if (special != NULL)
            *special = (struct special_offset){ m->offset, relative(m), true };
    }
    return 0;
}

static int
scan_slots(PyType_Spec *spec, struct spec_parts *p)
{
    for (PyType_Slot *s = spec->slots; s->slot != 0; s++) {
        if (s->slot < 0 || s->slot >= NSLOTS) {
            PyErr_SetString(PyExc_RuntimeError, "invalid slot offset");
            return -1;
        }
        if (s->slot == Py_tp_members && scan_members(spec, s->pfunc, p) < 0)
            return -1;
        if (s->slot != Py_tp_doc)
            continue;
        if (p->doc != NULL) {
            PyErr_SetString(PyExc_SystemError, "Multiple Py_tp_doc slots are not supported.");
            return -1;
        }
        if (s->pfunc == NULL)
            continue;
        size_t n = strlen(s->pfunc) + 1;
        p->doc = PyMem_Malloc(n);
        if (p->doc == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        memcpy(p->doc, s->pfunc, n);
    }
    return 0;
}

/* The bases as a tuple: from the argument, else from the slots, else object. */
static PyObject *
spec_bases(PyObject *given, PyType_Spec *spec)
{
    if (given != NULL)
        return PyTuple_Check(given) ? Py_NewRef(given) : PyTuple_Pack(1, given);
    PyObject *bases = NULL;
    PyTypeObject *base = &PyBaseObject_Type;
    for (PyType_Slot *s = spec->slots; s->slot != 0; s++) {
        if (s->slot == Py_tp_base)
            base = s->pfunc;
        else if (s->slot == Py_tp_bases)
            bases = s->pfunc;
    }
    if (bases == NULL)
        return PyTuple_Pack(1, base);
    if (PyTuple_Check(bases))
        return Py_NewRef(bases);
    PyErr_SetString(PyExc_SystemError, "Py_tp_bases is not a tuple");
    return NULL;
}

static int
check_immutable_bases(const char *name, PyObject *bases)
{
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(bases); i < n; i++) {
        PyObject *base = PyTuple_GET_ITEM(bases, i);
        if (!PyType_Check(base) || type_has((PyTypeObject *)base, Py_TPFLAGS_IMMUTABLETYPE))
            continue;
        if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "Creating immutable type %s from mutable base %N is deprecated, "
                             "and slated to be disallowed in Python 3.14.", name, base) < 0)
            return -1;
    }
    return 0;
}

static PyTypeObject *
spec_metaclass(PyTypeObject *metaclass, PyObject *bases, const char *name, bool allow_custom_new)
{
    metaclass = type_calculate_metaclass(metaclass != NULL ? metaclass : &PyType_Type, bases);
    if (metaclass == NULL)
        return NULL;
    if (!PyType_Check((PyObject *)metaclass)) {
        PyErr_Format(PyExc_TypeError, "Metaclass '%R' is not a subclass of 'type'.", metaclass);
        return NULL;
    }
    if (metaclass->tp_new == NULL || metaclass->tp_new == PyType_Type.tp_new)
        return metaclass;
    if (!allow_custom_new) {
        PyErr_SetString(PyExc_TypeError, "Metaclasses with custom tp_new are not supported.");
        return NULL;
    }
    if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "Type %s uses PyType_Spec with a metaclass that has custom tp_new. "
                         "This is deprecated and will no longer be allowed in Python 3.14.", name) < 0)
        return NULL;
    return metaclass;
}

/* tp_basicsize; *data_offset is where relative members count from. -1 with an exception. */
static Py_ssize_t
spec_basicsize(PyType_Spec *spec, PyTypeObject *base, Py_ssize_t *data_offset)
{
    *data_offset = spec->basicsize;
    if (spec->basicsize == 0)
        return base->tp_basicsize;
    if (spec->basicsize > 0)
        return spec->basicsize;
    if (base->tp_itemsize != 0 && !((base->tp_flags | spec->flags) & Py_TPFLAGS_ITEMS_AT_END)) {
        PyErr_SetString(PyExc_SystemError, "Cannot extend variable-size class without Py_TPFLAGS_ITEMS_AT_END.");
        return -1;
    }
    *data_offset = ALIGN_UP(base->tp_basicsize);
    return *data_offset + ALIGN_UP(-(Py_ssize_t)spec->basicsize);
}

static void
copy_slots(PyTypeObject *t, PyType_Spec *spec, Py_ssize_t nmembers, Py_ssize_t data_offset)
{
    PyHeapTypeObject *ht = type_heap(t);
    t->tp_as_async = &ht->as_async;
    t->tp_as_number = &ht->as_number;
    t->tp_as_sequence = &ht->as_sequence;
    t->tp_as_mapping = &ht->as_mapping;
    t->tp_as_buffer = &ht->as_buffer;
    for (PyType_Slot *s = spec->slots; s->slot != 0; s++) {
        if (s->slot == Py_tp_base || s->slot == Py_tp_bases || s->slot == Py_tp_doc)
            continue;
        if (s->slot == Py_tp_members) {
            PyMemberDef *m = type_heap_members(t);
            memcpy(m, s->pfunc, (size_t)nmembers * sizeof *m);
            t->tp_members = m;
            for (Py_ssize_t i = 0; i < nmembers; i++, m++) {
                if (relative(m)) {
                    m->flags &= ~Py_RELATIVE_OFFSET;
                    m->offset += data_offset;
                }
            }
            continue;
        }
        char *at = (char *)t + slot_offsets[s->slot].slot;
        if (slot_offsets[s->slot].sub >= 0)
            at = *(char **)at + slot_offsets[s->slot].sub;
        *(void **)at = s->pfunc;
    }
}

static int
set_names(PyTypeObject *t, const char *full)
{
    PyHeapTypeObject *ht = type_heap(t);
    const char *dot = strrchr(full, '.');
    size_t n = strlen(full) + 1;
    ht->ht_name = PyUnicode_FromString(dot == NULL ? full : dot + 1);
    if (ht->ht_name == NULL)
        return -1;
    ht->ht_qualname = Py_NewRef(ht->ht_name);
    ht->_ht_tpname = PyMem_Malloc(n);
    if (ht->_ht_tpname == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(ht->_ht_tpname, full, n);
    t->tp_name = ht->_ht_tpname;
    return 0;
}

/* An instance must have room for what its base and its offsets say. */
static int
check_sizes(PyTypeObject *t)
{
    if (t->tp_basicsize < t->tp_base->tp_basicsize) {
        PyErr_Format(PyExc_TypeError, "tp_basicsize for type '%s' (%zd) is too small for base '%s' (%zd)", t->tp_name,
                     t->tp_basicsize, t->tp_base->tp_name, t->tp_base->tp_basicsize);
        return -1;
    }
    if (t->tp_weaklistoffset > 0 && t->tp_weaklistoffset + (Py_ssize_t)sizeof(PyObject *) > t->tp_basicsize) {
        PyErr_Format(PyExc_TypeError, "weaklist offset %zd is out of bounds for type '%s' (tp_basicsize = %zd)",
                     t->tp_weaklistoffset, t->tp_name, t->tp_basicsize);
        return -1;
    }
    if (t->tp_dictoffset > 0 && t->tp_dictoffset + (Py_ssize_t)sizeof(PyObject *) > t->tp_basicsize) {
        PyErr_Format(PyExc_TypeError, "dict offset %zd is out of bounds for type '%s' (tp_basicsize = %zd)",
                     t->tp_dictoffset, t->tp_name, t->tp_basicsize);
        return -1;
    }
    if (t->tp_vectorcall_offset != 0
        && t->tp_vectorcall_offset + (Py_ssize_t)sizeof(vectorcallfunc) > t->tp_basicsize) {
        PyErr_Format(PyExc_TypeError, "vectorcall offset %zd is out of bounds for type '%s' (tp_basicsize = %zd)",
                     t->tp_vectorcall_offset, t->tp_name, t->tp_basicsize);
        return -1;
    }
    return 0;
}

/* __doc__, __module__, and away with the members that only told offsets. */
static int
finish_dict(PyTypeObject *t, PyType_Spec *spec, struct spec_parts *p)
{
    PyObject *dict = t->tp_dict;
    if (t->tp_doc != NULL) {
        PyObject *doc = descr_doc_text(t->tp_name, t->tp_doc);
        if (doc == Py_None)
            doc = EMPTY_STR;
        int err = doc == NULL ? -1 : PyDict_SetItem(dict, ID(__doc__), doc);
        Py_XDECREF(doc);
        if (err < 0)
            return -1;
    }
    if (p->weaklist.given && PyDict_PopString(dict, "__weaklistoffset__", NULL) < 0)
        return -1;
    if (p->dict.given && PyDict_PopString(dict, "__dictoffset__", NULL) < 0)
        return -1;
    int own = PyDict_Contains(dict, ID(__module__));
    if (own != 0)
        return own < 0 ? -1 : 0;
    const char *dot = strrchr(spec->name, '.');
    if (dot == NULL)
        return PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "builtin type %.200s has no __module__ attribute", spec->name);
    PyObject *module = PyUnicode_FromStringAndSize(spec->name, dot - spec->name);
    int err = module == NULL ? -1 : PyDict_SetItem(dict, ID(__module__), module);
    Py_XDECREF(module);
    return err;
}

static Py_ssize_t
absolute(struct special_offset *o, Py_ssize_t data_offset)
{
    return o->relative ? o->offset + data_offset : o->offset;
}

static PyTypeObject *
build(PyTypeObject *metaclass, PyObject *module, PyType_Spec *spec, PyObject *bases, struct spec_parts *p,
      bool allow_custom_new)
{
    Py_ssize_t data_offset;
    if ((spec->flags & Py_TPFLAGS_IMMUTABLETYPE) && check_immutable_bases(spec->name, bases) < 0)
        return NULL;
    metaclass = spec_metaclass(metaclass, bases, spec->name, allow_custom_new);
    PyTypeObject *base = metaclass == NULL ? NULL : type_best_base(bases);
    Py_ssize_t basicsize = base == NULL ? -1 : spec_basicsize(spec, base, &data_offset);
    if (basicsize < 0)
        return NULL;
    PyTypeObject *t = (PyTypeObject *)metaclass->tp_alloc(metaclass, p->nmembers);
    if (t == NULL)
        return NULL;
    t->tp_flags = spec->flags | Py_TPFLAGS_HEAPTYPE;
    t->tp_doc = p->doc;
    p->doc = NULL;
    t->tp_base = (PyTypeObject *)Py_NewRef(base);
    t->tp_bases = Py_NewRef(bases);
    type_heap(t)->ht_module = Py_XNewRef(module);
    t->tp_basicsize = basicsize;
    t->tp_itemsize = spec->itemsize;
    if (set_names(t, spec->name) < 0)
        goto fail;
    copy_slots(t, spec, p->nmembers, data_offset);
    if (t->tp_dealloc == NULL)
        t->tp_dealloc = subtype_dealloc;
    t->tp_vectorcall_offset = absolute(&p->vectorcall, data_offset);
    t->tp_weaklistoffset = absolute(&p->weaklist, data_offset);
    t->tp_dictoffset = absolute(&p->dict, data_offset);
    if (PyType_Ready(t) < 0 || check_sizes(t) < 0 || finish_dict(t, spec, p) < 0)
        goto fail;
    return t;
fail:
    Py_DECREF(t);
    return NULL;
}

static PyObject *
from_spec(PyTypeObject *metaclass, PyObject *module, PyType_Spec *spec, PyObject *given, bool allow_custom_new)
{
    struct spec_parts p = { 0 };
    PyTypeObject *t = NULL;
    PyObject *bases = NULL;
    if (scan_slots(spec, &p) < 0)
        goto done;
    if (spec->name == NULL) {
        PyErr_SetString(PyExc_SystemError, "Type spec does not define the name field.");
        goto done;
    }
    bases = spec_bases(given, spec);
    if (bases != NULL)
        t = build(metaclass, module, spec, bases, &p, allow_custom_new);
done:
    Py_XDECREF(bases);
    PyMem_Free(p.doc);
    return (PyObject *)t;
}

PyObject *
PyType_FromMetaclass(PyTypeObject *metaclass, PyObject *module, PyType_Spec *spec, PyObject *bases)
{
    return from_spec(metaclass, module, spec, bases, false);
}

PyObject *
PyType_FromModuleAndSpec(PyObject *module, PyType_Spec *spec, PyObject *bases)
{
    return from_spec(NULL, module, spec, bases, true);
}

PyObject *
PyType_FromSpecWithBases(PyType_Spec *spec, PyObject *bases)
{
    return from_spec(NULL, NULL, spec, bases, true);
}

PyObject *PyType_FromSpec(PyType_Spec *spec) { return from_spec(NULL, NULL, spec, NULL, true); }

/* ---- slots, modules, data ---- */

void *
PyType_GetSlot(PyTypeObject *t, int slot)
{
    if (slot <= 0 || slot >= NSLOTS) {
        PyErr_BadInternalCall();
        return NULL;
    }
    void *value = *(void **)((char *)t + slot_offsets[slot].slot);
    if (value == NULL || slot_offsets[slot].sub < 0)
        return value;
    return *(void **)((char *)value + slot_offsets[slot].sub);
}

PyObject *
PyType_GetModule(PyTypeObject *t)
{
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE)) {
        PyErr_Format(PyExc_TypeError, "PyType_GetModule: Type '%s' is not a heap type", t->tp_name);
        return NULL;
    }
    if (type_heap(t)->ht_module == NULL)
        PyErr_Format(PyExc_TypeError, "PyType_GetModule: Type '%s' has no associated module", t->tp_name);
    return type_heap(t)->ht_module;
}

void *
PyType_GetModuleState(PyTypeObject *t)
{
    PyObject *m = PyType_GetModule(t);
    return m == NULL ? NULL : module_state(m);
}

/* The module of t or of one of its bases that was made from def; borrowed, NULL without exception. */
static PyObject *
module_by_def(PyTypeObject *t, PyModuleDef *def)
{
    PyObject *mro = t->tp_mro;
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE) || mro == NULL)
        return NULL;
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro); i < n; i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (!type_has(base, Py_TPFLAGS_HEAPTYPE))
            continue;
        PyObject *m = type_heap(base)->ht_module;
        if (m != NULL && PyModule_Check(m) && module_def(m) == def)
            return m;
    }
    return NULL;
}

PyObject *
PyType_GetModuleByDef(PyTypeObject *t, PyModuleDef *def)
{
    PyObject *m = module_by_def(t, def);
    if (m == NULL)
        PyErr_Format(PyExc_TypeError, "PyType_GetModuleByDef: No superclass of '%s' has the given module", t->tp_name);
    return m;
}

PyObject *
_PyType_GetModuleByDef2(PyTypeObject *a, PyTypeObject *b, PyModuleDef *def)
{
    PyObject *m = module_by_def(a, def);
    if (m == NULL)
        m = module_by_def(b, def);
    if (m == NULL)
        PyErr_Format(PyExc_TypeError, "PyType_GetModuleByDef: No superclass of '%s' nor '%s' has the given module",
                     a->tp_name, b->tp_name);
    return m;
}

PyObject *
_PyType_GetModuleByDef3(PyTypeObject *a, PyTypeObject *b, PyTypeObject *c, PyModuleDef *def)
{
    PyObject *m = module_by_def(a, def);
    if (m == NULL)
        m = module_by_def(b, def);
    if (m == NULL)
        m = module_by_def(c, def);
    if (m == NULL)
        PyErr_Format(PyExc_TypeError, "PyType_GetModuleByDef: No superclass of '%s' nor '%s' nor '%s' has the given module",
                     a->tp_name, b->tp_name, c->tp_name);
    return m;
}

void *PyObject_GetTypeData(PyObject *obj, PyTypeObject *cls) { return (char *)obj + ALIGN_UP(cls->tp_base->tp_basicsize); }

Py_ssize_t
PyType_GetTypeDataSize(PyTypeObject *cls)
{
    Py_ssize_t n = cls->tp_basicsize - ALIGN_UP(cls->tp_base->tp_basicsize);
    return n < 0 ? 0 : n;
}

void *
PyObject_GetItemData(PyObject *obj)
{
    if (!type_has(Py_TYPE(obj), Py_TPFLAGS_ITEMS_AT_END)) {
        PyErr_Format(PyExc_TypeError, "type '%s' does not have Py_TPFLAGS_ITEMS_AT_END", Py_TYPE(obj)->tp_name);
        return NULL;
    }
    return (char *)obj + Py_TYPE(obj)->tp_basicsize;
}

/* ---- collection flags ---- */

struct flags_change { unsigned long mask, flags; };

static int
set_flags_below(PyTypeObject *t, void *arg)
{
    struct flags_change *c = arg;
    if (type_has(t, Py_TPFLAGS_IMMUTABLETYPE) || (t->tp_flags & c->mask) == c->flags)
        return 0;
    t->tp_flags = (t->tp_flags & ~c->mask) | c->flags;
    return type_each_subclass(t, set_flags_below, c);
}

void
type_set_collection_flags(PyTypeObject *t, unsigned long mask, unsigned long flags)
{
    struct flags_change c = { mask, flags };
    (void)set_flags_below(t, &c);
}
