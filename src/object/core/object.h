/* object/core/object.h: what every object can do, and where its dict and weak references hang.
 *
 * A type with Py_TPFLAGS_MANAGED_DICT has a word at -24 for the dict pointer, one with MANAGED_WEAKREF a word at -32
 * for the list of weak references (in front of the GC head). With INLINE_VALUES (tp_basicsize 16) the attribute
 * values follow the object (struct _dictvalues, object/coll/dict.h) as long as no dict has taken them over. */
#ifndef ADDER_OBJECT_CORE_OBJECT_H
#define ADDER_OBJECT_CORE_OBJECT_H

#include <Python.h>

#include "base/own.h"
#include "object/core/birth.h"

/* ---- dict and weak references ---- */

static inline PyObject **object_managed_dict(PyObject *op) { return (PyObject **)op - 3; }
static inline PyObject **object_managed_weaklist(PyObject *op) { return (PyObject **)op - 4; }
static inline struct _dictvalues *object_inline_values(PyObject *op)
{
    return (struct _dictvalues *)((char *)op + Py_TYPE(op)->tp_basicsize);
}
/* Bytes in front of an object of type t: GC head and managed words. */
static inline size_t object_preheader(PyTypeObject *t)
{
    return ((t->tp_flags & Py_TPFLAGS_HAVE_GC) ? 16 : 0) + ((t->tp_flags & Py_TPFLAGS_PREHEADER) ? 16 : 0);
}
/* Address of the dict pointer by tp_dictoffset (negative offsets count from the end); NULL when the type has no
 * dict or a managed one. */
PyObject **object_dict_slot(PyObject *op);
/* The instance dict, made if needed; NULL with an exception, AttributeError when the type has none. */
OWNED PyObject *object_get_dict(PyObject *op);
/* Address of the list of weak references, or NULL when the type supports none. Works for static types too. */
PyObject **object_weaklist(PyObject *op);

/* ---- attributes ---- */

/* Audit events object.__getattr__, and object.__setattr__ or (value NULL) object.__delattr__: 0 or -1 with an exception. */
bool object_audit_listens(void);
int object_audit_read(PyObject *op, const char *name);
int object_audit_write(PyObject *op, const char *name, PyObject *value);

/* Prepare a method call: *method is set to a new reference. Result 1: *method is unbound, self goes first;
 * 0: call *method as it is, or *method NULL and an exception. */
PyAPI_FUNC(int) _PyObject_GetMethod(PyObject *obj, PyObject *name, PyObject **method);
/* Attach name and obj to the pending AttributeError, unless it has them. */
void object_set_attribute_error_context(PyObject *obj, PyObject *name);

/* tp_iternext of types that define no __next__ although a base does: TypeError. */
PyObject *_PyObject_NextNotImplemented(PyObject *self);
/* Py_LT ... as seen from the other operand. */
PyAPI_DATA(const int) _Py_SwappedOp[];
PyAPI_DATA(PyTypeObject) _PyNone_Type;
PyAPI_DATA(PyTypeObject) _PyNotImplemented_Type;
/* "module.qualname()" of a callable for messages; str(callable) when it has no names. */
/* (_PyObject_FunctionStr() is public.) */

/* Debug: true when the object looks freed. */
PyAPI_FUNC(int) _PyObject_IsFreed(PyObject *);
/* The hash of an address, and exported names of the same kind. */
static inline Py_hash_t object_hash_pointer(const void *p)
{
    size_t y = (size_t)p;
    return (Py_hash_t)((y >> 4) | (y << (8 * sizeof(size_t) - 4))) == -1
        ? -2 : (Py_hash_t)((y >> 4) | (y << (8 * sizeof(size_t) - 4)));
}

/* True when nobody else can see the object: safe on immortals. */
static inline bool object_is_unique(PyObject *op) { return op->ob_refcnt == 1; }

#endif
