/* vm/step.h: one instruction at a time, for compiled code that leaves it to the interpreter's own bodies (src/vm/ops). */
#ifndef ADDER_VM_STEP_H
#define ADDER_VM_STEP_H

#include "vm/frame.h"

/* Can the interpreter's form of this opcode (a base opcode) be run so? They neither jump nor leave the frame. */
bool vm_can_step(int opcode);
/* Run the instruction at pc, whose argument (with EXTENDED_ARG) is oparg, on frame f, whose stack ends at sp: what stands there now, specialised or not.
 * f->instr_ptr is set. The new end of the stack; NULL with an exception, the end of the stack stored in f. May run any code. */
PyObject **vm_step(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, int oparg);
/* f, which is current and whose stack ends at sp, has returned: it goes, its caller is current. May run any code. */
void vm_step_return(PyThreadState *ts, _PyInterpreterFrame *f, PyObject **sp);

#endif
