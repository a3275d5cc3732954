/* jit/trace/exit.c: from a snapshot back to the interpreter's frame.
 *
 * All objects that the frame is to hold are made first; only then are slots overwritten and their old values dropped. A slot that the trace
 * has written still holds, in memory, what it held on entry: trace_enter() has seen to it that this is something whose death nobody notices.
 * Inlined calls get real frames, as the interpreter would have pushed them, unless the trace has made them already; room for these is found before anything changes. */
#include "jit/ir/ir_runtime.h"
#include "jit/trace/trace.h"

#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/coll/iter.h"
#include "object/coll/list.h"
#include "object/coll/tuple.h"
#include "object/num/float.h"
#include "object/num/int.h"
#include "vm/genobject.h"
#include "vm/step.h"

#define FRAMES_MAX 32
#define FEW 96
#define STORES_MAX 256                 /* of one snapshot: copy_take_state() */

struct rebuilt {                                           /* never cleared as a whole: that would take as long as the rest */
    const struct trace *t;
    const struct trace_snap *snap;
    uint32_t exit;
    const snap_entry *list;                                /* kept_list() of the snapshot; and where that is, if that has been looked up, or NULL */
    const uint16_t *locs;
    const struct exit_values *from;
    unsigned ninner;                                       /* inlined calls, outermost first: their frames, and what is known of them */
    _PyInterpreterFrame *inner[FRAMES_MAX];
    const struct ir_frame *call[FRAMES_MAX];
};

/* Spill slots, general and vector registers follow each other in the state. */
static uint64_t
word_at(const struct x64_state *st, uint16_t loc)
{
    static_assert(offsetof(struct x64_state, gpr) == 8 * X64_SPILLS && offsetof(struct x64_state, xmm) == 8 * (X64_SPILLS + LOC_XMM), "one row of words");
    return ((const uint64_t *)st)[loc >= LOC_SPILL ? loc - LOC_SPILL : X64_SPILLS + loc];
}

static const struct trace_item *item_of(const struct rebuilt *b, uint32_t i) { return &b->t->items[snap_ref(b->list[i])]; }

/* Of number i in the list. */
static uint64_t
value_of(const struct rebuilt *b, uint32_t i)
{
    ir_ref ref = item_of(b, i)->ref;
    if (ref_is_const(ref))
        return b->t->consts[REF_BIAS - 1 - ref];
    if (UNLIKELY(b->from->st == NULL))
        return b->from->values[ref].bits;
    return word_at(b->from->st, b->locs != NULL ? b->locs[i] : kept_place(b->t, snap_ref(b->list[i]), b->exit));
}

/* Do i and k name the same box, or the same virtual object? */
static bool is_same(const struct rebuilt *b, uint32_t i, uint32_t k) { return item_of(b, i)->named == item_of(b, k)->named; }

/* The object that an entry before i has made of the same box, or NULL. */
static PyObject *
made_before(const struct rebuilt *b, PyObject **objects, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (snap_how(b->list[k]) == snap_how(b->list[i]) && is_same(b, k, i))
            return objects[k];
    return NULL;
}

/* ---- virtual objects ---- */

static const struct ir_virtual *virtual_at(const struct rebuilt *b, uint32_t i) { return &b->t->virtuals[item_of(b, i)->virtual]; }

/* Is the slot a field of it? */
static bool is_field(const struct ir_virtual *v, unsigned slot) { return slot >= v->first && slot < v->first + IR_FIELDS_MAX; }

/* Field number `at`, a constant of the trace. */
static PyObject *
constant_field(const struct rebuilt *b, const struct ir_virtual *v, unsigned at)
{
    const snap_entry *e = b->list;
    uint32_t k = 0;
    while (!is_field(v, snap_slot(e[k])) || v->at[snap_slot(e[k]) - v->first] != at)
        k++;
    return (PyObject *)value_of(b, k);
}

/* The object of entry i, without its fields. */
static PyObject *
new_virtual(const struct rebuilt *b, uint32_t i)
{
    const struct ir_virtual *v = virtual_at(b, i);
    Py_ssize_t n = 0;
    for (uint32_t k = 0; k < b->snap->nentries; k++)
        n += is_field(v, snap_slot(b->list[k]));
    switch ((enum virtual_kind)v->kind) {
    case V_TUPLE: return jit_new_tuple(n);
    case V_LIST: return jit_new_list(n | (Py_ssize_t)rec_list_room(v->made, (unsigned)n) << 8);
    case V_RANGE_ITER: return jit_new_range_iterator(0, 1, 1);
    case V_METHOD: return PyMethod_New(Py_None, Py_None);
    case V_DICT: return n == 0 ? PyDict_New() : dict_new_small();
    case V_FUNCTION: return jit_new_function(Py_NewRef(constant_field(b, v, 0)), Py_None, Py_NewRef(constant_field(b, v, 2)));
    case V_LIST_ITER: case V_TUPLE_ITER: return jit_new_sequence_iterator(v->type);
    default: return PyType_GenericAlloc(v->type, 0);
    }
}

static void
set_iterator(struct list_iter *it, unsigned at, PyObject *value)
{
    if (at == 0) {
        it->it_seq = (PyListObject *)value;
    } else {
        it->it_index = PyLong_AsSsize_t(value);
        Py_DECREF(value);
    }
}

static void
set_range(struct range_iter *it, unsigned at, PyObject *value)
{
    *(at == 0 ? &it->start : at == 1 ? &it->step : &it->len) = PyLong_AsLong(value);
    Py_DECREF(value);
}

/* Field number `at` of o, which takes over the reference. */
static void
set_field(PyObject *o, const struct ir_virtual *v, unsigned at, PyObject *value)
{
    switch ((enum virtual_kind)v->kind) {
    case V_INSTANCE: values_add(type_shared_keys(v->type), inline_values(o), at, value); break;
    case V_MEMBERS: ((PyObject **)o)[at] = value; break;
    case V_TUPLE: tuple_items(o)[at] = value; break;
    case V_LIST: PyList_SET_ITEM(o, at, value); break;
    case V_LIST_ITER: case V_TUPLE_ITER: set_iterator((struct list_iter *)o, at, value); break;
    case V_RANGE_ITER: set_range((struct range_iter *)o, at, value); break;
    case V_DICT: break;                                /* put_pair() */
    case V_FUNCTION:
        if (at == 1 && value != Py_None)
            ((PyFunctionObject *)o)->func_closure = value;
        else
            Py_DECREF(value);
        break;
    case V_METHOD: *(at == 0 ? &((PyMethodObject *)o)->im_func : &((PyMethodObject *)o)->im_self) = value; break;
    }
}

/* Field `at` of the dict d is this: a key, or the value of the key before, for which there is room. */
static void
put_pair(PyObject *d, PyObject **objects, uint32_t i, unsigned at)
{
    if (at % 2 == 0)
        return;
    if (PyDict_SetItem(d, objects[i - 1], objects[i]) < 0)
        PyErr_Clear();
    Py_DECREF(objects[i - 1]);
    Py_DECREF(objects[i]);
}

/* Entry i is a field: of the object of an entry before. */
static void
put_field(const struct rebuilt *b, PyObject **objects, uint32_t i)
{
    const snap_entry *e = b->list;
    for (uint32_t k = 0; k < b->snap->nentries; k++) {
        if (snap_how(e[k]) != HOW_VIRTUAL || !is_field(virtual_at(b, k), snap_slot(e[i])))
            continue;
        const struct ir_virtual *v = virtual_at(b, k);
        unsigned at = v->at[snap_slot(e[i]) - v->first];
        if (v->kind == V_DICT)
            put_pair(objects[k], objects, i, at);
        else
            set_field(objects[k], v, at, objects[i]);
        return;
    }
}

static uint32_t
first_field(const struct rebuilt *b)
{
    uint32_t n = b->snap->nentries;
    while (n > 0 && snap_slot(b->list[n - 1]) >= IR_FIELDS)
        n--;
    return n;
}

/* The object of entry i: a new reference. NULL for an empty slot, or with MemoryError: *failed. */
static PyObject *
entry_object(const struct rebuilt *b, PyObject **objects, uint32_t i, bool *failed)
{
    snap_entry e = b->list[i];
    if (snap_how(e) == HOW_NULL)
        return NULL;
    uint64_t word = snap_how(e) == HOW_VIRTUAL ? 0 : value_of(b, i);
    if (LIKELY(snap_how(e) == HOW_OBJ))
        return snap_held(e) ? (PyObject *)word : Py_NewRef((PyObject *)word);
    bool makes = snap_how(e) == HOW_INT || snap_how(e) == HOW_FLOAT || snap_how(e) == HOW_VIRTUAL;
    PyObject *o = makes ? made_before(b, objects, i) : NULL;
    if (o != NULL)
        return Py_NewRef(o);
    double d;
    switch (snap_how(e)) {
    case HOW_NULL: case HOW_OBJ: break;
    case HOW_BOOL: return (word & 0xff) ? Py_True : Py_False;
    case HOW_INT: o = PyLong_FromLongLong((long long)word); break;
    case HOW_FLOAT:
        memcpy(&d, &word, sizeof(d));
        o = PyFloat_FromDouble(d);
        break;
    case HOW_VIRTUAL: o = new_virtual(b, i); break;
    }
    *failed |= o == NULL;
    return o;
}

/* The object that store i puts into its field: a new reference. Of a box, what an entry has made of it. */
static PyObject *
stored_object(const struct rebuilt *b, PyObject **objects, uint32_t i, bool *failed)
{
    uint32_t at = b->snap->nentries + 2 * i + 1;
    const struct trace_item *item = item_of(b, at);
    uint64_t word = value_of(b, at);
    PyObject *o;
    double d;
    for (uint32_t k = 0; k < b->snap->nentries; k++)
        if (item->how != HOW_OBJ && item->how != HOW_BOOL && snap_how(b->list[k]) == (enum snap_how)item->how && is_same(b, k, at))
            return Py_XNewRef(objects[k]);
    switch ((enum snap_how)item->how) {
    case HOW_BOOL: return (word & 0xff) ? Py_True : Py_False;
    case HOW_INT: o = PyLong_FromLongLong((long long)word); break;
    case HOW_FLOAT:
        memcpy(&d, &word, sizeof(d));
        o = PyFloat_FromDouble(d);
        break;
    default: o = Py_NewRef((PyObject *)word); break;
    }
    *failed |= o == NULL;
    return o;
}

static bool
is_raw(const struct rebuilt *b, uint32_t i)
{
    return item_of(b, b->snap->nentries + 2 * i + 1)->how == HOW_NULL;
}

/* References are taken before anything is changed. stored: room for STORES_MAX. */
static void
make_stored(const struct rebuilt *b, PyObject **objects, PyObject **stored, bool *failed)
{
    for (uint32_t i = 0; i < b->snap->nstores; i++)
        stored[i] = is_raw(b, i) ? NULL : stored_object(b, objects, i, failed);
    for (uint32_t i = 0; *failed && i < b->snap->nstores; i++)
        Py_XDECREF(stored[i]);
}

static void
apply_stores(const struct rebuilt *b, PyObject **stored)
{
    for (uint32_t i = 0; i < b->snap->nstores; i++) {
        uint32_t at = b->snap->nentries + 2 * i;
        char *field = (char *)value_of(b, at) + b->t->stores[b->snap->stores + i].offset;
        if (!is_raw(b, i)) {
            Py_XSETREF(*(PyObject **)field, stored[i]);   /* what was there is immortal, or a number */
            continue;
        }
        uint64_t value = value_of(b, at + 1);
        memcpy(field, &value, sizeof(value));
    }
}

/* ---- frames of inlined calls ---- */

static void
find_calls(struct rebuilt *b)
{
    const struct ir_frame *frames = b->t->frames;
    b->ninner = frames[b->snap->frame].depth;
    for (unsigned i = b->snap->frame, k = b->ninner; k-- > 0; i = frames[i].parent)
        b->call[k] = &frames[i];
}

/* Of the first n inlined calls. */
static void
give_room_back(PyThreadState *ts, const struct rebuilt *b, unsigned n)
{
    while (n-- > b->snap->real)
        if (!b->call[n]->generator)
            frame_stack_pop(ts, b->inner[n]);
}

/* False: MemoryError. */
static bool
find_room(PyThreadState *ts, struct rebuilt *b)
{
    for (unsigned k = b->snap->real; k < b->ninner; k++) {
        b->inner[k] = b->call[k]->generator ? NULL : frame_alloc(ts, b->call[k]->code->co_framesize);
        if (b->inner[k] != NULL || b->call[k]->generator)
            continue;
        give_room_back(ts, b, k);
        return false;
    }
    return true;
}

/* One past the last slot of the frame below inner[k]. */
static int
top_below(const struct rebuilt *b, unsigned k)
{
    return k < b->ninner ? b->call[k]->below : b->t->nslots + b->snap->depth;
}

/* The innermost frame that is in memory; slots are counted from f's first local. */
static _PyInterpreterFrame *
innermost(_PyInterpreterFrame *f, const struct rebuilt *b)
{
    unsigned real = b->snap->real;
    return real == 0 ? f : (_PyInterpreterFrame *)((PyObject **)f + b->call[real - 1]->base);
}

/* Of inner[k], a new frame: all its slots are entries from `entry` on, its function first. The first entry behind them. */
static uint32_t
fill_frame(const struct rebuilt *b, PyObject **objects, unsigned k, uint32_t entry)
{
    const struct ir_frame *call = b->call[k];
    _PyInterpreterFrame *callee = b->inner[k];
    int n = top_below(b, k + 1) - call->base;                /* without the function */
    if (vm_is_shim(call->code))
        vm_make_shim(callee, call->code, objects[entry]);
    else
        frame_init(callee, (PyFunctionObject *)objects[entry], NULL, call->code, call->code->co_nlocalsplus);
    memcpy(callee->localsplus, objects + entry + 1, (size_t)n * sizeof(PyObject *));
    memset(objects + entry, 0, (size_t)(n + 1) * sizeof(PyObject *));
    frame_set_stackpointer(callee, callee->localsplus + n);
    return entry + (uint32_t)n + 1;
}

/* The generator on top of the stack of `caller` has gone on: of its slots those are listed that differ. What lay in them goes when all is done. */
static uint32_t
fill_generator(PyThreadState *ts, _PyInterpreterFrame *caller, struct rebuilt *b, PyObject **objects, unsigned k, uint32_t entry)
{
    const struct ir_frame *call = b->call[k];
    int end = top_below(b, k + 1);
    PyGenObject *gen = (PyGenObject *)caller->localsplus[caller->stacktop - 1];
    _PyInterpreterFrame *f = b->inner[k] = GEN_FRAME(gen);
    for (; entry < b->snap->nentries && (int)snap_slot(b->list[entry]) < end; entry++) {
        int i = (int)snap_slot(b->list[entry]) - call->base;
        PyObject *old = i < call->words ? f->localsplus[i] : NULL;
        f->localsplus[i] = objects[entry];
        objects[entry] = old;
    }
    gen_start(ts, gen);
    for (int i = end - call->base; i < call->words; i++)     /* taken off its stack */
        Py_CLEAR(f->localsplus[i]);
    frame_set_stackpointer(f, f->localsplus + (end - call->base));
    return entry;
}

/* Slots of those that are not in memory are the last entries, all of them. Each caller waits behind its call. f: the innermost one in memory. */
static void
push_frames(PyThreadState *ts, _PyInterpreterFrame *f, struct rebuilt *b, PyObject **objects, uint32_t entry)
{
    for (unsigned k = b->snap->real; k < b->ninner; k++) {
        const struct ir_frame *call = b->call[k];
        f->instr_ptr = _PyCode_CODE(frame_code(f)) + call->call;
        f->return_offset = (uint16_t)(call->ret - call->call);
        entry = call->generator ? fill_generator(ts, f, b, objects, k, entry) : fill_frame(b, objects, k, entry);
        _PyInterpreterFrame *callee = b->inner[k];
        callee->previous = f;
        ts->py_recursion_remaining -= callee->f_funcobj != ITEM_SHIM;
        f = callee;
    }
    f->instr_ptr = _PyCode_CODE(frame_code(f)) + b->snap->pc;
    ts->current_frame = f;
}

static void
apply_entries(PyThreadState *ts, _PyInterpreterFrame *f, struct rebuilt *b, PyObject **objects)
{
    int top = top_below(b, b->snap->real);
    uint32_t i = 0;
    for (; i < b->snap->nentries; i++) {
        int slot = (int)snap_slot(b->list[i]);
        if (slot >= top)
            break;
        PyObject *old = slot < b->snap->top ? f->localsplus[slot] : NULL;
        f->localsplus[slot] = objects[i];
        objects[i] = old;
    }
    for (int slot = top; slot < b->snap->top; slot++)         /* taken off the stack */
        Py_CLEAR(f->localsplus[slot]);
    _PyInterpreterFrame *inner = innermost(f, b);
    frame_set_stackpointer(inner, f->localsplus + top);
    push_frames(ts, inner, b, objects, i);
    for (i = 0; i < b->snap->nentries; i++)
        Py_XDECREF(objects[i]);
}

/* False, with MemoryError: nothing has changed. */
static bool
make_objects(const struct rebuilt *b, PyObject **objects, PyObject **stored)
{
    bool failed = false;
    for (uint32_t i = 0; i < b->snap->nentries; i++)
        objects[i] = entry_object(b, objects, i, &failed);
    make_stored(b, objects, stored, &failed);
    for (uint32_t i = 0; failed && i < b->snap->nentries; i++)
        if (!snap_held(b->list[i]))
            Py_XDECREF(objects[i]);
    for (uint32_t i = first_field(b); !failed && i < b->snap->nentries; i++)
        put_field(b, objects, i);
    for (uint32_t i = first_field(b); !failed && i < b->snap->nentries; i++)
        objects[i] = NULL;                                 /* its object has the reference */
    return !failed;
}

/* objects: room for as many as the snapshot has entries; NULL: there is no memory for that. */
static _Py_CODEUNIT *
leave(PyThreadState *ts, _PyInterpreterFrame *f, struct rebuilt *b, PyObject **objects)
{
    PyObject *stored[STORES_MAX];
    find_calls(b);
    bool room = objects != NULL && find_room(ts, b), made = room && make_objects(b, objects, stored);
    if (LIKELY(made)) {
        apply_stores(b, stored);
        apply_entries(ts, f, b, objects);
        return ts->current_frame->instr_ptr;
    }
    if (room)
        give_room_back(ts, b, b->ninner);
    frame_set_stackpointer(innermost(f, b), f->localsplus + b->snap->top);
    return NULL;
}

_Py_CODEUNIT *
exit_apply(PyThreadState *ts, _PyInterpreterFrame *f, const struct trace *t, uint32_t exit, const struct exit_values *from)
{
    struct rebuilt b;
    b.t = t;
    b.snap = exit_snap(t, exit);
    b.exit = exit;
    b.from = from;
    if (b.snap->open)
        return jit_open_pc;
    PyObject *few[FEW], **objects = few;
    snap_entry few_entries[FEW], *list = few_entries;
    if (UNLIKELY(t->widest > FEW)) {
        objects = PyMem_Malloc(t->widest * (sizeof(*objects) + sizeof(*list)));
        list = (snap_entry *)(objects + t->widest);
    }
    b.list = from->list != NULL ? from->list->entries : list;
    b.locs = from->list != NULL ? from->list->locs : NULL;
    if (objects == NULL)
        PyErr_NoMemory();
    else if (from->list == NULL)
        kept_list(t, b.snap, list);
    _Py_CODEUNIT *pc = leave(ts, f, &b, objects);
    if (objects != few)
        PyMem_Free(objects);
    return pc;
}
