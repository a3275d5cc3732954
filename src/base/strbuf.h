/* base/strbuf.h: a growing byte string, always zero-terminated once something was added.
 * A failed growth sets `failed` and later additions are ignored: check once at the end. */
#ifndef ADDER_BASE_STRBUF_H
#define ADDER_BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf {
    char *data;       /* len bytes and a zero byte, or NULL when empty */
    size_t len, cap;
    bool failed;      /* out of memory happened */
};

#define STRBUF_INIT { NULL, 0, 0, false }

bool strbuf_reserve(struct strbuf *sb, size_t more);
bool strbuf_add(struct strbuf *sb, const char *s, size_t n);
bool strbuf_addstr(struct strbuf *sb, const char *s);
bool strbuf_addch(struct strbuf *sb, char c);
bool strbuf_addf(struct strbuf *sb, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Hands the bytes to the caller, who frees them with free(); NULL when empty or failed. */
char *strbuf_detach(struct strbuf *sb, size_t *len);
void strbuf_release(struct strbuf *sb);

#endif
