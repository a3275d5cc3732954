/* object/core/module.h: module objects. */
#ifndef ADDER_OBJECT_CORE_MODULE_H
#define ADDER_OBJECT_CORE_MODULE_H

#include <Python.h>

#include "base/own.h"

typedef struct {
    PyObject ob_base;
    PyObject *md_dict;
    PyModuleDef *md_def;
    void *md_state;
    PyObject *md_weaklist;
    PyObject *md_name;               /* for messages when __name__ is gone */
} PyModuleObject;

static inline PyObject *module_dict(PyObject *m) { return ((PyModuleObject *)m)->md_dict; }
static inline PyModuleDef *module_def(PyObject *m) { return ((PyModuleObject *)m)->md_def; }
static inline void *module_state(PyObject *m) { return ((PyModuleObject *)m)->md_state; }

/* module.__getattribute__; `suppress` leaves a missing attribute without exception. */
OWNED PyObject *module_getattro(PyModuleObject *m, PyObject *name, int suppress);
OWNED PyObject *module_getattro_slot(PyObject *m, PyObject *name);
/* Set the values to None, names with one underscore first, __builtins__ never (end of interpreter). */
PyAPI_FUNC(void) _PyModule_Clear(PyObject *m);
PyAPI_FUNC(void) _PyModule_ClearDict(PyObject *dict);
/* module.__spec__._initializing: 1, 0, -1 with an exception; spec may be NULL. */
int module_spec_is_initializing(PyObject *spec);
/* Does the module `name`, loaded from the file `origin` (may be NULL), hide another of that name? For the hints of
 * AttributeError and ImportError. A name that cannot be hashed is an error. */
enum module_shadowing { MODULE_SHADOWING_ERROR = -1, MODULE_SHADOWS_NOTHING, MODULE_MAY_SHADOW, MODULE_SHADOWS_STDLIB };
enum module_shadowing module_shadowing(PyObject *name, PyObject *origin);
/* __file__ of a spec's origin: 1 found (new reference), 0 none, -1. */
int module_spec_origin(PyObject *spec, PyObject **origin);
/* interp: the full name of the extension module that is being loaded, or NULL (a name in a package is longer than
 * what the module itself says). */
extern const char *module_package_context;
/* ImportError and -1 when this interpreter must not load extensions that do not support it. */
PyAPI_FUNC(int) _PyImport_CheckSubinterpIncompatibleExtensionAllowed(const char *name);
PyAPI_FUNC(int) _PyModuleSpec_IsInitializing(PyObject *);
PyAPI_FUNC(int) _PyModuleSpec_IsUninitializedSubmodule(PyObject *, PyObject *);
PyAPI_FUNC(PyObject *) _PyModule_CreateInitialized(PyModuleDef *, int);

#endif
