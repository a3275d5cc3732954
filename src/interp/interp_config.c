/* interp/interp_config.c: PyInterpreterConfig as Python values: see interp_config.h. */
#include "interp/interp_config.h"

#include <stddef.h>

#include "rt/interp.h"

const PyInterpreterConfig interp_config_isolated = {
    .allow_threads = 1, .check_multi_interp_extensions = 1, .gil = PyInterpreterConfig_OWN_GIL,
};
const PyInterpreterConfig interp_config_legacy = {
    .use_main_obmalloc = 1, .allow_fork = 1, .allow_exec = 1, .allow_threads = 1, .allow_daemon_threads = 1,
    .gil = PyInterpreterConfig_SHARED_GIL,
};

int
interp_config_named(PyInterpreterConfig *config, const char *name)
{
    if (*name == '\0' || strcmp(name, "default") == 0 || strcmp(name, "isolated") == 0)
        *config = interp_config_isolated;
    else if (strcmp(name, "legacy") == 0)
        *config = interp_config_legacy;
    else if (strcmp(name, "empty") == 0)
        *config = (PyInterpreterConfig){ 0 };
    else {
        PyErr_Format(PyExc_ValueError, "unsupported config name '%s'", name);
        return -1;
    }
    return 0;
}

/* ---- fields ---- */

#define FLAG(name, feature) { #name, offsetof(PyInterpreterConfig, name), feature }
static const struct flag { const char *name; size_t offset; unsigned long feature; } flags[] = {
    FLAG(use_main_obmalloc, RT_USE_MAIN_OBMALLOC), FLAG(allow_fork, RT_ALLOW_FORK), FLAG(allow_exec, RT_ALLOW_EXEC),
    FLAG(allow_threads, RT_ALLOW_THREADS), FLAG(allow_daemon_threads, RT_ALLOW_DAEMON_THREADS),
    FLAG(check_multi_interp_extensions, RT_CHECK_EXTENSIONS),
};
#undef FLAG
static const char *const gil_names[] = { "default", "shared", "own" };

static int *field(PyInterpreterConfig *config, const struct flag *f) { return (int *)((char *)config + f->offset); }

int
_PyInterpreterConfig_InitFromState(PyInterpreterConfig *config, PyInterpreterState *interp)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(flags); i++)
        *field(config, &flags[i]) = interp_allows(interp, flags[i].feature);
    config->gil = interp->ceval.own_gil ? PyInterpreterConfig_OWN_GIL : PyInterpreterConfig_SHARED_GIL;
    return 0;
}

PyObject *
_PyInterpreterConfig_AsDict(PyInterpreterConfig *config)
{
    PyObject *dict = PyDict_New(), *gil = NULL;
    for (size_t i = 0; dict != NULL && i < Py_ARRAY_LENGTH(flags); i++)
        if (PyDict_SetItemString(dict, flags[i].name, *field(config, &flags[i]) ? Py_True : Py_False) < 0)
            Py_CLEAR(dict);
    if (dict == NULL)
        return NULL;
    if (config->gil < 0 || config->gil >= (int)Py_ARRAY_LENGTH(gil_names))
        PyErr_SetString(PyExc_ValueError, "invalid interpreter config 'gil' value");
    else
        gil = PyUnicode_FromString(gil_names[config->gil]);
    if (gil == NULL || PyDict_SetItemString(dict, "gil", gil) < 0)
        Py_CLEAR(dict);
    Py_XDECREF(gil);
    return dict;
}

/* ---- from a dict ---- */

/* Takes the item out of the dict: a new reference; NULL when it is missing, with an exception unless that is allowed. */
static PyObject *
take(PyObject *dict, const char *name, bool may_miss)
{
    PyObject *value = NULL;
    if (PyDict_PopString(dict, name, &value) == 0 && !may_miss)
        PyErr_Format(PyExc_ValueError, "missing config key: %s", name);
    return value;
}

static int
set_flag(PyInterpreterConfig *config, const struct flag *f, PyObject *dict, bool may_miss)
{
    PyObject *value = take(dict, f->name, may_miss);
    if (value == NULL)
        return PyErr_Occurred() ? -1 : 0;
    int is_bool = PyBool_Check(value);
    if (is_bool)
        *field(config, f) = value == Py_True;
    else
        PyErr_Format(PyExc_TypeError, "invalid config type: %s", f->name);
    Py_DECREF(value);
    return is_bool ? 0 : -1;
}

static int
set_gil(PyInterpreterConfig *config, PyObject *dict, bool may_miss)
{
    PyObject *value = take(dict, "gil", may_miss);
    if (value == NULL)
        return PyErr_Occurred() ? -1 : 0;
    int found = -1;
    if (!PyUnicode_Check(value))
        PyErr_SetString(PyExc_TypeError, "invalid config type: gil");
    else {
        for (int i = 0; i < (int)Py_ARRAY_LENGTH(gil_names); i++)
            if (PyUnicode_EqualToUTF8(value, gil_names[i]))
                config->gil = found = i;
        if (found < 0)
            PyErr_Format(PyExc_ValueError, "unsupported interpreter config .gil value '%U'", value);
    }
    Py_DECREF(value);
    return found < 0 ? -1 : 0;
}

/* `rest` is a copy that loses what is understood. */
static int
fill(PyInterpreterConfig *config, PyObject *rest, bool may_miss)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(flags); i++)
        if (set_flag(config, &flags[i], rest, may_miss) < 0)
            return -1;
    if (set_gil(config, rest, may_miss) < 0)
        return -1;
    Py_ssize_t n = PyDict_GET_SIZE(rest);
    if (n > 0)
        PyErr_Format(PyExc_ValueError, n == 1 ? "config dict has %zd extra item (%R)" : "config dict has %zd extra items (%R)", n, rest);
    return n > 0 ? -1 : 0;
}

static int
from_dict(PyInterpreterConfig *config, PyObject *dict, bool may_miss)
{
    PyObject *rest = NULL;
    PyInterpreterConfig made = *config;
    if (!PyDict_Check(dict))
        PyErr_SetString(PyExc_TypeError, "dict expected");
    else
        rest = PyDict_New();
    if (rest == NULL)
        return -1;
    int r = PyDict_Update(rest, dict) < 0 ? -1 : fill(&made, rest, may_miss);
    Py_DECREF(rest);
    if (r == 0)
        *config = made;
    return r;
}

int
_PyInterpreterConfig_InitFromDict(PyInterpreterConfig *config, PyObject *dict)
{
    *config = (PyInterpreterConfig){ 0 };
    return from_dict(config, dict, false);
}

int
_PyInterpreterConfig_UpdateFromDict(PyInterpreterConfig *config, PyObject *dict)
{
    return from_dict(config, dict, true);
}
