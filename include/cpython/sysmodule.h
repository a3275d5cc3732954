/* cpython/sysmodule.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_SYSMODULE_H
#define Py_CPYTHON_SYSMODULE_H

#include "../pythread.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int (*Py_AuditHookFunction)(const char *, PyObject *, void *);

typedef struct {
    FILE *perf_map;
    PyThread_type_lock map_lock;
} PerfMapState;

PyAPI_FUNC(int) PySys_AddAuditHook(Py_AuditHookFunction, void *);
PyAPI_FUNC(int) PyUnstable_CopyPerfMapFile(const char *);
PyAPI_FUNC(void) PyUnstable_PerfMapState_Fini(void);
PyAPI_FUNC(int) PyUnstable_PerfMapState_Init(void);
PyAPI_FUNC(int) PyUnstable_PerfTrampoline_CompileCode(PyCodeObject *);
PyAPI_FUNC(int) PyUnstable_PerfTrampoline_SetPersistAfterFork(int);
PyAPI_FUNC(int) PyUnstable_WritePerfMapEntry(const void *, unsigned int, const char *);

#ifdef __cplusplus
}
#endif
#endif
