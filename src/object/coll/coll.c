/* object/coll/coll.c: what the container types share and is not worth an inline. */
#include "object/coll/coll.h"

#include "rt/hooks.h"

OWNED PyObject *
coll_builtin(const char *name)
{
    PyObject *modname = PyUnicode_InternFromString("builtins");
    if (modname == NULL)
        return NULL;
    PyObject *mod = rt_hooks.import_module(modname);
    Py_DECREF(modname);
    if (mod == NULL)
        return NULL;
    PyObject *result = PyObject_GetAttrString(mod, name);
    Py_DECREF(mod);
    return result;
}
