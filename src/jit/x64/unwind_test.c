/* jit/x64/unwind_test.c: walking the C stack through a trace, and what debuggers are told of it. */
#include "jit/x64/run_test.h"

#include <elf.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/time.h>

#include "jit/x64/unwind.h"

static struct test_frame *tf;
static void *stack[64];
static int depth;
static uintptr_t interrupted;

static void
on_alarm(int number, siginfo_t *info, void *context)
{
    interrupted = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    depth = backtrace(stack, 64);
    tf->ts.eval_breaker = 1;
}

/* A loop that runs until somebody wants the eval breaker. */
static const char text[] = "locals 1\nv1 = SLOAD #0\nsnap pc 1 depth 0\nGTYPE v1 int\nGINT2 v1\nv2 = UNBOX2_I v1\nLOOP\nsnap pc 2 depth 0\nv3 = ADD_I v2 1\nGPOLL\nPHI v2 v3\n";

static struct ir *
make_loop(void)
{
    int line;
    struct ir *ir = ir_new();
    assert_non_null(ir);
    if (ir_parse(ir, text, &line) < 0)
        fail_msg("line %d", line);
    return ir;
}

__attribute__((noinline)) static void
run(const struct x64_code *code)
{
    x64_enter(&tf->ts, &tf->frame, code->code);
    __asm__ volatile("");                                /* no tail call */
}

static bool
is_in(const void *p, const void *code, size_t size)
{
    return (uintptr_t)p - (uintptr_t)code < size;
}

/* From a signal handler that interrupts a trace, to the function that has entered it and beyond. */
static void
test_backtrace(void **state)
{
    struct ir *ir = make_loop();
    struct x64_code code;
    struct sigaction action = { .sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO };
    struct itimerval soon = { .it_value.tv_usec = 20000 };
    tf = test_frame_new();
    test_slot(tf, 0, test_int(tf, 0));
    assert_null(x64_compile(ir, 1, 0, NULL, &code));
    backtrace(stack, 1);                                 /* loads the unwinder */
    x64_unwind_start();
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    run(&code);
    assert_true(is_in((void *)interrupted, code.code, code.text));
    int i = 0;
    while (i < depth && !is_in(stack[i], run, 64))
        i++;
    assert_true(i < depth && depth - i > 3);             /* test_backtrace(), cmocka, main() */
    assert_true(is_in(stack[i - 1], code.code, code.size));
    x64_unwind_stop();
    x64_free(&code);
    ir_free(ir);
    free(tf);
}

/* ---- the list for debuggers, as they declare it ---- */

struct listed { struct listed *next, *prev; const char *object; uint64_t size; };
extern struct { uint32_t version, action; struct listed *about, *first; } __jit_debug_descriptor;

static void
check_object(const struct listed *e, const struct x64_code *code, const char *name)
{
    const Elf64_Ehdr *head = (const void *)e->object;
    const Elf64_Shdr *sections = (const void *)(e->object + head->e_shoff), *text_section = NULL, *symbols = NULL;
    const char *names = e->object + sections[head->e_shstrndx].sh_offset;
    assert_memory_equal(head->e_ident, ELFMAG, SELFMAG);
    for (int i = 1; i < head->e_shnum; i++) {
        const Elf64_Shdr *s = &sections[i];
        assert_true(s->sh_type == SHT_NOBITS || s->sh_offset + s->sh_size <= e->size);
        if (strcmp(names + s->sh_name, ".text") == 0)
            text_section = s;
        if (s->sh_type == SHT_SYMTAB)
            symbols = s;
    }
    assert_true(text_section != NULL && text_section->sh_addr == (uintptr_t)code->code && text_section->sh_size == code->size);
    const Elf64_Sym *function = (const Elf64_Sym *)(e->object + symbols->sh_offset) + 1;
    assert_string_equal(e->object + sections[symbols->sh_link].sh_offset + function->st_name, name);
    assert_int_equal(function->st_size, code->size);
}

static void
test_gdb(void **state)
{
    struct ir *ir = make_loop();
    struct x64_code code;
    assert_int_equal(x64_init(test_handler), 0);
    assert_null(x64_compile(ir, 1, 0, NULL, &code));
    void *a = x64_gdb_add(&code, "jit:f:1"), *b = x64_gdb_add(&code, "jit:g:2");
    struct listed *first = __jit_debug_descriptor.first, *second = first->next;
    check_object(first, &code, "jit:g:2");
    check_object(second, &code, "jit:f:1");
    assert_ptr_equal(second->prev, first);
    x64_gdb_remove(b);
    assert_ptr_equal(__jit_debug_descriptor.first, second);
    assert_null(second->prev);
    x64_gdb_remove(a);
    assert_null(__jit_debug_descriptor.first);
    x64_free(&code);
    ir_free(ir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_backtrace), cmocka_unit_test(test_gdb) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
