/* interp/tracemalloc.c: who allocated which memory: the allocators of the three domains are wrapped while tracing.
 *
 *   block (domain, address)  ->  size, stack            open addressing, one table for all domains
 *   stack                    ->  filename and line of each frame; equal stacks are one, and live until the traces are cleared
 *
 * With a wrapped object domain the heap keeps no free lists (rt/heap.c), so every new object comes by here, and while
 * tracing is off nobody pays. The table has a lock, since raw memory is freed without the GIL; stacks and filenames
 * belong to the GIL. The tables use malloc() itself, and `inside` keeps what happens here from being traced.
 * Our rows of functions hand on the context of the row that they wrap: a thread that sees half of an exchange calls one
 * of both rows with the right context. */
#include "interp/tracemalloc.h"

#include <pthread.h>

#include "interp/args.h"
#include "interp/stack_dump.h"
#include "jit/jit.h"
#include "rt/hashtable.h"
#include "rt/heap.h"
#include "rt/hooks.h"
#include "rt/runtime.h"
#include "vm/frame.h"

#define MAX_FRAMES 65535

struct place { PyObject *filename; unsigned line; };     /* filename: owned by the table of filenames */
struct stack { Py_uhash_t hash; uint16_t frames, total; struct place at[]; };
struct trace { uintptr_t ptr; unsigned domain; size_t size; struct stack *stack; };   /* stack NULL: the slot is free */

static struct {
    bool on;
    int max_frames;
    pthread_mutex_t lock;                /* for the table and the two sums */
    struct trace *slots;
    size_t cap, used;
    size_t traced, peak;
    _Py_hashtable_t *stacks, *filenames;
    size_t stack_bytes;
    struct stack *scratch;               /* room for the deepest stack */
    PyMemAllocatorEx inner[3];
} tm = { .max_frames = 1, .lock = PTHREAD_MUTEX_INITIALIZER };

static struct { struct stack s; struct place at[1]; } nowhere = { { .frames = 1, .total = 1 }, { { NULL, 0 } } };

static __thread bool inside __attribute__((tls_model("initial-exec")));

static _Py_hashtable_allocator_t plain = { malloc, free };

static void lock(void) { pthread_mutex_lock(&tm.lock); }
static void unlock(void) { pthread_mutex_unlock(&tm.lock); }

/* ---- the table of traces; all with the lock held ---- */

static size_t
home_slot(unsigned domain, uintptr_t ptr)
{
    return (size_t)(((ptr >> 4) + domain * 0x9e3779b1u) * 0x9e3779b97f4a7c15u >> 20) & (tm.cap - 1);
}

/* The trace of the block, or the free slot for it. The table is never full, but may be missing. */
static struct trace *
find(unsigned domain, uintptr_t ptr)
{
    size_t i = home_slot(domain, ptr);
    while (tm.slots[i].stack != NULL && (tm.slots[i].ptr != ptr || tm.slots[i].domain != domain))
        i = (i + 1) & (tm.cap - 1);
    return &tm.slots[i];
}

static bool
grow(void)
{
    struct trace *old = tm.slots;
    size_t n = tm.cap, cap = n == 0 ? 4096 : n * 2;
    struct trace *fresh = calloc(cap, sizeof(*fresh));
    if (fresh == NULL)
        return false;
    tm.slots = fresh;
    tm.cap = cap;
    for (size_t i = 0; i < n; i++)
        if (old[i].stack != NULL)
            *find(old[i].domain, old[i].ptr) = old[i];
    free(old);
    return true;
}

static void
table_remove(unsigned domain, uintptr_t ptr)
{
    struct trace *t = tm.used == 0 ? NULL : find(domain, ptr);
    if (t == NULL || t->stack == NULL)
        return;
    tm.traced -= t->size;
    tm.used--;
    size_t mask = tm.cap - 1, hole = (size_t)(t - tm.slots);
    for (size_t i = (hole + 1) & mask; tm.slots[i].stack != NULL; i = (i + 1) & mask) {
        size_t home = home_slot(tm.slots[i].domain, tm.slots[i].ptr);
        if (((i - home) & mask) >= ((i - hole) & mask)) {      /* may move back without passing its home */
            tm.slots[hole] = tm.slots[i];
            hole = i;
        }
    }
    tm.slots[hole].stack = NULL;
}

static bool
table_put(unsigned domain, uintptr_t ptr, size_t size, struct stack *stack)
{
    if (tm.used * 4 >= tm.cap * 3 && !grow())
        return false;
    struct trace *t = find(domain, ptr);
    if (t->stack == NULL)
        tm.used++;
    else
        tm.traced -= t->size;
    *t = (struct trace){ ptr, domain, size, stack };
    tm.traced += size;
    if (tm.traced > tm.peak)
        tm.peak = tm.traced;
    return true;
}

/* ---- stacks; with the GIL held ---- */

static Py_uhash_t filename_hash(const void *key) { return (Py_uhash_t)PyObject_Hash((PyObject *)key); }
static int filename_equal(const void *a, const void *b) { return a == b || PyUnicode_Compare((PyObject *)a, (PyObject *)b) == 0; }
static void filename_free(void *key) { Py_DECREF((PyObject *)key); }
static Py_uhash_t stack_hash(const void *key) { return ((const struct stack *)key)->hash; }

static int
stack_equal(const void *a, const void *b)
{
    const struct stack *x = a, *y = b;
    return x->frames == y->frames && x->total == y->total && memcmp(x->at, y->at, x->frames * sizeof(x->at[0])) == 0;
}

/* The one object for equal filenames. */
static PyObject *
filename_intern(PyObject *name)
{
    if (name == NULL || !PyUnicode_CheckExact(name))
        return nowhere.at[0].filename;
    _Py_hashtable_entry_t *e = tm.filenames->get_entry_func(tm.filenames, name);
    if (e != NULL)
        return e->key;
    if (_Py_hashtable_set(tm.filenames, name, NULL) < 0)
        return nowhere.at[0].filename;
    return Py_NewRef(name);
}

/* The innermost frames of this thread, in tm.scratch. */
static void
scratch_fill(PyThreadState *ts)
{
    struct stack *s = tm.scratch;
    s->frames = s->total = 0;
    s->hash = 0x345678;
    for (_PyInterpreterFrame *f = frame_current(ts); f != NULL && s->total < MAX_FRAMES; f = frame_walk(f->previous)) {
        s->total++;
        if (s->frames < tm.max_frames) {
            struct place *p = &s->at[s->frames++];
            int line = frame_line(f);
            memset(p, 0, sizeof(*p));
            p->filename = filename_intern(frame_code(f)->co_filename);
            p->line = line < 0 ? 0 : (unsigned)line;
            s->hash = (s->hash ^ (uintptr_t)p->filename >> 4 ^ p->line) * 0x9e3779b97f4a7c15u;
        }
    }
    s->hash ^= s->total ^ s->hash >> 32;
}

/* The stack of this thread; NULL without memory. */
static struct stack *
stack_now(void)
{
    scratch_fill(ts_current());
    struct stack *s = tm.scratch;
    if (s->frames == 0)
        return &nowhere.s;
    _Py_hashtable_entry_t *e = tm.stacks->get_entry_func(tm.stacks, s);
    if (e != NULL)
        return e->key;
    size_t size = sizeof(*s) + s->frames * sizeof(s->at[0]);
    struct stack *copy = malloc(size);
    if (copy == NULL)
        return NULL;
    memcpy(copy, s, size);
    if (_Py_hashtable_set(tm.stacks, copy, NULL) < 0) {
        free(copy);
        return NULL;
    }
    tm.stack_bytes += size;
    return copy;
}

/* Note a block under the stack of now; false without memory. `inside` is set, the GIL is held. */
static bool
note(unsigned domain, uintptr_t ptr, size_t size)
{
    if (!tm.on)
        return true;
    struct stack *s = stack_now();
    if (s == NULL)
        return false;
    lock();
    bool ok = table_put(domain, ptr, size, s);
    unlock();
    return ok;
}

static void
forget(unsigned domain, uintptr_t ptr)
{
    lock();
    table_remove(domain, ptr);
    unlock();
}

/* ---- the wrapped allocators ---- */

static void *
new_block(int d, void *ctx, bool zero, size_t n, size_t size)
{
    const PyMemAllocatorEx *a = &tm.inner[d];
    if (inside)
        return zero ? a->calloc(ctx, n, size) : a->malloc(ctx, size);
    inside = true;
    PyGILState_STATE gil = PyGILState_LOCKED;
    bool take = ts_current() == NULL;
    if (take)
        gil = PyGILState_Ensure();
    void *p = zero ? a->calloc(ctx, n, size) : a->malloc(ctx, size);
    if (p != NULL && !note(0, (uintptr_t)p, n * size)) {
        a->free(ctx, p);
        p = NULL;
    }
    if (take)
        PyGILState_Release(gil);
    inside = false;
    return p;
}

static void *
resize_block(int d, void *ctx, void *p, size_t size)
{
    const PyMemAllocatorEx *a = &tm.inner[d];
    if (p == NULL)
        return new_block(d, ctx, false, 1, size);
    bool nested = inside, take = !nested && ts_current() == NULL;
    PyGILState_STATE gil = PyGILState_LOCKED;
    inside = true;
    if (take)
        gil = PyGILState_Ensure();
    if (ts_current() == NULL)
        forget(0, (uintptr_t)p);
    void *moved = a->realloc(ctx, p, size);
    if (moved != NULL) {
        if (moved != p || nested)
            forget(0, (uintptr_t)p);
        if (!nested)
            note(0, (uintptr_t)moved, size);      /* cannot be undone: without memory the block goes untraced */
    }
    if (take)
        PyGILState_Release(gil);
    inside = nested;
    return moved;
}

/* A freed address may be another thread's at once; but that notes it with the GIL only. So who has the GIL frees first:
 * if the allocator complains, the trace is there to be shown. */
static void
free_block(int d, void *ctx, void *p)
{
    if (p == NULL)
        return;
    bool alone = ts_current() != NULL;
    if (!alone)
        forget(0, (uintptr_t)p);
    tm.inner[d].free(ctx, p);
    if (alone)
        forget(0, (uintptr_t)p);
}

#define ROW(name, d) \
    static void *name##_malloc(void *ctx, size_t size) { return new_block(d, ctx, false, 1, size); } \
    static void *name##_calloc(void *ctx, size_t n, size_t size) { return new_block(d, ctx, true, n, size); } \
    static void *name##_realloc(void *ctx, void *p, size_t size) { return resize_block(d, ctx, p, size); } \
    static void name##_free(void *ctx, void *p) { free_block(d, ctx, p); }
ROW(raw, 0)
ROW(mem, 1)
ROW(obj, 2)

static const PyMemAllocatorDomain domains[3] = { PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ };

static void
wrap_allocators(void)
{
    PyMemAllocatorEx rows[3] = {
        { NULL, raw_malloc, raw_calloc, raw_realloc, raw_free }, { NULL, mem_malloc, mem_calloc, mem_realloc, mem_free },
        { NULL, obj_malloc, obj_calloc, obj_realloc, obj_free },
    };
    for (int i = 0; i < 3; i++) {
        PyMem_GetAllocator(domains[i], &tm.inner[i]);
        rows[i].ctx = tm.inner[i].ctx;
        PyMem_SetAllocator(domains[i], &rows[i]);
    }
}

/* ---- on and off ---- */

static void
clear_traces(void)
{
    lock();
    free(tm.slots);
    tm.slots = NULL;
    tm.cap = tm.used = tm.traced = tm.peak = 0;
    unlock();
    _Py_hashtable_clear(tm.stacks);
    _Py_hashtable_clear(tm.filenames);
    tm.stack_bytes = 0;
}

static int
make_tables(int frames)
{
    if (tm.stacks == NULL)
        tm.stacks = _Py_hashtable_new_full(stack_hash, stack_equal, free, NULL, &plain);
    if (tm.filenames == NULL)
        tm.filenames = _Py_hashtable_new_full(filename_hash, filename_equal, filename_free, NULL, &plain);
    if (nowhere.at[0].filename == NULL)
        nowhere.at[0].filename = PyUnicode_InternFromString("<unknown>");
    struct stack *scratch = malloc(sizeof(*scratch) + (size_t)frames * sizeof(scratch->at[0]));
    if (tm.stacks == NULL || tm.filenames == NULL || nowhere.at[0].filename == NULL || scratch == NULL) {
        free(scratch);
        return -1;
    }
    tm.scratch = scratch;
    return 0;
}

static void
dump_allocation(int fd, const void *p)
{
    if (!tm.on) {
        dump_put(fd, "Enable tracemalloc to get the memory block allocation traceback\n\n");
        return;
    }
    lock();
    struct stack *s = tm.used == 0 ? NULL : find(0, (uintptr_t)p)->stack;
    unlock();
    if (s == NULL)
        return;
    dump_put(fd, "Memory block allocated at (most recent call first):\n");
    for (int i = 0; i < s->frames; i++) {
        dump_put_place(fd, s->at[i].filename, (int)s->at[i].line);
        dump_put(fd, "\n");
    }
    dump_put(fd, "\n");
}

int
tracemalloc_start(int frames)
{
    rt_hooks.dump_allocation = dump_allocation;
    if (frames == 0 || tm.on)
        return 0;
    if (frames < 1 || frames > MAX_FRAMES) {
        PyErr_Format(PyExc_ValueError, "the number of frames must be in range [1; %lu]", (unsigned long)MAX_FRAMES);
        return -1;
    }
    if (make_tables(frames) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    tm.max_frames = frames;
    wrap_allocators();
    tm.on = true;
    jit_pause(ts_current(), true);
    return 0;
}

void
tracemalloc_stop(void)
{
    if (!tm.on)
        return;
    tm.on = false;
    jit_pause(ts_current(), false);
    for (int i = 0; i < 3; i++)
        PyMem_SetAllocator(domains[i], &tm.inner[i]);
    clear_traces();
    free(tm.scratch);
    tm.scratch = NULL;
}

void
tracemalloc_after_fork(void)
{
    pthread_mutex_init(&tm.lock, NULL);
}

/* ---- for C programs ---- */

int
PyTraceMalloc_Track(unsigned int domain, uintptr_t ptr, size_t size)
{
    if (!tm.on)
        return -2;
    PyGILState_STATE gil = PyGILState_Ensure();
    bool nested = inside;
    inside = true;
    int r = note(domain, ptr, size) ? 0 : -1;
    inside = nested;
    PyGILState_Release(gil);
    return r;
}

int
PyTraceMalloc_Untrack(unsigned int domain, uintptr_t ptr)
{
    if (!tm.on)
        return -2;
    forget(domain, ptr);
    return 0;
}

/* ---- as objects ---- */

static PyObject *
stack_object(const struct stack *s)
{
    PyObject *t = PyTuple_New(s->frames);
    for (int i = 0; t != NULL && i < s->frames; i++) {
        PyObject *place = Py_BuildValue("(OI)", s->at[i].filename, s->at[i].line);
        if (place == NULL)
            Py_CLEAR(t);
        else
            PyTuple_SET_ITEM(t, i, place);
    }
    return t;
}

PyObject *
_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t ptr)
{
    lock();
    struct stack *s = tm.used == 0 ? NULL : find(domain, ptr)->stack;
    unlock();
    return s == NULL ? Py_NewRef(Py_None) : stack_object(s);
}

/* The tuple of a stack, made once: `made` maps stacks to tuples. Borrowed. */
static PyObject *
stack_object_once(_Py_hashtable_t *made, struct stack *s)
{
    PyObject *t = _Py_hashtable_get(made, s);
    if (t == NULL && (t = stack_object(s)) != NULL && _Py_hashtable_set(made, s, t) < 0) {
        Py_CLEAR(t);
        PyErr_NoMemory();
    }
    return t;
}

/* A copy of all traces; in *out malloc'd memory. -1 without memory, no exception set. */
static Py_ssize_t
copy_traces(struct trace **out)
{
    Py_ssize_t n = 0;
    lock();
    *out = malloc((tm.used + 1) * sizeof(**out));
    for (size_t i = 0; *out != NULL && i < tm.cap; i++)
        if (tm.slots[i].stack != NULL)
            (*out)[n++] = tm.slots[i];
    unlock();
    return *out == NULL ? -1 : n;
}

static PyObject *
tm_get_traces(PyObject *m, PyObject *unused)
{
    struct trace *traces = NULL;
    _Py_hashtable_t *made = _Py_hashtable_new_full(_Py_hashtable_hash_ptr, _Py_hashtable_compare_direct, NULL, filename_free, &plain);
    Py_ssize_t n = made == NULL ? -1 : copy_traces(&traces);
    PyObject *list = n < 0 ? PyErr_NoMemory() : PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyObject *stack = stack_object_once(made, traces[i].stack), *item;
        item = stack == NULL ? NULL : Py_BuildValue("(InOi)", traces[i].domain, (Py_ssize_t)traces[i].size, stack, (int)traces[i].stack->total);
        if (item == NULL || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    free(traces);
    if (made != NULL)
        _Py_hashtable_destroy(made);
    return list;
}

static PyObject *
tm_get_object_traceback(PyObject *m, PyObject *obj)
{
    return _PyTraceMalloc_GetTraceback(0, (uintptr_t)obj - heap_prefix(Py_TYPE(obj)));
}

static PyObject *tm_is_tracing(PyObject *m, PyObject *unused) { return PyBool_FromLong(tm.on); }
static PyObject *tm_get_traceback_limit(PyObject *m, PyObject *unused) { return PyLong_FromLong(tm.max_frames); }

static PyObject *
tm_clear_traces(PyObject *m, PyObject *unused)
{
    if (tm.on)
        clear_traces();
    Py_RETURN_NONE;
}

static PyObject *
tm_start(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    static const char *const names[] = { "", NULL };
    static const struct args_spec spec = { "start", names, 0, 1 };
    PyObject *limit;
    int frames = 1;
    if (args_bind(&spec, args, nargs, NULL, &limit) < 0)
        return NULL;
    if (limit != NULL && (frames = PyLong_AsInt(limit)) == -1 && PyErr_Occurred())
        return NULL;
    return tracemalloc_start(frames == 0 ? -1 : frames) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
tm_stop(PyObject *m, PyObject *unused)
{
    tracemalloc_stop();
    Py_RETURN_NONE;
}

static PyObject *
tm_get_tracemalloc_memory(PyObject *m, PyObject *unused)
{
    size_t size = tm.cap * sizeof(*tm.slots) + tm.stack_bytes;
    if (tm.stacks != NULL)
        size += _Py_hashtable_size(tm.stacks) + _Py_hashtable_size(tm.filenames);
    return PyLong_FromSize_t(size);
}

static PyObject *
tm_get_traced_memory(PyObject *m, PyObject *unused)
{
    lock();
    Py_ssize_t now = (Py_ssize_t)tm.traced, peak = (Py_ssize_t)tm.peak;
    unlock();
    return Py_BuildValue("nn", now, peak);
}

static PyObject *
tm_reset_peak(PyObject *m, PyObject *unused)
{
    lock();
    tm.peak = tm.traced;
    unlock();
    Py_RETURN_NONE;
}

static PyMethodDef tm_methods[] = {
    { "is_tracing", tm_is_tracing, METH_NOARGS, PyDoc_STR("is_tracing($module, /)\n--\n\nAre allocations traced now?") },
    { "clear_traces", tm_clear_traces, METH_NOARGS, PyDoc_STR("clear_traces($module, /)\n--\n\nForget all traces.") },
    { "_get_traces", tm_get_traces, METH_NOARGS, PyDoc_STR("_get_traces($module, /)\n--\n\nList of (domain, size, traceback, number of frames) of all traced blocks.") },
    { "_get_object_traceback", tm_get_object_traceback, METH_O, PyDoc_STR("_get_object_traceback($module, obj, /)\n--\n\nWhere the object was allocated, or None.") },
    { "start", _PyCFunction_CAST(tm_start), METH_FASTCALL, PyDoc_STR("start($module, nframe=1, /)\n--\n\nTrace allocations from now on.") },
    { "stop", tm_stop, METH_NOARGS, PyDoc_STR("stop($module, /)\n--\n\nStop tracing, and forget all traces.") },
    { "get_traceback_limit", tm_get_traceback_limit, METH_NOARGS, PyDoc_STR("get_traceback_limit($module, /)\n--\n\nNumber of frames kept of a traceback.") },
    { "get_tracemalloc_memory", tm_get_tracemalloc_memory, METH_NOARGS, PyDoc_STR("get_tracemalloc_memory($module, /)\n--\n\nBytes that the traces themselves take.") },
    { "get_traced_memory", tm_get_traced_memory, METH_NOARGS, PyDoc_STR("get_traced_memory($module, /)\n--\n\nBytes traced now, and their maximum so far.") },
    { "reset_peak", tm_reset_peak, METH_NOARGS, PyDoc_STR("reset_peak($module, /)\n--\n\nLet the maximum start again from now.") },
    { NULL },
};

static PyModuleDef_Slot tm_slots[] = {
    { Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef tm_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_tracemalloc",
    .m_doc = PyDoc_STR("Who allocated which memory."),
    .m_methods = tm_methods,
    .m_slots = tm_slots,
};

PyMODINIT_FUNC
PyInit__tracemalloc(void)
{
    return PyModuleDef_Init(&tm_def);
}
