/* datetime/datetime_priv.h: what datetime.c and datetime_methods.c share: the tables of the type, moving a moment.
 * The int functions return 0, or -1 with OverflowError; nothing here returns an object. */
#ifndef ADDER_MODULES_DATETIME_PRIV_H
#define ADDER_MODULES_DATETIME_PRIV_H

#include "dt.h"

extern PyMethodDef datetime_methods[];
extern PyGetSetDef datetime_getset[];

int moment_shift(struct moment *m, long long days, long long seconds, long long us);
int moment_shift_delta(struct moment *m, PyObject *delta, int sign);

#endif
