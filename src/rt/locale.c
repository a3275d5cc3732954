/* rt/locale.c: bytes of the operating system to wide text and back, before there are objects.
 *
 * File names, arguments and the environment are UTF-8; bytes that are not become lone surrogates U+DC80..U+DCFF (PEP 383),
 * so that every byte string makes the round trip. */
#include <Python.h>

#include "base/utf8.h"

wchar_t *
Py_DecodeLocale(const char *arg, size_t *size)
{
    size_t n = strlen(arg), out = 0;
    wchar_t *w = PyMem_RawMalloc((n + 1) * sizeof(wchar_t));
    if (w == NULL) {
        if (size != NULL)
            *size = (size_t)-1;
        return NULL;
    }
    for (size_t i = 0; i < n;) {
        uint32_t c;
        int len = utf8_get((const unsigned char *)arg + i, n - i, &c);
        if (len == 0) {
            c = 0xdc00 + (unsigned char)arg[i];
            len = 1;
        }
        w[out++] = (wchar_t)c;
        i += (size_t)len;
    }
    w[out] = L'\0';
    if (size != NULL)
        *size = out;
    return w;
}

static char *
encode(const wchar_t *text, size_t *error_pos, void *(*alloc)(size_t))
{
    size_t n = wcslen(text), out = 0;
    unsigned char *s = alloc(n * 4 + 1);
    if (s == NULL) {
        if (error_pos != NULL)
            *error_pos = (size_t)-1;
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t c = (uint32_t)text[i];
        if (c >= 0xdc80 && c <= 0xdcff)
            s[out++] = (unsigned char)(c - 0xdc00);
        else if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
            if (error_pos != NULL)
                *error_pos = i;
            (alloc == PyMem_RawMalloc ? PyMem_RawFree : PyMem_Free)(s);
            return NULL;
        } else
            out += (size_t)utf8_put(s + out, c);
    }
    s[out] = '\0';
    return (char *)s;
}

char *
Py_EncodeLocale(const wchar_t *text, size_t *error_pos)
{
    return encode(text, error_pos, PyMem_Malloc);
}

PyAPI_FUNC(char *) _Py_EncodeLocaleRaw(const wchar_t *text, size_t *error_pos);

/* The same in raw memory, for the time before the allocator is there. */
char *
_Py_EncodeLocaleRaw(const wchar_t *text, size_t *error_pos)
{
    return encode(text, error_pos, PyMem_RawMalloc);
}
