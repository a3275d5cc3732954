/* object/core/exc_attrs.c: exceptions with a few attributes of their own: ImportError, NameError, AttributeError,
 * StopIteration, SystemExit, KeyError, and MemoryError with its reserve. */
#include "object/core/exc_slots.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/gc_track.h"
#include "rt/hooks.h"
#include "rt/singletons.h"

#define MEMBER(struct_, field, doc) {#field, _Py_T_OBJECT, offsetof(struct_, field), 0, doc}

/* Keyword-only attributes of a constructor whose positional arguments go to args. Fields not given become NULL. */
static int
init_keyword_attrs(PyObject *self, PyObject *args, PyObject *kwargs, const char *fname,
                   const char *const *names, int n, PyObject **fields)
{
    PyObject *values[4];
    exc_assign(&EXC_BASE(self)->args, args);
    if (args_unpack_tuple(fname, EMPTY_TUPLE, kwargs, names, n, 0, 0, values) < 0)
        return -1;
    for (int i = 0; i < n; i++)
        exc_assign(&fields[i], values[i]);
    return 0;
}

/* A copy of self's __dict__ (or a new dict) to which the state is added. */
static OWNED PyObject *
state_dict(PyObject *self)
{
    PyObject *dict = EXC_BASE(self)->dict;
    return dict == NULL ? PyDict_New() : PyDict_Copy(dict);
}

/* ---- ImportError ---- */

#define IMPORT(op) ((PyImportErrorObject *)(op))

int
exc_import_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "name", "path", "name_from" };
    PyImportErrorObject *self = IMPORT(op);
    if (init_keyword_attrs(op, args, kwargs, "ImportError", names, 3, &self->name) < 0)
        return -1;
    exc_assign(&self->msg, PyTuple_GET_SIZE(args) == 1 ? PyTuple_GET_ITEM(args, 0) : NULL);
    return 0;
}

int
exc_import_clear(PyObject *op)
{
    PyImportErrorObject *self = IMPORT(op);
    Py_CLEAR(self->msg);
    Py_CLEAR(self->name);
    Py_CLEAR(self->path);
    Py_CLEAR(self->name_from);
    return exc_base_clear(op);
}

int
exc_import_traverse(PyObject *op, visitproc visit, void *arg)
{
    PyImportErrorObject *self = IMPORT(op);
    Py_VISIT(self->msg);
    Py_VISIT(self->name);
    Py_VISIT(self->path);
    Py_VISIT(self->name_from);
    return exc_base_traverse(op, visit, arg);
}

void
exc_import_dealloc(PyObject *self)
{
    exc_dealloc_by(self, exc_import_clear, exc_import_dealloc);
}

static PyObject *
import_str(PyObject *op)
{
    PyObject *msg = IMPORT(op)->msg;
    return msg != NULL && PyUnicode_CheckExact(msg) ? Py_NewRef(msg) : exc_base_str(op);
}

static int
add_state(PyObject *dict, PyObject *key, PyObject *value)
{
    return value == NULL ? 0 : PyDict_SetItem(dict, key, value);
}

static PyObject *
import_reduce(PyObject *op, PyObject *unused)
{
    PyImportErrorObject *self = IMPORT(op);
    if (self->name == NULL && self->path == NULL && self->name_from == NULL)
        return exc_base_reduce(op, NULL);
    PyObject *dict = state_dict(op);
    if (dict == NULL || add_state(dict, ID(name), self->name) < 0 || add_state(dict, ID(path), self->path) < 0
        || add_state(dict, ID(name_from), self->name_from) < 0) {
        Py_XDECREF(dict);
        return NULL;
    }
    return exc_reduce_with(op, dict);
}

static PyMethodDef import_methods[] = {
    {"__reduce__", import_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\n"},
    {NULL}
};

static PyMemberDef import_members[] = {
    MEMBER(PyImportErrorObject, msg, "message"),
    MEMBER(PyImportErrorObject, name, "name of the module"),
    MEMBER(PyImportErrorObject, path, "path of the module"),
    MEMBER(PyImportErrorObject, name_from, "name that was to be taken from the module"),
    {NULL}
};

PyTypeObject _PyExc_ImportError = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ImportError",
    .tp_base = &_PyExc_Exception,
    .tp_basicsize = sizeof(PyImportErrorObject),
    EXC_BASE_SLOTS(import),
    .tp_str = import_str,
    .tp_doc = "A module, or a name in a module, cannot be imported.",
    .tp_methods = import_methods,
    .tp_members = import_members,
};
PyObject *PyExc_ImportError = (PyObject *)&_PyExc_ImportError;

/* ---- NameError ---- */

#define NAME(op) ((PyNameErrorObject *)(op))

int
exc_name_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "name" };
    return init_keyword_attrs(op, args, kwargs, "NameError", names, 1, &NAME(op)->name);
}

int
exc_name_clear(PyObject *op)
{
    Py_CLEAR(NAME(op)->name);
    return exc_base_clear(op);
}

int
exc_name_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(NAME(op)->name);
    return exc_base_traverse(op, visit, arg);
}

void
exc_name_dealloc(PyObject *self)
{
    exc_dealloc_by(self, exc_name_clear, exc_name_dealloc);
}

static PyMemberDef name_members[] = {
    MEMBER(PyNameErrorObject, name, "the name that was not found"),
    {NULL}
};

PyTypeObject _PyExc_NameError = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "NameError",
    .tp_base = &_PyExc_Exception,
    .tp_basicsize = sizeof(PyNameErrorObject),
    EXC_BASE_SLOTS(name),
    .tp_str = exc_base_str,
    .tp_doc = "A name has no value.",
    .tp_members = name_members,
};
PyObject *PyExc_NameError = (PyObject *)&_PyExc_NameError;

/* ---- AttributeError ---- */

#define ATTRIBUTE(op) ((PyAttributeErrorObject *)(op))

static int
attribute_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "obj", "name" };
    _Static_assert(offsetof(PyAttributeErrorObject, name) == offsetof(PyAttributeErrorObject, obj) + sizeof(PyObject *),
                   "obj and name are neighbours");
    return init_keyword_attrs(op, args, kwargs, "AttributeError", names, 2, &ATTRIBUTE(op)->obj);
}

static int
attribute_clear(PyObject *op)
{
    Py_CLEAR(ATTRIBUTE(op)->obj);
    Py_CLEAR(ATTRIBUTE(op)->name);
    return exc_base_clear(op);
}

static int
attribute_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(ATTRIBUTE(op)->obj);
    Py_VISIT(ATTRIBUTE(op)->name);
    return exc_base_traverse(op, visit, arg);
}

static void
attribute_dealloc(PyObject *self)
{
    exc_dealloc_by(self, attribute_clear, attribute_dealloc);
}

/* The object is left out on purpose: it often cannot be pickled. */
static PyObject *
attribute_getstate(PyObject *op, PyObject *unused)
{
    PyObject *name = ATTRIBUTE(op)->name, *args = EXC_BASE(op)->args, *dict = EXC_BASE(op)->dict;
    if (name == NULL && args == NULL)
        return Py_NewRef(dict == NULL ? Py_None : dict);
    PyObject *state = state_dict(op);
    if (state != NULL && (add_state(state, ID(name), name) < 0 || add_state(state, ID(args), args) < 0))
        Py_CLEAR(state);
    return state;
}

static PyObject *
attribute_reduce(PyObject *op, PyObject *unused)
{
    PyObject *state = attribute_getstate(op, NULL);
    if (state == NULL)
        return NULL;
    PyObject *result = PyTuple_Pack(3, Py_TYPE(op), EXC_BASE(op)->args, state);
    Py_DECREF(state);
    return result;
}

static PyMethodDef attribute_methods[] = {
    {"__getstate__", attribute_getstate, METH_NOARGS, "__getstate__($self, /)\n--\n\n"},
    {"__reduce__", attribute_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\n"},
    {NULL}
};

static PyMemberDef attribute_members[] = {
    MEMBER(PyAttributeErrorObject, name, "name of the attribute"),
    MEMBER(PyAttributeErrorObject, obj, "the object that lacks it"),
    {NULL}
};

PyTypeObject _PyExc_AttributeError = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "AttributeError",
    .tp_base = &_PyExc_Exception,
    .tp_basicsize = sizeof(PyAttributeErrorObject),
    .tp_dealloc = attribute_dealloc, .tp_traverse = attribute_traverse, .tp_clear = attribute_clear,
    .tp_init = attribute_init, .tp_flags = EXC_FLAGS, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict),
    .tp_str = exc_base_str,
    .tp_doc = "An object has no such attribute.",
    .tp_methods = attribute_methods,
    .tp_members = attribute_members,
};
PyObject *PyExc_AttributeError = (PyObject *)&_PyExc_AttributeError;

/* ---- StopIteration and SystemExit: one value each ---- */

#define VALUE(op) (((PyStopIterationObject *)(op))->value)
_Static_assert(offsetof(PyStopIterationObject, value) == offsetof(PySystemExitObject, code), "value and code share slots");

static int
stop_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    if (exc_base_init(op, args, kwargs) < 0)
        return -1;
    exc_assign(&VALUE(op), PyTuple_GET_SIZE(args) > 0 ? PyTuple_GET_ITEM(args, 0) : Py_None);
    return 0;
}

static int
exit_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    if (exc_base_init(op, args, kwargs) < 0)
        return -1;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n > 0)
        exc_assign(&VALUE(op), n == 1 ? PyTuple_GET_ITEM(args, 0) : args);
    return 0;
}

static int
value_clear(PyObject *op)
{
    Py_CLEAR(VALUE(op));
    return exc_base_clear(op);
}

static int
value_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(VALUE(op));
    return exc_base_traverse(op, visit, arg);
}

static void
value_dealloc(PyObject *self)
{
    exc_dealloc_by(self, value_clear, value_dealloc);
}

static PyMemberDef stop_members[] = {
    MEMBER(PyStopIterationObject, value, "what the generator returned"),
    {NULL}
};

static PyMemberDef exit_members[] = {
    MEMBER(PySystemExitObject, code, "status of the process"),
    {NULL}
};

PyTypeObject _PyExc_StopIteration = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "StopIteration",
    .tp_base = &_PyExc_Exception,
    .tp_basicsize = sizeof(PyStopIterationObject),
    .tp_dealloc = value_dealloc, .tp_traverse = value_traverse, .tp_clear = value_clear,
    .tp_init = stop_init, .tp_flags = EXC_FLAGS, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict),
    .tp_doc = "An iterator is exhausted.",
    .tp_members = stop_members,
};
PyObject *PyExc_StopIteration = (PyObject *)&_PyExc_StopIteration;

PyTypeObject _PyExc_SystemExit = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "SystemExit",
    .tp_base = &_PyExc_BaseException,
    .tp_basicsize = sizeof(PySystemExitObject),
    .tp_dealloc = value_dealloc, .tp_traverse = value_traverse, .tp_clear = value_clear,
    .tp_init = exit_init, .tp_flags = EXC_FLAGS, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict),
    .tp_doc = "The interpreter is to end.",
    .tp_members = exit_members,
};
PyObject *PyExc_SystemExit = (PyObject *)&_PyExc_SystemExit;

/* ---- KeyError ---- */

/* A missing key '' would otherwise give an empty message. */
static PyObject *
key_str(PyObject *op)
{
    PyObject *args = EXC_BASE(op)->args;
    return PyTuple_GET_SIZE(args) == 1 ? PyObject_Repr(PyTuple_GET_ITEM(args, 0)) : exc_base_str(op);
}

PyTypeObject _PyExc_KeyError = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "KeyError",
    .tp_base = &_PyExc_LookupError,
    .tp_basicsize = sizeof(PyBaseExceptionObject),
    EXC_BASE_SLOTS(base),
    .tp_str = key_str,
    .tp_doc = "A mapping has no such key.",
};
PyObject *PyExc_KeyError = (PyObject *)&_PyExc_KeyError;

/* ---- MemoryError: some instances are kept ready ---- */

/* A reserved instance brought back to life, or NULL. */
static PyObject *
memory_revive(void)
{
    struct err_state *e = err_state();
    if (e == NULL || e->memory_reserve_n == 0)
        return NULL;
    PyObject *self = e->memory_reserve[--e->memory_reserve_n];
    EXC_BASE(self)->args = EMPTY_TUPLE;
    _Py_NewReference(self);
    gc_track(self);
    return self;
}

static PyObject *
memory_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *self = type == &_PyExc_MemoryError ? memory_revive() : NULL;
    if (self == NULL)
        return exc_base_new(type, args, kwargs);
    exc_assign(&EXC_BASE(self)->args, args);
    return self;
}

static void
memory_dealloc(PyObject *self)
{
    struct err_state *e = err_state();
    if (Py_IS_TYPE(self, &_PyExc_MemoryError) && e != NULL && e->memory_reserve_n < MEMORY_RESERVE) {
        PyObject_GC_UnTrack(self);
        exc_base_clear(self);
        EXC_BASE(self)->suppress_context = 0;
        e->memory_reserve[e->memory_reserve_n++] = self;
        return;
    }
    exc_dealloc_by(self, exc_base_clear, memory_dealloc);
}

OWNED PyObject *
exc_memory_error(void)
{
    PyObject *self = memory_revive();
    if (self != NULL)
        return self;
    /* An interpreter that is only being made has none yet: the main one's serves. */
    struct err_state *e = err_state();
    if (e == NULL || e->memory_last_resort == NULL)
        e = rt_main_interp->errs;
    if (e == NULL || e->memory_last_resort == NULL)
        rt_fatal(NULL, "out of memory at the start");
    return Py_NewRef(e->memory_last_resort);
}

PyTypeObject _PyExc_MemoryError = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "MemoryError",
    .tp_base = &_PyExc_Exception,
    .tp_basicsize = sizeof(PyBaseExceptionObject),
    .tp_dealloc = memory_dealloc, .tp_traverse = exc_base_traverse, .tp_clear = exc_base_clear,
    .tp_init = exc_base_init, .tp_flags = EXC_FLAGS, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict),
    .tp_doc = "There is no memory left.",
    .tp_new = memory_new,
};
PyObject *PyExc_MemoryError = (PyObject *)&_PyExc_MemoryError;

int
exc_memory_init(void)
{
    struct err_state *e = err_state();
    PyObject *made[MEMORY_RESERVE];
    int n = 0;
    e->memory_last_resort = exc_base_new(&_PyExc_MemoryError, EMPTY_TUPLE, NULL);
    if (e->memory_last_resort == NULL)
        return -1;
    while (n < MEMORY_RESERVE && (made[n] = exc_base_new(&_PyExc_MemoryError, EMPTY_TUPLE, NULL)) != NULL)
        n++;
    int ok = n == MEMORY_RESERVE ? 0 : -1;
    while (n > 0)
        Py_DECREF(made[--n]);
    return ok;
}

void
exc_memory_fini(void)
{
    struct err_state *e = err_state();
    Py_CLEAR(e->memory_last_resort);
    while (e->memory_reserve_n > 0)
        _PyExc_MemoryError.tp_free(e->memory_reserve[--e->memory_reserve_n]);
}
