/* object/text/codec_locale.c: bytes to wide characters and back with an error handler, for callers without str objects.
 *
 * Without `current_locale` the encoding is UTF-8, as everywhere at start; with it, that of the C library's locale. The
 * handlers strict and surrogateescape work for both, surrogatepass for UTF-8. Results: 0; -1 no memory; -2 not
 * encodable or decodable, *size the position, *reason why; -3 a handler that is not supported. */
#include <Python.h>

#include <string.h>
#include <wchar.h>

#include "base/utf8.h"
#include "object/text/codec.h"

PyAPI_FUNC(int) _Py_DecodeLocaleEx(const char *arg, wchar_t **out, size_t *size, const char **reason, int current_locale, int errors);
PyAPI_FUNC(int) _Py_EncodeLocaleEx(const wchar_t *text, char **out, size_t *error_pos, const char **reason, int current_locale, int errors);

static bool supported(int errors, int current_locale)
{
    return errors == CODEC_STRICT || errors == CODEC_SURROGATEESCAPE || (errors == CODEC_SURROGATEPASS && !current_locale);
}

/* Bytes of the next character, 0 when there is none. */
static int decode_one(const char *s, size_t n, bool current_locale, int errors, mbstate_t *state, uint32_t *c)
{
    const unsigned char *u = (const unsigned char *)s;
    if (!current_locale) {
        int len = utf8_get(u, n, c);
        if (len == 0 && errors == CODEC_SURROGATEPASS && n >= 3 && u[0] == 0xed && (u[1] & 0xe0) == 0xa0 && (u[2] & 0xc0) == 0x80) {
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

int _Py_DecodeLocaleEx(const char *arg, wchar_t **out, size_t *size, const char **reason, int current_locale, int errors)
{
    if (!supported(errors, current_locale))
        return -3;
    size_t n = strlen(arg), k = 0;
    wchar_t *w = PyMem_RawMalloc((n + 1) * sizeof(wchar_t));
    if (w == NULL)
        return -1;
    mbstate_t state;
    memset(&state, 0, sizeof(state));
    for (size_t i = 0; i < n;) {
        uint32_t c;
        int len = decode_one(arg + i, n - i, current_locale, errors, &state, &c);
        if (len <= 0) {
            if (errors != CODEC_SURROGATEESCAPE || (unsigned char)arg[i] < 128) {
                PyMem_RawFree(w);
                if (size != NULL)
                    *size = i;
                if (reason != NULL)
                    *reason = "decoding error";
                return -2;
            }
            c = 0xdc00 + (unsigned char)arg[i];
            len = 1;
        }
        w[k++] = (wchar_t)c;
        i += (size_t)len;
    }
    w[k] = L'\0';
    *out = w;
    if (size != NULL)
        *size = k;
    return 0;
}

/* Writes one character: its bytes, or 0. */
static int encode_one(char *to, uint32_t c, bool current_locale, int errors, mbstate_t *state)
{
    bool surrogate = c >= 0xd800 && c <= 0xdfff;
    if (errors == CODEC_SURROGATEESCAPE && c >= 0xdc80 && c <= 0xdcff) {
        *to = (char)(c & 0xff);
        return 1;
    }
    if (c > 0x10ffff || (surrogate && errors != CODEC_SURROGATEPASS))
        return 0;
    if (!current_locale)
        return utf8_put((unsigned char *)to, c);
    size_t len = wcrtomb(to, (wchar_t)c, state);
    return len == (size_t)-1 ? 0 : (int)len;
}

int _Py_EncodeLocaleEx(const wchar_t *text, char **out, size_t *error_pos, const char **reason, int current_locale, int errors)
{
    if (!supported(errors, current_locale))
        return -3;
    size_t n = wcslen(text), k = 0;
    char *s = n > PY_SSIZE_T_MAX / 16 - 1 ? NULL : PyMem_RawMalloc(n * 16 + 1);
    if (s == NULL)
        return -1;
    mbstate_t state;
    memset(&state, 0, sizeof(state));
    for (size_t i = 0; i < n; i++) {
        int len = encode_one(s + k, (uint32_t)text[i], current_locale, errors, &state);
        if (len == 0) {
            PyMem_RawFree(s);
            if (error_pos != NULL)
                *error_pos = i;
            if (reason != NULL)
                *reason = "encoding error";
            return -2;
        }
        k += (size_t)len;
    }
    s[k] = '\0';
    *out = s;
    return 0;
}
