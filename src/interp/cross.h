/* interp/cross.h: objects between interpreters.
 *
 * An object never leaves its interpreter. What travels is a record (struct _xid) from which an equal object is made on the
 * other side; a type says how by a function registered for it. Running code in another interpreter is a session: switch
 * the thread there, bind names in its __main__, run, describe an uncaught exception as text, switch back.
 * The layouts are CPython's: published modules of its own test suite read them. */
#ifndef ADDER_INTERP_CROSS_H
#define ADDER_INTERP_CROSS_H

#include <Python.h>

#include "base/own.h"

/* ---- data ---- */

typedef struct _xid _PyCrossInterpreterData;
typedef PyObject *(*xid_newobjectfunc)(_PyCrossInterpreterData *);
typedef void (*xid_freefunc)(void *);
typedef int (*crossinterpdatafunc)(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data);

struct _xid {
    void *data;                      /* what new_object reads */
    PyObject *obj;                   /* keeps what data points to alive; of interpreter interpid, or NULL */
    int64_t interpid;                /* where it comes from; -1: does not matter */
    xid_newobjectfunc new_object;    /* makes the object in the current interpreter */
    xid_freefunc free;               /* frees data, or NULL */
};

PyAPI_FUNC(_PyCrossInterpreterData *) _PyCrossInterpreterData_New(void);
PyAPI_FUNC(void) _PyCrossInterpreterData_Free(_PyCrossInterpreterData *data);
PyAPI_FUNC(void) _PyCrossInterpreterData_Init(_PyCrossInterpreterData *data, PyInterpreterState *interp, void *shared, PyObject *obj, xid_newobjectfunc new_object);
PyAPI_FUNC(int) _PyCrossInterpreterData_InitWithSize(_PyCrossInterpreterData *data, PyInterpreterState *interp, const size_t size, PyObject *obj, xid_newobjectfunc new_object);
PyAPI_FUNC(void) _PyCrossInterpreterData_Clear(PyInterpreterState *interp, _PyCrossInterpreterData *data);
/* The record of an object: 0, or -1 with NotShareableError or the type's own error. */
PyAPI_FUNC(int) _PyObject_GetCrossInterpreterData(PyObject *obj, _PyCrossInterpreterData *data);
PyAPI_FUNC(int) _PyObject_CheckCrossInterpreterData(PyObject *obj);
PyAPI_FUNC(PyObject *) _PyCrossInterpreterData_NewObject(_PyCrossInterpreterData *data);
/* Gives up what the record holds, in the interpreter it comes from: 0, or -1 when that is gone. */
PyAPI_FUNC(int) _PyCrossInterpreterData_Release(_PyCrossInterpreterData *data);
PyAPI_FUNC(int) _PyCrossInterpreterData_ReleaseAndRawFree(_PyCrossInterpreterData *data);
PyAPI_FUNC(int) _PyCrossInterpreterData_RegisterClass(PyTypeObject *cls, crossinterpdatafunc getdata);
PyAPI_FUNC(int) _PyCrossInterpreterData_UnregisterClass(PyTypeObject *cls);
PyAPI_FUNC(crossinterpdatafunc) _PyCrossInterpreterData_Lookup(PyObject *obj);

/* PyBuffer_Release() in the interpreter that made the view: 0. */
PyAPI_FUNC(int) _PyBuffer_ReleaseInInterpreter(PyInterpreterState *interp, Py_buffer *view);
PyAPI_FUNC(int) _PyBuffer_ReleaseInInterpreterAndRawFree(PyInterpreterState *interp, Py_buffer *view);

/* NotShareableError of this interpreter, borrowed; NULL with an exception. */
PyObject *cross_not_shareable(void);
/* Drops the registry of an interpreter that ends. */
void cross_fini(PyInterpreterState *interp);

/* ---- exceptions ---- */

typedef struct _excinfo {
    struct _excinfo_type { PyTypeObject *builtin; const char *name, *qualname, *module; } type;
    const char *msg, *errdisplay;
} _PyXI_excinfo;

typedef enum error_code {
    _PyXI_ERR_NO_ERROR = 0, _PyXI_ERR_UNCAUGHT_EXCEPTION = -1, _PyXI_ERR_OTHER = -2, _PyXI_ERR_NO_MEMORY = -3,
    _PyXI_ERR_ALREADY_RUNNING = -4, _PyXI_ERR_MAIN_NS_FAILURE = -5, _PyXI_ERR_APPLY_NS_FAILURE = -6, _PyXI_ERR_NOT_SHAREABLE = -7,
} _PyXI_errcode;

typedef struct _sharedexception { PyInterpreterState *interp; _PyXI_errcode code; _PyXI_excinfo uncaught; } _PyXI_error;

PyAPI_FUNC(int) _PyXI_InitExcInfo(_PyXI_excinfo *info, PyObject *exc);
PyAPI_FUNC(PyObject *) _PyXI_FormatExcInfo(_PyXI_excinfo *info);
PyAPI_FUNC(PyObject *) _PyXI_ExcInfoAsObject(_PyXI_excinfo *info);
PyAPI_FUNC(void) _PyXI_ClearExcInfo(_PyXI_excinfo *info);
/* Raises what the error stands for (NULL), or gives the description of an uncaught exception. */
PyAPI_FUNC(PyObject *) _PyXI_ApplyError(_PyXI_error *error);

/* ---- namespaces and sessions ---- */

typedef struct _sharedns _PyXI_namespace;
typedef struct xi_session {
    PyThreadState *prev_tstate, *init_tstate;
    int own_init_tstate, running;
    PyObject *main_ns;               /* __main__.__dict__ */
    _PyXI_errcode *error_override;
    _PyXI_error *error;              /* &_error once something was captured */
    _PyXI_error _error;
    _PyXI_errcode _error_override;
} _PyXI_session;

PyAPI_FUNC(_PyXI_namespace *) _PyXI_NamespaceFromNames(PyObject *names);
PyAPI_FUNC(int) _PyXI_FillNamespaceFromDict(_PyXI_namespace *ns, PyObject *dict, _PyXI_session *session);
PyAPI_FUNC(int) _PyXI_ApplyNamespace(_PyXI_namespace *ns, PyObject *dict, PyObject *dflt);
PyAPI_FUNC(void) _PyXI_FreeNamespace(_PyXI_namespace *ns);

/* Switches to the interpreter, whose __main__ belongs to this thread until the exit, and binds the names of a dict there.
 * -1: back again; an exception is set, or _PyXI_ApplyCapturedException() tells what went wrong. */
PyAPI_FUNC(int) _PyXI_Enter(_PyXI_session *session, PyInterpreterState *interp, PyObject *updates);
PyAPI_FUNC(void) _PyXI_Exit(_PyXI_session *session);
PyAPI_FUNC(PyObject *) _PyXI_ApplyCapturedException(_PyXI_session *session);
PyAPI_FUNC(int) _PyXI_HasCapturedException(_PyXI_session *session);

/* A new interpreter: with InterpreterError on failure. Its first thread state is dropped unless asked for. */
PyAPI_FUNC(PyInterpreterState *) _PyXI_NewInterpreter(PyInterpreterConfig *config, long *whence, PyThreadState **ts, PyThreadState **saved);
/* Ends an interpreter from wherever the thread is; goes back there. */
PyAPI_FUNC(void) _PyXI_EndInterpreter(PyInterpreterState *interp, PyThreadState *ts, PyThreadState **saved);

/* ---- by number (interp_id.c) ---- */

PyAPI_DATA(PyObject *) PyExc_InterpreterError;
PyAPI_DATA(PyObject *) PyExc_InterpreterNotFoundError;
PyAPI_FUNC(PyInterpreterState *) _PyInterpreterState_LookUpID(int64_t id);
PyAPI_FUNC(PyInterpreterState *) _PyInterpreterState_LookUpIDObject(PyObject *id);
PyAPI_FUNC(int) _PyInterpreterState_IDIncref(PyInterpreterState *interp);
PyAPI_FUNC(void) _PyInterpreterState_IDDecref(PyInterpreterState *interp);
PyAPI_FUNC(int) _PyInterpreterState_IsRunningMain(PyInterpreterState *interp);
PyAPI_FUNC(int) _PyInterpreterState_FailIfRunningMain(PyInterpreterState *interp);
PyAPI_FUNC(int) _PyInterpreterState_SetRunningMain(PyInterpreterState *interp);
PyAPI_FUNC(void) _PyInterpreterState_SetNotRunningMain(PyInterpreterState *interp);

#endif
