/* modules/pickle/pickle_load_object.c: opcodes that find, call and fill objects, which may run any Python code. The stack
 * belongs to one run of load(), so that code cannot change it; input and memo may have changed after a call. */
#include "modules/pickle/pickle.h"

#include "object/coll/dict.h"
#include "object/coll/list.h"

/* ---- finding ---- */

/* What Python 3 calls it. Takes and gives new references. */
static int names_2to3(struct unpickler *u, PyObject **module, PyObject **name)
{
    struct pickle_state *st = u->st;
    PyObject *key = PyTuple_Pack(2, *module, *name), *item = key == NULL ? NULL : PyDict_GetItemWithError(st->name_2to3, key);
    Py_XDECREF(key);
    if (item == NULL && PyErr_Occurred())
        return -1;
    if (item != NULL) {
        if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2) {
            PyErr_Format(PyExc_RuntimeError, "_compat_pickle.NAME_MAPPING values should be 2-tuples, not %.200s", Py_TYPE(item)->tp_name);
            return -1;
        }
        PyObject *m = PyTuple_GET_ITEM(item, 0), *n = PyTuple_GET_ITEM(item, 1);
        if (!PyUnicode_Check(m) || !PyUnicode_Check(n)) {
            PyErr_Format(PyExc_RuntimeError, "_compat_pickle.NAME_MAPPING values should be pairs of str, not (%.200s, %.200s)",
                         Py_TYPE(m)->tp_name, Py_TYPE(n)->tp_name);
            return -1;
        }
        Py_SETREF(*module, Py_NewRef(m));
        Py_SETREF(*name, Py_NewRef(n));
        return 0;
    }
    item = PyDict_GetItemWithError(st->import_2to3, *module);
    if (item == NULL)
        return PyErr_Occurred() ? -1 : 0;
    if (!PyUnicode_Check(item)) {
        PyErr_Format(PyExc_RuntimeError, "_compat_pickle.IMPORT_MAPPING values should be strings, not %.200s", Py_TYPE(item)->tp_name);
        return -1;
    }
    Py_SETREF(*module, Py_NewRef(item));
    return 0;
}

static PyObject *find_by_path(PyObject *module, PyObject *name)
{
    PyObject *path = pickle_dotted_path(module, name);
    if (path == NULL)
        return NULL;
    PyObject *found = pickle_deep_attr(module, path, NULL);
    Py_DECREF(path);
    if (found == NULL && !PyErr_Occurred())
        PyErr_Format(PyExc_AttributeError, "Can't get attribute %R on %R", name, module);
    return found;
}

PyObject *unpickler_find_class(struct unpickler *u, PyObject *module_name, PyObject *name)
{
    if (PySys_Audit("pickle.find_class", "OO", module_name, name) < 0)
        return NULL;
    PyObject *result = NULL;
    Py_INCREF(module_name);
    Py_INCREF(name);
    if (u->proto >= 3 || !u->fix_imports || names_2to3(u, &module_name, &name) == 0) {
        PyObject *module = PyImport_Import(module_name);
        if (module != NULL)
            result = u->proto >= 4 ? find_by_path(module, name) : PyObject_GetAttr(module, name);
        Py_XDECREF(module);
    }
    Py_DECREF(module_name);
    Py_DECREF(name);
    return result;
}

static PyObject *find_class(struct unpickler *u, PyObject *module, PyObject *name)
{
    if (u->self == NULL)
        return unpickler_find_class(u, module, name);
    return PyObject_CallMethodObjArgs(u->self, u->st->s_find_class, module, name, NULL);
}

/* One line as a str, or NULL. */
static PyObject *line_str(struct unpickler *u, PyObject *(*decode)(const char *, Py_ssize_t, const char *))
{
    char *s;
    Py_ssize_t n = in_line(u, &s);
    if (n >= 0 && n < 2)
        in_truncated(u);
    return n < 2 ? NULL : decode(s, n - 1, "strict");
}

/* The two lines after GLOBAL and INST. */
static PyObject *class_of_lines(struct unpickler *u, PyObject *(*decode)(const char *, Py_ssize_t, const char *))
{
    PyObject *module = line_str(u, decode), *name = module == NULL ? NULL : line_str(u, decode);
    PyObject *cls = name == NULL ? NULL : find_class(u, module, name);
    Py_XDECREF(module);
    Py_XDECREF(name);
    return cls;
}

int load_global(struct unpickler *u) { return stack_push_result(u->stack, class_of_lines(u, PyUnicode_DecodeUTF8)); }

int load_stack_global(struct unpickler *u)
{
    PyObject *name = stack_pop(u), *module = name == NULL ? NULL : stack_pop(u), *found = NULL;
    if (module != NULL) {
        if (PyUnicode_CheckExact(name) && PyUnicode_CheckExact(module))
            found = find_class(u, module, name);
        else
            PyErr_SetString(u->st->unpickling_error, "STACK_GLOBAL requires str");
    }
    Py_XDECREF(name);
    Py_XDECREF(module);
    return stack_push_result(u->stack, found);
}

/* The object of a code that copyreg.add_extension() gave. */
static PyObject *extension(struct unpickler *u, PyObject *key, long code)
{
    struct pickle_state *st = u->st;
    PyObject *known = PyDict_GetItemWithError(st->extension_cache, key);
    if (known != NULL || PyErr_Occurred())
        return Py_XNewRef(known);
    PyObject *pair = PyDict_GetItemWithError(st->inverted_registry, key);
    if (pair == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_ValueError, "unregistered extension code %ld", code);
        return NULL;
    }
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2 || !PyUnicode_Check(PyTuple_GET_ITEM(pair, 0)) || !PyUnicode_Check(PyTuple_GET_ITEM(pair, 1))) {
        PyErr_Format(PyExc_ValueError, "_inverted_registry[%ld] isn't a 2-tuple of strings", code);
        return NULL;
    }
    Py_INCREF(pair);
    PyObject *found = find_class(u, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
    Py_DECREF(pair);
    if (found != NULL && PyDict_SetItem(st->extension_cache, key, found) < 0)
        Py_CLEAR(found);
    return found;
}

int load_ext(struct unpickler *u, int nbytes)
{
    const char *s = in_read(u, nbytes);
    if (s == NULL)
        return -1;
    long code = read_int(s, nbytes);
    if (code <= 0) {
        PyErr_SetString(u->st->unpickling_error, "EXT specifies code <= 0");
        return -1;
    }
    PyObject *key = PyLong_FromLong(code), *found = key == NULL ? NULL : extension(u, key, code);
    Py_XDECREF(key);
    return stack_push_result(u->stack, found);
}

/* ---- persistent ids ---- */

static int push_persistent(struct unpickler *u, STEALS PyObject *pid)
{
    PyObject *func = Py_XNewRef(u->pers_func), *found = NULL;
    if (func != NULL && pid != NULL)
        found = PyObject_CallOneArg(func, pid);
    else if (pid != NULL)
        PyErr_SetString(u->st->unpickling_error, "A load persistent id instruction was encountered, but no persistent_load function was specified.");
    Py_XDECREF(func);
    Py_XDECREF(pid);
    return stack_push_result(u->stack, found);
}

int load_persid(struct unpickler *u)
{
    char *s;
    Py_ssize_t n = in_line(u, &s);
    if (n < 0)
        return -1;
    PyObject *pid = PyUnicode_DecodeASCII(s, n - 1, "strict");
    if (pid == NULL && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError))
        PyErr_SetString(u->st->unpickling_error, "persistent IDs in protocol 0 must be ASCII strings");
    return push_persistent(u, pid);
}

int load_binpersid(struct unpickler *u)
{
    PyObject *pid = stack_pop(u);
    return pid == NULL ? -1 : push_persistent(u, pid);
}

/* ---- making ---- */

static PyObject *instantiate(struct unpickler *u, PyObject *cls, PyObject *args)
{
    if (PyTuple_GET_SIZE(args) == 0 && PyType_Check(cls)) {
        PyObject *func;
        int r = PyObject_GetOptionalAttr(cls, u->st->s_getinitargs, &func);
        Py_XDECREF(func);
        if (r <= 0)
            return r < 0 ? NULL : PyObject_CallMethodOneArg(cls, u->st->s_new, cls);
    }
    return PyObject_CallObject(cls, args);
}

int load_obj(struct unpickler *u)
{
    Py_ssize_t at = stack_marker(u);
    if (at < 0)
        return -1;
    if (u->stack->size - at < 1)
        return stack_underflow(u);
    PyObject *args = stack_pop_tuple(u, at + 1), *cls = args == NULL ? NULL : stack_pop(u), *made = NULL;
    if (cls != NULL)
        made = instantiate(u, cls, args);
    Py_XDECREF(args);
    Py_XDECREF(cls);
    return stack_push_result(u->stack, made);
}

int load_inst(struct unpickler *u)
{
    Py_ssize_t at = stack_marker(u);
    if (at < 0)
        return -1;
    PyObject *cls = class_of_lines(u, PyUnicode_DecodeASCII), *args = cls == NULL ? NULL : stack_pop_tuple(u, at), *made = NULL;
    if (args != NULL)
        made = instantiate(u, cls, args);
    Py_XDECREF(args);
    Py_XDECREF(cls);
    return stack_push_result(u->stack, made);
}

static int newobj_error(struct unpickler *u, const char *format, const char *op, PyObject *got)
{
    PyErr_Format(u->st->unpickling_error, format, op, PyType_Check(got) ? ((PyTypeObject *)got)->tp_name : Py_TYPE(got)->tp_name);
    return -1;
}

static PyObject *newobj(struct unpickler *u, PyObject *cls, PyObject *args, PyObject *kwargs)
{
    const char *op = kwargs == NULL ? "NEWOBJ" : "NEWOBJ_EX";
    int r = 0;
    if (!PyType_Check(cls))
        r = newobj_error(u, "%s class argument must be a type, not %.200s", op, cls);
    else if (((PyTypeObject *)cls)->tp_new == NULL)
        r = newobj_error(u, "%s class argument '%.200s' doesn't have __new__", op, cls);
    else if (!PyTuple_Check(args))
        r = newobj_error(u, "%s args argument must be a tuple, not %.200s", op, (PyObject *)Py_TYPE(args));
    else if (kwargs != NULL && !PyDict_Check(kwargs))
        r = newobj_error(u, "%s kwargs argument must be a dict, not %.200s", op, (PyObject *)Py_TYPE(kwargs));
    return r < 0 ? NULL : ((PyTypeObject *)cls)->tp_new((PyTypeObject *)cls, args, kwargs);
}

int load_newobj(struct unpickler *u, bool with_kwargs)
{
    PyObject *kwargs = NULL, *args = NULL, *cls = NULL, *made = NULL;
    if ((!with_kwargs || (kwargs = stack_pop(u)) != NULL) && (args = stack_pop(u)) != NULL && (cls = stack_pop(u)) != NULL)
        made = newobj(u, cls, args, kwargs);
    Py_XDECREF(kwargs);
    Py_XDECREF(args);
    Py_XDECREF(cls);
    return stack_push_result(u->stack, made);
}

int load_reduce(struct unpickler *u)
{
    PyObject *args = stack_pop(u), *func = args == NULL ? NULL : stack_pop(u), *made = NULL;
    if (func != NULL)
        made = PyObject_CallObject(func, args);
    Py_XDECREF(args);
    Py_XDECREF(func);
    return stack_push_result(u->stack, made);
}

/* ---- filling ---- */

/* state -> inst.__dict__ */
static int set_dict_state(struct unpickler *u, PyObject *inst, PyObject *state)
{
    if (!PyDict_Check(state)) {
        PyErr_SetString(u->st->unpickling_error, "state is not a dictionary");
        return -1;
    }
    PyObject *dict = PyObject_GetAttr(inst, u->st->s_dict), *key, *value;
    Py_ssize_t pos = 0;
    int r = dict == NULL ? -1 : 0;
    while (r == 0 && PyDict_Next(state, &pos, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        if (PyUnicode_CheckExact(key))
            PyUnicode_InternInPlace(&key);
        r = PyObject_SetItem(dict, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_XDECREF(dict);
    return r;
}

static int set_slot_state(struct unpickler *u, PyObject *inst, PyObject *state)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    int r = 0;
    if (!PyDict_Check(state)) {
        PyErr_SetString(u->st->unpickling_error, "slot state is not a dictionary");
        return -1;
    }
    while (r == 0 && PyDict_Next(state, &pos, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        r = PyObject_SetAttr(inst, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    return r;
}

static int build(struct unpickler *u, PyObject *inst, PyObject *state)
{
    PyObject *setstate;
    if (PyObject_GetOptionalAttr(inst, u->st->s_setstate, &setstate) < 0)
        return -1;
    if (setstate != NULL) {
        PyObject *result = PyObject_CallOneArg(setstate, state);
        Py_DECREF(setstate);
        Py_XDECREF(result);
        return result == NULL ? -1 : 0;
    }
    PyObject *slots = NULL;
    if (PyTuple_Check(state) && PyTuple_GET_SIZE(state) == 2) {
        slots = PyTuple_GET_ITEM(state, 1);
        state = PyTuple_GET_ITEM(state, 0);
    }
    if (state != Py_None && set_dict_state(u, inst, state) < 0)
        return -1;
    return slots != NULL && slots != Py_None ? set_slot_state(u, inst, slots) : 0;
}

int load_build(struct unpickler *u)
{
    struct load_stack *s = u->stack;
    if (s->size - 2 < s->fence)
        return stack_underflow(u);
    PyObject *state = s->items[--s->size];
    int r = build(u, s->items[s->size - 1], state);
    Py_DECREF(state);
    return r;
}

/* Calls func with each item from `from` on. The items leave the stack one by one. */
static int call_with_each(struct load_stack *s, PyObject *func, Py_ssize_t from)
{
    int r = 0;
    for (Py_ssize_t i = from; i < s->size && r == 0; i++) {
        PyObject *result = PyObject_CallOneArg(func, s->items[i]);
        r = result == NULL ? -1 : 0;
        Py_XDECREF(result);
    }
    stack_cut(s, from);
    return r;
}

/* The items from `from` on go to the end of an exact list. */
static int extend_list(struct load_stack *s, PyObject *list, Py_ssize_t from)
{
    Py_ssize_t n = s->size - from;
    PyObject **items = s->items + from;
    if (n > 8) {                       /* one step: the room to spare is that of extend() */
        s->size = from;
        PyObject *slice = list_from_array_steal(items, n);
        int r = slice == NULL ? -1 : PyList_SetSlice(list, PyList_GET_SIZE(list), PyList_GET_SIZE(list), slice);
        Py_XDECREF(slice);
        return r;
    }
    for (Py_ssize_t i = 0; i < n; i++)
        if (list_append_steal((PyListObject *)list, items[i]) < 0) {
            while (++i < n)
                Py_DECREF(items[i]);
            s->size = from;
            return -1;
        }
    s->size = from;
    return 0;
}

int load_append(struct unpickler *u, Py_ssize_t from)
{
    struct load_stack *s = u->stack;
    if (from > s->size || from <= s->fence)
        return stack_underflow(u);
    if (from == s->size)
        return 0;
    PyObject *list = s->items[from - 1], *func;
    if (PyList_CheckExact(list))
        return extend_list(s, list, from);
    if (PyObject_GetOptionalAttr(list, u->st->s_extend, &func) < 0)
        return -1;
    int r = -1;
    if (func != NULL) {
        PyObject *items = stack_pop_list(u, from), *result = items == NULL ? NULL : PyObject_CallOneArg(func, items);
        Py_XDECREF(items);
        Py_XDECREF(result);
        r = result == NULL ? -1 : 0;
    }
    else if ((func = PyObject_GetAttr(list, u->st->s_append)) != NULL)
        r = call_with_each(s, func, from);
    Py_XDECREF(func);
    return r;
}

int load_setitems(struct unpickler *u, Py_ssize_t from)
{
    struct load_stack *s = u->stack;
    if (from > s->size || from <= s->fence)
        return stack_underflow(u);
    if ((s->size - from) % 2 != 0) {
        PyErr_SetString(u->st->unpickling_error, "odd number of items for SETITEMS");
        return -1;
    }
    PyObject *dict = s->items[from - 1];
    Py_ssize_t i = from, n = s->size;
    int r = 0;
    s->size = from;                    /* what is left of the items belongs to this function */
    if (PyDict_CheckExact(dict))
        for (; i < n && r == 0; i += 2)
            r = dict_set_steal((PyDictObject *)dict, s->items[i], s->items[i + 1]);
    else
        for (; i < n && r == 0; i += 2) {
            r = PyObject_SetItem(dict, s->items[i], s->items[i + 1]);
            Py_DECREF(s->items[i]);
            Py_DECREF(s->items[i + 1]);
        }
    for (; i < n; i++)
        Py_DECREF(s->items[i]);
    return r;
}

int load_additems(struct unpickler *u)
{
    struct load_stack *s = u->stack;
    Py_ssize_t from = stack_marker(u);
    if (from < 0)
        return -1;
    if (from > s->size || from <= s->fence)
        return stack_underflow(u);
    if (from == s->size)
        return 0;
    PyObject *set = s->items[from - 1];
    int r = 0;
    if (PySet_Check(set)) {
        for (Py_ssize_t i = from; i < s->size && r == 0; i++)
            r = PySet_Add(set, s->items[i]);
        stack_cut(s, from);
        return r;
    }
    PyObject *add = PyObject_GetAttr(set, u->st->s_add);
    r = add == NULL ? -1 : call_with_each(s, add, from);
    Py_XDECREF(add);
    return r;
}
