/* modules/pickle/pickle.h: what the files of _pickle share.
 *
 * A pickle is a program for a stack machine: one byte opcode, then its arguments. `struct pickler` writes one,
 * `struct unpickler` runs one. Both exist twice: inside a Python object (Pickler, Unpickler), and on the C stack during
 * dump(), dumps(), load() and loads(), whose picklers Python code never sees.
 *
 * Functions return 0, or -1 with an exception, unless they say otherwise. */
#ifndef ADDER_MODULES_PICKLE_H
#define ADDER_MODULES_PICKLE_H

#include <Python.h>
#include <stdbool.h>
#include <string.h>

#include "base/own.h"

enum { PROTO_HIGHEST = 5, PROTO_DEFAULT = 4 };

enum opcode {
    OP_MARK = '(', OP_STOP = '.', OP_POP = '0', OP_POP_MARK = '1', OP_DUP = '2', OP_FLOAT = 'F', OP_INT = 'I', OP_BININT = 'J',
    OP_BININT1 = 'K', OP_BININT2 = 'M', OP_LONG = 'L', OP_NONE = 'N', OP_PERSID = 'P', OP_BINPERSID = 'Q', OP_REDUCE = 'R',
    OP_STRING = 'S', OP_BINSTRING = 'T', OP_SHORT_BINSTRING = 'U', OP_UNICODE = 'V', OP_BINUNICODE = 'X', OP_APPEND = 'a',
    OP_BUILD = 'b', OP_GLOBAL = 'c', OP_DICT = 'd', OP_EMPTY_DICT = '}', OP_APPENDS = 'e', OP_GET = 'g', OP_BINGET = 'h',
    OP_INST = 'i', OP_LONG_BINGET = 'j', OP_LIST = 'l', OP_EMPTY_LIST = ']', OP_OBJ = 'o', OP_PUT = 'p', OP_BINPUT = 'q',
    OP_LONG_BINPUT = 'r', OP_SETITEM = 's', OP_TUPLE = 't', OP_EMPTY_TUPLE = ')', OP_SETITEMS = 'u', OP_BINFLOAT = 'G',
    /* protocol 2 */
    OP_PROTO = 0x80, OP_NEWOBJ = 0x81, OP_EXT1 = 0x82, OP_EXT2 = 0x83, OP_EXT4 = 0x84, OP_TUPLE1 = 0x85, OP_TUPLE2 = 0x86,
    OP_TUPLE3 = 0x87, OP_NEWTRUE = 0x88, OP_NEWFALSE = 0x89, OP_LONG1 = 0x8a, OP_LONG4 = 0x8b,
    /* protocol 3 */
    OP_BINBYTES = 'B', OP_SHORT_BINBYTES = 'C',
    /* protocol 4 */
    OP_SHORT_BINUNICODE = 0x8c, OP_BINUNICODE8 = 0x8d, OP_BINBYTES8 = 0x8e, OP_EMPTY_SET = 0x8f, OP_ADDITEMS = 0x90,
    OP_FROZENSET = 0x91, OP_NEWOBJ_EX = 0x92, OP_STACK_GLOBAL = 0x93, OP_MEMOIZE = 0x94, OP_FRAME = 0x95,
    /* protocol 5 */
    OP_BYTEARRAY8 = 0x96, OP_NEXT_BUFFER = 0x97, OP_READONLY_BUFFER = 0x98,
};

/* ---- module state ---- */

struct pickle_state {
    PyObject *error, *pickling_error, *unpickling_error;
    PyTypeObject *pickler_type, *unpickler_type, *pickler_memo_type, *unpickler_memo_type;
    PyObject *dispatch_table, *extension_registry, *inverted_registry, *extension_cache;          /* of copyreg */
    PyObject *name_2to3, *import_2to3, *name_3to2, *import_3to2;                                  /* of _compat_pickle */
    PyObject *codecs_encode, *getattr, *partial;
    /* interned names */
    PyObject *s_persistent_id, *s_persistent_load, *s_reducer_override, *s_dispatch_table, *s_find_class, *s_reduce_ex,
        *s_reduce, *s_qualname, *s_name, *s_module, *s_main, *s_mp_main, *s_new, *s_class, *s_getinitargs, *s_setstate,
        *s_dict, *s_extend, *s_append, *s_add, *s_latin1, *s_write, *s_read, *s_readline, *s_readinto, *s_peek, *s_items;
};

extern struct PyModuleDef pickle_module_def;
struct pickle_state *pickle_state_of_type(PyTypeObject *type);        /* of a class or subclass of the module; NULL with exception */

extern PyType_Spec pickle_pickler_spec, pickle_pickler_memo_spec, pickle_unpickler_spec, pickle_unpickler_memo_spec;

/* The parts of "a.b.c" as a list; "<locals>" among them is an AttributeError, which names obj unless it is NULL. */
OWNED PyObject *pickle_dotted_path(PyObject *obj, PyObject *name);
/* obj.a.b.c, or NULL (with an exception only if it is no AttributeError); *parent (if parent is not NULL): obj.a.b. */
OWNED PyObject *pickle_deep_attr(PyObject *obj, PyObject *path, PyObject **parent);

/* ---- the pickler's memo: object -> number, by identity; open addressing ---- */

struct memo_entry { PyObject *key; Py_ssize_t value; };               /* key: owned, or NULL for a free slot */
struct memo {
    size_t mask;                       /* slots - 1; a power of two */
    size_t used;
    struct memo_entry *table;
    struct memo_entry *fixed;          /* a table that is not from the heap, or NULL */
};
#define MEMO_MIN 8

int memo_init(struct memo *m);                                        /* an empty table on the heap */
void memo_init_fixed(struct memo *m, struct memo_entry *table, size_t slots);   /* slots: power of two; table is cleared */
void memo_clear(struct memo *m);                                      /* forgets everything, keeps the table */
void memo_release(struct memo *m);
int memo_copy(struct memo *to, const struct memo *from);              /* to: not initialised before */
int memo_grow(struct memo *m);
int memo_set(struct memo *m, PyObject *key, Py_ssize_t value);        /* adds or changes */

/* What the attribute `memo` of both types gives: a view that holds its pickler or unpickler. */
struct memo_view { PyObject_HEAD PyObject *owner; };
OWNED PyObject *memo_view_new(PyTypeObject *type, PyObject *owner);
OWNED PyObject *memo_view_reduced(PyObject *dict);                    /* the answer of __reduce__(); STEALS dict, NULL passes through */
int memo_view_traverse(PyObject *self, visitproc visit, void *arg);
int memo_view_clear(PyObject *self);                                  /* does nothing: the owner breaks cycles; methods rely on it */
void memo_view_dealloc(PyObject *self);
#define MEMO_VIEW_SLOTS \
    { Py_tp_dealloc, memo_view_dealloc }, { Py_tp_traverse, memo_view_traverse }, { Py_tp_clear, memo_view_clear }

/* The slot of key: its entry, or the free slot where it belongs. */
static inline struct memo_entry *memo_find(const struct memo *m, PyObject *key)
{
    size_t i = (size_t)(((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u >> 32) & m->mask;
    struct memo_entry *e = &m->table[i];
    while (e->key != key && e->key != NULL)
        e = &m->table[i = (i + 1) & m->mask];
    return e;
}

/* ---- pickler ---- */

struct pickler {                       /* the offsets of dispatch_table, bin and fast are those of CPython's object */
    struct memo *memo;
    PyObject *pers_func;               /* during dump(): persistent_id, or NULL where nobody overrides it */
    PyObject *pers_attr;               /* instance attribute persistent_id, or NULL */
    PyObject *dispatch_table;          /* of this pickler, or NULL: that of copyreg */
    PyObject *reducer_override;        /* during dump(), or NULL */
    PyObject *write;                   /* of the file; NULL for dumps() */
    PyObject *output;                  /* bytes that holds `out`; NULL if out is NULL or on the C stack */
    char *out;
    Py_ssize_t out_len;
    uint8_t proto, fix_imports;
    int bin;
    Py_ssize_t out_cap;
    Py_ssize_t frame_start;            /* where the open frame's header begins, or -1 */
    Py_ssize_t frame_limit;            /* out_len from which on the frame is to be closed; PY_SSIZE_T_MAX without frame */
    int fast, fast_nesting;
    struct pickle_state *st;
    PyObject *fast_memo;               /* dict of ids: what deep fast mode has open */
    PyObject *buffer_callback;
};

#define OUT_MIN 4096
#define FRAME_TARGET (64 * 1024)

int pickler_set_protocol(struct pickler *p, PyObject *protocol, int fix_imports);
int pickler_set_buffer_callback(struct pickler *p, PyObject *callback);
int pickler_set_file(struct pickler *p, PyObject *file);
int pickler_dump(struct pickler *p, PyObject *self, PyObject *obj);   /* self: NULL if p is in no object */
void pickler_release(struct pickler *p);

/* pickle_out.c */
int out_grow(struct pickler *p, Py_ssize_t n);
int out_frame_boundary(struct pickler *p);                            /* closes the frame, opens the next */
int out_frame_begin(struct pickler *p);
int out_frame_end(struct pickler *p);
int out_large(struct pickler *p, const char *header, Py_ssize_t hn, const char *data, Py_ssize_t n, PyObject *payload);
int out_flush(struct pickler *p);
OWNED PyObject *out_take(struct pickler *p);                          /* the pickle as bytes; empties the buffer */
int out_reset(struct pickler *p);                                     /* an empty buffer of its own */

static inline int out_bytes(struct pickler *p, const char *s, Py_ssize_t n)
{
    if (UNLIKELY(n > p->out_cap - p->out_len) && out_grow(p, n) < 0)
        return -1;
    memcpy(p->out + p->out_len, s, (size_t)n);
    p->out_len += n;
    return 0;
}
/* Where to write up to n bytes, to be added to out_len; NULL with exception. */
static inline char *out_room(struct pickler *p, Py_ssize_t n)
{
    return UNLIKELY(n > p->out_cap - p->out_len) && out_grow(p, n) < 0 ? NULL : p->out + p->out_len;
}
static inline int out_op(struct pickler *p, enum opcode op)
{
    if (UNLIKELY(p->out_len >= p->out_cap) && out_grow(p, 1) < 0)
        return -1;
    p->out[p->out_len++] = (char)op;
    return 0;
}

/* pickle_save.c, pickle_save_containers.c, pickle_save_reduce.c */
int save(struct pickler *p, PyObject *obj);
int save_no_pers(struct pickler *p, PyObject *obj);                   /* without asking persistent_id */
int save_list(struct pickler *p, PyObject *obj);
int save_tuple(struct pickler *p, PyObject *obj);
int save_dict(struct pickler *p, PyObject *obj);
int save_set(struct pickler *p, PyObject *obj);
int save_frozenset(struct pickler *p, PyObject *obj);
int save_list_items(struct pickler *p, PyObject *iter);
int save_dict_items(struct pickler *p, PyObject *iter);
int save_bytes(struct pickler *p, PyObject *obj);
int save_bytearray(struct pickler *p, PyObject *obj);
int save_buffer(struct pickler *p, PyObject *obj);
int save_str(struct pickler *p, PyObject *obj, struct memo_entry *slot);
int save_long(struct pickler *p, PyObject *obj);
int save_float(struct pickler *p, PyObject *obj);
int save_global(struct pickler *p, PyObject *obj, PyObject *name);    /* name: NULL for its own */
int save_type(struct pickler *p, PyObject *obj);
int save_reduce(struct pickler *p, PyObject *tuple, PyObject *obj);   /* obj: NULL if it is not to be memoized */
int save_reduce_two(struct pickler *p, PyObject *callable, STEALS PyObject *args, PyObject *obj);

int save_get(struct pickler *p, PyObject *obj);                       /* obj is in the memo */
int save_put(struct pickler *p, PyObject *obj);
static inline bool save_known(struct pickler *p, PyObject *obj) { return memo_find(p->memo, obj)->key != NULL; }

/* ---- unpickler ---- */

struct load_stack {                    /* of one run of load() */
    PyObject **items;                  /* owned references */
    Py_ssize_t size, cap;
    Py_ssize_t fence;                  /* the topmost mark's place: what lies below is out of reach until the mark is gone */
    Py_ssize_t *marks, n_marks, marks_cap;
    PyObject **fixed;                  /* first items array, on the C stack */
};

struct unpickler {
    struct load_stack *stack;          /* of the running load(), else NULL */
    PyObject **memo;                   /* owned or NULL, by number */
    size_t memo_cap, memo_len;
    PyObject *memo_far;                /* dict of entries with numbers far beyond the others, or NULL */
    PyObject *pers_func, *pers_attr;   /* as in struct pickler, for persistent_load */
    PyObject *in_owner;                /* bytes that `in` points into; NULL for loads() */
    const char *in;
    Py_ssize_t in_len, in_pos;
    Py_ssize_t prefetched;             /* in[prefetched..in_len) came from peek(): the file has not moved past it */
    char *line;                        /* the last line read, NUL at its end */
    PyObject *read, *readline, *peek, *buffers;
    char *encoding, *errors;           /* for str of Python 2; not owned by loads() */
    Py_ssize_t *marks, marks_cap;      /* kept between runs */
    PyObject *self;                    /* the object around, if its find_class may be overridden; borrowed */
    struct pickle_state *st;
    PyObject **memo_fixed;             /* a memo array that is not from the heap, or NULL */
    int proto;
    bool fix_imports;
    char encoding_kind;                /* enum encoding_kind */
    void *spare[7];                    /* __basicsize__ is CPython's */
};
enum encoding_kind { ENC_OTHER, ENC_BYTES, ENC_ASCII, ENC_LATIN1 };

#define LOAD_MEMO_MIN 32

int unpickler_set_file(struct unpickler *u, PyObject *file);
int unpickler_set_buffers(struct unpickler *u, PyObject *buffers);
void unpickler_set_encoding(struct unpickler *u, const char *encoding, const char *errors);   /* stored as they are */
OWNED PyObject *unpickler_load(struct unpickler *u);
void unpickler_release(struct unpickler *u);
OWNED PyObject *unpickler_find_class(struct unpickler *u, PyObject *module, PyObject *name);  /* the default */

/* pickle_in.c */
const char *in_read_slow(struct unpickler *u, Py_ssize_t n);
/* n bytes, valid until the next read or until Python code runs; NULL with exception. */
static inline const char *in_read(struct unpickler *u, Py_ssize_t n)
{
    if (LIKELY(n <= u->in_len - u->in_pos)) {
        const char *s = u->in + u->in_pos;
        u->in_pos += n;
        return s;
    }
    return in_read_slow(u, n);
}
Py_ssize_t in_line(struct unpickler *u, char **line);                 /* length with the newline; -1 with exception */
OWNED PyObject *in_bytes(struct unpickler *u, Py_ssize_t n);
int in_skip_consumed(struct unpickler *u);
int in_truncated(struct unpickler *u);                                /* raises, -1 */

/* memo of the unpickler */
BORROWED(u) PyObject *load_memo_get(struct unpickler *u, size_t i);   /* NULL: not there (or exception: PyErr_Occurred()) */
int load_memo_put(struct unpickler *u, size_t i, PyObject *value);
void load_memo_clear(struct unpickler *u);
int load_memo_reset(struct unpickler *u);                             /* an empty one on the heap */
int load_memo_copy(struct unpickler *to, struct unpickler *from);

/* the stack */
int stack_grow(struct load_stack *s);
int stack_underflow(struct unpickler *u);                             /* raises, -1 */
Py_ssize_t stack_marker(struct unpickler *u);                         /* takes the topmost mark away; its place, or -1 */
OWNED PyObject *stack_pop_tuple(struct unpickler *u, Py_ssize_t from);
OWNED PyObject *stack_pop_list(struct unpickler *u, Py_ssize_t from);
void stack_cut(struct load_stack *s, Py_ssize_t to);                  /* releases the items from `to` on */

static inline int stack_push(struct load_stack *s, STEALS PyObject *item)
{
    if (UNLIKELY(s->size == s->cap) && stack_grow(s) < 0) {
        Py_DECREF(item);
        return -1;
    }
    s->items[s->size++] = item;
    return 0;
}
/* The same for a result that may be NULL with an exception. */
static inline int stack_push_result(struct load_stack *s, STEALS PyObject *item) { return item == NULL ? -1 : stack_push(s, item); }
static inline OWNED PyObject *stack_pop(struct unpickler *u)
{
    struct load_stack *s = u->stack;
    if (UNLIKELY(s->size <= s->fence)) {
        stack_underflow(u);
        return NULL;
    }
    return s->items[--s->size];
}

/* pickle_load_object.c: opcodes that call out */
int load_inst(struct unpickler *u);
int load_obj(struct unpickler *u);
int load_newobj(struct unpickler *u, bool with_kwargs);
int load_global(struct unpickler *u);
int load_stack_global(struct unpickler *u);
int load_ext(struct unpickler *u, int nbytes);
int load_persid(struct unpickler *u);
int load_binpersid(struct unpickler *u);
int load_reduce(struct unpickler *u);
int load_build(struct unpickler *u);
int load_append(struct unpickler *u, Py_ssize_t from);
int load_setitems(struct unpickler *u, Py_ssize_t from);
int load_additems(struct unpickler *u);

/* Unsigned little endian number of n <= 8 bytes; -1 if it is larger than PY_SSIZE_T_MAX. */
static inline Py_ssize_t read_size(const char *s, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)s[i] << 8 * i;
    return v > (uint64_t)PY_SSIZE_T_MAX ? -1 : (Py_ssize_t)v;
}
/* Little endian number; four bytes are signed. */
static inline long read_int(const char *s, int n)
{
    uint32_t v = 0;
    for (int i = 0; i < n; i++)
        v |= (uint32_t)(unsigned char)s[i] << 8 * i;
    return n == 4 ? (int32_t)v : (long)v;
}
static inline void write_le(char *s, uint64_t v, int n)
{
    for (int i = 0; i < n; i++)
        s[i] = (char)(v >> 8 * i);
}

#endif
