/* jit/x64/unwind.c: what others need to walk the C stack through a trace: the frame of x64_enter() (enter.c), the same at each instruction of
 * each trace. (But for the two pushes in a stub and its group, where nothing is called.)
 *
 * One table for all code memory serves unwinders in the process: exceptions of C++, backtrace(). It is registered with libgcc's unwinder, if that
 * is there. Debuggers and perf get a table for each trace, together with its name. */
#include "jit/x64/unwind.h"

#include <dlfcn.h>

#include "jit/x64/memory.h"

#define CFA (sizeof(struct x64_state) + 56)              /* rsp + this: the frame's address; above the state six registers and the return address */
#define SAVED(reg, n) 0x80 | (reg), (n)                  /* DW_CFA_offset: the register is saved at the address - 8n */

/* DW_CFA_def_cfa rsp, CFA. Numbers of DWARF: rbx 3, rbp 6, rsp 7, the return address 16. */
static const uint8_t rows[] = {
    0x0c, 7, (CFA & 0x7f) | 0x80, CFA >> 7,
    SAVED(16, 1), SAVED(6, 2), SAVED(3, 3), SAVED(12, 4), SAVED(13, 5), SAVED(14, 6), SAVED(15, 7),
};
static_assert(CFA >= 1 << 7 && CFA < 1 << 14, "two bytes of LEB128");

const uint8_t *
x64_frame_rows(size_t *n)
{
    *n = sizeof(rows);
    return rows;
}

/* One entry of the table: its length, then 16 * n bytes that begin with `id`. */
static uint8_t *
put_entry(uint8_t *at, uint32_t id, const void *bytes, size_t n)
{
    uint32_t length = (uint32_t)((4 + n + 4 + 7) / 8 * 8 - 4);
    memset(at, 0, 4 + length);                           /* DW_CFA_nop to the end */
    memcpy(at, &length, 4);
    memcpy(at + 4, &id, 4);
    memcpy(at + 8, bytes, n);
    return at + 4 + length;
}

size_t
x64_eh_frame(uint8_t *table, const void *code, size_t size)
{
    uint8_t common[5 + sizeof(rows)] = { 1, 0, 1, 0x78, 16 };          /* version, no augmentation: addresses are plain; factors 1 and -8; who returns */
    uint64_t range[2] = { (uintptr_t)code, size };
    memcpy(common + 5, rows, sizeof(rows));
    uint8_t *at = put_entry(table, 0, common, sizeof(common));
    at = put_entry(at, (uint32_t)(at + 4 - table), range, sizeof(range));
    memset(at, 0, 4);
    return (size_t)(at + 4 - table);
}

/* ---- unwinders in this process ---- */

static uint8_t whole[X64_EH_FRAME_MAX];
static void (*unregister)(const void *);

void
x64_unwind_start(void)
{
    if (unregister != NULL || x64_memory_begin() == NULL)
        return;
    void *lib = dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_LOCAL);
    void (*add)(const void *) = lib == NULL ? NULL : dlsym(lib, "__register_frame");
    unregister = lib == NULL ? NULL : dlsym(lib, "__deregister_frame");
    if (add == NULL || unregister == NULL) {
        unregister = NULL;
        return;
    }
    x64_eh_frame(whole, x64_memory_begin(), X64_RANGE);
    add(whole);
}

void
x64_unwind_stop(void)
{
    if (unregister != NULL)
        unregister(whole);
    unregister = NULL;
}
