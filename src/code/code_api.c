/* code/code_api.c: types.CodeType as Python and the C API see it: constructor, replace(), attributes, watchers, co_extra. */
#include <structmember.h>

#include "code/code.h"
#include "code/code_state.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/hooks.h"
#include "rt/singletons.h"

/* ---- from separate tuples of names to localsplus ---- */

static bool
contains(PyObject *tuple, PyObject *name)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++)
        if (PyUnicode_Compare(PyTuple_GET_ITEM(tuple, i), name) == 0)
            return true;
    return false;
}

static void
put(PyObject *names, PyObject *kinds, Py_ssize_t i, PyObject *name, int kind)
{
    PyTuple_SET_ITEM(names, i, Py_NewRef(name));
    PyBytes_AS_STRING(kinds)[i] = (char)kind;
}

/* Locals first (those that are cells too marked so), other cells, free variables. 0 or -1. */
static int
join_names(PyObject *vars, PyObject *cells, PyObject *frees, PyObject **names, PyObject **kinds)
{
    Py_ssize_t nv = PyTuple_GET_SIZE(vars), nc = PyTuple_GET_SIZE(cells), nf = PyTuple_GET_SIZE(frees), dup = 0, at = 0;
    for (Py_ssize_t i = 0; i < nc; i++)
        dup += contains(vars, PyTuple_GET_ITEM(cells, i));
    Py_ssize_t total = nv + nc - dup + nf;
    *names = PyTuple_New(total);
    *kinds = PyBytes_FromStringAndSize(NULL, total);
    if (*names == NULL || *kinds == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < nv; i++) {
        PyObject *name = PyTuple_GET_ITEM(vars, i);
        put(*names, *kinds, at++, name, CO_FAST_LOCAL | (contains(cells, name) ? CO_FAST_CELL : 0));
    }
    for (Py_ssize_t i = 0; i < nc; i++)
        if (!contains(vars, PyTuple_GET_ITEM(cells, i)))
            put(*names, *kinds, at++, PyTuple_GET_ITEM(cells, i), CO_FAST_CELL);
    for (Py_ssize_t i = 0; i < nf; i++)
        put(*names, *kinds, at++, PyTuple_GET_ITEM(frees, i), CO_FAST_FREE);
    return 0;
}

/* PyUnstable_Code_NewWithPosOnlyArgs() once its sixteen arguments are in `in`. */
static PyCodeObject *
new_from_names(struct code_info *in, int nlocals, PyObject *vars, PyObject *frees, PyObject *cells)
{
    PyCodeObject *co = NULL;
    if (in->code == NULL || !PyBytes_Check(in->code) || vars == NULL || !PyTuple_Check(vars) || frees == NULL || !PyTuple_Check(frees)
        || cells == NULL || !PyTuple_Check(cells) || in->argcount < in->posonlyargcount || in->posonlyargcount < 0
        || in->kwonlyargcount < 0 || nlocals < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (join_names(vars, cells, frees, &in->localsplusnames, &in->localspluskinds) < 0)
        goto done;
    if (code_validate(in) < 0)
        goto done;
    if (nlocals != PyTuple_GET_SIZE(vars)) {
        PyErr_SetString(PyExc_ValueError, "code: co_nlocals != len(co_varnames)");
        goto done;
    }
    co = code_new(in);
done:
    Py_XDECREF(in->localsplusnames);
    Py_XDECREF(in->localspluskinds);
    return co;
}

PyCodeObject *
PyUnstable_Code_NewWithPosOnlyArgs(int argcount, int posonlyargcount, int kwonlyargcount, int nlocals, int stacksize, int flags,
                                   PyObject *code, PyObject *consts, PyObject *names, PyObject *varnames, PyObject *freevars,
                                   PyObject *cellvars, PyObject *filename, PyObject *name, PyObject *qualname, int firstlineno,
                                   PyObject *linetable, PyObject *exceptiontable)
{
    struct code_info in = {
        .filename = filename, .name = name, .qualname = qualname, .flags = flags, .code = code, .firstlineno = firstlineno,
        .linetable = linetable, .consts = consts, .names = names, .argcount = argcount, .posonlyargcount = posonlyargcount,
        .kwonlyargcount = kwonlyargcount, .stacksize = stacksize, .exceptiontable = exceptiontable,
    };
    return new_from_names(&in, nlocals, varnames, freevars, cellvars);
}

PyCodeObject *
PyUnstable_Code_New(int argcount, int kwonlyargcount, int nlocals, int stacksize, int flags, PyObject *code, PyObject *consts,
                    PyObject *names, PyObject *varnames, PyObject *freevars, PyObject *cellvars, PyObject *filename, PyObject *name,
                    PyObject *qualname, int firstlineno, PyObject *linetable, PyObject *exceptiontable)
{
    return PyUnstable_Code_NewWithPosOnlyArgs(argcount, 0, kwonlyargcount, nlocals, stacksize, flags, code, consts, names, varnames,
                                              freevars, cellvars, filename, name, qualname, firstlineno, linetable, exceptiontable);
}

/* Body `raise AssertionError`, which never runs; one line entry for its three units. */
PyCodeObject *
PyCode_NewEmpty(const char *filename, const char *funcname, int firstlineno)
{
    static const uint8_t body[] = { RESUME, 0, LOAD_ASSERTION_ERROR, 0, RAISE_VARARGS, 1 };
    static const uint8_t lines[] = { 0x80 | PY_CODE_LOCATION_INFO_NO_COLUMNS << 3 | 2, 0 };
    PyCodeObject *co = NULL;
    PyObject *name = PyUnicode_FromString(funcname), *file = name == NULL ? NULL : PyUnicode_DecodeFSDefault(filename);
    PyObject *code = file == NULL ? NULL : PyBytes_FromStringAndSize((const char *)body, sizeof(body));
    PyObject *table = code == NULL ? NULL : PyBytes_FromStringAndSize((const char *)lines, sizeof(lines));
    if (table != NULL) {
        struct code_info in = {
            .filename = file, .name = name, .qualname = name, .code = code, .firstlineno = firstlineno, .linetable = table,
            .consts = EMPTY_TUPLE, .names = EMPTY_TUPLE, .localsplusnames = EMPTY_TUPLE, .localspluskinds = EMPTY_BYTES,
            .exceptiontable = EMPTY_BYTES, .stacksize = 1,
        };
        co = code_new(&in);
    }
    Py_XDECREF(name);
    Py_XDECREF(file);
    Py_XDECREF(code);
    Py_XDECREF(table);
    return co;
}

/* ---- types.CodeType(...) ---- */

const char code_type_doc[] =
    "code(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n"
    "     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)\n--\n\n"
    "Bytecode with its constants, names and tables.";

enum { A_ARGCOUNT, A_POSONLY, A_KWONLY, A_NLOCALS, A_STACKSIZE, A_FLAGS, A_CODE, A_CONSTS, A_NAMES, A_VARNAMES, A_FILENAME, A_NAME,
       A_QUALNAME, A_FIRSTLINE, A_LINETABLE, A_EXCTABLE, A_FREEVARS, A_CELLVARS, A_COUNT };
enum field_kind { INT, BYTES, TUPLE, STRING };
static const struct { const char *name; uint8_t kind; } fields[A_COUNT] = {
    { "co_argcount", INT }, { "co_posonlyargcount", INT }, { "co_kwonlyargcount", INT }, { "co_nlocals", INT }, { "co_stacksize", INT },
    { "co_flags", INT }, { "co_code", BYTES }, { "co_consts", TUPLE }, { "co_names", TUPLE }, { "co_varnames", TUPLE },
    { "co_filename", STRING }, { "co_name", STRING }, { "co_qualname", STRING }, { "co_firstlineno", INT }, { "co_linetable", BYTES },
    { "co_exceptiontable", BYTES }, { "co_freevars", TUPLE }, { "co_cellvars", TUPLE },
};

struct code_args { int num[A_COUNT]; PyObject *obj[A_COUNT]; };

static int
to_int(PyObject *v, int *out)
{
    long n = PyLong_AsLong(v);
    if (n == -1 && PyErr_Occurred())
        return -1;
    if (n > INT_MAX || n < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, n > 0 ? "signed integer is greater than maximum" : "signed integer is less than minimum");
        return -1;
    }
    *out = (int)n;
    return 0;
}

/* Store v as field f after a type check; fname and display as in messages. */
static int
take_field(struct code_args *a, int f, PyObject *v, const char *fname, const char *display)
{
    static const char *const expected[] = { "int", "bytes", "tuple", "str" };
    switch (fields[f].kind) {
    case INT:
        return to_int(v, &a->num[f]);
    case BYTES:
        if (PyBytes_Check(v))
            break;
        goto bad;
    case TUPLE:
        if (PyTuple_Check(v))
            break;
        goto bad;
    default:
        if (PyUnicode_Check(v))
            break;
        goto bad;
    }
    a->obj[f] = v;
    return 0;
bad:
    args_bad(fname, display, expected[fields[f].kind], v);
    return -1;
}

static int
check_counts(struct code_args *a)
{
    static const struct { uint8_t field; const char *name; } counts[] = {
        { A_ARGCOUNT, "argcount" }, { A_POSONLY, "posonlyargcount" }, { A_KWONLY, "kwonlyargcount" }, { A_NLOCALS, "nlocals" },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(counts); i++) {
        if (a->num[counts[i].field] < 0) {
            PyErr_Format(PyExc_ValueError, "code: %s must not be negative", counts[i].name);
            return -1;
        }
    }
    return 0;
}

/* A tuple of exact str with the same text, or NULL with TypeError. */
static PyObject *
copy_names(PyObject *tuple)
{
    Py_ssize_t n = PyTuple_GET_SIZE(tuple);
    PyObject *out = PyTuple_New(n);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *v = PyTuple_GET_ITEM(tuple, i), *s = NULL;
        if (PyUnicode_CheckExact(v))
            s = Py_NewRef(v);
        else if (!PyUnicode_Check(v))
            PyErr_Format(PyExc_TypeError, "name tuples must contain only strings, not '%.500s'", Py_TYPE(v)->tp_name);
        else
            s = PyUnicode_FromObject(v);
        if (s == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, i, s);
    }
    return out;
}

static PyCodeObject *
new_from_args(struct code_args *a)
{
    return PyUnstable_Code_NewWithPosOnlyArgs(
        a->num[A_ARGCOUNT], a->num[A_POSONLY], a->num[A_KWONLY], a->num[A_NLOCALS], a->num[A_STACKSIZE], a->num[A_FLAGS],
        a->obj[A_CODE], a->obj[A_CONSTS], a->obj[A_NAMES], a->obj[A_VARNAMES], a->obj[A_FREEVARS], a->obj[A_CELLVARS],
        a->obj[A_FILENAME], a->obj[A_NAME], a->obj[A_QUALNAME], a->num[A_FIRSTLINE], a->obj[A_LINETABLE], a->obj[A_EXCTABLE]);
}

static int
audit_code(struct code_args *a)
{
    if (rt_hooks.audit == NULL)
        return 0;
    PyObject *nums[] = { PyLong_FromLong(a->num[A_ARGCOUNT]), PyLong_FromLong(a->num[A_POSONLY]), PyLong_FromLong(a->num[A_KWONLY]),
                         PyLong_FromLong(a->num[A_NLOCALS]), PyLong_FromLong(a->num[A_STACKSIZE]), PyLong_FromLong(a->num[A_FLAGS]) };
    PyObject *args = PyTuple_Pack(9, a->obj[A_CODE], a->obj[A_FILENAME], a->obj[A_NAME], nums[0], nums[1], nums[2], nums[3], nums[4], nums[5]);
    for (int i = 0; i < 6; i++)
        Py_XDECREF(nums[i]);
    if (args == NULL)
        return -1;
    int rc = rt_hooks.audit(PyThreadState_Get(), "code.__new__", args);
    Py_DECREF(args);
    return rc;
}

PyObject *
code_type_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const int name_fields[] = { A_NAMES, A_VARNAMES, A_FREEVARS, A_CELLVARS };
    struct code_args a = { .obj = { [A_FREEVARS] = EMPTY_TUPLE, [A_CELLVARS] = EMPTY_TUPLE } };
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!args_no_keywords("code", kwargs) || !args_count("code", n, 16, 18))
        return NULL;
    for (int i = 0; i < n; i++) {
        char display[24];
        snprintf(display, sizeof(display), "argument %d", i + 1);
        if (take_field(&a, i, PyTuple_GET_ITEM(args, i), "code", display) < 0)
            return NULL;
    }
    if (audit_code(&a) < 0 || check_counts(&a) < 0)
        return NULL;
    PyObject *ours[4] = { NULL }, *co = NULL;
    for (int i = 0; i < 4; i++) {
        ours[i] = copy_names(a.obj[name_fields[i]]);
        if (ours[i] == NULL)
            goto done;
        a.obj[name_fields[i]] = ours[i];
    }
    co = (PyObject *)new_from_args(&a);
done:
    for (int i = 0; i < 4; i++)
        Py_XDECREF(ours[i]);
    return co;
}

/* ---- replace() ---- */

/* Fill `a` from co; obj[A_CODE], the three name tuples are new references kept in own[]. 0 or -1. */
static int
fields_of(PyCodeObject *co, struct code_args *a, PyObject *own[4])
{
    *a = (struct code_args){
        .num = { co->co_argcount, co->co_posonlyargcount, co->co_kwonlyargcount, co->co_nlocals, co->co_stacksize, co->co_flags,
                 [A_FIRSTLINE] = co->co_firstlineno },
        .obj = { [A_CONSTS] = co->co_consts, [A_NAMES] = co->co_names, [A_FILENAME] = co->co_filename, [A_NAME] = co->co_name,
                 [A_QUALNAME] = co->co_qualname, [A_LINETABLE] = co->co_linetable, [A_EXCTABLE] = co->co_exceptiontable },
    };
    a->obj[A_CODE] = own[0] = _PyCode_GetCode(co);
    a->obj[A_VARNAMES] = own[1] = own[0] ? code_varnames(co) : NULL;
    a->obj[A_FREEVARS] = own[2] = own[1] ? code_freevars(co) : NULL;
    a->obj[A_CELLVARS] = own[3] = own[2] ? code_cellvars(co) : NULL;
    return own[3] == NULL ? -1 : 0;
}

static int
field_by_name(PyObject *name)
{
    for (int i = 0; i < A_COUNT; i++)
        if (PyUnicode_CompareWithASCIIString(name, fields[i].name) == 0)
            return i;
    return -1;
}

static PyObject *
replace_impl(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, const char *fname)
{
    struct code_args a;
    PyObject *own[4] = { NULL }, *res = NULL;
    if (nargs > 0)
        return PyErr_Format(PyExc_TypeError, "%s() takes no positional arguments", fname);
    if (fields_of((PyCodeObject *)self, &a, own) < 0)
        goto done;
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++) {
        int f = field_by_name(PyTuple_GET_ITEM(kwnames, i));
        char display[40];
        if (f < 0) {
            PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%S'", fname, PyTuple_GET_ITEM(kwnames, i));
            goto done;
        }
        snprintf(display, sizeof(display), "argument '%s'", fields[f].name);
        if (take_field(&a, f, args[i], fname, display) < 0)
            goto done;
    }
    for (int f = A_ARGCOUNT; f <= A_FLAGS; f++) {
        if (a.num[f] < 0) {
            PyErr_Format(PyExc_ValueError, "%s must be a positive integer", fields[f].name);
            goto done;
        }
    }
    if (audit_code(&a) == 0)
        res = (PyObject *)new_from_args(&a);
done:
    for (int i = 0; i < 4; i++)
        Py_XDECREF(own[i]);
    return res;
}

static PyObject *
code_replace(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return replace_impl(self, args, nargs, kwnames, "replace");
}

static PyObject *
code_dunder_replace(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return replace_impl(self, args, nargs, kwnames, "__replace__");
}

/* ---- methods and attributes ---- */

static PyObject *
code_sizeof(PyObject *self, PyObject *ignored)
{
    PyCodeObject *co = (PyCodeObject *)self;
    size_t size = _Py_SIZE_ROUND_UP(offsetof(PyCodeObject, co_code_adaptive) + (size_t)_PyCode_NBYTES(co), 8);
    struct code_extra *x = co->co_extra;
    if (x != NULL)
        size += sizeof(*x) + (size_t)(x->n - 1) * sizeof(x->slots[0]);
    return PyLong_FromSize_t(size);
}

static PyObject *
code_varname_from_oparg(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "oparg" };
    PyObject *arg;
    int i;
    if (args_unpack("_varname_from_oparg", args, nargs, kwnames, names, 1, 1, 1, &arg) < 0 || to_int(arg, &i) < 0)
        return NULL;
    PyObject *name = PyTuple_GetItem(((PyCodeObject *)self)->co_localsplusnames, i);
    return Py_XNewRef(name);
}

PyMethodDef code_methods[] = {
    { "__sizeof__", code_sizeof, METH_NOARGS, NULL },
    { "co_lines", code_lines_iter, METH_NOARGS, NULL },
    { "co_positions", code_positions_iter, METH_NOARGS, NULL },
    { "replace", _PyCFunction_CAST(code_replace), METH_FASTCALL | METH_KEYWORDS,
      "replace($self, /, **changes)\n--\n\nA copy of the code object with some fields changed." },
    { "_varname_from_oparg", _PyCFunction_CAST(code_varname_from_oparg), METH_FASTCALL | METH_KEYWORDS,
      "_varname_from_oparg($self, /, oparg)\n--\n\nName of the local variable, cell or free variable with this number." },
    { "__replace__", _PyCFunction_CAST(code_dunder_replace), METH_FASTCALL | METH_KEYWORDS,
      "__replace__($self, /, **changes)\n--\n\nThe same as replace()." },
    { NULL },
};

PyMemberDef code_members[] = {
    { "co_argcount", Py_T_INT, offsetof(PyCodeObject, co_argcount), Py_READONLY },
    { "co_posonlyargcount", Py_T_INT, offsetof(PyCodeObject, co_posonlyargcount), Py_READONLY },
    { "co_kwonlyargcount", Py_T_INT, offsetof(PyCodeObject, co_kwonlyargcount), Py_READONLY },
    { "co_stacksize", Py_T_INT, offsetof(PyCodeObject, co_stacksize), Py_READONLY },
    { "co_flags", Py_T_INT, offsetof(PyCodeObject, co_flags), Py_READONLY },
    { "co_names", _Py_T_OBJECT, offsetof(PyCodeObject, co_names), Py_READONLY },
    { "co_filename", _Py_T_OBJECT, offsetof(PyCodeObject, co_filename), Py_READONLY },
    { "co_name", _Py_T_OBJECT, offsetof(PyCodeObject, co_name), Py_READONLY },
    { "co_qualname", _Py_T_OBJECT, offsetof(PyCodeObject, co_qualname), Py_READONLY },
    { "co_firstlineno", Py_T_INT, offsetof(PyCodeObject, co_firstlineno), Py_READONLY },
    { "co_linetable", _Py_T_OBJECT, offsetof(PyCodeObject, co_linetable), Py_READONLY },
    { "co_exceptiontable", _Py_T_OBJECT, offsetof(PyCodeObject, co_exceptiontable), Py_READONLY },
    { "co_nlocals", Py_T_INT, offsetof(PyCodeObject, co_nlocals), Py_READONLY },
    { "co_consts", _Py_T_OBJECT, offsetof(PyCodeObject, co_consts), Py_READONLY },
    { NULL },
};

static PyObject *get_code(PyObject *self, void *c) { return _PyCode_GetCode((PyCodeObject *)self); }
static PyObject *get_varnames(PyObject *self, void *c) { return code_varnames((PyCodeObject *)self); }
static PyObject *get_cellvars(PyObject *self, void *c) { return code_cellvars((PyCodeObject *)self); }
static PyObject *get_freevars(PyObject *self, void *c) { return code_freevars((PyCodeObject *)self); }
static PyObject *get_adaptive(PyObject *self, void *c) { return code_adaptive((PyCodeObject *)self); }

static PyObject *
get_lnotab(PyObject *self, void *c)
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning, "co_lnotab is deprecated, use co_lines instead.", 1) < 0)
        return NULL;
    return code_lnotab((PyCodeObject *)self);
}

PyGetSetDef code_getset[] = {
    { "co_lnotab", get_lnotab }, { "_co_code_adaptive", get_adaptive }, { "co_varnames", get_varnames }, { "co_cellvars", get_cellvars },
    { "co_freevars", get_freevars }, { "co_code", get_code }, { NULL },
};

/* ---- co_extra, watchers ---- */

Py_ssize_t
PyUnstable_Eval_RequestCodeExtraIndex(freefunc free_fn)
{
    PyInterpreterState *interp = interp_current();
    if (interp->co_extra_user_count >= RT_MAX_CODE_EXTRA - 1)
        return -1;
    interp->co_extra_freefuncs[interp->co_extra_user_count] = free_fn;
    return interp->co_extra_user_count++;
}

int
PyUnstable_Code_GetExtra(PyObject *code, Py_ssize_t index, void **extra)
{
    if (!PyCode_Check(code)) {
        PyErr_BadInternalCall();
        return -1;
    }
    struct code_extra *x = ((PyCodeObject *)code)->co_extra;
    *extra = x == NULL || index < 0 || index >= x->n ? NULL : x->slots[index];
    return 0;
}

int
PyUnstable_Code_SetExtra(PyObject *code, Py_ssize_t index, void *extra)
{
    PyInterpreterState *interp = interp_current();
    PyCodeObject *co = (PyCodeObject *)code;
    if (!PyCode_Check(code) || index < 0 || index >= interp->co_extra_user_count) {
        PyErr_BadInternalCall();
        return -1;
    }
    struct code_extra *x = co->co_extra;
    Py_ssize_t have = x == NULL ? 0 : x->n;
    if (have <= index) {
        Py_ssize_t want = interp->co_extra_user_count;
        x = PyMem_Realloc(x, sizeof(*x) + (size_t)(want - 1) * sizeof(x->slots[0]));
        if (x == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        memset(x->slots + have, 0, (size_t)(want - have) * sizeof(x->slots[0]));
        x->n = want;
        co->co_extra = x;
    }
    if (x->slots[index] != NULL && interp->co_extra_freefuncs[index] != NULL)
        interp->co_extra_freefuncs[index](x->slots[index]);
    x->slots[index] = extra;
    return 0;
}

int
PyCode_AddWatcher(PyCode_WatchCallback callback)
{
    PyInterpreterState *interp = interp_current();
    for (int i = 0; i < CODE_WATCHERS; i++) {
        if (interp->code_watchers[i] == NULL) {
            interp->code_watchers[i] = (void *)callback;
            interp->active_code_watchers |= (uint8_t)(1 << i);
            return i;
        }
    }
    PyErr_SetString(PyExc_RuntimeError, "no more code watcher IDs available");
    return -1;
}

int
PyCode_ClearWatcher(int id)
{
    if (id < 0 || id >= CODE_WATCHERS) {
        PyErr_Format(PyExc_ValueError, "Invalid code watcher ID %d", id);
        return -1;
    }
    PyInterpreterState *interp = interp_current();
    if (interp->code_watchers[id] == NULL) {
        PyErr_Format(PyExc_ValueError, "No code watcher set for ID %d", id);
        return -1;
    }
    interp->code_watchers[id] = NULL;
    interp->active_code_watchers &= (uint8_t)~(1 << id);
    return 0;
}

PyObject *
PyCode_Optimize(PyObject *code, PyObject *consts, PyObject *names, PyObject *lnotab)
{
    return Py_NewRef(code);                /* the peephole pass is part of the compiler */
}

PyTypeObject *const code_static_types[] = { &PyCode_Type, &code_line_iterator_type, &code_positions_iterator_type, NULL };
