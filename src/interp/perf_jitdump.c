/* interp/perf_jitdump.c: -X perf_jit.
 *
 * perf finds callers by frame pointers, which our own code has only if it was compiled so, or by tables. For trampolines made at run
 * time the tables are in this file: before each piece of code a record with an .eh_frame section for it, and the .eh_frame_hdr
 * that finds it. `perf inject --jit` makes an ELF file of both, with the section right behind the code, at the next 8 bytes; so
 * distances are known here. perf notices the file because a page of it is mapped as code. */
#include "interp/perf_jitdump.h"

#include <Python.h>
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAGIC 0x4A695444                 /* "JiTD" */
enum { CODE_LOAD = 0, UNWINDING_INFO = 4 };

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#define MACHINE EM_NONE
#endif

struct file_header { uint32_t magic, version, size, machine, pad, pid; uint64_t time, flags; };
struct record { uint32_t kind, size; uint64_t time; };
struct code_load { struct record record; uint32_t pid, thread; uint64_t vma, address, size, index; };
struct unwinding { struct record record; uint64_t size, header_size, mapped_size; };

static FILE *dump;
static void *marker;
static size_t marker_size;
static uint64_t next_index;
static PyMutex mutex;

static uint64_t
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int
perf_jitdump_open(void)
{
    char name[64];
    if (dump != NULL)
        return 0;
    snprintf(name, sizeof name, "/tmp/jit-%jd.dump", (intmax_t)getpid());
    FILE *f = fopen(name, "w+e");
    if (f == NULL)
        return -1;
    struct file_header h = { MAGIC, 1, sizeof h, MACHINE, 0, (uint32_t)getpid(), now(), 0 };
    marker_size = (size_t)sysconf(_SC_PAGESIZE);
    if (fwrite(&h, sizeof h, 1, f) != 1 || fflush(f) != 0
        || (marker = mmap(NULL, marker_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(f), 0)) == MAP_FAILED) {
        fclose(f);
        return -1;
    }
    dump = f;
    return 0;
}

void
perf_jitdump_close(void)
{
    if (dump == NULL)
        return;
    munmap(marker, marker_size);
    fclose(dump);
    dump = NULL;
}

/* ---- the table ---- */

struct bytes { unsigned char data[160]; size_t used; };

static void put1(struct bytes *b, unsigned v) { b->data[b->used++] = (unsigned char)v; }

static void
put4(struct bytes *b, uint32_t v)
{
    memcpy(b->data + b->used, &v, sizeof v);
    b->used += sizeof v;
}

static void
put_all(struct bytes *b, const unsigned char *from, size_t n)
{
    memcpy(b->data + b->used, from, n);
    b->used += n;
}

/* Pads the entry that begins at `start` to 8 bytes, and writes its length there. */
static void
end_entry(struct bytes *b, size_t start)
{
    while (b->used % 8 != 0)
        put1(b, 0);                      /* DW_CFA_nop */
    uint32_t length = (uint32_t)(b->used - start - 4);
    memcpy(b->data + start, &length, sizeof length);
}

/* Instructions: 0x40|n: n bytes further; 0x0c r n: the frame's address is register r + n; 0x0d r: the same n, from r; 0x0e n: the same register + n;
 * 0x80|r n: register r is saved at that address - 8n; 0xc0|r: register r is as at the beginning. */
#if defined(__aarch64__)
#define RETURN_REGISTER 30
static const unsigned char at_entry[] = { 0x0c, 31, 0 };
static const unsigned char inside[] = { 0x40 | 4, 0x0e, 16, 0x80 | 29, 2, 0x80 | 30, 1, 0x40 | 4, 0x0d, 29, 0x40 | 8, 0x0c, 31, 0, 0xc0 | 29, 0xc0 | 30 };
#else
#define RETURN_REGISTER 16
static const unsigned char at_entry[] = { 0x0c, 7, 8, 0x80 | 16, 1 };
static const unsigned char inside[] = { 0x40 | 5, 0x0e, 16, 0x80 | 6, 2, 0x40 | 3, 0x0d, 6, 0x40 | 3, 0x0c, 7, 8, 0xc0 | 6 };
#endif

const struct perf_frame perf_trampoline_frame = { at_entry, inside, sizeof at_entry, sizeof inside };

#define PCREL_SDATA4 0x1b
#define UDATA4 0x03
#define DATAREL_SDATA4 0x3b

/* .eh_frame and .eh_frame_hdr for code of this size that lies `distance` before them. Returns the size of the latter. */
static size_t
make_table(struct bytes *b, size_t size, size_t distance, const struct perf_frame *f)
{
    static const unsigned char common[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 'z', 'R', 0, 1, 0x78, RETURN_REGISTER, 1, PCREL_SDATA4 };
    put_all(b, common, sizeof common);   /* length, no pointer, version, augmentation, factors 1 and -8 */
    put_all(b, f->at_entry, f->nentry);
    end_entry(b, 0);
    size_t entry = b->used;
    put4(b, 0);
    put4(b, (uint32_t)b->used);          /* back to the common part, from here */
    put4(b, (uint32_t)-(distance + b->used));
    put4(b, (uint32_t)size);
    put1(b, 0);
    put_all(b, f->inside, f->ninside);
    end_entry(b, entry);
    size_t header = b->used;
    put1(b, 1);
    put1(b, PCREL_SDATA4);
    put1(b, UDATA4);
    put1(b, DATAREL_SDATA4);
    put4(b, (uint32_t)-b->used);         /* .eh_frame begins at 0 */
    put4(b, 1);                          /* one entry: where its code is, where it is, both from the header on */
    put4(b, (uint32_t)-(distance + header));
    put4(b, (uint32_t)(entry - header));
    return b->used - header;
}

/* ---- records ---- */

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

static void
write_table(size_t code_size, const struct perf_frame *frame)
{
    struct bytes table = { .used = 0 };
    static const char zeros[8];
    size_t header = make_table(&table, code_size, round_up(code_size, 8), frame);
    struct unwinding u = { .record = { .kind = UNWINDING_INFO, .time = now() }, .size = table.used, .header_size = header,
                           .mapped_size = round_up(table.used, 16) };
    u.record.size = (uint32_t)round_up(sizeof u + table.used, 8);
    fwrite(&u, sizeof u, 1, dump);
    fwrite(table.data, 1, table.used, dump);
    fwrite(zeros, 1, u.record.size - sizeof u - table.used, dump);
}

void
perf_jitdump_write(const void *code, size_t size, const char *name, const struct perf_frame *frame)
{
    PyMutex_Lock(&mutex);
    if (dump != NULL) {
        if (frame != NULL)
            write_table(size, frame);
        struct code_load c = { .record = { .kind = CODE_LOAD, .size = (uint32_t)(sizeof c + strlen(name) + 1 + size), .time = now() },
                               .pid = (uint32_t)getpid(), .thread = (uint32_t)syscall(SYS_gettid), .vma = (uintptr_t)code, .address = (uintptr_t)code,
                               .size = size, .index = next_index++ };
        fwrite(&c, sizeof c, 1, dump);
        fwrite(name, 1, strlen(name) + 1, dump);
        fwrite(code, 1, size, dump);
        fflush(dump);
    }
    PyMutex_Unlock(&mutex);
}
