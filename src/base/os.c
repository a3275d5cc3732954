/* base/os.c: Linux. */
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int64_t
os_monotonic_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int
random_from_device(unsigned char *p, size_t n)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while (n > 0) {
        ssize_t got = read(fd, p, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            close(fd);
            return -1;
        }
        p += got;
        n -= (size_t)got;
    }
    close(fd);
    return 0;
}

int
os_random(void *buf, size_t n, bool blocking)
{
    unsigned char *p = buf;
    while (n > 0) {
        ssize_t got = getrandom(p, n, blocking ? 0 : GRND_NONBLOCK);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
            return random_from_device(p, n);
        if (got < 0)
            return -1;
        p += got;
        n -= (size_t)got;
    }
    return 0;
}

void *
os_reserve(size_t size, size_t align)
{
    char *p = mmap(NULL, size + align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    char *start = (char *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
    if (start > p)
        munmap(p, (size_t)(start - p));
    if (start < p + align)
        munmap(start + size, (size_t)(p + align - start));
    return start;
}

void *
os_reserve_low(size_t size)
{
#ifdef MAP_32BIT
    void *p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0);
    return p == MAP_FAILED ? NULL : p;
#else
    return NULL;
#endif
}

int os_commit(void *p, size_t size) { return mprotect(p, size, PROT_READ | PROT_WRITE); }
/* Touched at once, and then taken from the pages that the system puts together later: it would do that with those that have been given back, too. */
void
os_touch_huge(void *p, size_t size)
{
#ifdef MADV_HUGEPAGE
    if (madvise(p, size, MADV_HUGEPAGE) != 0)
        return;
    *(volatile char *)p = 0;
    madvise(p, size, MADV_NOHUGEPAGE);
#endif
}

void os_discard(void *p, size_t size) { madvise(p, size, MADV_DONTNEED); }
void os_release(void *p, size_t size) { munmap(p, size); }

size_t
os_address_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? (size_t)limit.rlim_cur : SIZE_MAX;
}

void
os_stack_claim(uintptr_t bottom)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), page = bottom & ~(uintptr_t)4095;
    if (syscall(SYS_gettid) != getpid() || page + 65536 > here)
        return;
    /* Touching a page that cannot be had would end the program: is there that much? */
    void *probe = mmap(NULL, here - page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (probe == MAP_FAILED)
        return;
    munmap(probe, here - page);
    /* The stack pointer must be there as well: old kernels let nobody touch what lies far below it. */
    __asm__ volatile("mov %%rsp, %%rax\n\tmov %0, %%rsp\n\torb $0, (%%rsp)\n\tmov %%rax, %%rsp" : : "r"(page) : "rax", "memory", "cc");
}

uintptr_t
os_stack_bottom(void)
{
    pthread_attr_t attr;
    void *addr = NULL;
    size_t size = 0;
    struct rlimit limit;
    /* The main thread's stack grows down to its limit. (Asking pthreads would read /proc/self/maps.) */
    if (syscall(SYS_gettid) == getpid() && getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        uintptr_t here = (uintptr_t)__builtin_frame_address(0), margin = 128 * 1024;
        return limit.rlim_cur > 2 * margin && here > limit.rlim_cur ? here - (uintptr_t)limit.rlim_cur + margin : 0;
    }
    if (pthread_getattr_np(pthread_self(), &attr) != 0)
        return 0;
    if (pthread_attr_getstack(&attr, &addr, &size) != 0)
        addr = NULL;
    pthread_attr_destroy(&attr);
    return (uintptr_t)addr;
}

uint64_t os_thread_native_id(void) { return (uint64_t)syscall(SYS_gettid); }

int
os_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    int rc = pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
    return rc == 0 ? 0 : -1;
}

int
os_cond_wait_ns(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ns)
{
    struct timespec until;
    int64_t t = os_monotonic_ns();
    t = ns > INT64_MAX - t ? INT64_MAX : t + ns;
    until.tv_sec = t / 1000000000;
    until.tv_nsec = t % 1000000000;
    return pthread_cond_timedwait(cond, mutex, &until) == ETIMEDOUT ? 1 : 0;
}
