/* object/text/str_module.c: the module _string, what string.Formatter needs of the format parser. */
#include <Python.h>

#include "object/text/format.h"

static PyObject *formatter_parser(PyObject *module, PyObject *s) { return format_parser_iter(s); }
static PyObject *formatter_field_name_split(PyObject *module, PyObject *s) { return format_field_name_split(s); }

static PyMethodDef methods[] = {
    { "formatter_field_name_split", formatter_field_name_split, METH_O,
      "formatter_field_name_split($self, object, /)\n--\n\nThe first part of a field name and an iterator over the others." },
    { "formatter_parser", formatter_parser, METH_O, "formatter_parser($self, object, /)\n--\n\nAn iterator over literals and fields of a format string." },
    { NULL },
};

static PyModuleDef_Slot slots[] = {
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_string",
    .m_doc = "Helpers of the string module.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__string(void) { return PyModuleDef_Init(&module); }
