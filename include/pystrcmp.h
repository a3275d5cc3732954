/* pystrcmp.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_STRCMP_H
#define Py_STRCMP_H

#include "pyport.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(int) PyOS_mystricmp(const char *, const char *);
PyAPI_FUNC(int) PyOS_mystrnicmp(const char *, const char *, Py_ssize_t);
#define PyOS_stricmp PyOS_mystricmp
#define PyOS_strnicmp PyOS_mystrnicmp

#ifdef __cplusplus
}
#endif
#endif
