/* jit/trace/rec_state.c: the state of a recording, set aside and taken back.
 *
 * It has room for a thousand slots, of which few are in use: what lies above the stack of the deepest frame so far, and behind the fields of the highest virtual
 * object, has never been written. Each instruction begins with such a copy, so only the rest is copied. */
#include "jit/trace/record.h"

#include <stddef.h>

/* Few bytes each, whose number the compiler does not know: it would make `rep movs` of memcpy(), which takes long to start. */
#define copy_few memmove

#define SLACK 4                        /* entries that an instruction may push beyond what the code object says */

void
rec_use_slots(struct recorder *r, int base, PyCodeObject *code)
{
    int end = base + code->co_nlocalsplus + code->co_stacksize + SLACK;
    if (end > r->used)
        r->used = end < REC_SLOTS ? end : REC_SLOTS;
}

#define EACH_ARRAY(copy) copy(slot) copy(changed) copy(empty) copy(held)

static void
copy_slots(struct recorder *to, const struct recorder *from, int first, int end)
{
    size_t n = (size_t)(end - first);
#define COPY_OF(array) copy_few(&to->array[first], &from->array[first], n * sizeof(to->array[0]));
    EACH_ARRAY(COPY_OF)
#undef COPY_OF
}

static void
clear_slots(struct recorder *r, int first, int end)
{
    size_t n = end > first ? (size_t)(end - first) : 0;
#define CLEAR_OF(array) memset(&r->array[first], 0, n * sizeof(r->array[0]));
    EACH_ARRAY(CLEAR_OF)
#undef CLEAR_OF
}

/* Of a kilobyte at each instruction: in the words of the C library. */
static bool
is_zero(const void *p, size_t n)
{
    return n == 0 || (*(const char *)p == 0 && memcmp(p, (const char *)p + 1, n - 1) == 0);
}

static bool
is_clear(const struct recorder *r, int first, int end)
{
    size_t n = end > first ? (size_t)(end - first) : 0;
    bool clear = true;
    static_assert(REF_NONE == 0, "");
#define IS_CLEAR(array) clear = clear && is_zero(&r->array[first], n * sizeof(r->array[0]));
    EACH_ARRAY(IS_CLEAR)
#undef IS_CLEAR
    return clear;
}

static void
copy_used(struct recorder *to, const struct recorder *from)
{
    int objects = (from->used_fields - IR_FIELDS) / IR_FIELDS_MAX;
    copy_few(to, from, offsetof(struct recorder, slot));
    copy_slots(to, from, 0, from->used);
    if (objects > 0) {
        copy_slots(to, from, IR_FIELDS, from->used_fields);
        copy_few(to->virtuals, from->virtuals, (size_t)objects * sizeof(to->virtuals[0]));
    }
    copy_few(to->dropped, from->dropped, (size_t)from->ndropped * sizeof(to->dropped[0]));
    copy_few(to->dropped_now, from->dropped_now, (size_t)from->ndropped * sizeof(to->dropped_now[0]));
    copy_few(to->pending, from->pending, (size_t)from->npending * sizeof(to->pending[0]));
}

void
rec_set_aside(struct recorder *to, const struct recorder *r)
{
    if (UNLIKELY(jit_options.stress) && !(is_clear(r, r->used, IR_FIELDS) && is_clear(r, r->used_fields, REC_ALL)))
        Py_FatalError("a slot that no frame of the recording has was written");
    copy_used(to, r);
}

void
rec_take_back(struct recorder *r, const struct recorder *from)
{
    int objects = (from->used_fields - IR_FIELDS) / IR_FIELDS_MAX, more = (r->used_fields - IR_FIELDS) / IR_FIELDS_MAX;
    clear_slots(r, from->used, r->used);
    clear_slots(r, from->used_fields, r->used_fields);
    for (int i = objects; i < more; i++)
        r->virtuals[i] = (struct virtual_object){ REF_NONE };
    copy_used(r, from);
}

struct snap *
rec_snap_of(struct recorder *aside)
{
    struct ir *ir = aside->ir;
    uint16_t frame = ir->frame, top = ir->top, real = ir->real;
    ir->frame = aside->inner_frame;
    ir->top = aside->ir_top;
    ir->real = aside->ir_real;
    struct snap *s = rec_snap(aside, aside->pc, 0);
    ir->frame = frame;
    ir->top = top;
    ir->real = real;
    return s;
}
