/* jit/ir/ir_verify.c: is a trace well formed? Run after each pass in checked builds and tests. The first thing that is wrong is told; nothing
 * in the trace is trusted before it was looked at. */
#include "jit/ir/ir.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char message[160];

/* Always false, for `return wrong(...)`. */
static bool __attribute__((format(printf, 2, 3)))
wrong(ir_ref r, const char *format, ...)
{
    va_list ap;
    int n = r >= REF_BIAS ? snprintf(message, sizeof(message), "v%d: ", r - REF_BIAS) : 0;
    va_start(ap, format);
    vsnprintf(message + n, sizeof(message) - (size_t)n, format, ap);
    va_end(ap);
    return false;
}

/* ---- constants ---- */

static bool
check_constants(const struct ir *ir)
{
    if (ir->first > REF_BIAS || REF_BIAS - ir->first > IR_MAX_CONSTS)
        return wrong(0, "the constants do not begin in their place");
    for (ir_ref r = ir->first; r < REF_BIAS; r++) {
        const struct ir_ins *k = &ir->at[r];
        if (k->op >= IR_NOP || k->t != ir_ops[k->op].type || k->x >= (uint32_t)(REF_BIAS - ir->first))
            return wrong(0, "constant %d is none", REF_BIAS - r);
        for (ir_ref e = k->prev; e != REF_NONE && e < REF_BIAS; e = ir->at[e].prev) {
            if (e <= r || ir->at[e].op != k->op)
                return wrong(0, "constant %d is linked to another kind", REF_BIAS - r);
            if (ir_word(ir, e) == ir_word(ir, r))
                return wrong(0, "constant %d exists twice", REF_BIAS - r);
        }
    }
    return true;
}

/* ---- instructions ---- */

static bool
is_value(const struct ir *ir, ir_ref v, ir_ref before)
{
    return ref_is_const(v) ? v >= ir->first : v > REF_BIAS && v < before && ir_type_of(ir, v) != T_NIL;
}

static bool
has_type(const struct ir *ir, ir_ref v, char letter)
{
    enum ir_type t = ir_type_of(ir, v);
    switch (letter) {
    case 'i': return t == T_I64;
    case 'f': return t == T_F64;
    case 'o': return t == T_OBJ;
    case 'p': return t == T_PTR;
    case 'b': return t == T_BOOL;
    default: return true;
    }
}

static bool
check_operand(const struct ir *ir, ir_ref r, int n, char letter, ir_ref v)
{
    if (letter == 'l')
        return true;
    if (letter == '_')
        return v == 0 || wrong(r, "%s has no operand %d", ir_ops[ir->at[r].op].name, n);
    if (!is_value(ir, v, r))
        return wrong(r, "operand %d of %s is no value that exists here", n, ir_ops[ir->at[r].op].name);
    if (ir_is_box(ir, v) || ir_is_virtual(ir, v))
        return wrong(r, "operand %d of %s is a box, which exists only in snapshots", n, ir_ops[ir->at[r].op].name);
    return has_type(ir, v, letter) || wrong(r, "operand %d of %s has another type", n, ir_ops[ir->at[r].op].name);
}

static bool
check_call(const struct ir *ir, ir_ref r)
{
    const struct ir_ins *in = &ir->at[r];
    if (in->x >= IR_HELPERS)
        return wrong(r, "there is no such helper");
    const char *sig = ir_helpers[in->x].signature;
    static const char *const results[] = { [IR_CALLL_I - IR_CALLL_I] = "i", [IR_CALLL_F - IR_CALLL_I] = "f", [IR_CALLR - IR_CALLL_I] = "i",
                                           [IR_CALLB - IR_CALLL_I] = "oC", [IR_CALLP - IR_CALLL_I] = "p", [IR_CALLN - IR_CALLL_I] = "nSY",
                                           [IR_CALLS - IR_CALLL_I] = "s" };
    if (strchr(results[in->op - IR_CALLL_I], sig[0]) == NULL)
        return wrong(r, "%s has another result", ir_helpers[in->x].name);
    size_t n = strlen(sig) - 1;
    const ir_ref v[3] = { in->a, in->b, in->c };
    for (size_t i = 0; i < 3; i++) {
        if (!check_operand(ir, r, (int)i + 1, i >= n ? '_' : ir_takes_object(in->x, (int)i) ? 'o' : sig[i + 1], v[i]))
            return false;
    }
    return true;
}

static bool
check_field(const struct ir *ir, ir_ref r)
{
    const struct ir_ins *in = &ir->at[r];
    bool is_type = ir_ops[in->op].x == X_TYPE;
    if (is_type && (in->x < ir->first || in->x >= REF_BIAS || ir->at[in->x].op != IR_KP))
        return wrong(r, "its type is no constant");
    if (in->kt != REF_NONE && (!ref_is_const(in->kt) || in->kt < ir->first || ir->at[in->kt].op != IR_KP || ir_type_of(ir, r) != T_OBJ))
        return wrong(r, "its known type is no type of an object");
    return true;
}

static bool
check_types(const struct ir *ir, ir_ref r)
{
    const struct ir_ins *in = &ir->at[r];
    uint8_t type = in->op == IR_SELECT ? (uint8_t)ir_type_of(ir, in->b) : ir_ops[in->op].type;
    if ((in->t & IRT_MASK) != type || !(in->t & IRT_GUARD) != !(ir_ops[in->op].flags & I_GUARD) || in->t & IRT_MARK)
        return wrong(r, "its type is not that of %s", ir_ops[in->op].name);
    if (in->op == IR_SELECT && ir_type_of(ir, in->b) != ir_type_of(ir, in->c))
        return wrong(r, "the sides of SELECT differ in type");
    bool pointers = ir_ops[in->op].a == 'v' && (in->op == IR_GEQ_P || in->op == IR_GNE_P || in->op == IR_EQ_P);
    if (pointers && (ir_type_of(ir, in->a) < T_OBJ || ir_type_of(ir, in->a) > T_PTR || ir_type_of(ir, in->b) < T_OBJ || ir_type_of(ir, in->b) > T_PTR))
        return wrong(r, "%s compares what is no address", ir_ops[in->op].name);
    return true;
}

static bool
check_phi(const struct ir *ir, ir_ref r)
{
    const struct ir_ins *in = &ir->at[r];
    if (ir->loop == REF_NONE)
        return wrong(r, "a PHI without a loop");
    if (ref_is_const(in->a) || in->a > ir->loop)
        return wrong(r, "the left side of a PHI is not of the first round");
    if (ir_type_of(ir, in->a) != ir_type_of(ir, in->b))
        return wrong(r, "the sides of a PHI differ in type");
    if (!(ir->at[in->a].t & IRT_PHI) || (!ref_is_const(in->b) && !(ir->at[in->b].t & IRT_PHI)))
        return wrong(r, "a side of a PHI is not marked as such");
    for (ir_ref p = r - 1; p > ir->loop && (ir->at[p].op == IR_PHI || ir->at[p].op == IR_NOP); p--) {
        if (ir->at[p].op == IR_PHI && ir->at[p].a == in->a)
            return wrong(r, "a value has two PHIs");
    }
    return true;
}

/* Between the two nobody may look at the instance. */
static bool
check_first_value(const struct ir *ir, ir_ref r)
{
    const struct ir_ins *in = &ir->at[r], *store = in + 1;
    bool stored = r + 1 < ir->end && store->op == IR_OSTORE && store->a == in->a && store->x == in->x;
    return (stored && ref_is_const(in->b) && ref_is_const(in->c)) || wrong(r, "an attribute is added that gets no value, or no known shape");
}

static bool
check_instruction(const struct ir *ir, ir_ref r, enum ir_op *end)
{
    const struct ir_ins *in = &ir->at[r];
    if (in->op < IR_NOP || in->op >= IR_OPS)
        return wrong(r, "no instruction has this number");
    const struct ir_op_info *info = &ir_ops[in->op];
    if (in->op == IR_NOP)
        return true;
    if ((in->op == IR_BASE) != (r == REF_BIAS))
        return wrong(r, "BASE is the first instruction and nothing else");
    if ((in->op == IR_LOOP) != (r == ir->loop))
        return wrong(r, "LOOP is not where the trace says");
    if (*end != IR_NOP && in->op != *end)
        return wrong(r, "%s behind a %s", info->name, ir_ops[*end].name);
    if (in->op == IR_PHI || in->op == IR_LINK)
        *end = in->op;
    if (in->op == IR_LINK && ir->loop != REF_NONE)
        return wrong(r, "a loop that goes on in another trace");
    if (info->x == X_HELPER) {
        if (!check_call(ir, r))
            return false;
    } else if (!check_operand(ir, r, 1, info->a, in->a) || !check_operand(ir, r, 2, info->b, in->b) || !check_operand(ir, r, 3, info->c, in->c)) {
        return false;
    }
    return check_types(ir, r) && check_field(ir, r) && (in->op != IR_PHI || check_phi(ir, r)) && (in->op != IR_OADD || check_first_value(ir, r));
}

/* ---- snapshots ---- */

static bool
check_entry(const struct ir *ir, const struct snap *s, snap_entry e)
{
    ir_ref v = snap_ref(e);
    int slot = (int)snap_slot(e);
    if (slot >= ir->nlocals + s->depth && slot < IR_FIELDS)
        return wrong(s->ref, "its snapshot lists slot %d above the stack", slot);
    if (snap_how(e) > HOW_NULL)
        return wrong(s->ref, "its snapshot makes slot %d in no known way", slot);
    if (snap_how(e) == HOW_NULL)
        return v == REF_NONE || wrong(s->ref, "its snapshot has a value for the empty slot %d", slot);
    if (!is_value(ir, v, s->ref))
        return wrong(s->ref, "its snapshot has no value for slot %d", slot);
    enum snap_how fits = ir->at[v].op == IR_BOX_I ? HOW_INT : ir->at[v].op == IR_BOX_F ? HOW_FLOAT : ir_is_virtual(ir, v) ? HOW_VIRTUAL
        : ir_type_of(ir, v) == T_BOOL ? HOW_BOOL : HOW_OBJ;
    if (fits == HOW_OBJ && ir_type_of(ir, v) != T_OBJ)
        return wrong(s->ref, "its snapshot has no object for slot %d", slot);
    return fits == snap_how(e) || wrong(s->ref, "its snapshot makes slot %d of another type", slot);
}

static bool
check_store(const struct ir *ir, const struct snap *s, const struct snap_store *st)
{
    if (!is_value(ir, st->obj, s->ref) || ir_type_of(ir, st->obj) != T_OBJ || ir_is_box(ir, st->obj))
        return wrong(s->ref, "its snapshot stores into no object");
    if (!is_value(ir, st->value, s->ref) || ir_type_of(ir, st->value) == T_PTR || ir_type_of(ir, st->value) == T_NIL || ir_is_virtual(ir, st->value))
        return wrong(s->ref, "its snapshot stores neither a number nor an object");
    return true;
}

static uint32_t
listed_between(const struct ir *ir, const struct snap *s, uint32_t from, uint32_t end)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->nentries; i++)
        n += snap_slot(ir->entries[s->entries + i]) >= from && snap_slot(ir->entries[s->entries + i]) < end;
    return n;
}

/* Frames lie one behind the other, and all slots of those that are not in memory are listed. A generator's is in memory, elsewhere. */
static bool
check_snap_frames(const struct ir *ir, const struct snap *s)
{
    uint32_t top = (uint32_t)ir->nlocals + s->depth, end = top, listed = 0, from = top, slots = 0;
    if (s->frame >= ir->nframes)
        return wrong(s->ref, "its snapshot is in no frame");
    for (uint32_t i = s->frame; i != 0; i = ir->frames[i].parent) {
        const struct ir_frame *f = &ir->frames[i], *below = &ir->frames[f->parent];
        uint32_t bottom = f->parent == 0 ? ir->nlocals : (uint32_t)below->base + below->nlocals;
        if (f->parent >= i || f->below < bottom || f->function < f->below || f->base <= f->function || (i == s->frame && (uint32_t)f->base + f->nlocals > top))
            return wrong(s->ref, "frame %u of its snapshot is not behind its caller's", i);
        if (f->depth <= s->real)
            break;
        slots += f->generator ? listed_between(ir, s, f->base, end) : 1 + end - f->base;
        from = f->function;
        end = f->below;
    }
    for (uint32_t i = 0; i < s->nentries; i++)
        listed += snap_slot(ir->entries[s->entries + i]) >= from && snap_slot(ir->entries[s->entries + i]) < IR_FIELDS;
    return listed == slots || (s->nentries == 0 && s->nstores == 0) || wrong(s->ref, "its snapshot does not list all slots of inlined calls");
}

static bool
check_snap(const struct ir *ir, const struct snap *s)
{
    int last = -1;
    if (s->entries + s->nentries > ir->nentries || s->stores + s->nstores > ir->nstores)
        return wrong(s->ref, "its snapshot is cut off");
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        if ((int)snap_slot(e) <= last)
            return wrong(s->ref, "its snapshot is not sorted");
        last = (int)snap_slot(e);
        if (!check_entry(ir, s, e))
            return false;
    }
    for (uint32_t i = 0; i < s->nstores; i++) {
        if (!check_store(ir, s, &ir->stores[s->stores + i]))
            return false;
    }
    return check_snap_frames(ir, s);
}

static bool
check_snaps(const struct ir *ir)
{
    for (uint32_t i = 0; i < ir->nsnaps; i++) {
        const struct snap *s = &ir->snaps[i];
        if (s->ref <= REF_BIAS || s->ref > ir->end || (i > 0 && s->ref < s[-1].ref))
            return wrong(0, "snapshot %u is out of order", i);
        if (!check_snap(ir, s))
            return false;
    }
    return true;
}

static bool
check_guards(const struct ir *ir)
{
    for (ir_ref r = REF_BIAS + 1; r < ir->end; r++) {
        if (!(ir->at[r].t & IRT_GUARD))
            continue;
        if (ir->nsnaps == 0 || ir->snaps[0].ref > r)
            return wrong(r, "no snapshot to leave through");
        if (ir->loop != REF_NONE && r > ir->loop && snap_of(ir, r)->ref <= ir->loop)
            return wrong(r, "leaves through a snapshot of the first round");
    }
    return true;
}

const char *
ir_verify(const struct ir *ir)
{
    enum ir_op end = IR_NOP;
    if (ir->full != NULL)
        return ir->full;
    if (!check_constants(ir))
        return message;
    if (ir->end <= REF_BIAS || ir->end - REF_BIAS > IR_MAX_INS || (ir->loop != REF_NONE && (ir->loop <= REF_BIAS || ir->loop >= ir->end)))
        return "the instructions do not end in their place";
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        if (!check_instruction(ir, r, &end))
            return message;
    }
    return check_snaps(ir) && check_guards(ir) ? NULL : message;
}
