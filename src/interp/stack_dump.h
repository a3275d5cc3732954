/* interp/stack_dump.h: Python stacks as text, whatever state the process is in. All of it may be called in a signal handler, and by threads without the GIL. */
#ifndef ADDER_INTERP_STACK_DUMP_H
#define ADDER_INTERP_STACK_DUMP_H

#include <Python.h>

/* Write to a descriptor: a string; a number of at least `width` digits; a Python string, `???` for anything else. */
void dump_put(int fd, const char *s);
void dump_put_number(int fd, unsigned long v, unsigned base, int width);
void dump_put_str(int fd, PyObject *s);
/* `  File "name", line n`; a line below 0 is `???`. */
void dump_put_place(int fd, PyObject *filename, int line);

/* The stack of `current` (NULL: nothing), or those of all threads of its interpreter (NULL: the main one). */
void dump_stacks(int fd, bool all_threads, PyThreadState *current);

#endif
