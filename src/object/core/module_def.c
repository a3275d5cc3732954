/* object/core/module_def.c: modules from a PyModuleDef, in one phase (PyModule_Create) or several (create and exec
 * slots, run by the import system). */
#include "object/core/module.h"

#include <string.h>

#include "rt/interp.h"
#include "rt/singletons.h"
#include "object/core/err.h"
#include "object/core/object.h"

const char *module_package_context;

static Py_ssize_t last_index;

PyObject *
PyModuleDef_Init(PyModuleDef *def)
{
    if (def->m_base.m_index == 0) {
        Py_SET_REFCNT((PyObject *)def, 1);
        Py_SET_TYPE((PyObject *)def, &PyModuleDef_Type);
        def->m_base.m_index = ++last_index;
    }
    return (PyObject *)def;
}

/* Built for another version of the API: a warning. 1, or 0 when that is an error. */
static int
check_api_version(const char *name, int version)
{
    if (version == PYTHON_API_VERSION || version == PYTHON_ABI_VERSION)
        return 1;
    return PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "Python C API version mismatch for module %.100s: This Python has API "
                            "version %d, module %.100s has version %d.", name, PYTHON_API_VERSION, name, version) == 0;
}

/* A plain module keeps in its dict what is set; only names with underscores may mean more to its type. */
static int
set_function(PyObject *module, const char *name, PyObject *f)
{
    if (PyModule_CheckExact(module) && name[0] != '_')
        return PyDict_SetItemString(PyModule_GetDict(module), name, f);
    return PyObject_SetAttrString(module, name, f);
}

static int
add_functions(PyObject *module, PyObject *name, PyMethodDef *defs)
{
    for (; defs->ml_name != NULL; defs++) {
        if (defs->ml_flags & (METH_CLASS | METH_STATIC)) {
            PyErr_SetString(PyExc_ValueError, "module functions cannot set METH_CLASS or METH_STATIC");
            return -1;
        }
        PyObject *f = PyCFunction_NewEx(defs, module, name);
        if (f == NULL)
            return -1;
        int err = set_function(module, defs->ml_name, f);
        Py_DECREF(f);
        if (err < 0)
            return -1;
    }
    return 0;
}

int
PyModule_AddFunctions(PyObject *module, PyMethodDef *defs)
{
    PyObject *name = PyModule_GetNameObject(module);
    if (name == NULL)
        return -1;
    int err = add_functions(module, name, defs);
    Py_DECREF(name);
    return err;
}

int
PyModule_SetDocString(PyObject *module, const char *doc)
{
    PyObject *s = PyUnicode_FromString(doc);
    int err = s == NULL ? -1 : PyObject_SetAttr(module, ID(__doc__), s);
    Py_XDECREF(s);
    return err;
}

/* ---- one phase ---- */

/* An extension in a package knows only the last part of its name; the import system has the rest. */
static const char *
full_name(const char *name)
{
    if (module_package_context != NULL) {
        const char *dot = strrchr(module_package_context, '.');
        if (dot != NULL && strcmp(name, dot + 1) == 0) {
            name = module_package_context;
            module_package_context = NULL;
        }
    }
    return name;
}

PyObject *
_PyModule_CreateInitialized(PyModuleDef *def, int version)
{
    if (PyModuleDef_Init(def) == NULL || !check_api_version(def->m_name, version))
        return NULL;
    if (def->m_slots != NULL) {
        PyErr_Format(PyExc_SystemError, "module %s: PyModule_Create is incompatible with m_slots", def->m_name);
        return NULL;
    }
    PyModuleObject *m = (PyModuleObject *)PyModule_New(full_name(def->m_name));
    if (m == NULL)
        return NULL;
    if (def->m_size > 0) {
        m->md_state = PyMem_Calloc(1, (size_t)def->m_size);
        if (m->md_state == NULL) {
            PyErr_NoMemory();
            goto fail;
        }
    }
    if (def->m_methods != NULL && PyModule_AddFunctions((PyObject *)m, def->m_methods) < 0)
        goto fail;
    if (def->m_doc != NULL && PyModule_SetDocString((PyObject *)m, def->m_doc) < 0)
        goto fail;
    m->md_def = def;
    return (PyObject *)m;
fail:
    Py_DECREF(m);
    return NULL;
}

PyObject *PyModule_Create2(PyModuleDef *def, int version) { return _PyModule_CreateInitialized(def, version); }

/* ---- several phases ---- */

struct slots {
    PyObject *(*create)(PyObject *spec, PyModuleDef *def);
    bool has_exec, has_interpreters, has_gil;
    void *interpreters;
};

static int
read_slots(PyModuleDef *def, const char *name, struct slots *s)
{
    *s = (struct slots){ .interpreters = (void *)Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED };
    for (PyModuleDef_Slot *slot = def->m_slots; slot != NULL && slot->slot != 0; slot++) {
        switch (slot->slot) {
        case Py_mod_create:
            if (s->create != NULL) {
                PyErr_Format(PyExc_SystemError, "module %s has multiple create slots", name);
                return -1;
            }
            s->create = (PyObject * (*)(PyObject *, PyModuleDef *)) slot->value;
            break;
        case Py_mod_exec:
            s->has_exec = true;
            break;
        case Py_mod_multiple_interpreters:
            if (s->has_interpreters) {
                PyErr_Format(PyExc_SystemError, "module %s has more than one 'multiple interpreters' slots", name);
                return -1;
            }
            s->has_interpreters = true;
            s->interpreters = slot->value;
            break;
        case Py_mod_gil:
            if (s->has_gil) {
                PyErr_Format(PyExc_SystemError, "module %s has more than one 'gil' slot", name);
                return -1;
            }
            s->has_gil = true;
            break;
        default:
            PyErr_Format(PyExc_SystemError, "module %s uses unknown slot ID %i", name, slot->slot);
            return -1;
        }
    }
    return 0;
}

/* The module supports the kind of interpreter that runs now. */
static bool
fits_interpreter(struct slots *s)
{
    PyInterpreterState *interp = interp_current();
    if (interp_is_main(interp) || s->interpreters == (void *)Py_MOD_PER_INTERPRETER_GIL_SUPPORTED)
        return true;
    return s->interpreters == (void *)Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED && !interp->ceval.own_gil;
}

int
_PyImport_CheckSubinterpIncompatibleExtensionAllowed(const char *name)
{
    PyInterpreterState *interp = interp_current();
    int override = interp->imports.override_multi_interp_extensions_check;
    if (override > 0 || (override == 0 && interp_allows(interp, RT_CHECK_EXTENSIONS))) {
        PyErr_Format(PyExc_ImportError, "module %s does not support loading in subinterpreters", name);
        return -1;
    }
    return 0;
}

/* The object that the create slot makes, or a plain module. */
static PyObject *
create_module(struct slots *s, PyModuleDef *def, PyObject *spec, PyObject *nameobj, const char *name)
{
    if (s->create == NULL)
        return PyModule_NewObject(nameobj);
    PyObject *m = s->create(spec, def);
    if (m == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_SystemError, "creation of module %s failed without setting an exception", name);
    } else if (PyErr_Occurred()) {
        _PyErr_FormatFromCause(PyExc_SystemError, "creation of module %s raised unreported exception", name);
        Py_CLEAR(m);
    }
    return m;
}

static int
attach_def(PyObject *m, PyModuleDef *def, struct slots *s, const char *name)
{
    if (PyModule_Check(m)) {
        ((PyModuleObject *)m)->md_state = NULL;
        ((PyModuleObject *)m)->md_def = def;
        return 0;
    }
    if (def->m_size > 0 || def->m_traverse != NULL || def->m_clear != NULL || def->m_free != NULL) {
        PyErr_Format(PyExc_SystemError, "module %s is not a module object, but requests module state", name);
        return -1;
    }
    if (s->has_exec) {
        PyErr_Format(PyExc_SystemError, "module %s specifies execution slots, but did not create a ModuleType instance",
                     name);
        return -1;
    }
    return 0;
}

PyObject *
PyModule_FromDefAndSpec2(PyModuleDef *def, PyObject *spec, int version)
{
    struct slots s;
    PyObject *m = NULL;
    PyModuleDef_Init(def);
    PyObject *nameobj = PyObject_GetAttr(spec, ID(name));
    const char *name = nameobj == NULL ? NULL : PyUnicode_AsUTF8(nameobj);
    if (name == NULL || !check_api_version(name, version))
        goto done;
    if (def->m_size < 0) {
        PyErr_Format(PyExc_SystemError, "module %s: m_size may not be negative for multi-phase initialization", name);
        goto done;
    }
    if (read_slots(def, name, &s) < 0)
        goto done;
    if (!fits_interpreter(&s) && _PyImport_CheckSubinterpIncompatibleExtensionAllowed(name) < 0)
        goto done;
    m = create_module(&s, def, spec, nameobj, name);
    if (m == NULL)
        goto done;
    if (attach_def(m, def, &s, name) < 0 || (def->m_methods != NULL && add_functions(m, nameobj, def->m_methods) < 0)
        || (def->m_doc != NULL && PyModule_SetDocString(m, def->m_doc) < 0))
        Py_CLEAR(m);
done:
    Py_XDECREF(nameobj);
    return m;
}

int
PyModule_ExecDef(PyObject *module, PyModuleDef *def)
{
    const char *name = PyModule_GetName(module);
    if (name == NULL)
        return -1;
    if (def->m_size >= 0 && ((PyModuleObject *)module)->md_state == NULL) {
        /* Also for size 0: a state pointer marks a module that has been executed, so that reload() does nothing. */
        void *state = PyMem_Calloc(1, (size_t)def->m_size);
        if (state == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        ((PyModuleObject *)module)->md_state = state;
    }
    for (PyModuleDef_Slot *slot = def->m_slots; slot != NULL && slot->slot != 0; slot++) {
        if (slot->slot == Py_mod_create || slot->slot == Py_mod_multiple_interpreters || slot->slot == Py_mod_gil)
            continue;
        if (slot->slot != Py_mod_exec) {
            PyErr_Format(PyExc_SystemError, "module %s initialized with unknown slot %i", name, slot->slot);
            return -1;
        }
        if (((int (*)(PyObject *))slot->value)(module) != 0) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_SystemError, "execution of module %s failed without setting an exception", name);
            return -1;
        }
        if (PyErr_Occurred()) {
            _PyErr_FormatFromCause(PyExc_SystemError, "execution of module %s raised unreported exception", name);
            return -1;
        }
    }
    return 0;
}
