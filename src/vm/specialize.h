/* vm/specialize.h: choosing a specialised form for an instruction whose warm-up counter has run down.
 * Each function rewrites `instr` (opcode, caches) or puts its counter off for longer. They raise nothing. */
#ifndef ADDER_VM_SPECIALIZE_H
#define ADDER_VM_SPECIALIZE_H

#include <Python.h>

#include "code/code.h"

void spec_load_global(PyThreadState *ts, PyObject *globals, PyObject *builtins, _Py_CODEUNIT *instr, PyObject *name);
void spec_to_bool(PyThreadState *ts, PyObject *value, _Py_CODEUNIT *instr);
void spec_binary_op(PyThreadState *ts, PyObject *left, PyObject *right, _Py_CODEUNIT *instr, int oparg, PyObject **locals);
void spec_compare_op(PyThreadState *ts, PyObject *left, PyObject *right, _Py_CODEUNIT *instr, int oparg);
void spec_contains_op(PyThreadState *ts, PyObject *container, _Py_CODEUNIT *instr);
void spec_binary_subscr(PyThreadState *ts, PyObject *container, PyObject *sub, _Py_CODEUNIT *instr);
void spec_store_subscr(PyThreadState *ts, PyObject *container, PyObject *sub, _Py_CODEUNIT *instr);
void spec_unpack_sequence(PyThreadState *ts, PyObject *seq, _Py_CODEUNIT *instr, int oparg);
void spec_for_iter(PyThreadState *ts, PyObject *iter, _Py_CODEUNIT *instr, int oparg);
void spec_send(PyThreadState *ts, PyObject *receiver, _Py_CODEUNIT *instr);
void spec_load_attr(PyThreadState *ts, PyObject *owner, _Py_CODEUNIT *instr, PyObject *name);
void spec_store_attr(PyThreadState *ts, PyObject *owner, _Py_CODEUNIT *instr, PyObject *name);
void spec_load_super_attr(PyThreadState *ts, PyObject *super, PyObject *cls, _Py_CODEUNIT *instr, int is_method);
void spec_call(PyThreadState *ts, PyObject *callable, _Py_CODEUNIT *instr, int nargs, PyObject **sp);

/* The instruction at pc, if it is one that learns and has not: its next run tries to; with `first`, only if it has never tried, as each failure
 * puts the next try off for twice as long. For who takes runs away that the counter would have counted: traces. */
void specialize_soon(_Py_CODEUNIT *pc, bool first);

#endif
