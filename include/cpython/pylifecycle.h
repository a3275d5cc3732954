/* cpython/pylifecycle.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_PYLIFECYCLE_H
#define Py_CPYTHON_PYLIFECYCLE_H

#include "initconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PyInterpreterConfig_DEFAULT_GIL 0
#define PyInterpreterConfig_OWN_GIL 2
#define PyInterpreterConfig_SHARED_GIL 1
#define _PyInterpreterConfig_LEGACY_CHECK_MULTI_INTERP_EXTENSIONS 0

typedef struct {
    int use_main_obmalloc;
    int allow_fork;
    int allow_exec;
    int allow_threads;
    int allow_daemon_threads;
    int check_multi_interp_extensions;
    int gil;
} PyInterpreterConfig;

/* An isolated interpreter, and one as Py_NewInterpreter() makes it. */
#define _PyInterpreterConfig_INIT { 0, 0, 0, 1, 0, 1, PyInterpreterConfig_OWN_GIL }
#define _PyInterpreterConfig_LEGACY_INIT \
    { 1, 1, 1, 1, 1, _PyInterpreterConfig_LEGACY_CHECK_MULTI_INTERP_EXTENSIONS, PyInterpreterConfig_SHARED_GIL }

typedef void (*atexit_datacallbackfunc)(void *);
PyAPI_FUNC(int) PyUnstable_AtExit(PyInterpreterState *, atexit_datacallbackfunc, void *);
PyAPI_FUNC(void) _Py_NO_RETURN Py_ExitStatusException(PyStatus);
PyAPI_FUNC(int) Py_FdIsInteractive(FILE *, const char *);
PyAPI_FUNC(int) Py_FrozenMain(int, char **);
PyAPI_FUNC(PyStatus) Py_InitializeFromConfig(const PyConfig *);
PyAPI_FUNC(PyStatus) Py_NewInterpreterFromConfig(PyThreadState **, const PyInterpreterConfig *);
PyAPI_FUNC(PyStatus) Py_PreInitialize(const PyPreConfig *);
PyAPI_FUNC(PyStatus) Py_PreInitializeFromArgs(const PyPreConfig *, Py_ssize_t, wchar_t **);
PyAPI_FUNC(PyStatus) Py_PreInitializeFromBytesArgs(const PyPreConfig *, Py_ssize_t, char **);
PyAPI_FUNC(int) Py_RunMain(void);
PyAPI_FUNC(PyStatus) _Py_InitializeMain(void);

#ifdef __cplusplus
}
#endif
#endif
