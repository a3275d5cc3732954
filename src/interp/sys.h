/* interp/sys.h: the sys module. */
#ifndef ADDER_INTERP_SYS_H
#define ADDER_INTERP_SYS_H

#include <Python.h>

#include "base/own.h"
#include "rt/interp.h"
#include "rt/runtime.h"

/* Make `sys` with what does not need a configuration of paths; enters it in sys.modules. NULL with an exception. */
OWNED PyObject *sys_init(PyThreadState *ts);
/* Set what the configuration decides: argv, paths, flags, options... 0 or -1. */
int sys_update_config(PyThreadState *ts);
int sys_init_streams(PyThreadState *ts);
/* As PySys_GetObject(), but failures are not reported: for those who report. */
BORROWED(sys) PyObject *sys_get_quietly(const char *name);
/* An option of -X, "name" or "name=value", into the dict: 0 or -1. */
int sys_add_xoption(PyObject *dict, const wchar_t *option);
/* Flush stdout and stderr; 0, or -1 if one failed (reported as unraisable). */
int sys_flush_streams(PyThreadState *ts);

/* Parts, one file each: struct sequences and constants; 0 or -1. */
int sys_add_info(PyObject *dict);
OWNED PyObject *sys_make_flags(void);
extern PyMethodDef sys_info_methods[], sys_hook_methods[], sys_trace_methods[], sys_misc_methods[], sys_audit_methods[];

/* Print an exception as sys.excepthook does; also the fallback when that hook is broken. */
void sys_display_exception(PyObject *exc, PyObject *file);
/* Gives exc this traceback if it has none of its own; other objects are left alone. */
void sys_attach_traceback(PyObject *exc, PyObject *tb);
/* Does anybody want to know of events? interp may be NULL. */
static inline bool sys_is_audited(PyInterpreterState *interp)
{
    return ((struct rt_runtime *)(void *)&_PyRuntime)->audit_hooks != NULL || (interp != NULL && interp->audit_hooks != NULL);
}
/* sys.audit() for rt_hooks and the finalizer of C audit hooks. */
int sys_audit_tuple(PyThreadState *ts, const char *event, PyObject *args);
void sys_clear_audit_hooks(PyThreadState *ts);
/* rt_hooks.unraisable. */
void sys_unraisable(const char *where, PyObject *obj);

#endif
