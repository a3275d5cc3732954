/* jit/trace/stats.c: what has become of each loop that got hot, in words; sys._adder.jit_stats().
 *
 * Rows are found through a table of code objects. A code object that dies leaves its rows in a list, of which the newest ones are kept: the
 * loops of a module that was run are still of interest, those of a million functions made by exec() are not. */
#include "jit/trace/events.h"

#include "jit/jit.h"
#include "jit/trace/record.h"
#include "vm/heat.h"

#define BUCKETS 1024
#define DEAD_MAX 200

static struct loop_row *buckets[BUCKETS], *dead, **dead_end = &dead;
static unsigned ndead, nrows, ages;
static uint32_t ir_before;             /* instructions that were recorded, before the optimiser */

int
code_line(PyCodeObject *code, unsigned pc)
{
    int line = PyCode_Addr2Line(code, (int)(pc * sizeof(_Py_CODEUNIT)));
    return line < 0 ? 0 : line;
}

PyCodeObject *exit_code(const struct trace *t, const struct trace_exit *e) { return t->frames[t->snaps[e->snap].frame].code; }
int exit_line(const struct trace *t, const struct trace_exit *e) { return code_line(exit_code(t, e), t->snaps[e->snap].pc); }

/* ---- rows ---- */

static struct loop_row **
bucket_of(const PyCodeObject *code)
{
    return &buckets[((uintptr_t)code >> 4) % BUCKETS];
}

char *
raw_copy(const char *text)
{
    size_t n = text == NULL ? 0 : strlen(text) + 1;
    char *copy = n == 0 ? NULL : PyMem_RawMalloc(n);
    return copy == NULL ? NULL : memcpy(copy, text, n);
}

static char *
copied_text(PyObject *s)
{
    const char *text = PyUnicode_AsUTF8(s);
    if (text == NULL)
        PyErr_Clear();
    return raw_copy(text != NULL ? text : "?");
}

static void
row_free(struct loop_row *row)
{
    if (row == NULL)
        return;
    PyMem_RawFree(row->name);
    PyMem_RawFree(row->file);
    PyMem_RawFree(row);
    nrows--;
}

static struct loop_row *
row_new(PyThreadState *ts, PyCodeObject *code, unsigned start)
{
    struct loop_row *row = PyMem_RawCalloc(1, sizeof(*row));
    if (row == NULL)
        return NULL;
    nrows++;
    row->age = ages++;
    row->name = copied_text(code->co_qualname);
    row->file = copied_text(code->co_filename);
    if (row->name == NULL || row->file == NULL || dep_watch(ts, DEP_DEATH, code, NULL, NO_TRACE) < 0) {
        row_free(row);
        return NULL;
    }
    row->code = code;
    row->start = start;
    row->line = code_line(code, start);
    row->next = *bucket_of(code);
    *bucket_of(code) = row;
    return row;
}

static struct loop_row *
row_of(PyThreadState *ts, PyCodeObject *code, unsigned start)
{
    struct loop_row *row = *bucket_of(code);
    while (row != NULL && (row->code != code || row->start != start))
        row = row->next;
    return row != NULL ? row : row_new(ts, code, start);
}

static void
row_dies(struct loop_row *row)
{
    row->code = NULL;
    row->next = NULL;
    *dead_end = row;
    dead_end = &row->next;
    if (++ndead <= DEAD_MAX)
        return;
    struct loop_row *oldest = dead;
    dead = oldest->next;
    ndead--;
    row_free(oldest);
}

void
event_broken(const struct dep *d)
{
    if (d->aspect != DEP_DEATH || !PyCode_Check((PyObject *)d->subject))
        return;
    for (struct loop_row **at = bucket_of(d->subject), *row; (row = *at) != NULL; ) {
        if (row->code != d->subject) {
            at = &row->next;
            continue;
        }
        *at = row->next;
        row_dies(row);
    }
}

void
events_end(void)
{
    for (int i = 0; i <= BUCKETS; i++) {
        struct loop_row **list = i < BUCKETS ? &buckets[i] : &dead;
        for (struct loop_row *row; (row = *list) != NULL; ) {
            *list = row->next;
            row_free(row);
        }
    }
    dead_end = &dead;
    ndead = 0;
    log_close();
}

/* ---- events ---- */

void
event_refused(PyThreadState *ts, PyCodeObject *code, unsigned start, const char *why)
{
    struct loop_row *row = row_of(ts, code, start);
    if (row == NULL)
        return;
    row->state = LOOP_GAVE_UP;
    row->why = why;
    row->why_line = row->line;
}

void
event_record(struct recorder *r)
{
    const struct trace *parent = r->is_side ? trace_get(r->parent) : NULL;
    r->row = parent != NULL ? parent->row : row_of(r->ts, r->code, r->start);
    int line = r->anchor != NO_ANCHOR ? code_line(r->code, r->anchor) : 0;
    if (r->row != NULL && !r->is_side && line != 0 && line < r->row->line)
        r->row->line = line;                             /* the test of a while loop stands at its end, the backward jump has its line */
    r->line = code_line(frame_code(r->inner), r->start);
    log_record(r, r->line);
}

void
event_abort(const struct recorder *r)
{
    int line = code_line(r->inner_code, r->pc);
    struct trace *parent = r->is_side || r->is_return ? trace_get(r->parent) : NULL;
    struct exit_state *e = parent != NULL && r->parent_exit < parent->nexits ? trace_exit_state(parent, r->parent_exit) : NULL;
    if (e != NULL)
        e->why = r->why;
    bool whole = r->row != NULL && r->version_of == NO_TRACE;            /* what stops one more trace of a loop does not stop the loop */
    if (whole) {
        r->row->why = r->why;
        r->row->why_line = line;
    }
    if (whole && !r->is_side && !r->is_return)
        r->row->state = r->anchor != NO_ANCHOR && heat_is_off(r->code, (int)r->anchor) ? LOOP_GAVE_UP : LOOP_COUNTING;
    log_abort(r, line);
}

void
event_compiling(const struct recorder *r)
{
    ir_before = (uint32_t)(r->ir->end - REF_BIAS) - 1;
}

/* What each exit is about. Exits have the numbers of their guards; one more is the end of a trace without loop. */
static void
note_exits(struct trace *t, const struct ir *ir)
{
    uint32_t n = 0;
    for (ir_ref r = REF_BIAS; r < ir->end && n < t->nexits; r++)
        if (ir_ops[ir->at[r].op].flags & I_GUARD)
            t->exits[n++].op = ir->at[r].op;
    for (; n < t->nexits; n++)
        t->exits[n].op = IR_BASE;
}

void
event_compiled(const struct recorder *r, uint64_t ns)
{
    struct trace *t = trace_get(r->id);
    if (t == NULL)
        return;
    t->row = r->row;
    t->line = r->line;
    t->from = r->is_side ? (uint16_t)r->parent : NO_TRACE;
    t->from_exit = r->is_side ? r->parent_exit : 0;
    note_exits(t, r->ir);
    if (r->row != NULL) {
        r->row->traces++;
        if (!r->is_side) {
            r->row->state = LOOP_COMPILED;
            r->row->why = NULL;
        }
    }
    if (dump_wanted(jit_options.dump_exits, t->code))
        report_keep(t, r->ir);
    debuggers_add(t);
    jit_stats.compiled_ins += ir_before;
    log_compiled(r, t, ir_before, ns);
    if (t->link != NO_TRACE)
        log_link(t->id, t->link);
}

void event_link(unsigned from, unsigned to) { log_link(from, to); }

void
event_invalidated(const struct trace *t, const struct dep *d)
{
    bool dies = d->aspect == DEP_DEATH && d->subject == t->code;
    if (t->row != NULL && !dies && t->is_root) {
        t->row->state = LOOP_COUNTING;
        t->row->why = fact_words(d);
        t->row->why_line = t->row->line;
    }
    log_invalidated(t, d);
}

void
event_evicted(const struct trace *t, const char *why)
{
    if (t->row != NULL) {
        t->row->state = LOOP_COUNTING;
        t->row->why = why;
        t->row->why_line = t->row->line;
    }
    log_evicted(t, why);
}

void
event_freed(struct trace *t)
{
    debuggers_remove(t);
    if (t->exits == NULL)
        return;
    if (t->row != NULL)
        t->row->entries += t->entered;
    log_exits(t);
    if (dump_wanted(jit_options.dump_exits, t->code))
        report_exits(t);
    for (uint32_t i = 0; i < t->nexits && t->guards != NULL; i++)
        PyMem_RawFree(t->guards[i]);
    PyMem_RawFree(t->guards);
    t->guards = NULL;
}

/* ---- sys._adder.jit_stats() ---- */

uint64_t
row_entries(const struct loop_row *row)
{
    uint64_t n = row->entries;
    for (unsigned i = 0; i < trace_limit(); i++)
        if (trace_get(i) != NULL && trace_get(i)->row == row)
            n += trace_get(i)->entered;
    return n;
}

static int
compare_ages(const void *a, const void *b)
{
    const struct loop_row *x = *(struct loop_row *const *)a, *y = *(struct loop_row *const *)b;
    return x->age < y->age ? -1 : x->age > y->age;
}

void
rows_visit(void (*visit)(void *arg, const struct loop_row *row), void *arg)
{
    const struct loop_row **rows = PyMem_RawMalloc((nrows + 1) * sizeof(*rows));
    unsigned n = 0;
    if (rows == NULL)
        return;
    for (int i = 0; i <= BUCKETS; i++)
        for (const struct loop_row *row = i < BUCKETS ? buckets[i] : dead; row != NULL; row = row->next)
            rows[n++] = row;
    qsort(rows, n, sizeof(*rows), compare_ages);
    for (unsigned i = 0; i < n; i++)
        visit(arg, rows[i]);
    PyMem_RawFree(rows);
}

/* Appends item, of which a reference is taken over, unless it is NULL. */
static bool
append(PyObject *list, PyObject *item)
{
    bool ok = item != NULL && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return ok;
}

static PyObject *
exit_dict(const struct trace *t, const struct trace_exit *e)
{
    PyObject *side = e->state->side != NO_TRACE ? PyLong_FromLong(e->state->side) : Py_NewRef(Py_None);
    return Py_BuildValue("{s:i,s:O,s:i,s:s,s:K,s:N,s:z}", "trace", (int)t->id, "function", exit_code(t, e)->co_qualname, "line", exit_line(t, e), "reason", exit_words(t, e), "count", (unsigned long long)e->state->taken,
        "side", side, "why", e->state->side == NO_TRACE ? e->state->why : NULL);
}

static PyObject *
row_exits(const struct loop_row *row)
{
    PyObject *list = PyList_New(0);
    for (unsigned i = 0; i < trace_limit() && list != NULL; i++) {
        const struct trace *t = trace_get(i);
        for (uint32_t k = 0; t != NULL && t->row == row && k < t->nexits; k++)
            if ((t->exits[k].state->taken != 0 || t->exits[k].state->side != NO_TRACE) && !append(list, exit_dict(t, &t->exits[k]))) {
                Py_DECREF(list);
                return NULL;
            }
    }
    return list;
}

static const char *const state_names[] = { "counting", "compiled", "gave up" };

static void
add_row(void *arg, const struct loop_row *row)
{
    PyObject **list = arg, *exits = *list != NULL ? row_exits(row) : NULL;
    PyObject *d = exits == NULL ? NULL : Py_BuildValue("{s:s,s:s,s:i,s:s,s:z,s:i,s:k,s:K,s:N}", "function", row->name, "file", row->file, "line", row->line,
        "state", state_names[row->state], "why", row->why, "why_line", row->why != NULL ? row->why_line : 0, "traces", (unsigned long)row->traces,
        "entries", (unsigned long long)row_entries(row), "exits", exits);
    if (*list != NULL && !append(*list, d))
        Py_CLEAR(*list);
}

PyObject *
rows_list(void)
{
    PyObject *list = PyList_New(0);
    rows_visit(add_row, &list);
    return list;
}

PyObject *
jit_stats_dict(void)
{
    const char *mode = jit_options.mode == JIT_OFF ? "off" : jit_options.mode == JIT_ON ? "machine code" : "evaluator";
    PyObject *loops = rows_list();
    if (loops == NULL)
        return NULL;
    return Py_BuildValue("{s:s,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:n,s:N}", "mode", mode, "recorded", (unsigned long long)jit_stats.recorded,
        "aborted", (unsigned long long)jit_stats.aborted, "compiled", (unsigned long long)jit_stats.compiled,
        "instructions", (unsigned long long)jit_stats.compiled_ins, "exits", (unsigned long long)jit_stats.exits,
        "entries", (unsigned long long)jit_stats.entered, "compile_ns", (unsigned long long)jit_stats.compile_ns,
        "checked", (unsigned long long)jit_stats.checked, "unseen", (unsigned long long)jit_stats.unseen, "trace_ns", (unsigned long long)jit_stats.trace_ns, "record_ns", (unsigned long long)jit_stats.record_ns, "code_bytes", (Py_ssize_t)x64_used(), "loops", loops);
}
