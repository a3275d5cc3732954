/* modules/ctypes/info.c: what is known of a C type: made, copied, described for the buffer protocol and for libffi.
 *
 * libffi is told of a structure up to 32 bytes by one element an eightbyte, of the class that the calling convention gives it.
 * So arrays, unions and bit-fields inside need no elements of their own. A larger one is passed in memory, whatever is in it. */
#include "modules/ctypes/ctypes.h"

#include <stdarg.h>
#include <string.h>

_Static_assert(sizeof(struct ct_info) <= 160, "metatypes are as large as CPython's");
_Static_assert(sizeof(struct cdata) == 96 && sizeof(struct funcptr) == 160, "instances are as large as CPython's");

#define BASIC(name, type, id) ffi_type ct_type_##name = { sizeof(type), _Alignof(type), FFI_TYPE_##id, NULL };
BASIC(void, char, VOID)
BASIC(uint8, uint8_t, UINT8)
BASIC(sint8, int8_t, SINT8)
BASIC(uint16, uint16_t, UINT16)
BASIC(sint16, int16_t, SINT16)
BASIC(uint32, uint32_t, UINT32)
BASIC(sint32, int32_t, SINT32)
BASIC(uint64, uint64_t, UINT64)
BASIC(sint64, int64_t, SINT64)
BASIC(float, float, FLOAT)
BASIC(double, double, DOUBLE)
BASIC(longdouble, long double, LONGDOUBLE)
BASIC(pointer, void *, POINTER)

struct ct_state *ct_state_of_meta(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(type), &ct_module_def);
    return module == NULL ? NULL : PyModule_GetState(module);
}

struct ct_info *ct_info_init(struct ct_state *st, PyTypeObject *type)
{
    struct ct_info *info = ct_info_at(type);
    if (info->ready) {
        PyErr_Format(PyExc_SystemError, "StgInfo of '%s' is already initialized.", type->tp_name);
        return NULL;
    }
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(type), &ct_module_def);
    if (module == NULL)
        return NULL;
    info->st = st;
    info->module = Py_NewRef(module);
    info->ready = true;
    info->is_data = PyType_IsSubtype(type, st->cdata);
    return info;
}

void ct_info_is_address(struct ct_info *info)
{
    info->size = sizeof(void *);
    info->align = _Alignof(void *);
    info->length = 1;
    info->ffi = &ct_type_pointer;
    info->cls[0] = CT_INTEGER;
}

/* ---- format strings ---- */

char *ct_format(const char *prefix, const char *suffix)
{
    size_t n = prefix == NULL ? 0 : strlen(prefix), m = strlen(suffix);
    char *s = PyMem_Malloc(n + m + 1);
    if (s == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    if (n > 0)
        memcpy(s, prefix, n);
    memcpy(s + n, suffix, m + 1);
    return s;
}

char *ct_format_shape(int ndim, const Py_ssize_t *shape, const char *prefix, const char *suffix)
{
    char *dims = PyMem_Malloc(32 * (size_t)ndim + 3), *at = dims;
    if (dims == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *at = '\0';
    for (int i = 0; i < ndim; i++)
        at += sprintf(at, "%c%zd", i == 0 ? '(' : ',', shape[i]);
    if (ndim > 0)
        strcpy(at, ")");
    char *head = ct_format(prefix, dims), *all = head == NULL ? NULL : ct_format(head, suffix);
    PyMem_Free(head);
    PyMem_Free(dims);
    return all;
}

/* ---- copies ---- */

static void *copy_block(const void *from, size_t size)
{
    void *to = from == NULL ? NULL : PyMem_Malloc(size);
    if (to != NULL)
        memcpy(to, from, size);
    return to;
}

int ct_info_clone(struct ct_info *to, struct ct_info *from)
{
    PyMem_Free(to->format);
    PyMem_Free(to->shape);
    PyMem_Free(to->aggregate);
    Py_XDECREF(to->module);
    bool is_data = to->is_data;
    *to = *from;
    to->is_data = is_data;
    Py_XINCREF(to->proto);
    Py_XINCREF(to->argtypes);
    Py_XINCREF(to->restype);
    Py_XINCREF(to->checker);
    Py_XINCREF(to->module);
    if (to->plan != NULL)
        to->plan->refs++;
    to->format = from->format == NULL ? NULL : copy_block(from->format, strlen(from->format) + 1);
    to->shape = copy_block(from->shape, sizeof *from->shape * (size_t)from->ndim);
    to->aggregate = copy_block(from->aggregate, sizeof *from->aggregate);
    if (to->aggregate != NULL) {
        to->ffi = &to->aggregate->type;
        to->ffi->elements = to->aggregate->elements;
    }
    if ((to->format == NULL) != (from->format == NULL) || (to->shape == NULL) != (from->shape == NULL) || (to->aggregate == NULL) != (from->aggregate == NULL)) {
        if (to->aggregate == NULL && from->aggregate != NULL)
            to->ffi = &ct_type_pointer;
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* ---- calling convention ---- */

static uint8_t merge(uint8_t a, uint8_t b) { return a == CT_INTEGER || b == CT_INTEGER ? CT_INTEGER : a > b ? a : b; }

/* `part` stands at `offset` in `to`. bits: as a bit-field, of which only the integer class counts. */
void ct_class_merge(struct ct_info *to, Py_ssize_t offset, struct ct_info *part, bool bits)
{
    if (offset < 0 || part->size <= 0 || part->size > 16 || offset > 16 - part->size)
        return;
    if (part->shape != NULL) {                                         /* an array: item by item */
        struct ct_info *item = ct_info_at((PyTypeObject *)part->proto);
        for (Py_ssize_t i = 0; i < part->length; i++)
            ct_class_merge(to, offset + i * item->size, item, false);
        return;
    }
    Py_ssize_t first = offset / 8, last = (offset + part->size - 1) / 8;
    for (Py_ssize_t w = first; w <= last; w++)
        to->cls[w] = merge(to->cls[w], bits ? CT_INTEGER : first == last || offset % 8 != 0 ? merge(part->cls[0], part->cls[1]) : part->cls[w - first]);
}

int ct_info_aggregate(struct ct_info *info)
{
    if (info->aggregate == NULL)
        info->aggregate = PyMem_Calloc(1, sizeof *info->aggregate);
    if (info->aggregate == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    struct ct_aggregate *a = info->aggregate;
    int n = 0;
    if (info->size <= 16 && info->cls[0] == CT_X87)
        a->elements[n++] = &ct_type_longdouble;
    else
        for (Py_ssize_t at = 0; at < info->size && n < 4; at += 8) {
            bool sse = at < 16 && info->size <= 16 && info->cls[at / 8] == CT_SSE;
            a->elements[n++] = !sse ? &ct_type_uint64 : info->size - at <= 4 ? &ct_type_float : &ct_type_double;
        }
    a->elements[n] = NULL;
    a->type = (ffi_type){ .size = (size_t)info->size, .alignment = (unsigned short)info->align, .type = FFI_TYPE_STRUCT, .elements = a->elements };
    info->ffi = &a->type;
    return 0;
}

/* ---- errors ---- */

void ct_extend_error(PyObject *exc_class, const char *fmt, ...)
{
    PyObject *exc = PyErr_GetRaisedException();
    va_list ap;
    va_start(ap, fmt);
    PyObject *text = PyUnicode_FromFormatV(fmt, ap);
    va_end(ap);
    PyObject *name = text == NULL ? NULL : PyType_GetName(Py_TYPE(exc)), *what = name == NULL ? NULL : PyObject_Str(exc);
    if (what == NULL)
        PyErr_Clear();
    PyObject *all = text == NULL ? NULL : PyUnicode_FromFormat("%U%S: %S", text, name == NULL ? Py_None : name, what == NULL ? Py_None : what);
    if (all != NULL)
        PyErr_SetObject(exc_class, all);
    Py_XDECREF(all);
    Py_XDECREF(what);
    Py_XDECREF(name);
    Py_XDECREF(text);
    Py_DECREF(exc);
}
