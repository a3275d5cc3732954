/* code/exctable.c: the exception table: which handler protects which code units (zero-cost try).
 *
 * Entry: start, size, target, depth << 1 | lasti, in code units, ascending and disjoint. Numbers are 6-bit groups, most significant
 * first, bit 6 = more follow; bit 7 marks the first byte of an entry, so a search may start anywhere. */
#include "code/code.h"

static int
read_number(const uint8_t **pp, const uint8_t *end)
{
    unsigned v = 0;
    const uint8_t *p = *pp;
    while (p < end) {
        unsigned b = *p++;
        v = v << 6 | (b & 63);
        if (!(b & 64))
            break;
    }
    *pp = p;
    return (int)v;
}

void
exc_walk_init(struct exc_walk *w, PyCodeObject *co)
{
    w->p = (const uint8_t *)PyBytes_AS_STRING(co->co_exceptiontable);
    w->end = w->p + PyBytes_GET_SIZE(co->co_exceptiontable);
}

bool
exc_walk_next(struct exc_walk *w, struct exc_entry *e)
{
    if (w->p >= w->end)
        return false;
    e->start = read_number(&w->p, w->end);
    e->end = e->start + read_number(&w->p, w->end);
    e->target = read_number(&w->p, w->end);
    int depth = read_number(&w->p, w->end);
    e->depth = depth >> 1;
    e->lasti = depth & 1;
    return true;
}

#define LINEAR_BYTES 64

bool
exc_find(PyCodeObject *co, int i, struct exc_entry *e)
{
    struct exc_walk w;
    exc_walk_init(&w, co);
    while (w.end - w.p > LINEAR_BYTES) {               /* halve: keep the half whose first entry starts at or below i */
        const uint8_t *mid = w.p + (w.end - w.p) / 2;
        while (mid > w.p && !(*mid & 0x80))
            mid--;
        if (mid == w.p)
            break;
        const uint8_t *q = mid;
        if (read_number(&q, w.end) > i)
            w.end = mid;
        else
            w.p = mid;
    }
    while (exc_walk_next(&w, e)) {
        if (e->start > i)
            return false;
        if (i < e->end)
            return e->target < Py_SIZE(co);
    }
    return false;
}

static uint8_t *
write_number(uint8_t *p, int v, unsigned mark)
{
    int shift = 0;
    while (v >> shift >= 64)
        shift += 6;
    for (; shift >= 0; shift -= 6, mark = 0)
        *p++ = (uint8_t)(mark | (shift > 0 ? 64 : 0) | ((v >> shift) & 63));
    return p;
}

int
exc_entry_write(uint8_t *out, int start, int size, int target, int depth, bool lasti)
{
    uint8_t *p = write_number(out, start, 0x80);
    p = write_number(p, size, 0);
    p = write_number(p, target, 0);
    return (int)(write_number(p, depth << 1 | lasti, 0) - out);
}
