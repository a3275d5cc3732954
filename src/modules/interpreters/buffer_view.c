/* interpreters/buffer_view.c: memory of one interpreter's object as a memoryview in another one.
 *
 * The record holds a Py_buffer of the original object. Over there it lies in a CrossInterpreterBufferView, whose own buffer it
 * is; the memory belongs to the original object all the time, which lives as long as the view. */
#include "modules/interpreters/interp_mod.h"

struct buffer_view { PyObject ob_base; Py_buffer *view; int64_t interpid; };
#define VIEW(op) ((struct buffer_view *)(op))

static int
give_buffer(PyObject *op, Py_buffer *out, int flags)
{
    *out = *VIEW(op)->view;
    out->obj = Py_NewRef(op);
    return 0;
}

/* In the interpreter that the buffer comes from. */
static void
release_buffer(void *arg)
{
    PyBuffer_Release(arg);
    PyMem_RawFree(arg);
}

static void
view_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    if (VIEW(op)->view != NULL) {
        _PyCrossInterpreterData data = { VIEW(op)->view, NULL, VIEW(op)->interpid, NULL, release_buffer };
        if (_PyCrossInterpreterData_Release(&data) < 0)
            PyErr_Clear();
    }
    type->tp_free(op);
    Py_DECREF(type);
}

static PyType_Slot view_slots[] = {
    { Py_bf_getbuffer, give_buffer }, { Py_tp_dealloc, view_dealloc }, { 0, NULL },
};
static PyType_Spec view_spec = {
    "_interpreters.CrossInterpreterBufferView", sizeof(struct buffer_view), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE, view_slots,
};

/* In the interpreter that receives: takes the Py_buffer over from the record. */
static PyObject *
new_view(_PyCrossInterpreterData *data)
{
    PyObject *m = PyImport_ImportModule("_interpreters"), *type = m == NULL ? NULL : PyObject_GetAttrString(m, "CrossInterpreterBufferView");
    Py_XDECREF(m);
    PyObject *op = type == NULL ? NULL : ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
    Py_XDECREF(type);
    if (op == NULL)
        return NULL;
    VIEW(op)->view = data->data;
    VIEW(op)->interpid = data->interpid;
    data->data = NULL;
    data->free = NULL;
    PyObject *memory = PyMemoryView_FromObject(op);
    Py_DECREF(op);
    return memory;
}

int
buffer_view_record(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    Py_buffer *view = PyMem_RawMalloc(sizeof *view);
    if (view == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (PyObject_GetBuffer(obj, view, PyBUF_FULL_RO) < 0) {
        PyMem_RawFree(view);
        return -1;
    }
    _PyCrossInterpreterData_Init(data, ts->interp, view, NULL, new_view);
    data->free = release_buffer;
    return 0;
}

OWNED PyTypeObject *
buffer_view_type(PyObject *module)
{
    static bool registered;
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &view_spec, NULL);
    if (type != NULL && !registered) {
        if (_PyCrossInterpreterData_RegisterClass(&PyMemoryView_Type, buffer_view_record) < 0)
            Py_CLEAR(type);
        registered = true;
    }
    return type;
}
