/* rt/alloc_debug.c: fills fresh and dead memory with recognisable bytes, and checks on every free and realloc that the
 * block belongs to the domain and that nobody wrote outside. A violation is described on stderr and ends the process. */
#include "rt/alloc_debug.h"

#include "rt/hooks.h"
#include "rt/thread.h"

#define FRESH 0xCD
#define DEAD 0xDD
#define GUARD 0xFD
#define WORD sizeof(size_t)
#define FRONT (2 * WORD)
#define EXTRA (3 * WORD)

struct debug_row { char domain; PyMemAllocatorEx inner; };
static struct debug_row rows[3];

static void *debug_malloc(void *ctx, size_t n);

const PyMemAllocatorEx *
alloc_debug_inner(const PyMemAllocatorEx *row)
{
    return row->malloc == debug_malloc ? &((struct debug_row *)row->ctx)->inner : row;
}

static size_t
read_size(const unsigned char *p)
{
    size_t n = 0;
    for (size_t i = 0; i < WORD; i++)
        n = n << 8 | p[i];
    return n;
}

static void
write_frame(unsigned char *base, size_t n, char domain)
{
    for (size_t i = WORD; i-- > 0; )
        base[i] = (unsigned char)(n >> (8 * (WORD - 1 - i)));
    base[WORD] = (unsigned char)domain;
    memset(base + WORD + 1, GUARD, WORD - 1);
    memset(base + FRONT + n, GUARD, WORD);
}

static void
describe_bytes(const char *what, const unsigned char *bad, size_t n, const unsigned char *base)
{
    size_t i;
    for (i = 0; i < n && bad[i] == GUARD; i++)
        ;
    fprintf(stderr, "    The %zu pad bytes at %s are ", n, what);
    if (i == n) {
        fputs("FORBIDDENBYTE, as expected.\n", stderr);
        return;
    }
    fprintf(stderr, "not all FORBIDDENBYTE (0x%02x):\n", GUARD);
    for (i = 0; i < n; i++)
        fprintf(stderr, "        at %s+%zu: 0x%02x%s\n", what, i, bad[i], bad[i] == GUARD ? "" : " *** OUCH");
}

static void
describe_block(const unsigned char *p)
{
    const unsigned char *base = p - FRONT;
    size_t n = read_size(base);
    fprintf(stderr, "Debug memory block at address p=%p: API '%c'\n", (const void *)p, base[WORD]);
    fprintf(stderr, "    %zu bytes originally requested\n", n);
    describe_bytes("p-7", base + WORD + 1, WORD - 1, base);
    fprintf(stderr, "    The %zu pad bytes at tail=%p are ", WORD, (const void *)(p + n));
    size_t i;
    for (i = 0; i < WORD && p[n + i] == GUARD; i++)
        ;
    if (i == WORD)
        fputs("FORBIDDENBYTE, as expected.\n", stderr);
    else {
        fprintf(stderr, "not all FORBIDDENBYTE (0x%02x):\n", GUARD);
        for (i = 0; i < WORD; i++)
            fprintf(stderr, "        at tail+%zu: 0x%02x%s\n", i, p[n + i], p[n + i] == GUARD ? "" : " *** OUCH");
    }
    if (n > 0) {
        fputs("    Data at p:", stderr);
        for (i = 0; i < n && i < 16; i++)
            fprintf(stderr, " %02x", p[i]);
        if (n > 16)
            fputs(" ...", stderr);
        fputc('\n', stderr);
    }
    fputc('\n', stderr);
    fflush(stderr);
    if (rt_hooks.dump_allocation != NULL)
        rt_hooks.dump_allocation(fileno(stderr), p);
}

static void
check_block(const char *where, char domain, const unsigned char *p)
{
    const unsigned char *base = p - FRONT;
    const char *wrong = NULL;
    char text[100];
    if (base[WORD] != (unsigned char)domain) {
        snprintf(text, sizeof(text), "bad ID: Allocated using API '%c', verified using API '%c'", base[WORD], domain);
        describe_block(p);
        rt_fatal(where, text);
    }
    for (size_t i = WORD + 1; i < FRONT; i++)
        if (base[i] != GUARD)
            wrong = "bad leading pad byte";
    size_t n = read_size(base);
    for (size_t i = 0; wrong == NULL && i < WORD; i++)
        if (p[n + i] != GUARD)
            wrong = "bad trailing pad byte";
    if (wrong != NULL) {
        describe_block(p);
        rt_fatal(where, wrong);
    }
}

static void
check_gil(const char *where, char domain)
{
    if (domain != 'r' && ts_current() == NULL)
        rt_fatal(where, "Python memory allocator called without holding the GIL");
}

static void *
debug_new(struct debug_row *r, size_t n, bool zero)
{
    if (n > (size_t)PY_SSIZE_T_MAX - EXTRA)
        return NULL;
    unsigned char *base = zero ? r->inner.calloc(r->inner.ctx, 1, n + EXTRA) : r->inner.malloc(r->inner.ctx, n + EXTRA);
    if (base == NULL)
        return NULL;
    write_frame(base, n, r->domain);
    if (!zero && n > 0)
        memset(base + FRONT, FRESH, n);
    return base + FRONT;
}

static void *
debug_malloc(void *ctx, size_t n)
{
    struct debug_row *r = ctx;
    check_gil("_PyMem_DebugMalloc", r->domain);
    return debug_new(r, n, false);
}

static void *
debug_calloc(void *ctx, size_t n, size_t size)
{
    struct debug_row *r = ctx;
    check_gil("_PyMem_DebugCalloc", r->domain);
    return debug_new(r, n * size, true);
}

static void
debug_free(void *ctx, void *p)
{
    struct debug_row *r = ctx;
    if (p == NULL)
        return;
    check_gil("_PyMem_DebugFree", r->domain);
    check_block("_PyMem_DebugRawFree", r->domain, p);
    unsigned char *base = (unsigned char *)p - FRONT;
    memset(base, DEAD, read_size(base) + EXTRA);
    r->inner.free(r->inner.ctx, base);
}

static void *
debug_realloc(void *ctx, void *p, size_t n)
{
    struct debug_row *r = ctx;
    check_gil("_PyMem_DebugRealloc", r->domain);
    if (p == NULL)
        return debug_new(r, n, false);
    check_block("_PyMem_DebugRawRealloc", r->domain, p);
    unsigned char *moved = debug_new(r, n, false);
    if (moved == NULL)
        return NULL;
    size_t old = read_size((unsigned char *)p - FRONT);
    memcpy(moved, p, old < n ? old : n);
    debug_free(r, p);
    return moved;
}

bool alloc_is_checked;

void
alloc_debug_wrap(PyMemAllocatorEx *row, char domain)
{
    if (row->malloc == debug_malloc)
        return;
    struct debug_row *r = &rows[domain == 'r' ? 0 : domain == 'm' ? 1 : 2];
    r->domain = domain;
    r->inner = *row;
    alloc_is_checked = true;
    *row = (PyMemAllocatorEx){ r, debug_malloc, debug_calloc, debug_realloc, debug_free };
}
