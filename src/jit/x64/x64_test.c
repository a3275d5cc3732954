/* x64_test.c: every instruction, guard and kind of location as machine code, compared with the evaluator. */
#include "jit/x64/run_test.h"

#include <float.h>
#include <math.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jit/ir/ir_runtime.h"
#include "jit/x64/memory.h"
#include "jit/x64/regs.h"
#include "object/coll/dict_values.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const int64_t ints[] = { 0, 1, -1, 2, -2, 3, 7, -7, 10, 63, 64, 127, 128, -128, -129, 1000003, INT32_MAX, INT32_MIN, (int64_t)INT32_MAX + 1,
    (int64_t)INT32_MIN - 1, UINT32_MAX, 1ll << 40, -(1ll << 40), 0x123456789abcdef, INT64_MAX, INT64_MAX - 1, INT64_MIN, INT64_MIN + 1 };
static const double floats[] = { 0.0, -0.0, 1.0, -1.0, 0.5, 1.5, -2.25, 1e300, -1e300, 1e-310, DBL_MAX, DBL_MIN, INFINITY, -INFINITY, NAN, 3.0, 1e16 };

static double
now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

struct maker { struct ir *ir; struct test_frame *tf; unsigned slot; };

static struct maker spare;             /* thousands of traces: most are made in this one */

static struct maker
start(void)
{
    struct maker m = { spare.ir, spare.tf, 0 };
    if (m.ir == NULL)
        m = (struct maker){ ir_new(), test_frame_new(), 0 };
    assert_non_null(m.ir);
    spare.ir = NULL;
    ir_reset(m.ir);
    memset(m.tf, 0, sizeof(*m.tf));
    snap_begin(m.ir, 0, 0);
    return m;
}

static void
discard(struct maker *m)
{
    if (spare.ir == NULL) {
        spare = *m;
        return;
    }
    ir_free(m->ir);
    free(m->tf);
}

static void
finish(struct maker *m, unsigned seeds)
{
    test_check(m->ir, m->tf, seeds);
    discard(m);
}

/* A number that the compiler does not know: field 0 of an object in a slot. */
static ir_ref
some(struct maker *m, enum ir_type t, union ir_value v)
{
    PyObject *o = t == T_OBJ ? v.o : test_raw(m->tf, v.i, 0);
    test_slot(m->tf, (int)m->slot, o);
    ir_ref s = ir_append(m->ir, IR_SLOAD, (ir_ref)m->slot++, 0, 0, 0);
    if (t == T_OBJ)
        return s;
    ir_ref r = ir_append(m->ir, t == T_F64 ? IR_RLOAD_F : IR_RLOAD_I, s, 0, 0, sizeof(PyObject));
    if (t == T_BOOL)
        r = ir_append(m->ir, IR_EQ_I, r, ir_int(m->ir, 1), 0, 0);
    return r;
}

static ir_ref
constant(struct maker *m, enum ir_type t, union ir_value v)
{
    switch (t) {
    case T_I64: return ir_int(m->ir, v.i);
    case T_F64: return ir_float(m->ir, v.f);
    case T_BOOL: return ir_bool(m->ir, v.i == 1);
    default: return ir_obj(m->ir, v.o);
    }
}

static void
snap_all(struct maker *m, unsigned n, const ir_ref *refs)
{
    snap_begin(m->ir, 5, 0);
    for (unsigned i = 0; i < n; i++) {
        if (refs[i] != REF_NONE)
            snap_add_entry(m->ir, SNAP_ENTRY(i, 0, HOW_OBJ, refs[i]));
    }
}

static enum ir_type
letter_type(char c)
{
    return c == 'i' ? T_I64 : c == 'f' ? T_F64 : c == 'b' ? T_BOOL : c == 'o' || c == 'v' ? T_OBJ : T_NIL;
}

/* ---- each operation, on each pair of edge values, with constants on either side, operands living on or not ---- */

static void
check_op(enum ir_op op, union ir_value a, union ir_value b, int how)
{
    struct maker m = start();
    enum ir_type ta = letter_type(ir_ops[op].a), tb = letter_type(ir_ops[op].b);
    ir_ref ra = how & 1 ? constant(&m, ta, a) : some(&m, ta, a), rb = REF_NONE, keep[3] = { 0 };
    if (tb != T_NIL)
        rb = how & 2 ? constant(&m, tb, b) : how & 16 ? ra : some(&m, tb, b);
    if (how & 4)
        keep[0] = ra;
    if (how & 8)
        keep[1] = rb;
    snap_all(&m, 3, keep);
    ir_ref r = ir_append(m.ir, op, ra, rb, 0, 0);
    if (ir_ops[op].type != T_NIL)
        keep[2] = r;
    snap_all(&m, 3, keep);
    finish(&m, 2);
}

static bool
defined(enum ir_op op, int64_t b)
{
    if (op == IR_DIV_I || op == IR_MOD_I)
        return b != 0 && b != -1;
    if (op == IR_SHLOV_I || op == IR_SHR_I)
        return b >= 0 && b < 64;
    return true;
}

static void
check_int_ops(enum ir_op first, enum ir_op last)
{
    for (enum ir_op op = first; op <= last; op++) {
        for (size_t i = 0; i < COUNT(ints); i++) {
            for (size_t k = 0; k < COUNT(ints); k++) {
                if (!defined(op, ints[k]) || (ir_ops[op].b == '_' && k > 0))
                    continue;
                union ir_value a = { .i = ints[i] }, b = { .i = ints[k] };
                int how = (int)(i * 31 + k * 7 + op) % 16;
                check_op(op, a, b, how);
                check_op(op, a, b, (int)k % 4 == 3 ? how ^ 2 : how ^ 12);
                if (i == k)
                    check_op(op, a, a, 16 | (how & 4));
            }
        }
    }
}

static void
test_int_ops(void **state)
{
    check_int_ops(IR_ADD_I, IR_NOT_I);
    check_int_ops(IR_EQ_I, IR_LE_I);
    check_int_ops(IR_GEQ_I, IR_GULT_I);
}

/* Division by constants is multiplication: numbers around multiples, and all sizes. */
static void
test_division_by_constants(void **state)
{
    static const int64_t by[] = { 3, 5, 6, 7, 9, 10, 11, 12, 13, 60, 100, 641, 1000, 1000000, 1000003, (1 << 30) + 3, INT32_MAX, INT32_MAX - 2, 1ll << 33, -3,
        -10, (1ll << 40) + 1, INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < COUNT(by); i++) {
        for (int k = 0; k < 40; k++) {
            uint64_t d = (uint64_t)by[i], top = (uint64_t)INT64_MAX / (d >> 63 ? 0 - d : d), factor = k < 20 ? (uint64_t)k : top - (uint64_t)k + 20;
            for (int64_t off = -1; off <= 1; off++) {
                union ir_value a = { .i = (int64_t)(factor * d + (uint64_t)off) }, b = { .i = by[i] }, neg = { .i = (int64_t)(0 - (uint64_t)a.i) };
                check_op(IR_DIV_I, a, b, 2 | (k & 4));
                check_op(IR_MOD_I, a, b, 2 | (k & 4));
                check_op(IR_DIV_I, neg, b, 2);
                check_op(IR_MOD_I, neg, b, 2);
            }
        }
    }
}

static void
check_float_ops(enum ir_op first, enum ir_op last)
{
    for (enum ir_op op = first; op <= last; op++) {
        for (size_t i = 0; i < COUNT(floats); i++) {
            for (size_t k = 0; k < COUNT(floats); k++) {
                union ir_value a = { .f = floats[i] }, b = { .f = floats[k] };
                int how = (int)(i * 31 + k * 7 + op) % 16;
                if (ir_ops[op].b == '_' && k > 0)
                    continue;
                check_op(op, a, b, how);
                if (i == k)
                    check_op(op, a, a, 16 | (how & 4));
            }
        }
    }
}

static void
test_float_ops(void **state)
{
    check_float_ops(IR_ADD_F, IR_SQRT_F);
    check_float_ops(IR_EQ_F, IR_LE_F);
    check_float_ops(IR_GEQ_F, IR_GNGE_F);
}

static void
test_conversions(void **state)
{
    for (size_t i = 0; i < COUNT(floats); i++)
        check_op(IR_F2I, (union ir_value){ .f = floats[i] }, (union ir_value){ 0 }, (int)i % 8);
    for (size_t i = 0; i < COUNT(ints); i++) {
        check_op(IR_I2F, (union ir_value){ .i = ints[i] }, (union ir_value){ 0 }, (int)i % 8);
        for (int how = 0; how < 8; how++) {
            check_op(IR_NOT_B, (union ir_value){ .i = (int64_t)i & 1 }, (union ir_value){ 0 }, how);
            check_op(IR_B2I, (union ir_value){ .i = (int64_t)i & 1 }, (union ir_value){ 0 }, how);
            check_op(IR_GTRUE, (union ir_value){ .i = (int64_t)i & 1 }, (union ir_value){ 0 }, how);
            check_op(IR_GFALSE, (union ir_value){ .i = (int64_t)i & 1 }, (union ir_value){ 0 }, how);
        }
    }
}

/* ---- objects ---- */

static void
check_object_op(enum ir_op op, PyObject *(*make)(struct maker *, int64_t), int64_t v, bool keep)
{
    struct maker m = start();
    ir_ref o = some(&m, T_OBJ, (union ir_value){ .o = make(&m, v) }), refs[2] = { keep ? o : REF_NONE, REF_NONE };
    snap_all(&m, 2, refs);
    refs[1] = ir_append(m.ir, op, o, 0, 0, 0);
    if (ir_ops[op].type == T_NIL)
        refs[1] = REF_NONE;
    snap_all(&m, 2, refs);
    finish(&m, 4);
}

static PyObject *make_int(struct maker *m, int64_t v) { return test_int(m->tf, v); }
static PyObject *make_float(struct maker *m, int64_t v) { return test_float(m->tf, floats[v]); }
static PyObject *make_bool(struct maker *m, int64_t v) { return v ? Py_True : Py_False; }

static void
test_boxes(void **state)
{
    static const int64_t small[] = { 0, 1, -1, 5, -5, 1 << 29, (1 << 30) - 1, -(1 << 30) + 1 };
    static const int64_t wide[] = { 1 << 30, -(1 << 30), (1ll << 31) + 5, -(1ll << 45) - 77, (1ll << 60) - 1, -(1ll << 60) + 1, (1ll << 30) * 7 };
    static const int64_t wider[] = { 1ll << 60, INT64_MAX, INT64_MIN, -(1ll << 61) };
    for (size_t i = 0; i < COUNT(small); i++) {
        check_object_op(IR_UNBOX_I, make_int, small[i], i & 1);
        check_object_op(IR_UNBOX2_I, make_int, small[i], i & 1);
        check_object_op(IR_GCOMPACT, make_int, small[i], i & 1);
    }
    for (size_t i = 0; i < COUNT(wide); i++) {
        check_object_op(IR_UNBOX2_I, make_int, wide[i], i & 1);
        check_object_op(IR_GINT2, make_int, wide[i], i & 1);
        check_object_op(IR_GCOMPACT, make_int, wide[i], i & 1);
    }
    for (size_t i = 0; i < COUNT(wider); i++)
        check_object_op(IR_GINT2, make_int, wider[i], i & 1);
    for (size_t i = 0; i < COUNT(floats); i++)
        check_object_op(IR_UNBOX_F, make_float, (int64_t)i, i & 1);
    for (int i = 0; i < 4; i++)
        check_object_op(IR_UNBOX_B, make_bool, i & 1, i & 2);
}

static void
check_type(PyTypeObject *type, PyTypeObject *wanted)
{
    struct maker m = start();
    PyObject *o = test_raw(m.tf, 1, 2);
    o->ob_type = type;
    ir_ref s = some(&m, T_OBJ, (union ir_value){ .o = o });
    ir_append(m.ir, IR_GTYPE, s, 0, 0, ir_ptr(m.ir, wanted));
    snap_all(&m, 1, &s);
    finish(&m, 3);
}

static void
test_types(void **state)
{
    PyTypeObject *far = (PyTypeObject *)(uintptr_t)0x7fff12345678;
    PyTypeObject *high = (PyTypeObject *)(uintptr_t)0x92345678;
    check_type(&PyLong_Type, &PyLong_Type);
    check_type(&PyLong_Type, &PyFloat_Type);
    check_type(far, far);
    check_type(high, high);
    check_type(far, high);
    check_type(&PyLong_Type, far);
}

static void
check_identity(enum ir_op op, PyObject *a, PyObject *b, int how)
{
    struct maker m = start();
    union ir_value va = { .o = a }, vb = { .o = b };
    ir_ref refs[3] = { how & 1 ? ir_obj(m.ir, a) : some(&m, T_OBJ, va), how & 2 ? ir_obj(m.ir, b) : some(&m, T_OBJ, vb), 0 };
    ir_ref r = ir_append(m.ir, op, refs[0], refs[1], 0, 0);
    refs[2] = ir_ops[op].type == T_NIL ? REF_NONE : r;
    snap_all(&m, 3, refs);
    finish(&m, 2);
}

static void
test_identity(void **state)
{
    static const enum ir_op ops[] = { IR_GEQ_P, IR_GNE_P, IR_EQ_P };
    PyObject *far = PyMem_RawCalloc(1, 64);
    for (size_t i = 0; i < COUNT(ops); i++) {
        for (int how = 0; how < 4; how++) {
            check_identity(ops[i], Py_None, Py_None, how);
            check_identity(ops[i], Py_None, Py_True, how);
        }
    }
    PyMem_RawFree(far);
}

/* An object whose fields are: a word of two halves, a pointer to an object, one to the fields of a third, which are objects. */
static void
check_items(int64_t index, bool constant, int keep)
{
    struct maker m = start();
    unsigned at = sizeof(PyObject);
    PyObject *leaf = test_raw(m.tf, 5, 6), *items = test_raw(m.tf, (int64_t)(uintptr_t)leaf, (int64_t)(uintptr_t)Py_None);
    union test_object *o = (union test_object *)test_raw(m.tf, (7ll << 32) + UINT32_MAX, (int64_t)(uintptr_t)leaf);
    o->raw.fields[2] = (int64_t)(uintptr_t)&((union test_object *)items)->raw.fields[0];
    ir_ref ref = some(&m, T_OBJ, (union ir_value){ .o = &o->base }), i = constant ? ir_int(m.ir, index) : some(&m, T_I64, (union ir_value){ .i = index });
    ir_ref keeps[8] = { keep & 1 ? ref : REF_NONE, keep & 2 ? i : REF_NONE };
    snap_all(&m, 8, keeps);
    ir_append(m.ir, IR_GEQ_P, ref, ref, 0, 0);
    keeps[2] = ir_append(m.ir, IR_OLOAD, ref, 0, 0, at + 8);
    ir_append(m.ir, IR_GNE_P, keeps[2], ir_ptr(m.ir, NULL), 0, 0);
    ir_append(m.ir, IR_GTYPE, keeps[2], 0, 0, ir_ptr(m.ir, &PyBaseObject_Type));
    ir_ref list = ir_append(m.ir, IR_ALOAD, ref, 0, 0, at + 16);
    keeps[3] = ir_append(m.ir, IR_LITEM, list, i, 0, 0);
    keeps[4] = ir_append(m.ir, IR_TITEM, ref, i, 0, 0);
    keeps[5] = ir_append(m.ir, IR_WLOAD, ref, 0, 0, at);
    keeps[6] = ir_append(m.ir, IR_WLOAD, ref, 0, 0, at + 4);
    ir_ref again = ir_append(m.ir, IR_OLOAD, ref, 0, 0, at + 8);       /* wanted once only: part of the guard */
    snap_all(&m, 8, keeps);
    ir_append(m.ir, IR_GNE_P, again, ir_obj(m.ir, Py_None), 0, 0);
    ir_ref word = ir_append(m.ir, IR_WLOAD, ref, 0, 0, at + 4);
    ir_append(m.ir, IR_GEQ_I, word, ir_int(m.ir, 7), 0, 0);
    ir_append(m.ir, IR_GEQ_P, ref, ir_obj(m.ir, Py_None), 0, 0);
    finish(&m, 6);
}

static void
test_items(void **state)
{
    for (int how = 0; how < 16; how++)
        check_items(how & 1, how & 2, how >> 2);
}

/* Items of a row of numbers, stored and loaded. */
static void
check_row(char code, int64_t v, bool constant, int keep)
{
    struct maker m = start();
    PyObject *row = test_raw(m.tf, -1, -1), *o = test_raw(m.tf, (int64_t)(uintptr_t)&((union test_object *)row)->raw.fields[0], 0);
    int64_t index = 8 / ((int64_t)1 << jit_item_shift((uint32_t)code));
    bool floats = jit_item_is_float((uint32_t)code);
    ir_ref ro = some(&m, T_OBJ, (union ir_value){ .o = o }), i = constant ? ir_int(m.ir, index) : some(&m, T_I64, (union ir_value){ .i = index });
    ir_ref x = some(&m, floats ? T_F64 : T_I64, floats ? (union ir_value){ .f = (double)v / 4 } : (union ir_value){ .i = v }), keeps[6] = { 0 };
    ir_ref at = ir_append(m.ir, IR_ALOAD, ro, 0, 0, sizeof(PyObject));
    ir_append(m.ir, floats ? IR_VSTORE_F : IR_VSTORE_I, at, i, x, (uint32_t)code);
    keeps[0] = ir_append(m.ir, floats ? IR_VLOAD_F : IR_VLOAD_I, at, i, 0, (uint32_t)code);
    keeps[1] = ir_append(m.ir, floats ? IR_VLOAD_F : IR_VLOAD_I, at, ir_int(m.ir, 0), 0, (uint32_t)code);
    ir_ref once = ir_append(m.ir, floats ? IR_VLOAD_F : IR_VLOAD_I, at, i, 0, (uint32_t)code);
    keeps[2] = ir_append(m.ir, floats ? IR_ADD_F : IR_ADD_I, x, once, 0, 0);
    keeps[3] = keep & 1 ? i : REF_NONE;
    keeps[4] = keep & 2 ? x : REF_NONE;
    snap_all(&m, 6, keeps);
    ir_append(m.ir, IR_GPOLL, 0, 0, 0, 0);
    finish(&m, 3);
}

static void
test_rows(void **state)
{
    for (const char *code = "bBhHiIlLqQfd"; *code != '\0'; code++)
        for (int how = 0; how < 8; how++) {
            int64_t low, high;
            jit_item_bounds((uint32_t)*code, &low, &high);
            check_row(*code, *code == 'f' || *code == 'd' ? -7 : low, how & 1, how >> 1);
            check_row(*code, *code == 'f' || *code == 'd' ? INT64_MAX : high, how & 1, how >> 1);
        }
}

/* Guards that call: what lives on, in registers or for their exits, is there behind the call. */
static void
check_late(enum ir_op op, Py_ssize_t count, uint64_t late, int keep)
{
    struct maker m = start();
    PyObject *o = test_raw(m.tf, 1, 2);
    o->ob_refcnt = count;
    ir_ref refs[8] = { some(&m, T_OBJ, (union ir_value){ .o = o }), some(&m, T_OBJ, (union ir_value){ .o = o }) };
    for (int i = 0; i < 6; i++)
        refs[2 + i] = some(&m, i & 1 ? T_F64 : T_I64, i & 1 ? (union ir_value){ .f = i * 1.5 } : (union ir_value){ .i = i });
    ir_ref sum = ir_append(m.ir, IR_ADD_I, refs[2], refs[4], 0, 0), product = ir_append(m.ir, IR_MUL_F, refs[3], refs[5], 0, 0);
    if (keep & 1)
        snap_all(&m, 8, refs);
    ir_append(m.ir, op, 0, ir_int(m.ir, (int64_t)late), 0, 0);
    ir_append(m.ir, op, 1, ir_int(m.ir, (int64_t)late), 0, 0);
    ir_ref ends[3] = { keep & 2 ? ir_append(m.ir, IR_ADD_I, sum, refs[6], 0, 0) : sum, keep & 4 ? ir_append(m.ir, IR_ADD_F, product, refs[7], 0, 0) : product };
    snap_all(&m, 2, ends);
    ir_append(m.ir, IR_GPOLL, 0, 0, 0, 0);
    finish(&m, 4);
}

/* Stores of references into an object and into its items. */
static void
check_stores(int keep, bool constant, bool boxes)
{
    struct maker m = start();
    unsigned at = sizeof(PyObject);
    PyObject *a = test_raw(m.tf, 0, 0), *b = test_raw(m.tf, 1, 2), *f = test_float(m.tf, 2.5);
    union test_object *o = (union test_object *)test_raw(m.tf, 0, 0);
    b->ob_refcnt = 3;
    f->ob_refcnt = 1;
    o->raw.fields[0] = ((union test_object *)a)->raw.fields[1] = (int64_t)(uintptr_t)f;          /* where it is used again */
    o->raw.fields[2] = (int64_t)(uintptr_t)&((union test_object *)a)->raw.fields[0];
    ir_ref ro = some(&m, T_OBJ, (union ir_value){ .o = &o->base }), rb = constant ? ir_obj(m.ir, b) : some(&m, T_OBJ, (union ir_value){ .o = b });
    ir_ref rf = some(&m, T_OBJ, (union ir_value){ .o = f }), i = constant ? ir_int(m.ir, 3) : some(&m, T_I64, (union ir_value){ .i = 3 });
    ir_ref v = some(&m, T_F64, (union ir_value){ .f = 7.25 }), refs[8] = { keep & 1 ? ro : 0, keep & 2 ? rb : 0, keep & 4 ? i : 0, keep & 8 ? v : 0 };
    snap_all(&m, 8, refs);
    ir_append(m.ir, IR_GAPART, rb, rf, 0, 0);
    ir_append(m.ir, IR_GAPART, ir_obj(m.ir, Py_None), some(&m, T_OBJ, (union ir_value){ .o = Py_None }), 0, 0);
    ir_append(m.ir, IR_GUNIQ, rf, 0, 0, 0);
    ir_ref items = ir_append(m.ir, IR_ALOAD, ro, 0, 0, at + 16);
    ir_ref new = boxes ? ir_append(m.ir, keep & 1 ? IR_RENEW_F : IR_REUSE_F, rf, v, 0, 0) : rb;
    ir_append(m.ir, IR_INC, rb, 0, 0, 0);
    ir_append(m.ir, IR_OSTORE, ro, new, 0, at);
    ir_append(m.ir, IR_OSTORE, ro, ir_obj(m.ir, Py_None), 0, at + 8);
    ir_append(m.ir, IR_LSTORE, items, i, rb, 0);
    ir_append(m.ir, IR_LSTORE, items, ir_int(m.ir, 1), new, 0);
    ir_append(m.ir, IR_DROP, rb, 0, 0, 0);
    refs[4] = ir_append(m.ir, IR_OLOAD, ro, 0, 0, at + 8);
    refs[5] = ir_append(m.ir, IR_LITEM, items, i, 0, 0);
    refs[6] = boxes ? new : REF_NONE;
    snap_all(&m, 8, refs);
    ir_append(m.ir, IR_GKEPT, rb, ir_int(m.ir, 0), 0, 0);
    ir_append(m.ir, IR_GAPART, rb, constant ? some(&m, T_OBJ, (union ir_value){ .o = b }) : rb, 0, 0);
    finish(&m, 4);
}

/* First values of the attributes of an instance that has room for two: its head, the values, their order. */
static void
check_first_values(bool forth, int keep)
{
    struct maker m = start();
    unsigned at = sizeof(PyObject);
    PyDictValues head = { .capacity = 2, .size = 0, .embedded = 1, .valid = 1, .shape = 69 };
    union test_object *o = (union test_object *)test_raw(m.tf, 0, 0);
    memcpy(&o->raw.fields[0], &head, sizeof(head));
    ir_ref ro = some(&m, T_OBJ, (union ir_value){ .o = &o->base }), v = some(&m, T_OBJ, (union ir_value){ .o = test_raw(m.tf, 1, 2) }), refs[8] = { keep & 1 ? ro : 0, keep & 2 ? v : 0 };
    for (int i = 0; i < 2; i++) {
        unsigned to = at + 8 + 8 * (unsigned)(i == forth);
        ir_append(m.ir, IR_OADD, ro, ir_int(m.ir, i == 0 ? 70 : INT32_MAX + 2ll), ir_int(m.ir, i), to);
        ir_append(m.ir, IR_OSTORE, ro, i == 0 ? v : ir_obj(m.ir, Py_None), 0, to);
    }
    refs[2] = ir_append(m.ir, IR_WLOAD, ro, 0, 0, at + 4);
    refs[3] = ir_append(m.ir, IR_WLOAD, ro, 0, 0, at);
    refs[4] = ir_append(m.ir, IR_OLOAD, ro, 0, 0, at + 8);
    refs[5] = ir_append(m.ir, IR_WLOAD, ro, 0, 0, at + 24);
    snap_all(&m, 8, refs);
    ir_append(m.ir, IR_GEQ_I, refs[2], ir_int(m.ir, 70), 0, 0);
    finish(&m, 4);
}

static void
test_first_values(void **state)
{
    for (int how = 0; how < 8; how++)
        check_first_values(how & 1, how >> 1);
}

static void
test_stores(void **state)
{
    for (int how = 0; how < 64; how++)
        check_stores(how & 15, how & 16, how & 32);
}

static void
test_late_drops(void **state)
{
    for (int keep = 0; keep < 8; keep++) {
        for (Py_ssize_t count = 1; count < 4; count++) {
            check_late(IR_GLATE, count, 0, keep);
            check_late(IR_GLATE, count, 1, keep);
            check_late(IR_GDIES, count, 0, keep);
        }
    }
}

static void
test_fields(void **state)
{
    struct maker m = start();
    ir_ref a = some(&m, T_OBJ, (union ir_value){ .o = test_raw(m.tf, 11, -3) }), b = some(&m, T_OBJ, (union ir_value){ .o = test_raw(m.tf, 0, 0) });
    unsigned at = sizeof(PyObject);
    ir_ref x = ir_append(m.ir, IR_RLOAD_I, a, 0, 0, at), y = ir_append(m.ir, IR_RLOAD_I, a, 0, 0, at + 8);
    ir_append(m.ir, IR_RSTORE_I, a, y, 0, at);                 /* x was loaded before: it must not be fused past this */
    ir_append(m.ir, IR_RSTORE_I, b, ir_int(m.ir, 77), 0, at);
    ir_append(m.ir, IR_RSTORE_I, b, ir_int(m.ir, 1ll << 50), 0, at + 8);
    ir_append(m.ir, IR_RSTORE_F, b, ir_float(m.ir, 2.5), 0, at + 16);
    ir_ref sum = ir_append(m.ir, IR_ADD_I, y, x, 0, 0), f = ir_append(m.ir, IR_RLOAD_F, b, 0, 0, at + 16);
    ir_ref g = ir_append(m.ir, IR_MUL_F, f, f, 0, 0);
    ir_append(m.ir, IR_RSTORE_F, b, g, 0, at + 24);
    ir_ref refs[] = { sum, g };
    snap_all(&m, 2, refs);
    snap_add_store(m.ir, (struct snap_store){ a, sum, at });
    snap_add_store(m.ir, (struct snap_store){ b, ir_int(m.ir, 3), at });
    finish(&m, 20);
}

static void
test_select(void **state)
{
    for (int how = 0; how < 16; how++) {
        struct maker m = start();
        union ir_value yes = { .i = how & 1 }, x = { .i = 5 }, y = { .i = -9 }, f = { .f = 1.5 }, g = { .f = -0.0 };
        ir_ref c = some(&m, T_BOOL, yes), a = some(&m, T_I64, x), b = how & 2 ? ir_int(m.ir, 1ll << 40) : some(&m, T_I64, y);
        ir_ref p = some(&m, T_F64, f), q = how & 4 ? ir_float(m.ir, 0.0) : some(&m, T_F64, g);
        ir_ref refs[5] = { ir_append(m.ir, IR_SELECT, c, a, b, 0), ir_append(m.ir, IR_SELECT, c, p, q, 0), 0, 0, 0 };
        if (how & 8)
            refs[2] = a, refs[3] = p, refs[4] = c;
        snap_all(&m, 5, refs);
        finish(&m, 4);
    }
}

static void
test_calls(void **state)
{
    for (size_t i = 0; i < COUNT(floats); i++) {
        for (size_t k = 0; k < COUNT(floats); k++) {
            struct maker m = start();
            ir_ref a = some(&m, T_F64, (union ir_value){ .f = floats[i] }), b = k & 1 ? some(&m, T_F64, (union ir_value){ .f = floats[k] })
                : ir_float(m.ir, floats[k]), n = some(&m, T_I64, (union ir_value){ .i = 1234567 });
            ir_ref refs[] = { a, n, ir_append(m.ir, IR_CALLL_F, b, a, 0, HELPER_FMOD), ir_append(m.ir, IR_CALLL_F, a, b, 0, HELPER_FMOD), 0, 0, 0 };
            refs[4] = ir_append(m.ir, IR_CALLL_F, refs[2], refs[3], 0, HELPER_FMOD);
            refs[5] = ir_append(m.ir, IR_ADD_F, refs[4], refs[2], 0, 0);
            refs[6] = ir_append(m.ir, IR_ADD_I, n, ir_int(m.ir, 1), 0, 0);
            snap_all(&m, 7, refs);
            finish(&m, 3);
        }
    }
}

static void
test_poll(void **state)
{
    for (int busy = 0; busy < 3; busy++) {
        struct maker m = start();
        m.tf->ts.eval_breaker = busy == 1 ? 4 : busy == 2 ? 0x100 : 0;
        ir_ref a = some(&m, T_I64, (union ir_value){ .i = 3 });
        snap_all(&m, 1, &a);
        ir_append(m.ir, IR_GPOLL, 0, 0, 0, 0);
        a = ir_append(m.ir, IR_NOT_I, a, 0, 0, 0);
        snap_all(&m, 1, &a);
        finish(&m, 2);
    }
}

static void
test_depth(void **state)
{
    for (int left = 1; left < 4; left++) {
        struct maker m = start();
        m.tf->ts.py_recursion_remaining = left;
        ir_ref a = some(&m, T_I64, (union ir_value){ .i = 3 });
        snap_all(&m, 1, &a);
        ir_append(m.ir, IR_GDEPTH, 2, 0, 0, 0);
        a = ir_append(m.ir, IR_NOT_I, a, 0, 0, 0);
        snap_all(&m, 1, &a);
        finish(&m, 2);
    }
}

/* ---- loops ---- */

static ir_ref
unknown(struct maker *m, int64_t v)
{
    return some(m, T_I64, (union ir_value){ .i = v });
}

static void
test_int_sum(void **state)
{
    for (int64_t n = 0; n < 5; n++) {
        struct maker m = start();
        ir_ref i0 = unknown(&m, 0), s0 = unknown(&m, 100), limit = unknown(&m, n * n * 10);
        snap_begin(m.ir, 1, 0);
        ir_append(m.ir, IR_LOOP, 0, 0, 0, 0);
        ir_ref refs[] = { i0, s0 };
        snap_all(&m, 2, refs);
        ir_append(m.ir, IR_GLT_I, i0, limit, 0, 0);
        ir_ref s1 = ir_append(m.ir, IR_ADDOV_I, s0, i0, 0, 0), i1 = ir_append(m.ir, IR_ADD_I, i0, ir_int(m.ir, 1), 0, 0);
        ir_append(m.ir, IR_PHI, i0, i1, 0, 0);
        ir_append(m.ir, IR_PHI, s0, s1, 0, 0);
        finish(&m, 30);
    }
}

static void
test_float_sum(void **state)
{
    struct maker m = start();
    ir_ref x0 = some(&m, T_F64, (union ir_value){ .f = 0.0 }), s0 = some(&m, T_F64, (union ir_value){ .f = 1e-3 });
    ir_append(m.ir, IR_LOOP, 0, 0, 0, 0);
    ir_ref refs[] = { x0, s0 };
    snap_all(&m, 2, refs);
    ir_append(m.ir, IR_GLT_F, x0, ir_float(m.ir, 300.0), 0, 0);
    ir_ref x1 = ir_append(m.ir, IR_ADD_F, x0, ir_float(m.ir, 0.75), 0, 0);
    ir_ref t = ir_append(m.ir, IR_MUL_F, x1, x0, 0, 0), s1 = ir_append(m.ir, IR_ADD_F, s0, t, 0, 0);
    ir_append(m.ir, IR_PHI, x0, x1, 0, 0);
    ir_append(m.ir, IR_PHI, s0, s1, 0, 0);
    finish(&m, 30);
}

/* a, b = b, a + b; and a rotation of four, one of them a float. */
static void
test_rotations(void **state)
{
    struct maker m = start();
    ir_ref a = unknown(&m, 0), b = unknown(&m, 1), c = unknown(&m, 2), d = unknown(&m, 3), e = unknown(&m, 4);
    ir_ref f = some(&m, T_F64, (union ir_value){ .f = 1.0 }), g = some(&m, T_F64, (union ir_value){ .f = 2.0 });
    ir_append(m.ir, IR_LOOP, 0, 0, 0, 0);
    ir_ref refs[] = { a, b, c, d, e, f, g };
    snap_all(&m, 7, refs);
    ir_append(m.ir, IR_GLT_I, a, ir_int(m.ir, 1000000), 0, 0);
    ir_ref sum = ir_append(m.ir, IR_ADDOV_I, a, b, 0, 0);
    ir_append(m.ir, IR_PHI, a, b, 0, 0);
    ir_append(m.ir, IR_PHI, b, sum, 0, 0);
    ir_append(m.ir, IR_PHI, c, d, 0, 0);
    ir_append(m.ir, IR_PHI, d, e, 0, 0);
    ir_append(m.ir, IR_PHI, e, c, 0, 0);
    ir_append(m.ir, IR_PHI, f, g, 0, 0);
    ir_append(m.ir, IR_PHI, g, f, 0, 0);
    finish(&m, 100);
}

/* Right sides that are constants, invariants, or one value twice. */
static void
test_odd_phis(void **state)
{
    struct maker m = start();
    ir_ref i0 = unknown(&m, 0), a = unknown(&m, 1), b = unknown(&m, 2), c = unknown(&m, 3), d = unknown(&m, 4), inv = unknown(&m, 5);
    ir_ref f = some(&m, T_F64, (union ir_value){ .f = 1.0 });
    ir_append(m.ir, IR_LOOP, 0, 0, 0, 0);
    ir_ref refs[] = { i0, a, b, c, d, f };
    snap_all(&m, 6, refs);
    ir_ref i1 = ir_append(m.ir, IR_ADDOV_I, i0, ir_int(m.ir, 1), 0, 0);
    ir_append(m.ir, IR_GLT_I, i1, ir_int(m.ir, 7), 0, 0);
    ir_append(m.ir, IR_PHI, i0, i1, 0, 0);
    ir_append(m.ir, IR_PHI, a, ir_int(m.ir, 1ll << 40), 0, 0);
    ir_append(m.ir, IR_PHI, b, inv, 0, 0);
    ir_append(m.ir, IR_PHI, c, i1, 0, 0);
    ir_append(m.ir, IR_PHI, d, d, 0, 0);
    ir_append(m.ir, IR_PHI, f, ir_float(m.ir, 2.5), 0, 0);
    finish(&m, 100);
}

/* n PHIs and as many invariants: more than there are registers; a call in the middle. */
static void
check_pressure(unsigned n, bool call, bool vector)
{
    struct maker m = start();
    enum ir_type t = vector ? T_F64 : T_I64;
    ir_ref phi[30], inv[30], next[30], i0 = unknown(&m, 0), refs[64];
    for (unsigned k = 0; k < n; k++) {
        union ir_value v = { .i = k * k + 1 }, w = { .i = 1000 + k };
        phi[k] = refs[k] = some(&m, t, vector ? (union ir_value){ .f = (double)v.i } : v);
        inv[k] = some(&m, t, vector ? (union ir_value){ .f = 1.0 / (double)w.i } : w);
    }
    ir_append(m.ir, IR_LOOP, 0, 0, 0, 0);
    refs[n] = i0;
    snap_all(&m, n + 1, refs);
    ir_append(m.ir, IR_GLT_I, i0, ir_int(m.ir, 9), 0, 0);
    for (unsigned k = 0; k < n; k++) {
        next[k] = ir_append(m.ir, vector ? IR_ADD_F : IR_ADDOV_I, phi[k], inv[(k * 7 + 3) % n], 0, 0);
        next[k] = ir_append(m.ir, vector ? IR_SUB_F : IR_XOR_I, next[k], phi[(k + 1) % n], 0, 0);
    }
    if (call && vector)
        next[0] = ir_append(m.ir, IR_CALLL_F, next[0], next[1], 0, HELPER_FMOD);
    ir_ref i1 = ir_append(m.ir, IR_ADD_I, i0, ir_int(m.ir, 1), 0, 0);
    for (unsigned k = 0; k < n; k++) {
        refs[k] = next[k];
        ir_append(m.ir, IR_GNE_I, i1, ir_int(m.ir, 1000 + k), 0, 0);
    }
    ir_append(m.ir, IR_PHI, i0, i1, 0, 0);
    for (unsigned k = 0; k < n; k++)
        ir_append(m.ir, IR_PHI, phi[k], next[k], 0, 0);
    finish(&m, 40);
}

static void
test_pressure(void **state)
{
    for (unsigned n = 2; n < 28; n += 3) {
        check_pressure(n, false, false);
        check_pressure(n, false, true);
        check_pressure(n, true, true);
    }
}

static void
test_boxed_exits(void **state)
{
    struct maker m = start();
    ir_ref i0 = unknown(&m, 0), x0 = some(&m, T_F64, (union ir_value){ .f = 0.5 }), box = ir_append(m.ir, IR_BOX_I, i0, 0, 0, 0);
    ir_append(m.ir, IR_LOOP, 0, 0, 0, 0);
    snap_begin(m.ir, 1, 0);
    snap_add_entry(m.ir, SNAP_ENTRY(0, 0, HOW_INT, box));
    snap_add_entry(m.ir, SNAP_ENTRY(1, 0, HOW_NULL, 0));
    snap_add_entry(m.ir, SNAP_ENTRY(2, 0, HOW_BOOL, ir_bool(m.ir, true)));
    ir_append(m.ir, IR_GLT_I, i0, ir_int(m.ir, 50), 0, 0);
    ir_ref x1 = ir_append(m.ir, IR_ADD_F, x0, ir_float(m.ir, 1.0), 0, 0), i1 = ir_append(m.ir, IR_ADD_I, i0, ir_int(m.ir, 3), 0, 0);
    ir_ref fbox = ir_append(m.ir, IR_BOX_F, x1, 0, 0, 0), kbox = ir_append(m.ir, IR_BOX_I, ir_int(m.ir, 4), 0, 0, 0);
    snap_begin(m.ir, 2, 0);
    snap_add_entry(m.ir, SNAP_ENTRY(0, 0, HOW_FLOAT, fbox));
    snap_add_entry(m.ir, SNAP_ENTRY(1, 0, HOW_INT, kbox));
    ir_append(m.ir, IR_GLT_F, x1, ir_float(m.ir, 15.0), 0, 0);
    ir_append(m.ir, IR_PHI, i0, i1, 0, 0);
    ir_append(m.ir, IR_PHI, x0, x1, 0, 0);
    finish(&m, 30);
}

/* An exit led into another trace: state and numbers are those of the second. */
static void
test_patch(void **state)
{
    struct maker m = start(), other = start();
    struct x64_code code, next;
    ir_ref a = unknown(&m, 3), b = unknown(&other, 4);
    snap_all(&m, 1, &a);
    ir_append(m.ir, IR_GEQ_I, a, ir_int(m.ir, 9), 0, 0);
    snap_all(&other, 1, &b);
    assert_null(x64_compile(m.ir, 1, 0, NULL, &code));
    assert_null(x64_compile(other.ir, 2, 0, NULL, &next));
    test_slot(other.tf, 0, m.tf->frame.localsplus[0]);
    for (int i = 0; i < 3; i++) {
        assert_true(x64_patch(&code, 0, i == 1 ? next.code : NULL));
        x64_enter(&m.tf->ts, &m.tf->frame, code.code);
        assert_int_equal(test_state.trace, i == 1 ? 2 : 1);
        assert_int_equal(test_state.exit, 0);
        const struct x64_code *c = i == 1 ? &next : &code;
        assert_int_equal(test_at(c->locs[c->first_loc[0]]), 3);
    }
    x64_free(&code);
    x64_free(&next);
    discard(&m);
    discard(&other);
}

/* ---- objects made in traces ---- */

/* Whatever the slot held before, and however many others refer to that. */
static void
test_renewal(void **state)
{
    static const char *const olds[] = { "7", "1000", "-70000", "1152921504606846975", "2305843009213693951", "1180591620717411303424", "1.5", "None" };
    static const int64_t values[] = { 0, -5, 256, 257, -6, 1 << 29, 1 << 30, -(1 << 30), (1ll << 60) - 1, 1ll << 60, INT64_MIN };
    for (size_t i = 0; i < COUNT(olds); i++) {
        for (size_t k = 0; k < 2 * COUNT(values); k++) {
            PyObject *slot = strcmp(olds[i], "None") == 0 ? NULL : strchr(olds[i], '.') ? PyFloat_FromDouble(atof(olds[i])) : PyLong_FromString(olds[i], NULL, 10);
            PyObject *other = k >= COUNT(values) ? Py_XNewRef(slot) : NULL, *copy = other;
            int64_t v = values[k % COUNT(values)];
            PyObject *o = jit_slot_renew_int(&slot, v);
            assert_true(o != NULL && o == slot && PyLong_CheckExact(o) && PyLong_AsLongLong(o) == v && (other == NULL || o != other || _Py_IsImmortal(o)));
            assert_true(_Py_IsImmortal(o) ? v >= -5 && v <= 256 : Py_REFCNT(o) == 1);
            if (other != NULL && PyLong_Check(other))
                copy = PyLong_FromString(olds[i], NULL, 10);
            assert_true(other == NULL || PyObject_RichCompareBool(other, copy, Py_EQ) == 1);
            assert_true((o = jit_slot_renew_float(&slot, 0.25)) == slot && PyFloat_AsDouble(o) == 0.25);
            assert_true(jit_slot_renew_float(&slot, -0.5) == o && Py_REFCNT(o) == 1 && PyFloat_AsDouble(o) == -0.5);
            Py_XDECREF(slot);
            Py_XDECREF(other);
        }
    }
}

/* Instead of x64_slow(): the result is NULL. */
__attribute__((naked, noinline)) static void
no_memory(void)
{
    __asm__("movq $0, 8+2328(%rsp)\nmov 8+2336(%rsp), %rax\nret\n");
}
static_assert(offsetof(struct x64_state, args[0]) == 2328 && offsetof(struct x64_state, args[1]) == 2336, "as in the text");

/* The call of x64_slow() in the code leads elsewhere. */
static bool
redirect(const struct x64_code *code, const void *from, const void *to)
{
    for (uint32_t i = 0; i + 5 <= code->size; i++) {
        int32_t distance;
        memcpy(&distance, code->code + i + 1, 4);
        if (code->code[i] != 0xe8 || code->code + i + 5 + distance != (const uint8_t *)from)
            continue;
        distance = (int32_t)((const uint8_t *)to - (code->code + i + 5));
        return x64_memory_write(code->code + i + 1, &distance, 4);
    }
    return false;
}

static void
test_no_memory_for_objects(void **state)
{
    for (uint32_t seed = 0; seed < 30; seed++) {
        struct maker m = start();
        struct x64_code code;
        ir_ref refs[9];
        for (int i = 0; i < 8; i++)
            refs[i] = i < 4 ? unknown(&m, i) : some(&m, T_F64, (union ir_value){ .f = i });
        snap_all(&m, 8, refs);
        refs[8] = ir_append(m.ir, IR_NEW_F, refs[7], 0, 0, 0);
        ir_append(m.ir, IR_FPUT_NEW, 20, refs[8], 0, 0);
        snap_all(&m, 9, refs);
        ir_append(m.ir, IR_GNE_I, refs[0], refs[1], 0, 0);
        assert_null(x64_compile(m.ir, 5, seed, NULL, &code));
        assert_true(redirect(&code, (const void *)x64_slow, (const void *)no_memory));
        x64_enter(&m.tf->ts, &m.tf->frame, code.code);
        assert_int_equal(test_state.exit, 0);
        assert_null(test_slots_of(m.tf)[20]);
        for (int i = 0; i < 8; i++) {
            union ir_value v = { .bits = test_at(code.locs[code.first_loc[0] + (uint32_t)i]) };
            assert_true(i < 4 ? v.i == i : v.f == (double)i);
        }
        x64_free(&code);
        discard(&m);
    }
}

/* ---- code memory ---- */

static void
test_memory(void **state)
{
    uint8_t *p[64];
    assert_int_equal(x64_init(test_handler), 0);
    size_t before = x64_memory_set_limit(2 * X64_AREA), used = x64_used();
    for (int i = 0; i < 64; i++) {
        p[i] = x64_memory_alloc(7000);
        assert_non_null(p[i]);
        assert_true(x64_memory_write(p[i], "\xc3", 1));
        assert_int_equal(p[i][0], 0xc3);
        assert_true(x64_memory_reaches((const void *)(uintptr_t)&test_memory));
    }
    assert_null(x64_memory_alloc(200000));
    assert_int_equal(x64_used() - used, 64 * 7040);
    for (int i = 0; i < 64; i++)
        x64_memory_free(p[i * 37 % 64], 7000);
    assert_int_equal(x64_used(), used);
    uint8_t *all = x64_memory_alloc(2 * X64_AREA);             /* the pieces have become one again */
    assert_non_null(all);
    x64_memory_free(all, 2 * X64_AREA);
    assert_null(x64_memory_alloc(2 * X64_AREA + 1));
    x64_memory_set_limit(before);
}

/* Blocks of all sizes come and go; none overlaps another. */
static void
test_memory_random(void **state)
{
    static struct { uint8_t *p; size_t size; } blocks[200];
    uint32_t seed = 1;
    size_t used = x64_used();
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t k = (seed >> 8) % COUNT(blocks);
        if (blocks[k].p != NULL) {
            x64_memory_free(blocks[k].p, blocks[k].size);
            blocks[k].p = NULL;
        } else {
            blocks[k].size = 1 + (seed >> 16) % 9000;
            assert_non_null(blocks[k].p = x64_memory_alloc(blocks[k].size));
        }
    }
    for (size_t i = 0; i < COUNT(blocks); i++) {
        for (size_t k = 0; k < i; k++)
            assert_true(!blocks[i].p || !blocks[k].p || blocks[i].p + blocks[i].size <= blocks[k].p || blocks[k].p + blocks[k].size <= blocks[i].p);
    }
    for (size_t i = 0; i < COUNT(blocks); i++) {
        if (blocks[i].p != NULL)
            x64_memory_free(blocks[i].p, blocks[i].size);
    }
    assert_int_equal(x64_used(), used);
}

/* A child writes code of its own; the parent's stays. */
static void
test_fork(void **state)
{
    uint8_t *p = x64_memory_alloc(6);
    assert_true(p != NULL && x64_memory_write(p, "\xb8\1\0\0\0\xc3", 6));
    pid_t child = fork();
    if (child == 0) {
        bool ok = x64_memory_write(p + 1, "\2", 1) && ((int (*)(void))(uintptr_t)p)() == 2;
        _exit(ok ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(((int (*)(void))(uintptr_t)p)(), 1);
    x64_memory_free(p, 6);
}

static void
test_out_of_memory(void **state)
{
    struct ir *ir = ir_new();
    struct x64_code code;
    snap_begin(ir, 0, 0);
    size_t before = x64_memory_set_limit(0);
    uint8_t *all = x64_committed() ? x64_memory_alloc(x64_committed()) : NULL;
    assert_string_equal(x64_compile(ir, 1, 0, NULL, &code), "out of code memory");
    x64_memory_set_limit(before);
    if (all != NULL)
        x64_memory_free(all, x64_committed());
    ir_free(ir);
}

/* More values live than there are slots: refused in words. */
static void
test_too_many_values(void **state)
{
    struct maker m = start();
    struct x64_code code;
    ir_ref x = unknown(&m, 1), v[400];
    for (int i = 0; i < 400; i++)
        v[i] = ir_append(m.ir, IR_ADD_I, x, ir_int(m.ir, i), 0, 0);
    snap_all(&m, 400, v);
    assert_string_equal(x64_compile(m.ir, 1, 0, NULL, &code), "too many values at once");
    assert_null(code.code);
    discard(&m);
}

static void
test_large_trace(void **state)
{
    struct maker m = start();
    ir_ref v[16];
    for (int i = 0; i < 16; i++)
        v[i] = i < 8 ? unknown(&m, i) : some(&m, T_F64, (union ir_value){ .f = i });
    for (int k = 0; k < 7000; k++) {
        int i = k % 16, other = i / 8 * 8 + (k / 16) % 8;
        if (k % 5 == 0)
            snap_all(&m, 16, v);
        if (k % 7 == 3)
            ir_append(m.ir, i < 8 ? IR_GNE_I : IR_GNE_F, v[i], i < 8 ? ir_int(m.ir, INT64_MIN + k) : ir_float(m.ir, 1e200), 0, 0);
        else
            v[i] = ir_append(m.ir, i < 8 ? IR_XOR_I : IR_SUB_F, v[i], v[other], 0, 0);
    }
    struct x64_code code;
    double t = now();
    assert_null(x64_compile(m.ir, 1, 0, NULL, &code));
    print_message("%d instructions, %u exits compiled in %.1f us\n", m.ir->end - REF_BIAS, code.nexits, now() - t);
    x64_free(&code);
    finish(&m, 2);
}

/* ---- time ---- */

/* A trace of about 250 instructions: a third of them guards, snapshots with up to 8 entries. */
static void
test_compile_time(void **state)
{
    struct maker m = start();
    ir_ref v[8], w[8];
    for (int k = 0; k < 8; k++)
        v[k] = w[k] = unknown(&m, k + 1);
    ir_append(m.ir, IR_LOOP, 0, 0, 0, 0);
    for (int k = 0; k < 220; k++) {
        ir_ref a = v[k % 8], b = v[(k * 3 + 1) % 8];
        if (k % 6 == 0)
            snap_all(&m, 8, v);
        if (k % 4 == 3)
            ir_append(m.ir, IR_GNE_I, a, ir_int(m.ir, -12345), 0, 0);
        else
            v[k % 8] = ir_append(m.ir, k % 4 == 0 ? IR_ADDOV_I : k % 4 == 1 ? IR_XOR_I : IR_SUB_I, a, b, 0, 0);
    }
    for (int k = 0; k < 8; k++)
        ir_append(m.ir, IR_PHI, w[k], v[k], 0, 0);
    double best = 1e9;
    for (int round = 0; round < 50; round++) {
        struct x64_code code;
        double t = now();
        assert_null(x64_compile(m.ir, 1, 0, NULL, &code));
        t = now() - t;
        best = t < best ? t : best;
        x64_free(&code);
    }
    print_message("%d instructions compiled in %.1f us\n", m.ir->end - REF_BIAS, best);
    assert_true(best < 500);
    finish(&m, 3);
}

static void
test_enter_time(void **state)
{
    struct maker m = start();
    struct x64_code code;
    assert_null(x64_compile(m.ir, 1, 0, NULL, &code));
    double best = 1e9;
    for (int round = 0; round < 20; round++) {
        double t = now();
        for (int i = 0; i < 10000; i++)
            x64_enter(&m.tf->ts, &m.tf->frame, code.code);
        t = (now() - t) / 10000 * 1e3;
        best = t < best ? t : best;
    }
    char *text = x64_dump(&code);
    assert_non_null(text);
    assert_non_null(strstr(text, "1 exits"));
    PyMem_Free(text);
    print_message("entered and left in %.1f ns, with the test's handler\n", best);
    x64_free(&code);
    discard(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory), cmocka_unit_test(test_memory_random), cmocka_unit_test(test_fork),
        cmocka_unit_test(test_out_of_memory), cmocka_unit_test(test_int_ops), cmocka_unit_test(test_division_by_constants),
        cmocka_unit_test(test_float_ops),
        cmocka_unit_test(test_conversions), cmocka_unit_test(test_boxes), cmocka_unit_test(test_types), cmocka_unit_test(test_identity),
        cmocka_unit_test(test_items), cmocka_unit_test(test_rows), cmocka_unit_test(test_late_drops), cmocka_unit_test(test_stores), cmocka_unit_test(test_first_values), cmocka_unit_test(test_fields), cmocka_unit_test(test_select), cmocka_unit_test(test_calls), cmocka_unit_test(test_poll),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_int_sum), cmocka_unit_test(test_float_sum), cmocka_unit_test(test_rotations), cmocka_unit_test(test_odd_phis),
        cmocka_unit_test(test_pressure), cmocka_unit_test(test_boxed_exits), cmocka_unit_test(test_patch), cmocka_unit_test(test_too_many_values),
        cmocka_unit_test(test_renewal), cmocka_unit_test(test_no_memory_for_objects),
        cmocka_unit_test(test_large_trace), cmocka_unit_test(test_compile_time), cmocka_unit_test(test_enter_time),
    };
    return test_runtime() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
