/* gc/gc_test.c: cycles, what keeps them alive, when a collection is asked for, and a log that has no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <Python.h>

#include "gc/gc.h"
#include "object/init.h"
#include "rt/gc_log.h"
#include "rt/gc_track.h"
#include "rt/interp.h"
#include "rt/runtime.h"

/* A list that contains itself, and a weak reference to its proxy: a set inside (lists have no weak references). */
static PyObject *
cycle(PyObject **ref)
{
    PyObject *list = PyList_New(0), *set = PySet_New(NULL);
    assert_int_equal(PyList_Append(list, list), 0);
    assert_int_equal(PyList_Append(list, set), 0);
    *ref = PyWeakref_NewRef(set, NULL);
    Py_DECREF(set);
    return list;
}

static bool
is_alive(PyObject *ref)
{
    PyObject *v;
    int rc = PyWeakref_GetRef(ref, &v);
    Py_XDECREF(v);
    return rc == 1;
}

static void
dropped_cycles_are_collected(void **state)
{
    PyObject *ref, *list = cycle(&ref);
    PyGC_Collect();
    assert_true(is_alive(ref));                        /* we hold it */
    Py_DECREF(list);
    assert_true(is_alive(ref));
    assert_true(PyGC_Collect() >= 1);
    assert_false(is_alive(ref));
    Py_DECREF(ref);
}

static void
what_is_reachable_from_outside_stays(void **state)
{
    PyObject *ref, *list = cycle(&ref), *holder = PyTuple_Pack(1, list);
    Py_DECREF(list);
    PyGC_Collect();
    assert_true(is_alive(ref));
    Py_DECREF(holder);
    PyGC_Collect();
    assert_false(is_alive(ref));
    Py_DECREF(ref);
}

static void
allocation_asks_but_does_not_collect(void **state)
{
    PyThreadState *ts = ts_current();
    enum { N = 5000 };
    static PyObject *held[N];
    PyGC_Collect();
    ts_clear_breaker(ts, EB_GC);
    PyObject *ref, *list = cycle(&ref);
    Py_DECREF(list);
    int asked_at = -1;
    for (int i = 0; i < N; i++) {
        held[i] = PyList_New(0);
        if (asked_at < 0 && ts_has_breaker(ts, EB_GC))
            asked_at = i;
    }
    assert_in_range(asked_at, 1000, 3000);             /* the threshold is 2000 */
    assert_true(is_alive(ref));                        /* nobody has come to a safepoint */
    gc_run(ts);
    assert_false(is_alive(ref));
    assert_false(ts_has_breaker(ts, EB_GC));
    for (int i = 0; i < N; i++)
        Py_DECREF(held[i]);
    Py_DECREF(ref);
}

static void
untracking_the_newest_is_a_pop(void **state)
{
    struct gc_log *young = &rt_thread_of(ts_current())->young;
    size_t before = young->used;
    PyObject *a = PyList_New(0);
    assert_int_equal(young->used, before + 1);
    assert_true(PyObject_GC_IsTracked(a));
    Py_DECREF(a);
    assert_int_equal(young->used, before);
}

static void
a_full_log_chains_objects(void **state)
{
    PyThreadState *ts = ts_current();
    struct gc_log *young = &rt_thread_of(ts)->young;
    PyGC_Disable();
    gc_log_squeeze(young, GC_LOG_YOUNG);
    size_t most = gc_log_max;
    gc_log_max = young->cap;
    enum { MORE = 20 };
    size_t n = young->cap - young->used + MORE;
    PyObject **held = PyMem_Malloc(n * sizeof(*held));
    for (size_t i = 0; i < n; i++)
        held[i] = PyList_New(0);
    assert_non_null(ts->interp->gc_chain);
    PyObject *ref, *list = cycle(&ref);                /* the newest objects have no place in the log */
    assert_true(PyObject_GC_IsTracked(list));
    assert_int_equal(GC_GENERATION(GC_HEAD(list)->_gc_next), GC_CHAINED);
    Py_DECREF(list);
    Py_DECREF(held[n - 5]);                            /* out of the middle of the chain */
    held[n - 5] = NULL;
    gc_log_max = most;
    PyGC_Enable();
    PyGC_Collect();
    assert_null(ts->interp->gc_chain);
    assert_false(is_alive(ref));
    for (size_t i = 0; i < n; i++)
        Py_XDECREF(held[i]);
    PyMem_Free(held);
    Py_DECREF(ref);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dropped_cycles_are_collected), cmocka_unit_test(what_is_reachable_from_outside_stays),
        cmocka_unit_test(allocation_asks_but_does_not_collect), cmocka_unit_test(untracking_the_newest_is_a_pop),
        cmocka_unit_test(a_full_log_chains_objects),
    };
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0 || objects_init(ts_current()) < 0 || gc_init(ts_current()->interp) < 0)
        return 1;
    return cmocka_run_group_tests_name("gc", tests, NULL, NULL);
}
