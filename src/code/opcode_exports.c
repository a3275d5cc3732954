/* code/opcode_exports.c: CPython's private names for questions about opcodes. */
#include "code/opcodes.h"

PyAPI_FUNC(int) _PyCompile_OpcodeIsValid(int);
PyAPI_FUNC(int) _PyCompile_OpcodeHasArg(int);
PyAPI_FUNC(int) _PyCompile_OpcodeHasConst(int);
PyAPI_FUNC(int) _PyCompile_OpcodeHasName(int);
PyAPI_FUNC(int) _PyCompile_OpcodeHasJump(int);
PyAPI_FUNC(int) _PyCompile_OpcodeHasFree(int);
PyAPI_FUNC(int) _PyCompile_OpcodeHasLocal(int);
PyAPI_FUNC(int) _PyCompile_OpcodeHasExc(int);
PyAPI_FUNC(PyObject *) _PyCompile_GetUnaryIntrinsicName(int);
PyAPI_FUNC(PyObject *) _PyCompile_GetBinaryIntrinsicName(int);

int _PyCompile_OpcodeIsValid(int op) { return op_is_valid(op) && !op_is_anchor(op); }
int _PyCompile_OpcodeHasArg(int op) { return op_has_arg(op); }
int _PyCompile_OpcodeHasConst(int op) { return op_has_const(op); }
int _PyCompile_OpcodeHasName(int op) { return op_has_name(op); }
int _PyCompile_OpcodeHasJump(int op) { return op_has_jump(op); }
int _PyCompile_OpcodeHasFree(int op) { return op_has_free(op); }
int _PyCompile_OpcodeHasLocal(int op) { return op_has_local(op); }
int _PyCompile_OpcodeHasExc(int op) { return op_has_exc(op); }

static PyObject *
name_or_null(const char *name)
{
    return name == NULL ? NULL : PyUnicode_FromString(name);
}

PyObject *_PyCompile_GetUnaryIntrinsicName(int i) { return name_or_null(op_intrinsic1_name(i)); }
PyObject *_PyCompile_GetBinaryIntrinsicName(int i) { return name_or_null(op_intrinsic2_name(i)); }
