/* object/core/exc_group.c: BaseExceptionGroup, ExceptionGroup, and what except* needs.
 *
 * Splitting walks the tree of groups; a group of which only a part matches is rebuilt by derive(), so that subclasses
 * keep their class, and takes over traceback, cause, context and notes. ExceptionGroup is made at start, being the one
 * builtin exception with two bases. */
#include "object/core/exc_slots.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/hooks.h"
#include "rt/singletons.h"

#define GROUP(op) ((PyBaseExceptionGroupObject *)(op))

int
exc_is_group(PyObject *op)
{
    return PyObject_TypeCheck(op, &_PyExc_BaseExceptionGroup);
}

PyObject *
exc_group_type(void)
{
    return err_state()->group_type;
}

int
exc_group_init_type(void)
{
    if (err_state()->group_type != NULL)
        return 0;
    PyObject *bases = PyTuple_Pack(2, PyExc_BaseExceptionGroup, PyExc_Exception);
    if (bases == NULL)
        return -1;
    err_state()->group_type = PyErr_NewException("builtins.ExceptionGroup", bases, NULL);
    Py_DECREF(bases);
    return err_state()->group_type == NULL ? -1 : 0;
}

void
exc_group_fini_type(void)
{
    PyObject *type = err_state()->group_type;
    err_state()->group_type = NULL;
    if (type != NULL)
        PyType_Type.tp_clear(type);     /* no collection comes after this that would see the circle of a type and its mro */
    Py_XDECREF(type);
}

/* ---- construction ---- */

/* 1 if a member is no Exception, 0 if all are, -1 with ValueError if one is no exception at all. */
static int
has_base_exceptions(PyObject *excs)
{
    int found = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(excs); i++) {
        PyObject *exc = PyTuple_GET_ITEM(excs, i);
        if (!exc_is_instance(exc)) {
            PyErr_Format(PyExc_ValueError, "Item %d of second argument (exceptions) is not an exception", (int)i);
            return -1;
        }
        int plain = PyObject_IsInstance(exc, PyExc_Exception);
        if (plain < 0)
            return -1;
        found |= !plain;
    }
    return found;
}

/* The class to instantiate instead of cls, borrowed; NULL with TypeError. */
static PyTypeObject *
choose_class(PyTypeObject *cls, bool has_base)
{
    PyTypeObject *plain = (PyTypeObject *)err_state()->group_type;
    if (cls == &_PyExc_BaseExceptionGroup)
        return has_base ? cls : plain;
    if (!has_base)
        return cls;
    if (cls == plain) {
        PyErr_SetString(PyExc_TypeError, "Cannot nest BaseExceptions in an ExceptionGroup");
        return NULL;
    }
    int is_plain = PyObject_IsSubclass((PyObject *)cls, PyExc_Exception);
    if (is_plain > 0)
        PyErr_Format(PyExc_TypeError, "Cannot nest BaseExceptions in '%.200s'", cls->tp_name);
    return is_plain ? NULL : cls;
}

static OWNED PyObject *
members_tuple(PyObject *sequence)
{
    if (!PySequence_Check(sequence)) {
        PyErr_SetString(PyExc_TypeError, "second argument (exceptions) must be a sequence");
        return NULL;
    }
    PyObject *excs = PySequence_Tuple(sequence);
    if (excs != NULL && PyTuple_GET_SIZE(excs) == 0) {
        PyErr_SetString(PyExc_ValueError, "second argument (exceptions) must be a non-empty sequence");
        Py_CLEAR(excs);
    }
    return excs;
}

static PyObject *
group_new(PyTypeObject *cls, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) != 2) {
        PyErr_Format(PyExc_TypeError, "BaseExceptionGroup.__new__() takes exactly 2 arguments (%zd given)",
                     PyTuple_GET_SIZE(args));
        return NULL;
    }
    PyObject *message = PyTuple_GET_ITEM(args, 0);
    if (!PyUnicode_Check(message)) {
        PyErr_Format(PyExc_TypeError, "BaseExceptionGroup.__new__() argument 1 must be str, not %.50s",
                     message == Py_None ? "None" : Py_TYPE(message)->tp_name);
        return NULL;
    }
    PyObject *excs = members_tuple(PyTuple_GET_ITEM(args, 1)), *self = NULL;
    if (excs == NULL)
        return NULL;
    int has_base = has_base_exceptions(excs);
    cls = has_base < 0 ? NULL : choose_class(cls, has_base);
    if (cls != NULL)
        self = exc_base_new(cls, args, kwargs);
    if (self == NULL) {
        Py_DECREF(excs);
        return NULL;
    }
    GROUP(self)->msg = Py_NewRef(message);
    GROUP(self)->excs = excs;
    return self;
}

OWNED PyObject *
exc_group_new(const char *msg, PyObject *excs)
{
    PyObject *text = PyUnicode_FromString(msg);
    if (text == NULL)
        return NULL;
    PyObject *group = call_two(ts_current(), PyExc_BaseExceptionGroup, text, excs);
    Py_DECREF(text);
    return group;
}

static int
group_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return args_no_keywords(Py_TYPE(self)->tp_name, kwargs) ? exc_base_init(self, args, kwargs) : -1;
}

static int
group_clear(PyObject *op)
{
    Py_CLEAR(GROUP(op)->msg);
    Py_CLEAR(GROUP(op)->excs);
    return exc_base_clear(op);
}

static int
group_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(GROUP(op)->msg);
    Py_VISIT(GROUP(op)->excs);
    return exc_base_traverse(op, visit, arg);
}

static void
group_dealloc(PyObject *self)
{
    exc_dealloc_by(self, group_clear, group_dealloc);
}

static PyObject *
group_str(PyObject *op)
{
    Py_ssize_t n = PyTuple_GET_SIZE(GROUP(op)->excs);
    return PyUnicode_FromFormat("%S (%zd sub-exception%s)", GROUP(op)->msg, n, n > 1 ? "s" : "");
}

static PyObject *
group_derive(PyObject *op, PyObject *excs)
{
    return call_two(ts_current(), PyExc_BaseExceptionGroup, GROUP(op)->msg, excs);
}

/* ---- splitting ---- */

enum match_kind { MATCH_TYPE, MATCH_PREDICATE, MATCH_IDS };

struct matcher { enum match_kind kind; PyObject *value; };

/* The halves of an exception: new references or NULL where empty. */
struct halves { PyObject *match, *rest; };

static int
copy_notes(PyObject *from, PyObject *to)
{
    PyObject *notes;
    if (PyObject_GetOptionalAttr(from, ID(__notes__), &notes) < 0)
        return -1;
    int rc = 0;
    if (notes != NULL && PySequence_Check(notes)) {
        PyObject *copy = PySequence_List(notes);
        rc = copy == NULL ? -1 : PyObject_SetAttr(to, ID(__notes__), copy);
        Py_XDECREF(copy);
    }
    Py_XDECREF(notes);
    return rc;
}

/* orig with only these members (list): 0 and *result (NULL if there are none), or -1. */
static int
group_subset(PyObject *orig, PyObject *excs, PyObject **result)
{
    *result = NULL;
    if (PyList_GET_SIZE(excs) == 0)
        return 0;
    PyObject *group = PyObject_CallMethod(orig, "derive", "(O)", excs);
    if (group == NULL)
        return -1;
    if (!exc_is_group(group)) {
        PyErr_SetString(PyExc_TypeError, "derive must return an instance of BaseExceptionGroup");
        goto fail;
    }
    if (EXC_BASE(orig)->traceback != NULL)
        exc_assign(&EXC_BASE(group)->traceback, EXC_BASE(orig)->traceback);
    PyException_SetContext(group, PyException_GetContext(orig));
    PyException_SetCause(group, PyException_GetCause(orig));
    if (copy_notes(orig, group) < 0)
        goto fail;
    *result = group;
    return 0;
fail:
    Py_DECREF(group);
    return -1;
}

static int
matcher_init(struct matcher *m, PyObject *value)
{
    m->value = value;
    m->kind = MATCH_TYPE;
    if (exc_is_class(value))
        return 0;
    if (PyTuple_Check(value)) {
        Py_ssize_t n = PyTuple_GET_SIZE(value), i = 0;
        while (i < n && exc_is_class(PyTuple_GET_ITEM(value, i)))
            i++;
        if (i == n)
            return 0;
    }
    else if (PyCallable_Check(value) && !PyType_Check(value)) {
        m->kind = MATCH_PREDICATE;
        return 0;
    }
    PyErr_SetString(PyExc_TypeError,
                    "expected an exception type, a tuple of exception types, or a callable (other than a class)");
    return -1;
}

static int
matcher_test(const struct matcher *m, PyObject *exc)
{
    if (m->kind == MATCH_TYPE)
        return PyErr_GivenExceptionMatches(exc, m->value);
    if (m->kind == MATCH_PREDICATE) {
        PyObject *answer = PyObject_CallOneArg(m->value, exc);
        int rc = answer == NULL ? -1 : PyObject_IsTrue(answer);
        Py_XDECREF(answer);
        return rc;
    }
    if (exc_is_group(exc))
        return 0;
    PyObject *id = PyLong_FromVoidPtr(exc);
    int rc = id == NULL ? -1 : PySet_Contains(m->value, id);
    Py_XDECREF(id);
    return rc;
}

static int split(PyObject *exc, const struct matcher *m, bool want_rest, struct halves *out);

/* Splits the members into two lists (rest NULL when not wanted). */
static int
split_members(PyObject *group, const struct matcher *m, PyObject *matched, PyObject *rest)
{
    PyObject *excs = GROUP(group)->excs;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(excs); i++) {
        struct halves h;
        if (Py_EnterRecursiveCall(" in exceptiongroup_split_recursive"))
            return -1;
        int rc = split(PyTuple_GET_ITEM(excs, i), m, rest != NULL, &h);
        Py_LeaveRecursiveCall();
        if (rc == 0 && h.match != NULL)
            rc = PyList_Append(matched, h.match);
        if (rc == 0 && h.rest != NULL)
            rc = PyList_Append(rest, h.rest);
        Py_XDECREF(h.match);
        Py_XDECREF(h.rest);
        if (rc < 0)
            return -1;
    }
    return 0;
}

static int
split(PyObject *exc, const struct matcher *m, bool want_rest, struct halves *out)
{
    *out = (struct halves){ 0 };
    int is_match = matcher_test(m, exc);
    if (is_match < 0)
        return -1;
    if (is_match) {
        out->match = Py_NewRef(exc);
        return 0;
    }
    if (!exc_is_group(exc)) {
        out->rest = want_rest ? Py_NewRef(exc) : NULL;
        return 0;
    }
    PyObject *matched = PyList_New(0), *rest = want_rest ? PyList_New(0) : NULL;
    int rc = -1;
    if (matched != NULL && (rest != NULL || !want_rest) && split_members(exc, m, matched, rest) == 0
        && group_subset(exc, matched, &out->match) == 0)
        rc = want_rest ? group_subset(exc, rest, &out->rest) : 0;
    if (rc < 0)
        Py_CLEAR(out->match);
    Py_XDECREF(matched);
    Py_XDECREF(rest);
    return rc;
}

static PyObject *
group_split(PyObject *self, PyObject *condition)
{
    struct matcher m;
    struct halves h;
    if (matcher_init(&m, condition) < 0 || split(self, &m, true, &h) < 0)
        return NULL;
    PyObject *pair = PyTuple_Pack(2, h.match == NULL ? Py_None : h.match, h.rest == NULL ? Py_None : h.rest);
    Py_XDECREF(h.match);
    Py_XDECREF(h.rest);
    return pair;
}

static PyObject *
group_subgroup(PyObject *self, PyObject *condition)
{
    struct matcher m;
    struct halves h;
    if (matcher_init(&m, condition) < 0 || split(self, &m, false, &h) < 0)
        return NULL;
    return h.match == NULL ? Py_NewRef(Py_None) : h.match;
}

static PyMethodDef group_methods[] = {
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS,
     "__class_getitem__($type, object, /)\n--\n\nSee PEP 585."},
    {"derive", group_derive, METH_O, "derive($self, object, /)\n--\n\n"},
    {"split", group_split, METH_O, "split($self, object, /)\n--\n\n"},
    {"subgroup", group_subgroup, METH_O, "subgroup($self, object, /)\n--\n\n"},
    {NULL}
};

static PyMemberDef group_members[] = {
    {"message", _Py_T_OBJECT, offsetof(PyBaseExceptionGroupObject, msg), Py_READONLY, "message"},
    {"exceptions", _Py_T_OBJECT, offsetof(PyBaseExceptionGroupObject, excs), Py_READONLY, "the members"},
    {NULL}
};

PyTypeObject _PyExc_BaseExceptionGroup = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "BaseExceptionGroup",
    .tp_base = &_PyExc_BaseException,
    .tp_basicsize = sizeof(PyBaseExceptionGroupObject),
    .tp_dealloc = group_dealloc, .tp_traverse = group_traverse, .tp_clear = group_clear,
    .tp_init = group_init, .tp_new = group_new, .tp_str = group_str,
    .tp_flags = EXC_FLAGS, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict),
    .tp_doc = "Several unrelated exceptions as one.",
    .tp_methods = group_methods,
    .tp_members = group_members,
};
PyObject *PyExc_BaseExceptionGroup = (PyObject *)&_PyExc_BaseExceptionGroup;

/* ---- except* ---- */

/* A naked exception in a group of its own, with a traceback entry for the frame that catches it. */
static int
wrap_naked(PyThreadState *ts, PyObject *exc, PyObject **match)
{
    PyObject *excs = PyTuple_Pack(1, exc);
    if (excs == NULL)
        return -1;
    PyObject *group = exc_group_new("", excs);
    Py_DECREF(excs);
    if (group == NULL)
        return -1;
    if (rt_hooks.traceback_here != NULL && ts->current_frame != NULL) {
        PyObject *saved = err_get_raised(ts);
        err_set_raised(ts, group);
        rt_hooks.traceback_here(NULL);
        group = err_get_raised(ts);
        err_set_raised(ts, saved);
    }
    *match = group;
    return 0;
}

/* match and rest out of what a user's split() returned. */
static int
take_pair(PyObject *exc, PyObject *pair, PyObject **match, PyObject **rest)
{
    if (!PyTuple_Check(pair)) {
        PyErr_Format(PyExc_TypeError, "%.200s.split must return a tuple, not %.200s",
                     Py_TYPE(exc)->tp_name, Py_TYPE(pair)->tp_name);
        return -1;
    }
    if (PyTuple_GET_SIZE(pair) < 2) {
        PyErr_Format(PyExc_TypeError, "%.200s.split must return a 2-tuple, got tuple of size %zd",
                     Py_TYPE(exc)->tp_name, PyTuple_GET_SIZE(pair));
        return -1;
    }
    *match = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
    *rest = Py_NewRef(PyTuple_GET_ITEM(pair, 1));
    return 0;
}

int
exc_group_match(PyThreadState *ts, PyObject *exc, PyObject *match_type, PyObject **match, PyObject **rest)
{
    *match = *rest = NULL;
    if (exc == Py_None) {
        *match = *rest = Py_None;
        return 0;
    }
    if (PyErr_GivenExceptionMatches(exc, match_type)) {
        if (exc_is_group(exc))
            *match = Py_NewRef(exc);
        else if (wrap_naked(ts, exc, match) < 0)
            return -1;
        *rest = Py_None;
        return 0;
    }
    if (exc_is_group(exc)) {
        PyObject *pair = PyObject_CallMethod(exc, "split", "(O)", match_type);
        if (pair == NULL)
            return -1;
        int rc = take_pair(exc, pair, match, rest);
        Py_DECREF(pair);
        return rc;
    }
    *match = Py_None;
    *rest = Py_NewRef(exc);
    return 0;
}

int
_PyEval_ExceptionGroupMatch(PyObject *exc, PyObject *match_type, PyObject **match, PyObject **rest)
{
    return exc_group_match(ts_current(), exc, match_type, match, rest);
}

/* Adds the addresses of the plain exceptions below exc to the set. */
static int
collect_leaves(PyObject *exc, PyObject *ids)
{
    if (exc == Py_None)
        return 0;
    if (!exc_is_group(exc)) {
        PyObject *id = PyLong_FromVoidPtr(exc);
        int rc = id == NULL ? -1 : PySet_Add(ids, id);
        Py_XDECREF(id);
        return rc;
    }
    PyObject *excs = GROUP(exc)->excs;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(excs); i++) {
        if (Py_EnterRecursiveCall(" in collect_exception_group_leaf_ids"))
            return -1;
        int rc = collect_leaves(PyTuple_GET_ITEM(excs, i), ids);
        Py_LeaveRecursiveCall();
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* The part of `group` whose leaves occur in the exceptions of the list: new reference, None if there is none. */
static OWNED PyObject *
group_projection(PyObject *group, PyObject *keep)
{
    PyObject *ids = PySet_New(NULL);
    if (ids == NULL)
        return NULL;
    struct matcher m = { MATCH_IDS, ids };
    struct halves h = { 0 };
    int rc = 0;
    for (Py_ssize_t i = 0; rc == 0 && i < PyList_GET_SIZE(keep); i++)
        rc = collect_leaves(PyList_GET_ITEM(keep, i), ids);
    if (rc == 0)
        rc = split(group, &m, false, &h);
    Py_DECREF(ids);
    if (rc < 0)
        return NULL;
    return h.match == NULL ? Py_NewRef(Py_None) : h.match;
}

/* Is `exc` a part of `orig` that was raised again as it was? */
static bool
is_part_of(PyObject *exc, PyObject *orig)
{
    PyBaseExceptionObject *a = EXC_BASE(exc), *b = EXC_BASE(orig);
    return a->notes == b->notes && a->traceback == b->traceback && a->cause == b->cause && a->context == b->context;
}

/* Sorts excs into parts of orig and newly raised exceptions. */
static int
sort_raised(PyObject *orig, PyObject *excs, PyObject *raised, PyObject *reraised)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(excs); i++) {
        PyObject *exc = PyList_GET_ITEM(excs, i);
        if (exc == Py_None)
            continue;
        if (PyList_Append(is_part_of(exc, orig) ? reraised : raised, exc) < 0)
            return -1;
    }
    return 0;
}

OWNED PyObject *
exc_prep_reraise_star(PyObject *orig, PyObject *excs)
{
    if (PyList_GET_SIZE(excs) == 0)
        return Py_NewRef(Py_None);
    if (!exc_is_group(orig))         /* it was wrapped: one clause at most has run */
        return Py_NewRef(PyList_GET_ITEM(excs, 0));
    PyObject *raised = PyList_New(0), *reraised = PyList_New(0), *rest = NULL, *result = NULL;
    if (raised == NULL || reraised == NULL || sort_raised(orig, excs, raised, reraised) < 0)
        goto done;
    rest = group_projection(orig, reraised);
    if (rest == NULL)
        goto done;
    if (PyList_GET_SIZE(raised) == 0) {
        result = Py_NewRef(rest);
        goto done;
    }
    if (rest != Py_None && PyList_Append(raised, rest) < 0)
        goto done;
    result = PyList_GET_SIZE(raised) == 1 ? Py_NewRef(PyList_GET_ITEM(raised, 0)) : exc_group_new("", raised);
done:
    Py_XDECREF(raised);
    Py_XDECREF(reraised);
    Py_XDECREF(rest);
    return result;
}

PyObject *
PyUnstable_Exc_PrepReraiseStar(PyObject *orig, PyObject *excs)
{
    if (orig == NULL || !exc_is_instance(orig)) {
        PyErr_SetString(PyExc_TypeError, "orig must be an exception instance");
        return NULL;
    }
    if (excs == NULL || !PyList_Check(excs)) {
        PyErr_SetString(PyExc_TypeError, "excs must be a list of exception instances");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(excs); i++) {
        PyObject *exc = PyList_GET_ITEM(excs, i);
        if (exc == NULL || !(exc_is_instance(exc) || exc == Py_None)) {
            PyErr_Format(PyExc_TypeError, "item %zd of excs is not an exception", i);
            return NULL;
        }
    }
    if (EXC_BASE(orig)->traceback == NULL) {
        PyErr_SetString(PyExc_ValueError, "orig must be a raised exception");
        return NULL;
    }
    return exc_prep_reraise_star(orig, excs);
}

/* ---- start and end of the interpreter ---- */

int
exc_init(void)
{
    PyInterpreterState *interp = interp_current();
    if (interp->errs != NULL)
        return 0;
    interp->errs = PyMem_RawCalloc(1, sizeof *interp->errs);
    if (interp->errs == NULL)
        return -1;
    return exc_memory_init() < 0 || exc_group_init_type() < 0 ? -1 : 0;
}

void
exc_fini(void)
{
    PyInterpreterState *interp = interp_current();
    struct err_state *e = interp->errs;
    if (e == NULL)
        return;
    exc_group_fini_type();
    exc_memory_fini();
    interp->errs = NULL;
    PyMem_RawFree(e);
}
