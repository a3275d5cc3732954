/* walk_limited.c: an extension for the limited API. Built once for each Py_LIMITED_API, with -DMODULE=name. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <string.h>
#include <stdlib.h>

#ifndef Py_LIMITED_API
#error "this is about the limited API"
#endif
#define AT_LEAST(minor) (Py_LIMITED_API+0 >= (0x03000000 | (minor) << 16))
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define F(NAME) static PyObject *NAME(PyObject *m, PyObject *o)
#define NEW(o) (Py_INCREF(o), (o))

/* ---- counts and singletons ------------------------------------------------------------------------------------------- */

F(counts)
{
    (void)m;
    Py_ssize_t n[4];
    n[0] = Py_REFCNT(o);
    Py_INCREF(o);
    n[1] = Py_REFCNT(o);
    Py_XINCREF(o);
    n[2] = Py_REFCNT(o);
    Py_DECREF(o);
    Py_XDECREF(o);
    n[3] = Py_REFCNT(o);
    PyObject *copy = NEW(o);
    Py_CLEAR(copy);
    Py_XINCREF(copy);
    Py_XDECREF(copy);
    return Py_BuildValue("nnnnn", n[0], n[1], n[2], n[3], Py_REFCNT(o));
}
F(set_refcnt) { (void)m; Py_ssize_t n = Py_REFCNT(o); Py_SET_REFCNT(o, n + 3); Py_ssize_t more = Py_REFCNT(o); Py_SET_REFCNT(o, n); return PyLong_FromSsize_t(more - n); }
F(return_none) { (void)m; (void)o; Py_RETURN_NONE; }
F(return_true) { (void)m; (void)o; Py_RETURN_TRUE; }
F(return_false) { (void)m; (void)o; Py_RETURN_FALSE; }
F(return_notimplemented) { (void)m; (void)o; Py_RETURN_NOTIMPLEMENTED; }
F(singletons) { (void)m; (void)o; return Py_BuildValue("OOOOO", Py_None, Py_True, Py_False, Py_Ellipsis, Py_NotImplemented); }
F(is)
{
    (void)m;
    return Py_BuildValue("iii", Py_IsNone(o) ? 1 : 0, Py_IsTrue(o) ? 1 : 0, Py_IsFalse(o) ? 1 : 0);
}

/* ---- header and checks ----------------------------------------------------------------------------------------------- */

F(type_of) { (void)m; return NEW((PyObject *)Py_TYPE(o)); }
F(size_of) { (void)m; return PyLong_FromSsize_t(Py_SIZE(o)); }
F(checks)
{
    (void)m;
    int bits[] = {
        PyLong_Check(o), PyLong_CheckExact(o), PyUnicode_Check(o), PyUnicode_CheckExact(o), PyBytes_Check(o), PyList_Check(o), PyTuple_Check(o), PyDict_Check(o),
        PyType_Check(o), PyExceptionInstance_Check(o), PyFloat_Check(o), PyFloat_CheckExact(o), PySet_Check(o), PyAnySet_Check(o), PyBool_Check(o),
        PyModule_Check(o), PyCFunction_Check(o), PyRange_Check(o), PySlice_Check(o), PyByteArray_Check(o), PyComplex_Check(o), PyIter_Check(o),
        PyIndex_Check(o), PyCallable_Check(o), PySequence_Check(o), PyMapping_Check(o), PyNumber_Check(o), PyWeakref_Check(o) };
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < sizeof bits / sizeof *bits; i++) {
        PyObject *b = PyBool_FromLong(bits[i]);
        if (b == NULL || PyList_Append(list, b) < 0)
            Py_CLEAR(list);
        Py_XDECREF(b);
    }
    return list;
}
F(set_type)
{
    (void)m;
    PyObject *x, *t;
    if (!PyArg_ParseTuple(o, "OO", &x, &t))
        return NULL;
    PyTypeObject *old = Py_TYPE(x);
    Py_INCREF(t);
    Py_SET_TYPE(x, (PyTypeObject *)t);
    Py_DECREF(old);
    return PyBool_FromLong(Py_IS_TYPE(x, (PyTypeObject *)t) && PyObject_TypeCheck(x, (PyTypeObject *)t));
}

/* ---- a type ---------------------------------------------------------------------------------------------------------- */

typedef struct { PyObject_HEAD PyObject *value; int number; } Pair;
static int pair_traverse(PyObject *self, visitproc visit, void *arg)
{
#if AT_LEAST(9)
    Py_VISIT(Py_TYPE(self));
#endif
    Py_VISIT(((Pair *)self)->value);
    return 0;
}
static int pair_clear(PyObject *self) { Py_CLEAR(((Pair *)self)->value); return 0; }
static void pair_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    pair_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF((PyObject *)type);
}
static int pair_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { (char *)"value", (char *)"number", NULL };
    PyObject *value = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|Oi", names, &value, &((Pair *)self)->number))
        return -1;
    Py_INCREF(value);
    PyObject *old = ((Pair *)self)->value;
    ((Pair *)self)->value = value;
    Py_XDECREF(old);
    return 0;
}
static PyObject *pair_compare(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(a) != Py_TYPE(b))
        Py_RETURN_NOTIMPLEMENTED;
    Py_RETURN_RICHCOMPARE(((Pair *)a)->number, ((Pair *)b)->number, op);
}
static PyObject *pair_repr(PyObject *self) { return PyUnicode_FromFormat("Pair(%R, %d)", ((Pair *)self)->value, ((Pair *)self)->number); }
static PyMemberDef pair_members[] = {
    { (char *)"value", T_OBJECT_EX, offsetof(Pair, value), 0, (char *)"The value." },
    { (char *)"number", T_INT, offsetof(Pair, number), READONLY, NULL }, { NULL, 0, 0, 0, NULL } };
static PyObject *pair_twice(PyObject *self, void *u) { (void)u; return PyLong_FromLong(2L * ((Pair *)self)->number); }
static PyGetSetDef pair_getset[] = { { (char *)"twice", pair_twice, NULL, (char *)"Twice the number.", NULL }, { NULL, NULL, NULL, NULL, NULL } };
static PyType_Slot pair_slots[] = {
    { Py_tp_traverse, (void *)pair_traverse }, { Py_tp_clear, (void *)pair_clear }, { Py_tp_dealloc, (void *)pair_dealloc }, { Py_tp_init, (void *)pair_init },
    { Py_tp_new, (void *)PyType_GenericNew }, { Py_tp_richcompare, (void *)pair_compare }, { Py_tp_repr, (void *)pair_repr }, { Py_tp_members, pair_members },
    { Py_tp_getset, pair_getset }, { Py_tp_doc, (void *)"A pair." }, { 0, NULL } };
static PyType_Spec pair_spec = { TEXT(MODULE) ".Pair", sizeof(Pair), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, pair_slots };

/* ---- calls ----------------------------------------------------------------------------------------------------------- */

F(parse)
{
    (void)m;
    const char *s, *name;
    Py_ssize_t n;
    int flag = -1;
    PyObject *rest = NULL;
    if (!PyArg_ParseTuple(o, "s#y|pO!", &s, &n, &name, &flag, &PyList_Type, &rest))
        return NULL;
    return Py_BuildValue("ns#yiO", n, s, n, name, flag, rest ? rest : Py_None);
}
F(slice)
{
    (void)m;
    PyObject *s;
    Py_ssize_t n, start, stop, step, len;
    if (!PyArg_ParseTuple(o, "On", &s, &n) || PySlice_GetIndicesEx(s, n, &start, &stop, &step, &len) < 0)
        return NULL;
    return Py_BuildValue("nnnn", start, stop, step, len);
}
F(containers)
{
    (void)m;
    PyObject *list = PyList_New(1), *tuple = PyTuple_New(1), *dict = PyDict_New(), *set = PySet_New(NULL);
    PyList_SetItem(list, 0, NEW(o));
    PyTuple_SetItem(tuple, 0, NEW(o));
    PyDict_SetItemString(dict, "key", o);
    PySet_Add(set, PyTuple_GetItem(tuple, 0));
    PyObject *fast = PySequence_Fast(list, "no list");
    Py_XDECREF(fast);
    return Py_BuildValue("NNNNnnnn", list, tuple, dict, set, PyList_Size(list), PyTuple_Size(tuple), PyDict_Size(dict), PySet_Size(set));
}
F(attributes)
{
    (void)m;
    if (PyObject_SetAttrString(o, "walked", Py_True) < 0 || !PyObject_HasAttrString(o, "walked") || PyObject_DelAttrString(o, "walked") < 0)
        return NULL;
    PyObject *name = PyUnicode_FromString("walked");
    if (name == NULL || PyObject_SetAttr(o, name, Py_None) < 0 || PyObject_DelAttr(o, name) < 0)
        return NULL;
    int left = PyObject_HasAttr(o, name);
    Py_DECREF(name);
    return PyBool_FromLong(left);
}
F(memory)
{
    (void)m; (void)o;
    long *a = PyMem_New(long, 4);
    a[3] = 40;
    PyMem_Resize(a, long, 400);
    long v = a[3];
    PyMem_Del(a);
    void *p = PyObject_Realloc(PyObject_Malloc(3), 300);
    PyObject_Free(p);
    return PyLong_FromLong(v);
}
F(pid) { (void)m; long p = (long)PyLong_AsPid(o); return p == -1 && PyErr_Occurred() ? NULL : PyLong_FromPid(p); }
F(threads)
{
    (void)m; (void)o;
    Py_BEGIN_ALLOW_THREADS
    Py_BLOCK_THREADS
    Py_UNBLOCK_THREADS
    Py_END_ALLOW_THREADS
    PyGILState_STATE s = PyGILState_Ensure();
    PyGILState_Release(s);
#if AT_LEAST(7)
    Py_tss_t *key = PyThread_tss_alloc();
    if (PyThread_tss_create(key) != 0 || PyThread_tss_set(key, o) != 0 || PyThread_tss_get(key) != (void *)o)
        return NULL;
    PyThread_tss_delete(key);
    PyThread_tss_free(key);
#endif
    Py_RETURN_TRUE;
}
F(capsule)
{
    (void)m;
    PyObject *c = PyCapsule_New(o, "limited", NULL);
    int ok = c != NULL && PyCapsule_CheckExact(c) && PyCapsule_GetPointer(c, "limited") == o;
    Py_XDECREF(c);
    return PyBool_FromLong(ok);
}
F(fail) { (void)m; PyErr_Format(PyExc_ValueError, "bad %R", o); return NULL; }
#if AT_LEAST(11)
F(buffer)
{
    (void)m;
    Py_buffer b;
    if (PyObject_GetBuffer(o, &b, PyBUF_FULL_RO) < 0)
        return NULL;
    PyObject *r = Py_BuildValue("nnis", b.len, b.itemsize, b.ndim, b.format);
    PyBuffer_Release(&b);
    return r;
}
#endif
#if AT_LEAST(12)
F(vectorcall)
{
    (void)m;
    PyObject *args[2] = { NULL, NULL };
    args[1] = PyTuple_GetItem(o, 1);
    PyObject *f = PyTuple_GetItem(o, 0);
    return PyObject_Vectorcall(f, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}
#endif
#if AT_LEAST(13)
F(constants)
{
    (void)m; (void)o;
    PyObject *t = PyTuple_New(10);
    for (unsigned i = 0; t != NULL && i < 10; i++)
        PyTuple_SetItem(t, (Py_ssize_t)i, Py_GetConstant(i));
    return t;
}
#endif
#if AT_LEAST(10)
F(new_ref) { (void)m; PyObject *a = Py_NewRef(o), *b = Py_XNewRef(o); Py_DECREF(a); return b; }
#endif

/* ---- the module ------------------------------------------------------------------------------------------------------ */

static PyMethodDef methods[] = {
#define ENTRY(NAME) { #NAME, NAME, METH_O, NULL },
#define NONE(NAME) { #NAME, NAME, METH_NOARGS, NULL },
#define MANY(NAME) { #NAME, NAME, METH_VARARGS, NULL },
    ENTRY(counts) ENTRY(set_refcnt) NONE(return_none) NONE(return_true) NONE(return_false) NONE(return_notimplemented) NONE(singletons) ENTRY(is)
    ENTRY(type_of) ENTRY(size_of) ENTRY(checks) MANY(set_type) MANY(parse) MANY(slice) ENTRY(containers) ENTRY(attributes) NONE(memory) ENTRY(pid)
    NONE(threads) ENTRY(capsule) ENTRY(fail)
#if AT_LEAST(11)
    ENTRY(buffer)
#endif
#if AT_LEAST(12)
    MANY(vectorcall)
#endif
#if AT_LEAST(13)
    NONE(constants)
#endif
#if AT_LEAST(10)
    ENTRY(new_ref)
#endif
    { NULL, NULL, 0, NULL } };

static int
fill(PyObject *m)
{
    PyObject *type = PyType_FromSpec(&pair_spec);
    PyObject *error = PyErr_NewException(TEXT(MODULE) ".Error", PyExc_ValueError, NULL);
    return type == NULL || error == NULL || PyModule_AddObject(m, "Pair", type) < 0 || PyModule_AddObject(m, "Error", error) < 0
           || PyModule_AddIntMacro(m, METH_O) < 0 ? -1 : 0;
}
#if AT_LEAST(5)
static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, (void *)fill },
#if AT_LEAST(12)
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
#endif
#if AT_LEAST(13)
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
#endif
    { 0, NULL } };
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, TEXT(MODULE), NULL, 0, methods, slots, NULL, NULL, NULL };
PyMODINIT_FUNC JOIN(PyInit_, MODULE)(void) { return PyModuleDef_Init(&module); }
#else
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, TEXT(MODULE), NULL, -1, methods, NULL, NULL, NULL, NULL };
PyMODINIT_FUNC
JOIN(PyInit_, MODULE)(void)
{
    PyObject *m = PyModule_Create(&module);
    if (m != NULL && fill(m) < 0)
        Py_CLEAR(m);
    return m;
}
#endif
