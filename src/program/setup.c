/* program/setup.c: connect the floors: see inittab.h. */
#include "interp/import.h"
#include "interp/lifecycle.h"
#include "program/inittab.h"

extern const struct _frozen *const adder_frozen_modules;
extern const struct import_alias *const adder_frozen_aliases;
extern const struct import_image adder_frozen_image;

void
program_setup(void)
{
    PyImport_Inittab = adder_inittab;
    PyImport_FrozenModules = adder_frozen_modules;
    import_frozen_aliases = adder_frozen_aliases;
    import_use_image(&adder_frozen_image);
}
