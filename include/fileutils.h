/* fileutils.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_FILEUTILS_H
#define Py_FILEUTILS_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03050000
PyAPI_FUNC(wchar_t *) Py_DecodeLocale(const char *, size_t *);
PyAPI_FUNC(char *) Py_EncodeLocale(const wchar_t *, size_t *);
#endif

#ifndef Py_LIMITED_API
#include "cpython/fileutils.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
