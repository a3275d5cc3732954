/* sysmodule.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_SYSMODULE_H
#define Py_SYSMODULE_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(void) PySys_FormatStderr(const char *, ...);
PyAPI_FUNC(void) PySys_FormatStdout(const char *, ...);
PyAPI_FUNC(PyObject *) PySys_GetObject(const char *);
PyAPI_FUNC(PyObject *) PySys_GetXOptions(void);
Py_DEPRECATED(3.13) PyAPI_FUNC(void) PySys_ResetWarnOptions(void);
Py_DEPRECATED(3.11) PyAPI_FUNC(void) PySys_SetArgv(int, wchar_t **);
Py_DEPRECATED(3.11) PyAPI_FUNC(void) PySys_SetArgvEx(int, wchar_t **, int);
PyAPI_FUNC(int) PySys_SetObject(const char *, PyObject *);
PyAPI_FUNC(void) PySys_WriteStderr(const char *, ...) Py_GCC_ATTRIBUTE((format(printf, 1, 2)));
PyAPI_FUNC(void) PySys_WriteStdout(const char *, ...) Py_GCC_ATTRIBUTE((format(printf, 1, 2)));
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x030d0000
PyAPI_FUNC(int) PySys_Audit(const char *, const char *, ...);
PyAPI_FUNC(int) PySys_AuditTuple(const char *, PyObject *);
#endif

#ifndef Py_LIMITED_API
#include "cpython/sysmodule.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
