/* rt/gil.h: the lock itself; ts_attach() and ts_detach() in thread.h are what others use. */
#ifndef ADDER_RT_GIL_H
#define ADDER_RT_GIL_H

#include "rt/interp.h"

#define GIL_INTERVAL_US 5000

void gil_init(struct rt_gil *gil);
/* Waits until the lock is free and takes it for ts; after the interval the holder is asked to let go. */
void gil_take(PyThreadState *ts);
/* Lets go. If ts was asked to, waits until another thread has really got it. */
void gil_drop(PyThreadState *ts);

#endif
