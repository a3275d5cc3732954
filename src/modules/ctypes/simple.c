/* modules/ctypes/simple.c: simple types (_SimpleCData): one value of a type code; and how Python objects become arguments of such types. */
#include "modules/ctypes/ctypes.h"

#include <string.h>

static const char type_codes[] = "cbBhHiIlLdfuzZqQPXOv?g";

bool ct_is_simple_subclass(struct ct_state *st, PyObject *type)
{
    return PyObject_TypeCheck(type, st->simple_meta) && ((PyTypeObject *)type)->tp_base != st->simple;
}

/* ---- from_param() ---- */

static void pass_simple(struct ct_info *info, struct cdata *self, struct ct_arg *arg)
{
    arg->ffi = info->ffi;
    arg->tag = (char)PyUnicode_1BYTE_DATA(info->proto)[0];
    memcpy(&arg->value, self->ptr, (size_t)Py_MIN(self->size, (Py_ssize_t)sizeof arg->value));
}

static int fill(const struct ct_code *code, PyObject *value, struct ct_arg *arg)
{
    arg->ffi = code->ffi;
    arg->tag = code->code;
    arg->keep = code->set(&arg->value, value, 0);
    return arg->keep == NULL ? -1 : 0;
}

int ct_convert_simple(struct ct_state *st, PyTypeObject *type, PyObject *value, struct ct_arg *arg)
{
    int is = ct_param_instance(value, type);
    if (is != 0) {
        arg->keep = is < 0 ? NULL : Py_NewRef(value);
        return is;
    }
    struct ct_info *info = ct_info_at(type);
    if (!info->ready || info->set == NULL) {
        PyErr_SetString(PyExc_TypeError, "abstract class");
        return -1;
    }
    arg->keep = info->set(&arg->value, value, info->size);
    if (arg->keep != NULL) {
        arg->ffi = info->ffi;
        arg->tag = (char)PyUnicode_1BYTE_DATA(info->proto)[0];
        if (arg->keep == Py_None)
            arg->keep = NULL;
        return 0;
    }
    PyObject *exc = PyErr_GetRaisedException(), *as = ct_as_parameter(st, value);
    if (as != NULL || PyErr_Occurred()) {
        Py_DECREF(exc);
        return as == NULL ? -1 : ct_convert_as(st, ct_convert_simple, type, as, arg);
    }
    PyErr_SetRaisedException(exc);
    return -1;
}

/* The last resort of the three pointer types. */
static int convert_other(struct ct_state *st, ct_convert *convert, PyTypeObject *type, PyObject *value, struct ct_arg *arg, const char *what)
{
    PyObject *as = ct_as_parameter(st, value);
    if (as != NULL)
        return ct_convert_as(st, convert, type, as, arg);
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "'%.200s' object cannot be interpreted as ctypes.%s", Py_TYPE(value)->tp_name, what);
    return -1;
}

static int as_is(PyObject *value, struct ct_arg *arg)
{
    arg->keep = Py_NewRef(value);
    return 1;
}

/* Whether value is an array of characters, or a pointer to one, or a byref() of one: those that `get` reads. */
static bool points_to_chars(struct ct_state *st, PyObject *value, ct_getter *get)
{
    struct ct_info *info = NULL;
    if (PyObject_TypeCheck(value, st->array) || PyObject_TypeCheck(value, st->pointer))
        info = ct_info_of(st, ct_info_self(value)->proto);
    else if (Py_IS_TYPE(value, st->carg) && ((struct carg *)value)->obj != NULL)
        info = ct_info_of(st, (PyObject *)Py_TYPE(((struct carg *)value)->obj));
    return info != NULL && info->get == get;
}

static int convert_chars(struct ct_state *st, ct_convert *convert, PyTypeObject *type, PyObject *value, struct ct_arg *arg, bool direct, int code,
                         ct_getter *get, const char *what)
{
    if (value == Py_None)
        return as_is(value, arg);
    if (direct)
        return fill(ct_code_find(code), value, arg);
    int is = ct_param_instance(value, type);
    if (is < 0)
        return -1;
    return is || points_to_chars(st, value, get) ? as_is(value, arg) : convert_other(st, convert, type, value, arg, what);
}

int ct_convert_char_p(struct ct_state *st, PyTypeObject *type, PyObject *value, struct ct_arg *arg)
{
    if (PyBytes_Check(value)) {
        arg->ffi = &ct_type_pointer;
        arg->tag = 'z';
        arg->value.p = PyBytes_AS_STRING(value);
        arg->keep = Py_NewRef(value);
        return 0;
    }
    return convert_chars(st, ct_convert_char_p, type, value, arg, false, 'z', ct_get_char, "c_char_p");
}

int ct_convert_wchar_p(struct ct_state *st, PyTypeObject *type, PyObject *value, struct ct_arg *arg)
{
    return convert_chars(st, ct_convert_wchar_p, type, value, arg, PyUnicode_Check(value), 'Z', ct_get_wchar, "c_wchar_p");
}

static int pointer_value(PyObject *value, char tag, struct ct_arg *arg)
{
    arg->ffi = &ct_type_pointer;
    arg->tag = tag;
    arg->value.p = *(void **)((struct cdata *)value)->ptr;
    arg->keep = Py_NewRef(value);
    return 0;
}

int ct_convert_void_p(struct ct_state *st, PyTypeObject *type, PyObject *value, struct ct_arg *arg)
{
    if (value == Py_None)
        return as_is(value, arg);
    if (PyUnicode_Check(value) || PyBytes_Check(value) || PyLong_Check(value))
        return fill(ct_code_find(PyUnicode_Check(value) ? 'Z' : PyBytes_Check(value) ? 'z' : 'P'), value, arg);
    int is = ct_param_instance(value, type);
    if (is < 0)
        return -1;
    if (is || PyObject_TypeCheck(value, st->array) || PyObject_TypeCheck(value, st->pointer))
        return as_is(value, arg);
    if (Py_IS_TYPE(value, st->carg) && ((struct carg *)value)->tag == 'P')
        return as_is(value, arg);
    if (PyObject_TypeCheck(value, st->func))
        return pointer_value(value, 'P', arg);
    struct ct_info *info = ct_info_of(st, (PyObject *)Py_TYPE(value));
    if (info != NULL && info->proto != NULL && PyUnicode_Check(info->proto) && strchr("zZ", PyUnicode_AsUTF8(info->proto)[0]) != NULL)
        return pointer_value(value, 'Z', arg);
    return convert_other(st, ct_convert_void_p, type, value, arg, "c_void_p");
}

#define FROM_PARAM(name, convert) \
    PyObject *name(PyObject *type, PyObject *value) \
    { \
        struct ct_state *st = ct_state_of_meta((PyTypeObject *)type); \
        struct ct_arg arg = { 0 }; \
        return st == NULL ? NULL : ct_param_result(st, convert(st, (PyTypeObject *)type, value, &arg), &arg); \
    }
FROM_PARAM(ct_simple_from_param, ct_convert_simple)
static FROM_PARAM(char_p_from_param, ct_convert_char_p)
static FROM_PARAM(wchar_p_from_param, ct_convert_wchar_p)
static FROM_PARAM(void_p_from_param, ct_convert_void_p)

#define FROM_PARAM_DOC PyDoc_STR("from_param($self, value, /)\n--\n\nConvert a Python object into an argument.")
PyMethodDef ct_char_p_from_param = { "from_param", char_p_from_param, METH_O, FROM_PARAM_DOC };
PyMethodDef ct_wchar_p_from_param = { "from_param", wchar_p_from_param, METH_O, FROM_PARAM_DOC };
PyMethodDef ct_void_p_from_param = { "from_param", void_p_from_param, METH_O, FROM_PARAM_DOC };

/* ---- the metatype ---- */

/* The code that the class names in _type_; NULL with exception. *proto: the string, owned. */
static const struct ct_code *class_code(struct ct_state *st, PyObject *type, PyObject **proto)
{
    const struct ct_code *code = NULL;
    if (PyObject_GetOptionalAttr(type, st->s_type, proto) < 0)
        return NULL;
    if (*proto == NULL) {
        PyErr_SetString(PyExc_AttributeError, "class must define a '_type_' attribute");
        return NULL;
    }
    const char *s = PyUnicode_Check(*proto) ? PyUnicode_AsUTF8(*proto) : NULL;
    if (s == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "class must define a '_type_' string attribute");
    } else if (PyUnicode_GET_LENGTH(*proto) != 1)
        PyErr_SetString(PyExc_ValueError, "class must define a '_type_' attribute which must be a string of length 1");
    else if (*s == '\0' || strchr(type_codes, *s) == NULL)
        PyErr_Format(PyExc_AttributeError, "class must define a '_type_' attribute which must be\na single character string containing one of '%s'.", type_codes);
    else if ((code = ct_code_find(*s)) == NULL)
        PyErr_Format(PyExc_ValueError, "_type_ '%s' not supported", s);
    if (code == NULL)
        Py_CLEAR(*proto);
    return code;
}

static int init_info(struct ct_state *st, PyTypeObject *type, const struct ct_code *code, PyObject *proto, bool swapped)
{
    struct ct_info *info = ct_info_init(st, type);
    if (info == NULL)
        return -1;
    info->ffi = code->ffi;
    info->size = (Py_ssize_t)code->ffi->size;
    info->align = code->ffi->alignment;
    info->set = swapped ? code->set_swapped : code->set;
    info->get = swapped ? code->get_swapped : code->get;
    info->param = pass_simple;
    info->proto = Py_NewRef(proto);
    info->cls[0] = code->code == 'f' || code->code == 'd' ? CT_SSE : code->code == 'g' ? CT_X87 : CT_INTEGER;
    info->cls[1] = code->code == 'g' ? CT_X87 : CT_NONE;
    char format[3] = { PY_LITTLE_ENDIAN != swapped ? '<' : '>', code->format };
    info->format = ct_format(NULL, format);
    return info->format == NULL ? -1 : 0;
}

/* The same type in the other byte order, a class of its own. */
static int make_swapped(struct ct_state *st, PyTypeObject *type, PyObject *args, PyObject *kwds, const struct ct_code *code, PyObject *proto)
{
    PyObject *name = PyUnicode_FromFormat("%S_be", PyTuple_GET_ITEM(args, 0)), *new_args = name == NULL ? NULL : PyTuple_GetSlice(args, 0, PyTuple_GET_SIZE(args));
    if (new_args != NULL && new_args == args) {                        /* a slice of all may be the tuple itself */
        Py_DECREF(new_args);
        new_args = PyTuple_New(PyTuple_GET_SIZE(args));
        for (Py_ssize_t i = 0; new_args != NULL && i < PyTuple_GET_SIZE(args); i++)
            PyTuple_SET_ITEM(new_args, i, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    }
    if (new_args == NULL) {
        Py_XDECREF(name);
        return -1;
    }
    Py_DECREF(PyTuple_GET_ITEM(new_args, 0));
    PyTuple_SET_ITEM(new_args, 0, name);
    PyObject *swapped = PyType_Type.tp_new(Py_TYPE(type), new_args, kwds);
    Py_DECREF(new_args);
    if (swapped == NULL)
        return -1;
    PyObject *le = PY_LITTLE_ENDIAN ? (PyObject *)type : swapped, *be = PY_LITTLE_ENDIAN ? swapped : (PyObject *)type;
    int r = init_info(st, (PyTypeObject *)swapped, code, proto, true);
    if (r == 0)
        r = PyObject_SetAttr((PyObject *)type, st->s_be, be) < 0 || PyObject_SetAttr((PyObject *)type, st->s_le, le) < 0 ||
            PyObject_SetAttr(swapped, st->s_be, be) < 0 || PyObject_SetAttr(swapped, st->s_le, le) < 0 ? -1 : 0;
    Py_DECREF(swapped);
    return r;
}

static int add_from_param(struct ct_state *st, PyTypeObject *type, PyMethodDef *def)
{
    PyObject *method = PyDescr_NewClassMethod(type, def), *dict = method == NULL ? NULL : PyType_GetDict(type);
    int r = dict == NULL ? -1 : PyDict_SetItem(dict, st->s_from_param, method);
    PyType_Modified(type);
    Py_XDECREF(dict);
    Py_XDECREF(method);
    return r;
}

static int simple_meta_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyTypeObject *type = (PyTypeObject *)self;
    struct ct_state *st = ct_state_of_meta(type);
    PyObject *proto = NULL;
    if (st == NULL || PyType_Type.tp_init(self, args, kwds) < 0)
        return -1;
    const struct ct_code *code = class_code(st, self, &proto);
    if (code == NULL)
        return -1;
    int r = init_info(st, type, code, proto, false);
    if (r == 0 && strchr("zZPO", code->code) != NULL)
        ct_info_at(type)->flags |= CT_IS_POINTER;
    if (r == 0 && type->tp_base == st->simple) {
        PyMethodDef *def = code->code == 'z' ? &ct_char_p_from_param : code->code == 'Z' ? &ct_wchar_p_from_param : code->code == 'P' ? &ct_void_p_from_param : NULL;
        if (def != NULL)
            r = add_from_param(st, type, def);
    }
    if (r == 0 && Py_TYPE(type) == st->simple_meta && code->set_swapped != NULL)
        r = make_swapped(st, type, args, kwds, code, proto);
    Py_DECREF(proto);
    return r;
}

static PyMethodDef simple_meta_methods[] = { CT_META_METHODS(ct_simple_from_param), { NULL } };
static PyType_Slot simple_meta_slots[] = {
    { Py_tp_doc, "metatype of simple types" }, { Py_tp_methods, simple_meta_methods }, { Py_tp_init, simple_meta_init }, { 0, NULL },
};
PyType_Spec ct_simple_meta_spec = {
    .name = "_ctypes.PyCSimpleType", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = simple_meta_slots,
};

/* ---- instances ---- */

static int set_value(PyObject *op, PyObject *value, void *closure)
{
    struct cdata *self = (struct cdata *)op;
    struct ct_info *info = ct_info_self(self);
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "can't delete attribute");
        return -1;
    }
    PyObject *keep = info->set(self->ptr, value, info->size);
    return keep == Py_None ? 0 : keep == NULL ? -1 : ct_keep(self, 0, keep);
}

static PyObject *get_value(PyObject *op, void *closure)
{
    struct cdata *self = (struct cdata *)op;
    return ct_info_self(self)->get(self->ptr, self->size);
}

static int simple_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyObject *value = PyTuple_GET_SIZE(args) == 1 ? PyTuple_GET_ITEM(args, 0) : NULL;
    if (value == NULL && !PyArg_UnpackTuple(args, "__init__", 0, 1, &value))
        return -1;
    return value == NULL ? 0 : set_value(self, value, NULL);
}

static PyObject *simple_from_outparam(PyObject *self, PyObject *unused)
{
    return ct_is_simple_subclass(ct_info_self(self)->st, (PyObject *)Py_TYPE(self)) ? Py_NewRef(self) : get_value(self, NULL);
}

static int simple_bool(PyObject *op)
{
    struct cdata *self = (struct cdata *)op;
    for (Py_ssize_t i = 0; i < self->size; i++)
        if (self->ptr[i] != 0)
            return 1;
    return 0;
}

static PyObject *simple_repr(PyObject *self)
{
    if (Py_TYPE(self)->tp_base != ct_info_self(self)->st->simple)
        return PyUnicode_FromFormat("<%s object at %p>", Py_TYPE(self)->tp_name, self);
    PyObject *value = get_value(self, NULL), *repr = NULL;
    PyObject *name = value == NULL ? NULL : PyType_GetName(Py_TYPE(self));
    if (name != NULL)
        repr = PyUnicode_FromFormat("%U(%R)", name, value);
    Py_XDECREF(name);
    Py_XDECREF(value);
    return repr;
}

static PyMethodDef simple_methods[] = {
    { "__ctypes_from_outparam__", simple_from_outparam, METH_NOARGS, PyDoc_STR("__ctypes_from_outparam__($self, /)\n--\n\n") },
    { NULL },
};
static PyGetSetDef simple_getset[] = { { "value", get_value, set_value, "current value" }, { NULL } };
static PyType_Slot simple_slots[] = {
    { Py_tp_doc, "Base of the simple C types" }, { Py_tp_methods, simple_methods }, { Py_tp_getset, simple_getset }, { Py_tp_init, simple_init },
    { Py_tp_new, ct_new }, { Py_tp_repr, simple_repr }, { Py_bf_getbuffer, ct_get_buffer }, { Py_nb_bool, simple_bool }, { 0, NULL },
};
PyType_Spec ct_simple_spec = {
    .name = "_ctypes._SimpleCData", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = simple_slots,
};
