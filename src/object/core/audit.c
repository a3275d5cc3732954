/* object/core/audit.c: audit events of attributes (PEP 578). Nothing is made while nobody listens. */
#include "object/core/object.h"

#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/runtime.h"

bool
object_audit_listens(void)
{
    struct rt_runtime *rt = (struct rt_runtime *)(void *)&_PyRuntime;
    return rt_hooks.audit != NULL && (rt->audit_hooks != NULL || interp_current()->audit_hooks != NULL);
}

static int
raise_event(const char *event, PyObject *args)
{
    int r = args == NULL ? -1 : rt_hooks.audit(ts_current(), event, args);
    Py_XDECREF(args);
    return r;
}

int
object_audit_read(PyObject *op, const char *name)
{
    return object_audit_listens() ? raise_event("object.__getattr__", Py_BuildValue("(Os)", op, name)) : 0;
}

int
object_audit_write(PyObject *op, const char *name, PyObject *value)
{
    if (!object_audit_listens())
        return 0;
    return value != NULL ? raise_event("object.__setattr__", Py_BuildValue("(OsO)", op, name, value))
                         : raise_event("object.__delattr__", Py_BuildValue("(Os)", op, name));
}
