/* modules/ctypes/pointer.c: pointer types and their instances, POINTER() and pointer(), and what may be cast to. */
#include "modules/ctypes/ctypes.h"

#include <string.h>

/* ---- the metatype ---- */

static void pass_pointer(struct ct_info *info, struct cdata *self, struct ct_arg *arg)
{
    arg->ffi = &ct_type_pointer;
    arg->tag = 'P';
    arg->value.p = *(void **)self->ptr;
}

static int set_proto(struct ct_state *st, struct ct_info *info, PyObject *proto)
{
    if (proto == NULL || !PyType_Check(proto)) {
        PyErr_SetString(PyExc_TypeError, "_type_ must be a type");
        return -1;
    }
    if (ct_info_of(st, proto) == NULL) {
        PyErr_SetString(PyExc_TypeError, "_type_ must have storage info");
        return -1;
    }
    Py_XSETREF(info->proto, Py_NewRef(proto));
    return 0;
}

static int set_format(struct ct_info *info, struct ct_info *item)
{
    const char *format = item->format == NULL ? "B" : item->format;
    info->format = item->shape != NULL ? ct_format_shape(item->ndim, item->shape, "&", format) : ct_format("&", format);
    return info->format == NULL ? -1 : 0;
}

static int pointer_meta_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyTypeObject *type = (PyTypeObject *)self;
    struct ct_state *st = ct_state_of_meta(type);
    struct ct_info *info = st == NULL ? NULL : ct_info_init(st, type);
    if (info == NULL)
        return -1;
    ct_info_is_address(info);
    info->param = pass_pointer;
    info->flags |= CT_IS_POINTER;
    if (PyType_Type.tp_init(self, args, kwds) < 0)
        return -1;
    PyObject *dict = PyType_GetDict(type), *proto = NULL;
    int r = dict == NULL ? -1 : PyDict_GetItemRef(dict, st->s_type, &proto);
    Py_XDECREF(dict);
    if (r > 0)
        r = set_proto(st, info, proto) < 0 ? -1 : set_format(info, ct_info_of(st, proto));
    Py_XDECREF(proto);
    return r;
}

static PyObject *set_type(PyObject *self, PyObject *type)
{
    struct ct_state *st = ct_state_of_meta((PyTypeObject *)self);
    if (st == NULL || set_proto(st, ct_info_at((PyTypeObject *)self), type) < 0 || PyObject_SetAttr(self, st->s_type, type) < 0)
        return NULL;
    Py_RETURN_NONE;
}

int ct_convert_pointer(struct ct_state *st, PyTypeObject *type, PyObject *value, struct ct_arg *arg)
{
    if (value == Py_None) {
        arg->keep = Py_None;                       /* becomes NULL */
        return 1;
    }
    struct ct_info *info = ct_info_at(type);
    if (!info->ready || info->proto == NULL) {
        PyErr_SetString(PyExc_TypeError, "abstract class");
        return -1;
    }
    int is = ct_param_instance(value, (PyTypeObject *)info->proto);
    if (is < 0)
        return -1;
    if (is && ct_is_data(st, value)) {             /* an instance of what it points to: as byref() */
        arg->ffi = &ct_type_pointer;
        arg->tag = 'P';
        arg->value.p = ((struct cdata *)value)->ptr;
        arg->keep = Py_NewRef(value);
        return 0;
    }
    if (PyObject_TypeCheck(value, st->pointer) || PyObject_TypeCheck(value, st->array)) {
        is = PyObject_IsSubclass(ct_info_self(value)->proto, info->proto);
        if (is != 0) {
            arg->keep = is < 0 ? NULL : Py_NewRef(value);
            return is;
        }
    }
    if (Py_IS_TYPE(value, st->carg) && ((struct carg *)value)->obj != NULL) {
        is = PyObject_IsInstance(((struct carg *)value)->obj, info->proto);
        if (is != 0) {
            arg->keep = is < 0 ? NULL : Py_NewRef(value);
            return is;
        }
    }
    return ct_convert_data(st, type, value, arg);
}

PyObject *ct_pointer_from_param(PyObject *type, PyObject *value)
{
    struct ct_state *st = ct_state_of_meta((PyTypeObject *)type);
    struct ct_arg arg = { 0 };
    return st == NULL ? NULL : ct_param_result(st, ct_convert_pointer(st, (PyTypeObject *)type, value, &arg), &arg);
}

static PyMethodDef pointer_meta_methods[] = {
    CT_META_METHODS(ct_pointer_from_param), { "set_type", set_type, METH_O, PyDoc_STR("set_type($self, type, /)\n--\n\n") }, { NULL },
};
static PyType_Slot pointer_meta_slots[] = {
    { Py_tp_doc, "metatype of pointer types" }, { Py_tp_methods, pointer_meta_methods }, { Py_tp_init, pointer_meta_init }, { 0, NULL },
};
PyType_Spec ct_pointer_meta_spec = {
    .name = "_ctypes.PyCPointerType", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = pointer_meta_slots,
};

/* ---- instances ---- */

/* Where the pointer points to, or NULL with ValueError. */
static char *target(PyObject *op)
{
    char *p = *(char **)((struct cdata *)op)->ptr;
    if (p == NULL)
        PyErr_SetString(PyExc_ValueError, "NULL pointer access");
    return p;
}

static PyObject *get_contents(PyObject *op, void *closure)
{
    char *p = target(op);
    struct ct_info *info = ct_info_self(op);
    return p == NULL ? NULL : ct_new_part(info->st, info->proto, op, 0, p);
}

static int set_contents(PyObject *op, PyObject *value, void *closure)
{
    struct cdata *self = (struct cdata *)op;
    struct ct_info *info = ct_info_self(self);
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "Pointer does not support item deletion");
        return -1;
    }
    int is = PyObject_IsInstance(value, info->proto);
    if (is <= 0 || !ct_is_data(info->st, value)) {
        if (is >= 0)
            PyErr_Format(PyExc_TypeError, "expected %s instead of %s", ct_name(info->proto), Py_TYPE(value)->tp_name);
        return -1;
    }
    *(void **)self->ptr = ((struct cdata *)value)->ptr;
    if (ct_keep(self, 1, Py_NewRef(value)) < 0)    /* the object pointed to, and what it keeps */
        return -1;
    PyObject *kept = ct_kept((struct cdata *)value);
    return kept == NULL ? -1 : ct_keep(self, 0, Py_NewRef(kept));
}

static PyObject *pointer_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (ct_info_at(type)->ready && ct_info_at(type)->proto != NULL)
        return ct_new(type, args, kwds);
    PyErr_SetString(PyExc_TypeError, "Cannot create instance: has no _type_");
    return NULL;
}

static int pointer_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyObject *value = NULL;
    if (!PyArg_UnpackTuple(args, "POINTER", 0, 1, &value))
        return -1;
    return value == NULL ? 0 : set_contents(self, value, NULL);
}

static PyObject *pointer_item(PyObject *op, Py_ssize_t i)
{
    char *p = target(op);
    PyObject *proto = ct_info_self(op)->proto;
    Py_ssize_t size = ct_info_at((PyTypeObject *)proto)->size;
    return p == NULL ? NULL : ct_get(proto, NULL, op, i, size, p + i * size);
}

static int pointer_set_item(PyObject *op, Py_ssize_t i, PyObject *value)
{
    struct ct_info *info = ct_info_self(op);
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "Pointer does not support item deletion");
        return -1;
    }
    char *p = target(op);
    Py_ssize_t size = ct_info_at((PyTypeObject *)info->proto)->size;
    return p == NULL ? -1 : ct_set(info->st, op, info->proto, NULL, value, i, size, p + i * size);
}

/* A pointer has no length: the slice must say where it ends. */
static int slice_bounds(PyObject *op, Py_ssize_t *start, Py_ssize_t *step, Py_ssize_t *n)
{
    PySliceObject *slice = (PySliceObject *)op;
    Py_ssize_t stop;
    *step = slice->step == Py_None ? 1 : PyNumber_AsSsize_t(slice->step, PyExc_ValueError);
    if (*step == -1 && PyErr_Occurred())
        return -1;
    const char *wrong = *step == 0 ? "slice step cannot be zero" : slice->start == Py_None && *step < 0 ? "slice start is required for step < 0" : NULL;
    if (wrong == NULL) {
        *start = slice->start == Py_None ? 0 : PyNumber_AsSsize_t(slice->start, PyExc_ValueError);
        if (*start == -1 && PyErr_Occurred())
            return -1;
        if (slice->stop == Py_None)
            wrong = "slice stop is required";
    }
    if (wrong != NULL) {
        PyErr_SetString(PyExc_ValueError, wrong);
        return -1;
    }
    stop = PyNumber_AsSsize_t(slice->stop, PyExc_ValueError);
    if (stop == -1 && PyErr_Occurred())
        return -1;
    if (*step < 0 ? *start <= stop : *start >= stop)
        *n = 0;
    else
        *n = *step < 0 ? (stop - *start + 1) / *step + 1 : (stop - *start - 1) / *step + 1;
    return 0;
}

static PyObject *pointer_slice(PyObject *op, PyObject *slice)
{
    struct ct_info *info = ct_info_self(op);
    Py_ssize_t start, step, n;
    if (slice_bounds(slice, &start, &step, &n) < 0)
        return NULL;
    char *p = n > 0 ? target(op) : (char *)op;
    PyObject *list = p == NULL ? NULL : ct_run_chars(info->st, info->proto, p, start, step, n);
    if (list != NULL || PyErr_Occurred())
        return list;
    list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyObject *item = pointer_item(op, start + i * step);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyObject *pointer_subscript(PyObject *op, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        return i == -1 && PyErr_Occurred() ? NULL : pointer_item(op, i);
    }
    if (PySlice_Check(key))
        return pointer_slice(op, key);
    PyErr_SetString(PyExc_TypeError, "Pointer indices must be integer");
    return NULL;
}

static int pointer_bool(PyObject *op) { return *(void **)((struct cdata *)op)->ptr != NULL; }

static PyGetSetDef pointer_getset[] = { { "contents", get_contents, set_contents, "what it points to" }, { NULL } };
static PyType_Slot pointer_slots[] = {
    { Py_tp_doc, "Base of pointer types" }, { Py_tp_getset, pointer_getset }, { Py_tp_init, pointer_init }, { Py_tp_new, pointer_new },
    { Py_bf_getbuffer, ct_get_buffer }, { Py_nb_bool, pointer_bool }, { Py_mp_subscript, pointer_subscript },
    { Py_sq_item, pointer_item }, { Py_sq_ass_item, pointer_set_item }, { 0, NULL },
};
PyType_Spec ct_pointer_spec = {
    .name = "_ctypes._Pointer", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = pointer_slots,
};

/* ---- types by what they point to ---- */

static PyObject *new_pointer_type(struct ct_state *st, PyObject *to)
{
    if (PyUnicode_CheckExact(to)) {                /* not known yet: set_type() follows */
        PyObject *name = PyUnicode_FromFormat("LP_%U", to);
        return name == NULL ? NULL : PyObject_CallFunction((PyObject *)st->pointer_meta, "N(O){}", name, st->pointer);
    }
    if (PyType_Check(to)) {
        PyObject *name = PyUnicode_FromFormat("LP_%s", ct_name(to));
        return name == NULL ? NULL : PyObject_CallFunction((PyObject *)st->pointer_meta, "N(O){sO}", name, st->pointer, "_type_", to);
    }
    PyErr_SetString(PyExc_TypeError, "must be a ctypes type");
    return NULL;
}

PyObject *ct_pointer_type(struct ct_state *st, PyObject *to)
{
    PyObject *type;
    if (PyDict_GetItemRef(st->pointer_cache, to, &type) != 0)
        return type;
    type = new_pointer_type(st, to);
    if (type == NULL)
        return NULL;
    PyObject *key = PyUnicode_CheckExact(to) ? PyLong_FromVoidPtr(type) : Py_NewRef(to);
    if (key == NULL || PyDict_SetItem(st->pointer_cache, key, type) < 0)
        Py_CLEAR(type);
    Py_XDECREF(key);
    return type;
}

bool ct_can_cast_to(struct ct_state *st, PyObject *type)
{
    if (PyObject_TypeCheck(type, st->pointer_meta) || PyObject_TypeCheck(type, st->func_meta))
        return true;
    struct ct_info *info = ct_info_of(st, type);
    if (info != NULL && info->proto != NULL && PyUnicode_Check(info->proto) && strchr("sPzUZXO", PyUnicode_AsUTF8(info->proto)[0]) != NULL)
        return true;
    if (PyType_Check(type))
        PyErr_Format(PyExc_TypeError, "cast() argument 2 must be a pointer type, not %s", ct_name(type));
    else
        PyErr_SetString(PyExc_TypeError, "cast() argument 2 must be a pointer type");
    return false;
}
