/* modules/itertools/it_group.c: groupby, tee, zip_longest. */
#include "modules/itertools/itertools.h"

#include "object/core/call.h"         /* args_unpack() */

/* ---- groupby ---- */

struct groupby {
    PyObject ob_base;
    PyObject *it, *keyfunc;
    PyObject *tgtkey;                  /* key of the group that was handed out last */
    PyObject *currkey, *currvalue;     /* the item read last and its key */
    const void *currgrouper;           /* the only group that may still read; borrowed */
    void *spare;
};
struct grouper { PyObject ob_base; PyObject *parent, *tgtkey; };
IT_LIFE(groupby, 5, it, keyfunc, tgtkey, currkey, currvalue)
IT_LIFE(grouper, 2, parent, tgtkey)

static PyObject *
groupby_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "iterable", "key", NULL };
    PyObject *iterable, *key = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O|O:groupby", names, &iterable, &key))
        return NULL;
    PyObject *it = PyObject_GetIter(iterable);
    struct groupby *g = it == NULL ? NULL : (struct groupby *)type->tp_alloc(type, 0);
    if (g == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    g->it = it;
    g->keyfunc = Py_NewRef(key);
    return (PyObject *)g;
}

/* Read one more item. 0, or -1 at the end or with an exception. */
static int
groupby_step(struct groupby *g)
{
    PyObject *value = PyIter_Next(g->it);
    if (value == NULL)
        return -1;
    PyObject *key = g->keyfunc == Py_None ? Py_NewRef(value) : PyObject_CallOneArg(g->keyfunc, value);
    if (key == NULL) {
        Py_DECREF(value);
        return -1;
    }
    PyObject *old_value = g->currvalue, *old_key = g->currkey;
    g->currvalue = value;
    g->currkey = key;
    Py_XDECREF(old_value);
    Py_XDECREF(old_key);
    return 0;
}

static int
same_key(PyObject *a, PyObject *b)
{
    Py_INCREF(a);
    Py_INCREF(b);
    int same = PyObject_RichCompareBool(a, b, Py_EQ);
    Py_DECREF(a);
    Py_DECREF(b);
    return same;
}

static PyObject *
grouper_make(PyTypeObject *type, struct groupby *parent, PyObject *tgtkey)
{
    struct grouper *g = PyObject_GC_New(struct grouper, type);
    if (g == NULL)
        return NULL;
    g->parent = Py_NewRef(parent);
    g->tgtkey = Py_NewRef(tgtkey);
    parent->currgrouper = g;
    PyObject_GC_Track(g);
    return (PyObject *)g;
}

static PyObject *
groupby_next(PyObject *op)
{
    struct groupby *g = (struct groupby *)op;
    struct itertools_state *st = it_state(Py_TYPE(op));
    if (st == NULL)
        return NULL;
    g->currgrouper = NULL;
    for (;;) {                             /* skip what is left of the group */
        if (g->currkey != NULL) {
            if (g->tgtkey == NULL)
                break;
            int same = same_key(g->tgtkey, g->currkey);
            if (same < 0)
                return NULL;
            if (same == 0)
                break;
        }
        if (groupby_step(g) < 0)
            return NULL;
    }
    Py_INCREF(g->currkey);
    Py_XSETREF(g->tgtkey, g->currkey);
    PyObject *grouper = grouper_make(st->grouper, g, g->tgtkey);
    if (grouper == NULL)
        return NULL;
    PyObject *pair = PyTuple_Pack(2, g->currkey, grouper);
    Py_DECREF(grouper);
    return pair;
}

static PyObject *
groupby_reduce(PyObject *op, PyObject *noargs)
{
    struct groupby *g = (struct groupby *)op;
    WARN_PICKLE();
    if (g->tgtkey != NULL && g->currkey != NULL && g->currvalue != NULL)
        return Py_BuildValue("O(OO)(OOO)", Py_TYPE(op), g->it, g->keyfunc, g->currkey, g->currvalue, g->tgtkey);
    return Py_BuildValue("O(OO)", Py_TYPE(op), g->it, g->keyfunc);
}

static PyObject *
groupby_setstate(PyObject *op, PyObject *state)
{
    struct groupby *g = (struct groupby *)op;
    PyObject *currkey, *currvalue, *tgtkey;
    WARN_PICKLE();
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "OOO", &currkey, &currvalue, &tgtkey))
        return NULL;
    Py_XSETREF(g->currkey, Py_NewRef(currkey));
    Py_XSETREF(g->currvalue, Py_NewRef(currvalue));
    Py_XSETREF(g->tgtkey, Py_NewRef(tgtkey));
    Py_RETURN_NONE;
}

static PyMethodDef groupby_methods[] = {
    { "__reduce__", groupby_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", groupby_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};
IT_SPEC(groupby, "groupby", Py_TPFLAGS_BASETYPE, DOC("groupby(iterable, key=None)", "(key, group) for each run of items with equal keys."), groupby_methods,);

static PyObject *
grouper_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *parent, *tgtkey;
    struct itertools_state *st = it_state(type);
    if (st == NULL || !it_no_keywords(type, "_grouper", kwds) || !PyArg_UnpackTuple(args, "_grouper", 2, 2, &parent, &tgtkey))
        return NULL;
    if (!PyObject_TypeCheck(parent, st->groupby)) {
        args_bad("_grouper", "argument 1", st->groupby->tp_name, parent);
        return NULL;
    }
    return grouper_make(type, (struct groupby *)parent, tgtkey);
}

static PyObject *
grouper_next(PyObject *op)
{
    struct grouper *it = (struct grouper *)op;
    struct groupby *g = (struct groupby *)it->parent;
    if (g->currgrouper != it)
        return NULL;
    if (g->currvalue == NULL && groupby_step(g) < 0)
        return NULL;
    int same = same_key(it->tgtkey, g->currkey);
    if (same <= 0)
        return NULL;
    PyObject *value = g->currvalue;
    g->currvalue = NULL;
    Py_CLEAR(g->currkey);
    return value;
}

static PyObject *
grouper_reduce(PyObject *op, PyObject *noargs)
{
    struct grouper *it = (struct grouper *)op;
    WARN_PICKLE();
    if (((struct groupby *)it->parent)->currgrouper != it) {
        PyObject *builtins = PyImport_ImportModule("builtins");
        PyObject *iter = builtins == NULL ? NULL : PyObject_GetAttrString(builtins, "iter");
        Py_XDECREF(builtins);
        return iter == NULL ? NULL : Py_BuildValue("N(())", iter);
    }
    return Py_BuildValue("O(OO)", Py_TYPE(op), it->parent, it->tgtkey);
}

static PyMethodDef grouper_methods[] = { { "__reduce__", grouper_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };
IT_SPEC(grouper, "_grouper", 0, NULL, grouper_methods,);

/* ---- tee: a chain of blocks of items, each read once from the iterator ---- */

#define LINK_CELLS 57

struct teedata {
    PyObject ob_base;
    PyObject *it;
    int numread;                       /* 0 <= numread <= LINK_CELLS */
    int running;                       /* the iterator is being asked right now */
    PyObject *nextlink;
    PyObject *values[LINK_CELLS];
};
struct tee {
    PyObject ob_base;
    struct teedata *data;
    int index;                         /* 0 <= index <= LINK_CELLS */
    PyObject *weakreflist;
    void *spare;
};

static PyObject *
teedata_make(PyTypeObject *type, PyObject *it)
{
    struct teedata *d = PyObject_GC_New(struct teedata, type);
    if (d == NULL)
        return NULL;
    d->running = 0;
    d->numread = 0;
    d->nextlink = NULL;
    d->it = Py_NewRef(it);
    PyObject_GC_Track(d);
    return (PyObject *)d;
}

static int
teedata_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct teedata *d = (struct teedata *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(d->it);
    for (int i = 0; i < d->numread; i++)
        Py_VISIT(d->values[i]);
    Py_VISIT(d->nextlink);
    return 0;
}

static int
teedata_clear(PyObject *op)
{
    struct teedata *d = (struct teedata *)op;
    PyTypeObject *type = Py_TYPE(op);
    Py_CLEAR(d->it);
    int n = d->numread;
    d->numread = 0;
    for (int i = 0; i < n; i++)
        Py_CLEAR(d->values[i]);
    /* Take the chain apart one by one: it may be long. */
    PyObject *link = d->nextlink;
    d->nextlink = NULL;
    while (link != NULL && Py_IS_TYPE(link, type) && Py_REFCNT(link) == 1) {
        PyObject *next = ((struct teedata *)link)->nextlink;
        ((struct teedata *)link)->nextlink = NULL;
        Py_SETREF(link, next);
    }
    Py_XDECREF(link);
    return 0;
}

static void
teedata_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    teedata_clear(op);
    PyObject_GC_Del(op);
    Py_DECREF(type);
}

static PyObject *
teedata_item(struct teedata *d, int i)
{
    if (i < d->numread)
        return Py_NewRef(d->values[i]);
    if (d->running) {
        PyErr_SetString(PyExc_RuntimeError, "cannot re-enter the tee iterator");
        return NULL;
    }
    d->running = 1;
    PyObject *item = PyIter_Next(d->it);
    d->running = 0;
    if (item == NULL)
        return NULL;
    d->values[d->numread++] = Py_NewRef(item);
    return item;
}

static PyObject *
teedata_reduce(PyObject *op, PyObject *noargs)
{
    struct teedata *d = (struct teedata *)op;
    WARN_PICKLE();
    PyObject *values = PyList_New(d->numread);
    if (values == NULL)
        return NULL;
    for (int i = 0; i < d->numread; i++)
        PyList_SET_ITEM(values, i, Py_NewRef(d->values[i]));
    return Py_BuildValue("O(ONO)", Py_TYPE(op), d->it, values, d->nextlink != NULL ? d->nextlink : Py_None);
}

static PyObject *
teedata_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *it, *values, *next;
    if (!it_no_keywords(type, "teedataobject", kwds) || !PyArg_UnpackTuple(args, "teedataobject", 3, 3, &it, &values, &next))
        return NULL;
    if (!PyList_Check(values)) {
        args_bad("teedataobject", "argument 2", "list", values);
        return NULL;
    }
    PyObject *op = teedata_make(type, it);
    struct teedata *d = (struct teedata *)op;
    if (op == NULL)
        return NULL;
    Py_ssize_t n = PyList_GET_SIZE(values);
    if (n > LINK_CELLS || (n == LINK_CELLS ? next != Py_None && !Py_IS_TYPE(next, type) : next != Py_None)) {
        Py_DECREF(op);
        PyErr_SetString(PyExc_ValueError, "Invalid arguments");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++)
        d->values[i] = Py_NewRef(PyList_GET_ITEM(values, i));
    d->numread = (int)n;
    if (next != Py_None)
        d->nextlink = Py_NewRef(next);
    return op;
}

static PyMethodDef teedata_methods[] = { { "__reduce__", teedata_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };
static PyType_Slot teedata_slots[] = {
    { Py_tp_dealloc, teedata_dealloc }, { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_doc, (void *)DOC("teedataobject(iterable, values, next, /)", "Block of items that teed iterators share.") },
    { Py_tp_traverse, teedata_traverse }, { Py_tp_clear, teedata_clear }, { Py_tp_methods, teedata_methods },
    { Py_tp_new, teedata_new }, { Py_tp_free, PyObject_GC_Del }, { 0, NULL },
};
PyType_Spec teedata_spec = {
    .name = "itertools._tee_dataobject", .basicsize = sizeof(struct teedata),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, .slots = teedata_slots,
};

static PyObject *
tee_next(PyObject *op)
{
    struct tee *t = (struct tee *)op;
    if (t->index >= LINK_CELLS) {
        struct teedata *d = t->data;
        if (d->nextlink == NULL && (d->nextlink = teedata_make(Py_TYPE(d), d->it)) == NULL)
            return NULL;
        t->data = (struct teedata *)Py_NewRef(d->nextlink);
        Py_DECREF(d);
        t->index = 0;
    }
    PyObject *item = teedata_item(t->data, t->index);
    if (item != NULL)
        t->index++;
    return item;
}

static int
tee_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((struct tee *)op)->data);
    return 0;
}

static int
tee_clear(PyObject *op)
{
    if (((struct tee *)op)->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    Py_CLEAR(((struct tee *)op)->data);
    return 0;
}

static void
tee_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    tee_clear(op);
    PyObject_GC_Del(op);
    Py_DECREF(type);
}

/* Takes over data. */
static PyObject *
tee_make(PyTypeObject *type, PyObject *data, int index)
{
    struct tee *t = data == NULL ? NULL : PyObject_GC_New(struct tee, type);
    if (t == NULL) {
        Py_XDECREF(data);
        return NULL;
    }
    t->data = (struct teedata *)data;
    t->index = index;
    t->weakreflist = NULL;
    PyObject_GC_Track(t);
    return (PyObject *)t;
}

static PyObject *
tee_copy(PyObject *op, PyObject *noargs)
{
    struct tee *t = (struct tee *)op;
    return tee_make(Py_TYPE(op), Py_NewRef(t->data), t->index);
}

static PyObject *
tee_from_iterable(struct itertools_state *st, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable);
    if (it == NULL)
        return NULL;
    PyObject *t = PyObject_TypeCheck(it, st->tee) ? tee_copy(it, NULL) : tee_make(st->tee, teedata_make(st->teedata, it), 0);
    Py_DECREF(it);
    return t;
}

static PyObject *
tee_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *iterable;
    struct itertools_state *st = it_state(type);
    if (st == NULL || !it_no_keywords(type, "_tee", kwds) || !PyArg_UnpackTuple(args, "_tee", 1, 1, &iterable))
        return NULL;
    return tee_from_iterable(st, iterable);
}

static PyObject *
tee_reduce(PyObject *op, PyObject *noargs)
{
    WARN_PICKLE();
    return Py_BuildValue("O(())(Oi)", Py_TYPE(op), ((struct tee *)op)->data, ((struct tee *)op)->index);
}

static PyObject *
tee_setstate(PyObject *op, PyObject *state)
{
    struct tee *t = (struct tee *)op;
    PyObject *data;
    int index;
    WARN_PICKLE();
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "O!i", Py_TYPE(t->data), &data, &index))
        return NULL;
    if (index < 0 || index > LINK_CELLS) {
        PyErr_SetString(PyExc_ValueError, "Index out of range");
        return NULL;
    }
    struct teedata *old = t->data;
    t->data = (struct teedata *)Py_NewRef(data);
    Py_XDECREF(old);
    t->index = index > t->data->numread ? t->data->numread : index;
    Py_RETURN_NONE;
}

static PyMethodDef tee_methods[] = {
    { "__copy__", tee_copy, METH_NOARGS, DOC("__copy__($self, /)", "An independent iterator over the same items.") },
    { "__reduce__", tee_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", tee_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};
static PyMemberDef tee_members[] = {
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct tee, weakreflist), Py_READONLY },
    { NULL },
};
static PyType_Slot tee_slots[] = {
    { Py_tp_dealloc, tee_dealloc }, { Py_tp_doc, (void *)DOC("_tee(iterable, /)", "Iterator that can be copied.") },
    { Py_tp_traverse, tee_traverse }, { Py_tp_clear, tee_clear }, { Py_tp_iter, PyObject_SelfIter }, { Py_tp_iternext, tee_next },
    { Py_tp_methods, tee_methods }, { Py_tp_members, tee_members }, { Py_tp_new, tee_new }, { Py_tp_free, PyObject_GC_Del }, { 0, NULL },
};
PyType_Spec tee_spec = {
    .name = "itertools._tee", .basicsize = sizeof(struct tee),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE, .slots = tee_slots,
};

PyObject *
it_tee_function(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t n = 2;
    if (nargs < 1 || nargs > 2)
        return PyErr_Format(PyExc_TypeError, "tee expected at %s %d argument%s, got %zd", nargs < 1 ? "least" : "most",
                            nargs < 1 ? 1 : 2, nargs < 1 ? "" : "s", nargs);
    if (nargs > 1) {
        PyObject *i = PyNumber_Index(args[1]);
        n = i == NULL ? -1 : PyLong_AsSsize_t(i);
        Py_XDECREF(i);
        if (n == -1 && PyErr_Occurred())
            return NULL;
    }
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "n must be >= 0");
        return NULL;
    }
    PyObject *result = PyTuple_New(n);
    if (result == NULL || n == 0)
        return result;
    struct itertools_state *st = PyModule_GetState(module);
    PyObject *it = PyObject_GetIter(args[0]), *copy = NULL;
    if (it != NULL && PyObject_TypeCheck(it, st->tee))
        Py_SETREF(it, tee_copy(it, NULL));     /* the given one stays independent */
    if (it != NULL && PyObject_GetOptionalAttrString(it, "__copy__", &copy) == 0) {
        Py_SETREF(it, tee_from_iterable(st, it));
        if (it != NULL)
            copy = PyObject_GetAttrString(it, "__copy__");
    }
    if (copy == NULL) {
        Py_XDECREF(it);
        Py_DECREF(result);
        return NULL;
    }
    PyTuple_SET_ITEM(result, 0, it);
    for (Py_ssize_t i = 1; i < n; i++) {
        it = PyObject_CallNoArgs(copy);
        if (it == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, it);
    }
    Py_DECREF(copy);
    return result;
}

/* ---- zip_longest ---- */

struct zip_longest {
    PyObject ob_base;
    Py_ssize_t tuplesize, numactive;
    PyObject *ittuple;                 /* NULL items: ended */
    PyObject *result;
    PyObject *fillvalue;
};
IT_LIFE(zip_longest, 3, ittuple, result, fillvalue)

static PyObject *
zip_longest_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *fill = Py_None;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (kwds != NULL && PyDict_GET_SIZE(kwds) > 0) {
        fill = NULL;
        if (PyDict_GET_SIZE(kwds) == 1)
            fill = _PyDict_GetItemStringWithError(kwds, "fillvalue");
        if (fill == NULL) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_TypeError, "zip_longest() got an unexpected keyword argument");
            return NULL;
        }
    }
    PyObject *its = PyTuple_New(n);
    for (Py_ssize_t i = 0; its != NULL && i < n; i++) {
        PyObject *it = PyObject_GetIter(PyTuple_GET_ITEM(args, i));
        if (it == NULL)
            Py_CLEAR(its);
        else
            PyTuple_SET_ITEM(its, i, it);
    }
    PyObject *result = its == NULL ? NULL : PyTuple_New(n);
    struct zip_longest *z = result == NULL ? NULL : (struct zip_longest *)type->tp_alloc(type, 0);
    if (z == NULL) {
        Py_XDECREF(its);
        Py_XDECREF(result);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(result, i, Py_NewRef(Py_None));
    z->ittuple = its;
    z->tuplesize = z->numactive = n;
    z->result = result;
    z->fillvalue = Py_NewRef(fill);
    return (PyObject *)z;
}

/* The next item of iterator i, or the fill value; NULL when all have ended or on error. */
static PyObject *
zip_longest_item(struct zip_longest *z, Py_ssize_t i)
{
    PyObject *it = PyTuple_GET_ITEM(z->ittuple, i);
    if (it == NULL)
        return Py_NewRef(z->fillvalue);
    PyObject *item = PyIter_Next(it);
    if (item != NULL)
        return item;
    if (--z->numactive == 0 || PyErr_Occurred()) {
        z->numactive = 0;
        return NULL;
    }
    PyTuple_SET_ITEM(z->ittuple, i, NULL);
    Py_DECREF(it);
    return Py_NewRef(z->fillvalue);
}

static PyObject *
zip_longest_next(PyObject *op)
{
    struct zip_longest *z = (struct zip_longest *)op;
    PyObject *result = z->result;
    if (z->tuplesize == 0 || z->numactive == 0)
        return NULL;
    bool reuse = Py_REFCNT(result) == 1;
    if (reuse)
        Py_INCREF(result);
    else if ((result = PyTuple_New(z->tuplesize)) == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < z->tuplesize; i++) {
        PyObject *item = zip_longest_item(z, i);
        if (item == NULL) {
            Py_DECREF(result);
            return NULL;
        }
        PyObject *old = PyTuple_GET_ITEM(result, i);
        PyTuple_SET_ITEM(result, i, item);
        Py_XDECREF(old);
    }
    if (reuse && !PyObject_GC_IsTracked(result))
        PyObject_GC_Track(result);
    return result;
}

static PyObject *
zip_longest_reduce(PyObject *op, PyObject *noargs)
{
    struct zip_longest *z = (struct zip_longest *)op;
    WARN_PICKLE();
    PyObject *args = PyTuple_New(PyTuple_GET_SIZE(z->ittuple));
    for (Py_ssize_t i = 0; args != NULL && i < PyTuple_GET_SIZE(z->ittuple); i++) {
        PyObject *it = PyTuple_GET_ITEM(z->ittuple, i);
        it = it == NULL ? PyTuple_New(0) : Py_NewRef(it);
        if (it == NULL)
            Py_CLEAR(args);
        else
            PyTuple_SET_ITEM(args, i, it);
    }
    return args == NULL ? NULL : Py_BuildValue("ONO", Py_TYPE(op), args, z->fillvalue);
}

static PyObject *
zip_longest_setstate(PyObject *op, PyObject *state)
{
    WARN_PICKLE();
    Py_XSETREF(((struct zip_longest *)op)->fillvalue, Py_NewRef(state));
    Py_RETURN_NONE;
}

static PyMethodDef zip_longest_methods[] = {
    { "__reduce__", zip_longest_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", zip_longest_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};
IT_SPEC(zip_longest, "zip_longest", Py_TPFLAGS_BASETYPE, DOC("zip_longest(*iterables, fillvalue=None)", "Tuples of one item from each iterable until the longest ends; fillvalue stands for what is missing."), zip_longest_methods,);
