/* jit/opt/opt_testing.h: for tests of passes and back ends: what the recorder does with a round that was made otherwise. */
#ifndef ADDER_JIT_OPT_OPT_TESTING_H
#define ADDER_JIT_OPT_OPT_TESTING_H

#include "jit/ir/ir.h"

/* Each instruction of raw through opt_emit() into ir (emptied first), with its snapshots. refs[r]: what stands for raw's r in ir; room for 65536.
 * False when a guard never holds: refs of that one is REF_FAIL, what follows was left out. */
bool opt_test_emit(const struct ir *raw, struct ir *ir, ir_ref *refs);

#endif
