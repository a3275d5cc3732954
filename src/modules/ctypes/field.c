/* modules/ctypes/field.c: CField, the descriptor of a member of a structure or union; and the members of anonymous members. */
#include "modules/ctypes/ctypes.h"

#define BITS(size) ((size) >> 16)
#define LOW(size) ((size) & 0xffff)

static int field_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((struct field *)op)->proto);
    return 0;
}

static int field_clear(PyObject *op)
{
    Py_CLEAR(((struct field *)op)->proto);
    return 0;
}

static void field_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    field_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
}

/* Members that are arrays of characters are read and written as strings, those of simple types are read as their values. */
static void choose_access(struct ct_state *st, struct field *f)
{
    struct ct_info *info = ct_info_at(f->proto);
    if (!ct_is_simple_subclass(st, (PyObject *)f->proto))
        f->get = info->get;
    if (!PyObject_TypeCheck((PyObject *)f->proto, st->array_meta) || info->proto == NULL)
        return;
    ct_getter *item = ct_info_at((PyTypeObject *)info->proto)->get;
    f->get = item == ct_get_char ? ct_get_char_array : item == ct_get_wchar ? ct_get_wchar_array : NULL;
    f->set = item == ct_get_char ? ct_set_char_array : item == ct_get_wchar ? ct_set_wchar_array : NULL;
}

PyObject *ct_field_new(struct ct_state *st, PyObject *type, Py_ssize_t index)
{
    struct field *f = (struct field *)st->field->tp_alloc(st->field, 0);
    if (f == NULL)
        return NULL;
    f->proto = (PyTypeObject *)Py_NewRef(type);
    f->index = index;
    choose_access(st, f);
    return (PyObject *)f;
}

/* The instance's memory of the member, or NULL with exception. */
static char *place(struct field *f, PyObject *self)
{
    struct ct_info *info = f->proto == NULL ? NULL : ct_info_at(f->proto);
    if (info != NULL && ct_is_data(info->st, self))
        return ((struct cdata *)self)->ptr + f->offset;
    PyErr_SetString(PyExc_TypeError, "not a ctype instance");
    return NULL;
}

static PyObject *field_get(PyObject *op, PyObject *self, PyObject *type)
{
    struct field *f = (struct field *)op;
    if (self == NULL)
        return Py_NewRef(op);
    char *at = place(f, self);
    return at == NULL ? NULL : ct_get((PyObject *)f->proto, f->get, self, f->index, f->size, at);
}

int ct_field_set(PyObject *op, PyObject *self, PyObject *value)
{
    struct field *f = (struct field *)op;
    char *at = place(f, self);
    if (at == NULL)
        return -1;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "can't delete attribute");
        return -1;
    }
    return ct_set(ct_info_at(f->proto)->st, self, (PyObject *)f->proto, f->set, value, f->index, f->size, at);
}

static PyObject *field_repr(PyObject *op)
{
    struct field *f = (struct field *)op;
    const char *name = f->proto->tp_name;
    if (BITS(f->size) != 0)
        return PyUnicode_FromFormat("<Field type=%s, ofs=%zd:%zd, bits=%zd>", name, f->offset, LOW(f->size), BITS(f->size));
    return PyUnicode_FromFormat("<Field type=%s, ofs=%zd, size=%zd>", name, f->offset, f->size);
}

static PyObject *get_offset(PyObject *op, void *closure) { return PyLong_FromSsize_t(((struct field *)op)->offset); }
static PyObject *get_size(PyObject *op, void *closure) { return PyLong_FromSsize_t(((struct field *)op)->size); }

static PyGetSetDef field_getset[] = {
    { "offset", get_offset, NULL, "offset in bytes" }, { "size", get_size, NULL, "size in bytes; of bit-fields, bits << 16 | first bit" }, { NULL },
};
static PyType_Slot field_slots[] = {
    { Py_tp_doc, "Member of a structure or union" }, { Py_tp_dealloc, field_dealloc }, { Py_tp_traverse, field_traverse }, { Py_tp_clear, field_clear },
    { Py_tp_repr, field_repr }, { Py_tp_descr_get, field_get }, { Py_tp_descr_set, ct_field_set }, { Py_tp_getset, field_getset }, { 0, NULL },
};
PyType_Spec ct_field_spec = {
    .name = "_ctypes.CField", .basicsize = sizeof(struct field),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, .slots = field_slots,
};

/* ---- anonymous members ---- */

/* `type` gets a member `name` that is the member `inner` of its anonymous member `outer`. */
static int lift(struct ct_state *st, PyObject *type, PyObject *name, struct field *inner, Py_ssize_t index, Py_ssize_t offset)
{
    struct field *f = (struct field *)ct_field_new(st, (PyObject *)inner->proto, inner->index + index);
    if (f == NULL)
        return -1;
    f->size = inner->size;
    f->offset = inner->offset + offset;
    f->get = inner->get;
    f->set = inner->set;
    int r = PyObject_SetAttr(type, name, (PyObject *)f);
    Py_DECREF(f);
    return r;
}

static int lift_all(struct ct_state *st, PyObject *type, PyObject *proto, Py_ssize_t index, Py_ssize_t offset)
{
    PyObject *fields = PyObject_GetAttr(proto, st->s_fields), *seq;
    if (fields == NULL)
        return -1;
    seq = PySequence_Fast(fields, "_fields_ must be a sequence");
    Py_DECREF(fields);
    int r = seq == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; r == 0 && i < PySequence_Fast_GET_SIZE(seq); i++) {
        PyObject *name, *t, *bits, *inner = NULL;
        if (!PyArg_ParseTuple(PySequence_Fast_GET_ITEM(seq, i), "OO|O", &name, &t, &bits) || (inner = PyObject_GetAttr(proto, name)) == NULL)
            r = -1;
        else if (!Py_IS_TYPE(inner, st->field)) {
            PyErr_SetString(PyExc_TypeError, "unexpected type");
            r = -1;
        } else if (((struct field *)inner)->anonymous)
            r = lift_all(st, type, (PyObject *)((struct field *)inner)->proto, index + ((struct field *)inner)->index, offset + ((struct field *)inner)->offset);
        else
            r = lift(st, type, name, (struct field *)inner, index, offset);
        Py_XDECREF(inner);
    }
    Py_XDECREF(seq);
    return r;
}

int ct_fields_anonymous(struct ct_state *st, PyObject *type)
{
    PyObject *names, *seq;
    int r = PyObject_GetOptionalAttr(type, st->s_anonymous, &names);
    if (r <= 0)
        return r;
    seq = PySequence_Fast(names, "_anonymous_ must be a sequence");
    Py_DECREF(names);
    r = seq == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; r == 0 && i < PySequence_Fast_GET_SIZE(seq); i++) {
        PyObject *name = PySequence_Fast_GET_ITEM(seq, i), *f = PyObject_GetAttr(type, name);
        r = f == NULL ? -1 : 0;
        if (r == 0 && !Py_IS_TYPE(f, st->field)) {
            PyErr_Format(PyExc_AttributeError, "'%U' is specified in _anonymous_ but not in _fields_", name);
            r = -1;
        } else if (r == 0) {
            ((struct field *)f)->anonymous = 1;
            r = lift_all(st, type, (PyObject *)((struct field *)f)->proto, ((struct field *)f)->index, ((struct field *)f)->offset);
        }
        Py_XDECREF(f);
    }
    Py_XDECREF(seq);
    return r;
}
