/* jit/trace/rec_same.c: `x % y` and `x >> y` of ints that give x itself, no new object: where |x| is smaller than y at a glance (fewer digits, or a smaller first one, but not
 * when both have one digit), and where a negative x of several digits is shifted by nothing. Who has x elsewhere can compare. */
#include "jit/trace/record.h"

#include "object/num/int.h"

#define ONE_DIGIT ((int64_t)1 << PyLong_SHIFT)           /* the first int that needs two */

/* Is the left operand a number that nothing but the stack has? */
static bool
is_temporary(struct recorder *r)
{
    ir_ref v = rec_peek(r, 2);
    int n = 0;
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        n += r->slot[i] == v;
    return ir_is_box(r->ir, v) && n == 1;
}

static bool
shift_keeps(struct recorder *r, ir_ref a, ir_ref b, int64_t x, int64_t y)
{
    if (ref_is_const(b) && y != 0)
        return false;
    if (x > -ONE_DIGIT)
        rec_emit(r, IR_GGT_I, a, ir_int(r->ir, -ONE_DIGIT));
    else if (y != 0)
        rec_emit(r, IR_GNE_I, b, ir_int(r->ir, 0));
    else {
        rec_emit(r, IR_GEQ_I, b, ir_int(r->ir, 0));
        rec_emit(r, IR_GLE_I, a, ir_int(r->ir, -ONE_DIGIT));
        return true;
    }
    return false;
}

/* y with all digits but the first one 0 */
static int64_t first_digit(int64_t y) { return y < ONE_DIGIT * ONE_DIGIT ? y & -ONE_DIGIT : y & -(ONE_DIGIT * ONE_DIGIT); }

static bool
remainder_keeps(struct recorder *r, ir_ref a, ir_ref b, int64_t x, int64_t y)
{
    if (y > -ONE_DIGIT && y < ONE_DIGIT) {
        rec_emit(r, IR_GULT_I, rec_emit(r, IR_ADD_I, b, ir_int(r->ir, ONE_DIGIT - 1)), ir_int(r->ir, 2 * ONE_DIGIT - 1));
        return false;
    }
    if (!ref_is_const(b) || y < 0)
        return rec_stop(r, "a remainder that may be the left operand");
    int64_t below = first_digit(y);
    if (x < 0)
        rec_emit(r, IR_GLT_I, a, ir_int(r->ir, 0));
    else if (x >= below)
        rec_emit(r, IR_GGE_I, a, ir_int(r->ir, below));
    else {
        rec_emit(r, IR_GULT_I, a, ir_int(r->ir, below));
        return true;
    }
    return false;
}

bool
rec_keeps_left(struct recorder *r, int operator, ir_ref a, ir_ref b, int64_t x, int64_t y)
{
    bool shift = operator == NB_RSHIFT || operator == NB_INPLACE_RSHIFT, remainder = operator == NB_REMAINDER || operator == NB_INPLACE_REMAINDER;
    if ((!shift && !remainder) || ir_type_of(r->ir, rec_peek(r, 2)) == T_BOOL || is_temporary(r))
        return false;
    return shift ? shift_keeps(r, a, b, x, y) : remainder_keeps(r, a, b, x, y);
}
