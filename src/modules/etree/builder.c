/* modules/etree/builder.c: type TreeBuilder: a tree out of starts, ends and text.
 *
 * Text waits in `raw` (UTF-8, from the parser) and, before that, in `data` (from Python: one object, or a list of several)
 * until an element starts or ends; then it becomes the text of `last`, or the tail of `last_for_tail`. `this` is the open
 * element, `stack` the ones around it. */
#include "modules/etree/etree.h"

#include <string.h>

#include "modules/modargs.h"

PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);
PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

enum { SHORT_TEXTS = 64, SHORT_LENGTH = 24 };

struct builder {
    PyObject_HEAD
    PyObject *root;                     /* NULL before the first element */
    PyObject *this, *last;              /* None outside of elements */
    PyObject *last_for_tail;            /* or NULL */
    PyObject *data;                     /* or NULL */
    PyObject *stack;                    /* list; its first `depth` items count */
    Py_ssize_t depth;
    PyObject *element_factory, *comment_factory, *pi_factory;           /* or NULL */
    PyObject *append;                   /* of the queue of events, or NULL */
    PyObject *events[EVENT_COUNT];      /* what an event is called, NULL for those nobody asked for */
    bool insert_comments, insert_pis;
    struct etree_state *st;
    char *raw;
    Py_ssize_t raw_used, raw_size;
    PyObject *short_texts[SHORT_TEXTS]; /* recent ones: white space between elements is mostly the same */
};

/* ---- text ---- */

static OWNED PyObject *
short_text(struct builder *b, const char *s, Py_ssize_t n)
{
    unsigned h = (unsigned)n;
    for (Py_ssize_t i = 0; i < n; i++)
        h = h * 31 + (unsigned char)s[i];
    PyObject **slot = &b->short_texts[(h ^ h >> 7) % SHORT_TEXTS], *str = *slot;
    if (str != NULL && PyUnicode_IS_ASCII(str) && PyUnicode_GET_LENGTH(str) == n && memcmp(PyUnicode_DATA(str), s, (size_t)n) == 0)
        return Py_NewRef(str);
    str = PyUnicode_DecodeUTF8(s, n, "strict");
    if (str != NULL)
        Py_XSETREF(*slot, Py_NewRef(str));
    return str;
}

static int
push_data(struct builder *b, PyObject *data)
{
    if (b->data == NULL) {
        b->data = Py_NewRef(data);
        return 0;
    }
    if (PyList_CheckExact(b->data) && Py_REFCNT(b->data) == 1)
        return PyList_Append(b->data, data);
    PyObject *list = PyList_New(2);
    if (list == NULL)
        return -1;
    PyList_SET_ITEM(list, 0, b->data);
    PyList_SET_ITEM(list, 1, Py_NewRef(data));
    b->data = list;
    return 0;
}

/* Turns raw text into data. */
static int
settle_raw(struct builder *b)
{
    Py_ssize_t n = b->raw_used;
    if (n == 0)
        return 0;
    b->raw_used = 0;
    PyObject *str = n <= SHORT_LENGTH ? short_text(b, b->raw, n) : PyUnicode_DecodeUTF8(b->raw, n, "strict");
    int r = str == NULL ? -1 : push_data(b, str);
    Py_XDECREF(str);
    return r;
}

int
builder_raw_data(struct builder *b, const char *s, Py_ssize_t n)
{
    if (b->data == NULL && b->last == Py_None)
        return 0;                       /* before the first element */
    if (n > b->raw_size - b->raw_used) {
        Py_ssize_t size = b->raw_used + n;
        size += size / 2 + 64;
        char *p = PyMem_Realloc(b->raw, (size_t)size);
        if (p == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        b->raw = p;
        b->raw_size = size;
    }
    memcpy(b->raw + b->raw_used, s, (size_t)n);
    b->raw_used += n;
    return 0;
}

PyObject *
builder_data(struct builder *b, PyObject *data)
{
    if (b->raw_used == 0 && b->data == NULL && b->last == Py_None)
        Py_RETURN_NONE;
    if (settle_raw(b) < 0 || push_data(b, data) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* Appends text to a slot of an element of our own; takes the text. */
static int
extend_slot(PyObject **slot, STEALS PyObject *data)
{
    if (slot_object(*slot) == Py_None) {
        slot_set(slot, slot_make(data, PyList_CheckExact(data)));
        return 0;
    }
    PyObject *added = PyList_CheckExact(data) ? etree_join(data) : Py_NewRef(data), *before = slot_text(slot);
    PyObject *both = added == NULL || before == NULL ? NULL : PyNumber_Add(before, added);
    Py_DECREF(data);
    Py_XDECREF(added);
    if (both == NULL)
        return -1;
    slot_set(slot, both);
    return 0;
}

/* The same for an object of another type, by attribute. */
static int
extend_attribute(PyObject *element, PyObject *name, STEALS PyObject *data)
{
    PyObject *before = PyObject_GetAttr(element, name), *value = before == NULL ? NULL : PyList_CheckExact(data) ? etree_join(data) : Py_NewRef(data);
    Py_DECREF(data);
    if (value != NULL && before != Py_None)
        Py_SETREF(value, PyNumber_Add(before, value));
    int r = value == NULL ? -1 : PyObject_SetAttr(element, name, value);
    Py_XDECREF(before);
    Py_XDECREF(value);
    return r;
}

/* Gives the text that waits to the element it belongs to. */
static int
flush(struct builder *b)
{
    if (b->raw_used > 0 && settle_raw(b) < 0)
        return -1;
    if (b->data == NULL)
        return 0;
    PyObject *data = b->data, *element = Py_NewRef(b->last_for_tail != NULL ? b->last_for_tail : b->last);
    bool tail = b->last_for_tail != NULL;
    b->data = NULL;
    int r = Py_IS_TYPE(element, b->st->element_type)
            ? extend_slot(tail ? &ELEMENT(element)->tail : &ELEMENT(element)->text, data)
            : extend_attribute(element, tail ? b->st->str_tail : b->st->str_text, data);
    Py_DECREF(element);
    return r;
}

/* ---- events ---- */

static int
report(struct builder *b, enum builder_event event, PyObject *what)
{
    if (b->events[event] == NULL || b->append == NULL)
        return 0;
    PyObject *pair = PyTuple_Pack(2, b->events[event], what), *append = Py_NewRef(b->append);
    PyObject *r = pair == NULL ? NULL : PyObject_CallOneArg(append, pair);
    Py_DECREF(append);
    Py_XDECREF(pair);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

int
builder_start_ns(struct builder *b, PyObject *prefix, PyObject *uri)
{
    if (b->events[EVENT_START_NS] == NULL)
        return 0;
    PyObject *pair = PyTuple_Pack(2, prefix, uri);
    int r = pair == NULL ? -1 : report(b, EVENT_START_NS, pair);
    Py_XDECREF(pair);
    return r;
}

int
builder_end_ns(struct builder *b)
{
    return report(b, EVENT_END_NS, Py_None);
}

static int
event_named(PyObject *name)
{
    static const char *const names[EVENT_COUNT] = { "start", "end", "start-ns", "end-ns", "comment", "pi" };
    const char *s = PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : PyBytes_Check(name) ? PyBytes_AS_STRING(name) : NULL;
    if (s == NULL) {
        PyErr_SetString(PyExc_ValueError, "invalid events sequence");
        return -1;
    }
    for (int i = 0; i < EVENT_COUNT; i++)
        if (strcmp(s, names[i]) == 0)
            return i;
    PyErr_Format(PyExc_ValueError, "unknown event '%s'", s);
    return -1;
}

int
builder_set_events(struct builder *b, PyObject *append, PyObject *events)
{
    int mask = 0;
    Py_XSETREF(b->append, Py_NewRef(append));
    for (int i = 0; i < EVENT_COUNT; i++)
        Py_CLEAR(b->events[i]);
    if (events == Py_None) {
        b->events[EVENT_END] = PyUnicode_FromString("end");
        return b->events[EVENT_END] == NULL ? -1 : 1 << EVENT_END;
    }
    PyObject *seq = PySequence_Fast(events, "events must be a sequence");
    if (seq == NULL)
        return -1;
    for (Py_ssize_t i = 0; mask >= 0 && i < PySequence_Fast_GET_SIZE(seq); i++) {
        PyObject *name = PySequence_Fast_GET_ITEM(seq, i);
        int event = event_named(name);
        if (event >= 0)
            Py_XSETREF(b->events[event], Py_NewRef(name));
        mask = event < 0 ? -1 : mask | 1 << event;
    }
    Py_DECREF(seq);
    return mask;
}

/* ---- structure ---- */

static int
add_child(struct builder *b, PyObject *parent, PyObject *child)
{
    if (Py_IS_TYPE(parent, b->st->element_type)) {
        if (ELEMENT_CHECK(b->st, child))
            return element_add(ELEMENT(parent), child);
        return element_expected(child);
    }
    PyObject *r = PyObject_CallMethodOneArg(parent, b->st->str_append, child);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

static OWNED PyObject *
make_element(struct builder *b, PyObject *tag, PyObject *attrib)
{
    if (b->element_factory == NULL)
        return element_create(b->st, tag, attrib);
    PyObject *own = attrib == NULL ? PyDict_New() : Py_NewRef(attrib), *factory = Py_NewRef(b->element_factory);
    PyObject *node = own == NULL ? NULL : PyObject_CallFunctionObjArgs(factory, tag, own, NULL);
    Py_DECREF(factory);
    Py_XDECREF(own);
    return node;
}

/* Hangs a new element into the tree, and opens it. */
static int
open_element(struct builder *b, PyObject *node)
{
    PyObject *outer = Py_NewRef(b->this);
    int r = 0;
    if (outer != Py_None)
        r = add_child(b, outer, node);
    else if (b->root != NULL) {
        PyErr_SetString(b->st->parse_error, "multiple elements on top level");
        r = -1;
    } else
        b->root = Py_NewRef(node);
    if (r == 0)
        r = b->depth < PyList_GET_SIZE(b->stack) ? PyList_SetItem(b->stack, b->depth, Py_NewRef(outer)) : PyList_Append(b->stack, outer);
    Py_DECREF(outer);
    if (r < 0)
        return -1;
    b->depth++;
    Py_SETREF(b->this, Py_NewRef(node));
    Py_SETREF(b->last, Py_NewRef(node));
    return report(b, EVENT_START, node);
}

PyObject *
builder_start(struct builder *b, PyObject *tag, PyObject *attrib)
{
    if (flush(b) < 0)
        return NULL;
    PyObject *node = make_element(b, tag, attrib);
    if (node == NULL)
        return NULL;
    Py_CLEAR(b->last_for_tail);
    if (open_element(b, node) < 0)
        Py_CLEAR(node);
    return node;
}

PyObject *
builder_end(struct builder *b)
{
    if (flush(b) < 0)
        return NULL;
    if (b->depth == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty stack");
        return NULL;
    }
    PyObject *old_last = b->last, *old_tail = b->last_for_tail, *ended = b->this;
    b->last = ended;                    /* takes the reference of `this` */
    b->last_for_tail = Py_NewRef(ended);
    b->depth--;
    b->this = Py_NewRef(PyList_GET_ITEM(b->stack, b->depth));
    Py_INCREF(ended);
    Py_DECREF(old_last);
    Py_XDECREF(old_tail);
    if (report(b, EVENT_END, ended) < 0)
        Py_CLEAR(ended);
    return ended;
}

/* Reports a comment or the like; one that is inserted takes the text after it as its tail. Takes `node`. */
static OWNED PyObject *
place(struct builder *b, PyObject *node, bool insert, enum builder_event event)
{
    if (node == NULL)
        return NULL;
    int r = 0;
    if (insert && b->this != Py_None) {
        PyObject *parent = Py_NewRef(b->this);
        r = add_child(b, parent, node);
        Py_DECREF(parent);
        if (r == 0)
            Py_XSETREF(b->last_for_tail, Py_NewRef(node));
    }
    if (r < 0 || report(b, event, node) < 0)
        Py_CLEAR(node);
    return node;
}

PyObject *
builder_comment(struct builder *b, PyObject *text)
{
    if (flush(b) < 0)
        return NULL;
    PyObject *factory = Py_XNewRef(b->comment_factory), *node = factory == NULL ? Py_NewRef(text) : PyObject_CallOneArg(factory, text);
    bool insert = b->insert_comments && factory != NULL;
    Py_XDECREF(factory);
    return place(b, node, insert, EVENT_COMMENT);
}

PyObject *
builder_pi(struct builder *b, PyObject *target, PyObject *text)
{
    if (flush(b) < 0)
        return NULL;
    PyObject *factory = Py_XNewRef(b->pi_factory);
    PyObject *node = factory == NULL ? PyTuple_Pack(2, target, text) : PyObject_CallFunctionObjArgs(factory, target, text, NULL);
    bool insert = b->insert_pis && factory != NULL;
    Py_XDECREF(factory);
    return place(b, node, insert, EVENT_PI);
}

bool
builder_wants_comment(struct builder *b)
{
    bool has_own = b->comment_factory != NULL && b->comment_factory != b->st->comment_factory;
    return b->insert_comments || b->events[EVENT_COMMENT] != NULL || has_own;
}

bool
builder_wants_pi(struct builder *b)
{
    return b->insert_pis || b->events[EVENT_PI] != NULL;
}

PyObject *
builder_done(struct builder *b)
{
    return Py_NewRef(b->root == NULL ? Py_None : b->root);
}

/* ---- methods ---- */

static PyObject *
method_start(struct builder *b, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("start", nargs, 2, 2))
        return NULL;
    if (!PyDict_Check(args[1])) {
        _PyArg_BadArgument("start", "argument 2", "dict", args[1]);
        return NULL;
    }
    return builder_start(b, args[0], args[1]);
}

static PyObject *
method_end(struct builder *b, PyObject *tag)
{
    return builder_end(b);
}

static PyObject *
method_pi(struct builder *b, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("pi", nargs, 1, 2))
        return NULL;
    return builder_pi(b, args[0], nargs == 2 ? args[1] : Py_None);
}

static PyObject *
method_close(struct builder *b, PyObject *ignored)
{
    return builder_done(b);
}

/* ---- the type ---- */

static PyObject *
alloc(PyTypeObject *type, struct etree_state *st)
{
    struct builder *b = (struct builder *)type->tp_alloc(type, 0);      /* zeroed */
    if (b == NULL)
        return NULL;
    b->st = st;
    b->this = Py_NewRef(Py_None);
    b->last = Py_NewRef(Py_None);
    b->stack = PyList_New(0);
    if (b->stack == NULL)
        Py_CLEAR(b);
    return (PyObject *)b;
}

static PyObject *
type_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return alloc(type, PyModule_GetState(PyType_GetModuleByDef(type, &etree_module)));
}

PyObject *
builder_new(struct etree_state *st)
{
    return alloc(st->builder_type, st);         /* without factories: events give text, not elements */
}

static void
set_factory(PyObject **slot, PyObject *given, PyObject *otherwise)
{
    Py_XSETREF(*slot, Py_XNewRef(given == NULL || given == Py_None ? otherwise : given));
}

static int
type_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "element_factory", "comment_factory", "pi_factory", "insert_comments", "insert_pis", NULL };
    struct builder *b = (struct builder *)self;
    PyObject *element = NULL, *comment = NULL, *pi = NULL;
    int insert_comments = 0, insert_pis = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O$OOpp:TreeBuilder", names, &element, &comment, &pi, &insert_comments, &insert_pis))
        return -1;
    set_factory(&b->element_factory, element, NULL);
    set_factory(&b->comment_factory, comment, b->st->comment_factory);
    set_factory(&b->pi_factory, pi, b->st->pi_factory);
    b->insert_comments = insert_comments && b->comment_factory != NULL;
    b->insert_pis = insert_pis && b->pi_factory != NULL;
    return 0;
}

static int
type_traverse(struct builder *b, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(b));
    Py_VISIT(b->root);
    Py_VISIT(b->this);
    Py_VISIT(b->last);
    Py_VISIT(b->last_for_tail);
    Py_VISIT(b->data);
    Py_VISIT(b->stack);
    Py_VISIT(b->element_factory);
    Py_VISIT(b->comment_factory);
    Py_VISIT(b->pi_factory);
    Py_VISIT(b->append);
    for (int i = 0; i < EVENT_COUNT; i++)
        Py_VISIT(b->events[i]);
    return 0;
}

static int
type_clear(struct builder *b)
{
    Py_CLEAR(b->root);
    Py_XSETREF(b->this, Py_NewRef(Py_None));    /* these two are never NULL */
    Py_XSETREF(b->last, Py_NewRef(Py_None));
    Py_CLEAR(b->last_for_tail);
    Py_CLEAR(b->data);
    b->depth = 0;
    if (b->stack != NULL)
        PyList_SetSlice(b->stack, 0, PyList_GET_SIZE(b->stack), NULL);
    Py_CLEAR(b->element_factory);
    Py_CLEAR(b->comment_factory);
    Py_CLEAR(b->pi_factory);
    Py_CLEAR(b->append);
    for (int i = 0; i < EVENT_COUNT; i++)
        Py_CLEAR(b->events[i]);
    return 0;
}

static void
type_dealloc(struct builder *b)
{
    PyTypeObject *type = Py_TYPE(b);
    PyObject_GC_UnTrack(b);
    type_clear(b);
    Py_XDECREF(b->stack);
    for (int i = 0; i < SHORT_TEXTS; i++)
        Py_XDECREF(b->short_texts[i]);
    PyMem_Free(b->raw);
    type->tp_free(b);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    { "data", (PyCFunction)builder_data, METH_O, "data($self, data, /)\n--\n\nAdd text." },
    { "start", _PyCFunction_CAST(method_start), METH_FASTCALL, "start($self, tag, attrs, /)\n--\n\nOpen a new element." },
    { "end", (PyCFunction)method_end, METH_O, "end($self, tag, /)\n--\n\nClose the open element." },
    { "comment", (PyCFunction)builder_comment, METH_O, "comment($self, text, /)\n--\n\nAdd a comment." },
    { "pi", _PyCFunction_CAST(method_pi), METH_FASTCALL, "pi($self, target, text=None, /)\n--\n\nAdd a processing instruction." },
    { "close", (PyCFunction)method_close, METH_NOARGS, "close($self, /)\n--\n\nThe root of the tree." },
    { NULL },
};

static PyType_Slot slots[] = {
    { Py_tp_dealloc, type_dealloc },
    { Py_tp_traverse, type_traverse },
    { Py_tp_clear, type_clear },
    { Py_tp_methods, methods },
    { Py_tp_init, type_init },
    { Py_tp_new, type_new },
    { Py_tp_alloc, PyType_GenericAlloc },
    { 0, NULL },
};

PyType_Spec builder_spec = {
    .name = "xml.etree.ElementTree.TreeBuilder",
    .basicsize = sizeof(struct builder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
