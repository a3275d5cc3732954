/* modules/ctypes/funcptr.c: types of C functions and their instances: made of an address, an exported name or a Python callable;
 * called with arguments that argtypes convert and paramflags complete. */
#include "modules/ctypes/ctypes.h"

#include <dlfcn.h>
#include <string.h>

enum { PARAM_IN = 1, PARAM_OUT = 2, PARAM_LCID = 4 };

/* ---- the metatype ---- */

static void pass_function(struct ct_info *info, struct cdata *self, struct ct_arg *arg)
{
    arg->ffi = &ct_type_pointer;
    arg->tag = 'P';
    arg->value.p = *(void **)self->ptr;
}

/* *checker: the new restype's _check_retval_, owned, or NULL */
static int check_restype(struct ct_state *st, PyObject *restype, const char *message, PyObject **checker)
{
    *checker = NULL;
    if (restype != Py_None && ct_info_of(st, restype) == NULL && !PyCallable_Check(restype)) {
        PyErr_SetString(PyExc_TypeError, message);
        return -1;
    }
    return PyObject_GetOptionalAttr(restype, st->s_check_retval, checker) < 0 ? -1 : 0;
}

static PyObject *type_tuple(PyObject *argtypes)
{
    PyObject *tuple = PySequence_Tuple(argtypes);
    if (tuple == NULL && PyErr_ExceptionMatches(PyExc_TypeError))
        PyErr_SetString(PyExc_TypeError, "_argtypes_ must be a sequence of types");
    return tuple;
}

static int init_signature(struct ct_state *st, struct ct_info *info, PyObject *dict)
{
    PyObject *flags, *argtypes, *restype;
    if (PyDict_GetItemRef(dict, st->s_flags, &flags) < 0)
        return -1;
    if (flags == NULL || !PyLong_Check(flags)) {
        Py_XDECREF(flags);
        PyErr_SetString(PyExc_TypeError, "class must define _flags_ which must be an integer");
        return -1;
    }
    info->flags |= CT_IS_POINTER | (PyLong_AsUnsignedLongMask(flags) & 0xff);
    Py_DECREF(flags);
    if (PyDict_GetItemRef(dict, st->s_argtypes, &argtypes) < 0)
        return -1;
    if (argtypes != NULL) {
        info->argtypes = type_tuple(argtypes);
        Py_DECREF(argtypes);
        info->plan = info->argtypes == NULL ? NULL : ct_plan_new(st, info->argtypes);
        if (info->plan == NULL)
            return -1;
    }
    if (PyDict_GetItemRef(dict, st->s_restype, &restype) < 0)
        return -1;
    info->restype = restype;
    return restype == NULL ? 0 : check_restype(st, restype, "_restype_ must be a type, a callable, or None", &info->checker);
}

static int func_meta_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyTypeObject *type = (PyTypeObject *)self;
    struct ct_state *st = ct_state_of_meta(type);
    struct ct_info *info = st == NULL ? NULL : ct_info_init(st, type);
    if (info == NULL)
        return -1;
    ct_info_is_address(info);
    info->param = pass_function;
    info->format = ct_format(NULL, "X{}");
    if (info->format == NULL || PyType_Type.tp_init(self, args, kwds) < 0)
        return -1;
    PyObject *dict = PyType_GetDict(type);
    int r = dict == NULL ? -1 : init_signature(st, info, dict);
    Py_XDECREF(dict);
    return r;
}

static PyMethodDef func_meta_methods[] = { CT_META_METHODS(ct_from_param), { NULL } };
static PyType_Slot func_meta_slots[] = {
    { Py_tp_doc, "metatype of C functions" }, { Py_tp_methods, func_meta_methods }, { Py_tp_init, func_meta_init }, { 0, NULL },
};
PyType_Spec ct_func_meta_spec = {
    .name = "_ctypes.PyCFuncPtrType", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE, .slots = func_meta_slots,
};

/* ---- new instances ---- */

static int check_out_type(struct ct_state *st, PyObject *type, Py_ssize_t number)
{
    if (PyObject_TypeCheck(type, st->pointer_meta) || PyObject_TypeCheck(type, st->array_meta))
        return 0;
    struct ct_info *info = ct_info_of(st, type);
    if (info != NULL && info->proto != NULL && PyUnicode_Check(info->proto) && strchr("PzZ", PyUnicode_AsUTF8(info->proto)[0]) != NULL)
        return 0;
    PyErr_Format(PyExc_TypeError, "'out' parameter %d must be a pointer type, not %s", (int)number, PyType_Check(type) ? ct_name(type) : Py_TYPE(type)->tp_name);
    return -1;
}

static int check_paramflags(struct ct_state *st, PyTypeObject *type, PyObject *paramflags)
{
    PyObject *argtypes = ct_info_at(type)->argtypes;
    if (argtypes == NULL)
        return 0;
    if (!PyTuple_Check(paramflags)) {
        PyErr_SetString(PyExc_TypeError, "paramflags must be a tuple or None");
        return -1;
    }
    if (PyTuple_GET_SIZE(paramflags) != PyTuple_GET_SIZE(argtypes)) {
        PyErr_SetString(PyExc_ValueError, "paramflags must have the same length as argtypes");
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(paramflags); i++) {
        PyObject *item = PyTuple_GET_ITEM(paramflags, i), *name = Py_None, *otherwise;
        int flag;
        if (!PyTuple_Check(item) || !PyArg_ParseTuple(item, "i|OO", &flag, &name, &otherwise) || !(name == Py_None || PyUnicode_Check(name))) {
            PyErr_SetString(PyExc_TypeError, "paramflags must be a sequence of (int [,string [,value]]) tuples");
            return -1;
        }
        switch (flag & (PARAM_IN | PARAM_OUT | PARAM_LCID)) {
        case 0: case PARAM_IN: case PARAM_IN | PARAM_LCID: case PARAM_IN | PARAM_OUT:
            break;
        case PARAM_OUT:
            if (check_out_type(st, PyTuple_GET_ITEM(argtypes, i), i + 1) < 0)
                return -1;
            break;
        default:
            PyErr_Format(PyExc_TypeError, "paramflag value %d not supported", flag);
            return -1;
        }
    }
    return 0;
}

static PyObject *new_function(PyTypeObject *type, void *address)
{
    struct funcptr *self = (struct funcptr *)ct_new(type, NULL, NULL);
    if (self != NULL) {
        self->vectorcall = ct_func_call;
        *(void **)self->c.ptr = address;
    }
    return (PyObject *)self;
}

static int function_name(PyObject *o, const char **name)
{
    *name = PyBytes_Check(o) ? PyBytes_AS_STRING(o) : PyUnicode_Check(o) ? PyUnicode_AsUTF8(o) : NULL;
    if (*name != NULL)
        return 1;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "function name must be string, bytes object or integer");
    return 0;
}

static void *find_function(struct ct_state *st, PyObject *spec, PyObject **dll)
{
    const char *name;
    void *handle;
    if (!PyArg_ParseTuple(spec, "O&O;illegal func_spec argument", function_name, &name, dll) || PySys_Audit("ctypes.dlsym", "OO", *dll, PyTuple_GET_ITEM(spec, 0)) < 0 ||
        ct_handle_of(st, *dll, &handle) < 0)
        return NULL;
    dlerror();
    void *address = dlsym(handle, name);
    if (address == NULL) {
        const char *why = dlerror();
        if (why != NULL)
            ct_set_locale_error(PyExc_AttributeError, why);
        else
            PyErr_Format(PyExc_AttributeError, "function '%s' not found", name);
    }
    return address;
}

static PyObject *new_from_dll(struct ct_state *st, PyTypeObject *type, PyObject *args)
{
    PyObject *spec, *paramflags = Py_None, *dll, *self = NULL;
    if (!PyArg_ParseTuple(args, "O|O", &spec, &paramflags))
        return NULL;
    void *address = find_function(st, spec, &dll);
    if (address != NULL && (paramflags == Py_None || check_paramflags(st, type, paramflags) == 0))
        self = new_function(type, address);
    if (self != NULL) {
        ((struct funcptr *)self)->paramflags = paramflags == Py_None ? NULL : Py_NewRef(paramflags);
        if (ct_keep((struct cdata *)self, 0, Py_NewRef(dll)) < 0)
            Py_CLEAR(self);
    }
    return self;
}

static PyObject *new_callback(struct ct_state *st, PyTypeObject *type, PyObject *callable)
{
    struct ct_info *info = ct_info_at(type);
    if (!info->ready || info->argtypes == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot construct instance of this class: no argtypes");
        return NULL;
    }
    PyObject *thunk = ct_thunk_new(st, callable, info->argtypes, info->restype, info->flags);
    if (thunk == NULL)
        return NULL;
    PyObject *self = new_function(type, ((struct thunk *)thunk)->entry);
    if (self == NULL)
        Py_DECREF(thunk);
    else if (ct_keep((struct cdata *)self, 0, thunk) < 0)
        Py_CLEAR(self);
    return self;
}

static PyObject *func_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    struct ct_state *st = ct_state_of_meta(type);
    if (st == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(args) == 0)
        return new_function(type, NULL);
    PyObject *first = PyTuple_GET_ITEM(args, 0);
    if (PyTuple_GET_SIZE(args) <= 2 && PyTuple_Check(first))
        return new_from_dll(st, type, args);
    if (PyTuple_GET_SIZE(args) == 1 && PyLong_Check(first)) {
        void *address = PyLong_AsVoidPtr(first);
        return address == NULL && PyErr_Occurred() ? NULL : new_function(type, address);
    }
    PyObject *callable;
    if (!PyArg_ParseTuple(args, "O", &callable))
        return NULL;
    if (PyCallable_Check(callable))
        return new_callback(st, type, callable);
    PyErr_SetString(PyExc_TypeError, "argument must be callable or integer function address");
    return NULL;
}

/* ---- attributes ---- */

static int set_errcheck(PyObject *op, PyObject *value, void *closure)
{
    if (value != NULL && !PyCallable_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "the errcheck attribute must be callable");
        return -1;
    }
    Py_XSETREF(((struct funcptr *)op)->errcheck, Py_XNewRef(value));
    return 0;
}

static PyObject *get_errcheck(PyObject *op, void *closure)
{
    PyObject *o = ((struct funcptr *)op)->errcheck;
    return Py_NewRef(o == NULL ? Py_None : o);
}

static int set_restype(PyObject *op, PyObject *value, void *closure)
{
    struct funcptr *self = (struct funcptr *)op;
    PyObject *checker = NULL;
    if (value != NULL && check_restype(ct_info_self(op)->st, value, "restype must be a type, a callable, or None", &checker) < 0)
        return -1;
    Py_XSETREF(self->checker, checker);
    Py_XSETREF(self->restype, Py_XNewRef(value));
    return 0;
}

static PyObject *get_restype(PyObject *op, void *closure)
{
    struct funcptr *self = (struct funcptr *)op;
    PyObject *o = self->restype != NULL ? self->restype : ct_info_self(op)->restype;
    return Py_NewRef(o == NULL ? Py_None : o);
}

static int set_argtypes(PyObject *op, PyObject *value, void *closure)
{
    struct funcptr *self = (struct funcptr *)op;
    struct ct_plan *plan = NULL, *old = self->plan;
    PyObject *types = NULL;
    if (value != NULL && value != Py_None) {
        types = type_tuple(value);
        if (types == NULL)
            return -1;
        plan = ct_plan_new(ct_info_self(op)->st, types);
        if (plan == NULL) {
            Py_DECREF(types);
            return -1;
        }
    }
    self->plan = plan;
    Py_XSETREF(self->argtypes, types);
    ct_plan_release(old);
    return 0;
}

static PyObject *get_argtypes(PyObject *op, void *closure)
{
    struct funcptr *self = (struct funcptr *)op;
    PyObject *o = self->argtypes != NULL ? self->argtypes : ct_info_self(op)->argtypes;
    return Py_NewRef(o == NULL ? Py_None : o);
}

/* ---- arguments by paramflags ---- */

struct completed { PyObject *args; unsigned out, inout; int n_out; Py_ssize_t used; };   /* out, inout: a bit for each argument that is a result */

/* The next argument, positional or by name, or the default. Borrowed, or NULL with TypeError. */
static PyObject *given_arg(struct completed *c, PyObject *name, PyObject *otherwise, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    if (c->used < n)
        return args[c->used++];
    for (Py_ssize_t k = 0; name != NULL && name != Py_None && kwnames != NULL && k < PyTuple_GET_SIZE(kwnames); k++) {
        int same = PyObject_RichCompareBool(PyTuple_GET_ITEM(kwnames, k), name, Py_EQ);
        if (same < 0)
            return NULL;
        if (same) {
            c->used++;
            return args[n + k];
        }
    }
    if (otherwise != NULL)
        return otherwise;
    if (name != NULL && name != Py_None)
        PyErr_Format(PyExc_TypeError, "required argument '%S' missing", name);
    else
        PyErr_SetString(PyExc_TypeError, "not enough arguments");
    return NULL;
}

/* The object that receives an out parameter. */
static PyObject *out_object(struct ct_state *st, PyObject *type)
{
    struct ct_info *info = ct_info_of(st, type);
    if (info == NULL || info->proto == NULL || PyUnicode_Check(info->proto)) {
        PyErr_Format(PyExc_TypeError, "%s 'out' parameter must be passed as default value", PyType_Check(type) ? ct_name(type) : Py_TYPE(type)->tp_name);
        return NULL;
    }
    return PyObject_CallNoArgs(PyObject_TypeCheck(type, st->array_meta) ? type : info->proto);
}

static PyObject *complete_arg(struct ct_state *st, struct completed *c, PyObject *argtype, PyObject *param, Py_ssize_t i, PyObject *const *args, Py_ssize_t n,
                              PyObject *kwnames)
{
    Py_ssize_t m = PyTuple_GET_SIZE(param);
    unsigned flag = m > 0 ? (unsigned)PyLong_AsUnsignedLongMask(PyTuple_GET_ITEM(param, 0)) : 0;
    PyObject *name = m > 1 ? PyTuple_GET_ITEM(param, 1) : NULL, *otherwise = m > 2 ? PyTuple_GET_ITEM(param, 2) : NULL;
    switch (flag & (PARAM_IN | PARAM_OUT | PARAM_LCID)) {
    case PARAM_IN | PARAM_LCID:
        return otherwise != NULL ? Py_NewRef(otherwise) : PyLong_FromLong(0);
    case PARAM_IN | PARAM_OUT:
        c->inout |= 1u << (i & 31);
        c->n_out++;
        return Py_XNewRef(given_arg(c, name, otherwise, args, n, kwnames));
    case 0: case PARAM_IN:
        return Py_XNewRef(given_arg(c, name, otherwise, args, n, kwnames));
    case PARAM_OUT:
        c->out |= 1u << (i & 31);
        c->n_out++;
        return otherwise != NULL ? Py_NewRef(otherwise) : out_object(st, argtype);
    default:
        PyErr_Format(PyExc_ValueError, "paramflag %u not yet implemented", flag);
        return NULL;
    }
}

static int complete_args(struct ct_state *st, struct completed *c, PyObject *argtypes, PyObject *paramflags, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    Py_ssize_t m = PyTuple_GET_SIZE(argtypes), given = n + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames));
    c->args = PyTuple_New(m);
    if (c->args == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < m; i++) {
        PyObject *param = PyTuple_Check(paramflags) && i < PyTuple_GET_SIZE(paramflags) ? PyTuple_GET_ITEM(paramflags, i) : NULL;
        if (param == NULL || !PyTuple_Check(param)) {          /* argtypes came later, or grew */
            PyErr_SetString(PyExc_ValueError, "paramflags must have the same length as argtypes");
            return -1;
        }
        PyObject *value = complete_arg(st, c, PyTuple_GET_ITEM(argtypes, i), param, i, args, n, kwnames);
        if (value == NULL)
            return -1;
        PyTuple_SET_ITEM(c->args, i, value);
    }
    if (given == c->used)
        return 0;
    PyErr_Format(PyExc_TypeError, "call takes exactly %d arguments (%zd given)", (int)c->used, given);
    return -1;
}

/* What the call returns: the result, or the out parameters instead. */
static PyObject *pick_results(struct ct_state *st, struct completed *c, STEALS PyObject *result)
{
    if (c->n_out == 0 || result == NULL)
        return result;
    Py_DECREF(result);
    PyObject *all = c->n_out == 1 ? NULL : PyTuple_New(c->n_out);
    if (c->n_out > 1 && all == NULL)
        return NULL;
    Py_ssize_t at = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(c->args) && i < 32; i++) {
        unsigned bit = 1u << i;
        PyObject *arg = PyTuple_GET_ITEM(c->args, i), *value;
        if (!((c->out | c->inout) & bit))
            continue;
        value = c->inout & bit ? Py_NewRef(arg) : PyObject_CallMethodNoArgs(arg, st->s_from_outparam);
        if (c->n_out == 1)
            return value;
        if (value == NULL) {
            Py_DECREF(all);
            return NULL;
        }
        PyTuple_SET_ITEM(all, at++, value);
    }
    return all;
}

/* ---- the call ---- */

static int check_count(struct ct_info *info, struct ct_plan *plan, Py_ssize_t given)
{
    Py_ssize_t n = plan == NULL ? given : plan->n;
    bool cdecl = info->flags & CT_CDECL;
    if (n == given || (cdecl && n < given))                    /* more arguments: a variadic function */
        return 0;
    PyErr_Format(PyExc_TypeError, cdecl ? "this function takes at least %d argument%s (%d given)" : "this function takes %d argument%s (%d given)", (int)n,
                 n == 1 ? "" : "s", (int)given);
    return -1;
}

static PyObject *check_error(struct funcptr *self, PyObject *result, PyObject *const *args, Py_ssize_t n, struct completed *c, bool *replaced)
{
    PyObject *tuple = c->args != NULL ? Py_NewRef(c->args) : PyTuple_New(n);
    for (Py_ssize_t i = 0; tuple != NULL && c->args == NULL && i < n; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
    PyObject *errcheck = Py_NewRef(self->errcheck), *checked = tuple == NULL ? NULL : PyObject_CallFunctionObjArgs(errcheck, result, self, tuple, NULL);
    *replaced = checked != tuple;                              /* the arguments themselves: go on as without errcheck */
    Py_DECREF(errcheck);
    Py_XDECREF(tuple);
    if (checked != NULL && !*replaced) {
        Py_DECREF(checked);
        return result;
    }
    Py_DECREF(result);
    return checked;
}

PyObject *ct_func_call(PyObject *op, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    struct funcptr *self = (struct funcptr *)op;
    struct ct_info *info = ct_info_self(op);
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    struct completed c = { 0 };
    struct ct_call call = { .st = info->st, .fn = *(void **)self->c.ptr, .flags = info->flags, .plan = self->plan != NULL ? self->plan : info->plan,
        .restype = self->restype != NULL ? self->restype : info->restype, .checker = self->restype != NULL ? self->checker : info->checker, .cache = &self->cif };
    PyObject *argtypes = self->argtypes != NULL ? self->argtypes : info->argtypes, *result = NULL;
    if (self->paramflags != NULL && argtypes != NULL && PyTuple_GET_SIZE(argtypes) > 0) {
        if (complete_args(info->st, &c, argtypes, self->paramflags, args, n, kwnames) < 0)
            goto done;
        args = ((PyTupleObject *)c.args)->ob_item;
        n = PyTuple_GET_SIZE(c.args);
    }
    if (check_count(info, call.plan, n) < 0)
        goto done;
    if (call.plan != NULL)
        call.plan->refs++;                                     /* argtypes may be set meanwhile; restype too */
    Py_XINCREF(call.restype);
    Py_XINCREF(call.checker);
    result = ct_call(&call, args, n);
    Py_XDECREF(call.checker);
    Py_XDECREF(call.restype);
    ct_plan_release(call.plan);
    bool replaced = false;
    if (result != NULL && self->errcheck != NULL)
        result = check_error(self, result, args, n, &c, &replaced);
    if (!replaced)
        result = pick_results(info->st, &c, result);
done:
    Py_XDECREF(c.args);
    return result;
}

/* ---- instances ---- */

static int func_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct funcptr *self = (struct funcptr *)op;
    Py_VISIT(self->argtypes);
    Py_VISIT(self->restype);
    Py_VISIT(self->checker);
    Py_VISIT(self->errcheck);
    Py_VISIT(self->paramflags);
    if (self->plan != NULL && self->plan->refs == 1)
        for (Py_ssize_t i = 0; i < self->plan->n; i++)
            Py_VISIT(self->plan->of[i].func);
    return ct_data_traverse(op, visit, arg);
}

static int func_clear(PyObject *op)
{
    struct funcptr *self = (struct funcptr *)op;
    struct ct_plan *plan = self->plan;
    self->plan = NULL;
    ct_plan_release(plan);
    Py_CLEAR(self->argtypes);
    Py_CLEAR(self->restype);
    Py_CLEAR(self->checker);
    Py_CLEAR(self->errcheck);
    Py_CLEAR(self->paramflags);
    return ct_data_clear(op);
}

static void func_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    func_clear(op);
    PyMem_Free(((struct funcptr *)op)->cif);
    ct_data_dealloc(op);
}

static int func_bool(PyObject *op) { return *(void **)((struct cdata *)op)->ptr != NULL; }
static PyObject *func_repr(PyObject *op) { return PyUnicode_FromFormat("<%s object at %p>", Py_TYPE(op)->tp_name, op); }

static PyGetSetDef func_getset[] = {
    { "errcheck", get_errcheck, set_errcheck, "called with each result" }, { "restype", get_restype, set_restype, "type of the result" },
    { "argtypes", get_argtypes, set_argtypes, "types of the arguments" }, { NULL },
};
static PyMemberDef func_members[] = { { "__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct funcptr, vectorcall), Py_READONLY }, { NULL } };
static PyType_Slot func_slots[] = {
    { Py_tp_doc, "A C function" }, { Py_tp_dealloc, func_dealloc }, { Py_tp_traverse, func_traverse }, { Py_tp_clear, func_clear },
    { Py_tp_repr, func_repr }, { Py_tp_call, PyVectorcall_Call }, { Py_tp_getset, func_getset }, { Py_tp_members, func_members },
    { Py_tp_new, func_new }, { Py_bf_getbuffer, ct_get_buffer }, { Py_nb_bool, func_bool }, { 0, NULL },
};
PyType_Spec ct_func_spec = {
    .name = "_ctypes.CFuncPtr", .basicsize = sizeof(struct funcptr),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_IMMUTABLETYPE, .slots = func_slots,
};
