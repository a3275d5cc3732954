/* modules/json/json.h: the two halves of _json. */
#ifndef ADDER_MODULES_JSON_H
#define ADDER_MODULES_JSON_H

#include <Python.h>

extern PyType_Spec json_scanner_spec, json_encoder_spec;

/* A JSON string of the characters after an opening quote at begin; *next is behind the closing quote. */
PyObject *json_scan_string(PyObject *s, Py_ssize_t end, bool strict, Py_ssize_t *next);

/* Module functions; make_encoder() recognises them and then calls no function for a string. */
PyObject *json_encode_basestring(PyObject *module, PyObject *s);
PyObject *json_encode_basestring_ascii(PyObject *module, PyObject *s);

#endif
