/* object/core/effect.c: the effect rows that the linker has collected, sorted when somebody asks. */
#include "object/core/effect.h"

#include <stdlib.h>

#include "base/own.h"
#include "object/core/object.h"

extern const struct effect __start_adder_effects[] __attribute__((weak, visibility("hidden")));
extern const struct effect __stop_adder_effects[] __attribute__((weak, visibility("hidden")));

static const struct effect **sorted;
static size_t nsorted;

static int
by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)(*(const struct effect *const *)a)->fn, y = (uintptr_t)(*(const struct effect *const *)b)->fn;
    return x < y ? -1 : x > y;
}

const struct effect *const *
effect_rows(size_t *n)
{
    if (sorted == NULL) {
        nsorted = (size_t)(__stop_adder_effects - __start_adder_effects);
        sorted = malloc((nsorted + 1) * sizeof(*sorted));
        for (size_t i = 0; sorted != NULL && i < nsorted; i++)
            sorted[i] = &__start_adder_effects[i];
        if (sorted != NULL)
            qsort(sorted, nsorted, sizeof(*sorted), by_address);
    }
    *n = sorted == NULL ? 0 : nsorted;
    return sorted;
}

const struct effect *
effect_of(void *fn)
{
    size_t n;
    const struct effect *const *rows = effect_rows(&n), *key = &(const struct effect){ .fn = fn };
    const struct effect *const *found = n == 0 ? NULL : bsearch(&key, rows, n, sizeof(*rows), by_address);
    return found == NULL ? NULL : *found;
}

unsigned
effect_kind_of(PyObject *v)
{
    static PyTypeObject *const types[] = { &PyLong_Type, &PyFloat_Type, &PyUnicode_Type, &PyBytes_Type, &PyList_Type, &PyTuple_Type,
                                           &PyDict_Type, &PySet_Type, &PyBool_Type, &_PyNone_Type };
    for (unsigned i = 0; i < Py_ARRAY_LENGTH(types); i++)
        if (Py_IS_TYPE(v, types[i]))
            return 1u << i;
    return 0;
}

unsigned
effect_of_call(void *fn, PyObject *const *args, size_t nargs)
{
    const struct effect *row = effect_of(fn);
    if (row == NULL || (row->when != 0 && nargs > 3))
        return EFF_UNKNOWN;
    for (size_t i = 0; i < nargs && row->when != 0; i++) {
        unsigned allowed = row->when >> EFF_ARG_BITS * i & ((1u << EFF_ARG_BITS) - 1);
        if (allowed != 0 && (allowed & effect_kind_of(args[i])) == 0)
            return EFF_UNKNOWN;
    }
    return row->flags;
}
