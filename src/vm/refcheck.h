/* vm/refcheck.h: reference counts that C functions of extension modules get wrong. */
#ifndef ADDER_VM_REFCHECK_H
#define ADDER_VM_REFCHECK_H

#include <stdbool.h>

#include "vm/frame.h"

/* From now on calls of such functions are checked; a wrong count ends the process with a report. Before the first of these
 * functions is made, and not together with the tracing compiler. */
void refcheck_start(void);
void refcheck_stop(void);

/* Is refcheck_instr() to be called before each instruction? Loops ask when they look for their table. */
extern bool refcheck_watches;
void refcheck_instr(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp);

#endif
