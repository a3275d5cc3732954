/* code/code.h: code objects and their tables.
 *
 * A PyCodeObject ends in its instructions (co_code_adaptive), which the interpreter rewrites in place: specialised
 * and instrumented opcodes, inline caches. co_code is always the plain form: base opcodes, zero caches.
 * Invariant: _PyCode_CODE(co)[i] decoded by op_table has caches where op_table says so; the last instruction does not fall through. */
#ifndef ADDER_CODE_CODE_H
#define ADDER_CODE_CODE_H

#include <Python.h>
#include <internal/pycore_code.h>

#include "base/own.h"
#include "code/opcodes.h"

/* Inline caches, following their instruction. */
typedef struct { _Py_BackoffCounter counter; uint16_t module_keys_version, builtin_keys_version, index; } _PyLoadGlobalCache;
typedef struct { _Py_BackoffCounter counter; uint16_t version[2], index, shape[2]; } _PyAttrCache;   /* shape: loads only */
typedef struct {
    _Py_BackoffCounter counter;
    uint16_t type_version[2];
    union { uint16_t keys_version[2]; uint16_t dict_offset; };
    uint16_t descr[4];
} _PyLoadMethodCache;
typedef struct { _Py_BackoffCounter counter; uint16_t func_version[2]; } _PyCallCache;
typedef struct { _Py_BackoffCounter counter; uint16_t version[2]; } _PyToBoolCache;

static inline uint32_t cache_read_u32(const uint16_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }
static inline void cache_write_u32(uint16_t *p, uint32_t v) { memcpy(p, &v, 4); }
static inline PyObject *cache_read_obj(const uint16_t *p) { PyObject *v; memcpy(&v, p, 8); return v; }
static inline void cache_write_obj(uint16_t *p, PyObject *v) { memcpy(p, &v, 8); }

/* Kinds of fast locals (CO_FAST_*, internal/pycore_code.h): one byte each in co_localspluskinds. */
typedef unsigned char _PyLocals_Kind;

/* What a code object is made of; all references borrowed. */
struct code_info {
    PyObject *filename, *name, *qualname;        /* str */
    int flags;                                   /* CO_* */
    PyObject *code;                              /* bytes: instructions, caches zero */
    int firstlineno;
    PyObject *linetable;                         /* bytes, PEP 626/657 */
    PyObject *consts, *names;                    /* tuples */
    PyObject *localsplusnames;                   /* tuple of str */
    PyObject *localspluskinds;                   /* bytes of CO_FAST_* */
    int argcount, posonlyargcount, kwonlyargcount, stacksize;
    PyObject *exceptiontable;                    /* bytes */
};

/* A new code object, or NULL: ValueError/TypeError for impossible fields (as types.CodeType), or SystemError. Interns names and
 * constant strings, makes the stack one deep at least and lays in the warm-up counters. */
OWNED PyCodeObject *code_new(struct code_info *info);
/* 0, or -1 with ValueError/SystemError, when no code object can be made of this. */
int code_validate(struct code_info *info);
/* 0, or -1 with ValueError, when the instructions of fields that code_validate() found good could harm the interpreter (verify.c). */
int code_verify(const struct code_info *info);

PyAPI_FUNC(PyCodeObject *) _PyCode_New(struct code_info *);
PyAPI_FUNC(int) _PyCode_Validate(struct code_info *);
PyAPI_FUNC(PyObject *) _PyCode_GetCode(PyCodeObject *);

/* The plain instruction at `i`: base opcode of what stands there, instrumentation looked through. */
int code_base_opcode(PyCodeObject *co, int i);
/* Code units of the instruction at i: 1 + caches. */
static inline int code_ins_size(PyCodeObject *co, int i) { return 1 + op_table[code_base_opcode(co, i)].caches; }
#define CODE_LOOP_HEAT 96                        /* runs of a backward jump until it is hot: its fresh counter */
extern uint16_t code_loop_heat;                  /* it, unless loops are to be compiled sooner (tests) */
/* Reset counters (and re-plain the opcodes) for a fresh start; used when the code object is made. */
void code_quicken(PyCodeObject *co);

/* Fast-local bookkeeping: how many of each kind; getters that build the name tuples. */
OWNED PyObject *code_varnames(PyCodeObject *co);
OWNED PyObject *code_cellvars(PyCodeObject *co);
OWNED PyObject *code_freevars(PyCodeObject *co);
static inline _PyLocals_Kind code_local_kind(PyCodeObject *co, int i) { return (unsigned char)((PyBytesObject *)co->co_localspluskinds)->ob_sval[i]; }
/* How many locals are parameters, *args and **kwargs among them. */
static inline int code_nparams(const PyCodeObject *co) { return co->co_argcount + co->co_kwonlyargcount + ((co->co_flags & CO_VARARGS) != 0) + ((co->co_flags & CO_VARKEYWORDS) != 0); }
static inline PyObject *code_local_name(PyCodeObject *co, int i) { return ((PyTupleObject *)co->co_localsplusnames)->ob_item[i]; }

/* The monitoring part of a code object belongs to vm/monitoring.c; freed with it through this hook. */
extern void (*code_free_monitoring)(PyCodeObject *co);
/* Called before a code object dies, for those who cache by code (function versions, traces). */
extern void (*code_death_notice)(PyCodeObject *co);

/* --- line table --- */

struct line_walk {                               /* iterates over the entries of a line table */
    const uint8_t *p, *end;
    int start, stop;                             /* byte offsets of the entry */
    int line;                                    /* -1: none */
    int end_line, column, end_column;            /* -1: unknown; columns count from 0 */
    int computed_line;
};
void line_walk_init(struct line_walk *w, PyCodeObject *co);
void line_walk_init_bytes(struct line_walk *w, PyObject *linetable, int firstlineno);
bool line_walk_next(struct line_walk *w);        /* false at the end */

/* Writes one entry for `units` code units (any number > 0 is split into entries of 8); returns bytes written. `*prev_line` is updated.
 * Line -1: no location. Column -1: no columns. `out` needs LINE_ENTRY_MAX bytes per 8 units. */
#define LINE_ENTRY_MAX 32
int line_entry_write(uint8_t *out, int units, int line, int end_line, int column, int end_column, int *prev_line);

void code_init_range(PyCodeObject *co, PyCodeAddressRange *r);
bool code_next_range(PyCodeAddressRange *r);
bool code_prev_range(PyCodeAddressRange *r);

/* --- exception table --- */

struct exc_entry { int start, end, target, depth; bool lasti; };   /* in code units; end exclusive */
struct exc_walk { const uint8_t *p, *end; };
void exc_walk_init(struct exc_walk *w, PyCodeObject *co);
bool exc_walk_next(struct exc_walk *w, struct exc_entry *e);
/* The handler that protects code unit i: true and *e filled, or false. */
bool exc_find(PyCodeObject *co, int i, struct exc_entry *e);
/* Writes an entry (6-bit groups, most significant first); returns bytes written, at most EXC_ENTRY_MAX. */
#define EXC_ENTRY_MAX 24
int exc_entry_write(uint8_t *out, int start, int size, int target, int depth, bool lasti);

/* --- marshal --- */
PyObject *PyMarshal_InitModule(void);           /* the module "marshal", for the table of built-in modules */

/* --- disassembler --- */
/* Text of co's instructions, one a line, stable: no addresses. quick: as they stand, specialised. */
OWNED PyObject *dis_text(PyCodeObject *co, bool quick);
/* Print co and the code objects among its constants whose qualname matches `function` (NULL: all). */
int dis_dump(FILE *out, PyCodeObject *co, bool quick, const char *function);

/* Types of this floor, for the start-up code: NULL-terminated. */
extern PyTypeObject *const code_static_types[];

#endif
