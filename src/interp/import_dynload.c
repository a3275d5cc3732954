/* interp/import_dynload.c: extension modules from shared objects (PEP 489). */
#include "interp/import.h"

#include <dlfcn.h>

#include "object/core/module.h"
#include "rt/interp.h"
#include "rt/singletons.h"

/* The init symbol of a module: PyInit_name, or PyInitU_punycode for names outside ASCII. New bytes object. */
static PyObject *
init_symbol(PyObject *name)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(name), dot = PyUnicode_FindChar(name, '.', 0, n, -1);
    PyObject *last = dot < -1 ? NULL : PyUnicode_Substring(name, dot + 1, n), *enc = NULL, *r = NULL;
    if (last == NULL)
        return NULL;
    const char *prefix = PyUnicode_IS_ASCII(last) ? "PyInit_" : "PyInitU_";
    enc = PyUnicode_IS_ASCII(last) ? PyUnicode_AsASCIIString(last) : PyUnicode_AsEncodedString(last, "punycode", NULL);
    if (enc != NULL) {
        r = PyBytes_FromFormat("%s%s", prefix, PyBytes_AS_STRING(enc));
        Py_DECREF(enc);
        for (char *p = r == NULL ? NULL : PyBytes_AS_STRING(r); p != NULL && *p; p++)
            if (*p == '-')
                *p = '_';
    }
    Py_DECREF(last);
    return r;
}

static void
raise_import_error(const char *message, PyObject *name, PyObject *path)
{
    PyObject *text = PyUnicode_DecodeLocale(message, "surrogateescape");
    if (text != NULL) {
        PyErr_SetImportError(text, name, path);
        Py_DECREF(text);
    }
}

/* dlopen() the file; ImportError tells the path that dlopen() was given. */
static void *
open_library(PyObject *name, const char *file)
{
    char *with_dir = strchr(file, '/') != NULL ? NULL : PyMem_RawMalloc(strlen(file) + 3);
    if (with_dir != NULL) {    /* dlopen() looks on the library path unless there is a slash */
        strcpy(with_dir, "./");
        strcat(with_dir, file);
        file = with_dir;
    }
    void *handle = dlopen(file, interp_current()->imports.dlopenflags);
    if (handle == NULL) {
        const char *why = dlerror();
        PyObject *path = PyUnicode_DecodeFSDefault(file);
        if (path != NULL)
            raise_import_error(why == NULL ? "unknown dlopen() error" : why, name, path);
        Py_XDECREF(path);
    }
    PyMem_RawFree(with_dir);
    return handle;
}

typedef PyObject *(*init_function)(void);

static init_function
find_init(PyObject *name, PyObject *path)
{
    PyObject *encoded = PyUnicode_EncodeFSDefault(path), *symbol = encoded == NULL ? NULL : init_symbol(name);
    void *handle = symbol == NULL ? NULL : open_library(name, PyBytes_AS_STRING(encoded));
    init_function init = handle == NULL ? NULL : (init_function)dlsym(handle, PyBytes_AS_STRING(symbol));
    if (handle != NULL && init == NULL) {
        PyObject *msg = PyUnicode_FromFormat("dynamic module does not define module export function (%s)", PyBytes_AS_STRING(symbol));
        if (msg != NULL) {
            PyErr_SetImportError(msg, name, path);
            Py_DECREF(msg);
        }
    }
    Py_XDECREF(encoded);
    Py_XDECREF(symbol);
    return init;
}

/* ---- the init function ---- */

static int
check_init_result(PyObject *m, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    if (m == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_SystemError, "initialization of %s failed without raising an exception", text);
        return -1;
    }
    if (PyErr_Occurred()) {
        PyObject *cause = PyErr_GetRaisedException();
        PyErr_Format(PyExc_SystemError, "initialization of %s raised unreported exception", text);
        PyObject *exc = PyErr_GetRaisedException();
        PyException_SetCause(exc, Py_NewRef(cause));
        PyException_SetContext(exc, cause);
        PyErr_SetRaisedException(exc);
        return -1;
    }
    if (Py_TYPE(m) == NULL) {
        PyErr_Format(PyExc_SystemError, "init function of %s returned uninitialized object", text);
        return -1;
    }
    return 0;
}

/* Call the init function, which may import in turn (also the same module): the name of the module that is being loaded
 * is put back afterwards. */
static PyObject *
call_init(init_function init, PyObject *name)
{
    const char *outer = module_package_context;
    module_package_context = PyUnicode_AsUTF8(name);
    PyObject *m = init();
    module_package_context = outer;
    return check_init_result(m, name) < 0 ? NULL : m;
}

/* ---- single-phase modules: kept to be found again ---- */

PyAPI_FUNC(int) _PyState_AddModule(PyThreadState *ts, PyObject *module, PyModuleDef *def);
PyAPI_FUNC(PyObject *) PyState_FindModule(PyModuleDef *def);
PyAPI_FUNC(int) PyState_RemoveModule(PyModuleDef *def);

static PyObject *
extension_key(PyObject *path, PyObject *name)
{
    return PyTuple_Pack(2, path, name);
}

static PyObject *extensions;   /* (path, name) -> module definition address, for the process */

static int
remember_extension(PyObject *path, PyObject *name, PyObject *m, PyModuleDef *def)
{
    if (def->m_size == -1) {    /* a copy that another name of the definition left is out of date */
        PyObject *copy = PyDict_Copy(PyModule_GetDict(m));
        if (copy == NULL)
            return -1;
        Py_XSETREF(def->m_base.m_copy, copy);
    }
    if (extensions == NULL && (extensions = PyDict_New()) == NULL)
        return -1;
    PyObject *key = extension_key(path, name), *value = PyLong_FromVoidPtr(def);
    int r = key == NULL || value == NULL ? -1 : PyDict_SetItem(extensions, key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
    return r;
}

/* The definition of a module that was loaded before in one phase, NULL (perhaps with an exception) if there is none. */
static PyModuleDef *
known_extension(PyObject *path, PyObject *name)
{
    if (extensions == NULL)
        return NULL;
    PyObject *key = extension_key(path, name), *value = key == NULL ? NULL : PyDict_GetItemWithError(extensions, key);
    Py_XDECREF(key);
    return value == NULL ? NULL : PyLong_AsVoidPtr(value);
}

int
_PyImport_ClearExtension(PyObject *name, PyObject *path)
{
    if (!PyUnicode_Check(name) || !PyUnicode_Check(path))
        return PyErr_BadArgument(), -1;
    PyModuleDef *def = known_extension(path, name);
    if (def == NULL)
        return PyErr_Occurred() ? -1 : 0;
    if (PyState_FindModule(def) != NULL && PyState_RemoveModule(def) < 0)
        return -1;
    Py_CLEAR(def->m_base.m_copy);
    PyObject *key = extension_key(path, name);
    int r = key == NULL ? -1 : PyDict_DelItem(extensions, key);
    Py_XDECREF(key);
    return r;
}

static void
set_file(PyObject *m, PyObject *path)
{
    if (PyModule_AddObjectRef(m, "__file__", path) < 0)
        PyErr_Clear();
}

/* Put the module where PyState_FindModule() and import find it. */
static int
enter_module(PyObject *m, PyModuleDef *def, PyObject *name)
{
    return _PyState_AddModule(ts_current(), m, def) < 0 || PyObject_SetItem(interp_current()->imports.modules, name, m) < 0 ? -1 : 0;
}

/* A module that was loaded before in one phase: its dict again if it cannot be made twice (m_size -1), or a new one by
 * its init function. NULL without exception: load it. */
static PyObject *
reload_extension(PyObject *path, PyObject *name)
{
    PyModuleDef *def = known_extension(path, name);
    PyObject *m;
    if (def == NULL || (def->m_size == -1 ? (void *)def->m_base.m_copy : (void *)def->m_base.m_init) == NULL)
        return NULL;
    if (def->m_size == -1) {
        m = Py_XNewRef(PyImport_AddModuleObject(name));
        if (m != NULL && (PyDict_Update(PyModule_GetDict(m), def->m_base.m_copy) < 0 || _PyState_AddModule(ts_current(), m, def) < 0))
            Py_CLEAR(m);
        return m;
    }
    m = call_init(def->m_base.m_init, name);
    if (m != NULL) {
        set_file(m, path);
        if (enter_module(m, def, name) < 0)
            Py_CLEAR(m);
    }
    return m;
}

/* ---- loading ---- */

static PyObject *
run_init(init_function init, PyObject *spec, PyObject *name, PyObject *path)
{
    PyObject *m = call_init(init, name);
    if (m == NULL)
        return NULL;
    if (PyObject_TypeCheck(m, &PyModuleDef_Type))
        return PyModule_FromDefAndSpec((PyModuleDef *)m, spec);
    PyModuleDef *def = PyModule_Check(m) ? PyModule_GetDef(m) : NULL;
    if (def == NULL) {
        PyErr_Format(PyExc_SystemError, "initialization of %U did not return an extension module", name);
        Py_DECREF(m);
        return NULL;
    }
    def->m_base.m_init = init;
    set_file(m, path);
    if (remember_extension(path, name, m, def) < 0 || enter_module(m, def, name) < 0) {
        Py_DECREF(m);
        return NULL;
    }
    return m;
}

/* Names and paths become C strings: no null character, and the name has a UTF-8 form. */
static bool
check_text(PyObject *text, const char *what)
{
    if (!PyUnicode_Check(text))
        PyErr_Format(PyExc_TypeError, "module %s must be a string", what);
    else if (PyUnicode_FindChar(text, 0, 0, PyUnicode_GET_LENGTH(text), 1) >= 0)
        PyErr_SetString(PyExc_ValueError, "embedded null character");
    else
        return true;
    return false;
}

OWNED PyObject *
import_create_dynamic(PyObject *spec, PyObject *path)
{
    PyObject *name = PyObject_GetAttr(spec, ID(name)), *m = NULL;
    path = path == NULL ? PyObject_GetAttr(spec, ID(origin)) : Py_NewRef(path);
    if (name == NULL || path == NULL || !check_text(name, "name") || !check_text(path, "filename") || PyUnicode_AsUTF8(name) == NULL)
        goto done;
    m = reload_extension(path, name);
    if (m != NULL || PyErr_Occurred())
        goto done;
    if (PySys_Audit("import", "OOOOO", name, path, Py_None, Py_None, Py_None) < 0)
        goto done;
    init_function init = find_init(name, path);
    if (init != NULL)
        m = run_init(init, spec, name, path);
done:
    Py_XDECREF(name);
    Py_XDECREF(path);
    return m;
}
