/* tests/abi/hostile.c: an extension that breaks the rules of the C API where CPython notices it: see hostile.py. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <pthread.h>
#include <unistd.h>

/* ---- functions: no result and no exception, or both ---- */

static PyObject *
both(void)
{
    PyErr_SetString(PyExc_ValueError, "left behind");
    return PyLong_FromLong(7);
}

static PyObject *none_noargs(PyObject *m, PyObject *unused) { return NULL; }
static PyObject *none_o(PyObject *m, PyObject *o) { return NULL; }
static PyObject *none_varargs(PyObject *m, PyObject *args) { return NULL; }
static PyObject *none_keywords(PyObject *m, PyObject *args, PyObject *kwds) { return NULL; }
static PyObject *none_fast(PyObject *m, PyObject *const *args, Py_ssize_t n) { return NULL; }
static PyObject *none_fastkw(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *names) { return NULL; }
static PyObject *both_noargs(PyObject *m, PyObject *unused) { return both(); }
static PyObject *both_o(PyObject *m, PyObject *o) { return both(); }
static PyObject *both_varargs(PyObject *m, PyObject *args) { return both(); }
static PyObject *both_keywords(PyObject *m, PyObject *args, PyObject *kwds) { return both(); }
static PyObject *both_fast(PyObject *m, PyObject *const *args, Py_ssize_t n) { return both(); }
static PyObject *both_fastkw(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *names) { return both(); }

/* ---- a type whose slots fail without saying why, or succeed with an exception ---- */

static int wanted;                       /* 0: no exception, 1: an exception and a result */

static PyObject *slot_object(void) { return wanted ? both() : NULL; }
static PyObject *slot_unary(PyObject *a) { return slot_object(); }
static PyObject *slot_binary(PyObject *a, PyObject *b) { return slot_object(); }
static PyObject *slot_call(PyObject *a, PyObject *args, PyObject *kwds) { return slot_object(); }
static PyObject *slot_item(PyObject *a, Py_ssize_t i) { return slot_object(); }
static PyObject *slot_compare(PyObject *a, PyObject *b, int op) { return slot_object(); }
static int slot_status(void) { if (wanted) PyErr_SetString(PyExc_ValueError, "left behind"); return wanted ? 0 : -1; }
static int slot_bool(PyObject *a) { return slot_status(); }
static Py_ssize_t slot_len(PyObject *a) { return slot_status(); }
static int slot_contains(PyObject *a, PyObject *b) { return slot_status(); }
static int slot_setitem(PyObject *a, PyObject *key, PyObject *value) { return slot_status(); }
static int slot_init(PyObject *a, PyObject *args, PyObject *kwds) { return PyTuple_GET_SIZE(args) ? slot_status() : 0; }
static Py_hash_t slot_hash(PyObject *a) { return slot_status(); }
static PyObject *slot_getattro(PyObject *a, PyObject *name)
{
    return PyUnicode_CompareWithASCIIString(name, "missing") ? PyObject_GenericGetAttr(a, name) : slot_object();
}
static int slot_setattro(PyObject *a, PyObject *name, PyObject *value) { return slot_status(); }
static int slot_getbuffer(PyObject *a, Py_buffer *view, int flags) { view->obj = NULL; return slot_status(); }

static PyType_Slot bad_slots[] = {
    { Py_tp_repr, slot_unary }, { Py_tp_str, slot_unary }, { Py_tp_hash, slot_hash }, { Py_tp_call, slot_call },
    { Py_tp_getattro, slot_getattro }, { Py_tp_setattro, slot_setattro }, { Py_tp_richcompare, slot_compare },
    { Py_tp_iternext, slot_unary }, { Py_tp_iter, slot_unary }, { Py_tp_init, slot_init }, { Py_nb_add, slot_binary },
    { Py_nb_negative, slot_unary }, { Py_nb_bool, slot_bool }, { Py_nb_int, slot_unary }, { Py_nb_float, slot_unary },
    { Py_nb_index, slot_unary }, { Py_mp_subscript, slot_binary }, { Py_mp_ass_subscript, slot_setitem }, { Py_mp_length, slot_len },
    { Py_sq_length, slot_len }, { Py_sq_item, slot_item }, { Py_sq_contains, slot_contains }, { Py_am_await, slot_unary },
    { Py_bf_getbuffer, slot_getbuffer }, { 0, NULL },
};
static PyType_Spec bad_spec = { "hostile.Bad", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, bad_slots };

static PyObject *
set_wanted(PyObject *m, PyObject *o)
{
    wanted = (int)PyLong_AsLong(o);
    Py_RETURN_NONE;
}

/* ---- destructors and callbacks that raise ---- */

static void
raising_dealloc(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self);
    PyErr_SetString(PyExc_ValueError, "from tp_dealloc");
    PyErr_WriteUnraisable(NULL);
    t->tp_free(self);
    Py_DECREF(t);
}

static void
raising_finalize(PyObject *self)
{
    PyObject *exc = PyErr_GetRaisedException();
    PyErr_SetString(PyExc_ValueError, "from tp_finalize");
    PyErr_WriteUnraisable(self);
    PyErr_SetRaisedException(exc);
}

static PyType_Slot dying_slots[] = { { Py_tp_dealloc, raising_dealloc }, { 0, NULL } };
static PyType_Spec dying_spec = { "hostile.Dying", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, dying_slots };
static PyType_Slot final_slots[] = { { Py_tp_finalize, raising_finalize }, { 0, NULL } };
static PyType_Spec final_spec = { "hostile.Final", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, final_slots };

static int
pending(void *arg)
{
    if (arg == NULL)
        return 0;
    PyErr_SetString(PyExc_ValueError, "from a pending call");
    return -1;
}

static PyObject *
add_pending(PyObject *m, PyObject *unused)
{
    return PyLong_FromLong(Py_AddPendingCall(pending, (void *)1));
}

/* ---- callbacks from threads that Python does not know ---- */

static PyObject *callback;
static volatile int calls, stop;

static void *
foreign(void *forever)
{
    do {
        PyGILState_STATE state = PyGILState_Ensure();
        PyObject *r = callback == NULL ? NULL : PyObject_CallNoArgs(callback);
        if (r == NULL)
            PyErr_WriteUnraisable(callback);
        Py_XDECREF(r);
        PyGILState_Release(state);
        calls++;
        if (forever != NULL)
            usleep(200);
    } while (forever != NULL && !stop);
    return NULL;
}

/* Calls the object from `n` new threads and waits for them. */
static PyObject *
call_from_threads(PyObject *m, PyObject *args)
{
    pthread_t threads[64];
    int n;
    PyObject *func;
    if (!PyArg_ParseTuple(args, "Oi", &func, &n))
        return NULL;
    Py_XSETREF(callback, Py_NewRef(func));
    for (int i = 0; i < n && i < 64; i++)
        pthread_create(&threads[i], NULL, foreign, NULL);
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < n && i < 64; i++)
        pthread_join(threads[i], NULL);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(calls);
}

/* Calls the object for ever, also while the interpreter ends. */
static PyObject *
call_for_ever(PyObject *m, PyObject *func)
{
    pthread_t thread;
    Py_XSETREF(callback, Py_NewRef(func));
    for (int i = 0; i < 4; i++) {
        pthread_create(&thread, NULL, foreign, (void *)1);
        pthread_detach(thread);
    }
    Py_RETURN_NONE;
}

/* A thread that calls for the first time when the interpreter has ended. */
static void
call_late(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, foreign, NULL) == 0)
        pthread_join(thread, NULL);
}

static PyObject *
call_at_exit(PyObject *m, PyObject *unused)
{
    return PyLong_FromLong(Py_AtExit(call_late));
}

/* ---- modules ---- */

#define F(name, flags) { #name, (PyCFunction)(void (*)(void))name, flags, NULL }
static PyMethodDef methods[] = {
    F(none_noargs, METH_NOARGS), F(none_o, METH_O), F(none_varargs, METH_VARARGS), F(none_keywords, METH_VARARGS | METH_KEYWORDS),
    F(none_fast, METH_FASTCALL), F(none_fastkw, METH_FASTCALL | METH_KEYWORDS),
    F(both_noargs, METH_NOARGS), F(both_o, METH_O), F(both_varargs, METH_VARARGS), F(both_keywords, METH_VARARGS | METH_KEYWORDS),
    F(both_fast, METH_FASTCALL), F(both_fastkw, METH_FASTCALL | METH_KEYWORDS),
    F(set_wanted, METH_O), F(add_pending, METH_NOARGS), F(call_from_threads, METH_VARARGS), F(call_for_ever, METH_O),
    F(call_at_exit, METH_NOARGS),
    { NULL, NULL, 0, NULL },
};

static int executed;

static int
module_exec(PyObject *m)
{
    PyType_Spec *specs[] = { &bad_spec, &dying_spec, &final_spec };
    static const char *const names[] = { "Bad", "Dying", "Final" };
    executed++;
    for (int i = 0; i < 3; i++)
        if (PyModule_Add(m, names[i], PyType_FromSpec(specs[i])) < 0)
            return -1;
    return PyModule_AddIntConstant(m, "executed", executed);
}

static PyModuleDef_Slot slots[] = { { Py_mod_exec, module_exec }, { 0, NULL } };
static PyModuleDef def = { PyModuleDef_HEAD_INIT, .m_name = "hostile", .m_methods = methods, .m_slots = slots };
PyMODINIT_FUNC PyInit_hostile(void) { return PyModuleDef_Init(&def); }

/* Inits that go wrong, each found by its name in this one file. */
PyMODINIT_FUNC PyInit_init_null(void) { return NULL; }
PyMODINIT_FUNC PyInit_init_raises(void) { PyErr_SetString(PyExc_ValueError, "not today"); return NULL; }
PyMODINIT_FUNC PyInit_init_not_module(void) { return PyLong_FromLong(12345678); }
PyMODINIT_FUNC PyInit_init_none(void) { Py_RETURN_NONE; }

static PyModuleDef plain_def = { PyModuleDef_HEAD_INIT, .m_name = "plain", .m_size = -1 };
PyMODINIT_FUNC PyInit_init_both(void) { PyObject *m = PyModule_Create(&plain_def); PyErr_SetString(PyExc_ValueError, "left behind"); return m; }

static PyModuleDef raw_def = { PyModuleDef_HEAD_INIT, .m_name = "init_raw_def", .m_slots = slots };
PyMODINIT_FUNC PyInit_init_raw_def(void) { return (PyObject *)&raw_def; }      /* without PyModuleDef_Init() */

static PyModuleDef zero_def = { .m_base = { .ob_base = { .ob_refcnt = 1 } }, .m_name = "init_zero" };
PyMODINIT_FUNC PyInit_init_zero(void) { return (PyObject *)&zero_def; }

static PyModuleDef old_def = { PyModuleDef_HEAD_INIT, .m_name = "init_old", .m_size = -1 };
PyMODINIT_FUNC PyInit_init_old(void) { return PyModule_Create2(&old_def, 1007); }
static PyModuleDef abi_def = { PyModuleDef_HEAD_INIT, .m_name = "init_old_abi", .m_size = -1 };
PyMODINIT_FUNC PyInit_init_old_abi(void) { return PyModule_Create2(&abi_def, 2); }

static int exec_fails(PyObject *m) { return -1; }
static int exec_both(PyObject *m) { PyErr_SetString(PyExc_ValueError, "left behind"); return 0; }
static PyObject *create_null(PyObject *spec, PyModuleDef *d) { return NULL; }
static PyObject *create_both(PyObject *spec, PyModuleDef *d) { return both(); }
static PyObject *create_int(PyObject *spec, PyModuleDef *d) { return PyLong_FromLong(99999); }

#define MULTI(name, ...) \
    static PyModuleDef_Slot name##_slots[] = { __VA_ARGS__, { 0, NULL } }; \
    static PyModuleDef name##_def = { PyModuleDef_HEAD_INIT, .m_name = #name, .m_slots = name##_slots }; \
    PyMODINIT_FUNC PyInit_##name(void) { return PyModuleDef_Init(&name##_def); }
MULTI(exec_fails, { Py_mod_exec, exec_fails })
MULTI(exec_both, { Py_mod_exec, exec_both })
MULTI(create_null, { Py_mod_create, create_null })
MULTI(create_both, { Py_mod_create, create_both })
MULTI(create_int, { Py_mod_create, create_int })
MULTI(create_int_exec, { Py_mod_create, create_int }, { Py_mod_exec, exec_fails })
MULTI(create_twice, { Py_mod_create, create_int }, { Py_mod_create, create_int })
MULTI(slot_unknown, { 99, exec_fails })
MULTI(slot_negative, { -1, exec_fails })

static PyModuleDef size_def = { PyModuleDef_HEAD_INIT, .m_name = "size_negative", .m_size = -1, .m_slots = slots };
PyMODINIT_FUNC PyInit_size_negative(void) { return PyModuleDef_Init(&size_def); }

static int singles;
static PyModuleDef single_def = { PyModuleDef_HEAD_INIT, .m_name = "single", .m_size = -1 };
PyMODINIT_FUNC
PyInit_single(void)
{
    PyObject *m = PyModule_Create(&single_def);
    PyModule_AddIntConstant(m, "made", ++singles);
    return m;
}
