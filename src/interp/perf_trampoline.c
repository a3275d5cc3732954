/* interp/perf_trampoline.c: -X perf and -X perf_jit.
 *
 * perf names the frames of a C stack by address. All Python code has one address there, that of the evaluation loop. So
 * every code object gets a few instructions of its own that call the loop, at an address that /tmp/perf-PID.map (or perf_jitdump.c) names, and
 * an evaluation function (PEP 523) goes through them:
 *
 *      py_evaluate -> trampoline of foo -> loop -> py_evaluate -> trampoline of bar -> loop
 *
 * Blocks of trampolines are written once, then executable and no more writable; they stay as long as the process, since
 * their addresses may be on any stack. Which trampoline a code object has stands in its co_extra, with the generation: in the
 * child of a fork the map starts anew, so each code object gets another there. */
#include "interp/perf_trampoline.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "interp/perf_jitdump.h"
#include "jit/jit.h"
#include "rt/interp.h"
#include "vm/frame.h"

#define BLOCK_SIZE (64 * 1024)
#define NAME_LIMIT 4096
#define ADDRESS_BITS 48

typedef PyObject *(*trampoline_fn)(PyThreadState *, _PyInterpreterFrame *, int, _PyFrameEvalFunction);

/* Calls its fourth argument with the first three, with a frame pointer for those who walk the stack by it. */
#if defined(__x86_64__)
static const unsigned char template[] = {
    0xf3, 0x0f, 0x1e, 0xfa,      /* endbr64 */
    0x55,                        /* push rbp */
    0x48, 0x89, 0xe5,            /* mov  rbp, rsp */
    0xff, 0xd1,                  /* call rcx */
    0x5d,                        /* pop  rbp */
    0xc3,                        /* ret */
    0xcc, 0xcc, 0xcc, 0xcc,
};
#elif defined(__aarch64__)
static const unsigned char template[] = {
    0xfd, 0x7b, 0xbf, 0xa9,      /* stp x29, x30, [sp, #-16]! */
    0xfd, 0x03, 0x00, 0x91,      /* mov x29, sp */
    0x60, 0x00, 0x3f, 0xd6,      /* blr x3 */
    0xfd, 0x7b, 0xc1, 0xa8,      /* ldp x29, x30, [sp], #16 */
    0xc0, 0x03, 0x5f, 0xd6,      /* ret */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};
#else
static const unsigned char template[1];
#endif
#define HAVE_TRAMPOLINE (sizeof template > 1)

static PyMutex mutex;                    /* for all below */
static unsigned char *block_next, *block_end;
static enum perf_backend backend = PERF_MAP;
static PyInterpreterState *owner;        /* whose co_extra `slot` counts */
static Py_ssize_t slot = -1;
static unsigned generation;              /* counts forks */
static bool persist;                     /* children take over the names */
static bool active;

/* ---- trampolines ---- */

/* From one trampoline to the next. */
static size_t stride(void) { return sizeof template + (backend == PERF_JITDUMP ? PERF_JITDUMP_ROOM : 0); }

static int
new_block(void)
{
    unsigned char *block = mmap(NULL, BLOCK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return -1;
    for (size_t i = 0; i + stride() <= BLOCK_SIZE; i += stride())
        memcpy(block + i, template, sizeof template);
    __builtin___clear_cache((char *)block, (char *)block + BLOCK_SIZE);
    if (mprotect(block, BLOCK_SIZE, PROT_READ | PROT_EXEC) < 0) {
        munmap(block, BLOCK_SIZE);
        return -1;
    }
    block_next = block;
    block_end = block + BLOCK_SIZE / stride() * stride();
    return 0;
}

static void
write_name(const unsigned char *at, PyCodeObject *co)
{
    char name[NAME_LIMIT];
    const char *function = PyUnicode_AsUTF8(co->co_qualname), *file = PyUnicode_AsUTF8(co->co_filename);
    PyErr_Clear();
    snprintf(name, sizeof name, "py::%s:%s", function != NULL ? function : "", file != NULL ? file : "");
    if (backend == PERF_JITDUMP)
        perf_jitdump_write(at, sizeof template, name, &perf_trampoline_frame);
    else
        PyUnstable_WritePerfMapEntry(at, sizeof template, name);
}

/* The trampoline that a code object has in this process, or NULL. */
static unsigned char *
find_trampoline(PyCodeObject *co)
{
    void *extra = NULL;
    if (slot < 0 || PyUnstable_Code_GetExtra((PyObject *)co, slot, &extra) < 0 || extra == NULL
        || (uintptr_t)extra >> ADDRESS_BITS != (generation & 0xffff))
        return NULL;
    return (unsigned char *)((uintptr_t)extra & (((uintptr_t)1 << ADDRESS_BITS) - 1));
}

/* A new one; NULL without exception when that fails. No exception may be set: it would be lost. */
static unsigned char *
make_trampoline(PyCodeObject *co)
{
    PyMutex_Lock(&mutex);
    unsigned char *at = block_next != block_end || new_block() == 0 ? block_next : NULL;
    if (at != NULL)
        block_next += stride();
    PyMutex_Unlock(&mutex);
    if (at == NULL)
        return NULL;
    write_name(at, co);
    if (PyUnstable_Code_SetExtra((PyObject *)co, slot, (void *)((uintptr_t)at | (uintptr_t)(generation & 0xffff) << ADDRESS_BITS)) < 0)
        PyErr_Clear();
    return at;
}

static PyObject *
py_evaluate(PyThreadState *ts, _PyInterpreterFrame *f, int throwing)
{
    PyCodeObject *co = frame_code(f);
    unsigned char *at = ts->interp == owner ? find_trampoline(co) : NULL;
    if (at == NULL && ts->interp == owner && ts->current_exception == NULL)
        at = make_trampoline(co);
    return at != NULL ? ((trampoline_fn)(void *)at)(ts, f, throwing, _PyEval_EvalFrameDefault) : _PyEval_EvalFrameDefault(ts, f, throwing);
}

/* ---- code of the tracing compiler ---- */

static void
write_trace(const void *code, size_t size, const char *name, bool has_room)
{
    struct perf_frame frame = { .inside = NULL };
    frame.at_entry = jit_frame_rows(&frame.nentry);
    if (backend == PERF_JITDUMP)
        perf_jitdump_write(code, size, name, has_room ? &frame : NULL);
    else
        PyUnstable_WritePerfMapEntry(code, (unsigned)size, name);
}

/* Also after a fork, where the file is a new one. */
static void
name_traces(void)
{
    jit_eval_function = py_evaluate;
    jit_listen(write_trace, backend == PERF_JITDUMP ? PERF_JITDUMP_ROOM : 0);
}

/* ---- on and off ---- */

static int
need_slot(PyInterpreterState *interp)
{
    if (slot < 0 || owner != interp) {
        owner = interp;
        slot = PyUnstable_Eval_RequestCodeExtraIndex(NULL);
        generation++;                    /* what other interpreters keep in that slot means nothing here */
    }
    return slot < 0 ? -1 : 0;
}

/* Other names than before: code gets new trampolines. */
static int
choose_backend(enum perf_backend wanted)
{
    if (backend != wanted) {
        PyMutex_Lock(&mutex);
        backend = wanted;
        block_next = block_end = NULL;
        generation++;
        PyMutex_Unlock(&mutex);
    }
    return wanted == PERF_JITDUMP ? perf_jitdump_open() : PyUnstable_PerfMapState_Init();
}

int
perf_trampoline_start(enum perf_backend wanted)
{
    PyInterpreterState *interp = interp_current();
    _PyFrameEvalFunction now = _PyInterpreterState_GetEvalFrameFunc(interp);
    if (!HAVE_TRAMPOLINE) {
        PyErr_SetString(PyExc_ValueError, "perf trampoline not available");
        return -1;
    }
    if (now != _PyEval_EvalFrameDefault && now != py_evaluate) {
        PyErr_SetString(PyExc_RuntimeError, "Trampoline cannot be initialized as a custom eval frame is already present");
        return -1;
    }
    if (need_slot(interp) < 0 || choose_backend(wanted) != 0) {
        PyErr_SetString(PyExc_RuntimeError, "Failed to create the file for perf");
        return -1;
    }
    _PyInterpreterState_SetEvalFrameFunc(interp, py_evaluate);
    active = true;
    name_traces();
    return 0;
}

void
perf_trampoline_stop(void)
{
    if (_PyInterpreterState_GetEvalFrameFunc(interp_current()) == py_evaluate)
        _PyInterpreterState_SetEvalFrameFunc(interp_current(), _PyEval_EvalFrameDefault);
    jit_listen(NULL, 0);
    active = false;
}

bool perf_trampoline_is_active(void) { return active; }

void
perf_trampoline_after_fork(void)
{
    char parent[64];
    if (!active)
        return;
    if (backend == PERF_JITDUMP) {
        perf_jitdump_close();
        generation++;
        perf_jitdump_open();
        name_traces();
        return;
    }
    PyUnstable_PerfMapState_Fini();      /* the parent's file */
    if (persist) {
        snprintf(parent, sizeof parent, "/tmp/perf-%jd.map", (intmax_t)getppid());
        if (PyUnstable_CopyPerfMapFile(parent) == 0)
            return;
    }
    generation++;
    PyUnstable_PerfMapState_Init();
    name_traces();
}

/* ---- for compilers that know what will run ---- */

int
PyUnstable_PerfTrampoline_CompileCode(PyCodeObject *code)
{
    if (HAVE_TRAMPOLINE && need_slot(interp_current()) == 0 && find_trampoline(code) == NULL)
        make_trampoline(code);
    return 0;
}

int
PyUnstable_PerfTrampoline_SetPersistAfterFork(int enable)
{
    persist = enable != 0;
    return enable;
}
