/* object/core/type_slots.c: which Python name goes with which C slot, and keeping both in step.
 *
 * Downwards (C to Python): a type that fills a C slot gets a wrapper descriptor under each name of that slot.
 * Upwards (Python to C): a class that defines or inherits a name gets the slot. If everything found under the names of
 * a slot wraps one and the same C function, the slot holds that function itself; else the slot_* function, which looks
 * the Python method up on each call. Assigning to such a name on a class runs the same computation again for it and
 * for all subclasses that do not override the name. */
#include "object/core/type_impl.h"

#include <stddef.h>

#include "rt/singletons.h"
#include "object/coll/dict.h"
#include "object/core/object.h"
#include "object/core/type_slot_fn.h"
#include "object/core/type_wrap.h"
#include "object/text/str.h"

#define OFF(slot) offsetof(PyHeapTypeObject, slot)
#define ROW(name, off, fn, wrap, doc) { name, off, (void *)(fn), (wrapperfunc)(void *)(wrap), PyDoc_STR(doc), 0, NULL }
#define KWROW(name, off, fn, wrap, doc) \
    { name, off, (void *)(fn), (wrapperfunc)(void *)(wrap), PyDoc_STR(doc), PyWrapperFlag_KEYWORDS, NULL }
#define TP(name, slot, fn, wrap, doc) ROW(name, offsetof(PyTypeObject, slot), fn, wrap, name doc)
#define SUITE(name, slot, fn, wrap, sig, text) ROW(name, OFF(slot), fn, wrap, name "(" sig ")\n--\n\n" text)
#define UN(name, slot, text) SUITE(name, as_number.nb_##slot, slot_nb_##slot, wrap_unaryfunc, "$self, /", text)
#define BIN(name, rname, slot, op) \
    SUITE("__" #name "__", as_number.nb_##slot, slot_nb_##slot, wrap_binaryfunc_l, "$self, value, /", "The value of self" op "value."), \
    SUITE("__" #rname "__", as_number.nb_##slot, slot_nb_##slot, wrap_binaryfunc_r, "$self, value, /", "The value of value" op "self.")
#define IN(name, slot, op) \
    SUITE("__" #name "__", as_number.nb_inplace_##slot, slot_nb_inplace_##slot, wrap_binaryfunc, "$self, value, /", "Do self" op "=value in place.")
#define CMP(name, op) \
    TP("__" #name "__", tp_richcompare, slot_tp_richcompare, wrap_##name, "($self, value, /)\n--\n\nThe truth of self" op "value.")

struct wrapperbase type_slotdefs[] = {
    TP("__getattribute__", tp_getattr, NULL, NULL, ""),
    TP("__getattr__", tp_getattr, NULL, NULL, ""),
    TP("__setattr__", tp_setattr, NULL, NULL, ""),
    TP("__delattr__", tp_setattr, NULL, NULL, ""),
    TP("__repr__", tp_repr, slot_tp_repr, wrap_unaryfunc, "($self, /)\n--\n\nThe text that repr(self) gives."),
    TP("__hash__", tp_hash, slot_tp_hash, wrap_hashfunc, "($self, /)\n--\n\nThe number that hash(self) gives."),
    KWROW("__call__", offsetof(PyTypeObject, tp_call), slot_tp_call, wrap_call,
          "__call__($self, /, *args, **kwargs)\n--\n\nWhat self(...) does."),
    TP("__str__", tp_str, slot_tp_str, wrap_unaryfunc, "($self, /)\n--\n\nThe text that str(self) gives."),
    TP("__getattribute__", tp_getattro, slot_tp_getattr_hook, wrap_binaryfunc,
       "($self, name, /)\n--\n\nThe attribute of that name."),
    TP("__getattr__", tp_getattro, slot_tp_getattr_hook, NULL, ""),
    TP("__setattr__", tp_setattro, slot_tp_setattro, wrap_setattr,
       "($self, name, value, /)\n--\n\nDo self.name = value."),
    TP("__delattr__", tp_setattro, slot_tp_setattro, wrap_delattr, "($self, name, /)\n--\n\nDo del self.name."),
    CMP(lt, "<"),
    CMP(le, "<="),
    CMP(eq, "=="),
    CMP(ne, "!="),
    CMP(gt, ">"),
    CMP(ge, ">="),
    TP("__iter__", tp_iter, slot_tp_iter, wrap_unaryfunc, "($self, /)\n--\n\nThe iterator that iter(self) gives."),
    TP("__next__", tp_iternext, slot_tp_iternext, wrap_next, "($self, /)\n--\n\nImplement next(self)."),
    TP("__get__", tp_descr_get, slot_tp_descr_get, wrap_descr_get,
       "($self, instance, owner=None, /)\n--\n\nThe attribute as seen on instance, or on owner."),
    TP("__set__", tp_descr_set, slot_tp_descr_set, wrap_descr_set,
       "($self, instance, value, /)\n--\n\nSet the attribute of instance."),
    TP("__delete__", tp_descr_set, slot_tp_descr_set, wrap_descr_delete,
       "($self, instance, /)\n--\n\nDelete the attribute of instance."),
    KWROW("__init__", offsetof(PyTypeObject, tp_init), slot_tp_init, wrap_init,
          "__init__($self, /, *args, **kwargs)\n--\n\nPrepare a new object; its class documents the arguments."),
    TP("__new__", tp_new, slot_tp_new, NULL, "(type, /, *args, **kwargs)\n--\n\nMake an object; __init__ is not run."),
    TP("__del__", tp_finalize, slot_tp_finalize, wrap_del, "($self, /)\n--\n\nRuns when the object is about to die."),
    SUITE("__await__", as_async.am_await, slot_am_await, wrap_unaryfunc, "$self, /", "The iterator that await runs."),
    SUITE("__aiter__", as_async.am_aiter, slot_am_aiter, wrap_unaryfunc, "$self, /", "The asynchronous iterator of self."),
    SUITE("__anext__", as_async.am_anext, slot_am_anext, wrap_unaryfunc, "$self, /", "An awaitable for the next item."),
    BIN(add, radd, add, "+"),
    BIN(sub, rsub, subtract, "-"),
    BIN(mul, rmul, multiply, "*"),
    BIN(mod, rmod, remainder, "%"),
    SUITE("__divmod__", as_number.nb_divmod, slot_nb_divmod, wrap_binaryfunc_l, "$self, value, /", "The value of divmod(self, value)."),
    SUITE("__rdivmod__", as_number.nb_divmod, slot_nb_divmod, wrap_binaryfunc_r, "$self, value, /", "The value of divmod(value, self)."),
    SUITE("__pow__", as_number.nb_power, slot_nb_power, wrap_ternaryfunc, "$self, value, mod=None, /", "The value of pow(self, value, mod)."),
    SUITE("__rpow__", as_number.nb_power, slot_nb_power, wrap_ternaryfunc_r, "$self, value, mod=None, /", "The value of pow(value, self, mod)."),
    UN("__neg__", negative, "The value of -self."),
    UN("__pos__", positive, "The value of +self."),
    UN("__abs__", absolute, "The value of abs(self)."),
    SUITE("__bool__", as_number.nb_bool, slot_nb_bool, wrap_inquirypred, "$self, /", "The truth of self."),
    UN("__invert__", invert, "The value of ~self."),
    BIN(lshift, rlshift, lshift, "<<"),
    BIN(rshift, rrshift, rshift, ">>"),
    BIN(and, rand, and, "&"),
    BIN(xor, rxor, xor, "^"),
    BIN(or, ror, or, "|"),
    UN("__int__", int, "The value of int(self)."),
    UN("__float__", float, "The value of float(self)."),
    IN(iadd, add, "+"),
    IN(isub, subtract, "-"),
    IN(imul, multiply, "*"),
    IN(imod, remainder, "%"),
    SUITE("__ipow__", as_number.nb_inplace_power, slot_nb_inplace_power, wrap_ternaryfunc, "$self, value, /", "Do self**=value in place."),
    IN(ilshift, lshift, "<<"),
    IN(irshift, rshift, ">>"),
    IN(iand, and, "&"),
    IN(ixor, xor, "^"),
    IN(ior, or, "|"),
    BIN(floordiv, rfloordiv, floor_divide, "//"),
    BIN(truediv, rtruediv, true_divide, "/"),
    IN(ifloordiv, floor_divide, "//"),
    IN(itruediv, true_divide, "/"),
    UN("__index__", index, "The integer that self stands for, exactly."),
    BIN(matmul, rmatmul, matrix_multiply, "@"),
    IN(imatmul, matrix_multiply, "@"),
    SUITE("__len__", as_mapping.mp_length, slot_sq_length, wrap_lenfunc, "$self, /", "The number of items."),
    SUITE("__getitem__", as_mapping.mp_subscript, slot_mp_subscript, wrap_binaryfunc, "$self, key, /", "The value of self[key]."),
    SUITE("__setitem__", as_mapping.mp_ass_subscript, slot_mp_ass_subscript, wrap_objobjargproc, "$self, key, value, /", "Do self[key] = value."),
    SUITE("__delitem__", as_mapping.mp_ass_subscript, slot_mp_ass_subscript, wrap_delitem, "$self, key, /", "Do del self[key]."),
    SUITE("__len__", as_sequence.sq_length, slot_sq_length, wrap_lenfunc, "$self, /", "The number of items."),
    SUITE("__add__", as_sequence.sq_concat, NULL, wrap_binaryfunc, "$self, value, /", "The value of self+value."),
    SUITE("__mul__", as_sequence.sq_repeat, NULL, wrap_indexargfunc, "$self, value, /", "The value of self*value."),
    SUITE("__rmul__", as_sequence.sq_repeat, NULL, wrap_indexargfunc, "$self, value, /", "The value of value*self."),
    SUITE("__getitem__", as_sequence.sq_item, slot_sq_item, wrap_sq_item, "$self, key, /", "The value of self[key]."),
    SUITE("__setitem__", as_sequence.sq_ass_item, slot_sq_ass_item, wrap_sq_setitem, "$self, key, value, /", "Do self[key] = value."),
    SUITE("__delitem__", as_sequence.sq_ass_item, slot_sq_ass_item, wrap_sq_delitem, "$self, key, /", "Do del self[key]."),
    SUITE("__contains__", as_sequence.sq_contains, slot_sq_contains, wrap_objobjproc, "$self, key, /", "The truth of key in self."),
    SUITE("__iadd__", as_sequence.sq_inplace_concat, NULL, wrap_binaryfunc, "$self, value, /", "Do self+=value in place."),
    SUITE("__imul__", as_sequence.sq_inplace_repeat, NULL, wrap_indexargfunc, "$self, value, /", "Do self*=value in place."),
    SUITE("__buffer__", as_buffer.bf_getbuffer, slot_bf_getbuffer, wrap_buffer, "$self, flags, /", "A memoryview of the memory that the object exposes."),
    SUITE("__release_buffer__", as_buffer.bf_releasebuffer, slot_bf_releasebuffer, wrap_releasebuffer, "$self, buffer, /", "Give back a memoryview that __buffer__() returned."),
    { NULL },
};
_Static_assert(sizeof type_slotdefs / sizeof *type_slotdefs <= TYPE_NEW_ROW, "a bit for each row");
_Static_assert(offsetof(PyHeapTypeObject, as_mapping) < offsetof(PyHeapTypeObject, as_sequence), "suites are found by offset");

/* Rows by name. Names are interned, so their addresses tell them apart; rows are counted from 1. */
#define BY_NAME_SIZE 256
static uint8_t first_of_name[BY_NAME_SIZE], next_of_name[sizeof type_slotdefs / sizeof *type_slotdefs];

static inline uint8_t *
name_bucket(PyObject *name)
{
    uintptr_t a = (uintptr_t)name >> 3;
    return &first_of_name[(a ^ a >> 8) % BY_NAME_SIZE];
}

#define FOR_ROWS_OF_BUCKET(row, name) for (unsigned row = *name_bucket(name); row != 0; row = next_of_name[row - 1])

/* Rows of one name come in the order of the table. */
static void
enter_name(size_t row)
{
    uint8_t *link = name_bucket(type_slotdefs[row].name_strobj);
    while (*link != 0)
        link = &next_of_name[*link - 1];
    *link = (uint8_t)(row + 1);
}

int
type_slots_init(void)
{
    if (type_slotdefs[0].name_strobj != NULL)
        return 0;
    for (struct wrapperbase *p = type_slotdefs; p->name != NULL; p++) {
        PyObject *name = PyUnicode_FromString(p->name);
        if (name == NULL)
            return -1;
        str_intern_immortal(&name);      /* the same object in all interpreters */
        p->name_strobj = name;
        enter_name((size_t)(p - type_slotdefs));
    }
    return 0;
}

void **
type_slot_ptr(PyTypeObject *t, int offset)
{
    char *suite;
    if (offset >= (int)OFF(as_buffer)) {
        suite = (char *)t->tp_as_buffer;
        offset -= (int)OFF(as_buffer);
    } else if (offset >= (int)OFF(as_sequence)) {
        suite = (char *)t->tp_as_sequence;
        offset -= (int)OFF(as_sequence);
    } else if (offset >= (int)OFF(as_mapping)) {
        suite = (char *)t->tp_as_mapping;
        offset -= (int)OFF(as_mapping);
    } else if (offset >= (int)OFF(as_number)) {
        suite = (char *)t->tp_as_number;
        offset -= (int)OFF(as_number);
    } else if (offset >= (int)OFF(as_async)) {
        suite = (char *)t->tp_as_async;
        offset -= (int)OFF(as_async);
    } else {
        suite = (char *)t;
    }
    return suite == NULL ? NULL : (void **)(suite + offset);
}

/* ---- C to Python ---- */

int
type_add_operators(PyTypeObject *t)
{
    PyObject *dict = type_dict(t);
    bool is_static = type_is_static_builtin(t), again = is_static && type_has(t, Py_TPFLAGS_READY);
    for (struct wrapperbase *p = type_slotdefs; p->name != NULL; p++) {
        size_t row = (size_t)(p - type_slotdefs);
        if (p->wrapper == NULL)
            continue;
        void **slot = type_slot_ptr(t, p->offset);
        if (slot == NULL || *slot == NULL || (again && !static_type_is_own(t, row)))
            continue;
        if (is_static)
            static_type_set_own(t, row);
        int own = PyDict_Contains(dict, p->name_strobj);
        if (own != 0) {
            if (own < 0)
                return -1;
            continue;
        }
        PyObject *descr;
        if (*slot == (void *)PyObject_HashNotImplemented)
            descr = Py_None;             /* unhashable types show it */
        else
            descr = PyDescr_NewWrapper(t, p, *slot);
        if (descr == NULL)
            return -1;
        int err = PyDict_SetItem(dict, p->name_strobj, descr);
        Py_DECREF(descr);
        if (err < 0)
            return -1;
    }
    return 0;
}

void
type_own_hash(PyTypeObject *t)
{
    for (struct wrapperbase *p = type_slotdefs; p->name != NULL; p++)
        if (p->offset == offsetof(PyTypeObject, tp_hash))
            static_type_set_own(t, (size_t)(p - type_slotdefs));
}

/* ---- Python to C ---- */

/* The one filled slot of t that goes by this name, or NULL when there is none or several. */
static void **
only_slot_of_name(PyTypeObject *t, PyObject *name)
{
    void **found = NULL;
    FOR_ROWS_OF_BUCKET(row, name) {
        struct wrapperbase *p = &type_slotdefs[row - 1];
        if (p->name_strobj != name)
            continue;
        void **slot = type_slot_ptr(t, p->offset);
        if (slot == NULL || *slot == NULL)
            continue;
        if (found != NULL)
            return NULL;
        found = slot;
    }
    return found;
}

/* What the rows of one slot have found so far. */
struct slot_choice {
    void *specific;          /* the C function that all wrappers so far hold */
    void *generic;           /* slot_* */
    bool use_generic;
};

static void
choose_for_descr(PyTypeObject *t, struct wrapperbase *p, void **slot, PyObject *descr, struct slot_choice *c)
{
    if (Py_IS_TYPE(descr, &PyWrapperDescr_Type)
        && ((PyWrapperDescrObject *)descr)->d_base->name_strobj == p->name_strobj) {
        PyWrapperDescrObject *d = (PyWrapperDescrObject *)descr;
        void **only = only_slot_of_name(t, p->name_strobj);
        if (only == NULL || only == slot)
            c->generic = p->function;
        /* The wrapped function serves if it is the only one, has this slot's signature, and is meant for t. */
        if ((c->specific == NULL || c->specific == d->d_wrapped) && d->d_base->wrapper == p->wrapper
            && PyType_IsSubtype(t, PyDescr_TYPE(d)))
            c->specific = d->d_wrapped;
        else
            c->use_generic = true;
        return;
    }
    if (slot == (void **)&t->tp_new && Py_IS_TYPE(descr, &PyCFunction_Type)
        && PyCFunction_GET_FUNCTION(descr) == _PyCFunction_CAST(wrap_tp_new)) {
        /* __new__ of a C type: what tp_new was inherited from tp_base stays. (An explicit __new__ = list.__new__ in a
         * class with another base is not honoured by this; it fails later, when arguments are checked.) */
        c->specific = (void *)t->tp_new;
        return;
    }
    if (descr == Py_None && slot == (void **)&t->tp_hash) {
        c->specific = (void *)PyObject_HashNotImplemented;
        return;
    }
    c->use_generic = true;
    c->generic = p->function;
    if (p->function == (void *)slot_tp_call)
        t->tp_flags &= ~Py_TPFLAGS_HAVE_VECTORCALL;   /* a Python __call__ is not what the vectorcall does */
}

/* Set the slot of row p; gives the first row of the next slot. */
static struct wrapperbase *
update_one_slot(PyTypeObject *t, struct wrapperbase *p)
{
    int offset = p->offset;
    void **slot = type_slot_ptr(t, offset);
    if (slot == NULL) {
        do
            p++;
        while (p->name != NULL && p->offset == offset);
        return p;
    }
    struct slot_choice c = { 0 };
    do {
        PyObject *descr = Py_XNewRef(type_find(t, p->name_strobj));
        if (descr != NULL) {
            choose_for_descr(t, p, slot, descr, &c);
            Py_DECREF(descr);
        } else if (slot == (void **)&t->tp_iternext) {
            c.specific = (void *)_PyObject_NextNotImplemented;
        }
        p++;
    } while (p->name != NULL && p->offset == offset);
    *slot = c.specific != NULL && !c.use_generic ? c.specific : c.generic;
    return p;
}

static int
update_slot_callback(PyTypeObject *t, void *rows)
{
    for (struct wrapperbase **p = rows; *p != NULL; p++)
        update_one_slot(t, *p);
    return 0;
}

int
type_update_slot(PyTypeObject *t, PyObject *name)
{
    struct wrapperbase *rows[8], *p;
    int n = 0;
    for (p = type_slotdefs; p->name != NULL && n < 7; p++)
        if (p->name_strobj == name)
            rows[n++] = p;
    if (n == 0)
        return 0;
    rows[n] = NULL;
    for (int i = 0; i < n; i++)          /* an update looks at all rows of the slot */
        while (rows[i] > type_slotdefs && rows[i][-1].offset == rows[i]->offset)
            rows[i]--;
    return type_update_subclasses(t, name, update_slot_callback, rows);
}

/* Lookups on t that miss its own dict go on exactly as they do for its base, which a class statement made. */
static bool
slots_follow_base(PyTypeObject *t)
{
    PyTypeObject *base = t->tp_base;
    Py_ssize_t n = PyTuple_GET_SIZE(t->tp_mro);
    if (base == NULL || !type_has(base, Py_TPFLAGS_HEAPTYPE) || type_heap(base)->_ht_tpname != NULL
        || base->tp_members != type_heap_members(base) || PyTuple_GET_SIZE(base->tp_mro) != n - 1)
        return false;
    return memcmp(((PyTupleObject *)t->tp_mro)->ob_item + 1, ((PyTupleObject *)base->tp_mro)->ob_item,
                  (size_t)(n - 1) * sizeof(PyObject *)) == 0;
}

/* Mark the rows whose name is in the dict. */
static void
mark_names(PyObject *dict, bool *marked)
{
    PyObject *key;
    Py_ssize_t i = 0;
    while (dict != NULL && PyDict_Next(dict, &i, &key, NULL)) {
        if (!PyUnicode_Check(key))
            continue;
        if (PyUnicode_CHECK_INTERNED(key)) {
            FOR_ROWS_OF_BUCKET(row, key)
                marked[row - 1] |= type_slotdefs[row - 1].name_strobj == key;
            continue;
        }
        for (struct wrapperbase *p = type_slotdefs; p->name != NULL && type_is_dunder(key); p++)
            if (str_eq(p->name_strobj, key))
                marked[p - type_slotdefs] = true;
    }
}

/* Slots none of whose names is marked are those of `from`. */
static void
fixup_marked(PyTypeObject *t, PyTypeObject *from, const bool *marked)
{
    for (struct wrapperbase *p = type_slotdefs, *next; p->name != NULL; p = next) {
        bool own = p->offset == offsetof(PyTypeObject, tp_new) && from == &PyBaseObject_Type;
        for (next = p; next->name != NULL && next->offset == p->offset; next++)
            own |= marked[next - type_slotdefs];
        if (own) {
            (void)update_one_slot(t, p);
            continue;
        }
        void **slot = type_slot_ptr(t, p->offset), **value = type_slot_ptr(from, p->offset);
        if (slot != NULL)
            *slot = value == NULL ? NULL : *value;
    }
    if (t->tp_iternext == NULL)
        t->tp_iternext = _PyObject_NextNotImplemented;
}

void
type_fixup_slot_dispatchers(PyTypeObject *t)
{
    bool marked[sizeof type_slotdefs / sizeof *type_slotdefs] = { false };
    Py_ssize_t n = PyTuple_GET_SIZE(t->tp_mro);
    if (slots_follow_base(t)) {
        mark_names(t->tp_dict, marked);
        fixup_marked(t, t->tp_base, marked);
        return;
    }
    if (PyTuple_GET_ITEM(t->tp_mro, n - 1) == (PyObject *)&PyBaseObject_Type) {
        for (Py_ssize_t i = 0; i < n - 1; i++)
            mark_names(type_dict((PyTypeObject *)PyTuple_GET_ITEM(t->tp_mro, i)), marked);
        fixup_marked(t, &PyBaseObject_Type, marked);
        return;
    }
    for (struct wrapperbase *p = type_slotdefs; p->name != NULL;)
        p = update_one_slot(t, p);
}

int
type_update_all_slots(PyTypeObject *t)
{
    PyType_Modified(t);
    for (struct wrapperbase *p = type_slotdefs; p->name != NULL; p++)
        if (type_update_slot(t, p->name_strobj) < 0)
            return -1;
    return 0;
}

bool
type_is_dunder(PyObject *name)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(name);
    if (n <= 4 || PyUnicode_KIND(name) != PyUnicode_1BYTE_KIND)
        return false;
    const Py_UCS1 *s = PyUnicode_1BYTE_DATA(name);
    return s[0] == '_' && s[1] == '_' && s[n - 1] == '_' && s[n - 2] == '_';
}
