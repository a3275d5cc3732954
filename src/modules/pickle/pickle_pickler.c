/* modules/pickle/pickle_pickler.c: the type Pickler, and the view that its attribute `memo` gives. */
#include "modules/pickle/pickle.h"

#include "modules/modargs.h"
#include "structmember.h"

struct pickler_object { PyObject_HEAD struct pickler p; };

#define P(self) (&((struct pickler_object *)(self))->p)

_Static_assert(sizeof(struct pickler_object) == 152, "__basicsize__ of CPython's");

/* ---- struct pickler ---- */

int pickler_set_protocol(struct pickler *p, PyObject *protocol, int fix_imports)
{
    long proto = PROTO_DEFAULT;
    if (protocol != NULL && protocol != Py_None) {
        proto = PyLong_AsLong(protocol);
        if (proto < 0) {
            if (proto == -1 && PyErr_Occurred())
                return -1;
            proto = PROTO_HIGHEST;
        }
        else if (proto > PROTO_HIGHEST) {
            PyErr_Format(PyExc_ValueError, "pickle protocol must be <= %d", PROTO_HIGHEST);
            return -1;
        }
    }
    p->proto = (uint8_t)proto;
    p->bin = proto > 0;
    p->fix_imports = fix_imports && proto < 3;
    return 0;
}

int pickler_set_buffer_callback(struct pickler *p, PyObject *callback)
{
    if (callback == Py_None)
        callback = NULL;
    if (callback != NULL && p->proto < 5) {
        PyErr_SetString(PyExc_ValueError, "buffer_callback needs protocol >= 5");
        return -1;
    }
    Py_XSETREF(p->buffer_callback, Py_XNewRef(callback));
    return 0;
}

int pickler_set_file(struct pickler *p, PyObject *file)
{
    PyObject *write;
    if (PyObject_GetOptionalAttr(file, p->st->s_write, &write) < 0)
        return -1;
    if (write == NULL) {
        PyErr_SetString(PyExc_TypeError, "file must have a 'write' attribute");
        return -1;
    }
    Py_XSETREF(p->write, write);
    return 0;
}

static int write_pickle(struct pickler *p, PyObject *obj)
{
    char proto[2] = { (char)OP_PROTO, (char)p->proto };
    if (p->proto >= 2 && out_bytes(p, proto, 2) < 0)
        return -1;
    p->frame_start = -1;
    p->frame_limit = PY_SSIZE_T_MAX;
    if (p->proto >= 4 && out_frame_begin(p) < 0)
        return -1;
    return save(p, obj) < 0 || out_op(p, OP_STOP) < 0 ? -1 : out_frame_end(p);
}

static PyObject *default_persistent_id(PyObject *self, PyObject *obj);

/* What a subclass or the instance has for these names, looked up once a dump. */
static int find_overrides(struct pickler *p, PyObject *self)
{
    PyObject *func = PyObject_GetAttr(self, p->st->s_persistent_id);
    if (func == NULL)
        return -1;
    if (PyCFunction_Check(func) && PyCFunction_GET_SELF(func) == self && PyCFunction_GET_FUNCTION(func) == default_persistent_id)
        Py_CLEAR(func);
    Py_XSETREF(p->pers_func, func);
    if (PyObject_GetOptionalAttr(self, p->st->s_reducer_override, &func) < 0)
        return -1;
    Py_XSETREF(p->reducer_override, func);
    return 0;
}

int pickler_dump(struct pickler *p, PyObject *self, PyObject *obj)
{
    int r = self != NULL && find_overrides(p, self) < 0 ? -1 : write_pickle(p, obj);
    p->frame_start = -1;
    p->frame_limit = PY_SSIZE_T_MAX;
    Py_CLEAR(p->pers_func);            /* bound methods: they would hold the pickler */
    Py_CLEAR(p->reducer_override);
    return r;
}

static void free_memo(struct pickler *p)
{
    struct memo *m = p->memo;
    p->memo = NULL;
    if (m != NULL) {
        memo_release(m);
        if (m->fixed == NULL)          /* else it is on the C stack */
            PyMem_Free(m);
    }
}

/* As before __init__(), but with a memo: dump() may be running, and code that it calls may be what calls this. */
static void forget(struct pickler *p)
{
    Py_CLEAR(p->output);
    p->out = NULL;
    p->out_len = p->out_cap = 0;
    p->frame_start = -1;
    p->frame_limit = PY_SSIZE_T_MAX;
    Py_CLEAR(p->write);
    Py_CLEAR(p->pers_func);
    Py_CLEAR(p->pers_attr);
    Py_CLEAR(p->dispatch_table);
    Py_CLEAR(p->fast_memo);
    Py_CLEAR(p->reducer_override);
    Py_CLEAR(p->buffer_callback);
    if (p->memo != NULL)
        memo_clear(p->memo);
}

void pickler_release(struct pickler *p)
{
    forget(p);
    free_memo(p);
}

/* ---- Pickler ---- */

static int is_ready(struct pickler *p, PyObject *self)
{
    if (p->write != NULL && p->memo != NULL)
        return 0;
    struct pickle_state *st = pickle_state_of_type(Py_TYPE(self));
    if (st != NULL)
        PyErr_Format(st->pickling_error, "Pickler.__init__() was not called by %s.__init__()", Py_TYPE(self)->tp_name);
    return -1;
}

static PyObject *dump(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct pickler *p = P(self);
    PyObject *a[1];
    if (MOD_BIND(a, "dump", args, nargs, kwnames, 1, 1, "") < 0)
        return NULL;
    if (is_ready(p, self) < 0 || out_reset(p) < 0 || pickler_dump(p, self, a[0]) < 0 || out_flush(p) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *clear_memo(PyObject *self, PyObject *unused)
{
    if (P(self)->memo != NULL)
        memo_clear(P(self)->memo);
    Py_RETURN_NONE;
}

static PyObject *default_persistent_id(PyObject *self, PyObject *obj) { Py_RETURN_NONE; }

static PyObject *pickler_sizeof(PyObject *self, PyObject *unused)
{
    struct pickler *p = P(self);
    size_t size = (size_t)Py_TYPE(self)->tp_basicsize;
    if (p->memo != NULL)
        size += sizeof *p->memo + (p->memo->mask + 1) * sizeof *p->memo->table;
    if (p->output != NULL)
        size += (size_t)(PyBytes_Type.tp_basicsize + PyBytes_GET_SIZE(p->output));
    return PyLong_FromSize_t(size);
}

static int new_memo(struct pickler *p)
{
    struct memo *m = PyMem_Malloc(sizeof *m);
    if (m == NULL || memo_init(m) < 0) {
        PyMem_Free(m);
        PyErr_NoMemory();
        return -1;
    }
    free_memo(p);
    p->memo = m;
    return 0;
}

static int pickler_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "file", "protocol", "fix_imports", "buffer_callback", NULL };
    struct pickler *p = P(self);
    PyObject *file, *protocol = NULL, *buffer_callback = NULL;
    int fix_imports = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OpO:Pickler", names, &file, &protocol, &fix_imports, &buffer_callback))
        return -1;
    struct pickle_state *st = pickle_state_of_type(Py_TYPE(self));
    if (st == NULL)
        return -1;
    if (p->memo != NULL)
        forget(p);                     /* called again */
    p->st = st;
    if (pickler_set_protocol(p, protocol, fix_imports) < 0 || pickler_set_file(p, file) < 0
        || pickler_set_buffer_callback(p, buffer_callback) < 0 || (p->memo == NULL && new_memo(p) < 0) || out_reset(p) < 0)
        return -1;
    p->frame_start = -1;
    p->frame_limit = PY_SSIZE_T_MAX;
    p->fast = p->fast_nesting = 0;
    Py_CLEAR(p->fast_memo);
    if (p->dispatch_table != NULL)
        return 0;
    return PyObject_GetOptionalAttr(self, st->s_dispatch_table, &p->dispatch_table) < 0 ? -1 : 0;
}

static int pickler_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct pickler *p = P(self);
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(p->write);
    Py_VISIT(p->pers_func);
    Py_VISIT(p->pers_attr);
    Py_VISIT(p->dispatch_table);
    Py_VISIT(p->fast_memo);
    Py_VISIT(p->reducer_override);
    Py_VISIT(p->buffer_callback);
    if (p->memo != NULL && p->memo->used > 0)
        for (size_t i = 0; i <= p->memo->mask; i++)
            Py_VISIT(p->memo->table[i].key);
    return 0;
}

static int pickler_tp_clear(PyObject *self)
{
    pickler_release(P(self));
    return 0;
}

static void pickler_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    pickler_release(P(self));
    type->tp_free(self);
    Py_DECREF(type);
}

/* persistent_id may also be an attribute of the instance, though there is a method of that name. */
static bool is_name(PyObject *name, const char *ascii) { return PyUnicode_Check(name) && PyUnicode_EqualToUTF8(name, ascii); }

static PyObject *pickler_getattro(PyObject *self, PyObject *name)
{
    if (P(self)->pers_attr != NULL && is_name(name, "persistent_id"))
        return Py_NewRef(P(self)->pers_attr);
    return PyObject_GenericGetAttr(self, name);
}

static int pickler_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    if (!is_name(name, "persistent_id"))
        return PyObject_GenericSetAttr(self, name, value);
    Py_XSETREF(P(self)->pers_attr, Py_XNewRef(value));
    return 0;
}

/* ---- the attribute memo ---- */

static PyObject *get_memo(PyObject *self, void *closure)
{
    struct pickle_state *st = pickle_state_of_type(Py_TYPE(self));
    return st == NULL ? NULL : memo_view_new(st->pickler_memo_type, self);
}

static int memo_from_dict(struct memo *m, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    if (memo_init(m) < 0)
        return -1;
    while (PyDict_Next(dict, &pos, &key, &value)) {
        if (!PyTuple_Check(value) || PyTuple_GET_SIZE(value) != 2) {
            PyErr_SetString(PyExc_TypeError, "'memo' values must be 2-item tuples");
            memo_release(m);
            return -1;
        }
        Py_ssize_t i = PyLong_AsSsize_t(PyTuple_GET_ITEM(value, 0));
        if ((i == -1 && PyErr_Occurred()) || memo_set(m, PyTuple_GET_ITEM(value, 1), i) < 0) {
            memo_release(m);
            return -1;
        }
    }
    return 0;
}

static int set_memo(PyObject *self, PyObject *value, void *closure)
{
    struct pickler *p = P(self);
    struct pickle_state *st = pickle_state_of_type(Py_TYPE(self));
    struct memo m, *to;
    int r = -1;
    if (st == NULL)
        return -1;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
        return -1;
    }
    if (Py_IS_TYPE(value, st->pickler_memo_type)) {
        struct memo *from = P(((struct memo_view *)value)->owner)->memo;
        r = from == NULL ? memo_init(&m) : memo_copy(&m, from);
    }
    else if (PyDict_Check(value))
        r = memo_from_dict(&m, value);
    else
        PyErr_Format(PyExc_TypeError, "'memo' attribute must be a PicklerMemoProxy object or dict, not %.200s", Py_TYPE(value)->tp_name);
    if (r < 0)
        return -1;
    if ((to = PyMem_Malloc(sizeof *to)) == NULL) {
        memo_release(&m);
        PyErr_NoMemory();
        return -1;
    }
    *to = m;
    free_memo(p);
    p->memo = to;
    return 0;
}

static PyObject *view_clear_memo(PyObject *self, PyObject *unused) { return clear_memo(((struct memo_view *)self)->owner, NULL); }

static PyObject *view_copy(PyObject *self, PyObject *unused)
{
    struct memo *m = P(((struct memo_view *)self)->owner)->memo;
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && m != NULL && i <= m->mask; i++) {
        struct memo_entry *e = &m->table[i];
        if (e->key == NULL)
            continue;
        PyObject *key = PyLong_FromVoidPtr(e->key), *value = key == NULL ? NULL : Py_BuildValue("nO", e->value, e->key);
        if (value == NULL || PyDict_SetItem(dict, key, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return dict;
}

static PyObject *view_reduce(PyObject *self, PyObject *unused)
{
    return memo_view_reduced(view_copy(self, NULL));
}

static PyMethodDef view_methods[] = {
    { "clear", view_clear_memo, METH_NOARGS, "clear($self, /)\n--\n\nForget all entries." },
    { "copy", view_copy, METH_NOARGS, "copy($self, /)\n--\n\nThe entries as a new dict." },
    { "__reduce__", view_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\nPickles as a dict." },
    { NULL },
};
static PyType_Slot view_slots[] = {
    MEMO_VIEW_SLOTS, { Py_tp_methods, view_methods }, { Py_tp_hash, PyObject_HashNotImplemented }, { 0, NULL },
};
PyType_Spec pickle_pickler_memo_spec = {
    .name = "_pickle.PicklerMemoProxy", .basicsize = sizeof(struct memo_view), .slots = view_slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
};

static PyMethodDef methods[] = {
    { "persistent_id", default_persistent_id, METH_O, "persistent_id($self, obj, /)\n--\n\n" },
    { "dump", (PyCFunction)(void (*)(void))dump, METH_METHOD | METH_FASTCALL | METH_KEYWORDS, "dump($self, obj, /)\n--\n\nWrite the pickle of obj to the file." },
    { "clear_memo", clear_memo, METH_NOARGS, "clear_memo($self, /)\n--\n\nForget which objects were written already." },
    { "__sizeof__", pickler_sizeof, METH_NOARGS, "__sizeof__($self, /)\n--\n\nBytes of memory used." },
    { NULL },
};
static PyMemberDef members[] = {
    { "bin", Py_T_INT, offsetof(struct pickler_object, p.bin) },
    { "fast", Py_T_INT, offsetof(struct pickler_object, p.fast) },
    { "dispatch_table", Py_T_OBJECT_EX, offsetof(struct pickler_object, p.dispatch_table) },
    { NULL },
};
static PyGetSetDef getset[] = { { "memo", get_memo, set_memo }, { NULL } };
static PyType_Slot slots[] = {
    { Py_tp_dealloc, pickler_dealloc }, { Py_tp_getattro, pickler_getattro }, { Py_tp_setattro, pickler_setattro },
    { Py_tp_traverse, pickler_traverse }, { Py_tp_clear, pickler_tp_clear }, { Py_tp_methods, methods }, { Py_tp_members, members },
    { Py_tp_getset, getset }, { Py_tp_init, pickler_init }, { Py_tp_new, PyType_GenericNew },
    { Py_tp_doc, "Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)\n--\n\nWrites pickles to a binary file." },
    { 0, NULL },
};
PyType_Spec pickle_pickler_spec = {
    .name = "_pickle.Pickler", .basicsize = sizeof(struct pickler_object), .slots = slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
};
