/* modules/asyncio/asyncio.h: what the files of _asyncio share. A future is a result to come, with callbacks; a task is a
 * future that runs a coroutine, one step at a time, each called by the event loop. The event loop itself is Python.
 * Functions return 0, or -1 with an exception, unless they say otherwise. */
#ifndef ADDER_MODULES_ASYNCIO_H
#define ADDER_MODULES_ASYNCIO_H

#include <Python.h>
#include <stdbool.h>

#include "base/own.h"

enum future_state { FUTURE_PENDING, FUTURE_CANCELLED, FUTURE_FINISHED };

struct future {
    PyObject_HEAD
    PyObject *loop;                    /* NULL: __init__() was not called */
    PyObject *callback0, *context0;    /* the first callback, since most futures have one only */
    PyObject *callbacks;               /* list of (callback, context): the others; or NULL */
    PyObject *exception, *exception_tb, *result;
    PyObject *source_tb, *cancel_msg;
    PyObject *cancelled_exc;           /* the CancelledError that ended the task, for result() */
    uint8_t state;                     /* enum future_state */
    bool log_tb;                       /* the exception was not looked at yet */
    bool blocking;                     /* somebody awaits this future: set when it is yielded, cleared by the task */
    bool must_cancel, log_destroy_pending;                             /* of tasks */
};

struct task {
    struct future f;
    PyObject *waiter;                  /* the future it waits for, or NULL */
    PyObject *coro, *name, *context;   /* name: an int n stands for "Task-n" until somebody asks */
    int cancels;
};

struct future_iter { PyObject_HEAD struct future *future; };           /* NULL: exhausted */
struct step { PyObject_HEAD struct task *task; PyObject *arg; };       /* the next step, to be called by the loop; arg: exception or NULL */

struct aio {
    PyTypeObject *future_type, *task_type, *iter_type, *step_type;
    PyObject *invalid_state, *cancelled_error;
    PyObject *get_policy, *future_repr, *task_repr, *task_get_stack, *task_print_stack, *iscoroutine, *extract_stack;
    PyObject *scheduled, *eager, *current;                             /* WeakSet and set of tasks; dict: loop -> task */
    PyObject *coroutine_types;                                         /* set: types whose objects iscoroutine() accepted */
    PyObject *kw_context, *kw_msg;                                     /* ("context",), ("msg",) */
    PyObject *s_call_soon, *s_get_debug, *s_exception_handler, *s_get_loop, *s_loop, *s_blocking, *s_add_done_callback, *s_cancel,
        *s_result, *s_throw, *s_add, *s_discard, *s_is_running, *s_get_event_loop, *s_message, *s_exception, *s_future, *s_task, *s_source_tb;
    uint64_t names;                    /* numbers given to tasks */
};

extern struct PyModuleDef aio_module_def;
extern PyType_Spec aio_future_spec, aio_task_spec, aio_iter_spec, aio_step_spec;

static inline struct aio *aio_of(PyObject *self)                       /* self: a future or of a subclass */
{
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(self), &aio_module_def);
    return module == NULL ? NULL : PyModule_GetState(module);
}
static inline bool aio_is_exact(struct aio *st, PyObject *o) { return Py_IS_TYPE(o, st->future_type) || Py_IS_TYPE(o, st->task_type); }

/* aio_module.c */
OWNED PyObject *aio_event_loop(struct aio *st);                        /* the running loop, or that of the policy */
OWNED PyObject *aio_call_soon(struct aio *st, PyObject *loop, PyObject *func, PyObject *arg, PyObject *context);   /* arg, context: perhaps NULL */
int aio_enter_task(struct aio *st, PyObject *loop, PyObject *task);
int aio_leave_task(struct aio *st, PyObject *loop, PyObject *task);
OWNED PyObject *aio_swap_task(struct aio *st, PyObject *loop, PyObject *task);
int aio_register(struct aio *st, PyObject *task);

/* aio_future.c */
int future_init(struct aio *st, struct future *f, PyObject *loop);     /* loop: perhaps None */
int future_alive(struct future *f);
int future_set_result(struct aio *st, struct future *f, PyObject *result);
int future_set_exception(struct aio *st, struct future *f, PyObject *exc);
int future_cancel(struct aio *st, struct future *f, PyObject *msg);    /* 1: is cancelled now, 0: was done, -1 */
int future_get_result(struct aio *st, struct future *f, PyObject **result);   /* 0: *result; 1: *result is the exception to raise; -1 */
int future_add_callback(struct aio *st, struct future *f, PyObject *func, PyObject *context);
OWNED PyObject *future_cancelled_error(struct aio *st, struct future *f);
void future_finalize(PyObject *self);
int future_traverse(PyObject *self, visitproc visit, void *arg);
int future_clear(PyObject *self);
void future_call_handler(struct aio *st, struct future *f, STEALS PyObject *context);   /* loop.call_exception_handler(context); context: NULL reports the exception there is. Raises nothing */
OWNED PyObject *future_iter(PyObject *self);
PyObject *future_get_state(PyObject *self, void *closure);
PyObject *future_get_blocking(PyObject *self, void *closure);
PyObject *future_get_loop(PyObject *self, void *closure);
PyObject *future_get_callbacks(PyObject *self, void *closure);
PyObject *future_get_result_attr(PyObject *self, void *closure);
PyObject *future_get_exception(PyObject *self, void *closure);
PyObject *future_get_log_tb(PyObject *self, void *closure);
PyObject *future_get_source_tb(PyObject *self, void *closure);
PyObject *future_get_cancel_msg(PyObject *self, void *closure);
int future_set_blocking(PyObject *self, PyObject *value, void *closure);
int future_set_log_tb(PyObject *self, PyObject *value, void *closure);
int future_set_cancel_msg(PyObject *self, PyObject *value, void *closure);
/* The attributes of futures; tasks have them again, since error messages name the type. */
#define FUTURE_GETSET \
    { "_state", future_get_state }, { "_asyncio_future_blocking", future_get_blocking, future_set_blocking }, { "_loop", future_get_loop }, \
    { "_callbacks", future_get_callbacks }, { "_result", future_get_result_attr }, { "_exception", future_get_exception }, \
    { "_log_traceback", future_get_log_tb, future_set_log_tb }, { "_source_traceback", future_get_source_tb }, \
    { "_cancel_message", future_get_cancel_msg, future_set_cancel_msg }
PyObject *future_m_result(PyObject *self, PyObject *unused);
PyObject *future_m_exception(PyObject *self, PyObject *unused);
PyObject *future_m_cancelled(PyObject *self, PyObject *unused);
PyObject *future_m_done(PyObject *self, PyObject *unused);
PyObject *future_m_get_loop(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *future_m_make_cancelled_error(PyObject *self, PyObject *unused);
PyObject *future_m_add_done_callback(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *future_m_remove_done_callback(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
int future_set_bool(PyObject *value, bool *to);

#define AIO_METHOD(fn) (PyCFunction)(void (*)(void))(fn), METH_METHOD | METH_FASTCALL | METH_KEYWORDS

#endif
