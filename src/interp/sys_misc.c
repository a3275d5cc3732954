/* interp/sys_misc.c: the other functions of sys: limits, counts, interning, exit. */
#include "interp/sys.h"

#include <dlfcn.h>

#include "interp/args.h"
#include "interp/perf_trampoline.h"
#include "object/core/type.h"
#include "object/text/str.h"
#include "rt/heap.h"
#include "rt/interp.h"
#include "rt/singletons.h"

#define MAX_DIGITS_THRESHOLD 640

static PyObject *
sys_exit(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (args_count("exit", nargs, 0, 1))
        PyErr_SetObject(PyExc_SystemExit, nargs == 0 ? NULL : args[0]);
    return NULL;
}

static PyObject *
sys_intern(PyObject *module, PyObject *s)
{
    if (!PyUnicode_Check(s)) {
        PyErr_Format(PyExc_TypeError, "intern() argument must be str, not %.50s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    if (!PyUnicode_CheckExact(s)) {
        PyErr_Format(PyExc_TypeError, "can't intern %.400s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    Py_INCREF(s);
    PyUnicode_InternInPlace(&s);
    return s;
}

static PyObject *
sys_is_interned(PyObject *module, PyObject *s)
{
    if (!PyUnicode_Check(s)) {
        PyErr_Format(PyExc_TypeError, "_is_interned() argument must be str, not %.50s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    return PyBool_FromLong(PyUnicode_CHECK_INTERNED(s) != 0);
}

static PyObject *
sys_getrefcount(PyObject *module, PyObject *o)
{
    return PyLong_FromSsize_t(Py_REFCNT(o));
}

/* ---- recursion ---- */

static PyObject *
sys_getrecursionlimit(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(Py_GetRecursionLimit());
}

static PyObject *
sys_setrecursionlimit(PyObject *module, PyObject *limit)
{
    PyThreadState *ts = ts_current();
    int n = PyLong_AsInt(limit);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    if (n < 1) {
        PyErr_SetString(PyExc_ValueError, "recursion limit must be greater or equal than 1");
        return NULL;
    }
    int depth = ts->py_recursion_limit - ts->py_recursion_remaining;
    if (depth >= n) {
        PyErr_Format(PyExc_RecursionError, "cannot set the recursion limit to %i at the recursion depth %i: the limit is too low", n, depth);
        return NULL;
    }
    Py_SetRecursionLimit(n);
    Py_RETURN_NONE;
}

/* ---- threads ---- */

static PyObject *
sys_getswitchinterval(PyObject *module, PyObject *unused)
{
    return PyFloat_FromDouble((double)gil_get_interval_us(interp_current()) * 1e-6);
}

static PyObject *
sys_setswitchinterval(PyObject *module, PyObject *interval)
{
    double s = PyFloat_AsDouble(interval);
    if (s == -1.0 && PyErr_Occurred())
        return NULL;
    if (!(s > 0.0)) {
        PyErr_SetString(PyExc_ValueError, "switch interval must be strictly positive");
        return NULL;
    }
    gil_set_interval_us(interp_current(), (unsigned long)(s * 1e6));
    Py_RETURN_NONE;
}

static PyObject *
sys_is_gil_enabled(PyObject *module, PyObject *unused)
{
    Py_RETURN_TRUE;
}

/* ---- sizes and counts ---- */

static PyObject *
sizeof_object(PyObject *o)
{
    if (PyType_Ready(Py_TYPE(o)) < 0)
        return NULL;
    PyObject *meth = object_lookup_special(o, ID(__sizeof__)), *r;
    if (meth == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "Type %.100s doesn't define __sizeof__", Py_TYPE(o)->tp_name);
        return NULL;
    }
    r = PyObject_CallNoArgs(meth);
    Py_DECREF(meth);
    if (r == NULL)
        return NULL;
    Py_ssize_t size = PyLong_AsSsize_t(r);
    Py_DECREF(r);
    if (size == -1 && PyErr_Occurred())
        return NULL;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "__sizeof__() should return >= 0");
        return NULL;
    }
    return PyLong_FromSize_t((size_t)size + (PyObject_IS_GC(o) || (Py_TYPE(o)->tp_flags & Py_TPFLAGS_PREHEADER) ? heap_prefix(Py_TYPE(o)) : 0));
}

static PyObject *
sys_getsizeof(PyObject *module, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "object", "default" };
    PyObject *a[2] = { NULL, NULL }, *key, *value;
    Py_ssize_t n = PyTuple_GET_SIZE(args), pos = 0;
    if (n > 2) {
        PyErr_Format(PyExc_TypeError, "getsizeof() takes at most 2 arguments (%zd given)", n);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++)
        a[i] = PyTuple_GET_ITEM(args, i);
    while (kwds != NULL && PyDict_Next(kwds, &pos, &key, &value)) {
        int i = PyUnicode_EqualToUTF8(key, names[0]) ? 0 : PyUnicode_EqualToUTF8(key, names[1]) ? 1 : -1;
        if (i < 0 || a[i] != NULL) {
            PyErr_Format(PyExc_TypeError, "getsizeof() got an unexpected keyword argument '%S'", key);
            return NULL;
        }
        a[i] = value;
    }
    if (a[0] == NULL) {
        PyErr_SetString(PyExc_TypeError, "getsizeof() missing required argument 'object' (pos 1)");
        return NULL;
    }
    PyObject *r = sizeof_object(a[0]);
    if (r == NULL && a[1] != NULL && PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        return Py_NewRef(a[1]);
    }
    return r;
}

static PyObject *
sys_getallocatedblocks(PyObject *module, PyObject *unused)
{
    return PyLong_FromSsize_t(heap_blocks_in_use());
}

static PyObject *
sys_getunicodeinternedsize(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return PyLong_FromSsize_t(str_interned_count());
}

static PyObject *
sys_clear_type_cache(PyObject *module, PyObject *unused)
{
    PyType_ClearCache();
    Py_RETURN_NONE;
}

/* Objects of one size class share their free blocks. */
static void
print_free_blocks(const char *what, size_t size)
{
    fprintf(stderr, "%zd free %s * %zu bytes each\n", heap_free_blocks(size), what, size);
}

static PyObject *
sys_debugmallocstats(PyObject *module, PyObject *unused)
{
    fprintf(stderr, "Small block threshold = %d bytes\n%zd blocks in use\n", HEAP_SMALL_MAX, heap_blocks_in_use());
    print_free_blocks("PyDictObjects", sizeof(PyDictObject) + sizeof(PyGC_Head));
    print_free_blocks("PyFloatObjects", sizeof(PyFloatObject));
    print_free_blocks("PyListObjects", sizeof(PyListObject) + sizeof(PyGC_Head));
    Py_RETURN_NONE;
}

/* ---- conversion limits ---- */

static PyObject *
sys_get_int_max_str_digits(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(interp_current()->long_max_str_digits);
}

static PyObject *
sys_set_int_max_str_digits(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "maxdigits", NULL };
    static const struct args_spec spec = { "set_int_max_str_digits", names, 1, 1 };
    PyObject *a;
    if (args_bind(&spec, args, nargs, kwnames, &a) < 0)
        return NULL;
    int n = PyLong_AsInt(a);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    if (n != 0 && n < MAX_DIGITS_THRESHOLD) {
        PyErr_Format(PyExc_ValueError, "maxdigits must be >= %d or 0 for unlimited", MAX_DIGITS_THRESHOLD);
        return NULL;
    }
    interp_current()->long_max_str_digits = n;
    PyObject *flags = sys_make_flags();
    int r = flags == NULL ? -1 : PySys_SetObject("flags", flags);
    Py_XDECREF(flags);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- encodings ---- */

static PyObject *
sys_getdefaultencoding(PyObject *module, PyObject *unused)
{
    return Py_NewRef(STR(utf_8));
}

static PyObject *
config_text(const wchar_t *text, const char *dflt)
{
    return text == NULL ? PyUnicode_FromString(dflt) : PyUnicode_FromWideChar(text, -1);
}

static PyObject *
sys_getfilesystemencoding(PyObject *module, PyObject *unused)
{
    return config_text(interp_current()->config.filesystem_encoding, "utf-8");
}

static PyObject *
sys_getfilesystemencodeerrors(PyObject *module, PyObject *unused)
{
    return config_text(interp_current()->config.filesystem_errors, "surrogateescape");
}

/* ---- the rest ---- */

static PyObject *
sys_getdlopenflags(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(interp_current()->imports.dlopenflags);
}

static PyObject *
sys_setdlopenflags(PyObject *module, PyObject *flags)
{
    int n = PyLong_AsInt(flags);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    interp_current()->imports.dlopenflags = n;
    Py_RETURN_NONE;
}

static PyObject *
sys_is_finalizing(PyObject *module, PyObject *unused)
{
    return PyBool_FromLong(Py_IsFinalizing());
}

static PyObject *
sys_get_cpu_count_config(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(interp_current()->config.cpu_count);
}

static PyObject *
sys_stack_trampoline(PyObject *module, PyObject *backend)
{
    if (!PyUnicode_Check(backend))
        return PyErr_Format(PyExc_TypeError, "activate_stack_trampoline() argument must be str, not %.50s",
                            backend == Py_None ? "None" : Py_TYPE(backend)->tp_name);
    if (!PyUnicode_EqualToUTF8(backend, "perf"))
        return PyErr_Format(PyExc_ValueError, "invalid backend: %U", backend);
    if (perf_trampoline_start(PERF_MAP) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
sys_no_trampoline(PyObject *module, PyObject *unused)
{
    perf_trampoline_stop();
    Py_RETURN_NONE;
}

static PyObject *
sys_is_trampoline_active(PyObject *module, PyObject *unused)
{
    return PyBool_FromLong(perf_trampoline_is_active());
}

static PyObject *
sys_baserepl(PyObject *module, PyObject *unused)
{
    PyCompilerFlags cf = { .cf_flags = 0, .cf_feature_version = PY_MINOR_VERSION };
    PyRun_AnyFileExFlags(stdin, "<stdin>", 0, &cf);
    Py_RETURN_NONE;
}

#define FAST(f) _PyCFunction_CAST(f), METH_FASTCALL
#define FASTKW(f) _PyCFunction_CAST(f), METH_FASTCALL | METH_KEYWORDS

PyMethodDef sys_misc_methods[] = {
    { "exit", FAST(sys_exit), PyDoc_STR("exit($module, status=None, /)\n--\n\nLeave the interpreter by raising SystemExit.") },
    { "intern", sys_intern, METH_O, PyDoc_STR("intern($module, string, /)\n--\n\nThe interned string equal to this one.") },
    { "_is_interned", sys_is_interned, METH_O, PyDoc_STR("_is_interned($module, string, /)\n--\n\nIs the string interned?") },
    { "getrefcount", sys_getrefcount, METH_O, PyDoc_STR("getrefcount($module, object, /)\n--\n\nThe reference count, with the argument's own reference.") },
    { "getrecursionlimit", sys_getrecursionlimit, METH_NOARGS, PyDoc_STR("getrecursionlimit($module, /)\n--\n\nThe largest depth of Python calls.") },
    { "setrecursionlimit", sys_setrecursionlimit, METH_O, PyDoc_STR("setrecursionlimit($module, limit, /)\n--\n\nSet the largest depth of Python calls.") },
    { "getswitchinterval", sys_getswitchinterval, METH_NOARGS, PyDoc_STR("getswitchinterval($module, /)\n--\n\nSeconds between thread switches.") },
    { "setswitchinterval", sys_setswitchinterval, METH_O, PyDoc_STR("setswitchinterval($module, interval, /)\n--\n\nSet the seconds between thread switches.") },
    { "_is_gil_enabled", sys_is_gil_enabled, METH_NOARGS, PyDoc_STR("_is_gil_enabled($module, /)\n--\n\nIs there a global interpreter lock?") },
    { "getsizeof", _PyCFunction_CAST(sys_getsizeof), METH_VARARGS | METH_KEYWORDS, PyDoc_STR("getsizeof(object [, default]) -> int\n\nThe size of an object in bytes.") },
    { "getallocatedblocks", sys_getallocatedblocks, METH_NOARGS, PyDoc_STR("getallocatedblocks($module, /)\n--\n\nNumber of memory blocks in use.") },
    { "getunicodeinternedsize", FASTKW(sys_getunicodeinternedsize), PyDoc_STR("getunicodeinternedsize($module, /, *, _only_immortal=False)\n--\n\nNumber of interned strings.") },
    { "_clear_type_cache", sys_clear_type_cache, METH_NOARGS, PyDoc_STR("_clear_type_cache($module, /)\n--\n\nForget cached attribute lookups.") },
    { "_clear_internal_caches", sys_clear_type_cache, METH_NOARGS, PyDoc_STR("_clear_internal_caches($module, /)\n--\n\nForget all internal caches.") },
    { "_debugmallocstats", sys_debugmallocstats, METH_NOARGS, PyDoc_STR("_debugmallocstats($module, /)\n--\n\nPrint the allocator's state on standard error.") },
    { "get_int_max_str_digits", sys_get_int_max_str_digits, METH_NOARGS, PyDoc_STR("get_int_max_str_digits($module, /)\n--\n\nLargest number of digits in conversions of int and str.") },
    { "set_int_max_str_digits", FASTKW(sys_set_int_max_str_digits), PyDoc_STR("set_int_max_str_digits($module, /, maxdigits)\n--\n\nSet the largest number of digits in conversions of int and str.") },
    { "getdefaultencoding", sys_getdefaultencoding, METH_NOARGS, PyDoc_STR("getdefaultencoding($module, /)\n--\n\nThe default encoding of strings.") },
    { "getfilesystemencoding", sys_getfilesystemencoding, METH_NOARGS, PyDoc_STR("getfilesystemencoding($module, /)\n--\n\nThe encoding of file names.") },
    { "getfilesystemencodeerrors", sys_getfilesystemencodeerrors, METH_NOARGS, PyDoc_STR("getfilesystemencodeerrors($module, /)\n--\n\nThe error handler for file names.") },
    { "getdlopenflags", sys_getdlopenflags, METH_NOARGS, PyDoc_STR("getdlopenflags($module, /)\n--\n\nFlags for dlopen().") },
    { "setdlopenflags", sys_setdlopenflags, METH_O, PyDoc_STR("setdlopenflags($module, flags, /)\n--\n\nSet the flags for dlopen().") },
    { "is_finalizing", sys_is_finalizing, METH_NOARGS, PyDoc_STR("is_finalizing($module, /)\n--\n\nIs the interpreter shutting down?") },
    { "_get_cpu_count_config", sys_get_cpu_count_config, METH_NOARGS, PyDoc_STR("_get_cpu_count_config($module, /)\n--\n\nThe number of processors that -X cpu_count sets, or -1.") },
    { "activate_stack_trampoline", sys_stack_trampoline, METH_O, PyDoc_STR("activate_stack_trampoline($module, backend, /)\n--\n\nActivate a profiler trampoline.") },
    { "deactivate_stack_trampoline", sys_no_trampoline, METH_NOARGS, PyDoc_STR("deactivate_stack_trampoline($module, /)\n--\n\nDeactivate the profiler trampoline.") },
    { "is_stack_trampoline_active", sys_is_trampoline_active, METH_NOARGS, PyDoc_STR("is_stack_trampoline_active($module, /)\n--\n\nIs a profiler trampoline active?") },
    { "_baserepl", sys_baserepl, METH_NOARGS, PyDoc_STR("_baserepl($module, /)\n--\n\nThe plain interactive loop.") },
    { NULL },
};
