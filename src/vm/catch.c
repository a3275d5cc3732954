/* vm/catch.c: an exception on its way from an instruction that was run as a step to its handler, as the evaluation loop lets it travel.
 *
 * Frames without a handler are left, down to one that has it; nothing happens where none has, or where a tool wants to be told: that is the loop's work. */
#include "code/code.h"
#include "code/opcodes.h"
#include "object/core/err.h"
#include "rt/interp.h"
#include "vm/eval.h"
#include "vm/monitor.h"
#include "vm/step.h"
#include "vm/vm_state.h"

enum step_failure vm_step_failure;

PyObject *
vm_lasti_object(_PyInterpreterFrame *f)
{
    PyObject *lasti = PyLong_FromLong(frame_lasti(f));
    return lasti != NULL ? lasti : PyLong_FromLong(0);
}

/* The frame with the handler, from f, which is at code unit `at`, down to outer; or NULL. */
static _PyInterpreterFrame *
find_handler(_PyInterpreterFrame *f, int at, _PyInterpreterFrame *outer, struct exc_entry *handler)
{
    for (;; f = f->previous, at = frame_lasti(f)) {
        PyCodeObject *code = frame_code(f);
        if (code->co_exceptiontable != NULL && exc_find(code, at, handler))
            return f;
        if (f == outer)
            return NULL;
    }
}

static void
note_place(_PyInterpreterFrame *f)
{
    PyFrameObject *o = frame_is_incomplete(f) ? NULL : frame_object(f);
    if (o != NULL)
        PyTraceBack_Here(o);
}

static void
drop_above(_PyInterpreterFrame *f, PyObject **end)
{
    PyObject **sp = frame_stackpointer(f);
    while (sp > end)
        Py_XDECREF(*--sp);
    frame_set_stackpointer(f, sp);
}

static _PyInterpreterFrame *
leave(PyThreadState *ts, _PyInterpreterFrame *f)
{
    _PyInterpreterFrame *caller = f->previous;
    drop_above(f, frame_stackbase(f));
    ts->py_recursion_remaining += f->f_funcobj != ITEM_SHIM;
    ts->current_frame = caller;
    frame_clear_and_pop(ts, f);
    caller->return_offset = 0;
    return caller;
}

/* What the handler does first, if it is one of `except`, `finally` or `with`. */
static _Py_CODEUNIT *
begin_handler(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc)
{
    PyObject *exc = err_get_raised(ts);
    if (pc->op.code != PUSH_EXC_INFO) {
        frame_push(f, exc);
        return pc;
    }
    _PyErr_StackItem *top = ts->exc_info;
    frame_push(f, top->exc_value != NULL ? top->exc_value : Py_None);
    frame_push(f, exc);
    top->exc_value = Py_NewRef(exc);
    f->instr_ptr = pc;
    return pc + 1;
}

bool
vm_is_caught(PyThreadState *ts, _PyInterpreterFrame *f, int at, _PyInterpreterFrame *outer)
{
    struct exc_entry handler;
    return !mon_sees_exceptions(ts) && find_handler(f, at, outer, &handler) != NULL;
}

_Py_CODEUNIT *
vm_catch(PyThreadState *ts, _PyInterpreterFrame *f, int at, _PyInterpreterFrame *outer)
{
    struct exc_entry handler;
    if (ts->current_exception == NULL || mon_sees_exceptions(ts))
        return NULL;
    _PyInterpreterFrame *to = find_handler(f, at, outer, &handler);
    if (to == NULL)
        return NULL;
    if (vm_step_failure != STEP_RERAISED)
        note_place(f);
    vm_step_failure = STEP_RAISED;
    for (; f != to; note_place(f))
        f = leave(ts, f);
    drop_above(f, frame_stackbase(f) + handler.depth);
    if (handler.lasti)
        frame_push(f, vm_lasti_object(f));
    return begin_handler(ts, f, _PyCode_CODE(frame_code(f)) + handler.target);
}
