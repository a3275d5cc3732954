/* _testinternalcapi.c: what CPython's test suite asks of the interpreter's inside, as far as ours has the same inside:
 * the compiler's stages one by one, sizes, counts. Tests skip, or fail by the missing name, where it has not. */
#include <Python.h>
#include <stddef.h>

#include "compile/compile.h"
#include "compile/seq.h"
#include "interp/import.h"
#include "modules/_testinternalcapi.h"
#include "interp/tracemalloc.h"
#include "object/coll/dict_values.h"
#include "object/core/object.h"

/* --- the compiler --- */

static PyObject *
compiler_codegen(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "ast", "filename", "optimize", "compile_mode", NULL };
    PyObject *ast, *filename;
    int optimize, mode = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OOi|i:compiler_codegen", names, &ast, &filename, &optimize, &mode))
        return NULL;
    return _PyCompile_CodeGen(ast, filename, NULL, optimize, mode);
}

static PyObject *
optimize_cfg(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "instructions", "consts", "nlocals", NULL };
    PyObject *instructions, *consts;
    int nlocals;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OOi:optimize_cfg", names, &instructions, &consts, &nlocals))
        return NULL;
    return _PyCompile_OptimizeCfg(instructions, consts, nlocals);
}

static PyObject *
assemble_code_object(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "filename", "instructions", "metadata", NULL };
    PyObject *filename, *instructions, *metadata;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OOO:assemble_code_object", names, &filename, &instructions, &metadata))
        return NULL;
    return compile_assemble_stage(metadata, filename, instructions);
}

static PyObject *
new_instruction_sequence(PyObject *m, PyObject *unused)
{
    return _PyInstructionSequence_New();
}

static PyObject *
compiler_cleandoc(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "doc", NULL };
    PyObject *doc;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "U:compiler_cleandoc", names, &doc))
        return NULL;
    return _PyCompile_CleanDoc(doc);
}

static PyObject *
get_co_framesize(PyObject *m, PyObject *arg)
{
    if (!PyCode_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "argument must be a code object");
        return NULL;
    }
    return PyLong_FromLong(((PyCodeObject *)arg)->co_framesize);
}

/* --- the interpreter --- */

static PyObject *
get_recursion_depth(PyObject *m, PyObject *unused)
{
    PyThreadState *ts = PyThreadState_Get();
    return PyLong_FromLong(ts->py_recursion_limit - ts->py_recursion_remaining);
}

static PyObject *
get_c_recursion_remaining(PyObject *m, PyObject *unused)
{
    return PyLong_FromLong(PyThreadState_Get()->c_recursion_remaining);
}

/* Objects become immortal by themselves in free-threaded builds only. */
static PyObject *
suppress_immortalization(PyObject *m, PyObject *value)
{
    return Py_NewRef(Py_None);
}

static PyObject *
get_immortalize_deferred(PyObject *m, PyObject *unused)
{
    return Py_NewRef(Py_False);
}

PyAPI_FUNC(const char *) _PyMem_GetCurrentAllocatorName(void);

static PyObject *
pymem_getallocatorsname(PyObject *m, PyObject *unused)
{
    const char *name = _PyMem_GetCurrentAllocatorName();
    if (name == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "cannot get allocators name");
        return NULL;
    }
    return PyUnicode_FromString(name);
}

static PyObject *
clear_extension(PyObject *m, PyObject *args)
{
    PyObject *name, *path;
    if (!PyArg_ParseTuple(args, "OO:clear_extension", &name, &path) || _PyImport_ClearExtension(name, path) < 0)
        return NULL;
    return Py_NewRef(Py_None);
}

/* --- objects --- */

static PyObject *
has_inline_values(PyObject *m, PyObject *obj)
{
    bool has = (Py_TYPE(obj)->tp_flags & Py_TPFLAGS_INLINE_VALUES) && inline_values(obj)->valid;
    return PyBool_FromLong(has);
}

/* The inline values, a free slot as '<NULL>'; None for an object without any. */
static PyObject *
get_object_dict_values(PyObject *m, PyObject *obj)
{
    if (!(Py_TYPE(obj)->tp_flags & Py_TPFLAGS_INLINE_VALUES) || !inline_values(obj)->valid)
        Py_RETURN_NONE;
    PyDictValues *values = inline_values(obj);
    Py_ssize_t n = type_shared_keys(Py_TYPE(obj))->dk_nentries;
    PyObject *out = PyTuple_New(n);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *value = values->values[i] != NULL ? Py_NewRef(values->values[i]) : PyUnicode_FromString("<NULL>");
        if (value == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i, value);
    }
    return out;
}

static PyObject *
dict_getitem_knownhash(PyObject *m, PyObject *args)
{
    PyObject *dict, *key;
    Py_ssize_t hash;
    if (!PyArg_ParseTuple(args, "OOn:dict_getitem_knownhash", &dict, &key, &hash))
        return NULL;
    PyObject *value = _PyDict_GetItem_KnownHash(dict, key, hash);
    if (value == NULL && !PyErr_Occurred())
        PyErr_SetObject(PyExc_KeyError, key);
    return Py_XNewRef(value);
}

/* --- locale conversion with an error handler --- */

PyAPI_FUNC(int) _Py_GetErrorHandler(const char *errors);
PyAPI_FUNC(int) _Py_DecodeLocaleEx(const char *arg, wchar_t **out, size_t *size, const char **reason, int current_locale, int errors);
PyAPI_FUNC(int) _Py_EncodeLocaleEx(const wchar_t *text, char **out, size_t *error_pos, const char **reason, int current_locale, int errors);

/* Raises what a result below zero means; always NULL. */
static PyObject *
locale_error(int status, const char *what, size_t pos, const char *reason)
{
    if (status == -1)
        return PyErr_NoMemory();
    if (status == -2)
        return PyErr_Format(PyExc_RuntimeError, "%s error: pos=%zu, reason=%s", what, pos, reason);
    PyErr_SetString(PyExc_ValueError, "unsupported error handler");
    return NULL;
}

static PyObject *
decode_locale_ex(PyObject *m, PyObject *args)
{
    const char *bytes, *errors = NULL, *reason = NULL;
    int current_locale = 0;
    size_t size;
    wchar_t *text;
    if (!PyArg_ParseTuple(args, "y|is:DecodeLocaleEx", &bytes, &current_locale, &errors))
        return NULL;
    int status = _Py_DecodeLocaleEx(bytes, &text, &size, &reason, current_locale, _Py_GetErrorHandler(errors));
    if (status < 0)
        return locale_error(status, "decode", size, reason);
    PyObject *out = PyUnicode_FromWideChar(text, (Py_ssize_t)size);
    PyMem_RawFree(text);
    return out;
}

static PyObject *
encode_locale_ex(PyObject *m, PyObject *args)
{
    PyObject *string;
    const char *errors = NULL, *reason = NULL;
    int current_locale = 0;
    size_t pos;
    char *bytes;
    if (!PyArg_ParseTuple(args, "U|is:EncodeLocaleEx", &string, &current_locale, &errors))
        return NULL;
    wchar_t *text = PyUnicode_AsWideCharString(string, NULL);
    if (text == NULL)
        return NULL;
    int status = _Py_EncodeLocaleEx(text, &bytes, &pos, &reason, current_locale, _Py_GetErrorHandler(errors));
    PyMem_Free(text);
    if (status < 0)
        return locale_error(status, "encode", pos, reason);
    PyObject *out = PyBytes_FromString(bytes);
    PyMem_RawFree(bytes);
    return out;
}

PyAPI_FUNC(PyObject *) _PyContext_NewHamtForTests(void);
PyAPI_FUNC(int) _PySet_NextEntryRef(PyObject *, Py_ssize_t *, PyObject **, Py_hash_t *);
PyAPI_FUNC(int) _PySet_Update(PyObject *, PyObject *);

/* None stands for NULL. */
static PyObject *
set_update(PyObject *module, PyObject *args)
{
    PyObject *set, *iterable;
    if (!PyArg_ParseTuple(args, "OO", &set, &iterable))
        return NULL;
    int r = _PySet_Update(Py_IsNone(set) ? NULL : set, Py_IsNone(iterable) ? NULL : iterable);
    return r < 0 ? NULL : PyLong_FromLong(r);
}

static PyObject *
set_next_entry(PyObject *module, PyObject *args)
{
    PyObject *set, *item = Py_None;
    Py_ssize_t pos;
    Py_hash_t hash = 0;
    if (!PyArg_ParseTuple(args, "On", &set, &pos))
        return NULL;
    int r = _PySet_NextEntryRef(Py_IsNone(set) ? NULL : set, &pos, &item, &hash);
    if (r < 0)
        return NULL;
    return r == 0 ? Py_NewRef(Py_None) : Py_BuildValue("innN", r, pos, hash, item);
}

static PyObject *
new_hamt(PyObject *module, PyObject *noargs)
{
    return _PyContext_NewHamtForTests();
}

static PyObject *
tracemalloc_get_traceback(PyObject *module, PyObject *args)
{
    unsigned int domain;
    PyObject *ptr;
    if (!PyArg_ParseTuple(args, "IO", &domain, &ptr))
        return NULL;
    void *p = PyLong_AsVoidPtr(ptr);
    return PyErr_Occurred() ? NULL : _PyTraceMalloc_GetTraceback(domain, (uintptr_t)p);
}

static PyObject *
expect_freed(const char *who, PyObject *op)
{
    if (!_PyObject_IsFreed(op))
        return PyErr_Format(PyExc_AssertionError, "%s: the object does not look freed", who);
    Py_RETURN_NONE;
}

static PyObject *
null_is_freed(PyObject *module, PyObject *noargs)
{
    return expect_freed("check_pyobject_null_is_freed", NULL);
}

/* The block with only its first `size` bytes allocated; the type is what the allocator left there. */
static PyObject *
raw_is_freed(const char *who, size_t size)
{
    PyObject *op = PyObject_Malloc(size);
    if (op == NULL)
        return PyErr_NoMemory();
    op->ob_refcnt = 1;
    return expect_freed(who, op);
}

static PyObject *
uninitialized_is_freed(PyObject *module, PyObject *noargs)
{
    return raw_is_freed("check_pyobject_uninitialized_is_freed", sizeof(PyObject));
}

static PyObject *
forbidden_bytes_is_freed(PyObject *module, PyObject *noargs)
{
    return raw_is_freed("check_pyobject_forbidden_bytes_is_freed", offsetof(PyObject, ob_type));
}

static PyObject *
freed_is_freed(PyObject *module, PyObject *noargs)
{
#ifdef __SANITIZE_ADDRESS__
    Py_RETURN_NONE;                    /* that build reports the look at freed memory itself */
#endif
    PyObject *op = PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type);
    if (op == NULL)
        return NULL;
    Py_TYPE(op)->tp_dealloc(op);
    op->ob_refcnt = 1;
    return expect_freed("check_pyobject_freed_is_freed", op);
}

/* --- perf's map of names --- */

static PyObject *
write_perf_map_entry(PyObject *module, PyObject *args)
{
    PyObject *address;
    unsigned int size;
    const char *name;
    if (!PyArg_ParseTuple(args, "OIs", &address, &size, &name))
        return NULL;
    void *code = PyLong_AsVoidPtr(address);
    if (code == NULL)
        return NULL;
    int r = PyUnstable_WritePerfMapEntry(code, size, name);
    if (r < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyLong_FromLong(r);
}

static PyObject *
perf_map_state_teardown(PyObject *module, PyObject *noargs)
{
    PyUnstable_PerfMapState_Fini();
    Py_RETURN_NONE;
}

static PyObject *
compile_perf_trampoline_entry(PyObject *module, PyObject *args)
{
    PyObject *code;
    if (!PyArg_ParseTuple(args, "O!", &PyCode_Type, &code))
        return NULL;
    return PyLong_FromLong(PyUnstable_PerfTrampoline_CompileCode((PyCodeObject *)code));
}

static PyObject *
perf_trampoline_set_persist_after_fork(PyObject *module, PyObject *args)
{
    int enable;
    if (!PyArg_ParseTuple(args, "i", &enable))
        return NULL;
    return PyLong_FromLong(PyUnstable_PerfTrampoline_SetPersistAfterFork(enable));
}

PyAPI_FUNC(wchar_t *) _Py_normpath(wchar_t *path, Py_ssize_t size);

static PyObject *
normalize_path(PyObject *module, PyObject *path)
{
    Py_ssize_t size;
    wchar_t *wide = PyUnicode_AsWideCharString(path, &size);
    if (wide == NULL)
        return NULL;
    PyObject *out = PyUnicode_FromWideChar(_Py_normpath(wide, size), -1);
    PyMem_Free(wide);
    return out;
}

static PyMethodDef methods[] = {
    { "write_perf_map_entry", write_perf_map_entry, METH_VARARGS, NULL },
    { "perf_map_state_teardown", perf_map_state_teardown, METH_NOARGS, NULL },
    { "compile_perf_trampoline_entry", compile_perf_trampoline_entry, METH_VARARGS, NULL },
    { "perf_trampoline_set_persist_after_fork", perf_trampoline_set_persist_after_fork, METH_VARARGS, NULL },
    { "normalize_path", normalize_path, METH_O, NULL },
    { "DecodeLocaleEx", decode_locale_ex, METH_VARARGS, NULL },
    { "EncodeLocaleEx", encode_locale_ex, METH_VARARGS, NULL },
    { "_PyTraceMalloc_GetTraceback", tracemalloc_get_traceback, METH_VARARGS, NULL },
    { "check_pyobject_null_is_freed", null_is_freed, METH_NOARGS, NULL },
    { "check_pyobject_uninitialized_is_freed", uninitialized_is_freed, METH_NOARGS, NULL },
    { "check_pyobject_forbidden_bytes_is_freed", forbidden_bytes_is_freed, METH_NOARGS, NULL },
    { "check_pyobject_freed_is_freed", freed_is_freed, METH_NOARGS, NULL },
    { "clear_extension", clear_extension, METH_VARARGS, NULL },
    { "compiler_codegen", (PyCFunction)(void (*)(void))compiler_codegen, METH_VARARGS | METH_KEYWORDS,
      "compiler_codegen($module, /, ast, filename, optimize, compile_mode=0)\n--\n\nGenerate instructions and stop." },
    { "optimize_cfg", (PyCFunction)(void (*)(void))optimize_cfg, METH_VARARGS | METH_KEYWORDS,
      "optimize_cfg($module, /, instructions, consts, nlocals)\n--\n\nOptimize the control-flow graph of a sequence." },
    { "assemble_code_object", (PyCFunction)(void (*)(void))assemble_code_object, METH_VARARGS | METH_KEYWORDS,
      "assemble_code_object($module, /, filename, instructions, metadata)\n--\n\nMake a code object of a sequence." },
    { "new_instruction_sequence", new_instruction_sequence, METH_NOARGS,
      "new_instruction_sequence($module, /)\n--\n\nReturn an empty sequence." },
    { "compiler_cleandoc", (PyCFunction)(void (*)(void))compiler_cleandoc, METH_VARARGS | METH_KEYWORDS,
      "compiler_cleandoc($module, /, doc)\n--\n\nTake the indentation off a docstring." },
    { "get_co_framesize", get_co_framesize, METH_O, NULL },
    { "set_update", set_update, METH_VARARGS, NULL },
    { "set_next_entry", set_next_entry, METH_VARARGS, NULL },
    { "hamt", new_hamt, METH_NOARGS, NULL },
    { "get_recursion_depth", get_recursion_depth, METH_NOARGS, NULL },
    { "get_c_recursion_remaining", get_c_recursion_remaining, METH_NOARGS, NULL },
    { "suppress_immortalization", suppress_immortalization, METH_O, NULL },
    { "get_immortalize_deferred", get_immortalize_deferred, METH_NOARGS, NULL },
    { "pymem_getallocatorsname", pymem_getallocatorsname, METH_NOARGS, NULL },
    { "get_object_dict_values", get_object_dict_values, METH_O, NULL },
    { "has_inline_values", has_inline_values, METH_O, NULL },
    { "dict_getitem_knownhash", dict_getitem_knownhash, METH_VARARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static int
module_exec(PyObject *m)
{
    if (PyModule_AddFunctions(m, testinternalcapi_interp_methods) < 0
        || PyModule_AddFunctions(m, testinternalcapi_time_methods) < 0
        || PyModule_AddFunctions(m, testinternalcapi_eval_methods) < 0
        || PyModule_AddFunctions(m, testinternalcapi_config_methods) < 0
        || PyModule_AddIntConstant(m, "SIZEOF_PYGC_HEAD", 2 * sizeof(void *)) < 0
        || PyModule_AddIntConstant(m, "SIZEOF_MANAGED_PRE_HEADER", 2 * sizeof(void *)) < 0
        || PyModule_AddIntConstant(m, "SIZEOF_PYOBJECT", sizeof(PyObject)) < 0
        || PyModule_AddIntConstant(m, "SIZEOF_TIME_T", sizeof(time_t)) < 0
        || PyModule_AddIntConstant(m, "TIER2_THRESHOLD", 16) < 0)       /* a number tests count to; there is no second tier */
        return -1;
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { 0, NULL },
};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT, .m_name = "_testinternalcapi", .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__testinternalcapi(void)
{
    return PyModuleDef_Init(&def);
}
