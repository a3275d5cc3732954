/* modules/ctypes/cdata.c: _CData, the base of all instances: their memory, what it keeps alive, values as parts of others, buffers. */
#include "modules/ctypes/ctypes.h"

#include <string.h>
#include <structmember.h>

#include "object/core/call.h"          /* _PyArg_CheckPositional() */

/* ---- memory ---- */

static bool is_inline(struct cdata *self) { return self->ptr == (char *)&self->value; }

static int alloc_memory(struct cdata *self, struct ct_info *info)
{
    if (info->size <= (Py_ssize_t)sizeof self->value)
        self->ptr = (char *)&self->value;
    else if ((self->ptr = PyMem_Calloc(1, (size_t)info->size)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->needs_free = 1;
    self->size = info->size;
    return 0;
}

static struct ct_info *usable_info(PyTypeObject *type)
{
    struct ct_info *info = ct_info_at(type);
    if (!info->ready || type->tp_basicsize < (Py_ssize_t)sizeof(struct cdata)) {   /* a metatype may be called with other bases */
        PyErr_SetString(PyExc_TypeError, "abstract class");
        return NULL;
    }
    info->flags |= CT_FINAL;
    return info;
}

PyObject *ct_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    struct ct_info *info = usable_info(type);
    struct cdata *self = info == NULL ? NULL : (struct cdata *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->length = info->length;
    if (alloc_memory(self, info) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

PyObject *ct_new_part(struct ct_state *st, PyObject *type, PyObject *base, Py_ssize_t index, char *at)
{
    struct ct_info *info = usable_info((PyTypeObject *)type);
    struct cdata *self = info == NULL ? NULL : (struct cdata *)((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
    if (self == NULL)
        return NULL;
    self->length = info->length;
    self->index = index;
    self->size = info->size;
    if (PyObject_TypeCheck((PyObject *)self, st->func))
        ((struct funcptr *)self)->vectorcall = ct_func_call;
    if (base != NULL) {
        self->ptr = at;
        self->base = (struct cdata *)Py_NewRef(base);
    } else {
        if (alloc_memory(self, info) < 0) {
            Py_DECREF(self);
            return NULL;
        }
        memcpy(self->ptr, at, (size_t)info->size);
    }
    return (PyObject *)self;
}

PyObject *ct_new_at(PyObject *type, void *at)
{
    struct ct_info *info = usable_info((PyTypeObject *)type);
    if (info == NULL || PySys_Audit("ctypes.cdata", "n", (Py_ssize_t)(intptr_t)at) < 0)
        return NULL;
    struct cdata *self = (struct cdata *)((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
    if (self == NULL)
        return NULL;
    if (PyObject_TypeCheck((PyObject *)self, info->st->func))
        ((struct funcptr *)self)->vectorcall = ct_func_call;
    self->ptr = at;
    self->length = info->length;
    self->size = info->size;
    return (PyObject *)self;
}

/* ---- what is kept alive ---- */

/* The outermost object, whose `objects` hold what all its parts keep. */
static struct cdata *container(struct cdata *self)
{
    while (self->base != NULL)
        self = self->base;
    if (self->objects == NULL)
        self->objects = self->length > 0 ? PyDict_New() : Py_None;
    return self->objects == NULL ? NULL : self;
}

PyObject *ct_kept(struct cdata *self)
{
    self = container(self);
    return self == NULL ? NULL : self->objects;
}

/* The slot within the outermost object: "index:index of the base:..." */
static PyObject *slot_key(struct cdata *self, Py_ssize_t slot)
{
    char text[256], *at = text + sprintf(text, "%x", (int)slot);
    for (; self->base != NULL; self = self->base) {
        if (at + 16 > text + sizeof text) {
            PyErr_SetString(PyExc_ValueError, "ctypes object structure too deep");
            return NULL;
        }
        at += sprintf(at, ":%x", (int)self->index);
    }
    return PyUnicode_FromStringAndSize(text, at - text);
}

int ct_keep(struct cdata *self, Py_ssize_t slot, PyObject *keep)
{
    if (keep == Py_None)
        return 0;
    struct cdata *outer = container(self);
    if (outer == NULL) {
        Py_DECREF(keep);
        return -1;
    }
    if (!PyDict_CheckExact(outer->objects)) {
        Py_XSETREF(outer->objects, keep);          /* a simple object keeps one */
        return 0;
    }
    PyObject *key = slot_key(self, slot);
    int r = key == NULL ? -1 : PyDict_SetItem(outer->objects, key, keep);
    Py_XDECREF(key);
    Py_DECREF(keep);
    return r;
}

/* ---- values as parts ---- */

PyObject *ct_get(PyObject *type, ct_getter *get, PyObject *self, Py_ssize_t index, Py_ssize_t size, char *at)
{
    if (get != NULL)
        return get(at, size);
    struct ct_info *info = ct_info_at((PyTypeObject *)type);
    struct ct_state *st = ct_info_self(self)->st;
    if (info->ready && info->get != NULL && !ct_is_simple_subclass(st, type))
        return info->get(at, size);
    return ct_new_part(st, type, self, index, at);
}

static PyObject *incompatible(PyObject *value, PyObject *type)
{
    PyErr_Format(PyExc_TypeError, "incompatible types, %s instance instead of %s instance", Py_TYPE(value)->tp_name, ct_name(type));
    return NULL;
}

static PyObject *store(struct ct_state *st, PyObject *type, ct_setter *set, PyObject *value, Py_ssize_t size, char *at);

/* `value` is no instance of a C type. */
static PyObject *store_python(struct ct_state *st, PyObject *type, PyObject *value, Py_ssize_t size, char *at)
{
    struct ct_info *info = ct_info_of(st, type);
    if (info != NULL && info->set != NULL)
        return info->set(at, value, size);
    if (PyTuple_Check(value)) {                    /* the arguments of an instance */
        PyObject *made = PyObject_CallObject(type, value);
        if (made == NULL) {
            ct_extend_error(PyExc_RuntimeError, "(%s) ", ct_name(type));
            return NULL;
        }
        PyObject *keep = store(st, type, NULL, made, size, at);
        Py_DECREF(made);
        return keep;
    }
    if (value == Py_None && PyObject_TypeCheck(type, st->pointer_meta)) {
        memset(at, 0, sizeof(void *));
        return Py_None;
    }
    PyErr_Format(PyExc_TypeError, "expected %s instance, got %s", ct_name(type), Py_TYPE(value)->tp_name);
    return NULL;
}

static PyObject *store(struct ct_state *st, PyObject *type, ct_setter *set, PyObject *value, Py_ssize_t size, char *at)
{
    if (set != NULL)
        return set(at, value, size);
    if (PyLong_CheckExact(value) || PyFloat_CheckExact(value) || !ct_is_data(st, value))
        return store_python(st, type, value, size, at);
    struct cdata *src = (struct cdata *)value;
    int is = PyObject_IsInstance(value, type);
    if (is < 0)
        return NULL;
    if (is) {
        memmove(at, src->ptr, (size_t)size);
        return Py_XNewRef(ct_kept(src));
    }
    if (!PyObject_TypeCheck(type, st->pointer_meta) || !PyObject_TypeCheck(value, st->array))
        return incompatible(value, type);
    if (ct_info_self(value)->proto != ct_info_at((PyTypeObject *)type)->proto)
        return incompatible(value, type);
    memcpy(at, &src->ptr, sizeof src->ptr);        /* an array becomes a pointer: keep it, and what it keeps */
    PyObject *kept = ct_kept(src);
    return kept == NULL ? NULL : PyTuple_Pack(2, kept, value);
}

int ct_set(struct ct_state *st, PyObject *self, PyObject *type, ct_setter *set, PyObject *value, Py_ssize_t index, Py_ssize_t size, char *at)
{
    PyObject *keep = store(st, type, set, value, size, at);
    if (keep == NULL)
        return -1;
    return keep == Py_None ? 0 : ct_keep((struct cdata *)self, index, keep);
}

/* ---- the buffer protocol ---- */

int ct_get_buffer(PyObject *op, Py_buffer *view, int flags)
{
    struct cdata *self = (struct cdata *)op;
    if (view == NULL)
        return 0;
    struct ct_info *info = ct_info_self(self), *item = info;
    while (item->shape != NULL)                    /* arrays have one */
        item = ct_info_at((PyTypeObject *)item->proto);
    *view = (Py_buffer){ .buf = self->ptr, .obj = Py_NewRef(op), .len = self->size, .itemsize = item->size,
        .format = info->format == NULL ? "B" : info->format, .ndim = info->ndim, .shape = info->shape };
    return 0;
}

/* ---- methods ---- */

static Py_hash_t data_hash(PyObject *self)
{
    PyErr_SetString(PyExc_TypeError, "unhashable type");
    return -1;
}

static PyObject *data_reduce(PyObject *op, PyObject *unused)
{
    struct cdata *self = (struct cdata *)op;
    struct ct_info *info = ct_info_self(self);
    if (info->flags & (CT_IS_POINTER | CT_HAS_POINTER)) {
        PyErr_SetString(PyExc_ValueError, "ctypes objects containing pointers cannot be pickled");
        return NULL;
    }
    PyObject *dict = PyObject_GetAttr(op, info->st->s_dict);
    return dict == NULL ? NULL : Py_BuildValue("O(O(Ny#))", info->st->unpickle, Py_TYPE(op), dict, self->ptr, self->size);
}

static PyObject *data_setstate(PyObject *op, PyObject *args)
{
    struct cdata *self = (struct cdata *)op;
    PyObject *state;
    const char *data;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "O!s#", &PyDict_Type, &state, &data, &n))
        return NULL;
    memmove(self->ptr, data, (size_t)Py_MIN(n, self->size));
    PyObject *dict = PyObject_GetAttr(op, ct_info_self(self)->st->s_dict);
    if (dict == NULL)
        return NULL;
    int r = -1;
    if (!PyDict_Check(dict))
        PyErr_Format(PyExc_TypeError, "%.200s.__dict__ must be a dictionary, not %.200s", Py_TYPE(op)->tp_name, Py_TYPE(dict)->tp_name);
    else
        r = PyDict_Update(dict, state);
    Py_DECREF(dict);
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *data_from_outparam(PyObject *self, PyObject *unused) { return Py_NewRef(self); }

int ct_data_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct cdata *self = (struct cdata *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->objects);
    Py_VISIT(self->base);
    return 0;
}

/* The memory goes with the object only: others may look at it until then. */
int ct_data_clear(PyObject *op)
{
    struct cdata *self = (struct cdata *)op;
    Py_CLEAR(self->objects);
    return 0;
}

void ct_data_dealloc(PyObject *op)
{
    struct cdata *self = (struct cdata *)op;
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_CLEAR(self->objects);
    if (self->needs_free && !is_inline(self))
        PyMem_Free(self->ptr);
    Py_CLEAR(self->base);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyMemberDef data_members[] = {
    { "_b_base_", _Py_T_OBJECT, offsetof(struct cdata, base), Py_READONLY, "the object that this is a part of" },
    { "_b_needsfree_", Py_T_INT, offsetof(struct cdata, needs_free), Py_READONLY, "whether the memory is its own" },
    { "_objects", _Py_T_OBJECT, offsetof(struct cdata, objects), Py_READONLY, "what is kept alive; not to be changed" },
    { NULL },
};

static PyMethodDef data_methods[] = {
    { "__ctypes_from_outparam__", data_from_outparam, METH_NOARGS, PyDoc_STR("__ctypes_from_outparam__($self, /)\n--\n\n") },
    { "__reduce__", data_reduce, METH_NOARGS, PyDoc_STR("__reduce__($self, /)\n--\n\n") },
    { "__setstate__", data_setstate, METH_VARARGS },
    { NULL },
};

static PyType_Slot data_slots[] = {
    { Py_tp_dealloc, ct_data_dealloc }, { Py_tp_traverse, ct_data_traverse }, { Py_tp_clear, ct_data_clear },
    { Py_tp_hash, data_hash }, { Py_tp_methods, data_methods }, { Py_tp_members, data_members },
    { Py_bf_getbuffer, ct_get_buffer }, { Py_tp_doc, "C data of some type" }, { 0, NULL },
};

PyType_Spec ct_cdata_spec = {
    .name = "_ctypes._CData", .basicsize = sizeof(struct cdata),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = data_slots,
};

/* ---- functions of the module on instances and types ---- */

static struct ct_state *state_of(PyObject *module) { return PyModule_GetState(module); }

static PyObject *mod_sizeof(PyObject *module, PyObject *o)
{
    struct ct_info *info = ct_info_of(state_of(module), o);
    if (info != NULL)
        return PyLong_FromSsize_t(info->size);
    if (ct_is_data(state_of(module), o))
        return PyLong_FromSsize_t(((struct cdata *)o)->size);
    PyErr_SetString(PyExc_TypeError, "this type has no size");
    return NULL;
}

static PyObject *mod_alignment(PyObject *module, PyObject *o)
{
    struct ct_info *info = ct_info_of(state_of(module), o);
    if (info == NULL)
        info = ct_info_of(state_of(module), (PyObject *)Py_TYPE(o));
    if (info != NULL)
        return PyLong_FromSsize_t(info->align);
    PyErr_SetString(PyExc_TypeError, "no alignment info");
    return NULL;
}

static PyObject *mod_byref(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    struct ct_state *st = state_of(module);
    if (!_PyArg_CheckPositional("byref", nargs, 1, 2))
        return NULL;
    Py_ssize_t offset = nargs < 2 ? 0 : PyNumber_AsSsize_t(args[1], NULL);
    if (offset == -1 && PyErr_Occurred())
        return NULL;
    if (!ct_is_data(st, args[0])) {
        PyErr_Format(PyExc_TypeError, "byref() argument must be a ctypes instance, not '%s'", Py_TYPE(args[0])->tp_name);
        return NULL;
    }
    struct ct_arg arg = { .ffi = &ct_type_pointer, .tag = 'P', .keep = Py_NewRef(args[0]), .value.p = ((struct cdata *)args[0])->ptr + offset };
    return ct_carg_new(st, &arg);
}

static PyObject *mod_addressof(PyObject *module, PyObject *o)
{
    if (!ct_is_data(state_of(module), o)) {
        PyErr_SetString(PyExc_TypeError, "invalid type");
        return NULL;
    }
    return PySys_Audit("ctypes.addressof", "(O)", o) < 0 ? NULL : PyLong_FromVoidPtr(((struct cdata *)o)->ptr);
}

static int grow(struct cdata *self, Py_ssize_t size)
{
    void *p = is_inline(self) ? PyMem_Calloc(1, (size_t)size) : PyMem_Realloc(self->ptr, (size_t)size);
    if (p == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (is_inline(self))
        memmove(p, self->ptr, (size_t)self->size);
    self->ptr = p;
    self->size = size;
    return 0;
}

static PyObject *mod_resize(PyObject *module, PyObject *args)
{
    struct cdata *self;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "On:resize", &self, &size))
        return NULL;
    struct ct_info *info = ct_info_of(state_of(module), (PyObject *)Py_TYPE(self));
    if (info == NULL)
        PyErr_SetString(PyExc_TypeError, "expected ctypes instance");
    else if (size < info->size)
        PyErr_Format(PyExc_ValueError, "minimum size is %zd", info->size);
    else if (!self->needs_free)
        PyErr_Format(PyExc_ValueError, "Memory cannot be resized because this object doesn't own it");
    else if (size <= (Py_ssize_t)sizeof self->value && is_inline(self)) {
        self->size = size;
        Py_RETURN_NONE;
    } else if (grow(self, size) == 0)
        Py_RETURN_NONE;
    return NULL;
}

static PyObject *mod_buffer_info(PyObject *module, PyObject *o)
{
    struct ct_info *info = ct_info_of(state_of(module), o);
    if (info == NULL)
        info = ct_info_of(state_of(module), (PyObject *)Py_TYPE(o));
    if (info == NULL) {
        PyErr_SetString(PyExc_TypeError, "not a ctypes type or object");
        return NULL;
    }
    PyObject *shape = PyTuple_New(info->ndim);
    for (int i = 0; shape != NULL && i < info->ndim; i++) {
        PyObject *n = PyLong_FromSsize_t(info->shape[i]);
        if (n == NULL)
            Py_CLEAR(shape);
        else
            PyTuple_SET_ITEM(shape, i, n);
    }
    return shape == NULL ? NULL : Py_BuildValue("siN", info->format, info->ndim, shape);
}

static PyObject *mod_unpickle(PyObject *module, PyObject *args)
{
    struct ct_state *st = state_of(module);
    PyObject *type, *state;
    if (!PyArg_ParseTuple(args, "OO!:_unpickle", &type, &PyTuple_Type, &state))
        return NULL;
    PyObject *self = PyObject_CallMethodOneArg(type, st->s_new, type), *meth, *r;
    if (self == NULL)
        return NULL;
    meth = PyObject_GetAttr(self, st->s_setstate);
    r = meth == NULL ? NULL : PyObject_Call(meth, state, NULL);
    Py_XDECREF(meth);
    if (r == NULL)
        Py_CLEAR(self);
    Py_XDECREF(r);
    return self;
}

static int pointer_arg(PyObject *o, void *to)
{
    *(void **)to = PyLong_AsVoidPtr(o);
    return *(void **)to != NULL || !PyErr_Occurred();
}

static PyObject *mod_from_ptr(PyObject *module, PyObject *args)
{
    PyObject *o;
    if (!PyArg_ParseTuple(args, "O&:PyObj_FromPtr", pointer_arg, &o) || PySys_Audit("ctypes.PyObj_FromPtr", "(O)", o) < 0)
        return NULL;
    return Py_NewRef(o);
}

static PyObject *mod_incref(PyObject *module, PyObject *o)
{
    Py_INCREF(o);
    return Py_NewRef(o);
}

static PyObject *mod_decref(PyObject *module, PyObject *o)
{
    Py_DECREF(o);
    return Py_NewRef(o);
}

PyMethodDef ct_data_methods[] = {
    { "sizeof", mod_sizeof, METH_O, PyDoc_STR("sizeof($self, object, /)\n--\n\nThe size of a C type or instance in bytes.") },
    { "alignment", mod_alignment, METH_O, PyDoc_STR("alignment($self, object, /)\n--\n\nThe alignment of a C type or instance.") },
    { "byref", (PyCFunction)(void (*)(void))mod_byref, METH_FASTCALL, PyDoc_STR("byref(C instance[, offset=0]) -> an argument that points to the instance") },
    { "addressof", mod_addressof, METH_O, PyDoc_STR("addressof($self, object, /)\n--\n\nThe address of an instance's memory.") },
    { "resize", mod_resize, METH_VARARGS, PyDoc_STR("Make the memory of an instance larger") },
    { "buffer_info", mod_buffer_info, METH_O, PyDoc_STR("buffer_info($self, object, /)\n--\n\nFormat, dimensions and shape of a type or instance.") },
    { "_unpickle", mod_unpickle, METH_VARARGS },
    { "PyObj_FromPtr", mod_from_ptr, METH_VARARGS },
    { "Py_INCREF", mod_incref, METH_O, PyDoc_STR("Py_INCREF($self, object, /)\n--\n\n") },
    { "Py_DECREF", mod_decref, METH_O, PyDoc_STR("Py_DECREF($self, object, /)\n--\n\n") },
    { NULL },
};
