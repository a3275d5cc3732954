/* rt/fatal.c: the end for which there is no exception. */
#include <stdio.h>
#include <stdlib.h>

#include <Python.h>

void
_Py_FatalErrorFunc(const char *func, const char *msg)
{
    fprintf(stderr, "Fatal Python error: %s%s%s\n", func == NULL ? "" : func, func == NULL ? "" : ": ", msg == NULL ? "<message not set>" : msg);
    fflush(stderr);
    abort();
}

void
(Py_FatalError)(const char *msg)
{
    _Py_FatalErrorFunc(NULL, msg);
}
