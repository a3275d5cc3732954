/* object/core/module.c: the module type: attributes, with __getattr__ of the module and good error messages.
 * Making modules from definitions is in module_def.c, filling them in module_add.c. */
#include "object/core/module.h"

#include <limits.h>
#include <stddef.h>
#include <unistd.h>
#include <wchar.h>

#include "rt/interp.h"
#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/core/type.h"
#include "object/text/str.h"

#define MODULE(o) ((PyModuleObject *)(o))

/* ---- making ---- */

/* A module without a name. */
static PyModuleObject *
alloc_module(PyTypeObject *type)
{
    PyModuleObject *m = (PyModuleObject *)type->tp_alloc(type, 0);
    if (m == NULL)
        return NULL;
    m->md_dict = PyDict_New();
    if (m->md_dict == NULL)
        Py_CLEAR(m);
    return m;
}

static PyObject *module_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return (PyObject *)alloc_module(type); }

static int
fill_dict(PyModuleObject *m, PyObject *name, PyObject *doc)
{
    PyObject *dict = m->md_dict;
    if (PyDict_SetItem(dict, ID(__name__), name) < 0 || PyDict_SetItem(dict, ID(__doc__), doc == NULL ? Py_None : doc) < 0
        || PyDict_SetItem(dict, ID(__package__), Py_None) < 0 || PyDict_SetItem(dict, ID(__loader__), Py_None) < 0
        || PyDict_SetItem(dict, ID(__spec__), Py_None) < 0)
        return -1;
    if (PyUnicode_CheckExact(name))
        Py_XSETREF(m->md_name, Py_NewRef(name));
    return 0;
}

PyObject *
PyModule_NewObject(PyObject *name)
{
    PyModuleObject *m = alloc_module(&PyModule_Type);
    if (m != NULL && fill_dict(m, name, NULL) < 0)
        Py_CLEAR(m);
    return (PyObject *)m;
}

PyObject *
PyModule_New(const char *name)
{
    PyObject *s = PyUnicode_FromString(name);
    PyObject *m = s == NULL ? NULL : PyModule_NewObject(s);
    Py_XDECREF(s);
    return m;
}

static int
module_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "name", "doc" };
    PyObject *arg[2];
    if (args_unpack_tuple("module", args, kwds, names, 2, 1, 2, arg) < 0)
        return -1;
    if (!PyUnicode_Check(arg[0])) {
        args_bad("module", "argument 'name'", "str", arg[0]);
        return -1;
    }
    if (MODULE(self)->md_dict == NULL && (MODULE(self)->md_dict = PyDict_New()) == NULL)
        return -1;
    return fill_dict(MODULE(self), arg[0], arg[1]);
}

/* ---- parts ---- */

PyObject *
PyModule_GetDict(PyObject *m)
{
    if (!PyModule_Check(m)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return MODULE(m)->md_dict;
}

/* dict[name] if it is a str, else SystemError: new reference. */
static PyObject *
get_text(PyObject *m, PyObject *name, const char *message)
{
    if (!PyModule_Check(m)) {
        PyErr_BadArgument();
        return NULL;
    }
    PyObject *dict = MODULE(m)->md_dict, *value = NULL;
    if (dict != NULL && PyDict_Check(dict) && PyDict_GetItemRef(dict, name, &value) < 0)
        return NULL;
    if (value != NULL && PyUnicode_Check(value))
        return value;
    Py_XDECREF(value);
    PyErr_SetString(PyExc_SystemError, message);
    return NULL;
}

PyObject *PyModule_GetNameObject(PyObject *m) { return get_text(m, ID(__name__), "nameless module"); }
PyObject *PyModule_GetFilenameObject(PyObject *m) { return get_text(m, ID(__file__), "module filename missing"); }

const char *
PyModule_GetName(PyObject *m)
{
    PyObject *name = PyModule_GetNameObject(m);
    if (name == NULL)
        return NULL;
    Py_DECREF(name);                     /* the module keeps it */
    return PyUnicode_AsUTF8(name);
}

const char *
PyModule_GetFilename(PyObject *m)
{
    PyObject *name = PyModule_GetFilenameObject(m);
    if (name == NULL)
        return NULL;
    const char *text = PyUnicode_AsUTF8(name);
    Py_DECREF(name);
    return text;
}

PyModuleDef *
PyModule_GetDef(PyObject *m)
{
    if (!PyModule_Check(m)) {
        PyErr_BadArgument();
        return NULL;
    }
    return MODULE(m)->md_def;
}

void *
PyModule_GetState(PyObject *m)
{
    if (!PyModule_Check(m)) {
        PyErr_BadArgument();
        return NULL;
    }
    return MODULE(m)->md_state;
}

/* ---- end of life ---- */

void
_PyModule_Clear(PyObject *m)
{
    if (MODULE(m)->md_dict != NULL)
        _PyModule_ClearDict(MODULE(m)->md_dict);
}

/* Set to None the names that begin with one underscore (first), or all others but __builtins__ (second). */
static void
clear_names(PyObject *dict, bool underscored)
{
    Py_ssize_t i = 0;
    PyObject *key, *value;
    while (PyDict_Next(dict, &i, &key, &value)) {
        if (value == Py_None || !PyUnicode_Check(key))
            continue;
        Py_UCS4 first = PyUnicode_GET_LENGTH(key) > 0 ? PyUnicode_READ_CHAR(key, 0) : 0;
        Py_UCS4 second = PyUnicode_GET_LENGTH(key) > 1 ? PyUnicode_READ_CHAR(key, 1) : 0;
        bool match = underscored ? first == '_' && second != '_' : first != '_' || !str_eq(key, ID(__builtins__));
        if (match && PyDict_SetItem(dict, key, Py_None) < 0)
            PyErr_FormatUnraisable("Exception ignored on clearing module dict");
    }
}

void
_PyModule_ClearDict(PyObject *dict)
{
    clear_names(dict, true);
    clear_names(dict, false);
}

static void
module_dealloc(PyObject *self)
{
    PyModuleObject *m = MODULE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    if (m->md_def != NULL && m->md_def->m_free != NULL && (m->md_def->m_size <= 0 || m->md_state != NULL))
        m->md_def->m_free(m);
    Py_XDECREF(m->md_dict);
    Py_XDECREF(m->md_name);
    PyMem_Free(m->md_state);
    Py_TYPE(m)->tp_free(self);
}

static int
module_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyModuleObject *m = MODULE(self);
    if (m->md_def != NULL && m->md_def->m_traverse != NULL && (m->md_def->m_size <= 0 || m->md_state != NULL)) {
        int err = m->md_def->m_traverse(self, visit, arg);
        if (err != 0)
            return err;
    }
    Py_VISIT(m->md_dict);
    return 0;
}

static int
module_clear(PyObject *self)
{
    PyModuleObject *m = MODULE(self);
    if (m->md_def != NULL && m->md_def->m_clear != NULL && (m->md_def->m_size <= 0 || m->md_state != NULL)) {
        int err = m->md_def->m_clear(self);
        if (PyErr_Occurred())
            PyErr_FormatUnraisable("Exception ignored in m_clear of module%s%V", m->md_name != NULL ? " " : "",
                                   m->md_name, "");
        if (err != 0)
            return err;
    }
    Py_CLEAR(m->md_dict);
    return 0;
}

static PyObject *
module_repr(PyObject *self)
{
    PyObject *importlib = ts_current()->interp->imports.importlib;
    if (importlib == NULL)               /* before the import system stands */
        return PyUnicode_FromFormat("<module %R>", MODULE(self)->md_name != NULL ? MODULE(self)->md_name : Py_None);
    PyObject *name = PyUnicode_FromString("_module_repr");
    PyObject *out = name == NULL ? NULL : PyObject_CallMethodOneArg(importlib, name, self);
    Py_XDECREF(name);
    return out;
}

/* ---- attributes ---- */

int
_PyModuleSpec_IsInitializing(PyObject *spec)
{
    PyObject *value;
    if (spec == NULL)
        return 0;
    int found = PyObject_GetOptionalAttr(spec, ID(_initializing), &value);
    if (found <= 0)
        return found;
    int truth = PyObject_IsTrue(value);
    Py_DECREF(value);
    return truth;
}

int module_spec_is_initializing(PyObject *spec) { return _PyModuleSpec_IsInitializing(spec); }

int
_PyModuleSpec_IsUninitializedSubmodule(PyObject *spec, PyObject *name)
{
    PyObject *value;
    if (spec == NULL)
        return 0;
    int found = PyObject_GetOptionalAttr(spec, ID(_uninitialized_submodules), &value);
    if (found <= 0)
        return found;
    int in = PySequence_Contains(value, name);
    Py_DECREF(value);
    return in;
}

int
module_spec_origin(PyObject *spec, PyObject **origin)
{
    PyObject *value;
    *origin = NULL;
    int found = PyObject_GetOptionalAttr(spec, ID(has_location), &value);
    if (found <= 0)
        return found;
    int truth = PyObject_IsTrue(value);
    Py_DECREF(value);
    if (truth <= 0)
        return truth;
    found = PyObject_GetOptionalAttr(spec, ID(origin), &value);
    if (found <= 0)
        return found;
    if (!PyUnicode_Check(value)) {
        Py_DECREF(value);
        return 0;
    }
    *origin = value;
    return 1;
}

/* The file lies directly in sys.path[0]: the user may have given it the name of a library by mistake. */
static int
lies_in_sys_path_0(PyObject *origin)
{
    PyConfig *config = &ts_current()->interp->config;
    wchar_t root[PATH_MAX + 1], cwd_wide[PATH_MAX + 1];
    if (origin == NULL || config->safe_path || config->sys_path_0 == NULL)
        return 0;
    Py_ssize_t n = PyUnicode_AsWideChar(origin, root, PATH_MAX);
    if (n < 0)
        return -1;
    root[n] = L'\0';
    wchar_t *slash = wcsrchr(root, L'/');
    if (slash != NULL && wcscmp(slash + 1, L"__init__.py") == 0) {
        *slash = L'\0';
        slash = wcsrchr(root, L'/');
    }
    if (slash == NULL)
        return 0;
    *slash = L'\0';
    const wchar_t *first = config->sys_path_0;
    if (first[0] == L'\0') {             /* the current directory */
        char cwd[PATH_MAX + 1];
        wchar_t *wide = getcwd(cwd, sizeof cwd) == NULL ? NULL : Py_DecodeLocale(cwd, NULL);
        if (wide == NULL)
            return 0;
        wcsncpy(cwd_wide, wide, PATH_MAX);
        cwd_wide[PATH_MAX] = L'\0';
        PyMem_RawFree(wide);
        first = cwd_wide;
    }
    return wcscmp(first, root) == 0;
}

/* module.__name__ is in sys.stdlib_module_names: 1, 0, -1. */
static int
has_stdlib_name(PyObject *name)
{
    PyObject *sysdict = ts_current()->interp->sysdict, *names = NULL;
    if (sysdict == NULL || PyDict_GetItemStringRef(sysdict, "stdlib_module_names", &names) <= 0)
        return PyErr_Occurred() ? -1 : 0;
    int in = PyAnySet_Check(names) ? PySet_Contains(names, name) : 0;
    Py_DECREF(names);
    return in;
}

enum module_shadowing
module_shadowing(PyObject *name, PyObject *origin)
{
    int here = lies_in_sys_path_0(origin), stdlib = here > 0 ? has_stdlib_name(name) : 0;
    if (here < 0 || stdlib < 0)
        return MODULE_SHADOWING_ERROR;
    return stdlib ? MODULE_SHADOWS_STDLIB : here ? MODULE_MAY_SHADOW : MODULE_SHADOWS_NOTHING;
}

/* AttributeError that guesses why: shadowed library, circular import, submodule still being imported. */
static void
raise_from_spec(PyObject *spec, PyObject *module, PyObject *name)
{
    PyObject *origin;
    if (module_spec_origin(spec, &origin) < 0)
        return;
    enum module_shadowing shadowing = module_shadowing(module, origin);
    int rc;
    if (shadowing == MODULE_SHADOWING_ERROR)
        goto done;
    if (shadowing == MODULE_SHADOWS_STDLIB) {
        PyErr_Format(PyExc_AttributeError, "module '%U' has no attribute '%U' (consider renaming '%U' since it has the "
                     "same name as the standard library module named '%U' and prevents importing that standard library module)",
                     module, name, origin, module);
        goto done;
    }
    rc = _PyModuleSpec_IsInitializing(spec);
    if (rc > 0) {
        if (shadowing == MODULE_MAY_SHADOW)
            PyErr_Format(PyExc_AttributeError, "module '%U' has no attribute '%U' (consider renaming '%U' if it has the "
                         "same name as a library you intended to import)", module, name, origin);
        else if (origin != NULL)
            PyErr_Format(PyExc_AttributeError, "partially initialized module '%U' from '%U' has no attribute '%U' "
                         "(most likely due to a circular import)", module, origin, name);
        else
            PyErr_Format(PyExc_AttributeError, "partially initialized module '%U' has no attribute '%U' (most likely "
                         "due to a circular import)", module, name);
    } else if (rc == 0) {
        rc = _PyModuleSpec_IsUninitializedSubmodule(spec, name);
        if (rc > 0)
            PyErr_Format(PyExc_AttributeError, "cannot access submodule '%U' of module '%U' (most likely due to a "
                         "circular import)", name, module);
        else if (rc == 0)
            PyErr_Format(PyExc_AttributeError, "module '%U' has no attribute '%U'", module, name);
    }
done:
    Py_XDECREF(origin);
}

static void
raise_no_attribute(PyModuleObject *m, PyObject *name)
{
    PyObject *module, *spec;
    if (PyDict_GetItemRef(m->md_dict, ID(__name__), &module) < 0)
        return;
    if (module == NULL || !PyUnicode_Check(module)) {
        PyErr_Format(PyExc_AttributeError, "module has no attribute '%U'", name);
    } else if (PyDict_GetItemRef(m->md_dict, ID(__spec__), &spec) >= 0) {
        if (spec == NULL)
            PyErr_Format(PyExc_AttributeError, "module '%U' has no attribute '%U'", module, name);
        else
            raise_from_spec(spec, module, name);
        Py_XDECREF(spec);
    }
    Py_XDECREF(module);
}

PyObject *
module_getattro(PyModuleObject *m, PyObject *name, int suppress)
{
    PyObject *getattr, *out = _PyObject_GenericGetAttrWithDict((PyObject *)m, name, NULL, suppress);
    if (out != NULL)
        return out;
    if (suppress) {
        if (PyErr_Occurred())
            return NULL;
    } else {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError))
            return NULL;
        PyErr_Clear();
    }
    if (PyDict_GetItemRef(m->md_dict, ID(__getattr__), &getattr) < 0)
        return NULL;
    if (getattr != NULL) {
        out = PyObject_CallOneArg(getattr, name);
        Py_DECREF(getattr);
        if (out == NULL && suppress && PyErr_ExceptionMatches(PyExc_AttributeError))
            PyErr_Clear();
        return out;
    }
    if (!suppress)
        raise_no_attribute(m, name);
    return NULL;
}

PyObject *module_getattro_slot(PyObject *m, PyObject *name) { return module_getattro(MODULE(m), name, 0); }

/* self.__dict__, which must be a dict; new reference. */
static PyObject *
own_dict(PyObject *self)
{
    PyObject *dict = PyObject_GetAttr(self, ID(__dict__));
    if (dict != NULL && !PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "<module>.__dict__ is not a dictionary");
        Py_CLEAR(dict);
    }
    return dict;
}

static PyObject *
module_dir(PyObject *self, PyObject *args)
{
    PyObject *dict = own_dict(self), *function, *out = NULL;
    if (dict == NULL)
        return NULL;
    int found = PyDict_GetItemRef(dict, ID(__dir__), &function);
    if (found > 0)
        out = PyObject_CallNoArgs(function);
    else if (found == 0)
        out = PyDict_Keys(dict);
    Py_XDECREF(function);
    Py_DECREF(dict);
    return out;
}

static PyObject *
module_get_annotations(PyObject *self, void *closure)
{
    PyObject *dict = own_dict(self), *out;
    if (dict == NULL)
        return NULL;
    if (PyDict_GetItemRef(dict, ID(__annotations__), &out) == 0) {
        out = PyDict_New();
        if (out != NULL && PyDict_SetItem(dict, ID(__annotations__), out) < 0)
            Py_CLEAR(out);
    }
    Py_DECREF(dict);
    return out;
}

static int
module_set_annotations(PyObject *self, PyObject *value, void *closure)
{
    PyObject *dict = own_dict(self);
    if (dict == NULL)
        return -1;
    int err;
    if (value != NULL) {
        err = PyDict_SetItem(dict, ID(__annotations__), value);
    } else {
        err = PyDict_Pop(dict, ID(__annotations__), NULL);
        if (err == 0)
            PyErr_SetString(PyExc_AttributeError, "__annotations__");
        err = err > 0 ? 0 : -1;
    }
    Py_DECREF(dict);
    return err;
}

static PyMethodDef module_methods[] = {
    { "__dir__", module_dir, METH_NOARGS, PyDoc_STR("__dir__() -> list\nNames of the module, as its __dir__ says.") },
    { NULL },
};
static PyMemberDef module_members[] = {
    { "__dict__", _Py_T_OBJECT, offsetof(PyModuleObject, md_dict), Py_READONLY },
    { NULL },
};
static PyGetSetDef module_getset[] = {
    { "__annotations__", module_get_annotations, module_set_annotations },
    { NULL },
};

PyTypeObject PyModule_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "module",
    .tp_basicsize = sizeof(PyModuleObject),
    .tp_dealloc = module_dealloc,
    .tp_repr = module_repr,
    .tp_getattro = module_getattro_slot,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = PyDoc_STR("module(name, doc=None)\n--\n\nA namespace that import makes from a file."),
    .tp_traverse = module_traverse,
    .tp_clear = module_clear,
    .tp_weaklistoffset = offsetof(PyModuleObject, md_weaklist),
    .tp_methods = module_methods,
    .tp_members = module_members,
    .tp_getset = module_getset,
    .tp_dictoffset = offsetof(PyModuleObject, md_dict),
    .tp_init = module_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = module_new,
    .tp_free = PyObject_GC_Del,
};

PyTypeObject PyModuleDef_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "moduledef",
    .tp_basicsize = sizeof(PyModuleDef),
};
