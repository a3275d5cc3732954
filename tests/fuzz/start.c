/* tests/fuzz/start.c: the runtime of the targets that stop at the compiler: see fuzz.h. */
#include <Python.h>

#include "code/code.h"
#include "gc/gc.h"
#include "object/init.h"
#include "rt/runtime.h"
#include "rt/thread.h"
#include "fuzz.h"

void
fuzz_broken(const char *what)
{
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

void
fuzz_start(void)
{
    static bool done;
    if (done)
        return;
    done = true;
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0)
        fuzz_broken("cannot start the runtime");
    PyThreadState *ts = ts_current();
    if (objects_init(ts) < 0 || objects_ready_types(code_static_types) < 0 || gc_init(ts->interp) < 0)
        fuzz_broken("cannot start the objects");
}

void
fuzz_settle(bool failed)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (failed && exc == NULL)
        fuzz_broken("failed without an exception");
    if (!failed && exc != NULL)
        fuzz_broken("succeeded with an exception set");
    Py_XDECREF(exc);
}
