/* capi/getargs.c: PyArg_Parse, PyArg_ParseTuple and their kin without keywords. */
#include "capi/getargs.h"
#include "capi/getargs_fast.h"

#include <string.h>

/* Counts the top-level units: *max, *min (those before '|'). -1 with SystemError for a bad format. */
static int
count_units(const char *p, int *min, int *max)
{
    int level = 0;
    *min = -1;
    *max = 0;
    for (;; p++) {
        switch (*p) {
        case '(':
            if (level++ == 0)
                ++*max;
            if (level >= 30) {
                PyErr_SetString(PyExc_SystemError, "too many tuple nesting levels in argument format string");
                return -1;
            }
            break;
        case ')':
            if (level-- == 0) {
                PyErr_SetString(PyExc_SystemError, "excess ')' in getargs format");
                return -1;
            }
            break;
        case '\0': case ':': case ';':
            if (level != 0) {
                PyErr_SetString(PyExc_SystemError, "missing ')' in getargs format");
                return -1;
            }
            if (*min < 0)
                *min = *max;
            return 0;
        case 'e':                    /* the letter behind it counts */
            break;
        case '|':
            if (level == 0)
                *min = *max;
            break;
        default:
            if (level == 0 && Py_ISALPHA(*p))
                ++*max;
        }
    }
}

static int
check_count(const struct arg_parser *a, Py_ssize_t n, int min, int max)
{
    if (n >= min && n <= max)
        return 0;
    if (a->message != NULL)
        PyErr_SetString(PyExc_TypeError, a->message);
    else {
        int wanted = n < min ? min : max;
        PyErr_Format(PyExc_TypeError, "%.150s%s takes %s %d argument%s (%zd given)",
                     a->fname == NULL ? "function" : a->fname, a->fname == NULL ? "" : "()",
                     min == max ? "exactly" : n < min ? "at least" : "at most", wanted, wanted == 1 ? "" : "s", n);
    }
    return -1;
}

/* Only formats without fname are shown whole. */
static int
check_rest(const struct arg_parser *a, const char *format)
{
    if (*a->p == '\0' || Py_ISALPHA(*a->p) || *a->p == '(' || *a->p == '|' || *a->p == ':' || *a->p == ';')
        return 0;
    PyErr_Format(PyExc_SystemError, "bad format string: %.200s", format);
    return -1;
}

/* Can these many arguments be meant by the format? Only formats whose units are letters with a mark behind them. */
static bool
count_fits(const char *p, Py_ssize_t n)
{
    Py_ssize_t min = -1, max = 0;
    for (;; p++) {
        switch (*p) {
        case 'O': case 'd': case 'i': case 'l': case 'n': case 'L': case 'p': case 'U': case 's': case 'z':
            max++;
            break;
        case '!':
            if (max == 0 || p[-1] != 'O')
                return false;
            break;
        case '#':                            /* behind another letter the format is wrong, and says so */
            if (max == 0 || (p[-1] != 's' && p[-1] != 'z'))
                return false;
            break;
        case '|':
            if (min >= 0)
                return false;
            min = max;
            break;
        case '\0': case ':': case ';':
            return n <= max && n >= (min < 0 ? max : min);
        default:
            return false;
        }
    }
}

/* The formats that most functions have: one letter an argument, none left out. False: nothing that parsing again would not put right, with the list from its start: a copy of it in front of this would
 * wait for the words that va_start() has just written. */
static inline __attribute__((always_inline)) bool
parse_letters(PyObject *const *args, Py_ssize_t nargs, const char *format, va_list out)
{
    Py_ssize_t i = 0;
    for (; i < nargs; i++) {
        PyObject *arg = args[i];
        long v;
        char letter = format[i];
        if (letter == 'd' && PyFloat_CheckExact(arg))
            *va_arg(out, double *) = PyFloat_AS_DOUBLE(arg);
        else if (letter == 'O' && format[i + 1] != '!' && format[i + 1] != '&')
            *va_arg(out, PyObject **) = arg;
        else if ((letter == 'i' || letter == 'l' || letter == 'n') && arg_fast_int(arg, &v)) {
            if (letter == 'i')
                *va_arg(out, int *) = (int)v;
            else
                *va_arg(out, long *) = v;
        }
        else
            return false;
    }
    return format[i] == '\0' || format[i] == ':' || format[i] == ';';
}

static bool
parse_array_fast(PyObject *const *args, Py_ssize_t nargs, const char *format, va_list va)
{
    if (!count_fits(format, nargs))
        return false;
    struct arg_fast f = { .p = format };
    bool fine = true;
    va_copy(f.va, va);
    for (Py_ssize_t i = 0; fine && i < nargs; i++) {
        f.p += *f.p == '|';
        fine = arg_fast_convert(&f, args[i]);
    }
    va_end(f.va);
    return fine;
}

static int
parse_array(PyObject *const *args, Py_ssize_t nargs, const char *format, va_list va)
{
    struct arg_parser a;
    int min, max;
    if (parse_array_fast(args, nargs, format, va))
        return 1;
    if (count_units(format, &min, &max) < 0)
        return 0;
    arg_parser_init(&a, format, va);
    if (check_count(&a, nargs, min, max) < 0)
        return arg_parser_finish(&a, 0);
    for (Py_ssize_t i = 0; i < nargs; i++) {
        if (*a.p == '|')
            a.p++;
        const char *what = arg_convert(&a, args[i]);
        if (what != NULL) {
            arg_raise(&a, i + 1, what);
            return arg_parser_finish(&a, 0);
        }
    }
    return arg_parser_finish(&a, check_rest(&a, format) == 0);
}

static int
parse_tuple(PyObject *args, const char *format, va_list va)
{
    if (args == NULL || !PyTuple_Check(args)) {
        PyErr_SetString(PyExc_SystemError, "new style getargs format but argument is not a tuple");
        return 0;
    }
    return parse_array(&PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), format, va);
}

/* PyArg_Parse: the object itself is the one argument. */
static int
parse_single(PyObject *arg, const char *format, va_list va)
{
    struct arg_parser a;
    int min, max;
    if (count_units(format, &min, &max) < 0)
        return 0;
    arg_parser_init(&a, format, va);
    if (max == 0) {
        if (arg == NULL)
            return arg_parser_finish(&a, 1);
        PyErr_Format(PyExc_TypeError, "%.200s%s takes no arguments", a.fname == NULL ? "function" : a.fname,
                     a.fname == NULL ? "" : "()");
        return arg_parser_finish(&a, 0);
    }
    if (min == 1 && max == 1) {
        if (arg == NULL) {
            PyErr_Format(PyExc_TypeError, "%.200s%s takes at least one argument", a.fname == NULL ? "function" : a.fname,
                         a.fname == NULL ? "" : "()");
            return arg_parser_finish(&a, 0);
        }
        const char *what = arg_convert(&a, arg);
        if (what != NULL)
            arg_raise(&a, 0, what);
        return arg_parser_finish(&a, what == NULL);
    }
    PyErr_SetString(PyExc_SystemError, "old style getargs format uses new features");
    return arg_parser_finish(&a, 0);
}

#define WITH_VA(result) \
    va_list va; \
    va_start(va, format); \
    int rc = result; \
    va_end(va); \
    return rc
/* The same where letters may be all there is. */
#define WITH_LETTERS(known, args, nargs, result) \
    va_list letters; \
    va_start(letters, format); \
    bool fine = (known) && parse_letters(args, nargs, format, letters); \
    va_end(letters); \
    if (fine) \
        return 1; \
    WITH_VA(result)
#define WITH_TUPLE(args) WITH_LETTERS(args != NULL && PyTuple_Check(args), &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), parse_tuple(args, format, va))

int PyArg_VaParse(PyObject *args, const char *format, va_list va) { return parse_tuple(args, format, va); }
int PyArg_ParseTuple(PyObject *args, const char *format, ...) { WITH_TUPLE(args); }
int PyArg_Parse(PyObject *arg, const char *format, ...) { WITH_VA(parse_single(arg, format, va)); }

PyAPI_FUNC(int) _PyArg_ParseStack(PyObject *const *args, Py_ssize_t nargs, const char *format, ...);
PyAPI_FUNC(int) _PyArg_ParseTuple_SizeT(PyObject *args, const char *format, ...);
PyAPI_FUNC(int) _PyArg_Parse_SizeT(PyObject *arg, const char *format, ...);
PyAPI_FUNC(int) _PyArg_VaParse_SizeT(PyObject *args, const char *format, va_list va);
int _PyArg_ParseStack(PyObject *const *args, Py_ssize_t nargs, const char *format, ...)
{ WITH_LETTERS(true, args, nargs, parse_array(args, nargs, format, va)); }
int _PyArg_ParseTuple_SizeT(PyObject *args, const char *format, ...) { WITH_TUPLE(args); }
int _PyArg_Parse_SizeT(PyObject *arg, const char *format, ...) { WITH_VA(parse_single(arg, format, va)); }
int _PyArg_VaParse_SizeT(PyObject *args, const char *format, va_list va) { return parse_tuple(args, format, va); }

/* ---- unpacking without conversion ---- */

static int
unpack(PyObject *const *args, Py_ssize_t nargs, const char *name, Py_ssize_t min, Py_ssize_t max, va_list va)
{
    extern int _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);
    if (!_PyArg_CheckPositional(name, nargs, min, max))
        return 0;
    for (Py_ssize_t i = 0; i < nargs; i++)
        *va_arg(va, PyObject **) = args[i];
    return 1;
}

int
PyArg_UnpackTuple(PyObject *args, const char *name, Py_ssize_t min, Py_ssize_t max, ...)
{
    if (!PyTuple_Check(args)) {
        PyErr_SetString(PyExc_SystemError, "PyArg_UnpackTuple() argument list is not a tuple");
        return 0;
    }
    va_list va;
    va_start(va, max);
    int rc = unpack(&PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), name, min, max, va);
    va_end(va);
    return rc;
}

PyAPI_FUNC(int) _PyArg_UnpackStack(PyObject *const *args, Py_ssize_t nargs, const char *name, Py_ssize_t min, Py_ssize_t max, ...);

int
_PyArg_UnpackStack(PyObject *const *args, Py_ssize_t nargs, const char *name, Py_ssize_t min, Py_ssize_t max, ...)
{
    va_list va;
    va_start(va, max);
    int rc = unpack(args, nargs, name, min, max, va);
    va_end(va);
    return rc;
}

int
PyArg_ValidateKeywordArguments(PyObject *kwargs)
{
    if (!PyDict_Check(kwargs)) {
        PyErr_BadInternalCall();
        return 0;
    }
    PyObject *key, *value;
    for (Py_ssize_t i = 0; PyDict_Next(kwargs, &i, &key, &value);)
        if (!PyUnicode_Check(key)) {
            PyErr_SetString(PyExc_TypeError, "keywords must be strings");
            return 0;
        }
    return 1;
}
