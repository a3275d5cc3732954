/* object/core/typevar.h: TypeVar, ParamSpec, TypeVarTuple, TypeAliasType, Generic.
 *
 * The type parameter syntax makes them through the functions below; bounds, constraints, defaults and alias values
 * given that way are functions, called when first asked for. The heap types belong to the interpreter. */
#ifndef ADDER_OBJECT_CORE_TYPEVAR_H
#define ADDER_OBJECT_CORE_TYPEVAR_H

#include <Python.h>

#include "base/own.h"

/* Make the types of this interpreter (once; the functions below do it too): 0 or -1. */
int typing_init(void);
void typing_fini(PyInterpreterState *interp);
/* Put TypeVar, ParamSpec ... and NoDefault into module _typing: 0 or -1. For src/modules under a public-looking name. */
PyAPI_FUNC(int) _PyTyping_AddTypes(PyObject *module);

OWNED PyObject *typevar_make(PyObject *name, PyObject *evaluate_bound, PyObject *evaluate_constraints);
OWNED PyObject *paramspec_make(PyObject *name);
OWNED PyObject *typevartuple_make(PyObject *name);
/* args: (name, type_params or None, compute_value). */
OWNED PyObject *typealias_make(PyObject *args);
/* Generic[params], the implicit base of class C[T]. */
OWNED PyObject *typing_subscript_generic(PyObject *params);
/* Store a default (function) in a type parameter; gives the parameter back. */
OWNED PyObject *typing_set_default(PyObject *typeparam, PyObject *evaluate_default);

/* ---- for typealias.c ---- */

bool typealias_check(PyObject *o);
bool typevartuple_check(PyObject *o);
/* typing.name(*args). */
OWNED PyObject *typing_call(const char *name, PyObject *const *args, Py_ssize_t n);
/* __name__ of the running frame's module, borrowed, or None. */
BORROWED(frame) PyObject *typing_caller(void);
/* params with typing.Unpack[Ts] for each TypeVarTuple. */
OWNED PyObject *typing_unpack_tuples(PyObject *params);

extern PyTypeObject _PyTypeAlias_Type, _PyNoDefault_Type;
extern PyObject _Py_NoDefaultStruct;

#endif
