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

static PyObject *(*find_init(PyObject *name, PyObject *path))(void)
{
    PyObject *encoded = PyUnicode_EncodeFSDefault(path), *symbol = encoded == NULL ? NULL : init_symbol(name);
    PyObject *(*init)(void) = NULL;
    if (symbol == NULL)
        goto done;
    const char *file = PyBytes_AS_STRING(encoded);
    char *with_dir = strchr(file, '/') != NULL ? NULL : PyMem_RawMalloc(strlen(file) + 3);
    if (with_dir != NULL) {    /* dlopen() looks on the library path unless there is a slash */
        strcpy(with_dir, "./");
        strcat(with_dir, file);
    }
    void *handle = dlopen(with_dir != NULL ? with_dir : file, interp_current()->imports.dlopenflags);
    PyMem_RawFree(with_dir);
    if (handle == NULL) {
        const char *why = dlerror();
        raise_import_error(why == NULL ? "unknown dlopen() error" : why, name, path);
        goto done;
    }
    init = (PyObject *(*)(void))dlsym(handle, PyBytes_AS_STRING(symbol));
    if (init == NULL) {
        PyObject *msg = PyUnicode_FromFormat("dynamic module does not define module export function (%s)", PyBytes_AS_STRING(symbol));
        if (msg != NULL) {
            PyErr_SetImportError(msg, name, path);
            Py_DECREF(msg);
        }
    }
done:
    Py_XDECREF(encoded);
    Py_XDECREF(symbol);
    return init;
}

/* ---- single-phase modules: kept to be found again ---- */

PyAPI_FUNC(int) _PyState_AddModule(PyThreadState *ts, PyObject *module, PyModuleDef *def);

static PyObject *
extension_key(PyObject *path, PyObject *name)
{
    return PyTuple_Pack(2, path, name);
}

static PyObject *extensions;   /* (path, name) -> module definition address, for the process */

static int
remember_extension(PyObject *path, PyObject *name, PyObject *m)
{
    PyModuleDef *def = PyModule_GetDef(m);
    if (def == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_SystemError, "initialization of %U did not return an extension module", name);
        return -1;
    }
    if (def->m_size == -1 && def->m_base.m_copy == NULL) {
        PyObject *copy = PyDict_Copy(PyModule_GetDict(m));
        if (copy == NULL)
            return -1;
        def->m_base.m_copy = copy;
    }
    if (extensions == NULL && (extensions = PyDict_New()) == NULL)
        return -1;
    PyObject *key = extension_key(path, name), *value = PyLong_FromVoidPtr(def);
    int r = key == NULL || value == NULL ? -1 : PyDict_SetItem(extensions, key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
    return r;
}

/* A module that was loaded before in one phase: its dict again, or its init function again. */
static PyObject *
reload_extension(PyObject *path, PyObject *name)
{
    PyObject *key = extension_key(path, name), *value = key == NULL || extensions == NULL ? NULL : PyDict_GetItemWithError(extensions, key);
    Py_XDECREF(key);
    if (value == NULL)
        return NULL;
    PyModuleDef *def = PyLong_AsVoidPtr(value);
    PyObject *m;
    if (def->m_size == -1) {
        m = PyImport_AddModuleObject(name);
        if (m == NULL || def->m_base.m_copy == NULL || PyDict_Update(PyModule_GetDict(m), def->m_base.m_copy) < 0)
            return NULL;
        return _PyState_AddModule(ts_current(), m, def) < 0 ? NULL : Py_NewRef(m);
    }
    if (def->m_base.m_init == NULL)
        return NULL;
    m = def->m_base.m_init();
    if (m != NULL && (_PyState_AddModule(ts_current(), m, def) < 0
                      || PyObject_SetItem(interp_current()->imports.modules, name, m) < 0))
        Py_CLEAR(m);
    return m;
}

/* ---- loading ---- */

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

static PyObject *
run_init(PyObject *(*init)(void), PyObject *spec, PyObject *name, PyObject *path)
{
    PyObject *m = init();
    if (check_init_result(m, name) < 0)
        return NULL;
    if (PyObject_TypeCheck(m, &PyModuleDef_Type))
        return PyModule_FromDefAndSpec((PyModuleDef *)m, spec);
    if (!PyModule_Check(m)) {
        PyErr_Format(PyExc_SystemError, "initialization of %s did not return an extension module", PyUnicode_AsUTF8(name));
        Py_DECREF(m);
        return NULL;
    }
    PyModuleDef *def = PyModule_GetDef(m);
    if (def == NULL) {
        PyErr_Format(PyExc_SystemError, "initialization of %s did not return an extension module", PyUnicode_AsUTF8(name));
        Py_DECREF(m);
        return NULL;
    }
    def->m_base.m_init = init;
    if (PyModule_AddObjectRef(m, "__file__", path) < 0)
        PyErr_Clear();
    if (_PyState_AddModule(ts_current(), m, def) < 0 || remember_extension(path, name, m) < 0
        || PyObject_SetItem(interp_current()->imports.modules, name, m) < 0) {
        Py_DECREF(m);
        return NULL;
    }
    return m;
}

OWNED PyObject *
import_create_dynamic(PyObject *spec, PyObject *path)
{
    PyObject *name = PyObject_GetAttr(spec, ID(name)), *m = NULL;
    path = path == NULL ? PyObject_GetAttr(spec, ID(origin)) : Py_NewRef(path);
    if (name == NULL || path == NULL)
        goto done;
    m = reload_extension(path, name);
    if (m != NULL || PyErr_Occurred())
        goto done;
    if (PySys_Audit("import", "OOOOO", name, path, Py_None, Py_None, Py_None) < 0)
        goto done;
    PyObject *(*init)(void) = find_init(name, path);
    if (init != NULL)
        m = run_init(init, spec, name, path);
done:
    Py_XDECREF(name);
    Py_XDECREF(path);
    return m;
}
