/* program/main.c: the command `adder`. */
#include "interp/lifecycle.h"
#include "program/inittab.h"

int
main(int argc, char **argv)
{
    program_setup();
    lifecycle_hooks.process_ends = true;
    return Py_BytesMain(argc, argv);
}
