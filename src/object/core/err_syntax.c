/* object/core/err_syntax.c: where a SyntaxError happened, and the source line it happened in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object/core/err.h"

#include "object/core/exc.h"

/* The encoding that the first two lines of a source file declare ("coding: name" in a comment), into `name`; false if
 * there is no declaration. The file is rewound. */
static bool
declared_encoding(FILE *f, char *name, size_t room)
{
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    for (int i = 0; i < 2 && !found && getline(&line, &size, f) > 0; i++) {
        const char *p = line + strspn(line, " \t\f");
        if (*p != '#') {
            if (*p != '\n' && *p != '\r' && *p != '\0')
                break;               /* code: the second line does not count */
            continue;
        }
        for (p = strstr(p, "coding"); p != NULL && !found; p = strstr(p + 1, "coding")) {
            const char *q = p + 6;
            if (*q != ':' && *q != '=')
                continue;
            q += 1 + strspn(q + 1, " \t");
            size_t n = strspn(q, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
            if (n == 0 || n >= room)
                continue;
            memcpy(name, q, n);
            name[n] = '\0';
            found = true;
        }
    }
    free(line);
    rewind(f);
    return found;
}

/* Line `lineno` (from 1) of an open file as text; NULL without exception when the file is shorter. */
static PyObject *
line_of_file(FILE *f, int lineno, const char *encoding)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n = -1;
    for (int i = 0; i < lineno; i++) {
        n = getline(&line, &room, f);
        if (n < 0)
            break;
    }
    PyObject *text = NULL;
    if (n >= 0) {
        const char *s = line;
        if (lineno == 1 && n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
            s += 3;
            n -= 3;
        }
        if (n >= 2 && s[n - 1] == '\n' && s[n - 2] == '\r') {
            line[s - line + n - 2] = '\n';
            n--;
        }
        text = encoding == NULL ? PyUnicode_DecodeUTF8(s, n, "replace") : PyUnicode_Decode(s, n, encoding, "replace");
        if (text == NULL)
            PyErr_Clear();
    }
    free(line);
    return text;
}

PyObject *
_PyErr_ProgramDecodedTextObject(PyObject *filename, int lineno, const char *encoding)
{
    if (filename == NULL || lineno <= 0 || !PyUnicode_Check(filename))
        return NULL;
    PyObject *path = PyUnicode_EncodeFSDefault(filename);
    if (path == NULL) {
        PyErr_Clear();
        return NULL;
    }
    FILE *f = strlen(PyBytes_AS_STRING(path)) == (size_t)PyBytes_GET_SIZE(path) ? fopen(PyBytes_AS_STRING(path), "re") : NULL;
    Py_DECREF(path);
    if (f == NULL)
        return NULL;
    char declared[80];
    if (encoding == NULL && declared_encoding(f, declared, sizeof(declared)))
        encoding = declared;
    PyObject *text = line_of_file(f, lineno, encoding);
    fclose(f);
    return text;
}

PyObject *
PyErr_ProgramTextObject(PyObject *filename, int lineno)
{
    return _PyErr_ProgramDecodedTextObject(filename, lineno, NULL);
}

PyObject *
PyErr_ProgramText(const char *filename, int lineno)
{
    if (filename == NULL)
        return NULL;
    PyObject *name = PyUnicode_DecodeFSDefault(filename);
    if (name == NULL) {
        PyErr_Clear();
        return NULL;
    }
    PyObject *text = PyErr_ProgramTextObject(name, lineno);
    Py_DECREF(name);
    return text;
}

/* Sets an attribute to `value` (stolen; NULL: the failure to make it); failures are dropped. */
static void
set_quietly(PyObject *exc, const char *name, PyObject *value)
{
    if (value == NULL || PyObject_SetAttrString(exc, name, value) < 0)
        PyErr_Clear();
    Py_XDECREF(value);
}

static OWNED PyObject *
number_or_none(int n, int min)
{
    return n < min ? Py_NewRef(Py_None) : PyLong_FromLong(n);
}

static bool
lacks(PyObject *exc, const char *name)
{
    PyObject *value;
    int rc = PyObject_GetOptionalAttrString(exc, name, &value);
    if (rc < 0)
        PyErr_Clear();
    Py_XDECREF(value);
    return rc == 0;
}

void
PyErr_RangedSyntaxLocationObject(PyObject *filename, int lineno, int col, int end_lineno, int end_col)
{
    PyThreadState *ts = ts_current();
    PyObject *exc = err_get_raised(ts);
    if (exc == NULL)
        return;
    set_quietly(exc, "lineno", PyLong_FromLong(lineno));
    set_quietly(exc, "offset", number_or_none(col, 0));
    set_quietly(exc, "end_lineno", number_or_none(end_lineno, 0));
    set_quietly(exc, "end_offset", number_or_none(end_col, 0));
    if (filename != NULL) {
        set_quietly(exc, "filename", Py_NewRef(filename));
        PyObject *text = PyErr_ProgramTextObject(filename, lineno);
        if (text != NULL)
            set_quietly(exc, "text", text);
        else
            set_quietly(exc, "text", Py_NewRef(Py_None));
    }
    if ((PyObject *)Py_TYPE(exc) != PyExc_SyntaxError) {
        if (lacks(exc, "msg"))
            set_quietly(exc, "msg", PyObject_Str(exc));
        if (lacks(exc, "print_file_and_line"))
            set_quietly(exc, "print_file_and_line", Py_NewRef(Py_None));
    }
    err_set_raised(ts, exc);
}

void
PyErr_SyntaxLocationObject(PyObject *filename, int lineno, int col)
{
    PyErr_RangedSyntaxLocationObject(filename, lineno, col, lineno, -1);
}

void
PyErr_SyntaxLocationEx(const char *filename, int lineno, int col)
{
    PyObject *name = NULL;
    if (filename != NULL) {
        PyThreadState *ts = ts_current();
        PyObject *exc = err_get_raised(ts);
        name = PyUnicode_DecodeFSDefault(filename);
        err_set_raised(ts, exc);
    }
    PyErr_SyntaxLocationObject(name, lineno, col);
    Py_XDECREF(name);
}

void
PyErr_SyntaxLocation(const char *filename, int lineno)
{
    PyErr_SyntaxLocationEx(filename, lineno, -1);
}
