/* interp/config.h: the configuration: command line, PYTHON* variables, PyConfig (PEP 587). */
#ifndef ADDER_INTERP_CONFIG_H
#define ADDER_INTERP_CONFIG_H

#include <Python.h>
#include <stdbool.h>

/* An error status that names the step of the start as CPython does, so that messages are the same. Both live on. */
PyStatus config_error(const char *step, const char *msg);

/* What the command line asks to run; PyConfig has run_command, run_module, run_filename. */

/* Read argv (argc >= 0) and the environment into a config made by PyConfig_InitPythonConfig(). On -h, -V and on errors the
 * status is an exit status, with the text already printed. */
PyStatus config_read_command_line(PyConfig *config);
/* Compute prefix, exec_prefix, stdlib_dir, module_search_paths, executable... (interp/path.c). */
PyStatus config_compute_paths(PyConfig *config);
/* Value of -X name: "" if given without value, NULL if not given. Borrowed from config. */
const wchar_t *config_xoption(const PyConfig *config, const wchar_t *name);
/* An environment variable, or NULL if unset, empty or the environment is ignored. */
const char *config_env(const PyConfig *config, const char *name);
int config_utf8_mode(void);
/* A deep copy, to be cleared with PyConfig_Clear(): 0, or -1 when out of memory (then cleared). */
int config_copy(PyConfig *to, const PyConfig *from);
/* Py_PreInitialize() as the configuration wants it, unless it has been done: before any text is decoded. At most one of
 * both argument lists is given. */
PyStatus config_preinit(const PyConfig *c, Py_ssize_t argc, char *const *bytes, wchar_t *const *wide);
/* May this locale have replaced the C locale? */
bool config_is_coercion_target(const char *ctype);
/* PYTHONCOERCECLOCALE=warn, and it is the C locale still. */
bool config_warns_of_c_locale(void);
/* The configuration of the current interpreter. */
PyAPI_FUNC(const PyConfig *) _Py_GetConfig(void);
/* Replaces it, and what sys shows of it, by a copy: 0, or -1 with an exception. Empty fields are computed as at the start. */
PyAPI_FUNC(int) _PyInterpreterState_SetConfig(const PyConfig *config);
PyAPI_FUNC(int) _PyInterpreterState_GetConfigCopy(PyConfig *config);
/* A configuration as a dict of Python values; an empty one filled from such a dict, 0, or -1 with an exception. */
PyAPI_FUNC(PyObject *) _PyConfig_AsDict(const PyConfig *config);
PyAPI_FUNC(int) _PyConfig_FromDict(PyConfig *config, PyObject *dict);
/* "global_config", "pre_config" and "config" as dicts. */
PyAPI_FUNC(PyObject *) _Py_GetConfigsAsDict(void);
/* SystemError: there is none. */
PyAPI_FUNC(PyObject *) _Py_Get_Getpath_CodeObject(void);
/* An error status becomes the current exception. */
PyAPI_FUNC(void) _PyErr_SetFromPyStatus(PyStatus status);
/* Load the codecs of file names and streams, and put their own names into the configuration: 0, or -1 with an exception,
 * *step and *message for the fatal error. */
int config_init_encodings(PyThreadState *ts, const char **step, const char **message);
/* Usage texts. */
void config_print_usage(int error, const wchar_t *program);
void config_print_all_help(int what);

/* List helpers: 0 or -1 (out of memory). */
int wide_list_append(PyWideStringList *list, const wchar_t *item);
void wide_list_clear(PyWideStringList *list);
wchar_t *wide_dup(const wchar_t *s);

#endif
