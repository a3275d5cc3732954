/* object/core/capsule.c: capsules, a C pointer as an object. */
#include <Python.h>

#include <string.h>

#include "rt/hooks.h"
#include "object/core/capsule.h"

struct capsule {
    PyObject ob_base;
    void *pointer;
    const char *name;
    void *context;
    PyCapsule_Destructor destructor;
    traverseproc traverse;               /* both set, and the capsule tracked, by _PyCapsule_SetTraverse() */
    inquiry clear;
};
#define CAPSULE(o) ((struct capsule *)(o))

static bool
is_legal(PyObject *o)
{
    return o != NULL && PyCapsule_CheckExact(o) && CAPSULE(o)->pointer != NULL;
}

/* 1, or 0 with ValueError naming the function. */
static int
check(PyObject *o, const char *function)
{
    if (is_legal(o))
        return 1;
    PyErr_Format(PyExc_ValueError, "%s called with invalid PyCapsule object", function);
    return 0;
}

static bool
same_name(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

PyObject *
PyCapsule_New(void *pointer, const char *name, PyCapsule_Destructor destructor)
{
    if (pointer == NULL) {
        PyErr_SetString(PyExc_ValueError, "PyCapsule_New called with null pointer");
        return NULL;
    }
    struct capsule *c = PyObject_GC_New(struct capsule, &PyCapsule_Type);
    if (c == NULL)
        return NULL;
    c->pointer = pointer;
    c->name = name;
    c->context = NULL;
    c->destructor = destructor;
    c->traverse = NULL;
    c->clear = NULL;
    return (PyObject *)c;
}

int PyCapsule_IsValid(PyObject *o, const char *name) { return is_legal(o) && same_name(CAPSULE(o)->name, name); }

void *
PyCapsule_GetPointer(PyObject *o, const char *name)
{
    if (!check(o, "PyCapsule_GetPointer"))
        return NULL;
    if (!same_name(name, CAPSULE(o)->name)) {
        PyErr_SetString(PyExc_ValueError, "PyCapsule_GetPointer called with incorrect name");
        return NULL;
    }
    return CAPSULE(o)->pointer;
}

const char *
PyCapsule_GetName(PyObject *o)
{
    return check(o, "PyCapsule_GetName") ? CAPSULE(o)->name : NULL;
}

PyCapsule_Destructor
PyCapsule_GetDestructor(PyObject *o)
{
    return check(o, "PyCapsule_GetDestructor") ? CAPSULE(o)->destructor : NULL;
}

void *
PyCapsule_GetContext(PyObject *o)
{
    return check(o, "PyCapsule_GetContext") ? CAPSULE(o)->context : NULL;
}

int
PyCapsule_SetPointer(PyObject *o, void *pointer)
{
    if (!check(o, "PyCapsule_SetPointer"))
        return -1;
    if (pointer == NULL) {
        PyErr_SetString(PyExc_ValueError, "PyCapsule_SetPointer called with null pointer");
        return -1;
    }
    CAPSULE(o)->pointer = pointer;
    return 0;
}

int
PyCapsule_SetName(PyObject *o, const char *name)
{
    if (!check(o, "PyCapsule_SetName"))
        return -1;
    CAPSULE(o)->name = name;
    return 0;
}

int
PyCapsule_SetDestructor(PyObject *o, PyCapsule_Destructor destructor)
{
    if (!check(o, "PyCapsule_SetDestructor"))
        return -1;
    CAPSULE(o)->destructor = destructor;
    return 0;
}

int
PyCapsule_SetContext(PyObject *o, void *context)
{
    if (!check(o, "PyCapsule_SetContext"))
        return -1;
    CAPSULE(o)->context = context;
    return 0;
}

int
_PyCapsule_SetTraverse(PyObject *o, traverseproc traverse, inquiry clear)
{
    if (!check(o, "_PyCapsule_SetTraverse"))
        return -1;
    if (traverse == NULL || clear == NULL) {
        PyErr_SetString(PyExc_ValueError, "_PyCapsule_SetTraverse() called with NULL callback");
        return -1;
    }
    CAPSULE(o)->traverse = traverse;
    CAPSULE(o)->clear = clear;
    if (!PyObject_GC_IsTracked(o))
        PyObject_GC_Track(o);
    return 0;
}

/* "package.module.attribute": the first part is imported, the others are attributes. */
void *
PyCapsule_Import(const char *name, int no_block)
{
    PyObject *object = NULL;
    const char *part = name;
    while (part != NULL) {
        const char *dot = strchr(part, '.');
        PyObject *s = PyUnicode_FromStringAndSize(part, dot == NULL ? (Py_ssize_t)strlen(part) : dot - part);
        if (s == NULL)
            goto fail;
        if (object == NULL) {
            object = rt_hooks.import_module == NULL ? NULL : rt_hooks.import_module(s);
            if (object == NULL)
                PyErr_Format(PyExc_ImportError, "PyCapsule_Import could not import module \"%U\"", s);
        } else {
            Py_SETREF(object, PyObject_GetAttr(object, s));
        }
        Py_DECREF(s);
        if (object == NULL)
            goto fail;
        part = dot == NULL ? NULL : dot + 1;
    }
    if (PyCapsule_IsValid(object, name)) {
        void *pointer = CAPSULE(object)->pointer;
        Py_DECREF(object);
        return pointer;
    }
    PyErr_Format(PyExc_AttributeError, "PyCapsule_Import \"%s\" is not valid", name);
fail:
    Py_XDECREF(object);
    return NULL;
}

static void
capsule_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    if (CAPSULE(self)->destructor != NULL)
        CAPSULE(self)->destructor(self);
    PyObject_GC_Del(self);
}

static PyObject *
capsule_repr(PyObject *self)
{
    const char *name = CAPSULE(self)->name, *quote = name == NULL ? "" : "\"";
    return PyUnicode_FromFormat("<capsule object %s%s%s at %p>", quote, name == NULL ? "NULL" : name, quote, self);
}

static int
capsule_traverse(PyObject *self, visitproc visit, void *arg)
{
    return CAPSULE(self)->traverse == NULL ? 0 : CAPSULE(self)->traverse(self, visit, arg);
}

static int capsule_clear(PyObject *self) { return CAPSULE(self)->clear == NULL ? 0 : CAPSULE(self)->clear(self); }

PyTypeObject PyCapsule_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "PyCapsule",
    .tp_basicsize = sizeof(struct capsule),
    .tp_dealloc = capsule_dealloc,
    .tp_repr = capsule_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = PyDoc_STR("An object that holds a C pointer.\n\nExtension modules hand C interfaces to each other in "
                        "capsules, as attributes that PyCapsule_Import() finds by name."),
    .tp_traverse = capsule_traverse,
    .tp_clear = capsule_clear,
};
