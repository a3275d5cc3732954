/* base/strbuf.c: growth doubles; the terminator is kept after every addition. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
strbuf_reserve(struct strbuf *sb, size_t more)
{
    if (sb->failed)
        return false;
    if (more < sb->cap - sb->len && sb->cap != 0)
        return true;
    size_t want = sb->cap < 64 ? 64 : sb->cap * 2;
    if (more > SIZE_MAX / 4 || sb->cap > SIZE_MAX / 4) {
        sb->failed = true;
        return false;
    }
    if (want < sb->len + more + 1)
        want = sb->len + more + 1;
    char *grown = realloc(sb->data, want);
    if (grown == NULL) {
        sb->failed = true;
        return false;
    }
    sb->data = grown;
    sb->cap = want;
    return true;
}

bool
strbuf_add(struct strbuf *sb, const char *s, size_t n)
{
    if (!strbuf_reserve(sb, n))
        return false;
    memcpy(sb->data + sb->len, s, n);
    sb->len += n;
    sb->data[sb->len] = '\0';
    return true;
}

bool strbuf_addstr(struct strbuf *sb, const char *s) { return strbuf_add(sb, s, strlen(s)); }
bool strbuf_addch(struct strbuf *sb, char c) { return strbuf_add(sb, &c, 1); }

bool
strbuf_addf(struct strbuf *sb, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    bool ok = n >= 0 && strbuf_reserve(sb, (size_t)n);
    if (ok) {
        vsnprintf(sb->data + sb->len, (size_t)n + 1, format, again);
        sb->len += (size_t)n;
    }
    va_end(again);
    return ok;
}

char *
strbuf_detach(struct strbuf *sb, size_t *len)
{
    char *data = sb->data;
    if (sb->failed) {
        free(data);
        data = NULL;
    }
    if (len != NULL)
        *len = data == NULL ? 0 : sb->len;
    *sb = (struct strbuf)STRBUF_INIT;
    return data;
}

void
strbuf_release(struct strbuf *sb)
{
    free(sb->data);
    *sb = (struct strbuf)STRBUF_INIT;
}
