/* jit/trace/rec_global.c: facts that a trace relies on, and global names as such facts.
 *
 * The value of a name in a module's dict is a constant of the trace for as long as the dict has not changed under that name: the dict keeps
 * it alive, and its watcher (vm/deps.h) takes the trace away before anything else happens. Facts are watched from the moment they are
 * recorded, under the number that the trace will have, so none can change unseen before the trace is in place.
 * A name that has taken traces away twice, or that a trace stores to, is no constant but a variable: it is read from its entry in the dict, and stored
 * there, as from and into a list. What is watched then is that the entry stays where it is; nobody takes such a name for a constant, as stores of traces
 * break no fact. Names are remembered in a table of fixed size by hash; what shares a place is forgotten, which costs a recording. */
#include "jit/trace/record.h"

#include "base/hash.h"         /* hash_mix64() */
#include "object/coll/dict.h"

#define CHANGES 2
#define OTHER_WATCHERS (DICT_WATCHER_MASK & ~(1u << DICT_WATCHER_JIT))

const char rec_not_watched[] = "a fact that cannot be watched";

bool
rec_watch(struct recorder *r, enum dep_aspect aspect, void *subject, PyObject *name)
{
    return dep_watch(r->ts, aspect, subject, name, (uint16_t)r->id) == 0 || rec_stop(r, rec_not_watched);
}

/* ---- names that change ---- */

static struct change { uint64_t name; unsigned times; } changes[256];

static struct change *
change_of(const void *dict, PyObject *name, uint64_t *key)
{
    *key = hash_mix64((uint64_t)(uintptr_t)dict ^ hash_mix64((uint64_t)PyObject_Hash(name)));
    return &changes[*key % Py_ARRAY_LENGTH(changes)];
}

void
rec_global_changed(const struct dep *d)
{
    uint64_t key;
    if (d->aspect != DEP_DICT_KEY || d->name == NULL)
        return;
    struct change *c = change_of(d->subject, d->name, &key);
    if (c->name != key)
        *c = (struct change){ key, 0 };
    c->times += c->times < CHANGES;
}

static bool
is_volatile(PyObject *dict, PyObject *name)
{
    uint64_t key;
    const struct change *c = change_of(dict, name, &key);
    return c->name == key && c->times == CHANGES;
}

/* A trace stores to it, or it has changed too often. */
static bool
is_variable(struct recorder *r, PyObject *dict, PyObject *name)
{
    return is_volatile(dict, name) || dep_exists(r->ts, DEP_DICT_SHAPE, dict, name);
}

/* From now on: traces that have taken it for a constant go, this one included. */
static void
make_variable(struct recorder *r, PyObject *dict, PyObject *name)
{
    uint64_t key;
    struct change *c = change_of(dict, name, &key);
    *c = (struct change){ key, CHANGES };
    dep_break(r->ts, dict, DEP_BIT(DEP_DICT_KEY), name);
}

/* ---- looking up ---- */

bool
rec_dict_key(struct recorder *r, PyObject *dict, PyObject *name, PyObject **value)
{
    *value = NULL;
    if (!PyDict_CheckExact(dict) || !keys_is_unicode(((PyDictObject *)dict)->ma_keys) || !PyUnicode_CheckExact(name))
        return rec_stop(r, "a name in something else than a plain dict");
    if (is_variable(r, dict, name))
        return rec_stop(r, "a global variable that changes");
    *value = dict_get_str(dict, name);
    return rec_watch(r, DEP_DICT_KEY, dict, name);
}

/* Where the value under name lies, which must be there; NULL, and stopped: nowhere that a trace may use. */
static PyObject **
entry_of(struct recorder *r, PyObject *dict, PyObject *name)
{
    PyDictObject *d = (PyDictObject *)dict;
    if (!PyDict_CheckExact(dict) || !keys_is_unicode(d->ma_keys) || d->ma_values != NULL || !PyUnicode_CheckExact(name)) {
        rec_stop(r, "a name in something else than a plain dict");
        return NULL;
    }
    Py_ssize_t i = keys_find_str(d->ma_keys, name, dict_str_hash(name));
    PyObject **at = i >= 0 ? &keys_unicode_entries(d->ma_keys)[i].me_value : NULL;
    if (at == NULL || *at == NULL) {
        rec_stop(r, "a name that is not defined yet");
        return NULL;
    }
    return rec_watch(r, DEP_DICT_SHAPE, dict, name) ? at : NULL;
}

static bool
load_variable(struct recorder *r, PyObject *name)
{
    PyObject **at = entry_of(r, r->inner->f_globals, name);
    if (at == NULL)
        return false;
    rec_push(r, rec_emit(r, IR_LITEM, ir_ptr(r->ir, at), ir_int(r->ir, 0)));
    return r->why == NULL;
}

/* Watchers of the program's would have to be told; only numbers are stored, so that the cycle collector need not know. */
bool
rec_store_global(struct recorder *r, PyObject *name)
{
    PyObject *dict = r->inner->f_globals, **at = entry_of(r, dict, name);
    ir_ref v = rec_peek(r, 1);
    if (at == NULL)
        return false;
    if (((PyDictObject *)dict)->ma_version_tag & OTHER_WATCHERS)
        return rec_stop(r, "a dict that somebody watches");
    if (!PyLong_CheckExact(r->sp[-1]) && !PyFloat_CheckExact(r->sp[-1]) && !PyBool_Check(r->sp[-1]))
        return rec_stop(r, "a global variable that becomes no number");
    if (ir_type_of(r->ir, v) == T_OBJ && !ir_is_box(r->ir, v) && !rec_guard_type(r, v, Py_TYPE(r->sp[-1])))
        return false;
    make_variable(r, dict, name);
    return r->why == NULL && rec_store_item(r, ir_ptr(r->ir, at), *at, 0);
}

bool
rec_store_name(struct recorder *r, PyObject *name)
{
    return r->inner->f_locals == r->inner->f_globals ? rec_store_global(r, name) : rec_stop(r, "a name in the body of a class");
}

/* The object under name in globals or builtins, or NULL. */
static PyObject *
global_constant(struct recorder *r, PyObject *name)
{
    PyObject *v;
    if (rec_dict_key(r, r->inner->f_globals, name, &v) && v == NULL && rec_dict_key(r, r->inner->f_builtins, name, &v) && v == NULL)
        rec_stop(r, "a name that is not defined");
    return r->why == NULL ? v : NULL;
}

bool
rec_load_global(struct recorder *r, PyObject *name, bool and_null)
{
    if (is_variable(r, r->inner->f_globals, name)) {
        if (!load_variable(r, name))
            return false;
    } else {
        PyObject *v = global_constant(r, name);
        if (v == NULL)
            return false;
        rec_push(r, rec_const(r, v));
    }
    if (and_null)
        rec_push(r, REF_NONE);
    return r->why == NULL;
}

bool
rec_load_name(struct recorder *r, PyObject *name)
{
    if (r->inner->f_locals != r->inner->f_globals)
        return rec_stop(r, "a name in the body of a class");
    return rec_load_global(r, name, false);
}
