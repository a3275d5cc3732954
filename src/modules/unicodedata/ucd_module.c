/* modules/unicodedata/ucd_module.c: the module unicodedata. Its functions are also the methods of ucd_3_2_0, an object
 * that answers as Unicode 3.2.0 would; there `self` is that object, else the module. */
#include <string.h>

#include "modules/unicodedata/ucd.h"

struct ucd_object { PyObject_HEAD const char *version; void *reserved[2]; };

/* ---- Unicode 3.2.0 ---- */

struct old_change { Py_UCS4 first, last; const char *category, *bidi; int mirrored, decimal; const char *width; };

static const struct old_change old_changes[] = {
#define UCD_3_2(first, last, category, bidi, mirrored, decimal, width) { first, last, category, bidi, mirrored, decimal, width },
#include "modules/unicodedata/ucd_3_2_0.def"
#undef UCD_3_2
};

static bool is_old(PyObject *self) { return !PyModule_Check(self); }

/* What 3.2.0 says differently about c, or NULL. */
static const struct old_change *old_change(Py_UCS4 c)
{
    size_t lo = 0, hi = Py_ARRAY_LENGTH(old_changes);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (old_changes[mid].last < c)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < Py_ARRAY_LENGTH(old_changes) && old_changes[lo].first <= c ? &old_changes[lo] : NULL;
}

/* Assigned now but not in 3.2.0. */
static bool is_new(Py_UCS4 c) { return !ucd_record(c)->old && ucd_record(c)->category != 0; }

/* ---- arguments ---- */

static int char_arg(const char *fname, const char *which, PyObject *arg, Py_UCS4 *c)
{
    if (PyUnicode_Check(arg) && PyUnicode_GET_LENGTH(arg) == 1) {
        *c = PyUnicode_READ_CHAR(arg, 0);
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "%s() %s must be a unicode character, not %.50s", fname, which, arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
    return -1;
}

static int char_and_default(const char *fname, PyObject *const *args, Py_ssize_t nargs, Py_UCS4 *c, PyObject **otherwise)
{
    if (nargs < 1 || nargs > 2) {
        PyErr_Format(PyExc_TypeError, "%s expected at %s %d argument%s, got %zd", fname, nargs < 1 ? "least" : "most", nargs < 1 ? 1 : 2,
                     nargs < 1 ? "" : "s", nargs);
        return -1;
    }
    *otherwise = nargs > 1 ? args[1] : NULL;
    return char_arg(fname, "argument 1", args[0], c);
}

static PyObject *missing(PyObject *otherwise, const char *message)
{
    if (otherwise != NULL)
        return Py_NewRef(otherwise);
    PyErr_SetString(PyExc_ValueError, message);
    return NULL;
}

/* ---- numbers ---- */

static PyObject *decimal(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_UCS4 c;
    PyObject *otherwise;
    if (char_and_default("decimal", args, nargs, &c, &otherwise) < 0)
        return NULL;
    int v = Py_UNICODE_TODECIMAL(c);
    if (is_old(self)) {
        const struct old_change *change = old_change(c);
        if (is_new(c))
            v = -1;
        else if (change != NULL && change->decimal != -1)
            v = change->decimal;
    }
    return v < 0 ? missing(otherwise, "not a decimal") : PyLong_FromLong(v);
}

static PyObject *digit_value(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_UCS4 c;
    PyObject *otherwise;
    if (char_and_default("digit", args, nargs, &c, &otherwise) < 0)
        return NULL;
    int v = Py_UNICODE_TODIGIT(c);
    return v < 0 ? missing(otherwise, "not a digit") : PyLong_FromLong(v);
}

static PyObject *numeric(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_UCS4 c;
    PyObject *otherwise;
    if (char_and_default("numeric", args, nargs, &c, &otherwise) < 0)
        return NULL;
    double v = is_old(self) && is_new(c) ? -1.0 : Py_UNICODE_TONUMERIC(c);
    return v == -1.0 ? missing(otherwise, "not a numeric character") : PyFloat_FromDouble(v);
}

/* ---- properties ---- */

static PyObject *category(PyObject *self, PyObject *arg)
{
    Py_UCS4 c;
    if (char_arg("category", "argument", arg, &c) < 0)
        return NULL;
    const char *name = ucd_category_name(ucd_record(c)->category);
    if (is_old(self)) {
        const struct old_change *change = old_change(c);
        if (is_new(c))
            name = "Cn";
        else if (change != NULL && change->category[0])
            name = change->category;
    }
    return PyUnicode_FromString(name);
}

static PyObject *bidirectional(PyObject *self, PyObject *arg)
{
    Py_UCS4 c;
    if (char_arg("bidirectional", "argument", arg, &c) < 0)
        return NULL;
    const char *name = ucd_bidi_name(ucd_record(c)->bidi);
    if (is_old(self)) {
        const struct old_change *change = old_change(c);
        if (is_new(c))
            name = "";
        else if (change != NULL && change->bidi[0])
            name = change->bidi;
    }
    return PyUnicode_FromString(name);
}

static PyObject *combining(PyObject *self, PyObject *arg)
{
    Py_UCS4 c;
    if (char_arg("combining", "argument", arg, &c) < 0)
        return NULL;
    return PyLong_FromLong(is_old(self) && is_new(c) ? 0 : ucd_record(c)->combining);
}

static PyObject *mirrored(PyObject *self, PyObject *arg)
{
    Py_UCS4 c;
    if (char_arg("mirrored", "argument", arg, &c) < 0)
        return NULL;
    int v = ucd_record(c)->mirrored;
    if (is_old(self)) {
        const struct old_change *change = old_change(c);
        if (is_new(c))
            v = 0;
        else if (change != NULL && change->mirrored != -1)
            v = change->mirrored;
    }
    return PyLong_FromLong(v);
}

static PyObject *east_asian_width(PyObject *self, PyObject *arg)
{
    Py_UCS4 c;
    if (char_arg("east_asian_width", "argument", arg, &c) < 0)
        return NULL;
    const char *name = ucd_width_name(ucd_record(c)->width);
    if (is_old(self)) {
        const struct old_change *change = old_change(c);
        if (is_new(c))
            name = "N";
        else if (change != NULL && change->width[0])
            name = change->width;
    }
    return PyUnicode_FromString(name);
}

static PyObject *decomposition(PyObject *self, PyObject *arg)
{
    Py_UCS4 c;
    if (char_arg("decomposition", "argument", arg, &c) < 0)
        return NULL;
    const uint32_t *codes;
    int prefix = 0, n = is_old(self) && is_new(c) ? 0 : ucd_decomposition(c, &codes, &prefix);
    char text[256];
    size_t at = 0;
    text[0] = '\0';
    if (n > 0 && prefix != 0)
        at = (size_t)PyOS_snprintf(text, sizeof(text), "%s", ucd_prefix_name(prefix));
    for (int i = 0; i < n && at < sizeof(text) - 10; i++)
        at += (size_t)PyOS_snprintf(text + at, sizeof(text) - at, "%s%04X", at > 0 ? " " : "", (unsigned)codes[i]);
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)at);
}

/* ---- normal forms ---- */

static int normal_args(const char *fname, PyObject *const *args, Py_ssize_t nargs, enum ucd_form *form)
{
    static const char *const names[] = { "NFD", "NFKD", "NFC", "NFKC" };
    if (nargs != 2) {
        PyErr_Format(PyExc_TypeError, "%s expected 2 arguments, got %zd", fname, nargs);
        return -1;
    }
    for (int i = 0; i < 2; i++)
        if (!PyUnicode_Check(args[i])) {
            PyErr_Format(PyExc_TypeError, "%s() argument %d must be str, not %.50s", fname, i + 1, args[i] == Py_None ? "None" : Py_TYPE(args[i])->tp_name);
            return -1;
        }
    for (int i = 0; i < 4; i++)
        if (PyUnicode_CompareWithASCIIString(args[0], names[i]) == 0) {
            *form = (enum ucd_form)i;
            return 0;
        }
    PyErr_SetString(PyExc_ValueError, "invalid normalization form");
    return -1;
}

static PyObject *normalize(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    enum ucd_form form;
    if (normal_args("normalize", args, nargs, &form) < 0)
        return NULL;
    if (PyUnicode_IS_ASCII(args[1]) || (!is_old(self) && ucd_quick_check(args[1], form, true) == 1))
        return PyUnicode_FromObject(args[1]);
    return ucd_normalize(args[1], form, is_old(self));
}

static PyObject *is_normalized(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    enum ucd_form form;
    if (normal_args("is_normalized", args, nargs, &form) < 0)
        return NULL;
    int quick = PyUnicode_GET_LENGTH(args[1]) == 0 ? 1 : is_old(self) ? -1 : ucd_quick_check(args[1], form, false);
    if (quick >= 0)
        return PyBool_FromLong(quick);
    PyObject *normal = ucd_normalize(args[1], form, is_old(self));
    if (normal == NULL)
        return NULL;
    int same = PyUnicode_Compare(normal, args[1]) == 0;
    Py_DECREF(normal);
    return PyBool_FromLong(same);
}

/* ---- names ---- */

static PyObject *name(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_UCS4 c;
    PyObject *otherwise;
    char buffer[256];
    if (char_and_default("name", args, nargs, &c, &otherwise) < 0)
        return NULL;
    int n = is_old(self) && is_new(c) ? 0 : ucd_name(c, buffer, sizeof(buffer), false);
    return n == 0 ? missing(otherwise, "no such name") : PyUnicode_FromStringAndSize(buffer, n);
}

static PyObject *undefined(const char *text)
{
    PyErr_Format(PyExc_KeyError, "undefined character name '%s'", text);
    return NULL;
}

static PyObject *lookup(PyObject *self, PyObject *arg)
{
    Py_buffer view;
    const char *text;
    Py_ssize_t n;
    view.obj = NULL;
    if (PyUnicode_Check(arg)) {
        text = PyUnicode_AsUTF8AndSize(arg, &n);
        if (text == NULL)
            return NULL;
    }
    else {
        if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
            return NULL;
        text = view.buf;
        n = view.len;
    }
    Py_UCS4 code;
    const uint16_t *codes;
    int count;
    PyObject *out = NULL;
    if (n > 256)
        PyErr_SetString(PyExc_KeyError, "name too long");
    else if (!ucd_code(text, (int)n, &code))
        undefined(text);
    else if (ucd_is_sequence(code, &codes, &count))
        out = is_old(self) ? undefined(text) : PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, codes, count);
    else if (ucd_is_alias(code, &code))
        out = is_old(self) ? undefined(text) : PyUnicode_FromOrdinal((int)code);
    else
        out = PyUnicode_FromOrdinal((int)code);
    if (view.obj != NULL)
        PyBuffer_Release(&view);
    return out;
}

/* ---- for \N{...} and namereplace ---- */

static int capi_getname(Py_UCS4 c, char *buffer, int room, int with_aliases) { return ucd_name(c, buffer, room, with_aliases) > 0; }

static int capi_getcode(const char *text, int n, Py_UCS4 *code, int with_sequences)
{
    const uint16_t *codes;
    int count;
    if (!ucd_code(text, n, code) || (!with_sequences && ucd_is_sequence(*code, &codes, &count)))
        return 0;
    ucd_is_alias(*code, code);
    return 1;
}

static const struct { int (*getname)(Py_UCS4, char *, int, int); int (*getcode)(const char *, int, Py_UCS4 *, int); } capi = { capi_getname, capi_getcode };

/* ---- module ---- */

#define FAST(fn) ((PyCFunction)(void (*)(void))(fn))
static PyMethodDef functions[] = {
    { "decimal", FAST(decimal), METH_FASTCALL, "decimal($self, chr, default=<unrepresentable>, /)\n--\n\nThe character's value as a decimal digit." },
    { "digit", FAST(digit_value), METH_FASTCALL, "digit($self, chr, default=<unrepresentable>, /)\n--\n\nThe character's value as a digit." },
    { "numeric", FAST(numeric), METH_FASTCALL, "numeric($self, chr, default=<unrepresentable>, /)\n--\n\nThe character's numeric value, as a float." },
    { "category", category, METH_O, "category($self, chr, /)\n--\n\nThe general category of the character." },
    { "bidirectional", bidirectional, METH_O, "bidirectional($self, chr, /)\n--\n\nThe bidirectional class of the character." },
    { "combining", combining, METH_O, "combining($self, chr, /)\n--\n\nThe canonical combining class of the character." },
    { "mirrored", mirrored, METH_O, "mirrored($self, chr, /)\n--\n\n1 if the character is mirrored in right-to-left text, else 0." },
    { "east_asian_width", east_asian_width, METH_O, "east_asian_width($self, chr, /)\n--\n\nThe East Asian width of the character." },
    { "decomposition", decomposition, METH_O, "decomposition($self, chr, /)\n--\n\nThe decomposition mapping of the character, in hexadecimal." },
    { "name", FAST(name), METH_FASTCALL, "name($self, chr, default=<unrepresentable>, /)\n--\n\nThe name of the character." },
    { "lookup", lookup, METH_O, "lookup($self, name, /)\n--\n\nThe character, or sequence of them, that has the name." },
    { "is_normalized", FAST(is_normalized), METH_FASTCALL, "is_normalized($self, form, unistr, /)\n--\n\nTrue if the string is in that normal form." },
    { "normalize", FAST(normalize), METH_FASTCALL, "normalize($self, form, unistr, /)\n--\n\nThe normal form of the string." },
    { NULL },
};

static PyMemberDef members[] = {
    { "unidata_version", Py_T_STRING, offsetof(struct ucd_object, version), Py_READONLY, NULL },
    { NULL },
};

static int object_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void object_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyType_Slot type_slots[] = {
    { Py_tp_dealloc, object_dealloc },
    { Py_tp_traverse, object_traverse },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_methods, functions },
    { Py_tp_members, members },
    { 0, NULL },
};

static PyType_Spec type_spec = {
    .name = "unicodedata.UCD",
    .basicsize = sizeof(struct ucd_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = type_slots,
};

static int module_exec(PyObject *module)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(&type_spec);
    if (type == NULL)
        return -1;
    int r = PyModule_AddType(module, type);
    struct ucd_object *old = r < 0 ? NULL : PyObject_GC_New(struct ucd_object, type);
    Py_DECREF(type);
    if (old == NULL)
        return -1;
    old->version = "3.2.0";
    PyObject_GC_Track(old);
    if (PyModule_Add(module, "ucd_3_2_0", (PyObject *)old) < 0 || PyModule_AddStringConstant(module, "unidata_version", "15.1.0") < 0)
        return -1;
    return PyModule_Add(module, "_ucnhash_CAPI", PyCapsule_New((void *)&capi, "unicodedata._ucnhash_CAPI", NULL));
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "unicodedata",
    .m_doc = "The Unicode Character Database, version 15.1.0.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_unicodedata(void) { return PyModuleDef_Init(&module); }
