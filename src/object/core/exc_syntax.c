/* object/core/exc_syntax.c: SyntaxError(msg, (filename, lineno, offset, text[, end_lineno, end_offset])). */
#include "object/core/exc_slots.h"

#include "object/core/err.h"

#define SYNTAX(op) ((PySyntaxErrorObject *)(op))

static int
syntax_details(PySyntaxErrorObject *self, PyObject *info)
{
    Py_ssize_t n = PyTuple_GET_SIZE(info);
    if (n < 4 || n > 6) {
        PyErr_Format(PyExc_TypeError, "function takes at %s %d arguments (%zd given)", n < 4 ? "least" : "most",
                     n < 4 ? 4 : 6, n);
        return -1;
    }
    exc_assign(&self->filename, PyTuple_GET_ITEM(info, 0));
    exc_assign(&self->lineno, PyTuple_GET_ITEM(info, 1));
    exc_assign(&self->offset, PyTuple_GET_ITEM(info, 2));
    exc_assign(&self->text, PyTuple_GET_ITEM(info, 3));
    exc_assign(&self->end_lineno, n > 4 ? PyTuple_GET_ITEM(info, 4) : NULL);
    exc_assign(&self->end_offset, n > 5 ? PyTuple_GET_ITEM(info, 5) : NULL);
    if (n == 5) {
        PyErr_SetString(PyExc_TypeError, "end_offset must be provided when end_lineno is provided");
        return -1;
    }
    return 0;
}

int
exc_syntax_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PySyntaxErrorObject *self = SYNTAX(op);
    if (exc_base_init(op, args, kwargs) < 0)
        return -1;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n >= 1)
        exc_assign(&self->msg, PyTuple_GET_ITEM(args, 0));
    if (n != 2)
        return 0;
    PyObject *info = PySequence_Tuple(PyTuple_GET_ITEM(args, 1));
    if (info == NULL)
        return -1;
    int rc = syntax_details(self, info);
    Py_DECREF(info);
    return rc;
}

int
exc_syntax_clear(PyObject *op)
{
    PySyntaxErrorObject *self = SYNTAX(op);
    Py_CLEAR(self->msg);
    Py_CLEAR(self->filename);
    Py_CLEAR(self->lineno);
    Py_CLEAR(self->offset);
    Py_CLEAR(self->end_lineno);
    Py_CLEAR(self->end_offset);
    Py_CLEAR(self->text);
    Py_CLEAR(self->print_file_and_line);
    return exc_base_clear(op);
}

int
exc_syntax_traverse(PyObject *op, visitproc visit, void *arg)
{
    PySyntaxErrorObject *self = SYNTAX(op);
    Py_VISIT(self->msg);
    Py_VISIT(self->filename);
    Py_VISIT(self->lineno);
    Py_VISIT(self->offset);
    Py_VISIT(self->end_lineno);
    Py_VISIT(self->end_offset);
    Py_VISIT(self->text);
    Py_VISIT(self->print_file_and_line);
    return exc_base_traverse(op, visit, arg);
}

void
exc_syntax_dealloc(PyObject *self)
{
    exc_dealloc_by(self, exc_syntax_clear, exc_syntax_dealloc);
}

/* What follows the last '/'. */
static OWNED PyObject *
base_name(PyObject *path)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(path);
    Py_ssize_t slash = PyUnicode_FindChar(path, '/', 0, n, -1);
    return slash < 0 ? Py_NewRef(path) : PyUnicode_Substring(path, slash + 1, n);
}

static PyObject *
syntax_str(PyObject *op)
{
    PySyntaxErrorObject *self = SYNTAX(op);
    PyObject *msg = self->msg == NULL ? Py_None : self->msg, *file = NULL, *result;
    bool has_line = self->lineno != NULL && PyLong_CheckExact(self->lineno);
    if (self->filename != NULL && PyUnicode_Check(self->filename)) {
        file = base_name(self->filename);
        if (file == NULL)
            return NULL;
    }
    long line = 0;
    if (has_line) {
        int overflow;
        line = PyLong_AsLongAndOverflow(self->lineno, &overflow);
        if (overflow)
            line = -1;
    }
    if (file != NULL && has_line)
        result = PyUnicode_FromFormat("%S (%U, line %ld)", msg, file, line);
    else if (file != NULL)
        result = PyUnicode_FromFormat("%S (%U)", msg, file);
    else if (has_line)
        result = PyUnicode_FromFormat("%S (line %ld)", msg, line);
    else
        result = PyObject_Str(msg);
    Py_XDECREF(file);
    return result;
}

#define MEMBER(field, doc) {#field, _Py_T_OBJECT, offsetof(PySyntaxErrorObject, field), 0, doc}
static PyMemberDef syntax_members[] = {
    MEMBER(msg, "message"),
    MEMBER(filename, "name of the file"),
    MEMBER(lineno, "line"),
    MEMBER(offset, "column, from 1"),
    MEMBER(text, "source line"),
    MEMBER(end_lineno, "last line"),
    MEMBER(end_offset, "column after the end, from 1"),
    MEMBER(print_file_and_line, "whether a traceback shows the place"),
    {NULL}
};

PyTypeObject _PyExc_SyntaxError = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "SyntaxError",
    .tp_base = &_PyExc_Exception,
    .tp_basicsize = sizeof(PySyntaxErrorObject),
    EXC_BASE_SLOTS(syntax),
    .tp_str = syntax_str,
    .tp_doc = "The source text is not valid.",
    .tp_members = syntax_members,
};
PyObject *PyExc_SyntaxError = (PyObject *)&_PyExc_SyntaxError;
