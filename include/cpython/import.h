/* cpython/import.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_IMPORT_H
#define Py_CPYTHON_IMPORT_H


#ifdef __cplusplus
extern "C" {
#endif

struct _inittab {
    const char *name;
    PyObject * (*initfunc)(void);
};

struct _frozen {
    const char *name;
    const unsigned char *code;
    int size;
    int is_package;
};

PyAPI_FUNC(int) PyImport_ExtendInittab(struct _inittab *);
PyAPI_DATA(const struct _frozen *) PyImport_FrozenModules;
PyAPI_DATA(struct _inittab *) PyImport_Inittab;
PyAPI_FUNC(PyObject *) PyInit__imp(void);

#ifdef __cplusplus
}
#endif
#endif
