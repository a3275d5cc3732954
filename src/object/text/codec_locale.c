/* object/text/codec_locale.c: bytes to wide characters and back with an error handler, for callers without str objects.
 *
 * With `current_locale` the encoding is that of the C library's locale, else the one of file names. The handlers strict and
 * surrogateescape work for all, surrogatepass for UTF-8. Results: 0; -1 no memory; -2 not encodable or decodable,
 * *size the position, *reason why; -3 a handler that is not supported. */
#include <Python.h>

#include "object/text/codec.h"
#include "rt/locale_text.h"

PyAPI_FUNC(int) _Py_DecodeLocaleEx(const char *arg, wchar_t **out, size_t *size, const char **reason, int current_locale, int errors);
PyAPI_FUNC(int) _Py_EncodeLocaleEx(const wchar_t *text, char **out, size_t *error_pos, const char **reason, int current_locale, int errors);

/* The same handler in terms of rt/locale_text.h, or -1. */
static int supported(int errors, int kind)
{
    switch (errors) {
    case CODEC_STRICT:
        return LOCALE_STRICT;
    case CODEC_SURROGATEESCAPE:
        return LOCALE_ESCAPE;
    case CODEC_SURROGATEPASS:
        return kind == LOCALE_UTF8 ? LOCALE_PASS : -1;
    default:
        return -1;
    }
}

int _Py_DecodeLocaleEx(const char *arg, wchar_t **out, size_t *size, const char **reason, int current_locale, int errors)
{
    int kind = current_locale ? LOCALE_LIBC : rt_locale_kind, handler = supported(errors, kind);
    size_t pos;
    int r = handler < 0 ? -3 : locale_decode(kind, handler, arg, out, &pos);
    if ((r == 0 || r == -2) && size != NULL)
        *size = pos;
    if (r == -2 && reason != NULL)
        *reason = "decoding error";
    return r;
}

int _Py_EncodeLocaleEx(const wchar_t *text, char **out, size_t *error_pos, const char **reason, int current_locale, int errors)
{
    int kind = current_locale ? LOCALE_LIBC : rt_locale_kind, handler = supported(errors, kind);
    size_t pos;
    int r = handler < 0 ? -3 : locale_encode(kind, handler, text, out, &pos);
    if (r == -2 && error_pos != NULL)
        *error_pos = pos;
    if (r == -2 && reason != NULL)
        *reason = "encoding error";
    return r;
}
