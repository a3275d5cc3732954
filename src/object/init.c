/* object/init.c: see init.h. Types come first: everything else makes objects. */
#include "object/init.h"

#include "object/core/exc.h"
#include "object/coll/dict.h"
#include "object/core/type.h"
#include "object/core/typevar.h"
#include "object/num/int_scratch.h"
#include "object/text/str.h"
#include "rt/interp.h"

int
objects_init(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    int_scratch_init();
    return text_init(interp) < 0 || type_state_init(interp) < 0 || type_init_builtin_types(interp) < 0 || exc_init() < 0 ? -1 : 0;
}

int
objects_ready_types(PyTypeObject *const *types)
{
    for (; *types != NULL; types++) {
        if (type_ready_static(*types) < 0)
            return -1;
    }
    return 0;
}

void
objects_fini(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    typing_fini(interp);
    exc_fini();
    dict_fini(interp);
    type_fini_builtin_types(interp);
    type_state_fini(interp);
    text_fini(interp);
}
