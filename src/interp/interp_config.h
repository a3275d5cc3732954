/* interp/interp_config.h: PyInterpreterConfig as a dict of Python values, and named configurations. */
#ifndef ADDER_INTERP_INTERP_CONFIG_H
#define ADDER_INTERP_INTERP_CONFIG_H

#include <Python.h>

#include "base/own.h"

extern const PyInterpreterConfig interp_config_isolated, interp_config_legacy;

/* "isolated", "default" and "" (the same), "legacy" or "empty": 0, or -1 with ValueError. */
int interp_config_named(PyInterpreterConfig *config, const char *name);
/* The fields as a dict: bools, and gil as "default", "shared" or "own". */
PyAPI_FUNC(PyObject *) _PyInterpreterConfig_AsDict(PyInterpreterConfig *config);
/* Fields from a dict that has all of them (InitFrom) or some (UpdateFrom) and nothing else: 0 or -1. */
PyAPI_FUNC(int) _PyInterpreterConfig_InitFromDict(PyInterpreterConfig *config, PyObject *dict);
PyAPI_FUNC(int) _PyInterpreterConfig_UpdateFromDict(PyInterpreterConfig *config, PyObject *dict);
/* What an interpreter was started with. 0. */
PyAPI_FUNC(int) _PyInterpreterConfig_InitFromState(PyInterpreterConfig *config, PyInterpreterState *interp);

#endif
