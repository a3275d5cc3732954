/* interp/builtins_basic.c: the builtins that ask one object something. */
#include "interp/builtins.h"

#include "rt/effect.h"
#include "interp/args.h"
#include "interp/sys.h"
#include "object/core/type.h"
#include "rt/singletons.h"

static PyObject *
builtin_abs(PyObject *module, PyObject *x)
{
    return PyNumber_Absolute(x);
}

static PyObject *
builtin_ascii(PyObject *module, PyObject *obj)
{
    return PyObject_ASCII(obj);
}

static PyObject *
builtin_bin(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 2);
}

static PyObject *
builtin_oct(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 8);
}

static PyObject *
builtin_hex(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 16);
}

static PyObject *
builtin_callable(PyObject *module, PyObject *obj)
{
    return PyBool_FromLong(PyCallable_Check(obj));
}

static PyObject *
builtin_chr(PyObject *module, PyObject *i)
{
    int overflow;
    long v = PyLong_AsLongAndOverflow(i, &overflow);
    if (v == -1 && PyErr_Occurred())
        return NULL;
    if (overflow)
        v = overflow < 0 ? INT_MIN : INT_MAX;
    if (v < 0 || v > 0x10ffff) {
        PyErr_SetString(PyExc_ValueError, "chr() arg not in range(0x110000)");
        return NULL;
    }
    return PyUnicode_FromOrdinal((int)v);
}

static PyObject *
builtin_ord(PyObject *module, PyObject *c)
{
    Py_ssize_t size;
    if (PyBytes_Check(c)) {
        size = PyBytes_GET_SIZE(c);
        if (size == 1)
            return PyLong_FromLong((unsigned char)*PyBytes_AS_STRING(c));
    } else if (PyUnicode_Check(c)) {
        size = PyUnicode_GET_LENGTH(c);
        if (size == 1)
            return PyLong_FromLong((long)PyUnicode_READ_CHAR(c, 0));
    } else if (PyByteArray_Check(c)) {
        size = PyByteArray_GET_SIZE(c);
        if (size == 1)
            return PyLong_FromLong((unsigned char)*PyByteArray_AS_STRING(c));
    } else {
        PyErr_Format(PyExc_TypeError, "ord() expected string of length 1, but %.200s found", Py_TYPE(c)->tp_name);
        return NULL;
    }
    PyErr_Format(PyExc_TypeError, "ord() expected a character, but string of length %zd found", size);
    return NULL;
}

static PyObject *
builtin_delattr(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("delattr", nargs, 2, 2) || PyObject_SetAttr(args[0], args[1], NULL) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
builtin_dir(PyObject *module, PyObject *args)
{
    if (!args_count("dir", PyTuple_GET_SIZE(args), 0, 1))
        return NULL;
    return PyObject_Dir(PyTuple_GET_SIZE(args) == 0 ? NULL : PyTuple_GET_ITEM(args, 0));
}

static PyObject *
builtin_divmod(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return !args_count("divmod", nargs, 2, 2) ? NULL : PyNumber_Divmod(args[0], args[1]);
}

static PyObject *
builtin_format(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("format", nargs, 1, 2))
        return NULL;
    if (nargs == 2 && !PyUnicode_Check(args[1])) {
        PyErr_Format(PyExc_TypeError, "format() argument 2 must be str, not %.50s",
                     args[1] == Py_None ? "None" : Py_TYPE(args[1])->tp_name);
        return NULL;
    }
    return PyObject_Format(args[0], nargs == 2 ? args[1] : NULL);
}

static PyObject *
builtin_getattr(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("getattr", nargs, 2, 3))
        return NULL;
    if (nargs == 2)
        return PyObject_GetAttr(args[0], args[1]);
    PyObject *value;
    if (PyObject_GetOptionalAttr(args[0], args[1], &value) == 0)
        return Py_NewRef(args[2]);
    return value;
}

static PyObject *
builtin_hasattr(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("hasattr", nargs, 2, 2))
        return NULL;
    PyObject *value;
    int found = PyObject_GetOptionalAttr(args[0], args[1], &value);
    if (found < 0)
        return NULL;
    Py_XDECREF(value);
    return PyBool_FromLong(found);
}

static PyObject *
builtin_setattr(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("setattr", nargs, 3, 3) || PyObject_SetAttr(args[0], args[1], args[2]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
builtin_globals(PyObject *module, PyObject *unused)
{
    PyObject *globals = PyEval_GetGlobals();
    if (globals == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_SystemError, "globals() needs a running frame");
    return Py_XNewRef(globals);
}

static PyObject *
builtin_locals(PyObject *module, PyObject *unused)
{
    return PyEval_GetFrameLocals();
}

static PyObject *
builtin_hash(PyObject *module, PyObject *obj)
{
    Py_hash_t h = PyObject_Hash(obj);
    return h == -1 ? NULL : PyLong_FromSsize_t(h);
}

static PyObject *
builtin_id(PyObject *module, PyObject *obj)
{
    PyObject *id = PyLong_FromVoidPtr(obj);
    if (UNLIKELY(sys_is_audited(interp_current())) && id != NULL && PySys_Audit("builtins.id", "O", id) < 0)
        Py_CLEAR(id);
    return id;
}

static PyObject *
builtin_isinstance(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("isinstance", nargs, 2, 2))
        return NULL;
    int r = PyObject_IsInstance(args[0], args[1]);
    return r < 0 ? NULL : PyBool_FromLong(r);
}

static PyObject *
builtin_issubclass(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("issubclass", nargs, 2, 2))
        return NULL;
    int r = PyObject_IsSubclass(args[0], args[1]);
    return r < 0 ? NULL : PyBool_FromLong(r);
}

static PyObject *
builtin_len(PyObject *module, PyObject *obj)
{
    Py_ssize_t n = PyObject_Size(obj);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
builtin_pow(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "base", "exp", "mod", NULL };
    static const struct args_spec spec = { "pow", names, 2, 3 };
    PyObject *a[3];
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    return PyNumber_Power(a[0], a[1], a[2] == NULL ? Py_None : a[2]);
}

static PyObject *
builtin_repr(PyObject *module, PyObject *obj)
{
    return PyObject_Repr(obj);
}

static PyObject *
builtin_round(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "number", "ndigits", NULL };
    static const struct args_spec spec = { "round", names, 1, 2 };
    PyObject *a[2];
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    PyObject *meth = object_lookup_special(a[0], ID(__round__));
    if (meth == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "type %.100s doesn't define __round__ method", Py_TYPE(a[0])->tp_name);
        return NULL;
    }
    PyObject *r = a[1] == NULL || a[1] == Py_None ? PyObject_CallNoArgs(meth) : PyObject_CallOneArg(meth, a[1]);
    Py_DECREF(meth);
    return r;
}

static PyObject *
builtin_vars(PyObject *module, PyObject *args)
{
    if (!args_count("vars", PyTuple_GET_SIZE(args), 0, 1))
        return NULL;
    if (PyTuple_GET_SIZE(args) == 0)
        return PyEval_GetFrameLocals();
    PyObject *dict;
    if (PyObject_GetOptionalAttr(PyTuple_GET_ITEM(args, 0), ID(__dict__), &dict) == 0)
        PyErr_SetString(PyExc_TypeError, "vars() argument must have __dict__ attribute");
    return dict;
}

#define FAST(f) _PyCFunction_CAST(f), METH_FASTCALL
#define FASTKW(f) _PyCFunction_CAST(f), METH_FASTCALL | METH_KEYWORDS

/* What compiled code may know of them. */
EFFECT(builtin_abs, EFF_ALLOC | EFF_FAILS, NULL, EFF_ARG(0, EFF_INT | EFF_FLOAT | EFF_BOOL));
EFFECT(builtin_bin, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT | EFF_BOOL));
EFFECT_MEM(builtin_callable, 0, &PyBool_Type, 0, EFF_SLOT, 0);
EFFECT(builtin_chr, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT | EFF_BOOL));
EFFECT(builtin_hash, EFF_ALLOC | EFF_FAILS, &PyLong_Type, EFF_ARG(0, EFF_INT | EFF_FLOAT | EFF_STR | EFF_BYTES | EFF_BOOL | EFF_NONE));
EFFECT(builtin_hex, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT | EFF_BOOL));
EFFECT(builtin_id, EFF_ALLOC | EFF_FAILS, &PyLong_Type, 0);
EFFECT_MEM(builtin_len, EFF_ALLOC | EFF_FAILS, &PyLong_Type, EFF_ARG(0, EFF_STR | EFF_BYTES | EFF_LIST | EFF_TUPLE | EFF_DICT | EFF_SET),
           EFF_LISTSIZE | EFF_DICTSHAPE | EFF_RAW, 0);
EFFECT(builtin_oct, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT | EFF_BOOL));
EFFECT(builtin_ord, EFF_ALLOC | EFF_FAILS, &PyLong_Type, EFF_ARG(0, EFF_STR | EFF_BYTES));
EFFECT(builtin_repr, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT | EFF_FLOAT | EFF_STR | EFF_BYTES | EFF_BOOL | EFF_NONE));

PyMethodDef builtins_basic_methods[] = {
    { "abs", builtin_abs, METH_O, PyDoc_STR("abs($module, x, /)\n--\n\nThe absolute value of a number.") },
    { "ascii", builtin_ascii, METH_O, PyDoc_STR("ascii($module, obj, /)\n--\n\nLike repr(), with everything outside ASCII escaped.") },
    { "bin", builtin_bin, METH_O, PyDoc_STR("bin($module, number, /)\n--\n\nAn integer as binary text.\n\n>>> bin(-10)\n'-0b1010'") },
    { "callable", builtin_callable, METH_O, PyDoc_STR("callable($module, obj, /)\n--\n\nCan the object be called?") },
    { "chr", builtin_chr, METH_O, PyDoc_STR("chr($module, i, /)\n--\n\nThe character with this code point.") },
    { "delattr", FAST(builtin_delattr), PyDoc_STR("delattr($module, obj, name, /)\n--\n\nDelete an attribute: delattr(x, 'y') is del x.y.") },
    { "dir", builtin_dir, METH_VARARGS, PyDoc_STR("dir([object]) -> list of strings\n\nSorted names of an object's attributes, or of the current scope.") },
    { "divmod", FAST(builtin_divmod), PyDoc_STR("divmod($module, x, y, /)\n--\n\nThe pair (x // y, x % y).") },
    { "format", FAST(builtin_format), PyDoc_STR("format($module, value, format_spec='', /)\n--\n\nvalue.__format__(format_spec).") },
    { "getattr", FAST(builtin_getattr), PyDoc_STR("getattr(object, name[, default]) -> value\n\nThe named attribute, or the default if there is none.") },
    { "globals", builtin_globals, METH_NOARGS, PyDoc_STR("globals($module, /)\n--\n\nThe dictionary of the current module's variables.") },
    { "hasattr", FAST(builtin_hasattr), PyDoc_STR("hasattr($module, obj, name, /)\n--\n\nDoes the object have the attribute?") },
    { "hash", builtin_hash, METH_O, PyDoc_STR("hash($module, obj, /)\n--\n\nThe hash value of an object.") },
    { "hex", builtin_hex, METH_O, PyDoc_STR("hex($module, number, /)\n--\n\nAn integer as hexadecimal text.\n\n>>> hex(-48879)\n'-0xbeef'") },
    { "id", builtin_id, METH_O, PyDoc_STR("id($module, obj, /)\n--\n\nThe identity of an object: its address.") },
    { "isinstance", FAST(builtin_isinstance), PyDoc_STR("isinstance($module, obj, class_or_tuple, /)\n--\n\nIs the object of the class, or of one of the classes?") },
    { "issubclass", FAST(builtin_issubclass), PyDoc_STR("issubclass($module, cls, class_or_tuple, /)\n--\n\nDoes the class derive from the other, or from one of the others?") },
    { "len", builtin_len, METH_O, PyDoc_STR("len($module, obj, /)\n--\n\nThe number of items in a container.") },
    { "locals", builtin_locals, METH_NOARGS, PyDoc_STR("locals($module, /)\n--\n\nA dictionary of the current scope's variables.") },
    { "oct", builtin_oct, METH_O, PyDoc_STR("oct($module, number, /)\n--\n\nAn integer as octal text.\n\n>>> oct(493)\n'0o755'") },
    { "ord", builtin_ord, METH_O, PyDoc_STR("ord($module, c, /)\n--\n\nThe code point of a character.") },
    { "pow", FASTKW(builtin_pow), PyDoc_STR("pow($module, /, base, exp, mod=None)\n--\n\nbase ** exp, or base ** exp % mod.") },
    { "repr", builtin_repr, METH_O, PyDoc_STR("repr($module, obj, /)\n--\n\nThe canonical text of an object.") },
    { "round", FASTKW(builtin_round), PyDoc_STR("round($module, /, number, ndigits=None)\n--\n\nA number rounded to some decimal digits.") },
    { "setattr", FAST(builtin_setattr), PyDoc_STR("setattr($module, obj, name, value, /)\n--\n\nSet an attribute: setattr(x, 'y', v) is x.y = v.") },
    { "vars", builtin_vars, METH_VARARGS, PyDoc_STR("vars([object]) -> dictionary\n\nThe object's __dict__, or the current scope's variables.") },
    { NULL },
};
