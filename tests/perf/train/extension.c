/* Training: what extension modules do with the C API. tools/release compiles it with the compiler that builds the interpreter; extension.py
 * calls it. A geometry type with slots, an index built from a spec, and functions that take data apart and put data together. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stddef.h>
#include <string.h>

/* ---- a static type: points ---- */

typedef struct {
    PyObject_HEAD
    double x, y;
    PyObject *tag;
} Point;

static PyTypeObject point_type;

static PyObject *
point_make(double x, double y)
{
    Point *p = (Point *)point_type.tp_alloc(&point_type, 0);
    if (p != NULL)
        p->x = x, p->y = y, p->tag = NULL;
    return (PyObject *)p;
}

static PyObject *
point_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "x", "y", "tag", NULL };
    double x = 0, y = 0;
    PyObject *tag = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|ddO:Point", names, &x, &y, &tag))
        return NULL;
    Point *p = (Point *)type->tp_alloc(type, 0);
    if (p != NULL)
        p->x = x, p->y = y, p->tag = Py_XNewRef(tag);
    return (PyObject *)p;
}

static void
point_dealloc(PyObject *self)
{
    Py_XDECREF(((Point *)self)->tag);
    Py_TYPE(self)->tp_free(self);
}

static int
point_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyTuple_GET_SIZE(args) > 3 ? -1 : 0;
}

static int
point_take(PyObject *v, double *x, double *y)
{
    if (PyObject_TypeCheck(v, &point_type)) {
        *x = ((Point *)v)->x, *y = ((Point *)v)->y;
        return 1;
    }
    if (!PyFloat_Check(v) && !PyLong_Check(v))
        return 0;
    *x = *y = PyFloat_AsDouble(v);
    return *x == -1 && PyErr_Occurred() ? -1 : 1;
}

#define POINT_OPERATION(name, op)                                                        \
    static PyObject *name(PyObject *a, PyObject *b)                                      \
    {                                                                                    \
        double ax, ay, bx, by;                                                           \
        int fine = point_take(a, &ax, &ay);                                              \
        if (fine > 0)                                                                    \
            fine = point_take(b, &bx, &by);                                              \
        if (fine <= 0)                                                                   \
            return fine < 0 ? NULL : Py_NewRef(Py_NotImplemented);                       \
        return point_make(ax op bx, ay op by);                                           \
    }
POINT_OPERATION(point_add, +)
POINT_OPERATION(point_subtract, -)
POINT_OPERATION(point_multiply, *)

static PyObject *point_negative(PyObject *v) { return point_make(-((Point *)v)->x, -((Point *)v)->y); }
static int point_bool(PyObject *v) { return ((Point *)v)->x != 0 || ((Point *)v)->y != 0; }
static PyObject *point_float(PyObject *v) { return PyFloat_FromDouble(((Point *)v)->x); }
static Py_ssize_t point_length(PyObject *v) { return 2; }

static PyObject *
point_item(PyObject *self, Py_ssize_t i)
{
    if (i >= 0 && i < 2)
        return PyFloat_FromDouble(i == 0 ? ((Point *)self)->x : ((Point *)self)->y);
    PyErr_SetString(PyExc_IndexError, "point index out of range");
    return NULL;
}

static int
point_set_item(PyObject *self, PyObject *key, PyObject *value)
{
    Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
    double v = value == NULL ? 0 : PyFloat_AsDouble(value);
    if (PyErr_Occurred())
        return -1;
    *(i == 0 ? &((Point *)self)->x : &((Point *)self)->y) = v;
    return 0;
}

static PyObject *
point_subscript(PyObject *self, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        return i == -1 && PyErr_Occurred() ? NULL : point_item(self, i < 0 ? i + 2 : i);
    }
    return PyErr_Format(PyExc_TypeError, "point indices must be integers, not %.100s", Py_TYPE(key)->tp_name);
}

static PyObject *
point_compare(PyObject *a, PyObject *b, int op)
{
    double ax, ay, bx, by;
    if (point_take(a, &ax, &ay) <= 0 || point_take(b, &bx, &by) <= 0)
        Py_RETURN_NOTIMPLEMENTED;
    Py_RETURN_RICHCOMPARE(ax * ax + ay * ay, bx * bx + by * by, op);
}

static Py_hash_t point_hash(PyObject *self) { return (Py_hash_t)(((Point *)self)->x * 1000003.0) ^ (Py_hash_t)((Point *)self)->y; }

static PyObject *
point_repr(PyObject *self)
{
    PyObject *x = PyFloat_FromDouble(((Point *)self)->x), *y = PyFloat_FromDouble(((Point *)self)->y);
    PyObject *text = x && y ? PyUnicode_FromFormat("%s(%R, %S)", "Point", x, y) : NULL;
    Py_XDECREF(x);
    Py_XDECREF(y);
    return text;
}

static PyObject *
point_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    double t;
    if (!PyArg_ParseTuple(args, "d", &t))
        return NULL;
    return Py_BuildValue("(dd)", ((Point *)self)->x * t, ((Point *)self)->y * t);
}

static PyObject *point_norm(PyObject *self, PyObject *unused) { return PyFloat_FromDouble(((Point *)self)->x + ((Point *)self)->y); }
static PyObject *point_same(PyObject *self, PyObject *other) { return PyBool_FromLong(Py_TYPE(self) == Py_TYPE(other)); }

static PyObject *
point_moved(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    double by = n > 0 ? PyFloat_AsDouble(args[0]) : 1;
    return PyErr_Occurred() ? NULL : point_make(((Point *)self)->x + by, ((Point *)self)->y + by);
}

static PyObject *
point_scaled(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names)
{
    Py_ssize_t total = n + (names == NULL ? 0 : PyTuple_GET_SIZE(names));
    double by = total > 0 ? PyFloat_AsDouble(args[total - 1]) : 1;
    return PyErr_Occurred() ? NULL : point_make(((Point *)self)->x * by, ((Point *)self)->y * by);
}

static PyObject *
point_together(PyObject *type, PyObject *args)
{
    return PyObject_Call(type, args, NULL);
}

static PyObject *point_get_sum(PyObject *self, void *closure) { return PyFloat_FromDouble(((Point *)self)->x + ((Point *)self)->y); }
static int
point_set_sum(PyObject *self, PyObject *value, void *closure)
{
    ((Point *)self)->x = PyFloat_AsDouble(value);
    return PyErr_Occurred() ? -1 : 0;
}

#define FUNCTION(f) ((PyCFunction)(void (*)(void))(f))

static PyMethodDef point_methods[] = {
    { "norm", point_norm, METH_NOARGS, NULL },
    { "same", point_same, METH_O, NULL },
    { "moved", FUNCTION(point_moved), METH_FASTCALL, NULL },
    { "scaled", FUNCTION(point_scaled), METH_FASTCALL | METH_KEYWORDS, NULL },
    { "together", point_together, METH_VARARGS | METH_CLASS, NULL },
    { NULL, NULL, 0, NULL },
};
static PyMemberDef point_members[] = {
    { "x", Py_T_DOUBLE, offsetof(Point, x), 0, NULL },
    { "y", Py_T_DOUBLE, offsetof(Point, y), 0, NULL },
    { "tag", Py_T_OBJECT_EX, offsetof(Point, tag), 0, NULL },
    { NULL, 0, 0, 0, NULL },
};
static PyGetSetDef point_getset[] = { { "sum", point_get_sum, point_set_sum, NULL, NULL }, { NULL, NULL, NULL, NULL, NULL } };
static PyNumberMethods point_number = {
    .nb_add = point_add, .nb_subtract = point_subtract, .nb_multiply = point_multiply, .nb_negative = point_negative, .nb_bool = point_bool,
    .nb_float = point_float,
};
static PySequenceMethods point_sequence = { .sq_length = point_length, .sq_item = point_item };
static PyMappingMethods point_mapping = { .mp_length = point_length, .mp_subscript = point_subscript, .mp_ass_subscript = point_set_item };

static PyTypeObject point_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "native.Point",
    .tp_basicsize = sizeof(Point),
    .tp_dealloc = point_dealloc,
    .tp_repr = point_repr,
    .tp_as_number = &point_number,
    .tp_as_sequence = &point_sequence,
    .tp_as_mapping = &point_mapping,
    .tp_hash = point_hash,
    .tp_call = point_call,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_richcompare = point_compare,
    .tp_methods = point_methods,
    .tp_members = point_members,
    .tp_getset = point_getset,
    .tp_init = point_init,
    .tp_new = point_new,
};

/* ---- a type made from a spec: an index of words, with a dict, weak references, the collector and an iterator ---- */

typedef struct {
    PyObject_HEAD
    PyObject *table, *order;
    Py_ssize_t at;
} Index;

static int
index_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "words", "start", "strict", NULL };
    PyObject *words = NULL;
    int strict = 0;
    Index *x = (Index *)self;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|On$p:Index", names, &words, &x->at, &strict))
        return -1;
    x->table = PyDict_New();
    x->order = PyList_New(0);
    if (x->table == NULL || x->order == NULL)
        return -1;
    PyObject *it = words == NULL ? NULL : PyObject_GetIter(words), *word;
    while (it != NULL && (word = PyIter_Next(it)) != NULL) {
        PyObject *n = PyLong_FromSsize_t(PyList_GET_SIZE(x->order));
        int err = n == NULL || PyDict_SetItem(x->table, word, n) < 0 || PyList_Append(x->order, word) < 0;
        Py_XDECREF(n);
        Py_DECREF(word);
        if (err)
            break;
    }
    Py_XDECREF(it);
    return PyErr_Occurred() ? -1 : 0;
}

static int
index_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Index *)self)->table);
    Py_VISIT(((Index *)self)->order);
    return PyObject_VisitManagedDict(self, visit, arg);
}

static int
index_clear(PyObject *self)
{
    Py_CLEAR(((Index *)self)->table);
    Py_CLEAR(((Index *)self)->order);
    PyObject_ClearManagedDict(self);
    return 0;
}

static void
index_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    (void)index_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *index_iter(PyObject *self) { ((Index *)self)->at = 0; return Py_NewRef(self); }

static PyObject *
index_next(PyObject *self)
{
    Index *x = (Index *)self;
    return x->at < PyList_GET_SIZE(x->order) ? PyList_GetItemRef(x->order, x->at++) : NULL;
}

static PyObject *
index_find(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t n, PyObject *names)
{
    PyObject *found = NULL;
    if (PyModule_GetState(PyType_GetModule(cls)) == NULL || n < 1)
        return NULL;
    if (PyDict_GetItemRef(((Index *)self)->table, args[0], &found) == 0)
        found = Py_NewRef(Py_None);
    return found;
}

static int index_contains(PyObject *self, PyObject *word) { return PyDict_Contains(((Index *)self)->table, word); }
static Py_ssize_t index_length(PyObject *self) { return PyDict_Size(((Index *)self)->table); }

static PyObject *
index_subscript(PyObject *self, PyObject *word)
{
    PyObject *found = PyDict_GetItemWithError(((Index *)self)->table, word);
    if (found == NULL && !PyErr_Occurred())
        PyErr_SetObject(PyExc_KeyError, word);
    return Py_XNewRef(found);
}

static PyMethodDef index_methods[] = {
    { "find", FUNCTION(index_find), METH_METHOD | METH_FASTCALL | METH_KEYWORDS, NULL },
    { NULL, NULL, 0, NULL },
};
static PyMemberDef index_members[] = {
    { "at", Py_T_PYSSIZET, offsetof(Index, at), 0, NULL },
    { "table", Py_T_OBJECT_EX, offsetof(Index, table), Py_READONLY, NULL },
    { NULL, 0, 0, 0, NULL },
};
static PyType_Slot index_slots[] = {
    { Py_tp_init, index_init }, { Py_tp_dealloc, index_dealloc }, { Py_tp_traverse, index_traverse }, { Py_tp_clear, index_clear },
    { Py_tp_iter, index_iter }, { Py_tp_iternext, index_next }, { Py_tp_methods, index_methods }, { Py_tp_members, index_members },
    { Py_sq_contains, index_contains }, { Py_mp_length, index_length }, { Py_mp_subscript, index_subscript }, { 0, NULL },
};
static PyType_Spec index_spec = {
    "native.Index", sizeof(Index), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF, index_slots,
};

/* ---- arguments and results ---- */

static PyObject *nothing(PyObject *self, PyObject *unused) { Py_RETURN_NONE; }
static PyObject *negated(PyObject *self, PyObject *x) { return PyNumber_Negative(x); }

static PyObject *
largest(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    PyObject *best = n > 0 ? args[0] : Py_None;
    for (Py_ssize_t i = 1; i < n; i++) {
        int more = PyObject_RichCompareBool(args[i], best, Py_GT);
        if (more < 0)
            return NULL;
        if (more)
            best = args[i];
    }
    return Py_NewRef(best);
}

static PyObject *
named(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names)
{
    Py_ssize_t more = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    for (Py_ssize_t i = 0; i < more; i++)
        if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), "default") == 0)
            return Py_NewRef(args[n + i]);
    return PyTuple_Pack(2, n > 0 ? args[0] : Py_None, more > 0 ? Py_True : Py_False);
}

static PyObject *
clamp(PyObject *self, PyObject *args)
{
    long v, low, high = 100;
    return PyArg_ParseTuple(args, "ll|l:clamp", &v, &low, &high) ? PyLong_FromLong(v < low ? low : v > high ? high : v) : NULL;
}

static PyObject *
pair(PyObject *self, PyObject *args)
{
    PyObject *a, *b = Py_None;
    return PyArg_UnpackTuple(args, "pair", 1, 2, &a, &b) ? PyTuple_Pack(2, a, b) : NULL;
}

static PyObject *
label(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "text", "count", "table", NULL };
    const char *text;
    Py_ssize_t length;
    int count = 1;
    PyObject *table = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s#|iO!:label", names, &text, &length, &count, &PyDict_Type, &table))
        return NULL;
    return Py_BuildValue("{s:s#,s:i,s:O}", "text", text, length, "count", count, "table", table == NULL ? Py_None : table);
}

static PyObject *
checksum(PyObject *self, PyObject *args)
{
    Py_buffer view;
    unsigned sum = 0;
    if (!PyArg_ParseTuple(args, "y*", &view))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < view.len; i++)
        sum = sum * 31 + ((unsigned char *)view.buf)[i];
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLong(sum);
}

/* ---- data taken apart and put together ---- */

static PyObject *copy(PyObject *value);

static PyObject *
copy_dict(PyObject *value)
{
    PyObject *out = PyDict_New(), *k, *v;
    Py_ssize_t at = 0;
    while (out != NULL && PyDict_Next(value, &at, &k, &v)) {
        PyObject *c = copy(v);
        if (c == NULL || PyDict_SetItem(out, k, c) < 0)
            Py_CLEAR(out);
        Py_XDECREF(c);
    }
    return out;
}

static PyObject *
copy_sequence(PyObject *value)
{
    int is_list = PyList_CheckExact(value);
    PyObject *fast = PySequence_Fast(value, "a sequence is needed");
    if (fast == NULL)
        return NULL;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(fast);
    PyObject *out = is_list ? PyList_New(n) : PyTuple_New(n);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *c = copy(PySequence_Fast_GET_ITEM(fast, i));
        if (c == NULL)
            Py_CLEAR(out);
        else if (is_list)
            PyList_SET_ITEM(out, i, c);
        else
            PyTuple_SET_ITEM(out, i, c);
    }
    Py_DECREF(fast);
    return out;
}

/* A deep copy of plain data, as decoders and encoders walk it. */
static PyObject *
copy(PyObject *value)
{
    if (PyUnicode_Check(value)) {
        Py_ssize_t n;
        const char *text = PyUnicode_AsUTF8AndSize(value, &n);
        return text == NULL ? NULL : PyUnicode_DecodeUTF8(text, n, "strict");
    }
    if (PyBool_Check(value) || Py_IsNone(value))
        return Py_NewRef(value);
    if (PyLong_Check(value)) {
        int overflow;
        long long v = PyLong_AsLongLongAndOverflow(value, &overflow);
        return v == -1 && PyErr_Occurred() ? NULL : PyLong_FromLongLong(v);
    }
    if (PyFloat_Check(value))
        return PyFloat_FromDouble(PyFloat_AsDouble(value));
    if (PyBytes_Check(value))
        return PyBytes_FromStringAndSize(PyBytes_AsString(value), PyBytes_Size(value));
    if (Py_EnterRecursiveCall(" while copying"))
        return NULL;
    PyObject *out = PyDict_Check(value) ? copy_dict(value) : copy_sequence(value);
    Py_LeaveRecursiveCall();
    return out;
}

/* {field: [values]} of rows that are dicts. */
static PyObject *
columns(PyObject *self, PyObject *rows)
{
    PyObject *out = PyDict_New(), *k, *v, *column;
    for (Py_ssize_t i = 0; out != NULL && i < PyList_Size(rows); i++) {
        Py_ssize_t at = 0;
        while (PyDict_Next(PyList_GetItem(rows, i), &at, &k, &v)) {
            column = PyDict_GetItem(out, k);
            if (column == NULL) {
                column = PyList_New(0);
                int err = column == NULL || PyDict_SetItem(out, k, column) < 0;
                Py_XDECREF(column);
                if (err)
                    goto fail;
            }
            if (PyList_Append(column, v) < 0)
                goto fail;
        }
    }
    return out;
fail:
    Py_XDECREF(out);
    return NULL;
}

/* One object of the class for each tuple: made without __init__, filled by attribute. */
static PyObject *
objects(PyObject *self, PyObject *args)
{
    PyObject *cls, *fields, *rows, *out = PyList_New(0), *empty = PyTuple_New(0);
    if (out == NULL || empty == NULL || !PyArg_ParseTuple(args, "OO!O!", &cls, &PyTuple_Type, &fields, &PyList_Type, &rows))
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(rows); i++) {
        PyObject *row = PyList_GET_ITEM(rows, i), *o = i % 2 ? PyObject_CallNoArgs(cls) : PyObject_CallObject(cls, NULL);
        for (Py_ssize_t j = 0; o != NULL && j < PyTuple_Size(fields); j++)
            if (PyObject_SetAttr(o, PyTuple_GetItem(fields, j), PyTuple_GetItem(row, j)) < 0)
                Py_CLEAR(o);
        if (o == NULL || PyList_Append(out, o) < 0)
            Py_CLEAR(out);
        Py_XDECREF(o);
        if (out == NULL)
            break;
    }
    Py_DECREF(empty);
    return out;
}

/* The sum of an attribute: by an interned name, by a C string, and by the optional way with a name that is missing. */
static PyObject *
total(PyObject *self, PyObject *args)
{
    PyObject *things, *name, *it, *thing;
    const char *chars;
    double sum = 0;
    if (!PyArg_ParseTuple(args, "OUs", &things, &name, &chars) || (it = PyObject_GetIter(things)) == NULL)
        return NULL;
    while ((thing = PyIter_Next(it)) != NULL) {
        PyObject *a = PyObject_GetAttr(thing, name), *b = PyObject_GetAttrString(thing, chars), *c;
        if (PyObject_GetOptionalAttrString(thing, "absent", &c) == 0 && a != NULL && b != NULL)
            sum += PyFloat_AsDouble(a) + PyFloat_AsDouble(b);
        if (PyObject_HasAttrString(thing, "close"))
            sum++;
        if (a != NULL && PyObject_SetAttrString(thing, chars, a) < 0)
            sum--;
        Py_XDECREF(a);
        Py_XDECREF(b);
        Py_XDECREF(c);
        Py_DECREF(thing);
    }
    Py_DECREF(it);
    return PyErr_Occurred() ? NULL : PyFloat_FromDouble(sum);
}

/* Words of a text and how often they occur. */
static PyObject *
words(PyObject *self, PyObject *text)
{
    PyObject *parts = PyUnicode_Split(text, NULL, -1), *out = PyDict_New(), *zero = PyLong_FromLong(0), *one = PyLong_FromLong(1);
    for (Py_ssize_t i = 0; parts != NULL && out != NULL && i < PyList_GET_SIZE(parts); i++) {
        PyObject *word = PyList_GET_ITEM(parts, i), *before = PyDict_SetDefault(out, word, zero);
        PyObject *n = before == NULL ? NULL : PyNumber_Add(before, one);
        if (n == NULL || PyDict_SetItem(out, word, n) < 0)
            Py_CLEAR(out);
        Py_XDECREF(n);
    }
    Py_XDECREF(parts);
    return out;
}

static PyObject *
texts(PyObject *self, PyObject *arg)
{
    PyObject *list = PyList_New(0), *comma = PyUnicode_InternFromString(","), *out = NULL;
    long n = PyLong_AsLong(arg);
    for (long i = 0; i < n; i++) {
        PyObject *s = i % 3 == 0 ? PyUnicode_FromFormat("%ld-%s", i, "text") : i % 3 == 1 ? PyUnicode_FromStringAndSize("some text", 1 + i % 9)
                                                                                            : PyUnicode_FromString("other");
        if (s == NULL || PyList_Append(list, s) < 0)
            return NULL;
        if (PyUnicode_GetLength(s) > 3 && PyUnicode_READ_CHAR(s, 2) == 't' && PyUnicode_FindChar(s, 'x', 0, 9, 1) < 0)
            PyErr_Clear();
        PyUnicode_Append(&s, comma);
        Py_XDECREF(s);
    }
    out = PyUnicode_Join(comma, list);
    Py_DECREF(list);
    Py_DECREF(comma);
    PyObject *raw = out == NULL ? NULL : PyUnicode_AsUTF8String(out);
    Py_XDECREF(raw);
    return out;
}

/* ---- calls ---- */

static PyObject *
apply(PyObject *self, PyObject *args)
{
    PyObject *f, *items, *method, *out = PyList_New(0);
    if (out == NULL || !PyArg_ParseTuple(args, "OO!U", &f, &PyList_Type, &items, &method))
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); i++) {
        PyObject *item = PyList_GET_ITEM(items, i), *stack[3] = { NULL, item, item }, *r = NULL, *pack;
        switch (i % 7) {
        case 0: r = PyObject_CallOneArg(f, item); break;
        case 1: r = PyObject_CallFunctionObjArgs(f, item, NULL); break;
        case 2: r = PyObject_CallFunction(f, "O", item); break;
        case 3: r = PyObject_Vectorcall(f, stack + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL); break;
        case 4: r = PyObject_CallMethodNoArgs(item, method); break;
        case 5: r = PyObject_CallMethod(item, "__eq__", "(O)", item); break;
        default:
            pack = PyTuple_Pack(1, item);
            r = pack == NULL ? NULL : PyObject_CallObject(f, pack);
            Py_XDECREF(pack);
        }
        if (r == NULL || PyList_Append(out, r) < 0)
            Py_CLEAR(out);
        Py_XDECREF(r);
        if (out == NULL)
            return NULL;
    }
    return out;
}

/* Errors set, told apart and dropped: how many were ValueErrors. */
static PyObject *
errors(PyObject *self, PyObject *arg)
{
    long n = PyLong_AsLong(arg), count = 0;
    PyObject *type, *value, *trace, *exc;
    for (long i = 0; i < n; i++) {
        switch (i % 5) {
        case 0: PyErr_SetString(PyExc_ValueError, "no value"); break;
        case 1: PyErr_Format(PyExc_TypeError, "item %ld of %s", i, "list"); break;
        case 2: PyErr_SetObject(PyExc_KeyError, arg); break;
        case 3: PyErr_SetNone(PyExc_StopIteration); break;
        default: (void)PyLong_AsLong(Py_None);
        }
        if (PyErr_ExceptionMatches(PyExc_ValueError))
            count++;
        if (i % 4 == 0) {
            PyErr_Fetch(&type, &value, &trace);
            PyErr_NormalizeException(&type, &value, &trace);
            PyErr_Restore(type, value, trace);
        } else if (i % 4 == 1 && (exc = PyErr_GetRaisedException()) != NULL) {
            PyErr_SetRaisedException(exc);
        }
        if (PyErr_Occurred())
            PyErr_Clear();
    }
    return PyLong_FromLong(count);
}

/* ---- protocols ---- */

static PyObject *
numbers(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    PyObject *a = args[0], *b = args[1], *sum = PyNumber_Add(a, b), *r;
    binaryfunc all[] = { PyNumber_Subtract, PyNumber_Multiply, PyNumber_TrueDivide, PyNumber_FloorDivide, PyNumber_Remainder, PyNumber_InPlaceAdd };
    for (size_t i = 0; sum != NULL && i < Py_ARRAY_LENGTH(all); i++) {
        if ((r = all[i](a, b)) == NULL)
            return NULL;
        Py_DECREF(r);
    }
    if ((r = PyObject_RichCompare(a, b, Py_LT)) == NULL)
        return NULL;
    Py_DECREF(r);
    if (PyFloat_Check(a) ? (r = PyNumber_Long(a)) == NULL : (r = PyNumber_Float(a)) == NULL)
        return NULL;
    Py_DECREF(r);
    return sum;
}

/* Round trips of C numbers. */
static PyObject *
conversions(PyObject *self, PyObject *arg)
{
    long n = PyLong_AsLong(arg), bad = 0;
    for (long i = 0; i < n; i++) {
        long big = i * 1000003;
        PyObject *a = PyLong_FromLong(i % 200), *b = PyLong_FromLongLong(big), *c = PyLong_FromSize_t((size_t)big), *d = PyFloat_FromDouble((double)i / 4);
        if (a == NULL || b == NULL || c == NULL || d == NULL)
            return NULL;
        bad += PyLong_AsLong(a) != i % 200 || PyLong_AsLongLong(b) != big || PyLong_AsSize_t(c) != (size_t)big || PyLong_AsSsize_t(b) != big;
        bad += PyLong_AsInt(a) != i % 200 || PyLong_AsUnsignedLongLong(c) != (unsigned long long)big || PyFloat_AsDouble(d) != (double)i / 4;
        bad += PyLong_AsDouble(b) != (double)big || PyFloat_AsDouble(a) != (double)(i % 200) || PyObject_IsTrue(d) < 0;
        Py_DECREF(a);
        Py_DECREF(b);
        Py_DECREF(c);
        Py_DECREF(d);
    }
    return PyLong_FromLong(bad);
}

static PyObject *
sequences(PyObject *self, PyObject *value)
{
    Py_ssize_t n = PySequence_Size(value);
    PyObject *out = PySequence_List(value), *item;
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *key = PyLong_FromSsize_t(n - 1 - i);
        item = i % 2 ? PySequence_GetItem(value, i) : key == NULL ? NULL : PyObject_GetItem(value, key);
        if (item == NULL || PyObject_SetItem(out, key, item) < 0 || PyObject_Hash(item) == -1 || PySequence_Contains(value, item) < 0)
            return NULL;
        Py_DECREF(key);
        Py_DECREF(item);
    }
    if (out == NULL || PyList_Sort(out) < 0 || PyList_Insert(out, 0, Py_None) < 0 || PyList_SetSlice(out, 0, 1, NULL) < 0)
        return NULL;
    PyObject *tuple = PyList_AsTuple(out), *part = tuple == NULL ? NULL : PyTuple_GetSlice(tuple, 0, 2);
    Py_XDECREF(part);
    Py_XDECREF(tuple);
    return out;
}

static PyObject *
mappings(PyObject *self, PyObject *table)
{
    PyObject *keys = PyMapping_Keys(table), *seen = PySet_New(NULL), *out = PyDict_Copy(table);
    for (Py_ssize_t i = 0; keys != NULL && out != NULL && i < PyList_GET_SIZE(keys); i++) {
        PyObject *key = PyList_GET_ITEM(keys, i), *v = PyObject_GetItem(table, key), *ref;
        if (v == NULL || PySet_Add(seen, key) < 0 || PySet_Contains(seen, key) <= 0 || PyDict_Contains(out, key) <= 0)
            return NULL;
        if (PyDict_SetDefaultRef(out, key, v, &ref) < 0 || PyDict_SetItemString(out, "last", v) < 0 || PyDict_GetItemString(out, "last") != v)
            return NULL;
        if (PyDict_GetItemWithError(out, key) != v || (i % 3 == 0 && PyDict_DelItem(out, key) < 0))
            return NULL;
        Py_DECREF(ref);
        Py_DECREF(v);
    }
    if (out != NULL && PyDict_Update(out, table) < 0)
        Py_CLEAR(out);
    Py_XDECREF(keys);
    Py_XDECREF(seen);
    return out;
}

/* Which of the objects belong to the class, asked in three ways. */
static PyObject *
instances(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(args[0]); i++) {
        PyObject *o = PyList_GET_ITEM(args[0], i);
        int is = PyObject_IsInstance(o, args[1]), sub = PyObject_IsSubclass((PyObject *)Py_TYPE(o), args[1]);
        if (is < 0 || sub < 0)
            return NULL;
        count += is + PyType_IsSubtype(Py_TYPE(o), (PyTypeObject *)args[1]) + PyCallable_Check(o) + (PyObject_Length(o) > 0);
        if (PyErr_Occurred())
            PyErr_Clear();
    }
    return PyLong_FromSsize_t(count);
}

/* ---- memory, threads, buffers, capsules ---- */

static PyObject *
blocks(PyObject *self, PyObject *arg)
{
    long n = PyLong_AsLong(arg);
    for (long i = 0; i < n; i++) {
        char *a = PyMem_Malloc((size_t)(16 + i % 500)), *b = PyObject_Malloc((size_t)(8 + i % 100)), *c = PyMem_Calloc(4, (size_t)(i % 64) + 1);
        a = a == NULL ? NULL : PyMem_Realloc(a, (size_t)(40 + i % 700));
        PyMem_Free(a);
        PyObject_Free(b);
        PyMem_Free(c);
        PyGILState_STATE s = PyGILState_Ensure();
        PyGILState_Release(s);
        PyThreadState *ts = PyEval_SaveThread();
        PyEval_RestoreThread(ts);
    }
    Py_RETURN_NONE;
}

static PyObject *
views(PyObject *self, PyObject *value)
{
    Py_buffer view;
    Py_ssize_t size = 0;
    for (int i = 0; i < 200; i++) {
        if (PyObject_GetBuffer(value, &view, i % 2 ? PyBUF_SIMPLE : PyBUF_FULL_RO) < 0)
            return NULL;
        size += view.len;
        PyBuffer_Release(&view);
        PyObject *capsule = PyCapsule_New(&size, "native.size", NULL);
        if (capsule == NULL || PyCapsule_GetPointer(capsule, "native.size") != &size || !PyCapsule_IsValid(capsule, "native.size"))
            return NULL;
        Py_DECREF(capsule);
    }
    return PyLong_FromSsize_t(size);
}

/* ---- module ---- */

static PyObject *copied(PyObject *self, PyObject *value) { return copy(value); }

static PyMethodDef functions[] = {
    { "nothing", nothing, METH_NOARGS, NULL },
    { "negated", negated, METH_O, NULL },
    { "largest", FUNCTION(largest), METH_FASTCALL, NULL },
    { "named", FUNCTION(named), METH_FASTCALL | METH_KEYWORDS, NULL },
    { "clamp", clamp, METH_VARARGS, NULL },
    { "pair", pair, METH_VARARGS, NULL },
    { "label", FUNCTION(label), METH_VARARGS | METH_KEYWORDS, NULL },
    { "checksum", checksum, METH_VARARGS, NULL },
    { "copied", copied, METH_O, NULL },
    { "columns", columns, METH_O, NULL },
    { "objects", objects, METH_VARARGS, NULL },
    { "total", total, METH_VARARGS, NULL },
    { "words", words, METH_O, NULL },
    { "texts", texts, METH_O, NULL },
    { "apply", apply, METH_VARARGS, NULL },
    { "errors", errors, METH_O, NULL },
    { "numbers", FUNCTION(numbers), METH_FASTCALL, NULL },
    { "conversions", conversions, METH_O, NULL },
    { "sequences", sequences, METH_O, NULL },
    { "mappings", mappings, METH_O, NULL },
    { "instances", FUNCTION(instances), METH_FASTCALL, NULL },
    { "blocks", blocks, METH_O, NULL },
    { "views", views, METH_O, NULL },
    { NULL, NULL, 0, NULL },
};

static int
execute(PyObject *module)
{
    PyObject *index = PyType_FromModuleAndSpec(module, &index_spec, NULL);
    int err = index == NULL || PyModule_AddType(module, (PyTypeObject *)index) < 0 || PyModule_AddType(module, &point_type) < 0;
    Py_XDECREF(index);
    return err || PyModule_AddIntConstant(module, "VERSION", 1) < 0 || PyModule_AddStringConstant(module, "NAME", "native") < 0 ? -1 : 0;
}

static PyModuleDef_Slot slots[] = { { Py_mod_exec, execute }, { 0, NULL } };
static struct PyModuleDef definition = { PyModuleDef_HEAD_INIT, .m_name = "native", .m_size = 8, .m_methods = functions, .m_slots = slots };

PyMODINIT_FUNC
PyInit_native(void)
{
    return PyModuleDef_Init(&definition);
}
