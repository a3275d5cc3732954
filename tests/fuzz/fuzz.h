/* tests/fuzz/fuzz.h: what the fuzz targets share.
 *
 * Each target is one file with LLVMFuzzerTestOneInput(), built twice: with clang's libFuzzer and both sanitizers
 * (`make fuzz`), and with replay.c's main(), which runs it over the corpus (`make test`). A target aborts when its
 * subject breaks a promise; everything else is found by the sanitizers. */
#ifndef ADDER_FUZZ_H
#define ADDER_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The runtime up to the compiler, as adder-freeze has it; once. */
void fuzz_start(void);
/* End of one input: an exception may be set only if `failed`, and must be if so; it is dropped, and rubbish collected. */
void fuzz_settle(bool failed);
/* Call the target's promise broken: says what, and aborts. */
_Noreturn void fuzz_broken(const char *what);

#endif
