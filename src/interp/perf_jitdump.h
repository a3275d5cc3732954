/* interp/perf_jitdump.h: /tmp/jit-PID.dump, from which `perf inject --jit` makes files with code, names and unwinding tables. */
#ifndef ADDER_INTERP_PERF_JITDUMP_H
#define ADDER_INTERP_PERF_JITDUMP_H

#include <stddef.h>

/* The bytes behind each piece of code that stay free: perf maps the table there. */
#define PERF_JITDUMP_ROOM 0x100

/* Begin the file, unless that is done. 0, or -1 without exception. */
int perf_jitdump_open(void);
/* Stop; after a fork: forget the parent's file. */
void perf_jitdump_close(void);
/* What the table says: `instructions` of DWARF, those at the first instruction and those that follow. */
struct perf_frame { const unsigned char *at_entry, *inside; size_t nentry, ninside; };
extern const struct perf_frame perf_trampoline_frame;    /* of the instructions of perf_trampoline.c */
/* Add a piece of code; frame NULL: without a table, as there is no room behind it. */
void perf_jitdump_write(const void *code, size_t size, const char *name, const struct perf_frame *frame);

#endif
