/* interp/old_init.h: the ways to configure the interpreter that are older than PyConfig: Py_SetProgramName(), PySys_AddWarnOption()... */
#ifndef ADDER_INTERP_OLD_INIT_H
#define ADDER_INTERP_OLD_INIT_H

#include <Python.h>

/* Into the empty fields of a configuration goes what was set by Py_Set...(). */
PyStatus old_init_fill(PyConfig *config);
/* Options of PySys_AddXOption() and PySys_AddWarnOption() called before the start are moved to the configuration. */
PyStatus old_init_take_xoptions(PyConfig *config);
PyStatus old_init_take_warnoptions(PyConfig *config);
/* What Py_GetPath() and the others answer from now on: copies of the configuration's. 0 or -1 (no memory). */
int old_init_publish(const PyConfig *config);
/* The global variables Py_...Flag decide for a configuration made by Py_InitializeEx(). */
void old_init_flags(PyConfig *config);

/* Forgets all that was set or shown. */
PyAPI_FUNC(void) _PyPathConfig_ClearGlobal(void);

/* Only in the stable ABI: no header declares them any more. */
PyAPI_FUNC(void) Py_SetPath(const wchar_t *path);
PyAPI_FUNC(void) Py_GetArgcArgv(int *argc, wchar_t ***argv);
PyAPI_FUNC(void) PySys_AddWarnOption(const wchar_t *option);
PyAPI_FUNC(void) PySys_AddWarnOptionUnicode(PyObject *option);
PyAPI_FUNC(int) PySys_HasWarnOptions(void);
PyAPI_FUNC(void) PySys_AddXOption(const wchar_t *option);
PyAPI_FUNC(void) PySys_SetPath(const wchar_t *path);

#endif
