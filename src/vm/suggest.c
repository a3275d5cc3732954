/* vm/suggest.c: edit distance between identifiers. A move costs 2, a change of case 1; a third of the letters may differ. */
#include "vm/suggest.h"

#define MOVE 2
#define CASE 1
#define LONGEST 40
#define MOST_CANDIDATES 750

static size_t
substitution(char a, char b)
{
    if ((a & 31) != (b & 31))
        return MOVE;
    if (a == b)
        return 0;
    if ('A' <= a && a <= 'Z')
        a += 'a' - 'A';
    if ('A' <= b && b <= 'Z')
        b += 'a' - 'A';
    return a == b ? CASE : MOVE;
}

/* Distance of a and b, or max + 1 when it is larger. */
static size_t
distance(const char *a, size_t na, const char *b, size_t nb, size_t max)
{
    size_t row[LONGEST];
    while (na && nb && a[0] == b[0])
        a++, na--, b++, nb--;
    while (na && nb && a[na - 1] == b[nb - 1])
        na--, nb--;
    if (na == 0 || nb == 0)
        return (na + nb) * MOVE;
    if (na > LONGEST || nb > LONGEST)
        return max + 1;
    if (nb < na) {
        const char *t = a; a = b; b = t;
        size_t n = na; na = nb; nb = n;
    }
    if ((nb - na) * MOVE > max)
        return max + 1;
    for (size_t i = 0; i < na; i++)
        row[i] = (i + 1) * MOVE;
    size_t result = 0;
    for (size_t j = 0; j < nb; j++) {
        size_t diagonal = j * MOVE, best = SIZE_MAX;
        result = diagonal;
        for (size_t i = 0; i < na; i++) {
            size_t change = diagonal + substitution(b[j], a[i]);
            diagonal = row[i];
            size_t move = (result < diagonal ? result : diagonal) + MOVE;
            result = move < change ? move : change;
            row[i] = result;
            best = result < best ? result : best;
        }
        if (best > max)
            return max + 1;
    }
    return result;
}

PyObject *
suggest_similar(PyObject *candidates, PyObject *name)
{
    if (!PyUnicode_Check(name) || PyList_GET_SIZE(candidates) >= MOST_CANDIDATES)
        return NULL;
    Py_ssize_t n;
    const char *text = PyUnicode_AsUTF8AndSize(name, &n);
    if (text == NULL) {
        PyErr_Clear();
        return NULL;
    }
    PyObject *found = NULL;
    size_t closest = SIZE_MAX;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(candidates); i++) {
        PyObject *item = PyList_GET_ITEM(candidates, i);
        Py_ssize_t m;
        const char *s = PyUnicode_Check(item) ? PyUnicode_AsUTF8AndSize(item, &m) : NULL;
        if (s == NULL) {
            PyErr_Clear();
            continue;
        }
        if (PyUnicode_Compare(name, item) == 0)
            continue;
        size_t max = (size_t)(n + m + 3) * MOVE / 6;
        if (closest != SIZE_MAX && closest - 1 < max)
            max = closest - 1;
        size_t d = distance(text, (size_t)n, s, (size_t)m, max);
        if (d > max)
            continue;
        if (found == NULL || d < closest) {
            found = item;
            closest = d;
        }
    }
    return Py_XNewRef(found);
}

PyObject *
_Py_CalculateSuggestions(PyObject *dir, PyObject *name)
{
    return suggest_similar(dir, name);
}
