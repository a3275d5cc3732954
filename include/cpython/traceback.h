/* cpython/traceback.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_TRACEBACK_H
#define Py_CPYTHON_TRACEBACK_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct _traceback PyTracebackObject;
struct _traceback {
    PyObject ob_base;
    PyTracebackObject *tb_next;
    PyFrameObject *tb_frame;
    int tb_lasti;
    int tb_lineno;
};


#ifdef __cplusplus
}
#endif
#endif
