/* modules/pickle/pickle_memo.c: the memos. The pickler's maps objects to numbers by identity and holds them, so that no
 * address is used twice; at most two thirds of its slots are taken. The unpickler's is an array; numbers far beyond what
 * was stored so far go into a dict, so that a few bytes of input cannot ask for gigabytes. */
#include "modules/pickle/pickle.h"

/* ---- pickler ---- */

static int memo_table(struct memo *m, size_t slots)
{
    m->table = slots > PY_SSIZE_T_MAX / sizeof *m->table ? NULL : PyMem_Calloc(slots, sizeof *m->table);
    if (m->table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    m->mask = slots - 1;
    return 0;
}

int memo_init(struct memo *m)
{
    *m = (struct memo){ 0 };
    return memo_table(m, MEMO_MIN);
}

void memo_init_fixed(struct memo *m, struct memo_entry *table, size_t slots)
{
    memset(table, 0, slots * sizeof *table);
    *m = (struct memo){ .mask = slots - 1, .table = table, .fixed = table };
}

void memo_clear(struct memo *m)
{
    if (m->used == 0)
        return;
    m->used = 0;
    for (size_t i = 0; i <= m->mask; i++) {
        PyObject *key = m->table[i].key;
        m->table[i].key = NULL;
        Py_XDECREF(key);
    }
}

void memo_release(struct memo *m)
{
    struct memo_entry *table = m->table;
    size_t n = m->used == 0 ? 0 : m->mask + 1;
    m->table = NULL;                   /* releasing a key may run code; nobody finds this memo any more */
    for (size_t i = 0; i < n; i++)
        Py_XDECREF(table[i].key);
    if (table != m->fixed)
        PyMem_Free(table);
}

int memo_copy(struct memo *to, const struct memo *from)
{
    *to = (struct memo){ .used = from->used };
    if (memo_table(to, from->mask + 1) < 0)
        return -1;
    memcpy(to->table, from->table, (from->mask + 1) * sizeof *to->table);
    for (size_t i = 0; i <= to->mask; i++)
        Py_XINCREF(to->table[i].key);
    return 0;
}

/* Called when two thirds are taken: four times the entries, twice for large tables. */
int memo_grow(struct memo *m)
{
    size_t wanted = (m->used > 50000 ? 2 : 4) * m->used, slots = MEMO_MIN;
    while (slots < wanted)
        slots <<= 1;
    struct memo old = *m;
    if (memo_table(m, slots) < 0) {
        *m = old;
        return -1;
    }
    for (size_t i = 0; i <= old.mask; i++)
        if (old.table[i].key != NULL)
            *memo_find(m, old.table[i].key) = old.table[i];
    if (old.table != old.fixed)
        PyMem_Free(old.table);
    return 0;
}

int memo_set(struct memo *m, PyObject *key, Py_ssize_t value)
{
    struct memo_entry *e = memo_find(m, key);
    e->value = value;
    if (e->key != NULL)
        return 0;
    e->key = Py_NewRef(key);
    m->used++;
    return m->used * 3 < (m->mask + 1) * 2 ? 0 : memo_grow(m);
}

/* ---- unpickler ---- */

#define FAR_FROM ((size_t)1 << 16)

static PyObject *far_get(struct unpickler *u, size_t i)
{
    if (u->memo_far == NULL)
        return NULL;
    PyObject *key = PyLong_FromSize_t(i), *value = key == NULL ? NULL : PyDict_GetItemWithError(u->memo_far, key);
    Py_XDECREF(key);
    return value;
}

PyObject *load_memo_get(struct unpickler *u, size_t i)
{
    if (LIKELY(i < u->memo_cap) && u->memo[i] != NULL)
        return u->memo[i];
    return far_get(u, i);
}

static int far_put(struct unpickler *u, size_t i, PyObject *value)
{
    if (u->memo_far == NULL && (u->memo_far = PyDict_New()) == NULL)
        return -1;
    PyObject *key = PyLong_FromSize_t(i);
    Py_ssize_t before = PyDict_GET_SIZE(u->memo_far);
    int r = key == NULL ? -1 : PyDict_SetItem(u->memo_far, key, value);
    Py_XDECREF(key);
    u->memo_len += (size_t)(PyDict_GET_SIZE(u->memo_far) - before);
    return r;
}

static int memo_array_grow(struct unpickler *u, size_t cap)
{
    PyObject **memo = cap > PY_SSIZE_T_MAX / sizeof *memo ? NULL : PyMem_Malloc(cap * sizeof *memo);
    if (memo == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (u->memo_cap > 0)
        memcpy(memo, u->memo, u->memo_cap * sizeof *memo);
    memset(memo + u->memo_cap, 0, (cap - u->memo_cap) * sizeof *memo);
    if (u->memo != u->memo_fixed)
        PyMem_Free(u->memo);
    u->memo = memo;
    u->memo_cap = cap;
    return 0;
}

int load_memo_put(struct unpickler *u, size_t i, PyObject *value)
{
    if (UNLIKELY(i >= u->memo_cap)) {
        if ((i >= FAR_FROM && i / 4 > u->memo_len) || u->memo_far != NULL)
            return far_put(u, i, value);
        if (memo_array_grow(u, i < LOAD_MEMO_MIN / 2 ? LOAD_MEMO_MIN : i * 2) < 0)
            return -1;
    }
    PyObject *old = u->memo[i];
    u->memo[i] = Py_NewRef(value);
    if (LIKELY(old == NULL))
        u->memo_len++;
    else
        Py_DECREF(old);
    return 0;
}

void load_memo_clear(struct unpickler *u)
{
    PyObject **memo = u->memo;
    size_t n = u->memo_len == 0 ? 0 : u->memo_cap;
    u->memo = NULL;
    u->memo_cap = u->memo_len = 0;
    Py_CLEAR(u->memo_far);
    for (size_t i = 0; i < n; i++)
        Py_XDECREF(memo[i]);
    if (memo != u->memo_fixed)
        PyMem_Free(memo);
}

int load_memo_reset(struct unpickler *u)
{
    load_memo_clear(u);
    return memo_array_grow(u, LOAD_MEMO_MIN);
}

int load_memo_copy(struct unpickler *to, struct unpickler *from)
{
    PyObject *far = from->memo_far == NULL ? NULL : PyDict_Copy(from->memo_far);
    PyObject **memo = PyMem_Malloc(from->memo_cap * sizeof *memo);
    if (memo == NULL || (far == NULL && from->memo_far != NULL)) {
        PyMem_Free(memo);
        Py_XDECREF(far);
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        return -1;
    }
    size_t cap = from->memo_cap, len = from->memo_len;
    for (size_t i = 0; i < cap; i++)
        memo[i] = Py_XNewRef(from->memo[i]);
    load_memo_clear(to);
    if (to->memo != NULL)              /* released objects brought entries back */
        load_memo_clear(to);
    to->memo = memo;
    to->memo_cap = cap;
    to->memo_len = len;
    to->memo_far = far;
    return 0;
}

/* ---- the views that Pickler.memo and Unpickler.memo give ---- */

PyObject *memo_view_new(PyTypeObject *type, PyObject *owner)
{
    struct memo_view *v = PyObject_GC_New(struct memo_view, type);
    if (v == NULL)
        return NULL;
    v->owner = Py_NewRef(owner);
    PyObject_GC_Track(v);
    return (PyObject *)v;
}

PyObject *memo_view_reduced(PyObject *dict) { return dict == NULL ? NULL : Py_BuildValue("O(N)", &PyDict_Type, dict); }

int memo_view_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((struct memo_view *)self)->owner);
    return 0;
}

int memo_view_clear(PyObject *self) { return 0; }

void memo_view_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((struct memo_view *)self)->owner);
    type->tp_free(self);
    Py_DECREF(type);
}
