/* cpython/critical_section.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_CRITICAL_SECTION_H
#define ADDER_CPYTHON_CRITICAL_SECTION_H

#include "../object.h"
#include "lock.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PyCriticalSection { uintptr_t _cs_prev; PyMutex *_cs_mutex; } PyCriticalSection;
typedef struct PyCriticalSection2 { PyCriticalSection _cs_base; PyMutex *_cs_mutex2; } PyCriticalSection2;
#define Py_BEGIN_CRITICAL_SECTION(op) {
#define Py_END_CRITICAL_SECTION() }
#define Py_BEGIN_CRITICAL_SECTION2(a, b) {
#define Py_END_CRITICAL_SECTION2() }

PyAPI_FUNC(void) PyCriticalSection2_Begin(PyCriticalSection2 *, PyObject *, PyObject *);
PyAPI_FUNC(void) PyCriticalSection2_End(PyCriticalSection2 *);
PyAPI_FUNC(void) PyCriticalSection_Begin(PyCriticalSection *, PyObject *);
PyAPI_FUNC(void) PyCriticalSection_End(PyCriticalSection *);

#ifdef __cplusplus
}
#endif
#endif
