/* interp/builtins_io.c: print(), input(), breakpoint(). */
#include "interp/builtins.h"

#include <unistd.h>

#include "interp/args.h"
#include "rt/singletons.h"

static int
print_check_str(PyObject *v, const char *what)
{
    if (v == NULL || v == Py_None || PyUnicode_Check(v))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s must be None or a string, not %.200s", what, Py_TYPE(v)->tp_name);
    return -1;
}

static int
print_text(PyObject *file, PyObject *text, const char *dflt)
{
    return text == NULL || text == Py_None ? PyFile_WriteString(dflt, file) : PyFile_WriteObject(text, file, Py_PRINT_RAW);
}

static int
print_flush(PyObject *file)
{
    PyObject *r = PyObject_CallMethodNoArgs(file, ID(flush));
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

static PyObject *
builtin_print(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "sep", "end", "file", "flush" };
    PyObject *a[4];
    if (args_keywords("print", args + nargs, kwnames, names, 4, a) < 0)
        return NULL;
    PyObject *file = a[2];
    if (file == NULL || file == Py_None) {
        file = PySys_GetObject("stdout");
        if (file == NULL) {
            PyErr_SetString(PyExc_RuntimeError, "lost sys.stdout");
            return NULL;
        }
        if (file == Py_None)
            Py_RETURN_NONE;
    }
    if (print_check_str(a[0], "sep") < 0 || print_check_str(a[1], "end") < 0)
        return NULL;
    int flush = a[3] == NULL ? 0 : PyObject_IsTrue(a[3]), failed = flush < 0;
    Py_INCREF(file);
    for (Py_ssize_t i = 0; !failed && i < nargs; i++)
        failed = (i > 0 && print_text(file, a[0], " ") < 0) || PyFile_WriteObject(args[i], file, Py_PRINT_RAW) < 0;
    failed = failed || print_text(file, a[1], "\n") < 0 || (flush && print_flush(file) < 0);
    Py_DECREF(file);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- input ---- */

/* sys.`name`, a new reference: what is called on one stream may replace it. */
static PyObject *
input_stream(const char *name)
{
    PyObject *f = PySys_GetObject(name);
    if (f == NULL || f == Py_None) {
        PyErr_Format(PyExc_RuntimeError, "lost sys.%s", name);
        return NULL;
    }
    return Py_NewRef(f);
}

/* 1 if `file` is the process's own descriptor `fd` and a terminal. */
static int
is_terminal(PyObject *file, int fd)
{
    PyObject *r = PyObject_CallMethodNoArgs(file, ID(fileno));
    if (r == NULL) {
        PyErr_Clear();
        return 0;
    }
    long n = PyLong_AsLong(r);
    Py_DECREF(r);
    if (n == -1 && PyErr_Occurred())
        PyErr_Clear();
    return n == fd && isatty(fd);
}

static PyObject *
stream_text_attr(PyObject *stream, PyObject *name)
{
    PyObject *v = PyObject_GetAttr(stream, name);
    if (v != NULL && !PyUnicode_Check(v))
        Py_CLEAR(v);
    return v;
}

/* A terminal's line can be decoded only if the stream tells how. */
static bool
has_text_layer(PyObject *stream)
{
    PyObject *enc = stream_text_attr(stream, ID(encoding)), *errors = enc == NULL ? NULL : stream_text_attr(stream, ID(errors));
    bool has = errors != NULL;
    PyErr_Clear();
    Py_XDECREF(enc);
    Py_XDECREF(errors);
    return has;
}

/* The prompt in the bytes of stdout, as PyOS_Readline wants it. */
static PyObject *
encode_prompt(PyObject *prompt, PyObject *out)
{
    PyObject *enc = stream_text_attr(out, ID(encoding)), *errors = stream_text_attr(out, ID(errors)), *bytes = NULL;
    if (enc != NULL && errors != NULL) {
        PyObject *text = PyObject_Str(prompt);
        if (text != NULL) {
            bytes = PyUnicode_AsEncodedString(text, PyUnicode_AsUTF8(enc), PyUnicode_AsUTF8(errors));
            Py_DECREF(text);
        }
    }
    Py_XDECREF(enc);
    Py_XDECREF(errors);
    return bytes;
}

static PyObject *
decode_line(PyObject *in, const char *line, size_t len)
{
    if (len == 0 || len > PY_SSIZE_T_MAX) {
        PyErr_SetString(len == 0 ? PyExc_EOFError : PyExc_OverflowError, len == 0 ? "EOF when reading a line" : "input: input too long");
        return NULL;
    }
    PyObject *enc = stream_text_attr(in, ID(encoding)), *errors = stream_text_attr(in, ID(errors)), *r = NULL;
    if (enc != NULL && errors != NULL)
        r = PyUnicode_Decode(line, (Py_ssize_t)(line[len - 1] == '\n' ? len - 1 : len), PyUnicode_AsUTF8(enc), PyUnicode_AsUTF8(errors));
    Py_XDECREF(enc);
    Py_XDECREF(errors);
    return r;
}

static PyObject *
input_terminal(PyObject *in, PyObject *out, PyObject *prompt)
{
    PyObject *bytes = prompt == NULL ? Py_NewRef(EMPTY_BYTES) : encode_prompt(prompt, out);
    if (bytes == NULL)
        return NULL;
    if ((Py_ssize_t)strlen(PyBytes_AS_STRING(bytes)) != PyBytes_GET_SIZE(bytes)) {
        Py_DECREF(bytes);
        PyErr_SetString(PyExc_ValueError, "input: prompt string cannot contain null characters");
        return NULL;
    }
    char *line = PyOS_Readline(stdin, stdout, PyBytes_AS_STRING(bytes));
    Py_DECREF(bytes);
    if (line == NULL) {
        PyErr_CheckSignals();
        if (!PyErr_Occurred())
            PyErr_SetNone(PyExc_KeyboardInterrupt);
        return NULL;
    }
    PyObject *r = decode_line(in, line, strlen(line));
    PyMem_Free(line);
    return r;
}

static void
flush_quietly(PyObject *file)
{
    if (print_flush(file) < 0)
        PyErr_Clear();
}

static PyObject *
input_line(PyObject *in, PyObject *out, PyObject *err, PyObject *prompt)
{
    if (PySys_Audit("builtins.input", "O", prompt == NULL ? Py_None : prompt) < 0)
        return NULL;
    flush_quietly(err);
    if (!is_terminal(in, 0) || !is_terminal(out, 1) || !has_text_layer(in) || (prompt != NULL && !has_text_layer(out))) {
        if (prompt != NULL && PyFile_WriteObject(prompt, out, Py_PRINT_RAW) < 0)
            return NULL;
        flush_quietly(out);
        return PyFile_GetLine(in, -1);
    }
    flush_quietly(out);
    PyObject *r = input_terminal(in, out, prompt);
    if (r != NULL && PySys_Audit("builtins.input/result", "O", r) < 0)
        Py_CLEAR(r);
    return r;
}

static PyObject *
builtin_input(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("input", nargs, 0, 1))
        return NULL;
    PyObject *in = input_stream("stdin"), *out = in == NULL ? NULL : input_stream("stdout");
    PyObject *err = out == NULL ? NULL : input_stream("stderr");
    PyObject *r = err == NULL ? NULL : input_line(in, out, err, nargs == 1 ? args[0] : NULL);
    Py_XDECREF(in);
    Py_XDECREF(out);
    Py_XDECREF(err);
    return r;
}

static PyObject *
builtin_breakpoint(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *hook = PySys_GetObject("breakpointhook");
    if (hook == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys.breakpointhook");
        return NULL;
    }
    if (PySys_Audit("builtins.breakpoint", "O", hook) < 0)
        return NULL;
    Py_INCREF(hook);
    PyObject *r = PyObject_Vectorcall(hook, args, (size_t)nargs, kwnames);
    Py_DECREF(hook);
    return r;
}

PyMethodDef builtins_io_methods[] = {
    { "print", _PyCFunction_CAST(builtin_print), METH_FASTCALL | METH_KEYWORDS,
      PyDoc_STR("print($module, /, *args, sep=' ', end='\\n', file=None, flush=False)\n--\n\nWrite the values as text to a stream, sys.stdout by default.") },
    { "input", _PyCFunction_CAST(builtin_input), METH_FASTCALL,
      PyDoc_STR("input($module, prompt='', /)\n--\n\nOne line of standard input, without its newline.") },
    { "breakpoint", _PyCFunction_CAST(builtin_breakpoint), METH_FASTCALL | METH_KEYWORDS,
      PyDoc_STR("breakpoint($module, /, *args, **kws)\n--\n\nCall sys.breakpointhook(*args, **kws).") },
    { NULL },
};
