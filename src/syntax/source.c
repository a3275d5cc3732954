/* syntax/source.c: decoding of source text (PEP 263), newline translation, and the readers behind the lexer.
 * Idea: a file is read as a whole; what is wrong with its encoding is reported when the lexer reaches that line. */
#include "syntax/source.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "object/text/str.h"

#define BOM "\xef\xbb\xbf"

/* -- cookies ------------------------------------------------------------------------------------------------- */

bool
source_is_blank(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (line[i] == '#' || line[i] == '\n' || line[i] == '\r')
            return true;
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\f')
            return false;
    }
    return true;
}

/* "UTF-8-sig" and the like are utf-8, the many names of latin-1 are one. */
static void
normal_name(char *name)
{
    char key[13];
    size_t n = strlen(name), i;
    for (i = 0; i < n && i < 12; i++)
        key[i] = name[i] == '_' ? '-' : (char)tolower((unsigned char)name[i]);
    key[i] = 0;
    static const struct { const char *name, *normal; } names[] = {
        { "utf-8", "utf-8" }, { "latin-1", "iso-8859-1" }, { "iso-8859-1", "iso-8859-1" }, { "iso-latin-1", "iso-8859-1" },
    };
    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        size_t m = strlen(names[k].name);
        if (strncmp(key, names[k].name, m) == 0 && (key[m] == 0 || key[m] == '-')) {
            strcpy(name, names[k].normal);
            return;
        }
    }
}

bool
source_cookie(const char *line, size_t n, char *buf, size_t size)
{
    size_t i = 0;
    while (i < n && (line[i] == ' ' || line[i] == '\t' || line[i] == '\f'))
        i++;
    if (i >= n || line[i] != '#')
        return false;
    for (; i + 6 < n; i++) {
        const char *t = line + i, *end = line + n;
        if (memcmp(t, "coding", 6) != 0 || (t[6] != ':' && t[6] != '='))
            continue;
        t += 7;
        while (t < end && (*t == ' ' || *t == '\t'))
            t++;
        size_t k = 0;
        while (t + k < end && k + 1 < size && (isalnum((unsigned char)t[k]) || t[k] == '-' || t[k] == '_' || t[k] == '.'))
            k++;
        if (k == 0)
            continue;
        memcpy(buf, t, k);
        buf[k] = 0;
        if (k >= 5 || size > 16)
            normal_name(buf);
        return true;
    }
    return false;
}

size_t
source_valid_utf8(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t i = 0;
    while (i < n) {
        unsigned c = s[i];
        size_t more;
        if (c < 0x80) {
            i++;
            continue;
        }
        more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        if (c < 0xc2 || c > 0xf4 || i + more >= n + 0 + (i + more == n))
            return i;
        for (size_t k = 1; k <= more; k++)
            if (i + k >= n || (s[i + k] & 0xc0) != 0x80)
                return i;
        if ((c == 0xe0 && s[i + 1] < 0xa0) || (c == 0xed && s[i + 1] > 0x9f)
            || (c == 0xf0 && s[i + 1] < 0x90) || (c == 0xf4 && s[i + 1] > 0x8f))
            return i;
        i += more + 1;
    }
    return n;
}

/* The cookie in the first two lines, or false. */
static bool
find_cookie(const char *text, size_t n, char *buf, size_t size)
{
    for (int line = 0; line < 2 && n; line++) {
        const char *nl = memchr(text, '\n', n);
        if (nl == NULL)
            return false;
        size_t len = (size_t)(nl - text);
        if (source_cookie(text, len, buf, size))
            return true;
        if (!source_is_blank(text, len))
            return false;
        text += len + 1;
        n -= len + 1;
    }
    return false;
}

/* -- text ---------------------------------------------------------------------------------------------------- */

/* A copy with '\n' as the only line end; malloc'ed, *size without the NUL. */
static char *
translate_newlines(const char *text, size_t n, bool add_newline, size_t *size)
{
    char *out = malloc(n + 2), *p = out;
    if (out == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    if (memchr(text, '\r', n) == NULL) {
        memcpy(out, text, n);
        p += n;
    }
    else
        for (size_t i = 0; i < n; i++) {
            if (text[i] == '\r') {
                *p++ = '\n';
                if (i + 1 < n && text[i + 1] == '\n')
                    i++;
            }
            else
                *p++ = text[i];
        }
    if (add_newline && (p == out || p[-1] != '\n'))
        *p++ = '\n';
    *p = 0;
    *size = (size_t)(p - out);
    return out;
}

/* Replace *text (malloc'ed, n bytes of `encoding`) by UTF-8: 0, or -1 with an exception. */
static int
recode(char **text, size_t *n, const char *encoding)
{
    PyObject *s = PyUnicode_Decode(*text, (Py_ssize_t)*n, encoding, NULL);
    if (s == NULL)
        return -1;
    PyObject *utf8 = PyUnicode_AsUTF8String(s);
    Py_DECREF(s);
    if (utf8 == NULL)
        return -1;
    char *out = translate_newlines(PyBytes_AS_STRING(utf8), (size_t)PyBytes_GET_SIZE(utf8), false, n);
    Py_DECREF(utf8);
    if (out == NULL)
        return -1;
    free(*text);
    *text = out;
    return 0;
}

static int
set_encoding(struct source *src, const char *name)
{
    free(src->encoding);
    src->encoding = strdup(name);
    if (src->encoding == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* Find the encoding of *text and make it UTF-8. *skip: bytes of a BOM. 0 or -1 with an exception. */
static int
decode_text(struct source *src, char **text, size_t *n, size_t *skip)
{
    char name[128];
    bool bom = *n >= 3 && memcmp(*text, BOM, 3) == 0;
    *skip = bom ? 3 : 0;
    if (bom && set_encoding(src, "utf-8") < 0)
        return -1;
    if (!find_cookie(*text + *skip, *n - *skip, name, sizeof(name)))
        return 0;
    if (strcmp(name, "utf-8") == 0)
        return set_encoding(src, name);
    if (bom) {
        PyErr_Format(PyExc_SyntaxError, "encoding problem: %s with BOM", name);
        return -1;
    }
    if (set_encoding(src, name) < 0)
        return -1;
    return recode(text, n, name);
}

int
source_string(struct source *src, struct lex *lx, const char *text, bool is_utf8, bool add_newline)
{
    size_t n, skip = 0;
    src->text = translate_newlines(text, strlen(text), add_newline, &n);
    if (src->text == NULL)
        return -1;
    if (is_utf8) {
        if (set_encoding(src, "utf-8") < 0)
            return -1;
    }
    else if (decode_text(src, &src->text, &n, &skip) < 0)
        return -1;
    lex_init(lx, src->text + skip, n - skip);
    return 0;
}

/* -- files --------------------------------------------------------------------------------------------------- */

static char *
read_all(FILE *fp, size_t *n)
{
    size_t room = 16384, size = 0, got;
    char *buf = malloc(room);
    while (buf != NULL && (got = fread(buf + size, 1, room - size - 1, fp)) > 0) {
        size += got;
        if (size + 1 == room) {
            char *bigger = realloc(buf, room *= 2);
            if (bigger == NULL)
                free(buf);
            buf = bigger;
        }
    }
    if (buf == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *n = size;
    return buf;
}

/* The line of text + at is not UTF-8 and no encoding was declared. */
static void
raise_not_utf8(const struct source *src, const char *text, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    PyErr_Format(PyExc_SyntaxError,
                 "Non-UTF-8 code starting with '\\x%.2x' in file %V on line %i, but no encoding declared; "
                 "see https://peps.python.org/pep-0263/ for details",
                 (unsigned char)text[at], src->filename, "<string>", line);
}

/* The whole file, decoded; its lines are given out up to the first bad one. */
static int
load_file(struct source *src, struct lex *lx)
{
    size_t n, skip = 0;
    char *raw = read_all(src->fp, &n);
    if (raw == NULL)
        return -1;
    char *text = translate_newlines(raw, n, true, &n);
    free(raw);
    if (text == NULL)
        return -1;
    if (n == 1 && text[0] == '\n')
        n = 0;
    int r = src->encoding ? recode(&text, &n, src->encoding) : decode_text(src, &text, &n, &skip);
    if (r < 0 && (PyErr_ExceptionMatches(PyExc_LookupError) || PyErr_ExceptionMatches(PyExc_UnicodeError)))
        PyErr_Format(PyExc_SyntaxError, "encoding problem: %s", src->encoding);
    if (r == 0) {
        size_t good = src->encoding ? n : source_valid_utf8(text, n);
        size_t upto = good;
        while (upto < n && upto > 0 && text[upto - 1] != '\n')
            upto--;
        src->failed = good < n;
        if (src->failed && upto <= skip) {
            raise_not_utf8(src, text, good);
            r = -1;
        }
        else if (lex_append(lx, text + skip, upto - skip) < 0) {
            PyErr_NoMemory();
            r = -1;
        }
        if (src->failed && r == 0) {          /* kept for the refill that reaches it */
            src->nlines = (int)good;
            src->text = text;
            return 1;
        }
    }
    free(text);
    return r < 0 ? -1 : 1;
}

static int
refill_file(struct lex *lx)
{
    struct source *src = lx->ctx;
    if (src->fp != NULL) {
        int r = load_file(src, lx);
        src->fp = NULL;
        return r < 0 ? -1 : lx->len > 0;
    }
    if (src->failed) {
        raise_not_utf8(src, src->text, (size_t)src->nlines);
        return -1;
    }
    return 0;
}

/* One line from the prompt. */
static int
refill_prompt(struct lex *lx)
{
    struct source *src = lx->ctx;
    char *line = PyOS_Readline(src->fp ? src->fp : stdin, stdout, src->ps1 ? src->ps1 : "");
    if (src->ps2 != NULL)
        src->ps1 = src->ps2;
    if (line == NULL || *line == 0)
        fputc('\n', stderr);         /* what comes next is not to be on the prompt's line */
    if (line == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetNone(PyExc_KeyboardInterrupt);
        return -1;
    }
    size_t n;
    char *text = *line ? translate_newlines(line, strlen(line), false, &n) : NULL;
    int end = *line == 0;
    PyMem_Free(line);
    if (end)
        return 0;
    if (text == NULL || (src->encoding && strcmp(src->encoding, "utf-8") != 0 && recode(&text, &n, src->encoding) < 0)
        || lex_append(lx, text, n) < 0) {
        free(text);
        return -1;
    }
    free(text);
    return 1;
}

int
source_file(struct source *src, struct lex *lx, FILE *fp, const char *encoding, const char *ps1, const char *ps2)
{
    static char nothing[1];
    src->fp = fp;
    src->ps1 = ps1;
    src->ps2 = ps2;
    if (encoding != NULL && set_encoding(src, encoding) < 0)
        return -1;
    lex_init(lx, nothing, 0);
    lx->refill = ps1 ? refill_prompt : refill_file;
    lx->interactive = ps1 != NULL;
    return 0;
}

/* -- readline() ---------------------------------------------------------------------------------------------- */

/* The next line as str; NULL with an exception, or without at the end. */
static OWNED PyObject *
call_readline(struct source *src)
{
    PyObject *line = PyObject_CallNoArgs(src->readline);
    if (line == NULL) {
        if (PyErr_ExceptionMatches(PyExc_StopIteration))
            PyErr_Clear();
        return NULL;
    }
    if (src->encoding == NULL) {
        if (!PyUnicode_Check(line)) {
            PyErr_SetString(PyExc_TypeError, "readline() returned a non-string object");
            Py_CLEAR(line);
        }
        return line;
    }
    if (!PyBytes_Check(line)) {
        PyErr_SetString(PyExc_TypeError, "readline() returned a non-bytes object");
        Py_DECREF(line);
        return NULL;
    }
    PyObject *text = PyUnicode_Decode(PyBytes_AS_STRING(line), PyBytes_GET_SIZE(line), src->encoding, "replace");
    Py_DECREF(line);
    return text;
}

static int
refill_readline(struct lex *lx)
{
    struct source *src = lx->ctx;
    PyObject *line = call_readline(src);
    if (line == NULL)
        return PyErr_Occurred() ? -1 : 0;
    Py_ssize_t n;
    const char *text = PyUnicode_AsUTF8AndSize(line, &n);
    int r = text == NULL ? -1 : n > 0;
    if (r > 0 && lex_append(lx, text, (size_t)n) < 0)
        r = -1;
    if (r > 0)
        lx->implicit_newline = false;
    if (r > 0 && text[n - 1] != '\n') {
        lx->implicit_newline = true;
        if (lex_append(lx, "\n", 1) < 0)
            r = -1;
    }
    Py_DECREF(line);
    return r;
}

int
source_readline(struct source *src, struct lex *lx, PyObject *readline, const char *encoding)
{
    static char nothing[1];
    src->readline = Py_NewRef(readline);
    if (encoding != NULL && set_encoding(src, encoding) < 0)
        return -1;
    lex_init(lx, nothing, 0);
    lx->refill = refill_readline;
    return 0;
}

void
source_release(struct source *src)
{
    free(src->text);
    free(src->encoding);
    Py_XDECREF(src->readline);
    memset(src, 0, sizeof(*src));
}

/* -- identifiers --------------------------------------------------------------------------------------------- */

long
source_scan_name(struct lex *lx, const char *s, size_t n, uint32_t *bad, int *bad_len, bool *printable)
{
    PyObject *text = PyUnicode_DecodeUTF8(s, (Py_ssize_t)n, NULL);
    if (text == NULL)
        return -1;
    Py_ssize_t good = _PyUnicode_ScanIdentifier(text);
    long at = (long)n;
    if (good >= 0 && good < PyUnicode_GET_LENGTH(text)) {
        Py_UCS4 ch = PyUnicode_READ_CHAR(text, good);
        at = 0;
        for (Py_ssize_t i = 0; i < good; i++) {
            Py_UCS4 c = PyUnicode_READ_CHAR(text, i);
            at += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        }
        *bad = ch;
        *bad_len = ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
        *printable = Py_UNICODE_ISPRINTABLE(ch);
    }
    Py_DECREF(text);
    return at;
}
