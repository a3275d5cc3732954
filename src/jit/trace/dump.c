/* jit/trace/dump.c: -X dump of the compiler's stages, as far as text is printed while traces are made. */
#include "jit/jit.h"

#include "jit/trace/trace.h"
#include "object/text/str.h"

bool
jit_dump_stage(const char *stage, size_t length, const char *function)
{
    struct { const char *name; bool *wanted; } known[] = {
        { "rec", &jit_options.dump_rec }, { "ir", &jit_options.dump_ir }, { "opt", &jit_options.dump_opt },
        { "snap", &jit_options.dump_snap }, { "asm", &jit_options.dump_asm }, { "exits", &jit_options.dump_exits },
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
