/* modules/etree/element_copy.c: copies and pickles of elements. */
#include "modules/etree/etree.h"

#include "modules/modargs.h"

PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

PyObject *
element_shallow_copy(struct element *e, PyObject *ignored)
{
    struct etree_state *st = etree_state_of(e);
    PyObject *copy = element_create(st, e->tag, e->extra == NULL ? NULL : e->extra->attrib);
    if (copy == NULL)
        return NULL;
    slot_set(&ELEMENT(copy)->text, slot_make(Py_NewRef(slot_object(e->text)), slot_joins(e->text)));
    slot_set(&ELEMENT(copy)->tail, slot_make(Py_NewRef(slot_object(e->tail)), slot_joins(e->tail)));
    for (Py_ssize_t i = 0; i < element_length((PyObject *)e); i++)
        if (element_add(ELEMENT(copy), e->extra->children[i]) < 0) {
            Py_DECREF(copy);
            return NULL;
        }
    return copy;
}

/* ---- deep copies ---- */

static bool
all_strings(PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(dict, &pos, &key, &value))
        if (!PyUnicode_CheckExact(key) || !PyUnicode_CheckExact(value))
            return false;
    return true;
}

/* copy.deepcopy(op, memo), by a short way for what only the tree has: nobody else can find it in the memo. */
static OWNED PyObject *
deep_copy(struct etree_state *st, PyObject *op, PyObject *memo)
{
    if (op == Py_None || PyUnicode_CheckExact(op))
        return Py_NewRef(op);
    if (Py_REFCNT(op) <= 2) {           /* the tree's, and the caller's */
        if (PyDict_CheckExact(op) && all_strings(op))
            return PyDict_Copy(op);
        if (Py_IS_TYPE(op, st->element_type))
            return element_deep_copy(ELEMENT(op), memo);
    }
    return PyObject_CallFunctionObjArgs(st->deepcopy, op, memo, NULL);
}

static int
deep_copy_slot(struct etree_state *st, PyObject *from, PyObject **to, PyObject *memo)
{
    bool joins = slot_joins(from);
    PyObject *held = Py_NewRef(slot_object(from)), *copy = deep_copy(st, held, memo);
    Py_DECREF(held);
    if (copy == NULL)
        return -1;
    slot_set(to, slot_make(copy, joins));
    return 0;
}

static int
deep_copy_children(struct etree_state *st, struct element *e, struct element *to, PyObject *memo)
{
    for (Py_ssize_t i = 0; i < element_length((PyObject *)e); i++) {
        PyObject *child = Py_NewRef(e->extra->children[i]), *copy = deep_copy(st, child, memo);
        Py_DECREF(child);
        int r = copy == NULL ? -1 : ELEMENT_CHECK(st, copy) ? element_add(to, copy) : element_expected(copy);
        Py_XDECREF(copy);
        if (r < 0)
            return -1;
    }
    return 0;
}

static int
remember(struct element *e, PyObject *copy, PyObject *memo)
{
    PyObject *id = PyLong_FromVoidPtr(e);
    int r = id == NULL ? -1 : PyDict_SetItem(memo, id, copy);
    Py_XDECREF(id);
    return r;
}

static OWNED PyObject *
copy_tree(struct etree_state *st, struct element *e, PyObject *memo)
{
    PyObject *tag = Py_NewRef(e->tag), *attrib = e->extra == NULL ? NULL : Py_XNewRef(e->extra->attrib);
    PyObject *new_tag = deep_copy(st, tag, memo), *new_attrib = NULL, *copy = NULL;
    if (new_tag != NULL && (attrib == NULL || (new_attrib = deep_copy(st, attrib, memo)) != NULL))
        copy = element_create(st, new_tag, new_attrib);
    Py_DECREF(tag);
    Py_XDECREF(attrib);
    Py_XDECREF(new_tag);
    Py_XDECREF(new_attrib);
    if (copy != NULL && (deep_copy_slot(st, e->text, &ELEMENT(copy)->text, memo) < 0 || deep_copy_slot(st, e->tail, &ELEMENT(copy)->tail, memo) < 0
                         || deep_copy_children(st, e, ELEMENT(copy), memo) < 0 || remember(e, copy, memo) < 0))
        Py_CLEAR(copy);
    return copy;
}

PyObject *
element_deep_copy(struct element *e, PyObject *memo)
{
    if (!PyDict_Check(memo)) {
        _PyArg_BadArgument("__deepcopy__", "argument", "dict", memo);
        return NULL;
    }
    if (Py_EnterRecursiveCall(" in Element.__deepcopy__"))
        return NULL;
    PyObject *copy = copy_tree(etree_state_of(e), e, memo);
    Py_LeaveRecursiveCall();
    return copy;
}

/* ---- state ---- */

PyObject *
element_get_state(struct element *e, PyObject *ignored)
{
    Py_ssize_t n = element_length((PyObject *)e);
    PyObject *children = PyList_New(n);
    if (children == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        PyList_SET_ITEM(children, i, Py_NewRef(e->extra->children[i]));
    PyObject *attrib = e->extra != NULL && e->extra->attrib != NULL ? Py_NewRef(e->extra->attrib) : PyDict_New();
    if (attrib == NULL) {
        Py_DECREF(children);
        return NULL;
    }
    return Py_BuildValue("{sOsNsNsOsO}", "tag", e->tag, "_children", children, "attrib", attrib,
                         "text", slot_object(e->text), "tail", slot_object(e->tail));
}

/* A list of text parts is joined when it is asked for. */
static void
set_state_slot(PyObject **slot, PyObject *value)
{
    slot_set(slot, value == NULL ? Py_NewRef(Py_None) : slot_make(Py_NewRef(value), PyList_CheckExact(value)));
}

static int
set_state_extra(struct etree_state *st, struct element *e, PyObject *children, PyObject *attrib)
{
    if (children != NULL && !PyList_Check(children)) {
        PyErr_SetString(PyExc_TypeError, "'_children' is not a list");
        return -1;
    }
    struct element_extra *old = e->extra;
    e->extra = NULL;
    int r = element_need_extra(e);
    for (Py_ssize_t i = 0; r == 0 && children != NULL && i < PyList_GET_SIZE(children); i++) {
        PyObject *child = PyList_GET_ITEM(children, i);
        r = ELEMENT_CHECK(st, child) ? element_add(e, child) : element_expected(child);
    }
    if (r == 0 && attrib != NULL)
        Py_XSETREF(e->extra->attrib, Py_NewRef(attrib));
    element_free_extra(old);
    return r;
}

PyObject *
element_set_state(struct element *e, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static char *names[] = { "tag", "_children", "attrib", "text", "tail", NULL };
    PyObject *state, *tag = NULL, *children = NULL, *attrib = NULL, *text = NULL, *tail = NULL;
    if (MOD_BIND(&state, "__setstate__", args, nargs, kwnames, 1, 1, "") < 0)
        return NULL;
    if (!PyDict_CheckExact(state))
        return PyErr_Format(PyExc_TypeError, "Don't know how to unpickle \"%.200R\" as an Element", state);
    PyObject *none = PyTuple_New(0);
    int ok = none != NULL && PyArg_ParseTupleAndKeywords(none, state, "|$OOOOO", names, &tag, &children, &attrib, &text, &tail);
    Py_XDECREF(none);
    if (!ok)
        return NULL;
    if (tag == NULL) {
        PyErr_SetString(PyExc_TypeError, "tag may not be NULL");
        return NULL;
    }
    PyObject *keep = PyDict_Copy(state);        /* what dies below may change `state` */
    if (keep == NULL)
        return NULL;
    Py_XSETREF(e->tag, Py_NewRef(tag));
    set_state_slot(&e->text, text);
    set_state_slot(&e->tail, tail);
    int r = children == NULL && attrib == NULL ? 0 : set_state_extra(etree_state_of_class(cls), e, children, attrib);
    Py_DECREF(keep);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}
