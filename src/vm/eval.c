/* vm/eval.c: running code objects from C; what the current frame knows; start and end of this floor. */
#include "vm/eval.h"

#include "code/code_state.h"
#include "gc/gc.h"
#include "object/coll/iter.h"
#include "object/coll/tuple.h"
#include "object/core/err.h"
#include "object/core/exc.h"
#include "object/core/type.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/consume.h"
#include "vm/deps.h"
#include "vm/function.h"
#include "vm/genobject.h"
#include "vm/heat.h"
#include "vm/monitor.h"
#include "vm/slow.h"
#include "vm/traceback.h"
#include "vm/vm_state.h"

/* ---- running code ---- */

PyObject *
PyEval_EvalCode(PyObject *code, PyObject *globals, PyObject *locals)
{
    PyThreadState *ts = ts_current();
    PyCodeObject *co = (PyCodeObject *)code;
    PyObject *builtins = vm_builtins_from_globals(ts, globals);
    if (builtins == NULL)
        return NULL;
    PyFrameConstructor p = { .fc_globals = globals, .fc_builtins = builtins, .fc_name = co->co_name, .fc_qualname = co->co_name, .fc_code = code };
    PyFunctionObject *func = function_from_parts(&p);
    if (func == NULL)
        return NULL;
    PyObject *res = vm_call_function(ts, func, locals == NULL ? globals : locals, NULL, 0, NULL);
    Py_DECREF(func);
    return res;
}

/* Names and values of kws (pairs) behind the positional arguments; *names: new tuple or NULL. */
static PyObject **
flat_args(PyObject *const *args, int nargs, PyObject *const *kws, int nkw, PyObject **names)
{
    PyObject **flat = PyMem_Malloc((size_t)(nargs + nkw + 1) * sizeof(*flat));
    *names = flat == NULL ? NULL : PyTuple_New(nkw);
    if (*names == NULL) {
        PyMem_Free(flat);
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        return NULL;
    }
    for (int i = 0; i < nargs; i++)
        flat[i] = args[i];
    for (int i = 0; i < nkw; i++) {
        PyTuple_SET_ITEM(*names, i, Py_NewRef(kws[2 * i]));
        flat[nargs + i] = kws[2 * i + 1];
    }
    return flat;
}

PyObject *
PyEval_EvalCodeEx(PyObject *code, PyObject *globals, PyObject *locals, PyObject *const *args, int nargs, PyObject *const *kws, int nkw,
                  PyObject *const *defs, int ndefs, PyObject *kwdefs, PyObject *closure)
{
    PyThreadState *ts = ts_current();
    PyCodeObject *co = (PyCodeObject *)code;
    PyObject *defaults = tuple_from_array(defs, ndefs), *names = NULL, *res = NULL, **flat = NULL;
    PyFunctionObject *func = NULL;
    PyObject *builtins = defaults == NULL ? NULL : vm_builtins_from_globals(ts, globals);
    if (builtins == NULL || (flat = flat_args(args, nargs, kws, nkw, &names)) == NULL)
        goto done;
    PyFrameConstructor p = { .fc_globals = globals, .fc_builtins = builtins, .fc_name = co->co_name, .fc_qualname = co->co_name, .fc_code = code,
                             .fc_defaults = defaults, .fc_kwdefaults = kwdefs, .fc_closure = closure };
    func = function_from_parts(&p);
    if (func != NULL)
        res = vm_call_function(ts, func, locals == NULL ? globals : locals, flat, (size_t)nargs, nkw ? names : NULL);
done:
    Py_XDECREF(func);
    Py_XDECREF(defaults);
    Py_XDECREF(names);
    PyMem_Free(flat);
    return res;
}

PyObject *PyEval_EvalFrame(PyFrameObject *f) { return vm_eval_frame(ts_current(), f->f_frame, 0); }
PyObject *PyEval_EvalFrameEx(PyFrameObject *f, int throwflag) { return vm_eval_frame(ts_current(), f->f_frame, throwflag); }

/* ---- the current frame ---- */

/* May be asked for while an exception is set, which stays (greenlet does at each switch); NULL without a new one when memory is short. */
static BORROWED(f) PyFrameObject *
frame_object_quiet(_PyInterpreterFrame *f)
{
    if (f == NULL)
        return NULL;
    PyFrameObject *obj = frame_object(f);
    if (obj == NULL)
        PyErr_Clear();
    return obj;
}

PyFrameObject *PyThreadState_GetFrame(PyThreadState *ts) { return (PyFrameObject *)Py_XNewRef(frame_object_quiet(frame_current(ts))); }
PyFrameObject *PyEval_GetFrame(void) { return frame_object_quiet(frame_current(ts_current())); }

PyObject *PyEval_GetBuiltins(void) { return vm_builtins(ts_current()); }

PyObject *
PyEval_GetGlobals(void)
{
    _PyInterpreterFrame *f = frame_current(ts_current());
    return f == NULL ? NULL : f->f_globals;
}

PyObject *PyEval_GetFrameBuiltins(void) { return Py_XNewRef(PyEval_GetBuiltins()); }
PyObject *PyEval_GetFrameGlobals(void) { return Py_XNewRef(PyEval_GetGlobals()); }

const char *
PyEval_GetFuncName(PyObject *func)
{
    if (PyMethod_Check(func))
        return PyEval_GetFuncName(PyMethod_GET_FUNCTION(func));
    if (PyFunction_Check(func))
        return PyUnicode_AsUTF8(((PyFunctionObject *)func)->func_name);
    if (PyCFunction_Check(func))
        return ((PyCFunctionObject *)func)->m_ml->ml_name;
    return Py_TYPE(func)->tp_name;
}

const char *
PyEval_GetFuncDesc(PyObject *func)
{
    return PyMethod_Check(func) || PyFunction_Check(func) || PyCFunction_Check(func) ? "()" : " object";
}

int
PyEval_MergeCompilerFlags(PyCompilerFlags *cf)
{
    _PyInterpreterFrame *f = ts_current()->current_frame;
    int result = cf->cf_flags != 0;
    if (f != NULL && f->owner != FRAME_OWNED_BY_CSTACK) {
        int inherited = frame_code(f)->co_flags & PyCF_MASK;
        if (inherited) {
            result = 1;
            cf->cf_flags |= inherited;
        }
    }
    return result;
}

PyAPI_FUNC(PyObject *) _PyEval_GetBuiltin(PyObject *name);
PyObject *
_PyEval_GetBuiltin(PyObject *name)
{
    PyObject *v;
    if (PyMapping_GetOptionalItem(PyEval_GetBuiltins(), name, &v) == 0)
        PyErr_SetObject(PyExc_AttributeError, name);
    return v;
}

/* ---- start and end ---- */

PyCodeObject *vm_init_shim_code;

/* NOP, EXIT_INIT_CHECK, RETURN_VALUE, RESUME: never "complete", so no traceback and no frame walk shows it. */
static int
make_init_shim(void)
{
    static const uint8_t body[] = { NOP, 0, EXIT_INIT_CHECK, 0, RETURN_VALUE, 0, RESUME, 0 };
    static const uint8_t lines[] = { 0x80 | PY_CODE_LOCATION_INFO_NONE << 3 | 3 };
    if (vm_init_shim_code != NULL)
        return 0;
    PyObject *code = PyBytes_FromStringAndSize((const char *)body, sizeof(body));
    PyObject *table = PyBytes_FromStringAndSize((const char *)lines, sizeof(lines));
    PyObject *name = PyUnicode_FromString("<shim>");
    if (code != NULL && table != NULL && name != NULL) {
        struct code_info in = { .filename = name, .name = name, .qualname = name, .flags = CO_OPTIMIZED | CO_NO_MONITORING_EVENTS, .code = code,
                                .firstlineno = 1, .linetable = table, .consts = EMPTY_TUPLE, .names = EMPTY_TUPLE,
                                .localsplusnames = EMPTY_TUPLE, .localspluskinds = EMPTY_BYTES, .exceptiontable = EMPTY_BYTES, .stacksize = 2 };
        vm_init_shim_code = code_new(&in);
        if (vm_init_shim_code != NULL)
            vm_init_shim_code->_co_firsttraceable = 4;
    }
    Py_XDECREF(code);
    Py_XDECREF(table);
    Py_XDECREF(name);
    return vm_init_shim_code == NULL ? -1 : 0;
}

struct vm_cache *
vm_cache(PyThreadState *ts)
{
    return &ts->interp->vm->cache;
}

static PyObject *
current_globals(PyThreadState *ts)
{
    _PyInterpreterFrame *f = frame_current(ts);
    return f == NULL ? NULL : f->f_globals;
}

static PyObject *
current_locals(PyThreadState *ts)
{
    return PyEval_GetFrameLocals();
}

/* NULL means the innermost frame, whose object is made only now. */
static int
hook_traceback_here(PyFrameObject *frame)
{
    if (frame != NULL)
        return PyTraceBack_Here(frame);
    frame = PyThreadState_GetFrame(ts_current());
    if (frame == NULL)
        return 0;
    int rc = PyTraceBack_Here(frame);
    Py_DECREF(frame);
    return rc;
}

static void
code_dies(PyCodeObject *co)
{
    function_forget_code(co);
    heat_free(co);
    dep_break(ts_current(), co, DEP_ANY, NULL);
}

int
vm_init(PyInterpreterState *interp)
{
    interp->vm = PyMem_RawCalloc(1, sizeof(struct vm_state));
    if (interp->vm == NULL)
        return -1;
    rt_hooks.traceback_here = hook_traceback_here;
    rt_hooks.frame_globals = current_globals;
    rt_hooks.frame_builtins = vm_builtins;
    rt_hooks.frame_locals = current_locals;
    rt_hooks.safepoint = vm_safepoint;
    exc_traceback_type = &PyTraceBack_Type;
    type_function_type = &PyFunction_Type;
    anext_await = _PyCoro_GetAwaitableIter;
    for (int i = 0; vm_static_types[i] != NULL; i++)
        if (type_ready_static(vm_static_types[i]) < 0)
            return -1;
    if (interp->config._config_init != 0)
        code_state.debug_ranges = interp->config.code_debug_ranges;
    code_death_notice = code_dies;
    return mon_init(interp) < 0 || make_init_shim() < 0 ? -1 : consume_init();
}

void
vm_fini(PyInterpreterState *interp)
{
    if (interp->vm == NULL)
        return;
    mon_fini(interp);
    dep_fini(interp);
    PyMem_RawFree(interp->vm);
    interp->vm = NULL;
}

PyTypeObject *const vm_static_types[] = {
    &PyFunction_Type, &PyFrame_Type, &PyFrameLocalsProxy_Type, &PyGen_Type, &PyCoro_Type, &_PyCoroWrapper_Type, &PyAsyncGen_Type,
    &_PyAsyncGenASend_Type, &_PyAsyncGenAThrow_Type, &_PyAsyncGenWrappedValue_Type, &PyTraceBack_Type, &PySuper_Type, NULL,
};
