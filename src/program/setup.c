/* program/setup.c: connect the floors: see inittab.h. */
#include <string.h>

#include "interp/import.h"
#include "interp/lifecycle.h"
#include "program/inittab.h"

extern const struct _frozen *const adder_frozen_modules;
extern const struct import_alias *const adder_frozen_aliases;
extern const struct import_image adder_frozen_image;

/* The three tables: what importlib needs, up to zipimport; the library; the modules of tests, from __hello__ on. */
static void
split_frozen(void)
{
    enum { ROOM = 64 };
    static struct _frozen copies[ROOM];
    const struct _frozen **tables[] = { &_PyImport_FrozenBootstrap, &_PyImport_FrozenStdlib, &_PyImport_FrozenTest };
    int n = 0, table = 0;
    *tables[0] = copies;
    for (const struct _frozen *f = adder_frozen_modules; f->name != NULL && n < ROOM - 4; f++) {
        if (table == 1 && strcmp(f->name, "__hello__") == 0) {
            copies[n++] = (struct _frozen){ 0 };
            *tables[++table] = copies + n;
        }
        copies[n++] = *f;
        if (table == 0 && strcmp(f->name, "zipimport") == 0) {
            copies[n++] = (struct _frozen){ 0 };
            *tables[++table] = copies + n;
        }
    }
}

void
program_setup(void)
{
    if (_PyImport_FrozenBootstrap == NULL)
        split_frozen();
    PyImport_Inittab = adder_inittab;
    PyImport_FrozenModules = adder_frozen_modules;
    import_frozen_aliases = adder_frozen_aliases;
    import_use_image(&adder_frozen_image);
}
