/* rt/fatal.c: the end for which there is no exception. */
#include "rt/hooks.h"

void
_Py_FatalErrorFunc(const char *func, const char *msg)
{
    rt_fatal(func, msg == NULL ? "<message not set>" : msg);
}

void
(Py_FatalError)(const char *msg)
{
    rt_fatal(NULL, msg == NULL ? "<message not set>" : msg);
}
