/* object/text/str_type.c: the type str: life and death, slots, method table, iterators. */
#include <string.h>

#include "object/core/call.h"
#include "rt/effect.h"
#include "object/core/err.h"
#include "object/core/object.h"
#include "object/text/format.h"
#include "object/text/str_priv.h"
#include "rt/gc_track.h"
#include "rt/heap.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "rt/thread.h"

/* ---- death ---- */

/* A static or immortal string that old C code has counted down to nothing. */
static bool revive(PyObject *s)
{
    PyASCIIObject *a = (PyASCIIObject *)s;
    if (a->state.statically_allocated || a->state.interned >= SSTATE_INTERNED_IMMORTAL) {
        s->ob_refcnt = _Py_IMMORTAL_REFCNT;
        return true;
    }
    if (a->state.interned == SSTATE_INTERNED_MORTAL) {
        s->ob_refcnt = 1;                       /* comparing must not find a dead object */
        str_intern_remove(s);
        s->ob_refcnt = 0;
        a->state.interned = SSTATE_NOT_INTERNED;
    }
    return false;
}

static void str_dealloc(PyObject *s)
{
    PyASCIIObject *a = (PyASCIIObject *)s;
    if ((a->state.interned || a->state.statically_allocated) && revive(s))
        return;
    if (!(a->state.compact && a->state.ascii)) {
        PyCompactUnicodeObject *c = (PyCompactUnicodeObject *)s;
        if (c->utf8 != NULL && c->utf8 != PyUnicode_DATA(s))
            PyMem_Free(c->utf8);
        if (!a->state.compact)
            PyMem_Free(((PyUnicodeObject *)s)->data.any);
    }
    if (LIKELY(PyUnicode_CheckExact(s)))
        heap_free(s);
    else
        Py_TYPE(s)->tp_free(s);
}

void _PyUnicode_ExactDealloc(PyObject *s) { str_dealloc(s); }

/* ---- birth ---- */

static const char *text_arg(PyObject *arg, const char *which)
{
    if (!PyUnicode_Check(arg)) {
        args_bad("str", which, "str", arg);
        return NULL;
    }
    return _PyUnicode_AsUTF8NoNUL(arg);
}

static PyObject *new_exact(PyObject *x, PyObject *encoding, PyObject *errors)
{
    const char *enc = NULL, *err = NULL;
    if (encoding != NULL && (enc = text_arg(encoding, "argument 'encoding'")) == NULL)
        return NULL;
    if (errors != NULL && (err = text_arg(errors, "argument 'errors'")) == NULL)
        return NULL;
    if (x == NULL)
        return str_empty();
    return enc == NULL && err == NULL ? PyObject_Str(x) : PyUnicode_FromEncodedObject(x, enc, err);
}

/* An instance of a subclass with the characters of s in a block of its own. */
static PyObject *new_subclass(PyTypeObject *type, PyObject *s)
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    PyUnicodeObject *u = (PyUnicodeObject *)self;
    PyASCIIObject *a = (PyASCIIObject *)self, *from = (PyASCIIObject *)s;
    size_t bytes = (size_t)(from->length + 1) * from->state.kind;
    a->hash = from->hash;
    a->state.kind = from->state.kind;
    a->state.ascii = from->state.ascii;
    a->state.compact = 0;
    a->length = 0;
    u->data.any = PyMem_Malloc(bytes);
    if (u->data.any == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    memcpy(u->data.any, PyUnicode_DATA(s), bytes);
    a->length = from->length;
    if (a->state.ascii) {
        u->_base.utf8 = u->data.any;
        u->_base.utf8_length = a->length;
    }
    return self;
}

static PyObject *new_of_type(PyTypeObject *type, PyObject *const a[3])
{
    PyObject *s = new_exact(a[0], a[1], a[2]);
    if (s == NULL || type == &PyUnicode_Type)
        return s;
    PyObject *self = new_subclass(type, s);
    Py_DECREF(s);
    return self;
}

static const char *const new_names[] = { "object", "encoding", "errors" };

static PyObject *str_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *a[3];
    if (args_unpack_tuple("str", args, kwargs, new_names, 3, 0, 3, a) < 0)
        return NULL;
    return new_of_type(type, a);
}

static PyObject *str_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (kwnames == NULL && nargs == 1 && type == (PyObject *)&PyUnicode_Type)
        return PyObject_Str(args[0]);
    PyObject *a[3];
    if ((kwnames == NULL && !args_count("str", nargs, 0, 3)) || args_unpack("str", args, nargs, kwnames, new_names, 3, 0, 3, a) < 0)
        return NULL;
    return new_of_type((PyTypeObject *)type, a);
}

/* ---- slots ---- */

static Py_ssize_t str_length(PyObject *s) { return str_len(s); }
static Py_hash_t str_hash_slot(PyObject *s) { return str_hash(s); }
static PyObject *str_str(PyObject *s) { return str_exact(s); }
static PyObject *str_repeat_slot(PyObject *s, Py_ssize_t n) { return str_repeat(s, n); }

static PyObject *subscript_slice(PyObject *s, PyObject *slice)
{
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0)
        return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(str_len(s), &start, &stop, step);
    if (n <= 0)
        return str_empty();
    if (step == 1)
        return str_slice(s, start, start + n);
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    Py_UCS4 max = PyUnicode_IS_ASCII(s) ? 0x7f : 0;
    Py_UCS4 seen = 0;
    for (Py_ssize_t i = 0, at = start; max != 0x7f && i < n; i++, at += step)
        seen |= PyUnicode_READ(kind, data, at);
    max = Py_MIN(max | seen, 0x10ffff);
    if (n == 1)
        return str_char(PyUnicode_READ(kind, data, start));
    PyObject *out = PyUnicode_New(n, max);
    if (out == NULL)
        return NULL;
    int ok = PyUnicode_KIND(out);
    for (Py_ssize_t i = 0, at = start; i < n; i++, at += step)
        PyUnicode_WRITE(ok, PyUnicode_DATA(out), i, PyUnicode_READ(kind, data, at));
    return out;
}

static PyObject *str_subscript(PyObject *s, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        return str_getitem(s, i < 0 ? i + str_len(s) : i);
    }
    if (PySlice_Check(key))
        return subscript_slice(s, key);
    PyErr_Format(PyExc_TypeError, "string indices must be integers, not '%.200s'", Py_TYPE(key)->tp_name);
    return NULL;
}

/* ---- iterators ---- */


static void iter_dealloc(PyObject *self)
{
    gc_untrack(self);
    Py_XDECREF(((struct str_iterator *)self)->seq);
    PyObject_GC_Del(self);
}

static int iter_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((struct str_iterator *)self)->seq);
    return 0;
}

static PyObject *iter_next_char(PyObject *self)
{
    struct str_iterator *it = (struct str_iterator *)self;
    PyObject *s = it->seq;
    if (s == NULL)
        return NULL;
    if (it->index < str_len(s))
        return str_char(PyUnicode_READ_CHAR(s, it->index++));
    it->seq = NULL;
    Py_DECREF(s);
    return NULL;
}

static PyObject *iter_next_ascii(PyObject *self)
{
    struct str_iterator *it = (struct str_iterator *)self;
    PyObject *s = it->seq;
    if (s == NULL)
        return NULL;
    if (it->index < str_len(s)) {
        Py_UCS1 c = ((Py_UCS1 *)PyUnicode_DATA(s))[it->index++];
        return Py_NewRef(LATIN1_CHAR(c));
    }
    it->seq = NULL;
    Py_DECREF(s);
    return NULL;
}

static PyObject *iter_length_hint(PyObject *self, PyObject *unused)
{
    struct str_iterator *it = (struct str_iterator *)self;
    return PyLong_FromSsize_t(it->seq == NULL ? 0 : str_len(it->seq) - it->index);
}

static PyObject *iter_reduce(PyObject *self, PyObject *unused)
{
    PyObject *iter = interp_current()->builtins == NULL ? NULL : PyDict_GetItemWithError(interp_current()->builtins, ID(iter));
    if (iter == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_AttributeError, ID(iter));
        return NULL;
    }
    struct str_iterator *it = (struct str_iterator *)self;      /* looked up first: that may exhaust the iterator */
    if (it->seq == NULL)
        return Py_BuildValue("O(O)", iter, EMPTY_STR);
    return Py_BuildValue("O(O)n", iter, it->seq, it->index);
}

static PyObject *iter_setstate(PyObject *self, PyObject *state)
{
    struct str_iterator *it = (struct str_iterator *)self;
    Py_ssize_t i = PyLong_AsSsize_t(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    if (it->seq != NULL)
        it->index = i < 0 ? 0 : Py_MIN(i, str_len(it->seq));
    Py_RETURN_NONE;
}

static PyMethodDef iter_methods[] = {
    { "__length_hint__", iter_length_hint, METH_NOARGS, "Private method returning an estimate of len(list(it))." },
    { "__reduce__", iter_reduce, METH_NOARGS, "Return state information for pickling." },
    { "__setstate__", iter_setstate, METH_O, "Set state information for unpickling." },
    { NULL },
};

#define ITER_TYPE(symbol, name, next) \
    PyTypeObject symbol = { \
        PyVarObject_HEAD_INIT(&PyType_Type, 0) \
        .tp_name = name, \
        .tp_basicsize = sizeof(struct str_iterator), \
        .tp_dealloc = iter_dealloc, \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION, \
        .tp_traverse = iter_traverse, \
        .tp_iter = PyObject_SelfIter, \
        .tp_iternext = next, \
        .tp_methods = iter_methods, \
    }
ITER_TYPE(PyUnicodeIter_Type, "str_iterator", iter_next_char);
ITER_TYPE(str_ascii_iter_type, "str_ascii_iterator", iter_next_ascii);

PyObject *str_iter(PyObject *self)
{
    PyTypeObject *type = PyUnicode_IS_COMPACT_ASCII(self) ? &str_ascii_iter_type : &PyUnicodeIter_Type;
    struct str_iterator *it = PyObject_GC_New(struct str_iterator, type);
    if (it == NULL)
        return NULL;
    it->index = 0;
    it->seq = Py_NewRef(self);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

/* ---- the type ---- */

static PyObject *format_method(PyObject *self, PyObject *args, PyObject *kwargs) { return format_string(self, args, kwargs); }

PyObject *str_format_dunder(PyObject *self, PyObject *spec)
{
    if (str_arg("__format__", "argument", spec) < 0)
        return NULL;
    if (str_len(spec) == 0)
        return PyUnicode_CheckExact(self) ? Py_NewRef(self) : PyObject_Str(self);
    return format_with_spec(format_unicode_advanced_writer, self, spec);
}

#define NOARGS(name, sig, doc) { #name, str_##name, METH_NOARGS, #name "(" sig ")\n--\n\n" doc }
#define ONE(name, sig, doc) { #name, str_##name, METH_O, #name "(" sig ")\n--\n\n" doc }
#define FAST(name, sig, doc) { #name, (PyCFunction)(void (*)(void))str_##name, METH_FASTCALL, #name "(" sig ")\n--\n\n" doc }
#define KEYWORDS(name, sig, doc) \
    { #name, (PyCFunction)(void (*)(void))str_##name, METH_FASTCALL | METH_KEYWORDS, #name "(" sig ")\n--\n\n" doc }

/* What compiled code may know of them. */
#define WHERE (EFF_ARG(0, EFF_STR) | EFF_ARG(1, EFF_INT | EFF_NONE) | EFF_ARG(2, EFF_INT | EFF_NONE))
EFFECT_MEM(str_join, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_LIST | EFF_TUPLE), EFF_LISTS, 0);
EFFECT(str_capitalize, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, 0);
EFFECT(str_casefold, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, 0);
EFFECT(str_title, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, 0);
EFFECT(str_lower, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, 0);
EFFECT(str_swapcase, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, 0);
EFFECT(str_upper, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, 0);
EFFECT(str_isascii, 0, &PyBool_Type, 0);
EFFECT(str_islower, 0, &PyBool_Type, 0);
EFFECT(str_isupper, 0, &PyBool_Type, 0);
EFFECT(str_istitle, 0, &PyBool_Type, 0);
EFFECT(str_isspace, 0, &PyBool_Type, 0);
EFFECT(str_isdecimal, 0, &PyBool_Type, 0);
EFFECT(str_isdigit, 0, &PyBool_Type, 0);
EFFECT(str_isnumeric, 0, &PyBool_Type, 0);
EFFECT(str_isalpha, 0, &PyBool_Type, 0);
EFFECT(str_isalnum, 0, &PyBool_Type, 0);
EFFECT(str_isidentifier, 0, &PyBool_Type, 0);
EFFECT(str_isprintable, 0, &PyBool_Type, 0);
EFFECT(str_find, EFF_ALLOC | EFF_FAILS, &PyLong_Type, WHERE);
EFFECT(str_rfind, EFF_ALLOC | EFF_FAILS, &PyLong_Type, WHERE);
EFFECT(str_index, EFF_ALLOC | EFF_FAILS, &PyLong_Type, WHERE);
EFFECT(str_rindex, EFF_ALLOC | EFF_FAILS, &PyLong_Type, WHERE);
EFFECT(str_count, EFF_ALLOC | EFF_FAILS, &PyLong_Type, WHERE);
EFFECT(str_startswith, EFF_ALLOC | EFF_FAILS, &PyBool_Type, WHERE);
EFFECT(str_endswith, EFF_ALLOC | EFF_FAILS, &PyBool_Type, WHERE);
EFFECT(str_strip, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_STR | EFF_NONE));
EFFECT(str_lstrip, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_STR | EFF_NONE));
EFFECT(str_rstrip, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_STR | EFF_NONE));
EFFECT(str_removeprefix, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_STR));
EFFECT(str_removesuffix, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_STR));
EFFECT(str_partition, EFF_ALLOC | EFF_FAILS, &PyTuple_Type, EFF_ARG(0, EFF_STR));
EFFECT(str_rpartition, EFF_ALLOC | EFF_FAILS, &PyTuple_Type, EFF_ARG(0, EFF_STR));
EFFECT(str_ljust, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT) | EFF_ARG(1, EFF_STR));
EFFECT(str_rjust, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT) | EFF_ARG(1, EFF_STR));
EFFECT(str_center, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT) | EFF_ARG(1, EFF_STR));
EFFECT(str_zfill, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_INT));
EFFECT(str_split, EFF_ALLOC | EFF_FAILS, &PyList_Type, EFF_ARG(0, EFF_STR | EFF_NONE) | EFF_ARG(1, EFF_INT));
EFFECT(str_rsplit, EFF_ALLOC | EFF_FAILS, &PyList_Type, EFF_ARG(0, EFF_STR | EFF_NONE) | EFF_ARG(1, EFF_INT));
EFFECT(str_replace, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_STR) | EFF_ARG(1, EFF_STR) | EFF_ARG(2, EFF_INT));

static PyMethodDef methods[] = {
    KEYWORDS(encode, "$self, /, encoding='utf-8', errors='strict'", "The bytes of the string in that encoding."),
    KEYWORDS(replace, "$self, old, new, /, count=-1", "A copy with occurrences of old replaced by new, at most count of them."),
    KEYWORDS(split, "$self, /, sep=None, maxsplit=-1", "The parts between separators, split from the left."),
    KEYWORDS(rsplit, "$self, /, sep=None, maxsplit=-1", "The parts between separators, split from the right."),
    ONE(join, "$self, iterable, /", "The strings of the iterable, with this one between them."),
    NOARGS(capitalize, "$self, /", "A copy with the first character in title case, the rest in lower case."),
    NOARGS(casefold, "$self, /", "A copy made for comparing without regard to case."),
    NOARGS(title, "$self, /", "A copy with each word in title case."),
    FAST(center, "$self, width, fillchar=' ', /", "A copy padded on both sides to that width."),
    FAST(count, "$self, sub[, start[, end]], /", "The number of non-overlapping occurrences of sub."),
    KEYWORDS(expandtabs, "$self, /, tabsize=8", "A copy with tabs expanded to spaces."),
    FAST(find, "$self, sub[, start[, end]], /", "The lowest index of sub, or -1."),
    ONE(partition, "$self, sep, /", "What is before the first sep, sep, and what is after it."),
    FAST(index, "$self, sub[, start[, end]], /", "The lowest index of sub; ValueError if there is none."),
    FAST(ljust, "$self, width, fillchar=' ', /", "A copy padded on the right to that width."),
    NOARGS(lower, "$self, /", "A copy in lower case."),
    FAST(lstrip, "$self, chars=None, /", "A copy without leading white space, or without these characters."),
    FAST(rfind, "$self, sub[, start[, end]], /", "The highest index of sub, or -1."),
    FAST(rindex, "$self, sub[, start[, end]], /", "The highest index of sub; ValueError if there is none."),
    FAST(rjust, "$self, width, fillchar=' ', /", "A copy padded on the left to that width."),
    FAST(rstrip, "$self, chars=None, /", "A copy without trailing white space, or without these characters."),
    ONE(rpartition, "$self, sep, /", "What is before the last sep, sep, and what is after it."),
    KEYWORDS(splitlines, "$self, /, keepends=False", "The lines of the string."),
    FAST(strip, "$self, chars=None, /", "A copy without white space, or these characters, at both ends."),
    NOARGS(swapcase, "$self, /", "A copy with upper and lower case exchanged."),
    ONE(translate, "$self, table, /", "A copy with each character replaced as the table says."),
    NOARGS(upper, "$self, /", "A copy in upper case."),
    FAST(startswith, "$self, prefix[, start[, end]], /", "True if the string starts with the prefix, or one of a tuple of them."),
    FAST(endswith, "$self, suffix[, start[, end]], /", "True if the string ends with the suffix, or one of a tuple of them."),
    ONE(removeprefix, "$self, prefix, /", "A copy without the prefix, if it is there."),
    ONE(removesuffix, "$self, suffix, /", "A copy without the suffix, if it is there."),
    NOARGS(isascii, "$self, /", "True if all characters are ASCII."),
    NOARGS(islower, "$self, /", "True if there are cased characters and all are lower case."),
    NOARGS(isupper, "$self, /", "True if there are cased characters and all are upper case."),
    NOARGS(istitle, "$self, /", "True if each word starts with upper case and goes on in lower case."),
    NOARGS(isspace, "$self, /", "True if all characters are white space and there is one."),
    NOARGS(isdecimal, "$self, /", "True if all characters are decimal digits and there is one."),
    NOARGS(isdigit, "$self, /", "True if all characters are digits and there is one."),
    NOARGS(isnumeric, "$self, /", "True if all characters are numeric and there is one."),
    NOARGS(isalpha, "$self, /", "True if all characters are letters and there is one."),
    NOARGS(isalnum, "$self, /", "True if all characters are letters or digits and there is one."),
    NOARGS(isidentifier, "$self, /", "True if the string has the form of an identifier."),
    NOARGS(isprintable, "$self, /", "True if all characters are printable."),
    ONE(zfill, "$self, width, /", "A copy padded with zeros on the left, after a sign."),
    { "format", (PyCFunction)(void (*)(void))format_method, METH_VARARGS | METH_KEYWORDS,
      "format($self, /, *args, **kwargs)\n--\n\nThe string with its replacement fields filled in from the arguments." },
    ONE(format_map, "$self, mapping, /", "The string with its replacement fields filled in from the mapping."),
    { "__format__", str_format_dunder, METH_O, "__format__($self, format_spec, /)\n--\n\nThe string formatted as the specification says." },
    { "maketrans", (PyCFunction)(void (*)(void))str_maketrans, METH_FASTCALL | METH_STATIC,
      "maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)\n--\n\nA table for translate()." },
    { "__sizeof__", str_sizeof, METH_NOARGS, "__sizeof__($self, /)\n--\n\nThe size of the string in memory, in bytes." },
    { "__getnewargs__", str_getnewargs, METH_NOARGS, "__getnewargs__($self, /)\n--\n\n" },
    { NULL },
};

static PyNumberMethods as_number = { .nb_remainder = str_mod };
static PySequenceMethods as_sequence = {
    .sq_length = str_length,
    .sq_concat = PyUnicode_Concat,
    .sq_repeat = str_repeat_slot,
    .sq_item = str_getitem,
    .sq_contains = PyUnicode_Contains,
};
static PyMappingMethods as_mapping = { .mp_length = str_length, .mp_subscript = str_subscript };

PyTypeObject PyUnicode_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "str",
    .tp_basicsize = sizeof(PyUnicodeObject),
    .tp_dealloc = str_dealloc,
    .tp_repr = str_repr,
    .tp_as_number = &as_number,
    .tp_as_sequence = &as_sequence,
    .tp_as_mapping = &as_mapping,
    .tp_hash = str_hash_slot,
    .tp_str = str_str,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_UNICODE_SUBCLASS | _Py_TPFLAGS_MATCH_SELF,
    .tp_doc = "str(object='') -> str\n"
              "str(bytes_or_buffer[, encoding[, errors]]) -> str\n"
              "\n"
              "The text of an object, or the text that bytes hold in an encoding.",
    .tp_richcompare = PyUnicode_RichCompare,
    .tp_iter = str_iter,
    .tp_methods = methods,
    .tp_base = &PyBaseObject_Type,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = str_new,
    .tp_free = PyObject_Free,
    .tp_vectorcall = str_vectorcall,
};
