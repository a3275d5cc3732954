/* interp/signals.h: signals and their Python handlers. */
#ifndef ADDER_INTERP_SIGNALS_H
#define ADDER_INTERP_SIGNALS_H

#include <Python.h>

/* Set the default dispositions (SIGPIPE and SIGXFSZ ignored, SIGINT to KeyboardInterrupt) if `install`; 0 or -1. */
int signals_init(PyThreadState *ts, int install);
/* Give back the dispositions found at start. */
void signals_fini(PyThreadState *ts);
/* Run the Python handlers of signals that arrived: 0, or -1 with the handler's exception. */
int signals_run_handlers(PyThreadState *ts);
PyMODINIT_FUNC PyInit__signal(void);

#endif
