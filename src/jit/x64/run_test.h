/* jit/x64/run_test.h: for tests: run a trace as machine code and in the evaluator, and compare where they leave and what is there then.
 *
 * No interpreter: the frame is a block of slots, objects are made by hand, the thread state is only the word that GPOLL reads. */
#ifndef ADDER_JIT_X64_RUN_TEST_H
#define ADDER_JIT_X64_RUN_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jit/x64/x64.h"
#include "object/init.h"
#include "rt/interp.h"
#include "rt/runtime.h"

#define TEST_SLOTS 64

/* An object with raw fields, an int, a float: whatever a test needs. */
union test_object {
    PyObject base;
    PyLongObject integer;
    PyFloatObject real;
    struct { PyObject head; int64_t fields[6]; } raw;
};

struct test_frame {
    union { _PyInterpreterFrame frame; PyObject *words[FRAME_SPECIALS_SIZE + 1 + TEST_SLOTS]; };
    union { PyThreadState ts; struct rt_thread thread; };
    union test_object objects[TEST_SLOTS];
    unsigned nobjects;
};

static struct x64_state test_state;    /* as the handler saw it */
static union ir_value test_values[0x10000];
static uint64_t test_rsp;
static uint32_t test_countdown;        /* of forced exits; 0: none */

static inline void *
test_handler(struct x64_state *st)
{
    test_rsp = (uint64_t)(uintptr_t)__builtin_frame_address(0);
    test_state = *st;
    return (void *)0x1234;
}

static inline struct test_frame *
test_frame_new(void)
{
    struct test_frame *tf = calloc(1, sizeof(*tf));
    assert_non_null(tf);
    assert_int_equal(x64_init(test_handler), 0);
    return tf;
}

/* Instructions may take references to it and drop them. */
static inline union test_object *
test_object(struct test_frame *tf)
{
    union test_object *o = &tf->objects[tf->nobjects++];
    o->base.ob_refcnt = _Py_IMMORTAL_REFCNT;
    return o;
}

static inline PyObject *
test_int(struct test_frame *tf, int64_t v)
{
    union test_object *o = test_object(tf);
    uint64_t mag = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    unsigned n = 0;
    o->base.ob_type = &PyLong_Type;
    for (; mag != 0; mag >>= PyLong_SHIFT, n++)
        o->raw.fields[0] = 0, o->integer.long_value.ob_digit[n] = (digit)(mag & PyLong_MASK);
    o->integer.long_value.lv_tag = (uintptr_t)n << _PyLong_NON_SIZE_BITS | (v < 0 ? 2 : v == 0);
    return &o->base;
}

static inline PyObject *
test_float(struct test_frame *tf, double v)
{
    union test_object *o = test_object(tf);
    o->base.ob_type = &PyFloat_Type;
    o->real.ob_fval = v;
    return &o->base;
}

static inline PyObject *
test_raw(struct test_frame *tf, int64_t a, int64_t b)
{
    union test_object *o = test_object(tf);
    o->base.ob_type = &PyBaseObject_Type;
    o->raw.fields[0] = a;
    o->raw.fields[1] = b;
    return &o->base;
}

static inline PyObject **test_slots_of(struct test_frame *tf) { return tf->words + offsetof(_PyInterpreterFrame, localsplus) / 8; }
static inline void test_slot(struct test_frame *tf, int slot, PyObject *o) { test_slots_of(tf)[slot] = o; }

/* The value that a location names. */
static inline uint64_t
test_at(uint16_t loc)
{
    uint64_t bits;
    if (loc >= LOC_SPILL)
        return test_state.spill[loc - LOC_SPILL];
    if (loc < LOC_XMM)
        return test_state.gpr[loc];
    memcpy(&bits, &test_state.xmm[loc - LOC_XMM], 8);
    return bits;
}

static inline ir_ref
test_unboxed(const struct ir *ir, ir_ref r)
{
    return !ref_is_const(r) && (ir->at[r].op == IR_BOX_I || ir->at[r].op == IR_BOX_F) ? ir->at[r].a : r;
}

/* The same object, or numbers that both runs have made and that are equal. */
static inline bool
test_same_number(PyObject *a, PyObject *b)
{
    if (a == b || a == NULL || b == NULL || Py_TYPE(a) != Py_TYPE(b))
        return a == b;
    if (Py_TYPE(a) == &PyFloat_Type) {
        double x = PyFloat_AS_DOUBLE(a), y = PyFloat_AS_DOUBLE(b);
        return memcmp(&x, &y, sizeof(x)) == 0 || (x != x && y != y);
    }
    return Py_TYPE(a) == &PyLong_Type && PyLong_AsLongLong(a) == PyLong_AsLongLong(b);
}

static inline bool
test_same_value(const struct ir *ir, const union ir_value *values, ir_ref r, uint64_t bits)
{
    union ir_value v = values[r], w = { .bits = bits };
    if (ir_type_of(ir, r) == T_F64 && v.f != v.f)              /* which NaN is left open */
        return w.f != w.f;
    return v.bits == bits || (ir_type_of(ir, r) == T_OBJ && test_same_number(v.o, w.o));
}

static inline void
test_print(const struct ir *ir)
{
    char *text = ir_dump(ir, true, true);
    fprintf(stderr, "%s\n", text ? text : "?");
    PyMem_Free(text);
}

/* The exit of guard number n (in the order of the code) belongs to the n-th guard. */
static inline uint32_t
test_guard_number(const struct ir *ir, ir_ref guard)
{
    uint32_t n = 0;
    for (ir_ref r = REF_BIAS; r < ir->end && (guard == REF_NONE || r < guard); r++)
        n += (ir_ops[ir->at[r].op].flags & I_GUARD) != 0;
    return n;
}

/* NULL, or what of the exit is not as in the evaluator. */
static inline const char *
test_compare(const struct ir *ir, const union ir_value *values, const struct x64_code *code, struct ir_exit want)
{
    static char text[200];
    const struct x64_exit *x = &code->exits[test_state.exit];
    if (test_state.exit != test_guard_number(ir, want.guard)) {
        snprintf(text, sizeof(text), "left at guard %u, not %u (ref %u)", test_state.exit, test_guard_number(ir, want.guard), want.guard - REF_BIAS);
        return text;
    }
    if (x->snap != want.snap)
        return "another snapshot";
    const struct snap *s = &ir->snaps[x->snap];
    const uint16_t *loc = &code->locs[code->first_loc[test_state.exit]];
    for (unsigned i = 0; i < s->nentries + 2u * s->nstores; i++) {
        const struct snap_store *st = i < s->nentries ? NULL : &ir->stores[s->stores + (i - s->nentries) / 2];
        ir_ref r = st == NULL ? snap_ref(ir->entries[s->entries + i]) : (i - s->nentries) % 2 == 0 ? st->obj : st->value;
        r = test_unboxed(ir, r);
        if (st == NULL && snap_how(ir->entries[s->entries + i]) == HOW_NULL)
            r = REF_NONE;
        if ((loc[i] == LOC_NONE) != ref_is_const(r))
            return "a location for a constant, or none for a value";
        if (loc[i] != LOC_NONE && !test_same_value(ir, values, r, test_at(loc[i]))) {
            snprintf(text, sizeof(text), "entry %u (ref %u) at %u is %llx, not %llx", i, r - REF_BIAS, loc[i],
                (unsigned long long)test_at(loc[i]), (unsigned long long)values[r].bits);
            return text;
        }
    }
    return NULL;
}

/* As memcmp(), but any NaN is as good as another. */
static inline bool
test_same_objects(const union test_object *a, const union test_object *b)
{
    for (size_t i = 0; i < TEST_SLOTS * sizeof(*a) / 8; i++) {
        union ir_value x, y;
        memcpy(&x, (const char *)a + 8 * i, 8);
        memcpy(&y, (const char *)b + 8 * i, 8);
        if (x.bits != y.bits && (x.f == x.f || y.f == y.f))
            return false;
    }
    return true;
}

/* What the frame's slots hold, and the objects. */
struct test_world {
    PyObject *slots[TEST_SLOTS];
    union test_object objects[TEST_SLOTS];
};

static inline void
test_save(struct test_frame *tf, struct test_world *w)
{
    memcpy(w->slots, test_slots_of(tf), sizeof(w->slots));
    memcpy(w->objects, tf->objects, sizeof(w->objects));
}

static inline void
test_restore(struct test_frame *tf, const struct test_world *w)
{
    memcpy(test_slots_of(tf), w->slots, sizeof(w->slots));
    memcpy(tf->objects, w->objects, sizeof(w->objects));
}

static inline bool
test_same_world(struct test_frame *tf, const struct test_world *w)
{
    bool same = test_same_objects(w->objects, tf->objects);
    for (int i = 0; i < TEST_SLOTS; i++)
        same &= test_same_number(w->slots[i], test_slots_of(tf)[i]);
    return same;
}

/* Compile ir with this seed, run both, compare; everything is as it was before then. NULL or what is wrong. */
static inline const char *
test_run(struct ir *ir, struct test_frame *tf, uint32_t seed)
{
    static struct test_world before, after;
    struct x64_code code;
    x64_force_exits(test_countdown != 0);
    const char *why = x64_compile(ir, 77, seed, NULL, &code);
    if (why != NULL)
        return why;
    test_save(tf, &before);
    uint32_t countdown = tf->thread.jit_countdown = test_countdown;
    ir_countdown = &countdown;
    struct ir_exit want = ir_eval(ir, test_slots_of(tf), &tf->ts.eval_breaker, NULL, test_values, 100000);
    ir_countdown = NULL;
    test_save(tf, &after);
    test_restore(tf, &before);
    memset(&test_state, 0xee, sizeof(test_state));
    void *result = x64_enter(&tf->ts, &tf->frame, code.code);
    if (result != (void *)0x1234 || test_state.trace != 77 || test_state.frame != &tf->frame || test_state.ts != &tf->ts || test_rsp % 16 != 0)
        why = "the handler was called badly";
    if (why == NULL)
        why = test_compare(ir, test_values, &code, want);
    if (why == NULL && countdown != tf->thread.jit_countdown && countdown + 1 != tf->thread.jit_countdown)      /* the guard that failed may not count */
        why = "another number of guards";
    if (why == NULL && !test_same_world(tf, &after))
        why = "slots or objects are not as they should be";
    test_restore(tf, &before);
    x64_free(&code);
    return why;
}

static inline int
test_runtime(void)
{
    return rt_hash_seed(true, 0) < 0 || rt_init() < 0 || objects_init(ts_current()) < 0 ? -1 : 0;
}

/* With the plain choices and with random ones. */
static inline void
test_check(struct ir *ir, struct test_frame *tf, unsigned seeds)
{
    assert_null(ir->full);
    for (uint32_t seed = 0; seed <= seeds; seed++) {
        const char *why = test_run(ir, tf, seed * 0x9e3779b9u);
        if (why != NULL) {
            fprintf(stderr, "seed %u: %s\n", seed, why);
            test_print(ir);
            fail();
        }
    }
}

#endif
