/* modules/ctypes/array.c: array types (T * n) and their instances. The types are kept by item type and length, weakly. */
#include "modules/ctypes/ctypes.h"

#include <string.h>
#include <wchar.h>

/* ---- the metatype ---- */

static void pass_array(struct ct_info *info, struct cdata *self, struct ct_arg *arg)
{
    arg->ffi = &ct_type_pointer;
    arg->tag = 'P';
    arg->value.p = self->ptr;
}

/* _length_ of the class, or -1 with exception */
static Py_ssize_t class_length(struct ct_state *st, PyObject *type)
{
    PyObject *o;
    Py_ssize_t n = -1;
    int overflow = 0;
    if (PyObject_GetOptionalAttr(type, st->s_length, &o) < 0)
        return -1;
    if (o == NULL || o == Py_None)
        PyErr_SetString(PyExc_AttributeError, "class must define a '_length_' attribute");
    else if (!PyLong_Check(o))
        PyErr_SetString(PyExc_TypeError, "The '_length_' attribute must be an integer");
    else if (PyLong_AsLongAndOverflow(o, &overflow) < 0 && overflow <= 0)
        PyErr_SetString(PyExc_ValueError, "The '_length_' attribute must not be negative");
    else if ((n = PyLong_AsSsize_t(o)) < 0 && PyErr_ExceptionMatches(PyExc_OverflowError))
        PyErr_SetString(PyExc_OverflowError, "The '_length_' attribute is too large");
    Py_XDECREF(o);
    return n;
}

static int fill_info(struct ct_info *info, struct ct_info *item, PyObject *proto, Py_ssize_t length)
{
    if (item->size != 0 && length > PY_SSIZE_T_MAX / item->size) {
        PyErr_SetString(PyExc_OverflowError, "array too large");
        return -1;
    }
    info->proto = Py_NewRef(proto);
    info->length = length;
    info->size = item->size * length;
    info->align = item->align;
    info->ffi = &ct_type_pointer;
    info->param = pass_array;
    if (item->flags & (CT_IS_POINTER | CT_HAS_POINTER))
        info->flags |= CT_HAS_POINTER;
    info->format = ct_format(NULL, item->format == NULL ? "B" : item->format);
    info->ndim = (short)(item->ndim + 1);
    info->shape = PyMem_Malloc(sizeof *info->shape * (size_t)info->ndim);
    if (info->format == NULL || info->shape == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    info->shape[0] = length;
    if (item->ndim > 0)
        memcpy(info->shape + 1, item->shape, sizeof *info->shape * (size_t)item->ndim);
    ct_class_merge(info, 0, info, false);
    return 0;
}

static PyGetSetDef char_array_getset[], wchar_array_getset[];

static int add_getset(PyTypeObject *type, PyGetSetDef *defs)
{
    PyObject *dict = PyType_GetDict(type);
    int r = dict == NULL ? -1 : 0;
    for (; r == 0 && defs->name != NULL; defs++) {
        PyObject *descr = PyDescr_NewGetSet(type, defs);
        r = descr == NULL ? -1 : PyDict_SetItemString(dict, defs->name, descr);
        Py_XDECREF(descr);
    }
    Py_XDECREF(dict);
    PyType_Modified(type);
    return r;
}

static int array_meta_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    struct ct_state *st = ct_state_of_meta((PyTypeObject *)self);
    PyObject *proto = NULL;
    if (st == NULL || PyType_Type.tp_init(self, args, kwds) < 0)
        return -1;
    if (((PyTypeObject *)self)->tp_base == st->cdata)                  /* Array itself */
        return 0;
    Py_ssize_t length = class_length(st, self);
    if (length < 0 || PyObject_GetOptionalAttr(self, st->s_type, &proto) < 0)
        return -1;
    if (proto == NULL) {
        PyErr_SetString(PyExc_AttributeError, "class must define a '_type_' attribute");
        return -1;
    }
    struct ct_info *item = ct_info_of(st, proto), *info;
    int r = -1;
    if (item == NULL)
        PyErr_SetString(PyExc_TypeError, "_type_ must have storage info");
    else if ((info = ct_info_init(st, (PyTypeObject *)self)) != NULL) {
        r = fill_info(info, item, proto, length);
        if (r == 0 && item->get == ct_get_char)
            r = add_getset((PyTypeObject *)self, char_array_getset);
        else if (r == 0 && item->get == ct_get_wchar)
            r = add_getset((PyTypeObject *)self, wchar_array_getset);
    }
    Py_DECREF(proto);
    return r;
}

static PyMethodDef array_meta_methods[] = { CT_META_METHODS(ct_from_param), { NULL } };
static PyType_Slot array_meta_slots[] = {
    { Py_tp_doc, "metatype of array types" }, { Py_tp_methods, array_meta_methods }, { Py_tp_init, array_meta_init }, { 0, NULL },
};
PyType_Spec ct_array_meta_spec = {
    .name = "_ctypes.PyCArrayType", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = array_meta_slots,
};

/* ---- types by item and length ---- */

/* Called when a type dies: takes its weak reference out of the dict. */
struct remover { PyObject_HEAD PyObject *key, *dict; };

static int remover_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct remover *self = (struct remover *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->key);
    Py_VISIT(self->dict);
    return 0;
}

static int remover_clear(PyObject *op)
{
    Py_CLEAR(((struct remover *)op)->key);
    Py_CLEAR(((struct remover *)op)->dict);
    return 0;
}

static void remover_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    remover_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *remover_call(PyObject *op, PyObject *args, PyObject *kwds)
{
    struct remover *self = (struct remover *)op;
    PyObject *key = self->key, *dict = self->dict;
    self->key = self->dict = NULL;
    if (key != NULL && dict != NULL && PyDict_DelItem(dict, key) < 0) {
        if (PyErr_ExceptionMatches(PyExc_KeyError))
            PyErr_Clear();
        else
            PyErr_FormatUnraisable("Exception ignored on calling _ctypes.DictRemover");
    }
    Py_XDECREF(key);
    Py_XDECREF(dict);
    Py_RETURN_NONE;
}

static PyType_Slot remover_slots[] = {
    { Py_tp_dealloc, remover_dealloc }, { Py_tp_traverse, remover_traverse }, { Py_tp_clear, remover_clear }, { Py_tp_call, remover_call },
    { Py_tp_doc, "removes a key from a dictionary" }, { 0, NULL },
};
PyType_Spec ct_remover_spec = {
    .name = "_ctypes.DictRemover", .basicsize = sizeof(struct remover),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, .slots = remover_slots,
};

static int cache_type(struct ct_state *st, PyObject *key, PyObject *type)
{
    struct remover *remover = PyObject_GC_New(struct remover, st->remover);
    if (remover == NULL)
        return -1;
    remover->key = Py_NewRef(key);
    remover->dict = Py_NewRef(st->array_cache);
    PyObject_GC_Track(remover);
    PyObject *ref = PyWeakref_NewRef(type, (PyObject *)remover);
    int r = ref == NULL ? -1 : PyDict_SetItem(st->array_cache, key, ref);
    Py_XDECREF(ref);
    Py_DECREF(remover);
    return r;
}

static PyObject *new_type(struct ct_state *st, PyObject *item, Py_ssize_t length)
{
    if (!PyType_Check(item)) {
        PyErr_SetString(PyExc_TypeError, "Expected a type object");
        return NULL;
    }
    char name[256];
    PyOS_snprintf(name, sizeof name, "%.200s_Array_%ld", ct_name(item), (long)length);
    return PyObject_CallFunction((PyObject *)st->array_meta, "s(O){s:n,s:O}", name, st->array, "_length_", length, "_type_", item);
}

PyObject *ct_array_type(struct ct_state *st, PyObject *item, Py_ssize_t length)
{
    PyObject *key = Py_BuildValue("(On)", item, length), *ref = NULL, *type = NULL;
    if (key == NULL)
        return NULL;
    int r = PyDict_GetItemRef(st->array_cache, key, &ref);
    if (r > 0)
        r = PyWeakref_GetRef(ref, &type) < 0 ? -1 : 0;
    Py_XDECREF(ref);
    if (r == 0 && type == NULL) {
        type = new_type(st, item, length);
        if (type != NULL && cache_type(st, key, type) < 0)
            Py_CLEAR(type);
    }
    Py_DECREF(key);
    return type;
}

/* ---- instances ---- */

static int array_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++)
        if (PySequence_SetItem(self, i, PyTuple_GET_ITEM(args, i)) < 0)
            return -1;
    return 0;
}

static int check_index(struct cdata *self, Py_ssize_t i)
{
    if (i >= 0 && i < self->length)
        return 0;
    PyErr_SetString(PyExc_IndexError, "invalid index");
    return -1;
}

static PyObject *array_item(PyObject *op, Py_ssize_t i)
{
    struct cdata *self = (struct cdata *)op;
    PyObject *proto = ct_info_self(self)->proto;
    Py_ssize_t size = ct_info_at((PyTypeObject *)proto)->size;
    return check_index(self, i) < 0 ? NULL : ct_get(proto, NULL, op, i, size, self->ptr + i * size);
}

static int array_set_item(PyObject *op, Py_ssize_t i, PyObject *value)
{
    struct cdata *self = (struct cdata *)op;
    struct ct_info *info = ct_info_self(self);
    Py_ssize_t size = ct_info_at((PyTypeObject *)info->proto)->size;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "Array does not support item deletion");
        return -1;
    }
    return check_index(self, i) < 0 ? -1 : ct_set(info->st, op, info->proto, NULL, value, i, size, self->ptr + i * size);
}

PyObject *ct_run_chars(struct ct_state *st, PyObject *proto, const char *at, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n)
{
    struct ct_info *info = ct_info_at((PyTypeObject *)proto);
    bool wide = info->get == ct_get_wchar;
    if (!wide && info->get != ct_get_char)
        return NULL;
    size_t width = wide ? sizeof(wchar_t) : 1;
    if (n <= 0)
        return wide ? PyUnicode_New(0, 0) : PyBytes_FromStringAndSize(NULL, 0);
    at += start * (Py_ssize_t)width;
    if (step == 1)
        return wide ? PyUnicode_FromWideChar((const wchar_t *)at, n) : PyBytes_FromStringAndSize(at, n);
    char *run = PyMem_Malloc((size_t)n * width);
    if (run == NULL)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < n; i++)
        memcpy(run + (size_t)i * width, at + i * step * (Py_ssize_t)width, width);
    PyObject *s = wide ? PyUnicode_FromWideChar((wchar_t *)(void *)run, n) : PyBytes_FromStringAndSize(run, n);
    PyMem_Free(run);
    return s;
}

static PyObject *array_slice(PyObject *op, PyObject *slice)
{
    struct cdata *self = (struct cdata *)op;
    struct ct_info *info = ct_info_self(self);
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0)
        return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(self->length, &start, &stop, step);
    PyObject *list = ct_run_chars(info->st, info->proto, self->ptr, start, step, n);
    if (list != NULL || PyErr_Occurred())
        return list;
    list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyObject *item = array_item(op, start + i * step);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyObject *array_subscript(PyObject *op, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        return array_item(op, i < 0 ? i + ((struct cdata *)op)->length : i);
    }
    if (PySlice_Check(key))
        return array_slice(op, key);
    PyErr_SetString(PyExc_TypeError, "indices must be integers");
    return NULL;
}

static int array_set_slice(PyObject *op, PyObject *slice, PyObject *value)
{
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0)
        return -1;
    Py_ssize_t n = PySlice_AdjustIndices(((struct cdata *)op)->length, &start, &stop, step), given = PySequence_Size(value);
    if (given != n) {
        PyErr_SetString(PyExc_ValueError, "Can only assign sequence of same size");
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(value, i);
        int r = item == NULL ? -1 : array_set_item(op, start + i * step, item);
        Py_XDECREF(item);
        if (r < 0)
            return -1;
    }
    return 0;
}

static int array_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "Array does not support item deletion");
        return -1;
    }
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return -1;
        return array_set_item(op, i < 0 ? i + ((struct cdata *)op)->length : i, value);
    }
    if (PySlice_Check(key))
        return array_set_slice(op, key, value);
    PyErr_SetString(PyExc_TypeError, "indices must be integer");
    return -1;
}

static Py_ssize_t array_length(PyObject *op) { return ((struct cdata *)op)->length; }

/* ---- arrays of characters: value, raw ---- */

static int fits_array(struct cdata *self, Py_ssize_t size, const char *message)
{
    if (size <= self->size)
        return 0;
    PyErr_SetString(PyExc_ValueError, message);
    return -1;
}

static PyObject *get_raw(PyObject *op, void *closure) { return PyBytes_FromStringAndSize(((struct cdata *)op)->ptr, ((struct cdata *)op)->size); }

static int set_raw(PyObject *op, PyObject *value, void *closure)
{
    Py_buffer view;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) < 0)
        return -1;
    int r = fits_array((struct cdata *)op, view.len, "byte string too long");
    if (r == 0)
        memmove(((struct cdata *)op)->ptr, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return r;
}

static PyObject *get_chars(PyObject *op, void *closure) { return ct_get_char_array(((struct cdata *)op)->ptr, ((struct cdata *)op)->size); }

static int set_chars(PyObject *op, PyObject *value, void *closure)
{
    struct cdata *self = (struct cdata *)op;
    if (value == NULL)
        PyErr_SetString(PyExc_TypeError, "can't delete attribute");
    else if (!PyBytes_Check(value))
        PyErr_Format(PyExc_TypeError, "bytes expected instead of %s instance", Py_TYPE(value)->tp_name);
    else if (fits_array(self, PyBytes_GET_SIZE(value), "byte string too long") == 0) {
        Py_ssize_t n = PyBytes_GET_SIZE(value);
        memcpy(self->ptr, PyBytes_AS_STRING(value), (size_t)(n < self->size ? n + 1 : n));
        return 0;
    }
    return -1;
}

static PyObject *get_wchars(PyObject *op, void *closure) { return ct_get_wchar_array(((struct cdata *)op)->ptr, ((struct cdata *)op)->size); }

static int set_wchars(PyObject *op, PyObject *value, void *closure)
{
    struct cdata *self = (struct cdata *)op;
    if (value == NULL)
        PyErr_SetString(PyExc_TypeError, "can't delete attribute");
    else if (!PyUnicode_Check(value))
        PyErr_Format(PyExc_TypeError, "unicode string expected instead of %s instance", Py_TYPE(value)->tp_name);
    else if (PyUnicode_GET_LENGTH(value) > self->size / (Py_ssize_t)sizeof(wchar_t))
        PyErr_SetString(PyExc_ValueError, "string too long");
    else
        return PyUnicode_AsWideChar(value, (wchar_t *)(void *)self->ptr, self->size / (Py_ssize_t)sizeof(wchar_t)) < 0 ? -1 : 0;
    return -1;
}

static PyGetSetDef char_array_getset[] = { { "raw", get_raw, set_raw, "all bytes" }, { "value", get_chars, set_chars, "string value" }, { NULL } };
static PyGetSetDef wchar_array_getset[] = { { "value", get_wchars, set_wchars, "string value" }, { NULL } };

static PyMethodDef array_methods[] = {
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, PyDoc_STR("__class_getitem__($type, object, /)\n--\n\nSee PEP 585") },
    { NULL },
};
static PyType_Slot array_slots[] = {
    { Py_tp_doc, "Base of array types, which are made by multiplying a C type with a length" }, { Py_tp_methods, array_methods },
    { Py_tp_init, array_init }, { Py_tp_new, ct_new }, { Py_bf_getbuffer, ct_get_buffer },
    { Py_sq_length, array_length }, { Py_sq_item, array_item }, { Py_sq_ass_item, array_set_item },
    { Py_mp_length, array_length }, { Py_mp_subscript, array_subscript }, { Py_mp_ass_subscript, array_ass_subscript }, { 0, NULL },
};
PyType_Spec ct_array_spec = {
    .name = "_ctypes.Array", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = array_slots,
};
