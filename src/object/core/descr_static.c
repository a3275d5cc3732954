/* object/core/descr_static.c: classmethod and staticmethod. Both hold a callable and copy its name, docstring and so on
 * into their own dict, so that they look like what they wrap. */
#include "object/core/descr.h"

#include <stddef.h>

#include "rt/singletons.h"
#include "object/core/call.h"

#define WRAPPED(o) (((struct classmethod *)(o))->callable)

static int
copy_attributes(PyObject *to, PyObject *from)
{
    PyObject *const names[] = { ID(__module__), ID(__name__), ID(__qualname__), ID(__doc__), ID(__annotations__) };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        PyObject *value;
        if (PyObject_GetOptionalAttr(from, names[i], &value) < 0)
            return -1;
        if (value == NULL)
            continue;
        int err = PyObject_SetAttr(to, names[i], value);
        Py_DECREF(value);
        if (err < 0)
            return -1;
    }
    return 0;
}

static int
init(PyObject *self, PyObject *args, PyObject *kwds, const char *name)
{
    if (!args_no_keywords(name, kwds) || !args_count(name, PyTuple_GET_SIZE(args), 1, 1))
        return -1;
    Py_XSETREF(WRAPPED(self), Py_NewRef(PyTuple_GET_ITEM(args, 0)));
    return copy_attributes(self, WRAPPED(self));
}

static PyObject *
make(PyTypeObject *type, PyObject *callable)
{
    PyObject *self = PyType_GenericAlloc(type, 0);
    if (self != NULL)
        WRAPPED(self) = Py_NewRef(callable);         /* attributes are copied by calls of the type only */
    return self;
}

static void
dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(WRAPPED(self));
    Py_XDECREF(((struct classmethod *)self)->dict);
    Py_TYPE(self)->tp_free(self);
}

static int
traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((struct classmethod *)self)->dict);
    Py_VISIT(WRAPPED(self));
    return 0;
}

static int
clear(PyObject *self)
{
    Py_CLEAR(((struct classmethod *)self)->dict);
    Py_CLEAR(WRAPPED(self));
    return 0;
}

static PyObject *
get_abstract(PyObject *self, void *closure)
{
    int abstract = descr_is_abstract(WRAPPED(self));
    return abstract < 0 ? NULL : PyBool_FromLong(abstract);
}

static PyMemberDef members[] = {
    { "__func__", _Py_T_OBJECT, offsetof(struct classmethod, callable), Py_READONLY },
    { "__wrapped__", _Py_T_OBJECT, offsetof(struct classmethod, callable), Py_READONLY },
    { NULL },
};
static PyGetSetDef getset[] = {
    { "__isabstractmethod__", get_abstract },
    { "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict },
    { NULL },
};

/* ---- classmethod ---- */

PyObject *PyClassMethod_New(PyObject *callable) { return make(&PyClassMethod_Type, callable); }

static int
classmethod_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    return init(self, args, kwds, "classmethod");
}

static PyObject *classmethod_repr(PyObject *self) { return PyUnicode_FromFormat("<classmethod(%R)>", WRAPPED(self)); }

static PyObject *
classmethod_get(PyObject *self, PyObject *obj, PyObject *type)
{
    if (WRAPPED(self) == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "uninitialized classmethod object");
        return NULL;
    }
    return PyMethod_New(WRAPPED(self), type != NULL ? type : (PyObject *)Py_TYPE(obj));
}

PyTypeObject PyClassMethod_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "classmethod",
    .tp_basicsize = sizeof(struct classmethod),
    .tp_dealloc = dealloc,
    .tp_repr = classmethod_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_doc = PyDoc_STR("classmethod(function, /)\n--\n\nA method that gets the class as its first argument."),
    .tp_traverse = traverse,
    .tp_clear = clear,
    .tp_members = members,
    .tp_getset = getset,
    .tp_descr_get = classmethod_get,
    .tp_dictoffset = offsetof(struct classmethod, dict),
    .tp_init = classmethod_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = PyType_GenericNew,
    .tp_free = PyObject_GC_Del,
};

/* ---- staticmethod ---- */

PyObject *PyStaticMethod_New(PyObject *callable) { return make(&PyStaticMethod_Type, callable); }

static int
staticmethod_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    return init(self, args, kwds, "staticmethod");
}

static PyObject *staticmethod_repr(PyObject *self) { return PyUnicode_FromFormat("<staticmethod(%R)>", WRAPPED(self)); }

static PyObject *
staticmethod_wrapped(PyObject *self)
{
    if (WRAPPED(self) == NULL)
        PyErr_SetString(PyExc_RuntimeError, "uninitialized staticmethod object");
    return WRAPPED(self);
}

static PyObject *
staticmethod_get(PyObject *self, PyObject *obj, PyObject *type)
{
    return Py_XNewRef(staticmethod_wrapped(self));
}

static PyObject *
staticmethod_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyObject *callable = staticmethod_wrapped(self);
    return callable == NULL ? NULL : PyObject_Call(callable, args, kwds);
}

PyTypeObject PyStaticMethod_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "staticmethod",
    .tp_basicsize = sizeof(struct classmethod),
    .tp_dealloc = dealloc,
    .tp_repr = staticmethod_repr,
    .tp_call = staticmethod_call,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_doc = PyDoc_STR("staticmethod(function, /)\n--\n\nA function in a class that gets no implicit argument."),
    .tp_traverse = traverse,
    .tp_clear = clear,
    .tp_members = members,
    .tp_getset = getset,
    .tp_descr_get = staticmethod_get,
    .tp_dictoffset = offsetof(struct classmethod, dict),
    .tp_init = staticmethod_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = PyType_GenericNew,
    .tp_free = PyObject_GC_Del,
};
