/* jit/ir/ir_runtime.c: what instructions do to objects. */
#include "jit/ir/ir_runtime.h"

#include "gc/gc.h"
#include "jit/ir/ir.h"
#include "jit/ir/leaf.h"
#include "object/coll/coll.h"
#include "object/coll/dict_values.h"
#include "object/coll/iter.h"
#include "object/coll/list.h"
#include "object/coll/dict_priv.h"
#include "object/coll/set_priv.h"
#include "object/coll/tuple.h"
#include "object/core/object.h"
#include "object/core/type.h"
#include "rt/gc_track.h"
#include "code/opcodes.h"
#include "object/num/int.h"
#include "object/text/bytes.h"
#include "object/text/str.h"
#include "vm/slow.h"
#include "vm/step.h"

bool
jit_is_leaf(const PyTypeObject *t)
{
    return t == &PyLong_Type || t == &PyFloat_Type || t == &PyUnicode_Type || t == &PyBytes_Type || t == &PyComplex_Type || t == &PyBool_Type
        || t == Py_TYPE(Py_None) || t == &PyRangeIter_Type;
}

bool jit_is_common_leaf(const PyTypeObject *t) { return t == &PyFloat_Type || t == &PyLong_Type || t == Py_TYPE(Py_None) || t == &PyUnicode_Type; }

/* What an iterator over a list or tuple refers to; NULL for everything else, and for one that has come to its end. */
static PyObject *
sequence_of(PyObject *o)
{
    bool iterates = Py_IS_TYPE(o, &PyListIter_Type) || Py_IS_TYPE(o, &PyTupleIter_Type);
    return iterates ? (PyObject *)((struct list_iter *)o)->it_seq : NULL;
}

/* ---- deaths that nobody notices ---- */

#define QUIET_ITEMS 256               /* of a list, dict or set: leaves are no references that count; to look through more takes longer than to let the interpreter drop it */
#define QUIET_EDGES 40                 /* references looked at; what more refer to lives on */

/* An instance whose death runs no code and which refers to nothing but its attributes, its class, and the items of a list or tuple that it is. */
static bool
is_quiet_instance(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    const unsigned long wanted = Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_HAVE_GC;
    if ((t->tp_flags & wanted) != wanted || t->tp_finalize != NULL || t->tp_del != NULL || t->tp_dealloc != subtype_dealloc || Py_REFCNT(t) < 3)
        return false;
    if (t->tp_flags & Py_TPFLAGS_MANAGED_WEAKREF ? *object_managed_weaklist(o) != NULL : t->tp_weaklistoffset != 0)
        return false;
    PyTypeObject *base = t;
    while (base->tp_dealloc == subtype_dealloc)
        base = base->tp_base;
    return base == &PyBaseObject_Type || base == &PyList_Type || base == &PyTuple_Type;
}

/* A trial of what decrements would set off: which objects have lost how many references. What late slots have counts as lost from the start. */
struct quiet {
    PyObject **slots;
    uint64_t late;
    int edges, n;
    struct { PyObject *o; Py_ssize_t lost; } shared[QUIET_EDGES];
};

static bool is_quiet(struct quiet *q, PyObject *o);

/* Most rows have items of one type. */
static bool
all_quiet(struct quiet *q, PyObject **items, Py_ssize_t n)
{
    const PyTypeObject *leaf = NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (items[i] == NULL || Py_TYPE(items[i]) == leaf)
            continue;
        if (jit_is_leaf(Py_TYPE(items[i])))
            leaf = Py_TYPE(items[i]);
        else if (!is_quiet(q, items[i]))
            return false;
    }
    return true;
}

static bool
members_quiet(struct quiet *q, PyObject *o)
{
    for (PyTypeObject *t = Py_TYPE(o); t->tp_dealloc == subtype_dealloc; t = t->tp_base) {
        PyMemberDef *m = type_heap_members(t);
        for (Py_ssize_t n = Py_SIZE(t); n > 0; n--, m++) {
            PyObject *v = m->type == Py_T_OBJECT_EX ? *(PyObject **)((char *)o + m->offset) : NULL;
            if (v != NULL && !is_quiet(q, v))
                return false;
        }
    }
    return true;
}

static bool
instance_quiet(struct quiet *q, PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    if (!is_quiet_instance(o) || !members_quiet(q, o))
        return false;
    if (PyList_Check(o) && (PyList_GET_SIZE(o) > QUIET_EDGES || !all_quiet(q, ((PyListObject *)o)->ob_item, PyList_GET_SIZE(o))))
        return false;
    if (PyTuple_Check(o) && !all_quiet(q, tuple_items(o), PyTuple_GET_SIZE(o)))
        return false;
    if (!(t->tp_flags & Py_TPFLAGS_MANAGED_DICT))
        return t->tp_dictoffset == 0;
    if (MANAGED_DICT(o) != NULL)
        return false;
    if (!(t->tp_flags & Py_TPFLAGS_INLINE_VALUES))
        return true;
    PyDictValues *v = inline_values(o);
    return v->valid && all_quiet(q, v->values, v->capacity);
}

/* How many references to o the late slots give back. */
static Py_ssize_t
lost_late(PyObject **slots, uint64_t late, PyObject *o)
{
    Py_ssize_t n = 0;
    bool is_sequence = Py_TYPE(o) == &PyList_Type || Py_TYPE(o) == &PyTuple_Type;        /* only those have iterators that die late */
    if (LIKELY(!is_sequence)) {
        for (; (late & 15) == 15; late >>= 4, slots += 4)
            n += (slots[0] == o) + (slots[1] == o) + (slots[2] == o) + (slots[3] == o);
        for (; late != 0; late &= late - 1)
            n += slots[__builtin_ctzll(late)] == o;
        return n;
    }
    for (; late != 0; late &= late - 1) {
        PyObject *held = slots[__builtin_ctzll(late)];
        n += held == o || (held != NULL && sequence_of(held) == o);
    }
    return n;
}

static bool
dict_quiet(struct quiet *q, PyDictObject *d)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    if (d->ma_version_tag & DICT_WATCHER_MASK || d->ma_values != NULL || d->ma_used > QUIET_ITEMS)
        return false;
    while (PyDict_Next((PyObject *)d, &pos, &key, &value))
        if (!is_quiet(q, key) || !is_quiet(q, value))
            return false;
    return true;
}

static bool
set_quiet(struct quiet *q, PyObject *s)
{
    const PySetObject *so = (PySetObject *)s;
    const PyTypeObject *leaf = NULL;
    if (so->weakreflist != NULL || so->used > QUIET_ITEMS)
        return false;
    const setentry *e = so->table, *end = e + so->mask + 1;
    for (Py_ssize_t left = so->fill; left > 0 && e < end; e++) {
        if (e->key == NULL)
            continue;
        left--;
        if (Py_TYPE(e->key) == leaf || e->key == &set_dummy)
            continue;
        if (jit_is_leaf(Py_TYPE(e->key)))
            leaf = Py_TYPE(e->key);
        else if (!is_quiet(q, e->key))
            return false;
    }
    return true;
}

/* Views and iterators of our own: what they refer to. */
static bool
others_quiet(struct quiet *q, PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    PyObject *refers[3] = { NULL };
    if (t == &PyDictKeys_Type || t == &PyDictValues_Type || t == &PyDictItems_Type)
        refers[0] = (PyObject *)((struct dict_view *)o)->dv_dict;
    else if (t == &PyDictIterKey_Type || t == &PyDictIterValue_Type || t == &PyDictIterItem_Type) {
        refers[0] = (PyObject *)((struct dict_iter *)o)->di_dict;
        refers[1] = ((struct dict_iter *)o)->di_result;
    } else if (t == &PySetIter_Type)
        refers[0] = (PyObject *)((struct set_iter *)o)->si_set;
    else if (t == &PyEnum_Type) {
        refers[0] = ((struct enum_iter *)o)->en_sit;
        refers[1] = ((struct enum_iter *)o)->en_result;
        refers[2] = ((struct enum_iter *)o)->en_longindex;
    } else if (t == &PyZip_Type) {
        refers[0] = ((struct zip_iter *)o)->ittuple;
        refers[1] = ((struct zip_iter *)o)->result;
    } else
        return false;
    return all_quiet(q, refers, 3);
}

/* May o, which loses a reference, die of it? */
static bool
may_die(struct quiet *q, PyObject *o)
{
    int i = 0;
    if (Py_REFCNT(o) > QUIET_EDGES + 64)                         /* slots and edges cannot be so many; immortal ones have such counts */
        return false;
    if (Py_REFCNT(o) == 1)                                       /* no other edge leads to it */
        return true;
    while (i < q->n && q->shared[i].o != o)
        i++;
    if (i == q->n) {
        q->n++;
        q->shared[i].o = o;
        q->shared[i].lost = lost_late(q->slots, q->late, o);
    }
    return ++q->shared[i].lost >= Py_REFCNT(o);
}

static bool
is_quiet(struct quiet *q, PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    if (!(t->tp_flags & Py_TPFLAGS_HEAPTYPE) && jit_is_leaf(t))
        return true;
    if (++q->edges > QUIET_EDGES)
        return false;
    if (!may_die(q, o))
        return true;
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)                       /* none of those below */
        return instance_quiet(q, o);
    if (t == &PyTuple_Type)
        return all_quiet(q, tuple_items(o), PyTuple_GET_SIZE(o));
    if (t == &PyList_Type)
        return PyList_GET_SIZE(o) <= QUIET_ITEMS && all_quiet(q, ((PyListObject *)o)->ob_item, PyList_GET_SIZE(o));
    if (t == &PyMethod_Type)
        return ((PyMethodObject *)o)->im_weakreflist == NULL && is_quiet(q, ((PyMethodObject *)o)->im_self) && is_quiet(q, ((PyMethodObject *)o)->im_func);
    if (t == &PyCFunction_Type) {
        const PyCFunctionObject *f = (PyCFunctionObject *)o;
        return f->m_weakreflist == NULL && (f->m_self == NULL || is_quiet(q, f->m_self)) && (f->m_module == NULL || is_quiet(q, f->m_module));
    }
    if (t == &PyListIter_Type || t == &PyTupleIter_Type)
        return sequence_of(o) == NULL || is_quiet(q, sequence_of(o));
    if (t == &PyDict_Type)
        return dict_quiet(q, (PyDictObject *)o);
    if (t == &PySet_Type || t == &PyFrozenSet_Type)
        return set_quiet(q, o);
    return others_quiet(q, o);
}

static bool
slice_quiet(struct quiet *q, PyObject *l)
{
    Py_ssize_t from = (intptr_t)jit_args[0], to = (intptr_t)jit_args[1];
    Py_ssize_t n = PySlice_AdjustIndices(PyList_GET_SIZE(l), &from, &to, 1);
    return all_quiet(q, ((PyListObject *)l)->ob_item + from, n);
}

/* More references to o than will be dropped. */
static bool
outlives(PyObject **slots, uint64_t late, PyObject *o)
{
    return Py_REFCNT(o) > 1 + 64 || (Py_REFCNT(o) > 1 && Py_REFCNT(o) > 1 + lost_late(slots, late, o));
}

bool
jit_is_quiet(PyObject **slots, uint64_t late, PyObject *o, uint32_t n)
{
    static struct quiet q;                                       /* of the group; under the GIL, which is kept from its first to its last */
    if (n == 1 && outlives(slots, late, o))
        return true;
    if (n < 2 << QUIET_NTH) {
        q.slots = slots;
        q.late = late;
        q.edges = q.n = 0;
    }
    return n == QUIET_SLICE ? slice_quiet(&q, o) : is_quiet(&q, o);
}

bool jit_is_kept(PyObject **slots, uint64_t late, PyObject *o) { return outlives(slots, late, o); }
void jit_drop(PyObject *o) { Py_DECREF(o); }

PyObject *
jit_int_instead(PyObject *o, int64_t v)
{
    if (Py_REFCNT(o) == 1 && int_is_compact(o) && int_become(o, v))
        return o;
    PyObject *other = jit_new_int(v);
    if (other != NULL)
        Py_DECREF(o);
    return other;
}

PyObject *
jit_float_instead(PyObject *o, double v)
{
    if (Py_REFCNT(o) == 1) {
        ((PyFloatObject *)o)->ob_fval = v;
        return o;
    }
    PyObject *other = jit_new_float(v);
    if (other != NULL)
        Py_DECREF(o);
    return other;
}

/* An iterator over characters, whose death nobody notices. */
static bool
iterates_text(PyObject *o)
{
    PyObject *seq = ((struct str_iterator *)o)->seq;
    if (!Py_IS_TYPE(o, &PyBytesIter_Type) && !Py_IS_TYPE(o, &str_ascii_iter_type))
        return false;
    return seq == NULL || PyBytes_CheckExact(seq) || PyUnicode_CheckExact(seq);
}

bool
jit_dies_late(PyObject **slots, unsigned i, uint64_t late)
{
    PyObject *o = slots[i];
    if (o != NULL && Py_REFCNT(o) == 1 && iterates_text(o))
        return true;
    if (o == NULL || (!Py_IS_TYPE(o, &PyListIter_Type) && !Py_IS_TYPE(o, &PyTupleIter_Type)) || Py_REFCNT(o) != 1)
        return false;
    return sequence_of(o) == NULL || outlives(slots, late, sequence_of(o));
}

bool
jit_drops_late(PyObject **slots, unsigned i, uint64_t late)
{
    PyObject *o = slots[i];
    return o == NULL || jit_is_leaf(Py_TYPE(o)) || outlives(slots, late, o) || jit_dies_late(slots, i, late);
}

int64_t jit_str_eq(PyObject *a, PyObject *b) { return a == b || str_eq(a, b); }

PyObject *jit_new_int(int64_t v) { return leaf_or_null(PyLong_FromLongLong(v)); }
PyObject *jit_new_iterator(PyObject *seq) { return leaf_or_null(Py_TYPE(seq)->tp_iter(seq)); }
PyObject *jit_new_float(double v) { return leaf_or_null(PyFloat_FromDouble(v)); }
PyObject *jit_new_range_iterator(int64_t start, int64_t stop, int64_t step) { return leaf_or_null(range_iter_from_longs(start, stop, step)); }

PyObject *
jit_new_instance(PyTypeObject *t, uint64_t low, uint64_t high, uint32_t shape)
{
    PyObject *o = leaf_or_null(PyType_GenericAlloc(t, 0));
    if (o == NULL || (uint8_t)low == 0xff)
        return o;
    const uint64_t order[2] = { low, high };
    PyDictValues *v = inline_values(o);
    uint8_t n = 0, *to = values_order(v);
    for (; n < IR_FIELDS_MAX && ((const uint8_t *)order)[n] != 0xff; n++)
        to[n] = ((const uint8_t *)order)[n];
    v->size = n;
    v->shape = shape;
    return o;
}

PyObject *
jit_new_tuple(Py_ssize_t n)
{
    PyObject *t = leaf_or_null(tuple_alloc(n));
    if (t == NULL)
        return NULL;
    memset(tuple_items(t), 0, (size_t)n * sizeof(PyObject *));
    gc_track(t);
    return t;
}

PyObject *
jit_new_sequence_iterator(PyTypeObject *t)
{
    static_assert(sizeof(struct list_iter) == sizeof(struct tuple_iter) && offsetof(struct list_iter, it_seq) == offsetof(struct tuple_iter, it_seq), "of one shape");
    struct list_iter *it = COLL_GC_NEW(struct list_iter, t);
    if (it == NULL)
        return leaf_or_null(NULL);
    it->it_index = 0;
    it->it_seq = NULL;
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

PyObject *
jit_new_list(Py_ssize_t n)
{
    PyObject *l = leaf_or_null(PyList_New(n >> 8 != 0 ? n >> 8 : n));
    if (l != NULL)
        Py_SET_SIZE(l, n & 0xff);
    return l;
}

PyObject *
jit_new_method(PyObject *func, PyObject *self)
{
    PyObject *m = leaf_or_null(PyMethod_New(func, self));
    if (m == NULL)
        return NULL;
    Py_DECREF(func);
    Py_DECREF(self);
    return m;
}

void
jit_slot_put_new(PyObject **slot, PyObject *o)
{
    PyObject *old = *slot;
    *slot = o;
    Py_XDECREF(old);
}

void jit_slot_put(PyObject **slot, PyObject *o) { jit_slot_put_new(slot, Py_NewRef(o)); }

/* ---- in the place of what was there ---- */

static bool
is_last(PyObject *o, PyTypeObject *t)
{
    return o != NULL && Py_IS_TYPE(o, t) && Py_REFCNT(o) == 1;
}

static PyObject *
put(PyObject **slot, PyObject *o)
{
    if (LIKELY(o != NULL))
        jit_slot_put_new(slot, o);
    return o;
}

/* Small numbers exist once. Numbers of one or two digits have blocks of one size, others not. */
PyObject *
jit_slot_renew_int(PyObject **slot, int64_t v)
{
    PyObject *o = *slot;
    uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    if (!is_last(o, &PyLong_Type) || int_ndigits(o) > 2 || size >> 2 * PyLong_SHIFT != 0)
        return put(slot, jit_new_int(v));
    if (size >> PyLong_SHIFT == 0)
        return int_become(o, v) ? o : put(slot, jit_new_int(v));
    ((PyLongObject *)o)->long_value.lv_tag = INT_TAG(2, v < 0 ? INT_NEGATIVE : INT_POSITIVE);
    int_digits(o)[0] = (digit)(size & PyLong_MASK);
    int_digits(o)[1] = (digit)(size >> PyLong_SHIFT);
    return o;
}

PyObject *
jit_slot_renew_float(PyObject **slot, double v)
{
    PyObject *o = *slot;
    if (!is_last(o, &PyFloat_Type))
        return put(slot, jit_new_float(v));
    ((PyFloatObject *)o)->ob_fval = v;
    return o;
}

PyObject *
jit_slot_renew_list_iterator(PyObject **slot, PyObject *list)
{
    struct list_iter *it = (struct list_iter *)*slot;
    if (!is_last(*slot, &PyListIter_Type))
        return put(slot, jit_new_iterator(list));
    PyObject *old = (PyObject *)it->it_seq;
    it->it_index = 0;
    it->it_seq = (PyListObject *)Py_NewRef(list);
    Py_XDECREF(old);
    return (PyObject *)it;
}

PyObject *
jit_slot_renew_range_iterator(PyObject **slot, int64_t start, int64_t stop, int64_t step)
{
    PyObject *o = *slot;
    if (!is_last(o, &PyRangeIter_Type))
        return put(slot, jit_new_range_iterator(start, stop, step));
    return range_iter_restart(o, start, stop, step) ? o : NULL;
}

/* ---- rows of numbers ---- */

void
jit_item_bounds(uint32_t code, int64_t *low, int64_t *high)
{
    unsigned bits = 8u << jit_item_shift(code);
    bool is_signed = code >= 'a';
    *low = is_signed ? -((int64_t)1 << (bits - 1)) : 0;
    *high = is_signed || bits == 64 ? (int64_t)(UINT64_MAX >> (65 - bits)) : (int64_t)(UINT64_MAX >> (64 - bits));
}

int64_t
jit_item_int(const void *row, int64_t i, uint32_t code)
{
    switch (code) {
    case 'b': return ((const int8_t *)row)[i];
    case 'B': return ((const uint8_t *)row)[i];
    case 'h': return ((const int16_t *)row)[i];
    case 'H': return ((const uint16_t *)row)[i];
    case 'i': return ((const int32_t *)row)[i];
    case 'I': return ((const uint32_t *)row)[i];
    default: return ((const int64_t *)row)[i];
    }
}

double jit_item_float(const void *row, int64_t i, uint32_t code) { return code == 'f' ? (double)((const float *)row)[i] : ((const double *)row)[i]; }

void
jit_item_set_int(void *row, int64_t i, uint32_t code, int64_t v)
{
    int shift = jit_item_shift(code);
    memcpy((char *)row + (i << shift), &v, (size_t)1 << shift);        /* the low bytes come first */
}

void
jit_item_set_float(void *row, int64_t i, uint32_t code, double v)
{
    if (code == 'f')
        ((float *)row)[i] = (float)v;
    else
        ((double *)row)[i] = v;
}

/* ---- open calls ---- */

_Py_CODEUNIT *jit_open_pc;
uint32_t jit_epoch;
void (*jit_poison)(PyThreadState *ts, _PyInterpreterFrame *f);
bool (*jit_leaves_opens)(int opcode);

_Py_CODEUNIT *jit_turned_pc;

/* The step at `instr` of f has failed. The trace goes on in the handler of the exception, if it was recorded so; else it is left for that. */
static int64_t
raised(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, _PyInterpreterFrame *outer, uint32_t before, bool expected)
{
    jit_open_pc = vm_catch(ts, f, (int)(instr - _PyCode_CODE(frame_code(f))), outer);
    if (jit_open_pc == NULL)
        return 1;
    if (LIKELY(before == jit_troubles() && expected)) {
        (void)frame_stackpointer(ts->current_frame);
        return 0;
    }
    jit_turned_pc = before == jit_troubles() ? jit_open_pc : NULL;
    return 1;
}

/* The return at instr of f. Where f is the outer frame the trace ends. */
static int64_t
open_return(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, int oparg, _PyInterpreterFrame *outer)
{
    bool is_const = op_deopt(instr->op.code) == RETURN_CONST;
    PyObject *value = is_const ? Py_NewRef(PyTuple_GET_ITEM(frame_code(f)->co_consts, oparg)) : *--sp;
    return (f == outer ? jit_return_last : jit_return)(ts, f, instr, sp, value);
}

/* FOR_ITER: the next value on the stack; at the end NULL in its place and in that of the iterator, which goes. NULL: raised. */
static PyObject **
step_iterator(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp)
{
    PyObject *it = sp[-1];
    int more = vm_iter_next(ts, f, instr, it, &sp[0]);
    if (more > 0)
        return sp + 1;
    if (more < 0) {
        frame_set_stackpointer(f, sp);
        return NULL;
    }
    sp[0] = sp[-1] = NULL;
    Py_DECREF(it);
    return sp - 1;
}

/* Loops over generators are the interpreter's: they do not nest on the C stack. */
static int64_t
open_for_iter(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, int oparg, _PyInterpreterFrame *outer, bool expected)
{
    uint32_t before = jit_troubles();
    PyObject **end = NULL;
    bool mine = Py_TYPE(sp[-1]) != &PyGen_Type;
    if (LIKELY(mine)) {
        end = step_iterator(ts, f, instr, sp);
        if (UNLIKELY(jit_poison != NULL))
            jit_poison(ts, f);
        if (end == NULL)
            return raised(ts, f, instr, outer, before, expected);
        if (LIKELY(before == jit_troubles() && !expected))
            return 0;
    }
    jit_open_pc = !mine ? instr : instr + 1 + op_table[FOR_ITER].caches + (end < sp ? oparg + 2 : 0);
    jit_turned_pc = mine && expected && before == jit_troubles() ? jit_open_pc : NULL;
    frame_set_stackpointer(f, mine ? end : sp);
    return 1;
}

/* The call at instr pushes a frame. */
static int64_t
enter_call(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, int oparg, _PyInterpreterFrame *outer, PyCodeObject *callee)
{
    bool last = (PyObject *)callee == Py_None;
    uint32_t before = jit_troubles();
    _PyInterpreterFrame *to = vm_step_call(ts, f, instr, &sp, oparg);
    PyObject **behind = (PyObject **)f + frame_code(f)->co_framesize;
    if (last && to != NULL && to != f) {
        jit_open_pc = to->instr_ptr;
        return 0;
    }
    if (UNLIKELY(to == NULL))
        return raised(ts, f, instr, outer, before, false);
    if (LIKELY((PyObject **)to == behind && frame_code(to) == callee && before == jit_troubles())) {
        (void)frame_stackpointer(to);
        return 0;
    }
    jit_open_pc = to == f ? instr + 1 + op_table[op_deopt(instr->op.code)].caches : to->instr_ptr;
    if (to == f)
        frame_set_stackpointer(f, sp);
    return 1;
}

/* The first EXTENDED_ARG of an instruction with this argument. */
static _Py_CODEUNIT *
with_argument(_Py_CODEUNIT *instr, int oparg)
{
    return instr - (oparg > 0xff) - (oparg > 0xffff);
}

/* A collection that this instruction made due. The interpreter would run it at one of the calls that the trace has inlined, with objects that the trace does not make. */
static void
collect(PyThreadState *ts)
{
    ts_clear_breaker(ts, EB_GC);
    gc_run(ts);
}

int64_t
jit_open(PyThreadState *ts, _PyInterpreterFrame *f, uint32_t pc, uint32_t x, _PyInterpreterFrame *outer, PyCodeObject *callee)
{
    _Py_CODEUNIT *instr = _PyCode_CODE(frame_code(f)) + pc;
    PyObject **sp = frame_stackbase(f) + OPEN_DEPTH(x);
    uint32_t before = jit_troubles();
    bool expected = callee == OPEN_RAISES;
    int opcode = op_deopt(instr->op.code), oparg = (int)(x & OPEN_ARG_MAX);
    f->instr_ptr = instr;
    jit_turned_pc = NULL;
    if (UNLIKELY(jit_leaves_opens != NULL && jit_leaves_opens(opcode))) {
        jit_open_pc = with_argument(instr, oparg);
        frame_set_stackpointer(f, sp);
        return 1;
    }
    if (x & OPEN_RETURNS)
        return open_return(ts, f, instr, sp, oparg, outer);
    if (opcode == FOR_ITER)
        return open_for_iter(ts, f, instr, sp, oparg, outer, expected);
    if (callee != NULL && !expected)
        return enter_call(ts, f, instr, sp, oparg, outer, callee);
    bool raises = opcode == RAISE_VARARGS || opcode == RERAISE;
    if (UNLIKELY(!jit_may_nest(ts)) || (raises && !vm_is_caught(ts, f, (int)pc, outer))) {
        jit_open_pc = with_argument(instr, oparg);
        frame_set_stackpointer(f, sp);
        return 1;
    }
    sp = vm_step(ts, f, instr, sp, oparg);
    if (UNLIKELY(sp != NULL && ts_has_breaker(ts, EB_GC)))
        collect(ts);
    if (UNLIKELY(jit_poison != NULL))
        jit_poison(ts, f);
    if (sp == NULL)
        return raised(ts, f, instr, outer, before, expected);
    if (LIKELY(before == jit_troubles() && !expected))
        return 0;
    jit_open_pc = instr + 1 + op_table[opcode].caches;
    jit_turned_pc = expected && before == jit_troubles() ? jit_open_pc : NULL;
    frame_set_stackpointer(f, sp);
    return 1;
}

PyObject *
jit_new_function(PyObject *code, PyObject *closure, PyObject *globals)
{
    PyObject *f = PyFunction_New(code, globals);
    if (f == NULL) {
        PyErr_Clear();
        return NULL;
    }
    ((PyFunctionObject *)f)->func_version = ((PyCodeObject *)code)->co_version;
    if (closure != Py_None)
        ((PyFunctionObject *)f)->func_closure = closure;
    Py_DECREF(code);
    Py_DECREF(globals);
    return f;
}
