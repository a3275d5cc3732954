/* vm/frame_object.c: the type `frame`. */
#include <structmember.h>

#include "object/core/object.h"
#include "object/core/err.h"
#include "rt/gc_track.h"
#include "vm/eval.h"
#include "vm/frame.h"
#include "vm/frame_jump.h"
#include "vm/genobject.h"
#include "vm/tracing.h"

static int
frame_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyFrameObject *f = (PyFrameObject *)self;
    Py_VISIT(f->f_back);
    Py_VISIT(f->f_trace);
    Py_VISIT(f->f_extra_locals);
    Py_VISIT(f->f_locals_cache);
    if (f->f_frame->owner != FRAME_OWNED_BY_FRAME_OBJECT)
        return 0;
    return frame_traverse(f->f_frame, visit, arg);
}

static int
frame_tp_clear(PyObject *self)
{
    PyFrameObject *f = (PyFrameObject *)self;
    Py_CLEAR(f->f_trace);
    Py_CLEAR(f->f_extra_locals);
    Py_CLEAR(f->f_locals_cache);
    int n = f->f_frame->stacktop;
    f->f_frame->stacktop = 0;
    for (int i = 0; i < n; i++)
        Py_CLEAR(f->f_frame->localsplus[i]);
    Py_CLEAR(f->f_frame->f_locals);
    return 0;
}

static void
frame_tp_dealloc(PyObject *self)
{
    PyFrameObject *f = (PyFrameObject *)self;
    if (gc_is_tracked(self))
        gc_untrack(self);
    Py_TRASHCAN_BEGIN(self, frame_tp_dealloc);
    PyObject *code = NULL;
    if (f->f_frame->owner == FRAME_OWNED_BY_FRAME_OBJECT) {
        _PyInterpreterFrame *frame = (_PyInterpreterFrame *)f->_f_frame_data;
        code = frame->f_executable;
        frame->f_executable = NULL;
        Py_CLEAR(frame->f_funcobj);
        Py_CLEAR(frame->f_locals);
        for (int i = 0; i < frame->stacktop; i++)
            Py_CLEAR(frame->localsplus[i]);
    }
    Py_CLEAR(f->f_back);
    Py_CLEAR(f->f_trace);
    Py_CLEAR(f->f_extra_locals);
    Py_CLEAR(f->f_locals_cache);
    PyObject_GC_Del(f);
    Py_XDECREF(code);
    Py_TRASHCAN_END
}

static PyObject *
frame_repr(PyObject *self)
{
    PyFrameObject *f = (PyFrameObject *)self;
    PyCodeObject *co = frame_code(f->f_frame);
    return PyUnicode_FromFormat("<frame at %p, file %R, line %d, code %S>", f, co->co_filename, PyFrame_GetLineNumber(f), co->co_name);
}

/* ---- attributes ---- */

static PyObject *get_locals(PyObject *self, void *c) { return PyFrame_GetLocals((PyFrameObject *)self); }

static PyObject *
get_lineno(PyObject *self, void *c)
{
    int line = PyFrame_GetLineNumber((PyFrameObject *)self);
    if (line < 0)
        Py_RETURN_NONE;
    return PyLong_FromLong(line);
}

static int
set_lineno(PyObject *self, PyObject *v, void *c)
{
    return frame_jump((PyFrameObject *)self, v);
}

static PyObject *
get_lasti(PyObject *self, void *c)
{
    return PyLong_FromLong(PyFrame_GetLasti((PyFrameObject *)self));
}

static PyObject *
get_back(PyObject *self, void *c)
{
    PyObject *back = (PyObject *)PyFrame_GetBack((PyFrameObject *)self);
    return back != NULL ? back : PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *get_globals(PyObject *self, void *c) { return PyFrame_GetGlobals((PyFrameObject *)self); }
static PyObject *get_builtins(PyObject *self, void *c) { return PyFrame_GetBuiltins((PyFrameObject *)self); }
static PyObject *get_code(PyObject *self, void *c) { return object_audit_read(self, "f_code") < 0 ? NULL : (PyObject *)PyFrame_GetCode((PyFrameObject *)self); }

static PyObject *
get_trace(PyObject *self, void *c)
{
    PyObject *t = ((PyFrameObject *)self)->f_trace;
    return Py_NewRef(t == NULL ? Py_None : t);
}

static int
set_trace(PyObject *self, PyObject *v, void *c)
{
    PyFrameObject *f = (PyFrameObject *)self;
    if (v == Py_None)
        v = NULL;
    if (v == f->f_trace)
        return 0;
    Py_XSETREF(f->f_trace, Py_XNewRef(v));
    return v != NULL && f->f_trace_opcodes ? trace_set_opcodes(f, true) : 0;
}

static PyObject *
get_trace_opcodes(PyObject *self, void *c)
{
    return PyBool_FromLong(((PyFrameObject *)self)->f_trace_opcodes);
}

static int
set_trace_opcodes(PyObject *self, PyObject *v, void *c)
{
    PyFrameObject *f = (PyFrameObject *)self;
    if (v == NULL || !PyBool_Check(v)) {
        PyErr_SetString(PyExc_TypeError, "attribute value type must be bool");
        return -1;
    }
    f->f_trace_opcodes = v == Py_True;
    if (v == Py_True)
        return f->f_trace != NULL ? trace_set_opcodes(f, true) : 0;
    return trace_set_opcodes(f, false);
}

static PyMemberDef frame_members[] = {
    { "f_trace_lines", Py_T_BOOL, offsetof(PyFrameObject, f_trace_lines), 0 },
    { NULL },
};

static PyGetSetDef frame_getset[] = {
    { "f_locals", get_locals }, { "f_lineno", get_lineno, set_lineno }, { "f_trace", get_trace, set_trace }, { "f_lasti", get_lasti },
    { "f_globals", get_globals }, { "f_builtins", get_builtins }, { "f_code", get_code }, { "f_back", get_back },
    { "f_trace_opcodes", get_trace_opcodes, set_trace_opcodes }, { NULL },
};

/* ---- methods ---- */

static PyObject *
frame_py_clear(PyObject *self, PyObject *ignored)
{
    PyFrameObject *f = (PyFrameObject *)self;
    if (f->f_frame->owner == FRAME_OWNED_BY_GENERATOR) {
        PyGenObject *gen = gen_from_frame(f->f_frame);
        if (gen->gi_frame_state == FRAME_EXECUTING)
            goto running;
        if (FRAME_STATE_SUSPENDED(gen->gi_frame_state)) {
            PyErr_SetString(PyExc_RuntimeError, "cannot clear a suspended frame");
            return NULL;
        }
        _PyGen_Finalize((PyObject *)gen);
    }
    else if (f->f_frame->owner == FRAME_OWNED_BY_THREAD)
        goto running;
    else
        (void)frame_tp_clear(self);
    Py_RETURN_NONE;
running:
    PyErr_SetString(PyExc_RuntimeError, "cannot clear an executing frame");
    return NULL;
}

static PyObject *
frame_sizeof(PyObject *self, PyObject *ignored)
{
    PyCodeObject *co = frame_code(((PyFrameObject *)self)->f_frame);
    return PyLong_FromSsize_t(PyFrame_Type.tp_basicsize + (Py_ssize_t)(co->co_nlocalsplus + co->co_stacksize) * (Py_ssize_t)sizeof(PyObject *));
}

static PyMethodDef frame_methods[] = {
    { "clear", frame_py_clear, METH_NOARGS, "clear($self, /)\n--\n\nLet go of what the local variables hold." },
    { "__sizeof__", frame_sizeof, METH_NOARGS, "__sizeof__($self, /)\n--\n\nBytes that the frame takes." },
    { NULL },
};

PyTypeObject PyFrame_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "frame",
    .tp_basicsize = offsetof(PyFrameObject, _f_frame_data) + offsetof(_PyInterpreterFrame, localsplus),
    .tp_itemsize = sizeof(PyObject *),
    .tp_dealloc = frame_tp_dealloc,
    .tp_repr = frame_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = frame_tp_traverse,
    .tp_clear = frame_tp_clear,
    .tp_methods = frame_methods,
    .tp_members = frame_members,
    .tp_getset = frame_getset,
};
