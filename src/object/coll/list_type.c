/* object/coll/list_type.c: the list type: slots, methods, iterators. */
#include "object/coll/list.h"

#include "rt/effect.h"
#include "object/core/call.h"
#include "object/core/object.h"
#include "object/core/type.h"
#include "object/core/type_slots.h"
#include "object/coll/coll.h"
#include "object/coll/list_priv.h"
#include "object/coll/slice.h"

#define LIST(op) ((PyListObject *)(op))

/* ---- slots ---- */

#define AHEAD 16                       /* items of a long list lie all over the memory, but are known in advance */
#define MANY 1024                      /* of one class may be dropped together, */
#define MISSES 16                      /* unless the first ones cannot */

static void
drop_items(PyThreadState *ts, PyObject **items, Py_ssize_t n)
{
    int misses = n >= MANY ? 0 : MISSES;
    while (n > 0) {
        if (misses < MISSES && items[n - 1] != NULL && Py_TYPE(items[n - 1])->tp_dealloc == subtype_dealloc) {
            Py_ssize_t left = type_drop_slots(ts, items, n);
            misses += left == n;
            n = left;
            if (n == 0)
                break;
        }
        if (n > AHEAD)
            __builtin_prefetch(items[n - 1 - AHEAD], 1);
        n--;
        Py_XDECREF(items[n]);
    }
}

static inline void
drop_list(PyThreadState *ts, PyListObject *l)
{
    if (l->ob_item != NULL) {
        drop_items(ts, l->ob_item, Py_SIZE(l));
        list_items_free(l->ob_item, l->allocated);
    }
}

void list_drop(PyThreadState *ts, PyListObject *l) { drop_list(ts, l); }

static void
list_dealloc(PyObject *op)
{
    if (gc_is_tracked(op))
        gc_untrack(op);
    TRASH_BEGIN(op, list_dealloc);
    drop_list(trash_ts, LIST(op));
    if (LIKELY(PyList_CheckExact(op)))
        coll_gc_free(trash_ts, op, sizeof(PyListObject));
    else
        Py_TYPE(op)->tp_free(op);
    TRASH_END();
}

static int
list_traverse(PyObject *op, visitproc visit, void *arg)
{
    for (Py_ssize_t i = Py_SIZE(op); --i >= 0;)
        Py_VISIT(LIST(op)->ob_item[i]);
    return 0;
}

static int
list_tp_clear(PyObject *op)
{
    list_clear(LIST(op));
    return 0;
}

static int
write_item_repr(_PyUnicodeWriter *w, PyObject *item)
{
    Py_INCREF(item);                      /* its __repr__ may take it out of the list */
    PyObject *s = PyObject_Repr(item);
    Py_DECREF(item);
    if (s == NULL)
        return -1;
    int result = _PyUnicodeWriter_WriteStr(w, s);
    Py_DECREF(s);
    return result;
}

static PyObject *
list_repr(PyObject *op)
{
    if (Py_SIZE(op) == 0)
        return PyUnicode_FromString("[]");
    int rec = Py_ReprEnter(op);
    if (rec != 0)
        return rec > 0 ? PyUnicode_FromString("[...]") : NULL;
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    w.min_length = 1 + 1 + (2 + 1) * (Py_SIZE(op) - 1) + 1;
    if (_PyUnicodeWriter_WriteChar(&w, '[') < 0)
        goto fail;
    for (Py_ssize_t i = 0; i < Py_SIZE(op); i++)
        if ((i > 0 && _PyUnicodeWriter_WriteASCIIString(&w, ", ", 2) < 0) || write_item_repr(&w, LIST(op)->ob_item[i]) < 0)
            goto fail;
    w.overallocate = 0;
    if (_PyUnicodeWriter_WriteChar(&w, ']') < 0)
        goto fail;
    Py_ReprLeave(op);
    return _PyUnicodeWriter_Finish(&w);
fail:
    _PyUnicodeWriter_Dealloc(&w);
    Py_ReprLeave(op);
    return NULL;
}

static Py_ssize_t
list_length(PyObject *op)
{
    return Py_SIZE(op);
}

static inline int
item_eq(PyObject *op, Py_ssize_t i, PyObject *x)
{
    return coll_item_eq(LIST(op)->ob_item[i], x);
}

static int
list_contains(PyObject *op, PyObject *x)
{
    int cmp = 0;
    if (UNLIKELY(x == NULL) && Py_SIZE(op) > 0)
        return PyObject_RichCompareBool(LIST(op)->ob_item[0], x, Py_EQ);     /* a caller's mistake: it says so */
    for (Py_ssize_t i = 0; cmp == 0 && i < Py_SIZE(op); i++)
        cmp = item_eq(op, i, x);
    return cmp;
}

static PyObject *
list_item(PyObject *op, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "list index out of range");
        return NULL;
    }
    return Py_NewRef(LIST(op)->ob_item[i]);
}

static PyObject *
list_sq_repeat(PyObject *op, Py_ssize_t n)
{
    return list_repeat(LIST(op), n);
}

static PyObject *
list_iconcat(PyObject *op, PyObject *other)
{
    return list_extend(LIST(op), other) < 0 ? NULL : Py_NewRef(op);
}

static PyObject *
list_irepeat(PyObject *op, Py_ssize_t n)
{
    return list_repeat_inplace(LIST(op), n) < 0 ? NULL : Py_NewRef(op);
}

static PyObject *
list_subscript(PyObject *op, PyObject *key)
{
    if (PyLong_CheckExact(key) && int_is_compact(key)) {
        Py_ssize_t i = int_compact_value(key);
        return list_item(op, i < 0 ? i + Py_SIZE(op) : i);
    }
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        return list_item(op, i < 0 ? i + Py_SIZE(op) : i);
    }
    if (!PySlice_Check(key))
        return PyErr_Format(PyExc_TypeError, "list indices must be integers or slices, not %.200s", Py_TYPE(key)->tp_name);
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(op), &start, &stop, step);     /* the size after __index__() ran */
    if (n <= 0)
        return PyList_New(0);
    if (step == 1)
        return list_slice(LIST(op), start, start + n);
    PyObject *out = list_new_prealloc(n);
    if (out == NULL)
        return NULL;
    for (Py_ssize_t i = 0, at = start; i < n; i++, at += step)
        LIST(out)->ob_item[i] = Py_NewRef(LIST(op)->ob_item[at]);
    Py_SET_SIZE(out, n);
    return out;
}

static PyObject *
list_richcompare(PyObject *v, PyObject *w, int op)
{
    if (!PyList_Check(v) || !PyList_Check(w))
        Py_RETURN_NOTIMPLEMENTED;
    if (Py_SIZE(v) != Py_SIZE(w) && (op == Py_EQ || op == Py_NE)) {
        if (op == Py_EQ)
            Py_RETURN_FALSE;
        Py_RETURN_TRUE;
    }
    for (Py_ssize_t i = 0; i < Py_SIZE(v) && i < Py_SIZE(w); i++) {
        PyObject *a = LIST(v)->ob_item[i], *b = LIST(w)->ob_item[i], *result = NULL;
        if (a == b)
            continue;
        Py_INCREF(a);                      /* comparisons may change both lists */
        Py_INCREF(b);
        int same = PyObject_RichCompareBool(a, b, Py_EQ);
        bool decided = same == 0 && i < Py_SIZE(v) && i < Py_SIZE(w);   /* else the sizes decide, as they are now */
        if (decided)
            result = op == Py_EQ ? Py_NewRef(Py_False) : op == Py_NE ? Py_NewRef(Py_True) : PyObject_RichCompare(a, b, op);
        Py_DECREF(a);
        Py_DECREF(b);
        if (same < 0 || decided)
            return result;
        if (same == 0)
            break;
    }
    Py_RETURN_RICHCOMPARE(Py_SIZE(v), Py_SIZE(w), op);
}

/* ---- init ---- */

static int
list_init_from(PyListObject *l, PyObject *iterable)
{
    if (l->ob_item != NULL)
        list_clear(l);
    return iterable == NULL ? 0 : list_extend(l, iterable);
}

static int
list_init(PyObject *op, PyObject *args, PyObject *kwds)
{
    PyTypeObject *t = Py_TYPE(op);
    if ((t == &PyList_Type || t->tp_new == PyList_Type.tp_new) && !args_no_keywords("list", kwds))
        return -1;
    if (!args_count("list", PyTuple_GET_SIZE(args), 0, 1))
        return -1;
    return list_init_from(LIST(op), PyTuple_GET_SIZE(args) == 1 ? PyTuple_GET_ITEM(args, 0) : NULL);
}

static PyObject *
list_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (!args_no_kwnames("list", kwnames) || !args_count("list", n, 0, 1))
        return NULL;
    PyObject *l = type == (PyObject *)&PyList_Type ? PyList_New(0) : PyType_GenericAlloc((PyTypeObject *)type, 0);
    if (l != NULL && n == 1 && list_init_from(LIST(l), args[0]) < 0)
        Py_CLEAR(l);
    return l;
}

/* ---- methods ---- */

static PyObject *
list_append(PyObject *op, PyObject *item)
{
    if (list_append_steal(LIST(op), Py_NewRef(item)) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
list_extend_method(PyObject *op, PyObject *iterable)
{
    return _PyList_Extend(LIST(op), iterable);
}

static PyObject *
list_insert(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("insert", nargs, 2, 2))
        return NULL;
    Py_ssize_t at = PyNumber_AsSsize_t(args[0], PyExc_OverflowError);
    if ((at == -1 && PyErr_Occurred()) || list_insert_at(LIST(op), at, args[1]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
list_pop(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t i = -1;
    if (!args_count("pop", nargs, 0, 1))
        return NULL;
    if (nargs == 1 && (i = PyNumber_AsSsize_t(args[0], PyExc_OverflowError)) == -1 && PyErr_Occurred())
        return NULL;
    PyListObject *l = LIST(op);
    Py_ssize_t n = Py_SIZE(l);
    if (n == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty list");
        return NULL;
    }
    if (i < 0)
        i += n;
    if ((size_t)i >= (size_t)n) {
        PyErr_SetString(PyExc_IndexError, "pop index out of range");
        return NULL;
    }
    PyObject **items = l->ob_item, *item = items[i];
    if (n == 1) {
        list_items_free(items, l->allocated);
        l->ob_item = NULL;
        Py_SET_SIZE(l, 0);
        l->allocated = 0;
        return item;
    }
    if (i < n - 1)
        memmove(&items[i], &items[i + 1], (size_t)(n - i - 1) * sizeof(PyObject *));
    if (list_resize(l, n - 1) < 0) {
        if (i < n - 1)
            memmove(&items[i + 1], &items[i], (size_t)(n - i - 1) * sizeof(PyObject *));
        items[i] = item;
        return NULL;
    }
    return item;
}

static PyObject *
list_remove(PyObject *op, PyObject *value)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(op); i++) {
        int cmp = item_eq(op, i, value);
        if (cmp > 0) {
            if (list_ass_slice(LIST(op), i, i + 1, NULL) < 0)
                return NULL;
            Py_RETURN_NONE;
        }
        if (cmp < 0)
            return NULL;
    }
    PyErr_SetString(PyExc_ValueError, "list.remove(x): x not in list");
    return NULL;
}

static PyObject *
list_index(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t start = 0, stop = PY_SSIZE_T_MAX;
    if (!args_count("index", nargs, 1, 3)
        || (nargs > 1 && !coll_index_arg(args[1], &start)) || (nargs > 2 && !coll_index_arg(args[2], &stop)))
        return NULL;
    if (start < 0 && (start += Py_SIZE(op)) < 0)
        start = 0;
    if (stop < 0 && (stop += Py_SIZE(op)) < 0)
        stop = 0;
    for (Py_ssize_t i = start; i < stop && i < Py_SIZE(op); i++) {
        int cmp = item_eq(op, i, args[0]);
        if (cmp > 0)
            return PyLong_FromSsize_t(i);
        if (cmp < 0)
            return NULL;
    }
    return PyErr_Format(PyExc_ValueError, "%R is not in list", args[0]);
}

static PyObject *
list_count(PyObject *op, PyObject *value)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < Py_SIZE(op); i++) {
        int cmp = item_eq(op, i, value);
        if (cmp < 0)
            return NULL;
        count += cmp;
    }
    return PyLong_FromSsize_t(count);
}

static PyObject *
list_clear_method(PyObject *op, PyObject *noargs)
{
    list_clear(LIST(op));
    Py_RETURN_NONE;
}

static PyObject *
list_copy(PyObject *op, PyObject *noargs)
{
    return list_slice(LIST(op), 0, Py_SIZE(op));
}

static PyObject *
list_reverse(PyObject *op, PyObject *noargs)
{
    list_reverse_items(LIST(op)->ob_item, Py_SIZE(op));
    Py_RETURN_NONE;
}

static PyObject *
list_sort_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "key", "reverse" };
    PyObject *arg[2];
    if (args_unpack("sort", args, nargs, kwnames, names, 2, 0, 0, arg) < 0)
        return NULL;
    int reverse = arg[1] == NULL ? 0 : PyObject_IsTrue(arg[1]);
    if (reverse < 0 || list_sort(LIST(op), arg[0] == Py_None ? NULL : arg[0], reverse) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
list_sizeof(PyObject *op, PyObject *noargs)
{
    return PyLong_FromSize_t((size_t)Py_TYPE(op)->tp_basicsize + (size_t)LIST(op)->allocated * sizeof(void *));
}

static PyObject *list_reversed(PyObject *op, PyObject *noargs);

EFFECT_MEM(list_copy, EFF_ALLOC | EFF_FAILS, &PyList_Type, 0, EFF_LISTS, 0);
EFFECT_MEM(list_append, EFF_ALLOC | EFF_FAILS, &_PyNone_Type, 0, EFF_LISTS, EFF_LISTS);
EFFECT_MEM(list_insert, EFF_ALLOC | EFF_FAILS, &_PyNone_Type, EFF_ARG(0, EFF_INT), EFF_LISTS, EFF_LISTS);
EFFECT_MEM(list_pop, EFF_ALLOC | EFF_FAILS, NULL, EFF_ARG(0, EFF_INT), EFF_LISTS, EFF_LISTS);
EFFECT_MEM(list_reverse, 0, &_PyNone_Type, 0, EFF_LISTS, EFF_LISTITEM);

static PyMethodDef list_methods[] = {
    { "__getitem__", list_subscript, METH_O | METH_COEXIST, TEXT_SIG("__getitem__($self, index, /)", "Item or slice at index.") },
    { "__reversed__", list_reversed, METH_NOARGS, DOC_REVERSED },
    { "__sizeof__", list_sizeof, METH_NOARGS, DOC_SIZEOF },
    { "clear", list_clear_method, METH_NOARGS, TEXT_SIG("clear($self, /)", "Drop all items.") },
    { "copy", list_copy, METH_NOARGS, TEXT_SIG("copy($self, /)", "A new list of the same items.") },
    { "append", list_append, METH_O, TEXT_SIG("append($self, object, /)", "Put object at the end.") },
    { "insert", _PyCFunction_CAST(list_insert), METH_FASTCALL, TEXT_SIG("insert($self, index, object, /)", "Put object in front of position index.") },
    { "extend", list_extend_method, METH_O, TEXT_SIG("extend($self, iterable, /)", "Put all items of iterable at the end.") },
    { "pop", _PyCFunction_CAST(list_pop), METH_FASTCALL,
      TEXT_SIG("pop($self, index=-1, /)", "Take out the item at index and return it; IndexError if there is none.") },
    { "remove", list_remove, METH_O, TEXT_SIG("remove($self, value, /)", "Take out the first item equal to value; ValueError if there is none.") },
    { "index", _PyCFunction_CAST(list_index), METH_FASTCALL,
      TEXT_SIG("index($self, value, start=0, stop=sys.maxsize, /)", "Position of the first item equal to value; ValueError if there is none.") },
    { "count", list_count, METH_O, TEXT_SIG("count($self, value, /)", "Number of items equal to value.") },
    { "reverse", list_reverse, METH_NOARGS, TEXT_SIG("reverse($self, /)", "Turn the order round, in place.") },
    { "sort", _PyCFunction_CAST(list_sort_method), METH_FASTCALL | METH_KEYWORDS,
      TEXT_SIG("sort($self, /, *, key=None, reverse=False)", "Sort in place by key(item); equal items keep their order.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC_CLASS_GETITEM },
    { NULL },
};

static PySequenceMethods list_as_sequence = {
    .sq_length = list_length,
    .sq_concat = list_concat,
    .sq_repeat = list_sq_repeat,
    .sq_item = list_item,
    .sq_ass_item = list_ass_item,
    .sq_contains = list_contains,
    .sq_inplace_concat = list_iconcat,
    .sq_inplace_repeat = list_irepeat,
};

static PyMappingMethods list_as_mapping = {
    .mp_length = list_length,
    .mp_subscript = list_subscript,
    .mp_ass_subscript = list_ass_subscript,
};

static PyObject *list_iter(PyObject *op);

PyTypeObject PyList_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "list",
    .tp_basicsize = sizeof(PyListObject),
    .tp_dealloc = list_dealloc,
    .tp_repr = list_repr,
    .tp_as_sequence = &list_as_sequence,
    .tp_as_mapping = &list_as_mapping,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_LIST_SUBCLASS
              | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_SEQUENCE,
    .tp_doc = TEXT_SIG("list(iterable=(), /)", "Mutable sequence of the items of an iterable."),
    .tp_traverse = list_traverse,
    .tp_clear = list_tp_clear,
    .tp_richcompare = list_richcompare,
    .tp_iter = list_iter,
    .tp_methods = list_methods,
    .tp_init = list_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = PyType_GenericNew,
    .tp_free = PyObject_GC_Del,
    .tp_vectorcall = list_vectorcall,
};

/* ---- iterators ---- */

static PyObject *
iter_new(PyTypeObject *type, PyObject *op, Py_ssize_t index)
{
    struct list_iter *it = COLL_GC_NEW(struct list_iter, type);
    if (it == NULL)
        return NULL;
    it->it_index = index;
    it->it_seq = (PyListObject *)Py_NewRef(op);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static PyObject *
list_iter(PyObject *op)
{
    return iter_new(&PyListIter_Type, op, 0);
}

static PyObject *
list_reversed(PyObject *op, PyObject *noargs)
{
    return iter_new(&PyListRevIter_Type, op, Py_SIZE(op) - 1);
}

static void
list_iter_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(((struct list_iter *)op)->it_seq);
    COLL_GC_FREE(struct list_iter, op);
}

static int
list_iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(((struct list_iter *)op)->it_seq);
    return 0;
}

static PyObject *
list_iter_next(PyObject *op)
{
    struct list_iter *it = (struct list_iter *)op;
    PyListObject *seq = it->it_seq;
    if (seq == NULL)
        return NULL;
    if ((size_t)it->it_index < (size_t)Py_SIZE(seq))
        return Py_NewRef(seq->ob_item[it->it_index++]);
    it->it_seq = NULL;
    it->it_index = -1;
    Py_DECREF(seq);
    return NULL;
}

static PyObject *
list_reviter_next(PyObject *op)
{
    struct list_iter *it = (struct list_iter *)op;
    PyListObject *seq = it->it_seq;
    Py_ssize_t i = it->it_index;
    if (seq != NULL && i >= 0 && i < Py_SIZE(seq)) {
        it->it_index--;
        return Py_NewRef(seq->ob_item[i]);
    }
    it->it_index = -1;
    it->it_seq = NULL;
    Py_XDECREF(seq);
    return NULL;
}

static PyObject *
list_iter_length(PyObject *op, PyObject *noargs)
{
    struct list_iter *it = (struct list_iter *)op;
    Py_ssize_t n = it->it_seq == NULL ? 0 : Py_SIZE(it->it_seq) - it->it_index;
    return PyLong_FromSsize_t(n < 0 ? 0 : n);
}

static PyObject *
list_reviter_length(PyObject *op, PyObject *noargs)
{
    struct list_iter *it = (struct list_iter *)op;
    Py_ssize_t n = it->it_index + 1;
    return PyLong_FromSsize_t(it->it_seq == NULL || Py_SIZE(it->it_seq) < n ? 0 : n);
}

static PyObject *
iter_reduce(struct list_iter *it, const char *builtin)
{
    PyObject *fn = coll_builtin(builtin);
    if (fn == NULL)
        return NULL;
    if (it->it_seq != NULL && it->it_index >= 0)
        return Py_BuildValue("N(O)n", fn, it->it_seq, it->it_index);
    return Py_BuildValue("N([])", fn);
}

static PyObject *
list_iter_reduce(PyObject *op, PyObject *noargs)
{
    return iter_reduce((struct list_iter *)op, "iter");
}

static PyObject *
list_reviter_reduce(PyObject *op, PyObject *noargs)
{
    return iter_reduce((struct list_iter *)op, "reversed");
}

static PyObject *
list_iter_setstate(PyObject *op, PyObject *state)
{
    struct list_iter *it = (struct list_iter *)op;
    Py_ssize_t i = PyLong_AsSsize_t(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    if (it->it_seq != NULL)
        it->it_index = i < -1 ? -1 : i > Py_SIZE(it->it_seq) ? Py_SIZE(it->it_seq) : i;
    Py_RETURN_NONE;
}

static PyObject *
list_reviter_setstate(PyObject *op, PyObject *state)
{
    struct list_iter *it = (struct list_iter *)op;
    Py_ssize_t i = PyLong_AsSsize_t(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    if (it->it_seq != NULL)
        it->it_index = i < -1 ? -1 : i > Py_SIZE(it->it_seq) - 1 ? Py_SIZE(it->it_seq) - 1 : i;
    Py_RETURN_NONE;
}

static PyMethodDef list_iter_methods[] = {
    { "__length_hint__", list_iter_length, METH_NOARGS, DOC_LEN },
    { "__reduce__", list_iter_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", list_iter_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};

static PyMethodDef list_reviter_methods[] = {
    { "__length_hint__", list_reviter_length, METH_NOARGS, DOC_LEN },
    { "__reduce__", list_reviter_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", list_reviter_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};

PyTypeObject PyListIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "list_iterator",
    .tp_basicsize = sizeof(struct list_iter),
    .tp_dealloc = list_iter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = list_iter_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = list_iter_next,
    .tp_methods = list_iter_methods,
};

PyTypeObject PyListRevIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "list_reverseiterator",
    .tp_basicsize = sizeof(struct list_iter),
    .tp_dealloc = list_iter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = list_iter_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = list_reviter_next,
    .tp_methods = list_reviter_methods,
};
