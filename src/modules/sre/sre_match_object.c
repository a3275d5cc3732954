/* modules/sre/sre_match_object.c: re.Match and the replacement template. */
#include <string.h>

#include "modules/modargs.h"
#include "modules/sre/sre_object.h"

#define MATCH(op) ((struct sre_match_object *)(op))

PyObject *sre_new_match(struct sre_module *m, struct sre_pattern *pattern, struct sre_state *s, int status, Py_ssize_t pos, Py_ssize_t endpos)
{
    if (status == SRE_NO)
        Py_RETURN_NONE;
    if (status < 0)
        return NULL;
    struct sre_match_object *match = PyObject_GC_NewVar(struct sre_match_object, m->match_type, 2 * (pattern->groups + 1));
    if (match == NULL)
        return NULL;
    match->string = Py_NewRef(s->string);
    match->regs = NULL;
    match->pattern = (struct sre_pattern *)Py_NewRef(pattern);
    match->pos = pos;
    match->endpos = endpos;
    match->lastindex = s->lastindex;
    match->groups = pattern->groups + 1;
    match->mark[0] = sre_offset(s, s->start);
    match->mark[1] = sre_offset(s, s->ptr);
    for (Py_ssize_t i = 0; i < 2 * pattern->groups; i += 2) {
        bool set = s->mark[i] != NULL && s->mark[i + 1] != NULL;
        match->mark[i + 2] = set ? sre_offset(s, s->mark[i]) : -1;
        match->mark[i + 3] = set ? sre_offset(s, s->mark[i + 1]) : -1;
        if (set && match->mark[i + 2] > match->mark[i + 3]) {
            PyErr_SetString(PyExc_SystemError, "The span of capturing group is wrong, please report a bug for the re module.");
            Py_DECREF(match);
            return NULL;
        }
    }
    PyObject_GC_Track(match);
    return (PyObject *)match;
}

static int match_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(MATCH(self)->string);
    Py_VISIT(MATCH(self)->regs);
    Py_VISIT(MATCH(self)->pattern);
    return 0;
}

static int match_clear(PyObject *self)
{
    Py_CLEAR(MATCH(self)->string);
    Py_CLEAR(MATCH(self)->regs);
    Py_CLEAR(MATCH(self)->pattern);
    return 0;
}

static void match_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    match_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

/* ---- groups ---- */

static PyObject *no_group(void)
{
    PyErr_SetString(PyExc_IndexError, "no such group");
    return NULL;
}

/* Number of the group that `index` names: -1 with IndexError. */
static Py_ssize_t group_index(struct sre_match_object *match, PyObject *index)
{
    Py_ssize_t i = -1;
    if (index == NULL)
        return 0;
    if (PyIndex_Check(index)) {
        i = PyNumber_AsSsize_t(index, NULL);
        if (i == -1 && PyErr_Occurred())
            PyErr_Clear();
    }
    else if (match->pattern->groupindex != NULL) {
        PyObject *number = PyDict_GetItemWithError(match->pattern->groupindex, index);
        if (number != NULL && PyLong_Check(number))
            i = PyLong_AsSsize_t(number);
    }
    if (i >= 0 && i < match->groups)
        return i;
    if (!PyErr_Occurred())
        no_group();
    return -1;
}

PyObject *sre_match_group(struct sre_match_object *match, Py_ssize_t i, PyObject *missing)
{
    if (i < 0 || i >= match->groups)
        return no_group();
    if (match->string == Py_None || match->mark[2 * i] < 0)
        return Py_NewRef(missing);
    if (PyUnicode_Check(match->string)) {
        Py_ssize_t n = PyUnicode_GET_LENGTH(match->string);
        return PyUnicode_Substring(match->string, Py_MIN(match->mark[2 * i], n), Py_MIN(match->mark[2 * i + 1], n));
    }
    Py_ssize_t length;
    int isbytes, charsize;
    Py_buffer view;
    view.buf = NULL;
    const void *data = sre_getstring(match->string, &length, &isbytes, &charsize, &view);
    if (data == NULL)
        return NULL;
    Py_ssize_t start = Py_MIN(match->mark[2 * i], length), end = Py_MIN(match->mark[2 * i + 1], length);
    PyObject *out = sre_getslice(isbytes, data, match->string, start, end);
    if (view.buf != NULL)
        PyBuffer_Release(&view);
    return out;
}

static PyObject *group_of(struct sre_match_object *match, PyObject *index, PyObject *missing)
{
    Py_ssize_t i = group_index(match, index);
    return i < 0 ? NULL : sre_match_group(match, i, missing);
}

static PyObject *match_subscript(PyObject *self, PyObject *name) { return group_of(MATCH(self), name, Py_None); }

static PyObject *match_group(PyObject *self, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 0)
        return sre_match_group(MATCH(self), 0, Py_None);
    if (n == 1)
        return group_of(MATCH(self), PyTuple_GET_ITEM(args, 0), Py_None);
    PyObject *out = PyTuple_New(n);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *item = group_of(MATCH(self), PyTuple_GET_ITEM(args, i), Py_None);
        if (item == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i, item);
    }
    return out;
}

static PyObject *match_groups(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    if (MOD_BIND(a, "groups", args, nargs, kwnames, 0, 1, "default") < 0)
        return NULL;
    struct sre_match_object *match = MATCH(self);
    PyObject *out = PyTuple_New(match->groups - 1);
    for (Py_ssize_t i = 1; out != NULL && i < match->groups; i++) {
        PyObject *item = sre_match_group(match, i, a[0] != NULL ? a[0] : Py_None);
        if (item == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i - 1, item);
    }
    return out;
}

static PyObject *match_groupdict(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1], *key, *number;
    if (MOD_BIND(a, "groupdict", args, nargs, kwnames, 0, 1, "default") < 0)
        return NULL;
    PyObject *out = PyDict_New();
    Py_ssize_t pos = 0;
    while (out != NULL && PyDict_Next(MATCH(self)->pattern->groupindex, &pos, &key, &number)) {
        Py_INCREF(key);
        PyObject *value = group_of(MATCH(self), key, a[0] != NULL ? a[0] : Py_None);
        if (value == NULL || PyDict_SetItem(out, key, value) < 0)
            Py_CLEAR(out);
        Py_XDECREF(value);
        Py_DECREF(key);
    }
    return out;
}

/* ---- positions ---- */

static PyObject *pair(Py_ssize_t a, Py_ssize_t b)
{
    PyObject *x = PyLong_FromSsize_t(a), *y = PyLong_FromSsize_t(b), *out = NULL;
    if (x != NULL && y != NULL)
        out = PyTuple_Pack(2, x, y);
    Py_XDECREF(x);
    Py_XDECREF(y);
    return out;
}

static Py_ssize_t position_arg(PyObject *self, const char *fname, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs > 1) {
        PyErr_Format(PyExc_TypeError, "%s expected at most 1 argument, got %zd", fname, nargs);
        return -1;
    }
    return group_index(MATCH(self), nargs > 0 ? args[0] : NULL);
}

static PyObject *match_start(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t i = position_arg(self, "start", args, nargs);
    return i < 0 ? NULL : PyLong_FromSsize_t(MATCH(self)->mark[2 * i]);
}

static PyObject *match_end(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t i = position_arg(self, "end", args, nargs);
    return i < 0 ? NULL : PyLong_FromSsize_t(MATCH(self)->mark[2 * i + 1]);
}

static PyObject *match_span(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t i = position_arg(self, "span", args, nargs);
    return i < 0 ? NULL : pair(MATCH(self)->mark[2 * i], MATCH(self)->mark[2 * i + 1]);
}

static PyObject *get_regs(PyObject *self, void *unused)
{
    struct sre_match_object *match = MATCH(self);
    if (match->regs == NULL) {
        PyObject *out = PyTuple_New(match->groups);
        for (Py_ssize_t i = 0; out != NULL && i < match->groups; i++) {
            PyObject *item = pair(match->mark[2 * i], match->mark[2 * i + 1]);
            if (item == NULL)
                Py_CLEAR(out);
            else
                PyTuple_SET_ITEM(out, i, item);
        }
        if (out == NULL)
            return NULL;
        match->regs = out;
    }
    return Py_NewRef(match->regs);
}

static PyObject *get_lastindex(PyObject *self, void *unused)
{
    if (MATCH(self)->lastindex >= 0)
        return PyLong_FromSsize_t(MATCH(self)->lastindex);
    Py_RETURN_NONE;
}

static PyObject *get_lastgroup(PyObject *self, void *unused)
{
    struct sre_match_object *match = MATCH(self);
    PyObject *names = match->pattern->indexgroup;
    if (names != NULL && match->lastindex >= 0 && match->lastindex < PyTuple_GET_SIZE(names))
        return Py_NewRef(PyTuple_GET_ITEM(names, match->lastindex));
    Py_RETURN_NONE;
}

/* ---- the rest ---- */

static PyObject *match_expand(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    if (MOD_BIND(a, "expand", args, nargs, kwnames, 1, 1, "template") < 0)
        return NULL;
    struct sre_module *m = sre_module_of(Py_TYPE(self));
    PyObject *filter = sre_compile_template(m, MATCH(self)->pattern, a[0]);
    if (filter == NULL || !Py_IS_TYPE(filter, m->template_type))
        return filter;
    PyObject *out = sre_expand_template((struct sre_template *)filter, MATCH(self));
    Py_DECREF(filter);
    return out;
}

static PyObject *match_copy(PyObject *self, PyObject *unused) { return Py_NewRef(self); }
static PyObject *match_deepcopy(PyObject *self, PyObject *memo) { return Py_NewRef(self); }

static PyObject *match_repr(PyObject *self)
{
    PyObject *text = sre_match_group(MATCH(self), 0, Py_None);
    if (text == NULL)
        return NULL;
    PyObject *out = PyUnicode_FromFormat("<%s object; span=(%zd, %zd), match=%.50R>", Py_TYPE(self)->tp_name, MATCH(self)->mark[0],
                                         MATCH(self)->mark[1], text);
    Py_DECREF(text);
    return out;
}

static PyMethodDef match_methods[] = {
    { "group", match_group, METH_VARARGS,
      "group([group1, ...]) -> str or tuple.\nThe text of one group, or a tuple for several; group 0 is the whole match." },
    { "start", MOD_FASTKW(match_start), METH_FASTCALL, "start($self, group=0, /)\n--\n\nIndex of the start of the group's text." },
    { "end", MOD_FASTKW(match_end), METH_FASTCALL, "end($self, group=0, /)\n--\n\nIndex of the end of the group's text." },
    { "span", MOD_FASTKW(match_span), METH_FASTCALL, "span($self, group=0, /)\n--\n\nThe pair of start(group) and end(group)." },
    { "groups", MOD_FASTKW(match_groups), METH_FASTCALL | METH_KEYWORDS, "groups($self, /, default=None)\n--\n\nThe texts of all groups, from 1 on." },
    { "groupdict", MOD_FASTKW(match_groupdict), METH_FASTCALL | METH_KEYWORDS, "groupdict($self, /, default=None)\n--\n\nThe texts of the named groups, by name." },
    { "expand", MOD_FASTKW(match_expand), METH_FASTCALL | METH_KEYWORDS, "expand($self, /, template)\n--\n\nThe template with its backslashes filled in, as sub() does." },
    { "__copy__", match_copy, METH_NOARGS, "__copy__($self, /)\n--\n\n" },
    { "__deepcopy__", match_deepcopy, METH_O, "__deepcopy__($self, memo, /)\n--\n\n" },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "__class_getitem__($type, object, /)\n--\n\nSee PEP 585." },
    { NULL },
};

static PyGetSetDef match_getset[] = {
    { "lastindex", get_lastindex, NULL, "The number of the last matched group." },
    { "lastgroup", get_lastgroup, NULL, "The name of the last matched group." },
    { "regs", get_regs, NULL, NULL },
    { NULL },
};

static PyMemberDef match_members[] = {
    { "string", Py_T_OBJECT_EX, offsetof(struct sre_match_object, string), Py_READONLY, "The string that was searched." },
    { "re", Py_T_OBJECT_EX, offsetof(struct sre_match_object, pattern), Py_READONLY, "The pattern object." },
    { "pos", Py_T_PYSSIZET, offsetof(struct sre_match_object, pos), Py_READONLY, "Where the search started." },
    { "endpos", Py_T_PYSSIZET, offsetof(struct sre_match_object, endpos), Py_READONLY, "Where the search ended." },
    { NULL },
};

static PyType_Slot match_slots[] = {
    { Py_tp_dealloc, match_dealloc },
    { Py_tp_repr, match_repr },
    { Py_tp_traverse, match_traverse },
    { Py_tp_clear, match_clear },
    { Py_tp_doc, "The result of re.match() and re.search()." },
    { Py_tp_methods, match_methods },
    { Py_tp_members, match_members },
    { Py_tp_getset, match_getset },
    { Py_mp_subscript, match_subscript },
    { 0, NULL },
};

PyType_Spec sre_match_spec = {
    .name = "re.Match",
    .basicsize = sizeof(struct sre_match_object),
    .itemsize = sizeof(Py_ssize_t),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC,
    .slots = match_slots,
};

/* ---- templates ---- */

static bool is_empty(PyObject *s)
{
    return (PyUnicode_Check(s) && PyUnicode_GET_LENGTH(s) == 0) || (PyBytes_Check(s) && PyBytes_GET_SIZE(s) == 0);
}

PyObject *sre_template_new(struct sre_module *m, PyObject *parts)
{
    Py_ssize_t n = PyList_GET_SIZE(parts);
    if ((n & 1) == 0) {
        PyErr_SetString(PyExc_TypeError, "invalid template");
        return NULL;
    }
    n /= 2;
    struct sre_template *t = PyObject_GC_NewVar(struct sre_template, m->template_type, n);
    if (t == NULL)
        return NULL;
    t->chunks = 1 + 2 * n;
    t->literal = Py_NewRef(PyList_GET_ITEM(parts, 0));
    for (Py_ssize_t i = 0; i < n; i++)
        t->items[i].literal = NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t index = PyLong_AsSsize_t(PyList_GET_ITEM(parts, 2 * i + 1));
        if (index == -1 && PyErr_Occurred()) {
            Py_DECREF(t);
            return NULL;
        }
        if (index < 0) {
            Py_DECREF(t);
            PyErr_SetString(PyExc_TypeError, "invalid template");
            return NULL;
        }
        t->items[i].index = index;
        PyObject *literal = PyList_GET_ITEM(parts, 2 * i + 2);
        if (is_empty(literal))
            t->chunks--;
        else
            t->items[i].literal = Py_NewRef(literal);
    }
    PyObject_GC_Track(t);
    return (PyObject *)t;
}

static int append(PyObject *list, PyObject *item, int status)
{
    if (status == 0 && item != NULL)
        status = PyList_Append(list, item);
    return item == NULL ? -1 : status;
}

PyObject *sre_expand_template(struct sre_template *t, struct sre_match_object *match)
{
    Py_ssize_t n = Py_SIZE(t);
    if (n == 0)
        return Py_NewRef(t->literal);
    PyObject *list = PyList_New(0);
    if (list == NULL)
        return NULL;
    int r = is_empty(t->literal) ? 0 : append(list, t->literal, 0);
    for (Py_ssize_t i = 0; r == 0 && i < n; i++) {
        PyObject *item = sre_match_group(match, t->items[i].index, Py_None);
        if (item == NULL)
            r = -1;
        else if (item != Py_None)
            r = PyList_Append(list, item);
        Py_XDECREF(item);
        if (r == 0 && t->items[i].literal != NULL)
            r = PyList_Append(list, t->items[i].literal);
    }
    if (r < 0) {
        Py_DECREF(list);
        return NULL;
    }
    return sre_join(list, !PyUnicode_Check(t->literal));
}

static int template_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct sre_template *t = (struct sre_template *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(t->literal);
    for (Py_ssize_t i = 0; i < Py_SIZE(t); i++)
        Py_VISIT(t->items[i].literal);
    return 0;
}

static int template_clear(PyObject *self)
{
    struct sre_template *t = (struct sre_template *)self;
    Py_CLEAR(t->literal);
    for (Py_ssize_t i = 0; i < Py_SIZE(t); i++)
        Py_CLEAR(t->items[i].literal);
    return 0;
}

static void template_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    template_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyType_Slot template_slots[] = {
    { Py_tp_dealloc, template_dealloc },
    { Py_tp_traverse, template_traverse },
    { Py_tp_clear, template_clear },
    { 0, NULL },
};

PyType_Spec sre_template_spec = {
    .name = "_sre.SRE_Template",
    .basicsize = sizeof(struct sre_template),
    .itemsize = sizeof(((struct sre_template *)0)->items[0]),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC,
    .slots = template_slots,
};
