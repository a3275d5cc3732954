/* modules/pickle/pickle_module.c: the module _pickle: its state, and dump(), dumps(), load() and loads(), which work with a
 * pickler or unpickler on the C stack. */
#include "modules/pickle/pickle.h"

#include "modules/modargs.h"

struct pickle_state *pickle_state_of_type(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &pickle_module_def);
    return module == NULL ? NULL : PyModule_GetState(module);
}

/* ---- functions ---- */

#define STACK_SLOTS 64

struct stack_pickler { struct pickler p; struct memo memo; struct memo_entry slots[STACK_SLOTS]; };

static void stack_pickler_init(struct stack_pickler *s, PyObject *module)
{
    memset(&s->p, 0, sizeof s->p);
    memo_init_fixed(&s->memo, s->slots, STACK_SLOTS);
    s->p.memo = &s->memo;
    s->p.st = PyModule_GetState(module);
    s->p.frame_start = -1;
    s->p.frame_limit = PY_SSIZE_T_MAX;
}

static void stack_pickler_release(struct stack_pickler *s)
{
    Py_XDECREF(s->p.output);
    Py_XDECREF(s->p.write);
    Py_XDECREF(s->p.fast_memo);
    Py_XDECREF(s->p.buffer_callback);
    memo_release(&s->memo);
}

/* A bool argument; -1 with exception. */
static int arg_true(PyObject *arg, int otherwise) { return arg == NULL ? otherwise : PyObject_IsTrue(arg); }

static PyObject *module_dump(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct stack_pickler s;
    PyObject *a[5];
    int fix_imports;
    if (MOD_BIND(a, "dump", args, nargs, kwnames, 2, 3, "obj", "file", "protocol", "fix_imports", "buffer_callback") < 0
        || (fix_imports = arg_true(a[3], 1)) < 0)
        return NULL;
    stack_pickler_init(&s, module);
    int r = pickler_set_protocol(&s.p, a[2], fix_imports) < 0 || pickler_set_file(&s.p, a[1]) < 0
        || pickler_set_buffer_callback(&s.p, a[4]) < 0 || pickler_dump(&s.p, NULL, a[0]) < 0 ? -1 : out_flush(&s.p);
    stack_pickler_release(&s);
    return r < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *module_dumps(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct stack_pickler s;
    char buf[2048];
    PyObject *a[4], *result = NULL;
    int fix_imports;
    if (MOD_BIND(a, "dumps", args, nargs, kwnames, 1, 2, "obj", "protocol", "fix_imports", "buffer_callback") < 0
        || (fix_imports = arg_true(a[2], 1)) < 0)
        return NULL;
    stack_pickler_init(&s, module);
    s.p.out = buf;
    s.p.out_cap = sizeof buf;
    if (pickler_set_protocol(&s.p, a[1], fix_imports) == 0 && pickler_set_buffer_callback(&s.p, a[3]) == 0 && pickler_dump(&s.p, NULL, a[0]) == 0)
        result = out_take(&s.p);
    stack_pickler_release(&s);
    return result;
}

/* encoding and errors: a str without NUL, or absent. */
static const char *arg_text(PyObject *arg, const char *otherwise, const char *function, const char *name)
{
    Py_ssize_t n;
    if (arg == NULL)
        return otherwise;
    if (!PyUnicode_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "%s() argument '%s' must be str, not %.50s", function, name, arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
        return NULL;
    }
    const char *s = PyUnicode_AsUTF8AndSize(arg, &n);
    if (s != NULL && (Py_ssize_t)strlen(s) != n) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    return s;
}

struct stack_unpickler { struct unpickler u; PyObject *memo[LOAD_MEMO_MIN * 2]; };

/* options: fix_imports, encoding, errors, buffers, each perhaps NULL. */
static int stack_unpickler_init(struct stack_unpickler *s, PyObject *module, const char *function, PyObject *const *options)
{
    int fix_imports = arg_true(options[0], 1);
    const char *encoding = fix_imports < 0 ? NULL : arg_text(options[1], "ASCII", function, "encoding");
    const char *errors = encoding == NULL ? NULL : arg_text(options[2], "strict", function, "errors");
    if (errors == NULL)
        return -1;
    memset(s, 0, sizeof *s);
    s->u.memo = s->u.memo_fixed = s->memo;
    s->u.memo_cap = LOAD_MEMO_MIN * 2;
    s->u.st = PyModule_GetState(module);
    s->u.in = "";
    s->u.fix_imports = fix_imports;
    unpickler_set_encoding(&s->u, encoding, errors);
    return unpickler_set_buffers(&s->u, options[3]);
}

static PyObject *module_load(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct stack_unpickler s;
    PyObject *a[5];
    if (MOD_BIND(a, "load", args, nargs, kwnames, 1, 1, "file", "fix_imports", "encoding", "errors", "buffers") < 0
        || stack_unpickler_init(&s, module, "load", a + 1) < 0)
        return NULL;
    PyObject *result = unpickler_set_file(&s.u, a[0]) < 0 ? NULL : unpickler_load(&s.u);
    unpickler_release(&s.u);
    return result;
}

static PyObject *module_loads(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct stack_unpickler s;
    PyObject *a[5], *result = NULL;
    Py_buffer view;
    if (nargs < 1) {
        PyErr_SetString(PyExc_TypeError, "loads() takes exactly 1 positional argument (0 given)");
        return NULL;
    }
    if (MOD_BIND(a, "loads", args, nargs, kwnames, 1, 1, "", "fix_imports", "encoding", "errors", "buffers") < 0
        || stack_unpickler_init(&s, module, "loads", a + 1) < 0)
        return NULL;
    if (PyObject_GetBuffer(a[0], &view, PyBUF_CONTIG_RO) == 0) {
        s.u.in = view.buf;
        s.u.in_len = s.u.prefetched = view.len;
        result = unpickler_load(&s.u);
        PyBuffer_Release(&view);
    }
    unpickler_release(&s.u);
    return result;
}

/* ---- state ---- */

struct import { const char *module, *name; size_t at; PyTypeObject *type; };
static const struct import imports[] = {
    { "copyreg", "dispatch_table", offsetof(struct pickle_state, dispatch_table), &PyDict_Type },
    { "copyreg", "_extension_registry", offsetof(struct pickle_state, extension_registry), &PyDict_Type },
    { "copyreg", "_inverted_registry", offsetof(struct pickle_state, inverted_registry), &PyDict_Type },
    { "copyreg", "_extension_cache", offsetof(struct pickle_state, extension_cache), &PyDict_Type },
    { "_compat_pickle", "NAME_MAPPING", offsetof(struct pickle_state, name_2to3), &PyDict_Type },
    { "_compat_pickle", "IMPORT_MAPPING", offsetof(struct pickle_state, import_2to3), &PyDict_Type },
    { "_compat_pickle", "REVERSE_NAME_MAPPING", offsetof(struct pickle_state, name_3to2), &PyDict_Type },
    { "_compat_pickle", "REVERSE_IMPORT_MAPPING", offsetof(struct pickle_state, import_3to2), &PyDict_Type },
    { "codecs", "encode", offsetof(struct pickle_state, codecs_encode), NULL },
    { "functools", "partial", offsetof(struct pickle_state, partial), NULL },
    { "builtins", "getattr", offsetof(struct pickle_state, getattr), NULL },
};

static const struct { const char *text; size_t at; } names[] = {
    { "persistent_id", offsetof(struct pickle_state, s_persistent_id) }, { "persistent_load", offsetof(struct pickle_state, s_persistent_load) },
    { "reducer_override", offsetof(struct pickle_state, s_reducer_override) }, { "dispatch_table", offsetof(struct pickle_state, s_dispatch_table) },
    { "find_class", offsetof(struct pickle_state, s_find_class) }, { "__reduce_ex__", offsetof(struct pickle_state, s_reduce_ex) },
    { "__reduce__", offsetof(struct pickle_state, s_reduce) }, { "__qualname__", offsetof(struct pickle_state, s_qualname) },
    { "__name__", offsetof(struct pickle_state, s_name) }, { "__module__", offsetof(struct pickle_state, s_module) },
    { "__main__", offsetof(struct pickle_state, s_main) }, { "__mp_main__", offsetof(struct pickle_state, s_mp_main) },
    { "__new__", offsetof(struct pickle_state, s_new) }, { "__class__", offsetof(struct pickle_state, s_class) },
    { "__getinitargs__", offsetof(struct pickle_state, s_getinitargs) }, { "__setstate__", offsetof(struct pickle_state, s_setstate) },
    { "__dict__", offsetof(struct pickle_state, s_dict) }, { "extend", offsetof(struct pickle_state, s_extend) },
    { "append", offsetof(struct pickle_state, s_append) }, { "add", offsetof(struct pickle_state, s_add) },
    { "latin1", offsetof(struct pickle_state, s_latin1) }, { "write", offsetof(struct pickle_state, s_write) },
    { "read", offsetof(struct pickle_state, s_read) }, { "readline", offsetof(struct pickle_state, s_readline) },
    { "readinto", offsetof(struct pickle_state, s_readinto) }, { "peek", offsetof(struct pickle_state, s_peek) },
    { "items", offsetof(struct pickle_state, s_items) },
};

/* Every field of the state is an owned object. */
#define STATE_FIELDS (sizeof(struct pickle_state) / sizeof(PyObject *))
static PyObject **field(struct pickle_state *st, size_t at) { return (PyObject **)((char *)st + at); }

static int import_one(struct pickle_state *st, const struct import *i)
{
    PyObject *module = PyImport_ImportModule(i->module), *value = module == NULL ? NULL : PyObject_GetAttrString(module, i->name);
    Py_XDECREF(module);
    if (value == NULL)
        return -1;
    if (i->type != NULL && !Py_IS_TYPE(value, i->type)) {
        PyErr_Format(PyExc_RuntimeError, "%s.%s should be a dict, not %.200s", i->module, i->name, Py_TYPE(value)->tp_name);
        Py_DECREF(value);
        return -1;
    }
    if (i->type == NULL && !PyCallable_Check(value)) {
        PyErr_Format(PyExc_RuntimeError, "%s.%s should be a callable, not %.200s", i->module, i->name, Py_TYPE(value)->tp_name);
        Py_DECREF(value);
        return -1;
    }
    *field(st, i->at) = value;
    return 0;
}

static int add_error(PyObject *module, const char *name, PyObject *base, PyObject **out)
{
    *out = PyErr_NewException(name, base, NULL);
    return *out == NULL ? -1 : PyModule_AddObjectRef(module, strchr(name, '.') + 1, *out);
}

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **out, bool is_public)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *out == NULL ? -1 : is_public ? PyModule_AddType(module, *out) : 0;
}

static int exec(PyObject *module)
{
    struct pickle_state *st = PyModule_GetState(module);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((*field(st, names[i].at) = PyUnicode_InternFromString(names[i].text)) == NULL)
            return -1;
    for (size_t i = 0; i < sizeof imports / sizeof *imports; i++)
        if (import_one(st, &imports[i]) < 0)
            return -1;
    if (add_type(module, &pickle_pickler_memo_spec, &st->pickler_memo_type, false) < 0
        || add_type(module, &pickle_unpickler_memo_spec, &st->unpickler_memo_type, false) < 0
        || add_type(module, &pickle_pickler_spec, &st->pickler_type, true) < 0
        || add_type(module, &pickle_unpickler_spec, &st->unpickler_type, true) < 0
        || PyModule_AddType(module, &PyPickleBuffer_Type) < 0)
        return -1;
    return add_error(module, "_pickle.PickleError", NULL, &st->error) < 0
        || add_error(module, "_pickle.PicklingError", st->error, &st->pickling_error) < 0
        || add_error(module, "_pickle.UnpicklingError", st->error, &st->unpickling_error) < 0 ? -1 : 0;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    PyObject **f = PyModule_GetState(module);
    for (size_t i = 0; i < STATE_FIELDS; i++)
        Py_VISIT(f[i]);
    return 0;
}

static int clear(PyObject *module)
{
    PyObject **f = PyModule_GetState(module);
    for (size_t i = 0; i < STATE_FIELDS; i++)
        Py_CLEAR(f[i]);
    return 0;
}

static void free_state(void *module) { clear(module); }

static PyMethodDef functions[] = {
    { "dump", MOD_FASTKW(module_dump), METH_FASTCALL | METH_KEYWORDS,
      "dump($module, /, obj, file, protocol=None, *, fix_imports=True,\n     buffer_callback=None)\n--\n\nWrite the pickle of obj to a binary file." },
    { "dumps", MOD_FASTKW(module_dumps), METH_FASTCALL | METH_KEYWORDS,
      "dumps($module, /, obj, protocol=None, *, fix_imports=True,\n      buffer_callback=None)\n--\n\nThe pickle of obj as bytes." },
    { "load", MOD_FASTKW(module_load), METH_FASTCALL | METH_KEYWORDS,
      "load($module, /, file, *, fix_imports=True, encoding='ASCII',\n     errors='strict', buffers=())\n--\n\nThe object of the pickle in a binary file." },
    { "loads", MOD_FASTKW(module_loads), METH_FASTCALL | METH_KEYWORDS,
      "loads($module, data, /, *, fix_imports=True, encoding='ASCII',\n      errors='strict', buffers=())\n--\n\nThe object of a pickle in memory." },
    { NULL },
};
static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
struct PyModuleDef pickle_module_def = {
    PyModuleDef_HEAD_INIT, .m_name = "_pickle", .m_doc = "Accelerator of the pickle module.", .m_size = sizeof(struct pickle_state),
    .m_methods = functions, .m_slots = slots, .m_traverse = traverse, .m_clear = clear, .m_free = free_state,
};

PyMODINIT_FUNC PyInit__pickle(void) { return PyModuleDef_Init(&pickle_module_def); }
