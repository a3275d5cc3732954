/* rt/park.c: sleeping on an address until somebody wakes the sleepers there (a "parking lot"), for compiled modules of the
 * library whose locks are built on it. Our own locks sleep in lock.c. The sleepers of one bucket form a list in order of
 * arrival; each has a semaphore on its stack. */
#include "rt/park.h"

#include <errno.h>
#include <semaphore.h>

#include "base/hash.h"
#include "base/os.h"
#include "rt/thread.h"

#define BUCKETS 127

struct sleeper { struct sleeper *next; const void *address; void *arg; sem_t woken; bool waits; };

static struct bucket { pthread_mutex_t mutex; struct sleeper *first; } buckets[BUCKETS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
init(void)
{
    for (int i = 0; i < BUCKETS; i++) {
        pthread_mutex_init(&buckets[i].mutex, NULL);
        buckets[i].first = NULL;
    }
}

/* In the child of a fork nobody sleeps. */
void _PyParkingLot_AfterFork(void) { init(); }

static struct bucket *
lock_bucket(const void *address)
{
    pthread_once(&once, init);
    struct bucket *b = &buckets[hash_mix64((uintptr_t)address) % BUCKETS];
    pthread_mutex_lock(&b->mutex);
    return b;
}

/* The place of the first sleeper on the address at or after `at`; its content is NULL if there is none. */
static struct sleeper **
find(struct sleeper **at, const void *address)
{
    while (*at != NULL && (*at)->address != address)
        at = &(*at)->next;
    return at;
}

static void
append(struct bucket *b, struct sleeper *s)
{
    struct sleeper **end = &b->first;
    while (*end != NULL)
        end = &(*end)->next;
    *end = s;
}

/* Takes the sleeper out of the list: false if a waker has already done so. */
static bool
leave(const void *address, struct sleeper *s)
{
    struct bucket *b = lock_bucket(address);
    bool waited = s->waits;
    for (struct sleeper **p = &b->first; waited && *p != NULL; p = &(*p)->next)
        if (*p == s) {
            *p = s->next;
            break;
        }
    s->waits = false;
    pthread_mutex_unlock(&b->mutex);
    return waited;
}

static int
wait(sem_t *woken, PyTime_t timeout_ns)
{
    struct timespec until;
    if (timeout_ns < 0)
        return sem_wait(woken) == 0 ? PARK_OK : PARK_INTR;
    int64_t end = os_monotonic_ns() + timeout_ns;
    until = (struct timespec){ end / 1000000000, end % 1000000000 };
    if (sem_clockwait(woken, CLOCK_MONOTONIC, &until) == 0)
        return PARK_OK;
    return errno == ETIMEDOUT ? PARK_TIMEOUT : PARK_INTR;
}

int
_PyParkingLot_Park(const void *address, const void *expected, size_t size, PyTime_t timeout_ns, void *arg, int detach)
{
    struct sleeper s = { .address = address, .arg = arg, .waits = true };
    struct bucket *b = lock_bucket(address);
    if (memcmp(address, expected, size) != 0) {
        pthread_mutex_unlock(&b->mutex);
        return PARK_AGAIN;
    }
    sem_init(&s.woken, 0, 0);
    append(b, &s);
    pthread_mutex_unlock(&b->mutex);
    PyThreadState *ts = detach ? ts_current() : NULL;
    if (ts != NULL)
        ts_detach(ts);
    int r = wait(&s.woken, timeout_ns);
    if (r != PARK_OK && !leave(address, &s)) {
        while (sem_wait(&s.woken) != 0)          /* the waker is about to post: its semaphore is on our stack */
            ;
        r = PARK_OK;
    }
    if (ts != NULL)
        ts_attach(ts);
    sem_destroy(&s.woken);
    return r;
}

void
_PyParkingLot_Unpark(const void *address, park_waker *waker, void *arg)
{
    struct bucket *b = lock_bucket(address);
    struct sleeper **at = find(&b->first, address), *s = *at;
    if (s == NULL)
        waker(arg, NULL, 0);
    else {
        *at = s->next;
        s->waits = false;
        waker(arg, s->arg, *find(at, address) != NULL);
    }
    pthread_mutex_unlock(&b->mutex);
    if (s != NULL)
        sem_post(&s->woken);
}

void
_PyParkingLot_UnparkAll(const void *address)
{
    struct sleeper *woken = NULL, **last = &woken;
    struct bucket *b = lock_bucket(address);
    for (struct sleeper **at = find(&b->first, address), *s; (s = *at) != NULL; at = find(at, address)) {
        *at = s->next;
        s->waits = false;
        s->next = NULL;
        *last = s;
        last = &s->next;
    }
    pthread_mutex_unlock(&b->mutex);
    for (struct sleeper *s = woken, *next; s != NULL; s = next) {
        next = s->next;
        sem_post(&s->woken);
    }
}
