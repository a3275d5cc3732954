/* rt/park.h: sleeping on an address, for compiled modules that build their locks on it. */
#ifndef ADDER_RT_PARK_H
#define ADDER_RT_PARK_H

#include <Python.h>

enum { PARK_OK = 0, PARK_AGAIN = -1, PARK_TIMEOUT = -2, PARK_INTR = -3 };

/* Called with the bucket locked: what the woken sleeper gave as `arg` (NULL: nobody slept), and whether more sleep there. */
typedef void park_waker(void *arg, void *sleeper_arg, int has_more);

/* Sleeps while nobody wakes it, if the `size` bytes at the address equal `expected`: else PARK_AGAIN. timeout_ns negative:
 * for ever. `detach`: without the GIL. */
PyAPI_FUNC(int) _PyParkingLot_Park(const void *address, const void *expected, size_t size, PyTime_t timeout_ns, void *arg, int detach);
PyAPI_FUNC(void) _PyParkingLot_Unpark(const void *address, park_waker *waker, void *arg);
PyAPI_FUNC(void) _PyParkingLot_UnparkAll(const void *address);
PyAPI_FUNC(void) _PyParkingLot_AfterFork(void);

#endif
