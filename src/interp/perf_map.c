/* interp/perf_map.c: /tmp/perf-PID.map, in which Linux's perf looks up the names of code that was made at run time. */
#include <Python.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *map;
static PyMutex map_mutex;

/* 0, -1: no name for the file, -2: it cannot be opened. */
static int
open_map(void)
{
    char name[64];
    if (snprintf(name, sizeof(name), "/tmp/perf-%jd.map", (intmax_t)getpid()) < 0)
        return -1;
    int fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -2;
    map = fdopen(fd, "a");
    if (map == NULL)
        close(fd);
    return map == NULL ? -2 : 0;
}

int
PyUnstable_PerfMapState_Init(void)
{
    PyMutex_Lock(&map_mutex);
    int r = map != NULL ? 0 : open_map();
    PyMutex_Unlock(&map_mutex);
    return r;
}

int
PyUnstable_WritePerfMapEntry(const void *code, unsigned int size, const char *name)
{
    int r = PyUnstable_PerfMapState_Init();
    if (r != 0)
        return r;
    PyMutex_Lock(&map_mutex);
    fprintf(map, "%jx %x %s\n", (uintmax_t)(uintptr_t)code, size, name);
    fflush(map);
    PyMutex_Unlock(&map_mutex);
    return 0;
}

void
PyUnstable_PerfMapState_Fini(void)
{
    PyMutex_Lock(&map_mutex);
    if (map != NULL)
        fclose(map);
    map = NULL;
    PyMutex_Unlock(&map_mutex);
}

/* A forked child takes over what its parent has written. */
int
PyUnstable_CopyPerfMapFile(const char *parent)
{
    char block[4096];
    FILE *from = fopen(parent, "r");
    if (from == NULL)
        return -1;
    int r = PyUnstable_PerfMapState_Init();
    size_t n;
    PyMutex_Lock(&map_mutex);
    while (r == 0 && (n = fread(block, 1, sizeof(block), from)) > 0)
        r = fwrite(block, 1, n, map) < n || fflush(map) != 0 ? -1 : 0;
    PyMutex_Unlock(&map_mutex);
    if (ferror(from))
        r = -1;
    fclose(from);
    return r;
}
