/* pytypedefs.h: names of types that several headers need before their structs are known. */
#ifndef Py_PYTYPEDEFS_H
#define Py_PYTYPEDEFS_H

#include "pyport.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _object PyObject;
typedef struct _typeobject PyTypeObject;
typedef struct PyModuleDef PyModuleDef;
typedef struct PyModuleDef_Slot PyModuleDef_Slot;
typedef struct PyMethodDef PyMethodDef;
typedef struct PyGetSetDef PyGetSetDef;
typedef struct PyMemberDef PyMemberDef;
typedef struct _longobject PyLongObject;
typedef struct PyCodeObject PyCodeObject;
typedef struct _frame PyFrameObject;
typedef struct _ts PyThreadState;
typedef struct _is PyInterpreterState;

#ifdef __cplusplus
}
#endif
#endif
