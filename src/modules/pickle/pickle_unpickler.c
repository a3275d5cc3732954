/* modules/pickle/pickle_unpickler.c: the type Unpickler, and the view that its attribute `memo` gives. */
#include "modules/pickle/pickle.h"

#include "modules/modargs.h"

struct unpickler_object { PyObject_HEAD struct unpickler u; };

#define U(self) (&((struct unpickler_object *)(self))->u)

_Static_assert(sizeof(struct unpickler_object) == 272, "__basicsize__ of CPython's");

/* ---- struct unpickler ---- */

int unpickler_set_buffers(struct unpickler *u, PyObject *buffers)
{
    PyObject *iter = NULL;
    if (buffers != NULL && buffers != Py_None && (iter = PyObject_GetIter(buffers)) == NULL)
        return -1;
    Py_XSETREF(u->buffers, iter);
    return 0;
}

void unpickler_release(struct unpickler *u)
{
    load_memo_clear(u);
    u->in = "";
    u->in_len = u->in_pos = u->prefetched = 0;
    Py_CLEAR(u->in_owner);
    Py_CLEAR(u->read);
    Py_CLEAR(u->readline);
    Py_CLEAR(u->peek);
    Py_CLEAR(u->buffers);
    Py_CLEAR(u->pers_func);
    Py_CLEAR(u->pers_attr);
    PyMem_Free(u->line);
    u->line = NULL;
    PyMem_Free(u->marks);
    u->marks = NULL;
    u->marks_cap = 0;
}

static void free_encoding(struct unpickler *u)
{
    PyMem_Free(u->encoding);
    PyMem_Free(u->errors);
    u->encoding = u->errors = NULL;
}

/* ---- Unpickler ---- */

static PyObject *default_persistent_load(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct pickle_state *st = PyType_GetModuleState(cls);
    PyObject *a[1];
    if (st != NULL && MOD_BIND(a, "persistent_load", args, nargs, kwnames, 1, 1, "") == 0)
        PyErr_SetString(st->unpickling_error, "A load persistent id instruction was encountered, but no persistent_load function was specified.");
    return NULL;
}

static int is_ready(struct unpickler *u, PyObject *self)
{
    if (u->read != NULL && u->encoding != NULL)
        return 0;
    struct pickle_state *st = pickle_state_of_type(Py_TYPE(self));
    if (st != NULL)
        PyErr_Format(st->unpickling_error, "Unpickler.__init__() was not called by %s.__init__()", Py_TYPE(self)->tp_name);
    return -1;
}

static PyObject *load(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct unpickler *u = U(self);
    if (nargs != 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0)) {
        PyErr_SetString(PyExc_TypeError, "load() takes no arguments");
        return NULL;
    }
    if (is_ready(u, self) < 0)
        return NULL;
    PyObject *func = PyObject_GetAttr(self, u->st->s_persistent_load), *outer = u->pers_func, *result;
    if (func == NULL)
        return NULL;
    if (PyCFunction_Check(func) && PyCFunction_GET_SELF(func) == self
        && PyCFunction_GET_FUNCTION(func) == (PyCFunction)(void (*)(void))default_persistent_load)
        Py_CLEAR(func);
    u->pers_func = func;
    u->self = Py_IS_TYPE(self, u->st->unpickler_type) ? NULL : self;
    result = unpickler_load(u);
    func = u->pers_func;
    u->pers_func = outer;              /* of a load() around this one; may be NULL */
    Py_XDECREF(func);
    return result;
}

static PyObject *find_class(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct unpickler *u = U(self);
    PyObject *a[2];
    if (MOD_BIND(a, "find_class", args, nargs, kwnames, 2, 2, "", "") < 0)
        return NULL;
    if (u->st == NULL && (u->st = pickle_state_of_type(Py_TYPE(self))) == NULL)
        return NULL;
    return unpickler_find_class(u, a[0], a[1]);
}

static PyObject *unpickler_sizeof(PyObject *self, PyObject *unused)
{
    struct unpickler *u = U(self);
    size_t size = (size_t)Py_TYPE(self)->tp_basicsize + u->memo_cap * sizeof *u->memo + (size_t)u->marks_cap * sizeof *u->marks;
    const char *const texts[] = { u->line, u->encoding, u->errors };
    for (int i = 0; i < 3; i++)
        if (texts[i] != NULL)
            size += strlen(texts[i]) + 1;
    return PyLong_FromSize_t(size);
}

static char *copy_text(const char *s)
{
    char *copy = PyMem_Malloc(strlen(s) + 1);
    if (copy == NULL)
        PyErr_NoMemory();
    else
        strcpy(copy, s);
    return copy;
}

static int set_encoding(struct unpickler *u, const char *encoding, const char *errors)
{
    char *e1 = copy_text(encoding), *e2 = e1 == NULL ? NULL : copy_text(errors);
    if (e2 == NULL) {
        PyMem_Free(e1);
        return -1;
    }
    free_encoding(u);
    unpickler_set_encoding(u, e1, e2);
    return 0;
}

static int unpickler_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "file", "fix_imports", "encoding", "errors", "buffers", NULL };
    struct unpickler *u = U(self);
    PyObject *file, *buffers = NULL;
    const char *encoding = "ASCII", *errors = "strict";
    int fix_imports = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$pssO:Unpickler", names, &file, &fix_imports, &encoding, &errors, &buffers))
        return -1;
    struct pickle_state *st = pickle_state_of_type(Py_TYPE(self));
    if (st == NULL)
        return -1;
    if (u->stack != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "Unpickler.__init__() called while load() runs");
        return -1;
    }
    if (u->read != NULL)
        unpickler_release(u);          /* called again */
    u->st = st;
    u->in = "";
    u->fix_imports = fix_imports;
    if (unpickler_set_file(u, file) < 0 || set_encoding(u, encoding, errors) < 0 || unpickler_set_buffers(u, buffers) < 0)
        return -1;
    u->proto = 0;
    return load_memo_reset(u);
}

static int unpickler_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct unpickler *u = U(self);
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(u->memo_far);
    Py_VISIT(u->pers_func);
    Py_VISIT(u->pers_attr);
    Py_VISIT(u->read);
    Py_VISIT(u->readline);
    Py_VISIT(u->peek);
    Py_VISIT(u->buffers);
    for (size_t i = 0; i < u->memo_cap; i++)
        Py_VISIT(u->memo[i]);
    return 0;
}

static int unpickler_tp_clear(PyObject *self)
{
    unpickler_release(U(self));
    return 0;
}

static void unpickler_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    unpickler_release(U(self));
    free_encoding(U(self));
    type->tp_free(self);
    Py_DECREF(type);
}

/* persistent_load may also be an attribute of the instance, though there is a method of that name. */
static bool is_persistent_load(PyObject *name) { return PyUnicode_Check(name) && PyUnicode_EqualToUTF8(name, "persistent_load"); }

static PyObject *unpickler_getattro(PyObject *self, PyObject *name)
{
    if (U(self)->pers_attr != NULL && is_persistent_load(name))
        return Py_NewRef(U(self)->pers_attr);
    return PyObject_GenericGetAttr(self, name);
}

static int unpickler_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    if (!is_persistent_load(name))
        return PyObject_GenericSetAttr(self, name, value);
    Py_XSETREF(U(self)->pers_attr, Py_XNewRef(value));
    return 0;
}

/* ---- the attribute memo ---- */

static PyObject *get_memo(PyObject *self, void *closure)
{
    struct pickle_state *st = pickle_state_of_type(Py_TYPE(self));
    return st == NULL ? NULL : memo_view_new(st->unpickler_memo_type, self);
}

static int memo_from_dict(struct unpickler *u, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    if (load_memo_reset(u) < 0)
        return -1;
    while (PyDict_Next(dict, &pos, &key, &value)) {
        if (!PyLong_Check(key)) {
            PyErr_SetString(PyExc_TypeError, "memo key must be integers");
            return -1;
        }
        Py_ssize_t i = PyLong_AsSsize_t(key);
        if (i < 0) {
            if (i != -1 || !PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "memo key must be positive integers.");
            return -1;
        }
        if (load_memo_put(u, (size_t)i, value) < 0)
            return -1;
    }
    return 0;
}

static int set_memo(PyObject *self, PyObject *value, void *closure)
{
    struct unpickler *u = U(self), new = { 0 }, old;
    struct pickle_state *st = pickle_state_of_type(Py_TYPE(self));
    int r = -1;
    if (st == NULL)
        return -1;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
        return -1;
    }
    if (Py_IS_TYPE(value, st->unpickler_memo_type))
        r = load_memo_copy(&new, U(((struct memo_view *)value)->owner));
    else if (PyDict_Check(value))
        r = memo_from_dict(&new, value);
    else
        PyErr_Format(PyExc_TypeError, "'memo' attribute must be an UnpicklerMemoProxy object or dict, not %.200s", Py_TYPE(value)->tp_name);
    if (r < 0) {
        load_memo_clear(&new);
        return -1;
    }
    old = (struct unpickler){ .memo = u->memo, .memo_cap = u->memo_cap, .memo_len = u->memo_len, .memo_far = u->memo_far };
    u->memo = new.memo;
    u->memo_cap = new.memo_cap;
    u->memo_len = new.memo_len;
    u->memo_far = new.memo_far;
    load_memo_clear(&old);
    return 0;
}

static PyObject *view_clear_memo(PyObject *self, PyObject *unused)
{
    if (load_memo_reset(U(((struct memo_view *)self)->owner)) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *view_copy(PyObject *self, PyObject *unused)
{
    struct unpickler *u = U(((struct memo_view *)self)->owner);
    PyObject *dict = u->memo_far == NULL ? PyDict_New() : PyDict_Copy(u->memo_far);
    for (size_t i = 0; dict != NULL && i < u->memo_cap; i++) {
        if (u->memo[i] == NULL)
            continue;
        PyObject *key = PyLong_FromSize_t(i);
        if (key == NULL || PyDict_SetItem(dict, key, u->memo[i]) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(key);
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
PyType_Spec pickle_unpickler_memo_spec = {
    .name = "_pickle.UnpicklerMemoProxy", .basicsize = sizeof(struct memo_view), .slots = view_slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
};

#define METHOD(fn) (PyCFunction)(void (*)(void))(fn), METH_METHOD | METH_FASTCALL | METH_KEYWORDS
static PyMethodDef methods[] = {
    { "persistent_load", METHOD(default_persistent_load), "persistent_load($self, pid, /)\n--\n\n" },
    { "load", METHOD(load), "load($self, /)\n--\n\nThe object of the next pickle in the file." },
    { "find_class", METHOD(find_class), "find_class($self, module_name, global_name, /)\n--\n\nThe object of that name in that module, imported if need be." },
    { "__sizeof__", unpickler_sizeof, METH_NOARGS, "__sizeof__($self, /)\n--\n\nBytes of memory used." },
    { NULL },
};
static PyGetSetDef getset[] = { { "memo", get_memo, set_memo }, { NULL } };
static PyType_Slot slots[] = {
    { Py_tp_dealloc, unpickler_dealloc }, { Py_tp_getattro, unpickler_getattro }, { Py_tp_setattro, unpickler_setattro },
    { Py_tp_traverse, unpickler_traverse }, { Py_tp_clear, unpickler_tp_clear }, { Py_tp_methods, methods },
    { Py_tp_getset, getset }, { Py_tp_init, unpickler_init }, { Py_tp_new, PyType_GenericNew },
    { Py_tp_doc, "Unpickler(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n          buffers=())\n--\n\nReads pickles from a binary file." },
    { 0, NULL },
};
PyType_Spec pickle_unpickler_spec = {
    .name = "_pickle.Unpickler", .basicsize = sizeof(struct unpickler_object), .slots = slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
};
