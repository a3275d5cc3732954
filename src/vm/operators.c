/* vm/operators.c: slow paths of operators, slices, iteration and sending; and which helper belongs to which opcode. */
#include "object/coll/dict.h"
#include "object/coll/iter.h"
#include "object/coll/list.h"
#include "object/coll/set.h"
#include "object/coll/slice.h"
#include "object/coll/tuple.h"
#include "object/core/abstract.h"
#include "object/core/err.h"
#include "object/core/exc.h"
#include "object/num/int.h"
#include "object/text/str.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/genobject.h"
#include "vm/monitor.h"
#include "vm/slow.h"

/* ---- operators ---- */

PyObject *vm_binary_op(PyObject *left, PyObject *right, int oparg) { return number_ops[oparg](left, right); }

PyObject *
vm_compare(PyObject *left, PyObject *right, int oparg)
{
    PyObject *res = PyObject_RichCompare(left, right, oparg >> 5);
    if (res == NULL || !(oparg & 16))
        return res;
    int truth = PyObject_IsTrue(res);
    Py_DECREF(res);
    return truth < 0 ? NULL : truth ? Py_True : Py_False;
}

PyObject *
vm_convert(PyObject *value, int oparg)
{
    return oparg == FVC_STR ? PyObject_Str(value) : oparg == FVC_REPR ? PyObject_Repr(value) : PyObject_ASCII(value);
}

PyObject *
vm_get_slice(PyObject *container, STEALS PyObject *start, STEALS PyObject *stop)
{
    PyObject *res = vm_slice_quick(container, start, stop);
    if (res != NULL || PyErr_Occurred()) {
        Py_DECREF(start);
        Py_DECREF(stop);
        return res;
    }
    PyObject *slice = slice_from_pair_steal(start, stop);
    res = slice == NULL ? NULL : PyObject_GetItem(container, slice);
    Py_XDECREF(slice);
    return res;
}

int
vm_set_slice(PyObject *container, STEALS PyObject *start, STEALS PyObject *stop, PyObject *value)
{
    PyObject *slice = slice_from_pair_steal(start, stop);
    int rc = slice == NULL ? -1 : PyObject_SetItem(container, slice, value);
    Py_XDECREF(slice);
    return rc;
}

PyObject *
vm_const_key_map(PyObject *keys, PyObject *const *values, int n)
{
    if (!PyTuple_CheckExact(keys) || PyTuple_GET_SIZE(keys) != n) {
        PyErr_SetString(PyExc_SystemError, "bad BUILD_CONST_KEY_MAP keys argument");
        return NULL;
    }
    return dict_from_items(tuple_items(keys), 1, values, 1, n);
}

int
vm_except_star(PyThreadState *ts, PyObject *exc, PyObject *type, PyObject **match, PyObject **rest)
{
    int rc = exc_check_except_star_type(ts, type);
    return rc < 0 ? rc : exc_group_match(ts, exc, type, match, rest);
}

/* ---- iteration ---- */

int
vm_iter_next(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *iter, PyObject **next)
{
    iternextfunc step = Py_TYPE(iter)->tp_iternext;
    *next = NULL;
    if (UNLIKELY(step == NULL)) {
        vm_bad_operand(ts, "FOR_ITER", iter);
        return -1;
    }
    *next = step(iter);
    if (*next != NULL)
        return 1;
    return ts->current_exception == NULL ? 0 : vm_clear_stop_iteration(ts, f, instr);
}

PySendResult
vm_send(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *receiver, PyObject *v, PyObject **res)
{
    if (Py_TYPE(receiver) == &_PyAsyncGenASend_Type && frame_code(f)->_co_monitoring == NULL)    /* tools want to see a StopIteration */
        return gen_asend_step(receiver, v, res);
    *res = v == Py_None && PyIter_Check(receiver) ? Py_TYPE(receiver)->tp_iternext(receiver) : PyObject_CallMethodOneArg(receiver, ID(send), v);
    if (*res != NULL)
        return PYGEN_NEXT;
    if (ts->current_exception != NULL && PyErr_ExceptionMatches(PyExc_StopIteration))
        mon_stop_iteration(ts, f, instr);
    return _PyGen_FetchStopIterationValue(res) < 0 ? PYGEN_ERROR : PYGEN_RETURN;
}

/* ---- helpers by opcode ---- */

#define NONE NULL
#define OP(name, number, kind, family, caches, popped, effect, jump, flags, does, helper) \
    [OPK_##kind == OPK_PSEUDO ? 255 : (number) & 255] = OPK_##kind == OPK_PSEUDO ? NULL : (void *)helper,
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"         /* pseudo-opcodes all go to the unused entry 255 */
void *const vm_op_helper[256] = {
#include "code/opcodes.def"
};
#pragma GCC diagnostic pop
