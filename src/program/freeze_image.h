/* program/freeze_image.h: code objects as initialised data of the program (see freeze_image.c). */
#ifndef ADDER_PROGRAM_FREEZE_IMAGE_H
#define ADDER_PROGRAM_FREEZE_IMAGE_H

#include <Python.h>
#include <stdio.h>

/* Adds what `code` (borrowed; kept to the end) is made of. `data` is the name that the module's marshalled form has in
 * the output. 0; or -1: it holds something that cannot be laid out, and nothing was added. */
int image_add_module(PyCodeObject *code, const char *data);
/* Writes all modules, the table of their interned strings, and `adder_frozen_image`. 0 or -1. */
int image_write(FILE *out);

#endif
