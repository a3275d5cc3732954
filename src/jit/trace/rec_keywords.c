/* jit/trace/rec_keywords.c: dicts that a trace makes, and does not need: those that keyword arguments come in.
 *
 * A virtual dict has a few keys, which are constants, and is handed on: by **kwargs, and by f(**kwargs), which takes its items as arguments. Its fields are a key,
 * the value, and so on, in the order in which they were put there. So few fit into the smallest table, that it is the same table whoever makes the dict. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "jit/ir/leaf.h"
#include "object/coll/dict.h"

bool
rec_is_virtual_dict(struct recorder *r, ir_ref v)
{
    return rec_is_virtual(r, v) && rec_virtual(r, v)->kind == V_DICT;
}

PyObject *
rec_pair_key(struct recorder *r, ir_ref d, int k)
{
    return ir_obj_value(r->ir, r->slot[rec_field_slot(r, d, 2 * (unsigned)k)]);
}

ir_ref
rec_pair_value(struct recorder *r, ir_ref d, int k)
{
    return r->slot[rec_field_slot(r, d, 2 * (unsigned)k + 1)];
}

bool
rec_put_pair(struct recorder *r, ir_ref d, PyObject *key, ir_ref value)
{
    int n = rec_nfields(r, d);
    if (n / 2 == REC_DICT_PAIRS || !PyUnicode_CheckExact(key) || !PyUnicode_CHECK_INTERNED(key) || value == REF_NONE)
        return false;
    for (int k = 0; k < n / 2; k++)
        if (rec_pair_key(r, d, k) == key)
            return false;
    return rec_put_field(r, d, (unsigned)n, ir_obj(r->ir, key)) && rec_put_field(r, d, (unsigned)n + 1, value);
}

/* The values, in fields from `first` on, are objects. */
ir_ref
rec_make_dict(struct recorder *r, int first, int n)
{
    if (n == 0)
        return rec_new_of_class(r, &PyDict_Type);
    for (int k = 0; k < n; k++)
        rec_emit(r, IR_ARG, (ir_ref)k, r->slot[first + k]);
    ir_ref d = rec_leaf(r, IR_CALLN, HELPER_DICT_OF, ir_int(r->ir, n / 2), REF_NONE, REF_NONE);
    if (d == REF_NONE)
        return d;
    r->ir->at[d].kt = ir_ptr(r->ir, &PyDict_Type);
    for (int k = first; k < first + n; k++)
        if (r->held[k])
            rec_emit(r, IR_DROP, r->slot[k], REF_NONE);
    return d;
}

/* Are there few pairs on the stack, with constant strings for keys? */
static bool
has_known_keys(struct recorder *r, int n)
{
    for (int k = n; k > 0; k--) {
        ir_ref key = rec_peek(r, 2 * k);
        if (key == REF_NONE || r->ir->at[key].op != IR_KO || !PyUnicode_CheckExact(r->sp[-2 * k]))
            return false;
    }
    return n <= REC_DICT_PAIRS;
}

bool
rec_build_map(struct recorder *r)
{
    int n = r->oparg;
    if (!has_known_keys(r, n))
        return rec_build_pairs(r);
    ir_ref d = rec_new_virtual(r, V_DICT, &PyDict_Type);
    if (d == REF_NONE)
        return rec_stop(r, "too many virtual objects");
    for (int k = n; k > 0; k--) {
        ir_ref key = rec_peek(r, 2 * k);
        if (key == REF_NONE || r->ir->at[key].op != IR_KO || !rec_put_pair(r, d, r->sp[-2 * k], rec_peek(r, 2 * k - 1)))
            return rec_stop(r, "a dict with keys that are not known");
        int slot = r->nslots + r->depth - 2 * k + 1, field = rec_field_slot(r, d, 2 * (unsigned)(n - k) + 1);
        if (r->held[slot] && !r->held[field]) {          /* the reference goes along */
            r->held[slot] = false;
            r->held[field] = true;
        }
    }
    for (int k = 0; k < 2 * n; k++)
        rec_pop(r);
    rec_push(r, d);
    return r->why == NULL;
}

struct pair { PyObject *key; ir_ref value; };

/* The dict v, which is `now`, has the same keys in the same order: they are known, its values are read from it. How many; -1: stopped. */
static int
spread_dict(struct recorder *r, ir_ref v, PyObject *now, struct pair pairs[REC_DICT_PAIRS])
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    if (!rec_is_object(r, v) || PyDict_GET_SIZE(now) > REC_DICT_PAIRS || !rec_guard_type(r, v, &PyDict_Type)) {
        rec_stop(r, "keyword arguments that are too many, or no dict");
        return -1;
    }
    rec_emit(r, IR_GEQ_I, rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyDictObject, ma_used)), ir_int(r->ir, PyDict_GET_SIZE(now)));
    for (int k = 0; PyDict_Next(now, &at, &key, &value); k++) {
        if (!PyUnicode_CheckExact(key) || !_Py_IsImmortal(key))                        /* as names in code are: the trace keeps no other alive */
            rec_stop(r, "keyword arguments with unusual names");
        if (r->why != NULL)
            return -1;
        rec_emit(r, IR_GNE_I, rec_leaf(r, IR_CALLR, HELPER_DICT_KEY_IS, v, ir_obj(r->ir, key), ir_int(r->ir, k)), ir_int(r->ir, 0));
        ir_ref place = r->why == NULL ? rec_leaf(r, IR_CALLP, HELPER_DICT_AT, v, ir_obj(r->ir, key), REF_NONE) : REF_NONE;
        pairs[k] = (struct pair){ key, place != REF_NONE ? rec_emit(r, IR_LITEM, place, ir_int(r->ir, 0)) : REF_NONE };
    }
    return r->why == NULL ? (int)PyDict_GET_SIZE(now) : -1;
}

/* Stack: callable, NULL, arguments, a dict, another whose items come into it. */
bool
rec_merge_keywords(struct recorder *r)
{
    ir_ref v = rec_peek(r, 1), d = rec_peek(r, 2);
    if (r->oparg != 1 || !rec_is_virtual_dict(r, d) || !PyDict_CheckExact(r->sp[-1]))
        return rec_stop(r, "keyword arguments that are not known");
    struct pair pairs[REC_DICT_PAIRS];
    int n = rec_is_virtual(r, v) ? rec_nfields(r, v) / 2 : spread_dict(r, v, r->sp[-1], pairs);
    for (int k = 0; k < n && rec_is_virtual(r, v); k++)
        pairs[k] = (struct pair){ rec_pair_key(r, v, k), rec_pair_value(r, v, k) };
    for (int k = 0; k < n; k++)
        if (!rec_put_pair(r, d, pairs[k].key, pairs[k].value))
            return rec_stop(r, "keyword arguments that are too many, or given twice");
    if (n < 0)
        return false;
    rec_pop(r);
    return r->why == NULL;
}
