/* vm/import.c: what the import statements do after the compiler: ask builtins.__import__, take names out of modules. */
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/module.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/slow.h"

PyObject *
vm_import_name(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *name, PyObject *fromlist, PyObject *level)
{
    PyObject *import;
    if (PyMapping_GetOptionalItem(f->f_builtins, ID(__import__), &import) < 0)
        return NULL;
    if (import == NULL) {
        err_set_string(ts, PyExc_ImportError, "__import__ not found");
        return NULL;
    }
    PyObject *args[] = { NULL, name, f->f_globals, f->f_locals == NULL ? Py_None : f->f_locals, fromlist, level };
    PyObject *res = call_vector(ts, import, args + 1, 5 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_DECREF(import);
    return res;
}

/* ---- from module import name ---- */

/* sys.modules["package.name"]: helps circular imports. NULL without exception if not there. */
static PyObject *
loaded_submodule(PyThreadState *ts, PyObject *package, PyObject *name)
{
    PyObject *full = PyUnicode_FromFormat("%U.%U", package, name), *mod = NULL, *modules = ts->interp->imports.modules;
    if (full == NULL)
        return NULL;
    if (modules == NULL)
        err_set_string(ts, PyExc_RuntimeError, "unable to get sys.modules");
    else
        PyMapping_GetOptionalItem(modules, full, &mod);
    Py_DECREF(full);
    return mod;
}

static void
raise_import_error(PyThreadState *ts, PyObject *msg, PyObject *module, PyObject *path, PyObject *name)
{
    PyObject *kw = PyDict_New(), *args = kw == NULL || msg == NULL ? NULL : PyTuple_Pack(1, msg);
    if (args != NULL && PyDict_SetItem(kw, ID(name), module) == 0 && PyDict_SetItem(kw, ID(path), path == NULL ? Py_None : path) == 0
        && PyDict_SetItemString(kw, "name_from", name) == 0) {
        PyObject *exc = PyObject_Call(PyExc_ImportError, args, kw);
        if (exc != NULL)
            err_set(ts, (PyObject *)Py_TYPE(exc), exc);
        Py_XDECREF(exc);
    }
    Py_XDECREF(args);
    Py_XDECREF(kw);
}

static PyObject *
message(PyObject *spec, PyObject *module, PyObject *origin, PyObject *name, enum module_shadowing shadowing)
{
    if (shadowing == MODULE_SHADOWS_STDLIB)
        return PyUnicode_FromFormat("cannot import name %R from %R (consider renaming %R since it has the same name as the standard "
                                    "library module named %R and prevents importing that standard library module)",
                                    name, module, origin, module);
    int busy = module_spec_is_initializing(spec);
    if (busy < 0)
        return NULL;
    if (busy && shadowing == MODULE_MAY_SHADOW)
        return PyUnicode_FromFormat("cannot import name %R from %R (consider renaming %R if it has the same name as a library you "
                                    "intended to import)", name, module, origin);
    if (busy && origin != NULL)
        return PyUnicode_FromFormat("cannot import name %R from partially initialized module %R (most likely due to a circular import) (%S)",
                                    name, module, origin);
    if (busy)
        return PyUnicode_FromFormat("cannot import name %R from partially initialized module %R (most likely due to a circular import)",
                                    name, module);
    if (origin != NULL)
        return PyUnicode_FromFormat("cannot import name %R from %R (%S)", name, module, origin);
    return PyUnicode_FromFormat("cannot import name %R from %R (unknown location)", name, module);
}

static void
raise_cannot_import(PyThreadState *ts, PyObject *v, PyObject *module, PyObject *name)
{
    PyObject *spec = NULL, *origin = NULL, *msg = NULL;
    enum module_shadowing shadowing;
    if (PyObject_GetOptionalAttr(v, ID(__spec__), &spec) < 0)
        return;
    if (spec == NULL) {
        msg = PyUnicode_FromFormat("cannot import name %R from %R (unknown location)", name, module);
        raise_import_error(ts, msg, module, NULL, name);
        goto done;
    }
    if (module_spec_origin(spec, &origin) < 0 || (shadowing = module_shadowing(module, origin)) == MODULE_SHADOWING_ERROR)
        goto done;
    if (origin == NULL && PyModule_Check(v)) {
        origin = PyModule_GetFilenameObject(v);
        if (origin == NULL) {
            if (!PyErr_ExceptionMatches(PyExc_SystemError))
                goto done;
            err_clear(ts);
        }
    }
    msg = message(spec, module, origin, name, shadowing);
    raise_import_error(ts, msg, module, origin, name);
done:
    Py_XDECREF(spec);
    Py_XDECREF(origin);
    Py_XDECREF(msg);
}

PyObject *
vm_import_from(PyThreadState *ts, PyObject *v, PyObject *name)
{
    PyObject *x, *module;
    if (PyObject_GetOptionalAttr(v, name, &x) != 0)
        return x;
    if (PyObject_GetOptionalAttr(v, ID(__name__), &module) < 0)
        return NULL;
    if (module != NULL && !PyUnicode_Check(module))
        Py_CLEAR(module);
    if (module != NULL)
        x = loaded_submodule(ts, module, name);
    if (x == NULL && ts->current_exception == NULL) {
        if (module == NULL)
            module = PyUnicode_FromString("<unknown module name>");
        if (module != NULL)
            raise_cannot_import(ts, v, module, name);
    }
    Py_XDECREF(module);
    return x;
}

/* ---- from module import * ---- */

static void
raise_bad_star_name(PyThreadState *ts, PyObject *v, PyObject *name, bool from_dict)
{
    PyObject *module = PyObject_GetAttr(v, ID(__name__));
    if (module == NULL)
        return;
    if (!PyUnicode_Check(module))
        err_format(ts, PyExc_TypeError, "module __name__ must be a string, not %.100s", Py_TYPE(module)->tp_name);
    else
        err_format(ts, PyExc_TypeError, "%s in %U.%s must be str, not %.100s", from_dict ? "Key" : "Item", module,
                   from_dict ? "__dict__" : "__all__", Py_TYPE(name)->tp_name);
    Py_DECREF(module);
}

static int
import_one(PyThreadState *ts, PyObject *locals, PyObject *v, PyObject *name, bool from_dict)
{
    if (!PyUnicode_Check(name)) {
        raise_bad_star_name(ts, v, name, from_dict);
        return -1;
    }
    if (from_dict && PyUnicode_GET_LENGTH(name) > 0 && PyUnicode_READ_CHAR(name, 0) == '_')
        return 0;
    PyObject *value = PyObject_GetAttr(v, name);
    if (value == NULL)
        return -1;
    int rc = PyDict_CheckExact(locals) ? PyDict_SetItem(locals, name, value) : PyObject_SetItem(locals, name, value);
    Py_DECREF(value);
    return rc;
}

static int
import_all(PyThreadState *ts, PyObject *locals, PyObject *v)
{
    PyObject *all, *dict;
    bool from_dict = false;
    if (PyObject_GetOptionalAttr(v, ID(__all__), &all) < 0)
        return -1;
    if (all == NULL) {
        if (PyObject_GetOptionalAttr(v, ID(__dict__), &dict) < 0)
            return -1;
        if (dict == NULL) {
            err_set_string(ts, PyExc_ImportError, "from-import-* object has no __dict__ and no __all__");
            return -1;
        }
        all = PyMapping_Keys(dict);
        Py_DECREF(dict);
        if (all == NULL)
            return -1;
        from_dict = true;
    }
    int rc = 0;
    for (Py_ssize_t i = 0; rc == 0; i++) {
        PyObject *name = PySequence_GetItem(all, i);
        if (name == NULL) {
            if (PyErr_ExceptionMatches(PyExc_IndexError))
                err_clear(ts);
            else
                rc = -1;
            break;
        }
        rc = import_one(ts, locals, v, name, from_dict);
        Py_DECREF(name);
    }
    Py_DECREF(all);
    return rc;
}

int
vm_import_star(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *module)
{
    PyObject *locals = frame_locals(f);
    if (locals == NULL) {
        err_set_string(ts, PyExc_SystemError, "no locals found during 'import *'");
        return -1;
    }
    int rc = import_all(ts, locals, module);
    Py_DECREF(locals);
    return rc;
}
