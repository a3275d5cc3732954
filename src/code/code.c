/* code/code.c: making, comparing and freeing code objects.
 *
 * Invariant: after code_new() the instructions carry warm-up counters in their caches; co_code and comparison look through
 * specialisation and instrumentation by code_base_opcode(), so two code objects are equal however often they have run. */
#include "code/code.h"

#include "code/code_state.h"
#include "object/core/err.h"
#include "object/core/object.h"
#include "rt/singletons.h"

uint16_t code_loop_heat = CODE_LOOP_HEAT;

struct code_state code_state = { .next_version = 1, .debug_ranges = 1 };
void (*code_free_monitoring)(PyCodeObject *co);
void (*code_death_notice)(PyCodeObject *co);

/* ---- validation ---- */

static void
count_kinds(PyObject *names, PyObject *kinds, int *locals, int *cells, int *frees)
{
    int nl = 0, nc = 0, nf = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        _PyLocals_Kind k = (_PyLocals_Kind)PyBytes_AS_STRING(kinds)[i];
        if (k & CO_FAST_LOCAL) {
            nl++;
            nc += (k & CO_FAST_CELL) != 0;
        }
        else if (k & CO_FAST_CELL)
            nc++;
        else if (k & CO_FAST_FREE)
            nf++;
    }
    *locals = nl;
    *cells = nc;
    *frees = nf;
}

static bool
fields_have_types(struct code_info *in)
{
    return in->argcount >= in->posonlyargcount && in->posonlyargcount >= 0 && in->kwonlyargcount >= 0 && in->stacksize >= 0
        && in->flags >= 0 && in->code != NULL && PyBytes_Check(in->code) && in->consts != NULL && PyTuple_Check(in->consts)
        && in->names != NULL && PyTuple_Check(in->names) && in->localsplusnames != NULL && PyTuple_Check(in->localsplusnames)
        && in->localspluskinds != NULL && PyBytes_Check(in->localspluskinds)
        && PyTuple_GET_SIZE(in->localsplusnames) == PyBytes_GET_SIZE(in->localspluskinds)
        && in->name != NULL && PyUnicode_Check(in->name) && in->qualname != NULL && PyUnicode_Check(in->qualname)
        && in->filename != NULL && PyUnicode_Check(in->filename) && in->linetable != NULL && PyBytes_Check(in->linetable)
        && in->exceptiontable != NULL && PyBytes_Check(in->exceptiontable);
}

int
code_validate(struct code_info *in)
{
    if (!fields_have_types(in)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyBytes_GET_SIZE(in->code) > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "code: co_code larger than INT_MAX");
        return -1;
    }
    if (PyBytes_GET_SIZE(in->code) % (Py_ssize_t)sizeof(_Py_CODEUNIT) != 0) {
        PyErr_SetString(PyExc_ValueError, "code: co_code is malformed");
        return -1;
    }
    int nlocals, ncells, nfrees;
    count_kinds(in->localsplusnames, in->localspluskinds, &nlocals, &ncells, &nfrees);
    int64_t plain = (int64_t)nlocals - in->argcount - in->kwonlyargcount - ((in->flags & CO_VARARGS) != 0) - ((in->flags & CO_VARKEYWORDS) != 0);
    if (plain < 0) {
        PyErr_SetString(PyExc_ValueError, "code: co_varnames is too small");
        return -1;
    }
    if (in->stacksize > INT_MAX / (int)sizeof(PyObject *) - CODE_FRAME_SPECIALS - PyTuple_GET_SIZE(in->localsplusnames)) {
        PyErr_SetString(PyExc_OverflowError, "code: co_stacksize is too large");
        return -1;
    }
    return 0;
}

/* ---- interning ---- */

static bool
is_name_like(PyObject *s)
{
    if (!PyUnicode_IS_ASCII(s))
        return false;
    const unsigned char *p = PyUnicode_DATA(s);
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(s); i++)
        if (!Py_ISALNUM(p[i]) && p[i] != '_')
            return false;
    return true;
}

static int
intern_all(PyObject *tuple)
{
    for (Py_ssize_t i = PyTuple_GET_SIZE(tuple); --i >= 0;) {
        PyObject *v = PyTuple_GET_ITEM(tuple, i);
        if (v == NULL || !PyUnicode_CheckExact(v)) {
            PyErr_SetString(PyExc_SystemError, "non-string found in code slot");
            return -1;
        }
        PyUnicode_InternInPlace(&((PyTupleObject *)tuple)->ob_item[i]);
    }
    return 0;
}

static int intern_constants(PyObject *tuple, bool *modified);

/* A frozenset cannot be changed in place: rebuild it when interning replaced a member. */
static int
intern_frozenset(PyObject **slot, bool *modified)
{
    bool changed = false;
    PyObject *items = PySequence_Tuple(*slot);
    if (items == NULL)
        return -1;
    int rc = intern_constants(items, &changed);
    if (rc == 0 && changed) {
        PyObject *fresh = PyFrozenSet_New(items);
        rc = fresh == NULL ? -1 : 0;
        if (rc == 0) {
            Py_SETREF(*slot, fresh);
            *modified = true;
        }
    }
    Py_DECREF(items);
    return rc;
}

static int
intern_constants(PyObject *tuple, bool *modified)
{
    for (Py_ssize_t i = PyTuple_GET_SIZE(tuple); --i >= 0;) {
        PyObject **slot = &((PyTupleObject *)tuple)->ob_item[i];
        PyObject *v = *slot;
        if (PyUnicode_CheckExact(v)) {
            if (!is_name_like(v))
                continue;
            PyUnicode_InternInPlace(slot);
            if (*slot != v && modified != NULL)
                *modified = true;
        }
        else if (PyTuple_CheckExact(v)) {
            if (Py_EnterRecursiveCall(" while interning constants"))
                return -1;
            int rc = intern_constants(v, NULL);
            Py_LeaveRecursiveCall();
            if (rc < 0)
                return -1;
        }
        else if (PyFrozenSet_CheckExact(v)) {
            bool ignored = false;
            if (intern_frozenset(slot, modified != NULL ? modified : &ignored) < 0)
                return -1;
        }
    }
    return 0;
}

/* ---- making ---- */

void
code_quicken(PyCodeObject *co)
{
    _Py_CODEUNIT *ins = _PyCode_CODE(co);
    Py_ssize_t n = Py_SIZE(co);
    for (Py_ssize_t i = 0; i < n; i++) {
        int op = ins[i].op.code, caches = op_table[op].caches;
        if (caches == 0 || i + caches >= n)
            continue;
        if (op == JUMP_BACKWARD)
            ins[i + 1].counter = (_Py_BackoffCounter){ .backoff = 0, .value = code_loop_heat };
        else if (op >= POP_JUMP_IF_FALSE && op <= POP_JUMP_IF_TRUE)
            ins[i + 1].cache = 0x5555;                 /* history of outcomes: alternating */
        else
            ins[i + 1].counter = (_Py_BackoffCounter){ .backoff = 1, .value = 1 };
        i += caches;
    }
}

static int
first_traceable(PyCodeObject *co)
{
    int i = 0;
    while (i < Py_SIZE(co) && _PyCode_CODE(co)[i].op.code != RESUME)
        i += 1 + op_table[_PyCode_CODE(co)[i].op.code].caches;
    return i < Py_SIZE(co) ? i : 0;
}

static void
fill(PyCodeObject *co, struct code_info *in)
{
    int nlocals, ncells, nfrees;
    int stacksize = in->stacksize > 0 ? in->stacksize : 1;       /* a slot for what is thrown or sent into any frame */
    count_kinds(in->localsplusnames, in->localspluskinds, &nlocals, &ncells, &nfrees);
    co->co_consts = Py_NewRef(in->consts);
    co->co_names = Py_NewRef(in->names);
    co->co_exceptiontable = Py_NewRef(in->exceptiontable);
    co->co_flags = in->flags;
    co->co_argcount = in->argcount;
    co->co_posonlyargcount = in->posonlyargcount;
    co->co_kwonlyargcount = in->kwonlyargcount;
    co->co_stacksize = stacksize;
    co->co_firstlineno = in->firstlineno;
    co->co_nlocalsplus = (int)PyTuple_GET_SIZE(in->localsplusnames);
    co->co_framesize = co->co_nlocalsplus + stacksize + CODE_FRAME_SPECIALS;
    co->co_nlocals = nlocals;
    co->co_ncellvars = ncells;
    co->co_nfreevars = nfrees;
    co->co_version = code_state.next_version;
    if (code_state.next_version != 0)
        code_state.next_version++;
    co->co_localsplusnames = Py_NewRef(in->localsplusnames);
    co->co_localspluskinds = Py_NewRef(in->localspluskinds);
    co->co_filename = Py_NewRef(in->filename);
    co->co_name = Py_NewRef(in->name);
    co->co_qualname = Py_NewRef(in->qualname);
    PyObject **names[] = { &co->co_filename, &co->co_name, &co->co_qualname };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        if (PyUnicode_CheckExact(*names[i]))
            PyUnicode_InternInPlace(names[i]);
    co->co_linetable = Py_NewRef(in->linetable);
    memcpy(_PyCode_CODE(co), PyBytes_AS_STRING(in->code), (size_t)PyBytes_GET_SIZE(in->code));
    co->_co_firsttraceable = first_traceable(co);
    code_quicken(co);
}

static void
notify(PyCodeEvent event, PyCodeObject *co)
{
    PyInterpreterState *interp = interp_current();
    for (int i = 0; i < CODE_WATCHERS; i++) {
        PyCode_WatchCallback cb = (PyCode_WatchCallback)interp->code_watchers[i];
        if (cb != NULL && cb(event, co) < 0)
            PyErr_FormatUnraisable("Exception ignored in %s watcher callback for %R",
                                   event == PY_CODE_EVENT_CREATE ? "PY_CODE_EVENT_CREATE" : "PY_CODE_EVENT_DESTROY", co);
    }
}

PyCodeObject *
code_new(struct code_info *in)
{
    if (intern_all(in->names) < 0 || intern_constants(in->consts, NULL) < 0 || intern_all(in->localsplusnames) < 0)
        return NULL;
    PyObject *plain = NULL;
    if (!code_state.debug_ranges) {
        plain = line_table_without_columns(in->linetable, in->firstlineno);
        if (plain == NULL)
            return NULL;
    }
    PyCodeObject *co = PyObject_NewVar(PyCodeObject, &PyCode_Type, PyBytes_GET_SIZE(in->code) / (Py_ssize_t)sizeof(_Py_CODEUNIT));
    if (co == NULL) {
        Py_XDECREF(plain);
        return NULL;
    }
    memset((char *)co + sizeof(PyVarObject), 0, offsetof(PyCodeObject, co_code_adaptive) - sizeof(PyVarObject));
    fill(co, in);
    if (plain != NULL)
        Py_SETREF(co->co_linetable, plain);
    if (interp_current()->active_code_watchers != 0)
        notify(PY_CODE_EVENT_CREATE, co);
    return co;
}

PyCodeObject *
_PyCode_New(struct code_info *in)
{
    return code_new(in);
}

int
_PyCode_Validate(struct code_info *in)
{
    return code_validate(in);
}

/* ---- death ---- */

static void
free_extra(PyCodeObject *co)
{
    struct code_extra *x = co->co_extra;
    freefunc *release = interp_current()->co_extra_freefuncs;
    for (Py_ssize_t i = 0; x != NULL && i < x->n; i++)
        if (release[i] != NULL && x->slots[i] != NULL)
            release[i](x->slots[i]);
    PyMem_Free(x);
}

static void
free_cached(PyCodeObject *co)
{
    if (co->_co_cached == NULL)
        return;
    Py_XDECREF(co->_co_cached->_co_code);
    Py_XDECREF(co->_co_cached->_co_varnames);
    Py_XDECREF(co->_co_cached->_co_cellvars);
    Py_XDECREF(co->_co_cached->_co_freevars);
    PyMem_Free(co->_co_cached);
}

static void
code_dealloc(PyObject *self)
{
    PyCodeObject *co = (PyCodeObject *)self;
    if (interp_current()->active_code_watchers != 0) {
        Py_SET_REFCNT(self, 1);                        /* watchers may take and drop references */
        notify(PY_CODE_EVENT_DESTROY, co);
        if (Py_REFCNT(self) > 1) {
            Py_SET_REFCNT(self, Py_REFCNT(self) - 1);
            return;
        }
        Py_SET_REFCNT(self, 0);
    }
    if (code_death_notice != NULL)
        code_death_notice(co);
    free_extra(co);
    free_cached(co);
    if (co->_co_monitoring != NULL && code_free_monitoring != NULL)
        code_free_monitoring(co);
    if (co->co_weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    Py_XDECREF(co->co_consts);
    Py_XDECREF(co->co_names);
    Py_XDECREF(co->co_localsplusnames);
    Py_XDECREF(co->co_localspluskinds);
    Py_XDECREF(co->co_filename);
    Py_XDECREF(co->co_name);
    Py_XDECREF(co->co_qualname);
    Py_XDECREF(co->co_linetable);
    Py_XDECREF(co->co_exceptiontable);
    PyObject_Free(co);
}

/* ---- looking through specialisation and instrumentation ---- */

int
code_base_opcode(PyCodeObject *co, int i)
{
    int op = _PyCode_CODE(co)[i].op.code;
    _PyCoMonitoringData *m = co->_co_monitoring;
    if (op == INSTRUMENTED_LINE && m != NULL)
        op = m->lines->data[i * m->lines->bytes_per_entry];
    if (op == INSTRUMENTED_INSTRUCTION && m != NULL)
        op = m->per_instruction_opcodes[i];
    return op_deinstrument(op);
}

static PyObject *
plain_code(PyCodeObject *co, bool adaptive)
{
    PyObject *out = PyBytes_FromStringAndSize((char *)_PyCode_CODE(co), _PyCode_NBYTES(co));
    if (out == NULL)
        return NULL;
    _Py_CODEUNIT *ins = (_Py_CODEUNIT *)PyBytes_AS_STRING(out);
    for (int i = 0; i < Py_SIZE(co); i++) {
        int op = code_base_opcode(co, i), caches = op_table[op].caches;
        if (adaptive && op_is_anchor(ins[i].op.code)) {
            ins[i].op.code = op == RESUME ? RESUME_CHECK : (uint8_t)op;    /* what has been called that often */
            if (caches != 0)
                ins[i + 1].counter = (_Py_BackoffCounter){ .backoff = 0, .value = code_loop_heat };
        }
        if (!adaptive) {
            ins[i].op.code = (uint8_t)op;
            for (int k = 1; k <= caches && i + k < Py_SIZE(co); k++)
                ins[i + k].cache = 0;
        }
        i += caches;
    }
    return out;
}

static _PyCoCached *
cached_of(PyCodeObject *co)
{
    if (co->_co_cached == NULL) {
        co->_co_cached = PyMem_Calloc(1, sizeof(_PyCoCached));
        if (co->_co_cached == NULL)
            PyErr_NoMemory();
    }
    return co->_co_cached;
}

PyObject *
_PyCode_GetCode(PyCodeObject *co)
{
    _PyCoCached *c = cached_of(co);
    if (c == NULL)
        return NULL;
    if (c->_co_code == NULL) {
        PyObject *code = plain_code(co, false);
        if (code == NULL)
            return NULL;
        c->_co_code = code;
    }
    return Py_NewRef(c->_co_code);
}

PyObject *
code_adaptive(PyCodeObject *co)
{
    return plain_code(co, true);
}

static PyObject *
names_of_kind(PyCodeObject *co, PyObject **cache, _PyLocals_Kind kind, int n)
{
    if (*cache != NULL)
        return Py_NewRef(*cache);
    PyObject *names = PyTuple_New(n);
    if (names == NULL)
        return NULL;
    int j = 0;
    for (int i = 0; i < co->co_nlocalsplus; i++)
        if (code_local_kind(co, i) & kind)
            PyTuple_SET_ITEM(names, j++, Py_NewRef(code_local_name(co, i)));
    *cache = Py_NewRef(names);
    return names;
}

PyObject *
code_varnames(PyCodeObject *co)
{
    _PyCoCached *c = cached_of(co);
    return c == NULL ? NULL : names_of_kind(co, &c->_co_varnames, CO_FAST_LOCAL, co->co_nlocals);
}

PyObject *
code_cellvars(PyCodeObject *co)
{
    _PyCoCached *c = cached_of(co);
    return c == NULL ? NULL : names_of_kind(co, &c->_co_cellvars, CO_FAST_CELL, co->co_ncellvars);
}

PyObject *
code_freevars(PyCodeObject *co)
{
    _PyCoCached *c = cached_of(co);
    return c == NULL ? NULL : names_of_kind(co, &c->_co_freevars, CO_FAST_FREE, co->co_nfreevars);
}

PyObject *PyCode_GetVarnames(PyCodeObject *co) { return code_varnames(co); }
PyObject *PyCode_GetCellvars(PyCodeObject *co) { return code_cellvars(co); }
PyObject *PyCode_GetFreevars(PyCodeObject *co) { return code_freevars(co); }
PyObject *PyCode_GetCode(PyCodeObject *co) { return _PyCode_GetCode(co); }

/* ---- identity ---- */

static PyObject *
code_repr(PyObject *self)
{
    PyCodeObject *co = (PyCodeObject *)self;
    int line = co->co_firstlineno != 0 ? co->co_firstlineno : -1;
    if (co->co_filename != NULL && PyUnicode_Check(co->co_filename))
        return PyUnicode_FromFormat("<code object %U at %p, file \"%U\", line %d>", co->co_name, co, co->co_filename, line);
    return PyUnicode_FromFormat("<code object %U at %p, file ???, line %d>", co->co_name, co, line);
}

static bool
same_numbers(PyCodeObject *a, PyCodeObject *b)
{
    return a->co_argcount == b->co_argcount && a->co_posonlyargcount == b->co_posonlyargcount
        && a->co_kwonlyargcount == b->co_kwonlyargcount && a->co_flags == b->co_flags
        && a->co_firstlineno == b->co_firstlineno && Py_SIZE(a) == Py_SIZE(b);
}

static bool
same_instructions(PyCodeObject *a, PyCodeObject *b)
{
    for (int i = 0; i < Py_SIZE(a); i++) {
        int op = code_base_opcode(a, i);
        if (op != code_base_opcode(b, i) || _PyCode_CODE(a)[i].op.arg != _PyCode_CODE(b)[i].op.arg)
            return false;
        i += op_table[op].caches;
    }
    return true;
}

/* 1, 0 or -1. Constants compare by type too: 1 and 1.0 and True make different code. */
static int
code_equal(PyCodeObject *a, PyCodeObject *b)
{
    int eq = PyObject_RichCompareBool(a->co_name, b->co_name, Py_EQ);
    if (eq <= 0 || !same_numbers(a, b) || !same_instructions(a, b))
        return eq < 0 ? -1 : 0;
    PyObject *ka = _PyCode_ConstantKey(a->co_consts);
    PyObject *kb = ka == NULL ? NULL : _PyCode_ConstantKey(b->co_consts);
    eq = kb == NULL ? -1 : PyObject_RichCompareBool(ka, kb, Py_EQ);
    Py_XDECREF(ka);
    Py_XDECREF(kb);
    if (eq > 0)
        eq = PyObject_RichCompareBool(a->co_names, b->co_names, Py_EQ);
    if (eq > 0)
        eq = PyObject_RichCompareBool(a->co_localsplusnames, b->co_localsplusnames, Py_EQ);
    if (eq > 0)
        eq = PyObject_RichCompareBool(a->co_linetable, b->co_linetable, Py_EQ);
    if (eq > 0)
        eq = PyObject_RichCompareBool(a->co_exceptiontable, b->co_exceptiontable, Py_EQ);
    return eq;
}

static PyObject *
code_richcompare(PyObject *self, PyObject *other, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyCode_Check(self) || !PyCode_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    int eq = code_equal((PyCodeObject *)self, (PyCodeObject *)other);
    if (eq < 0)
        return NULL;
    return PyBool_FromLong((op == Py_EQ) == (eq != 0));
}

static Py_hash_t
code_hash(PyObject *self)
{
    PyCodeObject *co = (PyCodeObject *)self;
    PyObject *parts[] = { co->co_name, co->co_consts, co->co_names, co->co_localsplusnames, co->co_linetable, co->co_exceptiontable };
    Py_uhash_t h = 20221211;
#define MIX(x) (h = (h ^ (Py_uhash_t)(x)) * 1000003UL)
    for (size_t i = 0; i < Py_ARRAY_LENGTH(parts); i++) {
        Py_hash_t part = PyObject_Hash(parts[i]);
        if (part == -1)
            return -1;
        MIX(part);
    }
    MIX(co->co_argcount);
    MIX(co->co_posonlyargcount);
    MIX(co->co_kwonlyargcount);
    MIX(co->co_flags);
    MIX(co->co_firstlineno);
    MIX(Py_SIZE(co));
    for (int i = 0; i < Py_SIZE(co); i++) {
        int op = code_base_opcode(co, i);
        MIX(op);
        MIX(_PyCode_CODE(co)[i].op.arg);
        i += op_table[op].caches;
    }
#undef MIX
    return (Py_hash_t)h == -1 ? -2 : (Py_hash_t)h;
}

PyTypeObject PyCode_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "code",
    .tp_basicsize = offsetof(PyCodeObject, co_code_adaptive),
    .tp_itemsize = sizeof(_Py_CODEUNIT),
    .tp_dealloc = code_dealloc,
    .tp_repr = code_repr,
    .tp_hash = code_hash,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = code_type_doc,
    .tp_richcompare = code_richcompare,
    .tp_weaklistoffset = offsetof(PyCodeObject, co_weakreflist),
    .tp_methods = code_methods,
    .tp_members = code_members,
    .tp_getset = code_getset,
    .tp_new = code_type_new,
};
