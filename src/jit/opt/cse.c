/* jit/opt/cse.c: common subexpressions, and loads of fields whose content is known.
 *
 * Instructions of one opcode form a chain, latest first; an instruction comes after its operands, so a search ends at the newest operand.
 * A store ends what is known about each place that may overlap its own: an object is another only if jit/opt/facts.c can tell. */
#include "jit/opt/cse.h"

#include <stddef.h>

#include "jit/opt/facts.h"
#include "object/coll/dict_values.h"

static ir_ref
newest_operand(enum ir_op op, ir_ref a, ir_ref b, ir_ref c)
{
    const struct ir_op_info *info = &ir_ops[op];
    ir_ref newest = info->a == 'l' ? REF_NONE : a;
    newest = b > newest ? b : newest;
    return c > newest ? c : newest;
}

static ir_ref later(ir_ref a, ir_ref b) { return a > b ? a : b; }

/* The last leaf call that changes what may be the object a, or REF_NONE. */
static ir_ref
last_change(const struct ir *ir, ir_ref a)
{
    if (ir->changed <= a)
        return REF_NONE;
    ir_ref last = REF_NONE, least = a;
    for (enum ir_op op = IR_CALLN; op <= IR_CALLS; op++) {
        ir_ref r = ir->chain[op];
        while (r > least && (!ir_changes_operand(&ir->at[r]) || never_same(ir, ir->at[r].a, a)))
            r = ir->at[r].prev;
        if (r > least)
            last = least = r;
    }
    return last;
}

/* The same for what lies at the address p: items of an object, or an entry of one. */
static ir_ref
last_change_at(const struct ir *ir, ir_ref p)
{
    bool inside = ir->at[p].op == IR_ALOAD || ir->at[p].op == IR_CALLP;
    return inside ? last_change(ir, ir->at[p].a) : REF_NONE;
}

/* The last instruction behind which nothing is known any more of what op looks at: open calls end all that is known of objects, leaf calls what they
 * change, and of the frame's memory what writes there. */
static ir_ref
horizon(const struct ir *ir, enum ir_op op, ir_ref a)
{
    const ir_ref *chain = ir->chain;
    bool frame = op == IR_GNULL || op == IR_GEMPTY || op == IR_GSTYPE || op == IR_GLATE || op == IR_GDIES;
    if (frame)
        return later(chain[IR_CALLO], later(later(chain[IR_FPUT], chain[IR_FPUT_NEW]), later(chain[IR_FSET], later(chain[IR_FOPEN], chain[IR_FDROP]))));
    if (ir_ops[op].flags & I_LOAD || op == IR_CALLB || op == IR_CALLP)
        return later(chain[IR_CALLO], last_change(ir, a));
    return op == IR_GTYPE ? chain[IR_CALLO] : REF_NONE;
}

ir_ref
cse_find(const struct ir *ir, enum ir_op op, ir_ref a, ir_ref b, ir_ref c, uint32_t x)
{
    ir_ref newest = later(newest_operand(op, a, b, c), horizon(ir, op, a));
    for (ir_ref r = ir->chain[op]; r > newest; r = ir->at[r].prev) {
        const struct ir_ins *in = &ir->at[r];
        if (in->a == a && in->b == b && in->c == c && in->x == x)
            return r;
    }
    return REF_NONE;
}

static bool
overlaps(uint32_t x, uint32_t y)
{
    return x < y + 8 && y < x + 8;
}

/* The latest store, of this opcode, that may have changed the field. */
static ir_ref
last_store(const struct ir *ir, enum ir_op store, ir_ref a, uint32_t x)
{
    ir_ref r = ir->chain[store];
    while (r > a && (!overlaps(ir->at[r].x, x) || never_same(ir, ir->at[r].a, a)))
        r = ir->at[r].prev;
    return r;
}

ir_ref
cse_field(const struct ir *ir, enum ir_op load, ir_ref a, uint32_t x)
{
    ir_ref as_int = last_store(ir, IR_RSTORE_I, a, x), as_float = last_store(ir, IR_RSTORE_F, a, x);
    ir_ref store = later(later(as_int, as_float), later(ir->chain[IR_CALLO], last_change(ir, a)));
    ir_ref loaded = ir->chain[load];
    while (loaded > store && loaded > a && (ir->at[loaded].a != a || ir->at[loaded].x != x))
        loaded = ir->at[loaded].prev;
    if (loaded > store && loaded > a)
        return loaded;
    const struct ir_ins *in = &ir->at[store];
    bool same_kind = in->op == (load == IR_RLOAD_I ? IR_RSTORE_I : IR_RSTORE_F);
    return store > a && same_kind && in->a == a && in->x == x ? in->b : REF_NONE;
}

ir_ref
cse_object(const struct ir *ir, ir_ref a, uint32_t x)
{
    ir_ref store = ir->chain[IR_OSTORE], loaded = ir->chain[IR_OLOAD], end = later(ir->chain[IR_CALLO], last_change(ir, a));
    while (store > a && (ir->at[store].x != x || never_same(ir, ir->at[store].a, a)))
        store = ir->at[store].prev;
    while (loaded > store && loaded > a && (ir->at[loaded].a != a || ir->at[loaded].x != x))
        loaded = ir->at[loaded].prev;
    if (loaded > store && loaded > a)
        return loaded > end ? loaded : REF_NONE;
    return store > a && store > end && ir->at[store].a == a ? ir->at[store].b : REF_NONE;
}

#define SHAPE (sizeof(PyObject) + offsetof(PyDictValues, shape))

ir_ref
cse_word(struct ir *ir, ir_ref a, uint32_t x)
{
    ir_ref add = x == SHAPE ? ir->chain[IR_OADD] : REF_NONE, loaded = ir->chain[IR_WLOAD], end = later(ir->chain[IR_CALLO], last_change(ir, a));
    while (add > a && never_same(ir, ir->at[add].a, a))
        add = ir->at[add].prev;
    while (loaded > add && loaded > a && (ir->at[loaded].a != a || ir->at[loaded].x != x))
        loaded = ir->at[loaded].prev;
    if (loaded > add && loaded > a)
        return loaded > end ? loaded : REF_NONE;
    if (add > a)
        return add > end && ir->at[add].a == a ? ir->at[add].b : REF_NONE;
    return x == SHAPE && ir->at[a].op == IR_NEW_OBJ && a > end ? ir_int(ir, ir->at[a].x) : REF_NONE;
}

/* Items of two lists, or two items of one. A constant address is that of an entry of a dict, as are places that were looked up. */
static bool
never_same_item(const struct ir *ir, const struct ir_ins *st, ir_ref a, ir_ref b)
{
    if (st->a == a)
        return st->b != b && (rel_known(ir, IR_EQ_I, st->b, b) & REL_EQ) == 0;
    const struct ir_ins *p = &ir->at[st->a], *q = &ir->at[a];
    if (p->op == IR_CALLP || q->op == IR_CALLP) {
        if (p->op == IR_ALOAD || q->op == IR_ALOAD)
            return true;
        return p->op == q->op && never_same(ir, p->a, q->a);
    }
    if (p->op == IR_KP || q->op == IR_KP)
        return true;
    return p->op == IR_ALOAD && q->op == IR_ALOAD && never_same(ir, p->a, q->a);
}

ir_ref
cse_item(const struct ir *ir, ir_ref a, ir_ref b)
{
    ir_ref newest = newest_operand(IR_LITEM, a, b, REF_NONE), store = ir->chain[IR_LSTORE], loaded = ir->chain[IR_LITEM];
    while (store > newest && never_same_item(ir, &ir->at[store], a, b))
        store = ir->at[store].prev;
    while (loaded > store && loaded > newest && (ir->at[loaded].a != a || ir->at[loaded].b != b))
        loaded = ir->at[loaded].prev;
    newest = later(newest, later(ir->chain[IR_CALLO], last_change_at(ir, a)));
    if (loaded > store && loaded > newest)
        return loaded;
    return store > newest && ir->at[store].a == a && ir->at[store].b == b ? ir->at[store].c : REF_NONE;
}

/* Rows with different type codes are different rows. */
static bool
never_same_number(const struct ir *ir, const struct ir_ins *st, ir_ref a, ir_ref b, uint32_t x)
{
    return st->x != x || never_same_item(ir, st, a, b);
}

ir_ref
cse_number(const struct ir *ir, enum ir_op load, ir_ref a, ir_ref b, uint32_t x)
{
    ir_ref newest = later(later(newest_operand(load, a, b, REF_NONE), ir->chain[IR_CALLO]), last_change_at(ir, a)), loaded = ir->chain[load];
    ir_ref store = ir->chain[load == IR_VLOAD_I ? IR_VSTORE_I : IR_VSTORE_F];
    while (store > newest && never_same_number(ir, &ir->at[store], a, b, x))
        store = ir->at[store].prev;
    while (loaded > store && loaded > newest && (ir->at[loaded].a != a || ir->at[loaded].b != b || ir->at[loaded].x != x))
        loaded = ir->at[loaded].prev;
    if (loaded > store && loaded > newest)
        return loaded;
    const struct ir_ins *st = &ir->at[store];                /* what was rounded is not what was stored */
    return store > newest && st->a == a && st->b == b && x != 'f' ? st->c : REF_NONE;
}
