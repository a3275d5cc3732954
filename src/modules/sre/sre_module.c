/* modules/sre/sre_module.c: the module _sre: making patterns and templates, case helpers for the compiler in re/. */
#include <string.h>

#include "modules/modargs.h"
#include "modules/sre/sre_object.h"

struct sre_module *sre_module_of(PyTypeObject *type) { return PyType_GetModuleState(type); }

/* ---- compile ---- */

static int read_code(struct sre_pattern *p, PyObject *list)
{
    for (Py_ssize_t i = 0; i < p->codesize; i++) {
        unsigned long v = PyLong_AsUnsignedLong(PyList_GET_ITEM(list, i));
        if (v == (unsigned long)-1 && PyErr_Occurred()) {
            if (PyErr_ExceptionMatches(PyExc_OverflowError))
                PyErr_SetString(PyExc_OverflowError, "regular expression code size limit exceeded");
            return -1;
        }
        p->code[i] = (sre_code)v;
        if (p->code[i] != v) {
            PyErr_SetString(PyExc_OverflowError, "regular expression code size limit exceeded");
            return -1;
        }
    }
    return 0;
}

static int pattern_kind(PyObject *pattern)
{
    if (pattern == Py_None)
        return -1;
    if (PyUnicode_Check(pattern))
        return 0;
    Py_ssize_t length;
    int isbytes, charsize;
    Py_buffer view;
    view.buf = NULL;
    if (sre_getstring(pattern, &length, &isbytes, &charsize, &view) == NULL)
        return -2;
    if (view.buf != NULL)
        PyBuffer_Release(&view);
    return isbytes;
}

/* Checks the code and puts behind it what a search wants to know and the tables of its sets, where the size that Python sees does not
 * count them: 0 or -1. */
static int finish_code(struct sre_pattern **pp)
{
    struct sre_pattern *p = *pp;
    Py_ssize_t n = p->codesize;
    struct sre_sets sets = { PyMem_New(uint32_t, n / 3 + 1), 0, n / 3 + 1 };
    if (sets.at == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (!sre_validate(p->code, (size_t)n, p->groups, &sets)) {
        PyErr_SetString(PyExc_RuntimeError, "invalid SRE code");
        goto fail;
    }
    size_t more = SRE_FIRST_WORDS + sre_tables_size(p->code, &sets);
    p = PyObject_GC_Resize(struct sre_pattern, p, n + (Py_ssize_t)more);
    if (p == NULL)
        goto fail;
    *pp = p;
    Py_SET_SIZE(p, n);
    sre_make_tables(p->code, &sets, p->code + n + SRE_FIRST_WORDS);
    sre_make_first(p->code, p->code + n);
    PyMem_Free(sets.at);
    return 0;
fail:
    PyMem_Free(sets.at);
    return -1;
}

static PyObject *new_pattern(struct sre_module *m, PyObject *a[6], int flags, Py_ssize_t groups)
{
    Py_ssize_t n = PyList_GET_SIZE(a[2]);
    struct sre_pattern *p = PyObject_GC_NewVar(struct sre_pattern, m->pattern_type, n);
    if (p == NULL)
        return NULL;
    p->weakreflist = NULL;
    p->pattern = p->groupindex = p->indexgroup = NULL;
    p->codesize = n;
    p->isbytes = pattern_kind(a[0]);
    if (p->isbytes == -2 || read_code(p, a[2]) < 0) {
        Py_DECREF(p);
        return NULL;
    }
    p->pattern = Py_NewRef(a[0]);
    p->flags = flags;
    p->groups = groups;
    p->groupindex = Py_NewRef(a[4]);
    p->indexgroup = Py_NewRef(a[5]);
    if (finish_code(&p) < 0) {
        Py_DECREF(p);
        return NULL;
    }
    PyObject_GC_Track(p);
    return (PyObject *)p;
}

static PyObject *compile(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[6];
    if (MOD_BIND(a, "compile", args, nargs, kwnames, 6, 6, "pattern", "flags", "code", "groups", "groupindex", "indexgroup") < 0)
        return NULL;
    int flags = PyLong_AsInt(a[1]);
    if (flags == -1 && PyErr_Occurred())
        return NULL;
    static const struct { int i; const char *name; } typed[] = { { 2, "list" }, { 4, "dict" }, { 5, "tuple" } };
    const bool ok[] = { PyList_Check(a[2]), PyDict_Check(a[4]), PyTuple_Check(a[5]) };
    static const char *const names[] = { "code", "groupindex", "indexgroup" };
    for (int k = 0; k < 3; k++)
        if (!ok[k]) {
            PyErr_Format(PyExc_TypeError, "compile() argument '%s' must be %s, not %.50s", names[k], typed[k].name, Py_TYPE(a[typed[k].i])->tp_name);
            return NULL;
        }
    Py_ssize_t groups = PyNumber_AsSsize_t(a[3], PyExc_OverflowError);
    if (groups == -1 && PyErr_Occurred())
        return NULL;
    return new_pattern(PyModule_GetState(module), a, flags, groups);
}

static PyObject *template(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    struct sre_module *m = PyModule_GetState(module);
    if (nargs != 2) {
        PyErr_Format(PyExc_TypeError, "template expected 2 arguments, got %zd", nargs);
        return NULL;
    }
    if (!PyList_Check(args[1])) {
        PyErr_Format(PyExc_TypeError, "template() argument 2 must be list, not %.50s", Py_TYPE(args[1])->tp_name);
        return NULL;
    }
    return sre_template_new(m, args[1]);
}

/* ---- case ---- */

static PyObject *getcodesize(PyObject *module, PyObject *unused) { return PyLong_FromLong(sizeof(sre_code)); }

static int character(PyObject *arg, int *c)
{
    *c = PyLong_AsInt(arg);
    return *c == -1 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *ascii_iscased(PyObject *module, PyObject *arg)
{
    int c;
    return character(arg, &c) < 0 ? NULL : PyBool_FromLong((unsigned)c < 128 && Py_ISALPHA(c));
}

static PyObject *unicode_iscased(PyObject *module, PyObject *arg)
{
    int c;
    if (character(arg, &c) < 0)
        return NULL;
    Py_UCS4 ch = (Py_UCS4)c;
    return PyBool_FromLong(Py_UNICODE_TOLOWER(ch) != ch || Py_UNICODE_TOUPPER(ch) != ch);
}

static PyObject *ascii_tolower(PyObject *module, PyObject *arg)
{
    int c;
    return character(arg, &c) < 0 ? NULL : PyLong_FromLong((long)sre_lower_ascii((Py_UCS4)c));
}

static PyObject *unicode_tolower(PyObject *module, PyObject *arg)
{
    int c;
    return character(arg, &c) < 0 ? NULL : PyLong_FromLong((long)Py_UNICODE_TOLOWER((Py_UCS4)c));
}

/* ---- module ---- */

static PyMethodDef functions[] = {
    { "compile", MOD_FASTKW(compile), METH_FASTCALL | METH_KEYWORDS,
      "compile($module, /, pattern, flags, code, groups, groupindex,\n        indexgroup)\n--\n\n" },
    { "template", MOD_FASTKW(template), METH_FASTCALL, "template($module, pattern, template, /)\n--\n\n\n\n  template\n    A list of texts and group numbers." },
    { "getcodesize", getcodesize, METH_NOARGS, "getcodesize($module, /)\n--\n\n" },
    { "ascii_iscased", ascii_iscased, METH_O, "ascii_iscased($module, character, /)\n--\n\n" },
    { "unicode_iscased", unicode_iscased, METH_O, "unicode_iscased($module, character, /)\n--\n\n" },
    { "ascii_tolower", ascii_tolower, METH_O, "ascii_tolower($module, character, /)\n--\n\n" },
    { "unicode_tolower", unicode_tolower, METH_O, "unicode_tolower($module, character, /)\n--\n\n" },
    { NULL },
};

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **out)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *out == NULL ? -1 : 0;
}

static int module_exec(PyObject *module)
{
    struct sre_module *m = PyModule_GetState(module);
    if (add_type(module, &sre_pattern_spec, &m->pattern_type) < 0 || add_type(module, &sre_match_spec, &m->match_type) < 0
        || add_type(module, &sre_scanner_spec, &m->scanner_type) < 0 || add_type(module, &sre_template_spec, &m->template_type) < 0)
        return -1;
    if (PyModule_AddIntConstant(module, "MAGIC", SRE_MAGIC) < 0 || PyModule_AddIntConstant(module, "CODESIZE", sizeof(sre_code)) < 0
        || PyModule_AddIntConstant(module, "MAXREPEAT", SRE_MAXREPEAT) < 0 || PyModule_AddIntConstant(module, "MAXGROUPS", SRE_MAXGROUPS) < 0)
        return -1;
    return PyModule_AddStringConstant(module, "copyright", " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ");
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct sre_module *m = PyModule_GetState(module);
    Py_VISIT(m->pattern_type);
    Py_VISIT(m->match_type);
    Py_VISIT(m->scanner_type);
    Py_VISIT(m->template_type);
    Py_VISIT(m->compile_template);
    return 0;
}

static int module_clear(PyObject *module)
{
    struct sre_module *m = PyModule_GetState(module);
    Py_CLEAR(m->pattern_type);
    Py_CLEAR(m->match_type);
    Py_CLEAR(m->scanner_type);
    Py_CLEAR(m->template_type);
    Py_CLEAR(m->compile_template);
    return 0;
}

static void module_free(void *module) { module_clear(module); }

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

struct PyModuleDef sre_module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_sre",
    .m_size = sizeof(struct sre_module),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__sre(void) { return PyModuleDef_Init(&sre_module_def); }
