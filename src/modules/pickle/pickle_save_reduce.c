/* modules/pickle/pickle_save_reduce.c: classes and functions, saved by name, and objects taken apart by __reduce__(). */
#include "modules/pickle/pickle.h"

/* ---- names ---- */

PyObject *pickle_dotted_path(PyObject *obj, PyObject *name)
{
    PyObject *dot = PyUnicode_FromOrdinal('.'), *path = dot == NULL ? NULL : PyUnicode_Split(name, dot, -1);
    Py_XDECREF(dot);
    for (Py_ssize_t i = 0; path != NULL && i < PyList_GET_SIZE(path); i++) {
        if (PyUnicode_CompareWithASCIIString(PyList_GET_ITEM(path, i), "<locals>") != 0)
            continue;
        if (obj == NULL)
            PyErr_Format(PyExc_AttributeError, "Can't get local object %R", name);
        else
            PyErr_Format(PyExc_AttributeError, "Can't get local attribute %R on %R", name, obj);
        Py_CLEAR(path);
    }
    return path;
}

PyObject *pickle_deep_attr(PyObject *obj, PyObject *path, PyObject **parent)
{
    PyObject *above = NULL;
    Py_INCREF(obj);
    for (Py_ssize_t i = 0; obj != NULL && i < PyList_GET_SIZE(path); i++) {
        Py_XSETREF(above, obj);
        (void)PyObject_GetOptionalAttr(above, PyList_GET_ITEM(path, i), &obj);
    }
    if (obj != NULL && parent != NULL)
        *parent = Py_XNewRef(above);
    Py_XDECREF(above);
    return obj;
}

/* Is obj reached by path in that module? 1, 0, -1. */
static int module_has(struct pickler *p, PyObject *module_name, PyObject *module, PyObject *obj, PyObject *path)
{
    if (module == Py_None)
        return 0;
    if (PyUnicode_Check(module_name)
        && (PyUnicode_Compare(module_name, p->st->s_main) == 0 || PyUnicode_Compare(module_name, p->st->s_mp_main) == 0))
        return 0;
    PyObject *found = pickle_deep_attr(module, path, NULL);
    if (found == NULL)
        return PyErr_Occurred() ? -1 : 0;
    Py_DECREF(found);
    return found == obj;
}

/* Looks through sys.modules; NULL without exception: nowhere. */
static PyObject *search_modules(struct pickler *p, PyObject *obj, PyObject *path)
{
    PyObject *modules = Py_XNewRef(PySys_GetObject("modules"));
    if (modules == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "unable to get sys.modules");
        return NULL;
    }
    PyObject *names = PyMapping_Keys(modules), *result = NULL;
    for (Py_ssize_t i = 0; names != NULL && i < PyList_GET_SIZE(names) && result == NULL; i++) {
        PyObject *name = PyList_GET_ITEM(names, i), *module;
        int r = PyMapping_GetOptionalItem(modules, name, &module);
        if (r > 0) {
            r = module_has(p, name, module, obj, path);
            Py_DECREF(module);
        }
        if (r < 0)
            break;
        if (r > 0)
            result = Py_NewRef(name);
    }
    Py_XDECREF(names);
    Py_DECREF(modules);
    return result;
}

/* The name of the module that obj says it is in, or is found in, or "__main__". */
static PyObject *which_module(struct pickler *p, PyObject *obj, PyObject *path)
{
    PyObject *name;
    if (PyObject_GetOptionalAttr(obj, p->st->s_module, &name) < 0)
        return NULL;
    if (name != NULL && name != Py_None)
        return name;
    Py_XDECREF(name);
    name = search_modules(p, obj, path);
    return name != NULL || PyErr_Occurred() ? name : Py_NewRef(p->st->s_main);
}

/* ---- save by name ---- */

/* What Python 2 calls it. */
static int names_3to2(struct pickler *p, PyObject **module, PyObject **name)
{
    struct pickle_state *st = p->st;
    PyObject *key = PyTuple_Pack(2, *module, *name), *item = key == NULL ? NULL : PyDict_GetItemWithError(st->name_3to2, key);
    Py_XDECREF(key);
    if (item == NULL && PyErr_Occurred())
        return -1;
    if (item != NULL) {
        if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2) {
            PyErr_Format(PyExc_RuntimeError, "_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples, not %.200s", Py_TYPE(item)->tp_name);
            return -1;
        }
        PyObject *m = PyTuple_GET_ITEM(item, 0), *n = PyTuple_GET_ITEM(item, 1);
        if (!PyUnicode_Check(m) || !PyUnicode_Check(n)) {
            PyErr_Format(PyExc_RuntimeError, "_compat_pickle.REVERSE_NAME_MAPPING values should be pairs of str, not (%.200s, %.200s)",
                         Py_TYPE(m)->tp_name, Py_TYPE(n)->tp_name);
            return -1;
        }
        Py_SETREF(*module, Py_NewRef(m));
        Py_SETREF(*name, Py_NewRef(n));
        return 0;
    }
    item = PyDict_GetItemWithError(st->import_3to2, *module);
    if (item == NULL)
        return PyErr_Occurred() ? -1 : 0;
    if (!PyUnicode_Check(item)) {
        PyErr_Format(PyExc_RuntimeError, "_compat_pickle.REVERSE_IMPORT_MAPPING values should be strings, not %.200s", Py_TYPE(item)->tp_name);
        return -1;
    }
    Py_SETREF(*module, Py_NewRef(item));
    return 0;
}

/* One line of GLOBAL's argument. */
static int write_name_line(struct pickler *p, PyObject *name, const char *format)
{
    PyObject *bytes = p->proto == 3 ? PyUnicode_AsUTF8String(name) : PyUnicode_AsASCIIString(name);
    if (bytes == NULL) {
        if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            PyErr_Format(p->st->pickling_error, format, name, p->proto);
        return -1;
    }
    int r = out_bytes(p, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)) < 0 || out_op(p, '\n') < 0 ? -1 : 0;
    Py_DECREF(bytes);
    return r;
}

static int write_global(struct pickler *p, PyObject *module, PyObject *name)
{
    int r = -1;
    Py_INCREF(module);
    Py_INCREF(name);
    if ((p->proto >= 3 || !p->fix_imports || names_3to2(p, &module, &name) == 0) && out_op(p, OP_GLOBAL) == 0
        && write_name_line(p, module, "can't pickle module identifier '%S' using pickle protocol %i") == 0)
        r = write_name_line(p, name, "can't pickle global identifier '%S' using pickle protocol %i");
    Py_DECREF(module);
    Py_DECREF(name);
    return r;
}

/* 1: written as the code of copyreg.add_extension(); 0: it has none. */
static int save_extension(struct pickler *p, PyObject *module, PyObject *name)
{
    PyObject *key = PyTuple_Pack(2, module, name), *item = key == NULL ? NULL : PyDict_GetItemWithError(p->st->extension_registry, key);
    Py_XDECREF(key);
    if (item == NULL)
        return PyErr_Occurred() ? -1 : 0;
    long code = PyLong_AsLong(item);
    if (code <= 0 || code > 0x7fffffffL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_RuntimeError, "extension code %ld is out of range", code);
        return -1;
    }
    int n = code <= 0xff ? 1 : code <= 0xffff ? 2 : 4;
    char buf[5] = { (char)(n == 1 ? OP_EXT1 : n == 2 ? OP_EXT2 : OP_EXT4) };
    write_le(buf + 1, (uint64_t)code, n);
    return out_bytes(p, buf, n + 1) < 0 ? -1 : 1;
}

/* Before protocol 4: getattr(getattr(module.a, "b"), "c"). */
static int save_getattrs(struct pickler *p, PyObject *module_name, PyObject *path)
{
    Py_ssize_t n = PyList_GET_SIZE(path);
    for (Py_ssize_t i = 1; i < n; i++)
        if (save(p, p->st->getattr) < 0 || (p->proto < 2 && out_op(p, OP_MARK) < 0))
            return -1;
    if (write_global(p, module_name, PyList_GET_ITEM(path, 0)) < 0)
        return -1;
    for (Py_ssize_t i = 1; i < n; i++)
        if (save(p, PyList_GET_ITEM(path, i)) < 0 || out_op(p, p->proto < 2 ? OP_TUPLE : OP_TUPLE2) < 0 || out_op(p, OP_REDUCE) < 0)
            return -1;
    return 0;
}

/* Writes what finds obj = module.name again. is_direct: the last part of the path is an attribute of the module. */
static int save_found(struct pickler *p, PyObject *obj, PyObject *module_name, PyObject *name, PyObject *path, bool is_direct)
{
    PyObject *last = PyList_GET_ITEM(path, PyList_GET_SIZE(path) - 1);
    int r = p->proto < 2 ? 0 : save_extension(p, module_name, name);
    if (r != 0)
        return r < 0 ? -1 : 0;
    if (p->proto >= 4)
        r = save(p, module_name) < 0 || save(p, is_direct ? last : name) < 0 ? -1 : out_op(p, OP_STACK_GLOBAL);
    else if (is_direct)
        r = write_global(p, module_name, last);
    else
        r = save_getattrs(p, module_name, path);
    return r < 0 ? -1 : save_put(p, obj);
}

static int save_by_path(struct pickler *p, PyObject *obj, PyObject *module_name, PyObject *name, PyObject *path)
{
    PyObject *module = PyImport_Import(module_name), *parent = NULL, *found;
    if (module == NULL) {
        PyErr_Format(p->st->pickling_error, "Can't pickle %R: import of module %R failed", obj, module_name);
        return -1;
    }
    int r = -1;
    found = pickle_deep_attr(module, path, &parent);
    if (found == NULL)
        PyErr_Format(p->st->pickling_error, "Can't pickle %R: attribute lookup %S on %S failed", obj, name, module_name);
    else if (found != obj)
        PyErr_Format(p->st->pickling_error, "Can't pickle %R: it's not the same object as %S.%S", obj, module_name, name);
    else
        r = save_found(p, obj, module_name, name, path, parent == module);
    Py_XDECREF(found);
    Py_XDECREF(parent);
    Py_DECREF(module);
    return r;
}

int save_global(struct pickler *p, PyObject *obj, PyObject *name)
{
    struct pickle_state *st = p->st;
    if (name != NULL)
        Py_INCREF(name);
    else if (PyObject_GetOptionalAttr(obj, st->s_qualname, &name) < 0 || (name == NULL && (name = PyObject_GetAttr(obj, st->s_name)) == NULL))
        return -1;
    PyObject *path = pickle_dotted_path(NULL, name), *module_name = path == NULL ? NULL : which_module(p, obj, path);
    int r = module_name == NULL ? -1 : save_by_path(p, obj, module_name, name, path);
    Py_XDECREF(module_name);
    Py_XDECREF(path);
    Py_DECREF(name);
    return r;
}

/* The types of None, NotImplemented and ... are in no module under their name. */
int save_type(struct pickler *p, PyObject *obj)
{
    PyObject *const singletons[] = { Py_None, Py_NotImplemented, Py_Ellipsis };
    for (int i = 0; i < 3; i++)
        if (obj == (PyObject *)Py_TYPE(singletons[i]))
            return save_reduce_two(p, (PyObject *)&PyType_Type, PyTuple_Pack(1, singletons[i]), obj);
    return save_global(p, obj, NULL);
}

/* ---- save by reduction ---- */

int save_reduce_two(struct pickler *p, PyObject *callable, STEALS PyObject *args, PyObject *obj)
{
    PyObject *tuple = args == NULL ? NULL : PyTuple_Pack(2, callable, args);
    Py_XDECREF(args);
    int r = tuple == NULL ? -1 : save_reduce(p, tuple, obj);
    Py_XDECREF(tuple);
    return r;
}

struct reduced { PyObject *callable, *args, *state, *list_items, *dict_items, *setter; };     /* borrowed; from state on NULL for None */

static int pickling_error(struct pickler *p, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyErr_FormatV(p->st->pickling_error, format, va);
    va_end(va);
    return -1;
}

static int unpack_reduced(struct pickler *p, PyObject *tuple, struct reduced *r)
{
    Py_ssize_t n = PyTuple_GET_SIZE(tuple);
    PyObject *parts[6] = { NULL };
    if (n < 2 || n > 6)
        return pickling_error(p, "tuple returned by __reduce__ must contain 2 through 6 elements");
    for (Py_ssize_t i = 0; i < n; i++)
        parts[i] = i >= 2 && PyTuple_GET_ITEM(tuple, i) == Py_None ? NULL : PyTuple_GET_ITEM(tuple, i);
    *r = (struct reduced){ parts[0], parts[1], parts[2], parts[3], parts[4], parts[5] };
    if (!PyCallable_Check(r->callable))
        return pickling_error(p, "first item of the tuple returned by __reduce__ must be callable");
    if (!PyTuple_Check(r->args))
        return pickling_error(p, "second item of the tuple returned by __reduce__ must be a tuple");
    if (r->list_items != NULL && !PyIter_Check(r->list_items))
        return pickling_error(p, "fourth element of the tuple returned by __reduce__ must be an iterator, not %s", Py_TYPE(r->list_items)->tp_name);
    if (r->dict_items != NULL && !PyIter_Check(r->dict_items))
        return pickling_error(p, "fifth element of the tuple returned by __reduce__ must be an iterator, not %s", Py_TYPE(r->dict_items)->tp_name);
    if (r->setter != NULL && !PyCallable_Check(r->setter))
        return pickling_error(p, "sixth element of the tuple returned by __reduce__ must be a function, not %s", Py_TYPE(r->setter)->tp_name);
    return 0;
}

/* partial(cls.__new__, cls, *args, **kwargs)(), for protocols without NEWOBJ_EX. */
static int save_partial(struct pickler *p, PyObject *cls, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *all = PyTuple_New(n + 2), *new = all == NULL ? NULL : PyObject_GetAttr(cls, p->st->s_new), *call = NULL, *none = NULL;
    if (new != NULL) {
        PyTuple_SET_ITEM(all, 0, new);
        PyTuple_SET_ITEM(all, 1, Py_NewRef(cls));
        for (Py_ssize_t i = 0; i < n; i++)
            PyTuple_SET_ITEM(all, i + 2, Py_NewRef(PyTuple_GET_ITEM(args, i)));
        call = PyObject_Call(p->st->partial, all, kwargs);
    }
    Py_XDECREF(all);
    if (call != NULL)
        none = PyTuple_New(0);
    int r = none == NULL || save(p, call) < 0 || save(p, none) < 0 || out_op(p, OP_REDUCE) < 0 ? -1 : 0;
    Py_XDECREF(call);
    Py_XDECREF(none);
    return r;
}

static int save_newobj_ex(struct pickler *p, PyObject *args)
{
    if (PyTuple_GET_SIZE(args) != 3)
        return pickling_error(p, "length of the NEWOBJ_EX argument tuple must be exactly 3, not %zd", PyTuple_GET_SIZE(args));
    PyObject *cls = PyTuple_GET_ITEM(args, 0), *pos = PyTuple_GET_ITEM(args, 1), *kwargs = PyTuple_GET_ITEM(args, 2);
    if (!PyType_Check(cls))
        return pickling_error(p, "first item from NEWOBJ_EX argument tuple must be a class, not %.200s", Py_TYPE(cls)->tp_name);
    if (!PyTuple_Check(pos))
        return pickling_error(p, "second item from NEWOBJ_EX argument tuple must be a tuple, not %.200s", Py_TYPE(pos)->tp_name);
    if (!PyDict_Check(kwargs))
        return pickling_error(p, "third item from NEWOBJ_EX argument tuple must be a dict, not %.200s", Py_TYPE(kwargs)->tp_name);
    if (p->proto < 4)
        return save_partial(p, cls, pos, kwargs);
    return save(p, cls) < 0 || save(p, pos) < 0 || save(p, kwargs) < 0 ? -1 : out_op(p, OP_NEWOBJ_EX);
}

/* Is obj.__class__ cls? 1, 0, -1. */
static int has_class(struct pickler *p, PyObject *obj, PyObject *cls)
{
    PyTypeObject *t = Py_TYPE(obj);
    if (t->tp_getattro == PyObject_GenericGetAttr && _PyType_Lookup(t, p->st->s_class) == _PyType_Lookup(&PyBaseObject_Type, p->st->s_class))
        return (PyObject *)t == cls;
    PyObject *own = PyObject_GetAttr(obj, p->st->s_class);
    Py_XDECREF(own);
    return own == NULL ? -1 : own == cls;
}

static int save_newobj(struct pickler *p, PyObject *args, PyObject *obj)
{
    if (PyTuple_GET_SIZE(args) < 1)
        return pickling_error(p, "__newobj__ arglist is empty");
    PyObject *cls = PyTuple_GET_ITEM(args, 0);
    if (!PyType_Check(cls))
        return pickling_error(p, "args[0] from __newobj__ args is not a type");
    int r = obj == NULL ? 1 : has_class(p, obj, cls);
    if (r <= 0)
        return r < 0 ? -1 : pickling_error(p, "args[0] from __newobj__ args has the wrong class");
    if (save(p, cls) < 0)
        return -1;
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    r = rest == NULL ? -1 : save(p, rest);
    Py_XDECREF(rest);
    return r < 0 ? -1 : out_op(p, OP_NEWOBJ);
}

/* The part that makes the object. */
static int save_making(struct pickler *p, const struct reduced *r, PyObject *obj)
{
    if (p->proto >= 2) {
        PyObject *name;
        int which = 0;
        if (PyFunction_Check(r->callable))
            name = Py_NewRef(((PyFunctionObject *)r->callable)->func_name);
        else if (PyObject_GetOptionalAttr(r->callable, p->st->s_name, &name) < 0)
            return -1;
        if (name != NULL && PyUnicode_Check(name))
            which = PyUnicode_CompareWithASCIIString(name, "__newobj__") == 0 ? 1 : PyUnicode_CompareWithASCIIString(name, "__newobj_ex__") == 0 ? 2 : 0;
        Py_XDECREF(name);
        if (which != 0)
            return which == 1 ? save_newobj(p, r->args, obj) : save_newobj_ex(p, r->args);
    }
    return save(p, r->callable) < 0 || save(p, r->args) < 0 ? -1 : out_op(p, OP_REDUCE);
}

static int save_state(struct pickler *p, const struct reduced *r, PyObject *obj)
{
    if (r->setter == NULL)
        return save(p, r->state) < 0 ? -1 : out_op(p, OP_BUILD);
    if (save(p, r->setter) < 0 || save(p, obj) < 0 || save(p, r->state) < 0)
        return -1;
    return out_op(p, OP_TUPLE2) < 0 || out_op(p, OP_REDUCE) < 0 ? -1 : out_op(p, OP_POP);
}

int save_reduce(struct pickler *p, PyObject *tuple, PyObject *obj)
{
    struct reduced r;
    if (unpack_reduced(p, tuple, &r) < 0 || save_making(p, &r, obj) < 0)
        return -1;
    if (obj != NULL) {
        if (save_known(p, obj))        /* recursive: what makes it has saved it already */
            return out_op(p, OP_POP) < 0 ? -1 : save_get(p, obj);
        if (save_put(p, obj) < 0)
            return -1;
    }
    if (r.list_items != NULL && save_list_items(p, r.list_items) < 0)
        return -1;
    if (r.dict_items != NULL && save_dict_items(p, r.dict_items) < 0)
        return -1;
    return r.state == NULL ? 0 : save_state(p, &r, obj);
}
