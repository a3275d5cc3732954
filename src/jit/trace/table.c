/* jit/trace/table.c: the traces that exist, by number; which hang on which.
 *
 * A trace hangs on its parent, whose exit it continues, and on the trace that it leads to. Each has lists of those that hang on it, so what goes with a trace
 * is found without looking at all others. Roots are found through the anchors of their code object (vm/heat.h). */
#include "jit/trace/trace.h"

#include "jit/ir/ir_runtime.h"
#include "jit/trace/events.h"
#include "vm/heat.h"

static struct { struct trace **at; unsigned n, room, first_free; } table;      /* no number below first_free is free */

struct trace *trace_at(unsigned id) { return table.at[id]; }

struct trace *
trace_get(unsigned id)
{
    return id < table.n && table.at[id] != NULL && !table.at[id]->dead ? table.at[id] : NULL;
}

unsigned trace_limit(void) { return table.n; }

int
trace_number(void)
{
    while (table.first_free < table.n && table.at[table.first_free] != NULL)
        table.first_free++;
    if (table.first_free < table.n)
        return (int)table.first_free;
    if (table.n == UINT16_MAX)
        return -1;
    if (table.n == table.room) {
        unsigned room = table.room ? 2 * table.room : 64;
        struct trace **more = PyMem_RawRealloc(table.at, room * sizeof(struct trace *));
        if (more == NULL)
            return -1;
        table.at = more;
        table.room = room;
    }
    table.at[table.n] = NULL;
    return (int)table.n++;
}

void trace_put(struct trace *t) { table.at[t->id] = t; }

struct exit_state exit_untaken = { .side = NO_TRACE };

struct exit_state *
trace_exit_state(struct trace *t, uint32_t exit)
{
    struct exit_state *e = t->exits[exit].state;
    if (LIKELY(e != &exit_untaken))
        return e;
    if ((e = PyMem_RawMalloc(sizeof(*e))) == NULL)
        return NULL;
    *e = exit_untaken;
    return t->exits[exit].state = e;
}

static void
free_exits(struct trace *t)
{
    for (uint32_t i = 0; t->exits != NULL && i < t->nexits; i++) {
        struct exit_state *e = t->exits[i].state;
        if (e == &exit_untaken)
            continue;
        PyMem_RawFree(e->plan);
        PyMem_RawFree(e->list);
        PyMem_RawFree(e);
    }
    PyMem_RawFree(t->exits);
}

void
trace_free(struct trace *t)
{
    if (t == NULL)
        return;
    if (!t->dead)
        event_freed(t);
    if (t->id < table.n && table.at[t->id] == t)
        table.at[t->id] = NULL;
    if (t->id < table.first_free)
        table.first_free = t->id;
    if (t->machine.code != NULL)
        x64_free(&t->machine);
    ir_free(t->ir);
    ir_free(t->round);
    PyMem_RawFree(t->changed);
    PyMem_RawFree(t->live);
    PyMem_RawFree(t->bounds);
    PyMem_RawFree(t->copies.body);
    PyMem_RawFree(t->copies.bounds);
    PyMem_RawFree(t->kept);
    free_exits(t);
    PyMem_Free(t->text);
    PyMem_RawFree(t);
}

struct trace *
trace_root_at(PyCodeObject *code, unsigned start)
{
    const struct jit_code *j = jit_code_of(code);
    for (unsigned i = 0; j != NULL && i < j->nanchors; i++) {
        struct trace *t = trace_get(j->anchors[i].trace);
        if (t != NULL && t->is_root && !t->is_linear && t->code == code && t->start == start)
            return t;
    }
    return NULL;
}

/* ---- what hangs on what ---- */

void
trace_join(struct trace *t)
{
    struct trace *parent = trace_get(t->parent), *to = t->link != t->id ? trace_get(t->link) : NULL;
    struct trace *root = trace_get(t->root);
    if (parent != NULL && root != NULL)
        root->tree++;
    if (parent != NULL) {
        t->next_child = parent->first_child;
        parent->first_child = t;
    }
    if (to != NULL) {
        t->next_user = to->first_user;
        to->first_user = t;
    }
}

static void
leave_list(struct trace **list, struct trace *t, size_t next)
{
    while (*list != NULL && *list != t)
        list = (struct trace **)((char *)*list + next);
    if (*list == t)
        *list = *(struct trace **)((char *)t + next);
}

/* Nothing leads to t any more, and it leads nowhere. What ended at it leaves to the interpreter. */
static void
isolate(struct trace *t)
{
    struct trace *parent = trace_get(t->parent), *to = t->link != t->id ? trace_get(t->link) : NULL;
    if (parent != NULL) {
        leave_list(&parent->first_child, t, offsetof(struct trace, next_child));
        if (!parent->doomed && parent->machine.code != NULL)
            (void)x64_patch(&parent->machine, t->parent_exit, NULL);
        parent->exits[t->parent_exit].state->side = NO_TRACE;
        struct trace *root = trace_get(t->root);
        if (root != NULL)
            root->tree--;
    }
    if (to != NULL)
        leave_list(&to->first_user, t, offsetof(struct trace, next_user));
    for (struct trace *user = t->first_user, *next; user != NULL; user = next) {
        next = user->next_user;
        if (!user->doomed)
            user->link = NO_TRACE;
    }
    t->first_user = NULL;
}

static struct trace *doomed, **doomed_end = &doomed;

void
trace_doom(struct trace *t)
{
    if (t == NULL || t->doomed)
        return;
    t->doomed = true;
    t->next_doomed = NULL;
    *doomed_end = t;
    doomed_end = &t->next_doomed;
}

struct trace *
trace_take_doomed(void)
{
    for (struct trace *t = doomed; t != NULL; t = t->next_doomed) {      /* the list grows behind t */
        for (struct trace *child = t->first_child; child != NULL; child = child->next_child)
            trace_doom(child);
        for (struct trace *user = t->first_user; user != NULL; user = user->next_user)
            if (user->is_linked)
                trace_doom(user);
        for (unsigned i = 0; i < t->nversions; i++)
            trace_doom(version_at(t, i));
    }
    for (struct trace *t = doomed; t != NULL; t = t->next_doomed)
        isolate(t);
    struct trace *all = doomed;
    doomed = NULL;
    doomed_end = &doomed;
    return all;
}

void
table_end(void)
{
    for (unsigned i = 0; i < table.n; i++)
        trace_free(table.at[i]);
    PyMem_RawFree(table.at);
    memset(&table, 0, sizeof(table));
}
