/* code/marshal_module.c: the module `marshal`. */
#include "code/marshal_io.h"

#include "code/code.h"
#include "object/core/call.h"
#include "object/core/object.h"
#include "rt/hooks.h"
#include "rt/thread.h"

static int
take_allow_code(PyObject *v, bool *out)
{
    int truth = v == NULL ? 1 : PyObject_IsTrue(v);
    *out = truth > 0;
    return truth < 0 ? -1 : 0;
}

static int
take_version(PyObject *v, int *out)
{
    if (v == NULL)
        return 0;
    int n = PyLong_AsInt(v);
    if (n == -1 && PyErr_Occurred())
        return -1;
    *out = n;
    return 0;
}

/* Steals args. */
static int
marshal_audit(const char *event, PyObject *args)
{
    int r = args == NULL ? -1 : rt_hooks.audit(ts_current(), event, args);
    Py_XDECREF(args);
    return r;
}

static PyObject *
marshal_dump(PyObject *mod, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "", "", "allow_code" };
    PyObject *a[4];
    int version = Py_MARSHAL_VERSION;
    bool allow;
    if (args_unpack("dump", args, nargs, kwnames, names, 4, 2, 3, a) < 0 || take_version(a[2], &version) < 0 || take_allow_code(a[3], &allow) < 0)
        return NULL;
    if ((object_audit_listens() ? marshal_audit("marshal.dumps", Py_BuildValue("(Oi)", a[0], version)) : 0) < 0)
        return NULL;
    PyObject *bytes = marshal_dumps(a[0], version, allow);
    return bytes == NULL ? NULL : PyObject_CallMethod(a[1], "write", "N", bytes);
}

static PyObject *
marshal_dumps_py(PyObject *mod, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "", "allow_code" };
    PyObject *a[3];
    int version = Py_MARSHAL_VERSION;
    bool allow;
    if (args_unpack("dumps", args, nargs, kwnames, names, 3, 1, 2, a) < 0 || take_version(a[1], &version) < 0 || take_allow_code(a[2], &allow) < 0)
        return NULL;
    if ((object_audit_listens() ? marshal_audit("marshal.dumps", Py_BuildValue("(Oi)", a[0], version)) : 0) < 0)
        return NULL;
    return marshal_dumps(a[0], version, allow);
}

static PyObject *
marshal_load(PyObject *mod, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "allow_code" };
    PyObject *a[2];
    bool allow;
    if (args_unpack("load", args, nargs, kwnames, names, 2, 1, 1, a) < 0 || take_allow_code(a[1], &allow) < 0)
        return NULL;
    PyObject *probe = PyObject_CallMethod(a[0], "read", "i", 0);     /* does it give bytes? */
    if (probe == NULL)
        return NULL;
    bool ok = PyBytes_Check(probe);
    if (!ok)
        PyErr_Format(PyExc_TypeError, "file.read() returned not bytes but %.100s", Py_TYPE(probe)->tp_name);
    Py_DECREF(probe);
    return ok && (object_audit_listens() ? marshal_audit("marshal.load", PyTuple_New(0)) : 0) == 0 ? marshal_load_readable(a[0], allow) : NULL;
}

static PyObject *
marshal_loads_py(PyObject *mod, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "allow_code" };
    PyObject *a[2];
    Py_buffer view;
    bool allow;
    if (args_unpack("loads", args, nargs, kwnames, names, 2, 1, 1, a) < 0)
        return NULL;
    if (PyObject_GetBuffer(a[0], &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *v = NULL;
    if (take_allow_code(a[1], &allow) == 0 && (object_audit_listens() ? marshal_audit("marshal.loads", Py_BuildValue("(y#)", view.buf, view.len)) : 0) == 0)
        v = marshal_loads(view.buf, view.len, allow, NULL);
    PyBuffer_Release(&view);
    return v;
}

static PyMethodDef marshal_functions[] = {
    { "dump", _PyCFunction_CAST(marshal_dump), METH_FASTCALL | METH_KEYWORDS,
      "dump($module, value, file, version=version, /, *, allow_code=True)\n--\n\nWrite the value to an open binary file." },
    { "load", _PyCFunction_CAST(marshal_load), METH_FASTCALL | METH_KEYWORDS,
      "load($module, file, /, *, allow_code=True)\n--\n\nRead one value from an open binary file." },
    { "dumps", _PyCFunction_CAST(marshal_dumps_py), METH_FASTCALL | METH_KEYWORDS,
      "dumps($module, value, version=version, /, *, allow_code=True)\n--\n\nBytes that dump() would write." },
    { "loads", _PyCFunction_CAST(marshal_loads_py), METH_FASTCALL | METH_KEYWORDS,
      "loads($module, bytes, /, *, allow_code=True)\n--\n\nThe value of a bytes-like object." },
    { NULL },
};

static int
marshal_exec(PyObject *mod)
{
    return PyModule_AddIntConstant(mod, "version", Py_MARSHAL_VERSION);
}

static PyModuleDef_Slot marshal_slots[] = {
    { Py_mod_exec, marshal_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef marshal_def = {
    PyModuleDef_HEAD_INIT, "marshal", "Fast writing and reading of simple Python values and code.", 0, marshal_functions, marshal_slots,
};

PyObject *
PyMarshal_InitModule(void)
{
    return PyModuleDef_Init(&marshal_def);
}

/* The name that programs with their own table of built-in modules use. */
PyMODINIT_FUNC PyMarshal_Init(void);
PyMODINIT_FUNC
PyMarshal_Init(void)
{
    return PyMarshal_InitModule();
}
