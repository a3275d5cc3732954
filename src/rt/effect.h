/* rt/effect.h: what a builtin function or slow-path helper does to the world, as data beside its definition.
 *
 * The JIT reads these rows; the interpreter ignores them. A function without a row is EFF_UNKNOWN. A row that
 * promises too much makes compiled code wrong, so: when in doubt leave the row out. */
#ifndef ADDER_RT_EFFECT_H
#define ADDER_RT_EFFECT_H

#include <Python.h>
#include <stdbool.h>

enum {
    EFF_PURE = 1,            /* no reads of mutable state, no writes: result depends on arguments only */
    EFF_ALLOC = 2,           /* allocates */
    EFF_FAILS = 4,           /* may raise */
    EFF_OPEN = 8,            /* may run Python code, free objects, or release the GIL */
    EFF_FRAMES = 16,         /* may look at frames */
    EFF_RELEASES_GIL = 32,
    EFF_TESTS_COUNT = 64,    /* looks at reference counts of its arguments */
    EFF_UNKNOWN = EFF_OPEN | EFF_FRAMES | EFF_RELEASES_GIL | EFF_FAILS | EFF_ALLOC,
};

/* Classes of mutable memory, for `reads` and `writes`: what compiled code has loaded from a class that a function does not write is
 * still so after the call. A function with EFF_OPEN reads and writes all. Contents of immutable objects belong to none. */
enum {
    EFF_INSTVAL = 1, EFF_SLOT = 2, EFF_LISTITEM = 4, EFF_LISTSIZE = 8, EFF_LISTBASE = 16, EFF_DICTVAL = 32, EFF_DICTSHAPE = 64,
    EFF_CELL = 128, EFF_GLOBAL = 256, EFF_GENSLOT = 512, EFF_RAW = 1024,
    EFF_LISTS = EFF_LISTITEM | EFF_LISTSIZE | EFF_LISTBASE,
};

struct effect {
    void *fn;                /* the C function */
    void *fast;              /* entry with unboxed arguments, or NULL */
    uint32_t sig;            /* argument and result kinds; 0 = PyObject * throughout */
    uint16_t reads, writes;  /* classes of memory, above */
    uint16_t flags;          /* EFF_* */
    PyTypeObject *result;    /* exact result type, or NULL */
    uint32_t when;           /* exact types of arguments under which the row holds (EFF_ARG); 0 = always */
};

/* Kinds of arguments for `when`. A method's self does not count as an argument: the method table says what it is. An argument that is
 * not passed satisfies every condition, one past the third none. What is passed by keyword has to be of one of the first four types or a bool or None, and to satisfy all
 * conditions about places behind the arguments passed by position: so a function whose codecs, say, may be the program's names NONE there. */
enum {
    EFF_INT = 1, EFF_FLOAT = 2, EFF_STR = 4, EFF_BYTES = 8, EFF_LIST = 16, EFF_TUPLE = 32, EFF_DICT = 64, EFF_SET = 128, EFF_BOOL = 256,
    EFF_NONE = 512,
};
#define EFF_ARG_BITS 10
#define EFF_ARG(i, kinds) ((uint32_t)(kinds) << EFF_ARG_BITS * (i))    /* i = 0, 1, 2; several are joined by | */

/* `fast`: double f(double), double f(double, double). EFF_SIG_ITEM: a descriptor's __get__ that gives the item of a tuple whose index, a Py_ssize_t, the descriptor has
 * right behind its head, and raises for what is no tuple, or too short. EFF_SIG_LEAF: the same function for traces, which gives NULL, without an exception and before it has changed
 * anything, where the row would not hold. EFF_SIG_HIT: of a type's tp_call, what a call with these arguments gives if the object has that in store and no code runs: effect_hit. */
enum { EFF_SIG_OBJECTS, EFF_SIG_D_D, EFF_SIG_D_DD, EFF_SIG_ITEM, EFF_SIG_LEAF, EFF_SIG_HIT };

/* A new reference, or NULL without exception and without a change; only_looks: nothing is changed in any case. at() finds where a dict has the value under a key; NULL: it has none, or
 * comparing keys might run code. */
typedef PyObject *(*effect_hit)(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject **(*at)(PyObject *dict, PyObject *key), bool only_looks);

/* Rows are collected by the linker from all folders. */
/* The row of a function of immutable things: EFFECT(function, flags, result type or NULL, condition); and of others: + reads, writes. */
#define EFFECT(f, does, type, cond) EFFECT_ROW(f, .fn = (void *)f, .flags = (does), .result = (type), .when = (cond))
#define EFFECT_MEM(f, does, type, cond, in, out) \
    EFFECT_ROW(f, .fn = (void *)f, .flags = (does), .result = (type), .when = (cond), .reads = (in), .writes = (out))
/* With a C function for unboxed doubles (ints, too, are converted; the result type may be int where the double is always a whole number). Where it gives a NaN for arguments that are none, or an infinity for finite ones, it is
 * for the slow function to say what happens. */
#define EFFECT_D(f, unboxed, signature, cond) \
    EFFECT_ROW(f, .fn = (void *)f, .fast = (void *)unboxed, .sig = (signature), .flags = EFF_ALLOC | EFF_FAILS, .result = &PyFloat_Type, .when = (cond))
/* EFF_SIG_LEAF: for METH_NOARGS, METH_O, and METH_FASTCALL with one argument at most. */
#define EFFECT_LEAF(f, leaf, type, cond) \
    EFFECT_ROW(f, .fn = (void *)f, .fast = (void *)leaf, .sig = EFF_SIG_LEAF, .flags = EFF_ALLOC | EFF_FAILS, .result = (type), .when = (cond))
#define EFFECT_ROW(name, ...) \
    static const struct effect effect_##name __attribute__((used, section("adder_effects"), aligned(8))) = { __VA_ARGS__ }

#endif
