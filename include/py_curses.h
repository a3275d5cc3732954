/* py_curses.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_PY_CURSES_H
#define ADDER_PY_CURSES_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
