/* rt/rt_test.c: blocks, the data stack, the young log, locks. Types are stand-ins: only their addresses are used. */
#include <Python.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "rt/gc_log.h"
#include "rt/heap.h"
#include "rt/lock.h"
#include "rt/runtime.h"

PyTypeObject PyLong_Type, PyBytes_Type, PyUnicode_Type, PyTuple_Type;
void _Py_Dealloc(PyObject *o) { }

static void
blocks_are_distinct_and_aligned(void **state)
{
    enum { N = 3000 };
    static unsigned char *p[N];
    Py_ssize_t before = heap_blocks_in_use();
    for (int i = 0; i < N; i++) {
        p[i] = PyObject_Malloc((size_t)(i % 700) + 1);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t)p[i] % 16, 0);
        memset(p[i], i & 0xff, (size_t)(i % 700) + 1);
    }
    assert_int_equal(heap_blocks_in_use(), before + N);
    for (int i = 0; i < N; i++)
        for (int k = 0; k <= i % 700; k += 97)
            assert_int_equal(p[i][k], i & 0xff);
    for (int i = 0; i < N; i++)
        PyObject_Free(p[(i * 7 + 3) % N]);
    assert_int_equal(heap_blocks_in_use(), before);
}

static void
resizing_keeps_the_content(void **state)
{
    char *p = PyObject_Malloc(10);
    strcpy(p, "nine char");
    for (size_t n = 20; n < 100000; n *= 3) {
        p = PyObject_Realloc(p, n);
        assert_string_equal(p, "nine char");
    }
    p = PyObject_Realloc(p, 10);
    assert_string_equal(p, "nine char");
    PyObject_Free(p);
    assert_null(PyObject_Malloc((size_t)PY_SSIZE_T_MAX + 1));
    assert_null(PyObject_Calloc(SIZE_MAX / 2, 3));
}

static void
stack_pops_what_was_pushed(void **state)
{
    enum { N = 5000 };
    static PyObject **base[N];
    PyThreadState *ts = ts_current();
    PyObject **bottom = ts_stack_push(ts, 4);
    for (int i = 0; i < N; i++) {
        base[i] = ts_stack_push(ts, (size_t)(i % 90) + 1);
        base[i][i % 90] = (PyObject *)base[i];
    }
    for (int i = N; i-- > 0; ) {
        assert_ptr_equal(base[i][i % 90], base[i]);
        ts_stack_pop(ts, base[i]);
    }
    assert_ptr_equal(ts->datastack_top, bottom + 4);
    ts_stack_pop(ts, bottom);
}

static int chunks;
static PyObjectArenaAllocator arenas;
static void *counted_alloc(void *ctx, size_t n) { chunks++; return arenas.alloc(arenas.ctx, n); }
static void counted_free(void *ctx, void *p, size_t n) { chunks--; arenas.free(arenas.ctx, p, n); }

/* greenlet takes the chunks of a dead greenlet out of the thread state and frees them itself. */
static void
stack_chunks_are_the_arena_allocators(void **state)
{
    PyThreadState *ts = ts_current();
    PyObjectArenaAllocator counted = { NULL, counted_alloc, counted_free };
    PyObject **bottom = ts_stack_push(ts, 4);
    PyObject_GetArenaAllocator(&arenas);
    PyObject_SetArenaAllocator(&counted);
    PyObject **base = ts_stack_push(ts, 100000);
    assert_int_equal(chunks, 1);
    _PyStackChunk *c = ts->datastack_chunk;
    ts->datastack_chunk = c->previous;
    ts->datastack_top = bottom + 4;
    ts->datastack_limit = (PyObject **)((char *)c->previous + c->previous->size);
    counted.free(counted.ctx, c, c->size);
    assert_int_equal(chunks, 0);
    PyObject_SetArenaAllocator(&arenas);
    ts_stack_pop(ts, bottom);
    assert_non_null(base);
}

static void
young_log_forgets_the_dead(void **state)
{
    enum { N = 9000 };
    static struct { PyGC_Head head; PyObject op; } item[N];
    PyThreadState *ts = ts_current();
    struct gc_log *log = &rt_thread_of(ts)->young;
    size_t before = log->used;
    for (int i = 0; i < N; i++) {
        gc_track(&item[i].op);
        assert_true(gc_is_tracked(&item[i].op));
        if (i % 2)
            gc_untrack(&item[i - 1].op);
    }
    gc_log_squeeze(log, GC_LOG_YOUNG);
    assert_int_equal(log->used, before + N / 2);
    for (int i = 1; i < N; i += 2) {
        assert_ptr_equal(log->items[GC_SLOT(item[i].head._gc_next)], &item[i].op);
        gc_untrack(&item[i].op);
    }
    gc_log_squeeze(log, GC_LOG_YOUNG);
    assert_int_equal(log->used, before);
    assert_true(ts_has_breaker(ts, EB_GC));
    ts_clear_breaker(ts, EB_GC);
}

static int shared;
static PyMutex shared_lock;
static PyEvent finished[4];

static void
worker(void *done)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    for (int i = 0; i < 20000; i++) {
        PyMutex_Lock(&shared_lock);
        void *p = PyObject_Malloc(48);
        shared++;
        PyObject_Free(p);
        PyMutex_Unlock(&shared_lock);
        if (ts_has_breaker(ts_current(), EB_GIL_DROP))
            ts_yield_gil(ts_current());
    }
    PyGILState_Release(gil);
    _PyEvent_Notify(done);
}

static void
threads_share_the_heap(void **state)
{
    Py_ssize_t before = heap_blocks_in_use();
    for (int i = 0; i < 4; i++)
        assert_true(PyThread_start_new_thread(worker, &finished[i]) != PYTHREAD_INVALID_THREAD_ID);
    for (int i = 0; i < 4; i++)
        PyEvent_Wait(&finished[i]);
    assert_int_equal(shared, 4 * 20000);
    assert_int_equal(heap_blocks_in_use(), before);
}

/* What one thread frees the next one takes: lists and young log are where the GIL is. */
static void
lists_change_hands_with_the_gil(void **state)
{
    PyThreadState *first = ts_current(), *second = ts_new(first->interp, TS_THREADING);
    assert_non_null(second);
    void *p = heap_alloc(48);
    heap_free_sized(p, 48);
    assert_ptr_equal(rt_thread_of(first)->heap.head[HEAP_CLASS(48)], p);
    size_t tracked = rt_thread_of(first)->young.used;
    PyThreadState_Swap(second);
    assert_ptr_equal(ts_current(), second);
    assert_null(rt_thread_of(first)->heap.head[HEAP_CLASS(48)]);
    assert_int_equal(rt_thread_of(first)->heap.room[HEAP_CLASS(48)], 0);  /* whoever used them without the GIL would take the slow path */
    assert_null(rt_thread_of(first)->young.items);
    assert_int_equal(rt_thread_of(second)->young.used, tracked);
    assert_ptr_equal(heap_alloc(48), p);
    heap_free_sized(p, 48);
    PyThreadState_Swap(first);
    assert_ptr_equal(rt_thread_of(first)->heap.head[HEAP_CLASS(48)], p);
    PyThreadState_Clear(second);
    PyThreadState_Delete(second);
}

static void
a_list_gives_half_back_when_it_is_full(void **state)
{
    enum { N = 4000 };
    static void *held[N];
    struct heap_lists *h = &rt_thread_of(ts_current())->heap;
    for (int i = 0; i < N; i++)
        held[i] = heap_alloc(480);
    for (int i = 0; i < N; i++)
        heap_free_sized(held[i], 480);
    assert_in_range(heap_free_blocks(480), 1, 200);    /* and not 4000 */
    assert_non_null(h->head[HEAP_CLASS(480)]);
}

static void
static_objects_lie_where_they_should(void **state)
{
    assert_string_equal((char *)ID(__add__) + sizeof(PyASCIIObject), "__add__");
    assert_int_equal(((PyLongObject *)SMALL_INT(-3))->long_value.ob_digit[0], 3);
    int c = 200 + (int)(uintptr_t)*state;
    assert_int_equal(*(unsigned char *)((char *)LATIN1_CHAR(c) + sizeof(PyCompactUnicodeObject)), c);
    rt_hash_seed(true, 42);
    assert_true(rt_hash_bytes("abc", 3) == 3869580338025362921);
    assert_int_equal(rt_hash_bytes("", 0), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_distinct_and_aligned), cmocka_unit_test(resizing_keeps_the_content),
        cmocka_unit_test(stack_pops_what_was_pushed), cmocka_unit_test(stack_chunks_are_the_arena_allocators),
        cmocka_unit_test(young_log_forgets_the_dead),
        cmocka_unit_test(lists_change_hands_with_the_gil), cmocka_unit_test(a_list_gives_half_back_when_it_is_full),
        cmocka_unit_test(threads_share_the_heap), cmocka_unit_test(static_objects_lie_where_they_should),
    };
    return rt_init() < 0 ? 99 : cmocka_run_group_tests(tests, NULL, NULL);
}
