/* interpreters/interpreters.c: module _interpreters: making, ending, listing and asking interpreters. */
#include "modules/interpreters/interp_mod.h"

#include "interp/import.h"
#include "interp/interp_config.h"

#define MODULE "_interpreters"

struct state { PyTypeObject *buffer_view; };

/* STEALS dict, which may be NULL. */
static PyObject *
namespace_of(PyObject *dict)
{
    PyObject *ns = dict == NULL ? NULL : _PyNamespace_New(dict);
    Py_XDECREF(dict);
    return ns;
}

/* ---- configurations ---- */

static PyObject *
interp_new_config(PyObject *m, PyObject *args, PyObject *kwds)
{
    const char *name = "default";
    if (!PyArg_ParseTuple(args, "|s:" MODULE ".new_config", &name))
        return NULL;
    PyInterpreterConfig config;
    if (interp_config_named(&config, name) < 0)
        return NULL;
    if (kwds != NULL && PyDict_GET_SIZE(kwds) > 0 && _PyInterpreterConfig_UpdateFromDict(&config, kwds) < 0)
        return NULL;
    return namespace_of(_PyInterpreterConfig_AsDict(&config));
}

/* None, a name, or an object with the fields as attributes. */
static int
config_from(PyObject *obj, PyInterpreterConfig *config)
{
    if (obj == NULL || obj == Py_None)
        return interp_config_named(config, "default");
    if (PyUnicode_Check(obj)) {
        const char *name = PyUnicode_AsUTF8(obj);
        return name == NULL ? -1 : interp_config_named(config, name);
    }
    PyObject *dict = PyObject_GetAttrString(obj, "__dict__");
    if (dict == NULL) {
        PyErr_Format(PyExc_TypeError, "bad config %R", obj);
        return -1;
    }
    int r = _PyInterpreterConfig_InitFromDict(config, dict);
    Py_DECREF(dict);
    return r;
}

/* (id, *, restrict=False) */
static bool
parse_id(PyObject *args, PyObject *kwds, const char *format, PyObject **id, int *restricted)
{
    static char *names[] = { "id", "restrict", NULL };
    *restricted = 0;
    return PyArg_ParseTupleAndKeywords(args, kwds, format, names, id, restricted);
}

static PyObject *
interp_get_config(PyObject *m, PyObject *args, PyObject *kwds)
{
    PyObject *id;
    int restricted;
    if (!parse_id(args, kwds, "O|$p:" MODULE ".get_config", &id, &restricted))
        return NULL;
    PyInterpreterState *interp = interp_resolve(id == Py_None ? NULL : id, restricted, 0, "get the config of");
    PyInterpreterConfig config;
    if (interp == NULL || _PyInterpreterConfig_InitFromState(&config, interp) < 0)
        return NULL;
    return namespace_of(_PyInterpreterConfig_AsDict(&config));
}

/* ---- life ---- */

static PyObject *
interp_create(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "config", "reqrefs", NULL };
    PyObject *obj = NULL;
    int reqrefs = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|O$p:" MODULE ".create", names, &obj, &reqrefs))
        return NULL;
    PyInterpreterConfig config;
    if (config_from(obj, &config) < 0)
        return NULL;
    long whence = INTERP_STDLIB;
    PyInterpreterState *interp = _PyXI_NewInterpreter(&config, &whence, NULL, NULL);
    if (interp == NULL)
        return NULL;
    interp->requires_idref = reqrefs;
    return PyLong_FromLongLong(interp->id);
}

static PyObject *
interp_destroy(PyObject *m, PyObject *args, PyObject *kwds)
{
    PyObject *id;
    int restricted;
    if (!parse_id(args, kwds, "O|$p:" MODULE ".destroy", &id, &restricted))
        return NULL;
    PyInterpreterState *interp = interp_resolve(id, restricted, 0, "destroy");
    if (interp == NULL)
        return NULL;
    if (interp == PyInterpreterState_Get())
        return PyErr_Format(PyExc_InterpreterError, "cannot destroy the current interpreter");
    if (_PyInterpreterState_IsRunningMain(interp))
        return PyErr_Format(PyExc_InterpreterError, "interpreter running");
    _PyXI_EndInterpreter(interp, NULL, NULL);
    Py_RETURN_NONE;
}

static PyObject *
interp_incref(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", "implieslink", "restrict", NULL };
    PyObject *id;
    int link = 0, restricted = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O|$pp:" MODULE ".incref", names, &id, &link, &restricted))
        return NULL;
    PyInterpreterState *interp = interp_resolve(id, restricted, 1, "incref");
    if (interp == NULL || _PyInterpreterState_IDIncref(interp) < 0)
        return NULL;
    if (link)
        interp->requires_idref = 1;
    Py_RETURN_NONE;
}

static PyObject *
interp_decref(PyObject *m, PyObject *args, PyObject *kwds)
{
    PyObject *id;
    int restricted;
    if (!parse_id(args, kwds, "O|$p:" MODULE ".decref", &id, &restricted))
        return NULL;
    PyInterpreterState *interp = interp_resolve(id, restricted, 1, "decref");
    if (interp == NULL)
        return NULL;
    _PyInterpreterState_IDDecref(interp);
    Py_RETURN_NONE;
}

/* ---- questions ---- */

static PyObject *
id_and_whence(PyInterpreterState *interp)
{
    return Py_BuildValue("(Li)", (long long)interp->id, (int)interp->_whence);
}

static PyObject *
interp_list_all(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "require_ready", NULL };
    int ready = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|$p:" MODULE ".list_all", names, &ready))
        return NULL;
    PyObject *list = PyList_New(0);
    for (PyInterpreterState *i = PyInterpreterState_Head(); list != NULL && i != NULL; i = PyInterpreterState_Next(i)) {
        if (ready && !i->_ready)
            continue;
        PyObject *item = id_and_whence(i);
        if (item == NULL || PyList_Insert(list, 0, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *interp_get_current(PyObject *m, PyObject *unused) { return id_and_whence(PyInterpreterState_Get()); }
static PyObject *interp_get_main(PyObject *m, PyObject *unused) { return id_and_whence(PyInterpreterState_Main()); }

static PyObject *
interp_is_running(PyObject *m, PyObject *args, PyObject *kwds)
{
    PyObject *id;
    int restricted;
    if (!parse_id(args, kwds, "O|$p:" MODULE ".is_running", &id, &restricted))
        return NULL;
    PyInterpreterState *interp = interp_resolve(id, restricted, 1, "check if running for");
    return interp == NULL ? NULL : PyBool_FromLong(_PyInterpreterState_IsRunningMain(interp));
}

static PyObject *
interp_whence(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", NULL };
    PyObject *id;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O:" MODULE ".whence", names, &id))
        return NULL;
    PyInterpreterState *interp = _PyInterpreterState_LookUpIDObject(id);
    return interp == NULL ? NULL : PyLong_FromLong(interp->_whence);
}

static PyObject *
interp_is_shareable(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "obj", NULL };
    PyObject *obj;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O:" MODULE ".is_shareable", names, &obj))
        return NULL;
    bool shareable = _PyObject_CheckCrossInterpreterData(obj) == 0;
    PyErr_Clear();
    return PyBool_FromLong(shareable);
}

static PyObject *
interp_capture_exception(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "exc", NULL };
    PyObject *exc = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|O:" MODULE ".capture_exception", names, &exc))
        return NULL;
    exc = exc == NULL || exc == Py_None ? PyErr_GetHandledException() : Py_NewRef(exc);
    if (exc == NULL)
        Py_RETURN_NONE;
    _PyXI_excinfo info;
    PyObject *ns = NULL;
    if (_PyXI_InitExcInfo(&info, exc) == 0) {
        ns = _PyXI_ExcInfoAsObject(&info);
        _PyXI_ClearExcInfo(&info);
    }
    Py_DECREF(exc);
    return ns;
}

/* ---- the module ---- */

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS
static PyMethodDef methods[] = {
    { "new_config", KW(interp_new_config), PyDoc_STR("new_config(name='isolated', /, **overrides) -> type.SimpleNamespace\n\nA configuration for create().") },
    { "create", KW(interp_create), PyDoc_STR("create([config], *, reqrefs=False) -> ID\n\nMake an interpreter.") },
    { "destroy", KW(interp_destroy), PyDoc_STR("destroy(id, *, restrict=False)\n\nEnd an interpreter.") },
    { "list_all", KW(interp_list_all), PyDoc_STR("list_all() -> [(ID, whence)]\n\nAll interpreters, oldest first.") },
    { "get_current", interp_get_current, METH_NOARGS, PyDoc_STR("get_current($self, /)\n--\n\nget_current() -> (ID, whence)\n\nThe interpreter that runs this.") },
    { "get_main", interp_get_main, METH_NOARGS, PyDoc_STR("get_main($self, /)\n--\n\nget_main() -> (ID, whence)\n\nThe process's first interpreter.") },
    { "is_running", KW(interp_is_running), PyDoc_STR("is_running(id, *, restrict=False) -> bool\n\nDoes a thread run the interpreter's __main__?") },
    { "get_config", KW(interp_get_config), PyDoc_STR("get_config(id, *, restrict=False) -> types.SimpleNamespace\n\nThe configuration of an interpreter.") },
    { "whence", KW(interp_whence), PyDoc_STR("whence(id) -> int\n\nWho made the interpreter: a WHENCE_ constant.") },
    { "incref", KW(interp_incref), NULL },
    { "decref", KW(interp_decref), NULL },
    { "is_shareable", KW(interp_is_shareable), PyDoc_STR("is_shareable(obj) -> bool\n\nMay objects of this type go to other interpreters?") },
    { "capture_exception", KW(interp_capture_exception),
      PyDoc_STR("capture_exception(exc=None) -> types.SimpleNamespace\n\nWhat another interpreter gets to see of an exception.") },
    { NULL },
};

static int
add_names(PyObject *m)
{
    static const struct { const char *name; long value; } whences[] = {
        { "WHENCE_UNKNOWN", INTERP_UNKNOWN }, { "WHENCE_RUNTIME", INTERP_RUNTIME }, { "WHENCE_LEGACY_CAPI", INTERP_LEGACY_CAPI },
        { "WHENCE_CAPI", INTERP_CAPI }, { "WHENCE_XI", INTERP_XI }, { "WHENCE_STDLIB", INTERP_STDLIB },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(whences); i++)
        if (PyModule_AddIntConstant(m, whences[i].name, whences[i].value) < 0)
            return -1;
    PyObject *not_shareable = cross_not_shareable();
    return not_shareable == NULL || PyModule_AddObjectRef(m, "NotShareableError", not_shareable) < 0
        || PyModule_AddType(m, (PyTypeObject *)PyExc_InterpreterError) < 0
        || PyModule_AddType(m, (PyTypeObject *)PyExc_InterpreterNotFoundError) < 0 ? -1 : 0;
}

static int
module_exec(PyObject *m)
{
    struct state *s = PyModule_GetState(m);
    if (add_names(m) < 0 || PyModule_AddFunctions(m, interp_run_methods) < 0)
        return -1;
    s->buffer_view = buffer_view_type(m);
    return s->buffer_view == NULL || PyModule_AddType(m, s->buffer_view) < 0 ? -1 : 0;
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    Py_VISIT(((struct state *)PyModule_GetState(m))->buffer_view);
    return 0;
}

static int
module_clear(PyObject *m)
{
    Py_CLEAR(((struct state *)PyModule_GetState(m))->buffer_view);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT, .m_name = MODULE, .m_doc = PyDoc_STR("Interpreters, at the lowest level."), .m_size = sizeof(struct state),
    .m_methods = methods, .m_slots = slots, .m_traverse = module_traverse, .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit__interpreters(void)
{
    return PyModuleDef_Init(&def);
}
