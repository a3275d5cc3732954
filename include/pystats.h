/* pystats.h: counters of special builds; none here. */
#ifndef Py_PYSTATS_H
#define Py_PYSTATS_H

#define _Py_INCREF_STAT_INC() ((void)0)
#define _Py_DECREF_STAT_INC() ((void)0)

#endif
