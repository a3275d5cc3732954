/* interpreters/channels_module.c: module _interpchannels. */
#include "modules/interpreters/channels.h"

#define MODULE "_interpchannels"

PyAPI_FUNC(int) PyThread_ParseTimeoutArg(PyObject *arg, int blocking, long long *us);
PyAPI_FUNC(PyLockStatus) PyThread_acquire_lock_timed_with_retries(PyThread_type_lock lock, long long us);

PyObject *
channel_raise(PyObject *module, enum channel_error error, int64_t id)
{
    struct channels_state *s = channels_state(module);
    const struct { PyObject *type; const char *format; } messages[] = {
        [CHANNEL_NOT_FOUND] = { s->not_found, "channel %lld not found" },
        [CHANNEL_CLOSED] = { s->closed, "channel %lld is closed" },
        [CHANNEL_CLOSED_HERE] = { s->closed, "channel %lld is already closed" },
        [CHANNEL_CLOSED_WAITING] = { s->closed, "channel %lld has closed" },
        [CHANNEL_EMPTY] = { s->empty, "channel %lld is empty" },
        [CHANNEL_NOT_EMPTY] = { s->not_empty, "channel %lld may not be closed if not empty (try force=True)" },
        [CHANNEL_TIMEOUT] = { PyExc_TimeoutError, "timed out" },
    };
    if (error != CHANNEL_RAISED)
        PyErr_Format(messages[error].type, messages[error].format, (long long)id);
    return NULL;
}

static PyObject *
none_or_raise(PyObject *m, enum channel_error err, int64_t id)
{
    return err == CHANNEL_OK ? Py_NewRef(Py_None) : channel_raise(m, err, id);
}

/* (cid) */
static bool
parse_id(PyObject *m, PyObject *args, PyObject *kwds, const char *format, int64_t *id)
{
    static char *names[] = { "cid", NULL };
    struct channel_arg a = { .module = m };
    bool ok = PyArg_ParseTupleAndKeywords(args, kwds, format, names, channel_id_converter, &a);
    *id = a.id;
    return ok;
}

/* ---- life ---- */

static PyObject *
mod_create(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "unboundop", NULL };
    int op;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "i:create", names, &op) || !check_unbound_op(op))
        return NULL;
    int64_t id = channel_create(op);
    PyObject *obj = id < 0 ? NULL : channel_id_new(m, id, CHANNEL_BOTH, false);
    if (obj == NULL && id >= 0)
        channel_destroy(id);
    return obj;
}

static PyObject *
mod_destroy(PyObject *m, PyObject *args, PyObject *kwds)
{
    int64_t id;
    return parse_id(m, args, kwds, "O&:channel_destroy", &id) ? none_or_raise(m, channel_destroy(id), id) : NULL;
}

static PyObject *
mod_list_all(PyObject *m, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    int64_t id;
    int op;
    for (Py_ssize_t i = 0; list != NULL && channel_at(i, &id, &op); i++) {
        PyObject *cid = channel_id_new(m, id, CHANNEL_BOTH, false), *row = cid == NULL ? NULL : Py_BuildValue("Oi", cid, op);
        if (row == NULL || PyList_Append(list, row) < 0)
            Py_CLEAR(list);
        Py_XDECREF(cid);
        Py_XDECREF(row);
    }
    return list;
}

/* (cid, *, send=None, recv=None, force=...) */
static bool
parse_end(PyObject *m, PyObject *args, PyObject *kwds, const char *format, int64_t *id, enum channel_end *end, int *force)
{
    static char *names[] = { "cid", "send", "recv", "force", NULL };
    struct channel_arg a = { .module = m };
    int send = 0, recv = 0;
    *force = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, format, names, channel_id_converter, &a, &send, &recv, force))
        return false;
    *id = a.id;
    *end = (enum channel_end)(send - recv);
    return true;
}

static PyObject *
mod_close(PyObject *m, PyObject *args, PyObject *kwds)
{
    int64_t id;
    enum channel_end end;
    int force;
    return parse_end(m, args, kwds, "O&|$ppp:channel_close", &id, &end, &force) ? none_or_raise(m, channel_close(id, end, force), id) : NULL;
}

static PyObject *
mod_release(PyObject *m, PyObject *args, PyObject *kwds)
{
    int64_t id;
    enum channel_end end;
    int force;
    return parse_end(m, args, kwds, "O&|$ppp:channel_release", &id, &end, &force)
        ? none_or_raise(m, channel_release(id, interp_current()->id, end), id) : NULL;
}

/* ---- sending and receiving ---- */

/* Sends; `blocking`: waits until the item has been taken. */
static enum channel_error
send_object(int64_t id, PyObject *obj, int op, bool blocking, long long us)
{
    struct waiting w = { NULL, false, false };
    enum channel_error err = channel_check(id);
    _PyCrossInterpreterData *data = err != CHANNEL_OK ? NULL : _PyCrossInterpreterData_New();
    if (data == NULL)
        return err != CHANNEL_OK ? err : CHANNEL_RAISED;
    if (_PyObject_GetCrossInterpreterData(obj, data) < 0) {
        PyMem_RawFree(data);
        return CHANNEL_RAISED;
    }
    if (blocking && (w.lock = PyThread_allocate_lock()) == NULL)
        PyErr_NoMemory();
    else {
        if (blocking)
            PyThread_acquire_lock(w.lock, WAIT_LOCK);
        err = channel_add(id, interp_current()->id, data, op, blocking ? &w : NULL);
    }
    if (blocking && w.lock == NULL)
        err = CHANNEL_RAISED;
    if (err != CHANNEL_OK)
        _PyCrossInterpreterData_ReleaseAndRawFree(data);
    else if (blocking) {
        PyLockStatus got = PyThread_acquire_lock_timed_with_retries(w.lock, us);
        if (!w.done)
            channel_forget_waiting(id, &w);
        err = got == PY_LOCK_INTR ? CHANNEL_RAISED : !w.done ? CHANNEL_TIMEOUT : w.received ? CHANNEL_OK : CHANNEL_CLOSED_WAITING;
    }
    if (w.lock != NULL) {
        PyThread_acquire_lock(w.lock, NOWAIT_LOCK);
        PyThread_release_lock(w.lock);
        PyThread_free_lock(w.lock);
    }
    return err;
}

static PyObject *
parse_and_send(PyObject *m, PyObject *args, PyObject *kwds, const char *format, bool buffer)
{
    static char *names[] = { "cid", "obj", "unboundop", "blocking", "timeout", NULL };
    struct channel_arg a = { .module = m };
    PyObject *obj, *timeout = NULL;
    int op = UNBOUND_REPLACE, blocking = 1;
    long long us;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, format, names, channel_id_converter, &a, &obj, &op, &blocking, &timeout)
        || !check_unbound_op(op) || PyThread_ParseTimeoutArg(timeout, blocking, &us) < 0)
        return NULL;
    PyObject *what = buffer ? PyMemoryView_FromObject(obj) : Py_NewRef(obj);
    if (what == NULL)
        return NULL;
    enum channel_error err = send_object(a.id, what, op, blocking, us);
    Py_DECREF(what);
    return none_or_raise(m, err, a.id);
}

static PyObject *
mod_send(PyObject *m, PyObject *args, PyObject *kwds)
{
    return parse_and_send(m, args, kwds, "O&O|i$pO:channel_send", false);
}

static PyObject *
mod_send_buffer(PyObject *m, PyObject *args, PyObject *kwds)
{
    return parse_and_send(m, args, kwds, "O&O|i$pO:channel_send_buffer", true);
}

static PyObject *
mod_recv(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "cid", "default", NULL };
    struct channel_arg a = { .module = m };
    PyObject *dflt = NULL, *obj;
    _PyCrossInterpreterData *data = NULL;
    int op = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O&|O:channel_recv", names, channel_id_converter, &a, &dflt))
        return NULL;
    enum channel_error err = channel_next(a.id, interp_current()->id, &data, &op);
    if (err == CHANNEL_EMPTY && dflt != NULL)
        return Py_BuildValue("OO", dflt, Py_None);
    if (err != CHANNEL_OK)
        return channel_raise(m, err, a.id);
    if (data == NULL)
        return Py_BuildValue("Oi", Py_None, op);
    obj = _PyCrossInterpreterData_NewObject(data);
    PyObject *exc = PyErr_GetRaisedException();
    if (_PyCrossInterpreterData_ReleaseAndRawFree(data) < 0)
        PyErr_Clear();
    PyErr_SetRaisedException(exc);
    return obj == NULL ? NULL : Py_BuildValue("NO", obj, Py_None);
}

/* ---- questions ---- */

static PyObject *
mod_list_interpreters(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "cid", "send", NULL };
    struct channel_arg a = { .module = m };
    int send = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O&$p:channel_list_interpreters", names, channel_id_converter, &a, &send))
        return NULL;
    PyObject *list = PyList_New(0);
    for (PyInterpreterState *i = PyInterpreterState_Head(); list != NULL && i != NULL; i = PyInterpreterState_Next(i)) {
        bool associated = false;
        enum channel_error err = channel_is_associated(a.id, i->id, send, &associated);
        PyObject *n = err == CHANNEL_OK && associated ? PyLong_FromLongLong(i->id) : NULL;
        if (err != CHANNEL_OK)
            channel_raise(m, err, a.id);
        if (err != CHANNEL_OK || (associated && (n == NULL || PyList_Insert(list, 0, n) < 0)))
            Py_CLEAR(list);
        Py_XDECREF(n);
    }
    return list;
}

static PyObject *
mod_get_count(PyObject *m, PyObject *args, PyObject *kwds)
{
    int64_t id;
    Py_ssize_t count = 0;
    if (!parse_id(m, args, kwds, "O&:get_count", &id))
        return NULL;
    enum channel_error err = channel_count(id, &count);
    return err == CHANNEL_OK ? PyLong_FromSsize_t(count) : channel_raise(m, err, id);
}

static PyObject *
mod_get_defaults(PyObject *m, PyObject *args, PyObject *kwds)
{
    int64_t id;
    int op = 0;
    if (!parse_id(m, args, kwds, "O&:get_channel_defaults", &id))
        return NULL;
    enum channel_error err = channel_default_op(id, &op);
    return err == CHANNEL_OK ? PyLong_FromLong(op) : channel_raise(m, err, id);
}

static PyStructSequence_Field info_fields[] = {
    { "open", "both ends are open" }, { "closing", "send is closed, recv is non-empty" }, { "closed", "both ends are closed" },
    { "count", "queued objects" }, { "num_interp_send", "interpreters bound to the send end" },
    { "num_interp_send_released", "interpreters bound to the send end and released" }, { "num_interp_recv", "interpreters bound to the recv end" },
    { "num_interp_recv_released", "interpreters bound to the recv end and released" }, { NULL, NULL },
};
static PyStructSequence_Desc info_desc = { MODULE ".ChannelInfo", "ChannelInfo\n\nThe state of a channel.", info_fields, 8 };

static PyObject *
mod_get_info(PyObject *m, PyObject *args, PyObject *kwds)
{
    int64_t id;
    struct channel_info info;
    if (!parse_id(m, args, kwds, "O&:_get_info", &id))
        return NULL;
    enum channel_error err = channel_get_info(id, &info);
    if (err != CHANNEL_OK)
        return channel_raise(m, err, id);
    PyObject *seq = PyStructSequence_New(channels_state(m)->info_type);
    const bool flags[] = { info.open, info.closing, info.closed };
    const long long counts[] = { info.count, info.send.all, info.send.released, info.recv.all, info.recv.released };
    for (int i = 0; seq != NULL && i < 8; i++) {
        PyObject *v = i < 3 ? PyBool_FromLong(flags[i]) : PyLong_FromLongLong(counts[i - 3]);
        if (v == NULL)
            Py_CLEAR(seq);
        else
            PyStructSequence_SetItem(seq, i, v);
    }
    return seq;
}

/* ---- the module ---- */

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS
static PyMethodDef methods[] = {
    { "create", KW(mod_create), PyDoc_STR("channel_create(unboundop) -> cid\n\nMake a channel.") },
    { "destroy", KW(mod_destroy), PyDoc_STR("channel_destroy(cid)\n\nRemove a channel and what it holds.") },
    { "list_all", mod_list_all, METH_NOARGS, PyDoc_STR("list_all($self, /)\n--\n\nchannel_list_all() -> [cid]\n\nAll channels.") },
    { "list_interpreters", KW(mod_list_interpreters), PyDoc_STR("channel_list_interpreters(cid, *, send) -> [id]\n\nThe interpreters that use an end.") },
    { "send", KW(mod_send), PyDoc_STR("channel_send(cid, obj, *, blocking=True, timeout=None)\n\nAppend the record of an object.") },
    { "send_buffer", KW(mod_send_buffer), PyDoc_STR("channel_send_buffer(cid, obj, *, blocking=True, timeout=None)\n\nSend the memory of an object.") },
    { "recv", KW(mod_recv), PyDoc_STR("channel_recv(cid, [default]) -> (obj, unboundop)\n\nTake the first object.") },
    { "close", KW(mod_close), PyDoc_STR("channel_close(cid, *, send=None, recv=None, force=False)\n\nClose the channel for all interpreters.") },
    { "get_count", KW(mod_get_count), PyDoc_STR("get_count(cid)\n\nThe number of objects in the channel.") },
    { "get_info", KW(mod_get_info), PyDoc_STR("get_info(cid)\n\nThe state of the channel.") },
    { "get_channel_defaults", KW(mod_get_defaults), PyDoc_STR("get_channel_defaults(cid)\n\nThe unboundop that the channel was made with.") },
    { "release", KW(mod_release), PyDoc_STR("channel_release(cid, *, send=None, recv=None, force=True)\n\nClose ends for this interpreter.") },
    { NULL },
};

static void
forget_interpreter(void *interp)
{
    channel_forget_interpreter(((PyInterpreterState *)interp)->id);
}

static int
add_types(PyObject *m, struct channels_state *s)
{
    s->error = add_exception(m, MODULE ".ChannelError", PyExc_RuntimeError, NULL);
    if (s->error == NULL || (s->not_found = add_exception(m, MODULE ".ChannelNotFoundError", s->error, NULL)) == NULL
        || (s->closed = add_exception(m, MODULE ".ChannelClosedError", s->error, NULL)) == NULL
        || (s->empty = add_exception(m, MODULE ".ChannelEmptyError", s->error, NULL)) == NULL
        || (s->not_empty = add_exception(m, MODULE ".ChannelNotEmptyError", s->error, NULL)) == NULL)
        return -1;
    s->info_type = PyStructSequence_NewType(&info_desc);
    s->id_type = s->info_type == NULL ? NULL : channel_id_make_type(m);
    return s->id_type == NULL || PyModule_AddType(m, s->info_type) < 0 || PyModule_AddType(m, s->id_type) < 0 ? -1 : 0;
}

static int
module_exec(PyObject *m)
{
    PyInterpreterState *interp = interp_current();
    if (add_types(m, channels_state(m)) < 0 || PyModule_AddFunctions(m, channel_id_methods) < 0)
        return -1;
    PyObject *views = PyImport_ImportModule("_interpreters");      /* it knows how to share buffers */
    Py_XDECREF(views);
    return views == NULL || PyUnstable_AtExit(interp, forget_interpreter, interp) < 0 ? -1 : 0;
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct channels_state *s = channels_state(m);
    Py_VISIT(s->info_type);
    Py_VISIT(s->id_type);
    Py_VISIT(s->send_type);
    Py_VISIT(s->recv_type);
    Py_VISIT(s->error);
    Py_VISIT(s->not_found);
    Py_VISIT(s->closed);
    Py_VISIT(s->empty);
    Py_VISIT(s->not_empty);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct channels_state *s = channels_state(m);
    PyTypeObject *registered[] = { s->id_type, s->send_type, s->recv_type };
    for (int i = 0; i < 3; i++)
        if (registered[i] != NULL)
            _PyCrossInterpreterData_UnregisterClass(registered[i]);
    Py_CLEAR(s->info_type);
    Py_CLEAR(s->id_type);
    Py_CLEAR(s->send_type);
    Py_CLEAR(s->recv_type);
    Py_CLEAR(s->error);
    Py_CLEAR(s->not_found);
    Py_CLEAR(s->closed);
    Py_CLEAR(s->empty);
    Py_CLEAR(s->not_empty);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT, .m_name = MODULE, .m_doc = PyDoc_STR("Channels between interpreters, at the lowest level."),
    .m_size = sizeof(struct channels_state), .m_methods = methods, .m_slots = slots, .m_traverse = module_traverse, .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit__interpchannels(void)
{
    return PyModuleDef_Init(&def);
}
