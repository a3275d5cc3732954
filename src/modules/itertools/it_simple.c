/* modules/itertools/it_simple.c: iterators that pass on, skip, join or count items. */
#include "modules/itertools/itertools.h"

#include "object/core/err.h"

static PyMethodDef no_methods[] = { { NULL } };

/* A one- or two-argument constructor: (iterable) or (function, iterable); the iterator of the last argument. */
static PyObject *
parse_last_iter(PyTypeObject *type, const char *name, PyObject *args, PyObject *kwds, PyObject **func)
{
    PyObject *a, *b = NULL;
    if (!it_no_keywords(type, name, kwds))
        return NULL;
    if (func == NULL ? !PyArg_UnpackTuple(args, name, 1, 1, &a) : !PyArg_UnpackTuple(args, name, 2, 2, &a, &b))
        return NULL;
    if (func != NULL)
        *func = a;
    return PyObject_GetIter(func == NULL ? a : b);
}

/* ---- cycle ---- */

struct cycle {
    PyObject ob_base;
    PyObject *it;                      /* NULL once the items repeat */
    PyObject *saved;
    Py_ssize_t index;
    int firstpass;                     /* items of this pass are saved already */
};
IT_LIFE(cycle, 2, it, saved)

static PyObject *
cycle_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *it = parse_last_iter(type, "cycle", args, kwds, NULL);
    PyObject *saved = it == NULL ? NULL : PyList_New(0);
    struct cycle *c = saved == NULL ? NULL : (struct cycle *)type->tp_alloc(type, 0);
    if (c == NULL) {
        Py_XDECREF(it);
        Py_XDECREF(saved);
        return NULL;
    }
    c->it = it;
    c->saved = saved;
    return (PyObject *)c;
}

static PyObject *
cycle_next(PyObject *op)
{
    struct cycle *c = (struct cycle *)op;
    if (c->it != NULL) {
        PyObject *item = PyIter_Next(c->it);
        if (item != NULL) {
            if (c->firstpass)
                return item;
            if (PyList_Append(c->saved, item) < 0)
                Py_CLEAR(item);
            return item;
        }
        if (PyErr_Occurred())
            return NULL;
        Py_CLEAR(c->it);
    }
    if (PyList_GET_SIZE(c->saved) == 0)
        return NULL;
    PyObject *item = PyList_GET_ITEM(c->saved, c->index);
    if (++c->index >= PyList_GET_SIZE(c->saved))
        c->index = 0;
    return Py_NewRef(item);
}

static PyObject *
cycle_reduce(PyObject *op, PyObject *noargs)
{
    struct cycle *c = (struct cycle *)op;
    WARN_PICKLE();
    if (c->it != NULL)
        return Py_BuildValue("O(O)(OO)", Py_TYPE(op), c->it, c->saved, c->firstpass ? Py_True : Py_False);
    PyObject *it = PyObject_GetIter(c->saved);
    if (it == NULL)
        return NULL;
    if (c->index != 0) {
        PyObject *res = PyObject_CallMethod(it, "__setstate__", "n", c->index);
        if (res == NULL) {
            Py_DECREF(it);
            return NULL;
        }
        Py_DECREF(res);
    }
    return Py_BuildValue("O(N)(OO)", Py_TYPE(op), it, c->saved, Py_True);
}

static PyObject *
cycle_setstate(PyObject *op, PyObject *state)
{
    struct cycle *c = (struct cycle *)op;
    PyObject *saved;
    int firstpass;
    WARN_PICKLE();
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "O!i", &PyList_Type, &saved, &firstpass))
        return NULL;
    Py_XSETREF(c->saved, Py_NewRef(saved));
    c->firstpass = firstpass != 0;
    c->index = 0;
    Py_RETURN_NONE;
}

static PyMethodDef cycle_methods[] = {
    { "__reduce__", cycle_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", cycle_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};
IT_SPEC(cycle, "cycle", Py_TPFLAGS_BASETYPE, DOC("cycle(iterable, /)", "The items of iterable, again and again."), cycle_methods,);

/* ---- dropwhile, takewhile ---- */

struct dropwhile { PyObject ob_base; PyObject *func, *it; long start; };
struct takewhile { PyObject ob_base; PyObject *func, *it; long stop; };
IT_LIFE(dropwhile, 2, func, it)
IT_LIFE(takewhile, 2, func, it)

static PyObject *
while_new(PyTypeObject *type, const char *name, PyObject *args, PyObject *kwds)
{
    PyObject *func, *it = parse_last_iter(type, name, args, kwds, &func);
    struct dropwhile *d = it == NULL ? NULL : (struct dropwhile *)type->tp_alloc(type, 0);
    if (d == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    d->func = Py_NewRef(func);
    d->it = it;
    return (PyObject *)d;
}

static PyObject *dropwhile_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return while_new(type, "dropwhile", args, kwds); }
static PyObject *takewhile_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return while_new(type, "takewhile", args, kwds); }

/* bool(func(item)): 1, 0, -1. */
static int
test_item(PyObject *func, PyObject *item)
{
    PyObject *good = PyObject_CallOneArg(func, item);
    int ok = good == NULL ? -1 : PyObject_IsTrue(good);
    Py_XDECREF(good);
    return ok;
}

static PyObject *
dropwhile_next(PyObject *op)
{
    struct dropwhile *d = (struct dropwhile *)op;
    for (;;) {
        PyObject *item = recursion_next(d->it);
        if (item == NULL || d->start)
            return item;
        int ok = test_item(d->func, item);
        if (ok == 0) {
            d->start = 1;
            return item;
        }
        Py_DECREF(item);
        if (ok < 0)
            return NULL;
    }
}

static PyObject *
takewhile_next(PyObject *op)
{
    struct takewhile *t = (struct takewhile *)op;
    PyObject *item = t->stop ? NULL : recursion_next(t->it);
    if (item == NULL)
        return NULL;
    int ok = test_item(t->func, item);
    if (ok > 0)
        return item;
    Py_DECREF(item);
    if (ok == 0)
        t->stop = 1;
    return NULL;
}

static PyObject *
while_reduce(PyObject *op, PyObject *noargs)
{
    struct dropwhile *d = (struct dropwhile *)op;
    WARN_PICKLE();
    return Py_BuildValue("O(OO)l", Py_TYPE(op), d->func, d->it, d->start);
}

static PyObject *
while_setstate(PyObject *op, PyObject *state)
{
    WARN_PICKLE();
    int on = PyObject_IsTrue(state);
    if (on < 0)
        return NULL;
    ((struct dropwhile *)op)->start = on;
    Py_RETURN_NONE;
}

static PyMethodDef while_methods[] = {
    { "__reduce__", while_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", while_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};
IT_SPEC(dropwhile, "dropwhile", Py_TPFLAGS_BASETYPE, DOC("dropwhile(predicate, iterable, /)", "All items from the first for which predicate is false."), while_methods,);
IT_SPEC(takewhile, "takewhile", Py_TPFLAGS_BASETYPE, DOC("takewhile(predicate, iterable, /)", "The items before the first for which predicate is false."), while_methods,);

/* ---- starmap, filterfalse ---- */

struct starmap { PyObject ob_base; PyObject *func, *it; };
struct filterfalse { PyObject ob_base; PyObject *func, *it; };
IT_LIFE(starmap, 2, func, it)
IT_LIFE(filterfalse, 2, func, it)

static PyObject *
func_new(PyTypeObject *type, const char *name, PyObject *args, PyObject *kwds)
{
    PyObject *func, *it = parse_last_iter(type, name, args, kwds, &func);
    struct starmap *s = it == NULL ? NULL : (struct starmap *)type->tp_alloc(type, 0);
    if (s == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    s->func = Py_NewRef(func);
    s->it = it;
    return (PyObject *)s;
}

static PyObject *starmap_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return func_new(type, "starmap", args, kwds); }
static PyObject *filterfalse_new(PyTypeObject *type, PyObject *args, PyObject *kwds) { return func_new(type, "filterfalse", args, kwds); }

static PyObject *
starmap_next(PyObject *op)
{
    struct starmap *s = (struct starmap *)op;
    PyObject *args = recursion_next(s->it);
    if (args == NULL)
        return NULL;
    if (!PyTuple_CheckExact(args)) {
        Py_SETREF(args, PySequence_Tuple(args));
        if (args == NULL)
            return NULL;
    }
    PyObject *result = PyObject_Call(s->func, args, NULL);
    Py_DECREF(args);
    return result;
}

static PyObject *
filterfalse_next(PyObject *op)
{
    struct filterfalse *f = (struct filterfalse *)op;
    bool truth = f->func == Py_None || f->func == (PyObject *)&PyBool_Type;
    for (;;) {
        PyObject *item = recursion_next(f->it);
        if (item == NULL)
            return NULL;
        int ok = truth ? PyObject_IsTrue(item) : test_item(f->func, item);
        if (ok == 0)
            return item;
        Py_DECREF(item);
        if (ok < 0)
            return NULL;
    }
}

static PyObject *
func_reduce(PyObject *op, PyObject *noargs)
{
    WARN_PICKLE();
    return Py_BuildValue("O(OO)", Py_TYPE(op), ((struct starmap *)op)->func, ((struct starmap *)op)->it);
}

static PyMethodDef func_methods[] = { { "__reduce__", func_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };
IT_SPEC(starmap, "starmap", Py_TPFLAGS_BASETYPE, DOC("starmap(function, iterable, /)", "function(*args) for each args of iterable."), func_methods,);
IT_SPEC(filterfalse, "filterfalse", Py_TPFLAGS_BASETYPE, DOC("filterfalse(function, iterable, /)", "The items for which function(item), or the item itself if None, is false."), func_methods,);

/* ---- chain ---- */

struct chain { PyObject ob_base; PyObject *source, *active; };
IT_LIFE(chain, 2, active, source)

/* Takes over source. */
static PyObject *
chain_make(PyTypeObject *type, PyObject *source)
{
    struct chain *c = source == NULL ? NULL : (struct chain *)type->tp_alloc(type, 0);
    if (c == NULL) {
        Py_XDECREF(source);
        return NULL;
    }
    c->source = source;
    return (PyObject *)c;
}

static PyObject *
chain_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    return it_no_keywords(type, "chain", kwds) ? chain_make(type, PyObject_GetIter(args)) : NULL;
}

static PyObject *
chain_from_iterable(PyObject *type, PyObject *iterable)
{
    return chain_make((PyTypeObject *)type, PyObject_GetIter(iterable));
}

static PyObject *
chain_next(PyObject *op)
{
    struct chain *c = (struct chain *)op;
    while (c->source != NULL) {
        if (c->active == NULL) {
            PyObject *iterable = PyIter_Next(c->source);
            if (iterable == NULL) {
                Py_CLEAR(c->source);
                return NULL;
            }
            c->active = PyObject_GetIter(iterable);
            Py_DECREF(iterable);
            if (c->active == NULL) {
                Py_CLEAR(c->source);
                return NULL;
            }
        }
        PyObject *item = recursion_next(c->active);
        if (item != NULL)
            return item;
        if (PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_StopIteration))
                return NULL;
            PyErr_Clear();
        }
        Py_CLEAR(c->active);
    }
    return NULL;
}

static PyObject *
chain_reduce(PyObject *op, PyObject *noargs)
{
    struct chain *c = (struct chain *)op;
    WARN_PICKLE();
    if (c->source == NULL)
        return Py_BuildValue("O()", Py_TYPE(op));
    if (c->active != NULL)
        return Py_BuildValue("O()(OO)", Py_TYPE(op), c->source, c->active);
    return Py_BuildValue("O()(O)", Py_TYPE(op), c->source);
}

static PyObject *
chain_setstate(PyObject *op, PyObject *state)
{
    struct chain *c = (struct chain *)op;
    PyObject *source, *active = NULL;
    WARN_PICKLE();
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "O|O", &source, &active))
        return NULL;
    if (!PyIter_Check(source) || (active != NULL && !PyIter_Check(active))) {
        PyErr_SetString(PyExc_TypeError, "Arguments must be iterators.");
        return NULL;
    }
    Py_XSETREF(c->source, Py_NewRef(source));
    Py_XSETREF(c->active, Py_XNewRef(active));
    Py_RETURN_NONE;
}

static PyMethodDef chain_methods[] = {
    { "from_iterable", chain_from_iterable, METH_O | METH_CLASS, DOC("from_iterable($type, iterable, /)", "chain() of the iterables that iterable yields.") },
    { "__reduce__", chain_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", chain_setstate, METH_O, DOC_SETSTATE },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC("__class_getitem__($type, object, /)", "Parametrised alias of this type (PEP 585).") },
    { NULL },
};
IT_SPEC(chain, "chain", Py_TPFLAGS_BASETYPE, DOC("chain(*iterables)", "The items of the first iterable, then of the second, and so on."), chain_methods,);

/* ---- compress ---- */

struct compress { PyObject ob_base; PyObject *data, *selectors; };
IT_LIFE(compress, 2, data, selectors)

static PyObject *
compress_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "data", "selectors", NULL };
    PyObject *data, *selectors;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OO:compress", names, &data, &selectors))
        return NULL;
    data = PyObject_GetIter(data);
    selectors = data == NULL ? NULL : PyObject_GetIter(selectors);
    struct compress *c = selectors == NULL ? NULL : (struct compress *)type->tp_alloc(type, 0);
    if (c == NULL) {
        Py_XDECREF(data);
        Py_XDECREF(selectors);
        return NULL;
    }
    c->data = data;
    c->selectors = selectors;
    return (PyObject *)c;
}

static PyObject *
compress_next(PyObject *op)
{
    struct compress *c = (struct compress *)op;
    for (;;) {
        PyObject *item = recursion_next(c->data);
        if (item == NULL)
            return NULL;
        PyObject *selector = recursion_next(c->selectors);
        int ok = selector == NULL ? -1 : PyObject_IsTrue(selector);
        Py_XDECREF(selector);
        if (ok > 0)
            return item;
        Py_DECREF(item);
        if (ok < 0)
            return NULL;
    }
}

static PyObject *
compress_reduce(PyObject *op, PyObject *noargs)
{
    WARN_PICKLE();
    return Py_BuildValue("O(OO)", Py_TYPE(op), ((struct compress *)op)->data, ((struct compress *)op)->selectors);
}

static PyMethodDef compress_methods[] = { { "__reduce__", compress_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };
IT_SPEC(compress, "compress", Py_TPFLAGS_BASETYPE, DOC("compress(data, selectors)", "The data items whose selector is true."), compress_methods,);

/* ---- islice ---- */

struct islice { PyObject ob_base; PyObject *it; Py_ssize_t next, stop, step, cnt; };
IT_LIFE(islice, 1, it)

#define BAD_STOP "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
#define BAD_INDEX "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize."
#define BAD_STEP "Step for islice() must be a positive integer or None."

/* An index argument; `none` for None or nothing; *bad is set when it is no index at all. */
static Py_ssize_t
islice_arg(PyObject *arg, Py_ssize_t none, bool *bad)
{
    if (arg == NULL || arg == Py_None)
        return none;
    Py_ssize_t i = PyNumber_AsSsize_t(arg, PyExc_OverflowError);
    if (i == -1) {
        *bad = true;
        PyErr_Clear();
    }
    return i;
}

static PyObject *
islice_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *seq, *a1 = NULL, *a2 = NULL, *a3 = NULL;
    if (!it_no_keywords(type, "islice", kwds) || !PyArg_UnpackTuple(args, "islice", 2, 4, &seq, &a1, &a2, &a3))
        return NULL;
    bool one = PyTuple_GET_SIZE(args) == 2, bad = false, bad_stop = false, bad_step = false;
    Py_ssize_t start = one ? 0 : islice_arg(a1, 0, &bad);
    Py_ssize_t stop = islice_arg(one ? a1 : a2, -1, &bad_stop);
    const char *error = bad_stop ? BAD_STOP : start < 0 || stop < -1 ? (one ? BAD_STOP : BAD_INDEX) : NULL;
    Py_ssize_t step = islice_arg(a3, 1, &bad_step);
    if (error == NULL && step < 1)
        error = BAD_STEP;
    if (error != NULL) {
        PyErr_SetString(PyExc_ValueError, error);
        return NULL;
    }
    PyObject *it = PyObject_GetIter(seq);
    struct islice *s = it == NULL ? NULL : (struct islice *)type->tp_alloc(type, 0);
    if (s == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    s->it = it;
    s->next = start;
    s->stop = stop;
    s->step = step;
    return (PyObject *)s;
}

static PyObject *
islice_next(PyObject *op)
{
    struct islice *s = (struct islice *)op;
    PyObject *it = s->it, *item;
    Py_ssize_t stop = s->stop;
    if (it == NULL)
        return NULL;
    while (s->cnt < s->next) {
        if ((item = recursion_next(it)) == NULL)
            goto end;
        Py_DECREF(item);
        s->cnt++;
    }
    if (stop != -1 && s->cnt >= stop)
        goto end;
    if ((item = recursion_next(it)) == NULL)
        goto end;
    s->cnt++;
    Py_ssize_t old = s->next;
    s->next = (Py_ssize_t)((size_t)old + (size_t)s->step);
    if (s->next < old || (stop != -1 && s->next > stop))
        s->next = stop;
    return item;
end:
    Py_CLEAR(s->it);
    return NULL;
}

static PyObject *
islice_reduce(PyObject *op, PyObject *noargs)
{
    struct islice *s = (struct islice *)op;
    WARN_PICKLE();
    if (s->it == NULL) {
        PyObject *list = PyList_New(0), *it = list == NULL ? NULL : PyObject_GetIter(list);
        Py_XDECREF(list);
        return it == NULL ? NULL : Py_BuildValue("O(Nn)n", Py_TYPE(op), it, (Py_ssize_t)0, (Py_ssize_t)0);
    }
    PyObject *stop = s->stop == -1 ? Py_NewRef(Py_None) : PyLong_FromSsize_t(s->stop);
    if (stop == NULL)
        return NULL;
    return Py_BuildValue("O(OnNn)n", Py_TYPE(op), s->it, s->next, stop, s->step, s->cnt);
}

static PyObject *
islice_setstate(PyObject *op, PyObject *state)
{
    WARN_PICKLE();
    Py_ssize_t cnt = PyLong_AsSsize_t(state);
    if (cnt == -1 && PyErr_Occurred())
        return NULL;
    ((struct islice *)op)->cnt = cnt;
    Py_RETURN_NONE;
}

static PyMethodDef islice_methods[] = {
    { "__reduce__", islice_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", islice_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};
IT_SPEC(islice, "islice", Py_TPFLAGS_BASETYPE, "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\n"
        "The items that slicing would select.", islice_methods,);

/* ---- count ---- */

struct count {
    PyObject ob_base;
    Py_ssize_t cnt;                    /* PY_SSIZE_T_MAX: long_cnt counts */
    PyObject *long_cnt;                /* NULL while counting in C by ones */
    PyObject *long_step;
};
IT_LIFE(count, 2, long_cnt, long_step)

static PyObject *
count_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "start", "step", NULL };
    PyObject *start = NULL, *step = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|OO:count", names, &start, &step))
        return NULL;
    if ((start != NULL && !PyNumber_Check(start)) || (step != NULL && !PyNumber_Check(step))) {
        PyErr_SetString(PyExc_TypeError, "a number is required");
        return NULL;
    }
    bool fast = (start == NULL || PyLong_Check(start)) && (step == NULL || PyLong_Check(step));
    Py_ssize_t cnt = 0;
    if (fast && start != NULL && (cnt = PyLong_AsSsize_t(start)) == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        fast = false;
    }
    if (fast && step != NULL) {
        int overflow;
        fast = PyLong_AsLongAndOverflow(step, &overflow) == 1;
    }
    struct count *c = (struct count *)type->tp_alloc(type, 0);
    if (c == NULL)
        return NULL;
    c->cnt = fast ? cnt : PY_SSIZE_T_MAX;
    c->long_cnt = fast ? NULL : start != NULL ? Py_NewRef(start) : PyLong_FromLong(0);
    c->long_step = step != NULL ? Py_NewRef(step) : PyLong_FromLong(1);
    return (PyObject *)c;
}

static PyObject *
count_next(PyObject *op)
{
    struct count *c = (struct count *)op;
    if (c->cnt != PY_SSIZE_T_MAX)
        return PyLong_FromSsize_t(c->cnt++);
    if (c->long_cnt == NULL && (c->long_cnt = PyLong_FromSsize_t(PY_SSIZE_T_MAX)) == NULL)
        return NULL;
    PyObject *n = c->long_cnt, *next = PyNumber_Add(n, c->long_step);
    if (next == NULL)
        return NULL;
    c->long_cnt = next;
    return n;
}

static PyObject *
count_repr(PyObject *op)
{
    struct count *c = (struct count *)op;
    const char *name = _PyType_Name(Py_TYPE(op));
    if (c->long_cnt == NULL)
        return PyUnicode_FromFormat("%s(%zd)", name, c->cnt);
    if (PyLong_Check(c->long_step)) {
        int overflow;
        if (PyLong_AsLongAndOverflow(c->long_step, &overflow) == 1)
            return PyUnicode_FromFormat("%s(%R)", name, c->long_cnt);
    }
    return PyUnicode_FromFormat("%s(%R, %R)", name, c->long_cnt, c->long_step);
}

static PyObject *
count_reduce(PyObject *op, PyObject *noargs)
{
    struct count *c = (struct count *)op;
    WARN_PICKLE();
    if (c->long_cnt != NULL)
        return Py_BuildValue("O(OO)", Py_TYPE(op), c->long_cnt, c->long_step);
    return Py_BuildValue("O(n)", Py_TYPE(op), c->cnt);
}

static PyMethodDef count_methods[] = { { "__reduce__", count_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };
IT_SPEC(count, "count", Py_TPFLAGS_BASETYPE, DOC("count(start=0, step=1)", "start, start + step, start + 2 * step, ..."), count_methods, { Py_tp_repr, count_repr },);

/* ---- repeat ---- */

struct repeat { PyObject ob_base; PyObject *element; Py_ssize_t cnt; };
IT_LIFE(repeat, 1, element)

static PyObject *
repeat_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "object", "times", NULL };
    PyObject *element;
    Py_ssize_t cnt = -1, given = PyTuple_GET_SIZE(args) + (kwds != NULL ? PyDict_GET_SIZE(kwds) : 0);
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O|n:repeat", names, &element, &cnt))
        return NULL;
    struct repeat *r = (struct repeat *)type->tp_alloc(type, 0);
    if (r == NULL)
        return NULL;
    r->element = Py_NewRef(element);
    r->cnt = given == 2 && cnt < 0 ? 0 : cnt;
    return (PyObject *)r;
}

static PyObject *
repeat_next(PyObject *op)
{
    struct repeat *r = (struct repeat *)op;
    if (r->cnt == 0)
        return NULL;
    if (r->cnt > 0)
        r->cnt--;
    return Py_NewRef(r->element);
}

static PyObject *
repeat_repr(PyObject *op)
{
    struct repeat *r = (struct repeat *)op;
    const char *name = _PyType_Name(Py_TYPE(op));
    return r->cnt == -1 ? PyUnicode_FromFormat("%s(%R)", name, r->element) : PyUnicode_FromFormat("%s(%R, %zd)", name, r->element, r->cnt);
}

static PyObject *
repeat_length_hint(PyObject *op, PyObject *noargs)
{
    if (((struct repeat *)op)->cnt == -1) {
        PyErr_SetString(PyExc_TypeError, "len() of unsized object");
        return NULL;
    }
    return PyLong_FromSsize_t(((struct repeat *)op)->cnt);
}

static PyObject *
repeat_reduce(PyObject *op, PyObject *noargs)
{
    struct repeat *r = (struct repeat *)op;
    WARN_PICKLE();
    return r->cnt >= 0 ? Py_BuildValue("O(On)", Py_TYPE(op), r->element, r->cnt) : Py_BuildValue("O(O)", Py_TYPE(op), r->element);
}

static PyMethodDef repeat_methods[] = {
    { "__length_hint__", repeat_length_hint, METH_NOARGS, DOC("__length_hint__($self, /)", "Number of items that are still to come.") },
    { "__reduce__", repeat_reduce, METH_NOARGS, DOC_REDUCE },
    { NULL },
};
IT_SPEC(repeat, "repeat", Py_TPFLAGS_BASETYPE, "repeat(object [,times]) -> object, as often as times says, or without end", repeat_methods, { Py_tp_repr, repeat_repr },);

/* ---- accumulate ---- */

struct accumulate { PyObject ob_base; PyObject *total, *it, *binop, *initial; void *spare; };
IT_LIFE(accumulate, 4, binop, total, it, initial)

static PyObject *
accumulate_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "iterable", "func", "initial", NULL };
    PyObject *iterable, *binop = Py_None, *initial = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O|O$O:accumulate", names, &iterable, &binop, &initial))
        return NULL;
    PyObject *it = PyObject_GetIter(iterable);
    struct accumulate *a = it == NULL ? NULL : (struct accumulate *)type->tp_alloc(type, 0);
    if (a == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    a->it = it;
    a->binop = binop == Py_None ? NULL : Py_NewRef(binop);
    a->initial = Py_NewRef(initial);
    return (PyObject *)a;
}

static PyObject *
accumulate_next(PyObject *op)
{
    struct accumulate *a = (struct accumulate *)op;
    if (a->initial != Py_None) {
        a->total = a->initial;
        a->initial = Py_NewRef(Py_None);
        return Py_NewRef(a->total);
    }
    PyObject *item = recursion_next(a->it);
    if (item == NULL)
        return NULL;
    if (a->total == NULL) {
        a->total = Py_NewRef(item);
        return item;
    }
    PyObject *sum = a->binop == NULL ? PyNumber_Add(a->total, item) : PyObject_CallFunctionObjArgs(a->binop, a->total, item, NULL);
    Py_DECREF(item);
    if (sum == NULL)
        return NULL;
    Py_INCREF(sum);
    Py_SETREF(a->total, sum);
    return sum;
}

static PyObject *
accumulate_reduce(PyObject *op, PyObject *noargs)
{
    struct accumulate *a = (struct accumulate *)op;
    PyObject *binop = a->binop != NULL ? a->binop : Py_None;
    WARN_PICKLE();
    struct itertools_state *st = it_state(Py_TYPE(op));
    if (st == NULL)
        return NULL;
    if (a->initial != Py_None) {
        PyObject *it = PyObject_CallFunction((PyObject *)st->chain, "(O)O", a->initial, a->it);
        return it == NULL ? NULL : Py_BuildValue("O(NO)O", Py_TYPE(op), it, binop, Py_None);
    }
    if (a->total == Py_None) {
        /* None as state means "no total yet": put the None in front and skip it. */
        PyObject *chain = PyObject_CallFunction((PyObject *)st->chain, "(O)O", a->total, a->it);
        PyObject *sums = chain == NULL ? NULL : PyObject_CallFunction((PyObject *)Py_TYPE(op), "NO", chain, binop);
        return sums == NULL ? NULL : Py_BuildValue("O(NiO)", (PyObject *)st->islice, sums, 1, Py_None);
    }
    return Py_BuildValue("O(OO)O", Py_TYPE(op), a->it, binop, a->total != NULL ? a->total : Py_None);
}

static PyObject *
accumulate_setstate(PyObject *op, PyObject *state)
{
    WARN_PICKLE();
    Py_XSETREF(((struct accumulate *)op)->total, Py_NewRef(state));
    Py_RETURN_NONE;
}

static PyMethodDef accumulate_methods[] = {
    { "__reduce__", accumulate_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", accumulate_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};
IT_SPEC(accumulate, "accumulate", Py_TPFLAGS_BASETYPE, DOC("accumulate(iterable, func=None, *, initial=None)", "Running sums, or running results of func."), accumulate_methods,);

/* ---- pairwise ---- */

struct pairwise { PyObject ob_base; PyObject *it, *old, *result; };
IT_LIFE(pairwise, 3, it, old, result)

static PyObject *
pairwise_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *it = parse_last_iter(type, "pairwise", args, kwds, NULL);
    PyObject *result = it == NULL ? NULL : PyTuple_Pack(2, Py_None, Py_None);
    struct pairwise *p = result == NULL ? NULL : (struct pairwise *)type->tp_alloc(type, 0);
    if (p == NULL) {
        Py_XDECREF(it);
        Py_XDECREF(result);
        return NULL;
    }
    p->it = it;
    p->result = result;
    return (PyObject *)p;
}

static PyObject *
pairwise_next(PyObject *op)
{
    struct pairwise *p = (struct pairwise *)op;
    PyObject *it = p->it, *old = p->old, *result = p->result;
    if (it == NULL)
        return NULL;
    if (old == NULL) {
        old = recursion_next(it);
        Py_XSETREF(p->old, old);
        if (old == NULL) {
            Py_CLEAR(p->it);
            return NULL;
        }
        it = p->it;                        /* the call may have come here again */
        if (it == NULL) {
            Py_CLEAR(p->old);
            return NULL;
        }
    }
    Py_INCREF(old);
    PyObject *new_item = recursion_next(it);
    if (new_item == NULL) {
        Py_CLEAR(p->it);
        Py_CLEAR(p->old);
        Py_DECREF(old);
        return NULL;
    }
    if (Py_REFCNT(result) == 1) {
        PyObject *a = PyTuple_GET_ITEM(result, 0), *b = PyTuple_GET_ITEM(result, 1);
        Py_INCREF(result);
        PyTuple_SET_ITEM(result, 0, Py_NewRef(old));
        PyTuple_SET_ITEM(result, 1, Py_NewRef(new_item));
        Py_DECREF(a);
        Py_DECREF(b);
        if (!PyObject_GC_IsTracked(result))
            PyObject_GC_Track(result);
    }
    else
        result = PyTuple_Pack(2, old, new_item);
    Py_XSETREF(p->old, new_item);
    Py_DECREF(old);
    return result;
}
IT_SPEC(pairwise, "pairwise", Py_TPFLAGS_BASETYPE, DOC("pairwise(iterable, /)", "Overlapping pairs of neighbours."), no_methods,);

/* ---- batched ---- */

struct batched { PyObject ob_base; PyObject *it; Py_ssize_t n; bool strict; };
IT_LIFE(batched, 1, it)

static PyObject *
batched_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "iterable", "n", "strict", NULL };
    PyObject *iterable;
    Py_ssize_t n;
    int strict = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "On|$p:batched", names, &iterable, &n, &strict))
        return NULL;
    if (n < 1) {
        PyErr_SetString(PyExc_ValueError, "n must be at least one");
        return NULL;
    }
    PyObject *it = PyObject_GetIter(iterable);
    struct batched *b = it == NULL ? NULL : (struct batched *)type->tp_alloc(type, 0);
    if (b == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    b->it = it;
    b->n = n;
    b->strict = strict != 0;
    return (PyObject *)b;
}

static PyObject *
batched_next(PyObject *op)
{
    struct batched *b = (struct batched *)op;
    if (b->it == NULL)
        return NULL;
    PyObject *result = PyTuple_New(b->n);
    if (result == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < b->n; i++) {
        PyObject *item = b->it == NULL ? NULL : recursion_next(b->it);
        if (item != NULL) {
            PyTuple_SET_ITEM(result, i, item);
            continue;
        }
        if (PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_StopIteration)) {
                Py_CLEAR(b->it);
                Py_DECREF(result);
                return NULL;
            }
            PyErr_Clear();
        }
        Py_CLEAR(b->it);
        if (i == 0 || b->strict) {
            Py_DECREF(result);
            if (i != 0)
                PyErr_SetString(PyExc_ValueError, "batched(): incomplete batch");
            return NULL;
        }
        _PyTuple_Resize(&result, i);
        return result;
    }
    return result;
}
IT_SPEC(batched, "batched", Py_TPFLAGS_BASETYPE, DOC("batched(iterable, n, *, strict=False)", "Tuples of n items, the last one maybe shorter unless strict."), no_methods,);
