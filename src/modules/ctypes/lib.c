/* modules/ctypes/lib.c: shared libraries, errno, calls by address, and the functions that `ctypes` itself calls by their addresses. */
#include "modules/ctypes/ctypes.h"

#include <dlfcn.h>
#include <string.h>
#include <wchar.h>

#include "object/core/err.h"           /* _PyErr_SetLocaleString() */

static struct ct_state *state_of(PyObject *module) { return PyModule_GetState(module); }

/* ---- libraries ---- */

void ct_set_locale_error(PyObject *exc_class, const char *text) { _PyErr_SetLocaleString(exc_class, text); }

int ct_handle_of(struct ct_state *st, PyObject *dll, void **handle)
{
    PyObject *o = PyObject_GetAttr(dll, st->s_handle);
    if (o == NULL)
        return -1;
    if (!PyLong_Check(o)) {
        Py_DECREF(o);
        PyErr_SetString(PyExc_TypeError, "the _handle attribute of the second argument must be an integer");
        return -1;
    }
    *handle = PyLong_AsVoidPtr(o);
    Py_DECREF(o);
    if (*handle != NULL || !PyErr_Occurred())
        return 0;
    PyErr_SetString(PyExc_ValueError, "could not convert the _handle attribute to a pointer");
    return -1;
}

static int handle_arg(PyObject *o, void **handle)
{
    if (!PyLong_Check(o)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return 0;
    }
    *handle = PyLong_AsVoidPtr(o);
    return *handle != NULL || !PyErr_Occurred();
}

static PyObject *dl_failed(const char *otherwise)
{
    const char *why = dlerror();
    if (why != NULL)
        ct_set_locale_error(PyExc_OSError, why);
    else
        PyErr_SetString(PyExc_OSError, otherwise);
    return NULL;
}

static PyObject *mod_dlopen(PyObject *module, PyObject *args)
{
    PyObject *name, *path = NULL;
    int mode = RTLD_NOW | RTLD_LOCAL;
    if (!PyArg_ParseTuple(args, "O|i:dlopen", &name, &mode))
        return NULL;
    if (name != Py_None && !PyUnicode_FSConverter(name, &path))
        return NULL;
    if (PySys_Audit("ctypes.dlopen", "O", name) < 0) {
        Py_XDECREF(path);
        return NULL;
    }
    void *handle = dlopen(path == NULL ? NULL : PyBytes_AS_STRING(path), mode | RTLD_NOW);
    Py_XDECREF(path);
    return handle == NULL ? dl_failed("dlopen() error") : PyLong_FromVoidPtr(handle);
}

static PyObject *mod_dlclose(PyObject *module, PyObject *args)
{
    void *handle;
    if (!PyArg_ParseTuple(args, "O&:dlclose", handle_arg, &handle))
        return NULL;
    if (dlclose(handle) != 0)
        return dl_failed("dlclose() error");
    Py_RETURN_NONE;
}

static PyObject *mod_dlsym(PyObject *module, PyObject *args)
{
    void *handle;
    const char *name;
    if (!PyArg_ParseTuple(args, "O&s:dlsym", handle_arg, &handle, &name) || PySys_Audit("ctypes.dlsym/handle", "O", args) < 0)
        return NULL;
    dlerror();
    void *address = dlsym(handle, name);
    if (address != NULL)
        return PyLong_FromVoidPtr(address);
    const char *why = dlerror();
    if (why != NULL)
        ct_set_locale_error(PyExc_OSError, why);
    else
        PyErr_Format(PyExc_OSError, "symbol '%s' not found", name);
    return NULL;
}

/* ---- errno ---- */

static PyObject *mod_get_errno(PyObject *module, PyObject *unused)
{
    return PySys_Audit("ctypes.get_errno", NULL) < 0 ? NULL : PyLong_FromLong(ct_errno);
}

static PyObject *mod_set_errno(PyObject *module, PyObject *args)
{
    int value;
    if (PySys_Audit("ctypes.set_errno", "O", args) < 0 || !PyArg_ParseTuple(args, "i", &value))
        return NULL;
    return PyLong_FromLong(ct_swap_errno(value));
}

/* ---- calls by address ---- */

static PyObject *call_address(PyObject *module, PyObject *args, int flags)
{
    void *fn;
    PyObject *arguments;
    if (!PyArg_ParseTuple(args, "O&O!", handle_arg, &fn, &PyTuple_Type, &arguments) || PySys_Audit("ctypes.call_function", "nO", (Py_ssize_t)(intptr_t)fn, arguments) < 0)
        return NULL;
    struct ct_call call = { .st = state_of(module), .fn = fn, .flags = flags };
    return ct_call(&call, ((PyTupleObject *)arguments)->ob_item, PyTuple_GET_SIZE(arguments));
}

static PyObject *mod_call_function(PyObject *module, PyObject *args) { return call_address(module, args, 0); }
static PyObject *mod_call_cdecl(PyObject *module, PyObject *args) { return call_address(module, args, CT_CDECL); }

/* ---- POINTER(), pointer() ---- */

static PyObject *mod_POINTER(PyObject *module, PyObject *type) { return ct_pointer_type(state_of(module), type); }

static PyObject *mod_pointer(PyObject *module, PyObject *o)
{
    PyObject *type = ct_pointer_type(state_of(module), (PyObject *)Py_TYPE(o)), *p = type == NULL ? NULL : PyObject_CallOneArg(type, o);
    Py_XDECREF(type);
    return p;
}

PyMethodDef ct_lib_methods[] = {
    { "dlopen", mod_dlopen, METH_VARARGS, PyDoc_STR("dlopen(name, flag={RTLD_GLOBAL|RTLD_LOCAL}) open a shared library") },
    { "dlclose", mod_dlclose, METH_VARARGS, PyDoc_STR("close a shared library") },
    { "dlsym", mod_dlsym, METH_VARARGS, PyDoc_STR("find a symbol in a shared library") },
    { "get_errno", mod_get_errno, METH_NOARGS, PyDoc_STR("get_errno($self, /)\n--\n\n") },
    { "set_errno", mod_set_errno, METH_VARARGS },
    { "call_function", mod_call_function, METH_VARARGS },
    { "call_cdeclfunction", mod_call_cdecl, METH_VARARGS },
    { "POINTER", mod_POINTER, METH_O, PyDoc_STR("POINTER($module, type, /)\n--\n\nThe type of pointers to a C type.") },
    { "pointer", mod_pointer, METH_O, PyDoc_STR("pointer($module, obj, /)\n--\n\nA pointer to a C object.") },
    { NULL },
};
