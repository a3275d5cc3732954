/* program/library.c: libpython3.13.so has no main(): the tables are handed down when it is loaded. */
#include "program/inittab.h"

__attribute__((constructor)) static void
library_loaded(void)
{
    program_setup();
}
