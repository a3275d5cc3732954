/* program/stable.c: libpython3.so is empty: who links it gets libpython3.13.so, which it names. */
#include <Python.h>

__attribute__((used)) static int (*const needed)(void) = Py_IsInitialized;
