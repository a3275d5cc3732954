/* vm/consume.c: what C functions do with the items of a generator, one at a time.
 *
 * The hidden frame's code is four units: the generator is resumed (0); there its items arrive (2), and what it returns (3). It is never complete, so that no traceback and
 * no walk over frames shows it, and does not count as a call. References are those that the C function would hold, in the order in which they would go. */
#include "vm/consume.h"

#include "code/code.h"
#include "code/opcodes.h"
#include "object/coll/list.h"
#include "object/coll/tuple.h"
#include "object/core/err.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/genobject.h"
#include "vm/slow.h"
#include "vm/step.h"

#define LIST_HINT 8                    /* what list() takes a generator's length for */

static PyCFunction functions[CONSUMERS];
static PyCodeObject *codes[CONSUMERS];

void consume_register(PyCFunction function, enum consumer which) { functions[which] = function; }
PyCodeObject *consume_code(enum consumer which) { return codes[which]; }

enum consumer
consume_which(PyObject *callable)
{
    if (!PyCFunction_CheckExact(callable))
        return callable == (PyObject *)&PyTuple_Type ? CONSUME_TUPLE : callable == (PyObject *)&PyList_Type ? CONSUME_LIST
            : callable == (PyObject *)&PySet_Type ? CONSUME_SET : CONSUME_NOT;
    for (enum consumer c = CONSUME_ANY; c < CONSUMERS; c++)
        if (functions[c] == PyCFunction_GET_FUNCTION(callable))
            return c;
    return CONSUME_NOT;
}

enum consumer
consume_of_code(PyCodeObject *code)
{
    for (enum consumer c = CONSUME_NOT + 1; c < CONSUMERS; c++)
        if (codes[c] == code)
            return c;
    return CONSUME_NOT;
}

bool
consume_can(PyThreadState *ts, PyObject *gen)
{
    return Py_TYPE(gen) == &PyGen_Type && ((PyGenObject *)gen)->gi_frame_state < FRAME_EXECUTING && ts->interp->eval_frame == NULL && ts->py_recursion_remaining > 0
        && !ts_stack_is_low(ts);
}

/* What there is before the first item. False: no memory, without exception. */
static bool
begin(enum consumer which, PyObject **slots)
{
    bool counts = which == CONSUME_SUM;
    switch (which) {
    case CONSUME_TUPLE: case CONSUME_LIST: case CONSUME_SORTED: slots[CONSUME_SO_FAR] = list_new_prealloc(LIST_HINT); break;
    case CONSUME_SET: slots[CONSUME_SO_FAR] = PySet_New(NULL); break;
    default: slots[CONSUME_SO_FAR] = NULL; break;
    }
    slots[CONSUME_STATE] = counts ? PyBytes_FromStringAndSize(NULL, sizeof(struct sum)) : NULL;
    if ((slots[CONSUME_SO_FAR] == NULL && which <= CONSUME_SET) || (slots[CONSUME_STATE] == NULL && counts)) {
        PyErr_Clear();
        return false;
    }
    if (counts)
        sum_begin((struct sum *)PyBytes_AS_STRING(slots[CONSUME_STATE]), SMALL_INT(0), &slots[CONSUME_SO_FAR]);
    return true;
}

_PyInterpreterFrame *
consume_push(PyThreadState *ts, enum consumer which, PyObject *callable, PyObject *gen)
{
    PyCodeObject *code = codes[which];
    PyObject *begun[CONSUME_WORDS];
    if (code == NULL || !frame_has_room_for(ts, code->co_framesize) || !begin(which, begun))
        return NULL;
    _PyInterpreterFrame *f = frame_push_shim(ts, code);
    f->f_funcobj = ITEM_SHIM;
    f->localsplus[CONSUME_GEN] = gen;
    f->localsplus[CONSUME_CALLABLE] = callable;
    f->localsplus[CONSUME_SO_FAR] = begun[CONSUME_SO_FAR];
    f->localsplus[CONSUME_STATE] = begun[CONSUME_STATE];
    f->localsplus[CONSUME_ITER] = Py_NewRef(gen);
    frame_set_stackpointer(f, f->localsplus + CONSUME_WORDS);
    return f;
}

static int
take_truth(PyObject *item, int enough)
{
    int truth = item == Py_True ? 1 : item == Py_False ? 0 : PyObject_IsTrue(item);
    Py_DECREF(item);
    return truth < 0 ? -1 : truth == enough;
}

static int
take_extreme(PyObject **so_far, PyObject *item, int op)
{
    PyObject *best = *so_far;
    int better = 1;
    if (best != NULL && PyLong_CheckExact(item) && PyLong_CheckExact(best) && int_both_compact(item, best))
        better = op == Py_LT ? int_compact_value(item) < int_compact_value(best) : int_compact_value(item) > int_compact_value(best);
    else if (best != NULL)
        better = PyObject_RichCompareBool(item, best, op);
    if (better > 0)
        Py_XSETREF(*so_far, item);
    else
        Py_DECREF(item);
    return better < 0 ? -1 : 0;
}

static int
take_key(PyObject *set, PyObject *item)
{
    int rc = PySet_Add(set, item);
    Py_DECREF(item);
    return rc;
}

int
consume_take(enum consumer which, PyObject **slots, PyObject *item)
{
    PyObject **so_far = &slots[CONSUME_SO_FAR];
    switch (which) {
    case CONSUME_SET: return take_key(*so_far, item);
    case CONSUME_ANY: return take_truth(item, 1);
    case CONSUME_ALL: return take_truth(item, 0);
    case CONSUME_SUM: return sum_take((struct sum *)PyBytes_AS_STRING(slots[CONSUME_STATE]), so_far, item);
    case CONSUME_MIN: return take_extreme(so_far, item, Py_LT);
    case CONSUME_MAX: return take_extreme(so_far, item, Py_GT);
    default: return list_append_steal((PyListObject *)*so_far, item);
    }
}

/* The items move from the list to a tuple. */
static PyObject *
to_tuple(PyListObject *l)
{
    Py_ssize_t n = Py_SIZE(l);
    Py_SET_SIZE(l, 0);
    return tuple_from_array_steal(l->ob_item, n);
}

static PyObject *
take_out(PyObject **slot)
{
    PyObject *v = *slot;
    *slot = NULL;
    return v;
}

PyObject *
consume_end(enum consumer which, PyObject **slots, bool enough)
{
    PyObject **so_far = &slots[CONSUME_SO_FAR];
    switch (which) {
    case CONSUME_ANY: return PyBool_FromLong(enough);
    case CONSUME_ALL: return PyBool_FromLong(!enough);
    case CONSUME_TUPLE: return to_tuple((PyListObject *)*so_far);
    case CONSUME_SUM: return sum_end((struct sum *)PyBytes_AS_STRING(slots[CONSUME_STATE]), so_far);
    case CONSUME_LIST: return list_fit((PyListObject *)*so_far) < 0 ? NULL : take_out(so_far);
    case CONSUME_SORTED: return list_fit((PyListObject *)*so_far) < 0 || list_sort((PyListObject *)*so_far, NULL, 0) < 0 ? NULL : take_out(so_far);
    case CONSUME_MIN: case CONSUME_MAX:
        if (*so_far == NULL)
            PyErr_Format(PyExc_ValueError, "%s() iterable argument is empty", which == CONSUME_MIN ? "min" : "max");
        return take_out(so_far);
    default: return take_out(so_far);
    }
}

int
consume_next(PyThreadState *ts, PyObject *gen, PyObject **item)
{
    *item = Py_TYPE(gen)->tp_iternext(gen);
    if (*item != NULL)
        return 1;
    if (ts->current_exception == NULL)
        return 0;
    if (!PyErr_ExceptionMatches(PyExc_StopIteration))
        return -1;
    err_clear(ts);
    return 0;
}

PyObject *
consume_call(PyThreadState *ts, enum consumer which, PyObject *callable, PyObject *gen)
{
    _PyInterpreterFrame *f = consume_push(ts, which, callable, gen);
    if (f == NULL) {
        PyObject *res = PyObject_CallOneArg(callable, gen);
        Py_DECREF(gen);
        Py_DECREF(callable);
        return res;
    }
    ts->py_recursion_remaining++;                        /* it is none of the calls that are counted */
    return vm_eval_frame(ts, f, 0);
}

/* ---- start ---- */

static PyCodeObject *
make_code(enum consumer which)
{
    uint8_t body[] = { CONSUME, 0, NOP, 0, CONSUME, 1, CONSUME, 2, RESUME, 0 };
    static const uint8_t lines[] = { 0x80 | PY_CODE_LOCATION_INFO_NONE << 3 | 4 };
    for (int i = 1; i < 8; i += 2)
        body[i] |= (uint8_t)(which << 2);
    PyObject *code = PyBytes_FromStringAndSize((const char *)body, sizeof(body)), *table = PyBytes_FromStringAndSize((const char *)lines, sizeof(lines));
    PyObject *name = vm_init_shim()->co_name;
    PyCodeObject *co = NULL;
    struct code_info in = { .filename = name, .name = name, .qualname = name, .flags = CO_OPTIMIZED | CO_NO_MONITORING_EVENTS, .code = code,
                            .firstlineno = 1, .linetable = table, .consts = EMPTY_TUPLE, .names = EMPTY_TUPLE,
                            .localsplusnames = EMPTY_TUPLE, .localspluskinds = EMPTY_BYTES, .exceptiontable = EMPTY_BYTES, .stacksize = CONSUME_WORDS + 1 };
    if (code != NULL && table != NULL && (co = code_new(&in)) != NULL)
        co->_co_firsttraceable = 5;
    Py_XDECREF(code);
    Py_XDECREF(table);
    return co;
}

int
consume_init(void)
{
    for (enum consumer c = CONSUME_NOT + 1; c < CONSUMERS; c++)
        if (codes[c] == NULL && (codes[c] = make_code(c)) == NULL)
            return -1;
    return 0;
}
