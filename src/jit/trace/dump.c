/* jit/trace/dump.c: -X dump of the compiler's stages, and its counts. */
#include "jit/jit.h"

#include "jit/trace/trace.h"
#include "object/text/str.h"

bool
jit_dump_stage(const char *stage, size_t length, const char *function)
{
    struct { const char *name; bool *wanted; } known[] = {
        { "rec", &jit_options.dump_rec }, { "ir", &jit_options.dump_ir }, { "opt", &jit_options.dump_opt },
        { "asm", &jit_options.dump_asm },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(known); i++)
        if (strlen(known[i].name) == length && memcmp(stage, known[i].name, length) == 0) {
            *known[i].wanted = true;
            jit_options.dump_function = function;
            return true;
        }
    return false;
}

bool
dump_wanted(bool stage, PyCodeObject *code)
{
    return stage && (jit_options.dump_function == NULL || PyUnicode_EqualToUTF8(code->co_name, jit_options.dump_function)
        || PyUnicode_EqualToUTF8(code->co_qualname, jit_options.dump_function));
}

void
dump_text(const char *stage, PyCodeObject *code, unsigned pc, const char *text)
{
    const char *name = PyUnicode_AsUTF8(code->co_qualname);
    if (name == NULL)
        PyErr_Clear();
    fprintf(stderr, "--- %s of %s, loop at %u\n%s", stage, name == NULL ? "?" : name, pc, text);
}

PyObject *
jit_stats_dict(void)
{
    const char *mode = jit_options.mode == JIT_OFF ? "off" : jit_options.mode == JIT_ON ? "machine code" : "evaluator";
    return Py_BuildValue("{s:s,s:K,s:K,s:K,s:K,s:K,s:K,s:n}", "mode", mode, "recorded", (unsigned long long)jit_stats.recorded,
        "aborted", (unsigned long long)jit_stats.aborted, "compiled", (unsigned long long)jit_stats.compiled,
        "refused", (unsigned long long)jit_stats.refused, "exits", (unsigned long long)jit_stats.exits,
        "compile_ns", (unsigned long long)jit_stats.compile_ns, "code_bytes", (Py_ssize_t)x64_used());
}
