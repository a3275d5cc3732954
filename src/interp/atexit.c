/* interp/atexit.c: the `atexit` module: functions that run when the interpreter ends, last registered first.
 *
 * The list belongs to the interpreter, not to the module object. A function that unregisters or clears while the
 * list runs or is compared leaves empty places; nothing moves. */
#include <Python.h>

#include "interp/lifecycle.h"
#include "rt/interp.h"

struct callback {
    PyObject *func, *args, *kwargs;      /* func NULL: empty */
};
struct c_callback {
    void (*func)(void *);
    void *data;
    struct c_callback *next;
};
struct atexit_state {
    struct callback *items;
    Py_ssize_t used, room;
    struct c_callback *c_items;
};

static struct atexit_state *
get_state(PyInterpreterState *interp)
{
    if (interp->atexit == NULL)
        interp->atexit = PyMem_RawCalloc(1, sizeof *interp->atexit);
    if (interp->atexit == NULL)
        PyErr_NoMemory();
    return interp->atexit;
}

static void
drop(struct atexit_state *s, Py_ssize_t i)
{
    struct callback c = s->items[i];
    s->items[i] = (struct callback){ NULL, NULL, NULL };
    Py_XDECREF(c.func);
    Py_XDECREF(c.args);
    Py_XDECREF(c.kwargs);
}

static void
clear(struct atexit_state *s)
{
    while (s->used > 0)
        drop(s, --s->used);
}

static void
run(PyInterpreterState *interp)
{
    struct atexit_state *s = interp->atexit;
    if (s == NULL)
        return;
    for (Py_ssize_t i = s->used - 1; i >= 0; i--) {
        if (i >= s->used || s->items[i].func == NULL)
            continue;
        PyObject *func = Py_NewRef(s->items[i].func), *args = Py_NewRef(s->items[i].args);
        PyObject *kwargs = Py_XNewRef(s->items[i].kwargs);
        PyObject *result = PyObject_Call(func, args, kwargs);
        if (result == NULL)
            PyErr_FormatUnraisable("Exception ignored in atexit callback %R", func);
        Py_XDECREF(result);
        Py_DECREF(func);
        Py_DECREF(args);
        Py_XDECREF(kwargs);
    }
    clear(s);
}

static void
run_at_end(PyThreadState *ts)
{
    run(ts->interp);
    struct atexit_state *s = ts->interp->atexit;
    while (s != NULL && s->c_items != NULL) {
        struct c_callback *c = s->c_items;
        s->c_items = c->next;
        c->func(c->data);
        PyMem_RawFree(c);
    }
}

void
atexit_fini(PyInterpreterState *interp)
{
    struct atexit_state *s = interp->atexit;
    if (s == NULL)
        return;
    clear(s);
    interp->atexit = NULL;
    while (s->c_items != NULL) {
        struct c_callback *next = s->c_items->next;
        PyMem_RawFree(s->c_items);
        s->c_items = next;
    }
    PyMem_RawFree(s->items);
    PyMem_RawFree(s);
}

int
PyUnstable_AtExit(PyInterpreterState *interp, void (*func)(void *), void *data)
{
    struct atexit_state *s = get_state(interp);
    struct c_callback *c = s == NULL ? NULL : PyMem_RawMalloc(sizeof *c);
    if (c == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *c = (struct c_callback){ func, data, s->c_items };
    s->c_items = c;
    lifecycle_hooks.call_atexit = run_at_end;
    return 0;
}

/* ---- the module ---- */

static PyObject *
atexit_register(PyObject *module, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) == 0)
        return PyErr_Format(PyExc_TypeError, "register() takes at least 1 argument (0 given)");
    PyObject *func = PyTuple_GET_ITEM(args, 0);
    if (!PyCallable_Check(func))
        return PyErr_Format(PyExc_TypeError, "the first argument must be callable");
    struct atexit_state *s = get_state(interp_current());
    if (s == NULL)
        return NULL;
    if (s->used == s->room) {
        Py_ssize_t room = s->room + 16;
        struct callback *items = PyMem_RawRealloc(s->items, (size_t)room * sizeof *items);
        if (items == NULL)
            return PyErr_NoMemory();
        s->items = items;
        s->room = room;
    }
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (rest == NULL)
        return NULL;
    s->items[s->used++] = (struct callback){ Py_NewRef(func), rest, Py_XNewRef(kwargs) };
    return Py_NewRef(func);
}

static PyObject *
atexit_run(PyObject *module, PyObject *unused)
{
    run(interp_current());
    Py_RETURN_NONE;
}

static PyObject *
atexit_clear(PyObject *module, PyObject *unused)
{
    if (interp_current()->atexit != NULL)
        clear(interp_current()->atexit);
    Py_RETURN_NONE;
}

static PyObject *
atexit_ncallbacks(PyObject *module, PyObject *unused)
{
    struct atexit_state *s = interp_current()->atexit;
    return PyLong_FromSsize_t(s == NULL ? 0 : s->used);
}

static PyObject *
atexit_unregister(PyObject *module, PyObject *func)
{
    struct atexit_state *s = interp_current()->atexit;
    for (Py_ssize_t i = 0; s != NULL && i < s->used; i++) {
        if (s->items[i].func == NULL)
            continue;
        PyObject *mine = Py_NewRef(s->items[i].func);        /* __eq__ may clear the list */
        int equal = PyObject_RichCompareBool(mine, func, Py_EQ);
        bool same = i < s->used && s->items[i].func == mine;
        Py_DECREF(mine);
        if (equal < 0)
            return NULL;
        if (equal && same)
            drop(s, i);
    }
    Py_RETURN_NONE;
}

static PyMethodDef atexit_methods[] = {
    { "register", _PyCFunction_CAST(atexit_register), METH_VARARGS | METH_KEYWORDS,
      PyDoc_STR("register($module, func, /, *args, **kwargs)\n--\n\nCall func(*args, **kwargs) when the interpreter ends.") },
    { "_clear", atexit_clear, METH_NOARGS, PyDoc_STR("_clear($module, /)\n--\n\nForget all functions.") },
    { "unregister", atexit_unregister, METH_O, PyDoc_STR("unregister($module, func, /)\n--\n\nForget a function.") },
    { "_run_exitfuncs", atexit_run, METH_NOARGS, PyDoc_STR("_run_exitfuncs($module, /)\n--\n\nRun all functions now and forget them.") },
    { "_ncallbacks", atexit_ncallbacks, METH_NOARGS, PyDoc_STR("_ncallbacks($module, /)\n--\n\nThe number of functions.") },
    { NULL },
};

static int
atexit_exec(PyObject *module)
{
    lifecycle_hooks.call_atexit = run_at_end;
    return 0;
}

static PyModuleDef_Slot atexit_slots[] = {
    { Py_mod_exec, atexit_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static PyModuleDef atexit_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "atexit",
    .m_doc = "Functions that run when the interpreter ends: register() and unregister().",
    .m_methods = atexit_methods,
    .m_slots = atexit_slots,
};

PyMODINIT_FUNC PyInit_atexit(void) { return PyModuleDef_Init(&atexit_module); }
