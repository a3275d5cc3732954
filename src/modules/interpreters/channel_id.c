/* interpreters/channel_id.c: ChannelID: a number that keeps its channel alive, for both ends or one. */
#include "modules/interpreters/channels.h"

#define MODULE "_interpchannels"
#define CID(op) ((struct channel_id *)(op))

PyObject *
channel_id_new(PyObject *module, int64_t id, enum channel_end end, bool force)
{
    PyTypeObject *type = channels_state(module)->id_type;
    enum channel_error err = channel_id_hold(id);
    if (err != CHANNEL_OK && !force)
        return channel_raise(module, err, id);
    struct channel_id *self = (struct channel_id *)type->tp_alloc(type, 0);
    if (self == NULL) {
        channel_id_drop(id);
        return NULL;
    }
    self->id = id;
    self->end = end;
    return (PyObject *)self;
}

static void
id_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    channel_id_drop(CID(op)->id);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
id_repr(PyObject *op)
{
    const char *end = CID(op)->end == CHANNEL_SEND ? ", send=True" : CID(op)->end == CHANNEL_RECV ? ", recv=True" : "";
    return PyUnicode_FromFormat("ChannelID(%lld%s)", (long long)CID(op)->id, end);
}

static PyObject *id_str(PyObject *op) { return PyUnicode_FromFormat("%lld", (long long)CID(op)->id); }
static PyObject *id_int(PyObject *op) { return PyLong_FromLongLong(CID(op)->id); }

static Py_hash_t
id_hash(PyObject *op)
{
    PyObject *n = id_int(op);
    Py_hash_t h = n == NULL ? -1 : PyObject_Hash(n);
    Py_XDECREF(n);
    return h;
}

static PyObject *
id_compare(PyObject *self, PyObject *other, int op)
{
    if (op != Py_EQ && op != Py_NE)
        Py_RETURN_NOTIMPLEMENTED;
    if (Py_IS_TYPE(other, Py_TYPE(self))) {
        bool equal = CID(self)->id == CID(other)->id && CID(self)->end == CID(other)->end;
        return PyBool_FromLong(equal == (op == Py_EQ));
    }
    if (!PyNumber_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *n = id_int(self), *r = n == NULL ? NULL : PyObject_RichCompare(n, other, op);
    Py_XDECREF(n);
    return r;
}

/* An id for one end of the same channel. */
static PyObject *
other_end(PyObject *self, void *end)
{
    PyObject *m = PyType_GetModule(Py_TYPE(self));
    return m == NULL ? NULL : channel_id_new(m, CID(self)->id, (enum channel_end)(intptr_t)end, true);
}

static PyObject *
get_end(PyObject *self, void *unused)
{
    return PyUnicode_InternFromString(CID(self)->end == CHANNEL_SEND ? "send" : CID(self)->end == CHANNEL_RECV ? "recv" : "both");
}

static PyGetSetDef id_getset[] = {
    { "end", get_end, NULL, PyDoc_STR("'send', 'recv', or 'both'"), NULL },
    { "send", other_end, NULL, PyDoc_STR("the 'send' end of the channel"), (void *)(intptr_t)CHANNEL_SEND },
    { "recv", other_end, NULL, PyDoc_STR("the 'recv' end of the channel"), (void *)(intptr_t)CHANNEL_RECV },
    { NULL },
};
static PyType_Slot id_slots[] = {
    { Py_tp_dealloc, id_dealloc }, { Py_tp_doc, (void *)PyDoc_STR("A channel ID identifies a channel and may be used as an int.") },
    { Py_tp_repr, id_repr }, { Py_tp_str, id_str }, { Py_tp_hash, id_hash }, { Py_tp_richcompare, id_compare }, { Py_tp_getset, id_getset },
    { Py_nb_int, id_int }, { Py_nb_index, id_int }, { 0, NULL },
};
static PyType_Spec id_spec = {
    MODULE ".ChannelID", sizeof(struct channel_id), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE, id_slots,
};

/* ---- arguments ---- */

int
channel_id_converter(PyObject *arg, void *out)
{
    struct channel_arg *a = out;
    a->end = CHANNEL_BOTH;
    if (Py_IS_TYPE(arg, channels_state(a->module)->id_type)) {
        a->id = CID(arg)->id;
        a->end = CID(arg)->end;
        return 1;
    }
    if (!PyIndex_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "channel ID must be an int, got %.100s", Py_TYPE(arg)->tp_name);
        return 0;
    }
    PyObject *n = PyNumber_Index(arg);
    a->id = n == NULL ? -1 : PyLong_AsLongLong(n);
    Py_XDECREF(n);
    if (a->id < 0 && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "channel ID must be a non-negative int, got %R", arg);
    return a->id >= 0;
}

static PyObject *
make_id(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", "send", "recv", "force", "_resolve", NULL };
    struct channel_arg a = { .module = m };
    int send = -1, recv = -1, force = 0, resolve = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O&|$pppp:ChannelID.__new__", names, channel_id_converter, &a, &send, &recv, &force, &resolve))
        return NULL;
    if (send == 0 && recv == 0)
        return PyErr_Format(PyExc_ValueError, "'send' and 'recv' cannot both be False");
    if (send == 1)
        a.end = recv == 1 ? CHANNEL_BOTH : CHANNEL_SEND;
    else if (recv == 1)
        a.end = CHANNEL_RECV;
    PyObject *id = channel_id_new(m, a.id, a.end, force);
    if (id != NULL)
        CID(id)->resolve = resolve;
    return id;
}

/* ---- sending ids and the library's ends ---- */

struct shared_id { int64_t id; enum channel_end end; bool resolve; };

static PyObject *
import_module(void)
{
    return PyImport_ImportModule(MODULE);
}

/* The module in Python registers its classes with this one when it is imported. */
static int
need_end_types(PyObject *m)
{
    if (channels_state(m)->send_type != NULL)
        return 0;
    PyObject *lib = PyImport_ImportModule("interpreters.channels");
    if (lib == NULL) {
        PyErr_Clear();
        lib = PyImport_ImportModule("test.support.interpreters.channels");
    }
    Py_XDECREF(lib);
    if (lib != NULL && channels_state(m)->send_type == NULL)
        PyErr_SetString(PyExc_RuntimeError, "the library's channel classes have not been registered");
    return lib == NULL || channels_state(m)->send_type == NULL ? -1 : 0;
}

/* SendChannel or RecvChannel of an id with one end. */
static PyObject *
end_object(PyObject *m, PyObject *id)
{
    if (need_end_types(m) < 0)
        return NULL;
    struct channels_state *s = channels_state(m);
    return PyObject_CallOneArg((PyObject *)(CID(id)->end == CHANNEL_SEND ? s->send_type : s->recv_type), id);
}

static PyObject *
new_id_object(_PyCrossInterpreterData *data)
{
    struct shared_id *shared = data->data;
    PyObject *m = import_module(), *id = m == NULL ? NULL : channel_id_new(m, shared->id, shared->end, false);
    if (id != NULL && shared->resolve && shared->end != CHANNEL_BOTH)
        Py_SETREF(id, end_object(m, id));
    Py_XDECREF(m);
    return id;
}

static int
get_id_record(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    if (_PyCrossInterpreterData_InitWithSize(data, ts->interp, sizeof(struct shared_id), obj, new_id_object) < 0)
        return -1;
    *(struct shared_id *)data->data = (struct shared_id){ CID(obj)->id, CID(obj)->end, CID(obj)->resolve };
    return 0;
}

static PyObject *
new_end_object(_PyCrossInterpreterData *data)
{
    PyObject *m = import_module(), *id = m == NULL ? NULL : new_id_object(data);
    if (id != NULL)
        Py_SETREF(id, end_object(m, id));
    Py_XDECREF(m);
    return id;
}

static int
get_end_record(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    PyObject *id = PyObject_GetAttrString(obj, "_id");
    int r = id == NULL ? -1 : _PyObject_GetCrossInterpreterData(id, data);
    Py_XDECREF(id);
    if (r == 0)
        data->new_object = new_end_object;
    return r;
}

static int
set_end_type(PyTypeObject **slot, PyObject *type)
{
    if (*slot != NULL)
        _PyCrossInterpreterData_UnregisterClass(*slot);
    Py_XSETREF(*slot, (PyTypeObject *)Py_NewRef(type));
    return _PyCrossInterpreterData_RegisterClass(*slot, get_end_record);
}

static PyObject *
register_end_types(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "send", "recv", NULL };
    PyObject *send, *recv;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OO:_register_end_types", names, &send, &recv))
        return NULL;
    if (!PyType_Check(send) || !PyType_Check(recv))
        return PyErr_Format(PyExc_TypeError, "expected a type for '%s'", PyType_Check(send) ? "recv" : "send");
    struct channels_state *s = channels_state(m);
    if (set_end_type(&s->send_type, send) < 0 || set_end_type(&s->recv_type, recv) < 0)
        return NULL;
    Py_RETURN_NONE;
}

OWNED PyTypeObject *
channel_id_make_type(PyObject *module)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &id_spec, NULL);
    if (type != NULL && _PyCrossInterpreterData_RegisterClass(type, get_id_record) < 0)
        Py_CLEAR(type);
    return type;
}

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS
PyMethodDef channel_id_methods[] = { { "_channel_id", KW(make_id), NULL }, { "_register_end_types", KW(register_end_types), NULL }, { NULL } };
