/* object/text/format_number.c: laying out a number: padding, sign, prefix, grouped digits, decimal point. */
#include "object/text/format_number.h"

#include <limits.h>
#include <locale.h>
#include <string.h>

#include "object/core/err.h"
#include "object/text/str.h"
#include "rt/thread.h"

int format_fill(_PyUnicodeWriter *w, Py_UCS4 c, Py_ssize_t n)
{
    if (n <= 0)
        return 0;
    if (_PyUnicodeWriter_PrepareInternal(w, n, c) < 0)
        return -1;
    if (w->kind == 1)
        memset((char *)w->data + w->pos, (int)c, n);
    else
        for (Py_ssize_t i = 0; i < n; i++)
            PyUnicode_WRITE(w->kind, w->data, w->pos + i, c);
    w->pos += n;
    return 0;
}

/* ---- locale ---- */

static int from_localeconv(struct format_locale *l)
{
    struct lconv *c = localeconv();
    l->point = PyUnicode_DecodeLocale(c->decimal_point, "surrogateescape");
    l->separator = l->point == NULL ? NULL : PyUnicode_DecodeLocale(c->thousands_sep, "surrogateescape");
    l->grouping = PyMem_Malloc(strlen(c->grouping) + 1);
    if (l->separator == NULL || l->grouping == NULL) {
        if (l->separator != NULL)
            PyErr_NoMemory();
        format_locale_release(l);
        return -1;
    }
    strcpy(l->grouping, c->grouping);
    return 0;
}

int format_locale_get(struct format_locale *l, enum separators kind)
{
    memset(l, 0, sizeof(*l));
    if (kind == SEP_LOCALE)
        return from_localeconv(l);
    l->point = Py_NewRef(LATIN1_CHAR('.'));
    l->separator = kind == SEP_NONE ? str_empty() : Py_NewRef(LATIN1_CHAR(kind == SEP_COMMA ? ',' : '_'));
    if (kind == SEP_NONE)
        return 0;
    l->grouping = PyMem_Malloc(2);
    if (l->grouping == NULL) {
        format_locale_release(l);
        PyErr_NoMemory();
        return -1;
    }
    l->grouping[0] = kind == SEP_UNDERSCORE_4 ? 4 : 3;
    l->grouping[1] = '\0';
    return 0;
}

void format_locale_release(struct format_locale *l)
{
    Py_CLEAR(l->point);
    Py_CLEAR(l->separator);
    PyMem_Free(l->grouping);
    l->grouping = NULL;
}

/* ---- grouping ---- */

/* Sizes of the groups, from the right: the last one repeats, CHAR_MAX means no more grouping. */
struct group_sizes { const char *p; int last; };

static Py_ssize_t next_group(struct group_sizes *g)
{
    if (g->p == NULL)
        return 0;
    if (*g->p == CHAR_MAX)
        return 0;
    if (*g->p != 0)
        g->last = (unsigned char)*g->p++;
    return g->last;
}

/* One run of digits of the result, right to left: zeros then digits from the source, and whether a separator follows
 * on its right. Calls back for each; the total length in characters is returned. */
struct grouping { const struct format_locale *l; Py_ssize_t n_digits, min_width; };
typedef int (*group_fn)(void *arg, Py_ssize_t zeros, Py_ssize_t digits, bool separator);

static Py_ssize_t walk_groups(const struct grouping *g, group_fn fn, void *arg)
{
    struct group_sizes sizes = { g->l->grouping, 0 };
    Py_ssize_t left = g->n_digits, min = g->min_width, total = 0, n_sep = str_len(g->l->separator);
    bool separator = false;
    for (;;) {
        Py_ssize_t len = next_group(&sizes), want = Py_MAX(Py_MAX(left, min), 1);
        bool last = len <= 0;
        if (!last)
            want = Py_MIN(len, want);
        Py_ssize_t digits = Py_MIN(left, want), zeros = want - digits;
        if (fn != NULL && fn(arg, zeros, digits, separator) < 0)
            return -1;
        total += want + (separator ? n_sep : 0);
        left -= digits;
        min -= want;
        if (last || (left <= 0 && min <= 0))
            return total;
        separator = true;
        min -= n_sep;
    }
}

/* ---- writing ---- */

struct digit_sink { int kind; void *data; Py_ssize_t at; const char *digits; Py_ssize_t left; PyObject *separator; bool upper; };

static int sink_group(void *arg, Py_ssize_t zeros, Py_ssize_t digits, bool separator)
{
    struct digit_sink *s = arg;
    if (separator)
        for (Py_ssize_t i = str_len(s->separator); i-- > 0;)
            PyUnicode_WRITE(s->kind, s->data, --s->at, PyUnicode_READ_CHAR(s->separator, i));
    while (digits-- > 0) {
        char c = s->digits[--s->left];
        PyUnicode_WRITE(s->kind, s->data, --s->at, s->upper ? Py_TOUPPER(c) : c);
    }
    while (zeros-- > 0)
        PyUnicode_WRITE(s->kind, s->data, --s->at, '0');
    return 0;
}

static int write_ascii(_PyUnicodeWriter *w, const char *s, Py_ssize_t n, bool upper)
{
    for (Py_ssize_t i = 0; upper && i < n; i++)
        if (_PyUnicodeWriter_WriteChar(w, Py_TOUPPER(s[i])) < 0)
            return -1;
    return upper ? 0 : _PyUnicodeWriter_WriteASCIIString(w, s, n);
}

static int write_digits(_PyUnicodeWriter *w, const struct grouping *g, const struct number_parts *p, Py_ssize_t total)
{
    if (g->l->grouping == NULL && g->min_width <= p->n_digits)
        return write_ascii(w, p->digits, p->n_digits, p->upper);
    if (total == 0)
        return 0;
    if (_PyUnicodeWriter_PrepareInternal(w, total, PyUnicode_MAX_CHAR_VALUE(g->l->separator)) < 0)
        return -1;
    struct digit_sink s = { w->kind, w->data, w->pos + total, p->digits, p->n_digits, g->l->separator, p->upper };
    walk_groups(g, sink_group, &s);
    w->pos += total;
    return 0;
}

static Py_UCS4 sign_char(Py_UCS4 want, bool negative)
{
    if (negative)
        return '-';
    return want == '+' || want == ' ' ? want : 0;
}

int format_number_write(_PyUnicodeWriter *w, const struct format_spec *f, const struct format_locale *l, const struct number_parts *p)
{
    Py_UCS4 sign = sign_char(f->sign, p->negative);
    Py_ssize_t n_point = p->has_point ? str_len(l->point) : 0;
    Py_ssize_t fixed = (sign != 0) + p->n_prefix + n_point + p->n_rest;
    struct grouping g = { l, p->n_digits, f->fill == '0' && f->align == '=' ? f->width - fixed : 0 };
    Py_ssize_t n_digits = p->n_digits == 0 ? 0 : walk_groups(&g, NULL, NULL);
    Py_ssize_t pad = f->width - (fixed + n_digits), left = 0, inner = 0;
    if (pad < 0)
        pad = 0;
    if (f->align == '^')
        left = pad / 2;
    else if (f->align == '=')
        inner = pad;
    else if (f->align != '<')
        left = pad;
    if (format_fill(w, f->fill, left) < 0 || (sign != 0 && _PyUnicodeWriter_WriteChar(w, sign) < 0))
        return -1;
    if (write_ascii(w, p->prefix, p->n_prefix, p->upper) < 0 || format_fill(w, f->fill, inner) < 0)
        return -1;
    if (p->n_digits > 0 && write_digits(w, &g, p, n_digits) < 0)
        return -1;
    if (p->has_point && _PyUnicodeWriter_WriteStr(w, l->point) < 0)
        return -1;
    if (write_ascii(w, p->rest, p->n_rest, false) < 0)
        return -1;
    return format_fill(w, f->fill, pad - left - inner);
}

void format_number_split(struct number_parts *p, const char *text, Py_ssize_t n)
{
    Py_ssize_t i = 0;
    while (i < n && Py_ISDIGIT(text[i]))
        i++;
    p->digits = text;
    p->n_digits = i;
    p->has_point = i < n && text[i] == '.';
    p->rest = text + i + p->has_point;
    p->n_rest = n - i - p->has_point;
}
