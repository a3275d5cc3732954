/* syntax/lex_test.c: the lexer alone, without Python: kinds, positions, errors of short texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "syntax/lex.h"

/* The kinds of the text's tokens, separated by blanks; "!message" at an error. */
static const char *
kinds(const char *text)
{
    static char out[2048];
    char copy[512];
    struct lex lx;
    struct lex_token t;
    size_t n = 0;
    snprintf(copy, sizeof(copy), "%s", text);
    lex_init(&lx, copy, strlen(copy));
    do {
        lex_next(&lx, &t);
        const char *word = t.type == ERRORTOKEN ? "!" : token_names[t.type];
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", n ? " " : "", word);
    } while (t.type != ENDMARKER && t.type != ERRORTOKEN);
    if (t.type == ERRORTOKEN && (lx.done == LEX_ERROR || lx.done == LEX_EOFS || lx.done == LEX_EOLS))
        snprintf(out + n, sizeof(out) - n, "%s", lx.err.msg);
    lex_release(&lx);
    return out;
}
#define CHECK(text, expected) assert_string_equal(kinds(text), expected)

static void
test_statements(void **state)
{
    CHECK("x = 1\n", "NAME EQUAL NUMBER NEWLINE ENDMARKER");
    CHECK("if x:\n  y\nz\n", "NAME NAME COLON NEWLINE INDENT NAME NEWLINE DEDENT NAME NEWLINE ENDMARKER");
    CHECK("(a,\n\n  b)\n", "LPAR NAME COMMA NAME RPAR NEWLINE ENDMARKER");
    CHECK("a \\\n b # c\n", "NAME NAME NEWLINE ENDMARKER");
    CHECK("a **= b // c <> d ... ->\n", "NAME DOUBLESTAREQUAL NAME DOUBLESLASH NAME NOTEQUAL NAME ELLIPSIS RARROW NEWLINE ENDMARKER");
}

static void
test_numbers(void **state)
{
    CHECK("0xff_ff 0b1 0o7 1_000 1.5e-3j .5 1. 00\n", "NUMBER NUMBER NUMBER NUMBER NUMBER NUMBER NUMBER NUMBER NEWLINE ENDMARKER");
    CHECK("0777\n", "!leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers");
    CHECK("0b12\n", "!invalid digit '2' in binary literal");
    CHECK("1__0\n", "!invalid decimal literal");
    CHECK("1if x else y\n", "NUMBER NAME NAME NAME NAME NEWLINE ENDMARKER");
}

static void
test_strings(void **state)
{
    CHECK("rb'a' u\"b\" '''c\nd'''\n", "STRING STRING STRING NEWLINE ENDMARKER");
    CHECK("'abc\n", "!unterminated string literal (detected at line 1)");
    CHECK("'''abc\n", "!unterminated triple-quoted string literal (detected at line 1)");
}

static void
test_fstrings(void **state)
{
    CHECK("f'a{b!r:>{w}}c'\n", "FSTRING_START FSTRING_MIDDLE LBRACE NAME EXCLAMATION NAME COLON FSTRING_MIDDLE LBRACE NAME RBRACE "
                               "FSTRING_MIDDLE RBRACE FSTRING_MIDDLE FSTRING_END NEWLINE ENDMARKER");
    CHECK("f'{f\"{1}\"}'\n", "FSTRING_START LBRACE FSTRING_START LBRACE NUMBER RBRACE FSTRING_END RBRACE FSTRING_END NEWLINE ENDMARKER");
    CHECK("f'a}'\n", "FSTRING_START FSTRING_MIDDLE !f-string: single '}' is not allowed");
    CHECK("f'{a:{b:{c:{d}}}}'\n", "FSTRING_START LBRACE NAME COLON LBRACE NAME COLON LBRACE NAME COLON !"
                                  "f-string: expressions nested too deeply");
}

static void
test_brackets_and_indents(void **state)
{
    CHECK(")\n", "!unmatched ')'");
    CHECK("(]\n", "LPAR !closing parenthesis ']' does not match opening parenthesis '('");
    CHECK("if x:\n  y\n z\n", "NAME NAME COLON NEWLINE INDENT NAME NEWLINE !");
    CHECK("if x:\n\ty\n        z\n", "NAME NAME COLON NEWLINE INDENT NAME NEWLINE !");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements), cmocka_unit_test(test_numbers), cmocka_unit_test(test_strings),
        cmocka_unit_test(test_fstrings), cmocka_unit_test(test_brackets_and_indents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
