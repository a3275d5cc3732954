/* cpython/modsupport.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_MODSUPPORT_H
#define Py_CPYTHON_MODSUPPORT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint8_t v;
} _PyOnceFlag;

typedef struct _PyArg_Parser {
    const char *format;
    const char *const *keywords;
    const char *fname;
    const char *custom_msg;
    _PyOnceFlag once;
    int is_kwtuple_owned;
    int pos;
    int min;
    int max;
    PyObject *kwtuple;
    struct _PyArg_Parser *next;
} _PyArg_Parser;

PyAPI_FUNC(int) _PyArg_ParseTupleAndKeywordsFast(PyObject *, PyObject *, struct _PyArg_Parser *, ...);

#ifdef __cplusplus
}
#endif
#endif
