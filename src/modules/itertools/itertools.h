/* modules/itertools/itertools.h: what the files of itertools share. */
#ifndef ADDER_MODULES_ITERTOOLS_H
#define ADDER_MODULES_ITERTOOLS_H

#include <Python.h>
#include <stddef.h>
#include <string.h>

struct itertools_state {
    PyTypeObject *accumulate, *batched, *chain, *combinations, *cwr, *compress, *count, *cycle, *dropwhile, *filterfalse,
        *groupby, *grouper, *islice, *pairwise, *permutations, *product, *repeat, *starmap, *takewhile, *tee, *teedata,
        *zip_longest;
};

extern struct PyModuleDef itertools_module;

static inline struct itertools_state *it_state(PyTypeObject *type)
{
    PyObject *m = PyType_GetModuleByDef(type, &itertools_module);
    return m == NULL ? NULL : PyModule_GetState(m);
}

#define DOC(sig, text) sig "\n--\n\n" text
#define DOC_REDUCE DOC("__reduce__($self, /)", "State for pickling.")
#define DOC_SETSTATE DOC("__setstate__($self, object, /)", "Restore the state from pickling.")
#define DOC_SIZEOF DOC("__sizeof__($self, /)", "Size in memory, in bytes.")

/* Copying and pickling of these iterators is on its way out: each such method warns first. */
#define WARN_PICKLE() \
    do { \
        if (PyErr_WarnEx(PyExc_DeprecationWarning, \
                         "Pickle, copy, and deepcopy support will be removed from itertools in Python 3.14.", 1) < 0) \
            return NULL; \
    } while (0)

/* Refuse keywords, unless a subclass has an __init__ of its own for them. 1 fine, 0 with TypeError. */
static inline int it_no_keywords(PyTypeObject *type, const char *name, PyObject *kwds)
{
    if (kwds == NULL || PyDict_GET_SIZE(kwds) == 0 || type->tp_init != PyBaseObject_Type.tp_init)
        return 1;
    PyErr_Format(PyExc_TypeError, "%.200s() takes no keyword arguments", name);
    return 0;
}

/* Next item, or NULL at the end or with an exception, a StopIteration being swallowed. */
static inline PyObject *it_next(PyObject *it)
{
    PyObject *item = Py_TYPE(it)->tp_iternext(it);
    if (item == NULL && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_StopIteration))
        PyErr_Clear();
    return item;
}

static inline Py_ssize_t it_clamp(Py_ssize_t i, Py_ssize_t lo, Py_ssize_t hi)
{
    return i < lo ? lo : i > hi ? hi : i;
}

/* tp_dealloc and tp_traverse of an iterator with the object fields named. */
#define IT_FIELDS_1(X, a) X(a)
#define IT_FIELDS_2(X, a, b) X(a) X(b)
#define IT_FIELDS_3(X, a, b, c) X(a) X(b) X(c)
#define IT_FIELDS_4(X, a, b, c, d) X(a) X(b) X(c) X(d)
#define IT_FIELDS_5(X, a, b, c, d, e) X(a) X(b) X(c) X(d) X(e)
#define IT_VISIT_FIELD(f) Py_VISIT(it->f);
#define IT_CLEAR_FIELD(f) Py_CLEAR(it->f);
#define IT_LIFE(name, n, ...) \
    static int name##_traverse(PyObject *op, visitproc visit, void *arg) \
    { \
        struct name *it = (struct name *)op; \
        Py_VISIT(Py_TYPE(op)); \
        IT_FIELDS_##n(IT_VISIT_FIELD, __VA_ARGS__) \
        return 0; \
    } \
    static void name##_dealloc(PyObject *op) \
    { \
        struct name *it = (struct name *)op; \
        PyTypeObject *type = Py_TYPE(op); \
        PyObject_GC_UnTrack(op); \
        IT_FIELDS_##n(IT_CLEAR_FIELD, __VA_ARGS__) \
        type->tp_free(op); \
        Py_DECREF(type); \
    }

/* The spec of an iterator type; extra slots may follow the documentation. */
#define IT_SPEC(id, text, flags_, doc_, methods_, ...) \
    static PyType_Slot id##_slots[] = { \
        { Py_tp_dealloc, id##_dealloc }, { Py_tp_getattro, PyObject_GenericGetAttr }, { Py_tp_doc, (void *)(doc_) }, \
        { Py_tp_traverse, id##_traverse }, { Py_tp_iter, PyObject_SelfIter }, { Py_tp_iternext, id##_next }, \
        { Py_tp_methods, methods_ }, { Py_tp_new, id##_new }, { Py_tp_free, PyObject_GC_Del }, __VA_ARGS__ { 0, NULL }, \
    }; \
    PyType_Spec id##_spec = { \
        .name = "itertools." text, .basicsize = sizeof(struct id), \
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | (flags_), .slots = id##_slots, \
    }

#define IT_ALL(X) \
    X(accumulate) X(batched) X(chain) X(combinations) X(cwr) X(compress) X(count) X(cycle) X(dropwhile) X(filterfalse) \
    X(groupby) X(grouper) X(islice) X(pairwise) X(permutations) X(product) X(repeat) X(starmap) X(takewhile) X(tee) \
    X(teedata) X(zip_longest)
#define IT_DECLARE(name) extern PyType_Spec name##_spec;
IT_ALL(IT_DECLARE)

/* itertools.tee(). */
PyObject *it_tee_function(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

#endif
