/* jit/trace/log.c: -X jit-log=FILE: one JSON object a line. Events and their members: docs/internals/jit.md.
 *
 * Each line is written at once, so that a process that is killed leaves a whole log, and a forked one writes nothing twice. */
#include "jit/trace/events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "jit/trace/record.h"

static FILE *file;

const char *
log_open(const char *path)
{
    static char trouble[300];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    log_close();
    if (fd < 0 || (file = fdopen(fd, "w")) == NULL) {
        snprintf(trouble, sizeof(trouble), "jit-log: cannot write '%.200s': %s", path, strerror(errno));
        return trouble;
    }
    setvbuf(file, NULL, _IOFBF, 8192);
    return NULL;
}

void
log_close(void)
{
    if (file != NULL)
        fclose(file);
    file = NULL;
}

/* ---- members: all but the first with a comma ---- */

static void
put_text(const char *name, const char *text)
{
    fprintf(file, ",\"%s\":\"", name);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            fprintf(file, "\\u%04x", *text);
        else
            fputc(*text, file);
    }
    fputc('"', file);
}

static void
put_object(const char *name, PyObject *s)
{
    const char *text = PyUnicode_AsUTF8(s);
    if (text == NULL)
        PyErr_Clear();
    put_text(name, text != NULL ? text : "?");
}

static void put_number(const char *name, uint64_t n) { fprintf(file, ",\"%s\":%llu", name, (unsigned long long)n); }

static void
begin(const char *event, unsigned id)
{
    fprintf(file, "{\"event\":\"%s\",\"id\":%u", event, id);
}

static void
end(void)
{
    fputs("}\n", file);
    fflush(file);
}

/* ---- events ---- */

void
log_record(const struct recorder *r, int line)
{
    if (file == NULL)
        return;
    begin("record", r->id);
    if (r->is_side) {
        put_number("parent", r->parent);
        put_number("exit", r->parent_exit);
    }
    put_text("code", r->row != NULL ? r->row->name : "?");
    put_text("file", r->row != NULL ? r->row->file : "?");
    put_number("pc", r->start);
    put_number("line", (uint64_t)line);
    end();
}

void
log_abort(const struct recorder *r, int line)
{
    if (file == NULL)
        return;
    begin("abort", r->id);
    put_text("why", r->why);
    put_number("pc", r->pc);
    put_number("line", (uint64_t)line);
    end();
}

void
log_compiled(const struct recorder *r, const struct trace *t, uint32_t ins, uint64_t ns)
{
    uint32_t left = 0, guards = 0;
    if (file == NULL)
        return;
    for (ir_ref k = REF_BIAS + 1; k < r->ir->end; k++) {
        left += r->ir->at[k].op != IR_NOP;
        guards += (ir_ops[r->ir->at[k].op].flags & I_GUARD) != 0;
    }
    begin("compiled", r->id);
    put_number("bytes", t->machine.size);
    put_number("ir_in", ins);
    put_number("ir_out", left);
    put_number("guards", guards);
    put_number("us", ns / 1000);
    end();
}

void
log_link(unsigned from, unsigned to)
{
    if (file == NULL)
        return;
    fprintf(file, "{\"event\":\"link\",\"from\":%u,\"to\":%u", from, to);
    end();
}

void
log_invalidated(const struct trace *t, const struct dep *d)
{
    if (file == NULL)
        return;
    begin("invalidate", t->id);
    put_text("fact", fact_words(d));
    if (d->name != NULL)
        put_object("name", d->name);
    end();
}

void
log_evicted(const struct trace *t, const char *why)
{
    if (file == NULL)
        return;
    begin("evict", t->id);
    put_text("why", why);
    end();
}

void
log_exits(const struct trace *t)
{
    for (uint32_t i = 0; i < t->nexits && file != NULL; i++) {
        const struct trace_exit *e = &t->exits[i];
        if (e->state->taken == 0 && e->state->side == NO_TRACE)
            continue;
        begin("exit", t->id);
        put_number("exit", i);
        put_number("snap", e->snap);
        put_number("pc", t->snaps[e->snap].pc);
        put_number("line", (uint64_t)exit_line(t, e));
        if (exit_code(t, e) != t->code)
            put_object("code", exit_code(t, e)->co_qualname);
        put_text("why", exit_words(t, e));
        put_number("count", e->state->taken);
        if (e->state->side != NO_TRACE)
            put_number("side", e->state->side);
        end();
    }
}
