/* modules/_locale.c: the C library's locale, and message catalogs. */
#include <Python.h>

#include <errno.h>
#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

struct state { PyObject *error; };

static PyObject *fail(PyObject *module, const char *message)
{
    PyErr_SetString(((struct state *)PyModule_GetState(module))->error, message);
    return NULL;
}

static int count(const char *fname, Py_ssize_t nargs, Py_ssize_t min, Py_ssize_t max)
{
    if (nargs >= min && nargs <= max)
        return 0;
    Py_ssize_t want = nargs < min ? min : max;
    PyErr_Format(PyExc_TypeError, "%s expected %s%zd argument%s, got %zd", fname, min == max ? "" : nargs < min ? "at least " : "at most ", want,
                 want == 1 ? "" : "s", nargs);
    return -1;
}

/* A str argument as UTF-8, or NULL text for None if that is allowed: 0 or -1. */
static int text_arg(const char *fname, const char *which, PyObject *arg, bool none, const char **out)
{
    *out = NULL;
    if (none && arg == Py_None)
        return 0;
    if (!PyUnicode_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "%s() %s must be str%s, not %.50s", fname, which, none ? " or None" : "", arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
        return -1;
    }
    Py_ssize_t n;
    *out = PyUnicode_AsUTF8AndSize(arg, &n);
    if (*out != NULL && strlen(*out) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        *out = NULL;
    }
    return *out == NULL ? -1 : 0;
}

static PyObject *from_locale(const char *s) { return PyUnicode_DecodeLocale(s, NULL); }

/* ---- setlocale, localeconv ---- */

static PyObject *locale_setlocale(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    const char *name = NULL;
    if (count("setlocale", nargs, 1, 2) < 0)
        return NULL;
    int category = PyLong_AsInt(args[0]);
    if (category == -1 && PyErr_Occurred())
        return NULL;
    if (nargs > 1 && text_arg("setlocale", "argument 2", args[1], true, &name) < 0)
        return NULL;
    const char *result = setlocale(category, name);
    if (result == NULL)
        return fail(module, name != NULL ? "unsupported locale setting" : "locale query failed");
    return from_locale(result);
}

static PyObject *grouping_list(const char *s)
{
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL; i++) {
        if (s[i] == '\0' && i == 0)
            break;
        PyObject *n = PyLong_FromLong(s[i] == CHAR_MAX ? CHAR_MAX : s[i]);
        if (n == NULL || PyList_Append(list, n) < 0)
            Py_CLEAR(list);
        Py_XDECREF(n);
        if (s[i] == '\0' || s[i] == CHAR_MAX)
            break;
    }
    return list;
}

static int put(PyObject *dict, const char *key, PyObject *value)
{
    int r = value == NULL ? -1 : PyDict_SetItemString(dict, key, value);
    Py_XDECREF(value);
    return r;
}

static PyObject *locale_localeconv(PyObject *module, PyObject *unused)
{
    struct lconv *l = localeconv();
    PyObject *d = PyDict_New();
    if (d == NULL)
        return NULL;
#define TEXT(name) if (put(d, #name, from_locale(l->name)) < 0) goto error
#define NUMBER(name) if (put(d, #name, PyLong_FromLong(l->name)) < 0) goto error
    TEXT(int_curr_symbol);
    TEXT(currency_symbol);
    TEXT(mon_decimal_point);
    TEXT(mon_thousands_sep);
    if (put(d, "mon_grouping", grouping_list(l->mon_grouping)) < 0)
        goto error;
    TEXT(positive_sign);
    TEXT(negative_sign);
    NUMBER(int_frac_digits);
    NUMBER(frac_digits);
    NUMBER(p_cs_precedes);
    NUMBER(p_sep_by_space);
    NUMBER(n_cs_precedes);
    NUMBER(n_sep_by_space);
    NUMBER(p_sign_posn);
    NUMBER(n_sign_posn);
    TEXT(decimal_point);
    TEXT(thousands_sep);
    if (put(d, "grouping", grouping_list(l->grouping)) < 0)
        goto error;
#undef TEXT
#undef NUMBER
    return d;
error:
    Py_DECREF(d);
    return NULL;
}

/* ---- collation ---- */

static wchar_t *wide_arg(const char *fname, const char *which, PyObject *arg)
{
    if (!PyUnicode_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "%s() %s must be str, not %.50s", fname, which, arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
        return NULL;
    }
    return PyUnicode_AsWideCharString(arg, NULL);
}

static PyObject *locale_strcoll(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (count("strcoll", nargs, 2, 2) < 0)
        return NULL;
    for (int i = 0; i < 2; i++)
        if (!PyUnicode_Check(args[i])) {
            PyErr_Format(PyExc_TypeError, "strcoll() argument %d must be str, not %.50s", i + 1, args[i] == Py_None ? "None" : Py_TYPE(args[i])->tp_name);
            return NULL;
        }
    wchar_t *a = PyUnicode_AsWideCharString(args[0], NULL), *b = a == NULL ? NULL : PyUnicode_AsWideCharString(args[1], NULL);
    PyObject *out = b == NULL ? NULL : PyLong_FromLong(wcscoll(a, b));
    PyMem_Free(a);
    PyMem_Free(b);
    return out;
}

static PyObject *locale_strxfrm(PyObject *module, PyObject *arg)
{
    wchar_t *s = wide_arg("strxfrm", "argument", arg), *buffer = NULL;
    PyObject *out = NULL;
    if (s == NULL)
        return NULL;
    errno = 0;
    size_t n = wcsxfrm(NULL, s, 0);
    if (errno != 0 && errno != ERANGE)
        PyErr_SetFromErrno(PyExc_OSError);
    else if ((buffer = PyMem_New(wchar_t, n + 1)) == NULL)
        PyErr_NoMemory();
    else {
        errno = 0;
        wcsxfrm(buffer, s, n + 1);
        if (errno != 0)
            PyErr_SetFromErrno(PyExc_OSError);
        else
            out = PyUnicode_FromWideChar(buffer, (Py_ssize_t)wcslen(buffer));
    }
    PyMem_Free(buffer);
    PyMem_Free(s);
    return out;
}

/* ---- langinfo ---- */

#define LANGINFO(X) \
    X(DAY_1) X(DAY_2) X(DAY_3) X(DAY_4) X(DAY_5) X(DAY_6) X(DAY_7) X(ABDAY_1) X(ABDAY_2) X(ABDAY_3) X(ABDAY_4) X(ABDAY_5) X(ABDAY_6) X(ABDAY_7) \
    X(MON_1) X(MON_2) X(MON_3) X(MON_4) X(MON_5) X(MON_6) X(MON_7) X(MON_8) X(MON_9) X(MON_10) X(MON_11) X(MON_12) \
    X(ABMON_1) X(ABMON_2) X(ABMON_3) X(ABMON_4) X(ABMON_5) X(ABMON_6) X(ABMON_7) X(ABMON_8) X(ABMON_9) X(ABMON_10) X(ABMON_11) X(ABMON_12) \
    X(RADIXCHAR) X(THOUSEP) X(CRNCYSTR) X(D_FMT) X(D_T_FMT) X(T_FMT) X(AM_STR) X(PM_STR) X(CODESET) X(T_FMT_AMPM) X(ERA) X(ERA_D_FMT) \
    X(ERA_D_T_FMT) X(ERA_T_FMT) X(ALT_DIGITS) X(YESEXPR) X(NOEXPR) X(_DATE_FMT)

static const struct { const char *name; int value; } langinfo_constants[] = {
#define ROW(name) { #name, name },
    LANGINFO(ROW)
#undef ROW
};

/* ALT_DIGITS is a list of strings, one after the other, each with its NUL; Python joins them with ';'. */
static PyObject *alt_digits(const char *s)
{
    PyObject *list = PyList_New(0), *sep = PyUnicode_FromString(";"), *out = NULL;
    for (int i = 0; list != NULL && i < 100 && *s; i++, s += strlen(s) + 1) {
        PyObject *item = from_locale(s);
        if (item == NULL || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    if (list != NULL && sep != NULL)
        out = PyUnicode_Join(sep, list);
    Py_XDECREF(list);
    Py_XDECREF(sep);
    return out;
}

static PyObject *locale_nl_langinfo(PyObject *module, PyObject *arg)
{
    int key = PyLong_AsInt(arg);
    if (key == -1 && PyErr_Occurred())
        return NULL;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(langinfo_constants); i++)
        if (langinfo_constants[i].value == key) {
            const char *s = nl_langinfo(key);
            if (s == NULL)
                s = "";
            return key == ALT_DIGITS ? alt_digits(s) : from_locale(s);
        }
    PyErr_SetString(PyExc_ValueError, "unsupported langinfo constant");
    return NULL;
}

static PyObject *locale_getencoding(PyObject *module, PyObject *unused)
{
    const char *s = nl_langinfo(CODESET);
    return PyUnicode_FromString(s == NULL || !*s ? "utf-8" : s);
}

/* ---- message catalogs ---- */

static PyObject *locale_gettext(PyObject *module, PyObject *arg)
{
    const char *s;
    return text_arg("gettext", "argument", arg, false, &s) < 0 ? NULL : from_locale(gettext(s));
}

static PyObject *locale_dgettext(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    const char *domain, *s;
    if (count("dgettext", nargs, 2, 2) < 0 || text_arg("dgettext", "argument 1", args[0], true, &domain) < 0
        || text_arg("dgettext", "argument 2", args[1], false, &s) < 0)
        return NULL;
    return from_locale(dgettext(domain, s));
}

static PyObject *locale_dcgettext(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    const char *domain, *s;
    if (count("dcgettext", nargs, 3, 3) < 0 || text_arg("dcgettext", "argument 1", args[0], true, &domain) < 0
        || text_arg("dcgettext", "argument 2", args[1], false, &s) < 0)
        return NULL;
    int category = PyLong_AsInt(args[2]);
    if (category == -1 && PyErr_Occurred())
        return NULL;
    return from_locale(dcgettext(domain, s, category));
}

static PyObject *locale_textdomain(PyObject *module, PyObject *arg)
{
    const char *domain;
    if (text_arg("textdomain", "argument", arg, true, &domain) < 0)
        return NULL;
    domain = textdomain(domain);
    return domain == NULL ? PyErr_SetFromErrno(PyExc_OSError) : from_locale(domain);
}

static PyObject *locale_bindtextdomain(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    const char *domain;
    PyObject *dir = NULL;
    if (count("bindtextdomain", nargs, 2, 2) < 0 || text_arg("bindtextdomain", "argument 1", args[0], false, &domain) < 0)
        return NULL;
    if (!*domain)
        return fail(module, "domain must be a non-empty string");
    if (args[1] != Py_None && !PyUnicode_FSConverter(args[1], &dir))
        return NULL;
    const char *current = bindtextdomain(domain, dir == NULL ? NULL : PyBytes_AS_STRING(dir));
    PyObject *out = current == NULL ? PyErr_SetFromErrno(PyExc_OSError) : from_locale(current);
    Py_XDECREF(dir);
    return out;
}

static PyObject *locale_bind_textdomain_codeset(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    const char *domain, *codeset;
    if (count("bind_textdomain_codeset", nargs, 2, 2) < 0 || text_arg("bind_textdomain_codeset", "argument 1", args[0], false, &domain) < 0
        || text_arg("bind_textdomain_codeset", "argument 2", args[1], true, &codeset) < 0)
        return NULL;
    codeset = bind_textdomain_codeset(domain, codeset);
    if (codeset != NULL)
        return from_locale(codeset);
    Py_RETURN_NONE;
}

/* ---- module ---- */

#define FAST(fn) ((PyCFunction)(void (*)(void))(fn))
static PyMethodDef functions[] = {
    { "setlocale", FAST(locale_setlocale), METH_FASTCALL, "setlocale($module, category, locale=<unrepresentable>, /)\n--\n\nSets or asks for the locale of the process." },
    { "localeconv", locale_localeconv, METH_NOARGS, "localeconv($module, /)\n--\n\nHow the locale writes numbers and amounts of money." },
    { "strcoll", FAST(locale_strcoll), METH_FASTCALL, "strcoll($module, os1, os2, /)\n--\n\nCompares two strings in the order of the locale." },
    { "strxfrm", locale_strxfrm, METH_O, "strxfrm($module, string, /)\n--\n\nA string that sorts as this one does in the locale." },
    { "nl_langinfo", locale_nl_langinfo, METH_O, "nl_langinfo($module, key, /)\n--\n\nOne fact about the locale." },
    { "gettext", locale_gettext, METH_O, "gettext($module, msg, /)\n--\n\nThe translation of a message." },
    { "dgettext", FAST(locale_dgettext), METH_FASTCALL, "dgettext($module, domain, msg, /)\n--\n\nThe translation of a message in a domain." },
    { "dcgettext", FAST(locale_dcgettext), METH_FASTCALL, "dcgettext($module, domain, msg, category, /)\n--\n\nThe translation of a message in domain and category." },
    { "textdomain", locale_textdomain, METH_O, "textdomain($module, domain, /)\n--\n\nSets the domain of messages." },
    { "bindtextdomain", FAST(locale_bindtextdomain), METH_FASTCALL, "bindtextdomain($module, domain, dir, /)\n--\n\nSets the folder of a domain's catalogs." },
    { "bind_textdomain_codeset", FAST(locale_bind_textdomain_codeset), METH_FASTCALL,
      "bind_textdomain_codeset($module, domain, codeset, /)\n--\n\nSets the encoding of a domain's translations." },
    { "getencoding", locale_getencoding, METH_NOARGS, "getencoding($module, /)\n--\n\nThe encoding of the current locale." },
    { NULL },
};

static int module_exec(PyObject *module)
{
    static const struct { const char *name; int value; } categories[] = {
        { "LC_CTYPE", LC_CTYPE }, { "LC_TIME", LC_TIME }, { "LC_COLLATE", LC_COLLATE }, { "LC_MONETARY", LC_MONETARY },
        { "LC_MESSAGES", LC_MESSAGES }, { "LC_NUMERIC", LC_NUMERIC }, { "LC_ALL", LC_ALL }, { "CHAR_MAX", CHAR_MAX },
    };
    struct state *st = PyModule_GetState(module);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(categories); i++)
        if (PyModule_AddIntConstant(module, categories[i].name, categories[i].value) < 0)
            return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(langinfo_constants); i++)
        if (PyModule_AddIntConstant(module, langinfo_constants[i].name, langinfo_constants[i].value) < 0)
            return -1;
    st->error = PyErr_NewException("locale.Error", NULL, NULL);
    return st->error == NULL ? -1 : PyModule_AddObjectRef(module, "Error", st->error);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(((struct state *)PyModule_GetState(module))->error);
    return 0;
}

static int module_clear(PyObject *module)
{
    Py_CLEAR(((struct state *)PyModule_GetState(module))->error);
    return 0;
}

static void module_free(void *module) { module_clear(module); }

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_locale",
    .m_doc = "Support for POSIX locales.",
    .m_size = sizeof(struct state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__locale(void) { return PyModuleDef_Init(&module_def); }
