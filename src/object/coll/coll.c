/* object/coll/coll.c: what the container types share and is not worth an inline. */
#include "object/coll/coll.h"

#include "rt/hooks.h"
#include "rt/interp.h"

OWNED PyObject *
coll_builtin(const char *name)
{
    PyObject *key = PyUnicode_InternFromString(name), *value = NULL;
    if (key == NULL)
        return NULL;
    if (PyMapping_GetOptionalItem(rt_hooks.frame_builtins(ts_current()), key, &value) == 0)
        PyErr_SetObject(PyExc_AttributeError, key);
    Py_DECREF(key);
    return value;
}
