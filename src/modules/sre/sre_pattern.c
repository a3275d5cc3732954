/* modules/sre/sre_pattern.c: re.Pattern: searching, splitting, replacing; and the scanner behind finditer(). */
#include <string.h>

#include "modules/modargs.h"
#include "modules/sre/sre_object.h"

#define PATTERN(op) ((struct sre_pattern *)(op))

/* ---- strings ---- */

const void *sre_getstring(PyObject *string, Py_ssize_t *length, int *isbytes, int *charsize, Py_buffer *view)
{
    if (PyUnicode_Check(string)) {
        *length = PyUnicode_GET_LENGTH(string);
        *charsize = PyUnicode_KIND(string);
        *isbytes = 0;
        return PyUnicode_DATA(string);
    }
    if (PyObject_GetBuffer(string, view, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "expected string or bytes-like object, got '%.200s'", Py_TYPE(string)->tp_name);
        return NULL;
    }
    if (view->buf == NULL) {
        PyErr_SetString(PyExc_ValueError, "Buffer is NULL");
        PyBuffer_Release(view);
        view->buf = NULL;
        return NULL;
    }
    *length = view->len;
    *charsize = 1;
    *isbytes = 1;
    return view->buf;
}

PyObject *sre_getslice(int isbytes, const void *data, PyObject *string, Py_ssize_t start, Py_ssize_t end)
{
    if (!isbytes)
        return PyUnicode_Substring(string, start, end);
    if (PyBytes_CheckExact(string) && start == 0 && end == PyBytes_GET_SIZE(string))
        return Py_NewRef(string);
    return PyBytes_FromStringAndSize((const char *)data + start, end - start);
}

PyObject *sre_join(PyObject *list, int isbytes)
{
    PyObject *joiner = isbytes ? PyBytes_FromStringAndSize(NULL, 0) : PyUnicode_FromStringAndSize(NULL, 0), *out = NULL;
    if (joiner != NULL)
        out = isbytes ? PyObject_CallMethod(joiner, "join", "O", list) : PyUnicode_Join(joiner, list);
    Py_XDECREF(joiner);
    Py_DECREF(list);
    return out;
}

/* ---- state ---- */

void sre_state_reset(struct sre_state *s)
{
    s->lastindex = -1;
    if (s->n_marks > 0)
        memset(s->mark, 0, s->n_marks * sizeof(s->mark[0]));
}

void sre_state_fini(struct sre_state *s)
{
    if (s->buffer.buf != NULL)
        PyBuffer_Release(&s->buffer);
    Py_CLEAR(s->string);
    PyMem_RawFree(s->stack);
    PyMem_RawFree(s->repeats);
    PyMem_Free(s->mark);
    s->buffer.buf = NULL;
    s->stack = NULL;
    s->repeats = NULL;
    s->mark = NULL;
}

int sre_state_init(struct sre_state *s, struct sre_pattern *pattern, PyObject *string, Py_ssize_t *pos, Py_ssize_t *endpos)
{
    memset(s, 0, sizeof(*s));
    s->n_marks = (int)(2 * pattern->groups);
    if (s->n_marks > 0) {
        s->mark = PyMem_New(const void *, s->n_marks);
        if (s->mark == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    Py_ssize_t length;
    const void *data = sre_getstring(string, &length, &s->isbytes, &s->charsize, &s->buffer);
    if (data == NULL)
        goto fail;
    if (s->isbytes && pattern->isbytes == 0) {
        PyErr_SetString(PyExc_TypeError, "cannot use a string pattern on a bytes-like object");
        goto fail;
    }
    if (!s->isbytes && pattern->isbytes > 0) {
        PyErr_SetString(PyExc_TypeError, "cannot use a bytes pattern on a string-like object");
        goto fail;
    }
    *pos = Py_MAX(Py_MIN(*pos, length), 0);
    *endpos = Py_MAX(Py_MIN(*endpos, length), 0);
    s->beginning = data;
    s->start = s->ptr = (const char *)data + *pos * s->charsize;
    s->end = (const char *)data + *endpos * s->charsize;
    s->string = Py_NewRef(string);
    sre_state_reset(s);
    return 0;
fail:
    sre_state_fini(s);
    return -1;
}

static int run_match(struct sre_state *s, struct sre_pattern *p) { return sre_match(s, p->code); }
static int run_search(struct sre_state *s, struct sre_pattern *p) { return sre_search(s, p->code, p->code + p->codesize); }

/* After a match: the next search starts at its end and must not find the same empty match again. */
static void advance(struct sre_state *s)
{
    s->must_advance = s->ptr == s->start;
    s->start = s->ptr;
}

/* ---- match, search, fullmatch ---- */

static int span_args(const char *fname, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, PyObject **string, Py_ssize_t *pos, Py_ssize_t *endpos)
{
    PyObject *a[3];
    if (MOD_BIND(a, fname, args, nargs, kwnames, 1, 3, "string", "pos", "endpos") < 0)
        return -1;
    *string = a[0];
    *pos = 0;
    *endpos = PY_SSIZE_T_MAX;
    if (a[1] != NULL && (*pos = PyNumber_AsSsize_t(a[1], PyExc_OverflowError)) == -1 && PyErr_Occurred())
        return -1;
    if (a[2] != NULL && (*endpos = PyNumber_AsSsize_t(a[2], PyExc_OverflowError)) == -1 && PyErr_Occurred())
        return -1;
    return 0;
}

enum how { MATCH, FULLMATCH, SEARCH };

static PyObject *find_one(PyObject *self, const char *fname, enum how how, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *string;
    Py_ssize_t pos, endpos;
    struct sre_state s;
    if (span_args(fname, args, nargs, kwnames, &string, &pos, &endpos) < 0 || sre_state_init(&s, PATTERN(self), string, &pos, &endpos) < 0)
        return NULL;
    s.match_all = how == FULLMATCH;
    int status = how == SEARCH ? run_search(&s, PATTERN(self)) : run_match(&s, PATTERN(self));
    PyObject *out = status < 0 ? NULL : sre_new_match(PyType_GetModuleState(cls), PATTERN(self), &s, status, pos, endpos);
    sre_state_fini(&s);
    return out;
}

static PyObject *pattern_match(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return find_one(self, "match", MATCH, cls, args, nargs, kwnames);
}
static PyObject *pattern_fullmatch(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return find_one(self, "fullmatch", FULLMATCH, cls, args, nargs, kwnames);
}
static PyObject *pattern_search(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return find_one(self, "search", SEARCH, cls, args, nargs, kwnames);
}

/* ---- findall, split ---- */

/* Text of group i (from 1) of the running match; the empty text when it did not take part and `empty`, else None. */
static PyObject *state_group(struct sre_state *s, PyObject *string, Py_ssize_t i, bool empty)
{
    const void *from = s->mark[2 * i - 2], *to = s->mark[2 * i - 1];
    if (from != NULL && to != NULL)
        return sre_getslice(s->isbytes, s->beginning, string, sre_offset(s, from), sre_offset(s, to));
    if (empty)
        return sre_getslice(s->isbytes, s->beginning, string, 0, 0);
    Py_RETURN_NONE;
}

static PyObject *findall_item(struct sre_pattern *p, struct sre_state *s, PyObject *string)
{
    if (p->groups == 0)
        return sre_getslice(s->isbytes, s->beginning, string, sre_offset(s, s->start), sre_offset(s, s->ptr));
    if (p->groups == 1)
        return state_group(s, string, 1, true);
    PyObject *out = PyTuple_New(p->groups);
    for (Py_ssize_t i = 0; out != NULL && i < p->groups; i++) {
        PyObject *item = state_group(s, string, i + 1, true);
        if (item == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i, item);
    }
    return out;
}

static int append_owned(PyObject *list, PyObject *item)
{
    int r = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return r;
}

static PyObject *pattern_findall(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *string;
    Py_ssize_t pos, endpos;
    struct sre_state s;
    if (span_args("findall", args, nargs, kwnames, &string, &pos, &endpos) < 0 || sre_state_init(&s, PATTERN(self), string, &pos, &endpos) < 0)
        return NULL;
    PyObject *list = PyList_New(0);
    while (list != NULL && s.start <= s.end) {
        sre_state_reset(&s);
        int status = run_search(&s, PATTERN(self));
        if (status == SRE_NO)
            break;
        if (status < 0 || append_owned(list, findall_item(PATTERN(self), &s, string)) < 0)
            Py_CLEAR(list);
        advance(&s);
    }
    sre_state_fini(&s);
    return list;
}

static int split_piece(struct sre_pattern *p, struct sre_state *s, PyObject *string, PyObject *list, const void *last)
{
    if (append_owned(list, sre_getslice(s->isbytes, s->beginning, string, sre_offset(s, last), sre_offset(s, s->start))) < 0)
        return -1;
    for (Py_ssize_t i = 1; i <= p->groups; i++)
        if (append_owned(list, state_group(s, string, i, false)) < 0)
            return -1;
    return 0;
}

static PyObject *pattern_split(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2];
    Py_ssize_t max = 0, n = 0, pos = 0, endpos = PY_SSIZE_T_MAX;
    struct sre_state s;
    if (MOD_BIND(a, "split", args, nargs, kwnames, 1, 2, "string", "maxsplit") < 0)
        return NULL;
    if (a[1] != NULL && (max = PyNumber_AsSsize_t(a[1], PyExc_OverflowError)) == -1 && PyErr_Occurred())
        return NULL;
    if (sre_state_init(&s, PATTERN(self), a[0], &pos, &endpos) < 0)
        return NULL;
    PyObject *list = PyList_New(0);
    const void *last = s.start;
    while (list != NULL && (max == 0 || n < max)) {
        sre_state_reset(&s);
        int status = run_search(&s, PATTERN(self));
        if (status == SRE_NO)
            break;
        if (status < 0 || split_piece(PATTERN(self), &s, a[0], list, last) < 0)
            Py_CLEAR(list);
        n++;
        last = s.ptr;
        advance(&s);
    }
    if (list != NULL && append_owned(list, sre_getslice(s.isbytes, s.beginning, a[0], sre_offset(&s, last), sre_offset(&s, s.end))) < 0)
        Py_CLEAR(list);
    sre_state_fini(&s);
    return list;
}

/* ---- sub ---- */

/* Does a replacement string hold a backslash? -1 with an exception. */
static int has_backslash(PyObject *repl)
{
    Py_ssize_t length;
    int isbytes, charsize;
    Py_buffer view;
    view.buf = NULL;
    const void *data = sre_getstring(repl, &length, &isbytes, &charsize, &view);
    if (data == NULL)
        return -1;
    int found = isbytes || charsize == 1 ? memchr(data, '\\', length) != NULL : PyUnicode_FindChar(repl, '\\', 0, length, 1) >= 0;
    if (view.buf != NULL)
        PyBuffer_Release(&view);
    return found;
}

PyObject *sre_compile_template(struct sre_module *m, struct sre_pattern *pattern, PyObject *repl)
{
    if (m->compile_template == NULL) {
        PyObject *re = PyImport_ImportModule("re");
        m->compile_template = re == NULL ? NULL : PyObject_GetAttrString(re, "_compile_template");
        Py_XDECREF(re);
        if (m->compile_template == NULL)
            return NULL;
    }
    PyObject *args[2] = { (PyObject *)pattern, repl };
    PyObject *out = PyObject_Vectorcall(m->compile_template, args, 2, NULL);
    if (out != NULL || !PyErr_ExceptionMatches(PyExc_TypeError) || PyUnicode_CheckExact(repl) || PyBytes_CheckExact(repl)
        || !(PyUnicode_Check(repl) || PyObject_CheckBuffer(repl)))
        return out;
    /* Something that cannot be hashed, such as a bytearray: its contents can. */
    PyErr_Clear();
    PyObject *plain = PyUnicode_Check(repl) ? PyUnicode_FromObject(repl) : PyBytes_FromObject(repl);
    if (plain == NULL)
        return NULL;
    args[1] = plain;
    out = PyObject_Vectorcall(m->compile_template, args, 2, NULL);
    Py_DECREF(plain);
    return out;
}

struct replacement { PyObject *filter; enum { CALL, LITERAL, TEMPLATE } kind; };

static int replacement_init(struct replacement *r, struct sre_module *m, struct sre_pattern *p, PyObject *repl)
{
    r->kind = LITERAL;
    if (PyCallable_Check(repl)) {
        r->kind = CALL;
        r->filter = Py_NewRef(repl);
        return 0;
    }
    int backslash = PyUnicode_Check(repl) || PyObject_CheckBuffer(repl) ? has_backslash(repl) : 1;
    if (backslash < 0)
        PyErr_Clear();
    if (backslash == 0) {
        r->filter = Py_NewRef(repl);
        return 0;
    }
    r->filter = sre_compile_template(m, p, repl);
    if (r->filter == NULL)
        return -1;
    if (Py_IS_TYPE(r->filter, m->template_type)) {
        if (Py_SIZE(r->filter) == 0)
            Py_SETREF(r->filter, Py_NewRef(((struct sre_template *)r->filter)->literal));
        else
            r->kind = TEMPLATE;
    }
    return 0;
}

/* What replaces the running match: new reference. */
static PyObject *replacement_item(struct replacement *r, struct sre_module *m, struct sre_pattern *p, struct sre_state *s, Py_ssize_t pos, Py_ssize_t endpos)
{
    if (r->kind == LITERAL)
        return Py_NewRef(r->filter);
    PyObject *match = sre_new_match(m, p, s, SRE_YES, pos, endpos), *item = NULL;
    if (match != NULL)
        item = r->kind == CALL ? PyObject_CallOneArg(r->filter, match) : sre_expand_template((struct sre_template *)r->filter, (struct sre_match_object *)match);
    Py_XDECREF(match);
    return item;
}

static int sub_one(struct replacement *r, struct sre_module *m, struct sre_pattern *p, struct sre_state *s, PyObject *string, PyObject *list,
                   Py_ssize_t last, Py_ssize_t pos, Py_ssize_t endpos)
{
    Py_ssize_t start = sre_offset(s, s->start);
    if (last < start && append_owned(list, sre_getslice(s->isbytes, s->beginning, string, last, start)) < 0)
        return -1;
    PyObject *item = replacement_item(r, m, p, s, pos, endpos);
    if (item == NULL)
        return -1;
    int status = item == Py_None ? 0 : PyList_Append(list, item);
    Py_DECREF(item);
    return status;
}

static PyObject *substitute(struct sre_module *m, struct sre_pattern *p, PyObject *repl, PyObject *string, Py_ssize_t max, Py_ssize_t *count)
{
    struct replacement r;
    struct sre_state s;
    Py_ssize_t pos = 0, endpos = PY_SSIZE_T_MAX, last = 0, n = 0;
    if (replacement_init(&r, m, p, repl) < 0)
        return NULL;
    if (sre_state_init(&s, p, string, &pos, &endpos) < 0) {
        Py_DECREF(r.filter);
        return NULL;
    }
    PyObject *list = PyList_New(0);
    while (list != NULL && (max == 0 || n < max)) {
        sre_state_reset(&s);
        int status = run_search(&s, p);
        if (status == SRE_NO)
            break;
        if (status < 0 || sub_one(&r, m, p, &s, string, list, last, pos, endpos) < 0) {
            Py_CLEAR(list);
            break;
        }
        last = sre_offset(&s, s.ptr);
        n++;
        advance(&s);
    }
    if (list != NULL && last < endpos && append_owned(list, sre_getslice(s.isbytes, s.beginning, string, last, endpos)) < 0)
        Py_CLEAR(list);
    int isbytes = s.isbytes;
    sre_state_fini(&s);
    Py_DECREF(r.filter);
    *count = n;
    return list == NULL ? NULL : sre_join(list, isbytes);
}

static PyObject *sub_method(const char *fname, PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, bool with_count)
{
    PyObject *a[3];
    Py_ssize_t max = 0, n;
    if (MOD_BIND(a, fname, args, nargs, kwnames, 2, 3, "repl", "string", "count") < 0)
        return NULL;
    if (a[2] != NULL && (max = PyNumber_AsSsize_t(a[2], PyExc_OverflowError)) == -1 && PyErr_Occurred())
        return NULL;
    PyObject *out = substitute(PyType_GetModuleState(cls), PATTERN(self), a[0], a[1], max, &n);
    return out == NULL || !with_count ? out : Py_BuildValue("Nn", out, n);
}

static PyObject *pattern_sub(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return sub_method("sub", self, cls, args, nargs, kwnames, false);
}
static PyObject *pattern_subn(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return sub_method("subn", self, cls, args, nargs, kwnames, true);
}

/* ---- scanner ---- */

static PyObject *new_scanner(PyObject *self, const char *fname, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *string;
    struct sre_module *m = PyType_GetModuleState(cls);
    Py_ssize_t pos, endpos;
    if (span_args(fname, args, nargs, kwnames, &string, &pos, &endpos) < 0)
        return NULL;
    struct sre_scanner *sc = PyObject_GC_New(struct sre_scanner, m->scanner_type);
    if (sc == NULL)
        return NULL;
    memset(&sc->state, 0, sizeof(sc->state));
    sc->pattern = NULL;
    sc->executing = sc->done = false;
    sc->pos = pos;
    sc->endpos = endpos;
    if (sre_state_init(&sc->state, PATTERN(self), string, &sc->pos, &sc->endpos) < 0) {
        Py_DECREF(sc);
        return NULL;
    }
    sc->pattern = (struct sre_pattern *)Py_NewRef(self);
    PyObject_GC_Track(sc);
    return (PyObject *)sc;
}

static PyObject *pattern_scanner(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return new_scanner(self, "scanner", cls, args, nargs, kwnames);
}

static PyObject *pattern_finditer(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *scanner = new_scanner(self, "finditer", cls, args, nargs, kwnames);
    if (scanner == NULL)
        return NULL;
    PyObject *search = PyObject_GetAttrString(scanner, "search");
    Py_DECREF(scanner);
    if (search == NULL)
        return NULL;
    PyObject *it = PyCallIter_New(search, Py_None);
    Py_DECREF(search);
    return it;
}

static PyObject *scan(PyObject *self, PyTypeObject *cls, bool search)
{
    struct sre_scanner *sc = (struct sre_scanner *)self;
    if (sc->executing) {
        PyErr_SetString(PyExc_ValueError, "regular expression scanner already executing");
        return NULL;
    }
    if (sc->done)
        Py_RETURN_NONE;
    sc->executing = true;
    sre_state_reset(&sc->state);
    int status = search ? run_search(&sc->state, sc->pattern) : run_match(&sc->state, sc->pattern);
    PyObject *match = sre_new_match(PyType_GetModuleState(cls), sc->pattern, &sc->state, status, sc->pos, sc->endpos);
    if (status == SRE_NO)
        sc->done = true;
    else
        advance(&sc->state);
    sc->executing = false;
    return match;
}

static PyObject *scanner_match(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs > 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0)) {
        PyErr_SetString(PyExc_TypeError, "match() takes no arguments");
        return NULL;
    }
    return scan(self, cls, false);
}

static PyObject *scanner_search(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs > 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0)) {
        PyErr_SetString(PyExc_TypeError, "search() takes no arguments");
        return NULL;
    }
    return scan(self, cls, true);
}

static int scanner_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((struct sre_scanner *)self)->pattern);
    Py_VISIT(((struct sre_scanner *)self)->state.string);
    return 0;
}

static int scanner_clear(PyObject *self)
{
    Py_CLEAR(((struct sre_scanner *)self)->pattern);
    return 0;
}

static void scanner_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    sre_state_fini(&((struct sre_scanner *)self)->state);
    scanner_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

#define METHOD_FLAGS (METH_METHOD | METH_FASTCALL | METH_KEYWORDS)

static PyMethodDef scanner_methods[] = {
    { "match", MOD_FASTKW(scanner_match), METHOD_FLAGS, "match($self, /)\n--\n\n" },
    { "search", MOD_FASTKW(scanner_search), METHOD_FLAGS, "search($self, /)\n--\n\n" },
    { NULL },
};

static PyMemberDef scanner_members[] = {
    { "pattern", Py_T_OBJECT_EX, offsetof(struct sre_scanner, pattern), Py_READONLY, NULL },
    { NULL },
};

static PyType_Slot scanner_slots[] = {
    { Py_tp_dealloc, scanner_dealloc },
    { Py_tp_traverse, scanner_traverse },
    { Py_tp_clear, scanner_clear },
    { Py_tp_methods, scanner_methods },
    { Py_tp_members, scanner_members },
    { 0, NULL },
};

PyType_Spec sre_scanner_spec = {
    .name = "_sre.SRE_Scanner",
    .basicsize = sizeof(struct sre_scanner),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC,
    .slots = scanner_slots,
};

/* ---- the pattern as an object ---- */

static int pattern_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(PATTERN(self)->groupindex);
    Py_VISIT(PATTERN(self)->indexgroup);
    Py_VISIT(PATTERN(self)->pattern);
    return 0;
}

static int pattern_clear(PyObject *self)
{
    Py_CLEAR(PATTERN(self)->groupindex);
    Py_CLEAR(PATTERN(self)->indexgroup);
    Py_CLEAR(PATTERN(self)->pattern);
    return 0;
}

static void pattern_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (PATTERN(self)->weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    pattern_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *pattern_repr(PyObject *self)
{
    static const struct { const char *name; int flag; } names[] = {
        { "re.IGNORECASE", 2 }, { "re.LOCALE", 4 }, { "re.MULTILINE", 8 }, { "re.DOTALL", 16 }, { "re.UNICODE", 32 },
        { "re.VERBOSE", 64 }, { "re.DEBUG", 128 }, { "re.ASCII", 256 },
    };
    struct sre_pattern *p = PATTERN(self);
    int flags = p->flags;
    if (p->isbytes == 0 && (flags & (4 | 32 | 256)) == 32)
        flags &= ~32;
    char text[256] = "";
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        if (flags & names[i].flag) {
            strcat(strcat(text, text[0] ? "|" : ", "), names[i].name);
            flags &= ~names[i].flag;
        }
    if (flags)
        PyOS_snprintf(text + strlen(text), 32, "%s0x%x", text[0] ? "|" : ", ", (unsigned)flags);
    return PyUnicode_FromFormat("re.compile(%.200R%s)", p->pattern, text);
}

static Py_hash_t pattern_hash(PyObject *self)
{
    struct sre_pattern *p = PATTERN(self);
    Py_hash_t h = PyObject_Hash(p->pattern);
    if (h == -1)
        return -1;
    uint64_t mix = 14695981039346656037u;
    for (Py_ssize_t i = 0; i < p->codesize; i++)
        mix = (mix ^ p->code[i]) * 1099511628211u;
    h ^= (Py_hash_t)mix ^ p->flags ^ p->isbytes ^ p->codesize;
    return h == -1 ? -2 : h;
}

static PyObject *pattern_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || Py_TYPE(a) != Py_TYPE(b))
        Py_RETURN_NOTIMPLEMENTED;
    struct sre_pattern *x = PATTERN(a), *y = PATTERN(b);
    int same = x == y;
    if (!same && x->flags == y->flags && x->isbytes == y->isbytes && x->codesize == y->codesize
        && memcmp(x->code, y->code, x->codesize * sizeof(sre_code)) == 0)
        same = PyObject_RichCompareBool(x->pattern, y->pattern, Py_EQ);
    return same < 0 ? NULL : PyBool_FromLong(same == (op == Py_EQ));
}

static PyObject *get_groupindex(PyObject *self, void *unused)
{
    if (PyDict_GET_SIZE(PATTERN(self)->groupindex) == 0)
        return PyDict_New();
    return PyDictProxy_New(PATTERN(self)->groupindex);
}

static PyObject *pattern_copy(PyObject *self, PyObject *unused) { return Py_NewRef(self); }
static PyObject *pattern_deepcopy(PyObject *self, PyObject *memo) { return Py_NewRef(self); }

#define SPAN "($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\n"

static PyMethodDef pattern_methods[] = {
    { "match", MOD_FASTKW(pattern_match), METHOD_FLAGS, "match" SPAN "A match at the start of the string, or None." },
    { "fullmatch", MOD_FASTKW(pattern_fullmatch), METHOD_FLAGS, "fullmatch" SPAN "A match of the whole string, or None." },
    { "search", MOD_FASTKW(pattern_search), METHOD_FLAGS, "search" SPAN "The first match anywhere in the string, or None." },
    { "sub", MOD_FASTKW(pattern_sub), METHOD_FLAGS, "sub($self, /, repl, string, count=0)\n--\n\nThe string with matches replaced." },
    { "subn", MOD_FASTKW(pattern_subn), METHOD_FLAGS, "subn($self, /, repl, string, count=0)\n--\n\nThe string with matches replaced, and their number." },
    { "findall", MOD_FASTKW(pattern_findall), METH_FASTCALL | METH_KEYWORDS, "findall" SPAN "The texts of all matches, or of their groups." },
    { "split", MOD_FASTKW(pattern_split), METH_FASTCALL | METH_KEYWORDS, "split($self, /, string, maxsplit=0)\n--\n\nThe parts of the string between matches." },
    { "finditer", MOD_FASTKW(pattern_finditer), METHOD_FLAGS, "finditer" SPAN "An iterator over all matches." },
    { "scanner", MOD_FASTKW(pattern_scanner), METHOD_FLAGS, "scanner" SPAN },
    { "__copy__", pattern_copy, METH_NOARGS, "__copy__($self, /)\n--\n\n" },
    { "__deepcopy__", pattern_deepcopy, METH_O, "__deepcopy__($self, memo, /)\n--\n\n" },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "__class_getitem__($type, object, /)\n--\n\nSee PEP 585." },
    { NULL },
};

static PyGetSetDef pattern_getset[] = {
    { "groupindex", get_groupindex, NULL, "Group names and their numbers." },
    { NULL },
};

static PyMemberDef pattern_members[] = {
    { "pattern", Py_T_OBJECT_EX, offsetof(struct sre_pattern, pattern), Py_READONLY, "The text that was compiled." },
    { "flags", Py_T_INT, offsetof(struct sre_pattern, flags), Py_READONLY, "The matching flags." },
    { "groups", Py_T_PYSSIZET, offsetof(struct sre_pattern, groups), Py_READONLY, "The number of groups." },
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct sre_pattern, weakreflist), Py_READONLY, NULL },
    { NULL },
};

static PyType_Slot pattern_slots[] = {
    { Py_tp_dealloc, pattern_dealloc },
    { Py_tp_repr, pattern_repr },
    { Py_tp_hash, pattern_hash },
    { Py_tp_doc, "A compiled regular expression." },
    { Py_tp_richcompare, pattern_richcompare },
    { Py_tp_methods, pattern_methods },
    { Py_tp_members, pattern_members },
    { Py_tp_getset, pattern_getset },
    { Py_tp_traverse, pattern_traverse },
    { Py_tp_clear, pattern_clear },
    { 0, NULL },
};

PyType_Spec sre_pattern_spec = {
    .name = "re.Pattern",
    .basicsize = sizeof(struct sre_pattern),
    .itemsize = sizeof(sre_code),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC,
    .slots = pattern_slots,
};
