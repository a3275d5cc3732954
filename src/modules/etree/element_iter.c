/* modules/etree/element_iter.c: the iterator behind iter() and itertext(): down the tree in document order.
 *
 * The elements on the way from the root are on a stack, each with the number of children done. */
#include "modules/etree/etree.h"

struct level { struct element *parent; Py_ssize_t done; };

struct element_iterator {
    PyObject_HEAD
    struct level *stack;
    Py_ssize_t depth, size;
    struct element *root;               /* until the first step */
    PyObject *tag;                      /* None for all */
    bool texts;
};

enum { FIRST_SIZE = 8 };

PyObject *
element_iterate(struct etree_state *st, struct element *e, PyObject *tag, bool texts)
{
    struct element_iterator *it = PyObject_GC_New(struct element_iterator, st->iterator_type);
    if (it == NULL)
        return NULL;
    it->root = ELEMENT(Py_NewRef((PyObject *)e));
    it->tag = Py_NewRef(tag);
    it->texts = texts;
    it->depth = 0;
    it->size = FIRST_SIZE;
    it->stack = PyMem_New(struct level, FIRST_SIZE);
    if (it->stack == NULL) {
        Py_DECREF(it);
        return PyErr_NoMemory();
    }
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static int
iterator_traverse(struct element_iterator *it, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(it));
    for (Py_ssize_t i = 0; i < it->depth; i++)
        Py_VISIT(it->stack[i].parent);
    Py_VISIT(it->root);
    Py_VISIT(it->tag);
    return 0;
}

static void
iterator_dealloc(struct element_iterator *it)
{
    PyTypeObject *type = Py_TYPE(it);
    PyObject_GC_UnTrack(it);
    while (it->depth > 0)
        Py_DECREF(it->stack[--it->depth].parent);
    PyMem_Free(it->stack);
    Py_XDECREF(it->tag);
    Py_XDECREF(it->root);
    PyObject_GC_Del(it);
    Py_DECREF(type);
}

/* Puts an element on the stack. 0, or -1; takes the reference. */
static int
push(struct element_iterator *it, struct element *e)
{
    if (it->depth == it->size) {
        struct level *p = PyMem_Resize(it->stack, struct level, it->size * 2);
        if (p == NULL) {
            Py_DECREF(e);
            PyErr_NoMemory();
            return -1;
        }
        it->size *= 2;
    }
    it->stack[it->depth++] = (struct level){ e, 0 };
    return 0;
}

/* The next element in document order, on the stack now; or, in *tail, one that is done and has left it. Both NULL: the end. */
static OWNED struct element *
step(struct element_iterator *it, struct element **tail)
{
    struct element *e = NULL;
    *tail = NULL;
    if (it->depth > 0) {
        struct level *top = &it->stack[it->depth - 1];
        struct element_extra *x = top->parent->extra;
        if (x == NULL || top->done >= x->length) {
            it->depth--;
            *tail = top->parent;
            return NULL;
        }
        e = ELEMENT(Py_NewRef(x->children[top->done++]));
    } else if (it->root != NULL) {
        e = it->root;
        it->root = NULL;
    }
    return e == NULL || push(it, ELEMENT(Py_NewRef((PyObject *)e))) == 0 ? e : (Py_DECREF(e), NULL);
}

/* Equality of tags: 1, 0, or -1. */
static int
same_tag(PyObject *a, PyObject *b)
{
    if (a == b)
        return 1;
    Py_INCREF(a);
    int r = PyObject_RichCompareBool(a, b, Py_EQ);
    Py_DECREF(a);
    return r;
}

/* The text of a slot if it is true: 1 with a new reference, 0, or -1. */
static int
true_text(PyObject **slot, PyObject **out)
{
    PyObject *text = slot_text(slot);
    if (text == NULL || text == Py_None)
        return text == NULL ? -1 : 0;
    *out = Py_NewRef(text);
    int r = PyObject_IsTrue(text);
    if (r <= 0)
        Py_CLEAR(*out);
    return r;
}

static PyObject *
iterator_next(struct element_iterator *it)
{
    struct element *e, *tail;
    PyObject *out = NULL;
    for (;;) {
        int found = 0;
        if ((e = step(it, &tail)) == NULL && tail == NULL)
            return NULL;                /* the end, or no memory */
        if (it->texts)
            found = e != NULL ? true_text(&e->text, &out) : it->depth > 0 ? true_text(&tail->tail, &out) : 0;
        else if (e != NULL)
            found = it->tag == Py_None ? 1 : same_tag(e->tag, it->tag);
        if (found > 0 && !it->texts)
            return (PyObject *)e;
        Py_XDECREF(e);
        Py_XDECREF(tail);
        if (found != 0)
            return out;
    }
}

static PyType_Slot slots[] = {
    { Py_tp_dealloc, iterator_dealloc },
    { Py_tp_traverse, iterator_traverse },
    { Py_tp_iter, PyObject_SelfIter },
    { Py_tp_iternext, iterator_next },
    { 0, NULL },
};

PyType_Spec element_iterator_spec = {
    .name = "_elementtree._element_iterator",
    .basicsize = sizeof(struct element_iterator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
