/* modules/clib.c: opening a C library at import. It stays open: its code may be on other threads' stacks. */
#include "modules/clib.h"

#include <Python.h>
#include <dlfcn.h>

int
clib_open(const char *file, const struct clib_entry *entries, size_t n, void *table)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library != NULL && i < n; i++) {
        void *f = dlsym(library, entries[i].name);
        if (f == NULL)
            library = NULL;
        else
            *(void **)((char *)table + entries[i].at) = f;
    }
    if (library != NULL)
        return 0;
    PyErr_SetString(PyExc_ImportError, dlerror());
    return -1;
}
