/* interpreters/queues.c: module _interpqueues: queues of records, shared by all interpreters of the process.
 *
 * Invariant: the tables change only under the GIL, and no Python code runs between looking a queue up and changing it. Records
 *            are made before and given up after, since both may run code. A queue goes when its last user releases it. */
#include "modules/interpreters/ids.h"

#define MODULE "_interpqueues"

struct item { struct item *next; _PyCrossInterpreterData *data; int64_t interpid; int fmt, unbound_op; };   /* data NULL: unbound */
struct queue {
    struct queue *next;
    int64_t id;
    Py_ssize_t users, maxsize, count;
    struct item *first, **last;
    int fmt, unbound_op;                     /* defaults that the creator set */
};
static struct queue *queues;                 /* the newest first */
static int64_t next_id = 1;

struct state { PyObject *error, *not_found, *queue_type, *empty, *full; };
static struct state *state_of(PyObject *m) { return PyModule_GetState(m); }

/* ---- queues ---- */

static struct queue *
find(int64_t id)
{
    struct queue *q = queues;
    while (q != NULL && q->id != id)
        q = q->next;
    return q;
}

static struct queue *
need(PyObject *m, int64_t id)
{
    struct queue *q = find(id);
    if (q == NULL)
        PyErr_Format(state_of(m)->not_found, "queue %lld not found", (long long)id);
    return q;
}

/* Gives up a chain of items; an exception that is set stays. */
static void
drop_items(struct item *items)
{
    PyObject *exc = PyErr_GetRaisedException();
    while (items != NULL) {
        struct item *item = items;
        items = item->next;
        if (item->data != NULL && _PyCrossInterpreterData_ReleaseAndRawFree(item->data) < 0)
            PyErr_Clear();
        PyMem_RawFree(item);
    }
    PyErr_SetRaisedException(exc);
}

static void
queue_remove(struct queue *q)
{
    struct queue **at = &queues;
    while (*at != q)
        at = &(*at)->next;
    *at = q->next;
    drop_items(q->first);
    PyMem_RawFree(q);
}

static bool
queue_release(int64_t id)
{
    struct queue *q = find(id);
    if (q != NULL && q->users > 0 && --q->users == 0)
        queue_remove(q);
    return q != NULL;
}

/* An interpreter ends: its items lose their data, or go. */
static void
forget_interpreter(void *arg)
{
    int64_t id = ((PyInterpreterState *)arg)->id;
    struct item *gone = NULL;
    for (struct queue *q = queues; q != NULL; q = q->next) {
        struct item **at = &q->first;
        q->last = at;
        while (*at != NULL) {
            struct item *item = *at;
            if (item->interpid == id && item->data != NULL && item->unbound_op == UNBOUND_REMOVE) {
                *at = item->next;
                q->count--;
                item->next = gone;
                gone = item;
                continue;
            }
            if (item->interpid == id && item->data != NULL) {
                struct item *rest = PyMem_RawMalloc(sizeof *rest);
                if (rest != NULL) {
                    *rest = *item;
                    rest->next = gone;
                    gone = rest;
                }
                item->data = NULL;
            }
            at = &item->next;
            q->last = at;
        }
    }
    drop_items(gone);
}

/* ---- the classes of the library that stand for queues ---- */

/* The module in Python registers its classes with this one when it is imported. */
static int
need_classes(PyObject *m)
{
    struct state *s = state_of(m);
    if (s->queue_type != NULL)
        return 0;
    PyObject *lib = PyImport_ImportModule("interpreters.queues");
    if (lib == NULL) {
        PyErr_Clear();
        lib = PyImport_ImportModule("test.support.interpreters.queues");
    }
    Py_XDECREF(lib);
    if (lib != NULL && s->queue_type == NULL)
        PyErr_SetString(PyExc_RuntimeError, "the library's queue classes have not been registered");
    return lib == NULL || s->queue_type == NULL ? -1 : 0;
}

static PyObject *
raise_full_or_empty(PyObject *m, int64_t id, bool full)
{
    if (need_classes(m) == 0)
        PyErr_Format(full ? state_of(m)->full : state_of(m)->empty, full ? "queue %lld is full" : "queue %lld is empty", (long long)id);
    return NULL;
}

static void
release_shared(void *arg)
{
    (void)queue_release(*(int64_t *)arg);
    PyMem_RawFree(arg);
}

/* In the interpreter that receives a Queue. */
static PyObject *
new_queue_object(_PyCrossInterpreterData *data)
{
    PyObject *m = PyImport_ImportModule(MODULE), *q = NULL;
    if (m != NULL && need_classes(m) == 0)
        q = PyObject_CallFunction(state_of(m)->queue_type, "L", (long long)*(int64_t *)data->data);
    Py_XDECREF(m);
    return q;
}

static int
get_queue_record(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data)
{
    PyObject *id = PyObject_GetAttrString(obj, "_id");
    int64_t n;
    int ok = id != NULL && id_from_object(id, "queue", &n);
    Py_XDECREF(id);
    if (!ok || _PyCrossInterpreterData_InitWithSize(data, ts->interp, sizeof(int64_t), NULL, new_queue_object) < 0)
        return -1;
    *(int64_t *)data->data = n;
    struct queue *q = find(n);
    if (q != NULL)
        q->users++;                          /* the record is a user too */
    data->free = release_shared;
    return 0;
}

static PyObject *
register_types(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "queuetype", "emptyerror", "fullerror", NULL };
    struct state *s = state_of(m);
    PyObject *type, *empty, *full;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OOO:_register_heap_types", names, &type, &empty, &full))
        return NULL;
    if (!PyType_Check(type))
        return PyErr_Format(PyExc_TypeError, "expected a type for 'queuetype'");
    if (!PyExceptionClass_Check(empty) || !PyExceptionClass_Check(full))
        return PyErr_Format(PyExc_TypeError, "expected an exception type for '%s'", PyExceptionClass_Check(empty) ? "fullerror" : "emptyerror");
    if (s->queue_type != NULL)
        _PyCrossInterpreterData_UnregisterClass((PyTypeObject *)s->queue_type);
    Py_XSETREF(s->queue_type, Py_NewRef(type));
    Py_XSETREF(s->empty, Py_NewRef(empty));
    Py_XSETREF(s->full, Py_NewRef(full));
    if (_PyCrossInterpreterData_RegisterClass((PyTypeObject *)type, get_queue_record) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- functions ---- */

static int id_converter(PyObject *arg, void *out) { return id_from_object(arg, "queue", out); }

/* (qid) */
static struct queue *
parse_queue(PyObject *m, PyObject *args, PyObject *kwds, const char *format)
{
    static char *names[] = { "qid", NULL };
    int64_t id;
    return PyArg_ParseTupleAndKeywords(args, kwds, format, names, id_converter, &id) ? need(m, id) : NULL;
}

static PyObject *
queue_create(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "maxsize", "fmt", "unboundop", NULL };
    Py_ssize_t maxsize;
    int fmt, op;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "nii:create", names, &maxsize, &fmt, &op) || !check_unbound_op(op))
        return NULL;
    struct queue *q = PyMem_RawCalloc(1, sizeof *q);
    if (q == NULL)
        return PyErr_NoMemory();
    *q = (struct queue){ .next = queues, .id = next_id++, .maxsize = maxsize, .fmt = fmt, .unbound_op = op };
    q->last = &q->first;
    queues = q;
    PyObject *id = PyLong_FromLongLong(q->id);
    if (id == NULL)
        queue_remove(q);
    return id;
}

static PyObject *
queue_destroy(PyObject *m, PyObject *args, PyObject *kwds)
{
    struct queue *q = parse_queue(m, args, kwds, "O&:destroy");
    if (q == NULL)
        return NULL;
    queue_remove(q);
    Py_RETURN_NONE;
}

static PyObject *
queue_list_all(PyObject *m, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    for (struct queue *q = queues; list != NULL && q != NULL; q = q->next) {
        PyObject *row = Py_BuildValue("Lii", (long long)q->id, q->fmt, q->unbound_op);
        if (row == NULL || PyList_Append(list, row) < 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *
queue_put(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "qid", "obj", "fmt", "unboundop", NULL };
    int64_t id;
    PyObject *obj;
    int fmt, op = -1;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O&Oi|i:put", names, id_converter, &id, &obj, &fmt, &op))
        return NULL;
    struct queue *q;
    if (!check_unbound_op(op) || (q = need(m, id)) == NULL)
        return NULL;
    if (q->maxsize > 0 && q->count >= q->maxsize)
        return raise_full_or_empty(m, id, true);
    _PyCrossInterpreterData *data = _PyCrossInterpreterData_New();
    if (data == NULL)
        return NULL;
    if (_PyObject_GetCrossInterpreterData(obj, data) < 0) {
        PyMem_RawFree(data);
        return NULL;
    }
    struct item *item = PyMem_RawMalloc(sizeof *item);
    if (item != NULL)
        *item = (struct item){ NULL, data, interp_current()->id, fmt, op };
    q = find(id);                            /* making the record may have run code */
    if (item == NULL || q == NULL) {
        PyMem_RawFree(item);
        _PyCrossInterpreterData_ReleaseAndRawFree(data);
        return item == NULL ? PyErr_NoMemory() : (PyObject *)need(m, id);
    }
    *q->last = item;
    q->last = &item->next;
    q->count++;
    Py_RETURN_NONE;
}

static PyObject *
queue_get(PyObject *m, PyObject *args, PyObject *kwds)
{
    struct queue *q = parse_queue(m, args, kwds, "O&:get");
    if (q == NULL)
        return NULL;
    struct item *item = q->first;
    if (item == NULL)
        return raise_full_or_empty(m, q->id, false);
    q->first = item->next;
    if (q->first == NULL)
        q->last = &q->first;
    q->count--;
    item->next = NULL;
    PyObject *result;
    if (item->data == NULL)
        result = Py_BuildValue("Oii", Py_None, item->fmt, item->unbound_op);
    else {
        PyObject *obj = _PyCrossInterpreterData_NewObject(item->data);
        result = obj == NULL ? NULL : Py_BuildValue("NiO", obj, item->fmt, Py_None);
    }
    drop_items(item);
    return result;
}

static PyObject *
queue_bind(PyObject *m, PyObject *args, PyObject *kwds)
{
    struct queue *q = parse_queue(m, args, kwds, "O&:bind");
    if (q == NULL)
        return NULL;
    q->users++;
    Py_RETURN_NONE;
}

static PyObject *
queue_release_function(PyObject *m, PyObject *args, PyObject *kwds)
{
    struct queue *q = parse_queue(m, args, kwds, "O&:release");
    if (q == NULL)
        return NULL;
    if (q->users == 0)
        return PyErr_Format(state_of(m)->error, "queue %lld never bound", (long long)q->id);
    (void)queue_release(q->id);
    Py_RETURN_NONE;
}

static PyObject *
queue_get_maxsize(PyObject *m, PyObject *args, PyObject *kwds)
{
    struct queue *q = parse_queue(m, args, kwds, "O&:get_maxsize");
    return q == NULL ? NULL : PyLong_FromSsize_t(q->maxsize);
}

static PyObject *
queue_get_defaults(PyObject *m, PyObject *args, PyObject *kwds)
{
    struct queue *q = parse_queue(m, args, kwds, "O&:get_queue_defaults");
    return q == NULL ? NULL : Py_BuildValue("ii", q->fmt, q->unbound_op);
}

static PyObject *
queue_is_full(PyObject *m, PyObject *args, PyObject *kwds)
{
    struct queue *q = parse_queue(m, args, kwds, "O&:is_full");
    return q == NULL ? NULL : PyBool_FromLong(q->count == q->maxsize);
}

static PyObject *
queue_get_count(PyObject *m, PyObject *args, PyObject *kwds)
{
    struct queue *q = parse_queue(m, args, kwds, "O&:get_count");
    return q == NULL ? NULL : PyLong_FromSsize_t(q->count);
}

/* ---- the module ---- */

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS
static PyMethodDef methods[] = {
    { "create", KW(queue_create), PyDoc_STR("create(maxsize, fmt, unboundop) -> qid\n\nMake a queue.") },
    { "destroy", KW(queue_destroy), PyDoc_STR("destroy(qid)\n\nRemove a queue and what it holds.") },
    { "list_all", queue_list_all, METH_NOARGS, PyDoc_STR("list_all($self, /)\n--\n\nlist_all() -> [(qid, fmt)]\n\nAll queues with their defaults.") },
    { "put", KW(queue_put), PyDoc_STR("put(qid, obj, fmt)\n\nAppend the record of an object.") },
    { "get", KW(queue_get), PyDoc_STR("get(qid) -> (obj, fmt)\n\nTake the first object.") },
    { "bind", KW(queue_bind), PyDoc_STR("bind(qid)\n\nBecome a user of the queue.") },
    { "release", KW(queue_release_function), PyDoc_STR("release(qid)\n\nStop being a user; the last one takes the queue along.") },
    { "get_maxsize", KW(queue_get_maxsize), PyDoc_STR("get_maxsize(qid)\n\nThe size beyond which put() fails.") },
    { "get_queue_defaults", KW(queue_get_defaults), PyDoc_STR("get_queue_defaults(qid)\n\nFormat and unboundop that the queue was made with.") },
    { "is_full", KW(queue_is_full), PyDoc_STR("is_full(qid)\n\nHas the queue reached its maximum?") },
    { "get_count", KW(queue_get_count), PyDoc_STR("get_count(qid)\n\nThe number of objects in the queue.") },
    { "_register_heap_types", KW(register_types), NULL },
    { NULL },
};

static int
module_exec(PyObject *m)
{
    struct state *s = state_of(m);
    PyInterpreterState *interp = interp_current();
    s->error = add_exception(m, "test.support.interpreters.QueueError", PyExc_RuntimeError, "Indicates that a queue-related error happened.");
    s->not_found = s->error == NULL ? NULL : add_exception(m, "test.support.interpreters.QueueNotFoundError", s->error, NULL);
    return s->not_found == NULL || PyUnstable_AtExit(interp, forget_interpreter, interp) < 0 ? -1 : 0;
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct state *s = state_of(m);
    Py_VISIT(s->error);
    Py_VISIT(s->not_found);
    Py_VISIT(s->queue_type);
    Py_VISIT(s->empty);
    Py_VISIT(s->full);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct state *s = state_of(m);
    if (s->queue_type != NULL)
        _PyCrossInterpreterData_UnregisterClass((PyTypeObject *)s->queue_type);
    Py_CLEAR(s->error);
    Py_CLEAR(s->not_found);
    Py_CLEAR(s->queue_type);
    Py_CLEAR(s->empty);
    Py_CLEAR(s->full);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef queues_def = {
    PyModuleDef_HEAD_INIT, .m_name = MODULE, .m_doc = PyDoc_STR("Queues between interpreters, at the lowest level."), .m_size = sizeof(struct state),
    .m_methods = methods, .m_slots = slots, .m_traverse = module_traverse, .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit__interpqueues(void)
{
    return PyModuleDef_Init(&queues_def);
}
