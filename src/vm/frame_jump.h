/* vm/frame_jump.h: frame.f_lineno = n. */
#ifndef ADDER_VM_FRAME_JUMP_H
#define ADDER_VM_FRAME_JUMP_H

#include <Python.h>

/* Continue f at another line: 0, or -1 with ValueError when that cannot work, TypeError/AttributeError for a bad value. */
int frame_jump(PyFrameObject *f, PyObject *line);

#endif
