/* modules/modargs.h: arguments of METH_FASTCALL | METH_KEYWORDS functions.
 *
 * MOD_BIND(out, "fname", args, nargs, kwnames, required, max_positional, "a", "b", ...) fills out[] with borrowed
 * references, NULL where absent; an empty name is positional-only. Evaluates to 0, or -1 with TypeError. */
#ifndef ADDER_MODULES_MODARGS_H
#define ADDER_MODULES_MODARGS_H

#include "object/core/call.h"         /* args_unpack() */

#define MOD_BIND(out, fname, args, nargs, kwnames, required, max_positional, ...) \
    args_unpack(fname, args, nargs, kwnames, (const char *const[]){ __VA_ARGS__ }, \
                (int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), required, max_positional, out)

#define MOD_FASTKW(fn) ((PyCFunction)(void (*)(void))(fn))

#endif
