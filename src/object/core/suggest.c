/* object/core/suggest.c: edit distance with cheap changes of case.
 *
 * An insertion, deletion or replacement costs MOVE; a change between upper and lower case costs CASE. Long names and
 * long lists are not worth the time: they get no suggestion. The distance is the classic dynamic program with one
 * row, left as soon as a whole row exceeds the limit. */
#include "object/core/suggest.h"

#include <string.h>

enum { MOVE = 2, CASE = 1, MAX_NAMES = 750, MAX_LENGTH = 40 };

static inline Py_ssize_t
min_cost(Py_ssize_t a, Py_ssize_t b)
{
    return a < b ? a : b;
}

static inline unsigned char
to_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static Py_ssize_t
replace_cost(unsigned char a, unsigned char b)
{
    if (a == b)
        return 0;
    return to_lower(a) == to_lower(b) ? CASE : MOVE;
}

Py_ssize_t
suggest_edit_cost(const char *a, Py_ssize_t na, const char *b, Py_ssize_t nb, Py_ssize_t max_cost)
{
    Py_ssize_t row[MAX_LENGTH];
    if (a == b)
        return 0;
    while (na > 0 && nb > 0 && a[0] == b[0]) {
        a++, b++;
        na--, nb--;
    }
    while (na > 0 && nb > 0 && a[na - 1] == b[nb - 1])
        na--, nb--;
    if (na == 0 || nb == 0)
        return (na + nb) * MOVE;
    if (na > MAX_LENGTH || nb > MAX_LENGTH)
        return max_cost + 1;
    if (nb < na) {
        const char *s = a;
        Py_ssize_t n = na;
        a = b, na = nb;
        b = s, nb = n;
    }
    if ((nb - na) * MOVE > max_cost)
        return max_cost + 1;
    for (Py_ssize_t i = 0; i < na; i++)
        row[i] = (i + 1) * MOVE;
    Py_ssize_t result = 0;
    for (Py_ssize_t j = 0; j < nb; j++) {
        Py_ssize_t diagonal = j * MOVE, lowest = PY_SSIZE_T_MAX;
        result = diagonal;
        for (Py_ssize_t i = 0; i < na; i++) {
            Py_ssize_t replaced = diagonal + replace_cost(b[j], a[i]);
            diagonal = row[i];
            result = min_cost(replaced, min_cost(result, diagonal) + MOVE);
            row[i] = result;
            lowest = min_cost(lowest, result);
        }
        if (lowest > max_cost)
            return max_cost + 1;
    }
    return result;
}

OWNED PyObject *
suggest_name(PyObject *names, PyObject *name)
{
    if (PyList_GET_SIZE(names) >= MAX_NAMES)
        return NULL;
    Py_ssize_t n, best = PY_SSIZE_T_MAX;
    const char *s = PyUnicode_AsUTF8AndSize(name, &n);
    PyObject *found = NULL;
    if (s == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); i++) {
        PyObject *candidate = PyList_GET_ITEM(names, i);
        Py_ssize_t m;
        const char *t = PyUnicode_AsUTF8AndSize(candidate, &m);
        if (t == NULL)
            return NULL;
        if (n == m && memcmp(s, t, n) == 0)
            continue;
        Py_ssize_t limit = min_cost((n + m + 3) * MOVE / 6, best - 1);
        Py_ssize_t cost = suggest_edit_cost(s, n, t, m, limit);
        if (cost <= limit && (found == NULL || cost < best)) {
            found = candidate;
            best = cost;
        }
    }
    return Py_XNewRef(found);
}

Py_ssize_t
_Py_UTF8_Edit_Cost(PyObject *a, PyObject *b, Py_ssize_t max_cost)
{
    Py_ssize_t na, nb;
    const char *s = PyUnicode_AsUTF8AndSize(a, &na), *t;
    if (s == NULL || (t = PyUnicode_AsUTF8AndSize(b, &nb)) == NULL)
        return -1;
    if (max_cost == -1)
        max_cost = MOVE * (na > nb ? na : nb);
    return suggest_edit_cost(s, na, t, nb, max_cost);
}
