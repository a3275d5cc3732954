/* program/inittab.c: the modules that are part of the program. */
#include "program/inittab.h"

#define MODULE(name) PyMODINIT_FUNC PyInit_##name(void);
#include "program/modules.def"
#include "modules/modules.def"
#undef MODULE

PyObject *PyMarshal_InitModule(void);

struct _inittab adder_inittab[] = {
#define MODULE(name) { #name, PyInit_##name },
#include "program/modules.def"
#include "modules/modules.def"
#undef MODULE
    { "marshal", PyMarshal_InitModule },
    { "builtins", NULL },
    { "sys", NULL },
    { NULL, NULL },
};
