/* rt/locale_text.h: the encoding of the operating system's texts (arguments, environment, file names). */
#ifndef ADDER_RT_LOCALE_TEXT_H
#define ADDER_RT_LOCALE_TEXT_H

#include <Python.h>
#include <wchar.h>

/* How such bytes are read: as UTF-8 (also when that is the locale's encoding), as ASCII (the C locale, whatever the C
 * library makes of its other bytes), or as the C library does it in the locale of the moment. */
enum { LOCALE_UTF8, LOCALE_ASCII, LOCALE_LIBC };
/* Set at start; before, UTF-8. */
extern int rt_locale_kind;
/* The kind that the current LC_CTYPE asks for. */
int locale_kind_now(void);
/* The name of the current locale's encoding, never empty. */
const char *locale_encoding(void);

/* What to do with bytes and characters that the encoding has not: fail; U+DC80..U+DCFF stand for the bytes (PEP 383);
 * surrogates are characters like others (UTF-8 only). */
enum { LOCALE_STRICT, LOCALE_ESCAPE, LOCALE_PASS };
/* Text to wide characters and back in raw memory. 0; -1 no memory; -2 not possible at *pos. On success *pos is the length. */
int locale_decode(int kind, int errors, const char *s, wchar_t **out, size_t *pos);
int locale_encode(int kind, int errors, const wchar_t *text, char **out, size_t *pos);

PyAPI_FUNC(char *) _Py_EncodeLocaleRaw(const wchar_t *text, size_t *error_pos);

#endif
