/* jit/x64/enter.c: the ways into a trace and out of it.
 *
 * The frame on the C stack is the same for every trace: return address, six saved registers, struct x64_state with rsp at its start, which is
 * a multiple of 16. The end part of a trace (exits.c) has stored the registers that matter and the trace's number, and rdx is &x64_handler; two
 * words are pushed: the first exit of a group, and a place in the group.
 * These functions are written in assembly, as they change rsp between the two of them: what x64_enter() saves, x64_leave() restores. */
#include "jit/x64/regs.h"

#include <stddef.h>

#include "rt/heap.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

/* Offsets in struct x64_state; in the text below they must be numbers. */
#define ST_SIZE 2360
#define ST_FRAME 2304
#define ST_TS 2312
#define ST_EXIT 2324
#define ST_RAX 2336
#define PUSHED 16

static_assert(sizeof(struct x64_state) == ST_SIZE && ST_SIZE % 16 == 8, "with seven words above it rsp is a multiple of 16");
static_assert(offsetof(struct x64_state, frame) == ST_FRAME && offsetof(struct x64_state, ts) == ST_TS, "as in the text");
static_assert(offsetof(struct x64_state, exit) == ST_EXIT, "as in the text");
static_assert(offsetof(struct x64_state, args[1]) == ST_RAX, "as in the text");

x64_exit_handler x64_handler;

#define SAVE(reg) "push %" reg "\n .cfi_adjust_cfa_offset 8\n .cfi_rel_offset " reg ", 0\n"
#define RESTORE(reg) "pop %" reg "\n .cfi_adjust_cfa_offset -8\n .cfi_restore " reg "\n"

/* No prologue and no counters; and callers must not conclude from the absence of C code that parameters are not used. */
#if __has_attribute(noipa)
#define AS_WRITTEN __attribute__((naked, noipa, no_profile_instrument_function))
#else
#define AS_WRITTEN __attribute__((naked, noinline, no_profile_instrument_function))
#endif

/* ts rdi, frame rsi, code rdx */
AS_WRITTEN void *
x64_enter(PyThreadState *ts, _PyInterpreterFrame *f, const uint8_t *code)
{
    __asm__(SAVE("rbp") SAVE("rbx") SAVE("r12") SAVE("r13") SAVE("r14") SAVE("r15")
            "sub $" TEXT(ST_SIZE) ", %rsp\n .cfi_adjust_cfa_offset " TEXT(ST_SIZE) "\n"
            "mov %rdi, %r14\n"
            "mov %rsi, %rbp\n"
            "mov %rdi, " TEXT(ST_TS) "(%rsp)\n"
            "mov %rsi, " TEXT(ST_FRAME) "(%rsp)\n"
            "jmp *%rdx\n");
}

AS_WRITTEN void
x64_leave(void)
{
    __asm__(".cfi_adjust_cfa_offset " TEXT(PUSHED + ST_SIZE + 48) "\n"
            ".cfi_offset rbp, -16\n .cfi_offset rbx, -24\n .cfi_offset r12, -32\n .cfi_offset r13, -40\n .cfi_offset r14, -48\n .cfi_offset r15, -56\n"
            "mov (%rsp), %ecx\n"
            "add 8(%rsp), %ecx\n"
            "add $" TEXT(PUSHED) ", %rsp\n .cfi_adjust_cfa_offset -" TEXT(PUSHED) "\n"
            "mov %ecx, " TEXT(ST_EXIT) "(%rsp)\n"
            "mov %rsp, %rdi\n"
            "call *(%rdx)\n"
            "add $" TEXT(ST_SIZE) ", %rsp\n .cfi_adjust_cfa_offset -" TEXT(ST_SIZE) "\n"
            RESTORE("r15") RESTORE("r14") RESTORE("r13") RESTORE("r12") RESTORE("rbx") RESTORE("rbp")
            "ret\n");
}

/* The first words of a float: count, type, value. rcx and rdx are put below rsp, where signals leave 128 bytes alone. */
#define FREE_HEAD 328                  /* of the thread's list of free blocks for floats */
#define FREE_ROOM 584
#define ST_OLD 2328                    /* args[0], args[2] */
#define ST_VALUE 2344

static_assert(offsetof(struct x64_state, args[0]) == ST_OLD && offsetof(struct x64_state, args[2]) == ST_VALUE, "as in the text");
static_assert(offsetof(struct rt_thread, heap.head[HEAP_CLASS(sizeof(PyFloatObject))]) == FREE_HEAD, "as in the text");
static_assert(offsetof(struct rt_thread, heap.room[HEAP_CLASS(sizeof(PyFloatObject))]) == FREE_ROOM, "as in the text");

AS_WRITTEN void
x64_slow_float(void)
{
    __asm__("mov %rcx, -8(%rsp)\n"
            "mov %rdx, -16(%rsp)\n"
            "mov 8+" TEXT(ST_OLD) "(%rsp), %rdx\n"
            "mov " TEXT(FREE_HEAD) "(%r14), %rcx\n"
            "test %rcx, %rcx\n"
            "jz 2f\n"
            "cmpl $1, (%rdx)\n"
            "je 2f\n"
            "cmpl $0, (%rdx)\n"                               /* immortal: negative */
            "js 1f\n"
            "subq $1, (%rdx)\n"
            "1: mov (%rcx), %rax\n"
            "mov %rax, " TEXT(FREE_HEAD) "(%r14)\n"
            "addl $1, " TEXT(FREE_ROOM) "(%r14)\n"
            "movq $1, (%rcx)\n"
            "mov 8(%rdx), %rax\n"
            "mov %rax, 8(%rcx)\n"
            "mov 8+" TEXT(ST_VALUE) "(%rsp), %rax\n"
            "mov %rax, 16(%rcx)\n"
            "mov %rcx, 8+" TEXT(ST_OLD) "(%rsp)\n"
            "mov -8(%rsp), %rcx\n"
            "mov -16(%rsp), %rdx\n"
            "mov 8+" TEXT(ST_RAX) "(%rsp), %rax\n"
            "ret\n"
            "2: mov -8(%rsp), %rcx\n"
            "mov -16(%rsp), %rdx\n"
            "jmp x64_slow\n");
}

/* Rare work in the middle of a trace. Of vector registers doubles are all that traces use. */
#define SLOW_XMM 136                   /* 16 of them, and what rsp lacks to be a multiple of 16 */
#define SLOW_SAVED (SLOW_XMM + 64 + 8)
#define KEEP_XMM(n) "movsd %xmm" #n ", 8*" #n "(%rsp)\n"
#define BACK_XMM(n) "movsd 8*" #n "(%rsp), %xmm" #n "\n"
#define ALL_XMM(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)

AS_WRITTEN void
x64_slow(void)
{
    __asm__(SAVE("rcx") SAVE("rdx") SAVE("rsi") SAVE("rdi") SAVE("r8") SAVE("r9") SAVE("r10") SAVE("r11")
            "sub $" TEXT(SLOW_XMM) ", %rsp\n .cfi_adjust_cfa_offset " TEXT(SLOW_XMM) "\n"
            ALL_XMM(KEEP_XMM)
            "lea " TEXT(SLOW_SAVED) "(%rsp), %rdi\n"
            "call *%rax\n"
            ALL_XMM(BACK_XMM)
            "add $" TEXT(SLOW_XMM) ", %rsp\n .cfi_adjust_cfa_offset -" TEXT(SLOW_XMM) "\n"
            RESTORE("r11") RESTORE("r10") RESTORE("r9") RESTORE("r8") RESTORE("rdi") RESTORE("rsi") RESTORE("rdx") RESTORE("rcx")
            "mov 8+" TEXT(ST_RAX) "(%rsp), %rax\n"
            "ret\n");
}
