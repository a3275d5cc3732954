/* rt/effect.h: what a builtin function or slow-path helper does to the world, as data beside its definition.
 *
 * The JIT reads these rows; the interpreter ignores them. A function without a row is EFF_UNKNOWN. A row that
 * promises too much makes compiled code wrong, so: when in doubt leave the row out. */
#ifndef ADDER_RT_EFFECT_H
#define ADDER_RT_EFFECT_H

#include <Python.h>

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

struct effect {
    void *fn;                /* the C function */
    void *fast;              /* entry with unboxed arguments, or NULL */
    uint32_t sig;            /* argument and result kinds; 0 = PyObject * throughout */
    uint16_t reads, writes;  /* heap classes */
    uint16_t flags;          /* EFF_* */
    PyTypeObject *result;    /* exact result type, or NULL */
    uint32_t when;           /* condition on exact argument types under which the row holds; 0 = always */
};

/* Rows are collected by the linker from all folders. */
#define EFFECT_ROW(name, ...) \
    static const struct effect effect_##name __attribute__((used, section("adder_effects"), aligned(8))) = { __VA_ARGS__ }

#endif
