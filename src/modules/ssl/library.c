/* modules/ssl/library.c: opening libssl; locks. */
#include "modules/ssl/ssl.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

struct ossl_table ossl;

int
ssl_library_open(void)
{
    static const struct clib_entry entries[] = {
#define OSSL_ENTRY(name) CLIB_ENTRY(ossl_table, name)
        OSSL_FUNCTIONS(OSSL_ENTRY)
#undef OSSL_ENTRY
    };
    return clib_open("libssl.so." TEXT(OPENSSL_SHLIB_VERSION), entries, Py_ARRAY_LENGTH(entries), &ossl);
}

void
mutex_init(pthread_mutex_t *m)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(m, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

void
mutex_lock(pthread_mutex_t *m)
{
    if (pthread_mutex_trylock(m) == 0)
        return;
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(m);
    Py_END_ALLOW_THREADS
}
