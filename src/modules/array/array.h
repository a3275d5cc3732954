/* modules/array/array.h: what the files of array share. */
#ifndef ADDER_MODULES_ARRAY_H
#define ADDER_MODULES_ARRAY_H

#include <Python.h>
#include <stddef.h>
#include <string.h>

struct array;

/* One type code. */
struct array_kind {
    char code;
    int itemsize;
    PyObject *(*get)(const char *p);                /* new reference or NULL */
    int (*set)(char *p, PyObject *v);               /* 0 or -1; p NULL only checks */
    const char *format;                             /* for the buffer protocol */
    int is_integer, is_signed;
};

struct array {
    PyVarObject ob_base;
    char *items;
    Py_ssize_t allocated;
    const struct array_kind *kind;
    PyObject *weakreflist;
    Py_ssize_t exports;                             /* buffers handed out: the size is fixed meanwhile */
};

struct array_state { PyTypeObject *array, *iter; };

#define ARRAY(op) ((struct array *)(op))
#define DOC(sig, text) sig "\n--\n\n" text

extern struct PyModuleDef array_module;
extern PyType_Spec array_spec, array_iter_spec;

static inline struct array_state *array_state_of(PyTypeObject *type)
{
    PyObject *m = PyType_GetModuleByDef(type, &array_module);
    return m == NULL ? NULL : PyModule_GetState(m);
}

extern const struct array_kind array_kinds[];       /* ends with code 0 */
const struct array_kind *array_kind_of(int code);   /* NULL when there is none */
static inline char *array_at(struct array *a, Py_ssize_t i) { return a->items + i * a->kind->itemsize; }

/* An array of n uninitialised items; NULL with an exception. */
PyObject *array_new_sized(PyTypeObject *type, Py_ssize_t n, const struct array_kind *kind);
int array_resize(struct array *a, Py_ssize_t n);    /* 0 or -1; BufferError while exported */
int array_append_item(struct array *a, PyObject *v);
int array_extend_any(struct array *a, PyObject *bb);
/* Methods in array_io.c. */
PyObject *array_frombytes(PyObject *op, PyObject *buffer);
PyObject *array_fromunicode(PyObject *op, PyObject *text);
PyObject *array_tounicode(PyObject *op, PyObject *noargs);
PyObject *array_tobytes(PyObject *op, PyObject *noargs);
PyObject *array_byteswap(PyObject *op, PyObject *noargs);
PyObject *array_fromlist(PyObject *op, PyObject *list);
PyObject *array_tolist(PyObject *op, PyObject *noargs);
PyObject *array_reconstruct(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *array_iter(PyObject *op);
PyObject *array_reduce_ex(PyObject *op, PyTypeObject *cls, PyObject *const *args, size_t nargs, PyObject *kwnames);
PyObject *array_tofile(PyObject *op, PyTypeObject *cls, PyObject *const *args, size_t nargs, PyObject *kwnames);
PyObject *array_fromfile(PyObject *op, PyTypeObject *cls, PyObject *const *args, size_t nargs, PyObject *kwnames);

#endif
