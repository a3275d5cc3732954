/* jit/opt/passes.c: the passes by name, and which of them are left out. */
#include "jit/opt/opt.h"

const char *const opt_pass_names[OPT_PASSES] = {
    [OPT_FOLD] = "fold", [OPT_CSE] = "cse", [OPT_PEEL] = "peel", [OPT_RANGES] = "ranges", [OPT_DEAD] = "dead",
};
unsigned opt_left_out;
