/* interp/import_trace.c: what a user sees of importing: -X importtime, and tracebacks without importlib's frames. */
#include "interp/import.h"

#include <stdio.h>

#include "rt/interp.h"
#include "rt/singletons.h"

/* ---- -X importtime ---- */

static PyObject *
call_find_and_load(PyThreadState *ts, PyObject *name)
{
    struct rt_imports *imports = &ts->interp->imports;
    PyObject *args[3] = { imports->importlib, name, imports->import_func };
    return PyObject_VectorcallMethod(ID(_find_and_load), args, 3, NULL);
}

OWNED PyObject *
import_find_and_load(PyThreadState *ts, PyObject *name)
{
    struct rt_imports *imports = &ts->interp->imports;
    if (!ts->interp->config.import_time)
        return call_find_and_load(ts, name);
    if (!imports->find_and_load.header) {
        fputs("import time: self [us] | cumulative | imported package\n", stderr);
        imports->find_and_load.header = 1;
    }
    imports->find_and_load.import_level++;
    PyTime_t t0, t1, outer = imports->find_and_load.accumulated;
    (void)PyTime_PerfCounterRaw(&t0);
    imports->find_and_load.accumulated = 0;
    PyObject *m = call_find_and_load(ts, name);
    (void)PyTime_PerfCounterRaw(&t1);
    PyTime_t total = t1 - t0;
    imports->find_and_load.import_level--;
    fprintf(stderr, "import time: %9ld | %10ld | %*s%s\n", (long)((total - imports->find_and_load.accumulated + 999) / 1000),
            (long)((total + 999) / 1000), imports->find_and_load.import_level * 2, "", PyUnicode_AsUTF8(name));
    imports->find_and_load.accumulated = outer + total;
    return m;
}

/* ---- tracebacks ---- */

static int
is_importlib_entry(PyTracebackObject *tb, int *marks_user_code)
{
    PyCodeObject *code = PyFrame_GetCode(tb->tb_frame);
    int ours = PyUnicode_EqualToUTF8(code->co_filename, "<frozen importlib._bootstrap>") ||
               PyUnicode_EqualToUTF8(code->co_filename, "<frozen importlib._bootstrap_external>");
    *marks_user_code = ours && PyUnicode_EqualToUTF8(code->co_name, "_call_with_frames_removed");
    Py_DECREF(code);
    return ours;
}

/* Cut out every run of importlib entries that ends in _call_with_frames_removed(), or all runs if `always`. */
static void
cut_entries(PyObject **base, int always)
{
    PyObject **link = base, **run_start = NULL;
    int in_run = 0;
    while (*link != NULL) {
        PyTracebackObject *tb = (PyTracebackObject *)*link;
        int marks;
        int ours = is_importlib_entry(tb, &marks);
        if (ours && !in_run)
            run_start = link;
        in_run = ours;
        if (in_run && (always || marks)) {
            PyObject *next = Py_XNewRef((PyObject *)tb->tb_next);
            Py_SETREF(*run_start, next);
            link = run_start;
        } else
            link = (PyObject **)&tb->tb_next;
    }
}

void
import_trim_traceback(void)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (exc == NULL)
        return;
    if (interp_current()->config.verbose == 0)
        cut_entries(&((PyBaseExceptionObject *)exc)->traceback, PyErr_GivenExceptionMatches(exc, PyExc_ImportError));
    PyErr_SetRaisedException(exc);
}
