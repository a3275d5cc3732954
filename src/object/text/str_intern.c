/* object/text/str_intern.c: one object per text for names.
 *
 * Several places hold interned strings: the one-character ones and the names of ids.def lie in _PyRuntime, those of the
 * frozen modules in the program; they are found without any start-up work (by code, or through the hash tables that
 * tools/gen/intern_table.py and adder-freeze lay out); all others are in an open-addressing table. That table owns nothing: a mortal string is taken out when it dies, an
 * immortal one never dies. Interpreters that share the main one's memory share its table too; others have their own, and
 * beside it see the main one's immortal strings, which C variables may hold. C code of old modules can let a string die in
 * another interpreter than its own: it is looked for everywhere. */
#include "object/text/str.h"

#include <string.h>

#include "rt/interp.h"
#include "rt/locale_text.h"
#include "rt/singletons.h"
#include "rt/thread.h"

#include "object/text/str_static_table.h"

#define DEAD ((PyObject *)-1)
#define TABLE_MIN 1024

/* ---- the static strings ---- */

/* Eight bytes at a time; the last ones of a text may be taken twice. tools/gen/intern_table.py does the same. */
uint32_t str_text_hash(const char *s, Py_ssize_t n)
{
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = (uint64_t)n * factor, w;
    if (n >= 8) {
        for (Py_ssize_t i = 0; i + 8 < n; i += 8) {
            memcpy(&w, s + i, 8);
            h = (h ^ w) * factor;
            h ^= h >> 32;
        }
        memcpy(&w, s + n - 8, 8);
    }
    else if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, s, 4);
        memcpy(&b, s + n - 4, 4);
        w = a | (uint64_t)b << 32;
    }
    else
        w = n == 0 ? 0 : (unsigned char)s[0] | (unsigned)(unsigned char)s[n / 2] << 8 | (unsigned)(unsigned char)s[n - 1] << 16;
    h = (h ^ w) * factor;
    return (uint32_t)(h >> 32);
}

/* Strings of the frozen modules; without them, a table of nothing. */
static PyObject *const nothing[1];
static PyObject *const *more_static = nothing;
static size_t more_mask;

void str_add_static(PyObject *const *table, size_t mask)
{
    more_static = table;
    more_mask = mask;
}

static inline PyObject *probe(PyObject *const *table, size_t mask, uint32_t hash, const char *s, Py_ssize_t n)
{
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        PyObject *op = table[i];
        if (op == NULL || (str_len(op) == n && memcmp((PyASCIIObject *)op + 1, s, (size_t)n) == 0))
            return op;
    }
}

PyObject *str_static_lookup(const char *s, Py_ssize_t n)
{
    if (n <= 1)
        return n == 0 ? EMPTY_STR : LATIN1_CHAR((unsigned char)s[0]);
    if (n > STR_STATIC_LENGTH_MAX)
        return NULL;
    uint32_t hash = str_text_hash(s, n);
    PyObject *found = probe(static_table, STATIC_TABLE_MASK, hash, s, n);
    return found != NULL ? found : probe(more_static, more_mask, hash, s, n);
}

/* ---- the table ---- */

static int table_resize(struct str_state *st)
{
    size_t size = TABLE_MIN;
    while (size < st->used * 3)
        size *= 2;
    PyObject **slots = PyMem_RawCalloc(size, sizeof(PyObject *));
    if (slots == NULL)
        return -1;
    for (size_t i = 0; st->interned != NULL && i <= st->mask; i++) {
        PyObject *op = st->interned[i];
        if (op == NULL || op == DEAD)
            continue;
        size_t j = (size_t)str_hash(op) & (size - 1);
        while (slots[j] != NULL)
            j = (j + 1) & (size - 1);
        slots[j] = op;
    }
    PyMem_RawFree(st->interned);
    st->interned = slots;
    st->mask = size - 1;
    st->filled = st->used;
    return 0;
}

static PyObject **table_find(struct str_state *st, PyObject *s)
{
    Py_hash_t h = str_hash(s);
    PyObject **dead = NULL;
    for (size_t i = (size_t)h & st->mask;; i = (i + 1) & st->mask) {
        PyObject *op = st->interned[i];
        if (op == NULL)
            return dead != NULL ? dead : &st->interned[i];
        if (op == DEAD) {
            if (dead == NULL)
                dead = &st->interned[i];
        }
        else if (((PyASCIIObject *)op)->hash == h && str_eq(op, s))
            return &st->interned[i];
    }
}

/* The table of an interpreter; NULL before its start and after its end. */
static struct str_state *table_of(PyInterpreterState *interp)
{
    return interp_allows(interp, RT_USE_MAIN_OBMALLOC) ? rt_main_interp->strs : interp->strs;
}

Py_ssize_t str_interned_count(void) { return (Py_ssize_t)table_of(interp_current())->used; }

PyObject *str_interned_next(size_t *i)
{
    struct str_state *st = table_of(interp_current());
    while (st->interned != NULL && *i <= st->mask) {
        PyObject *op = st->interned[(*i)++];
        if (op != NULL && op != DEAD)
            return op;
    }
    return NULL;
}

static bool table_remove(struct str_state *st, PyObject *s)
{
    if (st == NULL || st->interned == NULL)
        return false;
    PyObject **slot = table_find(st, s);
    if (*slot != s)
        return false;
    *slot = DEAD;
    st->used--;
    return true;
}

void str_intern_remove(PyObject *s)
{
    if (table_remove(table_of(interp_current()), s))
        return;
    for (PyInterpreterState *i = PyInterpreterState_Head(); i != NULL; i = PyInterpreterState_Next(i))
        if (table_remove(i->strs, s))
            return;
}

/* An immortal string of the main interpreter, or NULL. */
static PyObject *shared_immortal(PyObject *s)
{
    struct str_state *st = rt_main_interp->strs;
    PyObject *found = st == NULL || st->interned == NULL ? NULL : *table_find(st, s);
    return found == NULL || found == DEAD || PyUnicode_CHECK_INTERNED(found) < SSTATE_INTERNED_IMMORTAL ? NULL : found;
}

static void make_immortal(PyObject *s)
{
    s->ob_refcnt = _Py_IMMORTAL_REFCNT;
    ((PyASCIIObject *)s)->state.interned = SSTATE_INTERNED_IMMORTAL;
}

static void intern(PyObject **p, bool immortal)
{
    PyObject *s = *p;
    if (s == NULL || !PyUnicode_CheckExact(s))
        return;
    unsigned state = PyUnicode_CHECK_INTERNED(s);
    if (state != SSTATE_NOT_INTERNED) {
        if (immortal && state == SSTATE_INTERNED_MORTAL)
            make_immortal(s);
        return;
    }
    PyObject *found = NULL;
    if (PyUnicode_KIND(s) == 1 && (PyUnicode_IS_ASCII(s) || str_len(s) == 1))
        found = str_static_lookup(PyUnicode_DATA(s), str_len(s));
    if (found != NULL) {
        Py_SETREF(*p, Py_NewRef(found));
        return;
    }
    struct str_state *st = table_of(interp_current());
    if (st == NULL || ((st->interned == NULL || st->filled * 3 >= (st->mask + 1) * 2) && table_resize(st) < 0))
        return;
    PyObject **slot = table_find(st, s);
    if (*slot != NULL && *slot != DEAD) {
        found = *slot;
        Py_SETREF(*p, Py_NewRef(found));
        if (immortal && PyUnicode_CHECK_INTERNED(found) == SSTATE_INTERNED_MORTAL)
            make_immortal(found);
        return;
    }
    if (st != rt_main_interp->strs && (found = shared_immortal(s)) != NULL) {
        Py_SETREF(*p, Py_NewRef(found));
        return;
    }
    st->filled += *slot == NULL;
    st->used++;
    *slot = s;
    ((PyASCIIObject *)s)->state.interned = SSTATE_INTERNED_MORTAL;
    if (immortal)
        make_immortal(s);
}

void str_intern_mortal(PyObject **p) { intern(p, false); }
void str_intern_immortal(PyObject **p) { intern(p, true); }
void _PyUnicode_InternMortal(PyInterpreterState *interp, PyObject **p) { intern(p, false); }
void _PyUnicode_InternImmortal(PyInterpreterState *interp, PyObject **p) { intern(p, true); }
void _PyUnicode_InternInPlace(PyInterpreterState *interp, PyObject **p) { intern(p, false); }
void PyUnicode_InternInPlace(PyObject **p) { intern(p, false); }

PyAPI_FUNC(void) PyUnicode_InternImmortal(PyObject **p);
void PyUnicode_InternImmortal(PyObject **p) { intern(p, true); }

/* The string with these ASCII characters: the interned one if there is one, else a new one, whose hash is known. */
static OWNED PyObject *ascii_interned_or_new(const char *s, Py_ssize_t n)
{
    PyObject *op = str_static_lookup(s, n);
    if (op != NULL)
        return Py_NewRef(op);
    struct str_state *st = table_of(interp_current());
    Py_hash_t h = rt_hash_bytes(s, n);
    if (LIKELY(st != NULL && st->interned != NULL)) {
        for (size_t i = (size_t)h & st->mask; (op = st->interned[i]) != NULL; i = (i + 1) & st->mask)
            if (op != DEAD && ((PyASCIIObject *)op)->hash == h && str_len(op) == n && PyUnicode_IS_ASCII(op)
                && memcmp(PyUnicode_DATA(op), s, (size_t)n) == 0)
                return Py_NewRef(op);
    }
    op = str_from_ascii(s, n);
    if (op != NULL)
        ((PyASCIIObject *)op)->hash = h;
    return op;
}

PyObject *str_intern_bytes(const char *s, Py_ssize_t n)
{
    PyObject *op = bytes_are_ascii(s, n) ? ascii_interned_or_new(s, n) : PyUnicode_DecodeUTF8(s, n, NULL);
    if (op != NULL && PyUnicode_CHECK_INTERNED(op) == SSTATE_NOT_INTERNED)
        str_intern_mortal(&op);
    return op;
}

PyObject *str_for_lookup(const char *s)
{
    Py_ssize_t n = (Py_ssize_t)strlen(s);
    return bytes_are_ascii(s, n) ? ascii_interned_or_new(s, n) : PyUnicode_DecodeUTF8(s, n, NULL);
}

PyObject *PyUnicode_InternFromString(const char *s) { return str_intern_bytes(s, (Py_ssize_t)strlen(s)); }

/* ---- identifiers of old C code ---- */

static Py_ssize_t next_id_index;

PyObject *_PyUnicode_FromId(_Py_Identifier *id)
{
    struct str_state *st = interp_current()->strs;
    if (id->index < 0)
        id->index = next_id_index++;
    if (id->index >= st->n_ids) {
        Py_ssize_t n = Py_MAX(16, id->index * 2);
        PyObject **ids = PyMem_RawRealloc(st->ids, n * sizeof(PyObject *));
        if (ids == NULL)
            return PyErr_NoMemory();
        memset(ids + st->n_ids, 0, (n - st->n_ids) * sizeof(PyObject *));
        st->ids = ids;
        st->n_ids = n;
    }
    if (st->ids[id->index] == NULL) {
        PyObject *s = PyUnicode_FromString(id->string);
        if (s == NULL)
            return NULL;
        str_intern_immortal(&s);
        st->ids[id->index] = s;
    }
    return st->ids[id->index];
}

/* ---- state ---- */

int text_init(PyInterpreterState *interp)
{
    interp->strs = PyMem_RawCalloc(1, sizeof(struct str_state));
    if (interp->strs == NULL)
        return -1;
    interp->strs->fs_utf8 = rt_locale_kind == LOCALE_UTF8;
    return interp_is_main(interp) ? table_resize(interp->strs) : 0;
}

void text_fini(PyInterpreterState *interp)
{
    struct str_state *st = interp->strs;
    if (st == NULL)
        return;
    for (size_t i = 0; st->interned != NULL && i <= st->mask; i++) {
        PyObject *op = st->interned[i];
        if (op != NULL && op != DEAD && PyUnicode_CHECK_INTERNED(op) == SSTATE_INTERNED_MORTAL)
            ((PyASCIIObject *)op)->state.interned = SSTATE_NOT_INTERNED;
    }
    PyMem_RawFree(st->interned);
    PyMem_RawFree(st->ids);
    PyMem_RawFree(st->fs_encoding);
    PyMem_RawFree(st->fs_errors);
    PyMem_RawFree(st);
    interp->strs = NULL;
}

static char *raw_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = PyMem_RawMalloc(n);
    return copy == NULL ? NULL : memcpy(copy, s, n);
}

int text_set_fs_codec(PyInterpreterState *interp, const char *encoding, const char *errors)
{
    struct str_state *st = interp->strs;
    char *enc = raw_strdup(encoding), *err = raw_strdup(errors);
    if (enc == NULL || err == NULL) {
        PyMem_RawFree(enc);
        PyMem_RawFree(err);
        return -1;
    }
    PyMem_RawFree(st->fs_encoding);
    PyMem_RawFree(st->fs_errors);
    st->fs_encoding = enc;
    st->fs_errors = err;
    st->fs_utf8 = strcmp(enc, "utf-8") == 0;
    return 0;
}
