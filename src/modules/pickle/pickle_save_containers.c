/* modules/pickle/pickle_save_containers.c: list, tuple, dict and sets. A mutable container is made empty and memoized
 * first, then filled in batches, so that it may contain itself; a tuple or frozenset that does is found in the memo
 * after its items, and what was put on the stack is thrown away. */
#include "modules/pickle/pickle.h"

#include "object/coll/set.h"

enum { BATCH = 1000, FAST_NESTING_LIMIT = 50 };

/* Fast mode has no memo: from some depth on, what is open is noted, to find cycles. Each is 0 or -1. */
static int fast_enter(struct pickler *p, PyObject *obj)
{
    if (++p->fast_nesting < FAST_NESTING_LIMIT)
        return 0;
    PyObject *key = PyLong_FromVoidPtr(obj);
    int r = key == NULL || (p->fast_memo == NULL && (p->fast_memo = PyDict_New()) == NULL) ? -1 : PyDict_Contains(p->fast_memo, key);
    if (r > 0)
        PyErr_Format(PyExc_ValueError, "fast mode: can't pickle cyclic objects including object type %.200s at %p", Py_TYPE(obj)->tp_name, obj);
    else if (r == 0)
        r = PyDict_SetItem(p->fast_memo, key, Py_None);
    Py_XDECREF(key);
    if (r == 0)
        return 0;
    p->fast_nesting = -1;
    return -1;
}

static int fast_leave(struct pickler *p, PyObject *obj)
{
    if (p->fast_nesting-- < FAST_NESTING_LIMIT)
        return 0;
    PyObject *key = PyLong_FromVoidPtr(obj);
    int r = key == NULL ? -1 : p->fast_memo == NULL ? 0 : PyDict_DelItem(p->fast_memo, key);
    Py_XDECREF(key);
    return r;
}

/* ---- items of an iterator, in batches ---- */

struct batch_kind { int (*save)(struct pickler *, PyObject *); bool pairs; enum opcode one, many; };

/* The next item of iter; NULL at the end, and then *failed says whether there is an exception. */
static PyObject *next_item(PyObject *iter, bool pairs, bool *failed)
{
    PyObject *item = PyIter_Next(iter);
    if (item != NULL && pairs && !(PyTuple_Check(item) && PyTuple_GET_SIZE(item) == 2)) {
        PyErr_SetString(PyExc_TypeError, "dict items iterator must return 2-tuples");
        Py_CLEAR(item);
    }
    *failed = item == NULL && PyErr_Occurred();
    return item;
}

static int save_steal(struct pickler *p, const struct batch_kind *k, STEALS PyObject *item)
{
    int r = k->save(p, item);
    Py_DECREF(item);
    return r;
}

/* Up to BATCH items. 1: there may be more; 0; -1. */
static int save_batch(struct pickler *p, PyObject *iter, const struct batch_kind *k)
{
    bool failed;
    PyObject *first = next_item(iter, k->pairs, &failed), *item;
    if (first == NULL)
        return failed ? -1 : 0;
    item = p->proto == 0 ? NULL : next_item(iter, k->pairs, &failed);
    if (item == NULL && !failed)
        return save_steal(p, k, first) < 0 || out_op(p, k->one) < 0 ? -1 : p->proto == 0;
    if (failed || out_op(p, OP_MARK) < 0 || k->save(p, first) < 0) {
        Py_DECREF(first);
        Py_XDECREF(item);
        return -1;
    }
    Py_DECREF(first);
    int n = 1;
    while (item != NULL) {
        if (save_steal(p, k, item) < 0)
            return -1;
        if (++n == BATCH)
            break;
        item = next_item(iter, k->pairs, &failed);
    }
    return failed || out_op(p, k->many) < 0 ? -1 : n == BATCH;
}

static int save_batches(struct pickler *p, PyObject *iter, const struct batch_kind *k)
{
    int r;
    do
        r = save_batch(p, iter, k);
    while (r > 0);
    return r;
}

static int save_pair(struct pickler *p, PyObject *pair)
{
    return save(p, PyTuple_GET_ITEM(pair, 0)) < 0 || save(p, PyTuple_GET_ITEM(pair, 1)) < 0 ? -1 : 0;
}

int save_list_items(struct pickler *p, PyObject *iter)
{
    return save_batches(p, iter, &(const struct batch_kind){ save, false, OP_APPEND, OP_APPENDS });
}

int save_dict_items(struct pickler *p, PyObject *iter)
{
    return save_batches(p, iter, &(const struct batch_kind){ save_pair, true, OP_SETITEM, OP_SETITEMS });
}

/* ---- lists ---- */

static int save_held(struct pickler *p, PyObject *item)
{
    Py_INCREF(item);
    int r = save(p, item);
    Py_DECREF(item);
    return r;
}

static int save_exact_list_items(struct pickler *p, PyObject *list)
{
    Py_ssize_t i = 0;
    if (PyList_GET_SIZE(list) == 1)
        return save_held(p, PyList_GET_ITEM(list, 0)) < 0 ? -1 : out_op(p, OP_APPEND);
    do {
        Py_ssize_t end = i + BATCH;
        if (out_op(p, OP_MARK) < 0)
            return -1;
        for (; i < PyList_GET_SIZE(list) && i < end; i++)
            if (save_held(p, PyList_GET_ITEM(list, i)) < 0)
                return -1;
        if (out_op(p, OP_APPENDS) < 0)
            return -1;
    } while (i < PyList_GET_SIZE(list));
    return 0;
}

static int save_list_body(struct pickler *p, PyObject *obj)
{
    if (p->bin ? out_op(p, OP_EMPTY_LIST) < 0 : out_bytes(p, "(l", 2) < 0)
        return -1;
    if (save_put(p, obj) < 0)
        return -1;
    if (PyList_GET_SIZE(obj) == 0)
        return 0;
    if (p->proto > 0)
        return save_exact_list_items(p, obj);
    PyObject *iter = PyObject_GetIter(obj);
    int r = iter == NULL ? -1 : save_list_items(p, iter);
    Py_XDECREF(iter);
    return r;
}

int save_list(struct pickler *p, PyObject *obj)
{
    if (!p->fast)
        return save_list_body(p, obj);
    if (fast_enter(p, obj) < 0)
        return -1;
    int r = save_list_body(p, obj);
    return p->fast && fast_leave(p, obj) < 0 ? -1 : r;
}

/* ---- tuples ---- */

int save_tuple(struct pickler *p, PyObject *obj)
{
    static const unsigned char short_op[] = { OP_EMPTY_TUPLE, OP_TUPLE1, OP_TUPLE2, OP_TUPLE3 };
    Py_ssize_t n = PyTuple_GET_SIZE(obj);
    if (n == 0)
        return p->bin ? out_op(p, OP_EMPTY_TUPLE) : out_bytes(p, "(t", 2);
    bool is_short = n <= 3 && p->proto >= 2;
    if (!is_short && out_op(p, OP_MARK) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++)
        if (save(p, PyTuple_GET_ITEM(obj, i)) < 0)
            return -1;
    if (!save_known(p, obj))
        return out_op(p, is_short ? short_op[n] : OP_TUPLE) < 0 ? -1 : save_put(p, obj);
    if (!is_short && p->bin) {
        if (out_op(p, OP_POP_MARK) < 0)
            return -1;
    }
    else
        for (Py_ssize_t i = is_short; i <= n; i++)
            if (out_op(p, OP_POP) < 0)
                return -1;
    return save_get(p, obj);
}

/* ---- dicts ---- */

static int save_entry(struct pickler *p, PyObject *key, PyObject *value)
{
    Py_INCREF(key);
    Py_INCREF(value);
    int r = save(p, key) < 0 || save(p, value) < 0 ? -1 : 0;
    Py_DECREF(key);
    Py_DECREF(value);
    return r;
}

static int save_exact_dict_items(struct pickler *p, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0, size = PyDict_GET_SIZE(dict);
    int n;
    if (size == 1) {
        (void)PyDict_Next(dict, &pos, &key, &value);
        return save_entry(p, key, value) < 0 ? -1 : out_op(p, OP_SETITEM);
    }
    do {
        n = 0;
        if (out_op(p, OP_MARK) < 0)
            return -1;
        while (n < BATCH && PyDict_Next(dict, &pos, &key, &value)) {
            if (save_entry(p, key, value) < 0)
                return -1;
            n++;
        }
        if (out_op(p, OP_SETITEMS) < 0)
            return -1;
        if (PyDict_GET_SIZE(dict) != size) {
            PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
            return -1;
        }
    } while (n == BATCH);
    return 0;
}

static int save_dict_body(struct pickler *p, PyObject *obj)
{
    if (p->bin ? out_op(p, OP_EMPTY_DICT) < 0 : out_bytes(p, "(d", 2) < 0)
        return -1;
    if (save_put(p, obj) < 0)
        return -1;
    if (PyDict_GET_SIZE(obj) == 0)
        return 0;
    if (p->proto > 0)
        return save_exact_dict_items(p, obj);
    PyObject *items = PyObject_CallMethodNoArgs(obj, p->st->s_items), *iter = items == NULL ? NULL : PyObject_GetIter(items);
    Py_XDECREF(items);
    int r = iter == NULL ? -1 : save_dict_items(p, iter);
    Py_XDECREF(iter);
    return r;
}

int save_dict(struct pickler *p, PyObject *obj)
{
    if (!p->fast)
        return save_dict_body(p, obj);
    if (fast_enter(p, obj) < 0)
        return -1;
    int r = save_dict_body(p, obj);
    return p->fast && fast_leave(p, obj) < 0 ? -1 : r;
}

/* ---- sets ---- */

/* Before protocol 4: set([...]). */
static int save_set_call(struct pickler *p, PyObject *obj)
{
    PyObject *items = PySequence_List(obj), *args = items == NULL ? NULL : PyTuple_Pack(1, items);
    Py_XDECREF(items);
    return save_reduce_two(p, (PyObject *)Py_TYPE(obj), args, obj);
}

int save_set(struct pickler *p, PyObject *obj)
{
    if (p->proto < 4)
        return save_set_call(p, obj);
    if (out_op(p, OP_EMPTY_SET) < 0 || save_put(p, obj) < 0)
        return -1;
    Py_ssize_t size = PySet_GET_SIZE(obj), pos = 0;
    int n = size == 0 ? 0 : BATCH;
    while (n == BATCH) {
        PyObject *item;
        Py_hash_t hash;
        n = 0;
        if (out_op(p, OP_MARK) < 0)
            return -1;
        while (n < BATCH && _PySet_NextEntryRef(obj, &pos, &item, &hash)) {
            int r = save(p, item);
            Py_DECREF(item);
            if (r < 0)
                return -1;
            n++;
        }
        if (out_op(p, OP_ADDITEMS) < 0)
            return -1;
        if (PySet_GET_SIZE(obj) != size) {
            PyErr_SetString(PyExc_RuntimeError, "set changed size during iteration");
            return -1;
        }
    }
    return 0;
}

int save_frozenset(struct pickler *p, PyObject *obj)
{
    if (p->proto < 4)
        return save_set_call(p, obj);
    bool failed = false;
    PyObject *iter = out_op(p, OP_MARK) < 0 ? NULL : PyObject_GetIter(obj), *item = NULL;
    if (iter == NULL)
        return -1;
    while (!failed && (item = next_item(iter, false, &failed)) != NULL) {
        failed = save(p, item) < 0;
        Py_DECREF(item);
    }
    Py_DECREF(iter);
    if (failed)
        return -1;
    if (save_known(p, obj))
        return out_op(p, OP_POP_MARK) < 0 ? -1 : save_get(p, obj);
    return out_op(p, OP_FROZENSET) < 0 ? -1 : save_put(p, obj);
}
