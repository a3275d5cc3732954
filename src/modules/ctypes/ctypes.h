/* modules/ctypes/ctypes.h: what the files of _ctypes share: C data as Python objects, and calls of C functions over libffi.
 *
 * A C type is a class whose metatype (a subclass of CType_Type) keeps a `struct ct_info` behind the class: size, alignment,
 * how libffi passes it, how values are read and stored. A `struct cdata` is a piece of memory with such a type: its own, or
 * a part of another object's (`base` keeps that one alive), or somebody else's (an address).
 * Objects whose addresses were stored into the memory are kept alive by `objects` of the outermost object (ct_keep()).
 *
 * Functions return 0, or -1 with an exception, unless they say otherwise. */
#ifndef ADDER_MODULES_CTYPES_H
#define ADDER_MODULES_CTYPES_H

#include <Python.h>
#include <ffi.h>
#include <stdbool.h>

#include "base/own.h"

enum { CT_MAX_ARGS = 1024 };
enum { CT_CDECL = 1, CT_PYTHONAPI = 4, CT_USE_ERRNO = 8, CT_USE_LASTERROR = 16 };                                        /* of functions */
enum { CT_IS_POINTER = 0x100, CT_HAS_POINTER = 0x200, CT_HAS_UNION = 0x400, CT_HAS_BITFIELD = 0x800, CT_FINAL = 0x1000 };   /* of types */

/* libffi's basic types, but ours: its own would be copied into the program and exported with it. */
extern ffi_type ct_type_void, ct_type_uint8, ct_type_sint8, ct_type_uint16, ct_type_sint16, ct_type_uint32, ct_type_sint32, ct_type_uint64,
    ct_type_sint64, ct_type_float, ct_type_double, ct_type_longdouble, ct_type_pointer;

/* How values are read and stored. `size` is in bytes, or a bit-field: CT_BITS(). A setter returns what must be kept alive while
 * the value stands in memory: None if there is nothing. */
typedef OWNED PyObject *ct_getter(const void *at, Py_ssize_t size);
typedef OWNED PyObject *ct_setter(void *at, PyObject *value, Py_ssize_t size);

static inline Py_ssize_t CT_BITS(Py_ssize_t bits, Py_ssize_t low) { return bits << 16 | low; }

struct ct_code {                       /* a type code, as in _type_ = "i" */
    char code, format;                 /* format: that of the buffer protocol */
    ct_setter *set, *set_swapped;      /* swapped: in the other byte order; NULL if there is no such type */
    ct_getter *get, *get_swapped;
    ffi_type *ffi;
};

union ct_value { unsigned char b[16]; int i; long l; unsigned long ul; float f; double d; void *p; long double g; };

struct ct_arg {                        /* an argument, ready to be passed */
    ffi_type *ffi;
    PyObject *keep;                    /* owned: what the value points into; or NULL */
    char tag;                          /* the type code; 'V': value.p points to the bytes of a structure */
    union ct_value value;
};

struct cdata {
    PyObject_HEAD
    char *ptr;                         /* the memory */
    int needs_free;                    /* it is ours: `value`, or a block of PyMem */
    struct cdata *base;                /* owned: whose part we are, or NULL */
    Py_ssize_t size, length;           /* bytes; slots of `objects` (0: at most one object, which stands there itself) */
    Py_ssize_t index;                  /* our slot in base */
    PyObject *objects;                 /* NULL, None, a dict: slot -> object, or the one object */
    union ct_value value;
};

/* A class of one eightbyte of a small structure, by which the System V calling convention picks registers. */
enum ct_class { CT_NONE, CT_SSE, CT_X87, CT_INTEGER };

struct ct_aggregate { ffi_type type; ffi_type *elements[5]; };

struct ct_info {
    struct ct_state *st;
    Py_ssize_t size, align, length;    /* length: of arrays; number of fields of structures */
    ffi_type *ffi;                     /* static, or &aggregate->type */
    struct ct_aggregate *aggregate;    /* owned, or NULL */
    PyObject *proto;                   /* what it is an array of or a pointer to; the type code of simple types; or NULL */
    ct_setter *set;                    /* NULL: values are instances */
    ct_getter *get;
    void (*param)(struct ct_info *info, struct cdata *self, struct ct_arg *arg);   /* passes `self`; arg->keep stays as it is */
    struct ct_plan *plan;              /* functions: how arguments are converted, or NULL */
    PyObject *argtypes, *restype, *checker, *module;   /* owned, NULL if not given */
    char *format;                      /* owned: of the buffer protocol; or NULL */
    Py_ssize_t *shape;                 /* owned: of arrays */
    short ndim;
    bool ready, is_data;               /* is_data: the class is a _CData, as all but odd ones are */
    uint8_t cls[2];                    /* enum ct_class, of types up to 16 bytes */
    uint16_t flags;                    /* CT_* */
};

/* How one argument is converted by from_param(): 1: the object *keep goes as it is, 0: *arg is filled in, -1. keep is owned. */
typedef int ct_convert(struct ct_state *st, PyTypeObject *type, PyObject *value, struct ct_arg *arg);

struct ct_plan {                       /* made from argtypes */
    Py_ssize_t refs, n;
    struct { PyObject *func; ct_convert *convert; PyTypeObject *type; } of[];   /* convert: NULL unless func is our own from_param() of `type` */
};

struct ct_cif_cache { ffi_cif cif; int n, fixed; ffi_type *rtype, *types[]; };   /* fixed: arguments that are not variadic */

struct funcptr {
    struct cdata c;                    /* the memory is a pointer to the function */
    vectorcallfunc vectorcall;
    struct ct_plan *plan;              /* these six: NULL means as the type says */
    PyObject *argtypes, *restype, *checker;
    PyObject *errcheck, *paramflags;   /* or NULL */
    struct ct_cif_cache *cif;          /* of the last call whose types were all simple; or NULL */
};

struct field {
    PyObject_HEAD
    Py_ssize_t offset, size, index;    /* size: bytes or CT_BITS() */
    PyTypeObject *proto;
    ct_getter *get;
    ct_setter *set;
    int anonymous;
};

struct carg { PyObject_HEAD ffi_type *ffi; char tag; union ct_value value; PyObject *obj; Py_ssize_t size; };

struct thunk {                         /* a Python function as a C function */
    PyObject_VAR_HEAD
    ffi_closure *closure;
    void *entry;                       /* the C function */
    ffi_cif cif;
    int flags;
    PyObject *callable, *argtypes, *restype;
    ct_setter *set;                    /* of the result */
    struct ct_state *st;
    PyObject *module;
    ffi_type *rtype, *types[];
};

struct ct_state {
    PyTypeObject *remover;
    PyTypeObject *ctype, *struct_meta, *union_meta, *pointer_meta, *array_meta, *simple_meta, *func_meta;
    PyTypeObject *cdata, *structure, *union_, *pointer, *array, *simple, *func;
    PyTypeObject *field, *carg, *thunk;
    PyObject *array_cache, *pointer_cache, *unpickle, *argument_error;
    PyObject *s_from_param, *s_as_parameter, *s_handle, *s_type, *s_length, *s_fields, *s_anonymous, *s_pack, *s_align, *s_swapped,
        *s_flags, *s_argtypes, *s_restype, *s_check_retval, *s_abstract, *s_dict, *s_from_outparam, *s_new, *s_setstate, *s_be, *s_le;
};

extern struct PyModuleDef ct_module_def;
extern PyType_Spec ct_type_spec, ct_struct_meta_spec, ct_union_meta_spec, ct_pointer_meta_spec, ct_array_meta_spec, ct_simple_meta_spec,
    ct_func_meta_spec, ct_cdata_spec, ct_struct_spec, ct_union_spec, ct_pointer_spec, ct_array_spec, ct_simple_spec, ct_func_spec, ct_field_spec,
    ct_carg_spec, ct_thunk_spec, ct_remover_spec;
PyObject *ct_func_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames);   /* of funcptr.vectorcall */
extern PyMethodDef ct_lib_methods[], ct_data_methods[];

/* ---- info.c: what is known of a type ---- */

enum { CT_INFO_AT = (sizeof(PyHeapTypeObject) + 15) & ~15 };           /* where CPython's and our PyObject_GetTypeData() put it */
static inline struct ct_info *ct_info_at(PyTypeObject *type) { return (struct ct_info *)((char *)type + CT_INFO_AT); }
/* One of our own metatypes; others are subclasses of them, or no metatypes of C types. */
static inline bool ct_is_own_meta(struct ct_state *st, PyTypeObject *meta)
{
    return meta == st->simple_meta || meta == st->struct_meta || meta == st->pointer_meta || meta == st->array_meta || meta == st->func_meta || meta == st->union_meta;
}
/* Of a type, or NULL if it is none or has no info yet; no exception. */
static inline struct ct_info *ct_info_of(struct ct_state *st, PyObject *type)
{
    if (type == NULL || (!ct_is_own_meta(st, Py_TYPE(type)) && !PyObject_TypeCheck(type, st->ctype)) || !ct_info_at((PyTypeObject *)type)->ready)
        return NULL;
    return ct_info_at((PyTypeObject *)type);
}
/* Of an instance: always there. */
static inline struct ct_info *ct_info_self(void *self) { return ct_info_at(Py_TYPE(self)); }
struct ct_state *ct_state_of_meta(PyTypeObject *type);                 /* of a class by its metatype, or NULL with exception */
struct ct_info *ct_info_init(struct ct_state *st, PyTypeObject *type); /* or NULL with SystemError: has one */
void ct_info_is_address(struct ct_info *info);                           /* one word: a pointer to data or to code */
int ct_info_clone(struct ct_info *to, struct ct_info *from);
char *ct_format(const char *prefix, const char *suffix);               /* PyMem block, or NULL with MemoryError */
char *ct_format_shape(int ndim, const Py_ssize_t *shape, const char *prefix, const char *suffix);
void ct_class_merge(struct ct_info *to, Py_ssize_t offset, struct ct_info *part, bool bits);
int ct_info_aggregate(struct ct_info *info);                           /* makes `ffi` of a structure or union from size, align and cls */
void ct_extend_error(PyObject *exc_class, const char *fmt, ...);       /* the exception becomes one of exc_class, its text preceded by fmt */
static inline ffi_type *ct_ffi_of(struct ct_state *st, PyObject *type)
{
    struct ct_info *info = ct_info_of(st, type);
    return info == NULL ? &ct_type_sint32 : info->ffi;
}
static inline const char *ct_name(PyObject *type) { return ((PyTypeObject *)type)->tp_name; }

/* ---- meta.c: the metatypes ---- */

OWNED PyObject *ct_from_param(PyObject *type, PyObject *value);        /* the general from_param() */
int ct_convert_data(struct ct_state *st, PyTypeObject *type, PyObject *value, struct ct_arg *arg);
OWNED PyObject *ct_param_result(struct ct_state *st, int converted, struct ct_arg *arg);   /* what from_param() returns after a ct_convert */
int ct_param_instance(PyObject *value, PyTypeObject *type);
int ct_convert_as(struct ct_state *st, ct_convert *convert, PyTypeObject *type, STEALS PyObject *as, struct ct_arg *arg);   /* `as` instead of the value */
OWNED PyObject *ct_as_parameter(struct ct_state *st, PyObject *value); /* NULL without exception: it has none */
#define CT_META_METHODS(from_param) \
    { "from_param", from_param, METH_O, PyDoc_STR("from_param($self, value, /)\n--\n\nConvert a Python object into an argument.") }, \
    { "from_address", ct_from_address, METH_O, PyDoc_STR("from_address($self, value, /)\n--\n\nAn instance at an address.") }, \
    { "from_buffer", (PyCFunction)(void (*)(void))ct_from_buffer, METH_FASTCALL, PyDoc_STR("from_buffer($self, obj, offset=0, /)\n--\n\nAn instance in a writable buffer.") }, \
    { "from_buffer_copy", (PyCFunction)(void (*)(void))ct_from_buffer_copy, METH_FASTCALL, PyDoc_STR("from_buffer_copy($self, buffer, offset=0, /)\n--\n\nAn instance with the bytes of a buffer.") }, \
    { "in_dll", (PyCFunction)(void (*)(void))ct_in_dll, METH_FASTCALL, PyDoc_STR("in_dll($self, dll, name, /)\n--\n\nAn instance that a library exports.") }
PyObject *ct_from_address(PyObject *type, PyObject *value);
PyObject *ct_from_buffer(PyObject *type, PyObject *const *args, Py_ssize_t nargs);
PyObject *ct_from_buffer_copy(PyObject *type, PyObject *const *args, Py_ssize_t nargs);
PyObject *ct_in_dll(PyObject *type, PyObject *const *args, Py_ssize_t nargs);

/* ---- cdata.c ---- */

static inline bool ct_is_data(struct ct_state *st, PyObject *o)
{
    PyTypeObject *type = Py_TYPE(o);
    return (ct_is_own_meta(st, Py_TYPE(type)) && ct_info_at(type)->is_data) || PyType_IsSubtype(type, st->cdata);
}
OWNED PyObject *ct_new(PyTypeObject *type, PyObject *args, PyObject *kwds);                 /* tp_new: zeros */
OWNED PyObject *ct_new_part(struct ct_state *st, PyObject *type, PyObject *base, Py_ssize_t index, char *at);   /* base: NULL copies from `at` */
OWNED PyObject *ct_new_at(PyObject *type, void *at);
int ct_keep(struct cdata *self, Py_ssize_t slot, STEALS PyObject *keep);
BORROWED(self) PyObject *ct_kept(struct cdata *self);                  /* NULL with exception */
/* Reads or stores a value of `type` that is part of `self`; get and set: NULL means by the type. */
OWNED PyObject *ct_get(PyObject *type, ct_getter *get, PyObject *self, Py_ssize_t index, Py_ssize_t size, char *at);
int ct_set(struct ct_state *st, PyObject *self, PyObject *type, ct_setter *set, PyObject *value, Py_ssize_t index, Py_ssize_t size, char *at);
int ct_data_traverse(PyObject *self, visitproc visit, void *arg);
int ct_data_clear(PyObject *self);
void ct_data_dealloc(PyObject *self);
int ct_get_buffer(PyObject *self, Py_buffer *view, int flags);
PyObject *ct_carg_new(struct ct_state *st, struct ct_arg *arg);        /* takes over arg->keep */

/* ---- code_*.c, simple.c, ... ---- */

const struct ct_code *ct_code_find(int code);                          /* or NULL */
extern ct_getter ct_get_char_array, ct_get_wchar_array, ct_get_char, ct_get_wchar, ct_get_object;
extern ct_setter ct_set_char_array, ct_set_wchar_array, ct_set_object;
bool ct_is_simple_subclass(struct ct_state *st, PyObject *type);       /* of a simple type: its values stay instances */
ct_convert ct_convert_simple, ct_convert_char_p, ct_convert_wchar_p, ct_convert_void_p, ct_convert_pointer;
extern PyMethodDef ct_char_p_from_param, ct_wchar_p_from_param, ct_void_p_from_param;
PyObject *ct_simple_from_param(PyObject *type, PyObject *value), *ct_pointer_from_param(PyObject *type, PyObject *value);
OWNED PyObject *ct_array_type(struct ct_state *st, PyObject *item, Py_ssize_t length);
OWNED PyObject *ct_pointer_type(struct ct_state *st, PyObject *to);    /* POINTER() */
OWNED PyObject *ct_run_chars(struct ct_state *st, PyObject *proto, const char *at, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n);   /* str or bytes of a slice, NULL without exception: not characters */
OWNED PyObject *ct_field_new(struct ct_state *st, PyObject *type, Py_ssize_t index);
int ct_field_set(PyObject *field, PyObject *self, PyObject *value);     /* tp_descr_set of CField */
int ct_fields_anonymous(struct ct_state *st, PyObject *type);
int ct_struct_fields(PyObject *type, PyObject *fields, bool is_struct);   /* _fields_ was set */
bool ct_can_cast_to(struct ct_state *st, PyObject *type);

/* ---- call.c, callback.c, plan.c ---- */

struct ct_plan *ct_plan_new(struct ct_state *st, PyObject *argtypes);  /* NULL with exception */
void ct_plan_release(struct ct_plan *plan);                            /* NULL is fine */
int ct_param(struct ct_state *st, STEALS PyObject *obj, Py_ssize_t number, struct ct_arg *arg);   /* an object as argument; not ours: by rules */
struct ct_call {                       /* a call: what is called and how */
    struct ct_state *st;
    void *fn;
    int flags;
    struct ct_plan *plan;              /* or NULL */
    PyObject *restype, *checker;       /* borrowed; NULL: int, no checker */
    struct ct_cif_cache **cache;       /* NULL: none */
};
OWNED PyObject *ct_call(const struct ct_call *call, PyObject *const *args, Py_ssize_t n);
OWNED PyObject *ct_thunk_new(struct ct_state *st, PyObject *callable, PyObject *argtypes, PyObject *restype, int flags);
extern _Thread_local int ct_errno;     /* ctypes' own copy, exchanged with errno around calls of use_errno functions */
static inline int ct_swap_errno(int now) { int old = ct_errno; ct_errno = now; return old; }
int ct_handle_of(struct ct_state *st, PyObject *dll, void **handle);   /* lib.c: its _handle */
void ct_set_locale_error(PyObject *exc_class, const char *text);       /* raises, with text as the locale writes it */

#endif
