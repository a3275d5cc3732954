/* modules/ctypes/module.c: the module _ctypes: its types, one set for each interpreter, and what `ctypes` calls by address. */
#include "modules/ctypes/ctypes.h"

#include <dlfcn.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

/* ---- called by address from ctypes, with the GIL ---- */

static PyObject *string_at(const char *p, int size)
{
    if (PySys_Audit("ctypes.string_at", "ni", (Py_ssize_t)(intptr_t)p, size) < 0)
        return NULL;
    return PyBytes_FromStringAndSize(p, size == -1 ? (Py_ssize_t)strlen(p) : size);
}

static PyObject *wstring_at(const wchar_t *p, int size)
{
    if (PySys_Audit("ctypes.wstring_at", "ni", (Py_ssize_t)(intptr_t)p, size) < 0)
        return NULL;
    return PyUnicode_FromWideChar(p, size == -1 ? (Py_ssize_t)wcslen(p) : size);
}

/* What a cast keeps: what the source keeps (in the same dict), and the source. */
static int keep_source(struct cdata *result, PyObject *src)
{
    if (ct_kept((struct cdata *)src) == NULL)
        return -1;
    struct cdata *outer = (struct cdata *)src;
    while (outer->base != NULL)
        outer = outer->base;
    if (!PyDict_CheckExact(outer->objects) && outer->objects != Py_None) {
        Py_XSETREF(result->objects, Py_NewRef(outer->objects));
        return 0;
    }
    PyObject *dict = outer->objects == Py_None ? PyDict_New() : Py_NewRef(outer->objects), *key = PyLong_FromVoidPtr(src);
    int r = dict == NULL || key == NULL ? -1 : PyDict_SetItem(dict, key, src);
    Py_XSETREF(result->objects, dict);
    Py_XDECREF(key);
    return r;
}

static PyObject *cast(void *p, PyObject *src, PyObject *type)
{
    PyTypeObject *meta = Py_TYPE(type);
    PyObject *module = PyType_GetModuleByDef(meta, &ct_module_def);
    if (module == NULL) {
        PyErr_Clear();
        if (PyType_Check(type))
            return PyErr_Format(PyExc_TypeError, "cast() argument 2 must be a pointer type, not %s", ct_name(type));
        PyErr_SetString(PyExc_TypeError, "cast() argument 2 must be a pointer type");
        return NULL;
    }
    struct ct_state *st = PyModule_GetState(module);
    struct cdata *result = ct_can_cast_to(st, type) ? (struct cdata *)PyObject_CallNoArgs(type) : NULL;
    if (result == NULL)
        return NULL;
    if (!ct_is_data(st, (PyObject *)result) || (ct_is_data(st, src) && keep_source(result, src) < 0)) {
        Py_DECREF(result);
        return NULL;
    }
    memcpy(result->ptr, &p, sizeof p);
    return (PyObject *)result;
}

/* ---- making the types ---- */

/* Each type after those it is made of: its metatype (NULL: type) and its base, as places in the state,
 * where no base stands first. 0: none, 1: type. */
#define AT(name) offsetof(struct ct_state, name)
static const struct { PyType_Spec *spec; size_t at, meta, base; const char *exported; } types[] = {
    { &ct_carg_spec, AT(carg), 0, 0, NULL },
    { &ct_thunk_spec, AT(thunk), 0, 0, NULL },
    { &ct_cdata_spec, AT(cdata), 0, 0, NULL },
    { &ct_type_spec, AT(ctype), 0, 1, NULL },
    { &ct_struct_meta_spec, AT(struct_meta), 0, AT(ctype), NULL },
    { &ct_union_meta_spec, AT(union_meta), 0, AT(ctype), NULL },
    { &ct_pointer_meta_spec, AT(pointer_meta), 0, AT(ctype), NULL },
    { &ct_array_meta_spec, AT(array_meta), 0, AT(ctype), NULL },
    { &ct_simple_meta_spec, AT(simple_meta), 0, AT(ctype), NULL },
    { &ct_func_meta_spec, AT(func_meta), 0, AT(ctype), NULL },
    { &ct_struct_spec, AT(structure), AT(struct_meta), AT(cdata), "Structure" },
    { &ct_union_spec, AT(union_), AT(union_meta), AT(cdata), "Union" },
    { &ct_pointer_spec, AT(pointer), AT(pointer_meta), AT(cdata), "_Pointer" },
    { &ct_array_spec, AT(array), AT(array_meta), AT(cdata), "Array" },
    { &ct_simple_spec, AT(simple), AT(simple_meta), AT(cdata), "_SimpleCData" },
    { &ct_func_spec, AT(func), AT(func_meta), AT(cdata), "CFuncPtr" },
    { &ct_field_spec, AT(field), 0, 0, NULL },
    { &ct_remover_spec, AT(remover), 0, 0, NULL },
};

static PyObject **place(struct ct_state *st, size_t at) { return (PyObject **)((char *)st + at); }

static int make_types(PyObject *module, struct ct_state *st)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(types); i++) {
        PyTypeObject *meta = types[i].meta == 0 ? NULL : (PyTypeObject *)*place(st, types[i].meta);
        PyObject *base = types[i].base == 0 ? NULL : types[i].base == 1 ? (PyObject *)&PyType_Type : *place(st, types[i].base);
        PyObject *type = PyType_FromMetaclass(meta, module, types[i].spec, base);
        if (type == NULL)
            return -1;
        *place(st, types[i].at) = type;
        if (types[i].exported != NULL && PyModule_AddObjectRef(module, types[i].exported, type) < 0)
            return -1;
    }
    return 0;
}

static const struct { const char *text; size_t at; } names[] = {
    { "from_param", AT(s_from_param) }, { "_as_parameter_", AT(s_as_parameter) }, { "_handle", AT(s_handle) }, { "_type_", AT(s_type) },
    { "_length_", AT(s_length) }, { "_fields_", AT(s_fields) }, { "_anonymous_", AT(s_anonymous) }, { "_pack_", AT(s_pack) }, { "_align_", AT(s_align) },
    { "_swappedbytes_", AT(s_swapped) }, { "_flags_", AT(s_flags) }, { "_argtypes_", AT(s_argtypes) }, { "_restype_", AT(s_restype) },
    { "_check_retval_", AT(s_check_retval) }, { "_abstract_", AT(s_abstract) }, { "__dict__", AT(s_dict) },
    { "__ctypes_from_outparam__", AT(s_from_outparam) }, { "__new__", AT(s_new) }, { "__setstate__", AT(s_setstate) },
    { "__ctype_be__", AT(s_be) }, { "__ctype_le__", AT(s_le) },
};

static int add(PyObject *module, const char *name, STEALS PyObject *value)
{
    int r = value == NULL ? -1 : PyModule_AddObjectRef(module, name, value);
    Py_XDECREF(value);
    return r;
}

static int add_constants(PyObject *module)
{
    static const struct { const char *name; long value; } ints[] = {
        { "FUNCFLAG_CDECL", CT_CDECL }, { "FUNCFLAG_USE_ERRNO", CT_USE_ERRNO }, { "FUNCFLAG_USE_LASTERROR", CT_USE_LASTERROR },
        { "FUNCFLAG_PYTHONAPI", CT_PYTHONAPI }, { "RTLD_LOCAL", RTLD_LOCAL }, { "RTLD_GLOBAL", RTLD_GLOBAL },
        { "CTYPES_MAX_ARGCOUNT", CT_MAX_ARGS }, { "SIZEOF_TIME_T", sizeof(time_t) },
    };
    const struct { const char *name; void *address; } addresses[] = {
        { "_memmove_addr", (void *)memmove }, { "_memset_addr", (void *)memset }, { "_string_at_addr", (void *)string_at },
        { "_cast_addr", (void *)cast }, { "_wstring_at_addr", (void *)wstring_at },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(ints); i++)
        if (PyModule_AddIntConstant(module, ints[i].name, ints[i].value) < 0)
            return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(addresses); i++)
        if (add(module, addresses[i].name, PyLong_FromVoidPtr(addresses[i].address)) < 0)
            return -1;
    return add(module, "__version__", PyUnicode_FromString("1.1.0"));
}

static int module_exec(PyObject *module)
{
    struct ct_state *st = PyModule_GetState(module);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        if ((*place(st, names[i].at) = PyUnicode_InternFromString(names[i].text)) == NULL)
            return -1;
    st->array_cache = PyDict_New();
    st->pointer_cache = PyDict_New();
    st->unpickle = PyObject_GetAttrString(module, "_unpickle");
    st->argument_error = PyErr_NewException("ctypes.ArgumentError", NULL, NULL);
    if (st->array_cache == NULL || st->pointer_cache == NULL || st->unpickle == NULL || st->argument_error == NULL)
        return -1;
    if (PyModule_AddObjectRef(module, "_pointer_type_cache", st->pointer_cache) < 0 || PyModule_AddObjectRef(module, "ArgumentError", st->argument_error) < 0)
        return -1;
    return make_types(module, st) < 0 || PyModule_AddFunctions(module, ct_lib_methods) < 0 ? -1 : add_constants(module);
}

/* ---- the module ---- */

enum { STATE_OBJECTS = sizeof(struct ct_state) / sizeof(PyObject *) };

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    PyObject **st = PyModule_GetState(module);
    for (int i = 0; i < STATE_OBJECTS; i++)
        Py_VISIT(st[i]);
    return 0;
}

/* Types and names stay as long as the module: instances that outlive the clearing still ask for them. */
static int module_clear(PyObject *module)
{
    struct ct_state *st = PyModule_GetState(module);
    Py_CLEAR(st->array_cache);
    Py_CLEAR(st->pointer_cache);
    Py_CLEAR(st->unpickle);
    Py_CLEAR(st->argument_error);
    return 0;
}

static void module_free(void *module)
{
    PyObject **st = PyModule_GetState(module);
    for (int i = 0; st != NULL && i < STATE_OBJECTS; i++)
        Py_CLEAR(st[i]);
}

static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, module_exec }, { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED }, { 0, NULL },
};

struct PyModuleDef ct_module_def = {
    PyModuleDef_HEAD_INIT, .m_name = "_ctypes", .m_doc = "C data types in Python, and calls of C functions.", .m_size = sizeof(struct ct_state),
    .m_methods = ct_data_methods, .m_slots = module_slots, .m_traverse = module_traverse, .m_clear = module_clear, .m_free = module_free,
};

PyMODINIT_FUNC PyInit__ctypes(void) { return PyModuleDef_Init(&ct_module_def); }
