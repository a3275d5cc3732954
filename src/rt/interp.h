/* rt/interp.h: per-interpreter state. What debuggers and published extensions read lies where CPython 3.13.5 has it
 * (checked in runtime.c); between and behind it our own state, mostly pointers to what a higher folder owns:
 * that folder defines the struct, makes it and frees it. */
#ifndef ADDER_RT_INTERP_H
#define ADDER_RT_INTERP_H

#include <Python.h>
#include <pthread.h>

#include "rt/gc_track.h"
#include "rt/thread.h"

struct rt_pending_call { int (*func)(void *); void *arg; int flags; };
#define RT_PENDING_MAX 300
#define RT_PENDING_MAIN_THREAD_ONLY 1
#define RT_PENDING_RAWFREE 2

struct rt_pending {
    PyThreadState *handling_thread;      /* the one that runs calls now, or NULL */
    PyMutex mutex;
    int32_t npending, max, maxloop;
    struct rt_pending_call calls[RT_PENDING_MAX];   /* ring: first .. next */
    int first, next;
};

struct rt_gil {
    unsigned long interval;              /* microseconds until a waiter asks for the GIL */
    PyThreadState *last_holder;
    int locked;                          /* -1 not made, 0 free, 1 held */
    int waiters;                         /* threads that wait on `cond`, or are about to */
    unsigned long switch_number;         /* times that the holder changed */
    pthread_cond_t cond;
    pthread_mutex_t mutex;
    pthread_cond_t switch_cond;          /* a forced switch happened */
    pthread_mutex_t switch_mutex;
};

struct rt_ceval {
    uintptr_t instrumentation_version;
    int recursion_limit;
    struct rt_gil *gil;                  /* all interpreters share the main one's */
    int own_gil;
    struct rt_pending pending;
};

struct gc_generation { PyGC_Head head; int threshold; int count; };
struct gc_generation_stats { Py_ssize_t collections, collected, uncollectable; };

struct gc_state {
    PyObject *trash_delete_later;
    int trash_delete_nesting;
    int enabled;
    int debug;                           /* gc.DEBUG_* */
    struct gc_generation generations[3]; /* head is unused: the objects are in interp->gc_logs */
    PyGC_Head *generation0;
    struct gc_generation permanent_generation;
    struct gc_generation_stats generation_stats[3];
    int collecting;
    PyObject *garbage;                   /* list of uncollectable objects */
    PyObject *callbacks;                 /* gc.callbacks */
    Py_ssize_t long_lived_total, long_lived_pending;
};

/* How often happened what programs seldom do and fast code must not overlook; each stops counting at 255. */
struct rt_rare_events { uint8_t set_class, set_bases, set_eval_frame_func, builtin_dict, func_modification; };
#define RARE_EVENT(interp, name) ((void)((interp)->rare_events.name += (interp)->rare_events.name < UINT8_MAX))

struct rt_recursive_mutex { PyMutex mutex; unsigned long long thread; size_t level; };

struct rt_imports {
    PyObject *modules;                   /* sys.modules */
    PyObject *modules_by_index;
    PyObject *importlib;                 /* _frozen_importlib */
    int override_frozen_modules;
    int override_multi_interp_extensions_check;
    int dlopenflags;
    PyObject *import_func;               /* builtins.__import__ at start */
    struct rt_recursive_mutex lock;
    struct { int import_level; PyTime_t accumulated; int header; } find_and_load;
};

struct rt_codecs { PyObject *search_path, *search_cache, *error_registry; int initialized; };
struct rt_warnings { PyObject *filters, *once_registry, *default_action; PyMutex mutex; long filters_version; };

/* feature_flags: what the interpreter may do (PyInterpreterConfig). */
#define RT_USE_MAIN_OBMALLOC (1ul << 5)
#define RT_CHECK_EXTENSIONS (1ul << 8)       /* refuse extension modules that do not know of several interpreters */
#define RT_ALLOW_THREADS (1ul << 10)
#define RT_ALLOW_DAEMON_THREADS (1ul << 11)
#define RT_ALLOW_FORK (1ul << 15)
#define RT_ALLOW_EXEC (1ul << 16)
#define RT_ALLOW_ALL (RT_USE_MAIN_OBMALLOC | RT_ALLOW_THREADS | RT_ALLOW_DAEMON_THREADS | RT_ALLOW_FORK | RT_ALLOW_EXEC)

/* Who made an interpreter: _whence. */
enum { INTERP_UNKNOWN, INTERP_RUNTIME, INTERP_LEGACY_CAPI, INTERP_CAPI, INTERP_XI, INTERP_STDLIB };

#define RT_SIZEOF_INTERP 194976
#define RT_MAX_FUNC_WATCHERS 8
#define RT_MAX_CODE_EXTRA 255

struct _is {
    union {
        struct {
            struct rt_ceval ceval;
            PyInterpreterState *next;
            int64_t id;
            int64_t id_refcount;
            int requires_idref;
            PyThread_type_lock id_mutex;
            long _whence;
            int _initialized;
            int _ready;
            int finalizing;
            uintptr_t last_restart_version;
            struct { uint64_t next_unique_id; PyThreadState *head, *main; Py_ssize_t count; size_t stacksize; } threads;
            struct rt_runtime *runtime;
            PyThreadState *_finalizing;          /* thread that finalizes this interpreter */
            unsigned long _finalizing_id;
            struct gc_state gc;
            PyObject *sysdict;                   /* sys.__dict__ */
            PyObject *builtins;                  /* builtins.__dict__ */
            struct rt_imports imports;
            struct rt_gil _gil;
            struct rt_codecs codecs;
            PyConfig config;
            unsigned long feature_flags;
            PyObject *dict;                      /* PyInterpreterState_GetDict() */
            PyObject *sysdict_copy, *builtins_copy;
            _PyFrameEvalFunction eval_frame;
            void *func_watchers[RT_MAX_FUNC_WATCHERS];
            uint8_t active_func_watchers;
            Py_ssize_t co_extra_user_count;
            freefunc co_extra_freefuncs[RT_MAX_CODE_EXTRA];
            void *xi[4];
            PyObject *before_forkers, *after_forkers_parent, *after_forkers_child;
            struct rt_warnings warnings;
            void *atexit_area[4];
            char stoptheworld_area[24];
            char qsbr_area[48];
            void *obmalloc;
            PyObject *audit_hooks;               /* list of sys.addaudithook() callables */
            void *type_watchers[8];
            void *code_watchers[8];
            uint8_t active_code_watchers;

            /* --- our own from here: one line a folder ------------------------------------------------- */
            PyThreadState *heap_owner;           /* holds heap lists and young log now (see heap.c) */
            struct gc_log gc_logs[GC_LOG_COUNT]; /* GC_LOG_YOUNG only while no thread holds it */
            struct gc_run *gc_running;           /* a collection in progress (gc/) */
            int long_max_str_digits;             /* sys.set_int_max_str_digits() */
            struct type_state *types;            /* object/core: version tags, static type dicts, caches */
            struct object_state *objects;        /* object/core: anything else */
            struct err_state *errs;              /* object/core: memory-error and recursion instances */
            struct num_state *nums;              /* object/num */
            struct str_state *strs;              /* object/text: interned strings, fs codec */
            struct codec_state *codec;           /* object/text: beyond `codecs` */
            struct dict_state *dicts;            /* object/coll: watchers, versions */
            struct coll_state *colls;            /* object/coll: anything else */
            struct code_state *code;             /* code/ */
            struct ast_state *ast;               /* syntax/ */
            struct compile_state *compile;       /* compile/ */
            struct vm_state *vm;                 /* vm/: callable cache, monitoring, function versions */
            struct jit_state *jit;               /* jit/ */
            struct import_state *import;         /* interp/ */
            struct warn_state *warn;             /* interp/ */
            struct sys_state *sys;               /* interp/ */
            struct atexit_state *atexit;         /* interp/ */
            struct signal_state *signals;        /* interp/ */
            struct xi_state *cross;              /* interp/: cross-interpreter data */
            PyObject *id_object;                 /* PyInterpreterState id as int, cached */
            int sys_trace_initialized, sys_profile_initialized;
            Py_ssize_t sys_tracing_threads, sys_profiling_threads;
            PyObject *gc_chain;                  /* tracked objects that no log had room for: rt/gc_track.c */
            Py_ssize_t unseen_endings;           /* objects that the collector does not know and whose end does something */
            struct rt_rare_events rare_events;
            void *spare[61];                     /* room for new pointers without recompiling the world */
        };
        char _size[RT_SIZEOF_INTERP];
    };
};

extern PyInterpreterState *const rt_main_interp;
static inline PyInterpreterState *interp_current(void) { return ts_current()->interp; }
static inline bool interp_allows(PyInterpreterState *interp, unsigned long feature) { return (interp->feature_flags & feature) != 0; }
static inline bool interp_is_main(PyInterpreterState *interp) { return interp == rt_main_interp; }

/* A new interpreter (id 0 is the static main one), linked; or NULL when out of memory. */
PyInterpreterState *interp_new(long whence);
/* The interpreter with this id, or NULL. */
PyInterpreterState *interp_by_id(int64_t id);
/* Queue func(arg) for the interpreter (`main_only`: for the main thread): 0, or -1 when the queue is full. */
int interp_add_pending(PyInterpreterState *interp, int (*func)(void *), void *arg, int flags);
/* True when this thread must not run Python code any more. */
bool ts_must_exit(PyThreadState *ts);
/* Forgets who waited for PyMutexes: the child of a fork has one thread. */
void lock_after_fork(void);
/* First young log for the interpreter of ts. */
void gc_track_start(PyThreadState *ts);
/* Sets/clears the thread that finalizes. */
void interp_set_finalizing(PyInterpreterState *interp, PyThreadState *ts);

#endif
