/* object/core/descr_doc.c: docstrings of C functions and types.
 *
 * A docstring may begin with a signature: "name(args)\n--\n\ntext". The signature is what inspect reads, the rest is
 * __doc__. */
#include "object/core/descr.h"

#include <string.h>

#include "rt/interp.h"
#include "rt/singletons.h"
#include "object/core/type_impl.h"

#define SIGNATURE_END ")\n--\n\n"
#define SIGNATURE_END_LEN 6

/* The "(" of the signature, or NULL. */
static const char *
signature_start(const char *name, const char *doc)
{
    if (doc == NULL)
        return NULL;
    const char *dot = strrchr(name, '.');
    if (dot != NULL)
        name = dot + 1;
    size_t n = strlen(name);
    if (strncmp(doc, name, n) != 0 || doc[n] != '(')
        return NULL;
    return doc + n;
}

/* What follows the signature, or NULL when it does not end: an empty line is text. */
static const char *
signature_end(const char *s)
{
    for (; *s != '\0'; s++) {
        if (strncmp(s, SIGNATURE_END, SIGNATURE_END_LEN) == 0)
            return s + SIGNATURE_END_LEN;
        if (s[0] == '\n' && s[1] == '\n')
            return NULL;
    }
    return NULL;
}

PyObject *
descr_doc_text(const char *name, const char *doc)
{
    const char *start = signature_start(name, doc);
    const char *end = start == NULL ? NULL : signature_end(start);
    if (end != NULL)
        doc = end;
    if (doc == NULL || *doc == '\0')
        return Py_None;
    return PyUnicode_FromString(doc);
}

PyObject *
descr_doc_signature(const char *name, const char *doc, int flags)
{
    const char *start = signature_start(name, doc);
    const char *end = start == NULL ? NULL : signature_end(start);
    if (end != NULL)
        return PyUnicode_FromStringAndSize(start, end - (SIGNATURE_END_LEN - 1) - start);
    switch (flags & ~METH_COEXIST) {
    case METH_NOARGS: return PyUnicode_FromString("($self, /)");
    case METH_NOARGS | METH_CLASS: return PyUnicode_FromString("($type, /)");
    case METH_NOARGS | METH_STATIC: return PyUnicode_FromString("()");
    case METH_O: return PyUnicode_FromString("($self, object, /)");
    case METH_O | METH_CLASS: return PyUnicode_FromString("($type, object, /)");
    case METH_O | METH_STATIC: return PyUnicode_FromString("(object, /)");
    default: return Py_None;
    }
}

PyObject *
descr_builtin(PyObject *name)
{
    PyObject *builtins = ts_current()->interp->builtins, *out = NULL;
    if (builtins == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "lost builtins module");
        return NULL;
    }
    if (PyDict_GetItemRef(builtins, name, &out) == 0)
        PyErr_SetObject(PyExc_AttributeError, name);
    return out;
}

int
descr_is_abstract(PyObject *o)
{
    PyObject *value;
    if (o == NULL)
        return 0;
    int found = PyObject_GetOptionalAttr(o, ID(__isabstractmethod__), &value);
    if (found <= 0)
        return found;
    int truth = PyObject_IsTrue(value);
    Py_DECREF(value);
    return truth;
}
