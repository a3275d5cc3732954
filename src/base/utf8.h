/* base/utf8.h: single code points to and from UTF-8. */
#ifndef ADDER_BASE_UTF8_H
#define ADDER_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Writes 1..4 bytes for a code point (surrogates are written as they are); returns their number. */
static inline int utf8_put(unsigned char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (unsigned char)(0xc0 | (c >> 6));
        out[1] = (unsigned char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (unsigned char)(0xe0 | (c >> 12));
        out[1] = (unsigned char)(0x80 | ((c >> 6) & 0x3f));
        out[2] = (unsigned char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (unsigned char)(0xf0 | (c >> 18));
    out[1] = (unsigned char)(0x80 | ((c >> 12) & 0x3f));
    out[2] = (unsigned char)(0x80 | ((c >> 6) & 0x3f));
    out[3] = (unsigned char)(0x80 | (c & 0x3f));
    return 4;
}

/* Decodes one code point from s[0..n); stores it and returns its bytes, or 0 when the bytes are not UTF-8
 * (overlong forms, surrogates, more than U+10FFFF, cut short). */
static inline int utf8_get(const unsigned char *s, size_t n, uint32_t *out)
{
    if (n == 0)
        return 0;
    uint32_t c = s[0];
    if (c < 0x80) {
        *out = c;
        return 1;
    }
    int len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || n < (size_t)len)
        return 0;
    c &= 0x7fu >> len;
    for (int i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = (c << 6) | (s[i] & 0x3fu);
    }
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *out = c;
    return len;
}

#endif
