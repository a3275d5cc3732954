/* cpython/code.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_LIMITED_API
#ifndef Py_CODE_H
#define Py_CODE_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

struct _opaque { int computed_line; const uint8_t *lo_next; const uint8_t *limit; };
/* Each event of a watched code object. */
#define PY_FOREACH_CODE_EVENT(V) V(CREATE) V(DESTROY)
typedef enum {
#define PY_DEF_EVENT(op) PY_CODE_EVENT_##op,
    PY_FOREACH_CODE_EVENT(PY_DEF_EVENT)
#undef PY_DEF_EVENT
} PyCodeEvent;
typedef int (*PyCode_WatchCallback)(PyCodeEvent event, PyCodeObject *co);
typedef enum _PyCodeLocationInfoKind {
    PY_CODE_LOCATION_INFO_SHORT0 = 0, PY_CODE_LOCATION_INFO_ONE_LINE0 = 10, PY_CODE_LOCATION_INFO_ONE_LINE1 = 11,
    PY_CODE_LOCATION_INFO_ONE_LINE2 = 12, PY_CODE_LOCATION_INFO_NO_COLUMNS = 13, PY_CODE_LOCATION_INFO_LONG = 14,
    PY_CODE_LOCATION_INFO_NONE = 15,
} _PyCodeLocationInfoKind;

/* Future statements are keywords to the parser only when asked for. */
#define PY_PARSER_REQUIRES_FUTURE_KEYWORD

#define CO_ASYNC_GENERATOR 512
#define CO_COROUTINE 128
#define CO_FUTURE_ABSOLUTE_IMPORT 262144
#define CO_FUTURE_ANNOTATIONS 16777216
#define CO_FUTURE_BARRY_AS_BDFL 4194304
#define CO_FUTURE_DIVISION 131072
#define CO_FUTURE_GENERATOR_STOP 8388608
#define CO_FUTURE_PRINT_FUNCTION 1048576
#define CO_FUTURE_UNICODE_LITERALS 2097152
#define CO_FUTURE_WITH_STATEMENT 524288
#define CO_GENERATOR 32
#define CO_ITERABLE_COROUTINE 256
#define CO_MAXBLOCKS 21
#define CO_NESTED 16
#define CO_NEWLOCALS 2
#define CO_NO_MONITORING_EVENTS 33554432
#define CO_OPTIMIZED 1
#define CO_VARARGS 4
#define CO_VARKEYWORDS 8
#define _PY_MONITORING_EVENTS 17
#define _PY_MONITORING_LOCAL_EVENTS 10
#define _PY_MONITORING_UNGROUPED_EVENTS 15

typedef struct _Py_LocalMonitors {
    uint8_t tools[10];
} _Py_LocalMonitors;

typedef struct _Py_GlobalMonitors {
    uint8_t tools[15];
} _Py_GlobalMonitors;

typedef struct {
    PyObject *_co_code;
    PyObject *_co_varnames;
    PyObject *_co_cellvars;
    PyObject *_co_freevars;
} _PyCoCached;

typedef struct {
    uint8_t bytes_per_entry;
    uint8_t data[1];
} _PyCoLineInstrumentationData;

typedef struct {
    int size;
    int capacity;
    struct _PyExecutorObject * executors[1];
} _PyExecutorArray;

typedef struct {
    _Py_LocalMonitors local_monitors;
    _Py_LocalMonitors active_monitors;
    uint8_t *tools;
    _PyCoLineInstrumentationData *lines;
    uint8_t *line_tools;
    uint8_t *per_instruction_opcodes;
    uint8_t *per_instruction_tools;
} _PyCoMonitoringData;

/* A code object with room for so many bytes of instructions; those that are part of a program have their true size. */
#define _PyCode_DEF(SIZE) { \
    PyObject_VAR_HEAD \
    PyObject *co_consts; \
    PyObject *co_names; \
    PyObject *co_exceptiontable; \
    int co_flags; \
    int co_argcount; \
    int co_posonlyargcount; \
    int co_kwonlyargcount; \
    int co_stacksize; \
    int co_firstlineno; \
    int co_nlocalsplus; \
    int co_framesize; \
    int co_nlocals; \
    int co_ncellvars; \
    int co_nfreevars; \
    uint32_t co_version; \
    PyObject *co_localsplusnames; \
    PyObject *co_localspluskinds; \
    PyObject *co_filename; \
    PyObject *co_name; \
    PyObject *co_qualname; \
    PyObject *co_linetable; \
    PyObject *co_weakreflist; \
    _PyExecutorArray *co_executors; \
    _PyCoCached *_co_cached; \
    uintptr_t _co_instrumentation_version; \
    _PyCoMonitoringData *_co_monitoring; \
    int _co_firsttraceable; \
    void *co_extra; \
    char co_code_adaptive[(SIZE)]; \
}

struct PyCodeObject _PyCode_DEF(1);

typedef struct _line_offsets {
    int ar_start;
    int ar_end;
    int ar_line;
    struct _opaque opaque;
} PyCodeAddressRange;

PyAPI_FUNC(int) PyCode_AddWatcher(PyCode_WatchCallback);
PyAPI_FUNC(int) PyCode_Addr2Line(PyCodeObject *, int);
PyAPI_FUNC(int) PyCode_Addr2Location(PyCodeObject *, int, int *, int *, int *, int *);
PyAPI_FUNC(int) PyCode_ClearWatcher(int);
PyAPI_FUNC(PyObject *) PyCode_GetCellvars(PyCodeObject *);
PyAPI_FUNC(PyObject *) PyCode_GetCode(PyCodeObject *);
PyAPI_FUNC(PyObject *) PyCode_GetFreevars(PyCodeObject *);
PyAPI_FUNC(PyObject *) PyCode_GetVarnames(PyCodeObject *);
PyAPI_FUNC(PyCodeObject *) PyCode_NewEmpty(const char *, const char *, int);
PyAPI_FUNC(PyObject *) PyCode_Optimize(PyObject *, PyObject *, PyObject *, PyObject *);
PyAPI_DATA(PyTypeObject) PyCode_Type;
PyAPI_FUNC(int) PyUnstable_Code_GetExtra(PyObject *, Py_ssize_t, void **);
PyAPI_FUNC(PyCodeObject *) PyUnstable_Code_New(int, int, int, int, int, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, int, PyObject *, PyObject *);
PyAPI_FUNC(PyCodeObject *) PyUnstable_Code_NewWithPosOnlyArgs(int, int, int, int, int, int, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, PyObject *, int, PyObject *, PyObject *);
PyAPI_FUNC(int) PyUnstable_Code_SetExtra(PyObject *, Py_ssize_t, void *);
PyAPI_FUNC(int) _PyCode_CheckLineNumber(int, PyCodeAddressRange *);
PyAPI_FUNC(PyObject *) _PyCode_ConstantKey(PyObject *);
#define PyCode_Check(op) Py_IS_TYPE((op), &PyCode_Type)
static inline Py_ssize_t PyCode_GetNumFree(PyCodeObject *op) { return op->co_nfreevars; }
static inline int PyUnstable_Code_GetFirstFree(PyCodeObject *op) { return op->co_nlocalsplus - op->co_nfreevars; }
Py_DEPRECATED(3.13) static inline int PyCode_GetFirstFree(PyCodeObject *op) { return PyUnstable_Code_GetFirstFree(op); }
#ifdef ADDER_CORE
/* Only for ourselves: the instructions of a code object. */
#define _PyCode_CODE(CO) ((_Py_CODEUNIT *)(CO)->co_code_adaptive)
#define _PyCode_NBYTES(CO) (Py_SIZE(CO) * (Py_ssize_t)sizeof(_Py_CODEUNIT))
#endif

/* Names from before these were marked as unstable. */
Py_DEPRECATED(3.12) static inline PyCodeObject *PyCode_New(
    int argcount, int kwonlyargcount, int nlocals, int stacksize, int flags, PyObject *code, PyObject *consts,
    PyObject *names, PyObject *varnames, PyObject *freevars, PyObject *cellvars, PyObject *filename, PyObject *name, PyObject *qualname,
    int firstlineno, PyObject *linetable, PyObject *exceptiontable)
{
    return PyUnstable_Code_New(argcount, kwonlyargcount, nlocals, stacksize, flags, code, consts, names, varnames, freevars, cellvars,
        filename, name, qualname, firstlineno, linetable, exceptiontable);
}
Py_DEPRECATED(3.12) static inline PyCodeObject *PyCode_NewWithPosOnlyArgs(
    int argcount, int posonlyargcount, int kwonlyargcount, int nlocals, int stacksize, int flags, PyObject *code, PyObject *consts,
    PyObject *names, PyObject *varnames, PyObject *freevars, PyObject *cellvars, PyObject *filename, PyObject *name, PyObject *qualname,
    int firstlineno, PyObject *linetable, PyObject *exceptiontable)
{
    return PyUnstable_Code_NewWithPosOnlyArgs(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, code, consts, names, varnames, freevars, cellvars,
        filename, name, qualname, firstlineno, linetable, exceptiontable);
}
Py_DEPRECATED(3.12) static inline int _PyCode_GetExtra(PyObject *code, Py_ssize_t index, void **extra)
{
    return PyUnstable_Code_GetExtra(code, index, extra);
}
Py_DEPRECATED(3.12) static inline int _PyCode_SetExtra(PyObject *code, Py_ssize_t index, void *extra)
{
    return PyUnstable_Code_SetExtra(code, index, extra);
}

#ifdef __cplusplus
}
#endif
#endif
#endif
