/* modules/clib.h: a C library that is opened when the module that needs it is imported.
 *
 * Linked, such a library would be loaded at every start of the program. The module calls it by way of a table of
 * function pointers that carry the library's own names: CLIB_MEMBER declares one, CLIB_ENTRY says where it is. */
#ifndef ADDER_MODULES_CLIB_H
#define ADDER_MODULES_CLIB_H

#include <stddef.h>

struct clib_entry { const char *name; size_t at; };

#define CLIB_MEMBER(name) __typeof__(&name) name;
#define CLIB_ENTRY(table, name) { #name, offsetof(struct table, name) },

/* Opens the library and fills the table in. 0, or -1 with an ImportError that names what is missing. */
int clib_open(const char *file, const struct clib_entry *entries, size_t n, void *table);

#endif
