/* modules/etree/element.c: type Element: memory, creation, attributes of the object. */
#include "modules/etree/etree.h"

#include <string.h>

PyAPI_FUNC(PyObject *) _PyUnicode_JoinArray(PyObject *, PyObject *const *, Py_ssize_t);

/* ---- text slots ---- */

PyObject *
etree_join(PyObject *list)
{
    PyObject *empty = PyUnicode_FromStringAndSize(NULL, 0);
    PyObject *r = empty == NULL ? NULL : PyUnicode_Join(empty, list);
    Py_XDECREF(empty);
    return r;
}

PyObject *
slot_text(PyObject **slot)
{
    PyObject *op = slot_object(*slot);
    if (!slot_joins(*slot))
        return op;
    if (PyList_CheckExact(op)) {
        if ((op = etree_join(op)) == NULL)
            return NULL;
        slot_set(slot, op);
    } else
        *slot = op;
    return op;
}

/* ---- memory ---- */

static struct element_extra *
extra_new(PyObject *attrib)
{
    struct element_extra *x = PyMem_Malloc(sizeof(*x));
    if (x == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    x->attrib = Py_XNewRef(attrib);
    x->length = 0;
    x->allocated = ELEMENT_FEW;
    x->children = x->few;
    return x;
}

void
element_free_extra(struct element_extra *x)
{
    if (x == NULL)
        return;
    Py_XDECREF(x->attrib);
    for (Py_ssize_t i = 0; i < x->length; i++)
        Py_DECREF(x->children[i]);
    if (x->children != x->few)
        PyMem_Free(x->children);
    PyMem_Free(x);
}

static void
drop_extra(struct element *e)
{
    struct element_extra *x = e->extra;
    e->extra = NULL;                    /* first: what dies may look at e */
    element_free_extra(x);
}

int
element_need_extra(struct element *e)
{
    if (e->extra == NULL)
        e->extra = extra_new(NULL);
    return e->extra == NULL ? -1 : 0;
}

int
element_reserve(struct element *e, Py_ssize_t more)
{
    if (element_need_extra(e) < 0)
        return -1;
    struct element_extra *x = e->extra;
    Py_ssize_t size = x->length + more;
    if (size <= x->allocated)
        return 0;
    size += (size >> 3) + (size < 9 ? 3 : 6);
    if ((size_t)size > PY_SSIZE_T_MAX / sizeof(PyObject *)) {
        PyErr_NoMemory();
        return -1;
    }
    PyObject **p = PyMem_Realloc(x->children == x->few ? NULL : x->children, (size_t)size * sizeof(PyObject *));
    if (p == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (x->children == x->few)
        memcpy(p, x->few, (size_t)x->length * sizeof(PyObject *));
    x->children = p;
    x->allocated = size;
    return 0;
}

int
element_add(struct element *e, PyObject *child)
{
    if (UNLIKELY(e->extra == NULL || e->extra->length == e->extra->allocated) && element_reserve(e, 1) < 0)
        return -1;
    e->extra->children[e->extra->length++] = Py_NewRef(child);
    return 0;
}

PyObject *
element_attrib(struct element *e)
{
    if (element_need_extra(e) < 0)
        return NULL;
    if (e->extra->attrib == NULL)
        e->extra->attrib = PyDict_New();
    return e->extra->attrib;
}

int
element_expected(PyObject *got)
{
    PyErr_Format(PyExc_TypeError, "expected an Element, not \"%.200s\"", Py_TYPE(got)->tp_name);
    return -1;
}

static int
element_traverse(struct element *e, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(e));
    Py_VISIT(e->tag);
    Py_VISIT(slot_object(e->text));
    Py_VISIT(slot_object(e->tail));
    if (e->extra != NULL) {
        Py_VISIT(e->extra->attrib);
        for (Py_ssize_t i = 0; i < e->extra->length; i++)
            Py_VISIT(e->extra->children[i]);
    }
    return 0;
}

static int
element_clear(struct element *e)
{
    Py_XSETREF(e->tag, Py_NewRef(Py_None));     /* never NULL: somebody may still look */
    slot_set(&e->text, Py_NewRef(Py_None));
    slot_set(&e->tail, Py_NewRef(Py_None));
    drop_extra(e);
    return 0;
}

static void
element_dealloc(struct element *e)
{
    PyTypeObject *type = Py_TYPE(e);
    PyObject_GC_UnTrack(e);
    Py_TRASHCAN_BEGIN(e, element_dealloc)
    if (e->weakrefs != NULL)
        PyObject_ClearWeakRefs((PyObject *)e);
    element_clear(e);
    type->tp_free(e);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* ---- creation ---- */

static void
fill(struct element *e, PyObject *tag)
{
    e->tag = Py_NewRef(tag);
    e->text = Py_NewRef(Py_None);
    e->tail = Py_NewRef(Py_None);
    e->extra = NULL;
    e->weakrefs = NULL;
}

PyObject *
element_create(struct etree_state *st, PyObject *tag, PyObject *attrib)
{
    struct element *e = PyObject_GC_New(struct element, st->element_type);
    if (e == NULL)
        return NULL;
    fill(e, tag);
    if (attrib != NULL && (!PyDict_CheckExact(attrib) || PyDict_GET_SIZE(attrib) > 0) && (e->extra = extra_new(attrib)) == NULL) {
        Py_DECREF(e);
        return NULL;
    }
    PyObject_GC_Track(e);
    return (PyObject *)e;
}

static PyObject *
element_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct element *e = (struct element *)type->tp_alloc(type, 0);
    if (e != NULL)
        fill(e, Py_None);
    return (PyObject *)e;
}

/* A new dict: a copy of `given`, where that is not NULL. */
static OWNED PyObject *
attrib_copy(PyObject *given)
{
    return given == NULL ? PyDict_New() : PyDict_Copy(given);
}

/* The attributes of a call: `given` by position, or the keyword "attrib", and then the other keywords on top. 0 with a new dict
 * or, when there are none, NULL in *out; or -1. */
static int
attrib_collect(PyObject *given, PyObject *const *values, PyObject *kwnames, PyObject **out)
{
    Py_ssize_t nkw = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames), skip = -1;
    *out = NULL;
    if (given == NULL)
        for (Py_ssize_t i = 0; i < nkw && skip < 0; i++)
            if (PyUnicode_EqualToUTF8(PyTuple_GET_ITEM(kwnames, i), "attrib")) {
                skip = i;
                given = values[i];
                if (!PyDict_Check(given)) {
                    PyErr_Format(PyExc_TypeError, "attrib must be dict, not %.100s", Py_TYPE(given)->tp_name);
                    return -1;
                }
            }
    if (given == NULL && nkw == 0)
        return 0;
    PyObject *d = attrib_copy(given);
    for (Py_ssize_t i = 0; d != NULL && i < nkw; i++)
        if (i != skip && PyDict_SetItem(d, PyTuple_GET_ITEM(kwnames, i), values[i]) < 0)
            Py_CLEAR(d);
    *out = d;
    return d == NULL ? -1 : 0;
}

static int
element_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    struct element *e = ELEMENT(self);
    PyObject *tag, *given = NULL, *attrib = NULL, *key, *value;
    Py_ssize_t pos = 0;
    if (!PyArg_ParseTuple(args, "O|O!:Element", &tag, &PyDict_Type, &given))
        return -1;
    PyObject *named = given != NULL || kwargs == NULL ? NULL : PyDict_GetItemString(kwargs, "attrib");
    if (named != NULL && !PyDict_Check(named)) {
        PyErr_Format(PyExc_TypeError, "attrib must be dict, not %.100s", Py_TYPE(named)->tp_name);
        return -1;
    }
    if ((given != NULL || kwargs != NULL) && (attrib = attrib_copy(given != NULL ? given : named)) == NULL)
        return -1;
    while (kwargs != NULL && PyDict_Next(kwargs, &pos, &key, &value))
        if (value != named && PyDict_SetItem(attrib, key, value) < 0) {
            Py_DECREF(attrib);
            return -1;
        }
    if (attrib != NULL && PyDict_GET_SIZE(attrib) > 0) {
        struct element_extra *fresh = extra_new(attrib), *old = e->extra;
        if (fresh == NULL) {
            Py_DECREF(attrib);
            return -1;
        }
        e->extra = fresh;
        element_free_extra(old);
    }
    Py_XDECREF(attrib);
    Py_XSETREF(e->tag, Py_NewRef(tag));
    slot_set(&e->text, Py_NewRef(Py_None));
    slot_set(&e->tail, Py_NewRef(Py_None));
    return 0;
}

PyObject *
element_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    PyObject *attrib;
    if (nargs < 1 || nargs > 2) {
        PyErr_Format(PyExc_TypeError, nargs < 1 ? "Element() takes at least 1 argument (%zd given)" : "Element() takes at most 2 arguments (%zd given)", nargs);
        return NULL;
    }
    if (nargs == 2 && !PyDict_Check(args[1])) {
        PyErr_Format(PyExc_TypeError, "Element() argument 2 must be dict, not %.50s", Py_TYPE(args[1])->tp_name);
        return NULL;
    }
    if (attrib_collect(nargs == 2 ? args[1] : NULL, args + nargs, kwnames, &attrib) < 0)
        return NULL;
    PyObject *e = element_create(etree_state_of_class((PyTypeObject *)type), args[0], attrib);
    Py_XDECREF(attrib);
    return e;
}

PyObject *
element_sub(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct etree_state *st = PyModule_GetState(m);
    PyObject *attrib;
    if (nargs < 2 || nargs > 3) {
        PyErr_Format(PyExc_TypeError, nargs < 2 ? "SubElement() takes at least 2 arguments (%zd given)" : "SubElement() takes at most 3 arguments (%zd given)",
                     nargs);
        return NULL;
    }
    if (!ELEMENT_CHECK(st, args[0]))
        return PyErr_Format(PyExc_TypeError, "SubElement() argument 1 must be xml.etree.ElementTree.Element, not %.50s", Py_TYPE(args[0])->tp_name);
    if (nargs == 3 && !PyDict_Check(args[2]))
        return PyErr_Format(PyExc_TypeError, "SubElement() argument 3 must be dict, not %.50s", Py_TYPE(args[2])->tp_name);
    if (attrib_collect(nargs == 3 ? args[2] : NULL, args + nargs, kwnames, &attrib) < 0)
        return NULL;
    PyObject *child = element_create(st, args[1], attrib);
    Py_XDECREF(attrib);
    if (child != NULL && element_add(ELEMENT(args[0]), child) < 0)
        Py_CLEAR(child);
    return child;
}

/* ---- attributes of the object ---- */

static int
no_delete(PyObject *value)
{
    if (value != NULL)
        return 0;
    PyErr_SetString(PyExc_AttributeError, "can't delete element attribute");
    return -1;
}

static PyObject *get_tag(struct element *e, void *c) { return Py_NewRef(e->tag); }
static PyObject *get_text(struct element *e, void *c) { return Py_XNewRef(slot_text(&e->text)); }
static PyObject *get_tail(struct element *e, void *c) { return Py_XNewRef(slot_text(&e->tail)); }
static PyObject *get_attrib(struct element *e, void *c) { return Py_XNewRef(element_attrib(e)); }

static int
set_tag(struct element *e, PyObject *value, void *c)
{
    if (no_delete(value) < 0)
        return -1;
    Py_XSETREF(e->tag, Py_NewRef(value));
    return 0;
}

static int
set_text(struct element *e, PyObject *value, void *c)
{
    if (no_delete(value) < 0)
        return -1;
    slot_set(&e->text, Py_NewRef(value));
    return 0;
}

static int
set_tail(struct element *e, PyObject *value, void *c)
{
    if (no_delete(value) < 0)
        return -1;
    slot_set(&e->tail, Py_NewRef(value));
    return 0;
}

static int
set_attrib(struct element *e, PyObject *value, void *c)
{
    if (no_delete(value) < 0)
        return -1;
    if (!PyDict_Check(value)) {
        PyErr_Format(PyExc_TypeError, "attrib must be dict, not %.200s", Py_TYPE(value)->tp_name);
        return -1;
    }
    if (element_need_extra(e) < 0)
        return -1;
    Py_XSETREF(e->extra->attrib, Py_NewRef(value));
    return 0;
}

/* ---- the type ---- */

static PyObject *
element_repr(struct element *e)
{
    int entered = Py_ReprEnter((PyObject *)e);
    if (entered != 0) {
        if (entered > 0)
            PyErr_Format(PyExc_RuntimeError, "reentrant call inside %s.__repr__", Py_TYPE(e)->tp_name);
        return NULL;
    }
    PyObject *tag = Py_NewRef(e->tag), *r = PyUnicode_FromFormat("<Element %R at %p>", tag, e);
    Py_DECREF(tag);
    Py_ReprLeave((PyObject *)e);
    return r;
}

static int
element_bool(PyObject *self)
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning, "Testing an element's truth value will always return True in future versions.  "
                     "Use specific 'len(elem)' or 'elem is not None' test instead.", 1) < 0)
        return -1;
    return element_length(self) != 0;
}

static PyGetSetDef getset[] = {
    { "tag", (getter)get_tag, (setter)set_tag, "The element's name.", NULL },
    { "text", (getter)get_text, (setter)set_text, "Text before the first child, or None.", NULL },
    { "tail", (getter)get_tail, (setter)set_tail, "Text after the end tag, or None.", NULL },
    { "attrib", (getter)get_attrib, (setter)set_attrib, "The dict of attributes.", NULL },
    { NULL },
};

static PyMemberDef members[] = {
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct element, weakrefs), Py_READONLY, NULL },
    { NULL },
};

static PyType_Slot slots[] = {
    { Py_tp_dealloc, element_dealloc },
    { Py_tp_repr, element_repr },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_traverse, element_traverse },
    { Py_tp_clear, element_clear },
    { Py_tp_methods, element_methods },
    { Py_tp_members, members },
    { Py_tp_getset, getset },
    { Py_tp_init, element_init },
    { Py_tp_new, element_new },
    { Py_tp_alloc, PyType_GenericAlloc },
    { Py_nb_bool, element_bool },
    { Py_sq_length, element_length },
    { Py_sq_item, element_item },
    { Py_sq_ass_item, element_set_item },
    { Py_mp_length, element_length },
    { Py_mp_subscript, element_subscript },
    { Py_mp_ass_subscript, element_set_subscript },
    { 0, NULL },
};

PyType_Spec element_spec = {
    .name = "xml.etree.ElementTree.Element",
    .basicsize = sizeof(struct element),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
