/* vm/names.c: names that are looked up at run time, and what is raised when they are not there. */
#include "object/coll/dict.h"
#include "object/core/err.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/slow.h"

#define NOT_DEFINED "name '%.200s' is not defined"

/* NameError carries the name, for suggestions. */
static void
raise_with_name(PyThreadState *ts, PyObject *type, const char *format, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL)
        return;
    err_format(ts, type, format, text);
    if (type != PyExc_NameError)
        return;
    PyObject *exc = err_get_raised(ts);
    if (exc != NULL && PyErr_GivenExceptionMatches(exc, PyExc_NameError) && ((PyNameErrorObject *)exc)->name == NULL)
        (void)PyObject_SetAttr(exc, ID(name), name);
    err_set_raised(ts, exc);
}

void
vm_raise_name_error(PyThreadState *ts, const char *format, PyObject *name)
{
    raise_with_name(ts, PyExc_NameError, format, name);
}

void
vm_raise_unbound_local(PyThreadState *ts, PyCodeObject *co, int i)
{
    raise_with_name(ts, PyExc_UnboundLocalError, "cannot access local variable '%s' where it is not associated with a value",
                    code_local_name(co, i));
}

void
vm_raise_unbound_cell(PyThreadState *ts, PyCodeObject *co, int i)
{
    if (ts->current_exception != NULL)
        return;
    if (i < PyUnstable_Code_GetFirstFree(co))
        vm_raise_unbound_local(ts, co, i);
    else
        raise_with_name(ts, PyExc_NameError, "cannot access free variable '%s' where it is not associated with a value in enclosing scope",
                        code_local_name(co, i));
}

void vm_raise_not_defined(PyThreadState *ts, PyObject *name) { raise_with_name(ts, PyExc_NameError, NOT_DEFINED, name); }

int
vm_find_global(PyThreadState *ts, PyObject *globals, PyObject *builtins, PyObject *name, PyObject **value)
{
    if (LIKELY(PyDict_CheckExact(globals) && PyDict_CheckExact(builtins))) {
        *value = dict_load_global((PyDictObject *)globals, (PyDictObject *)builtins, name);
        return *value != NULL ? 1 : ts->current_exception == NULL ? 0 : -1;
    }
    int rc = PyMapping_GetOptionalItem(globals, name, value);
    return rc != 0 ? rc : PyMapping_GetOptionalItem(builtins, name, value);
}

int
vm_find_name(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *name, PyObject **value)
{
    *value = NULL;
    if (f->f_locals == NULL) {
        err_format(ts, PyExc_SystemError, "no locals when loading %R", name);
        return -1;
    }
    int rc = PyMapping_GetOptionalItem(f->f_locals, name, value);
    if (rc == 0)
        rc = PyDict_GetItemRef(f->f_globals, name, value);
    return rc != 0 ? rc : PyMapping_GetOptionalItem(f->f_builtins, name, value);
}

PyObject *
vm_load_from_dict_or_globals(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *mapping, PyObject *name)
{
    PyObject *v;
    if (PyMapping_GetOptionalItem(mapping, name, &v) != 0)
        return v;
    if (vm_find_global(ts, f->f_globals, f->f_builtins, name, &v) == 0)
        vm_raise_not_defined(ts, name);
    return v;
}

PyObject *
vm_load_from_dict_or_deref(PyThreadState *ts, PyCodeObject *co, PyObject *mapping, PyObject *cell, int i)
{
    PyObject *v;
    if (PyMapping_GetOptionalItem(mapping, code_local_name(co, i), &v) != 0)
        return v;
    v = PyCell_GET(cell);
    if (v == NULL)
        vm_raise_unbound_cell(ts, co, i);
    return Py_XNewRef(v);
}

PyObject *
vm_load_build_class(PyThreadState *ts, PyObject *builtins)
{
    PyObject *v;
    if (PyMapping_GetOptionalItem(builtins, ID(__build_class__), &v) == 0)
        err_set_string(ts, PyExc_NameError, "__build_class__ not found");
    return v;
}

int
vm_store_name(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *name, PyObject *value)
{
    PyObject *ns = f->f_locals;
    if (ns == NULL) {
        err_format(ts, PyExc_SystemError, "no locals found when storing %R", name);
        return -1;
    }
    return PyDict_CheckExact(ns) ? PyDict_SetItem(ns, name, value) : PyObject_SetItem(ns, name, value);
}

int
vm_delete_name(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *name)
{
    if (f->f_locals == NULL) {
        err_format(ts, PyExc_SystemError, "no locals when deleting %R", name);
        return -1;
    }
    if (PyObject_DelItem(f->f_locals, name) == 0)
        return 0;
    raise_with_name(ts, PyExc_NameError, NOT_DEFINED, name);
    return -1;
}

int
vm_delete_global(PyThreadState *ts, PyObject *globals, PyObject *name)
{
    int rc = PyDict_Pop(globals, name, NULL);
    if (rc == 0)
        raise_with_name(ts, PyExc_NameError, NOT_DEFINED, name);
    return rc > 0 ? 0 : -1;
}

int
vm_setup_annotations(PyThreadState *ts, PyObject *locals)
{
    PyObject *v;
    if (locals == NULL) {
        err_format(ts, PyExc_SystemError, "no locals found when setting up annotations");
        return -1;
    }
    int rc = PyMapping_GetOptionalItem(locals, ID(__annotations__), &v);
    if (rc != 0) {
        Py_XDECREF(v);
        return rc < 0 ? -1 : 0;
    }
    v = PyDict_New();
    if (v == NULL)
        return -1;
    rc = PyObject_SetItem(locals, ID(__annotations__), v);
    Py_DECREF(v);
    return rc;
}

PyObject *
vm_builtins(PyThreadState *ts)
{
    _PyInterpreterFrame *f = frame_current(ts);
    return f != NULL ? f->f_builtins : ts->interp->builtins;
}

/* globals["__builtins__"] may be the module or its dict; without it, the builtins of who asks. */
PyObject *
vm_builtins_from_globals(PyThreadState *ts, PyObject *globals)
{
    PyObject *v = PyDict_GetItemWithError(globals, ID(__builtins__));
    if (v != NULL)
        return PyModule_Check(v) ? PyModule_GetDict(v) : v;
    return PyErr_Occurred() ? NULL : vm_builtins(ts);
}
