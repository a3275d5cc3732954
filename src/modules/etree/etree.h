/* modules/etree/etree.h: module _elementtree: elements, their iterator, the tree builder, and the parser that feeds it.
 *
 * An element keeps what most elements lack, attributes and children, in `extra`, which is made when first needed. Any call
 * into Python may change or drop it: it is read again after each. Text and tail may be lists of str that wait to be joined
 * when somebody asks; bit 0 of the pointer says so (slot_*). */
#ifndef ADDER_MODULES_ETREE_H
#define ADDER_MODULES_ETREE_H

#include <Python.h>

#include "base/own.h"

struct etree_state {
    PyTypeObject *element_type, *iterator_type, *builder_type, *parser_type;
    PyObject *parse_error;
    PyObject *deepcopy;                 /* copy.deepcopy */
    PyObject *path;                     /* module xml.etree.ElementPath */
    PyObject *comment_factory, *pi_factory;     /* NULL until _set_factories() */
    PyObject *str_text, *str_tail, *str_append, *str_find, *str_findtext, *str_findall, *str_iterfind, *str_doctype;
};

enum { ELEMENT_FEW = 4 };

struct element_extra {
    PyObject *attrib;                   /* dict, or NULL for an empty one; whatever __setstate__() was given */
    Py_ssize_t length, allocated;
    PyObject **children;                /* `few`, or memory of their own */
    PyObject *few[ELEMENT_FEW];
};

struct element {
    PyObject_HEAD
    PyObject *tag;
    PyObject *text, *tail;              /* slots, see slot_*() */
    struct element_extra *extra;
    PyObject *weakrefs;
};

extern PyModuleDef etree_module;
extern PyType_Spec element_spec, element_iterator_spec, builder_spec, xmlparser_spec;

static inline BORROWED(module) struct etree_state *
etree_state_of_class(PyTypeObject *defining_class)
{
    return PyType_GetModuleState(defining_class);
}

/* By way of any object whose type may be a subclass of the module's. */
static inline struct etree_state *
etree_state_of(void *self)
{
    return PyModule_GetState(PyType_GetModuleByDef(Py_TYPE((PyObject *)self), &etree_module));
}

#define ELEMENT(op) ((struct element *)(op))
#define ELEMENT_CHECK(st, op) PyObject_TypeCheck(op, (st)->element_type)

/* ---- text slots ---- */

static inline BORROWED(slot) PyObject *slot_object(PyObject *slot) { return (PyObject *)((uintptr_t)slot & ~(uintptr_t)1); }
static inline bool slot_joins(PyObject *slot) { return ((uintptr_t)slot & 1) != 0; }
static inline PyObject *slot_make(STEALS PyObject *op, bool joins) { return (PyObject *)((uintptr_t)op | joins); }

/* Replaces what a slot holds. */
static inline void
slot_set(PyObject **slot, STEALS PyObject *value)
{
    PyObject *old = slot_object(*slot);
    *slot = value;
    Py_XDECREF(old);
}

/* The text itself, joined if it has to be; NULL with an exception when the parts are no strings. */
BORROWED(slot) PyObject *slot_text(PyObject **slot);
/* "".join(list). */
OWNED PyObject *etree_join(PyObject *list);

/* ---- elements (element.c) ---- */

/* A new element; `attrib` may be NULL. Of the exact type. */
OWNED PyObject *element_create(struct etree_state *st, PyObject *tag, PyObject *attrib);
/* Makes e->extra if there is none. 0, or -1. */
int element_need_extra(struct element *e);
/* Makes room for `more` children. 0, or -1. */
int element_reserve(struct element *e, Py_ssize_t more);
/* Appends a child, which is known to be an element. 0, or -1. */
int element_add(struct element *e, PyObject *child);
BORROWED(e) PyObject *element_attrib(struct element *e);        /* makes the dict if there is none; NULL for no memory */
void element_free_extra(struct element_extra *extra);
/* TypeError: expected an Element. -1. */
int element_expected(PyObject *got);
/* Element(...), straight from the call's arguments. */
PyObject *element_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames);
PyObject *element_sub(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

static inline Py_ssize_t
element_length(PyObject *op)
{
    struct element *e = ELEMENT(op);
    return e->extra == NULL ? 0 : e->extra->length;
}

/* element_methods.c, element_copy.c, element_items.c, element_iter.c */
extern PyMethodDef element_methods[];
OWNED PyObject *element_shallow_copy(struct element *e, PyObject *ignored);
OWNED PyObject *element_deep_copy(struct element *e, PyObject *memo);
OWNED PyObject *element_get_state(struct element *e, PyObject *ignored);
OWNED PyObject *element_set_state(struct element *e, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
OWNED PyObject *element_item(PyObject *self, Py_ssize_t i);
int element_set_item(PyObject *self, Py_ssize_t i, PyObject *value);
OWNED PyObject *element_subscript(PyObject *self, PyObject *key);
int element_set_subscript(PyObject *self, PyObject *key, PyObject *value);
/* Over the tree of e: elements with that tag (NULL for all), or the text in it. */
OWNED PyObject *element_iterate(struct etree_state *st, struct element *e, PyObject *tag, bool texts);

/* ---- builder (builder.c) ---- */

struct builder;
OWNED PyObject *builder_new(struct etree_state *st);
OWNED PyObject *builder_start(struct builder *b, PyObject *tag, PyObject *attrib);
OWNED PyObject *builder_end(struct builder *b);
OWNED PyObject *builder_comment(struct builder *b, PyObject *text);
OWNED PyObject *builder_pi(struct builder *b, PyObject *target, PyObject *text);
OWNED PyObject *builder_data(struct builder *b, PyObject *data);
OWNED PyObject *builder_done(struct builder *b);
int builder_start_ns(struct builder *b, PyObject *prefix, PyObject *uri);
int builder_end_ns(struct builder *b);
/* Text as UTF-8, kept as it is until the element ends. 0, or -1. */
int builder_raw_data(struct builder *b, const char *s, Py_ssize_t n);
/* Whether comments and processing instructions have any effect. */
bool builder_wants_comment(struct builder *b);
bool builder_wants_pi(struct builder *b);

enum builder_event { EVENT_START, EVENT_END, EVENT_START_NS, EVENT_END_NS, EVENT_COMMENT, EVENT_PI, EVENT_COUNT };
/* What `events` (None or a sequence) asks for goes to append(). A bit for each event, or -1. */
int builder_set_events(struct builder *b, PyObject *append, PyObject *events);

#endif
