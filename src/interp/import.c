/* interp/import.c: the import statement's fast path and the PyImport_* functions.
 *
 * A name that is in sys.modules and not being initialised is answered here; everything else goes to
 * importlib._bootstrap._find_and_load(). */
#include "interp/import.h"

#include "object/core/module.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "rt/thread.h"

static PyObject *
modules_dict(PyThreadState *ts)
{
    return ts->interp->imports.modules;
}

PyObject *
PyImport_GetModuleDict(void)
{
    PyObject *modules = modules_dict(ts_current());
    if (modules == NULL)
        Py_FatalError("interpreter has no modules dictionary");
    return modules;
}

/* ---- sys.modules ---- */

/* New reference or NULL; an exception only if the lookup failed. */
static PyObject *
get_module(PyThreadState *ts, PyObject *name)
{
    PyObject *modules = modules_dict(ts), *m;
    if (modules == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "unable to get sys.modules");
        return NULL;
    }
    if (PyDict_CheckExact(modules))
        PyDict_GetItemRef(modules, name, &m);
    else
        PyMapping_GetOptionalItem(modules, name, &m);
    return m;
}

PyObject *
PyImport_GetModule(PyObject *name)
{
    return get_module(ts_current(), name);
}

static PyObject *
add_module(PyThreadState *ts, PyObject *name)
{
    PyObject *m = get_module(ts, name);
    if (m != NULL && PyModule_Check(m))
        return m;
    Py_XDECREF(m);
    if (PyErr_Occurred() || (m = PyModule_NewObject(name)) == NULL)
        return NULL;
    if (PyObject_SetItem(modules_dict(ts), name, m) < 0)
        Py_CLEAR(m);
    return m;
}

PyObject *
PyImport_AddModuleRef(const char *name)
{
    PyObject *n = PyUnicode_FromString(name);
    if (n == NULL)
        return NULL;
    PyObject *m = add_module(ts_current(), n);
    Py_DECREF(n);
    return m;
}

PyObject *
PyImport_AddModuleObject(PyObject *name)
{
    PyObject *m = add_module(ts_current(), name);
    if (m != NULL)
        Py_DECREF(m);    /* sys.modules holds it */
    return m;
}

PyObject *
PyImport_AddModule(const char *name)
{
    PyObject *m = PyImport_AddModuleRef(name);
    if (m != NULL)
        Py_DECREF(m);
    return m;
}

/* ---- importlib ---- */

/* Is `name` in `spec._initializing`? Errors count as no. */
static int
spec_is_initializing(PyObject *module)
{
    PyObject *spec, *value;
    int r = 0;
    if (PyObject_GetOptionalAttr(module, ID(__spec__), &spec) <= 0) {
        PyErr_Clear();
        return 0;
    }
    if (PyObject_GetOptionalAttr(spec, ID(_initializing), &value) > 0) {
        r = PyObject_IsTrue(value);
        Py_DECREF(value);
    }
    Py_DECREF(spec);
    if (r < 0)
        PyErr_Clear();
    return r > 0;
}

/* Another thread may still be executing `module`: wait for it as importlib does. */
static int
ensure_initialized(PyThreadState *ts, PyObject *module, PyObject *name)
{
    if (ts->interp->imports.importlib == NULL || !spec_is_initializing(module))
        return 0;
    PyObject *r = PyObject_CallMethodOneArg(ts->interp->imports.importlib, ID(_lock_unlock_module), name);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

static PyObject *
find_and_load(PyThreadState *ts, PyObject *name)
{
    if (ts->interp->imports.importlib == NULL) {         /* not there yet, or no more */
        PyErr_SetString(PyExc_ImportError, "sys.meta_path is None, Python is likely shutting down");
        return NULL;
    }
    PyObject *path = PySys_GetObject("path"), *meta = PySys_GetObject("meta_path"), *hooks = PySys_GetObject("path_hooks");
    if (PySys_Audit("import", "OOOOO", name, Py_None, path ? path : Py_None, meta ? meta : Py_None, hooks ? hooks : Py_None) < 0)
        return NULL;
    return import_find_and_load(ts, name);
}

/* ---- names ---- */

static PyObject *
globals_item(PyObject *globals, PyObject *key)
{
    return PyDict_GetItemWithError(globals, key);
}

static int
parent_not_equal(PyObject *package, PyObject *spec)
{
    PyObject *parent;
    if (PyObject_GetOptionalAttr(spec, ID(parent), &parent) < 0)
        return -1;
    if (parent == NULL)
        parent = Py_NewRef(Py_None);
    int equal = PyObject_RichCompareBool(package, parent, Py_EQ);
    if (equal == 0)
        equal = PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "__package__ != __spec__.parent (%R != %R)", package, parent) < 0 ? -1 : 0;
    Py_DECREF(parent);
    return equal < 0 ? -1 : 0;
}

/* The package that relative imports start from: new reference. */
static PyObject *
calculate_package(PyObject *globals)
{
    PyObject *package = globals_item(globals, ID(__package__)), *spec = PyErr_Occurred() ? NULL : globals_item(globals, ID(__spec__));
    if (PyErr_Occurred())
        return NULL;
    if (package != NULL && package != Py_None) {
        if (!PyUnicode_Check(package)) {
            PyErr_SetString(PyExc_TypeError, "package must be a string");
            return NULL;
        }
        if (spec != NULL && spec != Py_None && parent_not_equal(package, spec) < 0)
            return NULL;
        return Py_NewRef(package);
    }
    if (spec != NULL && spec != Py_None) {
        PyObject *parent = PyObject_GetAttr(spec, ID(parent));
        if (parent != NULL && !PyUnicode_Check(parent)) {
            PyErr_SetString(PyExc_TypeError, "__spec__.parent must be a string");
            Py_CLEAR(parent);
        }
        return parent;
    }
    if (PyErr_WarnEx(PyExc_ImportWarning, "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__", 1) < 0)
        return NULL;
    PyObject *name = globals_item(globals, ID(__name__));
    if (name == NULL || !PyUnicode_Check(name)) {
        if (!PyErr_Occurred())
            PyErr_SetString(name == NULL ? PyExc_KeyError : PyExc_TypeError, name == NULL ? "'__name__' not in globals" : "__name__ must be a string");
        return NULL;
    }
    int has_path = PyDict_Contains(globals, ID(__path__));
    if (has_path)
        return has_path < 0 ? NULL : Py_NewRef(name);
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), -1);
    if (dot == -1) {
        PyErr_SetString(PyExc_ImportError, "attempted relative import with no known parent package");
        return NULL;
    }
    return dot < 0 ? NULL : PyUnicode_Substring(name, 0, dot);
}

static PyObject *
resolve_name(PyObject *name, PyObject *globals, int level)
{
    if (globals == NULL) {
        PyErr_SetString(PyExc_KeyError, "'__name__' not in globals");
        return NULL;
    }
    if (!PyDict_Check(globals)) {
        PyErr_SetString(PyExc_TypeError, "globals must be a dict");
        return NULL;
    }
    PyObject *package = calculate_package(globals);
    if (package == NULL)
        return NULL;
    Py_ssize_t last = PyUnicode_GET_LENGTH(package);
    if (last == 0) {
        PyErr_SetString(PyExc_ImportError, "attempted relative import with no known parent package");
        Py_DECREF(package);
        return NULL;
    }
    for (int up = 1; up < level && last >= 0; up++) {
        last = PyUnicode_FindChar(package, '.', 0, last, -1);
        if (last == -1)
            PyErr_SetString(PyExc_ImportError, "attempted relative import beyond top-level package");
    }
    PyObject *r = NULL;
    if (last >= 0) {
        PyObject *base = PyUnicode_Substring(package, 0, last);
        if (base != NULL && PyUnicode_GET_LENGTH(name) > 0) {
            r = PyUnicode_FromFormat("%U.%U", base, name);
            Py_DECREF(base);
        } else
            r = base;
    }
    Py_DECREF(package);
    return r;
}

/* ---- import ---- */

static PyObject *
load_absolute(PyThreadState *ts, PyObject *abs_name)
{
    PyObject *m = get_module(ts, abs_name);
    if (m == NULL && PyErr_Occurred())
        return NULL;
    if (m != NULL && m != Py_None) {
        if (ensure_initialized(ts, m, abs_name) < 0)
            Py_CLEAR(m);
        return m;
    }
    Py_XDECREF(m);
    return find_and_load(ts, abs_name);
}

/* `import a.b.c` gives a: which module that is, depends on the level. */
static PyObject *
head_module(PyThreadState *ts, PyObject *name, PyObject *abs_name, PyObject *m, int level)
{
    Py_ssize_t len = PyUnicode_GET_LENGTH(name);
    if (level != 0 && len == 0)
        return Py_NewRef(m);
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, len, 1);
    if (dot == -2)
        return NULL;
    if (dot == -1)
        return Py_NewRef(m);
    PyObject *front, *r = NULL;
    if (level == 0) {
        if ((front = PyUnicode_Substring(name, 0, dot)) != NULL)
            r = PyImport_ImportModuleLevelObject(front, NULL, NULL, NULL, 0);
    } else {
        Py_ssize_t keep = PyUnicode_GET_LENGTH(abs_name) - (len - dot);
        if ((front = PyUnicode_Substring(abs_name, 0, keep)) != NULL) {
            r = get_module(ts, front);
            if (r == NULL && !PyErr_Occurred())
                PyErr_Format(PyExc_KeyError, "%R not in sys.modules as expected", front);
        }
    }
    Py_XDECREF(front);
    return r;
}

static PyObject *
handle_fromlist(PyThreadState *ts, PyObject *m, PyObject *fromlist)
{
    PyObject *path;
    int found = PyObject_GetOptionalAttr(m, ID(__path__), &path);
    if (found <= 0)
        return found < 0 ? NULL : Py_NewRef(m);
    Py_DECREF(path);
    if (ts->interp->imports.importlib == NULL)
        return Py_NewRef(m);
    PyObject *args[4] = { ts->interp->imports.importlib, m, fromlist, ts->interp->imports.import_func };
    return PyObject_VectorcallMethod(ID(_handle_fromlist), args, 4, NULL);
}

PyObject *
PyImport_ImportModuleLevelObject(PyObject *name, PyObject *globals, PyObject *locals, PyObject *fromlist, int level)
{
    PyThreadState *ts = ts_current();
    PyObject *abs_name = NULL, *m = NULL, *r = NULL;
    int has_from = 0;
    if (name == NULL) {
        PyErr_SetString(PyExc_ValueError, "Empty module name");
        return NULL;
    }
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "module name must be a string");
        return NULL;
    }
    if (level < 0)
        PyErr_SetString(PyExc_ValueError, "level must be >= 0");
    else if (level > 0)
        abs_name = resolve_name(name, globals, level);
    else if (PyUnicode_GET_LENGTH(name) == 0)
        PyErr_SetString(PyExc_ValueError, "Empty module name");
    else
        abs_name = Py_NewRef(name);
    if (abs_name != NULL)
        m = load_absolute(ts, abs_name);
    if (m != NULL && fromlist != NULL && fromlist != Py_None)
        has_from = PyObject_IsTrue(fromlist);
    if (m != NULL && has_from >= 0)
        r = has_from ? handle_fromlist(ts, m, fromlist) : head_module(ts, name, abs_name, m, level);
    Py_XDECREF(abs_name);
    Py_XDECREF(m);
    if (r == NULL)
        import_trim_traceback();
    return r;
}

PyObject *
PyImport_ImportModuleLevel(const char *name, PyObject *globals, PyObject *locals, PyObject *fromlist, int level)
{
    PyObject *n = PyUnicode_FromString(name);
    if (n == NULL)
        return NULL;
    PyObject *m = PyImport_ImportModuleLevelObject(n, globals, locals, fromlist, level);
    Py_DECREF(n);
    return m;
}

PyObject *
PyImport_ImportModule(const char *name)
{
    PyObject *n = PyUnicode_FromString(name);
    if (n == NULL)
        return NULL;
    PyObject *m = PyImport_Import(n);
    Py_DECREF(n);
    return m;
}

PyObject *
PyImport_ImportModuleNoBlock(const char *name)
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning, "PyImport_ImportModuleNoBlock() is deprecated and scheduled for removal in Python 3.15. "
                                               "Use PyImport_ImportModule() instead.", 1) < 0)
        return NULL;
    return PyImport_ImportModule(name);
}

/* The `__import__` that is in force: of the current globals' builtins. Globals as a new reference. */
static PyObject *
current_import(PyObject **globals)
{
    PyObject *g = PyEval_GetGlobals(), *builtins, *func = NULL;
    if (g != NULL) {
        *globals = Py_NewRef(g);
        builtins = PyObject_GetItem(g, ID(__builtins__));
    } else {
        PyErr_Clear();
        builtins = PyImport_ImportModuleLevel("builtins", NULL, NULL, NULL, 0);
        *globals = PyDict_New();
        if (builtins != NULL && *globals != NULL && PyDict_SetItem(*globals, ID(__builtins__), builtins) < 0)
            Py_CLEAR(*globals);
    }
    if (builtins != NULL)
        func = PyDict_Check(builtins) ? PyObject_GetItem(builtins, ID(__import__)) : PyObject_GetAttr(builtins, ID(__import__));
    Py_XDECREF(builtins);
    return func;
}

PyObject *
PyImport_Import(PyObject *name)
{
    PyThreadState *ts = ts_current();
    if (name == NULL) {
        PyErr_SetString(PyExc_SystemError, "NULL object passed to Py_BuildValue");
        return NULL;
    }
    PyObject *globals = NULL, *func = current_import(&globals), *r = NULL, *from = PyList_New(0);
    if (func != NULL && globals != NULL && from != NULL) {
        PyObject *args[5] = { name, globals, globals, from, SMALL_INT(0) };
        PyObject *head = PyObject_Vectorcall(func, args, 5, NULL);
        if (head != NULL) {
            Py_DECREF(head);
            r = get_module(ts, name);
            if (r == NULL && !PyErr_Occurred())
                PyErr_SetObject(PyExc_KeyError, name);
        }
    }
    Py_XDECREF(globals);
    Py_XDECREF(func);
    Py_XDECREF(from);
    return r;
}

PyObject *
PyImport_ReloadModule(PyObject *m)
{
    PyObject *importlib = PyImport_ImportModule("importlib"), *r = NULL;
    if (importlib != NULL) {
        r = PyObject_CallMethodOneArg(importlib, ID(reload), m);
        Py_DECREF(importlib);
    }
    return r;
}

/* The importer of a sys.path entry, by sys.path_hooks and cached: None if there is none. */
PyObject *
PyImport_GetImporter(PyObject *path)
{
    PyObject *cache = PySys_GetObject("path_importer_cache"), *hooks = PySys_GetObject("path_hooks");
    if (cache == NULL || hooks == NULL || !PyDict_Check(cache) || !PyList_Check(hooks)) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys.path_hooks or sys.path_importer_cache");
        return NULL;
    }
    PyObject *importer = PyDict_GetItemWithError(cache, path);
    if (importer != NULL || PyErr_Occurred())
        return Py_XNewRef(importer);
    if (PyDict_SetItem(cache, path, Py_None) < 0)    /* a hook that imports must not come here for the same path */
        return NULL;
    importer = Py_NewRef(Py_None);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(hooks); i++) {
        PyObject *r = PyObject_CallOneArg(PyList_GET_ITEM(hooks, i), path);
        if (r != NULL) {
            Py_SETREF(importer, r);
            break;
        }
        if (!PyErr_ExceptionMatches(PyExc_ImportError)) {
            Py_DECREF(importer);
            return NULL;
        }
        PyErr_Clear();
    }
    if (PyDict_SetItem(cache, path, importer) < 0)
        Py_CLEAR(importer);
    return importer;
}
