/* jit/opt/opt_test.c: what each rule makes of its instruction; loops written by hand, before and after; random rounds that must leave behind
 * the same whether they were optimised or not. */
#include <Python.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jit/ir/ir_testing.h"
#include "jit/opt/fold.h"
#include "jit/opt/opt.h"
#include "jit/opt/opt_testing.h"
#include "object/init.h"
#include "rt/interp.h"
#include "rt/runtime.h"

static struct ir *raw, *ir;

static int
set_up(void **state)
{
    raw = ir_new();
    ir = ir_new();
    return raw == NULL || ir == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
    ir_free(raw);
    ir_free(ir);
    return 0;
}

static void
parse(struct ir *to, const char *text)
{
    int line;
    if (ir_parse(to, text, &line) < 0)
        fail_msg("line %d of:\n%s", line, text);
}

static void
print_ir(const char *what, const struct ir *t)
{
    char *text = ir_dump(t, true, false);
    printf("---- %s\n%s", what, text);
    PyMem_Free(text);
}

/* raw into ir. False when a guard never holds. */
static ir_ref refs[0x10000];           /* in ir, of those in raw */
static bool emit_all(void) { return opt_test_emit(raw, ir, refs); }

/* ---- random rounds ---- */

static void
well_formed(const char *what)
{
    const char *bad = ir_verify(ir);
    if (bad != NULL) {
        print_ir("raw", raw);
        print_ir(what, ir);
        fail_msg("%s: %s", what, bad);
    }
}

static int runs, runs_undecided;

static void
runs_like_plain(const char *what, const struct test_state *st, int rounds)
{
    static struct test_state ends[TEST_ENDS], got;
    int n = test_run_plain(raw, st, rounds, ends);
    enum ir_op guard = test_run_eval(ir, st, &got);
    runs++;
    for (int i = 0; i < n; i++) {
        runs_undecided += ends[i].pc == TEST_ANY;
        if (ends[i].pc == TEST_ANY || test_same(&ends[i], &got))
            return;
    }
    if (guard == IR_GNE_P && test_passes_by(raw, st, rounds, &got))
        return;
    print_ir("raw", raw);
    print_ir(what, ir);
    test_print("from", st);
    for (int i = 0; i < n; i++)
        test_print("right", &ends[i]);
    test_print("got", &got);
    fail_msg("%s changes what the trace does", what);
}

static void
check_states(const char *what, const struct test_state *st, uint64_t seed, int rounds)
{
    struct test_state other;
    well_formed(what);
    runs_like_plain(what, st, rounds);
    for (int i = 0; i < 3; i++) {
        test_random_state(&seed, &other);
        other.slots[0].v.i -= i == 2 ? other.slots[0].v.i : 0;
        runs_like_plain(what, &other, rounds);
    }
}

static void
random_rounds_keep_their_meaning(void **state)
{
    const char *from = getenv("OPT_TEST_SEED"), *count = getenv("OPT_TEST_COUNT");
    uint64_t first = from != NULL ? strtoull(from, NULL, 10) : 1, n = count != NULL ? strtoull(count, NULL, 10) : 1500;
    int looped = 0;
    for (uint64_t i = first; i < first + n; i++) {
        uint64_t seed = i;
        struct test_state st;
        test_random_state(&seed, &st);
        test_random_round(raw, &seed, &st, 10 + (int)(i % 60));
        const char *bad = ir_verify(raw);
        if (bad != NULL || !emit_all()) {
            print_ir("raw", raw);
            fail_msg("seed %llu: %s", (unsigned long long)i, bad != NULL ? bad : "a guard that holds is said not to");
        }
        check_states("folding", &st, seed, 1);
        const char *why = opt_loop(ir);
        if (why != NULL)
            continue;
        looped++;
        check_states("peeling", &st, seed, 1000);
        assert_null(opt_ranges(ir, NULL));
        check_states("ranges", &st, seed, 1000);
        assert_null(opt_dead(ir));
        check_states("dead code", &st, seed, 1000);
    }
    printf("%d of %d rounds became loops; %d of %d runs cannot be judged\n", looped, (int)n, runs_undecided, runs);
    assert_true(looped > (int)n / 2 && runs_undecided <= runs / 800);
}

/* ---- rules ---- */

static const char header[] =
    "o = SLOAD #0\n"
    "x = RLOAD_I o +16\n"
    "y = RLOAD_I o +24\n"
    "f = RLOAD_F o +32\n"
    "g = RLOAD_F o +40\n"
    "p0 = SLOAD #1\n"
    "p = UNBOX_B p0\n"
    "q0 = SLOAD #2\n"
    "q = UNBOX_B q0\n"
    "u = SLOAD #3\n"
    "w = SLOAD #4\n";
static const char *const header_names[] = { "", "o", "x", "y", "f", "g", "p0", "p", "q0", "q", "u", "w" };
#define HEADER_INS 11

/* Copies the line, v-numbers replaced by names. */
static char *
copy_named(char *to, const char *line, size_t len)
{
    for (const char *s = line, *end = line + len; s < end; ) {
        if (*s == 'v' && s[1] >= '0' && s[1] <= '9' && (s == line || s[-1] == ' ')) {
            int n = (int)strtol(s + 1, (char **)&s, 10);
            to += n <= HEADER_INS ? sprintf(to, "%s", header_names[n]) : sprintf(to, "t%d", n - HEADER_INS);
        } else {
            *to++ = *s++;
        }
    }
    *to = 0;
    return to;
}

/* What stands behind the header: instructions, then the result. */
static void
describe(char *out, ir_ref result, bool is_guard)
{
    ir_ref end = ir->end;
    char *to = out;
    *out = 0;
    if (!is_guard)
        ir_append(ir, IR_GEQ_P, result, result, 0, 0);
    char *text = ir_dump(ir, false, false), *line = text;
    for (int i = 0; *line != 0; i++, line = strchr(line, '\n') + 1) {
        if (i <= HEADER_INS || i >= end - REF_BIAS)
            continue;
        to = copy_named(to, line + 2, strcspn(line + 2, "\n"));
        to += sprintf(to, "; ");
    }
    if (is_guard) {
        sprintf(to, "%s", result == REF_NONE ? "holds" : result == REF_FAIL ? "never" : "guard");
    } else {
        char *last = strstr(text, "GEQ_P ") + 6;
        while (strstr(last, "GEQ_P ") != NULL)
            last = strstr(last, "GEQ_P ") + 6;
        copy_named(to, last, strcspn(last, " "));
    }
    PyMem_Free(text);
    ir->end = end;
}

static void
set_values(struct test_state *st, int i)
{
    static const int64_t ints[] = { 0, 1, -1, 2, 3, 7, 8, 9, 10, 63, 255, 256, (INT64_C(1) << 53) + 1, INT64_C(1) << 62, -(INT64_C(1) << 62), INT64_MAX, INT64_MIN,
                                    INT64_MIN + 1, -7, -8, 64 };
    static const double floats[] = { 0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -4.0, 1e308, 5e-324, -5e-324, 2.5e-308, INFINITY, -INFINITY, NAN, 0.1 };
    union ir_value *fields = st->cells[0].fields;
    memset(st, 0, sizeof(*st));
    fields[0].i = ints[i % 21];
    fields[1].i = ints[i / 21];
    fields[2].f = floats[i % 16];
    fields[3].f = floats[i / 16 % 16];
    st->slots[0] = (struct test_slot){ T_OBJ, { .o = &test_cells[0].head } };
    st->slots[1] = (struct test_slot){ T_BOOL, { .i = i & 1 } };
    st->slots[2] = (struct test_slot){ T_BOOL, { .i = i >> 1 & 1 } };
    st->slots[3] = (struct test_slot){ T_I64, { .i = i } };
    st->slots[4] = (struct test_slot){ T_F64, { .f = i } };
}

/* raw and ir compute the same for all values: leave both, or neither and have the same result. */
static void
same_result(const char *in, ir_ref raw_last, ir_ref last)
{
    static union ir_value a[0x10000], b[0x10000];
    static const uintptr_t quiet;
    bool is_guard = ir_ops[raw->at[raw_last].op].type == T_NIL;
    for (int i = 0; i < 21 * 21; i++) {
        struct test_state st;
        PyObject *slots[TEST_SLOTS];
        set_values(&st, i);
        test_slots(&st, slots);
        bool goes_on = ir_eval(raw, slots, &quiet, NULL, a, 1).guard == REF_NONE;
        test_slots(&st, slots);
        bool folded_goes_on = last != REF_FAIL && ir_eval(ir, slots, &quiet, NULL, b, 1).guard == REF_NONE;
        if (goes_on != folded_goes_on)
            fail_msg("%s: one of both leaves, for values %d", in, i);
        if (!goes_on || is_guard)
            continue;
        union ir_value v = a[raw_last], w = b[last];
        bool nans = ir_type_of(raw, raw_last) == T_F64 && v.f != v.f && w.f != w.f;
        if (v.bits != w.bits && !nans)
            fail_msg("%s: another result for values %d", in, i);
    }
}

static void
check_rule(const char *in, const char *out)
{
    char text[1000], got[2000];
    const char *snap = "snap pc 0 depth 0\n";
    snprintf(text, sizeof(text), "locals 5\n%s%s%s", snap, header, in);
    parse(raw, text);
    /* Else what only folding can make sense of: boxes, BOOLs as objects. There are no items to read here. */
    bool runs = ir_verify(raw) == NULL && strstr(in, "ITEM") == NULL && strstr(in, "VLOAD") == NULL && strstr(in, "STORE ") == NULL && strstr(in, "RE") == NULL;
    bool reaches = emit_all();
    ir_ref raw_last = raw->end - 1, last = refs[raw_last];
    bool is_guard = ir_ops[raw->at[raw_last].op].type == T_NIL;
    if (!reaches && last != REF_FAIL)
        fail_msg("%s: an earlier guard never holds", in);
    describe(got, last, is_guard || last == REF_FAIL);
    if (strcmp(got, out) != 0)
        fail_msg("%s\n  gives  %s\n  not    %s", in, got, out);
    if (runs)
        same_result(in, raw_last, last);
}

static const struct { const char *in, *out; } rules[] = {
    /* constants */
    { "r = ADDOV_I 3 4", "7" }, { "r = ADDOV_I 9223372036854775807 1", "never" }, { "r = DIV_I -7 2", "-4" }, { "r = MUL_F 0.5 -0.0", "-0.0" },
    { "r = LT_F nan 1.0", "false" }, { "GNLT_F nan 1.0", "holds" }, { "GLT_I 4 3", "never" }, { "r = CALLL_F 7.0 -2.0 FMOD", "-1.0" },
    { "r = I2F 9007199254740993", "9007199254740992.0" }, { "r = SELECT true x y", "x" }, { "r = SELECT p x x", "x" },
    { "r = NOT_B true", "false" }, { "GEQ_P [None] [True]", "never" }, { "GEQ_P [None] [None]", "holds" },
    /* integers */
    { "r = ADDOV_I x 0", "x" }, { "r = ADDOV_I 0 x", "x" }, { "r = ADDOV_I x y", "t1 = ADDOV_I y x; t1" }, { "r = SUBOV_I x 0", "x" },
    { "r = SUBOV_I x x", "0" }, { "r = SUBOV_I x 5", "t1 = ADDOV_I x -5; t1" }, { "r = SUB_I x 5", "t1 = ADD_I x -5; t1" },
    { "r = SUBOV_I x -9223372036854775808", "t1 = SUBOV_I x -9223372036854775808; t1" }, { "r = MULOV_I x 0", "0" }, { "r = MULOV_I x 1", "x" },
    { "r = MULOV_I x 2", "t1 = ADDOV_I x x; t1" }, { "r = MULOV_I x -1", "t1 = NEGOV_I x; t1" }, { "r = MUL_I x 2", "t1 = ADD_I x x; t1" },
    { "r = MULOV_I x 8", "t1 = MULOV_I x 8; t1" }, { "r = AND_I x 0", "0" }, { "r = AND_I x -1", "x" }, { "r = AND_I x x", "x" },
    { "r = OR_I x 0", "x" }, { "r = OR_I x -1", "-1" }, { "r = OR_I x x", "x" }, { "r = XOR_I x x", "0" }, { "r = XOR_I x 0", "x" },
    { "r = XOR_I x -1", "t1 = NOT_I x; t1" }, { "r = SHLOV_I x 0", "x" }, { "r = SHLOV_I x 1", "t1 = ADDOV_I x x; t1" },
    { "r = SHLOV_I 0 63", "0" }, { "r = SHR_I x 0", "x" }, { "r = DIV_I x 1", "x" }, { "r = DIV_I x 8", "t1 = SHR_I x 3; t1" },
    { "r = DIV_I x 4611686018427387904", "t1 = SHR_I x 62; t1" }, { "r = DIV_I x -8", "t1 = DIV_I x -8; t1" }, { "r = MOD_I x 1", "0" },
    { "r = MOD_I x 8", "t1 = AND_I x 7; t1" }, { "r = MOD_I x 10", "t1 = MOD_I x 10; t1" }, { "r = MOD_I x -8", "t1 = MOD_I x -8; t1" },
    { "n = NEGOV_I x\nr = NEGOV_I n", "t1 = NEGOV_I x; x" }, { "n = NOT_I x\nr = NOT_I n", "t1 = NOT_I x; x" },
    { "a = ADDOV_I x y\nr = ADDOV_I y x", "t1 = ADDOV_I y x; t1" }, { "a = ADDOV_I x y\nr = ADD_I y x", "t1 = ADDOV_I y x; t1" },
    { "a = SUBOV_I x y\nr = SUBOV_I y x", "t1 = SUBOV_I x y; t2 = SUBOV_I y x; t2" },
    /* what intervals imply */
    { "a = AND_I x 255\nr = ADDOV_I a 1", "t1 = AND_I x 255; t2 = ADD_I t1 1; t2" }, { "a = AND_I x 255\nr = AND_I a 1023", "t1 = AND_I x 255; t1" },
    { "a = AND_I x 255\nGLT_I a 256", "t1 = AND_I x 255; holds" }, { "a = AND_I x 255\nGLT_I a 0", "t1 = AND_I x 255; never" },
    { "a = AND_I x 255\nr = MOD_I a 1000", "t1 = AND_I x 255; t1" }, { "a = AND_I x 255\nr = DIV_I a 1000", "t1 = AND_I x 255; 0" },
    { "a = AND_I x 255\nGULT_I a 256", "t1 = AND_I x 255; holds" }, { "a = AND_I x 255\nGULT_I a 9", "t1 = AND_I x 255; GLT_I t1 9; guard" },
    { "a = AND_I x 255\nr = SHLOV_I a 4", "t1 = AND_I x 255; t2 = MUL_I t1 16; t2" }, { "a = MOD_I x 10\nr = ADDOV_I a a", "t1 = MOD_I x 10; t2 = ADD_I t1 t1; t2" },
    { "a = MOD_I x -10\nGLE_I a 0", "t1 = MOD_I x -10; holds" }, { "a = SHR_I x 60\nGLT_I a 8", "t1 = SHR_I x 60; holds" },
    { "a = SHR_I x 60\nGGE_I a -8", "t1 = SHR_I x 60; holds" }, { "a = DIV_I x 1000\nr = MULOV_I a 1000", "t1 = DIV_I x 1000; t2 = MULOV_I t1 1000; t2" },
    { "a = DIV_I x 1000\nr = MULOV_I a 999", "t1 = DIV_I x 1000; t2 = MUL_I t1 999; t2" },
    { "GLT_I x 10\nGGE_I x 0\nr = ADDOV_I x 1", "GLT_I x 10; GGE_I x 0; t3 = ADD_I x 1; t3" },
    { "GLT_I x y\nr = ADDOV_I x 1", "GLT_I x y; t2 = ADD_I x 1; t2" }, { "GLT_I x y\nr = ADDOV_I x 2", "GLT_I x y; t2 = ADDOV_I x 2; t2" },
    { "GLT_I x y\nr = SUBOV_I y 1", "GLT_I x y; t2 = ADD_I y -1; t2" }, { "GGT_I x y\nr = SUBOV_I x 1", "GGT_I x y; t2 = ADD_I x -1; t2" },
    { "GULT_I x 10\nr = ADDOV_I x 1", "GULT_I x 10; t2 = ADD_I x 1; t2" },
    { "GGE_I x -9223372036854775808", "holds" }, { "GGT_I x 9223372036854775807", "never" }, { "r = LE_I x 9223372036854775807", "true" },
    /* floats: same bits or no rule */
    { "r = ADD_F f 0.0", "t1 = ADD_F f 0.0; t1" }, { "r = ADD_F f -0.0", "f" }, { "r = ADD_F -0.0 f", "f" }, { "r = SUB_F f 0.0", "f" },
    { "r = SUB_F f -0.0", "t1 = SUB_F f -0.0; t1" }, { "r = SUB_F f f", "t1 = SUB_F f f; t1" }, { "r = MUL_F f 1.0", "f" },
    { "r = MUL_F f 0.0", "t1 = MUL_F f 0.0; t1" }, { "r = MUL_F f -1.0", "t1 = MUL_F f -1.0; t1" }, { "r = MUL_F f 2.0", "t1 = ADD_F f f; t1" },
    { "r = DIV_F f 1.0", "f" }, { "r = DIV_F f 4.0", "t1 = MUL_F f 0.25; t1" }, { "r = DIV_F f -0.5", "t1 = MUL_F f -2.0; t1" },
    { "r = DIV_F f 3.0", "t1 = DIV_F f 3.0; t1" }, { "r = DIV_F f 0.0", "t1 = DIV_F f 0.0; t1" }, { "r = DIV_F f 5e-324", "t1 = DIV_F f 5e-324; t1" },
    { "r = DIV_F f inf", "t1 = DIV_F f inf; t1" }, { "n = NEG_F f\nr = NEG_F n", "t1 = NEG_F f; f" }, { "n = NEG_F f\nr = ABS_F n", "t1 = NEG_F f; t2 = ABS_F f; t2" },
    { "n = ABS_F f\nr = ABS_F n", "t1 = ABS_F f; t1" }, { "r = EQ_F f f", "t1 = EQ_F f f; t1" }, { "r = LT_F f f", "false" },
    { "r = LE_F f f", "t1 = LE_F f f; t1" }, { "GNLT_F f f", "holds" }, { "GNGT_F f f", "holds" }, { "GGT_F f f", "never" }, { "GNE_F f f", "GNE_F f f; guard" },
    { "i = I2F x\nGEQ_F i i", "t1 = I2F x; holds" }, { "GLT_F 1.0 f", "GGT_F f 1.0; guard" }, { "GNLT_F 1.0 f", "GNGT_F f 1.0; guard" },
    { "GNLE_F 1.0 f", "GNGE_F f 1.0; guard" },
    { "i = I2F x\nGNE_F i 0.0", "t1 = I2F x; GNE_I x 0; guard" }, { "i = I2F x\nGNE_F i -0.0", "t1 = I2F x; GNE_I x 0; guard" },
    { "i = I2F x\nGNLT_F i 9.0", "t1 = I2F x; GGE_I x 9; guard" }, { "i = I2F x\nGNLE_F i 9.0", "t1 = I2F x; GGT_I x 9; guard" },
    { "i = I2F x\nGNGT_F i 9.0", "t1 = I2F x; GLE_I x 9; guard" }, { "i = I2F x\nGNGE_F i 9.0", "t1 = I2F x; GLT_I x 9; guard" },
    { "i = I2F x\nGLT_F i 9.5", "t1 = I2F x; GLT_F t1 9.5; guard" }, { "i = I2F x\nGLE_F i 9007199254740992.0", "t1 = I2F x; GLE_F t1 9007199254740992.0; guard" },
    { "i = I2F x\nr = LT_F 9.0 i", "t1 = I2F x; t2 = LT_I 9 x; t2" }, { "i = I2F x\nr = EQ_F i 9.0", "t1 = I2F x; t2 = EQ_I x 9; t2" },
    { "i = I2F x\nj = I2F y\nr = EQ_F i j", "t1 = I2F x; t2 = I2F y; t3 = EQ_F t2 t1; t3" },
    /* tests under guards */
    { "t = LT_I x y\nGTRUE t", "t1 = LT_I x y; GLT_I x y; guard" }, { "t = LT_I x y\nGFALSE t", "t1 = LT_I x y; GGE_I x y; guard" },
    { "t = LE_I x 3\nGFALSE t", "t1 = LE_I x 3; GGT_I x 3; guard" }, { "t = EQ_I x 3\nGFALSE t", "t1 = EQ_I x 3; GNE_I x 3; guard" },
    { "t = LT_I 3 x\nGTRUE t", "t1 = LT_I 3 x; GGT_I x 3; guard" }, { "t = LT_F f g\nGTRUE t", "t1 = LT_F f g; GLT_F f g; guard" },
    { "t = LT_F f g\nGFALSE t", "t1 = LT_F f g; GNLT_F f g; guard" }, { "t = LE_F f g\nGFALSE t", "t1 = LE_F f g; GNLE_F f g; guard" },
    { "t = EQ_F f g\nGFALSE t", "t1 = EQ_F g f; GNE_F g f; guard" }, { "t = LT_I x y\nn = NOT_B t\nGTRUE n", "t1 = LT_I x y; t2 = LE_I y x; GLE_I y x; guard" },
    { "n = NOT_B p\nGTRUE n", "t1 = NOT_B p; GFALSE p; guard" }, { "n = NOT_B p\nr = NOT_B n", "t1 = NOT_B p; p" },
    { "i = B2I p\nGEQ_I i 1", "t1 = B2I p; GTRUE p; guard" }, { "i = B2I p\nGNE_I i 1", "t1 = B2I p; GFALSE p; guard" },
    { "i = B2I p\nGEQ_I i 2", "t1 = B2I p; never" }, { "i = B2I p\nr = EQ_I i 0", "t1 = B2I p; t2 = NOT_B p; t2" },
    { "n = NOT_B p\nr = SELECT n x y", "t1 = NOT_B p; t2 = SELECT p y x; t2" },
    /* guards that earlier ones imply */
    { "GLT_I x y\nGLT_I x y", "GLT_I x y; holds" }, { "GLT_I x y\nGGT_I y x", "GLT_I x y; holds" }, { "GLT_I x y\nGLE_I x y", "GLT_I x y; holds" },
    { "GLT_I x y\nGNE_I y x", "GLT_I x y; holds" }, { "GLT_I x y\nGEQ_I x y", "GLT_I x y; never" }, { "GLE_I x y\nGGE_I x y\nGEQ_I x y", "GLE_I x y; GGE_I x y; holds" },
    { "GLT_I x y\nr = LE_I y x", "GLT_I x y; false" }, { "GLT_I x 10\nGLT_I x 20", "GLT_I x 10; holds" }, { "GLT_I x 10\nGGT_I x 20", "GLT_I x 10; never" },
    { "GLT_F f g\nGNE_F f g", "GLT_F f g; holds" }, { "GNLT_F f g\nGGE_F f g", "GNLT_F f g; GGE_F f g; guard" }, { "GLT_F f g\nGNGE_F f g", "GLT_F f g; holds" },
    { "GNLT_F f g\nGLT_F f g", "GNLT_F f g; never" }, { "GEQ_F f f\nGLE_F f f", "GEQ_F f f; holds" }, { "GTRUE p\nGTRUE p", "GTRUE p; holds" },
    { "GTRUE p\nGFALSE p", "GTRUE p; never" }, { "GTYPE u int\nGTYPE u int", "GTYPE u int; holds" }, { "GTYPE u int\nGTYPE u float", "GTYPE u int; never" },
    { "GTYPE u int\nGEQ_P u [None]", "GTYPE u int; never" }, { "GTYPE u int\nGTYPE w float\nGNE_P u w", "GTYPE u int; GTYPE w float; holds" },
    { "GTYPE u int\nGCOMPACT u\nGINT2 u", "GTYPE u int; GCOMPACT u; holds" }, { "GNE_P o u\nr = EQ_P u o", "GNE_P u o; false" },
    { "GTYPE u int\nGINT2 u\na = UNBOX2_I u\nGCOMPACT u\nr = UNBOX_I u", "GTYPE u int; GINT2 u; t3 = UNBOX2_I u; GCOMPACT u; t3" },
    /* constants as objects */
    { "GTYPE [5] int", "holds" }, { "GTYPE [5] bool", "never" }, { "GCOMPACT [5]", "holds" }, { "GCOMPACT [1073741824]", "never" },
    { "r = UNBOX_I [5]", "5" }, { "r = UNBOX2_I [-1073741824]", "-1073741824" }, { "r = UNBOX_F [-0.0]", "-0.0" }, { "r = UNBOX_B [True]", "true" },
    /* boxes */
    { "b = BOX_I x\nr = UNBOX_I b", "t1 = BOX_I x : int; x" }, { "b = BOX_I x\nr = UNBOX2_I b", "t1 = BOX_I x : int; x" },
    { "b = BOX_F f\nr = UNBOX_F b", "t1 = BOX_F f : float; f" }, { "b = BOX_I x\nGTYPE b int", "t1 = BOX_I x : int; holds" },
    { "b = BOX_I x\nGTYPE b float", "t1 = BOX_I x : int; never" }, { "b = BOX_I x\nGCOMPACT b", "t1 = BOX_I x : int; holds" },
    { "b = BOX_I x\nGINT2 b", "t1 = BOX_I x : int; holds" }, { "b = BOX_F f\nGEQ_P b w", "t1 = BOX_F f : float; never" },
    { "b = BOX_I x\nGNE_P b [None]", "t1 = BOX_I x : int; holds" }, { "b = BOX_I x\nGEQ_P b b", "t1 = BOX_I x : int; holds" },
    { "b = BOX_I x\nGEQ_P b [5]", "t1 = BOX_I x : int; t2 = EQ_I x 5; GEQ_I x 5; guard" }, { "b = BOX_I x\nGEQ_P b [500]", "t1 = BOX_I x : int; never" },
    { "b = BOX_I 1000\nGEQ_P b u", "t1 = BOX_I 1000 : int; never" }, { "b = BOX_I x\nc = BOX_I x\nr = UNBOX_I c", "t1 = BOX_I x : int; t2 = BOX_I x : int; x" },
    { "GEQ_P p [True]", "GTRUE p; guard" }, { "GEQ_P p [False]", "t1 = NOT_B p; GFALSE p; guard" }, { "GEQ_P p [None]", "never" }, { "GTYPE p bool", "holds" },
    { "GTYPE p int", "never" }, { "r = UNBOX_B p", "p" }, { "r = UNBOX_I p", "t1 = B2I p; t1" },
    /* constant tuples; objects and addresses in objects, which stores of numbers leave alone */
    { "r = TITEM [(5,7)] 1", "[7]" }, { "r = TITEM [(5,7)] x", "t1 = TITEM [?tuple] x; t1" }, { "r = RLOAD_I [(5,7)] +16", "2" },
    { "a = OLOAD o +40\nr = OLOAD o +40", "t1 = OLOAD o +40; t1" }, { "a = OLOAD o +40\nr = OLOAD o +32", "t1 = OLOAD o +40; t2 = OLOAD o +32; t2" },
    { "a = OLOAD o +16\nRSTORE_I o x +24\nr = OLOAD o +16", "t1 = OLOAD o +16; RSTORE_I o x +24; t1" },
    { "a = WLOAD o -4\nr = WLOAD o -4", "t1 = WLOAD o -4; t1" },
    { "a = OLOAD o +40\nOSTORE o u +40\nr = OLOAD o +40", "t1 = OLOAD o +40; OSTORE o u +40; u" },
    { "a = OLOAD o +40\nOSTORE u w +40\nr = OLOAD o +40", "t1 = OLOAD o +40; OSTORE u w +40; t3 = OLOAD o +40; t3" },
    { "GTYPE u int\nGTYPE o range_iterator\na = OLOAD o +40\nOSTORE u w +40\nr = OLOAD o +40", "GTYPE u int; GTYPE o range_iterator; t3 = OLOAD o +40; OSTORE u w +40; t3" },
    /* a first value changes the shape at +20 of what may be the same instance; no other word */
    { "a = WLOAD o +20\nOADD o 70 0 +24\nOSTORE o u +24\nr = WLOAD o +20", "t1 = WLOAD o +20; OADD o 70 0 +24; OSTORE o u +24; 70" },
    { "GEQ_I x 70\nOADD o 70 0 +24\nOSTORE o u +24\nb = WLOAD o +20\nGEQ_I b 70", "GEQ_I x 70; OADD o 70 0 +24; OSTORE o u +24; holds" },
    { "a = WLOAD o +20\nOADD u 70 0 +24\nOSTORE u w +24\nr = WLOAD o +20", "t1 = WLOAD o +20; OADD u 70 0 +24; OSTORE u w +24; t4 = WLOAD o +20; t4" },
    { "OADD o 70 0 +24\nOSTORE o w +24\nOADD u 70 0 +24\nOSTORE u w +24\nr = WLOAD o +20", "OADD o 70 0 +24; OSTORE o w +24; OADD u 70 0 +24; OSTORE u w +24; t5 = WLOAD o +20; t5" },
    { "GNE_P o u\na = WLOAD o +20\nOADD u 70 0 +24\nOSTORE u w +24\nr = WLOAD o +20", "GNE_P u o; t2 = WLOAD o +20; OADD u 70 0 +24; OSTORE u w +24; t2" },
    { "a = WLOAD o +16\nOADD o 70 0 +24\nOSTORE o u +24\nr = WLOAD o +16", "t1 = WLOAD o +16; OADD o 70 0 +24; OSTORE o u +24; t1" },
    { "a = WLOAD o +20\nOSTORE o u +24\nr = WLOAD o +20", "t1 = WLOAD o +20; OSTORE o u +24; t1" },
    { "a = ALOAD o +24\nb = LITEM a 1\nLSTORE a 2 u\nr = LITEM a 1", "t1 = ALOAD o +24; t2 = LITEM t1 1; LSTORE t1 2 u; t2" },
    { "a = ALOAD o +24\nb = LITEM a 1\nLSTORE a x u\nr = LITEM a 1", "t1 = ALOAD o +24; t2 = LITEM t1 1; LSTORE t1 x u; t4 = LITEM t1 1; t4" },
    { "a = ALOAD o +24\nLSTORE a x u\nr = LITEM a x", "t1 = ALOAD o +24; LSTORE t1 x u; u" },
    { "a = REUSE_F w f\nGTYPE a float\nr = UNBOX_F a", "t1 = REUSE_F w f : float; f" }, { "a = RENEW_I w x\nr = UNBOX2_I a", "t1 = RENEW_I w x : int; x" },
    { "a = RENEW_F w f\nGTYPE a float\nr = UNBOX_F a", "t1 = RENEW_F w f : float; f" },
    { "GAPART u w\nGAPART w u", "GAPART w u; holds" }, { "b = BOX_F f\nGAPART b u", "t1 = BOX_F f : float; holds" },
    { "GTYPE u int\nGTYPE w float\nGAPART u w", "GTYPE u int; GTYPE w float; holds" }, { "GUNIQ u\nGUNIQ u", "GUNIQ u; GUNIQ u; guard" },
    { "a = ALOAD o +24\nb = LITEM a 1\nc = LITEM a 2\nr = LITEM a 1", "t1 = ALOAD o +24; t2 = LITEM t1 1; t3 = LITEM t1 2; t2" },
    /* rows of numbers */
    { "a = ALOAD o +24\nb = VLOAD_F a x +100\nr = VLOAD_F a x +100", "t1 = ALOAD o +24; t2 = VLOAD_F t1 x +100; t2" },
    { "a = ALOAD o +24\nVSTORE_F a x f +100\nr = VLOAD_F a x +100", "t1 = ALOAD o +24; VSTORE_F t1 x f +100; f" },
    { "a = ALOAD o +24\nVSTORE_F a x f +102\nr = VLOAD_F a x +102", "t1 = ALOAD o +24; VSTORE_F t1 x f +102; t3 = VLOAD_F t1 x +102; t3" },
    { "a = ALOAD o +24\nb = VLOAD_F a x +100\nVSTORE_F a y f +100\nr = VLOAD_F a x +100",
      "t1 = ALOAD o +24; t2 = VLOAD_F t1 x +100; VSTORE_F t1 y f +100; t4 = VLOAD_F t1 x +100; t4" },
    { "a = ALOAD o +24\nb = VLOAD_F a x +100\nc = ADDOV_I x 1\nVSTORE_F a c f +100\nr = VLOAD_F a x +100",
      "t1 = ALOAD o +24; t2 = VLOAD_F t1 x +100; t3 = ADDOV_I x 1; VSTORE_F t1 t3 f +100; t2" },
    { "a = ALOAD o +24\nb = ALOAD u +24\nc = VLOAD_I a x +105\nVSTORE_I b y x +108\nr = VLOAD_I a x +105",
      "t1 = ALOAD o +24; t2 = ALOAD u +24; t3 = VLOAD_I t1 x +105; VSTORE_I t2 y x +108; t3" },
    { "a = ADDOV_I x 1\nGGT_I a x", "t1 = ADDOV_I x 1; holds" }, { "a = ADDOV_I x 1\nb = ADDOV_I a 2\nGEQ_I b x", "t1 = ADDOV_I x 1; t2 = ADDOV_I t1 2; never" },
    { "a = OLOAD o +40\nGNE_P a &0\nGNE_P a &0", "t1 = OLOAD o +40; GNE_P t1 &1; holds" },
    /* fields */
    { "r = RLOAD_I o +16", "x" }, { "r = RLOAD_F o +16", "t1 = RLOAD_F o +16; t1" }, { "RSTORE_I o y +16\nr = RLOAD_I o +16", "RSTORE_I o y +16; y" },
    { "RSTORE_I o y +24\nr = UNBOX_B p0", "p" }, { "RSTORE_I o x +24\nr = RLOAD_I o +16", "RSTORE_I o x +24; x" },
    { "RSTORE_F o f +16\nr = RLOAD_I o +16", "RSTORE_F o f +16; t2 = RLOAD_I o +16; t2" },
    { "RSTORE_I o 5 +20\nr = RLOAD_I o +16", "RSTORE_I o 5 +20; t2 = RLOAD_I o +16; t2" },
};

static void
rules_give_what_they_say(void **state)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        check_rule(rules[i].in, rules[i].out);
}

/* ---- loops written by hand ---- */

/* A frame by its slots; cell 0 is a range iterator: fields[0] is the next value, fields[1] how many are left. */
static struct test_state
frame(int64_t a, int64_t b, double c, double d)
{
    struct test_state st;
    memset(&st, 0, sizeof(st));
    st.slots[0] = (struct test_slot){ T_I64, { .i = a } };
    st.slots[1] = (struct test_slot){ T_I64, { .i = b } };
    st.slots[2] = (struct test_slot){ T_F64, { .f = c } };
    st.slots[3] = (struct test_slot){ T_F64, { .f = d } };
    st.slots[4] = (struct test_slot){ T_OBJ, { .o = &test_cells[0].head } };
    st.cells[0].head.ob_type = &PyRangeIter_Type;
    st.cells[0].fields[0].i = a;
    st.cells[0].fields[1].i = b;
    return st;
}

/* What the passes make of the round, and that it still does the same. body: the lines from LOOP on. */
static void
check_loop(const char *round, const char *body, struct test_state st, int rounds)
{
    parse(raw, round);
    assert_null(ir_verify(raw));
    assert_true(emit_all());
    runs_like_plain("folding", &st, 1);
    const char *why = opt_loop(ir);
    if (why != NULL)
        fail_msg("%s:\n%s", why, round);
    well_formed("peeling");
    runs_like_plain("peeling", &st, rounds);
    assert_null(opt_ranges(ir, NULL));
    well_formed("ranges");
    runs_like_plain("ranges", &st, rounds);
    assert_null(opt_dead(ir));
    well_formed("dead code");
    runs_like_plain("dead code", &st, rounds);
    char *text = ir_dump(ir, true, false);
    const char *loop = strstr(text, "  LOOP\n");
    if (strcmp(loop, body) != 0)
        fail_msg("%s\n  is not\n%s", text, body);
    PyMem_Free(text);
}

/* while i < n: s += i; i += 1 (with s in slot 1 as well: n is a constant) */
static void
counting_loop(void **state)
{
    check_loop("locals 5\n"
               "snap pc 0 depth 0\n"
               "GPOLL\n"
               "i0 = SLOAD #0\n"
               "GTYPE i0 int\n"
               "GCOMPACT i0\n"
               "i = UNBOX_I i0\n"
               "t = LT_I i 1000\n"
               "GTRUE t\n"
               "snap pc 5 depth 0\n"
               "s0 = SLOAD #1\n"
               "GTYPE s0 int\n"
               "GCOMPACT s0\n"
               "s = UNBOX_I s0\n"
               "s1 = ADDOV_I s i\n"
               "sb = BOX_I s1\n"
               "snap pc 9 depth 0 #1=int:sb\n"
               "i1 = ADDOV_I i 1\n"
               "ib = BOX_I i1\n"
               "snap pc 0 depth 0 #0=int:ib #1=int:sb\n",
               "  LOOP\n"
               "snap pc 0 depth 0 #0=int:v15 #1=int:v13\n"
               "  GPOLL\n"
               "  NOP\n"
               "  GLT_I v14 1000\n"
               "snap pc 5 depth 0 #0=int:v15 #1=int:v13\n"
               "  v20 = ADDOV_I v14 v12\n"
               "  NOP\n"
               "  v22 = ADD_I v14 1\n"
               "  NOP\n"
               "  PHI v12 v20\n"
               "  PHI v14 v22\n",
               frame(3, 7, 0, 0), 10000);
}

/* while x > 0.0: x -= 0.5; y = y * 1.5 + x */
static void
float_loop(void **state)
{
    check_loop("locals 5\n"
               "snap pc 0 depth 0\n"
               "GPOLL\n"
               "x0 = SLOAD #2\n"
               "GTYPE x0 float\n"
               "x = UNBOX_F x0\n"
               "t = LT_F 0.0 x\n"
               "GTRUE t\n"
               "x1 = SUB_F x 0.5\n"
               "xb = BOX_F x1\n"
               "snap pc 5 depth 0 #2=float:xb\n"
               "y0 = SLOAD #3\n"
               "GTYPE y0 float\n"
               "y = UNBOX_F y0\n"
               "m = MUL_F y 1.5\n"
               "y1 = ADD_F m x1\n"
               "yb = BOX_F y1\n"
               "snap pc 0 depth 0 #2=float:xb #3=float:yb\n",
               "  LOOP\n"
               "snap pc 0 depth 0 #2=float:v8 #3=float:v14\n"
               "  GPOLL\n"
               "  NOP\n"
               "  GGT_F v7 0.0\n"
               "  v19 = SUB_F v7 0.5\n"
               "  NOP\n"
               "snap pc 5 depth 0\n"
               "  v21 = MUL_F v13 1.5\n"
               "  v22 = ADD_F v21 v19\n"
               "  NOP\n"
               "  PHI v7 v19\n"
               "  PHI v13 v22\n",
               frame(0, 0, 20.25, 3), 10000);
}

/* for i in range(..): s += i, with the iterator's fields waiting in snapshots */
static const char range_round[] =
    "locals 4\n"
    "snap pc 0 depth 1\n"
    "GPOLL\n"
    "it = SLOAD #4\n"
    "GTYPE it range_iterator\n"
    "left = RLOAD_I it +24\n"
    "GGT_I left 0\n"
    "v = RLOAD_I it +16\n"
    "v1 = ADD_I v 1\n"
    "left1 = ADD_I left -1\n"
    "b = BOX_I v\n"
    "snap pc 5 depth 1 #0=int:b it+16=v1 it+24=left1\n"
    "s0 = SLOAD #1\n"
    "GTYPE s0 int\n"
    "GCOMPACT s0\n"
    "s = UNBOX_I s0\n"
    "s1 = ADDOV_I s v\n"
    "sb = BOX_I s1\n"
    "snap pc 0 depth 1 #0=int:b #1=int:sb it+16=v1 it+24=left1\n";

static void
range_loop(void **state)
{
    struct test_state st = frame(5, 50, 0, 0);
    st.depth = 1;
    check_loop(range_round,
               "  LOOP\n"
               "snap pc 0 depth 1 #0=int:v9 #1=int:v15 v2+16=v7 v2+24=v8\n"
               "  GPOLL\n"
               "  GGT_I v8 0\n"
               "  v19 = ADD_I v7 1\n"
               "  v20 = ADD_I v8 -1\n"
               "  v21 = BOX_I v7 : int\n"
               "snap pc 5 depth 1 #0=int:v21 #1=int:v15 v2+16=v19 v2+24=v20\n"
               "  v22 = ADDOV_I v14 v7\n"
               "  NOP\n"
               "  PHI v6 v7\n"
               "  PHI v7 v19\n"
               "  PHI v8 v20\n"
               "  PHI v14 v22\n",
               st, 10000);
}

/* What a call makes is no iterator in the second round either, as the recorder knew of the first: the fields of the one whose stores wait are not asked. */
static void
types_of_results_are_copied(void **state)
{
    struct test_state st = frame(5, 50, 0, 0);
    st.depth = 1;
    check_loop("locals 4\n"
               "snap pc 0 depth 1\n"
               "GPOLL\n"
               "it = SLOAD #4\n"
               "GTYPE it range_iterator\n"
               "v = RLOAD_I it +16\n"
               "GLT_I v 20\n"
               "v1 = ADD_I v 1\n"
               "d = CALLN 0 DICT_OF : dict\n"
               "n = RLOAD_I d +16\n"
               "DROP d\n"
               "b = BOX_I n\n"
               "snap pc 0 depth 1 #0=int:b it+16=v1\n",
               "  LOOP\n"
               "snap pc 0 depth 1 #0=int:v10 v2+16=v6\n"
               "  GPOLL\n"
               "  GLT_I v6 20\n"
               "  v14 = ADD_I v6 1\n"
               "  v15 = CALLN 0 DICT_OF : dict\n"
               "  v16 = RLOAD_I v15 +16\n"
               "  DROP v15\n"
               "  NOP\n"
               "  PHI v6 v14\n"
               "  PHI v8 v16\n",
               st, 10000);
}

/* a, b = b, a + b: b is an object when it goes to a for the first time, so the round is unrolled */
static void
rotating_loop(void **state)
{
    check_loop("locals 4\n"
               "snap pc 0 depth 0\n"
               "GPOLL\n"
               "a0 = SLOAD #0\n"
               "GTYPE a0 int\n"
               "GCOMPACT a0\n"
               "a = UNBOX_I a0\n"
               "b0 = SLOAD #1\n"
               "GTYPE b0 int\n"
               "GCOMPACT b0\n"
               "b = UNBOX_I b0\n"
               "c = ADDOV_I a b\n"
               "cb = BOX_I c\n"
               "snap pc 0 depth 0 #0=obj:b0 #1=int:cb\n",
               "  LOOP\n"
               "snap pc 0 depth 0 #0=int:v11 #1=int:v14\n"
               "  GPOLL\n"
               "  v17 = ADDOV_I v13 v10\n"
               "  v18 = BOX_I v17 : int\n"
               "snap pc 0 depth 0 #0=int:v14 #1=int:v18\n"
               "  GPOLL\n"
               "  v20 = ADDOV_I v17 v13\n"
               "  NOP\n"
               "  PHI v10 v17\n"
               "  PHI v13 v20\n",
               frame(1, 1, 0, 0), 10000);
}

/* What does not change is not in the body: x * x, its guard, and the loads. */
static void
invariants_leave_the_loop(void **state)
{
    check_loop("locals 5\n"
               "snap pc 0 depth 0\n"
               "GPOLL\n"
               "x0 = SLOAD #2\n"
               "GTYPE x0 float\n"
               "x = UNBOX_F x0\n"
               "q = MUL_F x x\n"
               "GGT_F q 2.0\n"
               "it = SLOAD #4\n"
               "GTYPE it range_iterator\n"
               "k = RLOAD_I it +16\n"
               "i0 = SLOAD #0\n"
               "GTYPE i0 int\n"
               "GCOMPACT i0\n"
               "i = UNBOX_I i0\n"
               "i1 = ADDOV_I i k\n"
               "ib = BOX_I i1\n"
               "snap pc 5 depth 0 #0=int:ib\n"
               "GLT_I i1 100\n"
               "snap pc 0 depth 0 #0=int:ib\n",
               "  LOOP\n"
               "snap pc 0 depth 0 #0=int:v15\n"
               "  GPOLL\n"
               "  v19 = ADDOV_I v14 v9\n"
               "  v20 = BOX_I v19 : int\n"
               "snap pc 5 depth 0 #0=int:v20\n"
               "  GLT_I v19 100\n"
               "  PHI v14 v19\n",
               frame(1, 1, 3.0, 0), 10000);
}

/* The stack of the body's snapshots is as deep as theirs, and an emptied slot is empty. */
static void
snapshots_are_completed(void **state)
{
    struct test_state st = frame(1, 1, 3.0, 0);
    st.depth = 1;                                              /* slots 0, 1; one value on the stack */
    st.slots[3] = st.slots[4] = (struct test_slot){ T_NIL, { .i = 0 } };
    check_loop("locals 2\n"
               "snap pc 0 depth 1\n"
               "GPOLL\n"
               "i0 = SLOAD #0\n"
               "GTYPE i0 int\n"
               "GCOMPACT i0\n"
               "i = UNBOX_I i0\n"
               "f = I2F i\n"
               "fb = BOX_F f\n"
               "snap pc 1 depth 3 #2=float:fb #3=obj:i0 #4=bool:true\n"
               "GLT_I i 10\n"
               "i1 = ADDOV_I i 1\n"
               "ib = BOX_I i1\n"
               "snap pc 2 depth 0 #0=int:ib #1=null\n"
               "GPOLL\n"
               "snap pc 0 depth 1 #0=int:ib #1=null #2=float:fb\n",
               "  LOOP\n"
               "snap pc 0 depth 1 #0=int:v10 #1=null #2=float:v7\n"
               "  GPOLL\n"
               "  v14 = I2F v9\n"
               "  v15 = BOX_F v14 : float\n"
               "snap pc 1 depth 3 #0=int:v10 #1=null #2=float:v15 #3=int:v10 #4=bool:true\n"
               "  GLT_I v9 10\n"
               "  v17 = ADD_I v9 1\n"
               "  v18 = BOX_I v17 : int\n"
               "snap pc 2 depth 0 #0=int:v18 #1=null\n"
               "  GPOLL\n"
               "  PHI v6 v14\n"
               "  PHI v9 v17\n",
               st, 10000);
}

/* for i between two ints of one digit: products and sums of it fit, whatever they are */
static void
bounded_variables_need_no_checks(void **state)
{
    check_loop("locals 5\n"
               "snap pc 0 depth 0\n"
               "GPOLL\n"
               "i0 = SLOAD #0\n"
               "GTYPE i0 int\n"
               "GCOMPACT i0\n"
               "i = UNBOX_I i0\n"
               "n0 = SLOAD #1\n"
               "GTYPE n0 int\n"
               "GCOMPACT n0\n"
               "n = UNBOX_I n0\n"
               "GLT_I i n\n"
               "q = MULOV_I i i\n"
               "r = ADDOV_I q i\n"
               "f = I2F r\n"
               "fb = BOX_F f\n"
               "snap pc 1 depth 0 #2=float:fb\n"
               "GPOLL\n"
               "i1 = ADDOV_I i 3\n"
               "ib = BOX_I i1\n"
               "snap pc 0 depth 0 #0=int:ib #2=float:fb\n",
               "  LOOP\n"
               "snap pc 0 depth 0 #0=int:v17 #2=float:v14\n"
               "  GPOLL\n"
               "  GLT_I v16 v9\n"
               "  v21 = MUL_I v16 v16\n"
               "  v22 = ADD_I v21 v16\n"
               "  v23 = I2F v22\n"
               "  v24 = BOX_F v23 : float\n"
               "snap pc 1 depth 0 #0=int:v17 #2=float:v24\n"
               "  GPOLL\n"
               "  v26 = ADD_I v16 3\n"
               "  NOP\n"
               "  PHI v13 v23\n"
               "  PHI v16 v26\n",
               frame(1, 100, 3.0, 0), 10000);
}

/* do: .. while i < 50: the guard at the end bounds i at the start of the next round, so the check at the start is not needed */
static void
bounds_come_round(void **state)
{
    check_loop("locals 5\n"
               "snap pc 0 depth 0\n"
               "GPOLL\n"
               "i0 = SLOAD #0\n"
               "GTYPE i0 int\n"
               "GCOMPACT i0\n"
               "i = UNBOX_I i0\n"
               "GLT_I i 1000\n"
               "GGE_I i 0\n"
               "i1 = ADDOV_I i 2\n"
               "ib = BOX_I i1\n"
               "snap pc 4 depth 0 #0=int:ib\n"
               "GLT_I i1 50\n"
               "snap pc 0 depth 0 #0=int:ib\n",
               "  LOOP\n"
               "snap pc 0 depth 0 #0=int:v9\n"
               "  GPOLL\n"
               "  NOP\n"
               "  v14 = ADD_I v8 2\n"
               "  v15 = BOX_I v14 : int\n"
               "snap pc 4 depth 0 #0=int:v15\n"
               "  GLT_I v14 50\n"
               "  PHI v8 v14\n",
               frame(1, 100, 3.0, 0), 10000);
}

/* Without the other passes: what goes and what stays. */
static void
dead_code_goes(void **state)
{
    parse(ir, "locals 2\n"
              "o = SLOAD #0\n"
              "unused = SLOAD #1\n"
              "x = RLOAD_I o +16\n"
              "y = RLOAD_I o +24\n"
              "z = RLOAD_I o +32\n"
              "same = RLOAD_I o +40\n"
              "first = NOT_I z\n"                               /* for the first round's guard only */
              "snap pc 1 depth 0\n"
              "gone = ADDOV_I x y\n"                            /* nobody would see that it does not fit */
              "GLT_I first 5\n"
              "LOOP\n"
              "snap pc 2 depth 0 #1=null o+16=x\n"
              "GLT_I same 7\n"
              "x1 = ADDOV_I x same\n"
              "y1 = ADDOV_I y 1\n"                              /* y feeds itself and nothing else */
              "z1 = NOT_I z\n"
              "f1 = NOT_I z1\n"
              "RSTORE_I o x1 +48\n"
              "PHI x x1\n"
              "PHI y y1\n"
              "PHI z z1\n"
              "PHI same same\n"
              "PHI first f1\n");
    assert_null(ir_verify(ir));
    assert_null(opt_dead(ir));
    well_formed("dead code");
    char *text = ir_dump(ir, true, false);
    assert_string_equal(text,
              "locals 2\n"
              "  v1 = SLOAD #0\n"
              "  NOP\n"
              "  v3 = RLOAD_I v1 +16\n"
              "  NOP\n"
              "  v5 = RLOAD_I v1 +32\n"
              "  v6 = RLOAD_I v1 +40\n"
              "  v7 = NOT_I v5\n"
              "snap pc 1 depth 0\n"
              "  NOP\n"
              "  GLT_I v7 5\n"
              "  LOOP\n"
              "snap pc 2 depth 0 #1=null v1+16=v3\n"
              "  GLT_I v6 7\n"
              "  v12 = ADDOV_I v3 v6\n"
              "  NOP\n"
              "  NOP\n"
              "  NOP\n"
              "  RSTORE_I v1 v12 +48\n"
              "  PHI v3 v12\n"
              "  NOP\n"
              "  NOP\n"
              "  NOP\n"
              "  NOP\n");
    PyMem_Free(text);
}

static void
no_room_is_told(void **state)
{
    parse(ir, "locals 2\nsnap pc 0 depth 0\nGPOLL\n");
    for (int i = 0; i < 7000; i++)
        ir_append(ir, IR_GPOLL, 0, 0, 0, 0);
    snap_begin(ir, 0, 0);
    const char *why = opt_loop(ir);
    assert_string_equal(why, "too many instructions");
    assert_string_equal(opt_ranges(ir, NULL), why);
    assert_string_equal(opt_dead(ir), why);
    assert_int_equal(opt_emit(ir, IR_ADD_I, ir_int(ir, 1), ir_int(ir, 2), 0, 0), REF_NONE);
}

static void
fails_with(const char *round, const char *expected)
{
    parse(raw, round);
    assert_true(emit_all());
    const char *why = opt_loop(ir);
    if (why == NULL || strcmp(why, expected) != 0)
        fail_msg("%s\nsays: %s", round, why != NULL ? why : "nothing");
}

static void
some_rounds_are_no_loops(void **state)
{
    fails_with("locals 1\nsnap pc 0 depth 0\nGPOLL\nx = SLOAD #0\nGTYPE x int\nGCOMPACT x\ni = UNBOX_I x\nf = I2F i\ng = ADD_F f 0.5\nb = BOX_F g\n"
               "snap pc 0 depth 0 #0=float:b\n", "type of a variable changes from round to round");
    fails_with("locals 1\nsnap pc 0 depth 0\nGPOLL\nx = SLOAD #0\nGTYPE x int\nsnap pc 0 depth 0 #0=null\n", "a variable has no value in the next round");
    fails_with("locals 1\nsnap pc 0 depth 0\nGPOLL\n", "no snapshot at the end of the round");
    fails_with("locals 2\nsnap pc 0 depth 0\nGPOLL\nx = SLOAD #0\nGTYPE x range_iterator\nv = RLOAD_F x +16\nsnap pc 0 depth 0 x+16=5\n",
               "a field is read in another way than it was written");
    fails_with("locals 2\nsnap pc 0 depth 0\nGPOLL\nx = SLOAD #0\nGEQ_P x [True]\nsnap pc 0 depth 0 #0=bool:false\n",
               "type of a variable changes from round to round");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_give_what_they_say), cmocka_unit_test(counting_loop), cmocka_unit_test(float_loop), cmocka_unit_test(range_loop), cmocka_unit_test(types_of_results_are_copied),
        cmocka_unit_test(rotating_loop), cmocka_unit_test(invariants_leave_the_loop), cmocka_unit_test(snapshots_are_completed),
        cmocka_unit_test(bounded_variables_need_no_checks), cmocka_unit_test(bounds_come_round), cmocka_unit_test(dead_code_goes),
        cmocka_unit_test(no_room_is_told), cmocka_unit_test(some_rounds_are_no_loops),
        cmocka_unit_test(random_rounds_keep_their_meaning),
    };
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0 || objects_init(ts_current()) < 0)
        return 1;
    return cmocka_run_group_tests_name("opt", tests, set_up, tear_down);
}
