/* rt/runtime.h: process state: the exported _PyRuntime. Offsets are CPython 3.13.5's: debuggers and samplers find
 * their way by debug_offsets at its start, and the static objects are addressed inside it (singletons.h). */
#ifndef ADDER_RT_RUNTIME_H
#define ADDER_RT_RUNTIME_H

#include <Python.h>

#include "rt/interp.h"
#include "rt/singletons.h"

#define RT_SIZEOF_RUNTIME 283376
#define RT_MAIN_INTERP_OFFSET 88400

struct rt_debug_offsets {
    char cookie[8];
    uint64_t version, free_threaded;
    struct { uint64_t size, finalizing, interpreters_head; } runtime_state;
    struct {
        uint64_t size, id, next, threads_head, gc, imports_modules, sysdict, builtins, ceval_gil;
        uint64_t gil_runtime_state, gil_runtime_state_enabled, gil_runtime_state_locked, gil_runtime_state_holder;
    } interpreter_state;
    struct { uint64_t size, prev, next, interp, current_frame, thread_id, native_thread_id, datastack_chunk, status; } thread_state;
    struct { uint64_t size, previous, executable, instr_ptr, localsplus, owner; } interpreter_frame;
    struct {
        uint64_t size, filename, name, qualname, linetable, firstlineno, argcount, localsplusnames, localspluskinds;
        uint64_t co_code_adaptive;
    } code_object;
    struct { uint64_t size, ob_type; } pyobject;
    struct { uint64_t size, tp_name, tp_repr, tp_flags; } type_object;
    struct { uint64_t size, ob_item, ob_size; } tuple_object;
    struct { uint64_t size, ob_item, ob_size; } list_object;
    struct { uint64_t size, ma_keys, ma_values; } dict_object;
    struct { uint64_t size, ob_fval; } float_object;
    struct { uint64_t size, lv_tag, ob_digit; } long_object;
    struct { uint64_t size, ob_size, ob_sval; } bytes_object;
    struct { uint64_t size, state, length, asciiobject_size; } unicode_object;
    struct { uint64_t size, collecting; } gc;
};

struct rt_runtime {
    union {
        struct {
            struct rt_debug_offsets debug_offsets;
            int _initialized;
            int preinitializing, preinitialized;
            int core_initialized;
            int initialized;                     /* Py_IsInitialized() */
            PyThreadState *_finalizing;          /* thread that runs Py_FinalizeEx(), or NULL */
            unsigned long _finalizing_id;
            struct { PyMutex mutex; PyInterpreterState *head, *main; int64_t next_id; } interpreters;
            unsigned long main_thread;           /* pthread id */
            PyThreadState *main_tstate;
            void *xi[3];

            /* --- ours --- */
            PyInterpreterState *gilstate_interp; /* PyGILState_Ensure() makes threads here */
            int gilstate_check;
            pthread_key_t gilstate_key;          /* thread state of threads made through PyGILState */
            bool gilstate_key_made;
            struct rt_pending pending_mainthread;
            int is_tripped;                      /* a signal waits for its handler */
            Py_OpenCodeHookFunction open_code_hook;
            void *open_code_userdata;
            struct audit_hook *audit_hooks;      /* C hooks: PySys_AddAuditHook() (interp/) */
            PyPreConfig preconfig;
            PyRefTracer ref_tracer;
            void *ref_tracer_data;
            void *spare[64];
        };
        char _before[RT_STATIC_OBJECTS_OFFSET];
    };
    struct rt_static_objects static_objects;
    PyInterpreterState main_interpreter;
};

/* Lock for the lists of interpreters and threads. */
void rt_lock_lists(void);
void rt_unlock_lists(void);

/* Offsets in _PyRuntime of all static strings (those of ids.def, then the 256 one-character strings). */
extern const uint32_t rt_static_str_offsets[];
extern const size_t rt_static_str_count;
#define RT_STATIC_STR(i) ((PyObject *)((char *)&_PyRuntime + rt_static_str_offsets[i]))

static inline bool rt_is_static_object(const void *p)
{
    return (uintptr_t)p - (uintptr_t)&_PyRuntime < RT_SIZEOF_RUNTIME;
}

/* The secret behind str and bytes hashes: `fixed` false = random, else derived from `seed` (0 = all zero). 0 or -1. */
int rt_hash_seed(bool fixed, uint32_t seed);
/* SipHash-1-3 of bytes under the secret; never -1; 0 for no bytes. */
Py_hash_t rt_hash_bytes(const void *src, Py_ssize_t n);

#endif
