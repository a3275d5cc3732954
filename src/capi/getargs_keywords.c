/* capi/getargs_keywords.c: PyArg_ParseTupleAndKeywords and the variants with a prepared parser.
 *
 * Parameters are taken in the order of the format. Those before `posonly` have empty names. Parsing stops as soon as
 * no keyword is left and nothing required is missing. */
#include "capi/getargs.h"
#include "capi/getargs_fast.h"

#include <limits.h>
#include <string.h>

#include "object/core/call.h"
#include "object/core/suggest.h"

/* A call with keywords, whichever convention it came by. */
struct kw_call {
    PyObject *const *args;
    Py_ssize_t nargs;
    PyObject *kwargs;                  /* dict or NULL */
    PyObject *kwnames;                 /* tuple or NULL; the values follow args */
    const char *const *names;          /* ends with NULL */
    int n, posonly;
    bool by_text;                      /* names are compared by their characters, not by the keys' own equality */
    const char *fname;
};

static const char *name_of(const struct kw_call *c) { return c->fname == NULL ? "function" : c->fname; }
static const char *parens_of(const struct kw_call *c) { return c->fname == NULL ? "" : "()"; }

static Py_ssize_t
keyword_count(const struct kw_call *c)
{
    if (c->kwnames != NULL)
        return PyTuple_GET_SIZE(c->kwnames);
    return c->kwargs == NULL ? 0 : PyDict_GET_SIZE(c->kwargs);
}

static PyObject *
keyword_value(const struct kw_call *c, const char *name)
{
    if (c->kwnames != NULL) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(c->kwnames); i++) {
            PyObject *key = PyTuple_GET_ITEM(c->kwnames, i);
            if (PyUnicode_Check(key) && PyUnicode_EqualToUTF8(key, name))
                return c->args[c->nargs + i];
        }
        return NULL;
    }
    PyObject *value = NULL;
    if (PyDict_GetItemStringRef(c->kwargs, name, &value) > 0)
        Py_DECREF(value);              /* the dict keeps it */
    return value;
}

static int
count_names(struct kw_call *c)
{
    c->posonly = 0;
    while (c->names[c->posonly] != NULL && c->names[c->posonly][0] == '\0')
        c->posonly++;
    c->n = c->posonly;
    while (c->names[c->n] != NULL) {
        if (c->names[c->n][0] == '\0') {
            PyErr_SetString(PyExc_SystemError, "Empty keyword parameter name");
            return -1;
        }
        c->n++;
    }
    return 0;
}

/* ---- complaints ---- */

static int
bad_positional_count(const struct kw_call *c, const char *bound, Py_ssize_t wanted)
{
    if (wanted == 0 && c->nargs > 0)
        PyErr_Format(PyExc_TypeError, "%.200s%s takes no positional arguments", name_of(c), parens_of(c));
    else
        PyErr_Format(PyExc_TypeError, "%.200s%s takes %s %zd positional argument%s (%zd given)", name_of(c), parens_of(c),
                     bound, wanted, wanted == 1 ? "" : "s", c->nargs);
    return 0;
}

static int
check_total(const struct kw_call *c, Py_ssize_t nkw)
{
    if (c->nargs + nkw <= c->n)
        return 1;
    PyErr_Format(PyExc_TypeError, "%.200s%s takes %s %d %sargument%s (%zd given)", name_of(c), parens_of(c), "at most", c->n,
                 c->nargs == 0 ? "keyword " : "", c->n == 1 ? "" : "s", c->nargs + nkw);
    return 0;
}

static int
missing_argument(const struct kw_call *c, int i)
{
    PyErr_Format(PyExc_TypeError, "%.200s%s missing required argument '%s' (pos %d)", name_of(c), parens_of(c),
                 c->names[i], i + 1);
    return 0;
}

static void
unexpected_keyword(const struct kw_call *c, PyObject *key)
{
    const char *name = c->fname == NULL ? "this function" : c->fname;
    PyObject *names = PyList_New(0), *near = NULL;
    for (int i = c->posonly; names != NULL && i < c->n; i++) {
        PyObject *n = PyUnicode_FromString(c->names[i]);
        if (n == NULL || PyList_Append(names, n) < 0)
            Py_CLEAR(names);
        Py_XDECREF(n);
    }
    if (names != NULL)
        near = suggest_name(names, key);
    Py_XDECREF(names);
    PyErr_Clear();
    if (near != NULL)
        PyErr_Format(PyExc_TypeError, "%.200s%s got an unexpected keyword argument '%S'. Did you mean '%S'?", name,
                     parens_of(c), key, near);
    else
        PyErr_Format(PyExc_TypeError, "%.200s%s got an unexpected keyword argument '%S'", name, parens_of(c), key);
    Py_XDECREF(near);
}

/* Is this the name, by the key's own idea of equality? 1, 0, -1. */
static int
same_name(const struct kw_call *c, PyObject *key, const char *name)
{
    if (c->by_text || PyUnicode_CheckExact(key))
        return PyUnicode_EqualToUTF8(key, name);
    PyObject *text = PyUnicode_FromString(name);
    int rc = text == NULL ? -1 : PyObject_RichCompareBool(text, key, Py_EQ);
    Py_XDECREF(text);
    return rc;
}

/* 1 if this keyword is fine, else 0 with TypeError. */
static int
check_keyword(const struct kw_call *c, PyObject *key)
{
    if (!PyUnicode_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "keywords must be strings");
        return 0;
    }
    for (int i = c->posonly; i < c->n; i++) {
        int same = same_name(c, key, c->names[i]);
        if (same < 0)
            return 0;
        if (same)
            return 1;
    }
    unexpected_keyword(c, key);
    return 0;
}

/* Some keyword was not used, and none looks wrong. */
static int
invalid_keyword(const struct kw_call *c)
{
    PyErr_Format(PyExc_TypeError, "invalid keyword argument for %.200s%s", c->fname == NULL ? "this function" : c->fname,
                 parens_of(c));
    return 0;
}

/* The next key of the call, *at starting at 0; NULL behind the last. */
static PyObject *
next_key(const struct kw_call *c, Py_ssize_t *at)
{
    if (c->kwnames != NULL)
        return *at < PyTuple_GET_SIZE(c->kwnames) ? PyTuple_GET_ITEM(c->kwnames, (*at)++) : NULL;
    PyObject *key, *value;
    return PyDict_Next(c->kwargs, at, &key, &value) ? key : NULL;
}

/* True, with TypeError, when a parameter is given twice. */
static bool
some_given_twice(const struct kw_call *c)
{
    PyObject *key;
    for (int i = c->posonly; i < c->n && i < c->nargs; i++)
        for (Py_ssize_t at = 0; (key = next_key(c, &at)) != NULL;)
            if (PyUnicode_Check(key) && PyUnicode_EqualToUTF8(key, c->names[i])) {
                PyErr_Format(PyExc_TypeError, "argument for %.200s%s given by name ('%s') and position (%d)", name_of(c),
                             parens_of(c), c->names[i], i + 1);
                return true;
            }
    return false;
}

/* Says what is wrong with the keywords: parameters given twice come before names that do not exist. */
static int
check_all_keywords(const struct kw_call *c)
{
    if (some_given_twice(c))
        return 0;
    PyObject *key;
    for (Py_ssize_t at = 0; (key = next_key(c, &at)) != NULL;)
        if (!check_keyword(c, key))
            return 0;
    return invalid_keyword(c);
}

/* ---- parsing by a format ---- */

/* What has been learnt from '|' and '$' so far. */
struct limits { int min, max; };

/* Passes '|' and '$' before parameter i. 1, or 0 with an exception. */
static int
read_markers(const struct kw_call *c, struct arg_parser *a, struct limits *l, int i, bool skipping)
{
    if (*a->p == '|') {
        if (l->min != INT_MAX) {
            PyErr_SetString(PyExc_SystemError, "Invalid format string (| specified twice)");
            return 0;
        }
        l->min = i;
        a->p++;
        if (l->max != INT_MAX) {
            PyErr_SetString(PyExc_SystemError, "Invalid format string ($ before |)");
            return 0;
        }
    }
    if (*a->p != '$')
        return 1;
    if (l->max != INT_MAX) {
        PyErr_SetString(PyExc_SystemError, "Invalid format string ($ specified twice)");
        return 0;
    }
    l->max = i;
    a->p++;
    if (l->max < c->posonly) {
        PyErr_SetString(PyExc_SystemError, "Empty parameter name after $");
        return 0;
    }
    if (!skipping && l->max < c->nargs)
        return bad_positional_count(c, l->min != INT_MAX ? "at most" : "exactly", l->max);
    return 1;
}

static int
too_many_names(const struct kw_call *c, struct arg_parser *a, int i)
{
    PyErr_Format(PyExc_SystemError, "More keyword list entries (%d) than format specifiers (%d)", c->n, i);
    return 0;
}

/* Converts or skips parameter i; *done when parsing may stop. */
static int
parse_parameter(const struct kw_call *c, struct arg_parser *a, struct limits *l, int i, Py_ssize_t *left, bool *skipping,
                bool *done)
{
    *done = false;
    if (!read_markers(c, a, l, i, *skipping))
        return 0;
    if (*skipping && l->max == i) {  /* keyword-only from here: the positional ones have been counted */
        *done = true;
        return 1;
    }
    if (arg_at_end(a))
        return too_many_names(c, a, i);
    if (!*skipping) {
        PyObject *value = NULL;
        if (i < c->nargs)
            value = c->args[i];
        else if (*left > 0 && i >= c->posonly) {
            value = keyword_value(c, c->names[i]);
            if (value != NULL)
                --*left;
            else if (PyErr_Occurred())
                return 0;
        }
        if (value != NULL) {
            const char *what = arg_convert(a, value);
            if (what != NULL)
                arg_raise(a, i + 1, what);
            return what == NULL;
        }
        if (i < l->min && (l->min != INT_MAX || *a->p != '|')) {
            if (i >= c->posonly)
                return missing_argument(c, i);
            *skipping = l->min == INT_MAX;       /* how many are needed is not known yet: read on */
            if (!*skipping)
                return bad_positional_count(c, "exactly", l->min);
        }
        if (*left == 0 && !*skipping) {
            *done = true;
            return 1;
        }
    }
    const char *unit = a->p, *what = arg_skip(a);
    if (what == NULL)
        return 1;
    PyErr_Format(PyExc_SystemError, "%s: '%s'", what, unit);
    return 0;
}

static int
parse(struct kw_call *c, struct arg_parser *a)
{
    Py_ssize_t nkw = keyword_count(c), left = nkw;
    struct limits l = { INT_MAX, INT_MAX };
    bool skipping = false, done;
    int i;
    c->fname = a->fname;
    if (count_names(c) < 0 || !check_total(c, nkw))
        return 0;
    for (i = 0; i < c->n; i++) {
        if (!parse_parameter(c, a, &l, i, &left, &skipping, &done))
            return 0;
        if (done && !skipping)
            return 1;
        if (done)
            break;
    }
    if (skipping) {
        int needed = l.min < c->posonly ? l.min : c->posonly;
        return bad_positional_count(c, needed < i ? "at least" : "exactly", needed);
    }
    if (!arg_at_end(a) && *a->p != '|' && *a->p != '$') {
        PyErr_Format(PyExc_SystemError, "more argument specifiers than keyword list entries (remaining format:'%s')", a->p);
        return 0;
    }
    return left == 0 ? 1 : check_all_keywords(c);
}

/* Is this key the name? -1: it cannot be told by its characters alone. */
static inline int
same_text(PyObject *key, const char *name, size_t n)
{
    if (!PyUnicode_CheckExact(key) || !PyUnicode_IS_COMPACT_ASCII(key))
        return -1;
    return (size_t)PyUnicode_GET_LENGTH(key) == n && memcmp(PyUnicode_DATA(key), name, n) == 0;
}

static bool
is_ascii(const char *s)
{
    while (*s > 0)
        s++;
    return *s == '\0';
}

/* The value of a keyword, found by looking at all of them: there are few. false: take the slow way. */
static bool
find_keyword(const struct kw_call *c, const char *name, PyObject **value)
{
    size_t n = strlen(name);
    PyObject *key;
    int same = 0;
    *value = NULL;
    if (c->kwnames != NULL) {
        Py_ssize_t count = PyTuple_GET_SIZE(c->kwnames);
        for (Py_ssize_t i = 0; i < count && same == 0; i++)
            if ((same = same_text(PyTuple_GET_ITEM(c->kwnames, i), name, n)) == 1)
                *value = c->args[c->nargs + i];
    }
    else if (c->kwargs != NULL) {
        PyObject *found;
        for (Py_ssize_t at = 0; same == 0 && PyDict_Next(c->kwargs, &at, &key, &found);)
            if ((same = same_text(key, name, n)) == 1)
                *value = found;
    }
    return same == 1 || (same == 0 && is_ascii(name));
}

/* Only the first names may be empty. */
static bool
names_in_order(const char *const *names)
{
    bool named = false;
    for (; *names != NULL; names++) {
        if (named && **names == '\0')
            return false;
        named = **names != '\0';
    }
    return true;
}

/* Calls as they mostly are. false: nothing is decided, take the slow way. */
static bool
parse_fast(const struct kw_call *c, struct arg_fast *f)
{
    Py_ssize_t left = keyword_count(c);
    bool optional = false;
    int i;
    if (left > 16 || !names_in_order(c->names))
        return false;
    for (i = 0; c->names[i] != NULL; i++) {
        const char *name = c->names[i];
        PyObject *value = NULL;
        if (*f->p == '|') {
            if (optional)
                return false;
            optional = true;
            f->p++;
        }
        if (*f->p == '$') {
            if (!optional || i < c->nargs || *name == '\0')
                return false;
            f->p++;
        }
        if (i < c->nargs)
            value = c->args[i];
        else if (left > 0 && *name != '\0') {
            if (!find_keyword(c, name, &value))
                return false;
            left -= value != NULL;
        }
        else if (left == 0)
            return optional && *f->p != '\0' && *f->p != ':' && *f->p != ';';
        if (value == NULL && !optional)
            return false;
        if (!(value == NULL ? arg_fast_skip(f) : arg_fast_convert(f, value)))
            return false;
    }
    return left == 0 && c->nargs <= i && (*f->p == '\0' || *f->p == ':' || *f->p == ';');
}

static int
parse_format(struct kw_call *c, const char *format, va_list va)
{
    struct arg_fast f = { .p = format };
    va_copy(f.va, va);
    bool fine = parse_fast(c, &f);
    va_end(f.va);
    if (fine)
        return 1;
    struct arg_parser a;
    arg_parser_init(&a, format, va);
    return arg_parser_finish(&a, parse(c, &a));
}

static int
parse_tuple_dict(PyObject *args, PyObject *kwargs, const char *format, const char *const *names, bool by_text, va_list va)
{
    if (args == NULL || !PyTuple_Check(args) || (kwargs != NULL && !PyDict_Check(kwargs)) || format == NULL || names == NULL) {
        PyErr_BadInternalCall();
        return 0;
    }
    struct kw_call c = { .args = &PyTuple_GET_ITEM(args, 0), .nargs = PyTuple_GET_SIZE(args), .kwargs = kwargs, .names = names,
                         .by_text = by_text };
    return parse_format(&c, format, va);
}

#define WITH_VA(last, result) \
    va_list va; \
    va_start(va, last); \
    int rc = result; \
    va_end(va); \
    return rc

int
PyArg_VaParseTupleAndKeywords(PyObject *args, PyObject *kwargs, const char *format, char *const *names, va_list va)
{
    return parse_tuple_dict(args, kwargs, format, (const char *const *)names, true, va);
}

int
PyArg_ParseTupleAndKeywords(PyObject *args, PyObject *kwargs, const char *format, char *const *names, ...)
{
    WITH_VA(names, parse_tuple_dict(args, kwargs, format, (const char *const *)names, true, va));
}

PyAPI_FUNC(int) _PyArg_ParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kwargs, const char *format, char **names, ...);
PyAPI_FUNC(int) _PyArg_VaParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kwargs, const char *format, char **names, va_list va);

int
_PyArg_ParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kwargs, const char *format, char **names, ...)
{
    WITH_VA(names, parse_tuple_dict(args, kwargs, format, (const char *const *)names, true, va));
}

int
_PyArg_VaParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kwargs, const char *format, char **names, va_list va)
{
    return parse_tuple_dict(args, kwargs, format, (const char *const *)names, true, va);
}

/* ---- prepared parsers (code generated by Argument Clinic) ---- */

int
_PyArg_ParseTupleAndKeywordsFast(PyObject *args, PyObject *kwargs, struct _PyArg_Parser *parser, ...)
{
    WITH_VA(parser, parse_tuple_dict(args, kwargs, parser->format, parser->keywords, false, va));
}

PyAPI_FUNC(int) _PyArg_ParseStackAndKeywords(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, ...);

int
_PyArg_ParseStackAndKeywords(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, ...)
{
    if (kwnames != NULL && !PyTuple_Check(kwnames)) {
        PyErr_BadInternalCall();
        return 0;
    }
    struct kw_call c = { .args = args, .nargs = nargs, .kwnames = kwnames, .names = parser->keywords };
    WITH_VA(parser, parse_format(&c, parser->format, va));
}

static void
prepare(struct kw_call *c, struct _PyArg_Parser *parser, PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs,
        PyObject *kwnames)
{
    *c = (struct kw_call){ .args = args, .nargs = nargs, .names = parser->keywords,
                           .kwargs = kwnames == NULL && kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0 ? kwargs : NULL,
                           .kwnames = kwnames, .fname = parser->fname };
    if (c->fname == NULL && parser->format != NULL) {
        const char *colon = strchr(parser->format, ':');
        c->fname = colon == NULL ? NULL : colon + 1;
    }
}

/* Checks numbers of positional arguments of an unpacked call. */
static int
check_unpack_counts(const struct kw_call *c, int minpos, int maxpos)
{
    int needed = c->posonly < minpos ? c->posonly : minpos;
    if (c->nargs > maxpos)
        return bad_positional_count(c, minpos < maxpos ? "at most" : "exactly", maxpos);
    if (c->nargs < needed)
        return bad_positional_count(c, needed < maxpos ? "at least" : "exactly", needed);
    return 1;
}

/* Fills buf[from..n) with keyword values; required up to `reqlimit`. `at` maps a parameter to its place in buf. */
static int
take_keywords(const struct kw_call *c, int from, int reqlimit, int vararg, PyObject **buf)
{
    Py_ssize_t left = keyword_count(c);
    for (int i = from; i < c->n; i++) {
        PyObject *value = NULL;
        if (left > 0 && i >= c->posonly) {
            value = keyword_value(c, c->names[i]);
            if (value == NULL && PyErr_Occurred())
                return 0;
        }
        buf[vararg >= 0 && i >= vararg ? i + 1 : i] = value;
        if (value != NULL)
            left--;
        else if (i < reqlimit)
            return missing_argument(c, i);
    }
    return left == 0 ? 1 : check_all_keywords(c);
}

PyAPI_FUNC(PyObject *const *) _PyArg_UnpackKeywords(PyObject *const *, Py_ssize_t, PyObject *, PyObject *, struct _PyArg_Parser *, int, int, int, PyObject **);
PyAPI_FUNC(PyObject *const *) _PyArg_UnpackKeywordsWithVararg(PyObject *const *, Py_ssize_t, PyObject *, PyObject *, struct _PyArg_Parser *, int, int, int, int, PyObject **);

PyObject *const *
_PyArg_UnpackKeywords(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject *kwnames,
                      struct _PyArg_Parser *parser, int minpos, int maxpos, int minkw, PyObject **buf)
{
    struct kw_call c;
    if (args == NULL && nargs == 0)
        args = buf;
    prepare(&c, parser, args, nargs, kwargs, kwnames);
    if (count_names(&c) < 0)
        return NULL;
    Py_ssize_t nkw = keyword_count(&c);
    if (nkw == 0 && minkw == 0 && minpos <= nargs && nargs <= maxpos && nargs == c.n)
        return args;
    if (!check_total(&c, nkw) || !check_unpack_counts(&c, minpos, maxpos))
        return NULL;
    for (Py_ssize_t i = 0; i < nargs; i++)
        buf[i] = args[i];
    int reqlimit = minkw > 0 ? maxpos + minkw : minpos;
    return take_keywords(&c, (int)nargs, reqlimit, -1, buf) ? buf : NULL;
}

PyObject *const *
_PyArg_UnpackKeywordsWithVararg(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject *kwnames,
                                struct _PyArg_Parser *parser, int minpos, int maxpos, int minkw, int vararg, PyObject **buf)
{
    struct kw_call c;
    prepare(&c, parser, args, nargs, kwargs, kwnames);
    if (count_names(&c) < 0)
        return NULL;
    if (nargs < (c.posonly < minpos ? c.posonly : minpos)) {
        bad_positional_count(&c, "at least", c.posonly < minpos ? c.posonly : minpos);
        return NULL;
    }
    int direct = nargs < maxpos ? (int)nargs : maxpos;
    Py_ssize_t extra = nargs > maxpos ? nargs - maxpos : 0;
    for (int i = 0; i < direct; i++)
        buf[i] = args[i];
    PyObject *rest = PyTuple_New(extra);
    if (rest == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < extra; i++)
        PyTuple_SET_ITEM(rest, i, Py_NewRef(args[maxpos + i]));
    buf[vararg] = rest;
    int reqlimit = minkw > 0 ? maxpos + minkw : minpos;
    if (!take_keywords(&c, direct, reqlimit, vararg, buf)) {
        Py_DECREF(rest);
        return NULL;
    }
    return buf;
}
