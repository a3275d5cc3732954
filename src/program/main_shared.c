/* program/main_shared.c: the command `adder` over libpython3.13.so, for trying the library. */
#include <Python.h>

int
main(int argc, char **argv)
{
    return Py_BytesMain(argc, argv);
}
