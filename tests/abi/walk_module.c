/* walk_module.c: an extension module that reads objects with the macros and inline functions of the headers.
 *
 * Each function has the name of the macro that it runs; walk_module.py calls it and compares with what Python sees. The file compiles
 * with the headers of CPython 3.13 too, so that both interpreters can be walked by a module made either way. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <datetime.h>
#include <frameobject.h>
#include <structmember.h>

#define UNUSED_MODULE(m) ((void)(m))
#define NEW(o) Py_NewRef((PyObject *)(o))
#define OBJECT(NAME) static PyObject *w_##NAME(PyObject *m, PyObject *o)
#define ARGS(NAME) static PyObject *w_##NAME(PyObject *m, PyObject *args)
#define TEST(NAME) OBJECT(NAME) { UNUSED_MODULE(m); return PyBool_FromLong(NAME(o) != 0); }
#define NUMBER(NAME) OBJECT(NAME) { UNUSED_MODULE(m); return PyLong_FromLongLong((long long)NAME(o)); }
#define PART(NAME) OBJECT(NAME) { UNUSED_MODULE(m); PyObject *part = (PyObject *)NAME(o); return NEW(part ? part : Py_None); }

/* ---- is it one? ------------------------------------------------------------------------------------------------------ */

#define FOR_TESTS(X) \
    X(PyAnySet_Check) X(PyAnySet_CheckExact) X(PyAsyncGenASend_CheckExact) X(PyAsyncGen_CheckExact) X(PyBool_Check) \
    X(PyByteArray_Check) X(PyByteArray_CheckExact) X(PyBytes_Check) X(PyBytes_CheckExact) X(PyCFunction_Check) \
    X(PyCFunction_CheckExact) X(PyCMethod_Check) X(PyCMethod_CheckExact) X(PyCallIter_Check) X(PyCapsule_CheckExact) \
    X(PyCell_Check) X(PyCode_Check) X(PyComplex_Check) X(PyComplex_CheckExact) X(PyContextToken_CheckExact) \
    X(PyContextVar_CheckExact) X(PyContext_CheckExact) X(PyCoro_CheckExact) X(PyDateTime_Check) X(PyDateTime_CheckExact) \
    X(PyDate_Check) X(PyDate_CheckExact) X(PyDelta_Check) X(PyDelta_CheckExact) X(PyDictItems_Check) X(PyDictKeys_Check) \
    X(PyDictValues_Check) X(PyDictViewSet_Check) X(PyDict_Check) X(PyDict_CheckExact) X(PyExceptionClass_Check) \
    X(PyExceptionInstance_Check) X(PyFloat_Check) X(PyFloat_CheckExact) X(PyFrameLocalsProxy_Check) X(PyFrame_Check) \
    X(PyFrozenSet_Check) X(PyFrozenSet_CheckExact) X(PyFunction_Check) X(PyGen_Check) X(PyGen_CheckExact) X(PyInstanceMethod_Check) \
    X(PyList_Check) X(PyList_CheckExact) X(PyLong_Check) X(PyLong_CheckExact) X(PyMemoryView_Check) X(PyMethod_Check) \
    X(PyModule_Check) X(PyModule_CheckExact) X(PyODict_Check) X(PyODict_CheckExact) X(PyPickleBuffer_Check) X(PyRange_Check) \
    X(PySeqIter_Check) X(PySet_Check) X(PySet_CheckExact) X(PySlice_Check) X(PyTZInfo_Check) X(PyTZInfo_CheckExact) \
    X(PyTime_Check) X(PyTime_CheckExact) X(PyTraceBack_Check) X(PyTuple_Check) X(PyTuple_CheckExact) X(PyType_Check) \
    X(PyType_CheckExact) X(PyUnicode_Check) X(PyUnicode_CheckExact) X(PyWeakref_Check) X(PyWeakref_CheckProxy) \
    X(PyWeakref_CheckRef) X(PyWeakref_CheckRefExact) X(_Py_IsImmortal) X(Py_IsNone) X(Py_IsTrue) X(Py_IsFalse)
FOR_TESTS(TEST)

/* ---- numbers in objects ---------------------------------------------------------------------------------------------- */

#define FOR_NUMBERS(X) \
    X(PyByteArray_GET_SIZE) X(PyBytes_GET_SIZE) X(PyCFunction_GET_FLAGS) X(PyDict_GET_SIZE) X(PyList_GET_SIZE) X(PyTuple_GET_SIZE) \
    X(PySet_GET_SIZE) X(PyODict_SIZE) X(PyODict_Size) X(PySequence_Fast_GET_SIZE) X(PyLong_AS_LONG) X(Py_REFCNT) X(Py_SIZE) \
    X(PyDateTime_GET_YEAR) X(PyDateTime_GET_MONTH) X(PyDateTime_GET_DAY) X(PyDateTime_DATE_GET_HOUR) X(PyDateTime_DATE_GET_MINUTE) \
    X(PyDateTime_DATE_GET_SECOND) X(PyDateTime_DATE_GET_MICROSECOND) X(PyDateTime_DATE_GET_FOLD) X(PyDateTime_TIME_GET_HOUR) \
    X(PyDateTime_TIME_GET_MINUTE) X(PyDateTime_TIME_GET_SECOND) X(PyDateTime_TIME_GET_MICROSECOND) X(PyDateTime_TIME_GET_FOLD) \
    X(PyDateTime_DELTA_GET_DAYS) X(PyDateTime_DELTA_GET_SECONDS) X(PyDateTime_DELTA_GET_MICROSECONDS) X(PyUnicode_GET_LENGTH) \
    X(PyUnicode_IS_ASCII) X(PyUnicode_IS_COMPACT) X(PyUnicode_IS_COMPACT_ASCII) X(PyUnicode_KIND) X(PyUnicode_MAX_CHAR_VALUE) \
    X(PyUnicode_CHECK_INTERNED) X(PyUnicode_IS_READY) X(PyUnicode_READY)
FOR_NUMBERS(NUMBER)

#define TYPE_NUMBER(NAME, CALL) OBJECT(NAME) { UNUSED_MODULE(m); PyTypeObject *type = (PyTypeObject *)o; return PyLong_FromLongLong((long long)(CALL)); }
TYPE_NUMBER(PyType_IS_GC, PyType_IS_GC(type))
TYPE_NUMBER(_PyObject_SIZE, _PyObject_SIZE(type))
TYPE_NUMBER(_PyObject_VAR_SIZE, _PyObject_VAR_SIZE(type, 5))
TYPE_NUMBER(PyType_FastSubclass, PyType_FastSubclass(type, Py_TPFLAGS_LONG_SUBCLASS))
TYPE_NUMBER(PyType_HasFeature, PyType_HasFeature(type, Py_TPFLAGS_BASETYPE))
TYPE_NUMBER(PyType_SUPPORTS_WEAKREFS, PyType_SUPPORTS_WEAKREFS(type))

#define CODE_NUMBER(NAME) OBJECT(NAME) { UNUSED_MODULE(m); return PyLong_FromLongLong((long long)NAME((PyCodeObject *)o)); }
_Py_COMP_DIAG_PUSH
_Py_COMP_DIAG_IGNORE_DEPR_DECLS
CODE_NUMBER(PyCode_GetNumFree)
CODE_NUMBER(PyCode_GetFirstFree)
CODE_NUMBER(PyUnstable_Code_GetFirstFree)
_Py_COMP_DIAG_POP

OBJECT(_PyLong_IsCompact) { UNUSED_MODULE(m); return PyBool_FromLong(_PyLong_IsCompact((PyLongObject *)o)); }
OBJECT(_PyLong_CompactValue) { UNUSED_MODULE(m); return PyLong_FromSsize_t(_PyLong_CompactValue((PyLongObject *)o)); }
OBJECT(PyUnstable_Long_IsCompact) { UNUSED_MODULE(m); return PyBool_FromLong(PyUnstable_Long_IsCompact((PyLongObject *)o)); }
OBJECT(PyUnstable_Long_CompactValue) { UNUSED_MODULE(m); return PyLong_FromSsize_t(PyUnstable_Long_CompactValue((PyLongObject *)o)); }
OBJECT(PyFloat_AS_DOUBLE) { UNUSED_MODULE(m); return PyFloat_FromDouble(PyFloat_AS_DOUBLE(o)); }

/* All digits of an int, as generators of bindings read them: (sign, [digits]). */
OBJECT(digits)
{
    UNUSED_MODULE(m);
    const _PyLongValue *value = &((PyLongObject *)o)->long_value;
    Py_ssize_t n = (Py_ssize_t)(value->lv_tag >> _PyLong_NON_SIZE_BITS);
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++)
        PyList_SET_ITEM(list, i, PyLong_FromUnsignedLong(value->ob_digit[i]));
    return Py_BuildValue("nN", 1 - (Py_ssize_t)(value->lv_tag & _PyLong_SIGN_MASK), list);
}

/* ---- objects in objects ---------------------------------------------------------------------------------------------- */

#define FOR_PARTS(X) \
    X(PyMethod_GET_FUNCTION) X(PyMethod_GET_SELF) X(PyInstanceMethod_GET_FUNCTION) X(PyFunction_GET_CODE) X(PyFunction_GET_GLOBALS) \
    X(PyFunction_GET_MODULE) X(PyFunction_GET_DEFAULTS) X(PyFunction_GET_KW_DEFAULTS) X(PyFunction_GET_CLOSURE) \
    X(PyFunction_GET_ANNOTATIONS) X(PyCFunction_GET_SELF) X(PyCFunction_GET_CLASS) X(PyCell_GET) X(PyDescr_TYPE) X(PyDescr_NAME) \
    X(PyDateTime_DATE_GET_TZINFO) X(PyDateTime_TIME_GET_TZINFO) X(PyMemoryView_GET_BASE) X(Py_TYPE) X(PyExceptionInstance_Class)
FOR_PARTS(PART)
_Py_COMP_DIAG_PUSH
_Py_COMP_DIAG_IGNORE_DEPR_DECLS
PART(PyWeakref_GET_OBJECT)
_Py_COMP_DIAG_POP

#define ITEM(NAME) ARGS(NAME) { UNUSED_MODULE(m); PyObject *o; Py_ssize_t i; \
    if (!PyArg_ParseTuple(args, "On", &o, &i)) { return NULL; } return NEW(NAME(o, i)); }
ITEM(PyList_GET_ITEM)
ITEM(PyTuple_GET_ITEM)
ITEM(PySequence_Fast_GET_ITEM)
ARGS(PySequence_ITEM) { UNUSED_MODULE(m); PyObject *o; Py_ssize_t i; return PyArg_ParseTuple(args, "On", &o, &i) ? PySequence_ITEM(o, i) : NULL; }

OBJECT(PySequence_Fast_ITEMS)
{
    UNUSED_MODULE(m);
    PyObject **items = PySequence_Fast_ITEMS(o);
    Py_ssize_t n = PySequence_Fast_GET_SIZE(o);
    PyObject *out = PyTuple_New(n);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++)
        PyTuple_SET_ITEM(out, i, NEW(items[i]));
    return out;
}
OBJECT(PyTuple_SET_ITEM) { UNUSED_MODULE(m); PyObject *t = PyTuple_New(2); PyTuple_SET_ITEM(t, 0, NEW(o)); PyTuple_SET_ITEM(t, 1, NEW(m)); return t; }
OBJECT(PyList_SET_ITEM) { UNUSED_MODULE(m); PyObject *t = PyList_New(1); PyList_SET_ITEM(t, 0, NEW(o)); return t; }
ARGS(PyCell_SET)
{
    UNUSED_MODULE(m);
    PyObject *cell, *value, *old;
    if (!PyArg_ParseTuple(args, "OO", &cell, &value))
        return NULL;
    old = PyCell_GET(cell);
    PyCell_SET(cell, NEW(value));
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

/* Room that a list has allocated is used as generated code uses it: no call while there is some. */
ARGS(list_append)
{
    UNUSED_MODULE(m);
    PyObject *list, *x;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &x))
        return NULL;
    PyListObject *l = (PyListObject *)list;
    Py_ssize_t n = Py_SIZE(l);
    if (l->allocated > n) {
        l->ob_item[n] = NEW(x);
        Py_SET_SIZE(l, n + 1);
        Py_RETURN_TRUE;
    }
    return PyList_Append(list, x) < 0 ? NULL : NEW(Py_False);
}

/* ---- strings and bytes ----------------------------------------------------------------------------------------------- */

OBJECT(PyBytes_AS_STRING) { UNUSED_MODULE(m); char *s = PyBytes_AS_STRING(o); return PyBytes_FromStringAndSize(s, PyBytes_GET_SIZE(o) + 1); }
OBJECT(PyByteArray_AS_STRING) { UNUSED_MODULE(m); return PyBytes_FromStringAndSize(PyByteArray_AS_STRING(o), PyByteArray_GET_SIZE(o) + 1); }

/* The text and the NUL behind it, straight from memory, as a list of code points. */
static PyObject *
points(PyObject *str, int kind, const void *data)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(str);
    PyObject *list = PyList_New(n + 1);
    for (Py_ssize_t i = 0; list != NULL && i <= n; i++)
        PyList_SET_ITEM(list, i, PyLong_FromUnsignedLong(PyUnicode_READ(kind, data, i)));
    return list;
}
OBJECT(PyUnicode_DATA) { UNUSED_MODULE(m); return points(o, (int)PyUnicode_KIND(o), PyUnicode_DATA(o)); }
OBJECT(PyUnicode_1BYTE_DATA) { UNUSED_MODULE(m); return points(o, PyUnicode_1BYTE_KIND, PyUnicode_1BYTE_DATA(o)); }
OBJECT(PyUnicode_2BYTE_DATA) { UNUSED_MODULE(m); return points(o, PyUnicode_2BYTE_KIND, PyUnicode_2BYTE_DATA(o)); }
OBJECT(PyUnicode_4BYTE_DATA) { UNUSED_MODULE(m); return points(o, PyUnicode_4BYTE_KIND, PyUnicode_4BYTE_DATA(o)); }
OBJECT(_PyUnicode_COMPACT_DATA) { UNUSED_MODULE(m); return points(o, (int)PyUnicode_KIND(o), _PyUnicode_COMPACT_DATA(o)); }
OBJECT(_PyUnicode_NONCOMPACT_DATA) { UNUSED_MODULE(m); return points(o, (int)PyUnicode_KIND(o), _PyUnicode_NONCOMPACT_DATA(o)); }
OBJECT(PyUnicode_READ_CHAR)
{
    UNUSED_MODULE(m);
    Py_ssize_t n = PyUnicode_GET_LENGTH(o);
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++)
        PyList_SET_ITEM(list, i, PyLong_FromUnsignedLong(PyUnicode_READ_CHAR(o, i)));
    return list;
}
/* A string made by writing: each character plus one. */
OBJECT(PyUnicode_WRITE)
{
    UNUSED_MODULE(m);
    Py_ssize_t n = PyUnicode_GET_LENGTH(o);
    Py_UCS4 max = PyUnicode_MAX_CHAR_VALUE(o);
    PyObject *out = PyUnicode_New(n, max);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        Py_UCS4 ch = PyUnicode_READ_CHAR(o, i);
        PyUnicode_WRITE(PyUnicode_KIND(out), PyUnicode_DATA(out), i, ch == max ? ch : ch + 1);
    }
    return out;
}
_Py_COMP_DIAG_PUSH
_Py_COMP_DIAG_IGNORE_DEPR_DECLS
OBJECT(hash_field) { UNUSED_MODULE(m); return PyLong_FromSsize_t(PyUnicode_Check(o) ? ((PyASCIIObject *)o)->hash : ((PyBytesObject *)o)->ob_shash); }
_Py_COMP_DIAG_POP

/* All questions about one character: a dict by the macro's name. */
OBJECT(char_facts)
{
    UNUSED_MODULE(m);
    Py_UCS4 ch = (Py_UCS4)PyLong_AsUnsignedLong(o);
#define ASK(NAME) #NAME, (int)Py_UNICODE_##NAME(ch)
    return Py_BuildValue("{si si si si si si si si si si si si si si si sd si si}", "ISSPACE", (int)Py_UNICODE_ISSPACE(ch), "ISALNUM", (int)Py_UNICODE_ISALNUM(ch), ASK(ISALPHA), ASK(ISDECIMAL), ASK(ISDIGIT),
                         ASK(ISNUMERIC), ASK(ISLOWER), ASK(ISUPPER), ASK(ISTITLE), ASK(ISPRINTABLE), ASK(ISLINEBREAK), ASK(TOLOWER), ASK(TOUPPER),
                         ASK(TOTITLE), ASK(TODECIMAL), "TONUMERIC", (double)Py_UNICODE_TONUMERIC(ch), ASK(TODIGIT), ASK(IS_SURROGATE));
#undef ASK
}
OBJECT(surrogates)
{
    UNUSED_MODULE(m);
    Py_UCS4 ch = (Py_UCS4)PyLong_AsUnsignedLong(o);
    Py_UCS4 high = Py_UNICODE_HIGH_SURROGATE(ch), low = Py_UNICODE_LOW_SURROGATE(ch);
    return Py_BuildValue("IIIii", high, low, Py_UNICODE_JOIN_SURROGATES(high, low), Py_UNICODE_IS_HIGH_SURROGATE(high), Py_UNICODE_IS_LOW_SURROGATE(low));
}
OBJECT(ctype_facts)
{
    UNUSED_MODULE(m);
    int c = (int)PyLong_AsLong(o);
    return Py_BuildValue("iiiiiiiii", Py_ISLOWER(c) != 0, Py_ISUPPER(c) != 0, Py_ISALPHA(c) != 0, Py_ISDIGIT(c) != 0, Py_ISXDIGIT(c) != 0,
                         Py_ISALNUM(c) != 0, Py_ISSPACE(c) != 0, Py_TOLOWER(c), Py_TOUPPER(c));
}
OBJECT(unicode_writer)
{
    UNUSED_MODULE(m);
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    if (_PyUnicodeWriter_Prepare(&w, PyUnicode_GET_LENGTH(o), PyUnicode_MAX_CHAR_VALUE(o)) < 0 || _PyUnicodeWriter_PrepareKind(&w, PyUnicode_1BYTE_KIND) < 0
        || _PyUnicodeWriter_WriteStr(&w, o) < 0 || _PyUnicodeWriter_WriteChar(&w, '!') < 0) {
        _PyUnicodeWriter_Dealloc(&w);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&w);
}

/* ---- counts ---------------------------------------------------------------------------------------------------------- */

/* How the count changes: (INCREF, XINCREF, NewRef, XNewRef twice, then DECREF and XDECREF of all). */
OBJECT(counts)
{
    UNUSED_MODULE(m);
    Py_ssize_t n[6];
    n[0] = Py_REFCNT(o);
    Py_INCREF(o);
    n[1] = Py_REFCNT(o);
    Py_XINCREF(o);
    n[2] = Py_REFCNT(o);
    PyObject *a = Py_NewRef(o), *b = Py_XNewRef(o);      /* that is, _Py_NewRef(o), _Py_XNewRef(o) */
    n[3] = Py_REFCNT(o);
    Py_CLEAR(a);
    Py_DECREF(b);
    Py_XDECREF(a);
    n[4] = Py_REFCNT(o);
    Py_DECREF(o);
    Py_XDECREF(o);
    n[5] = Py_REFCNT(o);
    PyObject *nothing = Py_XNewRef((PyObject *)NULL);
    Py_XINCREF(nothing);
    Py_XDECREF(nothing);
    return Py_BuildValue("nnnnnnO", n[0], n[1], n[2], n[3], n[4], n[5], a == NULL && nothing == NULL ? Py_True : Py_False);
}
OBJECT(Py_SET_REFCNT) { UNUSED_MODULE(m); Py_ssize_t n = Py_REFCNT(o); Py_SET_REFCNT(o, n + 5); Py_ssize_t more = Py_REFCNT(o); Py_SET_REFCNT(o, n); return PyLong_FromSsize_t(more - n); }
ARGS(Py_IS_TYPE) { UNUSED_MODULE(m); PyObject *o, *t; return PyArg_ParseTuple(args, "OO", &o, &t) ? PyBool_FromLong(Py_IS_TYPE(o, (PyTypeObject *)t)) : NULL; }
ARGS(PyObject_TypeCheck) { UNUSED_MODULE(m); PyObject *o, *t; return PyArg_ParseTuple(args, "OO", &o, &t) ? PyBool_FromLong(PyObject_TypeCheck(o, (PyTypeObject *)t)) : NULL; }
ARGS(Py_SET_TYPE)
{
    UNUSED_MODULE(m);
    PyObject *o, *t;
    if (!PyArg_ParseTuple(args, "OO", &o, &t))
        return NULL;
    PyTypeObject *old = Py_TYPE(o);
    Py_INCREF(t);
    Py_SET_TYPE(o, (PyTypeObject *)t);
    Py_DECREF(old);
    Py_RETURN_NONE;
}
OBJECT(Py_SET_SIZE)
{
    UNUSED_MODULE(m);
    PyObject *list = Py_BuildValue("[OOO]", o, o, o);
    Py_SET_SIZE(list, 2);
    Py_DECREF(((PyListObject *)list)->ob_item[2]);
    return list;
}
/* Py_SETREF and Py_XSETREF: the variable has its new value when the old one's destructor runs. */
static PyObject *slot;
OBJECT(Py_SETREF) { UNUSED_MODULE(m); if (slot == NULL) slot = NEW(Py_None); Py_SETREF(slot, NEW(o)); Py_RETURN_NONE; }
OBJECT(Py_XSETREF) { UNUSED_MODULE(m); Py_XSETREF(slot, NEW(o)); Py_RETURN_NONE; }
static PyObject *w_slot(PyObject *m, PyObject *u) { UNUSED_MODULE(m); (void)u; return slot ? NEW(slot) : NEW(Py_Ellipsis); }
static PyObject *w_Py_CLEAR(PyObject *m, PyObject *u) { UNUSED_MODULE(m); (void)u; Py_CLEAR(slot); Py_RETURN_NONE; }

/* Modules from before 3.12 count immortals like others: 64 bits, no test. If they drive one to zero it must survive. */
OBJECT(old_counts)
{
    UNUSED_MODULE(m);
    Py_ssize_t before = o->ob_refcnt;
    for (int i = 0; i < 1000; i++)
        ++o->ob_refcnt;
    for (int i = 0; i < 1500; i++)
        if (--o->ob_refcnt == 0)
            _Py_Dealloc(o);
    Py_ssize_t after = o->ob_refcnt;
    if (_Py_IsImmortal(o)) {
        o->ob_refcnt = 1;
        if (--o->ob_refcnt == 0)
            _Py_Dealloc(o);
    }
    return Py_BuildValue("nnO", before, after, _Py_IsImmortal(o) ? Py_True : Py_False);
}

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

static PyObject *
w_memory(PyObject *m, PyObject *u)
{
    UNUSED_MODULE(m); (void)u;
    long *a = PyMem_New(long, 10), *b = PyMem_NEW(long, 10);
    char *c = (char *)PyMem_MALLOC(3);
    c = (char *)PyMem_REALLOC(c, 300);
    a[9] = 9; b[9] = 8; c[299] = 7;
    PyMem_Resize(a, long, 1000);
    PyMem_RESIZE(b, long, 1000);
    long sum = a[9] + b[9] + c[299];
    long *huge = PyMem_New(long, PY_SSIZE_T_MAX / 4);
    PyMem_Del(a); PyMem_DEL(b); PyMem_FREE(c);
    void *d = PyObject_MALLOC(8);
    d = PyObject_REALLOC(d, 800);
    PyObject_FREE(d); PyObject_DEL(PyObject_Malloc(1)); PyObject_Del(PyObject_Malloc(1));
    return Py_BuildValue("lO", sum, huge == NULL ? Py_True : Py_False);
}

typedef struct { PyObject_HEAD PyObject *inner; int dealloced_at; } Box;
static int box_depth, box_max, box_dealloced;
static int box_traverse(PyObject *self, visitproc visit, void *arg) { Py_VISIT(Py_TYPE(self)); Py_VISIT(((Box *)self)->inner); return 0; }
static int box_clear(PyObject *self) { Py_CLEAR(((Box *)self)->inner); return 0; }
static void
box_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, box_dealloc)
    if (++box_depth > box_max)
        box_max = box_depth;
    Py_CLEAR(((Box *)self)->inner);
    --box_depth;
    ++box_dealloced;
    PyObject_GC_Del(self);
    Py_DECREF(type);
    Py_TRASHCAN_END
}
static PyMemberDef box_members[] = { { "inner", Py_T_OBJECT_EX, offsetof(Box, inner), 0, NULL }, { NULL, 0, 0, 0, NULL } };
static PyType_Slot box_slots[] = {
    { Py_tp_traverse, (void *)box_traverse }, { Py_tp_clear, (void *)box_clear }, { Py_tp_dealloc, (void *)box_dealloc },
    { Py_tp_members, box_members }, { 0, NULL },
};
static PyType_Spec box_spec = { "abi_walk.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, box_slots };
static PyTypeObject *box_type;

/* A chain of boxes goes at once: (boxes destroyed, greatest depth). */
OBJECT(trashcan)
{
    UNUSED_MODULE(m);
    long n = PyLong_AsLong(o);
    PyObject *chain = NULL;
    for (long i = 0; i < n; i++) {
        Box *box = PyObject_GC_New(Box, box_type);
        box->inner = chain;
        PyObject_GC_Track((PyObject *)box);
        chain = (PyObject *)box;
    }
    box_max = box_dealloced = 0;
    Py_CLEAR(chain);
    return Py_BuildValue("ii", box_dealloced, box_max);
}
static PyObject *
w_box_cycle(PyObject *m, PyObject *u)
{
    UNUSED_MODULE(m); (void)u;
    Box *a = PyObject_GC_New(Box, box_type), *b = PyObject_GC_New(Box, box_type);
    a->inner = NEW(b); b->inner = NEW(a);
    PyObject_GC_Track((PyObject *)a); PyObject_GC_Track((PyObject *)b);
    Py_DECREF(a); Py_DECREF(b);
    box_dealloced = 0;
    PyGC_Collect();
    return PyLong_FromLong(box_dealloced);
}

typedef struct { PyObject_VAR_HEAD long items[1]; } Row;
static void row_dealloc(PyObject *self) { PyTypeObject *type = Py_TYPE(self); PyObject_Free(self); Py_DECREF(type); }
static PyType_Slot row_slots[] = { { Py_tp_dealloc, (void *)row_dealloc }, { 0, NULL } };
static PyType_Spec row_spec = { "abi_walk.Row", offsetof(Row, items), sizeof(long), Py_TPFLAGS_DEFAULT, row_slots };
static PyTypeObject *row_type;
static int grow_traverse(PyObject *self, visitproc visit, void *arg) { Py_VISIT(Py_TYPE(self)); return 0; }
static void grow_dealloc(PyObject *self) { PyTypeObject *type = Py_TYPE(self); PyObject_GC_UnTrack(self); PyObject_GC_Del(self); Py_DECREF(type); }
static PyType_Slot grow_slots[] = { { Py_tp_dealloc, (void *)grow_dealloc }, { Py_tp_traverse, (void *)grow_traverse }, { 0, NULL } };
static PyType_Spec grow_spec = { "abi_walk.Grow", offsetof(Row, items), sizeof(long), Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, grow_slots };
static PyTypeObject *grow_type;

/* Each way to make an object: sizes and counts of what came. */
static PyObject *
w_make(PyObject *m, PyObject *u)
{
    UNUSED_MODULE(m); (void)u;
    Row *r[6];
    r[0] = PyObject_NewVar(Row, row_type, 4);
    r[1] = PyObject_NEW_VAR(Row, row_type, 5);
    r[2] = (Row *)PyObject_INIT_VAR((PyVarObject *)PyObject_Malloc(_PyObject_VAR_SIZE(row_type, 6)), row_type, 6);
    r[3] = PyObject_GC_NewVar(Row, grow_type, 7);
    r[4] = PyObject_GC_Resize(Row, PyObject_GC_NewVar(Row, grow_type, 1), 1000);
    r[5] = NULL;
    PyObject *out = PyList_New(0);
    for (int i = 0; i < 5; i++) {
        r[i]->items[Py_SIZE(r[i]) - 1] = 1;
        PyObject *pair = Py_BuildValue("nn", Py_SIZE(r[i]), Py_REFCNT(r[i]));
        if (pair == NULL || PyList_Append(out, pair) < 0)
            return NULL;
        Py_DECREF(pair);
        Py_DECREF(r[i]);
    }
    PyObject *plain[3] = { PyObject_New(PyObject, &PyBaseObject_Type), PyObject_NEW(PyObject, &PyBaseObject_Type),
                           PyObject_INIT((PyObject *)PyObject_Malloc(sizeof(PyObject)), &PyBaseObject_Type) };
    for (int i = 0; i < 3; i++) {
        PyObject *n = PyLong_FromSsize_t(Py_REFCNT(plain[i]));
        if (n == NULL || PyList_Append(out, n) < 0)
            return NULL;
        Py_DECREF(n);
        Py_DECREF(plain[i]);
    }
    return out;
}

/* ---- datetime -------------------------------------------------------------------------------------------------------- */

ARGS(PyDate_FromDate) { UNUSED_MODULE(m); int y, mo, d; return PyArg_ParseTuple(args, "iii", &y, &mo, &d) ? PyDate_FromDate(y, mo, d) : NULL; }
ARGS(PyDateTime_FromDateAndTime)
{
    UNUSED_MODULE(m);
    int y, mo, d, h, mi, s, us;
    return PyArg_ParseTuple(args, "iiiiiii", &y, &mo, &d, &h, &mi, &s, &us) ? PyDateTime_FromDateAndTime(y, mo, d, h, mi, s, us) : NULL;
}
ARGS(PyDateTime_FromDateAndTimeAndFold)
{
    UNUSED_MODULE(m);
    int y, mo, d, h, mi, s, us, fold;
    return PyArg_ParseTuple(args, "iiiiiiii", &y, &mo, &d, &h, &mi, &s, &us, &fold) ? PyDateTime_FromDateAndTimeAndFold(y, mo, d, h, mi, s, us, fold) : NULL;
}
ARGS(PyTime_FromTime) { UNUSED_MODULE(m); int h, mi, s, us; return PyArg_ParseTuple(args, "iiii", &h, &mi, &s, &us) ? PyTime_FromTime(h, mi, s, us) : NULL; }
ARGS(PyTime_FromTimeAndFold) { UNUSED_MODULE(m); int h, mi, s, us, f; return PyArg_ParseTuple(args, "iiiii", &h, &mi, &s, &us, &f) ? PyTime_FromTimeAndFold(h, mi, s, us, f) : NULL; }
ARGS(PyDelta_FromDSU) { UNUSED_MODULE(m); int d, s, us; return PyArg_ParseTuple(args, "iii", &d, &s, &us) ? PyDelta_FromDSU(d, s, us) : NULL; }
OBJECT(PyTimeZone_FromOffset) { UNUSED_MODULE(m); return PyTimeZone_FromOffset(o); }
ARGS(PyTimeZone_FromOffsetAndName) { UNUSED_MODULE(m); PyObject *o, *name; return PyArg_ParseTuple(args, "OO", &o, &name) ? PyTimeZone_FromOffsetAndName(o, name) : NULL; }
ARGS(PyDateTime_FromTimestamp) { UNUSED_MODULE(m); return PyDateTime_FromTimestamp(args); }
ARGS(PyDate_FromTimestamp) { UNUSED_MODULE(m); return PyDate_FromTimestamp(args); }
static PyObject *w_PyDateTime_TimeZone_UTC(PyObject *m, PyObject *u) { UNUSED_MODULE(m); (void)u; return NEW(PyDateTime_TimeZone_UTC); }

/* ---- calls ----------------------------------------------------------------------------------------------------------- */

ARGS(PyObject_CallMethodNoArgs) { UNUSED_MODULE(m); PyObject *o, *name; return PyArg_ParseTuple(args, "OO", &o, &name) ? PyObject_CallMethodNoArgs(o, name) : NULL; }
ARGS(PyObject_CallMethodOneArg) { UNUSED_MODULE(m); PyObject *o, *name, *x; return PyArg_ParseTuple(args, "OOO", &o, &name, &x) ? PyObject_CallMethodOneArg(o, name, x) : NULL; }
static PyObject *vector(PyObject *m, PyObject *const *args, Py_ssize_t nargsf, PyObject *kwnames)
{
    UNUSED_MODULE(m);
    PyObject *out = PyTuple_New(nargsf);
    for (Py_ssize_t i = 0; out != NULL && i < nargsf; i++)
        PyTuple_SET_ITEM(out, i, NEW(args[i]));
    return Py_BuildValue("NO", out, kwnames ? kwnames : Py_None);
}
ARGS(PyVectorcall_NARGS)
{
    UNUSED_MODULE(m);
    size_t n = (size_t)PyTuple_GET_SIZE(args);
    return Py_BuildValue("nn", PyVectorcall_NARGS(n), PyVectorcall_NARGS(n | PY_VECTORCALL_ARGUMENTS_OFFSET));
}
OBJECT(PyCFunction_GET_FUNCTION) { UNUSED_MODULE(m); return PyBool_FromLong(PyCFunction_GET_FUNCTION(o) == _PyCFunction_CAST(vector)); }
static PyObject *late(PyObject *self, PyObject *x) { return Py_BuildValue("OO", self, x); }
static PyMethodDef late_def = { "late", late, METH_O, PyDoc_STR("late($module, x, /)\n--\n\nMade later.") };
OBJECT(PyCFunction_New) { UNUSED_MODULE(m); return PyCFunction_New(&late_def, o); }
OBJECT(PyCFunction_NewEx) { UNUSED_MODULE(m); return PyCFunction_NewEx(&late_def, o, NULL); }
ARGS(PyImport_ImportModuleEx) { UNUSED_MODULE(m); const char *name; PyObject *from; return PyArg_ParseTuple(args, "sO", &name, &from) ? PyImport_ImportModuleEx(name, NULL, NULL, from) : NULL; }
static PyObject *w_PyErr_BadInternalCall(PyObject *m, PyObject *u) { UNUSED_MODULE(m); (void)u; PyErr_BadInternalCall(); return NULL; }
OBJECT(PyErr_Warn) { UNUSED_MODULE(m); return PyErr_Warn(o, "from C") < 0 ? NULL : NEW(Py_None); }
OBJECT(PyMapping_DelItemString) { UNUSED_MODULE(m); return PyLong_FromLong(PyMapping_DelItemString(o, "key")); }
ARGS(PyMapping_DelItem) { UNUSED_MODULE(m); PyObject *o, *k; return PyArg_ParseTuple(args, "OO", &o, &k) && PyMapping_DelItem(o, k) == 0 ? PyLong_FromLong(0) : NULL; }
OBJECT(PyODict_GetItemString) { UNUSED_MODULE(m); return Py_XNewRef(PyODict_GetItemString(o, "key")); }
ARGS(PyODict_GetItem)
{
    UNUSED_MODULE(m);
    PyObject *o, *k;
    if (!PyArg_ParseTuple(args, "OO", &o, &k))
        return NULL;
    PyObject *a = PyODict_GetItem(o, k), *b = PyODict_GetItemWithError(o, k);
    return Py_BuildValue("OOi", a ? a : Py_None, b ? b : Py_None, PyODict_Contains(o, k));
}
OBJECT(PyRun_SimpleString) { UNUSED_MODULE(m); return PyLong_FromLong(PyRun_SimpleString(PyUnicode_AsUTF8(o))); }
ARGS(PyRun_String) { UNUSED_MODULE(m); const char *s; PyObject *g; return PyArg_ParseTuple(args, "sO", &s, &g) ? PyRun_String(s, Py_eval_input, g, g) : NULL; }
ARGS(PyRun_File)
{
    UNUSED_MODULE(m);
    const char *name;
    PyObject *g;
    if (!PyArg_ParseTuple(args, "sO", &name, &g))
        return NULL;
    /* Each macro that runs a file, one after the other. */
    PyObject *r = PyRun_File(fopen(name, "r"), name, Py_file_input, g, g);
    Py_XDECREF(r);
    r = r ? PyRun_FileEx(fopen(name, "r"), name, Py_file_input, g, g, 1) : NULL;
    Py_XDECREF(r);
    r = r ? PyRun_FileFlags(fopen(name, "r"), name, Py_file_input, g, g, NULL) : NULL;
    Py_XDECREF(r);
    if (r == NULL)
        return NULL;
    int n = PyRun_AnyFile(fopen(name, "r"), name) + PyRun_AnyFileEx(fopen(name, "r"), name, 1) + PyRun_AnyFileFlags(fopen(name, "r"), name, NULL)
            + PyRun_SimpleFile(fopen(name, "r"), name) + PyRun_SimpleFileEx(fopen(name, "r"), name, 1);
    return PyLong_FromLong(n);
}
ARGS(PyRun_InteractiveLoop)
{
    UNUSED_MODULE(m);
    const char *name;
    if (!PyArg_ParseTuple(args, "s", &name))
        return NULL;
    FILE *f = fopen(name, "r");
    int one = PyRun_InteractiveOne(f, name), rest = PyRun_InteractiveLoop(f, name);
    fclose(f);
    return Py_BuildValue("ii", one, rest);
}
ARGS(Py_CompileString) { UNUSED_MODULE(m); const char *s; return PyArg_ParseTuple(args, "s", &s) ? Py_CompileString(s, "<walk>", Py_file_input) : NULL; }
static PyObject *w_Py_RETURN_NAN(PyObject *m, PyObject *u) { UNUSED_MODULE(m); (void)u; Py_RETURN_NAN; }
OBJECT(Py_RETURN_INF) { UNUSED_MODULE(m); double sign = PyFloat_AsDouble(o); Py_RETURN_INF(sign); }
ARGS(Py_RETURN_RICHCOMPARE) { UNUSED_MODULE(m); long a, b; int op; if (!PyArg_ParseTuple(args, "lli", &a, &b, &op)) return NULL; Py_RETURN_RICHCOMPARE(a, b, op); }
static PyObject *w_Py_RETURN_NOTIMPLEMENTED(PyObject *m, PyObject *u) { UNUSED_MODULE(m); (void)u; Py_RETURN_NOTIMPLEMENTED; }

/* ---- buffers, slices, identifiers, threads, locks -------------------------------------------------------------------- */

OBJECT(PyMemoryView_GET_BUFFER)
{
    UNUSED_MODULE(m);
    Py_buffer *b = PyMemoryView_GET_BUFFER(o);
    return Py_BuildValue("nnisn", b->len, b->itemsize, b->ndim, b->format, b->shape ? b->shape[0] : -1);
}
ARGS(PySlice_GetIndicesEx)
{
    UNUSED_MODULE(m);
    PyObject *s;
    Py_ssize_t n, start, stop, step, len;
    if (!PyArg_ParseTuple(args, "On", &s, &n) || PySlice_GetIndicesEx(s, n, &start, &stop, &step, &len) < 0)
        return NULL;
    return Py_BuildValue("nnnn", start, stop, step, len);
}
_Py_IDENTIFIER(upper);
OBJECT(_Py_IDENTIFIER) { UNUSED_MODULE(m); return _PyObject_CallMethodId(o, &PyId_upper, NULL); }
static PyObject *
w_Py_BEGIN_ALLOW_THREADS(PyObject *m, PyObject *u)
{
    UNUSED_MODULE(m); (void)u;
    int inside, blocked, again;
    Py_BEGIN_ALLOW_THREADS
    inside = PyGILState_Check();
    Py_BLOCK_THREADS
    blocked = PyGILState_Check();
    Py_UNBLOCK_THREADS
    again = PyGILState_Check();
    Py_END_ALLOW_THREADS
    PyThreadState *ts = PyThreadState_GET();
    return Py_BuildValue("iiiii", inside, blocked, again, PyGILState_Check(), ts == PyThreadState_Get() && ts == _PyThreadState_UncheckedGet());
}
static PyObject *
w_PyMutex_Lock(PyObject *m, PyObject *u)
{
    UNUSED_MODULE(m); (void)u;
    PyMutex lock = { 0 };
    PyMutex_Lock(&lock);
    int locked = lock._bits;
    PyMutex_Unlock(&lock);
    _PyMutex_Lock(&lock);
    _PyMutex_Unlock(&lock);
    int section = 0;
    Py_BEGIN_CRITICAL_SECTION(m);
    Py_BEGIN_CRITICAL_SECTION2(m, m);
    section = 1;
    Py_END_CRITICAL_SECTION2();
    Py_END_CRITICAL_SECTION();
    return Py_BuildValue("iii", locked, lock._bits, section);
}

/* Events of sys.monitoring: with an inactive state nothing happens, else the tool hears of it. */
ARGS(PyMonitoring)
{
    UNUSED_MODULE(m);
    PyObject *code;
    int active;
    if (!PyArg_ParseTuple(args, "Oi", &code, &active))
        return NULL;
    const uint8_t events[] = {
        PY_MONITORING_EVENT_PY_START, PY_MONITORING_EVENT_PY_RESUME, PY_MONITORING_EVENT_PY_RETURN, PY_MONITORING_EVENT_PY_YIELD, PY_MONITORING_EVENT_CALL,
        PY_MONITORING_EVENT_LINE, PY_MONITORING_EVENT_JUMP, PY_MONITORING_EVENT_BRANCH, PY_MONITORING_EVENT_C_RETURN, PY_MONITORING_EVENT_PY_THROW,
        PY_MONITORING_EVENT_RAISE, PY_MONITORING_EVENT_EXCEPTION_HANDLED, PY_MONITORING_EVENT_C_RAISE, PY_MONITORING_EVENT_PY_UNWIND,
        PY_MONITORING_EVENT_STOP_ITERATION, PY_MONITORING_EVENT_RERAISE };
    enum { N = sizeof events };
    PyMonitoringState state[N];
    uint64_t version = 0;
    memset(state, 0, sizeof state);
    if (active && PyMonitoring_EnterScope(state, &version, events, N) < 0)
        return NULL;
    int r = PyMonitoring_FirePyStartEvent(&state[0], code, 1);
    r |= PyMonitoring_FirePyResumeEvent(&state[1], code, 2);
    r |= PyMonitoring_FirePyReturnEvent(&state[2], code, 3, code);
    r |= PyMonitoring_FirePyYieldEvent(&state[3], code, 4, code);
    r |= PyMonitoring_FireCallEvent(&state[4], code, 5, code, code);
    r |= PyMonitoring_FireLineEvent(&state[5], code, 6, 66);
    r |= PyMonitoring_FireJumpEvent(&state[6], code, 7, code);
    r |= PyMonitoring_FireBranchEvent(&state[7], code, 8, code);
    r |= PyMonitoring_FireCReturnEvent(&state[8], code, 9, code);
    PyObject *exc = PyObject_CallNoArgs(PyExc_ValueError);
    PyErr_SetRaisedException(exc);
    r |= PyMonitoring_FirePyThrowEvent(&state[9], code, 10);
    r |= PyMonitoring_FireRaiseEvent(&state[10], code, 11);
    r |= PyMonitoring_FireExceptionHandledEvent(&state[11], code, 12);
    r |= PyMonitoring_FireCRaiseEvent(&state[12], code, 13);
    r |= PyMonitoring_FirePyUnwindEvent(&state[13], code, 14);
    r |= PyMonitoring_FireReraiseEvent(&state[15], code, 16);
    PyErr_Clear();
    r |= PyMonitoring_FireStopIterationEvent(&state[14], code, 15, code);
    if (active && PyMonitoring_ExitScope() < 0)
        return NULL;
    return r < 0 ? NULL : Py_BuildValue("iii", r, PY_MONITORING_IS_INSTRUMENTED_EVENT(9), PY_MONITORING_IS_INSTRUMENTED_EVENT(10));
}

/* ---- code objects ---------------------------------------------------------------------------------------------------- */

_Py_COMP_DIAG_PUSH
_Py_COMP_DIAG_IGNORE_DEPR_DECLS
static PyObject *
w_PyCode_New(PyObject *m, PyObject *like)
{
    UNUSED_MODULE(m);
    PyCodeObject *c = (PyCodeObject *)like;
    PyObject *code = PyCode_GetCode(c), *vars = PyCode_GetVarnames(c), *cells = PyCode_GetCellvars(c), *free = PyCode_GetFreevars(c);
    PyObject *a = (PyObject *)PyCode_New(c->co_argcount, c->co_kwonlyargcount, c->co_nlocals, c->co_stacksize, c->co_flags, code, c->co_consts, c->co_names,
                             vars, free, cells, c->co_filename, c->co_name, c->co_qualname, c->co_firstlineno, c->co_linetable, c->co_exceptiontable);
    PyObject *b = (PyObject *)PyCode_NewWithPosOnlyArgs(c->co_argcount, c->co_posonlyargcount, c->co_kwonlyargcount, c->co_nlocals, c->co_stacksize, c->co_flags,
                             code, c->co_consts, c->co_names, vars, free, cells, c->co_filename, c->co_name, c->co_qualname, c->co_firstlineno,
                             c->co_linetable, c->co_exceptiontable);
    Py_DECREF(code); Py_DECREF(vars); Py_DECREF(cells); Py_DECREF(free);
    return a && b ? Py_BuildValue("NN", a, b) : NULL;
}
static PyObject *
w__PyCode_SetExtra(PyObject *m, PyObject *code)
{
    UNUSED_MODULE(m);
    static Py_ssize_t index = -1;
    void *extra = NULL;
    if (index < 0)
        index = _PyEval_RequestCodeExtraIndex(NULL);
    if (index < 0 || _PyCode_SetExtra(code, index, code) < 0 || _PyCode_GetExtra(code, index, &extra) < 0)
        return NULL;
    _PyCode_SetExtra(code, index, NULL);
    return NEW((PyObject *)extra);
}
_Py_COMP_DIAG_POP

/* ---- struct sequences ------------------------------------------------------------------------------------------------ */

ARGS(struct_item)
{
    UNUSED_MODULE(m);
    PyObject *o;
    Py_ssize_t i;
    return PyArg_ParseTuple(args, "On", &o, &i) ? NEW(PyStructSequence_GET_ITEM(o, i)) : NULL;
}
static PyStructSequence_Field point_fields[] = { { "x", "Across." }, { "", NULL }, { "hidden", NULL }, { NULL, NULL } };
static PyStructSequence_Desc point_desc = { "abi_walk.Point", "A point.", point_fields, 2 };
static PyTypeObject *point_type;
ARGS(PyStructSequence)
{
    UNUSED_MODULE(m);
    PyObject *x, *y, *z;
    if (!PyArg_ParseTuple(args, "OOO", &x, &y, &z))
        return NULL;
    PyObject *p = PyStructSequence_New(point_type);
    if (p == NULL)
        return NULL;
    PyStructSequence_SET_ITEM(p, 0, NEW(x));
    PyStructSequence_SET_ITEM(p, 1, NEW(y));
    PyStructSequence_SetItem(p, 2, NEW(z));
    return p;
}

/* ---- a module in several phases -------------------------------------------------------------------------------------- */

static int phased_exec(PyObject *m) { return PyModule_AddIntConstant(m, "executed", 1); }
static PyModuleDef_Slot phased_slots[] = { { Py_mod_exec, (void *)phased_exec }, { 0, NULL } };
static struct PyModuleDef phased = { PyModuleDef_HEAD_INIT, "phased", "Made of a spec.", 0, NULL, phased_slots, NULL, NULL, NULL };
OBJECT(PyModule_FromDefAndSpec)
{
    UNUSED_MODULE(m);
    PyObject *made = PyModule_FromDefAndSpec(&phased, o);
    if (made != NULL && PyModule_ExecDef(made, &phased) < 0)
        Py_CLEAR(made);
    return made;
}

/* ---- the module ------------------------------------------------------------------------------------------------------ */

#define O_ENTRY(NAME) { #NAME, w_##NAME, METH_O, NULL },
#define V_ENTRY(NAME) { #NAME, w_##NAME, METH_VARARGS, NULL },
#define N_ENTRY(NAME) { #NAME, w_##NAME, METH_NOARGS, NULL },
static PyMethodDef methods[] = {
    FOR_TESTS(O_ENTRY) FOR_NUMBERS(O_ENTRY) FOR_PARTS(O_ENTRY)
    O_ENTRY(PyType_IS_GC) O_ENTRY(_PyObject_SIZE) O_ENTRY(_PyObject_VAR_SIZE) O_ENTRY(PyType_FastSubclass) O_ENTRY(PyType_HasFeature)
    O_ENTRY(PyType_SUPPORTS_WEAKREFS) O_ENTRY(PyCode_GetNumFree) O_ENTRY(PyCode_GetFirstFree) O_ENTRY(PyUnstable_Code_GetFirstFree)
    O_ENTRY(_PyLong_IsCompact) O_ENTRY(_PyLong_CompactValue) O_ENTRY(PyUnstable_Long_IsCompact) O_ENTRY(PyUnstable_Long_CompactValue)
    O_ENTRY(PyFloat_AS_DOUBLE) O_ENTRY(digits) O_ENTRY(PyWeakref_GET_OBJECT) V_ENTRY(PyList_GET_ITEM) V_ENTRY(PyTuple_GET_ITEM)
    V_ENTRY(PySequence_Fast_GET_ITEM) V_ENTRY(PySequence_ITEM) O_ENTRY(PySequence_Fast_ITEMS)
    O_ENTRY(PyTuple_SET_ITEM) O_ENTRY(PyList_SET_ITEM) V_ENTRY(PyCell_SET) V_ENTRY(list_append) O_ENTRY(PyBytes_AS_STRING)
    O_ENTRY(PyByteArray_AS_STRING) O_ENTRY(PyUnicode_DATA) O_ENTRY(PyUnicode_1BYTE_DATA) O_ENTRY(PyUnicode_2BYTE_DATA)
    O_ENTRY(PyUnicode_4BYTE_DATA) O_ENTRY(_PyUnicode_COMPACT_DATA) O_ENTRY(_PyUnicode_NONCOMPACT_DATA) O_ENTRY(PyUnicode_READ_CHAR)
    O_ENTRY(PyUnicode_WRITE) O_ENTRY(hash_field) O_ENTRY(char_facts) O_ENTRY(surrogates) O_ENTRY(ctype_facts) O_ENTRY(unicode_writer)
    O_ENTRY(counts) O_ENTRY(Py_SET_REFCNT) V_ENTRY(Py_IS_TYPE) V_ENTRY(PyObject_TypeCheck) V_ENTRY(Py_SET_TYPE) O_ENTRY(Py_SET_SIZE)
    O_ENTRY(Py_SETREF) O_ENTRY(Py_XSETREF) N_ENTRY(slot) N_ENTRY(Py_CLEAR) O_ENTRY(old_counts) N_ENTRY(memory) O_ENTRY(trashcan)
    N_ENTRY(box_cycle) N_ENTRY(make) V_ENTRY(PyDate_FromDate) V_ENTRY(PyDateTime_FromDateAndTime) V_ENTRY(PyDateTime_FromDateAndTimeAndFold)
    V_ENTRY(PyTime_FromTime) V_ENTRY(PyTime_FromTimeAndFold) V_ENTRY(PyDelta_FromDSU) O_ENTRY(PyTimeZone_FromOffset)
    V_ENTRY(PyTimeZone_FromOffsetAndName) V_ENTRY(PyDateTime_FromTimestamp) V_ENTRY(PyDate_FromTimestamp) N_ENTRY(PyDateTime_TimeZone_UTC)
    V_ENTRY(PyObject_CallMethodNoArgs) V_ENTRY(PyObject_CallMethodOneArg) V_ENTRY(PyVectorcall_NARGS) O_ENTRY(PyCFunction_GET_FUNCTION)
    O_ENTRY(PyCFunction_New) O_ENTRY(PyCFunction_NewEx) V_ENTRY(PyImport_ImportModuleEx) N_ENTRY(PyErr_BadInternalCall) O_ENTRY(PyErr_Warn)
    O_ENTRY(PyMapping_DelItemString) V_ENTRY(PyMapping_DelItem) O_ENTRY(PyODict_GetItemString) V_ENTRY(PyODict_GetItem)
    O_ENTRY(PyRun_SimpleString) V_ENTRY(PyRun_String) V_ENTRY(PyRun_File) V_ENTRY(PyRun_InteractiveLoop) V_ENTRY(Py_CompileString)
    N_ENTRY(Py_RETURN_NAN) O_ENTRY(Py_RETURN_INF) V_ENTRY(Py_RETURN_RICHCOMPARE) N_ENTRY(Py_RETURN_NOTIMPLEMENTED)
    O_ENTRY(PyMemoryView_GET_BUFFER) V_ENTRY(PySlice_GetIndicesEx) O_ENTRY(_Py_IDENTIFIER) N_ENTRY(Py_BEGIN_ALLOW_THREADS)
    N_ENTRY(PyMutex_Lock) V_ENTRY(PyMonitoring) O_ENTRY(PyCode_New) O_ENTRY(_PyCode_SetExtra) V_ENTRY(PyStructSequence) V_ENTRY(struct_item) O_ENTRY(PyModule_FromDefAndSpec)
    { "vector", _PyCFunction_CAST(vector), METH_FASTCALL | METH_KEYWORDS, NULL },
    { NULL, NULL, 0, NULL },
};

#define WALK_NUMBER 42
#define WALK_TEXT "text"
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, "abi_walk", NULL, -1, methods, NULL, NULL, NULL, NULL };

PyMODINIT_FUNC
PyInit_abi_walk(void)
{
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == NULL)
        return NULL;
    PyObject *m = PyModule_Create(&module);
    point_fields[1].name = PyStructSequence_UnnamedField;
    box_type = (PyTypeObject *)PyType_FromSpec(&box_spec);
    row_type = (PyTypeObject *)PyType_FromSpec(&row_spec);
    grow_type = (PyTypeObject *)PyType_FromSpec(&grow_spec);
    point_type = PyStructSequence_NewType(&point_desc);
    if (m == NULL || box_type == NULL || row_type == NULL || grow_type == NULL || point_type == NULL
        || PyModule_AddIntMacro(m, WALK_NUMBER) < 0 || PyModule_AddStringMacro(m, WALK_TEXT) < 0 || PyModule_AddType(m, point_type) < 0
        || PyModule_Add(m, "capsule", PyCapsule_New(&module, "abi_walk.capsule", NULL)) < 0
        || PyModule_Add(m, "instance_method", PyInstanceMethod_New(Py_None)) < 0)
        return NULL;
    return m;
}
