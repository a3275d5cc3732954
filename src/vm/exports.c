/* vm/exports.c: names of CPython's own binary that published extensions may bind, over our functions. */
#include "code/code.h"
#include "object/core/abstract.h"
#include "object/core/err.h"
#include "rt/interp.h"
#include "rt/thread.h"
#include "vm/deps.h"
#include "vm/eval.h"
#include "vm/genobject.h"
#include "vm/monitor.h"
#include "vm/slow.h"

typedef PyObject *(*conversion)(PyObject *);

PyAPI_DATA(const conversion) _PyEval_ConversionFuncs[];
PyAPI_FUNC(void) _PyEval_FormatExcUnbound(PyThreadState *, PyCodeObject *, int);
PyAPI_FUNC(void) _PyEval_FormatExcCheckArg(PyThreadState *, PyObject *, const char *, PyObject *);
PyAPI_FUNC(void) _PyEval_FrameClearAndPop(PyThreadState *, _PyInterpreterFrame *);
PyAPI_FUNC(PyObject *) _PyEval_MatchClass(PyThreadState *, PyObject *, PyObject *, Py_ssize_t, PyObject *);
PyAPI_FUNC(PyObject *) _PyEval_MatchKeys(PyThreadState *, PyObject *, PyObject *);
PyAPI_FUNC(int) _PyEval_UnpackIterable(PyThreadState *, PyObject *, int, int, PyObject **);
PyAPI_FUNC(void) _PyEval_MonitorRaise(PyThreadState *, _PyInterpreterFrame *, _Py_CODEUNIT *);
PyAPI_FUNC(PyObject *) _PySuper_Lookup(PyTypeObject *, PyObject *, PyObject *, int *);
PyAPI_FUNC(void) _PyThreadState_PopFrame(PyThreadState *, _PyInterpreterFrame *);
PyAPI_FUNC(PyObject *) _Py_MakeCoro(PyFunctionObject *);
PyAPI_FUNC(int) _PyEval_MakePendingCalls(PyThreadState *);

const conversion _PyEval_ConversionFuncs[4] = { [FVC_STR] = PyObject_Str, [FVC_REPR] = PyObject_Repr, [FVC_ASCII] = PyObject_ASCII };

void _PyEval_FormatExcUnbound(PyThreadState *ts, PyCodeObject *co, int i) { vm_raise_unbound_cell(ts, co, i); }
void _PyEval_FrameClearAndPop(PyThreadState *ts, _PyInterpreterFrame *f) { frame_clear_and_pop(ts, f); }
PyObject *
_PyEval_MatchClass(PyThreadState *ts, PyObject *s, PyObject *t, Py_ssize_t n, PyObject *k)
{
    PyObject *attrs;
    (void)vm_match_class(ts, s, t, n, k, &attrs);
    return attrs;
}

PyObject *_PyEval_MatchKeys(PyThreadState *ts, PyObject *map, PyObject *keys) { return vm_match_keys(ts, map, keys); }
void _PyEval_MonitorRaise(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *i) { mon_raise(ts, f, i); }
PyObject *_PySuper_Lookup(PyTypeObject *c, PyObject *self, PyObject *name, int *unbound) { return super_lookup(c, self, name, unbound); }
void _PyThreadState_PopFrame(PyThreadState *ts, _PyInterpreterFrame *f) { frame_stack_pop(ts, f); }
PyObject *_Py_MakeCoro(PyFunctionObject *func) { return gen_new_for(func); }
int _PyEval_MakePendingCalls(PyThreadState *ts) { return ts_run_pending(ts); }

int
_PyEval_UnpackIterable(PyThreadState *ts, PyObject *v, int n, int after, PyObject **sp)
{
    return vm_unpack(ts, v, n, after, sp) == 0;
}

void
_PyEval_FormatExcCheckArg(PyThreadState *ts, PyObject *exc, const char *format, PyObject *arg)
{
    if (exc == PyExc_NameError)
        vm_raise_name_error(ts, format, arg);
    else if (arg != NULL && PyUnicode_AsUTF8(arg) != NULL)
        err_format(ts, exc, format, PyUnicode_AsUTF8(arg));
}

/* ---- PEP 523 ---- */

_PyFrameEvalFunction
_PyInterpreterState_GetEvalFrameFunc(PyInterpreterState *interp)
{
    return interp->eval_frame != NULL ? interp->eval_frame : _PyEval_EvalFrameDefault;
}

void
_PyInterpreterState_SetEvalFrameFunc(PyInterpreterState *interp, _PyFrameEvalFunction f)
{
    if (f != _PyInterpreterState_GetEvalFrameFunc(interp)) {
        RARE_EVENT(interp, set_eval_frame_func);
        dep_break(ts_current(), interp, DEP_BIT(DEP_MONITORING), NULL);
    }
    interp->eval_frame = f == _PyEval_EvalFrameDefault ? NULL : f;
}

/* ---- frames of all threads ---- */

PyObject *
_PyThread_CurrentFrames(void)
{
    PyObject *result = PyDict_New();
    for (PyInterpreterState *i = PyInterpreterState_Head(); result != NULL && i != NULL; i = PyInterpreterState_Next(i)) {
        for (PyThreadState *t = i->threads.head; result != NULL && t != NULL; t = t->next) {
            _PyInterpreterFrame *f = frame_current(t);
            if (f == NULL)
                continue;
            PyObject *id = PyLong_FromUnsignedLong(t->thread_id);
            PyFrameObject *obj = id == NULL ? NULL : frame_object(f);
            if (obj == NULL || PyDict_SetItem(result, id, (PyObject *)obj) < 0)
                Py_CLEAR(result);
            Py_XDECREF(id);
        }
    }
    return result;
}
