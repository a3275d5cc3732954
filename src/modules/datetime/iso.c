/* datetime/iso.c: reading ISO 8601. Works on plain characters: iso_ascii() turns everything beyond ASCII into one that is
 * nowhere valid but as the separator of date and time, which may be any character. */
#include "dt.h"

PyObject *
iso_invalid(PyObject *text)
{
    PyErr_Format(PyExc_ValueError, "Invalid isoformat string: %R", text);
    return NULL;
}

char *
iso_ascii(PyObject *text, Py_ssize_t *n)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "fromisoformat: argument must be str");
        return NULL;
    }
    *n = PyUnicode_GET_LENGTH(text);
    char *s = PyMem_Malloc((size_t)*n + 1);
    if (s == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < *n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(text, i);
        s[i] = c < 0x7f ? (char)c : 0x7f;
    }
    s[*n] = '\0';
    return s;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads exactly count digits before end and moves *p past them. */
static bool
digits(const char **p, const char *end, int count, int *out)
{
    if (end - *p < count)
        return false;
    for (*out = 0; count > 0; count--, ++*p) {
        if (!is_digit(**p))
            return false;
        *out = *out * 10 + (**p - '0');
    }
    return true;
}

/* Www[-D] after the year. */
static int
iso_week(const char *p, const char *end, bool dashed, int year, int out[3])
{
    int week, day = 1;
    p++;
    if (!digits(&p, end, 2, &week))
        return 1;
    if (p < end) {
        if (dashed && *p++ != '-')
            return 1;
        if (!digits(&p, end, 1, &day) || p != end)
            return 1;
    }
    return cal_from_iso(year, week, day, out) != 0;
}

int
iso_date(const char *s, Py_ssize_t n, int out[3])
{
    const char *p = s, *end = s + n;
    if ((n != 7 && n != 8 && n != 10) || !digits(&p, end, 4, &out[0]))
        return 1;
    bool dashed = *p == '-';
    p += dashed;
    if (*p == 'W')
        return iso_week(p, end, dashed, out[0], out);
    if (!digits(&p, end, 2, &out[1]) || (dashed && (p >= end || *p++ != '-')) || !digits(&p, end, 2, &out[2]))
        return 1;
    return p != end;
}

/* The digits of a second's fraction: six count, more are read and dropped. */
static int
iso_fraction(const char *p, const char *end, int *us)
{
    int length = end - p < 6 ? (int)(end - p) : 6;
    if (length == 0 || !digits(&p, end, length, us))
        return 1;
    for (; length < 6; length++)
        *us *= 10;
    while (p < end && is_digit(*p))
        p++;
    return p != end;
}

/* HH[:MM[:SS[.ffffff]]] or the same without colons. */
static int
iso_clock(const char *p, const char *end, int out[4])
{
    bool colons = false;
    memset(out, 0, 4 * sizeof(int));
    for (int i = 0; i < 3; i++) {
        if (!digits(&p, end, 2, &out[i]))
            return 1;
        if (p == end)
            return 0;
        if (i == 0)
            colons = *p == ':';
        if (*p == '.' || *p == ',')
            return iso_fraction(p + 1, end, &out[3]);
        if (colons && *p++ != ':')
            return 1;
    }
    return 1;
}

int
iso_time(const char *s, Py_ssize_t n, struct iso_time *t)
{
    const char *p = s, *end = s + n, *zone = p;
    int v[4];
    *t = (struct iso_time){ 0 };
    while (zone < end && *zone != '+' && *zone != '-' && *zone != 'Z')
        zone++;
    if (iso_clock(p, zone, v))
        return 1;
    t->hour = v[0], t->minute = v[1], t->second = v[2], t->us = v[3];
    if (zone == end)
        return 0;
    t->has_offset = true;
    if (*zone == 'Z')
        return zone + 1 != end;
    int sign = *zone == '-' ? -1 : 1;
    if (iso_clock(zone + 1, end, v))
        return 1;
    t->offset = sign * (v[0] * 3600 + v[1] * 60 + v[2]);
    t->offset_us = sign * v[3];
    return 0;
}

PyObject *
iso_zone(const struct iso_time *t)
{
    if (!t->has_offset)
        Py_RETURN_NONE;
    if (t->offset == 0)
        return Py_NewRef(dt_utc);
    PyObject *offset = delta_new(0, t->offset, t->offset_us, true, &dt_delta_type);
    PyObject *zone = offset == NULL ? NULL : timezone_checked(offset, NULL);
    Py_XDECREF(offset);
    return zone;
}

/* Where the date ends. A week date without a day and the separator's freedom make this ambiguous: after YYYY-Www a dash
 * followed by two digits is the separator, otherwise it introduces the day; of the digits after YYYYWww an even number
 * are a time, an odd number begin with the day. */
Py_ssize_t
iso_separator(const char *s, Py_ssize_t n)
{
    if (n == 7)
        return 7;
    if (s[4] == '-') {
        if (s[5] != 'W')
            return 10;
        if (n > 8 && s[8] == '-') {
            if (n == 9)
                return -1;
            return n > 10 && is_digit(s[10]) ? 8 : 10;
        }
        return 8;
    }
    if (s[4] != 'W')
        return 8;
    Py_ssize_t i = 7;
    while (i < n && is_digit(s[i]))
        i++;
    return i < 9 ? i : i % 2 == 0 ? 7 : 8;
}
