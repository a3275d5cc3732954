/* modules/ctypes/meta.c: CType_Type, the base of all metatypes, and what they have in common: a class keeps its ct_info, classes are
 * multiplied to array types, and instances are made of addresses, buffers and what libraries export. */
#include "modules/ctypes/ctypes.h"

#include <dlfcn.h>
#include <string.h>

/* ---- classes as objects ---- */

static int meta_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct ct_info *info = ct_info_at((PyTypeObject *)self);
    if (info->ready) {
        Py_VISIT(info->proto);
        Py_VISIT(info->argtypes);
        Py_VISIT(info->restype);
        Py_VISIT(info->checker);
        Py_VISIT(info->module);
        if (info->plan != NULL && info->plan->refs == 1)
            for (Py_ssize_t i = 0; i < info->plan->n; i++)
                Py_VISIT(info->plan->of[i].func);
    }
    Py_VISIT(Py_TYPE(self));
    return PyType_Type.tp_traverse(self, visit, arg);
}

static void clear_info(struct ct_info *info)
{
    ct_plan_release(info->plan);
    info->plan = NULL;
    Py_CLEAR(info->argtypes);
    Py_CLEAR(info->restype);
    Py_CLEAR(info->checker);
}

static int meta_clear(PyObject *self)
{
    clear_info(ct_info_at((PyTypeObject *)self));
    return PyType_Type.tp_clear(self);
}

static void meta_dealloc(PyObject *self)
{
    struct ct_info *info = ct_info_at((PyTypeObject *)self);
    PyTypeObject *meta = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    clear_info(info);
    Py_CLEAR(info->proto);
    PyMem_Free(info->format);
    PyMem_Free(info->shape);
    PyMem_Free(info->aggregate);
    PyObject *module = info->module;
    info->module = NULL;
    PyObject_GC_Track(self);                       /* type's own dealloc wants it tracked */
    PyType_Type.tp_dealloc(self);
    Py_DECREF(meta);
    Py_XDECREF(module);
}

static PyObject *meta_repeat(PyObject *self, Py_ssize_t length)
{
    if (length < 0)
        return PyErr_Format(PyExc_ValueError, "Array length must be >= 0, not %zd", length);
    struct ct_state *st = ct_state_of_meta((PyTypeObject *)self);
    return st == NULL ? NULL : ct_array_type(st, self, length);
}

static PyObject *meta_sizeof(PyObject *self, PyObject *unused)
{
    PyObject *plain = PyObject_CallMethod((PyObject *)&PyType_Type, "__sizeof__", "O", self);
    Py_ssize_t size = plain == NULL ? -1 : PyLong_AsSsize_t(plain);
    Py_XDECREF(plain);
    if (size < 0)
        return NULL;
    struct ct_info *info = ct_info_at((PyTypeObject *)self);
    if (info->format != NULL)
        size += (Py_ssize_t)strlen(info->format) + 1;
    if (info->aggregate != NULL)
        size += (Py_ssize_t)sizeof *info->aggregate;
    return PyLong_FromSsize_t(size + info->ndim * (Py_ssize_t)sizeof(Py_ssize_t));
}

static PyMethodDef meta_methods[] = {
    { "__sizeof__", meta_sizeof, METH_NOARGS, PyDoc_STR("__sizeof__($self, /)\n--\n\nMemory of the type object in bytes.") },
    { NULL },
};

static PyType_Slot meta_slots[] = {
    { Py_tp_traverse, meta_traverse }, { Py_tp_clear, meta_clear }, { Py_tp_dealloc, meta_dealloc }, { Py_tp_methods, meta_methods },
    { Py_sq_repeat, meta_repeat }, { 0, NULL },
};

/* The info takes what is left of 160 bytes, as much as CPython's. */
PyType_Spec ct_type_spec = {
    .name = "_ctypes.CType_Type", .basicsize = -160,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, .slots = meta_slots,
};

/* ---- from_param() ---- */

int ct_param_instance(PyObject *value, PyTypeObject *type)
{
    if (Py_IS_TYPE(value, type))
        return 1;
    if (PyLong_CheckExact(value) || PyFloat_CheckExact(value) || PyUnicode_CheckExact(value) || PyBytes_CheckExact(value) || value == Py_None)
        return 0;
    return PyObject_IsInstance(value, (PyObject *)type);
}

PyObject *ct_as_parameter(struct ct_state *st, PyObject *value)
{
    PyObject *as;
    PyObject_GetOptionalAttr(value, st->s_as_parameter, &as);
    return as;
}

PyObject *ct_param_result(struct ct_state *st, int converted, struct ct_arg *arg)
{
    return converted < 0 ? NULL : converted == 0 ? ct_carg_new(st, arg) : arg->keep;
}

int ct_convert_as(struct ct_state *st, ct_convert *convert, PyTypeObject *type, PyObject *as, struct ct_arg *arg)
{
    int r = -1;
    if (Py_EnterRecursiveCall(" while processing _as_parameter_") == 0) {
        r = convert(st, type, as, arg);
        Py_LeaveRecursiveCall();
    }
    Py_DECREF(as);
    return r;
}

int ct_convert_data(struct ct_state *st, PyTypeObject *type, PyObject *value, struct ct_arg *arg)
{
    int is = ct_param_instance(value, type);
    if (is < 0)
        return -1;
    if (!is && Py_IS_TYPE(value, st->carg)) {
        PyObject *obj = ((struct carg *)value)->obj;
        is = obj == NULL ? 0 : PyObject_IsInstance(obj, (PyObject *)type);
        if (is == 0)
            PyErr_Format(PyExc_TypeError, "expected %s instance instead of pointer to %s", type->tp_name, obj == NULL ? "???" : Py_TYPE(obj)->tp_name);
        if (is <= 0)
            return -1;
    }
    arg->keep = is ? Py_NewRef(value) : NULL;
    if (is)
        return 1;
    PyObject *as = ct_as_parameter(st, value);
    if (as != NULL)
        return ct_convert_as(st, ct_convert_data, type, as, arg);
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "expected %s instance instead of %s", type->tp_name, Py_TYPE(value)->tp_name);
    return -1;
}

PyObject *ct_from_param(PyObject *type, PyObject *value)
{
    struct ct_state *st = ct_state_of_meta((PyTypeObject *)type);
    struct ct_arg arg = { 0 };
    return st == NULL ? NULL : ct_param_result(st, ct_convert_data(st, (PyTypeObject *)type, value, &arg), &arg);
}

/* ---- instances of memory that is there ---- */

PyObject *ct_from_address(PyObject *type, PyObject *value)
{
    if (!PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "integer expected");
        return NULL;
    }
    void *at = PyLong_AsVoidPtr(value);
    return at == NULL && PyErr_Occurred() ? NULL : ct_new_at(type, at);
}

/* The size that an instance at `offset` of a buffer of `len` bytes needs; NULL with ValueError. */
static struct ct_info *fits(PyObject *type, Py_ssize_t len, Py_ssize_t offset)
{
    struct ct_info *info = ct_info_at((PyTypeObject *)type);
    if (offset < 0)
        PyErr_SetString(PyExc_ValueError, "offset cannot be negative");
    else if (info->size > len - offset)
        PyErr_Format(PyExc_ValueError, "Buffer size too small (%zd instead of at least %zd bytes)", len, info->size + offset);
    else
        return info;
    return NULL;
}

static int buffer_args(const char *name, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t *offset)
{
    if (nargs < 1 || nargs > 2) {
        PyErr_Format(PyExc_TypeError, nargs < 1 ? "%s() takes at least 1 positional argument (%zd given)" : "%s() takes at most 2 arguments (%zd given)", name, nargs);
        return -1;
    }
    *offset = nargs < 2 ? 0 : PyNumber_AsSsize_t(args[1], PyExc_OverflowError);
    return *offset == -1 && PyErr_Occurred() ? -1 : 0;
}

static int check_abstract(PyObject *type)
{
    if (ct_info_at((PyTypeObject *)type)->ready)
        return 0;
    PyErr_SetString(PyExc_TypeError, "abstract class");
    return -1;
}

PyObject *ct_from_buffer(PyObject *type, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t offset;
    if (buffer_args("from_buffer", args, nargs, &offset) < 0 || check_abstract(type) < 0)
        return NULL;
    PyObject *view = PyMemoryView_FromObject(args[0]), *self = NULL;
    if (view == NULL)
        return NULL;
    Py_buffer *b = PyMemoryView_GET_BUFFER(view);
    if (b->readonly)
        PyErr_SetString(PyExc_TypeError, "underlying buffer is not writable");
    else if (!PyBuffer_IsContiguous(b, 'C'))
        PyErr_SetString(PyExc_TypeError, "underlying buffer is not C contiguous");
    else if (fits(type, b->len, offset) != NULL && PySys_Audit("ctypes.cdata/buffer", "nnn", (Py_ssize_t)b->buf, b->len, offset) == 0)
        self = ct_new_at(type, (char *)b->buf + offset);
    if (self == NULL) {
        Py_DECREF(view);
        return NULL;
    }
    if (ct_keep((struct cdata *)self, -1, view) < 0)
        Py_CLEAR(self);
    return self;
}

PyObject *ct_from_buffer_copy(PyObject *type, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t offset;
    Py_buffer b;
    if (buffer_args("from_buffer_copy", args, nargs, &offset) < 0 || check_abstract(type) < 0 || PyObject_GetBuffer(args[0], &b, PyBUF_SIMPLE) < 0)
        return NULL;
    struct ct_info *info = fits(type, b.len, offset);
    PyObject *self = NULL;
    if (info != NULL && PySys_Audit("ctypes.cdata/buffer", "nnn", (Py_ssize_t)b.buf, b.len, offset) == 0)
        self = ct_new((PyTypeObject *)type, NULL, NULL);
    if (self != NULL)
        memcpy(((struct cdata *)self)->ptr, (char *)b.buf + offset, (size_t)info->size);
    PyBuffer_Release(&b);
    return self;
}

PyObject *ct_in_dll(PyObject *type, PyObject *const *args, Py_ssize_t nargs)
{
    struct ct_state *st = ct_state_of_meta((PyTypeObject *)type);
    Py_ssize_t n;
    if (st == NULL)
        return NULL;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "in_dll() takes exactly 2 positional arguments (%zd given)", nargs);
    if (!PyUnicode_Check(args[1]))
        return PyErr_Format(PyExc_TypeError, "in_dll() argument 2 must be str, not %.50s", args[1] == Py_None ? "None" : Py_TYPE(args[1])->tp_name);
    const char *name = PyUnicode_AsUTF8AndSize(args[1], &n);
    if (name == NULL)
        return NULL;
    if (strlen(name) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    if (PySys_Audit("ctypes.dlsym", "OO", args[0], args[1]) < 0)
        return NULL;
    void *handle;
    if (ct_handle_of(st, args[0], &handle) < 0)
        return NULL;
    dlerror();
    void *at = dlsym(handle, name);
    if (at != NULL)
        return ct_new_at(type, at);
    const char *why = dlerror();
    if (why != NULL)
        ct_set_locale_error(PyExc_ValueError, why);
    else
        PyErr_Format(PyExc_ValueError, "symbol '%s' not found", name);
    return NULL;
}
