/* compile/seq.c: instruction sequences. Labels are resolved in place when the sequence is complete. */
#include "compile/seq.h"

void
seq_init(struct seq *s, struct pool *pool)
{
    *s = (struct seq){ .pool = pool };
}

/* Labels count from 1; use of a higher one makes those below exist. */
int
seq_new_label(struct seq *s)
{
    return ++s->last_label;
}

void
seq_use_label(struct seq *s, int label)
{
    if (label >= s->cap_labels) {
        int cap = Py_MAX(2 * s->cap_labels, label + 16);
        s->labels = pool_regrow(s->pool, s->labels, sizeof(int) * (size_t)s->cap_labels, sizeof(int) * (size_t)cap);
        for (int i = s->cap_labels; i < cap; i++)
            s->labels[i] = -1;
        s->cap_labels = cap;
    }
    s->labels[label] = s->code.len;
}

/* A label that stands nowhere, in a sequence made by hand, resolves to an impossible position. */
static int
label_position(const struct seq *s, int label)
{
    return label >= 0 && label < s->cap_labels ? s->labels[label] : s->cap_labels == 0 ? label : -1;
}

void
seq_add(struct seq *s, int op, int arg, struct loc loc)
{
    pvec_room(s->pool, &s->code);
    s->code.items[s->code.len++] = (struct seq_instr){ .op = op, .arg = arg, .loc = loc, .handler = -1 };
}

void
seq_insert(struct seq *s, int pos, int op, int arg, struct loc loc)
{
    seq_add(s, op, arg, loc);
    struct seq_instr added = s->code.items[s->code.len - 1];
    for (int i = s->code.len - 1; i > pos; i--)
        s->code.items[i] = s->code.items[i - 1];
    s->code.items[pos] = added;
    for (int i = 0; i < s->cap_labels; i++)
        if (s->labels[i] >= pos)
            s->labels[i]++;
}

void
seq_resolve(struct seq *s)
{
    if (s->resolved)
        return;
    for (int i = 0; i < s->code.len; i++) {
        struct seq_instr *in = &s->code.items[i];
        if (op_has_target(in->op))
            in->arg = label_position(s, in->arg);
        if (in->handler >= 0)
            in->handler = label_position(s, in->handler);
    }
    s->resolved = true;
}
