/* vm/slow.h: the slow paths of the loop: one function each, called by the handlers, by compiled traces and by the C API.
 * Unless said otherwise: a new reference or NULL, 0 or -1, with an exception on failure; arguments are borrowed. Where Python code expects
 * a failure (a name that is not there, the end of an iteration), it is a status: 1 found, 0 not, -1 with another exception. */
#ifndef ADDER_VM_SLOW_H
#define ADDER_VM_SLOW_H

#include <Python.h>

#include "vm/frame.h"

/* The helper that opcodes.def names for an opcode, or NULL. */
extern void *const vm_op_helper[256];

/* operators.c */
OWNED PyObject *vm_binary_op(PyObject *left, PyObject *right, int oparg);
OWNED PyObject *vm_compare(PyObject *left, PyObject *right, int oparg);
OWNED PyObject *vm_convert(PyObject *value, int oparg);
OWNED PyObject *vm_get_slice(PyObject *container, STEALS PyObject *start, STEALS PyObject *stop);
int vm_set_slice(PyObject *container, STEALS PyObject *start, STEALS PyObject *stop, PyObject *value);
OWNED PyObject *vm_const_key_map(PyObject *keys, PyObject *const *values, int n);
/* Both parts are new references (or None); 0 or -1. */
int vm_except_star(PyThreadState *ts, PyObject *exc, PyObject *type, PyObject **match, PyObject **rest);
/* 1 with a new reference, 0 at the end (the tools have been told of a StopIteration), -1. */
int vm_iter_next(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *iter, PyObject **next);
PySendResult vm_send(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *receiver, PyObject *v, PyObject **res);

/* names.c */
/* 1 with a new reference, 0, -1. */
int vm_find_global(PyThreadState *ts, PyObject *globals, PyObject *builtins, PyObject *name, PyObject **value);
int vm_find_name(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *name, PyObject **value);
void vm_raise_not_defined(PyThreadState *ts, PyObject *name);
OWNED PyObject *vm_load_build_class(PyThreadState *ts, PyObject *builtins);
OWNED PyObject *vm_load_from_dict_or_globals(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *mapping, PyObject *name);
OWNED PyObject *vm_load_from_dict_or_deref(PyThreadState *ts, PyCodeObject *co, PyObject *mapping, PyObject *cell, int i);
int vm_store_name(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *name, PyObject *value);
int vm_delete_name(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *name);
int vm_delete_global(PyThreadState *ts, PyObject *globals, PyObject *name);
int vm_setup_annotations(PyThreadState *ts, PyObject *locals);
void vm_raise_unbound_local(PyThreadState *ts, PyCodeObject *co, int i);
void vm_raise_unbound_cell(PyThreadState *ts, PyCodeObject *co, int i);
void vm_raise_name_error(PyThreadState *ts, const char *format, PyObject *name);

/* import.c */
OWNED PyObject *vm_import_name(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *name, PyObject *fromlist, PyObject *level);
OWNED PyObject *vm_import_from(PyThreadState *ts, PyObject *module, PyObject *name);
int vm_import_star(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *module);

/* unpack.c */
/* Unpack n values (after >= 0: then a list of the rest and `after` more) downwards from sp. */
int vm_unpack(PyThreadState *ts, PyObject *v, int n, int after, PyObject **sp);
OWNED PyObject *vm_build_set(PyObject **items, int n);       /* takes the items over */
int vm_list_extend(PyThreadState *ts, PyObject *list, PyObject *iterable);
int vm_dict_update(PyThreadState *ts, PyObject *dict, PyObject *update);
int vm_dict_merge(PyThreadState *ts, PyObject *callable, PyObject *dict, PyObject *update);
OWNED PyObject *vm_args_tuple(PyThreadState *ts, PyObject *callable, PyObject *iterable);
/* 1 with a new tuple, 0 no match, -1. */
int vm_match_class(PyThreadState *ts, PyObject *subject, PyObject *type, Py_ssize_t nargs, PyObject *names, PyObject **attrs);
OWNED PyObject *vm_match_keys(PyThreadState *ts, PyObject *map, PyObject *keys);    /* tuple or None */

/* raise.c */
bool vm_raise(PyThreadState *ts, STEALS PyObject *exc, STEALS PyObject *cause);     /* true: reraised as it was */
OWNED PyObject *vm_enter_with(PyThreadState *ts, PyObject *mgr, PyObject **res);    /* bound __exit__, and what __enter__ returned */
OWNED PyObject *vm_enter_async_with(PyThreadState *ts, PyObject *mgr, PyObject **res);
OWNED PyObject *vm_call_exit(PyThreadState *ts, PyObject *exit, PyObject *exc);
int vm_clear_stop_iteration(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr);   /* 0 if it was a StopIteration */

/* Code that did not come from the compiler gives an instruction a wrong value: SystemError; always true. */
bool vm_bad_operand(PyThreadState *ts, const char *instr, PyObject *v);

/* awaiting.c */
OWNED PyObject *vm_yield_from_iter(PyThreadState *ts, PyCodeObject *co, PyObject *iterable);
OWNED PyObject *vm_get_awaitable(PyThreadState *ts, PyObject *iterable, int oparg);
OWNED PyObject *vm_get_aiter(PyThreadState *ts, PyObject *obj);
OWNED PyObject *vm_get_anext(PyThreadState *ts, PyObject *aiter);

/* May SET_FUNCTION_ATTRIBUTE put attr there? */
bool vm_fits_function(PyObject *func, PyObject *attr, int which);

/* quick.c */
OWNED PyObject *vm_binary_quick(PyThreadState *ts, PyObject *left, PyObject *right, int op);   /* NULL without exception: not so easy */
OWNED PyObject *vm_slice_quick(PyObject *seq, PyObject *start, PyObject *stop);        /* the same; NULL with MemoryError too */

/* intrinsics.c */
extern PyObject *(*const vm_intrinsic1[])(PyThreadState *ts, PyObject *value);
extern PyObject *(*const vm_intrinsic2[])(PyThreadState *ts, PyObject *first, PyObject *second);

/* super.c */
OWNED PyObject *vm_load_super_attr(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *super, PyObject *cls, PyObject *self, PyObject *name, int oparg, bool watched);
/* super(cls, self).name; with `unbound`: a plain function is not bound, and *unbound says so. */
OWNED PyObject *super_lookup(PyTypeObject *cls, PyObject *self, PyObject *name, int *unbound);

/* state of this floor in an interpreter */
struct vm_cache { PyObject *isinstance, *len, *list_append, *object_getattribute; };   /* borrowed: what specialised calls compare with */
struct vm_cache *vm_cache(PyThreadState *ts);
extern PyCodeObject *vm_init_shim_code;
static inline PyCodeObject *vm_init_shim(void) { return vm_init_shim_code; }        /* code of the frame below a specialised __init__ */

static inline bool frame_has_room_for(PyThreadState *ts, int words)
{
    return ts->datastack_top != NULL && words < ts->datastack_limit - ts->datastack_top;
}
static inline bool frame_has_room(PyThreadState *ts, PyCodeObject *co)
{
    return frame_has_room_for(ts, co->co_framesize) && ts->py_recursion_remaining > 1;
}
static inline _PyInterpreterFrame *frame_push_unchecked(PyThreadState *ts, STEALS PyFunctionObject *func, int null_from)
{
    PyCodeObject *co = (PyCodeObject *)func->func_code;
    _PyInterpreterFrame *f = (_PyInterpreterFrame *)ts->datastack_top;
    ts->datastack_top += co->co_framesize;
    frame_init(f, func, NULL, co, null_from);
    return f;
}
static inline _PyInterpreterFrame *frame_push_shim(PyThreadState *ts, PyCodeObject *co)
{
    _PyInterpreterFrame *f = (_PyInterpreterFrame *)ts->datastack_top;
    ts->datastack_top += co->co_framesize;
    *f = (_PyInterpreterFrame){ .f_executable = Py_NewRef(co), .f_funcobj = Py_None, .stacktop = 0, .owner = FRAME_OWNED_BY_THREAD,
                                .instr_ptr = _PyCode_CODE(co) };
    return f;
}
#endif
