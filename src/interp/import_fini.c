/* interp/import_fini.c: taking the modules down at exit.
 *
 * The order is visible (destructors print): first names of sys that hold user objects, then sys.modules is emptied
 * while weak references remember its modules, then those that still live are cleared, the latest first; sys and
 * builtins come last. */
#include "interp/import.h"
#include "object/core/module.h"
#include "gc/gc.h"
#include "rt/interp.h"
#include "rt/singletons.h"

static void
reset_sys_names(PyObject *sysdict)
{
    static const char *const to_none[] = { "path", "argv", "ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback",
                                           "path_importer_cache", "meta_path", "path_hooks" };
    static const char *const restore[][2] = { { "stdin", "__stdin__" }, { "stdout", "__stdout__" }, { "stderr", "__stderr__" } };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(to_none); i++) {
        if (PyDict_SetItemString(sysdict, to_none[i], Py_None) < 0)
            PyErr_WriteUnraisable(NULL);
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(restore); i++) {
        PyObject *orig = PyDict_GetItemString(sysdict, restore[i][1]);
        if (PyDict_SetItemString(sysdict, restore[i][0], orig == NULL ? Py_None : orig) < 0)
            PyErr_WriteUnraisable(NULL);
    }
}

/* (name, weak reference) of every module, while their entries become None. */
static PyObject *
weaken_modules(PyObject *modules)
{
    PyObject *list = PyList_New(0), *key, *value;
    PyObject *items = PyMapping_Items(modules);
    for (Py_ssize_t i = 0; items != NULL && i < PyList_GET_SIZE(items); i++) {
        key = PyTuple_GET_ITEM(PyList_GET_ITEM(items, i), 0);
        value = PyTuple_GET_ITEM(PyList_GET_ITEM(items, i), 1);
        if (PyModule_Check(value) && list != NULL) {
            PyObject *ref = PyWeakref_NewRef(value, NULL), *pair = ref == NULL ? NULL : PyTuple_Pack(2, key, ref);
            if (pair == NULL || PyList_Append(list, pair) < 0)
                PyErr_WriteUnraisable(NULL);
            Py_XDECREF(ref);
            Py_XDECREF(pair);
        }
        if (PyObject_SetItem(modules, key, Py_None) < 0)
            PyErr_WriteUnraisable(NULL);
    }
    Py_XDECREF(items);
    PyErr_Clear();
    return list;
}

static void
clear_survivors(PyInterpreterState *interp, PyObject *list)
{
    for (Py_ssize_t i = list == NULL ? -1 : PyList_GET_SIZE(list) - 1; i >= 0; i--) {
        PyObject *m = NULL;
        if (PyWeakref_GetRef(PyTuple_GET_ITEM(PyList_GET_ITEM(list, i), 1), &m) <= 0)
            continue;
        PyObject *dict = PyModule_GetDict(m);
        if (dict != interp->builtins && dict != interp->sysdict)
            _PyModule_Clear(m);
        Py_DECREF(m);
    }
}

/* What the program has put into builtins goes; finalizers still find the original functions. */
static void
restore_builtins(PyInterpreterState *interp)
{
    PyObject *now = PyDict_Copy(interp->builtins);
    PyDict_Clear(interp->builtins);
    if (now == NULL || interp->builtins_copy == NULL || PyDict_Update(interp->builtins, interp->builtins_copy) < 0)
        PyErr_Clear();
    Py_XDECREF(now);
}

void
import_finalize_modules(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    PyObject *modules = interp->imports.modules;
    if (modules == NULL)
        return;
    reset_sys_names(interp->sysdict);
    PyObject *survivors = weaken_modules(modules);
    PyDict_Clear(modules);
    restore_builtins(interp);
    gc_collect_at_exit(ts);
    gc_report_garbage(interp);
    clear_survivors(interp, survivors);
    Py_XDECREF(survivors);
    _PyModule_ClearDict(interp->sysdict);
    _PyModule_ClearDict(interp->builtins);
    Py_CLEAR(interp->imports.modules_by_index);
    Py_CLEAR(interp->imports.modules);
    gc_collect_at_exit(ts);
}
