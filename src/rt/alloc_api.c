/* rt/alloc_api.c: the three allocator domains. Each is a row of function pointers that PyMem_SetAllocator() may
 * replace. While the object row is the default one, callers bypass it: PyObject_Malloc() goes to the lists at once. */
#include "rt/alloc_api.h"

#include <Python.h>
#include <sys/mman.h>

#include "rt/alloc_debug.h"
#include "rt/heap.h"

static void *raw_malloc(void *ctx, size_t n) { return heap_raw_alloc(n == 0 ? 1 : n); }
static void *raw_realloc(void *ctx, void *p, size_t n) { return heap_raw_resize(p, n == 0 ? 1 : n); }
static void *
raw_calloc(void *ctx, size_t n, size_t size)
{
    if (n == 0 || size == 0)
        n = size = 1;
    void *p = calloc(n, size);
    return LIKELY(p != NULL) || !heap_give_back_reserve() ? p : calloc(n, size);
}
static void raw_free(void *ctx, void *p) { free(p); }

static void *block_malloc(void *ctx, size_t n) { return heap_block_new(n); }
static void *block_realloc(void *ctx, void *p, size_t n) { return heap_block_resize(p, n); }
static void block_free(void *ctx, void *p) { heap_block_free(p); }
static void *
block_calloc(void *ctx, size_t n, size_t size)
{
    void *p = heap_block_new(n * size);
    if (p != NULL)
        memset(p, 0, n * size);
    return p;
}

#define RAW_ALLOCATOR { NULL, raw_malloc, raw_calloc, raw_realloc, raw_free }
#define BLOCK_ALLOCATOR { NULL, block_malloc, block_calloc, block_realloc, block_free }

static PyMemAllocatorEx raw = RAW_ALLOCATOR, mem = BLOCK_ALLOCATOR, obj = BLOCK_ALLOCATOR;

static bool asked_for_mimalloc;       /* that name also means our blocks; who asks gets the name that was chosen */

bool alloc_mem_is_default = true;

static bool is_default(const PyMemAllocatorEx *a) { return a->malloc == block_malloc; }
static void note_mem(void) { alloc_mem_is_default = is_default(&mem); }
/* Blocks are made by the lists alone only when nobody listens on the object domain. */
static void update_bypass(void) { heap_set_bypass(!is_default(&obj)); }

static PyMemAllocatorEx *
domain_row(PyMemAllocatorDomain domain)
{
    switch (domain) {
    case PYMEM_DOMAIN_RAW: return &raw;
    case PYMEM_DOMAIN_MEM: return &mem;
    case PYMEM_DOMAIN_OBJ: return &obj;
    }
    return NULL;
}

void
PyMem_GetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *a)
{
    PyMemAllocatorEx *row = domain_row(domain);
    *a = row != NULL ? *row : (PyMemAllocatorEx){ NULL, NULL, NULL, NULL, NULL };
}

void
PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *a)
{
    PyMemAllocatorEx *row = domain_row(domain);
    if (row == NULL)
        return;
    *row = *a;
    if (domain == PYMEM_DOMAIN_OBJ)
        update_bypass();
    note_mem();
}

void
PyMem_SetupDebugHooks(void)
{
    alloc_debug_wrap(&raw, 'r');
    alloc_debug_wrap(&mem, 'm');
    alloc_debug_wrap(&obj, 'o');
    note_mem();
    update_bypass();
}

/* ---- choosing by name --------------------------------------------------------------------------------------- */

static const struct { const char *name; PyMemAllocatorName id; } allocator_names[] = {
    { "default", PYMEM_ALLOCATOR_DEFAULT }, { "debug", PYMEM_ALLOCATOR_DEBUG },
    { "pymalloc", PYMEM_ALLOCATOR_PYMALLOC }, { "pymalloc_debug", PYMEM_ALLOCATOR_PYMALLOC_DEBUG },
    { "malloc", PYMEM_ALLOCATOR_MALLOC }, { "malloc_debug", PYMEM_ALLOCATOR_MALLOC_DEBUG },
    { "mimalloc", PYMEM_ALLOCATOR_MIMALLOC }, { "mimalloc_debug", PYMEM_ALLOCATOR_MIMALLOC_DEBUG },   /* our blocks serve */
};

PyMemAllocatorName
heap_allocator_by_name(const char *name)
{
    if (name[0] == '\0')
        return PYMEM_ALLOCATOR_DEFAULT;
    for (size_t i = 0; i < sizeof(allocator_names) / sizeof(allocator_names[0]); i++)
        if (strcmp(name, allocator_names[i].name) == 0)
            return allocator_names[i].id;
    return (PyMemAllocatorName)-1;
}

int
heap_set_allocator(PyMemAllocatorName name)
{
    static const PyMemAllocatorEx plain = RAW_ALLOCATOR, blocks = BLOCK_ALLOCATOR;
    bool use_malloc = name == PYMEM_ALLOCATOR_MALLOC || name == PYMEM_ALLOCATOR_MALLOC_DEBUG;
    bool debug = name == PYMEM_ALLOCATOR_DEBUG || name == PYMEM_ALLOCATOR_PYMALLOC_DEBUG || name == PYMEM_ALLOCATOR_MALLOC_DEBUG
        || name == PYMEM_ALLOCATOR_MIMALLOC_DEBUG;
    switch (name) {
    case PYMEM_ALLOCATOR_NOT_SET:
        return 0;
    case PYMEM_ALLOCATOR_DEFAULT: case PYMEM_ALLOCATOR_DEBUG: case PYMEM_ALLOCATOR_MALLOC:
    case PYMEM_ALLOCATOR_MALLOC_DEBUG: case PYMEM_ALLOCATOR_PYMALLOC: case PYMEM_ALLOCATOR_PYMALLOC_DEBUG:
    case PYMEM_ALLOCATOR_MIMALLOC: case PYMEM_ALLOCATOR_MIMALLOC_DEBUG:
        break;
    default:
        return -1;
    }
    raw = plain;
    mem = obj = use_malloc ? plain : blocks;
    note_mem();
    asked_for_mimalloc = name == PYMEM_ALLOCATOR_MIMALLOC || name == PYMEM_ALLOCATOR_MIMALLOC_DEBUG;
    update_bypass();
    if (debug)
        PyMem_SetupDebugHooks();
    return 0;
}

/* The choice must be made before the first block, so before main(): PYTHONMALLOC, unless -E or -I forbid to look at the
 * environment; development mode (-X dev, PYTHONDEVMODE) means "debug". */
static void
options_scan(int argc, char **argv, bool *use_environment, bool *dev)
{
    for (int i = 1; i < argc && argv[i][0] == '-' && argv[i][1] != '\0' && argv[i][1] != '-'; i++)
        for (const char *p = argv[i] + 1; *p != '\0'; p++) {
            if (*p == 'E' || *p == 'I')
                *use_environment = false;
            if (*p == 'c' || *p == 'm')
                return;
            if (*p == 'W' || *p == 'X') {
                const char *arg = p[1] != '\0' ? p + 1 : i + 1 < argc ? argv[++i] : "";
                *dev |= *p == 'X' && strcmp(arg, "dev") == 0;
                break;
            }
        }
}

__attribute__((constructor)) static void
allocator_choose(int argc, char **argv, char **envp)
{
    bool use_environment = true, dev = false;
    if (argv != NULL)
        options_scan(argc, argv, &use_environment, &dev);
    const char *name = use_environment ? getenv("PYTHONMALLOC") : NULL, *mode = use_environment ? getenv("PYTHONDEVMODE") : NULL;
    PyMemAllocatorName id = name != NULL && name[0] != '\0' ? heap_allocator_by_name(name) : PYMEM_ALLOCATOR_NOT_SET;
    if (id == PYMEM_ALLOCATOR_NOT_SET && (dev || (mode != NULL && mode[0] != '\0')))
        id = PYMEM_ALLOCATOR_DEBUG;
    if (id == (PyMemAllocatorName)-1)        /* the start will complain */
        return;
    if (id == PYMEM_ALLOCATOR_PYMALLOC || id == PYMEM_ALLOCATOR_PYMALLOC_DEBUG)
        heap_use_blocks();
    if (id != PYMEM_ALLOCATOR_NOT_SET)
        heap_set_allocator(id);
}

PyAPI_FUNC(const char *) _PyMem_GetCurrentAllocatorName(void);
const char *
_PyMem_GetCurrentAllocatorName(void)
{
    const PyMemAllocatorEx *inner = alloc_debug_inner(&obj);
    bool debug = inner != &obj;
    if (inner->malloc == raw_malloc)
        return debug ? "malloc_debug" : "malloc";
    if (inner->malloc == block_malloc && asked_for_mimalloc)
        return debug ? "mimalloc_debug" : "mimalloc";
    if (inner->malloc == block_malloc)
        return debug ? "pymalloc_debug" : "pymalloc";
    return NULL;
}

/* ---- PyMem_Raw*, PyMem_*, PyObject_* -------------------------------------------------------------------------- */

#define TOO_BIG(n) ((n) > (size_t)PY_SSIZE_T_MAX)
#define TOO_MANY(n, size) ((size) != 0 && (n) > (size_t)PY_SSIZE_T_MAX / (size))

void *PyMem_RawMalloc(size_t n) { return TOO_BIG(n) ? NULL : raw.malloc(raw.ctx, n); }
void *PyMem_RawCalloc(size_t n, size_t size) { return TOO_MANY(n, size) ? NULL : raw.calloc(raw.ctx, n, size); }
void *PyMem_RawRealloc(void *p, size_t n) { return TOO_BIG(n) ? NULL : raw.realloc(raw.ctx, p, n); }
void PyMem_RawFree(void *p) { raw.free(raw.ctx, p); }

void *alloc_mem(size_t n) { return TOO_BIG(n) ? NULL : mem.malloc(mem.ctx, n); }
void *PyMem_Calloc(size_t n, size_t size) { return TOO_MANY(n, size) ? NULL : mem.calloc(mem.ctx, n, size); }
void *PyMem_Realloc(void *p, size_t n) { return TOO_BIG(n) ? NULL : mem.realloc(mem.ctx, p, n); }
void free_mem(void *p) { mem.free(mem.ctx, p); }

void *alloc_object(size_t n) { return TOO_BIG(n) ? NULL : obj.malloc(obj.ctx, n); }
void *PyObject_Calloc(size_t n, size_t size) { return TOO_MANY(n, size) ? NULL : obj.calloc(obj.ctx, n, size); }
void *PyObject_Realloc(void *p, size_t n) { return TOO_BIG(n) ? NULL : obj.realloc(obj.ctx, p, n); }
void free_object(void *p) { obj.free(obj.ctx, p); }

PyAPI_FUNC(char *) _PyMem_Strdup(const char *s);
static void *copy_bytes(void *to, const void *from, size_t n) { return to == NULL ? NULL : memcpy(to, from, n); }
char *_PyMem_Strdup(const char *s) { return copy_bytes(PyMem_Malloc(strlen(s) + 1), s, strlen(s) + 1); }
PyAPI_FUNC(char *) _PyMem_RawStrdup(const char *s);
char *_PyMem_RawStrdup(const char *s) { return copy_bytes(PyMem_RawMalloc(strlen(s) + 1), s, strlen(s) + 1); }
PyAPI_FUNC(wchar_t *) _PyMem_RawWcsdup(const wchar_t *s);
wchar_t *_PyMem_RawWcsdup(const wchar_t *s)
{
    size_t n = (wcslen(s) + 1) * sizeof(wchar_t);
    return copy_bytes(PyMem_RawMalloc(n), s, n);
}

/* Our pages are not made by a replaceable arena allocator; the row is kept and handed back. */
static void *
arena_mmap(void *ctx, size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}
static void arena_munmap(void *ctx, void *p, size_t size) { munmap(p, size); }
static PyObjectArenaAllocator arena_row = { NULL, arena_mmap, arena_munmap };

void PyObject_GetArenaAllocator(PyObjectArenaAllocator *a) { *a = arena_row; }
void PyObject_SetArenaAllocator(PyObjectArenaAllocator *a) { arena_row = *a; }
PyAPI_FUNC(void *) _PyObject_VirtualAlloc(size_t size);
void *_PyObject_VirtualAlloc(size_t size) { return arena_row.alloc(arena_row.ctx, size); }
PyAPI_FUNC(void) _PyObject_VirtualFree(void *p, size_t size);
void _PyObject_VirtualFree(void *p, size_t size) { arena_row.free(arena_row.ctx, p, size); }
