/* modules/etree/module.c: module _elementtree. */
#include "modules/etree/etree.h"

#include "modules/modargs.h"

PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);

static int
callable_or_none(PyObject *factory, const char *what)
{
    if (factory == Py_None || PyCallable_Check(factory))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s factory must be callable, not %.100s", what, Py_TYPE(factory)->tp_name);
    return -1;
}

/* Sets what builders make of comments and processing instructions; the old ones. */
static PyObject *
set_factories(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    struct etree_state *st = PyModule_GetState(m);
    if (!_PyArg_CheckPositional("_set_factories", nargs, 2, 2) || callable_or_none(args[0], "Comment") < 0 || callable_or_none(args[1], "PI") < 0)
        return NULL;
    PyObject *old = PyTuple_Pack(2, st->comment_factory == NULL ? Py_None : st->comment_factory, st->pi_factory == NULL ? Py_None : st->pi_factory);
    if (old == NULL)
        return NULL;
    Py_XSETREF(st->comment_factory, args[0] == Py_None ? NULL : Py_NewRef(args[0]));
    Py_XSETREF(st->pi_factory, args[1] == Py_None ? NULL : Py_NewRef(args[1]));
    return old;
}

static PyMethodDef functions[] = {
    { "SubElement", MOD_FASTKW(element_sub), METH_FASTCALL | METH_KEYWORDS, NULL },
    { "_set_factories", _PyCFunction_CAST(set_factories), METH_FASTCALL,
      "_set_factories($module, comment_factory, pi_factory, /)\n--\n\nSet what makes comments and processing instructions." },
    { NULL },
};

/* ---- the module ---- */

static int
make_type(PyObject *m, PyType_Spec *spec, PyTypeObject **out)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(m, spec, NULL);
    return *out == NULL ? -1 : 0;
}

static int
make_strings(struct etree_state *st)
{
    const struct { PyObject **at; const char *s; } strings[] = {
        { &st->str_text, "text" }, { &st->str_tail, "tail" }, { &st->str_append, "append" }, { &st->str_find, "find" },
        { &st->str_findtext, "findtext" }, { &st->str_findall, "findall" }, { &st->str_iterfind, "iterfind" }, { &st->str_doctype, "doctype" },
    };
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
        if ((*strings[i].at = PyUnicode_InternFromString(strings[i].s)) == NULL)
            return -1;
    return 0;
}

static int
module_exec(PyObject *m)
{
    struct etree_state *st = PyModule_GetState(m);
    if (make_strings(st) < 0 || make_type(m, &element_spec, &st->element_type) < 0 || make_type(m, &element_iterator_spec, &st->iterator_type) < 0
        || make_type(m, &builder_spec, &st->builder_type) < 0 || make_type(m, &xmlparser_spec, &st->parser_type) < 0)
        return -1;
    st->element_type->tp_vectorcall = element_vectorcall;
    PyObject *copy = PyImport_ImportModule("copy");
    st->deepcopy = copy == NULL ? NULL : PyObject_GetAttrString(copy, "deepcopy");
    Py_XDECREF(copy);
    if (st->deepcopy == NULL || (st->path = PyImport_ImportModule("xml.etree.ElementPath")) == NULL)
        return -1;
    st->parse_error = PyErr_NewException("xml.etree.ElementTree.ParseError", PyExc_SyntaxError, NULL);
    if (st->parse_error == NULL || PyModule_AddObjectRef(m, "ParseError", st->parse_error) < 0)
        return -1;
    return PyModule_AddType(m, st->element_type) < 0 || PyModule_AddType(m, st->builder_type) < 0 || PyModule_AddType(m, st->parser_type) < 0 ? -1 : 0;
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct etree_state *st = PyModule_GetState(m);
    Py_VISIT(st->element_type);
    Py_VISIT(st->iterator_type);
    Py_VISIT(st->builder_type);
    Py_VISIT(st->parser_type);
    Py_VISIT(st->parse_error);
    Py_VISIT(st->deepcopy);
    Py_VISIT(st->path);
    Py_VISIT(st->comment_factory);
    Py_VISIT(st->pi_factory);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct etree_state *st = PyModule_GetState(m);
    Py_CLEAR(st->element_type);
    Py_CLEAR(st->iterator_type);
    Py_CLEAR(st->builder_type);
    Py_CLEAR(st->parser_type);
    Py_CLEAR(st->parse_error);
    Py_CLEAR(st->deepcopy);
    Py_CLEAR(st->path);
    Py_CLEAR(st->comment_factory);
    Py_CLEAR(st->pi_factory);
    Py_CLEAR(st->str_text);
    Py_CLEAR(st->str_tail);
    Py_CLEAR(st->str_append);
    Py_CLEAR(st->str_find);
    Py_CLEAR(st->str_findtext);
    Py_CLEAR(st->str_findall);
    Py_CLEAR(st->str_iterfind);
    Py_CLEAR(st->str_doctype);
    return 0;
}

static void
module_free(void *m)
{
    module_clear(m);
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

PyModuleDef etree_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_elementtree",
    .m_size = sizeof(struct etree_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__elementtree(void)
{
    return PyModuleDef_Init(&etree_module);
}
