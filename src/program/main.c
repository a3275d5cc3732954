/* program/main.c: the command `adder`. */
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "interp/lifecycle.h"
#include "program/inittab.h"

#if defined(__SANITIZE_ADDRESS__)
/* What AddressSanitizer is told here also holds for a child with an empty environment. Types, interned names and the rest of
 * the runtime live to the end on purpose: no leaks. Too large a block is a MemoryError. Signals stay with the program. */
PyAPI_FUNC(const char *) __asan_default_options(void);

const char *
__asan_default_options(void)
{
    return "detect_leaks=0:allocator_may_return_null=1:"
           "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_abort=0:handle_sigill=0";
}
#endif

/* The C library gives the end of its memory back as soon as some hundred kilobytes are free there, and asks the system for it at the next block, page by page: a program that makes and drops lists of 100,000 items
 * spent a seventh of its time so. Its limits grow with the blocks that are freed; these are what they grow to in the end. What the environment says about that goes before. */
static void
keep_freed_memory(void)
{
#if defined(__GLIBC__)
    if (getenv("GLIBC_TUNABLES") != NULL || getenv("MALLOC_TRIM_THRESHOLD_") != NULL || getenv("MALLOC_MMAP_THRESHOLD_") != NULL || getenv("MALLOC_TOP_PAD_") != NULL)
        return;
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

int
main(int argc, char **argv)
{
    keep_freed_memory();
    program_setup();
    lifecycle_hooks.process_ends = true;
    return Py_BytesMain(argc, argv);
}
