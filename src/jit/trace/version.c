/* jit/trace/version.c: several traces for one loop.
 *
 * A side trace leads back into the loop of its root, whose first guards expect what was so in the round that was recorded: objects of this class, this branch. Where the rounds
 * that follow go another way, too, each of them leaves at the same place, and what began there would be continued by one side trace behind the other, none of them
 * a loop. So when a side trace leaves at the place that it came from, the next round is recorded as one more trace for that loop, a *version*, which has no jump of its own: side traces
 * lead to it. Each link of such a chain goes to a version to which none before it has gone.
 * Where a recording has come to the loop and can enter the body of none of its traces, as guards of all of them contradict what is known there, it stops, and the round that begins then is recorded. */
#include "jit/trace/record.h"

#define TRIES 6                        /* rounds recorded for versions of one loop */

struct trace *
version_at(const struct trace *t, unsigned i)
{
    struct trace *v = i < t->nversions ? trace_get(t->versions[i]) : NULL;
    return v != NULL && v->is_root && v->version_of == t->id ? v : NULL;
}

void
version_put(struct trace *t, unsigned head)
{
    struct trace *h = trace_get(head);
    unsigned i = 0;
    while (h != NULL && i < h->nversions && version_at(h, i) != NULL)
        i++;
    if (h == NULL || i == VERSIONS)
        return;
    h->versions[i] = t->id;
    h->nversions += i == h->nversions;
    t->version_of = h->id;
}

static bool
same_place(const struct trace *t, const struct trace_exit *e, const struct trace *p, const struct trace_exit *f)
{
    const struct trace_snap *s = &t->snaps[e->snap], *q = &p->snaps[f->snap];
    return s->pc == q->pc && t->frames[s->frame].code == p->frames[q->frame].code && t->frames[s->frame].depth == p->frames[q->frame].depth;
}

/* Does one of the traces that led to exit e of t, all of them from the same place, go on in v? */
static bool
was_tried(const struct trace *t, const struct trace_exit *e, const struct trace *v)
{
    for (const struct trace *p; t != NULL && (p = trace_get(t->parent)) != NULL; t = p)
        if (t->link == v->id && same_place(t, e, p, &p->exits[t->parent_exit]))
            return true;
    return false;
}

/* The loop's trace that the interpreter enters: of a version, and of what leads to one. */
static struct trace *
head_of(struct trace *t)
{
    struct trace *v = t != NULL && t->version_of != NO_TRACE ? trace_get(t->version_of) : NULL;
    return v != NULL ? v : t;
}

struct trace *
version_for(const struct trace *parent, unsigned exit, struct trace *head)
{
    const struct trace_exit *e = &parent->exits[exit];
    struct trace *own = trace_get(parent->root);
    if (own != NULL && head_of(own) == head && own != head && !was_tried(parent, e, own))
        return own;
    if (!was_tried(parent, e, head))
        return head;
    for (unsigned i = 0; i < head->nversions; i++)
        if (version_at(head, i) != NULL && !was_tried(parent, e, version_at(head, i)))
            return version_at(head, i);
    return head;
}

static bool
has_room(const struct trace *head)
{
    unsigned n = 0;
    for (unsigned i = 0; i < VERSIONS; i++)
        n += version_at(head, i) != NULL;
    return n < VERSIONS;
}

struct trace *
version_number(struct trace *t, unsigned i)
{
    struct trace *head = head_of(t);
    return i == 0 ? head : version_at(head, i - 1);
}

bool
version_lacks(struct trace *t)
{
    const struct trace *head = head_of(t);
    return head->version_tries < TRIES && has_room(head);
}

bool
version_begin(PyThreadState *ts, _PyInterpreterFrame *f, struct trace *t)
{
    struct trace *head = head_of(t);
    bool begun = record_version(ts, f, _PyCode_CODE(head->code) + head->start, head);
    head->version_tries += begun;
    return begun;
}

bool
version_wish(struct trace *t, const struct trace_exit *e)
{
    const struct trace *p = trace_get(t->parent);
    struct trace *head = t->is_linked ? head_of(trace_get(t->link)) : NULL;
    if (p == NULL || head == NULL || head->anchor == NO_ANCHOR || !same_place(t, e, p, &p->exits[t->parent_exit]))
        return false;
    if (!was_tried(t, e, version_for(t, (unsigned)(e - t->exits), head)) || head->version_tries == TRIES || !has_room(head))
        return false;
    head->version_tries++;
    return head->wants_version = true;
}
