/* tests/fuzz/fuzz_lex.c: any bytes through the lexer alone. With clang: -fsanitize=fuzzer,address; with gcc it reads
 * the files named on the command line.
 *   clang -fsanitize=fuzzer,address -Isrc -Iinclude tests/fuzz/fuzz_lex.c src/syntax/lex*.c -o fuzz_lex */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/lex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_tokens(const char *text, size_t n, bool extra, bool type_comments)
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
    read_tokens((const char *)data, size, false, false);
    read_tokens((const char *)data, size, true, false);
    read_tokens((const char *)data, size, false, true);
    return 0;
}

#ifndef __clang__
int
main(int argc, char **argv)
{
    static uint8_t buf[1 << 20];
    for (int i = 1; i < argc; i++) {
        FILE *fp = fopen(argv[i], "rb");
        if (fp == NULL)
            return 1;
        LLVMFuzzerTestOneInput(buf, fread(buf, 1, sizeof(buf), fp));
        fclose(fp);
    }
    return 0;
}
#endif
