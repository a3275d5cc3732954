/* jit/trace/picture.h: what a thread's frames hold, and what that refers to, so that two processes can be compared that were one (check.c). */
#ifndef ADDER_JIT_TRACE_PICTURE_H
#define ADDER_JIT_TRACE_PICTURE_H

#include "vm/frame.h"

#define PICTURE_NODES 1500

struct picture_node {
    uintptr_t type, value;             /* of an object; a value that is known is what it is, not where it lies */
    uintptr_t place;                   /* where it lies, if it was there when picture_begin() was called; else 0 */
    Py_ssize_t count;                  /* its references; of an immortal one 0 */
    uint16_t parent, child;            /* node number `parent` refers to it as its child number `child`; PICTURE_ROOT: it is the slot `child` of a frame */
};
#define PICTURE_ROOT UINT16_MAX

struct picture {
    uint32_t n;
    bool plain;                        /* each frame but the outermost was called by a call in the program's text */
    struct picture_node at[PICTURE_NODES];
};

/* The objects that exist now, as far as they can be reached from the frames from `f` down to `outer`, are known from now on by where they lie. sp: the end of
 * f's stack. Under the GIL; in a process that will end without running any more of the program, or will call picture_end(). */
void picture_begin(_PyInterpreterFrame *f, PyObject **sp, _PyInterpreterFrame *outer);
void picture_end(void);
/* In the processes that come of it: what ends from now on is known no more. */
void picture_watch(void);
/* f would go on at pc. False: outer is not below it. */
bool picture_take(struct picture *p, PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, _PyInterpreterFrame *outer);
/* How many nodes are the same, from the first on; -1: all. */
int picture_compare(const struct picture *a, const struct picture *b);
/* What differs from there on, in words, into `text`. `found` was the last picture to be taken. */
void picture_describe(const struct picture *expected, const struct picture *found, int at, char *text, size_t n);

#endif
