/* object/core/exc_slots.h: slots that exception types of one family share; for exc_*.c, and err.c, which makes them. */
#ifndef ADDER_OBJECT_CORE_EXC_SLOTS_H
#define ADDER_OBJECT_CORE_EXC_SLOTS_H

#include "object/core/exc.h"
#include "rt/interp.h"

#define EXC_FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASE_EXC_SUBCLASS)

PyObject *exc_base_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
int exc_base_init(PyObject *self, PyObject *args, PyObject *kwargs);
int exc_base_clear(PyObject *self);
int exc_base_traverse(PyObject *self, visitproc visit, void *arg);
void exc_base_dealloc(PyObject *self);
PyObject *exc_base_str(PyObject *self);
PyObject *exc_base_reduce(PyObject *self, PyObject *unused);
/* (type, args) or (type, args, state); state is stolen, None counts as no state. */
PyObject *exc_reduce_with(PyObject *self, PyObject *state);
/* Untracks, clears by `clear` and frees, without deep recursion. */
void exc_dealloc_by(PyObject *self, inquiry clear, destructor dealloc);

#define MEMORY_RESERVE 16

/* What an interpreter keeps for exceptions (interp->errs). */
struct err_state {
    PyObject *memory_reserve[MEMORY_RESERVE];   /* dead MemoryErrors: count 0, untracked, args cleared */
    int memory_reserve_n;
    PyObject *memory_last_resort;               /* shared by all when the reserve is used up too */
    PyObject *group_type;                       /* class ExceptionGroup(BaseExceptionGroup, Exception) */
};
static inline struct err_state *err_state(void) { return interp_current()->errs; }

/* Parts of exc_init() and exc_fini(). */
int exc_memory_init(void);
void exc_memory_fini(void);
int exc_group_init_type(void);
void exc_group_fini_type(void);

#define EXC_FAMILY(family) \
    int exc_##family##_init(PyObject *self, PyObject *args, PyObject *kwargs); \
    int exc_##family##_clear(PyObject *self); \
    int exc_##family##_traverse(PyObject *self, visitproc visit, void *arg); \
    void exc_##family##_dealloc(PyObject *self);
EXC_FAMILY(import)
EXC_FAMILY(name)
EXC_FAMILY(os)
EXC_FAMILY(syntax)
#undef EXC_FAMILY

#define EXC_BASE_SLOTS(family) \
    .tp_dealloc = exc_##family##_dealloc, .tp_traverse = exc_##family##_traverse, .tp_clear = exc_##family##_clear, \
    .tp_init = exc_##family##_init, .tp_flags = EXC_FLAGS, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict)

/* *field = a new reference to value (NULL allowed). */
static inline void exc_assign(PyObject **field, PyObject *value) { Py_XSETREF(*field, Py_XNewRef(value)); }

#endif
