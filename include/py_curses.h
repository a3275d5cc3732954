/* py_curses.h: the interface of module _curses for others: four pointers in a capsule, fetched by import_curses(). */
#ifndef Py_CURSES_H
#define Py_CURSES_H

#include "Python.h"
#if defined(__has_include)
#if __has_include(<ncursesw/ncurses.h>)
#include <ncursesw/ncurses.h>
#else
#include <ncurses.h>
#endif
#else
#include <ncursesw/ncurses.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define PyCurses_API_pointers 4
#define PyCurses_CAPSULE_NAME "_curses._C_API"
#ifndef WINDOW_HAS_FLAGS
#define WINDOW_HAS_FLAGS 1
#endif

typedef struct PyCursesWindowObject {
    PyObject ob_base;
    WINDOW *win;
    char *encoding;
    struct PyCursesWindowObject *orig;
} PyCursesWindowObject;

#define PyCursesWindow_Check(v) Py_IS_TYPE((v), &PyCursesWindow_Type)

#ifndef CURSES_MODULE
static void **PyCurses_API;

#define PyCursesWindow_Type (*_PyType_CAST(PyCurses_API[0]))
/* Each leaves the calling function when curses is not as far; the exception is set. */
#define PyCursesSetupTermCalled  { if (!((int (*)(void))PyCurses_API[1])()) return NULL; }
#define PyCursesInitialised      { if (!((int (*)(void))PyCurses_API[2])()) return NULL; }
#define PyCursesInitialisedColor { if (!((int (*)(void))PyCurses_API[3])()) return NULL; }
#define import_curses() (PyCurses_API = (void **)PyCapsule_Import(PyCurses_CAPSULE_NAME, 1))
#endif

static const char catchall_ERR[] = "curses function returned ERR";
static const char catchall_NULL[] = "curses function returned NULL";

#ifdef __cplusplus
}
#endif
#endif
