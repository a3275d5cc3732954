/* modules/ctypes/struct.c: structure and union types and their instances; above all, where members stand.
 *
 * Members follow each other as gcc places them. A bit-field goes on in the storage unit of the bit-field before it, if it fits
 * and its type is no larger; a larger type makes the unit larger; else it opens a unit of its own. */
#include "modules/ctypes/ctypes.h"

#include <limits.h>
#include <string.h>

/* ---- layout ---- */

struct layout {
    Py_ssize_t size, align;            /* of what has been placed; alignment of the last member */
    Py_ssize_t unit_bits, used_bits;   /* the open storage unit of bit-fields; 0: none is open */
    Py_ssize_t pack;                   /* 0: natural alignment */
    bool big_endian;
};

static int layout_append(struct layout *l, struct field *f, struct ct_info *info)
{
    Py_ssize_t align = l->pack != 0 ? Py_MIN(l->pack, info->align) : info->align, pad = align == 0 ? 0 : -l->size & (align - 1);
    if (align != 0 && (align & (align - 1)) != 0)
        pad = l->size % align == 0 ? 0 : align - l->size % align;
    if (info->size > PY_SSIZE_T_MAX - l->size - pad) {
        PyErr_SetString(PyExc_OverflowError, "structure too large");
        return -1;
    }
    f->offset = l->size + pad;
    f->size = info->size;
    l->size = f->offset + info->size;
    l->align = align;
    return 0;
}

/* bits: 0 for what is no bit-field */
static int layout_place(struct layout *l, struct field *f, struct ct_info *info, Py_ssize_t bits)
{
    Py_ssize_t type_bits = info->size * 8;
    bool open = bits != 0 && l->unit_bits != 0;
    if (open && type_bits <= l->unit_bits && l->used_bits + bits <= l->unit_bits)
        f->offset = l->size - info->size;
    else if (open && type_bits >= l->unit_bits && l->used_bits + bits <= type_bits) {
        l->size += info->size - l->unit_bits / 8;
        l->unit_bits = type_bits;
        f->offset = l->size - info->size;
    } else {
        l->unit_bits = bits != 0 ? type_bits : 0;
        l->used_bits = 0;
        if (layout_append(l, f, info) < 0)
            return -1;
    }
    if (bits != 0) {
        f->size = CT_BITS(bits, l->big_endian ? l->unit_bits - l->used_bits - bits : l->used_bits);
        l->used_bits += bits;
    }
    return 0;
}

/* ---- _fields_ ---- */

/* _pack_ or _align_: a small integer that is not negative; -1 with exception */
static Py_ssize_t class_option(PyObject *type, PyObject *attr, const char *name, Py_ssize_t otherwise, bool *given)
{
    PyObject *o;
    if (PyObject_GetOptionalAttr(type, attr, &o) < 0)
        return -1;
    *given = o != NULL;
    if (o == NULL)
        return otherwise;
    int n = PyLong_AsInt(o);
    Py_DECREF(o);
    if (n >= 0)
        return n;
    if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_TypeError) || PyErr_ExceptionMatches(PyExc_OverflowError))
        PyErr_Format(PyExc_ValueError, "%s must be a non-negative integer", name);
    return -1;
}

struct members {                       /* the members of a type, being placed */
    struct ct_state *st;
    PyObject *type;
    struct ct_info *info;
    struct layout layout;
    Py_ssize_t size, align, base_length;   /* size: of unions, the largest member's */
    char *format;                      /* NULL: of unions */
    bool is_struct;
};

/* Bit-fields need an integer type that is not a character. */
static int check_bits(struct ct_info *info, PyObject *type, int bits)
{
    bool whole = info->ffi->type != FFI_TYPE_STRUCT && info->ffi->type != FFI_TYPE_POINTER && info->ffi->type != FFI_TYPE_FLOAT &&
                 info->ffi->type != FFI_TYPE_DOUBLE && info->ffi->type != FFI_TYPE_LONGDOUBLE;
    if (!whole || info->get == ct_get_char || info->get == ct_get_wchar) {
        PyErr_Format(PyExc_TypeError, "bit fields not allowed for type %s", ct_name(type));
        return -1;
    }
    if (bits > 0 && bits <= info->size * 8)
        return 0;
    PyErr_SetString(PyExc_ValueError, "number of bits invalid for bit field");
    return -1;
}

static int append_format(struct members *m, STEALS char *more)
{
    PyMem_Free(m->format);
    m->format = more;
    return more == NULL ? -1 : 0;
}

static int pad_format(struct members *m, Py_ssize_t n)
{
    char pad[32];
    if (n <= 0)
        return 0;
    if (n == 1)
        strcpy(pad, "x");
    else
        sprintf(pad, "%zdx", n);
    return append_format(m, ct_format(m->format, pad));
}

static int describe_member(struct members *m, PyObject *name, struct ct_info *info, Py_ssize_t padding)
{
    const char *text = PyUnicode_AsUTF8(name), *format = info->format == NULL ? "B" : info->format;
    if (text == NULL || pad_format(m, padding) < 0)
        return -1;
    char *item = PyMem_Malloc(strlen(text) + strlen(format) + 3);
    if (item == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    sprintf(item, "%s:%s:", format, text);
    int r = append_format(m, info->shape != NULL ? ct_format_shape(info->ndim, info->shape, m->format, item) : ct_format(m->format, item));
    PyMem_Free(item);
    return r;
}

static int add_member(struct members *m, PyObject *pair, Py_ssize_t i)
{
    PyObject *name, *type;
    int bits = 0;
    if (pair == NULL || !PyArg_ParseTuple(pair, "UO|i", &name, &type, &bits)) {
        PyErr_SetString(PyExc_TypeError, "'_fields_' must be a sequence of (name, C type) pairs");
        return -1;
    }
    struct ct_info *info = ct_info_of(m->st, type);
    if (info == NULL) {
        PyErr_Format(PyExc_TypeError, "second item in _fields_ tuple (index %zd) must be a C type", i);
        return -1;
    }
    if (info->flags & (CT_IS_POINTER | CT_HAS_POINTER))
        m->info->flags |= CT_HAS_POINTER;
    m->info->flags |= info->flags & (CT_HAS_UNION | CT_HAS_BITFIELD);
    info->flags |= CT_FINAL;
    if (PyTuple_GET_SIZE(pair) == 3) {
        m->info->flags |= CT_HAS_BITFIELD;
        if (check_bits(info, type, bits) < 0)
            return -1;
    }
    struct field *f = (struct field *)ct_field_new(m->st, type, m->base_length + i);
    if (f == NULL)
        return -1;
    if (!m->is_struct)
        m->layout = (struct layout){ .pack = m->layout.pack, .big_endian = m->layout.big_endian };
    Py_ssize_t end = m->layout.size;
    int r = layout_place(&m->layout, f, info, bits);
    if (r == 0 && m->is_struct)
        r = describe_member(m, name, info, f->offset - end);
    if (r == 0) {
        m->size = m->is_struct ? m->layout.size : Py_MAX(m->size, m->layout.size);
        m->align = Py_MAX(m->align, m->layout.align);
        ct_class_merge(m->info, f->offset, info, bits != 0);
        r = PyObject_SetAttr(m->type, name, (PyObject *)f);
    }
    Py_DECREF(f);
    return r;
}

/* All members are placed: the type is whole. */
static int finish(struct members *m, Py_ssize_t length)
{
    Py_ssize_t size = m->size, rest = size % m->align, padding = rest == 0 ? 0 : m->align - rest;
    if (padding > PY_SSIZE_T_MAX - size) {
        PyErr_SetString(PyExc_OverflowError, "structure too large");
        return -1;
    }
    if (m->is_struct && (pad_format(m, padding) < 0 || append_format(m, ct_format(m->format, "}")) < 0))
        return -1;
    struct ct_info *info = m->info;
    if (m->is_struct) {
        PyMem_Free(info->format);
        info->format = m->format;
        m->format = NULL;
    }
    info->size = size + padding;
    info->align = m->align;
    info->length = m->base_length + length;
    if (ct_info_aggregate(info) < 0)
        return -1;
    if (info->flags & CT_FINAL) {                  /* since a member was of this type */
        PyErr_SetString(PyExc_AttributeError, "Structure or union cannot contain itself");
        return -1;
    }
    info->flags |= CT_FINAL;
    return ct_fields_anonymous(m->st, m->type);
}

/* What the base has comes first. */
static int begin(struct members *m, Py_ssize_t align)
{
    struct ct_info *base = ct_info_of(m->st, (PyObject *)((PyTypeObject *)m->type)->tp_base);
    m->align = Py_MAX(align, 1);
    memset(m->info->cls, 0, sizeof m->info->cls);
    if (base != NULL) {
        m->layout.size = m->size = base->size;
        m->align = Py_MAX(m->align, base->align);
        m->base_length = base->length;
        memcpy(m->info->cls, base->cls, sizeof base->cls);
        if (base->flags & (CT_IS_POINTER | CT_HAS_POINTER))
            m->info->flags |= CT_HAS_POINTER;
        m->info->flags |= base->flags & (CT_HAS_UNION | CT_HAS_BITFIELD);
    }
    if (!m->is_struct)
        m->info->flags |= CT_HAS_UNION;
    m->format = m->is_struct ? ct_format(NULL, "T{") : NULL;
    return m->is_struct && m->format == NULL ? -1 : 0;
}

int ct_struct_fields(PyObject *type, PyObject *fields, bool is_struct)
{
    struct ct_state *st = ct_state_of_meta((PyTypeObject *)type);
    bool packed = false, aligned = false;
    if (st == NULL)
        return -1;
    struct members m = { .st = st, .type = type, .is_struct = is_struct };
    int swapped = PyObject_HasAttrWithError(type, st->s_swapped);
    if (swapped < 0)
        return -1;
    m.layout.big_endian = swapped ? PY_LITTLE_ENDIAN : !PY_LITTLE_ENDIAN;
    m.layout.pack = class_option(type, st->s_pack, "_pack_", 0, &packed);
    Py_ssize_t align = m.layout.pack < 0 ? -1 : class_option(type, st->s_align, "_align_", 1, &aligned), n;
    if (align < 0)
        return -1;
    if ((n = PySequence_Size(fields)) < 0) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, "'_fields_' must be a sequence of pairs");
        return -1;
    }
    m.info = ct_info_of(st, type);
    if (m.info == NULL) {
        PyErr_SetString(PyExc_TypeError, "ctypes state is not initialized");
        return -1;
    }
    if (m.info->flags & CT_FINAL) {
        PyErr_SetString(PyExc_AttributeError, "_fields_ is final");
        return -1;
    }
    int r = begin(&m, align);
    for (Py_ssize_t i = 0; r == 0 && i < n; i++) {
        PyObject *pair = PySequence_GetItem(fields, i);
        r = add_member(&m, pair, i);
        Py_XDECREF(pair);
    }
    if (r == 0)
        r = finish(&m, n);
    PyMem_Free(m.format);
    return r;
}

/* ---- the metatypes ---- */

static void pass_struct(struct ct_info *info, struct cdata *self, struct ct_arg *arg)
{
    arg->ffi = info->ffi;
    arg->tag = 'V';
    arg->value.p = self->ptr;
}

static int meta_init(PyObject *self, PyObject *args, PyObject *kwds, bool is_struct)
{
    PyTypeObject *type = (PyTypeObject *)self;
    struct ct_state *st = ct_state_of_meta(type);
    if (st == NULL || PyType_Type.tp_init(self, args, kwds) < 0)
        return -1;
    PyObject *dict = PyType_GetDict(type), *fields = NULL;
    int r = dict == NULL ? -1 : PyDict_Contains(dict, st->s_abstract);
    struct ct_info *info = r != 0 ? NULL : ct_info_init(st, type);
    if (r != 0 || info == NULL) {                  /* abstract: without info */
        Py_XDECREF(dict);
        return r > 0 ? 0 : -1;
    }
    if (!is_struct)
        info->flags |= CT_HAS_UNION;
    info->format = ct_format(NULL, "B");
    info->param = pass_struct;
    info->align = 0;
    r = info->format == NULL || ct_info_aggregate(info) < 0 ? -1 : PyDict_GetItemRef(dict, st->s_fields, &fields);
    Py_DECREF(dict);
    if (r > 0) {
        r = PyObject_SetAttr(self, st->s_fields, fields);
        Py_DECREF(fields);
        return r;
    }
    struct ct_info *base = r < 0 ? NULL : ct_info_of(st, (PyObject *)type->tp_base);
    if (base == NULL)
        return r;
    if (ct_info_clone(info, base) < 0)
        return -1;
    info->flags &= ~CT_FINAL;                      /* the copy may still get members, the base no more */
    base->flags |= CT_FINAL;
    return 0;
}

static int struct_meta_init(PyObject *self, PyObject *args, PyObject *kwds) { return meta_init(self, args, kwds, true); }
static int union_meta_init(PyObject *self, PyObject *args, PyObject *kwds) { return meta_init(self, args, kwds, false); }

static int meta_set_attr(PyObject *self, PyObject *name, PyObject *value, bool is_struct)
{
    if (PyType_Type.tp_setattro(self, name, value) < 0)
        return -1;
    return value != NULL && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "_fields_") == 0 ? ct_struct_fields(self, value, is_struct) : 0;
}

static int struct_meta_set_attr(PyObject *self, PyObject *name, PyObject *value) { return meta_set_attr(self, name, value, true); }
static int union_meta_set_attr(PyObject *self, PyObject *name, PyObject *value) { return meta_set_attr(self, name, value, false); }

static PyMethodDef struct_meta_methods[] = { CT_META_METHODS(ct_from_param), { NULL } };
static PyType_Slot struct_meta_slots[] = {
    { Py_tp_doc, "metatype of structures" }, { Py_tp_methods, struct_meta_methods }, { Py_tp_init, struct_meta_init },
    { Py_tp_setattro, struct_meta_set_attr }, { 0, NULL },
};
static PyType_Slot union_meta_slots[] = {
    { Py_tp_doc, "metatype of unions" }, { Py_tp_methods, struct_meta_methods }, { Py_tp_init, union_meta_init },
    { Py_tp_setattro, union_meta_set_attr }, { 0, NULL },
};
PyType_Spec ct_struct_meta_spec = {
    .name = "_ctypes.PyCStructType", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = struct_meta_slots,
};
PyType_Spec ct_union_meta_spec = {
    .name = "_ctypes.UnionType", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = union_meta_slots,
};

/* ---- instances ---- */

/* The name of the member fields[i], borrowed while *hold (owned) lives. */
static PyObject *member_name(PyObject *fields, Py_ssize_t i, PyObject **hold)
{
    PyObject *pair = PySequence_GetItem(fields, i);
    *hold = pair;
    if (pair == NULL || (PyTuple_Check(pair) && PyTuple_GET_SIZE(pair) > 0))
        return pair == NULL ? NULL : PyTuple_GET_ITEM(pair, 0);
    *hold = PySequence_GetItem(pair, 0);
    Py_DECREF(pair);
    return *hold;
}

static int set_member(PyObject *self, PyObject *name, PyObject *value, PyObject *kwds)
{
    int given = kwds == NULL ? 0 : PyDict_Contains(kwds, name);
    if (given > 0)
        PyErr_Format(PyExc_TypeError, "duplicate values for field %R", name);
    if (given != 0)
        return -1;
    PyTypeObject *type = Py_TYPE(self);
    PyObject *member = type->tp_setattro == PyObject_GenericSetAttr && PyUnicode_CheckExact(name) ? _PyType_Lookup(type, name) : NULL;
    if (member == NULL || !Py_IS_TYPE(member, ct_info_self(self)->st->field))
        return PyObject_SetAttr(self, name, value);
    Py_INCREF(member);                             /* as setting the attribute does, without looking it up in an instance's dict */
    int r = ct_field_set(member, self, value);
    Py_DECREF(member);
    return r;
}

/* Sets members of `type` and, first, of its bases from args[at...]. Returns how many arguments have been used, or -1. */
static Py_ssize_t set_members(struct ct_state *st, PyObject *self, PyTypeObject *type, PyObject *args, PyObject *kwds, Py_ssize_t at)
{
    if (ct_info_of(st, (PyObject *)type->tp_base) != NULL) {
        at = set_members(st, self, type->tp_base, args, kwds, at);
        if (at < 0)
            return -1;
    }
    Py_ssize_t given = PyTuple_GET_SIZE(args);
    PyObject *fields = at == given ? NULL : PyDict_GetItemWithError(type->tp_dict, st->s_fields);
    if (fields == NULL)
        return PyErr_Occurred() ? -1 : at;
    Py_INCREF(fields);
    Py_ssize_t n = PyObject_Size(fields);
    for (Py_ssize_t i = 0; at >= 0 && i < n && at < given; i++) {
        PyObject *hold, *name = member_name(fields, i, &hold);
        at = name == NULL || set_member(self, name, PyTuple_GET_ITEM(args, at), kwds) < 0 ? -1 : at + 1;
        Py_XDECREF(hold);
    }
    Py_DECREF(fields);
    return n < 0 ? -1 : at;
}

static int struct_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    if (PyTuple_GET_SIZE(args) > 0) {
        Py_ssize_t used = set_members(ct_info_self(self)->st, self, Py_TYPE(self), args, kwds, 0);
        if (used >= 0 && used < PyTuple_GET_SIZE(args))
            PyErr_SetString(PyExc_TypeError, "too many initializers");
        if (used != PyTuple_GET_SIZE(args))
            return -1;
    }
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    while (kwds != NULL && PyDict_Next(kwds, &pos, &key, &value))
        if (PyObject_SetAttr(self, key, value) < 0)
            return -1;
    return 0;
}

static PyType_Slot struct_slots[] = {
    { Py_tp_doc, "Base of structures" }, { Py_tp_init, struct_init }, { Py_tp_new, ct_new }, { Py_bf_getbuffer, ct_get_buffer }, { 0, NULL },
};
static PyType_Slot union_slots[] = {
    { Py_tp_doc, "Base of unions" }, { Py_tp_init, struct_init }, { Py_tp_new, ct_new }, { Py_bf_getbuffer, ct_get_buffer }, { 0, NULL },
};
PyType_Spec ct_struct_spec = {
    .name = "_ctypes.Structure", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = struct_slots,
};
PyType_Spec ct_union_spec = {
    .name = "_ctypes.Union", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = union_slots,
};
