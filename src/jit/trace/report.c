/* jit/trace/report.c: reasons in words, and -X dump=exits: at the end, for each trace, which of its exits were taken. */
#include "jit/trace/events.h"

#include <stdio.h>

#include "jit/jit.h"
#include "jit/trace/record.h"

/* ---- words ---- */

/* Guards that are the program's own test say less than where they lead to. */
const char *
exit_words(const struct trace *t, const struct trace_exit *e)
{
    if (t->snaps[e->snap].branch)
        return "the other branch";
    switch ((enum ir_op)e->op) {
    case IR_BASE: return "the end of the trace";
    case IR_GTYPE: case IR_GSTYPE: return "a value of another type";
    case IR_GNULL: case IR_GEMPTY: return "a variable that is bound";
    case IR_GPOLL: return "a signal, another thread, a collection or a tool";
    case IR_GROOM: return "a collection that is due soon";
    case IR_GCOMPACT: return "an int of more than 30 bits";
    case IR_GINT2: return "an int of more than 60 bits";
    case IR_ADDOV_I: case IR_SUBOV_I: case IR_MULOV_I: case IR_NEGOV_I: case IR_SHLOV_I: return "a result of more than 64 bits";
    case IR_GEQ_P: return "another object";
    case IR_GNE_P: return "the same object";
    case IR_NEW_I: case IR_NEW_F: return "no memory";
    default: return "a condition that no longer holds";
    }
}

const char *
fact_words(const struct dep *d)
{
    static const char *const words[DEP_ASPECTS] = {
        [DEP_TYPE_ATTR] = "an attribute of a type changed", [DEP_TYPE_LAYOUT] = "a type changed", [DEP_KEYS_NO_NAME] = "an instance got an attribute",
        [DEP_DICT_KEY] = "a global name was bound anew", [DEP_DICT_SHAPE] = "a dict got other keys", [DEP_FUNC_CODE] = "a function got other code",
        [DEP_FUNC_DEFAULTS] = "a function got other defaults", [DEP_CODE_INSTRUMENTED] = "a tool watches the code",
        [DEP_MONITORING] = "a tool watches the program", [DEP_DEATH] = "an object is gone",
    };
    return words[d->aspect];
}

const char *
words_not_recorded(int opcode)
{
    static char texts[256][64];
    char *text = texts[opcode & 0xff];
    if (text[0] == '\0')
        snprintf(text, sizeof(texts[0]), "%.36s is not recorded yet", op_name(opcode));
    return text;
}

/* ---- -X dump=snap ---- */

void
report_snaps(const struct recorder *r)
{
    if (!dump_wanted(true, r->code))
        return;
    char *text = ir_dump_snaps(r->ir);
    dump_text("snap", r->code, r->start, text == NULL ? "out of memory\n" : text);
    PyMem_Free(text);
}

/* ---- -X dump=exits ---- */

void
report_keep(struct trace *t, const struct ir *ir)
{
    uint32_t n = 0;
    t->guards = PyMem_RawCalloc(t->nexits + 1, sizeof(*t->guards));
    for (ir_ref r = REF_BIAS; r < ir->end && n < t->nexits && t->guards != NULL; r++)
        if (ir_ops[ir->at[r].op].flags & I_GUARD) {
            char *text = ir_dump_ins(ir, r);
            t->guards[n++] = raw_copy(text);
            PyMem_Free(text);
        }
}

static const char *
name_of(PyCodeObject *code)
{
    const char *name = PyUnicode_AsUTF8(code->co_qualname);
    if (name == NULL)
        PyErr_Clear();
    return name != NULL ? name : "?";
}

void
report_exits(const struct trace *t)
{
    char head[100];
    if (t->from != NO_TRACE)
        snprintf(head, sizeof(head), "trace %u, behind exit %u of trace %u: entered %llu times\n", t->id, t->from_exit, t->from, (unsigned long long)t->entered);
    else
        snprintf(head, sizeof(head), "trace %u: entered %llu times\n", t->id, (unsigned long long)t->entered);
    dump_text("exits", t->code, t->start, head);
    for (uint32_t i = 0; i < t->nexits; i++) {
        const struct trace_exit *e = &t->exits[i];
        unsigned pc = t->snaps[e->snap].pc;
        if (e->state->taken == 0 && e->state->side == NO_TRACE)
            continue;
        fprintf(stderr, "  exit %u: %llu times to line %d", i, (unsigned long long)e->state->taken, exit_line(t, e));
        if (exit_code(t, e) != t->code)
            fprintf(stderr, " of %s", name_of(exit_code(t, e)));
        fprintf(stderr, " (pc %u): %s", pc, exit_words(t, e));
        if (t->guards != NULL && t->guards[i] != NULL)
            fprintf(stderr, ": %s", t->guards[i]);
        if (e->state->side != NO_TRACE)
            fprintf(stderr, "; then trace %u", e->state->side);
        else if (e->state->why != NULL)
            fprintf(stderr, "; nothing behind it: %s", e->state->why);
        fputc('\n', stderr);
    }
}

void
jit_report(void)
{
    for (unsigned i = 0; i < trace_limit(); i++) {
        struct trace *t = trace_get(i);
        if (t == NULL)
            continue;
        log_exits(t);
        if (dump_wanted(jit_options.dump_exits, t->code))
            report_exits(t);
    }
    jit_options.dump_exits = false;                      /* once */
    log_close();
}
