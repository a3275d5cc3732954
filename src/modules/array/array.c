/* modules/array/array.c: arrays of machine values: making, growing, sequence operations, the module. */
#include "modules/array/array.h"

#include "rt/items.h"
#include "object/core/call.h"         /* args_unpack() */

/* ---- memory ---- */

int
array_resize(struct array *a, Py_ssize_t n)
{
    if (a->exports > 0 && n != Py_SIZE(a)) {
        PyErr_SetString(PyExc_BufferError, "cannot resize an array that is exporting buffers");
        return -1;
    }
    if (a->allocated >= n && Py_SIZE(a) < n + 16 && a->items != NULL) {
        Py_SET_SIZE(a, n);
        return 0;
    }
    if (n == 0) {
        PyMem_Free(a->items);
        a->items = NULL;
        Py_SET_SIZE(a, 0);
        a->allocated = 0;
        return 0;
    }
    Py_ssize_t room = (n >> 4) + (Py_SIZE(a) < 8 ? 3 : 7) + n;
    char *items = room > PY_SSIZE_T_MAX / a->kind->itemsize ? NULL : PyMem_Realloc(a->items, (size_t)room * (size_t)a->kind->itemsize);
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    a->items = items;
    Py_SET_SIZE(a, n);
    a->allocated = room;
    return 0;
}

PyObject *
array_new_sized(PyTypeObject *type, Py_ssize_t n, const struct array_kind *kind)
{
    if (n < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (n > PY_SSIZE_T_MAX / kind->itemsize)
        return PyErr_NoMemory();
    struct array *a = ARRAY(type->tp_alloc(type, 0));
    if (a == NULL)
        return NULL;
    a->kind = kind;
    a->allocated = n;
    Py_SET_SIZE(a, n);
    if (n > 0 && (a->items = PyMem_Malloc((size_t)n * (size_t)kind->itemsize)) == NULL) {
        Py_SET_SIZE(a, 0);
        Py_DECREF(a);
        return PyErr_NoMemory();
    }
    return (PyObject *)a;
}

static int
insert_item(struct array *a, Py_ssize_t at, PyObject *v)
{
    Py_ssize_t n = Py_SIZE(a), size = a->kind->itemsize;
    if (a->kind->set(NULL, v) < 0 || array_resize(a, n + 1) < 0)   /* check first: no half-made item */
        return -1;
    if (at < 0)
        at = at + n < 0 ? 0 : at + n;
    if (at > n)
        at = n;
    memmove(array_at(a, at + 1), array_at(a, at), (size_t)((n - at) * size));
    return a->kind->set(array_at(a, at), v);
}

int
array_append_item(struct array *a, PyObject *v)
{
    return insert_item(a, Py_SIZE(a), v);
}

/* ---- extending ---- */

static bool
is_array(PyObject *op, struct array_state *st)
{
    return PyObject_TypeCheck(op, st->array);
}

static int
extend_array(struct array *a, struct array *b)
{
    if (a->kind != b->kind) {
        PyErr_SetString(PyExc_TypeError, "can only extend with array of same kind");
        return -1;
    }
    Py_ssize_t old = Py_SIZE(a), n = Py_SIZE(b);
    if (n == 0)
        return 0;
    if (old > PY_SSIZE_T_MAX - n) {
        PyErr_NoMemory();
        return -1;
    }
    if (array_resize(a, old + n) < 0)
        return -1;
    memcpy(array_at(a, old), b->items, (size_t)(n * a->kind->itemsize));
    return 0;
}

static int
extend_iterable(struct array *a, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable), *v;
    if (it == NULL)
        return -1;
    int result = 0;
    while (result == 0 && (v = PyIter_Next(it)) != NULL) {
        result = array_append_item(a, v);
        Py_DECREF(v);
    }
    Py_DECREF(it);
    return result < 0 || PyErr_Occurred() ? -1 : 0;
}

int
array_extend_any(struct array *a, PyObject *bb)
{
    struct array_state *st = array_state_of(Py_TYPE(a));
    if (st == NULL)
        return -1;
    return is_array(bb, st) ? extend_array(a, ARRAY(bb)) : extend_iterable(a, bb);
}

/* ---- new ---- */

/* 1 when the type code goes with text. */
static int
is_text_code(int code)
{
    return code == 'u' || code == 'w';
}

static int
check_initial(PyObject *initial, int code, struct array_state *st)
{
    if (initial == NULL || is_text_code(code))
        return 0;
    if (PyUnicode_Check(initial)) {
        PyErr_Format(PyExc_TypeError, "cannot use a str to initialize an array with typecode '%c'", code);
        return -1;
    }
    if (is_array(initial, st) && is_text_code(ARRAY(initial)->kind->code)) {
        PyErr_Format(PyExc_TypeError, "cannot use a unicode array to initialize an array with typecode '%c'", code);
        return -1;
    }
    return 0;
}

static int
fill(struct array *a, PyObject *initial)
{
    PyObject *none = NULL;
    if (PyBytes_Check(initial) || PyByteArray_Check(initial))
        none = array_frombytes((PyObject *)a, initial);
    else if (PyUnicode_Check(initial)) {
        for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(initial); i++) {
            Py_UCS4 c = PyUnicode_READ_CHAR(initial, i);
            memcpy(array_at(a, i), &c, sizeof(c));
        }
        return 0;
    }
    else if (PyList_Check(initial) || PyTuple_Check(initial)) {
        bool list = PyList_Check(initial);
        Py_ssize_t n = PySequence_Size(initial);
        for (Py_ssize_t i = 0; i < n; i++) {
            PyObject *v = list ? PyList_GetItemRef(initial, i) : Py_NewRef(PyTuple_GET_ITEM(initial, i));
            int bad = v == NULL || a->kind->set(array_at(a, i), v) < 0;
            Py_XDECREF(v);
            if (bad)
                return -1;
        }
        return 0;
    }
    else
        return extend_iterable(a, initial);
    Py_XDECREF(none);
    return none == NULL ? -1 : 0;
}

static PyObject *
array_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    struct array_state *st = array_state_of(type);
    int code;
    PyObject *initial = NULL;
    if (st == NULL)
        return NULL;
    if ((type == st->array || type->tp_init == st->array->tp_init) && kwds != NULL && PyDict_GET_SIZE(kwds) > 0) {
        PyErr_SetString(PyExc_TypeError, "array.array() takes no keyword arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "C|O:array", &code, &initial))
        return NULL;
    if (PySys_Audit("array.__new__", "CO", code, initial != NULL ? initial : Py_None) < 0)
        return NULL;
    if (code == 'u' && PyErr_WarnEx(PyExc_DeprecationWarning, "The 'u' type code is deprecated and will be removed in Python 3.16", 1) < 0)
        return NULL;
    if (check_initial(initial, code, st) < 0)
        return NULL;
    const struct array_kind *kind = array_kind_of(code);
    if (kind == NULL) {
        PyErr_SetString(PyExc_ValueError, "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)");
        return NULL;
    }
    bool same = initial != NULL && is_array(initial, st)
        && (ARRAY(initial)->kind == kind || (is_text_code(code) && is_text_code(ARRAY(initial)->kind->code)));
    bool sized = initial != NULL && (PyList_Check(initial) || PyTuple_Check(initial) || PyUnicode_Check(initial));
    Py_ssize_t n = same ? Py_SIZE(initial) : sized ? PySequence_Size(initial) : 0;
    PyObject *op = array_new_sized(type, n, kind);
    if (op == NULL || initial == NULL)
        return op;
    if (same) {
        if (n > 0)
            memcpy(ARRAY(op)->items, ARRAY(initial)->items, (size_t)n * (size_t)kind->itemsize);
    }
    else if (fill(ARRAY(op), initial) < 0)
        Py_CLEAR(op);
    return op;
}

static void
array_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    if (ARRAY(op)->exports > 0) {
        PyErr_SetString(PyExc_SystemError, "deallocated array object has exported buffers");
        PyErr_Print();
    }
    if (ARRAY(op)->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    PyMem_Free(ARRAY(op)->items);
    type->tp_free(op);
    Py_DECREF(type);
}

static int
array_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

/* ---- sequence ---- */

static Py_ssize_t
array_length(PyObject *op)
{
    return Py_SIZE(op);
}

static PyObject *
array_item(PyObject *op, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "array index out of range");
        return NULL;
    }
    return ARRAY(op)->kind->get(array_at(ARRAY(op), i));
}

/* op[lo : lo + n * step : step] as a new array. */
static PyObject *
copy_slice(PyObject *op, Py_ssize_t lo, Py_ssize_t n, Py_ssize_t step)
{
    struct array_state *st = array_state_of(Py_TYPE(op));
    struct array *a = ARRAY(op);
    PyObject *out = st == NULL ? NULL : array_new_sized(st->array, n, a->kind);
    if (out == NULL)
        return NULL;
    if (step == 1 && n > 0)
        memcpy(ARRAY(out)->items, array_at(a, lo), (size_t)(n * a->kind->itemsize));
    else
        for (Py_ssize_t i = 0, at = lo; i < n; i++, at += step)
            memcpy(array_at(ARRAY(out), i), array_at(a, at), (size_t)a->kind->itemsize);
    return out;
}

static PyObject *array_copy(PyObject *op, PyObject *noargs) { return copy_slice(op, 0, Py_SIZE(op), 1); }
static PyObject *array_deepcopy(PyObject *op, PyObject *memo) { return copy_slice(op, 0, Py_SIZE(op), 1); }

static PyObject *
array_concat(PyObject *op, PyObject *other)
{
    struct array_state *st = array_state_of(Py_TYPE(op));
    if (st == NULL)
        return NULL;
    if (!is_array(other, st))
        return PyErr_Format(PyExc_TypeError, "can only append array (not \"%.200s\") to array", Py_TYPE(other)->tp_name);
    struct array *a = ARRAY(op), *b = ARRAY(other);
    if (a->kind != b->kind) {
        PyErr_BadArgument();
        return NULL;
    }
    if (Py_SIZE(a) > PY_SSIZE_T_MAX - Py_SIZE(b))
        return PyErr_NoMemory();
    PyObject *out = array_new_sized(st->array, Py_SIZE(a) + Py_SIZE(b), a->kind);
    if (out == NULL)
        return NULL;
    if (Py_SIZE(a) > 0)
        memcpy(ARRAY(out)->items, a->items, (size_t)(Py_SIZE(a) * a->kind->itemsize));
    if (Py_SIZE(b) > 0)
        memcpy(array_at(ARRAY(out), Py_SIZE(a)), b->items, (size_t)(Py_SIZE(b) * a->kind->itemsize));
    return out;
}

static void
repeat_items(char *items, Py_ssize_t len, Py_ssize_t total)
{
    for (Py_ssize_t done = len; done < total;) {
        Py_ssize_t n = done < total - done ? done : total - done;
        memcpy(items + done, items, (size_t)n);
        done += n;
    }
}

static PyObject *
array_repeat(PyObject *op, Py_ssize_t n)
{
    struct array_state *st = array_state_of(Py_TYPE(op));
    Py_ssize_t len = Py_SIZE(op), size = ARRAY(op)->kind->itemsize;
    if (st == NULL)
        return NULL;
    if (n < 0)
        n = 0;
    if (len != 0 && n > PY_SSIZE_T_MAX / len)
        return PyErr_NoMemory();
    PyObject *out = array_new_sized(st->array, len * n, ARRAY(op)->kind);
    if (out != NULL && len * n > 0) {
        memcpy(ARRAY(out)->items, ARRAY(op)->items, (size_t)(len * size));
        repeat_items(ARRAY(out)->items, len * size, len * n * size);
    }
    return out;
}

static PyObject *
array_irepeat(PyObject *op, Py_ssize_t n)
{
    Py_ssize_t len = Py_SIZE(op), size = ARRAY(op)->kind->itemsize;
    if (len == 0 || n == 1)
        return Py_NewRef(op);
    if (n < 0)
        n = 0;
    if (n > 0 && len * size > PY_SSIZE_T_MAX / n)
        return PyErr_NoMemory();
    if (array_resize(ARRAY(op), len * n) < 0)
        return NULL;
    if (n > 0)
        repeat_items(ARRAY(op)->items, len * size, len * n * size);
    return Py_NewRef(op);
}

static PyObject *
array_iconcat(PyObject *op, PyObject *other)
{
    struct array_state *st = array_state_of(Py_TYPE(op));
    if (st == NULL)
        return NULL;
    if (!is_array(other, st))
        return PyErr_Format(PyExc_TypeError, "can only extend array with array (not \"%.200s\")", Py_TYPE(other)->tp_name);
    return extend_array(ARRAY(op), ARRAY(other)) < 0 ? NULL : Py_NewRef(op);
}

/* Remove n items from lo on. */
static int
delete_run(struct array *a, Py_ssize_t lo, Py_ssize_t n)
{
    Py_ssize_t size = a->kind->itemsize;
    if (n <= 0)
        return 0;
    if (a->exports > 0) {
        PyErr_SetString(PyExc_BufferError, "cannot resize an array that is exporting buffers");
        return -1;
    }
    memmove(array_at(a, lo), array_at(a, lo + n), (size_t)((Py_SIZE(a) - lo - n) * size));
    return array_resize(a, Py_SIZE(a) - n);
}

static int
array_ass_item(PyObject *op, Py_ssize_t i, PyObject *v)
{
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "array assignment index out of range");
        return -1;
    }
    return v == NULL ? delete_run(ARRAY(op), i, 1) : ARRAY(op)->kind->set(array_at(ARRAY(op), i), v);
}

static PyObject *
array_subscript(PyObject *op, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        return array_item(op, i < 0 ? i + Py_SIZE(op) : i);
    }
    Py_ssize_t start, stop, step;
    if (!PySlice_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "array indices must be integers");
        return NULL;
    }
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(op), &start, &stop, step);
    return copy_slice(op, start, n < 0 ? 0 : n, step);
}

/* a[start:stop:step] (n items) = other's items; other NULL: del. */
static int
assign_slice(struct array *a, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step, Py_ssize_t n, struct array *other)
{
    Py_ssize_t size = a->kind->itemsize, needed = other == NULL ? 0 : Py_SIZE(other);
    if ((step > 0 && stop < start) || (step < 0 && stop > start))
        stop = start;
    if (a->exports > 0 && (needed == 0 || n != needed)) {
        PyErr_SetString(PyExc_BufferError, "cannot resize an array that is exporting buffers");
        return -1;
    }
    if (step == 1) {
        if (n > needed) {
            memmove(array_at(a, start + needed), array_at(a, stop), (size_t)((Py_SIZE(a) - stop) * size));
            if (array_resize(a, Py_SIZE(a) + needed - n) < 0)
                return -1;
        }
        else if (n < needed) {
            if (array_resize(a, Py_SIZE(a) + needed - n) < 0)
                return -1;
            memmove(array_at(a, start + needed), array_at(a, stop), (size_t)((Py_SIZE(a) - start - needed) * size));
        }
        if (needed > 0)
            memcpy(array_at(a, start), other->items, (size_t)(needed * size));
        return 0;
    }
    if (needed == 0 && other == NULL) {
        if (step < 0) {
            start += step * (n - 1);
            step = -step;
        }
        size_t cur = (size_t)start, len = (size_t)Py_SIZE(a);   /* unsigned: cur + step may not fit otherwise */
        for (Py_ssize_t i = 0; i < n; i++, cur += (size_t)step) {
            size_t run = cur + (size_t)step >= len ? len - cur - 1 : (size_t)step - 1;
            memmove(array_at(a, (Py_ssize_t)cur - i), array_at(a, (Py_ssize_t)cur + 1), run * (size_t)size);
        }
        cur = (size_t)start + (size_t)n * (size_t)step;
        if (cur < len)
            memmove(array_at(a, (Py_ssize_t)cur - n), array_at(a, (Py_ssize_t)cur), (len - cur) * (size_t)size);
        return n > 0 ? array_resize(a, Py_SIZE(a) - n) : 0;
    }
    if (needed != n) {
        PyErr_Format(PyExc_ValueError, "attempt to assign array of size %zd to extended slice of size %zd", needed, n);
        return -1;
    }
    for (Py_ssize_t i = 0, at = start; i < n; i++, at += step)
        memcpy(array_at(a, at), array_at(other, i), (size_t)size);
    return 0;
}

static int
array_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    struct array *a = ARRAY(op);
    Py_ssize_t start, stop, step;
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return -1;
        return array_ass_item(op, i < 0 ? i + Py_SIZE(op) : i, value);
    }
    if (!PySlice_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "array indices must be integers");
        return -1;
    }
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return -1;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(a), &start, &stop, step);
    if (value == NULL)
        return assign_slice(a, start, stop, step, n, NULL);
    struct array_state *st = array_state_of(Py_TYPE(op));
    if (st == NULL)
        return -1;
    if (!is_array(value, st)) {
        PyErr_Format(PyExc_TypeError, "can only assign array (not \"%.200s\") to array slice", Py_TYPE(value)->tp_name);
        return -1;
    }
    if (ARRAY(value)->kind != a->kind) {
        PyErr_BadArgument();
        return -1;
    }
    if (value != op)
        return assign_slice(a, start, stop, step, n, ARRAY(value));
    PyObject *copy = copy_slice(value, 0, Py_SIZE(value), 1);
    if (copy == NULL)
        return -1;
    int result = assign_slice(a, start, stop, step, n, ARRAY(copy));
    Py_DECREF(copy);
    return result;
}

static char code_of(PyObject *op) { return ARRAY(op)->kind->code; }
ITEMS(array, .get = array_subscript, .set = array_ass_subscript, .items = offsetof(struct array, items), .kind = offsetof(struct array, kind), .code = code_of);

/* Position of the first item equal to v in start .. stop - 1; -1 none, -2 error. */
static Py_ssize_t
find_item(struct array *a, PyObject *v, Py_ssize_t start, Py_ssize_t stop)
{
    for (Py_ssize_t i = start; i < stop && i < Py_SIZE(a); i++) {
        PyObject *x = a->kind->get(array_at(a, i));
        int same = x == NULL ? -1 : PyObject_RichCompareBool(x, v, Py_EQ);
        Py_XDECREF(x);
        if (same != 0)
            return same < 0 ? -2 : i;
    }
    return -1;
}

static int
array_contains(PyObject *op, PyObject *v)
{
    Py_ssize_t i = find_item(ARRAY(op), v, 0, PY_SSIZE_T_MAX);
    return i == -2 ? -1 : i >= 0;
}

static PyObject *
array_richcompare(PyObject *v, PyObject *w, int op)
{
    struct array_state *st = array_state_of(Py_TYPE(v));
    if (st == NULL)
        return NULL;
    if (!is_array(v, st) || !is_array(w, st))
        Py_RETURN_NOTIMPLEMENTED;
    struct array *a = ARRAY(v), *b = ARRAY(w);
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b), i;
    if (na != nb && (op == Py_EQ || op == Py_NE))
        return PyBool_FromLong(op == Py_NE);
    if (a->kind == b->kind && a->kind->code != 'f' && a->kind->code != 'd' && (op == Py_EQ || op == Py_NE))
        return PyBool_FromLong((na == 0 || memcmp(a->items, b->items, (size_t)(na * a->kind->itemsize)) == 0) == (op == Py_EQ));
    for (i = 0; i < na && i < nb; i++) {
        PyObject *x = a->kind->get(array_at(a, i)), *y = x == NULL ? NULL : b->kind->get(array_at(b, i)), *res = NULL;
        int same = y == NULL ? -1 : PyObject_RichCompareBool(x, y, Py_EQ);
        if (same == 0)
            res = op == Py_EQ ? Py_NewRef(Py_False) : op == Py_NE ? Py_NewRef(Py_True) : PyObject_RichCompare(x, y, op);
        Py_XDECREF(x);
        Py_XDECREF(y);
        if (same <= 0)
            return res;
    }
    Py_RETURN_RICHCOMPARE(na, nb, op);
}

static PyObject *
array_repr(PyObject *op)
{
    int code = ARRAY(op)->kind->code;
    const char *name = _PyType_Name(Py_TYPE(op));
    if (Py_SIZE(op) == 0)
        return PyUnicode_FromFormat("%s('%c')", name, code);
    PyObject *v = is_text_code(code) ? array_tounicode(op, NULL) : array_tolist(op, NULL);
    if (v == NULL)
        return NULL;
    PyObject *text = PyUnicode_FromFormat("%s('%c', %R)", name, code, v);
    Py_DECREF(v);
    return text;
}

/* ---- methods ---- */

static PyObject *
done(int result)
{
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *array_append(PyObject *op, PyObject *v) { return done(array_append_item(ARRAY(op), v)); }

static PyObject *
array_extend(PyObject *op, PyTypeObject *cls, PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "" };
    PyObject *bb;
    if (args_unpack("extend", args, PyVectorcall_NARGS(nargs), kwnames, names, 1, 1, 1, &bb) < 0)
        return NULL;
    return done(array_extend_any(ARRAY(op), bb));
}

static PyObject *
array_insert(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "insert expected 2 arguments, got %zd", nargs);
    PyObject *index = PyNumber_Index(args[0]);
    Py_ssize_t i = index == NULL ? -1 : PyLong_AsSsize_t(index);
    Py_XDECREF(index);
    return i == -1 && PyErr_Occurred() ? NULL : done(insert_item(ARRAY(op), i, args[1]));
}

static PyObject *
array_pop(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t i = -1;
    if (nargs > 1)
        return PyErr_Format(PyExc_TypeError, "pop expected at most 1 argument, got %zd", nargs);
    if (nargs == 1) {
        PyObject *index = PyNumber_Index(args[0]);
        i = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (i == -1 && PyErr_Occurred())
            return NULL;
    }
    if (Py_SIZE(op) == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty array");
        return NULL;
    }
    if (i < 0)
        i += Py_SIZE(op);
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "pop index out of range");
        return NULL;
    }
    PyObject *v = ARRAY(op)->kind->get(array_at(ARRAY(op), i));
    if (v != NULL && delete_run(ARRAY(op), i, 1) < 0)
        Py_CLEAR(v);
    return v;
}

static PyObject *
array_index(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t start = 0, stop = PY_SSIZE_T_MAX;
    if (nargs < 1 || nargs > 3)
        return PyErr_Format(PyExc_TypeError, "index expected at %s %d argument%s, got %zd", nargs < 1 ? "least" : "most",
                            nargs < 1 ? 1 : 3, nargs < 1 ? "" : "s", nargs);
    if ((nargs > 1 && !_PyEval_SliceIndexNotNone(args[1], &start)) || (nargs > 2 && !_PyEval_SliceIndexNotNone(args[2], &stop)))
        return NULL;
    if (start < 0 && (start += Py_SIZE(op)) < 0)
        start = 0;
    if (stop < 0)
        stop += Py_SIZE(op);
    Py_ssize_t i = find_item(ARRAY(op), args[0], start, stop);
    if (i == -1)
        PyErr_SetString(PyExc_ValueError, "array.index(x): x not in array");
    return i < 0 ? NULL : PyLong_FromSsize_t(i);
}

static PyObject *
array_remove(PyObject *op, PyObject *v)
{
    Py_ssize_t i = find_item(ARRAY(op), v, 0, PY_SSIZE_T_MAX);
    if (i == -1)
        PyErr_SetString(PyExc_ValueError, "array.remove(x): x not in array");
    return i < 0 ? NULL : done(delete_run(ARRAY(op), i, 1));
}

static PyObject *
array_count(PyObject *op, PyObject *v)
{
    Py_ssize_t n = 0, i = -1;
    while ((i = find_item(ARRAY(op), v, i + 1, PY_SSIZE_T_MAX)) >= 0)
        n++;
    return i == -2 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
array_reverse(PyObject *op, PyObject *noargs)
{
    struct array *a = ARRAY(op);
    size_t size = (size_t)a->kind->itemsize;
    char tmp[16];
    for (Py_ssize_t lo = 0, hi = Py_SIZE(a) - 1; lo < hi; lo++, hi--) {
        memcpy(tmp, array_at(a, lo), size);
        memcpy(array_at(a, lo), array_at(a, hi), size);
        memcpy(array_at(a, hi), tmp, size);
    }
    Py_RETURN_NONE;
}

static PyObject *array_clear(PyObject *op, PyObject *noargs) { return done(array_resize(ARRAY(op), 0)); }
static PyObject *array_buffer_info(PyObject *op, PyObject *noargs)
{
    PyObject *address = PyLong_FromVoidPtr(ARRAY(op)->items);
    return address == NULL ? NULL : Py_BuildValue("Nn", address, Py_SIZE(op));
}
static PyObject *array_sizeof(PyObject *op, PyObject *noargs)
{
    return PyLong_FromSize_t((size_t)Py_TYPE(op)->tp_basicsize + (size_t)ARRAY(op)->allocated * (size_t)ARRAY(op)->kind->itemsize);
}
static PyObject *array_get_typecode(PyObject *op, void *closure) { return PyUnicode_FromFormat("%c", ARRAY(op)->kind->code); }
static PyObject *array_get_itemsize(PyObject *op, void *closure) { return PyLong_FromLong(ARRAY(op)->kind->itemsize); }

/* ---- buffer ---- */

static int
array_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    static char nothing[1];
    struct array *a = ARRAY(op);
    if (view == NULL) {
        PyErr_SetString(PyExc_BufferError, "array_buffer_getbuf: view==NULL argument is obsolete");
        return -1;
    }
    view->buf = a->items != NULL ? a->items : nothing;
    view->obj = Py_NewRef(op);
    view->len = Py_SIZE(a) * a->kind->itemsize;
    view->readonly = 0;
    view->ndim = 1;
    view->itemsize = a->kind->itemsize;
    view->suboffsets = NULL;
    view->shape = (flags & PyBUF_ND) == PyBUF_ND ? &((PyVarObject *)op)->ob_size : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? &view->itemsize : NULL;
    view->format = (flags & PyBUF_FORMAT) ? (char *)a->kind->format : NULL;
    view->internal = NULL;
    a->exports++;
    return 0;
}

static void
array_releasebuffer(PyObject *op, Py_buffer *view)
{
    ARRAY(op)->exports--;
}

/* ---- the type ---- */

#define METHOD_KW (METH_METHOD | METH_FASTCALL | METH_KEYWORDS)
static PyMethodDef array_methods[] = {
    { "append", array_append, METH_O, DOC("append($self, v, /)", "Put v at the end.") },
    { "buffer_info", array_buffer_info, METH_NOARGS, DOC("buffer_info($self, /)", "(address, length in items) of the memory.") },
    { "byteswap", array_byteswap, METH_NOARGS, DOC("byteswap($self, /)", "Turn round the bytes of every item.") },
    { "clear", array_clear, METH_NOARGS, DOC("clear($self, /)", "Drop all items.") },
    { "__copy__", array_copy, METH_NOARGS, DOC("__copy__($self, /)", "An array of the same items.") },
    { "count", array_count, METH_O, DOC("count($self, v, /)", "Number of items equal to v.") },
    { "__deepcopy__", array_deepcopy, METH_O, DOC("__deepcopy__($self, unused, /)", "An array of the same items.") },
    { "extend", _PyCFunction_CAST(array_extend), METHOD_KW, DOC("extend($self, bb, /)", "Append the items of an array or iterable.") },
    { "fromfile", _PyCFunction_CAST(array_fromfile), METHOD_KW, DOC("fromfile($self, f, n, /)", "Append n items read from file f.") },
    { "fromlist", array_fromlist, METH_O, DOC("fromlist($self, list, /)", "Append the items of a list.") },
    { "frombytes", array_frombytes, METH_O, DOC("frombytes($self, buffer, /)", "Append items from their machine representation in bytes.") },
    { "fromunicode", array_fromunicode, METH_O, DOC("fromunicode($self, ustr, /)", "Append the characters of a str.") },
    { "index", _PyCFunction_CAST(array_index), METH_FASTCALL,
      DOC("index($self, v, start=0, stop=sys.maxsize, /)", "Position of the first item equal to v; ValueError if there is none.") },
    { "insert", _PyCFunction_CAST(array_insert), METH_FASTCALL, DOC("insert($self, i, v, /)", "Put v in front of position i.") },
    { "pop", _PyCFunction_CAST(array_pop), METH_FASTCALL, DOC("pop($self, i=-1, /)", "Take out the item at i and return it.") },
    { "__reduce_ex__", _PyCFunction_CAST(array_reduce_ex), METHOD_KW, DOC("__reduce_ex__($self, value, /)", "State for pickling.") },
    { "remove", array_remove, METH_O, DOC("remove($self, v, /)", "Take out the first item equal to v.") },
    { "reverse", array_reverse, METH_NOARGS, DOC("reverse($self, /)", "Turn the order round, in place.") },
    { "tofile", _PyCFunction_CAST(array_tofile), METHOD_KW, DOC("tofile($self, f, /)", "Write the machine representation of all items to file f.") },
    { "tolist", array_tolist, METH_NOARGS, DOC("tolist($self, /)", "The items as a list.") },
    { "tobytes", array_tobytes, METH_NOARGS, DOC("tobytes($self, /)", "The machine representation of all items as bytes.") },
    { "tounicode", array_tounicode, METH_NOARGS, DOC("tounicode($self, /)", "The characters as a str.") },
    { "__sizeof__", array_sizeof, METH_NOARGS, DOC("__sizeof__($self, /)", "Size in memory, in bytes.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC("__class_getitem__($type, object, /)", "Parametrised alias of this type (PEP 585).") },
    { NULL },
};
static PyGetSetDef array_getset[] = {
    { "typecode", array_get_typecode, NULL, "The type code that the array was made with." },
    { "itemsize", array_get_itemsize, NULL, "Bytes of one item." },
    { NULL },
};
static PyMemberDef array_members[] = {
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct array, weakreflist), Py_READONLY },
    { NULL },
};
static PyType_Slot array_slots[] = {
    { Py_tp_dealloc, array_dealloc },
    { Py_tp_repr, array_repr },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_doc, "array(typecode [, initializer]) -> array\n\nSequence of machine values of one type, which the type code names." },
    { Py_tp_richcompare, array_richcompare },
    { Py_tp_iter, array_iter },
    { Py_tp_methods, array_methods },
    { Py_tp_members, array_members },
    { Py_tp_getset, array_getset },
    { Py_tp_alloc, PyType_GenericAlloc },
    { Py_tp_new, array_new },
    { Py_tp_traverse, array_traverse },
    { Py_sq_length, array_length },
    { Py_sq_concat, array_concat },
    { Py_sq_repeat, array_repeat },
    { Py_sq_item, array_item },
    { Py_sq_ass_item, array_ass_item },
    { Py_sq_contains, array_contains },
    { Py_sq_inplace_concat, array_iconcat },
    { Py_sq_inplace_repeat, array_irepeat },
    { Py_mp_length, array_length },
    { Py_mp_subscript, array_subscript },
    { Py_mp_ass_subscript, array_ass_subscript },
    { Py_bf_getbuffer, array_getbuffer },
    { Py_bf_releasebuffer, array_releasebuffer },
    { 0, NULL },
};
PyType_Spec array_spec = {
    .name = "array.array",
    .basicsize = sizeof(struct array),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_SEQUENCE,
    .slots = array_slots,
};

/* ---- the module ---- */

static PyMethodDef module_methods[] = {
    { "_array_reconstructor", _PyCFunction_CAST(array_reconstruct), METH_FASTCALL,
      DOC("_array_reconstructor($module, arraytype, typecode, mformat_code, items,\n                     /)", "Make an array from a pickle of another machine.") },
    { NULL },
};

static int
module_exec(PyObject *m)
{
    struct array_state *st = PyModule_GetState(m);
    char codes[32];
    int n = 0;
    for (const struct array_kind *k = array_kinds; k->code != 0; k++)
        codes[n++] = k->code;
    codes[n] = 0;
    st->array = (PyTypeObject *)PyType_FromModuleAndSpec(m, &array_spec, NULL);
    if (st->array == NULL || (st->iter = (PyTypeObject *)PyType_FromModuleAndSpec(m, &array_iter_spec, NULL)) == NULL)
        return -1;
    if (PyModule_AddObjectRef(m, "ArrayType", (PyObject *)st->array) < 0 || PyModule_AddType(m, st->array) < 0)
        return -1;
    PyObject *abc = PyImport_ImportModule("collections.abc");
    PyObject *sequence = abc == NULL ? NULL : PyObject_GetAttrString(abc, "MutableSequence");
    Py_XDECREF(abc);
    PyObject *res = sequence == NULL ? NULL : PyObject_CallMethod(sequence, "register", "O", st->array);
    Py_XDECREF(sequence);
    if (res == NULL)
        return -1;
    Py_DECREF(res);
    return PyModule_AddStringConstant(m, "typecodes", codes);
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct array_state *st = PyModule_GetState(m);
    Py_VISIT(st->array);
    Py_VISIT(st->iter);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct array_state *st = PyModule_GetState(m);
    Py_CLEAR(st->array);
    Py_CLEAR(st->iter);
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
struct PyModuleDef array_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "array",
    .m_doc = "Compact arrays of machine values: characters, integers, floating-point numbers.",
    .m_size = sizeof(struct array_state),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit_array(void)
{
    return PyModuleDef_Init(&array_module);
}
