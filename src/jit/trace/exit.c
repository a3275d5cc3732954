/* jit/trace/exit.c: from a snapshot back to the interpreter's frame.
 *
 * All objects that the frame is to hold are made first; only then are slots overwritten and their old values dropped. A slot that the trace
 * has written still holds, in memory, what it held on entry: trace_enter() has seen to it that this is something whose death nobody notices. */
#include "jit/trace/trace.h"

#include "object/num/float.h"
#include "object/num/int.h"

struct rebuilt {
    const struct trace *t;
    const struct snap *snap;
    exit_value get;
    const void *arg;
};

static uint64_t
value_of(const struct rebuilt *b, ir_ref ref, uint32_t i)
{
    return ref_is_const(ref) ? b->t->consts[REF_BIAS - 1 - ref] : b->get(b->arg, i);
}

/* The object that an entry before i has made of the same box, or NULL. */
static PyObject *
made_before(const struct rebuilt *b, PyObject **objects, uint32_t i)
{
    const snap_entry *e = b->t->entries + b->snap->entries;
    for (uint32_t k = 0; k < i; k++)
        if (snap_ref(e[k]) == snap_ref(e[i]) && snap_how(e[k]) == snap_how(e[i]))
            return objects[k];
    return NULL;
}

/* The object of entry i: a new reference. NULL for an empty slot, or with MemoryError: *failed. */
static PyObject *
entry_object(const struct rebuilt *b, PyObject **objects, uint32_t i, bool *failed)
{
    snap_entry e = b->t->entries[b->snap->entries + i];
    if (snap_how(e) == HOW_NULL)
        return NULL;
    uint64_t word = value_of(b, trace_items(b->t, b->snap)[i].ref, i);
    PyObject *o = snap_how(e) == HOW_INT || snap_how(e) == HOW_FLOAT ? made_before(b, objects, i) : NULL;
    if (o != NULL)
        return Py_NewRef(o);
    double d;
    switch (snap_how(e)) {
    case HOW_NULL: break;
    case HOW_OBJ: return snap_held(e) ? (PyObject *)word : Py_NewRef((PyObject *)word);
    case HOW_BOOL: return (word & 0xff) ? Py_True : Py_False;
    case HOW_INT: o = PyLong_FromLongLong((long long)word); break;
    case HOW_FLOAT:
        memcpy(&d, &word, sizeof(d));
        o = PyFloat_FromDouble(d);
        break;
    }
    *failed |= o == NULL;
    return o;
}

static void
apply_stores(const struct rebuilt *b)
{
    for (uint32_t i = 0; i < b->snap->nstores; i++) {
        const struct snap_store *s = &b->t->stores[b->snap->stores + i];
        uint32_t at = b->snap->nentries + 2 * i;
        uint64_t value = value_of(b, s->value, at + 1);
        memcpy((char *)value_of(b, s->obj, at) + s->offset, &value, sizeof(value));
    }
}

static void
apply_entries(_PyInterpreterFrame *f, const struct rebuilt *b, PyObject **objects)
{
    int top = b->t->nslots + b->snap->depth;
    for (uint32_t i = 0; i < b->snap->nentries; i++) {
        int slot = (int)snap_slot(b->t->entries[b->snap->entries + i]);
        PyObject *old = slot < b->snap->top ? f->localsplus[slot] : NULL;
        f->localsplus[slot] = objects[i];
        objects[i] = old;
    }
    for (int slot = top; slot < b->snap->top; slot++)         /* taken off the stack */
        Py_CLEAR(f->localsplus[slot]);
    frame_set_stackpointer(f, f->localsplus + top);
    for (uint32_t i = 0; i < b->snap->nentries; i++)
        Py_XDECREF(objects[i]);
}

_Py_CODEUNIT *
exit_apply(PyThreadState *ts, _PyInterpreterFrame *f, const struct trace *t, uint32_t snap, exit_value get, const void *arg)
{
    struct rebuilt b = { t, &t->snaps[snap], get, arg };
    PyObject *few[64], **objects = few;
    bool failed = false;
    if (b.snap->nentries > 64 && (objects = PyMem_Malloc(b.snap->nentries * sizeof(*objects))) == NULL) {
        frame_set_stackpointer(f, f->localsplus + b.snap->top);
        PyErr_NoMemory();
        return NULL;
    }
    for (uint32_t i = 0; i < b.snap->nentries; i++)
        objects[i] = entry_object(&b, objects, i, &failed);
    if (LIKELY(!failed)) {
        apply_stores(&b);
        apply_entries(f, &b, objects);
    }
    else
        for (uint32_t i = 0; i < b.snap->nentries; i++)
            if (!snap_held(t->entries[b.snap->entries + i]))
                Py_XDECREF(objects[i]);
    if (failed)
        frame_set_stackpointer(f, f->localsplus + b.snap->top);
    if (objects != few)
        PyMem_Free(objects);
    return failed ? NULL : _PyCode_CODE(t->code) + b.snap->pc;
}
