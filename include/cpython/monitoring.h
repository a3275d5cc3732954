/* cpython/monitoring.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_MONITORING_H
#define ADDER_CPYTHON_MONITORING_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PY_MONITORING_EVENT_BRANCH 8
#define PY_MONITORING_EVENT_CALL 4
#define PY_MONITORING_EVENT_C_RAISE 16
#define PY_MONITORING_EVENT_C_RETURN 15
#define PY_MONITORING_EVENT_EXCEPTION_HANDLED 11
#define PY_MONITORING_EVENT_INSTRUCTION 6
#define PY_MONITORING_EVENT_JUMP 7
#define PY_MONITORING_EVENT_LINE 5
#define PY_MONITORING_EVENT_PY_RESUME 1
#define PY_MONITORING_EVENT_PY_RETURN 2
#define PY_MONITORING_EVENT_PY_START 0
#define PY_MONITORING_EVENT_PY_THROW 13
#define PY_MONITORING_EVENT_PY_UNWIND 12
#define PY_MONITORING_EVENT_PY_YIELD 3
#define PY_MONITORING_EVENT_RAISE 10
#define PY_MONITORING_EVENT_RERAISE 14
#define PY_MONITORING_EVENT_STOP_ITERATION 9

typedef struct _PyMonitoringState {
    uint8_t active;
    uint8_t opaque;
} PyMonitoringState;

PyAPI_FUNC(int) PyMonitoring_EnterScope(PyMonitoringState *, uint64_t *, const uint8_t *, Py_ssize_t);
PyAPI_FUNC(int) PyMonitoring_ExitScope(void);
PyAPI_FUNC(int) _PyMonitoring_FireBranchEvent(PyMonitoringState *, PyObject *, int32_t, PyObject *);
PyAPI_FUNC(int) _PyMonitoring_FireCRaiseEvent(PyMonitoringState *, PyObject *, int32_t);
PyAPI_FUNC(int) _PyMonitoring_FireCReturnEvent(PyMonitoringState *, PyObject *, int32_t, PyObject *);
PyAPI_FUNC(int) _PyMonitoring_FireCallEvent(PyMonitoringState *, PyObject *, int32_t, PyObject *, PyObject *);
PyAPI_FUNC(int) _PyMonitoring_FireExceptionHandledEvent(PyMonitoringState *, PyObject *, int32_t);
PyAPI_FUNC(int) _PyMonitoring_FireJumpEvent(PyMonitoringState *, PyObject *, int32_t, PyObject *);
PyAPI_FUNC(int) _PyMonitoring_FireLineEvent(PyMonitoringState *, PyObject *, int32_t, int);
PyAPI_FUNC(int) _PyMonitoring_FirePyResumeEvent(PyMonitoringState *, PyObject *, int32_t);
PyAPI_FUNC(int) _PyMonitoring_FirePyReturnEvent(PyMonitoringState *, PyObject *, int32_t, PyObject *);
PyAPI_FUNC(int) _PyMonitoring_FirePyStartEvent(PyMonitoringState *, PyObject *, int32_t);
PyAPI_FUNC(int) _PyMonitoring_FirePyThrowEvent(PyMonitoringState *, PyObject *, int32_t);
PyAPI_FUNC(int) _PyMonitoring_FirePyUnwindEvent(PyMonitoringState *, PyObject *, int32_t);
PyAPI_FUNC(int) _PyMonitoring_FirePyYieldEvent(PyMonitoringState *, PyObject *, int32_t, PyObject *);
PyAPI_FUNC(int) _PyMonitoring_FireRaiseEvent(PyMonitoringState *, PyObject *, int32_t);
PyAPI_FUNC(int) _PyMonitoring_FireReraiseEvent(PyMonitoringState *, PyObject *, int32_t);
PyAPI_FUNC(int) _PyMonitoring_FireStopIterationEvent(PyMonitoringState *, PyObject *, int32_t, PyObject *);

#ifdef __cplusplus
}
#endif
#endif
