/* modules/curses/curses.h: what the parts of _curses share. The library has one screen for the whole process: so has the
 * module one state, whoever imports it. */
#ifndef ADDER_MODULES_CURSES_CURSES_H
#define ADDER_MODULES_CURSES_CURSES_H

#include "modules/curses/library.h"

#include "base/own.h"
#include "object/core/call.h"         /* _PyArg_CheckPositional() */

extern PyObject *curses_error;          /* _curses.error */
extern PyObject *curses_dict;           /* the module's dict: LINES, COLS and others appear there later; NULL before the import */
extern PyTypeObject curses_window_type;

/* How far things are: false with _curses.error when setupterm(), initscr() or start_color() are still to come. The latter
 * two have the int results that py_curses.h promises. */
int curses_has_term(void);
int curses_has_screen(void);
int curses_has_colors(void);
enum { CURSES_TERM = 1, CURSES_SCREEN = 2, CURSES_COLORS = 4 };
extern int curses_stages;               /* what was called already */
extern char *curses_screen_encoding;    /* of the first window; NULL before initscr() */

/* None, or NULL with "NAME() returned ERR" for the code ERR. */
OWNED PyObject *curses_check(int code, const char *name);
/* NULL with "curses function returned NULL". */
OWNED PyObject *curses_failed(void);
/* curses_check() of a call that is made only when there is a screen. */
#define CURSES_CALL(name, call) (curses_has_screen() ? curses_check(call, name) : NULL)

/* A window object for w; encoding NULL: the locale's. `of` is the window that shares its cells, or NULL. Takes w: it is
 * deleted on failure. */
OWNED PyObject *curses_window_new(WINDOW *w, const char *encoding, PyCursesWindowObject *of);
#define WIN(op) (((PyCursesWindowObject *)(op))->win)

/* Arguments. Each: true, or false with an exception. */
bool curses_int(PyObject *o, int *out);
bool curses_ints(const char *name, PyObject *const *args, Py_ssize_t nargs, int *out, Py_ssize_t count);
/* A character that one cell of the old kind can hold: int, bytes or str of length 1, encoded as the window says
 * (w NULL: as the screen). */
bool curses_chtype(PyCursesWindowObject *w, PyObject *o, chtype *out);
/* Any character: 2 if it is text, in wide[]; 1 if it is an int or a byte, in *narrow; 0 with an exception. */
int curses_wide_char(PyObject *o, chtype *narrow, wchar_t wide[2]);
/* A character as text or number. */
bool curses_wchar(PyObject *o, wchar_t *out);

extern PyMethodDef curses_mode_functions[];      /* modes.c */
extern PyMethodDef curses_color_functions[];     /* color.c */
extern PyMethodDef curses_term_functions[];      /* term.c */
extern PyMethodDef curses_screen_functions[];    /* screen.c */
extern PyMethodDef curses_window_methods[];      /* window_methods.c */
PyObject *window_addch(PyObject *self, PyObject *args);          /* window_text.c */
PyObject *window_addstr(PyObject *self, PyObject *args);
PyObject *window_addnstr(PyObject *self, PyObject *args);
PyObject *window_insch(PyObject *self, PyObject *args);
PyObject *window_insstr(PyObject *self, PyObject *args);
PyObject *window_insnstr(PyObject *self, PyObject *args);
PyObject *window_hline(PyObject *self, PyObject *args);
PyObject *window_vline(PyObject *self, PyObject *args);
PyObject *window_chgat(PyObject *self, PyObject *args);
PyObject *window_echochar(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *window_border(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *window_box(PyObject *self, PyObject *args);
PyObject *window_getch(PyObject *self, PyObject *args);          /* window_input.c */
PyObject *window_getkey(PyObject *self, PyObject *args);
PyObject *window_get_wch(PyObject *self, PyObject *args);
PyObject *window_getstr(PyObject *self, PyObject *args);
PyObject *window_instr(PyObject *self, PyObject *args);
PyObject *window_inch(PyObject *self, PyObject *args);

#define CURSES_DOC(signature, text) signature "\n--\n\n" text

#endif
