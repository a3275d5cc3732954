/* intrcheck.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_INTRCHECK_H
#define Py_INTRCHECK_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

Py_DEPRECATED(3.7) PyAPI_FUNC(void) PyOS_AfterFork(void);
PyAPI_FUNC(int) PyOS_InterruptOccurred(void);
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03070000
PyAPI_FUNC(void) PyOS_AfterFork_Child(void);
PyAPI_FUNC(void) PyOS_AfterFork_Parent(void);
PyAPI_FUNC(void) PyOS_BeforeFork(void);
#endif

#ifdef __cplusplus
}
#endif
#endif
