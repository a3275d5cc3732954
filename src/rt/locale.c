/* rt/locale.c: bytes of the operating system to wide text and back, before there are objects.
 *
 * Bytes that are no text become lone surrogates U+DC80..U+DCFF (PEP 383), so that every byte string makes the round trip. */
#include "rt/locale_text.h"

#include <langinfo.h>
#include <locale.h>

#include "base/utf8.h"

#define MAX_BYTES 16                     /* of one character in any locale */

int rt_locale_kind = LOCALE_UTF8;

const char *
locale_encoding(void)
{
    const char *name = nl_langinfo(CODESET);
    return name == NULL || name[0] == '\0' ? "utf-8" : name;
}

int
locale_kind_now(void)
{
    const char *ctype = setlocale(LC_CTYPE, NULL);
    if (ctype != NULL && (strcmp(ctype, "C") == 0 || strcmp(ctype, "POSIX") == 0))
        return LOCALE_ASCII;
    const char *name = locale_encoding();
    return strcmp(name, "UTF-8") == 0 || strcmp(name, "utf-8") == 0 ? LOCALE_UTF8 : LOCALE_LIBC;
}

/* Bytes of the next character, 0 when there is none. */
static int
decode_one(int kind, int errors, const char *s, size_t n, mbstate_t *state, uint32_t *c)
{
    const unsigned char *u = (const unsigned char *)s;
    if (kind == LOCALE_ASCII) {
        *c = u[0];
        return u[0] < 128;
    }
    if (kind == LOCALE_UTF8) {
        int len = utf8_get(u, n, c);
        if (len == 0 && errors == LOCALE_PASS && n >= 3 && u[0] == 0xed && (u[1] & 0xe0) == 0xa0 && (u[2] & 0xc0) == 0x80) {
            *c = 0xd000 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3f);
            return 3;
        }
        return len;
    }
    wchar_t w;
    size_t len = mbrtowc(&w, s, n, state);
    *c = (uint32_t)w;
    if (len == (size_t)-1 || len == (size_t)-2 || (len > 0 && (*c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff)))) {
        memset(state, 0, sizeof(*state));
        return 0;
    }
    return (int)len;
}

int
locale_decode(int kind, int errors, const char *s, wchar_t **out, size_t *pos)
{
    size_t n = strlen(s), k = 0;
    wchar_t *w = PyMem_RawMalloc((n + 1) * sizeof(wchar_t));
    if (w == NULL)
        return -1;
    mbstate_t state;
    memset(&state, 0, sizeof(state));
    for (size_t i = 0; i < n;) {
        uint32_t c;
        int len = decode_one(kind, errors, s + i, n - i, &state, &c);
        if (len <= 0) {
            if (errors != LOCALE_ESCAPE || (unsigned char)s[i] < 128) {
                PyMem_RawFree(w);
                *pos = i;
                return -2;
            }
            c = 0xdc00 + (unsigned char)s[i];
            len = 1;
        }
        w[k++] = (wchar_t)c;
        i += (size_t)len;
    }
    w[k] = L'\0';
    *out = w;
    *pos = k;
    return 0;
}

/* Writes one character: its bytes, or 0. */
static int
encode_one(int kind, int errors, uint32_t c, mbstate_t *state, char *to)
{
    bool surrogate = c >= 0xd800 && c <= 0xdfff;
    if (errors == LOCALE_ESCAPE && c >= 0xdc80 && c <= 0xdcff) {
        *to = (char)(c & 0xff);
        return 1;
    }
    if (c > 0x10ffff || (surrogate && errors != LOCALE_PASS))
        return 0;
    if (kind == LOCALE_UTF8)
        return utf8_put((unsigned char *)to, c);
    if (kind == LOCALE_ASCII) {
        *to = (char)c;
        return c < 128;
    }
    size_t len = wcrtomb(to, (wchar_t)c, state);
    return len == (size_t)-1 ? 0 : (int)len;
}

int
locale_encode(int kind, int errors, const wchar_t *text, char **out, size_t *pos)
{
    size_t n = wcslen(text), k = 0, most = kind == LOCALE_LIBC ? MAX_BYTES : 4;
    char *s = n > PY_SSIZE_T_MAX / MAX_BYTES - 1 ? NULL : PyMem_RawMalloc(n * most + 1);
    if (s == NULL)
        return -1;
    mbstate_t state;
    memset(&state, 0, sizeof(state));
    for (size_t i = 0; i < n; i++) {
        int len = encode_one(kind, errors, (uint32_t)text[i], &state, s + k);
        if (len == 0) {
            PyMem_RawFree(s);
            *pos = i;
            return -2;
        }
        k += (size_t)len;
    }
    s[k] = '\0';
    *out = s;
    *pos = k;
    return 0;
}

/* ---- the public functions: with surrogates, in the encoding of the start ---- */

wchar_t *
Py_DecodeLocale(const char *arg, size_t *size)
{
    wchar_t *w = NULL;
    size_t pos;
    int r = locale_decode(rt_locale_kind, LOCALE_ESCAPE, arg, &w, &pos);
    if (size != NULL)
        *size = r == 0 ? pos : (size_t)r;
    return r == 0 ? w : NULL;
}

char *
_Py_EncodeLocaleRaw(const wchar_t *text, size_t *error_pos)
{
    char *s = NULL;
    size_t pos;
    int r = locale_encode(rt_locale_kind, LOCALE_ESCAPE, text, &s, &pos);
    if (error_pos != NULL)
        *error_pos = r == -2 ? pos : (size_t)-1;
    return r == 0 ? s : NULL;
}

char *
Py_EncodeLocale(const wchar_t *text, size_t *error_pos)
{
    char *raw = _Py_EncodeLocaleRaw(text, error_pos), *s = NULL;
    if (raw != NULL && (s = PyMem_Malloc(strlen(raw) + 1)) != NULL)
        strcpy(s, raw);
    PyMem_RawFree(raw);
    return s;
}
