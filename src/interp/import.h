/* interp/import.h: the import system below importlib.
 *
 * The logic of finding and loading is the standard library's own importlib._bootstrap, frozen into the program; C has
 * the fast path for modules that are loaded already, frozen and built-in modules, and shared objects. */
#ifndef ADDER_INTERP_IMPORT_H
#define ADDER_INTERP_IMPORT_H

#include <Python.h>

#include "base/own.h"

/* Create sys.modules; first of all. 0 or -1. */
int import_init_modules(PyThreadState *ts);
/* Load the frozen importlib and install its importers for built-in and frozen modules; needs sys and _imp. */
int import_init_core(PyThreadState *ts);
/* Install the importers that read files (importlib._bootstrap_external, zipimport). */
int import_init_external(PyThreadState *ts);
/* Empty sys.modules and the modules in it at the end, in CPython's order. */
void import_finalize_modules(PyThreadState *ts);
void import_fini(PyThreadState *ts);

/* The `_imp` module. */
PyMODINIT_FUNC PyInit__imp(void);

/* Fill in __name__..__spec__ of a built-in module made outside importlib (sys, builtins). */
int import_fixup_builtin(PyObject *module, const char *name, PyObject *modules);

/* A module of the inittab by spec: new reference or NULL. Dynamic: from a shared object. */
OWNED PyObject *import_create_builtin(PyObject *name, PyObject *spec);
OWNED PyObject *import_create_dynamic(PyObject *spec, PyObject *path);
int import_exec_module(PyObject *module);
/* Forget a single-phase extension that was loaded from the path, so that the next import loads it afresh. */
PyAPI_FUNC(int) _PyImport_ClearExtension(PyObject *name, PyObject *path);
/* The module that `init` makes, in one phase or several; path is NULL for a built-in one. New reference or NULL. */
OWNED PyObject *import_run_extension(PyObject *(*init)(void), PyObject *spec, PyObject *name, PyObject *path);
/* A module that some interpreter has loaded in one phase, made here too; NULL (without exception if there is none). Built-in
 * ones give their name for path. */
OWNED PyObject *import_known_extension(PyObject *path, PyObject *name);
/* Forgets them all, at the end of the process's main interpreter. */
void import_fini_extensions(void);
/* An extension module was opened, or a built-in one that is like one: what its objects do at their end is not known. */
extern bool import_has_foreign;
bool import_is_builtin(PyObject *name);
OWNED PyObject *import_builtin_names(void);

/* importlib._bootstrap._find_and_load(name), with -X importtime's report. */
OWNED PyObject *import_find_and_load(PyThreadState *ts, PyObject *name);
/* Drop importlib's own entries from the traceback of the current exception. */
void import_trim_traceback(void);

/* Frozen modules: NULL without exception if there is none of that name. */
const struct _frozen *import_find_frozen(PyObject *name);

/* What a frozen module is called in the standard library, where that differs from its name ("<" marks a package of that
 * name without its own __init__). Ends with a NULL name. */
struct import_alias { const char *name, *orig; };
extern const struct import_alias *import_frozen_aliases;

/* Code objects of frozen modules that lie in the program (program/freeze_image.c): each is taken once, by the first
 * interpreter; everybody else reads the marshalled form. */
struct import_image_set { PyObject **slot, *items; };                    /* *slot becomes frozenset(items) */
struct import_image_module { const unsigned char *data; PyObject *code; const struct import_image_set *sets; size_t n_sets; bool taken; };
struct import_image {
    struct import_image_module *modules;     /* ends with NULL */
    PyObject *const *names;                  /* hash table of the interned strings: str_add_static() */
    size_t names_mask;
    uint32_t next_version;                   /* of code objects */
};
/* Before the start. */
void import_use_image(const struct import_image *image);
/* The code object of a frozen module (or what else its data is), or NULL with an exception. */
OWNED PyObject *import_frozen_code(const struct _frozen *f);

/* The frozen modules again, in three tables, each ending with a NULL name: exported for those who look at them (ctypes' tests do). */
PyAPI_DATA(const struct _frozen *) _PyImport_FrozenBootstrap;
PyAPI_DATA(const struct _frozen *) _PyImport_FrozenStdlib;
PyAPI_DATA(const struct _frozen *) _PyImport_FrozenTest;

/* Exported, but in no public header. */
PyAPI_FUNC(PyObject *) _PyNamespace_New(PyObject *attributes);

#endif
