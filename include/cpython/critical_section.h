/* cpython/critical_section.h: with the global lock a critical section is a plain block; the functions stay for callers by name. */
#ifndef Py_CPYTHON_CRITICAL_SECTION_H
#define Py_CPYTHON_CRITICAL_SECTION_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PyCriticalSection PyCriticalSection;
typedef struct PyCriticalSection2 PyCriticalSection2;

PyAPI_FUNC(void) PyCriticalSection_Begin(PyCriticalSection *, PyObject *);
PyAPI_FUNC(void) PyCriticalSection_End(PyCriticalSection *);
PyAPI_FUNC(void) PyCriticalSection2_Begin(PyCriticalSection2 *, PyObject *, PyObject *);
PyAPI_FUNC(void) PyCriticalSection2_End(PyCriticalSection2 *);

#define Py_BEGIN_CRITICAL_SECTION(op) {
#define Py_END_CRITICAL_SECTION() }
#define Py_BEGIN_CRITICAL_SECTION2(a, b) {
#define Py_END_CRITICAL_SECTION2() }

#ifdef __cplusplus
}
#endif
#endif
