/* vm/super.c: super(). The form without arguments finds __class__ and the first argument in the calling frame. */
#include <structmember.h>

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "rt/gc_track.h"
#include "rt/singletons.h"
#include "vm/monitor.h"
#include "vm/slow.h"

struct super { PyObject ob_base; PyTypeObject *type; PyObject *obj; PyTypeObject *obj_type; };
#define SUPER(op) ((struct super *)(op))

/* The type whose MRO is searched: obj itself if it is a class below `type`, else its class; new reference or NULL. */
static PyTypeObject *
checked_type(PyTypeObject *type, PyObject *obj)
{
    if (PyType_Check(obj) && PyType_IsSubtype((PyTypeObject *)obj, type))
        return (PyTypeObject *)Py_NewRef(obj);
    if (PyType_IsSubtype(Py_TYPE(obj), type))
        return (PyTypeObject *)Py_NewRef(Py_TYPE(obj));
    PyObject *cls;
    if (PyObject_GetOptionalAttr(obj, ID(__class__), &cls) < 0)
        return NULL;
    if (cls != NULL && PyType_Check(cls) && (PyTypeObject *)cls != Py_TYPE(obj) && PyType_IsSubtype((PyTypeObject *)cls, type))
        return (PyTypeObject *)cls;
    Py_XDECREF(cls);
    bool is_type = PyType_Check(obj);
    PyErr_Format(PyExc_TypeError, "super(type, obj): obj (%s %.200s) is not an instance or subtype of type (%.200s).",
                 is_type ? "type" : "instance of", is_type ? ((PyTypeObject *)obj)->tp_name : Py_TYPE(obj)->tp_name, type->tp_name);
    return NULL;
}

/* The attribute as found behind `type` in obj_type's MRO, not bound: new reference, or NULL without exception. */
static PyObject *
find(PyTypeObject *type, PyTypeObject *obj_type, PyObject *name)
{
    PyObject *mro = obj_type->tp_mro, *res = NULL;
    if (mro == NULL)
        return NULL;
    Py_INCREF(mro);
    Py_ssize_t n = PyTuple_GET_SIZE(mro), i = 0;
    while (i + 1 < n && PyTuple_GET_ITEM(mro, i) != (PyObject *)type)
        i++;
    for (i++; i < n && res == NULL; i++) {
        PyObject *dict = type_dict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        if (dict != NULL && PyDict_GetItemRef(dict, name, &res) < 0)
            break;
    }
    Py_DECREF(mro);
    return res;
}

static PyObject *
bind(PyObject *found, PyObject *obj, PyTypeObject *obj_type, int *unbound)
{
    if (unbound != NULL && PyType_HasFeature(Py_TYPE(found), Py_TPFLAGS_METHOD_DESCRIPTOR)) {
        *unbound = 1;
        return found;
    }
    descrgetfunc get = Py_TYPE(found)->tp_descr_get;
    if (get == NULL)
        return found;
    PyObject *res = get(found, obj == (PyObject *)obj_type ? NULL : obj, (PyObject *)obj_type);
    Py_DECREF(found);
    return res;
}

static bool
is_class_attr(PyObject *name)
{
    return PyUnicode_Check(name) && PyUnicode_GET_LENGTH(name) == 9 && PyUnicode_Compare(name, ID(__class__)) == 0;
}

static PyObject *
super_getattro(PyObject *self, PyObject *name)
{
    struct super *su = SUPER(self);
    if (su->obj_type != NULL && !is_class_attr(name)) {       /* __class__ is that of the super object */
        PyObject *found = find(su->type, su->obj_type, name);
        if (found != NULL)
            return bind(found, su->obj, su->obj_type, NULL);
        if (PyErr_Occurred())
            return NULL;
    }
    return PyObject_GenericGetAttr(self, name);
}

static struct super *
super_make(PyTypeObject *type, PyObject *obj, STEALS PyTypeObject *obj_type)
{
    struct super *su = SUPER(PyType_GenericAlloc(&PySuper_Type, 0));
    if (su == NULL) {
        Py_XDECREF(obj_type);
        return NULL;
    }
    su->type = (PyTypeObject *)Py_NewRef(type);
    su->obj = Py_XNewRef(obj);
    su->obj_type = obj_type;
    return su;
}

PyObject *
super_lookup(PyTypeObject *cls, PyObject *self, PyObject *name, int *unbound)
{
    PyTypeObject *obj_type = checked_type(cls, self);
    if (obj_type == NULL)
        return NULL;
    PyObject *found = is_class_attr(name) ? NULL : find(cls, obj_type, name), *res = NULL;
    if (found != NULL)
        res = bind(found, self, obj_type, unbound);
    else if (!PyErr_Occurred()) {
        PyObject *su = (PyObject *)super_make(cls, self, (PyTypeObject *)Py_NewRef(obj_type));
        res = su == NULL ? NULL : PyObject_GenericGetAttr(su, name);
        Py_XDECREF(su);
    }
    Py_DECREF(obj_type);
    return res;
}

/* ---- super() ---- */

static int
fail(const char *message)
{
    PyErr_SetString(PyExc_RuntimeError, message);
    return -1;
}

static int
class_from_cell(_PyInterpreterFrame *f, int i, PyTypeObject **type)
{
    PyObject *cell = f->localsplus[i];
    if (cell == NULL || !PyCell_Check(cell))
        return fail("super(): bad __class__ cell");
    PyObject *cls = PyCell_GET(cell);
    if (cls == NULL)
        return fail("super(): empty __class__ cell");
    if (!PyType_Check(cls)) {
        PyErr_Format(PyExc_RuntimeError, "super(): __class__ is not a type (%s)", Py_TYPE(cls)->tp_name);
        return -1;
    }
    *type = (PyTypeObject *)cls;
    return 0;
}

/* Type and object of the running method, borrowed. */
static int
from_frame(_PyInterpreterFrame *f, PyTypeObject **type, PyObject **obj)
{
    PyCodeObject *co = frame_code(f);
    if (co->co_argcount == 0)
        return fail("super(): no arguments");
    PyObject *first = f->localsplus[0];
    if (first != NULL && (code_local_kind(co, 0) & CO_FAST_CELL) && PyCell_Check(first))
        first = PyCell_GET(first);
    if (first == NULL)
        return fail("super(): arg[0] deleted");
    *type = NULL;
    for (int i = PyUnstable_Code_GetFirstFree(co); i < co->co_nlocalsplus; i++)
        if (PyUnicode_Compare(code_local_name(co, i), ID(__class__)) == 0)
            if (class_from_cell(f, i, type) < 0)
                return -1;
    if (*type == NULL)
        return fail("super(): __class__ cell not found");
    *obj = first;
    return 0;
}

static int
super_setup(struct super *su, PyTypeObject *type, PyObject *obj)
{
    PyTypeObject *obj_type = NULL;
    if (type == NULL) {
        _PyInterpreterFrame *f = frame_current(ts_current());
        if (f == NULL)
            return fail("super(): no current frame");
        if (from_frame(f, &type, &obj) < 0)
            return -1;
    }
    if (obj == Py_None)
        obj = NULL;
    if (obj != NULL && (obj_type = checked_type(type, obj)) == NULL)
        return -1;
    Py_XSETREF(su->type, (PyTypeObject *)Py_NewRef(type));
    Py_XSETREF(su->obj, Py_XNewRef(obj));
    Py_XSETREF(su->obj_type, obj_type);
    return 0;
}

static int
take_args(PyObject *const *args, Py_ssize_t n, PyTypeObject **type, PyObject **obj)
{
    if (n > 2 || n < 0) {
        PyErr_Format(PyExc_TypeError, "super() expected at most 2 arguments, got %zd", n);
        return -1;
    }
    if (n > 0 && !PyType_Check(args[0])) {
        PyErr_Format(PyExc_TypeError, "super() argument 1 must be a type, not %.200s", Py_TYPE(args[0])->tp_name);
        return -1;
    }
    *type = n > 0 ? (PyTypeObject *)args[0] : NULL;
    *obj = n > 1 ? args[1] : NULL;
    return 0;
}

static int
super_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyTypeObject *type;
    PyObject *obj;
    if (!args_no_keywords("super", kwargs) || take_args(((PyTupleObject *)args)->ob_item, PyTuple_GET_SIZE(args), &type, &obj) < 0)
        return -1;
    return super_setup(SUPER(self), type, obj);
}

static PyObject *
super_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyTypeObject *type;
    PyObject *obj;
    if (!args_no_kwnames("super", kwnames) || take_args(args, PyVectorcall_NARGS(nargsf), &type, &obj) < 0)
        return NULL;
    PyObject *su = PyType_GenericAlloc((PyTypeObject *)self, 0);
    if (su != NULL && super_setup(SUPER(su), type, obj) < 0)
        Py_CLEAR(su);
    return su;
}

static PyObject *
super_descr_get(PyObject *self, PyObject *obj, PyObject *type)
{
    struct super *su = SUPER(self);
    if (obj == NULL || obj == Py_None || su->obj != NULL)
        return Py_NewRef(self);
    if (!Py_IS_TYPE(su, &PySuper_Type))
        return PyObject_CallFunctionObjArgs((PyObject *)Py_TYPE(su), su->type, obj, NULL);
    PyTypeObject *obj_type = checked_type(su->type, obj);
    return obj_type == NULL ? NULL : (PyObject *)super_make(su->type, obj, obj_type);
}

static PyObject *
super_repr(PyObject *self)
{
    struct super *su = SUPER(self);
    const char *name = su->type ? su->type->tp_name : "NULL";
    if (su->obj_type != NULL)
        return PyUnicode_FromFormat("<super: <class '%s'>, <%s object>>", name, su->obj_type->tp_name);
    return PyUnicode_FromFormat("<super: <class '%s'>, NULL>", name);
}

static void
super_dealloc(PyObject *self)
{
    struct super *su = SUPER(self);
    if (gc_is_tracked(self))
        gc_untrack(self);
    Py_XDECREF(su->obj);
    Py_XDECREF(su->type);
    Py_XDECREF(su->obj_type);
    Py_TYPE(self)->tp_free(self);
}

static int
super_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct super *su = SUPER(self);
    Py_VISIT(su->obj);
    Py_VISIT(su->type);
    Py_VISIT(su->obj_type);
    return 0;
}

static PyMemberDef super_members[] = {
    { "__thisclass__", _Py_T_OBJECT, offsetof(struct super, type), Py_READONLY, "class that called super()" },
    { "__self__", _Py_T_OBJECT, offsetof(struct super, obj), Py_READONLY, "instance or class given to super(); may be None" },
    { "__self_class__", _Py_T_OBJECT, offsetof(struct super, obj_type), Py_READONLY, "class whose MRO is searched; may be None" },
    { NULL },
};

PyTypeObject PySuper_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "super",
    .tp_basicsize = sizeof(struct super),
    .tp_dealloc = super_dealloc,
    .tp_repr = super_repr,
    .tp_getattro = super_getattro,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\n"
              "super(type, obj) -> bound super object; requires isinstance(obj, type)\n"
              "super(type, type2) -> bound super object; requires issubclass(type2, type)\n\nAttributes of the classes behind `type` in the MRO.",
    .tp_traverse = super_traverse,
    .tp_members = super_members,
    .tp_descr_get = super_descr_get,
    .tp_init = super_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = PyType_GenericNew,
    .tp_free = PyObject_GC_Del,
    .tp_vectorcall = super_vectorcall,
};

PyObject *
vm_load_super_attr(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *super, PyObject *cls, PyObject *self, PyObject *name, int oparg, bool watched)
{
    PyObject *args[] = { cls, self };
    PyObject *arg = oparg & 2 ? cls : mon_missing();
    if (watched && mon_call_2args(ts, PY_MONITORING_EVENT_CALL, f, instr, super, arg) < 0)
        return NULL;
    PyObject *su = call_vector(ts, super, args, oparg & 2 ? 2 : 0, NULL);
    if (watched && su == NULL)
        mon_call_exc2(ts, PY_MONITORING_EVENT_C_RAISE, f, instr, super, arg);
    else if (watched && mon_call_2args(ts, PY_MONITORING_EVENT_C_RETURN, f, instr, super, arg) < 0)
        Py_CLEAR(su);
    if (su == NULL)
        return NULL;
    PyObject *attr = PyObject_GetAttr(su, name);
    Py_DECREF(su);
    return attr;
}
