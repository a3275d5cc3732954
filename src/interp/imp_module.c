/* interp/imp_module.c: the `_imp` module, what importlib asks of C. */
#include <marshal.h>

#include "interp/import.h"
#include "base/hash.h"
#include "code/marshal_io.h"
#include "interp/args.h"
#include "rt/interp.h"
#include "rt/runtime.h"
#include "rt/singletons.h"

#define PYC_MAGIC 3571

/* ---- the import lock ---- */

static PyObject *
imp_lock_held(PyObject *module, PyObject *unused)
{
    return PyBool_FromLong(interp_current()->imports.lock.level > 0);
}

static PyObject *
imp_acquire_lock(PyObject *module, PyObject *unused)
{
    struct rt_recursive_mutex *lock = &interp_current()->imports.lock;
    unsigned long me = PyThread_get_thread_ident();
    if (lock->level == 0 || lock->thread != me) {
        PyMutex_Lock(&lock->mutex);
        lock->thread = me;
    }
    lock->level++;
    Py_RETURN_NONE;
}

static PyObject *
imp_release_lock(PyObject *module, PyObject *unused)
{
    struct rt_recursive_mutex *lock = &interp_current()->imports.lock;
    if (lock->level == 0 || lock->thread != PyThread_get_thread_ident()) {
        PyErr_SetString(PyExc_RuntimeError, "not holding the import lock");
        return NULL;
    }
    if (--lock->level == 0) {
        lock->thread = 0;
        PyMutex_Unlock(&lock->mutex);
    }
    Py_RETURN_NONE;
}

/* ---- built-in and dynamic ---- */

static PyObject *
imp_is_builtin(PyObject *module, PyObject *name)
{
    for (const struct _inittab *p = PyImport_Inittab; p != NULL && p->name != NULL; p++) {
        if (PyUnicode_EqualToUTF8(name, p->name))
            return PyLong_FromLong(p->initfunc == NULL ? -1 : 1);
    }
    return PyLong_FromLong(0);
}

static PyObject *
imp_create_builtin(PyObject *module, PyObject *spec)
{
    PyObject *name = PyObject_GetAttr(spec, ID(name));
    if (name == NULL)
        return NULL;
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "name must be string, not %.200s", Py_TYPE(name)->tp_name);
        Py_DECREF(name);
        return NULL;
    }
    PyObject *m = import_create_builtin(name, spec);
    Py_DECREF(name);
    return m;
}

static PyObject *
imp_create_dynamic(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return !args_count("create_dynamic", nargs, 1, 2) ? NULL : import_create_dynamic(args[0], nargs == 2 ? args[1] : NULL);
}

static PyObject *
imp_exec(PyObject *module, PyObject *m)
{
    return import_exec_module(m) < 0 ? NULL : PyLong_FromLong(0);
}

static PyObject *
imp_extension_suffixes(PyObject *module, PyObject *unused)
{
    static const char *const suffixes[] = { ".cpython-313-x86_64-linux-gnu.so", ".abi3.so", ".so" };
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < Py_ARRAY_LENGTH(suffixes); i++) {
        PyObject *s = PyUnicode_FromString(suffixes[i]);
        if (s == NULL || PyList_Append(list, s) < 0)
            Py_CLEAR(list);
        Py_XDECREF(s);
    }
    return list;
}

/* ---- frozen ---- */

static void
no_such_frozen(PyObject *name)
{
    PyObject *msg = PyUnicode_FromFormat("No such frozen object named %R", name);
    if (msg != NULL) {
        PyErr_SetImportError(msg, name, NULL);
        Py_DECREF(msg);
    }
}

static PyObject *
imp_is_frozen(PyObject *module, PyObject *name)
{
    return PyBool_FromLong(import_find_frozen(name) != NULL);
}

static PyObject *
imp_is_frozen_package(PyObject *module, PyObject *name)
{
    const struct _frozen *f = import_find_frozen(name);
    if (f == NULL) {
        no_such_frozen(name);
        return NULL;
    }
    return PyBool_FromLong(f->is_package);
}

static PyObject *
imp_init_frozen(PyObject *module, PyObject *name)
{
    int r = PyImport_ImportFrozenModuleObject(name);
    if (r < 0)
        return NULL;
    return r == 0 ? Py_NewRef(Py_None) : PyImport_GetModule(name);
}

static PyObject *
frozen_orig(const struct _frozen *f)
{
    for (const struct import_alias *a = import_frozen_aliases; a != NULL && a->name != NULL; a++) {
        if (strcmp(a->name, f->name) == 0)
            return a->orig == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(a->orig);
    }
    return PyUnicode_FromString(f->name);
}

static PyObject *
imp_find_frozen(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "withdata", NULL };
    static const struct args_spec spec = { "find_frozen", names, 1, 1 };
    PyObject *a[2], *data;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    int withdata = a[1] == NULL ? 0 : PyObject_IsTrue(a[1]);
    const struct _frozen *f = withdata < 0 ? NULL : import_find_frozen(a[0]);
    if (withdata < 0)
        return NULL;
    if (f == NULL)
        Py_RETURN_NONE;
    data = withdata ? PyMemoryView_FromMemory((char *)f->code, f->size, PyBUF_READ) : Py_NewRef(Py_None);
    PyObject *orig = frozen_orig(f);
    PyObject *r = data == NULL || orig == NULL ? NULL : PyTuple_Pack(3, data, f->is_package ? Py_True : Py_False, orig);
    Py_XDECREF(data);
    Py_XDECREF(orig);
    return r;
}

static PyObject *
checked_frozen(PyObject *name, PyObject *code)
{
    if (code == NULL) {
        PyErr_Clear();
        PyObject *msg = PyUnicode_FromFormat("Frozen object named %R is invalid", name);
        if (msg != NULL)
            PyErr_SetImportError(msg, name, NULL);
        Py_XDECREF(msg);
    } else if (!PyCode_Check(code)) {
        PyErr_Format(PyExc_TypeError, "frozen object %R is not a code object", name);
        Py_CLEAR(code);
    }
    return code;
}

static PyObject *
imp_get_frozen_object(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("get_frozen_object", nargs, 1, 2))
        return NULL;
    if (!PyUnicode_Check(args[0])) {
        PyErr_Format(PyExc_TypeError, "get_frozen_object() argument 1 must be str, not %.50s", Py_TYPE(args[0])->tp_name);
        return NULL;
    }
    if (nargs == 2 && args[1] != Py_None) {
        Py_buffer view;
        if (PyObject_GetBuffer(args[1], &view, PyBUF_SIMPLE) < 0)
            return NULL;
        PyObject *code = NULL;
        if (view.len == 0) {
            PyObject *msg = PyUnicode_FromFormat("Frozen object named %R is invalid", args[0]);
            PyErr_SetImportError(msg, args[0], NULL);
            Py_XDECREF(msg);
        } else
            code = checked_frozen(args[0], PyMarshal_ReadObjectFromString(view.buf, view.len));
        PyBuffer_Release(&view);
        return code;
    }
    const struct _frozen *f = import_find_frozen(args[0]);
    if (f == NULL) {
        no_such_frozen(args[0]);
        return NULL;
    }
    return checked_frozen(args[0], import_frozen_code(f));
}

static PyObject *
imp_frozen_module_names(PyObject *module, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    for (const struct _frozen *f = PyImport_FrozenModules; list != NULL && f != NULL && f->name != NULL; f++) {
        PyObject *n = PyUnicode_FromString(f->name);
        if (n == NULL || PyList_Append(list, n) < 0)
            Py_CLEAR(list);
        Py_XDECREF(n);
    }
    return list;
}

static PyObject *
imp_override_frozen(PyObject *module, PyObject *value)
{
    int v = PyLong_AsInt(value);
    if (v == -1 && PyErr_Occurred())
        return NULL;
    interp_current()->imports.override_frozen_modules = v;
    Py_RETURN_NONE;
}

static PyObject *
imp_override_multi(PyObject *module, PyObject *value)
{
    PyInterpreterState *interp = interp_current();
    if (interp_is_main(interp)) {
        PyErr_SetString(PyExc_RuntimeError, "_imp._override_multi_interp_extensions_check() cannot be used in the main interpreter");
        return NULL;
    }
    int v = PyLong_AsInt(value), old = interp->imports.override_multi_interp_extensions_check;
    if (v == -1 && PyErr_Occurred())
        return NULL;
    interp->imports.override_multi_interp_extensions_check = v;
    return PyLong_FromLong(old);
}

/* ---- code ---- */

static void
fix_filename(PyCodeObject *co, PyObject *old, PyObject *path)
{
    if (PyUnicode_Compare(co->co_filename, old) != 0)
        return;
    Py_SETREF(co->co_filename, Py_NewRef(path));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(co->co_consts); i++) {
        PyObject *c = PyTuple_GET_ITEM(co->co_consts, i);
        if (PyCode_Check(c))
            fix_filename((PyCodeObject *)c, old, path);
    }
}

static PyObject *
imp_fix_co_filename(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("_fix_co_filename", nargs, 2, 2))
        return NULL;
    if (!PyCode_Check(args[0]) || !PyUnicode_Check(args[1])) {
        PyErr_Format(PyExc_TypeError, "_fix_co_filename() argument %d must be %s, not %.50s", PyCode_Check(args[0]) ? 2 : 1,
                     PyCode_Check(args[0]) ? "str" : "code", Py_TYPE(args[PyCode_Check(args[0]) ? 1 : 0])->tp_name);
        return NULL;
    }
    PyCodeObject *co = (PyCodeObject *)args[0];
    if (PyUnicode_Compare(co->co_filename, args[1]) != 0) {
        PyObject *old = Py_NewRef(co->co_filename);
        fix_filename(co, old, args[1]);
        Py_DECREF(old);
    }
    Py_RETURN_NONE;
}

/* The hash in hash-based .pyc files (PEP 552): SipHash-1-3 of the source under a fixed key, little-endian. */
static PyObject *
imp_source_hash(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "key", "source", NULL };
    static const struct args_spec spec = { "source_hash", names, 2, 2 };
    PyObject *a[2];
    Py_buffer view;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    long key = PyLong_AsLong(a[0]);
    if ((key == -1 && PyErr_Occurred()) || PyObject_GetBuffer(a[1], &view, PyBUF_SIMPLE) < 0)
        return NULL;
    uint64_t h = hash_siphash13((uint64_t)key, 0, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return PyBytes_FromStringAndSize((const char *)&h, sizeof(h));
}

long
PyImport_GetMagicNumber(void)
{
    return PYC_MAGIC | ('\r' << 16) | ('\n' << 24);
}

const char *
PyImport_GetMagicTag(void)
{
    return "cpython-313";
}

#define FAST(f) _PyCFunction_CAST(f), METH_FASTCALL
#define FASTKW(f) _PyCFunction_CAST(f), METH_FASTCALL | METH_KEYWORDS

static PyMethodDef imp_methods[] = {
    { "extension_suffixes", imp_extension_suffixes, METH_NOARGS, PyDoc_STR("extension_suffixes($module, /)\n--\n\nFile suffixes of extension modules.") },
    { "lock_held", imp_lock_held, METH_NOARGS, PyDoc_STR("lock_held($module, /)\n--\n\nIs the import lock held?") },
    { "acquire_lock", imp_acquire_lock, METH_NOARGS, PyDoc_STR("acquire_lock($module, /)\n--\n\nTake the import lock.") },
    { "release_lock", imp_release_lock, METH_NOARGS, PyDoc_STR("release_lock($module, /)\n--\n\nRelease the import lock.") },
    { "find_frozen", FASTKW(imp_find_frozen), PyDoc_STR("find_frozen($module, name, /, *, withdata=False)\n--\n\nFacts about a frozen module, or None.") },
    { "get_frozen_object", FAST(imp_get_frozen_object), PyDoc_STR("get_frozen_object($module, name, data=None, /)\n--\n\nThe code object of a frozen module.") },
    { "is_frozen_package", imp_is_frozen_package, METH_O, PyDoc_STR("is_frozen_package($module, name, /)\n--\n\nIs the frozen module a package?") },
    { "create_builtin", imp_create_builtin, METH_O, PyDoc_STR("create_builtin($module, spec, /)\n--\n\nMake a built-in module.") },
    { "init_frozen", imp_init_frozen, METH_O, PyDoc_STR("init_frozen($module, name, /)\n--\n\nRun a frozen module.") },
    { "is_builtin", imp_is_builtin, METH_O, PyDoc_STR("is_builtin($module, name, /)\n--\n\n1 if built in, -1 if it cannot be made again, 0 if not.") },
    { "is_frozen", imp_is_frozen, METH_O, PyDoc_STR("is_frozen($module, name, /)\n--\n\nIs there a frozen module of that name?") },
    { "_frozen_module_names", imp_frozen_module_names, METH_NOARGS, PyDoc_STR("_frozen_module_names($module, /)\n--\n\nNames of all frozen modules.") },
    { "_override_frozen_modules_for_tests", imp_override_frozen, METH_O, PyDoc_STR("_override_frozen_modules_for_tests($module, override, /)\n--\n\nUse frozen modules: 1 yes, -1 no, 0 as configured.") },
    { "_override_multi_interp_extensions_check", imp_override_multi, METH_O, PyDoc_STR("_override_multi_interp_extensions_check($module, override, /)\n--\n\nOverride the check of extension modules in subinterpreters.") },
    { "create_dynamic", FAST(imp_create_dynamic), PyDoc_STR("create_dynamic($module, spec, file=<unrepresentable>, /)\n--\n\nMake an extension module.") },
    { "exec_dynamic", imp_exec, METH_O, PyDoc_STR("exec_dynamic($module, mod, /)\n--\n\nRun the second phase of an extension module.") },
    { "exec_builtin", imp_exec, METH_O, PyDoc_STR("exec_builtin($module, mod, /)\n--\n\nRun the second phase of a built-in module.") },
    { "_fix_co_filename", FAST(imp_fix_co_filename), PyDoc_STR("_fix_co_filename($module, code, path, /)\n--\n\nGive a code object and those in it another file name.") },
    { "source_hash", FASTKW(imp_source_hash), PyDoc_STR("source_hash($module, /, key, source)\n--\n\nHash of a source file for hash-based pycs.") },
    { NULL },
};

static int
imp_exec_module(PyObject *m)
{
    const wchar_t *mode = interp_current()->config.check_hash_pycs_mode;
    PyObject *text = PyUnicode_FromWideChar(mode == NULL ? L"default" : mode, -1);
    int r = text == NULL ? -1 : PyModule_AddObjectRef(m, "check_hash_based_pycs", text);
    Py_XDECREF(text);
    return r;
}

static PyModuleDef_Slot imp_slots[] = {
    { Py_mod_exec, imp_exec_module },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef imp_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_imp",
    .m_doc = PyDoc_STR("What the import system needs from the interpreter."),
    .m_methods = imp_methods,
    .m_slots = imp_slots,
};

PyMODINIT_FUNC
PyInit__imp(void)
{
    return PyModuleDef_Init(&imp_def);
}
