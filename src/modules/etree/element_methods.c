/* modules/etree/element_methods.c: methods of Element: attributes, children, search. */
#include "modules/etree/etree.h"

#include <string.h>

#include "modules/modargs.h"

PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);
PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

#define METHOD_ARGS PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames

static int
element_arg(struct etree_state *st, PyObject *op, const char *fname, const char *which)
{
    if (ELEMENT_CHECK(st, op))
        return 0;
    _PyArg_BadArgument(fname, which, "xml.etree.ElementTree.Element", op);
    return -1;
}

/* ---- children ---- */

static PyObject *
append(struct element *e, METHOD_ARGS)
{
    PyObject *child;
    if (nargs != 1 || kwnames != NULL) {
        if (MOD_BIND(&child, "append", args, nargs, kwnames, 1, 1, "") < 0)
            return NULL;
    } else
        child = args[0];
    if (element_arg(etree_state_of_class(cls), child, "append", "argument 1") < 0 || element_add(e, child) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
extend(struct element *e, METHOD_ARGS)
{
    struct etree_state *st = etree_state_of_class(cls);
    PyObject *elements;
    if (MOD_BIND(&elements, "extend", args, nargs, kwnames, 1, 1, "") < 0)
        return NULL;
    PyObject *seq = PySequence_Fast(elements, "'elements' must be an iterable");
    if (seq == NULL)
        return NULL;
    int r = 0;
    for (Py_ssize_t i = 0; r == 0 && i < PySequence_Fast_GET_SIZE(seq); i++) {
        PyObject *child = PySequence_Fast_GET_ITEM(seq, i);
        r = ELEMENT_CHECK(st, child) ? element_add(e, child) : element_expected(child);
    }
    Py_DECREF(seq);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
insert(struct element *e, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("insert", nargs, 2, 2))
        return NULL;
    PyObject *number = PyNumber_Index(args[0]);
    Py_ssize_t i = number == NULL ? -1 : PyLong_AsSsize_t(number);
    Py_XDECREF(number);
    if ((i == -1 && PyErr_Occurred()) || element_arg(etree_state_of(e), args[1], "insert", "argument 2") < 0 || element_reserve(e, 1) < 0)
        return NULL;
    struct element_extra *x = e->extra;
    if (i < 0 && (i += x->length) < 0)
        i = 0;
    if (i > x->length)
        i = x->length;
    memmove(x->children + i + 1, x->children + i, (size_t)(x->length - i) * sizeof(PyObject *));
    x->children[i] = Py_NewRef(args[1]);
    x->length++;
    Py_RETURN_NONE;
}

static PyObject *
remove_child(struct element *e, PyObject *child)
{
    if (element_arg(etree_state_of(e), child, "remove", "argument") < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < element_length((PyObject *)e); i++) {
        PyObject *c = Py_NewRef(e->extra->children[i]);
        int same = PyObject_RichCompareBool(c, child, Py_EQ);
        Py_DECREF(c);
        if (same < 0)
            return NULL;
        if (same == 0)
            continue;
        if (i < element_length((PyObject *)e) && element_set_item((PyObject *)e, i, NULL) < 0)
            return NULL;
        Py_RETURN_NONE;
    }
    PyErr_SetString(PyExc_ValueError, "list.remove(x): x not in list");
    return NULL;
}

static PyObject *
clear(struct element *e, METHOD_ARGS)
{
    if (nargs != 0 || kwnames != NULL) {
        PyErr_SetString(PyExc_TypeError, "clear() takes no arguments");
        return NULL;
    }
    struct element_extra *x = e->extra;
    e->extra = NULL;
    element_free_extra(x);
    slot_set(&e->text, Py_NewRef(Py_None));
    slot_set(&e->tail, Py_NewRef(Py_None));
    Py_RETURN_NONE;
}

/* ---- attributes ---- */

static PyObject *
get(struct element *e, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2], *value = NULL;
    if (kwnames == NULL && (nargs == 1 || nargs == 2)) {
        a[0] = args[0];
        a[1] = nargs == 2 ? args[1] : NULL;
    } else if (MOD_BIND(a, "get", args, nargs, kwnames, 1, 2, "key", "default") < 0)
        return NULL;
    if (e->extra != NULL && e->extra->attrib != NULL) {
        PyObject *attrib = Py_NewRef(e->extra->attrib);
        int r = PyDict_GetItemRef(attrib, a[0], &value);
        Py_DECREF(attrib);
        if (r < 0)
            return NULL;
    }
    return value != NULL ? value : Py_NewRef(a[1] == NULL ? Py_None : a[1]);
}

static PyObject *
set(struct element *e, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("set", nargs, 2, 2))
        return NULL;
    PyObject *attrib = Py_XNewRef(element_attrib(e));
    int r = attrib == NULL ? -1 : PyDict_SetItem(attrib, args[0], args[1]);
    Py_XDECREF(attrib);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
keys(struct element *e, PyObject *ignored)
{
    return e->extra == NULL || e->extra->attrib == NULL ? PyList_New(0) : PyDict_Keys(e->extra->attrib);
}

static PyObject *
items(struct element *e, PyObject *ignored)
{
    return e->extra == NULL || e->extra->attrib == NULL ? PyList_New(0) : PyDict_Items(e->extra->attrib);
}

/* ---- search ---- */

/* Whether a path may be more than the tag of a child: it has a character with a meaning, outside of {a namespace}. */
static bool
is_path(PyObject *path)
{
    if (!PyUnicode_Check(path) && !PyBytes_Check(path))
        return true;
    bool text = PyUnicode_Check(path), outside = true;
    Py_ssize_t n = text ? PyUnicode_GET_LENGTH(path) : PyBytes_GET_SIZE(path);
    int kind = text ? PyUnicode_KIND(path) : PyUnicode_1BYTE_KIND;
    const void *data = text ? PyUnicode_DATA(path) : PyBytes_AS_STRING(path);
#define AT(i) PyUnicode_READ(kind, data, i)
    if (n >= 3 && AT(0) == '{' && (AT(1) == '}' || (AT(1) == '*' && AT(2) == '}')))
        return true;                    /* any namespace, or none */
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = AT(i);
        if (c == '{' || c == '}')
            outside = c == '}';
        else if (outside && (c == '/' || c == '*' || c == '[' || c == '@' || c == '.'))
            return true;
    }
    return false;
#undef AT
}

/* Equality of a child's tag and a tag that is searched for: 1, 0, or -1. */
static inline int
tag_is(PyObject *child, PyObject *tag)
{
    PyObject *have = ELEMENT(child)->tag;
    if (have == tag)
        return 1;
    if (PyUnicode_CheckExact(have) && PyUnicode_CheckExact(tag))
        return PyUnicode_GET_LENGTH(have) == PyUnicode_GET_LENGTH(tag) && PyUnicode_KIND(have) == PyUnicode_KIND(tag)
               && memcmp(PyUnicode_DATA(have), PyUnicode_DATA(tag), (size_t)PyUnicode_GET_LENGTH(have) * PyUnicode_KIND(have)) == 0;
    Py_INCREF(have);
    int r = PyObject_RichCompareBool(have, tag, Py_EQ);
    Py_DECREF(have);
    return r;
}

/* The first child with a tag, from *at on: 1 with a new reference and *at behind it, 0, or -1. */
static int
next_child(struct element *e, PyObject *tag, Py_ssize_t *at, PyObject **out)
{
    while (*at < element_length((PyObject *)e)) {
        PyObject *child = Py_NewRef(e->extra->children[(*at)++]);
        int r = tag_is(child, tag);
        if (r > 0) {
            *out = child;
            return 1;
        }
        Py_DECREF(child);
        if (r < 0)
            return -1;
    }
    return 0;
}

static bool
by_path(PyObject *path, PyObject *namespaces)
{
    return (namespaces != NULL && namespaces != Py_None) || is_path(path);
}

static PyObject *
find(struct element *e, METHOD_ARGS)
{
    struct etree_state *st = etree_state_of_class(cls);
    PyObject *a[2], *child;
    Py_ssize_t at = 0;
    if (MOD_BIND(a, "find", args, nargs, kwnames, 1, 2, "path", "namespaces") < 0)
        return NULL;
    if (by_path(a[0], a[1]))
        return PyObject_CallMethodObjArgs(st->path, st->str_find, e, a[0], a[1] == NULL ? Py_None : a[1], NULL);
    int r = next_child(e, a[0], &at, &child);
    return r < 0 ? NULL : r > 0 ? child : Py_NewRef(Py_None);
}

static PyObject *
findtext(struct element *e, METHOD_ARGS)
{
    struct etree_state *st = etree_state_of_class(cls);
    PyObject *a[3], *child;
    Py_ssize_t at = 0;
    if (MOD_BIND(a, "findtext", args, nargs, kwnames, 1, 3, "path", "default", "namespaces") < 0)
        return NULL;
    PyObject *otherwise = a[1] == NULL ? Py_None : a[1];
    if (by_path(a[0], a[2]))
        return PyObject_CallMethodObjArgs(st->path, st->str_findtext, e, a[0], otherwise, a[2] == NULL ? Py_None : a[2], NULL);
    int r = next_child(e, a[0], &at, &child);
    if (r <= 0)
        return r < 0 ? NULL : Py_NewRef(otherwise);
    PyObject *text = slot_text(&ELEMENT(child)->text);
    text = text == Py_None ? PyUnicode_FromStringAndSize(NULL, 0) : Py_XNewRef(text);
    Py_DECREF(child);
    return text;
}

static PyObject *
findall(struct element *e, METHOD_ARGS)
{
    struct etree_state *st = etree_state_of_class(cls);
    PyObject *a[2], *child;
    Py_ssize_t at = 0;
    int r = 0;
    if (MOD_BIND(a, "findall", args, nargs, kwnames, 1, 2, "path", "namespaces") < 0)
        return NULL;
    if (by_path(a[0], a[1]))
        return PyObject_CallMethodObjArgs(st->path, st->str_findall, e, a[0], a[1] == NULL ? Py_None : a[1], NULL);
    PyObject *list = PyList_New(0);
    while (list != NULL && (r = next_child(e, a[0], &at, &child)) > 0) {
        if (PyList_Append(list, child) < 0)
            Py_CLEAR(list);
        Py_DECREF(child);
    }
    if (r < 0)
        Py_CLEAR(list);
    return list;
}

static PyObject *
iterfind(struct element *e, METHOD_ARGS)
{
    struct etree_state *st = etree_state_of_class(cls);
    PyObject *a[2];
    if (MOD_BIND(a, "iterfind", args, nargs, kwnames, 1, 2, "path", "namespaces") < 0)
        return NULL;
    return PyObject_CallMethodObjArgs(st->path, st->str_iterfind, e, a[0], a[1] == NULL ? Py_None : a[1], NULL);
}

static PyObject *
iter(struct element *e, METHOD_ARGS)
{
    PyObject *tag;
    if (MOD_BIND(&tag, "iter", args, nargs, kwnames, 0, 1, "tag") < 0)
        return NULL;
    bool all = tag == NULL || (PyUnicode_Check(tag) && PyUnicode_EqualToUTF8(tag, "*"))
               || (PyBytes_Check(tag) && PyBytes_GET_SIZE(tag) == 1 && PyBytes_AS_STRING(tag)[0] == '*');
    return element_iterate(etree_state_of_class(cls), e, all ? Py_None : tag, false);
}

static PyObject *
itertext(struct element *e, METHOD_ARGS)
{
    if (nargs != 0 || kwnames != NULL) {
        PyErr_SetString(PyExc_TypeError, "itertext() takes no arguments");
        return NULL;
    }
    return element_iterate(etree_state_of_class(cls), e, Py_None, true);
}

static PyObject *
makeelement(struct element *e, METHOD_ARGS)
{
    PyObject *a[2];
    if (MOD_BIND(a, "makeelement", args, nargs, kwnames, 2, 2, "", "") < 0)
        return NULL;
    if (!PyDict_Check(a[1])) {
        _PyArg_BadArgument("makeelement", "argument 2", "dict", a[1]);
        return NULL;
    }
    PyObject *attrib = PyDict_Copy(a[1]), *r = attrib == NULL ? NULL : element_create(etree_state_of_class(cls), a[0], attrib);
    Py_XDECREF(attrib);
    return r;
}

static PyObject *
copy(struct element *e, METHOD_ARGS)
{
    if (nargs != 0 || kwnames != NULL) {
        PyErr_SetString(PyExc_TypeError, "__copy__() takes no arguments");
        return NULL;
    }
    return element_shallow_copy(e, NULL);
}

static PyObject *
size_of(struct element *e, PyObject *ignored)
{
    size_t n = (size_t)Py_TYPE(e)->tp_basicsize;
    if (e->extra != NULL) {
        n += sizeof(struct element_extra);
        if (e->extra->children != e->extra->few)
            n += (size_t)e->extra->allocated * sizeof(PyObject *);
    }
    return PyLong_FromSize_t(n);
}

#define CLS METH_METHOD | METH_FASTCALL | METH_KEYWORDS
#define ROW(name, fn, flags, signature, doc) { #name, _PyCFunction_CAST(fn), flags, #name signature "\n--\n\n" doc }
PyMethodDef element_methods[] = {
    ROW(clear, clear, CLS, "($self, /)", "Drop children, attributes and text."),
    ROW(get, get, METH_FASTCALL | METH_KEYWORDS, "($self, /, key, default=None)", "The value of an attribute."),
    ROW(set, set, METH_FASTCALL, "($self, key, value, /)", "Set an attribute."),
    ROW(find, find, CLS, "($self, /, path, namespaces=None)", "The first element that matches, or None."),
    ROW(findtext, findtext, CLS, "($self, /, path, default=None, namespaces=None)", "The text of the first element that matches."),
    ROW(findall, findall, CLS, "($self, /, path, namespaces=None)", "A list of all elements that match."),
    ROW(append, append, CLS, "($self, subelement, /)", "Append a child."),
    ROW(extend, extend, CLS, "($self, elements, /)", "Append children."),
    ROW(insert, insert, METH_FASTCALL, "($self, index, subelement, /)", "Insert a child."),
    ROW(remove, remove_child, METH_O, "($self, subelement, /)", "Remove a child."),
    ROW(iter, iter, CLS, "($self, /, tag=None)", "An iterator over the tree, in document order."),
    ROW(itertext, itertext, CLS, "($self, /)", "An iterator over the text in the tree."),
    ROW(iterfind, iterfind, CLS, "($self, /, path, namespaces=None)", "An iterator over all elements that match."),
    ROW(items, items, METH_NOARGS, "($self, /)", "A list of the attributes' names and values."),
    ROW(keys, keys, METH_NOARGS, "($self, /)", "A list of the attributes' names."),
    ROW(makeelement, makeelement, CLS, "($self, tag, attrib, /)", "A new element."),
    ROW(__copy__, copy, CLS, "($self, /)", "A copy with the same children."),
    ROW(__deepcopy__, element_deep_copy, METH_O, "($self, memo, /)", "A copy of the tree."),
    ROW(__sizeof__, size_of, METH_NOARGS, "($self, /)", "Size in memory, in bytes."),
    ROW(__getstate__, element_get_state, METH_NOARGS, "($self, /)", "What pickle keeps."),
    ROW(__setstate__, element_set_state, CLS, "($self, state, /)", "Take over what pickle kept."),
    { NULL },
};
