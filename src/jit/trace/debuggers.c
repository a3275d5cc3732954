/* jit/trace/debuggers.c: the code of traces has names for tools that look at the process: jit:FUNCTION:LINE, of the loop (of what follows the exit,
 * for a side trace). gdb and unwinders are told always; perf when somebody listens. */
#include "jit/trace/events.h"

#include <stdio.h>

#include "jit/jit.h"
#include "jit/x64/unwind.h"

#define NAME_MAX_ 256

static jit_listener listening;
static size_t room;                    /* that it wants */
_PyFrameEvalFunction jit_eval_function;

const unsigned char *jit_frame_rows(size_t *n) { return x64_frame_rows(n); }

static void
name_of(const struct trace *t, char name[NAME_MAX_])
{
    const char *function = t->row != NULL ? t->row->name : "?";
    snprintf(name, NAME_MAX_, "jit:%.200s:%d", function, t->row == NULL ? 0 : t->is_root ? t->row->line : t->line);
}

void
debuggers_add(struct trace *t)
{
    char name[NAME_MAX_];
    if (t->machine.code == NULL)
        return;
    name_of(t, name);
    t->gdb = x64_gdb_add(&t->machine, name);
    if (listening != NULL)
        listening(t->machine.code, t->machine.size, name, t->machine.room >= room);
}

void
debuggers_remove(struct trace *t)
{
    x64_gdb_remove(t->gdb);
    t->gdb = NULL;
}

void
jit_listen(jit_listener listener, size_t wanted)
{
    char name[NAME_MAX_];
    listening = listener;
    room = wanted;
    x64_leave_room((uint32_t)room);
    for (unsigned i = 0; listener != NULL && i < trace_limit(); i++) {
        struct trace *t = trace_get(i);
        if (t == NULL || t->machine.code == NULL)
            continue;
        name_of(t, name);
        listener(t->machine.code, t->machine.size, name, t->machine.room >= room);
    }
}

void
jit_extension_loaded(void)
{
    if (jit_options.mode == JIT_ON)
        x64_unwind_start();
}
