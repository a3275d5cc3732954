/* object/text/format_small.c: % and format() where all is short and plain, as it is most of the time: an ASCII format, and only exact ints of one digit and exact ASCII
 * strs, without flags, width or specification. The text is put together on the C stack. Everything else, mistakes too, is for the engines (format_percent.c, format_string.c). */
#include <string.h>

#include "object/num/int.h"
#include "object/text/format.h"
#include "object/text/str_priv.h"

#define SMALL 256

struct small { Py_ssize_t n, pieces; char at[SMALL]; };      /* pieces: those that are not empty; an int counts for two */

static bool
put(struct small *t, const char *s, Py_ssize_t n)
{
    if (n > SMALL - t->n)
        return false;
    memcpy(t->at + t->n, s, (size_t)n);
    t->n += n;
    t->pieces += n > 0;
    return true;
}

static bool
put_int(struct small *t, PyObject *o)
{
    char digits[24];
    Py_ssize_t v = int_compact_value(o);
    size_t rest = v < 0 ? 0 - (size_t)v : (size_t)v;
    int at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + rest % 10);
    } while ((rest /= 10) != 0);
    if (v < 0)
        digits[--at] = '-';
    t->pieces++;
    return put(t, digits + at, (Py_ssize_t)sizeof(digits) - at);
}

static bool
put_value(struct small *t, PyObject *o)
{
    if (PyUnicode_CheckExact(o))
        return str_is_ascii(o) && put(t, PyUnicode_DATA(o), str_len(o));
    return PyLong_CheckExact(o) && int_is_compact(o) && put_int(t, o);
}

/* Results of one character are shared objects, and where all of it is one str, that is the result: the engines see to it. */
static bool
finish(const struct small *t, PyObject **out)
{
    if (t->n < 2 || t->pieces < 2)
        return false;
    *out = str_from_ascii(t->at, t->n);
    return true;
}

bool
format_small_percent(PyObject *format, PyObject *args, PyObject **out)
{
    bool is_tuple = PyTuple_CheckExact(args);
    Py_ssize_t n = str_len(format), used = 0, nargs = is_tuple ? PyTuple_GET_SIZE(args) : 1;
    if (!str_is_ascii(format) || n > SMALL)
        return false;
    struct small t;
    t.n = t.pieces = 0;
    const char *s = PyUnicode_DATA(format), *end = s + n;
    for (const char *p; (p = memchr(s, '%', (size_t)(end - s))) != NULL; s = p + 2) {
        if (!put(&t, s, p - s) || p + 1 == end)
            return false;
        if (p[1] == '%') {
            if (!put(&t, "%", 1))
                return false;
            continue;
        }
        PyObject *v = used == nargs ? NULL : is_tuple ? PyTuple_GET_ITEM(args, used) : args;
        used++;
        if (v == NULL || (p[1] != 's' && (p[1] != 'd' || !PyLong_CheckExact(v))) || !put_value(&t, v))
            return false;
    }
    return used == nargs && put(&t, s, end - s) && finish(&t, out);
}

/* Behind a '{': the number of the argument, or -1. *written: there have been numbers, which do not go together with empty fields. */
static Py_ssize_t
field(const char **s, const char *end, Py_ssize_t *auto_next, bool *written)
{
    if (*s < end && **s == '}') {
        (*s)++;
        return *written ? -1 : (*auto_next)++;
    }
    if (*s + 1 >= end || !Py_ISDIGIT(**s) || (*s)[1] != '}' || *auto_next > 0)
        return -1;
    *written = true;
    *s += 2;
    return (*s)[-2] - '0';
}

bool
format_small_string(PyObject *format, PyObject *args, PyObject **out)
{
    Py_ssize_t n = str_len(format), auto_next = 0;
    if (!str_is_ascii(format) || args == NULL || n > SMALL)
        return false;
    struct small t;
    bool written = false;
    t.n = t.pieces = 0;
    const char *s = PyUnicode_DATA(format), *end = s + n;
    while (s < end) {
        const char *literal = s;
        while (s < end && *s != '{' && *s != '}')
            s++;
        if (!put(&t, literal, s - literal))
            return false;
        if (s == end)
            break;
        char c = *s++;
        if (s < end && *s == c) {                        /* doubled: itself */
            if (!put(&t, s++, 1))
                return false;
            continue;
        }
        Py_ssize_t i = c == '{' ? field(&s, end, &auto_next, &written) : -1;
        PyObject *v = i < 0 || i >= PyTuple_GET_SIZE(args) ? NULL : PyTuple_GET_ITEM(args, i);
        if (v == NULL || !put_value(&t, v))
            return false;
    }
    return finish(&t, out);
}
