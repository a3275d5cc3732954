/* operator_getters.c: operator.itemgetter, attrgetter, methodcaller: functions made from a key, a name, or a call. */
#include "modules/operator/operator.h"

#include <stddef.h>
#include <string.h>

/* ---- common ---- */

/* No keywords and one argument: 1, or 0 with TypeError. */
static int
one_argument(const char *name, Py_ssize_t nargs, bool keywords)
{
    if (keywords)
        PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", name);
    else if (nargs != 1)
        PyErr_Format(PyExc_TypeError, "%s expected 1 argument, got %zd", name, nargs);
    return !keywords && nargs == 1;
}

static bool has_names(PyObject *kwnames) { return kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0; }
static bool has_items(PyObject *kwds) { return kwds != NULL && PyDict_GET_SIZE(kwds) > 0; }

static PyObject *getter_signature(PyObject *self, void *c) { return PyUnicode_FromString("(obj, /)"); }
static PyGetSetDef getter_getset[] = { { "__text_signature__", getter_signature }, { NULL } };

/* "module.name(args)" with args the text of a tuple that has one item more or less. */
static PyObject *
show_call(PyObject *self, PyObject *arguments)
{
    PyObject *module = PyType_GetModuleName(Py_TYPE(self)), *name = NULL, *out = NULL;
    if (module != NULL && arguments != NULL && (name = PyType_GetQualName(Py_TYPE(self))) != NULL)
        out = PyUnicode_FromFormat("%U.%U(%U)", module, name, arguments);
    Py_XDECREF(module);
    Py_XDECREF(name);
    Py_XDECREF(arguments);
    return out;
}

/* The reprs of a tuple's items, joined. */
static PyObject *
join_reprs(PyObject *tuple)
{
    PyObject *sep = PyUnicode_FromString(", "), *list = sep == NULL ? NULL : PyList_New(0), *out = NULL;
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *repr = PyObject_Repr(PyTuple_GET_ITEM(tuple, i));
        if (repr == NULL || PyList_Append(list, repr) < 0)
            Py_CLEAR(list);
        Py_XDECREF(repr);
    }
    if (list != NULL)
        out = PyUnicode_Join(sep, list);
    Py_XDECREF(list);
    Py_XDECREF(sep);
    return out;
}

static PyObject *
repr_guarded(PyObject *self, PyObject *(*make)(PyObject *))
{
    int again = Py_ReprEnter(self);
    if (again != 0)
        return again < 0 ? NULL : PyUnicode_FromFormat("%s(...)", Py_TYPE(self)->tp_name);
    PyObject *out = make(self);
    Py_ReprLeave(self);
    return out;
}

/* ---- itemgetter ---- */

struct itemgetter {
    PyObject ob_base;
    Py_ssize_t nitems;
    PyObject *item;                      /* the one key, or a tuple of keys */
    Py_ssize_t index;                    /* the one key as an index into a tuple, or -1 */
    vectorcallfunc vectorcall;
};
#define IG(o) ((struct itemgetter *)(o))

static PyObject *
itemgetter_get(PyObject *self, PyObject *obj)
{
    struct itemgetter *g = IG(self);
    if (g->nitems == 1) {
        if (g->index >= 0 && PyTuple_CheckExact(obj) && g->index < PyTuple_GET_SIZE(obj))
            return Py_NewRef(PyTuple_GET_ITEM(obj, g->index));
        return PyObject_GetItem(obj, g->item);
    }
    PyObject *out = PyTuple_New(g->nitems);
    for (Py_ssize_t i = 0; out != NULL && i < g->nitems; i++) {
        PyObject *value = PyObject_GetItem(obj, PyTuple_GET_ITEM(g->item, i));
        if (value == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i, value);
    }
    return out;
}

static PyObject *
itemgetter_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return one_argument("itemgetter", PyVectorcall_NARGS(nargsf), has_names(kwnames)) ? itemgetter_get(self, args[0]) : NULL;
}

static PyObject *
itemgetter_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    if (!one_argument("itemgetter", PyTuple_GET_SIZE(args), has_items(kwds)))
        return NULL;
    return itemgetter_get(self, PyTuple_GET_ITEM(args, 0));
}

static PyObject *
itemgetter_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!one_argument("itemgetter", n > 1 ? 1 : n, has_items(kwds)))
        return NULL;
    struct itemgetter *g = IG(type->tp_alloc(type, 0));
    if (g == NULL)
        return NULL;
    g->nitems = n;
    g->item = Py_NewRef(n == 1 ? PyTuple_GET_ITEM(args, 0) : args);
    g->index = -1;
    g->vectorcall = itemgetter_vectorcall;
    if (n == 1 && PyLong_CheckExact(g->item)) {
        g->index = PyLong_AsSsize_t(g->item);
        if (g->index < 0) {
            PyErr_Clear();
            g->index = -1;
        }
    }
    return (PyObject *)g;
}

static int
itemgetter_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(IG(self)->item);
    return 0;
}

static int
itemgetter_clear(PyObject *self)
{
    Py_CLEAR(IG(self)->item);
    return 0;
}

static void
getter_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    (void)type->tp_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
itemgetter_text(PyObject *self)
{
    return show_call(self, IG(self)->nitems == 1 ? PyObject_Repr(IG(self)->item) : join_reprs(IG(self)->item));
}

static PyObject *itemgetter_repr(PyObject *self) { return repr_guarded(self, itemgetter_text); }

static PyObject *
itemgetter_reduce(PyObject *self, PyObject *unused)
{
    if (IG(self)->nitems == 1)
        return Py_BuildValue("O(O)", Py_TYPE(self), IG(self)->item);
    return PyTuple_Pack(2, Py_TYPE(self), IG(self)->item);
}

static PyMethodDef itemgetter_methods[] = {
    { "__reduce__", itemgetter_reduce, METH_NOARGS, PyDoc_STR("What pickle stores.") },
    { NULL },
};
static PyMemberDef itemgetter_members[] = {
    { "__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct itemgetter, vectorcall), Py_READONLY },
    { NULL },
};
#define GETTER_FLAGS \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_VECTORCALL)
static PyType_Slot itemgetter_slots[] = {
    { Py_tp_doc, (void *)PyDoc_STR("itemgetter(item, /, *items)\n--\n\nA function that gives item (or several) of its argument.") },
    { Py_tp_dealloc, getter_dealloc },
    { Py_tp_call, itemgetter_call },
    { Py_tp_traverse, itemgetter_traverse },
    { Py_tp_clear, itemgetter_clear },
    { Py_tp_methods, itemgetter_methods },
    { Py_tp_members, itemgetter_members },
    { Py_tp_getset, getter_getset },
    { Py_tp_new, itemgetter_new },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_repr, itemgetter_repr },
    { 0, NULL },
};
PyType_Spec itemgetter_spec = { "operator.itemgetter", sizeof(struct itemgetter), 0, GETTER_FLAGS, itemgetter_slots };

/* ---- attrgetter ---- */

struct attrgetter {
    PyObject ob_base;
    Py_ssize_t nattrs;
    PyObject *attr;                      /* a tuple; each item a name, or a tuple of names for "a.b.c" */
    vectorcallfunc vectorcall;
};
#define AG(o) ((struct attrgetter *)(o))

static PyObject *
get_path(PyObject *obj, PyObject *attr)
{
    if (!PyTuple_CheckExact(attr))
        return PyObject_GetAttr(obj, attr);
    Py_INCREF(obj);
    for (Py_ssize_t i = 0; obj != NULL && i < PyTuple_GET_SIZE(attr); i++)
        Py_SETREF(obj, PyObject_GetAttr(obj, PyTuple_GET_ITEM(attr, i)));
    return obj;
}

static PyObject *
attrgetter_get(PyObject *self, PyObject *obj)
{
    struct attrgetter *g = AG(self);
    if (g->nattrs == 1)
        return get_path(obj, PyTuple_GET_ITEM(g->attr, 0));
    PyObject *out = PyTuple_New(g->nattrs);
    for (Py_ssize_t i = 0; out != NULL && i < g->nattrs; i++) {
        PyObject *value = get_path(obj, PyTuple_GET_ITEM(g->attr, i));
        if (value == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i, value);
    }
    return out;
}

static PyObject *
attrgetter_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return one_argument("attrgetter", PyVectorcall_NARGS(nargsf), has_names(kwnames)) ? attrgetter_get(self, args[0]) : NULL;
}

static PyObject *
attrgetter_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    if (!one_argument("attrgetter", PyTuple_GET_SIZE(args), has_items(kwds)))
        return NULL;
    return attrgetter_get(self, PyTuple_GET_ITEM(args, 0));
}

/* "a" as an interned name, "a.b" as a tuple of them. */
static PyObject *
split_path(PyObject *attr)
{
    if (!PyUnicode_Check(attr))
        return PyErr_Format(PyExc_TypeError, "attribute name must be a string");
    PyObject *dot = PyUnicode_FromString(".");
    PyObject *parts = dot == NULL ? NULL : PyUnicode_Split(attr, dot, -1), *out = NULL;
    Py_XDECREF(dot);
    if (parts == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(parts); i++) {
        PyObject *name = Py_NewRef(PyList_GET_ITEM(parts, i));
        PyUnicode_InternInPlace(&name);
        PyList_SetItem(parts, i, name);
    }
    out = PyList_GET_SIZE(parts) == 1 ? Py_NewRef(PyList_GET_ITEM(parts, 0)) : PyList_AsTuple(parts);
    Py_DECREF(parts);
    return out;
}

static PyObject *
attrgetter_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!one_argument("attrgetter", n > 1 ? 1 : n, has_items(kwds)))
        return NULL;
    PyObject *attr = PyTuple_New(n);
    for (Py_ssize_t i = 0; attr != NULL && i < n; i++) {
        PyObject *path = split_path(PyTuple_GET_ITEM(args, i));
        if (path == NULL)
            Py_CLEAR(attr);
        else
            PyTuple_SET_ITEM(attr, i, path);
    }
    struct attrgetter *g = attr == NULL ? NULL : AG(type->tp_alloc(type, 0));
    if (g == NULL) {
        Py_XDECREF(attr);
        return NULL;
    }
    g->nattrs = n;
    g->attr = attr;
    g->vectorcall = attrgetter_vectorcall;
    return (PyObject *)g;
}

static int
attrgetter_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(AG(self)->attr);
    return 0;
}

static int
attrgetter_clear(PyObject *self)
{
    Py_CLEAR(AG(self)->attr);
    return 0;
}

/* The arguments that would make it again: paths joined. */
static PyObject *
attrgetter_args(PyObject *self)
{
    Py_ssize_t n = AG(self)->nattrs;
    PyObject *out = PyTuple_New(n), *dot = out == NULL ? NULL : PyUnicode_FromString(".");
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *attr = PyTuple_GET_ITEM(AG(self)->attr, i);
        PyObject *text = dot == NULL ? NULL : PyTuple_Check(attr) ? PyUnicode_Join(dot, attr) : Py_NewRef(attr);
        if (text == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i, text);
    }
    Py_XDECREF(dot);
    return out;
}

static PyObject *
attrgetter_text(PyObject *self)
{
    PyObject *args = attrgetter_args(self);
    PyObject *out = args == NULL ? NULL : show_call(self, join_reprs(args));
    Py_XDECREF(args);
    return out;
}

static PyObject *attrgetter_repr(PyObject *self) { return repr_guarded(self, attrgetter_text); }

static PyObject *
attrgetter_reduce(PyObject *self, PyObject *unused)
{
    PyObject *args = attrgetter_args(self);
    return args == NULL ? NULL : Py_BuildValue("ON", Py_TYPE(self), args);
}

static PyMethodDef attrgetter_methods[] = {
    { "__reduce__", attrgetter_reduce, METH_NOARGS, PyDoc_STR("What pickle stores.") },
    { NULL },
};
static PyMemberDef attrgetter_members[] = {
    { "__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct attrgetter, vectorcall), Py_READONLY },
    { NULL },
};
static PyType_Slot attrgetter_slots[] = {
    { Py_tp_doc, (void *)PyDoc_STR("attrgetter(attr, /, *attrs)\n--\n\nA function that gives an attribute (or several) of its "
                                   "argument.\n\nNames may have dots: attrgetter('a.b')(x) is x.a.b.") },
    { Py_tp_dealloc, getter_dealloc },
    { Py_tp_call, attrgetter_call },
    { Py_tp_traverse, attrgetter_traverse },
    { Py_tp_clear, attrgetter_clear },
    { Py_tp_methods, attrgetter_methods },
    { Py_tp_members, attrgetter_members },
    { Py_tp_getset, getter_getset },
    { Py_tp_new, attrgetter_new },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_repr, attrgetter_repr },
    { 0, NULL },
};
PyType_Spec attrgetter_spec = { "operator.attrgetter", sizeof(struct attrgetter), 0, GETTER_FLAGS, attrgetter_slots };

/* ---- methodcaller ---- */

struct methodcaller {
    PyObject ob_base;
    PyObject *name;
    PyObject *args;                      /* positional, without the name */
    PyObject *kwds;                      /* dict or NULL */
    PyObject *call_args;                 /* tuple: name again (room for the object), positional, keyword values */
    PyObject *call_kwnames;              /* tuple or NULL */
    vectorcallfunc vectorcall;
};
#define MC(o) ((struct methodcaller *)(o))

static PyObject *
methodcaller_run(PyObject *self, PyObject *obj)
{
    struct methodcaller *m = MC(self);
    Py_ssize_t total = PyTuple_GET_SIZE(m->call_args), n = PyTuple_GET_SIZE(m->args);
    PyObject *small[8], **stack = small;
    if (total > 8) {
        stack = PyMem_Malloc((size_t)total * sizeof *stack);
        if (stack == NULL)
            return PyErr_NoMemory();
    }
    memcpy(stack, &PyTuple_GET_ITEM(m->call_args, 0), (size_t)total * sizeof *stack);
    stack[0] = obj;
    PyObject *out = PyObject_VectorcallMethod(m->name, stack, (size_t)(n + 1), m->call_kwnames);
    if (stack != small)
        PyMem_Free(stack);
    return out;
}

static PyObject *
methodcaller_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (!one_argument("methodcaller", PyVectorcall_NARGS(nargsf), has_names(kwnames)))
        return NULL;
    return methodcaller_run(self, args[0]);
}

static PyObject *
methodcaller_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    if (!one_argument("methodcaller", PyTuple_GET_SIZE(args), has_items(kwds)))
        return NULL;
    return methodcaller_run(self, PyTuple_GET_ITEM(args, 0));
}

/* Lay the arguments out as a vectorcall wants them: 0 or -1. */
static int
prepare_call(struct methodcaller *m)
{
    Py_ssize_t n = PyTuple_GET_SIZE(m->args), nkw = m->kwds == NULL ? 0 : PyDict_GET_SIZE(m->kwds), i = 0, at = 0;
    PyObject *key, *value;
    m->call_args = PyTuple_New(1 + n + nkw);
    if (m->call_args == NULL || (nkw > 0 && (m->call_kwnames = PyTuple_New(nkw)) == NULL))
        return -1;
    PyTuple_SET_ITEM(m->call_args, at++, Py_NewRef(m->name));
    for (Py_ssize_t j = 0; j < n; j++)
        PyTuple_SET_ITEM(m->call_args, at++, Py_NewRef(PyTuple_GET_ITEM(m->args, j)));
    while (nkw > 0 && PyDict_Next(m->kwds, &i, &key, &value)) {
        PyTuple_SET_ITEM(m->call_kwnames, at - 1 - n, Py_NewRef(key));
        PyTuple_SET_ITEM(m->call_args, at++, Py_NewRef(value));
    }
    return 0;
}

static PyObject *
methodcaller_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (PyTuple_GET_SIZE(args) < 1)
        return PyErr_Format(PyExc_TypeError, "methodcaller needs at least one argument, the method name");
    PyObject *name = PyTuple_GET_ITEM(args, 0);
    if (!PyUnicode_Check(name))
        return PyErr_Format(PyExc_TypeError, "method name must be a string");
    struct methodcaller *m = MC(type->tp_alloc(type, 0));
    if (m == NULL)
        return NULL;
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    m->name = name;
    m->args = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    m->kwds = has_items(kwds) ? PyDict_Copy(kwds) : NULL;
    m->vectorcall = methodcaller_vectorcall;
    if (m->args == NULL || (has_items(kwds) && m->kwds == NULL) || prepare_call(m) < 0)
        Py_CLEAR(m);
    return (PyObject *)m;
}

static int
methodcaller_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(MC(self)->args);
    Py_VISIT(MC(self)->kwds);
    Py_VISIT(MC(self)->call_args);
    return 0;
}

static int
methodcaller_clear(PyObject *self)
{
    Py_CLEAR(MC(self)->name);
    Py_CLEAR(MC(self)->args);
    Py_CLEAR(MC(self)->kwds);
    Py_CLEAR(MC(self)->call_args);
    Py_CLEAR(MC(self)->call_kwnames);
    return 0;
}

/* *text += piece, taking piece; *text becomes NULL when that fails. */
static void
append_and_release(PyObject **text, PyObject *piece)
{
    PyUnicode_Append(text, piece);
    Py_XDECREF(piece);
}

static PyObject *
methodcaller_text(PyObject *self)
{
    struct methodcaller *m = MC(self);
    PyObject *text = PyObject_Repr(m->name), *piece, *key, *value;
    for (Py_ssize_t i = 0; text != NULL && i < PyTuple_GET_SIZE(m->args); i++) {
        piece = PyUnicode_FromFormat(", %R", PyTuple_GET_ITEM(m->args, i));
        append_and_release(&text, piece);
    }
    for (Py_ssize_t i = 0; text != NULL && m->kwds != NULL && PyDict_Next(m->kwds, &i, &key, &value);) {
        piece = PyUnicode_FromFormat(", %U=%R", key, value);
        append_and_release(&text, piece);
    }
    return show_call(self, text);
}

static PyObject *methodcaller_repr(PyObject *self) { return repr_guarded(self, methodcaller_text); }

static PyObject *
methodcaller_reduce(PyObject *self, PyObject *unused)
{
    struct methodcaller *m = MC(self);
    if (m->kwds == NULL) {
        PyObject *name = PyTuple_Pack(1, m->name);
        PyObject *args = name == NULL ? NULL : PySequence_Concat(name, m->args);
        Py_XDECREF(name);
        return args == NULL ? NULL : Py_BuildValue("ON", Py_TYPE(m), args);
    }
    /* Keywords go into a partial, since pickle calls with positional arguments only. */
    PyObject *functools = PyImport_ImportModule("functools");
    PyObject *partial = functools == NULL ? NULL : PyObject_GetAttrString(functools, "partial");
    PyObject *args[] = { (PyObject *)Py_TYPE(m), m->name };
    PyObject *maker = partial == NULL ? NULL : PyObject_VectorcallDict(partial, args, 2, m->kwds);
    Py_XDECREF(partial);
    Py_XDECREF(functools);
    return maker == NULL ? NULL : Py_BuildValue("NO", maker, m->args);
}

static PyMethodDef methodcaller_methods[] = {
    { "__reduce__", methodcaller_reduce, METH_NOARGS, PyDoc_STR("What pickle stores.") },
    { NULL },
};
static PyMemberDef methodcaller_members[] = {
    { "__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct methodcaller, vectorcall), Py_READONLY },
    { NULL },
};
static PyType_Slot methodcaller_slots[] = {
    { Py_tp_doc, (void *)PyDoc_STR("methodcaller(name, /, *args, **kwargs)\n--\n\nA function that calls a method of its argument.\n\n"
                                   "methodcaller('m', 1, k=2)(x) is x.m(1, k=2).") },
    { Py_tp_dealloc, getter_dealloc },
    { Py_tp_call, methodcaller_call },
    { Py_tp_traverse, methodcaller_traverse },
    { Py_tp_clear, methodcaller_clear },
    { Py_tp_methods, methodcaller_methods },
    { Py_tp_members, methodcaller_members },
    { Py_tp_getset, getter_getset },
    { Py_tp_new, methodcaller_new },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_repr, methodcaller_repr },
    { 0, NULL },
};
PyType_Spec methodcaller_spec = { "operator.methodcaller", sizeof(struct methodcaller), 0, GETTER_FLAGS, methodcaller_slots };
