/* object/core/exc_base.c: BaseException, and the C API on any exception instance.
 *
 * Every exception starts with PyBaseExceptionObject; args is always a tuple, the other fields may be NULL. */
#include "object/core/exc_slots.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/singletons.h"

PyTypeObject *exc_traceback_type;

PyObject *
exc_base_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL)
        EXC_BASE(self)->args = args == NULL ? EMPTY_TUPLE : Py_NewRef(args);
    return self;
}

int
exc_base_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (!args_no_keywords(Py_TYPE(self)->tp_name, kwargs))
        return -1;
    exc_assign(&EXC_BASE(self)->args, args);
    return 0;
}

int
exc_base_clear(PyObject *op)
{
    PyBaseExceptionObject *self = EXC_BASE(op);
    Py_CLEAR(self->dict);
    Py_CLEAR(self->args);
    Py_CLEAR(self->notes);
    Py_CLEAR(self->traceback);
    Py_CLEAR(self->cause);
    Py_CLEAR(self->context);
    return 0;
}

int
exc_base_traverse(PyObject *op, visitproc visit, void *arg)
{
    PyBaseExceptionObject *self = EXC_BASE(op);
    Py_VISIT(self->dict);
    Py_VISIT(self->args);
    Py_VISIT(self->notes);
    Py_VISIT(self->traceback);
    Py_VISIT(self->cause);
    Py_VISIT(self->context);
    return 0;
}

void
exc_dealloc_by(PyObject *self, inquiry clear, destructor dealloc)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, dealloc)
    clear(self);
    Py_TYPE(self)->tp_free(self);
    Py_TRASHCAN_END
}

void
exc_base_dealloc(PyObject *self)
{
    exc_dealloc_by(self, exc_base_clear, exc_base_dealloc);
}

PyObject *
exc_base_str(PyObject *op)
{
    PyObject *args = EXC_BASE(op)->args;
    if (args == NULL)
        return EMPTY_STR;
    switch (PyTuple_GET_SIZE(args)) {
    case 0: return EMPTY_STR;
    case 1: return PyObject_Str(PyTuple_GET_ITEM(args, 0));
    default: return PyObject_Str(args);
    }
}

static PyObject *
exc_base_repr(PyObject *op)
{
    PyObject *args = EXC_BASE(op)->args;
    const char *name = strrchr(Py_TYPE(op)->tp_name, '.');
    name = name == NULL ? Py_TYPE(op)->tp_name : name + 1;
    if (args == NULL)
        return PyUnicode_FromFormat("%s()", name);
    if (PyTuple_GET_SIZE(args) == 1)
        return PyUnicode_FromFormat("%s(%R)", name, PyTuple_GET_ITEM(args, 0));
    return PyUnicode_FromFormat("%s%R", name, args);
}

/* ---- methods ---- */

PyObject *
exc_reduce_with(PyObject *self, PyObject *state)
{
    if (state == NULL)
        return NULL;
    PyObject *args = EXC_BASE(self)->args == NULL ? Py_None : EXC_BASE(self)->args;
    PyObject *result = state == Py_None ? PyTuple_Pack(2, Py_TYPE(self), args)
                                        : PyTuple_Pack(3, Py_TYPE(self), args, state);
    Py_DECREF(state);
    return result;
}

PyObject *
exc_base_reduce(PyObject *self, PyObject *unused)
{
    PyObject *dict = EXC_BASE(self)->dict;
    return exc_reduce_with(self, Py_NewRef(dict == NULL ? Py_None : dict));
}

static PyObject *
exc_base_setstate(PyObject *self, PyObject *state)
{
    if (state == Py_None)
        Py_RETURN_NONE;
    if (!PyDict_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a dictionary");
        return NULL;
    }
    PyObject *key, *value;
    for (Py_ssize_t i = 0; PyDict_Next(state, &i, &key, &value);) {
        Py_INCREF(key);
        Py_INCREF(value);
        int rc = PyObject_SetAttr(self, key, value);
        Py_DECREF(value);
        Py_DECREF(key);
        if (rc < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

static int
set_traceback(PyObject *self, PyObject *tb)
{
    if (tb != Py_None && exc_traceback_type != NULL && !PyObject_TypeCheck(tb, exc_traceback_type)) {
        PyErr_SetString(PyExc_TypeError, "__traceback__ must be a traceback or None");
        return -1;
    }
    exc_assign(&EXC_BASE(self)->traceback, tb == Py_None ? NULL : tb);
    return 0;
}

static PyObject *
exc_base_with_traceback(PyObject *self, PyObject *tb)
{
    return set_traceback(self, tb) < 0 ? NULL : Py_NewRef(self);
}

/* self.__notes__, made when absent; NULL when it cannot be had. */
static OWNED PyObject *
notes_of(PyObject *self)
{
    PyObject *notes;
    if (PyObject_GetOptionalAttr(self, ID(__notes__), &notes) < 0)
        return NULL;
    if (notes == NULL) {
        notes = PyList_New(0);
        if (notes != NULL && PyObject_SetAttr(self, ID(__notes__), notes) < 0)
            Py_CLEAR(notes);
    }
    else if (!PyList_Check(notes)) {
        PyErr_SetString(PyExc_TypeError, "Cannot add note: __notes__ is not a list");
        Py_CLEAR(notes);
    }
    return notes;
}

int
exc_add_note(PyObject *self, PyObject *note)
{
    PyObject *notes = notes_of(self);
    if (notes == NULL)
        return -1;
    int rc = PyList_Append(notes, note);
    Py_DECREF(notes);
    return rc;
}

static PyObject *
exc_base_add_note(PyObject *self, PyObject *note)
{
    if (!PyUnicode_Check(note)) {
        PyErr_Format(PyExc_TypeError, "note must be a str, not '%s'", Py_TYPE(note)->tp_name);
        return NULL;
    }
    return exc_add_note(self, note) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef exc_base_methods[] = {
    {"__reduce__", exc_base_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\n"},
    {"__setstate__", exc_base_setstate, METH_O, "__setstate__($self, object, /)\n--\n\n"},
    {"with_traceback", exc_base_with_traceback, METH_O,
     "with_traceback($self, object, /)\n--\n\nSet __traceback__ to the argument and return the exception."},
    {"add_note", exc_base_add_note, METH_O,
     "add_note($self, object, /)\n--\n\nAppend a note that tracebacks show below the message."},
    {NULL}
};

/* ---- attributes ---- */

static int
no_delete(PyObject *value, const char *name)
{
    if (value == NULL)
        PyErr_Format(PyExc_TypeError, "%s may not be deleted", name);
    return value == NULL ? -1 : 0;
}

static PyObject *
get_args(PyObject *self, void *unused)
{
    PyObject *args = EXC_BASE(self)->args;
    return Py_NewRef(args == NULL ? Py_None : args);
}

static int
set_args(PyObject *self, PyObject *value, void *unused)
{
    if (no_delete(value, "args") < 0)
        return -1;
    PyObject *tuple = PySequence_Tuple(value);
    if (tuple == NULL)
        return -1;
    Py_XSETREF(EXC_BASE(self)->args, tuple);
    return 0;
}

static PyObject *
get_traceback(PyObject *self, void *unused)
{
    PyObject *tb = EXC_BASE(self)->traceback;
    return Py_NewRef(tb == NULL ? Py_None : tb);
}

static int
set_traceback_attr(PyObject *self, PyObject *value, void *unused)
{
    return no_delete(value, "__traceback__") < 0 ? -1 : set_traceback(self, value);
}

/* Checks a new cause or context; *value becomes NULL for None. */
static int
check_link(PyObject **value, const char *attribute, const char *what)
{
    if (no_delete(*value, attribute) < 0)
        return -1;
    if (*value == Py_None)
        *value = NULL;
    else if (!exc_is_instance(*value)) {
        PyErr_Format(PyExc_TypeError, "exception %s must be None or derive from BaseException", what);
        return -1;
    }
    return 0;
}

static PyObject *
get_context(PyObject *self, void *unused)
{
    PyObject *context = EXC_BASE(self)->context;
    return Py_NewRef(context == NULL ? Py_None : context);
}

static int
set_context(PyObject *self, PyObject *value, void *unused)
{
    if (check_link(&value, "__context__", "context") < 0)
        return -1;
    PyException_SetContext(self, Py_XNewRef(value));
    return 0;
}

static PyObject *
get_cause(PyObject *self, void *unused)
{
    PyObject *cause = EXC_BASE(self)->cause;
    return Py_NewRef(cause == NULL ? Py_None : cause);
}

static int
set_cause(PyObject *self, PyObject *value, void *unused)
{
    if (check_link(&value, "__cause__", "cause") < 0)
        return -1;
    PyException_SetCause(self, Py_XNewRef(value));
    return 0;
}

static PyGetSetDef exc_base_getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict},
    {"args", get_args, set_args},
    {"__traceback__", get_traceback, set_traceback_attr},
    {"__context__", get_context, set_context, "exception context"},
    {"__cause__", get_cause, set_cause, "exception cause"},
    {NULL}
};

static PyMemberDef exc_base_members[] = {
    {"__suppress_context__", Py_T_BOOL, offsetof(PyBaseExceptionObject, suppress_context)},
    {NULL}
};

PyTypeObject _PyExc_BaseException = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "BaseException",
    .tp_basicsize = sizeof(PyBaseExceptionObject),
    EXC_BASE_SLOTS(base),
    .tp_repr = exc_base_repr,
    .tp_str = exc_base_str,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_doc = "Common base class of all exceptions.",
    .tp_methods = exc_base_methods,
    .tp_members = exc_base_members,
    .tp_getset = exc_base_getset,
    .tp_new = exc_base_new,
    .tp_free = PyObject_GC_Del,
};
PyObject *PyExc_BaseException = (PyObject *)&_PyExc_BaseException;

/* ---- C API ---- */

PyObject *
PyException_GetTraceback(PyObject *self)
{
    return Py_XNewRef(EXC_BASE(self)->traceback);
}

int
PyException_SetTraceback(PyObject *self, PyObject *tb)
{
    return no_delete(tb, "__traceback__") < 0 ? -1 : set_traceback(self, tb);
}

PyObject *
PyException_GetCause(PyObject *self)
{
    return Py_XNewRef(EXC_BASE(self)->cause);
}

void
PyException_SetCause(PyObject *self, PyObject *cause)
{
    EXC_BASE(self)->suppress_context = 1;
    Py_XSETREF(EXC_BASE(self)->cause, cause);
}

PyObject *
PyException_GetContext(PyObject *self)
{
    return Py_XNewRef(EXC_BASE(self)->context);
}

void
PyException_SetContext(PyObject *self, PyObject *context)
{
    Py_XSETREF(EXC_BASE(self)->context, context);
}

PyObject *
PyException_GetArgs(PyObject *self)
{
    return Py_NewRef(EXC_BASE(self)->args);
}

void
PyException_SetArgs(PyObject *self, PyObject *args)
{
    exc_assign(&EXC_BASE(self)->args, args);
}

const char *
(PyExceptionClass_Name)(PyObject *cls)
{
    return ((PyTypeObject *)cls)->tp_name;
}

/* ---- clauses ---- */

static const char not_exception[] = "catching classes that do not inherit from BaseException is not allowed";

int
exc_check_except_type(PyThreadState *ts, PyObject *type)
{
    bool ok = true;
    if (PyTuple_Check(type))
        for (Py_ssize_t i = 0; ok && i < PyTuple_GET_SIZE(type); i++)
            ok = exc_is_class(PyTuple_GET_ITEM(type, i));
    else
        ok = exc_is_class(type);
    if (!ok)
        err_set_string(ts, PyExc_TypeError, not_exception);
    return ok ? 0 : -1;
}

int
exc_check_except_star_type(PyThreadState *ts, PyObject *type)
{
    if (exc_check_except_type(ts, type) < 0)
        return -1;
    Py_ssize_t n = PyTuple_Check(type) ? PyTuple_GET_SIZE(type) : 1;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *cls = PyTuple_Check(type) ? PyTuple_GET_ITEM(type, i) : type;
        int is_group = PyObject_IsSubclass(cls, PyExc_BaseExceptionGroup);
        if (is_group > 0)
            err_set_string(ts, PyExc_TypeError,
                           "catching ExceptionGroup with except* is not allowed. Use except instead.");
        if (is_group != 0)
            return -1;
    }
    return 0;
}

int _PyEval_CheckExceptTypeValid(PyThreadState *ts, PyObject *right) { return exc_check_except_type(ts, right); }
int _PyEval_CheckExceptStarTypeValid(PyThreadState *ts, PyObject *right) { return exc_check_except_star_type(ts, right); }
