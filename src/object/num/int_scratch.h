/* object/num/int_scratch.h: big number routines that run out of memory.
 *
 * GMP asks for scratch memory while it works, and knows no way to fail: the process would end. A guard around the call
 * makes it jump back instead, with what it had allocated freed. Guards do not nest; between FAILS and end() nothing but the one
 * call of GMP may stand, and locals that are changed there are lost.
 *
 *     struct int_scratch s;
 *     if (INT_SCRATCH_FAILS(&s)) { ... PyErr_NoMemory(); return }
 *     mpn_mul(...);
 *     int_scratch_end(&s);
 */
#ifndef ADDER_NUM_INT_SCRATCH_H
#define ADDER_NUM_INT_SCRATCH_H

#include <setjmp.h>
#include <stdbool.h>

/* Operations on fewer limbs than this do with the C stack. */
#define INT_SCRATCH_LIMBS 256

#define INT_SCRATCH_BLOCKS 64          /* more at a time are leaked when memory ends */

struct int_scratch {
    jmp_buf back;
    int n;
    void *blocks[INT_SCRATCH_BLOCKS];
};

#define INT_SCRATCH_FAILS(s) (int_scratch_begin(s), _setjmp((s)->back) != 0)
void int_scratch_begin(struct int_scratch *s);
void int_scratch_end(struct int_scratch *s);
/* Put our functions into GMP; once, at start. */
void int_scratch_init(void);

#endif
