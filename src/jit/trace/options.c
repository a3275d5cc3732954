/* jit/trace/options.c: what -X jit and PYTHON_JIT say: a mode, and options behind commas, each of which is also an -X option of its own:
 *
 *      -X jit=stress,exit=5        -X jit=stress -X jit-exit=5        PYTHON_JIT=stress,exit=5 */
#include "jit/jit.h"

#include "jit/opt/opt.h"
#include "jit/trace/events.h"
#include "jit/x64/memory.h"

const char *const jit_option_names[] = { "exit", "seed", "without", "log", "clock", "memory", "evict", "poison", "oom", "check", "patience", NULL };

/* What is wrong, in words. */
static char trouble[512];

static const char *
complain(const char *what, const char *word, size_t length, const char *known)
{
    snprintf(trouble, sizeof(trouble), "unknown %s '%.*s'; %s", what, (int)Py_MIN(length, 40), word, known);
    return trouble;
}

static const char *
set_mode(const char *word, size_t length)
{
    struct { const char *name; enum jit_mode mode; bool stress; uint32_t seed; } known[] = {
        { "0", JIT_OFF, false }, { "1", JIT_ON, false }, { "stress", JIT_ON, true }, { "eval", JIT_EVAL, false }, { "stress-eval", JIT_EVAL, true },
        { "stress-registers", JIT_ON, true, 1 },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(known); i++)
        if (strlen(known[i].name) == length && memcmp(word, known[i].name, length) == 0) {
            jit_options.mode = known[i].mode;
            jit_options.stress = known[i].stress;
            jit_options.seed = known[i].seed;
            return NULL;
        }
    return complain("mode", word, length, "the modes are " JIT_MODES);
}

static const char *
set_number(const char *name, const char *word, size_t length, uint32_t *number)
{
    uint64_t v = 0;
    for (size_t i = 0; i < length; i++) {
        if (word[i] < '0' || word[i] > '9' || (v = 10 * v + (uint64_t)(word[i] - '0')) > UINT32_MAX)
            length = 0;
    }
    *number = (uint32_t)v;
    if (length == 0)
        snprintf(trouble, sizeof(trouble), "jit-%s wants a number below 2**32", name);
    return length == 0 ? trouble : NULL;
}

/* PASS+PASS or PASS,PASS */
static const char *
set_without(const char *word, size_t length)
{
    const char *end = word + length;
    opt_left_out = 0;
    while (word < end) {
        size_t n = 0;
        while (word + n < end && word[n] != '+' && word[n] != ',')
            n++;
        int pass = 0;
        while (pass < OPT_PASSES && (strlen(opt_pass_names[pass]) != n || memcmp(opt_pass_names[pass], word, n) != 0))
            pass++;
        if (pass == OPT_PASSES)
            return complain("pass", word, n, "the passes are " JIT_PASSES);
        opt_left_out |= 1u << pass;
        word += n + (word + n < end);
    }
    return NULL;
}

static const char *
set_option(const char *name, size_t n, const char *value, size_t length)
{
    if (n == 4 && memcmp(name, "exit", 4) == 0)
        return set_number("exit", value, length, &jit_options.exit_every);
    if (n == 4 && memcmp(name, "seed", 4) == 0)
        return set_number("seed", value, length, &jit_options.seed);
    if (n == 5 && memcmp(name, "evict", 5) == 0)
        return set_number("evict", value, length, &jit_options.evict_every);
    if (n == 6 && memcmp(name, "poison", 6) == 0)
        return set_number("poison", value, length, &jit_options.poison_every);
    if (n == 3 && memcmp(name, "oom", 3) == 0)
        return set_number("oom", value, length, &jit_options.oom_every);
    if (n == 8 && memcmp(name, "patience", 8) == 0)
        return set_number("patience", value, length, &jit_options.patience);
    if (n == 5 && memcmp(name, "check", 5) == 0)
        return set_number("check", value, length, &jit_options.check);
    if (n == 6 && memcmp(name, "memory", 6) == 0) {
        uint32_t kilobytes;
        const char *why = set_number("memory", value, length, &kilobytes);
        if (why == NULL)
            x64_memory_set_limit((size_t)kilobytes << 10);
        return why;
    }
    if (n == 5 && memcmp(name, "clock", 5) == 0)
        return set_number("clock", value, length, &jit_options.clock);
    if (n == 7 && memcmp(name, "without", 7) == 0)
        return set_without(value, length);
    if (n == 3 && memcmp(name, "log", 3) == 0) {
        char path[1024];
        snprintf(path, sizeof(path), "%.*s", (int)Py_MIN(length, sizeof(path) - 1), value);
        return log_open(path);
    }
    return complain("option", name, n, "the options are " JIT_OPTIONS);
}

const char *
jit_set_option(const char *name, const char *value)
{
    return set_option(name, strlen(name), value, strlen(value));
}

const char *
jit_configure(const char *value)
{
    jit_options.mode = JIT_ON;
    jit_options.stress = false;
    jit_options.seed = jit_options.exit_every = jit_options.clock = 0;
    jit_options.evict_every = jit_options.poison_every = jit_options.oom_every = jit_options.check = 0;
    jit_options.patience = JIT_PATIENCE;
    opt_left_out = 0;
    if (value == NULL)
        return NULL;
    size_t n = strcspn(value, ",");
    const char *why = set_mode(value, n);
    while (why == NULL && value[n] == ',') {
        value += n + 1;
        n = strcspn(value, ",");
        const char *eq = memchr(value, '=', n);
        size_t name = eq != NULL ? (size_t)(eq - value) : n;
        why = set_option(value, name, eq != NULL ? eq + 1 : value + n, eq != NULL ? n - name - 1 : 0);
    }
    return why;
}
