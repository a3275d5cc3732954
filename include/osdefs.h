/* osdefs.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_OSDEFS_H
#define Py_OSDEFS_H

#define DELIM 58
#define MAXPATHLEN 4096
#define SEP 47

#endif
