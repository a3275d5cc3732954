/* jit/trace/rec_global.c: facts that a trace relies on, and global names as such facts.
 *
 * The value of a name in a module's dict is a constant of the trace for as long as the dict has not changed under that name: the dict keeps
 * it alive, and its watcher (vm/deps.h) takes the trace away before anything else happens. Facts are watched from the moment they are
 * recorded, under the number that the trace will have, so none can change unseen before the trace is in place.
 * A name that has taken traces away twice is no constant: nothing is recorded that reads it. Names are remembered in a table of
 * fixed size by hash; what shares a place is forgotten, which costs a recording. */
#include "jit/trace/record.h"

#include "base/hash.h"         /* hash_mix64() */
#include "object/coll/dict.h"

#define CHANGES 2

bool
rec_watch(struct recorder *r, enum dep_aspect aspect, void *subject, PyObject *name)
{
    return dep_watch(r->ts, aspect, subject, name, (uint16_t)r->id) == 0 || rec_stop(r, "a fact that cannot be watched");
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

/* ---- looking up ---- */

bool
rec_dict_key(struct recorder *r, PyObject *dict, PyObject *name, PyObject **value)
{
    *value = NULL;
    if (!PyDict_CheckExact(dict) || !keys_is_unicode(((PyDictObject *)dict)->ma_keys) || !PyUnicode_CheckExact(name))
        return rec_stop(r, "a name in something else than a plain dict");
    if (is_volatile(dict, name))
        return rec_stop(r, "a global variable that changes");
    *value = dict_get_str(dict, name);
    return rec_watch(r, DEP_DICT_KEY, dict, name);
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
    PyObject *v = global_constant(r, name);
    if (v == NULL)
        return false;
    rec_push(r, rec_const(r, v));
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
