/* vm/step.h: one instruction at a time, for compiled code that leaves it to the interpreter's own bodies (src/vm/ops). */
#ifndef ADDER_VM_STEP_H
#define ADDER_VM_STEP_H

#include "vm/frame.h"

/* Can the interpreter's form of this opcode (a base opcode) be run so? They neither jump nor leave the frame. */
bool vm_can_step(int opcode);
/* Run the instruction at pc, whose argument (with EXTENDED_ARG) is oparg, on frame f, whose stack ends at sp: what stands there now, specialised or not.
 * f->instr_ptr is set. The new end of the stack; NULL with an exception, the end of the stack stored in f. May run any code. */
PyObject **vm_step(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, int oparg);
/* Why vm_step() has failed, if not as usual: the instruction raised once more what had been raised before, whose traceback gets no entry of this frame; or Python code
 * that it called raised. Whoever handles the exception resets it. */
extern enum step_failure { STEP_RAISED, STEP_RERAISED, STEP_CALL_RAISED } vm_step_failure;
/* Behind a step that failed at code unit `at` of f, whose stack pointer is stored: the exception travels to the next handler, in f or a frame below it down to `outer`. That one is
 * current then, its stack pointer stored, and the handler has taken over the exception (PUSH_EXC_INFO). Where it goes on; NULL: none of them has a handler, or it is the loop's
 * business, and nothing has happened. May run any code. */
_Py_CODEUNIT *vm_catch(PyThreadState *ts, _PyInterpreterFrame *f, int at, _PyInterpreterFrame *outer);
/* Would an exception raised there find a handler so? */
bool vm_is_caught(PyThreadState *ts, _PyInterpreterFrame *f, int at, _PyInterpreterFrame *outer);
/* The same for a call, whose argument is a Python function: its frame, which has started and is current, at its first instruction, its stack pointer stored. f: what was called was
 * something else, and *sp is the new end of the stack. NULL with an exception as above. */
_PyInterpreterFrame *vm_step_call(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject ***sp, int oparg);
/* f, which is current and whose stack ends at sp, has returned: it goes, its caller is current. May run any code. */
void vm_step_return(PyThreadState *ts, _PyInterpreterFrame *f, PyObject **sp);

/* The call at pc, of a class whose instances are made by object.__new__() and PyType_GenericAlloc() and whose __init__ is `init`: as CALL_ALLOC_AND_ENTER_INIT does it,
 * whatever form the call has; the arguments fit. `given` of them are on the stack, with names if the call has some, which then lie on top. next: where f goes on, from pc.
 * ts->current_frame is the frame of init then, which has not begun. False: there is no room; nothing has happened. */
bool vm_enter_init(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, int given, PyObject *kwnames, PyFunctionObject *init, unsigned next);
/* The STORE_SUBSCR at pc, of an object whose class has `setitem` in Python, a function that takes three arguments: between its frame and f lies one like that of a class
 * being called, which takes what setitem returns and goes without a result, and does not count as a call. Otherwise as above. */
bool vm_enter_setitem(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *setitem, unsigned next);
/* The same for the STORE_ATTR at pc, of a property whose setter is a function that takes two arguments. */
bool vm_enter_setter(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *setter, unsigned next);
/* Code of a hidden frame: at most 256 bytes, of which no instruction is on a line. NULL, without an exception: no memory. */
OWNED PyCodeObject *vm_new_shim(const uint8_t *body, int size, PyObject *consts, int stacksize);
/* What these have in common: shim, which has just been pushed, lies above f from now on, and above it the frame of `function`, which is current and takes the references to
 * the arguments; they are known to fit. */
void vm_enter_through(PyThreadState *ts, _PyInterpreterFrame *f, _PyInterpreterFrame *shim, PyFunctionObject *function, PyObject **args, size_t nargs, PyObject *kwnames);
#define ITEM_SHIM Py_Ellipsis          /* f_funcobj of that frame; None of the other */
/* How a BINARY_OP or COMPARE_OP with this argument is done in Python: the name of the method and of that which comes before it (NULL: none), and the code of the hidden
 * frame below it. False: it is not done so. */
struct vm_operator { PyObject *name, *inplace; PyCodeObject *shim; };
bool vm_operator(int opcode, int oparg, struct vm_operator *op);
/* The operator at pc, for which the left operand's class has `method` and the right one's is no subclass of that: as vm_enter_init() does it. */
bool vm_enter_operator(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *method, PyCodeObject *shim, unsigned next);
/* The CALL at pc, of an instance whose class has `method` as __call__, with so many positional arguments: the hidden frame below, with this code, keeps them. NULL: there is none for so
 * many, or no memory. Otherwise as above. */
#define VM_INSTANCE_ARGS 7
PyCodeObject *vm_instance_shim(int nargs);
PyCodeObject *vm_descriptor_shim(void);
bool vm_enter_instance(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *method, PyCodeObject *shim, int nargs, unsigned next);
/* The LOAD_ATTR at pc, of an object whose class has `descr` under that name, whose own class has `get` as __get__: vm_descriptor_shim(), which exists, keeps the function, the descriptor
 * and the object. */
bool vm_enter_descriptor(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *get, PyObject *descr, unsigned next);
/* The BEFORE_WITH at pc, of an object whose class has `func` as __enter__ and another function as __exit__; and the CALL at the end of such a statement, where nothing was raised: of a bound
 * method of `func`, with three arguments. The hidden frame below has this code (NULL: no memory), and does not count as a call. Otherwise as above. */
PyCodeObject *vm_with_shim(void);
bool vm_enter_context(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *func, unsigned next);
bool vm_exit_context(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyFunctionObject *func, unsigned next);
/* Is this the code of a hidden frame, like that between a caller and __init__? */
bool vm_is_shim(const PyCodeObject *code);
/* f, which is empty memory, becomes one; function: None or ITEM_SHIM. */
void vm_make_shim(_PyInterpreterFrame *f, PyCodeObject *code, PyObject *function);

#endif
