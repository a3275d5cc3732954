/* jit/ir/ir_text.h: what the printer and the parser of the IR share. The format is described in docs/internals/jit.md. */
#ifndef ADDER_JIT_IR_IR_TEXT_H
#define ADDER_JIT_IR_IR_TEXT_H

#include "jit/ir/ir.h"

/* Types that have a name in texts: by type (NULL when it has none) and by name (NULL, too). */
const char *ir_type_name(const PyTypeObject *t);
PyTypeObject *ir_type_by_name(const char *name, size_t len);

/* The words for enum snap_how. */
extern const char *const ir_how_names[HOW_NULL + 1];

#endif
