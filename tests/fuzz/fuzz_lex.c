/* tests/fuzz/fuzz_lex.c: any bytes through the lexer alone.
 * Promises: tokens lie in the text, in order; their number is bounded by the text's length; the end is announced. */
#include <stdbool.h>

#include "syntax/lex.h"
#include "fuzz.h"

static void
read_tokens(const uint8_t *text, size_t n, bool extra, bool type_comments)
{
    struct lex lx;
    struct lex_token t;
    size_t steps = 0;
    char *copy = malloc(n + 1);
    memcpy(copy, text, n);
    copy[n] = 0;
    lex_init(&lx, copy, n);
    lx.extra_tokens = extra;
    lx.type_comments = type_comments;
    do {
        lex_next(&lx, &t);
        if (t.start != NO_POS && t.end != NO_POS && (t.start > t.end || t.end > n))
            abort();
        if (++steps > 8 * n + 300)                  /* each token takes a character, or undoes an indent */
            abort();
    } while (t.type != ENDMARKER && t.type != ERRORTOKEN);
    lex_release(&lx);
    free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_tokens(data, size, false, false);
    read_tokens(data, size, true, false);
    read_tokens(data, size, false, true);
    return 0;
}
