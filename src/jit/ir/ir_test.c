/* jit/ir/ir_test.c: builder, text and back, each complaint of the verifier, the evaluator. */
#include <Python.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "jit/ir/ir.h"
#include "object/init.h"
#include "rt/interp.h"
#include "rt/runtime.h"

static struct ir *ir;
static union ir_value values[0x10000];
static const uintptr_t quiet = 0, noisy = 1;

static int
set_up(void **state)
{
    ir = ir_new();
    return ir == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
    ir_free(ir);
    return 0;
}

static void
parse(const char *text)
{
    int line;
    if (ir_parse(ir, text, &line) < 0)
        fail_msg("line %d of:\n%s", line, text);
}

/* ---- builder ---- */

static void
constants_exist_once(void **state)
{
    ir_reset(ir);
    ir_ref zero = ir_float(ir, 0.0), minus = ir_float(ir, -0.0), one = ir_int(ir, 1);
    assert_true(zero != minus && ref_is_const(zero) && ref_is_const(minus));
    assert_int_equal(ir_float(ir, -0.0), minus);
    assert_int_equal(ir_int(ir, 1), one);
    assert_true(ir_bool(ir, true) != one);
    assert_int_equal(ir_ptr_value(ir, ir->at[ir_obj(ir, Py_None)].kt) == Py_TYPE(Py_None), 1);
    for (int64_t i = 0; i < 1500; i++)
        ir_int(ir, i * i);
    for (int64_t i = 0; i < 1500; i++)
        assert_int_equal(ir_int_value(ir, ir_int(ir, i * i)), i * i);
    assert_null(ir->full);
    assert_null(ir_verify(ir));
    for (int64_t i = 0; i < 3000; i++)
        ir_int(ir, -i);
    assert_non_null(ir->full);
    ir_reset(ir);
    assert_null(ir->full);
}

static void
room_ends_without_harm(void **state)
{
    ir_reset(ir);
    for (int i = 0; i < IR_MAX_SNAPS + 10; i++) {
        snap_begin(ir, i, 0);
        snap_add_entry(ir, SNAP_ENTRY(0, 0, HOW_NULL, 0));
        ir_append(ir, IR_GPOLL, 0, 0, 0, 0);
    }
    assert_string_equal(ir->full, "too many snapshots");
    ir_reset(ir);
    for (int i = 0; i < IR_MAX_INS + 10; i++)
        ir_append(ir, IR_SLOAD, (ir_ref)i, 0, 0, 0);
    assert_string_equal(ir->full, "too many instructions");
    ir_reset(ir);
    assert_int_equal(ir->end, REF_BIAS + 1);
}

static void
snapshots_without_guards_are_written_over(void **state)
{
    parse("locals 2\nsnap pc 1 depth 0\nsnap pc 2 depth 0 #0=null\nGPOLL\nsnap pc 3 depth 0\nv = SLOAD #0\nsnap pc 4 depth 0\nGTYPE v int");
    assert_int_equal(ir->nsnaps, 2);
    assert_int_equal(ir->snaps[0].pc, 2);
    assert_int_equal(snap_of(ir, REF_BIAS + 1)->pc, 2);
    assert_int_equal(snap_of(ir, REF_BIAS + 2)->pc, 2);
    assert_int_equal(snap_of(ir, REF_BIAS + 3)->pc, 4);
    assert_null(ir_verify(ir));
}

/* ---- counts ---- */

/* NULL: its counts are right. */
static void
counts(const char *text, const char *complaint)
{
    char whole[600];
    snprintf(whole, sizeof(whole), "locals 3\nsnap pc 1 depth 0\n  a = SLOAD #0\n  b = SLOAD #1\n  old = OLOAD a +16\n  GNE_P old &0\n%s", text);
    parse(whole);
    assert_null(ir_verify(ir));
    const char *got = ir_verify_counts(ir);
    if (complaint == NULL ? got != NULL : got == NULL || strstr(got, complaint) == NULL)
        fail_msg("%s\n%s", text, got == NULL ? "its counts are right" : got);
}

static void
counts_are_checked(void **state)
{
    counts("INC b\nOSTORE a b +16\nDROP old\nsnap pc 2 depth 0\nGPOLL\n", NULL);
    counts("OSTORE a b +16\nDROP old\nsnap pc 2 depth 0\nGPOLL\n", "-1 references in hand");
    counts("INC b\nOSTORE a b +16\nsnap pc 2 depth 0\nGPOLL\n", "with 1 references in hand, 0 of them held");
    counts("INC b\nOSTORE a b +16\nsnap pc 2 depth 0 #2=!obj:old\nGPOLL\nDROP old\nsnap pc 3 depth 0\nGPOLL\n", NULL);
    counts("INC b\nOSTORE a b +16\nsnap pc 2 depth 0 #2=!obj:old\nGPOLL\nsnap pc 3 depth 0\nGPOLL\n", "1 references in hand, 0 of them");
    counts("INC b\nOSTORE a b +16\nsnap pc 2 depth 0 #1=!obj:old #2=!obj:old\nGPOLL\n", "1 references in hand, 2 of them");
    counts("sum = NEW_F 1.5\nsnap pc 2 depth 0\nGPOLL\n", "1 references in hand");
    counts("sum = NEW_F 1.5\nFPUT_NEW #2 sum\nsnap pc 2 depth 0\nGPOLL\n", NULL);
    counts("INC b\nOSTORE a b +24\nsnap pc 2 depth 0\nGPOLL\n", "nobody has looked at what it overwrites");
    counts("pair = NEW_TUPLE #1\nINC b\nOSTORE pair b +24\nsnap pc 2 depth 0 #2=!obj:pair\nGPOLL\nDROP pair\nsnap pc 3 depth 0\nGPOLL\n", NULL);
    counts("INC b\nOADD a 70 1 +24\nOSTORE a b +24\nsnap pc 2 depth 0\nGPOLL\n", NULL);
    counts("OADD a 70 1 +24\nOSTORE a b +24\nsnap pc 2 depth 0\nGPOLL\n", "-1 references in hand");
    counts("snap pc 2 depth 0 #2=!obj:old\nGPOLL\n", "slot 2 holds a reference that is not there");
    counts("snap pc 2 depth 0\nx = NEW_F 2.5\nLOOP\nsnap pc 2 depth 0\nGPOLL\n", "goes on with 1 references");
    /* p is the old object in each round: what one stores the next overwrites, by another name */
    const char *first = "p = OLOAD b +24\nGEQ_P p old\nINC p\nOSTORE a p +16\nDROP old\nsnap pc 2 depth 0\nGPOLL\nLOOP\nsnap pc 2 depth 0\nq = OLOAD b +24\n";
    const char *rest = "INC q\nOSTORE a q +16\nDROP old\nsnap pc 3 depth 0\nGPOLL\nPHI p q\n";
    char rounds[400];
    snprintf(rounds, sizeof(rounds), "%sGEQ_P q old\n%s", first, rest);
    counts(rounds, NULL);
    snprintf(rounds, sizeof(rounds), "%sGNE_P q &0\n%s", first, rest);
    counts(rounds, "1 references in hand, 0 of them held");
    /* q and r are one object, which is shown by way of a third name; this is another's from the second round on */
    for (int shown = 0; shown < 2; shown++) {
        const char *change = "INC q\nOSTORE a q +16\nDROP r\nsnap pc 2 depth 0\n";
        snprintf(rounds, sizeof(rounds), "q = OLOAD b +24\nr = OLOAD b +32\nGEQ_P r old\n%s%sLOOP\nsnap pc 2 depth 0\nGPOLL\n%sGPOLL\nPHI old q\n", change,
                 shown ? "GEQ_P r q\n" : "GPOLL\n", change);
        counts(rounds, shown ? NULL : "1 references in hand, 0 of them held");
    }
}

/* ---- text ---- */

static const char *const whole =
    "locals 3\n"
    "frame 1 of 0 base 5 locals 1 call 3 ret 7 ?\n"
    "frame 2 of 1 base 7 locals 2 call 13 ret 17 ?\n"
    "snap pc 4 depth 1\n"
    "  v1 = SLOAD #0 : int\n"
    "  GTYPE v1 int\n"
    "  v3 = UNBOX_I v1\n"
    "  v4 = ADDOV_I v3 -7\n"
    "  v5 = BOX_I v4\n"
    "snap pc 9 depth 1 #0=int:v5 #1=!obj:['a b'] #2=null #3=obj:v1 v1+16=v4\n"
    "  GLT_I v4 9223372036854775807\n"
    "  v7 = I2F v4\n"
    "  v8 = ADD_F v7 -0.0\n"
    "  v9 = CALLL_F v8 1.5 FMOD\n"
    "  v10 = MUL_F v9 nan\n"
    "  v11 = MUL_F v10 nan:fff8000000000000\n"
    "  v12 = MUL_F v11 1e+300\n"
    "  v13 = MUL_F v12 -inf\n"
    "  v14 = LT_F v13 v12\n"
    "  v15 = SELECT v14 v13 v12\n"
    "  RSTORE_F v1 v15 +24\n"
    "  GEQ_P v1 [5]\n"
    "  GNE_P v1 [None]\n"
    "  GEQ_P v1 &float\n"
    "  v20 = SLOAD #1\n"
    "  GTYPE v20 bool\n"
    "  NOP\n"
    "  v23 = UNBOX_B v20\n"
    "snap pc 11 depth 0 #1=bool:v23 #2=bool:true\n"
    "  GFALSE v23\n"
    "  LOOP\n"
    "snap pc 12 depth 0\n"
    "  GPOLL\n"
    "snap pc 2 depth 6 frame 2 #1=bool:v23 #4=obj:v1 #5=null #6=obj:v1 #7=bool:true #8=null\n"
    "  GDEPTH #2\n"
    "  v28 = ADDOV_I v4 1\n"
    "  PHI v4 v28\n";

static void
text_and_back(void **state)
{
    parse(whole);
    for (int i = 0; i < 2; i++) {
        char *text = ir_dump(ir, true, false);
        assert_string_equal(text, whole);
        assert_null(ir_verify(ir));
        if (i == 0)
            parse(text);
        PyMem_Free(text);
    }
}

static void
bad_text_is_refused(void **state)
{
    static const char *const bad[] = {
        "v = SLOAD 0", "v = NOSUCH 1", "v = NEGOV_I", "v = ADD_I 1", "v = NEGOV_I w", "v = NEGOV_I 1 2", "GTYPE [1] nosuch", "snap pc x depth 0",
        "snap pc 1 depth 0 #0=what:1", "snap pc 1 depth 0 #0=obj", "snap pc 1 depth 0 #0=null:1", "v = CALLL_F 1.0 NOSUCH", "v = ADD_I 1 [", "locals",
        "v = NEGOV_I 1 : int 2", "snap pc 1 depth 0 [1]+x=1", "snap pc 1 depth 0 frame 1", "frame 2 of 0 base 1 locals 1 call 1 ret 2 f",
        "frame 1 of 1 base 1 locals 1 call 1 ret 2 f", "frame 1 of 0 base 1 call 1 ret 2 f",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[200];
        int line;
        snprintf(text, sizeof(text), "; a comment\n%s\nGPOLL\n", bad[i]);
        if (ir_parse(ir, text, &line) == 0 || line != 2)
            fail_msg("accepted: %s", bad[i]);
    }
    assert_false(PyErr_Occurred());
}

/* ---- verifier ---- */

static void
complains(const char *text, const char *complaint)
{
    parse(text);
    const char *got = ir_verify(ir);
    if (got == NULL || strstr(got, complaint) == NULL)
        fail_msg("%s\nsays: %s\nnot:  %s", text, got == NULL ? "nothing" : got, complaint);
}

static void
verifier_finds_bad_text(void **state)
{
    complains("v = ADD_I 1 2.0", "operand 2 of ADD_I has another type");
    complains("v = NOT_B 1", "operand 1 of NOT_B has another type");
    complains("o = SLOAD #0\nb = BOX_I 1\nGEQ_P o b", "operand 2 of GEQ_P is a box");
    complains("GEQ_P [1] 1", "compares what is no address");
    complains("v = SELECT true 1 1.0", "the sides of SELECT differ in type");
    complains("v = CALLL_I 1.0 2.0 FMOD", "FMOD has another result");
    complains("v = CALLL_F 1.0 FMOD", "operand 2 of CALLL_F is no value");
    complains("v = CALLL_F 1.0 2 FMOD", "operand 2 of CALLL_F has another type");
    complains("o = SLOAD #0\nOADD o 70 0 +24\nOSTORE o [None] +32", "an attribute is added that gets no value");
    complains("o = SLOAD #0\nw = WLOAD o +20\nOADD o w 0 +24\nOSTORE o [None] +24", "or no known shape");
    complains("GPOLL", "no snapshot to leave through");
    complains("snap pc 1 depth 0\nGPOLL\nLOOP\nGPOLL", "leaves through a snapshot of the first round");
    complains("LOOP\nLOOP", "LOOP is not where the trace says");
    complains("v = NEGOV_I 1\nPHI v v", "a PHI without a loop");
    complains("v = NOT_I 1\nLOOP\nw = NOT_I v\nPHI v w\nx = NOT_I w", "NOT_I behind a PHI");
    complains("v = NOT_I 1\nLOOP\nw = NOT_I v\nPHI w v", "not of the first round");
    complains("v = NOT_I 1\nLOOP\nPHI v 1.0", "the sides of a PHI differ in type");
    complains("v = NOT_I 1\nLOOP\nw = NOT_I v\nPHI v w\nPHI v 1", "a value has two PHIs");
    complains("locals 1\nsnap pc 1 depth 0 #1=null\nGPOLL", "above the stack");
    complains("locals 2\nsnap pc 1 depth 0 #1=null #0=null\nGPOLL", "is not sorted");
    complains("locals 2\nframe 1 of 0 base 1 locals 1 call 5 ret 9 f\nsnap pc 1 depth 2 frame 1 #3=null\nGPOLL", "not behind its caller's");
    complains("locals 2\nframe 1 of 0 base 3 locals 2 call 5 ret 9 f\nsnap pc 1 depth 2 frame 1 #3=null\nGPOLL", "not behind its caller's");
    complains("locals 2\nframe 1 of 0 base 3 locals 1 call 5 ret 9 f\nsnap pc 1 depth 3 frame 1 #4=null\nGPOLL", "does not list all slots");
    complains("locals 1\nsnap pc 1 depth 0 #0=int:5\nGPOLL", "has no object for slot 0");
    complains("locals 1\nv = BOX_F 1.0\nsnap pc 1 depth 0 #0=int:v\nGPOLL", "makes slot 0 of another type");
    complains("locals 1\nv = SLOAD #0\nsnap pc 1 depth 0 #0=bool:v\nGPOLL", "makes slot 0 of another type");
    complains("v = BOX_I 1\nsnap pc 1 depth 0 v+8=1\nGPOLL", "stores into no object");
    complains("v = SLOAD #0\np = ALOAD v +16\nsnap pc 1 depth 0 v+8=p\nGPOLL", "stores neither a number");
}

/* Errors that no text can have: each test breaks one thing of a good trace. */
static void
verifier_finds_broken_structure(void **state)
{
#define BREAKS(statement, complaint) \
    do { \
        parse(whole); \
        struct ir_ins *at = ir->at + REF_BIAS; (void)at; \
        statement; \
        const char *got = ir_verify(ir); \
        assert_non_null(got); \
        if (strstr(got, complaint) == NULL) fail_msg("%s: says %s", #statement, got); \
    } while (0)
    BREAKS(at[4].a = REF_BIAS + 9, "is no value that exists here");
    BREAKS(at[4].a = REF_BIAS + 2, "is no value that exists here");
    BREAKS(at[4].a = 17, "is no value that exists here");
    BREAKS(at[4].c = REF_BIAS + 3, "has no operand 3");
    BREAKS(at[4].op = 200, "no instruction has this number");
    BREAKS(at[4].op = IR_BASE, "BASE is the first");
    BREAKS(at[4].t = T_F64, "its type is not that of");
    BREAKS(at[4].t = T_I64, "its type is not that of");
    BREAKS(at[4].t |= IRT_MARK, "its type is not that of");
    BREAKS(at[4].kt = at[1].kt, "its known type");
    BREAKS(at[1].kt = REF_BIAS + 3, "its known type");
    BREAKS(at[2].x = REF_BIAS + 3, "its type is no constant");
    BREAKS(at[9].x = 999, "there is no such helper");
    BREAKS(at[28].t &= (uint8_t)~IRT_PHI, "is not marked as such");
    BREAKS(ir->snaps[1].ref = ir->end + 1, "out of order");
    BREAKS(ir->snaps[1].ref = REF_BIAS + 1, "has no value for slot 0");
    BREAKS(ir->snaps[1].nentries = 60000, "is cut off");
    BREAKS(ir->snaps[1].frame = 9, "is in no frame");
    BREAKS(ir->entries[0] = SNAP_ENTRY(0, 0, HOW_NULL, REF_BIAS + 1), "has a value for the empty slot");
    BREAKS(ir->entries[0] = SNAP_ENTRY(0, 0, 7, 0), "in no known way");
    BREAKS(ir->entries[0] = SNAP_ENTRY(0, 0, HOW_OBJ, REF_BIAS + 12), "no value for slot 0");
    BREAKS(ir->at[ir->first].op = IR_NOP, "is none");
    BREAKS(ir->words[ir->at[ir->chain[IR_KF]].x] = ir_word(ir, ir->at[ir->chain[IR_KF]].prev), "exists twice");
    BREAKS(ir->end = REF_BIAS, "do not end in their place");
    BREAKS(ir->full = "too much", "too much");
}

/* ---- evaluator ---- */

static int64_t
int_of_op(const char *text)
{
    char line[200];
    snprintf(line, sizeof(line), "snap pc 0 depth 0\nv = %s", text);
    parse(line);
    assert_null(ir_verify(ir));
    struct ir_exit e = ir_eval(ir, NULL, &quiet, NULL, values, 0);
    if (e.guard != REF_NONE)
        return 0x6e6f;                                         /* it left */
    return values[REF_BIAS + 1].i;
}

static void
operations_compute(void **state)
{
    static const struct { const char *text; int64_t result; } table[] = {
        { "ADD_I 9223372036854775807 1", INT64_MIN }, { "SUB_I -9223372036854775808 1", INT64_MAX }, { "MUL_I 4611686018427387904 4", 0 },
        { "ADDOV_I 9223372036854775807 1", 0x6e6f }, { "ADDOV_I 9223372036854775806 1", INT64_MAX }, { "SUBOV_I 0 -9223372036854775808", 0x6e6f },
        { "MULOV_I 3037000500 3037000500", 0x6e6f }, { "MULOV_I 3037000499 3037000499", 9223372030926249001 },
        { "NEGOV_I -9223372036854775808", 0x6e6f }, { "NEGOV_I 5", -5 }, { "NOT_I 5", -6 }, { "AND_I 12 10", 8 }, { "OR_I 12 10", 14 },
        { "XOR_I 12 10", 6 }, { "SHLOV_I 1 62", INT64_C(1) << 62 }, { "SHLOV_I 1 63", 0x6e6f }, { "SHLOV_I -1 63", INT64_MIN },
        { "SHLOV_I -2 63", 0x6e6f }, { "SHR_I -5 1", -3 }, { "SHR_I -5 63", -1 }, { "DIV_I 7 2", 3 }, { "DIV_I -7 2", -4 }, { "DIV_I 7 -2", -4 },
        { "DIV_I -7 -2", 3 }, { "DIV_I -9223372036854775808 -1", INT64_MIN }, { "DIV_I 5 0", 0 }, { "MOD_I 7 3", 1 }, { "MOD_I -7 3", 2 },
        { "MOD_I 7 -3", -2 }, { "MOD_I -7 -3", -1 }, { "MOD_I 6 -3", 0 }, { "MOD_I 5 0", 0 }, { "EQ_I 1 1", 1 }, { "LT_I -1 1", 1 },
        { "LE_I 2 1", 0 }, { "EQ_F nan nan", 0 }, { "EQ_F 0.0 -0.0", 1 }, { "LT_F nan 1.0", 0 }, { "LE_F 1.0 1.0", 1 }, { "NOT_B true", 0 },
        { "B2I true", 1 }, { "SELECT false 1 2", 2 }, { "UNBOX_I [-5]", -5 }, { "UNBOX_I [0]", 0 }, { "UNBOX2_I [-1152921504606846975]", -1152921504606846975 },
        { "UNBOX_B [True]", 1 }, { "UNBOX_B [False]", 0 }, { "EQ_P [None] [None]", 1 }, { "BOX_I 77", 77 },
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int64_t got = int_of_op(table[i].text);
        if (got != table[i].result)
            fail_msg("%s is %lld", table[i].text, (long long)got);
    }
}

static void
guards_hold_or_not(void **state)
{
    static const struct { const char *text; bool holds; } table[] = {
        { "GEQ_I 1 1", true }, { "GNE_I 1 1", false }, { "GLT_I 1 1", false }, { "GLE_I 1 1", true }, { "GGT_I 2 1", true }, { "GGE_I 0 1", false },
        { "GULT_I -1 5", false }, { "GULT_I 4 5", true }, { "GEQ_F nan nan", false }, { "GNE_F nan nan", true }, { "GLT_F nan 1.0", false },
        { "GLE_F nan 1.0", false }, { "GGT_F nan 1.0", false }, { "GGE_F nan 1.0", false }, { "GNLT_F nan 1.0", true }, { "GNLE_F nan 1.0", true },
        { "GNGT_F nan 1.0", true }, { "GNGE_F nan 1.0", true }, { "GNLT_F 0.0 1.0", false }, { "GNGE_F 1.0 1.0", false }, { "GTRUE true", true },
        { "GFALSE true", false }, { "GTYPE [1] int", true }, { "GTYPE [1] bool", false }, { "GCOMPACT [1073741823]", true },
        { "GCOMPACT [1073741824]", false }, { "GINT2 [1073741824]", true }, { "GINT2 [1152921504606846976]", false },
        { "GEQ_P [None] [True]", false }, { "GNE_P [None] [True]", true },
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char line[200];
        snprintf(line, sizeof(line), "snap pc 0 depth 0\n%s", table[i].text);
        parse(line);
        assert_null(ir_verify(ir));
        bool holds = ir_eval(ir, NULL, &quiet, NULL, values, 0).guard == REF_NONE;
        if (holds != table[i].holds)
            fail_msg("%s", table[i].text);
    }
}

static void
loops_run(void **state)
{
    parse("locals 2\n"
          "snap pc 0 depth 0\n"
          "a = SLOAD #0\n"
          "b = SLOAD #1\n"
          "x = UNBOX_I a\n"
          "y = UNBOX_I b\n"
          "LOOP\n"
          "snap pc 1 depth 0\n"
          "GPOLL\n"
          "GLT_I x 1000\n"
          "z = ADDOV_I x y\n"
          "PHI x y\n"                                             /* each becomes what the other was, or is now */
          "PHI y z\n");
    assert_null(ir_verify(ir));
    PyObject *slots[2] = { PyLong_FromLong(0), PyLong_FromLong(1) };
    struct ir_exit e = ir_eval(ir, slots, &quiet, NULL, values, 1000);
    assert_int_equal(ir->at[e.guard].op, IR_GLT_I);
    assert_int_equal(e.snap, 1);               /* the first one says how the first round ends */
    assert_int_equal(values[REF_BIAS + 3].i, 1597);
    e = ir_eval(ir, slots, &quiet, NULL, values, 7);
    assert_int_equal(e.guard, ir->loop);
    assert_int_equal(values[REF_BIAS + 3].i, 13);
    e = ir_eval(ir, slots, &noisy, NULL, values, 1000);
    assert_int_equal(ir->at[e.guard].op, IR_GPOLL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_exist_once), cmocka_unit_test(room_ends_without_harm), cmocka_unit_test(counts_are_checked),
        cmocka_unit_test(snapshots_without_guards_are_written_over), cmocka_unit_test(text_and_back), cmocka_unit_test(bad_text_is_refused),
        cmocka_unit_test(verifier_finds_bad_text), cmocka_unit_test(verifier_finds_broken_structure), cmocka_unit_test(operations_compute),
        cmocka_unit_test(guards_hold_or_not), cmocka_unit_test(loops_run),
    };
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0 || objects_init(ts_current()) < 0)
        return 1;
    return cmocka_run_group_tests_name("ir", tests, set_up, tear_down);
}
