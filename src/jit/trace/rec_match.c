/* jit/trace/rec_match.c: recording what the match statement asks, and unpacking with a star.
 *
 * Of a subject whose type a guard tells, all answers are constants, or values read from it; the tuples that carry them, and the list that a star takes, are virtual.
 * What would call code of the program (a property, a class with an __instancecheck__ of its own) is left to the interpreter. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "object/core/type.h"
#include "rt/singletons.h"

/* ---- what is it? ---- */

/* MATCH_SEQUENCE, MATCH_MAPPING: a flag of the type, which register() of an ABC may set in a class of the program. */
bool
rec_match_kind(struct recorder *r, unsigned long flag)
{
    PyTypeObject *t = Py_TYPE(r->sp[-1]);
    ir_ref v = rec_peek(r, 1), is;
    if (v == REF_NONE || (ir_type_of(r->ir, v) == T_OBJ && !rec_guard_type(r, v, t)))
        return rec_stop(r, "a subject that is not there");
    if (type_has(t, Py_TPFLAGS_IMMUTABLETYPE))
        is = ir_bool(r->ir, type_has(t, flag));
    else {
        ir_ref flags = rec_emit_x(r, IR_RLOAD_I, ir_obj(r->ir, (PyObject *)t), REF_NONE, offsetof(PyTypeObject, tp_flags));
        ir_ref lacks = rec_emit(r, IR_EQ_I, rec_emit(r, IR_AND_I, flags, ir_int(r->ir, (int64_t)flag)), ir_int(r->ir, 0));
        is = rec_emit(r, IR_NOT_B, lacks, REF_NONE);
    }
    rec_push(r, is);
    return r->why == NULL;
}

bool
rec_get_len(struct recorder *r)
{
    ir_ref v = rec_peek(r, 1);
    const struct ir_virtual *d = rec_virtual(r, v);
    ir_ref n = d == NULL ? rec_len(r, v, r->sp[-1]) : d->kind == V_TUPLE || d->kind == V_LIST ? ir_int(r->ir, rec_nfields(r, v)) : REF_NONE;
    if (n == REF_NONE || r->why != NULL)
        return rec_stop(r, "the length of this object is not recorded yet");
    rec_push_int(r, n);
    return r->why == NULL;
}

/* ---- values in a virtual tuple ---- */

/* The top `popped` values go; a tuple of these, which need not exist, comes. */
static bool
give_tuple(struct recorder *r, int popped, const ir_ref *values, int n)
{
    ir_ref t = n == 0 ? ir_obj(r->ir, EMPTY_TUPLE) : rec_new_virtual(r, V_TUPLE, &PyTuple_Type);
    if (t == REF_NONE)
        return rec_stop(r, "too many virtual objects");
    for (int i = 0; i < n; i++)
        if (!rec_put_field(r, t, (unsigned)i, values[i]))
            return rec_stop(r, "a tuple of itself");
    while (popped-- > 0)
        rec_pop(r);
    rec_push(r, t);
    return r->why == NULL;
}

bool rec_give_pair(struct recorder *r, int popped, ir_ref first, ir_ref second) { return give_tuple(r, popped, (ir_ref[]){ first, second }, 2); }

/* Stack: subject, keys. */
bool
rec_match_keys(struct recorder *r)
{
    PyObject *d = r->sp[-2], *keys = r->sp[-1];
    ir_ref v = rec_peek(r, 2), values[IR_FIELDS_MAX], got;
    Py_ssize_t n = PyTuple_GET_SIZE(keys);
    if (!PyDict_CheckExact(d) || !rec_is_real(r, v) || r->ir->at[rec_peek(r, 1)].op != IR_KO || n > IR_FIELDS_MAX || !rec_guard_type(r, v, &PyDict_Type))
        return rec_stop(r, "a mapping of another kind, or keys that are no constants");
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!rec_find_key(r, v, d, PyTuple_GET_ITEM(keys, i), &got))
            return false;
        if (got == REF_NONE) {
            rec_push(r, ir_obj(r->ir, Py_None));
            return r->why == NULL;
        }
        values[i] = got;
    }
    return give_tuple(r, 0, values, (int)n);
}

/* ---- classes ---- */

/* The attribute of o, which is v, as LOAD_ATTR has it; what would call something is not recorded. Uses the top of the stack. */
static bool
load_attribute(struct recorder *r, ir_ref v, PyObject *o, PyObject *name, ir_ref *value)
{
    PyObject *descr = PyUnicode_CheckExact(name) ? type_lookup(Py_TYPE(o), name) : NULL, **sp = r->sp;
    bool plain = descr == NULL || Py_TYPE(descr) == &PyMemberDescr_Type || Py_TYPE(descr)->tp_descr_get == NULL;
    if (!PyUnicode_CheckExact(name) || !PyUnicode_CHECK_INTERNED(name) || !plain || !rec_is_object(r, v))
        return rec_stop(r, "an attribute of a pattern that may run code");
    rec_push(r, v);
    r->sp = &o + 1;
    bool loaded = rec_load_attr(r, name, false);
    r->sp = sp;
    *value = loaded ? rec_pop(r) : REF_NONE;
    return r->why == NULL;
}

/* The names of the attributes that the pattern asks for: of so many positional ones, and those by keyword. -1: the subject itself; -2: something is wrong. */
static int
names_of(struct recorder *r, PyTypeObject *cls, int npos, PyObject *by_name, PyObject *names[IR_FIELDS_MAX])
{
    int n = npos + (int)PyTuple_GET_SIZE(by_name);
    PyObject *args = npos > 0 ? type_lookup(cls, ID(__match_args__)) : NULL;
    if (n > IR_FIELDS_MAX || (npos > 0 && !rec_watch_name(r, cls, ID(__match_args__))))
        return -2;
    if (npos > 0 && args == NULL)
        return n == 1 && type_has(cls, _Py_TPFLAGS_MATCH_SELF) ? -1 : -2;
    if (npos > 0 && (!PyTuple_CheckExact(args) || PyTuple_GET_SIZE(args) < npos))
        return -2;
    for (int i = 0; i < n; i++) {
        names[i] = i < npos ? PyTuple_GET_ITEM(args, i) : PyTuple_GET_ITEM(by_name, i - npos);
        for (int k = 0; k < i; k++)
            if (names[k] == names[i])
                return -2;
    }
    return n;
}

/* Stack: subject, class, names of attributes. */
bool
rec_match_class(struct recorder *r)
{
    PyObject *o = r->sp[-3], *cls = r->sp[-2], *by_name = r->sp[-1], *names[IR_FIELDS_MAX];
    ir_ref v = rec_peek(r, 3), values[IR_FIELDS_MAX];
    if (v == REF_NONE || r->ir->at[rec_peek(r, 2)].op != IR_KO || r->ir->at[rec_peek(r, 1)].op != IR_KO || !PyType_CheckExact(cls))
        return rec_stop(r, "a pattern of something else than a class");
    bool is = rec_is_instance_of(r, v, o, cls);
    int n = is && r->why == NULL ? names_of(r, (PyTypeObject *)cls, r->oparg, by_name, names) : 0;
    if (r->why != NULL || n == -2)
        return rec_stop(r, "a class pattern that raises, or has many parts");
    rec_pop(r);
    rec_pop(r);
    for (int i = 0; i < n; i++)
        if (!load_attribute(r, v, o, names[i], &values[i]))
            return false;
    if (is)
        return give_tuple(r, 1, n < 0 ? &v : values, n < 0 ? 1 : n);
    rec_pop(r);
    rec_push(r, ir_obj(r->ir, Py_None));
    return r->why == NULL;
}

/* ---- a, *b, c = v ---- */

/* The list that takes what is left, of which `more` go to those behind the star: as large as PySequence_List() makes it. */
static ir_ref
list_of_rest(struct recorder *r, const ir_ref *items, int n, int more)
{
    ir_ref l = rec_new_virtual(r, V_LIST, &PyList_Type);
    if (l == REF_NONE)
        return REF_NONE;
    rec_virtual(r, l)->made = (uint8_t)((n + more + 1) & ~1);
    for (int i = 0; i < n; i++)
        if (!rec_put_field(r, l, (unsigned)i, items[i]))
            return REF_NONE;
    return l;
}

bool
rec_unpack_ex(struct recorder *r)
{
    int before = r->oparg & 0xff, after = r->oparg >> 8;
    ir_ref items[IR_FIELDS_MAX];
    int n = rec_sequence_items(r, 1, items, IR_FIELDS_MAX);
    if (n < before + after)
        return rec_stop(r, "unpacking with a star of something else than a short tuple or list");
    ir_ref rest = list_of_rest(r, items + before, n - before - after, after);
    if (rest == REF_NONE || r->why != NULL)
        return rec_stop(r, "too many virtual objects");
    rec_pop(r);
    for (int i = n; i-- > n - after; )
        rec_push(r, items[i]);
    rec_push(r, rest);
    for (int i = before; i-- > 0; )
        rec_push(r, items[i]);
    return r->why == NULL;
}
