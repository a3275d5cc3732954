/* object/text/str_search.h: substring search over one character type, included once per type by str_find.c with
 * CHAR and FN(name) defined.
 *
 * A candidate is found by its first character and compared at once. When comparing has cost more than the text is
 * long, the search changes over to the two-way algorithm (Crochemore and Perrin 1991), which is linear. */

/* The critical factorisation of p: position after which the larger maximal suffix starts, and its period. */
static Py_ssize_t FN(maximal_suffix)(const CHAR *p, Py_ssize_t m, bool reversed, Py_ssize_t *period)
{
    Py_ssize_t suffix = -1, j = 0, k = 1, per = 1;
    while (j + k < m) {
        CHAR a = p[j + k], b = p[suffix + k];
        if (a == b) {
            if (k == per) {
                j += per;
                k = 1;
            }
            else
                k++;
        }
        else if (reversed ? a > b : a < b) {
            j += k;
            k = 1;
            per = j - suffix;
        }
        else {
            suffix = j++;
            k = per = 1;
        }
    }
    *period = per;
    return suffix;
}

static Py_ssize_t FN(two_way)(const CHAR *s, Py_ssize_t n, const CHAR *p, Py_ssize_t m)
{
    Py_ssize_t per, per2, at = FN(maximal_suffix)(p, m, false, &per), at2 = FN(maximal_suffix)(p, m, true, &per2);
    if (at2 > at) {
        at = at2;
        per = per2;
    }
    bool periodic = memcmp(p, p + per, (at + 1) * sizeof(CHAR)) == 0;
    Py_ssize_t memory = -1, pos = 0;
    if (!periodic)
        per = Py_MAX(at + 1, m - at - 1) + 1;
    while (pos <= n - m) {
        Py_ssize_t i = Py_MAX(at, memory) + 1;
        while (i < m && p[i] == s[pos + i])
            i++;
        if (i < m) {
            pos += i - at;
            memory = -1;
            continue;
        }
        i = at;
        while (i > memory && p[i] == s[pos + i])
            i--;
        if (i <= memory)
            return pos;
        pos += per;
        memory = periodic ? m - per - 1 : -1;
    }
    return -1;
}

static Py_ssize_t FN(find)(const CHAR *s, Py_ssize_t n, const CHAR *p, Py_ssize_t m)
{
    Py_ssize_t last = n - m, i = 0, budget = n + 16 * m;
    while (i <= last) {
        Py_ssize_t next = FN(find_char)(s + i, last - i + 1, p[0]);
        if (next < 0)
            return -1;
        i += next;
        Py_ssize_t k = 1;
        while (k < m && s[i + k] == p[k])
            k++;
        if (k == m)
            return i;
        i++;
        budget -= k;
        if (budget < 0) {
            Py_ssize_t at = FN(two_way)(s + i, n - i, p, m);
            return at < 0 ? -1 : i + at;
        }
    }
    return -1;
}

static Py_ssize_t FN(rfind)(const CHAR *s, Py_ssize_t n, const CHAR *p, Py_ssize_t m)
{
    uint64_t seen = 0;                       /* characters of p, by their low bits */
    for (Py_ssize_t i = 0; i < m; i++)
        seen |= (uint64_t)1 << (p[i] & 63);
    for (Py_ssize_t i = n - m; i >= 0; i--) {
        if (s[i] == p[0] && memcmp(s + i, p, m * sizeof(CHAR)) == 0)
            return i;
        if (i > 0 && !(seen >> (s[i - 1] & 63) & 1))
            i -= m;                          /* no match can contain s[i - 1] */
    }
    return -1;
}
#undef CHAR
#undef FN
