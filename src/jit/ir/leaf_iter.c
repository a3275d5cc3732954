/* jit/ir/leaf_iter.c: the next item of iterators over dicts, sets, ranges and sequences, of enumerate() and zip() of these: no code of the program runs.
 *
 * The item is what the iterator's own function makes, so the tuple that enumerate(), zip() and dict.items() use again is used again just when it is. What is looked at before is that there is an item,
 * and that what that tuple lets go dies unnoticed. */
#include "jit/ir/leaf.h"

#include "jit/ir/ir_runtime.h"
#include "object/coll/dict_priv.h"
#include "object/coll/dict_values.h"
#include "object/coll/iter.h"
#include "object/coll/list.h"
#include "object/coll/set_priv.h"
#include "object/coll/tuple.h"
#include "object/text/bytes.h"
#include "object/text/str.h"
#include "rt/gc_track.h"

enum { OTHER = -1, ENDED, MORE };
#define DEPTH_MAX 4

static int
state_of_dict(const struct dict_iter *it)
{
    const PyDictObject *d = it->di_dict;
    if (d == NULL)
        return ENDED;
    if (it->di_used != d->ma_used)
        return OTHER;
    Py_ssize_t i = it->di_pos, n = d->ma_values != NULL ? d->ma_used : d->ma_keys->dk_nentries;
    if (d->ma_values == NULL && d->ma_keys->dk_kind == KEYS_GENERAL)
        while (i < n && keys_entries(d->ma_keys)[i].me_value == NULL)
            i++;
    else if (d->ma_values == NULL)
        while (i < n && keys_unicode_entries(d->ma_keys)[i].me_value == NULL)
            i++;
    return i >= n ? ENDED : it->len > 0 ? MORE : OTHER;
}

static int
state_of_set(const struct set_iter *it)
{
    Py_ssize_t pos = it->si_pos;
    setentry *e;
    if (it->si_set == NULL)
        return ENDED;
    return it->si_used != it->si_set->used ? OTHER : set_next(it->si_set, &pos, &e) ? MORE : ENDED;
}

static int
state_of_seq(const struct list_iter *it)
{
    return it->it_seq != NULL && it->it_index >= 0 && it->it_index < Py_SIZE(it->it_seq) ? MORE : ENDED;
}

static int state(PyObject *it, int depth, bool alone);

/* All have one, and nobody else moves one of them on; or the first one has none. */
static int
state_of_zip(const struct zip_iter *z, int depth)
{
    if (z->strict || z->tuplesize == 0)
        return OTHER;
    for (Py_ssize_t i = 0; i < z->tuplesize; i++) {
        int s = state(PyTuple_GET_ITEM(z->ittuple, i), depth, true);
        if (s != MORE)
            return s;
    }
    return MORE;
}

static int
state(PyObject *it, int depth, bool alone)
{
    PyTypeObject *t = Py_TYPE(it);
    if (depth == 0 || (alone && Py_REFCNT(it) != 1))
        return OTHER;
    if (t == &PyListIter_Type || t == &PyTupleIter_Type || (t == &PyBytesIter_Type && (((struct bytes_iter *)it)->seq == NULL || PyBytes_CheckExact(((struct bytes_iter *)it)->seq))))
        return state_of_seq((struct list_iter *)it);
    if (t == &PyRangeIter_Type)
        return ((struct range_iter *)it)->len > 0 ? MORE : ENDED;
    if (t == &PyDictIterKey_Type || t == &PyDictIterValue_Type || t == &PyDictIterItem_Type)
        return state_of_dict((struct dict_iter *)it);
    if (t == &PySetIter_Type)
        return state_of_set((struct set_iter *)it);
    if (t == &PyZip_Type)
        return state_of_zip((struct zip_iter *)it, depth - 1);
    if (t != &PyEnum_Type || ((struct enum_iter *)it)->en_index == PY_SSIZE_T_MAX)
        return OTHER;
    int s = state(((struct enum_iter *)it)->en_sit, depth - 1, alone);
    return s == ENDED && Py_REFCNT(((struct enum_iter *)it)->en_sit) != 1 ? OTHER : s;
}

int64_t jit_iter_state(PyObject *it) { return state(it, DEPTH_MAX, false); }

bool
leaf_is_iter(PyObject *it)
{
    PyTypeObject *t = Py_TYPE(it);
    bool simple = t == &PyDictIterKey_Type || t == &PyDictIterValue_Type || t == &PyDictIterItem_Type || t == &PySetIter_Type;
    return simple || ((t == &PyEnum_Type || t == &PyZip_Type) && state(it, DEPTH_MAX, false) != OTHER);
}

/* The tuple that will be used again, or NULL. */
static PyObject *
tuple_of(PyObject *it)
{
    PyTypeObject *t = Py_TYPE(it);
    PyObject *o = t == &PyDictIterItem_Type ? ((struct dict_iter *)it)->di_result : t == &PyEnum_Type ? ((struct enum_iter *)it)->en_result
                : t == &PyZip_Type ? ((struct zip_iter *)it)->result : NULL;
    return o != NULL && Py_REFCNT(o) == 1 ? o : NULL;
}

bool leaf_gives_tuples(PyObject *it) { return Py_IS_TYPE(it, &PyDictIterItem_Type) || Py_IS_TYPE(it, &PyEnum_Type) || Py_IS_TYPE(it, &PyZip_Type); }

/* What a tuple lets go. */
static inline bool
goes_unnoticed(PyObject *o)
{
    return o == NULL || Py_REFCNT(o) > 1 || jit_is_leaf(Py_TYPE(o)) || jit_is_quiet(NULL, 0, o, 1);
}

static bool
lets_go_unnoticed(PyObject *it, int depth)
{
    PyObject *old = tuple_of(it);
    for (Py_ssize_t i = 0; old != NULL && i < PyTuple_GET_SIZE(old); i++)
        if (!goes_unnoticed(PyTuple_GET_ITEM(old, i)))
            return false;
    if (Py_IS_TYPE(it, &PyEnum_Type))
        return depth > 0 && lets_go_unnoticed(((struct enum_iter *)it)->en_sit, depth - 1);
    for (Py_ssize_t i = 0; Py_IS_TYPE(it, &PyZip_Type) && i < ((struct zip_iter *)it)->tuplesize; i++)
        if (depth == 0 || !lets_go_unnoticed(PyTuple_GET_ITEM(((struct zip_iter *)it)->ittuple, i), depth - 1))
            return false;
    return true;
}

PyObject *
jit_iter_next(PyObject *it)
{
    if (Py_IS_TYPE(it, &PySetIter_Type)) {
        struct set_iter *s = (struct set_iter *)it;
        Py_ssize_t pos = s->si_pos;
        setentry *e;
        if (s->si_set == NULL || s->si_used != s->si_set->used || !set_next(s->si_set, &pos, &e))
            return NULL;
        s->si_pos = pos;
        s->len--;
        return Py_NewRef(e->key);
    }
    PyTypeObject *t = Py_TYPE(it);
    bool of_dict = t == &PyDictIterItem_Type || t == &PyDictIterKey_Type || t == &PyDictIterValue_Type;
    if ((of_dict ? state_of_dict((struct dict_iter *)it) : state(it, DEPTH_MAX, false)) != MORE || (leaf_gives_tuples(it) && !lets_go_unnoticed(it, DEPTH_MAX)))
        return NULL;
    PyObject *o = Py_TYPE(it)->tp_iternext(it);
    if (UNLIKELY(o == NULL))
        PyErr_Clear();
    return o;
}

int64_t
jit_tuple_open(PyObject *t, int64_t n)
{
    if (Py_REFCNT(t) != 1)
        return 0;
    for (int64_t i = 0; i < n; i++) {
        PyObject *o = PyTuple_GET_ITEM(t, i);
        if (Py_REFCNT(o) == 1 && !jit_is_leaf(Py_TYPE(o)))
            return 0;
    }
    for (int64_t i = 0; i < n; i++) {
        PyObject *o = PyTuple_GET_ITEM(t, i);
        PyTuple_SET_ITEM(t, i, Py_None);
        Py_DECREF(o);
    }
    if (!gc_is_tracked(t))
        gc_track(t);
    return 1;
}

bool
leaf_goes_through(PyObject *it, uint32_t *offset)
{
    PyTypeObject *t = Py_TYPE(it);
    if (t == &PyListIter_Type || t == &PyTupleIter_Type)
        *offset = offsetof(struct list_iter, it_seq);
    else if (t == &PyDictIterKey_Type || t == &PyDictIterValue_Type || t == &PyDictIterItem_Type)
        *offset = offsetof(struct dict_iter, di_dict);
    else if (t == &PySetIter_Type)
        *offset = offsetof(struct set_iter, si_set);
    else
        return false;
    return true;
}

bool
leaf_can_end(PyObject *it)
{
    uint32_t offset;
    if (!leaf_goes_through(it, &offset))
        return Py_IS_TYPE(it, &PyRangeIter_Type) && state(it, DEPTH_MAX, false) == ENDED;
    PyObject *seq = *(PyObject **)((char *)it + offset);
    return state(it, DEPTH_MAX, false) == ENDED && (seq == NULL || Py_REFCNT(seq) > 1);
}

bool
leaf_can_step(PyObject *it)
{
    uint32_t offset;
    return (leaf_goes_through(it, &offset) || Py_IS_TYPE(it, &PyRangeIter_Type)) && state(it, DEPTH_MAX, false) == MORE;
}

int64_t
jit_iter_end(PyObject *it)
{
    if (!leaf_can_end(it))
        return 0;
    PyObject *o = Py_TYPE(it)->tp_iternext(it);
    Py_XDECREF(o);
    PyErr_Clear();
    return o == NULL;
}

/* ---- where they come from ---- */

bool
leaf_can_iterate(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    if (t == &PyList_Type || t == &PyTuple_Type || t == &PyDict_Type || t == &PySet_Type || t == &PyFrozenSet_Type || t == &PyDictKeys_Type || t == &PyDictValues_Type || t == &PyDictItems_Type)
        return true;
    return t == &PyBytes_Type || t == &PyUnicode_Type || t == &PyRange_Type || t == &PyEnum_Type || t == &PyZip_Type || t == &PyListIter_Type || t == &PyTupleIter_Type;
}

PyObject *
jit_get_iter(PyObject *o)
{
    PyObject *it = Py_TYPE(o)->tp_iter(o);
    if (UNLIKELY(it == NULL))
        PyErr_Clear();
    return it;
}

PyObject *
jit_call_iterator(PyObject *type, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!leaf_can_iterate(jit_args[i]))
            return NULL;
    PyObject *it = PyObject_Vectorcall(type, jit_args, (size_t)n, NULL);
    if (UNLIKELY(it == NULL))
        PyErr_Clear();
    return it;
}
