/* program/main.c: the command `adder`. */
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

int
main(int argc, char **argv)
{
    program_setup();
    lifecycle_hooks.process_ends = true;
    return Py_BytesMain(argc, argv);
}
