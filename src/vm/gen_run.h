/* vm/gen_run.h: parts of generators that coroutines and asynchronous generators share. */
#ifndef ADDER_VM_GEN_RUN_H
#define ADDER_VM_GEN_RUN_H

#include "vm/genobject.h"

/* Resume with arg (NULL: as next()). throwing: the current exception is raised inside; closing: silent for a finished coroutine. */
PySendResult gen_run(PyGenObject *gen, PyObject *arg, PyObject **result, bool throwing, bool closing);
void gen_chain_handled(PyThreadState *ts);
PyObject *gen_send(PyObject *gen, PyObject *arg);
PySendResult gen_am_send(PyObject *gen, PyObject *arg, PyObject **result);
PyObject *gen_close(PyObject *gen, PyObject *ignored);
PyObject *gen_throw(PyObject *gen, PyObject *const *args, Py_ssize_t n);
/* close_on_exit: a GeneratorExit closes what gen delegates to, instead of being thrown into it. */
PyObject *gen_throw_into(PyGenObject *gen, bool close_on_exit, PyObject *type, PyObject *value, PyObject *tb);
int gen_traverse(PyObject *gen, visitproc visit, void *arg);
void gen_dealloc(PyObject *gen);
PyObject *gen_sizeof(PyObject *gen, PyObject *ignored);
PyObject *gen_get_name(PyObject *, void *), *gen_get_qualname(PyObject *, void *), *gen_get_running(PyObject *, void *);
PyObject *gen_get_suspended(PyObject *, void *), *gen_get_code(PyObject *, void *), *gen_get_yieldfrom(PyObject *, void *);
PyObject *gen_get_frame(PyObject *, void *);
int gen_set_name(PyObject *, PyObject *, void *), gen_set_qualname(PyObject *, PyObject *, void *);

#endif
