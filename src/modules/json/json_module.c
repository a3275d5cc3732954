/* modules/json/json_module.c: the module _json. */
#include "modules/json/json.h"

static PyObject *scanstring(PyObject *module, PyObject *args)
{
    PyObject *s;
    Py_ssize_t end, next = -1;
    int strict = 1;
    if (!PyArg_ParseTuple(args, "On|p:scanstring", &s, &end, &strict))
        return NULL;
    if (!PyUnicode_Check(s)) {
        PyErr_Format(PyExc_TypeError, "first argument must be a string, not %.80s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    PyObject *out = json_scan_string(s, end, strict, &next);
    return out == NULL ? NULL : Py_BuildValue("Nn", out, next);
}

static PyMethodDef functions[] = {
    { "encode_basestring_ascii", json_encode_basestring_ascii, METH_O,
      "encode_basestring_ascii($self, object, /)\n--\n\nThe string as a JSON string of ASCII characters." },
    { "encode_basestring", json_encode_basestring, METH_O, "encode_basestring($self, object, /)\n--\n\nThe string as a JSON string." },
    { "scanstring", scanstring, METH_VARARGS,
      "scanstring(string, end, strict=True) -> (string, end)\n\nReads the JSON string whose opening quote is before end." },
    { NULL },
};

static int add_type(PyObject *module, const char *name, PyType_Spec *spec)
{
    PyObject *type = PyType_FromSpec(spec);
    return PyModule_Add(module, name, type);
}

static int module_exec(PyObject *module)
{
    return add_type(module, "make_scanner", &json_scanner_spec) < 0 ? -1 : add_type(module, "make_encoder", &json_encoder_spec);
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_json",
    .m_doc = "Fast reading and writing of JSON.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__json(void) { return PyModuleDef_Init(&module); }
