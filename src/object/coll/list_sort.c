/* object/coll/list_sort.c: a stable, adaptive merge sort.
 *
 * Idea:    find runs that are already ascending (or descending, which are turned round, equal ones twice), lengthen short ones
 *          to `minrun` by binary insertion, and merge neighbours. Which neighbours, and when, follows the powersort
 *          rule (Munro and Wild 2018): each boundary between runs has a power, its depth in a nearly balanced tree,
 *          and boundaries on the stack keep rising powers. A merge copies the shorter run out, and when one side
 *          keeps winning it searches exponentially ("gallops") instead of going step by step.
 * Compare: a first pass over the keys looks whether all have one type; then a comparison that skips dispatch is
 *          used: short strings, machine-size ints, floats, tuples by their first items.
 * Safety:  while sorting, the list looks empty; comparisons may run any code and may fail at any time, and then the
 *          items are all still there in some order. */
#include "object/coll/list.h"

#include <string.h>

#include "object/core/call.h"
#include "object/coll/coll.h"
#include "object/coll/list_priv.h"

#define MIN_GALLOP 7
#define MAX_RUNS 85                    /* powers strictly rise, so 64 would do */
#define TEMP_ITEMS 256                 /* merges of shorter runs need no allocation */

/* A stretch of keys and, with key=, the items that go along. */
struct stretch { PyObject **keys, **values; };

struct run { struct stretch at; Py_ssize_t len; int power; };

struct sort;
typedef int (*less_fn)(PyObject *a, PyObject *b, struct sort *s);   /* 1, 0, -1 with an exception */

struct sort {
    less_fn less, item_less;           /* item_less: for the first items of tuples */
    richcmpfunc richcompare;           /* of the common type, if item compare is by slot */
    Py_ssize_t min_gallop, total;
    PyObject **base;                   /* keys[0]: positions of runs count from here */
    int nruns;
    struct run runs[MAX_RUNS];
    struct stretch temp;
    Py_ssize_t temp_room;
    PyObject *temp_items[TEMP_ITEMS];
};

/* ---- comparisons ---- */

static int
less_any(PyObject *a, PyObject *b, struct sort *s)
{
    return PyObject_RichCompareBool(a, b, Py_LT);
}

/* One common type: its slot is called without the dance of reflected operands. */
static int
less_same_type(PyObject *a, PyObject *b, struct sort *s)
{
    /* A comparison may have changed the class of an item or the slot of the class. */
    if (UNLIKELY(Py_TYPE(a)->tp_richcompare != s->richcompare))
        return PyObject_RichCompareBool(a, b, Py_LT);
    PyObject *r = s->richcompare(a, b, Py_LT);
    if (r == Py_NotImplemented)
        return PyObject_RichCompareBool(a, b, Py_LT);
    if (r == NULL)
        return -1;
    if (r == Py_True || r == Py_False)
        return r == Py_True;
    int result = PyObject_IsTrue(r);
    Py_DECREF(r);
    return result;
}

static int
less_latin(PyObject *a, PyObject *b, struct sort *s)
{
    Py_ssize_t na = PyUnicode_GET_LENGTH(a), nb = PyUnicode_GET_LENGTH(b);
    int c = memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)(na < nb ? na : nb));
    return c != 0 ? c < 0 : na < nb;
}

static inline Py_ssize_t
small_int(PyObject *op)
{
    PyLongObject *v = (PyLongObject *)op;
    return (1 - (Py_ssize_t)(v->long_value.lv_tag & 3)) * (Py_ssize_t)v->long_value.ob_digit[0];
}

static int
less_int(PyObject *a, PyObject *b, struct sort *s)
{
    return small_int(a) < small_int(b);
}

static int
less_float(PyObject *a, PyObject *b, struct sort *s)
{
    return ((PyFloatObject *)a)->ob_fval < ((PyFloatObject *)b)->ob_fval;
}

/* Tuples, none empty: the first items decide unless equal. */
static int
less_tuple(PyObject *a, PyObject *b, struct sort *s)
{
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b), i;
    for (i = 0; i < na && i < nb; i++) {
        int same = PyObject_RichCompareBool(PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(b, i), Py_EQ);
        if (same < 0)
            return -1;
        if (!same)
            break;
    }
    if (i >= na || i >= nb)
        return na < nb;
    if (i == 0)
        return s->item_less(PyTuple_GET_ITEM(a, 0), PyTuple_GET_ITEM(b, 0), s);
    return PyObject_RichCompareBool(PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(b, i), Py_LT);
}

/* The best comparison for n keys (or, first_items, for the first items of n tuples). */
static less_fn
choose_less(PyObject **keys, Py_ssize_t n, bool first_items, struct sort *s)
{
#define KEY(i) (first_items ? PyTuple_GET_ITEM(keys[i], 0) : keys[i])
    PyTypeObject *t = Py_TYPE(KEY(0));
    bool latin = t == &PyUnicode_Type, small = t == &PyLong_Type;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *key = KEY(i);
        if (Py_TYPE(key) != t)
            return less_any;
        if (latin && PyUnicode_KIND(key) != PyUnicode_1BYTE_KIND)
            latin = false;
        else if (small && ((PyLongObject *)key)->long_value.lv_tag >= (2 << 3))
            small = false;
    }
#undef KEY
    if (latin)
        return less_latin;
    if (small)
        return less_int;
    if (t == &PyFloat_Type)
        return less_float;
    s->richcompare = t->tp_richcompare;
    return s->richcompare != NULL ? less_same_type : less_any;
}

static void
prepare_less(struct sort *s, PyObject **keys, Py_ssize_t n)
{
    bool tuples = Py_TYPE(keys[0]) == &PyTuple_Type && Py_SIZE(keys[0]) > 0;
    for (Py_ssize_t i = 0; tuples && i < n; i++)
        tuples = Py_TYPE(keys[i]) == &PyTuple_Type && Py_SIZE(keys[i]) > 0;
    if (!tuples) {
        s->less = choose_less(keys, n, false, s);
        return;
    }
    s->item_less = choose_less(keys, n, true, s);
    s->less = less_tuple;
}

/* ---- stretches ---- */

static inline void
put(struct stretch *to, Py_ssize_t i, struct stretch *from, Py_ssize_t j)
{
    to->keys[i] = from->keys[j];
    if (to->values != NULL)
        to->values[i] = from->values[j];
}

static inline void
copy_n(struct stretch *to, Py_ssize_t i, struct stretch *from, Py_ssize_t j, Py_ssize_t n)
{
    memcpy(&to->keys[i], &from->keys[j], (size_t)n * sizeof(PyObject *));
    if (to->values != NULL)
        memcpy(&to->values[i], &from->values[j], (size_t)n * sizeof(PyObject *));
}

static inline void
move_n(struct stretch *to, Py_ssize_t i, struct stretch *from, Py_ssize_t j, Py_ssize_t n)
{
    memmove(&to->keys[i], &from->keys[j], (size_t)n * sizeof(PyObject *));
    if (to->values != NULL)
        memmove(&to->values[i], &from->values[j], (size_t)n * sizeof(PyObject *));
}

static inline struct stretch
from_at(struct stretch s, Py_ssize_t n)
{
    s.keys += n;
    if (s.values != NULL)
        s.values += n;
    return s;
}

static void
reverse_stretch(struct stretch *s, Py_ssize_t n)
{
    list_reverse_items(s->keys, n);
    if (s->values != NULL)
        list_reverse_items(s->values, n);
}

/* ---- runs ---- */

/* How far keys[len..n) go on without one that is less than the one before; -1 on error. */
static Py_ssize_t
ascending(struct sort *s, PyObject **k, Py_ssize_t len, Py_ssize_t n)
{
    int less = 0;
    while (len < n && (less = s->less(k[len], k[len - 1], s)) == 0)
        len++;
    return less < 0 ? -1 : len;
}

/* The last `equal` keys of keys[0..len) turned round, with the one before them, which they equal: all will be turned round once more. */
static void
turn_equals(struct stretch *at, Py_ssize_t len, Py_ssize_t equal)
{
    struct stretch last = from_at(*at, len - equal - 1);
    if (equal > 0)
        reverse_stretch(&last, equal + 1);
}

/* keys[0..len) do not rise, equals among them have been turned round: how far that goes on, so too; -1 on error. */
static Py_ssize_t
descending(struct sort *s, struct stretch *at, Py_ssize_t len, Py_ssize_t n)
{
    PyObject **k = at->keys;
    Py_ssize_t equal = 0;
    for (; len < n; len++) {
        int less = s->less(k[len], k[len - 1], s);
        if (less < 0)
            return -1;
        if (less) {
            turn_equals(at, len, equal);
            equal = 0;
            continue;
        }
        int more = s->less(k[len - 1], k[len], s);
        if (more < 0)
            return -1;
        if (more)
            break;
        equal++;
    }
    turn_equals(at, len, equal);
    return len;
}

/* Length of the run at the start of keys[0..n), made ascending; -1 on error. Programs see which keys are compared, and in which order the items are when that fails: both are CPython's. */
static Py_ssize_t
find_run(struct sort *s, struct stretch *at, Py_ssize_t n)
{
    PyObject **k = at->keys;
    Py_ssize_t len = n < 2 ? n : ascending(s, k, 1, n);
    if (len < 0 || len == n)
        return len;
    if (len > 1) {
        int rises = s->less(k[0], k[len - 1], s);
        if (rises != 0)
            return rises < 0 ? -1 : len;
        reverse_stretch(at, len);                        /* all equal so far */
    }
    len = descending(s, at, len + 1, n);
    if (len < 0)
        return -1;
    reverse_stretch(at, len);
    return ascending(s, k, len, n);
}

/* keys[0..done) are sorted; insert the rest of keys[0..n). */
static int
insert_rest(struct sort *s, struct stretch *at, Py_ssize_t done, Py_ssize_t n)
{
    PyObject **k = at->keys;
    for (; done < n; done++) {
        PyObject *pivot = k[done];
        Py_ssize_t lo = 0, hi = done;
        while (lo < hi) {
            Py_ssize_t mid = (lo + hi) >> 1;
            int less = s->less(pivot, k[mid], s);
            if (less < 0)
                return -1;
            if (less)
                hi = mid;
            else
                lo = mid + 1;
        }
        memmove(&k[lo + 1], &k[lo], (size_t)(done - lo) * sizeof(PyObject *));
        k[lo] = pivot;
        if (at->values != NULL) {
            PyObject *v = at->values[done];
            memmove(&at->values[lo + 1], &at->values[lo], (size_t)(done - lo) * sizeof(PyObject *));
            at->values[lo] = v;
        }
    }
    return 0;
}

/* Between 32 and 64 such that n / minrun is a little below a power of two. */
static Py_ssize_t
minrun_for(Py_ssize_t n)
{
    Py_ssize_t odd = 0;
    while (n >= 64) {
        odd |= n & 1;
        n >>= 1;
    }
    return n + odd;
}

/* ---- galloping ---- */

/* Where `key` goes into the sorted a[0..n), in front of its equals (left) or behind them (right), searching outwards
 * from a[hint]. -1 on error. */
static Py_ssize_t
gallop(struct sort *s, PyObject *key, PyObject **a, Py_ssize_t n, Py_ssize_t hint, bool right)
{
    /* before(i): a[i] stays in front of key. */
#define BEFORE(i, out) \
    do { \
        int less_ = right ? s->less(key, a[i], s) : s->less(a[i], key, s); \
        if (less_ < 0) \
            return -1; \
        (out) = right ? !less_ : less_; \
    } while (0)
    Py_ssize_t lo, hi, step = 1;
    int before;
    BEFORE(hint, before);
    if (before) {
        lo = hint;
        while ((hi = hint + step) < n) {
            BEFORE(hi, before);
            if (!before)
                break;
            lo = hi;
            step = step > (n >> 1) ? n : (step << 1) + 1;
        }
        if (hi > n)
            hi = n;
    }
    else {
        hi = hint;
        while ((lo = hint - step) >= 0) {
            BEFORE(lo, before);
            if (before)
                break;
            hi = lo;
            step = step > (n >> 1) ? n : (step << 1) + 1;
        }
        if (lo < -1)
            lo = -1;
    }
    for (lo++; lo < hi;) {                 /* a[lo - 1] before, a[hi] not */
        Py_ssize_t mid = lo + ((hi - lo) >> 1);
        BEFORE(mid, before);
        if (before)
            lo = mid + 1;
        else
            hi = mid;
    }
#undef BEFORE
    return hi;
}

/* ---- merging ---- */

static int
need_temp(struct sort *s, Py_ssize_t n)
{
    if (n <= s->temp_room)
        return 0;
    int arrays = s->temp.values != NULL ? 2 : 1;
    if (s->temp.keys != s->temp_items)
        PyMem_Free(s->temp.keys);
    s->temp.keys = NULL;
    if ((size_t)n <= PY_SSIZE_T_MAX / sizeof(PyObject *) / arrays)
        s->temp.keys = PyMem_Malloc((size_t)n * arrays * sizeof(PyObject *));
    if (s->temp.keys == NULL) {
        s->temp.keys = s->temp_items;
        s->temp_room = TEMP_ITEMS / arrays;
        if (arrays == 2)
            s->temp.values = s->temp.keys + s->temp_room;
        PyErr_NoMemory();
        return -1;
    }
    s->temp_room = n;
    if (arrays == 2)
        s->temp.values = s->temp.keys + n;
    return 0;
}

/* Merge a[0..na) with b[0..nb) behind it, na <= nb: a goes to temp and we fill from the left. */
static int
merge_low(struct sort *s, struct stretch a, Py_ssize_t na, struct stretch b, Py_ssize_t nb)
{
    if (need_temp(s, na) < 0)
        return -1;
    struct stretch t = s->temp, out = a;
    Py_ssize_t i = 0, j = 0, at = 0, k;    /* next of temp, of b, to write */
    int result = -1;
    copy_n(&t, 0, &a, 0, na);
    put(&out, at++, &b, j++);
    if (nb == 1)
        goto done;
    if (na == 1)
        goto last_a;
    for (Py_ssize_t min_gallop = s->min_gallop;;) {
        Py_ssize_t a_won = 0, b_won = 0;
        do {
            int less = s->less(b.keys[j], t.keys[i], s);
            if (less < 0)
                goto fail;
            if (less) {
                put(&out, at++, &b, j++);
                b_won++;
                a_won = 0;
                if (j == nb)
                    goto done;
            }
            else {
                put(&out, at++, &t, i++);
                a_won++;
                b_won = 0;
                if (i == na - 1)
                    goto last_a;
            }
        } while ((a_won | b_won) < min_gallop);
        min_gallop++;
        do {
            min_gallop -= min_gallop > 1;
            s->min_gallop = min_gallop;
            k = gallop(s, b.keys[j], t.keys + i, na - i, 0, true);
            if (k < 0)
                goto fail;
            a_won = k;
            copy_n(&out, at, &t, i, k);
            at += k;
            i += k;
            if (i == na - 1)
                goto last_a;
            if (i >= na)               /* an inconsistent comparison: nothing of a is left */
                goto done;
            put(&out, at++, &b, j++);
            if (j == nb)
                goto done;
            k = gallop(s, t.keys[i], b.keys + j, nb - j, 0, false);
            if (k < 0)
                goto fail;
            b_won = k;
            move_n(&out, at, &b, j, k);
            at += k;
            j += k;
            if (j == nb)
                goto done;
            put(&out, at++, &t, i++);
            if (i == na - 1)
                goto last_a;
        } while (a_won >= MIN_GALLOP || b_won >= MIN_GALLOP);
        s->min_gallop = ++min_gallop;
    }
done:
    result = 0;
fail:
    copy_n(&out, at, &t, i, na - i);
    return result;
last_a:
    /* The last of a belongs behind all of b. */
    move_n(&out, at, &b, j, nb - j);
    put(&out, at + nb - j, &t, i);
    return 0;
}

/* The mirror image, na >= nb: b goes to temp and we fill from the right. */
static int
merge_high(struct sort *s, struct stretch a, Py_ssize_t na, struct stretch b, Py_ssize_t nb)
{
    if (need_temp(s, nb) < 0)
        return -1;
    struct stretch t = s->temp, out = a;
    Py_ssize_t i = na - 1, j = nb - 1, at = na + nb - 1, k;   /* last of a, of temp, to write */
    int result = -1;
    copy_n(&t, 0, &b, 0, nb);
    put(&out, at--, &a, i--);
    if (na == 1)
        goto done;
    if (nb == 1)
        goto last_b;
    for (Py_ssize_t min_gallop = s->min_gallop;;) {
        Py_ssize_t a_won = 0, b_won = 0;
        do {
            int less = s->less(t.keys[j], a.keys[i], s);
            if (less < 0)
                goto fail;
            if (less) {
                put(&out, at--, &a, i--);
                a_won++;
                b_won = 0;
                if (i < 0)
                    goto done;
            }
            else {
                put(&out, at--, &t, j--);
                b_won++;
                a_won = 0;
                if (j == 0)
                    goto last_b;
            }
        } while ((a_won | b_won) < min_gallop);
        min_gallop++;
        do {
            min_gallop -= min_gallop > 1;
            s->min_gallop = min_gallop;
            k = gallop(s, t.keys[j], a.keys, i + 1, i, true);
            if (k < 0)
                goto fail;
            k = i + 1 - k;
            a_won = k;
            at -= k;
            i -= k;
            move_n(&out, at + 1, &a, i + 1, k);
            if (i < 0)
                goto done;
            put(&out, at--, &t, j--);
            if (j == 0)
                goto last_b;
            k = gallop(s, a.keys[i], t.keys, j + 1, j, false);
            if (k < 0)
                goto fail;
            k = j + 1 - k;
            b_won = k;
            at -= k;
            j -= k;
            copy_n(&out, at + 1, &t, j + 1, k);
            if (j == 0)
                goto last_b;
            if (j < 0)                 /* an inconsistent comparison: nothing of b is left */
                goto done;
            put(&out, at--, &a, i--);
            if (i < 0)
                goto done;
        } while (a_won >= MIN_GALLOP || b_won >= MIN_GALLOP);
        s->min_gallop = ++min_gallop;
    }
done:
    result = 0;
fail:
    copy_n(&out, at - j, &t, 0, j + 1);
    return result;
last_b:
    /* The first of b belongs in front of what is left of a. */
    move_n(&out, at - i, &a, 0, i + 1);
    put(&out, at - i - 1, &t, 0);
    return 0;
}

/* Merge runs[i] and runs[i + 1]. */
static int
merge_at(struct sort *s, int i)
{
    struct stretch a = s->runs[i].at, b = s->runs[i + 1].at;
    Py_ssize_t na = s->runs[i].len, nb = s->runs[i + 1].len;
    s->runs[i].len = na + nb;
    if (i == s->nruns - 3)
        s->runs[i + 1] = s->runs[i + 2];
    s->nruns--;
    Py_ssize_t k = gallop(s, b.keys[0], a.keys, na, 0, true);   /* a[0..k) is in place */
    if (k < 0)
        return -1;
    a = from_at(a, k);
    na -= k;
    if (na == 0)
        return 0;
    nb = gallop(s, a.keys[na - 1], b.keys, nb, nb - 1, false);  /* b[nb..) is in place */
    if (nb <= 0)
        return nb < 0 ? -1 : 0;
    return na <= nb ? merge_low(s, a, na, b, nb) : merge_high(s, a, na, b, nb);
}

/* Depth, in a tree that halves 0..n again and again, of the first cut between the middles of two neighbour runs. */
static int
power_between(Py_ssize_t at, Py_ssize_t n1, Py_ssize_t n2, Py_ssize_t n)
{
    int power = 0;
    Py_ssize_t a = 2 * at + n1, b = a + n1 + n2;   /* twice the middles */
    for (;;) {
        power++;
        if (a >= n) {
            a -= n;
            b -= n;
        }
        else if (b >= n)
            return power;
        a <<= 1;
        b <<= 1;
    }
}

static int
push_run(struct sort *s, struct stretch at, Py_ssize_t len)
{
    if (s->nruns > 0) {
        struct run *top = &s->runs[s->nruns - 1];
        int power = power_between(top->at.keys - s->base, top->len, len, s->total);
        while (s->nruns > 1 && s->runs[s->nruns - 2].power > power)
            if (merge_at(s, s->nruns - 2) < 0)
                return -1;
        s->runs[s->nruns - 1].power = power;
    }
    s->runs[s->nruns++] = (struct run){ at, len, 0 };
    return 0;
}

static int
merge_all(struct sort *s)
{
    while (s->nruns > 1) {
        int i = s->nruns - 2;
        if (i > 0 && s->runs[i - 1].len < s->runs[i + 1].len)
            i--;
        if (merge_at(s, i) < 0)
            return -1;
    }
    return 0;
}

static int
sort_stretch(struct sort *s, struct stretch at, Py_ssize_t n)
{
    s->min_gallop = MIN_GALLOP;
    s->total = n;
    s->base = at.keys;
    s->nruns = 0;
    s->temp.keys = s->temp_items;
    s->temp_room = at.values != NULL ? TEMP_ITEMS / 2 : TEMP_ITEMS;
    s->temp.values = at.values != NULL ? s->temp_items + TEMP_ITEMS / 2 : NULL;
    Py_ssize_t minrun = minrun_for(n);
    int result = -1;
    while (n > 0) {
        Py_ssize_t len = find_run(s, &at, n);
        if (len < 0)
            goto done;
        if (len < minrun) {
            Py_ssize_t want = n < minrun ? n : minrun;
            if (insert_rest(s, &at, len, want) < 0)
                goto done;
            len = want;
        }
        if (push_run(s, at, len) < 0)
            goto done;
        at = from_at(at, len);
        n -= len;
    }
    result = merge_all(s);
done:
    if (s->temp.keys != s->temp_items)
        PyMem_Free(s->temp.keys);
    return result;
}

/* ---- the list ---- */

/* keys[i] = key(items[i]); 0 or -1 with nothing to release. */
static int
make_keys(PyObject *key, PyObject **items, PyObject **keys, Py_ssize_t n)
{
    PyThreadState *ts = ts_current();
    for (Py_ssize_t i = 0; i < n; i++) {
        keys[i] = call_one(ts, key, items[i]);
        if (keys[i] == NULL) {
            while (--i >= 0)
                Py_DECREF(keys[i]);
            return -1;
        }
    }
    return 0;
}

static int
sort_items(PyObject **items, Py_ssize_t n, PyObject *key, int reverse)
{
    struct sort s;
    struct stretch at = { items, NULL };
    PyObject *few[128], **keys = NULL;
    if (key != NULL) {
        keys = n <= 128 ? few : PyMem_Malloc((size_t)n * sizeof(PyObject *));
        if (keys == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        if (make_keys(key, items, keys, n) < 0) {
            if (keys != few)
                PyMem_Free(keys);
            return -1;
        }
        at = (struct stretch){ keys, items };
    }
    int result = 0;
    if (n > 1) {
        /* Reversing before and after keeps equal items in order. Keys die in the order in which they were sorted. */
        if (reverse)
            reverse_stretch(&at, n);
        prepare_less(&s, at.keys, n);
        result = sort_stretch(&s, at, n);
        if (reverse)
            list_reverse_items(items, n);
    }
    if (keys != NULL) {
        for (Py_ssize_t i = 0; i < n; i++)
            Py_DECREF(keys[i]);
        if (keys != few)
            PyMem_Free(keys);
    }
    return result;
}

int
list_sort(PyListObject *l, PyObject *key, int reverse)
{
    Py_ssize_t n = Py_SIZE(l), allocated = l->allocated;
    PyObject **items = l->ob_item;
    Py_SET_SIZE(l, 0);
    l->ob_item = NULL;
    l->allocated = -1;                     /* any operation on the list meanwhile changes this */
    int result = sort_items(items, n, key, reverse);
    if (l->allocated != -1 && result >= 0) {
        PyErr_SetString(PyExc_ValueError, "list modified during sort");
        result = -1;
    }
    PyObject **other = l->ob_item;
    Py_ssize_t others = Py_SIZE(l), other_room = l->allocated;
    l->ob_item = items;
    Py_SET_SIZE(l, n);
    l->allocated = allocated;
    if (other != NULL) {
        while (--others >= 0)
            Py_XDECREF(other[others]);
        list_items_free(other, other_room);
    }
    return result;
}
