/* base/os.h: what we ask of the operating system. 0 is success, -1 failure with errno. */
#ifndef ADDER_BASE_OS_H
#define ADDER_BASE_OS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t os_monotonic_ns(void);
/* Fills n random bytes. `blocking` false: may fail with EAGAIN early in boot. */
int os_random(void *buf, size_t n, bool blocking);
/* Address space without memory, aligned to `align` (a power of two); NULL when refused. */
void *os_reserve(size_t size, size_t align);
/* The same below 2 GB, aligned to a page; NULL also where no such place can be asked for. */
void *os_reserve_low(size_t size);
int os_commit(void *p, size_t size);         /* makes reserved pages usable */
/* Memory for usable pages that nobody has touched, in a large page if the system has one for these. */
void os_touch_huge(void *p, size_t size);
void os_discard(void *p, size_t size);       /* gives the memory back, keeps the address space */
void os_release(void *p, size_t size);       /* gives the address space back */
/* Bytes of address space that the process may use (RLIMIT_AS), SIZE_MAX when unlimited. */
size_t os_address_limit(void);
/* Lowest usable address of the running thread's C stack; 0 when unknown. */
uintptr_t os_stack_bottom(void);
/* Makes the main thread's stack reach down to `bottom` now: later there may be no address space left to grow into. */
void os_stack_claim(uintptr_t bottom);
uint64_t os_thread_native_id(void);
/* Waits on `cond` for at most `ns` nanoseconds of the monotonic clock: 0 signalled, 1 timed out. */
int os_cond_wait_ns(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ns);
/* A condition variable on the monotonic clock. */
int os_cond_init(pthread_cond_t *cond);

#endif
