/* rt/gc_log.h: the logs as the collector sees them (see gc_track.h for the mutator's side). */
#ifndef ADDER_RT_GC_LOG_H
#define ADDER_RT_GC_LOG_H

#include "rt/thread.h"

#define RT_GC_THRESHOLD 2000           /* of the young generation, when nobody has set another */

/* The most slots that a log may have: tests make it small. */
extern size_t gc_log_max;
/* Room for n slots in all; false when out of memory. */
bool gc_log_reserve(struct gc_log *log, size_t n);
/* Closes the holes of the log of generation `gen`. */
void gc_log_squeeze(struct gc_log *log, int gen);
/* New objects less those that have died, of any age: what is compared with the threshold. The log has been squeezed. The count of generation 0 is what the older ones
 * that have died since the last collection give, a number below 0. */
size_t gc_young_net(PyThreadState *ts);
/* How large that is when a collection of young objects is due: the threshold, or more where collections have found nothing for some time. */
size_t gc_young_goal(PyInterpreterState *interp);
/* A collection that nobody has asked for found so many unreachable objects. */
void gc_young_note(Py_ssize_t found);
/* After a change of threshold, enabling, or contents: when the young log asks for a collection next. */
void gc_young_set_limit(PyThreadState *ts);

#endif
