/* cpython/dictobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_DICTOBJECT_H
#define Py_CPYTHON_DICTOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct _dictkeysobject PyDictKeysObject;
typedef struct _dictvalues PyDictValues;

/* Each event of a watched dict, for lists made of them. */
#define PY_FOREACH_DICT_EVENT(V) \
    V(ADDED) V(MODIFIED) V(DELETED) V(CLONED) V(CLEARED) V(DEALLOCATED)
typedef enum {
#define PY_DEF_EVENT(EVENT) PyDict_EVENT_##EVENT,
    PY_FOREACH_DICT_EVENT(PY_DEF_EVENT)
#undef PY_DEF_EVENT
} PyDict_WatchEvent;
typedef int (*PyDict_WatchCallback)(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *new_value);

typedef struct {
    PyObject ob_base;
    Py_ssize_t ma_used;
    Py_DEPRECATED(3.12) uint64_t ma_version_tag;
    PyDictKeysObject *ma_keys;
    PyDictValues *ma_values;
} PyDictObject;

PyAPI_FUNC(int) PyDict_AddWatcher(PyDict_WatchCallback);
PyAPI_FUNC(int) PyDict_ClearWatcher(int);
PyAPI_FUNC(int) PyDict_ContainsString(PyObject *, const char *);
PyAPI_FUNC(int) PyDict_Pop(PyObject *, PyObject *, PyObject **);
PyAPI_FUNC(int) PyDict_PopString(PyObject *, const char *, PyObject **);
PyAPI_FUNC(PyObject *) PyDict_SetDefault(PyObject *, PyObject *, PyObject *);
PyAPI_FUNC(int) PyDict_SetDefaultRef(PyObject *, PyObject *, PyObject *, PyObject **);
PyAPI_FUNC(int) PyDict_Unwatch(int, PyObject *);
PyAPI_FUNC(int) PyDict_Watch(int, PyObject *);
PyAPI_FUNC(PyObject *) _PyDict_GetItemStringWithError(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyDict_GetItem_KnownHash(PyObject *, PyObject *, Py_hash_t);
PyAPI_FUNC(PyObject *) _PyDict_NewPresized(Py_ssize_t);
PyAPI_FUNC(PyObject *) _PyDict_Pop(PyObject *, PyObject *, PyObject *);
static inline Py_ssize_t PyDict_GET_SIZE(PyObject *op) { return ((PyDictObject *)op)->ma_used; }
#define PyDict_GET_SIZE(op) PyDict_GET_SIZE(_PyObject_CAST(op))

#ifdef __cplusplus
}
#endif
#endif
