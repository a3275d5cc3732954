/* modules/unicodedata/ucd.h: the character database: parts shared between the files of the unicodedata module. */
#ifndef ADDER_MODULES_UCD_H
#define ADDER_MODULES_UCD_H

#include <Python.h>

/* Facts about a class of characters; indices into the name arrays of the tables. `old`: Unicode 3.2 has it. */
struct ucd_record { uint8_t category, combining, bidi, mirrored, width, quick, old; };

const struct ucd_record *ucd_record(Py_UCS4 c);

/* Decomposition: number of code points (0: none), *prefix the index of "<compat>" etc., 0 for a canonical one. */
int ucd_decomposition(Py_UCS4 c, const uint32_t **codes, int *prefix);
extern const char *ucd_prefix_name(int prefix);
const char *ucd_category_name(int category);
const char *ucd_bidi_name(int bidi);
const char *ucd_width_name(int width);

/* Normal form of a str; old: by Unicode 3.2. Quick check: 1 yes, 0 no, -1 maybe. */
enum ucd_form { UCD_NFD = 0, UCD_NFKD = 1, UCD_NFC = 2, UCD_NFKC = 3 };
PyObject *ucd_normalize(PyObject *s, enum ucd_form form, bool old);
int ucd_quick_check(PyObject *s, enum ucd_form form, bool yes_only);

/* Name of c into buffer: length, or 0. Aliases and sequences have codes in the private use area. */
int ucd_name(Py_UCS4 c, char *buffer, int room, bool with_aliases);
/* Code of a name (any case): true when found; an alias gives the private code. */
bool ucd_code(const char *name, int n, Py_UCS4 *code);
bool ucd_is_alias(Py_UCS4 code, Py_UCS4 *real);
bool ucd_is_sequence(Py_UCS4 code, const uint16_t **codes, int *n);

#endif
