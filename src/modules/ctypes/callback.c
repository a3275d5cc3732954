/* modules/ctypes/callback.c: a Python function as a C function. libffi makes the entry (writable and executable through different
 * mappings); whoever calls it, on whatever thread, gets the GIL first. Exceptions end here: they are reported as unraisable. */
#include "modules/ctypes/ctypes.h"

#include <alloca.h>
#include <errno.h>
#include <string.h>

/* ---- being called ---- */

static PyObject *make_argument(struct thunk *t, PyObject *type, void *at)
{
    struct ct_info *info = ct_info_of(t->st, type);
    if (info != NULL && info->get != NULL && !ct_is_simple_subclass(t->st, type))
        return info->get(at, info->size);
    if (info == NULL) {
        PyErr_Format(PyExc_TypeError, "cannot build parameter of type %R", type);
        return NULL;
    }
    PyObject *o = PyObject_CallNoArgs(type);
    if (o != NULL && !ct_is_data(t->st, o)) {
        PyErr_Format(PyExc_TypeError, "%R returned unexpected result of type %T", type, o);
        Py_CLEAR(o);
    }
    if (o != NULL)
        memcpy(((struct cdata *)o)->ptr, at, (size_t)info->size);
    return o;
}

static void store_result(struct thunk *t, PyObject *result, void *mem)
{
    PyObject *keep = t->set(mem, result, 0);
    if (keep == NULL) {
        PyErr_FormatUnraisable("Exception ignored on converting result of ctypes callback function %R", t->callable);
        return;
    }
    if (keep == Py_None || t->set == ct_set_object)            /* an object's reference goes to the caller */
        return;
    if (PyErr_WarnEx(PyExc_RuntimeWarning, "memory leak in callback function.", 1) < 0)
        PyErr_FormatUnraisable("Exception ignored on converting result of ctypes callback function %R", t->callable);
    /* nobody knows how long the caller uses what `keep` holds: it stays */
}

static void call_python(struct thunk *t, void *mem, void **values)
{
    Py_ssize_t n = PyTuple_GET_SIZE(t->argtypes), made = 0;
    PyObject **args = alloca(sizeof *args * (size_t)(n + 1)), *result = NULL;
    for (; made < n; made++) {
        args[made] = make_argument(t, PyTuple_GET_ITEM(t->argtypes, made), values[made]);
        if (args[made] == NULL) {
            PyErr_FormatUnraisable("Exception ignored while creating argument %zd for ctypes callback function %R", made, t->callable);
            goto done;
        }
    }
    if (t->flags & CT_USE_ERRNO)
        errno = ct_swap_errno(errno);
    result = PyObject_Vectorcall(t->callable, args, (size_t)n, NULL);
    if (result == NULL)
        PyErr_FormatUnraisable("Exception ignored on calling ctypes callback function %R", t->callable);
    if (t->flags & CT_USE_ERRNO)
        errno = ct_swap_errno(errno);
    if (result != NULL && t->rtype != &ct_type_void)
        store_result(t, result, mem);
done:
    Py_XDECREF(result);
    while (made > 0)
        Py_DECREF(args[--made]);
}

static void entered(ffi_cif *cif, void *mem, void **values, void *data)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    struct thunk *t = (struct thunk *)Py_NewRef(data);         /* the callable may drop the last other reference */
    if (cif->rtype->type != FFI_TYPE_VOID)
        memset(mem, 0, Py_MAX(cif->rtype->size, sizeof(ffi_arg)));
    call_python(t, mem, values);
    Py_DECREF(t);
    PyGILState_Release(gil);
}

/* ---- the object ---- */

static int thunk_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct thunk *t = (struct thunk *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(t->callable);
    Py_VISIT(t->argtypes);
    Py_VISIT(t->restype);
    Py_VISIT(t->module);
    return 0;
}

static int thunk_clear(PyObject *op)
{
    struct thunk *t = (struct thunk *)op;
    Py_CLEAR(t->callable);
    Py_CLEAR(t->argtypes);
    Py_CLEAR(t->restype);
    return 0;
}

static void thunk_dealloc(PyObject *op)
{
    struct thunk *t = (struct thunk *)op;
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    if (t->closure != NULL)
        ffi_closure_free(t->closure);
    thunk_clear(op);
    Py_XDECREF(t->module);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyType_Slot thunk_slots[] = {
    { Py_tp_doc, "a Python function that C may call" }, { Py_tp_dealloc, thunk_dealloc }, { Py_tp_traverse, thunk_traverse },
    { Py_tp_clear, thunk_clear }, { 0, NULL },
};
PyType_Spec ct_thunk_spec = {
    .name = "_ctypes.CThunkObject", .basicsize = sizeof(struct thunk), .itemsize = sizeof(ffi_type *),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, .slots = thunk_slots,
};

static int set_result(struct ct_state *st, struct thunk *t, PyObject *restype)
{
    struct ct_info *info;
    t->rtype = &ct_type_void;
    if (restype == NULL || restype == Py_None)
        return 0;
    info = ct_info_of(st, restype);
    if (info == NULL || info->set == NULL) {
        PyErr_SetString(PyExc_TypeError, "invalid result type for callback function");
        return -1;
    }
    t->set = info->set;
    t->rtype = info->ffi;
    t->restype = Py_NewRef(restype);
    return 0;
}

static int make_entry(struct thunk *t, Py_ssize_t n)
{
    t->closure = ffi_closure_alloc(sizeof *t->closure, &t->entry);
    if (t->closure == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    ffi_status status = ffi_prep_cif(&t->cif, FFI_DEFAULT_ABI, (unsigned)n, t->rtype, t->types);
    if (status != FFI_OK) {
        PyErr_Format(PyExc_RuntimeError, "ffi_prep_cif failed with %d", (int)status);
        return -1;
    }
    status = ffi_prep_closure_loc(t->closure, &t->cif, entered, t, t->entry);
    if (status != FFI_OK) {
        PyErr_Format(PyExc_RuntimeError, "ffi_prep_closure failed with %d", (int)status);
        return -1;
    }
    return 0;
}

PyObject *ct_thunk_new(struct ct_state *st, PyObject *callable, PyObject *argtypes, PyObject *restype, int flags)
{
    Py_ssize_t n = PyTuple_GET_SIZE(argtypes);
    struct thunk *t = (struct thunk *)st->thunk->tp_alloc(st->thunk, n + 1);
    if (t == NULL)
        return NULL;
    t->st = st;
    t->module = Py_XNewRef(PyType_GetModule(st->thunk));
    t->callable = Py_NewRef(callable);
    t->argtypes = Py_NewRef(argtypes);
    t->flags = flags;
    for (Py_ssize_t i = 0; i < n; i++)
        t->types[i] = ct_ffi_of(st, PyTuple_GET_ITEM(argtypes, i));
    if (set_result(st, t, restype) < 0 || make_entry(t, n) < 0)
        Py_CLEAR(t);
    return (PyObject *)t;
}
