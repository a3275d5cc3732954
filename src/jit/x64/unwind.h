/* jit/x64/unwind.h: tables for unwinders, and traces as seen by gdb. All of it under the GIL. */
#ifndef ADDER_JIT_X64_UNWIND_H
#define ADDER_JIT_X64_UNWIND_H

#include "jit/x64/x64.h"

#define X64_EH_FRAME_MAX 128
/* Writes an .eh_frame section for this code: its size. */
size_t x64_eh_frame(uint8_t *table, const void *code, size_t size);
/* The instructions of DWARF that describe the frame of any trace, for tables of another make. */
const uint8_t *x64_frame_rows(size_t *n);

/* Tell the unwinder of this process, which is loaded for that, about all code memory. Nothing when that is done or there is no code memory. And
 * the reverse, before that goes. */
void x64_unwind_start(void);
void x64_unwind_stop(void);

/* Debuggers that know the JIT interface of gdb see this code as a function of that name. What x64_gdb_remove() wants, or NULL: no memory. */
void *x64_gdb_add(const struct x64_code *c, const char *name);
void x64_gdb_remove(void *entry);

#endif
