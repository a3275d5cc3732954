/* _testinternalcapi_eval.c: pending calls, frames, replacing the evaluation function, for the tests of the C API. */
#include "modules/_testinternalcapi.h"

#include "object/core/suggest.h"
#include "object/text/str.h"
#include "vm/frame.h"

PyAPI_FUNC(int) _PyEval_AddPendingCall(PyInterpreterState *interp, int (*func)(void *), void *arg, int flags);

/* ---- pending calls ---- */

static int run_pending(void *callback)
{
    PyObject *r = PyObject_CallNoArgs(callback);
    Py_DECREF((PyObject *)callback);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

/* Adds callback up to `num` times; how often there was room. ensure_added: tries until there is. */
static PyObject *pending_threadfunc(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "", "num", "blocking", "ensure_added", NULL };
    PyObject *callback;
    unsigned int num = 1, added = 0;
    int blocking = 0, ensure_added = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|I$pp:pending_threadfunc", names, &callback, &num, &blocking, &ensure_added))
        return NULL;
    PyInterpreterState *interp = PyInterpreterState_Get();
    for (unsigned int i = 0; i < num; i++)
        Py_INCREF(callback);           /* run_pending() releases them */
    PyThreadState *released = blocking ? NULL : PyEval_SaveThread();
    while (added < num) {
        if (_PyEval_AddPendingCall(interp, run_pending, callback, 0) == 0)
            added++;
        else if (!ensure_added)
            break;
    }
    if (released != NULL)
        PyEval_RestoreThread(released);
    for (unsigned int i = added; i < num; i++)
        Py_DECREF(callback);
    return PyLong_FromUnsignedLong(added);
}

/* ---- frames ---- */

static struct _PyInterpreterFrame *frame_of(PyObject *o)
{
    if (PyFrame_Check(o))
        return ((PyFrameObject *)o)->f_frame;
    PyErr_SetString(PyExc_TypeError, "argument must be a frame");
    return NULL;
}

static PyObject *iframe_getcode(PyObject *m, PyObject *o)
{
    struct _PyInterpreterFrame *f = frame_of(o);
    return f == NULL ? NULL : PyUnstable_InterpreterFrame_GetCode(f);
}

static PyObject *iframe_getline(PyObject *m, PyObject *o)
{
    struct _PyInterpreterFrame *f = frame_of(o);
    return f == NULL ? NULL : PyLong_FromLong(PyUnstable_InterpreterFrame_GetLine(f));
}

static PyObject *iframe_getlasti(PyObject *m, PyObject *o)
{
    struct _PyInterpreterFrame *f = frame_of(o);
    return f == NULL ? NULL : PyLong_FromLong(PyUnstable_InterpreterFrame_GetLasti(f));
}

/* ---- the evaluation function ---- */

#define RECORD_KEY "_testinternalcapi.record"

/* Appends the function's name to the list, then evaluates as always. */
static PyObject *record_eval(PyThreadState *ts, struct _PyInterpreterFrame *f, int exc)
{
    PyObject *dict = PyInterpreterState_GetDict(ts->interp), *list = dict == NULL ? NULL : PyDict_GetItemString(dict, RECORD_KEY);
    if (list != NULL && f->f_funcobj != NULL && PyFunction_Check(f->f_funcobj)
        && PyList_Append(list, ((PyFunctionObject *)f->f_funcobj)->func_name) < 0)
        PyErr_Clear();
    return _PyEval_EvalFrameDefault(ts, f, exc);
}

static PyObject *set_eval_frame_default(PyObject *m, PyObject *unused)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    PyObject *dict = PyInterpreterState_GetDict(interp), *list;
    _PyInterpreterState_SetEvalFrameFunc(interp, _PyEval_EvalFrameDefault);
    if (dict != NULL && PyDict_PopString(dict, RECORD_KEY, &list) > 0)
        Py_DECREF(list);
    Py_RETURN_NONE;
}

static PyObject *set_eval_frame_record(PyObject *m, PyObject *list)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    PyObject *dict = PyInterpreterState_GetDict(interp);
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "argument must be a list");
        return NULL;
    }
    if (dict == NULL || PyDict_SetItemString(dict, RECORD_KEY, list) < 0)
        return NULL;
    _PyInterpreterState_SetEvalFrameFunc(interp, record_eval);
    Py_RETURN_NONE;
}

/* ---- others ---- */

static PyObject *transform_decimal(PyObject *m, PyObject *o)
{
    return _PyUnicode_TransformDecimalAndSpaceToASCII(o == Py_None ? NULL : o);
}

/* Pairs of names and how far apart they are, within a limit and beyond it. */
static PyObject *test_edit_cost(PyObject *m, PyObject *unused)
{
    static const struct { const char *a, *b; Py_ssize_t cost; } cases[] = {
        { "", "", 0 }, { "", "a", 2 }, { "a", "A", 1 }, { "Apple", "Aple", 2 }, { "Banana", "B@n@n@", 6 }, { "Cherry", "Cherry!", 2 },
        { "abc", "y", 6 }, { "aa", "bb", 4 }, { "AttributeError", "AttributeErrop", 2 }, { "abc", "acb", 4 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PyObject *a = PyUnicode_FromString(cases[i].a), *b = a == NULL ? NULL : PyUnicode_FromString(cases[i].b);
        Py_ssize_t cost = b == NULL ? -1 : _Py_UTF8_Edit_Cost(a, b, -1);
        Py_XDECREF(a);
        Py_XDECREF(b);
        if (cost != cases[i].cost) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_AssertionError, "Edit cost from '%s' to '%s' returns %zd, expected %zd", cases[i].a, cases[i].b, cost, cases[i].cost);
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

static PyObject *gh_119213_getargs(PyObject *m, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "spam", NULL };
    PyObject *spam = Py_None;
    return PyArg_ParseTupleAndKeywords(args, kwargs, "|O:gh_119213_getargs", names, &spam) ? Py_NewRef(spam) : NULL;
}

PyMethodDef testinternalcapi_eval_methods[] = {
    { "pending_threadfunc", (PyCFunction)(void (*)(void))pending_threadfunc, METH_VARARGS | METH_KEYWORDS, NULL },
    { "iframe_getcode", iframe_getcode, METH_O, NULL },
    { "iframe_getline", iframe_getline, METH_O, NULL },
    { "iframe_getlasti", iframe_getlasti, METH_O, NULL },
    { "set_eval_frame_default", set_eval_frame_default, METH_NOARGS, NULL },
    { "set_eval_frame_record", set_eval_frame_record, METH_O, NULL },
    { "_PyUnicode_TransformDecimalAndSpaceToASCII", transform_decimal, METH_O, NULL },
    { "test_edit_cost", test_edit_cost, METH_NOARGS, NULL },
    { "gh_119213_getargs", (PyCFunction)(void (*)(void))gh_119213_getargs, METH_VARARGS | METH_KEYWORDS,
      "gh_119213_getargs($module, /, spam=None)\n--\n\nGive spam back." },
    { NULL },
};
