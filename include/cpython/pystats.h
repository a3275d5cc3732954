/* cpython/pystats.h: counters of special builds; nothing here. */
#ifndef Py_CPYTHON_PYSTATS_H
#define Py_CPYTHON_PYSTATS_H
#endif
