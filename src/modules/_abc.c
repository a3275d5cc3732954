/* _abc.c: what abc.ABCMeta builds on: finding abstract methods, registering virtual subclasses, and answering
 * issubclass() and isinstance() with caches.
 *
 * Each abstract class has three sets of weak references (made when needed): registered classes, classes known to be
 * subclasses, classes known not to be. Registering anything anywhere makes all negative answers doubtful: one
 * counter grows, and a negative cache older than it is emptied. */
#include <Python.h>

#define COLLECTION_FLAGS (Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_MAPPING)

struct module_state {
    PyTypeObject *data_type;
    unsigned long long counter;          /* registrations so far */
};

struct abc_data {
    PyObject ob_base;
    PyObject *registry, *cache, *negative;
    unsigned long long negative_version; /* counter when `negative` was last emptied */
};

static struct module_state *state_of(PyObject *module) { return PyModule_GetState(module); }

/* ---- _abc_data ---- */

static int
data_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct abc_data *d = (struct abc_data *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(d->registry);
    Py_VISIT(d->cache);
    Py_VISIT(d->negative);
    return 0;
}

static int
data_clear(PyObject *self)
{
    struct abc_data *d = (struct abc_data *)self;
    Py_CLEAR(d->registry);
    Py_CLEAR(d->cache);
    Py_CLEAR(d->negative);
    return 0;
}

static void
data_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    (void)data_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
data_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    return type->tp_alloc(type, 0);
}

static PyType_Slot data_slots[] = {
    { Py_tp_doc, (void *)PyDoc_STR("What ABCMeta keeps about a class.") },
    { Py_tp_new, data_new },
    { Py_tp_dealloc, data_dealloc },
    { Py_tp_traverse, data_traverse },
    { Py_tp_clear, data_clear },
    { 0, NULL },
};
static PyType_Spec data_spec = { "_abc._abc_data", sizeof(struct abc_data), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
                                 data_slots };

/* The data of a class; new reference. */
static struct abc_data *
get_data(PyObject *module, PyObject *cls)
{
    PyObject *data = PyObject_GetAttrString(cls, "_abc_impl");
    if (data != NULL && !Py_IS_TYPE(data, state_of(module)->data_type)) {
        PyErr_SetString(PyExc_TypeError, "_abc_impl is set to a wrong type");
        Py_CLEAR(data);
    }
    return (struct abc_data *)data;
}

/* ---- sets of weak references ---- */

static int
weak_contains(PyObject *set, PyObject *o)
{
    if (set == NULL || PySet_GET_SIZE(set) == 0)
        return 0;
    PyObject *ref = PyWeakref_NewRef(o, NULL);
    if (ref == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    int in = PySet_Contains(set, ref);
    Py_DECREF(ref);
    return in;
}

/* Callback of a dying class: take its reference out of the set, if that still lives. */
static PyObject *
forget(PyObject *set_ref, PyObject *ref)
{
    PyObject *set;
    if (PyWeakref_GetRef(set_ref, &set) < 0)
        return NULL;
    if (set == NULL)
        Py_RETURN_NONE;
    int err = PySet_Discard(set, ref);
    Py_DECREF(set);
    if (err < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef forget_def = { "_destroy", forget, METH_O, NULL };

static int
weak_add(PyObject **set, PyObject *o)
{
    if (*set == NULL && (*set = PySet_New(NULL)) == NULL)
        return -1;
    int err = -1;
    PyObject *set_ref = PyWeakref_NewRef(*set, NULL), *callback = NULL, *ref = NULL;
    if (set_ref != NULL)
        callback = PyCFunction_NewEx(&forget_def, set_ref, NULL);
    if (callback != NULL)
        ref = PyWeakref_NewRef(o, callback);
    if (ref != NULL)
        err = PySet_Add(*set, ref);
    Py_XDECREF(ref);
    Py_XDECREF(callback);
    Py_XDECREF(set_ref);
    return err;
}

static PyObject *
set_copy(PyObject *set)
{
    return PySet_New(set);
}

/* ---- abstract methods ---- */

static int
is_abstract(PyObject *o)
{
    PyObject *value;
    int found = PyObject_GetOptionalAttrString(o, "__isabstractmethod__", &value);
    if (found <= 0)
        return found;
    int truth = PyObject_IsTrue(value);
    Py_DECREF(value);
    return truth;
}

/* Names that the class itself defines as abstract. */
static int
add_own(PyObject *set, PyObject *cls)
{
    PyObject *ns = PyObject_GetAttrString(cls, "__dict__");
    PyObject *items = ns == NULL ? NULL : PyMapping_Items(ns);
    Py_XDECREF(ns);
    if (items == NULL)
        return -1;
    int err = 0;
    for (Py_ssize_t i = 0; err == 0 && i < PyList_GET_SIZE(items); i++) {
        PyObject *pair = PySequence_Tuple(PyList_GET_ITEM(items, i));
        if (pair == NULL || PyTuple_GET_SIZE(pair) != 2) {
            if (pair != NULL)
                PyErr_SetString(PyExc_TypeError, "Iteration over items() returned item which size is not 2");
            err = -1;
        } else {
            int abstract = is_abstract(PyTuple_GET_ITEM(pair, 1));
            err = abstract > 0 ? PySet_Add(set, PyTuple_GET_ITEM(pair, 0)) : abstract;
        }
        Py_XDECREF(pair);
    }
    Py_DECREF(items);
    return err;
}

/* Names that a base has as abstract and that still are in cls. */
static int
add_inherited(PyObject *set, PyObject *cls, PyObject *base)
{
    PyObject *names, *it, *name;
    int found = PyObject_GetOptionalAttrString(base, "__abstractmethods__", &names);
    if (found <= 0)
        return found;
    it = PyObject_GetIter(names);
    Py_DECREF(names);
    if (it == NULL)
        return -1;
    int err = 0;
    while (err == 0 && (name = PyIter_Next(it)) != NULL) {
        PyObject *value;
        err = PyObject_GetOptionalAttr(cls, name, &value);
        if (err > 0) {
            int abstract = is_abstract(value);
            Py_DECREF(value);
            err = abstract > 0 ? PySet_Add(set, name) : abstract;
        }
        Py_DECREF(name);
    }
    Py_DECREF(it);
    return err < 0 || PyErr_Occurred() ? -1 : 0;
}

static int
find_abstract_methods(PyObject *cls)
{
    PyObject *set = PyFrozenSet_New(NULL), *bases = NULL;
    int err = set == NULL ? -1 : add_own(set, cls);
    if (err == 0) {
        bases = PyObject_GetAttrString(cls, "__bases__");
        if (bases == NULL) {
            err = -1;
        } else if (!PyTuple_Check(bases)) {
            PyErr_SetString(PyExc_TypeError, "__bases__ is not tuple");
            err = -1;
        }
    }
    for (Py_ssize_t i = 0; err == 0 && i < PyTuple_GET_SIZE(bases); i++)
        err = add_inherited(set, cls, PyTuple_GET_ITEM(bases, i));
    if (err == 0)
        err = PyObject_SetAttrString(cls, "__abstractmethods__", set);
    Py_XDECREF(bases);
    Py_XDECREF(set);
    return err;
}

/* __abc_tpflags__ in the body of collections.abc classes says that instances match sequence or mapping patterns. */
static int
take_collection_flags(PyTypeObject *cls)
{
    PyObject *flags, *dict = PyType_GetDict(cls);
    int found = PyDict_GetItemStringRef(dict, "__abc_tpflags__", &flags), err = found < 0 ? -1 : 0;
    if (found > 0) {
        long value = PyLong_CheckExact(flags) ? PyLong_AsLong(flags) : 0;
        if (value == -1 && PyErr_Occurred()) {
            err = -1;
        } else if ((value & COLLECTION_FLAGS) == COLLECTION_FLAGS) {
            PyErr_SetString(PyExc_TypeError, "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING");
            err = -1;
        } else {
            cls->tp_flags |= (unsigned long)value & COLLECTION_FLAGS;
            err = PyDict_DelItemString(dict, "__abc_tpflags__");
            PyType_Modified(cls);
        }
        Py_DECREF(flags);
    }
    Py_DECREF(dict);
    return err;
}

static PyObject *
abc_init(PyObject *module, PyObject *self)
{
    if (find_abstract_methods(self) < 0)
        return NULL;
    PyTypeObject *type = state_of(module)->data_type;
    PyObject *data = data_new(type, NULL, NULL);
    int err = data == NULL ? -1 : PyObject_SetAttrString(self, "_abc_impl", data);
    Py_XDECREF(data);
    if (err < 0 || (PyType_Check(self) && take_collection_flags((PyTypeObject *)self) < 0))
        return NULL;
    Py_RETURN_NONE;
}

/* ---- register ---- */

static int
set_collection_flag(PyTypeObject *cls, unsigned long flag)
{
    if ((cls->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) || (cls->tp_flags & COLLECTION_FLAGS) == flag)
        return 0;
    cls->tp_flags = (cls->tp_flags & ~(unsigned long)COLLECTION_FLAGS) | flag;
    PyObject *subclasses = PyObject_CallMethod((PyObject *)&PyType_Type, "__subclasses__", "O", cls);
    if (subclasses == NULL)
        return -1;
    int err = 0;
    for (Py_ssize_t i = 0; err == 0 && i < PyList_GET_SIZE(subclasses); i++)
        err = set_collection_flag((PyTypeObject *)PyList_GET_ITEM(subclasses, i), flag);
    Py_DECREF(subclasses);
    return err;
}

static PyObject *
abc_register(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_abc_register expected 2 arguments, got %zd", nargs);
    PyObject *self = args[0], *subclass = args[1];
    if (!PyType_Check(subclass))
        return PyErr_Format(PyExc_TypeError, "Can only register classes");
    int is = PyObject_IsSubclass(subclass, self);
    if (is != 0)
        return is < 0 ? NULL : Py_NewRef(subclass);
    is = PyObject_IsSubclass(self, subclass);
    if (is > 0)
        PyErr_SetString(PyExc_RuntimeError, "Refusing to create an inheritance cycle");
    if (is != 0)
        return NULL;
    struct abc_data *data = get_data(module, self);
    if (data == NULL)
        return NULL;
    int err = weak_add(&data->registry, subclass);
    Py_DECREF(data);
    if (err < 0)
        return NULL;
    state_of(module)->counter++;
    if (PyType_Check(self)) {
        unsigned long flag = PyType_GetFlags((PyTypeObject *)self) & COLLECTION_FLAGS;
        if (flag != 0 && set_collection_flag((PyTypeObject *)subclass, flag) < 0)
            return NULL;
    }
    return Py_NewRef(subclass);
}

/* ---- checks ---- */

/* What the class says itself: 1, 0, 2 for NotImplemented, -1. */
static int
ask_hook(PyObject *self, PyObject *subclass)
{
    PyObject *answer = PyObject_CallMethod(self, "__subclasshook__", "O", subclass);
    if (answer == NULL)
        return -1;
    int out = answer == Py_True ? 1 : answer == Py_False ? 0 : answer == Py_NotImplemented ? 2 : -1;
    Py_DECREF(answer);
    if (out == -1)
        PyErr_SetString(PyExc_AssertionError, "__subclasshook__ must return either False, True, or NotImplemented");
    return out;
}

/* subclass derives from a registered class: 1, 0, -1. */
static int
in_registry(struct abc_data *data, PyObject *subclass)
{
    int in = weak_contains(data->registry, subclass);
    if (in != 0 || data->registry == NULL)
        return in;
    /* Asking a class may register others or let some die: go through a copy. */
    PyObject *copy = PySequence_List(data->registry);
    if (copy == NULL)
        return -1;
    for (Py_ssize_t i = 0; in == 0 && i < PyList_GET_SIZE(copy); i++) {
        PyObject *cls;
        if (PyWeakref_GetRef(PyList_GET_ITEM(copy, i), &cls) < 0) {
            in = -1;
        } else if (cls != NULL) {
            in = PyObject_IsSubclass(subclass, cls);
            Py_DECREF(cls);
            if (in > 0 && weak_add(&data->cache, subclass) < 0)
                in = -1;
        }
    }
    Py_DECREF(copy);
    return in;
}

static int
in_subclasses(PyObject *self, PyObject *subclass)
{
    PyObject *list = PyObject_CallMethod(self, "__subclasses__", NULL);
    if (list == NULL)
        return -1;
    int in = 0;
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "__subclasses__() must return a list");
        in = -1;
    }
    for (Py_ssize_t i = 0; in == 0 && i < PyList_GET_SIZE(list); i++) {
        PyObject *cls = Py_NewRef(PyList_GET_ITEM(list, i));
        in = PyObject_IsSubclass(subclass, cls);
        Py_DECREF(cls);
    }
    Py_DECREF(list);
    return in;
}

/* 1 or 0, -1 with an exception. */
static int
check_subclass(PyObject *module, struct abc_data *data, PyObject *self, PyObject *subclass)
{
    unsigned long long counter = state_of(module)->counter;
    int in = weak_contains(data->cache, subclass);
    if (in != 0)
        return in;
    if (data->negative_version < counter) {
        if (data->negative != NULL && PySet_Clear(data->negative) < 0)
            return -1;
        data->negative_version = counter;
    } else {
        in = weak_contains(data->negative, subclass);
        if (in != 0)
            return in < 0 ? -1 : 0;
    }
    int is = ask_hook(self, subclass);
    if (is < 0)
        return -1;
    if (is == 2 && PyType_Check(self) && PyType_IsSubtype((PyTypeObject *)subclass, (PyTypeObject *)self))
        is = 1;
    if (is == 2) {
        is = in_registry(data, subclass);
        if (is != 0)
            return is;
        is = in_subclasses(self, subclass);
        if (is < 0)
            return -1;
    }
    return weak_add(is ? &data->cache : &data->negative, subclass) < 0 ? -1 : is;
}

static PyObject *
abc_subclasscheck(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_abc_subclasscheck expected 2 arguments, got %zd", nargs);
    if (!PyType_Check(args[1]))
        return PyErr_Format(PyExc_TypeError, "issubclass() arg 1 must be a class");
    struct abc_data *data = get_data(module, args[0]);
    if (data == NULL)
        return NULL;
    int is = check_subclass(module, data, args[0], args[1]);
    Py_DECREF(data);
    return is < 0 ? NULL : PyBool_FromLong(is);
}

/* Known from the caches: 1, 0, or 2 for unknown; -1. */
static int
instance_cached(PyObject *module, struct abc_data *data, PyObject *subclass, PyObject *subtype)
{
    int in = weak_contains(data->cache, subclass);
    if (in != 0)
        return in;
    if (subtype == subclass && data->negative_version == state_of(module)->counter) {
        in = weak_contains(data->negative, subclass);
        if (in != 0)
            return in < 0 ? -1 : 0;
    }
    return 2;
}

static PyObject *
abc_instancecheck(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_abc_instancecheck expected 2 arguments, got %zd", nargs);
    PyObject *self = args[0], *subclass, *out = NULL, *subtype = (PyObject *)Py_TYPE(args[1]);
    struct abc_data *data = get_data(module, self);
    if (data == NULL)
        return NULL;
    subclass = PyObject_GetAttrString(args[1], "__class__");
    int known = subclass == NULL ? -1 : instance_cached(module, data, subclass, subtype);
    if (known == 0 || known == 1) {
        out = PyBool_FromLong(known);
    } else if (known == 2) {
        out = PyObject_CallMethod(self, "__subclasscheck__", "O", subclass);
        if (out != NULL && subtype != subclass) {
            int truth = PyObject_IsTrue(out);
            if (truth <= 0)
                Py_SETREF(out, truth < 0 ? NULL : PyObject_CallMethod(self, "__subclasscheck__", "O", subtype));
        }
    }
    Py_XDECREF(subclass);
    Py_DECREF(data);
    return out;
}

/* ---- for tests ---- */

static PyObject *
abc_get_dump(PyObject *module, PyObject *self)
{
    struct abc_data *data = get_data(module, self);
    if (data == NULL)
        return NULL;
    PyObject *out = Py_BuildValue("NNNK", set_copy(data->registry), set_copy(data->cache), set_copy(data->negative),
                                  data->negative_version);
    Py_DECREF(data);
    return out;
}

static PyObject *
abc_reset_registry(PyObject *module, PyObject *self)
{
    struct abc_data *data = get_data(module, self);
    if (data == NULL)
        return NULL;
    int err = data->registry != NULL ? PySet_Clear(data->registry) : 0;
    Py_DECREF(data);
    if (err < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
abc_reset_caches(PyObject *module, PyObject *self)
{
    struct abc_data *data = get_data(module, self);
    if (data == NULL)
        return NULL;
    int err = data->cache != NULL ? PySet_Clear(data->cache) : 0;
    if (err == 0 && data->negative != NULL)
        err = PySet_Clear(data->negative);
    Py_DECREF(data);
    if (err < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
abc_get_cache_token(PyObject *module, PyObject *unused)
{
    return PyLong_FromUnsignedLongLong(state_of(module)->counter);
}

static PyMethodDef abc_methods[] = {
    { "get_cache_token", abc_get_cache_token, METH_NOARGS,
      PyDoc_STR("get_cache_token($module, /)\n--\n\nA number that changes with each register() of any abstract class.") },
    { "_abc_init", abc_init, METH_O, PyDoc_STR("_abc_init($module, self, /)\n--\n\nPrepare a new abstract class.") },
    { "_reset_registry", abc_reset_registry, METH_O,
      PyDoc_STR("_reset_registry($module, self, /)\n--\n\nForget registered classes; for tests.") },
    { "_reset_caches", abc_reset_caches, METH_O, PyDoc_STR("_reset_caches($module, self, /)\n--\n\nEmpty both caches; for tests.") },
    { "_get_dump", abc_get_dump, METH_O,
      PyDoc_STR("_get_dump($module, self, /)\n--\n\nRegistry, caches and negative cache version; for tests.") },
    { "_abc_register", _PyCFunction_CAST(abc_register), METH_FASTCALL,
      PyDoc_STR("_abc_register($module, self, subclass, /)\n--\n\nMake subclass count as one of self.") },
    { "_abc_instancecheck", _PyCFunction_CAST(abc_instancecheck), METH_FASTCALL,
      PyDoc_STR("_abc_instancecheck($module, self, instance, /)\n--\n\nisinstance(instance, self).") },
    { "_abc_subclasscheck", _PyCFunction_CAST(abc_subclasscheck), METH_FASTCALL,
      PyDoc_STR("_abc_subclasscheck($module, self, subclass, /)\n--\n\nissubclass(subclass, self).") },
    { NULL },
};

static int
abc_exec(PyObject *module)
{
    state_of(module)->counter = 0;
    state_of(module)->data_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &data_spec, NULL);
    return state_of(module)->data_type == NULL ? -1 : 0;
}

static int
abc_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(state_of(module)->data_type);
    return 0;
}

static int
abc_clear(PyObject *module)
{
    Py_CLEAR(state_of(module)->data_type);
    return 0;
}

static void abc_free(void *module) { (void)abc_clear(module); }

static PyModuleDef_Slot abc_slots[] = {
    { Py_mod_exec, abc_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static PyModuleDef abc_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_abc",
    .m_doc = "What abc builds on.",
    .m_size = sizeof(struct module_state),
    .m_methods = abc_methods,
    .m_slots = abc_slots,
    .m_traverse = abc_traverse,
    .m_clear = abc_clear,
    .m_free = abc_free,
};

PyMODINIT_FUNC PyInit__abc(void) { return PyModuleDef_Init(&abc_module); }
