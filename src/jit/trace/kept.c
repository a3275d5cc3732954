/* jit/trace/kept.c: what is kept of a trace's snapshots.
 *
 * Few exits are ever taken, so what they need takes little room rather than little time; those that are taken often have plans (plan.c). A snapshot names nearly what the one before
 * names: only the difference is kept, or all of it where the differences since the last one that was kept whole have become as many. Each value that snapshots name is described once (an item), and where it
 * is, is said again only at an exit where it has moved. Snapshots that no exit leads to are not kept. kept_list() writes one out. */
#include "jit/trace/trace.h"

#define HOW_GONE 7                     /* of an entry: its slot, which the snapshot before lists, is not listed any more */
#define MOST 4096                      /* entries of a snapshot: as many as there are slots */
#define STEP 2                         /* what one more difference costs besides its entries */
#define ITEMS (IR_MAX_INS + IR_MAX_CONSTS + 1)

static_assert(2 * ITEMS <= 0x10000, "numbers of items have 16 bits");
static_assert(HOW_NULL < HOW_GONE && HOW_GONE < 8, "it has 3 bits");

/* ---- reading ---- */

/* to[0] to to[n - 1], sorted by slot, become what e[0] to e[more - 1] change them to: how many. */
static uint32_t
changed(snap_entry *to, uint32_t n, const snap_entry *e, uint32_t more)
{
    for (uint32_t at = 0; more > 0; e++, more--) {
        while (at < n && snap_slot(to[at]) < snap_slot(*e))
            at++;
        bool there = at < n && snap_slot(to[at]) == snap_slot(*e);
        if ((int)snap_how(*e) == HOW_GONE) {
            memmove(&to[at], &to[at + 1], (n - at - 1) * sizeof(*to));
            n--;
            continue;
        }
        if (!there)
            memmove(&to[at + 1], &to[at], (n++ - at) * sizeof(*to));
        to[at++] = *e;
    }
    return n;
}

void
kept_list(const struct trace *t, const struct trace_snap *s, snap_entry *to)
{
    uint32_t n = 0;
    for (const struct trace_snap *k = s - s->base; k <= s; k++)
        n = changed(to, n, t->entries + k->entries, k[1].entries - k->entries);
    for (uint32_t i = 0; i < s->nstores; i++) {
        to[n++] = SNAP_ENTRY(0, 0, 0, t->stores[s->stores + i].obj);
        to[n++] = SNAP_ENTRY(0, 0, 0, t->stores[s->stores + i].value);
    }
}

struct exit_list *
kept_exit(const struct trace *t, uint32_t exit)
{
    const struct trace_snap *s = exit_snap(t, exit);
    uint32_t n = s->nentries + 2u * s->nstores;
    struct exit_list *list = PyMem_RawMalloc(sizeof(*list) + t->widest * sizeof(snap_entry) + n * sizeof(uint16_t));
    if (list == NULL)
        return NULL;
    kept_list(t, s, list->entries);
    uint16_t *locs = (uint16_t *)(list->entries + n);
    for (uint32_t i = 0; i < n; i++)
        locs[i] = kept_place(t, snap_ref(list->entries[i]), exit);
    list->locs = locs;
    return list;
}

/* ---- items ---- */

static ir_ref guarded[IR_MAX_INS];                       /* by value: the guard that makes its type known; all of this under the GIL */
static bool handed_on[IR_MAX_INS];                       /* by value: see ir_find_handed_on() */
static uint64_t written[IR_FIELDS / 64 + 1];             /* slots of memory that are something else at some place of the trace than on entry */
static uint16_t number_of[2][0x10000];                   /* by reference, with its type or without: one more than the number of the item, or 0 */
static struct { ir_ref ref; bool known; } found[2 * ITEMS];      /* by number */
static uint16_t place_of[2 * ITEMS];                     /* by number, where it was last, or LOC_NONE */
static uint16_t nitems;

static void
find_type_guards(const struct ir *ir)
{
    memset(guarded, 0, (size_t)(ir->end - REF_BIAS) * sizeof(guarded[0]));
    for (ir_ref r = ir->end; r-- > REF_BIAS; )
        if (ir->at[r].op == IR_GTYPE && !ref_is_const(ir->at[r].a))
            guarded[ir->at[r].a - REF_BIAS] = r;
}

static void
find_written(const struct ir *ir)
{
    memset(written, 0, sizeof(written));
    for (ir_ref r = REF_BIAS; r < ir->end; r++)
        if (ir->at[r].op == IR_CALLO)
            memset(written, 0xff, sizeof(written));
        else if (ir_writes_slot(ir->at[r].op))
            written[ir->at[r].a / 64] |= (uint64_t)1 << ir->at[r].a % 64;
}

static bool overwrites(ir_ref slot) { return written[slot / 64] >> slot % 64 & 1; }

/* Slot of the frame's memory where v lies as it was on entry, or -1. */
static int16_t
slot_of(const struct ir *ir, ir_ref v)
{
    bool in_memory = ir->at[v].op == IR_SLOAD && !(ir->at[v].t & IRT_PHI) && !overwrites(ir->at[v].a);     /* a side of a PHI: another in each round */
    return in_memory ? (int16_t)ir->at[v].a : -1;
}

static enum snap_how
how_to_store(const struct ir *ir, ir_ref v)
{
    return ir->at[v].op == IR_BOX_I ? HOW_INT : ir->at[v].op == IR_BOX_F ? HOW_FLOAT : ir_type_of(ir, v) == T_BOOL ? HOW_BOOL : ir_type_of(ir, v) == T_OBJ ? HOW_OBJ : HOW_NULL;
}

/* A store's object may be found from a slot of the frame's memory. */
static void
find_origin(const struct ir *ir, ir_ref v, struct trace_item *item)
{
    ir_ref up = v;
    if (ir->at[v].op == IR_TITEM && ref_is_const(ir->at[v].b))
        up = ir->at[v].a;
    if (ir->at[up].op != IR_CLOAD || slot_of(ir, ir->at[up].a) < 0)
        return;
    item->slot = slot_of(ir, ir->at[up].a);
    item->field = (uint16_t)ir->at[up].x;
    item->item = up == v ? 0 : (uint16_t)(ir_int_value(ir, ir->at[v].b) + 1);
}

/* What a snapshot names, so that it can be found without the IR. */
static struct trace_item
described(const struct ir *ir, ir_ref named, bool known)
{
    ir_ref ref = ir_is_box(ir, named) ? ir->at[named].a : named;
    struct trace_item item = { .ref = ref, .named = named, .kt = known ? ir->at[named].kt : REF_NONE, .type = (uint8_t)ir_type_of(ir, ref), .how = (uint8_t)how_to_store(ir, named),
                               .slot = slot_of(ir, ref), .virtual = ir_is_virtual(ir, ref) ? ir->at[ref].a : 0 };
    find_origin(ir, ref, &item);
    return item;
}

/* Number of the item for what the snapshot that begins at `at` names. A type that is guarded later is not known there. */
static uint16_t
item_number(const struct ir *ir, ir_ref ref, ir_ref at)
{
    bool from_before = ir->loop != REF_NONE && at > ir->loop && !ref_is_const(ref) && ref < ir->loop;
    bool known = ir->at[ref].kt != REF_NONE && (ref_is_const(ref) || (guarded[ref - REF_BIAS] < at && !(from_before && handed_on[ref - REF_BIAS])));
    uint16_t *number = &number_of[known][ref];
    if (*number == 0) {
        found[nitems].ref = ref;
        found[nitems].known = known;
        place_of[nitems] = LOC_NONE;
        *number = ++nitems;
    }
    return *number - 1;
}

/* ---- writing ---- */

struct moved { uint16_t item; struct trace_place to; };

static struct keeping {
    struct trace *t;
    const struct ir *ir;
    uint32_t nentries, nstores, nmoved, exit;
    struct moved *moved;               /* in the order of exits; room for each location that the back end has told */
    snap_entry list[KEPT_LIST], before[MOST];            /* the snapshot at hand, and the one kept before it: nbefore; of the one that is kept whole: nwhole */
    uint32_t nbefore, nwhole, spent;
    uint16_t base;
} keeping;                                               /* under the GIL */

static void
list_snap(struct keeping *k, const struct snap *s)
{
    const struct ir *ir = k->ir;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        k->list[n++] = SNAP_ENTRY(snap_slot(e), snap_held(e), snap_how(e), item_number(ir, snap_ref(e), s->ref));
    }
    for (uint32_t i = 0; i < s->nstores; i++) {
        struct snap_store st = ir->stores[s->stores + i];
        struct trace_store *to = &k->t->stores[k->nstores++];
        *to = (struct trace_store){ item_number(ir, st.obj, s->ref), item_number(ir, st.value, s->ref), st.offset };
        k->list[n++] = SNAP_ENTRY(0, 0, 0, to->obj);
        k->list[n++] = SNAP_ENTRY(0, 0, 0, to->value);
    }
}

/* The entries by which the snapshot at hand, which has n, is different from the one before; fewer than n of them, or n. */
static uint32_t
put_difference(struct keeping *k, snap_entry *to, uint32_t n)
{
    uint32_t i = 0, b = 0, put = 0;
    while ((i < n || b < k->nbefore) && put < n) {
        unsigned slot = i < n ? snap_slot(k->list[i]) : UINT32_MAX, old = b < k->nbefore ? snap_slot(k->before[b]) : UINT32_MAX;
        if (old < slot)
            to[put++] = SNAP_ENTRY(old, 0, HOW_GONE, 0);
        else if (old > slot || k->list[i] != k->before[b])
            to[put++] = k->list[i];
        i += slot <= old;
        b += old <= slot;
    }
    return put;
}

static void
put_entries(struct keeping *k, struct trace_snap *to, uint32_t n)
{
    snap_entry *entries = k->t->entries + k->nentries;
    uint32_t put = put_difference(k, entries, n);
    k->spent += put + STEP;
    k->base++;
    if (k->spent > k->nwhole || put >= n || k->nbefore + put > MOST) {
        memcpy(entries, k->list, n * sizeof(*entries));
        put = k->nwhole = n;
        k->spent = k->base = 0;
    } else {
        k->t->widest = Py_MAX(k->t->widest, k->nbefore + put);      /* while it is written out, what comes may be there before what goes is gone */
    }
    k->nentries += put;
    to->base = k->base;
    memcpy(k->before, k->list, n * sizeof(*entries));
    k->nbefore = n;
}

/* Where the exits of snapshot number s find what it names, n items. */
static void
put_places(struct keeping *k, uint32_t s, uint32_t n)
{
    struct trace *t = k->t;
    for (; k->exit < t->nexits && t->exits[k->exit].snap == s; k->exit++) {
        const uint16_t *loc = t->machine.code != NULL ? t->machine.locs + t->machine.first_loc[k->exit] : NULL;
        for (uint32_t i = 0; i < n && loc != NULL; i++) {
            uint16_t item = (uint16_t)snap_ref(k->list[i]);
            if (loc[i] == LOC_NONE || loc[i] == place_of[item])
                continue;
            place_of[item] = loc[i];
            k->moved[k->nmoved++] = (struct moved){ item, { (uint16_t)k->exit, loc[i] } };
        }
    }
}

static void
put_snaps(struct keeping *k)
{
    struct trace *t = k->t;
    for (uint32_t i = 0; i < t->nsnaps; i++) {
        const struct snap *s = &k->ir->snaps[i];
        bool used = k->exit < t->nexits && t->exits[k->exit].snap == i;
        struct trace_snap *to = &t->snaps[i];
        *to = (struct trace_snap){ s->pc, k->nentries, k->nstores, s->depth, s->frame, s->top, s->real, used ? s->nentries : 0, used ? s->nstores : 0, 0, s->open, s->branch };
        if (!used) {
            to->base = ++k->base;
            continue;
        }
        list_snap(k, s);
        put_entries(k, to, s->nentries);
        put_places(k, i, s->nentries + 2u * s->nstores);
        t->widest = Py_MAX(t->widest, s->nentries + 2u * s->nstores);
    }
    t->snaps[t->nsnaps].entries = k->nentries;
}

/* ---- one block ---- */

/* n of that size; only counted as long as there is no block. */
static void *
part(char *block, size_t *at, size_t n, size_t size)
{
    char *here = block == NULL ? NULL : block + *at;
    *at += (n * size + 7) & ~(size_t)7;
    return here;
}

/* What put_snaps() fills, as large as it can become. */
static char *
lay_out_most(struct keeping *k, char *block, size_t *at)
{
    struct trace *t = k->t;
    t->snaps = part(block, at, t->nsnaps + 1, sizeof(*t->snaps));
    t->entries = part(block, at, k->ir->nentries, sizeof(*t->entries));
    t->stores = part(block, at, k->ir->nstores, sizeof(*t->stores));
    k->moved = part(block, at, t->machine.nlocs, sizeof(*k->moved));
    return block;
}

static char *
lay_out(const struct keeping *k, struct trace *t, char *block, size_t *at)
{
    t->consts = part(block, at, REF_BIAS - k->ir->first, sizeof(*t->consts));
    t->frames = part(block, at, k->ir->nframes, sizeof(*t->frames));
    t->virtuals = part(block, at, k->ir->nvirtuals, sizeof(*t->virtuals));
    t->snaps = part(block, at, t->nsnaps + 1, sizeof(*t->snaps));
    t->entries = part(block, at, k->nentries, sizeof(*t->entries));
    t->stores = part(block, at, k->nstores, sizeof(*t->stores));
    t->items = part(block, at, nitems + 1u, sizeof(*t->items));
    t->places = part(block, at, k->nmoved, sizeof(*t->places));
    return block;
}

static void
copy(void *to, const void *from, size_t size)
{
    if (size != 0)
        memcpy(to, from, size);
}

static void
fill_items(const struct keeping *k, struct trace *t)
{
    for (unsigned i = 0; i < nitems; i++)
        t->items[i] = described(k->ir, found[i].ref, found[i].known);
    for (uint32_t i = 0; i < k->nmoved; i++)
        t->items[k->moved[i].item].places++;
    uint16_t n = 0;
    for (unsigned i = 0; i < nitems; i++)                /* where its places end; they are filled in from there */
        t->items[i].places = n += t->items[i].places;
    t->items[nitems] = (struct trace_item){ .places = n };
    for (uint32_t i = k->nmoved; i-- > 0; )
        t->places[--t->items[k->moved[i].item].places] = k->moved[i].to;
}

/* from: as lay_out_most() had it. */
static bool
move_together(const struct keeping *k, const struct trace *from)
{
    const struct ir *ir = k->ir;
    struct trace *t = k->t;
    size_t size = 0, at = 0;
    (void)lay_out(k, t, NULL, &size);
    if ((t->kept = lay_out(k, t, PyMem_RawMalloc(size + 1), &at)) == NULL)
        return false;
    copy(t->snaps, from->snaps, (t->nsnaps + 1) * sizeof(*t->snaps));
    copy(t->entries, from->entries, k->nentries * sizeof(*t->entries));
    copy(t->stores, from->stores, k->nstores * sizeof(*t->stores));
    copy(t->frames, ir->frames, ir->nframes * sizeof(*t->frames));
    copy(t->virtuals, ir->virtuals, ir->nvirtuals * sizeof(*t->virtuals));
    for (uint32_t i = 0; i < (uint32_t)(REF_BIAS - ir->first); i++)
        t->consts[i] = ir_word(ir, (ir_ref)(REF_BIAS - 1 - i));
    fill_items(k, t);
    return true;
}

const char *
kept_make(struct trace *t, const struct ir *ir)
{
    struct keeping *k = &keeping;
    size_t size = 0, at = 0;
    k->t = t;
    k->ir = ir;
    k->nentries = k->nstores = k->nmoved = k->exit = k->nbefore = k->nwhole = k->spent = k->base = 0;
    t->nsnaps = ir->nsnaps;
    (void)lay_out_most(k, NULL, &size);
    char *most = lay_out_most(k, PyMem_RawMalloc(size + 1), &at);
    if (most == NULL)
        return "out of memory";
    find_type_guards(ir);
    find_written(ir);
    t->leaf &= ~written[0];
    if (ir->loop != REF_NONE)
        ir_find_handed_on(ir, ir->loop, handed_on);
    nitems = 0;
    put_snaps(k);
    const struct trace from = *t;
    const char *why = k->nmoved > UINT16_MAX ? "too many places of values" : move_together(k, &from) ? NULL : "out of memory";
    while (nitems > 0) {
        nitems--;
        number_of[found[nitems].known][found[nitems].ref] = 0;
    }
    PyMem_RawFree(most);
    x64_free_locs(&t->machine);
    return why;
}
