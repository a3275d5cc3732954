/* jit/trace/side.c: where traces hang together in machine code.
 *
 * A side trace begins with what its parent's exit leaves: the values of the snapshot, where they are, are those of its slots, and waiting stores wait on.
 * A trace that reaches the head of a loop with a trace goes on in that loop's body (jit/opt/link.c). The body knows which slots of the frame's memory
 * are out of date: what else differs here is stored first. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"
#include "jit/opt/opt.h"

#include <stdio.h>

/* ---- the beginning ---- */

static ir_ref
constant(struct recorder *r, const struct trace *p, const struct trace_item *item)
{
    uint64_t word = p->consts[REF_BIAS - 1 - item->ref];
    double d;
    switch (item->type) {
    case T_I64: return ir_int(r->ir, (int64_t)word);
    case T_F64:
        memcpy(&d, &word, sizeof(d));
        return ir_float(r->ir, d);
    case T_BOOL: return ir_bool(r->ir, word);
    case T_OBJ: return ir_obj(r->ir, (PyObject *)word);
    default: return ir_ptr(r->ir, (void *)word);
    }
}

/* What an exit of p leaves: list: kept_list() of its snapshot s. */
struct legacy { const struct trace *p; const struct trace_snap *s; snap_entry list[KEPT_LIST]; };

static const struct trace_item *item_at(const struct legacy *l, uint32_t i) { return &l->p->items[snap_ref(l->list[i])]; }

static ir_ref
inherited(struct recorder *r, const struct legacy *l, uint32_t n)
{
    static const uint8_t load[T_TYPES] = { [T_I64] = IR_PLOAD_I, [T_F64] = IR_PLOAD_F, [T_OBJ] = IR_PLOAD_O, [T_BOOL] = IR_PLOAD_B };
    const struct trace_item *item = item_at(l, n);
    if (ref_is_const(item->ref))
        return constant(r, l->p, item);
    if (load[item->type] == 0) {
        rec_stop(r, "the exit has a value that is not handed on");
        return REF_NONE;
    }
    for (uint32_t k = 0; k < n; k++)                     /* one value, one reference: what is the same must look the same */
        if (item_at(l, k)->ref == item->ref)
            n = k;
    ir_ref v = item->slot >= 0 ? rec_emit(r, IR_SLOAD, (ir_ref)item->slot, REF_NONE) : rec_emit(r, load[item->type], (ir_ref)n, REF_NONE);
    if (item->field != 0)
        v = rec_emit_x(r, IR_CLOAD, v, REF_NONE, item->field);
    if (item->item != 0)
        v = rec_emit(r, IR_TITEM, v, ir_int(r->ir, item->item - 1));
    if (item->kt != REF_NONE && item->type == T_OBJ && v != REF_NONE && r->ir->at[v].kt == REF_NONE)
        r->ir->at[v].kt = ir_ptr(r->ir, trace_item_type(l->p, item));
    return v;
}

/* The slot of entry i; a box that an earlier slot has, too, is the same box. */
static ir_ref
inherited_slot(struct recorder *r, const struct legacy *l, uint32_t i)
{
    const snap_entry *e = l->list;
    enum snap_how how = snap_how(e[i]);
    if (how == HOW_NULL)
        return REF_NONE;
    for (uint32_t k = 0; k < i; k++)
        if (snap_how(e[k]) == how && item_at(l, k)->named == item_at(l, i)->named)
            return r->slot[snap_slot(e[k])];
    if (how == HOW_VIRTUAL)
        return rec_inherit_virtual(r, &l->p->virtuals[item_at(l, i)->virtual]);
    ir_ref v = inherited(r, l, i);
    return how == HOW_INT ? rec_emit(r, IR_BOX_I, v, REF_NONE) : how == HOW_FLOAT ? rec_emit(r, IR_BOX_F, v, REF_NONE) : v;
}

/* What store i is to put into its field. A box that a slot has is the same box. */
static ir_ref
inherited_value(struct recorder *r, const struct legacy *l, uint32_t i)
{
    uint32_t at = l->s->nentries + 2 * i + 1;
    const struct trace_item *item = item_at(l, at);
    if (item->how == HOW_INT || item->how == HOW_FLOAT)
        for (uint32_t k = 0; k < l->s->nentries; k++)
            if (item_at(l, k)->named == item->named && snap_how(l->list[k]) == (enum snap_how)item->how)
                return r->slot[snap_slot(l->list[k])];
    ir_ref v = inherited(r, l, at);
    return item->how == HOW_INT ? rec_emit(r, IR_BOX_I, v, REF_NONE) : item->how == HOW_FLOAT ? rec_emit(r, IR_BOX_F, v, REF_NONE) : v;
}

/* The calls that p has inlined at the exit are inlined here, too. */
static bool
inherit_frames(struct recorder *r, const struct trace *p, unsigned frame)
{
    const struct ir_frame *f = &p->frames[frame];
    if (frame == 0)
        return true;
    if (!inherit_frames(r, p, f->parent) || !ir_push_frame(r->ir, *f))
        return false;
    r->base = f->base;
    r->inner_code = f->code;
    r->ngenerators += f->generator;
    rec_use_slots(r, f->base, f->code);
    return rec_watch_callee(r, f->func, f->code);
}

/* Where the stack of the innermost frame in memory ends. */
static int
end_in_memory(const struct recorder *r)
{
    const struct ir *ir = r->ir;
    int end = r->nslots + r->depth;
    for (unsigned i = ir->frame; ir->frames[i].depth > ir->real; i = ir->frames[i].parent)
        end = ir->frames[i].below;
    return end;
}

static bool
inherit_slots(struct recorder *r, const struct legacy *l)
{
    for (uint32_t i = 0; i < l->s->nentries; i++) {
        snap_entry e = l->list[i];
        unsigned slot = snap_slot(e);
        r->slot[slot] = inherited_slot(r, l, i);
        if (r->why == NULL && r->slot[slot] == REF_NONE && snap_how(e) != HOW_NULL)
            return false;
        r->changed[slot] = true;
        r->held[slot] = snap_held(e);
        r->nheld += r->held[slot];
        if (slot < REC_SLOTS)
            rec_mark_late(r, (int)slot, slot < 64 && l->p->leaf >> slot & 1);
    }
    for (uint32_t i = 0; i < l->s->nentries; i++)
        if (snap_slot(l->list[i]) >= IR_FIELDS)
            r->virtuals[(snap_slot(l->list[i]) - IR_FIELDS) / IR_FIELDS_MAX].n++;
    return true;
}

bool
rec_inherit(struct recorder *r, const struct trace *p, uint32_t exit)
{
    static struct legacy l;                              /* under the GIL; nothing runs meanwhile */
    const struct trace_snap *s = exit_snap(p, exit);
    if (s->nstores > REC_STORES || r->nslots + s->depth > REC_SLOTS || !inherit_frames(r, p, s->frame))
        return false;
    l.p = p;
    l.s = s;
    kept_list(p, s, l.list);
    r->depth = s->depth;
    r->all_jumps = p->jumps;
    r->top = r->ir->top = s->top;
    r->ir->real = s->real;
    r->tree_opens = p->opens;
    if (!inherit_slots(r, &l))
        return false;
    for (int i = end_in_memory(r); i < r->top; i++)
        rec_mark_late(r, i, false);
    for (uint32_t i = 0; i < s->nstores; i++) {
        ir_ref obj = inherited(r, &l, s->nentries + 2 * i), value = inherited_value(r, &l, i);
        r->pending[r->npending++] = (struct snap_store){ obj, value, p->stores[s->stores + i].offset };
    }
    if (r->ngenerators > 0)                              /* in the body of p's loop the variables of a generator that runs wait as they did where it went on */
        rec_take_waiting(r);
    return r->why == NULL && r->ir->full == NULL;
}

bool
rec_inherit_turn(struct recorder *r, const struct trace *p, uint32_t exit, unsigned n, _Py_CODEUNIT *pc)
{
    unsigned frame = exit_snap(p, exit)->frame;
    while (p->frames[frame].depth > n)
        frame = p->frames[frame].parent;
    if (p->frames[frame].depth != n || !inherit_frames(r, p, frame))
        return false;
    int end = r->base + r->inner->stacktop;
    if (end > REC_SLOTS)
        return false;
    r->depth = end - r->nslots;
    r->all_jumps = p->jumps;
    r->tree_opens = true;
    r->top = r->ir->top = (uint16_t)end;
    r->ir->real = (uint16_t)n;
    struct snap *first = snap_begin(r->ir, r->start, (unsigned)r->depth);
    first->open = first->branch = true;
    ir_ref turned = rec_emit(r, IR_LITEM, ir_ptr(r->ir, &jit_turned_pc), ir_int(r->ir, 0));
    rec_emit(r, IR_GEQ_P, turned, ir_ptr(r->ir, pc));
    return r->why == NULL && r->ir->full == NULL;
}

/* ---- the end ---- */

/* The frame's memory must hold slot i at the head of t's loop, or at its start, and does not. */
static bool
is_out_of_date(const struct recorder *r, const struct trace *t, int i)
{
    bool expected = !r->to_start && (t->changed[i / 64] >> i % 64 & 1);
    return i < t->top && ((r->changed[i] && !expected) || i >= r->top);
}

/* An object that an exit handed on may be what any slot of memory has. Only a leaf can be kept alive by that alone: of others GLATE has asked that. */
static bool
may_be_leaf(const struct recorder *r, const struct ir_ins *in)
{
    return in->kt == REF_NONE || jit_is_leaf(ir_ptr_value(r->ir, in->kt));
}

bool
rec_may_overwrite(const struct recorder *r, int i)
{
    for (int k = 0; k < r->nslots + r->depth; k++) {
        const struct ir_ins *in = &r->ir->at[r->slot[k]];
        if (k == i || !r->changed[k] || r->slot[k] == REF_NONE)
            continue;
        if ((in->op == IR_SLOAD || in->op == IR_FLOAD) && in->a == i)
            return false;
        if (in->op == IR_PLOAD_O && !r->held[k] && may_be_leaf(r, in))
            return false;
    }
    return true;
}

static bool
may_overwrite_from(const struct recorder *r, int from, int last)
{
    while (from <= last && rec_may_overwrite(r, from))
        from++;
    return from > last;
}

/* A variable has it, in memory too. */
static bool
is_in_memory(const struct recorder *r, ir_ref v)
{
    const struct ir_ins *in = &r->ir->at[v];
    return r->ir->frame == 0 && v != REF_NONE && in->op == IR_SLOAD && in->a < r->nslots && in->a < r->top && !r->changed[in->a] && r->slot[in->a] == v;
}

static int top_of_stack(const struct recorder *r) { return r->nslots + r->depth - 1; }

bool
rec_before_iterator(struct recorder *r, int slot)
{
    if (r->nvirtuals > 0 && !rec_materialise_all(r))     /* what lies below it goes to memory, numbers that fields share with slots, too */
        return false;
    r->target = r->pc;
    if (!may_overwrite_from(r, r->top < slot ? r->top : slot, slot) && !(is_in_memory(r, r->slot[slot]) && slot == top_of_stack(r) ? rec_publish_below(r, slot) : rec_publish(r)))
        return rec_stop(r, "a variable moves to another");
    rec_store_pending(r, REF_NONE);
    while (r->top < slot)
        rec_store_slot(r, r->top);
    rec_snap(r, r->pc, 0);
    for (int i = slot; i < r->top; i++)                  /* what is popped behind the effect */
        rec_guard_late(r, i);
    if (slot >= r->top)
        rec_emit(r, IR_FOPEN, (ir_ref)slot, REF_NONE);
    return r->why == NULL;
}

void
rec_put_iterator(struct recorder *r, int slot, ir_ref it, int popped)
{
    bool is_leaf = r->ir->at[it].kt != REF_NONE && jit_is_leaf(ir_ptr_value(r->ir, r->ir->at[it].kt));
    rec_emit(r, IR_FPUT_NEW, (ir_ref)slot, it);
    while (popped-- > 0)
        rec_pop(r);
    rec_push(r, it);
    r->changed[slot] = false;
    if (slot >= r->top)
        r->top = r->ir->top = (uint16_t)(slot + 1);
    rec_unmark_late(r, slot);
    if (is_leaf)
        rec_mark_late(r, slot, true);
}

/* A value that only the memory of another slot keeps alive would be gone when that slot is written. */
static bool
values_stay(const struct recorder *r, const struct trace *t)
{
    for (int i = 0; i < t->top || i < r->top; i++)
        if ((is_out_of_date(r, t, i) || i >= t->top) && !rec_may_overwrite(r, i))
            return false;
    return true;
}

/* Slot i of the frame's memory becomes what it should be. A box becomes an object, in all slots that have it. */
void
rec_store_slot(struct recorder *r, int i)
{
    ir_ref v = r->slot[i];
    struct ir *ir = r->ir;
    bool fresh = i >= r->top;
    if (v == REF_NONE) {
        rec_emit(r, fresh ? IR_FOPEN : IR_FDROP, (ir_ref)i, REF_NONE);
        r->empty[i] = true;
        rec_mark_late(r, i, true);
    } else if (ir_is_box(ir, v)) {
        rec_snap(r, r->target, 0);
        ir_ref o = rec_emit(r, ir->at[v].op == IR_BOX_I ? IR_NEW_I : IR_NEW_F, ir->at[v].a, REF_NONE);
        rec_emit(r, fresh ? IR_FSET : IR_FPUT_NEW, (ir_ref)i, o);
        rec_replace(r, v, o);
        rec_mark_late(r, i, true);
    } else {
        if (ir_type_of(ir, v) == T_BOOL)
            r->slot[i] = v = opt_emit(ir, IR_SELECT, v, ir_obj(ir, Py_True), ir_obj(ir, Py_False), 0);
        rec_unmark_late(r, i);
        if (fresh && !r->held[i])
            rec_emit(r, IR_INC, v, REF_NONE);
        rec_emit(r, fresh ? IR_FSET : r->held[i] ? IR_FPUT_NEW : IR_FPUT, (ir_ref)i, v);
        r->nheld -= r->held[i];
        r->held[i] = false;
    }
    if (r->held[i])                                      /* the memory has a reference of its own */
        rec_let_go(r, i);
    r->changed[i] = false;
    if (i >= r->top)
        r->top = ir->top = (uint16_t)(i + 1);
}

static void
store_pending(struct recorder *r, int i)
{
    struct snap_store st = r->pending[i];
    if (ir_is_reference(r->ir, st.value)) {
        rec_store_reference(r, i);
        return;
    }
    rec_emit_x(r, ir_type_of(r->ir, st.value) == T_F64 ? IR_RSTORE_F : IR_RSTORE_I, st.obj, st.value, st.offset);
    r->npending--;
    memmove(&r->pending[i], &r->pending[i + 1], (size_t)(r->npending - i) * sizeof(st));
}

void
rec_store_pending(struct recorder *r, ir_ref obj)
{
    for (int i = 0; i < r->npending && r->why == NULL; )
        if (obj != REF_NONE && r->pending[i].obj != obj && ir_origin(r->ir, r->pending[i].obj) != obj)
            i++;
        else
            store_pending(r, i);
}

void
rec_drop_slots(struct recorder *r, int top)
{
    while (r->top > top) {
        rec_emit(r, IR_FDROP, (ir_ref)(r->top - 1), REF_NONE);
        r->top = r->ir->top = (uint16_t)(r->top - 1);
    }
}

/* All objects that slots lend are on their way into the frame's memory: then each may have a reference of its own before the first of them is written. What stays in a
 * register at the loop's head could not give it back. */
static bool
may_protect(const struct recorder *r, const struct trace *t)
{
    for (int i = 0; i < r->nslots + r->depth; i++) {
        ir_ref v = r->slot[i];
        bool lent = r->changed[i] && !r->held[i] && v != REF_NONE && ir_type_of(r->ir, v) == T_OBJ && !ir_is_box(r->ir, v);
        if (lent && !is_out_of_date(r, t, i) && (r->ir->at[v].op != IR_KO || !_Py_IsImmortal(ir_obj_value(r->ir, v))))
            return false;
    }
    return true;
}

static void
bring_up_to_date(struct recorder *r, const struct trace *t)
{
    for (int i = 0; i < r->npending && r->why == NULL; )
        if (r->stores_wait && !r->to_start && rec_waits_on(r, t, &r->pending[i]))
            i++;
        else
            store_pending(r, i);
    for (int i = r->top; i < t->top; i++)
        rec_store_slot(r, i);
    for (int i = 0; i < t->top; i++)
        if (is_out_of_date(r, t, i))
            rec_store_slot(r, i);
    rec_drop_slots(r, t->top);
}

/* A guard of the round that is repeated. Side traces of t trust that a slot has a leaf where t has seen to it. */
static void
late(void *arg, unsigned slot)
{
    struct recorder *r = arg;
    rec_guard_late(r, (int)slot);
    if (slot < 64 && trace_get(r->link)->leaf >> slot & 1 && !(r->leaf[0] >> slot & 1))
        rec_stop(r, "a slot that had a number or a string in the loop that follows has something else");
}

static const char *
link_to(struct recorder *r, const struct trace *t)
{
    struct link_target to = { t->round, t->live, t->bounds, t->nlive, t->copies };
    if (!r->stores_wait) {
        rec_store_pending(r, REF_NONE);
        if (!rec_settle_objects(r))
            return r->why;
    }
    if ((r->opens + r->tree_opens > 0 || !values_stay(r, t)) && !rec_publish(r))
        return r->why;
    if (!values_stay(r, t)) {
        if (!may_protect(r, t))
            return "a variable moves to another";
        rec_protect(r);
    }
    bring_up_to_date(r, t);
    rec_snap(r, r->target, 0);
    if (r->why != NULL || r->to_start)
        return r->why;
    const char *why = r->to_body ? opt_enter(r->ir, &to, r->slot, late, r) : opt_link(r->ir, &to, r->slot, late, r);
    return why != NULL ? why : r->why;
}

static const char *
try_link(struct recorder *r, const struct trace *t, bool stores_wait, struct ir *kept)
{
    static struct recorder before;                       /* under the GIL */
    rec_set_aside(&before, r);
    r->stores_wait = stores_wait;
    const char *why = link_to(r, t);
    if (why == NULL)
        return NULL;
    if (jit_options.dump_rec && dump_wanted(true, r->code)) {
        char line[200];
        snprintf(line, sizeof(line), "not linked at %u%s: %s\n", r->pc, before.to_body ? " to the body" : "", why);
        dump_text("rec", r->code, r->start, line);
    }
    ir_restore(before.ir, kept);
    rec_take_back(r, &before);
    return why;
}

bool
rec_link(struct recorder *r, const struct trace *t)
{
    if ((!r->to_start && t->nlive == 0) || r->npending > REC_STORES)
        return false;
    struct ir *ir = ir_keep(r->ir);
    if (ir == NULL)
        return false;
    bool wait = r->npending > 0 && !r->to_start && !r->to_body;
    const char *why = wait ? try_link(r, t, true, ir) : "";
    if (why != NULL)
        why = try_link(r, t, false, ir);
    ir_free(ir);
    r->contradicts = why == opt_contradiction;
    return why == NULL;
}
