/* vm/function.c: Python functions.
 *
 * Versions: a function starts with its code's version, so that all closures over one code share caches; any change of code, defaults or
 * keyword defaults sets 0, and the next who asks gets a fresh number. The table finds a function (or its code) back by version. */
#include "vm/function.h"

#include <structmember.h>

#include "code/code.h"
#include "code/code_state.h"
#include "object/core/object.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/gc_track.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/deps.h"
#include "vm/eval.h"

#define FUNC_WATCHERS 8
#define VERSION_TABLE 4096

static struct { PyFunctionObject *func; PyObject *code; } version_table[VERSION_TABLE];

/* ---- versions ---- */

static void
forget_version(PyFunctionObject *f)
{
    if (f->func_version != 0) {
        size_t i = f->func_version % VERSION_TABLE;
        if (version_table[i].func == f)
            version_table[i].func = NULL;
    }
}

void
_PyFunction_SetVersion(PyFunctionObject *f, uint32_t version)
{
    forget_version(f);
    f->func_version = version;
    if (version != 0) {
        version_table[version % VERSION_TABLE].func = f;
        version_table[version % VERSION_TABLE].code = f->func_code;
    }
}

uint32_t
function_version(PyFunctionObject *f)
{
    if (f->func_version != 0)
        return f->func_version;
    if (f->vectorcall != _PyFunction_Vectorcall || code_state.next_version == 0)
        return 0;
    _PyFunction_SetVersion(f, code_state.next_version++);
    return f->func_version;
}

PyFunctionObject *
function_lookup_version(PyThreadState *ts, uint32_t version, PyObject **code)
{
    size_t i = version % VERSION_TABLE;
    PyFunctionObject *f = version_table[i].func;
    if (f != NULL && f->func_version == version) {
        *code = f->func_code;
        return f;
    }
    PyCodeObject *co = (PyCodeObject *)version_table[i].code;
    *code = co != NULL && co->co_version == version ? (PyObject *)co : NULL;
    return NULL;
}

void
function_forget_code(PyCodeObject *co)
{
    size_t i = co->co_version % VERSION_TABLE;
    if (version_table[i].code == (PyObject *)co)
        version_table[i].code = NULL;
}

/* ---- watchers ---- */

static const char *const event_names[] = {
    "PyFunction_EVENT_CREATE", "PyFunction_EVENT_DESTROY", "PyFunction_EVENT_MODIFY_CODE", "PyFunction_EVENT_MODIFY_DEFAULTS",
    "PyFunction_EVENT_MODIFY_KWDEFAULTS",
};

static void
notify(PyFunction_WatchEvent event, PyFunctionObject *f, PyObject *value)
{
    static const unsigned aspects[] = {
        [PyFunction_EVENT_DESTROY] = DEP_ANY, [PyFunction_EVENT_MODIFY_CODE] = DEP_BIT(DEP_FUNC_CODE),
        [PyFunction_EVENT_MODIFY_DEFAULTS] = DEP_BIT(DEP_FUNC_DEFAULTS), [PyFunction_EVENT_MODIFY_KWDEFAULTS] = DEP_BIT(DEP_FUNC_DEFAULTS),
    };
    PyInterpreterState *interp = interp_current();
    if (UNLIKELY(*function_flags(f) & FUNC_WATCHED))
        dep_break(ts_current(), f, aspects[event], NULL);
    if (event >= PyFunction_EVENT_MODIFY_CODE)
        RARE_EVENT(interp, func_modification);
    if (!interp->active_func_watchers)
        return;
    for (int i = 0; i < FUNC_WATCHERS; i++) {
        PyFunction_WatchCallback cb = (PyFunction_WatchCallback)interp->func_watchers[i];
        if ((interp->active_func_watchers & (1 << i)) && cb != NULL && cb(event, f, value) < 0)
            PyErr_FormatUnraisable("Exception ignored in %s watcher callback for function %U at %p", event_names[event],
                                   f->func_qualname, f);
    }
}

int
PyFunction_AddWatcher(PyFunction_WatchCallback callback)
{
    PyInterpreterState *interp = interp_current();
    for (int i = 0; i < FUNC_WATCHERS; i++) {
        if (interp->func_watchers[i] == NULL) {
            interp->func_watchers[i] = (void *)callback;
            interp->active_func_watchers |= (uint8_t)(1 << i);
            dep_break(ts_current(), interp, DEP_BIT(DEP_MONITORING), NULL);        /* traces do not make all functions */
            return i;
        }
    }
    PyErr_SetString(PyExc_RuntimeError, "no more func watcher IDs available");
    return -1;
}

int
PyFunction_ClearWatcher(int id)
{
    PyInterpreterState *interp = interp_current();
    if (id < 0 || id >= FUNC_WATCHERS) {
        PyErr_Format(PyExc_ValueError, "invalid func watcher ID %d", id);
        return -1;
    }
    if (interp->func_watchers[id] == NULL) {
        PyErr_Format(PyExc_ValueError, "no func watcher set for ID %d", id);
        return -1;
    }
    interp->func_watchers[id] = NULL;
    interp->active_func_watchers &= (uint8_t)~(1 << id);
    return 0;
}

/* ---- making ---- */

static PyObject *
doc_of(PyCodeObject *co)
{
    PyObject *doc = PyTuple_GET_SIZE(co->co_consts) > 0 ? PyTuple_GET_ITEM(co->co_consts, 0) : Py_None;
    return PyUnicode_Check(doc) ? doc : Py_None;
}

PyFunctionObject *
function_from_parts(PyFrameConstructor *p)
{
    PyFunctionObject *f = PyObject_GC_New(PyFunctionObject, &PyFunction_Type);
    if (f == NULL)
        return NULL;
    PyObject *module = PyDict_GetItemWithError(p->fc_globals, ID(__name__));
    if (module == NULL && PyErr_Occurred()) {
        PyObject_GC_Del(f);
        return NULL;
    }
    f->func_builtins = Py_NewRef(p->fc_builtins);
    f->func_globals = Py_NewRef(p->fc_globals);
    f->func_name = Py_NewRef(p->fc_name);
    f->func_qualname = Py_NewRef(p->fc_qualname);
    f->func_code = Py_NewRef(p->fc_code);
    f->func_defaults = Py_XNewRef(p->fc_defaults);
    f->func_kwdefaults = Py_XNewRef(p->fc_kwdefaults);
    f->func_closure = Py_XNewRef(p->fc_closure);
    f->func_doc = Py_NewRef(doc_of((PyCodeObject *)p->fc_code));
    f->func_dict = NULL;
    f->func_weakreflist = NULL;
    f->func_module = Py_XNewRef(module);
    f->func_annotations = NULL;
    f->func_typeparams = NULL;
    f->vectorcall = _PyFunction_Vectorcall;
    f->func_version = 0;
    *function_flags(f) = 0;
    gc_track((PyObject *)f);
    notify(PyFunction_EVENT_CREATE, f, NULL);
    return f;
}

PyObject *
PyFunction_NewWithQualName(PyObject *code, PyObject *globals, PyObject *qualname)
{
    PyThreadState *ts = ts_current();
    PyCodeObject *co = (PyCodeObject *)code;
    PyObject *builtins = vm_builtins_from_globals(ts, globals);
    if (builtins == NULL)
        return NULL;
    PyFrameConstructor p = { .fc_globals = globals, .fc_builtins = builtins, .fc_name = co->co_name,
                             .fc_qualname = qualname != NULL ? qualname : co->co_qualname, .fc_code = code };
    return (PyObject *)function_from_parts(&p);
}

PyObject *
PyFunction_New(PyObject *code, PyObject *globals)
{
    return PyFunction_NewWithQualName(code, globals, NULL);
}

/* ---- C API: parts ---- */

#define FUNC(op) ((PyFunctionObject *)(op))
#define CHECKED(op, result) do { if (!PyFunction_Check(op)) { PyErr_BadInternalCall(); return result; } } while (0)

PyObject *PyFunction_GetCode(PyObject *op) { CHECKED(op, NULL); return FUNC(op)->func_code; }
PyObject *PyFunction_GetGlobals(PyObject *op) { CHECKED(op, NULL); return FUNC(op)->func_globals; }
PyObject *PyFunction_GetModule(PyObject *op) { CHECKED(op, NULL); return FUNC(op)->func_module; }
PyObject *PyFunction_GetDefaults(PyObject *op) { CHECKED(op, NULL); return FUNC(op)->func_defaults; }
PyObject *PyFunction_GetKwDefaults(PyObject *op) { CHECKED(op, NULL); return FUNC(op)->func_kwdefaults; }
PyObject *PyFunction_GetClosure(PyObject *op) { CHECKED(op, NULL); return FUNC(op)->func_closure; }

int
PyFunction_SetDefaults(PyObject *op, PyObject *v)
{
    CHECKED(op, -1);
    if (v == Py_None)
        v = NULL;
    else if (v == NULL || !PyTuple_Check(v)) {
        PyErr_SetString(PyExc_SystemError, "non-tuple default args");
        return -1;
    }
    notify(PyFunction_EVENT_MODIFY_DEFAULTS, FUNC(op), v);
    _PyFunction_SetVersion(FUNC(op), 0);
    Py_XSETREF(FUNC(op)->func_defaults, Py_XNewRef(v));
    return 0;
}

void
PyFunction_SetVectorcall(PyFunctionObject *f, vectorcallfunc vectorcall)
{
    _PyFunction_SetVersion(f, 0);
    f->vectorcall = vectorcall;
    if (*function_flags(f) & FUNC_WATCHED)
        dep_break(ts_current(), f, DEP_BIT(DEP_FUNC_CODE), NULL);
}

int
PyFunction_SetKwDefaults(PyObject *op, PyObject *v)
{
    CHECKED(op, -1);
    if (v == Py_None)
        v = NULL;
    else if (v == NULL || !PyDict_Check(v)) {
        PyErr_SetString(PyExc_SystemError, "non-dict keyword only default args");
        return -1;
    }
    notify(PyFunction_EVENT_MODIFY_KWDEFAULTS, FUNC(op), v);
    _PyFunction_SetVersion(FUNC(op), 0);
    Py_XSETREF(FUNC(op)->func_kwdefaults, Py_XNewRef(v));
    return 0;
}

int
PyFunction_SetClosure(PyObject *op, PyObject *v)
{
    CHECKED(op, -1);
    if (v == Py_None)
        v = NULL;
    else if (!PyTuple_Check(v)) {
        PyErr_Format(PyExc_SystemError, "expected tuple for closure, got '%.100s'", Py_TYPE(v)->tp_name);
        return -1;
    }
    _PyFunction_SetVersion(FUNC(op), 0);
    Py_XSETREF(FUNC(op)->func_closure, Py_XNewRef(v));
    return 0;
}

/* The compiler leaves a tuple of names and values; whoever looks gets a dict. Borrowed, or NULL. */
static PyObject *
annotations_dict(PyFunctionObject *f)
{
    PyObject *a = f->func_annotations;
    if (a == NULL || !PyTuple_CheckExact(a))
        return a;
    PyObject *d = PyDict_New();
    for (Py_ssize_t i = 0; d != NULL && i + 1 < PyTuple_GET_SIZE(a); i += 2)
        if (PyDict_SetItem(d, PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(a, i + 1)) < 0)
            Py_CLEAR(d);
    if (d != NULL)
        Py_SETREF(f->func_annotations, d);
    return d;
}

PyObject *
PyFunction_GetAnnotations(PyObject *op)
{
    CHECKED(op, NULL);
    return annotations_dict(FUNC(op));
}

int
PyFunction_SetAnnotations(PyObject *op, PyObject *v)
{
    CHECKED(op, -1);
    if (v == Py_None)
        v = NULL;
    else if (v == NULL || !PyDict_Check(v)) {
        PyErr_SetString(PyExc_SystemError, "non-dict annotations");
        return -1;
    }
    Py_XSETREF(FUNC(op)->func_annotations, Py_XNewRef(v));
    return 0;
}

/* ---- attributes ---- */

static PyObject *get_code(PyObject *op, void *c) { return object_audit_read(op, "__code__") < 0 ? NULL : Py_NewRef(FUNC(op)->func_code); }
static PyObject *get_name(PyObject *op, void *c) { return Py_NewRef(FUNC(op)->func_name); }
static PyObject *get_qualname(PyObject *op, void *c) { return Py_NewRef(FUNC(op)->func_qualname); }

static int
set_code(PyObject *op, PyObject *v, void *c)
{
    if (v == NULL || !PyCode_Check(v)) {
        PyErr_SetString(PyExc_TypeError, "__code__ must be set to a code object");
        return -1;
    }
    if (object_audit_write(op, "__code__", v) < 0)
        return -1;
    int nfree = ((PyCodeObject *)v)->co_nfreevars;
    Py_ssize_t nclosure = FUNC(op)->func_closure == NULL ? 0 : PyTuple_GET_SIZE(FUNC(op)->func_closure);
    if (nclosure != nfree) {
        PyErr_Format(PyExc_ValueError, "%U() requires a code object with %zd free vars, not %d", FUNC(op)->func_name, nclosure, nfree);
        return -1;
    }
    PyObject *old = FUNC(op)->func_code;
    int kinds = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR;
    if ((((PyCodeObject *)old)->co_flags & kinds) != (((PyCodeObject *)v)->co_flags & kinds)
        && PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                            "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)") < 0)
        return -1;
    notify(PyFunction_EVENT_MODIFY_CODE, FUNC(op), v);
    _PyFunction_SetVersion(FUNC(op), 0);
    Py_XSETREF(FUNC(op)->func_code, Py_NewRef(v));
    return 0;
}

static int
set_str(PyObject **slot, PyObject *v, const char *name)
{
    if (v == NULL || !PyUnicode_Check(v)) {
        PyErr_Format(PyExc_TypeError, "%s must be set to a string object", name);
        return -1;
    }
    Py_XSETREF(*slot, Py_NewRef(v));
    return 0;
}

static int set_name(PyObject *op, PyObject *v, void *c) { return set_str(&FUNC(op)->func_name, v, "__name__"); }
static int set_qualname(PyObject *op, PyObject *v, void *c) { return set_str(&FUNC(op)->func_qualname, v, "__qualname__"); }

static PyObject *
get_defaults(PyObject *op, void *c)
{
    if (object_audit_read(op, "__defaults__") < 0)
        return NULL;
    return Py_NewRef(FUNC(op)->func_defaults == NULL ? Py_None : FUNC(op)->func_defaults);
}

static int
set_defaults(PyObject *op, PyObject *v, void *c)
{
    if (v == Py_None)
        v = NULL;
    if (v != NULL && !PyTuple_Check(v)) {
        PyErr_SetString(PyExc_TypeError, "__defaults__ must be set to a tuple object");
        return -1;
    }
    if (object_audit_write(op, "__defaults__", v) < 0)
        return -1;
    notify(PyFunction_EVENT_MODIFY_DEFAULTS, FUNC(op), v);
    _PyFunction_SetVersion(FUNC(op), 0);
    Py_XSETREF(FUNC(op)->func_defaults, Py_XNewRef(v));
    return 0;
}

static PyObject *
get_kwdefaults(PyObject *op, void *c)
{
    if (object_audit_read(op, "__kwdefaults__") < 0)
        return NULL;
    return Py_NewRef(FUNC(op)->func_kwdefaults == NULL ? Py_None : FUNC(op)->func_kwdefaults);
}

static int
set_kwdefaults(PyObject *op, PyObject *v, void *c)
{
    if (v == Py_None)
        v = NULL;
    if (v != NULL && !PyDict_Check(v)) {
        PyErr_SetString(PyExc_TypeError, "__kwdefaults__ must be set to a dict object");
        return -1;
    }
    if (object_audit_write(op, "__kwdefaults__", v) < 0)
        return -1;
    notify(PyFunction_EVENT_MODIFY_KWDEFAULTS, FUNC(op), v);
    _PyFunction_SetVersion(FUNC(op), 0);
    Py_XSETREF(FUNC(op)->func_kwdefaults, Py_XNewRef(v));
    return 0;
}

static PyObject *
get_annotations(PyObject *op, void *c)
{
    if (FUNC(op)->func_annotations == NULL)
        FUNC(op)->func_annotations = PyDict_New();
    return Py_XNewRef(annotations_dict(FUNC(op)));
}

static int
set_annotations(PyObject *op, PyObject *v, void *c)
{
    if (v == Py_None)
        v = NULL;
    if (v != NULL && !PyDict_Check(v)) {
        PyErr_SetString(PyExc_TypeError, "__annotations__ must be set to a dict object");
        return -1;
    }
    Py_XSETREF(FUNC(op)->func_annotations, Py_XNewRef(v));
    return 0;
}

static PyObject *
get_type_params(PyObject *op, void *c)
{
    return FUNC(op)->func_typeparams == NULL ? EMPTY_TUPLE : Py_NewRef(FUNC(op)->func_typeparams);
}

static int
set_type_params(PyObject *op, PyObject *v, void *c)
{
    if (v == NULL || !PyTuple_Check(v)) {
        PyErr_SetString(PyExc_TypeError, "__type_params__ must be set to a tuple");
        return -1;
    }
    Py_XSETREF(FUNC(op)->func_typeparams, Py_NewRef(v));
    return 0;
}

PyObject *
function_set_type_params(PyThreadState *ts, PyObject *func, PyObject *params)
{
    Py_XSETREF(FUNC(func)->func_typeparams, Py_NewRef(params));
    return Py_NewRef(func);
}

static bool
is_closure_of(PyObject *cells, PyCodeObject *co)
{
    if (!PyTuple_Check(cells) || PyTuple_GET_SIZE(cells) != co->co_nfreevars)
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(cells); i++)
        if (!PyCell_Check(PyTuple_GET_ITEM(cells, i)))
            return false;
    return true;
}

bool
vm_fits_function(PyObject *func, PyObject *attr, int which)
{
    if (!PyFunction_Check(func))
        return false;
    switch (which) {
    case MAKE_CLOSURE: return is_closure_of(attr, (PyCodeObject *)FUNC(func)->func_code);
    case MAKE_DEFAULTS: return PyTuple_Check(attr);
    case MAKE_KWDEFAULTS: return PyDict_Check(attr);
    default: return PyDict_Check(attr) || PyTuple_Check(attr);
    }
}

static PyMemberDef func_members[] = {
    { "__closure__", _Py_T_OBJECT, offsetof(PyFunctionObject, func_closure), Py_READONLY },
    { "__doc__", _Py_T_OBJECT, offsetof(PyFunctionObject, func_doc), 0 },
    { "__globals__", _Py_T_OBJECT, offsetof(PyFunctionObject, func_globals), Py_READONLY },
    { "__module__", _Py_T_OBJECT, offsetof(PyFunctionObject, func_module), 0 },
    { "__builtins__", _Py_T_OBJECT, offsetof(PyFunctionObject, func_builtins), Py_READONLY },
    { NULL },
};

static PyGetSetDef func_getset[] = {
    { "__code__", get_code, set_code }, { "__defaults__", get_defaults, set_defaults }, { "__kwdefaults__", get_kwdefaults, set_kwdefaults },
    { "__annotations__", get_annotations, set_annotations, "annotations of the parameters" }, { "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict },
    { "__name__", get_name, set_name }, { "__qualname__", get_qualname, set_qualname },
    { "__type_params__", get_type_params, set_type_params, "type parameters" }, { NULL },
};

/* ---- types.FunctionType(...) ---- */

static int
check_closure(PyCodeObject *co, PyObject *closure)
{
    Py_ssize_t nclosure = closure == Py_None ? 0 : PyTuple_GET_SIZE(closure);
    if (co->co_nfreevars != nclosure) {
        PyErr_Format(PyExc_ValueError, "%U requires closure of length %zd, not %zd", co->co_name, (Py_ssize_t)co->co_nfreevars, nclosure);
        return -1;
    }
    for (Py_ssize_t i = 0; i < nclosure; i++) {
        if (!PyCell_Check(PyTuple_GET_ITEM(closure, i))) {
            PyErr_Format(PyExc_TypeError, "arg 5 (closure) expected cell, found %s", Py_TYPE(PyTuple_GET_ITEM(closure, i))->tp_name);
            return -1;
        }
    }
    return 0;
}

static int
check_new_args(PyObject *a[6])
{
    PyCodeObject *co = (PyCodeObject *)a[0];
    if (!PyCode_Check(a[0])) {
        args_bad("function", "argument 'code'", "code", a[0]);
        return -1;
    }
    if (!PyDict_Check(a[1])) {
        args_bad("function", "argument 'globals'", "dict", a[1]);
        return -1;
    }
    if (a[2] != Py_None && !PyUnicode_Check(a[2])) {
        PyErr_SetString(PyExc_TypeError, "arg 3 (name) must be None or string");
        return -1;
    }
    if (a[3] != Py_None && !PyTuple_Check(a[3])) {
        PyErr_SetString(PyExc_TypeError, "arg 4 (defaults) must be None or tuple");
        return -1;
    }
    if (!PyTuple_Check(a[4])) {
        if (co->co_nfreevars && a[4] == Py_None) {
            PyErr_SetString(PyExc_TypeError, "arg 5 (closure) must be tuple");
            return -1;
        }
        if (a[4] != Py_None) {
            PyErr_SetString(PyExc_TypeError, "arg 5 (closure) must be None or tuple");
            return -1;
        }
    }
    if (a[5] != Py_None && !PyDict_Check(a[5])) {
        PyErr_SetString(PyExc_TypeError, "arg 6 (kwdefaults) must be None or dict");
        return -1;
    }
    return check_closure(co, a[4]);
}

static PyObject *
func_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "code", "globals", "name", "argdefs", "closure", "kwdefaults" };
    PyObject *a[6];
    if (args_unpack_tuple("function", args, kwargs, names, 6, 2, 6, a) < 0)
        return NULL;
    for (int i = 2; i < 6; i++)
        if (a[i] == NULL)
            a[i] = Py_None;
    if (check_new_args(a) < 0)
        return NULL;
    if (rt_hooks.audit != NULL) {
        PyObject *t = PyTuple_Pack(1, a[0]);
        int rc = t == NULL ? -1 : rt_hooks.audit(ts_current(), "function.__new__", t);
        Py_XDECREF(t);
        if (rc < 0)
            return NULL;
    }
    PyFunctionObject *f = FUNC(PyFunction_New(a[0], a[1]));
    if (f == NULL)
        return NULL;
    if (a[2] != Py_None)
        Py_SETREF(f->func_name, Py_NewRef(a[2]));
    if (a[3] != Py_None)
        f->func_defaults = Py_NewRef(a[3]);
    if (a[4] != Py_None)
        f->func_closure = Py_NewRef(a[4]);
    if (a[5] != Py_None)
        f->func_kwdefaults = Py_NewRef(a[5]);
    return (PyObject *)f;
}

/* ---- life ---- */

static int
func_clear(PyObject *self)
{
    PyFunctionObject *f = FUNC(self);
    _PyFunction_SetVersion(f, 0);
    Py_CLEAR(f->func_globals);
    Py_CLEAR(f->func_builtins);
    Py_CLEAR(f->func_module);
    Py_CLEAR(f->func_defaults);
    Py_CLEAR(f->func_kwdefaults);
    Py_CLEAR(f->func_doc);
    Py_CLEAR(f->func_dict);
    Py_CLEAR(f->func_closure);
    Py_CLEAR(f->func_annotations);
    Py_CLEAR(f->func_typeparams);
    /* Name and qualname cannot be part of a cycle and must never be NULL; code is needed until the end. */
    Py_SETREF(f->func_name, EMPTY_STR);
    Py_SETREF(f->func_qualname, EMPTY_STR);
    return 0;
}

static void
func_dealloc(PyObject *self)
{
    PyFunctionObject *f = FUNC(self);
    PyInterpreterState *interp = interp_current();
    if (interp->active_func_watchers || UNLIKELY(*function_flags(f) & FUNC_WATCHED)) {
        Py_SET_REFCNT(self, 1);
        notify(PyFunction_EVENT_DESTROY, f, NULL);
        Py_SET_REFCNT(self, Py_REFCNT(self) - 1);
        if (Py_REFCNT(self) > 0)
            return;
    }
    if (gc_is_tracked(self))
        gc_untrack(self);
    if (f->func_weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    forget_version(f);
    f->func_version = 0;
    (void)func_clear(self);
    Py_DECREF(f->func_code);
    Py_DECREF(f->func_name);
    Py_DECREF(f->func_qualname);
    PyObject_GC_Del(f);
}

static int
func_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyFunctionObject *f = FUNC(self);
    Py_VISIT(f->func_code);
    Py_VISIT(f->func_globals);
    Py_VISIT(f->func_builtins);
    Py_VISIT(f->func_module);
    Py_VISIT(f->func_defaults);
    Py_VISIT(f->func_kwdefaults);
    Py_VISIT(f->func_doc);
    Py_VISIT(f->func_name);
    Py_VISIT(f->func_dict);
    Py_VISIT(f->func_closure);
    Py_VISIT(f->func_annotations);
    Py_VISIT(f->func_typeparams);
    Py_VISIT(f->func_qualname);
    return 0;
}

static PyObject *
func_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<function %U at %p>", FUNC(self)->func_qualname, self);
}

static PyObject *
func_descr_get(PyObject *func, PyObject *obj, PyObject *type)
{
    if (obj == Py_None || obj == NULL)
        return Py_NewRef(func);
    return PyMethod_New(func, obj);
}

PyTypeObject PyFunction_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "function",
    .tp_basicsize = sizeof(PyFunctionObject),
    .tp_dealloc = func_dealloc,
    .tp_vectorcall_offset = offsetof(PyFunctionObject, vectorcall),
    .tp_repr = func_repr,
    .tp_call = PyVectorcall_Call,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_doc = "function(code, globals, name=None, argdefs=None, closure=None,\n         kwdefaults=None)\n--\n\nCode bound to its globals, defaults and cells.",
    .tp_traverse = func_traverse,
    .tp_clear = func_clear,
    .tp_weaklistoffset = offsetof(PyFunctionObject, func_weakreflist),
    .tp_members = func_members,
    .tp_getset = func_getset,
    .tp_descr_get = func_descr_get,
    .tp_dictoffset = offsetof(PyFunctionObject, func_dict),
    .tp_new = func_new,
};
