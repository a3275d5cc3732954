/* jit/trace/events.h: what the compiler tells its users. stats.c keeps one row for each loop that got hot; log.c writes one JSON object a line
 * (-X jit-log=FILE); report.c prints what exits were taken (-X dump=exits). Nothing here raises; without memory something is missing. */
#ifndef ADDER_JIT_TRACE_EVENTS_H
#define ADDER_JIT_TRACE_EVENTS_H

#include "base/own.h"
#include "jit/trace/trace.h"

struct recorder;

/* A loop of a code object, known by where it starts. It outlives the code object for a while. */
struct loop_row {
    struct loop_row *next;             /* in its bucket; dead ones by age */
    PyCodeObject *code;                /* borrowed; NULL: it is gone */
    unsigned start, age;
    char *name, *file;                 /* UTF-8 */
    int line;
    enum { LOOP_COUNTING, LOOP_COMPILED, LOOP_GAVE_UP } state;
    const char *why;                   /* it is not compiled, or some of what follows it is not; static text, or NULL */
    int why_line;
    uint32_t traces;                   /* that were compiled, side traces included */
    uint64_t entries;                  /* into traces that are gone */
    uint8_t rests, broken;             /* times its trace was taken away as it did not pay; as a fact was broken */
    unsigned unstable;                 /* rounds whose variables changed type: the next one may be better */
};

/* In the order in which things happen. Each recording ends in event_abort() or event_compiled(); r->row is set by event_record(). */
void event_refused(PyThreadState *ts, PyCodeObject *code, unsigned start, const char *why);      /* it will never be recorded */
void event_record(struct recorder *r);
void event_abort(const struct recorder *r);
void event_compiling(const struct recorder *r);
void event_compiled(const struct recorder *r, uint64_t ns);
void event_link(unsigned from, unsigned to);
/* This fact was broken; t will be freed. Then: it is freed, for whatever reason. */
void event_invalidated(const struct trace *t, const struct dep *d);
void event_freed(struct trace *t);
/* t is taken away without anything having changed: why, static text. */
void event_evicted(const struct trace *t, const char *why);
/* After traces were freed because of d: code objects that die leave their rows. */
void event_broken(const struct dep *d);
void events_end(void);

/* "OPCODE is not recorded yet": static text. */
const char *words_not_recorded(int opcode);

/* ---- between the files ---- */

char *raw_copy(const char *text);                                /* PyMem_RawFree; NULL for NULL */
int code_line(PyCodeObject *code, unsigned pc);                  /* of the instruction at this code unit; 0: none */
PyCodeObject *exit_code(const struct trace *t, const struct trace_exit *e);      /* whose instruction it leads to: the loop's, or of an inlined function */
int exit_line(const struct trace *t, const struct trace_exit *e);
const char *exit_words(const struct trace *t, const struct trace_exit *e);       /* why it is taken */
const char *fact_words(const struct dep *d);
uint64_t row_entries(const struct loop_row *row);
void rows_visit(void (*visit)(void *arg, const struct loop_row *row), void *arg);      /* by age */
OWNED PyObject *rows_list(void);                                 /* for sys._adder.jit_stats(); NULL with an exception */

/* log.c: nothing when there is no log. */
const char *log_open(const char *path);                          /* NULL, or what is wrong */
void log_record(const struct recorder *r, int line);
void log_abort(const struct recorder *r, int line);
void log_compiled(const struct recorder *r, const struct trace *t, uint32_t ins, uint64_t ns);
void log_link(unsigned from, unsigned to);
void log_invalidated(const struct trace *t, const struct dep *d);
void log_evicted(const struct trace *t, const char *why);
void log_exits(const struct trace *t);
void log_close(void);

/* debuggers.c */
void debuggers_add(struct trace *t);
void debuggers_remove(struct trace *t);

/* report.c: -X dump=exits. The text of a guard is kept when the trace is made; PyMem_RawFree. */
void report_keep(struct trace *t, const struct ir *ir);
void report_exits(const struct trace *t);
void report_snaps(const struct recorder *r);                     /* -X dump=snap */

#endif
