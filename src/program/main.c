/* program/main.c: the command `adder`. */
#include "program/inittab.h"

int
main(int argc, char **argv)
{
    program_setup();
    return Py_BytesMain(argc, argv);
}
