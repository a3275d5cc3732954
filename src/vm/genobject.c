/* vm/genobject.c: generators and coroutines: running them from C, closing, throwing, finalizing. Asynchronous generators: asyncgen.c. */
#include "vm/genobject.h"

#include <structmember.h>

#include "code/opcodes.h"
#include "object/core/object.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/gc_track.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/gen_run.h"

_Static_assert(offsetof(PyGenObject, gi_iframe) == 72, "layout of debuggers");

#define GEN(op) ((PyGenObject *)(op))

/* "generator", "coroutine", "async generator": for messages. */
static const char *
kind_of(PyGenObject *gen)
{
    return PyCoro_CheckExact(gen) ? "coroutine" : PyAsyncGen_CheckExact(gen) ? "async generator" : "generator";
}

static bool
gen_is_coroutine(PyObject *o)
{
    return PyGen_CheckExact(o) && (frame_code(GEN_FRAME(o))->co_flags & CO_ITERABLE_COROUTINE);
}

/* ---- running ---- */

PySendResult
gen_run(PyGenObject *gen, PyObject *arg, PyObject **result, bool throwing, bool closing)
{
    PyThreadState *ts = ts_current();
    *result = NULL;
    if (gen->gi_frame_state == FRAME_CREATED && arg != NULL && arg != Py_None) {
        err_format(ts, PyExc_TypeError, "can't send non-None value to a just-started %s", kind_of(gen));
        return PYGEN_ERROR;
    }
    if (gen->gi_frame_state == FRAME_EXECUTING) {
        err_format(ts, PyExc_ValueError, "%s already executing", kind_of(gen));
        return PYGEN_ERROR;
    }
    if (gen->gi_frame_state >= FRAME_COMPLETED) {
        if (PyCoro_CheckExact(gen) && !closing)
            err_set_string(ts, PyExc_RuntimeError, "cannot reuse already awaited coroutine");
        else if (arg != NULL && !throwing) {
            *result = Py_NewRef(Py_None);
            return PYGEN_RETURN;
        }
        return PYGEN_ERROR;
    }
    _PyInterpreterFrame *f = gen_resume(ts, gen, Py_NewRef(arg != NULL ? arg : Py_None));
    if (throwing)
        gen_chain_handled(ts);
    PyObject *v = vm_eval_frame(ts, f, throwing);
    if (v != NULL && FRAME_STATE_SUSPENDED(gen->gi_frame_state)) {
        *result = v;
        return PYGEN_NEXT;
    }
    if (v == Py_None && !PyAsyncGen_CheckExact(gen) && arg == NULL)
        Py_CLEAR(v);                           /* plain iteration ends without an exception object */
    *result = v;
    return v != NULL ? PYGEN_RETURN : PYGEN_ERROR;
}

/* The exception about to be thrown gets the one now handled inside the generator as its context. */
void
gen_chain_handled(PyThreadState *ts)
{
    _PyErr_StackItem *inner = ts->exc_info;
    PyObject *handled = inner->exc_value;
    if (handled == NULL || handled == Py_None || ts->current_exception == NULL)
        return;
    PyObject *exc = err_get_raised(ts);
    err_set(ts, (PyObject *)Py_TYPE(exc), exc);        /* sets the context, from the top of exc_info */
    Py_DECREF(exc);
}

/* As send(): the end is a StopIteration (StopAsyncIteration). */
static PyObject *
run_raising(PyGenObject *gen, PyObject *arg, bool throwing, bool closing)
{
    PyObject *v;
    if (gen_run(gen, arg, &v, throwing, closing) == PYGEN_RETURN) {
        if (PyAsyncGen_CheckExact(gen))
            PyErr_SetNone(PyExc_StopAsyncIteration);
        else if (v == Py_None)
            PyErr_SetNone(PyExc_StopIteration);
        else
            _PyGen_SetStopIterationValue(v);
        Py_CLEAR(v);
    }
    return v;
}

PyObject *
gen_send(PyObject *self, PyObject *arg)
{
    return run_raising(GEN(self), arg, false, false);
}

PySendResult
gen_am_send(PyObject *self, PyObject *arg, PyObject **result)
{
    return gen_run(GEN(self), arg, result, false, false);
}

static PyObject *
gen_iternext(PyObject *self)
{
    PyGenObject *gen = GEN(self);
    PyObject *v;
    if (UNLIKELY(gen->gi_frame_state >= FRAME_EXECUTING)) {
        (void)gen_run(gen, NULL, &v, false, false);    /* says why it cannot run, or that it is at its end */
        return v;
    }
    PyThreadState *ts = ts_current();
    v = vm_eval_frame(ts, gen_resume(ts, gen, Py_None), false);
    if (LIKELY(v != NULL && FRAME_STATE_SUSPENDED(gen->gi_frame_state)))
        return v;
    if (v != NULL && v != Py_None)
        _PyGen_SetStopIterationValue(v);
    Py_XDECREF(v);                             /* None: plain iteration ends without an exception object */
    return NULL;
}

int
_PyGen_SetStopIterationValue(PyObject *value)
{
    return err_set_stop_iteration(ts_current(), value);
}

int
_PyGen_FetchStopIterationValue(PyObject **value)
{
    *value = NULL;
    return err_take_stop_iteration(ts_current(), value);
}

PyObject *
_PyGen_yf(PyGenObject *gen)
{
    if (gen->gi_frame_state != FRAME_SUSPENDED_YIELD_FROM)
        return NULL;
    _PyInterpreterFrame *f = GEN_FRAME(gen);
    return Py_NewRef(f->localsplus[f->stacktop - 1]);
}

/* ---- close ---- */

static int
close_delegate(PyObject *yf)
{
    PyObject *res = NULL, *close;
    if (PyGen_CheckExact(yf) || PyCoro_CheckExact(yf))
        res = gen_close(yf, NULL);
    else {
        if (PyObject_GetOptionalAttr(yf, ID(close), &close) < 0)
            PyErr_WriteUnraisable(yf);
        if (close == NULL)
            return 0;
        res = PyObject_CallNoArgs(close);
        Py_DECREF(close);
    }
    Py_XDECREF(res);
    return res == NULL ? -1 : 0;
}

static int
close_inner(PyGenObject *gen, STEALS PyObject *yf)
{
    int8_t state = gen->gi_frame_state;
    gen->gi_frame_state = FRAME_EXECUTING;
    int rc = close_delegate(yf);
    gen->gi_frame_state = state;
    Py_DECREF(yf);
    return rc;
}

/* Suspended outside any try of its own: nothing would run, so just let go. */
static bool
has_no_cleanup(_PyInterpreterFrame *f)
{
    return code_base_opcode(frame_code(f), frame_lasti(f)) == RESUME && (f->instr_ptr->op.arg & RESUME_OPARG_DEPTH1_MASK);
}

PyObject *
gen_close(PyObject *self, PyObject *ignored)
{
    PyGenObject *gen = GEN(self);
    if (gen->gi_frame_state == FRAME_CREATED) {
        gen->gi_frame_state = FRAME_COMPLETED;
        Py_RETURN_NONE;
    }
    if (FRAME_STATE_FINISHED(gen->gi_frame_state))
        Py_RETURN_NONE;
    PyObject *yf = _PyGen_yf(gen), *v;
    int rc = yf == NULL ? 0 : close_inner(gen, yf);
    if (gen->gi_frame_state != FRAME_EXECUTING && rc == 0 && has_no_cleanup(GEN_FRAME(gen))) {
        gen->gi_frame_state = FRAME_COMPLETED;
        frame_clear_locals(GEN_FRAME(gen));
        Py_RETURN_NONE;
    }
    if (rc == 0)
        PyErr_SetNone(PyExc_GeneratorExit);
    v = run_raising(gen, Py_None, true, true);
    if (v != NULL) {
        Py_DECREF(v);
        return PyErr_Format(PyExc_RuntimeError, "%s ignored GeneratorExit", kind_of(gen));
    }
    if (PyErr_ExceptionMatches(PyExc_GeneratorExit)) {
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return _PyGen_FetchStopIterationValue(&v) == 0 ? v : NULL;
}

/* ---- throw ---- */

/* Normalise the three arguments and make them the current exception; -1 with TypeError. */
static int
set_thrown(PyObject *type, PyObject *value, PyObject *tb)
{
    if (tb == Py_None)
        tb = NULL;
    else if (tb != NULL && !PyTraceBack_Check(tb)) {
        PyErr_SetString(PyExc_TypeError, "throw() third argument must be a traceback object");
        return -1;
    }
    Py_INCREF(type);
    Py_XINCREF(value);
    Py_XINCREF(tb);
    if (PyExceptionClass_Check(type))
        PyErr_NormalizeException(&type, &value, &tb);
    else if (PyExceptionInstance_Check(type)) {
        if (value != NULL && value != Py_None) {
            PyErr_SetString(PyExc_TypeError, "instance exception may not have a separate value");
            goto fail;
        }
        Py_XSETREF(value, type);
        type = Py_NewRef(PyExceptionInstance_Class(type));
        if (tb == NULL)
            tb = PyException_GetTraceback(value);
    }
    else {
        PyErr_Format(PyExc_TypeError, "exceptions must be classes or instances deriving from BaseException, not %s", Py_TYPE(type)->tp_name);
        goto fail;
    }
    PyErr_Restore(type, value, tb);
    return 0;
fail:
    Py_DECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(tb);
    return -1;
}

/* Throw into what gen delegates to, with gen's frame on the stack so that tracebacks show it. */
static PyObject *
throw_inner(PyGenObject *gen, PyObject *yf, PyObject *method, bool close_on_exit, PyObject *type, PyObject *value, PyObject *tb)
{
    PyThreadState *ts = ts_current();
    _PyInterpreterFrame *f = GEN_FRAME(gen), *prev = ts->current_frame;
    int8_t state = gen->gi_frame_state;
    f->previous = prev;
    ts->current_frame = f;
    gen->gi_frame_state = FRAME_EXECUTING;
    PyObject *v = method == NULL ? gen_throw_into(GEN(yf), close_on_exit, type, value, tb)
                                 : PyObject_CallFunctionObjArgs(method, type, value, tb, NULL);
    gen->gi_frame_state = state;
    ts->current_frame = prev;
    f->previous = NULL;
    return v;
}

PyObject *
gen_throw_into(PyGenObject *gen, bool close_on_exit, PyObject *type, PyObject *value, PyObject *tb)
{
    PyObject *yf = _PyGen_yf(gen), *v;
    if (yf == NULL)
        goto here;
    if (close_on_exit && PyErr_GivenExceptionMatches(type, PyExc_GeneratorExit)) {
        if (close_inner(gen, yf) < 0)
            return run_raising(gen, Py_None, true, false);
        goto here;
    }
    PyObject *method = NULL;
    if (!PyGen_CheckExact(yf) && !PyCoro_CheckExact(yf)) {
        if (PyObject_GetOptionalAttr(yf, ID(throw), &method) < 0) {
            Py_DECREF(yf);
            return NULL;
        }
        if (method == NULL) {
            Py_DECREF(yf);
            goto here;
        }
    }
    v = throw_inner(gen, yf, method, close_on_exit, type, value, tb);
    Py_XDECREF(method);
    Py_DECREF(yf);
    return v != NULL ? v : run_raising(gen, Py_None, true, false);
here:
    return set_thrown(type, value, tb) < 0 ? NULL : run_raising(gen, Py_None, true, false);
}

PyObject *
gen_throw(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (!args_count("throw", n, 1, 3))
        return NULL;
    if (n > 1 && PyErr_WarnEx(PyExc_DeprecationWarning,
                              "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.", 1) < 0)
        return NULL;
    return gen_throw_into(GEN(self), true, args[0], n > 1 ? args[1] : NULL, n > 2 ? args[2] : NULL);
}

/* ---- finalization and death ---- */

/* The module warnings; during finalization only if it is still there: nothing can be imported any more. NULL with or
 * without an exception. */
static PyObject *
warnings_module(PyObject *name)
{
    if (!Py_IsFinalizing())
        return rt_hooks.import_module == NULL ? NULL : rt_hooks.import_module(name);
    PyObject *modules = interp_current()->imports.modules;
    return modules == NULL || !PyDict_Check(modules) ? NULL : Py_XNewRef(PyDict_GetItemWithError(modules, name));
}

static void
warn_unawaited(PyObject *coro)
{
    bool warned = false;
    PyObject *name = PyUnicode_FromString("warnings"), *mod = name == NULL ? NULL : warnings_module(name), *fn = NULL;
    if (mod != NULL)
        (void)PyObject_GetOptionalAttrString(mod, "_warn_unawaited_coroutine", &fn);
    if (fn != NULL) {
        PyObject *res = PyObject_CallOneArg(fn, coro);
        warned = res != NULL || PyErr_ExceptionMatches(PyExc_RuntimeWarning);
        Py_XDECREF(res);
    }
    Py_XDECREF(name);
    Py_XDECREF(mod);
    Py_XDECREF(fn);
    if (PyErr_Occurred())
        PyErr_WriteUnraisable(coro);
    if (!warned && PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "coroutine '%S' was never awaited", GEN(coro)->gi_qualname) < 0)
        PyErr_WriteUnraisable(coro);
}

/* The event loop's hook closes an asynchronous generator: true when there is one. */
static bool
finalize_by_hook(PyObject *self)
{
    PyAsyncGenObject *ag = (PyAsyncGenObject *)self;
    if (!PyAsyncGen_CheckExact(self) || ag->ag_origin_or_finalizer == NULL || ag->ag_closed)
        return false;
    PyObject *res = PyObject_CallOneArg(ag->ag_origin_or_finalizer, self);
    if (res == NULL)
        PyErr_WriteUnraisable(self);
    Py_XDECREF(res);
    return true;
}

void
_PyGen_Finalize(PyObject *self)
{
    PyGenObject *gen = GEN(self);
    if (FRAME_STATE_FINISHED(gen->gi_frame_state))
        return;
    PyObject *exc = PyErr_GetRaisedException();
    if (!finalize_by_hook(self)) {
        if ((frame_code(GEN_FRAME(gen))->co_flags & CO_COROUTINE) && gen->gi_frame_state == FRAME_CREATED)
            warn_unawaited(self);
        else {
            PyObject *res = gen_close(self, NULL);
            if (res == NULL && PyErr_Occurred())
                PyErr_WriteUnraisable(self);
            Py_XDECREF(res);
        }
    }
    PyErr_SetRaisedException(exc);
}

int
gen_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyGenObject *gen = GEN(self);
    Py_VISIT(gen->gi_name);
    Py_VISIT(gen->gi_qualname);
    if (!PyGen_CheckExact(self))
        Py_VISIT(gen->gi_origin_or_finalizer);
    if (gen->gi_frame_state < FRAME_CLEARED) {
        int rc = frame_traverse(GEN_FRAME(gen), visit, arg);
        if (rc != 0)
            return rc;
    }
    else
        Py_VISIT(GEN_FRAME(gen)->f_executable);
    Py_VISIT(gen->gi_exc_state.exc_value);
    return 0;
}

void
gen_dealloc(PyObject *self)
{
    PyGenObject *gen = GEN(self);
    if (gc_is_tracked(self))
        gc_untrack(self);
    if (gen->gi_weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    if (!FRAME_STATE_FINISHED(gen->gi_frame_state)) {  /* else there is nothing to close */
        gc_track(self);
        if (PyObject_CallFinalizerFromDealloc(self) != 0)
            return;
        gc_untrack(self);
    }
    if (!PyGen_CheckExact(self))
        Py_CLEAR(gen->gi_origin_or_finalizer);
    _PyInterpreterFrame *f = GEN_FRAME(gen);
    if (gen->gi_frame_state != FRAME_CLEARED) {
        gen->gi_frame_state = FRAME_CLEARED;
        f->previous = NULL;
        frame_clear(f);
        Py_CLEAR(gen->gi_exc_state.exc_value);
    }
    Py_XDECREF(f->f_executable);
    Py_CLEAR(gen->gi_name);
    Py_CLEAR(gen->gi_qualname);
    PyObject_GC_Del(gen);
}

/* ---- making ---- */

static PyGenObject *
gen_alloc(PyTypeObject *type, PyCodeObject *co, PyObject *name, PyObject *qualname)
{
    PyGenObject *gen = PyObject_GC_NewVar(PyGenObject, type, co->co_nlocalsplus + co->co_stacksize);
    if (gen == NULL)
        return NULL;
    gen->gi_frame_state = FRAME_CLEARED;               /* until the frame is in place */
    gen->gi_weakreflist = NULL;
    gen->gi_exc_state.exc_value = NULL;
    gen->gi_exc_state.previous_item = NULL;
    gen->gi_name = Py_NewRef(name);
    gen->gi_qualname = Py_NewRef(qualname);
    gen->gi_origin_or_finalizer = NULL;
    gen->gi_hooks_inited = gen->gi_closed = gen->gi_running_async = 0;
    GEN_FRAME(gen)->f_executable = NULL;
    gc_track((PyObject *)gen);
    return gen;
}

PyObject *
coro_origin(PyThreadState *ts, int depth)
{
    _PyInterpreterFrame *first = frame_walk(ts->current_frame->previous), *f = first;
    int n = 0;
    for (; f != NULL && n < depth; n++)
        f = frame_walk(f->previous);
    PyObject *origin = PyTuple_New(n);
    f = first;
    for (int i = 0; origin != NULL && i < n; i++, f = frame_walk(f->previous)) {
        PyObject *line = PyLong_FromLong(frame_line(f));
        PyObject *item = line == NULL ? NULL : PyTuple_Pack(3, frame_code(f)->co_filename, line, frame_code(f)->co_name);
        Py_XDECREF(line);
        if (item == NULL)
            Py_CLEAR(origin);
        else
            PyTuple_SET_ITEM(origin, i, item);
    }
    return origin;
}

PyObject *
gen_new_for(PyFunctionObject *func)
{
    PyCodeObject *co = (PyCodeObject *)func->func_code;
    PyTypeObject *type = co->co_flags & CO_GENERATOR ? &PyGen_Type : co->co_flags & CO_ASYNC_GENERATOR ? &PyAsyncGen_Type : &PyCoro_Type;
    PyGenObject *gen = gen_alloc(type, co, func->func_name, func->func_qualname);
    PyThreadState *ts = ts_current();
    if (gen != NULL && type == &PyCoro_Type && ts->coroutine_origin_tracking_depth > 0) {
        gen->gi_origin_or_finalizer = coro_origin(ts, ts->coroutine_origin_tracking_depth);
        if (gen->gi_origin_or_finalizer == NULL)
            Py_CLEAR(gen);
    }
    return (PyObject *)gen;
}

int
gen_begins_at(PyCodeObject *co)
{
    const _Py_CODEUNIT *unit = _PyCode_CODE(co);
    int copies = unit[0].op.code == COPY_FREE_VARS;
    return unit[copies].op.code == RETURN_GENERATOR ? copies + 1 : 0;
}

bool
gen_can_make(PyThreadState *ts, PyFunctionObject *func, int n)
{
    PyCodeObject *co = (PyCodeObject *)func->func_code;
    if ((co->co_flags & (CO_VARKEYWORDS | CO_VARARGS | CO_OPTIMIZED)) != CO_OPTIMIZED || co->co_kwonlyargcount != 0 || co->co_argcount != n || ts->interp->eval_frame != NULL)
        return false;
    return (co->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) && ts->py_recursion_remaining > 0 && ts->coroutine_origin_tracking_depth == 0 && gen_begins_at(co) != 0
        && (co->co_nfreevars == 0 || (func->func_closure != NULL && PyTuple_GET_SIZE(func->func_closure) == co->co_nfreevars));
}

PyObject *
gen_make(PyFunctionObject *func, PyObject *const *args, int n)
{
    PyCodeObject *co = (PyCodeObject *)func->func_code;
    PyGenObject *gen = (PyGenObject *)gen_new_for(func);
    if (gen == NULL) {
        for (int i = 0; i < n; i++)
            Py_DECREF(args[i]);
        Py_DECREF(func);
        return NULL;
    }
    _PyInterpreterFrame *f = GEN_FRAME(gen);
    int nfree = co->co_nfreevars, at = co->co_nlocalsplus - nfree;
    frame_init(f, func, NULL, co, n);
    for (int i = 0; i < n; i++)
        f->localsplus[i] = args[i];
    for (int i = 0; i < nfree; i++)
        f->localsplus[at + i] = Py_NewRef(PyTuple_GET_ITEM(func->func_closure, i));
    f->instr_ptr += gen_begins_at(co);
    f->owner = FRAME_OWNED_BY_GENERATOR;
    f->previous = NULL;
    gen->gi_frame_state = FRAME_CREATED;
    return (PyObject *)gen;
}

static PyObject *
gen_from_object(PyTypeObject *type, STEALS PyFrameObject *f, PyObject *name, PyObject *qualname)
{
    PyCodeObject *co = frame_code(f->f_frame);
    PyGenObject *gen = gen_alloc(type, co, name != NULL ? name : co->co_name, qualname != NULL ? qualname : co->co_qualname);
    if (gen == NULL) {
        Py_DECREF(f);
        return NULL;
    }
    f->f_frame->frame_obj = NULL;
    frame_copy((_PyInterpreterFrame *)f->_f_frame_data, GEN_FRAME(gen));
    gen->gi_frame_state = FRAME_CREATED;
    GEN_FRAME(gen)->owner = FRAME_OWNED_BY_GENERATOR;
    f->f_frame = GEN_FRAME(gen);
    GEN_FRAME(gen)->frame_obj = f;
    if (gc_is_tracked((PyObject *)f))
        gc_untrack((PyObject *)f);
    return (PyObject *)gen;
}

PyObject *PyGen_New(PyFrameObject *f) { return gen_from_object(&PyGen_Type, f, NULL, NULL); }
PyObject *PyGen_NewWithQualName(PyFrameObject *f, PyObject *name, PyObject *qualname) { return gen_from_object(&PyGen_Type, f, name, qualname); }
PyObject *PyAsyncGen_New(PyFrameObject *f, PyObject *name, PyObject *qualname) { return gen_from_object(&PyAsyncGen_Type, f, name, qualname); }
PyObject *PyCoro_New(PyFrameObject *f, PyObject *name, PyObject *qualname) { return gen_from_object(&PyCoro_Type, f, name, qualname); }
PyCodeObject *PyGen_GetCode(PyGenObject *gen) { return (PyCodeObject *)Py_NewRef(frame_code(GEN_FRAME(gen))); }

/* ---- attributes ---- */

PyObject *gen_get_name(PyObject *op, void *c) { return Py_NewRef(GEN(op)->gi_name); }
PyObject *gen_get_qualname(PyObject *op, void *c) { return Py_NewRef(GEN(op)->gi_qualname); }
PyObject *gen_get_running(PyObject *op, void *c) { return PyBool_FromLong(GEN(op)->gi_frame_state == FRAME_EXECUTING); }
PyObject *gen_get_suspended(PyObject *op, void *c) { return PyBool_FromLong(FRAME_STATE_SUSPENDED(GEN(op)->gi_frame_state)); }
PyObject *gen_get_code(PyObject *op, void *c) { return object_audit_read(op, c) < 0 ? NULL : (PyObject *)PyGen_GetCode(GEN(op)); }

static int
set_str(PyObject **slot, PyObject *v, const char *name)
{
    if (v == NULL || !PyUnicode_Check(v)) {
        PyErr_Format(PyExc_TypeError, "%s must be set to a string object", name);
        return -1;
    }
    Py_XSETREF(*slot, Py_NewRef(v));
    return 0;
}

int gen_set_name(PyObject *op, PyObject *v, void *c) { return set_str(&GEN(op)->gi_name, v, "__name__"); }
int gen_set_qualname(PyObject *op, PyObject *v, void *c) { return set_str(&GEN(op)->gi_qualname, v, "__qualname__"); }

PyObject *
gen_get_yieldfrom(PyObject *op, void *c)
{
    PyObject *yf = _PyGen_yf(GEN(op));
    return yf != NULL ? yf : Py_NewRef(Py_None);
}

PyObject *
gen_get_frame(PyObject *op, void *c)
{
    if (object_audit_read(op, c) < 0)
        return NULL;
    if (FRAME_STATE_FINISHED(GEN(op)->gi_frame_state))
        Py_RETURN_NONE;
    return Py_XNewRef(frame_object(GEN_FRAME(op)));
}

PyObject *
gen_sizeof(PyObject *op, PyObject *ignored)
{
    PyCodeObject *co = frame_code(GEN_FRAME(op));
    size_t size = offsetof(PyGenObject, gi_iframe) + offsetof(_PyInterpreterFrame, localsplus);
    return PyLong_FromSize_t(size + (size_t)(co->co_nlocalsplus + co->co_stacksize) * sizeof(PyObject *));
}

static PyObject *gen_repr(PyObject *op) { return PyUnicode_FromFormat("<generator object %S at %p>", GEN(op)->gi_qualname, op); }
static PyObject *coro_repr(PyObject *op) { return PyUnicode_FromFormat("<coroutine object %S at %p>", GEN(op)->gi_qualname, op); }

#define SEND_DOC(what) "send($self, object, /)\n--\n\nSend a value into " what "; the next one yielded is the result."
#define THROW_DOC(what) "throw(value)\nthrow(type[,value[,tb]])\n\nRaise an exception in " what " where it is suspended."
#define CLOSE_DOC(what) "close($self, /)\n--\n\nRaise GeneratorExit inside " what "."
#define SIZEOF_DOC "__sizeof__($self, /)\n--\n\nBytes that the object takes, frame included."
#define CLASS_DOC "__class_getitem__($type, object, /)\n--\n\nThe type with its type arguments."

static PyMethodDef gen_methods[] = {
    { "send", gen_send, METH_O, SEND_DOC("generator") }, { "throw", _PyCFunction_CAST(gen_throw), METH_FASTCALL, THROW_DOC("generator") },
    { "close", gen_close, METH_NOARGS, CLOSE_DOC("generator") }, { "__sizeof__", gen_sizeof, METH_NOARGS, SIZEOF_DOC },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, CLASS_DOC }, { NULL },
};

static PyGetSetDef gen_getset[] = {
    { "__name__", gen_get_name, gen_set_name, "name of the generator" }, { "__qualname__", gen_get_qualname, gen_set_qualname, "qualified name of the generator" },
    { "gi_yieldfrom", gen_get_yieldfrom, NULL, "the iterator that yield from runs, or None" }, { "gi_running", gen_get_running }, { "gi_frame", gen_get_frame, NULL, NULL, "gi_frame" },
    { "gi_suspended", gen_get_suspended }, { "gi_code", gen_get_code, NULL, NULL, "gi_code" }, { NULL },
};

static PyAsyncMethods gen_async = { .am_send = gen_am_send };
static PyMemberDef no_members[] = { { NULL } };

#define GEN_BASICSIZE (offsetof(PyGenObject, gi_iframe) + offsetof(_PyInterpreterFrame, localsplus))

PyTypeObject PyGen_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "generator",
    .tp_basicsize = GEN_BASICSIZE,
    .tp_itemsize = sizeof(PyObject *),
    .tp_dealloc = gen_dealloc,
    .tp_as_async = &gen_async,
    .tp_repr = gen_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = gen_traverse,
    .tp_weaklistoffset = offsetof(PyGenObject, gi_weakreflist),
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = gen_iternext,
    .tp_methods = gen_methods,
    .tp_members = no_members,
    .tp_getset = gen_getset,
    .tp_finalize = _PyGen_Finalize,
};

/* ---- coroutines ---- */

PyObject *
_PyCoro_GetAwaitableIter(PyObject *o)
{
    if (PyCoro_CheckExact(o) || gen_is_coroutine(o))
        return Py_NewRef(o);
    PyAsyncMethods *am = Py_TYPE(o)->tp_as_async;
    if (am == NULL || am->am_await == NULL)
        return PyErr_Format(PyExc_TypeError, "object %.100s can't be used in 'await' expression", Py_TYPE(o)->tp_name);
    PyObject *it = am->am_await(o);
    if (it == NULL)
        return NULL;
    if (PyCoro_CheckExact(it) || gen_is_coroutine(it)) {
        PyErr_SetString(PyExc_TypeError, "__await__() returned a coroutine");
        Py_CLEAR(it);
    }
    else if (!PyIter_Check(it)) {
        PyErr_Format(PyExc_TypeError, "__await__() returned non-iterator of type '%.100s'", Py_TYPE(it)->tp_name);
        Py_CLEAR(it);
    }
    return it;
}

struct coro_wrapper { PyObject ob_base; PyObject *coro; };
#define WRAPPED(op) (((struct coro_wrapper *)(op))->coro)

static PyObject *
coro_await(PyObject *coro)
{
    struct coro_wrapper *w = PyObject_GC_New(struct coro_wrapper, &_PyCoroWrapper_Type);
    if (w == NULL)
        return NULL;
    w->coro = Py_NewRef(coro);
    gc_track((PyObject *)w);
    return (PyObject *)w;
}

static PyMethodDef coro_methods[] = {
    { "send", gen_send, METH_O, SEND_DOC("coroutine") }, { "throw", _PyCFunction_CAST(gen_throw), METH_FASTCALL, THROW_DOC("coroutine") },
    { "close", gen_close, METH_NOARGS, CLOSE_DOC("coroutine") }, { "__sizeof__", gen_sizeof, METH_NOARGS, SIZEOF_DOC },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, CLASS_DOC }, { NULL },
};

static PyGetSetDef coro_getset[] = {
    { "__name__", gen_get_name, gen_set_name, "name of the coroutine" }, { "__qualname__", gen_get_qualname, gen_set_qualname, "qualified name of the coroutine" },
    { "cr_await", gen_get_yieldfrom, NULL, "what it awaits, or None" }, { "cr_running", gen_get_running }, { "cr_frame", gen_get_frame, NULL, NULL, "cr_frame" },
    { "cr_code", gen_get_code, NULL, NULL, "cr_code" }, { "cr_suspended", gen_get_suspended }, { NULL },
};

static PyMemberDef coro_members[] = {
    { "cr_origin", _Py_T_OBJECT, offsetof(PyCoroObject, cr_origin_or_finalizer), Py_READONLY }, { NULL },
};

static PyAsyncMethods coro_async = { .am_await = coro_await, .am_send = gen_am_send };

PyTypeObject PyCoro_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "coroutine",
    .tp_basicsize = GEN_BASICSIZE,
    .tp_itemsize = sizeof(PyObject *),
    .tp_dealloc = gen_dealloc,
    .tp_as_async = &coro_async,
    .tp_repr = coro_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = gen_traverse,
    .tp_weaklistoffset = offsetof(PyCoroObject, cr_weakreflist),
    .tp_methods = coro_methods,
    .tp_members = coro_members,
    .tp_getset = coro_getset,
    .tp_finalize = _PyGen_Finalize,
};

static void
wrapper_dealloc(PyObject *self)
{
    gc_untrack(self);
    Py_CLEAR(WRAPPED(self));
    PyObject_GC_Del(self);
}

static int
wrapper_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(WRAPPED(self));
    return 0;
}

static PyObject *wrapper_next(PyObject *self) { return gen_iternext(WRAPPED(self)); }
static PyObject *wrapper_send(PyObject *self, PyObject *arg) { return gen_send(WRAPPED(self), arg); }
static PyObject *wrapper_close(PyObject *self, PyObject *ignored) { return gen_close(WRAPPED(self), NULL); }
static PyObject *wrapper_throw(PyObject *self, PyObject *const *args, Py_ssize_t n) { return gen_throw(WRAPPED(self), args, n); }

static PyMethodDef wrapper_methods[] = {
    { "send", wrapper_send, METH_O, SEND_DOC("coroutine") }, { "throw", _PyCFunction_CAST(wrapper_throw), METH_FASTCALL, THROW_DOC("coroutine") },
    { "close", wrapper_close, METH_NOARGS, CLOSE_DOC("coroutine") }, { NULL },
};

PyTypeObject _PyCoroWrapper_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "coroutine_wrapper",
    .tp_basicsize = sizeof(struct coro_wrapper),
    .tp_dealloc = wrapper_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = "Iterator over a coroutine, as __await__() gives it.",
    .tp_traverse = wrapper_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = wrapper_next,
    .tp_methods = wrapper_methods,
};
